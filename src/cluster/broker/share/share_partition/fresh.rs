//! Records that were not in flight before (`SharePartition.acquireNewBatchRecords`, `createBatches`).

use super::acquire::{Bounds, last_offset};
use super::{ShareAcquiredRecords, SharePartition};
use crate::cluster::broker::share::in_flight::{InFlightBatch, InFlightState, RecordState};
use crate::cluster::broker::share::locks::Lock;
use crate::cluster::broker::share::runs::{before, length};
use crate::node::Context;
use crate::protocol::ids::Offset;
use crate::protocol::messages::{AcquiredRecords, Batches};

impl SharePartition {
    /// Acquires these offsets, up to about `max_records`.
    pub(super) fn acquire_fresh(
        &mut self,
        bounds: &Bounds,
        (mut first, end): (Offset, Offset),
        max_records: i64,
        batches: &Batches,
        acquired: &mut ShareAcquiredRecords,
        ctx: &mut Context<'_>,
    ) {
        if self.in_flight.is_empty() {
            first = first.max(self.end);
        }
        let mut last = end;
        if max_records < length(first, last) {
            last = end_of_batch_with(batches, Offset(first.0 + max_records - 1));
            // Between batches that were read from the persister a batch of the log may reach into the next of those.
            if self.open_gap().is_some() {
                last = last.min(end);
            }
        }
        if first > last {
            return;
        }
        let got_before = acquired.records.len();
        if bounds.is_strict && length(first, last) > max_records {
            self.acquire_beginning(bounds, (first, last), max_records, acquired);
        } else {
            self.acquire_all(bounds, (first, last), batches, acquired);
        }
        if self.in_flight.first_key_value().is_some_and(|(lowest, _)| *lowest == first) {
            self.move_start(first, ctx);
        }
        self.end = self.end.max(last);
        let Some(last) = acquired.records[got_before..].last().map(|records| records.last) else { return };
        self.close_gap(last.plus(1));
        acquired.count += length(first, last);
    }
    /// All of it, cut where batches of the log begin, in parts of `batch_size` records or more.
    fn acquire_all(
        &mut self,
        bounds: &Bounds,
        (mut first, last): (Offset, Offset),
        batches: &Batches,
        acquired: &mut ShareAcquiredRecords,
    ) {
        if !bounds.is_strict && length(first, last) > bounds.batch_size {
            for base in batches.iter().map(|batch| batch.base_offset).take_while(|base| *base <= last) {
                if base.0 - first.0 >= bounds.batch_size {
                    self.lock_batch(bounds, (first, before(base)), acquired);
                    first = base;
                }
            }
        }
        self.lock_batch(bounds, (first, last), acquired);
    }
    fn lock_batch(&mut self, bounds: &Bounds, (first, last): (Offset, Offset), acquired: &mut ShareAcquiredRecords) {
        let Bounds { member, lock_ends, .. } = *bounds;
        let state = InFlightState::new(RecordState::Acquired, 1, Some(member), Some(lock_ends));
        self.in_flight.insert(first, InFlightBatch::new(first, last, state));
        self.locks.push(Lock { ends: lock_ends, first, last });
        acquired.records.push(AcquiredRecords { first, last, delivery_count: 1 });
    }
    /// The beginning of a batch, which is in flight as a whole: what is behind is available.
    fn acquire_beginning(
        &mut self,
        bounds: &Bounds,
        (first, last): (Offset, Offset),
        max_records: i64,
        acquired: &mut ShareAcquiredRecords,
    ) {
        let Bounds { member, lock_ends, .. } = *bounds;
        let state = InFlightState::new(RecordState::Acquired, 1, Some(member), Some(lock_ends));
        let mut batch = InFlightBatch::new(first, last, state);
        let last = Offset(first.0 + max_records - 1);
        batch.split_behind(last);
        self.in_flight.insert(first, batch);
        self.find_next = true;
        self.locks.push(Lock { ends: lock_ends, first, last });
        acquired.records.push(AcquiredRecords { first, last, delivery_count: 1 });
    }
}

/// The last offset of the batch that holds the offset; itself, if it lies in none (`lastOffsetFromBatchWithRequestOffset`).
fn end_of_batch_with(batches: &Batches, offset: Offset) -> Offset {
    let holder = batches.iter().take_while(|batch| batch.base_offset <= offset).last();
    holder.map(|batch| last_offset(batch)).filter(|last| offset <= *last).unwrap_or(offset)
}
