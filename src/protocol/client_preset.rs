//! Clients that are not the Java client of the run's own version: what they are set to when nobody says otherwise.
//!
//! One table for each. A row names a config as Kafka's Java client does, so that clients can be compared, the value that it
//! has there, and where the client's own source says so. What a client does otherwise than by a config is said beside the
//! table, and so is what it does and the model does not.

use super::config::{ConfigScope, PartitionerClass};
use super::messages::Assignor;
use super::rules::{KafkaVersion, Rules, TransactionVersion};

/// A client, and the line of its releases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum ClientPreset {
    /// The Java client of 4.0.
    #[serde(rename = "java-4.0")]
    Java40,
    /// The Java client of 2.8, the last before idempotence was on by default.
    #[serde(rename = "java-2.8")]
    Java28,
    /// librdkafka 2.x, which is inside of the usual clients for Python, Go, .NET, Node and PHP.
    #[serde(rename = "librdkafka-2.x")]
    Librdkafka2,
    /// kafkajs 2.2.
    #[serde(rename = "kafkajs-2.2")]
    Kafkajs22,
}

/// A value that a client has when nobody says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PresetRow {
    /// Whose.
    pub scope: ConfigScope,
    /// Kafka's name.
    pub name: &'static str,
    /// The value, as Kafka would read it.
    pub value: &'static str,
    /// Where the client says so: its own name for it and the file, or the file alone if the name is Kafka's.
    pub from: &'static str,
}

/// Something that a client does and the model does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unlike {
    /// Of which client of a process.
    pub scope: ConfigScope,
    /// What the client does.
    pub client: &'static str,
    /// What the model does instead.
    pub model: &'static str,
}

const PRODUCER: ConfigScope = ConfigScope::Producer;
const CONSUMER: ConfigScope = ConfigScope::Consumer;

const fn row(scope: ConfigScope, name: &'static str, value: &'static str, from: &'static str) -> PresetRow {
    PresetRow { scope, name, value, from }
}
const fn unlike(scope: ConfigScope, client: &'static str, model: &'static str) -> Unlike {
    Unlike { scope, client, model }
}

const JAVA_PRODUCER: &str = "clients/.../producer/ProducerConfig.java";
const JAVA_CONSUMER: &str = "clients/.../consumer/ConsumerConfig.java";
const NEVER: &str = "9223372036854775807";
const UNLIMITED: &str = "2147483647";

/// As the configs themselves have it: written out to be compared with the others.
const JAVA_4_0: &[PresetRow] = &[
    row(PRODUCER, "acks", "all", JAVA_PRODUCER),
    row(PRODUCER, "enable.idempotence", "true", JAVA_PRODUCER),
    row(PRODUCER, "max.in.flight.requests.per.connection", "5", JAVA_PRODUCER),
    row(PRODUCER, "retries", UNLIMITED, JAVA_PRODUCER),
    row(PRODUCER, "retry.backoff.ms", "100", JAVA_PRODUCER),
    row(PRODUCER, "retry.backoff.max.ms", "1000", JAVA_PRODUCER),
    row(PRODUCER, "delivery.timeout.ms", "120000", JAVA_PRODUCER),
    row(PRODUCER, "request.timeout.ms", "30000", JAVA_PRODUCER),
    row(PRODUCER, "linger.ms", "5", JAVA_PRODUCER),
    row(PRODUCER, "batch.size", "16384", JAVA_PRODUCER),
    row(PRODUCER, "compression.type", "none", JAVA_PRODUCER),
    row(PRODUCER, "partitioner.class", "null", JAVA_PRODUCER),
    row(PRODUCER, "transaction.timeout.ms", "60000", JAVA_PRODUCER),
    row(CONSUMER, "session.timeout.ms", "45000", JAVA_CONSUMER),
    row(CONSUMER, "heartbeat.interval.ms", "3000", JAVA_CONSUMER),
    row(CONSUMER, "partition.assignment.strategy", "range,cooperative-sticky", JAVA_CONSUMER),
    row(CONSUMER, "max.poll.interval.ms", "300000", JAVA_CONSUMER),
    row(CONSUMER, "enable.auto.commit", "true", JAVA_CONSUMER),
    row(CONSUMER, "auto.commit.interval.ms", "5000", JAVA_CONSUMER),
    row(CONSUMER, "auto.offset.reset", "latest", JAVA_CONSUMER),
    row(CONSUMER, "isolation.level", "read_uncommitted", JAVA_CONSUMER),
    row(CONSUMER, "fetch.max.wait.ms", "500", JAVA_CONSUMER),
    row(CONSUMER, "fetch.max.bytes", "52428800", JAVA_CONSUMER),
];

