//! The records of a coordinator, as `--offsets-decoder` and `--transaction-log-decoder` show them
//! (`DumpLogSegments.OffsetsMessageParser`, `TransactionLogMessageParser`): key and value as JSON, the key's type and the
//! value's version beside them. The fields are those of Kafka's `OffsetCommitKey`, `GroupMetadataValue`,
//! `TransactionLogValue` and so on, in their order.

use serde::Serialize;

use super::consumer_group_record::{self, LogConsumerGroup};
use super::java::{DEFAULT_CAPACITY, map_order, string_hash};
use super::member::{consumer_id, host};
use super::share_record::{self, LogShareGroup, LogShareState};
use super::topics::topic_id;
use crate::protocol::batch::{
    BatchData, ControlRecord, CoordinatorRecord, GroupMetadataValue, MemberValue, RecordBatch, RecordDetail,
    TransactionLogValue, TransactionState, key_len, value_len,
};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{GroupId, LeaderEpoch, Offset, ProducerId, Sequence, TopicId, Tp, TransactionalId};
use crate::protocol::rules::{OffsetRecord, TransactionLogForm};
use crate::world::World;

/// A record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogRecord {
    /// Its offset.
    pub offset: Offset,
    /// When it was made.
    pub create_time_ms: u64,
    /// Bytes of its key.
    pub key_size: usize,
    /// Bytes of its value, -1 for none.
    pub value_size: i64,
    /// Its number in the batch, -1 for a marker.
    pub sequence: i64,
    /// What it says.
    #[serde(flatten)]
    pub content: LogRecordContent,
}

/// See [`LogRecord`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum LogRecordContent {
    /// A coordinator's record.
    Coordinator {
        /// What it is about.
        key: LogRecordKey,
        /// What it says; none: it deletes.
        payload: Option<LogRecordValue>,
    },
    /// A record of an application in a compacted topic. What its value is nobody knows here.
    Keyed {
        /// The text of its key; none: it has none.
        #[serde(rename = "key")]
        text: Option<String>,
    },
    /// A transaction's end.
    EndTxnMarker {
        /// `COMMIT` or `ABORT`.
        control_type: &'static str,
        /// Leader epoch of the coordinator's partition.
        coordinator_epoch: LeaderEpoch,
    },
}

