//! From one role to another (`raft/.../QuorumState.java`). What must outlive the process is flushed before anything is
//! said in the new role.

use super::fault::RaftFault;
use super::kafka_raft_client::KafkaRaftClient;
use super::leader_state::LeaderState;
use super::quorum_state::ElectionState;
use super::role::{EpochElection, Role};
use super::timers::RaftTimer;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::ids::*;
use crate::protocol::messages::MetadataRecord;
use crate::protocol::rules::RaftElectionLost;
use crate::sim::time::Nanos;

/// Unit of a candidate's pause (`RETRY_BACKOFF_BASE_MS`).
const RETRY_BACKOFF_BASE: Nanos = Nanos::from_millis(100);

impl KafkaRaftClient {
    /// `QuorumState.initialize`: in which role it starts says what it has written down. One that led is not to lead again in
    /// its epoch, for it may have forgotten what it wrote there.
    pub(super) fn initialize(&mut self, stands_at_once: bool, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let ElectionState { epoch, leader, voted } = self.store.read(ctx);
        let (end, me) = (self.log.log_end(), self.me);
        self.tell(Fact::MetadataLogLoaded { controller: me, end, epoch, voted }, ctx);
        let election_deadline = if stands_at_once { ctx.now() } else { self.election_deadline(ctx) };
        let unattached = |voted| Role::Unattached { voted, election_deadline };
        let (epoch, role) = match leader {
            _ if epoch < self.log.last_epoch() => (self.log.last_epoch(), unattached(None)),
            Some(leader) if leader == me => (epoch, self.resigned(Vec::new(), ctx)),
            None if voted == Some(me) => (epoch, self.candidate(1, ctx)),
            Some(leader) => (epoch, self.follower(leader, voted, ctx)),
            None => (epoch, unattached(voted)),
        };
        self.durably(epoch, role, ctx)
    }

    /// A random time from now, between the election timeout and twice that, in whole milliseconds.
    fn election_deadline(&self, ctx: &mut Context<'_>) -> Nanos {
        let timeout = self.config.election_timeout.as_millis();
        let random = ctx.random().below(timeout.max(1));
        ctx.now().saturating_add(Nanos::from_millis(timeout + random))
    }
    fn follower(&self, leader: ControllerId, voted: Option<ControllerId>, ctx: &mut Context<'_>) -> Role {
        let fetch_deadline = ctx.now().saturating_add(self.config.fetch_timeout);
        Role::Follower { leader, voted, fetch_deadline, has_fetched: false }
    }
    fn candidate(&self, retries: u32, ctx: &mut Context<'_>) -> Role {
        Role::Candidate {
            election: EpochElection::with_own_vote(&self.voters, self.me),
            retries,
            election_deadline: self.election_deadline(ctx),
            backing_off_until: None,
        }
    }
    fn resigned(&self, preferred_successors: Vec<ControllerId>, ctx: &mut Context<'_>) -> Role {
        let others = self.voters.iter().map(|voter| voter.id).filter(|id| *id != self.me);
        Role::Resigned {
            unacknowledged: others.collect(),
            preferred_successors,
            election_deadline: self.election_deadline(ctx),
        }
    }
    /// Another role, written down first (`durableTransitionTo`).
    fn durably(&mut self, epoch: LeaderEpoch, role: Role, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let state = ElectionState { epoch, leader: role.leader(self.me), voted: role.voted(self.me) };
        self.busy_until = self.busy_until.max(self.store.write(state, ctx)?);
        self.in_memory(epoch, role, ctx);
        Ok(())
    }
    /// Another role, of which nothing need be known after a restart (`memoryTransitionTo`).
    fn in_memory(&mut self, epoch: LeaderEpoch, role: Role, ctx: &mut Context<'_>) {
        if self.role.as_leader().is_some() {
            // What was not written yet never is; a flush that runs is nobody's business any more.
            self.log.discard_waiting();
            ctx.cancel_timer(RaftTimer::Linger);
            ctx.cancel_timer(RaftTimer::Flushed);
        }
        let before = (self.epoch, self.role.name(), self.role.leader(self.me));
        (self.epoch, self.role) = (epoch, role);
        let (controller, role, leader) = (self.me, self.role.name(), self.role.leader(self.me));
        // A vote makes no other role of it.
        if before != (epoch, role, leader) {
            self.tell(Fact::RaftRoleChanged { controller, epoch, role, leader }, ctx);
        }
        self.requests.reset_all();
    }

