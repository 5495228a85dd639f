//! ShareGroupHeartbeat (`GroupMetadataManager.shareGroupHeartbeat`, `shareGroupFenceMember`). Nothing is changed here; what comes of it
//! are records.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::group::{ShareGroup, TopicPartitions};
use super::member::ShareGroupMember;
use super::states::ShareStates;
use super::target_assignment;
use crate::cluster::coordinator::group::consumer::Refreshed;
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::{ShareCurrentValue, ShareGroupRecord, ShareMemberValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse};
use crate::protocol::rules::*;
use crate::sim::time::Nanos;

/// `group.share.initialize.retry.interval.ms`, which is internal.
const INITIALIZE_RETRY_INTERVAL: Nanos = Nanos::from_secs(30);

/// What a heartbeat comes to.
#[derive(Clone, Debug)]
pub struct ShareHeartbeat {
    /// What is written.
    pub(super) records: Vec<ShareGroupRecord>,
    /// The group has looked at the topics.
    pub(super) refreshed: Option<Refreshed>,
    /// The answer, once that is committed.
    pub(super) response: ShareGroupHeartbeatResponse,
    /// The partitions that are to get a state then, and its epoch.
    pub(super) initialize: Vec<(Tp, i32)>,
}

/// Whether a request makes sense, whatever the group is (`throwIfShareGroupHeartbeatRequestIsInvalid`).
///
/// # Errors
/// INVALID_REQUEST.
pub(super) fn validate(request: &ShareGroupHeartbeatRequest) -> Result<(), ErrorCode> {
    let subscribes = request.topics.as_ref().is_some_and(|topics| !topics.is_empty());
    let valid = request.member != MemberId::NONE
        && match request.member_epoch {
            ShareGroupHeartbeatRequest::JOIN => subscribes,
            epoch => epoch >= ShareGroupHeartbeatRequest::LEAVE,
        };
    if valid { Ok(()) } else { Err(ErrorCode::InvalidRequest) }
}

impl ShareGroup {
    /// Takes the heartbeat of who joins or stays.
    ///
    /// # Errors
    /// GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH.
    pub(super) fn heartbeat(
        &self,
        request: &ShareGroupHeartbeatRequest,
        client: NodeId,
        shared: &Shared,
        now: Nanos,
    ) -> Result<ShareHeartbeat, ErrorCode> {
        let member = self.subscribe(request, client, shared)?;
        let topics = request.topics.clone().unwrap_or_else(|| member.metadata.topics.clone());
        let updated = member.updated(ShareMemberValue { member: request.member, client, topics });
        let mut step = Step { group: self, shared, now, records: Vec::new(), refreshed: None };
        let changed = step.update_member(&member, &updated);
        let pending = self.is_assignment_pending(shared);
        let (epoch, topics, bumped) = step.group_epoch(changed || pending, &member, &updated);
        let (target_epoch, target) = step.target(epoch, &updated);
        let moved = step.reconcile(updated, target_epoch, &target, bumped);
        let initialize = step.initialize(&topics, epoch);
        let asks = request.topics.is_some() && shared.rules.share_full_heartbeat == ShareFullHeartbeat::Always;
        let is_told = request.member_epoch == ShareGroupHeartbeatRequest::JOIN
            || asks
            || member.current.assigned != moved.current.assigned;
        let response = ShareGroupHeartbeatResponse {
            error: ErrorCode::None,
            member: moved.id(),
            member_epoch: moved.epoch(),
            heartbeat_interval: shared.groups.of(self.id).share_heartbeat_interval,
            assignment: is_told.then(|| moved.current.assigned.clone()),
        };
        Ok(ShareHeartbeat { records: step.records, refreshed: step.refreshed, response, initialize })
    }

    /// `throwIfShareGroupIsFull`, `getOrMaybeSubscribeShareGroupMember`, `throwIfShareGroupMemberEpochIsInvalid`. Who comes with the
    /// epoch before may not have got the answer that told it the present one.
    fn subscribe(
        &self,
        request: &ShareGroupHeartbeatRequest,
        client: NodeId,
        shared: &Shared,
    ) -> Result<ShareGroupMember, ErrorCode> {
        let joins = request.member_epoch == ShareGroupHeartbeatRequest::JOIN;
        let Some(member) = self.member(request.member) else {
            return match (self.size() >= shared.config.group_share_max_size as usize, joins) {
                (true, _) => Err(ErrorCode::GroupMaxSizeReached),
                (false, true) => Ok(ShareGroupMember::new(request.member, client)),
                (false, false) => Err(ErrorCode::UnknownMemberId),
            };
        };
        let rejoins = joins && shared.rules.fenced_rejoin == FencedRejoin::Accepted;
        let epoch = request.member_epoch;
        let is_before = epoch < member.epoch() && epoch == member.current.previous_epoch;
        match rejoins || epoch == member.epoch() || is_before {
            true => Ok(member.clone()),
            false => Err(ErrorCode::FencedMemberEpoch),
        }
    }

