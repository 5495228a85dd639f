//! Producer and consumer configs.

use super::{ConfigError, ConfigValue, RackName, Range, configs, iso_8601};
use crate::protocol::compression::CompressionType;
use crate::protocol::messages::{
    Acks, Assignor, Assignors, GroupProtocol, ServerAssignor, ServerAssignors, ShareAcquireMode,
};
use crate::sim::time::Nanos;

const fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

/// A config type with a fixed set of words. `any case`: Kafka takes them in any (`CaseInsensitiveValidString`, `toUpperCase`).
macro_rules! words {
    (any case $ty:ty { $($word:literal => $value:path),* $(,)? }) => {
        words!(@as str::to_ascii_lowercase, $ty { $($word => $value),* });
    };
    ($ty:ty { $($word:literal $(| $alias:literal)* => $value:path),* $(,)? }) => {
        words!(@as str::to_owned, $ty { $($word $(| $alias)* => $value),* });
    };
    (@as $case:path, $ty:ty { $($word:literal $(| $alias:literal)* => $value:path),* }) => {
        impl ConfigValue for $ty {
            fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
                match $case(text.trim()).as_str() {
                    $($word $(| $alias)* => Ok($value),)*
                    _ => Err(ConfigError::WrongType(range.to_string())),
                }
            }
            fn show(&self) -> String {
                match self { $($value => $word.into(),)* }
            }
        }
    };
}

words!(CompressionType {
    "none" => CompressionType::None,
    "gzip" => CompressionType::Gzip,
    "snappy" => CompressionType::Snappy,
    "lz4" => CompressionType::Lz4,
    "zstd" => CompressionType::Zstd,
});
words!(any case GroupProtocol { "classic" => GroupProtocol::Classic, "consumer" => GroupProtocol::Consumer });
/// `share.acknowledgement.mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareAcknowledgementMode {
    /// The next poll() accepts what the one before returned.
    #[default]
    Implicit,
    /// The application acknowledges each record before the next poll().
    Explicit,
}
words!(ShareAcknowledgementMode {
    "implicit" => ShareAcknowledgementMode::Implicit,
    "explicit" => ShareAcknowledgementMode::Explicit,
});
words!(any case ShareAcquireMode {
    "batch_optimized" => ShareAcquireMode::BatchOptimized,
    "record_limit" => ShareAcquireMode::RecordLimit,
});
words!(Acks { "all" | "-1" => Acks::All, "0" => Acks::Zero, "1" => Acks::One });

/// `partitioner.class`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionerClass {
    /// None is configured: a key decides, and records without one stay with a partition for a batch (KIP-794).
    BuiltIn,
    /// `RoundRobinPartitioner`: the partitions that have a leader in turn, whatever the key.
    RoundRobin,
    /// `DefaultPartitioner` of the Java client up to 3.2: a key decides, and records without one stay with a partition until a
    /// batch is begun there (KIP-480).
    StickyPerBatch,
    /// librdkafka's: a key goes to its CRC-32, and records without one to a random partition, another one every 10 ms.
    ConsistentRandom,
    /// librdkafka's: the same with the Java client's hash.
    Murmur2Random,
    /// kafkajs's: a key decides as in Java, and records without one go round the partitions.
    Kafkajs,
}
words!(PartitionerClass {
    "null" | "built-in" => PartitionerClass::BuiltIn,
    "org.apache.kafka.clients.producer.RoundRobinPartitioner" | "RoundRobinPartitioner" | "round-robin"
        => PartitionerClass::RoundRobin,
    "org.apache.kafka.clients.producer.internals.DefaultPartitioner" => PartitionerClass::StickyPerBatch,
    "consistent_random" => PartitionerClass::ConsistentRandom,
    "murmur2_random" => PartitionerClass::Murmur2Random,
    "DefaultPartitioner" => PartitionerClass::Kafkajs,
});

/// `auto.offset.reset`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoOffsetReset {
    /// The log start.
    Earliest,
    /// The high watermark at the time the broker answers.
    Latest,
    /// An exception to the application.
    None,
    /// The first record that is not older than this when the consumer asks (KIP-1106). While there is none it asks again after
    /// each `request.timeout.ms`.
    ByDuration(Nanos),
}

/// `by_duration:` goes before a duration in the form of ISO 8601.
const BY_DURATION: &str = "by_duration:";

