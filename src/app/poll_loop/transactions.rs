//! The calls of the loop for its transactions, and what comes of them.

use super::thread::{Next, Thread};
use super::{ERROR_PAUSE, Memory};
use crate::app::spec::{AbortPolicy, CommitMode, FencedPolicy, GroupMetadata};
use crate::app::transactions::Remedy;
use crate::client::producer::Operation;
use crate::node::Context;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::protocol::messages::ConsumerGroupMetadata;
use crate::sim::time::Nanos;

impl Memory {
    /// Ends the transaction: with the offsets, if they go with it.
    pub(super) fn end_transaction(&mut self, next: Next, ctx: &mut Context<'_>) {
        if self.spec.commit != CommitMode::InTransaction {
            return self.call_for_transaction(Operation::Commit, next, ctx);
        }
        let Memory { batch, consumer, outlet: Some(outlet), .. } = self else { return };
        // `ConsumerRecords.nextOffsets()`: the positions, which may be behind the records that there are to be given.
        let next_offset = |(tp, behind): (Tp, Offset)| {
            let (offset, epoch) = consumer.next_offset(tp).unwrap_or((behind, LeaderEpoch::UNDEFINED));
            (tp, offset, epoch)
        };
        let offsets = batch.next_offsets().into_iter().map(next_offset);
        let known = consumer.group_metadata();
        let metadata = match self.spec.outlet.as_ref().map(|outlet| outlet.transactions.group_metadata) {
            Some(GroupMetadata::Full) | None => known,
            Some(GroupMetadata::GroupId) => ConsumerGroupMetadata::of_group(known.group),
        };
        outlet.send_offsets(offsets, metadata, ctx);
        self.thread = Thread::Ending { call: Operation::SendOffsets, next };
    }
    fn call_for_transaction(&mut self, call: Operation, next: Next, ctx: &mut Context<'_>) {
        self.outlet().call(call, ctx);
        self.thread = Thread::Ending { call, next };
    }
    /// A call for transactions has returned, or thrown.
    pub(super) fn transaction_call_returned(&mut self, remedy: Remedy, ctx: &mut Context<'_>) {
        let (call, next) = match self.thread {
            Thread::Ending { call, next } => (call, next),
            _ => (Operation::Init, Next::Poll),
        };
        match (remedy, call) {
            (Remedy::Done, Operation::Init) => self.poll(ctx),
            (Remedy::Done, Operation::SendOffsets) => self.call_for_transaction(Operation::Commit, next, ctx),
            (Remedy::Done, Operation::Commit) => self.batch_done(next, ctx),
            (Remedy::Done, Operation::Abort) => {
                self.forget_batch();
                self.poll(ctx);
            }
            // Who is told to stop does not wait for ever.
            (Remedy::Again, _) if self.shutdown => self.begin_end(ctx.now()),
            (Remedy::Again, Operation::Init) => self.outlet().call(Operation::Init, ctx),
            (Remedy::Again, call) => self.call_for_transaction(call, next, ctx),
            (Remedy::Abort, _) => self.call_for_transaction(Operation::Abort, next, ctx),
            (Remedy::Close, _) => self.close_producer(ctx),
        }
    }
    /// `send()` or beginTransaction() has thrown.
    pub(super) fn transaction_failed(&mut self, ctx: &mut Context<'_>) {
        match self.outlet().remedy_now() {
            Remedy::Abort => self.call_for_transaction(Operation::Abort, Next::Poll, ctx),
            _ => self.close_producer(ctx),
        }
    }
    /// What was done of the batch is undone. The consumer is behind it: who does not go back skips it.
    fn forget_batch(&mut self) {
        self.batch.clear();
        let policy = self.spec.outlet.as_ref().map(|outlet| outlet.transactions.on_abort);
        if policy == Some(AbortPolicy::SeekBack) {
            self.consumer.seek_to_committed();
        }
    }
    fn close_producer(&mut self, ctx: &mut Context<'_>) {
        self.outlet().close(ctx);
        self.thread = Thread::ClosingProducer;
    }
    pub(super) fn producer_closed(&mut self, now: Nanos) {
        let policy = self.spec.outlet.as_ref().map(|outlet| outlet.transactions.on_fenced);
        self.shutdown |= policy == Some(FencedPolicy::Exit);
        self.thread = Thread::WithoutProducer { until: now.saturating_add(ERROR_PAUSE) };
    }
    /// Another producer with the same transactional id, and what the one before has not committed is to be done again.
    pub(super) fn construct_producer(&mut self, ctx: &mut Context<'_>) {
        self.forget_batch();
        let outlet = self.outlet();
        outlet.construct_again(ctx);
        outlet.call(Operation::Init, ctx);
        self.thread = Thread::Initializing;
    }
}
