//! The stage of the tests: time, timers, connections, a disk and random numbers for one process, and all that it said.
//!
//! A process knows the world by its [`Context`] alone, so a test can be the world. What is the same in every such test
//! is here; each room adds what it talks about: a scripted cluster, a log, a network between several stages.
//! [`Stage::act`] lets a process (or a part of one) do something and returns what it said; [`Stage::give`] gives a
//! whole node an input as the world does, and has it check what always holds of it; [`Stage::run`] takes down what
//! is said as lines of text. Stories that are text themselves are played by [`story`].

mod actor;
pub(crate) mod broken;
pub(crate) mod story;

use std::collections::BTreeMap;
use std::rc::Rc;

use self::actor::Actor;
use crate::history::fact::Fact;
use crate::history::words;
use crate::node::{Context, Effect, Input, Outbox, Owner, Timer};
use crate::protocol::catalog::Catalog;
use crate::protocol::display::Names;
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// Turns after which a node has looked at everything that it checks.
const TURNS: u64 = 24;

/// One process, and what it said.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) now: Nanos,
    pub(crate) disk: Disk,
    /// Facts recorded, oldest first.
    pub(crate) facts: Vec<(Nanos, Fact)>,
    /// Messages sent, oldest first.
    pub(crate) sent: Vec<(ConnId, Message)>,
    /// Connections opened, oldest first.
    pub(crate) opened: Vec<ConnId>,
    me: NodeId,
    random: Stream,
    out: Outbox,
    timers: BTreeMap<Timer, Nanos>,
    lines: Vec<String>,
    /// What things are called in the lines; without names they go by their numbers.
    names: Option<Names>,
    /// Connections on which the peer was asked for its API versions. That is how each begins, so the story
    /// does not tell it. With the correlation id of the question.
    pub(crate) checked: Vec<(ConnId, u32)>,
    /// What the node calls the connections that it has opened.
    owners: BTreeMap<ConnId, Owner>,
    /// The same of those that it has accepted; one to itself is among both.
    accepted: BTreeMap<ConnId, Owner>,
}

/// What a process said with one input.
pub(crate) struct Said {
    pub(crate) facts: Vec<Fact>,
    /// In order. What changes nothing is left out: a timer set to when it goes off anyway, or cancelled when it is
    /// not set.
    pub(crate) effects: Vec<Effect>,
}

impl Stage {
    /// For the process `me`, at time zero, with an empty disk.
    pub(crate) fn new(me: NodeId) -> Stage {
        Stage::drawing(me, Stream::new(1, "test"))
    }
    /// The same with random numbers of its own.
    pub(crate) fn drawing(me: NodeId, random: Stream) -> Stage {
        Stage {
            now: Nanos::ZERO,
            disk: Disk::default(),
            facts: Vec::new(),
            sent: Vec::new(),
            opened: Vec::new(),
            me,
            random,
            out: Outbox::default(),
            timers: BTreeMap::new(),
            lines: Vec::new(),
            names: None,
            checked: Vec::new(),
            owners: BTreeMap::new(),
            accepted: BTreeMap::new(),
        }
    }

    /// The same, and what it says is told with the names of a catalogue.
    pub(crate) fn named(me: NodeId, catalog: Rc<Catalog>) -> Stage {
        Stage { names: Some(Names::new(catalog)), ..Stage::new(me) }
    }

