//! The sender (`clients/.../producer/internals/Sender.java`): producer id, produce requests, expiry, metadata, and what
//! the brokers answer.

use std::ops::Range;

use smallvec::SmallVec;

use super::batch::BatchId;
use super::completion::BatchCompletion;
use super::requests::{Control, Pending, Requests, Turn};
use super::shared::Shared;
use super::timers::ProducerTimer;
use super::transactions::TransactionManager;
use crate::client::network::{Dest, NetworkClient, NetworkConfig, NetworkEvent};
use crate::history::fact::Fact;
use crate::net::CONNECTION_SETUP_TIMEOUT_MAX;
use crate::node::{Context, Input, Owner};
use crate::protocol::config::ProducerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Offset};
use crate::protocol::messages::{
    Acks, InitProducerIdRequest, InitProducerIdResponse, MetadataRequest, MetadataResponse, ProducePartition,
    ProduceRequest, ProduceResponse, Request, Response,
};
use crate::sim::time::Nanos;

/// Kafka's clocks tick in milliseconds: a decision that a fresh draw may change is taken again then.
pub(super) const TICK: Nanos = Nanos::from_millis(1);

/// Where the way to a producer id stands (`TransactionManager.InitProducerIdHandler`).
#[derive(Clone, Copy, Debug)]
enum InitProducerId {
    /// Nowhere; not to be begun before the given time.
    NotBefore(Nanos),
    /// A connection is being opened for it.
    Connecting(Dest),
    /// Asked.
    Sent,
}

/// Lists that live for one turn, kept for their memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    events: Vec<NetworkEvent>,
    ready: Vec<BrokerId>,
    drained: Vec<BatchId>,
    /// Where the batches of each broker end in `drained`.
    requests: Vec<(BrokerId, usize)>,
    pub(super) expired: Vec<BatchId>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) config: ProducerConfig,
    pub(super) network: NetworkClient,
    pub(super) requests: Requests,
    init: InitProducerId,
    /// The control request of a transactional producer.
    pub(super) control: Control,
    /// What came from the network while the thread slept.
    held: Vec<Input>,
    /// Its connections are gone for good, and with them the answers to what was still under way.
    closed: bool,
    pub(super) completion: BatchCompletion,
    /// When its timer goes off.
    armed: Nanos,
    /// It waits for answers that never come: see [`ProducerSpec::waits_in_vain`](super::spec::ProducerSpec::waits_in_vain).
    waits_in_vain: bool,
    /// No batch is drained before this time: see [`Sender::drain_ready_nodes`].
    hold_until: Nanos,
    pub(super) scratch: Scratch,
}

impl Sender {
    /// No connections. `waits_in_vain`: for an answer to acks=0.
    pub fn new(config: ProducerConfig, waits_in_vain: bool) -> Sender {
        let network = NetworkConfig {
            request_timeout: config.request_timeout,
            reconnect_backoff: config.reconnect_backoff,
            reconnect_backoff_max: config.reconnect_backoff_max,
            connection_setup_timeout: config.socket_connection_setup_timeout,
            connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
            max_in_flight: config.max_in_flight,
            discover_api_versions: true,
        };
        Sender {
            network: NetworkClient::new(network, ProducerTimer::Connection(0), Owner(0)),
            requests: Requests::default(),
            init: InitProducerId::NotBefore(Nanos::ZERO),
            control: Control::Idle,
            held: Vec::new(),
            closed: false,
            completion: BatchCompletion::new(&config),
            armed: Nanos::MAX,
            waits_in_vain,
            hold_until: Nanos::ZERO,
            scratch: Scratch::default(),
            config,
        }
    }
    /// When its next turn comes, if nothing comes before.
    #[inline]
    pub fn due(&self) -> Nanos {
        self.armed
    }
    /// Its timer went off.
    pub fn woke_up(&mut self) {
        self.armed = Nanos::MAX;
    }

