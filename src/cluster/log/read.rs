//! Reading: whole batches, up to a limit.

use std::ops::Range;
use std::rc::Rc;

use super::segments::{BatchIter, Place, Segment};
use super::unified_log::Log;
use crate::protocol::ids::Offset;
use crate::protocol::messages::AbortedTransaction;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::disk::FileId;

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
        out: &mut impl Extend<SharedBatch>,
    ) -> u32 {
        if from >= limit {
            return 0;
        }
        let (first, limit) = (self.segments.find(from), self.find(limit));
        if first >= limit {
            return 0;
        }
        let batches = self.segments.get(first.segment).batches();
        let limit = if limit.segment == first.segment { limit.batch } else { batches.len() };
        let (first, begin) = (first.batch, batches.position(first.batch));
        let fitting = batches.find_position(begin + u64::from(max_bytes));
        let end = fitting.max(if min_one { first + 1 } else { first }).min(limit);
        out.extend((first..end).filter_map(|number| batches.shared(number).cloned()));
        // One oversized batch, or at most `max_bytes`: both fit.
        (batches.position(end) - begin) as u32
    }

    /// The aborted transactions of which records may lie in `from..upper`, for who reads what is committed; none if
    /// there is none (`LocalLog.collectAbortedTransactions`).
    ///
    /// Kafka takes `upper` from the offset index, which may name a later offset: then it lists transactions that
    /// begin behind what was read, too.
    pub fn aborted_transactions(&self, from: Offset, upper: Offset) -> Option<Rc<[AbortedTransaction]>> {
        let mut aborted = Vec::new();
        let segments = self.segments.iter().skip(self.segments.floor(from));
        let _ = segments.map(Segment::transaction_index).any(|index| index.collect(from, upper, &mut aborted));
        (!aborted.is_empty()).then(|| aborted.into())
    }

    /// Bytes between `from` and `limit`, as [`Log::read`] counts them, whatever the segment: what a
    /// parked fetch compares with its minimum.
    pub fn readable_bytes(&self, from: Offset, limit: Offset) -> u64 {
        if from >= limit { 0 } else { self.segments.bytes_between(self.segments.find(from), self.find(limit)) }
    }

    /// The place of the batch that begins at or holds `offset`. Nearly everybody asks for the log end.
    #[inline]
    fn find(&self, offset: Offset) -> Place {
        if offset >= self.log_end { self.segments.end() } else { self.segments.find(offset) }
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
        self.segments.batches_from(self.segments.find(from))
    }

    /// Where the batches lie from the one that holds `from` on: a part of its file, and all of those
    /// behind.
    pub fn files_from(&self, from: Offset) -> impl Iterator<Item = (FileId, Range<u64>)> {
        let first = self.segments.find(from);
        let before = self.segments.get(first.segment).batches().position(first.batch);
        let rest = self.segments.iter().skip(first.segment);
        rest.enumerate().map(move |(number, segment)| {
            let begin = if number == 0 { before } else { 0 };
            (segment.file(self.directory), begin..segment.size())
        })
    }

    /// The files that hold records between the recovery point and `offset`, and always the one that holds
    /// the record before `offset`: to flush the log up to there is to flush these (`LocalLog.flush`).
    pub fn files_to_flush(&self, offset: Offset) -> impl Iterator<Item = FileId> {
        let first = self.segments.floor(self.recovery_point.min(Offset(offset.0 - 1)));
        let below = move |segment: &&Segment| segment.base_offset < offset;
        self.segments.iter().skip(first).take_while(below).map(|segment| segment.file(self.directory))
    }

    /// All files, with their lengths.
    pub fn files(&self) -> impl Iterator<Item = (FileId, u64)> {
        self.segments.iter().map(|segment| (segment.file(self.directory), segment.size()))
    }

    /// The file that the next batch goes to.
    #[inline]
    pub fn active_file(&self) -> FileId {
        self.active_segment().file(self.directory)
    }
}
