//! One share group: its members, what they are to have, and what they have (`ShareGroup`, `ModernGroup`).
//!
//! A record changes one thing, and leaves what was there before ([`ShareChange`]).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::member::ShareGroupMember;
use super::states::ShareStates;
use crate::cluster::coordinator::group::consumer::{MemberTimers, Refreshed};
use crate::cluster::coordinator::group::description::{
    DescribedMember, GroupDescription, ShareGroupDetails, ShareMemberDetails,
};
use crate::history::fact::GroupState;
use crate::protocol::batch::{ShareCurrentValue, ShareGroupRecord};
use crate::protocol::ids::*;
use crate::protocol::rules::{FirstGroupEpoch, Rules, ShareInitialization};
use crate::sim::time::Nanos;

/// Topics with the numbers of their partitions, ascending; those that exist.
pub(super) type TopicPartitions = Rc<[(TopicId, u32)]>;

/// See the module.
#[derive(Clone, Debug)]
pub struct ShareGroup {
    pub(super) id: GroupId,
    /// The group epoch.
    pub(super) epoch: Generation,
    /// That of the targets, and when they were computed.
    pub(super) target_epoch: (Generation, Option<Nanos>),
    pub(super) members: BTreeMap<MemberId, ShareGroupMember>,
    /// What each member is to have.
    pub(super) targets: BTreeMap<MemberId, Rc<[Tp]>>,
    /// The partitions of the subscribed topics, as last written.
    pub(super) topics: TopicPartitions,
    /// None: nothing has been written of them.
    pub(super) states: Option<ShareStates>,
    /// None: after a failover.
    pub(super) refreshed: Option<Refreshed>,
    pub(super) timers: MemberTimers,
}

/// What a record replaced.
#[derive(Clone, Debug)]
pub enum ShareChange {
    /// The group epoch, and what goes with it.
    Epoch(Generation, TopicPartitions),
    /// The partitions of the subscribed topics.
    Topics(TopicPartitions),
    /// The assignment epoch.
    TargetEpoch(Generation, Option<Nanos>),
    /// A member's target.
    Target(MemberId, Option<Rc<[Tp]>>),
    /// A member.
    Member(MemberId, Option<ShareGroupMember>),
    /// How far the states are.
    States(Box<Option<ShareStates>>),
}

impl ShareGroup {
    /// A group without members. Which epoch it begins with is for [`ShareGroup::begin`] to say.
    pub fn new(id: GroupId) -> ShareGroup {
        ShareGroup {
            id,
            epoch: Generation(0),
            target_epoch: (Generation(0), None),
            members: BTreeMap::new(),
            targets: BTreeMap::new(),
            topics: [].into(),
            states: None,
            refreshed: None,
            timers: MemberTimers::new(id),
        }
    }
    /// A group of which no record has said so yet is at its first epoch, and so are its targets (`ModernGroup`).
    pub fn begin(&mut self, rules: Rules) {
        let first = match rules.first_group_epoch {
            FirstGroupEpoch::Zero => Generation(0),
            FirstGroupEpoch::One => Generation(1),
        };
        self.epoch = self.epoch.max(first);
        if self.target_epoch.0 != Generation::NONE {
            self.target_epoch.0 = self.target_epoch.0.max(first);
        }
    }
    /// Which.
    pub fn id(&self) -> GroupId {
        self.id
    }
    /// In which state (`ShareGroup.maybeUpdateGroupState`).
    pub fn state(&self) -> GroupState {
        if self.members.is_empty() { GroupState::Empty } else { GroupState::Stable }
    }
    /// How many members it has.
    pub fn size(&self) -> usize {
        self.members.len()
    }
    /// As what the history knows it.
    pub(super) fn told_state(&self) -> (GroupState, Generation) {
        (self.state(), self.epoch)
    }
    pub(super) fn member(&self, id: MemberId) -> Option<&ShareGroupMember> {
        self.members.get(&id)
    }
    pub(super) fn target(&self, member: MemberId) -> Rc<[Tp]> {
        self.targets.get(&member).cloned().unwrap_or_else(|| [].into())
    }
    /// How many members subscribe to each topic.
    pub(super) fn subscribed(&self) -> BTreeMap<TopicId, u32> {
        let mut subscribed = BTreeMap::new();
        let topics = self.members.values().flat_map(|member| member.metadata.topics.iter());
        topics.for_each(|topic| *subscribed.entry(*topic).or_default() += 1);
        subscribed
    }

