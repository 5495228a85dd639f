//! A stage for one node: the test plays the world, and reads what the node said as lines of text.

use std::collections::BTreeMap;

use crate::history::fact::Fact;
use crate::node::{Context, Effect, Input, Outbox, Owner, Timer};
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// Time, disk, randomness and timers of one node, and all that it said.
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
    /// Connections on which the peer was asked for its API versions. That is how each begins, so the story
    /// does not tell it. With the correlation id of the question.
    pub(crate) checked: Vec<(ConnId, u32)>,
    /// What the node calls its connections.
    owners: BTreeMap<ConnId, Owner>,
}

impl Stage {
    /// For the process `me`, at time zero, with an empty disk.
    pub(crate) fn new(me: NodeId) -> Stage {
        Stage {
            now: Nanos::ZERO,
            disk: Disk::default(),
            facts: Vec::new(),
            sent: Vec::new(),
            opened: Vec::new(),
            me,
            random: Stream::new(1, "test"),
            out: Outbox::default(),
            timers: BTreeMap::new(),
            lines: Vec::new(),
            checked: Vec::new(),
            owners: BTreeMap::new(),
        }
    }
    /// Lets the node act, and takes down what it says.
    pub(crate) fn run<R>(&mut self, act: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let result = act(&mut Context::new(self.now, self.me, &mut self.random, &mut self.disk, &mut self.out));
        for fact in std::mem::take(&mut self.out.facts) {
            self.lines.push(format!("fact {fact:?}"));
            self.facts.push((self.now, fact));
        }
        for effect in std::mem::take(&mut self.out.effects) {
            self.effect(effect);
        }
        result
    }
    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { conn, peer, owner } => {
                self.owners.insert(conn, owner);
                self.lines.push(format!("connect {conn:?} to {peer:?}"));
                self.opened.push(conn);
            }
            Effect::Close { conn } => self.lines.push(format!("close {conn:?}")),
            Effect::Listen { open } => self.lines.push(format!("listen {open}")),
            Effect::Exit => self.lines.push("exit".into()),
            Effect::Halt { .. } => self.lines.push("halt".into()),
            Effect::SetTimer { timer, at } => {
                self.timers.insert(timer, at);
            }
            Effect::CancelTimer { timer } => {
                self.timers.remove(&timer);
            }
            Effect::Own { conn, owner } => drop(self.owners.insert(conn, owner)),
            Effect::Send {
                conn, message: Message { body: Body::Request(Request::ApiVersions), correlation }, ..
            } => {
                self.checked.push((conn, correlation));
            }
            Effect::Send { conn, message, .. } => {
                let text = match &message.body {
                    Body::Request(request) => format!("{request:?}"),
                    Body::Response(response) => format!("{response:?}"),
                };
                self.lines.push(format!("send {conn:?} {}", short(&text)));
                self.sent.push((conn, message));
            }
        }
    }
    /// What the node hears: `input`, with its own names for its connections.
    pub(crate) fn heard(&self, input: Input) -> Input {
        input.owned(&self.owners)
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
        while let Some((at, timer)) = self.next_timer().filter(|(at, _)| *at <= to) {
            self.timers.remove(&timer);
            self.now = self.now.max(at);
            self.run(|ctx| fire(timer, ctx));
        }
        self.now = self.now.max(to);
    }
    /// The timer that fires next, and when.
    pub(crate) fn next_timer(&self) -> Option<(Nanos, Timer)> {
        self.timers.iter().map(|(timer, at)| (*at, *timer)).min()
    }
    /// The process died: its timers are gone.
    pub(crate) fn forget_timers(&mut self) {
        self.timers.clear();
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
