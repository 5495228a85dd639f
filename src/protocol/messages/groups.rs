//! Coordinators, and the members of groups.

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

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
    /// A share-partition's: the leader of its partition of `__share_group_state`.
    Share(GroupId, Tp),
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
    /// What its assignor adds (`ConsumerPartitionAssignor.subscriptionUserData`).
    pub user_data: Option<UserData>,
    /// Its `client.rack` (version 3, KIP-881).
    pub rack: Option<RackId>,
}

/// What an assignor has kept of the last assignment, and sends along.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UserData {
    /// The sticky assignor: the partitions, and their generation. (What is owned is none: it is revoked before the join.)
    Previous(Rc<[Tp]>, Generation),
    /// The cooperative one: the generation alone.
    Generation(Generation),
}

/// JoinGroup.
#[derive(Clone, Debug)]
pub struct JoinGroupRequest {
    /// The group.
    pub group: GroupId,
    /// The member, or [`MemberId::NONE`].
    pub member: MemberId,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance: Option<InstanceId>,
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
    /// `RoundRobinAssignor`.
    #[serde(rename = "roundrobin")]
    RoundRobin,
    /// `StickyAssignor`.
    Sticky,
    /// `CooperativeStickyAssignor`.
    CooperativeSticky,
    /// A class of the application's own that is wrong: as range, but every member gets the first partition of each of its topics.
    /// Nobody looks at what an eager assignor answers (`ConsumerCoordinator.onLeaderElected`).
    Overlapping,
}

/// How a member goes through a rebalance (`ConsumerPartitionAssignor.RebalanceProtocol`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RebalanceProtocol {
    /// It gives up everything before it joins.
    Eager,
    /// It keeps what it has, and gives up what it is not given again (KIP-429).
    Cooperative,
}

impl Assignor {
    /// The protocol name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Assignor::Range => "range",
            Assignor::RoundRobin => "roundrobin",
            Assignor::Sticky => "sticky",
            Assignor::CooperativeSticky => "cooperative-sticky",
            Assignor::Overlapping => "overlapping",
        }
    }
    /// The most advanced protocol that it supports; eager they support all.
    fn rebalance_protocol(self) -> RebalanceProtocol {
        match self {
            Assignor::Range | Assignor::RoundRobin | Assignor::Sticky | Assignor::Overlapping => {
                RebalanceProtocol::Eager
            }
            Assignor::CooperativeSticky => RebalanceProtocol::Cooperative,
        }
    }
}

/// `partition.assignment.strategy`: the assignors that a member offers, most wanted first; there is at least one, and each
/// once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignors(SmallVec<[Assignor; 2]>);

/// Range, which is eager, and cooperative-sticky, to move on to it with one rolling restart (KIP-726).
impl Default for Assignors {
    fn default() -> Assignors {
        Assignors(smallvec![Assignor::Range, Assignor::CooperativeSticky])
    }
}

impl Assignors {
    /// One alone.
    pub fn only(assignor: Assignor) -> Assignors {
        Assignors(smallvec![assignor])
    }
    /// Those of a list; `None` if it has none, or one twice.
    pub fn of(list: impl IntoIterator<Item = Assignor>) -> Option<Assignors> {
        let list: SmallVec<[Assignor; 2]> = list.into_iter().collect();
        let twice = |at: usize| list[..at].contains(&list[at]);
        (!list.is_empty() && !(0..list.len()).any(twice)).then_some(Assignors(list))
    }
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Assignor> + '_ {
        self.0.iter().copied()
    }
    /// Whether some are cooperative and some are not.
    pub fn is_mixed(&self) -> bool {
        self.iter().map(Assignor::rebalance_protocol).max() != Some(self.rebalance_protocol())
    }
    /// The most advanced protocol that all of them support: one eager assignor makes the member an eager one, whichever is
    /// chosen (`ConsumerCoordinator`).
    pub fn rebalance_protocol(&self) -> RebalanceProtocol {
        self.iter().map(Assignor::rebalance_protocol).min().expect("there is at least one")
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
    /// The leader keeps the assignment as it is: it has come back as the static member that it was (KIP-814).
    pub skip_assignment: bool,
    /// All members; for the leader only.
    pub members: Vec<JoinGroupMember>,
}