    /// Applies a record; what it replaced. `at`: when it is written; none if it is read from the log. The record that the group is gone
    /// is for whoever holds the group.
    pub fn replay(&mut self, record: &ShareGroupRecord, at: Option<Nanos>) -> ShareChange {
        match record {
            ShareGroupRecord::Epoch { epoch, hashed } => {
                let topics = self.topics.clone();
                if let Some(hashed) = hashed {
                    self.topics = hashed.clone();
                }
                ShareChange::Epoch(std::mem::replace(&mut self.epoch, *epoch), topics)
            }
            ShareGroupRecord::PartitionMetadata(topics) => {
                ShareChange::Topics(std::mem::replace(&mut self.topics, topics.clone()))
            }
            ShareGroupRecord::PartitionMetadataTombstone => {
                ShareChange::Topics(std::mem::replace(&mut self.topics, [].into()))
            }
            ShareGroupRecord::TargetEpoch { epoch, timestamp } => self.set_target_epoch(*epoch, *timestamp),
            ShareGroupRecord::TargetEpochTombstone => self.set_target_epoch(Generation::NONE, None),
            ShareGroupRecord::Target { member, partitions } => {
                ShareChange::Target(*member, self.targets.insert(*member, partitions.clone()))
            }
            ShareGroupRecord::TargetTombstone(member) => ShareChange::Target(*member, self.targets.remove(member)),
            ShareGroupRecord::Member(value) => {
                let known = self.members.get(&value.member).cloned();
                let known = known.unwrap_or_else(|| ShareGroupMember::new(value.member, value.client));
                self.put(value.member, Some(ShareGroupMember { metadata: value.clone(), ..known }))
            }
            ShareGroupRecord::MemberTombstone(member) => self.put(*member, None),
            ShareGroupRecord::Current(value) => {
                let known = self.members.get(&value.member).cloned();
                let known = known.unwrap_or_else(|| ShareGroupMember::new(value.member, NodeId::NOBODY));
                self.put(value.member, Some(ShareGroupMember { current: value.clone(), ..known }))
            }
            ShareGroupRecord::CurrentTombstone(id) => {
                let left = self.members.get(id).map(|member| {
                    let (epoch, previous_epoch) = (Generation::NONE, Generation::NONE);
                    member.moved(ShareCurrentValue { member: *id, epoch, previous_epoch, assigned: [].into() })
                });
                self.put(*id, left)
            }
            ShareGroupRecord::StatePartitions(value) => {
                self.set_states(Some(ShareStates { value: value.clone(), since: at }))
            }
            ShareGroupRecord::StatePartitionsTombstone => self.set_states(None),
            ShareGroupRecord::EpochTombstone => unreachable!("whoever holds the group removes it"),
        }
    }
    fn set_target_epoch(&mut self, epoch: Generation, timestamp: Option<Nanos>) -> ShareChange {
        let (before, timestamp) = std::mem::replace(&mut self.target_epoch, (epoch, timestamp));
        ShareChange::TargetEpoch(before, timestamp)
    }
    fn set_states(&mut self, states: Option<ShareStates>) -> ShareChange {
        ShareChange::States(Box::new(std::mem::replace(&mut self.states, states)))
    }
    fn put(&mut self, id: MemberId, member: Option<ShareGroupMember>) -> ShareChange {
        let before = match member {
            Some(member) => self.members.insert(id, member),
            None => self.members.remove(&id),
        };
        ShareChange::Member(id, before)
    }
    /// A record could not be written.
    pub fn revert(&mut self, change: ShareChange) {
        match change {
            ShareChange::Epoch(epoch, topics) => (self.epoch, self.topics) = (epoch, topics),
            ShareChange::Topics(topics) => self.topics = topics,
            ShareChange::TargetEpoch(epoch, timestamp) => self.target_epoch = (epoch, timestamp),
            ShareChange::Target(member, Some(target)) => drop(self.targets.insert(member, target)),
            ShareChange::Target(member, None) => drop(self.targets.remove(&member)),
            ShareChange::Member(id, member) => drop(self.put(id, member)),
            ShareChange::States(states) => self.states = *states,
        }
    }

    /// All records that make it go (`createGroupTombstoneRecords`).
    pub fn tombstones(&self, rules: Rules) -> Vec<ShareGroupRecord> {
        let each = |record: fn(MemberId) -> ShareGroupRecord| self.members.keys().copied().map(record);
        let mut records: Vec<ShareGroupRecord> = each(ShareGroupRecord::CurrentTombstone).collect();
        records.extend(each(ShareGroupRecord::TargetTombstone));
        records.push(ShareGroupRecord::TargetEpochTombstone);
        records.extend(each(ShareGroupRecord::MemberTombstone));
        records.push(match rules.share_initialization {
            ShareInitialization::OnFirstUse => ShareGroupRecord::PartitionMetadataTombstone,
            ShareInitialization::BeforeAssignment => ShareGroupRecord::StatePartitionsTombstone,
        });
        records.push(ShareGroupRecord::EpochTombstone);
        records
    }

    /// The group, for tools (`asDescribedGroup`).
    pub fn describe(&self) -> GroupDescription {
        let member = |member: &ShareGroupMember| DescribedMember {
            member: member.id(),
            instance: None,
            client: member.metadata.client,
            partitions: member.current.assigned.to_vec(),
            consumer: None,
            share: Some(ShareMemberDetails {
                epoch: member.epoch(),
                topics: member.metadata.topics.to_vec(),
                target: self.target(member.id()).to_vec(),
            }),
        };
        let states = self.states.as_ref().map(|states| (*states.value).clone());
        GroupDescription {
            group: self.id,
            state: self.state(),
            generation: self.epoch,
            protocol: None,
            members: self.members.values().map(member).collect(),
            offsets: Vec::new(),
            epochs: Vec::new(),
            consumer: None,
            share: Some(ShareGroupDetails {
                assignment_epoch: self.target_epoch.0,
                states: states.unwrap_or_default(),
            }),
        }
    }

    /// All of it that is in the log, for tests.
    #[cfg(test)]
    pub fn durable(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let states = self.states.as_ref().map(|states| states.value.clone());
        (self.epoch, self.target_epoch, self.members.clone(), self.targets.clone(), self.topics.clone(), states)
    }

    /// # Panics
    /// If it contradicts itself.
    pub fn check_invariants(&self) {
        assert!(self.targets.keys().all(|id| self.members.contains_key(id)), "who has a target is a member");
        assert!(self.target_epoch.0 <= self.epoch, "targets are not ahead of the group");
        let Some(states) = &self.states else { return };
        assert!(states.value.initializing.is_sorted() && states.value.initialized.is_sorted(), "partitions ascend");
        if self.members.values().any(|member| !member.current.assigned.is_empty()) {
            let sorted = |tps: &[Tp]| tps.is_sorted_by(|a, b| a < b);
            assert!(self.members.values().all(|member| sorted(&member.current.assigned)), "partitions ascend");
        }
    }
}
