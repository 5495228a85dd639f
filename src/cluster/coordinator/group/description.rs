//! What tools see of a group.

use crate::history::fact::GroupState;
use crate::protocol::batch::{ConsumerMemberState, ShareStatePartitionsValue};
use crate::protocol::ids::*;
use crate::protocol::messages::{Assignor, ServerAssignor};

/// A line of `kafka-consumer-groups --describe`.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupDescription {
    /// The group.
    pub group: GroupId,
    /// Its state.
    pub state: GroupState,
    /// Its generation; the group epoch of one of the new protocol.
    pub generation: Generation,
    /// The chosen assignor; none of an empty group, or of one of the new protocol.
    pub protocol: Option<Assignor>,
    /// Its members.
    pub members: Vec<DescribedMember>,
    /// Its committed offsets.
    pub offsets: Vec<(Tp, Offset)>,
    /// The leader epochs that were committed with them.
    pub epochs: Vec<(Tp, LeaderEpoch)>,
    /// What only a group of the new protocol has.
    pub consumer: Option<ConsumerGroupDetails>,
    /// What only a share group has.
    pub share: Option<ShareGroupDetails>,
}

/// What a group of the new protocol has beside its epoch (`ConsumerGroupDescribeResponseData.DescribedGroup`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsumerGroupDetails {
    /// The group epoch for which the targets were computed.
    pub assignment_epoch: Generation,
    /// The coordinator's assignor.
    pub assignor: ServerAssignor,
}

/// What a share group has beside its epoch (`ShareGroupDescribeResponseData.DescribedGroup`).
#[derive(Clone, PartialEq, Debug)]
pub struct ShareGroupDetails {
    /// The group epoch for which the targets were computed.
    pub assignment_epoch: Generation,
    /// How far the states of its share-partitions are.
    pub states: ShareStatePartitionsValue,
}

/// What a member of a share group has beside its partitions (`ShareGroupDescribeResponseData.Member`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShareMemberDetails {
    /// Its epoch.
    pub epoch: Generation,
    /// What it subscribes to.
    pub topics: Vec<TopicId>,
    /// What it is to have.
    pub target: Vec<Tp>,
}

/// A member of it.
#[derive(Clone, PartialEq, Debug)]
pub struct DescribedMember {
    /// Its id.
    pub member: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// The client process.
    pub client: NodeId,
    /// Its partitions.
    pub partitions: Vec<Tp>,
    /// What only a member of a group of the new protocol has.
    pub consumer: Option<ConsumerMemberDetails>,
    /// What only a member of a share group has.
    pub share: Option<ShareMemberDetails>,
}

/// How far a member is on its way to its target (`ConsumerGroupDescribeResponseData.Member`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsumerMemberDetails {
    /// Its epoch.
    pub epoch: Generation,
    /// Its state.
    pub state: ConsumerMemberState,
    /// What it is to have in the end.
    pub target: Vec<Tp>,
    /// It speaks the classic protocol.
    pub classic: bool,
    /// The pattern to which it subscribes.
    pub regex: Option<PatternId>,
}
