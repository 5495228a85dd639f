//! The sender's loop (`clients/.../producer/internals/Sender.java`): producer id, produce requests,
//! expiry, metadata.

use std::ops::Range;

use smallvec::SmallVec;

use super::batch::BatchId;
use super::kafka_producer::{InitProducerId, KafkaProducer, Scratch, TIMER_SENDER};
use super::requests::Pending;
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::BrokerId;
use crate::protocol::messages::{Acks, MetadataRequest, ProducePartition, ProduceRequest, Request};
use crate::sim::time::Nanos;

/// Kafka's clocks tick in milliseconds: a decision that a fresh draw may change is taken again then.
const TICK: Nanos = Nanos::from_millis(1);

impl KafkaProducer {
    /// Runs the loop until nothing more can be done now, and sets the timer for what comes next.
    pub fn run(&mut self, ctx: &mut Context<'_>) {
        let mut wake;
        loop {
            wake = self.blocked.map_or(Nanos::MAX, |blocked| blocked.deadline);
            let progress = self.has_producer_id(&mut wake, ctx) && self.send_producer_data(&mut wake, ctx);
            self.maybe_update_metadata(&mut wake, ctx);
            if !progress {
                break;
            }
        }
        if wake < self.armed {
            self.armed = wake;
            ctx.set_timer(Timer { kind: TIMER_SENDER, index: 0 }, wake);
        }
    }

    /// Resolves sequences, takes a new epoch if one is needed, and asks for a producer id if there is
    /// none. While that is under way no data is sent and nothing expires.
    fn has_producer_id(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) -> bool {
        let Some(transactions) = &mut self.transactions else { return true };
        transactions.maybe_resolve();
        if let Some(producer) = transactions.maybe_bump(&mut self.accumulator.batches) {
            ctx.record(Fact::ProducerIdAssigned { node: ctx.me(), producer_id: producer.id, epoch: producer.epoch });
        }
        if transactions.has_producer_id() {
            return true;
        }
        self.init_producer_id(wake, ctx);
        false
    }
    #[cold]
    fn init_producer_id(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let dest = match self.init {
            InitProducerId::Sent => return,
            InitProducerId::NotBefore(at) if now < at => {
                *wake = (*wake).min(at);
                return;
            }
            InitProducerId::Connecting(dest) => dest,
            InitProducerId::NotBefore(_) => match self.least_loaded(ctx) {
                Some(broker) => Dest::Broker(broker),
                None => return self.retry_init_producer_id(wake, ctx),
            },
        };
        self.init = InitProducerId::Connecting(dest);
        if self.network.ready(dest, ctx) {
            self.init = InitProducerId::Sent;
            let tag = self.requests.add(Pending::InitProducerId);
            self.network.send(dest, tag, Request::InitProducerId, None, true, ctx);
        }
    }
    /// Control requests wait a constant `retry.backoff.ms`.
    fn retry_init_producer_id(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let at = ctx.now().saturating_add(self.config.retry_backoff.max(TICK));
        self.init = InitProducerId::NotBefore(at);
        self.metadata.request_update();
        *wake = (*wake).min(at);
    }

    /// One pass of `Sender.sendProducerData`. Returns whether another may do more.
    fn send_producer_data(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) -> bool {
        let now = ctx.now();
        let mut progress = false;
        if self.accumulator.is_idle(now) {
            *wake = (*wake).min(self.accumulator.next_expiry());
        } else if now < self.scratch.hold_until {
            *wake = (*wake).min(self.scratch.hold_until);
        } else {
            self.drain_ready_nodes(wake, ctx);
            progress = self.expire_old_batches(ctx);
            *wake = (*wake).min(self.accumulator.next_expiry());
            // What expired in this very pass is sent nevertheless.
            progress |= self.send_produce_requests(ctx);
        }
        // Kafka does this at the start of each pass. Only that of the last one counts, and the last one
        // leaves the queues as they are.
        if !progress {
            self.accumulator.update_load();
        }
        progress
    }
    /// Takes what can be sent now out of the queues, into the scratch lists.
    fn drain_ready_nodes(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let exhausted = self.exhausted();
        let Scratch { ready, drained, requests, hold_until, .. } = &mut self.scratch;
        ready.clear();
        let check = self.accumulator.ready(exhausted, now, ctx.random(), ready);
        *wake = (*wake).min(check.next);
        if check.unknown_leader {
            self.metadata.request_update();
        }
        ready.retain(|broker| self.network.ready(Dest::Broker(*broker), ctx));

        drained.clear();
        requests.clear();
        for &broker in &*ready {
            let transactions = self.transactions.as_mut();
            if self.accumulator.drain(broker, self.config.max_request_size, transactions, now, ctx.random(), drained) {
                *wake = (*wake).min(now.saturating_add(TICK));
            }
            requests.push((broker, drained.len()));
        }
        // Between two passes Kafka's client reads one answer of each connection (`Selector.poll`), and a pass takes one
        // batch of each partition. So of several refusals the first one's batch goes to the new leader, and
        // before the next batch is taken the other refusals have been read and their batches are back in the
        // queue. (Measured with 4.0.0: 6, 6, 1 and 0 ms from one of five to the next.) Without the pause
        // newer batches would overtake them here, every time: OUT_OF_ORDER_SEQUENCE_NUMBER.
        if drained.iter().any(|id| self.accumulator.batches[*id].attempts > 0) {
            *hold_until = now.saturating_add(TICK);
        }
        if self.config.max_in_flight == 1 {
            drained.iter().for_each(|id| self.accumulator.set_muted(*id, true));
        }
    }
    /// Gives up the batches older than `delivery.timeout.ms`. Returns whether there were any.
    fn expire_old_batches(&mut self, ctx: &mut Context<'_>) -> bool {
        let mut expired = std::mem::take(&mut self.scratch.expired);
        self.accumulator.expired(ctx.now(), &mut expired);
        let any = !expired.is_empty();
        expired.drain(..).for_each(|id| self.expire(id, ctx));
        self.scratch.expired = expired;
        any
    }
    /// One request to each broker for which something was drained. Returns whether anything was.
    fn send_produce_requests(&mut self, ctx: &mut Context<'_>) -> bool {
        let mut begin = 0;
        for at in 0..self.scratch.requests.len() {
            let (broker, end) = self.scratch.requests[at];
            self.send_produce_request(broker, begin..end, ctx);
            begin = end;
        }
        begin > 0
    }

