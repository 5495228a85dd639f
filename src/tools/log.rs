//! `kafka-dump-log`.

use std::fmt::Write;

use super::group::{consumer_id, host};
use super::{broker, image};
use crate::protocol::batch::{BatchData, CoordinatorRecord, GroupMetadataValue, MemberValue, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, GroupId, MemberId, Offset, TopicId, Tp};
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
pub struct Request {
    /// Whose replica; none: the leader's.
    pub broker: Option<BrokerId>,
    /// Which partition.
    pub tp: Tp,
    /// From the batch that holds this offset.
    pub from: Offset,
    /// At most this many batches.
    pub limit: usize,
}

/// A replica's batches, as `kafka-dump-log` prints them.
///
/// # Errors
/// There is no such log to be read.
pub fn dump(world: &World, request: Request) -> Result<String, Missing> {
    let registration = image(world).and_then(|i| i.partition(request.tp)).ok_or(Missing::Partition)?;
    let id = request.broker.or(registration.leader).ok_or(Missing::Leader)?;
    let log = broker(world, id).ok_or(Missing::Down(id))?.replica(request.tp).ok_or(Missing::Replica(id))?;
    let catalog = &world.setup().catalog;
    let mut out = format!(
        "Dumping {} on broker {id}\nLog starting offset: {}   high watermark: {}   log end offset: {}\n",
        catalog.tp_name(request.tp),
        log.log_start(),
        log.high_watermark(),
        log.log_end(),
    );
    let mut position: u64 =
        log.batches(log.log_start()).take_while(|b| b.next_offset() <= request.from).map(|b| u64::from(b.size)).sum();
    for batch in log.batches(request.from.max(log.log_start())).take(request.limit) {
        batch_line(&mut out, batch, position);
        records(&mut out, batch, catalog);
        position += u64::from(batch.size);
    }
    Ok(out)
}

fn batch_line(out: &mut String, batch: &RecordBatch, position: u64) {
    let _ = writeln!(
        out,
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: {position} \
         CreateTime: {} size: {} magic: 2 compresscodec: none isvalid: true",
        batch.base_offset,
        batch.last_offset(),
        batch.count,
        batch.base_sequence,
        batch.last_sequence(),
        batch.producer_id,
        batch.producer_epoch,
        batch.leader_epoch,
        batch.max_timestamp.as_millis(),
        batch.size,
    );
}

/// The records of the coordinator, as `--offsets-decoder` shows them: key and value as JSON, the
/// key's type and the value's version beside them (`DumpLogSegments.OffsetsMessageParser`). Sizes of
/// keys and values are not known here.
fn records(out: &mut String, batch: &RecordBatch, catalog: &Catalog) {
    let BatchData::Coordinator(records) = &batch.data else { return };
    for (i, record) in records.iter().enumerate() {
        let offset = batch.base_offset.plus(i as u32);
        let (key, value) = match record {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                let at = commit_timestamp.as_millis();
                let value =
                    format!(r#""offset":{offset},"leaderEpoch":{leader_epoch},"metadata":"","commitTimestamp":{at}"#);
                (offset_key(*group, *tp, catalog), Some(value))
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => (offset_key(*group, *tp, catalog), None),
            CoordinatorRecord::GroupMetadata(value) => {
                (group_key(value.group, catalog), Some(group_value(value, catalog)))
            }
            CoordinatorRecord::GroupTombstone { group } => (group_key(*group, catalog), None),
        };
        let time = batch.max_timestamp.as_millis();
        let _ = write!(out, "| offset: {offset} CreateTime: {time} sequence: -1 headerKeys: [] key: {key}");
        let _ = match value {
            Some(value) => writeln!(out, r#" payload: {{"version":"3","data":{{{value}}}}}"#),
            // A tombstone has no payload.
            None => writeln!(out),
        };
    }
}

fn offset_key(group: GroupId, tp: Tp, catalog: &Catalog) -> String {
    let (topic, partition) = catalog.topic_of(tp);
    let (group, topic) = (&catalog.groups[group.index()], &catalog.topics[topic.index()].name);
    format!(r#"{{"type":"1","data":{{"group":"{group}","topic":"{topic}","partition":{partition}}}}}"#)
}

fn group_key(group: GroupId, catalog: &Catalog) -> String {
    format!(r#"{{"type":"2","data":{{"group":"{}"}}}}"#, catalog.groups[group.index()])
}

fn group_value(value: &GroupMetadataValue, catalog: &Catalog) -> String {
    let id = |member: MemberId| consumer_id(catalog, member, catalog.member_client(member));
    let (protocol, leader) = match value.protocol {
        Some(protocol) => (format!("\"{}\"", protocol.name()), format!("\"{}\"", id(value.leader))),
        None => ("null".into(), "null".into()),
    };
    let members: Vec<String> =
        value.members.iter().map(|member| member_value(member, id(member.member), catalog)).collect();
    format!(
        r#""protocolType":"{}","generation":{},"protocol":{protocol},"leader":{leader},"currentStateTimestamp":{},"members":[{}]"#,
        value.protocol_type(),
        value.generation,
        value.state_timestamp.as_millis(),
        members.join(","),
    )
}

fn member_value(member: &MemberValue, id: String, catalog: &Catalog) -> String {
    let subscription = &member.subscription;
    let topics: Vec<String> =
        subscription.topics.iter().map(|t| format!("\"{}\"", catalog.topics[t.index()].name)).collect();
    format!(
        r#"{{"memberId":"{id}","groupInstanceId":null,"clientId":"{}","clientHost":"{}","rebalanceTimeout":{},"sessionTimeout":{},"subscription":{{"topics":[{}],"userData":null,"ownedPartitions":{},"generationId":{},"rackId":null}},"assignment":{{"assignedPartitions":{},"userData":null}}}}"#,
        catalog.node_name(member.client),
        host(member.client),
        member.rebalance_timeout.as_millis(),
        member.session_timeout.as_millis(),
        topics.join(","),
        by_topic(&subscription.owned, catalog),
        subscription.generation,
        by_topic(&member.assignment, catalog),
    )
}

/// `[{"topic":"orders","partitions":[0,1]}]`.
fn by_topic(partitions: &[Tp], catalog: &Catalog) -> String {
    let mut topics: Vec<(TopicId, Vec<String>)> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        match topics.last_mut() {
            Some((last, numbers)) if *last == topic => numbers.push(number.to_string()),
            _ => topics.push((topic, vec![number.to_string()])),
        }
    }
    let entries: Vec<String> = topics
        .iter()
        .map(|(topic, numbers)| {
            format!(r#"{{"topic":"{}","partitions":[{}]}}"#, catalog.topics[topic.index()].name, numbers.join(","))
        })
        .collect();
    format!("[{}]", entries.join(","))
}
