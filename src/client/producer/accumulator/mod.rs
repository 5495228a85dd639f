//! Records wait here until they are sent (`clients/.../producer/internals/RecordAccumulator.java`).
//!
//! One queue of batches per partition; only the last batch of a queue takes records. A batch takes a buffer of the
//! pool, which comes back when it is completed.

mod drain;
mod forecast;
mod invariants;
mod partition_set;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub(super) use self::forecast::{Forecast, Foreseen};
use self::partition_set::PartitionSet;
use super::batch::{BatchId, BatchRecord, IncompleteBatches, ProducerBatch};
use super::buffer_pool::BufferPool;
use super::compression::CompressionRatio;
use super::metadata::ProducerMetadata;
use super::partitioner::StickyPartitioner;
use super::spec::ProducerSpec;
use super::transactions::TransactionManager;
use crate::net::backoff::ExponentialBackoff;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{PartitionerClass, ProducerConfig};
use crate::protocol::ids::{RackId, Sequence};
use crate::protocol::rules::{ExpiredBatchMemory, Rules, SplitBatchSize};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// What waits for one partition, and what is with the network.
#[derive(Clone, Debug, Default)]
struct PartitionQueue {
    /// Oldest first.
    queue: VecDeque<BatchId>,
    /// Drained and not answered, in the order in which they were drained.
    in_flight: VecDeque<BatchId>,
    /// A batch is in flight, and `max.in.flight.requests.per.connection` is 1.
    muted: bool,
    /// Some record was sent to it.
    used: bool,
    leader: Option<LeaderAndEpoch>,
}

/// The partitions that a broker leads, and where the next drain begins.
#[derive(Clone, Debug, Default)]
struct NodeQueue {
    partitions: Vec<u32>,
    drain_index: usize,
    /// If `partitioner.availability.timeout.ms` is on, and there was something to send to it.
    latency: Option<NodeLatencyStats>,
}

/// How long a broker takes nothing (`RecordAccumulator.NodeLatencyStats`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct NodeLatencyStats {
    /// When there was last something to send to it.
    ready: Nanos,
    /// When it could be sent.
    drained: Nanos,
}

/// What came of an append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RecordAppendResult {
    /// There is room for more. With the partition that got it.
    Joined(u32),
    /// A batch was begun or filled: the sender wants to know. With the same.
    Wake(u32),
    /// No memory.
    Exhausted,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct RecordAccumulator {
    batches: IncompleteBatches,
    partitions: Vec<PartitionQueue>,
    /// Those whose queue has a batch.
    waiting: PartitionSet,
    /// By broker id.
    nodes: Vec<NodeQueue>,
    /// Partitions that nobody is known to lead.
    leaderless: u32,
    sticky: StickyPartitioner,
    /// With `partitioner.rack.aware`: `client.rack`.
    rack: Option<RackId>,
    adaptive: bool,
    /// `partitioner.availability.timeout.ms`.
    availability_timeout: Nanos,
    batch_size: u32,
    pool: BufferPool,
    rules: Rules,
    client: Option<ClientPreset>,
    /// If there is a `compression.type`.
    compression: Option<CompressionRatio>,
    linger: Nanos,
    delivery_timeout: Nanos,
    backoff: ExponentialBackoff,
    /// Batches in queues.
    queued: u32,
    /// Batches whose fate is open.
    incomplete: u32,
    /// Everything is sendable, lingered or not: flush() or close() is under way.
    flushing: bool,
    /// No batch expires before this.
    next_expiry: Nanos,
    /// Counts what may make a [`Forecast`] or the load void: batches begun, closed, put back or taken
    /// out, leaders, partitions used for the first time.
    changes: u64,
    /// The count when the queue lengths were last taken over.
    load_as_of: Option<u64>,
}

