//! A batch in the making, and on its way (`clients/.../producer/internals/ProducerBatch.java`).

use super::compression::estimated_size;
use super::record::ProducerRecord;
use crate::protocol::batch::{BatchData, Origin, RecordBatch, RecordDetail};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{LeaderEpoch, NodeId, Offset, ProducerIdAndEpoch, Sequence};
use crate::protocol::record_size::BatchSizer;
use crate::sim::time::Nanos;

/// A record in a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchRecord {
    pub timestamp: Nanos,
    pub record: ProducerRecord,
}

/// A batch's slot. Slots are used again and keep the memory of their record lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BatchId(pub u32);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct ProducerBatch {
    /// The partition's number in its topic.
    pub partition: u32,
    /// Ordinal of the first record among those sent to the partition.
    pub ordinal: u32,
    pub records: Vec<BatchRecord>,
    /// The size of its records, as they are.
    sizer: BatchSizer,
    /// If it is to be compressed: what is expected of that.
    estimate: Option<f32>,
    /// Its size since it was compressed.
    written: Option<u32>,
    /// Capacity of the buffer.
    limit: u32,
    /// Bytes taken from the pool; none for the parts of a split batch.
    pub allocated: u64,
    /// Takes no more records. So does every batch that was drained once.
    pub closed: bool,
    pub created: Nanos,
    last_attempt: Nanos,
    /// Times that it was put back: the exponent of its backoff.
    pub attempts: u32,
    /// It was put back at least once. Not so the parts of a split batch.
    pub in_retry: bool,
    /// Times that its records were handed to the network, also as part of a larger batch.
    pub sends: u32,
    /// Some attempt may have been appended.
    pub unsure: bool,
    /// It is with the network.
    pub outstanding: bool,
    /// Its fate was told to the application (or the slot is free).
    pub done: bool,
    leader_epoch: LeaderEpoch,
    attempts_at_leader_change: u32,
    pub producer: ProducerIdAndEpoch,
    pub sequence: Sequence,
    /// Its sequence was rewritten since it was last drained.
    pub resequenced: bool,
    /// The largest timestamp.
    latest: Nanos,
    data: Option<BatchData>,
}

impl ProducerBatch {
    fn empty() -> ProducerBatch {
        ProducerBatch {
            partition: 0,
            ordinal: 0,
            records: Vec::new(),
            sizer: BatchSizer::new(),
            estimate: None,
            written: None,
            limit: 0,
            allocated: 0,
            closed: false,
            created: Nanos::ZERO,
            last_attempt: Nanos::ZERO,
            attempts: 0,
            in_retry: false,
            sends: 0,
            unsure: false,
            outstanding: false,
            done: true,
            leader_epoch: LeaderEpoch::UNDEFINED,
            attempts_at_leader_change: 0,
            producer: ProducerIdAndEpoch::NONE,
            sequence: Sequence::NONE,
            resequenced: false,
            latest: Nanos::ZERO,
            data: None,
        }
    }