    /// Whether there are partitions with a state that nobody is to have (`initializedAssignmentPending`).
    fn is_assignment_pending(&self, shared: &Shared) -> bool {
        let Some(states) = &self.states else { return false };
        let rule = shared.rules.share_assignment_pending;
        let is_behind = self.target_epoch.0 < self.epoch;
        if rule == ShareAssignmentPending::UnlessPending && is_behind {
            return false;
        }
        let assigned: BTreeSet<Tp> = self.targets.values().flat_map(|target| target.iter().copied()).collect();
        let initialized = &states.value.initialized;
        if rule == ShareAssignmentPending::AnyDifference {
            return !initialized.iter().eq(&assigned);
        }
        let differs = |topic: &TopicId| {
            let is_of = |tp: &&Tp| shared.catalog.topic_of(**tp).0 == *topic;
            initialized.iter().any(|tp| is_of(&tp))
                && !initialized.iter().filter(is_of).eq(assigned.iter().filter(is_of))
        };
        self.subscribed().keys().any(differs)
    }

    /// The records that remove a member (`shareGroupFenceMember`).
    pub(super) fn fence(&self, gone: MemberId, shared: &Shared, now: Nanos) -> Vec<ShareGroupRecord> {
        let mut step = Step { group: self, shared, now, records: Vec::new(), refreshed: None };
        step.records.push(ShareGroupRecord::CurrentTombstone(gone));
        step.records.push(ShareGroupRecord::TargetTombstone(gone));
        step.records.push(ShareGroupRecord::MemberTombstone(gone));
        let mut subscribed = self.subscribed();
        let topics = self.member(gone).map(|member| member.metadata.topics.clone()).unwrap_or_else(|| [].into());
        topics.iter().for_each(|topic| _ = subscribed.entry(*topic).and_modify(|count| *count -= 1));
        let topics = step.existing(&subscribed);
        step.note_topics(&topics);
        step.append_epoch(Generation(self.epoch.0 + 1), topics);
        step.records
    }
}

struct Step<'a> {
    group: &'a ShareGroup,
    shared: &'a Shared,
    now: Nanos,
    records: Vec<ShareGroupRecord>,
    refreshed: Option<Refreshed>,
}

