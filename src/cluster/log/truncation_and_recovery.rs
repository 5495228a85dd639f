//! Cutting a log, and what a restart makes of it (`UnifiedLog.truncateTo`, `LogLoader`).

use super::append::note_producer;
use super::producer_state::AppendOrigin;
use super::segments::{Segment, Segments};
use super::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::sim::disk::FileId;
use crate::sim::time::Nanos;

/// A cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truncation {
    /// Log end before.
    pub from: Offset,
    /// Log end after.
    pub to: Offset,
}

/// What the periodic checkpoint files of a broker hold about a log; all zero if they do not mention it
/// (`replication-offset-checkpoint`, `recovery-point-offset-checkpoint`,
/// `log-start-offset-checkpoint`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogCheckpoint {
    /// The high watermark.
    pub high_watermark: Offset,
    /// The recovery point.
    pub recovery_point: Offset,
    /// The log start.
    pub log_start: Offset,
}

/// What a restart found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// Log end now.
    pub log_end: Offset,
    /// Log end when the process ended.
    pub written: Offset,
    /// Records that are gone.
    pub cut_records: u64,
    /// Bytes that had to be read and checked before the log could be used; none after a clean stop.
    pub scanned_bytes: u64,
}

impl Log {
    /// Drops everything from `offset` on, batches that reach beyond it included (`UnifiedLog.truncateTo`).
    ///
    /// An offset at or behind the log end cuts no data, but forgets an epoch that began at the log
    /// end: this replica may have been elected and deposed without an append. The high watermark,
    /// log start and recovery point come down with the log end; the producers are rebuilt.
    pub fn truncate_to(&mut self, offset: Offset, now: Nanos) -> Truncation {
        let from = self.log_end;
        if offset >= from {
            self.epochs.truncate_from_end(from);
            return Truncation { from, to: from };
        }
        if offset < self.segments.get(0).base_offset {
            return self.truncate_fully_and_start_at(offset);
        }
        self.segments.truncate_to(offset);
        self.log_end = offset;
        self.log_start = self.log_start.min(offset);
        self.recovery_point = self.recovery_point.min(offset);
        self.epochs.truncate_from_end(offset);
        self.rebuild_producer_state(offset, now);
        // Clamps, for it cannot be beyond the log end.
        self.set_high_watermark(self.high_watermark);
        Truncation { from, to: offset }
    }

    /// Drops everything and goes on, empty, at `offset`. The high watermark may rise by that
    /// (`UnifiedLog.truncateFullyAndStartAt`).
    pub fn truncate_fully_and_start_at(&mut self, offset: Offset) -> Truncation {
        let from = self.log_end;
        self.segments = Segments::new(offset);
        self.log_start = offset;
        self.log_end = offset;
        self.high_watermark = offset;
        self.recovery_point = self.recovery_point.min(offset);
        self.epochs.clear();
        self.producers.truncate_fully_and_start_at(offset);
        self.producers.on_log_start_offset_incremented(offset);
        Truncation { from, to: offset }
    }

    /// What a checkpoint written now holds.
    pub fn checkpoint(&self) -> LogCheckpoint {
        LogCheckpoint {
            high_watermark: self.high_watermark,
            recovery_point: self.recovery_point,
            log_start: self.log_start,
        }
    }

