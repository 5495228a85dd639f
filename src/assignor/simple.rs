//! `simple` (`group-coordinator/.../assignor/SimpleAssignor.java`), the assignor of share groups (KIP-932).

use super::group::{Layout, Subscriptions};
use super::order::Ranked;
use super::{GroupAssignment, MemberInfo, Topics};

/// As in 4.0: every member gets all partitions of its topics; records are what is shared, not partitions.
pub fn simple(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::by_id(members);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let layout = Layout::new(&subscriptions, topics);
    let all = |list: &Vec<usize>| {
        list.iter().flat_map(|topic| layout.of_topic(*topic)).map(|number| layout.partitions[number]).collect()
    };
    ranked.as_given(subscriptions.of_member.iter().map(all).collect())
}
