//! The records of consumer groups of the new protocol, as `--offsets-decoder` shows them (`ConsumerGroup*{Key,Value}.json`).

use serde::Serialize;

use super::image;
use super::log_record::LogRecordKey;
use super::member::{consumer_id, host};
use super::topics::{topic_id, topic_uuid};
use crate::protocol::batch::{ConsumerGroupRecord, ConsumerMemberValue, CurrentAssignmentValue};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{Generation, GroupId, MemberId, PatternId, TopicId, Tp};
use crate::protocol::messages::{Subscription, UserData};
use crate::world::World;

/// What such a record says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub enum LogConsumerGroup {
    /// `ConsumerGroupMetadataValue`.
    Epoch {
        epoch: i32,
        /// Since 4.1, unless it is 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        metadata_hash: Option<i64>,
    },
    /// `ConsumerGroupPartitionMetadataValue`.
    PartitionMetadata { topics: Vec<LogTopicMetadata> },
    /// `ConsumerGroupMemberMetadataValue`.
    Member(Box<LogConsumerMember>),
    /// `ConsumerGroupTargetAssignmentMetadataValue`.
    TargetEpoch {
        assignment_epoch: i32,
        /// Since 4.3, unless it is 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        assignment_timestamp: Option<u64>,
    },
    /// `ConsumerGroupTargetAssignmentMemberValue`.
    Target { topic_partitions: Vec<LogTopicPartitions> },
    /// `ConsumerGroupCurrentMemberAssignmentValue`.
    Current {
        member_epoch: i32,
        previous_member_epoch: i32,
        /// `MemberState`: 0 STABLE, 1 UNREVOKED_PARTITIONS, 2 UNRELEASED_PARTITIONS.
        state: u8,
        assigned_partitions: Vec<LogTopicPartitions>,
        partitions_pending_revocation: Vec<LogTopicPartitions>,
    },
    /// `ConsumerGroupRegularExpressionValue`.
    RegularExpression { topics: Vec<String>, version: i64, timestamp: u64 },
}

/// `ConsumerGroupPartitionMetadataValue.TopicMetadata`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogTopicMetadata {
    pub topic_id: String,
    pub topic_name: String,
    pub num_partitions: u32,
    /// Nothing since 4.0.
    pub partition_metadata: [u32; 0],
}

/// `ConsumerGroupMemberMetadataValue`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogConsumerMember {
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub subscribed_topic_names: Vec<String>,
    pub subscribed_topic_regex: String,
    pub rebalance_timeout_ms: u64,
    pub server_assignor: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classic_member_metadata: Option<LogClassicMember>,
}

/// `ConsumerGroupMemberMetadataValue.ClassicMemberMetadata`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogClassicMember {
    pub session_timeout_ms: u64,
    pub supported_protocols: Vec<LogClassicProtocol>,
}

/// `ConsumerGroupMemberMetadataValue.ClassicProtocol`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogClassicProtocol {
    pub name: &'static str,
    /// `ConsumerProtocolSubscription`, in base64.
    pub metadata: String,
}

/// `TopicPartitions`, of targets and of what members have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "Kafka's fields")]
pub struct LogTopicPartitions {
    pub topic_id: String,
    pub partitions: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignment_epochs: Vec<i32>,
}

/// A record's key, and what it says; none: it deletes.
pub(super) fn log_record(
    group: GroupId,
    record: &ConsumerGroupRecord,
    world: &World,
) -> (LogRecordKey, Option<LogConsumerGroup>) {
    (key(group, record, world), value(record, world))
}

