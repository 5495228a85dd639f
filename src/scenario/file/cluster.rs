//! The server side: brokers, topics, network, disks, machines.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::leaf::{Bandwidth, Duration, Name, Size, Span};
use super::shape::Delay;
use crate::protocol::config::{BrokerConfig, TopicConfig};
#[cfg(test)]
use crate::scenario::configs;
use crate::scenario::configs::Configs;
use crate::scenario::decode::{Decode, List, MapReader, Shape, Whole, choice, section};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode};
#[cfg(test)]
use crate::scenario::schema::Object;

section! {
    /// The brokers.
    struct Cluster as "cluster" {
        /// How many brokers; they are called `broker 1`, `broker 2`, ... Default: 3.
        optional "brokers" => brokers: Whole<1, 100>,
        /// Who keeps the metadata. Default: one KRaft controller.
        optional "metadata" => metadata: Metadata,
        /// The racks in which the brokers stand, in turn: the `broker.rack` of broker 1, of broker 2, ...; a list that is
        /// shorter is gone through again. Default: none.
        optional "racks" => racks: List<Name>,
        /// How long a broker or controller that is started again needs until it can say its first word: the virtual
        /// machine, classes, configs, the metadata log. Registration and the loading of the logs come after that.
        /// Default: `4s`. (All are up when the scenario begins.)
        optional "process.start" => process_start: Duration,
        /// Configs of every broker, its group coordinator and the controller (`server.properties`).
        optional "config" => config: Configs<BrokerConfig>,
    }
}
section! {
    /// Who keeps the cluster's metadata: one of the two.
    struct Metadata as "metadata" {
        /// KRaft controllers, as since Kafka 4.0.
        optional "kraft" => kraft: Kraft,
        /// ZooKeeper, as before Kafka 4.0. Not modelled yet.
        optional "zookeeper" => zookeeper: Zookeeper,
    }
}
section! {
    /// The KRaft quorum.
    struct Kraft as "kraft" {
        /// How many controllers: 1, 3 or 5. They are called `controller 100`, `controller 101`, ..., after their node ids, and
        /// elect one that is the active one, `active controller`. Default: 1.
        optional "controllers" => controllers: Whole<1, 9>,
    }
}
section! {
    /// A ZooKeeper ensemble. Not modelled yet.
    struct Zookeeper as "zookeeper" {}
}

/// A topic: some keys of its own, and Kafka's topic configs beside them.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Topic {
    /// `partitions`.
    pub partitions: Option<At<Whole<1, 20_000>>>,
    /// `replication.factor`.
    pub replication_factor: Option<At<Whole<1, 15>>>,
    /// `replicas`: broker ids per partition.
    pub replicas: Option<At<List<List<Whole<1, 100>>>>>,
    /// `create`: when.
    pub create: Option<At<Creation>>,
    /// Topic configs.
    pub configs: Configs<TopicConfig>,
}

choice! {
    /// When a topic is created.
    Creation as "a time of creation" {
        /// Before clients start.
        Start = "start",
        /// By the action `create.topic`, or by the first request for it (auto.create.topics.enable).
        Later = "later",
    }
}

const TOPIC_KEYS: [&str; 4] = ["partitions", "replication.factor", "replicas", "create"];
#[cfg(test)]
const TOPIC_DOCS: [&str; 4] = [
    "How many partitions. Default: the brokers' `num.partitions` (1).",
    "Replicas per partition, at most 15. Default: the brokers' `default.replication.factor` (1).",
    "An explicit assignment: one list of broker ids per partition, the preferred leader first. Default: the controller places the replicas.",
    "When it is created: `start`, or `later` by the action `create.topic` or by the first request for it. Default: `start`.",
];