    /// Runs the loop until nothing more can be done now, and sets the timer for what comes next. `exhausted`: a call
    /// of `send()` waits for memory. `until`: when a call that blocks gives up.
    pub fn run(&mut self, shared: &mut Shared, exhausted: bool, until: Nanos, ctx: &mut Context<'_>) {
        let mut wake;
        loop {
            wake = until;
            let progress = match self.before_data(shared, &mut wake, ctx) {
                Turn::Data => self.send_producer_data(shared, exhausted, &mut wake, ctx),
                Turn::Again => true,
                Turn::Over => false,
            };
            if self.control.sleeps_until().is_some() {
                break;
            }
            self.maybe_update_metadata(shared, &mut wake, ctx);
            if !progress {
                break;
            }
        }
        if wake < self.armed {
            self.armed = wake;
            ctx.set_timer(ProducerTimer::Sender, wake);
        }
    }

    /// What a pass does before it sends data. While a control request is under way no data is sent and nothing expires.
    #[inline]
    fn before_data(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) -> Turn {
        if shared.transactions.as_ref().is_some_and(TransactionManager::is_transactional) {
            self.control_turn(shared, wake, ctx)
        } else if self.has_producer_id(shared, wake, ctx) {
            Turn::Data
        } else {
            Turn::Over
        }
    }
    /// Resolves sequences, takes a new epoch if one is needed, and asks for a producer id if there is none.
    fn has_producer_id(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) -> bool {
        let Some(transactions) = &mut shared.transactions else { return true };
        transactions.maybe_resolve(ctx);
        if let Some(producer) = transactions.maybe_bump(shared.accumulator.batches_mut()) {
            ctx.record(Fact::ProducerIdAssigned { node: ctx.me(), producer_id: producer.id, epoch: producer.epoch });
        }
        if transactions.has_producer_id() {
            return true;
        }
        self.init_producer_id(shared, wake, ctx);
        false
    }
    #[cold]
    fn init_producer_id(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let dest = match self.init {
            InitProducerId::Sent => return,
            InitProducerId::NotBefore(at) if now < at => {
                *wake = (*wake).min(at);
                return;
            }
            InitProducerId::Connecting(dest) => dest,
            InitProducerId::NotBefore(_) => match self.least_loaded(shared, ctx) {
                Some(broker) => Dest::Broker(broker),
                None => return self.retry_init_producer_id(shared, wake, ctx),
            },
        };
        self.init = InitProducerId::Connecting(dest);
        if self.network.ready(dest, ctx) {
            self.init = InitProducerId::Sent;
            let tag = self.requests.add(Pending::InitProducerId);
            self.network.send(dest, tag, Request::InitProducerId(InitProducerIdRequest::IDEMPOTENT), None, true, ctx);
        }
    }
    /// There is nobody to ask. That took no time, so that even without a backoff the next look is a moment later.
    fn retry_init_producer_id(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let at = self.control_retry_at(ctx).max(ctx.now().saturating_add(TICK));
        self.init = InitProducerId::NotBefore(at);
        shared.metadata.request_update();
        *wake = (*wake).min(at);
    }

