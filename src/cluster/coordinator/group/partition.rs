//! Which partition of `__consumer_offsets` a group belongs to.

use crate::cluster::coordinator::runtime::CoordinatorTopic;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog};
use crate::protocol::ids::{GroupId, Tp};

/// `abs(group.hashCode()) % partitions` (`GroupCoordinatorService.partitionFor`).
pub(super) fn partition_for(catalog: &Catalog, group: GroupId) -> Option<Tp> {
    let topic = &catalog.topics[catalog.topic(CONSUMER_OFFSETS)?.index()];
    let name = catalog.groups.get(group.index())?;
    Some(Tp(topic.first.0 + absolute(java_hash(name)).checked_rem(topic.partitions)?))
}

/// `String.hashCode` of Java: over UTF-16 units, 32 bits, wrapping.
fn java_hash(name: &str) -> i32 {
    name.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `Utils.abs`: the absolute value, but 0 for the smallest integer, which has none.
fn absolute(n: i32) -> u32 {
    if n == i32::MIN { 0 } else { n.unsigned_abs() }
}

/// The partitions of `__consumer_offsets`.
pub(super) fn offsets_topic(catalog: &Catalog) -> CoordinatorTopic {
    let topic = catalog.topic(CONSUMER_OFFSETS).map(|topic| &catalog.topics[topic.index()]);
    topic.map_or(CoordinatorTopic { first: Tp(0), count: 0 }, |topic| CoordinatorTopic {
        first: topic.first,
        count: topic.partitions,
    })
}

/// Where each group belongs, by [`GroupId`], looked up once; empty without the topic.
pub(super) fn partitions_of_groups(catalog: &Catalog) -> Vec<Tp> {
    let groups = 0..catalog.groups.len() as u16;
    groups.filter_map(|group| partition_for(catalog, GroupId(group))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenJDK's `String.hashCode` and Kafka's `Utils.abs` answer with 50 partitions.
    #[test]
    fn groups_land_where_kafka_puts_them() {
        let known = [
            ("orders", 31),
            ("payments", 13),
            ("my-group", 12),
            ("g1", 42),
            ("console-consumer-12345", 6),
            ("foo", 24),
            ("orders-service", 17),
            ("polygenelubricants", 0),
        ];
        let mut catalog = Catalog::default();
        catalog.add_topic("orders", 7);
        catalog.add_topic(CONSUMER_OFFSETS, 50);
        for (name, number) in known {
            let group = catalog.add_group(name);
            assert_eq!(partition_for(&catalog, group), Some(Tp(7 + number)), "{name}");
        }
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    }

    #[test]
    fn without_the_topic_there_is_no_coordinator() {
        let mut catalog = Catalog::default();
        let group = catalog.add_group("orders");
        assert_eq!(partition_for(&catalog, group), None);
    }
}
