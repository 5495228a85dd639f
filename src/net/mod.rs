//! `NetworkClient`: connections, requests in flight, timeouts, reconnect backoff
//! (`clients/.../NetworkClient.java`, `InFlightRequests`, `ClusterConnectionStates`).
//!
//! Whoever asks another process something does so through one of these: producers and consumers, the
//! followers' fetchers, a broker's channels to the controller. It knows the protocol and the [`Context`], and
//! nothing of who uses it: destinations and the tags of requests are the owner's.
//!
//! Not modelled: `connections.max.idle.ms`. Of the rule that a request needs the one before it to be written whole,
//! only the case without an answer (acks=0) is kept: there it bounds what can be lost unnoticed.

pub mod backoff;
mod connection;
mod destination;
mod invariants;

use crate::net::backoff::ExponentialBackoff;
use crate::node::{Context, Input, Owner, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::ConnId;
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::time::Nanos;

pub use self::destination::Destination;
use connection::{ConnectionState, InFlightRequest, NodeConnectionState};

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
    /// `socket.connection.setup.timeout.max.ms`; no less than the above.
    pub connection_setup_timeout_max: Nanos,
    /// `max.in.flight.requests.per.connection` (100 for a consumer).
    pub max_in_flight: u32,
    /// Whether a connection begins with ApiVersions (`discoverBrokerVersions`): a follower's fetcher does
    /// without.
    pub discover_api_versions: bool,
}

impl NetworkConfig {
    /// Of the network client that a server has for other servers (`NodeToControllerChannelManagerImpl`,
    /// `InterBrokerSendThread`, `KafkaNetworkChannel`): one request in flight, and pauses that do not grow.
    pub fn of_server(request_timeout: Nanos) -> NetworkConfig {
        NetworkConfig {
            request_timeout,
            reconnect_backoff: Nanos::from_millis(50),
            reconnect_backoff_max: Nanos::from_millis(50),
            connection_setup_timeout: SERVER_CONNECTION_SETUP_TIMEOUT,
            connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
            max_in_flight: 1,
            discover_api_versions: true,
        }
    }
    /// The same for a sender that waits for a connection no longer than for an answer.
    pub fn of_impatient_server(request_timeout: Nanos) -> NetworkConfig {
        let setup = SERVER_CONNECTION_SETUP_TIMEOUT.min(request_timeout);
        NetworkConfig {
            connection_setup_timeout: setup,
            connection_setup_timeout_max: setup,
            ..NetworkConfig::of_server(request_timeout)
        }
    }
}

/// A broker's `socket.connection.setup.timeout.ms`.
const SERVER_CONNECTION_SETUP_TIMEOUT: Nanos = Nanos::from_secs(10);

/// A default of Kafka's for clients that do not offer the config: `socket.connection.setup.timeout.max.ms`.
pub const CONNECTION_SETUP_TIMEOUT_MAX: Nanos = Nanos::from_millis(30_000);

/// What came of the network.
#[derive(Clone, Debug)]
pub enum NetworkEvent<D, T> {
    /// The connection can be used.
    Ready(D),
    /// An answer to the request sent with this tag.
    Response {
        /// From where.
        dest: D,
        /// The sender's tag.
        tag: T,
        /// The answer.
        response: Response,
    },
    /// A request without an answer (acks=0) is written.
    Written {
        /// To where.
        dest: D,
        /// The sender's tag.
        tag: T,
    },
    /// The request with this tag got no answer: REQUEST_TIMED_OUT for all requests of a connection
    /// on which one timed out, NETWORK_EXCEPTION after any other disconnect. Oldest first.
    Failed {
        /// To where.
        dest: D,
        /// The sender's tag.
        tag: T,
        /// Which of the two.
        error: ErrorCode,
    },
    /// The connection is gone (after the `Failed` events for what was in flight on it).
    Disconnected(D),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct NetworkClient<D, T> {
    config: NetworkConfig,
    reconnect: ExponentialBackoff,
    setup: ExponentialBackoff,
    /// By [`Destination::slot`]; grows to the highest ever addressed.
    connections: Vec<Option<NodeConnectionState<D, T>>>,
    next_correlation: u32,
    /// Timer and endpoint of slot 0; those of the others follow.
    timer: Timer,
    endpoint: Owner,
}

impl<D: Destination, T> NetworkClient<D, T> {
    /// A client without connections. Slot `n` has the timer and the endpoint `n` places behind these.
    pub fn new(config: NetworkConfig, timer: impl Into<Timer>, endpoint: impl Into<Owner>) -> NetworkClient<D, T> {
        let setup_max = config.connection_setup_timeout_max.max(config.connection_setup_timeout);
        NetworkClient {
            config,
            reconnect: ExponentialBackoff::new(config.reconnect_backoff, config.reconnect_backoff_max),
            setup: ExponentialBackoff::new(config.connection_setup_timeout, setup_max),
            connections: Vec::new(),
            next_correlation: 0,
            timer: timer.into(),
            endpoint: endpoint.into(),
        }
    }

