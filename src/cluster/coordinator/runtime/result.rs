//! What an operation of a shard gives its runtime.

use std::collections::VecDeque;

use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::ids::Offset;

/// Where in the log something is, or will be. Batches not written yet come after what is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Position {
    /// It ends before this offset.
    Log(Offset),
    /// In the batch of this number, which is open or on its way.
    Batch(u32),
}

impl Position {
    pub(super) fn is_unwritten(self) -> bool {
        matches!(self, Position::Batch(_))
    }
}

/// Records, changes and an answer (`CoordinatorResult`).
///
/// It is lent to the shard, over the runtime's own lists, so that an operation costs no list of its own.
pub struct CoordinatorResult<'a, C, A> {
    /// Of the open batch; the operation's come behind.
    pub(super) records: &'a mut Vec<CoordinatorRecord>,
    pub(super) changes: &'a mut VecDeque<(Position, C)>,
    /// Of the batch that the records go into, open or not.
    pub(super) position: Position,
    pub(super) answer: Option<A>,
}

impl<C, A> CoordinatorResult<'_, C, A> {
    /// A record to be written. The shard has applied it to its memory, or does so now.
    pub fn append(&mut self, record: CoordinatorRecord) {
        self.records.push(record);
    }
    /// A change of memory that falls with the last record if that cannot be written.
    pub fn change(&mut self, change: C) {
        assert!(!self.records.is_empty(), "a change is noted after its record");
        self.changes.push_back((self.position, change));
    }
    /// The changes that are not known to be committed, of earlier operations as well, oldest first.
    pub fn pending_changes(&mut self) -> impl Iterator<Item = &mut C> {
        self.changes.iter_mut().map(|(_, change)| change)
    }
    /// What is to be completed once all that is written by now is committed, or has failed.
    ///
    /// Without a record of its own it waits for those before it: it may rest on them.
    pub fn answer(&mut self, answer: A) {
        assert!(self.answer.is_none(), "an operation has one answer");
        self.answer = Some(answer);
    }
}
