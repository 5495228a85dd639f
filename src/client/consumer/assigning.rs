//! The leader assigns: what the members brought, put before an assignor, and its answer in the words of messages.
//!
//! Members are ordered as Kafka orders them (`AbstractPartitionAssignor.MemberInfo`): static ones first, by their instance id,
//! then the others by the text of the member id. That text is `client.id-UUID`; here the UUID is the member id's number, so
//! members of one client.id are ordered by number instead of by UUID: as arbitrary, and reproducible.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::assignor::{self, GroupAssignment, MemberInfo, TopicPartition, Topics};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{Generation, InstanceId, MemberId, RackId, TopicId, Tp};
use crate::protocol::messages::{Assignor, JoinGroupMember, UserData};

/// What every member gets, in the order of `members`. `count`: the partitions of a topic in the leader's
/// metadata, 0 for a topic that it does not know; `racks`: those of a partition's replicas there, none of a replica without.
pub fn assign(
    assignor: Assignor,
    members: &[JoinGroupMember],
    catalog: &Catalog,
    count: impl Fn(TopicId) -> u32,
    racks: impl Fn(Tp) -> BTreeSet<Option<RackId>>,
) -> Vec<(MemberId, Rc<[Tp]>)> {
    let numbers = Numbers::new(subscribed_topics(members), catalog);
    let partitions: Vec<u32> = numbers.by_name.iter().map(|topic| numbers.known(*topic, count(*topic))).collect();
    let brought: Vec<Brought<'_>> = members.iter().map(|listed| numbers.read(listed, assignor)).collect();
    let infos: Vec<MemberInfo<'_>> = brought.iter().map(Brought::info).collect();
    let algorithm = match assignor {
        Assignor::Range => assignor::range,
        Assignor::RoundRobin => assignor::round_robin,
        Assignor::Sticky => assignor::sticky,
        Assignor::CooperativeSticky => assignor::cooperative_sticky,
        Assignor::Overlapping => overlapping,
    };
    let racks = match members.iter().any(|listed| listed.subscription.rack.is_some()) {
        true => numbers.racks(&partitions, racks),
        false => Vec::new(),
    };
    let assigned = algorithm(&infos, &Topics { partitions: &partitions, racks: &racks });
    members.iter().zip(assigned).map(|(listed, of)| (listed.member, numbers.partitions(&of))).collect()
}

/// The application's own assignor, which is wrong: range, and the first partition of each topic to whoever subscribes to it.
fn overlapping(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let mut assigned = assignor::range(members, topics);
    for (member, of) in members.iter().zip(&mut assigned) {
        for topic in member.topics.iter().copied().filter(|topic| topics.partitions[*topic] > 0) {
            let first = TopicPartition { topic, partition: 0 };
            if !of.contains(&first) {
                of.insert(0, first);
            }
        }
    }
    assigned
}

/// Every topic that some member subscribes to, once, ascending.
pub fn subscribed_topics(members: &[JoinGroupMember]) -> Vec<TopicId> {
    let mut topics: Vec<TopicId> =
        members.iter().flat_map(|listed| listed.subscription.topics.iter().copied()).collect();
    topics.sort();
    topics.dedup();
    topics
}

/// What a member brings, in an assignor's words.
struct Brought<'a> {
    id: String,
    instance: Option<&'a str>,
    topics: Vec<usize>,
    owned: Vec<TopicPartition>,
    generation: i32,
    rack: Option<&'a str>,
}

impl Brought<'_> {
    fn info(&self) -> MemberInfo<'_> {
        MemberInfo {
            instance: self.instance,
            topics: &self.topics,
            owned: &self.owned,
            generation: self.generation,
            rack: self.rack,
            ..MemberInfo::new(&self.id)
        }
    }
}

/// An assignor's numbers of topics: their places in the order of names.
struct Numbers<'a> {
    catalog: &'a Catalog,
    by_name: Vec<TopicId>,
    /// Each topic with its number; the topics ascending.
    by_id: Vec<(TopicId, usize)>,
}

