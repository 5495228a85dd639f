//! A follower's fetchers: one per source broker, one request in flight
//! (`core/.../server/{AbstractFetcherThread,ReplicaFetcherThread,RemoteLeaderEndPoint}.scala`).
//!
//! All partitions that share a source share its one fetch: a slow answer holds up all of them. What
//! arrives is appended (see `follower`), and the next fetch acknowledges it; nothing else is said to the
//! leader.

use std::collections::VecDeque;

use super::requests::disk_ready_at;
use super::{Broker, Phase, timers};
use crate::node::{Context, Timer};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// `socket.connection.setup.timeout.ms`.
const CONNECTION_SETUP_TIMEOUT: Nanos = Nanos::from_secs(10);

/// A broken connection costs the fetcher at least this, even with `replica.fetch.backoff.ms` at 0: the attempt, the
/// exception, the line in the log.
const RECONNECT_TIME: Nanos = Nanos::from_millis(1);

/// How often a disk that does not say when it will be ready is looked at again.
const DISK_POLL: Nanos = Nanos::from_millis(100);

/// What a fetcher waits for an answer to.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Asked {
    Fetch,
    /// The leader's log end, for a partition whose fetch was out of range.
    LogEnd(Tp, LeaderEpoch),
    /// The leader's log start, for the same: its log end is not below ours.
    LogStart(Tp, LeaderEpoch),
}

/// The connection to the source.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
enum Link {
    #[default]
    Closed,
    Opening(ConnId, Nanos),
    Idle(ConnId),
    InFlight(ConnId, Nanos, Asked),
}

/// One source.
#[derive(Clone, Debug, Default)]
pub struct Fetcher {
    link: Link,
    correlation: u32,
    /// Epoch of the next request in the leader's fetch session; 0: a full one.
    session_epoch: u32,
    /// What is followed from this source.
    members: Vec<Tp>,
    /// Of these, what the next request has to list.
    changed: Vec<Tp>,
    /// Of these, what waits after an error.
    delayed: Vec<Tp>,
    /// Of these, what is not fetched in its present leader epoch.
    failed: Vec<Tp>,
    /// What the leader's session still holds, in vain.
    forgotten: Vec<Tp>,
    /// Partitions whose fetch offset the leader does not have.
    out_of_range: VecDeque<Tp>,
    /// After a broken connection: not before.
    retry_at: Option<Nanos>,
    /// An answer that waits for the disk.
    stalled: Option<FetchResponse>,
    /// The timer is set for then.
    timer_at: Option<Nanos>,
}

impl Fetcher {
    fn conn(&self) -> Option<ConnId> {
        match self.link {
            Link::Closed => None,
            Link::Opening(conn, _) | Link::Idle(conn) | Link::InFlight(conn, ..) => Some(conn),
        }
    }
    /// Whether there is anything that may be fetched now.
    fn has_ready(&self) -> bool {
        self.members.len() > self.delayed.len() + self.failed.len()
    }
    fn mark_changed(&mut self, tp: Tp) {
        if !self.changed.contains(&tp) {
            self.changed.push(tp);
        }
    }
    fn drop_from_session(&mut self, tp: Tp) {
        self.changed.retain(|other| *other != tp);
        if self.session_epoch > 0 && !self.forgotten.contains(&tp) {
            self.forgotten.push(tp);
        }
    }
}

impl Broker {
    /// The source whose fetcher has this connection.
    pub(super) fn fetcher_of(&self, conn: ConnId) -> Option<BrokerId> {
        let source = self.fetchers.iter().position(|fetcher| fetcher.conn() == Some(conn))?;
        Some(BrokerId(source as u8))
    }

    /// Begins to fetch a partition from its leader.
    pub(super) fn follow(&mut self, tp: Tp, leader: BrokerId, ctx: &mut Context<'_>) {
        let fetcher = &mut self.fetchers[leader.index()];
        fetcher.members.push(tp);
        fetcher.changed.push(tp);
        fetcher.retry_at = None;
        self.run_fetcher(leader, ctx.now(), ctx);
    }

    /// Stops fetching it. A request in flight is not cancelled; its answer is discarded.
    pub(super) fn leave_fetcher(&mut self, tp: Tp, source: Option<BrokerId>) {
        let Some(fetcher) = source.and_then(|source| self.fetchers.get_mut(source.index())) else { return };
        let Some(place) = fetcher.members.iter().position(|other| *other == tp) else { return };
        fetcher.members.remove(place);
        fetcher.delayed.retain(|other| *other != tp);
        fetcher.failed.retain(|other| *other != tp);
        fetcher.out_of_range.retain(|other| *other != tp);
        fetcher.drop_from_session(tp);
    }

