//! As `kafka-dump-log` prints it.

use std::fmt::Write;

use serde::Serialize;

use super::ToolOutput;
use crate::tools::log::{LogBatch, LogDump};
use crate::tools::log_record::{LogRecord, LogRecordContent};

/// A log. What the tool does not print, where the log ends and what was left out, is told on standard error.
pub fn log(dump: &LogDump) -> ToolOutput {
    let mut out = String::new();
    for file in &dump.files {
        let _ = writeln!(out, "Dumping {}\nLog starting offset: {}", file.path, file.starting_offset);
        for batch in &file.batches {
            batch_line(&mut out, batch);
            batch.records.iter().for_each(|record| record_line(&mut out, record));
        }
    }
    let mut err = format!(
        "note: the replica of broker {}: log start offset {}, high watermark {}, log end offset {}\n",
        dump.broker, dump.log_start_offset, dump.high_watermark, dump.log_end_offset
    );
    if dump.left_out > 0 {
        let _ = writeln!(err, "note: {} more batches (--limit, --from)", dump.left_out);
    }
    ToolOutput { out, err, failed: false }
}

fn batch_line(out: &mut String, batch: &LogBatch) {
    let _ = writeln!(
        out,
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: OptionalLong.empty position: {} \
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
        batch.position,
        batch.create_time_ms,
        batch.size,
        batch.compress_codec.name(),
        batch.crc,
    );
}

fn record_line(out: &mut String, record: &LogRecord) {
    let _ = write!(
        out,
        "| offset: {} CreateTime: {} keySize: {} valueSize: {} sequence: {} headerKeys: []",
        record.offset, record.create_time_ms, record.key_size, record.value_size, record.sequence,
    );
    let _ = match &record.content {
        LogRecordContent::Coordinator { key, payload } => {
            let payload = payload.as_ref().map_or("<DELETE>".into(), json);
            writeln!(out, " key: {} payload: {payload}", json(key))
        }
        LogRecordContent::EndTxnMarker { control_type, coordinator_epoch } => {
            writeln!(out, " endTxnMarker: {control_type} coordinatorEpoch: {coordinator_epoch}")
        }
    };
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers")
}
