//! One purpose's channel from a broker to the active controller
//! (`core/.../server/NodeToControllerChannelManager.scala`): one request in flight, the rest queued;
//! re-sent after a disconnect or NOT_CONTROLLER; a silent link is only given up after the timeout.

use std::collections::VecDeque;

use crate::node::{Context, Input, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::time::Nanos;

#[cfg(test)]
mod tests;

/// `reconnect.backoff.ms` of the channel's network client.
const RECONNECT_BACKOFF: Nanos = Nanos::from_millis(50);
/// `socket.connection.setup.timeout.ms`.
const CONNECTION_SETUP_TIMEOUT: Nanos = Nanos::from_secs(10);

/// Correlation id of the ApiVersions request; those of the others begin behind it.
const API_VERSIONS: u32 = 0;

/// What an input meant to a channel.
#[derive(Clone, Debug)]
pub enum ChannelEvent {
    /// It was not for this channel.
    NotMine,
    /// It was; nothing for the owner to do.
    Handled,
    /// The answer to the request in flight.
    Response(Response),
}

/// The connection behind a channel. Only where something waits is the timer set.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Link {
    /// None, and none wanted.
    Closed,
    /// Being opened; given up at the time.
    Opening(ConnId, Nanos),
    /// The controller is asked for its API versions; given up at the time.
    CheckingApiVersions(ConnId, Nanos),
    /// Open, with nothing in flight.
    Idle(ConnId),
    /// Open; the first request of the queue is in flight, and given up at the time.
    InFlight(ConnId, Nanos),
    /// Gone; opened again at the time.
    Backoff(Nanos),
}

