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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::cluster::broker::share::chronicle::Chronicle;
    use crate::cluster::broker::share::in_flight::{InFlightBatch, InFlightState};
    use crate::protocol::catalog::Catalog;
    use crate::protocol::ids::BrokerId;
    use crate::protocol::rules::Rules;
    use crate::stage::broken::each_is_noticed;

    /// A member holds 10-14; 15-19 are available.
    fn busy() -> SharePartition {
        let catalog = Rc::new(Catalog::default());
        let chronicle = Chronicle { broker: BrokerId(1), group: GroupId(0), tp: Tp(0), catalog };
        let mut partition = SharePartition::new(chronicle, LeaderEpoch(0), Rules::default());
        (partition.start, partition.end) = (Offset(10), Offset(19));
        let held = InFlightState::new(RecordState::Acquired, 1, Some(MemberId(1)), Some(Nanos(5)));
        let free = InFlightState::new(RecordState::Available, 1, None, None);
        for (first, state) in [(10, held), (15, free)] {
            let batch = InFlightBatch::new(Offset(first), Offset(first + 4), state);
            partition.in_flight.insert(Offset(first), batch);
        }
        partition
    }
    fn state(partition: &mut SharePartition, first: i64) -> &mut InFlightState {
        let batch = partition.in_flight.get_mut(&Offset(first)).expect("it is in flight");
        batch.whole_mut().expect("its records are alike")
    }

    #[test]
    fn a_share_partition_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            busy,
            |partition| partition.check_invariants(&GroupConfig::default()),
            &[
                ("a batch is found by its first offset", |p| {
                    p.in_flight.get_mut(&Offset(15)).expect("it is in flight").first = Offset(16);
                }),
                ("batches in flight do not overlap", |p| {
                    p.in_flight.get_mut(&Offset(10)).expect("it is in flight").last = Offset(15);
                }),
                ("who has acquired a record holds it", |p| state(p, 15).owner = Some(MemberId(1))),
                ("who has acquired a record holds it", |p| state(p, 10).owner = None),
                ("a record that is held is locked", |p| state(p, 10).lock_ends = None),
                ("a record that was delivered too often is not available", |p| state(p, 15).delivery_count = 5),
                ("nothing in flight lies behind the end", |p| p.end = Offset(18)),
                ("the start lies before the end", |p| p.start = Offset(21)),
            ],
        );
    }
}
