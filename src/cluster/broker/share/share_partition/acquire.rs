//! Records for a member (`SharePartition.acquire`).

use smallvec::SmallVec;

use super::start_offset::Stale;
use super::{Acquirer, FetchedRecords, ShareAcquiredRecords, SharePartition};
use crate::cluster::broker::share::in_flight::{DeliveryCount, InFlightBatch, InFlightState, RecordState};
use crate::cluster::broker::share::locks::Lock;
use crate::cluster::broker::share::runs::before;
use crate::history::fact::ShareArchiveReason;
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::{MemberId, Offset};
use crate::protocol::messages::{AcquiredRecords, ShareAcquireMode};
use crate::protocol::rules::{
    ShareAcquireLimits, ShareAcquireModes, ShareRecordLocks, ShareStaleBatches, ShareStartWithinBatch, ShareThrottling,
};
use crate::sim::time::Nanos;

/// Below this many deliveries nothing is held back (`MINIMUM_THROTTLE_RECORDS_DELIVERY_LIMIT`).
const MINIMUM_THROTTLE_RECORDS_DELIVERY_LIMIT: u16 = 2;

/// What bounds one acquisition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub member: MemberId,
    /// `share.acquire.mode=record_limit`: never more than asked for.
    pub is_strict: bool,
    pub batch_size: i64,
    /// The first offset that was read; the last that may be acquired.
    pub first: Offset,
    pub last: Offset,
    /// When the locks run out.
    pub lock_ends: Nanos,
    /// After so many deliveries a record is given up.
    pub limit: u16,
}

/// The last offset of a batch of the log.
pub(super) fn last_offset(batch: &RecordBatch) -> Offset {
    before(batch.next_offset())
}

impl SharePartition {
    /// Acquires of what a fetch has read: what is available in flight, what lies between, and what is behind.
    pub fn acquire(
        &mut self,
        who: Acquirer,
        fetched: &FetchedRecords<'_>,
        config: &GroupConfig,
        ctx: &mut Context<'_>,
    ) -> ShareAcquiredRecords {
        let mut acquired = ShareAcquiredRecords::default();
        let (Some(first), Some(last)) = (fetched.batches.first(), fetched.batches.last()) else { return acquired };
        let (base, last) = (first.base_offset, last_offset(last));
        if !self.is_active() || who.max_records <= 0 || self.is_all_below_start(last) {
            return acquired;
        }
        let (last, max_records) = self.within_record_locks(who, fetched.fetch_offset, last, config);
        if max_records <= 0 {
            return acquired;
        }
        let bounds = Bounds {
            member: who.member,
            is_strict: who.mode == ShareAcquireMode::RecordLimit
                && self.rules.share_acquire_modes == ShareAcquireModes::AsAsked,
            batch_size: match self.rules.share_acquire_limits {
                ShareAcquireLimits::AllRead => i64::MAX,
                ShareAcquireLimits::Request => i64::from(who.batch_size),
            },
            first: base,
            last,
            lock_ends: ctx.now().saturating_add(config.share_record_lock_duration),
            limit: config.share_delivery_count_limit as u16,
        };
        self.archive_stale(fetched.fetch_offset, base, ctx);
        self.acquire_within(&bounds, max_records, fetched, &mut acquired, ctx);
        if !fetched.aborted.is_empty() {
            self.filter_aborted(fetched, &mut acquired, ctx);
        }
        for records in &acquired.records {
            self.chronicle.acquired(who.member, records, ctx);
        }
        acquired
    }
    fn is_all_below_start(&self, last: Offset) -> bool {
        self.rules.share_start_within_batch == ShareStartWithinBatch::FromStart && last < self.start
    }
    /// The last offset, and how many records: no more are acquired than may be in flight, up to the end of a batch
    /// (`lastOffsetAndMaxRecordsToAcquire`).
    fn within_record_locks(
        &self,
        who: Acquirer,
        fetch_offset: Offset,
        last: Offset,
        config: &GroupConfig,
    ) -> (Offset, i64) {
        if self.rules.share_record_locks == ShareRecordLocks::BeforeFetch {
            return (last, who.max_records);
        }
        let capacity = i64::from(config.share_partition_max_record_locks) - self.records_in_flight();
        if capacity.min(who.max_records) > 0 {
            return (last, capacity.min(who.max_records));
        }
        if fetch_offset > self.end {
            return (last, 0);
        }
        // The fetch reads between records that are in flight: nothing behind them.
        (last.min(self.end), who.max_records.min(self.end.0 - fetch_offset.0 + 1))
    }
    /// What is available in flight and was not read any more is not in the log any more: the log was compacted
    /// (`maybeArchiveStaleBatches`).
    fn archive_stale(&mut self, fetch_offset: Offset, base: Offset, ctx: &mut Context<'_>) {
        if self.rules.share_stale_batches == ShareStaleBatches::Archived && fetch_offset < base {
            let (state, reason) = (RecordState::Available, ShareArchiveReason::Gap);
            let stale = Stale { first: fetch_offset, end: base, state, reason, counts: true };
            self.find_next |= self.archive(stale, ctx);
        }
    }

