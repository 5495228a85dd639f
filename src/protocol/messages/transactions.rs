//! What transactional producers, coordinators and leaders ask each other.

use super::List;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

/// InitProducerId.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitProducerIdRequest {
    /// None: a producer id for an idempotent producer, which any broker gives.
    pub transactional_id: Option<TransactionalId>,
    /// `transaction.timeout.ms`.
    pub transaction_timeout: Nanos,
    /// The producer id and epoch that the producer has, if it wants the next epoch (KIP-360); else none.
    pub producer: ProducerIdAndEpoch,
}

impl InitProducerIdRequest {
    /// Of an idempotent producer without transactions.
    pub const IDEMPOTENT: InitProducerIdRequest = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout: Nanos::ZERO,
        producer: ProducerIdAndEpoch::NONE,
    };
}

/// AddPartitionsToTxn: of one transaction up to v3, which clients speak, and of several from v4 on, among brokers.
#[derive(Clone, PartialEq, Debug)]
pub struct AddPartitionsToTxnRequest {
    /// The transactions; from a client one.
    pub transactions: List<AddPartitionsToTxnTransaction>,
}

/// One transaction of it.
#[derive(Clone, PartialEq, Debug)]
pub struct AddPartitionsToTxnTransaction {
    /// Which.
    pub transactional_id: TransactionalId,
    /// The producer.
    pub producer: ProducerIdAndEpoch,
    /// Only say whether the partitions are part of the transaction (a leader of transaction.version below 2).
    pub verify_only: bool,
    /// The protocol of the producer.
    pub version: TransactionVersion,
    /// The partitions.
    pub partitions: List<Tp>,
}

/// Answer to AddPartitionsToTxn.
#[derive(Clone, PartialEq, Debug)]
pub struct AddPartitionsToTxnResponse {
    /// By transaction and partition, in the order of the request.
    pub results: List<(TransactionalId, List<(Tp, ErrorCode)>)>,
}

/// AddOffsetsToTxn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AddOffsetsToTxnRequest {
    /// Which transaction.
    pub transactional_id: TransactionalId,
    /// The producer.
    pub producer: ProducerIdAndEpoch,
    /// The group whose partition of `__consumer_offsets` becomes part of it.
    pub group: GroupId,
}

/// EndTxn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EndTxnRequest {
    /// Which transaction.
    pub transactional_id: TransactionalId,
    /// The producer.
    pub producer: ProducerIdAndEpoch,
    /// COMMIT or ABORT.
    pub commit: bool,
    /// The protocol: with transaction.version 2 it is EndTxn v5, which begins the next epoch.
    pub version: TransactionVersion,
}

/// Answer to EndTxn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EndTxnResponse {
    /// How it went.
    pub error: ErrorCode,
    /// With transaction.version 2 the producer id and epoch of the next transaction; else none.
    pub producer: ProducerIdAndEpoch,
}

/// WriteTxnMarkers: of several transactions.
#[derive(Clone, PartialEq, Debug)]
pub struct WriteTxnMarkersRequest {
    /// The markers.
    pub markers: List<WritableTxnMarker>,
}

/// The markers of one transaction.
#[derive(Clone, PartialEq, Debug)]
pub struct WritableTxnMarker {
    /// The producer; its epoch is that of the transaction, or with transaction.version 2 the next one.
    pub producer: ProducerIdAndEpoch,
    /// Leader epoch of the coordinator's partition of `__transaction_state`.
    pub coordinator_epoch: LeaderEpoch,
    /// COMMIT or ABORT.
    pub commit: bool,
    /// The protocol by which the transaction was ended: with transaction.version 2 the epoch is one that no record of the
    /// transaction has (KAFKA-19446).
    pub version: TransactionVersion,
    /// Where to.
    pub partitions: List<Tp>,
}

/// A producer that a replica remembers (`DescribeProducersResponse.ProducerState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DescribedProducer {
    /// Its id and latest epoch.
    pub producer: ProducerIdAndEpoch,
    /// The coordinator epoch of its latest marker; -1 before the first.
    pub coordinator_epoch: LeaderEpoch,
    /// Where its open transaction begins.
    pub txn_start_offset: Option<Offset>,
}

/// Answer to WriteTxnMarkers.
#[derive(Clone, PartialEq, Debug)]
pub struct WriteTxnMarkersResponse {
    /// By producer and partition, in the order of the request.
    pub results: List<(ProducerId, List<(Tp, ErrorCode)>)>,
}

/// TxnOffsetCommit.
#[derive(Clone, PartialEq, Debug)]
pub struct TxnOffsetCommitRequest {
    /// Which transaction.
    pub transactional_id: TransactionalId,
    /// The producer.
    pub producer: ProducerIdAndEpoch,
    /// The protocol: with transaction.version 2 the group coordinator adds its partition to the transaction.
    pub version: TransactionVersion,
    /// The group, and what its member says of itself.
    pub group: ConsumerGroupMetadata,
    /// (partition, next offset to read, leader epoch of the last consumed record).
    pub offsets: List<(Tp, Offset, LeaderEpoch)>,
}

/// Answer to TxnOffsetCommit.
#[derive(Clone, PartialEq, Debug)]
pub struct TxnOffsetCommitResponse {
    /// One result per partition of the request.
    pub results: List<(Tp, ErrorCode)>,
}

/// What a consumer tells a producer of its membership (`ConsumerGroupMetadata`, KIP-447).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsumerGroupMetadata {
    /// The group.
    pub group: GroupId,
    /// Its generation; [`Generation::NONE`] from who only gives the group's name: then nobody is fenced.
    pub generation: Generation,
    /// The member, or [`MemberId::NONE`].
    pub member: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
}

impl ConsumerGroupMetadata {
    /// With the group's name and nothing else.
    pub const fn of_group(group: GroupId) -> ConsumerGroupMetadata {
        ConsumerGroupMetadata { group, generation: Generation::NONE, member: MemberId::NONE, instance: None }
    }
}

/// Answer to InitProducerId.
#[derive(Clone, Copy, Debug)]
pub struct InitProducerIdResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The id and its epoch, on success.
    pub producer: ProducerIdAndEpoch,
}
