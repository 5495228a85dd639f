//! Finding the group coordinator, and forgetting it
//! (`clients/.../consumer/internals/AbstractCoordinator.java`: `ensureCoordinatorReady`,
//! `FindCoordinatorResponseHandler`, `markCoordinatorUnknown`).

use super::membership::Lookup;
use super::process::Process;
use super::tag::{self, Tag};
use crate::client::network::Dest;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::BrokerId;
use crate::protocol::messages::{FindCoordinatorResponse, Request};

impl Process {
    /// Whether the coordinator is known; if not, takes the search one step further. Any broker can be
    /// asked. After a failure the search pauses, and waits for newer metadata; where the coordinator is known
    /// and its connection has failed, it only pauses.
    pub fn find_coordinator(&mut self, ctx: &mut Context<'_>) -> bool {
        if self.group.coordinator.is_some() {
            return true;
        }
        if let Lookup::Backoff { until, metadata } = self.group.lookup
            && until <= ctx.now()
            && metadata.is_none_or(|version| self.metadata.version() > version)
        {
            self.group.lookup = Lookup::Idle;
        }
        if self.group.lookup == Lookup::Idle {
            self.ask_for_coordinator(ctx);
        }
        false
    }

    fn ask_for_coordinator(&mut self, ctx: &mut Context<'_>) {
        let Some(broker) = self.network.least_loaded(self.metadata.brokers(), ctx) else {
            return self.back_off_lookup(ErrorCode::CoordinatorNotAvailable, ctx);
        };
        let number = self.group.next_lookup;
        self.group.next_lookup = (number + 1) % tag::VALUES;
        self.group.lookup = Lookup::InFlight(number);
        let request = Request::FindCoordinator(self.spec.group);
        self.send(Dest::Broker(broker), Tag::FindCoordinator { number }, request, None, ctx);
    }

    /// Answer to FindCoordinator.
    pub fn on_find_coordinator_response(
        &mut self,
        number: u32,
        response: FindCoordinatorResponse,
        ctx: &mut Context<'_>,
    ) {
        match response.coordinator {
            Some(broker) if response.error.is_ok() => self.coordinator_found(broker, ctx),
            _ => self.lookup_failed(number, response.error, ctx),
        }
    }

    fn coordinator_found(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        self.group.heartbeat.session = ctx.now().saturating_add(self.spec.config.session_timeout);
        // `client.tryConnect(coordinator)`; "coordinator unavailable".
        if self.network.is_unavailable(Dest::Coordinator(broker), ctx) {
            self.pause_lookup(None, ctx);
            return self.fail_deferred_commits(ErrorCode::CoordinatorNotAvailable, ctx);
        }
        self.group.lookup = Lookup::Idle;
        self.group.lookup_failures = 0;
        self.group.coordinator = Some(broker);
        self.network.ready(Dest::Coordinator(broker), ctx);
        self.send_deferred_commits(ctx);
    }

    /// FindCoordinator failed.
    pub fn lookup_failed(&mut self, number: u32, error: ErrorCode, ctx: &mut Context<'_>) {
        if self.group.lookup == Lookup::InFlight(number) {
            self.back_off_lookup(error, ctx);
        }
    }

    fn back_off_lookup(&mut self, error: ErrorCode, ctx: &mut Context<'_>) {
        self.pause_lookup(Some(self.metadata.version()), ctx);
        self.metadata.request_update();
        self.fail_deferred_commits(error, ctx);
    }

    fn pause_lookup(&mut self, metadata: Option<u32>, ctx: &mut Context<'_>) {
        let pause = self.backoff.draw(self.group.lookup_failures, ctx.random());
        self.group.lookup_failures += 1;
        self.group.lookup = Lookup::Backoff { until: ctx.now().saturating_add(pause), metadata };
    }

    /// The coordinator, if it is known and not out of reach (`checkAndGetCoordinator`).
    pub fn coordinator(&mut self, ctx: &mut Context<'_>) -> Option<Dest> {
        let dest = Dest::Coordinator(self.group.coordinator?);
        if self.network.is_unavailable(dest, ctx) {
            self.forget_coordinator(ctx);
            return None;
        }
        Some(dest)
    }

    /// The coordinator is not who it was, or does not answer: what is in flight to it fails.
    /// Membership stays as it is.
    pub fn forget_coordinator(&mut self, ctx: &mut Context<'_>) {
        if let Some(broker) = self.group.coordinator.take() {
            self.network.close(Dest::Coordinator(broker), &mut self.events, ctx);
        }
    }

    /// A connection to a broker as coordinator is gone.
    pub fn coordinator_disconnected(&mut self, broker: BrokerId) {
        if self.group.coordinator == Some(broker) {
            self.group.coordinator = None;
        }
    }
}
