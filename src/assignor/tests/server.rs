//! Examples of the server-side assignors.

use super::*;

#[test]
fn uniform_fills_one_member_after_the_other() {
    let mut group = Group::new("T1=4 T2=3", "A B C");
    assert_eq!(group.assigned(uniform_4_0), "A T1-0 T1-1 T1-2 | B T1-3 T2-0 | C T2-1 T2-2");
    // The extra place is the last one's since 4.1, if nobody has it.
    assert_eq!(group.assigned(uniform_4_1), "A T1-0 T1-1 | B T1-2 T1-3 | C T2-0 T2-1 T2-2");
    group.settle(uniform_4_0);
    let (mut joined, mut left, mut grown) = (group.clone(), group.clone(), group);
    joined.join("D");
    assert_eq!(joined.assigned(uniform_4_0), "A T1-0 T1-1 | B T1-3 T2-0 | C T2-1 T2-2 | D T1-2");
    left.leave("B");
    assert_eq!(left.assigned(uniform_4_0), "A T1-0 T1-1 T1-2 T1-3 | C T2-0 T2-1 T2-2");
    grown.grow("T1", 6);
    assert_eq!(grown.assigned(uniform_4_0), "A T1-0 T1-1 T1-2 | B T1-3 T1-4 T2-0 | C T1-5 T2-1 T2-2");
    assert_eq!(Group::new("T1=2", "A B C").assigned(uniform_4_0), "A T1-0 | B T1-1 | C");
}

#[test]
fn uniform_takes_from_all_for_a_newcomer() {
    let mut group = Group::new("T1=6", "A B");
    assert_eq!(group.settle(uniform_4_0), "A T1-0 T1-1 T1-2 | B T1-3 T1-4 T1-5");
    group.join("C");
    assert_eq!(group.settle(uniform_4_0), "A T1-0 T1-1 | B T1-3 T1-4 | C T1-2 T1-5");
}

/// UniformHomogeneousAssignmentBuilder.maybeRevokePartitions of 4.0.0 and of 4.1.0.
#[test]
fn who_gets_the_extra_partition_is_another_since_4_1() {
    let mut group = Group::new("T1=5", "A B");
    group.claim("A", 1, "T1-0 T1-1");
    group.claim("B", 1, "T1-2 T1-3 T1-4");
    assert_eq!(group.assigned(uniform_4_0), "A T1-0 T1-1 T1-4 | B T1-2 T1-3");
    assert_eq!(group.assigned(uniform_4_1), "A T1-0 T1-1 | B T1-2 T1-3 T1-4");
    assert_eq!(group.assigned(sticky), "A T1-0 T1-1 | B T1-2 T1-3 T1-4");
    // Where nobody has it, the last ones get it.
    assert_eq!(Group::new("T1=5", "A B").assigned(uniform_4_0), "A T1-0 T1-1 T1-2 | B T1-3 T1-4");
    assert_eq!(Group::new("T1=5", "A B").assigned(uniform_4_1), "A T1-0 T1-1 | B T1-2 T1-3 T1-4");
}

#[test]
fn uniform_with_unequal_subscriptions() {
    let group = Group::new("T1=1 T2=2 T3=3", "A:T1 B:T1+T2 C");
    assert_eq!(group.assigned(uniform_4_0), "A T1-0 | B T2-0 T2-1 | C T3-0 T3-1 T3-2");
    let mut group = Group::new("T1=4 T2=4", "A:T1 B:T1+T2");
    group.claim("A", 1, "T1-0 T1-1 T1-2 T1-3");
    group.claim("B", 1, "T2-0 T2-1 T2-2 T2-3");
    group.join("C:T2");
    assert_eq!(group.assigned(uniform_4_0), "A T1-0 T1-1 T1-2 | B T1-3 T2-0 T2-1 | C T2-2 T2-3");
}

/// Receivers of one level come in the order of what they had to begin with, not of their ids.
#[test]
fn among_equals_who_had_less_comes_first() {
    let mut group = Group::new("T1=1 T2=3", "A:T1+T2 B:T2");
    group.claim("A", 1, "T1-0");
    assert_eq!(group.assigned(uniform_4_0), "A T1-0 T2-2 | B T2-0 T2-1");
}

#[test]
fn server_range() {
    let group = Group::new("T1=7 T2=3", "A B C");
    let expected = "A T1-0 T1-1 T1-2 T2-0 | B T1-3 T1-4 T2-1 | C T1-5 T1-6 T2-2";
    assert_eq!(group.assigned(super::server_range), expected);
}

#[test]
fn simple_gives_everybody_everything() {
    let group = Group::new("T1=2 T2=1", "A:T1 B");
    assert_eq!(group.assigned(simple), "A T1-0 T1-1 | B T1-0 T1-1 T2-0");
}
