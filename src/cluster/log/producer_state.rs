//! What a partition knows of its producers: the memory behind idempotence and transactions.
//!
//! Every replica keeps it, from the batches that it appends, so that a new leader recognises
//! duplicates at once. It is a fold over the log: after a truncation or a restart it is rebuilt
//! from a snapshot and the batches behind it.
//! Source: `storage/.../internals/log/ProducerStateManager.java`.

use std::rc::Rc;

use litemap::LiteMap;

pub use super::producer_entry::{
    AppendOrigin, BATCHES_TO_RETAIN, BatchMetadata, EndTxnMarker, NO_COORDINATOR_EPOCH, ProducerStateEntry,
    SequencedBatch,
};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use crate::sim::time::Nanos;

/// Default of `producer.id.expiration.ms`.
pub const DEFAULT_PRODUCER_ID_EXPIRATION: Nanos = Nanos::from_millis(86_400_000);

/// A transaction that a marker closed in this partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompletedTxn {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its first record here.
    pub first_offset: Offset,
    /// The marker.
    pub marker_offset: Offset,
    /// Whether it was aborted.
    pub aborted: bool,
    /// Where the last stable offset would stand if the marker were replicated: the first record of
    /// the oldest transaction still open, or the offset after the marker.
    pub last_stable_offset: Offset,
}

/// Tells one wait for the transaction coordinator from every other of this log (`VerificationGuard`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerificationGuard(u64);

/// A producer's first transactional batch waits for the transaction coordinator (KIP-890,
/// `VerificationStateEntry`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct VerificationStateEntry {
    since: Nanos,
    guard: VerificationGuard,
    epoch: ProducerEpoch,
    lowest_sequence: Sequence,
    /// Every transaction of the producer has an epoch of its own (transaction.version 2).
    supports_epoch_bump: bool,
}

/// A snapshot file: the producers as of an offset, with their newest batch only.
#[derive(Clone, PartialEq, Debug)]
struct Snapshot {
    offset: Offset,
    producers: Rc<[ProducerStateEntry]>,
}

/// Entries that copies of a log share until one of them writes. Most partitions never have any, and nothing is allocated for none.
#[derive(Clone, Debug, Default)]
struct SharedEntries(Option<Rc<Vec<ProducerStateEntry>>>);

impl SharedEntries {
    fn make_mut(&mut self) -> &mut Vec<ProducerStateEntry> {
        Rc::make_mut(self.0.get_or_insert_default())
    }
}

impl PartialEq for SharedEntries {
    fn eq(&self, other: &SharedEntries) -> bool {
        **self == **other
    }
}

impl std::ops::Deref for SharedEntries {
    type Target = [ProducerStateEntry];

    fn deref(&self) -> &[ProducerStateEntry] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

/// The producers of one replica of one partition.
///
/// Producers and snapshots are shared between clones until one of them changes.
#[derive(Clone, PartialEq, Debug)]
pub struct ProducerStateManager {
    /// Sorted by producer id.
    producers: SharedEntries,
    /// Open transactions: first offset to producer.
    ongoing_txns: LiteMap<Offset, ProducerId>,
    /// Closed transactions whose marker is not below the high watermark yet: first offset to marker.
    unreplicated_txns: LiteMap<Offset, Offset>,
    verifications: LiteMap<ProducerId, VerificationStateEntry>,
    /// Guards given out so far.
    guards: u64,
    /// Sorted by offset. They stand for files: they outlive the process.
    snapshots: Vec<Snapshot>,
    /// The state is that after all batches below this offset.
    map_end_offset: Offset,
    /// Offset of the newest snapshot, or where the state began.
    last_snapshot_offset: Offset,
    /// `producer.id.expiration.ms`.
    expiration: Nanos,
}

impl ProducerStateManager {
    /// No producer, at offset 0.
    pub fn new(expiration: Nanos) -> ProducerStateManager {
        ProducerStateManager {
            producers: SharedEntries::default(),
            ongoing_txns: LiteMap::new(),
            unreplicated_txns: LiteMap::new(),
            verifications: LiteMap::new(),
            guards: 0,
            snapshots: Vec::new(),
            map_end_offset: Offset(0),
            last_snapshot_offset: Offset(0),
            expiration,
        }
    }

    /// Producers are forgotten after this (`producer.id.expiration.ms`).
    pub fn expire_after(&mut self, expiration: Nanos) {
        self.expiration = expiration;
    }

