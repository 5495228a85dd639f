//! What every member is to have: the group put before the assignor (`TargetAssignmentBuilder.ShareTargetAssignmentBuilder`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::group::ShareGroup;
use super::member::ShareGroupMember;
use crate::assignor::{MemberInfo, PartitionSharing, TopicPartition, Topics, simple};
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::ShareGroupRecord;
use crate::protocol::ids::*;
use crate::protocol::rules::{ShareAssignor, ShareInitialization};

/// The targets that are new, as records, and that of the member of whose heartbeat they come. They rest on the present targets.
pub(super) fn build(
    group: &ShareGroup,
    after: &ShareGroupMember,
    shared: &Shared,
) -> (Vec<ShareGroupRecord>, Rc<[Tp]>) {
    let mut members: BTreeMap<MemberId, &ShareGroupMember> = group.members.iter().map(|(id, m)| (*id, m)).collect();
    members.insert(after.id(), after);
    let subscribed = members.values().flat_map(|member| member.metadata.topics.iter().copied());
    let numbers = Numbers::new(subscribed, group, shared);
    // As Kafka's ids sort, with the number for the UUID.
    let ids: Vec<String> = members.keys().map(|id| format!("{:010}", id.0)).collect();
    let topics: Vec<Vec<usize>> = members.values().map(|member| numbers.topics(&member.metadata.topics)).collect();
    let owned: Vec<Vec<TopicPartition>> = members.keys().map(|id| numbers.numbers(&group.target(*id))).collect();
    let infos: Vec<MemberInfo<'_>> = (0..ids.len())
        .map(|n| MemberInfo { topics: &topics[n], owned: &owned[n], ..MemberInfo::new(&ids[n]) })
        .collect();
    let counts: Vec<u32> = numbers.assignable.iter().map(|tps| tps.len() as u32).collect();
    let assigned = simple(&infos, &Topics::new(&counts), sharing(shared.rules.share_assignor));
    let mut records = Vec::new();
    let mut own: Rc<[Tp]> = [].into();
    for (member, assigned) in members.keys().zip(assigned) {
        let partitions = numbers.partitions(&assigned);
        if *member == after.id() {
            own = partitions.clone();
        }
        if group.targets.get(member) != Some(&partitions) {
            records.push(ShareGroupRecord::Target { member: *member, partitions });
        }
    }
    (records, own)
}

fn sharing(assignor: ShareAssignor) -> PartitionSharing {
    match assignor {
        ShareAssignor::Everything => PartitionSharing::Everything,
        ShareAssignor::ByHash => PartitionSharing::ByHash,
        ShareAssignor::Evenly => PartitionSharing::Evenly,
    }
}

/// The assignor's numbers of the subscribed topics that exist, in the order of their names, and of the partitions that may be
/// assigned.
struct Numbers {
    /// By number.
    assignable: Vec<Vec<Tp>>,
    /// By id.
    by_id: BTreeMap<TopicId, usize>,
}

impl Numbers {
    fn new(subscribed: impl Iterator<Item = TopicId>, group: &ShareGroup, shared: &Shared) -> Numbers {
        let mut topics: Vec<TopicId> = subscribed.filter(|topic| shared.topics.partitions(*topic) > 0).collect();
        topics.sort_by_key(|topic| shared.catalog.topics[topic.index()].name.as_str());
        topics.dedup();
        let all = shared.rules.share_initialization == ShareInitialization::OnFirstUse;
        let states = group.states.as_ref();
        let has_state = |tp: &Tp| states.is_some_and(|states| states.value.initialized.binary_search(tp).is_ok());
        let of_topic = |topic: &TopicId| {
            let existing = shared.catalog.partitions(*topic).take(shared.topics.partitions(*topic) as usize);
            existing.filter(|tp| all || has_state(tp)).collect()
        };
        Numbers {
            assignable: topics.iter().map(of_topic).collect(),
            by_id: topics.iter().enumerate().map(|(number, topic)| (*topic, number)).collect(),
        }
    }
    fn topics(&self, topics: &[TopicId]) -> Vec<usize> {
        topics.iter().filter_map(|topic| self.by_id.get(topic).copied()).collect()
    }
    fn numbers(&self, partitions: &[Tp]) -> Vec<TopicPartition> {
        let number = |tp: &Tp| {
            let places = self.assignable.iter().enumerate();
            let mut found = places.filter_map(|(topic, tps)| Some((topic, tps.binary_search(tp).ok()?)));
            found.next().map(|(topic, partition)| TopicPartition { topic, partition: partition as u32 })
        };
        partitions.iter().filter_map(number).collect()
    }
    /// Ascending.
    fn partitions(&self, assigned: &[TopicPartition]) -> Rc<[Tp]> {
        let mut partitions: Vec<Tp> =
            assigned.iter().map(|tp| self.assignable[tp.topic][tp.partition as usize]).collect();
        partitions.sort();
        partitions.into()
    }
}
