//! What the group coordinator asks of the persister of share groups (`Persister.initializeState`, `deleteState`).

use crate::protocol::ids::{GroupId, Offset, Tp};

/// A task for the states of a group's share-partitions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShareStateTask {
    /// The group.
    pub group: GroupId,
    /// What is to be done.
    pub kind: ShareStateTaskKind,
}

/// What is to be done, partition by partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShareStateTaskKind {
    /// They get a state, in this state epoch, that begins here.
    Initialize(Vec<(Tp, i32, Offset)>),
    /// They lose theirs.
    Delete(Vec<Tp>),
}
