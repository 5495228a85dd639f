//! Bytes of the records of share groups (`ShareGroup*{Key,Value}.json`) and of the states of share-partitions
//! (`ShareSnapshot*`, `ShareUpdate*`). All values are of flexible versions.

use super::catalog::Catalog;
use super::consumer_group_record_size::{
    LONG_TAG, TOPIC_ID, compact_string, length, member_id_length, partition_metadata, topic_name, topic_partitions,
};
use super::coordinator_record_size::host_length;
use super::ids::{Generation, GroupId, MemberId, TopicId, Tp};
use super::messages::PersisterStateBatch;
use super::share_records::{
    ShareGroupRecord, ShareMemberValue, ShareSnapshotValue, ShareStatePartitionsValue, ShareUpdateValue,
};

/// A tag of four bytes: its number, its length, itself.
const INT_TAG: usize = 1 + 1 + 4;

/// Bytes of a record's key and of its value; a tombstone has none.
pub(super) fn of_group(catalog: &Catalog, group: GroupId, record: &ShareGroupRecord) -> (usize, usize) {
    let group_key = 2 + 2 + catalog.groups.get(group.index()).map_or(0, String::len);
    let member_key = |member: MemberId| group_key + 2 + member_id_length(catalog, member);
    match record {
        // Unlike that of a consumer group the hash is no tag.
        ShareGroupRecord::Epoch { hashed, .. } => (group_key, 2 + 4 + if hashed.is_some() { 8 } else { 0 } + 1),
        ShareGroupRecord::PartitionMetadata(topics) => (group_key, partition_metadata(catalog, topics)),
        ShareGroupRecord::EpochTombstone
        | ShareGroupRecord::PartitionMetadataTombstone
        | ShareGroupRecord::TargetEpochTombstone
        | ShareGroupRecord::StatePartitionsTombstone => (group_key, 0),
        ShareGroupRecord::Member(value) => (member_key(value.member), member(catalog, value)),
        ShareGroupRecord::TargetEpoch { timestamp, .. } => {
            (group_key, 2 + 4 + 1 + if timestamp.is_some() { LONG_TAG } else { 0 })
        }
        ShareGroupRecord::Target { member, partitions } => {
            (member_key(*member), 2 + without_epochs(catalog, partitions) + 1)
        }
        // Version, two epochs, state, partitions, tags.
        ShareGroupRecord::Current(value) => {
            (member_key(value.member), 2 + 4 + 4 + 1 + without_epochs(catalog, &value.assigned) + 1)
        }
        ShareGroupRecord::MemberTombstone(member)
        | ShareGroupRecord::TargetTombstone(member)
        | ShareGroupRecord::CurrentTombstone(member) => (member_key(*member), 0),
        ShareGroupRecord::StatePartitions(value) => (group_key, state_partitions(catalog, value)),
    }
}

fn without_epochs(catalog: &Catalog, partitions: &[Tp]) -> usize {
    let partitions: Vec<(Tp, Generation)> = partitions.iter().map(|tp| (*tp, Generation::NONE)).collect();
    topic_partitions(catalog, &partitions)
}

/// Version, rack, client id, host, topics, tags.
fn member(catalog: &Catalog, value: &ShareMemberValue) -> usize {
    let topics: usize = value.topics.iter().map(|topic| compact_string(topic_name(catalog, *topic))).sum();
    let host = host_length(value.client);
    let client = compact_string(catalog.node_name(value.client));
    2 + 1 + client + (length(host) + host) + (length(value.topics.len()) + topics) + 1
}

/// Version, initializing, initialized and deleting topics, tags; of a topic id, name, partitions, tags.
fn state_partitions(catalog: &Catalog, value: &ShareStatePartitionsValue) -> usize {
    let named = |topic: TopicId| TOPIC_ID + compact_string(topic_name(catalog, topic));
    let with_partitions = |partitions: &[Tp]| {
        let mut topics: Vec<TopicId> = partitions.iter().map(|tp| catalog.topic_of(*tp).0).collect();
        topics.dedup();
        let count = |topic: TopicId| partitions.iter().filter(|tp| catalog.topic_of(**tp).0 == topic).count();
        let size = |topic: &TopicId| named(*topic) + length(count(*topic)) + 4 * count(*topic) + 1;
        length(topics.len()) + topics.iter().map(size).sum::<usize>()
    };
    let deleting = value.deleting.iter().map(|topic| named(*topic) + 1).sum::<usize>();
    let deleting = length(value.deleting.len()) + deleting;
    2 + with_partitions(&value.initializing) + with_partitions(&value.initialized) + deleting + 1
}

/// Version, group, topic id, partition.
pub(super) fn state_key(catalog: &Catalog, group: GroupId) -> usize {
    2 + 2 + catalog.groups.get(group.index()).map_or(0, String::len) + TOPIC_ID + 4
}

/// Of a batch two offsets, state, delivery count, tags.
fn batches(batches: &[PersisterStateBatch]) -> usize {
    length(batches.len()) + batches.len() * (8 + 8 + 1 + 2 + 1)
}

