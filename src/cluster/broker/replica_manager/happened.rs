//! What an input did to a replica, and others have to be told (`core/.../server/ActionQueue.scala`).

use crate::cluster::broker::replica_id::ReplicaId;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happened {
    /// The leader appended.
    Appended(ReplicaId),
    /// The leader's high watermark rose.
    Raised(ReplicaId),
    /// The follower's high watermark rose, and somebody reads there (`ReplicaFetcherThread.completeDelayedFetchRequests`).
    Learned(ReplicaId),
    /// Another ISR was committed.
    IsrChanged(ReplicaId),
    /// Leadership came, went, or has a new epoch.
    LeadershipChanged(ReplicaId),
}

/// Which fetches an event at a replica concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Concerns {
    /// Records were appended: followers may read them.
    Followers,
    /// The high watermark rose, or the leadership changed.
    Everybody,
}
