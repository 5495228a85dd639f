//! Share groups (KIP-932): their members, what these fetch and acknowledge, and the state of their partitions.
//!
//! | requests | from | to |
//! |---|---|---|
//! | ShareGroupHeartbeat | a member | group coordinator |
//! | ShareFetch, ShareAcknowledge | a member | leader of the partition |
//! | AlterShareGroupOffsets, DeleteShareGroupOffsets | an administrator | group coordinator |
//! | InitializeShareGroupState, DeleteShareGroupState, ReadShareGroupStateSummary | group coordinator | share coordinator |
//! | ReadShareGroupState, WriteShareGroupState | leader of the partition | share coordinator |

use std::rc::Rc;

use super::{Batches, LeaveGroupReason, List};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

// --- membership ------------------------------------------------------------------------------------

/// ShareGroupHeartbeat: to join, to stay, and to go. What is none has not changed since the last one.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareGroupHeartbeatRequest {
    /// The group.
    pub group: GroupId,
    /// The member; its client has made the id.
    pub member: MemberId,
    /// Its epoch; 0 to join, -1 to leave.
    pub member_epoch: Generation,
    /// What it subscribes to, ascending.
    pub topics: Option<Rc<[TopicId]>>,
    /// Why it leaves. Kafka's message does not say so: it is told for those who look.
    pub reason: Option<LeaveGroupReason>,
}

impl ShareGroupHeartbeatRequest {
    /// The epoch of who joins, or joins anew.
    pub const JOIN: Generation = Generation(0);
    /// The epoch of who leaves.
    pub const LEAVE: Generation = Generation(-1);
}

/// Answer to ShareGroupHeartbeat.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareGroupHeartbeatResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The member.
    pub member: MemberId,
    /// Its epoch.
    pub member_epoch: Generation,
    /// `group.share.heartbeat.interval.ms`.
    pub heartbeat_interval: Nanos,
    /// All from which it is to fetch, ascending; none: what it was told last.
    pub assignment: Option<Rc<[Tp]>>,
}

/// AlterShareGroupOffsets: an administrator says where an empty group begins.
#[derive(Clone, PartialEq, Debug)]
pub struct AlterShareGroupOffsetsRequest {
    /// The group.
    pub group: GroupId,
    /// Start offsets.
    pub offsets: List<(Tp, Offset)>,
}

/// Answer to AlterShareGroupOffsets.
#[derive(Clone, PartialEq, Debug)]
pub struct AlterShareGroupOffsetsResponse {
    /// NON_EMPTY_GROUP, or that the coordinator is another one.
    pub error: ErrorCode,
    /// How it went, if there is no error.
    pub results: List<(Tp, ErrorCode)>,
}

/// DeleteShareGroupOffsets: an administrator has an empty group forget topics.
#[derive(Clone, PartialEq, Debug)]
pub struct DeleteShareGroupOffsetsRequest {
    /// The group.
    pub group: GroupId,
    /// Which topics.
    pub topics: List<TopicId>,
}

/// Answer to DeleteShareGroupOffsets.
#[derive(Clone, PartialEq, Debug)]
pub struct DeleteShareGroupOffsetsResponse {
    /// NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, or that the coordinator is another one.
    pub error: ErrorCode,
    /// How it went, if there is no error.
    pub results: List<(TopicId, ErrorCode)>,
}

// --- records ---------------------------------------------------------------------------------------

/// What a member says of a record (`AcknowledgeType`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum AcknowledgeType {
    /// There is no such record (compacted, a control record, aborted): never offer it again. The client says so by itself.
    Gap,
    /// Done.
    Accept,
    /// Not done, to be delivered again.
    Release,
    /// Cannot be done, not to be delivered again.
    Reject,
    /// Not done yet: the lock begins anew (KIP-1222, since 4.2).
    Renew,
}

impl AcknowledgeType {
    /// As Kafka writes it.
    pub fn name(self) -> &'static str {
        match self {
            AcknowledgeType::Gap => "GAP",
            AcknowledgeType::Accept => "ACCEPT",
            AcknowledgeType::Release => "RELEASE",
            AcknowledgeType::Reject => "REJECT",
            AcknowledgeType::Renew => "RENEW",
        }
    }
}

