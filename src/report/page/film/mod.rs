//! The run as a film: how logs, leaders, groups and processes stood, frame by frame.
//!
//! There is a frame at every tick of a clock, and one at every moment at which something of note happened; moments
//! that lie closer together than a twentieth of a tick share one. A frame shows how it was after all facts up to its
//! time.

mod data;
mod group;
mod partition;
mod track;

use std::rc::Rc;

use crate::check::ledger::RecordRef;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;
use crate::report::series::bin_width;
use crate::sim::time::Nanos;
pub use data::Reel;
use group::FilmedGroup;
use partition::FilmedPartition;
use track::Track;

/// Ticks in a bin of the plots.
const TICKS: u64 = 4;
/// Moments of note that share a frame lie no farther apart than this part of a tick.
const GAP: u64 = 20;
/// Faults whose records are kept.
const MARKED: usize = 3;

/// A frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// When.
    pub at: Nanos,
    /// Whether something of note happened.
    pub noted: bool,
}

/// A record worth looking at although nothing is wrong with it.
#[derive(Clone, Debug)]
pub struct MarkedRecord {
    /// Which.
    pub record: RecordRef,
    /// Why it is looked at.
    pub why: String,
}

/// A process.
#[derive(Clone, Debug)]
struct FilmedNode {
    up: bool,
    paused: bool,
    state: Track<&'static str>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Film {
    setup: Rc<Setup>,
    view: ClusterView,
    tick: Nanos,
    next_tick: Nanos,
    now: Nanos,
    /// Something of note happened since the last frame.
    noted: bool,
    frames: Vec<Frame>,
    partitions: Vec<FilmedPartition>,
    groups: Vec<FilmedGroup>,
    nodes: Vec<FilmedNode>,
    transactions: Vec<Track<&'static str>>,
    marked: Vec<MarkedRecord>,
    /// Faults that have struck.
    seen: Vec<u16>,
    /// A fault has struck nobody in particular: the next record that is sent is marked with this.
    mark_next: Option<String>,
    /// By broker: the last record that it took on as a leader.
    last_led: Vec<Option<RecordRef>>,
}

impl Film {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Film {
        let catalog = &setup.catalog;
        let tick = Nanos(bin_width(setup.duration).0 / TICKS);
        let mark_next = setup.faults.is_empty().then(|| "an ordinary record".into());
        Film {
            view: ClusterView::new(catalog),
            tick,
            next_tick: Nanos::ZERO,
            now: Nanos::ZERO,
            noted: false,
            frames: Vec::new(),
            partitions: (0..catalog.partition_count()).map(|tp| FilmedPartition::new(&setup, Tp(tp))).collect(),
            groups: (0..catalog.groups.len()).map(|g| FilmedGroup::new(&setup, GroupId(g as u16))).collect(),
            nodes: vec![FilmedNode { up: false, paused: false, state: Track::new("down") }; catalog.nodes.len()],
            transactions: vec![Track::new(""); catalog.transactional_ids.len()],
            marked: Vec::new(),
            seen: Vec::new(),
            mark_next,
            last_led: vec![None; catalog.brokers().map(|b| b.index() + 1).max().unwrap_or(0)],
            setup,
        }
    }
    /// The frames.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }
    /// Records worth looking at although nothing need be wrong with them.
    pub fn marked(&self) -> &[MarkedRecord] {
        &self.marked
    }

    /// Time goes on to `at`: whatever stood until then is exposed.
    fn advance_to(&mut self, at: Nanos) {
        if at == self.now {
            return;
        }
        let last = self.frames.last().map(|frame| frame.at);
        if self.noted && last.is_none_or(|last| (self.now - last).0 >= self.tick.0 / GAP) {
            self.expose(self.now);
        }
        while self.next_tick < at {
            if self.frames.last().is_none_or(|frame| frame.at < self.next_tick) && self.next_tick >= self.now {
                self.expose(self.next_tick);
            }
            self.next_tick += self.tick;
        }
        self.now = at;
    }

