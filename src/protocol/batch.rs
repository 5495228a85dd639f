//! Record batches (format v2) as descriptors.
//!
//! Payload bytes are never stored. What a batch *is* for a checker is its [`Origin`]: which
//! producer made it and the ordinals of its records. A producer numbers the records it sends to one
//! partition 0, 1, 2, ...; batches are cut from one queue per partition, so a record's ordinal is that of
//! the batch and its offset delta, and so it stays through retries and splits. A batch need not hold
//! a record for each of its offsets: compaction takes records out and leaves holes.

use std::ops::Range;
use std::rc::Rc;

use super::ids::{
    BrokerId, Generation, GroupId, InstanceId, LeaderEpoch, MemberId, NodeId, Offset, PatternId, ProducerEpoch,
    ProducerId, ProducerIdAndEpoch, RackId, Sequence, TopicId, Tp, TransactionalId,
};
use super::record_size::record_size;
use super::rules::TransactionVersion;
pub use super::share_records::{
    ShareCurrentValue, ShareGroupRecord, ShareMemberValue, ShareSnapshotValue, ShareStatePartitionsValue,
    ShareUpdateValue,
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
    /// Records in it.
    pub count: u32,
    /// Distance of the last offset from the first: `count - 1` in a batch without holes.
    pub last_offset_delta: u32,
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
    /// Whether its records, or its marker, belong to a transaction.
    pub is_transactional: bool,
    /// From when on a cleaner may take out the tombstones in it, or the marker (`RecordBatch.deleteHorizonMs`, KIP-534). The
    /// first cleaning that has kept one of them has set it; on disk it stands in the place of the base timestamp.
    pub delete_horizon: Option<Nanos>,
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
    /// Ordinal of the first offset's record among those that `node` sent to this partition.
    pub ordinal: u32,
}

/// The inside of a batch, where somebody needs it.
#[derive(Clone, PartialEq, Debug)]
pub enum BatchData {
    /// Null keys, equal sizes, no holes: the header says it all.
    Plain,
    /// Keys, sizes or marks differ from record to record, or there are holes between them.
    Records(Rc<[RecordDetail]>),
    /// Records of `__consumer_offsets`, `__transaction_state` or `__share_group_state`.
    Coordinator(Rc<[CoordinatorRecord]>),
    /// What compaction has left of such records, each with the distance of its offset from the batch's first.
    CoordinatorLeft(Rc<[(u32, CoordinatorRecord)]>),
    /// Records of `__cluster_metadata`.
    Metadata(Rc<[super::messages::MetadataRecord]>),
    /// A control record: for the log and its readers, never handed to an application.
    Control(ControlRecord),
}

/// What a control record says (`ControlRecordType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlRecord {
    /// The producer's transaction is over (`EndTransactionMarker`).
    EndTxn {
        /// COMMIT or ABORT.
        commit: bool,
        /// Leader epoch of the coordinator's `__transaction_state` partition.
        coordinator_epoch: LeaderEpoch,
    },
    /// None any more: compaction has taken it out, and the batch is left for its last offset or its producer's epoch.
    Removed,
}

/// The end of a producer's transaction, as a transaction coordinator has it written to each of its partitions
/// (`EndTransactionMarker`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionMarker {
    /// The producer. Its epoch is that of the transaction, or with transaction.version 2 the next one.
    pub producer: ProducerIdAndEpoch,
    /// Leader epoch of the coordinator's partition of `__transaction_state`.
    pub coordinator_epoch: LeaderEpoch,
    /// COMMIT or ABORT.
    pub commit: bool,
}

impl TransactionMarker {
    /// Bytes of its batch: a header, and a record of 17 (`MemoryRecords.withEndTransactionMarker`).
    const SIZE: u32 = 61 + 17;

    /// The batch that holds it, as a broker makes it; offset and leader epoch are to be stamped.
    pub fn batch(self, broker: NodeId, now: Nanos) -> RecordBatch {
        RecordBatch {
            base_offset: Offset(0),
            count: 1,
            last_offset_delta: 0,
            size: TransactionMarker::SIZE,
            leader_epoch: LeaderEpoch::UNDEFINED,
            producer_id: self.producer.id,
            producer_epoch: self.producer.epoch,
            base_sequence: Sequence::NONE,
            base_timestamp: now,
            max_timestamp: now,
            is_transactional: true,
            delete_horizon: None,
            origin: Origin { node: broker, ordinal: 0 },
            data: BatchData::Control(ControlRecord::EndTxn {
                commit: self.commit,
                coordinator_epoch: self.coordinator_epoch,
            }),
        }
    }
}