const JAVA_2_8: &[PresetRow] = &[
    row(PRODUCER, "acks", "1", JAVA_PRODUCER),
    row(PRODUCER, "enable.idempotence", "false", JAVA_PRODUCER),
    row(PRODUCER, "max.in.flight.requests.per.connection", "5", JAVA_PRODUCER),
    row(PRODUCER, "retries", UNLIMITED, JAVA_PRODUCER),
    row(PRODUCER, "retry.backoff.ms", "100", JAVA_PRODUCER),
    row(PRODUCER, "retry.backoff.max.ms", "100", "a constant pause (exponential since KIP-580, 3.7)"),
    row(PRODUCER, "delivery.timeout.ms", "120000", JAVA_PRODUCER),
    row(PRODUCER, "request.timeout.ms", "30000", JAVA_PRODUCER),
    row(PRODUCER, "linger.ms", "0", JAVA_PRODUCER),
    row(PRODUCER, "batch.size", "16384", JAVA_PRODUCER),
    row(PRODUCER, "compression.type", "none", JAVA_PRODUCER),
    row(
        PRODUCER,
        "partitioner.class",
        "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
        "DefaultPartitioner.java, StickyPartitionCache.java (KIP-480)",
    ),
    row(PRODUCER, "transaction.timeout.ms", "60000", JAVA_PRODUCER),
    row(CONSUMER, "session.timeout.ms", "10000", "ConsumerConfig.java (45000 since KIP-735, 3.0)"),
    row(CONSUMER, "heartbeat.interval.ms", "3000", JAVA_CONSUMER),
    row(
        CONSUMER,
        "partition.assignment.strategy",
        "range",
        "ConsumerConfig.java (with cooperative-sticky since KIP-726, 3.0)",
    ),
    row(CONSUMER, "max.poll.interval.ms", "300000", JAVA_CONSUMER),
    row(CONSUMER, "enable.auto.commit", "true", JAVA_CONSUMER),
    row(CONSUMER, "auto.commit.interval.ms", "5000", JAVA_CONSUMER),
    row(CONSUMER, "auto.offset.reset", "latest", JAVA_CONSUMER),
    row(CONSUMER, "isolation.level", "read_uncommitted", JAVA_CONSUMER),
    row(CONSUMER, "retry.backoff.ms", "100", JAVA_CONSUMER),
    row(CONSUMER, "retry.backoff.max.ms", "100", "a constant pause (exponential since KIP-580, 3.7)"),
    row(CONSUMER, "fetch.max.wait.ms", "500", JAVA_CONSUMER),
    row(CONSUMER, "fetch.max.bytes", "52428800", JAVA_CONSUMER),
];

