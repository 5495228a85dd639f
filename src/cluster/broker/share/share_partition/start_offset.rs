//! How the start moves: over what is done with, and with the start of the log
//! (`SharePartition.maybeUpdateCachedStateAndOffsets`, `updateCacheAndOffsets`).

use super::SharePartition;
use crate::cluster::broker::share::in_flight::{InFlightState, RecordState};
use crate::cluster::broker::share::runs::{OffsetRuns, before, length};
use crate::history::fact::ShareArchiveReason;
use crate::node::Context;
use crate::protocol::ids::Offset;
use crate::protocol::rules::ShareLogStartArchiving;

/// Which records are to be archived.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stale {
    /// First offset.
    pub first: Offset,
    /// The offset behind the last.
    pub end: Offset,
    /// Only those in this state.
    pub state: RecordState,
    /// Why.
    pub reason: ShareArchiveReason,
    /// Whether they count as done with from now on; what the start passes over does not.
    pub counts: bool,
}

impl SharePartition {
    /// Moves the start over the records that are done with, and forgets the batches behind it; whether there were any.
    pub(super) fn forget_what_is_done(&mut self, ctx: &mut Context<'_>) -> bool {
        if !self.can_move_start() {
            return false;
        }
        let Some((last_done, terminal)) = self.last_done() else { return false };
        let Some((_, last)) = self.in_flight.last_key_value() else { return false };
        if last_done == last.last {
            self.end = last_done.plus(1);
            self.in_flight.clear();
            self.delivery_complete = 0;
            self.gap = None;
            self.move_start(self.end, ctx);
            return true;
        }
        let Some((_, holder)) = self.in_flight.range(..=last_done).next_back() else { return false };
        let (holder_first, is_whole) = (holder.first, holder.last == last_done);
        let mut start = self.start;
        if is_whole {
            if let Some((next, _)) = self.in_flight.range(last_done.plus(1)..).next() {
                start = start.max(*next);
            }
            // Where records may lie between two batches, the start does not pass over them.
            if let Some(gap) = self.open_gap() {
                start = start.min(gap);
            }
        } else {
            start = start.max(last_done.plus(1));
        }
        self.delivery_complete -= terminal;
        let keep_from = if is_whole { last_done.plus(1) } else { holder_first };
        self.in_flight = self.in_flight.split_off(&keep_from);
        self.move_start(start, ctx);
        true
    }
    /// Whether the record at the start is done with (`canMoveStartOffset`).
    fn can_move_start(&self) -> bool {
        let holder = self.in_flight.range(..=self.start).next_back();
        // The start may lie in a gap behind a batch.
        let state = holder.and_then(|(_, batch)| batch.at(self.start).or_else(|| batch.whole()));
        state.is_some_and(InFlightState::is_done_with)
    }
    /// The last of the leading records that are done with, and how many of them lie above the start
    /// (`findLastOffsetAcknowledgedAndMetadata`).
    fn last_done(&self) -> Option<(Offset, i64)> {
        let (mut found, mut terminal) = (None, 0);
        let gap = self.open_gap();
        for batch in self.in_flight.values() {
            if gap.is_some_and(|start| batch.last >= start) {
                break;
            }
            for (first, last, state) in batch.runs() {
                if !state.is_done_with() {
                    return found.map(|last| (last, terminal));
                }
                found = Some(last);
                terminal += self.above_start(first, last);
            }
        }
        found.map(|last| (last, terminal))
    }

    /// The log begins later now: what is available below is given up, and what a member holds it may still acknowledge, to no
    /// effect. It is written down with the next change.
    pub fn log_start_moved(&mut self, log_start: Offset, ctx: &mut Context<'_>) {
        if log_start <= self.start {
            return;
        }
        if self.in_flight.is_empty() {
            (self.end, self.delivery_complete) = (log_start, 0);
            self.move_start(log_start, ctx);
            return;
        }
        let removed = self.terminal_below(log_start);
        let stale = Stale {
            first: self.start,
            end: log_start,
            state: RecordState::Available,
            reason: ShareArchiveReason::LogStart,
            counts: false,
        };
        if self.archive(stale, ctx) {
            self.find_next = true;
        }
        self.delivery_complete -= removed;
        self.end = self.end.max(log_start);
        self.move_start(log_start, ctx);
    }
    /// How many offsets from the start to there are done with (`countTerminalRecordsUpToNewLSO`).
    fn terminal_below(&self, end: Offset) -> i64 {
        let below = self.in_flight.range(..end).flat_map(|(_, batch)| batch.runs());
        let terminal = below.filter(|(_, _, state)| state.state.is_terminal());
        terminal.map(|(first, last, _)| length(first.max(self.start), last.min(before(end)))).sum()
    }

    /// Archives records; whether there were any (`archiveRecords`).
    pub(super) fn archive(&mut self, stale: Stale, ctx: &mut Context<'_>) -> bool {
        let Stale { first, end, state, reason, counts } = stale;
        let last = before(end);
        let only_one = self.rules.share_log_start_archiving == ShareLogStartArchiving::FirstBatch;
        let (mut offsets, mut batches) = (false, false);
        let mut archived = OffsetRuns::default();
        for batch in self.in_flight.range_mut(..end).map(|(_, batch)| batch).filter(|batch| batch.last >= first) {
            let is_all = batch.is_within(first, last);
            if !is_all && batch.whole().is_some_and(|whole| whole.state == state) {
                batch.split();
            }
            let is_of_offsets = batch.whole().is_none();
            if only_one && (if is_of_offsets { offsets } else { batches }) {
                continue;
            }
            for (from, to, found) in batch.runs_mut() {
                if found.state == state && from >= first && to <= last {
                    found.archive();
                    archived.push(from, to, ());
                    *(if is_of_offsets { &mut offsets } else { &mut batches }) = true;
                }
            }
        }
        for run in archived.iter() {
            if counts {
                self.delivery_complete += self.above_start(run.first, run.last);
            }
            self.chronicle.archived((run.first, run.last), reason, ctx);
        }
        offsets || batches
    }
}
