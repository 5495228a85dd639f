//! Compaction of one log: of each key the last record is kept (`storage/.../internals/log/Cleaner.java`).
//!
//! A pass looks twice at a log. First at what was not cleaned yet, for the last offset of each key; then at every segment from the
//! start of the log up to there, and writes each anew without the records that have a later one of their key. Neighbours that
//! have become small are put together, up to `segment.bytes`. Offsets never change: where a record was is a hole. What is written
//! anew lies in a file of its own (`.cleaned`), is flushed, and takes the place of the old ones in one step (`.swap`): whoever dies
//! before that has the old segments, and nothing is lost.
//!
//! [`Log::begin_cleaning`] makes the map and [`Cleaning::next_group`] the segments; whoever has the disk and the clock sees to the
//! time that it takes, and calls [`Log::swap_in`] when a group is on the device. A log that was cut meanwhile is cleaned anew.
//!
//! | file | what it holds |
//! |---|---|
//! | `cleanable` | how far a log may be cleaned, and whether that is worth it |
//! | `offset_map` | the last offset of each key |
//! | `transactions` | what was aborted, which markers are needed no more |
//! | `filter` | what becomes of one batch |

mod cleanable;
mod filter;
mod offset_map;
mod transactions;

use std::collections::VecDeque;
use std::ops::Range;

pub use self::cleanable::LogToClean;
use self::filter::{BatchRole, RecordFilter};
use self::offset_map::OffsetMap;
use self::transactions::CleanedTransactions;
use super::transaction_index::AbortedTxn;
use super::unified_log::Log;
use crate::protocol::batch::{BatchData, ControlRecord, RecordBatch};
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::{BatchBlock, SharedBatch};
use crate::sim::time::Nanos;

/// A pass over a log, as far as it has come.
#[derive(Clone, Debug)]
pub struct Cleaning {
    map: OffsetMap,
    transactions: CleanedTransactions,
    /// When it began.
    since: Nanos,
    first_dirty: Offset,
    upper_bound: Offset,
    /// The segments of the next groups, by base offset.
    groups: VecDeque<Vec<Offset>>,
    /// Bytes that were read for the map.
    pub indexed_bytes: u64,
}

/// Segments of a log, written anew as one.
#[derive(Clone, Debug)]
pub struct CleanedGroup {
    /// Base offsets of the segments whose place it takes; it is named after the first.
    pub bases: Vec<Offset>,
    /// What is in it.
    batches: Vec<SharedBatch>,
    aborted: Vec<AbortedTxn>,
    /// Bytes of the old segments.
    pub read_bytes: u64,
    /// Offsets of the records that are not in it any more, ascending.
    pub removed: Vec<Offset>,
    /// Batches whose tombstones or markers have got their delete horizon, and that.
    pub marked: Vec<(Range<Offset>, Nanos)>,
}

impl CleanedGroup {
    /// Bytes of the new segment.
    pub fn written_bytes(&self) -> u64 {
        self.batches.iter().map(|batch| u64::from(batch.size)).sum()
    }
}

impl Log {
    /// Begins a pass; `most_keys`: how many the map takes.
    pub fn begin_cleaning(&self, of: &LogToClean, most_keys: usize, now: Nanos) -> Cleaning {
        let upper_bound = of.first_uncleanable;
        let map = OffsetMap::build(self, of.first_dirty, upper_bound, most_keys);
        let first = self.segments.get(0).base_offset;
        // The last segment is written anew as a whole, and so is its index, also where the map was full in the middle of it.
        let behind = self.segments.iter().map(|segment| segment.base_offset).find(|base| *base >= map.end());
        Cleaning {
            transactions: CleanedTransactions::new(self, first, behind.unwrap_or_else(|| self.log_end())),
            groups: self.group_segments(map.end(), upper_bound),
            map,
            since: now,
            first_dirty: of.first_dirty,
            upper_bound,
            indexed_bytes: of.cleanable_bytes,
        }
    }

