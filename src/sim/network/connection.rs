//! One connection: its two ends, and what is owed in each direction.

use super::retransmission::Silence;
use super::{AT_ONCE, NO_OWNER, Packet, PacketKind};
use crate::sim::time::Nanos;

/// Which end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Opener,
    Acceptor,
}

impl Side {
    #[inline]
    pub(super) fn other(self) -> Side {
        match self {
            Side::Opener => Side::Acceptor,
            Side::Acceptor => Side::Opener,
        }
    }
    #[inline]
    pub(super) fn receiver(to_opener: bool) -> Side {
        if to_opener { Side::Opener } else { Side::Acceptor }
    }
}

/// What one end knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The opener waits for an answer; the acceptor has not heard of it.
    Pending,
    Open,
    /// This end has closed, or was told that the connection is gone.
    Closed,
    /// The host lost it with its power. The peer does not know.
    Gone,
}

#[derive(Clone, Debug)]
pub(super) struct Connection<M> {
    nodes: [u32; 2],
    /// What the two call their ends.
    owners: [u32; 2],
    ends: [End; 2],
    state: State,
    /// By sender.
    directions: [Direction; 2],
    /// What arrived while a fault held or before its turn, by (receiver, ordinal).
    held: Vec<Packet<M>>,
    /// By sender: whether it waits for acknowledgements that do not come.
    silence: [Option<Silence>; 2],
    /// What someone on the way keeps back.
    gates: Vec<Gate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Unused,
    Live,
    /// Live, behind a gate at least one way.
    Gated,
    Finished,
}

/// From one packet on, one direction does not get through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gate {
    pub sender: Side,
    /// The first that it stops.
    first: u32,
    pub kind: GateKind,
}

/// What becomes of what a gate stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GateKind {
    /// It waits until the gate is lifted.
    Hold,
    /// It is lost for the rest of the connection, of whose end one still hears.
    Drop,
}

/// What one end has sent to the other.
#[derive(Clone, Copy, Debug, Default)]
struct Direction {
    sent: u32,
    received: u32,
    /// When the last packet arrives: none may come before it.
    last_arrival: Nanos,
}

/// Whether a packet ends the connection.
pub(super) fn is_last<M>(packet: &Packet<M>) -> bool {
    matches!(packet.kind, PacketKind::Fin | PacketKind::Reset)
}

