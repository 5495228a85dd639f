//! An offset and what is kept beside it.

use crate::protocol::ids::{LeaderEpoch, Offset};
use crate::sim::time::Nanos;

/// See the module (`OffsetAndMetadata`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetAndMetadata {
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub commit_timestamp: Nanos,
    /// Counts the offsets of a partition of `__consumer_offsets` in the order in which they were written; it stands for
    /// the record's own offset (`recordOffset`).
    pub written: u64,
}
