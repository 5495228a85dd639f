//! Time series of a run, for plots and sparklines.

use std::rc::Rc;

use super::histogram::Histogram;
use crate::history::Observer;
use crate::history::fact::{Election, Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::catalog::Role;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// About how many bins a run is cut into.
const BINS: u64 = 150;
/// Bin widths that read well on an axis, in milliseconds.
const WIDTHS_MS: [u64; 14] = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000];

/// What happened in one bin.
#[derive(Clone, Debug, Default)]
pub struct Bin {
    /// Records handed to the network for the first time.
    pub sent: u64,
    /// Records acknowledged.
    pub acked: u64,
    /// Records given up.
    pub failed: u64,
    /// Records that poll() returned.
    pub consumed: u64,
    /// send() to acknowledgement, of each batch's oldest record.
    pub produce_latency: Histogram,
    /// send() to poll(), of each run's oldest record.
    pub end_to_end_latency: Histogram,
}

/// A group's lag at the end of each bin; the last value is the one at the end of the run.
#[derive(Clone, Debug)]
pub struct GroupLag {
    /// Which group.
    pub group: GroupId,
    /// Sum over partitions.
    pub total: Vec<u64>,
    /// (partition, its lag per bin).
    pub partitions: Vec<(Tp, Vec<u64>)>,
}

/// A change of a partition's leader or ISR.
#[derive(Clone, Copy, Debug)]
pub struct Leadership {
    /// When.
    pub at: Nanos,
    /// The leader from then on.
    pub leader: Option<BrokerId>,
    /// Its epoch.
    pub epoch: LeaderEpoch,
    /// The ISR from then on.
    pub isr: BrokerList,
    /// How the leader came to lead.
    pub election: Election,
}

/// A time in which something was wrong.
#[derive(Clone, Debug)]
pub struct FaultWindow {
    /// What the scenario calls it.
    pub label: String,
    /// From.
    pub start: Nanos,
    /// To; none: to the end of the run.
    pub end: Option<Nanos>,
    fault: u16,
    occurrence: u16,
    /// The processes that it took down and that are not back.
    down: Vec<NodeId>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Series {
    setup: Rc<Setup>,
    /// Width of a bin.
    pub width: Nanos,
    /// The bins, from time zero.
    pub bins: Vec<Bin>,
    /// Lags, by group.
    pub lags: Vec<GroupLag>,
    /// Leadership, by partition of the scenario's topics.
    pub leadership: Vec<(Tp, Vec<Leadership>)>,
    /// Faults, in order.
    pub faults: Vec<FaultWindow>,
    /// Rebalances of each group: (from, to).
    pub rebalances: Vec<Vec<(Nanos, Option<Nanos>)>>,
    /// When faults were over and producers stopped.
    pub final_phase: Option<Nanos>,
    /// When the run ended.
    pub end: Nanos,
    high_watermark: Vec<i64>,
    committed: Vec<Vec<Option<i64>>>,
}

impl Series {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Series {
        let wanted = setup.duration.as_millis() / BINS;
        let width = WIDTHS_MS.into_iter().find(|w| *w >= wanted).unwrap_or(3_600_000);
        let groups = setup.catalog.groups.len();
        let partitions = setup.catalog.partition_count() as usize;
        let user = (0..partitions as u32).map(Tp).filter(|tp| !setup.catalog.is_internal(*tp));
        let lags = (0..groups)
            .map(|g| {
                let group = GroupId(g as u16);
                // Members may differ in what they read.
                let members = setup.consumers.iter().filter(|c| c.group == group);
                let topics: std::collections::BTreeSet<_> = members.flat_map(|c| c.topics.iter().copied()).collect();
                let partitions =
                    topics.iter().flat_map(|t| setup.catalog.partitions(*t)).map(|tp| (tp, Vec::new())).collect();
                GroupLag { group, total: Vec::new(), partitions }
            })
            .collect();
        Series {
            width: Nanos::from_millis(width),
            bins: vec![Bin::default()],
            lags,
            leadership: user.map(|tp| (tp, Vec::new())).collect(),
            faults: Vec::new(),
            rebalances: vec![Vec::new(); groups],
            final_phase: None,
            end: Nanos::ZERO,
            high_watermark: vec![0; partitions],
            committed: vec![vec![None; partitions]; groups],
            setup,
        }
    }

    /// The conditions of the run.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }
    /// The produce latency over the whole run.
    pub fn produce_latency(&self) -> Histogram {
        self.over_all(|bin| &bin.produce_latency)
    }
    /// The end-to-end latency over the whole run.
    pub fn end_to_end_latency(&self) -> Histogram {
        self.over_all(|bin| &bin.end_to_end_latency)
    }
    fn over_all(&self, of: impl Fn(&Bin) -> &Histogram) -> Histogram {
        let mut all = Histogram::default();
        self.bins.iter().filter(|b| of(b).total() > 0).for_each(|b| all.merge(of(b)));
        all
    }

    fn advance_to(&mut self, at: Nanos) {
        let bin = (at.0 / self.width.0) as usize;
        while self.bins.len() <= bin {
            self.sample_lags();
            self.bins.push(Bin::default());
        }
        self.end = at;
    }

    fn sample_lags(&mut self) {
        for lag in &mut self.lags {
            let mut total = 0;
            for (tp, values) in &mut lag.partitions {
                let committed = self.committed[lag.group.index()][tp.index()];
                let value = committed.map_or(0, |c| (self.high_watermark[tp.index()] - c).max(0) as u64);
                values.push(value);
                total += value;
            }
            lag.total.push(total);
        }
    }

    fn bin(&mut self) -> &mut Bin {
        self.bins.last_mut().expect("there is always a current bin")
    }