    /// The producers, by id.
    pub fn producers(&self) -> &[ProducerStateEntry] {
        &self.producers
    }
    /// One producer.
    pub fn entry(&self, producer: ProducerId) -> Option<&ProducerStateEntry> {
        self.find(producer).ok().map(|index| &self.producers[index])
    }
    /// The state is that after all batches below this offset.
    pub fn map_end_offset(&self) -> Offset {
        self.map_end_offset
    }
    /// # Panics
    /// If producers or snapshots are out of order, or know more than the log holds.
    pub fn check_invariants(&self, log_end: Offset) {
        let ids = self.producers.iter().map(|entry| entry.producer_id);
        assert!(ids.is_sorted_by(|a, b| a < b), "producers are sorted, each once");
        assert!(self.snapshot_offsets().is_sorted_by(|a, b| a < b), "snapshots are sorted, one an offset");
        assert!(self.map_end_offset <= log_end, "producers know of nothing behind the log end");
        let open = self.ongoing_txns.keys().chain(self.unreplicated_txns.keys());
        assert!(open.max().is_none_or(|first| *first < log_end), "a transaction has a record in the log");
    }
    /// Offsets of the snapshots, ascending.
    pub fn snapshot_offsets(&self) -> impl Iterator<Item = Offset> + '_ {
        self.snapshots.iter().map(|snapshot| snapshot.offset)
    }
    /// The remembered batch that a client's batch repeats. To be asked before
    /// [`ProducerStateManager::append_batch`], which would take the repetition for a gap.
    pub fn find_duplicate(
        &self,
        producer: ProducerId,
        epoch: ProducerEpoch,
        first: Sequence,
        last: Sequence,
    ) -> Option<BatchMetadata> {
        self.entry(producer)?.find_duplicate(epoch, first, last).copied()
    }

    /// Checks a batch and takes it in.
    ///
    /// # Errors
    /// INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER or INVALID_TXN_STATE; the state is as
    /// before then.
    pub fn append_batch(&mut self, batch: &SequencedBatch, origin: AppendOrigin) -> Result<(), ErrorCode> {
        let lowest_unverified = self.verifications.get(&batch.producer_id).map(|entry| entry.lowest_sequence);
        let found = self.find(batch.producer_id);
        match found {
            Ok(index) => self.producers[index].check_batch(batch, origin, lowest_unverified)?,
            Err(_) => ProducerStateEntry::blank(batch.producer_id).check_batch(batch, origin, lowest_unverified)?,
        }
        if self.entry_at(found, batch.producer_id).add_batch(batch) {
            self.ongoing_txns.insert(batch.first_offset, batch.producer_id);
        }
        if batch.transactional {
            self.verifications.remove(&batch.producer_id);
        }
        self.map_end_offset = batch.last_offset.plus(1);
        Ok(())
    }

    /// Checks a marker and takes it in. None if it closes no transaction here: such a marker is
    /// written all the same.
    ///
    /// # Errors
    /// INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED; the state is as before then.
    pub fn append_marker(
        &mut self,
        marker: &EndTxnMarker,
        origin: AppendOrigin,
    ) -> Result<Option<CompletedTxn>, ErrorCode> {
        let found = self.find(marker.producer_id);
        if let Ok(index) = found {
            self.producers[index].check_marker(marker, origin)?;
        }
        let closed = self.entry_at(found, marker.producer_id).end_transaction(marker);
        // The marker of a transaction has the epoch of the next one, whose first batch may be waiting already (KAFKA-18575).
        let begins_next =
            |entry: &VerificationStateEntry| entry.supports_epoch_bump && entry.epoch == marker.producer_epoch;
        if !self.verifications.get(&marker.producer_id).is_some_and(begins_next) {
            self.verifications.remove(&marker.producer_id);
        }
        self.map_end_offset = marker.offset.plus(1);
        Ok(closed.map(|first_offset| self.complete_txn(first_offset, marker)))
    }

    fn complete_txn(&mut self, first_offset: Offset, marker: &EndTxnMarker) -> CompletedTxn {
        self.ongoing_txns.remove(&first_offset).expect("an open transaction is in both indexes");
        self.unreplicated_txns.insert(first_offset, marker.offset);
        let oldest_open = self.ongoing_txns.keys().next().copied();
        CompletedTxn {
            producer_id: marker.producer_id,
            first_offset,
            marker_offset: marker.offset,
            aborted: !marker.commit,
            last_stable_offset: oldest_open.unwrap_or(marker.offset.plus(1)),
        }
    }

