//! The catalogue: what each family of metrics is called, what it means, where it comes from, and how it is read.
//!
//! Names are those that Strimzi's rules for the JMX exporter make of Kafka's MBeans
//! (`packaging/examples/metrics/kafka-metrics.yaml` and `kafka-connect-metrics.yaml`): in lower case,
//! `kafka_<domain>_<type>_<name>`, where `...PerSec` becomes a counter that ends in `_total`.

use super::Observed;
use super::brokers::{BrokerMeters, Led, Replica};
use super::controllers::{self, offline_partitions, partitions, registered, without_preferred_leader};
use super::fold::Fold;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;
use crate::protocol::rules::EligibleLeaderReplicas;

/// A family's type in OpenMetrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FamilyType {
    /// It rises and falls.
    Gauge,
    /// It only rises, and begins at 0 again with a new life of its process.
    Counter,
}

/// Who offers a family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MetricSource {
    /// Prometheus itself.
    Prometheus,
    /// A broker or controller: this MBean.
    Kafka(&'static str),
    /// A Java client: this attribute of this MBean.
    Client(&'static str),
    /// kafka-exporter (danielqsj/kafka_exporter), which Strimzi deploys.
    KafkaExporter,
    /// Kafka Lag Exporter (seglo/kafka-lag-exporter).
    LagExporter,
    /// Burrow's own endpoint (linkedin/Burrow).
    Burrow,
}

impl MetricSource {
    /// The job that scrapes an exporter; of what is scraped from processes, nothing.
    pub(super) fn exporter(self) -> &'static str {
        match self {
            MetricSource::Prometheus | MetricSource::Kafka(_) | MetricSource::Client(_) => "",
            MetricSource::KafkaExporter => "kafka-exporter",
            MetricSource::LagExporter => "kafka-lag-exporter",
            MetricSource::Burrow => "burrow",
        }
    }
    /// What the label of a group is called.
    pub(super) fn group_label(self) -> &'static str {
        match self {
            MetricSource::Burrow => "consumer_group",
            MetricSource::LagExporter => "group",
            _ => "consumergroup",
        }
    }
    /// Who offers it, in short: an MBean, or a program.
    pub fn place(self) -> &'static str {
        match self {
            MetricSource::Prometheus => "Prometheus",
            MetricSource::Kafka(bean) | MetricSource::Client(bean) => bean,
            MetricSource::KafkaExporter => "kafka-exporter",
            MetricSource::LagExporter => "Kafka Lag Exporter",
            MetricSource::Burrow => "Burrow",
        }
    }
}

/// A family of metrics.
#[derive(Clone, Copy, Debug)]
pub struct MetricFamily {
    /// Its name. A counter's samples have `_total` behind it.
    pub name: &'static str,
    /// Its type.
    pub kind: FamilyType,
    /// Its unit in OpenMetrics, if it has one.
    pub unit: Option<&'static str>,
    /// What it tells, in one sentence.
    pub help: &'static str,
    /// Who offers it.
    pub source: MetricSource,
    pub(super) fold: Fold,
}

impl MetricFamily {
    /// The name of its samples, which is that of queries.
    pub fn sample_name(&self) -> String {
        match self.kind {
            FamilyType::Gauge => self.name.into(),
            FamilyType::Counter => format!("{}_total", self.name),
        }
    }
    /// The help text of OpenMetrics: what it tells, and where Kafka has it.
    pub fn description(&self) -> String {
        match self.source {
            MetricSource::Kafka(bean) | MetricSource::Client(bean) => format!("{} ({bean})", self.help),
            _ => self.help.into(),
        }
    }
    /// The labels that tell its series apart, beside those of every sample.
    pub fn labels(&self) -> String {
        self.fold.labels().replace("group", self.source.group_label())
    }
}

const fn gauge(name: &'static str, source: MetricSource, fold: Fold, help: &'static str) -> MetricFamily {
    MetricFamily { name, kind: FamilyType::Gauge, unit: None, help, source, fold }
}
const fn counter(name: &'static str, source: MetricSource, fold: Fold, help: &'static str) -> MetricFamily {
    MetricFamily { name, kind: FamilyType::Counter, unit: None, help, source, fold }
}
const fn seconds(name: &'static str, source: MetricSource, fold: Fold, help: &'static str) -> MetricFamily {
    MetricFamily { name, kind: FamilyType::Gauge, unit: Some("seconds"), help, source, fold }
}
macro_rules! bean {
    ($type:literal, $name:literal) => {
        MetricSource::Kafka(concat!($type, ",name=", $name))
    };
}
macro_rules! client {
    ($name:literal) => {
        MetricSource::Client($name)
    };
}

