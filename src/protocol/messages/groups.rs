//! Coordinators, and the members of groups.

use std::rc::Rc;

use super::List;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Whose coordinator is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CoordinatorKey {
    /// A group's: the leader of its partition of `__consumer_offsets`.
    Group(GroupId),
    /// A transactional id's: the leader of its partition of `__transaction_state`.
    Transaction(TransactionalId),
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