    /// Batches without producer id were appended up to here.
    pub fn update_map_end_offset(&mut self, offset: Offset) {
        self.map_end_offset = offset;
    }

    /// The first record of the oldest transaction that is open, or closed by a marker that is not
    /// replicated yet.
    pub fn first_unstable_offset(&self) -> Option<Offset> {
        if self.ongoing_txns.is_empty() && self.unreplicated_txns.is_empty() {
            return None;
        }
        let open = self.ongoing_txns.keys().next();
        let unreplicated = self.unreplicated_txns.keys().next();
        open.into_iter().chain(unreplicated).min().copied()
    }

    /// A marker below the high watermark holds the last stable offset no longer.
    pub fn on_high_watermark_updated(&mut self, high_watermark: Offset) {
        if !self.unreplicated_txns.is_empty() {
            self.unreplicated_txns.retain(|_, marker| *marker >= high_watermark);
        }
    }

    /// Records below `log_start` are gone; what is known of their producers stays.
    pub fn on_log_start_offset_incremented(&mut self, log_start: Offset) {
        self.on_high_watermark_updated(log_start);
        self.map_end_offset = self.map_end_offset.max(log_start);
        self.last_snapshot_offset = self.snapshots.last().map_or(log_start, |snapshot| snapshot.offset);
    }

    /// A first transactional batch waits for verification: until a batch or marker of the producer
    /// is appended, batches with a sequence above the lowest one that waits are refused
    /// (`maybeCreateVerificationStateEntry`). The guard is what the batch must be appended with.
    pub fn start_verification(
        &mut self,
        producer: ProducerId,
        epoch: ProducerEpoch,
        sequence: Sequence,
        supports_epoch_bump: bool,
        now: Nanos,
    ) -> VerificationGuard {
        self.guards += 1;
        let guard = VerificationGuard(self.guards);
        let new = VerificationStateEntry { since: now, guard, epoch, lowest_sequence: sequence, supports_epoch_bump };
        let entry = self.verifications.entry(producer).or_insert(new);
        if epoch > entry.epoch {
            entry.epoch = epoch;
            entry.lowest_sequence = sequence;
        } else if epoch == entry.epoch {
            entry.lowest_sequence = entry.lowest_sequence.min(sequence);
        }
        entry.guard
    }

    /// The guard of the wait that is under way.
    pub fn verification_guard(&self, producer: ProducerId) -> Option<VerificationGuard> {
        self.verifications.get(&producer).map(|entry| entry.guard)
    }
    /// Whether a transaction of this epoch is open here (`UnifiedLog.hasOngoingTransaction`).
    pub fn has_ongoing_transaction(&self, producer: ProducerId, epoch: ProducerEpoch) -> bool {
        let is_open =
            |entry: &ProducerStateEntry| entry.current_txn_first_offset.is_some() && entry.producer_epoch == epoch;
        self.entry(producer).is_some_and(is_open)
    }

    /// Forgets producers not heard from for `producer.id.expiration.ms`.
    pub fn remove_expired_producers(&mut self, now: Nanos) {
        let limit = self.expiration;
        if self.producers.iter().any(|entry| entry.is_expired(now, limit)) {
            self.producers.make_mut().retain(|entry| !entry.is_expired(now, limit));
        }
        self.verifications.retain(|_, entry| now.saturating_sub(entry.since) < limit);
    }

    /// Writes a snapshot at the end of the state, unless the newest one is there already.
    pub fn take_snapshot(&mut self) {
        if self.map_end_offset > self.last_snapshot_offset {
            let offset = self.map_end_offset;
            self.snapshots.push(Snapshot {
                offset,
                producers: self.producers.iter().map(ProducerStateEntry::for_snapshot).collect(),
            });
            self.last_snapshot_offset = offset;
        }
    }

