//! Several controllers and the network between them: the stories in `tests/stories/quorum/`, and what always holds of
//! them whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::cluster::raft::Role;
use crate::history::words;
use crate::node::Effect;
use crate::protocol::display::Names;
use crate::sim::random::Stream;
use crate::stage::Said;
use crate::stage::story::{Command, Vocabulary, play_all};

/// How long a message takes.
const LATENCY: Nanos = Nanos::from_micros(500);
/// The first controller.
const FIRST: u16 = 100;

/// What is on its way.
#[derive(Clone)]
enum Delivery {
    Connect { conn: ConnId },
    Message { conn: ConnId, to: usize, message: Message },
    Closed { conn: ConnId, to: usize },
}

/// A machine.
struct Machine {
    stage: Stage,
    controller: Controller,
    up: bool,
}

/// See the module.
struct Quorum {
    machines: Vec<Machine>,
    now: Nanos,
    next_conn: u32,
    /// By connection: who opened it, to whom.
    connections: BTreeMap<ConnId, (usize, usize)>,
    wire: BTreeMap<(Nanos, u64), Delivery>,
    sent: u64,
    /// When the last message of a connection arrives, one way.
    last: BTreeMap<(ConnId, usize), Nanos>,
    /// Pairs that do not hear of each other: what they send waits.
    cut: BTreeSet<(usize, usize)>,
    held: Vec<Delivery>,
    names: Names,
    catalog: Rc<Catalog>,
    facts: Vec<(Nanos, Fact)>,
    lines: Vec<String>,
}

