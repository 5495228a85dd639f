//! `RangeAssignor` (`clients/.../consumer/RangeAssignor.java`): each topic on its own, contiguous
//! ranges, the first members get one partition more.
//!
//! Members are ordered as Kafka orders them (`AbstractPartitionAssignor.MemberInfo`): static ones first, by their instance id,
//! then the others by the text of the member id. That text is `client.id-UUID`; here the UUID is the member id's number, so
//! members of one client.id are ordered by number instead of by UUID: as arbitrary, and reproducible.

use std::cmp::Ordering;
use std::iter::once;
use std::rc::Rc;

use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{MemberId, TopicId, Tp};
use crate::protocol::messages::JoinGroupMember;

/// What every member gets, in the order of `members`. `count`: the partitions of a topic in the leader's
/// metadata, 0 for a topic that it does not know.
pub fn assign(
    members: &[JoinGroupMember],
    catalog: &Catalog,
    count: impl Fn(TopicId) -> u32,
) -> Vec<(MemberId, Rc<[Tp]>)> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| compare_members(&members[*a], &members[*b], catalog));
    let mut assigned: Vec<Vec<Tp>> = vec![Vec::new(); members.len()];
    for topic in subscribed_topics(members) {
        let known = count(topic);
        if known == 0 {
            continue;
        }
        let subscribers: Vec<usize> =
            order.iter().copied().filter(|m| members[*m].subscription.topics.contains(&topic)).collect();
        assign_topic(topic, known, &subscribers, catalog, &mut assigned);
    }
    members.iter().zip(assigned).map(|(listed, partitions)| (listed.member, partitions.into())).collect()
}

/// With P partitions and M subscribers, the first P mod M get one more than P div M.
fn assign_topic(topic: TopicId, known: u32, subscribers: &[usize], catalog: &Catalog, assigned: &mut [Vec<Tp>]) {
    let mut partitions = catalog.partitions(topic).take(known as usize);
    let (share, rest) = (partitions.len() / subscribers.len(), partitions.len() % subscribers.len());
    for (rank, member) in subscribers.iter().enumerate() {
        let count = share + usize::from(rank < rest);
        assigned[*member].extend(partitions.by_ref().take(count));
    }
}

/// Every topic that some member subscribes to, once, ascending.
pub fn subscribed_topics(members: &[JoinGroupMember]) -> Vec<TopicId> {
    let mut topics: Vec<TopicId> =
        members.iter().flat_map(|listed| listed.subscription.topics.iter().copied()).collect();
    topics.sort();
    topics.dedup();
    topics
}

/// The order of `MemberInfo`: instances by their ids, then members by theirs, each by UTF-16 units as `String.compareTo`.
fn compare_members(a: &JoinGroupMember, b: &JoinGroupMember, catalog: &Catalog) -> Ordering {
    let instance = |member: &JoinGroupMember| member.instance.map(|id| catalog.instance_id_name(id).encode_utf16());
    match (instance(a), instance(b)) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => compare_ids(a.member, b.member, catalog),
    }
}

/// The order of `client.id-UUID`.
fn compare_ids(a: MemberId, b: MemberId, catalog: &Catalog) -> Ordering {
    // The hyphen takes part: it is less than a digit, so client c-1 comes before client c-10.
    let text = |member: MemberId| catalog.member_prefix(member, None).encode_utf16().chain(once(u16::from(b'-')));
    text(a).cmp(text(b)).then(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::ids::{Generation, GroupId};
    use crate::protocol::messages::Subscription;

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
            let subscription = Subscription { topics, owned: vec![], generation: Generation::NONE };
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
            assign(&self.ids(), &self.catalog, |_| u32::MAX).into_iter().map(line).collect::<Vec<_>>().join(" | ")
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
        let assigned = assign(&case.ids(), &case.catalog, |topic| if topic == known { u32::MAX } else { 0 });
        assert_eq!(assigned[0].1.as_ref(), [Tp(1)]);
    }
}
