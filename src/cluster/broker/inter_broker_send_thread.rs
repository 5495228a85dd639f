//! A thread that sends requests to other brokers, and to this one
//! (`server-common/.../util/InterBrokerSendThread.java`).
//!
//! What cannot be sent waits for its connection, which has one request in flight. It fails as if the connection were lost
//! when that cannot be opened, or when it has waited for `request.timeout.ms`. A broker speaks to itself over a connection
//! like any other.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::timers::{BrokerEndpoint, BrokerTimer};
use crate::net::{Destination, NetworkClient, NetworkConfig, NetworkEvent};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, NodeId};
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

/// A broker, and its process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Peer {
    broker: BrokerId,
    node: NodeId,
}

impl Destination for Peer {
    fn slot(self) -> u32 {
        u32::from(self.broker.0)
    }
    fn node(self) -> NodeId {
        self.node
    }
}

/// A request that waits for its connection.
#[derive(Clone, Debug)]
struct Unsent<T> {
    request: Request,
    tag: T,
    expires: Nanos,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Completion<T> {
    /// The sender's tag.
    pub tag: T,
    /// To whom it was sent.
    pub to: BrokerId,
    /// The answer; none if the connection is gone, cannot be opened, or has not answered in time.
    pub response: Option<Response>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct InterBrokerSendThread<T> {
    catalog: Rc<Catalog>,
    client: NetworkClient<Peer, T>,
    request_timeout: Nanos,
    unsent: BTreeMap<BrokerId, VecDeque<Unsent<T>>>,
    completed: VecDeque<Completion<T>>,
    /// Scratch.
    events: Vec<NetworkEvent<Peer, T>>,
}

impl<T: std::fmt::Debug> InterBrokerSendThread<T> {
    /// A thread without connections. `timer` and `endpoint`: those of broker 0.
    pub fn new(
        config: &BrokerConfig,
        catalog: Rc<Catalog>,
        discover_api_versions: bool,
        timer: BrokerTimer,
        endpoint: BrokerEndpoint,
    ) -> InterBrokerSendThread<T> {
        let network = NetworkConfig { discover_api_versions, ..NetworkConfig::of_server(config.request_timeout) };
        InterBrokerSendThread {
            catalog,
            client: NetworkClient::new(network, timer, endpoint),
            request_timeout: config.request_timeout,
            unsent: BTreeMap::new(),
            completed: VecDeque::new(),
            events: Vec::new(),
        }
    }
    fn peer(&self, broker: BrokerId) -> Peer {
        Peer { broker, node: self.catalog.broker_node(broker) }
    }

    /// Sends a request as soon as its connection takes it.
    pub fn send(&mut self, to: BrokerId, request: Request, tag: T, ctx: &mut Context<'_>) {
        let expires = ctx.now().saturating_add(self.request_timeout);
        self.unsent.entry(to).or_default().push_back(Unsent { request, tag, expires });
        self.send_to(to, ctx);
    }
    fn send_to(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        let peer = self.peer(broker);
        while self.has_unsent(broker) && self.client.ready(peer, ctx) {
            if let Some(Unsent { request, tag, .. }) = self.unsent.get_mut(&broker).and_then(VecDeque::pop_front) {
                self.client.send(peer, tag, request, None, true, ctx);
            }
        }
        self.expire(broker, ctx.now());
    }
    fn has_unsent(&self, broker: BrokerId) -> bool {
        self.unsent.get(&broker).is_some_and(|unsent| !unsent.is_empty())
    }
    /// Whether the connection to a broker is lost, and not to be opened yet.
    pub fn is_backing_off(&self, broker: BrokerId, now: Nanos) -> bool {
        self.client.is_backing_off(self.peer(broker), now)
    }
    /// The brokers for which something waits.
    pub fn waits_for(&self) -> Vec<BrokerId> {
        self.unsent.iter().filter(|(_, unsent)| !unsent.is_empty()).map(|(broker, _)| *broker).collect()
    }
    /// What waits for a broker fails.
    pub fn fail_unsent(&mut self, broker: BrokerId) {
        for Unsent { tag, .. } in self.unsent.remove(&broker).unwrap_or_default() {
            self.completed.push_back(Completion { tag, to: broker, response: None });
        }
    }
    /// What has waited for too long fails (`failExpiredRequests`). That is noticed when something happens to the
    /// connection, which is before long: a request in flight does not take longer either.
    fn expire(&mut self, broker: BrokerId, now: Nanos) {
        let Some(unsent) = self.unsent.get_mut(&broker) else { return };
        while let Some(Unsent { tag, .. }) = unsent.pop_front_if(|unsent| unsent.expires <= now) {
            self.completed.push_back(Completion { tag, to: broker, response: None });
        }
    }

    /// Takes what happened to one of its connections, or a timer of its network client.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        let mut events = std::mem::take(&mut self.events);
        self.client.accept(input, &mut events, ctx);
        for event in events.drain(..) {
            match event {
                NetworkEvent::Ready(peer) => self.send_to(peer.broker, ctx),
                NetworkEvent::Response { dest, tag, response } => {
                    self.completed.push_back(Completion { tag, to: dest.broker, response: Some(response) });
                    self.send_to(dest.broker, ctx);
                }
                NetworkEvent::Failed { dest, tag, .. } => {
                    self.completed.push_back(Completion { tag, to: dest.broker, response: None });
                }
                NetworkEvent::Disconnected(peer) => self.fail_unsent(peer.broker),
                NetworkEvent::Written { .. } => unreachable!("every request has an answer"),
            }
        }
        self.events = events;
    }
    /// The next of what became of requests.
    #[inline]
    pub fn next_completion(&mut self) -> Option<Completion<T>> {
        self.completed.pop_front()
    }
    /// Drops everything, and the connections.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        for broker in self.catalog.brokers() {
            self.client.drop_connection(Peer { broker, node: self.catalog.broker_node(broker) }, ctx);
        }
        self.unsent.clear();
        self.completed.clear();
    }
    /// Something became of a request.
    #[cfg(test)]
    pub fn forge(&mut self, completion: Completion<T>) {
        self.completed.push_back(completion);
    }
    /// # Panics
    /// If something that became of a request was told to nobody.
    pub fn check_invariants(&self) {
        assert!(self.completed.is_empty(), "whoever sent a request hears of it");
    }
}
