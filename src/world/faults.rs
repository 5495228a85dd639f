//! Faults: when they strike, whom, and how they end.

use super::World;
use super::environment::{Environment, Event};
use super::process::State;
use super::spec::{Action, Target, Trigger, WorldSpec};
use crate::cluster::coordinator::GroupCoordinator;
use crate::history::Observer;
use crate::history::fact::{Fact, StopKind};
use crate::node::Input;
use crate::protocol::catalog::Role;
use crate::protocol::ids::NodeId;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// A process that a fault cannot name.
const NOBODY: NodeId = NodeId(u16::MAX);

/// The state of a scenario's faults.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    list: Vec<FaultState>,
    active: Vec<Active>,
    /// Faults that wait for a condition.
    waiting: Vec<u16>,
}

#[derive(Clone, Debug)]
struct FaultState {
    random: Stream,
    struck: u16,
    first: Nanos,
}

/// A fault that has struck and must be undone.
#[derive(Clone, Debug)]
struct Active {
    fault: u16,
    occurrence: u16,
    undo: Vec<Undo>,
}

#[derive(Clone, Copy, Debug)]
enum Undo {
    Mend(NodeId, NodeId),
    AllowConnects(NodeId, NodeId),
    Unslow(NodeId, NodeId),
    DiskSpeed(NodeId),
    /// Nothing to do: it ends by itself. Kept so that its end is a fact.
    Passed,
}

impl Faults {
    pub(super) fn new(spec: &WorldSpec, seed: u64) -> Faults {
        let conditional = |f: &usize| matches!(spec.faults[*f].trigger, Trigger::When { .. });
        Faults {
            list: (0..spec.faults.len())
                .map(|i| FaultState { random: Stream::new(seed, &format!("fault {i}")), struck: 0, first: Nanos::MAX })
                .collect(),
            active: Vec::new(),
            waiting: (0..spec.faults.len()).filter(conditional).map(|i| i as u16).collect(),
        }
        .with_first_times(spec)
    }

    fn with_first_times(mut self, spec: &WorldSpec) -> Faults {
        for (state, fault) in self.list.iter_mut().zip(&spec.faults) {
            state.first = match fault.trigger {
                Trigger::At(at) => at,
                Trigger::Every { first, .. } => first,
                Trigger::When { .. } => Nanos::MAX,
            };
        }
        self
    }

    /// The faults that are due at a time known in advance.
    pub(super) fn scheduled(&self) -> Vec<(Nanos, u16)> {
        self.list.iter().enumerate().filter(|(_, f)| f.first != Nanos::MAX).map(|(i, f)| (f.first, i as u16)).collect()
    }
}

impl World {
    /// Schedules the faults whose condition has come true.
    #[inline]
    pub(super) fn conditional_faults(&mut self) {
        if !self.faults.waiting.is_empty() && self.phase == super::Phase::Running {
            self.look_at_conditions();
        }
    }

    fn look_at_conditions(&mut self) {
        let mut waiting = std::mem::take(&mut self.faults.waiting);
        waiting.retain(|fault| {
            let Trigger::When { condition, after, delay } = &self.spec.faults[usize::from(*fault)].trigger else {
                unreachable!("only conditional faults wait")
            };
            let due = self.now >= *after && self.watch.holds(condition);
            if due {
                let at = self.now.saturating_add(*delay);
                self.environment.schedule.push(at, Event::FaultStrikes(*fault));
            }
            !due
        });
        self.faults.waiting = waiting;
    }

