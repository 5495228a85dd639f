//! Cluster, topics, network, disks and machines.

use super::{INTERNAL, MAX_REPLICAS, Names};
use crate::protocol::catalog::{CONSUMER_OFFSETS, SHARE_GROUP_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, BrokerList};
use crate::protocol::machine::{Machine, SecurityProtocol};
use crate::protocol::messages::CreatableTopic;
use crate::scenario::codes;
use crate::scenario::file::File;
use crate::scenario::file::cluster::{Creation, Metadata, Protocol, Topic};
use crate::scenario::file::shape::{Delay, OtherDelay};
use crate::scenario::findings::{Findings, counted};
use crate::scenario::node::{At, Span};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::world::spec::{DiskParameters, NetworkSpec};

/// Checks what `cluster` says beyond its configs' own ranges.
pub(super) fn cluster(file: &File, names: &Names, findings: &mut Findings) {
    let Some(cluster) = &file.cluster else { return };
    if let Some(metadata) = &cluster.metadata {
        metadata_mode(metadata, findings);
    }
    if let Some(config) = &cluster.config {
        super::kafka::broker_timeouts(config, findings);
        super::kafka::consumer_group_bounds(config, findings);
        super::kafka::broker_retention(config, findings);
        let factor = names.config.default_replication_factor;
        if factor > u16::from(names.brokers)
            && let Some(span) = config.place("default.replication.factor")
        {
            too_few_brokers(u64::from(factor), names.brokers, span, findings);
        }
    }
}

fn metadata_mode(metadata: &At<Metadata>, findings: &mut Findings) {
    if let Some(zookeeper) = &metadata.zookeeper {
        findings
            .error(codes::NOT_YET, zookeeper.span, "ZooKeeper is not modelled yet")
            .label("Kafka 3.9 and before")
            .help("leave `metadata` out: one KRaft controller");
    }
    let controllers = metadata.kraft.as_ref().and_then(|kraft| kraft.controllers.as_ref());
    if let Some(controllers) = controllers.filter(|count| count.0 % 2 == 0) {
        let (count, survives) = (controllers.0, controllers.0 / 2 - 1);
        let message =
            format!("{count} controllers survive the loss of no more than {}", counted(survives, "controller"));
        findings
            .warning(codes::EVEN_QUORUM, controllers.span, message)
            .label("an odd number does as much with one less")
            .help(format!("use {} or {}", count - 1, count + 1));
    }
}

/// How many controllers there are.
pub(super) fn controller_count(file: &File) -> u16 {
    let metadata = file.cluster.as_ref().and_then(|cluster| cluster.metadata.as_ref());
    let kraft = metadata.and_then(|metadata| metadata.kraft.as_ref());
    kraft.and_then(|kraft| kraft.controllers.as_ref()).map_or(1, |count| count.0 as u16)
}

fn too_few_brokers(replicas: u64, brokers: u8, span: Span, findings: &mut Findings) {
    let help = format!("use at most {brokers}, or more brokers");
    let message = format!("{} on {}", counted(replicas, "replica"), counted(u64::from(brokers), "broker"));
    findings.error(codes::TOO_FEW_BROKERS, span, message).label("Kafka refuses this topic").help(help);
}

/// How many partitions a topic has; 1 for one that cannot be read.
pub(super) fn partition_count(topic: Option<&Topic>, config: &BrokerConfig) -> u64 {
    let Some(topic) = topic else { return 1 };
    let listed = topic.replicas.as_ref().map(|replicas| replicas.0.len().max(1) as u64);
    topic.partitions.as_ref().map(|at| at.0).or(listed).unwrap_or_else(|| u64::from(config.num_partitions))
}

