//! A network of nodes that speak over connections, as TCP gives them.
//!
//! What TCP promises is kept whatever the faults: the messages of one direction of a connection
//! arrive in order, each once, or the connection breaks. So a fault never loses a message from the
//! middle; it shows as delay, as a connection that is gone, or as one that is silent (half-open).
//!
//! There is no queue inside. Every call answers with packets and the times at which the caller must
//! hand them back to [`Network::arrive`]. What arrives while a fault holds is kept with its
//! connection and answered again when the fault is over.
//!
//! Kept simple on purpose:
//! - Acknowledgements, windows and retransmissions are no packets. Bytes under way when a link is cut
//!   arrive one latency after it is mended. What a dark host swallowed is sent again on TCP's
//!   doubling timer, so its sender hears of the loss some time after the host is back.
//! - TCP gives up on a silent peer after a quarter of an hour; here it waits for ever, since whoever
//!   speaks over it has timeouts that are shorter.
//! - The receiver's side of a network card is never the bottleneck.

mod connection;
mod link;
#[cfg(test)]
mod tests;

use self::connection::{Connection, End, Side};
use self::link::Links;
use super::random::Distribution;
use super::time::{Nanos, span_of};

/// One direction between two nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkSpec {
    /// From the last byte leaving the sender to the message arriving.
    pub latency: Distribution,
    /// What the sender's network card gives to this link, bytes per second; `None` for no limit.
    /// Messages of one sender queue for its card, wherever they go.
    pub bytes_per_second: Option<u64>,
}

/// What is under way on a connection, in one direction.
#[derive(Clone, Debug)]
pub struct Packet<M> {
    /// The connection.
    pub conn: u32,
    /// Whether it travels to the end that opened the connection.
    pub to_opener: bool,
    /// What it is.
    pub kind: PacketKind<M>,
    /// Its place among the packets of its direction.
    ordinal: u32,
}

/// Linux's first timeout of an unacknowledged segment on a fast link (`TCP_RTO_MIN`); it doubles.
const RETRANSMISSION_TIMEOUT: Nanos = Nanos::from_millis(200);
/// Linux's first timeout of an unanswered SYN (`TCP_TIMEOUT_INIT`); it doubles.
const SYN_TIMEOUT: Nanos = Nanos::from_secs(1);
/// Linux's longest timeout (`TCP_RTO_MAX`).
const LONGEST_TIMEOUT: Nanos = Nanos::from_secs(120);

/// When what was first sent at `since` is next sent again, at or after `now`.
fn next_retransmission(since: Nanos, first: Nanos, now: Nanos) -> Nanos {
    let (mut at, mut timeout) = (since + first, first);
    while at < now {
        timeout = (timeout + timeout).min(LONGEST_TIMEOUT);
        at += timeout;
    }
    at
}

/// The ordinal of an answer that does not wait for its turn: the sender has forgotten the connection.
const AT_ONCE: u32 = u32::MAX;

/// The kinds of packets.
#[derive(Clone, Debug)]
pub enum PacketKind<M> {
    /// Opens a connection.
    Syn,
    /// The other end has accepted, and every handshake is done.
    Established,
    /// One message.
    Data(M),
    /// The sender has closed its end.
    Fin,
    /// The sender has no such connection.
    Reset,
}

/// Where packets go: each is to be handed back to [`Network::arrive`] at its time.
pub trait Wire<M> {
    /// Takes a packet that arrives at `at`.
    fn put(&mut self, at: Nanos, packet: Packet<M>);
}

impl<M> Wire<M> for Vec<(Nanos, Packet<M>)> {
    fn put(&mut self, at: Nanos, packet: Packet<M>) {
        self.push((at, packet));
    }
}

/// What a node learns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivery<M> {
    /// A peer has opened a connection to `node`.
    Accepted {
        /// Who learns it.
        node: u32,
        /// The connection.
        conn: u32,
        /// Who opened it.
        peer: u32,
    },
    /// A connection that `node` opened is ready for use.
    Connected {
        /// Who learns it.
        node: u32,
        /// The connection.
        conn: u32,
    },
    /// A connection is gone: refused, closed by the peer, or reset.
    Disconnected {
        /// Who learns it.
        node: u32,
        /// The connection.
        conn: u32,
    },
    /// A message has arrived whole.
    Data {
        /// Who gets it.
        node: u32,
        /// The connection.
        conn: u32,
        /// What.
        message: M,
    },
}

