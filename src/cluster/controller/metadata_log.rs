//! The `__cluster_metadata` log of a quorum of one (`raft/.../KafkaRaftClient.java`, `BatchAccumulator`).
//!
//! Records wait for `controller.quorum.append.linger.ms`, go to the log and its file together as a batch, and
//! are committed when the fsync returns: the leader is the whole majority. While an fsync runs, newer
//! records wait for the next one. The log is one like any other (`KafkaMetadataLog` wraps a `UnifiedLog`).

use std::rc::Rc;

use crate::cluster::log::{AppendOrigin, Log, LogCheckpoint};
use crate::node::Context;
use crate::protocol::batch::{BatchData, Origin, RecordBatch};
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use crate::protocol::messages::MetadataRecord;
use crate::sim::disk::{DirectoryId, DiskError};
use crate::sim::time::Nanos;

use super::timers::ControllerTimer;

/// The only directory on a controller's disk.
const DIRECTORY: DirectoryId = DirectoryId(0);
/// Bytes of one record, about what Kafka's records take with their framing.
const RECORD_BYTES: u32 = 64;
/// Bytes of the largest batch (`KafkaRaftClient.MAX_BATCH_SIZE_BYTES`).
const MAX_BATCH_BYTES: u32 = 8 << 20;

/// How far the present leadership has got with its newest records.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Flush {
    /// Nothing waits.
    Idle,
    /// Records wait for the linger time to pass.
    Lingering,
    /// The records below `end` are being flushed.
    Running {
        /// Offset after the last of them.
        end: Offset,
        /// The linger time of newer records, if there are any.
        linger: Option<Nanos>,
    },
}

/// The log: what is on the disk, what of it counts, and what waits to go there.
#[derive(Clone, Debug)]
pub(super) struct MetadataLog {
    log: Log,
    /// The epoch of the newest leadership (`quorum-state`).
    epoch: LeaderEpoch,
    /// Records that were not handed to the log yet (`BatchAccumulator`).
    waiting: Vec<MetadataRecord>,
    flush: Flush,
}

impl Default for MetadataLog {
    /// An empty log.
    fn default() -> MetadataLog {
        let config = TopicConfig { max_message_bytes: MAX_BATCH_BYTES, ..TopicConfig::default() };
        let log = Log::new(DIRECTORY, Rc::new(config));
        MetadataLog { log, epoch: LeaderEpoch(0), waiting: Vec::new(), flush: Flush::Idle }
    }
}