/// A key with its type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "type", content = "data")]
pub enum LogRecordKey {
    /// A committed offset.
    #[serde(rename = "1")]
    OffsetCommit {
        /// Whose.
        group: String,
        /// Of a partition of this topic.
        topic: String,
        /// Its number.
        partition: u32,
    },
    /// A transactional id.
    #[serde(rename = "0", rename_all = "camelCase")]
    Transaction {
        /// Which.
        transactional_id: String,
    },
    /// A group.
    #[serde(rename = "2")]
    GroupMetadata {
        /// Which.
        group: String,
    },
    /// The epoch of a group of the new protocol.
    #[serde(rename = "3", rename_all = "camelCase")]
    ConsumerGroupMetadata {
        /// Which.
        group_id: String,
    },
    /// The topics to which it subscribes.
    #[serde(rename = "4", rename_all = "camelCase")]
    ConsumerGroupPartitionMetadata {
        /// Which.
        group_id: String,
    },
    /// A member of it.
    #[serde(rename = "5", rename_all = "camelCase")]
    ConsumerGroupMemberMetadata {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// The epoch of its targets.
    #[serde(rename = "6", rename_all = "camelCase")]
    ConsumerGroupTargetAssignmentMetadata {
        /// Which.
        group_id: String,
    },
    /// The target of a member.
    #[serde(rename = "7", rename_all = "camelCase")]
    ConsumerGroupTargetAssignmentMember {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// What a member has.
    #[serde(rename = "8", rename_all = "camelCase")]
    ConsumerGroupCurrentMemberAssignment {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// The topics that a pattern matches.
    #[serde(rename = "16", rename_all = "camelCase")]
    ConsumerGroupRegularExpression {
        /// Of which group.
        group_id: String,
        /// The pattern.
        regular_expression: String,
    },
    /// Of a share group: the topics to which it subscribes.
    #[serde(rename = "9", rename_all = "camelCase")]
    ShareGroupPartitionMetadata {
        /// Which.
        group_id: String,
    },
    /// Of a share group: a member of it.
    #[serde(rename = "10", rename_all = "camelCase")]
    ShareGroupMemberMetadata {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// The epoch of a share group.
    #[serde(rename = "11", rename_all = "camelCase")]
    ShareGroupMetadata {
        /// Which.
        group_id: String,
    },
    /// Of a share group: the epoch of its targets.
    #[serde(rename = "12", rename_all = "camelCase")]
    ShareGroupTargetAssignmentMetadata {
        /// Which.
        group_id: String,
    },
    /// Of a share group: the target of a member.
    #[serde(rename = "13", rename_all = "camelCase")]
    ShareGroupTargetAssignmentMember {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// Of a share group: what a member has.
    #[serde(rename = "14", rename_all = "camelCase")]
    ShareGroupCurrentMemberAssignment {
        /// Of which group.
        group_id: String,
        /// Which.
        member_id: String,
    },
    /// Of a share group: how far the states of its partitions are.
    #[serde(rename = "15", rename_all = "camelCase")]
    ShareGroupStatePartitionMetadata {
        /// Which.
        group_id: String,
    },
    /// The state of a share-partition.
    #[serde(rename = "0", rename_all = "camelCase")]
    ShareSnapshot {
        /// Of which group.
        group_id: String,
        /// Of a partition of this topic.
        topic_id: String,
        /// Its number.
        partition: u32,
    },
    /// A change of it.
    #[serde(rename = "1", rename_all = "camelCase")]
    ShareUpdate {
        /// Of which group.
        group_id: String,
        /// Of a partition of this topic.
        topic_id: String,
        /// Its number.
        partition: u32,
    },
}

/// A value with its version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogRecordValue {
    /// Version of the record's format.
    pub version: &'static str,
    /// What it says.
    pub data: LogRecordData,
}

/// See [`LogRecordValue`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum LogRecordData {
    /// `OffsetCommitValue`.
    #[serde(rename_all = "camelCase")]
    OffsetCommit {
        /// Next offset to read.
        offset: i64,
        /// Leader epoch of the last record that was read, or -1.
        leader_epoch: i32,
        /// The client's own; nobody uses it here.
        metadata: &'static str,
        /// When the coordinator took it, in milliseconds.
        commit_timestamp: u64,
        /// The topic's, where a release writes it.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic_id: Option<String>,
        /// The format's version is 4.
        #[serde(skip)]
        flexible: bool,
    },
    /// `GroupMetadataValue`.
    GroupMetadata(LogGroup),
    /// `TransactionLogValue`.
    Transaction(LogTransaction),
    /// Of a group of the new protocol.
    ConsumerGroup(LogConsumerGroup),
    /// Of a share group.
    ShareGroup(LogShareGroup),
    /// Of a share-partition.
    ShareState(LogShareState),
}

/// `TransactionLogValue`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogTransaction {
    pub producer_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_producer_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_producer_id: Option<i64>,
    pub producer_epoch: i16,
    pub transaction_timeout_ms: u64,
    pub transaction_status: LogTransactionStatus,
    pub transaction_partitions: Option<Vec<LogTransactionTopic>>,
    pub transaction_last_update_timestamp_ms: u64,
    pub transaction_start_timestamp_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_transaction_version: Option<u8>,
    /// The format's version is 1.
    #[serde(skip)]
    pub flexible: bool,
}

/// A state, as the release's tool shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum LogTransactionStatus {
    /// Its number.
    Number(u8),
    /// Its name.
    Name(&'static str),
}

/// `TransactionLogValue.PartitionsSchema`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogTransactionTopic {
    pub topic: String,
    pub partition_ids: Vec<u32>,
}

/// `GroupMetadataValue`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogGroup {
    pub protocol_type: &'static str,
    pub generation: i32,
    pub protocol: Option<&'static str>,
    pub leader: Option<String>,
    pub current_state_timestamp: u64,
    pub members: Vec<LogMember>,
}