    fn acquire_within(
        &mut self,
        bounds: &Bounds,
        mut max_records: i64,
        fetched: &FetchedRecords<'_>,
        acquired: &mut ShareAcquiredRecords,
        ctx: &mut Context<'_>,
    ) {
        let base = self.base(bounds.first);
        let range = base.min(bounds.first)..=bounds.last;
        let known: SmallVec<[Offset; 8]> = match range.is_empty() {
            true => SmallVec::new(),
            false => self.in_flight.range(range).map(|(first, _)| *first).collect(),
        };
        let Some(last_known) = known.last().and_then(|first| self.in_flight.get(first)).map(|batch| batch.last) else {
            self.acquire_fresh(bounds, (base, bounds.last), max_records, fetched.batches, acquired, ctx);
            return;
        };
        let mut gap_start = base;
        for first in known {
            if acquired.count >= max_records {
                break;
            }
            if self.open_gap().is_some() {
                if gap_start < first {
                    let left = match self.rules.share_record_locks {
                        ShareRecordLocks::BeforeFetch => max_records,
                        ShareRecordLocks::WhileAcquiring => max_records - acquired.count,
                    };
                    self.acquire_fresh(bounds, (gap_start, before(first)), left, fetched.batches, acquired, ctx);
                }
                if let Some(batch) = self.in_flight.get(&first) {
                    gap_start = batch.last.plus(1);
                }
                if acquired.count >= max_records {
                    break;
                }
            }
            let throttles = self.throttles(first, bounds);
            if throttles && acquired.count > 0 {
                max_records = 0;
                break;
            }
            let got = self.acquire_known(first, bounds, max_records - acquired.count, throttles, acquired);
            if throttles && got > 0 {
                max_records = 0;
                break;
            }
        }
        if acquired.count < max_records && last_known < bounds.last {
            let left = max_records - acquired.count;
            let rest = (last_known.plus(1), bounds.last);
            self.acquire_fresh(bounds, rest, left, fetched.batches, acquired, ctx);
        }
        if let Some(last) = acquired.records.last() {
            self.close_gap(last.last.plus(1));
        }
    }
    /// Where to begin: with the batch in flight that holds the first offset which was read, and not below the start.
    fn base(&self, base: Offset) -> Offset {
        match self.in_flight.range(..=base).next_back() {
            Some((first, floor)) if floor.last >= base => *first,
            None if self.rules.share_start_within_batch == ShareStartWithinBatch::FromStart => base.max(self.start),
            _ => base,
        }
    }
    /// From half of the deliveries on, fewer and fewer of a batch's records are delivered together: lest a bad one among them
    /// costs the others their deliveries, too (`shouldThrottleRecordsDelivery`).
    fn throttles(&self, first: Offset, bounds: &Bounds) -> bool {
        let Some(batch) = self.in_flight.get(&first).filter(|_| self.rules.share_throttling == ShareThrottling::On)
        else {
            return false;
        };
        let (from, to) = (bounds.first, bounds.last);
        let is_there = |state: &&InFlightState| state.is_acquirable();
        let most = match batch.whole() {
            Some(whole) => Some(whole).filter(is_there).map(|state| state.delivery_count),
            None => batch.offsets(from, to).map(|(_, state)| state).filter(is_there).map(|s| s.delivery_count).max(),
        };
        most.is_some_and(|most| most >= throttle_limit(bounds))
    }

