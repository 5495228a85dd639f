//! What has moved since partitions were handed out (`PartitionMovements`).

use std::collections::{BTreeMap, BTreeSet};

/// From whom to whom, within a topic.
type Way = (usize, usize, usize);

/// Where moved partitions came from; a partition that came back has not moved.
#[derive(Clone, Default)]
pub(super) struct Movements {
    /// By partition: who had it first.
    origin: BTreeMap<usize, usize>,
    /// By topic, first and present owner.
    by_way: BTreeMap<Way, BTreeSet<usize>>,
}

impl Movements {
    /// Which partition is to move instead of this one: the first that went the other way, for then both stay where
    /// they were.
    pub fn instead_of(&self, partition: usize, topic: usize, owner: usize, to: usize) -> usize {
        let from = self.origin.get(&partition).copied().unwrap_or(owner);
        self.by_way.get(&(topic, to, from)).and_then(|others| others.first().copied()).unwrap_or(partition)
    }

    pub fn moved(&mut self, partition: usize, topic: usize, owner: usize, to: usize) {
        let from = self.origin.remove(&partition).unwrap_or(owner);
        if from != owner {
            let way = self.by_way.get_mut(&(topic, from, owner)).expect("it was moved that way");
            way.remove(&partition);
        }
        if from != to {
            self.origin.insert(partition, from);
            self.by_way.entry((topic, from, to)).or_default().insert(partition);
        }
    }
}