impl Decode for Topic {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "topic", findings)?;
        let mut topic = Topic {
            partitions: map.optional("partitions", findings),
            replication_factor: map.optional("replication.factor", findings),
            replicas: map.optional("replicas", findings),
            create: map.optional("create", findings),
            configs: Configs::of(findings.version),
        };
        for (name, value) in map.rest() {
            topic.configs.read(name, value, &TOPIC_KEYS, findings);
        }
        Some(topic)
    }
    fn name() -> &'static str {
        "Topic"
    }
    fn shape() -> Shape {
        Shape::Configs(&[
            ("partitions", Whole::<1, 20_000>::shape),
            ("replication.factor", Whole::<1, 15>::shape),
            ("replicas", List::<List<Whole<1, 100>>>::shape),
            ("create", Shape::leaf),
        ])
    }
}
#[cfg(test)]
impl JsonSchema for Topic {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Topic".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut object = Object::new("A topic. Kafka's topic configs stand beside the keys of its shape.");
        object.key(TOPIC_KEYS[0], TOPIC_DOCS[0], false, generator.subschema_for::<Whole<1, 20_000>>());
        object.key(TOPIC_KEYS[1], TOPIC_DOCS[1], false, generator.subschema_for::<Whole<1, 15>>());
        object.key(TOPIC_KEYS[2], TOPIC_DOCS[2], false, generator.subschema_for::<List<List<Whole<1, 100>>>>());
        object.key(TOPIC_KEYS[3], TOPIC_DOCS[3], false, generator.subschema_for::<Creation>());
        object.keys(configs::properties::<TopicConfig>());
        object.finish()
    }
}

section! {
    /// Links between processes, one direction each, all alike but for these classes.
    struct Network as "network" {
        /// One way between brokers and controllers. Default: `{ p50: 300us, p99: 2ms }`. No message takes less than 25us, the way over the loopback device.
        optional "latency" => latency: Delay,
        /// One way between clients and brokers. Default: as `latency`.
        optional "client.latency" => client_latency: Delay,
        /// One way between processes that stand in different racks. Default: as if they stood in one.
        optional "cross.rack.latency" => cross_rack_latency: Delay,
        /// What one process can send per second. Default: what a 10 Gbit/s card can do.
        optional "bandwidth" => bandwidth: Bandwidth,
    }
}
section! {
    /// The disk of each broker.
    struct Disk as "disk" {
        /// Bytes per second of the device. Default: `500 MiB/s`.
        optional "bandwidth" => bandwidth: Bandwidth,
        /// Time of an fsync. Default: `2ms`.
        optional "flush.latency" => flush_latency: Duration,
        /// How much fits on it. Default: no limit.
        optional "capacity" => capacity: Size,
        /// Age at which the operating system has written a dirty page back. Default: `30s`, as on Linux.
        optional "writeback.age" => writeback_age: Span,
        /// How much the page cache holds; what was written or read longest ago goes first. Default: no limit.
        optional "page.cache" => page_cache: Size,
        /// Time until the device begins to deliver what is not in the page cache. Default: `0s`.
        optional "read.latency" => read_latency: Duration,
    }
}
section! {
    /// The machine of each broker: what its threads can do. With it requests queue for network threads and request handlers.
    struct Machine as "machine" {
        /// Threads that read requests and write answers, as Kafka's config. Default: 3.
        optional "num.network.threads" => num_network_threads: Whole<1, 1_000>,
        /// Threads that execute requests, as Kafka's config. Default: 8.
        optional "num.io.threads" => num_io_threads: Whole<1, 1_000>,
        /// Requests that may wait for a handler before network threads wait as well, as Kafka's config. Default: 500.
        optional "queued.max.requests" => queued_max_requests: Whole<1, 1_000_000>,
        /// Of all listeners. With `SSL` everything is encrypted, and records are not sent from files any more. Default: `PLAINTEXT`.
        optional "security.protocol" => security_protocol: Protocol,
        /// By how much its processors are slower than one core of a server. Default: 1.
        optional "slowdown" => slowdown: Whole<1, 100_000>,
    }
}
choice! {
    /// How listeners speak.
    Protocol as "a security protocol" {
        /// Unencrypted.
        Plaintext = "PLAINTEXT",
        /// TLS.
        Ssl = "SSL",
    }
}
