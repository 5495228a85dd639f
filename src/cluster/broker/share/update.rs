//! A change of a share-partition that is being written down.

use super::in_flight::{InFlightState, RecordState};
use super::runs::OffsetRuns;
use crate::history::fact::{ShareArchiveReason, ShareReleaseReason};
use crate::protocol::ids::{LeaderEpoch, MemberId, Offset, Tp};
use crate::protocol::messages::{AcknowledgeType, PersisterStateBatch, WriteShareGroupState};

/// What is to become of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// Its next state.
    pub state: RecordState,
    /// How often it was delivered.
    pub delivery_count: u16,
    /// What the member has said; none: its session is closed, or the lock has run out.
    pub said: Option<AcknowledgeType>,
    /// The log begins behind it: it is archived, whatever was said.
    pub below_start: bool,
}

impl Transition {
    /// Of a record whose change has begun.
    pub fn of(state: &InFlightState, said: Option<AcknowledgeType>, below_start: bool) -> Transition {
        Transition { state: state.state, delivery_count: state.delivery_count, said, below_start }
    }
    /// Why it is available again, if it is.
    pub fn release_reason(&self) -> ShareReleaseReason {
        match self.said {
            Some(_) => ShareReleaseReason::Released,
            None => ShareReleaseReason::SessionClosed,
        }
    }
    /// Why it is given up, if it is.
    pub fn archive_reason(&self) -> ShareArchiveReason {
        match self.said {
            _ if self.below_start => ShareArchiveReason::LogStart,
            Some(AcknowledgeType::Reject) => ShareArchiveReason::Rejected,
            Some(AcknowledgeType::Gap) => ShareArchiveReason::Gap,
            _ => ShareArchiveReason::DeliveryLimit,
        }
    }
}

/// Changes that stand once they are written down.
#[derive(Clone, PartialEq, Debug)]
pub struct StateUpdate {
    /// Who has said so, or whose session is closed; nobody: locks have run out, and what is written has happened already.
    pub member: Option<MemberId>,
    /// To the persister.
    pub write: WriteShareGroupState,
    /// What changes.
    pub runs: OffsetRuns<Transition>,
}

/// What the persister is to write down (`SharePartition.writeShareGroupState`).
pub fn write(
    tp: Tp,
    (state_epoch, leader_epoch): (i32, LeaderEpoch),
    start_offset: Offset,
    runs: &OffsetRuns<Transition>,
    delivery_complete_count: i32,
) -> WriteShareGroupState {
    let batch = |run: super::runs::OffsetRun<Transition>| PersisterStateBatch {
        first: run.first,
        last: run.last,
        state: run.what.state.written(),
        delivery_count: run.what.delivery_count,
    };
    let batches = runs.iter().map(batch).collect();
    WriteShareGroupState { tp, state_epoch, leader_epoch, start_offset, delivery_complete_count, batches }
}