    /// Goes back to the newest snapshot in `(log_start, log_end]`, or to nothing known at
    /// `log_start`; later snapshots go. The batches from [`ProducerStateManager::map_end_offset`] to
    /// `log_end` must be replayed by the caller. Does nothing to a state that ends at `log_end`.
    pub fn truncate_and_reload(&mut self, log_start: Offset, log_end: Offset, now: Nanos) {
        self.snapshots.retain(|snapshot| snapshot.offset > log_start && snapshot.offset <= log_end);
        if self.map_end_offset == log_end {
            return self.on_log_start_offset_incremented(log_start);
        }
        self.forget();
        let loaded = self.snapshots.last();
        self.map_end_offset = loaded.map_or(log_start, |snapshot| snapshot.offset);
        self.last_snapshot_offset = self.map_end_offset;
        if let Some(snapshot) = loaded {
            let live = snapshot.producers.iter().filter(|entry| !entry.is_expired(now, self.expiration));
            let live: Vec<_> = live.cloned().collect();
            self.ongoing_txns =
                live.iter().filter_map(|entry| Some((entry.current_txn_first_offset?, entry.producer_id))).collect();
            self.producers = SharedEntries(Some(Rc::new(live)));
        }
    }

    /// Drops everything, snapshots included; the state goes on at `offset`.
    pub fn truncate_fully_and_start_at(&mut self, offset: Offset) {
        self.forget();
        self.snapshots.clear();
        self.last_snapshot_offset = Offset(0);
        self.map_end_offset = offset;
    }

    /// A process starts: of what it knew, only snapshot files are left.
    pub(super) fn restart(&mut self, keep: impl Fn(Offset) -> bool) {
        self.forget();
        self.verifications.clear();
        self.snapshots.retain(|snapshot| keep(snapshot.offset));
        self.map_end_offset = Offset(0);
        self.last_snapshot_offset = Offset(0);
    }

    /// Removes snapshots that belong to no segment, but for the newest if it lies behind the last
    /// segment's base (`removeStraySnapshots`).
    pub(super) fn remove_stray_snapshots(&mut self, segment_bases: &[Offset]) {
        let last_base = segment_bases.last().copied();
        let newest = self.snapshots.last().map(|snapshot| snapshot.offset).filter(|newest| Some(*newest) > last_base);
        self.snapshots.retain(|snapshot| {
            Some(snapshot.offset) == newest || segment_bases.binary_search(&snapshot.offset).is_ok()
        });
    }

    /// Removes the snapshots before the first segment.
    pub(super) fn delete_snapshots_below(&mut self, base_offset: Offset) {
        self.snapshots.retain(|snapshot| snapshot.offset >= base_offset);
    }

    /// Removes the snapshots at these offsets.
    pub(super) fn delete_snapshots(&mut self, offsets: &[Offset]) {
        self.snapshots.retain(|snapshot| !offsets.contains(&snapshot.offset));
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.producers.is_empty() && self.unreplicated_txns.is_empty()
    }

    fn forget(&mut self) {
        self.producers = SharedEntries::default();
        self.ongoing_txns.clear();
        self.unreplicated_txns.clear();
    }

    fn find(&self, producer: ProducerId) -> Result<usize, usize> {
        self.producers.binary_search_by_key(&producer, |entry| entry.producer_id)
    }

    /// The entry that [`ProducerStateManager::find`] found, or a new one where it belongs.
    fn entry_at(&mut self, found: Result<usize, usize>, producer: ProducerId) -> &mut ProducerStateEntry {
        let producers = self.producers.make_mut();
        let index = found.unwrap_or_else(|index| {
            producers.insert(index, ProducerStateEntry::blank(producer));
            index
        });
        &mut producers[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    /// Two producers, as of offset 10.
    fn two_producers() -> ProducerStateManager {
        let mut state = ProducerStateManager::new(DEFAULT_PRODUCER_ID_EXPIRATION);
        state.producers.make_mut().extend([1, 2].map(|id| ProducerStateEntry::blank(ProducerId(id))));
        state.map_end_offset = Offset(10);
        state
    }

    #[test]
    fn producers_that_know_too_much_are_noticed() {
        each_is_noticed(
            two_producers,
            |state| state.check_invariants(Offset(10)),
            &[
                ("producers are sorted, each once", |s| s.producers.make_mut().swap(0, 1)),
                ("snapshots are sorted, one an offset", |s| {
                    s.snapshots = [4, 4].map(|at| Snapshot { offset: Offset(at), producers: [].into() }).into();
                }),
                ("producers know of nothing behind the log end", |s| s.map_end_offset = Offset(11)),
                ("a transaction has a record in the log", |s| _ = s.ongoing_txns.insert(Offset(10), ProducerId(1))),
            ],
        );
    }
}
