//! Bytes of the records of consumer groups of the new protocol (`ConsumerGroup*{Key,Value}.json`; their values are of flexible
//! versions).

use super::batch::{ConsumerGroupRecord, ConsumerMemberValue, CurrentAssignmentValue};
use super::catalog::Catalog;
use super::coordinator_record_size::{UUID, host_length, subscription_size};
use super::ids::{Generation, GroupId, MemberId, PatternId, TopicId, Tp};
use super::member_ids::is_of_client;

/// Bytes of a UUID on the wire.
pub(super) const TOPIC_ID: usize = 16;
/// Bytes of a UUID as text, as clients make their member ids (`Uuid.toString`).
const UUID_TEXT: usize = 22;
/// A tag of eight bytes: its number, its length, itself.
pub(super) const LONG_TAG: usize = 1 + 1 + 8;

/// Bytes of a record's key and of its value; a tombstone has none.
pub(super) fn key_and_value_size(catalog: &Catalog, group: GroupId, record: &ConsumerGroupRecord) -> (usize, usize) {
    let group_key = 2 + 2 + catalog.groups.get(group.index()).map_or(0, String::len);
    let member_key = |member: MemberId| group_key + 2 + member_id_length(catalog, member);
    let regex_key = |pattern: PatternId| group_key + 2 + catalog.pattern_text(pattern).len();
    match record {
        ConsumerGroupRecord::Epoch { hashed, .. } => {
            let has_hash = hashed.as_ref().is_some_and(|topics| !topics.is_empty());
            (group_key, 2 + 4 + 1 + if has_hash { LONG_TAG } else { 0 })
        }
        ConsumerGroupRecord::PartitionMetadata(topics) => (group_key, partition_metadata(catalog, topics)),
        ConsumerGroupRecord::EpochTombstone
        | ConsumerGroupRecord::PartitionMetadataTombstone
        | ConsumerGroupRecord::TargetEpochTombstone => (group_key, 0),
        ConsumerGroupRecord::Member(value) => (member_key(value.member), member(catalog, value)),
        ConsumerGroupRecord::TargetEpoch { timestamp, .. } => {
            (group_key, 2 + 4 + 1 + if timestamp.is_some() { LONG_TAG } else { 0 })
        }
        ConsumerGroupRecord::Target { member, partitions } => {
            let partitions: Vec<(Tp, Generation)> = partitions.iter().map(|tp| (*tp, Generation::NONE)).collect();
            (member_key(*member), 2 + topic_partitions(catalog, &partitions) + 1)
        }
        ConsumerGroupRecord::Current(value) => (member_key(value.member), current(catalog, value)),
        ConsumerGroupRecord::MemberTombstone(member)
        | ConsumerGroupRecord::TargetTombstone(member)
        | ConsumerGroupRecord::CurrentTombstone(member) => (member_key(*member), 0),
        ConsumerGroupRecord::RegularExpression(value) => {
            (regex_key(value.pattern), regular_expression(catalog, &value.topics))
        }
        ConsumerGroupRecord::RegularExpressionTombstone(pattern) => (regex_key(*pattern), 0),
    }
}

/// A client makes a UUID; a coordinator of a classic group puts the client's name before one, and the member keeps that.
pub(super) fn member_id_length(catalog: &Catalog, member: MemberId) -> usize {
    match is_of_client(member, catalog) {
        true => UUID_TEXT,
        false => catalog.member_prefix(member, None).len() + UUID,
    }
}

/// A length, or a number of elements, as an unsigned varint; null is 0, so it is one more.
pub(super) fn length(n: usize) -> usize {
    unsigned_varint(n + 1)
}
fn unsigned_varint(n: usize) -> usize {
    let bits = (usize::BITS - n.leading_zeros()).max(1) as usize;
    bits.div_ceil(7)
}
pub(super) fn compact_string(text: &str) -> usize {
    length(text.len()) + text.len()
}
pub(super) fn topic_name(catalog: &Catalog, topic: TopicId) -> &str {
    catalog.topics.get(topic.index()).map_or("", |entry| &entry.name)
}

/// Version, topics, tags; of a topic id, name, count, partitions without racks, tags.
pub(super) fn partition_metadata(catalog: &Catalog, topics: &[(TopicId, u32)]) -> usize {
    let topic = |(topic, _): &(TopicId, u32)| TOPIC_ID + compact_string(topic_name(catalog, *topic)) + 4 + 1 + 1;
    2 + length(topics.len()) + topics.iter().map(topic).sum::<usize>() + 1
}

