//! What is written and read: Produce, Fetch, ListOffsets, OffsetsForLeaderEpoch.

use std::rc::Rc;

use super::{Batches, List};
use crate::protocol::batch::{LeaderAndEpoch, RecordBatch};
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

/// When a produce request is answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Acks {
    /// `acks=0`: never.
    Zero,
    /// `acks=1`: after the leader's append.
    One,
    /// `acks=all` (-1): once committed.
    All,
}

/// Produce (KIP-98 fields included): at most one batch per partition.
#[derive(Clone, Debug)]
pub struct ProduceRequest {
    /// The transaction's id; none: the batches are not transactional.
    pub transactional: Option<TransactionalProduce>,
    /// When to answer.
    pub acks: Acks,
    /// How long the leader may wait for the ISR (the producer's `request.timeout.ms`).
    pub timeout: Nanos,
    /// The batches.
    pub partitions: Vec<ProducePartition>,
}

/// What a produce request says of its transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionalProduce {
    /// `transactional.id`.
    pub transactional_id: TransactionalId,
    /// The protocol: with transaction.version 2 it is Produce v12, and the leader adds the partition to the transaction;
    /// below it is v11, and the leader verifies that it was added.
    pub version: TransactionVersion,
}

/// One partition of a produce request.
#[derive(Clone, Debug)]
pub struct ProducePartition {
    /// Where to.
    pub tp: Tp,
    /// What; base offset 0, leader epoch undefined.
    pub batch: RecordBatch,
}

/// Answer to a produce with acks 1 or all.
#[derive(Clone, Debug)]
pub struct ProduceResponse {
    /// One result per partition of the request.
    pub partitions: Vec<ProduceResult>,
}

/// Result of one partition.
#[derive(Clone, Copy, Debug)]
pub struct ProduceResult {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// Offset of the batch's first record, -1 on error.
    pub base_offset: Offset,
    /// Log start offset, -1 if unknown.
    pub log_start: Offset,
    /// On NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH: the leader this broker knows (KIP-951).
    pub current_leader: Option<LeaderAndEpoch>,
}

/// Who asks: a replica or a consumer (`FetchRequest.ReplicaState`, whose replica id is -1 for a consumer).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplicaState {
    /// A follower replica; reads up to the log end (KIP-903 for the epoch).
    Follower(BrokerId, BrokerEpoch),
    /// A consumer; reads up to the high watermark.
    Consumer,
}

/// Fetch, incremental in the manner of KIP-227.
///
/// `session_epoch` 0 opens a session and lists every partition; a later request lists only those
/// whose fetch offset or epoch changed since the last one, and the answer only those with data, an
/// error, a divergence or a moved high watermark or log start.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// Who.
    pub replica_state: ReplicaState,
    /// How far a consumer reads; of no meaning for a follower.
    pub isolation_level: IsolationLevel,
    /// How long to wait for `min_bytes`.
    pub max_wait: Nanos,
    /// Answer once this much is readable.
    pub min_bytes: u32,
    /// Answer no more than this (softly).
    pub max_bytes: u32,
    /// 0: a full fetch that opens the session; else one more than last time.
    pub session_epoch: u32,
    /// New or changed partitions.
    pub partitions: Vec<FetchPartition>,
    /// Partitions to drop from the session.
    pub forgotten: Vec<Tp>,
    /// A consumer's `client.rack` (version 11, KIP-392).
    pub rack: Option<RackId>,
}

/// One partition of a fetch.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FetchPartition {
    /// Which.
    pub tp: Tp,
    /// From where.
    pub fetch_offset: Offset,
    /// A follower's own log start; -1 from a consumer.
    pub log_start: Offset,
    /// The epoch in which the fetcher believes; undefined: do not check.
    pub current_leader_epoch: LeaderEpoch,
    /// Epoch of the fetcher's last record; undefined: do not check for divergence.
    pub last_fetched_epoch: LeaderEpoch,
    /// At most this much of this partition.
    pub max_bytes: u32,
}

