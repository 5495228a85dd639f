//! What consumers say of themselves: their metric `records-lag` (`FetchMetricsManager.recordPartitionLag`).
//!
//! It is the high watermark in the fetch that poll() last returned records of, less the position. So it knows nothing of what
//! was committed, and stays where it is while poll() returns nothing. Of a consumer that reads what is committed it is counted
//! from the last stable offset that came with the fetch, which no fact has: of these, nothing is known.

use std::collections::{BTreeMap, VecDeque};

use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::{NodeId, Tp};
use crate::sim::time::Nanos;

/// `metrics.sample.window.ms` times `metrics.num.samples`: so far back `records-lag-max` looks.
const WINDOW: Nanos = Nanos::from_secs(60);

/// The sensors of all consumers. See the module.
#[derive(Clone, Debug)]
pub struct RecordsLags {
    /// By process: whether it reads what is not committed, too.
    uncommitted: Vec<bool>,
    /// What was recorded over time; the last entry is the lag now, and what is older than the window before it is gone.
    recorded: BTreeMap<(NodeId, Tp), VecDeque<(Nanos, u64)>>,
}

impl RecordsLags {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> RecordsLags {
        let mut uncommitted = vec![false; setup.catalog.nodes.len()];
        for consumer in &setup.consumers {
            uncommitted[consumer.node.index()] = consumer.isolation_level == IsolationLevel::ReadUncommitted;
        }
        RecordsLags { uncommitted, recorded: BTreeMap::new() }
    }
    /// `records-lag` of a consumer in a partition; none: it has got no record of it.
    pub fn lag(&self, node: NodeId, tp: Tp) -> Option<u64> {
        self.recorded.get(&(node, tp))?.back().map(|(_, lag)| *lag)
    }
    /// Whether a consumer has ever got a record of a partition that it has.
    pub fn is_known(&self, node: NodeId) -> bool {
        self.of(node).next().is_some()
    }
    /// `records-lag-max` of a consumer at a time: the largest `records-lag` of its partitions in the last 60 s; none: none was
    /// recorded.
    pub fn max(&self, node: NodeId, at: Nanos) -> Option<u64> {
        let recent = self.of(node).filter(|(recorded, _)| at.saturating_sub(*recorded) <= WINDOW);
        recent.map(|(_, lag)| *lag).max()
    }
    fn of(&self, node: NodeId) -> impl Iterator<Item = &(Nanos, u64)> {
        self.recorded.iter().filter(move |((of, _), _)| *of == node).flat_map(|(_, lags)| lags)
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, high_watermark, .. } if self.uncommitted[node.index()] => {
                let lag = (high_watermark.0 - offset.plus(count).0).max(0) as u64;
                self.record(node, tp, entry.at, lag);
            }
            // The sensor of a partition goes with the partition, that of a client with its process.
            Fact::PartitionRevoked { node, tp, .. } => {
                self.recorded.remove(&(node, tp));
            }
            Fact::ProcessStopped { node, .. } => self.recorded.retain(|(of, _), _| *of != node),
            _ => {}
        }
    }
    /// It is recorded once for what one poll() returns of a partition.
    fn record(&mut self, node: NodeId, tp: Tp, at: Nanos, lag: u64) {
        let lags = self.recorded.entry((node, tp)).or_default();
        match lags.back_mut() {
            Some(last) if last.0 == at => last.1 = lag,
            _ => lags.push_back((at, lag)),
        }
        while lags.front().is_some_and(|(recorded, _)| at.saturating_sub(*recorded) > WINDOW) {
            lags.pop_front();
        }
    }
}
