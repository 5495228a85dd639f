//! What becomes of one batch (`MemoryRecords.filterTo`, the `RecordFilter` of `Cleaner.cleanInto`).

use std::rc::Rc;

use super::offset_map::{OffsetMap, key_at};
use crate::protocol::batch::{BatchData, ControlRecord, CoordinatorRecord, RecordBatch, RecordDetail};
use crate::protocol::ids::Offset;
use crate::protocol::record_size::BATCH_OVERHEAD;
use crate::protocol::shared_batch::{BatchBlock, SharedBatch};
use crate::sim::time::Nanos;

/// What the whole pass goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordFilter<'a> {
    pub map: &'a OffsetMap,
    /// When the cleaning began: delete horizons are held against it.
    pub now: Nanos,
    /// `delete.retention.ms`.
    pub delete_retention: Nanos,
    /// Where the round of cleaning ends: what the last batch before it tells of offsets is kept.
    pub upper_bound: Offset,
}

/// What is known of a batch beside its records.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchRole {
    /// Of an aborted transaction, or a marker of one of which nothing is left.
    pub can_discard: bool,
    /// A producer's state hangs on it: its last records, or its last marker.
    pub is_last_of_producer: bool,
}

/// A batch that stays.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub batch: SharedBatch,
    /// Its tombstones or its marker may go from then on, as was decided just now.
    pub new_horizon: Option<Nanos>,
}

impl RecordFilter<'_> {
    /// What is kept of a batch; nothing if it goes as a whole. `fresh`: where a new one goes.
    pub fn filter(&self, batch: &SharedBatch, role: BatchRole, fresh: &mut BatchBlock) -> Option<Kept> {
        let horizon_is_over = batch.delete_horizon.is_some_and(|horizon| horizon <= self.now);
        let discards = role.can_discard && (!batch.is_control() || horizon_is_over);
        let keeps_empty = role.is_last_of_producer || batch.next_offset() == self.upper_bound;
        if discards && !keeps_empty {
            return None;
        }
        let retained: Vec<u32> =
            (0..if discards { 0 } else { batch.count }).filter(|place| self.retains(batch, *place)).collect();
        if retained.is_empty() {
            return keeps_empty.then(|| Kept { batch: fresh.share(emptied(batch)), new_horizon: None });
        }
        let has_tombstone = retained.iter().any(|place| key_at(batch, *place).is_some_and(|(_, gone)| gone));
        let waits = has_tombstone || (role.can_discard && batch.is_control());
        let new_horizon =
            (waits && batch.delete_horizon.is_none()).then(|| self.now.saturating_add(self.delete_retention));
        if retained.len() as u32 == batch.count && new_horizon.is_none() {
            return Some(Kept { batch: batch.clone(), new_horizon });
        }
        let delete_horizon = new_horizon.or(batch.delete_horizon);
        let left = RecordBatch { delete_horizon, ..left(batch, &retained) };
        Some(Kept { batch: fresh.share(left), new_horizon })
    }

    /// `Cleaner.shouldRetainRecord`; a control record of a batch that is not discarded stays.
    fn retains(&self, batch: &RecordBatch, place: u32) -> bool {
        let offset = batch.base_offset.plus(batch.offset_delta(place));
        if batch.is_control() || offset >= self.map.end() {
            return true;
        }
        let Some((key, is_tombstone)) = key_at(batch, place) else { return false };
        let may_stay = !is_tombstone || batch.delete_horizon.is_none_or(|horizon| self.now < horizon);
        self.map.is_last(key, offset) && may_stay
    }
}

/// A batch without its other records. Offsets, sequences and producer stay what they were (`MemoryRecords.buildRetainedRecordsInto`).
///
/// Its size falls as that of its records without compression does. Of the single timestamps nothing is known: the largest of the
/// batch stays the largest.
fn left(batch: &RecordBatch, retained: &[u32]) -> RecordBatch {
    let data = match &batch.data {
        BatchData::Records(details) => {
            BatchData::Records(retained.iter().map(|place| details[*place as usize]).collect())
        }
        BatchData::Plain => {
            let detail = |place: &u32| RecordDetail {
                offset_delta: *place,
                key: RecordDetail::NULL_KEY,
                value_len: 0,
                poison: false,
            };
            BatchData::Records(retained.iter().map(detail).collect())
        }
        BatchData::Coordinator(records) if retained.len() < records.len() => {
            let kept = |place: &u32| (*place, records[*place as usize].clone());
            BatchData::CoordinatorLeft(retained.iter().map(kept).collect::<Rc<[(u32, CoordinatorRecord)]>>())
        }
        BatchData::CoordinatorLeft(records) => {
            BatchData::CoordinatorLeft(retained.iter().map(|place| records[*place as usize].clone()).collect())
        }
        whole => whole.clone(),
    };
    let weight = |place: u32| match &batch.data {
        BatchData::Records(details) => u64::from(details[place as usize].size()),
        _ => 1,
    };
    let kept: u64 = retained.iter().map(|place| weight(*place)).sum();
    let all: u64 = (0..batch.count).map(weight).sum();
    let records = u64::from(batch.size.saturating_sub(BATCH_OVERHEAD)) * kept / all.max(1);
    RecordBatch { count: retained.len() as u32, size: BATCH_OVERHEAD + records as u32, data, ..batch.clone() }
}

/// A header and nothing else (`DefaultRecordBatch.writeEmptyHeader`).
fn emptied(batch: &RecordBatch) -> RecordBatch {
    let data = match &batch.data {
        BatchData::Control(_) => BatchData::Control(ControlRecord::Removed),
        BatchData::Coordinator(_) | BatchData::CoordinatorLeft(_) => BatchData::CoordinatorLeft([].into()),
        BatchData::Plain | BatchData::Records(_) | BatchData::Metadata(_) => BatchData::Records([].into()),
    };
    RecordBatch { count: 0, size: BATCH_OVERHEAD, delete_horizon: None, data, ..batch.clone() }
}
