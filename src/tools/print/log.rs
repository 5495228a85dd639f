//! As `kafka-dump-log` prints it.

use std::fmt::Write;

use serde::Serialize;

use super::ToolOutput;
use crate::protocol::rules::TransactionLogForm;
use crate::tools::java::{DEFAULT_CAPACITY, map_order, partition_hash};
use crate::tools::log::{LogAbortedTxn, LogBatch, LogDump, LogHeaders};
use crate::tools::log_record::{
    LogRecord, LogRecordContent, LogRecordData, LogRecordKey, LogTransaction, LogTransactionStatus,
};

/// A log. What the tool does not print, where the log ends and what was left out, is told on standard error.
pub fn log(dump: &LogDump) -> ToolOutput {
    let mut out = String::new();
    for file in &dump.files {
        let _ = writeln!(out, "Dumping {}\nLog starting offset: {}", file.path, file.starting_offset);
        for batch in &file.batches {
            batch_line(&mut out, batch);
            batch.records.iter().for_each(|record| record_line(&mut out, record, dump.transaction_log_form));
            batch.headers.iter().for_each(|record| header_keys(&mut out, record));
        }
        if let Some(index) = &file.transaction_index {
            let _ = writeln!(out, "Dumping {}", index.path);
            index.entries.iter().for_each(|entry| index_line(&mut out, entry));
        }
    }
    let mut holes = String::new();
    for file in dump.files.iter().filter(|file| !file.non_consecutive.is_empty()) {
        let _ = writeln!(holes, "Non-consecutive offsets in {}", file.path);
        // The last one first, as the tool has them.
        for (last, next) in file.non_consecutive.iter().rev() {
            let _ = writeln!(holes, "  {last} is followed by {next}");
        }
    }
    let mut err = holes;
    let _ = writeln!(
        err,
        "note: the replica of broker {}: log start offset {}, high watermark {}, log end offset {}",
        dump.broker, dump.log_start_offset, dump.high_watermark, dump.log_end_offset
    );
    let batches = dump.files.iter().flat_map(|file| &file.batches);
    batches.flat_map(|batch| &batch.headers).for_each(|record| header_values(&mut err, record));
    if dump.left_out > 0 {
        let _ = writeln!(err, "note: {} more batches (--limit, --from)", dump.left_out);
    }
    ToolOutput { out, err, failed: false }
}

fn batch_line(out: &mut String, batch: &LogBatch) {
    let _ = writeln!(
        out,
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: {} position: {} \
         CreateTime: {} size: {} magic: 2 compresscodec: {} crc: {} isvalid: true",
        batch.base_offset,
        batch.last_offset,
        batch.count,
        batch.base_sequence,
        batch.last_sequence,
        batch.producer_id,
        batch.producer_epoch,
        batch.partition_leader_epoch,
        batch.is_transactional,
        batch.is_control,
        batch.delete_horizon_ms.map_or("OptionalLong.empty".into(), |at| format!("OptionalLong[{at}]")),
        batch.position,
        batch.create_time_ms,
        batch.size,
        batch.compress_codec.name(),
        batch.crc,
    );
}

/// `--print-data-log`, of which only the records are shown that have headers, without sizes, keys and values.
fn header_keys(out: &mut String, record: &LogHeaders) {
    let keys: Vec<&str> = record.headers.iter().map(|header| header.key.as_str()).collect();
    let _ = writeln!(
        out,
        "| offset: {} CreateTime: {} sequence: {} headerKeys: [{}]",
        record.offset,
        record.create_time_ms,
        record.sequence,
        keys.join(",")
    );
}

/// As `kafka-console-consumer --property print.headers=true` has them, which the tool does not print.
fn header_values(err: &mut String, record: &LogHeaders) {
    let pairs: Vec<String> = record.headers.iter().map(|header| format!("{}:{}", header.key, header.value)).collect();
    let _ = writeln!(err, "note: the headers of offset {}: {}", record.offset, pairs.join(","));
}

fn index_line(out: &mut String, entry: &LogAbortedTxn) {
    let _ = writeln!(
        out,
        "version: {} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
        entry.version, entry.producer_id, entry.first_offset, entry.last_offset, entry.last_stable_offset,
    );
}

fn record_line(out: &mut String, record: &LogRecord, form: TransactionLogForm) {
    let _ = write!(
        out,
        "| offset: {} CreateTime: {} keySize: {} valueSize: {} sequence: {} headerKeys: []",
        record.offset, record.create_time_ms, record.key_size, record.value_size, record.sequence,
    );
    let _ = match &record.content {
        LogRecordContent::Coordinator { key: LogRecordKey::Transaction { transactional_id }, payload }
            if form == TransactionLogForm::Text =>
        {
            let payload = payload.as_ref().map_or("<DELETE>".into(), |value| transaction_text(&value.data));
            writeln!(out, " key: transaction_metadata::transactionalId={transactional_id} payload: {payload}")
        }
        LogRecordContent::Coordinator { key, payload } => {
            let payload = payload.as_ref().map_or("<DELETE>".into(), json);
            writeln!(out, " key: {} payload: {payload}", json(key))
        }
        LogRecordContent::Keyed { text } => {
            writeln!(out, "{}", text.as_ref().map_or_else(String::new, |text| format!(" key: {text}")))
        }
        LogRecordContent::EndTxnMarker { control_type, coordinator_epoch } => {
            writeln!(out, " endTxnMarker: {control_type} coordinatorEpoch: {coordinator_epoch}")
        }
    };
}

/// As `TransactionLog.formatRecordKeyAndValue` has it (4.0).
fn transaction_text(data: &LogRecordData) -> String {
    let LogRecordData::Transaction(transaction) = data else { return json(data) };
    let topics = transaction.transaction_partitions.iter().flatten();
    let partitions = topics.flat_map(|entry| entry.partition_ids.iter().map(|id| (entry.topic.as_str(), *id)));
    let partitions = map_order(partitions.collect(), DEFAULT_CAPACITY, |(topic, id)| partition_hash(topic, *id));
    let partitions: Vec<String> = partitions.into_iter().map(|(topic, id)| format!("{topic}-{id}")).collect();
    let LogTransaction { producer_id, producer_epoch, transaction_timeout_ms, .. } = transaction;
    let state = match transaction.transaction_status {
        LogTransactionStatus::Name(name) => name.to_owned(),
        LogTransactionStatus::Number(number) => number.to_string(),
    };
    format!(
        "producerId:{producer_id},producerEpoch:{producer_epoch},state={state},partitions=[{}],\
         txnLastUpdateTimestamp={},txnTimeoutMs={transaction_timeout_ms}",
        partitions.join(","),
        transaction.transaction_last_update_timestamp_ms,
    )
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers")
}
