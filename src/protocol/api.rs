//! Kinds of requests, by Kafka's names (`ApiKeys`).

use super::messages::{Body, Request, Response, ShareGroupStateRequest, ShareGroupStateResponse};

macro_rules! apis {
    ($($api:ident = $name:literal: $request:pat, $response:pat,)*) => {
        /// A kind of request, or of the answer to it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[allow(missing_docs)]
        pub enum Api { $($api,)* }

        impl Api {
            /// All of them.
            pub const ALL: &'static [Api] = &[$(Api::$api),*];

            /// As in Kafka's request log.
            pub fn name(self) -> &'static str {
                match self { $(Api::$api => $name,)* }
            }
            /// What a message is, and whether it is an answer.
            pub fn of(body: &Body) -> (Api, bool) {
                match body {
                    Body::Request(request) => (Api::of_request(request), false),
                    Body::Response(response) => (Api::of_response(response), true),
                }
            }
            /// What a request is.
            pub fn of_request(request: &Request) -> Api {
                match request { $($request => Api::$api,)* }
            }
            /// What a response answers.
            pub fn of_response(response: &Response) -> Api {
                match response { $($response => Api::$api,)* }
            }
        }
    };
}

apis! {
    ApiVersions = "ApiVersions": Request::ApiVersions, Response::ApiVersions,
    Produce = "Produce": Request::Produce(_), Response::Produce(_),
    // The metadata log is fetched like any other.
    Fetch = "Fetch": Request::Fetch(_) | Request::FetchMetadata(_) | Request::FetchQuorum(_),
        Response::Fetch(_) | Response::FetchMetadata(_) | Response::FetchQuorum(_),
    ListOffsets = "ListOffsets": Request::ListOffsets(_), Response::ListOffsets(_),
    OffsetForLeaderEpoch = "OffsetForLeaderEpoch": Request::OffsetsForLeaderEpoch(_), Response::OffsetsForLeaderEpoch(_),
    Metadata = "Metadata": Request::Metadata(_), Response::Metadata(_),
    InitProducerId = "InitProducerId": Request::InitProducerId(_), Response::InitProducerId(_),
    FindCoordinator = "FindCoordinator": Request::FindCoordinator(_), Response::FindCoordinator(_),
    AddPartitionsToTxn = "AddPartitionsToTxn": Request::AddPartitionsToTxn(_), Response::AddPartitionsToTxn(_),
    AddOffsetsToTxn = "AddOffsetsToTxn": Request::AddOffsetsToTxn(_), Response::AddOffsetsToTxn(_),
    EndTxn = "EndTxn": Request::EndTxn(_), Response::EndTxn(_),
    WriteTxnMarkers = "WriteTxnMarkers": Request::WriteTxnMarkers(_), Response::WriteTxnMarkers(_),
    TxnOffsetCommit = "TxnOffsetCommit": Request::TxnOffsetCommit(_), Response::TxnOffsetCommit(_),
    JoinGroup = "JoinGroup": Request::JoinGroup(_), Response::JoinGroup(_),
    SyncGroup = "SyncGroup": Request::SyncGroup(_), Response::SyncGroup(_),
    Heartbeat = "Heartbeat": Request::Heartbeat(_), Response::Heartbeat(_),
    LeaveGroup = "LeaveGroup": Request::LeaveGroup(_), Response::LeaveGroup(_),
    ConsumerGroupHeartbeat = "ConsumerGroupHeartbeat": Request::ConsumerGroupHeartbeat(_), Response::ConsumerGroupHeartbeat(_),
    ShareGroupHeartbeat = "ShareGroupHeartbeat": Request::ShareGroupHeartbeat(_), Response::ShareGroupHeartbeat(_),
    ShareFetch = "ShareFetch": Request::ShareFetch(_), Response::ShareFetch(_),
    ShareAcknowledge = "ShareAcknowledge": Request::ShareAcknowledge(_), Response::ShareAcknowledge(_),
    InitializeShareGroupState = "InitializeShareGroupState":
        Request::ShareGroupState(ShareGroupStateRequest::Initialize(..)), Response::ShareGroupState(ShareGroupStateResponse::Initialize(_)),
    ReadShareGroupState = "ReadShareGroupState":
        Request::ShareGroupState(ShareGroupStateRequest::Read(..)), Response::ShareGroupState(ShareGroupStateResponse::Read(_)),
    WriteShareGroupState = "WriteShareGroupState":
        Request::ShareGroupState(ShareGroupStateRequest::Write(..)), Response::ShareGroupState(ShareGroupStateResponse::Write(_)),
    DeleteShareGroupState = "DeleteShareGroupState":
        Request::ShareGroupState(ShareGroupStateRequest::Delete(..)), Response::ShareGroupState(ShareGroupStateResponse::Delete(_)),
    ReadShareGroupStateSummary = "ReadShareGroupStateSummary":
        Request::ShareGroupState(ShareGroupStateRequest::ReadSummary(..)), Response::ShareGroupState(ShareGroupStateResponse::ReadSummary(_)),
    OffsetCommit = "OffsetCommit": Request::OffsetCommit(_), Response::OffsetCommit(_),
    OffsetFetch = "OffsetFetch": Request::OffsetFetch(_), Response::OffsetFetch(_),
    DescribeGroups = "DescribeGroups": Request::DescribeGroups(_), Response::DescribeGroups(_),
    DeleteGroups = "DeleteGroups": Request::DeleteGroups(_), Response::DeleteGroups(_),
    OffsetDelete = "OffsetDelete": Request::OffsetDelete(_), Response::OffsetDelete(_),
    AlterShareGroupOffsets = "AlterShareGroupOffsets":
        Request::AlterShareGroupOffsets(_), Response::AlterShareGroupOffsets(_),
    DeleteShareGroupOffsets = "DeleteShareGroupOffsets":
        Request::DeleteShareGroupOffsets(_), Response::DeleteShareGroupOffsets(_),
    CreateTopics = "CreateTopics": Request::CreateTopics(_), Response::CreateTopics(_),
    // CreatePartitions, IncrementalAlterConfigs and ElectLeaders, whose answers the model does not tell apart.
    Admin = "Admin": Request::Admin(_), Response::Admin(_),
    BrokerRegistration = "BrokerRegistration": Request::BrokerRegistration(_), Response::BrokerRegistration(_),
    BrokerHeartbeat = "BrokerHeartbeat": Request::BrokerHeartbeat(_), Response::BrokerHeartbeat(_),
    AlterPartition = "AlterPartition": Request::AlterPartition(_), Response::AlterPartition(_),
    AllocateProducerIds = "AllocateProducerIds": Request::AllocateProducerIds(..), Response::AllocateProducerIds(_),
    DescribeProducers = "DescribeProducers": Request::DescribeProducers(_), Response::DescribeProducers(_),
    DeleteRecords = "DeleteRecords": Request::DeleteRecords(_), Response::DeleteRecords(_),
    Vote = "Vote": Request::Vote(_), Response::Vote(_),
    BeginQuorumEpoch = "BeginQuorumEpoch": Request::BeginQuorumEpoch(_), Response::BeginQuorumEpoch(_),
    EndQuorumEpoch = "EndQuorumEpoch": Request::EndQuorumEpoch(_), Response::EndQuorumEpoch(_),
}
