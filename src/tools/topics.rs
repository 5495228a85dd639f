//! `kafka-topics --describe`.

use std::fmt::Write;

use super::image;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{BrokerList, TopicId};
use crate::world::World;

/// The topics of a world, or the one asked for, as `kafka-topics --describe` prints them.
pub fn describe(world: &World, only: Option<TopicId>) -> String {
    let Some(image) = image(world) else { return String::new() };
    let catalog = &world.setup().catalog;
    let mut out = String::new();
    for index in 0..catalog.topics.len() {
        let topic = TopicId(index as u16);
        let (entry, config) = (&catalog.topics[index], image.topic(topic));
        let Some(config) = config.filter(|_| only.is_none_or(|wanted| wanted == topic)) else { continue };
        let replication_factor = image.partition(entry.first).map_or(0, |p| p.replicas.len());
        let _ = writeln!(
            out,
            "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {replication_factor}\tConfigs: {}",
            entry.name,
            topic_id(&entry.name),
            entry.partitions,
            overrides(config),
        );
        for (number, tp) in catalog.partitions(topic).enumerate() {
            let Some(partition) = image.partition(tp) else { continue };
            let leader = partition.leader.map_or("none".into(), |l| l.to_string());
            let _ = writeln!(
                out,
                "\tTopic: {}\tPartition: {number}\tLeader: {leader}\tReplicas: {}\tIsr: {}\tElr: \tLastKnownElr: ",
                entry.name,
                ids(&partition.replicas),
                ids(&partition.isr),
            );
        }
    }
    out
}

fn ids(list: &BrokerList) -> String {
    list.iter().map(|b| b.to_string()).collect::<Vec<_>>().join(",")
}

/// The configs that differ from Kafka's defaults.
fn overrides(config: &TopicConfig) -> String {
    let defaults = TopicConfig::default();
    let differing =
        TopicConfig::entries().into_iter().filter(|entry| config.get(entry.name) != defaults.get(entry.name));
    let pairs: Vec<String> =
        differing.map(|entry| format!("{}={}", entry.name, config.get(entry.name).unwrap_or_default())).collect();
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
