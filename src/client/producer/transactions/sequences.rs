//! Sequence numbers (`clients/.../producer/internals/TxnPartitionMap.java`, `TxnPartitionEntry.java`): per partition the
//! next one, the last one acknowledged, and what is on its way.

use crate::client::producer::batch::{BatchId, IncompleteBatches, ProducerBatch};
use crate::protocol::ids::{ProducerIdAndEpoch, Sequence};

/// Sequences of one partition.
#[derive(Clone, Debug)]
struct Entry {
    producer: ProducerIdAndEpoch,
    /// First sequence of the next new batch.
    next: Sequence,
    /// Last sequence of the newest acknowledged batch of this epoch, -1 if there is none.
    last_acked: Sequence,
    /// Batches that were drained and whose fate is open, also those that wait for a retry; by
    /// (producer id, epoch, sequence).
    in_flight: Vec<BatchId>,
    /// A batch expired after a retry: whether it was appended is unknown. Holds the sequence after it.
    unresolved: Option<Sequence>,
    /// It asked for a new epoch.
    rewrite: bool,
}

/// What a broker's OUT_OF_ORDER_SEQUENCE_NUMBER means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutOfOrder {
    /// An earlier batch is in trouble, and this one follows it.
    Follows,
    /// It was the next one, or follows the batch that expired, which then was never appended: the broker has lost
    /// something, or never had it.
    Gap,
    /// An earlier batch has expired, and nobody knows whether it was appended.
    Unresolved,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Sequences {
    partitions: Vec<Entry>,
    /// Partitions with a batch of unknown fate.
    unresolved: u32,
}

impl Entry {
    const NEW: Entry = Entry {
        producer: ProducerIdAndEpoch::NONE,
        next: Sequence(0),
        last_acked: Sequence::NONE,
        in_flight: Vec::new(),
        unresolved: None,
        rewrite: false,
    };
}

impl Sequences {
    /// Nothing was sent.
    pub fn new(partitions: u32) -> Sequences {
        Sequences { partitions: vec![Entry::NEW; partitions as usize], unresolved: 0 }
    }

