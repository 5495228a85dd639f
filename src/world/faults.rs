//! Faults: when they strike, whom, and how they end.
//!
//! Faults stack. What a fault does is a list of [`Part`]s, each begun and ended by itself, so that one
//! that ends takes back its own and leaves the others' as they are; and a process has one life, which ends
//! once. Links and disks are there whether their processes run or not. A fault on a process needs one that
//! is alive: what hits nobody is a fact of its own, [`Fact::FaultMissed`].

mod parties;

use std::rc::Rc;

use super::World;
use super::blueprint::Blueprint;
use super::environment::{Environment, Event};
use super::interception::{Fate, Interceptor};
use super::process::ProcessState;
use super::spec::{Action, FaultSpec, Lasting, Moment, Trigger, WorldSpec};
use crate::history::Observer;
use crate::history::fact::{Fact, StopKind};
use crate::history::setup::Setup;
use crate::protocol::ids::NodeId;
use crate::sim::disk::DiskFault;
use crate::sim::network::LinkFault;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use parties::{both_ways, pairs};

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
    /// When it strikes.
    random: Stream,
    /// How long it lasts: a stream of its own, so that no strike is shifted by it.
    spans: Stream,
    struck: u16,
    first: Nanos,
}

impl FaultState {
    /// Of the fault of this number.
    fn new(number: usize, fault: &FaultSpec, seed: u64) -> FaultState {
        let mut random = Stream::new(seed, &format!("fault {number}"));
        let first = match fault.trigger {
            Trigger::At(at) => at,
            Trigger::Within(moment) | Trigger::Every { first: moment, .. } => moment.draw(&mut random),
            Trigger::When { .. } => Nanos::MAX,
        };
        FaultState { random, spans: Stream::new(seed, &format!("spans of fault {number}")), struck: 0, first }
    }
}

/// How long one strike lasts, and what it ends is down.
#[derive(Clone, Copy, Debug)]
struct Spans {
    duration: Option<Nanos>,
    restart_after: Option<Nanos>,
}

/// A fault that has struck and lasts.
#[derive(Clone, Debug)]
struct Active {
    fault: u16,
    occurrence: u16,
    /// What is to be taken back. A pause has nothing of the kind: the process goes on by itself.
    parts: Vec<Part>,
    over: bool,
}

/// What one fault does to one link, one disk, or one kind of request.
#[derive(Clone, PartialEq, Debug)]
enum Part {
    Link(NodeId, NodeId, LinkFault),
    Disk(NodeId, DiskFault),
    /// What a process calls.
    Service(NodeId),
    /// Before it has begun.
    Requests(Interceptor),
    /// By its number.
    Intercepting(u32),
}

impl Faults {
    pub(super) fn new(spec: &WorldSpec, seed: u64) -> Faults {
        let conditional = |f: &usize| matches!(spec.faults[*f].trigger, Trigger::When { .. });
        Faults {
            list: spec.faults.iter().enumerate().map(|(i, fault)| FaultState::new(i, fault, seed)).collect(),
            active: Vec::new(),
            waiting: (0..spec.faults.len()).filter(conditional).map(|i| i as u16).collect(),
        }
    }

    /// The faults that are due at a time known in advance.
    pub(super) fn scheduled(&self) -> Vec<(Nanos, u16)> {
        self.list.iter().enumerate().filter(|(_, f)| f.first != Nanos::MAX).map(|(i, f)| (f.first, i as u16)).collect()
    }

    fn draw(&mut self, fault: u16, moment: Moment) -> Nanos {
        moment.draw(&mut self.list[usize::from(fault)].random)
    }

    /// Drawn once for all whom it hits.
    fn draw_spans(&mut self, fault: u16, action: &Action) -> Spans {
        let random = &mut self.list[usize::from(fault)].spans;
        let duration = match action.lasting() {
            Lasting::For(duration) => duration.map(|span| span.draw(random)),
            Lasting::Moment | Lasting::ForGood => None,
        };
        Spans { duration, restart_after: action.restart_after().map(|span| span.draw(random)) }
    }
}

impl World {
    // --- more ----------------------------------------------------------------------------------

