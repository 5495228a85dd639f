//! Wires nodes to network, disks and clocks; the loop; faults; checkpoints.
//!
//! The loop is one line long: pop the earliest event, hand it to one node, carry out its effects,
//! pass its facts on. Nothing in this room knows what a leader or a group is, except where a fault
//! is aimed at one; nothing here decides anything on Kafka's behalf.

mod action;
pub mod blueprint;
mod build;
mod environment;
mod faults;
pub mod flight;
mod instant;
mod interception;
mod process;
mod rack_meter;
pub mod spec;
mod watch;

use std::rc::Rc;

use crate::history::Observer;
use crate::history::digest::Digest;
use crate::history::fact::{Entry, Fact, StopKind};
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::node::{Context, Input, Outbox, Outside, Owner, RecordId, Timer};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{ConnId, NodeId, Tp};
use crate::protocol::messages::Message;
use crate::protocol::put_aside::PutAside;
use crate::protocol::rack_traffic::RackTraffic;
use crate::sim::disk::{Disk, DiskSpec};
use crate::sim::network::{Delivery, LinkSpec, Network, Packet};
use crate::sim::random::{Distribution, Stream};
use crate::sim::time::Nanos;
use crate::sim::timers::{Fire, TimerTable};
use blueprint::Blueprint;
use environment::{Ending, Environment, Event, Schedule};
use faults::Faults;
use instant::Instant;
use interception::Interceptors;
pub use process::{Node, Process, ProcessState};
use rack_meter::RackMeter;
use spec::{Condition, WorldSpec};
use watch::{Presence, Watch};

/// How a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunPhase {
    /// Workloads and faults.
    Running,
    /// Faults over, producers silent, groups reading what is left.
    Final,
    /// Over.
    Ended,
}

/// Time between two looks at whether the final phase is over.
const FINAL_CHECK_INTERVAL: Nanos = Nanos::from_millis(250);
/// No application record appended for this long: replicas and high watermarks have settled
/// (a parked follower fetch learns a new high watermark after at most 500 ms).
const SETTLE_TIME: Nanos = Nanos::from_secs(2);
/// No message takes less, whatever the scenario's latencies: half of what a round trip of TCP over the loopback
/// device needs, both ends' system calls included. A client without any backoff would otherwise try again for ever
/// at one instant.
const LEAST_LATENCY: Nanos = Nanos::from_micros(25);

/// A whole run at one instant. `Clone` is a checkpoint: the clone goes on exactly as the original.
#[derive(Clone)]
pub struct World {
    blueprint: Rc<Blueprint>,
    setup: Rc<Setup>,
    now: Nanos,
    events: u64,
    instant: Instant,
    phase: RunPhase,
    environment: Environment,
    processes: Vec<Process>,
    faults: Faults,
    watch: Watch,
    digest: Digest,
    outbox: Outbox,
    /// Scratch of an arrival.
    deliveries: Vec<Delivery<Message>>,
    /// Clients whose start has come before the administrator had made the topics.
    waiting_for_topics: Vec<NodeId>,
    topics_ready: bool,
    warnings: Vec<String>,
}

impl World {
    /// A world at time zero.
    pub fn new(spec: &WorldSpec, seed: u64) -> World {
        Rc::new(Blueprint::new(spec.clone())).world(Rc::new(spec.setup(seed)))
    }

    fn build(blueprint: Rc<Blueprint>, setup: Rc<Setup>) -> World {
        let (spec, catalog, seed) = (&blueprint.spec, blueprint.catalog.clone(), setup.seed);
        let mut world = World {
            setup,
            now: Nanos::ZERO,
            events: 0,
            instant: Instant::new(catalog.nodes.len(), catalog.partition_count()),
            phase: RunPhase::Running,
            environment: Environment {
                network: network(spec, seed),
                timers: TimerTable::default(),
                schedule: Schedule::new(),
                interceptors: Interceptors::default(),
                rack_meter: RackMeter::new(&catalog),
            },
            processes: processes(&blueprint, seed),
            faults: Faults::new(spec, seed),
            watch: Watch::new(catalog, blueprint.subscriptions.clone(), spec.waits()),
            digest: Digest::default(),
            outbox: Outbox { outside: Outside::new(spec.looks_for_rows()), ..Outbox::default() },
            deliveries: Vec::new(),
            waiting_for_topics: Vec::new(),
            topics_ready: false,
            warnings: Vec::new(),
            blueprint,
        };
        for node in 0..world.processes.len() as u32 {
            // Nobody listens before its process is started.
            world.environment.network.process_died(Nanos::ZERO, node, false, &mut world.environment.schedule);
        }
        world.schedule_first_events();
        world
    }