/// `GroupMetadataValue.MemberMetadata`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogMember {
    pub member_id: String,
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub rebalance_timeout: u64,
    pub session_timeout: u64,
    pub subscription: LogSubscription,
    pub assignment: LogAssignment,
}

/// `ConsumerProtocolSubscription`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogSubscription {
    pub topics: Vec<String>,
    pub user_data: Option<String>,
    pub owned_partitions: Vec<LogTopic>,
    pub generation_id: i32,
    pub rack_id: Option<String>,
}

/// `ConsumerProtocolAssignment`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogAssignment {
    pub assigned_partitions: Vec<LogTopic>,
    pub user_data: Option<String>,
}

/// Partitions of one topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogTopic {
    pub topic: String,
    pub partitions: Vec<u32>,
}

/// The records of a coordinator's batch, and of a compacted topic's (`keyed`); of another nothing is known.
pub(super) fn records(batch: &RecordBatch, keyed: bool, world: &World) -> Vec<LogRecord> {
    match &batch.data {
        BatchData::Records(details) if keyed => details.iter().map(|detail| keyed_record(detail, batch)).collect(),
        BatchData::Coordinator(_) | BatchData::CoordinatorLeft(_) => {
            let places = batch.offset_deltas().zip(batch.coordinator_records());
            places.map(|(delta, record)| log_record(delta as usize, record, batch, world)).collect()
        }
        BatchData::Control(ControlRecord::EndTxn { commit, coordinator_epoch }) => {
            vec![end_txn_marker(*commit, *coordinator_epoch, batch)]
        }
        _ => Vec::new(),
    }
}

/// A record of an application. Of the single timestamps nothing is known: it is shown with the largest of its batch.
fn keyed_record(detail: &RecordDetail, batch: &RecordBatch) -> LogRecord {
    let sequence = i64::from(batch.base_sequence.0);
    LogRecord {
        offset: batch.base_offset.plus(detail.offset_delta),
        create_time_ms: batch.max_timestamp.as_millis(),
        key_size: key_len(detail.key).unwrap_or_default() as usize,
        value_size: value_len(detail.value_len).map_or(-1, i64::from),
        sequence: if sequence < 0 { -1 } else { sequence + i64::from(detail.offset_delta) },
        content: LogRecordContent::Keyed { text: key_len(detail.key).map(|_| format!("key-{}", detail.key)) },
    }
}

/// Key: version and type; value: version and coordinator epoch (`ControlRecordType`, `EndTransactionMarker`).
fn end_txn_marker(commit: bool, coordinator_epoch: LeaderEpoch, batch: &RecordBatch) -> LogRecord {
    let control_type = if commit { "COMMIT" } else { "ABORT" };
    LogRecord {
        offset: batch.base_offset,
        create_time_ms: batch.max_timestamp.as_millis(),
        key_size: 4,
        value_size: 6,
        sequence: -1,
        content: LogRecordContent::EndTxnMarker { control_type, coordinator_epoch },
    }
}

fn snapshot_key(group: GroupId, tp: Tp, catalog: &Catalog) -> LogRecordKey {
    let (group_id, topic_id, partition) = share_record::state_key(group, tp, catalog);
    LogRecordKey::ShareSnapshot { group_id, topic_id, partition }
}