    /// Goes on as a world of another blueprint, which has the same names and more faults behind those that there are.
    /// These have their own random numbers, so that all others draw what they would have drawn. A fault that waits for
    /// something waits from now on. The world watches conditions ([`World::watch_conditions`]).
    ///
    /// # Panics
    /// The blueprint is that of another world, or one of its new faults strikes in the past.
    pub fn add_faults(&mut self, blueprint: Rc<Blueprint>, setup: Rc<Setup>) {
        let known = self.faults.list.len();
        assert_eq!(blueprint.catalog, self.blueprint.catalog, "the processes are the same");
        assert!(setup.seed == self.setup.seed && blueprint.spec.faults.len() >= known, "the past is the same");
        for (number, fault) in blueprint.spec.faults.iter().enumerate().skip(known) {
            let state = FaultState::new(number, fault, setup.seed);
            if state.first == Nanos::MAX {
                self.faults.waiting.push(number as u16);
            } else {
                assert!(state.first >= self.now, "what is past stays as it was");
                self.push(state.first, Event::FaultStrikes(number as u16));
            }
            self.faults.list.push(state);
        }
        (self.blueprint, self.setup) = (blueprint, setup);
    }

    // --- when --------------------------------------------------------------------------------

    /// Schedules the faults whose condition has come true.
    #[inline]
    pub(super) fn conditional_faults(&mut self) {
        if !self.faults.waiting.is_empty() && self.phase == super::RunPhase::Running {
            self.look_at_conditions();
        }
    }

    fn look_at_conditions(&mut self) {
        let mut waiting = std::mem::take(&mut self.faults.waiting);
        waiting.retain(|fault| {
            let Trigger::When { condition, after, delay } = &self.blueprint.spec.faults[usize::from(*fault)].trigger
            else {
                unreachable!("only conditional faults wait")
            };
            let due = self.now >= *after && self.watch.holds(condition);
            if due {
                let at = self.now.saturating_add(self.faults.draw(*fault, *delay));
                self.environment.schedule.push(at, Event::FaultStrikes(*fault));
            }
            !due
        });
        self.faults.waiting = waiting;
    }

    pub(super) fn fault_strikes(&mut self, fault: u16, observer: &mut dyn Observer) {
        if self.phase != super::RunPhase::Running {
            return;
        }
        let blueprint = self.blueprint.clone();
        let spec = &blueprint.spec.faults[usize::from(fault)];
        let occurrence = self.strike_again(fault);
        if let Action::Administer { node } = spec.action {
            // An administrator comes, asks, and goes: nothing is wrong with anybody.
            self.record(Fact::FaultStarted { fault, occurrence, node }, observer);
            return self.push_start(self.now, node);
        }
        let parties = self.parties(fault, &spec.action);
        let hit = self.hit(&spec.action, &parties);
        let Some(first) = hit.first().copied() else {
            self.record(Fact::FaultMissed { fault, occurrence }, observer);
            let nobody = if parties.iter().any(Vec::is_empty) { "found nobody to hit" } else { idle(&spec.action) };
            self.warnings.push(format!("fault {} ({}) at {} {nobody}", fault + 1, spec.label, self.now));
            return;
        };
        let node =
            if matches!(spec.action, Action::Partition { .. }) || hit.len() > 1 { NodeId::NOBODY } else { first };
        self.record(Fact::FaultStarted { fault, occurrence, node }, observer);
        let spans = self.faults.draw_spans(fault, &spec.action);
        self.act(&spec.action, spans, &hit, &parties, observer);
        let parts = self.parts(&spec.action, spans, &parties);
        let parts = parts.into_iter().map(|part| self.begin_part(part)).collect();
        if !spec.action.ends() {
            return;
        }
        let active = self.faults.active.len() as u32;
        self.faults.active.push(Active { fault, occurrence, parts, over: false });
        if let Some(duration) = spans.duration {
            self.push(self.now.saturating_add(duration), Event::FaultEnds(active));
        }
    }

    /// The number of this occurrence; the next is scheduled.
    fn strike_again(&mut self, fault: u16) -> u16 {
        let state = &mut self.faults.list[usize::from(fault)];
        let occurrence = state.struck;
        state.struck += 1;
        if let Trigger::Every { every, times, .. } = self.blueprint.spec.faults[usize::from(fault)].trigger
            && times.is_none_or(|times| u32::from(occurrence) + 1 < times)
        {
            let at = self.now.saturating_add(self.faults.draw(fault, every));
            self.push(at, Event::FaultStrikes(fault));
        }
        occurrence
    }