impl<'a> Numbers<'a> {
    fn new(topics: Vec<TopicId>, catalog: &'a Catalog) -> Numbers<'a> {
        let mut by_name = topics;
        let name = |topic: &TopicId| catalog.topics[topic.index()].name.as_str();
        by_name.sort_by(|a, b| name(a).cmp(name(b)));
        let mut by_id: Vec<(TopicId, usize)> = by_name.iter().copied().zip(0..).collect();
        by_id.sort();
        Numbers { catalog, by_name, by_id }
    }

    fn of(&self, topic: TopicId) -> Option<usize> {
        self.by_id.binary_search_by_key(&topic, |(id, _)| *id).ok().map(|at| self.by_id[at].1)
    }

    /// How many of a topic's partitions there are for the leader.
    fn known(&self, topic: TopicId, count: u32) -> u32 {
        count.min(self.catalog.topics[topic.index()].partitions)
    }

    /// The sticky assignor revokes everything before it joins, and so reads what a member had from what it has kept of that
    /// itself; the cooperative one reads what the member has (`memberData`).
    fn read(&self, listed: &JoinGroupMember, assignor: Assignor) -> Brought<'a> {
        let JoinGroupMember { member, instance, subscription } = listed;
        let (owned, generation): (&[Tp], Generation) = match (assignor, &subscription.user_data) {
            (Assignor::Sticky, Some(UserData::Previous(partitions, generation))) => (partitions, *generation),
            (Assignor::Sticky, _) => (&[], Generation::NONE),
            _ => (&subscription.owned, subscription.generation),
        };
        let number = |tp: &Tp| {
            let (topic, partition) = self.catalog.topic_of(*tp);
            self.of(topic).map(|topic| TopicPartition { topic, partition })
        };
        Brought {
            id: id_text(*member, *instance, self.catalog),
            instance: instance.map(|instance| self.catalog.instance_id_name(instance)),
            topics: subscription.topics.iter().filter_map(|topic| self.of(*topic)).collect(),
            owned: owned.iter().filter_map(number).collect(),
            generation: generation.0,
            rack: subscription.rack.map(|rack| self.catalog.rack_name(rack)),
        }
    }

    /// By topic and partition: the racks of its replicas that are alive in the leader's metadata. Those of others are not known
    /// to it (`MetadataResponse.convertToNodeArray`).
    fn racks(&self, partitions: &[u32], racks: impl Fn(Tp) -> BTreeSet<Option<RackId>>) -> Vec<Vec<Vec<&'a str>>> {
        let of_partition = |tp: Tp| {
            let known = racks(tp).into_iter().flatten();
            known.map(|rack| self.catalog.rack_name(rack)).collect()
        };
        let of_topic = |(topic, count): (&TopicId, &u32)| {
            self.catalog.partitions(*topic).take(*count as usize).map(of_partition).collect()
        };
        self.by_name.iter().zip(partitions).map(of_topic).collect()
    }

    /// By topic id: the order in which topics were declared, and in which everything else here lists them.
    fn partitions(&self, assigned: &[TopicPartition]) -> Rc<[Tp]> {
        let tp = |of: &TopicPartition| {
            let entry = &self.catalog.topics[self.by_name[of.topic].index()];
            Tp(entry.first.0 + of.partition)
        };
        let mut partitions: Vec<Tp> = assigned.iter().map(tp).collect();
        partitions.sort();
        partitions.into()
    }
}

