//! A large group, without a log: what it wants written is applied at once.

use std::rc::Rc;

use crate::cluster::coordinator::group::consumer::{ConsumerGroup, NewTopics, StepOutcome};
use crate::cluster::coordinator::group::env::Shared;
use crate::cluster::coordinator::group::share_calls::ShareStateCalls;
use crate::cluster::coordinator::group::timers::Sessions;
use crate::cluster::coordinator::known_topics::KnownTopics;
use crate::cluster::group_configs::GroupConfigs;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::GroupState;
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::*;
use crate::protocol::member_ids::MemberIds;
use crate::protocol::messages::{ConsumerGroupHeartbeatRequest, MetadataRecord};
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::time::Nanos;

struct Client {
    node: NodeId,
    member: MemberId,
    epoch: Generation,
    assigned: Rc<[Tp]>,
    gone: bool,
}

/// See the module.
pub(super) struct LargeGroup {
    shared: Shared,
    group: ConsumerGroup,
    clients: Vec<Client>,
    now: Nanos,
}

impl LargeGroup {
    pub(super) fn new(members: u32, partitions: u32) -> LargeGroup {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        let id = catalog.add_group("billing");
        let names = (0..members).map(|n| format!("consumer-{n}"));
        let nodes: Vec<NodeId> = names.map(|name| catalog.add_node(name, NodeRole::consumer(id))).collect();
        let topic = catalog.add_topic("orders", partitions);
        let catalog = Rc::new(catalog);
        let mut ids = MemberIds::of_client(&catalog);
        let client = |node: NodeId, member: MemberId| Client {
            node,
            member,
            epoch: ConsumerGroupHeartbeatRequest::JOIN,
            assigned: [].into(),
            gone: false,
        };
        let clients = nodes.into_iter().map(|node| client(node, ids.draw(node, Nanos::ZERO))).collect();
        let rules = Rules::of(KafkaVersion::V4_4);
        let mut topics = KnownTopics::default();
        topics.follow(&image(&catalog, topic), &catalog);
        let config = Rc::new(BrokerConfig::of(KafkaVersion::V4_4));
        let ids = MemberIds::new(BrokerId(1), &catalog);
        let mut group = ConsumerGroup::new(id);
        group.begin(rules);
        let groups = Rc::new(GroupConfigs::new(config.group_defaults()));
        let (sessions, calls) = (Sessions::default(), ShareStateCalls::default());
        let shared = Shared { config, groups, catalog, rules, topics, calls, sessions, ids };
        LargeGroup { shared, group, clients, now: Nanos::from_secs(1) }
    }
    /// All of them in the same moment.
    pub(super) fn everybody_joins(&mut self) {
        (0..self.clients.len()).for_each(|client| self.heartbeat(client));
    }
    /// Everybody sends a heartbeat every five seconds, and does what it is asked for.
    pub(super) fn until_stable(&mut self) {
        for _ in 0..10 {
            self.now += Nanos::from_secs(5);
            (0..self.clients.len()).for_each(|client| self.heartbeat(client));
            if self.group.state() == GroupState::Stable {
                return;
            }
        }
        panic!("the group does not come to rest");
    }
    pub(super) fn somebody_leaves(&mut self) {
        let client = &mut self.clients[0];
        client.gone = true;
        let outcome = self.group.fence(&[client.member], &self.shared, self.now);
        self.apply(&outcome);
    }
    /// Partitions that somebody may read.
    pub(super) fn held(&self) -> usize {
        self.clients.iter().filter(|client| !client.gone).map(|client| client.assigned.len()).sum()
    }
    pub(super) fn fewest_and_most(&self) -> (usize, usize) {
        let sizes = || self.clients.iter().filter(|client| !client.gone).map(|client| client.assigned.len());
        (sizes().min().expect("there are members"), sizes().max().expect("there are members"))
    }

    fn heartbeat(&mut self, number: usize) {
        let client = &self.clients[number];
        if client.gone {
            return;
        }
        let joins = client.epoch == ConsumerGroupHeartbeatRequest::JOIN;
        let request = ConsumerGroupHeartbeatRequest {
            group: self.group.id(),
            member: client.member,
            member_epoch: client.epoch,
            instance: None,
            rebalance_timeout: joins.then_some(Nanos::from_secs(300)),
            rack: None,
            topics: joins.then(|| [TopicId(0)].into()),
            regex: None,
            assignor: None,
            owned: Some(client.assigned.clone()),
            reason: None,
        };
        let heartbeat = self
            .group
            .heartbeat(&request, client.node, (&self.shared, NewTopics(0)), self.now)
            .expect("it is in order");
        self.apply(&heartbeat.outcome);
        let client = &mut self.clients[number];
        client.epoch = heartbeat.response.member_epoch;
        if let Some(assigned) = heartbeat.response.assignment {
            client.assigned = assigned;
        }
    }
    fn apply(&mut self, outcome: &StepOutcome) {
        outcome.records.iter().for_each(|record| drop(self.group.replay(record)));
        self.group.looked(outcome);
    }
}

fn image(catalog: &Catalog, topic: TopicId) -> MetadataImage {
    let mut image = MetadataImage::default();
    let partitions = catalog.partitions(topic).len() as u32;
    let record = MetadataRecord::Topic { topic, partitions, config: Rc::new(TopicConfig::default()) };
    let _ = image.apply(0, &record);
    for tp in catalog.partitions(topic) {
        let (replicas, isr, leader) = (BrokerList::default(), BrokerList::default(), None);
        let _ = image.apply(image.offset() + 1, &MetadataRecord::Partition { tp, replicas, isr, leader });
    }
    image
}