    /// Acquires of a batch in flight what is available; how many records these are.
    fn acquire_known(
        &mut self,
        first: Offset,
        bounds: &Bounds,
        left: i64,
        throttles: bool,
        acquired: &mut ShareAcquiredRecords,
    ) -> i64 {
        let Some(batch) = self.in_flight.get_mut(&first) else { return 0 };
        let is_part =
            !batch.is_within(bounds.first, bounds.last) || (bounds.is_strict && batch.len() > left) || throttles;
        if batch.whole().is_some_and(|whole| !whole.is_acquirable()) {
            return 0;
        }
        if is_part {
            batch.split();
        }
        let Bounds { member, lock_ends, limit, .. } = *bounds;
        let Some(whole) = batch.whole_mut() else {
            let isolates = self.rules.share_throttling == ShareThrottling::On;
            let got = acquire_offsets(batch, bounds, left, isolates, acquired, &mut self.locks);
            acquired.count += got;
            return got;
        };
        if !whole.try_update(RecordState::Acquired, DeliveryCount::Increase, limit, Some(member)) {
            return 0;
        }
        whole.lock_ends = Some(lock_ends);
        let delivery_count = whole.delivery_count;
        let (first, last, got) = (batch.first, batch.last, batch.len());
        self.locks.push(Lock { ends: lock_ends, first, last });
        acquired.records.push(AcquiredRecords { first, last, delivery_count });
        acquired.count += got;
        got
    }
}

/// From so many deliveries on fewer records are delivered together.
fn throttle_limit(bounds: &Bounds) -> u16 {
    MINIMUM_THROTTLE_RECORDS_DELIVERY_LIMIT.max(bounds.limit.div_ceil(2))
}

/// Acquires single offsets of a batch; how many (`acquireSubsetBatchRecords`). `isolates`: a record goes alone with its last
/// delivery.
fn acquire_offsets(
    batch: &mut InFlightBatch,
    bounds: &Bounds,
    left: i64,
    isolates: bool,
    acquired: &mut ShareAcquiredRecords,
    locks: &mut super::Locks,
) -> i64 {
    let Bounds { member, lock_ends, limit, .. } = *bounds;
    let (size, isolates_last) = (batch.len(), isolates && limit > 2);
    let most = if bounds.is_strict { left } else { i64::MAX };
    let mut throttled: Option<i64> = None;
    let (mut got, from) = (0, acquired.records.len());
    for (offset, state) in batch.offsets_mut(bounds.first, bounds.last).filter(|(_, state)| state.is_acquirable()) {
        let delivered = state.delivery_count;
        if isolates_last && delivered + 1 == limit && got > 0 {
            break;
        }
        if isolates && delivered >= throttle_limit(bounds) {
            throttled = throttled.or(Some((size >> (delivered - throttle_limit(bounds) + 1)).max(1)));
        }
        if !state.try_update(RecordState::Acquired, DeliveryCount::Increase, limit, Some(member)) {
            continue;
        }
        state.lock_ends = Some(lock_ends);
        let delivery_count = state.delivery_count;
        got += 1;
        match acquired.records.last_mut() {
            Some(run) if got > 1 && run.last.plus(1) == offset && run.delivery_count == delivery_count => {
                run.last = offset;
            }
            _ => acquired.records.push(AcquiredRecords { first: offset, last: offset, delivery_count }),
        }
        if (isolates_last && delivery_count == limit) || got == most || throttled == Some(got) {
            break;
        }
    }
    for run in &acquired.records[from..] {
        locks.push(Lock { ends: lock_ends, first: run.first, last: run.last });
    }
    got
}