/// What is at a node's address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Host {
    /// A process that accepts connections.
    Listening,
    /// A host without the process, or a process whose port is closed: a reset for who connects.
    Refusing,
    /// Nothing: nobody answers.
    Silent,
}

/// Nodes `0 .. n`, the links between them, and their connections.
///
/// ```
/// use kafkasim::sim::network::{Delivery, LinkSpec, Network};
/// use kafkasim::sim::queue::EventQueue;
/// use kafkasim::sim::random::Distribution;
/// use kafkasim::sim::time::Nanos;
///
/// let link = LinkSpec { latency: Distribution::Constant(Nanos(10)), bytes_per_second: None };
/// let mut network: Network<&str> = Network::new(2, &link, 1);
/// let (mut queue, mut out, mut heard) = (EventQueue::new(), Vec::new(), Vec::new());
/// network.connect(Nanos::ZERO, 0, 0, 1, &mut out);
/// loop {
///     out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
///     let Some((now, _, packet)) = queue.pop() else { break };
///     let mut behind = Vec::new();
///     heard.extend(network.arrive(now, packet, &mut out, &mut behind));
///     heard.append(&mut behind);
///     if heard.last() == Some(&Delivery::Connected { node: 0, conn: 0 }) {
///         network.send(now, 0, 0, "hello", 100, &mut out);
///     }
/// }
/// assert_eq!(heard[0], Delivery::Accepted { node: 1, conn: 0, peer: 0 });
/// assert_eq!(heard[2], Delivery::Data { node: 1, conn: 0, message: "hello" });
/// ```
#[derive(Clone, Debug)]
pub struct Network<M: Clone> {
    links: Links,
    hosts: Vec<Host>,
    /// When each node's network card has sent everything so far.
    card_free: Vec<Nanos>,
    round_trips: u32,
    /// By number; a finished one stays as a tombstone.
    connections: Vec<Connection<M>>,
    /// Numbers of the unfinished connections of each node, ascending.
    unfinished: Vec<Vec<u32>>,
}

impl<M: Clone> Network<M> {
    /// Nodes `0 .. nodes`, all listening, all links alike. Each directed link draws from its own
    /// stream of the run with this seed.
    pub fn new(nodes: u32, default: &LinkSpec, seed: u64) -> Self {
        let nodes_len = nodes as usize;
        Network {
            links: Links::new(nodes, default, seed),
            hosts: vec![Host::Listening; nodes_len],
            card_free: vec![Nanos::ZERO; nodes_len],
            round_trips: 1,
            connections: Vec::new(),
            unfinished: vec![Vec::new(); nodes_len],
        }
    }

    /// Replaces one direction of a link. Messages under way keep their time.
    pub fn set_link(&mut self, from: u32, to: u32, spec: &LinkSpec) {
        self.links.set_spec(from, to, spec);
    }

    /// How many round trips pass until a connection is ready: TCP's own (1, the default), and those
    /// of handshakes on top of it.
    pub fn handshake_round_trips(&mut self, n: u32) {
        self.round_trips = n.max(1);
    }

    /// `from` opens connection `conn` to `to`. [`Delivery::Connected`] or
    /// [`Delivery::Disconnected`] follows for it, or nothing where nobody answers.
    ///
    /// # Panics
    /// The number was used before.
    pub fn connect(&mut self, now: Nanos, conn: u32, from: u32, to: u32, out: &mut impl Wire<M>) {
        let index = conn as usize;
        if index >= self.connections.len() {
            self.connections.resize_with(index + 1, Connection::unused);
        }
        let connection = &mut self.connections[index];
        assert!(connection.is_unused(), "connection {conn} is opened twice");
        *connection = Connection::opening(from, to);
        self.list(from, conn);
        if from != to {
            self.list(to, conn);
        }
        if !self.links.connects_blocked(from, to) {
            self.emit(now, conn, Side::Opener, PacketKind::Syn, out);
        }
    }

