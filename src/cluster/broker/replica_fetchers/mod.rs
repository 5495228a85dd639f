//! A broker's fetchers: one per source, one request in flight
//! (`core/.../server/{AbstractFetcherManager,AbstractFetcherThread,ReplicaFetcherManager}.scala`).
//!
//! All replicas that share a source share its one fetch: a slow answer holds up all of them. What arrives is handed on
//! to be appended, and the next fetch acknowledges it; nothing else is said to the leader. A fetcher knows how
//! far each replica is asked for; the logs it does not know.

mod source;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use self::source::{Asked, Leader, PartitionFetchState, ReplicaFetcherThread};
use super::replica_id::ReplicaId;
use super::replica_manager::FollowerPosition;
use super::socket_server::{DISK_POLL, disk_ready_at};
use super::timers::{BrokerEndpoint, BrokerTimer};
use crate::net::{NetworkClient, NetworkConfig, NetworkEvent};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// A broken connection costs the fetcher at least this, even with `replica.fetch.backoff.ms` at 0: the attempt, the
/// exception, the line in the log.
const RECONNECT_TIME: Nanos = Nanos::from_millis(1);

/// What came of a leader.
#[derive(Debug)]
pub enum LeaderAnswer {
    /// An answer to a fetch, to be taken partition by partition; then the fetcher runs on.
    Fetched(BrokerId, FetchResponse),
    /// Where the leader's log ends, of a replica that it followed in that epoch.
    LogEnd(BrokerId, ReplicaId, LeaderEpoch, List<ListOffsetsResult>),
    /// Where it begins.
    LogStart(BrokerId, ReplicaId, LeaderEpoch, List<ListOffsetsResult>),
    /// Nothing to be done but that its fetcher may run on.
    MayRun(BrokerId),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ReplicaFetchers {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    client: NetworkClient<Leader, Asked>,
    /// By source.
    threads: Vec<ReplicaFetcherThread>,
    /// By replica.
    states: Vec<PartitionFetchState>,
    /// Scratch.
    events: Vec<NetworkEvent<Leader, Asked>>,
}

impl ReplicaFetchers {
    /// Fetches nothing yet.
    pub fn new(me: BrokerId, config: Rc<BrokerConfig>, catalog: Rc<Catalog>) -> ReplicaFetchers {
        // Kafka's fetcher does its own waiting after a broken connection.
        let network = NetworkConfig {
            reconnect_backoff: Nanos::ZERO,
            reconnect_backoff_max: Nanos::ZERO,
            discover_api_versions: false,
            ..NetworkConfig::of_impatient_server(config.replica_socket_timeout)
        };
        let client = NetworkClient::new(
            network,
            BrokerTimer::FetcherConnection(BrokerId(0)),
            BrokerEndpoint::Fetcher(BrokerId(0)),
        );
        ReplicaFetchers { me, config, catalog, client, threads: Vec::new(), states: Vec::new(), events: Vec::new() }
    }

    fn thread(&mut self, source: BrokerId) -> &mut ReplicaFetcherThread {
        &mut self.threads[source.index()]
    }
    fn leader(&self, source: BrokerId) -> Leader {
        Leader { broker: source, node: self.catalog.broker_node(source) }
    }

    /// Begins to fetch a replica from its leader, once the fetcher runs.
    pub fn follow(&mut self, replica: ReplicaId, leader: BrokerId) {
        if self.threads.len() <= leader.index() {
            self.threads.resize_with(leader.index() + 1, ReplicaFetcherThread::default);
        }
        if self.states.len() <= replica.index() {
            self.states.resize(replica.index() + 1, PartitionFetchState::default());
        }
        self.states[replica.index()] =
            PartitionFetchState { source: Some(leader), changed: true, ..PartitionFetchState::default() };
        let thread = self.thread(leader);
        thread.members.push(replica);
        thread.changed.push(replica);
        thread.retry_at = None;
    }
    /// Stops fetching it. A request in flight is not cancelled; its answer is discarded.
    pub fn leave(&mut self, replica: ReplicaId, tp: Tp) {
        let Some(state) = self.states.get_mut(replica.index()) else { return };
        let Some(source) = state.source.take() else { return };
        let thread = &mut self.threads[source.index()];
        thread.members.retain(|other| *other != replica);
        if state.delayed_until.is_some() {
            thread.delayed.retain(|other| *other != replica);
        }
        thread.failed -= usize::from(state.failed);
        thread.out_of_range.retain(|other| *other != replica);
        thread.drop_from_session(replica, tp, state);
        *state = PartitionFetchState::default();
    }

