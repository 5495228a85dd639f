//! Which partition of a coordinator's topic a key belongs to.

use super::runtime::CoordinatorTopic;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::Tp;

/// `abs(key.hashCode()) % partitions` (`GroupCoordinatorService.partitionFor`, `TransactionStateManager.partitionFor`).
/// None without the topic.
pub(super) fn of_key(catalog: &Catalog, topic: &str, key: &str) -> Option<Tp> {
    let topic = of_topic(catalog, topic);
    Some(Tp(topic.first.0 + absolute(java_hash(key)).checked_rem(topic.count)?))
}

/// The partitions of the topic of that name; none if there is no such topic.
pub(super) fn of_topic(catalog: &Catalog, topic: &str) -> CoordinatorTopic {
    let topic = catalog.topic(topic).map(|topic| &catalog.topics[topic.index()]);
    topic.map_or(CoordinatorTopic { first: Tp(0), count: 0 }, |topic| CoordinatorTopic {
        first: topic.first,
        count: topic.partitions,
    })
}

/// `String.hashCode` of Java: over UTF-16 units, 32 bits, wrapping.
fn java_hash(name: &str) -> i32 {
    name.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `Utils.abs`: the absolute value, but 0 for the smallest integer, which has none.
fn absolute(n: i32) -> u32 {
    if n == i32::MIN { 0 } else { n.unsigned_abs() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::{CONSUMER_OFFSETS, TRANSACTION_STATE};

    /// What OpenJDK's `String.hashCode` and Kafka's `Utils.abs` answer with 50 partitions.
    #[test]
    fn keys_land_where_kafka_puts_them() {
        let known = [
            ("orders", 31),
            ("payments", 13),
            ("my-group", 12),
            ("g1", 42),
            ("console-consumer-12345", 6),
            ("foo", 24),
            ("orders-service", 17),
            ("polygenelubricants", 0),
            ("txn-1", 10),
            ("my-transactional-id", 46),
            ("order-processor-0", 28),
        ];
        let mut catalog = Catalog::default();
        catalog.add_topic("orders", 7);
        catalog.add_topic(CONSUMER_OFFSETS, 50);
        catalog.add_topic(TRANSACTION_STATE, 50);
        for (name, number) in known {
            assert_eq!(of_key(&catalog, CONSUMER_OFFSETS, name), Some(Tp(7 + number)), "{name}");
            assert_eq!(of_key(&catalog, TRANSACTION_STATE, name), Some(Tp(57 + number)), "{name}");
        }
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    }

    #[test]
    fn without_the_topic_there_is_no_coordinator() {
        assert_eq!(of_key(&Catalog::default(), CONSUMER_OFFSETS, "orders"), None);
    }
}
