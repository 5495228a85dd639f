//! One consumer group: its members, what they are to have, and who has what (`ConsumerGroup`, `ModernGroup`).
//!
//! A record changes one thing, and leaves what was there before ([`ConsumerChange`]). What can be derived from the members, and is
//! asked for often, is kept beside them and follows each change.

use std::collections::BTreeMap;
use std::rc::Rc;

use litemap::LiteMap;

use super::member::ConsumerGroupMember;
use super::timers::MemberTimers;
use crate::cluster::coordinator::group::description::{
    ConsumerGroupDetails, ConsumerMemberDetails, DescribedMember, GroupDescription,
};
use crate::history::fact::GroupState;
use crate::protocol::batch::{ConsumerGroupRecord, CurrentAssignmentValue, RegularExpressionValue};
use crate::protocol::ids::*;
use crate::protocol::messages::{Assignor, ServerAssignor};
use crate::protocol::rules::{FirstGroupEpoch, Rules};
use crate::sim::time::Nanos;

/// Of which epoch the targets are, and when they were computed (`TargetAssignmentMetadata`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TargetEpoch {
    pub epoch: Generation,
    pub timestamp: Option<Nanos>,
}

/// When a group has looked at the topics last (`DeadlineAndEpoch`): what it may have written then could have been refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refreshed {
    /// Partitions in the cluster then.
    pub created: u32,
    /// The group epoch that came of it.
    pub epoch: Generation,
}

/// Topics with the numbers of their partitions, ascending; those that exist.
pub(super) type TopicPartitions = Rc<[(TopicId, u32)]>;

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerGroup {
    pub(super) id: GroupId,
    /// The group epoch.
    pub(super) epoch: Generation,
    pub(super) target_epoch: TargetEpoch,
    pub(super) members: BTreeMap<MemberId, ConsumerGroupMember>,
    /// What each member is to have in the end.
    pub(super) targets: BTreeMap<MemberId, Rc<[Tp]>>,
    /// The partitions of the subscribed topics, as last written.
    pub(super) topics: TopicPartitions,
    /// The patterns to which members subscribe, as far as they are resolved (`resolvedRegularExpressions`).
    pub(super) resolved: BTreeMap<PatternId, Rc<RegularExpressionValue>>,
    pub(super) derived: Derived,
    /// None: after a failover.
    pub(super) refreshed: Option<Refreshed>,
    pub(super) timers: MemberTimers,
}

/// What follows from the members.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Derived {
    /// The member ids of static members.
    pub static_members: LiteMap<InstanceId, MemberId>,
    /// Who has a partition, or has not given it up yet.
    pub holders: BTreeMap<Tp, MemberId>,
    /// How many members subscribe to a topic by its name.
    pub subscribed: BTreeMap<TopicId, u32>,
    /// How many subscribe to a pattern (`subscribedRegularExpressions`).
    pub regexes: BTreeMap<PatternId, u32>,
    /// How many want an assignor.
    pub assignors: LiteMap<ServerAssignor, u32>,
    /// How many speak the classic protocol.
    pub classic: u32,
    /// How many of those offer an assignor of the classic protocol.
    pub classic_assignors: LiteMap<Assignor, u32>,
    /// How many STABLE members are at an epoch.
    pub stable: BTreeMap<Generation, u32>,
}

/// What a record replaced.
#[derive(Clone, Debug)]
pub enum ConsumerChange {
    /// The group epoch, and what goes with it.
    Epoch(Generation, TopicPartitions),
    /// The partitions of the subscribed topics.
    Topics(TopicPartitions),
    /// The assignment epoch.
    TargetEpoch(Generation, Option<Nanos>),
    /// A member's target.
    Target(MemberId, Option<Rc<[Tp]>>),
    /// A member.
    Member(MemberId, Option<ConsumerGroupMember>),
    /// What a pattern matches.
    Resolved(PatternId, Option<Rc<RegularExpressionValue>>),
}

impl ConsumerGroup {
    /// A group without members. Which epoch it begins with is for [`ConsumerGroup::begin`] to say.
    pub fn new(id: GroupId) -> ConsumerGroup {
        ConsumerGroup {
            id,
            epoch: Generation(0),
            target_epoch: TargetEpoch { epoch: Generation(0), timestamp: None },
            members: BTreeMap::new(),
            targets: BTreeMap::new(),
            topics: [].into(),
            resolved: BTreeMap::new(),
            derived: Derived::default(),
            refreshed: None,
            timers: MemberTimers::new(id),
        }
    }
    /// A group of which no record has said so yet is at its first epoch, and so are its targets.
    pub fn begin(&mut self, rules: Rules) {
        let first = match rules.first_group_epoch {
            FirstGroupEpoch::Zero => Generation(0),
            FirstGroupEpoch::One => Generation(1),
        };
        self.epoch = self.epoch.max(first);
        if self.target_epoch.epoch.0 >= 0 {
            self.target_epoch.epoch = self.target_epoch.epoch.max(first);
        }
    }

