//! `kafka-dump-log --files ... --offsets-decoder` or `--transaction-log-decoder` (`core/.../tools/DumpLogSegments.scala`).

use serde::Serialize;

use super::log_record::{LogRecord, records};
use super::{broker, image};
use crate::cluster::log::{AbortedTxn, Log};
use crate::protocol::batch::{BatchData, RecordBatch, RecordDetail};
use crate::protocol::compression::CompressionType;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Tp};
use crate::protocol::put_aside::RecordHeader;
use crate::protocol::rules::TransactionLogForm;
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

/// A replica's log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogDump {
    /// Whose replica.
    pub broker: BrokerId,
    /// Where it begins.
    pub log_start_offset: Offset,
    /// Its high watermark.
    pub high_watermark: Offset,
    /// Where it ends.
    pub log_end_offset: Offset,
    /// Its files, as far as they were asked for.
    pub files: Vec<LogFile>,
    /// Batches that were left out behind them.
    pub left_out: usize,
    /// How the tool shows what a transaction coordinator writes.
    #[serde(skip)]
    pub transaction_log_form: TransactionLogForm,
}

/// A file of a log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogFile {
    /// Where it would lie.
    pub path: String,
    /// Its first offset.
    pub starting_offset: Offset,
    /// Its batches.
    pub batches: Vec<LogBatch>,
    /// Where compaction has left holes: the offset before one, and the one behind it, as far as batches are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub non_consecutive: Vec<(Offset, Offset)>,
    /// The file beside it that lists the aborted transactions whose markers lie in it; none: there are none.
    pub transaction_index: Option<LogTransactionIndex>,
}

/// A `.txnindex`: the aborted transactions whose markers lie in a segment (`TransactionIndex.java`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogTransactionIndex {
    /// Where it would lie.
    pub path: String,
    /// What it lists, in the order of the markers.
    pub entries: Vec<LogAbortedTxn>,
}

/// An entry of a `.txnindex` (`AbortedTxn.java`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogAbortedTxn {
    /// Version of the entry's format.
    pub version: i16,
    /// The producer.
    pub producer_id: ProducerId,
    /// Its first record here.
    pub first_offset: Offset,
    /// The marker.
    pub last_offset: Offset,
    /// Where the last stable offset stood then.
    pub last_stable_offset: Offset,
}

/// A batch as it lies in a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogBatch {
    /// Offset of its first record.
    pub base_offset: Offset,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// How many records it has.
    pub count: u32,
    /// Sequence of the first record.
    pub base_sequence: i64,
    /// Sequence of the last record.
    pub last_sequence: i64,
    /// Its producer, -1 for none.
    pub producer_id: ProducerId,
    /// The producer's epoch.
    pub producer_epoch: ProducerEpoch,
    /// The epoch of the leader that took it.
    pub partition_leader_epoch: LeaderEpoch,
    /// How it is compressed.
    pub compress_codec: CompressionType,
    /// Part of a transaction.
    pub is_transactional: bool,
    /// Written by a broker, about the log itself.
    pub is_control: bool,
    /// From when on a cleaner may take out its tombstones, or its marker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_horizon_ms: Option<u64>,
    /// Where in the file it begins.
    pub position: u64,
    /// The latest timestamp of its records.
    pub create_time_ms: u64,
    /// Bytes.
    pub size: u32,
    /// See [`crc`].
    pub crc: u32,
    /// Its records, as far as they are known: a coordinator's, and the keys of those in a compacted topic.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<LogRecord>,
    /// Its records that have headers, as far as that is known: those that an application has put aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<LogHeaders>,
}

/// The headers of a record of an application.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogHeaders {
    /// Its offset.
    pub offset: Offset,
    /// When it was made.
    pub create_time_ms: u64,
    /// Its number in the batch, -1 without idempotence.
    pub sequence: i64,
    /// What they say.
    pub headers: Vec<RecordHeader>,
}

/// The replica on that broker, or that of the leader.
pub(super) fn replica(world: &World, tp: Tp, on: Option<BrokerId>) -> Result<(BrokerId, &Log), Missing> {
    let registration = image(world).and_then(|image| image.partition(tp)).ok_or(Missing::Partition)?;
    let id = on.or(registration.leader).ok_or(Missing::Leader)?;
    let log = broker(world, id).ok_or(Missing::Down(id))?.replica(tp).ok_or(Missing::Replica(id))?;
    Ok((id, log))
}

