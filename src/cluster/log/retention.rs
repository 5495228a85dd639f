//! Retention: which old segments go, and when (`UnifiedLog.deleteOldSegments`).
//!
//! A log asks nobody whether its records were read. It looks at whole segments, oldest first, and stops at the first that
//! stays: one young record keeps its segment and all behind it.

use super::segments::Segment;
use super::unified_log::Log;
use crate::history::fact::SegmentDeletionReason;
use crate::protocol::ids::Offset;
use crate::sim::disk::FileId;
use crate::sim::time::Nanos;

/// Segments that were deleted for one reason: neighbours, the oldest of their log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deletion {
    /// Why.
    pub reason: SegmentDeletionReason,
    /// The first offset of the oldest one.
    pub first: Offset,
    /// The first offset of the segment that is the oldest now.
    pub next: Offset,
    /// The timestamp of the youngest record in them.
    pub largest_timestamp: Nanos,
    /// Their files, with lengths: they take up room for `file.delete.delay.ms` more.
    pub files: Vec<(FileId, u64)>,
}

impl Deletion {
    /// Bytes of all of them.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, len)| len).sum()
    }
}

impl Log {
    /// Deletes what may go: segments below the log start; the oldest while the others have `retention.bytes`; those
    /// whose youngest record is older than `retention.ms`. The log start moves to what is left, the epochs and the
    /// snapshots of producers before it go.
    ///
    /// Nothing goes that is not below the high watermark. The active segment goes, too, if it is too old: a new, empty one
    /// takes its place. Where `cleanup.policy` is not `delete`, only the log start counts.
    pub fn delete_old_segments(&mut self, now: Nanos) -> Vec<Deletion> {
        let by_policy = self.config.cleanup_policy.delete;
        let below_start = self.delete_log_start_breached();
        let too_much = by_policy.then(|| self.delete_size_breached()).flatten();
        let too_old = by_policy.then(|| self.delete_time_breached(now)).flatten();
        [below_start, too_much, too_old].into_iter().flatten().collect()
    }
    /// Until when a look can find nothing to delete: no record has a timestamp from before the run.
    pub fn keeps_everything_until(&self) -> Nanos {
        let rest = self.segments.get(0).base_offset < self.log_start;
        let policy = self.config.cleanup_policy;
        match (self.config.retention.get().filter(|_| policy.delete), self.config.retention_bytes.get()) {
            _ if rest => Nanos::ZERO,
            (_, Some(_)) if policy.delete => Nanos::ZERO,
            (Some(age), _) => age,
            (None, _) => Nanos::MAX,
        }
    }

    fn delete_log_start_breached(&mut self) -> Option<Deletion> {
        let start = self.log_start;
        self.delete_while(SegmentDeletionReason::LogStart, |_, next| next.is_some_and(|next| next.base_offset <= start))
    }
    fn delete_size_breached(&mut self) -> Option<Deletion> {
        let mut excess = self.size().checked_sub(self.config.retention_bytes.get()?)?;
        self.delete_while(SegmentDeletionReason::Size, |segment, _| match excess.checked_sub(segment.size()) {
            Some(rest) => {
                excess = rest;
                true
            }
            None => false,
        })
    }
    fn delete_time_breached(&mut self, now: Nanos) -> Option<Deletion> {
        let age = self.config.retention.get()?;
        // A timestamp ahead of the clock makes no segment old.
        let is_old = |segment: &Segment| now.saturating_sub(segment.largest_timestamp()) > age;
        self.delete_while(SegmentDeletionReason::Time, |segment, _| is_old(segment))
    }

    /// Deletes the oldest segments up to the first for which that does not hold (`deletableSegments`, `deleteSegments`).
    fn delete_while(
        &mut self,
        reason: SegmentDeletionReason,
        mut is_over: impl FnMut(&Segment, Option<&Segment>) -> bool,
    ) -> Option<Deletion> {
        let segments = &self.segments;
        let may_go = |number: &usize| {
            let segment = segments.get(*number);
            let next = (number + 1 < segments.len()).then(|| segments.get(number + 1));
            let end = next.map_or(self.log_end, |next| next.base_offset);
            let is_last_and_empty = next.is_none() && segment.is_empty();
            self.high_watermark >= end && is_over(segment, next) && !is_last_and_empty
        };
        let count = (0..segments.len()).take_while(may_go).count();
        if count == 0 {
            return None;
        }
        // A log always has a segment.
        if count == segments.len() {
            self.roll(self.log_end);
        }
        let first = self.segments.get(0).base_offset;
        let next = self.segments.get(count).base_offset;
        self.set_log_start(next);
        let directory = self.directory;
        let (mut files, mut largest_timestamp) = (Vec::with_capacity(count), Nanos::ZERO);
        for segment in self.segments.take_oldest(count) {
            largest_timestamp = largest_timestamp.max(segment.largest_timestamp());
            files.push((segment.file(directory), segment.size()));
        }
        self.producers.delete_snapshots_below(next);
        Some(Deletion { reason, first, next, largest_timestamp, files })
    }
}
