//! Requests and responses, under the names of Kafka's APIs.
//!
//! Field lists are Kafka's (`clients/src/main/resources/common/message/*.json`), less what the model
//! has no use for. A message changes hands two dozen times on its way: lists of what is large lie
//! elsewhere, short ones are inline.
//!
//! | file | messages of |
//! |---|---|
//! | `records` | records that are written and read |
//! | `transactions` | transactions |
//! | `groups` | coordinators, and groups |
//! | `consumer_groups` | groups of the new protocol |
//! | `share_groups` | share groups |
//! | `cluster` | metadata, topics, brokers and the controller |
//! | `quorum` | the controllers among each other, and their log |

mod cluster;
mod consumer_groups;
mod groups;
mod quorum;
mod records;
mod share_groups;
mod transactions;

use std::rc::Rc;

use smallvec::SmallVec;

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::shared_batch::SharedBatch;

pub use cluster::*;
pub use consumer_groups::*;
pub use groups::*;
pub use quorum::*;
pub use records::*;
pub use share_groups::*;
pub use transactions::*;

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
        match &self.body {
            Body::Request(request) => request.size(),
            Body::Response(response) => response.size(),
        }
    }
}

impl Request {
    /// See [`Message::size`].
    pub fn size(&self) -> u64 {
        let acknowledgements = |partitions: &[SharePartitionAcknowledgements]| {
            let batches = partitions.iter().flat_map(|p| &p.acknowledgements);
            24 * partitions.len() as u64 + batches.map(|b| 18 + b.types.len() as u64).sum::<u64>()
        };
        HEADER
            + match self {
                Request::Produce(r) => r.partitions.iter().map(|p| 20 + u64::from(p.batch.size)).sum(),
                Request::Fetch(r) => 30 * r.partitions.len() as u64,
                Request::ShareFetch(r) => acknowledgements(&r.partitions),
                Request::ShareAcknowledge(r) => acknowledgements(&r.partitions),
                _ => 60,
            }
    }
}

impl Response {
    /// See [`Message::size`].
    pub fn size(&self) -> u64 {
        let batches = |batches: &[SharedBatch]| batches.iter().map(|b| u64::from(b.size)).sum::<u64>();
        HEADER
            + match self {
                Response::ApiVersions => API_VERSIONS,
                Response::ShareFetch(r) => {
                    r.partitions.iter().map(|p| 40 + 18 * p.acquired.len() as u64 + batches(&p.batches)).sum()
                }
                Response::FetchQuorum(r) => 60 + r.size(),
                Response::Fetch(r) => r.partitions.iter().map(|p| 40 + batches(&p.batches)).sum(),
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
    /// An administrator to the leader of a partition: what lies before an offset is to go (KIP-107).
    DeleteRecords(DeleteRecordsRequest),
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
    /// Join a consumer group of the new protocol, stay in it, or leave it (KIP-848).
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest),
    /// Join a share group, stay in it, or leave it (KIP-932).
    ShareGroupHeartbeat(ShareGroupHeartbeatRequest),
    /// Acknowledge records, and acquire more.
    ShareFetch(Box<ShareFetchRequest>),
    /// Acknowledge records.
    ShareAcknowledge(ShareAcknowledgeRequest),
    /// Broker to share coordinator: the state of share-partitions.
    ShareGroupState(ShareGroupStateRequest),
    /// Store offsets.
    OffsetCommit(OffsetCommitRequest),
    /// Read stored offsets.
    OffsetFetch(OffsetFetchRequest),
    /// An administrator to the coordinator: the state of a group.
    DescribeGroups(GroupId),
    /// The same: remove a group without members, and all its offsets.
    DeleteGroups(GroupId),
    /// The same: remove offsets of a group (KIP-496).
    OffsetDelete(OffsetDeleteRequest),
    /// Says where an empty share group begins.
    AlterShareGroupOffsets(AlterShareGroupOffsetsRequest),
    /// Has an empty share group forget topics.
    DeleteShareGroupOffsets(DeleteShareGroupOffsetsRequest),
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
    /// Controller to controller: be elected, or find out whether one would be.
    Vote(VoteRequest),
    /// Controller to controller: this one leads.
    BeginQuorumEpoch(BeginQuorumEpochRequest),
    /// Controller to controller: this one leads no longer.
    EndQuorumEpoch(EndQuorumEpochRequest),
    /// Controller or broker to one of several controllers: the metadata log.
    FetchQuorum(FetchQuorumRequest),
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
    /// The lowest log start of all live replicas, or why the records do not go.
    DeleteRecords(Result<Offset, ErrorCode>),
    TxnOffsetCommit(TxnOffsetCommitResponse),
    JoinGroup(JoinGroupResponse),
    SyncGroup(SyncGroupResponse),
    Heartbeat(ErrorCode),
    LeaveGroup(LeaveGroupResponse),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse),
    ShareGroupHeartbeat(ShareGroupHeartbeatResponse),
    ShareFetch(ShareFetchResponse),
    ShareAcknowledge(ShareAcknowledgeResponse),
    ShareGroupState(ShareGroupStateResponse),
    OffsetCommit(OffsetCommitResponse),
    OffsetFetch(OffsetFetchResponse),
    DescribeGroups(DescribeGroupsResult),
    DeleteGroups(ErrorCode),
    OffsetDelete(OffsetDeleteResponse),
    AlterShareGroupOffsets(AlterShareGroupOffsetsResponse),
    DeleteShareGroupOffsets(DeleteShareGroupOffsetsResponse),
    CreateTopics(Vec<(TopicId, ErrorCode)>),
    /// CreatePartitions, IncrementalAlterConfigs or ElectLeaders.
    Admin(ErrorCode),
    BrokerRegistration(BrokerRegistrationResponse),
    BrokerHeartbeat(BrokerHeartbeatResponse),
    AlterPartition(AlterPartitionResponse),
    AllocateProducerIds(AllocateProducerIdsResponse),
    FetchMetadata(FetchMetadataResponse),
    /// To Vote.
    Vote(VoteResponse),
    /// To BeginQuorumEpoch.
    BeginQuorumEpoch(QuorumEpochResponse),
    /// To EndQuorumEpoch.
    EndQuorumEpoch(QuorumEpochResponse),
    /// To a fetch of the metadata log of a quorum.
    FetchQuorum(Box<FetchQuorumResponse>),
}
