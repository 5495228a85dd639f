//! Record batches (format v2) as descriptors.
//!
//! Payload bytes are never stored. What a batch *is* for a checker is its [`Origin`]: which
//! producer made it and the ordinals of its records. A producer numbers the records it sends to one
//! partition 0, 1, 2, ...; batches are cut from one queue per partition, so the records of a batch
//! are `ordinal .. ordinal + count`, and so they stay through retries and splits.

use std::rc::Rc;

use super::ids::{
    BrokerId, Generation, GroupId, LeaderEpoch, MemberId, NodeId, Offset, ProducerEpoch, ProducerId, Sequence, Tp,
};
use crate::sim::time::Nanos;

/// The unit of append, replication, fetch and truncation on recovery.
///
/// Immutable once appended. Cheap to clone: what is per record is shared by reference count.
/// Source: `clients/.../common/record/DefaultRecordBatch.java`.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordBatch {
    /// Offset of the first record; 0 on the way from a client, stamped by the leader.
    pub base_offset: Offset,
    /// Records (last offset delta + 1).
    pub count: u32,
    /// Size on the wire and on disk, header included, in bytes.
    pub size: u32,
    /// Partition leader epoch, stamped by the leader.
    pub leader_epoch: LeaderEpoch,
    /// Producer id, -1 without idempotence.
    pub producer_id: ProducerId,
    /// Producer epoch, -1 without idempotence.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record, -1 without idempotence.
    pub base_sequence: Sequence,
    /// CreateTime of the first record.
    pub base_timestamp: Nanos,
    /// Largest CreateTime of the batch.
    pub max_timestamp: Nanos,
    /// Whose records these are.
    pub origin: Origin,
    /// What is known of the single records.
    pub data: BatchData,
}

/// The identity of a batch's records: their maker and their numbers in the maker's queue for the
/// partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The producer, or the broker for a coordinator's records.
    pub node: NodeId,
    /// Ordinal of the first record among those that `node` sent to this partition.
    pub ordinal: u32,
}

/// The inside of a batch, where somebody needs it.
#[derive(Clone, PartialEq, Debug)]
pub enum BatchData {
    /// Null keys, equal sizes: the header says it all.
    Plain,
    /// Keys, sizes or marks differ from record to record.
    Records(Rc<[RecordDetail]>),
    /// Records of `__consumer_offsets`.
    Coordinator(Rc<[CoordinatorRecord]>),
    /// Records of `__cluster_metadata`.
    Metadata(Rc<[super::messages::MetadataRecord]>),
}

/// One record of an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordDetail {
    /// The key's number in the workload's key space, `u32::MAX` for a null key.
    pub key: u32,
    /// The record cannot be processed (a "poison pill").
    pub poison: bool,
}

impl RecordDetail {
    /// The number that stands for a null key.
    pub const NULL_KEY: u32 = u32::MAX;
}

/// A record of the group coordinator's log
/// (`group-coordinator/src/main/resources/common/message/{OffsetCommit,GroupMetadata}{Key,Value}.json`).
#[derive(Clone, PartialEq, Debug)]
pub enum CoordinatorRecord {
    /// A committed offset.
    OffsetCommit {
        /// The group.
        group: GroupId,
        /// The partition whose offset it is.
        tp: Tp,
        /// The next offset to read.
        offset: Offset,
        /// Leader epoch of the last consumed record, or undefined.
        leader_epoch: LeaderEpoch,
        /// When the coordinator took it.
        commit_timestamp: Nanos,
    },
    /// A removed offset (null value).
    OffsetTombstone {
        /// The group.
        group: GroupId,
        /// The partition.
        tp: Tp,
    },
    /// Members and assignment of one generation.
    GroupMetadata(Rc<GroupMetadataValue>),
    /// A removed group (null value).
    GroupTombstone {
        /// The group.
        group: GroupId,
    },
}

/// The value of a group metadata record.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupMetadataValue {
    /// The group.
    pub group: GroupId,
    /// The generation.
    pub generation: Generation,
    /// The chosen assignor; none for an empty group.
    pub protocol: Option<super::messages::Assignor>,
    /// The member that assigns.
    pub leader: MemberId,
    /// When the state was entered.
    pub state_timestamp: Nanos,
    /// The members; none for an empty group.
    pub members: Vec<MemberValue>,
}

impl GroupMetadataValue {
    /// `protocolType`: empty in the record that creates the group, before anybody has named one.
    pub fn protocol_type(&self) -> &'static str {
        if self.generation == Generation(0) && self.members.is_empty() { "" } else { "consumer" }
    }
}

/// One member inside a group metadata record.
#[derive(Clone, PartialEq, Debug)]
pub struct MemberValue {
    /// Its id.
    pub member: MemberId,
    /// The client process, for tools' output.
    pub client: NodeId,
    /// `session.timeout.ms`.
    pub session_timeout: Nanos,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout: Nanos,
    /// Its subscription as of the join.
    pub subscription: Rc<super::messages::Subscription>,
    /// Its partitions.
    pub assignment: Rc<[Tp]>,
}

impl RecordBatch {
    /// Offset of the last record.
    pub fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0 + i64::from(self.count) - 1)
    }
    /// Offset after the last record.
    pub fn next_offset(&self) -> Offset {
        self.base_offset.plus(self.count)
    }
    /// Sequence of the last record, -1 without idempotence.
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence == Sequence::NONE { Sequence::NONE } else { self.base_sequence.plus(self.count - 1) }
    }
    /// Whether it carries a producer id.
    pub fn is_idempotent(&self) -> bool {
        self.producer_id != ProducerId::NONE
    }
}

/// A leader and its epoch, as errors and metadata name them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeaderAndEpoch {
    /// The leader.
    pub leader: BrokerId,
    /// Its epoch.
    pub epoch: LeaderEpoch,
}
