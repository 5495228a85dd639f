//! Time series of a run, for plots and sparklines.

pub mod blocked;
pub mod lags;
pub mod marks;
mod sends;

use std::rc::Rc;

use crate::history::Observer;
use crate::history::fact::{Election, Entry, Fact};
use crate::history::owners::GroupOwners;
use crate::history::setup::{FaultSetup, Setup};
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::run::histogram::Histogram;
use crate::sim::time::Nanos;
use blocked::BlockedSends;
use lags::Lags;
use marks::Marks;
use sends::{SendSeries, SendSpan};

/// About how many bins a run is cut into.
const BINS: u64 = 150;
/// Bin widths that read well on an axis, in milliseconds.
const WIDTHS_MS: [u64; 14] = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000];

/// How wide the bins of a run are that is to last so long.
pub fn bin_width(duration: Nanos) -> Nanos {
    let wanted = duration.as_millis() / BINS;
    Nanos::from_millis(WIDTHS_MS.into_iter().find(|w| *w >= wanted).unwrap_or(3_600_000))
}

/// What happened in one bin.
#[derive(Clone, Debug, Default)]
pub struct Bin {
    /// Records for which the application called send(), and which got a place in a batch.
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

/// A group's lag at the end of each bin; the last value is the one at the end of the run. None: unknown.
#[derive(Clone, Debug)]
pub struct GroupLag {
    /// Which group.
    pub group: GroupId,
    /// Sum over partitions, where it is known of all of them.
    pub total: Vec<Option<u64>>,
    /// (partition, its lag per bin).
    pub partitions: Vec<(Tp, Vec<Option<u64>>)>,
}

/// A change of a partition's leader or ISR.
#[derive(Clone, Copy, Debug)]
pub struct LeadershipChange {
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
    pub leadership: Vec<(Tp, Vec<LeadershipChange>)>,
    /// Faults, in order.
    pub faults: Vec<FaultWindow>,
    /// Rebalances of each group: (from, to).
    pub rebalances: Vec<Vec<(Nanos, Option<Nanos>)>>,
    /// Who had the partitions of groups.
    pub owners: GroupOwners,
    /// At the end of each bin: offsets between the last stable offset and the high watermark, over all partitions of the
    /// scenario's topics. They are replicated, and whoever reads what is committed is not given them yet.
    pub undecided: Vec<u64>,
    /// Calls of send() that blocked.
    pub blocked: BlockedSends,
    /// What brokers have used of machines that have an end: facts `MachineUsed`.
    pub machines: Vec<Fact>,
    /// When faults were over and producers stopped.
    pub final_phase: Option<Nanos>,
    /// When the run ended.
    pub end: Nanos,
    /// Moments to mark.
    pub marks: Marks,
    sends: SendSeries,
    lag: Lags,
}

impl Series {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Series {
        let groups = setup.catalog.groups.len();
        let partitions = setup.catalog.partition_count() as usize;
        let user = (0..partitions as u32).map(Tp).filter(|tp| !setup.catalog.is_internal(*tp));
        let lags = (0..groups)
            .map(|g| {
                let group = GroupId(g as u16);
                let all = (0..partitions as u32).map(Tp).filter(|tp| setup.is_read(group, *tp));
                let partitions = all.map(|tp| (tp, Vec::new())).collect();
                GroupLag { group, total: Vec::new(), partitions }
            })
            .collect();
        Series {
            width: bin_width(setup.duration),
            bins: vec![Bin::default()],
            lags,
            leadership: user.map(|tp| (tp, Vec::new())).collect(),
            faults: Vec::new(),
            rebalances: vec![Vec::new(); groups],
            owners: GroupOwners::new(&setup),
            undecided: Vec::new(),
            blocked: BlockedSends::default(),
            machines: Vec::new(),
            final_phase: None,
            end: Nanos::ZERO,
            marks: Marks::new(
                setup.catalog.nodes.len(),
                (0..partitions as u32).map(|tp| setup.catalog.is_internal(Tp(tp))).collect(),
            ),
            sends: SendSeries::default(),
            lag: Lags::new(&setup.catalog),
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
        self.undecided.push(self.leadership.iter().map(|(tp, _)| self.lag.undecided(*tp)).sum());
        for lag in &mut self.lags {
            let mut total = Some(0);
            for (tp, values) in &mut lag.partitions {
                let value = self.lag.of(lag.group, *tp);
                values.push(value);
                total = total.zip(value).map(|(total, value)| total + value);
            }
            lag.total.push(total);
        }
    }

    /// Counts what was sent where it was sent.
    fn sent(&mut self, span: Option<SendSpan>) {
        let Some(span) = span else { return };
        let last = self.bins.len() - 1;
        for (bin, count) in span.bins(self.width) {
            self.bins[bin.min(last)].sent += count;
        }
    }

    fn bin(&mut self) -> &mut Bin {
        self.bins.last_mut().expect("there is always a current bin")
    }

