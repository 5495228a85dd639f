//! Segments: the files of a log, each with the batches in it, and when a new one begins.
//!
//! Offsets lead to a batch by two searches: which segment, then which batch of it. Nothing demands
//! that offsets follow each other without holes, in a segment or between two: deleting old records
//! drops segments at the front, compaction replaces one by another of the same base offset.
//! Source: `storage/.../internals/log/{LogSegment,LogSegments,LocalLog}.java`.

use std::rc::Rc;

use super::file_records::FileRecords;
use super::producer_state::CompletedTxn;
use super::transaction_index::{AbortedTxn, TransactionIndex};
use crate::protocol::batch::RecordBatch;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::disk::{DirectoryId, FileId};
use crate::sim::time::Nanos;

/// Largest distance of an offset from its segment's base, the width of an index entry.
const MAX_RELATIVE_OFFSET: i64 = i32::MAX as i64;

/// One segment: a file and the batches in it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The offset after which its file is named; none of its records has a lower one.
    pub base_offset: Offset,
    batches: FileRecords,
    aborted: TransactionIndex,
    /// Largest timestamp of the first batch, from which `segment.ms` counts; none while it is empty.
    first_timestamp: Option<Nanos>,
    /// Largest timestamp of all of its records; zero while it is empty.
    largest_timestamp: Nanos,
}

impl Segment {
    fn empty(base_offset: Offset) -> Segment {
        Segment {
            base_offset,
            batches: FileRecords::default(),
            aborted: TransactionIndex::default(),
            first_timestamp: None,
            largest_timestamp: Nanos::ZERO,
        }
    }

    /// The timestamp of its youngest record, from which `retention.ms` counts (`LogSegment.largestTimestamp`).
    pub fn largest_timestamp(&self) -> Nanos {
        self.largest_timestamp
    }
    /// Its batches.
    pub(super) fn batches(&self) -> &FileRecords {
        &self.batches
    }
    /// The transactions that markers in it have aborted.
    pub fn aborted(&self) -> &[AbortedTxn] {
        self.aborted.entries()
    }
    /// The same, to look them up.
    pub(super) fn transaction_index(&self) -> &TransactionIndex {
        &self.aborted
    }
    /// The offset after its last record.
    fn next_offset(&self) -> Offset {
        self.batches.last().map_or(self.base_offset, RecordBatch::next_offset)
    }
    /// Length of its file, in bytes.
    pub fn size(&self) -> u64 {
        self.batches.bytes()
    }
    /// Its file in the log's directory.
    #[inline]
    pub(super) fn file(&self, directory: DirectoryId) -> FileId {
        FileId { directory, name: self.base_offset.0 as u64 }
    }
    /// The largest timestamp of its first batch; none while it is empty.
    pub(super) fn first_timestamp(&self) -> Option<Nanos> {
        self.first_timestamp
    }
    /// Whether no batch is in it.
    pub fn is_empty(&self) -> bool {
        self.first_timestamp.is_none()
    }

    /// Whether the log must roll before `batch` is appended to this, the active segment
    /// (`LogSegment.shouldRoll`).
    ///
    /// Time is the time of records: an idle partition never rolls, a record from the far future rolls
    /// at once, one from the past never does. Full indexes are left out: with one entry per 4 KiB
    /// they outlast the largest segment.
    pub(super) fn should_roll(&self, batch: &RecordBatch, config: &TopicConfig) -> bool {
        let full = self.size() + u64::from(batch.size) > config.segment_bytes;
        let old = self
            .first_timestamp
            .is_some_and(|first| batch.max_timestamp.saturating_sub(first) > config.max_segment_ms());
        let far = batch.last_offset().0 - self.base_offset.0 > MAX_RELATIVE_OFFSET;
        full || old || far
    }

    /// Appends a batch; its offsets must lie behind all others.
    pub(super) fn push(&mut self, batch: SharedBatch) {
        debug_assert!(self.base_offset <= batch.base_offset);
        self.first_timestamp.get_or_insert(batch.max_timestamp);
        self.largest_timestamp = self.largest_timestamp.max(batch.max_timestamp);
        self.batches.push(batch);
    }

    /// The batch appended last is a marker, and this is what it closed.
    pub(super) fn note_completed(&mut self, closed: &CompletedTxn) {
        self.aborted.append(closed);
    }

    /// Keeps the first `len` batches.
    fn truncate(&mut self, len: usize) {
        self.batches.truncate(len);
        self.aborted.truncate_to(self.next_offset());
        let timestamps = (0..len).filter_map(|number| self.batches.get(number)).map(|batch| batch.max_timestamp);
        self.largest_timestamp = timestamps.max().unwrap_or_default();
        if len == 0 {
            self.first_timestamp = None;
        }
    }
}

/// A batch's place: the number of its segment, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub segment: usize,
    pub batch: usize,
}