const LIBRDKAFKA_2: &[PresetRow] = &[
    row(PRODUCER, "acks", "-1", "request.required.acks, CONFIGURATION.md"),
    row(PRODUCER, "enable.idempotence", "false", "CONFIGURATION.md"),
    row(PRODUCER, "max.in.flight.requests.per.connection", "1000000", "CONFIGURATION.md (5 with idempotence)"),
    row(PRODUCER, "retries", UNLIMITED, "message.send.max.retries, CONFIGURATION.md"),
    row(PRODUCER, "retry.backoff.ms", "100", "CONFIGURATION.md"),
    row(PRODUCER, "retry.backoff.max.ms", "1000", "CONFIGURATION.md"),
    row(PRODUCER, "delivery.timeout.ms", "300000", "message.timeout.ms, CONFIGURATION.md"),
    row(PRODUCER, "request.timeout.ms", "30000", "CONFIGURATION.md"),
    row(PRODUCER, "linger.ms", "5", "queue.buffering.max.ms, CONFIGURATION.md"),
    row(PRODUCER, "batch.size", "1000000", "CONFIGURATION.md"),
    row(PRODUCER, "max.request.size", "1000000", "message.max.bytes, CONFIGURATION.md"),
    row(PRODUCER, "buffer.memory", "1073741824", "queue.buffering.max.kbytes, CONFIGURATION.md"),
    row(PRODUCER, "max.block.ms", "300000", "records wait for metadata in the queue: message.timeout.ms"),
    row(PRODUCER, "compression.type", "none", "compression.codec, CONFIGURATION.md"),
    row(PRODUCER, "partitioner.class", "consistent_random", "partitioner, CONFIGURATION.md"),
    row(PRODUCER, "metadata.max.age.ms", "300000", "topic.metadata.refresh.interval.ms, CONFIGURATION.md"),
    row(PRODUCER, "reconnect.backoff.ms", "100", "CONFIGURATION.md"),
    row(PRODUCER, "reconnect.backoff.max.ms", "10000", "CONFIGURATION.md"),
    row(PRODUCER, "socket.connection.setup.timeout.ms", "30000", "CONFIGURATION.md"),
    row(PRODUCER, "transaction.timeout.ms", "60000", "CONFIGURATION.md"),
    row(CONSUMER, "session.timeout.ms", "45000", "CONFIGURATION.md"),
    row(CONSUMER, "heartbeat.interval.ms", "3000", "CONFIGURATION.md"),
    row(CONSUMER, "partition.assignment.strategy", "range,roundrobin", "CONFIGURATION.md"),
    row(CONSUMER, "max.poll.interval.ms", "300000", "CONFIGURATION.md"),
    row(CONSUMER, "max.poll.records", "1", "rd_kafka_consumer_poll() returns one message"),
    row(CONSUMER, "enable.auto.commit", "true", "with enable.auto.offset.store, CONFIGURATION.md"),
    row(CONSUMER, "auto.commit.interval.ms", "5000", "CONFIGURATION.md"),
    row(CONSUMER, "auto.offset.reset", "latest", "largest, CONFIGURATION.md"),
    row(CONSUMER, "isolation.level", "read_committed", "CONFIGURATION.md"),
    row(CONSUMER, "fetch.max.wait.ms", "500", "fetch.wait.max.ms, CONFIGURATION.md"),
    row(CONSUMER, "fetch.max.bytes", "52428800", "CONFIGURATION.md"),
    row(CONSUMER, "max.partition.fetch.bytes", "1048576", "fetch.message.max.bytes, CONFIGURATION.md"),
    row(CONSUMER, "request.timeout.ms", "60000", "socket.timeout.ms, CONFIGURATION.md"),
    row(CONSUMER, "reconnect.backoff.ms", "100", "CONFIGURATION.md"),
    row(CONSUMER, "reconnect.backoff.max.ms", "10000", "CONFIGURATION.md"),
    row(CONSUMER, "socket.connection.setup.timeout.ms", "30000", "CONFIGURATION.md"),
];

