//! From the socket to the request handlers and back: muting, queues, the wait for the disk
//! (`core/.../network/SocketServer.scala`, `core/.../server/{KafkaRequestHandler,KafkaApis}.scala`).
//!
//! A connection has one request in progress, from its receipt until its answer is sent; what arrives
//! meanwhile waits. So requests of one connection are executed in order, and a parked request holds
//! up all that follow it there.

use super::connections::Activity;
use super::purgatory::ParkedRequest;
use super::{Broker, Phase, timers};
use crate::cluster::coordinator::{GroupRequest, ReplyTo};
use crate::node::{Context, Timer};
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::sim::time::Nanos;

/// Time that a broker spends on any request beside its disk: network thread, queue, handler thread.
pub const SERVICE_TIME: Nanos = Nanos::from_micros(50);

/// Request handler threads (`num.io.threads`): this many requests may wait for the disk before all
/// others wait too.
const REQUEST_HANDLERS: usize = 8;

/// How often a disk that does not say when it will be ready is looked at again.
const DISK_POLL: Nanos = Nanos::from_millis(100);

impl Broker {
    /// A peer connects. Before request processing is enabled the port is closed; a handshake may have
    /// been under way when it was.
    pub(super) fn accepted(&mut self, conn: ConnId, peer: NodeId, ctx: &mut Context<'_>) {
        if self.phase == Phase::Running {
            self.connections.open(conn, peer);
        } else {
            ctx.close(conn);
        }
    }

    /// The peer is gone. What it sent before is still executed, up to the first answer that cannot be
    /// sent (`Selector`'s graceful close).
    pub(super) fn peer_disconnected(&mut self, slot: u32, ctx: &mut Context<'_>) {
        self.connections.detach(slot);
        self.drop_session(slot);
        match self.connections.get(slot).activity {
            Activity::Blocked(_) => {}
            Activity::Idle => self.run_queue(slot, ctx),
            Activity::Produce(_) | Activity::Fetch(_) | Activity::Elsewhere => self.release(slot),
        }
    }

    /// A request has arrived.
    #[inline]
    pub(super) fn request(&mut self, conn: ConnId, message: Message, ctx: &mut Context<'_>) {
        // A message on a connection that we closed was on its way.
        let Some(slot) = self.connections.find(conn) else { return };
        let now = ctx.now();
        let connection = self.connections.get_mut(slot);
        if connection.queue.is_empty() && connection.is_idle(now) {
            self.begin(slot, message, ctx);
            return;
        }
        let is_unwatched = connection.queue.is_empty() && matches!(connection.activity, Activity::Idle);
        connection.queue.push_back(message);
        if is_unwatched {
            ctx.set_timer(Timer { kind: timers::UNMUTE, index: slot }, connection.muted_until);
        }
    }

    /// The connection is not muted any more: goes on with what has arrived meanwhile.
    pub(super) fn run_queue(&mut self, slot: u32, ctx: &mut Context<'_>) {
        loop {
            let connection = self.connections.get_mut(slot);
            if !matches!(connection.activity, Activity::Idle) {
                return;
            }
            if connection.muted_until > ctx.now() {
                ctx.set_timer(Timer { kind: timers::UNMUTE, index: slot }, connection.muted_until);
                return;
            }
            let Some(message) = connection.queue.pop_front() else {
                if !connection.is_open {
                    self.release(slot);
                }
                return;
            };
            if !self.begin(slot, message, ctx) {
                return;
            }
        }
    }

    /// Begins the next request of a connection. Returns whether the slot is still in use.
    #[inline]
    fn begin(&mut self, slot: u32, message: Message, ctx: &mut Context<'_>) -> bool {
        let Body::Request(request) = message.body else { return true };
        let connection = self.connections.get_mut(slot);
        connection.serial += 1;
        connection.correlation = message.correlation;
        let serial = connection.serial;
        if self.must_wait(&request, ctx) {
            self.connections.get_mut(slot).activity = Activity::Blocked(request);
            self.blocked.push_back(ParkedRequest { slot, serial });
            self.await_disk(ctx);
            return true;
        }
        self.execute(slot, request, ctx);
        // A connection that was closed meanwhile counts one request more.
        self.connections.get(slot).serial == serial
    }