    /// One pass of `Sender.sendProducerData`. Returns whether another may do more.
    fn send_producer_data(
        &mut self,
        shared: &mut Shared,
        exhausted: bool,
        wake: &mut Nanos,
        ctx: &mut Context<'_>,
    ) -> bool {
        let now = ctx.now();
        let mut progress = false;
        if shared.accumulator.is_idle(now) {
            *wake = (*wake).min(shared.accumulator.next_expiry());
        } else if now < self.hold_until {
            *wake = (*wake).min(self.hold_until);
        } else {
            self.drain_ready_nodes(shared, exhausted, wake, ctx);
            progress = self.expire_old_batches(shared, ctx);
            *wake = (*wake).min(shared.accumulator.next_expiry());
            // What expired in this very pass is sent nevertheless.
            progress |= self.send_produce_requests(shared, ctx);
        }
        // Kafka does this at the start of each pass. Only that of the last one counts, and the last one
        // leaves the queues as they are.
        if !progress {
            shared.accumulator.update_load();
        }
        progress
    }
    /// Takes what can be sent now out of the queues, into the scratch lists.
    fn drain_ready_nodes(&mut self, shared: &mut Shared, exhausted: bool, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let Scratch { ready, drained, requests, .. } = &mut self.scratch;
        ready.clear();
        let completing = shared.transactions.as_ref().is_some_and(TransactionManager::is_completing);
        let check = shared.accumulator.ready(exhausted, completing, now, ctx.random(), ready);
        *wake = (*wake).min(check.next);
        if check.unknown_leader {
            shared.metadata.use_topic(now);
            shared.metadata.request_update();
        }
        ready.retain(|broker| {
            let can_drain = self.network.ready(Dest::Broker(*broker), ctx);
            shared.accumulator.update_latency(*broker, now, can_drain);
            can_drain
        });

        drained.clear();
        requests.clear();
        for &broker in &*ready {
            let transactions = shared.transactions.as_mut();
            if shared.accumulator.drain(broker, self.config.max_request_size, transactions, now, ctx.random(), drained)
            {
                *wake = (*wake).min(now.saturating_add(TICK));
            }
            requests.push((broker, drained.len()));
        }
        // Between two passes Kafka's client reads one answer of each connection (`Selector.poll`), and a pass takes one
        // batch of each partition. So of several refusals the first one's batch goes to the new leader, and
        // before the next batch is taken the other refusals have been read and their batches are back in the
        // queue. (Measured with 4.0.0: 6, 6, 1 and 0 ms from one of five to the next.) Without the pause
        // newer batches would overtake them here, every time: OUT_OF_ORDER_SEQUENCE_NUMBER.
        if drained.iter().any(|id| shared.accumulator.batch(*id).attempts > 0) {
            self.hold_until = now.saturating_add(TICK);
        }
        if self.config.max_in_flight == 1 {
            drained.iter().for_each(|id| shared.accumulator.set_muted(*id, true));
        }
    }
    /// Gives up the batches older than `delivery.timeout.ms`. Returns whether there were any.
    fn expire_old_batches(&mut self, shared: &mut Shared, ctx: &mut Context<'_>) -> bool {
        let mut expired = std::mem::take(&mut self.scratch.expired);
        shared.accumulator.expired(ctx.now(), &mut expired);
        let any = !expired.is_empty();
        expired.drain(..).for_each(|id| self.completion.expire(id, shared, ctx));
        self.scratch.expired = expired;
        any
    }
    /// One request to each broker for which something was drained. Returns whether anything was.
    fn send_produce_requests(&mut self, shared: &mut Shared, ctx: &mut Context<'_>) -> bool {
        let mut begin = 0;
        for at in 0..self.scratch.requests.len() {
            let (broker, end) = self.scratch.requests[at];
            self.send_produce_request(shared, broker, begin..end, ctx);
            begin = end;
        }
        begin > 0
    }

    /// A request to a broker with some of the drained batches.
    fn send_produce_request(
        &mut self,
        shared: &mut Shared,
        broker: BrokerId,
        range: Range<usize>,
        ctx: &mut Context<'_>,
    ) {
        if range.is_empty() {
            return;
        }
        let ids = &self.scratch.drained[range];
        let transactional = shared.transactions.as_ref().and_then(TransactionManager::transactional);
        let mut partitions = ctx.spare_list();
        for &id in ids {
            let batch = shared.accumulator.batch_mut(id);
            let tp = shared.metadata.tp(batch.partition);
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
            partitions.push(ProducePartition { tp, batch: batch.seal(ctx.me(), transactional.is_some()) });
        }
        let request =
            ProduceRequest { transactional, acks: self.config.acks, timeout: self.config.request_timeout, partitions };
        let tag = self.requests.add(Pending::Produce(SmallVec::from_slice(ids)));
        let expect_response = self.config.acks != Acks::Zero || self.waits_in_vain;
        self.network.send(Dest::Broker(broker), tag, Request::Produce(request), None, expect_response, ctx);
        if self.waits_in_vain {
            self.network.last_waits_in_vain(Dest::Broker(broker));
        }
    }

