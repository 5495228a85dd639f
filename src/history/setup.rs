//! What is known before the first fact: names, configs that decide what is promised, faults.
//!
//! The header of every history. Checks read it instead of asking the world.

use crate::protocol::catalog::Catalog;
use crate::protocol::config::{AutoOffsetReset, IsolationLevel};
use crate::protocol::ids::{GroupId, NodeId, TopicId};
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// The conditions of a run.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Setup {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Kafka's version.
    pub kafka: String,
    /// Time after which faults end and workloads stop.
    pub duration: Nanos,
    /// All names.
    pub catalog: Catalog,
    /// Topics, by [`TopicId`]; internal ones too.
    pub topics: Vec<TopicSetup>,
    /// Producers.
    pub producers: Vec<ProducerSetup>,
    /// Consumers.
    pub consumers: Vec<ConsumerSetup>,
    /// Faults of the scenario, in order.
    pub faults: Vec<FaultSetup>,
    /// `broker.session.timeout.ms`.
    pub broker_session_timeout: Nanos,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_time_max: Nanos,
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
    Never,
}

/// A consumer.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ConsumerSetup {
    /// The process.
    pub node: NodeId,
    /// Its group.
    pub group: GroupId,
    /// What it subscribes to.
    pub topics: Vec<TopicId>,
    /// When it commits.
    pub commit: CommitSetup,
    /// `auto.offset.reset`.
    pub auto_offset_reset: AutoOffsetReset,
    /// `isolation.level`.
    pub isolation_level: IsolationLevel,
    /// `max.poll.interval.ms`.
    pub max_poll_interval: Nanos,
    /// `session.timeout.ms`.
    pub session_timeout: Nanos,
    /// Whether its application skips records that it cannot process.
    pub skips_poison: bool,
    /// Whether a worker processes what poll() has long returned: positions run ahead of the work.
    #[serde(default)]
    pub hands_off: bool,
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
}
