//! The records of share groups, as `--offsets-decoder` and `--share-group-state-decoder` show them (`ShareGroup*{Key,Value}.json`,
//! `ShareSnapshot*`, `ShareUpdate*`).

use serde::Serialize;

use super::consumer_group_record::{
    LogTopicMetadata, LogTopicPartitions, metadata_hash, topic_metadata, topic_partitions,
};
use super::log_record::LogRecordKey;
use super::member::{consumer_id, host};
use super::topics::topic_id;
use crate::protocol::batch::{ShareGroupRecord, ShareSnapshotValue, ShareUpdateValue};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{Generation, GroupId, MemberId, TopicId, Tp};
use crate::protocol::messages::PersisterStateBatch;
use crate::world::World;

/// What such a record says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub enum LogShareGroup {
    /// `ShareGroupMetadataValue`.
    Epoch {
        epoch: i32,
        /// Since 4.1.
        #[serde(skip_serializing_if = "Option::is_none")]
        metadata_hash: Option<i64>,
    },
    /// `ShareGroupPartitionMetadataValue`.
    PartitionMetadata { topics: Vec<LogTopicMetadata> },
    /// `ShareGroupMemberMetadataValue`.
    Member { rack_id: Option<String>, client_id: String, client_host: String, subscribed_topic_names: Vec<String> },
    /// `ShareGroupTargetAssignmentMetadataValue`.
    TargetEpoch {
        assignment_epoch: i32,
        /// Since 4.3, unless it is 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        assignment_timestamp: Option<u64>,
    },
    /// `ShareGroupTargetAssignmentMemberValue`.
    Target { topic_partitions: Vec<LogTopicPartitions> },
    /// `ShareGroupCurrentMemberAssignmentValue`.
    Current {
        member_epoch: i32,
        previous_member_epoch: i32,
        /// `MemberState`: 0 STABLE.
        state: u8,
        assigned_partitions: Vec<LogTopicPartitions>,
    },
    /// `ShareGroupStatePartitionMetadataValue`.
    StatePartitions {
        initializing_topics: Vec<LogSharePartitions>,
        initialized_topics: Vec<LogSharePartitions>,
        deleting_topics: Vec<LogShareTopic>,
    },
}

/// `ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogSharePartitions {
    pub topic_id: String,
    pub topic_name: String,
    pub partitions: Vec<u32>,
}

/// `ShareGroupStatePartitionMetadataValue.TopicInfo`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogShareTopic {
    pub topic_id: String,
    pub topic_name: String,
}

/// `ShareSnapshotValue`, or `ShareUpdateValue`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogShareState {
    pub snapshot_epoch: u32,
    /// Of a snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_epoch: Option<i32>,
    pub leader_epoch: i32,
    pub start_offset: i64,
    /// Of a snapshot, since 4.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_timestamp: Option<u64>,
    /// Of a snapshot, since 4.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_timestamp: Option<u64>,
    pub state_batches: Vec<LogStateBatch>,
    /// Since 4.2, unless it is -1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_complete_count: Option<i32>,
}

/// `StateBatch`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogStateBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_state: u8,
    pub delivery_count: u16,
}

/// A record's key, and what it says; none: it deletes.
pub(super) fn of_group(
    group: GroupId,
    record: &ShareGroupRecord,
    world: &World,
) -> (LogRecordKey, Option<LogShareGroup>) {
    (key(group, record, world), value(record, world))
}

fn key(group: GroupId, record: &ShareGroupRecord, world: &World) -> LogRecordKey {
    let group_id = world.setup().catalog.groups[group.index()].clone();
    let id = |member: MemberId| consumer_id(world, member, None);
    match record {
        ShareGroupRecord::Epoch { .. } | ShareGroupRecord::EpochTombstone => {
            LogRecordKey::ShareGroupMetadata { group_id }
        }
        ShareGroupRecord::PartitionMetadata(_) | ShareGroupRecord::PartitionMetadataTombstone => {
            LogRecordKey::ShareGroupPartitionMetadata { group_id }
        }
        ShareGroupRecord::Member(value) => {
            LogRecordKey::ShareGroupMemberMetadata { group_id, member_id: id(value.member) }
        }
        ShareGroupRecord::MemberTombstone(member) => {
            LogRecordKey::ShareGroupMemberMetadata { group_id, member_id: id(*member) }
        }
        ShareGroupRecord::TargetEpoch { .. } | ShareGroupRecord::TargetEpochTombstone => {
            LogRecordKey::ShareGroupTargetAssignmentMetadata { group_id }
        }
        ShareGroupRecord::Target { member, .. } | ShareGroupRecord::TargetTombstone(member) => {
            LogRecordKey::ShareGroupTargetAssignmentMember { group_id, member_id: id(*member) }
        }
        ShareGroupRecord::Current(value) => {
            LogRecordKey::ShareGroupCurrentMemberAssignment { group_id, member_id: id(value.member) }
        }
        ShareGroupRecord::CurrentTombstone(member) => {
            LogRecordKey::ShareGroupCurrentMemberAssignment { group_id, member_id: id(*member) }
        }
        ShareGroupRecord::StatePartitions(_) | ShareGroupRecord::StatePartitionsTombstone => {
            LogRecordKey::ShareGroupStatePartitionMetadata { group_id }
        }
    }
}

