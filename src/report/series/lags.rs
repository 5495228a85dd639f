//! How far groups are behind, where that is known.
//!
//! A group that has neither committed nor begun to read has no lag, as `kafka-consumer-groups` shows: `-`.
//! High watermarks are those of the leaders that the controller has chosen.

use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct Lags {
    /// By partition.
    leaders: Vec<Option<BrokerId>>,
    /// By partition; none: nothing was ever committed there.
    high_watermarks: Vec<Option<i64>>,
    /// By group and partition: the committed offset, or where the group began without one.
    committed: Vec<Vec<Option<i64>>>,
}

impl Lags {
    /// Before the first fact.
    pub fn new(groups: usize, partitions: usize) -> Lags {
        Lags {
            leaders: vec![None; partitions],
            high_watermarks: vec![None; partitions],
            committed: vec![vec![None; partitions]; groups],
        }
    }

    /// The lag of a group in a partition; none where it is unknown. Where nothing is there is no lag.
    pub fn of(&self, group: GroupId, tp: Tp) -> Option<u64> {
        let high_watermark = self.high_watermarks[tp.index()].unwrap_or(0);
        match self.committed[group.index()][tp.index()] {
            Some(committed) => Some((high_watermark - committed).max(0) as u64),
            None => (high_watermark == 0).then_some(0),
        }
    }

    /// Takes the next fact; `group` is that of the consumer whose fact it is.
    pub fn observe(&mut self, entry: &Entry, group: impl Fn(NodeId) -> Option<GroupId>) {
        match entry.fact {
            Fact::PartitionChanged { tp, leader, .. } => self.leaders[tp.index()] = leader,
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, .. }
                if self.leaders[tp.index()].is_none_or(|l| l == broker) =>
            {
                self.high_watermarks[tp.index()] = Some(high_watermark.0);
            }
            // A new leader knows of a high watermark later than the old one; but beyond its log there is nothing.
            Fact::BecameLeader { broker, tp, start, .. } if self.leaders[tp.index()] == Some(broker) => {
                let known = &mut self.high_watermarks[tp.index()];
                *known = known.map(|known| known.min(start.0));
            }
            Fact::OffsetStored { group, tp, offset, .. } => self.committed[group.index()][tp.index()] = Some(offset.0),
            // A group without a commit lags from where it began.
            Fact::PositionReset { node, tp, offset, .. } => {
                if let Some(group) = group(node) {
                    self.committed[group.index()][tp.index()].get_or_insert(offset.0);
                }
            }
            _ => {}
        }
    }
}
