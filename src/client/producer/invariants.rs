//! What always holds of a producer: its memory, its sequences, and where each batch is.

use super::kafka_producer::KafkaProducer;
use super::shared::Shared;
use super::transactions::TransactionManager;

/// Kinds of checks that take turns.
const CHECKS: u64 = 6;

impl KafkaProducer {
    /// What there is much of is looked at in turns, lest looking costs more than doing.
    ///
    /// # Panics
    /// If anything that it knows contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        let Shared { accumulator, transactions, .. } = &self.shared;
        let nth = turn / CHECKS;
        match turn % CHECKS {
            0 => accumulator.check_memory(),
            1 => accumulator.check_whereabouts(),
            2 => accumulator.check_partition(transactions.is_some(), self.sender.has_one_in_flight(), nth),
            3 => {
                if let Some(transactions) = transactions {
                    transactions.check_invariants(self.sender.control.request(), accumulator.batches(), nth);
                }
            }
            4 => self.sender.check_requests(&self.shared),
            _ => self.check_waiting(),
        }
    }

    /// Nobody waits for what is there, or for what will not come.
    fn check_waiting(&self) {
        assert!(!self.waits_for_what_is_there(), "send() blocks only for what is not there");
        assert!(!self.has_outcome(), "a call of the application returns with its result");
        self.sender.check_sleep();
        let has_id = self.shared.transactions.as_ref().is_none_or(TransactionManager::has_producer_id);
        if has_id && !self.unheard && self.shared.accumulator.has_incomplete() {
            self.sender.check_wakes(&self.shared);
        }
    }
}
