//! What a scenario offers to whoever draws faults for it: whom they can hit, which timeouts they can fall beside, and how
//! much its cluster is built to bear.

use super::victim::Seat;
use crate::history::setup::{Setup, TopicSetup};
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::TopicId;
use crate::protocol::messages::GroupProtocol;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Grounds {
    /// Brokers are called by numbers from 1 on.
    pub brokers: u64,
    /// Kafka's ids of the controllers.
    pub controllers: Vec<u64>,
    /// How long workloads and faults go on.
    pub duration: Nanos,
    /// The users' partitions, `orders-0`.
    pub partitions: Vec<String>,
    /// The users' topics, and how many partitions each has.
    pub topics: Vec<(String, u32)>,
    /// Replicas of a partition, the fewest.
    pub replicas: u64,
    /// The groups.
    pub groups: Vec<String>,
    /// Transactional ids.
    pub transactional_ids: Vec<String>,
    /// The processes of applications.
    pub clients: Vec<String>,
    /// Timeouts of servers, and of who asks them.
    pub server_timeouts: Vec<Nanos>,
    /// Timeouts of clients.
    pub client_timeouts: Vec<Nanos>,
    /// After this time without a word the controller has fenced a broker.
    pub noticed: Nanos,
    /// How long it takes until whoever lives goes on.
    pub recovery: Recovery,
    /// How much may go wrong.
    pub budget: Budget,
}

/// How much may go wrong at a time, or at all, so that the cluster can go on and keeps what it has promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Budget {
    /// Brokers that are down or cut off at a time: replicas less `min.insync.replicas`, but one at least; one that comes
    /// back harms nobody for good.
    pub down: usize,
    /// Controllers that are down or cut off at a time: fewer than a half.
    pub controllers_down: usize,
    /// Brokers that may stay away: the same, and perhaps none.
    pub away: usize,
    /// Brokers that may lose what they have not flushed: `min.insync.replicas` less one, also that of internal topics.
    pub lossy: usize,
}

/// How long it takes from the end of all faults until whoever lives goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Recovery {
    /// After crashes alone: nobody answers, and everybody knows at once.
    pub crashed: Nanos,
    /// After silence: whoever waits for an answer finds out by a timeout.
    pub silent: Nanos,
}

impl Grounds {
    /// Of this scenario.
    pub(super) fn new(scenario: &Scenario, setup: &Setup) -> Grounds {
        let catalog = &setup.catalog;
        let is_internal = |topic: &TopicId| catalog.partitions(*topic).next().is_some_and(|tp| catalog.is_internal(tp));
        let topics = (0..catalog.topics.len()).map(|index| TopicId(index as u16));
        let topics: Vec<TopicId> = topics.filter(|topic| !is_internal(topic)).collect();
        let of = |wanted: fn(NodeRole) -> bool| -> Vec<String> {
            let nodes = catalog.nodes.iter().filter(|node| wanted(node.role) && is_word(&node.name));
            nodes.map(|node| node.name.clone()).collect()
        };
        let words = |names: &[String]| -> Vec<String> { names.iter().filter(|name| is_word(name)).cloned().collect() };
        let named = |topic: &TopicId| {
            let entry = &catalog.topics[topic.index()];
            (entry.name.clone(), entry.partitions)
        };
        Grounds {
            brokers: catalog.brokers().count() as u64,
            controllers: catalog.controllers().map(|(id, _)| u64::from(id.0)).collect(),
            duration: setup.duration,
            partitions: topics
                .iter()
                .flat_map(|topic| catalog.partitions(*topic))
                .map(|tp| catalog.tp_name(tp))
                .collect(),
            topics: topics.iter().map(named).collect(),
            replicas: topics.iter().map(|t| u64::from(setup.topics[t.index()].replication_factor)).min().unwrap_or(1),
            groups: words(&catalog.groups),
            transactional_ids: words(&catalog.transactional_ids),
            clients: of(|role| matches!(role, NodeRole::Application(_))),
            server_timeouts: server_timeouts(setup),
            client_timeouts: client_timeouts(setup),
            // The session, and an eighth until the next scan.
            noticed: Nanos(setup.broker_session_timeout.0 / 4 * 5),
            recovery: Recovery::new(setup, scenario.world().process_start),
            budget: Budget {
                controllers_down: catalog.controllers().count().saturating_sub(1) / 2,
                ..Budget::new(&fewest_replicas(scenario, setup), topics.iter().map(|topic| topic.index()))
            },
        }
    }
}

/// The topics, each with the fewest replicas that an administrator ever gives one of its partitions.
fn fewest_replicas(scenario: &Scenario, setup: &Setup) -> Vec<TopicSetup> {
    let mut topics = setup.topics.clone();
    for (tp, replicas) in scenario.world().reassignments() {
        let topic = &mut topics[setup.catalog.topic_of(tp).0.index()];
        topic.replication_factor = topic.replication_factor.min(replicas.len() as u16);
    }
    topics
}