    /// Records.
    pub fn count(&self) -> u32 {
        self.sizer.count()
    }
    /// Bytes on the wire; as long as it takes records and will be compressed, what is expected of that
    /// (`estimatedSizeInBytes`).
    #[inline]
    pub fn size(&self) -> u32 {
        match (self.estimate, self.written) {
            (None, _) => self.sizer.size(),
            (Some(_), Some(written)) => written,
            (Some(estimate), None) => estimated_size(self.sizer.size(), estimate),
        }
    }
    /// Bytes without compression.
    pub fn uncompressed_size(&self) -> u32 {
        self.sizer.size()
    }
    /// An empty batch will be compressed.
    pub fn will_compress(&mut self, estimate: f32) {
        self.estimate = Some(estimate);
    }
    /// It is closed, and its size known. Whether that is so for the first time.
    pub fn compress(&mut self, written: u32) -> bool {
        self.written.replace(written).is_none()
    }
    /// Closed, or without room for even the smallest record (`ProducerBatch.isFull`).
    #[inline]
    pub fn is_full(&self) -> bool {
        self.closed || (self.count() > 0 && self.size() >= self.limit)
    }
    /// The size of its records so far, for a look at what would still fit; none if it is closed, or nobody can know
    /// how well it will compress.
    pub fn open_end(&self) -> Option<(BatchSizer, u32)> {
        (!self.closed && self.estimate.is_none()).then_some((self.sizer, self.limit))
    }
    pub fn has_sequence(&self) -> bool {
        self.sequence != Sequence::NONE
    }
    pub fn last_sequence(&self) -> Sequence {
        if self.has_sequence() { self.sequence.plus(self.count() - 1) } else { Sequence::NONE }
    }
    /// Whether it takes one more record, and has room for this one.
    pub fn has_room(&self, record: BatchRecord) -> bool {
        let ms = record.timestamp.as_millis() as i64;
        let (key, value, headers) = record.record.lengths();
        let fits = match self.estimate {
            None => self.sizer.clone().try_push(ms, key, value, headers, self.limit).is_some(),
            Some(_) => {
                self.count() == 0 || self.size() + self.sizer.next_record_size(ms, key, value, headers) <= self.limit
            }
        };
        !self.closed && fits
    }
    /// Adds a record if there is room; returns the bytes that it took.
    #[inline]
    pub fn try_append(&mut self, record: BatchRecord) -> Option<u32> {
        let ms = record.timestamp.as_millis() as i64;
        let (key, value, headers) = record.record.lengths();
        if self.closed {
            return None;
        }
        let appended = match self.estimate {
            None => self.sizer.try_push(ms, key, value, headers, self.limit)?,
            Some(_) => self.try_push_estimated(ms, key, value, headers)?,
        };
        self.latest = self.latest.max(record.timestamp);
        self.records.push(record);
        Some(appended)
    }
    /// The record counts as it is, what came before it as it is expected to be (`MemoryRecordsBuilder.hasRoomFor`).
    fn try_push_estimated(&mut self, ms: i64, key: Option<u32>, value: Option<u32>, headers: u32) -> Option<u32> {
        let before = self.size();
        if self.count() > 0 && before + self.sizer.next_record_size(ms, key, value, headers) > self.limit {
            return None;
        }
        self.sizer.push_with_headers(ms, key, value, headers);
        Some(self.size() - before)
    }
    /// Adds a record of which it is known that there is room for it and for more, and how many bytes it
    /// takes.
    #[inline]
    pub fn append_foreseen(&mut self, record: BatchRecord, bytes: u32) {
        let BatchRecord { timestamp, record: sent } = record;
        let exact = || {
            let (key, value, headers) = sent.lengths();
            self.sizer.next_record_size(timestamp.as_millis() as i64, key, value, headers)
        };
        debug_assert_eq!(exact(), bytes, "a forecast is exact");
        self.sizer.push_sized(bytes);
        self.latest = self.latest.max(timestamp);
        self.records.push(record);
        assert!(!self.is_full(), "a forecast is never too bold");
    }
    /// Time since it was created or last came back (`waitedTimeMs`).
    pub fn waited(&self, now: Nanos) -> Nanos {
        now.saturating_sub(self.last_attempt)
    }
    /// Whether it waits for so long a pause before its next attempt. A new leader ends the pause.
    pub fn waits(&self, pause: Nanos, now: Nanos) -> bool {
        self.waited(now) < pause && !self.has_leader_changed()
    }
    /// Notes the newest leader epoch known; a new one ends the backoff of the retry under way (KIP-951).
    pub fn note_leader_epoch(&mut self, epoch: LeaderEpoch) {
        if self.leader_epoch < epoch {
            self.leader_epoch = epoch;
            self.attempts_at_leader_change = self.attempts;
        }
    }
    /// Whether the leader changed during the retry under way.
    pub fn has_leader_changed(&self) -> bool {
        self.attempts > 0 && self.attempts == self.attempts_at_leader_change
    }
    /// Goes back into the queue.
    pub fn reenqueued(&mut self, now: Nanos) {
        self.attempts += 1;
        self.in_retry = true;
        self.last_attempt = now;
    }
    /// Remembers what an attempt's error leaves open.
    pub fn note_error(&mut self, error: ErrorCode) {
        self.unsure |= !error.promises_absence();
    }
    /// Sets producer id, epoch and first sequence (`setProducerState`).
    pub fn set_producer(&mut self, producer: ProducerIdAndEpoch, sequence: Sequence) {
        self.producer = producer;
        self.sequence = sequence;
    }
    /// The batch as it goes to the broker. What is known of its records is fixed from then on.
    pub fn seal(&mut self, node: NodeId, is_transactional: bool) -> RecordBatch {
        let base_timestamp = self.records.first().map_or(self.created, |r| r.timestamp);
        let max_timestamp = if self.records.is_empty() { self.created } else { self.latest };
        RecordBatch {
            base_offset: Offset(0),
            count: self.count(),
            last_offset_delta: self.count() - 1,
            size: self.size(),
            leader_epoch: LeaderEpoch::UNDEFINED,
            producer_id: self.producer.id,
            producer_epoch: self.producer.epoch,
            base_sequence: self.sequence,
            base_timestamp,
            max_timestamp,
            is_transactional,
            delete_horizon: None,
            origin: Origin { node, ordinal: self.ordinal },
            data: self.data().clone(),
        }
    }
    /// What is to be known of the single records, built once.
    fn data(&mut self) -> &BatchData {
        let records = &self.records;
        self.data.get_or_insert_with(|| {
            if records.iter().all(|r| r.record.is_plain()) {
                return BatchData::Plain;
            }
            let detail = |(record, offset_delta): (&BatchRecord, u32)| RecordDetail {
                offset_delta,
                key: record.record.key,
                value_len: record.record.value_len,
                poison: record.record.poison,
            };
            BatchData::Records(records.iter().zip(0..).map(detail).collect())
        })
    }
}

