//! What is known before the first fact: names, configs that decide what is promised, faults.
//!
//! The header of every history. Checks read it instead of asking the world.

use crate::protocol::catalog::Catalog;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{
    AutoOffsetReset, BrokerConfig, ConsumerConfig, GroupConfig, IsolationLevel, ProducerConfig, TopicConfig,
};
use crate::protocol::ids::{GroupId, InstanceId, NodeId, PatternId, TopicId, Tp, TransactionalId};
use crate::protocol::messages::Acks;
use crate::protocol::put_aside::Aside;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

/// The conditions of a run.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Setup {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The rules of Kafka's version, which stands for them in a file.
    #[serde(rename = "kafka")]
    pub rules: Rules,
    /// Time after which faults end and workloads stop.
    pub duration: Nanos,
    /// How long the final read phase may take after that.
    #[serde(default)]
    pub final_phase: Nanos,
    /// All names.
    pub catalog: Catalog,
    /// Topics, by [`TopicId`]; internal ones too.
    pub topics: Vec<TopicSetup>,
    /// Producers.
    pub producers: Vec<ProducerSetup>,
    /// Consumers.
    pub consumers: Vec<ConsumerSetup>,
    /// Members of share groups (KIP-932). They are in no other list: they have no positions, and commit nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub share_consumers: Vec<ShareConsumerSetup>,
    /// Faults of the scenario, in order.
    pub faults: Vec<FaultSetup>,
    /// `broker.session.timeout.ms`.
    pub broker_session_timeout: Nanos,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_time_max: Nanos,
    /// A slow round trip over the slowest link, as the network is without faults.
    #[serde(default)]
    pub slow_round_trip: Nanos,
    /// Every other config of brokers, coordinators and controller.
    #[serde(default)]
    pub broker: BrokerConfig,
    /// Groups with configs of their own, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupSetup>,
    /// Settings of the scenario that the simulator does not honour: nothing is said of what they do.
    #[serde(default)]
    pub ignored: Vec<Ignored>,
}

/// A setting that has no effect here, and might have had one in a cluster.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Ignored {
    /// Where it stands, as `file:line:column`.
    pub place: String,
    /// Its name, such as `transactional.id`.
    pub what: String,
    /// Why it has no effect.
    pub reason: String,
}

impl std::fmt::Display for Ignored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ({}) has no effect: {}", self.what, self.place, self.reason)
    }
}

/// A group with configs of its own (`kafka-configs --entity-type groups`).
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct GroupSetup {
    /// Which.
    pub group: GroupId,
    /// All of its configs, with the brokers' where it says nothing.
    pub config: GroupConfig,
}

/// A topic.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TopicSetup {
    /// Replicas per partition.
    pub replication_factor: u16,
    /// `min.insync.replicas`.
    pub min_insync_replicas: u16,
    /// `unclean.leader.election.enable`.
    pub unclean_leader_election: bool,
    /// `flush.messages`.
    pub flush_messages: u64,
    /// Every other config of the topic.
    #[serde(default)]
    pub config: TopicConfig,
}

/// A producer.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ProducerSetup {
    /// The process.
    pub node: NodeId,
    /// Where it sends.
    pub topic: TopicId,
    /// `acks`.
    pub acks: Acks,
    /// Whether idempotence is in effect.
    pub idempotent: bool,
    /// `retries`.
    pub retries: u32,
    /// `max.in.flight.requests.per.connection`.
    pub max_in_flight: u32,
    /// `delivery.timeout.ms`.
    pub delivery_timeout: Nanos,
    /// Whether records have keys.
    pub keyed: bool,
    /// Whether its records have timestamps that say nothing about when they are sent: its application's, or those of leaders
    /// (`message.timestamp.type`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_timestamps: bool,
    /// `transactional.id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transactional_id: Option<TransactionalId>,
    /// Whether its application sends again what has failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resends: bool,
    /// How its application writes its records to a database as well, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowsSetup>,
    /// Which client it is, if not the Java client of the run's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientPreset>,
    /// Whether it waits for answers to acks=0, which never come, and so sends everything again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_in_vain: bool,
    /// Every other config of the producer.
    #[serde(default)]
    pub config: ProducerConfig,
}

