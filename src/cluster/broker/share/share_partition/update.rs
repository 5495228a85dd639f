//! Changes that are being written down, and what comes of them (`SharePartition.rollbackOrProcessStateUpdates`).

use super::SharePartition;
use crate::cluster::broker::share::chronicle::Chronicle;
use crate::cluster::broker::share::in_flight::{RecordState, TransitionOutcome};
use crate::cluster::broker::share::runs::{OffsetRun, OffsetRuns};
use crate::cluster::broker::share::update::{StateUpdate, Transition};
use crate::history::fact::{ShareArchiveReason, ShareReleaseReason};
use crate::node::Context;
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::{MemberId, Offset};
use crate::protocol::rules::ShareTransitions;
use crate::sim::time::Nanos;

/// A record whose change could not be written down, and that nobody holds any more.
type Freed = OffsetRuns<(RecordState, u16)>;

impl SharePartition {
    /// A change is written down. Whether the start has moved: then a fetch that waits may go on.
    pub fn written(&mut self, update: &StateUpdate, config: &GroupConfig, ctx: &mut Context<'_>) -> bool {
        if let Some(member) = update.member {
            tell_written(&self.chronicle, member, &update.runs, ctx);
            self.complete(&update.runs, true, false, config.share_delivery_count_limit as u16, ctx.now());
        }
        self.forget_what_is_done(ctx)
    }
    /// A change could not be written down: members hold what they held. What locks have run out of is available all the same.
    pub fn not_written(&mut self, update: &StateUpdate, config: &GroupConfig, ctx: &mut Context<'_>) {
        let Some(member) = update.member else {
            self.forget_what_is_done(ctx);
            return;
        };
        let frees = self.rules.share_transitions == ShareTransitions::Strict;
        let freed = self.complete(&update.runs, false, frees, config.share_delivery_count_limit as u16, ctx.now());
        let (reason, archived_for) = (ShareReleaseReason::NotWritten, ShareArchiveReason::DeliveryLimit);
        for run in freed.iter() {
            self.chronicle.let_go((run.first, run.last), run.what, member, reason, archived_for, ctx);
        }
    }
    /// Undoes a change that was not sent. A lock that runs out just now has its timer for that.
    pub(super) fn roll_back(&mut self, runs: &OffsetRuns<Transition>, limit: u16, now: Nanos) {
        self.complete(runs, false, false, limit, now);
    }
    fn complete(&mut self, runs: &OffsetRuns<Transition>, written: bool, frees: bool, limit: u16, now: Nanos) -> Freed {
        let mut freed = Freed::default();
        for OffsetRun { first, last, what } in runs.iter() {
            let from = self.in_flight.range(..=first).next_back().map_or(first, |(floor, _)| *floor);
            for (_, batch) in self.in_flight.range_mut(from..=last) {
                for (from, to, state) in batch.runs_mut().filter(|(from, to, _)| *from >= first && *to <= last) {
                    let completed = state.complete_transition(written, frees, limit, now);
                    self.find_next |= state.state == RecordState::Available;
                    if what.state.is_terminal() && !state.state.is_terminal() {
                        let in_flight = to.0 - from.max(self.start).0 + 1;
                        self.delivery_complete -= in_flight.max(0);
                    }
                    if completed == TransitionOutcome::Freed {
                        freed.push(from, to, (state.state, state.delivery_count));
                    }
                }
            }
        }
        freed
    }
    /// Before 4.2 what is on its way to be available is looked for at once.
    pub(super) fn note_released(&mut self, runs: &OffsetRuns<Transition>) {
        let is_looked_for = self.rules.share_transitions == ShareTransitions::Loose;
        self.find_next |= is_looked_for && runs.iter().any(|run| run.what.state == RecordState::Available);
    }
}

/// Tells what a member has said, and what became of the records.
pub(in crate::cluster::broker::share) fn tell_written(
    chronicle: &Chronicle,
    member: MemberId,
    runs: &OffsetRuns<Transition>,
    ctx: &mut Context<'_>,
) {
    for OffsetRun { first, last, what } in runs.iter() {
        let range: (Offset, Offset) = (first, last);
        if let Some(said) = what.said {
            chronicle.acknowledged(member, range, said, ctx);
        }
        let state = (what.state, what.delivery_count);
        chronicle.let_go(range, state, member, what.release_reason(), what.archive_reason(), ctx);
    }
}

/// Tells what a member has said to a share-partition that is gone; there is another one, which did not hear it.
pub(in crate::cluster::broker::share) fn tell_written_late(
    chronicle: &Chronicle,
    member: MemberId,
    runs: &OffsetRuns<Transition>,
    ctx: &mut Context<'_>,
) {
    for OffsetRun { first, last, what } in runs.iter() {
        if let Some(said) = what.said {
            chronicle.acknowledged_late(member, (first, last), said, ctx);
        }
    }
}
