//! Bytes of coordinators' records, as Kafka's message formats write them.

use super::batch::{CoordinatorRecord, GroupMetadataValue, MemberValue, TransactionLogValue};
use super::catalog::Catalog;
use super::ids::{GroupId, InstanceId, MemberId, NodeId, ProducerId, TopicId, Tp, TransactionalId};
use super::messages::{Subscription, UserData};
use super::rules::TransactionVersion;
use super::share_record_size;

/// Bytes of a member id beside the client id or instance id that it begins with: `-UUID`.
pub(super) const UUID: usize = 37;

impl CoordinatorRecord {
    /// Bytes of it in a batch. `topic_ids`: committed offsets have their topic's id.
    pub fn size(&self, catalog: &Catalog, topic_ids: bool) -> usize {
        let (key, value) = self.key_and_value_size(catalog, topic_ids);
        // Attributes, two deltas, key, value, the number of headers.
        let body = 1 + 1 + 1 + varint(key) + key + varint(value) + value + 1;
        varint(body) + body
    }
    /// Bytes of its key and of its value, with the names in use (`OffsetCommitKey/Value`, `GroupMetadataKey/Value` version 3,
    /// `ConsumerProtocolSubscription/Assignment` 3, `TransactionLogKey/Value`); a tombstone has no value. `topic_ids`:
    /// committed offsets have their topic's id.
    pub fn key_and_value_size(&self, catalog: &Catalog, topic_ids: bool) -> (usize, usize) {
        let group = |id: GroupId| 2 + catalog.groups.get(id.index()).map_or(0, String::len);
        let topic = |tp: Tp| 2 + catalog.topics.get(catalog.topic_of(tp).0.index()).map_or(0, |entry| entry.name.len());
        // Version, group, topic, partition.
        let commit_key = |id: GroupId, tp: Tp| 2 + group(id) + topic(tp) + 4;
        let metadata_key = |id: GroupId| 2 + group(id);
        match self {
            // Version, offset, leader epoch, empty metadata, timestamp; in the flexible version 4 the length of the metadata
            // takes a byte less, the number of tags takes it, and the topic's id is a tag.
            CoordinatorRecord::OffsetCommit { group: id, tp, .. } => {
                (commit_key(*id, *tp), 2 + 8 + 4 + 2 + 8 + if topic_ids { 2 + 16 } else { 0 })
            }
            CoordinatorRecord::OffsetTombstone { group: id, tp } => (commit_key(*id, *tp), 0),
            CoordinatorRecord::GroupTombstone { group: id } => (metadata_key(*id), 0),
            CoordinatorRecord::GroupMetadata(value) => (metadata_key(value.group), group_size(catalog, value)),
            CoordinatorRecord::ConsumerGroup { group, record } => {
                super::consumer_group_record_size::key_and_value_size(catalog, *group, record)
            }
            CoordinatorRecord::ShareGroup { group, record } => share_record_size::of_group(catalog, *group, record),
            CoordinatorRecord::ShareSnapshot(value) => share_record_size::of_snapshot(catalog, value),
            CoordinatorRecord::ShareUpdate(value) => share_record_size::of_update(catalog, value),
            CoordinatorRecord::ShareTombstone { group, .. } => (share_record_size::state_key(catalog, *group), 0),
            CoordinatorRecord::Transaction(value) => {
                (transaction_key(catalog, value.transactional_id), transaction_size(catalog, value))
            }
            CoordinatorRecord::TransactionTombstone { transactional_id } => {
                (transaction_key(catalog, *transactional_id), 0)
            }
        }
    }
}

/// Bytes of a length as a zigzag varint.
fn varint(length: usize) -> usize {
    match length {
        0..64 => 1,
        64..8_192 => 2,
        8_192..1_048_576 => 3,
        _ => 4,
    }
}

/// Version, transactional id.
fn transaction_key(catalog: &Catalog, id: TransactionalId) -> usize {
    2 + 2 + catalog.transactional_id_name(id).len()
}

/// Version, producer id, epoch, timeout, status, partitions, two timestamps (`TransactionLogValue`); in the flexible
/// format there follow tags, and lengths take a byte.
fn transaction_size(catalog: &Catalog, value: &TransactionLogValue) -> usize {
    let fields = 2 + 8 + 2 + 4 + 1 + 8 + 8;
    if !value.flexible {
        return fields + partitions_size(catalog, &value.partitions);
    }
    let (partitions, topics) = (value.partitions.len(), topics_of(catalog, &value.partitions));
    let names: usize = topics.iter().map(|topic| catalog.topics[topic.index()].name.len()).sum();
    // Each tag has its number and its length.
    let ids = [value.previous_producer_id, value.next_producer_id];
    let ids = ids.iter().filter(|id| **id != ProducerId::NONE).count() * (2 + 8);
    let version = usize::from(value.client_version != TransactionVersion::V0) * (2 + 2);
    fields + 1 + names + topics.len() * 3 + partitions * 4 + 1 + ids + version
}

/// The topics of partitions that lie together, in their order.
fn topics_of(catalog: &Catalog, partitions: &[Tp]) -> Vec<TopicId> {
    let mut topics: Vec<TopicId> = partitions.iter().map(|tp| catalog.topic_of(*tp).0).collect();
    topics.dedup();
    topics
}

