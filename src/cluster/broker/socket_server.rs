//! The connections that others opened, and the one request that each may have in progress: muting, queues, the wait
//! for the disk (`core/.../network/{SocketServer,RequestChannel}.scala`, `KafkaRequestHandlerPool`).
//!
//! A channel has one request in progress, from its receipt until its answer is sent; what arrives meanwhile
//! waits. So requests of one channel are executed in order, and a delayed one holds up all that follow it
//! there. Here requests come out and answers go in; what a request means is not known.

use std::collections::VecDeque;

use super::request_channel::{RequestChannel, Used};
use super::timers::{BrokerEndpoint, BrokerTimer};
use crate::cluster::coordinator::ReplyTo;
use crate::node::{Context, Owner};
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::machine::Machine;
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::time::Nanos;

/// Time that a broker without a machine spends on any request beside its disk: network thread, queue, handler thread.
const SERVICE_TIME: Nanos = Nanos::from_micros(50);

/// Request handler threads (`num.io.threads`) of a broker without a machine: this many requests may wait for the disk before all
/// others wait too.
const REQUEST_HANDLERS: usize = 8;

/// How often a disk that does not say when it will be ready is looked at again.
pub(super) const DISK_POLL: Nanos = Nanos::from_millis(100);

/// When the disk is ready to serve.
#[inline]
pub(super) fn disk_ready_at(ctx: &mut Context<'_>) -> Nanos {
    let now = ctx.now();
    ctx.disk().ready_at(now)
}

/// What a channel's request is doing.
#[derive(Clone, Debug)]
enum ChannelState {
    /// There is no connection in this slot.
    Free,
    /// There is no request, or its answer is on its way.
    Idle,
    /// It is being read, or waits for the disk or for a request handler thread.
    Blocked(Request),
    /// It is being executed, or delayed.
    InProgress,
}

/// One connection (`KafkaChannel`).
#[derive(Clone, Debug)]
struct Channel {
    conn: ConnId,
    /// Who opened it.
    peer: NodeId,
    /// Whether the other end is still there. Requests that have arrived are executed all the same.
    is_open: bool,
    state: ChannelState,
    /// Correlation id of the request in progress.
    correlation: u32,
    /// Counts the slot's requests, across connections: tells a blocked request from a later one.
    serial: u64,
    /// Muted until then: the answer to the request before has not left yet.
    muted_until: Nanos,
    /// When a handler has executed the request, on a machine that has an end.
    handled: Nanos,
    /// Requests that arrived while it was muted, with their correlation ids.
    queue: VecDeque<(u32, Request)>,
}

/// What becomes of a channel whose peer is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PeerGone {
    /// What has arrived before is still to be executed, up to the first answer that cannot be sent
    /// (`Selector`'s graceful close).
    MayGoOn,
    /// Its request was in progress: nobody is to be answered, and the slot is free.
    Released,
}

/// All channels, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct SocketServer {
    channels: Vec<Channel>,
    free: Vec<u32>,
    /// Requests that wait for the disk, oldest first, by slot and serial number.
    blocked: VecDeque<(u32, u64)>,
    /// Threads and queue of the machine; none: there is always time.
    requests: Option<Box<RequestChannel>>,
}