    /// `NetworkClient.DefaultMetadataUpdater.maybeUpdate`.
    #[inline]
    fn maybe_update_metadata(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let due = shared.metadata.next_update(ctx.now()).min(shared.metadata.rebootstrap_at());
        if due > ctx.now() {
            *wake = (*wake).min(due);
        } else {
            self.update_metadata(shared, wake, ctx);
        }
    }
    pub(super) fn least_loaded(&self, shared: &Shared, ctx: &mut Context<'_>) -> Option<BrokerId> {
        self.network.least_loaded(dests(shared), ctx).map(Dest::broker)
    }
    #[cold]
    fn update_metadata(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) {
        let now = ctx.now();
        if shared.metadata.rebootstrap_at() <= now {
            self.begin_anew(shared, ctx);
        }
        if shared.metadata.next_update(now) > now {
            *wake = (*wake).min(shared.metadata.next_update(now));
            return;
        }
        shared.metadata.tries(now);
        let mut broker = self.least_loaded(shared, ctx);
        if broker.is_none() && !self.network.is_any_ready(dests(shared)) {
            rebootstrap(shared, ctx);
            broker = self.least_loaded(shared, ctx);
        }
        let Some(broker) = broker else {
            *wake = (*wake).min(now.saturating_add(self.config.reconnect_backoff.max(TICK)));
            return;
        };
        let dest = Dest::Broker(broker);
        if self.network.ready(dest, ctx) {
            let tag = self.requests.add(Pending::Metadata);
            let request = MetadataRequest {
                all_topics: false,
                topics: SmallVec::from_slice(shared.metadata.topics()),
                allow_auto_topic_creation: true,
            };
            self.network.send(dest, tag, Request::Metadata(request), None, true, ctx);
            shared.metadata.sent();
        }
    }

    /// Drops the connections to all brokers it knows, and begins with the bootstrap brokers (KIP-1102).
    fn begin_anew(&mut self, shared: &mut Shared, ctx: &mut Context<'_>) {
        let mut events = std::mem::take(&mut self.scratch.events);
        self.network.disconnect_all(dests(shared), &mut events, ctx);
        for event in events.drain(..) {
            self.on_network_event(event, shared, ctx);
        }
        self.scratch.events = events;
        rebootstrap(shared, ctx);
    }

    // --- what the brokers answer -------------------------------------------------------------------

    /// Whether the thread sleeps, and reads nothing.
    #[inline]
    pub fn is_asleep(&self, now: Nanos) -> bool {
        self.control.sleeps_until().is_some_and(|until| now < until)
    }
    /// Keeps an input until the thread wakes up.
    pub fn hold(&mut self, input: Input) {
        self.held.push(input);
    }
    /// What came while it slept.
    pub fn take_held(&mut self) -> Vec<Input> {
        std::mem::take(&mut self.held)
    }
    /// Whether some came.
    #[inline]
    pub fn has_held(&self) -> bool {
        !self.held.is_empty()
    }
    /// Whether nothing was asked of anybody that is not answered.
    pub fn is_silent(&self) -> bool {
        self.requests.pending().next().is_none() && matches!(self.control, Control::Idle)
    }
    /// Closes all connections (`client.close()`), and lets its timers be.
    pub fn disconnect(&mut self, brokers: &[BrokerId], ctx: &mut Context<'_>) {
        for broker in brokers {
            self.network.drop_connection(Dest::Broker(*broker), ctx);
        }
        ctx.cancel_timer(ProducerTimer::Sender);
        self.closed = true;
    }
    /// Takes an input of the network; gives back what came of it.
    pub fn receive(&mut self, input: Input, ctx: &mut Context<'_>) -> Vec<NetworkEvent> {
        let mut events = std::mem::take(&mut self.scratch.events);
        self.network.accept(input, &mut events, ctx);
        events
    }
    /// Keeps the memory of that list.
    pub fn keep(&mut self, events: Vec<NetworkEvent>) {
        self.scratch.events = events;
    }
    /// Takes one of them. Whether the metadata are new.
    pub fn on_network_event(&mut self, event: NetworkEvent, shared: &mut Shared, ctx: &mut Context<'_>) -> bool {
        match event {
            NetworkEvent::Ready(_) => {}
            NetworkEvent::Disconnected(dest) => {
                shared.metadata.disconnected(ctx.now());
                if matches!(self.init, InitProducerId::Connecting(waiting) if waiting == dest) {
                    self.init = InitProducerId::NotBefore(self.control_retry_at(ctx));
                }
            }
            NetworkEvent::Response { tag, response, .. } => {
                let request = self.requests.take(tag);
                return self.on_response(request, response, shared, ctx);
            }
            NetworkEvent::Written { tag, .. } => match self.requests.take(tag) {
                Pending::Produce(ids) => self.complete_all(&ids, ErrorCode::None, shared, ctx),
                other => unreachable!("only acks=0 asks to be told of the writing, not {other:?}"),
            },
            NetworkEvent::Failed { tag, error, .. } => match self.requests.take(tag) {
                Pending::Metadata => shared.metadata.failed(ctx.now()),
                Pending::InitProducerId => self.init = InitProducerId::NotBefore(self.control_retry_at(ctx)),
                Pending::Control => self.on_control_disconnected(shared),
                Pending::Produce(ids) => self.complete_all(&ids, error, shared, ctx),
            },
        }
        false
    }
    /// Control requests wait a constant `retry.backoff.ms`.
    fn control_retry_at(&self, ctx: &Context<'_>) -> Nanos {
        ctx.now().saturating_add(self.config.retry_backoff)
    }

