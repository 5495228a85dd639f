//! The producer id, its sequences and its transaction, as the sender knows them.

use super::answers::{Reaction, reaction};
use super::queue::{ResultId, TxnIdentity, TxnOffsets, TxnRequest, TxnRequestKind};
use super::sequences::{OutOfOrder, Sequences};
use super::state::State;
use super::transaction::Transaction;
use crate::client::producer::batch::{BatchId, IncompleteBatches};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, ProducerEpoch, ProducerIdAndEpoch, Sequence, Tp};
use crate::protocol::messages::{ConsumerGroupMetadata, CoordinatorKey, List, Request, Response, TransactionalProduce};
use crate::protocol::rules::{RetriesExhausted, Rules};
use crate::sim::time::Nanos;

/// AddPartitionsToTxn, the first of a transaction, is sent again so soon while the one before is being completed
/// (`ADD_PARTITIONS_RETRY_BACKOFF_MS`).
const ADD_PARTITIONS_BACKOFF: Nanos = Nanos::from_millis(20);

/// Who does something that the state does not foresee: the application gets an exception, and the sender makes the
/// state one that nothing comes after (`shouldPoisonStateOnInvalidTransition`, KAFKA-14831).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thread {
    /// A call of the application.
    Application,
    /// The sender.
    Sender,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct TransactionManager {
    /// Of what is sent now.
    pub(super) producer: ProducerIdAndEpoch,
    /// Something went wrong of which only another epoch gets rid: at once, or with a transaction (and
    /// transaction.version below 2) at its end (`clientSideEpochBumpRequired`).
    pub(super) epoch_bump_required: bool,
    pub(super) sequences: Sequences,
    rules: Rules,
    /// `None` without a `transactional.id`.
    pub(super) transaction: Option<Box<Transaction>>,
}

impl TransactionManager {
    /// `identity`: if it has a `transactional.id`, with partition 0 of the topic.
    pub fn new(partitions: u32, rules: Rules, identity: Option<(TxnIdentity, Tp)>) -> TransactionManager {
        TransactionManager {
            producer: ProducerIdAndEpoch::NONE,
            epoch_bump_required: false,
            sequences: Sequences::new(partitions),
            rules,
            transaction: identity.map(|(identity, first)| Box::new(Transaction::new(identity, first))),
        }
    }
    /// Whether InitProducerId was answered.
    pub fn has_producer_id(&self) -> bool {
        self.producer != ProducerIdAndEpoch::NONE
    }
    /// Whether it has a `transactional.id`.
    #[inline]
    pub fn is_transactional(&self) -> bool {
        self.transaction.is_some()
    }
    /// What its Produce requests say of the transaction; none without a `transactional.id`.
    pub fn transactional(&self) -> Option<TransactionalProduce> {
        self.transaction.as_ref().map(|transaction| TransactionalProduce {
            transactional_id: transaction.identity.transactional_id,
            version: transaction.identity.version,
        })
    }

    // --- sequences -----------------------------------------------------------------------------------

