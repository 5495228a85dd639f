//! The partitions of a coordinator's topic.

use super::runtime::CoordinatorTopic;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::Tp;

/// The partitions of the topic of that name; none if there is no such topic.
pub(super) fn of_topic(catalog: &Catalog, topic: &str) -> CoordinatorTopic {
    let topic = catalog.topic(topic).map(|topic| &catalog.topics[topic.index()]);
    topic.map_or(CoordinatorTopic { first: Tp(0), count: 0 }, |topic| CoordinatorTopic {
        first: topic.first,
        count: topic.partitions,
    })
}
