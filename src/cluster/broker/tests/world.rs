//! A small world for stories: real brokers and a real controller on a network with one fixed delay.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::client::producer::{KafkaProducer, ProducerTimer};
use crate::cluster::broker::Broker;
use crate::cluster::controller::Controller;
use crate::cluster::group_configs::GroupConfigs;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::{Fact, StopKind};
use crate::history::words;
use crate::node::{Context, Effect, Input, Owner};
use crate::protocol::batch::{BatchData, Origin, RecordBatch};
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole, SHARE_GROUP_STATE, TRANSACTION_STATE};
use crate::protocol::config::IsolationLevel;
use crate::protocol::config::{BrokerConfig, RackName, TopicConfig};
use crate::protocol::display::Names;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use crate::stage::{Said, Stage};

pub const LATENCY: Nanos = Nanos::from_millis(1);
const SLOTS: usize = 16;
const CONTROLLER: usize = 3;
const CLIENT: usize = 4;
/// Nodes from here on are producers of a test's own.
const PRODUCERS: usize = CLIENT + 1;

/// The only topic's only partition.
pub const TP: Tp = Tp(0);
pub const TOPIC: TopicId = TopicId(0);

pub fn b(id: u8) -> BrokerId {
    BrokerId(id)
}
pub fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}
pub fn brokers(ids: &[u8]) -> BrokerList {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

pub struct World {
    pub now: Nanos,
    pub catalog: Rc<Catalog>,
    pub brokers: Vec<Broker>,
    pub controller: Controller,
    /// By node.
    stages: Vec<Stage>,
    /// Everything recorded so far.
    pub facts: Vec<(Nanos, Fact)>,
    /// What clients received.
    pub answers: Vec<(ConnId, u32, Response, Nanos)>,
    pub disconnected: Vec<ConnId>,
    up: [bool; SLOTS],
    listens: [bool; SLOTS],
    /// What is on its way, and to whom.
    events: BTreeMap<(Nanos, u64), (usize, Input)>,
    conns: BTreeMap<ConnId, (usize, usize)>,
    next_conn: u32,
    /// By node.
    producers: BTreeMap<usize, KafkaProducer>,
    names: Names,
    /// Facts and answers as lines of text.
    pub told: Vec<String>,
    cut: Vec<(usize, usize)>,
    held: Vec<(usize, usize, Input)>,
    seq: u64,
    correlation: u32,
}

impl World {
    /// Three brokers and a controller, all running, and no topic yet.
    pub fn new(config: BrokerConfig) -> World {
        World::under(KafkaVersion::V4_0, config)
    }
    /// The topic, led by 1, and `__share_group_state`, led by 3; `billing` is a share group, and its state for the topic is made.
    pub fn with_share_group(version: KafkaVersion) -> World {
        let mut catalog = Catalog::default();
        (1..=3).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id))));
        catalog.add_node("controller 100", NodeRole::Controller(100));
        catalog.add_node("client", NodeRole::Admin);
        catalog.add_topic("orders", 1);
        let state = catalog.add_topic(SHARE_GROUP_STATE, 1);
        let group = catalog.add_share_group("billing");
        let mut world = World::of(catalog, Rules::of(version), BrokerConfig::of(version));
        let config = TopicConfig { min_insync_replicas: 2, ..TopicConfig::default() };
        world.create(vec![creatable(TOPIC, TopicConfig::default(), &[1, 2, 3]), creatable(state, config, &[3, 1, 2])]);
        let conn = world.connect(3);
        let begun = ShareGroupStateRequest::Initialize(group, std::iter::once((TP, 0, Offset(0))).collect());
        let sent = world.send(conn, Request::ShareGroupState(begun));
        world.run_for(ms(100));
        let made = ShareGroupStateResponse::Initialize(std::iter::once((TP, ErrorCode::None)).collect());
        assert!(matches!(world.answer(sent), Some(Response::ShareGroupState(answer)) if *answer == made));
        world.told.clear();
        world
    }
    /// With the rules of a version.
    pub fn under(version: KafkaVersion, config: BrokerConfig) -> World {
        World::ruled(Rules::of(version), config)
    }
    fn ruled(rules: Rules, config: BrokerConfig) -> World {
        World::of(World::plain_catalog(), rules, config)
    }
    fn plain_catalog() -> Catalog {
        let mut catalog = Catalog::default();
        (1..=3).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id))));
        catalog.add_node("controller 100", NodeRole::Controller(100));
        catalog.add_node("client", NodeRole::Admin);
        catalog.add_topic("orders", 1);
        catalog.add_topic(CONSUMER_OFFSETS, 1);
        catalog.add_topic(TRANSACTION_STATE, 1);
        catalog.add_group("billing");
        catalog.add_transactional_id("billing");
        catalog
    }
    /// Of these nodes (as in [`World::ruled`], and behind them producers), topics and ids; no topic exists yet.
    pub fn of(catalog: Catalog, rules: Rules, config: BrokerConfig) -> World {
        let groups = Rc::new(GroupConfigs::new(config.group_defaults()));
        let (catalog, config) = (Rc::new(catalog), Rc::new(config));
        // Each stands in the rack that the catalogue has.
        let own = |id: u8| {
            let rack = catalog.rack_of(catalog.broker_node(b(id)));
            let broker_rack = rack.map_or(RackName::default(), |rack| RackName::from(catalog.rack_name(rack)));
            Rc::new(BrokerConfig { broker_rack, ..(*config).clone() })
        };
        let mut world = World {
            now: Nanos::ZERO,
            brokers: (1..=3).map(|id| Broker::new(b(id), own(id), groups.clone(), catalog.clone(), rules)).collect(),
            controller: Controller::new(config, catalog.clone(), rules),
            names: Names::new(catalog.clone()),
            catalog,
            stages: (0..SLOTS)
                .map(|n| Stage::drawing(NodeId(n as u16), Stream::new(7, &format!("node {n}"))))
                .collect(),
            facts: Vec::new(),
            answers: Vec::new(),
            disconnected: Vec::new(),
            up: [false; SLOTS],
            listens: [true; SLOTS],
            events: BTreeMap::new(),
            conns: BTreeMap::new(),
            next_conn: 0,
            producers: BTreeMap::new(),
            told: Vec::new(),
            cut: Vec::new(),
            held: Vec::new(),
            seq: 0,
            correlation: 0,
        };
        world.up[CLIENT] = true;
        (0..=CONTROLLER).for_each(|node| world.start_node(node));
        world.run_for(ms(3_000));
        world
    }
    /// The same with the topic, replicated to brokers 1, 2 and 3, led by 1.
    pub fn with_topic(config: BrokerConfig, topic: TopicConfig) -> World {
        World::in_racks(&[], config, topic)
    }
    /// The same, of brokers that stand in these racks.
    pub fn in_racks(racks: &[&str], config: BrokerConfig, topic: TopicConfig) -> World {
        let mut catalog = World::plain_catalog();
        for (node, rack) in racks.iter().enumerate() {
            catalog.nodes[node].rack = catalog.add_rack(rack);
        }
        let mut world = World::of(catalog, Rules::of(KafkaVersion::V4_0), config);
        world.create(vec![creatable(TOPIC, topic, &[1, 2, 3])]);
        world
    }
    /// The same with `__consumer_offsets`, led by 3, and `__transaction_state`, led by 2, and with these rules.
    pub fn with_transactions(rules: Rules, config: BrokerConfig, topic: TopicConfig) -> World {
        let mut world = World::ruled(rules, config);
        let state = TopicConfig { min_insync_replicas: 2, ..TopicConfig::default() };
        world.create(vec![
            creatable(TOPIC, topic, &[1, 2, 3]),
            creatable(TopicId(1), TopicConfig::default(), &[3, 1, 2]),
            creatable(TopicId(2), state, &[2, 3, 1]),
        ]);
        // The coordinator has a block of producer ids.
        let conn = world.connect(2);
        world.ask(conn, Request::InitProducerId(InitProducerIdRequest::IDEMPOTENT));
        world.run_for(ms(100));
        world.told.clear();
        world
    }
    pub fn create(&mut self, topics: Vec<CreatableTopic>) {
        let conn = self.connect(1);
        let answer = self.ask(conn, Request::CreateTopics(CreateTopicsRequest { topics }));
        assert!(matches!(&answer, Response::CreateTopics(topics) if topics[0].1.is_ok()), "{answer:?}");
        self.run_for(ms(1_000));
        assert!(self.broker(1).leads(TP));
        self.facts.clear();
        self.told.clear();
    }

    pub fn broker(&self, id: u8) -> &Broker {
        &self.brokers[usize::from(id) - 1]
    }
    pub fn image(&self, id: u8) -> &MetadataImage {
        self.broker(id).image().expect("it runs")
    }
    pub fn disk(&mut self, id: u8) -> &mut Disk {
        &mut self.stages[usize::from(id) - 1].disk
    }
    pub fn log_end(&self, id: u8) -> i64 {
        self.broker(id).replica(TP).map_or(-1, |log| log.log_end().0)
    }
    pub fn high_watermark(&self, id: u8) -> i64 {
        self.broker(id).replica(TP).map_or(-1, |log| log.high_watermark().0)
    }

    /// A producer is constructed on this node.
    pub fn construct(&mut self, node: NodeId, producer: KafkaProducer) {
        assert!(node.index() >= PRODUCERS, "the others are spoken for");
        self.up[node.index()] = true;
        self.producers.insert(node.index(), producer);
    }
    /// Its process is halted.
    pub fn halt(&mut self, node: NodeId) {
        self.producers.remove(&node.index());
        self.stop_node(node.index(), StopKind::Crash);
    }
    /// Its application does something.
    pub fn act<R>(&mut self, node: NodeId, act: impl FnOnce(&mut KafkaProducer, &mut Context<'_>) -> R) -> R {
        let stage = &mut self.stages[node.index()];
        let producer = self.producers.get_mut(&node.index()).expect("it is constructed");
        (stage.now, *stage.next_conn()) = (self.now, self.next_conn);
        let (returned, said) = stage.act(|ctx| act(producer, ctx));
        self.next_conn = *stage.next_conn();
        self.carry_out(node.index(), said);
        returned
    }
    fn produce_on(&mut self, node: usize, input: Input) {
        let input = self.stages[node].heard(input);
        self.act(NodeId(node as u16), |producer, ctx| {
            let turn = match input {
                Input::Timer(timer) => producer.on_timer(ProducerTimer::from(timer), ctx),
                input => producer.accept(input, ctx),
            };
            if turn {
                producer.run(ctx);
            }
        });
    }
    fn start_node(&mut self, node: usize) {
        self.up[node] = true;
        self.listens[node] = node >= CONTROLLER;
        self.deliver(node, Input::Start);
    }
    pub fn start(&mut self, id: u8) {
        self.start_node(usize::from(id) - 1);
    }
    pub fn shutdown(&mut self, id: u8) {
        self.deliver(usize::from(id) - 1, Input::Shutdown);
    }
    pub fn stop(&mut self, id: u8, kind: StopKind) {
        self.stop_node(usize::from(id) - 1, kind);
    }
    fn stop_node(&mut self, node: usize, kind: StopKind) {
        self.up[node] = false;
        match node {
            CONTROLLER => self.controller.process_died(kind),
            PRODUCERS.. => {}
            _ => self.brokers[node].process_died(kind),
        }
        if kind == StopKind::PowerLoss {
            self.stages[node].now = self.now;
            self.stages[node].power_loss();
        }
        self.stages[node].forget_timers();
        self.events.retain(|_, (to, _)| *to != node);
        let conns: Vec<ConnId> =
            self.conns.iter().filter(|(_, (x, y))| *x == node || *y == node).map(|(conn, _)| *conn).collect();
        conns.into_iter().for_each(|conn| self.drop_conn(conn, node));
    }
    pub fn stop_controller(&mut self) {
        self.stop_node(CONTROLLER, StopKind::Crash);
    }
    /// Bytes between two brokers wait from now on.
    pub fn cut(&mut self, x: u8, y: u8) {
        self.cut.push((usize::from(x) - 1, usize::from(y) - 1));
    }
    pub fn heal(&mut self) {
        self.cut.clear();
        for (_, to, input) in std::mem::take(&mut self.held) {
            self.schedule(self.now + LATENCY, to, input);
        }
    }

    /// Takes what waits on its way to a broker: its latest message.
    pub fn take_held(&mut self, from: u8, to: u8) -> (ConnId, u32, Body) {
        let way = (usize::from(from) - 1, usize::from(to) - 1);
        let place =
            self.held.iter().rposition(|(x, y, input)| (*x, *y) == way && matches!(input, Input::Message { .. }));
        match self.held.remove(place.expect("a message on its way")) {
            (_, _, Input::Message { conn, message, .. }) => (conn, message.correlation, message.body),
            _ => unreachable!("looked for a message"),
        }
    }
    /// Answers a broker in place of another one.
    pub fn inject(&mut self, to: u8, conn: ConnId, correlation: u32, response: Response) {
        let message = Message { correlation, body: Body::Response(response) };
        self.schedule(self.now, usize::from(to) - 1, Input::Message { conn, owner: Owner::NONE, message });
        self.run_for(Nanos::ZERO);
    }

    /// A client's new connection to a broker.
    pub fn connect(&mut self, id: u8) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        self.open(conn, CLIENT, usize::from(id) - 1);
        self.run_for(ms(3));
        conn
    }
    pub fn disconnect(&mut self, conn: ConnId) {
        self.drop_conn(conn, CLIENT);
    }
    pub fn send(&mut self, conn: ConnId, request: Request) -> u32 {
        self.correlation += 1;
        let (_, to) = self.conns[&conn];
        let node = self.catalog.node_name(NodeId(to as u16));
        self.told.push(format!("{}   client -> {node}: {}", self.now, self.names.show(&request)));
        let message = Message { correlation: self.correlation, body: Body::Request(request) };
        self.schedule(self.now + LATENCY, to, Input::Message { conn, owner: Owner::NONE, message });
        self.correlation
    }
    /// Sends, and waits for the answer.
    pub fn ask(&mut self, conn: ConnId, request: Request) -> Response {
        let correlation = self.send(conn, request);
        let end = self.now + ms(60_000);
        while self.answer(correlation).is_none() && self.now < end {
            self.run_for(ms(1));
        }
        self.answer(correlation).expect("an answer within a minute").clone()
    }
    pub fn answer(&self, correlation: u32) -> Option<&Response> {
        self.answers.iter().find(|(_, other, ..)| *other == correlation).map(|(_, _, response, _)| response)
    }
    pub fn answered_at(&self, correlation: u32) -> Option<Nanos> {
        self.answers.iter().find(|(_, other, ..)| *other == correlation).map(|(.., at)| *at)
    }
    pub fn produce(&mut self, conn: ConnId, acks: Acks, batch: RecordBatch) -> u32 {
        self.send(conn, produce(acks, batch))
    }
    pub fn produced(&self, correlation: u32) -> Option<(ErrorCode, i64)> {
        match self.answer(correlation)? {
            Response::Produce(response) => Some((response.partitions[0].error, response.partitions[0].base_offset.0)),
            other => panic!("{other:?}"),
        }
    }

    pub fn run_for(&mut self, span: Nanos) {
        self.run_until(self.now + span);
    }
    pub fn run_until(&mut self, end: Nanos) {
        loop {
            let message = self.events.first_key_value().map(|(key, _)| *key);
            let timers = self.stages.iter().enumerate();
            let timer = timers.filter_map(|(node, stage)| Some((stage.next_timer()?.0, node))).min();
            match (message, timer) {
                (Some((at, number)), timer) if at <= end && timer.is_none_or(|(due, _)| at <= due) => {
                    let (node, input) = self.events.remove(&(at, number)).expect("just seen");
                    self.now = at;
                    self.deliver(node, input);
                }
                (_, Some((due, node))) if due <= end => {
                    let timer = self.stages[node].ring(end).expect("just seen");
                    self.now = due;
                    self.deliver(node, Input::Timer(timer));
                }
                _ => break,
            }
        }
        self.now = end;
    }
    fn schedule(&mut self, at: Nanos, to: usize, input: Input) {
        self.seq += 1;
        self.events.insert((at, self.seq), (to, input));
    }
    fn deliver(&mut self, node: usize, input: Input) {
        if !self.up[node] {
            return;
        }
        if node >= PRODUCERS {
            return self.produce_on(node, input);
        }
        if node == CLIENT {
            match input {
                Input::Message { conn, message: Message { correlation, body: Body::Response(response) }, .. } => {
                    self.told.push(format!("{}   client <- {}", self.now, self.names.show(&response)));
                    self.answers.push((conn, correlation, response, self.now));
                }
                Input::Disconnected { conn, .. } => {
                    self.told.push(format!("{}   client: the connection is gone", self.now));
                    self.disconnected.push(conn);
                }
                _ => {}
            }
            return;
        }
        let stage = &mut self.stages[node];
        (stage.now, *stage.next_conn()) = (self.now, self.next_conn);
        let said = match node {
            CONTROLLER => stage.give(&mut self.controller, input),
            _ => stage.give(&mut self.brokers[node], input),
        };
        self.next_conn = *stage.next_conn();
        self.carry_out(node, said);
    }
    fn carry_out(&mut self, node: usize, Said { facts, effects }: Said) {
        for fact in facts {
            self.told.push(format!("{} {}", self.now, words::line(&fact, &self.catalog)));
            self.facts.push((self.now, fact));
        }
        effects.into_iter().for_each(|effect| self.effect(node, effect));
    }
    fn effect(&mut self, node: usize, effect: Effect) {
        match effect {
            Effect::Connect { conn, peer, .. } => {
                self.open(conn, node, peer.index());
            }
            Effect::Own { .. } | Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {}
            Effect::Send { conn, message, after, .. } => {
                if let Some((x, y)) = self.conns.get(&conn).copied() {
                    let to = if x == node { y } else { x };
                    self.transmit(node, to, after, Input::Message { conn, owner: Owner::NONE, message });
                }
            }
            Effect::Close { conn } => self.drop_conn(conn, node),
            Effect::Listen { open } => self.listens[node] = open,
            Effect::Exit => self.stop_node(node, StopKind::Clean),
            Effect::Halt { .. } => self.stop_node(node, StopKind::Crash),
        }
    }
    fn transmit(&mut self, from: usize, to: usize, after: Nanos, input: Input) {
        if self.cut.iter().any(|(x, y)| (*x, *y) == (from, to) || (*y, *x) == (from, to)) {
            self.held.push((from, to, input));
        } else {
            self.schedule(self.now + after + LATENCY, to, input);
        }
    }
    fn open(&mut self, conn: ConnId, from: usize, to: usize) {
        if !self.up[to] || !self.listens[to] {
            self.schedule(self.now + LATENCY, from, Input::Disconnected { conn, owner: Owner::NONE });
            return;
        }
        self.conns.insert(conn, (from, to));
        self.transmit(from, to, Nanos::ZERO, Input::Accepted { conn, peer: NodeId(from as u16) });
        self.transmit(to, from, LATENCY, Input::Connected { conn, owner: Owner::NONE });
    }
    fn drop_conn(&mut self, conn: ConnId, by: usize) {
        if let Some((x, y)) = self.conns.remove(&conn) {
            let to = if x == by { y } else { x };
            self.transmit(by, to, Nanos::ZERO, Input::Disconnected { conn, owner: Owner::NONE });
        }
    }
}