/// The topics to create at the start, and those that come later.
pub(super) fn topics(
    file: &File,
    names: &Names,
    findings: &mut Findings,
) -> (Vec<CreatableTopic>, Vec<CreatableTopic>) {
    let declared = file.topics.as_ref().map_or(&[][..], |topics| &topics.0);
    super::kafka::colliding_topics(declared, findings);
    let mut replicas = 0;
    let mut lists = (Vec::new(), Vec::new());
    for (name, topic) in declared {
        if INTERNAL.contains(&name.as_str()) {
            let configs = match name.value.as_str() {
                CONSUMER_OFFSETS => "offsets.topic",
                SHARE_GROUP_STATE => "share.coordinator.state.topic",
                _ => "transaction.state.log",
            };
            findings
                .error(codes::DUPLICATE_NAME, name.span, format!("`{}` is Kafka's own topic", name.value))
                .label("created by the brokers")
                .help(format!("set {configs}.num.partitions and {configs}.replication.factor in `cluster.config`"));
            continue;
        }
        let (Some(topic), Some(id)) = (topic, names.topics.get(&name.value).copied()) else { continue };
        let assignment = assignment(topic, names, findings);
        let factor = replication_factor(topic, names, name.span, findings);
        replicas += partition_count(Some(topic), &names.config) * factor;
        if replicas > MAX_REPLICAS {
            findings
                .error(codes::OUT_OF_BOUNDS, name.span, format!("more than {MAX_REPLICAS} replicas in all"))
                .label("too many with this topic");
            break;
        }
        let config = topic.configs.over(names.config.topic_defaults());
        super::kafka::compaction_lags(&config, name.span, findings);
        let partitions = names.partitions_at_start.get(&id).copied().unwrap_or(1);
        let later = topic.create.as_ref().is_some_and(|at| at.value == Creation::Later);
        let topic = CreatableTopic { topic: id, partitions, replication_factor: factor as u16, config, assignment };
        if later { &mut lists.1 } else { &mut lists.0 }.push(topic);
    }
    lists
}

fn replication_factor(topic: &Topic, names: &Names, name: Span, findings: &mut Findings) -> u64 {
    let listed = topic.replicas.as_ref().and_then(|replicas| replicas.0.first()).map(|first| first.0.len() as u64);
    if let Some(factor) = &topic.replication_factor {
        if factor.0 > u64::from(names.brokers) {
            too_few_brokers(factor.0, names.brokers, factor.span, findings);
        }
        return factor.0;
    }
    let factor = listed.unwrap_or_else(|| u64::from(names.config.default_replication_factor));
    if listed.is_none() && factor > BrokerList::CAPACITY as u64 {
        findings
            .error(codes::OUT_OF_BOUNDS, name, format!("{factor} replicas per partition"))
            .label(format!("at most {}", BrokerList::CAPACITY));
    }
    factor
}

/// An explicit assignment, checked.
fn assignment(topic: &Topic, names: &Names, findings: &mut Findings) -> Vec<BrokerList> {
    let Some(replicas) = &topic.replicas else { return Vec::new() };
    if let Some(partitions) = &topic.partitions
        && partitions.0 != replicas.0.len() as u64
    {
        let message = format!("{} partitions, but replicas for {}", partitions.0, replicas.0.len());
        findings
            .error(codes::CONTRADICTION, partitions.span, message)
            .label("one list of replicas per partition")
            .help("leave `partitions` out");
    }
    if replicas.0.is_empty() {
        findings
            .error(codes::EMPTY_SECTION, replicas.span, "`replicas` is empty")
            .label("one list of brokers per partition");
    }
    let expected = topic
        .replication_factor
        .as_ref()
        .map(|at| at.0)
        .or_else(|| replicas.0.first().map(|first| first.0.len() as u64));
    replicas
        .0
        .iter()
        .map(|partition| replica_list(partition.span, &partition.0, Some(expected.unwrap_or(1)), names, findings))
        .collect()
}

/// The replicas of one partition, checked; `expected`: as many as others have.
pub(super) fn replica_list(
    span: Span,
    brokers: &[At<crate::scenario::decode::Whole<1, 100>>],
    expected: Option<u64>,
    names: &Names,
    findings: &mut Findings,
) -> BrokerList {
    let mut list = BrokerList::EMPTY;
    if brokers.is_empty() {
        findings.error(codes::EMPTY_SECTION, span, "a partition without replicas").label("name at least one broker");
    } else if brokers.len() > BrokerList::CAPACITY {
        findings
            .error(codes::OUT_OF_BOUNDS, span, format!("{} replicas per partition", brokers.len()))
            .label(format!("at most {}", BrokerList::CAPACITY));
        return list;
    } else if let Some(expected) = expected.filter(|expected| brokers.len() as u64 != *expected) {
        let message = format!("{} replicas where others have {expected}", brokers.len());
        findings.error(codes::CONTRADICTION, span, message).label("Kafka wants the same number for every partition");
    }
    for broker in brokers {
        let id = BrokerId(broker.0 as u8);
        if list.contains(id) {
            findings
                .error(codes::IMPOSSIBLE, broker.span, format!("broker {id} twice in one partition"))
                .label("the second time");
        } else if names.broker(broker.0, broker.span, findings).is_some() {
            list.insert(id);
        }
    }
    list
}