    /// `from` sends a message of `bytes`. Returns when the last byte is handed to the wire, or `None`
    /// (and drops the message) when this end is not open.
    #[inline]
    pub fn send(
        &mut self,
        now: Nanos,
        conn: u32,
        from: u32,
        message: M,
        bytes: u64,
        out: &mut impl Wire<M>,
    ) -> Option<Nanos> {
        let connection = self.connections.get(conn as usize)?;
        let side = connection.open_side_of(from)?;
        let to = connection.node(side.other());
        let written = self.pass_card(now, from, to, bytes);
        self.emit(written, conn, side, PacketKind::Data(message), out);
        Some(written)
    }

    /// `from` closes its end: what it has sent still arrives, and then the other end learns of it;
    /// what the other end sends is dropped from now on.
    pub fn close(&mut self, now: Nanos, conn: u32, from: u32, out: &mut impl Wire<M>) {
        let Some(connection) = self.connections.get_mut(conn as usize) else { return };
        let Some(side) = connection.live_side_of(from) else { return };
        connection.set(side, End::Closed);
        if connection.knows(side.other()) {
            self.emit(now, conn, side, PacketKind::Fin, out);
        } else {
            // A peer that has not accepted yet never hears of it.
            self.finish(conn);
        }
    }

    /// A packet's time has come. Returns what its receiver learns of it; what had to wait for it comes
    /// after that, in `behind`.
    #[inline]
    pub fn arrive(
        &mut self,
        now: Nanos,
        packet: Packet<M>,
        out: &mut impl Wire<M>,
        behind: &mut Vec<Delivery<M>>,
    ) -> Option<Delivery<M>> {
        let connection = self.connections.get_mut(packet.conn as usize)?;
        let receiver = Side::receiver(packet.to_opener);
        let (from, to) = (connection.node(receiver.other()), connection.node(receiver));
        if connection.is_finished()
            || self.links.fault(from, to, now).is_some()
            || packet.ordinal != connection.expected(receiver)
        {
            return self.arrive_oddly(now, packet, out);
        }
        let (conn, waited_for) = (packet.conn, connection.holds_packets());
        connection.expect_next(receiver);
        let delivery = self.receive(now, conn, receiver, packet.kind, out);
        if waited_for {
            self.receive_held(now, conn, receiver, out, behind);
        }
        delivery
    }

    /// A packet that comes too late, into a fault, or not in its turn.
    #[cold]
    fn arrive_oddly(&mut self, now: Nanos, packet: Packet<M>, out: &mut impl Wire<M>) -> Option<Delivery<M>> {
        let connection = &mut self.connections[packet.conn as usize];
        if connection.is_finished() {
            return None;
        }
        let receiver = Side::receiver(packet.to_opener);
        let (from, to) = (connection.node(receiver.other()), connection.node(receiver));
        match self.links.fault(from, to, now) {
            // A host without power does not send again what the cut swallowed.
            Some(link::Fault::Stalled) if connection.end(receiver.other()) == End::Gone => {}
            Some(link::Fault::Stalled) => connection.hold(packet),
            Some(link::Fault::CloggedUntil(until)) => out.put(until, packet),
            None if packet.ordinal == AT_ONCE => return self.receive(now, packet.conn, receiver, packet.kind, out),
            // It overtook packets that a fault has delayed.
            None => connection.hold(packet),
        }
        None
    }

    /// Cuts one direction of a link. No acknowledgement passes then in either, so established
    /// connections between the two stall both ways and new ones are not answered, until the cut is
    /// mended; nothing is lost. Cuts of the same link count.
    pub fn cut(&mut self, _now: Nanos, from: u32, to: u32) {
        self.links.cut(from, to);
    }

    /// Takes back one cut. With the last, what was held arrives, one latency from now.
    pub fn mend(&mut self, now: Nanos, from: u32, to: u32, out: &mut impl Wire<M>) {
        if !self.links.mend(from, to) {
            return;
        }
        for conn in self.unfinished_between(from, to) {
            self.release(now, conn, out);
        }
    }