    /// Whether the head of a queue must stay there (`shouldStopDrainBatchesForPartition`).
    #[inline]
    pub fn must_not_drain(&self, partition: u32, head: BatchId, batches: &IncompleteBatches) -> bool {
        // `isSendToPartitionAllowed`.
        if let Some(transaction) = &self.transaction
            && (matches!(transaction.state, State::FatalError(_)) || !transaction.partitions.contains(&partition))
        {
            return true;
        }
        !self.has_producer_id() || self.sequences.must_not_drain(partition, head, self.producer, batches)
    }
    /// Gives a batch that is drained for the first time its sequences.
    pub fn assign_sequence(&mut self, partition: u32, id: BatchId, batches: &mut IncompleteBatches) {
        self.sequences.assign(partition, id, self.producer, batches);
    }
    /// A batch with a sequence is to be followed.
    pub fn add_in_flight(&mut self, partition: u32, id: BatchId, batches: &IncompleteBatches) {
        self.sequences.add_in_flight(partition, id, batches);
    }
    /// A batch is followed no longer.
    pub fn remove_in_flight(&mut self, partition: u32, id: BatchId) {
        self.sequences.remove_in_flight(partition, id);
    }
    /// The broker has the batch, told in time or late.
    pub fn handle_completed(&mut self, partition: u32, id: BatchId, batches: &IncompleteBatches) {
        self.sequences.completed(partition, id, batches);
    }
    /// A batch was given up, and its transaction with it. `adjust`: the broker said so, so that the sequences after it
    /// must change.
    pub fn handle_failed(
        &mut self,
        partition: u32,
        id: BatchId,
        error: Exception,
        adjust: bool,
        batches: &mut IncompleteBatches,
        ctx: &mut Context<'_>,
    ) {
        if self.enter_error_state(error, Thread::Sender, ctx).is_err() {
            // The exception ends the call before anything else is done: the sequences are of no more use.
            return self.sequences.remove_in_flight(partition, id);
        }
        self.sequences.remove_in_flight(partition, id);
        match &self.transaction {
            Some(transaction) if matches!(transaction.state, State::FatalError(_)) => {}
            Some(_) if adjust && batches[id].sequence != Sequence::NONE => {
                self.sequences.adjust_due_to_failed(partition, id, batches)
            }
            Some(_) => {}
            None if adjust || error.code() == ErrorCode::OutOfOrderSequenceNumber => self.request_epoch_bump(partition),
            None => {}
        }
    }
    /// Whether an error lets the batch be sent again (`canRetry`); may ask for a new epoch.
    pub fn can_retry(&mut self, partition: u32, id: BatchId, error: ErrorCode, batches: &IncompleteBatches) -> bool {
        if error != ErrorCode::OutOfOrderSequenceNumber {
            return error.is_retriable();
        }
        let transactional = self.transaction.is_some();
        match self.sequences.out_of_order(partition, &batches[id]) {
            OutOfOrder::Follows => true,
            // The transaction can be aborted.
            OutOfOrder::Gap | OutOfOrder::Unresolved if transactional => false,
            OutOfOrder::Gap => {
                self.request_epoch_bump(partition);
                true
            }
            OutOfOrder::Unresolved => true,
        }
    }
    /// A batch expired after it had been put back: no new batch until its fate is clear
    /// (`markSequenceUnresolved`).
    pub fn mark_unresolved(&mut self, partition: u32, last_sequence: Sequence) {
        self.sequences.mark_unresolved(partition, last_sequence);
    }
    /// Nothing is in flight any more: either the later batches showed that the expired ones were
    /// written, or a new epoch is needed (`maybeResolveSequences`).
    pub fn maybe_resolve(&mut self, ctx: &mut Context<'_>) {
        while let Some(partition) = self.sequences.take_unresolvable() {
            if self.transaction.is_none() {
                self.request_epoch_bump(partition);
            } else {
                // It needs the epoch even if the transaction is being aborted already.
                self.epoch_bump_required |= self.must_bump_by_itself();
                _ = self.enter_abortable(Exception::Unacknowledged, Thread::Sender, ctx);
            }
        }
    }

    fn request_epoch_bump(&mut self, partition: u32) {
        self.epoch_bump_required = true;
        self.sequences.request_rewrite(partition);
    }
    /// Takes the next epoch, if some partition of a producer without transactions asked for it: without a word to the
    /// cluster, as long as there is one. The partitions that asked start again at sequence 0; the others follow when
    /// nothing of theirs is in flight. Returns the new epoch; after the last epoch there is no
    /// producer id until InitProducerId is answered.
    pub fn maybe_bump(&mut self, batches: &mut IncompleteBatches) -> Option<ProducerIdAndEpoch> {
        if !self.epoch_bump_required || !self.has_producer_id() || self.transaction.is_some() {
            return None;
        }
        if self.producer.epoch == ProducerEpoch(i16::MAX) {
            self.producer = ProducerIdAndEpoch::NONE;
            return None;
        }
        self.producer.epoch.0 += 1;
        self.rewrite_sequences(batches);
        Some(self.producer)
    }
    /// InitProducerId of a producer without transactions is answered.
    pub fn set_producer_id(&mut self, producer: ProducerIdAndEpoch, batches: &mut IncompleteBatches) {
        self.producer = producer;
        self.rewrite_sequences(batches);
    }
    fn rewrite_sequences(&mut self, batches: &mut IncompleteBatches) {
        self.epoch_bump_required = false;
        self.sequences.rewrite(self.producer, batches);
    }

