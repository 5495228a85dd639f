//! Which batches can be sent now, and taking them out of the queues (`RecordAccumulator.ready`, `drain`).

use smallvec::SmallVec;

use super::{NodeLatencyStats, RecordAccumulator};
use crate::client::producer::batch::BatchId;
use crate::client::producer::transactions::TransactionManager;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::ids::BrokerId;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// What a look at all queues found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadyCheck {
    /// When a batch that cannot be sent yet should be looked at again.
    pub next: Nanos,
    /// Some partition with records has no known leader.
    pub unknown_leader: bool,
}

impl RecordAccumulator {
    /// Collects the leaders of partitions with a batch to send into `ready`. `exhausted`: somebody
    /// waits for memory. `completing`: a transaction is being committed or aborted.
    pub fn ready(
        &mut self,
        exhausted: bool,
        completing: bool,
        now: Nanos,
        random: &mut Stream,
        ready: &mut Vec<BrokerId>,
    ) -> ReadyCheck {
        let mut check = ReadyCheck { next: Nanos::MAX, unknown_leader: false };
        if self.queued == 0 {
            return check;
        }
        if self.by_call() {
            self.let_pass_who_waits(now);
        }
        let heeds_leaders = self.heeds_leaders();
        for number in self.waiting.iter() {
            let partition = &self.partitions[number as usize];
            let Some(&head) = partition.queue.front() else { continue };
            let Some(LeaderAndEpoch { leader, epoch }) = partition.leader else {
                check.unknown_leader = true;
                continue;
            };
            let batch = &mut self.batches[head];
            if heeds_leaders {
                batch.note_leader_epoch(epoch);
            }
            if partition.muted {
                continue;
            }
            let waited = batch.waited(now);
            // Drawn anew at each look: the pause of one retry has no fixed length.
            let pause = if batch.attempts > 0 { self.backoff.draw(batch.attempts - 1, random) } else { Nanos::ZERO };
            let backing_off = batch.waits(pause, now);
            let full = partition.queue.len() > 1 || batch.is_full();
            let wait = if backing_off { pause } else { self.linger };
            let sendable = full || waited >= wait || exhausted || self.flushing || completing;
            if sendable && !backing_off {
                if !ready.contains(&leader) {
                    ready.push(leader);
                }
            } else {
                check.next = check.next.min(now.saturating_add(wait.saturating_sub(waited)));
            }
        }
        check
    }
    /// Where a send() is tried again by itself, one that waits for its next attempt holds nobody up.
    fn let_pass_who_waits(&mut self, now: Nanos) {
        let (batches, backoff) = (&self.batches, self.backoff);
        let mut passing: SmallVec<[BatchId; 4]> = SmallVec::new();
        let waits = |id: &BatchId| {
            let batch = &batches[*id];
            batch.attempts > 0 && batch.waits(backoff.term(batch.attempts - 1), now)
        };
        for partition in &mut self.partitions {
            // With idempotence there is one request at a time, and sequences have their order.
            let first = partition.queue.front().filter(|id| !batches[**id].has_sequence());
            if first.is_some_and(waits)
                && let Some(at) = partition.queue.iter().position(|id| !waits(id))
            {
                let first = partition.queue.remove(at).expect("found just before");
                partition.queue.push_front(first);
                self.changes += 1;
                passing.push(first);
            }
        }
        // Its send() is over: it takes no more records.
        passing.into_iter().for_each(|id| self.batches[id].closed = true);
    }
    /// Takes the batches out of the queues that were never drained (`abortUndrainedBatches`): a retry has a sequence.
    pub fn take_undrained(&mut self, taken: &mut Vec<BatchId>) {
        let batches = &self.batches;
        for (number, partition) in (0..).zip(&mut self.partitions) {
            let before = partition.queue.len();
            partition.queue.retain(|id| {
                let drained = batches[*id].has_sequence();
                if !drained {
                    taken.push(*id);
                }
                drained
            });
            if partition.queue.is_empty() {
                self.waiting.remove(number);
            }
            self.queued -= (before - partition.queue.len()) as u32;
        }
        self.changes += u64::from(!taken.is_empty());
    }
    /// Takes all batches out of queues and flight whose fate is open (`abortBatches`).
    pub fn take_all(&mut self, taken: &mut Vec<BatchId>) {
        for (number, partition) in (0..).zip(&mut self.partitions) {
            self.queued -= partition.queue.len() as u32;
            taken.extend(partition.in_flight.drain(..).chain(partition.queue.drain(..)));
            self.waiting.remove(number);
        }
        self.changes += 1;
    }
    /// Whether no batch waits to be sent and none is old enough to be given up.
    pub fn is_idle(&self, now: Nanos) -> bool {
        self.queued == 0 && now < self.next_expiry
    }
    /// Takes the queue lengths over for the adaptive choice; part of every look for batches to send
    /// (`RecordAccumulator.updatePartitionLoadStats`).
    pub fn update_load(&mut self) {
        if !self.adaptive || !self.sticky.is_used() || self.load_as_of == Some(self.changes) {
            return;
        }
        self.load_as_of = Some(self.changes);
        if self.queued == 0 && self.leaderless == 0 {
            return self.sticky.all_alike();
        }
        let known = self.partitions.iter().all(|p| p.used);
        if self.availability_timeout > Nanos::ZERO {
            let loads = known.then(|| self.loads_of_available());
            return self.sticky.update_load(loads.map(Vec::into_iter));
        }
        let led = self.partitions.iter().enumerate().filter(|(_, p)| p.leader.is_some());
        self.sticky.update_load(known.then(|| led.map(|(number, p)| (number as u32, p.queue.len() as u32))));
    }

