//! What holds of any group.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

type Assignor = fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment;

/// Assignors that believe nobody without a second look.
const CLIENTS: [Assignor; 3] = [range, round_robin, sticky];
/// Assignors that are told targets, which are disjoint.
const SERVERS: [Assignor; 3] = [server_range, uniform_4_0, uniform_4_1];

/// One member: subscription by bits, claims, generation, rack, whether it is static.
type Drawn = (u32, Vec<(usize, u32)>, i32, Option<usize>, bool);

fn drawn(topics: usize) -> impl Strategy<Value = Drawn> {
    let claims = prop::collection::vec((0..topics, 0..9u32), 0..8);
    (0..1u32 << topics, claims, -1..3i32, prop::option::of(0..3usize), any::<bool>())
}

fn group_of(alike: bool, racks: bool) -> impl Strategy<Value = Group> {
    let topics = 1..5usize;
    topics.prop_flat_map(move |topics| {
        let replicas = prop::collection::vec(prop::collection::vec(0..3usize, 0..3), 9);
        (
            prop::collection::vec(0..9u32, topics),
            prop::collection::vec(drawn(topics), 1..9),
            prop::collection::vec(replicas, topics),
        )
            .prop_map(move |(partitions, members, replicas)| build(partitions, members, replicas, alike, racks))
    })
}

fn build(partitions: Vec<u32>, members: Vec<Drawn>, replicas: Vec<Vec<Vec<usize>>>, alike: bool, racks: bool) -> Group {
    let topics = partitions.len();
    let rack = |rack: usize| format!("r{rack}");
    let members = members.into_iter().enumerate().map(|(i, (bits, claims, generation, in_rack, is_static))| Written {
        // Not in the order of ids.
        id: format!("c{}", i * 7 % 10),
        instance: is_static.then(|| format!("i{i}")),
        rack: in_rack.filter(|_| racks).map(rack),
        topics: (0..topics).filter(|topic| alike || bits >> topic & 1 == 1).collect(),
        owned: claims.into_iter().map(|(topic, partition)| TopicPartition { topic, partition }).collect(),
        generation,
    });
    let members: Vec<Written> = members.collect();
    let replicas = replicas.into_iter().zip(&partitions).map(|(topic, count)| {
        topic.into_iter().take(*count as usize).map(|of| of.into_iter().map(rack).collect()).collect()
    });
    Group {
        names: (0..topics).map(|topic| format!("T{topic}")).collect(),
        racks: if racks { replicas.collect() } else { Vec::new() },
        partitions,
        members,
        generation: 3,
    }
}

/// Any group: alike or not, with racks or without.
fn groups() -> impl Strategy<Value = Group> {
    (any::<bool>(), any::<bool>()).prop_flat_map(|(alike, racks)| group_of(alike, racks))
}

/// Brokers have no racks. With them the sticky assignors give up again and again what stands elsewhere.
fn without_racks() -> impl Strategy<Value = Group> {
    any::<bool>().prop_flat_map(|alike| group_of(alike, false)).prop_map(Group::without_false_claims)
}

impl Group {
    /// All partitions that somebody subscribes to.
    fn wanted(&self) -> BTreeSet<TopicPartition> {
        let topics: BTreeSet<usize> = self.members.iter().flat_map(|member| member.topics.iter().copied()).collect();
        let partitions =
            |topic: usize| (0..self.partitions[topic]).map(move |p| TopicPartition { topic, partition: p });
        topics.into_iter().flat_map(partitions).collect()
    }

    fn check_members(&self, assigned: &GroupAssignment) {
        let all: Vec<TopicPartition> = assigned.iter().flatten().copied().collect();
        assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "a partition has two readers");
        for (member, of) in self.members.iter().zip(assigned) {
            assert!(of.iter().all(|tp| member.topics.contains(&tp.topic)), "{} does not subscribe: {of:?}", member.id);
        }
    }

    /// Nobody claims what another claims, or what it does not subscribe to, as it is when all is well.
    fn without_false_claims(mut self) -> Group {
        let mut taken = BTreeSet::new();
        let wanted = self.wanted();
        for member in &mut self.members {
            let topics = &member.topics;
            member.owned.retain(|tp| topics.contains(&tp.topic) && wanted.contains(tp) && taken.insert(*tp));
            member.generation = 2;
        }
        self
    }

    fn with_nothing_owned(mut self) -> Group {
        self.members.iter_mut().for_each(|member| member.owned.clear());
        self
    }
}

fn sizes(assigned: &GroupAssignment) -> Vec<usize> {
    assigned.iter().map(Vec::len).collect()
}

fn spread(sizes: &[usize]) -> usize {
    sizes.iter().max().unwrap_or(&0) - sizes.iter().min().unwrap_or(&0)
}

fn kept(group: &Group, assigned: &GroupAssignment) -> usize {
    group.members.iter().zip(assigned).map(|(m, of)| of.iter().filter(|tp| m.owned.contains(tp)).count()).sum()
}