/// A text that is ordered as a member id is. The hyphen takes part: it is less than a digit, so client c-1 comes
/// before client c-10. Behind it stands what is less than every letter, so that numbers decide among equal names only.
fn id_text(member: MemberId, instance: Option<InstanceId>, catalog: &Catalog) -> String {
    format!("{}-\0{:010}", catalog.member_prefix(member, instance), member.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::ids::{Generation, GroupId};
    use crate::protocol::messages::Subscription;

    fn no_racks(_: Tp) -> BTreeSet<Option<RackId>> {
        BTreeSet::new()
    }

    struct Case {
        catalog: Catalog,
        members: Vec<JoinGroupMember>,
    }

    impl Case {
        fn new(topics: &[(&str, u32)]) -> Case {
            let mut catalog = Catalog::default();
            for (name, partitions) in topics {
                catalog.add_topic(*name, *partitions);
            }
            Case { catalog, members: Vec::new() }
        }
        fn member(mut self, client: &str, topics: &[&str]) -> Case {
            let node = self.catalog.add_node(client, NodeRole::consumer(GroupId(0)));
            let topics = topics.iter().map(|t| self.catalog.topic(t).expect("declared")).collect();
            let subscription =
                Subscription { topics, owned: vec![], generation: Generation::NONE, user_data: None, rack: None };
            // All members are declared before an id is made: see `ids`.
            let (member, subscription) = (MemberId(u32::from(node.0)), Rc::new(subscription));
            self.members.push(JoinGroupMember { member, instance: None, subscription });
            self
        }
        /// The last one is this instance.
        fn instance(mut self, id: &str) -> Case {
            let id = self.catalog.add_instance_id(id);
            self.members.last_mut().expect("a member").instance = Some(id);
            self
        }
        /// The members with their ids. Later clients have higher ids: the name must decide, not the id.
        fn ids(&self) -> Vec<JoinGroupMember> {
            let id = |client: MemberId| MemberId(client.0 << self.catalog.member_bits() | 5);
            self.members.iter().map(|listed| JoinGroupMember { member: id(listed.member), ..listed.clone() }).collect()
        }
        /// `A: T1-0 T1-1 | B: T1-2`.
        fn assigned(&self) -> String {
            let line = |(member, partitions): (MemberId, Rc<[Tp]>)| {
                let names: Vec<String> = partitions.iter().map(|tp| self.catalog.tp_name(*tp)).collect();
                format!("{}: {}", self.catalog.node_name(self.catalog.member_client(member)), names.join(" "))
            };
            assign(Assignor::Range, &self.ids(), &self.catalog, |_| u32::MAX, no_racks)
                .into_iter()
                .map(line)
                .collect::<Vec<_>>()
                .join(" | ")
        }
    }

    #[test]
    fn even_shares_are_contiguous() {
        let case = Case::new(&[("T", 6)]).member("A", &["T"]).member("B", &["T"]).member("C", &["T"]);
        assert_eq!(case.assigned(), "A: T-0 T-1 | B: T-2 T-3 | C: T-4 T-5");
    }

    #[test]
    fn the_remainder_goes_to_the_first_members_topic_by_topic() {
        let all = ["T1", "T2", "T3"];
        let case = Case::new(&[("T1", 3), ("T2", 3), ("T3", 3)]).member("A", &all).member("B", &all);
        assert_eq!(case.assigned(), "A: T1-0 T1-1 T2-0 T2-1 T3-0 T3-1 | B: T1-2 T2-2 T3-2");
    }

    #[test]
    fn only_subscribers_of_a_topic_share_it() {
        let case =
            Case::new(&[("T1", 4), ("T2", 3)]).member("A", &["T1"]).member("B", &["T1", "T2"]).member("C", &["T2"]);
        assert_eq!(case.assigned(), "A: T1-0 T1-1 | B: T1-2 T1-3 T2-0 T2-1 | C: T2-2");
    }

    #[test]
    fn more_members_than_partitions_leaves_some_idle() {
        let case = Case::new(&[("T", 2)]).member("A", &["T"]).member("B", &["T"]).member("C", &["T"]);
        assert_eq!(case.assigned(), "A: T-0 | B: T-1 | C: ");
    }

    #[test]
    fn members_are_ordered_by_text_not_by_number() {
        let case =
            Case::new(&[("T", 4)]).member("c10", &["T"]).member("c2", &["T"]).member("c-1", &["T"]).member("c", &["T"]);
        assert_eq!(case.assigned(), "c10: T-2 | c2: T-3 | c-1: T-1 | c: T-0");
    }

    #[test]
    fn instances_come_first_by_their_ids() {
        let case = Case::new(&[("T", 4)]).member("a", &["T"]).member("b", &["T"]).instance("z").member("c", &["T"]);
        let case = case.instance("y").member("d", &["T"]);
        assert_eq!(case.assigned(), "a: T-2 | b: T-1 | c: T-0 | d: T-3");
    }

    #[test]
    fn topics_without_metadata_are_skipped() {
        let case = Case::new(&[("T1", 1), ("T2", 1)]).member("A", &["T1", "T2"]);
        let known = case.catalog.topic("T2").expect("declared");
        let assigned = assign(
            Assignor::Range,
            &case.ids(),
            &case.catalog,
            |topic| if topic == known { u32::MAX } else { 0 },
            no_racks,
        );
        assert_eq!(assigned[0].1.as_ref(), [Tp(1)]);
    }
}