    pub(super) fn fault_strikes(&mut self, fault: u16, observer: &mut impl Observer) {
        if self.phase != super::Phase::Running {
            return;
        }
        let spec = self.spec.clone();
        let FaultTiming { occurrence, next } = self.fault_timing(fault);
        if let Some(at) = next {
            self.push(at, Event::FaultStrikes(fault));
        }
        let spec = &spec.faults[usize::from(fault)];
        if let Action::Administer { node } = spec.action {
            // An administrator comes, asks, and goes: nothing is wrong with anybody.
            self.record(Fact::FaultStarted { fault, occurrence, node }, observer);
            return self.push(self.now, Event::Start(node));
        }
        let parties = self.parties(fault, &spec.action);
        if parties.iter().any(Vec::is_empty) {
            self.warnings.push(format!("fault {} ({}) at {} found nobody to hit", fault + 1, spec.label, self.now));
            self.record(Fact::FaultMissed { fault, occurrence }, observer);
            return;
        }
        let first = parties[0][0];
        let node = if matches!(spec.action, Action::Partition { .. }) || parties[0].len() > 1 { NOBODY } else { first };
        self.record(Fact::FaultStarted { fault, occurrence, node }, observer);
        let (undo, duration) = self.inflict(&spec.action, &parties, observer);
        if undo.is_empty() {
            return;
        }
        let active = self.faults.active.len() as u32;
        self.faults.active.push(Active { fault, occurrence, undo });
        if let Some(duration) = duration {
            self.push(self.now.saturating_add(duration), Event::FaultEnds(active));
        }
    }

    fn fault_timing(&mut self, fault: u16) -> FaultTiming {
        let state = &mut self.faults.list[usize::from(fault)];
        let occurrence = state.struck;
        state.struck += 1;
        let next = match self.spec.faults[usize::from(fault)].trigger {
            Trigger::Every { every, times, .. } if times.is_none_or(|t| u32::from(state.struck) < t) => {
                Some(self.now.saturating_add(every))
            }
            _ => None,
        };
        FaultTiming { occurrence, next }
    }

    pub(super) fn fault_ends(&mut self, active: u32, observer: &mut impl Observer) {
        let Active { fault, occurrence, undo } = self.faults.active[active as usize].clone();
        if undo.is_empty() {
            return;
        }
        self.faults.active[active as usize].undo.clear();
        for step in undo {
            self.undo(step);
        }
        self.record(Fact::FaultEnded { fault, occurrence }, observer);
        self.hand_over_rest(observer);
    }

    pub(super) fn end_all_faults(&mut self, observer: &mut impl Observer) {
        for active in 0..self.faults.active.len() as u32 {
            self.fault_ends(active, observer);
        }
        for index in 0..self.processes.len() {
            self.resume(NodeId(index as u16), observer);
        }
    }

    // --- whom --------------------------------------------------------------------------------

    /// The processes on each side of an action. `Others` is what no other side names.
    fn parties(&mut self, fault: u16, action: &Action) -> Vec<Vec<NodeId>> {
        let sides: Vec<&[Target]> = match action {
            Action::Crash { targets, .. }
            | Action::PowerLoss { targets, .. }
            | Action::Stop { targets, .. }
            | Action::Pause { targets, .. }
            | Action::DiskStall { targets, .. }
            | Action::DiskSlow { targets, .. }
            | Action::DiskFull { targets }
            | Action::DiskFail { targets } => vec![targets],
            Action::Administer { .. } => Vec::new(),
            Action::Partition { groups, .. } => groups.iter().map(Vec::as_slice).collect(),
            Action::Cut { from, to, .. } | Action::BlockConnects { from, to, .. } | Action::Clog { from, to, .. } => {
                vec![from, to]
            }
            Action::SlowLink { between, and, .. } | Action::ResetConnections { between, and } => vec![between, and],
        };
        let mut parties: Vec<Vec<NodeId>> =
            sides.iter().map(|side| side.iter().flat_map(|target| self.resolve(fault, *target)).collect()).collect();
        for side in 0..sides.len() {
            if sides[side].contains(&Target::Others) {
                let named: Vec<NodeId> = parties.iter().flatten().copied().collect();
                let others = (0..self.processes.len()).map(|i| NodeId(i as u16)).filter(|n| !named.contains(n));
                parties[side].extend(others);
            }
        }
        parties
    }

