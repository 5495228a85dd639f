//! How long a partition could not be written.

use litemap::LiteMap;

use crate::check::write_wait::WriteWait;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::ids::{NodeId, Tp};
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// The longest time in which records waited for a partition and none of them was written, as those who wait see it: a
/// record is written when it is acknowledged. With acks=0 nobody is told; then it is when a leader appends it.
#[derive(Clone, Debug)]
pub struct WriteGaps {
    /// By partition.
    partitions: Vec<PartitionWrites>,
    internal: Vec<bool>,
    /// By process: whether its producer waits for no answer.
    unanswered: Vec<bool>,
    longest: Option<Nanos>,
}

#[derive(Clone, Debug, Default)]
struct PartitionWrites {
    wait: WriteWait,
    /// When something was sent last.
    sent: Nanos,
    /// Batches under way, by producer and first record, and since when each waits.
    open: LiteMap<(NodeId, u32), Nanos>,
}

impl WriteGaps {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> WriteGaps {
        let partitions = setup.catalog.partition_count();
        let unanswered = |node: usize| {
            setup.producers.iter().any(|producer| producer.node.index() == node && producer.acks == Acks::Zero)
        };
        WriteGaps {
            partitions: vec![PartitionWrites::default(); partitions as usize],
            internal: (0..partitions).map(|tp| setup.catalog.is_internal(Tp(tp))).collect(),
            unanswered: (0..setup.catalog.nodes.len()).map(unanswered).collect(),
            longest: None,
        }
    }
    /// None: nothing was ever sent.
    pub fn longest(&self) -> Option<Nanos> {
        self.longest
    }

    fn written(&mut self, at: Nanos, tp: Tp, created: Nanos) {
        let partition = &mut self.partitions[tp.index()];
        let since = partition.wait.written(at, created, !partition.open.is_empty());
        self.longest = self.longest.max(Some(at.saturating_sub(since)));
    }

    fn given_up(&mut self, at: Nanos, tp: Tp, created: Nanos) {
        let partition = &mut self.partitions[tp.index()];
        let since = partition.wait.given_up(at, created, !partition.open.is_empty());
        self.longest = self.longest.max(Some(at.saturating_sub(since)));
    }

    fn died(&mut self, at: Nanos, node: NodeId) {
        for tp in 0..self.partitions.len() {
            let open = &mut self.partitions[tp].open;
            let own = |((of, _), created): (&(NodeId, u32), &Nanos)| (*of == node).then_some(*created);
            let Some(first) = open.iter().filter_map(own).min() else { continue };
            open.retain(|(of, _), _| *of != node);
            self.given_up(at, Tp(tp as u32), first);
        }
    }
}

