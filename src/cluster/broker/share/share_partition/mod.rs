//! One share-partition: how far a group is with a partition (`core/.../server/share/SharePartition.java`).
//!
//! ```text
//!       start                                     end
//!         |  ACKNOWLEDGED  ACQUIRED  AVAILABLE ... |  next to be fetched
//! --------+----------------------------------------+--------------------> offsets
//!   done  |             in flight                  |  not looked at yet
//! ```
//!
//! What lies below the start is done with, what lies behind the end was never delivered. Between them are batches as they were
//! acquired, each with one state or with one for each offset. A change that has to be written down is in transition until the
//! persister has answered; if it cannot be written, it is rolled back.
//!
//! Kafka lets one fetch at a time read for a share-partition (`maybeAcquireFetchLock`). Here an input is worked off before the next
//! one comes, so nobody would ever find that lock taken, and there is none.
//!
//! | file | what it holds |
//! |---|---|
//! | `load` | what is read of the persister |
//! | `acquire`, `fresh`, `aborted` | records for a member; those that were not in flight before; those of aborted transactions |
//! | `acknowledge`, `update` | what members say, and how it is written down |
//! | `release` | records that nobody holds any more: a session is closed, a lock runs out |
//! | `start_offset` | how the start moves |
//! | `look` | for tools and tests |

mod aborted;
mod acknowledge;
mod acquire;
mod fresh;
mod load;
mod look;
mod release;
mod start_offset;
mod update;

use std::collections::BTreeMap;

pub use self::look::{BatchDescription, SharePartitionDescription};
pub(super) use self::update::{tell_written, tell_written_late};
use super::chronicle::Chronicle;
use super::in_flight::{InFlightBatch, InFlightState};
use super::locks::Locks;
use super::runs::{OffsetRuns, length};
use super::update::StateUpdate;
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::{LeaderEpoch, MemberId, Offset};
use crate::protocol::messages::{AcquiredRecords, Batches, ShareAcquireMode, WriteShareGroupState};
use crate::protocol::rules::{Rules, ShareTransitions};

/// Between batches that were read from the persister there may be records that were delivered and are not acknowledged: they are
/// to be delivered again (`GapWindow`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct GapWindow {
    /// The end when the state was read. Once the end has moved, all gaps were fetched.
    end: Offset,
    /// Below this there is none any more.
    start: Offset,
}

/// Whether its state is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// The persister was asked.
    Initializing,
    /// Members may fetch.
    Active,
}

/// What a fetch has read for a share-partition.
#[derive(Debug)]
pub struct FetchedRecords<'a> {
    /// Where it began to read.
    pub fetch_offset: Offset,
    /// Whole batches.
    pub batches: &'a Batches,
    /// Transactions that were aborted, for a group that reads what is committed.
    pub aborted: &'a [crate::protocol::messages::AbortedTransaction],
}

/// Who acquires, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Acquirer {
    /// The member.
    pub member: MemberId,
    /// Whether `max_records` is a bound.
    pub mode: ShareAcquireMode,
    /// About so many records.
    pub max_records: i64,
    /// Records of one entry in the answer.
    pub batch_size: u32,
}

/// What was acquired.
#[derive(Debug, Default)]
pub struct ShareAcquiredRecords {
    /// Ascending.
    pub records: Vec<AcquiredRecords>,
    /// How many records these are.
    pub count: i64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct SharePartition {
    chronicle: Chronicle,
    /// In which this broker leads.
    leader_epoch: LeaderEpoch,
    rules: Rules,
    phase: Phase,
    start: Offset,
    /// The last offset in flight; where to fetch next, if nothing is.
    end: Offset,
    gap: Option<GapWindow>,
    /// There may be something available in flight: look for it before fetching behind the end.
    find_next: bool,
    /// By first offset.
    in_flight: BTreeMap<Offset, InFlightBatch>,
    /// How many offsets in flight are done with (KIP-1226).
    delivery_complete: i64,
    state_epoch: i32,
    locks: Locks,
}

impl SharePartition {
    /// One whose state is being read for the leader of this epoch.
    pub fn new(chronicle: Chronicle, leader_epoch: LeaderEpoch, rules: Rules) -> SharePartition {
        SharePartition {
            chronicle,
            leader_epoch,
            rules,
            phase: Phase::Initializing,
            start: Offset::INVALID,
            end: Offset::INVALID,
            gap: None,
            find_next: false,
            in_flight: BTreeMap::new(),
            delivery_complete: 0,
            state_epoch: 0,
            locks: Locks::default(),
        }
    }
    /// Whether members may fetch.
    pub fn is_active(&self) -> bool {
        self.phase == Phase::Active
    }
    /// The epoch in which this broker leads.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.leader_epoch
    }