    /// The process starts again, with the first `surviving` bytes of each file: all of them after
    /// a clean stop or the death of the process, perhaps fewer after a power loss (`LogLoader.load`).
    ///
    /// The log is cut at the first batch that is not whole, and the segments behind that are dropped; what is
    /// on the disk must be cut to [`Log::files`] then. High watermark, log start and recovery point come from `checkpoint`, each pulled into what is
    /// there. Of each producer at most one batch is known afterwards: whether clean or not, loading ends
    /// with a snapshot at the log end, and snapshots hold no more.
    pub fn recover(
        &mut self,
        surviving: impl Fn(FileId) -> u64,
        checkpoint: LogCheckpoint,
        clean: bool,
        now: Nanos,
    ) -> Recovery {
        let written = self.log_end;
        let directory = self.directory;
        let intact = self.segments.cut_torn(|segment| surviving(segment.file(directory)));
        self.log_end = self.segments.next_offset();
        self.roll_unreported = false;
        // The segment that holds the recovery point and all behind it are not trusted.
        let unflushed = self.segments.floor(checkpoint.recovery_point);
        let scanned_bytes = if clean { 0 } else { self.segments.iter().skip(unflushed).map(Segment::size).sum() };
        if clean {
            // As the last act of a clean stop.
            self.producers.update_map_end_offset(written);
            self.producers.take_snapshot();
        }
        // A snapshot is written at a roll and forced to disk with the segment before it.
        let (log_end, flushed) = (self.log_end, self.recovery_point);
        self.producers.restart(|snapshot| snapshot <= log_end && (intact || snapshot <= flushed));
        self.log_start = checkpoint.log_start.max(self.segments.get(0).base_offset);
        self.recovery_point = if clean { log_end } else { checkpoint.recovery_point.min(log_end) };
        if log_end < self.log_start {
            self.truncate_fully_and_start_at(self.log_start);
        } else {
            if !clean {
                self.recover_producers(unflushed, now);
            }
            self.epochs.truncate_from_end(log_end);
            self.epochs.truncate_from_start(checkpoint.log_start);
            self.reload_producers(now);
        }
        self.high_watermark = checkpoint.high_watermark.clamp(self.log_start, self.log_end);
        self.producers.on_high_watermark_updated(self.high_watermark);
        let cut_records = (written.0 - self.log_end.0).max(0) as u64;
        Recovery { log_end: self.log_end, written, cut_records, scanned_bytes }
    }

    /// `LogLoader.recoverSegment`, for each segment that is not trusted: read it, snapshot the
    /// producers at its end.
    fn recover_producers(&mut self, unflushed: usize, now: Nanos) {
        let bounds: Vec<(Offset, Offset)> = self.segment_bounds().skip(unflushed).collect();
        for (base, end) in bounds {
            self.producers.restart(|_| true);
            self.rebuild_producer_state(base, now);
            self.replay_producers(end);
            self.producers.take_snapshot();
        }
        self.producers.restart(|_| true);
    }

    /// The last step of loading: the state at the log end, from the newest snapshot.
    fn reload_producers(&mut self, now: Nanos) {
        let bases: Vec<Offset> = self.segments.iter().map(|segment| segment.base_offset).collect();
        self.producers.remove_stray_snapshots(&bases);
        self.rebuild_producer_state(self.log_end, now);
    }

    /// Makes the producer state that of `end`: newest snapshot below, then the batches behind it
    /// (`UnifiedLog.rebuildProducerState`).
    fn rebuild_producer_state(&mut self, end: Offset, now: Nanos) {
        // If there was no producer up to here, there is none in a part of it.
        let none_before = self.producers.is_empty() && self.producers.map_end_offset() >= end;
        self.producers.truncate_and_reload(self.log_start, end, now);
        if !none_before {
            self.replay_producers(end);
        }
        self.producers.update_map_end_offset(end);
        self.producers.take_snapshot();
    }

    /// Feeds the batches between the producer state's end and `end` to it, with snapshots at the start
    /// of the last two segments, so that the next time there is less to read.
    fn replay_producers(&mut self, end: Offset) {
        let last_two = self.segments.len().saturating_sub(2);
        let bounds: Vec<(Offset, Offset)> = self.segment_bounds().collect();
        for (index, (base, segment_end)) in bounds.into_iter().enumerate() {
            let start = base.max(self.producers.map_end_offset()).max(self.log_start);
            let segment_end = segment_end.min(end);
            if start >= segment_end {
                continue;
            }
            self.producers.update_map_end_offset(start);
            if index >= last_two {
                self.producers.take_snapshot();
            }
            let batches = self.segments.batches_from(self.segments.find(start));
            for batch in batches.take_while(|batch| batch.last_offset() < segment_end) {
                if batch.is_idempotent() {
                    note_producer(&mut self.producers, batch, AppendOrigin::Replication)
                        .expect("what is in the log was accepted once");
                }
            }
            self.producers.update_map_end_offset(segment_end);
        }
    }

    /// Each segment's first offset, and the offset after the last one that it may hold.
    fn segment_bounds(&self) -> impl Iterator<Item = (Offset, Offset)> {
        let bases = self.segments.iter().map(|segment| segment.base_offset);
        let ends = bases.clone().skip(1).chain(std::iter::once(self.log_end));
        bases.zip(ends)
    }
}