impl Observer for WriteGaps {
    fn observe(&mut self, entry: &Entry) {
        let at = entry.at;
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, attempt: 0, created, .. } => {
                let partition = &mut self.partitions[tp.index()];
                partition.wait.begins(created);
                partition.sent = at;
                partition.open.insert((node, ordinal), created);
            }
            Fact::BatchAcked { node, tp, ordinal, acks, created, .. } => {
                self.partitions[tp.index()].open.remove(&(node, ordinal));
                if acks != Acks::Zero {
                    self.written(at, tp, created);
                }
            }
            Fact::BatchFailed { node, tp, ordinal, created, .. } => {
                self.partitions[tp.index()].open.remove(&(node, ordinal));
                self.given_up(at, tp, created);
            }
            // What a process had on the way when it ended is given up with it.
            Fact::ProcessStopped { node, .. } => self.died(at, node),
            Fact::Appended { role: ReplicaRole::Leader, tp, node, .. }
                if !self.internal[tp.index()] && self.unanswered.get(node.index()).copied().unwrap_or(false) =>
            {
                self.written(at, tp, at);
            }
            // Who is told nothing waits for nothing once he has sent his last.
            Fact::FinalPhaseStarted {} | Fact::RunEnded {} => {
                for partition in &self.partitions {
                    let Some(since) = partition.wait.since() else { continue };
                    let end = if partition.open.is_empty() { partition.sent } else { at };
                    self.longest = self.longest.max(Some(end.saturating_sub(since)));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::{Certainty, StopKind};
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::errors::ErrorCode;
    use crate::protocol::exceptions::Exception;
    use crate::protocol::ids::*;

    const TP: Tp = Tp(0);
    const NODE: NodeId = NodeId(0);

    fn setup() -> Setup {
        let mut setup = Setup::default();
        setup.catalog.add_node("shop", NodeRole::producer());
        setup.catalog.add_topic("orders", 1);
        setup
    }
    fn entry(ms: u64, fact: Fact) -> Entry {
        Entry { at: Nanos::from_millis(ms), event: 0, fact }
    }
    fn sent(ms: u64, ordinal: u32, created: u64) -> Entry {
        let (producer_epoch, sequence) = (ProducerEpoch(0), Sequence(0));
        let created = Nanos::from_millis(created);
        entry(
            ms,
            Fact::BatchSent { node: NODE, tp: TP, ordinal, count: 1, attempt: 0, created, producer_epoch, sequence },
        )
    }
    fn acked(ms: u64, ordinal: u32, created: u64) -> Entry {
        let created = Nanos::from_millis(created);
        entry(
            ms,
            Fact::BatchAcked { node: NODE, tp: TP, ordinal, count: 1, offset: Offset(0), acks: Acks::All, created },
        )
    }
    fn failed(ms: u64, ordinal: u32, created: u64) -> Entry {
        let (error, certainty) = (Exception::Answered(ErrorCode::NotLeaderOrFollower), Certainty::Unknown);
        let created = Nanos::from_millis(created);
        entry(ms, Fact::BatchFailed { node: NODE, tp: TP, ordinal, count: 1, error, certainty, created })
    }
    fn longest(entries: &[Entry]) -> Option<u64> {
        let mut gaps = WriteGaps::new(&setup());
        entries.iter().for_each(|entry| gaps.observe(entry));
        gaps.observe(&entry(60_000, Fact::RunEnded {}));
        gaps.longest().map(|longest| longest.as_millis())
    }

    #[test]
    fn a_gap_is_as_long_as_something_waited_and_nothing_was_written() {
        assert_eq!(longest(&[]), None);
        assert_eq!(longest(&[sent(10, 0, 5), acked(12, 0, 5)]), Some(7));
        // Nothing is sent for long: nobody waits.
        assert_eq!(
            longest(&[sent(10, 0, 10), acked(12, 0, 10), sent(9_000, 1, 9_000), acked(9_003, 1, 9_000)]),
            Some(3)
        );
        // The second was under way all the time: from the first's answer to its own.
        let pipelined = [sent(10, 0, 10), sent(11, 1, 11), acked(20, 0, 10), sent(30, 2, 30), acked(8_020, 1, 11)];
        assert_eq!(longest(&[&pipelined[..], &[acked(8_021, 2, 30)]].concat()), Some(8_000));
    }

    #[test]
    fn what_is_never_written_waits_until_it_is_given_up_or_the_run_is_over() {
        assert_eq!(longest(&[sent(10, 0, 10), failed(5_010, 0, 10)]), Some(5_000));
        assert_eq!(longest(&[failed(5_010, 0, 10)]), Some(5_000), "it never left");
        assert_eq!(longest(&[sent(10, 0, 0)]), Some(60_000));
        let beside = [sent(10, 0, 10), failed(5_010, 0, 10), sent(5_020, 1, 4_000), acked(9_010, 1, 4_000)];
        assert_eq!(longest(&beside), Some(9_000), "somebody waited all the time");
        let later = [sent(10, 0, 10), failed(5_010, 0, 10), sent(30_000, 1, 30_000), acked(30_001, 1, 30_000)];
        assert_eq!(longest(&later), Some(5_000), "nobody waited in between");
        let died = entry(3_010, Fact::ProcessStopped { node: NODE, kind: StopKind::Crash });
        assert_eq!(longest(&[sent(10, 0, 10), died]), Some(3_000), "who has died waits no longer");
    }
}
