//! What the group coordinator is asked.

use crate::protocol::ids::GroupId;
use crate::protocol::messages::*;

/// A request that belongs to the coordinator.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum GroupRequest {
    JoinGroup(JoinGroupRequest),
    SyncGroup(SyncGroupRequest),
    Heartbeat(HeartbeatRequest),
    LeaveGroup(LeaveGroupRequest),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest),
    ShareGroupHeartbeat(ShareGroupHeartbeatRequest),
    OffsetCommit(OffsetCommitRequest),
    OffsetFetch(OffsetFetchRequest),
    DescribeGroups(GroupId),
    DeleteGroups(GroupId),
    OffsetDelete(OffsetDeleteRequest),
    AlterShareGroupOffsets(AlterShareGroupOffsetsRequest),
    DeleteShareGroupOffsets(DeleteShareGroupOffsetsRequest),
    /// Once the producer's transaction is verified.
    TxnOffsetCommit(TxnOffsetCommitRequest),
}

impl GroupRequest {
    /// The group it is about.
    pub fn group(&self) -> GroupId {
        match self {
            GroupRequest::JoinGroup(r) => r.group,
            GroupRequest::SyncGroup(r) => r.group,
            GroupRequest::Heartbeat(r) => r.group,
            GroupRequest::LeaveGroup(r) => r.group,
            GroupRequest::ConsumerGroupHeartbeat(r) => r.group,
            GroupRequest::ShareGroupHeartbeat(r) => r.group,
            GroupRequest::OffsetCommit(r) => r.group,
            GroupRequest::OffsetFetch(r) => r.group,
            GroupRequest::DescribeGroups(group) | GroupRequest::DeleteGroups(group) => *group,
            GroupRequest::OffsetDelete(r) => r.group,
            GroupRequest::AlterShareGroupOffsets(r) => r.group,
            GroupRequest::DeleteShareGroupOffsets(r) => r.group,
            GroupRequest::TxnOffsetCommit(r) => r.group.group,
        }
    }
}
