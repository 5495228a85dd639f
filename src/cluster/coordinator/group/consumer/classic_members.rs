//! Members that speak the classic protocol with a group of the new one: JoinGroup is their heartbeat, and Heartbeat only says when to
//! send it (`GroupMetadataManager.classicGroupJoinToConsumerGroup`, `classicGroupSyncToConsumerGroup`,
//! `classicGroupHeartbeatToConsumerGroup`, `classicGroupLeaveToConsumerGroup`).

use std::rc::Rc;

use super::group::ConsumerGroup;
use super::member::ConsumerGroupMember;
use super::regexes::NewTopics;
use super::step::{Step, StepOutcome};
use crate::cluster::coordinator::group::env::{Env, Shared};
use crate::protocol::batch::{ClassicMemberMetadata, ConsumerMemberState, ConsumerMemberValue};
use crate::protocol::config::MigrationPolicy;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{ClassicDisabled, ClassicRejoin, DowngradeInstance, RegexRemoved, Rules};
use crate::sim::time::Nanos;

/// What a JoinGroup comes to.
#[derive(Clone, Debug)]
pub struct ClassicJoin {
    /// What is written, and what is done then.
    pub outcome: StepOutcome,
    /// The answer, once that is committed.
    pub response: JoinGroupResponse,
    /// The last member of the new protocol is replaced by one of the classic protocol: the group becomes a classic one.
    pub downgrade: Option<Downgrade>,
}

/// How a group becomes a classic one because an instance comes back with the classic protocol.
#[derive(Clone, Debug)]
pub struct Downgrade {
    /// The member that came.
    pub joining: ConsumerGroupMember,
    /// The group rebalances.
    pub rebalances: bool,
}

impl ConsumerGroup {
    /// Takes a JoinGroup with a member id, or of an instance; `member`: the id, or a new one.
    ///
    /// # Errors
    /// GROUP_MAX_SIZE_REACHED, INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.
    pub fn classic_join(
        &self,
        request: &JoinGroupRequest,
        member: MemberId,
        client: NodeId,
        (shared, new_topics): (&Shared, NewTopics),
        now: Nanos,
    ) -> Result<ClassicJoin, ErrorCode> {
        let mut step = Step::new(self, shared, now);
        let before = self.joining(&mut step, request, member, client)?;
        let replaced = request.instance.and_then(|instance| self.static_member(instance));
        let downgrades = replaced.is_some_and(|replaced| self.downgrades_with(replaced, shared));
        let (_, subscription) = request.protocols.first().ok_or(ErrorCode::InconsistentGroupProtocol)?;
        let metadata = said(&before, request, subscription, member, client);
        // It brings no pattern: what a static member before it had goes, which brokers before 4.2 do not notice.
        let notices = shared.rules.regex_removed == RegexRemoved::Rebalances;
        let regex = before.metadata.regex.filter(|_| !notices);
        let updated = before.updated(ConsumerMemberValue { regex, ..metadata });
        let mut subscription_changed = step.update_member(&before, &updated);
        if notices {
            subscription_changed |= step.update_regex(&before, &updated, new_topics)?.has_changed();
        }
        let epoch = step.group_epoch(subscription_changed, &before, &updated);
        let mut owned = subscription.owned.clone();
        owned.sort();
        let rebalances = downgrades && self.rebalances(subscription_changed, epoch, shared.rules);
        let updated = if !downgrades || shared.rules.downgrade_instance == DowngradeInstance::Stable {
            let target = step.target(epoch, &before, &updated);
            step.reconcile(updated, target, Some(&owned), subscription_changed)
        } else if rebalances {
            updated
        } else {
            let target = (self.target_epoch.epoch, self.target(updated.id(), updated.metadata.instance));
            step.reconcile(updated, target, Some(&owned), subscription_changed)
        };
        let response = JoinGroupResponse {
            error: ErrorCode::None,
            generation: updated.epoch(),
            protocol: request.protocols.first().map(|(name, _)| *name),
            leader: MemberId::NONE,
            member: updated.id(),
            skip_assignment: false,
            members: Vec::new(),
        };
        let downgrade = downgrades.then_some(Downgrade { joining: updated, rebalances });
        Ok(ClassicJoin { outcome: step.outcome, response, downgrade })
    }