/// A member, as the leader is told of it.
#[derive(Clone, PartialEq, Debug)]
pub struct JoinGroupMember {
    /// Its id.
    pub member: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// What it has brought for the chosen assignor.
    pub subscription: Rc<Subscription>,
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
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// The assignor that was chosen, as the member was told.
    pub protocol: Option<Assignor>,
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
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
}

/// LeaveGroup. A member names itself; an administrator may name several static members (KIP-345).
#[derive(Clone, Debug)]
pub struct LeaveGroupRequest {
    /// The group.
    pub group: GroupId,
    /// Who leaves.
    pub members: List<MemberIdentity>,
}

/// Who leaves a group (`LeaveGroupRequestData.MemberIdentity`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberIdentity {
    /// The member; [`MemberId::NONE`] from an administrator, who knows the instance id.
    pub member: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// Why (KIP-800).
    pub reason: LeaveGroupReason,
}

impl MemberIdentity {
    /// What became of it.
    pub fn answered(&self, error: ErrorCode) -> MemberResponse {
        MemberResponse { member: self.member, instance: self.instance, error }
    }
}

/// Answer to LeaveGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaveGroupResponse {
    /// How it went for all.
    pub error: ErrorCode,
    /// One result for each of the request.
    pub members: List<MemberResponse>,
}

/// What became of one that was to leave (`LeaveGroupResponseData.MemberResponse`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberResponse {
    /// The member, as the request named it.
    pub member: MemberId,
    /// Its instance, as the request named it.
    pub instance: Option<InstanceId>,
    /// How it went.
    pub error: ErrorCode,
}

impl LeaveGroupResponse {
    /// The same for all: nobody has looked at them.
    pub fn refused(error: ErrorCode) -> LeaveGroupResponse {
        LeaveGroupResponse { error, members: List::new() }
    }
    /// The first error (`LeaveGroupResponse.error`).
    pub fn first_error(&self) -> ErrorCode {
        let each = self.members.iter().map(|response| response.error);
        std::iter::once(self.error).chain(each).find(|error| error.is_err()).unwrap_or_default()
    }
}

/// Why a member leaves by itself (KIP-800 sends it as text).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeaveGroupReason {
    /// "the consumer is being closed"
    Closed,
    /// "consumer poll timeout has expired."
    PollTimeout,
    /// "member was removed by an admin"
    RemovedByAdmin,
    /// "the consumer unsubscribed from all topics"
    Unsubscribed,
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
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// (partition, next offset to read, leader epoch of the last consumed record).
    pub offsets: List<(Tp, Offset, LeaderEpoch)>,
}

/// Answer to OffsetCommit.
#[derive(Clone, Debug)]
pub struct OffsetCommitResponse {
    /// One result per partition of the request.
    pub results: List<(Tp, ErrorCode)>,
}

/// OffsetFetch.
#[derive(Clone, Debug)]
pub struct OffsetFetchRequest {
    /// The group.
    pub group: GroupId,
    /// The member of a group of the new protocol (KIP-848), [`MemberId::NONE`] for anybody else.
    pub member: MemberId,
    /// Its epoch, [`Generation::NONE`] for anybody else.
    pub generation: Generation,
    /// The partitions.
    pub partitions: Vec<Tp>,
    /// Offsets of transactions that are not decided are waited for (KIP-447). Consumers ask for it, tools do not.
    pub require_stable: bool,
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

/// Answer to DescribeGroups, as far as a tool looks at it before it changes something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DescribeGroupsResult {
    /// How it went.
    pub error: ErrorCode,
    /// The group's state by its name; `Dead` if there is no such group.
    pub state: &'static str,
}

/// OffsetDelete (KIP-496).
#[derive(Clone, PartialEq, Debug)]
pub struct OffsetDeleteRequest {
    /// The group.
    pub group: GroupId,
    /// The partitions of which it is to have no offset any more.
    pub partitions: List<Tp>,
}

/// Answer to OffsetDelete.
#[derive(Clone, PartialEq, Debug)]
pub struct OffsetDeleteResponse {
    /// How it went for all.
    pub error: ErrorCode,
    /// One result per partition; none if nobody looked at them.
    pub results: List<(Tp, ErrorCode)>,
}

impl OffsetDeleteResponse {
    /// Nobody has looked at the partitions.
    pub fn refused(error: ErrorCode) -> OffsetDeleteResponse {
        OffsetDeleteResponse { error, results: List::new() }
    }
}