    /// The lengths of the queues, without the partitions whose leader takes nothing (`partitionReady`). A partition with an
    /// empty queue is never left out, and right after one that is it counts for as long as that.
    pub(super) fn loads_of_available(&self) -> Vec<(u32, u32)> {
        let mut slots = vec![(0, 0); self.partitions.len()];
        let mut length = 0;
        for (number, partition) in (0..).zip(&self.partitions) {
            let Some(LeaderAndEpoch { leader, .. }) = partition.leader else { continue };
            slots[length].0 = number;
            length += 1;
            if partition.queue.is_empty() {
                continue;
            }
            slots[length - 1].1 = partition.queue.len() as u32;
            let stats = self.nodes[leader.index()].latency;
            let slow = |stats: NodeLatencyStats| stats.ready.saturating_sub(stats.drained) > self.availability_timeout;
            length -= usize::from(stats.is_some_and(slow));
        }
        slots.truncate(length);
        slots
    }
    /// Something is to be sent to a broker, and can be or not (`updateNodeLatencyStats`).
    pub fn update_latency(&mut self, broker: BrokerId, now: Nanos, can_drain: bool) {
        if self.availability_timeout == Nanos::ZERO {
            return;
        }
        let stats = self.nodes[broker.index()].latency.get_or_insert(NodeLatencyStats { ready: now, drained: now });
        stats.ready = now;
        if can_drain {
            stats.drained = now;
        }
        self.load_as_of = None;
    }

    /// Takes the batches for one request to `broker` out of the queues, at most one per partition, and
    /// adds them to `drained`. Returns whether a batch was passed over because of its backoff.
    pub fn drain(
        &mut self,
        broker: BrokerId,
        max_size: u32,
        mut transactions: Option<&mut TransactionManager>,
        now: Nanos,
        random: &mut Stream,
        drained: &mut Vec<BatchId>,
    ) -> bool {
        let partitions = self.nodes.get(broker.index()).map_or(0, |node| node.partitions.len());
        if partitions == 0 {
            return false;
        }
        let first = drained.len();
        let mut size = 0u64;
        let mut backed_off = false;
        let start = self.nodes[broker.index()].drain_index % partitions;
        let mut index = start;
        loop {
            let node = &mut self.nodes[broker.index()];
            let number = node.partitions[index];
            // A partition at which the walk stops is where the next one begins.
            node.drain_index = index;
            index += 1;
            if index == partitions {
                index = 0;
            }
            match self.head(number) {
                Some(id) if self.backs_off(number, id, now, random) => backed_off = true,
                Some(id) => {
                    if size + u64::from(self.batches[id].size()) > u64::from(max_size) && drained.len() > first {
                        break;
                    }
                    if let Some(transactions) = transactions.as_deref_mut() {
                        if transactions.must_not_drain(number, id, &self.batches) {
                            break;
                        }
                        transactions.assign_sequence(number, id, &mut self.batches);
                    }
                    size += u64::from(self.take_head(number, id));
                    drained.push(id);
                }
                None => {}
            }
            if index == start {
                break;
            }
        }
        backed_off
    }
    /// The first batch of a queue, if nothing else keeps it there than its own pause.
    #[inline]
    fn head(&self, number: u32) -> Option<BatchId> {
        let partition = &self.partitions[number as usize];
        if !self.waiting.contains(number) || partition.muted { None } else { partition.queue.front().copied() }
    }
    /// Whether the first batch of a queue waits for its next attempt, under the leader that is known now.
    #[inline]
    fn backs_off(&mut self, number: u32, id: BatchId, now: Nanos, random: &mut Stream) -> bool {
        let leader = self.partitions[number as usize].leader.filter(|_| self.heeds_leaders());
        let batch = &mut self.batches[id];
        if let Some(LeaderAndEpoch { epoch, .. }) = leader {
            batch.note_leader_epoch(epoch);
        }
        let pause = if batch.attempts > 0 { self.backoff.draw(batch.attempts - 1, random) } else { Nanos::ZERO };
        batch.waits(pause, now)
    }
    /// Takes the first batch out of a queue: it is in flight now. Returns its size.
    #[inline]
    fn take_head(&mut self, number: u32, id: BatchId) -> u32 {
        let partition = &mut self.partitions[number as usize];
        partition.queue.pop_front();
        partition.in_flight.push_back(id);
        let next = partition.queue.front().copied();
        self.queued -= 1;
        self.changes += 1;
        let batch = &mut self.batches[id];
        batch.closed = true;
        batch.resequenced = false;
        batch.outstanding = true;
        if let Some(compression) = &mut self.compression {
            let (size, compressed) = (batch.uncompressed_size(), compression.compressed(batch.uncompressed_size()));
            let first = batch.compress(compressed);
            compression.closed(size, compressed, first);
        }
        let size = batch.size();
        match next {
            Some(next) => self.comes_to_the_front(next),
            None => self.waiting.remove(number),
        };
        size
    }
}
