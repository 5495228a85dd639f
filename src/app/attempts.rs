//! How often an application has tried the record at which a partition stands.

use litemap::LiteMap;

use super::batch::Stretch;
use crate::protocol::ids::{Offset, Tp};

/// Attempts in vain, in the memory of a process: a restart forgets them. A partition is read in order, so it stands at one record.
#[derive(Clone, Debug, Default)]
pub struct FailedAttempts {
    failed: LiteMap<Tp, (Offset, u32)>,
}

impl FailedAttempts {
    /// One more was in vain; how many that makes for this record.
    pub fn failed(&mut self, record: Stretch) -> u32 {
        let before = match self.failed.get(&record.tp) {
            Some((offset, times)) if *offset == record.offset => *times,
            _ => 0,
        };
        self.failed.insert(record.tp, (record.offset, before.saturating_add(1)));
        before.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::NodeId;

    #[test]
    fn each_partition_counts_for_the_record_at_which_it_stands() {
        let mut attempts = FailedAttempts::default();
        let mut fail = |tp, offset| {
            let (tp, offset, origin) = (Tp(tp), Offset(offset), NodeId(0));
            attempts.failed(Stretch { tp, offset, count: 1, origin, ordinal: 0 })
        };
        assert_eq!([fail(0, 7), fail(1, 3), fail(0, 7), fail(1, 3), fail(0, 8), fail(0, 8)], [1, 1, 2, 2, 1, 2]);
    }
}
