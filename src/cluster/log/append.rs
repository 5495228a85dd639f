//! Appending: what a batch must be, and what it does to the log (`UnifiedLog.append`).

use super::producer_state::{AppendOrigin, CompletedTxn, EndTxnMarker, ProducerStateManager, SequencedBatch};
use super::unified_log::Log;
use crate::protocol::batch::{BatchData, ControlRecord, RecordBatch};
use crate::protocol::config::TimestampType;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{LeaderEpoch, Offset, Sequence};
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// What became of a batch that was not refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppendOutcome {
    /// It is in the log.
    Appended {
        /// Offset of its first record.
        base_offset: Offset,
        /// Offset of its last record.
        last_offset: Offset,
        /// A segment was rolled since the last append that said so: everything below the active
        /// segment is to be flushed. (A roll may precede a duplicate or a refused batch; it is told
        /// with the next append.)
        rolled: bool,
        /// The first record of the transaction that it closed, if it is a marker and did.
        closed: Option<Offset>,
    },
    /// It is one of the producer's last five batches; nothing was appended.
    Duplicate {
        /// Offset of the first record of the original.
        base_offset: Offset,
        /// Offset of the last record of the original.
        last_offset: Offset,
    },
}

/// What is to become of a batch that is not refused.
enum Admitted {
    /// It is in the log already.
    Original(AppendOutcome),
    /// It goes into the log, and closes this transaction if it is a marker.
    New(Option<CompletedTxn>),
}

impl Log {
    /// Appends a batch as the leader of `epoch`: checks it, gives it the next offsets and the epoch.
    ///
    /// The order of the steps is Kafka's, and visible: a duplicate or an out-of-order batch comes
    /// after a possible roll.
    ///
    /// # Errors
    /// MESSAGE_TOO_LARGE, INVALID_RECORD (also for a null key in a compacted topic, KIP-467), INVALID_TIMESTAMP, RECORD_LIST_TOO_LARGE,
    /// INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER. No record is appended then.
    pub fn append_as_leader(
        &mut self,
        mut batch: RecordBatch,
        epoch: LeaderEpoch,
        origin: AppendOrigin,
        now: Nanos,
    ) -> Result<AppendOutcome, ErrorCode> {
        self.validate(&batch, origin, now)?;
        batch.base_offset = self.log_end;
        batch.leader_epoch = epoch;
        if self.config.message_timestamp_type == TimestampType::LogAppendTime {
            (batch.base_timestamp, batch.max_timestamp) = (now, now);
        }
        match self.admit(&batch, origin)? {
            Admitted::Original(original) => Ok(original),
            Admitted::New(closed) => {
                let batch = self.fresh.share(batch);
                Ok(self.push(batch, closed))
            }
        }
    }

