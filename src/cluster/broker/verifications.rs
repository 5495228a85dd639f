//! Requests that wait for a transaction coordinator's word.

use super::replica_manager::Verified;
use crate::cluster::coordinator::ReplyTo;
use crate::protocol::ids::*;
use crate::protocol::messages::{ProduceRequest, TxnOffsetCommitRequest};
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

/// What waits.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// Records.
    Produce(ProduceRequest),
    /// With the group's partition of `__consumer_offsets`.
    Offsets(TxnOffsetCommitRequest, Tp),
}

/// A request that waits for a coordinator's word. Its client may be gone: it is carried out all the same.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Where its answer goes.
    pub to: ReplyTo,
    /// Whose transaction.
    pub id: TransactionalId,
    /// The producer.
    pub producer: ProducerIdAndEpoch,
    /// The protocol that it speaks.
    pub version: TransactionVersion,
    /// When the coordinator was asked first.
    pub started: Nanos,
    /// What waits.
    pub waiting: Waiting,
    /// What this broker knows by itself.
    pub verified: Verified,
}

/// Those requests, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub struct Verifications {
    slots: Vec<Option<Box<Verification>>>,
    free: Vec<u32>,
}

impl Verifications {
    /// Takes a slot.
    pub fn park(&mut self, verification: Box<Verification>) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = Some(verification);
        slot
    }
    /// What waits in a slot, which is free then.
    pub fn take(&mut self, slot: u32) -> Option<Box<Verification>> {
        let verification = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(verification)
    }
    /// Nobody is asked any more.
    pub fn clear(&mut self) {
        *self = Verifications::default();
    }
    /// # Panics
    /// If a slot is lost, or given twice.
    pub fn check_invariants(&self) {
        assert!(self.free.iter().all(|slot| self.slots[*slot as usize].is_none()), "a slot that may be used is free");
        let waiting = self.slots.iter().flatten().count();
        assert_eq!(waiting + self.free.len(), self.slots.len(), "a free slot is listed once");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::messages::Acks;
    use crate::stage::broken::each_is_noticed;

    fn one_waits() -> Verifications {
        let producer = ProducerIdAndEpoch { id: ProducerId(1), epoch: ProducerEpoch(0) };
        let verification = || {
            Box::new(Verification {
                to: ReplyTo { channel: 0, conn: ConnId(1), correlation: 0, client: NodeId(9) },
                id: TransactionalId(0),
                producer,
                version: TransactionVersion::V2,
                started: Nanos::ZERO,
                waiting: Waiting::Produce(ProduceRequest {
                    transactional: None,
                    acks: Acks::All,
                    timeout: Nanos::ZERO,
                    partitions: Vec::new(),
                }),
                verified: Verified::default(),
            })
        };
        let mut verifications = Verifications::default();
        verifications.park(verification());
        let gone = verifications.park(verification());
        verifications.take(gone);
        verifications
    }

    #[test]
    fn slots_that_are_lost_or_given_twice_are_noticed() {
        each_is_noticed(
            one_waits,
            Verifications::check_invariants,
            &[
                ("a slot that may be used is free", |v| v.free.push(0)),
                ("a free slot is listed once", |v| v.free.push(1)),
                ("a free slot is listed once", |v| v.free.clear()),
            ],
        );
    }
}
