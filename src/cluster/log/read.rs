//! Reading: whole batches, up to a limit.

use std::rc::Rc;

use super::batches::BatchIter;
use super::{Log, Segment};
use crate::protocol::batch::RecordBatch;
use crate::protocol::ids::Offset;

impl Log {
    /// Appends to `out` the batches from the one that holds `from` (it may begin below) up to
    /// `limit`, and returns their bytes (`UnifiedLog.read`).
    ///
    /// A batch that holds `limit`, or ends beyond it, is not returned: limits (log end, high watermark,
    /// last stable offset) stand at the start of a batch, or mean its start. At most `max_bytes` are
    /// returned, but with `min_one` the first batch whatever its size. As in Kafka, one read stays within
    /// one segment; unlike Kafka, it returns no part of a batch behind the last whole one, which clients
    /// throw away.
    pub fn read(
        &self,
        from: Offset,
        limit: Offset,
        max_bytes: u32,
        min_one: bool,
        out: &mut impl Extend<Rc<RecordBatch>>,
    ) -> u32 {
        if from >= limit {
            return 0;
        }
        let first = self.batches.find(from);
        let begin = self.batches.position(first);
        let limit = self.find(limit).min(self.batches.find_position(self.segment_end(begin)));
        if first >= limit {
            return 0;
        }
        let fitting = self.batches.find_position(begin + u64::from(max_bytes));
        let end = fitting.max(if min_one { first + 1 } else { first }).min(limit);
        out.extend((first..end).filter_map(|number| self.batches.shared(number).cloned()));
        // One oversized batch, or at most `max_bytes`: both fit.
        (self.batches.position(end) - begin) as u32
    }

    /// Bytes between `from` and `limit`, as [`Log::read`] counts them, whatever the segment: what a
    /// parked fetch compares with its minimum.
    pub fn readable_bytes(&self, from: Offset, limit: Offset) -> u64 {
        if from >= limit {
            return 0;
        }
        let begin = self.batches.position(self.batches.find(from));
        self.batches.position(self.find(limit)).saturating_sub(begin)
    }

    /// The number of the batch that begins at or holds `offset`. Nearly everybody asks for the log end.
    #[inline]
    fn find(&self, offset: Offset) -> usize {
        if offset >= self.log_end { self.batches.len() } else { self.batches.find(offset) }
    }

    /// Whether records below `limit` lie in a younger segment than `from`.
    pub fn rolls_between(&self, from: Offset, limit: Offset) -> bool {
        // Nearly every reader stands in the active segment.
        if self.active_segment().base_offset <= from {
            return false;
        }
        let mut newer = self.segments.iter().rev().take_while(|segment| segment.base_offset > from);
        newer.any(|segment| segment.base_offset < limit)
    }

    /// The batches from the one that holds `from`, or else the next, to the log end.
    pub fn batches(&self, from: Offset) -> BatchIter<'_> {
        self.batches.iter_from(self.batches.find(from))
    }

    /// Where the segment that holds `position` ends in the file.
    fn segment_end(&self, position: u64) -> u64 {
        if self.active_segment().position <= position {
            return u64::MAX;
        }
        let next = self.segments.partition_point(|segment: &Segment| segment.position <= position);
        self.segments[next].position
    }
}