impl AutoOffsetReset {
    /// Whether it may pass over records that are there.
    pub fn leaps(self) -> bool {
        matches!(self, AutoOffsetReset::Latest | AutoOffsetReset::ByDuration(_))
    }
    /// For the digest of a history.
    pub(crate) fn number(self) -> u64 {
        match self {
            AutoOffsetReset::Earliest => 0,
            AutoOffsetReset::Latest => 1,
            AutoOffsetReset::None => 2,
            AutoOffsetReset::ByDuration(duration) => 3 + duration.0,
        }
    }
}

impl ConfigValue for AutoOffsetReset {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        Ok(match text.trim() {
            "earliest" => AutoOffsetReset::Earliest,
            "latest" => AutoOffsetReset::Latest,
            "none" => AutoOffsetReset::None,
            other => {
                let duration = other.strip_prefix(BY_DURATION).and_then(iso_8601::parse);
                AutoOffsetReset::ByDuration(duration.ok_or_else(|| ConfigError::WrongType(range.to_string()))?)
            }
        })
    }
    fn show(&self) -> String {
        match self {
            AutoOffsetReset::Earliest => "earliest".into(),
            AutoOffsetReset::Latest => "latest".into(),
            AutoOffsetReset::None => "none".into(),
            AutoOffsetReset::ByDuration(duration) => format!("{BY_DURATION}{}", iso_8601::show(*duration)),
        }
    }
}

/// `isolation.level`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IsolationLevel {
    /// Up to the high watermark.
    ReadUncommitted,
    /// Up to the last stable offset, without aborted records.
    ReadCommitted,
}
words!(IsolationLevel { "read_uncommitted" => IsolationLevel::ReadUncommitted, "read_committed" => IsolationLevel::ReadCommitted });
/// `replica.selector.class`: how a leader decides from which replica a consumer reads (KIP-392).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplicaSelector {
    /// None, or `LeaderSelector`: from the leader.
    Leader,
    /// `RackAwareReplicaSelector`: from a replica in the consumer's rack.
    RackAware,
}
words!(ReplicaSelector {
    "null" | "org.apache.kafka.common.replica.LeaderSelector" | "LeaderSelector" => ReplicaSelector::Leader,
    "org.apache.kafka.common.replica.RackAwareReplicaSelector" | "RackAwareReplicaSelector" => ReplicaSelector::RackAware,
});
/// `metadata.recovery.strategy`: what a client does when it can ask none of the brokers it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataRecoveryStrategy {
    /// It goes on trying these.
    None,
    /// It asks the bootstrap brokers again.
    Rebootstrap,
}
words!(any case MetadataRecoveryStrategy {
    "rebootstrap" => MetadataRecoveryStrategy::Rebootstrap,
    "none" => MetadataRecoveryStrategy::None,
});
words!(Assignor {
    "range" | "org.apache.kafka.clients.consumer.RangeAssignor" => Assignor::Range,
    "roundrobin" | "org.apache.kafka.clients.consumer.RoundRobinAssignor" => Assignor::RoundRobin,
    "sticky" | "org.apache.kafka.clients.consumer.StickyAssignor" => Assignor::Sticky,
    "cooperative-sticky" | "org.apache.kafka.clients.consumer.CooperativeStickyAssignor" => Assignor::CooperativeSticky,
    "overlapping" | "com.example.OverlappingAssignor" => Assignor::Overlapping,
});

words!(ServerAssignor { "uniform" => ServerAssignor::Uniform, "range" => ServerAssignor::Range });

/// `group.remote.assignor`: none is written `null`, as in Kafka's documentation.
impl ConfigValue for Option<ServerAssignor> {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        match text.trim() {
            "" | "null" => Ok(None),
            word => ServerAssignor::parse(word, range).map(Some),
        }
    }
    fn show(&self) -> String {
        self.map_or("null", ServerAssignor::name).to_string()
    }
}

/// Several, with commas between them; Kafka's own two alone, of which there are names.
impl ConfigValue for ServerAssignors {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        let words = text.split(',').filter(|_| !text.trim().is_empty());
        let list = words.map(|word| ServerAssignor::parse(word, range)).collect::<Result<Vec<_>, _>>()?;
        ServerAssignors::of(list).ok_or_else(|| ConfigError::WrongType("at least one assignor, and none twice".into()))
    }
    fn show(&self) -> String {
        self.iter().map(ServerAssignor::name).collect::<Vec<_>>().join(",")
    }
}

