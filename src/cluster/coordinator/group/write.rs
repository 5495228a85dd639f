//! What operations of the group coordinator leave with the runtime: answers and changes.

use std::rc::Rc;

use super::offset_and_metadata::OffsetAndMetadata;
use crate::cluster::coordinator::runtime::{self, ReplyTo};
use crate::protocol::batch::GroupMetadataValue;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::List;

/// Records, changes and an answer of one operation.
pub type CoordinatorResult<'a> = runtime::CoordinatorResult<'a, GroupChange, GroupAnswer>;

/// What is done when a write is committed or has failed.
#[derive(Clone, Debug)]
pub enum GroupAnswer {
    Heartbeat {
        to: ReplyTo,
        error: ErrorCode,
    },
    Leave {
        to: ReplyTo,
        error: ErrorCode,
    },
    Commit {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        generation: Generation,
        results: List<(Tp, ErrorCode)>,
    },
    Fetch {
        to: ReplyTo,
        group: GroupId,
        offsets: Vec<(Tp, Offset, LeaderEpoch)>,
    },
    /// A parked JoinGroup: the end of its phase answers it, but a failed write does so earlier.
    Join {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// A parked SyncGroup, likewise.
    Sync {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// The leader's SyncGroup: everybody's is answered with it (`appendFuture` of `classicGroupSync`).
    Assignment {
        value: Rc<GroupMetadataValue>,
    },
}

/// Something applied to memory that is not known to be committed, with what it replaced.
#[derive(Clone, Debug)]
pub enum GroupChange {
    Offset(OffsetChange),
    NewGroup(GroupId),
}

/// An offset that was written or removed. The record does not say who committed it; a fact does.
#[derive(Clone, Copy, Debug)]
pub struct OffsetChange {
    pub group: GroupId,
    pub tp: Tp,
    pub value: Option<OffsetAndMetadata>,
    pub before: Option<OffsetAndMetadata>,
    pub member: MemberId,
    pub generation: Generation,
}
