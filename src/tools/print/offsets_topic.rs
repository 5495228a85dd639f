//! As `kafka-console-consumer --topic __consumer_offsets --formatter org.apache.kafka.tools.consumer.OffsetsMessageFormatter` prints
//! it, and `GroupMetadataMessageFormatter` the records of groups.

use std::fmt::Write;

use super::ToolOutput;
use crate::tools::offsets_topic::{OffsetsTopic, OffsetsTopicRecord};

/// A record a line. `all`: also those that a later one of the same key supersedes.
pub fn offsets_topic(topic: &OffsetsTopic, all: bool) -> ToolOutput {
    let shown = |record: &&OffsetsTopicRecord| all || !record.superseded;
    let mut said = ToolOutput::default();
    for record in topic.records.iter().filter(shown) {
        let _ = writeln!(said.out, "{{\"key\":{},\"value\":{}}}", record.key, record.value);
    }
    let records = &topic.records;
    let (superseded, tombstones) = (
        records.iter().filter(|record| record.superseded).count(),
        records.iter().filter(|record| !record.superseded && record.is_tombstone()).count(),
    );
    if superseded > 0 {
        let what = if all { "are superseded" } else { "more are superseded, and not shown (--all)" };
        let _ = writeln!(said.err, "note: {superseded} records {what}: a later one has the same key");
    }
    if tombstones > 0 {
        let _ = writeln!(
            said.err,
            "note: {tombstones} of the last records are tombstones (\"value\":null): the key is gone"
        );
    }
    if topic.others > 0 {
        let _ = writeln!(said.err, "note: {} records of kinds that these formatters do not print", topic.others);
    }
    if !topic.unread.is_empty() {
        let numbers: Vec<String> = topic.unread.iter().map(u32::to_string).collect();
        let _ = writeln!(said.err, "note: nobody leads partition {} of the topic now", numbers.join(", "));
    }
    if records.is_empty() && topic.unread.is_empty() {
        let _ = writeln!(said.err, "note: there is no such record yet");
    }
    said
}
