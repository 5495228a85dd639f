//! What a shard and its groups may use while they handle one input.

use super::member_ids::MemberIds;
use super::timers::{self, Sessions};
use super::{Command, ReplyTo};
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, MemberId, NodeId};
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

/// The coordinator's parts that all shards share, and where effects go.
pub(super) struct Env<'a, 'c> {
    pub(super) broker: BrokerId,
    pub(super) config: &'a BrokerConfig,
    pub(super) commands: &'a mut Vec<Command>,
    pub(super) ctx: &'a mut Context<'c>,
    pub(super) sessions: &'a mut Sessions,
    pub(super) ids: &'a mut MemberIds,
    pub(super) last_write: &'a mut u32,
}

impl Env<'_, '_> {
    pub(super) fn now(&self) -> Nanos {
        self.ctx.now()
    }
    pub(super) fn reply(&mut self, to: ReplyTo, response: Response) {
        self.commands.push(Command::Reply { to, response });
    }
    pub(super) fn record(&mut self, fact: Fact) {
        self.ctx.record(fact);
    }
    pub(super) fn set_timer(&mut self, timer: Timer, delay: Nanos) {
        self.ctx.set_timer_in(timer, delay);
    }
    pub(super) fn cancel_timer(&mut self, timer: Timer) {
        self.ctx.cancel_timer(timer);
    }
    pub(super) fn draw_member_id(&mut self, client: NodeId) -> MemberId {
        let now = self.now();
        self.ids.draw(client, now)
    }
    /// Gives a session's slot back; its timer will not go off.
    pub(super) fn end_session(&mut self, slot: u32) {
        self.cancel_timer(timers::session(slot));
        self.sessions.release(slot);
    }
}
