//! Requests to voters, one connection each (`raft/.../KafkaNetworkChannel.java`, `InterBrokerSendThread.java`).
//!
//! A request waits while its connection has another in flight, and fails when the connection is lost or cannot be opened.

use std::collections::{BTreeMap, VecDeque};

use super::voters::{RaftConfig, Voter, Voters};
use crate::net::{NetworkClient, NetworkConfig, NetworkEvent};
use crate::node::{Context, Input, Owner, Timer};
use crate::protocol::ids::ControllerId;
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

/// A request that waits for its connection.
#[derive(Clone, Debug)]
struct Unsent {
    request: Request,
    correlation: u32,
    /// Not before: until then its sender is busy.
    ready: Nanos,
    expires: Nanos,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub(super) struct Inbound {
    /// The number of the request.
    pub(super) correlation: u32,
    /// To whom it was sent.
    pub(super) source: ControllerId,
    /// The answer; none if the connection is gone, cannot be opened, or has not answered in time.
    pub(super) response: Option<Response>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct KafkaNetworkChannel {
    voters: Voters,
    client: NetworkClient<Voter, u32>,
    request_timeout: Nanos,
    unsent: BTreeMap<ControllerId, VecDeque<Unsent>>,
    next_correlation: u32,
    inbound: VecDeque<Inbound>,
    /// Scratch.
    events: Vec<NetworkEvent<Voter, u32>>,
}

impl KafkaNetworkChannel {
    /// A channel without connections. `timer` and `endpoint`: those of the first voter.
    pub(super) fn new(
        voters: Voters,
        config: &RaftConfig,
        timer: impl Into<Timer>,
        endpoint: impl Into<Owner>,
    ) -> KafkaNetworkChannel {
        let network = NetworkConfig::of_server(config.request_timeout);
        KafkaNetworkChannel {
            voters,
            client: NetworkClient::new(network, timer, endpoint),
            request_timeout: config.request_timeout,
            unsent: BTreeMap::new(),
            next_correlation: 0,
            inbound: VecDeque::new(),
            events: Vec::new(),
        }
    }
    /// Sends a request as soon as its connection takes it, but not before `ready`. Returns its number.
    pub(super) fn send(&mut self, to: ControllerId, request: Request, ready: Nanos, ctx: &mut Context<'_>) -> u32 {
        let correlation = self.next_correlation;
        self.next_correlation = correlation.wrapping_add(1);
        let expires = ctx.now().saturating_add(self.request_timeout);
        self.unsent.entry(to).or_default().push_back(Unsent { request, correlation, ready, expires });
        // Of a connection that was lost just now nothing is to be expected (`checkDisconnects`).
        if self.client.is_backing_off(self.voters.get(to), ctx.now()) {
            self.fail_unsent(to);
        }
        self.send_to(to, ctx);
        correlation
    }
    fn send_to(&mut self, id: ControllerId, ctx: &mut Context<'_>) {
        let (voter, now) = (self.voters.get(id), ctx.now());
        self.expire(id, now);
        while self.unsent.get(&id).is_some_and(|unsent| !unsent.is_empty()) && self.client.ready(voter, ctx) {
            if let Some(unsent) = self.unsent.get_mut(&id).and_then(VecDeque::pop_front) {
                let after = unsent.ready.saturating_sub(now);
                self.client.send_after(voter, unsent.correlation, unsent.request, after, ctx);
            }
        }
    }
    /// What has waited for too long fails (`failExpiredRequests`).
    fn expire(&mut self, id: ControllerId, now: Nanos) {
        let Some(unsent) = self.unsent.get_mut(&id) else { return };
        while let Some(Unsent { correlation, .. }) = unsent.pop_front_if(|unsent| unsent.expires <= now) {
            self.inbound.push_back(Inbound { correlation, source: id, response: None });
        }
    }
    fn fail_unsent(&mut self, id: ControllerId) {
        for Unsent { correlation, .. } in self.unsent.remove(&id).unwrap_or_default() {
            self.inbound.push_back(Inbound { correlation, source: id, response: None });
        }
    }
    /// Takes what happened to one of its connections, or a timer of its network client.
    pub(super) fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        let mut events = std::mem::take(&mut self.events);
        self.client.accept(input, &mut events, ctx);
        for event in events.drain(..) {
            match event {
                NetworkEvent::Ready(voter) => self.send_to(voter.id, ctx),
                NetworkEvent::Response { dest, tag, response } => {
                    self.inbound.push_back(Inbound { correlation: tag, source: dest.id, response: Some(response) });
                    self.send_to(dest.id, ctx);
                }
                NetworkEvent::Failed { dest, tag, .. } => {
                    self.inbound.push_back(Inbound { correlation: tag, source: dest.id, response: None });
                }
                NetworkEvent::Disconnected(voter) => self.fail_unsent(voter.id),
                NetworkEvent::Written { .. } => unreachable!("every request has an answer"),
            }
        }
        self.events = events;
    }
    /// The next of what became of requests.
    pub(super) fn next_inbound(&mut self) -> Option<Inbound> {
        self.inbound.pop_front()
    }
}
