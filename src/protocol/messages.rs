//! Requests and responses, under the names of Kafka's APIs.
//!
//! Field lists are Kafka's (`clients/src/main/resources/common/message/*.json`), less what the model
//! has no use for. A message changes hands two dozen times on its way: lists of what is large lie
//! elsewhere, short ones are inline.

use std::rc::Rc;

use smallvec::SmallVec;

use super::batch::{LeaderAndEpoch, RecordBatch};
use super::config::IsolationLevel;
use super::errors::ErrorCode;
use super::ids::*;
use super::rules::TransactionVersion;
use super::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// A short list: one element is held inline.
pub type List<T> = SmallVec<[T; 1]>;

/// The batches of one partition in an answer: shared with the log that they were read from.
pub type Batches = SmallVec<[SharedBatch; 2]>;

/// What travels on a connection. The requester picks the correlation id; the responder echoes it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Pairs a response with its request on one connection.
    pub correlation: u32,
    /// The content.
    pub body: Body,
}

/// A request or a response.
#[derive(Clone, Debug)]
pub enum Body {
    /// Client to server.
    Request(Request),
    /// Server to client.
    Response(Response),
}

/// Approximate bytes of a request or response header and framing.
const HEADER: u64 = 40;
/// Bytes of the list of some eighty APIs with their versions.
const API_VERSIONS: u64 = 600;