/// When a consumer's application commits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum CommitSetup {
    Auto,
    SyncAfterBatch,
    SyncBeforeProcessing,
    AsyncAfterBatch,
    /// By sendOffsetsToTransaction(), as part of the transaction of its producer.
    InTransaction,
    /// Offsets are kept in its database, in the transaction of the row, and it seeks to them.
    WithTheSink,
    /// The same, and the database refuses what comes from an earlier generation.
    WithTheSinkFenced,
    Never,
}

/// Which offsets an application commits whose threads work beside the thread that polls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommittedOffsetsSetup {
    /// Those before which everything is done.
    Contiguous,
    /// Those behind the last record that is done.
    HighestFinished,
}

/// What an application writes to outside of Kafka, for each record that it has worked on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkSetup {
    /// A database that takes a second row of a record.
    Database,
    /// A database that refuses a second row of a record.
    DatabaseWithUniqueKeys,
    /// The same, and the application leaves out a record whose row is there.
    IdempotentConsumer,
    /// E-mails.
    EMail,
}

/// How a service writes a row to a database and a record to Kafka.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsSetup {
    /// One after the other.
    DualWrite,
    /// The row; a relay sends it until it is acknowledged.
    Outbox,
}

/// A consumer.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ConsumerSetup {
    /// The process.
    pub node: NodeId,
    /// Its group.
    pub group: GroupId,
    /// `group.instance.id`: it is a static member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
    /// What it subscribes to, or the topics of the partitions that it takes with assign().
    pub topics: Vec<TopicId>,
    /// Where its application subscribes to others while it runs: what it subscribes to in turn, from the start on. The topics are all of
    /// them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Vec<TopicId>>,
    /// It subscribes to a pattern: the topics are all that match, and it learns of a new one with its metadata.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pattern: bool,
    /// It leaves a pattern to the group coordinator: the topics are all that match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<PatternId>,
    /// The partitions that it takes with assign(), if it does: then it is no member of its group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<Tp>,
    /// It has no `group.id`: the group is but a name for its application.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_group_id: bool,
    /// When it commits.
    pub commit: CommitSetup,
    /// `auto.offset.reset`.
    pub auto_offset_reset: AutoOffsetReset,
    /// `isolation.level`.
    pub isolation_level: IsolationLevel,
    /// `max.poll.interval.ms`.
    pub max_poll_interval: Nanos,
    /// `session.timeout.ms`, or of a member of the new protocol `group.consumer.session.timeout.ms`.
    pub session_timeout: Nanos,
    /// Whether its application skips records that it cannot process.
    pub skips_poison: bool,
    /// Whether the callback of commitAsync() makes a commit again that has failed, whatever was committed meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retries_commits: bool,
    /// Whether an exception of its application closes the consumer, in a `finally`, before the process ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closes_on_failure: bool,
    /// Whether an automatic commit of its client may have what the poll() in which it is due hands out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commits_ahead: bool,
    /// Where its application puts records that it cannot process, if it does, and goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub puts_aside: Option<Aside>,
    /// Whether it reads a retry topic: it leaves each record alone until that is due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backs_off: bool,
    /// Whether a worker processes what poll() has long returned: positions run ahead of the work.
    #[serde(default)]
    pub hands_off: bool,
    /// Which offsets its application commits, if not where its consumer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits_offsets: Option<CommittedOffsetsSetup>,
    /// Whether threads work on its records side by side, and keep no order of keys.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unordered: bool,
    /// Whether its application moves its position itself, with seek().
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub seeks: bool,
    /// Whether its application goes on after an aborted transaction without what it was about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continues_after_abort: bool,
    /// Whether its application says with the offsets of a transaction only whose group they are: nobody is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hides_generation: bool,
    /// What its application writes to outside of Kafka, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<SinkSetup>,
    /// Which client it is, if not the Java client of the run's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientPreset>,
    /// Every other config of the consumer.
    #[serde(default)]
    pub config: ConsumerConfig,
}

