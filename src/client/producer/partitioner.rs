//! The partition of a record (`clients/.../producer/internals/BuiltInPartitioner.java`, KIP-794).

use crate::client::application::keys::key_text;
use crate::protocol::hashing::partition_for_key;
use crate::sim::random::Stream;

/// The partition of every key of a workload, hashed once. A key goes to the same partition whether
/// that has a leader or not.
pub(super) fn partitions_of_keys(keys: u32, partitions: u32) -> Vec<u32> {
    (0..keys).map(|key| partition_for_key(key_text(key).as_bytes(), partitions)).collect()
}

/// The partition for records without a key: one until `batch.size` bytes have gone there, then
/// another, the more likely the shorter its queue.
#[derive(Clone, Debug)]
pub(super) struct StickyPartitioner {
    batch_size: u32,
    partitions: u32,
    current: Option<u32>,
    produced: u64,
    /// (partition, sum of the weights up to it); empty: no weights, choose uniformly.
    weights: Vec<(u32, u64)>,
}

impl StickyPartitioner {
    pub fn new(batch_size: u32, partitions: u32) -> StickyPartitioner {
        StickyPartitioner { batch_size, partitions, current: None, produced: 0, weights: Vec::new() }
    }
    /// The partition of the next record. `available`: whether a partition has a leader.
    pub fn current(&mut self, available: impl Fn(u32) -> bool, random: &mut Stream) -> u32 {
        if let Some(partition) = self.current {
            return partition;
        }
        let partition = self.choose(available, random);
        self.current = Some(partition);
        partition
    }
    /// Counts bytes appended to the current partition. Moves on if they are enough: at once above
    /// twice `batch.size`, else only if the partition's queue holds no batch that waits for more.
    /// Returns whether it moved.
    pub fn appended(&mut self, bytes: u32, all_batches_full: bool, available: impl Fn(u32) -> bool, random: &mut Stream) -> bool {
        self.produced += u64::from(bytes);
        let batch_size = u64::from(self.batch_size);
        if self.produced < 2 * batch_size && !(self.produced >= batch_size && all_batches_full) {
            return false;
        }
        self.current = Some(self.choose(available, random));
        self.produced = 0;
        true
    }
    /// Takes the lengths of the queues of the partitions that have a leader. Nothing is known
    /// (`None`) while some partition was never used.
    pub fn update_load(&mut self, lengths: Option<impl Iterator<Item = (u32, u32)>>) {
        self.weights.clear();
        let Some(lengths) = lengths else { return };
        self.weights.extend(lengths.map(|(partition, length)| (partition, u64::from(length))));
        let Some(&(_, first)) = self.weights.first() else { return };
        let all_equal = self.weights.iter().all(|(_, length)| *length == first);
        if self.partitions < 2 || (all_equal && self.weights.len() as u64 == u64::from(self.partitions)) {
            self.weights.clear();
            return;
        }
        let longest = self.weights.iter().map(|(_, length)| *length).max().unwrap_or(0);
        let mut sum = 0;
        for (_, weight) in &mut self.weights {
            sum += longest + 1 - *weight;
            *weight = sum;
        }
    }
    fn choose(&self, available: impl Fn(u32) -> bool, random: &mut Stream) -> u32 {
        if let Some(&(_, total)) = self.weights.last() {
            let draw = random.below(total);
            return self.weights[self.weights.partition_point(|(_, sum)| *sum <= draw)].0;
        }
        let candidates = (0..self.partitions).filter(|p| available(*p)).count() as u64;
        if candidates == 0 {
            return random.below(u64::from(self.partitions)) as u32;
        }
        let chosen = random.below(candidates) as usize;
        (0..self.partitions).filter(|p| available(*p)).nth(chosen).expect("counted just before")
    }
}
