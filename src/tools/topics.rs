//! `kafka-topics --describe` (`tools/.../TopicCommand.java`).

use std::fmt::Write;

use super::java::{map_order, string_hash};
use super::{ToolOutput, any_broker, image};
use crate::cluster::metadata::MetadataImage;
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{BrokerList, TopicId, Tp};
use crate::protocol::messages::LastKnownLeader;
use crate::protocol::rules::{EligibleLeaderReplicas, Rules, UnknownTopic};
use crate::world::World;

/// The topics of a world, or the one asked for, as `kafka-topics --describe` prints them.
pub fn describe(world: &World, only: Option<&str>) -> ToolOutput {
    let catalog = &world.setup().catalog;
    if !any_broker(world) {
        return failed("Timed out waiting for a node assignment. Call: listTopics");
    }
    let exists = |topic: &TopicId| image(world).is_some_and(|image| image.topic(*topic).is_some());
    let mut topics: Vec<TopicId> = (0..catalog.topics.len()).map(|i| TopicId(i as u16)).filter(exists).collect();
    let name = |topic: &TopicId| catalog.topics[topic.index()].name.as_str();
    topics.retain(|topic| only.is_none_or(|wanted| wanted == name(topic)));
    if let Some(wanted) = only.filter(|_| topics.is_empty()) {
        return failed(&match world.setup().rules.unknown_topic {
            UnknownTopic::Optional => format!("Topic 'Optional[{wanted}]' does not exist as expected"),
            UnknownTopic::Name => format!("Topic '{wanted}' does not exist as expected"),
        });
    }
    topics.sort_by_key(name);
    let count = topics.len();
    let mut out = String::new();
    // The admin client copies one map (`new HashMap<>(map)`, which leaves room to grow) into another
    // (`new HashMap<>(count)`).
    let hash = |topic: &TopicId| string_hash(name(topic));
    let copied = map_order(topics, count * 4 / 3 + 1, hash);
    for topic in map_order(copied, count, hash) {
        describe_topic(&mut out, world, topic);
    }
    ToolOutput { out, err: String::new(), failed: false }
}

fn failed(message: &str) -> ToolOutput {
    ToolOutput { out: format!("Error while executing topic command : {message}\n"), err: String::new(), failed: true }
}

fn describe_topic(out: &mut String, world: &World, topic: TopicId) {
    let catalog = &world.setup().catalog;
    let entry = &catalog.topics[topic.index()];
    let Some((image, config)) = image(world).and_then(|image| Some((image, image.topic(topic)?))) else { return };
    let replication_factor = image.partition(entry.first).map_or(0, |p| p.replicas.len());
    let _ = writeln!(
        out,
        "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {replication_factor}\tConfigs: {}",
        entry.name,
        topic_id(&entry.name),
        entry.partitions,
        overrides(&entry.name, config, world.setup().rules),
    );
    for (number, tp) in catalog.partitions(topic).enumerate() {
        let Some(partition) = image.partition(tp) else { continue };
        let leader = partition.leader.map_or("none".into(), |l| l.to_string());
        let _ = writeln!(
            out,
            "\tTopic: {}\tPartition: {number}\tLeader: {leader}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
            entry.name,
            ids(&partition.replicas),
            ids(&partition.isr),
            ids(&image.eligible(tp).elr),
            last_known_elr(image, tp),
        );
    }
}

fn last_known_elr(image: &MetadataImage, tp: Tp) -> String {
    match image.eligible(tp).last_known_elr {
        LastKnownLeader::Unset => String::new(),
        LastKnownLeader::Was(leader) => leader.map_or("-1".into(), |leader| leader.to_string()),
    }
}

fn ids(list: &BrokerList) -> String {
    list.iter().map(|b| b.to_string()).collect::<Vec<_>>().join(",")
}

/// The configs that differ from Kafka's defaults. Those of the offsets topic that the model has no use for
/// come with it (`GroupCoordinator.groupMetadataTopicConfigs`). With eligible leader replicas comes a config of
/// the cluster for min.insync.replicas (`maybeGenerateElrSafetyRecords`), and what stands there counts as set.
fn overrides(topic: &str, config: &TopicConfig, rules: Rules) -> String {
    const MIN_ISR: &str = "min.insync.replicas";
    let defaults = TopicConfig::default();
    let in_cluster = |name: &str| name == MIN_ISR && rules.eligible_leader_replicas == EligibleLeaderReplicas::On;
    let is_set = |name: &str| in_cluster(name) || config.get(name) != defaults.get(name);
    let pair = |name: &str| format!("{name}={}", config.get(name).unwrap_or_default());
    let of_offsets = |text: &str| Some(text.to_string()).filter(|_| topic == CONSUMER_OFFSETS);
    let others = TopicConfig::entries().into_iter().filter(|entry| entry.name != MIN_ISR && is_set(entry.name));
    let mut pairs: Vec<String> = Vec::new();
    pairs.extend(of_offsets("compression.type=producer"));
    pairs.extend(Some(pair(MIN_ISR)).filter(|_| is_set(MIN_ISR)));
    pairs.extend(of_offsets("cleanup.policy=compact"));
    pairs.extend(others.map(|entry| pair(entry.name)));
    pairs.join(",")
}

/// A stable UUID for a name, in the base64 form in which Kafka prints topic ids.
fn topic_id(name: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = xxhash_rust::xxh3::xxh3_128(name.as_bytes());
    // 128 bits are 21 digits of 6 bits and one of 2.
    let digit = |i: u32| DIGITS[((if i < 21 { bits >> (122 - 6 * i) } else { bits << 4 }) & 63) as usize] as char;
    (0..22).map(digit).collect()
}