    /// Lets the process act. Timers and names of connections are the stage's business; the rest is up to the test.
    pub(crate) fn act<R>(&mut self, act: impl FnOnce(&mut Context<'_>) -> R) -> (R, Said) {
        let result = act(&mut Context::new(self.now, self.me, &mut self.random, &mut self.disk, &mut self.out));
        let facts = std::mem::take(&mut self.out.facts);
        self.facts.extend(facts.iter().map(|fact| (self.now, *fact)));
        let mut effects = std::mem::take(&mut self.out.effects);
        effects.retain(|effect| self.carry_out(effect));
        (result, Said { facts, effects })
    }
    /// Whether the effect changes anything.
    fn carry_out(&mut self, effect: &Effect) -> bool {
        match *effect {
            Effect::SetTimer { timer, at } => self.timers.insert(timer, at.max(self.now)) != Some(at),
            Effect::CancelTimer { timer } => self.timers.remove(&timer).is_some(),
            Effect::Connect { conn, owner, .. } => {
                self.owners.insert(conn, owner);
                true
            }
            Effect::Own { conn, owner } => {
                self.accepted.insert(conn, owner);
                true
            }
            _ => true,
        }
    }
    /// Gives a node one input, as the world does: what always holds of it is checked afterwards.
    pub(crate) fn give(&mut self, node: &mut impl Actor, input: Input) -> Said {
        let input = self.heard(input);
        let ((), said) = self.act(|ctx| node.handle(input, ctx));
        (0..TURNS).for_each(|turn| node.check_invariants(turn));
        said
    }
    /// Gives a node one input, and takes down what it says.
    pub(crate) fn tell(&mut self, node: &mut impl Actor, input: Input) {
        let said = self.give(node, input);
        self.take_down(said);
    }
    /// Lets the process act, and takes down what it says.
    pub(crate) fn run<R>(&mut self, act: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let (result, said) = self.act(act);
        self.take_down(said);
        result
    }
    fn take_down(&mut self, Said { facts, effects }: Said) {
        let tell = |fact: &Fact| match &self.names {
            Some(names) => words::line(fact, names.catalog()),
            None => format!("fact {fact:?}"),
        };
        self.lines.extend(facts.iter().map(tell));
        effects.into_iter().for_each(|effect| self.effect(effect));
    }
    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { conn, peer, .. } => {
                self.lines.push(format!("connect {conn:?} to {peer:?}"));
                self.opened.push(conn);
            }
            Effect::Close { conn } => self.lines.push(format!("close {conn:?}")),
            Effect::Listen { open } => self.lines.push(format!("listen {open}")),
            Effect::Exit => self.lines.push("exit".into()),
            Effect::Halt { .. } => self.lines.push("halt".into()),
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } | Effect::Own { .. } => {}
            Effect::Send {
                conn, message: Message { body: Body::Request(Request::ApiVersions), correlation }, ..
            } => {
                self.checked.push((conn, correlation));
            }
            Effect::Send { conn, message, .. } => {
                let text = match (&self.names, &message.body) {
                    (Some(names), body) => names.show(body).to_string(),
                    (None, Body::Request(request)) => short(&format!("{request:?}")),
                    (None, Body::Response(response)) => short(&format!("{response:?}")),
                };
                self.lines.push(format!("send {conn:?} {text}"));
                self.sent.push((conn, message));
            }
        }
    }
    /// What the node hears: `input`, with its own names for its connections.
    pub(crate) fn heard(&self, input: Input) -> Input {
        match &input {
            // Whoever opened a connection asks, and closes it; of its end the other one hears.
            Input::Message { conn, message: Message { body: Body::Request(_), .. }, .. }
            | Input::Disconnected { conn, .. }
                if self.accepted.contains_key(conn) =>
            {
                input.owned(&self.accepted)
            }
            _ => input.owned(&self.owners),
        }
    }
    /// A connection that the node has opened is ready.
    pub(crate) fn connected(&self, conn: ConnId) -> Input {
        self.heard(Input::Connected { conn, owner: Owner::NONE })
    }
    /// A connection is gone.
    pub(crate) fn disconnected(&self, conn: ConnId) -> Input {
        self.heard(Input::Disconnected { conn, owner: Owner::NONE })
    }
    /// A message has arrived.
    pub(crate) fn message(&self, conn: ConnId, message: Message) -> Input {
        self.heard(Input::Message { conn, owner: Owner::NONE, message })
    }
    /// The peer answers the question for its API versions.
    pub(crate) fn api_versions(&self, conn: ConnId) -> Input {
        let asked = self.checked.iter().rev().find(|(asked, _)| *asked == conn);
        let (_, correlation) = *asked.expect("a connection begins with ApiVersions");
        self.message(conn, Message { correlation, body: Body::Response(Response::ApiVersions) })
    }
    /// Lets time pass, and fires the timers that are due on the way.
    pub(crate) fn advance(&mut self, to: Nanos, mut fire: impl FnMut(Timer, &mut Context<'_>)) {
        while let Some(timer) = self.ring(to) {
            self.run(|ctx| fire(timer, ctx));
        }
        self.now = self.now.max(to);
    }
    /// Goes on to the next timer that is due up to then, which goes off.
    pub(crate) fn ring(&mut self, to: Nanos) -> Option<Timer> {
        let (at, timer) = self.next_timer().filter(|(at, _)| *at <= to)?;
        self.timers.remove(&timer);
        self.now = self.now.max(at);
        Some(timer)
    }
    /// The timer that fires next, and when.
    pub(crate) fn next_timer(&self) -> Option<(Nanos, Timer)> {
        self.timers.iter().map(|(timer, at)| (*at, *timer)).min()
    }
    /// How many timers are set.
    pub(crate) fn timers(&self) -> usize {
        self.timers.len()
    }
    /// The process died: its timers are gone.
    pub(crate) fn forget_timers(&mut self) {
        self.timers.clear();
    }
    /// The number of the next connection, where several stages share them.
    pub(crate) fn next_conn(&mut self) -> &mut u32 {
        &mut self.out.next_conn
    }
    /// A machine without power: the disk keeps what was flushed, and some of the rest.
    pub(crate) fn power_loss(&mut self) {
        self.disk.power_loss(self.now, &mut self.random);
    }
    /// A line of the test's own.
    pub(crate) fn note(&mut self, line: &str) {
        self.lines.push(format!("-- {line}"));
    }
    /// What was said since the last call.
    pub(crate) fn story(&mut self) -> String {
        std::mem::take(&mut self.lines).join("\n")
    }
}

/// `Name(NameResponse { .. })` without the repetition.
fn short(text: &str) -> String {
    match (text.find('('), text.find(" {")) {
        (Some(open), Some(brace)) if open < brace => format!("{}{}", &text[..open], &text[brace..text.len() - 1]),
        _ => text.to_string(),
    }
}

/// Compares a story with its snapshot under `snapshots/`.
macro_rules! assert_story {
    ($name:literal, $story:expr) => {
        insta::with_settings!(
            { snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, $story) }
        )
    };
}
pub(crate) use assert_story;