impl MetadataLog {
    /// Offset of the next record.
    pub(super) fn end(&self) -> i64 {
        self.log.log_end().0 + self.waiting.len() as i64
    }
    /// The high watermark.
    pub(super) fn committed(&self) -> i64 {
        self.log.high_watermark().0
    }
    /// The records of `from .. to` with their offsets, as far as they are in the log.
    pub(super) fn records(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, &MetadataRecord)> {
        let records = self.log.batches(Offset(from)).flat_map(numbered);
        records.skip_while(move |(offset, _)| *offset < from).take_while(move |(offset, _)| *offset < to)
    }
    /// Adds a record; it is written after `linger`, and committed later.
    pub(super) fn append(&mut self, record: MetadataRecord, linger: Nanos, ctx: &mut Context<'_>) {
        self.waiting.push(record);
        let due = ctx.now().saturating_add(linger);
        match &mut self.flush {
            Flush::Idle => {
                self.flush = Flush::Lingering;
                ctx.set_timer(ControllerTimer::Linger, due);
            }
            Flush::Lingering => {}
            Flush::Running { linger, .. } => *linger = linger.or(Some(due)),
        }
    }
    /// Writes and flushes what waits, without regard to the linger time.
    ///
    /// # Errors
    /// The disk is full or broken: nothing can be committed any more.
    pub(super) fn drain(&mut self, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        let now = ctx.now();
        let mut in_cache = now;
        let waiting = std::mem::take(&mut self.waiting);
        for records in waiting.chunks((MAX_BATCH_BYTES / RECORD_BYTES) as usize) {
            let bytes = self.append_batch(records, ctx);
            in_cache = ctx.disk().write(now, self.log.active_file(), bytes)?;
        }
        let end = self.log.log_end();
        let durable = self.log.files_to_flush(end).try_fold(in_cache, |at, file| ctx.disk().flush(at, file))?;
        self.flush = Flush::Running { end, linger: None };
        ctx.cancel_timer(ControllerTimer::Linger);
        ctx.set_timer(ControllerTimer::Flushed, durable);
        Ok(())
    }
    /// Appends a batch of what waited; returns its bytes.
    fn append_batch(&mut self, records: &[MetadataRecord], ctx: &mut Context<'_>) -> u64 {
        let (now, count) = (ctx.now(), records.len() as u32);
        let batch = RecordBatch {
            base_offset: self.log.log_end(),
            count,
            last_offset_delta: count - 1,
            size: count * RECORD_BYTES,
            leader_epoch: self.epoch,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            base_timestamp: now,
            max_timestamp: now,
            is_transactional: false,
            delete_horizon: None,
            origin: Origin { node: ctx.me(), ordinal: self.log.log_end().0 as u32 },
            data: BatchData::Metadata(records.into()),
        };
        let size = u64::from(batch.size);
        let appended = self.log.append_as_leader(batch, self.epoch, AppendOrigin::RaftLeader, now);
        appended.expect("a batch with records, no larger than allowed");
        size
    }
    /// The flush has returned: its records are committed. Goes on with those that came meanwhile.
    ///
    /// # Errors
    /// As for [`MetadataLog::drain`].
    pub(super) fn flushed(&mut self, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        let Flush::Running { end, linger } = self.flush else { return Ok(()) };
        self.log.flushed_to(end);
        self.log.set_high_watermark(end);
        match linger {
            None => self.flush = Flush::Idle,
            Some(due) if due <= ctx.now() => self.drain(ctx)?,
            Some(due) => {
                self.flush = Flush::Lingering;
                ctx.set_timer(ControllerTimer::Linger, due);
            }
        }
        Ok(())
    }
    /// # Panics
    /// If what is flushed and what waits contradicts the log.
    pub(super) fn check_invariants(&self) {
        self.log.check_invariants();
        let (committed, end) = (self.log.high_watermark(), self.log.log_end());
        match self.flush {
            Flush::Idle => assert!(self.waiting.is_empty(), "records that wait are to be written some time"),
            Flush::Lingering => assert!(!self.waiting.is_empty(), "something waits for the linger time to pass"),
            Flush::Running { end: flushed, linger } => {
                assert!(committed <= flushed && flushed <= end, "what is being flushed is in the log");
                assert_eq!(linger.is_some(), !self.waiting.is_empty(), "newer records wait for their linger time");
            }
        }
    }
    /// The process is gone: records that never reached the file system are, too.
    pub(super) fn process_died(&mut self) {
        self.waiting.clear();
        self.flush = Flush::Idle;
    }
    /// Opens the log after a start, for a new leadership: what the disk kept is cut at the last whole batch. After
    /// an honest fsync nothing committed can be missing. All of it is read and checked, as after a crash,
    /// however the last process ended (`KafkaMetadataLog.apply`).
    pub(super) fn recover(&mut self, ctx: &mut Context<'_>) {
        let checkpoint = LogCheckpoint { high_watermark: self.log.high_watermark(), ..LogCheckpoint::default() };
        let (now, disk) = (ctx.now(), ctx.disk());
        self.log.recover(|file| disk.len(file), checkpoint, false, now);
        disk.keep_only(self.log.directory(), self.log.files());
        self.epoch = LeaderEpoch(self.epoch.0 + 1);
        self.log.assign_epoch(self.epoch, self.log.log_end());
    }
}