impl Message {
    /// Bytes on the wire: exact for record batches, approximate for the rest.
    pub fn size(&self) -> u64 {
        let batches = |batches: &[SharedBatch]| batches.iter().map(|b| u64::from(b.size)).sum::<u64>();
        HEADER
            + match &self.body {
                Body::Request(Request::Produce(r)) => r.partitions.iter().map(|p| 20 + u64::from(p.batch.size)).sum(),
                Body::Request(Request::Fetch(r)) => 30 * r.partitions.len() as u64,
                Body::Response(Response::ApiVersions) => API_VERSIONS,
                Body::Response(Response::Fetch(r)) => r.partitions.iter().map(|p| 40 + batches(&p.batches)).sum(),
                _ => 60,
            }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub enum Request {
    /// Which versions the peer speaks: the first request of a connection.
    ApiVersions,
    /// Append records.
    Produce(ProduceRequest),
    /// Read records, as a follower or a consumer.
    Fetch(FetchRequest),
    /// Offsets by time.
    ListOffsets(ListOffsetsRequest),
    /// Where a leader epoch ends.
    OffsetsForLeaderEpoch(OffsetsForLeaderEpochRequest),
    /// Topics, leaders, brokers.
    Metadata(MetadataRequest),
    /// A producer id and epoch.
    InitProducerId(InitProducerIdRequest),
    /// The coordinator of a group or of a transactional id.
    FindCoordinator(CoordinatorKey),
    /// Producer (transaction.version below 2) or partition leader to transaction coordinator: these partitions are part
    /// of the transaction.
    AddPartitionsToTxn(AddPartitionsToTxnRequest),
    /// Producer (transaction.version below 2) to transaction coordinator: the offsets of a group are.
    AddOffsetsToTxn(AddOffsetsToTxnRequest),
    /// Commit or abort.
    EndTxn(EndTxnRequest),
    /// Transaction coordinator to partition leader: write markers.
    WriteTxnMarkers(WriteTxnMarkersRequest),
    /// An administrator to a replica: the producers that it remembers (KIP-664).
    DescribeProducers(Tp),
    /// Producer to group coordinator: offsets that are part of the transaction.
    TxnOffsetCommit(TxnOffsetCommitRequest),
    /// Join a classic group.
    JoinGroup(JoinGroupRequest),
    /// Fetch or hand in the assignment.
    SyncGroup(SyncGroupRequest),
    /// Stay a member.
    Heartbeat(HeartbeatRequest),
    /// Leave a classic group.
    LeaveGroup(LeaveGroupRequest),
    /// Store offsets.
    OffsetCommit(OffsetCommitRequest),
    /// Read stored offsets.
    OffsetFetch(OffsetFetchRequest),
    /// Admin to broker or broker to controller: create topics.
    CreateTopics(CreateTopicsRequest),
    /// CreatePartitions, IncrementalAlterConfigs or ElectLeaders.
    Admin(AdminRequest),
    /// Broker to controller: a new incarnation.
    BrokerRegistration(BrokerRegistrationRequest),
    /// Broker to controller: alive.
    BrokerHeartbeat(BrokerHeartbeatRequest),
    /// Partition leader to controller: a new ISR.
    AlterPartition(AlterPartitionRequest),
    /// Broker to controller: a block of producer ids.
    AllocateProducerIds(BrokerId, BrokerEpoch),
    /// Observer's fetch of the `__cluster_metadata` log; answered at once or after 500 ms.
    FetchMetadata(FetchMetadataRequest),
}

/// A response.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Response {
    ApiVersions,
    Produce(ProduceResponse),
    Fetch(FetchResponse),
    ListOffsets(List<ListOffsetsResult>),
    OffsetsForLeaderEpoch(List<EpochEndOffset>),
    Metadata(Rc<MetadataResponse>),
    InitProducerId(InitProducerIdResponse),
    FindCoordinator(FindCoordinatorResponse),
    AddPartitionsToTxn(AddPartitionsToTxnResponse),
    AddOffsetsToTxn(ErrorCode),
    EndTxn(EndTxnResponse),
    WriteTxnMarkers(WriteTxnMarkersResponse),
    /// The producers of a partition, or why they are not told.
    DescribeProducers(Result<List<DescribedProducer>, ErrorCode>),
    TxnOffsetCommit(TxnOffsetCommitResponse),
    JoinGroup(JoinGroupResponse),
    SyncGroup(SyncGroupResponse),
    Heartbeat(ErrorCode),
    LeaveGroup(ErrorCode),
    OffsetCommit(OffsetCommitResponse),
    OffsetFetch(OffsetFetchResponse),
    CreateTopics(Vec<(TopicId, ErrorCode)>),
    /// CreatePartitions, IncrementalAlterConfigs or ElectLeaders.
    Admin(ErrorCode),
    BrokerRegistration(BrokerRegistrationResponse),
    BrokerHeartbeat(BrokerHeartbeatResponse),
    AlterPartition(AlterPartitionResponse),
    AllocateProducerIds(AllocateProducerIdsResponse),
    FetchMetadata(FetchMetadataResponse),
}

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

/// Metadata.
#[derive(Clone, Debug)]
pub struct MetadataRequest {
    /// The topics of interest.
    pub topics: List<TopicId>,
    /// Create them if they do not exist and the broker's `auto.create.topics.enable` says so.
    pub allow_auto_topic_creation: bool,
}

/// Answer to Metadata.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MetadataResponse {
    /// The brokers alive in the answering broker's image.
    pub brokers: Vec<BrokerId>,
    /// The topics asked for.
    pub topics: Vec<TopicMetadata>,
}

/// One topic.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicMetadata {
    /// Which.
    pub topic: TopicId,
    /// UNKNOWN_TOPIC_OR_PARTITION if the broker does not know it.
    pub error: ErrorCode,
    /// Its partitions, ascending.
    pub partitions: Vec<PartitionMetadata>,
}

/// One partition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionMetadata {
    /// Which.
    pub tp: Tp,
    /// LEADER_NOT_AVAILABLE if it has no leader, or a dead one.
    pub error: ErrorCode,
    /// The leader.
    pub leader: Option<BrokerId>,
    /// The epoch.
    pub leader_epoch: LeaderEpoch,
    /// The replicas in assignment order.
    pub replicas: BrokerList,
    /// The in-sync replicas.
    pub isr: BrokerList,
}

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

/// Whose coordinator is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CoordinatorKey {
    /// A group's: the leader of its partition of `__consumer_offsets`.
    Group(GroupId),
    /// A transactional id's: the leader of its partition of `__transaction_state`.
    Transaction(TransactionalId),
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
}

