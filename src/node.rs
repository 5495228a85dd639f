//! What a node is: inputs, effects, `Context`.
//!
//! A node (broker, controller, administrator, application) is a state machine without I/O: the world
//! gives it one [`Input`] at a time, and it answers through its [`Context`]. It has no clock, no
//! thread and no other way to reach the world, so a test can play the world and see everything that
//! the node says.

mod outside;
mod told;

pub use self::outside::{Outside, RecordId};
use self::told::ToldMetadata;
use crate::history::fact::Fact;
use crate::protocol::ids::{BrokerId, ConnId, GroupId, LeaderEpoch, NodeId, Offset, Tp};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::protocol::spare_lists::{Listed, SpareLists};
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

/// A number that a timer or an endpoint carries beside its kind.
pub trait Index: Copy {
    /// As a number.
    fn number(self) -> u32;
    /// Back again.
    fn of_number(number: u32) -> Self;
}

impl Index for u32 {
    fn number(self) -> u32 {
        self
    }
    fn of_number(number: u32) -> u32 {
        number
    }
}
impl Index for BrokerId {
    fn number(self) -> u32 {
        u32::from(self.0)
    }
    fn of_number(number: u32) -> BrokerId {
        BrokerId(number as u8)
    }
}
impl Index for Tp {
    fn number(self) -> u32 {
        self.0
    }
    fn of_number(number: u32) -> Tp {
        Tp(number)
    }
}
impl Index for GroupId {
    fn number(self) -> u32 {
        u32::from(self.0)
    }
    fn of_number(number: u32) -> GroupId {
        GroupId(number as u16)
    }
}