    fn must_wait(&self, request: &Request, ctx: &mut Context<'_>) -> bool {
        if self.blocked.len() >= REQUEST_HANDLERS {
            return true;
        }
        // A fetch is served from the page cache; only what is not there waits for the device, alone.
        let needs_disk = matches!(request, Request::Produce(_));
        needs_disk && (!self.blocked.is_empty() || disk_ready_at(ctx) > ctx.now())
    }

    fn await_disk(&mut self, ctx: &mut Context<'_>) {
        let at = disk_ready_at(ctx).min(ctx.now().saturating_add(DISK_POLL));
        ctx.set_timer(Timer { kind: timers::DISK, index: 0 }, at);
    }

    /// The disk may be ready: executes what waited for it, in order.
    pub(super) fn run_blocked(&mut self, ctx: &mut Context<'_>) {
        while disk_ready_at(ctx) <= ctx.now()
            && let Some(ParkedRequest { slot, serial }) = self.blocked.pop_front()
        {
            let connection = self.connections.get_mut(slot);
            if connection.serial != serial {
                continue;
            }
            if let Activity::Blocked(request) = std::mem::take(&mut connection.activity) {
                self.execute(slot, request, ctx);
                if self.phase == Phase::Halted {
                    return;
                }
                if self.connections.get(slot).serial == serial {
                    self.run_queue(slot, ctx);
                }
            }
        }
        if !self.blocked.is_empty() {
            self.await_disk(ctx);
        }
    }

    /// `KafkaApis.handle`.
    fn execute(&mut self, slot: u32, request: Request, ctx: &mut Context<'_>) {
        match request {
            Request::ApiVersions => self.respond(slot, Response::ApiVersions, ctx.now(), ctx),
            Request::Produce(request) => self.produce(slot, request, ctx),
            Request::Fetch(request) => self.fetch(slot, &request, ctx),
            Request::ListOffsets(request) => {
                let response = self.list_offsets(slot, &request, ctx);
                self.respond(slot, Response::ListOffsets(response), ctx.now(), ctx);
            }
            Request::OffsetsForLeaderEpoch(request) => {
                let response = self.offsets_for_leader_epoch(&request);
                self.respond(slot, Response::OffsetsForLeaderEpoch(response), ctx.now(), ctx);
            }
            Request::Metadata(request) => {
                let response = self.metadata(&request, ctx);
                self.respond(slot, Response::Metadata(response), ctx.now(), ctx);
            }
            Request::InitProducerId => {
                let response = self.init_producer_id(ctx);
                self.respond(slot, Response::InitProducerId(response), ctx.now(), ctx);
            }
            Request::FindCoordinator(group) => {
                let response = self.find_coordinator(group, ctx);
                self.respond(slot, Response::FindCoordinator(response), ctx.now(), ctx);
            }
            request @ (Request::CreateTopics(_) | Request::Admin(_)) => self.forward(slot, request, ctx),
            Request::JoinGroup(request) => self.group(slot, GroupRequest::JoinGroup(request), ctx),
            Request::SyncGroup(request) => self.group(slot, GroupRequest::SyncGroup(request), ctx),
            Request::Heartbeat(request) => self.group(slot, GroupRequest::Heartbeat(request), ctx),
            Request::LeaveGroup(request) => self.group(slot, GroupRequest::LeaveGroup(request), ctx),
            Request::OffsetCommit(request) => self.group(slot, GroupRequest::OffsetCommit(request), ctx),
            Request::OffsetFetch(request) => self.group(slot, GroupRequest::OffsetFetch(request), ctx),
            // Controller APIs are not served on a broker's port: the connection is closed.
            Request::BrokerRegistration(_)
            | Request::BrokerHeartbeat(_)
            | Request::AlterPartition(_)
            | Request::AllocateProducerIds(..)
            | Request::FetchMetadata(_) => self.close(slot, ctx),
        }
    }

    /// Where an answer from elsewhere is to go. The request is in progress until then.
    pub(super) fn reply_to(&mut self, slot: u32) -> ReplyTo {
        let connection = self.connections.get_mut(slot);
        connection.activity = Activity::Elsewhere;
        ReplyTo { conn: connection.conn, correlation: connection.correlation, client: connection.peer }
    }