fn key(group: GroupId, record: &ConsumerGroupRecord, world: &World) -> LogRecordKey {
    let group_id = world.setup().catalog.groups[group.index()].clone();
    let id = |member: MemberId| consumer_id(world, member, None);
    let text = |pattern: PatternId| world.setup().catalog.pattern_text(pattern).to_owned();
    match record {
        ConsumerGroupRecord::Epoch { .. } | ConsumerGroupRecord::EpochTombstone => {
            LogRecordKey::ConsumerGroupMetadata { group_id }
        }
        ConsumerGroupRecord::PartitionMetadata(_) | ConsumerGroupRecord::PartitionMetadataTombstone => {
            LogRecordKey::ConsumerGroupPartitionMetadata { group_id }
        }
        ConsumerGroupRecord::Member(value) => {
            LogRecordKey::ConsumerGroupMemberMetadata { group_id, member_id: id(value.member) }
        }
        ConsumerGroupRecord::MemberTombstone(member) => {
            LogRecordKey::ConsumerGroupMemberMetadata { group_id, member_id: id(*member) }
        }
        ConsumerGroupRecord::TargetEpoch { .. } | ConsumerGroupRecord::TargetEpochTombstone => {
            LogRecordKey::ConsumerGroupTargetAssignmentMetadata { group_id }
        }
        ConsumerGroupRecord::Target { member, .. } | ConsumerGroupRecord::TargetTombstone(member) => {
            LogRecordKey::ConsumerGroupTargetAssignmentMember { group_id, member_id: id(*member) }
        }
        ConsumerGroupRecord::Current(value) => {
            LogRecordKey::ConsumerGroupCurrentMemberAssignment { group_id, member_id: id(value.member) }
        }
        ConsumerGroupRecord::CurrentTombstone(member) => {
            LogRecordKey::ConsumerGroupCurrentMemberAssignment { group_id, member_id: id(*member) }
        }
        ConsumerGroupRecord::RegularExpression(value) => {
            LogRecordKey::ConsumerGroupRegularExpression { group_id, regular_expression: text(value.pattern) }
        }
        ConsumerGroupRecord::RegularExpressionTombstone(pattern) => {
            LogRecordKey::ConsumerGroupRegularExpression { group_id, regular_expression: text(*pattern) }
        }
    }
}

fn value(record: &ConsumerGroupRecord, world: &World) -> Option<LogConsumerGroup> {
    let catalog = &world.setup().catalog;
    Some(match record {
        ConsumerGroupRecord::Epoch { epoch, hashed } => LogConsumerGroup::Epoch {
            epoch: epoch.0,
            metadata_hash: hashed.as_ref().map(|topics| metadata_hash(topics, world)).filter(|hash| *hash != 0),
        },
        ConsumerGroupRecord::PartitionMetadata(topics) => {
            LogConsumerGroup::PartitionMetadata { topics: topic_metadata(topics, catalog) }
        }
        ConsumerGroupRecord::Member(value) => LogConsumerGroup::Member(Box::new(member(value, catalog))),
        ConsumerGroupRecord::TargetEpoch { epoch, timestamp } => LogConsumerGroup::TargetEpoch {
            assignment_epoch: epoch.0,
            assignment_timestamp: timestamp.map(|at| at.as_millis()),
        },
        ConsumerGroupRecord::Target { partitions, .. } => {
            let partitions: Vec<(Tp, Generation)> = partitions.iter().map(|tp| (*tp, Generation::NONE)).collect();
            LogConsumerGroup::Target { topic_partitions: topic_partitions(&partitions, catalog) }
        }
        ConsumerGroupRecord::Current(value) => {
            let CurrentAssignmentValue { epoch, previous_epoch, state, assigned, revoking, .. } = &**value;
            LogConsumerGroup::Current {
                member_epoch: epoch.0,
                previous_member_epoch: previous_epoch.0,
                state: *state as u8,
                assigned_partitions: topic_partitions(assigned, catalog),
                partitions_pending_revocation: topic_partitions(revoking, catalog),
            }
        }
        ConsumerGroupRecord::RegularExpression(value) => LogConsumerGroup::RegularExpression {
            topics: names_of(&value.topics, catalog),
            version: value.version,
            timestamp: value.timestamp.as_millis(),
        },
        ConsumerGroupRecord::EpochTombstone
        | ConsumerGroupRecord::PartitionMetadataTombstone
        | ConsumerGroupRecord::MemberTombstone(_)
        | ConsumerGroupRecord::TargetEpochTombstone
        | ConsumerGroupRecord::TargetTombstone(_)
        | ConsumerGroupRecord::CurrentTombstone(_)
        | ConsumerGroupRecord::RegularExpressionTombstone(_) => return None,
    })
}

/// Topics with how many partitions they have.
pub(super) fn topic_metadata(topics: &[(TopicId, u32)], catalog: &Catalog) -> Vec<LogTopicMetadata> {
    let topic = |(topic, count): &(TopicId, u32)| {
        let name = &catalog.topics[topic.index()].name;
        LogTopicMetadata {
            topic_id: topic_id(name),
            topic_name: name.clone(),
            num_partitions: *count,
            partition_metadata: [],
        }
    };
    topics.iter().map(topic).collect()
}

/// Names, in their order.
fn names_of(topics: &[TopicId], catalog: &Catalog) -> Vec<String> {
    let mut names: Vec<String> = topics.iter().map(|topic| catalog.topics[topic.index()].name.clone()).collect();
    names.sort();
    names
}

