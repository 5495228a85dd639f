//! The calls of the application (`TransactionManager.initializeTransactions`, `beginTransaction`, ...).

use super::manager::{Thread, TransactionManager};
use super::queue::{TxnOffsets, TxnRequest, TxnRequestKind};
use super::state::State;
use super::transaction::{Awaited, PendingTransition, Transaction};
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{ProducerIdAndEpoch, TransactionalId};
use crate::protocol::messages::ConsumerGroupMetadata;

use super::transaction::Operation;

impl TransactionManager {
    /// `transactional.id`.
    pub fn transactional_id(&self) -> Option<TransactionalId> {
        self.transaction.as_ref().map(|transaction| transaction.identity.transactional_id)
    }
    /// The producer id and epoch of what is sent now.
    pub fn producer(&self) -> ProducerIdAndEpoch {
        self.producer
    }
    /// A transaction has begun and is not ended.
    pub fn has_ongoing_transaction(&self) -> bool {
        self.transaction.as_ref().is_some_and(|transaction| transaction.state.has_ongoing_transaction())
    }
    /// What is wrong, and whether it is so for good.
    pub fn error(&self) -> Option<(Exception, bool)> {
        let state = self.transaction.as_ref()?.state;
        state.error().map(|error| (error, matches!(state, State::FatalError(_))))
    }

    /// `ensureTransactional`.
    fn own(&mut self) -> Result<&mut Transaction, Exception> {
        self.transaction.as_deref_mut().ok_or(Exception::IllegalTransactionState)
    }
    /// `maybeFailWithError`.
    fn fail_with_error(&mut self) -> Result<(), Exception> {
        self.own()?.state.thrown().map_or(Ok(()), Err)
    }
    /// A call that timed out has to be made again before any other (`throwIfPendingState`).
    fn fail_if_pending(&mut self) -> Result<(), Exception> {
        if self.own()?.pending.is_some() { Err(Exception::IllegalTransactionState) } else { Ok(()) }
    }
    /// The call that timed out and is made again waits for the same result (`handleCachedTransactionRequestResult`).
    /// Whether it is that.
    fn joins_pending(&mut self, operation: Operation) -> Result<bool, Exception> {
        match self.own()?.pending {
            Some(pending) if pending.operation != operation => Err(Exception::IllegalTransactionState),
            pending => Ok(pending.is_some()),
        }
    }
    fn await_transition(&mut self, operation: Operation, awaited: Awaited) -> Result<(), Exception> {
        self.own()?.pending = Some(PendingTransition { operation, awaited });
        Ok(())
    }