proptest! {
    #[test]
    fn every_partition_has_one_reader_who_subscribes(group in groups()) {
        let all = |assigned: GroupAssignment| assigned.into_iter().flatten().collect::<BTreeSet<_>>();
        for assignor in CLIENTS {
            let assigned = group.ask(assignor);
            group.check_members(&assigned);
            prop_assert_eq!(all(assigned), group.wanted());
        }
        let group = group.without_false_claims();
        for assignor in SERVERS {
            let assigned = group.ask(assignor);
            group.check_members(&assigned);
            prop_assert_eq!(all(assigned), group.wanted());
        }
    }

    #[test]
    fn the_order_in_which_members_are_named_is_nothing(group in groups(), by in 0..8usize) {
        let mut turned = group.clone();
        turned.members.reverse();
        let by = by % turned.members.len();
        turned.members.rotate_left(by);
        let by_id = |group: &Group, assignor: Assignor| -> BTreeMap<String, Vec<TopicPartition>> {
            group.members.iter().map(|member| member.id.clone()).zip(group.ask(assignor)).collect()
        };
        let others = [cooperative_sticky as Assignor, simple_4_0, server_range];
        for assignor in CLIENTS.into_iter().chain(others) {
            prop_assert_eq!(by_id(&group, assignor), by_id(&turned, assignor));
        }
    }

    #[test]
    fn with_equal_subscriptions_sizes_differ_by_one_at_most(group in group_of(true, true)) {
        for assignor in [round_robin as Assignor, sticky] {
            prop_assert!(spread(&sizes(&group.ask(assignor))) <= 1);
        }
        let group = group.without_false_claims();
        for assignor in [uniform_4_0 as Assignor, uniform_4_1] {
            prop_assert!(spread(&sizes(&group.ask(assignor))) <= 1);
        }
    }

    #[test]
    fn range_differs_by_one_at_most_in_each_topic(group in groups()) {
        let assigned = group.ask(range);
        for topic in 0..group.partitions.len() {
            let subscribers = group.members.iter().zip(&assigned).filter(|(member, _)| member.topics.contains(&topic));
            let count = |of: &[TopicPartition]| of.iter().filter(|tp| tp.topic == topic).count();
            prop_assert!(spread(&subscribers.map(|(_, of)| count(of)).collect::<Vec<_>>()) <= 1);
        }
    }

    #[test]
    fn sticky_takes_no_more_than_balance_asks_for(group in group_of(true, false).prop_map(Group::without_false_claims)) {
        let assigned = group.ask(sticky);
        let (least, extra) = (group.wanted().len() / group.members.len(), group.wanted().len() % group.members.len());
        let own = || group.members.iter().map(|member| member.owned.len());
        let most: usize = own().map(|own| own.min(least)).sum::<usize>() + own().filter(|own| *own > least).count().min(extra);
        prop_assert_eq!(kept(&group, &assigned), most);
        // The server's assignor does as well since 4.1.
        prop_assert_eq!(kept(&group, &group.ask(uniform_4_1)), most);
        prop_assert!(kept(&group, &group.ask(uniform_4_0)) <= most);
    }

    #[test]
    fn nothing_moves_where_nothing_changed(mut group in without_racks()) {
        for assignor in CLIENTS.into_iter().chain(SERVERS) {
            let before = group.settle(assignor);
            prop_assert_eq!(group.settle(assignor), before);
        }
    }

    #[test]
    fn a_fresh_group_is_as_even_as_subscriptions_allow(group in group_of(false, true).prop_map(Group::with_nothing_owned)) {
        let assigned = group.ask(sticky);
        for of in &assigned {
            for tp in of {
                let others = group.members.iter().zip(&assigned).filter(|(member, _)| member.topics.contains(&tp.topic));
                for (other, its) in others {
                    prop_assert!(of.len() <= its.len() + 1, "{} could have {tp}", other.id);
                }
            }
        }
    }

    #[test]
    fn a_cooperative_leader_leaves_out_what_another_owns(group in groups()) {
        let assigned = group.ask(cooperative_sticky);
        group.check_members(&assigned);
        let whole = group.ask(sticky);
        for (part, whole) in assigned.iter().zip(&whole) {
            prop_assert!(part.iter().all(|tp| whole.contains(tp)));
        }
        let given: BTreeSet<TopicPartition> = assigned.into_iter().flatten().collect();
        for tp in group.wanted().difference(&given) {
            prop_assert!(group.members.iter().any(|member| member.owned.contains(tp)), "{tp} is free");
        }
    }

    #[test]
    fn no_partition_has_two_owners_at_any_time(group in groups().prop_map(Group::without_false_claims)) {
        // Who is given a partition and does not own it may begin at once: no other must own it.
        for (member, of) in group.members.iter().zip(group.ask(cooperative_sticky)) {
            for tp in of.iter().filter(|tp| !member.owned.contains(tp)) {
                prop_assert!(group.members.iter().all(|other| !other.owned.contains(tp)), "{tp} is owned");
            }
        }
    }

    #[test]
    fn a_cooperative_group_settles(mut group in without_racks()) {
        for _ in 0..2 {
            group.settle(cooperative_sticky);
        }
        let before = group.settle(cooperative_sticky);
        prop_assert_eq!(group.settle(cooperative_sticky), before);
        let given: BTreeSet<TopicPartition> = group.members.iter().flat_map(|member| member.owned.clone()).collect();
        prop_assert_eq!(given, group.wanted());
    }

    #[test]
    fn nobody_in_a_share_group_is_idle_or_reads_what_is_not_for_it(group in without_racks()) {
        let wanted = group.wanted();
        let assigned = group.ask(simple_4_2);
        prop_assert_eq!(assigned.iter().flatten().copied().collect::<BTreeSet<_>>(), wanted.clone());
        for (member, of) in group.members.iter().zip(&assigned) {
            prop_assert!(of.iter().all(|tp| member.topics.contains(&tp.topic)));
            let could = wanted.iter().any(|tp| member.topics.contains(&tp.topic));
            prop_assert_eq!(of.is_empty(), !could, "{} of {:?}", member.id, assigned);
        }
    }
}