/// A member of a share group.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ShareConsumerSetup {
    /// The process.
    pub node: NodeId,
    /// Its group.
    pub group: GroupId,
    /// What it subscribes to.
    pub topics: Vec<TopicId>,
    /// Whether it accepts records that it cannot process.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skips_poison: bool,
    /// Whether it rejects them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rejects_poison: bool,
    /// How often it renews its locks, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews_every: Option<Nanos>,
    /// What its application writes to outside of Kafka, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<SinkSetup>,
    /// Its configs.
    #[serde(default)]
    pub config: ConsumerConfig,
}

/// A fault.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct FaultSetup {
    /// One line, such as `crash leader of orders-0`.
    pub label: String,
    /// `crash`, `partition`, ...: the action's name in a scenario.
    pub kind: String,
    /// It changes nothing that lasts: [`Fact::FaultEnded`](super::fact::Fact::FaultEnded) follows.
    pub ends: bool,
    /// It waits for a condition, which may never come true.
    #[serde(default)]
    pub conditional: bool,
    /// How many times as long as usual something takes while it lasts; 0 for a fault that slows nothing down.
    #[serde(default)]
    pub factor: u32,
    /// Whether the run is as good if it hits nobody, or its condition does not come true.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_miss: bool,
}

impl ProducerSetup {
    /// Whether it sends again what is not acknowledged, and cannot know whether it is there.
    pub fn retries_blindly(&self) -> bool {
        !self.idempotent && self.retries > 0 && (self.acks != Acks::Zero || self.waits_in_vain)
    }
}

impl ConsumerSetup {
    /// Whether its application's producer is for records that it cannot process.
    pub fn puts_aside_in_kafka(&self) -> bool {
        matches!(self.puts_aside, Some(Aside::RetryTopic | Aside::DeadLetterTopic))
    }
    /// Whether it is a member of its group: it subscribes, and the group says what it reads.
    pub fn is_member(&self) -> bool {
        self.assigned.is_empty()
    }
    /// Whether it subscribes to a topic whenever it is a member.
    pub fn always_subscribes(&self, topic: TopicId) -> bool {
        self.topics.contains(&topic) && self.subscriptions.iter().all(|topics| topics.contains(&topic))
    }
    /// Whether it reads a partition, or may be given it.
    pub fn reads(&self, catalog: &Catalog, tp: Tp) -> bool {
        if self.is_member() { self.topics.contains(&catalog.topic_of(tp).0) } else { self.assigned.contains(&tp) }
    }
    /// Whether its offsets are kept outside of Kafka, with the rows.
    pub fn keeps_offsets_outside(&self) -> bool {
        matches!(self.commit, CommitSetup::WithTheSink | CommitSetup::WithTheSinkFenced)
    }
    /// Whether its commits take records for done that wait for a worker.
    pub fn commits_what_waits(&self) -> bool {
        self.hands_off && self.commits_offsets.is_none()
    }
    /// Whether it commits the highest offset that is done, past others that are not.
    pub fn commits_the_highest(&self) -> bool {
        self.commits_offsets == Some(CommittedOffsetsSetup::HighestFinished)
    }
    /// Whether close() behind an exception commits what its application has failed at, and what is behind that.
    pub fn commits_what_failed(&self) -> bool {
        self.closes_on_failure && self.commit == CommitSetup::Auto
    }
    /// Whether its client commits beside the application what that may not have done yet.
    pub fn commits_in_background(&self) -> bool {
        self.commit == CommitSetup::Auto && self.client.is_some_and(ClientPreset::commits_in_background)
    }
}

impl Setup {
    /// Whether members of a group read a partition, of whatever kind the group is; members may differ.
    pub fn is_read(&self, group: GroupId, tp: Tp) -> bool {
        let topic = self.catalog.topic_of(tp).0;
        self.consumers.iter().any(|c| c.group == group && c.reads(&self.catalog, tp))
            || self.share_consumers.iter().any(|c| c.group == group && c.topics.contains(&topic))
    }
    /// The configs of a group: its own, or those of the brokers.
    pub fn group_config(&self, group: GroupId) -> GroupConfig {
        let own = self.groups.iter().find(|setup| setup.group == group);
        own.map_or_else(|| self.broker.group_defaults(), |setup| setup.config.clone())
    }
    /// Whether the timestamps of a producer's records tell when they were sent.
    pub fn has_true_timestamps(&self, producer: NodeId) -> bool {
        !self.producers.iter().any(|known| known.node == producer && known.own_timestamps)
    }
}