/// The network, with what the file leaves out.
pub(super) fn network(file: &File, findings: &mut Findings) -> NetworkSpec {
    let network = file.network.as_ref();
    let usual = Distribution::LogNormal { p50: Nanos::from_micros(300), p99: Nanos::from_millis(2) };
    let server_latency = network.and_then(|n| n.latency.as_ref()).map_or(usual, |delay| distribution(delay, findings));
    let client_latency =
        network.and_then(|n| n.client_latency.as_ref()).map_or(server_latency, |delay| distribution(delay, findings));
    let cross_rack_latency =
        network.and_then(|n| n.cross_rack_latency.as_ref()).map(|delay| distribution(delay, findings));
    let bandwidth = Some(network.and_then(|n| n.bandwidth.as_ref()).map_or(1_250_000_000, |at| at.0));
    NetworkSpec { server_latency, client_latency, cross_rack_latency, bandwidth }
}

/// What a server process needs to get going, unless the file says otherwise. Kafka 4.0.0 on two cores: 2.7 to
/// 2.9 s from exec to the first registration request on an idle machine, 4.7 to 6.2 s on a busy one.
const PROCESS_START: Nanos = Nanos::from_secs(4);

/// How long a server process needs until its first request.
pub(super) fn process_start(file: &File) -> Nanos {
    let cluster = file.cluster.as_ref();
    cluster.and_then(|cluster| cluster.process_start.as_ref()).map_or(PROCESS_START, |at| at.0)
}

/// The disks, with what the file leaves out.
pub(super) fn disk(file: &File) -> DiskParameters {
    let disk = file.disk.as_ref();
    DiskParameters {
        bandwidth: disk.and_then(|d| d.bandwidth.as_ref()).map_or(500 << 20, |at| at.0),
        flush_latency: disk.and_then(|d| d.flush_latency.as_ref()).map_or(Nanos::from_millis(2), |at| at.0),
        capacity: disk.and_then(|d| d.capacity.as_ref()).map(|at| at.0),
        writeback_age: disk.and_then(|d| d.writeback_age.as_ref()).map_or(Nanos::from_secs(30), |at| at.0),
        page_cache: disk.and_then(|d| d.page_cache.as_ref()).map(|at| at.0),
        read_latency: disk.and_then(|d| d.read_latency.as_ref()).map_or(Nanos::ZERO, |at| at.0),
    }
}

/// The brokers' machine, if the file gives them one.
pub(super) fn machine(file: &File) -> Option<Machine> {
    let (written, usual) = (file.machine.as_ref()?, Machine::default());
    let security_protocol = match written.security_protocol.as_ref().map(|at| at.value) {
        Some(Protocol::Ssl) => SecurityProtocol::Ssl,
        Some(Protocol::Plaintext) | None => SecurityProtocol::Plaintext,
    };
    Some(Machine {
        network_threads: written.num_network_threads.as_ref().map_or(usual.network_threads, |at| at.0 as u16),
        io_threads: written.num_io_threads.as_ref().map_or(usual.io_threads, |at| at.0 as u16),
        queued_max_requests: written.queued_max_requests.as_ref().map_or(usual.queued_max_requests, |at| at.0 as u32),
        security_protocol,
        slowdown: written.slowdown.as_ref().map_or(usual.slowdown, |at| at.0 as u32),
    })
}

/// A distribution of delays, checked.
pub(super) fn distribution(delay: &At<Delay>, findings: &mut Findings) -> Distribution {
    const LONGEST: Nanos = Nanos::from_secs(24 * 3600);
    let mut ordered = |low: Nanos, high: Nanos, span: Span, what: &'static str| {
        if low > high {
            findings.error(codes::IMPOSSIBLE, span, what).label("must not be below").help("exchange the two");
        }
        if high > LONGEST {
            findings.error(codes::OUT_OF_BOUNDS, span, "a delay of that length").label("at most 24 h");
        }
    };
    match &delay.value {
        Delay::Percentiles(p) => {
            ordered(p.p50.0, p.p99.0, p.p99.span, "`p99` is below `p50`");
            Distribution::LogNormal { p50: p.p50.0, p99: p.p99.0 }
        }
        Delay::Other(OtherDelay::Constant(d)) => {
            ordered(Nanos::ZERO, d.0, delay.span, "");
            Distribution::Constant(d.0)
        }
        Delay::Other(OtherDelay::Uniform(u)) => {
            ordered(u.min.0, u.max.0, u.max.span, "`max` is below `min`");
            Distribution::Uniform { low: u.min.0, high: u.max.0 }
        }
        Delay::Other(OtherDelay::Exponential(e)) => {
            ordered(Nanos::ZERO, e.mean.0, e.mean.span, "");
            Distribution::Exponential { mean: e.mean.0 }
        }
    }
}