/// `group.consumer.migration.policy`: which way groups may change their protocol while they have members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MigrationPolicy {
    /// Both.
    Bidirectional,
    /// From classic to the new one.
    Upgrade,
    /// From the new one to classic.
    Downgrade,
    /// Neither.
    Disabled,
}
words!(any case MigrationPolicy {
    "bidirectional" => MigrationPolicy::Bidirectional,
    "upgrade" => MigrationPolicy::Upgrade,
    "downgrade" => MigrationPolicy::Downgrade,
    "disabled" => MigrationPolicy::Disabled,
});

impl MigrationPolicy {
    /// Whether a classic group may become one of the new protocol (`isUpgradeEnabled`).
    pub fn upgrades(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Upgrade)
    }
    /// Whether one of the new protocol may become a classic group (`isDowngradeEnabled`).
    pub fn downgrades(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Downgrade)
    }
}

/// Several, with commas between them. `AbstractConfig.getConfiguredInstances` and `ConsumerPartitionAssignor` refuse the
/// same.
impl ConfigValue for Assignors {
    fn parse(text: &str, range: &Range) -> Result<Self, ConfigError> {
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        // An empty word between two commas is a class without a name.
        let words = text.split(',').filter(|_| !text.trim().is_empty());
        let list = words.map(|word| Assignor::parse(word, range)).collect::<Result<Vec<_>, _>>()?;
        Assignors::of(list).ok_or_else(|| ConfigError::WrongType("at least one assignor, and none twice".into()))
    }
    fn show(&self) -> String {
        self.iter().map(Assignor::name).collect::<Vec<_>>().join(",")
    }
}

configs! {
    /// Configs of a producer.
    pub struct ProducerConfig for Producer from "clients/.../producer/ProducerConfig.java" {
        "acks" => acks: Acks = Acks::All, "word", Range::OneOf(&["all", "-1", "0", "1"]),
            "which replicas must have a batch before it counts as sent";
        "enable.idempotence" => enable_idempotence: bool = true, "boolean", Range::Any,
            "sequence numbers let the leader drop duplicates; off by itself where acks or retries rule it out";
        "retries" => retries: u32 = i32::MAX as u32, "count", Range::Between(0, i32::MAX as i64),
            "attempts beyond the first; delivery.timeout.ms usually ends them";
        "max.in.flight.requests.per.connection" => max_in_flight: u32 = 5, "count", Range::AtLeast(1),
            "unanswered requests per broker; at most 5 with idempotence";
        "delivery.timeout.ms" => delivery_timeout: Nanos = ms(120_000), "ms", Range::AtLeast(0),
            "a batch older than this fails with a timeout";
        "request.timeout.ms" => request_timeout: Nanos = ms(30_000), "ms", Range::AtLeast(0),
            "an unanswered request closes the connection after this; also how long a leader waits for the ISR";
        "retry.backoff.ms" => retry_backoff: Nanos = ms(100), "ms", Range::AtLeast(0),
            "pause before the first retry, doubling";
        "retry.backoff.max.ms" => retry_backoff_max: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "longest pause before a retry";
        "linger.ms" => linger: Nanos = ms(5), "ms", Range::AtLeast(0),
            "how long a batch that is not full may wait for more records";
        "batch.size" => batch_size: u32 = 16_384, "bytes", Range::AtLeast(0),
            "a batch is closed at this size";
        "compression.type" => compression_type: CompressionType = CompressionType::None, "word",
            Range::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"]),
            "how batches are compressed; by how much they shrink is said with the workload";
        "buffer.memory" => buffer_memory: u64 = 33_554_432, "bytes", Range::AtLeast(0),
            "memory for batches not yet acknowledged; send() blocks when it is used up";
        "max.block.ms" => max_block: Nanos = ms(60_000), "ms", Range::AtLeast(0),
            "how long send() may block for metadata and memory";
        "max.request.size" => max_request_size: u32 = 1_048_576, "bytes", Range::AtLeast(0),
            "largest request and largest record";
        "transaction.timeout.ms" => transaction_timeout: Nanos = ms(60_000), "ms", Range::Between(0, 2_147_483_647),
            "the coordinator aborts a transaction that has been open for longer, and fences its producer";
        "partitioner.class" => partitioner_class: PartitionerClass = PartitionerClass::BuiltIn, "class",
            Range::OneOf(&[
                "null",
                "org.apache.kafka.clients.producer.RoundRobinPartitioner",
                "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
                "consistent_random",
                "murmur2_random",
                "DefaultPartitioner",
            ]),
            "who chooses the partition of a record that names none; the first two are the Java client's, the third that of 2.8, then two of librdkafka's and kafkajs's own";
        "partitioner.availability.timeout.ms" => partitioner_availability_timeout: Nanos = ms(0), "ms", Range::AtLeast(0),
            "records without key avoid partitions whose leader has taken nothing for this long; 0 means that they do not";
        "partitioner.ignore.keys" => partitioner_ignore_keys: bool = false, "boolean", Range::Any,
            "choose partitions as if no record had a key";
        "partitioner.adaptive.partitioning.enable" => partitioner_adaptive: bool = true, "boolean", Range::Any,
            "records without key go more often to partitions with short queues (KIP-794)";
        "partitioner.rack.aware" => partitioner_rack_aware: bool = false, "boolean", Range::Any,
            "records without key go to partitions whose leader stands in the producer's client.rack, as long as there is one (KIP-1123, since 4.4)";
        "client.rack" => client_rack: RackName = RackName::default(), "text", Range::Any,
            "the rack of the producer, for partitioner.rack.aware (KIP-1123, since 4.4)";
        "metadata.max.age.ms" => metadata_max_age: Nanos = ms(300_000), "ms", Range::AtLeast(0),
            "metadata is refreshed at least this often";
        "metadata.max.idle.ms" => metadata_max_idle: Nanos = ms(300_000), "ms", Range::AtLeast(5_000),
            "a topic to which nothing was sent for this long is left out of the metadata, until the next send()";
        "metadata.recovery.strategy" => metadata_recovery_strategy: MetadataRecoveryStrategy = MetadataRecoveryStrategy::Rebootstrap, "word", Range::OneOf(&["rebootstrap", "none"]),
            "whether a client that can ask none of the brokers it knows asks the bootstrap brokers again (KIP-899; since 4.0 unless it says none)";
        "metadata.recovery.rebootstrap.trigger.ms" => metadata_rebootstrap_trigger: Nanos = ms(300_000), "ms", Range::AtLeast(0),
            "a client that got no metadata for this long drops its connections and begins with the bootstrap brokers (KIP-1102)";
        "reconnect.backoff.ms" => reconnect_backoff: Nanos = ms(50), "ms", Range::AtLeast(0),
            "pause before the first reconnect to a broker, doubling";
        "reconnect.backoff.max.ms" => reconnect_backoff_max: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "longest pause before a reconnect";
        "socket.connection.setup.timeout.ms" => socket_connection_setup_timeout: Nanos = ms(10_000), "ms", Range::AtLeast(0),
            "a connection attempt is given up after this";
    }
}