    /// initTransactions() begins.
    ///
    /// # Errors
    /// What it throws at once.
    pub fn begin_init(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        self.own()?;
        self.fail_with_error()?;
        if self.joins_pending(Operation::Init)? {
            return Ok(());
        }
        self.become_state(State::Initializing, Thread::Application, ctx)?;
        let awaited = self.own()?.new_result();
        self.ask_for_producer_id(false, awaited)?;
        self.await_transition(Operation::Init, awaited)
    }
    fn ask_for_producer_id(&mut self, epoch_bump: bool, awaited: Awaited) -> Result<(), Exception> {
        let producer = if epoch_bump { self.producer } else { ProducerIdAndEpoch::NONE };
        let kind = TxnRequestKind::InitProducerId { epoch_bump };
        self.own()?.queue.push(TxnRequest::new(kind, producer, Some(awaited.id)));
        Ok(())
    }
    /// beginTransaction().
    ///
    /// # Errors
    /// What it throws.
    pub fn begin(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        self.fail_if_pending()?;
        self.fail_with_error()?;
        self.become_state(State::InTransaction, Thread::Application, ctx)
    }
    /// send() has put a record into a batch of this partition, which has to be part of the transaction
    /// (`maybeAddPartition`).
    ///
    /// # Errors
    /// What send() throws, though the batch has the record.
    pub fn maybe_add_partition(&mut self, partition: u32) -> Result<(), Exception> {
        if self.has_partition(partition) {
            return Ok(());
        }
        self.fail_with_error()?;
        self.fail_if_pending()?;
        if !self.has_producer_id() {
            return Err(Exception::IllegalTransactionState);
        }
        let transaction = self.own()?;
        if transaction.state != State::InTransaction {
            return Err(Exception::IllegalTransactionState);
        }
        // With transaction.version 2 the partition's leader adds it.
        if transaction.identity.version.supports_epoch_bump() {
            transaction.partitions.insert(partition);
            transaction.started = true;
        } else if !transaction.partitions.contains(&partition) && !transaction.awaits_partition(partition) {
            transaction.new_partitions.insert(partition);
        }
        Ok(())
    }
    /// sendOffsetsToTransaction() begins.
    ///
    /// # Errors
    /// What it throws at once.
    pub fn begin_send_offsets(&mut self, offsets: TxnOffsets, group: ConsumerGroupMetadata) -> Result<(), Exception> {
        self.fail_if_pending()?;
        self.fail_with_error()?;
        let producer = self.producer;
        let transaction = self.own()?;
        if transaction.state != State::InTransaction {
            return Err(Exception::IllegalTransactionState);
        }
        let awaited = transaction.new_result();
        transaction.offsets_sent = Some(awaited);
        // With transaction.version 2 the group's coordinator adds its partition.
        if transaction.identity.version.supports_epoch_bump() {
            transaction.started = true;
            self.commit_offsets(group, &offsets, Some(awaited.id));
        } else {
            let kind = TxnRequestKind::AddOffsets(group, offsets);
            transaction.queue.push(TxnRequest::new(kind, producer, Some(awaited.id)));
        }
        Ok(())
    }
    /// commitTransaction() begins.
    ///
    /// # Errors
    /// What it throws at once.
    pub fn begin_commit(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        if self.joins_pending(Operation::Commit)? {
            return Ok(());
        }
        self.fail_with_error()?;
        self.become_state(State::CommittingTransaction, Thread::Application, ctx)?;
        self.begin_completing(Operation::Commit)
    }
    /// abortTransaction() begins.
    ///
    /// # Errors
    /// What it throws at once.
    pub fn begin_abort(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        if self.joins_pending(Operation::Abort)? {
            return Ok(());
        }
        if !matches!(self.own()?.state, State::AbortableError(_)) {
            self.fail_with_error()?;
        }
        self.become_state(State::AbortingTransaction, Thread::Application, ctx)?;
        self.own()?.new_partitions.clear();
        self.begin_completing(Operation::Abort)
    }
    /// `beginCompletingTransaction`. If another epoch is needed, the call waits for that, too.
    fn begin_completing(&mut self, operation: Operation) -> Result<(), Exception> {
        self.add_new_partitions();
        let (producer, bump) = (self.producer, self.epoch_bump_required);
        let transaction = self.own()?;
        let awaited = transaction.new_result();
        let end = TxnRequestKind::EndTxn { commit: operation == Operation::Commit };
        transaction.queue.push(TxnRequest::new(end, producer, (!bump).then_some(awaited.id)));
        if bump {
            self.ask_for_producer_id(true, awaited)?;
        }
        self.await_transition(operation, awaited)
    }

    /// What came of the call that waits, once it is there: the call returns, and may be forgotten.
    pub fn take_outcome(&mut self, operation: Operation) -> Option<Result<(), Exception>> {
        let transaction = self.transaction.as_deref_mut()?;
        if operation == Operation::SendOffsets {
            let outcome = transaction.offsets_sent?.outcome?;
            transaction.offsets_sent = None;
            return Some(outcome);
        }
        let outcome = transaction.pending?.awaited.outcome?;
        transaction.pending = None;
        Some(outcome)
    }
    /// Whether that is there.
    pub fn has_outcome(&self, operation: Operation) -> bool {
        let Some(transaction) = &self.transaction else { return false };
        let pending = transaction.pending.map(|pending| pending.awaited);
        let awaited = if operation == Operation::SendOffsets { transaction.offsets_sent } else { pending };
        awaited.is_some_and(|awaited| awaited.outcome.is_some())
    }
    /// The call gives up waiting: `max.block.ms` is over. What it asked for goes on.
    pub fn stop_waiting(&mut self, operation: Operation) {
        if let (Operation::SendOffsets, Some(transaction)) = (operation, self.transaction.as_deref_mut()) {
            transaction.offsets_sent = None;
        }
    }
}