    /// Whether a request can be sent to `dest` now. Opens a connection if there is none and the
    /// backoff allows; sets a timer to become ready later otherwise (then [`NetworkEvent::Ready`]
    /// or `Disconnected` comes out of [`NetworkClient::accept`]).
    ///
    /// False on an open connection means that it is full: an answer makes room.
    pub fn ready(&mut self, dest: D, ctx: &mut Context<'_>) -> bool {
        let (max_in_flight, timer) = (self.config.max_in_flight, self.timer);
        let connection = self.slot_mut(dest);
        match connection.state {
            ConnectionState::Ready { .. } => return connection.can_send_more(max_in_flight),
            ConnectionState::Connecting { .. } | ConnectionState::CheckingApiVersions { .. } => return false,
            ConnectionState::Closed { until, .. } if ctx.now() < until => {
                connection.state = ConnectionState::Closed { until, wanted: true };
                connection.arm(timer, until, ctx);
                return false;
            }
            ConnectionState::Closed { .. } => {}
        }
        self.connect(dest, ctx);
        false
    }

    /// Whether a connection is lost, and the reconnect backoff is not over (`isUnavailable`).
    pub fn is_backing_off(&self, dest: D, now: Nanos) -> bool {
        matches!(self.slot(dest).map(|c| c.state), Some(ConnectionState::Closed { until, .. }) if now < until)
    }

    /// Whether a connection is open, and its other end has answered; it may be full.
    #[inline]
    pub fn is_ready(&self, dest: D) -> bool {
        matches!(self.slot(dest).map(|c| c.state), Some(ConnectionState::Ready { .. }))
    }

    /// Whether a request can be sent now, without doing anything about it.
    #[inline]
    pub fn can_send(&self, dest: D) -> bool {
        self.slot(dest).is_some_and(|connection| {
            matches!(connection.state, ConnectionState::Ready { .. })
                && connection.can_send_more(self.config.max_in_flight)
        })
    }
    /// Takes a response without a list of events: which request it answers. For owners that do without ApiVersions
    /// and get one answer at a time.
    #[inline]
    pub fn complete(&mut self, conn: ConnId, owner: Owner, correlation: u32) -> Option<(D, T)> {
        self.find((conn, owner)).map(|connection| connection.complete(correlation))
    }

    /// Whether a connection is open or being opened, without opening one.
    #[inline]
    pub fn is_connected(&self, dest: D) -> bool {
        self.slot(dest).is_some_and(|c| !matches!(c.state, ConnectionState::Closed { .. }))
    }

