//! An offset and what is kept beside it.

use crate::protocol::ids::{LeaderEpoch, Offset};
use crate::sim::time::Nanos;

/// See the module (`OffsetAndMetadata`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetAndMetadata {
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub commit_timestamp: Nanos,
}
