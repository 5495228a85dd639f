//! The replicas of one broker, numbered densely: what is kept for each is as large as what it hosts, and not as
//! large as the cluster.

/// A hosted replica, in the order in which this process came to host them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ReplicaId(pub u32);

impl ReplicaId {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