impl RecordAccumulator {
    pub fn new(config: &ProducerConfig, partitions: u32, rules: Rules) -> RecordAccumulator {
        // A batch.size of 0 makes batches of one record, as 1 does.
        let batch_size = config.batch_size.max(1);
        RecordAccumulator {
            batches: IncompleteBatches::default(),
            partitions: vec![PartitionQueue::default(); partitions as usize],
            waiting: PartitionSet::new(partitions),
            nodes: Vec::new(),
            leaderless: partitions,
            sticky: StickyPartitioner::new(batch_size, partitions),
            rack: None,
            adaptive: config.partitioner_adaptive && config.partitioner_class == PartitionerClass::BuiltIn,
            availability_timeout: config.partitioner_availability_timeout,
            batch_size,
            pool: BufferPool::new(config.buffer_memory),
            rules,
            client: None,
            compression: None,
            linger: config.linger,
            delivery_timeout: config.delivery_timeout,
            backoff: ExponentialBackoff::new(config.retry_backoff, config.retry_backoff_max),
            queued: 0,
            incomplete: 0,
            flushing: false,
            next_expiry: Nanos::MAX,
            changes: 0,
            load_as_of: None,
        }
    }
    /// The same, of a producer whose records compress so far.
    #[must_use]
    pub fn with_compression(mut self, compression: Option<CompressionRatio>) -> RecordAccumulator {
        self.compression = compression;
        self
    }
    /// The same, of such a client.
    #[must_use]
    pub fn of_client(mut self, spec: &ProducerSpec) -> RecordAccumulator {
        self.client = spec.client;
        self
    }
    /// The same, of a producer whose records without key go to leaders in that rack, as long as there is one (KIP-1123).
    #[must_use]
    pub fn preferring(mut self, rack: Option<RackId>) -> RecordAccumulator {
        self.rack = rack;
        self
    }
    /// How far they do.
    pub fn compression(&self) -> Option<CompressionRatio> {
        self.compression
    }
    /// A batch.
    #[inline]
    pub fn batch(&self, id: BatchId) -> &ProducerBatch {
        &self.batches[id]
    }
    /// The same, to note what comes of it.
    #[inline]
    pub fn batch_mut(&mut self, id: BatchId) -> &mut ProducerBatch {
        &mut self.batches[id]
    }
    /// All batches.
    pub fn batches(&self) -> &IncompleteBatches {
        &self.batches
    }
    /// The same, for whoever numbers them anew.
    pub fn batches_mut(&mut self) -> &mut IncompleteBatches {
        &mut self.batches
    }
    /// flush() or close() begins: what is there is sent without waiting for more (`beginFlush`).
    pub fn begin_flush(&mut self) {
        self.flushing = true;
    }
    /// flush() is over.
    pub fn end_flush(&mut self) {
        self.flushing = false;
    }
    /// Whether some batch's fate is open.
    pub fn has_incomplete(&self) -> bool {
        self.incomplete > 0
    }
    /// Whether a partition has a leader.
    pub fn is_available(&self, partition: u32) -> bool {
        self.partitions[partition as usize].leader.is_some()
    }
    /// The memory of its batches.
    pub fn pool(&self) -> BufferPool {
        self.pool
    }
    /// Bytes that a batch takes from the pool which is begun by a record with this upper bound.
    pub fn buffer_of(&self, upper_bound: u32) -> u64 {
        u64::from(self.batch_size.max(upper_bound))
    }

    /// Takes over the leaders that the metadata names.
    pub fn update_leaders(&mut self, metadata: &ProducerMetadata) {
        self.changes += 1;
        self.leaderless = 0;
        self.nodes.iter_mut().for_each(|node| node.partitions.clear());
        for (number, partition) in self.partitions.iter_mut().enumerate() {
            let number = number as u32;
            partition.leader = metadata.leader(metadata.tp(number));
            let Some(LeaderAndEpoch { leader, .. }) = partition.leader else {
                self.leaderless += 1;
                continue;
            };
            if self.nodes.len() <= leader.index() {
                self.nodes.resize_with(leader.index() + 1, NodeQueue::default);
            }
            self.nodes[leader.index()].partitions.push(number);
        }
        if let Some(rack) = self.rack {
            let is_near = |led: LeaderAndEpoch| metadata.rack_of(led.leader) == Some(rack);
            self.sticky.prefer(self.partitions.iter().map(|partition| partition.leader.is_some_and(is_near)));
        }
    }

