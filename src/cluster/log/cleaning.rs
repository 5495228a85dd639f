//! What compaction makes of old segments (`UnifiedLog.replaceSegments`). The active segment is left alone.

use super::transaction_index::AbortedTxn;
use super::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::SharedBatch;

impl Log {
    /// Puts what a compaction has left of neighbouring segments into their place, with the transactions that markers in it have
    /// aborted: the offsets of the other records become holes. The producer snapshots at the beginnings of segments that are no
    /// more go with them (`LocalLog.replaceSegments`, `deleteProducerSnapshots`).
    ///
    /// # Panics
    /// If they are no older segments that follow each other, or if the batches do not lie inside of them.
    pub fn replace_segments(
        &mut self,
        bases: &[Offset],
        batches: impl IntoIterator<Item = SharedBatch>,
        aborted: Vec<AbortedTxn>,
    ) {
        self.segments.replace(bases, batches, aborted);
        self.producers.delete_snapshots(bases.get(1..).unwrap_or_default());
    }
}