    fn resolve(&mut self, fault: u16, target: Target) -> Vec<NodeId> {
        let catalog = self.spec.catalog.clone();
        let broker = |b| catalog.broker_node(b);
        match target {
            Target::Node(node) => vec![node],
            Target::LeaderOf(tp) => self.watch.leader(tp).map(broker).into_iter().collect(),
            Target::FollowerOf(tp) => self.watch.first_follower(tp).map(broker).into_iter().collect(),
            Target::CoordinatorOf(group) => GroupCoordinator::partition_for(&catalog, group)
                .and_then(|tp| self.watch.leader(tp))
                .map(broker)
                .into_iter()
                .collect(),
            Target::ActiveController => catalog.controller_node().into_iter().collect(),
            Target::RandomBroker => self.draw(fault, |role| matches!(role, Role::Broker(_))),
            Target::MemberOf(group) => self.draw(fault, |role| role == Role::Consumer(group)),
            Target::AllBrokers => catalog.brokers().map(broker).collect(),
            Target::Others => Vec::new(),
        }
    }

    /// One of the living processes of a role, at random.
    fn draw(&mut self, fault: u16, wanted: impl Fn(Role) -> bool) -> Vec<NodeId> {
        let nodes = &self.spec.catalog.nodes;
        let alive: Vec<NodeId> = (0..nodes.len())
            .filter(|i| wanted(nodes[*i].role) && self.processes[*i].is_alive())
            .map(|i| NodeId(i as u16))
            .collect();
        let draw = self.faults.list[usize::from(fault)].random.below(alive.len() as u64) as usize;
        alive.get(draw).copied().into_iter().collect()
    }

    // --- what --------------------------------------------------------------------------------

    /// Does it. Returns how to undo it, and after how long.
    fn inflict(
        &mut self,
        action: &Action,
        parties: &[Vec<NodeId>],
        observer: &mut impl Observer,
    ) -> (Vec<Undo>, Option<Nanos>) {
        match action {
            Action::Crash { restart_after, .. } => self.kill(&parties[0], StopKind::Crash, *restart_after, observer),
            Action::PowerLoss { restart_after, .. } => {
                self.kill(&parties[0], StopKind::PowerLoss, *restart_after, observer)
            }
            Action::Stop { restart_after, .. } => self.stop(&parties[0], *restart_after, observer),
            Action::Pause { duration, .. } => return self.pause(&parties[0], *duration, observer),
            Action::Partition { duration, .. } => return (self.partition(parties), *duration),
            Action::Cut { duration, .. } => return (self.cut(&pairs(&parties[0], &parties[1])), *duration),
            Action::BlockConnects { duration, .. } => {
                let links = pairs(&parties[0], &parties[1]);
                for (from, to) in &links {
                    self.environment.network.block_connects(u32::from(from.0), u32::from(to.0), true);
                }
                return (links.into_iter().map(|(a, b)| Undo::AllowConnects(a, b)).collect(), *duration);
            }
            Action::SlowLink { factor, duration, .. } => {
                let links = both_ways(&parties[0], &parties[1]);
                for (from, to) in &links {
                    self.environment.network.slow(u32::from(from.0), u32::from(to.0), *factor);
                }
                return (links.into_iter().map(|(a, b)| Undo::Unslow(a, b)).collect(), *duration);
            }
            Action::Clog { duration, .. } => {
                for (from, to) in pairs(&parties[0], &parties[1]) {
                    self.environment.network.clog(self.now, u32::from(from.0), u32::from(to.0), self.now + *duration);
                }
                return (vec![Undo::Passed], Some(*duration));
            }
            Action::ResetConnections { .. } => self.reset_connections(&parties[0], &parties[1], observer),
            Action::DiskStall { duration, .. } => {
                for node in &parties[0] {
                    self.processes[node.index()].disk.stall_until(self.now + *duration);
                }
                return (vec![Undo::Passed], Some(*duration));
            }
            Action::DiskSlow { factor, duration, .. } => {
                for node in &parties[0] {
                    self.processes[node.index()].disk.set_slow(*factor);
                }
                return (parties[0].iter().map(|n| Undo::DiskSpeed(*n)).collect(), *duration);
            }
            Action::DiskFull { .. } => parties[0].iter().for_each(|n| self.processes[n.index()].disk.set_full(true)),
            Action::Administer { .. } => {}
            Action::DiskFail { .. } => parties[0].iter().for_each(|n| self.processes[n.index()].disk.set_broken(true)),
        }
        (Vec::new(), None)
    }

