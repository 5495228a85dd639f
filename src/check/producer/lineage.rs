//! What a leader's log says of its producers. With a new leader its log is what counts: sequences
//! that only the old one had may come again.

use super::super::ghost::{Ghost, GhostBatch};
use super::super::runs::Runs;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What a log says of a producer id.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    id: ProducerId,
    /// Its newest epoch.
    pub epoch: ProducerEpoch,
    /// The sequence to follow in it.
    pub next: Sequence,
    /// When it was last appended to, by this leader or one before.
    pub at: Nanos,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    leader: Option<(BrokerId, LeaderEpoch)>,
    producers: Vec<Known>,
    /// By maker: the ordinals that are there.
    present: Vec<(NodeId, Runs)>,
    /// By maker: the last record that was accepted although sequences before it are missing, since the leader knew
    /// nothing of the producer.
    accepted_blindly: Vec<(NodeId, u32)>,
}

impl Lineage {
    /// The partition's leader is this one; a new one's log is read.
    pub fn follow(&mut self, ghost: &Ghost, broker: BrokerId, epoch: LeaderEpoch, tp: Tp) {
        if self.leader == Some((broker, epoch)) {
            return;
        }
        *self = Lineage { leader: Some((broker, epoch)), ..Lineage::default() };
        for batch in ghost.log(broker, tp).batches().iter() {
            self.append(batch, batch.at);
        }
    }
    /// What is known of a producer; nothing, if the leader accepts whatever it sends first.
    pub fn producer(&self, id: ProducerId) -> Option<&Known> {
        self.producers.iter().find(|p| p.id == id)
    }
    /// Whether the records come, for the first time, after later ones of the same life of their maker, which
    /// sent no more than `sent` records.
    pub fn comes_late(&self, batch: &GhostBatch, sent: i64) -> bool {
        self.present.iter().find(|(node, _)| *node == batch.node).is_some_and(|(_, present)| {
            let (from, to) = (i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
            from < present.end()
                && present.first_in(to, sent).is_some()
                && present.overlap(from, to) < u64::from(batch.count)
        })
    }
    /// Whether a record later than this was accepted from a producer that the leader knew nothing of, and not as its
    /// first (`ProducerAppendInfo.checkSequence`, KIP-360). What was refused before it comes behind it.
    pub fn was_overtaken_blindly(&self, batch: &GhostBatch) -> bool {
        self.accepted_blindly.iter().any(|(node, ordinal)| *node == batch.node && *ordinal > batch.ordinal)
    }
    /// The next batch of the log. A control record leaves an epoch, in which nothing is sent yet if it is a new one.
    pub fn append(&mut self, batch: &GhostBatch, at: Nanos) {
        if batch.is_control() {
            return self.end_transaction(batch, at);
        }
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
        let (id, epoch, next) = (batch.producer_id, batch.producer_epoch, batch.sequence.plus(batch.count));
        let next = Known { id, epoch, next, at };
        match self.producers.iter_mut().find(|p| p.id == id) {
            Some(known) if known.epoch <= epoch => *known = next,
            Some(_) => {}
            None => {
                self.producers.push(next);
                if batch.sequence > Sequence(0) {
                    self.accepted_blindly.push((batch.node, batch.ordinal));
                }
            }
        }
    }
    /// `ProducerAppendInfo.appendEndTxnMarker`: a newer epoch forgets the batches of the older one.
    fn end_transaction(&mut self, batch: &GhostBatch, at: Nanos) {
        let (id, epoch) = (batch.producer_id, batch.producer_epoch);
        match self.producers.iter_mut().find(|p| p.id == id) {
            Some(known) if known.epoch < epoch => (known.epoch, known.next, known.at) = (epoch, Sequence(0), at),
            Some(known) => known.at = at,
            None => self.producers.push(Known { id, epoch, next: Sequence(0), at }),
        }
    }
}
