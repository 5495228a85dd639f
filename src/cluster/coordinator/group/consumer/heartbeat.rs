//! ConsumerGroupHeartbeat of who joins or stays (`GroupMetadataManager.consumerGroupHeartbeat`).

use super::group::ConsumerGroup;
use super::member::ConsumerGroupMember;
use super::regexes::NewTopics;
use super::step::{Step, StepOutcome};
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::ConsumerMemberValue;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};
use crate::protocol::rules::{AssignorChange, FencedRejoin, Rules};
use crate::sim::time::Nanos;

/// What a heartbeat comes to.
#[derive(Clone, Debug)]
pub struct HeartbeatResult {
    /// What is written, and what is done then.
    pub outcome: StepOutcome,
    /// The answer, once that is committed.
    pub response: ConsumerGroupHeartbeatResponse,
}

/// Whether a request makes sense, whatever the group is (`throwIfConsumerGroupHeartbeatRequestIsInvalid`).
///
/// # Errors
/// UNSUPPORTED_VERSION (`KafkaApis.isConsumerGroupProtocolEnabled`), INVALID_REQUEST or UNSUPPORTED_ASSIGNOR.
pub fn validate(request: &ConsumerGroupHeartbeatRequest, shared: &Shared) -> Result<(), ErrorCode> {
    let joins_fully = request.rebalance_timeout.is_some()
        && (request.topics.is_some() || request.regex.is_some())
        && request.owned.as_ref().is_some_and(|owned| owned.is_empty());
    let valid = request.member != MemberId::NONE
        && match request.member_epoch {
            ConsumerGroupHeartbeatRequest::JOIN => joins_fully,
            ConsumerGroupHeartbeatRequest::LEAVE_STATIC => request.instance.is_some(),
            epoch => epoch > ConsumerGroupHeartbeatRequest::LEAVE_STATIC,
        };
    let known = |assignor| shared.config.group_consumer_assignors.has(assignor);
    match valid {
        _ if !shared.config.group_coordinator_rebalance_protocols.has_consumer() => Err(ErrorCode::UnsupportedVersion),
        false => Err(ErrorCode::InvalidRequest),
        true if !request.assignor.is_none_or(known) => Err(ErrorCode::UnsupportedAssignor),
        true => Ok(()),
    }
}

impl ConsumerGroup {
    /// Takes a heartbeat of a member, or of who wants to be one.
    ///
    /// # Errors
    /// GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID,
    /// INVALID_REGULAR_EXPRESSION.
    pub fn heartbeat(
        &self,
        request: &ConsumerGroupHeartbeatRequest,
        client: NodeId,
        (shared, new_topics): (&Shared, NewTopics),
        now: Nanos,
    ) -> Result<HeartbeatResult, ErrorCode> {
        let mut step = Step::new(self, shared, now);
        step.require_room(request.member, request.instance)?;
        let member = match request.instance {
            None => self.dynamic_member(request, client, shared.rules)?,
            Some(instance) => self.instance(&mut step, request, instance, client)?,
        };
        let updated = member.updated(said(&member, request, client));
        let topics_changed = step.update_member(&member, &updated);
        let regex = step.update_regex(&member, &updated, new_topics)?;
        let assignor_changed =
            shared.rules.assignor_change == AssignorChange::AtOnce && step.assignor_changes(&member, &updated);
        let epoch = step.group_epoch(topics_changed || regex.rebalances() || assignor_changed, &member, &updated);
        let target = step.target(epoch, &member, &updated);
        let updated = step.reconcile(updated, target, request.owned.as_deref(), topics_changed || regex.has_changed());
        let subscribes = request.topics.is_some() || request.regex.is_some();
        let is_full = request.rebalance_timeout.is_some() && subscribes && request.owned.is_some();
        let is_told = request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN
            || is_full
            || member.current.assigned != updated.current.assigned;
        let response = ConsumerGroupHeartbeatResponse {
            error: ErrorCode::None,
            member: updated.id(),
            member_epoch: updated.epoch(),
            heartbeat_interval: shared.groups.of(self.id).consumer_heartbeat_interval,
            assignment: is_told.then(|| updated.assignment()),
        };
        Ok(HeartbeatResult { outcome: step.outcome, response })
    }