/// A request on its way. The first of the queue is the one that may be in flight.
#[derive(Clone, Debug)]
struct Queued {
    request: Request,
    /// When the owner no longer wants it.
    expires: Nanos,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ControllerChannel {
    controller: NodeId,
    timer: Timer,
    request_timeout: Nanos,
    /// How long a request may be tried over and over.
    budget: Nanos,
    link: Link,
    queue: VecDeque<Queued>,
    correlation: u32,
    expired: bool,
}

impl ControllerChannel {
    /// A closed channel to `controller`, which uses `timer` for reconnects and timeouts. A request is
    /// re-sent until it is answered.
    pub fn new(controller: NodeId, timer: Timer, request_timeout: Nanos) -> ControllerChannel {
        let (link, queue) = (Link::Closed, VecDeque::new());
        ControllerChannel {
            controller,
            timer,
            request_timeout,
            budget: Nanos::MAX,
            link,
            queue,
            correlation: 0,
            expired: false,
        }
    }
    /// The same, but a request that is not answered within `budget` is dropped
    /// (`retryTimeoutMs`): see [`ControllerChannel::take_expired`].
    pub fn with_budget(controller: NodeId, timer: Timer, request_timeout: Nanos, budget: Nanos) -> ControllerChannel {
        ControllerChannel { budget, ..ControllerChannel::new(controller, timer, request_timeout.min(budget)) }
    }
    /// Queues a request.
    pub fn send(&mut self, request: Request, ctx: &mut Context<'_>) {
        self.queue.push_back(Queued { request, expires: ctx.now().saturating_add(self.budget) });
        if self.queue.len() == 1 {
            self.proceed(ctx);
        }
    }
    /// Whether nothing is queued or in flight.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }
    /// Whether the request in flight was dropped by the last input, its budget used up.
    pub fn take_expired(&mut self) -> bool {
        std::mem::take(&mut self.expired)
    }
    /// Drops everything, and the connection.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        if let Some(conn) = self.conn() {
            ctx.close(conn);
        }
        self.queue.clear();
        self.link = Link::Closed;
        ctx.cancel_timer(self.timer);
    }
    /// Takes an input.
    pub fn handle(&mut self, input: &Input, ctx: &mut Context<'_>) -> ChannelEvent {
        match input {
            Input::Connected { conn } if self.conn() == Some(*conn) => {
                self.check_api_versions(*conn, ctx);
                self.proceed(ctx);
            }
            Input::Disconnected { conn } if self.conn() == Some(*conn) => self.reconnect(ctx),
            Input::Message { conn, message } if self.conn() == Some(*conn) => return self.message(*conn, message, ctx),
            Input::Timer(timer) if *timer == self.timer => self.time_out(ctx),
            _ => return ChannelEvent::NotMine,
        }
        ChannelEvent::Handled
    }

    fn conn(&self) -> Option<ConnId> {
        match self.link {
            Link::Opening(conn, _)
            | Link::CheckingApiVersions(conn, _)
            | Link::Idle(conn)
            | Link::InFlight(conn, _) => Some(conn),
            Link::Closed | Link::Backoff(_) => None,
        }
    }
    /// The process itself has to answer before it gets a request: its kernel takes connections also while
    /// it is paused.
    fn check_api_versions(&mut self, conn: ConnId, ctx: &mut Context<'_>) {
        ctx.request(conn, API_VERSIONS, Request::ApiVersions);
        self.link = Link::CheckingApiVersions(conn, ctx.now().saturating_add(self.request_timeout));
    }
    /// Brings the first request one step further, and sets the timer for what may go wrong with it.
    fn proceed(&mut self, ctx: &mut Context<'_>) {
        let Some(first) = self.queue.front() else { return ctx.cancel_timer(self.timer) };
        let deadline = match self.link {
            Link::Closed => {
                let deadline = ctx.now().saturating_add(self.request_timeout.min(CONNECTION_SETUP_TIMEOUT));
                self.link = Link::Opening(ctx.connect(self.controller), deadline);
                deadline
            }
            Link::Idle(conn) => {
                self.correlation += 1;
                ctx.request(conn, self.correlation, first.request.clone());
                let deadline = ctx.now().saturating_add(self.request_timeout);
                self.link = Link::InFlight(conn, deadline);
                deadline
            }
            Link::Opening(_, deadline)
            | Link::CheckingApiVersions(_, deadline)
            | Link::InFlight(_, deadline)
            | Link::Backoff(deadline) => deadline,
        };
        let at = deadline.min(first.expires);
        if at == Nanos::MAX { ctx.cancel_timer(self.timer) } else { ctx.set_timer(self.timer, at) }
    }
    /// An answer, unless it is to a request of which nobody knows any more. NOT_CONTROLLER is none:
    /// the controller is looked for again.
    fn message(&mut self, conn: ConnId, message: &Message, ctx: &mut Context<'_>) -> ChannelEvent {
        let Body::Response(response) = &message.body else { return ChannelEvent::Handled };
        if matches!((self.link, response), (Link::CheckingApiVersions(..), Response::ApiVersions)) {
            self.link = Link::Idle(conn);
            self.proceed(ctx);
            return ChannelEvent::Handled;
        }
        if message.correlation != self.correlation || !matches!(self.link, Link::InFlight(..)) {
            return ChannelEvent::Handled;
        }
        if says_not_controller(response) {
            ctx.close(conn);
            self.reconnect(ctx);
            return ChannelEvent::Handled;
        }
        self.queue.pop_front();
        self.link = Link::Idle(conn);
        self.proceed(ctx);
        ChannelEvent::Response(response.clone())
    }
    /// The connection is gone; what was in flight is still first in the queue.
    fn reconnect(&mut self, ctx: &mut Context<'_>) {
        self.link = if self.queue.is_empty() {
            Link::Closed
        } else {
            Link::Backoff(ctx.now().saturating_add(RECONNECT_BACKOFF))
        };
        self.proceed(ctx);
    }
    fn time_out(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        if self.queue.front().is_some_and(|first| first.expires <= now) {
            return self.expire(ctx);
        }
        match self.link {
            Link::Opening(conn, deadline)
            | Link::CheckingApiVersions(conn, deadline)
            | Link::InFlight(conn, deadline)
                if deadline <= now =>
            {
                ctx.close(conn);
                self.reconnect(ctx);
            }
            Link::Backoff(until) if until <= now => {
                self.link = Link::Closed;
                self.proceed(ctx);
            }
            _ => {}
        }
    }
    /// The first request has used up its budget. A link that did not answer it is not trusted with
    /// the next.
    fn expire(&mut self, ctx: &mut Context<'_>) {
        self.queue.pop_front();
        self.expired = true;
        if let Link::Opening(conn, _) | Link::CheckingApiVersions(conn, _) | Link::InFlight(conn, _) = self.link {
            ctx.close(conn);
            self.link = Link::Closed;
        }
        if let Link::Backoff(_) = self.link {
            self.link = Link::Closed;
        }
        self.proceed(ctx);
    }
}

/// Whether NOT_CONTROLLER is anywhere in an answer (`AbstractResponse.errorCounts`).
fn says_not_controller(response: &Response) -> bool {
    let says = |error: ErrorCode| error == ErrorCode::NotController;
    match response {
        Response::BrokerRegistration(r) => says(r.error),
        Response::BrokerHeartbeat(r) => says(r.error),
        Response::AlterPartition(r) => says(r.error) || r.partitions.iter().any(|p| says(p.error)),
        Response::CreateTopics(topics) => topics.iter().any(|(_, error)| says(*error)),
        Response::Admin(error) => says(*error),
        Response::AllocateProducerIds(r) => says(r.error),
        Response::FetchMetadata(r) => says(r.error),
        _ => false,
    }
}