    fn fault_started(&mut self, at: Nanos, fault: u16, occurrence: u16, node: NodeId) {
        let setup = self.setup.faults.get(usize::from(fault));
        let label = setup.map_or(String::new(), |f| f.label.clone());
        // What neither lasts nor takes a process down is over when it has struck.
        let lasts = |f: &FaultSetup| f.ends || takes_down(f) || matches!(f.kind.as_str(), "disk.full" | "disk.fail");
        let end = setup.is_some_and(|f| !lasts(f)).then_some(at);
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
        self.setup.faults.get(usize::from(window.fault)).is_some_and(takes_down)
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

    /// A process that was down is back. What comes of it from here on is no longer the fault's.
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

fn takes_down(fault: &FaultSetup) -> bool {
    matches!(fault.kind.as_str(), "crash" | "power.loss" | "stop")
}

impl Observer for Series {
    fn observe(&mut self, entry: &Entry) {
        self.advance_to(entry.at);
        self.marks.observe(entry);
        self.lag.observe(entry);
        self.owners.observe(entry);
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, created, .. } => {
                let span = self.sends.handed_over((node, tp), (ordinal, count), created, entry.at);
                self.sent(span);
            }
            Fact::RecordsPending { node, tp, ordinal, count, sent: false } => {
                let stop = self.final_phase.unwrap_or(entry.at);
                let span = self.sends.unsent((node, tp), (ordinal, count), stop);
                self.sent(span);
            }
            Fact::BatchAcked { count, created, acks, .. } => {
                let latency = entry.at.saturating_sub(created);
                let bin = self.bin();
                bin.acked += u64::from(count);
                if acks != Acks::Zero {
                    bin.produce_latency.add(latency, count);
                }
            }
            Fact::BatchFailed { node, tp, ordinal, count, created, .. } => {
                let span = self.sends.given_up((node, tp), (ordinal, count), created, entry.at);
                self.sent(span);
                self.bin().failed += u64::from(count);
            }
            Fact::RecordsPolled { count, timestamp, origin, .. }
            | Fact::ShareRecordsPolled { count, timestamp, origin, .. } => {
                let latency = entry.at.saturating_sub(timestamp);
                let timed = self.setup.has_true_timestamps(origin);
                let bin = self.bin();
                bin.consumed += u64::from(count);
                if timed {
                    bin.end_to_end_latency.add(latency, count);
                }
            }
            Fact::PartitionChanged { tp, leader, leader_epoch, isr, election, .. } => {
                if let Some((_, changes)) = self.leadership.iter_mut().find(|(known, _)| *known == tp) {
                    changes.push(LeadershipChange { at: entry.at, leader, epoch: leader_epoch, isr, election });
                }
            }
            Fact::FaultStarted { fault, occurrence, node } => self.fault_started(entry.at, fault, occurrence, node),
            Fact::FaultEnded { fault, occurrence } => self.fault_ended(entry.at, fault, occurrence),
            Fact::ProcessStopped { node, .. } => self.stopped(entry.at, node),
            Fact::ProcessStarted { node } => self.back(entry.at, node),
            Fact::SendUnblocked { since, memory, .. } => self.blocked.add(since, entry.at, memory),
            Fact::MachineUsed { .. } => self.machines.push(entry.fact),
            Fact::GroupStateChanged { group, state, .. } => self.group_state(entry.at, group, state),
            Fact::FinalPhaseStarted {} => self.final_phase = Some(entry.at),
            // The last bin is cut short: without this, what the run ended with would not show.
            Fact::RunEnded {} => {
                self.sample_lags();
                for span in self.sends.rest() {
                    self.sent(Some(span));
                }
                self.final_phase = self.final_phase.filter(|began| *began < entry.at);
            }
            _ => {}
        }
    }
}

impl Series {
    fn group_state(&mut self, at: Nanos, group: GroupId, state: crate::history::fact::GroupState) {
        use crate::history::fact::GroupState;
        let open = self.rebalances[group.index()].last().is_some_and(|(_, end)| end.is_none());
        match state {
            GroupState::PreparingRebalance | GroupState::Assigning | GroupState::Reconciling if !open => {
                self.rebalances[group.index()].push((at, None))
            }
            GroupState::Stable | GroupState::Empty | GroupState::Dead if open => {
                if let Some((_, end)) = self.rebalances[group.index()].last_mut() {
                    *end = Some(at);
                }
            }
            _ => {}
        }
    }
}

/// Where the scale ends: at the highest rate, unless that is a burst, as when a backlog is caught up: then
/// ordinary traffic decides, and is not squashed.
pub fn ordinary(mut rates: Vec<u64>) -> u64 {
    /// A burst is so many times what nine in ten rates do not exceed.
    const BURST: u64 = 3;
    rates.retain(|rate| *rate > 0);
    rates.sort();
    let max = rates.last().copied().unwrap_or(0);
    let most = rates.get(rates.len() * 9 / 10).copied().unwrap_or(max);
    if max > BURST * most { most * 3 / 2 } else { max }
}