    /// Where the next fetch begins: at the first available record in flight, or behind all of them (`nextFetchOffset`).
    pub fn next_fetch_offset(&mut self) -> Offset {
        let nothing_in_flight = self.in_flight.last_key_value().is_none_or(|(_, last)| self.start > last.last);
        if nothing_in_flight {
            self.find_next = false;
            return self.end;
        }
        if self.find_next
            && let Some(found) = self.first_acquirable()
        {
            return found;
        }
        self.find_next = false;
        self.end.plus(1)
    }
    fn first_acquirable(&self) -> Option<Offset> {
        let mut gap = self.open_gap();
        for batch in self.in_flight.values() {
            if let Some(start) = gap {
                if batch.first > start {
                    return Some(start);
                }
                gap = Some(start.max(batch.last.plus(1)));
            }
            if let Some((first, ..)) = batch.runs().find(|(_, _, state)| self.is_to_be_fetched(state)) {
                return Some(first);
            }
        }
        None
    }
    fn is_to_be_fetched(&self, state: &InFlightState) -> bool {
        match self.rules.share_transitions {
            ShareTransitions::Loose => state.state == super::in_flight::RecordState::Available,
            ShareTransitions::Strict => state.is_acquirable(),
        }
    }
    /// Where to look for records between the batches that were read from the persister.
    fn open_gap(&self) -> Option<Offset> {
        self.gap.filter(|gap| gap.end == self.end).map(|gap| gap.start)
    }
    /// Gaps below this offset are fetched.
    fn close_gap(&mut self, offset: Offset) {
        if let Some(gap) = &mut self.gap {
            if gap.end == self.end && offset <= gap.end {
                gap.start = offset;
            } else {
                self.gap = None;
            }
        }
    }
    /// Whether a fetch may acquire anything: what is available in flight, or what is behind it while not too much is
    /// (`canAcquireRecords`).
    pub fn can_acquire(&mut self, config: &GroupConfig) -> bool {
        self.next_fetch_offset() != self.end.plus(1)
            || self.records_in_flight() < i64::from(config.share_partition_max_record_locks)
    }
    fn records_in_flight(&self) -> i64 {
        if self.in_flight.is_empty() { 0 } else { length(self.start, self.end) }
    }

    /// How many of these offsets are not below the start.
    fn above_start(&self, first: Offset, last: Offset) -> i64 {
        length(first.max(self.start), last)
    }
    fn move_start(&mut self, start: Offset, ctx: &mut crate::node::Context<'_>) {
        if self.start != start {
            self.start = start;
            self.chronicle.start_moved(start, ctx);
        }
    }
    /// What is to be written down of a change.
    fn write(&self, runs: &OffsetRuns<super::update::Transition>) -> WriteShareGroupState {
        super::update::write(self.chronicle.tp, (self.state_epoch, self.leader_epoch), self.start, runs, self.counted())
    }
    /// How many offsets in flight are done with, where that is written down.
    fn counted(&self) -> i32 {
        match self.rules.share_delivery_complete_count {
            crate::protocol::rules::ShareDeliveryCompleteCount::Unknown => -1,
            crate::protocol::rules::ShareDeliveryCompleteCount::Written => self.delivery_complete as i32,
        }
    }
    /// A change that is to be written down, unless nothing has changed.
    fn update(&self, member: Option<MemberId>, runs: OffsetRuns<super::update::Transition>) -> Option<StateUpdate> {
        (!runs.is_empty()).then(|| StateUpdate { member, write: self.write(&runs), runs })
    }
}
