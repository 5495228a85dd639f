//! `kafka-topics --describe` (`tools/.../TopicCommand.java`).

use serde::Serialize;

use super::java::{map_order, string_hash};
use super::{any_broker, image};
use crate::cluster::metadata::MetadataImage;
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{BrokerId, TopicId, Tp};
use crate::protocol::messages::LastKnownLeader;
use crate::protocol::rules::{EligibleLeaderReplicas, Rules, UnknownTopic};
use crate::world::World;

/// A topic (`org.apache.kafka.clients.admin.TopicDescription`) with its configs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TopicDescription {
    /// Its name.
    pub name: String,
    /// Its id, in base64.
    pub topic_id: String,
    /// How many partitions it has.
    pub partition_count: u32,
    /// Replicas of partition 0.
    pub replication_factor: usize,
    /// The configs that count as set, in the order in which the tool names them.
    pub configs: Vec<TopicConfigEntry>,
    /// Its partitions, by number.
    pub partitions: Vec<TopicPartitionInfo>,
}

/// A config that counts as set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TopicConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A partition (`org.apache.kafka.common.TopicPartitionInfo`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TopicPartitionInfo {
    /// Its number.
    pub partition: u32,
    /// Its leader, if it has one.
    pub leader: Option<BrokerId>,
    /// Its replicas, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// Those in sync.
    pub isr: Vec<BrokerId>,
    /// The eligible leader replicas.
    pub elr: Vec<BrokerId>,
    /// The last known ones; -1 is nobody.
    pub last_known_elr: Vec<i16>,
}

/// Why topics cannot be described.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicsError {
    /// No broker is there to ask.
    NoBroker,
    /// There is no such topic.
    NotFound {
        /// Its name.
        topic: String,
        /// How this release of the tool prints it.
        #[serde(skip)]
        printed: UnknownTopic,
    },
}

/// The topics of a world, or the one asked for, in the order in which `kafka-topics --describe` tells of them.
///
/// # Errors
/// Nobody can be asked, or the topic that was asked for does not exist.
pub fn describe(world: &World, only: Option<&str>) -> Result<Vec<TopicDescription>, TopicsError> {
    if !any_broker(world) {
        return Err(TopicsError::NoBroker);
    }
    let Some(image) = image(world) else { return Ok(Vec::new()) };
    let catalog = &world.setup().catalog;
    let name = |topic: &TopicId| catalog.topics[topic.index()].name.as_str();
    let mut topics: Vec<TopicId> = (0..catalog.topics.len())
        .map(|i| TopicId(i as u16))
        .filter(|topic| image.topic(*topic).is_some() && only.is_none_or(|wanted| wanted == name(topic)))
        .collect();
    if let Some(wanted) = only.filter(|_| topics.is_empty()) {
        return Err(TopicsError::NotFound { topic: wanted.into(), printed: world.setup().rules.unknown_topic });
    }
    topics.sort_by_key(name);
    let count = topics.len();
    // The admin client copies one map (`new HashMap<>(map)`, which leaves room to grow) into another
    // (`new HashMap<>(count)`).
    let hash = |topic: &TopicId| string_hash(name(topic));
    let copied = map_order(topics, count * 4 / 3 + 1, hash);
    Ok(map_order(copied, count, hash).into_iter().filter_map(|topic| describe_topic(world, image, topic)).collect())
}

fn describe_topic(world: &World, image: &MetadataImage, topic: TopicId) -> Option<TopicDescription> {
    let catalog = &world.setup().catalog;
    let entry = &catalog.topics[topic.index()];
    let config = image.topic(topic)?;
    let partitions =
        catalog.partitions(topic).zip(0..).filter_map(|(tp, number)| describe_partition(image, tp, number));
    Some(TopicDescription {
        name: entry.name.clone(),
        topic_id: topic_id(&entry.name),
        partition_count: entry.partitions,
        replication_factor: image.partition(entry.first).map_or(0, |p| p.replicas.len()),
        configs: overrides(&entry.name, config, world.setup().rules),
        partitions: partitions.collect(),
    })
}

fn describe_partition(image: &MetadataImage, tp: Tp, number: u32) -> Option<TopicPartitionInfo> {
    let registration = image.partition(tp)?;
    let eligible = image.eligible(tp);
    Some(TopicPartitionInfo {
        partition: number,
        leader: registration.leader,
        replicas: registration.replicas.iter().collect(),
        isr: registration.isr.iter().collect(),
        elr: eligible.elr.iter().collect(),
        last_known_elr: match eligible.last_known_elr {
            LastKnownLeader::Unset => Vec::new(),
            LastKnownLeader::Was(leader) => vec![leader.map_or(-1, |leader| i16::from(leader.0))],
        },
    })
}

/// The configs that differ from Kafka's defaults. One of the offsets topic that the model has no use for
/// comes with it (`GroupCoordinator.groupMetadataTopicConfigs`). With eligible leader replicas comes a config of
/// the cluster for min.insync.replicas (`maybeGenerateElrSafetyRecords`), and what stands there counts as set.
fn overrides(topic: &str, config: &TopicConfig, rules: Rules) -> Vec<TopicConfigEntry> {
    const MIN_ISR: &str = "min.insync.replicas";
    const POLICY: &str = "cleanup.policy";
    let defaults = TopicConfig::default();
    let in_cluster = |name: &str| name == MIN_ISR && rules.eligible_leader_replicas == EligibleLeaderReplicas::On;
    let is_set = |name: &str| in_cluster(name) || config.get(name) != defaults.get(name);
    let set = |name: &str, value: &str| TopicConfigEntry { name: name.into(), value: value.into() };
    let own = |name: &str| set(name, &config.get(name).unwrap_or_default());
    let of_offsets = |name: &str, value: &str| (topic == CONSUMER_OFFSETS).then(|| set(name, value));
    let comes_first = |name: &str| matches!(name, MIN_ISR | POLICY);
    let others = TopicConfig::entries().into_iter().filter(|entry| !comes_first(entry.name) && is_set(entry.name));
    let mut entries = Vec::new();
    entries.extend(of_offsets("compression.type", "producer"));
    entries.extend(is_set(MIN_ISR).then(|| own(MIN_ISR)));
    entries.extend(is_set(POLICY).then(|| own(POLICY)));
    entries.extend(others.map(|entry| own(entry.name)));
    entries
}

/// A stable UUID for a name, in the base64 form in which Kafka prints topic ids.
pub(super) fn topic_id(name: &str) -> String {
    uuid_text(topic_uuid(name))
}
/// The bits of that.
pub(super) fn topic_uuid(name: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(name.as_bytes())
}
/// A UUID as Kafka prints its own (`Uuid.toString`).
pub(super) fn uuid_text(bits: u128) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 128 bits are 21 digits of 6 bits and one of 2.
    let digit = |i: u32| DIGITS[((if i < 21 { bits >> (122 - 6 * i) } else { bits << 4 }) & 63) as usize] as char;
    (0..22).map(digit).collect()
}
