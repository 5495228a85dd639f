//! What an operation of a group's member goes through: the member changes, so the group epoch may, so the targets may, and so the
//! member takes its next step (`GroupMetadataManager.consumerGroupHeartbeat`, `classicGroupJoinToConsumerGroup`).
//!
//! Nothing is changed here; what comes of it are records.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::current_assignment::CurrentAssignmentBuilder;
use super::group::{ConsumerGroup, Refreshed, TopicPartitions};
use super::member::ConsumerGroupMember;
use super::target_assignment::TargetAssignmentBuilder;
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::{ConsumerGroupRecord, ConsumerMemberState, CurrentAssignmentValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::ServerAssignor;
use crate::protocol::rules::{CommitEpoch, FirstGroupEpoch, FullInstance, TopicsRecord};
use crate::sim::time::Nanos;

/// What is to be done with a member's timer for giving partitions up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RebalanceTimer {
    /// It begins anew, at this epoch.
    Start(Generation, Nanos),
    /// It ends.
    Cancel,
}

/// What an operation has come to so far.
#[derive(Clone, Debug, Default)]
pub struct StepOutcome {
    /// What is to be written.
    pub records: Vec<ConsumerGroupRecord>,
    /// The group has looked at the topics.
    pub(super) refreshed: Option<Refreshed>,
    pub(super) rebalance_timer: Option<RebalanceTimer>,
    /// The targets were computed, for this epoch, with this assignor.
    pub(super) computed: Option<(Generation, ServerAssignor)>,
    /// A static member goes on under another id.
    pub(super) replaced: Option<(MemberId, MemberId)>,
    /// Patterns that are to be matched anew; none: nothing is to.
    pub resolves: Vec<PatternId>,
}

/// See the module.
pub(super) struct Step<'a> {
    pub group: &'a ConsumerGroup,
    pub shared: &'a Shared,
    pub now: Nanos,
    pub outcome: StepOutcome,
}

