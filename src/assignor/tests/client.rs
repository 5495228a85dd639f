//! Examples of the client-side assignors, and the order of members.

use super::*;

#[test]
fn range_shares_each_topic_on_its_own() {
    let table = [
        ("T1=6", "A B C", "A T1-0 T1-1 | B T1-2 T1-3 | C T1-4 T1-5"),
        ("T1=7", "A B C", "A T1-0 T1-1 T1-2 | B T1-3 T1-4 | C T1-5 T1-6"),
        // The skew adds up over topics.
        ("T1=3 T2=3 T3=3", "A B", "A T1-0 T1-1 T2-0 T2-1 T3-0 T3-1 | B T1-2 T2-2 T3-2"),
        ("T1=4 T2=3", "A:T1 B:T1+T2 C:T2", "A T1-0 T1-1 | B T1-2 T1-3 T2-0 T2-1 | C T2-2"),
        ("T1=2", "A B C", "A T1-0 | B T1-1 | C"),
        // Co-partitioned.
        ("T1=4 T2=4", "A B C", "A T1-0 T1-1 T2-0 T2-1 | B T1-2 T2-2 | C T1-3 T2-3"),
    ];
    for (topics, members, expected) in table {
        assert_eq!(Group::new(topics, members).assigned(range), expected);
        assert_eq!(Group::new(topics, members).assigned(server_range), expected);
    }
}

#[test]
fn round_robin_deals_on_from_topic_to_topic() {
    let table = [
        ("T1=3 T2=3", "A B", "A T1-0 T1-2 T2-1 | B T1-1 T2-0 T2-2"),
        ("T1=3 T2=3 T3=3", "A B", "A T1-0 T1-2 T2-1 T3-0 T3-2 | B T1-1 T2-0 T2-2 T3-1"),
        // Poor balance with unequal subscriptions.
        ("T1=1 T2=2 T3=3", "A:T1 B:T1+T2 C", "A T1-0 | B T2-0 | C T2-1 T3-0 T3-1 T3-2"),
        ("T1=4 T2=3", "A:T1 B:T1+T2 C:T2", "A T1-0 T1-2 | B T1-1 T1-3 T2-1 | C T2-0 T2-2"),
        ("T1=2", "A B C", "A T1-0 | B T1-1 | C"),
    ];
    for (topics, members, expected) in table {
        assert_eq!(Group::new(topics, members).assigned(round_robin), expected);
    }
}

#[test]
fn sticky_keeps_what_balance_allows() {
    let mut group = Group::new("T1=4 T2=3", "A B C");
    assert_eq!(group.settle(sticky), "A T1-0 T1-3 T2-2 | B T1-1 T2-0 | C T1-2 T2-1");
    group.leave("B");
    assert_eq!(group.settle(sticky), "A T1-0 T1-3 T2-0 T2-2 | C T1-1 T1-2 T2-1");
    group.join("D");
    // What is given up is decided by the order of partitions, then topics.
    assert_eq!(group.settle(sticky), "A T1-0 T2-0 T2-2 | C T1-1 T2-1 | D T1-2 T1-3");
    group.grow("T1", 6);
    assert_eq!(group.settle(sticky), "A T1-0 T2-0 T2-2 | C T1-1 T1-4 T2-1 | D T1-2 T1-3 T1-5");
}

#[test]
fn sticky_with_unequal_subscriptions() {
    let mut group = Group::new("T1=1 T2=2 T3=3", "A:T1 B:T1+T2 C");
    assert_eq!(group.settle(sticky), "A T1-0 | B T2-0 T2-1 | C T3-0 T3-1 T3-2");
    group.leave("A");
    assert_eq!(group.settle(sticky), "B T1-0 T2-0 T2-1 | C T3-0 T3-1 T3-2");
}

#[test]
fn the_claim_of_the_newer_generation_wins() {
    let mut group = Group::new("T1=6", "A B");
    group.claim("A", 5, "T1-0 T1-1 T1-2");
    group.claim("B", 4, "T1-2 T1-3 T1-4 T1-5");
    assert_eq!(group.assigned(sticky), "A T1-0 T1-1 T1-2 | B T1-3 T1-4 T1-5");
}

#[test]
fn of_two_claims_in_one_generation_neither_wins() {
    let mut group = Group::new("T1=6", "A B C");
    group.claim("A", 5, "T1-0 T1-1 T1-2");
    group.claim("B", 5, "T1-2 T1-3 T1-4");
    assert_eq!(group.assigned(sticky), "A T1-0 T1-1 | B T1-3 T1-4 | C T1-2 T1-5");
    // Both may still read it.
    assert_eq!(group.assigned(cooperative_sticky), "A T1-0 T1-1 | B T1-3 T1-4 | C T1-5");
}

#[test]
fn a_cooperative_group_hands_over_in_two_rounds() {
    let mut group = Group::new("T1=6", "A B");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-2 T1-4 | B T1-1 T1-3 T1-5");
    group.join("C");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-2 | B T1-1 T1-3 | C");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-2 | B T1-1 T1-3 | C T1-4 T1-5");
}

