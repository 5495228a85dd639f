//! What a partition knows of one producer, and what it accepts from it.
//!
//! Source: `storage/.../internals/log/{ProducerStateEntry,ProducerAppendInfo,BatchMetadata}.java`.

use smallvec::SmallVec;

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use crate::sim::time::Nanos;

/// Who asks for an append; only clients are suspected of sending things twice or out of order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendOrigin {
    /// A producer, by Produce.
    Client,
    /// The leader, by a fetch response: already validated there, so that rules are noted, not enforced.
    Replication,
    /// A group or transaction coordinator on this broker.
    Coordinator,
    /// The active controller, which leads the quorum of the metadata log.
    RaftLeader,
}

/// Batches remembered per producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`). A connection
/// carries at most five requests of an idempotent producer, so the window covers all that it can
/// send again.
pub const BATCHES_TO_RETAIN: usize = 5;

/// What is remembered of an appended batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchMetadata {
    /// Sequence of the last record.
    pub last_sequence: Sequence,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Records before the last one.
    pub offset_delta: u32,
    /// Largest record timestamp.
    pub timestamp: Nanos,
}

impl BatchMetadata {
    /// Sequence of the first record (`DefaultRecordBatch.decrementSequence`: before 0 comes 2147483647).
    pub fn first_sequence(&self) -> Sequence {
        let first = i64::from(self.last_sequence.0) - i64::from(self.offset_delta);
        Sequence((first & i64::from(i32::MAX)) as i32)
    }
    /// Offset of the first record.
    pub fn first_offset(&self) -> Offset {
        Offset(self.last_offset.0 - i64::from(self.offset_delta))
    }
}

/// A data batch as the producer state sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SequencedBatch {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub first_sequence: Sequence,
    /// Sequence of the last record.
    pub last_sequence: Sequence,
    /// Offset of the first record, given or about to be given.
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// Largest record timestamp.
    pub timestamp: Nanos,
    /// Whether it belongs to a transaction.
    pub transactional: bool,
}

/// A control record that ends a transaction (`EndTransactionMarker`); it takes one offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndTxnMarker {
    /// The producer.
    pub producer_id: ProducerId,
    /// The epoch that the coordinator wrote: the producer's, or one above it since KIP-890.
    pub producer_epoch: ProducerEpoch,
    /// Leader epoch of the coordinator's `__transaction_state` partition.
    pub coordinator_epoch: LeaderEpoch,
    /// COMMIT or ABORT.
    pub commit: bool,
    /// The marker's offset.
    pub offset: Offset,
    /// When the coordinator wrote it.
    pub timestamp: Nanos,
}

/// The coordinator epoch before any marker.
pub const NO_COORDINATOR_EPOCH: LeaderEpoch = LeaderEpoch::UNDEFINED;

/// What a partition knows of one producer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerStateEntry {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its latest epoch here; none if the entry is blank.
    pub producer_epoch: ProducerEpoch,
    /// Coordinator epoch of its latest marker, or [`NO_COORDINATOR_EPOCH`].
    pub coordinator_epoch: LeaderEpoch,
    /// Largest timestamp of its last batch, or the time of a later marker: expiry counts from here.
    pub last_timestamp: Nanos,
    /// First offset of its open transaction. Only a marker clears it, a new epoch does not.
    pub current_txn_first_offset: Option<Offset>,
    /// Its newest batches of this epoch, oldest first.
    batches: SmallVec<[BatchMetadata; BATCHES_TO_RETAIN]>,
}

impl ProducerStateEntry {
    /// The entry of a producer that was never seen, or is forgotten.
    pub(super) fn blank(producer_id: ProducerId) -> ProducerStateEntry {
        ProducerStateEntry {
            producer_id,
            producer_epoch: ProducerEpoch::NONE,
            coordinator_epoch: NO_COORDINATOR_EPOCH,
            last_timestamp: Nanos::ZERO,
            current_txn_first_offset: None,
            batches: SmallVec::new(),
        }
    }