    /// Does the next thing that the fetcher of a source can do. Its thread is busy until `busy_until`.
    pub fn run(
        &mut self,
        source: BrokerId,
        busy_until: Nanos,
        my_epoch: BrokerEpoch,
        position: impl Fn(ReplicaId) -> FollowerPosition,
        ctx: &mut Context<'_>,
    ) {
        if self.threads.len() <= source.index() {
            return;
        }
        self.end_delays(source, ctx.now());
        let leader = self.leader(source);
        let thread = &self.threads[source.index()];
        let wants = !thread.out_of_range.is_empty() || thread.has_ready();
        let may_connect = thread.has_ready() && thread.retry_at.is_none_or(|at| at <= ctx.now());
        let idle = wants && thread.stalled.is_none();
        if idle && (self.client.can_send(leader) || may_connect && self.client.ready(leader, ctx)) {
            let me = ReplicaState::Follower(self.me, my_epoch);
            let (asked, request) = match self.thread(source).out_of_range.pop_front() {
                Some(replica) => ask_log_end(me, replica, &position(replica)),
                None => (Asked::Fetch, self.build_fetch(source, me, position, ctx.spare_list())),
            };
            let after = busy_until.saturating_sub(ctx.now());
            self.client.send_after(leader, asked, request, after, ctx);
        }
        self.arm(source, ctx);
    }

    /// Replicas whose time has come are fetched again.
    fn end_delays(&mut self, source: BrokerId, now: Nanos) {
        let thread = &mut self.threads[source.index()];
        let mut place = 0;
        while let Some(replica) = thread.delayed.get(place).copied() {
            let state = &mut self.states[replica.index()];
            if state.delayed_until.is_some_and(|until| until > now) {
                place += 1;
                continue;
            }
            state.delayed_until = None;
            thread.delayed.remove(place);
            thread.list_again(replica, state);
        }
    }

    /// Sets the fetcher's timer for whatever comes first, beside what its connection waits for.
    fn arm(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        let leader = self.leader(source);
        let thread = &mut self.threads[source.index()];
        let mut at = Nanos::MAX;
        if let Some(retry_at) = thread.retry_at
            && thread.has_ready()
            && !self.client.is_connected(leader)
        {
            at = retry_at;
        }
        for replica in &thread.delayed {
            at = at.min(self.states[replica.index()].delayed_until.unwrap_or(ctx.now()));
        }
        if thread.stalled.is_some() {
            at = at.min(disk_ready_at(ctx).min(ctx.now().saturating_add(DISK_POLL)));
        }
        if at != Nanos::MAX && thread.timer_at.is_none_or(|set| at < set) {
            thread.timer_at = Some(at);
            ctx.set_timer(BrokerTimer::Fetcher(source), at);
        }
    }

    /// The fetcher's own timer has gone off.
    pub fn timer(&mut self, source: BrokerId, ctx: &mut Context<'_>) -> Option<LeaderAnswer> {
        let thread = self.threads.get_mut(source.index())?;
        thread.timer_at = None;
        if thread.stalled.is_some() && disk_ready_at(ctx) <= ctx.now() {
            let response = thread.stalled.take()?;
            return Some(self.fetched(source, response, ctx));
        }
        Some(LeaderAnswer::MayRun(source))
    }

    /// Takes what happened to the connection to a source, its network client's timer among it.
    #[inline]
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) -> Option<LeaderAnswer> {
        if let Input::Message { conn, owner, message: Message { correlation, body: Body::Response(response) } } = input
        {
            let (leader, asked) = self.client.complete(conn, owner, correlation)?;
            return Some(self.answered(leader.broker, asked, response, ctx));
        }
        let mut events = std::mem::take(&mut self.events);
        self.client.accept(input, &mut events, ctx);
        let mut answered = None;
        for event in events.drain(..) {
            answered = self.on_event(event, ctx).or(answered);
        }
        self.events = events;
        answered
    }
    #[inline]
    fn on_event(&mut self, event: NetworkEvent<Leader, Asked>, ctx: &mut Context<'_>) -> Option<LeaderAnswer> {
        match event {
            NetworkEvent::Ready(leader) => Some(LeaderAnswer::MayRun(leader.broker)),
            NetworkEvent::Disconnected(leader) => {
                self.disconnected(leader.broker, ctx);
                None
            }
            NetworkEvent::Failed { .. } | NetworkEvent::Written { .. } => None,
            NetworkEvent::Response { .. } => unreachable!("responses are taken one by one"),
        }
    }
    #[inline]
    fn answered(&mut self, source: BrokerId, asked: Asked, response: Response, ctx: &mut Context<'_>) -> LeaderAnswer {
        match (asked, response) {
            (Asked::Fetch, Response::Fetch(response)) => self.fetched(source, response, ctx),
            (Asked::LogEnd(replica, epoch), Response::ListOffsets(results)) => {
                LeaderAnswer::LogEnd(source, replica, epoch, results)
            }
            (Asked::LogStart(replica, epoch), Response::ListOffsets(results)) => {
                LeaderAnswer::LogStart(source, replica, epoch, results)
            }
            (asked, other) => unreachable!("{other:?} answers {asked:?}"),
        }
    }

