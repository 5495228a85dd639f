//! What always holds of a producer: its memory, its sequences, and where each batch is.

use super::kafka_producer::KafkaProducer;
use super::requests::Pending;
use super::transactions::TransactionManager;

/// Kinds of checks that take turns.
const CHECKS: u64 = 6;

impl KafkaProducer {
    /// What there is much of is looked at in turns, lest looking costs more than doing.
    ///
    /// # Panics
    /// If anything that it knows contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        let (nth, idempotent) = (turn / CHECKS, self.transactions.is_some());
        match turn % CHECKS {
            0 => self.accumulator.check_memory(),
            1 => self.accumulator.check_whereabouts(),
            2 => self.accumulator.check_partition(idempotent, self.config.max_in_flight == 1, nth),
            3 => self.check_sequences(nth),
            4 => self.check_requests(),
            _ => self.check_waiting(),
        }
    }

    fn check_sequences(&self, turn: u64) {
        if let Some(transactions) = &self.transactions {
            transactions.check_invariants(&self.accumulator.batches, turn);
        }
    }

    /// Every request has its answer once, and every batch is in one request at most.
    fn check_requests(&self) {
        self.network.check_invariants();
        let mut in_flight: Vec<u32> = self.network.in_flight_tags().map(|(_, tag)| *tag).collect();
        in_flight.sort();
        let pending = self.requests.pending().map(|(tag, _)| tag);
        assert!(pending.eq(in_flight), "whoever waits for an answer has a request in flight");
        let mut sent = Vec::new();
        for (_, request) in self.requests.pending() {
            if let Pending::Produce(ids) = request {
                sent.extend_from_slice(ids);
            }
        }
        let with_network = |id: &super::batch::BatchId| self.accumulator.batches[*id].outstanding;
        assert!(sent.iter().all(with_network), "a batch of a request is with the network");
        let outstanding = self.accumulator.batches.all().filter(|batch| batch.outstanding).count();
        assert_eq!(sent.len(), outstanding, "a batch that is with the network is in one request");
    }

    /// Nobody waits for what is there, or for what will not come.
    fn check_waiting(&self) {
        assert!(!self.waits_for_what_is_there(), "send() blocks only for what is not there");
        let has_id = self.transactions.as_ref().is_none_or(TransactionManager::has_producer_id);
        if has_id && self.accumulator.has_incomplete() {
            // A pass puts off what it would do within the pause after the one before.
            let due = self.accumulator.next_expiry().max(self.scratch.hold_until);
            assert!(self.armed <= due, "the sender wakes up when a batch expires");
        }
    }
}