impl ConsumerGroupMetadata {
    /// With the group's name and nothing else.
    pub const fn of_group(group: GroupId) -> ConsumerGroupMetadata {
        ConsumerGroupMetadata { group, generation: Generation::NONE, member: MemberId::NONE }
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

/// Answer to FindCoordinator.
#[derive(Clone, Copy, Debug)]
pub struct FindCoordinatorResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The coordinator, on success.
    pub coordinator: Option<BrokerId>,
}

/// What a member brings to a join: the bytes that the assignor reads (subscription v2+).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// Topics, ascending.
    pub topics: Vec<TopicId>,
    /// What it owns (cooperative only; empty for eager).
    pub owned: Vec<Tp>,
    /// The generation in which it owned that.
    pub generation: Generation,
}

/// JoinGroup.
#[derive(Clone, Debug)]
pub struct JoinGroupRequest {
    /// The group.
    pub group: GroupId,
    /// The member, or [`MemberId::NONE`].
    pub member: MemberId,
    /// `session.timeout.ms`.
    pub session_timeout: Nanos,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout: Nanos,
    /// Assignors with metadata, most wanted first.
    pub protocols: Vec<(Assignor, Rc<Subscription>)>,
}

/// A client-side assignor (`partition.assignment.strategy`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignor {
    /// `RangeAssignor`.
    Range,
}

impl Assignor {
    /// The protocol name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Assignor::Range => "range",
        }
    }
}

/// Answer to JoinGroup.
#[derive(Clone, Debug)]
pub struct JoinGroupResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The generation.
    pub generation: Generation,
    /// The chosen assignor.
    pub protocol: Option<Assignor>,
    /// The leader.
    pub leader: MemberId,
    /// The member's own id (also with MEMBER_ID_REQUIRED).
    pub member: MemberId,
    /// All members; for the leader only.
    pub members: Vec<(MemberId, Rc<Subscription>)>,
}

/// SyncGroup.
#[derive(Clone, Debug)]
pub struct SyncGroupRequest {
    /// The group.
    pub group: GroupId,
    /// The generation.
    pub generation: Generation,
    /// The member.
    pub member: MemberId,
    /// The assignment; from the leader only.
    pub assignments: Vec<(MemberId, Rc<[Tp]>)>,
}

/// Answer to SyncGroup.
#[derive(Clone, Debug)]
pub struct SyncGroupResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The member's partitions.
    pub assignment: Rc<[Tp]>,
}

/// Heartbeat.
#[derive(Clone, Copy, Debug)]
pub struct HeartbeatRequest {
    /// The group.
    pub group: GroupId,
    /// The generation.
    pub generation: Generation,
    /// The member.
    pub member: MemberId,
}

/// LeaveGroup.
#[derive(Clone, Copy, Debug)]
pub struct LeaveGroupRequest {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// Why (KIP-800).
    pub reason: LeaveGroupReason,
}

/// Why a member leaves by itself (KIP-800 sends it as text).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeaveGroupReason {
    /// "the consumer is being closed"
    Closed,
    /// "consumer poll timeout has expired."
    PollTimeout,
}

/// OffsetCommit.
#[derive(Clone, Debug)]
pub struct OffsetCommitRequest {
    /// The group.
    pub group: GroupId,
    /// The generation, [`Generation::NONE`] outside a group.
    pub generation: Generation,
    /// The member, [`MemberId::NONE`] outside a group.
    pub member: MemberId,
    /// (partition, next offset to read, leader epoch of the last consumed record).
    pub offsets: List<(Tp, Offset, LeaderEpoch)>,
}

/// Answer to OffsetCommit.
#[derive(Clone, Debug)]
pub struct OffsetCommitResponse {
    /// One result per partition of the request.
    pub results: List<(Tp, ErrorCode)>,
}

/// OffsetFetch, with require_stable.
#[derive(Clone, Debug)]
pub struct OffsetFetchRequest {
    /// The group.
    pub group: GroupId,
    /// The partitions.
    pub partitions: Vec<Tp>,
}

/// Answer to OffsetFetch.
#[derive(Clone, Debug)]
pub struct OffsetFetchResponse {
    /// How it went for all.
    pub error: ErrorCode,
    /// (partition, offset or -1, leader epoch or undefined).
    pub offsets: Vec<(Tp, Offset, LeaderEpoch)>,
    /// UNSTABLE_OFFSET_COMMIT: the partitions of which a transaction has offsets that is not decided yet.
    pub unstable: Vec<Tp>,
}

