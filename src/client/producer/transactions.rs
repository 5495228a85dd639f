//! Sequence numbers (`clients/.../producer/internals/TransactionManager.java`, `TxnPartitionMap`,
//! `TxnPartitionEntry`): the part that an idempotent producer without transactions needs.

use super::batch::{BatchId, IncompleteBatches, ProducerBatch};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ProducerEpoch, ProducerIdAndEpoch, Sequence};

/// Sequences of one partition.
#[derive(Clone, Debug)]
struct Entry {
    producer: ProducerIdAndEpoch,
    /// First sequence of the next new batch.
    next: Sequence,
    /// Last sequence of the newest acknowledged batch of this epoch, -1 if there is none.
    last_acked: Sequence,
    /// IncompleteBatches that were drained and whose fate is open, also those that wait for a retry; by
    /// (producer id, epoch, sequence).
    in_flight: Vec<BatchId>,
    /// A batch expired after a retry: whether it was appended is unknown. Holds the sequence after it.
    unresolved: Option<Sequence>,
    /// It asked for a new epoch.
    rewrite: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct TransactionManager {
    producer: ProducerIdAndEpoch,
    epoch_bump_required: bool,
    unresolved: u32,
    partitions: Vec<Entry>,
}

impl TransactionManager {
    pub fn new(partitions: u32) -> TransactionManager {
        let entry = Entry {
            producer: ProducerIdAndEpoch::NONE,
            next: Sequence(0),
            last_acked: Sequence::NONE,
            in_flight: Vec::new(),
            unresolved: None,
            rewrite: false,
        };
        TransactionManager {
            producer: ProducerIdAndEpoch::NONE,
            epoch_bump_required: false,
            unresolved: 0,
            partitions: vec![entry; partitions as usize],
        }
    }
    /// Whether InitProducerId was answered.
    pub fn has_producer_id(&self) -> bool {
        self.producer != ProducerIdAndEpoch::NONE
    }
    /// The answer to InitProducerId.
    pub fn set_producer_id(&mut self, producer: ProducerIdAndEpoch) {
        self.producer = producer;
    }

    /// Whether the head of a queue must stay there (`shouldStopDrainBatchesForPartition`).
    pub fn must_not_drain(&self, partition: u32, head: BatchId, batches: &IncompleteBatches) -> bool {
        if !self.has_producer_id() {
            return true;
        }
        let entry = &self.partitions[partition as usize];
        if !batches[head].has_sequence() {
            let stale = entry.producer != self.producer;
            return (stale && !entry.in_flight.is_empty()) || entry.unresolved.is_some();
        }
        // A retry waits until it is the oldest: so at most one is on its way.
        entry.in_flight.first().is_some_and(|first| batches[*first].sequence != batches[head].sequence)
    }
    /// Gives a batch that is drained for the first time its sequences.
    pub fn assign_sequence(&mut self, partition: u32, id: BatchId, batches: &mut IncompleteBatches) {
        if batches[id].has_sequence() {
            return;
        }
        if self.partitions[partition as usize].producer != self.producer
            && self.partitions[partition as usize].in_flight.is_empty()
        {
            self.start_sequences_at_beginning(partition, batches);
        }
        let entry = &mut self.partitions[partition as usize];
        batches[id].set_producer(self.producer, entry.next);
        entry.next = entry.next.plus(batches[id].count());
        self.add_in_flight(partition, id, batches);
    }
    /// A batch with a sequence is to be followed.
    pub fn add_in_flight(&mut self, partition: u32, id: BatchId, batches: &IncompleteBatches) {
        let key = |id: BatchId| (batches[id].producer, batches[id].sequence);
        let in_flight = &mut self.partitions[partition as usize].in_flight;
        // A new batch comes last; only the parts of a split one may belong between others.
        if in_flight.last().is_none_or(|last| key(*last) < key(id)) {
            return in_flight.push(id);
        }
        let at = in_flight.partition_point(|other| key(*other) < key(id));
        in_flight.insert(at, id);
    }
    /// A batch is followed no longer.
    pub fn remove_in_flight(&mut self, partition: u32, id: BatchId) {
        let in_flight = &mut self.partitions[partition as usize].in_flight;
        if let Some(at) = in_flight.iter().position(|other| *other == id) {
            in_flight.remove(at);
        }
    }

