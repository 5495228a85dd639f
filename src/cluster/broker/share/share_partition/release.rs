//! Records that nobody holds any more: a session is closed, or a lock runs out
//! (`SharePartition.releaseAcquiredRecords`, `releaseAcquisitionLockOnTimeout`).

use super::SharePartition;
use crate::cluster::broker::share::in_flight::{DeliveryCount, InFlightState, RecordState};
use crate::cluster::broker::share::locks::Lock;
use crate::cluster::broker::share::runs::OffsetRuns;
use crate::cluster::broker::share::update::{StateUpdate, Transition};
use crate::history::fact::{ShareArchiveReason, ShareReleaseReason};
use crate::node::Context;
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::{MemberId, Offset};
use crate::protocol::rules::{ShareCloseCount, ShareCloseOffsets};
use crate::sim::time::Nanos;

impl SharePartition {
    /// A member's share session is closed: what it holds is to be available again, once that is written down.
    pub fn release_acquired(&mut self, member: MemberId, config: &GroupConfig) -> Option<StateUpdate> {
        let limit = config.share_delivery_count_limit as u16;
        let count = match self.rules.share_close_count {
            ShareCloseCount::Kept | ShareCloseCount::KeptAgain => DeliveryCount::Keep,
            ShareCloseCount::TakenBack => DeliveryCount::Decrease,
        };
        let stops = self.rules.share_close_offsets == ShareCloseOffsets::UpToAnother;
        let (mut runs, mut terminal) = (OffsetRuns::default(), 0);
        for batch in self.in_flight.values_mut() {
            let is_its = |state: &InFlightState| state.state == RecordState::Acquired && state.owner == Some(member);
            if batch.is_cut_by(self.start) && batch.whole().is_some_and(is_its) {
                batch.split();
            }
            for (first, last, state) in batch.runs_mut() {
                if stops && state.owner.is_some_and(|owner| owner != member) {
                    break;
                }
                let below_start = last < self.start;
                let next = if below_start { RecordState::Archived } else { RecordState::Available };
                if is_its(state) && state.start_transition(next, count, limit) {
                    let transition = Transition::of(state, None, below_start);
                    terminal += if transition.state.is_terminal() { above(self.start, first, last) } else { 0 };
                    runs.push(first, last, transition);
                }
            }
        }
        self.delivery_complete += terminal;
        self.note_released(&runs);
        self.update(Some(member), runs)
    }

    /// When the next lock runs out.
    pub fn next_lock(&mut self) -> Option<Nanos> {
        while let Some(lock) = self.locks.peek() {
            if self.is_held(lock) {
                return Some(lock.ends);
            }
            self.locks.pop();
        }
        None
    }
    fn is_held(&self, lock: Lock) -> bool {
        let from = self.floor(lock.first);
        let mut batches = self.in_flight.range(from..=lock.last);
        batches.any(|(_, batch)| {
            let mut within = batch.runs().filter(|(first, last, _)| *last >= lock.first && *first <= lock.last);
            within.any(|(_, _, state)| state.lock_ends == Some(lock.ends))
        })
    }
    fn floor(&self, offset: Offset) -> Offset {
        self.in_flight.range(..=offset).next_back().map_or(offset, |(first, _)| *first)
    }

    /// Lets go of what was held for too long, at once; that is to be written down. Kafka writes for each timer; here one write
    /// holds all that runs out at the same time.
    pub fn expire_locks(&mut self, config: &GroupConfig, ctx: &mut Context<'_>) -> Option<StateUpdate> {
        let (now, limit) = (ctx.now(), config.share_delivery_count_limit as u16);
        let mut expired = Vec::new();
        while let Some(lock) = self.locks.pop_due(now) {
            self.expire(lock, now, limit, &mut expired);
        }
        expired.sort_by_key(|(first, ..)| *first);
        let (mut runs, mut owners) = (OffsetRuns::default(), OffsetRuns::default());
        for (first, last, owner, transition) in expired {
            if transition.state.is_terminal() {
                self.delivery_complete += above(self.start, first, last);
            } else {
                self.find_next = true;
            }
            runs.push(first, last, transition);
            owners.push(first, last, (owner, transition));
        }
        for run in owners.iter() {
            let (owner, transition) = run.what;
            let (state, range) = ((transition.state, transition.delivery_count), (run.first, run.last));
            let below = if transition.below_start { ShareArchiveReason::LogStart } else { transition.archive_reason() };
            self.chronicle.let_go(range, state, owner, ShareReleaseReason::LockTimeout, below, ctx);
        }
        self.update(None, runs)
    }
    fn expire(
        &mut self,
        lock: Lock,
        now: Nanos,
        limit: u16,
        expired: &mut Vec<(Offset, Offset, MemberId, Transition)>,
    ) {
        let (start, from) = (self.start, self.floor(lock.first));
        for (_, batch) in self.in_flight.range_mut(from..=lock.last) {
            let is_over = |state: &InFlightState| {
                state.state == RecordState::Acquired && state.lock_ends.is_some_and(|ends| ends <= now)
            };
            if batch.is_cut_by(start) && batch.whole().is_some_and(is_over) {
                batch.split();
            }
            for (first, last, state) in batch.runs_mut().filter(|(_, _, state)| is_over(state)) {
                let Some(owner) = state.owner.filter(|_| last >= lock.first && first <= lock.last) else { continue };
                let below_start = last < start;
                let next = if below_start { RecordState::Archived } else { RecordState::Available };
                if state.try_update(next, DeliveryCount::Keep, limit, None) {
                    state.lock_ends = None;
                    expired.push((first, last, owner, Transition::of(state, None, below_start)));
                }
            }
        }
    }
}

/// How many of these offsets are not below the start.
fn above(start: Offset, first: Offset, last: Offset) -> i64 {
    (last.0 - first.max(start).0 + 1).max(0)
}
