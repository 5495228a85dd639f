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
        // A failure leaves everything as it was, until the end of the transaction.
        let failed = self.state.error().is_some() || self.state == State::AbortingTransaction;
        let twice = self.partitions.iter().any(|number| self.awaits_partition(*number));
        assert!(!twice || failed, "a partition is added to a transaction once");
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
        let added = self.pending_partitions.is_empty() || requests().any(adds) || failed;
        assert!(added, "partitions are being added by a request");
    }
}

#[cfg(test)]
mod tests {
    use super::super::manager::Thread;
    use super::super::queue::{ResultId, TxnIdentity};
    use super::super::transaction::Operation;
    use super::*;
    use crate::node::Context;
    use crate::protocol::errors::ErrorCode;
    use crate::protocol::ids::{NodeId, ProducerEpoch, ProducerId, ProducerIdAndEpoch, Tp, TransactionalId};
    use crate::protocol::messages::{AddPartitionsToTxnResponse, InitProducerIdResponse, List, Response};
    use crate::protocol::rules::{Rules, TransactionVersion};
    use crate::sim::time::Nanos;
    use crate::stage::Stage;
    use crate::stage::broken::each_is_noticed;

    type Committing = (TransactionManager, Option<TxnRequest>);

    fn go_on(manager: &mut TransactionManager, response: &Response, ctx: &mut Context<'_>) {
        let request = manager.next_request(false, ctx).expect("one waits");
        manager.on_response(request, response, ctx);
    }
    /// Partition 0 is part of the transaction, partition 1 is being added, and the application commits.
    fn committing() -> Committing {
        let id = TransactionalId(0);
        let identity = TxnIdentity { transactional_id: id, timeout: Nanos::ZERO, version: TransactionVersion::V1 };
        let mut manager = TransactionManager::new(2, Rules::default(), Some((identity, Tp(0))));
        let initialized = Response::InitProducerId(InitProducerIdResponse {
            error: ErrorCode::None,
            producer: ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) },
        });
        let added = List::from_elem((id, List::from_elem((Tp(0), ErrorCode::None), 1)), 1);
        let added = Response::AddPartitionsToTxn(AddPartitionsToTxnResponse { results: added });
        let ((manager, in_flight), _) = Stage::new(NodeId(0)).act(move |ctx| {
            manager.begin_init(ctx).expect("the first call");
            go_on(&mut manager, &initialized, ctx);
            manager.take_outcome(Operation::Init).expect("it has its id").expect("without a failure");
            manager.begin(ctx).expect("it is ready");
            manager.maybe_add_partition(0).expect("it is in a transaction");
            go_on(&mut manager, &added, ctx);
            manager.maybe_add_partition(1).expect("it still is");
            let in_flight = manager.next_request(false, ctx);
            manager.begin_commit(ctx).expect("nothing has failed");
            (manager, in_flight)
        });
        (manager, in_flight)
    }
    fn transaction(committing: &mut Committing) -> &mut Transaction {
        committing.0.transaction.as_deref_mut().expect("it has an id")
    }

    #[test]
    fn a_transaction_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            committing,
            |(manager, in_flight)| manager.check_invariants(in_flight.as_ref(), &IncompleteBatches::default(), 0),
            &[
                ("a partition is added to a transaction once", |c| {
                    transaction(c).new_partitions.insert(0);
                }),
                ("partitions are part of a transaction that is open", |c| transaction(c).state = State::Ready),
                ("what was started is open", |c| {
                    transaction(c).state = State::Ready;
                    transaction(c).partitions.clear();
                }),
                ("a transaction is ended once", |c| {
                    let again = transaction(c).queue.peek().expect("the end waits").clone();
                    transaction(c).queue.push(again);
                }),
                ("who commits or aborts says so to the coordinator", |c| drop(transaction(c).queue.pop())),
                ("a call waits for what was asked for", |c| {
                    transaction(c).pending.as_mut().expect("the commit waits").awaited.id = ResultId(99);
                }),
                ("partitions are being added by a request", |c| c.1 = None),
            ],
        );
    }

    #[test]
    fn what_the_state_does_not_foresee_poisons_the_sender_and_is_refused_to_the_application() {
        let (mut manager, _) = committing();
        let ((), said) = Stage::new(NodeId(0)).act(|ctx| {
            let refused = manager.become_state(State::InTransaction, Thread::Application, ctx);
            assert!(refused.is_err() && manager.error().is_none());
            let refused = manager.become_state(State::InTransaction, Thread::Sender, ctx);
            assert!(refused.is_err() && manager.error().is_some_and(|(_, fatal)| fatal));
        });
        assert_eq!(said.facts.len(), 1, "that is told once");
    }
}
