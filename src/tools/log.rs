//! `kafka-dump-log --files ... --offsets-decoder` (`core/.../tools/DumpLogSegments.scala`).

use std::fmt::Write;

use super::group::{consumer_id, host};
use super::{ToolOutput, broker, image};
use crate::protocol::batch::{BatchData, CoordinatorRecord, GroupMetadataValue, MemberValue, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, GroupId, Offset, TopicId, Tp};
use crate::sim::time::Nanos;
use crate::world::World;

/// Why a log cannot be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The partition does not exist (yet).
    Partition,
    /// Nobody leads it, and no broker was named.
    Leader,
    /// That broker is down.
    Down(BrokerId),
    /// That broker has no replica of it.
    Replica(BrokerId),
}

/// What to show of a log.
#[derive(Clone, Copy, Debug)]
pub struct DumpRequest {
    /// Whose replica; none: the leader's.
    pub broker: Option<BrokerId>,
    /// Which partition.
    pub tp: Tp,
    /// From the batch that holds this offset.
    pub from: Offset,
    /// At most this many batches.
    pub limit: usize,
}

/// A replica's batches, as `kafka-dump-log` prints them, file by file. What it does not print, where the log
/// ends and what was left out, is told on standard error.
///
/// # Errors
/// There is no such log to be read.
pub fn dump(world: &World, request: DumpRequest) -> Result<ToolOutput, Missing> {
    let registration = image(world).and_then(|i| i.partition(request.tp)).ok_or(Missing::Partition)?;
    let id = request.broker.or(registration.leader).ok_or(Missing::Leader)?;
    let log = broker(world, id).ok_or(Missing::Down(id))?.replica(request.tp).ok_or(Missing::Replica(id))?;
    let name = world.setup().catalog.tp_name(request.tp);
    let mut out = String::new();
    let mut shown = 0;
    let mut left_out = 0;
    let ends = log.segments().skip(1).map(|next| next.base_offset).chain([log.log_end()]);
    for (segment, end) in log.segments().zip(ends) {
        if end <= request.from && end < log.log_end() {
            continue;
        }
        let base = segment.base_offset;
        let _ =
            writeln!(out, "Dumping /var/lib/kafka/data-{id}/{name}/{:020}.log\nLog starting offset: {base}", base.0);
        let mut position = 0;
        for batch in log.batches(base.max(log.log_start())).take_while(|batch| batch.base_offset < end) {
            if batch.next_offset() > request.from {
                if shown < request.limit {
                    batch_line(&mut out, batch, position);
                    records(&mut out, batch, world);
                    shown += 1;
                } else {
                    left_out += 1;
                }
            }
            position += u64::from(batch.size);
        }
    }
    let mut err = format!(
        "note: the replica of broker {id}: log start offset {}, high watermark {}, log end offset {}\n",
        log.log_start(),
        log.high_watermark(),
        log.log_end()
    );
    if left_out > 0 {
        let _ = writeln!(err, "note: {left_out} more batches (--limit, --from)");
    }
    Ok(ToolOutput { out, err, failed: false })
}

fn batch_line(out: &mut String, batch: &RecordBatch, position: u64) {
    // The coordinator writes without a producer id, and its records are numbered all the same.
    let coordinator = matches!(batch.data, BatchData::Coordinator(_));
    let (base, last) = if coordinator {
        (0, i64::from(batch.last_offset_delta))
    } else {
        (i64::from(batch.base_sequence.0), i64::from(batch.last_sequence().0))
    };
    let _ = writeln!(
        out,
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {base} lastSequence: {last} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: OptionalLong.empty position: {position} \
         CreateTime: {} size: {} magic: 2 compresscodec: none crc: {} isvalid: true",
        batch.base_offset,
        batch.last_offset(),
        batch.count,
        batch.producer_id,
        batch.producer_epoch,
        batch.leader_epoch,
        batch.is_transactional,
        batch.is_control(),
        batch.max_timestamp.as_millis(),
        batch.size,
        crc(batch, base),
    );
}

/// CRC-32C, as Kafka takes it, of what is known of the batch: payloads are not, so it is not what Kafka
/// would write. Like Kafka's it leaves out what a leader stamps, so that all replicas show the same, and a
/// batch that was changed shows another.
fn crc(batch: &RecordBatch, base_sequence: i64) -> u32 {
    let mut bytes = Vec::with_capacity(64);
    let fields = [
        i64::from(batch.last_offset_delta),
        batch.base_timestamp.as_millis() as i64,
        batch.max_timestamp.as_millis() as i64,
        batch.producer_id.0,
        i64::from(batch.producer_epoch.0),
        base_sequence,
        i64::from(batch.size),
        i64::from(batch.origin.node.0),
        i64::from(batch.origin.ordinal),
    ];
    fields.iter().for_each(|field| bytes.extend(field.to_be_bytes()));
    crc32c::crc32c(&bytes)
}