/// One record of an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordDetail {
    /// Distance of its offset from the batch's first.
    pub offset_delta: u32,
    /// The key's number in the workload's key space, `u32::MAX` for a null key.
    pub key: u32,
    /// Bytes of its value, `u32::MAX` for a null value: then it is a tombstone.
    pub value_len: u32,
    /// The record cannot be processed (a "poison pill").
    pub poison: bool,
}

impl RecordDetail {
    /// The number that stands for a null key.
    pub const NULL_KEY: u32 = u32::MAX;
    /// The length that stands for a null value.
    pub const NULL_VALUE: u32 = u32::MAX;

    /// Whether its value is null: to a compacted topic it says that the key is gone.
    pub fn is_tombstone(&self) -> bool {
        self.value_len == RecordDetail::NULL_VALUE
    }
    /// Bytes that it takes in a batch without compression, but for what its timestamp and its headers add.
    pub fn size(&self) -> u32 {
        record_size(self.offset_delta, 0, key_len(self.key), value_len(self.value_len))
    }
}

/// Bytes of the text of a key, `None` for a null key. Key `i` is the text `key-i`.
#[inline]
pub fn key_len(key: u32) -> Option<u32> {
    (key != RecordDetail::NULL_KEY).then(|| 4 + key.checked_ilog10().unwrap_or(0) + 1)
}

/// Bytes of a value, `None` for a null value.
#[inline]
pub fn value_len(len: u32) -> Option<u32> {
    (len != RecordDetail::NULL_VALUE).then_some(len)
}

/// A record of a coordinator's log
/// (`group-coordinator/src/main/resources/common/message/{OffsetCommit,GroupMetadata}{Key,Value}.json`,
/// `transaction-coordinator/src/main/resources/common/message/TransactionLog{Key,Value}.json`).
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
    /// One of the records of a consumer group of the new protocol.
    ConsumerGroup {
        /// The group.
        group: GroupId,
        /// What it says.
        record: ConsumerGroupRecord,
    },
    /// One of the records of a share group.
    ShareGroup {
        /// The group.
        group: GroupId,
        /// What it says.
        record: ShareGroupRecord,
    },
    /// The state of a share-partition, in `__share_group_state`.
    ShareSnapshot(Rc<ShareSnapshotValue>),
    /// A change of it.
    ShareUpdate(Rc<ShareUpdateValue>),
    /// Its state is gone (null value).
    ShareTombstone {
        /// The group.
        group: GroupId,
        /// The partition.
        tp: Tp,
    },
    /// The state of a transactional id (`TransactionLogKey/Value`, in `__transaction_state`).
    Transaction(Rc<TransactionLogValue>),
    /// A transactional id that expired (null value).
    TransactionTombstone {
        /// The id.
        transactional_id: TransactionalId,
    },
}

/// What a record says of a consumer group of the new protocol (`ConsumerGroup*{Key,Value}.json`). Where it says that something
/// is gone, its value is null.
#[derive(Clone, PartialEq, Debug)]
pub enum ConsumerGroupRecord {
    /// The group is at this epoch (`ConsumerGroupMetadataValue`).
    Epoch {
        /// The group epoch.
        epoch: Generation,
        /// Since 4.1: what the record has a hash of, as in [`ConsumerGroupRecord::PartitionMetadata`].
        hashed: Option<Rc<[(TopicId, u32)]>>,
    },
    /// The group is gone.
    EpochTombstone,
    /// The topics to which members subscribe, and how many partitions they have (`ConsumerGroupPartitionMetadataValue`; up to
    /// 4.0. Later releases have a hash of that in the record of the epoch, KIP-1101).
    PartitionMetadata(Rc<[(TopicId, u32)]>),
    /// That is gone.
    PartitionMetadataTombstone,
    /// A member (`ConsumerGroupMemberMetadataValue`).
    Member(Rc<ConsumerMemberValue>),
    /// A member is gone.
    MemberTombstone(MemberId),
    /// The targets are those of this epoch (`ConsumerGroupTargetAssignmentMetadataValue`).
    TargetEpoch {
        /// The assignment epoch.
        epoch: Generation,
        /// Since 4.3: when they were computed; none if nobody has computed them.
        timestamp: Option<Nanos>,
    },
    /// There are none any more.
    TargetEpochTombstone,
    /// What a member is to have in the end (`ConsumerGroupTargetAssignmentMemberValue`).
    Target {
        /// The member.
        member: MemberId,
        /// Ascending.
        partitions: Rc<[Tp]>,
    },
    /// A member has no target any more.
    TargetTombstone(MemberId),
    /// How far a member is on its way there (`ConsumerGroupCurrentMemberAssignmentValue`).
    Current(Rc<CurrentAssignmentValue>),
    /// A member has nothing any more.
    CurrentTombstone(MemberId),
    /// The topics that a pattern matches (`ConsumerGroupRegularExpressionValue`).
    RegularExpression(Rc<RegularExpressionValue>),
    /// No member subscribes to it any more.
    RegularExpressionTombstone(PatternId),
}