    fn expose(&mut self, at: Nanos) {
        let number = self.frames.len() as u32;
        self.frames.push(Frame { at, noted: std::mem::take(&mut self.noted) });
        for partition in &mut self.partitions {
            partition.expose(number, &self.view);
        }
        for group in &mut self.groups {
            group.expose(number, &self.view);
        }
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let broker = self.setup.catalog.broker_of(NodeId(index as u16));
            let fenced = broker.is_some_and(|broker| !self.view.is_live(broker));
            node.state.now = match (node.up, node.paused) {
                (false, _) => "down",
                (true, true) => "paused",
                (true, false) if fenced => "fenced",
                (true, false) => "up",
            };
            node.state.expose(number);
        }
        for (id, state) in self.transactions.iter_mut().enumerate() {
            state.now = self.view.transaction(TransactionalId(id as u16)).map_or("", |state| state.name());
            state.expose(number);
        }
    }

    /// Whether a reader wants to see the moment of this fact.
    fn is_of_note(&self, fact: &Fact) -> bool {
        match *fact {
            Fact::PartitionChanged { tp, .. } | Fact::BecameLeader { tp, .. } | Fact::LogRecovered { tp, .. } => {
                !self.setup.catalog.is_internal(tp)
            }
            Fact::SegmentsDeleted { tp, .. } => !self.setup.catalog.is_internal(tp),
            Fact::Truncated { tp, from, to, .. } => to < from && !self.setup.catalog.is_internal(tp),
            Fact::ProcessStarted { node } | Fact::ProcessStopped { node, .. } => {
                self.setup.catalog.nodes[node.index()].role != NodeRole::Admin
            }
            Fact::ProcessPaused { .. }
            | Fact::PowerLost { .. }
            | Fact::FaultStarted { .. }
            | Fact::FaultEnded { .. }
            | Fact::BrokerFenced { .. }
            | Fact::BrokerUnfenced { .. }
            | Fact::GroupStateChanged { .. }
            | Fact::PartitionAssigned { .. }
            | Fact::PartitionRevoked { .. }
            | Fact::FinalPhaseStarted {}
            | Fact::RunEnded {} => true,
            _ => false,
        }
    }

    /// A fault strikes: a record is looked at that was on its way then.
    fn struck(&mut self, fault: u16, node: NodeId) {
        // What strikes again and again is the same to look at.
        if self.marked.len() >= MARKED || self.seen.contains(&fault) {
            return;
        }
        self.seen.push(fault);
        let label = self.setup.faults.get(usize::from(fault)).map_or("", |fault| fault.label.as_str());
        let broker = self.setup.catalog.broker_of(node).filter(|_| node.index() < self.setup.catalog.nodes.len());
        match broker.and_then(|broker| Some((broker, self.last_led[broker.index()]?))) {
            Some((broker, record)) => {
                let why = format!("the last record that broker {broker} took on as leader before \"{label}\"");
                self.marked.push(MarkedRecord { record, why });
            }
            None => self.mark_next = Some(format!("the first record sent after \"{label}\" began")),
        }
    }

    fn sent(&mut self, record: RecordRef) {
        let early = self.setup.faults.is_empty() && self.now.0 < self.setup.duration.0 / 3;
        if !early && let Some(why) = self.mark_next.take() {
            self.marked.push(MarkedRecord { record, why });
        }
    }

    fn note(&mut self, fact: &Fact) {
        match *fact {
            Fact::ProcessStarted { node } => self.nodes[node.index()].up = true,
            Fact::ProcessStopped { node, .. } => {
                let stopped = &mut self.nodes[node.index()];
                (stopped.up, stopped.paused) = (false, false);
                if let Some(broker) = self.setup.catalog.broker_of(node) {
                    self.partitions.iter_mut().for_each(|partition| partition.stopped(broker));
                }
                self.groups.iter_mut().for_each(|group| group.stopped(node));
            }
            Fact::ProcessPaused { node, paused } => self.nodes[node.index()].paused = paused,
            Fact::FaultStarted { fault, node, .. } => self.struck(fault, node),
            Fact::BatchSent { node, tp, ordinal, .. } => self.sent(RecordRef { node, tp, ordinal }),
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, node, ordinal, count, .. }
                if !self.setup.catalog.is_internal(tp) =>
            {
                self.last_led[broker.index()] = Some(RecordRef { node, tp, ordinal: ordinal + count - 1 });
            }
            Fact::PartitionAssigned { node, tp, .. } => self.owns(node, tp, true),
            Fact::PartitionRevoked { node, tp, .. } => self.owns(node, tp, false),
            _ => {}
        }
        if let Some(tp) = fact.references().tp {
            self.partitions[tp.index()].note(fact);
        }
    }

    fn owns(&mut self, node: NodeId, tp: Tp, owns: bool) {
        if let Some(group) = self.setup.catalog.nodes[node.index()].role.group() {
            self.groups[group.index()].owns(node, tp, owns);
        }
    }
}

impl Observer for Film {
    fn observe(&mut self, entry: &Entry) {
        self.advance_to(entry.at);
        self.view.observe(entry);
        self.noted |= self.is_of_note(&entry.fact);
        self.note(&entry.fact);
        if matches!(entry.fact, Fact::RunEnded {}) {
            self.expose(entry.at);
        }
    }
}

#[cfg(test)]
mod tests;