    // --- the state of the transaction --------------------------------------------------------------

    /// Whether `send()` has nothing to throw.
    #[inline]
    pub fn takes_records(&self) -> bool {
        self.transaction.as_ref().is_none_or(|transaction| {
            transaction.state == State::InTransaction && transaction.pending.is_none() && self.has_producer_id()
        })
    }
    /// Whether `send()` to the partition has nothing to throw, and no partition to add.
    #[inline]
    pub fn has_partition(&self, partition: u32) -> bool {
        self.takes_records() && self.transaction.as_ref().is_none_or(|transaction| transaction.has_partition(partition))
    }

    /// Commit or abort is under way: what has accumulated is sent without waiting for more.
    #[inline]
    pub fn is_completing(&self) -> bool {
        self.transaction.as_ref().is_some_and(|transaction| transaction.state.is_completing())
    }
    /// What made the producer one that can only be closed.
    pub fn fatal_error(&self) -> Option<Exception> {
        match self.transaction.as_ref()?.state {
            State::FatalError(error) => Some(error),
            _ => None,
        }
    }
    /// With what the batches fail that were not drained, while the transaction is, or has to be, aborted.
    pub fn abort_reason(&self) -> Option<Exception> {
        match self.transaction.as_ref()?.state {
            State::AbortableError(error) => Some(error),
            State::AbortingTransaction => Some(Exception::TransactionAborted),
            _ => None,
        }
    }
    /// A batch, or a call of send(), has failed (`maybeTransitionToErrorState`).
    ///
    /// # Errors
    /// If that is not foreseen in this state.
    pub fn enter_error_state(
        &mut self,
        error: Exception,
        thread: Thread,
        ctx: &mut Context<'_>,
    ) -> Result<(), Exception> {
        use ErrorCode::{InvalidProducerIdMapping, InvalidTxnState, ProducerFenced, TransactionAbortable};
        let Some(transaction) = &self.transaction else { return Ok(()) };
        if matches!(error, Exception::Answered(ProducerFenced | InvalidProducerIdMapping)) {
            self.enter_fatal(error, ctx);
            return Ok(());
        }
        let given_up = error.is_retriable() || error == Exception::Answered(InvalidTxnState);
        let error = match self.rules.retries_exhausted {
            RetriesExhausted::AbortsTransaction if given_up => Exception::Answered(TransactionAbortable),
            RetriesExhausted::AbortsTransaction | RetriesExhausted::AsItIs => error,
        };
        self.epoch_bump_required |= self.must_bump_by_itself() && !transaction.state.is_completing();
        self.enter_abortable(error, thread, ctx)
    }
    /// With transaction.version 2 the end of the transaction brings the next epoch; below, the producer asks for it.
    /// (All brokers are of 2.5 or later: they give it.)
    fn must_bump_by_itself(&self) -> bool {
        let by_end = |transaction: &Transaction| transaction.identity.version.supports_epoch_bump();
        self.transaction.as_deref().is_some_and(|transaction| !by_end(transaction))
    }
    fn enter_abortable(&mut self, error: Exception, thread: Thread, ctx: &mut Context<'_>) -> Result<(), Exception> {
        let aborting = self.transaction.as_ref().is_some_and(|t| t.state == State::AbortingTransaction);
        if aborting { Ok(()) } else { self.become_state(State::AbortableError(error), thread, ctx) }
    }
    fn enter_fatal(&mut self, error: Exception, ctx: &mut Context<'_>) {
        _ = self.become_state(State::FatalError(error), Thread::Sender, ctx);
        if let Some(transaction) = self.transaction.as_deref_mut()
            && let Some(pending) = transaction.pending
        {
            transaction.complete(Some(pending.awaited.id), Err(error));
        }
    }
    /// The step to another state (`transitionTo`).
    ///
    /// # Errors
    /// If it is not foreseen.
    pub(super) fn become_state(
        &mut self,
        target: State,
        thread: Thread,
        ctx: &mut Context<'_>,
    ) -> Result<(), Exception> {
        let Some(transaction) = self.transaction.as_deref_mut() else { return Ok(()) };
        let before = transaction.state;
        let refused = !before.may_become(target);
        if refused && thread == Thread::Application {
            return Err(Exception::IllegalTransactionState);
        }
        let after = if refused { State::FatalError(Exception::IllegalTransactionState) } else { target };
        transaction.state = after;
        let fatal = matches!(after, State::FatalError(_));
        if let Some(error) = after.error()
            && (before.error().is_none() || (fatal && !matches!(before, State::FatalError(_))))
        {
            ctx.record(Fact::ProducerInError { node: ctx.me(), error, fatal });
        }
        if refused { Err(Exception::IllegalTransactionState) } else { Ok(()) }
    }

