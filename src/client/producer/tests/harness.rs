//! A scripted world around one producer: it answers Metadata, InitProducerId and what else a transaction asks of its
//! coordinator by itself, and keeps the produce requests until the test says what becomes of them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::rc::Rc;

use crate::app::Application;
use crate::app::spec::AppSpec;
use crate::app::spec::{Arrivals, Keys, SourceFailure, SourceSpec, ValueSize};
use crate::client::producer::ProducerSpec;
use crate::history::fact::{Fact, StopKind};
use crate::history::words::line;
use crate::node::{Effect, Input, Owner};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::ProducerConfig;
use crate::protocol::display::Names;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use crate::stage::{Said, Stage};

pub const fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

/// A produce request that nobody answered so far.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub conn: ConnId,
    pub correlation: u32,
    pub broker: BrokerId,
    pub request: ProduceRequest,
}

pub struct Harness {
    pub producer: Application,
    stage: Stage,
    names: Names,
    connections: BTreeMap<ConnId, BrokerId>,
    /// Leader by partition, with its epoch.
    pub leaders: Vec<Option<(u8, i32)>>,
    pub brokers: Vec<BrokerId>,
    /// The topic exists.
    pub topic_exists: bool,
    /// Brokers take connections.
    pub reachable: bool,
    /// Brokers answer InitProducerId; else COORDINATOR_LOAD_IN_PROGRESS.
    pub has_producer_ids: bool,
    next_producer_id: i64,
    pub waiting: Vec<Waiting>,
    /// Answers of the harness itself: a broker answers the requests of a connection in order.
    deferred: Vec<(ConnId, u32, Response)>,
    inbox: VecDeque<Input>,
    pub facts: Vec<Fact>,
    pub log: String,
    pub exited: bool,
    pub metadata_requests: u32,
    pub timers_fired: u32,
    /// Every record has an event of its own: nothing is left for later.
    pub eager: bool,
}

/// A producer of small records without keys: topic `orders` with `partitions`, all led by broker 1.
pub fn spec() -> SourceSpec {
    SourceSpec {
        producer: ProducerSpec::plain(TopicId(0), ProducerConfig::default()),
        records: [].into(),
        arrivals: Arrivals::Bursts { size: 1, every: Nanos::from_secs(1000) },
        keys: Keys::None,
        value_size: ValueSize::Constant(100),
        tombstones: 0,
        poison_every: None,
        on_failure: SourceFailure::Log,
        transaction: None,
        rows: None,
        limit: None,
        start: Nanos::ZERO,
        stop: None,
    }
}

/// Without idempotence.
pub fn plain() -> SourceSpec {
    let mut spec = spec();
    spec.producer.config.enable_idempotence = false;
    spec
}

