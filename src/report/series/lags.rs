//! How far groups are behind, where that is known.
//!
//! A group that has neither committed nor begun to read has no lag, as `kafka-consumer-groups` shows: `-`.

use crate::history::fact::{Entry, Fact};
use crate::history::view::ClusterView;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct Lags {
    view: ClusterView,
    /// By process: the group whose member it is.
    groups: Vec<Option<GroupId>>,
    /// By group and partition: where the group began without a commit.
    begun: Vec<Vec<Option<Offset>>>,
}

impl Lags {
    /// Before the first fact.
    pub fn new(catalog: &Catalog) -> Lags {
        Lags {
            view: ClusterView::new(catalog),
            groups: catalog.nodes.iter().map(|node| node.role.group()).collect(),
            begun: vec![vec![None; catalog.partition_count() as usize]; catalog.groups.len()],
        }
    }

    /// The lag of a group in a partition; none where it is unknown. Where nothing is there is no lag.
    pub fn of(&self, group: GroupId, tp: Tp) -> Option<u64> {
        let high_watermark = self.view.partition(tp).high_watermark;
        match self.view.committed(group, tp).or(self.begun[group.index()][tp.index()]) {
            Some(committed) => Some((high_watermark.0 - committed.0).max(0) as u64),
            None => (high_watermark.0 <= 0).then_some(0),
        }
    }

    /// Offsets of a partition between the last stable one and the high watermark.
    pub fn undecided(&self, tp: Tp) -> u64 {
        let partition = self.view.partition(tp);
        (partition.high_watermark.0 - partition.raised_to(partition.high_watermark).0).max(0) as u64
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        self.view.observe(entry);
        if let Fact::PositionReset { node, tp, offset, .. } = entry.fact
            && let Some(group) = self.groups[node.index()]
        {
            self.begun[group.index()][tp.index()].get_or_insert(offset);
        }
    }
}
