//! The stories in `tests/stories/broker-share-groups/`: a share group, its coordinator, and the share coordinators that it asks.

use std::collections::BTreeMap;

use super::world::*;
use crate::history::fact::StopKind;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole, SHARE_GROUP_STATE};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::*;
use crate::protocol::member_ids::MemberIds;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::stage::story::{Command, Vocabulary, play_all};

const WORKERS: GroupId = GroupId(0);

struct Story {
    world: World,
    member: MemberId,
    /// As it was told last.
    epoch: Generation,
    /// The client's connections, by the names that the story gives them.
    connections: BTreeMap<String, ConnId>,
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    (1..=3).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id))));
    catalog.add_node("controller 100", NodeRole::Controller(100));
    catalog.add_node("client", NodeRole::Admin);
    catalog.add_topic("orders", 2);
    catalog.add_topic(CONSUMER_OFFSETS, 1);
    catalog.add_topic(SHARE_GROUP_STATE, 2);
    catalog.add_share_group("workers");
    catalog
}

impl Story {
    /// What the member was told last.
    fn learn(&mut self) {
        let told = |response: &Response| match response {
            Response::ShareGroupHeartbeat(r) if r.error.is_ok() => Some(r.member_epoch),
            _ => None,
        };
        let known = self.world.answers.iter().rev().find_map(|(_, _, response, _)| told(response));
        self.epoch = known.unwrap_or(self.epoch);
    }
    fn heartbeat(&mut self, command: &Command) {
        let conn = *self.connections.get(command.word(0)).unwrap_or_else(|| command.wrong("connect it first"));
        self.learn();
        let joins = self.epoch == ShareGroupHeartbeatRequest::JOIN;
        let request = ShareGroupHeartbeatRequest {
            group: WORKERS,
            member: self.member,
            member_epoch: self.epoch,
            topics: joins.then(|| [TOPIC].into()),
            reason: None,
        };
        self.world.send(conn, Request::ShareGroupHeartbeat(request));
    }
    fn look(&mut self) {
        for tp in [Tp(0), Tp(1)] {
            let known = (1..=3).filter_map(|id| {
                let state = self.world.broker(id).share_coordinator()?.state(WORKERS, tp)?;
                Some(format!("broker {id} knows start {}, state epoch {}", state.start_offset, state.state_epoch))
            });
            let known: Vec<String> = known.collect();
            let name = self.world.catalog.tp_name(tp);
            self.world.told.push(format!("  {name}: {}", if known.is_empty() { "-".into() } else { known.join("; ") }));
        }
    }
}

impl Vocabulary for Story {
    /// `given kafka=4.2`: three brokers and a controller; orders has two partitions, the group workers is coordinated by broker 1. Nobody
    /// has asked for `__share_group_state` yet; `state=1,2`: it is there, and its two partitions are led by these brokers.
    fn given(command: &Command) -> Story {
        let version = command.option("kafka").map_or(Some(KafkaVersion::default()), KafkaVersion::find);
        let version = version.unwrap_or_else(|| command.wrong("no such version of Kafka"));
        let mut config = BrokerConfig::of(version);
        for (key, value) in command.configs(&["kafka", "state"]) {
            config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
        }
        let mut world = World::of(catalog(), Rules::of(version), config.clone());
        let placed = |topic: u16, leaders: &[u8], config: TopicConfig| CreatableTopic {
            topic: TopicId(topic),
            partitions: leaders.len() as u32,
            replication_factor: 3,
            config,
            assignment: leaders.iter().map(|first| brokers(&[*first, first % 3 + 1, (first + 1) % 3 + 1])).collect(),
        };
        let mut topics = vec![placed(0, &[1, 2], TopicConfig::default()), placed(1, &[1], TopicConfig::default())];
        if let Some(leaders) = command.option("state") {
            let leader = |text: &str| text.parse().unwrap_or_else(|_| command.wrong("brokers are 1, 2 and 3"));
            let leaders: Vec<u8> = leaders.split(',').map(leader).collect();
            let min_insync_replicas = config.share_coordinator_state_topic_min_isr;
            topics.push(placed(2, &leaders, TopicConfig { min_insync_replicas, ..TopicConfig::default() }));
        }
        world.create(topics);
        world.run_for(ms(500));
        world.told.clear();
        let catalog = world.catalog.clone();
        let member = MemberIds::of_client(&catalog).draw(NodeId(4), world.now);
        Story { world, member, epoch: ShareGroupHeartbeatRequest::JOIN, connections: BTreeMap::new() }
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // connect a 1: a connection of the client, to broker 1
            "connect" => {
                let conn = self.world.connect(command.number(1));
                self.connections.insert(command.word(0).to_owned(), conn);
            }
            // beat a: a heartbeat, which joins if the member has not joined yet
            "beat" => self.heartbeat(command),
            // look: what share coordinators know
            "look" => self.look(),
            "pass" => self.world.run_for(command.time(0)),
            "crash" => self.world.stop(command.number(0), StopKind::Crash),
            "start" => self.world.start(command.number(0)),
            // cut 1 2: bytes between two brokers wait
            "cut" => self.world.cut(command.number(0), command.number(1)),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        let lines = std::mem::take(&mut self.world.told);
        lines.into_iter().map(|line| line + "\n").collect()
    }
}

#[test]
fn stories() {
    play_all::<Story>("broker-share-groups");
}
