//! `NetworkClient`: connections to brokers, requests in flight, timeouts, reconnect backoff
//! (`clients/.../NetworkClient.java`, `InFlightRequests`, `ClusterConnectionStates`).

use crate::node::{Context, Input};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::BrokerId;
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

/// One connection of a client. The coordinator has a connection of its own, so that a long fetch
/// does not hold up heartbeats (`ConsumerCoordinator` uses node id `Integer.MAX_VALUE - id`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dest {
    /// The broker, for data and metadata.
    Broker(BrokerId),
    /// The same broker as a group coordinator.
    Coordinator(BrokerId),
}

/// What the network client needs of its owner's configs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NetworkConfig {
    /// `request.timeout.ms`.
    pub request_timeout: Nanos,
    /// `reconnect.backoff.ms`.
    pub reconnect_backoff: Nanos,
    /// `reconnect.backoff.max.ms`.
    pub reconnect_backoff_max: Nanos,
    /// `socket.connection.setup.timeout.ms`.
    pub connection_setup_timeout: Nanos,
    /// `max.in.flight.requests.per.connection` (100 for a consumer).
    pub max_in_flight: u32,
}

/// What came of the network.
#[derive(Clone, Debug)]
pub enum NetworkEvent {
    /// The connection can be used.
    Ready(Dest),
    /// An answer to the request sent with this tag.
    Response {
        /// From where.
        dest: Dest,
        /// The sender's tag.
        tag: u32,
        /// The answer.
        response: Response,
    },
    /// A request without an answer (acks=0) is written.
    Written {
        /// To where.
        dest: Dest,
        /// The sender's tag.
        tag: u32,
    },
    /// The request with this tag got no answer: REQUEST_TIMED_OUT for all requests of a connection
    /// on which one timed out, NETWORK_EXCEPTION after any other disconnect. Oldest first.
    Failed {
        /// To where.
        dest: Dest,
        /// The sender's tag.
        tag: u32,
        /// Which of the two.
        error: ErrorCode,
    },
    /// The connection is gone (after the `Failed` events for what was in flight on it).
    Disconnected(Dest),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct NetworkClient {}

#[allow(unused_variables)]
impl NetworkClient {
    /// Timer kind that the client uses; its indexes are its own.
    pub const TIMER: u8 = 1;

    /// A client without connections.
    pub fn new(config: NetworkConfig) -> NetworkClient {
        todo!()
    }
    /// Whether a request can be sent to `dest` now. Opens a connection if there is none and the
    /// backoff allows; sets a timer to become ready later otherwise (then [`NetworkEvent::Ready`]
    /// or `Disconnected` comes out of [`NetworkClient::handle`]).
    pub fn ready(&mut self, dest: Dest, ctx: &mut Context<'_>) -> bool {
        todo!()
    }
    /// Whether a connection is open or being opened, without opening one.
    pub fn is_connected(&self, dest: Dest) -> bool {
        todo!()
    }
    /// Sends a request on a connection that is [`NetworkClient::ready`]. `timeout`: instead of
    /// `request.timeout.ms` (JoinGroup). With `expect_response` false the answer is
    /// [`NetworkEvent::Written`].
    pub fn send(&mut self, dest: Dest, tag: u32, request: Request, timeout: Option<Nanos>, expect_response: bool, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Requests in flight on a connection.
    pub fn in_flight(&self, dest: Dest) -> u32 {
        todo!()
    }
    /// The broker with the fewest requests in flight, of those known; prefers open connections, and
    /// skips those in backoff (`NetworkClient.leastLoadedNode`).
    pub fn least_loaded(&self, brokers: &[BrokerId], ctx: &mut Context<'_>) -> Option<BrokerId> {
        todo!()
    }
    /// Closes a connection; what was in flight fails with NETWORK_EXCEPTION.
    pub fn close(&mut self, dest: Dest, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Takes an input. Returns false if it is none of the client's business (then the owner handles
    /// it); else what came of it is in `events`.
    pub fn handle(&mut self, input: &Input, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) -> bool {
        todo!()
    }
}
