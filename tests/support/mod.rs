//! A small world for tests, written by hand.

use kafkasim::app::spec::*;
use kafkasim::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole};
use kafkasim::protocol::config::{AutoOffsetReset, BrokerConfig, ConsumerConfig, ProducerConfig, TopicConfig};
use kafkasim::protocol::ids::*;
use kafkasim::protocol::messages::CreatableTopic;
use kafkasim::protocol::rules::Rules;
use kafkasim::sim::random::Distribution;
use kafkasim::sim::time::Nanos;
use kafkasim::world::spec::*;

/// Three brokers, topic `orders` with `partitions` partitions, RF 3, min ISR 2; producer `checkout-0`
/// at `rate` records/s; group `billing` with `members` members.
#[allow(dead_code, reason = "not everybody who shares this file calls it")]
pub fn small(partitions: u32, rate: u64, members: u32, seconds: u64) -> WorldSpec {
    sized(3, partitions, 1, rate, members, seconds)
}

/// The same with any number of brokers and of producers, each at `rate` records/s.
pub fn sized(brokers: u8, partitions: u32, producers: u32, rate: u64, members: u32, seconds: u64) -> WorldSpec {
    let mut catalog = Catalog::default();
    for id in 1..=brokers {
        catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id)));
    }
    catalog.add_node("controller 100", NodeRole::Controller(100));
    catalog.add_node("admin", NodeRole::Admin);
    let producers: Vec<NodeId> =
        (0..producers).map(|p| catalog.add_node(format!("checkout-{p}"), NodeRole::producer())).collect();
    let group = catalog.add_group("billing");
    let consumers: Vec<NodeId> =
        (0..members).map(|m| catalog.add_node(format!("billing-{m}"), NodeRole::consumer(group))).collect();
    let orders = catalog.add_topic("orders", partitions);
    catalog.add_topic(CONSUMER_OFFSETS, 50);
    let broker = BrokerConfig::default();
    let config = TopicConfig { min_insync_replicas: 2, ..broker.topic_defaults() };
    WorldSpec {
        name: "small".into(),
        rules: Rules::default(),
        duration: Nanos::from_secs(seconds),
        final_phase: Nanos::from_secs(30),
        catalog,
        brokers: vec![broker; usize::from(brokers)],
        groups: Vec::new(),
        topics: vec![CreatableTopic {
            topic: orders,
            partitions,
            replication_factor: 3,
            config,
            assignment: Vec::new(),
        }],
        applications: producers
            .into_iter()
            .map(|node| {
                let spec = SourceSpec {
                    producer: ProducerSpec::plain(orders, ProducerConfig::default()),
                    records: [].into(),
                    arrivals: Arrivals::Constant { records: rate, per: Nanos::from_secs(1) },
                    keys: Keys::None,
                    value_size: ValueSize::Constant(100),
                    tombstones: 0,
                    poison_every: None,
                    on_failure: SourceFailure::Log,
                    transaction: None,
                    rows: None,
                    limit: None,
                    start: Nanos::from_secs(1),
                    stop: None,
                };
                (node, AppSpec::Source(spec))
            })
            .chain(consumers.into_iter().map(|node| {
                let config = ConsumerConfig {
                    enable_auto_commit: false,
                    auto_offset_reset: AutoOffsetReset::Earliest,
                    ..ConsumerConfig::default()
                };
                let spec = LoopSpec {
                    consumer: Box::new(ConsumerSpec {
                        group,
                        instance: None,
                        topics: vec![orders],
                        assigned: None,
                        pattern: false,
                        regex: None,
                        config,
                        close: CloseOptions::default(),
                        client: None,
                        listener: RebalanceListener::default(),
                        seeks_when_assigned: false,
                    }),
                    per_record: Distribution::Constant(Nanos::from_micros(50)),
                    thread: ProcessingThread::Poll,
                    pool: None,
                    queue: None,
                    commit_retry: None,
                    commit: CommitMode::SyncAfterBatch,
                    on_poison: PoisonPolicy::GiveUp(GivingUp::Skip),
                    backs_off: false,
                    on_fatal: FatalPolicy::Exit,
                    poll_timeout: Nanos::from_millis(100),
                    stop_by: StopBy::default(),
                    on_revoked: None,
                    outlet: None,
                    sink: None,
                    steps: [].into(),
                    start: Nanos::from_secs(1),
                };
                (node, AppSpec::PollLoop(spec))
            }))
            .collect(),
        network: NetworkSpec {
            server_latency: Distribution::LogNormal { p50: Nanos::from_micros(300), p99: Nanos::from_millis(2) },
            client_latency: Distribution::LogNormal { p50: Nanos::from_micros(500), p99: Nanos::from_millis(3) },
            bandwidth: None,
            cross_rack_latency: None,
        },
        disk: DiskParameters {
            bandwidth: 200_000_000,
            flush_latency: Nanos::from_millis(2),
            capacity: None,
            writeback_age: Nanos::from_secs(30),
            page_cache: None,
            read_latency: Nanos::ZERO,
        },
        machine: None,
        process_start: Nanos::from_secs(4),
        faults: Vec::new(),
        operations: Vec::new(),
        ignored: Vec::new(),
    }
}