    fn group_of(&self, node: NodeId) -> Option<GroupId> {
        match self.setup.catalog.nodes[node.index()].role {
            Role::Consumer(group) => Some(group),
            _ => None,
        }
    }

    /// A group without a commit lags from where it began.
    fn begin(&mut self, node: NodeId, tp: Tp, offset: Offset) {
        if let Some(group) = self.group_of(node) {
            self.committed[group.index()][tp.index()].get_or_insert(offset.0);
        }
    }

    fn fault_started(&mut self, at: Nanos, fault: u16, occurrence: u16, node: NodeId) {
        let setup = self.setup.faults.get(usize::from(fault));
        let label = setup.map_or(String::new(), |f| f.label.clone());
        let end = setup.is_some_and(|f| f.kind == "reset.connections").then_some(at);
        // A fault with several victims names none: they are found when they stop.
        let down = if node.index() < self.setup.catalog.nodes.len() { vec![node] } else { Vec::new() };
        self.faults.push(FaultWindow { label, start: at, end, fault, occurrence, down });
    }

    fn fault_ended(&mut self, at: Nanos, fault: u16, occurrence: u16) {
        let window = self.faults.iter_mut().rev().find(|w| w.fault == fault && w.occurrence == occurrence);
        if let Some(window) = window {
            window.end.get_or_insert(at);
        }
    }

    /// Whether a fault takes processes down, and ends when they are back.
    fn takes_down(&self, window: &FaultWindow) -> bool {
        self.setup
            .faults
            .get(usize::from(window.fault))
            .is_some_and(|f| matches!(f.kind.as_str(), "crash" | "power.loss" | "stop"))
    }

    /// A process ends: one of the victims of a fault that has just struck, perhaps.
    fn stopped(&mut self, at: Nanos, node: NodeId) {
        let index = self.faults.iter().rposition(|w| w.end.is_none() && self.takes_down(w));
        if let Some(window) = index.map(|i| &mut self.faults[i]) {
            let strikes = window.start == at || window.down.is_empty();
            if strikes && !window.down.contains(&node) {
                window.down.push(node);
            }
        }
    }

    /// A process that was down is back: a broker when it is unfenced, a client when it starts.
    fn back(&mut self, at: Nanos, node: NodeId) {
        let indexes: Vec<usize> = (0..self.faults.len()).filter(|i| self.takes_down(&self.faults[*i])).collect();
        for index in indexes {
            let window = &mut self.faults[index];
            let victims = window.down.len();
            window.down.retain(|down| *down != node);
            if window.end.is_none() && window.down.len() < victims && window.down.is_empty() {
                window.end = Some(at);
            }
        }
    }
}

impl Observer for Series {
    fn observe(&mut self, entry: &Entry) {
        self.advance_to(entry.at);
        match entry.fact {
            Fact::BatchSent { count, attempt: 0, .. } => self.bin().sent += u64::from(count),
            Fact::BatchAcked { count, created, acks, .. } => {
                let latency = entry.at.saturating_sub(created);
                let bin = self.bin();
                bin.acked += u64::from(count);
                if acks != Acks::Zero {
                    bin.produce_latency.add(latency, count);
                }
            }
            Fact::BatchFailed { count, .. } => self.bin().failed += u64::from(count),
            Fact::RecordsPolled { count, timestamp, .. } => {
                let latency = entry.at.saturating_sub(timestamp);
                let bin = self.bin();
                bin.consumed += u64::from(count);
                bin.end_to_end_latency.add(latency, count);
            }
            Fact::HighWatermarkAdvanced { tp, high_watermark, .. } => {
                self.high_watermark[tp.index()] = high_watermark.0
            }
            Fact::OffsetStored { group, tp, offset, .. } => self.committed[group.index()][tp.index()] = Some(offset.0),
            Fact::PositionReset { node, tp, offset, .. } => self.begin(node, tp, offset),
            Fact::PartitionChanged { tp, leader, leader_epoch, isr, election, .. } => {
                if let Some((_, changes)) = self.leadership.iter_mut().find(|(known, _)| *known == tp) {
                    changes.push(Leadership { at: entry.at, leader, epoch: leader_epoch, isr, election });
                }
            }
            Fact::FaultStarted { fault, occurrence, node } => self.fault_started(entry.at, fault, occurrence, node),
            Fact::FaultEnded { fault, occurrence } => self.fault_ended(entry.at, fault, occurrence),
            Fact::BrokerUnfenced { broker } => {
                let node = self.setup.catalog.broker_node(broker);
                self.back(entry.at, node);
            }
            Fact::ProcessStopped { node, .. } => self.stopped(entry.at, node),
            Fact::ProcessStarted { node } if self.setup.catalog.broker_of(node).is_none() => self.back(entry.at, node),
            Fact::GroupStateChanged { group, state, .. } => self.group_state(entry.at, group, state),
            Fact::FinalPhaseStarted {} => self.final_phase = Some(entry.at),
            // The last bin is cut short: without this, what the run ended with would not show.
            Fact::RunEnded {} => self.sample_lags(),
            _ => {}
        }
    }
}

impl Series {
    fn group_state(&mut self, at: Nanos, group: GroupId, state: crate::history::fact::GroupState) {
        use crate::history::fact::GroupState;
        let open = self.rebalances[group.index()].last().is_some_and(|(_, end)| end.is_none());
        match state {
            GroupState::PreparingRebalance if !open => self.rebalances[group.index()].push((at, None)),
            GroupState::Stable | GroupState::Empty | GroupState::Dead if open => {
                if let Some((_, end)) = self.rebalances[group.index()].last_mut() {
                    *end = Some(at);
                }
            }
            _ => {}
        }
    }
}