    fn on_response(
        &mut self,
        request: Pending,
        response: Response,
        shared: &mut Shared,
        ctx: &mut Context<'_>,
    ) -> bool {
        match (request, response) {
            (Pending::Metadata, Response::Metadata(response)) => {
                on_metadata(&response, shared, ctx);
                return true;
            }
            (Pending::InitProducerId, Response::InitProducerId(response)) => {
                self.on_producer_id(&response, shared, ctx)
            }
            (Pending::Control, response) => self.on_control_response(&response, shared, ctx),
            (Pending::Produce(ids), Response::Produce(response)) => {
                self.on_produce(&ids, &response, shared, ctx);
                ctx.give_back(response.partitions);
            }
            (request, response) => panic!("{response:?} is no answer to {request:?}"),
        }
        false
    }
    /// A broker without a block of ids to give from says COORDINATOR_LOAD_IN_PROGRESS; every error is
    /// taken as such, since no other one can come without transactions and authorization.
    fn on_producer_id(&mut self, response: &InitProducerIdResponse, shared: &mut Shared, ctx: &mut Context<'_>) {
        if response.error.is_err() {
            self.init = InitProducerId::NotBefore(self.control_retry_at(ctx));
            return;
        }
        self.init = InitProducerId::NotBefore(Nanos::ZERO);
        let producer = response.producer;
        let transactions = shared.transactions.as_mut().expect("only an idempotent producer asks");
        transactions.set_producer_id(producer, shared.accumulator.batches_mut());
        ctx.record(Fact::ProducerIdAssigned { node: ctx.me(), producer_id: producer.id, epoch: producer.epoch });
    }
    fn on_produce(&mut self, ids: &[BatchId], response: &ProduceResponse, shared: &mut Shared, ctx: &mut Context<'_>) {
        // Looked up before any is completed: a slot that is given back may be another batch by then.
        for (number, result) in response.partitions.iter().enumerate() {
            let partition = shared.metadata.number_of(result.tp);
            let of_partition = |id: &BatchId| shared.accumulator.batch(*id).partition == partition;
            let id = match ids.get(number) {
                Some(id) if of_partition(id) => *id,
                _ => *ids.iter().find(|id| of_partition(id)).expect("an answer for a partition of the request"),
            };
            self.complete_batch(id, result.error, result.base_offset, shared, ctx);
        }
        let mut news = false;
        for result in response.partitions.iter().filter(|r| r.error.is_err()) {
            news |= result.current_leader.is_some_and(|leader| shared.metadata.update_leader(result.tp, leader));
        }
        if news {
            shared.accumulator.update_leaders(&shared.metadata);
        }
    }
    /// All batches of a request, of which no more is known.
    fn complete_all(&mut self, ids: &[BatchId], error: ErrorCode, shared: &mut Shared, ctx: &mut Context<'_>) {
        ids.iter().for_each(|id| self.complete_batch(*id, error, Offset::INVALID, shared, ctx));
    }
    fn complete_batch(
        &mut self,
        id: BatchId,
        error: ErrorCode,
        base_offset: Offset,
        shared: &mut Shared,
        ctx: &mut Context<'_>,
    ) {
        self.completion.complete(id, error, base_offset, shared, ctx);
        if error.is_invalid_metadata() {
            shared.metadata.request_update();
        }
    }
}

fn on_metadata(response: &MetadataResponse, shared: &mut Shared, ctx: &Context<'_>) {
    shared.metadata.update(response, ctx.now());
    shared.accumulator.update_leaders(&shared.metadata);
}

