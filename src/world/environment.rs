//! What surrounds the processes: the network between them, their timers, and the schedule of what is
//! still to happen. Here their effects are carried out.

use super::interception::Interceptors;
use super::rack_meter::RackMeter;
use crate::history::record::Causes;
use crate::node::Effect;
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message};
use crate::sim::network::{Network, Packet, Wire};
use crate::sim::queue::EventQueue;
use crate::sim::time::Nanos;
use crate::sim::timers::TimerTable;

/// What the queue holds.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Bytes arrive.
    Packet(Packet<Message>),
    /// A timer may be due.
    Timer { node: u32, kind: u8, index: u32 },
    /// The last byte of a message left a process of this incarnation.
    Written { node: NodeId, incarnation: u32, conn: ConnId, correlation: u32 },
    /// A process is started, if it is down and was when this was scheduled: after so many lives.
    Start { node: NodeId, lives: u32 },
    /// A process of this incarnation is through with itself and begins its work.
    Booted { node: NodeId, incarnation: u32 },
    /// A paused process goes on.
    Resume(NodeId),
    /// Fault number `.0` strikes.
    FaultStrikes(u16),
    /// Active fault number `.0` (in order of striking) is over.
    FaultEnds(u32),
    /// The workload's time is up.
    FinalPhase,
    /// Is there anything left to read?
    FinalCheck,
}

/// What is still to happen, and, if somebody asked, what caused it.
#[derive(Clone)]
pub(super) struct Schedule {
    queue: EventQueue<Event>,
    causes: Option<Causes>,
    /// The event that is being handled.
    current: u64,
}

impl Schedule {
    pub(super) fn new() -> Schedule {
        Schedule { queue: EventQueue::new(), causes: None, current: Causes::ROOT }
    }
    /// The number of the event that is being handled.
    pub(super) fn current(&self) -> u64 {
        self.current
    }
    pub(super) fn causes(&self) -> Option<&Causes> {
        self.causes.as_ref()
    }
    /// What has been scheduled so far has no cause; of what follows it is kept.
    pub(super) fn record_causes(&mut self) {
        let mut causes = Causes::default();
        (0..self.queue.len()).for_each(|_| causes.push(Causes::ROOT));
        self.causes = Some(causes);
    }
    #[inline]
    pub(super) fn push(&mut self, at: Nanos, event: Event) {
        self.queue.push(at, event);
        if let Some(causes) = &mut self.causes {
            causes.push(self.current);
        }
    }
    /// When the next event is.
    pub(super) fn peek(&self) -> Option<Nanos> {
        self.queue.peek()
    }
    /// The packets under way, with the times and numbers of their arrivals, in no order.
    pub(super) fn packets(&self) -> impl Iterator<Item = (Nanos, u64, &Packet<Message>)> {
        self.queue.pending().filter_map(|(at, id, event)| match event {
            Event::Packet(packet) => Some((at, id, packet)),
            _ => None,
        })
    }
    /// Takes the next event, unless it is later than `until`.
    #[inline]
    pub(super) fn next(&mut self, until: Nanos) -> Option<(Nanos, Event)> {
        let (at, id, event) = self.queue.pop_until(until)?;
        self.current = id;
        Some((at, event))
    }
}

impl Wire<Message> for Schedule {
    #[inline]
    fn put(&mut self, at: Nanos, packet: Packet<Message>) {
        self.push(at, Event::Packet(packet));
    }
}

/// See the module.
#[derive(Clone)]
pub(super) struct Environment {
    pub(super) network: Network<Message>,
    pub(super) timers: TimerTable,
    pub(super) schedule: Schedule,
    /// What is kept from arriving, by kind of request.
    pub(super) interceptors: Interceptors,
    /// How much has to cross racks; none where brokers stand in none.
    pub(super) rack_meter: Option<RackMeter>,
}

/// How a process ends by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// Cleanly.
    Exit,
    /// By its own fault; started again this much later.
    Halt(Option<Nanos>),
}

impl Environment {
    /// Carries out one effect of a process. Returns how it ends the process, if it does.
    #[inline]
    pub(super) fn carry_out(&mut self, now: Nanos, node: NodeId, incarnation: u32, effect: Effect) -> Option<Ending> {
        let from = u32::from(node.0);
        match effect {
            Effect::Send { conn, message, after, notify } => {
                if !self.interceptors.is_empty()
                    && self.interceptors.lose(conn.0, from, &message, notify, &mut self.network)
                {
                    self.schedule.push(
                        now + after,
                        Event::Written { node, incarnation, conn, correlation: message.correlation },
                    );
                    return None;
                }
                let (bytes, correlation, at) = (message.size(), message.correlation, now + after);
                if let Some(meter) = &mut self.rack_meter
                    && let Some(to) = self.network.peer(conn.0, from)
                {
                    meter.count(node, NodeId(to as u16), &message);
                }
                let written = match message.body {
                    Body::Request(_) => self.network.send(at, conn.0, from, message, bytes, &mut self.schedule),
                    // A broker answers itself at the other end of the connection.
                    Body::Response(_) => self.network.answer(at, conn.0, from, message, bytes, &mut self.schedule),
                };
                if let (true, Some(at)) = (notify, written) {
                    self.schedule.push(at, Event::Written { node, incarnation, conn, correlation });
                }
            }
            Effect::SetTimer { timer, at } => {
                let at = at.max(now);
                // Never, if need be: then the timer is cancelled.
                if self.timers.set(from, timer.kind, timer.index, at) {
                    self.schedule.push(at, Event::Timer { node: from, kind: timer.kind, index: timer.index });
                }
            }
            Effect::CancelTimer { timer } => self.timers.cancel(from, timer.kind, timer.index),
            Effect::Connect { conn, peer, owner } => {
                self.network.connect(now, conn.0, from, u32::from(peer.0), &mut self.schedule);
                self.network.own(conn.0, from, owner.0);
            }
            Effect::Own { conn, owner } => self.network.own_accepted(conn.0, from, owner.0),
            Effect::Close { conn } => self.network.close(now, conn.0, from, &mut self.schedule),
            Effect::Listen { open } => self.network.listen(from, open),
            Effect::Exit => return Some(Ending::Exit),
            Effect::Halt { restart_after } => return Some(Ending::Halt(restart_after)),
        }
        None
    }
}
