//! What the brokers answered (`Sender.handleProduceResponse`, `Sender.completeBatch`).

use super::batch::{BatchId, ProducerIdAndEpoch};
use super::kafka_producer::{InitProducerId, KafkaProducer};
use super::requests::Pending;
use crate::client::network::NetworkEvent;
use crate::history::fact::{Certainty, Fact};
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::Offset;
use crate::protocol::messages::{InitProducerIdResponse, MetadataResponse, ProduceResponse, Response};
use crate::sim::time::Nanos;

impl KafkaProducer {
    /// Takes what came of the network.
    pub fn on_network_event(&mut self, event: NetworkEvent, ctx: &mut Context<'_>) {
        match event {
            NetworkEvent::Ready(_) => {}
            NetworkEvent::Disconnected(dest) => {
                self.metadata.disconnected(ctx.now());
                if matches!(self.init, InitProducerId::Connecting(waiting) if waiting == dest) {
                    self.init = InitProducerId::NotBefore(self.control_retry_at(ctx));
                }
            }
            NetworkEvent::Response { tag, response, .. } => {
                let request = self.requests.take(tag);
                self.on_response(request, response, ctx);
            }
            NetworkEvent::Written { tag, .. } => match self.requests.take(tag) {
                Pending::Produce(ids) => {
                    ids.iter().for_each(|id| self.complete_batch(*id, ErrorCode::None, Offset::INVALID, ctx))
                }
                other => unreachable!("only acks=0 asks to be told of the writing, not {other:?}"),
            },
            NetworkEvent::Failed { tag, error, .. } => match self.requests.take(tag) {
                Pending::Metadata => self.metadata.failed(ctx.now()),
                Pending::InitProducerId => self.init = InitProducerId::NotBefore(self.control_retry_at(ctx)),
                Pending::Produce(ids) => {
                    ids.iter().for_each(|id| self.complete_batch(*id, error, Offset::INVALID, ctx))
                }
            },
        }
    }
    /// Control requests wait a constant `retry.backoff.ms`.
    fn control_retry_at(&self, ctx: &Context<'_>) -> Nanos {
        ctx.now().saturating_add(self.config.retry_backoff)
    }

    fn on_response(&mut self, request: Pending, response: Response, ctx: &mut Context<'_>) {
        match (request, response) {
            (Pending::Metadata, Response::Metadata(response)) => self.on_metadata(&response, ctx),
            (Pending::InitProducerId, Response::InitProducerId(response)) => self.on_producer_id(&response, ctx),
            (Pending::Produce(ids), Response::Produce(response)) => {
                self.on_produce(&ids, &response, ctx);
                ctx.give_back(response.partitions);
            }
            (request, response) => panic!("{response:?} is no answer to {request:?}"),
        }
    }
    fn on_metadata(&mut self, response: &MetadataResponse, ctx: &mut Context<'_>) {
        self.metadata.update(response, ctx.now());
        self.count_partitions();
        self.accumulator.update_leaders(&self.metadata, self.first);
        if self.lacks_metadata() {
            self.metadata.request_update();
        }
    }
    /// A broker without a block of ids to give from says COORDINATOR_LOAD_IN_PROGRESS; every error is
    /// taken as such, since no other one can come without transactions and authorization.
    fn on_producer_id(&mut self, response: &InitProducerIdResponse, ctx: &mut Context<'_>) {
        if response.error.is_err() {
            self.init = InitProducerId::NotBefore(self.control_retry_at(ctx));
            return;
        }
        self.init = InitProducerId::NotBefore(Nanos::ZERO);
        let producer = ProducerIdAndEpoch { id: response.producer_id, epoch: response.producer_epoch };
        let transactions = self.transactions.as_mut().expect("only an idempotent producer asks");
        transactions.set_producer_id(producer);
        transactions.rewrite_sequences(&mut self.accumulator.batches);
        ctx.record(Fact::ProducerIdAssigned { node: ctx.me(), producer_id: producer.id, epoch: producer.epoch });
    }
    fn on_produce(&mut self, ids: &[BatchId], response: &ProduceResponse, ctx: &mut Context<'_>) {
        // Looked up before any is completed: a slot that is given back may be another batch by then.
        for (number, result) in response.partitions.iter().enumerate() {
            let partition = result.tp.0 - self.first.0;
            let of_partition = |id: &BatchId| self.accumulator.batches[*id].partition == partition;
            let id = match ids.get(number) {
                Some(id) if of_partition(id) => *id,
                _ => *ids.iter().find(|id| of_partition(id)).expect("an answer for a partition of the request"),
            };
            self.complete_batch(id, result.error, result.base_offset, ctx);
        }
        let mut news = false;
        for result in response.partitions.iter().filter(|r| r.error.is_err()) {
            news |= result.current_leader.is_some_and(|leader| self.metadata.update_leader(result.tp, leader));
        }
        if news {
            self.accumulator.update_leaders(&self.metadata, self.first);
        }
    }