/// The timers of one kind of node, as an enum: `Name`, or `Name(index: Type)` where there are several.
///
/// A timer is set with a variant and comes back as one, so a timer that nobody handles is a match that is
/// not exhaustive. Kinds count from 0, or from the number behind `from`; whatever is not in the list may
/// be that of a part with a list of its own, behind `else`.
macro_rules! timers {
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident $(from $first:literal)? {
            $($(#[$doc:meta])* $variant:ident $(($index:ident: $type:ty))?),+ $(,)?
        }
        $(else $(#[$rest_doc:meta])* $rest:ident($inner:ty))?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        $vis enum $name { $($(#[$doc])* $variant $(($type))?,)+ $($(#[$rest_doc])* $rest($inner))? }

        #[allow(non_upper_case_globals, reason = "the constants have the variants' names")]
        const _: () = {
            use $crate::node::Timer;
            #[repr(u8)]
            enum Kind { $($variant),+ }
            const FIRST: u8 = 0 $(+ $first)?;
            $(const $variant: u8 = FIRST + Kind::$variant as u8;)+

            impl From<$name> for Timer {
                #[inline]
                fn from(timer: $name) -> Timer {
                    match timer {
                        $($name::$variant $(($index))? => {
                            let index = 0;
                            $(let index = { let _: u32 = index; $crate::node::Index::number($index) };)?
                            Timer { kind: $variant, index }
                        })+
                        $($name::$rest(inner) => <Timer as From<$inner>>::from(inner),)?
                    }
                }
            }
            impl From<Timer> for $name {
                /// # Panics
                /// If the timer is that of another kind of node.
                #[inline]
                fn from(timer: Timer) -> $name {
                    match timer.kind {
                        $($variant => $name::$variant $((<$type as $crate::node::Index>::of_number(timer.index)))?,)+
                        $(_ => $name::$rest(<$inner>::from(timer)),)?
                        #[allow(unreachable_patterns, reason = "the part's list takes the rest")]
                        other => unreachable!("no timer of this node has kind {other}"),
                    }
                }
            }
        };
    };
}
pub(crate) use timers;

/// A node's own name for its end of a connection: it comes back with everything that happens there, so
/// that nobody has to search. The world only keeps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Owner(pub u32);

impl Owner {
    /// Nobody has named this end (yet).
    pub const NONE: Owner = Owner(u32::MAX);
    /// Bits of the number of an endpoint within its kind.
    pub const INDEX_BITS: u32 = 24;

    /// The same kind of endpoint, so many numbers further.
    #[inline]
    pub fn plus(self, number: u32) -> Owner {
        debug_assert!((self.0 & ((1 << Owner::INDEX_BITS) - 1)) + number < 1 << Owner::INDEX_BITS);
        Owner(self.0 + number)
    }
    /// The number of an endpoint within its kind.
    #[inline]
    pub fn index(self) -> u32 {
        self.0 & ((1 << Owner::INDEX_BITS) - 1)
    }
}

/// The kinds of connections of one kind of node, as an enum: see [`timers!`].
macro_rules! endpoints {
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident $(($index:ident: $type:ty))?),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        $vis enum $name { $($(#[$doc])* $variant $(($type))?,)+ }

        #[allow(non_upper_case_globals, reason = "the constants have the variants' names")]
        const _: () = {
            use $crate::node::{Index, Owner};
            #[repr(u8)]
            enum Kind { $($variant),+ }
            $(const $variant: u32 = Kind::$variant as u32;)+

            impl From<$name> for Owner {
                #[inline]
                fn from(endpoint: $name) -> Owner {
                    match endpoint {
                        $($name::$variant $(($index))? => {
                            let index = 0;
                            $(let index = { let _: u32 = index; Index::number($index) };)?
                            Owner($variant << Owner::INDEX_BITS | index)
                        })+
                    }
                }
            }
            impl $name {
                /// Which end of the node it is; none that the node has named.
                #[inline]
                $vis fn of(owner: Owner) -> Option<$name> {
                    match owner.0 >> Owner::INDEX_BITS {
                        $($variant => Some($name::$variant $((<$type as Index>::of_number(owner.index())))?),)+
                        _ => None,
                    }
                }
            }
        };
    };
}
pub(crate) use endpoints;

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
        /// The node's own name for it.
        owner: Owner,
    },
    /// A connection is gone: refused, reset, closed by the peer. Nothing more comes from it.
    Disconnected {
        /// The connection.
        conn: ConnId,
        /// The node's own name for it, if it has given it one.
        owner: Owner,
    },
    /// Bytes of one message have arrived whole.
    Message {
        /// On which connection.
        conn: ConnId,
        /// The node's own name for it, if it had given it one when the message arrived.
        owner: Owner,
        /// What.
        message: Message,
    },
    /// acks=0: the last byte of the message was handed to the network
    /// (sent for messages sent with [`Context::send_notify`]).
    Written {
        /// On which connection.
        conn: ConnId,
        /// The node's own name for it.
        owner: Owner,
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

impl Input {
    /// The kind of the timer or endpoint that it is about.
    #[inline]
    fn kind(&self) -> Option<u8> {
        match self {
            Input::Timer(timer) => Some(timer.kind),
            Input::Connected { owner, .. }
            | Input::Disconnected { owner, .. }
            | Input::Message { owner, .. }
            | Input::Written { owner, .. } => (*owner != Owner::NONE).then_some((owner.0 >> Owner::INDEX_BITS) as u8),
            _ => None,
        }
    }
    /// Whether it is about a timer or an endpoint of the part whose kinds are counted from `part` on: see
    /// [`Context::part`].
    #[inline]
    pub fn is_for_part(&self, part: u8) -> bool {
        self.kind().is_some_and(|kind| kind >= part)
    }
    /// An input for that part, as it knows it.
    #[inline]
    pub fn for_part(mut self, part: u8) -> Input {
        match &mut self {
            Input::Timer(timer) => timer.kind -= part,
            Input::Connected { owner, .. }
            | Input::Disconnected { owner, .. }
            | Input::Message { owner, .. }
            | Input::Written { owner, .. } => owner.0 -= u32::from(part) << Owner::INDEX_BITS,
            _ => {}
        }
        self
    }
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
        /// The node's own name for it.
        owner: Owner,
    },
    /// From now on what happens on a connection comes with this name.
    Own {
        /// A connection that a peer opened.
        conn: ConnId,
        /// The name.
        owner: Owner,
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

/// Where a node's answers go, and what it shares with others. The world empties it after each input; tests read it.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Effects in the order in which they were asked for.
    pub effects: Vec<Effect>,
    /// Facts in the order in which they happened.
    pub facts: Vec<Fact>,
    /// The next connection number.
    pub next_conn: u32,
    /// Lists of messages that have been read.
    pub(crate) spare: SpareLists,
    /// The databases, which processes share.
    pub outside: Outside,
    /// Which batches of the metadata log somebody has told of already that they are committed.
    pub(crate) told: ToldMetadata,
}

/// A node's view of the world while it handles one input.
pub struct Context<'a> {
    /// Kinds of timers and endpoints are counted from here.
    part: u8,
    now: Nanos,
    me: NodeId,
    random: &'a mut Stream,
    disk: &'a mut Disk,
    out: &'a mut Outbox,
}

impl<'a> Context<'a> {
    /// For the world, and for tests that play it.
    pub fn new(now: Nanos, me: NodeId, random: &'a mut Stream, disk: &'a mut Disk, out: &'a mut Outbox) -> Self {
        Context { part: 0, now, me, random, disk, out }
    }
    /// The same for one of several parts of a process, each of which has timers and endpoints of its own: their kinds
    /// are moved by `part`, and whoever gives the part an input moves them back ([`Input::for_part`]).
    pub fn part(&mut self, part: u8) -> Context<'_> {
        let Context { part: base, now, me, random, disk, out } = self;
        Context { part: *base + part, now: *now, me: *me, random, disk, out }
    }
    #[inline]
    fn as_part(&self, timer: Timer) -> Timer {
        Timer { kind: timer.kind + self.part, ..timer }
    }
    #[inline]
    fn own_as_part(&self, owner: Owner) -> Owner {
        Owner(owner.0 + (u32::from(self.part) << Owner::INDEX_BITS))
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
    /// What is outside of cluster and clients.
    pub fn outside(&mut self) -> &mut Outside {
        &mut self.out.outside
    }
    /// Whether the service is down that this process calls for every record that it works on.
    #[inline]
    pub fn service_is_down(&self) -> bool {
        self.out.outside.is_down_for(self.me)
    }
    /// Opens a connection. [`Input::Connected`] or [`Input::Disconnected`] follows, or silence where
    /// the network swallows everything. What happens on it comes with the name `owner`.
    pub fn connect(&mut self, peer: NodeId, owner: impl Into<Owner>) -> ConnId {
        let conn = ConnId(self.out.next_conn);
        self.out.next_conn += 1;
        let owner = self.own_as_part(owner.into());
        self.out.effects.push(Effect::Connect { conn, peer, owner });
        conn
    }
    /// Names a connection that a peer has opened.
    pub fn own(&mut self, conn: ConnId, owner: impl Into<Owner>) {
        let owner = self.own_as_part(owner.into());
        self.out.effects.push(Effect::Own { conn, owner });
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
    pub fn set_timer(&mut self, timer: impl Into<Timer>, at: Nanos) {
        let timer = self.as_part(timer.into());
        self.out.effects.push(Effect::SetTimer { timer, at });
    }
    /// Sets or moves a timer to `delay` from now.
    pub fn set_timer_in(&mut self, timer: impl Into<Timer>, delay: Nanos) {
        let at = self.now.saturating_add(delay);
        self.set_timer(timer, at);
    }
    /// Cancels a timer, if it is set.
    pub fn cancel_timer(&mut self, timer: impl Into<Timer>) {
        let timer = self.as_part(timer.into());
        self.out.effects.push(Effect::CancelTimer { timer });
    }
    /// An empty list for a message, in the memory of one that has been read, if there is any.
    #[inline]
    pub(crate) fn spare_list<T: Listed>(&mut self) -> Vec<T> {
        self.out.spare.take()
    }
    /// The list of a message that has been read.
    #[inline]
    pub(crate) fn give_back<T: Listed>(&mut self, list: Vec<T>) {
        self.out.spare.give_back(list);
    }
    /// Whether nobody has told yet that this batch of the metadata log is committed. Every member of a quorum could tell
    /// what it means; the history has it once, from the first that knows.
    pub fn is_first_to_commit(&mut self, base_offset: Offset, epoch: LeaderEpoch) -> bool {
        self.out.told.is_first(base_offset, epoch)
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

#[cfg(test)]
impl Input {
    /// The same as the world would give it to whoever named the ends of his connections like this.
    pub(crate) fn owned(mut self, owners: &std::collections::BTreeMap<ConnId, Owner>) -> Input {
        match &mut self {
            Input::Connected { conn, owner }
            | Input::Disconnected { conn, owner }
            | Input::Message { conn, owner, .. }
            | Input::Written { conn, owner, .. } => *owner = owners.get(conn).copied().unwrap_or(Owner::NONE),
            _ => {}
        }
        self
    }
}