    /// Sends an answer that was waited for elsewhere, if the connection is still there.
    pub(super) fn reply(&mut self, to: ReplyTo, response: Response, ctx: &mut Context<'_>) {
        if let Some(slot) = self.connections.find(to.conn)
            && self.connections.get(slot).correlation == to.correlation
        {
            self.respond(slot, response, ctx.now(), ctx);
        }
    }

    /// Sends the answer to the request in progress, which occupied its handler until `done`.
    pub(super) fn respond(&mut self, slot: u32, response: Response, done: Nanos, ctx: &mut Context<'_>) {
        let after = done.saturating_sub(ctx.now()).saturating_add(SERVICE_TIME);
        let connection = self.connections.get_mut(slot);
        connection.activity = Activity::Idle;
        if !connection.is_open {
            // Nobody can be answered: what has arrived behind this request is dropped.
            self.release(slot);
            return;
        }
        ctx.send(
            connection.conn,
            Message { correlation: connection.correlation, body: Body::Response(response) },
            after,
            false,
        );
        self.unmute_at(slot, ctx.now().saturating_add(after), ctx);
    }

    /// Ends a request that has no answer (acks=0): the connection is unmuted once it is executed.
    pub(super) fn finish_silently(&mut self, slot: u32, done: Nanos, ctx: &mut Context<'_>) {
        self.connections.get_mut(slot).activity = Activity::Idle;
        self.unmute_at(slot, done, ctx);
    }

    fn unmute_at(&mut self, slot: u32, at: Nanos, ctx: &mut Context<'_>) {
        let connection = self.connections.get_mut(slot);
        connection.muted_until = at;
        if !connection.queue.is_empty() || !connection.is_open {
            ctx.set_timer(Timer { kind: timers::UNMUTE, index: slot }, at);
        }
    }

    /// Closes a connection, with all that has arrived on it.
    pub(super) fn close(&mut self, slot: u32, ctx: &mut Context<'_>) {
        if self.connections.get(slot).is_open {
            ctx.close(self.connections.get(slot).conn);
        }
        self.release(slot);
    }

    fn release(&mut self, slot: u32) {
        self.drop_session(slot);
        self.unpark_produce(slot);
        self.connections.release(slot);
    }

    /// Whether a request is still parked.
    pub(super) fn is_parked(connections: &super::connections::Connections, request: ParkedRequest) -> bool {
        let connection = connections.get(request.slot);
        connection.serial == request.serial && matches!(connection.activity, Activity::Produce(_) | Activity::Fetch(_))
    }

    /// Parks the request in progress until `deadline`.
    pub(super) fn park(&mut self, slot: u32, activity: Activity, deadline: Nanos, ctx: &mut Context<'_>) {
        let connection = self.connections.get_mut(slot);
        connection.activity = activity;
        let request = ParkedRequest { slot, serial: connection.serial };
        if let Some(at) = self.purgatory.park(request, deadline) {
            ctx.set_timer(Timer { kind: timers::PURGATORY, index: 0 }, at);
        }
    }

    /// A parked request is to be answered now.
    pub(super) fn unparked(&mut self) {
        let connections = &self.connections;
        self.purgatory.completed(|request| Broker::is_parked(connections, request));
    }

    /// Answers the parked requests whose time has come.
    pub(super) fn expire_parked(&mut self, ctx: &mut Context<'_>) {
        loop {
            let connections = &self.connections;
            let expired = self.purgatory.next_expired(ctx.now(), |request| Broker::is_parked(connections, request));
            let Some(ParkedRequest { slot, .. }) = expired else { break };
            match self.connections.get(slot).activity {
                Activity::Produce(_) => self.expire_produce(slot, ctx),
                _ => self.complete_fetch(slot, ctx),
            }
            if self.phase == Phase::Halted {
                return;
            }
        }
        if let Some(at) = self.purgatory.rearm() {
            ctx.set_timer(Timer { kind: timers::PURGATORY, index: 0 }, at);
        }
    }
}

/// When the disk is ready to serve.
pub(super) fn disk_ready_at(ctx: &mut Context<'_>) -> Nanos {
    let now = ctx.now();
    ctx.disk().ready_at(now)
}