    /// While blocked, connections that `from` opens to `to` are not answered. Those that exist, and
    /// those that `to` opens, are not touched.
    pub fn block_connects(&mut self, from: u32, to: u32, blocked: bool) {
        self.links.block_connects(from, to, blocked);
    }

    /// Multiplies the latency of what `from` sends to `to` from now on; 1 is normal.
    pub fn slow(&mut self, from: u32, to: u32, factor: u32) {
        self.links.set_slow(from, to, factor);
    }

    /// Whatever arrives on this link before `until` is delivered at `until`, in order.
    pub fn clog(&mut self, _now: Nanos, from: u32, to: u32, until: Nanos) {
        self.links.clog(from, to, until);
    }

    /// Breaks a connection at once: both ends learn of it now, what is under way is lost.
    pub fn reset_connection(&mut self, conn: u32, deliver: &mut Vec<Delivery<M>>) {
        let Some(connection) = self.connections.get_mut(conn as usize) else { return };
        for side in [Side::Opener, Side::Acceptor] {
            if connection.knows(side) {
                deliver.push(Delivery::Disconnected { node: connection.node(side), conn });
            }
            connection.set(side, End::Closed);
        }
        self.finish(conn);
    }

    /// The connections between two nodes that are open at both ends, ascending.
    pub fn connections_between(&self, a: u32, b: u32) -> Vec<u32> {
        let mut open = self.unfinished_between(a, b);
        open.retain(|conn| {
            let connection = &self.connections[*conn as usize];
            connection.end(Side::Opener) == End::Open && connection.end(Side::Acceptor) == End::Open
        });
        open
    }

    /// A node's process is gone.
    ///
    /// If only the process died, its system closes the connections: what was sent still travels, then
    /// every peer gets a reset; new connections are refused. If the host went `silent` with it (power
    /// loss), the peers learn nothing: their connections are half-open, what they send is swallowed,
    /// and new connections are not answered. Called for a silent host, `silent = false` says that the
    /// host is back without the process.
    pub fn process_died(&mut self, now: Nanos, node: u32, silent: bool, out: &mut impl Wire<M>) {
        let back = self.hosts[node as usize] == Host::Silent && !silent;
        self.hosts[node as usize] = if silent { Host::Silent } else { Host::Refusing };
        if back {
            self.answer_retransmissions(now, node, out);
        }
        for conn in self.unfinished[node as usize].clone() {
            for side in [Side::Opener, Side::Acceptor] {
                if self.connections[conn as usize].node(side) == node {
                    self.lose_end(now, conn, side, silent, out);
                }
            }
        }
    }

    /// A node's process starts; it accepts connections if it is `listening` at once. Those of its former life are answered with a
    /// reset when the peer next sends on them, be it again what was swallowed meanwhile.
    pub fn process_started(&mut self, now: Nanos, node: u32, listening: bool, out: &mut impl Wire<M>) {
        let back = self.hosts[node as usize] == Host::Silent;
        self.listen(node, listening);
        if back {
            self.answer_retransmissions(now, node, out);
        }
    }

    /// A running process opens or closes its port. Connections that exist are not touched.
    pub fn listen(&mut self, node: u32, open: bool) {
        self.hosts[node as usize] = if open { Host::Listening } else { Host::Refusing };
    }

    /// The host is back: the next retransmission of what it swallowed is answered with a reset. Until
    /// then its senders send nothing new, for they believe the network congested.
    fn answer_retransmissions(&mut self, now: Nanos, node: u32, out: &mut impl Wire<M>) {
        for conn in self.unfinished[node as usize].clone() {
            for side in [Side::Opener, Side::Acceptor] {
                let connection = &self.connections[conn as usize];
                if connection.node(side) != node || connection.end(side) != End::Gone {
                    continue;
                }
                let first =
                    if connection.end(side.other()) == End::Pending { SYN_TIMEOUT } else { RETRANSMISSION_TIMEOUT };
                if let Some(since) = connection.swallowed_since(side) {
                    self.answer_from_the_grave(next_retransmission(since, first, now), conn, side, out);
                }
            }
        }
    }

