//! A scripted cluster for one consumer: it answers as a healthy cluster would, one request of a
//! connection at a time and one millisecond each, except where the test says otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::group_coordinator::GroupCoordinator;
use super::transactions::Transactions;
use crate::app::Application;
use crate::app::spec::{AppSpec, CommitMode, FatalPolicy, GivingUp, LoopSpec, PoisonPolicy, ProcessingThread, StopBy};
use crate::client::consumer::{CloseOptions, ConsumerDescription, ConsumerSpec, RebalanceListener};
use crate::client::share_consumer::tests::brokers::{Log, ShareBrokers};
use crate::history::fact::{Fact, StopKind};
use crate::history::words::line;
use crate::node::{Effect, Input, Owner};
use crate::protocol::api::Api;
use crate::protocol::batch::{BatchData, ControlRecord, LeaderAndEpoch, Origin, RecordBatch, RecordDetail};
use crate::protocol::catalog::{Catalog, NodeRole, PatternEntry};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::display::Names;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::Rules;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::random::{Distribution, Stream};
use crate::sim::time::Nanos;
use crate::stage::{Said, Stage};

pub const MS: fn(u64) -> Nanos = Nanos::from_millis;
pub const S: fn(u64) -> Nanos = Nanos::from_secs;
const LATENCY: Nanos = Nanos::from_millis(1);

/// What the cluster does about one request.
pub enum Reaction {
    /// Answers this instead.
    Say(Response),
    /// Answers when [`Cluster::release`] is called; what follows on the connection waits.
    Park,
    /// Does what is asked, and never says so.
    Keep,
    /// Closes the connection.
    Hang,
}

struct Conn {
    broker: BrokerId,
    waiting: VecDeque<(u32, Request)>,
    /// The request in front is parked.
    parked: bool,
    /// The fetch in front has waited for data since then.
    fetch_since: Option<Nanos>,
    session: BTreeMap<Tp, FetchPartition>,
}

#[derive(Default)]
pub struct Partition {
    pub batches: Vec<RecordBatch>,
    pub log_start: i64,
    pub leader: u8,
    pub epoch: i32,
    pub committed: Option<(i64, i32)>,
    /// Answer to OffsetsForLeaderEpoch, if it is not the log's end.
    pub epoch_end: Option<(i32, i64)>,
    /// A follower, and how far its log goes: the leader names it to who tells a rack and is not beyond that (KIP-392).
    pub follower: Option<(u8, i64)>,
}

impl Partition {
    fn seen_by(&self, broker: BrokerId) -> Log<'_> {
        let (leader, epoch) = (BrokerId(self.leader), LeaderEpoch(self.epoch));
        Log { batches: &self.batches, elsewhere: (leader != broker).then_some(LeaderAndEpoch { leader, epoch }) }
    }
    fn end(&self) -> i64 {
        self.batches.last().map_or(self.log_start, |b| b.next_offset().0)
    }
}

/// A heartbeat, and what was true of its member since the one before: it may have waited for its connection.
pub struct SentHeartbeat {
    pub request: ConsumerGroupHeartbeatRequest,
    pub lived: Vec<ConsumerDescription>,
}

