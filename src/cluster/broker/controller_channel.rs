//! One purpose's channel from a broker to the active controller
//! (`core/.../server/NodeToControllerChannelManager.scala`): one request in flight, the rest queued;
//! re-sent after a disconnect or NOT_CONTROLLER; a silent link is only given up after the timeout.

use crate::node::{Context, Input, Timer};
use crate::protocol::ids::NodeId;
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

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

/// See the module.
#[derive(Clone, Debug)]
pub struct ControllerChannel {}

#[allow(unused_variables)]
impl ControllerChannel {
    /// A closed channel to `controller`, which uses `timer` for reconnects and timeouts.
    pub fn new(controller: NodeId, timer: Timer, request_timeout: Nanos) -> ControllerChannel {
        todo!()
    }
    /// Queues a request.
    pub fn send(&mut self, request: Request, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Whether nothing is queued or in flight.
    pub fn is_idle(&self) -> bool {
        todo!()
    }
    /// Takes an input.
    pub fn handle(&mut self, input: &Input, ctx: &mut Context<'_>) -> ChannelEvent {
        todo!()
    }
}
