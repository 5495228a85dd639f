//! The heartbeat thread (`AbstractCoordinator.HeartbeatThread`): it works while the application
//! processes, so that slow processing is not taken for death.

use super::membership::{Lookup, MemberState};
use super::process::{Process, soonest};
use super::tag::Tag;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::{HeartbeatRequest, LeaveGroupReason, Request};
use crate::sim::time::Nanos;

impl Process {
    /// One turn of the thread: look for the coordinator, or give it up, or leave the group, or send
    /// a heartbeat; whatever is due, in this order.
    pub fn heartbeat_turn(&mut self, ctx: &mut Context<'_>) {
        if !self.group.heartbeats() {
            return;
        }
        let now = ctx.now();
        if self.group.coordinator.is_some() && self.group.heartbeat.session <= now {
            self.forget_coordinator(ctx);
        }
        if self.group.coordinator.is_none() {
            return self.heartbeat_lookup(ctx);
        }
        if self.group.heartbeat.poll <= now {
            // The application has not polled for max.poll.interval.ms. The partitions stay with it
            // until it does; then they are lost.
            self.group.heartbeat.enabled = false;
            return self.leave_group(LeaveGroupReason::PollTimeout, ctx);
        }
        if self.group.heartbeat.next <= now {
            self.send_heartbeat(ctx);
        }
    }

    /// The thread searches too, so that a busy application does not lose its membership for want of
    /// a coordinator. It does not wait for metadata, and gives a broker that does not answer up after
    /// one turn: the next turn asks anew.
    fn heartbeat_lookup(&mut self, ctx: &mut Context<'_>) {
        if ctx.now() < self.group.heartbeat.lookup {
            return;
        }
        self.group.heartbeat.lookup = ctx.now().saturating_add(self.spec.config.retry_backoff.max(Nanos(1)));
        let asked = matches!(self.group.lookup, Lookup::InFlight(_));
        self.group.lookup = Lookup::Idle;
        if !asked {
            self.find_coordinator(ctx);
        }
    }

    fn send_heartbeat(&mut self, ctx: &mut Context<'_>) {
        let Some(dest) = self.coordinator(ctx) else { return };
        self.group.heartbeat.next = ctx.now().saturating_add(self.spec.config.heartbeat_interval);
        let request = HeartbeatRequest {
            group: self.spec.group,
            generation: self.group.generation(),
            member: self.group.member(),
        };
        let tag = Tag::Heartbeat { version: self.group.version() };
        self.send(dest, tag, Request::Heartbeat(request), None, ctx);
    }

    /// Answer to a heartbeat. REBALANCE_IN_PROGRESS counts as success: the member is known, and acts
    /// on it at its next poll().
    pub fn on_heartbeat_response(&mut self, version: u32, error: ErrorCode, ctx: &mut Context<'_>) {
        let current = self.group.version() == version;
        match error {
            ErrorCode::RebalanceInProgress if self.group.state == MemberState::Stable => {
                self.group.rejoin_needed = true;
            }
            ErrorCode::None | ErrorCode::RebalanceInProgress => {}
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration if current => {
                self.group.reset_on(error);
                return self.heartbeat_failed(ctx);
            }
            // About a membership that is no more.
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {}
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator => {
                self.forget_coordinator(ctx);
                return self.heartbeat_failed(ctx);
            }
            _ => return self.heartbeat_failed(ctx),
        }
        let heartbeat = &mut self.group.heartbeat;
        heartbeat.failures = 0;
        heartbeat.session = ctx.now().saturating_add(self.spec.config.session_timeout);
    }

    /// The next heartbeat comes after a backoff instead of the interval.
    pub fn heartbeat_failed(&mut self, ctx: &mut Context<'_>) {
        let pause = self.backoff.draw(self.group.heartbeat.failures, ctx.random());
        self.group.heartbeat.failures += 1;
        self.group.heartbeat.next = ctx.now().saturating_add(pause);
    }

    /// When the thread has something to do next; [`Nanos::MAX`] while it sleeps. What is overdue
    /// waits for the connection, whose event wakes the thread.
    pub fn heartbeat_due(&self, now: Nanos) -> Nanos {
        if !self.group.heartbeats() {
            return Nanos::MAX;
        }
        let heartbeat = &self.group.heartbeat;
        if self.group.coordinator.is_none() {
            // With a backoff of 0 the thread calls `Object.wait(0)`, which waits for whoever wakes it.
            let sleeps = self.spec.config.retry_backoff == Nanos::ZERO;
            return if sleeps { Nanos::MAX } else { heartbeat.lookup };
        }
        soonest(now, &[heartbeat.next, heartbeat.session, heartbeat.poll])
    }
}