fn count_tag(delivery_complete_count: i32) -> usize {
    if delivery_complete_count == -1 { 0 } else { INT_TAG }
}

/// Version, snapshot epoch, state epoch, leader epoch, start offset, timestamps, batches, tags. Before 4.1 the first is shorter, and
/// there are no timestamps.
pub(super) fn of_snapshot(catalog: &Catalog, value: &ShareSnapshotValue) -> (usize, usize) {
    let own = if value.timestamps.is_some() { 4 + 8 + 8 } else { 2 };
    let size = 2 + own + 4 + 4 + 8 + batches(&value.batches) + 1 + count_tag(value.delivery_complete_count);
    (state_key(catalog, value.group), size)
}

/// Version, snapshot epoch, leader epoch, start offset, batches, tags.
pub(super) fn of_update(catalog: &Catalog, value: &ShareUpdateValue) -> (usize, usize) {
    let epoch = if value.short_epoch { 2 } else { 4 };
    let size = 2 + epoch + 4 + 8 + batches(&value.batches) + 1 + count_tag(value.delivery_complete_count);
    (state_key(catalog, value.group), size)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::protocol::ids::{LeaderEpoch, NodeId, Offset};
    use crate::protocol::messages::DeliveryState;
    use crate::sim::time::Nanos;

    /// The sizes follow the generated `addSize` of Kafka's messages, summed up by hand.
    #[test]
    fn records_are_as_large_as_kafkas() {
        let mut catalog = Catalog::default();
        catalog.add_node("client", crate::protocol::catalog::NodeRole::Admin);
        let topic = catalog.add_topic("orders", 3);
        let group = catalog.add_share_group("workers");
        let member = MemberId(1);
        let of_group = 2 + 2 + 7;
        let size = |record: ShareGroupRecord| of_group_size(&catalog, group, record);
        assert_eq!(size(ShareGroupRecord::Epoch { epoch: Generation(1), hashed: None }), (of_group, 7));
        let hashed = Some([(topic, 3)].into());
        assert_eq!(size(ShareGroupRecord::Epoch { epoch: Generation(1), hashed }), (of_group, 15));
        let topics = Rc::from([topic]);
        let (_, value) =
            size(ShareGroupRecord::Member(Rc::new(ShareMemberValue { member, client: NodeId(0), topics })));
        assert_eq!(value, 2 + 1 + (1 + 6) + (1 + host_length(NodeId(0))) + (1 + 1 + 6) + 1);
        let tps: Rc<[Tp]> = [Tp(0), Tp(2)].into();
        let (_, target) = size(ShareGroupRecord::Target { member, partitions: tps.clone() });
        assert_eq!(target, 2 + 1 + (16 + 1 + 8 + 1) + 1);
        let states =
            ShareStatePartitionsValue { initializing: vec![Tp(1)], initialized: tps.to_vec(), deleting: vec![] };
        let (key, value) = size(ShareGroupRecord::StatePartitions(Rc::new(states)));
        assert_eq!((key, value), (of_group, 2 + (1 + 16 + 7 + 1 + 4 + 1) + (1 + 16 + 7 + 1 + 8 + 1) + 1 + 1));
    }
    fn of_group_size(catalog: &Catalog, group: GroupId, record: ShareGroupRecord) -> (usize, usize) {
        of_group(catalog, group, &record)
    }

    #[test]
    fn states_are_as_large_as_kafkas() {
        let mut catalog = Catalog::default();
        catalog.add_topic("orders", 3);
        let group = catalog.add_share_group("workers");
        let one = PersisterStateBatch {
            first: Offset(0),
            last: Offset(4),
            state: DeliveryState::Acknowledged,
            delivery_count: 1,
        };
        let snapshot = |timestamps, delivery_complete_count| ShareSnapshotValue {
            group,
            tp: Tp(0),
            snapshot_epoch: 0,
            state_epoch: 0,
            leader_epoch: LeaderEpoch(0),
            start_offset: Offset(0),
            delivery_complete_count,
            timestamps,
            batches: [one].into(),
        };
        let key = 2 + 2 + 7 + 16 + 4;
        assert_eq!(of_snapshot(&catalog, &snapshot(None, -1)), (key, 2 + 2 + 4 + 4 + 8 + (1 + 20) + 1));
        let timed = Some((Nanos(0), Nanos(0)));
        assert_eq!(of_snapshot(&catalog, &snapshot(timed, 5)), (key, 2 + 4 + 4 + 4 + 8 + 16 + (1 + 20) + 1 + 6));
        let update = ShareUpdateValue {
            group,
            tp: Tp(0),
            snapshot_epoch: 0,
            short_epoch: false,
            leader_epoch: LeaderEpoch(0),
            start_offset: Offset::INVALID,
            delivery_complete_count: -1,
            batches: [].into(),
        };
        assert_eq!(of_update(&catalog, &update), (key, 2 + 4 + 4 + 8 + 1 + 1));
    }
}