/// A pattern, resolved (`ConsumerGroupRegularExpressionValue.json`, `ResolvedRegularExpression`).
#[derive(Clone, PartialEq, Debug)]
pub struct RegularExpressionValue {
    /// The pattern.
    pub pattern: PatternId,
    /// The topics that match, of those that existed; ascending.
    pub topics: Rc<[TopicId]>,
    /// In which image of the cluster: the offset of its last metadata record.
    pub version: i64,
    /// When.
    pub timestamp: Nanos,
}

/// A member of a consumer group of the new protocol, as its record has it (`ConsumerGroupMemberMetadataValue.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerMemberValue {
    /// Its id.
    pub member: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// Its `client.rack`, as far as it has told.
    pub rack: Option<RackId>,
    /// The client process.
    pub client: NodeId,
    /// What it subscribes to, ascending.
    pub topics: Rc<[TopicId]>,
    /// The pattern to which it subscribes beside them.
    pub regex: Option<PatternId>,
    /// How long it may take to give partitions up.
    pub rebalance_timeout: Nanos,
    /// `group.remote.assignor`.
    pub assignor: Option<super::messages::ServerAssignor>,
    /// Of a member that speaks the classic protocol with the group.
    pub classic: Option<ClassicMemberMetadata>,
}

/// What is kept of a member that speaks the classic protocol with a group of the new one
/// (`ConsumerGroupMemberMetadataValue.ClassicMemberMetadata`).
#[derive(Clone, PartialEq, Debug)]
pub struct ClassicMemberMetadata {
    /// `session.timeout.ms`.
    pub session_timeout: Nanos,
    /// The assignors that it offers, with their metadata.
    pub protocols: Vec<(super::messages::Assignor, Rc<super::messages::Subscription>)>,
}

/// How far a member is on its way to its target (`ConsumerGroupCurrentMemberAssignmentValue.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct CurrentAssignmentValue {
    /// The member.
    pub member: MemberId,
    /// Its epoch; -2 of a static member that has left and may come back.
    pub epoch: Generation,
    /// The epoch before.
    pub previous_epoch: Generation,
    /// Its state.
    pub state: ConsumerMemberState,
    /// What it may have, ascending, each with the epoch in which it was given (KIP-1251, since 4.3; -1 before).
    pub assigned: Rc<[(Tp, Generation)]>,
    /// What it has to give up and has not yet, likewise.
    pub revoking: Rc<[(Tp, Generation)]>,
}

/// State of a member of a consumer group of the new protocol, as the coordinator has it (`MemberState`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ConsumerMemberState {
    /// It has what it is to have.
    Stable,
    /// It has to give partitions up first.
    UnrevokedPartitions,
    /// It waits for partitions that others have not given up yet.
    UnreleasedPartitions,
}

impl ConsumerMemberState {
    /// As Kafka writes it.
    pub fn name(self) -> &'static str {
        match self {
            ConsumerMemberState::Stable => "STABLE",
            ConsumerMemberState::UnrevokedPartitions => "UNREVOKED_PARTITIONS",
            ConsumerMemberState::UnreleasedPartitions => "UNRELEASED_PARTITIONS",
        }
    }
}

/// What the transaction coordinator remembers of a transactional id (`TransactionLogValue.json`; `TransactionMetadata`).
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionLogValue {
    /// Whose.
    pub transactional_id: TransactionalId,
    /// Producer id and epoch.
    pub producer: ProducerIdAndEpoch,
    /// `transaction.timeout.ms` of the producer.
    pub timeout: Nanos,
    /// The state.
    pub state: TransactionState,
    /// The partitions of the transaction, ascending: also of `__consumer_offsets`.
    pub partitions: Vec<Tp>,
    /// When the record was made.
    pub last_update: Nanos,
    /// When the first partition was added; none outside a transaction.
    pub start: Option<Nanos>,
    /// The protocol that the client speaks (`ClientTransactionVersion`).
    pub client_version: TransactionVersion,
    /// The producer id before the last change of state; none where the release does not write it.
    pub previous_producer_id: ProducerId,
    /// The producer id that takes over when the transaction is over, as the epochs of this one are used up; likewise.
    pub next_producer_id: ProducerId,
    /// Whether it is written in the flexible format (version 1 of the schema, from transaction.version 1 on).
    pub flexible: bool,
}