const KAFKAJS_2_2: &[PresetRow] = &[
    row(PRODUCER, "acks", "-1", "acks, src/producer/messageProducer.js"),
    row(PRODUCER, "enable.idempotence", "false", "idempotent, src/producer/index.js"),
    row(PRODUCER, "max.in.flight.requests.per.connection", UNLIMITED, "maxInFlightRequests: null, src/index.js"),
    row(PRODUCER, "retries", "5", "retry.retries, src/retry/defaults.js"),
    row(PRODUCER, "retry.backoff.ms", "300", "retry.initialRetryTime, src/retry/defaults.js"),
    row(PRODUCER, "retry.backoff.max.ms", "30000", "retry.maxRetryTime, src/retry/defaults.js"),
    row(
        PRODUCER,
        "delivery.timeout.ms",
        "220000",
        "none: by then six attempts of requestTimeout and the pauses are over",
    ),
    row(PRODUCER, "request.timeout.ms", "30000", "requestTimeout, src/index.js"),
    row(PRODUCER, "linger.ms", "0", "none: a send() is a request, src/producer/sendMessages.js"),
    row(PRODUCER, "batch.size", UNLIMITED, "none: a batch is what one send() holds for a partition"),
    row(PRODUCER, "max.request.size", UNLIMITED, "none: the broker decides"),
    row(PRODUCER, "buffer.memory", NEVER, "none: the heap of the process"),
    row(PRODUCER, "compression.type", "none", "compression, src/producer/messageProducer.js"),
    row(PRODUCER, "partitioner.class", "DefaultPartitioner", "src/producer/partitioners/default"),
    row(PRODUCER, "metadata.max.age.ms", "300000", "metadataMaxAge, src/index.js"),
    row(PRODUCER, "socket.connection.setup.timeout.ms", "1000", "connectionTimeout, src/index.js"),
    row(PRODUCER, "transaction.timeout.ms", "60000", "transactionTimeout, src/producer/index.js"),
    row(CONSUMER, "session.timeout.ms", "30000", "sessionTimeout, src/consumer/index.js"),
    row(CONSUMER, "heartbeat.interval.ms", "3000", "heartbeatInterval, src/consumer/index.js"),
    row(CONSUMER, "partition.assignment.strategy", "roundrobin", "partitionAssigners, src/consumer/index.js"),
    row(
        CONSUMER,
        "max.poll.interval.ms",
        "60000",
        "rebalanceTimeout, src/consumer/index.js; no limit between two polls",
    ),
    row(CONSUMER, "max.poll.records", UNLIMITED, "none: a batch is what a fetch brought"),
    row(CONSUMER, "enable.auto.commit", "false", "autoCommit is a commit after each batch, src/consumer/index.js"),
    row(CONSUMER, "auto.offset.reset", "latest", "fromBeginning: false, src/consumer/index.js"),
    row(CONSUMER, "isolation.level", "read_committed", "readUncommitted: false, src/consumer/index.js"),
    row(CONSUMER, "fetch.max.wait.ms", "5000", "maxWaitTimeInMs, src/consumer/index.js"),
    row(CONSUMER, "fetch.min.bytes", "1", "minBytes, src/consumer/index.js"),
    row(CONSUMER, "fetch.max.bytes", "10485760", "maxBytes, src/consumer/index.js"),
    row(CONSUMER, "max.partition.fetch.bytes", "1048576", "maxBytesPerPartition, src/consumer/index.js"),
    row(CONSUMER, "request.timeout.ms", "30000", "requestTimeout, src/index.js"),
    row(CONSUMER, "retry.backoff.ms", "300", "retry.initialRetryTime, src/retry/defaults.js"),
    row(CONSUMER, "retry.backoff.max.ms", "30000", "retry.maxRetryTime, src/retry/defaults.js"),
    row(CONSUMER, "socket.connection.setup.timeout.ms", "1000", "connectionTimeout, src/index.js"),
];

const UNLIKE_LIBRDKAFKA: &[Unlike] = &[
    unlike(PRODUCER, "produce() fails at once when the queue is full", "it waits for max.block.ms"),
    unlike(PRODUCER, "a batch has 10000 messages at most", "batch.size alone limits it"),
    unlike(CONSUMER, "records are fetched ahead of poll()", "fetches are sent by poll(), as in Java"),
];
const UNLIKE_KAFKAJS: &[Unlike] = &[
    unlike(
        PRODUCER,
        "a request that times out leaves its connection open",
        "the connection is closed, and every request on it fails",
    ),
    unlike(
        CONSUMER,
        "a rebalance ends the batch that is worked on, and a batch is of one partition",
        "the records of a poll() are worked on to their end",
    ),
];

/// Configs of a member of the new protocol (KIP-848).
const NEW_PROTOCOL: &[&str] = &["group.protocol", "group.remote.assignor"];

/// What a Java client has and others have not.
const KIP_794: [&str; 3] =
    ["partitioner.adaptive.partitioning.enable", "partitioner.availability.timeout.ms", "partitioner.ignore.keys"];

/// What a producer has since 4.4.
const KIP_1123: [&str; 2] = ["partitioner.rack.aware", "client.rack"];