/// The segments of a log, oldest first. A clone shares those that are not written any more.
///
/// Invariant: base offsets rise strictly, and no record lies at or above the base offset of the next
/// segment.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    older: Vec<Rc<Segment>>,
    active: Segment,
}

impl Segments {
    /// One empty segment.
    pub fn new(base_offset: Offset) -> Segments {
        Segments { older: Vec::new(), active: Segment::empty(base_offset) }
    }
    /// The one that is appended to.
    pub fn active(&self) -> &Segment {
        &self.active
    }
    /// The same, to append to it.
    pub fn active_mut(&mut self) -> &mut Segment {
        &mut self.active
    }
    /// Segment `number`; the active one for every number beyond the older ones.
    #[inline]
    pub fn get(&self, number: usize) -> &Segment {
        self.older.get(number).map_or(&self.active, |segment| segment)
    }
    /// How many; never none.
    pub fn len(&self) -> usize {
        self.older.len() + 1
    }
    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Segment> + Clone {
        self.older.iter().map(|segment| &**segment).chain(std::iter::once(&self.active))
    }
    /// Bytes of all of them.
    pub fn bytes(&self) -> u64 {
        self.iter().map(Segment::size).sum()
    }
    /// The offset after the last record that is there: where an empty active segment begins.
    pub fn next_offset(&self) -> Offset {
        self.active.next_offset()
    }

    /// The number of the segment that an offset belongs to: the last one that begins no later, or else
    /// the first. Nearly everybody asks for one in the active segment.
    #[inline]
    pub fn floor(&self, offset: Offset) -> usize {
        if self.active.base_offset <= offset {
            return self.older.len();
        }
        self.older.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }
    /// The first batch whose last offset is not below `offset`; [`Segments::end`] if there is none.
    #[inline]
    pub fn find(&self, offset: Offset) -> Place {
        let segment = self.floor(offset);
        if segment == self.older.len() {
            return Place { segment, batch: self.active.batches.find(offset) };
        }
        self.normal(Place { segment, batch: self.older[segment].batches.find(offset) })
    }
    /// The place behind the last batch.
    #[inline]
    pub fn end(&self) -> Place {
        Place { segment: self.older.len(), batch: self.active.batches.len() }
    }
    /// Behind a segment's last batch is the first of the next.
    #[inline]
    fn normal(&self, mut place: Place) -> Place {
        while place.segment < self.older.len() && place.batch == self.older[place.segment].batches.len() {
            place = Place { segment: place.segment + 1, batch: 0 };
        }
        place
    }
    /// Bytes of the batches from one place up to another; none if that comes before.
    pub fn bytes_between(&self, from: Place, to: Place) -> u64 {
        let begin = self.get(from.segment).batches.position(from.batch);
        if from.segment == to.segment {
            return self.get(to.segment).batches.position(to.batch).saturating_sub(begin);
        }
        if from > to {
            return 0;
        }
        let whole: u64 = (from.segment..to.segment).map(|number| self.get(number).size()).sum();
        whole + self.get(to.segment).batches.position(to.batch) - begin
    }

    /// The active segment is full: a new one begins at `base_offset`. An empty one is replaced: two of
    /// the same name cannot be.
    pub fn roll(&mut self, base_offset: Offset) {
        let full = std::mem::replace(&mut self.active, Segment::empty(base_offset));
        if !full.is_empty() {
            self.older.push(Rc::new(full));
        }
    }
    /// Drops everything from `offset` on: segments that begin above, and batches that reach beyond it.
    pub fn truncate_to(&mut self, offset: Offset) {
        self.reopen(self.floor(offset));
        self.active.truncate(self.active.batches.find(offset));
    }
    /// Cuts at the first batch that is not whole in what is left of its file. Whether all are.
    pub fn cut_torn(&mut self, surviving: impl Fn(&Segment) -> u64) -> bool {
        let Some(torn) = self.iter().position(|segment| surviving(segment) < segment.size()) else { return true };
        self.reopen(torn);
        self.active.truncate(self.active.batches.find_position(surviving(&self.active)));
        false
    }
    /// Takes out the oldest ones, so many; the active one stays.
    pub fn take_oldest(&mut self, count: usize) -> impl Iterator<Item = Rc<Segment>> + '_ {
        self.older.drain(..count)
    }
    /// Puts one segment with other batches into the place of older ones that follow each other.
    pub fn replace(
        &mut self,
        bases: &[Offset],
        batches: impl IntoIterator<Item = SharedBatch>,
        aborted: Vec<AbortedTxn>,
    ) {
        let base_offset = *bases.first().expect("there is a segment to replace");
        let found = self.older.binary_search_by_key(&base_offset, |segment| segment.base_offset);
        let number = found.expect("a segment that is not written any more");
        let replaced = number..number + bases.len();
        let are_there =
            self.older[replaced.clone()].iter().map(|segment| segment.base_offset).eq(bases.iter().copied());
        assert!(are_there, "neighbours are replaced");
        let mut other = Segment { aborted: aborted.into(), ..Segment::empty(base_offset) };
        batches.into_iter().for_each(|batch| other.push(batch));
        let end = self.get(replaced.end).base_offset;
        assert!(other.batches.last().is_none_or(|last| last.next_offset() <= end), "it ends where the next begins");
        self.older.splice(replaced, [Rc::new(other)]);
    }
    /// Makes segment `number` the active one; those behind it are gone.
    fn reopen(&mut self, number: usize) {
        if number < self.older.len() {
            self.older.truncate(number + 1);
            self.active = Rc::unwrap_or_clone(self.older.pop().expect("there is one of this number"));
        }
    }

    /// # Panics
    /// If the segments are out of order.
    pub fn check_invariants(&self) {
        let bases = || self.iter().map(|segment| segment.base_offset);
        assert!(bases().is_sorted_by(|a, b| a < b), "base offsets rise strictly");
        let ends = self.iter().map(Segment::next_offset);
        assert!(ends.zip(bases().skip(1)).all(|(end, next)| end <= next), "a segment ends where the next begins");
    }
    /// # Panics
    /// If aborted transactions are listed that are not there. `log_end`: the offset after the last.
    pub fn check_aborted(&self, log_end: Offset) {
        let ends = self.iter().map(|segment| segment.base_offset).skip(1).chain(std::iter::once(log_end));
        self.iter().zip(ends).for_each(|(segment, end)| segment.aborted.check_invariants(segment.base_offset, end));
    }
    /// The batches from `place` on.
    pub fn batches_from(&self, place: Place) -> BatchIter<'_> {
        BatchIter { segments: self, next: self.normal(place) }
    }
}