    /// Whether the head of a queue must stay there, for its sequence's sake (`shouldStopDrainBatchesForPartition`).
    /// `current`: the producer id and epoch of what is sent now.
    pub fn must_not_drain(
        &self,
        partition: u32,
        head: BatchId,
        current: ProducerIdAndEpoch,
        batches: &IncompleteBatches,
    ) -> bool {
        let entry = &self.partitions[partition as usize];
        if !batches[head].has_sequence() {
            let stale = entry.producer != current;
            return (stale && !entry.in_flight.is_empty()) || entry.unresolved.is_some();
        }
        // A retry waits until it is the oldest: so at most one is on its way.
        entry.in_flight.first().is_some_and(|first| batches[*first].sequence != batches[head].sequence)
    }
    /// Gives a batch that is drained for the first time its sequences.
    pub fn assign(
        &mut self,
        partition: u32,
        id: BatchId,
        current: ProducerIdAndEpoch,
        batches: &mut IncompleteBatches,
    ) {
        if batches[id].has_sequence() {
            return;
        }
        let entry = &self.partitions[partition as usize];
        if entry.producer != current && entry.in_flight.is_empty() {
            self.start_at_beginning(partition, current, batches);
        }
        let entry = &mut self.partitions[partition as usize];
        batches[id].set_producer(current, entry.next);
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
    pub fn completed(&mut self, partition: u32, id: BatchId, batches: &IncompleteBatches) {
        let entry = &mut self.partitions[partition as usize];
        entry.last_acked = entry.last_acked.max(batches[id].last_sequence());
        self.remove_in_flight(partition, id);
    }
    /// A batch that is no longer followed was refused for good: the sequences of what comes after it move up
    /// (`adjustSequencesDueToFailedBatch`).
    pub fn adjust_due_to_failed(&mut self, partition: u32, failed: BatchId, batches: &mut IncompleteBatches) {
        let (base, count) = (batches[failed].sequence, batches[failed].count() as i32);
        let entry = &mut self.partitions[partition as usize];
        entry.next.0 -= count;
        for &id in &entry.in_flight {
            let batch = &mut batches[id];
            if batch.sequence >= base {
                batch.set_producer(batch.producer, Sequence(batch.sequence.0 - count));
                batch.resequenced = true;
            }
        }
    }
    /// What it means that a batch is out of order.
    pub fn out_of_order(&self, partition: u32, batch: &ProducerBatch) -> OutOfOrder {
        let entry = &self.partitions[partition as usize];
        match entry.unresolved {
            None if batch.resequenced || !entry.is_next(batch.sequence) => OutOfOrder::Follows,
            Some(after) if after != batch.sequence => OutOfOrder::Unresolved,
            None | Some(_) => OutOfOrder::Gap,
        }
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
    /// Nothing of a partition is in flight any more: either the later batches showed that the expired ones were
    /// written, or it is the next partition of which that stays unknown (`maybeResolveSequences`).
    pub fn take_unresolvable(&mut self) -> Option<u32> {
        if self.unresolved == 0 {
            return None;
        }
        for (number, entry) in (0..).zip(&mut self.partitions) {
            if entry.unresolved.is_none() || !entry.in_flight.is_empty() {
                continue;
            }
            entry.unresolved = None;
            self.unresolved -= 1;
            if !entry.is_next(entry.next) {
                return Some(number);
            }
        }
        None
    }

    /// A partition asks for a new epoch.
    pub fn request_rewrite(&mut self, partition: u32) {
        self.partitions[partition as usize].rewrite = true;
    }
    /// The partitions that asked for a new epoch start in it.
    pub fn rewrite(&mut self, current: ProducerIdAndEpoch, batches: &mut IncompleteBatches) {
        for partition in 0..self.partitions.len() {
            if std::mem::take(&mut self.partitions[partition].rewrite) {
                self.start_at_beginning(partition as u32, current, batches);
                self.unresolved -= u32::from(self.partitions[partition].unresolved.take().is_some());
            }
        }
    }
    /// The next transaction has an epoch of its own: all begin at 0 (`resetSequenceNumbers`).
    pub fn reset(&mut self) {
        debug_assert!(self.partitions.iter().all(|entry| entry.in_flight.is_empty()), "nothing is on its way then");
        self.partitions.fill(Entry::NEW);
        self.unresolved = 0;
    }
    fn start_at_beginning(&mut self, partition: u32, current: ProducerIdAndEpoch, batches: &mut IncompleteBatches) {
        let entry = &mut self.partitions[partition as usize];
        let mut sequence = Sequence(0);
        for &id in &entry.in_flight {
            let batch = &mut batches[id];
            batch.set_producer(current, sequence);
            batch.resequenced = true;
            sequence = sequence.plus(batch.count());
        }
        entry.producer = current;
        entry.next = sequence;
        entry.last_acked = Sequence::NONE;
    }

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
    use crate::protocol::ids::{ProducerEpoch, ProducerId};
    use crate::sim::time::Nanos;
    use crate::stage::broken::each_is_noticed;

    /// Two batches of two records each are on their way.
    fn two_in_flight() -> (Sequences, IncompleteBatches) {
        let (mut sequences, mut batches) = (Sequences::new(1), IncompleteBatches::default());
        let current = ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) };
        let record =
            ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 10, headers: 0, poison: false, cookie: 0 };
        for ordinal in [0, 2] {
            let id = batches.create(0, ordinal, 1_000, 0, Nanos::ZERO);
            (0..2).for_each(|_| _ = batches[id].try_append(BatchRecord { timestamp: Nanos::ZERO, record }));
            sequences.assign(0, id, current, &mut batches);
        }
        (sequences, batches)
    }

    #[test]
    fn sequences_that_two_records_could_share_are_noticed() {
        each_is_noticed(
            two_in_flight,
            |(sequences, batches)| sequences.check_invariants(batches, 0),
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
