//! A leader's share-partitions, with a log, and a persister that keeps what it is told.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::persister::{CallId, PersisterAnswer, PersisterCall};
use crate::cluster::broker::replica_manager::{InternalPartitions, LogManager, ReplicaManager};
use crate::cluster::broker::share::share_partition_manager::{SharePartitionManager, View};
use crate::cluster::broker::tests::world::{b, batch, brokers, ms};
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::coordinator::ReplyTo;
use crate::cluster::group_configs::GroupConfigs;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::{RecordBatch, TransactionMarker};
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::{BrokerConfig, GroupConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::time::Nanos;
use crate::stage::Stage;

/// The group.
pub const GROUP: GroupId = GroupId(0);
/// The first partition.
pub const TP: Tp = Tp(0);

/// What the persister has of a share-partition.
#[derive(Clone, Debug)]
pub struct Stored {
    pub state: SharePartitionState,
}

impl Default for Stored {
    fn default() -> Stored {
        let batches = Rc::from([]);
        let start_offset = Offset::INVALID;
        Stored { state: SharePartitionState { state_epoch: 0, start_offset, delivery_complete_count: -1, batches } }
    }
}

impl Stored {
    /// Takes a change, as `PersisterStateBatchCombiner` does: what is said last of an offset holds.
    pub fn take(&mut self, write: &WriteShareGroupState) {
        let mut known: BTreeMap<i64, (DeliveryState, u16)> = BTreeMap::new();
        for batch in self.state.batches.iter().chain(write.batches.iter()) {
            for offset in batch.first.0..=batch.last.0 {
                known.insert(offset, (batch.state, batch.delivery_count));
            }
        }
        self.state.start_offset = write.start_offset;
        self.state.delivery_complete_count = write.delivery_complete_count;
        let mut batches: Vec<PersisterStateBatch> = Vec::new();
        for (offset, (state, delivery_count)) in known.into_iter().filter(|(offset, _)| *offset >= write.start_offset.0)
        {
            match batches.last_mut() {
                Some(last)
                    if last.last.0 + 1 == offset && (last.state, last.delivery_count) == (state, delivery_count) =>
                {
                    last.last = Offset(offset);
                }
                _ => {
                    let offset = Offset(offset);
                    batches.push(PersisterStateBatch { first: offset, last: offset, state, delivery_count });
                }
            }
        }
        self.state.batches = batches.into();
    }
}

/// See the module.
pub struct Leader {
    pub stage: Stage,
    pub replicas: ReplicaManager,
    pub cache: MetadataCache,
    pub manager: SharePartitionManager,
    pub catalog: Rc<Catalog>,
    pub stored: BTreeMap<Tp, Stored>,
    /// Calls that are not answered yet.
    pub calls: VecDeque<(CallId, PersisterCall)>,
    /// The persister answers only when it is told to.
    pub holds: bool,
    /// Epochs of the members' sessions, and their connections.
    pub sessions: BTreeMap<MemberId, (i32, ConnId)>,
    pub answers: Vec<(MemberId, Response)>,
    pub told: Vec<String>,
    correlation: u32,
    ordinal: u32,
    config: Rc<BrokerConfig>,
    group_config: GroupConfig,
    rules: Rules,
}

impl Leader {
    /// Broker 1, which leads both partitions of a topic, with one replica each.
    pub fn new(version: KafkaVersion, config: BrokerConfig, group_config: GroupConfig) -> Leader {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(b(1)));
        catalog.add_node("client", NodeRole::Admin);
        let topic = catalog.add_topic("orders", 2);
        catalog.add_group("billing");
        let (catalog, config, rules) = (Rc::new(catalog), Rc::new(config), Rules::of(version));
        let mut leader = Leader {
            stage: Stage::new(NodeId(0)),
            replicas: ReplicaManager::new(
                b(1),
                config.clone(),
                catalog.clone(),
                rules,
                InternalPartitions::default(),
                LogManager::default(),
            ),
            cache: MetadataCache::new(),
            manager: SharePartitionManager::new(
                b(1),
                config.clone(),
                Rc::new(GroupConfigs::new(group_config.clone())),
                catalog.clone(),
                rules,
            ),
            catalog,
            stored: BTreeMap::new(),
            calls: VecDeque::new(),
            holds: false,
            sessions: BTreeMap::new(),
            answers: Vec::new(),
            told: Vec::new(),
            correlation: 0,
            ordinal: 0,
            config,
            group_config,
            rules,
        };
        let one = brokers(&[1]);
        let partition = |tp| MetadataRecord::Partition { tp: Tp(tp), replicas: one, isr: one, leader: Some(b(1)) };
        let config = Rc::new(TopicConfig::default());
        let topic = MetadataRecord::Topic { topic, partitions: 2, config };
        leader.cache.apply(0, &[topic, partition(0), partition(1)]);
        for tp in [Tp(0), Tp(1)] {
            let registration = *leader.cache.partition(tp).expect("it was made");
            let (replicas, cache) = (&mut leader.replicas, &leader.cache);
            leader.stage.act(|ctx| replicas.apply(tp, &registration, cache, ctx)).0.expect("it is new");
        }
        while leader.replicas.next_happened().is_some() {}
        leader
    }

    /// Lets the share-partitions do something, and takes down what they say.
    fn run(&mut self, act: impl FnOnce(&mut SharePartitionManager, View<'_>, &mut Context<'_>)) {
        let view = View { replicas: &self.replicas, cache: &self.cache };
        let manager = &mut self.manager;
        let ((), said) = self.stage.act(|ctx| act(manager, view, ctx));
        let now = self.stage.now;
        self.told.extend(said.facts.iter().map(|fact| format!("{now} {}", tell(fact))));
        while let Some(answer) = self.manager.next_answer() {
            let member = MemberId(answer.to.channel);
            self.told.push(format!("{now}   {} <- {}", name(member), answered(&answer.response)));
            self.note_answer(member, &answer.response);
            self.answers.push((member, answer.response));
        }
        while let Some((id, call)) = self.manager.next_persister_call() {
            self.told.push(format!("{now}   persister <- {}", called(&call)));
            self.calls.push_back((id, call));
        }
        self.manager.check_invariants();
        if !self.holds {
            self.answer_all();
        }
    }
    /// As a client does: a session that is refused is opened anew.
    fn note_answer(&mut self, member: MemberId, response: &Response) {
        let error = match response {
            Response::ShareFetch(response) => response.error,
            Response::ShareAcknowledge(response) => response.error,
            _ => ErrorCode::None,
        };
        if error.is_err() {
            self.sessions.entry(member).and_modify(|(epoch, _)| *epoch = share_session_epoch::INITIAL);
        }
    }
    pub fn answer_all(&mut self) {
        while !self.calls.is_empty() {
            self.answer(ErrorCode::None);
        }
    }
    /// The persister answers its oldest call.
    pub fn answer(&mut self, error: ErrorCode) {
        if let Some(call) = self.calls.pop_front() {
            self.answer_call(call, error);
        }
    }
    /// It answers its newest call: the older ones are being tried again.
    pub fn answer_newest(&mut self, error: ErrorCode) {
        if let Some(call) = self.calls.pop_back() {
            self.answer_call(call, error);
        }
    }
    fn answer_call(&mut self, (id, call): (CallId, PersisterCall), error: ErrorCode) {
        let answer = match call {
            PersisterCall::Read { tp, .. } => {
                let state = self.stored.entry(tp).or_default().state.clone();
                PersisterAnswer::Read(if error.is_ok() { Ok(state) } else { Err(error) })
            }
            PersisterCall::Write { write, .. } => {
                if error.is_ok() {
                    self.stored.entry(write.tp).or_default().take(&write);
                }
                PersisterAnswer::Write(error)
            }
        };
        self.run(|manager, view, ctx| manager.persister_answered(id, answer, view, ctx).expect("a healthy disk"));
    }

    /// Appends batches of so many records.
    pub fn append(&mut self, counts: &[u32]) {
        for count in counts {
            let ordinal = self.ordinal;
            self.ordinal += count;
            self.append_batch(TP, batch(ordinal, *count));
        }
    }
    pub fn append_batch(&mut self, tp: Tp, batch: RecordBatch) {
        let now = self.stage.now;
        let batch = RecordBatch { base_timestamp: now, max_timestamp: now, ..batch };
        let (replicas, cache) = (&mut self.replicas, &self.cache);
        let appended = self.stage.act(|ctx| replicas.append_from_coordinator(tp, batch, cache, ctx)).0;
        appended.expect("a healthy disk").expect("appended");
        while self.replicas.next_happened().is_some() {}
        self.run(|manager, view, ctx| manager.high_watermark_raised(tp, view, ctx).expect("a healthy disk"));
    }
    /// The same of a transaction.
    pub fn append_transactional(&mut self, producer: i64, count: u32) {
        let (producer_id, producer_epoch) = (ProducerId(producer), ProducerEpoch(0));
        let base = RecordBatch { producer_id, producer_epoch, is_transactional: true, ..batch(self.ordinal, count) };
        let base_sequence = Sequence(self.ordinal as i32);
        self.ordinal += count;
        self.append_batch(TP, RecordBatch { base_sequence, ..base });
    }
    pub fn end_transaction(&mut self, producer: i64, commit: bool) {
        let producer = ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(0) };
        let marker = TransactionMarker { producer, coordinator_epoch: LeaderEpoch(0), commit };
        self.append_batch(TP, marker.batch(NodeId(0), self.stage.now));
    }

    fn reply_to(&mut self, member: MemberId) -> (ReplyTo, i32) {
        let next = ConnId(100 + member.0);
        let (epoch, conn) = *self.sessions.entry(member).or_insert((share_session_epoch::INITIAL, next));
        self.correlation += 1;
        let to = ReplyTo { channel: member.0, conn, correlation: self.correlation, client: NodeId(1) };
        (to, epoch)
    }
    fn advance(&mut self, member: MemberId, epoch: i32) {
        let next = if epoch == share_session_epoch::FINAL { share_session_epoch::INITIAL } else { epoch + 1 };
        self.sessions.entry(member).and_modify(|(epoch, _)| *epoch = next);
    }
    /// A member fetches; with the first fetch it opens its session.
    pub fn fetch(&mut self, member: MemberId, with: impl FnOnce(&mut ShareFetchRequest)) {
        let (to, epoch) = self.reply_to(member);
        let mut request = ShareFetchRequest {
            group: GROUP,
            member,
            session_epoch: epoch,
            max_wait: ms(500),
            min_bytes: 1,
            max_bytes: 50 << 20,
            max_records: 500,
            batch_size: 500,
            acquire_mode: ShareAcquireMode::BatchOptimized,
            is_renew: false,
            partitions: Vec::new(),
            forgotten: Vec::new(),
        };
        with(&mut request);
        if epoch == share_session_epoch::INITIAL && request.partitions.is_empty() {
            request.partitions.push(SharePartitionAcknowledgements { tp: TP, acknowledgements: Vec::new() });
        }
        self.advance(member, request.session_epoch);
        self.run(|manager, view, ctx| manager.share_fetch(to, &request, view, ctx).expect("a healthy disk"));
    }
    /// A member acknowledges.
    pub fn acknowledge(&mut self, member: MemberId, with: impl FnOnce(&mut ShareAcknowledgeRequest)) {
        let (to, session_epoch) = self.reply_to(member);
        let mut request =
            ShareAcknowledgeRequest { group: GROUP, member, session_epoch, is_renew: false, partitions: Vec::new() };
        with(&mut request);
        self.advance(member, request.session_epoch);
        self.run(|manager, view, ctx| manager.share_acknowledge(to, &request, view, ctx).expect("a healthy disk"));
    }
    /// A member's connection is gone; the next one has another number.
    pub fn disconnect(&mut self, member: MemberId) {
        let Some((_, conn)) = self.sessions.get(&member).copied() else { return };
        self.run(|manager, view, ctx| manager.disconnected(conn, view, ctx).expect("a healthy disk"));
        self.reconnect(member);
    }
    /// A member goes on with another connection.
    pub fn reconnect(&mut self, member: MemberId) {
        let conn = self.sessions.get(&member).map_or(ConnId(100 + member.0), |(_, conn)| ConnId(conn.0 + 100));
        self.sessions.insert(member, (share_session_epoch::INITIAL, conn));
    }
    /// The connection of that number is gone.
    pub fn lose(&mut self, conn: ConnId) {
        self.run(|manager, view, ctx| manager.disconnected(conn, view, ctx).expect("a healthy disk"));
    }
    /// Another broker leads, then this one again.
    pub fn resign(&mut self) {
        self.manager.resigned(TP);
    }
    /// The process starts anew.
    pub fn restart(&mut self) {
        self.calls.clear();
        let groups = Rc::new(GroupConfigs::new(self.group_config.clone()));
        self.manager = SharePartitionManager::new(b(1), self.config.clone(), groups, self.catalog.clone(), self.rules);
        self.sessions.clear();
    }
    pub fn pass(&mut self, span: Nanos) {
        let end = self.stage.now.saturating_add(span);
        while let Some(timer) = self.stage.ring(end) {
            self.run(|manager, view, ctx| match BrokerTimer::from(timer) {
                BrokerTimer::ShareAcquisitionLock => manager.expire_locks(view, ctx).expect("a healthy disk"),
                BrokerTimer::ShareFetch => manager.expire_fetches(view, ctx).expect("a healthy disk"),
                _ => {}
            });
        }
        self.stage.now = end;
    }
    /// How the share-partitions stand.
    pub fn look(&mut self) {
        for found in self.manager.describe() {
            let (start, end) = (found.start, found.end);
            let tp = self.catalog.topic_of(found.tp).1;
            self.told.push(format!("  orders-{tp}: start {start}, end {end}, done with {}", found.delivery_complete));
            for run in found.batches {
                let owner = run.owner.map_or(String::new(), |owner| format!(" by {}", name(owner)));
                let until = run.lock_ends.map_or(String::new(), |at| format!(" until {at}"));
                let moves = if run.in_transition { ", not written yet" } else { "" };
                let (range, state, count) = (range(run.first, run.last), run.state.name(), run.delivery_count);
                self.told.push(format!("    {range} {state} ({count}){owner}{until}{moves}"));
            }
        }
    }
}