/// State of a transactional id (`TransactionState`). A pending `PrepareEpochFence` is never written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum TransactionState {
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
    Dead,
    PrepareEpochFence,
}

impl TransactionState {
    /// Whether the end is decided, and the markers are on the way.
    pub fn is_prepared(self) -> bool {
        matches!(self, TransactionState::PrepareCommit | TransactionState::PrepareAbort)
    }
    /// As `kafka-transactions` prints it.
    pub fn name(self) -> &'static str {
        match self {
            TransactionState::Empty => "Empty",
            TransactionState::Ongoing => "Ongoing",
            TransactionState::PrepareCommit => "PrepareCommit",
            TransactionState::PrepareAbort => "PrepareAbort",
            TransactionState::CompleteCommit => "CompleteCommit",
            TransactionState::CompleteAbort => "CompleteAbort",
            TransactionState::Dead => "Dead",
            TransactionState::PrepareEpochFence => "PrepareEpochFence",
        }
    }
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
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// The client process, for tools' output: of a static member the one that was added first.
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
        self.base_offset.plus(self.last_offset_delta)
    }
    /// Offset after the last record.
    pub fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0 + 1)
    }
    /// Distance of the offset of the record at `place` from the batch's first.
    pub fn offset_delta(&self, place: u32) -> u32 {
        match &self.data {
            BatchData::Records(details) => details[place as usize].offset_delta,
            BatchData::CoordinatorLeft(records) => records[place as usize].0,
            _ => place,
        }
    }
    /// The places of the application's records from `offset` on, up to the next hole.
    pub fn run_from(&self, offset: Offset) -> Range<u32> {
        let delta = (offset.0 - self.base_offset.0).max(0);
        match &self.data {
            BatchData::Control(_) => 0..0,
            BatchData::Records(details) if self.has_holes() => {
                let first = details.partition_point(|detail| i64::from(detail.offset_delta) < delta);
                let rest = &details[first..];
                let joined = |pair: &&[RecordDetail]| pair[0].offset_delta + 1 == pair[1].offset_delta;
                let run = rest.len().min(rest.windows(2).take_while(joined).count() + 1);
                first as u32..(first + run) as u32
            }
            _ => (delta.min(i64::from(self.count)) as u32)..self.count,
        }
    }
    /// Sequence of the last record, -1 without idempotence.
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence == Sequence::NONE {
            Sequence::NONE
        } else {
            self.base_sequence.plus(self.last_offset_delta)
        }
    }
    /// The records of a coordinator in it, whether whole or what compaction has left.
    pub fn coordinator_records(&self) -> impl Iterator<Item = &CoordinatorRecord> {
        let (whole, left) = match &self.data {
            BatchData::Coordinator(records) => (&records[..], &[][..]),
            BatchData::CoordinatorLeft(records) => (&[][..], &records[..]),
            _ => (&[][..], &[][..]),
        };
        whole.iter().chain(left.iter().map(|(_, record)| record))
    }
    /// Whether a record of an application in it has no key.
    pub fn has_null_keys(&self) -> bool {
        match &self.data {
            BatchData::Plain => true,
            BatchData::Records(details) => details.iter().any(|detail| detail.key == RecordDetail::NULL_KEY),
            _ => false,
        }
    }
    /// Distances of the offsets of its records from its first, ascending.
    pub fn offset_deltas(&self) -> impl DoubleEndedIterator<Item = u32> {
        (0..self.count).map(|place| self.offset_delta(place))
    }
    /// Whether there is an offset in its range that holds no record any more.
    pub fn has_holes(&self) -> bool {
        self.count <= self.last_offset_delta
    }
    /// Whether it holds a control record, or did.
    pub fn is_control(&self) -> bool {
        matches!(self.data, BatchData::Control(_))
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

#[cfg(test)]
impl RecordBatch {
    /// As a test needs one: nobody's, with a byte for each record.
    pub(crate) fn example(base: i64, count: u32, data: BatchData) -> RecordBatch {
        RecordBatch {
            base_offset: Offset(base),
            count,
            last_offset_delta: count - 1,
            size: count,
            leader_epoch: LeaderEpoch(0),
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            base_timestamp: Nanos::ZERO,
            max_timestamp: Nanos::ZERO,
            is_transactional: false,
            delete_horizon: None,
            origin: Origin { node: NodeId(9), ordinal: base as u32 },
            data,
        }
    }
}