impl Sender {
    /// Whether no more than one batch of a partition is with the network.
    pub fn has_one_in_flight(&self) -> bool {
        self.config.max_in_flight == 1
    }
    /// Every request has its answer once, and every batch is in one request at most. A sender that was closed before it
    /// had all answers has none of them any more.
    ///
    /// # Panics
    /// If not.
    pub fn check_requests(&self, shared: &Shared) {
        self.network.check_invariants();
        if self.closed {
            return;
        }
        let mut in_flight: Vec<u32> = self.network.in_flight_tags().map(|(_, tag)| *tag).collect();
        in_flight.sort();
        let pending = self.requests.pending().map(|(tag, _)| tag);
        assert!(pending.eq(in_flight), "whoever waits for an answer has a request in flight");
        let controls = self.requests.pending().filter(|(_, request)| matches!(request, Pending::Control)).count();
        let in_flight = usize::from(matches!(self.control, Control::InFlight(_)));
        assert_eq!(controls, in_flight, "the control request in flight is the one that is taken care of");
        let mut sent = Vec::new();
        for (_, request) in self.requests.pending() {
            if let Pending::Produce(ids) = request {
                sent.extend_from_slice(ids);
            }
        }
        let with_network = |id: &BatchId| shared.accumulator.batch(*id).outstanding;
        assert!(sent.iter().all(with_network), "a batch of a request is with the network");
        let outstanding = shared.accumulator.batches().all().filter(|batch| batch.outstanding).count();
        assert_eq!(sent.len(), outstanding, "a batch that is with the network is in one request");
    }
    /// # Panics
    /// If its thread sleeps for longer than it wants to.
    pub fn check_sleep(&self) {
        if let Some(until) = self.control.sleeps_until() {
            assert!(self.armed <= until, "the sender wakes up when its sleep is over");
        }
    }
    /// # Panics
    /// If it sleeps while a batch expires.
    pub fn check_wakes(&self, shared: &Shared) {
        // No data is sent, and nothing expires, while a control request is under way.
        if !matches!(self.control, Control::Idle) {
            return;
        }
        // A pass puts off what it would do within the pause after the one before.
        let due = shared.accumulator.next_expiry().max(self.hold_until);
        assert!(self.armed <= due, "the sender wakes up when a batch expires");
    }
}

fn rebootstrap(shared: &mut Shared, ctx: &mut Context<'_>) {
    if shared.metadata.rebootstrap(ctx.now()) {
        ctx.record(Fact::MetadataRebootstrapped { node: ctx.me() });
    }
}

/// The brokers that it knows.
fn dests(shared: &Shared) -> impl ExactSizeIterator<Item = Dest> + Clone + '_ {
    shared.metadata.brokers().iter().map(|broker| Dest::Broker(*broker))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::producer::requests::Pending;
    use crate::client::producer::tests::invariants::{busy, check, initializing};
    use crate::stage::broken::each_is_noticed;

    #[test]
    fn a_sender_that_contradicts_itself_is_noticed() {
        let open = busy(true).shared.accumulator.batches().incomplete().count();
        assert_eq!(open, 2, "one is sent, one waits for its answer");
        each_is_noticed(
            || busy(true),
            check,
            &[
                ("whoever waits for an answer has a request in flight", |p| {
                    p.sender.requests.add(Pending::Metadata);
                }),
                ("a batch that is with the network is in one request", |p| {
                    let produce = p.sender.requests.pending().find(|(_, r)| matches!(r, Pending::Produce(_)));
                    let tag = produce.expect("one is sent").0;
                    p.sender.requests.take(tag);
                    p.sender.requests.add(Pending::Metadata);
                }),
                ("the sender wakes up when a batch expires", |p| p.sender.armed = Nanos::MAX),
            ],
        );
    }

    #[test]
    fn a_control_request_that_is_lost_sight_of_is_noticed() {
        each_is_noticed(
            || initializing(false),
            check,
            &[("the control request in flight is the one that is taken care of", |p| p.sender.control = Control::Idle)],
        );
        each_is_noticed(
            || initializing(true),
            check,
            &[("the sender wakes up when its sleep is over", |p| p.sender.armed = Nanos::MAX)],
        );
    }
}
