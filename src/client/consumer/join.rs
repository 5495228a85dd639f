//! Joining the group: JoinGroup, assignment by the leader, SyncGroup, and the callbacks
//! (`clients/.../consumer/internals/{AbstractCoordinator,ConsumerCoordinator}.java`).
//!
//! Eager rebalancing: everything is revoked before a member joins again.

use std::rc::Rc;

use super::commit::Purpose;
use super::membership::{Join, JoinPrepare, MemberState, PrepareCommit};
use super::process::Process;
use super::range_assignor;
use super::tag::Tag;
use crate::history::fact::{Fact, RevokeReason};
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Generation, MemberId, TopicId, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// JoinGroup may take as long as the slowest member's poll() takes, and a little more.
const JOIN_GROUP_TIMEOUT_LAPSE: Nanos = Nanos::from_millis(5_000);

impl Process {
    /// Takes a wanted or pending rebalance as far as it goes without waiting. True if none is left
    /// (`joinGroupIfNeeded` with a timer of zero).
    ///
    /// # Errors
    /// What poll() throws.
    pub fn join_group_if_needed(&mut self, ctx: &mut Context<'_>) -> Result<bool, Exception> {
        while self.group.rejoin_needed_or_pending() {
            if !self.find_coordinator(ctx) || !self.join_prepared(ctx) {
                return Ok(false);
            }
            match std::mem::replace(&mut self.group.join, Join::None) {
                Join::None => {
                    self.group.state = MemberState::PreparingRebalance;
                    self.send_join_group(ctx);
                    return Ok(false);
                }
                waiting @ (Join::Pending | Join::Assigning(_)) => {
                    self.group.join = waiting;
                    return Ok(false);
                }
                Join::Synced(assignment) => self.join_completed(&assignment, ctx),
                Join::Failed(error) => {
                    self.group.rejoin_needed = true;
                    match error {
                        ErrorCode::UnknownMemberId
                        | ErrorCode::IllegalGeneration
                        | ErrorCode::RebalanceInProgress
                        | ErrorCode::MemberIdRequired => {}
                        error if error.is_retriable() => return Ok(false),
                        error => return Err(Exception::Answered(error)),
                    }
                }
                Join::Thrown(error) => {
                    self.group.rejoin_needed = true;
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    /// Runs `onJoinPrepare` once for each rebalance: with auto-commit, stop handing out, commit and
    /// wait for the answer; then give the partitions up. False while the commit is waited for.
    fn join_prepared(&mut self, ctx: &mut Context<'_>) -> bool {
        if !self.group.needs_join_prepare {
            return true;
        }
        if self.spec.config.enable_auto_commit && !self.prepare_commit_done(ctx) {
            return false;
        }
        self.group.prepare = None;
        self.group.needs_join_prepare = false;
        let reason = if self.group.is_lost() { RevokeReason::Lost } else { RevokeReason::Revoked };
        self.give_up_partitions(reason, ctx);
        self.group.assignment_snapshot = None;
        true
    }

    fn prepare_commit_done(&mut self, ctx: &mut Context<'_>) -> bool {
        let now = ctx.now();
        let prepare = match self.group.prepare {
            Some(prepare) => prepare,
            None => {
                let deadline = now.saturating_add(self.spec.config.max_poll_interval);
                let prepare = JoinPrepare { deadline, commit: PrepareCommit::Unsent(now) };
                self.group.prepare = Some(prepare);
                self.subscriptions.mark_pending_revocation();
                self.touch_all();
                prepare
            }
        };
        if prepare.deadline <= now {
            return true;
        }
        if let PrepareCommit::Unsent(at) = prepare.commit
            && at <= now
        {
            self.group.prepare = Some(JoinPrepare { commit: PrepareCommit::InFlight, ..prepare });
            let offsets = self.all_consumed();
            self.send_commit(offsets, Purpose::JoinPrepare, ctx);
        }
        matches!(self.group.prepare, Some(JoinPrepare { commit: PrepareCommit::Done, .. }))
    }

    /// onPartitionsRevoked or onPartitionsLost for the whole assignment, which is empty afterwards.
    pub fn give_up_partitions(&mut self, reason: RevokeReason, ctx: &mut Context<'_>) {
        let (node, generation) = (ctx.me(), self.subscriptions.generation());
        self.touch_all();
        for partition in self.subscriptions.partitions() {
            ctx.record(Fact::PartitionRevoked { node, tp: partition.tp, generation, reason });
        }
        self.subscriptions.assign(&[], Generation::NONE);
    }

    fn send_join_group(&mut self, ctx: &mut Context<'_>) {
        let Some(dest) = self.coordinator(ctx) else { return };
        let config = &self.spec.config;
        let subscription = Subscription {
            topics: self.spec.topics.clone(),
            owned: self.subscriptions.partitions().iter().map(|p| p.tp).collect(),
            generation: self.group.generation(),
        };
        let request = JoinGroupRequest {
            group: self.spec.group,
            member: self.group.member(),
            session_timeout: config.session_timeout,
            rebalance_timeout: config.max_poll_interval,
            protocols: vec![(config.partition_assignment_strategy, Rc::new(subscription))],
        };
        let timeout = config.request_timeout.max(config.max_poll_interval.saturating_add(JOIN_GROUP_TIMEOUT_LAPSE));
        let tag = Tag::JoinGroup { version: self.group.version() };
        self.group.join = Join::Pending;
        self.send(dest, tag, Request::JoinGroup(request), Some(timeout), ctx);
    }

    /// Answer to JoinGroup: the SyncGroup follows at once.
    pub fn on_join_response(&mut self, version: u32, response: JoinGroupResponse, ctx: &mut Context<'_>) {
        let error = response.error;
        self.group.join = match error {
            ErrorCode::None if self.group.state == MemberState::PreparingRebalance => {
                return self.joined(response, ctx);
            }
            // The membership was lost meanwhile (`UnjoinedGroupException`, retriable).
            ErrorCode::None => Join::Failed(ErrorCode::RequestTimedOut),
            ErrorCode::UnknownMemberId => {
                if self.group.version() == version {
                    self.group.reset(true);
                }
                Join::Failed(error)
            }
            ErrorCode::MemberIdRequired => {
                self.group.set_generation(Generation::NONE, response.member, None);
                Join::Failed(error)
            }
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator => {
                self.forget_coordinator(ctx);
                Join::Failed(error)
            }
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::RebalanceInProgress => Join::Failed(error),
            // `JoinGroupResponseHandler` knows these, and raises them as they are.
            ErrorCode::InconsistentGroupProtocol
            | ErrorCode::InvalidSessionTimeout
            | ErrorCode::GroupMaxSizeReached => Join::Thrown(Exception::Answered(error)),
            error => Join::Thrown(Exception::Unexpected(error)),
        };
    }

    fn joined(&mut self, response: JoinGroupResponse, ctx: &mut Context<'_>) {
        self.group.state = MemberState::CompletingRebalance;
        self.group.enable_heartbeat(ctx.now(), &self.spec.config);
        self.group.set_generation(response.generation, response.member, response.protocol);
        if response.leader == response.member {
            self.metadata.watch(&range_assignor::subscribed_topics(&response.members));
            self.group.join = Join::Assigning(response.members);
            self.assign_with_fresh_metadata(ctx);
        } else {
            self.send_sync_group(Vec::new(), ctx);
        }
    }

    /// A leader that waits to assign does so, unless a refresh of its metadata is due or under way
    /// (`ensureFreshMetadata`).
    pub fn assign_with_fresh_metadata(&mut self, ctx: &mut Context<'_>) {
        if self.metadata.next_update(ctx.now()) <= ctx.now() || self.metadata.in_progress() {
            return;
        }
        match std::mem::replace(&mut self.group.join, Join::None) {
            Join::Assigning(members) => {
                let assignments = self.perform_assignment(&members);
                self.send_sync_group(assignments, ctx);
            }
            other => self.group.join = other,
        }
    }

    /// The leader assigns with its own metadata, and remembers on what that stood.
    fn perform_assignment(&mut self, members: &[(MemberId, Rc<Subscription>)]) -> Vec<(MemberId, Rc<[Tp]>)> {
        let metadata = &self.metadata;
        let topics = range_assignor::subscribed_topics(members);
        self.group.assignment_snapshot =
            Some(topics.iter().map(|topic| (*topic, metadata.partition_count(*topic))).collect());
        range_assignor::assign(members, &self.catalog, |topic| metadata.partition_count(topic))
    }

    fn send_sync_group(&mut self, assignments: Vec<(MemberId, Rc<[Tp]>)>, ctx: &mut Context<'_>) {
        let Some(dest) = self.coordinator(ctx) else {
            self.group.join = Join::Failed(ErrorCode::CoordinatorNotAvailable);
            return;
        };
        let request = SyncGroupRequest {
            group: self.spec.group,
            generation: self.group.generation(),
            member: self.group.member(),
            assignments,
        };
        let tag = Tag::SyncGroup { version: self.group.version() };
        self.group.join = Join::Pending;
        self.send(dest, tag, Request::SyncGroup(request), None, ctx);
    }

    /// Answer to SyncGroup. Whichever thread reads it, the callbacks wait for poll().
    pub fn on_sync_response(&mut self, version: u32, response: SyncGroupResponse, ctx: &mut Context<'_>) {
        self.group.join = match response.error {
            ErrorCode::None
                if self.group.version() == version && self.group.state == MemberState::CompletingRebalance =>
            {
                self.group.state = MemberState::Stable;
                self.group.rejoin_needed = false;
                Join::Synced(response.assignment)
            }
            // The heartbeat thread lost the membership meanwhile: as if this were stale, so that the
            // member joins again at once.
            ErrorCode::None => Join::Failed(ErrorCode::IllegalGeneration),
            error @ (ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration) => {
                if self.group.version() == version {
                    self.group.reset_on(error);
                }
                Join::Failed(error)
            }
            error @ (ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator) => {
                self.forget_coordinator(ctx);
                Join::Failed(error)
            }
            ErrorCode::RebalanceInProgress => Join::Failed(ErrorCode::RebalanceInProgress),
            // Even COORDINATOR_LOAD_IN_PROGRESS.
            error => Join::Thrown(Exception::Unexpected(error)),
        };
    }

    /// The callbacks, unless membership was lost between the SyncGroup's answer and this poll().
    fn join_completed(&mut self, assignment: &Rc<[Tp]>, ctx: &mut Context<'_>) {
        if self.group.is_generation_reset() || self.group.state != MemberState::Stable {
            return self.group.reset(true);
        }
        self.group.needs_join_prepare = true;
        if self.spec.config.enable_auto_commit {
            self.commits.auto_at = ctx.now().saturating_add(self.spec.config.auto_commit_interval);
        }
        let (node, generation) = (ctx.me(), self.group.generation());
        self.subscriptions.assign(assignment, generation);
        self.abandon_committed_lookup();
        self.touch_all();
        for tp in assignment.iter() {
            ctx.record(Fact::PartitionAssigned { node, tp: *tp, generation });
        }
    }

    /// The leader rejoins when its metadata is not what it assigned with.
    pub fn check_assignment_snapshot(&mut self) {
        let metadata = &self.metadata;
        let stale = |(topic, known): &(TopicId, u32)| metadata.partition_count(*topic) != *known;
        if self.group.assignment_snapshot.as_ref().is_some_and(|snapshot| snapshot.iter().any(stale)) {
            self.group.rejoin_needed = true;
        }
    }

    /// Sends LeaveGroup if there is something to leave and somebody to tell; the member forgets its
    /// membership in any case (`maybeLeaveGroup`).
    pub fn leave_group(&mut self, reason: LeaveGroupReason, ctx: &mut Context<'_>) {
        let joined = self.group.state != MemberState::Unjoined && self.group.member() != MemberId::NONE;
        if joined && let Some(dest) = self.coordinator(ctx) {
            let request = LeaveGroupRequest { group: self.spec.group, member: self.group.member(), reason };
            self.send(dest, Tag::LeaveGroup, Request::LeaveGroup(request), None, ctx);
        }
        self.group.reset(true);
    }
}
