//! How far an application is whose threads work on records beside the thread that polls, and what it commits of that with
//! `commitSync(offsets)`.
//!
//! An offset that is committed says "all before that is done". With threads side by side a record may be done before an earlier one of its
//! partition, so that the highest offset that is done says too much ([`CommitOffsets::HighestFinished`]), and what may be committed
//! is the offset before which everything is done ([`CommitOffsets::Contiguous`]; Confluent's Parallel Consumer calls it so, too).

use litemap::LiteMap;

use super::batch::Stretch;
use super::spec::CommitOffsets;
use crate::protocol::ids::{Offset, Tp};

/// One partition, since it was assigned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Partition {
    /// Which assignment it is.
    since: u32,
    /// The offset behind the last record that was handed to the threads.
    handed_over: Offset,
    /// The offset behind the last record that is done, whatever is open before it.
    finished: Option<Offset>,
    /// What was committed last.
    committed: Option<Offset>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct FinishedOffsets {
    partitions: LiteMap<Tp, Partition>,
}

impl FinishedOffsets {
    /// Records of a partition were handed to the threads, up to this offset. Whether the partition was gone meanwhile, or is new: what threads
    /// have of it from before is nobody's any more.
    pub fn handed_over(&mut self, tp: Tp, since: u32, end: Offset) -> bool {
        if let Some(known) = self.partitions.get_mut(&tp)
            && known.since == since
        {
            known.handed_over = end;
            return false;
        }
        let partition = Partition { since, handed_over: end, finished: None, committed: None };
        self.partitions.insert(tp, partition).is_some()
    }
    /// A thread is done with a record.
    pub fn finished(&mut self, record: Stretch) {
        if let Some(partition) = self.partitions.get_mut(&record.tp) {
            partition.finished = partition.finished.max(Some(record.offset.plus(record.count)));
        }
    }
    /// What is to be committed and was not yet. `since`: the assignment of a partition, if it is assigned; `open`: its first record that
    /// waits or is at work.
    pub fn take_commit(
        &mut self,
        which: CommitOffsets,
        since: impl Fn(Tp) -> Option<u32>,
        open: impl Fn(Tp) -> Option<Offset>,
    ) -> Vec<(Tp, Offset)> {
        let gone: Vec<Tp> =
            self.partitions.iter().filter(|(tp, p)| since(**tp) != Some(p.since)).map(|(tp, _)| *tp).collect();
        gone.iter().for_each(|tp| {
            self.partitions.remove(tp);
        });
        let mut offsets = Vec::new();
        for (tp, partition) in self.partitions.iter_mut() {
            let offset = match which {
                CommitOffsets::Positions => None,
                CommitOffsets::HighestFinished => partition.finished,
                CommitOffsets::Contiguous => partition.finished.map(|_| open(*tp).unwrap_or(partition.handed_over)),
            };
            if let Some(offset) = offset.filter(|offset| Some(*offset) > partition.committed) {
                partition.committed = Some(offset);
                offsets.push((*tp, offset));
            }
        }
        offsets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::NodeId;

    fn record(offset: i64) -> Stretch {
        Stretch { tp: Tp(0), offset: Offset(offset), count: 1, origin: NodeId(0), ordinal: 0 }
    }
    /// Records 0 to 9 were handed over; 0, 1 and 7 are done.
    fn progress() -> FinishedOffsets {
        let mut progress = FinishedOffsets::default();
        assert!(!progress.handed_over(Tp(0), 1, Offset(10)));
        [0, 7, 1].into_iter().for_each(|offset| progress.finished(record(offset)));
        progress
    }
    fn commits(progress: &mut FinishedOffsets, which: CommitOffsets, open: Option<i64>) -> Vec<i64> {
        progress.take_commit(which, |_| Some(1), |_| open.map(Offset)).into_iter().map(|(_, offset)| offset.0).collect()
    }

    #[test]
    fn what_is_committed_is_what_all_before_is_done_or_the_highest_that_is_done() {
        assert_eq!(commits(&mut progress(), CommitOffsets::Contiguous, Some(2)), [2]);
        assert_eq!(commits(&mut progress(), CommitOffsets::Contiguous, None), [10], "all is done");
        assert_eq!(commits(&mut progress(), CommitOffsets::HighestFinished, Some(2)), [8], "and 2 to 6 are lost");
        assert!(commits(&mut progress(), CommitOffsets::Positions, Some(2)).is_empty());
    }

    #[test]
    fn nothing_is_committed_twice() {
        let mut progress = progress();
        assert_eq!(commits(&mut progress, CommitOffsets::Contiguous, Some(2)), [2]);
        assert!(commits(&mut progress, CommitOffsets::Contiguous, Some(2)).is_empty());
        progress.finished(record(2));
        assert_eq!(commits(&mut progress, CommitOffsets::Contiguous, Some(3)), [3]);
    }

    #[test]
    fn a_partition_that_was_gone_begins_anew() {
        let mut progress = progress();
        assert!(progress.take_commit(CommitOffsets::HighestFinished, |_| None, |_| None).is_empty(), "it is not ours");
        let mut progress = self::progress();
        assert!(progress.handed_over(Tp(0), 2, Offset(5)), "another assignment");
        assert!(progress.take_commit(CommitOffsets::HighestFinished, |_| Some(2), |_| None).is_empty());
    }
}