    /// From now on, keep which event caused which. Call it before the first step.
    pub fn record_causes(&mut self) {
        self.environment.schedule.record_causes();
    }

    /// From now on, conditions can be asked for ([`World::holds`]). Call it before the first step.
    pub fn watch_conditions(&mut self) {
        self.watch.watch_ends();
    }

    /// The headers of a record that an application has put aside: number `ordinal` of those that `origin` sent to `tp`.
    pub fn put_aside(&self, origin: NodeId, tp: Tp, ordinal: u32) -> Option<&PutAside> {
        self.outbox.outside.headers(RecordId { origin, tp, ordinal })
    }
    /// What it is made of.
    fn spec(&self) -> &WorldSpec {
        &self.blueprint.spec
    }
    /// The time.
    pub fn now(&self) -> Nanos {
        self.now
    }
    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }
    /// How many bytes were carried so far, and how many of them across racks; none: no broker stands in a rack.
    pub fn rack_traffic(&self) -> Option<RackTraffic> {
        self.environment.rack_meter.as_ref().map(RackMeter::traffic)
    }
    /// When the next event is; none: there is none.
    pub fn next_at(&self) -> Option<Nanos> {
        self.environment.schedule.peek()
    }
    /// How the run stands.
    pub fn phase(&self) -> RunPhase {
        self.phase
    }
    /// The digest so far.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
    /// The conditions of the run.
    pub fn setup(&self) -> &Rc<Setup> {
        &self.setup
    }
    /// Which event caused which, if it was kept.
    pub fn causes(&self) -> Option<&Causes> {
        self.environment.schedule.causes()
    }
    /// The processes, by node id.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }
    /// Whether a condition holds now, as a fault that waits for it would see it. Only of a world that watches conditions.
    pub fn holds(&self, condition: &Condition) -> bool {
        self.watch.holds(condition)
    }
    /// What the user should know beside the history, such as a fault that found no target.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Runs to the end.
    pub fn run(&mut self, observer: &mut dyn Observer) {
        while self.step_until(Nanos::MAX, observer) {}
    }
    /// Runs up to and including time `until`, or to the end.
    pub fn run_until(&mut self, until: Nanos, observer: &mut dyn Observer) {
        while self.step_until(until, observer) {}
    }
    /// Ends the run here and now, as it ends at its last moment: faults are over, and every client says what
    /// it knows.
    pub fn end(&mut self, observer: &mut dyn Observer) {
        if self.phase == RunPhase::Running {
            self.begin_final_phase(observer);
        }
        if self.phase != RunPhase::Ended {
            self.end_run(observer);
        }
    }
    /// Handles one event. Returns whether the run goes on.
    pub fn step(&mut self, observer: &mut dyn Observer) -> bool {
        self.step_until(Nanos::MAX, observer)
    }

    /// Handles the next event, unless it is later than `until`. Returns whether there is another one to
    /// look at.
    #[inline]
    fn step_until(&mut self, until: Nanos, observer: &mut dyn Observer) -> bool {
        if self.phase == RunPhase::Ended {
            return false;
        }
        let Some((at, event)) = self.environment.schedule.next(until) else {
            // The final phase is always in the queue, and after it the next check.
            assert!(until < Nanos::MAX, "a run that has not ended has an event left");
            return false;
        };
        self.now = at;
        self.events += 1;
        self.instant.event(at);
        match event {
            Event::Packet(packet) => self.packet_arrives(packet, observer),
            Event::Timer { node, kind, index } => self.timer_event(node, kind, index, observer),
            Event::Written { node, incarnation, conn, correlation } => {
                if self.processes[node.index()].incarnation == incarnation {
                    let owner = Owner(self.environment.network.owner(conn.0, u32::from(node.0)));
                    self.give(node, Input::Written { conn, owner, correlation }, observer);
                }
            }
            Event::Start { node, lives } => self.start(node, lives, observer),
            Event::Booted { node, incarnation } => {
                if self.processes[node.index()].incarnation == incarnation {
                    self.booted(node, observer);
                }
            }
            Event::Resume(node) => self.pause_over(node, observer),
            Event::FaultStrikes(fault) => self.fault_strikes(fault, observer),
            Event::FaultEnds(active) => self.fault_ends(active, observer),
            Event::FinalPhase => self.begin_final_phase(observer),
            Event::FinalCheck => self.final_check(observer),
        }
        self.conditional_faults();
        self.phase != RunPhase::Ended
    }

    // --- events ----------------------------------------------------------------------------

    fn packet_arrives(&mut self, packet: Packet<Message>, observer: &mut dyn Observer) {
        let Environment { network, schedule, .. } = &mut self.environment;
        let first = network.arrive(self.now, packet, schedule, &mut self.deliveries);
        if let Some(delivery) = first {
            self.hand_over(delivery, observer);
        }
        if !self.deliveries.is_empty() {
            self.hand_over_rest(observer);
        }
    }

    /// Gives a node what has arrived for it.
    #[inline]
    fn hand_over(&mut self, delivery: Delivery<Message>, observer: &mut dyn Observer) {
        let (node, input) = match delivery {
            Delivery::Data { node, conn, owner, message } => {
                (node, Input::Message { conn: ConnId(conn), owner: Owner(owner), message })
            }
            Delivery::Accepted { node, conn, peer } => {
                (node, Input::Accepted { conn: ConnId(conn), peer: NodeId(peer as u16) })
            }
            Delivery::Connected { node, conn, owner } => {
                (node, Input::Connected { conn: ConnId(conn), owner: Owner(owner) })
            }
            Delivery::Disconnected { node, conn, owner } => {
                (node, Input::Disconnected { conn: ConnId(conn), owner: Owner(owner) })
            }
        };
        self.give(NodeId(node as u16), input, observer);
    }

    /// Gives out what one event has delivered to several.
    #[cold]
    fn hand_over_rest(&mut self, observer: &mut dyn Observer) {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        deliveries.drain(..).for_each(|delivery| self.hand_over(delivery, observer));
        self.deliveries = deliveries;
    }

    fn timer_event(&mut self, node: u32, kind: u8, index: u32, observer: &mut dyn Observer) {
        if let ProcessState::Paused { waiting, .. } = &mut self.processes[node as usize].state {
            // Whether it goes off is decided when the process runs again: what came before it may move it.
            return waiting.push(Input::Timer(Timer { kind, index }));
        }
        match self.environment.timers.fire(self.now, node, kind, index) {
            Fire::Now => self.give(NodeId(node as u16), Input::Timer(Timer { kind, index }), observer),
            Fire::Later(at) => self.push(at, Event::Timer { node, kind, index }),
            Fire::Nothing => {}
        }
    }

    /// A start was to come now, after so many lives. Another may have come before it.
    fn start(&mut self, node: NodeId, lives: u32, observer: &mut dyn Observer) {
        let process = &mut self.processes[node.index()];
        if process.incarnation != lives {
            return;
        }
        process.starts_due -= 1;
        if process.is_alive() {
            return;
        }
        if self.processes[node.index()].node.is_application() && !self.topics_ready {
            return self.waiting_for_topics.push(node);
        }
        let process = &mut self.processes[node.index()];
        process.state = ProcessState::Up;
        let is_server = self.blueprint.catalog.nodes[node.index()].role.is_server();
        let boots = is_server && process.incarnation > 0 && self.blueprint.spec.process_start > Nanos::ZERO;
        process.booting = boots;
        let booted = Event::Booted { node, incarnation: process.incarnation };
        let Environment { network, schedule, .. } = &mut self.environment;
        network.process_started(self.now, u32::from(node.0), false, schedule);
        self.record(Fact::ProcessStarted { node }, observer);
        if boots {
            self.push(self.now.saturating_add(self.spec().process_start), booted);
        } else {
            self.booted(node, observer);
        }
    }

    /// The process has got to its work.
    fn booted(&mut self, node: NodeId, observer: &mut dyn Observer) {
        self.processes[node.index()].booting = false;
        // A broker opens its port once the controller has unfenced it (BrokerServer.startup).
        if !matches!(self.blueprint.catalog.nodes[node.index()].role, crate::protocol::catalog::NodeRole::Broker(_)) {
            self.environment.network.listen(u32::from(node.0), true);
        }
        self.give(node, Input::Start, observer);
        if self.phase == RunPhase::Final && self.processes[node.index()].node.is_application() {
            self.give(node, Input::Drain, observer);
        }
    }

    /// A pause was to end now. The process may have died and be in another pause since.
    fn pause_over(&mut self, node: NodeId, observer: &mut dyn Observer) {
        if matches!(self.processes[node.index()].state, ProcessState::Paused { until, .. } if until <= self.now) {
            self.resume(node, observer);
        }
    }

    /// SIGTERM. Before a process has got to its work a signal simply ends it.
    fn terminate(&mut self, node: NodeId, observer: &mut dyn Observer) {
        let process = &self.processes[node.index()];
        if process.booting && matches!(process.state, ProcessState::Up) {
            self.ended(node, Ending::Exit, observer);
        } else {
            self.give(node, Input::Shutdown, observer);
        }
    }

    /// Lets a paused process go on; it gets all at once what has waited for it.
    fn resume(&mut self, node: NodeId, observer: &mut dyn Observer) {
        let state = &mut self.processes[node.index()].state;
        let ProcessState::Paused { waiting, .. } = state else { return };
        let waiting = std::mem::take(waiting);
        *state = ProcessState::Up;
        self.record(Fact::ProcessPaused { node, paused: false }, observer);
        for input in waiting {
            match input {
                Input::Timer(Timer { kind, index }) => self.timer_event(u32::from(node.0), kind, index, observer),
                Input::Shutdown => self.terminate(node, observer),
                input => self.give(node, input, observer),
            }
        }
    }

    /// Gives a node one input and carries out what it answers.
    fn give(&mut self, node: NodeId, input: Input, observer: &mut dyn Observer) {
        let process = &mut self.processes[node.index()];
        match &mut process.state {
            ProcessState::Down => return,
            ProcessState::Paused { waiting, .. } => return waiting.push(input),
            ProcessState::Up => {}
        }
        let mut ctx = Context::new(self.now, node, &mut process.random, &mut process.disk, &mut self.outbox);
        process.node.handle(input, &mut ctx);
        if cfg!(debug_assertions) {
            process.node.check_invariants(self.events);
        }
        let incarnation = process.incarnation;
        let mut facts = std::mem::take(&mut self.outbox.facts);
        facts.drain(..).for_each(|fact| self.record(fact, observer));
        self.outbox.facts = facts;
        let mut ending = None;
        for effect in self.outbox.effects.drain(..) {
            if let Some(by_itself) = self.environment.carry_out(self.now, node, incarnation, effect) {
                ending.get_or_insert(by_itself);
            }
        }
        if let Some(ending) = ending {
            self.ended(node, ending, observer);
        }
    }

    /// A running process is about to be stopped or killed.
    fn interrupt(&mut self, node: NodeId, observer: &mut dyn Observer) {
        let process = &self.processes[node.index()];
        if matches!(process.state, ProcessState::Up) && process.node.is_application() {
            self.give(node, Input::Interrupted, observer);
        }
    }

    /// The process ended by itself.
    fn ended(&mut self, node: NodeId, ending: Ending, observer: &mut dyn Observer) {
        match ending {
            Ending::Exit => self.end_process(node, StopKind::Clean, observer),
            Ending::Halt(restart_after) => {
                self.processes[node.index()].promise_restart(restart_after);
                self.end_process(node, StopKind::Crash, observer);
            }
        }
        let is_tool = self.spec().operations.iter().any(|operation| operation.node == node);
        if matches!(self.processes[node.index()].node, Node::Admin(_)) && !is_tool {
            self.topics_ready = true;
            for client in std::mem::take(&mut self.waiting_for_topics) {
                self.push_start(self.now, client);
            }
        }
    }

    /// A process is gone, one way or another.
    fn end_process(&mut self, node: NodeId, kind: StopKind, observer: &mut dyn Observer) {
        self.interrupt(node, observer);
        let process = &mut self.processes[node.index()];
        if !process.is_alive() {
            return;
        }
        process.state = ProcessState::Down;
        process.booting = false;
        process.incarnation += 1;
        // Those that were due to this life come to nothing.
        process.starts_due = 0;
        if kind == StopKind::PowerLoss {
            process.disk.power_loss(self.now, &mut process.random);
        }
        process.node.process_died(kind);
        let Environment { network, timers, schedule, .. } = &mut self.environment;
        timers.clear(u32::from(node.0));
        network.process_died(self.now, u32::from(node.0), kind == StopKind::PowerLoss, schedule);
        self.record(Fact::ProcessStopped { node, kind }, observer);
        if let Some(delay) = self.processes[node.index()].restart_after.take() {
            self.push_start(self.now.saturating_add(delay), node);
        }
    }

    // --- the end ---------------------------------------------------------------------------

    fn begin_final_phase(&mut self, observer: &mut dyn Observer) {
        self.phase = RunPhase::Final;
        if !self.topics_ready {
            self.warnings.push("the scenario's topics were never created, so no client was started".into());
        }
        self.end_all_faults(observer);
        self.record(Fact::FinalPhaseStarted {}, observer);
        for index in 0..self.processes.len() {
            if self.processes[index].node.is_application() {
                self.give(NodeId(index as u16), Input::Drain, observer);
            }
        }
        self.push(self.now, Event::FinalCheck);
    }

    fn final_check(&mut self, observer: &mut dyn Observer) {
        let spent = self.now.saturating_sub(self.spec().duration);
        if spent >= self.spec().final_phase || self.has_come_to_rest() {
            return self.end_run(observer);
        }
        let next = FINAL_CHECK_INTERVAL.min(self.spec().final_phase.saturating_sub(spent));
        self.push(self.now + next, Event::FinalCheck);
    }

    /// Nothing that a run is about goes on: no send is open, no partition is about to get a leader, and nobody
    /// who lives, or will, is to read anything.
    fn has_come_to_rest(&self) -> bool {
        let quiet_since = self.watch.last_user_append().max(self.spec().duration);
        let runs = |node: NodeId| self.processes[node.index()].is_alive();
        let starts = |node: NodeId| self.processes[node.index()].starts_due > 0;
        let offsets_replicas = self.spec().brokers[0].offsets_topic_replication_factor;
        let presence = Presence { runs: &runs, starts: &starts, offsets_replicas };
        self.now.saturating_sub(quiet_since) >= SETTLE_TIME
            && !self.processes.iter().any(|process| process.is_alive() && process.node.has_open_sends())
            && !self.watch.leadership_is_open(&presence)
            && !self.watch.reading_goes_on(&presence)
    }

    fn end_run(&mut self, observer: &mut dyn Observer) {
        for index in 0..self.processes.len() {
            if !self.processes[index].node.is_application() {
                continue;
            }
            // What a client knows counts even if its process is dead or paused: the ledger asks the
            // application, not the machine.
            self.processes[index].state = ProcessState::Up;
            self.give(NodeId(index as u16), Input::RunEnd, observer);
        }
        self.ask_machines(observer);
        self.record(Fact::RunEnded {}, observer);
        self.phase = RunPhase::Ended;
    }

    /// Brokers on a machine that has an end say what they have used of it.
    fn ask_machines(&mut self, observer: &mut dyn Observer) {
        if self.spec().machine.is_none() {
            return;
        }
        for index in 0..self.processes.len() {
            let process = &self.processes[index];
            if matches!(process.node, Node::Broker(_)) && matches!(process.state, ProcessState::Up) {
                self.give(NodeId(index as u16), Input::RunEnd, observer);
            }
        }
    }

    // --- plumbing --------------------------------------------------------------------------

    fn push(&mut self, at: Nanos, event: Event) {
        if let Event::Start { node, .. } = event {
            self.processes[node.index()].starts_due += 1;
        }
        self.environment.schedule.push(at, event);
    }

    /// Starts a process at a time, unless it has been started before.
    fn push_start(&mut self, at: Nanos, node: NodeId) {
        let lives = self.processes[node.index()].incarnation;
        self.push(at, Event::Start { node, lives });
    }

    #[inline]
    fn record(&mut self, fact: Fact, observer: &mut dyn Observer) {
        let entry = Entry { at: self.now, event: self.environment.schedule.current(), fact };
        self.digest.absorb(&entry);
        self.watch.observe(&entry);
        observer.observe(&entry);
    }

    fn schedule_first_events(&mut self) {
        let blueprint = self.blueprint.clone();
        let spec = &blueprint.spec;
        let mut starts: Vec<(NodeId, Nanos)> =
            (0..self.processes.len()).map(|i| (NodeId(i as u16), Nanos::ZERO)).collect();
        for (node, application) in &spec.applications {
            starts[node.index()].1 = application.start();
        }
        let is_tool = |node: NodeId| spec.operations.iter().any(|operation| operation.node == node);
        for (node, start) in starts.into_iter().filter(|(node, _)| !is_tool(*node)) {
            self.push_start(start, node);
        }
        for (at, fault) in self.faults.scheduled() {
            self.push(at, Event::FaultStrikes(fault));
        }
        self.push(spec.duration, Event::FinalPhase);
    }
}