    // --- control requests ----------------------------------------------------------------------------

    /// The next request that may go out (`nextRequest`). `has_incomplete`: the fate of some batch is open, so that the
    /// transaction cannot be ended.
    pub fn next_request(&mut self, has_incomplete: bool, ctx: &mut Context<'_>) -> Option<TxnRequest> {
        self.add_new_partitions();
        let transaction = self.transaction.as_deref_mut()?;
        if transaction.queue.peek()?.is_end_txn() && has_incomplete {
            return None;
        }
        let request = transaction.queue.pop()?;
        // Nobody is harmed by a search for the coordinator, who is to abort.
        let search = matches!(request.kind, TxnRequestKind::FindCoordinator(_));
        match transaction.state {
            State::AbortableError(_) if search => {}
            State::AbortableError(error) | State::FatalError(error) => {
                transaction.complete(request.result, Err(error));
                return None;
            }
            _ => {}
        }
        if request.is_end_txn() && !transaction.started {
            transaction.complete(request.result, Ok(()));
            _ = self.complete_transaction(ctx);
            return self.transaction.as_deref_mut()?.queue.pop();
        }
        Some(request)
    }
    /// Whether a control request is to be sent, or something is to be done about one.
    pub fn has_requests(&self) -> bool {
        self.transaction.as_ref().is_some_and(|t| !t.queue.is_empty() || !t.new_partitions.is_empty())
    }
    /// The request that adds what came to the transaction, if something did.
    pub(super) fn add_new_partitions(&mut self) {
        let Some(transaction) = self.transaction.as_deref_mut().filter(|t| !t.new_partitions.is_empty()) else {
            return;
        };
        let new = std::mem::take(&mut transaction.new_partitions);
        transaction.pending_partitions.extend(new);
        let first = transaction.first.0;
        let tps: List<Tp> = transaction.pending_partitions.iter().map(|number| Tp(first + number)).collect();
        transaction.queue.push(TxnRequest::new(TxnRequestKind::AddPartitions(tps), self.producer, None));
    }
    /// Whose coordinator the request goes to; none: any broker will do.
    pub fn coordinator_key(&self, request: &TxnRequest) -> Option<CoordinatorKey> {
        request.coordinator(self.transaction.as_ref()?.identity)
    }
    /// Who that is, as far as known.
    pub fn coordinator(&mut self, key: CoordinatorKey) -> Option<BrokerId> {
        *self.transaction.as_deref_mut()?.coordinator_mut(key)
    }
    /// The request, as it goes out.
    pub fn message(&self, request: &TxnRequest) -> Request {
        let transaction = self.transaction.as_ref().expect("only a transactional producer has control requests");
        request.message(transaction.identity)
    }
    /// A request waits to be sent again (`retry`).
    pub fn retry(&mut self, mut request: TxnRequest) {
        request.is_retry = true;
        if let Some(transaction) = self.transaction.as_deref_mut() {
            transaction.queue.push(request);
        }
    }
    /// A request waits until its coordinator was looked for (`lookupCoordinator`).
    pub fn look_up_and_retry(&mut self, request: TxnRequest) {
        if let Some(key) = self.coordinator_key(&request) {
            self.look_up(key);
        }
        self.retry(request);
    }
    fn look_up(&mut self, key: CoordinatorKey) {
        let Some(transaction) = self.transaction.as_deref_mut() else { return };
        *transaction.coordinator_mut(key) = None;
        let search = TxnRequestKind::FindCoordinator(key);
        transaction.queue.push(TxnRequest::new(search, ProducerIdAndEpoch::NONE, None));
    }

