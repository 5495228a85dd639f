//! An assignor that somebody wrote, and that is wrong.

use super::group::Subscriptions;
use super::order::Ranked;
use super::{GroupAssignment, MemberInfo, TopicPartition, Topics};

/// Ranges that are rounded outwards at both ends: member i of M reads from ⌊i P / M⌋ up to ⌈(i + 1) P / M⌉, so that
/// nobody is idle. Where P is no multiple of M neighbours share a partition: it has two readers in one generation.
///
/// Kafka has no such assignor. It is here for what `partition.assignment.strategy` lets people plug in: the coordinator
/// hands out what the leader sends and does not look inside.
pub fn overlapping(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::static_first(members);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let mut assigned = vec![Vec::new(); members.len()];
    for topic in subscriptions.topics() {
        let subscribers = &subscriptions.of_topic[topic];
        let (all, count) = (u64::from(topics.partitions[topic]), subscribers.len() as u64);
        for (place, member) in (0..).zip(subscribers) {
            let (from, to) = (place * all / count, ((place + 1) * all).div_ceil(count));
            let partition = |p: u64| u32::try_from(p).expect("a partition of the topic");
            assigned[*member].extend((from..to).map(|p| TopicPartition { topic, partition: partition(p) }));
        }
    }
    ranked.as_given(assigned)
}
