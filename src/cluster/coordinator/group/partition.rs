//! Which partition of `__consumer_offsets` a group belongs to.

use crate::cluster::coordinator::partition;
use crate::cluster::coordinator::runtime::CoordinatorTopic;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog};
use crate::protocol::ids::{GroupId, Tp};

/// The partitions of `__consumer_offsets`.
pub(super) fn offsets_topic(catalog: &Catalog) -> CoordinatorTopic {
    partition::of_topic(catalog, CONSUMER_OFFSETS)
}

/// Where each group belongs, by [`GroupId`], looked up once; empty without the topic.
pub(super) fn partitions_of_groups(catalog: &Catalog) -> Vec<Tp> {
    let groups = 0..catalog.groups.len() as u16;
    groups.filter_map(|group| catalog.group_partition(GroupId(group))).collect()
}