/// CreateTopics.
#[derive(Clone, Debug)]
pub struct CreateTopicsRequest {
    /// The topics.
    pub topics: Vec<CreatableTopic>,
}

/// One topic to create.
#[derive(Clone, Debug)]
pub struct CreatableTopic {
    /// Which.
    pub topic: TopicId,
    /// How many partitions; the catalogue may have more, which are added later.
    pub partitions: u32,
    /// Replicas per partition.
    pub replication_factor: u16,
    /// Its configs.
    pub config: super::config::TopicConfig,
    /// An explicit replica assignment, one list per partition; empty: the controller places.
    pub assignment: Vec<BrokerList>,
}

/// What an administrator asks the controller for, beside new topics.
#[derive(Clone, PartialEq, Debug)]
pub enum AdminRequest {
    /// CreatePartitions, for one topic.
    CreatePartitions {
        /// Which.
        topic: TopicId,
        /// How many it is to have.
        count: u32,
    },
    /// IncrementalAlterConfigs, for one topic.
    AlterTopicConfigs {
        /// Which.
        topic: TopicId,
        /// Names and values.
        changes: Box<[(String, String)]>,
    },
    /// ElectLeaders (KIP-460).
    ElectLeaders {
        /// The partitions.
        partitions: Box<[Tp]>,
        /// Unclean, or preferred.
        unclean: bool,
    },
}

/// BrokerRegistration (KIP-631).
#[derive(Clone, Copy, Debug)]
pub struct BrokerRegistrationRequest {
    /// Who.
    pub broker: BrokerId,
    /// This process life.
    pub incarnation: u64,
    /// The epoch in the clean shutdown marker, or unknown.
    pub previous_broker_epoch: BrokerEpoch,
}

/// Answer to BrokerRegistration.
#[derive(Clone, Copy, Debug)]
pub struct BrokerRegistrationResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The epoch of this incarnation.
    pub broker_epoch: BrokerEpoch,
}

/// BrokerHeartbeat.
#[derive(Clone, Copy, Debug)]
pub struct BrokerHeartbeatRequest {
    /// Who.
    pub broker: BrokerId,
    /// The incarnation's epoch.
    pub broker_epoch: BrokerEpoch,
    /// Highest metadata offset applied.
    pub current_metadata_offset: i64,
    /// Wants to be (or stay) fenced.
    pub want_fence: bool,
    /// Wants to stop.
    pub want_shutdown: bool,
}

/// Answer to BrokerHeartbeat.
#[derive(Clone, Copy, Debug)]
pub struct BrokerHeartbeatResponse {
    /// How it went.
    pub error: ErrorCode,
    /// Has caught up with the metadata.
    pub is_caught_up: bool,
    /// Is fenced.
    pub is_fenced: bool,
    /// May stop now.
    pub should_shutdown: bool,
}

/// AlterPartition (KIP-497, KIP-903).
#[derive(Clone, Debug)]
pub struct AlterPartitionRequest {
    /// The leader.
    pub broker: BrokerId,
    /// Its epoch.
    pub broker_epoch: BrokerEpoch,
    /// The proposals.
    pub partitions: Vec<AlterPartition>,
}

/// One proposal.
#[derive(Clone, Debug)]
pub struct AlterPartition {
    /// Which.
    pub tp: Tp,
    /// The leader's epoch.
    pub leader_epoch: LeaderEpoch,
    /// The partition epoch it builds on.
    pub partition_epoch: PartitionEpoch,
    /// The whole new ISR, each member with its broker epoch (-1: not checked).
    pub new_isr: SmallVec<[(BrokerId, BrokerEpoch); 3]>,
}

/// Answer to AlterPartition.
#[derive(Clone, Debug)]
pub struct AlterPartitionResponse {
    /// STALE_BROKER_EPOCH or NOT_CONTROLLER for the whole request.
    pub error: ErrorCode,
    /// One result per partition.
    pub partitions: List<AlterPartitionResult>,
}