    /// Completes, retries, splits or fails a batch.
    fn complete_batch(&mut self, id: BatchId, error: ErrorCode, base_offset: Offset, ctx: &mut Context<'_>) {
        let batch = &mut self.accumulator.batches[id];
        batch.outstanding = false;
        let count = batch.count();
        if error.is_ok() {
            self.succeed(id, base_offset, ctx);
        } else {
            batch.note_error(error);
            let done = batch.done;
            if error == ErrorCode::MessageTooLarge && count > 1 && !done {
                self.split(id, ctx);
            } else if self.can_retry(id, error, ctx.now()) {
                self.retry(id, error, ctx);
            } else {
                // With attempts left it was the broker's word that ended it, so the sequences of what
                // comes after are free to change.
                let adjust = self.accumulator.batches[id].attempts < self.config.retries;
                self.fail(id, Exception::Answered(error), adjust, ctx);
            }
            if error.is_invalid_metadata() {
                self.metadata.request_update();
            }
        }
        if self.config.max_in_flight == 1 {
            self.accumulator.set_muted(id, false);
        }
        self.release_if_over(id);
    }

    fn succeed(&mut self, id: BatchId, base_offset: Offset, ctx: &mut Context<'_>) {
        let batch = &self.accumulator.batches[id];
        // Also when it comes too late for the application: the sequences want to know.
        if let Some(transactions) = &mut self.transactions {
            transactions.handle_completed(batch.partition, id, &self.accumulator.batches);
        }
        if batch.done {
            return;
        }
        ctx.record(Fact::BatchAcked {
            node: ctx.me(),
            tp: self.tp(batch),
            ordinal: batch.ordinal,
            count: batch.count(),
            offset: base_offset,
            acks: self.config.acks,
            created: batch.created,
        });
        self.call_back(id, Ok(()));
        self.accumulator.remove_from_in_flight(id);
        self.accumulator.complete(id);
    }

    fn can_retry(&mut self, id: BatchId, error: ErrorCode, now: Nanos) -> bool {
        let batch = &self.accumulator.batches[id];
        if self.accumulator.has_reached_delivery_timeout(id, now) || batch.attempts >= self.config.retries || batch.done
        {
            return false;
        }
        match &mut self.transactions {
            None => error.is_retriable(),
            Some(transactions) => transactions.can_retry(batch.partition, id, error, &self.accumulator.batches),
        }
    }
    fn retry(&mut self, id: BatchId, error: ErrorCode, ctx: &mut Context<'_>) {
        self.record_retried(id, error, ctx);
        self.accumulator.remove_from_in_flight(id);
        self.accumulator.reenqueue(id, self.transactions.is_some(), ctx.now());
    }
    fn split(&mut self, id: BatchId, ctx: &mut Context<'_>) {
        self.record_retried(id, ErrorCode::MessageTooLarge, ctx);
        if let Some(transactions) = &mut self.transactions {
            transactions.remove_in_flight(self.accumulator.batches[id].partition, id);
        }
        self.accumulator.remove_from_in_flight(id);
        self.accumulator.split(id, self.transactions.as_mut());
    }
    fn record_retried(&self, id: BatchId, error: ErrorCode, ctx: &mut Context<'_>) {
        let batch = &self.accumulator.batches[id];
        ctx.record(Fact::BatchRetried {
            node: ctx.me(),
            tp: self.tp(batch),
            ordinal: batch.ordinal,
            count: batch.count(),
            error,
        });
    }

    /// Gives a batch up, unless its fate is known. An error that comes after the expiry changes nothing,
    /// not even the sequences (KAFKA-14831).
    pub(super) fn fail(&mut self, id: BatchId, error: Exception, adjust: bool, ctx: &mut Context<'_>) {
        let batch = &self.accumulator.batches[id];
        if batch.done {
            return;
        }
        if let Some(transactions) = &mut self.transactions {
            transactions.handle_failed(batch.partition, id, error.code(), adjust);
        }
        let tp = self.tp(batch);
        ctx.record(Fact::BatchFailed {
            node: ctx.me(),
            tp,
            ordinal: batch.ordinal,
            count: batch.count(),
            error,
            certainty: if batch.unsure { Certainty::Unknown } else { Certainty::Definite },
            created: batch.created,
        });
        self.call_back(id, Err(error));
        self.accumulator.remove_from_in_flight(id);
        self.accumulator.complete(id);
    }

    /// Gives the slot of a batch back once its fate is known and no answer is due any more.
    pub(super) fn release_if_over(&mut self, id: BatchId) {
        let batch = &self.accumulator.batches[id];
        if batch.done && !batch.outstanding {
            self.accumulator.release(id);
        }
    }
}