/// The names are in their order (`newConsumerGroupMemberSubscriptionRecord`).
fn member(value: &ConsumerMemberValue, catalog: &Catalog) -> LogConsumerMember {
    let names = names_of(&value.topics, catalog);
    let classic = value.classic.as_ref().map(|classic| LogClassicMember {
        session_timeout_ms: classic.session_timeout.as_millis(),
        supported_protocols: classic
            .protocols
            .iter()
            .map(|(name, subscription)| LogClassicProtocol {
                name: name.name(),
                metadata: base64(&subscription_bytes(subscription, catalog)),
            })
            .collect(),
    });
    LogConsumerMember {
        instance_id: value.instance.map(|id| catalog.instance_id_name(id).into()),
        rack_id: value.rack.map(|rack| catalog.rack_name(rack).into()),
        client_id: catalog.node_name(value.client).into(),
        client_host: host(value.client),
        subscribed_topic_names: names,
        subscribed_topic_regex: value.regex.map_or(String::new(), |pattern| catalog.pattern_text(pattern).into()),
        rebalance_timeout_ms: value.rebalance_timeout.as_millis(),
        server_assignor: value.assignor.map(|assignor| assignor.name()),
        classic_member_metadata: classic,
    }
}

pub(super) fn topic_partitions(partitions: &[(Tp, Generation)], catalog: &Catalog) -> Vec<LogTopicPartitions> {
    let mut topics: Vec<(TopicId, LogTopicPartitions)> = Vec::new();
    for (tp, since) in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        if topics.last().is_none_or(|(last, _)| *last != topic) {
            let id = topic_id(&catalog.topics[topic.index()].name);
            let (partitions, assignment_epochs) = (Vec::new(), Vec::new());
            topics.push((topic, LogTopicPartitions { topic_id: id, partitions, assignment_epochs }));
        }
        if let Some((_, entry)) = topics.last_mut() {
            entry.partitions.push(number);
            entry.assignment_epochs.extend((*since != Generation::NONE).then_some(since.0));
        }
    }
    topics.into_iter().map(|(_, entry)| entry).collect()
}

/// The hash of the topics of a group (KIP-1101; `Utils.computeGroupHash`, `computeTopicHash`): XXH3 over the hashes of the topics, in
/// the order of their names. A partition's replicas stay where they are, and brokers keep their racks: those of now are those of then.
pub(super) fn metadata_hash(topics: &[(TopicId, u32)], world: &World) -> i64 {
    let catalog = &world.setup().catalog;
    let racks = |tp: Tp| -> Vec<&str> {
        let partition = image(world).and_then(|image| image.partition(tp));
        let stands = |broker| catalog.rack_of(catalog.broker_node(broker)).map(|rack| catalog.rack_name(rack));
        partition.map_or(Vec::new(), |partition| partition.replicas.iter().filter_map(stands).collect())
    };
    hash_of_topics(topics, catalog, racks)
}
/// The same; `racks`: those of a partition's replicas, one for each that has one.
fn hash_of_topics<'c>(topics: &[(TopicId, u32)], catalog: &Catalog, racks: impl Fn(Tp) -> Vec<&'c str>) -> i64 {
    let mut named: Vec<(&str, TopicId, u32)> =
        topics.iter().map(|(topic, count)| (catalog.topics[topic.index()].name.as_str(), *topic, *count)).collect();
    if named.is_empty() {
        return 0;
    }
    named.sort();
    let hash = |(name, topic, count): &(&str, TopicId, u32)| {
        // A list in which every partition has a place.
        let mut partitions: Vec<Vec<&str>> = catalog.partitions(*topic).take(*count as usize).map(&racks).collect();
        partitions.resize(*count as usize, Vec::new());
        topic_hash(name, partitions)
    };
    let hashes: Vec<u8> = named.iter().flat_map(|topic| hash(topic).to_le_bytes()).collect();
    xxhash_rust::xxh3::xxh3_64(&hashes) as i64
}
/// A magic byte, the topic's id, its name, how many partitions, and of each its number and the racks of its replicas in their
/// order, each with its length before it.
fn topic_hash(name: &str, mut racks: Vec<Vec<&str>>) -> u64 {
    let uuid = topic_uuid(name);
    let mut bytes = vec![0];
    bytes.extend(((uuid >> 64) as u64).to_le_bytes());
    bytes.extend((uuid as u64).to_le_bytes());
    put_hashed_text(name, &mut bytes);
    bytes.extend((racks.len() as u32).to_le_bytes());
    for (partition, racks) in (0u32..).zip(&mut racks) {
        bytes.extend(partition.to_le_bytes());
        racks.sort();
        for rack in racks {
            bytes.extend((rack.encode_utf16().count() as u32).to_le_bytes());
            put_hashed_text(rack, &mut bytes);
        }
    }
    xxhash_rust::xxh3::xxh3_64(&bytes)
}
/// A text as UTF-16, and the length of that (`HashStream64.putString`).
fn put_hashed_text(text: &str, bytes: &mut Vec<u8>) {
    let units: Vec<u16> = text.encode_utf16().collect();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes.extend((units.len() as u32).to_le_bytes());
}

