//! What always holds of what waits to be sent: memory, whereabouts, order.

use super::{PartitionQueue, RecordAccumulator};
use crate::client::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::ids::Sequence;

impl RecordAccumulator {
    /// `buffer.memory` is neither lost nor made (`BufferPool`).
    ///
    /// # Panics
    /// If it is.
    pub fn check_memory(&self) {
        let held: u64 = self.batches.all().map(|batch| batch.allocated).sum();
        assert_eq!(self.pool.available() + held, self.pool.total(), "memory that no batch holds is free");
    }

    /// # Panics
    /// If a batch is in two places, or in none.
    pub fn check_whereabouts(&self) {
        let open =
            |outstanding: bool| self.batches.incomplete().filter(|batch| batch.outstanding == outstanding).count();
        let queued: usize = self.partitions.iter().map(|partition| partition.queue.len()).sum();
        let in_flight: usize = self.partitions.iter().map(|partition| partition.in_flight.len()).sum();
        assert_eq!(open(false), queued, "a batch that is not with the network waits in a queue");
        assert_eq!(open(true), in_flight, "a batch that is with the network is in flight, once");
        assert_eq!((queued + in_flight) as u32, self.incomplete, "batches whose fate is open are counted");
        assert_eq!(queued as u32, self.queued, "batches in queues are counted");
        let over = |batch: &ProducerBatch| batch.done && !batch.outstanding;
        let free = self.batches.free();
        assert!(free.iter().all(|id| over(&self.batches[*id])), "a slot that may be used again is free");
        let left = self.batches.all().filter(|batch| over(batch)).count();
        assert_eq!(left, free.len(), "a batch whose fate is told gives its slot back");
        let waiting = (0..).zip(&self.partitions).filter(|(_, partition)| !partition.queue.is_empty());
        assert!(self.waiting.iter().eq(waiting.map(|(number, _)| number)), "queues with batches are known");
        let leaderless = self.partitions.iter().filter(|partition| partition.leader.is_none()).count();
        assert_eq!(leaderless as u32, self.leaderless, "partitions without a leader are counted");
    }

    /// `idempotent`: batches have sequences. `one_in_flight`: `max.in.flight.requests.per.connection` is 1.
    ///
    /// # Panics
    /// If the queue of the partition whose turn it is is out of order.
    pub fn check_partition(&self, idempotent: bool, one_in_flight: bool, turn: u64) {
        let number = (turn % self.partitions.len().max(1) as u64) as u32;
        let Some(partition) = self.partitions.get(number as usize) else { return };
        let own = |id: &BatchId| {
            let batch = &self.batches[*id];
            batch.partition == number && !batch.done && batch.count() > 0
        };
        let PartitionQueue { queue, in_flight, muted, leader, .. } = partition;
        assert!(queue.iter().chain(in_flight).all(own), "a queue has open batches of its own partition");
        assert!(queue.iter().all(|id| !self.batches[*id].outstanding), "what is queued is not with the network");
        let mut before_last = queue.iter().rev().skip(1);
        assert!(before_last.all(|id| self.batches[*id].closed), "only the last batch of a queue takes records");
        if let Some(LeaderAndEpoch { leader, .. }) = leader {
            let drained = self.nodes.get(leader.index()).is_some_and(|node| node.partitions.contains(&number));
            assert!(drained, "a partition is drained to its leader");
        }
        let outstanding = |batch: &&ProducerBatch| batch.outstanding && batch.partition == number;
        if one_in_flight {
            let outstanding = self.batches.all().filter(outstanding).count();
            assert!(outstanding <= 1, "with one request in flight nothing overtakes");
            assert_eq!(*muted, outstanding == 1, "a partition is muted while its batch is with the network");
        }
        if idempotent {
            self.check_order(partition);
        }
        let heads = [queue.front(), in_flight.front()];
        let in_time =
            |id: &BatchId| self.next_expiry <= self.batches[*id].created.saturating_add(self.delivery_timeout);
        assert!(heads.into_iter().flatten().all(in_time), "a batch expires after delivery.timeout.ms");
    }

    /// With idempotence what is sent again goes where its sequence belongs, and the application's order is kept.
    fn check_order(&self, partition: &PartitionQueue) {
        let queue = || partition.queue.iter().map(|id| &self.batches[*id]);
        let sequenced = queue().take_while(|batch| batch.has_sequence()).count();
        assert!(queue().skip(sequenced).all(|batch| !batch.has_sequence()), "what was sent before comes first");
        let follows = |(a, b): (&ProducerBatch, &ProducerBatch)| {
            let Sequence(a_last) = a.last_sequence();
            let after = !b.has_sequence() || a_last < b.sequence.0 || a_last < a.sequence.0;
            after && a.ordinal + a.count() <= b.ordinal
        };
        assert!(queue().zip(queue().skip(1)).all(follows), "records are queued in the order in which they were sent");
    }
}