/// Version, instance id, rack, client id, host, topics, regular expression, timeout, assignor, tags.
fn member(catalog: &Catalog, value: &ConsumerMemberValue) -> usize {
    let instance = value.instance.map_or(1, |instance| compact_string(catalog.instance_id_name(instance)));
    let topics: usize = value.topics.iter().map(|topic| compact_string(topic_name(catalog, *topic))).sum();
    let assignor = value.assignor.map_or(1, |assignor| compact_string(assignor.name()));
    let host = host_length(value.client);
    let plain = instance
        + value.rack.map_or(1, |rack| compact_string(catalog.rack_name(rack)))
        + compact_string(catalog.node_name(value.client))
        + (length(host) + host)
        + (length(value.topics.len()) + topics)
        + value.regex.map_or(1, |pattern| compact_string(catalog.pattern_text(pattern)))
        + 4
        + assignor;
    let classic = value.classic.as_ref().map_or(0, |classic| {
        // Whether it is there, session timeout, protocols, tags.
        let protocols = classic.protocols.iter().map(|(name, subscription)| {
            let metadata = subscription_size(catalog, subscription);
            compact_string(name.name()) + length(metadata) + metadata + 1
        });
        let size = 1 + 4 + length(classic.protocols.len()) + protocols.sum::<usize>() + 1;
        1 + unsigned_varint(size) + size
    });
    2 + plain + 1 + classic
}

/// Version, topics, the version of the image, a timestamp, tags.
fn regular_expression(catalog: &Catalog, topics: &[TopicId]) -> usize {
    let names: usize = topics.iter().map(|topic| compact_string(topic_name(catalog, *topic))).sum();
    2 + length(topics.len()) + names + 8 + 8 + 1
}

/// Version, two epochs, state, assigned partitions, partitions to be given up, tags.
fn current(catalog: &Catalog, value: &CurrentAssignmentValue) -> usize {
    2 + 4 + 4 + 1 + topic_partitions(catalog, &value.assigned) + topic_partitions(catalog, &value.revoking) + 1
}