/// Version, protocol type, generation, protocol, leader, timestamp, members.
fn group_size(catalog: &Catalog, value: &GroupMetadataValue) -> usize {
    let member_id = |id: MemberId, instance: Option<InstanceId>| 2 + catalog.member_prefix(id, instance).len() + UUID;
    let instance_of = |id: MemberId| value.members.iter().find(|member| member.member == id)?.instance;
    let (protocol, leader) = match value.protocol {
        Some(protocol) => (2 + protocol.name().len(), member_id(value.leader, instance_of(value.leader))),
        None => (2, 2),
    };
    // Id, instance id, client id, host, two timeouts, subscription, assignment.
    let member = |member: &MemberValue| {
        member_id(member.member, member.instance)
            + (2 + member.instance.map_or(0, |instance| catalog.instance_id_name(instance).len()))
            + (2 + catalog.node_name(member.client).len())
            + (2 + host_length(member.client))
            + (4 + 4)
            + (4 + subscription_size(catalog, &member.subscription))
            + (4 + 2 + partitions_size(catalog, &member.assignment) + 4)
    };
    let members: usize = value.members.iter().map(member).sum();
    2 + (2 + value.protocol_type().len()) + 4 + protocol + leader + 8 + (4 + members)
}

/// Version, topics, user data, owned partitions, generation, rack.
pub(super) fn subscription_size(catalog: &Catalog, subscription: &Subscription) -> usize {
    let topics: usize = subscription.topics.iter().map(|id| 2 + catalog.topics[id.index()].name.len()).sum();
    let user_data = match &subscription.user_data {
        None => 0,
        Some(UserData::Previous(partitions, _)) => partitions_size(catalog, partitions) + 4,
        Some(UserData::Generation(_)) => 4,
    };
    let rack = subscription.rack.map_or(0, |rack| catalog.rack_name(rack).len());
    2 + (4 + topics) + (4 + user_data) + partitions_size(catalog, &subscription.owned) + 4 + (2 + rack)
}

/// An array of topics, each with an array of its partitions; the list has them together.
fn partitions_size(catalog: &Catalog, partitions: &[Tp]) -> usize {
    let (mut size, mut last) = (4, None);
    for tp in partitions {
        let (topic, _) = catalog.topic_of(*tp);
        if last.replace(topic) != Some(topic) {
            size += 2 + catalog.topics[topic.index()].name.len() + 4;
        }
        size += 4;
    }
    size
}

/// Length of `/10.0.x.y`, a client's address as tools print it.
pub(super) fn host_length(client: NodeId) -> usize {
    let digits = |n: u16| match n {
        0..10 => 1,
        10..100 => 2,
        _ => 3,
    };
    "/10.0..".len() + digits(client.0 / 250) + digits(client.0 % 250 + 1)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::ids::{Generation, LeaderEpoch, Offset};
    use crate::protocol::messages::Assignor;
    use crate::sim::time::Nanos;

    /// Bytes of a batch header.
    const BATCH_OVERHEAD: usize = 61;

    /// Batches of a 4.0.0 cluster, as `kafka-dump-log` shows them.
    #[test]
    fn records_are_as_large_as_kafkas() {
        let mut catalog = Catalog::default();
        let topic = catalog.add_topic("orders", 1);
        let tp = catalog.partitions(topic).next().expect("one partition");
        let group = catalog.add_group("billing");
        let client = catalog.add_node("billing-0", NodeRole::consumer(group));
        let member = MemberId(u32::from(client.0) << catalog.member_bits() | 1);
        let size = |record: CoordinatorRecord| BATCH_OVERHEAD + record.size(&catalog, false);

        let empty = GroupMetadataValue {
            group,
            generation: Generation(0),
            protocol: None,
            leader: member,
            state_timestamp: Nanos::ZERO,
            members: Vec::new(),
        };
        assert_eq!(size(CoordinatorRecord::GroupMetadata(empty.clone().into())), 103);
        let (offset, leader_epoch) = (Offset(2_480), LeaderEpoch(0));
        let commit = CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp: Nanos::ZERO };
        // In 4.4 the topic's id is in it, and the record's length takes a byte more.
        assert_eq!(BATCH_OVERHEAD + commit.size(&catalog, true), 115 + 18 + 1);
        assert_eq!(size(commit), 115);

        let subscription = Subscription {
            rack: None,
            topics: vec![topic],
            owned: Vec::new(),
            generation: Generation(-1),
            user_data: None,
        };
        let stable = GroupMetadataValue {
            generation: Generation(1),
            protocol: Some(Assignor::Range),
            members: vec![MemberValue {
                member,
                instance: None,
                client,
                session_timeout: Nanos::from_secs(45),
                rebalance_timeout: Nanos::from_secs(300),
                subscription: Rc::new(subscription),
                assignment: vec![tp].into(),
            }],
            ..empty
        };
        let real_host = "/127.0.0.1".len();
        assert_eq!(size(CoordinatorRecord::GroupMetadata(stable.into())), 307 - real_host + host_length(client));
    }
}