    /// Appends a record to the given partition, or to the sticky one. `buffer`: what a batch begun by it
    /// takes from the pool. `ordinals`: the next ordinal by partition.
    pub fn append(
        &mut self,
        record: BatchRecord,
        buffer: u64,
        keyed: Option<u32>,
        ordinals: &mut [u32],
        now: Nanos,
        random: &mut Stream,
    ) -> RecordAppendResult {
        let mut has_memory = false;
        loop {
            let partition = match keyed {
                Some(partition) => partition,
                None => {
                    let (partitions, all) = (&self.partitions, self.leaderless == 0);
                    self.sticky.current(all, |p| partitions[p as usize].leader.is_some(), random)
                }
            };
            self.close_if_of_earlier_call(partition, now);
            let queue = &mut self.partitions[partition as usize];
            self.changes += u64::from(!queue.used);
            queue.used = true;
            // The switch was put off while the last batch waited for more; it does no longer.
            let all_full = self.all_full(partition);
            if keyed.is_none() && all_full && self.count_sticky(0, all_full, random) {
                continue;
            }
            if let Some(appended) = self.try_append(record, partition, ordinals) {
                let filled = self.all_full(partition);
                if keyed.is_none() {
                    self.count_sticky(appended, filled, random);
                }
                return if filled {
                    RecordAppendResult::Wake(partition)
                } else {
                    RecordAppendResult::Joined(partition)
                };
            }
            if !has_memory {
                if !self.pool.has(buffer) {
                    return RecordAppendResult::Exhausted;
                }
                has_memory = true;
                // If the last batch had room for a smaller record it is closed now, which may move the
                // sticky partition.
                if !all_full {
                    continue;
                }
            }
            let appended = self.append_new(record, partition, buffer, ordinals, now);
            if keyed.is_none() {
                let filled = self.all_full(partition);
                self.count_sticky(appended, filled, random);
            }
            return RecordAppendResult::Wake(partition);
        }
    }
    /// Appends a record that was [foreseen](Forecast) to join the last batch of its queue with so many
    /// bytes, and to change nothing else.
    #[inline]
    pub fn append_foreseen(&mut self, record: BatchRecord, bytes: u32, keyed: Option<u32>, ordinals: &mut [u32]) {
        let partition = match keyed {
            Some(partition) => partition,
            None => {
                self.sticky.foreseen(bytes);
                self.sticky.chosen().expect("a forecast knows the sticky partition").0
            }
        };
        let last = *self.partitions[partition as usize].queue.back().expect("a forecast knows the last batch");
        self.batches[last].append_foreseen(record, bytes);
        ordinals[partition as usize] += 1;
    }
    /// Whether a record would begin a batch there.
    pub fn begins_batch(&self, record: BatchRecord, partition: u32) -> bool {
        let last = self.partitions[partition as usize].queue.back();
        last.is_none_or(|last| !self.batches[*last].has_room(record))
    }
    /// Whether another leader ends the backoff of a retry.
    fn heeds_leaders(&self) -> bool {
        self.client.is_none_or(ClientPreset::retries_at_leader_change)
    }
    /// Whether a send() is a request of its own, so that a record joins a batch of its own moment only.
    pub fn by_call(&self) -> bool {
        self.client.is_some_and(ClientPreset::sends_by_call)
    }
    /// Closes the last batch of a queue, if it is of an earlier send() and a send() is a request of its own.
    fn close_if_of_earlier_call(&mut self, partition: u32, now: Nanos) {
        if self.by_call()
            && let Some(last) = self.partitions[partition as usize].queue.back()
            && self.batches[*last].created < now
        {
            self.batches[*last].closed = true;
            self.changes += 1;
        }
    }
    /// Appends to the last batch of a queue, which takes no more records if this one does not fit.
    #[inline]
    fn try_append(&mut self, record: BatchRecord, partition: u32, ordinals: &mut [u32]) -> Option<u32> {
        let last = *self.partitions[partition as usize].queue.back()?;
        let batch = &mut self.batches[last];
        let appended = batch.try_append(record);
        match appended {
            Some(_) => ordinals[partition as usize] += 1,
            None => {
                batch.closed = true;
                self.changes += 1;
            }
        }
        appended
    }
    fn append_new(
        &mut self,
        record: BatchRecord,
        partition: u32,
        buffer: u64,
        ordinals: &mut [u32],
        now: Nanos,
    ) -> u32 {
        let limit = u32::try_from(buffer).unwrap_or(u32::MAX);
        let id = self.batches.create(partition, ordinals[partition as usize], limit, buffer, now);
        self.will_compress(id);
        self.batches[id].try_append(record).expect("the first record always fits");
        ordinals[partition as usize] += 1;
        self.pool.allocate(buffer);
        self.enqueue_back(partition, id);
        self.incomplete += 1;
        self.note_expiry(now);
        self.batches[id].size()
    }
    fn will_compress(&mut self, id: BatchId) {
        if let Some(compression) = self.compression {
            self.batches[id].will_compress(compression.estimate());
        }
    }
    fn enqueue_back(&mut self, partition: u32, id: BatchId) {
        self.changes += 1;
        self.partitions[partition as usize].queue.push_back(id);
        self.waiting.insert(partition);
        self.queued += 1;
    }
    /// Whether no batch of the queue takes records: only the last one could.
    fn all_full(&self, partition: u32) -> bool {
        self.partitions[partition as usize].queue.back().is_none_or(|last| self.batches[*last].is_full())
    }
    /// Tells the sticky partitioner about bytes appended; whether it moved on. `all_full`: see
    /// [`RecordAccumulator::all_full`] of its partition.
    fn count_sticky(&mut self, bytes: u32, all_full: bool, random: &mut Stream) -> bool {
        let (partitions, all) = (&self.partitions, self.leaderless == 0);
        self.sticky.appended(bytes, all_full, all, |p| partitions[p as usize].leader.is_some(), random)
    }