/// Version 3 of `ConsumerProtocolSubscription`.
fn subscription_bytes(subscription: &Subscription, catalog: &Catalog) -> Vec<u8> {
    let mut bytes = 3u16.to_be_bytes().to_vec();
    bytes.extend((subscription.topics.len() as u32).to_be_bytes());
    for topic in &subscription.topics {
        put_text(&catalog.topics[topic.index()].name, &mut bytes);
    }
    match &subscription.user_data {
        None => bytes.extend((-1i32).to_be_bytes()),
        Some(data) => {
            let mut inner = Vec::new();
            let generation = match data {
                UserData::Previous(partitions, generation) => {
                    put_partitions(partitions, catalog, &mut inner);
                    generation
                }
                UserData::Generation(generation) => generation,
            };
            inner.extend(generation.0.to_be_bytes());
            bytes.extend((inner.len() as u32).to_be_bytes());
            bytes.extend(inner);
        }
    }
    put_partitions(&subscription.owned, catalog, &mut bytes);
    bytes.extend(subscription.generation.0.to_be_bytes());
    match subscription.rack {
        Some(rack) => put_text(catalog.rack_name(rack), &mut bytes),
        None => bytes.extend((-1i16).to_be_bytes()),
    }
    bytes
}
fn put_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u16).to_be_bytes());
    bytes.extend(text.as_bytes());
}
/// An array of topics, each with an array of its partitions.
fn put_partitions(partitions: &[Tp], catalog: &Catalog, bytes: &mut Vec<u8>) {
    let mut topics: Vec<(TopicId, Vec<u32>)> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        match topics.last_mut() {
            Some((last, numbers)) if *last == topic => numbers.push(number),
            _ => topics.push((topic, vec![number])),
        }
    }
    bytes.extend((topics.len() as u32).to_be_bytes());
    for (topic, numbers) in topics {
        put_text(&catalog.topics[topic.index()].name, bytes);
        bytes.extend((numbers.len() as u32).to_be_bytes());
        bytes.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    }
}

/// As Jackson writes bytes.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of_three = |three: &[u8]| {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let bytes = three.len();
        (0..4).map(move |digit| match digit <= bytes {
            true => DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char,
            false => '=',
        })
    };
    bytes.chunks(3).map(|three| of_three(three).collect::<String>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_jackson_writes_them() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }

    /// As long as the record's size takes it to be.
    #[test]
    fn a_subscription_has_its_bytes() {
        let mut catalog = Catalog::default();
        let topic = catalog.add_topic("orders", 3);
        let owned: Vec<Tp> = catalog.partitions(topic).collect();
        let (topics, generation) = (vec![topic], Generation(7));
        let user_data = Some(UserData::Previous(owned.as_slice().into(), Generation(6)));
        let subscription = Subscription { rack: None, topics, owned, generation, user_data };
        let partitions = 4 + 8 + 4 + 3 * 4;
        assert_eq!(
            subscription_bytes(&subscription, &catalog).len(),
            2 + (4 + 8) + (4 + partitions + 4) + partitions + 4 + 2
        );
    }

    #[test]
    fn a_hash_follows_the_topics() {
        let mut catalog = Catalog::default();
        let (orders, refunds) = (catalog.add_topic("orders", 6), catalog.add_topic("refunds", 3));
        let hash = |topics: &[(TopicId, u32)]| hash_of_topics(topics, &catalog, |_| Vec::new());
        assert_eq!(hash(&[]), 0);
        assert_ne!(hash(&[(orders, 6)]), hash(&[(orders, 7)]));
        assert_ne!(hash(&[(orders, 6)]), hash(&[(orders, 6), (refunds, 3)]));
        assert_eq!(hash(&[(orders, 6), (refunds, 3)]), hash(&[(refunds, 3), (orders, 6)]));
        // Racks count, each as often as it has a replica, and their order does not.
        let of = |racks: &[&'static str]| hash_of_topics(&[(orders, 6)], &catalog, |_| racks.to_vec());
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        let all = [of(&[]), of(&["a", "b"]), of(&["a", "a"]), of(&["a"]), of(&["ab"])];
        assert!((0..all.len()).all(|at| !all[..at].contains(&all[at])), "{all:?}");
    }
}
