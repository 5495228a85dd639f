//! What a leader's log says of its producers. With a new leader its log is what counts: sequences
//! that only the old one had may come again.

use super::super::ghost::{Ghost, GhostBatch};
use super::super::runs::Runs;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    leader: Option<(BrokerId, LeaderEpoch)>,
    producers: Vec<(ProducerId, ProducerEpoch, Sequence)>,
    /// By maker: the ordinals that are there.
    present: Vec<(NodeId, Runs)>,
}

impl Lineage {
    /// The partition's leader is this one; a new one's log is read.
    pub fn follow(&mut self, ghost: &Ghost, broker: BrokerId, epoch: LeaderEpoch, tp: Tp) {
        if self.leader == Some((broker, epoch)) {
            return;
        }
        *self = Lineage { leader: Some((broker, epoch)), ..Lineage::default() };
        ghost.log(broker, tp).batches().iter().for_each(|batch| self.append(batch));
    }
    /// The newest epoch of a producer and the sequence to follow in it.
    pub fn producer(&self, id: ProducerId) -> Option<(ProducerEpoch, Sequence)> {
        self.producers.iter().find(|p| p.0 == id).map(|p| (p.1, p.2))
    }
    /// Whether the records come after later ones of their maker, for the first time.
    pub fn comes_late(&self, batch: &GhostBatch) -> bool {
        self.present.iter().find(|(node, _)| *node == batch.node).is_some_and(|(_, present)| {
            let (from, to) = (i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
            from < present.end() && present.overlap(from, to) < u64::from(batch.count)
        })
    }
    /// The next batch of the log.
    pub fn append(&mut self, batch: &GhostBatch) {
        let ordinals = (i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
        match self.present.iter_mut().find(|(node, _)| *node == batch.node) {
            Some((_, present)) => present.add(ordinals.0, ordinals.1),
            None => {
                let mut present = Runs::default();
                present.add(ordinals.0, ordinals.1);
                self.present.push((batch.node, present));
            }
        }
        if batch.producer_id == ProducerId::NONE {
            return;
        }
        let next = (batch.producer_id, batch.producer_epoch, batch.sequence.plus(batch.count));
        match self.producers.iter_mut().find(|p| p.0 == batch.producer_id) {
            Some(known) if known.1 <= batch.producer_epoch => *known = next,
            Some(_) => {}
            None => self.producers.push(next),
        }
    }
}