pub fn name(member: MemberId) -> String {
    format!("m{member}")
}

pub fn range(first: Offset, last: Offset) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// A fact of share groups in short.
fn tell(fact: &Fact) -> String {
    match *fact {
        Fact::ShareAcquired { member, first, last, delivery_count, .. } => {
            format!("{} acquires {} ({delivery_count})", name(member), range(first, last))
        }
        Fact::ShareAcknowledged { member, first, last, acknowledgement, .. } => {
            format!("{} {} {}", name(member), acknowledgement.name(), range(first, last))
        }
        Fact::ShareAcknowledgedLate { member, first, last, acknowledgement, .. } => {
            format!("{} {} {}, late", name(member), acknowledgement.name(), range(first, last))
        }
        Fact::ShareAcknowledgeRefused { member, first, last, error, .. } => {
            format!("{} refused {}: {}", name(member), range(first, last), error.name())
        }
        Fact::ShareReleased { member, first, last, delivery_count, reason, .. } => {
            format!("released {} of {} ({delivery_count}): {reason:?}", range(first, last), name(member))
        }
        Fact::ShareArchived { first, last, reason, .. } => format!("archived {}: {reason:?}", range(first, last)),
        Fact::ShareStartMoved { start, .. } => format!("start {start}"),
        Fact::SharePartitionLoaded { leader_epoch, start, state_epoch, .. } => {
            format!("loaded in epoch {leader_epoch}: start {start}, state epoch {state_epoch}")
        }
        ref other => format!("{other:?}"),
    }
}