/// A consumer on a stage, with everything that it says, and the cluster around it.
pub struct Cluster {
    stage: Stage,
    names: Names,
    pub consumer: Application,
    pub catalog: Rc<Catalog>,
    pub partitions: Vec<Partition>,
    /// What a transactional producer of the application has to do with.
    pub transactions: Transactions,
    /// What the coordinator says to members of the new protocol.
    pub group: GroupCoordinator,
    /// What the leaders of partitions say to members of a share group.
    pub share: ShareBrokers,
    /// Generation that the next JoinGroup completes.
    pub generation: i32,
    pub coordinator: u8,
    /// Answer to every heartbeat.
    pub heartbeat_error: ErrorCode,
    /// The assignment of a static member, which comes back to a stable group.
    pub kept: Option<Rc<[Tp]>>,
    /// Another member leads the group, and `kept` is what it assigns.
    pub follows: bool,
    pub story: Vec<String>,
    pub facts: Vec<(Nanos, Fact)>,
    pub exited: bool,
    /// Every heartbeat of a member of the new protocol that was sent, the oldest first.
    pub heartbeats: Vec<SentHeartbeat>,
    /// What was true of the consumer since the last of them.
    lived: Vec<ConsumerDescription>,
    script: Vec<(&'static str, Reaction)>,
    /// Topics that are not created yet.
    missing: Vec<TopicId>,
    conns: BTreeMap<ConnId, Conn>,
    queue: BTreeMap<(Nanos, u64), Input>,
    sequence: u64,
    /// When a parked fetch has waited long enough.
    wakes: BTreeSet<Nanos>,
    next_member: u32,
    /// The topics of which it was asked for metadata, time and again; none: all.
    pub asked_for: Vec<Option<Vec<TopicId>>>,
}

/// Brokers 1 and 2, the topic `orders` with two partitions (led by 1 and 2), the group `billing`; the topic `invoices` with
/// one partition (led by 1) and the transactional id `billing-0`.
pub fn catalog() -> Rc<Catalog> {
    let mut catalog = Catalog::default();
    catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
    catalog.add_node("broker 2", NodeRole::Broker(BrokerId(2)));
    let group = catalog.add_group("billing");
    catalog.add_node("billing-0", NodeRole::consumer(group));
    catalog.add_node("checkout-0", NodeRole::producer());
    catalog.add_topic("orders", 2);
    catalog.add_topic("invoices", 1);
    catalog.add_transactional_id("billing-0");
    catalog.add_instance_id("billing-a");
    catalog.add_pattern(PatternEntry { text: "ord.*".into(), topics: Some(vec![TopicId(0)]) });
    catalog.add_rack("a");
    Rc::new(catalog)
}

pub const ME: NodeId = NodeId(2);
pub const PRODUCER: NodeId = NodeId(3);

/// One millisecond per record, earliest, auto-commit.
pub fn spec() -> LoopSpec {
    let config =
        ConsumerConfig { auto_offset_reset: crate::protocol::config::AutoOffsetReset::Earliest, ..Default::default() };
    LoopSpec {
        consumer: Box::new(ConsumerSpec {
            group: GroupId(0),
            instance: None,
            topics: vec![TopicId(0)],
            assigned: None,
            pattern: false,
            regex: None,
            config,
            close: CloseOptions::default(),
            client: None,
            listener: RebalanceListener::default(),
            seeks_when_assigned: false,
        }),
        per_record: Distribution::Constant(MS(1)),
        thread: ProcessingThread::Poll,
        pool: None,
        queue: None,
        commit_retry: None,
        commit: CommitMode::Auto,
        on_poison: PoisonPolicy::GiveUp(GivingUp::Skip),
        backs_off: false,
        on_fatal: FatalPolicy::Continue,
        poll_timeout: MS(100),
        stop_by: StopBy::default(),
        on_revoked: None,
        outlet: None,
        sink: None,
        steps: [].into(),
        start: Nanos::ZERO,
    }
}

/// [`committing`] with `group.protocol=consumer`.
pub fn of_new_protocol(commit: CommitMode) -> LoopSpec {
    let mut spec = committing(commit);
    spec.consumer.config.group_protocol = GroupProtocol::Consumer;
    spec
}

/// [`spec`] with a commit mode.
pub fn committing(commit: CommitMode) -> LoopSpec {
    let mut spec = spec();
    spec.commit = commit;
    spec.consumer.config.enable_auto_commit = commit == CommitMode::Auto;
    spec
}

impl Cluster {
    pub fn new(spec: LoopSpec) -> Cluster {
        Cluster::of(AppSpec::PollLoop(spec))
    }
    /// Around any application.
    pub fn of(spec: AppSpec) -> Cluster {
        Cluster::with_rules(spec, Rules::default())
    }
    /// Around any application of any version.
    pub fn with_rules(spec: AppSpec, rules: Rules) -> Cluster {
        let catalog = catalog();
        let partitions = [1, 2, 1].map(|leader| Partition { leader, ..Default::default() }).into();
        let mut cluster = Cluster {
            stage: Stage::drawing(ME, Stream::new(7, "stage")),
            names: Names::new(catalog.clone()),
            consumer: Application::new(spec, catalog.clone(), rules),
            catalog,
            partitions,
            transactions: Transactions::default(),
            group: GroupCoordinator::default(),
            share: ShareBrokers::default(),
            generation: 1,
            coordinator: 1,
            heartbeat_error: ErrorCode::None,
            kept: None,
            follows: false,
            asked_for: Vec::new(),
            story: Vec::new(),
            facts: Vec::new(),
            exited: false,
            heartbeats: Vec::new(),
            lived: Vec::new(),
            script: Vec::new(),
            missing: Vec::new(),
            conns: BTreeMap::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            wakes: BTreeSet::new(),
            next_member: 0,
        };
        cluster.later(Nanos::ZERO, Input::Start);
        cluster
    }
    /// Reacts to the next request of an API in this way.
    pub fn script(&mut self, api: &'static str, reaction: Reaction) {
        self.script.push((api, reaction));
    }
    /// A topic is not there, or is.
    pub fn is_there(&mut self, topic: TopicId, there: bool) {
        self.missing.retain(|missing| *missing != topic || !there);
        if !there {
            self.missing.push(topic);
        }
    }
    /// From now on the cluster is well: connections that wait for an answer that will not come break.
    pub fn forget_script(&mut self) {
        self.script.clear();
        let parked: Vec<ConnId> = self.conns.iter().filter(|(_, conn)| conn.parked).map(|(id, _)| *id).collect();
        parked.into_iter().for_each(|id| self.hang_up(id));
    }
    /// Appends one batch of `count` records.
    pub fn produce(&mut self, partition: usize, count: u32) {
        self.append(partition, count, BatchData::Plain);
    }
    /// Appends one batch; record number `poison` in it cannot be processed.
    pub fn produce_poison(&mut self, partition: usize, count: u32, poison: u32) {
        let details =
            (0..count).map(|i| RecordDetail { offset_delta: i, key: 0, value_len: 1, poison: i == poison }).collect();
        self.append(partition, count, BatchData::Records(details));
    }
    /// Appends what compaction has left of a batch of `count` records: those with these numbers.
    pub fn produce_compacted(&mut self, partition: usize, count: u32, left: &[u32]) {
        let detail = |number: &u32| RecordDetail { offset_delta: *number, key: 0, value_len: 1, poison: false };
        self.append(partition, count, BatchData::Records(left.iter().map(detail).collect()));
    }
    /// Appends the end of a transaction.
    pub fn produce_marker(&mut self, partition: usize) {
        let marker = ControlRecord::EndTxn { commit: true, coordinator_epoch: LeaderEpoch(0) };
        self.append(partition, 1, BatchData::Control(marker));
    }
    /// Appends one batch of so many offsets.
    fn append(&mut self, partition: usize, offsets: u32, data: BatchData) {
        let count = if let BatchData::Records(details) = &data { details.len() as u32 } else { offsets };
        let log = &mut self.partitions[partition];
        let base = log.end();
        log.batches.push(RecordBatch {
            base_offset: Offset(base),
            count,
            last_offset_delta: offsets - 1,
            size: 100 * count,
            leader_epoch: LeaderEpoch(log.epoch),
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            base_timestamp: self.stage.now,
            max_timestamp: self.stage.now,
            is_transactional: false,
            delete_horizon: None,
            origin: Origin { node: PRODUCER, ordinal: base as u32 },
            data,
        });
        self.serve_all();
    }
    fn later(&mut self, delay: Nanos, input: Input) {
        self.queue.insert((self.stage.now + delay, self.sequence), input);
        self.sequence += 1;
    }
    /// Plays until `time`.
    pub fn run_until(&mut self, time: Nanos) {
        loop {
            let event = self.queue.first_key_value().map(|(key, _)| *key);
            let timer = self.stage.next_timer().map(|(at, _)| at);
            let others = event.map(|key| key.0).into_iter().chain(timer).min().unwrap_or(Nanos::MAX);
            if let Some(wake) = self.wakes.first().copied().filter(|wake| *wake <= time.min(others)) {
                self.wakes.remove(&wake);
                self.stage.now = wake;
                self.serve_all();
                continue;
            }
            match (event, timer) {
                (Some(key), timer) if key.0 <= time && timer.is_none_or(|at| key.0 <= at) => {
                    let input = self.queue.remove(&key).expect("just seen");
                    self.stage.now = key.0;
                    self.give(input);
                }
                (_, Some(at)) if at <= time => {
                    let timer = self.stage.ring(time).expect("just seen");
                    self.give(Input::Timer(timer));
                }
                _ => break,
            }
            assert!(self.sequence < 1_000_000, "an endless story:\n{}", self.text());
        }
        self.stage.now = time;
        self.serve_all();
    }
    pub fn now(&self) -> Nanos {
        self.stage.now
    }
    /// Gives the consumer one input now.
    pub fn give(&mut self, input: Input) {
        self.sequence += 1;
        let Said { facts, effects } = self.stage.give(&mut self.consumer, input);
        self.note_heartbeats(&effects);
        for fact in facts {
            self.note(line(&fact, &self.catalog));
            self.facts.push((self.stage.now, fact));
        }
        effects.into_iter().for_each(|effect| self.perform(effect));
        self.serve_all();
    }
    fn note_heartbeats(&mut self, effects: &[Effect]) {
        let is_news = |description: &ConsumerDescription| self.lived.last() != Some(description);
        if let Some(description) = self.consumer.describe_consumer().filter(is_news) {
            self.lived.push(description);
        }
        for effect in effects {
            if let Effect::Send {
                message: Message { body: Body::Request(Request::ConsumerGroupHeartbeat(r)), .. },
                ..
            } = effect
            {
                self.heartbeats.push(SentHeartbeat { request: r.clone(), lived: self.lived.clone() });
                let now = self.lived.len().saturating_sub(1);
                self.lived.drain(..now);
            }
        }
    }
    /// The process dies; nothing of it is left.
    pub fn die(&mut self) {
        self.consumer.process_died(StopKind::Crash);
    }
    /// The process is killed, and the other sides notice.
    pub fn kill(&mut self) {
        self.die();
        self.conns.clear();
        self.queue.clear();
        self.stage.forget_timers();
    }
    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { conn, peer, owner } => {
                let broker = BrokerId(peer.0 as u8 + 1);
                self.conns.insert(
                    conn,
                    Conn {
                        broker,
                        waiting: VecDeque::new(),
                        parked: false,
                        fetch_since: None,
                        session: BTreeMap::new(),
                    },
                );
                self.later(Nanos::ZERO, Input::Connected { conn, owner });
            }
            Effect::Send { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                match &request {
                    Request::ConsumerGroupHeartbeat(heartbeat) => self.names.meet(heartbeat.member),
                    Request::ShareGroupHeartbeat(heartbeat) => self.names.meet(heartbeat.member),
                    _ => {}
                }
                if let Some(to) = self.conns.get(&conn).filter(|_| self.is_told(&request)) {
                    self.note(format!("  -> broker {}: {}", to.broker, self.names.show(&request)));
                }
                if let Some(conn) = self.conns.get_mut(&conn) {
                    conn.waiting.push_back((correlation, request));
                }
            }
            Effect::Send { .. } => unreachable!("a consumer only asks"),
            Effect::Close { conn } => {
                self.share.closed(conn);
                self.conns.remove(&conn);
            }
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {}
            Effect::Own { .. } | Effect::Listen { .. } => unreachable!("nobody connects to a consumer"),
            Effect::Exit => {
                self.note("exits".into());
                self.exited = true;
            }
            Effect::Halt { restart_after } => {
                self.note("halts".into());
                self.consumer.process_died(StopKind::Crash);
                self.conns.keys().for_each(|conn| self.share.closed(*conn));
                self.conns.clear();
                self.stage.forget_timers();
                if let Some(delay) = restart_after {
                    self.later(delay, Input::Start);
                }
            }
        }
    }
    fn note(&mut self, line: String) {
        self.story.push(format!("{} {line}", self.stage.now));
    }
    /// The process dies, and is started again.
    pub fn restart(&mut self) {
        self.kill();
        self.say("the process dies, and is started again");
        self.give(Input::Start);
    }
    /// What was said since the last time, without the lines that have one of these words.
    pub fn take_said(&mut self, hidden: &[String]) -> String {
        let told = |line: &String| !hidden.iter().any(|hidden| line.contains(hidden.as_str()));
        std::mem::take(&mut self.story).into_iter().filter(told).collect::<Vec<_>>().join("\n")
    }
    /// A line of the test's own in the story.
    pub fn say(&mut self, line: &str) {
        self.note(format!("# {line}"));
    }
    /// Everything so far.
    pub fn text(&self) -> String {
        self.story.join("\n")
    }
    /// Starts the story anew.
    pub fn forget(&mut self) {
        self.story.clear();
        self.facts.clear();
    }

    // --- the cluster -----------------------------------------------------------------------------

    /// Answers whatever can be answered.
    fn serve_all(&mut self) {
        let conns: Vec<ConnId> = self.conns.keys().copied().collect();
        for conn in conns {
            while self.serve(conn) {}
        }
    }
    fn serve(&mut self, id: ConnId) -> bool {
        let Some(conn) = self.conns.get(&id) else { return false };
        let Some((correlation, request)) = conn.waiting.front().cloned() else { return false };
        if conn.parked {
            return false;
        }
        if let Some(at) = self.script.iter().position(|(api, _)| *api == name(&request)) {
            match self.script.remove(at).1 {
                Reaction::Say(response) => {
                    if matches!(&response, Response::ShareAcknowledge(r) if r.error.is_ok()) {
                        self.share.heard(id);
                    }
                    return self.answer(id, correlation, response);
                }
                Reaction::Park => {
                    self.conns.get_mut(&id).expect("seen").parked = true;
                    return false;
                }
                Reaction::Keep => {
                    self.react(id, &request);
                    self.conns.get_mut(&id).expect("seen").parked = true;
                    return false;
                }
                Reaction::Hang => {
                    self.hang_up(id);
                    return false;
                }
            }
        }
        match self.react(id, &request) {
            Some(response) => self.answer(id, correlation, response),
            None => false,
        }
    }
    fn answer(&mut self, id: ConnId, correlation: u32, response: Response) -> bool {
        let conn = self.conns.get_mut(&id).expect("seen");
        let (broker, asked) = (conn.broker, conn.waiting.pop_front());
        if let Response::JoinGroup(joined) = &response {
            self.names.meet(joined.member);
        }
        if GroupCoordinator::says_something(&response) || asked.is_some_and(|(_, request)| self.is_told(&request)) {
            let text = self.names.show(&response).to_string();
            self.note(format!("  <- broker {broker}: {text}"));
        }
        self.later(
            LATENCY,
            Input::Message {
                conn: id,
                owner: Owner::NONE,
                message: Message { correlation, body: Body::Response(response) },
            },
        );
        true
    }
    fn hang_up(&mut self, id: ConnId) {
        self.share.closed(id);
        self.conns.remove(&id);
        self.queue.retain(|_, input| !matches!(input, Input::Message { conn, .. } if *conn == id));
        self.later(LATENCY, Input::Disconnected { conn: id, owner: Owner::NONE });
    }
    /// Answers the parked request.
    pub fn release(&mut self, response: Response) {
        let (id, conn) = self.conns.iter_mut().find(|(_, conn)| conn.parked).expect("something is parked");
        conn.parked = false;
        let (id, correlation) = (*id, conn.waiting[0].0);
        self.answer(id, correlation, response);
        self.serve_all();
    }
    /// Answers the parked JoinGroup with a generation.
    pub fn release_join(&mut self, generation: i32) {
        self.generation = generation;
        let (id, conn) = self.conns.iter_mut().find(|(_, conn)| conn.parked).expect("something is parked");
        conn.parked = false;
        let (id, (correlation, request)) = (*id, conn.waiting[0].clone());
        let response = self.react(id, &request).expect("a join is answered");
        self.answer(id, correlation, response);
        self.serve_all();
    }
    /// Breaks every connection to a broker.
    pub fn disconnect(&mut self, broker: u8) {
        let ids: Vec<ConnId> =
            self.conns.iter().filter(|(_, c)| c.broker == BrokerId(broker)).map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| self.hang_up(id));
    }
    fn react(&mut self, id: ConnId, request: &Request) -> Option<Response> {
        let ok = ErrorCode::None;
        let transactions = self.transactions.react(request, &mut self.partitions);
        if transactions.is_some() {
            return transactions;
        }
        Some(match request {
            Request::ApiVersions => Response::ApiVersions,
            Request::Metadata(r) if r.all_topics => {
                self.asked_for.push(None);
                let all = (0..self.catalog.topics.len()).map(|topic| TopicId(topic as u16));
                let there = all.filter(|topic| !self.missing.contains(topic)).collect();
                Response::Metadata(Rc::new(self.metadata_of(&there)))
            }
            Request::Metadata(r) => {
                self.asked_for.push(Some(r.topics.to_vec()));
                Response::Metadata(Rc::new(self.metadata_of(&r.topics)))
            }
            Request::FindCoordinator(_) => Response::FindCoordinator(FindCoordinatorResponse {
                error: ok,
                coordinator: Some(BrokerId(self.coordinator)),
            }),
            Request::JoinGroup(r) if r.member == MemberId::NONE => {
                self.next_member += 1;
                let member = member(ME, self.next_member);
                if r.instance.is_some() {
                    return Some(Response::JoinGroup(self.static_join(member, r)));
                }
                Response::JoinGroup(join_response(ErrorCode::MemberIdRequired, Generation::NONE, member, &[]))
            }
            Request::JoinGroup(r) if self.follows => {
                let joined = join_response(ok, Generation(self.generation), r.member, &[]);
                self.generation += 1;
                let (leader, protocol) = (member(PRODUCER, 1), Some(r.protocols[0].0));
                Response::JoinGroup(JoinGroupResponse { leader, protocol, ..joined })
            }
            Request::JoinGroup(r) => {
                let members = [(r.member, r.protocols[0].1.clone())];
                let joined = join_response(ok, Generation(self.generation), r.member, &members);
                Response::JoinGroup(JoinGroupResponse { protocol: Some(r.protocols[0].0), ..joined })
            }
            Request::SyncGroup(r) => {
                let assignment = r.assignments.iter().find(|(member, _)| *member == r.member).map(|(_, a)| a.clone());
                let assignment = assignment.or_else(|| self.kept.clone()).unwrap_or_default();
                Response::SyncGroup(SyncGroupResponse { error: ok, assignment })
            }
            Request::Heartbeat(_) => Response::Heartbeat(self.heartbeat_error),
            Request::ConsumerGroupHeartbeat(r) => Response::ConsumerGroupHeartbeat(self.group.heartbeat(r)),
            Request::LeaveGroup(_) => Response::LeaveGroup(LeaveGroupResponse::refused(ok)),
            Request::OffsetFetch(r) => {
                let committed = |tp: &Tp| self.partitions[tp.index()].committed.unwrap_or((-1, -1));
                let offsets = r
                    .partitions
                    .iter()
                    .map(|tp| (*tp, Offset(committed(tp).0), LeaderEpoch(committed(tp).1)))
                    .collect();
                Response::OffsetFetch(OffsetFetchResponse { error: ok, offsets, unstable: vec![] })
            }
            Request::OffsetCommit(r) => {
                for (tp, offset, epoch) in &r.offsets {
                    self.partitions[tp.index()].committed = Some((offset.0, epoch.0));
                }
                Response::OffsetCommit(OffsetCommitResponse {
                    results: r.offsets.iter().map(|(tp, ..)| (*tp, ok)).collect(),
                })
            }
            Request::ListOffsets(r) => {
                Response::ListOffsets(r.partitions.iter().map(|(tp, _, spec)| self.list_offset(*tp, *spec)).collect())
            }
            Request::OffsetsForLeaderEpoch(r) => {
                let end = |tp: Tp| {
                    let log = &self.partitions[tp.index()];
                    let (epoch, end) = log.epoch_end.unwrap_or((log.epoch, log.end()));
                    EpochEndOffset { tp, error: ok, leader_epoch: LeaderEpoch(epoch), end_offset: Offset(end) }
                };
                Response::OffsetsForLeaderEpoch(r.partitions.iter().map(|(tp, ..)| end(*tp)).collect())
            }
            Request::Fetch(r) => Response::Fetch(self.fetch(id, r)?),
            Request::ShareGroupHeartbeat(r) => Response::ShareGroupHeartbeat(self.group.share_heartbeat(r)),
            Request::ShareFetch(r) => Response::ShareFetch(self.share_fetch(id, r)?),
            Request::ShareAcknowledge(r) => {
                let Cluster { share, partitions, conns, .. } = self;
                let broker = conns[&id].broker;
                Response::ShareAcknowledge(share.on_acknowledge(id, r, |tp| partitions[tp.index()].seen_by(broker)))
            }
            other => unreachable!("not a consumer's request: {other:?}"),
        })
    }
    /// A static member joins; who comes back to lead is told to leave the assignment as it is.
    fn static_join(&self, member: MemberId, request: &JoinGroupRequest) -> JoinGroupResponse {
        let members = [(member, request.protocols[0].1.clone())];
        let mut response = join_response(ErrorCode::None, Generation(self.generation), member, &members);
        response.members[0].instance = request.instance;
        response.skip_assignment = self.kept.is_some();
        response
    }
    /// The topic orders, as an answer to Metadata has it.
    pub fn metadata(&self) -> MetadataResponse {
        self.metadata_of(&[TopicId(0)].into_iter().collect())
    }
    fn metadata_of(&self, topics: &List<TopicId>) -> MetadataResponse {
        let partition = |tp: Tp| {
            let log = &self.partitions[tp.index()];
            PartitionMetadata {
                tp,
                error: ErrorCode::None,
                leader: Some(BrokerId(log.leader)),
                leader_epoch: LeaderEpoch(log.epoch),
                replicas: log.follower.map_or(BrokerList::EMPTY, |(follower, _)| {
                    [BrokerId(log.leader), BrokerId(follower)].into_iter().collect()
                }),
                isr: BrokerList::EMPTY,
            }
        };
        let topic = |topic: &TopicId| {
            let partitions = self.catalog.partitions(*topic).map(partition).collect();
            TopicMetadata { topic: *topic, error: ErrorCode::None, partitions }
        };
        MetadataResponse {
            brokers: vec![BrokerId(1), BrokerId(2)],
            racks: Vec::new(),
            topics: topics.iter().map(topic).collect(),
        }
    }
    fn list_offset(&self, tp: Tp, spec: OffsetSpec) -> ListOffsetsResult {
        let log = &self.partitions[tp.index()];
        let offset = match spec {
            OffsetSpec::Earliest => Offset(log.log_start),
            OffsetSpec::Latest => Offset(log.end()),
            // What is there was there from the start.
            OffsetSpec::Timestamp(Nanos::ZERO) => Offset(log.log_start),
            OffsetSpec::Timestamp(time) => {
                let young = log.batches.iter().find(|batch| batch.base_timestamp >= time);
                young.map_or(Offset::INVALID, |batch| batch.base_offset)
            }
        };
        ListOffsetsResult { tp, error: ErrorCode::None, offset, leader_epoch: LeaderEpoch(log.epoch) }
    }
    /// `None`: wait for data.
    fn fetch(&mut self, id: ConnId, request: &FetchRequest) -> Option<FetchResponse> {
        let now = self.stage.now;
        let conn = self.conns.get_mut(&id).expect("seen");
        if request.session_epoch == 0 {
            conn.session.clear();
        }
        for tp in &request.forgotten {
            conn.session.remove(tp);
        }
        for partition in &request.partitions {
            conn.session.insert(partition.tp, *partition);
        }
        let broker = conn.broker.0;
        let session: Vec<FetchPartition> = conn.session.values().copied().collect();
        let partitions =
            session.iter().filter_map(|p| self.fetch_partition(broker, p, request.rack)).collect::<Vec<_>>();
        let conn = self.conns.get_mut(&id).expect("seen");
        let until = *conn.fetch_since.get_or_insert(now) + request.max_wait;
        if partitions.is_empty() && now < until {
            self.wakes.insert(until);
            return None;
        }
        conn.fetch_since = None;
        Some(FetchResponse { error: ErrorCode::None, partitions })
    }
    /// `None`: wait for data.
    fn share_fetch(&mut self, id: ConnId, request: &ShareFetchRequest) -> Option<ShareFetchResponse> {
        let Cluster { share, partitions, conns, stage, wakes, .. } = self;
        let conn = conns.get_mut(&id).expect("seen");
        let (broker, until) = (conn.broker, *conn.fetch_since.get_or_insert(stage.now) + request.max_wait);
        let answer = share.on_fetch(id, request, |tp| partitions[tp.index()].seen_by(broker), until <= stage.now);
        match answer.is_some() {
            true => conn.fetch_since = None,
            false => drop(wakes.insert(until)),
        }
        answer
    }
    fn fetch_partition(&self, broker: u8, wanted: &FetchPartition, rack: Option<RackId>) -> Option<FetchData> {
        let log = &self.partitions[wanted.tp.index()];
        let offset = wanted.fetch_offset.0;
        let end = Offset(log.end());
        let mut data = FetchData {
            preferred_read_replica: None,
            aborted_transactions: None,
            tp: wanted.tp,
            error: ErrorCode::None,
            high_watermark: end,
            last_stable_offset: end,
            log_start: Offset(log.log_start),
            diverging: None,
            current_leader: None,
            batches: Default::default(),
        };
        let follower = log.follower.filter(|_| rack.is_some());
        if let Some((_, end)) = follower.filter(|(follower, _)| *follower == broker) {
            // What it has not heard of is no offset of its own (`ReplicaManager.readFromLog`).
            if offset > end {
                data.error = ErrorCode::OffsetOutOfRange;
                return Some(data);
            }
            let there = log.batches.iter().filter(|b| b.next_offset().0 > offset && b.next_offset().0 <= end);
            data.batches = there.cloned().map(SharedBatch::from).collect();
            return (!data.batches.is_empty()).then_some(data);
        }
        if let Some((named, _)) = follower.filter(|(_, end)| broker == log.leader && offset <= *end) {
            data.preferred_read_replica = Some(BrokerId(named));
        } else if broker != log.leader {
            data.error = ErrorCode::NotLeaderOrFollower;
            data.current_leader = Some(LeaderAndEpoch { leader: BrokerId(log.leader), epoch: LeaderEpoch(log.epoch) });
        } else if wanted.current_leader_epoch < LeaderEpoch(log.epoch) {
            data.error = ErrorCode::FencedLeaderEpoch;
        } else if offset < log.log_start || offset > log.end() {
            data.error = ErrorCode::OffsetOutOfRange;
        } else {
            data.batches =
                log.batches.iter().filter(|b| b.next_offset().0 > offset).cloned().map(SharedBatch::from).collect();
            if data.batches.is_empty() {
                return None;
            }
        }
        Some(data)
    }
    /// What goes on all the time is not told.
    fn is_told(&self, request: &Request) -> bool {
        match request {
            Request::ApiVersions | Request::Metadata(_) | Request::Fetch(_) => false,
            Request::Heartbeat(_) => self.heartbeat_error.is_err(),
            Request::ConsumerGroupHeartbeat(r) => GroupCoordinator::is_told_something(r),
            Request::ShareGroupHeartbeat(r) => r.member_epoch <= ShareGroupHeartbeatRequest::JOIN || r.topics.is_some(),
            Request::ShareFetch(r) => {
                r.session_epoch < 1 || r.max_records == 0 || !r.partitions.is_empty() || !r.forgotten.is_empty()
            }
            _ => true,
        }
    }
}

pub fn join_response(
    error: ErrorCode,
    generation: Generation,
    member: MemberId,
    members: &[(MemberId, Rc<Subscription>)],
) -> JoinGroupResponse {
    let leader = members.first().map_or(MemberId::NONE, |(leader, _)| *leader);
    let protocol = error.is_ok().then_some(Assignor::Range);
    let listed = |(member, subscription): &(MemberId, Rc<Subscription>)| JoinGroupMember {
        member: *member,
        instance: None,
        subscription: subscription.clone(),
    };
    let members = members.iter().map(listed).collect();
    JoinGroupResponse { error, generation, protocol, leader, member, skip_assignment: false, members }
}

/// Member number `unique` of a client.
pub fn member(client: NodeId, unique: u32) -> MemberId {
    MemberId(u32::from(client.0) << catalog().member_bits() | unique)
}

fn name(request: &Request) -> &'static str {
    Api::of_request(request).name()
}