    /// The broker has the batch, told in time or late.
    pub fn handle_completed(&mut self, partition: u32, id: BatchId, batches: &IncompleteBatches) {
        let entry = &mut self.partitions[partition as usize];
        entry.last_acked = entry.last_acked.max(batches[id].last_sequence());
        self.remove_in_flight(partition, id);
    }
    /// A batch was given up. `adjust`: the broker said so, so that the sequences after it must change.
    pub fn handle_failed(&mut self, partition: u32, id: BatchId, error: ErrorCode, adjust: bool) {
        self.remove_in_flight(partition, id);
        if adjust || error == ErrorCode::OutOfOrderSequenceNumber {
            self.request_epoch_bump(partition);
        }
    }
    /// Whether an error lets the batch be sent again (`canRetry`); may ask for a new epoch.
    pub fn can_retry(&mut self, partition: u32, id: BatchId, error: ErrorCode, batches: &IncompleteBatches) -> bool {
        if error != ErrorCode::OutOfOrderSequenceNumber {
            return error.is_retriable();
        }
        let entry = &self.partitions[partition as usize];
        let batch = &batches[id];
        match entry.unresolved {
            // An earlier batch is in trouble, and this one follows it.
            None if batch.resequenced || !entry.is_next(batch.sequence) => {}
            // It was the next one: the broker has lost something.
            None => self.request_epoch_bump(partition),
            // It follows the batch that expired, which then was never appended.
            Some(after) if after == batch.sequence => self.request_epoch_bump(partition),
            Some(_) => {}
        }
        true
    }

    /// A batch expired after it had been put back: no new batch until its fate is clear
    /// (`markSequenceUnresolved`).
    pub fn mark_unresolved(&mut self, partition: u32, last_sequence: Sequence) {
        let after = last_sequence.plus(1);
        let entry = &mut self.partitions[partition as usize];
        match &mut entry.unresolved {
            Some(known) => *known = after.max(*known),
            none => {
                *none = Some(after);
                self.unresolved += 1;
            }
        }
    }
    /// Nothing is in flight any more: either the later batches showed that the expired ones were
    /// written, or a new epoch is needed (`maybeResolveSequences`).
    pub fn maybe_resolve(&mut self) {
        if self.unresolved == 0 {
            return;
        }
        for partition in 0..self.partitions.len() {
            let entry = &mut self.partitions[partition];
            if entry.unresolved.is_none() || !entry.in_flight.is_empty() {
                continue;
            }
            entry.unresolved = None;
            self.unresolved -= 1;
            if !entry.is_next(entry.next) {
                self.request_epoch_bump(partition as u32);
            }
        }
    }