    /// An answer to a fetch (`AbstractFetcherThread.processFetchRequest`): it may have to wait for the disk.
    #[inline]
    fn fetched(&mut self, source: BrokerId, response: FetchResponse, ctx: &mut Context<'_>) -> LeaderAnswer {
        let has_data = response.partitions.iter().any(|data| !data.batches.is_empty());
        if has_data && disk_ready_at(ctx) > ctx.now() {
            self.thread(source).stalled = Some(response);
            return LeaderAnswer::MayRun(source);
        }
        if response.error.is_err() {
            self.restart_session(source);
            return LeaderAnswer::MayRun(source);
        }
        self.thread(source).session_epoch += 1;
        LeaderAnswer::Fetched(source, response)
    }

    /// The connection to the source is gone, and the leader's session with it: all that is fetched
    /// over it waits for `replica.fetch.backoff.ms`.
    fn disconnected(&mut self, source: BrokerId, ctx: &mut Context<'_>) {
        let pause = self.config.replica_fetch_backoff.max(RECONNECT_TIME);
        let thread = self.thread(source);
        thread.stalled = None;
        thread.out_of_range.clear();
        thread.retry_at = Some(ctx.now().saturating_add(pause));
        self.restart_session(source);
        self.arm(source, ctx);
    }
    /// The next fetch lists everything.
    fn restart_session(&mut self, source: BrokerId) {
        let thread = &mut self.threads[source.index()];
        thread.session_epoch = 0;
        thread.changed.clear();
        thread.forgotten.clear();
        for replica in &thread.members {
            let state = &mut self.states[replica.index()];
            (state.listed, state.changed) = (None, false);
        }
    }

    /// The next fetch: everything, or what has changed since the last one.
    fn build_fetch(
        &mut self,
        source: BrokerId,
        me: ReplicaState,
        position: impl Fn(ReplicaId) -> FollowerPosition,
        partitions: Vec<FetchPartition>,
    ) -> Request {
        let (thread, states) = (&mut self.threads[source.index()], &mut self.states);
        if thread.session_epoch == 0 {
            let is_ready = |replica: &&ReplicaId| {
                let state = &states[replica.index()];
                state.delayed_until.is_none() && !state.failed
            };
            thread.changed.clear();
            thread.changed.extend(thread.members.iter().filter(is_ready));
            thread.forgotten.clear();
        }
        let mut request = FetchRequest {
            isolation_level: IsolationLevel::ReadUncommitted,
            replica_state: me,
            max_wait: self.config.replica_fetch_wait_max,
            min_bytes: self.config.replica_fetch_min_bytes,
            max_bytes: self.config.replica_fetch_response_max_bytes,
            session_epoch: thread.session_epoch,
            partitions,
            forgotten: std::mem::take(&mut thread.forgotten),
            rack: None,
        };
        for replica in thread.changed.drain(..) {
            let at = position(replica);
            request.partitions.push(FetchPartition {
                tp: at.tp,
                fetch_offset: at.fetch_offset,
                log_start: at.log_start,
                current_leader_epoch: at.leader_epoch,
                last_fetched_epoch: at.last_fetched_epoch,
                max_bytes: self.config.replica_fetch_max_bytes,
            });
            let state = &mut states[replica.index()];
            state.listed = Some((at.fetch_offset, at.leader_epoch));
            state.changed = false;
        }
        Request::Fetch(request)
    }

