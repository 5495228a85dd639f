//! What tools see of a group.

use crate::history::fact::GroupState;
use crate::protocol::ids::*;
use crate::protocol::messages::Assignor;

/// A line of `kafka-consumer-groups --describe`.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupDescription {
    /// The group.
    pub group: GroupId,
    /// Its state.
    pub state: GroupState,
    /// Its generation.
    pub generation: Generation,
    /// The chosen assignor; none of an empty group.
    pub protocol: Option<Assignor>,
    /// Its members.
    pub members: Vec<DescribedMember>,
    /// Its committed offsets.
    pub offsets: Vec<(Tp, Offset)>,
    /// The leader epochs that were committed with them.
    pub epochs: Vec<(Tp, LeaderEpoch)>,
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
}
