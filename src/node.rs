//! What a node is: inputs, effects, `Context`.
//!
//! A node (broker, controller, administrator, application) is a state machine without I/O: the world
//! gives it one [`Input`] at a time, and it answers through its [`Context`]. It has no clock, no
//! thread and no other way to reach the world, so a test can play the world and see everything that
//! the node says.

use crate::history::fact::Fact;
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// One timer of a node: a kind, and a number within the kind. Setting it again moves it.
///
/// Numbers within a kind should be dense: the world keeps one slot for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timer {
    /// What for; each node type has its own list.
    pub kind: u8,
    /// Which one.
    pub index: u32,
}

/// What happens to a node.
#[derive(Clone, Debug)]
pub enum Input {
    /// The process starts (for the first time, or after it died).
    Start,
    /// A peer opened a connection to this node.
    Accepted {
        /// The connection.
        conn: ConnId,
        /// Who opened it.
        peer: NodeId,
    },
    /// A connection that this node opened is ready for use.
    Connected {
        /// The connection.
        conn: ConnId,
    },
    /// A connection is gone: refused, reset, closed by the peer. Nothing more comes from it.
    Disconnected {
        /// The connection.
        conn: ConnId,
    },
    /// Bytes of one message have arrived whole.
    Message {
        /// On which connection.
        conn: ConnId,
        /// What.
        message: Message,
    },
    /// acks=0: the last byte of the message was handed to the network
    /// (sent for messages sent with [`Context::send_notify`]).
    Written {
        /// On which connection.
        conn: ConnId,
        /// The message's correlation id.
        correlation: u32,
    },
    /// A timer's time has come.
    Timer(Timer),
    /// SIGTERM: stop cleanly, then call [`Context::exit`].
    Shutdown,
    /// Faults are over: stop producing, go on reading until there is nothing left.
    Drain,
    /// The process is about to be stopped or killed. It cannot notice; a node that leaves work undone
    /// until somebody looks does it now, up to this moment.
    Interrupted,
    /// The run ends: record what is still pending ([`Fact::RecordsPending`]). Nothing else matters.
    RunEnd,
}

/// What a node wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Open a connection under this number.
    Connect {
        /// The number.
        conn: ConnId,
        /// To whom.
        peer: NodeId,
    },
    /// Send a message; not before `after` has passed.
    Send {
        /// On which connection.
        conn: ConnId,
        /// What.
        message: Message,
        /// Time that the node itself needs before the bytes leave.
        after: Nanos,
        /// Whether to tell the node when it is written ([`Input::Written`]).
        notify: bool,
    },
    /// Close a connection. Bytes already sent still arrive, and may still be acted upon.
    Close {
        /// Which.
        conn: ConnId,
    },
    /// Let a timer go off at a time, and at no other.
    SetTimer {
        /// Which.
        timer: Timer,
        /// When.
        at: Nanos,
    },
    /// Do not let a timer go off.
    CancelTimer {
        /// Which.
        timer: Timer,
    },
    /// Open or close the port: whether others may connect. A broker's is closed at its start, every
    /// other node's is open.
    Listen {
        /// Open?
        open: bool,
    },
    /// The process ends cleanly.
    Exit,
    /// The process dies by its own fault: an exception that nobody catches, `Exit.halt`.
    Halt {
        /// Whoever watches over it starts it again this much later.
        restart_after: Option<Nanos>,
    },
}

/// Where a node's answers go. The world empties it after each input; tests read it.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Effects in the order in which they were asked for.
    pub effects: Vec<Effect>,
    /// Facts in the order in which they happened.
    pub facts: Vec<Fact>,
    /// The next connection number.
    pub next_conn: u32,
}

/// A node's view of the world while it handles one input.
pub struct Context<'a> {
    /// Kinds of timers are counted from here.
    timers: u8,
    now: Nanos,
    me: NodeId,
    random: &'a mut Stream,
    disk: &'a mut Disk,
    out: &'a mut Outbox,
}

impl<'a> Context<'a> {
    /// For the world, and for tests that play it.
    pub fn new(now: Nanos, me: NodeId, random: &'a mut Stream, disk: &'a mut Disk, out: &'a mut Outbox) -> Self {
        Context { timers: 0, now, me, random, disk, out }
    }
    /// The same for one of several parts of a process, each of which has timers of its own: their kinds are moved
    /// by `timers`, and the owner moves them back when they go off.
    pub fn part(&mut self, timers: u8) -> Context<'_> {
        let Context { timers: base, now, me, random, disk, out } = self;
        Context { timers: *base + timers, now: *now, me: *me, random, disk, out }
    }
    /// The time.
    pub fn now(&self) -> Nanos {
        self.now
    }
    /// This node.
    pub fn me(&self) -> NodeId {
        self.me
    }
    /// This node's own random stream.
    pub fn random(&mut self) -> &mut Stream {
        self.random
    }
    /// This node's disk.
    pub fn disk(&mut self) -> &mut Disk {
        self.disk
    }
    /// Opens a connection. [`Input::Connected`] or [`Input::Disconnected`] follows, or silence where
    /// the network swallows everything.
    pub fn connect(&mut self, peer: NodeId) -> ConnId {
        let conn = ConnId(self.out.next_conn);
        self.out.next_conn += 1;
        self.out.effects.push(Effect::Connect { conn, peer });
        conn
    }
    /// Sends a request.
    pub fn request(&mut self, conn: ConnId, correlation: u32, request: Request) {
        self.send(conn, Message { correlation, body: Body::Request(request) }, Nanos::ZERO, false);
    }
    /// Sends a response.
    pub fn respond(&mut self, conn: ConnId, correlation: u32, response: Response) {
        self.send(conn, Message { correlation, body: Body::Response(response) }, Nanos::ZERO, false);
    }
    /// Sends a message that leaves after `after`, and asks for [`Input::Written`] if `notify`.
    pub fn send(&mut self, conn: ConnId, message: Message, after: Nanos, notify: bool) {
        self.out.effects.push(Effect::Send { conn, message, after, notify });
    }
    /// Closes a connection; no [`Input::Disconnected`] follows for this end.
    pub fn close(&mut self, conn: ConnId) {
        self.out.effects.push(Effect::Close { conn });
    }
    /// Sets or moves a timer.
    pub fn set_timer(&mut self, timer: Timer, at: Nanos) {
        let timer = Timer { kind: timer.kind + self.timers, ..timer };
        self.out.effects.push(Effect::SetTimer { timer, at });
    }
    /// Sets or moves a timer to `delay` from now.
    pub fn set_timer_in(&mut self, timer: Timer, delay: Nanos) {
        let at = self.now.saturating_add(delay);
        self.set_timer(timer, at);
    }
    /// Cancels a timer, if it is set.
    pub fn cancel_timer(&mut self, timer: Timer) {
        let timer = Timer { kind: timer.kind + self.timers, ..timer };
        self.out.effects.push(Effect::CancelTimer { timer });
    }
    /// Records a fact.
    pub fn record(&mut self, fact: Fact) {
        self.out.facts.push(fact);
    }
    /// Opens or closes the port to new connections.
    pub fn listen(&mut self, open: bool) {
        self.out.effects.push(Effect::Listen { open });
    }
    /// The process ends here, cleanly.
    pub fn exit(&mut self) {
        self.out.effects.push(Effect::Exit);
    }
    /// The process dies here, by its own fault.
    pub fn halt(&mut self, restart_after: Option<Nanos>) {
        self.out.effects.push(Effect::Halt { restart_after });
    }
}
