//! `NetworkClient`: connections to brokers, requests in flight, timeouts, reconnect backoff
//! (`clients/.../NetworkClient.java`, `InFlightRequests`, `ClusterConnectionStates`).
//!
//! Not modelled: `connections.max.idle.ms`. Of the rule that a request needs the one before it to be written whole,
//! only the case without an answer (acks=0) is kept: there it bounds what can be lost unnoticed.

mod connection;

use crate::client::backoff::ExponentialBackoff;
use crate::node::{Context, Input, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::time::Nanos;

use connection::{Connection, InFlight, State};

/// One connection of a client. The coordinator has a connection of its own, so that a long fetch
/// does not hold up heartbeats (`ConsumerCoordinator` uses node id `Integer.MAX_VALUE - id`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dest {
    /// The broker, for data and metadata.
    Broker(BrokerId),
    /// The same broker as a group coordinator.
    Coordinator(BrokerId),
}

impl Dest {
    /// The broker at the other end.
    pub fn broker(self) -> BrokerId {
        match self {
            Dest::Broker(broker) | Dest::Coordinator(broker) => broker,
        }
    }
    /// Dense number: the connection's slot, and the index of its timer.
    fn slot(self) -> usize {
        match self {
            Dest::Broker(broker) => 2 * broker.index(),
            Dest::Coordinator(broker) => 2 * broker.index() + 1,
        }
    }
    fn of_slot(slot: usize) -> Dest {
        let broker = BrokerId((slot / 2) as u8);
        if slot.is_multiple_of(2) { Dest::Broker(broker) } else { Dest::Coordinator(broker) }
    }
    /// The process to connect to: brokers come first among the nodes, from broker 1.
    fn node(self) -> NodeId {
        NodeId(u16::from(self.broker().0) - 1)
    }
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

/// `socket.connection.setup.timeout.max.ms`, a config that the model does not offer: its default.
const CONNECTION_SETUP_TIMEOUT_MAX: Nanos = Nanos::from_millis(30_000);

/// See the module.
#[derive(Clone, Debug)]
pub struct NetworkClient {
    config: NetworkConfig,
    reconnect: ExponentialBackoff,
    setup: ExponentialBackoff,
    /// By [`Dest::slot`]; grows to the highest broker ever addressed.
    connections: Vec<Connection>,
    next_correlation: u32,
}

impl NetworkClient {
    /// Timer kind that the client uses; its indexes are its own.
    pub const TIMER: u8 = 1;

    /// A client without connections.
    pub fn new(config: NetworkConfig) -> NetworkClient {
        let setup_max = CONNECTION_SETUP_TIMEOUT_MAX.max(config.connection_setup_timeout);
        NetworkClient {
            config,
            reconnect: ExponentialBackoff::new(config.reconnect_backoff, config.reconnect_backoff_max),
            setup: ExponentialBackoff::new(config.connection_setup_timeout, setup_max),
            connections: Vec::new(),
            next_correlation: 0,
        }
    }

    /// Whether a request can be sent to `dest` now. Opens a connection if there is none and the
    /// backoff allows; sets a timer to become ready later otherwise (then [`NetworkEvent::Ready`]
    /// or `Disconnected` comes out of [`NetworkClient::accept`]).
    ///
    /// False on an open connection means that it is full: an answer makes room.
    pub fn ready(&mut self, dest: Dest, ctx: &mut Context<'_>) -> bool {
        let max_in_flight = self.config.max_in_flight;
        let connection = self.slot_mut(dest);
        match connection.state {
            State::Ready { .. } => return connection.can_send_more(max_in_flight),
            State::Connecting { .. } | State::CheckingApiVersions { .. } => return false,
            State::Closed { until, .. } if ctx.now() < until => {
                connection.state = State::Closed { until, wanted: true };
                arm(connection, dest, until, ctx);
                return false;
            }
            State::Closed { .. } => {}
        }
        self.connect(dest, ctx);
        false
    }

    /// Whether a connection is lost, and the reconnect backoff is not over (`isUnavailable`).
    pub fn is_backing_off(&self, dest: Dest, now: Nanos) -> bool {
        matches!(self.slot(dest).map(|c| c.state), Some(State::Closed { until, .. }) if now < until)
    }

    /// Whether a connection is open or being opened, without opening one.
    #[cfg(test)]
    pub fn is_connected(&self, dest: Dest) -> bool {
        self.slot(dest).is_some_and(|c| !matches!(c.state, State::Closed { .. }))
    }