    /// Which.
    pub fn id(&self) -> GroupId {
        self.id
    }
    /// The group epoch.
    pub fn epoch(&self) -> Generation {
        self.epoch
    }
    /// In which state (`maybeUpdateGroupState`).
    pub fn state(&self) -> GroupState {
        let reconciled = || self.derived.stable.get(&self.target_epoch.epoch).copied().unwrap_or(0) as usize;
        if self.members.is_empty() {
            GroupState::Empty
        } else if self.epoch > self.target_epoch.epoch {
            GroupState::Assigning
        } else if reconciled() < self.members.len() {
            GroupState::Reconciling
        } else {
            GroupState::Stable
        }
    }
    /// How many members it has.
    pub fn size(&self) -> usize {
        self.members.len()
    }
    /// Whether a member subscribes to a topic.
    pub fn is_subscribed_to(&self, topic: TopicId) -> bool {
        self.derived.subscribed.contains_key(&topic)
            || self.resolved.values().any(|regex| regex.topics.binary_search(&topic).is_ok())
    }
    pub(super) fn member(&self, id: MemberId) -> Option<&ConsumerGroupMember> {
        self.members.get(&id)
    }
    /// The member that has an instance id (`staticMember`).
    pub(super) fn static_member(&self, instance: InstanceId) -> Option<&ConsumerGroupMember> {
        self.members.get(self.derived.static_members.get(&instance)?)
    }
    /// What a member is to have; of a static one, whatever its id is (`targetAssignment`).
    pub(super) fn target(&self, member: MemberId, instance: Option<InstanceId>) -> Rc<[Tp]> {
        let id = match instance {
            None => Some(&member),
            Some(instance) => self.derived.static_members.get(&instance),
        };
        id.and_then(|id| self.targets.get(id)).cloned().unwrap_or_else(|| [].into())
    }

    /// Applies a record; what it replaced. The record that the group is gone is for whoever holds the group.
    pub fn replay(&mut self, record: &ConsumerGroupRecord) -> ConsumerChange {
        match record {
            ConsumerGroupRecord::Epoch { epoch, hashed } => {
                let topics = self.topics.clone();
                if let Some(hashed) = hashed {
                    self.topics = hashed.clone();
                }
                ConsumerChange::Epoch(std::mem::replace(&mut self.epoch, *epoch), topics)
            }
            ConsumerGroupRecord::PartitionMetadata(topics) => {
                ConsumerChange::Topics(std::mem::replace(&mut self.topics, topics.clone()))
            }
            ConsumerGroupRecord::PartitionMetadataTombstone => {
                ConsumerChange::Topics(std::mem::replace(&mut self.topics, [].into()))
            }
            ConsumerGroupRecord::TargetEpoch { epoch, timestamp } => {
                self.set_target_epoch(TargetEpoch { epoch: *epoch, timestamp: *timestamp })
            }
            ConsumerGroupRecord::TargetEpochTombstone => {
                self.set_target_epoch(TargetEpoch { epoch: Generation::NONE, timestamp: None })
            }
            ConsumerGroupRecord::Target { member, partitions } => {
                ConsumerChange::Target(*member, self.targets.insert(*member, partitions.clone()))
            }
            ConsumerGroupRecord::TargetTombstone(member) => {
                ConsumerChange::Target(*member, self.targets.remove(member))
            }
            ConsumerGroupRecord::Member(value) => {
                let known = self.members.get(&value.member).cloned();
                let known = known.unwrap_or_else(|| ConsumerGroupMember::new(value.member, value.client));
                self.put(value.member, Some(ConsumerGroupMember { metadata: value.clone(), ..known }))
            }
            ConsumerGroupRecord::MemberTombstone(member) => self.put(*member, None),
            ConsumerGroupRecord::Current(value) => {
                let known = self.members.get(&value.member).cloned();
                let known = known.unwrap_or_else(|| ConsumerGroupMember::new(value.member, NodeId::NOBODY));
                self.put(value.member, Some(ConsumerGroupMember { current: value.clone(), ..known }))
            }
            ConsumerGroupRecord::CurrentTombstone(id) => {
                let left = self.members.get(id).map(|member| {
                    let current = &*member.current;
                    let (epoch, previous_epoch) = (Generation::NONE, Generation::NONE);
                    let nothing = || Rc::from([]);
                    member.moved(CurrentAssignmentValue {
                        epoch,
                        previous_epoch,
                        assigned: nothing(),
                        revoking: nothing(),
                        ..current.clone()
                    })
                });
                self.put(*id, left)
            }
            ConsumerGroupRecord::RegularExpression(value) => {
                ConsumerChange::Resolved(value.pattern, self.resolved.insert(value.pattern, value.clone()))
            }
            ConsumerGroupRecord::RegularExpressionTombstone(pattern) => {
                ConsumerChange::Resolved(*pattern, self.resolved.remove(pattern))
            }
            ConsumerGroupRecord::EpochTombstone => unreachable!("whoever holds the group removes it"),
        }
    }
    fn set_target_epoch(&mut self, target_epoch: TargetEpoch) -> ConsumerChange {
        let before = std::mem::replace(&mut self.target_epoch, target_epoch);
        ConsumerChange::TargetEpoch(before.epoch, before.timestamp)
    }
    fn put(&mut self, id: MemberId, member: Option<ConsumerGroupMember>) -> ConsumerChange {
        if let Some(before) = self.members.get(&id) {
            self.derived.forget(before);
        }
        if let Some(member) = &member {
            self.derived.learn(member);
        }
        ConsumerChange::Member(
            id,
            match member {
                Some(member) => self.members.insert(id, member),
                None => self.members.remove(&id),
            },
        )
    }
    /// A record could not be written.
    pub fn revert(&mut self, change: ConsumerChange) {
        match change {
            ConsumerChange::Epoch(epoch, topics) => (self.epoch, self.topics) = (epoch, topics),
            ConsumerChange::Topics(topics) => self.topics = topics,
            ConsumerChange::TargetEpoch(epoch, timestamp) => self.target_epoch = TargetEpoch { epoch, timestamp },
            ConsumerChange::Target(member, Some(target)) => _ = self.targets.insert(member, target),
            ConsumerChange::Target(member, None) => _ = self.targets.remove(&member),
            ConsumerChange::Member(id, member) => _ = self.put(id, member),
            ConsumerChange::Resolved(pattern, Some(value)) => _ = self.resolved.insert(pattern, value),
            ConsumerChange::Resolved(pattern, None) => _ = self.resolved.remove(&pattern),
        }
    }

