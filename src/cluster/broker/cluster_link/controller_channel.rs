//! One purpose's channel from a broker to the active controller
//! (`core/.../server/NodeToControllerChannelManager.scala`): one request in flight, the rest queued;
//! re-sent after a disconnect or NOT_CONTROLLER; a silent link is only given up after the timeout.

use std::collections::VecDeque;

use crate::net::{Destination, NetworkClient, NetworkConfig, NetworkEvent};
use crate::node::{Context, Input, Owner, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::NodeId;
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

#[cfg(test)]
mod tests;

/// What a broker's channels are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControllerPurpose {
    /// Registration and heartbeats.
    Heartbeats,
    /// ISR proposals.
    AlterPartition,
    /// What clients want done.
    Forwarding,
}

impl ControllerPurpose {
    /// All of them.
    pub const ALL: [ControllerPurpose; 3] =
        [ControllerPurpose::Heartbeats, ControllerPurpose::AlterPartition, ControllerPurpose::Forwarding];

    /// Its number among a broker's timers.
    pub const fn number(self) -> u32 {
        self as u32
    }
}

/// What an input meant to a channel.
#[derive(Clone, Debug)]
pub enum ChannelEvent {
    /// Nothing that its owner has to act upon.
    Handled,
    /// The answer to the request in flight.
    Response(Response),
}

/// Pause before the active controller is looked for again (`NodeToControllerRequestThread.doWork`).
const LOOK_AGAIN: Nanos = Nanos::from_millis(100);

/// The process of the active controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActiveController {
    /// The process.
    pub node: NodeId,
    /// Its place among the controllers.
    pub place: u32,
}

impl Destination for ActiveController {
    fn slot(self) -> u32 {
        self.place
    }
    fn node(self) -> NodeId {
        self.node
    }
}

/// Whom the broker takes for the active controller (`ControllerNodeProvider`).
#[derive(Clone, Copy, PartialEq, Debug)]
enum ControllerNodeProvider {
    /// There is one controller.
    Only(ActiveController),
    /// The leader of the quorum, as far as the broker's reading of the metadata log tells. The timer goes off when it is
    /// to be looked for again.
    Leader(Option<ActiveController>, Timer),
}

/// A request on its way. The first of the queue is the one that may be in flight.
#[derive(Clone, Debug)]
struct Queued {
    request: Request,
    /// When the owner no longer wants it.
    expires: Nanos,
}