    pub(super) fn fault_ends(&mut self, active: u32, observer: &mut dyn Observer) {
        let active = &mut self.faults.active[active as usize];
        if std::mem::replace(&mut active.over, true) {
            return;
        }
        let (fault, occurrence) = (active.fault, active.occurrence);
        let parts = std::mem::take(&mut active.parts);
        parts.into_iter().for_each(|part| self.end_part(part));
        self.record(Fact::FaultEnded { fault, occurrence }, observer);
    }

    pub(super) fn end_all_faults(&mut self, observer: &mut dyn Observer) {
        for active in 0..self.faults.active.len() as u32 {
            self.fault_ends(active, observer);
        }
        for index in 0..self.processes.len() {
            self.resume(NodeId(index as u16), observer);
        }
    }

    // --- what --------------------------------------------------------------------------------

    /// Whom an action really hits. A link or a disk is there whether its process runs or not.
    fn hit(&self, action: &Action, parties: &[Vec<NodeId>]) -> Vec<NodeId> {
        let alive = |node: &NodeId| self.processes[node.index()].is_alive();
        let network = &self.environment.network;
        let mut hit = parties[0].clone();
        match action {
            Action::Crash { .. } | Action::Stop { .. } | Action::Pause { .. } => hit.retain(alive),
            Action::Start { .. } => hit.retain(|node| !alive(node)),
            Action::PowerLoss { .. } => hit.retain(|node| alive(node) || !network.is_dark(u32::from(node.0))),
            Action::ResetConnections { .. } => {
                let open = |a: &NodeId, b: &NodeId| {
                    a != b && !network.connections_between(u32::from(a.0), u32::from(b.0)).is_empty()
                };
                hit.retain(|node| parties[1].iter().any(|other| open(node, other)));
            }
            _ if parties.iter().any(Vec::is_empty) => hit.clear(),
            _ => {}
        }
        hit
    }

    /// What is done at once and to processes.
    fn act(
        &mut self,
        action: &Action,
        Spans { duration, restart_after }: Spans,
        hit: &[NodeId],
        parties: &[Vec<NodeId>],
        observer: &mut dyn Observer,
    ) {
        for node in hit {
            match action {
                Action::Crash { .. } => self.kill(*node, StopKind::Crash, restart_after, observer),
                Action::PowerLoss { .. } => self.kill(*node, StopKind::PowerLoss, restart_after, observer),
                Action::Stop { .. } => {
                    self.processes[node.index()].promise_restart(restart_after);
                    self.terminate(*node, observer);
                }
                Action::Start { .. } => self.push_start(self.now, *node),
                Action::Pause { .. } => self.pause(*node, duration.unwrap_or(Nanos::ZERO), observer),
                _ => {}
            }
        }
        if let Action::ResetConnections { .. } = action {
            self.reset_connections(&parties[0], &parties[1], observer);
        }
    }

    fn kill(&mut self, node: NodeId, kind: StopKind, restart_after: Option<Nanos>, observer: &mut dyn Observer) {
        if self.processes[node.index()].is_alive() {
            self.processes[node.index()].promise_restart(restart_after);
            return self.end_process(node, kind, observer);
        }
        // A machine loses its power whether its process runs or not.
        let process = &mut self.processes[node.index()];
        process.disk.power_loss(self.now, &mut process.random);
        let Environment { network, schedule, .. } = &mut self.environment;
        network.process_died(self.now, u32::from(node.0), true, schedule);
        self.record(Fact::PowerLost { node }, observer);
    }

    /// Stops a process for a time, or for longer if it stands still already.
    fn pause(&mut self, node: NodeId, duration: Nanos, observer: &mut dyn Observer) {
        let until = self.now.saturating_add(duration);
        self.interrupt(node, observer);
        match &mut self.processes[node.index()].state {
            ProcessState::Down => return,
            ProcessState::Paused { until: already, .. } => *already = until.max(*already),
            state @ ProcessState::Up => {
                *state = ProcessState::Paused { until, waiting: Vec::new() };
                self.record(Fact::ProcessPaused { node, paused: true }, observer);
            }
        }
        self.push(until, Event::Resume(node));
    }

    fn reset_connections(&mut self, between: &[NodeId], and: &[NodeId], observer: &mut dyn Observer) {
        for (a, b) in pairs(between, and) {
            for conn in self.environment.network.connections_between(u32::from(a.0), u32::from(b.0)) {
                self.environment.network.reset_connection(conn, &mut self.deliveries);
            }
        }
        self.hand_over_rest(observer);
    }