impl ClientPreset {
    /// All of them.
    pub const ALL: [ClientPreset; 4] =
        [ClientPreset::Java40, ClientPreset::Java28, ClientPreset::Librdkafka2, ClientPreset::Kafkajs22];

    /// As scenario files call it: `kafkajs-2.2`.
    pub const fn name(self) -> &'static str {
        match self {
            ClientPreset::Java40 => "java-4.0",
            ClientPreset::Java28 => "java-2.8",
            ClientPreset::Librdkafka2 => "librdkafka-2.x",
            ClientPreset::Kafkajs22 => "kafkajs-2.2",
        }
    }
    /// The client of that name.
    pub fn find(name: &str) -> Option<ClientPreset> {
        ClientPreset::ALL.into_iter().find(|preset| preset.name() == name)
    }
    /// With an article, for a sentence: `a kafkajs 2.2`.
    pub fn spoken(self) -> String {
        format!("a {}", self.name().replacen('-', " ", 1).replace("java ", "Java client of "))
    }
    /// What it is set to, producer first.
    pub const fn rows(self) -> &'static [PresetRow] {
        match self {
            ClientPreset::Java40 => JAVA_4_0,
            ClientPreset::Java28 => JAVA_2_8,
            ClientPreset::Librdkafka2 => LIBRDKAFKA_2,
            ClientPreset::Kafkajs22 => KAFKAJS_2_2,
        }
    }
    /// Configs of the Java client that it does not have: who sets one changes nothing.
    pub fn lacks(self, scope: ConfigScope, name: &str) -> bool {
        // No preset is of 4.4.
        if scope == PRODUCER && KIP_1123.contains(&name) {
            return true;
        }
        let kip_794 = scope == PRODUCER && KIP_794.contains(&name);
        match self {
            ClientPreset::Java40 => false,
            ClientPreset::Java28 => {
                kip_794
                    || NEW_PROTOCOL.contains(&name)
                    || name == "retry.backoff.max.ms"
                    || name.starts_with("metadata.recovery.")
            }
            ClientPreset::Librdkafka2 => {
                kip_794 || matches!(name, "max.block.ms" | "metadata.max.idle.ms" | "default.api.timeout.ms")
            }
            ClientPreset::Kafkajs22 => {
                const NOT_OF_A_PRODUCER: &[&str] = &[
                    "linger.ms",
                    "batch.size",
                    "buffer.memory",
                    "max.block.ms",
                    "max.request.size",
                    "delivery.timeout.ms",
                    "metadata.max.idle.ms",
                ];
                let producer = scope == PRODUCER && NOT_OF_A_PRODUCER.contains(&name);
                let consumer = scope == CONSUMER && matches!(name, "max.poll.records" | "default.api.timeout.ms");
                kip_794
                    || producer
                    || consumer
                    || NEW_PROTOCOL.contains(&name)
                    || name.starts_with("reconnect.backoff")
                    || name.starts_with("metadata.recovery.")
            }
        }
    }
    /// Whether it asks the bootstrap brokers again when it can ask none of those it knows.
    pub fn rebootstraps(self) -> bool {
        self != ClientPreset::Java28
    }
    /// Whether it has `group.instance.id` (KIP-345); kafkajs has not.
    pub fn has_static_members(self) -> bool {
        self != ClientPreset::Kafkajs22
    }
    /// What it does otherwise than the Java client of the run's version and that no config says, a sentence each.
    pub const fn does(self) -> &'static [&'static str] {
        match self {
            ClientPreset::Java40 => &["as the Java client of Kafka 4.0, also in a newer cluster"],
            ClientPreset::Java28 => &[
                "records without a key stay with a partition until a batch is full or sent (KIP-480)",
                "retries wait a constant retry.backoff.ms",
                "an error names no new leader to it (KIP-951, 3.7): it asks for metadata, and a retry waits for its backoff",
                "transactions are as under transaction.version 1, whatever the cluster has",
                "when it can ask none of the brokers it knows, it goes on trying these (KIP-899 is of 3.8)",
            ],
            ClientPreset::Librdkafka2 => &[
                "a key goes to its CRC-32 modulo the partitions; partitioner.class=murmur2_random is the Java client's hash",
                "records without a key go to a random partition, another one every 10 ms",
                "what failed goes back to its place among what waits, not before it",
                "an offset counts as consumed when its record is handed out, and is committed in the background, whatever the application has done with it: a crash in between loses the record",
                "transactions are as under transaction.version 1, whatever the cluster has",
            ],
            ClientPreset::Kafkajs22 => &[
                "a send() is one request to each leader, with one batch for each partition; what is sent at one moment is one send()",
                "each send() is tried again by itself: later ones overtake it",
                "records without a key go round the partitions that have a leader, from a random one on",
                "with idempotence one request to a broker at a time",
                "an error names no new leader to it (KIP-951): it asks for metadata, and a retry waits for its backoff",
                "acks: 'all' is sent as 0 while the client waits for the answer; -1 is what was meant",
                "heartbeats are sent between two polls' records only: whoever works on one record for longer than session.timeout.ms is thrown out of the group",
                "no limit for the time between two polls",
                "its auto-commit is a commit after each batch",
                "with the offsets of a transaction it sends the group's name and no generation, so that nobody refuses those of a member that was replaced (KIP-447): transactions do not make it exactly once when a group rebalances",
                "transactions are as under transaction.version 1, whatever the cluster has",
            ],
        }
    }
    /// What it does and the model does not.
    pub const fn unlike(self) -> &'static [Unlike] {
        match self {
            ClientPreset::Java40 | ClientPreset::Java28 => &[],
            ClientPreset::Librdkafka2 => UNLIKE_LIBRDKAFKA,
            ClientPreset::Kafkajs22 => UNLIKE_KAFKAJS,
        }
    }

    /// The rules by which it goes: of the version nearest to its own, with the transactions that it speaks.
    pub fn rules(self, cluster: Rules) -> Rules {
        let highest = if self == ClientPreset::Java40 { TransactionVersion::V2 } else { TransactionVersion::V1 };
        Rules { transaction_version: cluster.transaction_version.min(highest), ..Rules::of(KafkaVersion::V4_0) }
    }
    /// Whether it takes the new leader that an error names (KIP-951: Java 3.7, librdkafka 2.5).
    pub const fn takes_named_leaders(self) -> bool {
        matches!(self, ClientPreset::Java40 | ClientPreset::Librdkafka2)
    }
    /// Whether a member tells its rack with its subscription, and the leader assigns by racks (KIP-881: Java since 3.5, and librdkafka).
    pub const fn assigns_by_rack(self) -> bool {
        matches!(self, ClientPreset::Java40 | ClientPreset::Librdkafka2)
    }
    /// Whether a batch that has failed goes out without its backoff as soon as its partition has another leader (KIP-951,
    /// `ProducerBatch.hasLeaderChangedForTheOngoingRetry`).
    pub const fn retries_at_leader_change(self) -> bool {
        matches!(self, ClientPreset::Java40)
    }
    /// Whether it has that partitioner.
    pub fn has_partitioner(self, class: PartitionerClass) -> bool {
        match class {
            PartitionerClass::BuiltIn => self == ClientPreset::Java40,
            PartitionerClass::RoundRobin => matches!(self, ClientPreset::Java40 | ClientPreset::Java28),
            PartitionerClass::StickyPerBatch => self == ClientPreset::Java28,
            PartitionerClass::ConsistentRandom | PartitionerClass::Murmur2Random => self == ClientPreset::Librdkafka2,
            PartitionerClass::Kafkajs => self == ClientPreset::Kafkajs22,
        }
    }
    /// The assignors that it has.
    pub const fn assignors(self) -> &'static [Assignor] {
        match self {
            ClientPreset::Java40 | ClientPreset::Java28 => &[
                Assignor::Range,
                Assignor::RoundRobin,
                Assignor::Sticky,
                Assignor::CooperativeSticky,
                Assignor::Overlapping,
            ],
            ClientPreset::Librdkafka2 => &[Assignor::Range, Assignor::RoundRobin, Assignor::CooperativeSticky],
            ClientPreset::Kafkajs22 => &[Assignor::RoundRobin],
        }
    }
    /// Whether it refuses eager assignors beside cooperative ones.
    pub fn refuses_mixed_assignors(self) -> bool {
        self == ClientPreset::Librdkafka2
    }
    /// Whether a send() is a request of its own, and is tried again by itself.
    pub fn sends_by_call(self) -> bool {
        self == ClientPreset::Kafkajs22
    }
    /// Whether what failed goes back to its place among the batches that wait.
    pub fn keeps_order_in_queue(self) -> bool {
        self == ClientPreset::Librdkafka2
    }
    /// Whether `acks: all` is no number to it: the encoder writes 0, and the client waits for an answer.
    pub fn misreads_all(self) -> bool {
        self == ClientPreset::Kafkajs22
    }
    /// Whether heartbeats come from the application's loop, not from a thread of their own. Then there is no limit for the
    /// time between two polls but the session.
    pub fn heartbeats_from_loop(self) -> bool {
        self == ClientPreset::Kafkajs22
    }
    /// Whether it is a Java client.
    pub fn is_java(self) -> bool {
        matches!(self, ClientPreset::Java40 | ClientPreset::Java28)
    }
    /// Whether close() of its consumer has a timeout. `rd_kafka_consumer_close` and kafkajs's `disconnect` have none.
    pub fn has_close_timeout(self) -> bool {
        self.is_java()
    }
    /// Whether auto-commit goes on beside the application.
    pub fn commits_in_background(self) -> bool {
        self == ClientPreset::Librdkafka2
    }
    /// Whether auto-commit is a commit after each batch.
    pub fn commits_after_batch(self) -> bool {
        self == ClientPreset::Kafkajs22
    }
}