fn log_record(sequence: usize, record: &CoordinatorRecord, batch: &RecordBatch, world: &World) -> LogRecord {
    let catalog = &world.setup().catalog;
    let topic_ids = world.setup().rules.offset_record.has_topic_id(batch.is_transactional);
    let (key_size, value_size) = record.key_and_value_size(catalog, topic_ids);
    let (key, value, at) = match record {
        CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
            let data = LogRecordData::OffsetCommit {
                offset: offset.0,
                leader_epoch: leader_epoch.0,
                metadata: "",
                commit_timestamp: commit_timestamp.as_millis(),
                topic_id: topic_ids.then(|| {
                    let (topic, _) = catalog.topic_of(*tp);
                    topic_id(&catalog.topics[topic.index()].name)
                }),
                flexible: world.setup().rules.offset_record >= OffsetRecord::Version4,
            };
            (offset_key(*group, *tp, catalog), Some(data), *commit_timestamp)
        }
        CoordinatorRecord::OffsetTombstone { group, tp } => {
            (offset_key(*group, *tp, catalog), None, batch.max_timestamp)
        }
        CoordinatorRecord::GroupMetadata(value) => {
            let data = LogRecordData::GroupMetadata(group(value, world));
            (group_key(value.group, catalog), Some(data), value.state_timestamp)
        }
        CoordinatorRecord::Transaction(value) => {
            let form = world.setup().rules.transaction_log_form;
            let data = LogRecordData::Transaction(transaction(value, form, catalog));
            (transaction_key(value.transactional_id, catalog), Some(data), value.last_update)
        }
        CoordinatorRecord::TransactionTombstone { transactional_id } => {
            (transaction_key(*transactional_id, catalog), None, batch.max_timestamp)
        }
        CoordinatorRecord::ConsumerGroup { group, record } => {
            let (key, data) = consumer_group_record::log_record(*group, record, world);
            (key, data.map(LogRecordData::ConsumerGroup), batch.max_timestamp)
        }
        CoordinatorRecord::ShareGroup { group, record } => {
            let (key, data) = share_record::of_group(*group, record, world);
            (key, data.map(LogRecordData::ShareGroup), batch.max_timestamp)
        }
        CoordinatorRecord::ShareSnapshot(value) => {
            let data = LogRecordData::ShareState(share_record::of_snapshot(value));
            (snapshot_key(value.group, value.tp, catalog), Some(data), batch.max_timestamp)
        }
        CoordinatorRecord::ShareUpdate(value) => {
            let (group_id, topic_id, partition) = share_record::state_key(value.group, value.tp, catalog);
            let data = LogRecordData::ShareState(share_record::of_update(value));
            (LogRecordKey::ShareUpdate { group_id, topic_id, partition }, Some(data), batch.max_timestamp)
        }
        CoordinatorRecord::ShareTombstone { group, tp } => {
            (snapshot_key(*group, *tp, catalog), None, batch.max_timestamp)
        }
        CoordinatorRecord::GroupTombstone { group } => (group_key(*group, catalog), None, batch.max_timestamp),
    };
    LogRecord {
        offset: batch.base_offset.plus(sequence as u32),
        // A record's time lies within its batch's.
        create_time_ms: at.max(batch.base_timestamp).min(batch.max_timestamp).as_millis(),
        key_size,
        value_size: if value.is_some() { value_size as i64 } else { -1 },
        sequence: if batch.base_sequence == Sequence::NONE { -1 } else { sequence as i64 },
        content: LogRecordContent::Coordinator {
            key,
            payload: value.map(|data| LogRecordValue { version: data.version(), data }),
        },
    }
}

fn offset_key(group: GroupId, tp: Tp, catalog: &Catalog) -> LogRecordKey {
    let (topic, partition) = catalog.topic_of(tp);
    let group = catalog.groups[group.index()].clone();
    LogRecordKey::OffsetCommit { group, topic: catalog.topics[topic.index()].name.clone(), partition }
}

fn group_key(group: GroupId, catalog: &Catalog) -> LogRecordKey {
    LogRecordKey::GroupMetadata { group: catalog.groups[group.index()].clone() }
}

fn transaction_key(id: TransactionalId, catalog: &Catalog) -> LogRecordKey {
    LogRecordKey::Transaction { transactional_id: catalog.transactional_id_name(id).into() }
}

