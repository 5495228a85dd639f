//! What happens to old segments: retention deletes them, compaction replaces them
//! (`UnifiedLog.deleteOldSegments`, `UnifiedLog.replaceSegments`). The active segment is left alone.

use super::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::SharedBatch;

impl Log {
    /// Deletes the segments all of whose offsets lie below the log start, and the producer snapshots at their
    /// beginnings (`deleteLogStartOffsetBreachedSegments`). Returns how many; the disk must be cut to
    /// [`Log::files`] then.
    pub fn delete_old_segments(&mut self) -> usize {
        let deleted = self.segments.delete_below(self.log_start);
        self.producers.delete_snapshots_below(self.segments.get(0).base_offset);
        deleted
    }

    /// Puts what a compaction has left of a segment in its place: the offsets of the others become holes.
    ///
    /// # Panics
    /// If there is no older segment of this name, or if the batches do not lie inside of it.
    pub fn replace_segment(&mut self, base_offset: Offset, batches: impl IntoIterator<Item = SharedBatch>) {
        self.segments.replace(base_offset, batches);
    }
}