impl ProducerConfig {
    /// Whether a record's key decides its partition.
    pub fn keys_decide(&self) -> bool {
        match self.partitioner_class {
            PartitionerClass::BuiltIn => !self.partitioner_ignore_keys,
            PartitionerClass::RoundRobin => false,
            PartitionerClass::StickyPerBatch
            | PartitionerClass::ConsistentRandom
            | PartitionerClass::Murmur2Random
            | PartitionerClass::Kafkajs => true,
        }
    }
}

configs! {
    /// Configs of a consumer.
    pub struct ConsumerConfig for Consumer from "clients/.../consumer/ConsumerConfig.java" {
        "enable.auto.commit" => enable_auto_commit: bool = true, "boolean", Range::Any,
            "poll() commits the positions of earlier polls once the interval has passed";
        "auto.commit.interval.ms" => auto_commit_interval: Nanos = ms(5_000), "ms", Range::AtLeast(0),
            "time between automatic commits";
        "auto.offset.reset" => auto_offset_reset: AutoOffsetReset = AutoOffsetReset::Latest, "word", Range::OneOf(&["latest", "earliest", "none", "by_duration:PnDTnHnMn.nS"]),
            "where to start without a committed offset, or out of range";
        "isolation.level" => isolation_level: IsolationLevel = IsolationLevel::ReadUncommitted, "word", Range::OneOf(&["read_uncommitted", "read_committed"]),
            "how far a consumer may read";
        "session.timeout.ms" => session_timeout: Nanos = ms(45_000), "ms", Range::AtLeast(0),
            "the coordinator removes a member not heard from for this long";
        "heartbeat.interval.ms" => heartbeat_interval: Nanos = ms(3_000), "ms", Range::AtLeast(0),
            "time between heartbeats; below session.timeout.ms";
        "max.poll.interval.ms" => max_poll_interval: Nanos = ms(300_000), "ms", Range::AtLeast(1),
            "a member that does not poll for this long leaves; also its rebalance timeout";
        "max.poll.records" => max_poll_records: u32 = 500, "records", Range::AtLeast(1),
            "most records that one poll() returns";
        "fetch.min.bytes" => fetch_min_bytes: u32 = 1, "bytes", Range::AtLeast(0),
            "bytes that complete a parked fetch";
        "fetch.max.wait.ms" => fetch_max_wait: Nanos = ms(500), "ms", Range::AtLeast(0),
            "a fetch is parked at most this long";
        "fetch.max.bytes" => fetch_max_bytes: u32 = 52_428_800, "bytes", Range::AtLeast(0),
            "most bytes of one fetch";
        "max.partition.fetch.bytes" => max_partition_fetch_bytes: u32 = 1_048_576, "bytes", Range::AtLeast(0),
            "most bytes of one partition in a fetch";
        "client.rack" => client_rack: RackName = RackName::default(), "text", Range::Any,
            "the rack of the consumer: a leader with replica.selector.class may send it to a follower there (KIP-392), and assignors of the classic protocol give it partitions that have a replica there (KIP-881)";
        "group.protocol" => group_protocol: GroupProtocol = GroupProtocol::Classic, "word", Range::OneOf(&["classic", "consumer"]),
            "how it is a member: with JoinGroup and SyncGroup, or with heartbeats to a coordinator that assigns (KIP-848)";
        "group.remote.assignor" => group_remote_assignor: Option<ServerAssignor> = None, "word", Range::OneOf(&["uniform", "range"]),
            "under group.protocol consumer, the assignor of the coordinator that the member wants; the first of group.consumer.assignors if none says so";
        "partition.assignment.strategy" => partition_assignment_strategy: Assignors = Assignors::default(), "list",
            Range::ListOf(&["range", "roundrobin", "sticky", "cooperative-sticky", "overlapping"]),
            "assignors, most wanted first; the group takes one that all members have. Rebalancing is cooperative only where no other than cooperative-sticky is in the list. `overlapping` is none of Kafka's: an application's own that gives the first partition of each topic to everybody";
        "share.acknowledgement.mode" => share_acknowledgement_mode: ShareAcknowledgementMode = ShareAcknowledgementMode::Implicit, "word", Range::OneOf(&["implicit", "explicit"]),
            "of a member of a share group: whether poll() accepts what the one before returned, or the application says so of each record";
        "share.acquire.mode" => share_acquire_mode: ShareAcquireMode = ShareAcquireMode::BatchOptimized, "word", Range::OneOf(&["batch_optimized"]),
            "of a member of a share group: whether it takes whole batches of the log, or max.poll.records at most (KIP-1206, since 4.2)",
            since V4_2 ShareAcquireMode::BatchOptimized, Range::OneOf(&["batch_optimized", "record_limit"]), "KIP-1206";
        "request.timeout.ms" => request_timeout: Nanos = ms(30_000), "ms", Range::AtLeast(0),
            "an unanswered request closes the connection after this";
        "default.api.timeout.ms" => default_api_timeout: Nanos = ms(60_000), "ms", Range::AtLeast(0),
            "how long commitSync() tries";
        "retry.backoff.ms" => retry_backoff: Nanos = ms(100), "ms", Range::AtLeast(0),
            "pause before the first retry, doubling";
        "retry.backoff.max.ms" => retry_backoff_max: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "longest pause before a retry";
        "metadata.max.age.ms" => metadata_max_age: Nanos = ms(300_000), "ms", Range::AtLeast(0),
            "metadata is refreshed at least this often";
        "metadata.recovery.strategy" => metadata_recovery_strategy: MetadataRecoveryStrategy = MetadataRecoveryStrategy::Rebootstrap, "word", Range::OneOf(&["rebootstrap", "none"]),
            "whether a client that can ask none of the brokers it knows asks the bootstrap brokers again (KIP-899; since 4.0 unless it says none)";
        "metadata.recovery.rebootstrap.trigger.ms" => metadata_rebootstrap_trigger: Nanos = ms(300_000), "ms", Range::AtLeast(0),
            "a client that got no metadata for this long drops its connections and begins with the bootstrap brokers (KIP-1102)";
        "reconnect.backoff.ms" => reconnect_backoff: Nanos = ms(50), "ms", Range::AtLeast(0),
            "pause before the first reconnect to a broker, doubling";
        "reconnect.backoff.max.ms" => reconnect_backoff_max: Nanos = ms(1_000), "ms", Range::AtLeast(0),
            "longest pause before a reconnect";
        "socket.connection.setup.timeout.ms" => socket_connection_setup_timeout: Nanos = ms(10_000), "ms", Range::AtLeast(0),
            "a connection attempt is given up after this";
    }
}