/// How long a channel tries to get a request through (`retryTimeoutMs`).
#[derive(Clone, Copy, PartialEq, Debug)]
struct Budget {
    time: Nanos,
    /// Goes off when that is used up.
    timer: Timer,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ControllerChannel {
    provider: ControllerNodeProvider,
    /// Where requests go; none while it is looked for.
    controller: Option<ActiveController>,
    client: NetworkClient<ActiveController, ()>,
    /// `None`: a request is re-sent until it is answered.
    budget: Option<Budget>,
    queue: VecDeque<Queued>,
    /// Scratch.
    events: Vec<NetworkEvent<ActiveController, ()>>,
}

impl ControllerChannel {
    /// A closed channel to `controller`. A request is re-sent until it is answered. `timer` and `endpoint` are its
    /// network client's.
    pub fn new(
        controller: NodeId,
        request_timeout: Nanos,
        timer: impl Into<Timer>,
        endpoint: impl Into<Owner>,
    ) -> ControllerChannel {
        let network = NetworkConfig::of_impatient_server(request_timeout);
        let controller = ActiveController { node: controller, place: 0 };
        ControllerChannel {
            provider: ControllerNodeProvider::Only(controller),
            controller: Some(controller),
            client: NetworkClient::new(network, timer, endpoint),
            budget: None,
            queue: VecDeque::new(),
            events: Vec::new(),
        }
    }
    /// The same to the leader of a quorum, which nobody knows yet. `look` goes off when it is to be looked for again
    /// ([`ControllerChannel::look`]).
    pub fn of_leader(self, look: impl Into<Timer>) -> ControllerChannel {
        let provider = ControllerNodeProvider::Leader(None, look.into());
        ControllerChannel { provider, controller: None, ..self }
    }
    /// The broker has heard who leads the quorum, or that nobody does. A request that is in flight stays where it is.
    pub fn set_leader(&mut self, leader: Option<ActiveController>) {
        if let ControllerNodeProvider::Leader(known, _) = &mut self.provider {
            *known = leader;
        }
    }
    /// Looks for the active controller, unless it is known.
    pub fn look(&mut self, ctx: &mut Context<'_>) {
        if let (None, ControllerNodeProvider::Leader(leader, timer)) = (self.controller, self.provider) {
            self.controller = leader;
            if leader.is_none() && !self.queue.is_empty() {
                ctx.set_timer_in(timer, LOOK_AGAIN);
            }
        }
        self.proceed(ctx);
    }
    /// What was taken for the active controller may not be it.
    fn forget(&mut self) {
        if let ControllerNodeProvider::Leader(..) = self.provider {
            self.controller = None;
        }
    }
    /// The same, but a request that is not answered within `time`, which a timer tells, is dropped: see
    /// [`ControllerChannel::expire`].
    pub fn with_budget(self, time: Nanos, timer: impl Into<Timer>) -> ControllerChannel {
        ControllerChannel { budget: Some(Budget { time, timer: timer.into() }), ..self }
    }
    /// Queues a request.
    pub fn send(&mut self, request: Request, ctx: &mut Context<'_>) {
        let expires = self.budget.map_or(Nanos::MAX, |budget| ctx.now().saturating_add(budget.time));
        self.queue.push_back(Queued { request, expires });
        if self.queue.len() == 1 {
            self.look(ctx);
        }
    }
    /// Whether nothing is queued or in flight.
    #[cfg(test)]
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }
    /// Drops everything, and the connection.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        if let Some(controller) = self.controller {
            self.client.drop_connection(controller, ctx);
        }
        self.queue.clear();
        if let ControllerNodeProvider::Leader(_, timer) = self.provider {
            ctx.cancel_timer(timer);
        }
        if let Some(budget) = self.budget {
            ctx.cancel_timer(budget.timer);
        }
    }
    /// Takes what happened to its connection, its network client's timer among it.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> ChannelEvent {
        let mut events = std::mem::take(&mut self.events);
        self.client.accept(input, &mut events, ctx);
        let mut answer = None;
        for event in events.drain(..) {
            match event {
                NetworkEvent::Response { response, .. } => answer = self.answered(response, ctx),
                NetworkEvent::Disconnected(from) if self.controller == Some(from) => self.forget(),
                _ => {}
            }
        }
        self.events = events;
        self.look(ctx);
        answer.map_or(ChannelEvent::Handled, ChannelEvent::Response)
    }
    /// Brings the first request one step further, and sees to it that it does not take too long.
    fn proceed(&mut self, ctx: &mut Context<'_>) {
        if let Some(budget) = self.budget {
            match self.queue.front() {
                Some(first) => ctx.set_timer(budget.timer, first.expires),
                None => ctx.cancel_timer(budget.timer),
            }
        }
        if let (Some(first), Some(controller)) = (self.queue.front(), self.controller)
            && self.client.ready(controller, ctx)
        {
            self.client.send(controller, (), first.request.clone(), None, true, ctx);
        }
    }
    /// NOT_CONTROLLER is no answer: the controller is looked for again.
    fn answered(&mut self, response: Response, ctx: &mut Context<'_>) -> Option<Response> {
        if says_not_controller(&response) {
            if let Some(controller) = self.controller {
                self.client.close(controller, &mut Vec::new(), ctx);
            }
            self.forget();
            return None;
        }
        self.queue.pop_front();
        Some(response)
    }
    /// The budget's timer has gone off. Whether the first request has used it up; it is dropped then, and a link that did
    /// not answer it is not trusted with the next.
    pub fn expire(&mut self, ctx: &mut Context<'_>) -> bool {
        let over = self.queue.front().is_some_and(|first| first.expires <= ctx.now());
        if over {
            self.queue.pop_front();
            if let Some(controller) = self.controller
                && (!self.client.is_ready(controller) || self.client.in_flight(controller) > 0)
            {
                self.client.drop_connection(controller, ctx);
                self.forget();
            }
        }
        self.look(ctx);
        over
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