/// Batches in offset order, from segment to segment.
#[derive(Clone, Debug)]
pub struct BatchIter<'a> {
    segments: &'a Segments,
    next: Place,
}

impl<'a> Iterator for BatchIter<'a> {
    type Item = &'a RecordBatch;
    fn next(&mut self) -> Option<&'a RecordBatch> {
        let batch = self.segments.get(self.next.segment).batches.get(self.next.batch)?;
        self.next.batch += 1;
        self.next = self.segments.normal(self.next);
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::batch::BatchData;
    use crate::protocol::ids::ProducerId;
    use crate::stage::broken::each_is_noticed;

    /// Offsets 0 to 2 in one segment, 3 to 5 in the next.
    fn two_segments() -> Segments {
        let mut segments = Segments::new(Offset(0));
        segments.active_mut().push(SharedBatch::from(RecordBatch::example(0, 3, BatchData::Plain)));
        let first = std::mem::replace(&mut segments.active, Segment::empty(Offset(3)));
        segments.older.push(Rc::new(first));
        segments.active_mut().push(SharedBatch::from(RecordBatch::example(3, 3, BatchData::Plain)));
        segments
    }

    /// The records at 0 to 2 belong to a transaction that the marker at 3 has aborted; so do those at 4 to 6.
    fn two_aborted() -> Segments {
        let mut segments = Segments::new(Offset(0));
        for (first, marker) in [(0, 3), (4, 7)] {
            segments.active_mut().push(SharedBatch::from(RecordBatch::example(first, 3, BatchData::Plain)));
            segments.active_mut().push(SharedBatch::from(RecordBatch::example(marker, 1, BatchData::Plain)));
            let (first_offset, marker_offset) = (Offset(first), Offset(marker));
            let closed = CompletedTxn {
                producer_id: ProducerId(1),
                first_offset,
                marker_offset,
                aborted: true,
                last_stable_offset: marker_offset.plus(1),
            };
            segments.active_mut().note_completed(&closed);
        }
        segments
    }

    #[test]
    fn aborted_transactions_that_are_not_there_are_noticed() {
        fn again(s: &mut Segments, first: i64, marker: i64) {
            let (first_offset, marker_offset) = (Offset(first), Offset(marker));
            let (producer_id, last_stable_offset) = (ProducerId(1), marker_offset.plus(1));
            s.active.aborted.append(&CompletedTxn {
                producer_id,
                first_offset,
                marker_offset,
                aborted: true,
                last_stable_offset,
            });
        }
        each_is_noticed(
            two_aborted,
            |segments| segments.check_aborted(Offset(8)),
            &[
                ("aborted transactions are in order", |s| again(s, 0, 3)),
                ("listed where its marker is", |s| again(s, 8, 9)),
                ("listed where its marker is", |s| s.active.base_offset = Offset(4)),
                ("an aborted transaction has records", |s| {
                    s.active.aborted.truncate_to(Offset(7));
                    again(s, 7, 7);
                }),
            ],
        );
    }

    #[test]
    fn segments_out_of_order_are_noticed() {
        each_is_noticed(
            two_segments,
            Segments::check_invariants,
            &[
                ("base offsets rise strictly", |s| s.active.base_offset = Offset(0)),
                ("a segment ends where the next begins", |s| s.active.base_offset = Offset(2)),
            ],
        );
    }
}