impl SocketServer {
    /// That of a process that starts now.
    pub(super) fn on_machine(machine: Option<Machine>, now: Nanos) -> SocketServer {
        let requests = machine.map(|machine| Box::new(RequestChannel::new(machine, now)));
        SocketServer { requests, ..SocketServer::default() }
    }
    /// What threads and queue of the machine were used so far.
    pub(super) fn used(&self, now: Nanos) -> Option<Used> {
        self.requests.as_ref().map(|requests| requests.used(now))
    }
    /// A peer has connected.
    pub(super) fn accept(&mut self, conn: ConnId, peer: NodeId, ctx: &mut Context<'_>) {
        let channel = Channel {
            conn,
            peer,
            is_open: true,
            state: ChannelState::Idle,
            correlation: 0,
            serial: 0,
            muted_until: Nanos::ZERO,
            handled: Nanos::ZERO,
            queue: VecDeque::new(),
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                let serial = self.channels[slot as usize].serial;
                self.channels[slot as usize] = Channel { serial, ..channel };
                slot
            }
            None => {
                self.channels.push(channel);
                (self.channels.len() - 1) as u32
            }
        };
        ctx.own(conn, BrokerEndpoint::Channel(slot));
    }
    /// The slot of a connection that is open here.
    #[inline]
    pub(super) fn slot_of(&self, conn: ConnId, owner: Owner) -> Option<u32> {
        let is_it = |channel: &Channel| channel.conn == conn && channel.is_open;
        match BrokerEndpoint::of(owner) {
            Some(BrokerEndpoint::Channel(slot)) => is_it(&self.channels[slot as usize]).then_some(slot),
            Some(_) => None,
            // It was accepted and has spoken while this process stood still.
            None => self.channels.iter().position(is_it).map(|slot| slot as u32),
        }
    }
    /// Whether an answer would be heard.
    #[inline]
    pub(super) fn is_open(&self, slot: u32) -> bool {
        self.channels[slot as usize].is_open
    }
    /// The connection and who opened it.
    pub(super) fn peer(&self, slot: u32) -> (ConnId, NodeId) {
        let channel = &self.channels[slot as usize];
        (channel.conn, channel.peer)
    }

    /// A request has arrived. It comes out again if it may be executed at once.
    #[inline]
    pub(super) fn receive(
        &mut self,
        slot: u32,
        correlation: u32,
        request: Request,
        ctx: &mut Context<'_>,
    ) -> Option<Request> {
        let channel = &mut self.channels[slot as usize];
        let idle = matches!(channel.state, ChannelState::Idle);
        if idle && channel.queue.is_empty() {
            if channel.muted_until <= ctx.now() {
                return self.begin(slot, correlation, request, ctx);
            }
            ctx.set_timer(BrokerTimer::Unmute(slot), channel.muted_until);
        }
        channel.queue.push_back((correlation, request));
        None
    }
    /// The next request of a channel, unless it is muted, has one in progress, or none has arrived.
    pub(super) fn next_request(&mut self, slot: u32, ctx: &mut Context<'_>) -> Option<Request> {
        let channel = &mut self.channels[slot as usize];
        if !matches!(channel.state, ChannelState::Idle) {
            return None;
        }
        if channel.muted_until > ctx.now() {
            ctx.set_timer(BrokerTimer::Unmute(slot), channel.muted_until);
            return None;
        }
        let Some((correlation, request)) = channel.queue.pop_front() else {
            if !channel.is_open {
                self.release(slot);
            }
            return None;
        };
        self.begin(slot, correlation, request, ctx)
    }
    #[inline]
    fn begin(&mut self, slot: u32, correlation: u32, request: Request, ctx: &mut Context<'_>) -> Option<Request> {
        if self.requests.is_some() {
            self.read(slot, correlation, request, ctx);
            return None;
        }
        let must_wait = self.must_wait(&request, ctx);
        let channel = &mut self.channels[slot as usize];
        channel.serial += 1;
        channel.correlation = correlation;
        if must_wait {
            self.blocked.push_back((slot, channel.serial));
            channel.state = ChannelState::Blocked(request);
            await_disk(ctx);
            return None;
        }
        channel.state = ChannelState::InProgress;
        Some(request)
    }
    /// A network thread begins to read a request.
    fn read(&mut self, slot: u32, correlation: u32, request: Request, ctx: &mut Context<'_>) {
        let channel = &mut self.channels[slot as usize];
        channel.serial += 1;
        channel.correlation = correlation;
        if let Some(requests) = &mut self.requests {
            requests.receive(slot, channel.serial, &request, ctx.now());
            await_handler(requests, ctx);
        }
        channel.state = ChannelState::Blocked(request);
    }
    /// The next of the queued requests, if a handler is free for it, and does not have to wait for the disk first.
    pub(super) fn next_queued(&mut self, ctx: &mut Context<'_>) -> Option<(u32, Request)> {
        let requests = self.requests.as_mut()?;
        let now = ctx.now();
        while let Some((slot, serial)) = requests.next(now) {
            let channel = &mut self.channels[slot as usize];
            match &channel.state {
                ChannelState::Blocked(request) if channel.serial == serial => {
                    if needs_disk(request) && (!self.blocked.is_empty() || disk_ready_at(ctx) > now) {
                        requests.hold(now);
                        self.blocked.push_back((slot, serial));
                        await_disk(ctx);
                        continue;
                    }
                }
                _ => {
                    requests.dropped();
                    continue;
                }
            }
            return self.take(slot, ctx);
        }
        await_handler(requests, ctx);
        None
    }
    /// A blocked request is executed from now on.
    fn take(&mut self, slot: u32, ctx: &mut Context<'_>) -> Option<(u32, Request)> {
        let channel = &mut self.channels[slot as usize];
        let ChannelState::Blocked(request) = std::mem::replace(&mut channel.state, ChannelState::InProgress) else {
            return None;
        };
        if self.requests.is_some() {
            channel.handled = ctx.now();
            ctx.disk().begin_calls();
        }
        Some((slot, request))
    }
    /// What came out last is executed.
    pub(super) fn executed(&mut self, slot: u32, ctx: &mut Context<'_>) {
        if let Some(requests) = &mut self.requests {
            let now = ctx.now();
            let handled = requests.executed(now, ctx.disk().calls_returned());
            let channel = &mut self.channels[slot as usize];
            channel.handled = channel.handled.max(handled);
        }
    }
    fn must_wait(&self, request: &Request, ctx: &mut Context<'_>) -> bool {
        if self.blocked.len() >= REQUEST_HANDLERS {
            return true;
        }
        needs_disk(request) && (!self.blocked.is_empty() || disk_ready_at(ctx) > ctx.now())
    }
    /// The next of the requests that wait for the disk, if that is ready.
    pub(super) fn next_unblocked(&mut self, ctx: &mut Context<'_>) -> Option<(u32, Request)> {
        while disk_ready_at(ctx) <= ctx.now()
            && let Some((slot, serial)) = self.blocked.pop_front()
        {
            let channel = &self.channels[slot as usize];
            let is_there = channel.serial == serial && matches!(channel.state, ChannelState::Blocked(_));
            if let Some(requests) = &mut self.requests {
                requests.resume(ctx.now());
                if !is_there {
                    requests.dropped();
                }
            }
            if is_there {
                return self.take(slot, ctx);
            }
        }
        if !self.blocked.is_empty() {
            await_disk(ctx);
        }
        None
    }

    /// Where the answer to the request in progress is to go.
    pub(super) fn reply_to(&self, slot: u32) -> ReplyTo {
        let channel = &self.channels[slot as usize];
        ReplyTo { channel: slot, conn: channel.conn, correlation: channel.correlation, client: channel.peer }
    }
    /// The slot of a request that is to be answered now, if its connection is still there.
    pub(super) fn waits_for(&self, to: ReplyTo) -> Option<u32> {
        let channel = &self.channels[to.channel as usize];
        (channel.is_open && channel.conn == to.conn && channel.correlation == to.correlation).then_some(to.channel)
    }
    /// Sends the answer to the request in progress, which occupied its handler until `done`. Returns whether
    /// the channel is still there: if nobody can be answered, what has arrived behind this request is dropped.
    #[inline]
    pub(super) fn respond(&mut self, slot: u32, response: Response, done: Nanos, ctx: &mut Context<'_>) -> bool {
        let channel = &mut self.channels[slot as usize];
        if !channel.is_open {
            self.release(slot);
            return false;
        }
        let now = ctx.now();
        let after = match &mut self.requests {
            None => done.saturating_sub(now).saturating_add(SERVICE_TIME),
            Some(requests) => requests.send(slot, &response, done.max(channel.handled), now).saturating_sub(now),
        };
        let message = Message { correlation: channel.correlation, body: Body::Response(response) };
        ctx.send(channel.conn, message, after, false);
        self.unmute_at(slot, now.saturating_add(after), ctx);
        true
    }
    /// Ends a request that has no answer (acks=0): the channel is unmuted once it is executed.
    pub(super) fn finish_silently(&mut self, slot: u32, done: Nanos, ctx: &mut Context<'_>) {
        let done = done.max(self.channels[slot as usize].handled);
        self.unmute_at(slot, done, ctx);
    }
    #[inline]
    fn unmute_at(&mut self, slot: u32, at: Nanos, ctx: &mut Context<'_>) {
        let channel = &mut self.channels[slot as usize];
        channel.state = ChannelState::Idle;
        channel.muted_until = at;
        if !channel.queue.is_empty() || !channel.is_open {
            ctx.set_timer(BrokerTimer::Unmute(slot), at);
        }
    }

    /// The peer is gone.
    pub(super) fn peer_gone(&mut self, slot: u32) -> PeerGone {
        let channel = &mut self.channels[slot as usize];
        channel.is_open = false;
        match channel.state {
            ChannelState::Blocked(_) | ChannelState::Idle => PeerGone::MayGoOn,
            ChannelState::InProgress | ChannelState::Free => {
                self.release(slot);
                PeerGone::Released
            }
        }
    }
    /// Closes a connection, with all that has arrived on it.
    pub(super) fn close(&mut self, slot: u32, ctx: &mut Context<'_>) {
        let channel = &self.channels[slot as usize];
        if channel.is_open {
            ctx.close(channel.conn);
        }
        self.release(slot);
    }
    /// Closes the port and all connections, in the order in which they were opened.
    pub(super) fn close_all(&mut self, ctx: &mut Context<'_>) {
        ctx.listen(false);
        let mut open: Vec<(ConnId, u32)> =
            self.channels.iter().zip(0..).filter(|(c, _)| c.is_open).map(|(c, slot)| (c.conn, slot)).collect();
        open.sort();
        open.into_iter().for_each(|(_, slot)| self.close(slot, ctx));
        self.blocked.clear();
        if let Some(requests) = &mut self.requests {
            requests.clear();
        }
    }
    /// # Panics
    /// If slots and lists contradict each other.
    pub(super) fn check_invariants(&self) {
        let is_free = |slot: &u32| matches!(self.channels[*slot as usize].state, ChannelState::Free);
        assert!(self.free.iter().all(is_free), "a slot that may be used again is free");
        let used = self.channels.iter().filter(|channel| !matches!(channel.state, ChannelState::Free)).count();
        assert_eq!(used + self.free.len(), self.channels.len(), "a free slot is listed once");
    }
    fn release(&mut self, slot: u32) {
        let channel = &mut self.channels[slot as usize];
        if !matches!(channel.state, ChannelState::Free) {
            channel.state = ChannelState::Free;
            channel.is_open = false;
            channel.queue.clear();
            channel.serial += 1;
            self.free.push(slot);
        }
    }
}

