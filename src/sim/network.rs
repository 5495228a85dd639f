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
//! What a cut swallows is sent again when TCP's timers say so (`retransmission.rs`): a network is
//! whole some time after it has been mended, the longer the cut, the later.
//!
//! Kept simple on purpose:
//! - Acknowledgements, windows and retransmissions are no packets. When a link is cut one way only,
//!   what passes the other way still arrives until its sender, who gets no acknowledgement, has waited for
//!   one timeout; it sends nothing new from then on. How much fits into its window is not counted.
//! - Tail loss probes and the linear phase of SYNs (Linux 6.5) are left out.
//! - TCP gives up on a silent peer after a quarter of an hour, on a SYN after two minutes; here it
//!   waits for ever, since whoever speaks over it has timeouts that are shorter.
//! - The receiver's side of a network card is never the bottleneck.

mod connection;
mod connections;
mod link;
mod retransmission;
#[cfg(test)]
mod tests;

pub use self::link::LinkFault;

use self::connection::{Connection, End, Gate, GateKind, Side, is_last};
use self::connections::Connections;
use self::link::{Links, Obstacle};
use self::retransmission::{LEAST_TIMEOUT, SYN_TIMEOUT};
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
        /// The node's own name for it: see [`Network::own`].
        owner: u32,
    },
    /// A connection is gone: refused, closed by the peer, or reset.
    Disconnected {
        /// Who learns it.
        node: u32,
        /// The connection.
        conn: u32,
        /// The node's own name for it.
        owner: u32,
    },
    /// A message has arrived whole.
    Data {
        /// Who gets it.
        node: u32,
        /// The connection.
        conn: u32,
        /// The node's own name for it.
        owner: u32,
        /// What.
        message: M,
    },
}

