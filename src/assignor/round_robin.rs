//! `roundrobin` (`clients/.../consumer/RoundRobinAssignor.java`): all partitions of all topics, dealt in turn.

use super::group::{Layout, Subscriptions};
use super::order::Ranked;
use super::{GroupAssignment, MemberInfo, Topics};

/// Deals the partitions, by topic and number, to the members in turn, past those that do not subscribe to the topic. Who
/// is next is not begun anew with a topic.
pub fn round_robin(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::static_first(members);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let mut assigned = vec![Vec::new(); members.len()];
    let mut next = 0;
    for tp in Layout::new(&subscriptions, topics).partitions {
        while !subscriptions.has(next, tp.topic) {
            next = (next + 1) % members.len();
        }
        assigned[next].push(tp);
        next = (next + 1) % members.len();
    }
    ranked.as_given(assigned)
}