    /// The epoch is another, or the pre-vote is lost, and no leader is known (`transitionToUnattached`). A time to wait
    /// that has begun goes on.
    pub(super) fn become_unattached(&mut self, epoch: LeaderEpoch, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let election_deadline = match &self.role {
            Role::Candidate { election_deadline, .. }
            | Role::Unattached { election_deadline, .. }
            | Role::Resigned { election_deadline, .. } => *election_deadline,
            Role::Prospective { election, election_deadline, .. } if !election.is_rejected() => *election_deadline,
            Role::Prospective { .. } | Role::Follower { .. } | Role::Leader(_) => self.election_deadline(ctx),
        };
        let voted = if epoch == self.epoch { self.role.voted(self.me) } else { None };
        self.durably(epoch, Role::Unattached { voted, election_deadline }, ctx)
    }
    /// Asks whether it would be elected (`transitionToProspective`).
    pub(super) fn become_prospective(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let retries = if let Role::Candidate { retries, .. } = self.role { retries + 1 } else { 1 };
        let role = Role::Prospective {
            leader: self.role.leader(self.me),
            voted: self.role.voted(self.me),
            election: EpochElection::with_own_vote(&self.voters, self.me),
            retries,
            election_deadline: self.election_deadline(ctx),
        };
        self.in_memory(self.epoch, role, ctx);
        Ok(())
    }
    /// It would not be elected, or hears nothing (`prospectiveTransitionAfterElectionLoss`).
    pub(super) fn lose_pre_vote(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        match self.role.leader(self.me) {
            Some(leader) => self.become_follower(self.epoch, leader, ctx),
            None => self.become_unattached(self.epoch, ctx),
        }
    }
    /// Stands for election in the next epoch, with its own vote (`transitionToCandidate`).
    pub(super) fn become_candidate(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let retries = if let Role::Prospective { retries, .. } = self.role { retries } else { 1 };
        let (epoch, role) = (LeaderEpoch(self.epoch.0 + 1), self.candidate(retries, ctx));
        self.durably(epoch, role, ctx)?;
        self.tell(Fact::RaftVoteGranted { controller: self.me, candidate: self.me, epoch }, ctx);
        Ok(())
    }
    /// A candidate has too few votes left to win (`maybeHandleElectionLoss`).
    pub(super) fn lose_election(&mut self, ctx: &mut Context<'_>) {
        let most = self.config.election_backoff_max;
        let backs_off = self.config.rules.raft_election_lost == RaftElectionLost::BacksOff;
        if let Role::Candidate { retries, backing_off_until: until @ None, .. } = &mut self.role
            && backs_off
        {
            let pauses = ctx.random().below(2 << (*retries - 1).min(20));
            *until = Some(ctx.now().saturating_add(RETRY_BACKOFF_BASE.saturating_mul(pauses).min(most)));
        }
    }
    /// Follows a leader (`transitionToFollower`). Whoever waits for records here has come to the wrong one.
    pub(super) fn become_follower(
        &mut self,
        epoch: LeaderEpoch,
        leader: ControllerId,
        ctx: &mut Context<'_>,
    ) -> Result<(), RaftFault> {
        let voted = if epoch == self.epoch { self.role.voted(self.me) } else { None };
        let role = self.follower(leader, voted, ctx);
        self.durably(epoch, role, ctx)?;
        self.refuse_fetches(ctx);
        Ok(())
    }
    /// Has voted for another one: it waits for the outcome (`unattachedAddVotedState`, `prospectiveAddVotedState`).
    pub(super) fn add_vote(&mut self, candidate: ControllerId, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let election_deadline = self.election_deadline(ctx);
        let role = match &self.role {
            Role::Unattached { voted: None, .. } => Role::Unattached { voted: Some(candidate), election_deadline },
            Role::Prospective { voted: None, leader, retries, .. } => Role::Prospective {
                voted: Some(candidate),
                leader: *leader,
                election: EpochElection::with_own_vote(&self.voters, self.me),
                retries: *retries,
                election_deadline,
            },
            _ => return Ok(()),
        };
        let epoch = self.epoch;
        self.durably(epoch, role, ctx)?;
        self.tell(Fact::RaftVoteGranted { controller: self.me, candidate, epoch }, ctx);
        Ok(())
    }
    /// Leads no longer, for no majority fetches, or for it is to stop (`transitionToResigned`).
    pub(super) fn resign(&mut self, ctx: &mut Context<'_>) {
        let successors = self.role.as_leader().map(LeaderState::successors).unwrap_or_default();
        self.refuse_fetches(ctx);
        let role = self.resigned(successors, ctx);
        self.in_memory(self.epoch, role, ctx);
    }
    /// A majority has voted for it (`onBecomeLeader`).
    pub(super) fn become_leader(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let (controller, epoch, start) = (self.me, self.epoch, self.log.log_end());
        self.tell(Fact::RaftLeaderElected { controller, epoch, start }, ctx);
        let role = Role::Leader(Box::new(LeaderState::new(self.me, start, &self.voters, self.config, ctx.now())));
        self.durably(epoch, role, ctx)?;
        self.begin_epoch(ctx)
    }
    /// The first record of a leader's epoch does not wait for the linger time (`appendStartOfEpochControlRecords`).
    pub(super) fn begin_epoch(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        if self.role.as_leader().is_none() {
            let start = self.log.log_end();
            self.role = Role::Leader(Box::new(LeaderState::new(self.me, start, &self.voters, self.config, ctx.now())));
        }
        // Nothing is exposed before a record of this epoch is committed.
        self.high_watermark = None;
        self.log.lead(self.epoch);
        self.log.append(MetadataRecord::LeaderChange { leader: self.me }, self.config.append_linger, ctx);
        self.drain(ctx)
    }
}
