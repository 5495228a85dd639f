//! What the members of a KRaft quorum, and the brokers that follow it, ask each other about `__cluster_metadata`
//! (KIP-595, KIP-996, KIP-1166).

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// Who leads the quorum in the newest epoch that the sender knows of; every answer says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QuorumLeader {
    /// The leader; none while nobody is elected, or the sender does not know.
    pub leader: Option<ControllerId>,
    /// The epoch.
    pub epoch: LeaderEpoch,
}

/// Vote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VoteRequest {
    /// Who wants to be elected.
    pub candidate: ControllerId,
    /// The epoch in which it stands; with `pre_vote` the one that it is in.
    pub epoch: LeaderEpoch,
    /// The epoch of the last record in its log; 0 for an empty one.
    pub last_epoch: LeaderEpoch,
    /// Its log end.
    pub last_offset: Offset,
    /// Only a question: would it be elected (KIP-996)?
    pub pre_vote: bool,
}

/// Answer to Vote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VoteResponse {
    /// FENCED_LEADER_EPOCH for an epoch of the past.
    pub error: ErrorCode,
    /// Who leads.
    pub quorum: QuorumLeader,
    /// Whether the vote is granted.
    pub granted: bool,
}

/// BeginQuorumEpoch: a leader tells a voter that it is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BeginQuorumEpochRequest {
    /// The leader.
    pub leader: ControllerId,
    /// Its epoch.
    pub epoch: LeaderEpoch,
}

/// EndQuorumEpoch: a leader resigns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndQuorumEpochRequest {
    /// The leader.
    pub leader: ControllerId,
    /// Its epoch.
    pub epoch: LeaderEpoch,
    /// Who should follow it, the longest log first.
    pub preferred_candidates: Vec<ControllerId>,
}

/// Answer to BeginQuorumEpoch or EndQuorumEpoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuorumEpochResponse {
    /// FENCED_LEADER_EPOCH for an epoch of the past.
    pub error: ErrorCode,
    /// Who leads.
    pub quorum: QuorumLeader,
}

/// Who reads the metadata log of a quorum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum QuorumReplica {
    /// A member of the quorum.
    Voter(ControllerId),
    /// A broker.
    Observer(BrokerId),
}

/// Fetch of `__cluster_metadata` from one of several controllers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FetchQuorumRequest {
    /// Who.
    pub replica: QuorumReplica,
    /// The newest epoch that it knows of.
    pub current_leader_epoch: LeaderEpoch,
    /// Its log end.
    pub fetch_offset: Offset,
    /// The epoch of the last record in its log; 0 for an empty one.
    pub last_fetched_epoch: LeaderEpoch,
    /// The high watermark that it knows, -1 for none; none where the version does not say it (KIP-1166).
    pub high_watermark: Option<Offset>,
    /// How long to wait for a record.
    pub max_wait: Nanos,
}

/// What a fetch of the metadata log brings.
#[derive(Clone, PartialEq, Debug)]
pub enum QuorumRecords {
    /// Batches from the offset asked for, committed or not; none if there are none.
    Batches(Vec<SharedBatch>),
    /// The follower's log is no prefix of the leader's: this epoch ends there.
    Diverging {
        /// The epoch.
        epoch: LeaderEpoch,
        /// The offset after its last record.
        end_offset: Offset,
    },
}

/// Answer to a fetch of the metadata log.
#[derive(Clone, PartialEq, Debug)]
pub struct FetchQuorumResponse {
    /// NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, BROKER_NOT_AVAILABLE.
    pub error: ErrorCode,
    /// Who leads.
    pub quorum: QuorumLeader,
    /// What there is.
    pub records: QuorumRecords,
    /// The leader's high watermark, -1 while it knows none in its epoch.
    pub high_watermark: Offset,
}

impl FetchQuorumResponse {
    /// Nothing but an error.
    pub fn failed(error: ErrorCode, quorum: QuorumLeader) -> FetchQuorumResponse {
        FetchQuorumResponse {
            error,
            quorum,
            records: QuorumRecords::Batches(Vec::new()),
            high_watermark: Offset::INVALID,
        }
    }
    /// Bytes of its records.
    pub fn size(&self) -> u64 {
        match &self.records {
            QuorumRecords::Batches(batches) => batches.iter().map(|batch| u64::from(batch.size)).sum(),
            QuorumRecords::Diverging { .. } => 0,
        }
    }
}
