//! What always holds of producer id, sequences and transaction.

use super::manager::TransactionManager;
use super::queue::{TxnRequest, TxnRequestKind};
use super::state::State;
use super::transaction::Transaction;
use crate::client::producer::batch::IncompleteBatches;

impl TransactionManager {
    /// `in_flight`: the control request that was taken out of the queue and has no answer. `turn`: partitions take turns.
    ///
    /// # Panics
    /// If anything that it knows contradicts itself.
    pub fn check_invariants(&self, in_flight: Option<&TxnRequest>, batches: &IncompleteBatches, turn: u64) {
        self.sequences.check_invariants(batches, turn);
        if let Some(transaction) = &self.transaction {
            transaction.check_invariants(in_flight);
        }
    }
}

impl Transaction {
    fn check_invariants(&self, in_flight: Option<&TxnRequest>) {
        self.queue.check_invariants();
        let requests = || self.queue.iter().chain(in_flight);
        let twice = self.partitions.iter().any(|number| self.awaits_partition(*number));
        assert!(!twice || self.state.error().is_some(), "a partition is added to a transaction once");
        let open = self.state.has_ongoing_transaction() || matches!(self.state, State::FatalError(_));
        assert!(open || self.partitions.is_empty(), "partitions are part of a transaction that is open");
        assert!(open || !self.started, "what was started is open");
        let ends = requests().filter(|request| request.is_end_txn()).count();
        assert!(ends <= 1, "a transaction is ended once");
        let waits = self.pending.is_some_and(|pending| pending.awaited.outcome.is_none());
        if self.state.is_completing() && waits {
            assert_eq!(ends, 1, "who commits or aborts says so to the coordinator");
        }
        if let Some(pending) = self.pending.filter(|pending| pending.awaited.outcome.is_none()) {
            let asked = |request: &TxnRequest| request.result == Some(pending.awaited.id);
            assert!(requests().any(asked), "a call waits for what was asked for");
        }
        let adds = |request: &TxnRequest| matches!(request.kind, TxnRequestKind::AddPartitions(_));
        let added = self.pending_partitions.is_empty() || requests().any(adds) || self.state.error().is_some();
        assert!(added, "partitions are being added by a request");
    }
}