fn transaction(value: &TransactionLogValue, form: TransactionLogForm, catalog: &Catalog) -> LogTransaction {
    let topic = |LogTopic { topic, partitions }| LogTransactionTopic { topic, partition_ids: partitions };
    // By topic, in the order of a hash map (`TransactionLog.valueToBytes`).
    let topics: Vec<LogTopic> = by_topic(&value.partitions, catalog);
    let topics = map_order(topics, DEFAULT_CAPACITY, |topic| string_hash(&topic.topic));
    let id = |id: ProducerId| (id != ProducerId::NONE).then_some(id.0);
    LogTransaction {
        producer_id: value.producer.id.0,
        previous_producer_id: id(value.previous_producer_id),
        next_producer_id: id(value.next_producer_id),
        producer_epoch: value.producer.epoch.0,
        transaction_timeout_ms: value.timeout.as_millis(),
        transaction_status: match form {
            TransactionLogForm::Json => LogTransactionStatus::Number(value.state as u8),
            TransactionLogForm::Text | TransactionLogForm::JsonWithNames => {
                LogTransactionStatus::Name(value.state.name())
            }
        },
        transaction_partitions: (value.state != TransactionState::Empty)
            .then(|| topics.into_iter().map(topic).collect()),
        transaction_last_update_timestamp_ms: value.last_update.as_millis(),
        transaction_start_timestamp_ms: value.start.map_or(-1, |start| start.as_millis() as i64),
        client_transaction_version: Some(value.client_version.level()).filter(|level| *level > 0),
        flexible: value.flexible,
    }
}

/// Version 3 of a group's value.
fn group(value: &GroupMetadataValue, world: &World) -> LogGroup {
    let instance = value.members.iter().find(|member| member.member == value.leader).and_then(|member| member.instance);
    let leader = |_| consumer_id(world, value.leader, instance);
    LogGroup {
        protocol_type: value.protocol_type(),
        generation: value.generation.0,
        protocol: value.protocol.map(|protocol| protocol.name()),
        leader: value.protocol.map(leader),
        current_state_timestamp: value.state_timestamp.as_millis(),
        members: value.members.iter().map(|value| member(value, world)).collect(),
    }
}

fn member(value: &MemberValue, world: &World) -> LogMember {
    let catalog = &world.setup().catalog;
    let subscription = &value.subscription;
    LogMember {
        member_id: consumer_id(world, value.member, value.instance),
        group_instance_id: value.instance.map(|id| catalog.instance_id_name(id).into()),
        client_id: catalog.node_name(value.client).into(),
        client_host: host(value.client),
        rebalance_timeout: value.rebalance_timeout.as_millis(),
        session_timeout: value.session_timeout.as_millis(),
        subscription: LogSubscription {
            topics: subscription.topics.iter().map(|t| catalog.topics[t.index()].name.clone()).collect(),
            user_data: None,
            owned_partitions: by_topic(&subscription.owned, catalog),
            generation_id: subscription.generation.0,
            rack_id: subscription.rack.map(|rack| catalog.rack_name(rack).into()),
        },
        assignment: LogAssignment { assigned_partitions: by_topic(&value.assignment, catalog), user_data: None },
    }
}

fn by_topic(partitions: &[Tp], catalog: &Catalog) -> Vec<LogTopic> {
    let mut topics: Vec<(TopicId, LogTopic)> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        match topics.last_mut() {
            Some((last, entry)) if *last == topic => entry.partitions.push(number),
            _ => {
                let name = catalog.topics[topic.index()].name.clone();
                topics.push((topic, LogTopic { topic: name, partitions: vec![number] }));
            }
        }
    }
    topics.into_iter().map(|(_, entry)| entry).collect()
}

impl LogRecordData {
    /// Of its format.
    fn version(&self) -> &'static str {
        match self {
            LogRecordData::OffsetCommit { flexible: true, .. } => "4",
            LogRecordData::OffsetCommit { .. } | LogRecordData::GroupMetadata(_) => "3",
            LogRecordData::Transaction(transaction) if transaction.flexible => "1",
            LogRecordData::Transaction(_)
            | LogRecordData::ConsumerGroup(_)
            | LogRecordData::ShareGroup(_)
            | LogRecordData::ShareState(_) => "0",
        }
    }
}