fn network(spec: &WorldSpec, seed: u64) -> Network<Message> {
    let nodes = spec.catalog.nodes.len() as u32;
    let link = |latency| LinkSpec { latency, bytes_per_second: spec.network.bandwidth };
    let mut network = Network::new(nodes, &link(spec.network.client_latency), seed);
    network.least_latency(LEAST_LATENCY);
    let servers: Vec<u32> = (0..nodes).filter(|n| spec.catalog.nodes[*n as usize].role.is_server()).collect();
    for from in &servers {
        for to in &servers {
            network.set_link(*from, *to, &link(spec.network.server_latency));
        }
        // Over the loopback.
        let itself = LinkSpec { latency: Distribution::Constant(LEAST_LATENCY), bytes_per_second: None };
        network.set_link(*from, *from, &itself);
    }
    if let Some(across) = spec.network.cross_rack_latency {
        let pairs = (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to)));
        for (from, to) in pairs.filter(|(from, to)| stand_apart(&spec.catalog, *from, *to)) {
            network.set_link(from, to, &link(across));
        }
    }
    network
}

/// Whether two processes stand in different racks, as far as is known.
fn stand_apart(catalog: &Catalog, from: u32, to: u32) -> bool {
    let rack = |node: u32| catalog.rack_of(NodeId(node as u16));
    rack(from).zip(rack(to)).is_some_and(|(from, to)| from != to)
}

fn processes(blueprint: &Blueprint, seed: u64) -> Vec<Process> {
    let spec = &blueprint.spec;
    let disk = DiskSpec {
        bytes_per_second: spec.disk.bandwidth,
        flush_latency: spec.disk.flush_latency,
        capacity: spec.disk.capacity,
        writeback_age: spec.disk.writeback_age,
        page_cache: spec.disk.page_cache,
        read_latency: spec.disk.read_latency,
        ..DiskSpec::default()
    };
    // What the scenario says of a disk, it says of the brokers'.
    let disk = |node: &Node| if matches!(node, Node::Broker(_)) { Disk::new(&disk) } else { Disk::default() };
    blueprint
        .nodes()
        .into_iter()
        .zip(&spec.catalog.nodes)
        .map(|(node, entry)| Process {
            disk: disk(&node),
            node: node.up_for_a_while(Stream::new(seed, &format!("phase {}", entry.name))),
            random: Stream::new(seed, &format!("node {}", entry.name)),
            state: ProcessState::Down,
            booting: false,
            incarnation: 0,
            restart_after: None,
            starts_due: 0,
        })
        .collect()
}