impl Quorum {
    fn new(voters: u16, config: BrokerConfig, rules: Rules, seed: u64) -> Quorum {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        let nodes: Vec<NodeId> = (FIRST..FIRST + voters)
            .map(|id| catalog.add_node(format!("controller {id}"), NodeRole::Controller(id)))
            .collect();
        let (catalog, config) = (Rc::new(catalog), Rc::new(config));
        let machine = |node: &NodeId| Machine {
            stage: Stage::drawing(*node, Stream::new(seed + u64::from(node.0), "voters")),
            controller: Controller::new(config.clone(), catalog.clone(), rules),
            up: false,
        };
        let mut quorum = Quorum {
            machines: nodes.iter().map(machine).collect(),
            now: Nanos::ZERO,
            next_conn: 0,
            connections: BTreeMap::new(),
            wire: BTreeMap::new(),
            sent: 0,
            last: BTreeMap::new(),
            cut: BTreeSet::new(),
            held: Vec::new(),
            names: Names::new(catalog.clone()),
            catalog,
            facts: Vec::new(),
            lines: Vec::new(),
        };
        (0..quorum.machines.len()).for_each(|place| quorum.start(place));
        quorum
    }
    fn give(&mut self, place: usize, input: Input) {
        let machine = &mut self.machines[place];
        if !machine.up {
            return;
        }
        machine.stage.now = self.now;
        *machine.stage.next_conn() = self.next_conn;
        let said = machine.stage.give(&mut machine.controller, input);
        self.next_conn = *machine.stage.next_conn();
        self.carry_out(place, said);
    }
    fn say(&mut self, line: String) {
        self.lines.push(format!("{:.3}s {line}", self.now.as_millis() as f64 / 1_000.0));
    }
    fn carry_out(&mut self, place: usize, Said { facts, effects }: Said) {
        for fact in facts {
            self.facts.push((self.now, fact));
            self.say(words::line(&fact, &self.catalog));
        }
        for effect in effects {
            match effect {
                Effect::Connect { conn, peer, .. } => {
                    let to = self.place(peer);
                    self.connections.insert(conn, (place, to));
                    self.post(LATENCY, conn, to, Delivery::Connect { conn });
                }
                Effect::Send { conn, message, after, .. } => {
                    let Some((from, to)) = self.connections.get(&conn).copied() else { continue };
                    let to = if from == place { to } else { from };
                    self.overhear(place, &message);
                    self.post(LATENCY.saturating_add(after), conn, to, Delivery::Message { conn, to, message });
                }
                Effect::Close { conn } => self.close(conn, place),
                Effect::Exit | Effect::Halt { .. } => {
                    let how = if matches!(effect, Effect::Exit) { "stops" } else { "dies by its own fault" };
                    self.say(format!("controller {} {how}", self.id(place)));
                    self.end(place, StopKind::Clean);
                }
                _ => {}
            }
        }
    }
    /// Votes and leaderships are told, fetches are not.
    fn overhear(&mut self, place: usize, message: &Message) {
        let quiet = matches!(
            &message.body,
            Body::Request(Request::ApiVersions | Request::FetchQuorum(_))
                | Body::Response(
                    Response::ApiVersions
                        | Response::FetchQuorum(_)
                        | Response::BeginQuorumEpoch(_)
                        | Response::EndQuorumEpoch(_)
                )
        );
        if !quiet {
            let what = self.names.show(&message.body).to_string();
            self.say(format!("controller {} says {what}", self.id(place)));
        }
    }
    fn post(&mut self, after: Nanos, conn: ConnId, to: usize, delivery: Delivery) {
        let last = self.last.entry((conn, to)).or_default();
        let at = self.now.saturating_add(after).max(*last);
        *last = at;
        self.sent += 1;
        self.wire.insert((at, self.sent), delivery);
    }
    fn close(&mut self, conn: ConnId, by: usize) {
        if let Some((from, to)) = self.connections.get(&conn).copied() {
            let other = if from == by { to } else { from };
            self.post(LATENCY, conn, other, Delivery::Closed { conn, to: other });
        }
    }
    fn deliver(&mut self, delivery: Delivery) {
        let conn = match &delivery {
            Delivery::Connect { conn } | Delivery::Message { conn, .. } | Delivery::Closed { conn, .. } => *conn,
        };
        let Some((from, to)) = self.connections.get(&conn).copied() else { return };
        if self.cut.contains(&(from.min(to), from.max(to))) {
            return self.held.push(delivery);
        }
        match delivery {
            Delivery::Connect { conn } if self.machines[to].up => {
                let peer = self.node(from);
                self.give(to, Input::Accepted { conn, peer });
                let input = self.machines[from].stage.connected(conn);
                self.give(from, input);
            }
            Delivery::Connect { conn } => {
                self.connections.remove(&conn);
                let input = self.machines[from].stage.disconnected(conn);
                self.give(from, input);
            }
            Delivery::Message { conn, to, message } => {
                let input = self.machines[to].stage.message(conn, message);
                self.give(to, input);
            }
            Delivery::Closed { conn, to } => {
                self.connections.remove(&conn);
                let input = self.machines[to].stage.disconnected(conn);
                self.give(to, input);
            }
        }
    }
    /// Lets time pass.
    fn pass(&mut self, time: Nanos) {
        let end = self.now + time;
        loop {
            let timers = self.machines.iter().enumerate().filter(|(_, machine)| machine.up);
            let timers = timers.filter_map(|(place, machine)| Some((machine.stage.next_timer()?.0, place)));
            let timer = timers.min().filter(|(at, _)| *at <= end);
            let wire = self.wire.first_key_value().map(|(key, _)| *key).filter(|(at, _)| *at <= end);
            match (timer, wire) {
                (Some((at, place)), wire) if wire.is_none_or(|(first, _)| at < first) => {
                    self.now = self.now.max(at);
                    if let Some(timer) = self.machines[place].stage.ring(at) {
                        self.give(place, Input::Timer(timer));
                    }
                }
                (_, Some(key)) => {
                    self.now = self.now.max(key.0);
                    let delivery = self.wire.remove(&key).expect("it is the first");
                    self.deliver(delivery);
                }
                _ => break,
            }
        }
        self.now = end;
    }
    fn start(&mut self, place: usize) {
        if !self.machines[place].up {
            self.machines[place].up = true;
            self.give(place, Input::Start);
        }
    }
    fn end(&mut self, place: usize, kind: StopKind) {
        let machine = &mut self.machines[place];
        if !std::mem::take(&mut machine.up) {
            return;
        }
        machine.controller.process_died(kind);
        machine.stage.forget_timers();
        if kind == StopKind::PowerLoss {
            machine.stage.now = self.now;
            machine.stage.power_loss();
        }
        // What it has sent arrives; its ends of connections are reset.
        let open: Vec<ConnId> =
            self.connections.iter().filter(|(_, (a, b))| *a == place || *b == place).map(|(conn, _)| *conn).collect();
        open.into_iter().for_each(|conn| self.close(conn, place));
    }
    fn set_cut(&mut self, a: usize, b: usize) {
        self.cut.insert((a.min(b), a.max(b)));
    }
    fn heal(&mut self) {
        self.cut.clear();
        for delivery in std::mem::take(&mut self.held) {
            self.sent += 1;
            self.wire.insert((self.now + LATENCY, self.sent), delivery);
        }
    }
    fn place(&self, node: NodeId) -> usize {
        usize::from(node.0) - 1
    }
    fn node(&self, place: usize) -> NodeId {
        NodeId(place as u16 + 1)
    }
    fn id(&self, place: usize) -> u16 {
        FIRST + place as u16
    }
    fn active(&self) -> Option<usize> {
        self.machines.iter().position(|machine| machine.up && machine.controller.is_active())
    }
    fn look(&mut self) {
        for place in 0..self.machines.len() {
            let id = self.id(place);
            let machine = &self.machines[place];
            let line = match machine.controller.voter().filter(|_| machine.up) {
                None => format!("  controller {id}: does not run"),
                Some(voter) => {
                    let active = if machine.controller.is_active() { ", active" } else { "" };
                    let (role, epoch) = (voter.role().name(), voter.epoch());
                    let (end, committed) = (voter.log_end(), voter.committed());
                    format!(
                        "  controller {id}: {role:?} in epoch {epoch}, log end {end}, committed {committed}{active}"
                    )
                }
            };
            self.lines.push(line);
        }
    }