fn value(record: &ShareGroupRecord, world: &World) -> Option<LogShareGroup> {
    let catalog = &world.setup().catalog;
    let assigned = |tps: &[Tp]| {
        let partitions: Vec<(Tp, Generation)> = tps.iter().map(|tp| (*tp, Generation::NONE)).collect();
        topic_partitions(&partitions, catalog)
    };
    Some(match record {
        ShareGroupRecord::Epoch { epoch, hashed } => LogShareGroup::Epoch {
            epoch: epoch.0,
            metadata_hash: hashed.as_ref().map(|topics| metadata_hash(topics, world)),
        },
        ShareGroupRecord::PartitionMetadata(topics) => {
            LogShareGroup::PartitionMetadata { topics: topic_metadata(topics, catalog) }
        }
        ShareGroupRecord::Member(value) => {
            let name = |topic: &TopicId| catalog.topics[topic.index()].name.clone();
            let mut names: Vec<String> = value.topics.iter().map(name).collect();
            names.sort();
            LogShareGroup::Member {
                rack_id: None,
                client_id: catalog.node_name(value.client).to_owned(),
                client_host: host(value.client),
                subscribed_topic_names: names,
            }
        }
        ShareGroupRecord::TargetEpoch { epoch, timestamp } => LogShareGroup::TargetEpoch {
            assignment_epoch: epoch.0,
            assignment_timestamp: timestamp.map(|at| at.as_millis()),
        },
        ShareGroupRecord::Target { partitions, .. } => LogShareGroup::Target { topic_partitions: assigned(partitions) },
        ShareGroupRecord::Current(value) => LogShareGroup::Current {
            member_epoch: value.epoch.0,
            previous_member_epoch: value.previous_epoch.0,
            state: 0,
            assigned_partitions: assigned(&value.assigned),
        },
        ShareGroupRecord::StatePartitions(value) => LogShareGroup::StatePartitions {
            initializing_topics: states(&value.initializing, catalog),
            initialized_topics: states(&value.initialized, catalog),
            deleting_topics: value.deleting.iter().map(|topic| named(*topic, catalog)).collect(),
        },
        ShareGroupRecord::EpochTombstone
        | ShareGroupRecord::PartitionMetadataTombstone
        | ShareGroupRecord::MemberTombstone(_)
        | ShareGroupRecord::TargetEpochTombstone
        | ShareGroupRecord::TargetTombstone(_)
        | ShareGroupRecord::CurrentTombstone(_)
        | ShareGroupRecord::StatePartitionsTombstone => return None,
    })
}

fn named(topic: TopicId, catalog: &Catalog) -> LogShareTopic {
    let name = &catalog.topics[topic.index()].name;
    LogShareTopic { topic_id: topic_id(name), topic_name: name.clone() }
}
fn states(tps: &[Tp], catalog: &Catalog) -> Vec<LogSharePartitions> {
    let mut topics: Vec<(TopicId, LogSharePartitions)> = Vec::new();
    for tp in tps {
        let (topic, number) = catalog.topic_of(*tp);
        if topics.last().is_none_or(|(last, _)| *last != topic) {
            let LogShareTopic { topic_id, topic_name } = named(topic, catalog);
            topics.push((topic, LogSharePartitions { topic_id, topic_name, partitions: Vec::new() }));
        }
        topics.last_mut().into_iter().for_each(|(_, entry)| entry.partitions.push(number));
    }
    topics.into_iter().map(|(_, entry)| entry).collect()
}

/// The fields of a key of `__share_group_state`: group, topic id, partition.
pub(super) fn state_key(group: GroupId, tp: Tp, catalog: &Catalog) -> (String, String, u32) {
    let (topic, partition) = catalog.topic_of(tp);
    (catalog.groups[group.index()].clone(), topic_id(&catalog.topics[topic.index()].name), partition)
}

fn batches(batches: &[PersisterStateBatch]) -> Vec<LogStateBatch> {
    let batch = |batch: &PersisterStateBatch| LogStateBatch {
        first_offset: batch.first.0,
        last_offset: batch.last.0,
        delivery_state: batch.state as u8,
        delivery_count: batch.delivery_count,
    };
    batches.iter().map(batch).collect()
}
fn counted(count: i32) -> Option<i32> {
    (count != -1).then_some(count)
}

/// The value of a snapshot.
pub(super) fn of_snapshot(value: &ShareSnapshotValue) -> LogShareState {
    LogShareState {
        snapshot_epoch: value.snapshot_epoch,
        state_epoch: Some(value.state_epoch),
        leader_epoch: value.leader_epoch.0,
        start_offset: value.start_offset.0,
        create_timestamp: value.timestamps.map(|(made, _)| made.as_millis()),
        write_timestamp: value.timestamps.map(|(_, written)| written.as_millis()),
        state_batches: batches(&value.batches),
        delivery_complete_count: counted(value.delivery_complete_count),
    }
}

/// The value of a change.
pub(super) fn of_update(value: &ShareUpdateValue) -> LogShareState {
    LogShareState {
        snapshot_epoch: value.snapshot_epoch,
        state_epoch: None,
        leader_epoch: value.leader_epoch.0,
        start_offset: value.start_offset.0,
        create_timestamp: None,
        write_timestamp: None,
        state_batches: batches(&value.batches),
        delivery_complete_count: counted(value.delivery_complete_count),
    }
}