    /// The process at one end of a connection died.
    fn lose_end(&mut self, now: Nanos, conn: u32, side: Side, silent: bool, out: &mut impl Wire<M>) {
        let connection = &mut self.connections[conn as usize];
        if !connection.knows(side) {
            return;
        }
        let peer_knows = connection.knows(side.other());
        if silent && peer_knows {
            connection.set(side, End::Gone);
            connection.drop_held_from(side);
            return;
        }
        connection.set(side, End::Closed);
        if peer_knows {
            self.emit(now, conn, side, PacketKind::Reset, out);
        } else {
            self.finish(conn);
        }
    }

    /// The packet whose turn it is.
    #[inline]
    fn receive(
        &mut self,
        now: Nanos,
        conn: u32,
        receiver: Side,
        kind: PacketKind<M>,
        out: &mut impl Wire<M>,
    ) -> Option<Delivery<M>> {
        let connection = &self.connections[conn as usize];
        match (connection.end(receiver), kind) {
            (End::Open, PacketKind::Data(message)) => {
                Some(Delivery::Data { node: connection.node(receiver), conn, message })
            }
            (_, kind) => self.receive_control(now, conn, receiver, &kind, out),
        }
    }

    /// What is no message to an open end.
    #[cold]
    fn receive_control(
        &mut self,
        now: Nanos,
        conn: u32,
        receiver: Side,
        kind: &PacketKind<M>,
        out: &mut impl Wire<M>,
    ) -> Option<Delivery<M>> {
        let connection = &mut self.connections[conn as usize];
        let node = connection.node(receiver);
        match (connection.end(receiver), kind) {
            (End::Pending, PacketKind::Syn) => return self.accept(now, conn, out),
            (End::Pending, PacketKind::Established) => {
                connection.set(receiver, End::Open);
                return Some(Delivery::Connected { node, conn });
            }
            (End::Open | End::Pending, PacketKind::Fin | PacketKind::Reset) => {
                connection.set(receiver, End::Closed);
                self.finish_if_forgotten(conn);
                return Some(Delivery::Disconnected { node, conn });
            }
            (End::Gone, _) => self.answer_from_the_grave(now, conn, receiver, out),
            // What the peer of a closed end sent before it knew.
            (End::Closed, PacketKind::Fin | PacketKind::Reset) => self.finish(conn),
            (End::Closed, _) => {}
            (end, kind) => unreachable!("a {} arrived at a {end:?} end", kind.name()),
        }
        None
    }

    /// A SYN has reached the acceptor's host.
    fn accept(&mut self, now: Nanos, conn: u32, out: &mut impl Wire<M>) -> Option<Delivery<M>> {
        let connection = &mut self.connections[conn as usize];
        let (peer, node) = (connection.node(Side::Opener), connection.node(Side::Acceptor));
        match self.hosts[node as usize] {
            Host::Listening => {
                connection.set(Side::Acceptor, End::Open);
                let handshakes = self.later_round_trips(peer, node);
                self.emit(now + handshakes, conn, Side::Acceptor, PacketKind::Established, out);
                return Some(Delivery::Accepted { node, conn, peer });
            }
            Host::Refusing => {
                connection.set(Side::Acceptor, End::Closed);
                self.emit(now, conn, Side::Acceptor, PacketKind::Reset, out);
            }
            Host::Silent => {
                connection.set(Side::Acceptor, End::Gone);
                connection.swallow(Side::Acceptor, now);
            }
        }
        None
    }

    /// Something arrived at a host that lost this connection with its power: a reset if it is back.
    fn answer_from_the_grave(&mut self, now: Nanos, conn: u32, side: Side, out: &mut impl Wire<M>) {
        let connection = &mut self.connections[conn as usize];
        let (node, peer) = (connection.node(side), connection.node(side.other()));
        if self.hosts[node as usize] == Host::Silent {
            connection.swallow(side, now);
            return;
        }
        connection.set(side, End::Closed);
        if connection.knows(side.other()) {
            let at = connection.clamp(side, now + self.links.latency(node, peer));
            let to_opener = side == Side::Acceptor;
            out.put(at, Packet { conn, to_opener, kind: PacketKind::Reset, ordinal: AT_ONCE });
        } else {
            self.finish(conn);
        }
    }