/// The name of an end that nobody has named.
pub const NO_OWNER: u32 = u32::MAX;

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
/// use kafkasim::sim::network::{Delivery, LinkSpec, NO_OWNER, Network};
/// use kafkasim::sim::queue::EventQueue;
/// use kafkasim::sim::random::Distribution;
/// use kafkasim::sim::time::Nanos;
///
/// let link = LinkSpec { latency: Distribution::Constant(Nanos(10)), bytes_per_second: None };
/// let mut network: Network<&str> = Network::new(2, &link, 1);
/// let (mut queue, mut out, mut heard) = (EventQueue::new(), Vec::new(), Vec::new());
/// network.connect(Nanos::ZERO, 0, 0, 1, &mut out);
/// network.own(0, 0, 7); // what node 0 calls its end
/// loop {
///     out.drain(..).for_each(|(at, packet)| { queue.push(at, packet); });
///     let Some((now, _, packet)) = queue.pop() else { break };
///     let mut behind = Vec::new();
///     heard.extend(network.arrive(now, packet, &mut out, &mut behind));
///     heard.append(&mut behind);
///     if heard.last() == Some(&Delivery::Connected { node: 0, conn: 0, owner: 7 }) {
///         network.send(now, 0, 0, "hello", 100, &mut out);
///     }
/// }
/// assert_eq!(heard[0], Delivery::Accepted { node: 1, conn: 0, peer: 0 });
/// assert_eq!(heard[2], Delivery::Data { node: 1, conn: 0, owner: NO_OWNER, message: "hello" });
/// ```
#[derive(Clone, Debug)]
pub struct Network<M: Clone> {
    links: Links,
    hosts: Vec<Host>,
    /// When each node's network card has sent everything so far.
    card_free: Vec<Nanos>,
    connections: Connections<M>,
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
            connections: Connections::new(),
            unfinished: vec![Vec::new(); nodes_len],
        }
    }

    /// Replaces one direction of a link. Messages under way keep their time.
    pub fn set_link(&mut self, from: u32, to: u32, spec: &LinkSpec) {
        self.links.set_spec(from, to, spec);
    }

    /// No hop takes less than this from now on, whatever the links' latencies: something always takes
    /// time. The default is no limit.
    pub fn least_latency(&mut self, least: Nanos) {
        self.links.set_least(least);
    }

    /// `from` opens connection `conn` to `to`. [`Delivery::Connected`] or
    /// [`Delivery::Disconnected`] follows for it, or nothing where nobody answers.
    ///
    /// # Panics
    /// The number was used before.
    pub fn connect(&mut self, now: Nanos, conn: u32, from: u32, to: u32, out: &mut impl Wire<M>) {
        self.connections.open(conn, from, to);
        self.list(from, conn);
        if from != to {
            self.list(to, conn);
        }
        if self.links.connects_blocked(from, to) {
            self.connections.at_mut(conn).fall_silent(Side::Opener, now);
        } else {
            self.emit(now, conn, Side::Opener, PacketKind::Syn, out);
        }
    }

    /// `node` names its end of an open connection: the name comes with every delivery there. (Of a node that is
    /// connected to itself it is the opener's end.)
    pub fn own(&mut self, conn: u32, node: u32, owner: u32) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.own(node, owner);
        }
    }

    /// The same of the end that it has accepted.
    pub fn own_accepted(&mut self, conn: u32, node: u32, owner: u32) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.own_accepted(node, owner);
        }
    }

    /// The name that `node` has given to its end; [`NO_OWNER`] if it has not, or if the connection is long over.
    pub fn owner(&self, conn: u32, node: u32) -> u32 {
        self.connections.get(conn).map_or(NO_OWNER, |connection| connection.owner_of(node))
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
        let side = self.connections.get(conn)?.open_side_of(from)?;
        self.send_from(now, conn, side, message, bytes, out)
    }
    /// The same from the end that was accepted. Of a node that is connected to itself [`Network::send`] takes the other.
    #[inline]
    pub fn answer(
        &mut self,
        now: Nanos,
        conn: u32,
        from: u32,
        message: M,
        bytes: u64,
        out: &mut impl Wire<M>,
    ) -> Option<Nanos> {
        let connection = self.connections.get(conn)?;
        let side = match connection.is_to_itself() {
            true => connection.is_open_at(Side::Acceptor).then_some(Side::Acceptor)?,
            false => connection.open_side_of(from)?,
        };
        self.send_from(now, conn, side, message, bytes, out)
    }
    #[inline]
    fn send_from(
        &mut self,
        now: Nanos,
        conn: u32,
        side: Side,
        message: M,
        bytes: u64,
        out: &mut impl Wire<M>,
    ) -> Option<Nanos> {
        let connection = self.connections.get(conn)?;
        let (from, to) = (connection.node(side), connection.node(side.other()));
        let written = self.pass_card(now, from, to, bytes);
        self.emit(written, conn, side, PacketKind::Data(message), out);
        Some(written)
    }

    /// `from` closes its end: what it has sent still arrives, and then the other end learns of it;
    /// what the other end sends is dropped from now on.
    pub fn close(&mut self, now: Nanos, conn: u32, from: u32, out: &mut impl Wire<M>) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
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
        let connection = self.connections.get_mut(packet.conn)?;
        let receiver = Side::receiver(packet.to_opener);
        let (from, to) = (connection.node(receiver.other()), connection.node(receiver));
        if !connection.is_free()
            || self.links.obstacle(from, to).is_some()
            || packet.ordinal != connection.expected(receiver)
        {
            return self.arrive_oddly(now, packet, out, behind);
        }
        let (conn, waited_for) = (packet.conn, connection.holds_packets());
        connection.expect_next(receiver);
        if !waited_for
            && connection.end(receiver) == End::Open
            && let PacketKind::Data(message) = packet.kind
        {
            return Some(Delivery::Data { node: to, conn, owner: connection.owner(receiver), message });
        }
        self.take_turn(now, packet, waited_for, out, behind)
    }

    /// A packet whose turn has come, and those that have waited for it.
    fn take_turn(
        &mut self,
        now: Nanos,
        packet: Packet<M>,
        waited_for: bool,
        out: &mut impl Wire<M>,
        behind: &mut Vec<Delivery<M>>,
    ) -> Option<Delivery<M>> {
        let (conn, receiver) = (packet.conn, Side::receiver(packet.to_opener));
        let delivery = self.receive(now, conn, receiver, packet.kind, out);
        if waited_for {
            self.receive_held(now, conn, receiver, out, behind);
        }
        delivery
    }

    /// A packet that comes too late, into a fault, or not in its turn.
    #[cold]
    fn arrive_oddly(
        &mut self,
        now: Nanos,
        packet: Packet<M>,
        out: &mut impl Wire<M>,
        behind: &mut Vec<Delivery<M>>,
    ) -> Option<Delivery<M>> {
        let connection = self.connections.get_mut(packet.conn)?;
        if connection.is_finished() {
            return None;
        }
        let receiver = Side::receiver(packet.to_opener);
        let (from, to) = (connection.node(receiver.other()), connection.node(receiver));
        match self.links.obstacle(from, to) {
            Some(Obstacle::Stalled { way_is_open }) if !self.passes_unacknowledged(now, &packet, way_is_open) => {
                let connection = self.connections.at_mut(packet.conn);
                // A host without power does not send again what the cut swallowed.
                if connection.end(receiver.other()) != End::Gone {
                    connection.hold(packet);
                }
                None
            }
            Some(Obstacle::Clogged) => {
                self.connections.at_mut(packet.conn).hold(packet);
                None
            }
            Some(Obstacle::Stalled { .. }) | None => self.arrive_gated(now, packet, out, behind),
        }
    }

    /// Whether a packet arrives although a cut swallows it or its acknowledgement. Its sender falls
    /// silent either way.
    fn passes_unacknowledged(&mut self, now: Nanos, packet: &Packet<M>, way_is_open: bool) -> bool {
        let receiver = Side::receiver(packet.to_opener);
        if packet.ordinal == AT_ONCE {
            return way_is_open;
        }
        let timeout = self.first_timeout(packet.conn, receiver.other());
        let connection = self.connections.at_mut(packet.conn);
        let since = connection.fall_silent(receiver.other(), now);
        // A SYN gets nowhere without its answer, and what comes out of turn has others before it.
        way_is_open
            && !matches!(packet.kind, PacketKind::Syn)
            && packet.ordinal == connection.expected(receiver)
            && now < since.saturating_add(timeout)
    }

    /// A packet that no link stops: a gate may, or its place among the others.
    fn arrive_gated(
        &mut self,
        now: Nanos,
        packet: Packet<M>,
        out: &mut impl Wire<M>,
        behind: &mut Vec<Delivery<M>>,
    ) -> Option<Delivery<M>> {
        let connection = self.connections.at_mut(packet.conn);
        let (conn, receiver) = (packet.conn, Side::receiver(packet.to_opener));
        match connection.stopped_by(&packet) {
            Some(GateKind::Drop) if is_last(&packet) => {}
            Some(GateKind::Drop) => return None,
            Some(GateKind::Hold) => {
                connection.hold(packet);
                return None;
            }
            None if packet.ordinal == AT_ONCE => {}
            None if connection.takes_turn(&packet) => {
                let waited_for = connection.holds_packets();
                return self.take_turn(now, packet, waited_for, out, behind);
            }
            None => {
                // It overtook packets that a fault has delayed.
                connection.hold(packet);
                return None;
            }
        }
        self.receive(now, conn, receiver, packet.kind, out)
    }

    /// The time after which a sender without an acknowledgement sends again.
    fn first_timeout(&self, conn: u32, sender: Side) -> Nanos {
        let connection = self.connections.at(conn);
        if connection.end(sender) == End::Pending {
            return SYN_TIMEOUT;
        }
        let (a, b) = (connection.node(sender), connection.node(sender.other()));
        LEAST_TIMEOUT.saturating_add(self.links.typical(a, b)).saturating_add(self.links.typical(b, a))
    }

    /// Something goes wrong with what `from` sends to `to`, beside what is wrong already.
    pub fn begin(&mut self, from: u32, to: u32, fault: LinkFault) {
        self.links.begin(from, to, fault);
    }

    /// Takes back one fault that was begun like this. What it kept back is on its way again, as soon
    /// as no other fault keeps it.
    pub fn end(&mut self, now: Nanos, from: u32, to: u32, fault: LinkFault, out: &mut impl Wire<M>) {
        if !self.links.end(from, to, fault) {
            return;
        }
        match fault {
            LinkFault::Cut | LinkFault::Clogged => {
                let on_its_way = fault == LinkFault::Clogged;
                for conn in self.unfinished_between(from, to) {
                    for sender in [Side::Opener, Side::Acceptor] {
                        self.release(now, conn, sender, on_its_way, out);
                    }
                }
            }
            LinkFault::NoConnects => self.send_syns_again(now, from, to, out),
            LinkFault::Slow(_) | LinkFault::Late(_) | LinkFault::Narrow(_) => {}
        }
    }

    /// From now on, `conn`'s messages from `from` wait somewhere on the way, until [`Network::let_go`];
    /// what is under way arrives.
    pub fn hold_back(&mut self, conn: u32, from: u32) -> Option<Held> {
        self.gate(conn, from, GateKind::Hold)
    }

    /// From now on, `conn`'s messages from `from` are lost on the way, though both ends believe them
    /// delivered; the end of the connection is noticed. What is under way arrives.
    pub fn swallow(&mut self, conn: u32, from: u32) {
        self.gate(conn, from, GateKind::Drop);
    }

    fn gate(&mut self, conn: u32, from: u32, kind: GateKind) -> Option<Held> {
        let connection = self.connections.get_mut(conn)?;
        let sender = connection.open_side_of(from)?;
        Some(Held { conn, gate: connection.gate(sender, kind) })
    }

    /// What was held back goes on.
    pub fn let_go(&mut self, now: Nanos, held: Held, out: &mut impl Wire<M>) {
        let Held { conn, gate } = held;
        if self.connections.get_mut(conn).is_some_and(|connection| connection.lift(gate)) {
            self.release(now, conn, gate.sender, true, out);
        }
    }

    /// Whose a packet is that is still under way, and for whom; none once its connection is over: it reaches nobody.
    pub fn way(&self, packet: &Packet<M>) -> Option<(u32, u32)> {
        let connection = self.connections.get(packet.conn).filter(|connection| !connection.is_finished())?;
        let receiver = Side::receiver(packet.to_opener);
        Some((connection.node(receiver.other()), connection.node(receiver)))
    }

    /// The packets that a fault keeps on their way, or that wait for one before them, connection by connection.
    pub fn held(&self) -> impl Iterator<Item = &Packet<M>> {
        let mut open: Vec<u32> = self.unfinished.iter().flatten().copied().collect();
        open.sort();
        open.dedup();
        open.into_iter().filter_map(|conn| self.connections.get(conn)).flat_map(Connection::held)
    }

    /// The node at the other end of a connection that `node` has open.
    pub fn peer(&self, conn: u32, node: u32) -> Option<u32> {
        let connection = self.connections.get(conn)?;
        connection.open_side_of(node).map(|side| connection.node(side.other()))
    }

    /// Whether a host has lost its power: nobody answers there.
    pub fn is_dark(&self, node: u32) -> bool {
        self.hosts[node as usize] == Host::Silent
    }

    /// Breaks a connection at once: both ends learn of it now, what is under way is lost.
    pub fn reset_connection(&mut self, conn: u32, deliver: &mut Vec<Delivery<M>>) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        for side in [Side::Opener, Side::Acceptor] {
            if connection.knows(side) {
                deliver.push(Delivery::Disconnected {
                    node: connection.node(side),
                    conn,
                    owner: connection.owner(side),
                });
            }
            connection.set(side, End::Closed);
        }
        self.finish(conn);
    }

    /// The connections between two nodes that are open at both ends, ascending.
    pub fn connections_between(&self, a: u32, b: u32) -> Vec<u32> {
        let mut open = self.unfinished_between(a, b);
        open.retain(|conn| {
            let connection = self.connections.at(*conn);
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
                if self.connections.get(conn).is_some_and(|connection| connection.node(side) == node) {
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
                let Some(connection) = self.connections.get(conn) else { continue };
                if connection.node(side) != node || connection.end(side) != End::Gone {
                    continue;
                }
                if let Some(since) = connection.silent_since(side.other()) {
                    let timeout = self.first_timeout(conn, side.other());
                    self.answer_from_the_grave(retransmission::next(since, timeout, now), conn, side, out);
                }
            }
        }
    }

    /// SYNs that nobody took are sent again when their time comes.
    fn send_syns_again(&mut self, now: Nanos, from: u32, to: u32, out: &mut impl Wire<M>) {
        if self.links.connects_blocked(from, to) {
            return;
        }
        for conn in self.unfinished_between(from, to) {
            let connection = self.connections.at(conn);
            let waits = connection.node(Side::Opener) == from && !connection.has_sent(Side::Opener);
            if let (true, Some(since)) = (waits, connection.silent_since(Side::Opener)) {
                let at = retransmission::next(since, SYN_TIMEOUT, now);
                self.connections.at_mut(conn).break_silence(Side::Opener, at);
                self.emit(at, conn, Side::Opener, PacketKind::Syn, out);
            }
        }
    }

    /// The process at one end of a connection died.
    fn lose_end(&mut self, now: Nanos, conn: u32, side: Side, silent: bool, out: &mut impl Wire<M>) {
        let connection = self.connections.at_mut(conn);
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
    fn receive(
        &mut self,
        now: Nanos,
        conn: u32,
        receiver: Side,
        kind: PacketKind<M>,
        out: &mut impl Wire<M>,
    ) -> Option<Delivery<M>> {
        let connection = self.connections.at(conn);
        match (connection.end(receiver), kind) {
            (End::Open, PacketKind::Data(message)) => Some(Delivery::Data {
                node: connection.node(receiver),
                conn,
                owner: connection.owner(receiver),
                message,
            }),
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
        let connection = self.connections.at_mut(conn);
        let (node, owner) = (connection.node(receiver), connection.owner(receiver));
        match (connection.end(receiver), kind) {
            (End::Pending, PacketKind::Syn) => return self.accept(now, conn, out),
            (End::Pending, PacketKind::Established) => {
                connection.set(receiver, End::Open);
                return Some(Delivery::Connected { node, conn, owner });
            }
            (End::Open | End::Pending, PacketKind::Fin | PacketKind::Reset) => {
                connection.set(receiver, End::Closed);
                self.finish_if_forgotten(conn);
                return Some(Delivery::Disconnected { node, conn, owner });
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
        let connection = self.connections.at_mut(conn);
        let (peer, node) = (connection.node(Side::Opener), connection.node(Side::Acceptor));
        match self.hosts[node as usize] {
            Host::Listening => {
                connection.set(Side::Acceptor, End::Open);
                self.emit(now, conn, Side::Acceptor, PacketKind::Established, out);
                return Some(Delivery::Accepted { node, conn, peer });
            }
            Host::Refusing => {
                connection.set(Side::Acceptor, End::Closed);
                self.emit(now, conn, Side::Acceptor, PacketKind::Reset, out);
            }
            Host::Silent => {
                connection.set(Side::Acceptor, End::Gone);
                connection.fall_silent(Side::Opener, now);
            }
        }
        None
    }

    /// Something arrived at a host that lost this connection with its power: a reset if it is back.
    fn answer_from_the_grave(&mut self, now: Nanos, conn: u32, side: Side, out: &mut impl Wire<M>) {
        let connection = self.connections.at_mut(conn);
        let (node, peer) = (connection.node(side), connection.node(side.other()));
        if self.hosts[node as usize] == Host::Silent {
            connection.fall_silent(side.other(), now);
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
        while let Some(packet) = self.connections.get_mut(conn).and_then(|c| c.take_expected(receiver)) {
            behind.extend(self.receive(now, conn, receiver, packet.kind, out));
        }
    }

    /// Lets go of what a fault has held in one direction, unless another fault holds it. Who got no
    /// acknowledgement sends again when the timer says so, and nothing new before; what is `on_its_way`
    /// has only to arrive.
    fn release(&mut self, now: Nanos, conn: u32, sender: Side, on_its_way: bool, out: &mut impl Wire<M>) {
        let Some(connection) = self.connections.get(conn).filter(|c| !c.is_finished()) else { return };
        let (from, to) = (connection.node(sender), connection.node(sender.other()));
        if self.links.obstacle(from, to).is_some() {
            return;
        }
        let mut at = if on_its_way { now } else { now.saturating_add(self.links.typical(from, to)) };
        if let Some(since) = connection.silent_since(sender).filter(|_| connection.end(sender) != End::Gone) {
            at = retransmission::next(since, self.first_timeout(conn, sender), at);
            self.connections.at_mut(conn).break_silence(sender, at);
        }
        let connection = self.connections.at_mut(conn);
        if connection.holds_for(sender.other()) {
            connection.clamp(sender, at);
            connection.take_held(sender.other()).into_iter().for_each(|packet| out.put(at, packet));
        }
    }

    /// Sends `bytes` through a node's network card; returns when the last one has left.
    #[inline]
    fn pass_card(&mut self, now: Nanos, from: u32, to: u32, bytes: u64) -> Nanos {
        let mut left = now;
        if let Some(bandwidth) = self.links.bandwidth(from, to) {
            let free = &mut self.card_free[from as usize];
            *free = (*free).max(now) + span_of(bytes, bandwidth);
            left = *free;
        }
        self.links.squeeze(from, to, left, bytes)
    }

    /// Puts a packet on the wire behind everything that its direction has sent so far.
    #[inline]
    fn emit(&mut self, now: Nanos, conn: u32, sender: Side, kind: PacketKind<M>, out: &mut impl Wire<M>) {
        let connection = self.connections.at_mut(conn);
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
        of_a.filter(|conn| self.connections.at(*conn).is_between(a, b)).collect()
    }

    fn finish_if_forgotten(&mut self, conn: u32) {
        let connection = self.connections.at(conn);
        if !connection.knows(Side::Opener) && !connection.knows(Side::Acceptor) {
            self.finish(conn);
        }
    }

    /// Nothing can come of this connection any more: what is under way is dropped as it arrives.
    fn finish(&mut self, conn: u32) {
        let connection = self.connections.at(conn);
        let nodes = [connection.node(Side::Opener), connection.node(Side::Acceptor)];
        nodes.into_iter().for_each(|node| self.unlist(node, conn));
        self.connections.finish(conn);
    }
}

/// Messages of a connection that wait on the way: see [`Network::hold_back`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    conn: u32,
    gate: Gate,
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