    /// Does the next thing that the fetcher can do. The thread is busy until `busy_until`.
    pub(super) fn run_fetcher(&mut self, source: BrokerId, busy_until: Nanos, ctx: &mut Context<'_>) {
        if !matches!(self.phase, Phase::Published | Phase::Running) {
            return;
        }
        self.end_delays(source, ctx.now());
        let fetcher = &mut self.fetchers[source.index()];
        let after = busy_until.saturating_sub(ctx.now());
        match fetcher.link {
            Link::Closed if fetcher.has_ready() && fetcher.retry_at.is_none_or(|at| at <= ctx.now()) => {
                let timeout = CONNECTION_SETUP_TIMEOUT.min(self.config.replica_socket_timeout);
                let conn = ctx.connect(self.catalog.broker_node(source));
                fetcher.link = Link::Opening(conn, ctx.now().saturating_add(timeout));
            }
            Link::Idle(conn) if fetcher.stalled.is_none() => {
                let (asked, request) = match fetcher.out_of_range.pop_front() {
                    Some(tp) => self.ask_offset(tp, OffsetSpec::Latest),
                    None if fetcher.has_ready() => (Asked::Fetch, self.build_fetch(source)),
                    None => return self.arm_fetcher(source, ctx),
                };
                self.send_to_leader(source, conn, asked, request, after, ctx);
            }
            _ => {}
        }
        self.arm_fetcher(source, ctx);
    }

    fn send_to_leader(
        &mut self,
        source: BrokerId,
        conn: ConnId,
        asked: Asked,
        request: Request,
        after: Nanos,
        ctx: &mut Context<'_>,
    ) {
        let deadline = ctx.now().saturating_add(after).saturating_add(self.config.replica_socket_timeout);
        let fetcher = &mut self.fetchers[source.index()];
        fetcher.correlation += 1;
        fetcher.link = Link::InFlight(conn, deadline, asked);
        ctx.send(conn, Message { correlation: fetcher.correlation, body: Body::Request(request) }, after, false);
    }

    /// Partitions whose time has come are fetched again.
    fn end_delays(&mut self, source: BrokerId, now: Nanos) {
        let fetcher = &mut self.fetchers[source.index()];
        let mut place = 0;
        while let Some(tp) = fetcher.delayed.get(place).copied() {
            let state = self.partitions[tp.index()].as_mut().and_then(|partition| partition.follower_state_mut());
            match state {
                Some(state) if state.delayed_until.is_some_and(|until| until > now) => place += 1,
                state => {
                    if let Some(state) = state {
                        state.delayed_until = None;
                    }
                    fetcher.delayed.remove(place);
                    fetcher.mark_changed(tp);
                }
            }
        }
    }

    /// Sets the fetcher's timer for whatever comes first.
    fn arm_fetcher(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        let fetcher = &self.fetchers[source.index()];
        let mut at = match fetcher.link {
            Link::Opening(_, deadline) | Link::InFlight(_, deadline, _) => deadline,
            Link::Closed if fetcher.has_ready() => fetcher.retry_at.unwrap_or(Nanos::MAX),
            Link::Closed | Link::Idle(_) => Nanos::MAX,
        };
        for tp in &fetcher.delayed {
            if let Some(Some(partition)) = self.partitions.get_mut(tp.index())
                && let Some(state) = partition.follower_state_mut()
            {
                at = at.min(state.delayed_until.unwrap_or(ctx.now()));
            }
        }
        if fetcher.stalled.is_some() {
            at = at.min(disk_ready_at(ctx).min(ctx.now().saturating_add(DISK_POLL)));
        }
        let fetcher = &mut self.fetchers[source.index()];
        if at != Nanos::MAX && fetcher.timer_at.is_none_or(|set| at < set) {
            fetcher.timer_at = Some(at);
            ctx.set_timer(Timer { kind: timers::FETCHER, index: u32::from(source.0) }, at);
        }
    }