    /// A request to a broker with some of the drained batches.
    fn send_produce_request(&mut self, broker: BrokerId, range: Range<usize>, ctx: &mut Context<'_>) {
        if range.is_empty() {
            return;
        }
        let ids = &self.scratch.drained[range];
        let mut partitions = ctx.spare_list();
        for &id in ids {
            let tp = self.tp(&self.accumulator.batches[id]);
            let batch = &mut self.accumulator.batches[id];
            ctx.record(Fact::BatchSent {
                node: ctx.me(),
                tp,
                ordinal: batch.ordinal,
                count: batch.count(),
                attempt: batch.sends,
                created: batch.created,
                producer_epoch: batch.producer.epoch,
                sequence: batch.sequence,
            });
            batch.sends += 1;
            partitions.push(ProducePartition { tp, batch: batch.seal(ctx.me()) });
        }
        let request = ProduceRequest { acks: self.config.acks, timeout: self.config.request_timeout, partitions };
        let tag = self.requests.add(Pending::Produce(SmallVec::from_slice(ids)));
        let expect_response = self.config.acks != Acks::Zero;
        self.network.send(Dest::Broker(broker), tag, Request::Produce(request), None, expect_response, ctx);
    }

    /// `NetworkClient.DefaultMetadataUpdater.maybeUpdate`.
    #[inline]
    fn maybe_update_metadata(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let due = self.metadata.next_update(ctx.now());
        if due > ctx.now() {
            *wake = (*wake).min(due);
        } else {
            self.update_metadata(wake, ctx);
        }
    }
    fn least_loaded(&self, ctx: &mut Context<'_>) -> Option<BrokerId> {
        let candidates = self.metadata.brokers().iter().map(|broker| Dest::Broker(*broker));
        self.network.least_loaded(candidates, ctx).map(Dest::broker)
    }
    #[cold]
    fn update_metadata(&mut self, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let Some(broker) = self.least_loaded(ctx) else {
            self.metadata.rebootstrap();
            *wake = (*wake).min(now.saturating_add(self.config.reconnect_backoff.max(TICK)));
            return;
        };
        let dest = Dest::Broker(broker);
        if self.network.ready(dest, ctx) {
            let tag = self.requests.add(Pending::Metadata);
            let request = MetadataRequest {
                topics: SmallVec::from_slice(self.metadata.topics()),
                allow_auto_topic_creation: true,
            };
            self.network.send(dest, tag, Request::Metadata(request), None, true, ctx);
            self.metadata.sent();
        }
    }

    /// A batch is older than `delivery.timeout.ms`.
    #[cold]
    fn expire(&mut self, id: BatchId, ctx: &mut Context<'_>) {
        let batch = &mut self.accumulator.batches[id];
        // Nobody knows what the broker makes of the attempt that is still under way.
        batch.unsure |= batch.outstanding;
        let (partition, in_retry, last_sequence) = (batch.partition, batch.in_retry, batch.last_sequence());
        self.fail(id, Exception::Expired, false, ctx);
        if let Some(transactions) = self.transactions.as_mut().filter(|_| in_retry) {
            transactions.mark_unresolved(partition, last_sequence);
        }
        self.release_if_over(id);
    }
}
