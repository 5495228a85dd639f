//! For tools and tests.

use super::SharePartition;
use crate::cluster::broker::share::in_flight::RecordState;
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::{GroupId, LeaderEpoch, MemberId, Offset, Tp};
use crate::sim::time::Nanos;

/// A share-partition, as its leader has it in memory.
#[derive(Clone, PartialEq, Debug)]
pub struct SharePartitionDescription {
    /// The group.
    pub group: GroupId,
    /// The partition.
    pub tp: Tp,
    /// The epoch in which this broker leads.
    pub leader_epoch: LeaderEpoch,
    /// Whether its state is read.
    pub is_active: bool,
    /// What lies below is done with.
    pub start: Offset,
    /// The last offset in flight; where to fetch next, if nothing is.
    pub end: Offset,
    /// Which life of the state it is.
    pub state_epoch: i32,
    /// How many offsets in flight are done with.
    pub delivery_complete: i64,
    /// What is in flight, ascending.
    pub batches: Vec<BatchDescription>,
}

/// A run of records in flight that are alike.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BatchDescription {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// The state.
    pub state: RecordState,
    /// How often each was delivered.
    pub delivery_count: u16,
    /// Who holds them.
    pub owner: Option<MemberId>,
    /// When the lock runs out.
    pub lock_ends: Option<Nanos>,
    /// The state is not written down yet.
    pub in_transition: bool,
}

impl SharePartition {
    /// How it stands.
    pub fn describe(&self) -> SharePartitionDescription {
        let mut batches: Vec<BatchDescription> = Vec::new();
        for (first, last, state) in self.in_flight.values().flat_map(|batch| batch.runs()) {
            let run = BatchDescription {
                first,
                last,
                state: state.state,
                delivery_count: state.delivery_count,
                owner: state.owner,
                lock_ends: state.lock_ends,
                in_transition: state.is_in_transition(),
            };
            match batches.last_mut() {
                Some(before)
                    if before.last.plus(1) == first && (BatchDescription { first, last, ..*before }) == run =>
                {
                    before.last = last;
                }
                _ => batches.push(run),
            }
        }
        SharePartitionDescription {
            group: self.chronicle.group,
            tp: self.chronicle.tp,
            leader_epoch: self.leader_epoch,
            is_active: self.is_active(),
            start: self.start,
            end: self.end,
            state_epoch: self.state_epoch,
            delivery_complete: self.delivery_complete,
            batches,
        }
    }

    /// # Panics
    /// If what it knows contradicts itself.
    pub fn check_invariants(&self, config: &GroupConfig) {
        let mut next = Offset(i64::MIN);
        for (key, batch) in &self.in_flight {
            assert_eq!(*key, batch.first, "a batch is found by its first offset");
            assert!(batch.first >= next && batch.first <= batch.last, "batches in flight do not overlap");
            next = batch.last.plus(1);
            for (_, last, state) in batch.runs() {
                let is_held = state.state == RecordState::Acquired;
                assert_eq!(state.owner.is_some(), is_held, "who has acquired a record holds it, and nobody else");
                assert!(!is_held || state.lock_ends.is_some(), "a record that is held is locked");
                let is_over = state.delivery_count >= config.share_delivery_count_limit as u16;
                let is_available = state.is_acquirable() && last >= self.start;
                assert!(!(is_available && is_over), "a record that was delivered too often is not available");
            }
        }
        assert!(next.0 <= self.end.0 + 1, "nothing in flight lies behind the end");
        assert!(self.start <= self.end.plus(1), "the start lies before the end");
    }
}