    /// A control request is answered (`TxnRequestHandler.handleResponse`).
    ///
    /// # Panics
    /// If that is no answer to it.
    pub fn on_response(&mut self, request: TxnRequest, response: &Response, ctx: &mut Context<'_>) {
        match (&request.kind, response) {
            (TxnRequestKind::FindCoordinator(key), Response::FindCoordinator(r)) => {
                let transaction = self.transaction.as_deref_mut().expect("it has asked");
                if r.error.is_ok() {
                    *transaction.coordinator_mut(*key) = r.coordinator;
                }
                self.react_alike(request, r.error, ctx);
            }
            (TxnRequestKind::InitProducerId { epoch_bump }, Response::InitProducerId(r)) => match r.error.is_ok() {
                true => self.initialized(*epoch_bump, r.producer, request, ctx),
                false => self.react_alike(request, r.error, ctx),
            },
            (TxnRequestKind::AddPartitions(_), Response::AddPartitionsToTxn(r)) => {
                let results = r.results.first().map_or_else(List::new, |(_, results)| results.clone());
                self.on_partitions_added(request, &results, ctx);
            }
            (TxnRequestKind::AddOffsets(group, offsets), Response::AddOffsetsToTxn(error)) => match error.is_ok() {
                true => {
                    let (group, offsets) = (*group, offsets.clone());
                    self.started();
                    self.commit_offsets(group, &offsets, request.result);
                }
                false => self.react_alike(request, *error, ctx),
            },
            (TxnRequestKind::TxnOffsetCommit(..), Response::TxnOffsetCommit(r)) => {
                self.on_offsets_committed(request, &r.results, ctx)
            }
            (TxnRequestKind::EndTxn { .. }, Response::EndTxn(r)) => match r.error.is_ok() {
                true => self.ended(r.producer, request, ctx),
                false => self.react_alike(request, r.error, ctx),
            },
            (_, response) => panic!("{response:?} is no answer to {request:?}"),
        }
    }
    /// An error that the request as a whole was answered with, or success that is nothing more.
    fn react_alike(&mut self, request: TxnRequest, error: ErrorCode, ctx: &mut Context<'_>) {
        match reaction(&request.kind, error, self.rules) {
            Reaction::Done => self.complete(&request, Ok(())),
            Reaction::Retry => self.retry(request),
            Reaction::FindCoordinator => self.look_up_and_retry(request),
            Reaction::Abortable(error) => {
                self.complete(&request, Err(error));
                _ = self.enter_abortable(error, Thread::Sender, ctx);
            }
            Reaction::Fatal(error) => self.fail_for_good(&request, error, ctx),
            Reaction::PartitionFailed => unreachable!("only partitions fail one by one"),
        }
    }
    fn complete(&mut self, request: &TxnRequest, outcome: Result<(), Exception>) {
        if let Some(transaction) = self.transaction.as_deref_mut() {
            transaction.complete(request.result, outcome);
        }
    }
    fn fail_for_good(&mut self, request: &TxnRequest, error: Exception, ctx: &mut Context<'_>) {
        self.complete(request, Err(error));
        self.enter_fatal(error, ctx);
    }
    fn started(&mut self) {
        if let Some(transaction) = self.transaction.as_deref_mut() {
            transaction.started = true;
        }
    }