#[test]
fn nobody_waits_for_what_is_free() {
    let mut group = Group::new("T1=7", "A B C");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-3 T1-6 | B T1-1 T1-4 | C T1-2 T1-5");
    let mut grown = group.clone();
    group.leave("B");
    assert_eq!(group.assigned(cooperative_sticky), "A T1-0 T1-3 T1-4 T1-6 | C T1-1 T1-2 T1-5");
    grown.grow("T1", 9);
    assert_eq!(grown.assigned(cooperative_sticky), "A T1-0 T1-3 T1-6 | B T1-1 T1-4 T1-7 | C T1-2 T1-5 T1-8");
}

#[test]
fn a_cooperative_group_with_unequal_subscriptions() {
    let mut group = Group::new("T1=4 T2=4", "A:T1 B:T1+T2");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-1 T1-2 T1-3 | B T2-0 T2-1 T2-2 T2-3");
    group.join("C:T2");
    assert_eq!(group.settle(cooperative_sticky), "A T1-1 T1-2 T1-3 | B T2-2 T2-3 | C");
    assert_eq!(group.settle(cooperative_sticky), "A T1-1 T1-2 T1-3 | B T1-0 T2-2 T2-3 | C T2-0 T2-1");
}

#[test]
fn one_more_member_than_there_are_extra_partitions() {
    let mut group = Group::new("T1=5", "A B C");
    group.claim("A", 1, "T1-0 T1-3");
    group.claim("B", 1, "T1-1 T1-4");
    group.claim("C", 1, "T1-2");
    group.join("D");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-3 | B T1-1 | C T1-2 | D");
    assert_eq!(group.settle(cooperative_sticky), "A T1-0 T1-3 | B T1-1 | C T1-2 | D T1-4");
}

#[test]
fn static_members_come_first_but_the_sticky_ones_look_at_ids() {
    let mut group = Group::new("T1=4", "c10 c2 s9 s8");
    group.members[2].instance = Some("a".into());
    group.members[3].instance = Some("b".into());
    assert_eq!(group.assigned(range), "c10 T1-2 | c2 T1-3 | s9 T1-0 | s8 T1-1");
    assert_eq!(group.assigned(round_robin), "c10 T1-2 | c2 T1-3 | s9 T1-0 | s8 T1-1");
    assert_eq!(group.assigned(sticky), "c10 T1-0 | c2 T1-1 | s9 T1-3 | s8 T1-2");
}

#[test]
fn members_are_ordered_by_utf_16_units() {
    // A character outside the first plane is two surrogates, and these are less than U+FF5E. Bytes say otherwise.
    let group = Group::new("T1=2", "～ 😀");
    assert_eq!(group.assigned(range), "～ T1-1 | 😀 T1-0");
}

/// A group whose members and replicas have racks: `a b -` by member, `a,b b` by partition of each topic.
fn with_racks(topics: &str, members: &str, racks: &str, replicas: &[&str]) -> Group {
    let mut group = Group::new(topics, members);
    for (member, rack) in group.members.iter_mut().zip(racks.split(' ')) {
        member.rack = (rack != "-").then(|| rack.to_owned());
    }
    let of = |racks: &str| racks.split(',').filter(|rack| *rack != "-").map(str::to_owned).collect();
    group.racks = replicas.iter().map(|topic| topic.split(' ').map(of).collect()).collect();
    group
}

#[test]
fn range_gives_first_what_stands_in_the_same_rack() {
    let group = with_racks("T1=4", "A B", "b a", &["a b a b"]);
    assert_eq!(group.assigned(range), "A T1-1 T1-3 | B T1-0 T1-2");
    // The server has no racks.
    assert_eq!(group.assigned(server_range), "A T1-0 T1-1 | B T1-2 T1-3");
    // The numbers stay: what nobody may have in its rack goes to who has room.
    let group = with_racks("T1=4", "A B", "b a", &["b b b a"]);
    assert_eq!(group.assigned(range), "A T1-0 T1-1 | B T1-2 T1-3");
    // A member without a rack is everywhere at home.
    let group = with_racks("T1=4", "A B", "- a", &["a b a b"]);
    assert_eq!(group.assigned(range), "A T1-0 T1-1 | B T1-2 T1-3");
}

#[test]
fn topics_that_are_co_partitioned_stay_so_across_racks() {
    let group = with_racks("T1=2 T2=2", "A B", "b a", &["a b", "a,b b"]);
    assert_eq!(group.assigned(range), "A T1-1 T2-1 | B T1-0 T2-0");
}

#[test]
fn racks_decide_nothing_where_replicas_are_everywhere_or_elsewhere() {
    for replicas in ["a,b b,a a,b b,a", "c c d d", "- - - -"] {
        let group = with_racks("T1=4", "A B", "b a", &[replicas]);
        assert_eq!(group.assigned(range), "A T1-0 T1-1 | B T1-2 T1-3");
        assert_eq!(group.assigned(sticky), "A T1-0 T1-2 | B T1-1 T1-3");
    }
}

#[test]
fn sticky_gives_up_what_stands_elsewhere() {
    let mut group = with_racks("T1=4", "A B", "a b", &["a b a b"]);
    group.claim("A", 1, "T1-0 T1-1");
    group.claim("B", 1, "T1-2 T1-3");
    assert_eq!(group.assigned(sticky), "A T1-0 T1-2 | B T1-1 T1-3");
    assert_eq!(group.assigned(cooperative_sticky), "A T1-0 | B T1-3");
}
