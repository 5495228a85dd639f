//! What `__consumer_offsets` holds, as `kafka-console-consumer` shows it with the formatters for it
//! (`tools/.../consumer/CoordinatorRecordMessageFormatter.java`: `OffsetsMessageFormatter`, `GroupMetadataMessageFormatter`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::log::{Missing, replica};
use super::log_record::{LogRecordContent, LogRecordKey, LogRecordValue, records};
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::ids::{Offset, Tp};
use crate::world::World;

/// A record of the topic.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OffsetsTopicRecord {
    /// Whose.
    pub group: String,
    /// In which partition of the topic it lies.
    pub partition: u32,
    /// Where there.
    pub offset: Offset,
    /// When it was made.
    pub create_time_ms: u64,
    /// Its key, with its type: 1 for an offset, 2 for a group.
    pub key: Value,
    /// Its value, with its version; null: a tombstone.
    pub value: Value,
    /// A later record has the same key: compaction takes this one away.
    pub superseded: bool,
}

impl OffsetsTopicRecord {
    /// Whether it takes its key away.
    pub fn is_tombstone(&self) -> bool {
        self.value.is_null()
    }
}

/// The records of the topic, as far as somebody leads its partitions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OffsetsTopic {
    /// By partition and offset, those of the groups that were asked for.
    pub records: Vec<OffsetsTopicRecord>,
    /// Records of kinds that the formatters do not print.
    pub others: usize,
    /// Partitions that exist and nobody leads now: what they hold is not shown.
    pub unread: Vec<u32>,
}

/// Reads the topic up to its high watermarks, as a consumer does. `group`: only what is about this one.
pub fn read(world: &World, group: Option<&str>) -> OffsetsTopic {
    let catalog = &world.setup().catalog;
    let mut found = OffsetsTopic { records: Vec::new(), others: 0, unread: Vec::new() };
    let Some(topic) = catalog.topic(CONSUMER_OFFSETS) else { return found };
    for (partition, tp) in (0..).zip(catalog.partitions(topic)) {
        match replica(world, tp, None) {
            Ok(_) => read_partition(world, (tp, partition), group, &mut found),
            Err(Missing::Partition) => {}
            Err(_) => found.unread.push(partition),
        }
    }
    supersede(&mut found.records);
    found
}

fn read_partition(world: &World, (tp, partition): (Tp, u32), group: Option<&str>, found: &mut OffsetsTopic) {
    let Ok((_, log)) = replica(world, tp, None) else { return };
    let readable = log.batches(log.log_start()).take_while(|batch| batch.next_offset() <= log.high_watermark());
    for record in readable.flat_map(|batch| records(batch, false, world)) {
        let LogRecordContent::Coordinator { key, payload } = record.content else { continue };
        let (of, kind) = match &key {
            LogRecordKey::OffsetCommit { group, .. } => (group.clone(), 1),
            LogRecordKey::GroupMetadata { group } => (group.clone(), 2),
            _ => {
                found.others += 1;
                continue;
            }
        };
        if group.is_some_and(|wanted| wanted != of) {
            continue;
        }
        found.records.push(OffsetsTopicRecord {
            group: of,
            partition,
            offset: record.offset,
            create_time_ms: record.create_time_ms,
            key: json!({ "type": kind, "data": json!(key)["data"] }),
            value: payload.map_or(Value::Null, |value| versioned(&value)),
            superseded: false,
        });
    }
}

/// The version is a number here, and a text in `kafka-dump-log`.
fn versioned(value: &LogRecordValue) -> Value {
    let version: i16 = value.version.parse().unwrap_or(-1);
    json!({ "version": version, "data": value.data })
}

/// Marks all but the last record of each key.
fn supersede(records: &mut [OffsetsTopicRecord]) {
    let mut last: BTreeMap<(u32, String), usize> = BTreeMap::new();
    for at in 0..records.len() {
        let key = (records[at].partition, records[at].key.to_string());
        if let Some(before) = last.insert(key, at) {
            records[before].superseded = true;
        }
    }
}
