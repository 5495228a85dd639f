//! What tools see of a group.

use crate::history::fact::GroupState;
use crate::protocol::ids::*;

/// A line of `kafka-consumer-groups --describe`.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupDescription {
    /// The group.
    pub group: GroupId,
    /// Its state.
    pub state: GroupState,
    /// Its generation.
    pub generation: Generation,
    /// Its members: (member, client process, partitions).
    pub members: Vec<(MemberId, NodeId, Vec<Tp>)>,
    /// Its committed offsets.
    pub offsets: Vec<(Tp, Offset)>,
    /// The leader epochs that were committed with them.
    pub epochs: Vec<(Tp, LeaderEpoch)>,
}