    /// Sends a request on a connection that is [`NetworkClient::ready`]. `timeout`: instead of
    /// `request.timeout.ms` (JoinGroup). With `expect_response` false the answer is
    /// [`NetworkEvent::Written`].
    ///
    /// # Panics
    /// If the connection is not open.
    pub fn send(
        &mut self,
        dest: D,
        tag: T,
        request: Request,
        timeout: Option<Nanos>,
        expect_response: bool,
        ctx: &mut Context<'_>,
    ) {
        let timeout = timeout.unwrap_or(self.config.request_timeout);
        let deadline = ctx.now().saturating_add(timeout);
        let in_flight =
            InFlightRequest { correlation: self.take_correlation(), tag, deadline, expect_response, in_vain: false };
        self.put_in_flight(dest, in_flight, request, Nanos::ZERO, ctx);
    }
    /// Sends a request on a connection that is [`NetworkClient::ready`], once its sender, who is busy for the time
    /// `after`, gets to it.
    ///
    /// # Panics
    /// If the connection is not open.
    pub fn send_after(&mut self, dest: D, tag: T, request: Request, after: Nanos, ctx: &mut Context<'_>) {
        let deadline = ctx.now().saturating_add(after).saturating_add(self.config.request_timeout);
        let in_flight = InFlightRequest {
            correlation: self.take_correlation(),
            tag,
            deadline,
            expect_response: true,
            in_vain: false,
        };
        self.put_in_flight(dest, in_flight, request, after, ctx);
    }
    #[inline]
    fn put_in_flight(
        &mut self,
        dest: D,
        in_flight: InFlightRequest<T>,
        request: Request,
        after: Nanos,
        ctx: &mut Context<'_>,
    ) {
        let (timer, notify) = (self.timer, !in_flight.expect_response);
        let connection = self.slot_mut(dest);
        let ConnectionState::Ready { conn } = connection.state else {
            panic!("a request for {dest:?}, which is not ready")
        };
        let message = Message { correlation: in_flight.correlation, body: Body::Request(request) };
        connection.arm(timer, in_flight.deadline, ctx);
        connection.in_flight.push_back(in_flight);
        ctx.send(conn, message, after, notify);
    }

    fn take_correlation(&mut self) -> u32 {
        let correlation = self.next_correlation;
        self.next_correlation = correlation.wrapping_add(1);
        correlation
    }

    /// Requests in flight on a connection.
    pub fn in_flight(&self, dest: D) -> u32 {
        self.slot(dest).map_or(0, |c| c.in_flight.len() as u32)
    }

    /// Of destinations that will do, the one with the fewest requests in flight; prefers open connections, and skips
    /// those in backoff (`NetworkClient.leastLoadedNode`). Begins at a random one, so that many clients do not
    /// all ask the same.
    pub fn least_loaded(
        &self,
        candidates: impl ExactSizeIterator<Item = D> + Clone,
        ctx: &mut Context<'_>,
    ) -> Option<D> {
        let now = ctx.now();
        let offset = ctx.random().below(candidates.len() as u64) as usize;
        let mut open: Option<(usize, D)> = None;
        let mut connecting = None;
        let mut closed: Option<(Nanos, D)> = None;
        for dest in candidates.clone().skip(offset).chain(candidates.take(offset)) {
            let Some(connection) = self.slot(dest) else {
                if closed.is_none_or(|(since, _)| since > Nanos::ZERO) {
                    closed = Some((Nanos::ZERO, dest));
                }
                continue;
            };
            match connection.state {
                ConnectionState::Ready { .. } if connection.can_send_more(self.config.max_in_flight) => {
                    let load = connection.in_flight.len();
                    if open.is_none_or(|(least, _)| load < least) {
                        open = Some((load, dest));
                    }
                }
                ConnectionState::Ready { .. } => {}
                ConnectionState::Connecting { .. } | ConnectionState::CheckingApiVersions { .. } => {
                    connecting = Some(dest)
                }
                ConnectionState::Closed { until, .. } => {
                    if until <= now && closed.is_none_or(|(since, _)| since > connection.closed_at) {
                        closed = Some((connection.closed_at, dest));
                    }
                }
            }
        }
        open.map(|(_, dest)| dest).or(connecting).or(closed.map(|(_, dest)| dest))
    }

    /// Closes a connection; what was in flight fails with NETWORK_EXCEPTION, and the reconnect
    /// backoff begins (`NetworkClient.disconnect`). Does nothing to a closed one. The owner knows
    /// what it does: no [`NetworkEvent::Disconnected`] is reported. Returns whether there was one.
    pub fn close(&mut self, dest: D, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) -> bool {
        let Some(conn) = self.slot(dest).and_then(NodeConnectionState::id) else { return false };
        ctx.close(conn);
        self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
        true
    }