    /// What Raft promises, whatever has happened (`RaftEventSimulationTest`).
    fn check(&self) {
        let mut leaders = BTreeMap::new();
        let mut votes = BTreeMap::new();
        let mut chains: BTreeMap<Offset, u32> = BTreeMap::new();
        for (at, fact) in &self.facts {
            match *fact {
                Fact::RaftLeaderElected { controller, epoch, start } => {
                    let other = leaders.insert(epoch, controller);
                    assert!(other.is_none(), "{at}: {other:?} and {controller} are elected in epoch {epoch}");
                    let committed = chains.last_key_value().map_or(Offset(0), |(end, _)| *end);
                    assert!(start >= committed, "{at}: {controller} lacks what is committed up to {committed}");
                }
                Fact::RaftVoteGranted { controller, candidate, epoch } => {
                    let other = votes.insert((controller, epoch), candidate);
                    assert!(other.is_none_or(|other| other == candidate), "{at}: {controller} votes twice in {epoch}");
                }
                Fact::MetadataCommitted { end, chain, .. } => {
                    assert_eq!(*chains.entry(end).or_insert(chain), chain, "{at}: two logs committed up to {end}");
                }
                _ => {}
            }
        }
        self.logs_match();
    }
    /// Two logs that have a batch of the same offset and epoch are the same up to there.
    fn logs_match(&self) {
        let log = |machine: &Machine| -> Vec<(i64, i32, u32)> {
            let Some(voter) = machine.controller.voter() else { return Vec::new() };
            voter.batches(0).map(|batch| (batch.base_offset.0, batch.leader_epoch.0, batch.count)).collect()
        };
        let logs: Vec<_> = self.machines.iter().filter(|machine| machine.up).map(log).collect();
        for (a, b) in logs.iter().flat_map(|a| logs.iter().map(move |b| (a, b))) {
            if let Some(last) = a.iter().rposition(|batch| b.contains(batch)) {
                assert_eq!(a[..=last], b[..=last.min(b.len() - 1)], "logs that agree somewhere agree before it");
            }
        }
    }
}

struct Story(Quorum);

