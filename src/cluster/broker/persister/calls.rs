//! What the leader of a partition asks of the persister, and what it hears.

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, LeaderEpoch, Tp};
use crate::protocol::messages::{SharePartitionState, WriteShareGroupState};

/// The asker's own number for a call: it comes back with the answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallId(pub u32);

/// A call of a share-partition's leader.
#[derive(Clone, PartialEq, Debug)]
pub enum PersisterCall {
    /// The state of a share-partition, for the leader of this epoch.
    Read {
        /// The group.
        group: GroupId,
        /// The partition.
        tp: Tp,
        /// The leader's epoch.
        leader_epoch: LeaderEpoch,
    },
    /// A change of it.
    Write {
        /// The group.
        group: GroupId,
        /// What changes.
        write: WriteShareGroupState,
    },
}

/// The answer, after as many tries as the persister makes.
#[derive(Clone, PartialEq, Debug)]
pub enum PersisterAnswer {
    /// To a read.
    Read(Result<SharePartitionState, ErrorCode>),
    /// To a write.
    Write(ErrorCode),
}