impl Step<'_> {
    /// Writes what a member says of itself, if it has changed; whether its topics have (`hasMemberSubscriptionChanged`).
    fn update_member(&mut self, before: &ShareGroupMember, after: &ShareGroupMember) -> bool {
        if self.group.member(before.id()).is_some() && before.metadata == after.metadata {
            return false;
        }
        self.records.push(ShareGroupRecord::Member(after.metadata.clone()));
        before.metadata.topics != after.metadata.topics
    }

    /// Whether topics may have changed since the group looked at them last (`hasMetadataExpired`).
    fn has_metadata_expired(&self) -> bool {
        let Some(refreshed) = self.group.refreshed else { return true };
        refreshed.created != self.shared.topics.created() || self.group.epoch < refreshed.epoch
    }

    /// The group epoch, the subscribed topics, and whether the epoch rises.
    fn group_epoch(
        &mut self,
        bump: bool,
        before: &ShareGroupMember,
        after: &ShareGroupMember,
    ) -> (Generation, TopicPartitions, bool) {
        let mut subscribed = self.group.subscribed();
        if !bump && !self.has_metadata_expired() {
            return (self.group.epoch, self.existing(&subscribed), false);
        }
        if self.group.member(before.id()).is_some() {
            before.metadata.topics.iter().for_each(|topic| _ = subscribed.entry(*topic).and_modify(|n| *n -= 1));
        }
        after.metadata.topics.iter().for_each(|topic| *subscribed.entry(*topic).or_default() += 1);
        let topics = self.existing(&subscribed);
        let bump = self.note_topics(&topics) || bump;
        let mut epoch = self.group.epoch;
        if bump {
            epoch = Generation(epoch.0 + 1);
            self.append_epoch(epoch, topics.clone());
        }
        self.refreshed = Some(Refreshed { created: self.shared.topics.created(), epoch });
        (epoch, topics, bump)
    }
    fn existing(&self, subscribed: &BTreeMap<TopicId, u32>) -> TopicPartitions {
        let topics = subscribed.iter().filter(|(_, count)| **count > 0);
        let sized = topics.map(|(topic, _)| (*topic, self.shared.topics.partitions(*topic)));
        sized.filter(|(_, partitions)| *partitions > 0).collect()
    }
    /// Whether the topics are others than before, or have more partitions. Up to 4.0 that has a record of its own.
    fn note_topics(&mut self, topics: &TopicPartitions) -> bool {
        let changed = *topics != self.group.topics;
        if changed && self.shared.rules.topics_record == TopicsRecord::PartitionMetadata {
            self.records.push(ShareGroupRecord::PartitionMetadata(topics.clone()));
        }
        changed
    }
    fn append_epoch(&mut self, epoch: Generation, topics: TopicPartitions) {
        let hashed = (self.shared.rules.topics_record == TopicsRecord::Hash).then_some(topics);
        self.records.push(ShareGroupRecord::Epoch { epoch, hashed });
    }

    /// Which epoch's targets hold, and what the member is to have by them (`maybeUpdateTargetAssignment`).
    fn target(&mut self, group_epoch: Generation, after: &ShareGroupMember) -> (Generation, Rc<[Tp]>) {
        let present = self.group.target_epoch.0;
        if group_epoch <= present || !self.may_compute_target() {
            return (present, self.group.target(after.id()));
        }
        let (targets, own) = target_assignment::build(self.group, after, self.shared);
        self.records.extend(targets);
        let timestamp = (self.shared.rules.commit_epoch >= CommitEpoch::SinceAssigned).then_some(self.now);
        self.records.push(ShareGroupRecord::TargetEpoch { epoch: group_epoch, timestamp });
        (group_epoch, own)
    }
    /// `canComputeNextTargetAssignment`, in whole milliseconds.
    fn may_compute_target(&self) -> bool {
        let interval = self.shared.groups.of(self.group.id).share_assignment_interval;
        let last = self.group.target_epoch.1.filter(|_| interval > Nanos::ZERO);
        last.is_none_or(|last| self.now.as_millis() >= last.as_millis() + interval.as_millis())
    }

    /// What the member has from now on (`maybeReconcile`, `ShareGroupAssignmentBuilder`): all of its target at once. Since 4.2 only of
    /// topics that it subscribes to, should the target be older than that.
    fn reconcile(
        &mut self,
        member: ShareGroupMember,
        target_epoch: Generation,
        target: &Rc<[Tp]>,
        bumped: bool,
    ) -> ShareGroupMember {
        let filters = self.shared.rules.unsubscribed >= Unsubscribed::AtOnce;
        if member.epoch() == target_epoch && !(filters && bumped) {
            return member;
        }
        let is_subscribed =
            |tp: &Tp| !filters || member.metadata.topics.binary_search(&self.shared.catalog.topic_of(*tp).0).is_ok();
        let (epoch, previous_epoch) = match member.epoch() == target_epoch {
            true => (member.epoch(), member.current.previous_epoch),
            false => (target_epoch, member.epoch()),
        };
        let assigned = target.iter().copied().filter(is_subscribed).collect();
        let moved = member.moved(ShareCurrentValue { member: member.id(), epoch, previous_epoch, assigned });
        if moved.current != member.current {
            self.records.push(ShareGroupRecord::Current(moved.current.clone()));
        }
        moved
    }

    /// The partitions that are to get a state, and the record that says so (`maybeCreateInitializeShareGroupStateRequest`).
    fn initialize(&mut self, topics: &TopicPartitions, epoch: Generation) -> Vec<(Tp, i32)> {
        if self.shared.rules.share_initialization == ShareInitialization::OnFirstUse {
            return Vec::new();
        }
        let retry = match self.shared.rules.share_initialization_retry {
            ShareInitializationRetry::TwiceCommitTimeout => self.shared.config.offsets_commit_timeout.saturating_mul(2),
            ShareInitializationRetry::OwnInterval => INITIALIZE_RETRY_INTERVAL,
        };
        let none = ShareStates::default();
        let states = self.group.states.as_ref().unwrap_or(&none);
        let missing = states.without_state(topics, &self.shared.catalog, self.now, retry);
        if !missing.is_empty() {
            let value = states.initializing(&missing, &self.shared.catalog);
            self.records.push(ShareGroupRecord::StatePartitions(value.into()));
        }
        missing.into_iter().map(|tp| (tp, epoch.0)).collect()
    }
}
