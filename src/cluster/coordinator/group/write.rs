//! What operations of the group coordinator leave with the runtime: answers and changes.

use std::rc::Rc;

use super::classic::StaticReturn;
use super::consumer::ConsumerChange;
use super::kinds::AnyGroup;
use super::offset_and_metadata::OffsetAndMetadata;
use super::share::{ShareChange, ShareStateThen};
use super::timers::GroupTimer;
use crate::cluster::coordinator::runtime::{self, ReplyTo};
use crate::cluster::coordinator::share_state_task::ShareStateTask;
use crate::history::fact::{Fact, OffsetRemovalReason};
use crate::protocol::batch::GroupMetadataValue;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{
    ConsumerGroupHeartbeatResponse, ConsumerGroupMetadata, JoinGroupResponse, List, MemberResponse,
    OffsetFetchResponse, ShareGroupHeartbeatResponse,
};
use crate::sim::time::Nanos;

/// Records, changes and an answer of one operation.
pub type CoordinatorResult<'a> = runtime::CoordinatorResult<'a, GroupChange, GroupAnswer>;

/// What is done when a write is committed or has failed.
#[derive(Clone, Debug)]
pub enum GroupAnswer {
    Heartbeat {
        to: ReplyTo,
        error: ErrorCode,
    },
    ConsumerGroupHeartbeat {
        to: ReplyTo,
        group: GroupId,
        response: ConsumerGroupHeartbeatResponse,
    },
    ShareGroupHeartbeat {
        to: ReplyTo,
        group: GroupId,
        response: ShareGroupHeartbeatResponse,
        /// Partitions that are to get a state, and its epoch.
        initialize: Vec<(Tp, i32)>,
    },
    /// A timer of a group of the new protocol: if what it wants cannot be written it goes off again.
    Timer {
        timer: GroupTimer,
        /// The member epoch for which it was set.
        epoch: Generation,
    },
    /// The JoinGroup of a member that speaks the classic protocol with a group of the new one.
    ClassicJoin {
        to: ReplyTo,
        group: GroupId,
        response: Box<JoinGroupResponse>,
        /// The member's session and rebalance timeouts; none if the group has become a classic one.
        timeouts: Option<(Nanos, Nanos)>,
    },
    /// Its SyncGroup.
    ClassicSync {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        assignment: Rc<[Tp]>,
    },
    Leave {
        to: ReplyTo,
        members: List<MemberResponse>,
    },
    Commit {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        generation: Generation,
        results: List<(Tp, ErrorCode)>,
    },
    TxnCommit {
        to: ReplyTo,
        metadata: ConsumerGroupMetadata,
        results: List<(Tp, ErrorCode)>,
    },
    Fetch {
        to: ReplyTo,
        group: GroupId,
        response: OffsetFetchResponse,
    },
    /// A parked JoinGroup: the end of its phase answers it, but a failed write does so earlier.
    Join {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// The JoinGroup of a static member that came back: the write answers it (`appendFuture` of
    /// `updateStaticMemberThenRebalanceOrCompleteJoin`).
    StaticReturn {
        to: ReplyTo,
        returned: Box<StaticReturn>,
    },
    /// A parked SyncGroup, likewise.
    Sync {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// An administrator wants something of the states of a share group's partitions: the persister is asked for it.
    ShareStates {
        task: Box<ShareStateTask>,
        then: Box<ShareStateThen>,
    },
    /// A share group has forgotten topics.
    ShareOffsetsDeleted {
        to: ReplyTo,
        results: List<(TopicId, ErrorCode)>,
    },
    /// A group is removed, with its offsets.
    DeleteGroups {
        to: ReplyTo,
    },
    OffsetDelete {
        to: ReplyTo,
        results: List<(Tp, ErrorCode)>,
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
    PendingOffset(PendingOffsetChange),
    TransactionEnd(Box<TransactionEnd>),
    NewGroup(GroupId),
    OffsetRemoval(Box<OffsetRemoval>),
    /// The group that was removed.
    GroupRemoval(Box<AnyGroup>),
    /// Something of a group of the new protocol.
    Consumer(GroupId, ConsumerChange),
    /// Something of a share group.
    Share(GroupId, ShareChange),
    /// What the history is told of all that, once it is committed.
    Told(GroupId, Vec<Fact>),
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

/// An offset that was removed, and what transactions would have made of it.
#[derive(Clone, Debug)]
pub struct OffsetRemoval {
    pub change: OffsetChange,
    pub pending: Vec<(ProducerId, PendingOffset)>,
    pub reason: OffsetRemovalReason,
}

/// An offset of a transaction that was written, and the one that the transaction had before.
#[derive(Clone, Copy, Debug)]
pub struct PendingOffsetChange {
    pub producer: ProducerId,
    pub group: GroupId,
    pub tp: Tp,
    pub value: PendingOffset,
    pub before: Option<PendingOffset>,
}

/// An offset that becomes a committed one if its transaction is committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PendingOffset {
    pub value: OffsetAndMetadata,
    pub member: MemberId,
    pub generation: Generation,
}

/// What the marker of a transaction did.
#[derive(Clone, Debug)]
pub struct TransactionEnd {
    pub producer: ProducerId,
    /// The offsets that waited for it.
    pub pending: Vec<(GroupId, Tp, PendingOffset)>,
    /// Those of them that are committed with it: not those of an aborted transaction, nor those that are older than what
    /// is committed already.
    pub committed: Vec<OffsetChange>,
    pub commit: bool,
}