    /// All records that make it go (`createGroupTombstoneRecords`).
    pub fn tombstones(&self) -> Vec<ConsumerGroupRecord> {
        self.tombstones_of(self.members.keys().copied().collect())
    }
    /// The same, as if it had these members.
    pub(super) fn tombstones_of(&self, members: Vec<MemberId>) -> Vec<ConsumerGroupRecord> {
        let each = |record: fn(MemberId) -> ConsumerGroupRecord| members.iter().copied().map(record);
        let mut records: Vec<ConsumerGroupRecord> = Vec::new();
        records.extend(each(ConsumerGroupRecord::CurrentTombstone));
        records.extend(each(ConsumerGroupRecord::TargetTombstone));
        records.push(ConsumerGroupRecord::TargetEpochTombstone);
        records.extend(each(ConsumerGroupRecord::MemberTombstone));
        records.extend(self.resolved.keys().map(|pattern| ConsumerGroupRecord::RegularExpressionTombstone(*pattern)));
        records.push(ConsumerGroupRecord::PartitionMetadataTombstone);
        records.push(ConsumerGroupRecord::EpochTombstone);
        records
    }

    /// The group without its offsets, for tools (`asDescribedGroup`).
    pub fn describe(&self, default: ServerAssignor) -> GroupDescription {
        let member = |member: &ConsumerGroupMember| DescribedMember {
            member: member.id(),
            instance: member.metadata.instance,
            client: member.metadata.client,
            partitions: member.assignment().to_vec(),
            consumer: Some(ConsumerMemberDetails {
                epoch: member.epoch(),
                state: member.state(),
                target: self.targets.get(&member.id()).map_or(Vec::new(), |target| target.to_vec()),
                classic: member.uses_classic_protocol(),
                regex: member.metadata.regex,
            }),
            share: None,
        };
        GroupDescription {
            group: self.id,
            state: self.state(),
            generation: self.epoch,
            protocol: None,
            members: self.members.values().map(member).collect(),
            offsets: Vec::new(),
            epochs: Vec::new(),
            consumer: Some(ConsumerGroupDetails {
                assignment_epoch: self.target_epoch.epoch,
                assignor: self.derived.preferred_assignor().unwrap_or(default),
            }),
            share: None,
        }
    }

