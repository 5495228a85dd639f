//! What becomes of a batch: it is acknowledged, tried again, split or given up (`Sender.completeBatch`, `canRetry`,
//! `failBatch`).

use super::batch::BatchId;
use super::shared::Shared;
use crate::history::fact::{Certainty, Fact};
use crate::node::Context;
use crate::protocol::config::ProducerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::Offset;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// The configs that decide it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchCompletion {
    acks: Acks,
    retries: u32,
    /// `max.in.flight.requests.per.connection` is 1: a partition is muted while a batch of it is with the network.
    one_in_flight: bool,
}

impl BatchCompletion {
    /// Of these configs.
    pub fn new(config: &ProducerConfig) -> BatchCompletion {
        BatchCompletion { acks: config.acks, retries: config.retries, one_in_flight: config.max_in_flight == 1 }
    }

    /// Completes, retries, splits or fails a batch.
    pub fn complete(
        self,
        id: BatchId,
        error: ErrorCode,
        base_offset: Offset,
        shared: &mut Shared,
        ctx: &mut Context<'_>,
    ) {
        let batch = shared.accumulator.batch_mut(id);
        batch.outstanding = false;
        let count = batch.count();
        if error.is_ok() {
            self.succeed(id, base_offset, shared, ctx);
        } else {
            batch.note_error(error);
            let done = batch.done;
            if error == ErrorCode::MessageTooLarge && count > 1 && !done {
                split(id, shared, ctx);
            } else if self.can_retry(id, error, shared, ctx.now()) {
                retry(id, error, shared, ctx);
            } else {
                // With attempts left it was the broker's word that ended it, so the sequences of what
                // comes after are free to change.
                let adjust = shared.accumulator.batch(id).attempts < self.retries;
                fail(id, Exception::Answered(error), adjust, shared, ctx);
            }
        }
        if self.one_in_flight {
            shared.accumulator.set_muted(id, false);
        }
        shared.release_if_over(id);
    }

    fn succeed(self, id: BatchId, base_offset: Offset, shared: &mut Shared, ctx: &mut Context<'_>) {
        let batch = shared.accumulator.batch(id);
        // Also when it comes too late for the application: the sequences want to know.
        if let Some(transactions) = &mut shared.transactions {
            transactions.handle_completed(batch.partition, id, shared.accumulator.batches());
        }
        if batch.done {
            return;
        }
        ctx.record(Fact::BatchAcked {
            node: ctx.me(),
            tp: shared.metadata.tp(batch.partition),
            ordinal: batch.ordinal,
            count: batch.count(),
            offset: base_offset,
            acks: self.acks,
            created: batch.created,
        });
        shared.complete(id, Ok(()));
    }

    fn can_retry(self, id: BatchId, error: ErrorCode, shared: &mut Shared, now: Nanos) -> bool {
        let batch = shared.accumulator.batch(id);
        if shared.accumulator.has_reached_delivery_timeout(id, now) || batch.attempts >= self.retries || batch.done {
            return false;
        }
        match &mut shared.transactions {
            None => error.is_retriable(),
            Some(transactions) => transactions.can_retry(batch.partition, id, error, shared.accumulator.batches()),
        }
    }

    /// A batch is given up with its transaction, or with the producer. What becomes of the transaction is decided.
    #[cold]
    pub fn abort(self, id: BatchId, error: Exception, shared: &mut Shared, ctx: &mut Context<'_>) {
        let batch = shared.accumulator.batch_mut(id);
        batch.unsure |= batch.outstanding;
        let partition = batch.partition;
        if let Some(transactions) = &mut shared.transactions {
            transactions.remove_in_flight(partition, id);
        }
        record_failed(id, error, shared, ctx);
        shared.complete(id, Err(error));
        shared.release_if_over(id);
    }

    /// A batch is older than `delivery.timeout.ms`.
    #[cold]
    pub fn expire(self, id: BatchId, shared: &mut Shared, ctx: &mut Context<'_>) {
        let batch = shared.accumulator.batch_mut(id);
        // Nobody knows what the broker makes of the attempt that is still under way.
        batch.unsure |= batch.outstanding;
        let (partition, in_retry, last_sequence) = (batch.partition, batch.in_retry, batch.last_sequence());
        fail(id, Exception::Expired, false, shared, ctx);
        if let Some(transactions) = shared.transactions.as_mut().filter(|_| in_retry) {
            transactions.mark_unresolved(partition, last_sequence);
        }
        shared.release_if_over(id);
    }
}

fn retry(id: BatchId, error: ErrorCode, shared: &mut Shared, ctx: &mut Context<'_>) {
    record_retried(id, error, shared, ctx);
    shared.accumulator.remove_from_in_flight(id);
    shared.accumulator.reenqueue(id, shared.transactions.is_some(), ctx.now());
}

fn split(id: BatchId, shared: &mut Shared, ctx: &mut Context<'_>) {
    record_retried(id, ErrorCode::MessageTooLarge, shared, ctx);
    if let Some(transactions) = &mut shared.transactions {
        transactions.remove_in_flight(shared.accumulator.batch(id).partition, id);
    }
    shared.accumulator.remove_from_in_flight(id);
    shared.accumulator.split(id, shared.transactions.as_mut());
}

fn record_retried(id: BatchId, error: ErrorCode, shared: &Shared, ctx: &mut Context<'_>) {
    let batch = shared.accumulator.batch(id);
    ctx.record(Fact::BatchRetried {
        node: ctx.me(),
        tp: shared.metadata.tp(batch.partition),
        ordinal: batch.ordinal,
        count: batch.count(),
        error,
    });
}

/// Gives a batch up, unless its fate is known. An error that comes after the expiry changes nothing,
/// not even the sequences (KAFKA-14831).
fn fail(id: BatchId, error: Exception, adjust: bool, shared: &mut Shared, ctx: &mut Context<'_>) {
    let batch = shared.accumulator.batch(id);
    if batch.done {
        return;
    }
    let partition = batch.partition;
    record_failed(id, error, shared, ctx);
    if let Some(transactions) = &mut shared.transactions {
        transactions.handle_failed(partition, id, error, adjust, shared.accumulator.batches_mut(), ctx);
    }
    shared.complete(id, Err(error));
}

fn record_failed(id: BatchId, error: Exception, shared: &Shared, ctx: &mut Context<'_>) {
    let batch = shared.accumulator.batch(id);
    let tp = shared.metadata.tp(batch.partition);
    ctx.record(Fact::BatchFailed {
        node: ctx.me(),
        tp,
        ordinal: batch.ordinal,
        count: batch.count(),
        error,
        certainty: if batch.unsure { Certainty::Unknown } else { Certainty::Definite },
        created: batch.created,
    });
}
