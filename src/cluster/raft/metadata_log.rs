//! The `__cluster_metadata` log of a voter (`core/.../raft/KafkaMetadataLog.scala`, `raft/.../BatchAccumulator`).
//!
//! A leader's records wait for `controller.quorum.append.linger.ms`, go to the log and its file together as a batch, and
//! are flushed. While an fsync runs, newer records wait for the next one. A follower writes and flushes what it has
//! fetched. What of it is committed the quorum decides. The log is one like any other (it wraps a `UnifiedLog`).

use std::rc::Rc;

use crate::cluster::log::{AppendOrigin, Log, LogCheckpoint, Truncation};
use crate::node::Context;
use crate::protocol::batch::{BatchData, Origin, RecordBatch};
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use crate::protocol::messages::MetadataRecord;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::disk::{DirectoryId, DiskError};
use crate::sim::time::Nanos;

use super::timers::RaftTimer;

/// The log's directory on a controller's disk.
const DIRECTORY: DirectoryId = DirectoryId(0);
/// Bytes of one record, about what Kafka's records take with their framing.
const RECORD_BYTES: u32 = 64;
/// Bytes of the largest batch (`KafkaRaftClient.MAX_BATCH_SIZE_BYTES`).
const MAX_BATCH_BYTES: u32 = 8 << 20;
/// Bytes of one fetch (`KafkaRaftClient.MAX_FETCH_SIZE_BYTES`).
const MAX_FETCH_BYTES: u32 = MAX_BATCH_BYTES;

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
    /// The epoch in which this voter leads, or has led last.
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
    /// Offset after the last record in the log itself.
    pub(super) fn log_end(&self) -> Offset {
        self.log.log_end()
    }
    /// Everything below is flushed.
    pub(super) fn flushed_end(&self) -> Offset {
        self.log.recovery_point()
    }
    /// The epoch in which this voter leads, or has led last.
    pub(super) fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }
    /// The epoch of the last record; 0 for an empty log (`lastFetchedEpoch`).
    pub(super) fn last_epoch(&self) -> LeaderEpoch {
        known(self.log.latest_epoch())
    }
    /// Moves the high watermark, up or down, but within the log.
    pub(super) fn set_high_watermark(&mut self, offset: Offset) {
        self.log.set_high_watermark(offset);
    }
    /// The batches from `from` on.
    pub(super) fn batches(&self, from: i64) -> impl Iterator<Item = &RecordBatch> {
        self.log.batches(Offset(from))
    }
    /// What a fetch from `from` brings.
    pub(super) fn read(&self, from: Offset) -> Vec<SharedBatch> {
        let mut batches = Vec::new();
        self.log.read(from, self.log.log_end(), MAX_FETCH_BYTES, true, &mut batches);
        batches
    }
    /// Where `epoch` ends in this log; an epoch above all that are known: the end of the log
    /// (`KafkaMetadataLog.endOffsetForEpoch`).
    pub(super) fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> (LeaderEpoch, Offset) {
        match self.log.end_offset_for_epoch(epoch) {
            (_, Offset::INVALID) => (self.last_epoch(), self.log.log_end()),
            found => found,
        }
    }
    /// The records of `from .. to` with their offsets, as far as they are in the log.
    pub(super) fn records(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, &MetadataRecord)> {
        let records = self.log.batches(Offset(from)).flat_map(records_of);
        records.skip_while(move |(offset, _)| *offset < from).take_while(move |(offset, _)| *offset < to)
    }
    /// Adds a record; it is written after `linger`, and committed later.
    pub(super) fn append(&mut self, record: MetadataRecord, linger: Nanos, ctx: &mut Context<'_>) {
        self.waiting.push(record);
        let due = ctx.now().saturating_add(linger);
        match &mut self.flush {
            Flush::Idle => {
                self.flush = Flush::Lingering;
                ctx.set_timer(RaftTimer::Linger, due);
            }
            Flush::Lingering => {}
            Flush::Running { linger, .. } => *linger = linger.or(Some(due)),
        }
    }
    /// Writes and flushes what waits, without regard to the linger time. Returns when that is durable.
    ///
    /// # Errors
    /// The disk is full or broken: nothing can be committed any more.
    pub(super) fn drain(&mut self, ctx: &mut Context<'_>) -> Result<Nanos, DiskError> {
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
        ctx.cancel_timer(RaftTimer::Linger);
        ctx.set_timer(RaftTimer::Flushed, durable);
        Ok(durable)
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
    /// The flush has returned. Goes on with the records that came meanwhile: when they are durable.
    ///
    /// # Errors
    /// As for [`MetadataLog::drain`].
    pub(super) fn flushed(&mut self, ctx: &mut Context<'_>) -> Result<Option<Nanos>, DiskError> {
        let Flush::Running { end, linger } = self.flush else { return Ok(None) };
        self.log.flushed_to(end);
        match linger {
            None => self.flush = Flush::Idle,
            Some(due) if due <= ctx.now() => return self.drain(ctx).map(Some),
            Some(due) => {
                self.flush = Flush::Lingering;
                ctx.set_timer(RaftTimer::Linger, due);
            }
        }
        Ok(None)
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
    /// Appends what a leader has sent, and flushes it. Returns when it is durable: a voter does nothing before
    /// (`appendAsFollower`).
    ///
    /// # Errors
    /// The disk is full or broken.
    pub(super) fn append_as_follower(
        &mut self,
        batches: Vec<SharedBatch>,
        ctx: &mut Context<'_>,
    ) -> Result<Nanos, DiskError> {
        let now = ctx.now();
        let mut at = now;
        for batch in batches {
            let bytes = u64::from(batch.size);
            // What it has already it does not take again.
            if self.log.append_as_follower(batch).is_ok() {
                at = ctx.disk().write(now, self.log.active_file(), bytes)?;
            }
        }
        let end = self.log.log_end();
        let durable = self.log.files_to_flush(end).try_fold(at, |at, file| ctx.disk().flush(at, file))?;
        self.log.flushed_to(end);
        Ok(durable)
    }
    /// Cuts the log where it parts from a leader's, in which `epoch` ends at `end_offset` (`truncateToEndOffset`).
    pub(super) fn truncate_to_end_offset(
        &mut self,
        (epoch, end_offset): (LeaderEpoch, Offset),
        ctx: &mut Context<'_>,
    ) -> Truncation {
        let (own_epoch, own_end) = self.end_offset_for_epoch(epoch);
        let offset = match () {
            () if epoch.0 == 0 => end_offset.min(self.log.log_end()),
            () if own_epoch == epoch => own_end.min(end_offset),
            () => own_end,
        };
        let truncation = self.log.truncate_to(offset, ctx.now());
        ctx.disk().keep_only(self.log.directory(), self.log.files());
        truncation
    }
    /// Records that are not in the log yet are gone: with the process, or with the leadership.
    pub(super) fn discard_waiting(&mut self) {
        self.waiting.clear();
        self.flush = Flush::Idle;
    }
    /// Opens the log after a start: what the disk kept is cut at the last whole batch. After
    /// an honest fsync nothing committed can be missing. All of it is read and checked, as after a crash,
    /// however the last process ended (`KafkaMetadataLog.apply`).
    pub(super) fn recover(&mut self, ctx: &mut Context<'_>) {
        let checkpoint = LogCheckpoint { high_watermark: self.log.high_watermark(), ..LogCheckpoint::default() };
        let (now, disk) = (ctx.now(), ctx.disk());
        self.log.recover(|file| disk.len(file), checkpoint, false, now);
        disk.keep_only(self.log.directory(), self.log.files());
    }
    /// An epoch of this voter begins at the end of its log (`initializeLeaderEpoch`).
    pub(super) fn lead(&mut self, epoch: LeaderEpoch) {
        self.epoch = epoch;
        self.log.assign_epoch(epoch, self.log.log_end());
    }
}

/// An epoch, where none is 0.
fn known(epoch: LeaderEpoch) -> LeaderEpoch {
    if epoch == LeaderEpoch::UNDEFINED { LeaderEpoch(0) } else { epoch }
}

/// The records of a batch with their offsets.
pub fn records_of(batch: &RecordBatch) -> impl Iterator<Item = (i64, &MetadataRecord)> {
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
        begin(&mut stage, &mut log);
        (stage, log)
    }
    /// Starts, in the next epoch.
    fn begin(stage: &mut Stage, log: &mut MetadataLog) {
        stage.run(|ctx| log.recover(ctx));
        log.lead(LeaderEpoch(log.epoch().0 + 1));
    }
    /// Writes so many records and has them flushed.
    fn commit(stage: &mut Stage, log: &mut MetadataLog, records: usize) {
        write(stage, log, records);
        stage.advance(stage.now + Nanos::from_secs(1), |_, ctx| {
            log.flushed(ctx).expect("a healthy disk");
        });
        log.set_high_watermark(log.flushed_end());
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
        log.discard_waiting();
        begin(&mut stage, &mut log);
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
        log.discard_waiting();
        begin(&mut stage, &mut log);
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
