//! Whom a member of the quorum waits for, and whom it leaves alone for a while (`raft/.../RequestManager.java`).
//!
//! One request at a time to each voter. One that fails is followed by a pause; one that is not answered in time is
//! forgotten. A change of role forgets them all, while connections and answers on their way stay what they are.

use std::collections::BTreeMap;

use super::voters::{RaftConfig, Voters};
use crate::protocol::ids::ControllerId;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// What is known of one voter; nothing: it can be asked.
#[derive(Clone, Copy, PartialEq, Debug)]
enum ConnectionState {
    AwaitingResponse { correlation: u32, times_out: Nanos },
    BackingOff { until: Nanos },
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct RequestManager {
    /// Whom to ask who leads: all voters but oneself (`controller.quorum.bootstrap.servers`).
    bootstrap: Vec<ControllerId>,
    retry_backoff: Nanos,
    request_timeout: Nanos,
    connections: BTreeMap<ControllerId, ConnectionState>,
}

impl RequestManager {
    /// Everybody can be asked. `me`: the voter that asks, if one does.
    pub(super) fn new(voters: &Voters, me: Option<ControllerId>, config: &RaftConfig) -> RequestManager {
        let RaftConfig { retry_backoff, request_timeout, .. } = *config;
        let bootstrap = voters.iter().map(|voter| voter.id).filter(|id| Some(*id) != me).collect();
        RequestManager { bootstrap, retry_backoff, request_timeout, connections: BTreeMap::new() }
    }
    /// Forgets everything that is over by now.
    fn forget_what_is_over(&mut self, now: Nanos) {
        self.connections.retain(|_, state| match *state {
            ConnectionState::AwaitingResponse { times_out, .. } => now < times_out,
            ConnectionState::BackingOff { until } => now < until,
        });
    }
    /// Whether somebody owes an answer.
    pub(super) fn has_any_in_flight(&mut self, now: Nanos) -> bool {
        self.forget_what_is_over(now);
        self.connections.values().any(|state| matches!(state, ConnectionState::AwaitingResponse { .. }))
    }
    /// Whether a request can be sent to a voter.
    pub(super) fn is_ready(&mut self, voter: ControllerId, now: Nanos) -> bool {
        self.forget_what_is_over(now);
        !self.connections.contains_key(&voter)
    }
    /// Whether a voter is left alone.
    pub(super) fn is_backing_off(&mut self, voter: ControllerId, now: Nanos) -> bool {
        self.forget_what_is_over(now);
        matches!(self.connections.get(&voter), Some(ConnectionState::BackingOff { .. }))
    }
    /// Whether a voter has not answered in time, and nobody has looked since.
    pub(super) fn has_request_timed_out(&self, voter: ControllerId, now: Nanos) -> bool {
        let state = self.connections.get(&voter);
        matches!(state, Some(ConnectionState::AwaitingResponse { times_out, .. }) if *times_out <= now)
    }
    /// Some voter that can be asked, from a random one on; none while anybody owes an answer
    /// (`findReadyBootstrapServer`).
    pub(super) fn find_ready_bootstrap_server(&mut self, now: Nanos, random: &mut Stream) -> Option<ControllerId> {
        if self.has_any_in_flight(now) {
            return None;
        }
        // Whoever is not to be left alone is ready, for what is over is forgotten.
        let start = random.below(self.bootstrap.len() as u64) as usize;
        let from_there = self.bootstrap[start..].iter().chain(&self.bootstrap[..start]);
        from_there.copied().find(|id| !self.connections.contains_key(id))
    }
    /// A request is sent.
    pub(super) fn on_request_sent(&mut self, voter: ControllerId, correlation: u32, now: Nanos) {
        let times_out = now.saturating_add(self.request_timeout);
        self.connections.insert(voter, ConnectionState::AwaitingResponse { correlation, times_out });
    }
    /// An answer has come, or will not come.
    pub(super) fn on_response_result(&mut self, voter: ControllerId, correlation: u32, success: bool, now: Nanos) {
        if !self.is_response_expected(voter, correlation) {
            return;
        }
        if success {
            self.connections.remove(&voter);
        } else {
            let until = now.saturating_add(self.retry_backoff);
            self.connections.insert(voter, ConnectionState::BackingOff { until });
        }
    }
    /// Whether this answer is still waited for.
    pub(super) fn is_response_expected(&self, voter: ControllerId, number: u32) -> bool {
        let state = self.connections.get(&voter);
        matches!(state, Some(ConnectionState::AwaitingResponse { correlation, .. }) if *correlation == number)
    }
    /// A voter can be asked.
    pub(super) fn reset(&mut self, voter: ControllerId) {
        self.connections.remove(&voter);
    }
    /// Everybody can be asked.
    pub(super) fn reset_all(&mut self) {
        self.connections.clear();
    }
    /// When anything of this is over that is not over yet.
    pub(super) fn next_deadline(&self, now: Nanos) -> Nanos {
        let over = |state: &ConnectionState| match *state {
            ConnectionState::AwaitingResponse { times_out, .. } => times_out,
            ConnectionState::BackingOff { until } => until,
        };
        self.connections.values().map(over).filter(|over| *over > now).min().unwrap_or(Nanos::MAX)
    }
}