fn led(meters: &BrokerMeters, which: impl Fn(Tp, &Led) -> bool) -> i64 {
    meters.led().filter(|(tp, led)| which(*tp, led)).count() as i64
}
/// What a broker says of a partition that it has: 0 where it does not lead it.
fn of_led(replica: &Replica, of: impl Fn(&Led) -> i64) -> Option<i64> {
    Some(replica.led.as_ref().map_or(0, of))
}
/// What every controller says that runs.
fn committed(o: &Observed, node: NodeId, of: impl Fn(&Observed) -> usize) -> Option<i64> {
    matches!(o.setup.catalog.nodes[node.index()].role, NodeRole::Controller(_)).then(|| of(o) as i64)
}

/// All families, in the order in which they are written.
pub const CATALOGUE: &[MetricFamily] = &[
    gauge("up", MetricSource::Prometheus, Fold::Up, "1: the process answered the scrape. 0: it is down, or paused."),
    // --- what a broker counts of what it leads and has -------------------------------------------
    gauge(
        "kafka_server_replicamanager_leadercount",
        bean!("kafka.server:type=ReplicaManager", "LeaderCount"),
        Fold::Broker(|_, m| led(m, |_, _| true)),
        "Partitions of which the broker takes itself for the leader.",
    ),
    gauge(
        "kafka_server_replicamanager_partitioncount",
        bean!("kafka.server:type=ReplicaManager", "PartitionCount"),
        Fold::Broker(|_, m| m.replicas.values().filter(|replica| replica.hosted).count() as i64),
        "Partitions of which the broker has a replica.",
    ),
    gauge(
        "kafka_server_replicamanager_underreplicatedpartitions",
        bean!("kafka.server:type=ReplicaManager", "UnderReplicatedPartitions"),
        Fold::Broker(|o, m| led(m, |tp, led| o.brokers.is_under_replicated(tp, led))),
        "Partitions that the broker leads and whose ISR, as it knows it, lacks a replica.",
    ),
    gauge(
        "kafka_server_replicamanager_underminisrpartitioncount",
        bean!("kafka.server:type=ReplicaManager", "UnderMinIsrPartitionCount"),
        Fold::Broker(|_, m| led(m, |_, led| led.is_under_min_isr())),
        "Partitions that the broker leads and whose ISR is smaller than min.insync.replicas: acks=all is refused.",
    ),
    gauge(
        "kafka_server_replicamanager_atminisrpartitioncount",
        bean!("kafka.server:type=ReplicaManager", "AtMinIsrPartitionCount"),
        Fold::Broker(|_, m| led(m, |_, led| led.is_at_min_isr())),
        "Partitions that the broker leads and whose ISR is just min.insync.replicas: one more loss, and acks=all is refused.",
    ),
    counter(
        "kafka_server_replicamanager_isrshrinks",
        bean!("kafka.server:type=ReplicaManager", "IsrShrinksPerSec"),
        Fold::Broker(|_, m| m.isr_shrinks as i64),
        "Followers that the broker itself has had taken out of an ISR, as a leader. Those that the controller fences are not counted.",
    ),
    counter(
        "kafka_server_replicamanager_isrexpands",
        bean!("kafka.server:type=ReplicaManager", "IsrExpandsPerSec"),
        Fold::Broker(|_, m| m.isr_expands as i64),
        "Followers that the broker has had taken into an ISR, as a leader.",
    ),
    counter(
        "kafka_server_replicamanager_failedisrupdates",
        bean!("kafka.server:type=ReplicaManager", "FailedIsrUpdatesPerSec"),
        Fold::Broker(|_, m| m.failed_isr_updates as i64),
        "Changes of an ISR that the broker proposed and the controller refused.",
    ),
    counter(
        "kafka_server_brokertopicmetrics_messagesin",
        bean!("kafka.server:type=BrokerTopicMetrics", "MessagesInPerSec"),
        Fold::Topics(|m| m.messages_in),
        "Records appended as leader, of coordinators and transactions too; duplicates that were recognised are counted again.",
    ),
    counter(
        "kafka_server_brokertopicmetrics_totalproducerequests",
        bean!("kafka.server:type=BrokerTopicMetrics", "TotalProduceRequestsPerSec"),
        Fold::Topics(|m| m.produce_requests),
        "Appends tried as leader: one for each partition of a Produce request, and those of coordinators.",
    ),
    counter(
        "kafka_server_brokertopicmetrics_failedproducerequests",
        bean!("kafka.server:type=BrokerTopicMetrics", "FailedProduceRequestsPerSec"),
        Fold::Topics(|m| m.failed_produce_requests),
        "Those that failed, as with NOT_ENOUGH_REPLICAS; not with errors that are expected, such as NOT_LEADER_OR_FOLLOWER.",
    ),
    gauge(
        "kafka_cluster_partition_replicascount",
        bean!("kafka.cluster:type=Partition", "ReplicasCount"),
        Fold::Replica(|o, tp, r| of_led(r, |_| o.brokers.replication_factor(tp) as i64)),
        "Replicas of a partition, by its leader; 0 by the others.",
    ),
    gauge(
        "kafka_cluster_partition_insyncreplicascount",
        bean!("kafka.cluster:type=Partition", "InSyncReplicasCount"),
        Fold::Replica(|_, _, r| of_led(r, |led| led.isr.len() as i64)),
        "Replicas in sync, by the partition's leader; 0 by the others.",
    ),
    gauge(
        "kafka_cluster_partition_underreplicated",
        bean!("kafka.cluster:type=Partition", "UnderReplicated"),
        Fold::Replica(|o, tp, r| of_led(r, |led| i64::from(o.brokers.is_under_replicated(tp, led)))),
        "1: the broker leads the partition, and a replica is not in sync.",
    ),
    gauge(
        "kafka_cluster_partition_underminisr",
        bean!("kafka.cluster:type=Partition", "UnderMinIsr"),
        Fold::Replica(|_, _, r| of_led(r, |led| i64::from(led.is_under_min_isr()))),
        "1: the broker leads the partition, and its ISR is smaller than min.insync.replicas.",
    ),
    gauge(
        "kafka_cluster_partition_atminisr",
        bean!("kafka.cluster:type=Partition", "AtMinIsr"),
        Fold::Replica(|_, _, r| of_led(r, |led| i64::from(led.is_at_min_isr()))),
        "1: the broker leads the partition, and its ISR is just min.insync.replicas.",
    ),
    gauge(
        "kafka_cluster_partition_laststableoffsetlag",
        bean!("kafka.cluster:type=Partition", "LastStableOffsetLag"),
        Fold::Replica(|_, _, r| r.led.as_ref().map(Led::last_stable_offset_lag)),
        "Offsets between the last stable offset and the high watermark: an open transaction holds them back. Leaders only.",
    ),
    gauge(
        "kafka_log_log_logendoffset",
        bean!("kafka.log:type=Log", "LogEndOffset"),
        Fold::Log(|r| Some(r.log_end?.0)),
        "Where the broker's log of the partition ends.",
    ),
    // --- what a controller counts ------------------------------------------------------------------
    gauge(
        "kafka_controller_kafkacontroller_activecontrollercount",
        bean!("kafka.controller:type=KafkaController", "ActiveControllerCount"),
        Fold::Controller(|o, node| committed(o, node, |o| usize::from(o.controllers.is_active(node)))),
        "1: the controller is the active one. The sum over the cluster is to be 1.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_offlinepartitionscount",
        bean!("kafka.controller:type=KafkaController", "OfflinePartitionsCount"),
        Fold::Controller(|o, node| committed(o, node, |o| offline_partitions(&o.cluster))),
        "Partitions without a leader: nobody writes there, and nobody reads.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_preferredreplicaimbalancecount",
        bean!("kafka.controller:type=KafkaController", "PreferredReplicaImbalanceCount"),
        Fold::Controller(|o, node| committed(o, node, |o| without_preferred_leader(&o.cluster))),
        "Partitions that are not led by their preferred replica.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_globaltopiccount",
        bean!("kafka.controller:type=KafkaController", "GlobalTopicCount"),
        Fold::Controller(|o, node| {
            committed(o, node, |o| {
                let catalog = &o.setup.catalog;
                let topics = (0..catalog.topics.len()).map(|topic| TopicId(topic as u16));
                topics.filter(|topic| controllers::topic_exists(catalog, &o.cluster, *topic)).count()
            })
        }),
        "Topics, internal ones among them.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_globalpartitioncount",
        bean!("kafka.controller:type=KafkaController", "GlobalPartitionCount"),
        Fold::Controller(|o, node| committed(o, node, |o| partitions(&o.cluster))),
        "Partitions, those of internal topics among them.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_activebrokercount",
        bean!("kafka.controller:type=KafkaController", "ActiveBrokerCount"),
        Fold::Controller(|o, node| committed(o, node, |o| registered(&o.setup.catalog, &o.cluster, false))),
        "Brokers that are registered and not fenced. One that has died is among them until its session is over.",
    ),
    gauge(
        "kafka_controller_kafkacontroller_fencedbrokercount",
        bean!("kafka.controller:type=KafkaController", "FencedBrokerCount"),
        Fold::Controller(|o, node| committed(o, node, |o| registered(&o.setup.catalog, &o.cluster, true))),
        "Brokers that are registered and fenced.",
    ),
    counter(
        "kafka_controller_controllerstats_uncleanleaderelections",
        bean!("kafka.controller:type=ControllerStats", "UncleanLeaderElectionsPerSec"),
        Fold::Controller(|o, node| committed(o, node, |_| o.controllers.of(node).unclean as usize)),
        "Elections of a replica that may lack committed records: each may be a loss.",
    ),
    counter(
        "kafka_controller_controllerstats_electionfromeligibleleaderreplicas",
        bean!("kafka.controller:type=ControllerStats", "ElectionFromEligibleLeaderReplicasPerSec"),
        // Kafka has it since 4.1, which is since when eligible leader replicas are on by default.
        Fold::Controller(|o, node| {
            let on = o.setup.rules.eligible_leader_replicas == EligibleLeaderReplicas::On;
            committed(o, node, |_| o.controllers.of(node).eligible as usize).filter(|_| on)
        }),
        "Elections of a replica that was not in sync and has all that is committed (KIP-966).",
    ),
    // --- what kafka-exporter learns ------------------------------------------------------------------
    gauge(
        "kafka_brokers",
        MetricSource::KafkaExporter,
        Fold::Cluster(|o| o.is_reachable().then(|| registered(&o.setup.catalog, &o.cluster, false) as i64)),
        "Brokers in the metadata: those that are not fenced.",
    ),
    gauge(
        "kafka_topic_partitions",
        MetricSource::KafkaExporter,
        Fold::Topic(|o, topic| {
            let partitions = o.setup.catalog.partitions(topic).filter(|tp| o.describes(*tp)).count();
            (partitions > 0).then_some(partitions as i64)
        }),
        "Partitions of a topic.",
    ),
    gauge(
        "kafka_topic_partition_current_offset",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| o.end(tp)),
        "The high watermark, as the partition's leader answers it: what can be read ends there.",
    ),
    gauge(
        "kafka_topic_partition_leader",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| Some(i64::from(o.cluster.partition(tp).leader.filter(|_| o.describes(tp))?.0))),
        "The broker that leads a partition.",
    ),
    gauge(
        "kafka_topic_partition_replicas",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| o.describes(tp).then(|| o.cluster.partition(tp).replicas.len() as i64)),
        "Replicas of a partition.",
    ),
    gauge(
        "kafka_topic_partition_in_sync_replica",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| o.describes(tp).then(|| o.cluster.partition(tp).isr.len() as i64)),
        "Replicas in sync.",
    ),
    gauge(
        "kafka_topic_partition_leader_is_preferred",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| {
            let view = o.cluster.partition(tp);
            o.describes(tp).then(|| i64::from(view.leader.is_some() && view.leader == view.replicas.first()))
        }),
        "1: the preferred replica leads.",
    ),
    gauge(
        "kafka_topic_partition_under_replicated_partition",
        MetricSource::KafkaExporter,
        Fold::Partition(|o, tp| {
            let view = o.cluster.partition(tp);
            o.describes(tp).then(|| i64::from(view.isr.len() < view.replicas.len()))
        }),
        "1: a replica is not in sync.",
    ),
    gauge(
        "kafka_consumergroup_members",
        MetricSource::KafkaExporter,
        Fold::Group(Observed::members),
        "Members of a group of the classic protocol.",
    ),
    gauge(
        "kafka_consumergroup_current_offset",
        MetricSource::KafkaExporter,
        Fold::GroupPartition(Observed::current_offset),
        "The offset that a group has committed; -1: none for this partition, and some for another of its topic.",
    ),
    gauge(
        "kafka_consumergroup_current_offset_sum",
        MetricSource::KafkaExporter,
        Fold::GroupTopic(Observed::current_offset_sum),
        "The same over a topic.",
    ),
    gauge(
        "kafka_consumergroup_lag",
        MetricSource::KafkaExporter,
        Fold::GroupPartition(Observed::lag),
        "Offsets from there to the high watermark; -1: no offset is committed.",
    ),
    gauge(
        "kafka_consumergroup_lag_sum",
        MetricSource::KafkaExporter,
        Fold::GroupTopic(Observed::lag_sum),
        "The same over a topic.",
    ),
    // --- what others make of it ------------------------------------------------------------------------
    seconds(
        "kafka_consumergroup_group_lag_seconds",
        MetricSource::LagExporter,
        Fold::GroupPartitionTime(Observed::lag_time),
        "How long the first record that is not committed has been in the log. Exact, where the exporter estimates.",
    ),
    seconds(
        "kafka_consumergroup_group_max_lag_seconds",
        MetricSource::LagExporter,
        Fold::GroupTime(Observed::longest_lag_time),
        "The longest of these.",
    ),
    gauge(
        "burrow_kafka_consumer_status",
        MetricSource::Burrow,
        Fold::Group(Observed::burrow_status),
        "Burrow's status of a group: 1 OK, 2 WARN, 3 ERR.",
    ),
    // --- what clients count of themselves ----------------------------------------------------------------
    counter(
        "kafka_producer_record_send",
        client!("kafka.producer:type=producer-metrics: record-send-total"),
        Fold::Client(|o, node| Some(o.clients.producer(node)?.records_sent)),
        "Records sent, those that are sent again counted again.",
    ),
    counter(
        "kafka_producer_record_retry",
        client!("kafka.producer:type=producer-metrics: record-retry-total"),
        Fold::Client(|o, node| Some(o.clients.producer(node)?.records_retried)),
        "Records to be sent again.",
    ),
    counter(
        "kafka_producer_record_error",
        client!("kafka.producer:type=producer-metrics: record-error-total"),
        Fold::Client(|o, node| Some(o.clients.producer(node)?.records_failed)),
        "Records given up.",
    ),
    counter(
        "kafka_consumer_fetch_manager_records_consumed",
        client!("kafka.consumer:type=consumer-fetch-manager-metrics: records-consumed-total"),
        Fold::Client(|o, node| Some(o.clients.consumer(node)?.records_consumed)),
        "Records that poll() returned.",
    ),
    gauge(
        "kafka_consumer_fetch_manager_records_lag",
        client!("kafka.consumer:type=consumer-fetch-manager-metrics: records-lag"),
        Fold::ClientPartition(|o, node, tp| o.clients.records_lag(node, tp)),
        "The high watermark (isolation.level=read_committed: the last stable offset) in the fetch that poll() came to last, less the position. It knows of no commit.",
    ),
    gauge(
        "kafka_consumer_fetch_manager_records_lead",
        client!("kafka.consumer:type=consumer-fetch-manager-metrics: records-lead"),
        Fold::ClientPartition(|o, node, tp| o.clients.records_lead(node, tp)),
        "The position less the start of the log: so many records may be deleted before one is that has not been read.",
    ),
];

/// The family of that name, or of samples of that name.
pub fn find(name: &str) -> Option<&'static MetricFamily> {
    CATALOGUE.iter().find(|family| family.name == name || family.sample_name() == name)
}