impl Vocabulary for Story {
    /// `given voters=3 version=4.0 controller.quorum.fetch.timeout.ms=2000`: they have just been started.
    fn given(command: &Command) -> Story {
        let mut config = BrokerConfig::default();
        for (key, value) in command.configs(&["voters", "version", "seed"]) {
            if config.set(key, value).is_err() {
                command.wrong(&format!("no config `{key}={value}`"));
            }
        }
        let version = command.option("version").map_or(Some(KafkaVersion::V4_0), KafkaVersion::find);
        let rules = Rules::of(version.unwrap_or_else(|| command.wrong("no such version")));
        let (voters, seed) = (command.numeric("voters").unwrap_or(3), command.numeric("seed").unwrap_or(1));
        Story(Quorum::new(voters, config, rules, seed))
    }
    fn command(&mut self, command: &Command) {
        let quorum = &mut self.0;
        let place = |n: usize| match command.word(n) {
            "active" => quorum.active().unwrap_or_else(|| command.wrong("no controller is active")),
            _ => usize::from(command.number::<u16>(n) - FIRST),
        };
        match command.name.as_str() {
            // pass 2s
            "pass" => quorum.pass(command.time(0)),
            // crash 100, or: crash active
            "crash" => {
                let place = place(0);
                quorum.end(place, StopKind::Crash);
            }
            "power-loss" => {
                let place = place(0);
                quorum.end(place, StopKind::PowerLoss);
            }
            // SIGTERM
            "shutdown" => {
                let place = place(0);
                quorum.give(place, Input::Shutdown);
            }
            "start" => {
                let place = place(0);
                quorum.start(place);
            }
            // cut 100 101: what these two send each other waits; heal: it arrives
            "cut" => {
                let (a, b) = (place(0), place(1));
                quorum.set_cut(a, b);
            }
            "heal" => quorum.heal(),
            "look" => quorum.look(),
            // skip: what was said so far is not told
            "skip" => quorum.lines.clear(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.0.check();
        std::mem::take(&mut self.0.lines).join("\n")
    }
}

#[test]
fn stories() {
    play_all::<Story>("quorum");
}

/// Crashes, power losses, cuts and pauses between them as they come: never two leaders in one epoch, never another log
/// below what is committed, and in the end, with everybody there, one of them is active.
#[test]
fn whatever_happens_raft_keeps_its_promises() {
    for seed in 0..24 {
        let mut dice = Stream::new(seed, "quorum");
        let voters = *[3, 5].get(dice.below(2) as usize).expect("one of two");
        let version = if dice.below(2) == 0 { KafkaVersion::V4_0 } else { KafkaVersion::V4_3 };
        let mut quorum = Quorum::new(voters, BrokerConfig::default(), Rules::of(version), seed);
        for _ in 0..20 {
            let mut some = || dice.below(u64::from(voters)) as usize;
            let (a, b) = (some(), some());
            match dice.below(7) {
                0 => quorum.end(a, StopKind::Crash),
                1 => quorum.end(a, StopKind::PowerLoss),
                2 | 3 => quorum.start(a),
                4 if a != b => quorum.set_cut(a, b),
                5 => quorum.heal(),
                _ => {}
            }
            quorum.pass(Nanos::from_millis(dice.between(1, 2_500)));
            quorum.check();
        }
        quorum.heal();
        (0..usize::from(voters)).for_each(|place| quorum.start(place));
        quorum.pass(Nanos::from_secs(20));
        quorum.check();
        assert!(quorum.active().is_some(), "seed {seed}: nobody is active:\n{}", quorum.lines.join("\n"));
        let ends: BTreeSet<i64> = quorum.machines.iter().map(|machine| machine.controller.image().offset()).collect();
        assert!(ends.last().expect("all").abs_diff(*ends.first().expect("all")) <= 2, "seed {seed}: {ends:?}");
        let followers = |machine: &Machine| {
            machine.controller.voter().is_some_and(|voter| matches!(voter.role(), Role::Follower { .. }))
        };
        assert_eq!(quorum.machines.iter().filter(|machine| followers(machine)).count(), usize::from(voters) - 1);
    }
}