    /// Whether an answer of the source about a replica, which stands there, is one to what was asked.
    #[inline]
    pub fn expects(&self, source: BrokerId, replica: ReplicaId, stands: (Offset, LeaderEpoch)) -> bool {
        self.states.get(replica.index()).is_some_and(|state| {
            state.source == Some(source)
                && state.listed == Some(stands)
                && !state.failed
                && state.delayed_until.is_none()
        })
    }
    /// The replica's place has changed: the next request says so.
    #[inline]
    pub fn relist(&mut self, source: BrokerId, replica: ReplicaId) {
        let state = &mut self.states[replica.index()];
        if state.source == Some(source) {
            self.threads[source.index()].list_again(replica, state);
        }
    }
    /// Fetches the replica again after `replica.fetch.backoff.ms`.
    pub fn delay(&mut self, source: BrokerId, replica: ReplicaId, tp: Tp, now: Nanos) {
        let until = now.saturating_add(self.config.replica_fetch_backoff);
        let state = &mut self.states[replica.index()];
        if state.source == Some(source) {
            let thread = &mut self.threads[source.index()];
            thread.drop_from_session(replica, tp, state);
            if state.delayed_until.replace(until).is_none() {
                thread.delayed.push(replica);
            }
        }
    }
    /// Does not fetch the replica until there is a new leader epoch.
    pub fn fail(&mut self, source: BrokerId, replica: ReplicaId, tp: Tp) {
        let state = &mut self.states[replica.index()];
        if state.source == Some(source) {
            let thread = &mut self.threads[source.index()];
            thread.drop_from_session(replica, tp, state);
            thread.failed += usize::from(!std::mem::replace(&mut state.failed, true));
        }
    }
    /// Before the next fetch the leader is asked where its log of this partition ends.
    pub fn ask_log_end_next(&mut self, source: BrokerId, replica: ReplicaId) {
        self.thread(source).out_of_range.push_back(replica);
        self.relist(source, replica);
    }
    /// The leader is asked where its log begins, at once.
    pub fn ask_log_start(
        &mut self,
        source: BrokerId,
        replica: ReplicaId,
        my_epoch: BrokerEpoch,
        position: &FollowerPosition,
        ctx: &mut Context<'_>,
    ) {
        let leader = self.leader(source);
        if self.client.ready(leader, ctx) {
            let me = ReplicaState::Follower(self.me, my_epoch);
            let (asked, request) = ask_log_start(me, replica, position);
            self.client.send_after(leader, asked, request, Nanos::ZERO, ctx);
        }
    }

    /// Ends the fetchers that fetch nothing any more, with their connections: who has to be fetched from again is connected to
    /// again, even if the old connection waits in vain for an answer (`AbstractFetcherManager.shutdownIdleFetcherThreads`).
    pub fn shut_down_idle(&mut self, ctx: &mut Context<'_>) {
        for source in 0..self.threads.len() {
            if self.threads[source].members.is_empty()
                && let Some(leader) = self.leader_at(source)
            {
                self.client.drop_connection(leader, ctx);
                self.threads[source] = ReplicaFetcherThread::default();
            }
        }
    }

    /// Closes the connections to all sources, and forgets what was fetched.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        for source in 0..self.threads.len() {
            let leader = self.leader_at(source);
            leader.into_iter().for_each(|leader| self.client.drop_connection(leader, ctx));
        }
        self.threads.clear();
        self.states.clear();
    }
    fn leader_at(&self, source: usize) -> Option<Leader> {
        (source > 0).then(|| self.leader(BrokerId(source as u8)))
    }

    /// # Panics
    /// If lists and states contradict each other.
    pub fn check_invariants(&self) {
        for (source, thread) in self.threads.iter().enumerate() {
            let of = |list: &[ReplicaId], holds: &dyn Fn(&PartitionFetchState) -> bool| {
                list.iter().all(|replica| {
                    let state = &self.states[replica.index()];
                    state.source.is_some_and(|owner| owner.index() == source) && holds(state)
                })
            };
            assert!(of(&thread.members, &|_| true), "a fetcher's replicas know whose they are");
            assert!(of(&thread.changed, &|state| state.changed), "what is listed next knows it");
            assert!(of(&thread.delayed, &|state| state.delayed_until.is_some()), "what is delayed knows until when");
            let failed = thread.members.iter().filter(|replica| self.states[replica.index()].failed).count();
            assert_eq!(failed, thread.failed, "a fetcher counts what has failed");
        }
        let owned = self.states.iter().filter(|state| state.source.is_some()).count();
        let members: usize = self.threads.iter().map(|thread| thread.members.len()).sum();
        assert_eq!(owned, members, "a replica is fetched by one fetcher");
    }
}

fn ask_log_end(me: ReplicaState, replica: ReplicaId, position: &FollowerPosition) -> (Asked, Request) {
    (Asked::LogEnd(replica, position.leader_epoch), list_offset(me, position, OffsetSpec::Latest))
}
fn ask_log_start(me: ReplicaState, replica: ReplicaId, position: &FollowerPosition) -> (Asked, Request) {
    (Asked::LogStart(replica, position.leader_epoch), list_offset(me, position, OffsetSpec::Earliest))
}
fn list_offset(me: ReplicaState, position: &FollowerPosition, spec: OffsetSpec) -> Request {
    Request::ListOffsets(ListOffsetsRequest {
        replica_state: me,
        isolation_level: IsolationLevel::ReadUncommitted,
        partitions: std::iter::once((position.tp, position.leader_epoch, spec)).collect(),
    })
}