impl<M> Connection<M> {
    pub(super) fn unused() -> Self {
        Connection { state: State::Unused, ..Connection::opening(0, 0) }
    }
    pub(super) fn opening(from: u32, to: u32) -> Self {
        Connection {
            nodes: [from, to],
            owners: [NO_OWNER; 2],
            ends: [End::Pending; 2],
            state: State::Live,
            directions: [Direction::default(); 2],
            held: Vec::new(),
            silence: [None; 2],
            gates: Vec::new(),
        }
    }
    pub(super) fn is_unused(&self) -> bool {
        self.state == State::Unused
    }
    /// Whether nothing can come of it (any more).
    #[inline]
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.state, State::Unused | State::Finished)
    }
    /// Alive, and no gate in the way.
    #[inline]
    pub(super) fn is_free(&self) -> bool {
        self.state == State::Live
    }
    pub(super) fn finish(&mut self) {
        self.state = State::Finished;
        self.held = Vec::new();
        self.gates = Vec::new();
    }
    pub(super) fn is_between(&self, a: u32, b: u32) -> bool {
        self.nodes == [a, b] || self.nodes == [b, a]
    }
    #[inline]
    pub(super) fn node(&self, side: Side) -> u32 {
        self.nodes[side as usize]
    }
    #[inline]
    pub(super) fn owner(&self, side: Side) -> u32 {
        self.owners[side as usize]
    }
    pub(super) fn owner_of(&self, node: u32) -> u32 {
        self.side_of(node).map_or(NO_OWNER, |side| self.owner(side))
    }
    pub(super) fn own(&mut self, node: u32, owner: u32) {
        if let Some(side) = self.side_of(node) {
            self.owners[side as usize] = owner;
        }
    }
    pub(super) fn own_accepted(&mut self, node: u32, owner: u32) {
        if self.nodes[1] == node {
            self.owners[1] = owner;
        }
    }
    /// Whether a node is connected to itself.
    #[inline]
    pub(super) fn is_to_itself(&self) -> bool {
        self.nodes[0] == self.nodes[1]
    }
    /// Whether an end is open.
    pub(super) fn is_open_at(&self, side: Side) -> bool {
        self.end(side) == End::Open && !self.is_finished()
    }
    #[inline]
    pub(super) fn end(&self, side: Side) -> End {
        self.ends[side as usize]
    }
    pub(super) fn set(&mut self, side: Side, end: End) {
        self.ends[side as usize] = end;
    }

    /// Whether the process at this end has the connection: it opened it or accepted it, and nothing
    /// has ended it there.
    pub(super) fn knows(&self, side: Side) -> bool {
        !self.is_finished()
            && match self.end(side) {
                End::Pending => side == Side::Opener,
                End::Open => true,
                End::Closed | End::Gone => false,
            }
    }
    /// The open end of `node`; of a node that is connected to itself the opener's.
    #[inline]
    pub(super) fn open_side_of(&self, node: u32) -> Option<Side> {
        self.side_of(node).filter(|side| self.is_open_at(*side))
    }
    pub(super) fn live_side_of(&self, node: u32) -> Option<Side> {
        self.side_of(node).filter(|side| self.knows(*side))
    }
    #[inline]
    fn side_of(&self, node: u32) -> Option<Side> {
        if self.nodes[0] == node { Some(Side::Opener) } else { (self.nodes[1] == node).then_some(Side::Acceptor) }
    }

    /// The arrival of what `sender` sends now: not before what it sent earlier.
    #[inline]
    pub(super) fn clamp(&mut self, sender: Side, at: Nanos) -> Nanos {
        let last = &mut self.directions[sender as usize].last_arrival;
        *last = (*last).max(at);
        *last
    }
    #[inline]
    pub(super) fn next_ordinal(&mut self, sender: Side) -> u32 {
        let sent = &mut self.directions[sender as usize].sent;
        let ordinal = *sent;
        assert!(ordinal != AT_ONCE, "a connection carries fewer than 2^32 packets");
        *sent += 1;
        ordinal
    }
    /// Whether this end has sent anything.
    pub(super) fn has_sent(&self, sender: Side) -> bool {
        self.directions[sender as usize].sent > 0
    }
    /// The ordinal whose turn it is at this end.
    #[inline]
    pub(super) fn expected(&self, receiver: Side) -> u32 {
        self.directions[receiver.other() as usize].received
    }
    #[inline]
    pub(super) fn expect_next(&mut self, receiver: Side) {
        self.directions[receiver.other() as usize].received += 1;
    }

    #[inline]
    pub(super) fn holds_packets(&self) -> bool {
        !self.held.is_empty()
    }
    #[cold]
    pub(super) fn hold(&mut self, packet: Packet<M>) {
        let key = |p: &Packet<M>| (p.to_opener, p.ordinal);
        let place = self.held.partition_point(|other| key(other) < key(&packet));
        self.held.insert(place, packet);
    }
    pub(super) fn holds_for(&self, receiver: Side) -> bool {
        self.held.iter().any(|packet| Side::receiver(packet.to_opener) == receiver)
    }
    /// Everything held, by receiver and in order.
    pub(super) fn held(&self) -> &[Packet<M>] {
        &self.held
    }
    /// Everything held for one end, in order.
    pub(super) fn take_held(&mut self, receiver: Side) -> Vec<Packet<M>> {
        let (taken, kept) =
            std::mem::take(&mut self.held).into_iter().partition(|packet| Side::receiver(packet.to_opener) == receiver);
        self.held = kept;
        taken
    }
    /// What this end sent was swallowed: by a cut on the way, by a dark host, or its acknowledgement was.
    /// Returns since when it has waited for one.
    #[cold]
    pub(super) fn fall_silent(&mut self, sender: Side, now: Nanos) -> Nanos {
        Silence::deepen(&mut self.silence[sender as usize], now)
    }
    /// Since when this end has waited for an acknowledgement, if it does.
    pub(super) fn silent_since(&self, sender: Side) -> Option<Nanos> {
        self.silence[sender as usize].filter(|silence| silence.over == Nanos::MAX).map(|silence| silence.since)
    }
    /// What this end sends again at this time gets through, and nothing before it.
    pub(super) fn break_silence(&mut self, sender: Side, at: Nanos) {
        if let Some(silence) = &mut self.silence[sender as usize] {
            silence.over = at;
        }
        self.clamp(sender, at);
    }

    /// From its next packet on, what this end sends does not get through.
    #[cold]
    pub(super) fn gate(&mut self, sender: Side, kind: GateKind) -> Gate {
        let gate = Gate { sender, first: self.directions[sender as usize].sent, kind };
        self.gates.push(gate);
        self.state = State::Gated;
        gate
    }
    /// Takes a gate away. Returns whether it was there.
    pub(super) fn lift(&mut self, gate: Gate) -> bool {
        let Some(place) = self.gates.iter().position(|other| *other == gate) else { return false };
        self.gates.swap_remove(place);
        if self.gates.is_empty() {
            self.state = State::Live;
        }
        true
    }
    /// Which gate stops a packet. Of those that drop one lets pass what ends the connection.
    pub(super) fn stopped_by(&self, packet: &Packet<M>) -> Option<GateKind> {
        let sender = Side::receiver(packet.to_opener).other();
        let mut stopping = self
            .gates
            .iter()
            .filter(|gate| gate.sender == sender && gate.first <= packet.ordinal)
            .map(|gate| gate.kind);
        if packet.ordinal == AT_ONCE {
            None
        } else {
            stopping.clone().find(|k| *k == GateKind::Drop).or(stopping.next())
        }
    }

    /// The held packet whose turn it is, if there is one; the turn passes on.
    pub(super) fn take_expected(&mut self, receiver: Side) -> Option<Packet<M>> {
        let expected = self.expected(receiver);
        let is_next = |packet: &Packet<M>| Side::receiver(packet.to_opener) == receiver && packet.ordinal == expected;
        let place = self.held.iter().position(is_next)?;
        self.expect_next(receiver);
        Some(self.held.remove(place))
    }
    /// Whether this is the packet whose turn it is; the turn passes on if so.
    pub(super) fn takes_turn(&mut self, packet: &Packet<M>) -> bool {
        let receiver = Side::receiver(packet.to_opener);
        let mine = packet.ordinal == self.expected(receiver);
        if mine {
            self.expect_next(receiver);
        }
        mine
    }
    /// The sender's memory is gone, and with it what it would have sent again.
    pub(super) fn drop_held_from(&mut self, sender: Side) {
        self.held.retain(|packet| Side::receiver(packet.to_opener) == sender);
    }
}
