//! Where records with a key go, and went.

use std::rc::Rc;

use super::partitioner::partitions_of_keys;
use super::record::ProducerRecord;
use crate::protocol::batch::RecordDetail;
use crate::protocol::config::PartitionerClass;

/// No record with a key was sent.
const NOWHERE: u32 = u32::MAX;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct KeyPartitions {
    /// By key number; empty if keys do not matter.
    partition_of: Rc<[u32]>,
    /// By key number: where its last record went that named no partition; [`NOWHERE`] before the first.
    placed: Vec<u32>,
    /// For how many partitions the two are.
    partitions: u32,
    /// Whose hash decides.
    class: PartitionerClass,
}

impl KeyPartitions {
    /// No record was sent yet.
    pub fn new(partition_of: Rc<[u32]>, partitions: u32, class: PartitionerClass) -> KeyPartitions {
        KeyPartitions { placed: vec![NOWHERE; partition_of.len()], partition_of, partitions, class }
    }
    /// The partition that the record's key decides.
    #[inline]
    pub fn of(&self, record: ProducerRecord) -> Option<u32> {
        if record.key == RecordDetail::NULL_KEY { None } else { self.partition_of.get(record.key as usize).copied() }
    }
    /// Whether the last record with that key went to this partition, too.
    #[inline]
    pub fn is_placed(&self, key: u32, partition: u32) -> bool {
        self.placed[key as usize] == partition
    }
    /// A record with that key went to this partition.
    pub fn place(&mut self, key: u32, partition: u32) {
        self.placed[key as usize] = partition;
    }
    /// How many partitions the keys are spread over.
    pub fn partitions(&self) -> u32 {
        self.partitions
    }
    /// Keys go to other partitions when the topic has got more of them.
    pub fn spread_over(&mut self, partitions: u32) {
        if partitions > 0 && partitions != self.partitions {
            self.partitions = partitions;
            self.partition_of = partitions_of_keys(self.class, self.partition_of.len() as u32, partitions).into();
            self.placed.fill(NOWHERE);
        }
    }
}