    /// Those held packets whose turn has come now that one before them has arrived.
    #[cold]
    fn receive_held(
        &mut self,
        now: Nanos,
        conn: u32,
        receiver: Side,
        out: &mut impl Wire<M>,
        behind: &mut Vec<Delivery<M>>,
    ) {
        while let Some(packet) = self.connections[conn as usize].take_expected(receiver) {
            behind.extend(self.receive(now, conn, receiver, packet.kind, out));
        }
    }

    /// Lets go of what a fault has held.
    fn release(&mut self, now: Nanos, conn: u32, out: &mut impl Wire<M>) {
        for receiver in [Side::Opener, Side::Acceptor] {
            let connection = &mut self.connections[conn as usize];
            if !connection.holds_for(receiver) {
                continue;
            }
            let (from, to) = (connection.node(receiver.other()), connection.node(receiver));
            let at = now + self.links.latency(from, to);
            connection.clamp(receiver.other(), at);
            connection.take_held(receiver).into_iter().for_each(|packet| out.put(at, packet));
        }
    }

    /// The time that handshakes beyond TCP's take.
    fn later_round_trips(&mut self, a: u32, b: u32) -> Nanos {
        (1..self.round_trips).fold(Nanos::ZERO, |sum, _| sum + self.links.latency(b, a) + self.links.latency(a, b))
    }

    /// Sends `bytes` through a node's network card; returns when the last one has left.
    #[inline]
    fn pass_card(&mut self, now: Nanos, from: u32, to: u32, bytes: u64) -> Nanos {
        let Some(bandwidth) = self.links.bandwidth(from, to) else { return now };
        let free = &mut self.card_free[from as usize];
        *free = (*free).max(now) + span_of(bytes, bandwidth);
        *free
    }

    /// Puts a packet on the wire behind everything that its direction has sent so far.
    #[inline]
    fn emit(&mut self, now: Nanos, conn: u32, sender: Side, kind: PacketKind<M>, out: &mut impl Wire<M>) {
        let connection = &mut self.connections[conn as usize];
        let latency = self.links.latency(connection.node(sender), connection.node(sender.other()));
        let at = connection.clamp(sender, now + latency);
        let ordinal = connection.next_ordinal(sender);
        out.put(at, Packet { conn, to_opener: sender == Side::Acceptor, kind, ordinal });
    }

    fn list(&mut self, node: u32, conn: u32) {
        let list = &mut self.unfinished[node as usize];
        let place = list.partition_point(|other| *other < conn);
        list.insert(place, conn);
    }

    fn unlist(&mut self, node: u32, conn: u32) {
        let list = &mut self.unfinished[node as usize];
        if let Ok(place) = list.binary_search(&conn) {
            list.remove(place);
        }
    }

    fn unfinished_between(&self, a: u32, b: u32) -> Vec<u32> {
        let of_a = self.unfinished[a as usize].iter().copied();
        of_a.filter(|conn| self.connections[*conn as usize].is_between(a, b)).collect()
    }

    fn finish_if_forgotten(&mut self, conn: u32) {
        let connection = &self.connections[conn as usize];
        if !connection.knows(Side::Opener) && !connection.knows(Side::Acceptor) {
            self.finish(conn);
        }
    }

    /// Nothing can come of this connection any more: what is under way is dropped as it arrives.
    fn finish(&mut self, conn: u32) {
        let connection = &mut self.connections[conn as usize];
        connection.finish();
        let nodes = [connection.node(Side::Opener), connection.node(Side::Acceptor)];
        nodes.into_iter().for_each(|node| self.unlist(node, conn));
    }
}

impl<M> PacketKind<M> {
    fn name(&self) -> &'static str {
        match self {
            PacketKind::Syn => "Syn",
            PacketKind::Established => "Established",
            PacketKind::Data(_) => "Data",
            PacketKind::Fin => "Fin",
            PacketKind::Reset => "Reset",
        }
    }
}