    /// What lasts, part by part.
    fn parts(&self, action: &Action, spans: Spans, parties: &[Vec<NodeId>]) -> Vec<Part> {
        let on_links = |links: Vec<(NodeId, NodeId)>, fault: LinkFault| {
            links.into_iter().map(|(from, to)| Part::Link(from, to, fault)).collect()
        };
        let one_way = |fault| on_links(pairs(&parties[0], &parties[1]), fault);
        let on_disks = |fault| parties[0].iter().map(|node| Part::Disk(*node, fault)).collect();
        let requests = |apis: &[_], answers, fate| {
            vec![Part::Requests(Interceptor {
                apis: apis.to_vec(),
                answers,
                fate,
                links: pairs(&parties[0], &parties[1]),
            })]
        };
        match action {
            Action::Crash { .. }
            | Action::PowerLoss { .. }
            | Action::Stop { .. }
            | Action::Start { .. }
            | Action::Pause { .. }
            | Action::ResetConnections { .. }
            | Action::Administer { .. } => Vec::new(),
            Action::ServiceOutage { .. } => parties[0].iter().map(|node| Part::Service(*node)).collect(),
            Action::Partition { .. } => on_links(parties::between_all(parties), LinkFault::Cut),
            Action::Cut { .. } => one_way(LinkFault::Cut),
            Action::BlockConnects { .. } => one_way(LinkFault::NoConnects),
            Action::SlowLink { factor, .. } => on_links(both_ways(&parties[0], &parties[1]), LinkFault::Slow(*factor)),
            Action::DelayLink { by, .. } => one_way(LinkFault::Late(*by)),
            Action::NarrowLink { bandwidth, .. } => one_way(LinkFault::Narrow(*bandwidth)),
            Action::Clog { .. } => one_way(LinkFault::Clogged),
            Action::HoldRequests { apis, .. } => requests(apis, false, Fate::Held),
            Action::DropRequests { apis, .. } => requests(apis, false, Fate::Lost),
            Action::HoldAnswers { apis, .. } => requests(apis, true, Fate::Held),
            Action::DropAnswers { apis, .. } => requests(apis, true, Fate::Lost),
            Action::DiskStall { .. } => {
                // Whoever is told how long a call takes is told so at once, and all faults are over when the final phase begins.
                let all_over = if self.spec().final_phase > Nanos::ZERO { self.spec().duration } else { Nanos::MAX };
                let until = self.now.saturating_add(spans.duration.unwrap_or(Nanos::ZERO));
                on_disks(DiskFault::Stalled(until.min(all_over)))
            }
            Action::DiskSlow { factor, .. } => on_disks(DiskFault::Slow(*factor)),
            Action::DiskFull { .. } => on_disks(DiskFault::Full),
            Action::DiskFail { .. } => on_disks(DiskFault::Broken),
            Action::DiskReadErrors { .. } => on_disks(DiskFault::ReadErrors),
            Action::DiskLyingFlush { .. } => on_disks(DiskFault::LyingFlushes),
        }
    }

    /// Begins a part. Returns what ends it.
    fn begin_part(&mut self, part: Part) -> Part {
        match part {
            Part::Link(from, to, fault) => self.environment.network.begin(u32::from(from.0), u32::from(to.0), fault),
            Part::Disk(node, fault) => self.processes[node.index()].disk.begin(fault),
            Part::Service(node) => self.outbox.outside.outage_begins(node),
            Part::Requests(interceptor) => {
                return Part::Intercepting(self.environment.interceptors.begin(interceptor));
            }
            Part::Intercepting(_) => unreachable!("it has begun"),
        }
        part
    }

    /// Takes back one part.
    fn end_part(&mut self, part: Part) {
        let Environment { network, schedule, interceptors, .. } = &mut self.environment;
        match part {
            Part::Link(from, to, fault) => {
                network.end(self.now, u32::from(from.0), u32::from(to.0), fault, schedule);
            }
            Part::Disk(node, fault) => self.processes[node.index()].disk.end(fault),
            Part::Service(node) => self.outbox.outside.outage_ends(node),
            Part::Requests(_) => unreachable!("it has not begun"),
            Part::Intercepting(number) => interceptors.end(number, self.now, network, schedule),
        }
    }
}

/// Why an action that has found its targets hits none of them.
fn idle(action: &Action) -> &'static str {
    match action {
        Action::Start { .. } => "hit nobody: no process is down",
        Action::ResetConnections { .. } => "hit nobody: there is no open connection",
        Action::PowerLoss { .. } => "hit nobody: the power is off already",
        _ => "hit nobody: no process is alive",
    }
}