    /// While a partition is muted nothing of it is drained.
    pub fn set_muted(&mut self, id: BatchId, muted: bool) {
        self.partitions[self.batches[id].partition as usize].muted = muted;
    }

    /// When the next batch may expire.
    pub fn next_expiry(&self) -> Nanos {
        self.next_expiry
    }
    /// Takes out the batches older than `delivery.timeout.ms`: heads of queues first, then those in
    /// flight. In flight or queued, an expired batch is only behind older ones.
    pub fn expired(&mut self, now: Nanos, expired: &mut Vec<BatchId>) {
        if now < self.next_expiry {
            return;
        }
        let timeout = self.delivery_timeout;
        let mut next = Nanos::MAX;
        for (partition, number) in self.partitions.iter_mut().zip(0..) {
            while let Some(&head) = partition.queue.front() {
                let expiry = self.batches[head].created.saturating_add(timeout);
                if now < expiry {
                    next = next.min(expiry);
                    break;
                }
                partition.queue.pop_front();
                if partition.queue.is_empty() {
                    self.waiting.remove(number);
                }
                self.queued -= 1;
                self.changes += 1;
                expired.push(head);
            }
        }
        for partition in &mut self.partitions {
            while let Some(&head) = partition.in_flight.front() {
                let expiry = self.batches[head].created.saturating_add(timeout);
                if now < expiry {
                    next = next.min(expiry);
                    break;
                }
                partition.in_flight.pop_front();
                expired.push(head);
            }
        }
        self.next_expiry = next;
    }
    /// A batch is the first of its queue now, or of those in flight. After batches have changed places it may be
    /// older than those before it were, and overdue.
    #[inline]
    fn comes_to_the_front(&mut self, id: BatchId) {
        self.note_expiry(self.batches[id].created);
    }
    /// A batch that was created then may be the next one to expire.
    #[inline]
    fn note_expiry(&mut self, created: Nanos) {
        self.next_expiry = self.next_expiry.min(created.saturating_add(self.delivery_timeout));
    }
    /// Whether a batch is too old to be tried again.
    pub fn has_reached_delivery_timeout(&self, id: BatchId, now: Nanos) -> bool {
        now.saturating_sub(self.batches[id].created) >= self.delivery_timeout
    }
    /// An answer or an expiry took the batch out of flight.
    pub fn remove_from_in_flight(&mut self, id: BatchId) {
        let in_flight = &mut self.partitions[self.batches[id].partition as usize].in_flight;
        // Answers come in order, mostly.
        if in_flight.front() == Some(&id) {
            in_flight.pop_front();
            if let Some(&head) = in_flight.front() {
                self.comes_to_the_front(head);
            }
        } else if let Some(at) = in_flight.iter().position(|other| *other == id) {
            in_flight.remove(at);
        }
    }