/// Acknowledgements of a run of offsets (`AcknowledgementBatch`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AcknowledgementBatch {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// One for all of them, or one for each offset.
    pub types: List<AcknowledgeType>,
}

/// `share.acquire.mode` (KIP-1206, since 4.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareAcquireMode {
    /// Whole batches of the log, beyond `max.poll.records` if need be.
    #[default]
    BatchOptimized,
    /// No more than `max.poll.records`.
    RecordLimit,
}

/// Epochs of a share session (`ShareRequestMetadata`).
pub mod share_session_epoch {
    /// Opens a session.
    pub const INITIAL: i32 = 0;
    /// Closes it: whatever is still acquired in it is released.
    pub const FINAL: i32 = -1;
}

/// ShareFetch: acknowledges what was fetched, and acquires more. Incremental, as Fetch is: after the first one it names the
/// partitions that are new, or of which there is something to acknowledge.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareFetchRequest {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// Of [`share_session_epoch`], else one more than last time.
    pub session_epoch: i32,
    /// How long to wait for `min_bytes`.
    pub max_wait: Nanos,
    /// Answer once this much can be acquired.
    pub min_bytes: u32,
    /// Answer no more than this (softly).
    pub max_bytes: u32,
    /// `max.poll.records`: acquire about so many (see [`ShareAcquireMode`]).
    pub max_records: u32,
    /// Records of one entry in the list of what is acquired.
    pub batch_size: u32,
    /// Whether `max_records` is a bound.
    pub acquire_mode: ShareAcquireMode,
    /// Whether it has RENEW among its acknowledgements; then it acquires nothing.
    pub is_renew: bool,
    /// Partitions that are new to the session, or with acknowledgements.
    pub partitions: Vec<SharePartitionAcknowledgements>,
    /// Partitions to drop from the session.
    pub forgotten: Vec<Tp>,
}

/// What a member acknowledges of a partition.
#[derive(Clone, PartialEq, Debug)]
pub struct SharePartitionAcknowledgements {
    /// Which.
    pub tp: Tp,
    /// Ascending, and apart.
    pub acknowledgements: Vec<AcknowledgementBatch>,
}

/// Answer to ShareFetch.
#[derive(Clone, Debug)]
pub struct ShareFetchResponse {
    /// SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED, UNKNOWN_MEMBER_ID ...
    pub error: ErrorCode,
    /// How long an acquisition lock is held (since 4.1; [`Nanos::ZERO`] before).
    pub acquisition_lock_timeout: Nanos,
    /// The partitions that have something to say.
    pub partitions: Vec<ShareFetchData>,
}

/// One partition of the answer to a ShareFetch.
#[derive(Clone, Debug)]
pub struct ShareFetchData {
    /// Which.
    pub tp: Tp,
    /// How the fetch went.
    pub error: ErrorCode,
    /// How the acknowledgements went.
    pub acknowledge_error: ErrorCode,
    /// The leader that this broker knows, on leadership errors.
    pub current_leader: Option<LeaderAndEpoch>,
    /// Whole batches: only what `acquired` names is for the member.
    pub batches: Batches,
    /// What was acquired, ascending.
    pub acquired: Vec<AcquiredRecords>,
}

/// A run of offsets that a member has acquired (`ShareFetchResponseData.AcquiredRecords`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AcquiredRecords {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// How often each has been delivered, this time included.
    pub delivery_count: u16,
}

/// ShareAcknowledge: acknowledges, and acquires nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareAcknowledgeRequest {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// As in [`ShareFetchRequest`]; it cannot open a session.
    pub session_epoch: i32,
    /// Whether it has RENEW among its acknowledgements.
    pub is_renew: bool,
    /// Partitions with acknowledgements.
    pub partitions: Vec<SharePartitionAcknowledgements>,
}