    /// Sends a request on a connection that is [`NetworkClient::ready`]. `timeout`: instead of
    /// `request.timeout.ms` (JoinGroup). With `expect_response` false the answer is
    /// [`NetworkEvent::Written`].
    ///
    /// # Panics
    /// If the connection is not open.
    pub fn send(
        &mut self,
        dest: Dest,
        tag: u32,
        request: Request,
        timeout: Option<Nanos>,
        expect_response: bool,
        ctx: &mut Context<'_>,
    ) {
        let correlation = self.take_correlation();
        let deadline = ctx.now().saturating_add(timeout.unwrap_or(self.config.request_timeout));
        let connection = self.slot_mut(dest);
        let State::Ready { conn } = connection.state else { panic!("a request for {dest:?}, which is not ready") };
        connection.in_flight.push_back(InFlight { correlation, tag, deadline, expect_response });
        arm(connection, dest, deadline, ctx);
        ctx.send(conn, Message { correlation, body: Body::Request(request) }, Nanos::ZERO, !expect_response);
    }

    fn take_correlation(&mut self) -> u32 {
        let correlation = self.next_correlation;
        self.next_correlation = correlation.wrapping_add(1);
        correlation
    }

    /// Whether this is one of the client's connections.
    pub fn owns(&self, conn: ConnId) -> bool {
        self.find(conn).is_some()
    }

    /// Requests in flight on a connection.
    pub fn in_flight(&self, dest: Dest) -> u32 {
        self.slot(dest).map_or(0, |c| c.in_flight.len() as u32)
    }

    /// The broker with the fewest requests in flight, of those known; prefers open connections, and
    /// skips those in backoff (`NetworkClient.leastLoadedNode`). Begins at a random broker, so that
    /// many clients do not all ask the same one.
    pub fn least_loaded(&self, brokers: &[BrokerId], ctx: &mut Context<'_>) -> Option<BrokerId> {
        let now = ctx.now();
        let offset = ctx.random().below(brokers.len() as u64) as usize;
        let mut open: Option<(usize, BrokerId)> = None;
        let mut connecting = None;
        let mut closed: Option<(Nanos, BrokerId)> = None;
        for &broker in brokers[offset..].iter().chain(&brokers[..offset]) {
            let Some(connection) = self.slot(Dest::Broker(broker)) else {
                if closed.is_none_or(|(since, _)| since > Nanos::ZERO) {
                    closed = Some((Nanos::ZERO, broker));
                }
                continue;
            };
            match connection.state {
                State::Ready { .. } if connection.can_send_more(self.config.max_in_flight) => {
                    let load = connection.in_flight.len();
                    if open.is_none_or(|(least, _)| load < least) {
                        open = Some((load, broker));
                    }
                }
                State::Ready { .. } => {}
                State::Connecting { .. } | State::CheckingApiVersions { .. } => connecting = Some(broker),
                State::Closed { until, .. } => {
                    if until <= now && closed.is_none_or(|(since, _)| since > connection.closed_at) {
                        closed = Some((connection.closed_at, broker));
                    }
                }
            }
        }
        open.map(|(_, b)| b).or(connecting).or(closed.map(|(_, b)| b))
    }

    /// Closes a connection; what was in flight fails with NETWORK_EXCEPTION, and the reconnect
    /// backoff begins (`NetworkClient.disconnect`). Does nothing to a closed one. The owner knows
    /// what it does: no [`NetworkEvent::Disconnected`] is reported.
    pub fn close(&mut self, dest: Dest, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) {
        if let Some(conn) = self.slot(dest).and_then(Connection::id) {
            ctx.close(conn);
            self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
        }
    }

    /// Takes an input; what came of it is in `events`. Returns whether the input was any of the client's
    /// business.
    pub fn accept(&mut self, input: Input, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) -> bool {
        match input {
            Input::Message { conn, message: Message { correlation, body: Body::Response(response) } } => {
                self.on_response(conn, correlation, response, events);
                true
            }
            other => self.on_signal(&other, events, ctx),
        }
    }

