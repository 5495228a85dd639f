//! When the records of a partition were appended by its leader.

use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// A batch of records.
#[derive(Clone, Copy, Debug)]
struct Batch {
    base: Offset,
    end: Offset,
    at: Nanos,
}

/// The batches of a partition that are in the log of whoever leads it, by offset.
#[derive(Clone, Debug, Default)]
pub(super) struct Appends {
    batches: Vec<Batch>,
}

impl Appends {
    /// The leader appended records.
    pub(super) fn append(&mut self, base: Offset, count: u32, at: Nanos) {
        self.truncate(base);
        self.batches.push(Batch { base, end: base.plus(count), at });
    }
    /// The log ends there: what came after is gone.
    pub(super) fn truncate(&mut self, end: Offset) {
        while self.batches.last().is_some_and(|batch| batch.base >= end) {
            self.batches.pop();
        }
    }
    /// When the first record of these offsets was appended; none: there is no record among them.
    pub(super) fn first_between(&self, from: Offset, to: Offset) -> Option<Nanos> {
        let first = self.batches.partition_point(|batch| batch.end <= from);
        self.batches.get(first).filter(|batch| batch.base < to).map(|batch| batch.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_no_records_and_what_was_truncated_is_gone() {
        let mut appends = Appends::default();
        let second = Nanos::from_secs;
        appends.append(Offset(0), 5, second(1));
        // Offset 5 is a marker.
        appends.append(Offset(6), 2, second(2));
        let first = |appends: &Appends, from, to| appends.first_between(Offset(from), Offset(to));
        assert_eq!(first(&appends, 0, 8), Some(second(1)));
        assert_eq!(first(&appends, 4, 8), Some(second(1)), "the last record of the first batch");
        assert_eq!(first(&appends, 5, 6), None, "the marker alone");
        assert_eq!(first(&appends, 5, 8), Some(second(2)));
        assert_eq!(first(&appends, 8, 8), None);
        appends.truncate(Offset(6));
        assert_eq!(first(&appends, 5, 8), None);
        appends.append(Offset(6), 1, second(9));
        assert_eq!(first(&appends, 5, 8), Some(second(9)));
    }
}
