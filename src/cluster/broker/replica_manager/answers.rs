//! What a replica manager answers to the broker about one replica.

use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::sim::time::Nanos;

/// What became of a replica when its partition's new state was applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Applied {
    /// The replica.
    pub replica: ReplicaId,
    /// Whether the leader epoch is new.
    pub is_new_epoch: bool,
    /// Whether this broker leads now.
    pub leads: bool,
    /// Whether it led before.
    pub led: bool,
}

/// What a follower has made of one partition of its leader's answer.
pub struct FollowerAppend {
    /// When the disk is done with it.
    pub done: Nanos,
    /// Whether the replica now stands elsewhere; `None`: what was fetched did not fit.
    pub moved: Option<bool>,
}

/// Where a follower stands, for its next request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FollowerPosition {
    /// Which partition.
    pub tp: Tp,
    /// Its log end.
    pub fetch_offset: Offset,
    /// Its log start.
    pub log_start: Offset,
    /// The leader epoch in which it believes.
    pub leader_epoch: LeaderEpoch,
    /// The epoch of its last record.
    pub last_fetched_epoch: LeaderEpoch,
}