impl<'a> Step<'a> {
    pub fn new(group: &'a ConsumerGroup, shared: &'a Shared, now: Nanos) -> Step<'a> {
        Step { group, shared, now, outcome: StepOutcome::default() }
    }

    pub(super) fn append(&mut self, record: ConsumerGroupRecord) {
        self.outcome.records.push(record);
    }

    /// `throwIfConsumerGroupIsFull`.
    ///
    /// # Errors
    /// GROUP_MAX_SIZE_REACHED.
    pub fn require_room(&self, member: MemberId, instance: Option<InstanceId>) -> Result<(), ErrorCode> {
        let welcome = self.shared.rules.full_instance == FullInstance::Welcome;
        let has_place = instance.is_some_and(|instance| welcome && self.group.static_member(instance).is_some());
        let is_full = self.group.members.len() >= self.shared.config.group_consumer_max_size as usize;
        match is_full && !has_place && self.group.member(member).is_none() {
            true => Err(ErrorCode::GroupMaxSizeReached),
            false => Ok(()),
        }
    }

    /// A static member goes on under a new id: it has what it had, at epoch 0 (`replaceMember`).
    pub fn replace(&mut self, before: &ConsumerGroupMember, now: MemberId) -> ConsumerGroupMember {
        let mut metadata = (*before.metadata).clone();
        metadata.member = now;
        let current = CurrentAssignmentValue {
            member: now,
            epoch: Generation(0),
            previous_epoch: Generation(0),
            ..(*before.current).clone()
        };
        let member = ConsumerGroupMember { metadata: metadata.into(), current: current.into() };
        self.remove(before.id());
        self.append(ConsumerGroupRecord::Member(member.metadata.clone()));
        let partitions = self.group.target(before.id(), None);
        self.append(ConsumerGroupRecord::Target { member: now, partitions });
        self.append(ConsumerGroupRecord::Current(member.current.clone()));
        self.outcome.replaced = Some((before.id(), now));
        member
    }
    /// `removeMember`.
    pub fn remove(&mut self, member: MemberId) {
        self.append(ConsumerGroupRecord::CurrentTombstone(member));
        self.append(ConsumerGroupRecord::TargetTombstone(member));
        self.append(ConsumerGroupRecord::MemberTombstone(member));
    }

    /// Writes what a member says of itself, if it has changed; whether its topics have (`hasMemberSubscriptionChanged`).
    pub fn update_member(&mut self, before: &ConsumerGroupMember, after: &ConsumerGroupMember) -> bool {
        let is_known = self.group.members.contains_key(&before.id()) || self.outcome.replaced.is_some();
        if is_known && before.metadata == after.metadata {
            return false;
        }
        self.append(ConsumerGroupRecord::Member(after.metadata.clone()));
        before.metadata.topics != after.metadata.topics
    }

    /// Whether topics may have changed since the group looked at them last (`hasMetadataExpired`).
    fn has_metadata_expired(&self) -> bool {
        let Some(refreshed) = self.group.refreshed else { return true };
        refreshed.created != self.shared.topics.created() || self.group.epoch < refreshed.epoch
    }

    /// The group epoch, which rises if the member's change or the topics' ask for that (`updateSubscriptionMetadata`).
    pub fn group_epoch(&mut self, bump: bool, before: &ConsumerGroupMember, after: &ConsumerGroupMember) -> Generation {
        let group = self.group;
        let unborn = self.shared.rules.first_group_epoch == FirstGroupEpoch::Zero && group.epoch == Generation(0);
        let bump = bump || unborn;
        if !bump && !self.has_metadata_expired() {
            return group.epoch;
        }
        let mut subscribed = group.derived.subscribed.clone();
        for topic in before.metadata.topics.iter().filter(|_| self.is_counted(before)) {
            if let Some(count) = subscribed.get_mut(topic) {
                *count -= 1;
            }
        }
        after.metadata.topics.iter().for_each(|topic| *subscribed.entry(*topic).or_default() += 1);
        group.count_resolved(|regex| !self.is_last_of(regex, before, after), &mut subscribed);
        let topics = self.existing(&subscribed);
        let bump = self.note_topics(&topics) || bump;
        let mut epoch = group.epoch;
        if bump {
            epoch = Generation(epoch.0 + 1);
            self.append_epoch(epoch, topics);
        }
        self.outcome.refreshed = Some(Refreshed { created: self.shared.topics.created(), epoch });
        epoch
    }
    /// Whether the group counts the topics of a member: those of one that is new it does not.
    fn is_counted(&self, member: &ConsumerGroupMember) -> bool {
        self.group.members.contains_key(&member.id()) || self.outcome.replaced.is_some()
    }
    pub(super) fn existing(&self, subscribed: &BTreeMap<TopicId, u32>) -> TopicPartitions {
        let topics = subscribed.iter().filter(|(_, count)| **count > 0);
        let sized = topics.map(|(topic, _)| (*topic, self.shared.topics.partitions(*topic)));
        sized.filter(|(_, partitions)| *partitions > 0).collect()
    }
    /// Whether the topics are others than before, or have more partitions. Up to 4.0 that has a record of its own.
    pub(super) fn note_topics(&mut self, topics: &TopicPartitions) -> bool {
        let changed = *topics != self.group.topics;
        if changed && self.shared.rules.topics_record == TopicsRecord::PartitionMetadata {
            self.append(ConsumerGroupRecord::PartitionMetadata(topics.clone()));
        }
        changed
    }
    pub(super) fn append_epoch(&mut self, epoch: Generation, topics: TopicPartitions) {
        let hashed = (self.shared.rules.topics_record == TopicsRecord::Hash).then_some(topics);
        self.append(ConsumerGroupRecord::Epoch { epoch, hashed });
    }

    /// The group epoch after these members are gone.
    pub fn group_epoch_without(&mut self, gone: &[MemberId]) -> Generation {
        let mut subscribed = self.group.derived.subscribed.clone();
        let members = gone.iter().filter_map(|id| self.group.member(*id));
        for topic in members.flat_map(|member| member.metadata.topics.iter()) {
            if let Some(count) = subscribed.get_mut(topic) {
                *count -= 1;
            }
        }
        let deleted = self.delete_regexes(gone);
        self.group.count_resolved(|regex| !deleted.contains(&regex), &mut subscribed);
        let topics = self.existing(&subscribed);
        self.note_topics(&topics);
        let epoch = Generation(self.group.epoch.0 + 1);
        self.append_epoch(epoch, topics);
        epoch
    }

    /// Which epoch's targets hold, and what the member is to have by them. Those of an older epoch are computed anew, if it is time
    /// for that (`maybeUpdateTargetAssignment`).
    pub fn target(
        &mut self,
        group_epoch: Generation,
        before: &ConsumerGroupMember,
        after: &ConsumerGroupMember,
    ) -> (Generation, Rc<[Tp]>) {
        let group = self.group;
        let present = group.target_epoch.epoch;
        if group_epoch <= present || !self.may_compute_target() {
            return (present, group.target(after.id(), after.metadata.instance));
        }
        let assignor = self.preferred_assignor(before, after);
        let builder = TargetAssignmentBuilder { group, after, shared: self.shared };
        let (targets, own) = builder.build(assignor);
        self.outcome.records.extend(targets);
        let timestamp = (self.shared.rules.commit_epoch >= CommitEpoch::SinceAssigned).then_some(self.now);
        self.append(ConsumerGroupRecord::TargetEpoch { epoch: group_epoch, timestamp });
        self.outcome.computed = Some((group_epoch, assignor));
        (group_epoch, own)
    }
    /// The assignor that most members want, this one being as it is now.
    fn preferred_assignor(&self, before: &ConsumerGroupMember, after: &ConsumerGroupMember) -> ServerAssignor {
        let before = Some(before).filter(|before| self.is_counted(before));
        let wanted = self.group.derived.preferred_assignor_after(before, after);
        wanted.unwrap_or(self.shared.config.group_consumer_assignors.default_assignor())
    }
    /// Whether the member makes it another one (`hasPreferredServerAssignorChanged`).
    pub fn assignor_changes(&self, before: &ConsumerGroupMember, after: &ConsumerGroupMember) -> bool {
        let default = self.shared.config.group_consumer_assignors.default_assignor();
        let present = self.group.derived.preferred_assignor().unwrap_or(default);
        present != self.preferred_assignor(before, after)
    }
    /// `canComputeNextTargetAssignment`, in whole milliseconds.
    fn may_compute_target(&self) -> bool {
        let interval = self.shared.groups.of(self.group.id).consumer_assignment_interval;
        match self.group.target_epoch.timestamp {
            None => true,
            Some(_) if interval == Nanos::ZERO => true,
            Some(last) => self.now.as_millis() >= last.as_millis() + interval.as_millis(),
        }
    }

    /// The member's next step (`maybeReconcile`).
    pub fn reconcile(
        &mut self,
        member: ConsumerGroupMember,
        (target_epoch, target): (Generation, Rc<[Tp]>),
        owned: Option<&[Tp]>,
        subscription_changed: bool,
    ) -> ConsumerGroupMember {
        let (catalog, topics) = (&self.shared.catalog, &self.shared.topics);
        let subscribed = self.group.topics_of(&member);
        let is_subscribed = |tp: Tp| {
            let (topic, _) = catalog.topic_of(tp);
            subscribed.binary_search(&topic).is_ok() && topics.partitions(topic) > 0
        };
        let is_held = |tp: Tp| self.group.derived.holders.contains_key(&tp);
        let next = CurrentAssignmentBuilder {
            member: &member,
            target_epoch,
            target: &target,
            owned,
            subscription_changed,
            is_subscribed: &is_subscribed,
            is_held: &is_held,
            rules: self.shared.rules,
        }
        .build();
        let Some(next) = next else { return member };
        let moved = member.moved(next);
        self.append(ConsumerGroupRecord::Current(moved.current.clone()));
        // One of the classic protocol has time for joining and syncing instead.
        if !moved.uses_classic_protocol() {
            self.outcome.rebalance_timer = Some(match moved.state() {
                ConsumerMemberState::UnrevokedPartitions => {
                    RebalanceTimer::Start(moved.epoch(), moved.metadata.rebalance_timeout)
                }
                ConsumerMemberState::Stable | ConsumerMemberState::UnreleasedPartitions => RebalanceTimer::Cancel,
            });
        }
        moved
    }
}
