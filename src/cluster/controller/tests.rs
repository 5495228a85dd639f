//! Stories of a controller: the test plays brokers, one connection each.

mod brokers;
mod partitions;
mod quorum;
mod reassignment;
mod topics;
mod voters;

use super::replication_control::View;
use super::*;
use crate::cluster::metadata::PartitionRegistration;
use crate::history::fact::Fact;
use crate::protocol::catalog::NodeRole;
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use crate::stage::Stage;

/// A controller and the brokers that talk to it.
#[derive(Clone)]
struct Play {
    stage: Stage,
    controller: Controller,
    /// Brokers that send heartbeats, with their epochs.
    epochs: Vec<(BrokerId, BrokerEpoch)>,
    correlation: u32,
}

fn list(ids: &[u8]) -> BrokerList {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

impl Play {
    /// Five possible brokers, the topics `a` (one partition) and `b` (six), and an active controller.
    fn new() -> Play {
        Play::under(KafkaVersion::V4_0)
    }
    /// With the rules of a version.
    fn under(version: KafkaVersion) -> Play {
        let mut catalog = Catalog::default();
        for id in 1..=5 {
            catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id)));
        }
        let me = catalog.add_node("controller 100", NodeRole::Controller(100));
        catalog.add_topic("a", 1);
        catalog.add_topic("b", 6);
        let catalog = Rc::new(catalog);
        let (stage, config) = (Stage::named(me, catalog.clone()), Rc::new(BrokerConfig::default()));
        let controller = Controller::new(config, catalog, Rules::of(version));
        let mut play = Play { stage, controller, epochs: Vec::new(), correlation: 0 };
        play.input(Input::Start);
        play.pass(ms(100));
        play
    }
    /// The same with brokers 1 to `n` unfenced.
    fn with_brokers(n: u8) -> Play {
        Play::new().joined(n)
    }
    /// With brokers 1 to `n` unfenced.
    fn joined(mut self, n: u8) -> Play {
        (1..=n).for_each(|id| self.join(id, u64::from(id)));
        self.stage.story();
        self
    }
    fn active(&self) -> &QuorumController {
        self.controller.life.up().expect("it runs")
    }
    fn input(&mut self, input: Input) {
        self.stage.tell(&mut self.controller, input);
    }
    fn pass(&mut self, time: Nanos) {
        let to = self.stage.now + time;
        while let Some(timer) = self.stage.ring(to) {
            self.input(Input::Timer(timer));
        }
        self.stage.now = to;
    }
    /// Sends a request on the broker's connection, without waiting for the answer.
    fn send(&mut self, broker: u8, request: Request) {
        self.correlation += 1;
        let message = Message { correlation: self.correlation, body: Body::Request(request) };
        self.input(self.stage.message(ConnId(u32::from(broker)), message));
    }
    /// The answer to the request sent last, if it is there.
    fn answer(&self) -> Option<Response> {
        let (_, message) = self.stage.sent.iter().rev().find(|(_, message)| message.correlation == self.correlation)?;
        match &message.body {
            Body::Response(response) => Some(response.clone()),
            Body::Request(_) => panic!("a controller sends no requests"),
        }
    }
    /// Sends a request and waits for its commit.
    fn ask(&mut self, broker: u8, request: Request) -> Response {
        self.send(broker, request);
        self.pass(ms(100));
        self.answer().expect("answered within 100 ms")
    }
    fn register(&mut self, broker: u8, incarnation: u64) -> BrokerRegistrationResponse {
        self.register_after(BrokerEpoch::UNKNOWN, broker, incarnation)
    }
    /// `previous_broker_epoch`: of the life that ended cleanly.
    fn register_after(
        &mut self,
        previous_broker_epoch: BrokerEpoch,
        broker: u8,
        incarnation: u64,
    ) -> BrokerRegistrationResponse {
        let request =
            BrokerRegistrationRequest { rack: None, broker: BrokerId(broker), incarnation, previous_broker_epoch };
        match self.ask(broker, Request::BrokerRegistration(request)) {
            Response::BrokerRegistration(response) => response,
            other => panic!("{other:?}"),
        }
    }
    fn epoch(&self, broker: u8) -> BrokerEpoch {
        let entry = self.epochs.iter().find(|(id, _)| id.0 == broker);
        entry.expect("the broker has joined").1
    }
    /// A heartbeat of a broker that has applied all that is committed and wants to serve.
    fn heartbeat_request(&self, broker: u8) -> BrokerHeartbeatRequest {
        BrokerHeartbeatRequest {
            broker: BrokerId(broker),
            broker_epoch: self.epoch(broker),
            current_metadata_offset: self.controller.image().offset(),
            want_fence: false,
            want_shutdown: false,
        }
    }
    fn heartbeat(&mut self, request: BrokerHeartbeatRequest) -> BrokerHeartbeatResponse {
        match self.ask(request.broker.0, Request::BrokerHeartbeat(request)) {
            Response::BrokerHeartbeat(response) => response,
            other => panic!("{other:?}"),
        }
    }
    /// Registers a broker and gets it unfenced.
    fn join(&mut self, broker: u8, incarnation: u64) {
        self.join_after(BrokerEpoch::UNKNOWN, broker, incarnation);
    }
    /// The same after a clean end of the life with that epoch.
    fn join_after(&mut self, previous: BrokerEpoch, broker: u8, incarnation: u64) {
        let epoch = self.register_after(previous, broker, incarnation).broker_epoch;
        self.epochs.retain(|(id, _)| id.0 != broker);
        self.epochs.push((BrokerId(broker), epoch));
        let response = self.heartbeat(self.heartbeat_request(broker));
        assert!(!response.is_fenced);
    }
    /// Lets time pass while `alive` send heartbeats every two seconds.
    fn live(&mut self, time: Nanos, alive: &[u8]) {
        let end = self.stage.now + time;
        while self.stage.now < end {
            for broker in alive {
                self.send(*broker, Request::BrokerHeartbeat(self.heartbeat_request(*broker)));
            }
            self.pass(end.saturating_sub(self.stage.now).min(ms(2_000)));
        }
    }
    fn topic(&self, name: &str, assignment: &[&[u8]], config: TopicConfig) -> CreatableTopic {
        let topic = self.controller.catalog.topic(name).expect("in the catalogue");
        CreatableTopic {
            topic,
            partitions: self.controller.catalog.topics[topic.index()].partitions,
            replication_factor: 3,
            config,
            assignment: assignment.iter().map(|ids| list(ids)).collect(),
        }
    }
    fn create(&mut self, topic: CreatableTopic) -> ErrorCode {
        match self.ask(1, Request::CreateTopics(CreateTopicsRequest { topics: vec![topic] })) {
            Response::CreateTopics(results) => results[0].1,
            other => panic!("{other:?}"),
        }
    }
    /// Creates the one partition of topic `a`.
    fn create_a(&mut self, replicas: &[u8]) {
        let topic = self.topic("a", &[replicas], TopicConfig::default());
        assert_eq!(self.create(topic), ErrorCode::None);
        self.stage.story();
    }
    fn a(&self) -> PartitionRegistration {
        *self.controller.image().partition(Tp(0)).expect("topic a exists")
    }
    /// Leader and ISR of the partition of `a`.
    fn leader_and_isr(&self) -> (Option<u8>, BrokerList) {
        (self.a().leader.map(|id| id.0), self.a().isr)
    }
    /// The facts of a story, without the answers.
    fn facts(&mut self) -> String {
        let story = self.stage.story();
        story.lines().filter(|line| !line.starts_with("send")).collect::<Vec<_>>().join("\n")
    }
    fn fact_time(&self, wanted: Fact) -> Nanos {
        let (at, _) = self.stage.facts.iter().rev().find(|(_, fact)| *fact == wanted).expect("the fact was recorded");
        *at
    }
}