    fn kill(&mut self, nodes: &[NodeId], kind: StopKind, restart_after: Option<Nanos>, observer: &mut impl Observer) {
        for node in nodes {
            self.end_process(*node, kind, observer);
            if let Some(delay) = restart_after {
                self.push(self.now.saturating_add(delay), Event::Start(*node));
            }
        }
    }

    fn stop(&mut self, nodes: &[NodeId], restart_after: Option<Nanos>, observer: &mut impl Observer) {
        for node in nodes {
            let process = &mut self.processes[node.index()];
            if process.is_alive() {
                process.restart_after_exit = restart_after;
                // Before a process has got to its work a signal simply ends it.
                if process.booting {
                    self.exited(*node, observer);
                } else {
                    self.give(*node, Input::Shutdown, observer);
                }
            }
        }
    }

    fn pause(&mut self, nodes: &[NodeId], duration: Nanos, observer: &mut impl Observer) -> (Vec<Undo>, Option<Nanos>) {
        for node in nodes {
            if matches!(self.processes[node.index()].state, State::Up) {
                self.interrupt(*node, observer);
                let process = &mut self.processes[node.index()];
                let until = self.now.saturating_add(duration);
                process.state = State::Paused { until, waiting: Vec::new() };
                self.record(Fact::ProcessPaused { node: *node, paused: true }, observer);
                self.push(until, Event::Resume(*node));
            }
        }
        (vec![Undo::Passed], Some(duration))
    }

    fn partition(&mut self, groups: &[Vec<NodeId>]) -> Vec<Undo> {
        let links: Vec<(NodeId, NodeId)> = (0..groups.len())
            .flat_map(|i| (0..groups.len()).filter(move |j| *j != i).map(move |j| (i, j)))
            .flat_map(|(i, j)| pairs(&groups[i], &groups[j]))
            .collect();
        self.cut(&links)
    }

    fn cut(&mut self, links: &[(NodeId, NodeId)]) -> Vec<Undo> {
        for (from, to) in links {
            self.environment.network.cut(self.now, u32::from(from.0), u32::from(to.0));
        }
        links.iter().map(|(a, b)| Undo::Mend(*a, *b)).collect()
    }

    fn reset_connections(&mut self, between: &[NodeId], and: &[NodeId], observer: &mut impl Observer) {
        for (a, b) in pairs(between, and) {
            for conn in self.environment.network.connections_between(u32::from(a.0), u32::from(b.0)) {
                self.environment.network.reset_connection(conn, &mut self.deliveries);
            }
        }
        self.hand_over_rest(observer);
    }

    fn undo(&mut self, step: Undo) {
        match step {
            Undo::Mend(a, b) => {
                let Environment { network, schedule, .. } = &mut self.environment;
                network.mend(self.now, u32::from(a.0), u32::from(b.0), schedule);
            }
            Undo::AllowConnects(a, b) => self.environment.network.block_connects(u32::from(a.0), u32::from(b.0), false),
            Undo::Unslow(a, b) => self.environment.network.slow(u32::from(a.0), u32::from(b.0), 1),
            Undo::DiskSpeed(node) => self.processes[node.index()].disk.set_slow(1),
            Undo::Passed => {}
        }
    }
}

struct FaultTiming {
    occurrence: u16,
    next: Option<Nanos>,
}

fn pairs(a: &[NodeId], b: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    a.iter().flat_map(|x| b.iter().map(|y| (*x, *y))).filter(|(x, y)| x != y).collect()
}

fn both_ways(a: &[NodeId], b: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    pairs(a, b).into_iter().flat_map(|(x, y)| [(x, y), (y, x)]).collect()
}