/// The records of the coordinator, as `--offsets-decoder` shows them: key and value as JSON, the
/// key's type and the value's version beside them (`DumpLogSegments.OffsetsMessageParser`).
fn records(out: &mut String, batch: &RecordBatch, world: &World) {
    let BatchData::Coordinator(records) = &batch.data else { return };
    let catalog = &world.setup().catalog;
    for (i, record) in records.iter().enumerate() {
        let offset = batch.base_offset.plus(i as u32);
        // Key, its size, value if it is no tombstone, its size; when it was made.
        let (key, key_size, value, at) = match record {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                let at = commit_timestamp.as_millis();
                let value =
                    format!(r#""offset":{offset},"leaderEpoch":{leader_epoch},"metadata":"","commitTimestamp":{at}"#);
                let (key, size) = offset_key(*group, *tp, catalog);
                (key, size, Some((value, 24)), *commit_timestamp)
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => {
                let (key, size) = offset_key(*group, *tp, catalog);
                (key, size, None, batch.max_timestamp)
            }
            CoordinatorRecord::GroupMetadata(value) => {
                let (key, size) = group_key(value.group, catalog);
                (key, size, Some(group_value(value, world)), value.state_timestamp)
            }
            CoordinatorRecord::GroupTombstone { group } => {
                let (key, size) = group_key(*group, catalog);
                (key, size, None, batch.max_timestamp)
            }
        };
        let time = clamp(at, batch).as_millis();
        let value_size = value.as_ref().map_or(-1, |(_, size)| *size as i64);
        let _ = write!(
            out,
            "| offset: {offset} CreateTime: {time} keySize: {key_size} valueSize: {value_size} sequence: {i} headerKeys: [] key: {key}"
        );
        let _ = match value {
            Some((value, _)) => writeln!(out, r#" payload: {{"version":"3","data":{{{value}}}}}"#),
            None => writeln!(out, " payload: <DELETE>"),
        };
    }
}

/// A record's time lies within its batch's.
fn clamp(at: Nanos, batch: &RecordBatch) -> Nanos {
    at.max(batch.base_timestamp).min(batch.max_timestamp)
}

/// Bytes of a text with its length.
fn text_size(text: &str) -> usize {
    2 + text.len()
}

fn offset_key(group: GroupId, tp: Tp, catalog: &Catalog) -> (String, usize) {
    let (topic, partition) = catalog.topic_of(tp);
    let (group, topic) = (&catalog.groups[group.index()], &catalog.topics[topic.index()].name);
    let json = format!(r#"{{"type":"1","data":{{"group":"{group}","topic":"{topic}","partition":{partition}}}}}"#);
    (json, 2 + text_size(group) + text_size(topic) + 4)
}

fn group_key(group: GroupId, catalog: &Catalog) -> (String, usize) {
    let name = &catalog.groups[group.index()];
    (format!(r#"{{"type":"2","data":{{"group":"{name}"}}}}"#), 2 + text_size(name))
}

/// Version 3 of a group's value.
fn group_value(value: &GroupMetadataValue, world: &World) -> (String, usize) {
    let catalog = &world.setup().catalog;
    let kind = value.protocol_type();
    let leader = value.protocol.map(|_| consumer_id(world, value.leader, catalog.member_client(value.leader)));
    let protocol = value.protocol.map(|protocol| protocol.name());
    let quoted = |text: Option<&str>| text.map_or("null".to_string(), |text| format!("\"{text}\""));
    let nullable = |text: Option<&str>| text.map_or(2, text_size);
    let mut size = 2 + text_size(kind) + 4 + nullable(protocol) + nullable(leader.as_deref()) + 8 + 4;
    let mut members = Vec::new();
    for member in &value.members {
        let (json, bytes) = member_value(member, world);
        size += bytes;
        members.push(json);
    }
    let json = format!(
        r#""protocolType":"{kind}","generation":{},"protocol":{},"leader":{},"currentStateTimestamp":{},"members":[{}]"#,
        value.generation,
        quoted(protocol),
        quoted(leader.as_deref()),
        value.state_timestamp.as_millis(),
        members.join(","),
    );
    (json, size)
}

fn member_value(member: &MemberValue, world: &World) -> (String, usize) {
    let catalog = &world.setup().catalog;
    let id = consumer_id(world, member.member, member.client);
    let (client, host) = (catalog.node_name(member.client), host(member.client));
    let subscription = &member.subscription;
    let names: Vec<&str> = subscription.topics.iter().map(|t| catalog.topics[t.index()].name.as_str()).collect();
    let topics: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let (owned, owned_size) = by_topic(&subscription.owned, catalog);
    let (assigned, assigned_size) = by_topic(&member.assignment, catalog);
    let json = format!(
        r#"{{"memberId":"{id}","groupInstanceId":null,"clientId":"{client}","clientHost":"{host}","rebalanceTimeout":{},"sessionTimeout":{},"subscription":{{"topics":[{}],"userData":null,"ownedPartitions":{owned},"generationId":{},"rackId":null}},"assignment":{{"assignedPartitions":{assigned},"userData":null}}}}"#,
        member.rebalance_timeout.as_millis(),
        member.session_timeout.as_millis(),
        topics.join(","),
        subscription.generation,
    );
    // Subscription and assignment are versioned messages of their own, as bytes with their length.
    let topics_size: usize = names.iter().map(|name| text_size(name)).sum();
    let subscription_size = 2 + 4 + topics_size + 4 + owned_size + 4 + 2;
    let assignment_size = 2 + assigned_size + 4;
    let fields = text_size(&id) + 2 + text_size(client) + text_size(&host) + 4 + 4;
    (json, fields + 4 + subscription_size + 4 + assignment_size)
}

/// `[{"topic":"orders","partitions":[0,1]}]`, and its bytes.
fn by_topic(partitions: &[Tp], catalog: &Catalog) -> (String, usize) {
    let mut topics: Vec<(TopicId, Vec<String>)> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        match topics.last_mut() {
            Some((last, numbers)) if *last == topic => numbers.push(number.to_string()),
            _ => topics.push((topic, vec![number.to_string()])),
        }
    }
    let name = |topic: &TopicId| catalog.topics[topic.index()].name.as_str();
    let entries: Vec<String> = topics
        .iter()
        .map(|(topic, numbers)| format!(r#"{{"topic":"{}","partitions":[{}]}}"#, name(topic), numbers.join(",")))
        .collect();
    let size = topics.iter().map(|(topic, numbers)| text_size(name(topic)) + 4 + 4 * numbers.len()).sum::<usize>();
    (format!("[{}]", entries.join(",")), 4 + size)
}