/// Whether a handler writes for it. A fetch is served from the page cache; only what is not there waits for the device, alone.
fn needs_disk(request: &Request) -> bool {
    matches!(request, Request::Produce(_) | Request::WriteTxnMarkers(_))
}

fn await_handler(requests: &RequestChannel, ctx: &mut Context<'_>) {
    if let Some(at) = requests.next_at() {
        ctx.set_timer(BrokerTimer::RequestHandlers, at.max(ctx.now()));
    }
}

fn await_disk(ctx: &mut Context<'_>) {
    let at = disk_ready_at(ctx).min(ctx.now().saturating_add(DISK_POLL));
    ctx.set_timer(BrokerTimer::Disk, at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;
    use crate::stage::broken::each_is_noticed;

    /// Two connections are open, and the slot of a third is free.
    fn two_of_three() -> SocketServer {
        let (mut stage, mut sockets) = (Stage::new(NodeId(0)), SocketServer::default());
        for conn in 0..3 {
            stage.run(|ctx| sockets.accept(ConnId(conn), NodeId(9), ctx));
        }
        stage.run(|ctx| sockets.close(1, ctx));
        sockets
    }

    #[test]
    fn slots_that_are_lost_or_given_twice_are_noticed() {
        each_is_noticed(
            two_of_three,
            SocketServer::check_invariants,
            &[
                ("a slot that may be used again is free", |s| s.free.push(0)),
                ("a free slot is listed once", |s| s.free.push(1)),
                ("a free slot is listed once", |s| s.free.clear()),
            ],
        );
    }
}