/// Topics with their partitions, and with the epochs of those, if they have any.
pub(super) fn topic_partitions(catalog: &Catalog, partitions: &[(Tp, Generation)]) -> usize {
    let mut topics: Vec<(TopicId, usize, bool)> = Vec::new();
    for (tp, epoch) in partitions {
        let (topic, _) = catalog.topic_of(*tp);
        match topics.last_mut() {
            Some((last, count, _)) if *last == topic => *count += 1,
            _ => topics.push((topic, 1, *epoch != Generation::NONE)),
        }
    }
    let size = |(_, count, has_epochs): &(TopicId, usize, bool)| {
        let list = length(*count) + 4 * count;
        let epochs = if *has_epochs { 1 + unsigned_varint(list) + list } else { 0 };
        TOPIC_ID + list + 1 + epochs
    };
    length(topics.len()) + topics.iter().map(size).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::protocol::batch::{ClassicMemberMetadata, ConsumerMemberState, RegularExpressionValue};
    use crate::protocol::catalog::{NodeRole, PatternEntry};
    use crate::protocol::messages::{Assignor, ServerAssignor, Subscription};
    use crate::sim::time::Nanos;

    /// The sizes follow the generated `addSize` of Kafka's messages, summed up by hand.
    #[test]
    fn records_are_as_large_as_kafkas() {
        let mut catalog = Catalog::default();
        let topic = catalog.add_topic("orders", 3);
        let tps: Vec<Tp> = catalog.partitions(topic).collect();
        let group = catalog.add_group("billing");
        let client = catalog.add_node("billing-0", NodeRole::consumer(group));
        let member = MemberId(u32::from(client.0) << catalog.member_bits() | 1);
        let size = |record: ConsumerGroupRecord| key_and_value_size(&catalog, group, &record);
        let (of_group, of_member) = (2 + 2 + 7, 2 + 2 + 7 + 2 + 22);

        assert_eq!(size(ConsumerGroupRecord::Epoch { epoch: Generation(1), hashed: None }), (of_group, 7));
        let hashed = |topics: &[(TopicId, u32)]| ConsumerGroupRecord::Epoch {
            epoch: Generation(1),
            hashed: Some(topics.into()),
        };
        assert_eq!(size(hashed(&[(topic, 3)])), (of_group, 17));
        assert_eq!(size(hashed(&[])), (of_group, 7), "the hash of nothing is 0, which is not written");
        assert_eq!(size(ConsumerGroupRecord::TargetEpoch { epoch: Generation(1), timestamp: None }), (of_group, 7));
        let timestamp = Some(Nanos::from_secs(1));
        assert_eq!(size(ConsumerGroupRecord::TargetEpoch { epoch: Generation(1), timestamp }), (of_group, 17));
        let metadata = ConsumerGroupRecord::PartitionMetadata([(topic, 3)].into());
        assert_eq!(size(metadata), (of_group, 2 + 1 + (16 + 7 + 4 + 1 + 1) + 1));
        let target = ConsumerGroupRecord::Target { member, partitions: tps.as_slice().into() };
        assert_eq!(size(target), (of_member, 2 + 1 + (16 + 1 + 12 + 1) + 1));

        let current = |since: Generation| {
            ConsumerGroupRecord::Current(Rc::new(CurrentAssignmentValue {
                member,
                epoch: Generation(2),
                previous_epoch: Generation(1),
                state: ConsumerMemberState::Stable,
                assigned: tps[..2].iter().map(|tp| (*tp, since)).collect(),
                revoking: [].into(),
            }))
        };
        assert_eq!(size(current(Generation::NONE)), (of_member, 2 + 4 + 4 + 1 + 1 + (16 + 1 + 8 + 1) + 1 + 1));
        let epochs = 1 + 1 + (1 + 8);
        assert_eq!(size(current(Generation(2))), (of_member, 2 + 4 + 4 + 1 + 1 + (16 + 1 + 8 + 1 + epochs) + 1 + 1));

        let value = ConsumerMemberValue {
            member,
            instance: None,
            rack: None,
            client,
            topics: [topic].into(),
            regex: None,
            rebalance_timeout: Nanos::from_secs(300),
            assignor: Some(ServerAssignor::Range),
            classic: None,
        };
        let plain = 2 + 1 + 1 + (1 + 9) + (1 + host_length(client)) + (1 + 7) + 1 + 4 + 6 + 1;
        assert_eq!(size(ConsumerGroupRecord::Member(Rc::new(value.clone()))), (of_member, plain));
        let (mut racks, in_rack) = (catalog.clone(), value.clone());
        let in_rack = Rc::new(ConsumerMemberValue { rack: racks.add_rack("eu-1a"), ..in_rack });
        let record = ConsumerGroupRecord::Member(in_rack);
        assert_eq!(
            key_and_value_size(&racks, group, &record),
            (of_member, plain + 5),
            "its name, and the null's length"
        );
        let subscription = Subscription {
            rack: None,
            topics: vec![topic],
            owned: Vec::new(),
            generation: Generation::NONE,
            user_data: None,
        };
        let bytes = 2 + (4 + 8) + 4 + 4 + 4 + 2;
        let classic = ClassicMemberMetadata {
            session_timeout: Nanos::from_secs(45),
            protocols: vec![(Assignor::Range, Rc::new(subscription))],
        };
        let protocol = 6 + 1 + bytes + 1;
        let tag = 1 + 4 + 1 + protocol + 1;
        let value = ConsumerMemberValue { classic: Some(classic), ..value };
        assert_eq!(size(ConsumerGroupRecord::Member(Rc::new(value))), (of_member, plain + 1 + 1 + tag));
        assert_eq!(size(ConsumerGroupRecord::MemberTombstone(member)), (of_member, 0));
    }

    #[test]
    fn patterns_are_as_large_as_kafkas() {
        let mut catalog = Catalog::default();
        let orders = catalog.add_topic("orders", 3);
        let group = catalog.add_group("billing");
        let pattern = catalog.add_pattern(PatternEntry { text: "ord.*".into(), topics: Some(vec![orders]) });
        let size = |record: ConsumerGroupRecord| key_and_value_size(&catalog, group, &record);
        let (topics, timestamp) = ([orders].into(), Nanos::ZERO);
        let value = RegularExpressionValue { pattern, topics, version: 7, timestamp };
        let key = 2 + (2 + 7) + (2 + 5);
        assert_eq!(size(ConsumerGroupRecord::RegularExpression(value.into())), (key, 2 + 1 + (1 + 6) + 8 + 8 + 1));
        assert_eq!(size(ConsumerGroupRecord::RegularExpressionTombstone(pattern)), (key, 0));
    }

    #[test]
    fn varints_are_as_long_as_kafkas() {
        assert_eq!([0, 1, 127, 128, 16_383, 16_384].map(unsigned_varint), [1, 1, 1, 2, 2, 3]);
    }
}