impl Harness {
    pub fn new(spec: SourceSpec, partitions: u32) -> Harness {
        Harness::under(KafkaVersion::V4_0, spec, partitions)
    }
    /// With the rules of a version.
    pub fn under(version: KafkaVersion, spec: SourceSpec, partitions: u32) -> Harness {
        Harness::with_rules(Rules::of(version), spec, partitions)
    }
    pub fn with_rules(rules: Rules, spec: SourceSpec, partitions: u32) -> Harness {
        let mut catalog = Catalog::default();
        for broker in 1..=3 {
            catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
        }
        let me = catalog.add_node("shop", NodeRole::producer());
        catalog.add_topic("orders", partitions);
        catalog.add_transactional_id("shop");
        let catalog = Rc::new(catalog);
        Harness {
            producer: Application::new(AppSpec::Source(spec), catalog.clone(), rules),
            stage: Stage::drawing(me, Stream::new(7, "producer")),
            names: Names::new(catalog),
            connections: BTreeMap::new(),
            leaders: vec![Some((1, 0)); partitions as usize],
            brokers: (1..=3).map(BrokerId).collect(),
            topic_exists: true,
            reachable: true,
            has_producer_ids: true,
            next_producer_id: 4000,
            waiting: Vec::new(),
            deferred: Vec::new(),
            inbox: VecDeque::new(),
            facts: Vec::new(),
            log: String::new(),
            exited: false,
            metadata_requests: 0,
            timers_fired: 0,
            eager: false,
        }
    }
    pub fn started(spec: SourceSpec, partitions: u32) -> Harness {
        let mut harness = Harness::new(spec, partitions);
        harness.input(Input::Start);
        harness
    }
    pub fn now(&self) -> Nanos {
        self.stage.now
    }
    /// Time passes, and the process does not run.
    pub fn stands_still(&mut self, span: Nanos) {
        self.stage.now += span;
    }
    pub fn input(&mut self, input: Input) {
        self.inbox.push_back(input);
        while let Some(input) = self.inbox.pop_front() {
            if self.eager && !matches!(input, Input::Interrupted) {
                self.inbox.push_front(Input::Interrupted);
            }
            let Said { facts, effects } = self.stage.give(&mut self.producer, input);
            for fact in facts {
                self.say(&line(&fact, self.names.catalog()));
                self.facts.push(fact);
            }
            effects.into_iter().for_each(|effect| self.effect(effect));
            self.answer_deferred();
        }
    }
    fn answer_deferred(&mut self) {
        while let Some(at) =
            self.deferred.iter().position(|d| self.waiting.iter().all(|w| w.conn != d.0 || w.correlation > d.1))
        {
            let (conn, correlation, response) = self.deferred.remove(at);
            self.inbox.push_back(Input::Message {
                conn,
                owner: Owner::NONE,
                message: Message { correlation, body: Body::Response(response) },
            });
        }
    }
    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {}
            Effect::Connect { conn, peer, owner } => {
                if self.reachable {
                    self.connections.insert(conn, BrokerId(peer.0 as u8 + 1));
                }
                self.inbox.push_back(if self.reachable {
                    Input::Connected { conn, owner }
                } else {
                    Input::Disconnected { conn, owner }
                });
            }
            Effect::Send { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                self.request(conn, correlation, request)
            }
            Effect::Send { .. } => panic!("a client sends requests only"),
            Effect::Close { conn } => {
                self.connections.remove(&conn);
                self.forget(conn);
                self.say("closes the connection");
            }
            Effect::Own { .. } | Effect::Listen { .. } => panic!("nobody connects to a producer"),
            Effect::Halt { .. } => panic!("a producer does not halt"),
            Effect::Exit => {
                self.exited = true;
                self.say("exits");
            }
        }
    }
    fn request(&mut self, conn: ConnId, correlation: u32, request: Request) {
        if !matches!(request, Request::ApiVersions) {
            let to = self.connections.get(&conn).copied().unwrap_or_default();
            self.say(&format!("  -> broker {to}: {}", self.names.show(&request)));
        }
        match request {
            Request::ApiVersions => self.deferred.push((conn, correlation, Response::ApiVersions)),
            Request::Metadata(_) => {
                self.metadata_requests += 1;
                let response = Response::Metadata(Rc::new(self.metadata()));
                self.deferred.push((conn, correlation, response));
            }
            Request::InitProducerId(_) => {
                let error = if self.has_producer_ids { ErrorCode::None } else { ErrorCode::CoordinatorLoadInProgress };
                let producer_id = ProducerId(self.next_producer_id);
                self.next_producer_id += i64::from(self.has_producer_ids);
                let response = Response::InitProducerId(InitProducerIdResponse {
                    error,
                    producer: ProducerIdAndEpoch { id: producer_id, epoch: ProducerEpoch(0) },
                });
                self.deferred.push((conn, correlation, response));
            }
            Request::Produce(request) => {
                let broker = self.connections[&conn];
                self.waiting.push(Waiting { conn, correlation, broker, request });
            }
            Request::FindCoordinator(_) => {
                let found = FindCoordinatorResponse { error: ErrorCode::None, coordinator: Some(BrokerId(1)) };
                self.deferred.push((conn, correlation, Response::FindCoordinator(found)));
            }
            Request::AddPartitionsToTxn(request) => {
                let added = |tp: &Tp| (*tp, ErrorCode::None);
                let transactions = request.transactions.iter();
                let results = transactions.map(|t| (t.transactional_id, t.partitions.iter().map(added).collect()));
                let response = AddPartitionsToTxnResponse { results: results.collect() };
                self.deferred.push((conn, correlation, Response::AddPartitionsToTxn(response)));
            }
            Request::EndTxn(request) => {
                let mut producer = ProducerIdAndEpoch::NONE;
                if request.version.supports_epoch_bump() {
                    producer = request.producer;
                    producer.epoch.0 += 1;
                }
                let response = Response::EndTxn(EndTxnResponse { error: ErrorCode::None, producer });
                self.deferred.push((conn, correlation, response));
            }
            other => panic!("a producer does not ask for {other:?}"),
        }
    }
    fn metadata(&self) -> MetadataResponse {
        let partition = |(number, leader): (usize, &Option<(u8, i32)>)| PartitionMetadata {
            tp: Tp(number as u32),
            error: if leader.is_some() { ErrorCode::None } else { ErrorCode::LeaderNotAvailable },
            leader: leader.map(|(broker, _)| BrokerId(broker)),
            leader_epoch: LeaderEpoch(leader.map_or(0, |(_, epoch)| epoch)),
            replicas: BrokerList::EMPTY,
            isr: BrokerList::EMPTY,
        };
        let topic = TopicMetadata {
            topic: TopicId(0),
            error: if self.topic_exists { ErrorCode::None } else { ErrorCode::UnknownTopicOrPartition },
            partitions: self.leaders.iter().enumerate().map(partition).collect(),
        };
        MetadataResponse { brokers: self.brokers.clone(), racks: Vec::new(), topics: vec![topic] }
    }
    fn respond(&mut self, conn: ConnId, correlation: u32, response: Response) {
        self.input(Input::Message {
            conn,
            owner: Owner::NONE,
            message: Message { correlation, body: Body::Response(response) },
        });
    }

    /// Lets time pass; timers go off.
    pub fn until(&mut self, time: Nanos) {
        let (mut now, mut rung) = (self.now(), 0);
        while let Some(timer) = self.stage.ring(time) {
            self.timers_fired += 1;
            rung = if self.now() == now { rung + 1 } else { 0 };
            now = self.now();
            assert!(rung < 1_000, "{timer:?} goes off again and again at {now}:\n{}", self.log);
            self.input(Input::Timer(timer));
        }
        self.stage.now = time;
    }
    /// The oldest waiting request, taken out.
    pub fn take(&mut self) -> Waiting {
        assert!(!self.waiting.is_empty(), "no request at {:?}:\n{}", self.now(), self.log);
        self.waiting.remove(0)
    }
    /// Answers the oldest waiting request, all partitions alike.
    pub fn answer(&mut self, error: ErrorCode, base_offset: i64) {
        let waiting = self.take();
        self.answer_to(&waiting, |_| (error, base_offset), None);
    }
    /// The same with an error that names the new leader and its epoch.
    pub fn answer_naming(&mut self, error: ErrorCode, (leader, epoch): (u8, i32)) {
        let waiting = self.take();
        let leader = LeaderAndEpoch { leader: BrokerId(leader), epoch: LeaderEpoch(epoch) };
        self.answer_to(&waiting, |_| (error, 0), Some(leader));
    }
    pub fn answer_to(
        &mut self,
        waiting: &Waiting,
        result: impl Fn(&ProducePartition) -> (ErrorCode, i64),
        leader: Option<LeaderAndEpoch>,
    ) {
        let partitions = waiting.request.partitions.iter().map(|partition| {
            let (error, base_offset) = result(partition);
            let base_offset = if error.is_ok() { Offset(base_offset) } else { Offset::INVALID };
            ProduceResult {
                tp: partition.tp,
                error,
                base_offset,
                log_start: Offset::INVALID,
                current_leader: leader.filter(|_| error.is_err()),
            }
        });
        let response = Response::Produce(ProduceResponse { partitions: partitions.collect() });
        self.say_answered(waiting.broker, &response);
        self.respond(waiting.conn, waiting.correlation, response);
    }
    /// acks=0: the oldest request is written.
    pub fn written(&mut self) {
        let Waiting { conn, correlation, .. } = self.take();
        self.say("the request is written");
        self.input(Input::Written { conn, owner: Owner::NONE, correlation });
    }
    /// A connection breaks; what waited on it is lost with it.
    pub fn disconnect(&mut self, broker: u8) {
        let Some((&conn, _)) = self.connections.iter().find(|(_, b)| b.0 == broker) else { return };
        self.connections.remove(&conn);
        self.forget(conn);
        self.say("the connection breaks");
        self.input(Input::Disconnected { conn, owner: Owner::NONE });
    }
    /// The process dies.
    pub fn kill(&mut self) {
        self.input(Input::Interrupted);
        self.say("the process dies");
        self.producer.process_died(StopKind::Crash);
        self.stage.forget_timers();
        self.connections.clear();
        self.waiting.clear();
        self.deferred.clear();
    }
    fn forget(&mut self, conn: ConnId) {
        self.waiting.retain(|w| w.conn != conn);
        self.deferred.retain(|d| d.0 != conn);
        self.inbox.retain(|input| !matches!(input, Input::Message { conn: c, .. } if *c == conn));
    }
    fn say(&mut self, line: &str) {
        writeln!(self.log, "{} {line}", self.now()).expect("a string takes all");
    }
    /// Tells what was answered to a request.
    fn say_answered(&mut self, broker: BrokerId, response: &Response) {
        let text = self.names.show(response).to_string();
        self.say(&format!("  <- broker {broker}: {text}"));
    }
    /// Records whose fate is open, as the producer would tell at the end of the run.
    pub fn pending(&mut self) -> u32 {
        let before = self.facts.len();
        self.input(Input::RunEnd);
        let pending = self.facts.drain(before..).map(|fact| match fact {
            Fact::RecordsPending { count, .. } => count,
            Fact::BufferMemory { .. } => 0,
            other => panic!("the end of a run is no time for {other:?}"),
        });
        pending.sum()
    }
    /// The names of the facts so far.
    pub fn count(&self, name: &str) -> usize {
        self.facts.iter().filter(|fact| fact.name() == name).count()
    }
    /// The ordinals that wait with the brokers, in the order of sending.
    pub fn in_flight(&self) -> Vec<u32> {
        self.waiting.iter().flat_map(|w| w.request.partitions.iter().map(|p| p.batch.origin.ordinal)).collect()
    }
}