    /// Neighbours go together as long as their bytes fit into one segment, and their offsets into its index
    /// (`Cleaner.groupSegmentsBySize`).
    fn group_segments(&self, end: Offset, upper_bound: Offset) -> VecDeque<Vec<Offset>> {
        let mut groups: VecDeque<Vec<Offset>> = VecDeque::new();
        let mut size = 0;
        let segments: Vec<_> = self.segments.iter().take_while(|segment| segment.base_offset < end).collect();
        for (number, segment) in segments.iter().enumerate() {
            let next = segments.get(number + 1).map_or(upper_bound, |next| next.base_offset);
            size += segment.size();
            match groups.back_mut() {
                Some(group)
                    if size <= self.config.segment_bytes
                        && (segment.size() == 0 || next.0 - 1 - group[0].0 <= i64::from(i32::MAX)) =>
                {
                    group.push(segment.base_offset);
                }
                _ => {
                    size = segment.size();
                    groups.push_back(vec![segment.base_offset]);
                }
            }
        }
        groups
    }

    /// Puts a group into the place of the segments that it was made of.
    ///
    /// # Panics
    /// If one of them is not there, or is active.
    pub fn swap_in(&mut self, group: CleanedGroup) {
        self.replace_segments(&group.bases, group.batches, group.aborted);
    }
}

impl Cleaning {
    /// The offset after the last one that is cleaned: what the checkpoint says when all is done.
    pub fn end(&self) -> Offset {
        self.map.end()
    }
    /// Where it began to be dirty.
    pub fn first_dirty(&self) -> Offset {
        self.first_dirty
    }
    /// Keys in the map.
    pub fn keys(&self) -> usize {
        self.map.len()
    }

    /// Writes the next segments anew; none if all are done. The log is as it was when the pass began, but for what was appended.
    pub fn next_group(&mut self, log: &Log) -> Option<CleanedGroup> {
        let bases = self.groups.pop_front()?;
        let filter = RecordFilter {
            map: &self.map,
            now: self.since,
            delete_retention: log.config.delete_retention,
            upper_bound: self.upper_bound,
        };
        let (batches, removed) = (Vec::new(), Vec::new());
        let mut group =
            CleanedGroup { bases, batches, aborted: Vec::new(), read_bytes: 0, removed, marked: Vec::new() };
        let mut fresh = BatchBlock::default();
        for base in group.bases.clone() {
            let segment = log.segments.get(log.segments.floor(base));
            group.read_bytes += segment.size();
            for batch in (0..).map_while(|number| segment.batches().shared(number)) {
                let (can_discard, ended) = self.transactions.read(batch);
                group.aborted.extend(ended);
                let role = BatchRole { can_discard, is_last_of_producer: is_last_of_producer(log, batch) };
                let kept = filter.filter(batch, role, &mut fresh);
                group.removed.extend(removed_from(batch, kept.as_ref().map(|kept| &*kept.batch)));
                let Some(kept) = kept else { continue };
                group.marked.extend(kept.new_horizon.map(|at| (batch.base_offset..batch.next_offset(), at)));
                group.batches.push(kept.batch);
            }
        }
        Some(group)
    }
}

/// Whether a producer's sequences, or where it has none its epoch, would be lost with a batch (`UnifiedLog.lastRecordsOfActiveProducers`).
fn is_last_of_producer(log: &Log, batch: &RecordBatch) -> bool {
    let Some(entry) = log.producers.entry(batch.producer_id).filter(|_| batch.is_idempotent()) else { return false };
    match entry.last_offset() {
        Offset::INVALID => batch.is_control() && batch.producer_epoch == entry.producer_epoch,
        last => batch.last_offset() == last,
    }
}

/// Offsets of the records of a batch that are not in what is kept of it.
fn removed_from(batch: &RecordBatch, kept: Option<&RecordBatch>) -> Vec<Offset> {
    let records = |batch: &RecordBatch| match batch.data {
        BatchData::Control(ControlRecord::Removed) => 0,
        _ => batch.count,
    };
    if kept.is_some_and(|kept| records(kept) == records(batch)) {
        return Vec::new();
    }
    let kept: Vec<u32> = kept.map_or_else(Vec::new, |kept| kept.offset_deltas().collect());
    let gone = batch.offset_deltas().filter(|delta| kept.binary_search(delta).is_err());
    gone.map(|delta| batch.base_offset.plus(delta)).collect()
}