    /// All of it that is in the log, for tests.
    #[cfg(test)]
    pub fn durable(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let resolved = self.resolved.clone();
        (self.epoch, self.target_epoch, self.members.clone(), self.targets.clone(), self.topics.clone(), resolved)
    }
    /// Who has a partition, or has not given it up yet, for tests.
    #[cfg(test)]
    pub fn holders(&self) -> BTreeMap<Tp, MemberId> {
        self.derived.holders.clone()
    }

    /// # Panics
    /// If what is derived does not follow from the members, or two members have a partition.
    pub fn check_invariants(&self) {
        let mut derived = Derived::default();
        self.members.values().for_each(|member| derived.learn(member));
        assert!(derived == self.derived, "what is derived follows from the members");
        let held: usize = self.members.values().map(|member| member.held().count()).sum();
        assert_eq!(held, self.derived.holders.len(), "a partition is held by one member");
        assert!(self.targets.keys().all(|id| self.members.contains_key(id)), "who has a target is a member");
        assert!(self.resolved.keys().all(|regex| self.derived.regexes.contains_key(regex)), "who resolves has asked");
        assert!(self.target_epoch.epoch <= self.epoch, "targets are not ahead of the group");
    }
}

impl Derived {
    pub(super) fn learn(&mut self, member: &ConsumerGroupMember) {
        let metadata = &member.metadata;
        self.static_members.extend(metadata.instance.map(|instance| (instance, member.id())));
        self.holders.extend(member.held().map(|tp| (tp, member.id())));
        metadata.topics.iter().for_each(|topic| *self.subscribed.entry(*topic).or_default() += 1);
        metadata.regex.into_iter().for_each(|regex| *self.regexes.entry(regex).or_default() += 1);
        metadata.assignor.into_iter().for_each(|assignor| *self.assignors.entry(assignor).or_default() += 1);
        if let Some(classic) = &metadata.classic {
            self.classic += 1;
            classic.protocols.iter().for_each(|(name, _)| *self.classic_assignors.entry(*name).or_default() += 1);
        }
        if member.is_reconciled_to(member.epoch()) {
            *self.stable.entry(member.epoch()).or_default() += 1;
        }
    }
    fn forget(&mut self, member: &ConsumerGroupMember) {
        let metadata = &member.metadata;
        if let Some(instance) = metadata.instance.filter(|id| self.static_members.get(id) == Some(&member.id())) {
            self.static_members.remove(&instance);
        }
        for tp in member.held() {
            if self.holders.get(&tp) == Some(&member.id()) {
                self.holders.remove(&tp);
            }
        }
        metadata.topics.iter().for_each(|topic| count_down(&mut self.subscribed, *topic));
        metadata.regex.into_iter().for_each(|regex| count_down(&mut self.regexes, regex));
        metadata.assignor.into_iter().for_each(|assignor| {
            if let Some(count) = self.assignors.get_mut(&assignor) {
                *count -= 1;
            }
            self.assignors.retain(|_, count| *count > 0);
        });
        if let Some(classic) = &metadata.classic {
            self.classic -= 1;
            for (name, _) in &classic.protocols {
                if let Some(count) = self.classic_assignors.get_mut(name) {
                    *count -= 1;
                }
            }
            self.classic_assignors.retain(|_, count| *count > 0);
        }
        if member.is_reconciled_to(member.epoch()) {
            count_down(&mut self.stable, member.epoch());
        }
    }
    /// The assignor that most members want. Of several with as many votes, the first in Java's hash map of their names counts:
    /// uniform (`preferredServerAssignor`).
    pub(super) fn preferred_assignor(&self) -> Option<ServerAssignor> {
        preferred(&self.assignors)
    }
    /// The same, had this member changed so (`computePreferredServerAssignor`).
    pub(super) fn preferred_assignor_after(
        &self,
        before: Option<&ConsumerGroupMember>,
        after: &ConsumerGroupMember,
    ) -> Option<ServerAssignor> {
        let mut counts = self.assignors.clone();
        if let Some(count) =
            before.and_then(|before| before.metadata.assignor).and_then(|assignor| counts.get_mut(&assignor))
        {
            *count -= 1;
        }
        after.metadata.assignor.into_iter().for_each(|assignor| *counts.entry(assignor).or_default() += 1);
        counts.retain(|_, count| *count > 0);
        preferred(&counts)
    }
}

fn preferred(counts: &LiteMap<ServerAssignor, u32>) -> Option<ServerAssignor> {
    let wanted = [ServerAssignor::Range, ServerAssignor::Uniform].into_iter().filter(|name| counts.contains_key(name));
    wanted.max_by_key(|name| counts.get(name).copied())
}

fn count_down<K: Ord + Copy>(counts: &mut BTreeMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}