    /// Closes the connections to all of these, as if they had been lost ([`NetworkEvent::Disconnected`]).
    pub fn disconnect_all(
        &mut self,
        dests: impl Iterator<Item = D>,
        events: &mut Vec<NetworkEvent<D, T>>,
        ctx: &mut Context<'_>,
    ) {
        for dest in dests {
            if self.close(dest, events, ctx) {
                events.push(NetworkEvent::Disconnected(dest));
            }
        }
    }

    /// Whether a connection to one of these is there, be it that it takes no more requests for now
    /// (`LeastLoadedNode.hasNodeAvailableOrConnectionReady`).
    pub fn is_any_ready(&self, mut dests: impl Iterator<Item = D>) -> bool {
        dests.any(|dest| self.is_ready(dest))
    }

    /// The request that was sent last gets no response, though it waits for one.
    pub fn last_waits_in_vain(&mut self, dest: D) {
        let connection = self.connections.get_mut(dest.slot() as usize).and_then(Option::as_mut);
        if let Some(last) = connection.and_then(|connection| connection.in_flight.back_mut()) {
            last.in_vain = true;
        }
    }

    /// Closes a connection without a word about what was in flight on it: the owner has done with it.
    pub fn drop_connection(&mut self, dest: D, ctx: &mut Context<'_>) {
        if let Some(connection) = self.connections.get_mut(dest.slot() as usize).and_then(Option::take)
            && let Some(conn) = connection.id()
        {
            ctx.close(conn);
        }
    }

    /// Takes an input; what came of it is in `events`. Returns whether the input was any of the client's
    /// business.
    pub fn accept(&mut self, input: Input, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) -> bool {
        match input {
            Input::Message { conn, owner, message: Message { correlation, body: Body::Response(response) } } => {
                self.on_response((conn, owner), correlation, response, events);
                true
            }
            other => self.on_signal(&other, events, ctx),
        }
    }

