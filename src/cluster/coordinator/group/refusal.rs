//! Errors as each API answers them.

use super::request::GroupRequest;
pub use crate::cluster::coordinator::refusal::of_write;
use crate::cluster::coordinator::runtime::{Command, ReplyTo};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

pub fn join_error(error: ErrorCode, member: MemberId) -> Response {
    Response::JoinGroup(JoinGroupResponse {
        error,
        generation: Generation::NONE,
        protocol: None,
        leader: MemberId::NONE,
        member,
        skip_assignment: false,
        members: Vec::new(),
    })
}

/// The answer that refuses a ShareGroupHeartbeat.
pub fn share_error(error: ErrorCode, member: MemberId) -> Response {
    Response::ShareGroupHeartbeat(ShareGroupHeartbeatResponse {
        error,
        member,
        member_epoch: Generation(0),
        heartbeat_interval: crate::sim::time::Nanos::ZERO,
        assignment: None,
    })
}

/// The answer that refuses AlterShareGroupOffsets.
pub fn not_altered(error: ErrorCode) -> Response {
    Response::AlterShareGroupOffsets(AlterShareGroupOffsetsResponse { error, results: List::new() })
}
/// The answer to DeleteShareGroupOffsets.
pub fn deleted(results: Result<List<(TopicId, ErrorCode)>, ErrorCode>) -> Response {
    let (error, results) = match results {
        Ok(results) => (ErrorCode::None, results),
        Err(error) => (error, List::new()),
    };
    Response::DeleteShareGroupOffsets(DeleteShareGroupOffsetsResponse { error, results })
}
/// The answer that refuses it.
pub fn not_deleted(error: ErrorCode) -> Response {
    deleted(Err(error))
}

pub fn sync_error(error: ErrorCode) -> Response {
    Response::SyncGroup(SyncGroupResponse { error, assignment: [].into() })
}

pub fn fetch_error(error: ErrorCode) -> Response {
    Response::OffsetFetch(OffsetFetchResponse { error, offsets: Vec::new(), unstable: Vec::new() })
}

/// The same error for every partition of a commit (`OffsetCommitRequest.getErrorResponse`).
pub fn commit_error(error: ErrorCode, partitions: impl Iterator<Item = Tp>) -> Response {
    Response::OffsetCommit(OffsetCommitResponse { results: partitions.map(|tp| (tp, error)).collect() })
}

/// The same of a transaction (`TxnOffsetCommitRequest.getErrorResponse`).
pub fn txn_commit_error(error: ErrorCode, partitions: impl Iterator<Item = Tp>) -> Response {
    Response::TxnOffsetCommit(TxnOffsetCommitResponse { results: partitions.map(|tp| (tp, error)).collect() })
}

/// Answers a request with an error before any group has seen it.
pub fn refuse(
    broker: BrokerId,
    to: ReplyTo,
    request: &GroupRequest,
    error: ErrorCode,
    commands: &mut Vec<Command>,
    ctx: &mut Context<'_>,
) {
    let response = match request {
        GroupRequest::JoinGroup(r) => join_error(error, r.member),
        GroupRequest::SyncGroup(_) => sync_error(error),
        GroupRequest::Heartbeat(_) => Response::Heartbeat(error),
        GroupRequest::LeaveGroup(_) => Response::LeaveGroup(LeaveGroupResponse::refused(error)),
        GroupRequest::ConsumerGroupHeartbeat(r) => {
            Response::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse::refused(error, r.member))
        }
        GroupRequest::ShareGroupHeartbeat(r) => share_error(error, r.member),
        GroupRequest::OffsetCommit(r) => {
            record_refused_commit(broker, r, error, ctx);
            commit_error(error, r.offsets.iter().map(|o| o.0))
        }
        GroupRequest::OffsetFetch(_) => fetch_error(error),
        GroupRequest::DescribeGroups(_) => Response::DescribeGroups(DescribeGroupsResult { error, state: "" }),
        GroupRequest::DeleteGroups(_) => Response::DeleteGroups(error),
        GroupRequest::AlterShareGroupOffsets(_) => not_altered(error),
        GroupRequest::DeleteShareGroupOffsets(_) => not_deleted(error),
        GroupRequest::OffsetDelete(_) => Response::OffsetDelete(OffsetDeleteResponse::refused(error)),
        GroupRequest::TxnOffsetCommit(r) => {
            record_refused_txn_commit(broker, &r.group, r.offsets.iter().map(|o| o.0), error, ctx);
            txn_commit_error(error, r.offsets.iter().map(|o| o.0))
        }
    };
    commands.push(Command::Reply { to, response });
}

/// While a partition loads nothing is known of its groups; a heartbeat is answered with success all
/// the same, so that a failover costs no member its membership (`GroupCoordinatorService.heartbeat`).
pub fn refuse_while_loading(
    broker: BrokerId,
    to: ReplyTo,
    request: &GroupRequest,
    commands: &mut Vec<Command>,
    ctx: &mut Context<'_>,
) {
    let error = match request {
        GroupRequest::Heartbeat(_) => ErrorCode::None,
        _ => ErrorCode::CoordinatorLoadInProgress,
    };
    refuse(broker, to, request, error, commands, ctx);
}

pub fn record_refused_commit(broker: BrokerId, request: &OffsetCommitRequest, error: ErrorCode, ctx: &mut Context<'_>) {
    let OffsetCommitRequest { group, member, generation, .. } = *request;
    for (tp, ..) in &request.offsets {
        ctx.record(Fact::CommitRefused { broker, group, tp: *tp, member, generation, error });
    }
}

pub fn record_refused_txn_commit(
    broker: BrokerId,
    metadata: &ConsumerGroupMetadata,
    partitions: impl Iterator<Item = Tp>,
    error: ErrorCode,
    ctx: &mut Context<'_>,
) {
    let ConsumerGroupMetadata { group, generation, member, .. } = *metadata;
    partitions.for_each(|tp| ctx.record(Fact::CommitRefused { broker, group, tp, member, generation, error }));
}

/// As [`of_write`], for OffsetFetch, whose older clients do not know COORDINATOR_NOT_AVAILABLE
/// (`GroupCoordinatorService.handleOffsetFetchException`).
pub fn of_fetch(error: ErrorCode) -> ErrorCode {
    match of_write(error) {
        ErrorCode::CoordinatorNotAvailable => ErrorCode::NotCoordinator,
        other => other,
    }
}
