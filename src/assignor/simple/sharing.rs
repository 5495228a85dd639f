//! Differences between releases.

/// How the `SimpleAssignor` of a release shares partitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionSharing {
    /// 4.0, early access: every member gets all partitions of its topics.
    Everything,
    /// 4.1, a preview: every member gets a partition by the hash of its id, and what nobody has then is dealt in turn.
    ByHash,
    /// Since 4.2: every partition has as many readers as others, and only so many as leave no member idle; who reads it
    /// goes on as far as that allows.
    Evenly,
}