    /// Everything but responses.
    fn on_signal(&mut self, input: &Input, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) -> bool {
        match *input {
            Input::Connected { conn, owner } => self.on_connected((conn, owner), events, ctx),
            Input::Disconnected { conn, owner } => {
                if let Some(dest) = self.find((conn, owner)).map(|connection| connection.dest) {
                    self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
            }
            Input::Written { conn, owner, correlation } => self.on_written((conn, owner), correlation, events),
            Input::Timer(timer) if timer.kind == self.timer.kind && timer.index >= self.timer.index => {
                self.on_timer(timer.index - self.timer.index, events, ctx)
            }
            _ => return false,
        }
        true
    }

    /// TCP is done, by the kernel at the other end. The process there may be paused or overloaded: no
    /// request goes out before it has answered the first one (`discoverBrokerVersions`).
    fn on_connected(&mut self, at: End, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) {
        let (timer, conn, config) = (self.timer, at.0, self.config);
        let Some(connection) = self.find(at) else { return };
        if !config.discover_api_versions {
            connection.state = ConnectionState::Ready { conn };
            (connection.failed_setups, connection.failures) = (0, 0);
            return events.push(NetworkEvent::Ready(connection.dest));
        }
        let dest = connection.dest;
        let correlation = self.take_correlation();
        let deadline = ctx.now().saturating_add(config.request_timeout);
        let connection = self.slot_mut(dest);
        connection.state = ConnectionState::CheckingApiVersions { conn, correlation, deadline };
        connection.failed_setups = 0;
        connection.arm(timer, deadline, ctx);
        ctx.request(conn, correlation, Request::ApiVersions);
    }

    /// A broker answers the requests of one connection in order, so the answer belongs to the oldest.
    #[inline]
    fn on_response(&mut self, at: End, correlation: u32, response: Response, events: &mut Vec<NetworkEvent<D, T>>) {
        let Some(connection) = self.find(at) else { return };
        if let Response::ApiVersions = response {
            return events.push(NetworkEvent::Ready(connection.versions_known(correlation)));
        }
        let (dest, tag) = connection.complete(correlation);
        events.push(NetworkEvent::Response { dest, tag, response });
    }

    fn on_written(&mut self, at: End, correlation: u32, events: &mut Vec<NetworkEvent<D, T>>) {
        let Some(connection) = self.find(at) else { return };
        let in_flight = &mut connection.in_flight;
        if let Some(place) = in_flight.iter().rposition(|r| r.correlation == correlation && !r.expect_response) {
            let request = in_flight.remove(place).expect("just found");
            events.push(NetworkEvent::Written { dest: connection.dest, tag: request.tag });
        }
    }

    /// One timer serves the setup timeout, the oldest request and the end of the backoff. It is left
    /// alone while it is early: it then finds nothing due and moves on to what is.
    fn on_timer(&mut self, slot: u32, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) {
        let (now, timer) = (ctx.now(), self.timer);
        let Some(Some(connection)) = self.connections.get_mut(slot as usize) else { return };
        let dest = connection.dest;
        connection.armed = Nanos::MAX;
        if connection.next_deadline() <= now {
            match connection.state {
                ConnectionState::Connecting { conn, .. } => {
                    ctx.close(conn);
                    self.disconnected(dest, ErrorCode::NetworkException, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
                ConnectionState::CheckingApiVersions { conn, .. } | ConnectionState::Ready { conn } => {
                    ctx.close(conn);
                    self.disconnected(dest, ErrorCode::RequestTimedOut, events, ctx);
                    events.push(NetworkEvent::Disconnected(dest));
                }
                ConnectionState::Closed { .. } => self.connect(dest, ctx),
            }
        }
        let connection = self.slot_mut(dest);
        connection.arm(timer, connection.next_deadline(), ctx);
    }

    #[cold]
    fn connect(&mut self, dest: D, ctx: &mut Context<'_>) {
        let (setup, timer) = (self.setup, self.timer);
        let conn = ctx.connect(dest.node(), self.endpoint.plus(dest.slot()));
        let connection = self.slot_mut(dest);
        let deadline = ctx.now().saturating_add(setup.draw(connection.failed_setups, ctx.random()));
        connection.state = ConnectionState::Connecting { conn, deadline };
        connection.arm(timer, deadline, ctx);
    }

    /// `ClusterConnectionStates.disconnected` and `NetworkClient.cancelInFlightRequests`.
    #[cold]
    fn disconnected(&mut self, dest: D, error: ErrorCode, events: &mut Vec<NetworkEvent<D, T>>, ctx: &mut Context<'_>) {
        let reconnect = self.reconnect;
        let connection = self.slot_mut(dest);
        let pause = reconnect.draw(connection.failures, ctx.random());
        connection.failures += 1;
        connection.failed_setups = match connection.state {
            ConnectionState::Connecting { .. } => connection.failed_setups + 1,
            _ => 0,
        };
        connection.closed_at = ctx.now();
        connection.state = ConnectionState::Closed { until: ctx.now().saturating_add(pause), wanted: false };
        events.extend(connection.in_flight.drain(..).map(|r| NetworkEvent::Failed { dest, tag: r.tag, error }));
    }

    /// The connection at whose end something has happened, unless it was closed here meanwhile.
    #[inline]
    fn find(&mut self, (conn, owner): End) -> Option<&mut NodeConnectionState<D, T>> {
        let slot = owner.0.checked_sub(self.endpoint.0)?;
        let connection = self.connections.get_mut(slot as usize)?.as_mut()?;
        (connection.id() == Some(conn)).then_some(connection)
    }

    #[inline]
    fn slot(&self, dest: D) -> Option<&NodeConnectionState<D, T>> {
        self.connections.get(dest.slot() as usize)?.as_ref()
    }

    #[inline]
    fn slot_mut(&mut self, dest: D) -> &mut NodeConnectionState<D, T> {
        let slot = dest.slot() as usize;
        if self.connections.len() <= slot {
            self.connections.resize_with(slot + 1, || None);
        }
        self.connections[slot].get_or_insert_with(|| NodeConnectionState::new(dest))
    }
}

/// An end of a connection, as an input names it.
type End = (ConnId, Owner);

#[cfg(test)]
mod tests;