impl std::fmt::Display for ClientPreset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::{ConsumerConfig, ProducerConfig};

    #[test]
    fn every_row_is_a_config_with_a_value_that_it_takes_and_stands_once() {
        for preset in ClientPreset::ALL {
            let (mut producer, mut consumer) = (ProducerConfig::default(), ConsumerConfig::default());
            let mut seen = Vec::new();
            for row in preset.rows() {
                let set = match row.scope {
                    PRODUCER => producer.set_in(KafkaVersion::V4_0, row.name, row.value),
                    _ => consumer.set_in(KafkaVersion::V4_0, row.name, row.value),
                };
                assert_eq!(set, Ok(()), "{preset}: {row:?}");
                assert!(!seen.contains(&(row.scope, row.name)), "{preset}: {row:?} again");
                seen.push((row.scope, row.name));
            }
            assert!(preset.has_partitioner(producer.partitioner_class), "{preset} has the partitioner that it names");
            assert_eq!(ClientPreset::find(preset.name()), Some(preset));
            assert_eq!(serde_json::to_value(preset).expect("a text"), preset.name());
        }
    }

    #[test]
    fn the_java_client_of_4_0_is_what_the_configs_say() {
        let (mut producer, mut consumer) = (ProducerConfig::default(), ConsumerConfig::default());
        for row in ClientPreset::Java40.rows() {
            let set = if row.scope == PRODUCER {
                producer.set(row.name, row.value)
            } else {
                consumer.set(row.name, row.value)
            };
            assert_eq!(set, Ok(()));
        }
        assert_eq!((producer, consumer), (ProducerConfig::default(), ConsumerConfig::default()));
    }

    #[test]
    fn old_clients_speak_the_transactions_of_their_time() {
        let cluster = Rules::default();
        let of = |preset: ClientPreset, cluster| preset.rules(cluster).transaction_version;
        assert_eq!(of(ClientPreset::Java40, cluster), TransactionVersion::V2);
        for preset in [ClientPreset::Java28, ClientPreset::Librdkafka2, ClientPreset::Kafkajs22] {
            assert_eq!(of(preset, cluster), TransactionVersion::V1);
        }
        let oldest = Rules { transaction_version: TransactionVersion::V0, ..cluster };
        assert_eq!(of(ClientPreset::Java28, oldest), TransactionVersion::V0, "no newer than the cluster");
    }

    #[test]
    fn a_client_in_a_sentence() {
        assert_eq!(ClientPreset::Kafkajs22.spoken(), "a kafkajs 2.2");
        assert_eq!(ClientPreset::Java28.spoken(), "a Java client of 2.8");
    }
}