    /// Everything but responses.
    fn on_signal(&mut self, input: &Input, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) -> bool {
        match *input {
            Input::Connected { conn } => self.on_connected(conn, ctx),
            Input::Disconnected { conn } => {
                if let Some(dest) = self.find(conn) {
                    self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
            }
            Input::Written { conn, correlation } => self.on_written(conn, correlation, events),
            Input::Timer(Timer { kind: Self::TIMER, index }) => {
                self.on_timer(Dest::of_slot(index as usize), events, ctx)
            }
            _ => return false,
        }
        true
    }

    /// TCP is done, by the kernel at the other end. The process there may be paused or overloaded: no
    /// request goes out before it has answered the first one (`discoverBrokerVersions`).
    fn on_connected(&mut self, conn: ConnId, ctx: &mut Context<'_>) {
        let Some(dest) = self.find(conn) else { return };
        let correlation = self.take_correlation();
        let deadline = ctx.now().saturating_add(self.config.request_timeout);
        let connection = self.slot_mut(dest);
        connection.state = State::CheckingApiVersions { conn, correlation, deadline };
        connection.failed_setups = 0;
        arm(connection, dest, deadline, ctx);
        ctx.request(conn, correlation, Request::ApiVersions);
    }

    /// A broker answers the requests of one connection in order, so the answer belongs to the oldest.
    fn on_response(&mut self, conn: ConnId, correlation: u32, response: Response, events: &mut Vec<NetworkEvent>) {
        let Some(dest) = self.find(conn) else { return };
        if let Response::ApiVersions = response {
            return self.on_api_versions(dest, correlation, events);
        }
        let request = self.slot_mut(dest).in_flight.pop_front().expect("a response answers a request in flight");
        assert_eq!(request.correlation, correlation, "responses of a connection come in the order of its requests");
        events.push(NetworkEvent::Response { dest, tag: request.tag, response });
    }

    fn on_api_versions(&mut self, dest: Dest, correlation: u32, events: &mut Vec<NetworkEvent>) {
        let connection = self.slot_mut(dest);
        let State::CheckingApiVersions { conn, correlation: asked, .. } = connection.state else {
            unreachable!("API versions come once, before all other answers")
        };
        assert_eq!(asked, correlation, "an answer names its request");
        connection.state = State::Ready { conn };
        connection.failures = 0;
        events.push(NetworkEvent::Ready(dest));
    }

    fn on_written(&mut self, conn: ConnId, correlation: u32, events: &mut Vec<NetworkEvent>) {
        let Some(dest) = self.find(conn) else { return };
        let in_flight = &mut self.slot_mut(dest).in_flight;
        if let Some(at) = in_flight.iter().rposition(|r| r.correlation == correlation && !r.expect_response) {
            let request = in_flight.remove(at).expect("just found");
            events.push(NetworkEvent::Written { dest, tag: request.tag });
        }
    }

    /// One timer serves the setup timeout, the oldest request and the end of the backoff. It is left
    /// alone while it is early: it then finds nothing due and moves on to what is.
    fn on_timer(&mut self, dest: Dest, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let connection = self.slot_mut(dest);
        connection.armed = Nanos::MAX;
        if connection.next_deadline() <= now {
            match connection.state {
                State::Connecting { conn, .. } => {
                    ctx.close(conn);
                    self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
                State::CheckingApiVersions { conn, .. } | State::Ready { conn } => {
                    ctx.close(conn);
                    self.disconnected(dest, ErrorCode::RequestTimedOut, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
                State::Closed { .. } => self.connect(dest, ctx),
            }
        }
        let connection = self.slot_mut(dest);
        arm(connection, dest, connection.next_deadline(), ctx);
    }

    #[cold]
    fn connect(&mut self, dest: Dest, ctx: &mut Context<'_>) {
        let setup = self.setup;
        let conn = ctx.connect(dest.node());
        let connection = self.slot_mut(dest);
        let deadline = ctx.now().saturating_add(setup.draw(connection.failed_setups, ctx.random()));
        connection.state = State::Connecting { conn, deadline };
        arm(connection, dest, deadline, ctx);
    }

    /// `ClusterConnectionStates.disconnected` and `NetworkClient.cancelInFlightRequests`.
    #[cold]
    fn disconnected(&mut self, dest: Dest, error: ErrorCode, events: &mut Vec<NetworkEvent>, ctx: &mut Context<'_>) {
        let reconnect = self.reconnect;
        let connection = self.slot_mut(dest);
        let pause = reconnect.draw(connection.failures, ctx.random());
        connection.failures += 1;
        connection.failed_setups = match connection.state {
            State::Connecting { .. } => connection.failed_setups + 1,
            _ => 0,
        };
        connection.closed_at = ctx.now();
        connection.state = State::Closed { until: ctx.now().saturating_add(pause), wanted: false };
        events.extend(connection.in_flight.drain(..).map(|r| NetworkEvent::Failed { dest, tag: r.tag, error }));
    }

    fn find(&self, conn: ConnId) -> Option<Dest> {
        self.connections.iter().position(|c| c.id() == Some(conn)).map(Dest::of_slot)
    }

    fn slot(&self, dest: Dest) -> Option<&Connection> {
        self.connections.get(dest.slot())
    }

    #[inline]
    fn slot_mut(&mut self, dest: Dest) -> &mut Connection {
        let slot = dest.slot();
        if self.connections.len() <= slot {
            self.connections.resize_with(slot + 1, Connection::default);
        }
        &mut self.connections[slot]
    }
}

/// Makes sure that the connection's timer goes off no later than `at`.
fn arm(connection: &mut Connection, dest: Dest, at: Nanos, ctx: &mut Context<'_>) {
    if at < connection.armed {
        connection.armed = at;
        ctx.set_timer(Timer { kind: NetworkClient::TIMER, index: dest.slot() as u32 }, at);
    }
}

#[cfg(test)]
mod tests;