    /// Appends a batch as the leader sent it, offsets and epoch included. Its size and sequence are
    /// not checked: they were, there.
    ///
    /// A log that is empty, and was told to start inside of this batch, starts at the batch instead
    /// (`Partition.appendRecordsToFollowerOrFutureReplica`).
    ///
    /// # Errors
    /// OFFSET_OUT_OF_RANGE for a batch that begins below the log end (Kafka throws
    /// `UnexpectedAppendOffsetException`, for which the protocol has no code; it never reaches the wire),
    /// INVALID_RECORD for one without an epoch.
    pub fn append_as_follower(&mut self, batch: impl Into<SharedBatch>) -> Result<AppendOutcome, ErrorCode> {
        let batch = batch.into();
        let inside = batch.base_offset < self.log_end && self.log_end <= batch.last_offset();
        if inside && self.log_start == self.log_end {
            self.truncate_fully_and_start_at(batch.base_offset);
        }
        if batch.base_offset < self.log_end {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        match self.admit(&batch, AppendOrigin::Replication)? {
            Admitted::Original(original) => Ok(original),
            Admitted::New(closed) => Ok(self.push(batch, closed)),
        }
    }

    /// `UnifiedLog.analyzeAndValidateRecords` and `LogValidator`.
    fn validate(&self, batch: &RecordBatch, origin: AppendOrigin, now: Nanos) -> Result<(), ErrorCode> {
        let from_client = origin == AppendOrigin::Client;
        let has_holes = batch.count != batch.last_offset_delta + 1;
        if from_client && (batch.base_offset != Offset(0) || has_holes || batch.is_control()) {
            return Err(ErrorCode::InvalidRecord);
        }
        if batch.size > self.config.max_message_bytes {
            return Err(ErrorCode::MessageTooLarge);
        }
        let refuses_null_keys = self.config.cleanup_policy.compact && from_client;
        if refuses_null_keys && batch.has_null_keys() {
            return Err(ErrorCode::InvalidRecord);
        }
        if batch.count == 0 || (from_client && batch.is_idempotent() && batch.base_sequence < Sequence(0)) {
            return Err(ErrorCode::InvalidRecord);
        }
        if self.is_timely(batch, now) { Ok(()) } else { Err(ErrorCode::InvalidTimestamp) }
    }

    /// Whether the producer's timestamps are near enough to the broker's clock, if they count at all
    /// (`LogValidator.validateTimestamp`, KIP-937).
    fn is_timely(&self, batch: &RecordBatch, now: Nanos) -> bool {
        let (before, after) = (self.config.message_timestamp_before_max, self.config.message_timestamp_after_max);
        self.config.message_timestamp_type == TimestampType::LogAppendTime
            || batch.base_timestamp >= now.saturating_sub(before) && batch.max_timestamp <= now.saturating_add(after)
    }

    /// Takes note of a batch with its offsets that is about to be appended.
    fn admit(&mut self, batch: &RecordBatch, origin: AppendOrigin) -> Result<Admitted, ErrorCode> {
        if batch.leader_epoch != self.epochs.latest_epoch() {
            self.epochs.assign(batch.leader_epoch, batch.base_offset).map_err(|_| ErrorCode::InvalidRecord)?;
        }
        if u64::from(batch.size) > self.config.segment_bytes {
            return Err(ErrorCode::RecordListTooLarge);
        }
        self.maybe_roll(batch);
        if batch.is_idempotent() {
            if let Some(original) = self.find_duplicate(batch, origin) {
                return Ok(Admitted::Original(original));
            }
            return note_producer(&mut self.producers, batch, origin).map(Admitted::New);
        }
        self.producers.update_map_end_offset(batch.next_offset());
        Ok(Admitted::New(None))
    }

    fn push(&mut self, batch: SharedBatch, closed: Option<CompletedTxn>) -> AppendOutcome {
        let (base_offset, last_offset) = (batch.base_offset, batch.last_offset());
        self.log_end = batch.next_offset();
        self.segments.active_mut().push(batch);
        if let Some(closed) = &closed {
            self.segments.active_mut().note_completed(closed);
        }
        AppendOutcome::Appended {
            base_offset,
            last_offset,
            rolled: std::mem::take(&mut self.roll_unreported),
            closed: closed.map(|closed| closed.first_offset),
        }
    }

    fn find_duplicate(&self, batch: &RecordBatch, origin: AppendOrigin) -> Option<AppendOutcome> {
        if origin != AppendOrigin::Client {
            return None;
        }
        let original = self.producers.find_duplicate(
            batch.producer_id,
            batch.producer_epoch,
            batch.base_sequence,
            batch.last_sequence(),
        )?;
        Some(AppendOutcome::Duplicate { base_offset: original.first_offset(), last_offset: original.last_offset })
    }

    /// Starts a new segment at the batch if it must not go into the active one. The producers are
    /// written to a snapshot then, so that recovery need not read the older segments (`UnifiedLog.roll`).
    fn maybe_roll(&mut self, batch: &RecordBatch) {
        if self.active_segment().should_roll(batch, &self.config) {
            self.roll(batch.base_offset);
            self.roll_unreported = true;
        }
    }
    /// Starts a new segment, with a snapshot of the producers.
    pub(super) fn roll(&mut self, base_offset: Offset) {
        self.segments.roll(base_offset);
        self.producers.update_map_end_offset(base_offset);
        self.producers.take_snapshot();
    }
}

/// Tells the producer state of a batch with a producer id. The transaction that it closes, if it is a marker.
pub(super) fn note_producer(
    producers: &mut ProducerStateManager,
    batch: &RecordBatch,
    origin: AppendOrigin,
) -> Result<Option<CompletedTxn>, ErrorCode> {
    match batch.data {
        // All of the transaction was compacted away (`ProducerAppendInfo.append`).
        BatchData::Control(ControlRecord::Removed) => {
            producers.update_map_end_offset(batch.next_offset());
            Ok(None)
        }
        BatchData::Control(ControlRecord::EndTxn { commit, coordinator_epoch }) => {
            let marker = EndTxnMarker {
                producer_id: batch.producer_id,
                producer_epoch: batch.producer_epoch,
                coordinator_epoch,
                commit,
                offset: batch.base_offset,
                timestamp: batch.max_timestamp,
            };
            producers.append_marker(&marker, origin)
        }
        _ => producers.append_batch(&producer_batch(batch), origin).map(|()| None),
    }
}

fn producer_batch(batch: &RecordBatch) -> SequencedBatch {
    SequencedBatch {
        producer_id: batch.producer_id,
        producer_epoch: batch.producer_epoch,
        first_sequence: batch.base_sequence,
        last_sequence: batch.last_sequence(),
        first_offset: batch.base_offset,
        last_offset: batch.last_offset(),
        timestamp: batch.max_timestamp,
        transactional: batch.is_transactional,
    }
}