/// All batches, by [`BatchId`].
#[derive(Clone, Debug, Default)]
pub(super) struct IncompleteBatches {
    slots: Vec<ProducerBatch>,
    free: Vec<BatchId>,
}

impl IncompleteBatches {
    /// An empty batch in a slot of its own.
    pub fn create(&mut self, partition: u32, ordinal: u32, limit: u32, allocated: u64, now: Nanos) -> BatchId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.slots.push(ProducerBatch::empty());
            BatchId((self.slots.len() - 1) as u32)
        });
        let batch = &mut self[id];
        let records = std::mem::take(&mut batch.records);
        *batch = ProducerBatch {
            partition,
            ordinal,
            records,
            limit,
            allocated,
            created: now,
            last_attempt: now,
            done: false,
            ..ProducerBatch::empty()
        };
        id
    }
    /// Gives the slot back.
    pub fn release(&mut self, id: BatchId) {
        let batch = &mut self[id];
        assert!(batch.done && !batch.outstanding, "a batch is released when nobody waits for it any more");
        batch.records.clear();
        batch.data = None;
        self.free.push(id);
    }
    /// All slots, taken or not.
    pub fn all(&self) -> impl Iterator<Item = &ProducerBatch> {
        self.slots.iter()
    }
    /// The slots that can be used again.
    pub fn free(&self) -> &[BatchId] {
        &self.free
    }
    /// The batches whose fate is open.
    pub fn incomplete(&self) -> impl Iterator<Item = &ProducerBatch> {
        self.slots.iter().filter(|batch| !batch.done)
    }
}

impl std::ops::Index<BatchId> for IncompleteBatches {
    type Output = ProducerBatch;
    fn index(&self, id: BatchId) -> &ProducerBatch {
        &self.slots[id.0 as usize]
    }
}
impl std::ops::IndexMut<BatchId> for IncompleteBatches {
    fn index_mut(&mut self, id: BatchId) -> &mut ProducerBatch {
        &mut self.slots[id.0 as usize]
    }
}
