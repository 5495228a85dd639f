//! Runs of offsets with something in common.

use crate::protocol::ids::Offset;

/// A run, and what holds for all its offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetRun<T> {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// What holds.
    pub what: T,
}

/// Runs in ascending order. What continues the last one with the same in common becomes a part of it: Kafka keeps offsets
/// apart that it has come to one by one, and its share coordinator puts them together (`PersisterStateBatchCombiner`).
#[derive(Clone, PartialEq, Debug)]
pub struct OffsetRuns<T>(Vec<OffsetRun<T>>);

impl<T> Default for OffsetRuns<T> {
    fn default() -> Self {
        OffsetRuns(Vec::new())
    }
}

impl<T: Copy + PartialEq> OffsetRuns<T> {
    /// Adds a run behind the others.
    pub fn push(&mut self, first: Offset, last: Offset, what: T) {
        match self.0.last_mut() {
            Some(run) if run.last.plus(1) == first && run.what == what => run.last = last,
            _ => self.0.push(OffsetRun { first, last, what }),
        }
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = OffsetRun<T>> + '_ {
        self.0.iter().copied()
    }
}

/// How many offsets lie from `first` to `last`.
pub fn length(first: Offset, last: Offset) -> i64 {
    (last.0 - first.0 + 1).max(0)
}

/// The offset before this one.
pub fn before(offset: Offset) -> Offset {
    Offset(offset.0 - 1)
}