fn states(batches: &[PersisterStateBatch]) -> String {
    let one = |batch: &PersisterStateBatch| {
        format!(" {} {} ({})", range(batch.first, batch.last), batch.state.name(), batch.delivery_count)
    };
    batches.iter().map(one).collect()
}

fn called(call: &PersisterCall) -> String {
    match call {
        PersisterCall::Read { leader_epoch, .. } => format!("read for epoch {leader_epoch}"),
        PersisterCall::Write { write, .. } => {
            let count = write.delivery_complete_count;
            format!("start {}, done with {count}:{}", write.start_offset, states(&write.batches))
        }
    }
}

fn answered(response: &Response) -> String {
    let failed = |error: ErrorCode| if error.is_err() { format!(" {}", error.name()) } else { String::new() };
    match response {
        Response::ShareFetch(response) => {
            let one = |data: &ShareFetchData| {
                let acquired: Vec<String> = data
                    .acquired
                    .iter()
                    .map(|run| format!("{} ({})", range(run.first, run.last), run.delivery_count))
                    .collect();
                let records: u32 = data.batches.iter().map(|batch| batch.count).sum();
                let acknowledged = match data.acknowledge_error {
                    ErrorCode::None => String::new(),
                    error => format!(" acknowledgements: {}", error.name()),
                };
                let failed = failed(data.error);
                format!(" [{}]:{failed} {} of {records} records{acknowledged}", data.tp.0, acquired.join(", "))
            };
            let partitions: String = response.partitions.iter().map(one).collect();
            format!("ShareFetch{}{partitions}", failed(response.error))
        }
        Response::ShareAcknowledge(response) => {
            let one = |(tp, error, _): &(Tp, ErrorCode, _)| format!(" [{}]: {}", tp.0, error.name());
            let partitions: String = response.partitions.iter().map(one).collect();
            format!("ShareAcknowledge{}{partitions}", failed(response.error))
        }
        other => format!("{other:?}"),
    }
}