    /// The fetcher's timer has gone off.
    pub(super) fn fetcher_timer(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        let now = ctx.now();
        self.fetchers[source.index()].timer_at = None;
        if self.fetchers[source.index()].stalled.is_some() && disk_ready_at(ctx) <= now {
            if let Some(response) = self.fetchers[source.index()].stalled.take() {
                self.process_fetch(source, response, ctx);
            }
            return;
        }
        match self.fetchers[source.index()].link {
            Link::Opening(conn, deadline) | Link::InFlight(conn, deadline, _) if deadline <= now => {
                ctx.close(conn);
                self.fetcher_disconnected(source, ctx);
            }
            _ => self.run_fetcher(source, now, ctx),
        }
    }

    /// The connection to the source is ready.
    pub(super) fn fetcher_connected(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        if let Link::Opening(conn, _) = self.fetchers[source.index()].link {
            self.fetchers[source.index()].link = Link::Idle(conn);
        }
        self.run_fetcher(source, ctx.now(), ctx);
    }

    /// The connection to the source is gone, and the leader's session with it: all that is fetched
    /// over it waits for `replica.fetch.backoff.ms`.
    pub(super) fn fetcher_disconnected(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        let fetcher = &mut self.fetchers[source.index()];
        fetcher.link = Link::Closed;
        fetcher.stalled = None;
        fetcher.out_of_range.clear();
        fetcher.retry_at = Some(ctx.now().saturating_add(self.config.replica_fetch_backoff.max(RECONNECT_TIME)));
        self.restart_session(source);
        self.arm_fetcher(source, ctx);
    }

    /// The next fetch lists everything.
    fn restart_session(&mut self, source: BrokerId) {
        let fetcher = &mut self.fetchers[source.index()];
        fetcher.session_epoch = 0;
        fetcher.changed.clear();
        fetcher.forgotten.clear();
        for tp in &fetcher.members {
            if let Some(Some(partition)) = self.partitions.get_mut(tp.index())
                && let Some(state) = partition.follower_state_mut()
            {
                state.listed = None;
            }
        }
    }

    /// The next fetch: everything, or what has changed since the last one.
    fn build_fetch(&mut self, source: BrokerId) -> Request {
        let fetcher_id = crate::protocol::messages::Fetcher::Follower(self.id, self.broker_epoch());
        let fetcher = &mut self.fetchers[source.index()];
        let mut changed = std::mem::take(&mut fetcher.changed);
        if fetcher.session_epoch == 0 {
            changed.clear();
            let is_ready = |tp: &&Tp| !fetcher.delayed.contains(*tp) && !fetcher.failed.contains(*tp);
            changed.extend(fetcher.members.iter().filter(is_ready));
            fetcher.forgotten.clear();
        }
        let forgotten = std::mem::take(&mut fetcher.forgotten);
        let mut request = FetchRequest {
            fetcher: fetcher_id,
            max_wait: self.config.replica_fetch_wait_max,
            min_bytes: self.config.replica_fetch_min_bytes,
            max_bytes: self.config.replica_fetch_response_max_bytes,
            session_epoch: fetcher.session_epoch,
            partitions: Vec::with_capacity(changed.len()),
            forgotten,
        };
        for tp in changed.drain(..) {
            let Some(partition) = &mut self.partitions[tp.index()] else { continue };
            let (fetch_offset, current_leader_epoch) = (partition.log.log_end(), partition.leader_epoch);
            request.partitions.push(FetchPartition {
                tp,
                fetch_offset,
                log_start: partition.log.log_start(),
                current_leader_epoch,
                last_fetched_epoch: partition.log.latest_epoch(),
                max_bytes: self.config.replica_fetch_max_bytes,
            });
            if let Some(state) = partition.follower_state_mut() {
                state.listed = Some((fetch_offset, current_leader_epoch));
            }
        }
        self.fetchers[source.index()].changed = changed;
        Request::Fetch(request)
    }

    /// An answer of the source has arrived.
    pub(super) fn leader_answered(&mut self, source: BrokerId, message: Message, ctx: &mut Context<'_>) {
        let fetcher = &mut self.fetchers[source.index()];
        let Link::InFlight(conn, _, asked) = fetcher.link else { return };
        let Body::Response(response) = message.body else { return };
        if message.correlation != fetcher.correlation {
            return;
        }
        fetcher.link = Link::Idle(conn);
        match (asked, response) {
            (Asked::Fetch, Response::Fetch(response)) => self.process_fetch(source, response, ctx),
            (Asked::LogEnd(tp, epoch) | Asked::LogStart(tp, epoch), Response::ListOffsets(results)) => {
                match self.told_offset(source, tp, epoch, &results, ctx.now()) {
                    Some(offset) if matches!(asked, Asked::LogEnd(..)) => self.leader_ends_at(source, tp, offset, ctx),
                    Some(offset) => self.leader_starts_at(source, tp, offset, ctx),
                    None => {}
                }
                self.run_fetcher(source, ctx.now(), ctx);
            }
            _ => self.run_fetcher(source, ctx.now(), ctx),
        }
    }

