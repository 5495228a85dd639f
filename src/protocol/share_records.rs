//! Records of share groups (KIP-932): their members, in `__consumer_offsets`, and the state of their partitions, in
//! `__share_group_state`.

use std::rc::Rc;

use super::ids::*;
use super::messages::PersisterStateBatch;
use crate::sim::time::Nanos;

/// What a record says of a share group (`group-coordinator/.../ShareGroup*{Key,Value}.json`). Where it says that something is gone,
/// its value is null.
#[derive(Clone, PartialEq, Debug)]
pub enum ShareGroupRecord {
    /// The group is at this epoch (`ShareGroupMetadataValue`).
    Epoch {
        /// The group epoch.
        epoch: Generation,
        /// Since 4.1: what the record has a hash of, as in [`ShareGroupRecord::PartitionMetadata`].
        hashed: Option<Rc<[(TopicId, u32)]>>,
    },
    /// The group is gone.
    EpochTombstone,
    /// The topics to which members subscribe, and how many partitions they have (`ShareGroupPartitionMetadataValue`; up to 4.0).
    PartitionMetadata(Rc<[(TopicId, u32)]>),
    /// That is gone.
    PartitionMetadataTombstone,
    /// A member (`ShareGroupMemberMetadataValue`).
    Member(Rc<ShareMemberValue>),
    /// A member is gone.
    MemberTombstone(MemberId),
    /// The targets are those of this epoch (`ShareGroupTargetAssignmentMetadataValue`).
    TargetEpoch {
        /// The assignment epoch.
        epoch: Generation,
        /// Since 4.3: when they were computed.
        timestamp: Option<Nanos>,
    },
    /// There are none any more.
    TargetEpochTombstone,
    /// What a member is to have (`ShareGroupTargetAssignmentMemberValue`).
    Target {
        /// The member.
        member: MemberId,
        /// Ascending.
        partitions: Rc<[Tp]>,
    },
    /// A member has no target any more.
    TargetTombstone(MemberId),
    /// What a member has (`ShareGroupCurrentMemberAssignmentValue`).
    Current(Rc<ShareCurrentValue>),
    /// A member has nothing any more.
    CurrentTombstone(MemberId),
    /// Since 4.1: how far the states of share-partitions are (`ShareGroupStatePartitionMetadataValue`).
    StatePartitions(Rc<ShareStatePartitionsValue>),
    /// Nothing is known of them any more.
    StatePartitionsTombstone,
}

/// A member of a share group, as its record has it (`ShareGroupMemberMetadataValue.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct ShareMemberValue {
    /// Its id.
    pub member: MemberId,
    /// The client process.
    pub client: NodeId,
    /// What it subscribes to, ascending.
    pub topics: Rc<[TopicId]>,
}

/// What a member of a share group has (`ShareGroupCurrentMemberAssignmentValue.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct ShareCurrentValue {
    /// The member.
    pub member: MemberId,
    /// Its epoch.
    pub epoch: Generation,
    /// The one before: an answer may have been lost.
    pub previous_epoch: Generation,
    /// Ascending.
    pub assigned: Rc<[Tp]>,
}

/// How far the states of a group's share-partitions are (`ShareGroupStatePartitionMetadataValue.json`).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ShareStatePartitionsValue {
    /// The share coordinator has been asked for a state of them, ascending.
    pub initializing: Vec<Tp>,
    /// They have one, ascending.
    pub initialized: Vec<Tp>,
    /// The states of these topics' partitions are being deleted, ascending.
    pub deleting: Vec<TopicId>,
}

/// The whole state of a share-partition (`share-coordinator/.../ShareSnapshot{Key,Value}.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct ShareSnapshotValue {
    /// The group.
    pub group: GroupId,
    /// The partition.
    pub tp: Tp,
    /// Counts its snapshots.
    pub snapshot_epoch: u32,
    /// See [`super::messages::SharePartitionState`].
    pub state_epoch: i32,
    /// Of the leader that has read or written it last.
    pub leader_epoch: LeaderEpoch,
    /// The share-partition start offset; [`Offset::INVALID`]: nobody has set one.
    pub start_offset: Offset,
    /// Since 4.2: how many offsets from the start on are terminal; -1 unknown.
    pub delivery_complete_count: i32,
    /// Since 4.1: when the state was made and when it was written; none before.
    pub timestamps: Option<(Nanos, Nanos)>,
    /// Ascending, and apart.
    pub batches: Rc<[PersisterStateBatch]>,
}

/// A change of it (`share-coordinator/.../ShareUpdate{Key,Value}.json`).
#[derive(Clone, PartialEq, Debug)]
pub struct ShareUpdateValue {
    /// The group.
    pub group: GroupId,
    /// The partition.
    pub tp: Tp,
    /// Of the snapshot that it changes.
    pub snapshot_epoch: u32,
    /// Up to 4.0 that takes two bytes.
    pub short_epoch: bool,
    /// As in [`ShareSnapshotValue`]; -1: unchanged.
    pub leader_epoch: LeaderEpoch,
    /// As in [`ShareSnapshotValue`]; [`Offset::INVALID`]: unchanged.
    pub start_offset: Offset,
    /// As in [`ShareSnapshotValue`].
    pub delivery_complete_count: i32,
    /// What has changed, ascending.
    pub batches: Rc<[PersisterStateBatch]>,
}
