//! Where the replicas' logs end, and how many records producers have got acknowledged.
//!
//! Beside the [`ClusterView`](super::view::ClusterView), which knows what those who reign say: a log ends where it
//! ends, whoever its broker takes itself for.

use super::fact::{Entry, Fact};
use crate::protocol::ids::{BrokerId, Offset, Tp};

/// The fold.
#[derive(Clone, Debug)]
pub struct Ends {
    partitions: Vec<Partition>,
}

#[derive(Clone, Debug, Default)]
struct Partition {
    log_ends: Vec<(BrokerId, Offset)>,
    acked: u64,
}

impl Ends {
    /// Nothing has happened yet.
    pub fn new(partitions: u32) -> Ends {
        Ends { partitions: vec![Partition::default(); partitions as usize] }
    }

    /// Takes the next fact.
    #[inline]
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::BecameLeader { broker, tp, start, .. } => self.set_end(broker, tp, start),
            Fact::Appended { broker, tp, base_offset, count, .. } => self.set_end(broker, tp, base_offset.plus(count)),
            Fact::ControlAppended { broker, tp, offset, .. } => self.set_end(broker, tp, offset.plus(1)),
            Fact::Truncated { broker, tp, to, .. } => self.set_end(broker, tp, to),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.set_end(broker, tp, log_end),
            Fact::BatchAcked { tp, count, .. } => self.partitions[tp.index()].acked += u64::from(count),
            _ => {}
        }
    }
    fn set_end(&mut self, broker: BrokerId, tp: Tp, end: Offset) {
        let ends = &mut self.partitions[tp.index()].log_ends;
        match ends.iter_mut().find(|(known, _)| *known == broker) {
            Some(slot) => slot.1 = end,
            None => ends.push((broker, end)),
        }
    }

    /// Records of a partition that were acknowledged.
    pub fn acked(&self, tp: Tp) -> u64 {
        self.partitions[tp.index()].acked
    }
    /// Where a broker's log ends, if it has told of one.
    pub fn of(&self, broker: BrokerId, tp: Tp) -> Option<Offset> {
        self.farthest(tp, |known| known == broker)
    }
    /// How many records a leader has that no other replica has; unknown while there is no other.
    pub fn ahead(&self, leader: BrokerId, tp: Tp) -> Option<u64> {
        let (own, best) = (self.of(leader, tp)?, self.farthest(tp, |known| known != leader)?);
        Some((own.0 - best.0).max(0) as u64)
    }
    fn farthest(&self, tp: Tp, of: impl Fn(BrokerId) -> bool) -> Option<Offset> {
        self.partitions[tp.index()].log_ends.iter().filter(|(broker, _)| of(*broker)).map(|(_, end)| *end).max()
    }
}