/// Answer to ShareAcknowledge.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareAcknowledgeResponse {
    /// As in [`ShareFetchResponse`].
    pub error: ErrorCode,
    /// As in [`ShareFetchResponse`] (since 4.2).
    pub acquisition_lock_timeout: Nanos,
    /// How it went, and the leader that this broker knows, on leadership errors.
    pub partitions: List<(Tp, ErrorCode, Option<LeaderAndEpoch>)>,
}

// --- the state of share-partitions -----------------------------------------------------------------

/// How far the group is with a record, as it is written down (`PersisterStateBatch.deliveryState`): what a member has acquired
/// counts as available.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum DeliveryState {
    /// To be delivered (again).
    Available = 0,
    /// Done.
    Acknowledged = 2,
    /// Given up.
    Archived = 4,
}

impl DeliveryState {
    /// As Kafka writes it (`RecordState`).
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Available => "AVAILABLE",
            DeliveryState::Acknowledged => "ACKNOWLEDGED",
            DeliveryState::Archived => "ARCHIVED",
        }
    }
}

/// The state of a run of offsets (`PersisterStateBatch`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PersisterStateBatch {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// The state.
    pub state: DeliveryState,
    /// How often each has been delivered.
    pub delivery_count: u16,
}

/// What is written down of a share-partition.
#[derive(Clone, PartialEq, Debug)]
pub struct SharePartitionState {
    /// Counts how often an administrator or the group coordinator has begun anew.
    pub state_epoch: i32,
    /// The share-partition start offset; [`Offset::INVALID`]: nobody has set one, `share.auto.offset.reset` decides.
    pub start_offset: Offset,
    /// Since 4.2: how many offsets from the start on are terminal (KIP-1226); -1 unknown.
    pub delivery_complete_count: i32,
    /// Ascending, and apart.
    pub batches: Rc<[PersisterStateBatch]>,
}

/// A request to a share coordinator, of one group. Each names several partitions, and each of them goes its own way.
#[derive(Clone, PartialEq, Debug)]
pub enum ShareGroupStateRequest {
    /// InitializeShareGroupState (since 4.1): (partition, state epoch, start offset).
    Initialize(GroupId, List<(Tp, i32, Offset)>),
    /// ReadShareGroupState by the leader of this epoch, which fences earlier ones.
    Read(GroupId, List<(Tp, LeaderEpoch)>),
    /// WriteShareGroupState.
    Write(GroupId, List<WriteShareGroupState>),
    /// DeleteShareGroupState.
    Delete(GroupId, List<Tp>),
    /// ReadShareGroupStateSummary: start offset and no batches.
    ReadSummary(GroupId, List<(Tp, LeaderEpoch)>),
}

/// One partition of a WriteShareGroupState.
#[derive(Clone, PartialEq, Debug)]
pub struct WriteShareGroupState {
    /// Which.
    pub tp: Tp,
    /// As it was read.
    pub state_epoch: i32,
    /// Of the leader that writes.
    pub leader_epoch: LeaderEpoch,
    /// The start offset; [`Offset::INVALID`]: unchanged.
    pub start_offset: Offset,
    /// As in [`SharePartitionState`].
    pub delivery_complete_count: i32,
    /// What has changed, ascending.
    pub batches: Rc<[PersisterStateBatch]>,
}

/// Answer to a [`ShareGroupStateRequest`], of the same kind, for each of its partitions.
#[derive(Clone, PartialEq, Debug)]
pub enum ShareGroupStateResponse {
    /// Of InitializeShareGroupState.
    Initialize(List<(Tp, ErrorCode)>),
    /// Of ReadShareGroupState.
    Read(List<(Tp, Result<SharePartitionState, ErrorCode>)>),
    /// Of WriteShareGroupState.
    Write(List<(Tp, ErrorCode)>),
    /// Of DeleteShareGroupState.
    Delete(List<(Tp, ErrorCode)>),
    /// Of ReadShareGroupStateSummary: the state without its batches, and the leader epoch that it is of.
    ReadSummary(List<(Tp, ShareStateSummary)>),
}

/// The state of a share-partition without its batches, and the leader epoch that it is of; or why there is none.
pub type ShareStateSummary = Result<(SharePartitionState, LeaderEpoch), ErrorCode>;