/// A replica's batches, file by file.
///
/// # Errors
/// There is no such log to be read.
pub fn dump(world: &World, request: DumpRequest) -> Result<LogDump, Missing> {
    let (id, log) = replica(world, request.tp, request.broker)?;
    let name = world.setup().catalog.tp_name(request.tp);
    let mut dump = LogDump {
        broker: id,
        log_start_offset: log.log_start(),
        high_watermark: log.high_watermark(),
        log_end_offset: log.log_end(),
        files: Vec::new(),
        left_out: 0,
        transaction_log_form: world.setup().rules.transaction_log_form,
    };
    let mut shown = 0;
    let ends = log.segments().skip(1).map(|next| next.base_offset).chain([log.log_end()]);
    for (segment, end) in log.segments().zip(ends) {
        if end <= request.from && end < log.log_end() {
            continue;
        }
        let base = segment.base_offset;
        let path = |kind: &str| format!("/var/lib/kafka/data-{id}/{name}/{:020}.{kind}", base.0);
        let transaction_index = transaction_index(segment.aborted(), path("txnindex"));
        let (batches, non_consecutive) = (Vec::new(), Vec::new());
        let mut file =
            LogFile { path: path("log"), starting_offset: base, batches, non_consecutive, transaction_index };
        let compacted = log.config().cleanup_policy.compact;
        let (mut position, mut last) = (0, None);
        for batch in log.batches(base).take_while(|batch| batch.base_offset < end) {
            if batch.next_offset() > request.from {
                if shown < request.limit {
                    if compacted {
                        let offsets = batch.offset_deltas().map(|delta| batch.base_offset.plus(delta));
                        note_holes(offsets, &mut last, &mut file.non_consecutive);
                    }
                    file.batches.push(log_batch(batch, request.tp, position, compacted, world));
                    shown += 1;
                } else {
                    dump.left_out += 1;
                }
            }
            position += u64::from(batch.size);
        }
        dump.files.push(file);
    }
    Ok(dump)
}

/// Which records are not followed by the next offset.
fn note_holes(offsets: impl Iterator<Item = Offset>, last: &mut Option<Offset>, holes: &mut Vec<(Offset, Offset)>) {
    for offset in offsets {
        if let Some(last) = last.filter(|last| last.plus(1) != offset) {
            holes.push((last, offset));
        }
        *last = Some(offset);
    }
}

/// The file is made with its first entry.
fn transaction_index(aborted: &[AbortedTxn], path: String) -> Option<LogTransactionIndex> {
    let entry = |aborted: &AbortedTxn| LogAbortedTxn {
        version: 0,
        producer_id: aborted.producer_id,
        first_offset: aborted.first_offset,
        last_offset: aborted.marker_offset,
        last_stable_offset: aborted.last_stable_offset,
    };
    (!aborted.is_empty()).then(|| LogTransactionIndex { path, entries: aborted.iter().map(entry).collect() })
}

/// A batch stays as its producer made it.
fn codec(batch: &RecordBatch, world: &World) -> CompressionType {
    let maker = world.setup().producers.iter().find(|producer| producer.node == batch.origin.node);
    maker.map_or(CompressionType::None, |producer| producer.config.compression_type)
}

fn log_batch(batch: &RecordBatch, tp: Tp, position: u64, keyed: bool, world: &World) -> LogBatch {
    // A coordinator's batch may be numbered without a producer id.
    let base_sequence = i64::from(batch.base_sequence.0);
    let last_sequence = if base_sequence < 0 { -1 } else { base_sequence + i64::from(batch.last_offset_delta) };
    LogBatch {
        base_offset: batch.base_offset,
        last_offset: batch.last_offset(),
        count: batch.count,
        base_sequence,
        last_sequence,
        producer_id: batch.producer_id,
        producer_epoch: batch.producer_epoch,
        partition_leader_epoch: batch.leader_epoch,
        compress_codec: codec(batch, world),
        is_transactional: batch.is_transactional,
        is_control: batch.is_control(),
        delete_horizon_ms: batch.delete_horizon.map(Nanos::as_millis),
        position,
        create_time_ms: batch.max_timestamp.as_millis(),
        size: batch.size,
        crc: crc(batch, base_sequence),
        records: records(batch, keyed, world),
        headers: headers(batch, tp, base_sequence, world),
    }
}

/// The headers of its records.
fn headers(batch: &RecordBatch, tp: Tp, base_sequence: i64, world: &World) -> Vec<LogHeaders> {
    let catalog = &world.setup().catalog;
    let BatchData::Records(details) = &batch.data else { return Vec::new() };
    let of = |detail: &RecordDetail| {
        let delta = detail.offset_delta;
        let put_aside = world.put_aside(batch.origin.node, tp, batch.origin.ordinal + delta)?;
        Some(LogHeaders {
            offset: batch.base_offset.plus(delta),
            create_time_ms: batch.max_timestamp.as_millis(),
            sequence: if base_sequence < 0 { -1 } else { base_sequence + i64::from(delta) },
            headers: put_aside.headers(catalog),
        })
    };
    details.iter().filter_map(of).collect()
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