/// Whether a name can stand in a phrase.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl Budget {
    /// How many may be down or cut off at a time.
    pub(super) fn may_be_down(&self, seat: Seat) -> usize {
        match seat {
            Seat::Broker => self.down,
            Seat::Controller => self.controllers_down,
        }
    }
    /// What Kafka keeps for itself, offsets and the states of transactions, may be lost like anything else.
    fn new(all: &[TopicSetup], topics: impl Iterator<Item = usize>) -> Budget {
        let of = |topic: &TopicSetup| {
            let min_isr = topic.min_insync_replicas.min(topic.replication_factor);
            (usize::from(topic.replication_factor - min_isr), usize::from(min_isr.saturating_sub(1)))
        };
        let away = topics.map(|topic| of(&all[topic]).0).min().unwrap_or(0);
        let lossy = all.iter().map(|topic| of(topic).1).min().unwrap_or(0);
        Budget { down: away.max(1), controllers_down: 0, away, lossy }
    }
}

impl Recovery {
    /// A broker that came back just before has to wait for its old session (and an eighth, the scan) and may be put off by
    /// one more; then leaders are known, followers fetch again, and producers, who back off for up to a second, find out. Who
    /// was cut off without a word is waited for until a request times out, or the attempt to connect.
    fn new(setup: &Setup, process_start: Nanos) -> Recovery {
        let of = |time: fn(&crate::protocol::config::ProducerConfig) -> Nanos| {
            setup.producers.iter().map(|producer| time(&producer.config)).max().unwrap_or(Nanos::ZERO)
        };
        let broker = &setup.broker;
        let crashed = process_start
            .saturating_add(setup.broker_session_timeout.saturating_mul(2))
            .saturating_add(broker.broker_heartbeat_interval.saturating_mul(2))
            .saturating_add(broker.replica_fetch_backoff)
            .saturating_add(of(|config| config.retry_backoff_max.max(config.reconnect_backoff_max)).saturating_mul(2))
            .saturating_add(setup.slow_round_trip.saturating_mul(8))
            .saturating_add(Nanos::from_secs(2))
            .saturating_add(controller_failover(setup));
        let waits = of(|config| config.request_timeout)
            .max(broker.request_timeout)
            .max(broker.replica_socket_timeout)
            .max(broker.controller_socket_timeout);
        let silent = crashed.saturating_add(waits).saturating_add(
            // Each attempt in vain makes the next one longer, up to three times as long as the first.
            of(|config| config.socket_connection_setup_timeout.saturating_mul(3)),
        );
        Recovery { crashed, silent }
    }
}

/// How much longer it takes where the controller may be another one by then: the others miss it and elect one, perhaps not
/// in the first round, and it gives every broker a whole new session.
fn controller_failover(setup: &Setup) -> Nanos {
    if !setup.catalog.has_quorum() {
        return Nanos::ZERO;
    }
    let broker = &setup.broker;
    (broker.controller_quorum_fetch_timeout)
        .saturating_add(broker.controller_quorum_election_timeout.saturating_mul(4))
        .saturating_add(broker.controller_quorum_election_backoff_max)
        .saturating_add(setup.broker_session_timeout)
}

/// Each once, ascending, without those that no fault of a run falls beside.
fn sorted(mut times: Vec<Nanos>) -> Vec<Nanos> {
    times.retain(|time| (Nanos::from_millis(20)..=Nanos::from_secs(120)).contains(time));
    times.sort();
    times.dedup();
    times
}

fn server_timeouts(setup: &Setup) -> Vec<Nanos> {
    let broker = &setup.broker;
    let mut times = vec![
        setup.broker_session_timeout,
        setup.replica_lag_time_max,
        broker.broker_heartbeat_interval,
        broker.replica_fetch_wait_max,
        broker.replica_socket_timeout,
        broker.request_timeout,
        broker.offsets_commit_timeout,
    ];
    times.extend(setup.producers.iter().map(|producer| producer.config.request_timeout));
    if setup.catalog.has_quorum() {
        times.extend([broker.controller_quorum_fetch_timeout, broker.controller_quorum_election_timeout]);
    }
    sorted(times)
}

fn client_timeouts(setup: &Setup) -> Vec<Nanos> {
    let mut times = Vec::new();
    for producer in &setup.producers {
        times.extend([producer.config.request_timeout, producer.delivery_timeout, producer.config.max_block]);
        if producer.transactional_id.is_some() {
            times.push(producer.config.transaction_timeout);
        }
    }
    for consumer in &setup.consumers {
        let heartbeat = match consumer.config.group_protocol {
            GroupProtocol::Classic => consumer.config.heartbeat_interval,
            GroupProtocol::Consumer => setup.group_config(consumer.group).consumer_heartbeat_interval,
        };
        times.extend([consumer.session_timeout, consumer.max_poll_interval, heartbeat]);
    }
    sorted(times)
}
