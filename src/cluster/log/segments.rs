//! Segments: how a log is cut into files, and when a new one begins.
//!
//! The model keeps one file per log and only notes where Kafka would have started another: rolling
//! matters because it flushes, snapshots the producers and limits recovery.
//! Source: `storage/.../internals/log/LogSegment.java`.

use crate::protocol::batch::RecordBatch;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// Largest distance of an offset from its segment's base, the width of an index entry.
const MAX_RELATIVE_OFFSET: i64 = i32::MAX as i64;

/// One segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its first offset, and its name.
    pub base_offset: Offset,
    /// Where it begins in the model's one file, in bytes.
    pub position: u64,
    /// Largest timestamp of the first batch, from which `segment.ms` counts; none while it is empty.
    pub first_timestamp: Option<Nanos>,
    /// Largest record timestamp; none while it is empty.
    pub max_timestamp: Option<Nanos>,
}

impl Segment {
    pub(super) fn empty(base_offset: Offset, position: u64) -> Segment {
        Segment { base_offset, position, first_timestamp: None, max_timestamp: None }
    }

    /// Whether the log must roll before `batch` is appended to this, the active segment, which is
    /// `size` bytes long (`LogSegment.shouldRoll`).
    ///
    /// Time is the time of records: an idle partition never rolls, a record from the far future rolls
    /// at once, one from the past never does. Full indexes are left out: with one entry per 4 KiB
    /// they outlast the largest segment.
    pub(super) fn should_roll(&self, size: u64, batch: &RecordBatch, config: &TopicConfig) -> bool {
        let full = size + u64::from(batch.size) > config.segment_bytes;
        let old =
            self.first_timestamp.is_some_and(|first| batch.max_timestamp.saturating_sub(first) > config.segment_ms);
        let far = batch.last_offset().0 - self.base_offset.0 > MAX_RELATIVE_OFFSET;
        full || old || far
    }

    /// Takes note of an appended batch.
    pub(super) fn note(&mut self, batch: &RecordBatch) {
        self.first_timestamp.get_or_insert(batch.max_timestamp);
        self.max_timestamp = self.max_timestamp.max(Some(batch.max_timestamp));
    }
}
