//! Members of consumer groups of the new protocol (KIP-848): one heartbeat for everything.

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use super::LeaveGroupReason;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// `group.protocol`: how a consumer is a member of its group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupProtocol {
    /// It joins and syncs, and one of the members assigns.
    #[default]
    Classic,
    /// Heartbeats are all, and the coordinator assigns (KIP-848).
    Consumer,
}

impl GroupProtocol {
    /// What numbers the assignments of a group: a classic one has generations (`ClassicGroup.generationId`), one of the
    /// new protocol group epochs (`ConsumerGroup.groupEpoch`).
    pub fn group_epoch(self) -> &'static str {
        match self {
            GroupProtocol::Classic => "generation",
            GroupProtocol::Consumer => "group epoch",
        }
    }
    /// The same for what a consumer itself knows of it: its member epoch, where it is a member by heartbeats (KIP-848).
    pub fn member_epoch(self) -> &'static str {
        match self {
            GroupProtocol::Classic => "generation",
            GroupProtocol::Consumer => "member epoch",
        }
    }
}

/// An assignor of the group coordinator (`group.consumer.assignors`, `group.remote.assignor`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerAssignor {
    /// `UniformAssignor`.
    Uniform,
    /// `RangeAssignor`.
    Range,
}

impl ServerAssignor {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            ServerAssignor::Uniform => "uniform",
            ServerAssignor::Range => "range",
        }
    }
}

/// `group.consumer.assignors`: those that the coordinator has, the first of them for groups whose members want none; there is at
/// least one, and each once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerAssignors(SmallVec<[ServerAssignor; 2]>);

impl Default for ServerAssignors {
    fn default() -> ServerAssignors {
        ServerAssignors(smallvec![ServerAssignor::Uniform, ServerAssignor::Range])
    }
}

impl ServerAssignors {
    /// Those of a list; `None` if it has none, or one twice.
    pub fn of(list: impl IntoIterator<Item = ServerAssignor>) -> Option<ServerAssignors> {
        let list: SmallVec<[ServerAssignor; 2]> = list.into_iter().collect();
        let twice = |at: usize| list[..at].contains(&list[at]);
        (!list.is_empty() && !(0..list.len()).any(twice)).then_some(ServerAssignors(list))
    }
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = ServerAssignor> + '_ {
        self.0.iter().copied()
    }
    /// The one for groups whose members want none.
    pub fn default_assignor(&self) -> ServerAssignor {
        self.0[0]
    }
    /// Whether it is one of them.
    pub fn has(&self, assignor: ServerAssignor) -> bool {
        self.0.contains(&assignor)
    }
}

/// ConsumerGroupHeartbeat: to join, to stay, to say what is owned, and to go. What is none has not changed since the last one.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerGroupHeartbeatRequest {
    /// The group.
    pub group: GroupId,
    /// The member; its client has made the id (KIP-1082).
    pub member: MemberId,
    /// Its epoch, or one of [`ConsumerGroupHeartbeatRequest::JOIN`], [`ConsumerGroupHeartbeatRequest::LEAVE`],
    /// [`ConsumerGroupHeartbeatRequest::LEAVE_STATIC`].
    pub member_epoch: Generation,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// `max.poll.interval.ms`: how long it may take to give partitions up.
    pub rebalance_timeout: Option<Nanos>,
    /// `client.rack`, of who joins.
    pub rack: Option<RackId>,
    /// What it subscribes to, ascending.
    pub topics: Option<Rc<[TopicId]>>,
    /// The pattern to which it subscribes beside them, for the coordinator to match; `Some(None)`: to none any more (the empty string).
    pub regex: Option<Option<PatternId>>,
    /// `group.remote.assignor`.
    pub assignor: Option<ServerAssignor>,
    /// The partitions that it has, ascending.
    pub owned: Option<Rc<[Tp]>>,
    /// Why it leaves. Kafka's message does not say so: it is told for those who look.
    pub reason: Option<LeaveGroupReason>,
}

impl ConsumerGroupHeartbeatRequest {
    /// The epoch of who joins, or joins anew (`JOIN_GROUP_MEMBER_EPOCH`).
    pub const JOIN: Generation = Generation(0);
    /// The epoch of who leaves (`LEAVE_GROUP_MEMBER_EPOCH`).
    pub const LEAVE: Generation = Generation(-1);
    /// The epoch of a static member that leaves and may come back (`LEAVE_GROUP_STATIC_MEMBER_EPOCH`).
    pub const LEAVE_STATIC: Generation = Generation(-2);
}

/// Answer to ConsumerGroupHeartbeat.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerGroupHeartbeatResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The member.
    pub member: MemberId,
    /// Its epoch.
    pub member_epoch: Generation,
    /// `group.consumer.heartbeat.interval.ms`.
    pub heartbeat_interval: Nanos,
    /// All that it may have, ascending; none: what it was told last.
    pub assignment: Option<Rc<[Tp]>>,
}

impl ConsumerGroupHeartbeatResponse {
    /// Nothing but an error.
    pub fn refused(error: ErrorCode, member: MemberId) -> ConsumerGroupHeartbeatResponse {
        ConsumerGroupHeartbeatResponse {
            error,
            member,
            member_epoch: Generation(0),
            heartbeat_interval: Nanos::ZERO,
            assignment: None,
        }
    }
}