    /// `AbstractFetcherThread.processFetchRequest`.
    fn process_fetch(&mut self, source: BrokerId, response: FetchResponse, ctx: &mut Context<'_>) {
        let has_data = response.partitions.iter().any(|data| !data.batches.is_empty());
        if has_data && disk_ready_at(ctx) > ctx.now() {
            self.fetchers[source.index()].stalled = Some(response);
            self.arm_fetcher(source, ctx);
            return;
        }
        if response.error.is_err() {
            self.restart_session(source);
            self.run_fetcher(source, ctx.now(), ctx);
            return;
        }
        self.fetchers[source.index()].session_epoch += 1;
        let mut done = ctx.now();
        for data in response.partitions {
            done = done.max(self.process_partition(source, data, ctx));
            if self.phase == Phase::Halted {
                return;
            }
        }
        self.run_fetcher(source, done, ctx);
    }

    /// The partition's place has changed: the next request says so.
    pub(super) fn relist(&mut self, source: BrokerId, tp: Tp) {
        if let Some(partition) = &mut self.partitions[tp.index()]
            && let Some(state) = partition.follower_state_mut()
        {
            state.listed = None;
        }
        self.fetchers[source.index()].mark_changed(tp);
    }

    /// Fetches the partition again after `replica.fetch.backoff.ms`.
    pub(super) fn delay_partition(&mut self, source: BrokerId, tp: Tp, now: Nanos) {
        let until = now.saturating_add(self.config.replica_fetch_backoff);
        if let Some(partition) = &mut self.partitions[tp.index()]
            && let Some(state) = partition.follower_state_mut()
        {
            state.listed = None;
            state.delayed_until = Some(until);
        }
        let fetcher = &mut self.fetchers[source.index()];
        fetcher.drop_from_session(tp);
        fetcher.delayed.push(tp);
    }

    /// Does not fetch the partition until there is a new leader epoch.
    pub(super) fn fail_partition(&mut self, source: BrokerId, tp: Tp) {
        if let Some(partition) = &mut self.partitions[tp.index()]
            && let Some(state) = partition.follower_state_mut()
        {
            state.listed = None;
            state.failed = true;
        }
        let fetcher = &mut self.fetchers[source.index()];
        fetcher.drop_from_session(tp);
        fetcher.failed.push(tp);
    }

    /// Before the next fetch the leader is asked where its log of this partition ends.
    pub(super) fn ask_log_end_next(&mut self, source: BrokerId, tp: Tp) {
        self.fetchers[source.index()].out_of_range.push_back(tp);
        self.relist(source, tp);
    }

    /// The leader is asked where its log begins.
    pub(super) fn ask_log_start(&mut self, source: BrokerId, tp: Tp, ctx: &mut Context<'_>) {
        if let Link::Idle(conn) = self.fetchers[source.index()].link {
            let (asked, request) = self.ask_offset(tp, OffsetSpec::Earliest);
            self.send_to_leader(source, conn, asked, request, Nanos::ZERO, ctx);
            self.arm_fetcher(source, ctx);
        }
    }

    fn ask_offset(&self, tp: Tp, spec: OffsetSpec) -> (Asked, Request) {
        let epoch =
            self.partitions[tp.index()].as_ref().map_or(LeaderEpoch::UNDEFINED, |partition| partition.leader_epoch);
        let asked = match spec {
            OffsetSpec::Latest => Asked::LogEnd(tp, epoch),
            OffsetSpec::Earliest => Asked::LogStart(tp, epoch),
        };
        let fetcher = crate::protocol::messages::Fetcher::Follower(self.id, self.broker_epoch());
        let partitions = std::iter::once((tp, epoch, spec)).collect();
        (asked, Request::ListOffsets(ListOffsetsRequest { fetcher, partitions }))
    }

    /// Closes the connections to all sources.
    pub(super) fn close_fetchers(&mut self, ctx: &mut Context<'_>) {
        for fetcher in &mut self.fetchers {
            if let Some(conn) = fetcher.conn() {
                ctx.close(conn);
            }
            *fetcher = Fetcher::default();
        }
    }
}