/// Result of one proposal.
#[derive(Clone, Copy, Debug)]
pub struct AlterPartitionResult {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// The leader now.
    pub leader: Option<BrokerId>,
    /// Its epoch.
    pub leader_epoch: LeaderEpoch,
    /// The ISR now.
    pub isr: BrokerList,
    /// The partition epoch now.
    pub partition_epoch: PartitionEpoch,
}

/// Answer to AllocateProducerIds: `first .. first + 1000`.
#[derive(Clone, Copy, Debug)]
pub struct AllocateProducerIdsResponse {
    /// How it went.
    pub error: ErrorCode,
    /// First id of the block.
    pub first: ProducerId,
    /// How many.
    pub count: u32,
}

/// An observer's fetch of the metadata log.
#[derive(Clone, Copy, Debug)]
pub struct FetchMetadataRequest {
    /// Who.
    pub broker: BrokerId,
    /// Next offset wanted.
    pub fetch_offset: i64,
    /// How long to wait for a committed record (500 ms in Kafka).
    pub max_wait: Nanos,
}

/// Committed metadata records from the offset asked for.
#[derive(Clone, Debug)]
pub struct FetchMetadataResponse {
    /// How it went.
    pub error: ErrorCode,
    /// Offset of the first record given.
    pub base_offset: i64,
    /// The records.
    pub records: Vec<MetadataRecord>,
    /// The quorum's high watermark.
    pub high_watermark: i64,
}

/// A record of `__cluster_metadata` (`metadata/src/main/resources/common/metadata/*.json`).
#[derive(Clone, PartialEq, Debug)]
pub enum MetadataRecord {
    /// A broker incarnation; its epoch is this record's offset. Starts fenced.
    RegisterBroker {
        /// Who.
        broker: BrokerId,
        /// This process life.
        incarnation: u64,
        /// The epoch.
        epoch: BrokerEpoch,
    },
    /// A change of a broker's registration; `None`: unchanged.
    BrokerRegistrationChange {
        /// Who.
        broker: BrokerId,
        /// The incarnation.
        epoch: BrokerEpoch,
        /// Fenced or not.
        fenced: Option<bool>,
        /// In controlled shutdown.
        in_controlled_shutdown: Option<bool>,
    },
    /// A topic and its configs.
    Topic {
        /// Which.
        topic: TopicId,
        /// How many partitions it begins with.
        partitions: u32,
        /// Its configs.
        config: Rc<super::config::TopicConfig>,
    },
    /// Other configs of a topic.
    TopicConfig {
        /// Which.
        topic: TopicId,
        /// All of them, the unchanged as well.
        config: Rc<super::config::TopicConfig>,
    },
    /// A new partition.
    Partition {
        /// Which.
        tp: Tp,
        /// Replicas in assignment order.
        replicas: BrokerList,
        /// In-sync replicas.
        isr: BrokerList,
        /// The leader.
        leader: Option<BrokerId>,
    },
    /// A changed partition; `None`: unchanged. A leader field raises the leader epoch.
    PartitionChange {
        /// Which.
        tp: Tp,
        /// `Some(None)`: no leader.
        leader: Option<Option<BrokerId>>,
        /// The new ISR.
        isr: Option<BrokerList>,
        /// The leader recovery state after the change: set by an unclean election, cleared by the
        /// leader's next AlterPartition (KIP-704).
        recovering: bool,
        /// The new eligible leader replicas (KIP-966).
        elr: Option<BrokerList>,
        /// The new last known leader.
        last_known_elr: Option<LastKnownLeader>,
    },
    /// Producer ids up to here are handed out.
    ProducerIds {
        /// The next block's first id.
        next: ProducerId,
    },
    /// Keeps an idle log moving.
    NoOp,
}

/// The last known leader of a partition without ISR (the field `LastKnownElr`, KIP-966).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LastKnownLeader {
    /// None is recorded.
    #[default]
    Unset,
    /// The leader at that moment; Kafka also records that there was none, as broker -1.
    Was(Option<BrokerId>),
}