    /// Whether a JoinGroup may be taken at all, be it of somebody who has no id yet.
    ///
    /// # Errors
    /// INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED.
    pub fn accepts_classic(
        &self,
        request: &JoinGroupRequest,
        member: MemberId,
        shared: &Shared,
    ) -> Result<(), ErrorCode> {
        let refuses = shared.rules.classic_disabled == ClassicDisabled::Refused;
        if refuses && shared.config.group_consumer_migration_policy == MigrationPolicy::Disabled {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Step::new(self, shared, Nanos::ZERO).require_room(member, request.instance)?;
        let by_all = |name| self.derived.classic_assignors.get(&name).copied().unwrap_or(0) == self.derived.classic;
        match request.protocols.iter().any(|(name, _)| by_all(*name)) {
            true => Ok(()),
            false => Err(ErrorCode::InconsistentGroupProtocol),
        }
    }

    /// The member that joins, as it was. Any id will do, but for an instance that has another one.
    fn joining(
        &self,
        step: &mut Step<'_>,
        request: &JoinGroupRequest,
        member: MemberId,
        client: NodeId,
    ) -> Result<ConsumerGroupMember, ErrorCode> {
        let known = || self.member(member).cloned().unwrap_or_else(|| ConsumerGroupMember::new(member, client));
        let Some(instance) = request.instance else { return Ok(known()) };
        match self.static_member(instance) {
            None if request.member == MemberId::NONE => Ok(known()),
            None => Err(ErrorCode::UnknownMemberId),
            Some(before) if request.member == MemberId::NONE => Ok(step.replace(before, member)),
            Some(before) if before.id() != member => Err(ErrorCode::FencedInstanceId),
            Some(before) => Ok(before.clone()),
        }
    }

    fn rebalances(&self, subscription_changed: bool, epoch: Generation, rules: Rules) -> bool {
        match rules.downgrade_instance {
            DowngradeInstance::Stable => false,
            DowngradeInstance::Rebalances => subscription_changed,
            DowngradeInstance::RebalancesIfStale => self.target_epoch.epoch < epoch,
        }
    }

    /// Takes a SyncGroup: what the member may have, once all that was written is committed.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL, REBALANCE_IN_PROGRESS.
    pub fn classic_sync(&mut self, request: &SyncGroupRequest, env: &mut Env<'_, '_>) -> Result<Rc<[Tp]>, ErrorCode> {
        let member = self.classic_member(request.member, request.instance, request.generation)?;
        let protocol = member.metadata.classic.as_ref().and_then(|classic| classic.protocols.first());
        if request.protocol.is_some() && request.protocol != protocol.map(|(name, _)| *name) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        let (id, timeout, assignment) = (member.id(), member.metadata.rebalance_timeout, member.assignment());
        let unrevoked = member.state() == ConsumerMemberState::UnrevokedPartitions;
        if self.is_behind(member, env.shared.rules) && !unrevoked {
            self.timers.start_join(id, timeout, env);
            return Err(ErrorCode::RebalanceInProgress);
        }
        Ok(assignment)
    }

    /// Takes a Heartbeat: what is answered, once all that was written is committed.
    ///
    /// # Errors
    /// What is answered at once: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION.
    pub fn classic_heartbeat(
        &mut self,
        request: &HeartbeatRequest,
        env: &mut Env<'_, '_>,
    ) -> Result<ErrorCode, ErrorCode> {
        let member = self.classic_member(request.member, request.instance, request.generation)?;
        let (id, timeout) = (member.id(), member.metadata.rebalance_timeout);
        let has_to_rejoin = self.is_behind(member, env.shared.rules)
            || match member.state() {
                ConsumerMemberState::UnrevokedPartitions => true,
                ConsumerMemberState::UnreleasedPartitions => !self.waits_for_others(member),
                ConsumerMemberState::Stable => false,
            };
        self.restart_classic_session(id, env);
        if !has_to_rejoin {
            return Ok(ErrorCode::None);
        }
        self.timers.start_join(id, timeout, env);
        Ok(ErrorCode::RebalanceInProgress)
    }

    /// Who of these leaves by LeaveGroup, and how that is answered. An administrator names instances.
    pub fn classic_leave(&self, leaving: &[MemberIdentity]) -> (List<MemberResponse>, Vec<MemberId>) {
        let mut gone: Vec<MemberId> = Vec::new();
        let mut leaves = |identity: &MemberIdentity| {
            let found = match identity.instance {
                None => self.member(identity.member).ok_or(ErrorCode::UnknownMemberId),
                Some(instance) => match self.static_member(instance) {
                    None => Err(ErrorCode::UnknownMemberId),
                    Some(member) if ![MemberId::NONE, member.id()].contains(&identity.member) => {
                        Err(ErrorCode::FencedInstanceId)
                    }
                    Some(member) => Ok(member),
                },
            };
            if let Ok(member) = found
                && !gone.contains(&member.id())
            {
                gone.push(member.id());
            }
            identity.answered(found.err().unwrap_or_default())
        };
        let responses = leaving.iter().map(&mut leaves).collect();
        (responses, gone)
    }

    /// A JoinGroup is answered: the member has to sync in time.
    pub fn classic_joined(
        &mut self,
        member: MemberId,
        session: Nanos,
        rebalance_timeout: Nanos,
        env: &mut Env<'_, '_>,
    ) {
        self.timers.cancel_join(member, env);
        self.timers.restart_session(member, session, env);
        self.timers.start_sync(member, rebalance_timeout, env);
    }
    /// A SyncGroup is answered.
    pub fn classic_synced(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        self.timers.cancel_sync(member, env);
        self.restart_classic_session(member, env);
    }
    /// The session of a member of the classic protocol, which has its own timeout, begins anew.
    pub(super) fn restart_classic_session(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        let classic = self.member(member).and_then(|member| member.metadata.classic.as_ref());
        if let Some(session) = classic.map(|classic| classic.session_timeout) {
            self.timers.restart_session(member, session, env);
        }
    }

    /// `validateConsumerGroupMember`, `throwIfMemberDoesNotUseClassicProtocol`, `throwIfGenerationIdUnmatched`.
    fn classic_member(
        &self,
        id: MemberId,
        instance: Option<InstanceId>,
        generation: Generation,
    ) -> Result<&ConsumerGroupMember, ErrorCode> {
        let member = match instance {
            None => self.member(id),
            Some(instance) => self.static_member(instance),
        };
        let member = member.ok_or(ErrorCode::UnknownMemberId)?;
        if member.id() != id {
            Err(ErrorCode::FencedInstanceId)
        } else if !member.uses_classic_protocol() {
            Err(ErrorCode::UnknownMemberId)
        } else if member.epoch() != generation {
            Err(ErrorCode::IllegalGeneration)
        } else {
            Ok(member)
        }
    }
    fn is_behind(&self, member: &ConsumerGroupMember, rules: Rules) -> bool {
        let newest = match rules.classic_rejoin {
            ClassicRejoin::GroupEpoch => self.epoch,
            ClassicRejoin::AssignmentEpoch => self.target_epoch.epoch,
        };
        member.epoch() < newest
    }
    /// Whether a partition of its target is with somebody (`waitingOnUnreleasedPartition`).
    fn waits_for_others(&self, member: &ConsumerGroupMember) -> bool {
        let has = |tp: &Tp| member.current.assigned.binary_search_by_key(tp, |(tp, _)| *tp).is_ok();
        let target = self.target(member.id(), None);
        target.iter().any(|tp| !has(tp) && self.derived.holders.contains_key(tp))
    }
}

/// What a member says of itself with a JoinGroup.
fn said(
    before: &ConsumerGroupMember,
    request: &JoinGroupRequest,
    subscription: &Subscription,
    member: MemberId,
    client: NodeId,
) -> ConsumerMemberValue {
    let mut topics = subscription.topics.clone();
    topics.sort();
    topics.dedup();
    ConsumerMemberValue {
        member,
        instance: request.instance.or(before.metadata.instance),
        rack: subscription.rack.or(before.metadata.rack),
        client,
        topics: topics.into(),
        regex: None,
        rebalance_timeout: request.rebalance_timeout,
        assignor: before.metadata.assignor,
        classic: Some(ClassicMemberMetadata {
            session_timeout: request.session_timeout,
            protocols: request.protocols.clone(),
        }),
    }
}