    /// `getOrMaybeSubscribeDynamicConsumerGroupMember`.
    fn dynamic_member(
        &self,
        request: &ConsumerGroupHeartbeatRequest,
        client: NodeId,
        rules: Rules,
    ) -> Result<ConsumerGroupMember, ErrorCode> {
        let joins = request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN;
        match self.member(request.member) {
            Some(member) => validate_epoch(member, request, rules).map(|()| member.clone()),
            None if joins => Ok(ConsumerGroupMember::new(request.member, client)),
            None => Err(ErrorCode::UnknownMemberId),
        }
    }

    /// `getOrMaybeSubscribeStaticConsumerGroupMember`: unlike in a classic group, who comes with an instance id that somebody has is
    /// turned away, unless that member has said that it goes and may come back, or speaks the classic protocol.
    fn instance(
        &self,
        step: &mut Step<'_>,
        request: &ConsumerGroupHeartbeatRequest,
        instance: InstanceId,
        client: NodeId,
    ) -> Result<ConsumerGroupMember, ErrorCode> {
        let joins = request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN;
        match self.static_member(instance) {
            None if joins => {
                let known = self.member(request.member).cloned();
                Ok(known.unwrap_or_else(|| ConsumerGroupMember::new(request.member, client)))
            }
            None => Err(ErrorCode::UnknownMemberId),
            Some(known) if joins => {
                let released = known.epoch() == ConsumerGroupHeartbeatRequest::LEAVE_STATIC;
                if !released && !known.uses_classic_protocol() {
                    return Err(ErrorCode::UnreleasedInstanceId);
                }
                Ok(step.replace(known, request.member))
            }
            Some(known) if known.id() != request.member => Err(ErrorCode::FencedInstanceId),
            Some(known) => validate_epoch(known, request, step.shared.rules).map(|()| known.clone()),
        }
    }
}

/// What a member says of itself, with what it leaves out as before.
fn said(member: &ConsumerGroupMember, request: &ConsumerGroupHeartbeatRequest, client: NodeId) -> ConsumerMemberValue {
    let before = &member.metadata;
    ConsumerMemberValue {
        member: request.member,
        instance: request.instance.or(before.instance),
        rack: request.rack.or(before.rack),
        client,
        topics: request.topics.clone().unwrap_or_else(|| before.topics.clone()),
        regex: request.regex.unwrap_or(before.regex),
        rebalance_timeout: request.rebalance_timeout.unwrap_or(before.rebalance_timeout),
        assignor: request.assignor.or(before.assignor),
        classic: None,
    }
}

/// `throwIfConsumerGroupMemberEpochIsInvalid`. Who comes with the epoch before may not have got the answer that told it the present
/// one: that is accepted of who has no more than it may have.
fn validate_epoch(
    member: &ConsumerGroupMember,
    request: &ConsumerGroupHeartbeatRequest,
    rules: Rules,
) -> Result<(), ErrorCode> {
    let epoch = request.member_epoch;
    let rejoins = epoch == ConsumerGroupHeartbeatRequest::JOIN && rules.fenced_rejoin == FencedRejoin::Accepted;
    if epoch == member.epoch() || rejoins {
        return Ok(());
    }
    let may_have = |tp: &Tp| member.current.assigned.binary_search_by_key(tp, |(tp, _)| *tp).is_ok();
    let is_subset = || request.owned.as_ref().is_some_and(|owned| owned.iter().all(may_have));
    match epoch < member.epoch() && epoch == member.current.previous_epoch && is_subset() {
        true => Ok(()),
        false => Err(ErrorCode::FencedMemberEpoch),
    }
}