    fn initialized(
        &mut self,
        epoch_bump: bool,
        producer: ProducerIdAndEpoch,
        request: TxnRequest,
        ctx: &mut Context<'_>,
    ) {
        self.assigned(producer, ctx);
        if self.become_state(State::Ready, Thread::Sender, ctx).is_err() {
            return;
        }
        if epoch_bump {
            self.sequences.reset();
        }
        self.complete(&request, Ok(()));
    }
    fn assigned(&mut self, producer: ProducerIdAndEpoch, ctx: &mut Context<'_>) {
        self.producer = producer;
        ctx.record(Fact::ProducerIdAssigned { node: ctx.me(), producer_id: producer.id, epoch: producer.epoch });
    }
    fn on_partitions_added(&mut self, mut request: TxnRequest, results: &List<(Tp, ErrorCode)>, ctx: &mut Context<'_>) {
        request.backoff = None;
        let mut failed = None;
        for (_, error) in results {
            match reaction(&request.kind, *error, self.rules) {
                Reaction::Done => {}
                Reaction::PartitionFailed => failed = failed.or(Some(*error)),
                other => {
                    // The transaction before is being completed: that does not take long.
                    let first = self.transaction.as_ref().is_some_and(|t| t.partitions.is_empty());
                    if *error == ErrorCode::ConcurrentTransactions && first && other == Reaction::Retry {
                        request.backoff = Some(ADD_PARTITIONS_BACKOFF);
                    }
                    return self.react_alike(request, *error, ctx);
                }
            }
        }
        let transaction = self.transaction.as_deref_mut().expect("it has asked");
        let first = transaction.first.0;
        let numbers = results.iter().map(|(tp, _)| tp.0 - first);
        transaction.pending_partitions.retain(|number| !numbers.clone().any(|added| added == *number));
        match failed {
            Some(error) => {
                let error = Exception::Unexpected(error);
                self.complete(&request, Err(error));
                _ = self.enter_abortable(error, Thread::Sender, ctx);
            }
            None => {
                transaction.partitions.extend(numbers);
                transaction.started = true;
                self.complete(&request, Ok(()));
            }
        }
    }
    fn on_offsets_committed(&mut self, request: TxnRequest, results: &List<(Tp, ErrorCode)>, ctx: &mut Context<'_>) {
        let mut looked_up = false;
        for (tp, error) in results {
            let transaction = self.transaction.as_deref_mut().expect("it has asked");
            match reaction(&request.kind, *error, self.rules) {
                Reaction::Done => drop(transaction.pending_offsets.remove(tp)),
                Reaction::FindCoordinator if !looked_up => {
                    looked_up = true;
                    if let Some(key) = self.coordinator_key(&request) {
                        self.look_up(key);
                    }
                }
                Reaction::FindCoordinator | Reaction::Retry => {}
                Reaction::Abortable(_) | Reaction::Fatal(_) | Reaction::PartitionFailed => {
                    transaction.pending_offsets.clear();
                    return self.react_alike(request, *error, ctx);
                }
            }
        }
        match self.transaction.as_ref().is_some_and(|t| t.pending_offsets.is_empty()) {
            true => self.complete(&request, Ok(())),
            // It says the same as before, also of what was taken.
            false => self.retry(request),
        }
    }
    /// TxnOffsetCommit with these offsets, and those that were not taken so far (`txnOffsetCommitHandler`).
    pub(super) fn commit_offsets(
        &mut self,
        group: ConsumerGroupMetadata,
        offsets: &TxnOffsets,
        result: Option<ResultId>,
    ) {
        let producer = self.producer;
        let Some(transaction) = self.transaction.as_deref_mut() else { return };
        let new = offsets.iter().map(|(tp, offset, epoch)| (*tp, (*offset, *epoch)));
        transaction.pending_offsets.extend(new);
        let kind = TxnRequestKind::TxnOffsetCommit(group, transaction.offsets());
        transaction.queue.push(TxnRequest::new(kind, producer, result));
    }
    /// EndTxn is done. With transaction.version 2 the answer has the epoch of the next transaction.
    fn ended(&mut self, next: ProducerIdAndEpoch, request: TxnRequest, ctx: &mut Context<'_>) {
        if next != ProducerIdAndEpoch::NONE {
            self.assigned(next, ctx);
            self.sequences.reset();
        }
        if self.complete_transaction(ctx).is_ok() {
            self.complete(&request, Ok(()));
        }
    }
    /// The transaction is over (`completeTransaction`).
    fn complete_transaction(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        let next = if self.epoch_bump_required { State::Initializing } else { State::Ready };
        self.become_state(next, Thread::Sender, ctx)?;
        self.epoch_bump_required = false;
        let transaction = self.transaction.as_deref_mut().expect("one was completed");
        transaction.started = false;
        transaction.new_partitions.clear();
        transaction.pending_partitions.clear();
        transaction.partitions.clear();
        Ok(())
    }
}