    /// The remembered batches, oldest first; at most five.
    pub fn batches(&self) -> &[BatchMetadata] {
        &self.batches
    }
    /// Sequence of the last record; -1 if no batch of this epoch is known.
    pub fn last_sequence(&self) -> Sequence {
        self.batches.last().map_or(Sequence::NONE, |batch| batch.last_sequence)
    }
    /// Offset of the last data record; -1 if no batch of this epoch is known.
    pub fn last_offset(&self) -> Offset {
        self.batches.last().map_or(Offset::INVALID, |batch| batch.last_offset)
    }
    /// The remembered batch that this one repeats: same epoch, same first and last sequence. An older
    /// repetition is not recognised and looks like a gap.
    pub fn find_duplicate(&self, epoch: ProducerEpoch, first: Sequence, last: Sequence) -> Option<&BatchMetadata> {
        if epoch != self.producer_epoch {
            return None;
        }
        self.batches.iter().find(|batch| batch.last_sequence == last && batch.first_sequence() == first)
    }
    /// The entry as a snapshot file keeps it: only the newest batch.
    pub(super) fn for_snapshot(&self) -> ProducerStateEntry {
        ProducerStateEntry { batches: self.batches.last().copied().into_iter().collect(), ..self.clone() }
    }
    /// Whether nothing was heard of the producer for `limit`. Never with a transaction open.
    pub(super) fn is_expired(&self, now: Nanos, limit: Nanos) -> bool {
        self.current_txn_first_offset.is_none() && now.saturating_sub(self.last_timestamp) >= limit
    }

    /// Whether the batch may be appended. `lowest_unverified` is the lowest sequence of the
    /// producer that still waits for the transaction coordinator's word.
    pub(super) fn check_batch(
        &self,
        batch: &SequencedBatch,
        origin: AppendOrigin,
        lowest_unverified: Option<Sequence>,
    ) -> Result<(), ErrorCode> {
        self.check_epoch(batch.producer_epoch, origin)?;
        if origin == AppendOrigin::Client {
            if lowest_unverified.is_some_and(|lowest| batch.first_sequence > lowest) {
                return Err(ErrorCode::OutOfOrderSequenceNumber);
            }
            self.check_sequence(batch.producer_epoch, batch.first_sequence)?;
        }
        if self.current_txn_first_offset.is_some() && !batch.transactional {
            return Err(ErrorCode::InvalidTxnState);
        }
        Ok(())
    }

    /// Whether the marker may be appended.
    pub(super) fn check_marker(&self, marker: &EndTxnMarker, origin: AppendOrigin) -> Result<(), ErrorCode> {
        self.check_epoch(marker.producer_epoch, origin)?;
        if marker.coordinator_epoch < self.coordinator_epoch && origin != AppendOrigin::Replication {
            return Err(ErrorCode::TransactionCoordinatorFenced);
        }
        Ok(())
    }

    fn check_epoch(&self, epoch: ProducerEpoch, origin: AppendOrigin) -> Result<(), ErrorCode> {
        if epoch < self.producer_epoch && origin != AppendOrigin::Replication {
            return Err(ErrorCode::InvalidProducerEpoch);
        }
        Ok(())
    }

    /// A producer of which nothing is known may start anywhere: its earlier records may have been
    /// deleted, or its state expired (KIP-360).
    fn check_sequence(&self, epoch: ProducerEpoch, first: Sequence) -> Result<(), ErrorCode> {
        if self.producer_epoch == ProducerEpoch::NONE {
            return Ok(());
        }
        // After a marker alone, and after a new epoch, the producer starts over at 0.
        let last = if epoch == self.producer_epoch { self.last_sequence() } else { Sequence::NONE };
        if first == last.plus(1) { Ok(()) } else { Err(ErrorCode::OutOfOrderSequenceNumber) }
    }

    /// Takes a batch in. True if it opens a transaction.
    pub(super) fn add_batch(&mut self, batch: &SequencedBatch) -> bool {
        self.move_to_epoch(batch.producer_epoch);
        if self.batches.len() == BATCHES_TO_RETAIN {
            self.batches.remove(0);
        }
        self.batches.push(BatchMetadata {
            last_sequence: batch.last_sequence,
            last_offset: batch.last_offset,
            offset_delta: (batch.last_offset.0 - batch.first_offset.0) as u32,
            timestamp: batch.timestamp,
        });
        self.last_timestamp = batch.timestamp;
        let opens = batch.transactional && self.current_txn_first_offset.is_none();
        if opens {
            self.current_txn_first_offset = Some(batch.first_offset);
        }
        opens
    }

    /// Takes a marker in. Returns the first offset of the transaction that it closes.
    pub(super) fn end_transaction(&mut self, marker: &EndTxnMarker) -> Option<Offset> {
        self.move_to_epoch(marker.producer_epoch);
        self.coordinator_epoch = marker.coordinator_epoch;
        self.last_timestamp = marker.timestamp;
        self.current_txn_first_offset.take()
    }

    /// A batch of another epoch makes the window worthless.
    fn move_to_epoch(&mut self, epoch: ProducerEpoch) {
        if epoch != self.producer_epoch {
            self.batches.clear();
            self.producer_epoch = epoch;
        }
    }
}