/// A topic with one partition.
fn creatable(topic: TopicId, config: TopicConfig, replicas: &[u8]) -> CreatableTopic {
    CreatableTopic { topic, partitions: 1, replication_factor: 3, config, assignment: vec![brokers(replicas)] }
}

/// A batch of `count` records of the client, numbered from `ordinal`, without idempotence.
pub fn batch(ordinal: u32, count: u32) -> RecordBatch {
    RecordBatch {
        size: 61 + 100 * count,
        leader_epoch: LeaderEpoch::UNDEFINED,
        origin: Origin { node: NodeId(CLIENT as u16), ordinal },
        ..RecordBatch::example(0, count, BatchData::Plain)
    }
}
/// The same of an idempotent producer.
pub fn idempotent(ordinal: u32, count: u32) -> RecordBatch {
    RecordBatch {
        producer_id: ProducerId(5),
        producer_epoch: ProducerEpoch(0),
        base_sequence: Sequence(ordinal as i32),
        ..batch(ordinal, count)
    }
}
pub fn produce(acks: Acks, batch: RecordBatch) -> Request {
    let partitions = std::iter::once(ProducePartition { tp: TP, batch }).collect();
    Request::Produce(ProduceRequest { transactional: None, acks, timeout: ms(30_000), partitions })
}
/// A consumer's fetch of the partition.
pub fn fetch(session_epoch: u32, offset: Option<i64>, max_wait: Nanos) -> Request {
    let partitions = offset.map(|offset| FetchPartition {
        tp: TP,
        fetch_offset: Offset(offset),
        log_start: Offset::INVALID,
        current_leader_epoch: LeaderEpoch::UNDEFINED,
        last_fetched_epoch: LeaderEpoch::UNDEFINED,
        max_bytes: 1 << 20,
    });
    Request::Fetch(FetchRequest {
        rack: None,
        isolation_level: IsolationLevel::ReadUncommitted,
        replica_state: ReplicaState::Consumer,
        max_wait,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch,
        partitions: partitions.into_iter().collect(),
        forgotten: Vec::new(),
    })
}