/// Answer to a fetch.
#[derive(Clone, Debug)]
pub struct FetchResponse {
    /// FETCH_SESSION_ID_NOT_FOUND or INVALID_FETCH_SESSION_EPOCH: start over with a full fetch.
    pub error: ErrorCode,
    /// The partitions that have something to say.
    pub partitions: Vec<FetchData>,
}

/// One partition of a fetch response.
#[derive(Clone, Debug)]
pub struct FetchData {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// The leader's high watermark.
    pub high_watermark: Offset,
    /// The last stable offset.
    pub last_stable_offset: Offset,
    /// The log start offset.
    pub log_start: Offset,
    /// Where the fetcher's log leaves the leader's (KIP-595): (epoch, end offset).
    pub diverging: Option<(LeaderEpoch, Offset)>,
    /// The leader this broker knows, on leadership errors (KIP-951).
    pub current_leader: Option<LeaderAndEpoch>,
    /// For a consumer that reads what is committed: the aborted transactions of which records may be among the batches.
    /// None: there is none, or nobody asked.
    pub aborted_transactions: Option<Rc<[AbortedTransaction]>>,
    /// From where the consumer had better read; then there are no batches (KIP-392).
    pub preferred_read_replica: Option<BrokerId>,
    /// Whole batches; the first may begin below the fetch offset.
    pub batches: Batches,
}

/// A producer's records from `first_offset` on, up to its next ABORT marker, are aborted (`FetchResponse`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbortedTransaction {
    /// The producer.
    pub producer_id: ProducerId,
    /// First offset of the transaction in this partition.
    pub first_offset: Offset,
}

impl FetchData {
    /// An answer without offsets or records.
    #[inline]
    pub fn empty(tp: Tp) -> FetchData {
        FetchData {
            tp,
            error: ErrorCode::None,
            high_watermark: Offset::INVALID,
            last_stable_offset: Offset::INVALID,
            log_start: Offset::INVALID,
            diverging: None,
            current_leader: None,
            aborted_transactions: None,
            preferred_read_replica: None,
            batches: Batches::new(),
        }
    }
}

/// Which offset is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OffsetSpec {
    /// The log start.
    Earliest,
    /// The high watermark, or the last stable offset for a read_committed client; for a replica the
    /// log end.
    Latest,
    /// The first record of this CreateTime or a later one.
    Timestamp(Nanos),
}

/// ListOffsets.
#[derive(Clone, Debug)]
pub struct ListOffsetsRequest {
    /// Who: a replica is answered with the log end.
    pub replica_state: ReplicaState,
    /// Whether the latest offset is the high watermark or the last stable offset.
    pub isolation_level: IsolationLevel,
    /// (partition, epoch the asker believes in, what).
    pub partitions: List<(Tp, LeaderEpoch, OffsetSpec)>,
}

/// Result of one partition.
#[derive(Clone, Copy, Debug)]
pub struct ListOffsetsResult {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// The offset, -1 on error.
    pub offset: Offset,
    /// Its leader epoch, or undefined.
    pub leader_epoch: LeaderEpoch,
}

/// OffsetsForLeaderEpoch (KIP-320).
#[derive(Clone, Debug)]
pub struct OffsetsForLeaderEpochRequest {
    /// (partition, epoch the asker believes in, epoch asked about).
    pub partitions: List<(Tp, LeaderEpoch, LeaderEpoch)>,
}

/// Result of one partition.
#[derive(Clone, Copy, Debug)]
pub struct EpochEndOffset {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// The largest epoch not above the one asked about, or undefined.
    pub leader_epoch: LeaderEpoch,
    /// Its end offset, or -1.
    pub end_offset: Offset,
}

/// What lies before an offset of a partition is to go (`DeleteRecordsRequest`, of one partition).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeleteRecordsRequest {
    /// Which partition.
    pub tp: Tp,
    /// Where its log is to begin; none (-1 in Kafka): at the high watermark.
    pub before: Option<Offset>,
    /// How long it may take until all live replicas begin there.
    pub timeout: Nanos,
}