/// The records of a batch with their offsets.
fn numbered(batch: &RecordBatch) -> impl Iterator<Item = (i64, &MetadataRecord)> {
    let records = if let BatchData::Metadata(records) = &batch.data { &records[..] } else { &[] };
    (batch.base_offset.0..).zip(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::NodeId;
    use crate::stage::Stage;

    /// A log in its first leadership, and the node whose it is.
    fn started() -> (Stage, MetadataLog) {
        let (mut stage, mut log) = (Stage::new(NodeId(0)), MetadataLog::default());
        stage.run(|ctx| log.recover(ctx));
        (stage, log)
    }
    /// Writes so many records and has them flushed.
    fn commit(stage: &mut Stage, log: &mut MetadataLog, records: usize) {
        write(stage, log, records);
        stage.advance(stage.now + Nanos::from_secs(1), |_, ctx| log.flushed(ctx).expect("a healthy disk"));
    }
    fn write(stage: &mut Stage, log: &mut MetadataLog, records: usize) {
        stage.run(|ctx| {
            (0..records).for_each(|_| log.append(MetadataRecord::NoOp, Nanos::from_millis(25), ctx));
            log.drain(ctx).expect("a healthy disk");
        });
    }
    /// Epoch, base offset and records of each batch.
    fn batches(log: &MetadataLog) -> Vec<(i32, i64, u32)> {
        log.log.batches(Offset(0)).map(|batch| (batch.leader_epoch.0, batch.base_offset.0, batch.count)).collect()
    }

    #[test]
    fn a_flush_is_a_batch_and_a_leadership_an_epoch() {
        let (mut stage, mut log) = started();
        commit(&mut stage, &mut log, 3);
        commit(&mut stage, &mut log, 1);
        log.process_died();
        stage.run(|ctx| log.recover(ctx));
        commit(&mut stage, &mut log, 2);
        assert_eq!(batches(&log), [(1, 0, 3), (1, 3, 1), (2, 4, 2)]);
        assert_eq!((log.committed(), log.end(), log.log.recovery_point()), (6, 6, Offset(6)));
        assert_eq!(log.records(2, 5).map(|(offset, _)| offset).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn a_torn_batch_is_gone_as_a_whole() {
        let (mut stage, mut log) = started();
        commit(&mut stage, &mut log, 3);
        write(&mut stage, &mut log, 4);
        let file = log.log.active_file();
        stage.disk.keep_only(file.directory, [(file, 5 * u64::from(RECORD_BYTES))].into_iter());
        log.process_died();
        stage.run(|ctx| log.recover(ctx));
        assert_eq!((log.committed(), log.end()), (3, 3));
        assert_eq!(stage.disk.len(file), 3 * u64::from(RECORD_BYTES));
        commit(&mut stage, &mut log, 1);
        assert_eq!(batches(&log), [(1, 0, 3), (2, 3, 1)]);
    }

    #[test]
    fn what_waited_is_cut_into_batches_of_eight_mebibytes() {
        let (mut stage, mut log) = started();
        commit(&mut stage, &mut log, 200_000);
        assert_eq!(batches(&log), [(1, 0, 131_072), (1, 131_072, 68_928)]);
        assert_eq!(log.committed(), 200_000);
    }

    #[test]
    fn a_metadata_log_that_contradicts_itself_is_noticed() {
        let whole = || {
            let (mut stage, mut log) = started();
            commit(&mut stage, &mut log, 2);
            log
        };
        crate::stage::broken::each_is_noticed(
            whole,
            MetadataLog::check_invariants,
            &[
                ("records that wait are to be written some time", |log| log.waiting.push(MetadataRecord::NoOp)),
                ("something waits for the linger time to pass", |log| log.flush = Flush::Lingering),
                ("what is being flushed is in the log", |log| {
                    log.flush = Flush::Running { end: Offset(3), linger: None }
                }),
                ("newer records wait for their linger time", |log| {
                    log.flush = Flush::Running { end: Offset(2), linger: Some(Nanos::ZERO) };
                }),
            ],
        );
    }
}
