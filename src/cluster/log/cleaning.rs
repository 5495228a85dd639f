//! What compaction makes of old segments (`UnifiedLog.replaceSegments`). The active segment is left alone.

use super::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::SharedBatch;

impl Log {
    /// Puts what a compaction has left of a segment in its place: the offsets of the others become holes.
    ///
    /// # Panics
    /// If there is no older segment of this name, or if the batches do not lie inside of it.
    pub fn replace_segment(&mut self, base_offset: Offset, batches: impl IntoIterator<Item = SharedBatch>) {
        self.segments.replace(base_offset, batches);
    }
}
