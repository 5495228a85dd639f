//! What every member is to have: the group put before an assignor (`TargetAssignmentBuilder`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::group::ConsumerGroup;
use super::member::ConsumerGroupMember;
use crate::assignor::{ExtraPartition, GroupAssignment, MemberInfo, TopicPartition, Topics, server_range, uniform};
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::ConsumerGroupRecord;
use crate::protocol::ids::*;
use crate::protocol::messages::ServerAssignor;
use crate::protocol::rules::UniformExtra;

/// The group, and the member of whose operation the targets come.
pub(super) struct TargetAssignmentBuilder<'a> {
    pub group: &'a ConsumerGroup,
    pub after: &'a ConsumerGroupMember,
    pub shared: &'a Shared,
}

/// A member as the assignor is told of it.
struct Spec<'a> {
    id: String,
    instance: Option<&'a str>,
    topics: Vec<usize>,
    /// Its present target.
    target: Vec<TopicPartition>,
}

impl TargetAssignmentBuilder<'_> {
    /// The targets that are new, as records, and that of the member itself. They rest on the present targets, whatever members really
    /// have.
    pub fn build(&self, assignor: ServerAssignor) -> (Vec<ConsumerGroupRecord>, Rc<[Tp]>) {
        let members = self.members();
        let topics: Vec<Rc<[TopicId]>> = members.values().map(|member| self.group.topics_of(member)).collect();
        let numbers = Numbers::new(topics.iter().flat_map(|topics| topics.iter()), self.shared);
        let specs: Vec<Spec<'_>> = members.values().map(|member| self.spec(member, &numbers)).collect();
        let infos: Vec<MemberInfo<'_>> = specs.iter().map(Spec::info).collect();
        let topics = Topics::new(&numbers.partitions);
        let assigned: GroupAssignment = match assignor {
            ServerAssignor::Uniform => uniform(&infos, &topics, self.extra_partition()),
            ServerAssignor::Range => server_range(&infos, &topics),
        };
        let mut records = Vec::new();
        let mut own: Rc<[Tp]> = [].into();
        for (member, assigned) in members.keys().zip(assigned) {
            let partitions: Rc<[Tp]> = numbers.partitions(&assigned);
            if *member == self.after.id() {
                own = partitions.clone();
            }
            if self.group.targets.get(member) != Some(&partitions) {
                records.push(ConsumerGroupRecord::Target { member: *member, partitions });
            }
        }
        (records, own)
    }

    /// The members, this one as it is now; an id that it has replaced is none.
    fn members(&self) -> BTreeMap<MemberId, &ConsumerGroupMember> {
        let mut members: BTreeMap<MemberId, &ConsumerGroupMember> =
            self.group.members.iter().map(|(id, member)| (*id, member)).collect();
        if let Some(before) = self.replaced() {
            members.remove(&before);
        }
        members.insert(self.after.id(), self.after);
        members
    }
    fn replaced(&self) -> Option<MemberId> {
        let before = self.group.static_member(self.after.metadata.instance?)?.id();
        (before != self.after.id()).then_some(before)
    }

    fn spec(&self, member: &ConsumerGroupMember, numbers: &Numbers<'_>) -> Spec<'_> {
        let of = match member.id() == self.after.id() {
            true => self.replaced().unwrap_or(member.id()),
            false => member.id(),
        };
        let target = self.group.targets.get(&of);
        let instance = member.metadata.instance;
        Spec {
            // As Kafka's `client.id-UUID` sorts, with the number for the UUID.
            id: format!("{:010}", member.id().0),
            instance: instance.map(|instance| self.shared.catalog.instance_id_name(instance)),
            topics: self.group.topics_of(member).iter().filter_map(|topic| numbers.of(*topic)).collect(),
            target: target.map_or(Vec::new(), |target| target.iter().filter_map(|tp| numbers.number(*tp)).collect()),
        }
    }

    fn extra_partition(&self) -> ExtraPartition {
        match self.shared.rules.uniform_extra {
            UniformExtra::FirstMembers => ExtraPartition::FirstMembers,
            UniformExtra::WhoHasIt => ExtraPartition::WhoHasIt,
        }
    }
}

impl Spec<'_> {
    fn info(&self) -> MemberInfo<'_> {
        MemberInfo { instance: self.instance, topics: &self.topics, owned: &self.target, ..MemberInfo::new(&self.id) }
    }
}

/// An assignor's numbers of the subscribed topics that exist: their places in the order of names.
struct Numbers<'a> {
    shared: &'a Shared,
    by_name: Vec<TopicId>,
    /// How many partitions each of them has.
    partitions: Vec<u32>,
    /// By id.
    by_id: BTreeMap<TopicId, usize>,
}

impl<'a> Numbers<'a> {
    fn new<'t>(topics: impl Iterator<Item = &'t TopicId>, shared: &'a Shared) -> Numbers<'a> {
        let mut by_id: BTreeMap<TopicId, usize> = topics.map(|topic| (*topic, 0)).collect();
        by_id.retain(|topic, _| shared.topics.partitions(*topic) > 0);
        let mut by_name: Vec<TopicId> = by_id.keys().copied().collect();
        by_name.sort_by_key(|topic| shared.catalog.topics[topic.index()].name.as_str());
        by_name.iter().enumerate().for_each(|(number, topic)| _ = by_id.insert(*topic, number));
        let partitions = by_name.iter().map(|topic| shared.topics.partitions(*topic)).collect();
        Numbers { shared, by_name, partitions, by_id }
    }
    fn of(&self, topic: TopicId) -> Option<usize> {
        self.by_id.get(&topic).copied()
    }
    fn number(&self, tp: Tp) -> Option<TopicPartition> {
        let (topic, partition) = self.shared.catalog.topic_of(tp);
        Some(TopicPartition { topic: self.of(topic)?, partition })
    }
    /// The partitions with these numbers, ascending.
    fn partitions(&self, assigned: &[TopicPartition]) -> Rc<[Tp]> {
        let first = |tp: &TopicPartition| self.shared.catalog.topics[self.by_name[tp.topic].index()].first;
        let mut partitions: Vec<Tp> = assigned.iter().map(|tp| Tp(first(tp).0 + tp.partition)).collect();
        partitions.sort();
        partitions.into()
    }
}
