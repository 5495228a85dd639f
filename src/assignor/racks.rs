//! Racks of members and of replicas (KIP-881).

use std::collections::{BTreeMap, BTreeSet};

use super::{MemberInfo, TopicPartition, Topics};

/// Where members and replicas stand. Members are called by their rank.
pub(super) struct Racks<'a> {
    of_member: Vec<Option<&'a str>>,
    of_replicas: &'a [Vec<Vec<&'a str>>],
}

impl<'a> Racks<'a> {
    pub fn read(members: &[&MemberInfo<'a>], topics: &Topics<'a>) -> Racks<'a> {
        let of_member = members.iter().map(|member| member.rack.filter(|rack| !rack.is_empty())).collect();
        Racks { of_member, of_replicas: topics.racks }
    }

    /// Whether racks decide anything among these members and partitions: some member stands beside some replica, and not
    /// every partition is in all racks (`AbstractPartitionAssignor.useRackAwareAssignment`).
    pub fn matter(
        &self,
        members: impl Iterator<Item = usize>,
        partitions: impl Iterator<Item = TopicPartition>,
    ) -> bool {
        let members: BTreeSet<&str> = members.filter_map(|member| self.of_member[member]).collect();
        if members.is_empty() {
            return false;
        }
        let sets: Vec<BTreeSet<&str>> = partitions.map(|tp| self.of_replicas(tp)).collect();
        let all: BTreeSet<&str> = sets.iter().flatten().copied().collect();
        !members.is_disjoint(&all) && sets.iter().any(|set| set.len() < all.len())
    }

    /// The member has a rack, and a replica stands in it.
    pub fn match_up(&self, member: usize, tp: TopicPartition) -> bool {
        self.of_member[member].is_some_and(|rack| self.replicas(tp).contains(&rack))
    }

    /// The member has a rack, and no replica stands in it.
    pub fn mismatch(&self, member: usize, tp: TopicPartition) -> bool {
        self.of_member[member].is_some() && !self.match_up(member, tp)
    }

    /// By how many members each partition can be read in their own rack.
    pub fn neighbours(&self) -> impl Fn(TopicPartition) -> usize + '_ {
        let mut in_rack: BTreeMap<&str, usize> = BTreeMap::new();
        self.of_member.iter().flatten().for_each(|rack| *in_rack.entry(rack).or_default() += 1);
        move |tp| self.of_replicas(tp).iter().filter_map(|rack| in_rack.get(rack)).sum()
    }

    fn of_replicas(&self, tp: TopicPartition) -> BTreeSet<&'a str> {
        self.replicas(tp).iter().copied().collect()
    }

    fn replicas(&self, tp: TopicPartition) -> &'a [&'a str] {
        self.of_replicas.get(tp.topic).and_then(|topic| topic.get(tp.partition as usize)).map_or(&[], Vec::as_slice)
    }
}
