//! Stories about one log, and what must hold for all of them.

mod cleaner;
mod holes;
mod producer_stories;
mod properties;
mod retention;
mod stories;
mod transactions;

use std::rc::Rc;

use super::*;
use crate::protocol::batch::{BatchData, Origin, RecordBatch};
use crate::protocol::config::{CleanupPolicy, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::disk::{DirectoryId, FileId};
use crate::sim::time::Nanos;
use crate::stage::broken::each_is_noticed;

/// Every batch has this many bytes, if a test does not say otherwise.
const SIZE: u32 = 1_000;
const NOW: Nanos = Nanos::from_secs(100);

fn new_log() -> Log {
    Log::new(DirectoryId(0), Rc::new(TopicConfig::default()))
}

/// A log whose segments take ten batches.
fn log_of_small_segments() -> Log {
    Log::new(DirectoryId(0), Rc::new(TopicConfig { segment_bytes: u64::from(10 * SIZE), ..TopicConfig::default() }))
}

/// A batch on its way from a client without idempotence.
fn plain(count: u32) -> RecordBatch {
    RecordBatch {
        base_offset: Offset(0),
        count,
        last_offset_delta: count.saturating_sub(1),
        size: SIZE,
        leader_epoch: LeaderEpoch::UNDEFINED,
        producer_id: ProducerId::NONE,
        producer_epoch: ProducerEpoch::NONE,
        base_sequence: Sequence::NONE,
        base_timestamp: NOW,
        max_timestamp: NOW,
        is_transactional: false,
        delete_horizon: None,
        origin: Origin { node: NodeId(9), ordinal: 0 },
        data: BatchData::Plain,
    }
}

/// A batch of producer 1, epoch 0.
fn numbered(sequence: i32, count: u32) -> RecordBatch {
    RecordBatch {
        producer_id: ProducerId(1),
        producer_epoch: ProducerEpoch(0),
        base_sequence: Sequence(sequence),
        ..plain(count)
    }
}

/// A batch as a leader sends it to a follower.
fn replicated(base_offset: i64, count: u32, epoch: i32) -> RecordBatch {
    RecordBatch { base_offset: Offset(base_offset), leader_epoch: LeaderEpoch(epoch), ..plain(count) }
}

fn lead(log: &mut Log, batch: RecordBatch) -> Result<AppendOutcome, ErrorCode> {
    log.append_as_leader(batch, LeaderEpoch(1), AppendOrigin::Client, NOW)
}

/// Appends `n` batches of one record.
fn fill(log: &mut Log, n: usize) {
    for _ in 0..n {
        lead(log, plain(1)).expect("a valid batch");
    }
}

fn appended(base: i64, last: i64) -> Result<AppendOutcome, ErrorCode> {
    Ok(AppendOutcome::Appended { base_offset: Offset(base), last_offset: Offset(last), rolled: false, closed: None })
}

fn duplicate(base: i64, last: i64) -> Result<AppendOutcome, ErrorCode> {
    Ok(AppendOutcome::Duplicate { base_offset: Offset(base), last_offset: Offset(last) })
}

/// What is left of a log's files if one after the other `bytes` of them are.
fn first(log: &Log, mut bytes: u64) -> impl Fn(FileId) -> u64 + use<> {
    let left: Vec<(FileId, u64)> = log
        .files()
        .map(|(file, len)| {
            let kept = len.min(bytes);
            bytes -= kept;
            (file, kept)
        })
        .collect();
    move |file| left.iter().find(|(other, _)| *other == file).expect("a file of the log").1
}

/// The files as they are.
fn whole(_: FileId) -> u64 {
    u64::MAX
}

/// First and last sequences that the log knows of producer 1.
fn window(log: &Log) -> Vec<(i32, i32)> {
    let entry = log.producers().entry(ProducerId(1));
    entry.map_or(Vec::new(), |entry| {
        entry.batches().iter().map(|batch| (batch.first_sequence().0, batch.last_sequence.0)).collect()
    })
}

/// A log of three batches in two epochs, flushed and committed up to the second.
fn lived_in() -> Log {
    let mut log = log_of_small_segments();
    for (n, epoch) in [(0, 0), (2, 0), (4, 1)] {
        log.append_as_leader(numbered(n, 2), LeaderEpoch(epoch), AppendOrigin::Client, NOW).expect("in sequence");
    }
    log.high_watermark = Offset(4);
    log.recovery_point = Offset(4);
    log
}

#[test]
fn a_log_that_contradicts_itself_is_noticed() {
    each_is_noticed(
        lived_in,
        Log::check_invariants,
        &[
            ("the last stable offset lies behind the log start", |log| log.log_start = Offset(5)),
            ("the high watermark lies within the log", |log| log.high_watermark = Offset(7)),
            ("what is flushed is in the log", |log| log.recovery_point = Offset(7)),
            ("no record lies behind the log end", |log| (log.log_end, log.recovery_point) = (Offset(4), Offset(4))),
            ("an epoch begins within the log", |log| log.epochs.assign(LeaderEpoch(9), Offset(99)).expect("valid")),
            ("producers know of nothing behind the log end", |log| {
                log.segments = super::segments::Segments::new(Offset(0));
                (log.log_end, log.high_watermark, log.recovery_point) = (Offset(5), Offset(4), Offset(4));
            }),
        ],
    );
}