    fn request_epoch_bump(&mut self, partition: u32) {
        self.epoch_bump_required = true;
        self.partitions[partition as usize].rewrite = true;
    }
    /// Takes the next epoch, if some partition asked for it: without a word to the cluster, as long
    /// as there is one. The partitions that asked start again at sequence 0; the others follow when
    /// nothing of theirs is in flight. Returns the new epoch; after the last epoch there is no
    /// producer id until InitProducerId is answered.
    pub fn maybe_bump(&mut self, batches: &mut IncompleteBatches) -> Option<ProducerIdAndEpoch> {
        if !self.epoch_bump_required || !self.has_producer_id() {
            return None;
        }
        if self.producer.epoch == ProducerEpoch(i16::MAX) {
            self.producer = ProducerIdAndEpoch::NONE;
            return None;
        }
        self.producer.epoch.0 += 1;
        self.rewrite_sequences(batches);
        Some(self.producer)
    }
    /// The partitions that asked for a new epoch start in it.
    pub fn rewrite_sequences(&mut self, batches: &mut IncompleteBatches) {
        self.epoch_bump_required = false;
        for partition in 0..self.partitions.len() {
            if std::mem::take(&mut self.partitions[partition].rewrite) {
                self.start_sequences_at_beginning(partition as u32, batches);
                self.unresolved -= u32::from(self.partitions[partition].unresolved.take().is_some());
            }
        }
    }
    fn start_sequences_at_beginning(&mut self, partition: u32, batches: &mut IncompleteBatches) {
        let entry = &mut self.partitions[partition as usize];
        let mut sequence = Sequence(0);
        for &id in &entry.in_flight {
            let batch = &mut batches[id];
            batch.set_producer(self.producer, sequence);
            batch.resequenced = true;
            sequence = sequence.plus(batch.count());
        }
        entry.producer = self.producer;
        entry.next = sequence;
        entry.last_acked = Sequence::NONE;
    }
}

impl TransactionManager {
    /// `turn`: partitions take turns.
    ///
    /// # Panics
    /// If two records could share a sequence, or a batch is not followed that has one.
    pub fn check_invariants(&self, batches: &IncompleteBatches, turn: u64) {
        let unresolved = self.partitions.iter().filter(|entry| entry.unresolved.is_some()).count();
        assert_eq!(unresolved as u32, self.unresolved, "partitions with a batch of unknown fate are counted");
        let sequenced = batches.incomplete().filter(|batch| batch.has_sequence()).count();
        let followed: usize = self.partitions.iter().map(|entry| entry.in_flight.len()).sum();
        assert_eq!(sequenced, followed, "a batch with a sequence is followed until its fate is known");
        let number = (turn % self.partitions.len().max(1) as u64) as u32;
        if let Some(entry) = self.partitions.get(number as usize) {
            entry.check_invariants(number, batches);
        }
    }
}

impl Entry {
    fn check_invariants(&self, number: u32, batches: &IncompleteBatches) {
        let in_flight = || self.in_flight.iter().map(|id| &batches[*id]);
        let own = |batch: &ProducerBatch| batch.partition == number && batch.has_sequence() && !batch.done;
        assert!(in_flight().all(own), "what is followed is an open batch of its partition");
        assert!(in_flight().all(|batch| batch.producer == self.producer), "a partition is in one epoch at a time");
        let wraps = |batch: &ProducerBatch| batch.last_sequence() < batch.sequence;
        let apart = |(a, b): (&ProducerBatch, &ProducerBatch)| wraps(a) || a.last_sequence() < b.sequence;
        assert!(in_flight().zip(in_flight().skip(1)).all(apart), "no two records share a sequence");
        let new = |last: &ProducerBatch| wraps(last) || last.last_sequence() < self.next;
        assert!(in_flight().next_back().is_none_or(new), "the next record gets a sequence that none has");
    }
    /// Whether a batch that begins here comes right after the last one acknowledged.
    fn is_next(&self, sequence: Sequence) -> bool {
        sequence.0 - self.last_acked.0 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::producer::batch::BatchRecord;
    use crate::client::producer::record::ProducerRecord;
    use crate::protocol::batch::RecordDetail;
    use crate::protocol::ids::ProducerId;
    use crate::sim::time::Nanos;
    use crate::stage::broken::each_is_noticed;

    /// Two batches of two records each are on their way.
    fn two_in_flight() -> (TransactionManager, IncompleteBatches) {
        let (mut transactions, mut batches) = (TransactionManager::new(1), IncompleteBatches::default());
        transactions.set_producer_id(ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) });
        let record = ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 10, poison: false, cookie: 0 };
        for ordinal in [0, 2] {
            let id = batches.create(0, ordinal, 1_000, 0, Nanos::ZERO);
            (0..2).for_each(|_| _ = batches[id].try_append(BatchRecord { timestamp: Nanos::ZERO, record }));
            transactions.assign_sequence(0, id, &mut batches);
        }
        (transactions, batches)
    }

    #[test]
    fn sequences_that_two_records_could_share_are_noticed() {
        each_is_noticed(
            two_in_flight,
            |(transactions, batches)| transactions.check_invariants(batches, 0),
            &[
                ("partitions with a batch of unknown fate are counted", |(t, _)| t.unresolved = 1),
                ("is followed until its fate is known", |(t, _)| t.remove_in_flight(0, BatchId(0))),
                ("what is followed is an open batch", |(_, b)| b[BatchId(1)].partition = 1),
                ("a partition is in one epoch at a time", |(_, b)| b[BatchId(0)].producer.epoch = ProducerEpoch(1)),
                ("no two records share a sequence", |(_, b)| b[BatchId(1)].sequence = Sequence(1)),
                ("gets a sequence that none has", |(t, _)| t.partitions[0].next = Sequence(3)),
            ],
        );
    }
}
