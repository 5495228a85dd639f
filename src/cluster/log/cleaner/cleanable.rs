//! What of a log may be cleaned, and how dirty it is (`LogCleanerManager.cleanableOffsets`, `LogToClean`).

use crate::cluster::log::segments::Segment;
use crate::cluster::log::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// A log with something in it, as the cleaner sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogToClean {
    /// Everything below was cleaned before.
    pub first_dirty: Offset,
    /// Cleaning ends here, where a segment begins.
    pub first_uncleanable: Offset,
    /// Bytes of the segments that were cleaned before.
    pub clean_bytes: u64,
    /// Bytes of the segments that may be cleaned and were not.
    pub cleanable_bytes: u64,
    /// Something in it waits for longer than `max.compaction.lag.ms`.
    pub overdue: bool,
    /// The checkpoint was no offset of this log: it is to be written anew, with `first_dirty`.
    pub resets_checkpoint: bool,
}

impl LogToClean {
    /// Which part of it is dirty, 0 to 1.
    pub fn cleanable_ratio(&self) -> f64 {
        self.cleanable_bytes as f64 / (self.clean_bytes + self.cleanable_bytes) as f64
    }
    /// Whether it is worth it: dirty enough, or overdue.
    pub fn is_due(&self, min_cleanable_dirty_ratio: f64) -> bool {
        self.cleanable_bytes > 0 && (self.overdue || self.cleanable_ratio() > min_cleanable_dirty_ratio)
    }
}

impl Log {
    /// What of this log could be cleaned now. `checkpoint`: up to where it was. None if all older segments are empty.
    pub fn to_clean(&self, checkpoint: Option<Offset>, now: Nanos) -> Option<LogToClean> {
        let known = checkpoint.unwrap_or(self.log_start);
        let is_valid = self.log_start <= known && known <= self.log_end;
        let first_dirty = if is_valid { known } else { self.log_start };
        let uncleanable = first_dirty.max(self.first_uncleanable(first_dirty, now));
        let bytes = |segments: &mut dyn Iterator<Item = &Segment>| segments.map(Segment::size).sum::<u64>();
        // A segment is cleaned as a whole, or not.
        let first_uncleanable = self.segments.get(self.segments.floor(uncleanable)).base_offset;
        let from = self.segments.floor(first_dirty.min(first_uncleanable));
        let dirty = self.segments.iter().skip(from).take_while(|segment| segment.base_offset < first_uncleanable);
        let clean = self.segments.iter().take_while(|segment| segment.base_offset < first_dirty);
        let (mut dirty, mut clean) = (dirty, clean);
        let log = LogToClean {
            first_dirty,
            first_uncleanable,
            clean_bytes: bytes(&mut clean),
            cleanable_bytes: if first_dirty < first_uncleanable { bytes(&mut dirty) } else { 0 },
            overdue: self.is_overdue(first_dirty, now),
            resets_checkpoint: !is_valid,
        };
        (log.clean_bytes + log.cleanable_bytes > 0).then_some(log)
    }

    /// The active segment, what is not stable, and what is too young are not cleaned.
    fn first_uncleanable(&self, first_dirty: Offset, now: Nanos) -> Offset {
        let bound = self.last_stable_offset().min(self.active_segment().base_offset);
        let lag = self.config.min_compaction_lag;
        if lag == Nanos::ZERO {
            return bound;
        }
        let too_young = |segment: &&Segment| segment.largest_timestamp().saturating_add(lag) > now;
        let young = self.dirty_segments(first_dirty).find(too_young);
        young.map_or(bound, |segment| bound.min(segment.base_offset))
    }
    fn is_overdue(&self, first_dirty: Offset, now: Nanos) -> bool {
        let begun =
            self.dirty_segments(first_dirty).filter_map(Segment::first_timestamp).filter(|at| *at > Nanos::ZERO);
        begun.min().is_some_and(|oldest| oldest.saturating_add(self.config.max_compaction_lag) < now)
    }
    /// The older segments from the one on that holds an offset (`nonActiveLogSegmentsFrom`).
    fn dirty_segments(&self, from: Offset) -> impl Iterator<Item = &Segment> {
        let active = self.segments.len() - 1;
        self.segments.iter().take(active).skip(self.segments.floor(from))
    }
}
