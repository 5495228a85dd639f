//! Requests that cannot be sent yet (`clients/.../consumer/internals/ConsumerNetworkClient.java`).
//!
//! Whoever asks for something hands its request over and waits for the outcome. What the connection does
//! not take yet, because it is being set up or has a hundred requests in flight, queues: per node, in order.
//! The queue fails with its connection, and a request that waited for `request.timeout.ms` fails alone.
//!
//! It keeps the metadata fresh, too (`NetworkClient.DefaultMetadataUpdater`), and what came of the network until
//! the consumer looks.

use std::collections::VecDeque;

use super::tag::Tag;
use super::timers::ConsumerTimer;
use crate::client::metadata::Metadata;
use crate::client::network::{Dest, NetworkClient, NetworkConfig, NetworkEvent};
use crate::history::fact::Fact;
use crate::node::{Context, Input, Owner};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::BrokerId;
use crate::protocol::messages::{MetadataRequest, Request};
use crate::sim::time::Nanos;

/// A request that waits for its connection.
#[derive(Clone, Debug)]
struct Unsent {
    tag: u32,
    request: Request,
    timeout: Option<Nanos>,
    expires: Nanos,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerNetwork {
    client: NetworkClient,
    metadata: Metadata,
    /// What came of the network, and nobody has looked at.
    events: Vec<NetworkEvent>,
    request_timeout: Nanos,
    /// The queues that are not empty, in the order in which they began to be.
    unsent: Vec<(Dest, VecDeque<Unsent>)>,
    /// No waiting request expires before this. It may be earlier than the first: whoever it wakes looks.
    first_expiry: Nanos,
}

impl ConsumerNetwork {
    /// No connections.
    pub fn new(config: NetworkConfig, metadata: Metadata) -> ConsumerNetwork {
        ConsumerNetwork {
            client: NetworkClient::new(config, ConsumerTimer::Connection(0), Owner(0)),
            metadata,
            events: Vec::new(),
            request_timeout: config.request_timeout,
            unsent: Vec::new(),
            first_expiry: Nanos::MAX,
        }
    }
    /// What is known of the cluster.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }
    /// The same, to ask for news or to bring them.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }
    /// Whether something came of the network that nobody has looked at.
    #[inline]
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }
    /// Takes what came of the network, in exchange for an empty list.
    pub fn take_events(&mut self, events: &mut Vec<NetworkEvent>) {
        debug_assert!(events.is_empty(), "what was taken is dealt with");
        std::mem::swap(events, &mut self.events);
    }
    /// Asks for metadata if it is time to.
    #[inline]
    pub fn refresh_metadata(&mut self, ctx: &mut Context<'_>) {
        if self.metadata.next_update(ctx.now()) <= ctx.now() {
            self.request_metadata(ctx);
        }
    }
    /// If there were no metadata for too long: drops the connections to all brokers it knows, and begins with the bootstrap brokers
    /// (KIP-1102).
    #[inline]
    pub fn recover(&mut self, ctx: &mut Context<'_>) {
        if self.metadata.rebootstrap_at() <= ctx.now() {
            self.begin_anew(ctx);
        }
    }
    #[cold]
    fn begin_anew(&mut self, ctx: &mut Context<'_>) {
        let first = self.events.len();
        self.client.disconnect_all(dests(&self.metadata), &mut self.events, ctx);
        self.settle(first, ctx);
        self.rebootstrap(ctx);
    }
    fn rebootstrap(&mut self, ctx: &mut Context<'_>) {
        if self.metadata.rebootstrap(ctx.now()) {
            ctx.record(Fact::MetadataRebootstrapped { node: ctx.me() });
        }
    }
    #[cold]
    fn request_metadata(&mut self, ctx: &mut Context<'_>) {
        self.metadata.tries(ctx.now());
        let mut broker = self.least_loaded(ctx);
        if broker.is_none() && !self.client.is_any_ready(dests(&self.metadata)) {
            self.rebootstrap(ctx);
            broker = self.least_loaded(ctx);
        }
        let Some(broker) = broker else { return };
        let dest = Dest::Broker(broker);
        if self.ready(dest, ctx) {
            let topics = self.metadata.topics().iter().copied().collect();
            let all_topics = self.metadata.asks_for_all();
            let allow_auto_topic_creation = self.metadata.may_create();
            let request = Request::Metadata(MetadataRequest { all_topics, topics, allow_auto_topic_creation });
            self.send(dest, Tag::Metadata, request, None, ctx);
            self.metadata.sent();
        }
    }
    /// Whether a request would be sent at once. Opens a connection if there is none.
    #[inline]
    pub fn ready(&mut self, dest: Dest, ctx: &mut Context<'_>) -> bool {
        self.client.ready(dest, ctx) && self.queued(dest) == 0
    }
    /// Whether a connection is lost and may not be opened yet; it is opened when that is over.
    pub fn is_unavailable(&mut self, dest: Dest, ctx: &mut Context<'_>) -> bool {
        self.client.is_backing_off(dest, ctx.now()) && !self.client.ready(dest, ctx)
    }
    /// The broker with the fewest requests in flight.
    pub fn least_loaded(&self, ctx: &mut Context<'_>) -> Option<BrokerId> {
        self.client.least_loaded(dests(&self.metadata), ctx).map(Dest::broker)
    }
    /// Sends a request on a connection that is [`ConsumerNetwork::ready`].
    pub fn send_now(&mut self, dest: Dest, tag: Tag, request: Request, ctx: &mut Context<'_>) {
        self.client.send(dest, tag.encode(), request, None, true, ctx);
    }
    /// Sends a request now, or when its turn comes. `timeout`: see [`NetworkClient::send`]. Fails it at once
    /// if the connection is lost and may not be opened yet.
    pub fn send(&mut self, dest: Dest, tag: Tag, request: Request, timeout: Option<Nanos>, ctx: &mut Context<'_>) {
        let tag = tag.encode();
        if self.ready(dest, ctx) {
            return self.client.send(dest, tag, request, timeout, true, ctx);
        }
        if self.client.is_backing_off(dest, ctx.now()) {
            return self.events.push(NetworkEvent::Failed { dest, tag, error: ErrorCode::NetworkException });
        }
        let expires = ctx.now().saturating_add(timeout.unwrap_or(self.request_timeout));
        let unsent = Unsent { tag, request, timeout, expires };
        self.first_expiry = self.first_expiry.min(expires);
        match self.unsent.iter_mut().find(|(other, _)| *other == dest) {
            Some((_, queue)) => queue.push_back(unsent),
            None => self.unsent.push((dest, VecDeque::from([unsent]))),
        }
    }
    /// Takes an input of the network.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        let first = self.events.len();
        self.client.accept(input, &mut self.events, ctx);
        if !self.unsent.is_empty() {
            self.settle(first, ctx);
        }
    }
    /// Sends what a connection takes now, and fails what a lost one will not.
    fn settle(&mut self, first: usize, ctx: &mut Context<'_>) {
        for at in first..self.events.len() {
            match self.events[at] {
                NetworkEvent::Ready(dest) | NetworkEvent::Response { dest, .. } => self.send_queued(dest, ctx),
                NetworkEvent::Disconnected(dest) => self.fail_queued(dest),
                NetworkEvent::Written { .. } | NetworkEvent::Failed { .. } => {}
            }
        }
    }
    fn send_queued(&mut self, dest: Dest, ctx: &mut Context<'_>) {
        let Some(at) = self.unsent.iter().position(|(other, _)| *other == dest) else { return };
        while self.client.ready(dest, ctx) {
            let Some(Unsent { tag, request, timeout, .. }) = self.unsent[at].1.pop_front() else { break };
            self.client.send(dest, tag, request, timeout, true, ctx);
        }
        self.unsent.retain(|(_, queue)| !queue.is_empty());
    }
    fn fail_queued(&mut self, dest: Dest) {
        let Some(at) = self.unsent.iter().position(|(other, _)| *other == dest) else { return };
        let (_, queue) = self.unsent.remove(at);
        let error = ErrorCode::NetworkException;
        self.events.extend(queue.into_iter().map(|unsent| NetworkEvent::Failed { dest, tag: unsent.tag, error }));
    }
    /// When the first of the waiting requests has waited for too long, or before.
    #[inline]
    pub fn next_expiry(&self) -> Nanos {
        if self.unsent.is_empty() { Nanos::MAX } else { self.first_expiry }
    }
    /// Fails the requests that have waited for too long.
    #[inline]
    pub fn expire(&mut self, ctx: &mut Context<'_>) {
        if self.next_expiry() <= ctx.now() {
            self.fail_expired(ctx.now());
        }
    }
    fn fail_expired(&mut self, now: Nanos) {
        for (dest, queue) in &mut self.unsent {
            let (dest, error) = (*dest, ErrorCode::RequestTimedOut);
            let expired = queue.iter().filter(|unsent| unsent.expires <= now);
            self.events.extend(expired.map(|unsent| NetworkEvent::Failed { dest, tag: unsent.tag, error }));
            queue.retain(|unsent| unsent.expires > now);
        }
        self.unsent.retain(|(_, queue)| !queue.is_empty());
        let waiting = self.unsent.iter().flat_map(|(_, queue)| queue);
        self.first_expiry = waiting.map(|unsent| unsent.expires).min().unwrap_or(Nanos::MAX);
    }
    /// What is waited for: the requests that were neither answered nor failed as far as anybody has looked, with their ways.
    pub fn awaited(&self) -> impl Iterator<Item = (Dest, Tag)> + '_ {
        let in_flight = self.client.in_flight_tags().map(|(dest, tag)| (dest, *tag));
        let unsent = self.unsent.iter().flat_map(|(dest, queue)| queue.iter().map(|unsent| (*dest, unsent.tag)));
        let unread = self.events.iter().filter_map(|event| match event {
            NetworkEvent::Response { dest, tag, .. } | NetworkEvent::Failed { dest, tag, .. } => Some((*dest, *tag)),
            NetworkEvent::Ready(_) | NetworkEvent::Disconnected(_) | NetworkEvent::Written { .. } => None,
        });
        in_flight.chain(unsent).chain(unread).map(|(dest, tag)| (dest, Tag::decode(tag)))
    }
    /// # Panics
    /// If a request could wait for ever, or nobody has looked at what came. `unattended`: nobody is there to look.
    pub fn check_invariants(&self, unattended: bool) {
        self.client.check_invariants();
        assert!(unattended || self.events.is_empty(), "what came of the network was looked at");
        assert!(self.unsent.iter().all(|(_, queue)| !queue.is_empty()), "a queue without requests is gone");
        let waiting = || self.unsent.iter().flat_map(|(_, queue)| queue);
        let in_time = waiting().all(|unsent| self.first_expiry <= unsent.expires);
        assert!(in_time, "no request waits for its connection beyond its timeout");
    }
    /// Requests that were neither answered nor failed.
    pub fn pending(&self, dest: Dest) -> usize {
        self.client.in_flight(dest) as usize + self.queued(dest)
    }
    #[inline]
    fn queued(&self, dest: Dest) -> usize {
        self.unsent.iter().find(|(other, _)| *other == dest).map_or(0, |(_, queue)| queue.len())
    }
    /// Closes a connection: what was queued for it fails, and what was in flight.
    pub fn close(&mut self, dest: Dest, ctx: &mut Context<'_>) {
        self.fail_queued(dest);
        self.client.close(dest, &mut self.events, ctx);
    }
}

/// The brokers that it knows.
fn dests(metadata: &Metadata) -> impl ExactSizeIterator<Item = Dest> + Clone + '_ {
    metadata.brokers().iter().map(|broker| Dest::Broker(*broker))
}