    /// Puts a failed batch back. With idempotence it goes where its sequence belongs; without it goes
    /// to the head, so that two batches that fail one after the other change places.
    pub fn reenqueue(&mut self, id: BatchId, idempotent: bool, now: Nanos) {
        self.batches[id].reenqueued(now);
        self.insert(id, idempotent);
    }
    fn insert(&mut self, id: BatchId, idempotent: bool) {
        let batches = &self.batches;
        let Sequence(sequence) = batches[id].sequence;
        let queue = &mut self.partitions[batches[id].partition as usize].queue;
        let at = match idempotent {
            true => queue
                .iter()
                .take_while(|other| batches[**other].has_sequence() && batches[**other].sequence.0 < sequence)
                .count(),
            false if self.client.is_some_and(ClientPreset::keeps_order_in_queue) => {
                let ordinal = batches[id].ordinal;
                queue.iter().take_while(|other| batches[**other].ordinal < ordinal).count()
            }
            false => 0,
        };
        queue.insert(at, id);
        self.waiting.insert(batches[id].partition);
        self.queued += 1;
        self.changes += 1;
        // Its age is what it was: the next expiry may have been computed without it.
        self.note_expiry(self.batches[id].created);
    }

    /// Splits a batch that the broker found too large into batches of up to `batch.size`, and puts
    /// them at the head in its place. They are as old as it was, but count as never tried, and carry
    /// on its sequences. A batch that already fits `batch.size` comes back whole: then only its
    /// expiry ends the refusals, until 4.2 halves it (KAFKA-8350).
    pub fn split(&mut self, big: BatchId, mut transactions: Option<&mut TransactionManager>) {
        let partition = self.batches[big].partition;
        let created = self.batches[big].created;
        let mut parts: Vec<BatchId> = Vec::new();
        let first_ordinal = self.batches[big].ordinal;
        if let Some(compression) = &mut self.compression {
            compression.split(self.batches[big].uncompressed_size(), self.batches[big].size());
        }
        let target = self.split_size(&self.batches[big]);
        for at in 0..self.batches[big].count() {
            let item = self.batches[big].records[at as usize];
            let appended = parts.last().and_then(|part| self.batches[*part].try_append(item));
            if appended.is_none() {
                let limit = target.max(item.record.upper_bound());
                let part = self.batches.create(partition, first_ordinal + at, limit, 0, created);
                self.will_compress(part);
                self.batches[part].try_append(item).expect("the first record always fits");
                parts.push(part);
            }
        }
        let (producer, mut sequence) = (self.batches[big].producer, self.batches[big].sequence);
        let (sends, unsure) = (self.batches[big].sends, self.batches[big].unsure);
        for &part in &parts {
            let batch = &mut self.batches[part];
            (batch.closed, batch.sends, batch.unsure) = (true, sends, unsure);
            if sequence != Sequence::NONE {
                batch.set_producer(producer, sequence);
                sequence = sequence.plus(batch.count());
            }
            self.incomplete += 1;
        }
        for &part in parts.iter().rev() {
            if let Some(transactions) = transactions.as_deref_mut() {
                transactions.add_in_flight(partition, part, &self.batches);
            }
            self.insert(part, transactions.is_some());
        }
        self.complete(big);
    }

    /// How large the parts of a batch may be.
    fn split_size(&self, big: &ProducerBatch) -> u32 {
        let is_part = big.allocated == 0;
        match self.rules.split_batch_size {
            SplitBatchSize::Halved if is_part => {
                let largest = big.records.iter().map(|item| item.record.upper_bound()).max().unwrap_or(0);
                largest.max(big.size() / 2)
            }
            SplitBatchSize::Halved | SplitBatchSize::BatchSize => self.batch_size,
        }
    }

    /// The batch's fate is known. Its memory is free, unless the network still has it.
    pub fn complete(&mut self, id: BatchId) {
        let batch = &mut self.batches[id];
        assert!(!batch.done, "a batch is completed once");
        batch.done = true;
        self.incomplete -= 1;
        if !batch.outstanding || self.rules.expired_batch_memory == ExpiredBatchMemory::AtOnce {
            self.pool.deallocate(std::mem::take(&mut batch.allocated));
        }
    }
    /// The network is done with a batch whose fate is known.
    pub fn release(&mut self, id: BatchId) {
        self.pool.deallocate(std::mem::take(&mut self.batches[id].allocated));
        self.batches.release(id);
    }
}
