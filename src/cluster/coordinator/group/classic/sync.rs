//! SyncGroup and the wait for the assignment (`GroupMetadataManager.classicGroupSync*`).

use std::rc::Rc;

use super::group::{ClassicGroup, ClassicGroupState, GroupMetadataWrite, Parked};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::sync_error;
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::{Fact, LeaveReason};
use crate::protocol::batch::GroupMetadataValue;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

impl ClassicGroup {
    /// Takes a SyncGroup. It is answered now, or parked until the leader's assignment is stored.
    /// The leader's is the one to be written, with [`ClassicGroup::assignment_stored`] to follow.
    pub fn sync(&mut self, to: ReplyTo, request: &SyncGroupRequest, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        if let Err(error) = self.validate_sync(request) {
            env.reply(to, sync_error(error));
            return None;
        }
        self.synced(request.member, env);
        let member = self.members.get_mut(&request.member).expect("validated");
        if self.state == ClassicGroupState::Stable {
            let assignment = member.assignment.clone();
            env.reply(to, Response::SyncGroup(SyncGroupResponse { error: ErrorCode::None, assignment }));
            return None;
        }
        member.sync = Some(Parked::new(to));
        let assigned = |member| match request.assignments.iter().find(|(id, _)| *id == member) {
            Some((_, partitions)) => partitions.clone(),
            None => Rc::from([]),
        };
        self.is_leader(request.member).then(|| self.metadata(assigned))
    }

    fn validate_sync(&self, request: &SyncGroupRequest) -> Result<(), ErrorCode> {
        self.validate_member(request.member, request.instance)?;
        if request.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        // A coordinator that took over may have given out the generation once more.
        if request.protocol.is_some() && request.protocol != self.protocol {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        match self.state {
            ClassicGroupState::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => Ok(()),
            ClassicGroupState::Empty => Err(ErrorCode::UnknownMemberId),
        }
    }

    fn synced(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        self.pending_sync.remove(&member);
        if self.pending_sync.is_empty() {
            self.cancel_sync_timer(env);
        }
    }

    /// The leader's assignment is replicated: it takes effect, unless the group has moved on.
    pub fn assignment_stored(&mut self, stored: &GroupMetadataValue, env: &mut Env<'_, '_>) {
        if !self.still_awaits(stored) {
            return;
        }
        for assigned in &stored.members {
            let member =
                self.members.get_mut(&assigned.member).expect("a generation's members change only with its state");
            member.assignment = assigned.assignment.clone();
            let node = env.shared.ids.client(assigned.member);
            for tp in assigned.assignment.iter() {
                let (group, generation) = (self.id, self.generation);
                env.record(Fact::MemberAssigned {
                    broker: env.broker,
                    group,
                    generation,
                    member: assigned.member,
                    node,
                    tp: *tp,
                });
            }
        }
        self.propagate_assignment(ErrorCode::None, env);
        self.transition(ClassicGroupState::Stable, env);
    }

    /// The assignment could not be written, or not in time: everybody must join again. (If only the
    /// time ran out the record may yet be committed, and a new coordinator would believe it.)
    pub fn assignment_failed(&mut self, stored: &GroupMetadataValue, error: ErrorCode, env: &mut Env<'_, '_>) {
        if !self.still_awaits(stored) {
            return;
        }
        self.reset_assignment(error, env);
        let record = self.prepare_rebalance(env);
        assert!(record.is_none(), "a group with members does not become empty by a failed write");
    }

    fn still_awaits(&self, stored: &GroupMetadataValue) -> bool {
        self.state == ClassicGroupState::CompletingRebalance && self.generation == stored.generation
    }

    /// `resetAndPropagateAssignmentWithError`.
    pub(super) fn reset_assignment(&mut self, error: ErrorCode, env: &mut Env<'_, '_>) {
        self.members.iter_mut().for_each(|(_, m)| m.assignment = [].into());
        self.propagate_assignment(error, env);
    }

    /// Answers the parked SyncGroups. A parked member's session may have run out unseen, so it
    /// starts anew.
    fn propagate_assignment(&mut self, error: ErrorCode, env: &mut Env<'_, '_>) {
        for (_, member) in self.members.iter_mut() {
            if let Some(mut parked) = member.sync.take() {
                parked.answer(
                    Response::SyncGroup(SyncGroupResponse { error, assignment: member.assignment.clone() }),
                    env,
                );
                env.set_timer(GroupCoordinatorTimer::Session(member.slot), member.session_timeout);
            }
        }
    }

    /// The rebalance timeout has passed since the join phase: who has not synced is out, and the
    /// group starts over (`expirePendingSync`, KAFKA-13636).
    pub fn sync_timer_expired(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        self.sync_timer = false;
        if !matches!(self.state, ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable)
            || self.pending_sync.is_empty()
        {
            return None;
        }
        for member in std::mem::take(&mut self.pending_sync) {
            self.remove(member, LeaveReason::SyncTimeout, env);
        }
        self.prepare_rebalance(env)
    }
}
