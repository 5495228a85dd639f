//! The calls for transactions (`KafkaProducer.initTransactions`, `beginTransaction`, ...).
//!
//! All but beginTransaction() wait for the cluster: the application does nothing else until
//! [`KafkaProducer::transaction_returned`]. A call that has waited for `max.block.ms` throws, and what it asked for goes on:
//! initTransactions(), commitTransaction() and abortTransaction() then have to be made again before anything else.

use super::kafka_producer::{Call, KafkaProducer};
use super::sender::TICK;
use super::transactions::{Operation, TransactionManager, TxnOffsets};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{ProducerIdAndEpoch, TransactionalId};
use crate::protocol::messages::ConsumerGroupMetadata;
use crate::sim::time::Nanos;

impl KafkaProducer {
    /// initTransactions(): a producer id and epoch; whoever had the same `transactional.id` before is fenced.
    pub fn init_transactions(&mut self, ctx: &mut Context<'_>) {
        let begun = self.own().and_then(|transactions| transactions.begin_init(ctx));
        self.wait(Operation::Init, begun, None, ctx);
    }
    /// beginTransaction(). `transaction`: the number of this transaction among the application's, for its history.
    ///
    /// # Errors
    /// What it throws: the producer is not ready for a transaction, or failed.
    pub fn begin_transaction(&mut self, transaction: u32, ctx: &mut Context<'_>) -> Result<(), Exception> {
        self.own().and_then(|transactions| transactions.begin(ctx))?;
        self.transaction = transaction;
        self.forget_forecast();
        let ProducerIdAndEpoch { id, epoch } = self.producer_id();
        ctx.record(Fact::TransactionBegun { node: ctx.me(), transaction, producer_id: id, epoch });
        Ok(())
    }
    /// sendOffsetsToTransaction(). Without offsets it returns at once.
    pub fn send_offsets_to_transaction(
        &mut self,
        offsets: TxnOffsets,
        group: ConsumerGroupMetadata,
        ctx: &mut Context<'_>,
    ) {
        let (node, transaction) = (ctx.me(), self.transaction);
        for (tp, offset, _) in &offsets {
            ctx.record(Fact::OffsetsSentToTransaction {
                node,
                transaction,
                group: group.group,
                tp: *tp,
                offset: *offset,
                generation: group.generation,
            });
        }
        let begun = self.own().and_then(|transactions| transactions.begin_send_offsets(offsets, group));
        self.wait(Operation::SendOffsets, begun, Some(group), ctx);
    }
    /// commitTransaction(): sends what has accumulated, and ends the transaction.
    pub fn commit_transaction(&mut self, ctx: &mut Context<'_>) {
        ctx.record(Fact::TransactionEnding { node: ctx.me(), transaction: self.transaction, commit: true });
        let begun = self.own().and_then(|transactions| transactions.begin_commit(ctx));
        self.wait(Operation::Commit, begun, None, ctx);
    }
    /// abortTransaction(): drops what was not sent, waits for the rest, and ends the transaction.
    pub fn abort_transaction(&mut self, ctx: &mut Context<'_>) {
        ctx.record(Fact::TransactionEnding { node: ctx.me(), transaction: self.transaction, commit: false });
        let begun = self.own().and_then(|transactions| transactions.begin_abort(ctx));
        self.wait(Operation::Abort, begun, None, ctx);
    }
    /// Whether the call under way has returned (`Ok`) or thrown; `None` while it blocks, and if there is none.
    pub fn transaction_returned(&mut self, ctx: &mut Context<'_>) -> Option<Result<(), Exception>> {
        let call = self.call?;
        let transactions = self.shared.transactions.as_mut();
        let outcome = match call.thrown {
            Some(error) => Err(error),
            None => {
                let transactions = transactions.expect("who waits has transactions");
                match transactions.take_outcome(call.operation) {
                    Some(outcome) => outcome,
                    None if ctx.now() < call.deadline => return None,
                    None => {
                        transactions.stop_waiting(call.operation);
                        Err(Exception::TransactionTimedOut)
                    }
                }
            }
        };
        self.call = None;
        self.tell_returned(call, outcome.err(), ctx);
        Some(outcome)
    }
    /// Whether a call for transactions blocks the application.
    pub fn is_in_call(&self) -> bool {
        self.call.is_some()
    }
    /// What is wrong with the transaction: then only abort helps, or, if `true`, close.
    pub fn transaction_error(&self) -> Option<(Exception, bool)> {
        self.shared.transactions.as_ref()?.error()
    }

    fn own(&mut self) -> Result<&mut TransactionManager, Exception> {
        self.shared.transactions.as_mut().ok_or(Exception::IllegalTransactionState)
    }
    fn producer_id(&self) -> ProducerIdAndEpoch {
        self.shared.transactions.as_ref().map_or(ProducerIdAndEpoch::NONE, TransactionManager::producer)
    }
    /// Whether the call could return.
    pub(super) fn has_outcome(&self) -> bool {
        let Some(call) = &self.call else { return false };
        let there = |transactions: &TransactionManager| transactions.has_outcome(call.operation);
        call.thrown.is_some() || self.shared.transactions.as_ref().is_some_and(there)
    }
    fn wait(
        &mut self,
        operation: Operation,
        begun: Result<(), Exception>,
        group: Option<ConsumerGroupMetadata>,
        ctx: &mut Context<'_>,
    ) {
        // Also a call that is not to wait takes time: who makes it again and again must not stand still.
        let deadline: Nanos = ctx.now().saturating_add(self.max_block.max(TICK));
        self.call = Some(Call { operation, deadline, thrown: begun.err(), group: group.map(|group| group.group) });
        if begun.is_ok() {
            self.run(ctx);
        }
    }
    fn tell_returned(&self, call: Call, error: Option<Exception>, ctx: &mut Context<'_>) {
        let (node, transaction) = (ctx.me(), self.transaction);
        ctx.record(match call.operation {
            Operation::Init => {
                let ProducerIdAndEpoch { id, epoch } = self.producer_id();
                let id_of = |transactions: &TransactionManager| transactions.transactional_id();
                let transactional_id = self.shared.transactions.as_ref().and_then(id_of).unwrap_or(TransactionalId(0));
                Fact::TransactionsInitialized { node, transactional_id, producer_id: id, epoch, error }
            }
            Operation::SendOffsets => {
                let group = call.group.expect("offsets are those of a group");
                Fact::OffsetsInTransaction { node, transaction, group, error }
            }
            Operation::Commit => Fact::TransactionEnded { node, transaction, commit: true, error },
            Operation::Abort => Fact::TransactionEnded { node, transaction, commit: false, error },
        });
    }
}
