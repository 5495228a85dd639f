//! Logs on the disk: writes, flushes, checkpoints, the clean shutdown marker, loading, and failure
//! of the log directory (`core/.../log/LogManager.scala`, `storage/.../internals/checkpoint`).

use super::partition::Partition;
use super::{Broker, Phase, timers};
use crate::cluster::log::{Log, LogCheckpoint};
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::ids::*;
use crate::sim::disk::DirectoryId;
use crate::sim::time::{Nanos, span_of};

/// How often idempotence state is looked through (`producer.id.expiration.check.interval.ms`).
pub const PRODUCER_EXPIRATION_CHECK_INTERVAL: Nanos = Nanos::from_secs(600);

/// Until the first recovery point checkpoint (`log.initial.task.delay.ms`).
pub const INITIAL_TASK_DELAY: Nanos = Nanos::from_secs(30);

/// Bytes per second that one thread reads and checks during recovery.
const RECOVERY_BYTES_PER_SECOND: u64 = 100_000_000;

/// `num.recovery.threads.per.data.dir` (KIP-1030).
const RECOVERY_THREADS: u64 = 2;

/// What it takes one thread to open a log: segment, indexes, producer snapshot. Measured on Kafka 4.0.0: 64 small
/// logs in 0.83 to 0.99 s with two threads, after a clean stop or not.
const OPEN_COST: Nanos = Nanos::from_millis(25);

/// What lies in the log directory: it outlives the process.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// The logs, by partition; empty while the process has them.
    logs: Vec<Option<Log>>,
    /// `replication-offset-checkpoint`, `recovery-point-offset-checkpoint` and
    /// `log-start-offset-checkpoint`, by partition.
    checkpoints: Vec<LogCheckpoint>,
    /// `.kafka_cleanshutdown`: the epoch of the incarnation that stopped cleanly.
    clean_marker: Option<BrokerEpoch>,
    /// How many records this broker's coordinators have appended to each partition: names for
    /// checkers, not a part of Kafka.
    ordinals: Vec<u32>,
}

impl Storage {
    /// An empty directory in a world of `partitions` partitions.
    pub fn new(partitions: u32) -> Storage {
        let n = partitions as usize;
        Storage {
            logs: vec![None; n],
            checkpoints: vec![LogCheckpoint::default(); n],
            clean_marker: None,
            ordinals: vec![0; n],
        }
    }
    /// A log, while the process is down.
    pub fn log(&self, tp: Tp) -> Option<&Log> {
        self.logs.get(tp.index())?.as_ref()
    }
    /// Hands a log to the process.
    pub fn take_log(&mut self, tp: Tp) -> Option<Log> {
        self.logs[tp.index()].take()
    }
    /// Takes a log back from a process that has ended.
    pub fn put_log(&mut self, tp: Tp, log: Log) {
        self.logs[tp.index()] = Some(log);
    }
    /// Reads the clean shutdown marker and deletes it: a crash from here on is one.
    pub fn take_clean_marker(&mut self) -> Option<BrokerEpoch> {
        self.clean_marker.take()
    }
    /// The next ordinal of the broker's own records in a partition, for `count` of them.
    pub fn take_ordinals(&mut self, tp: Tp, count: u32) -> u32 {
        let next = &mut self.ordinals[tp.index()];
        std::mem::replace(next, *next + count)
    }
}

/// Where a partition's files are.
pub fn directory(tp: Tp) -> DirectoryId {
    DirectoryId(tp.0)
}

/// Flushes under way: (when the call returns, which log, up to where), earliest first.
#[derive(Clone, Debug, Default)]
pub struct Flushes(Vec<(Nanos, Tp, Offset)>);

impl Flushes {
    fn push(&mut self, at: Nanos, tp: Tp, offset: Offset) {
        let place = self.0.partition_point(|(other, _, _)| *other <= at);
        self.0.insert(place, (at, tp, offset));
    }
    fn next(&self) -> Option<Nanos> {
        self.0.first().map(|(at, _, _)| *at)
    }
    /// A log was cut: what its flushes cover ends there, whatever is written behind it before they return.
    fn truncate(&mut self, tp: Tp, log_end: Offset) {
        for (_, _, offset) in self.0.iter_mut().filter(|(_, other, _)| *other == tp) {
            *offset = log_end.min(*offset);
        }
    }
    fn take_done(&mut self, now: Nanos) -> Option<(Tp, Offset)> {
        (self.next()? <= now).then(|| {
            let (_, tp, offset) = self.0.remove(0);
            (tp, offset)
        })
    }
}

impl Broker {
    /// Writes a batch that the log has just taken. Returns when the writer gets on: after the write,
    /// or after the flush that `flush.messages` asks for. `None`: the disk failed, and with it the broker.
    ///
    /// `rolled`: the batch begins a segment, and what lies before is flushed in the background.
    pub(super) fn write_batch(
        &mut self,
        tp: Tp,
        base_offset: Offset,
        size: u32,
        rolled: bool,
        ctx: &mut Context<'_>,
    ) -> Option<Nanos> {
        if rolled {
            self.flush(tp, base_offset, ctx)?;
        }
        let now = ctx.now();
        let partition = self.partitions[tp.index()].as_ref()?;
        let Ok(written) = ctx.disk().write(now, partition.log.active_file(), u64::from(size)) else {
            self.log_dir_failed(ctx);
            return None;
        };
        let (log_end, requested) = (partition.log.log_end(), partition.flush_requested);
        let unflushed = (log_end.0 - requested.0).max(0) as u64;
        if unflushed < partition.config.flush_messages {
            return Some(written);
        }
        Some(self.flush(tp, log_end, ctx)?.max(written))
    }

    /// Whether the append just made is one that `flush.messages` has flushed: the append ends with the
    /// flush, and only then may the leader alone commit it (`UnifiedLog.append`). Followers need not wait.
    pub(super) fn awaits_flush(&self, tp: Tp) -> bool {
        let partition = self.partitions[tp.index()].as_ref();
        partition.is_some_and(|partition| partition.flush_requested == partition.log.log_end())
    }

    /// Flushes a log of which everything below `offset` is written. Returns when the call returns.
    fn flush(&mut self, tp: Tp, offset: Offset, ctx: &mut Context<'_>) -> Option<Nanos> {
        let now = ctx.now();
        let partition = self.partitions[tp.index()].as_mut()?;
        let flushed = partition.log.files_to_flush(offset).try_fold(now, |_, file| ctx.disk().flush(now, file));
        let Ok(done) = flushed else {
            self.log_dir_failed(ctx);
            return None;
        };
        partition.flush_requested = partition.flush_requested.max(offset);
        let earliest = self.flushes.next();
        self.flushes.push(done, tp, offset);
        if earliest.is_none_or(|earliest| done < earliest) {
            ctx.set_timer(Timer { kind: timers::FLUSHED, index: 0 }, done);
        }
        Some(done)
    }

    /// Flushes have returned.
    pub(super) fn note_flushed(&mut self, ctx: &mut Context<'_>) {
        while let Some((tp, offset)) = self.flushes.take_done(ctx.now()) {
            let Some(partition) = &mut self.partitions[tp.index()] else { continue };
            partition.log.flushed_to(offset);
            // Without a limit (Kafka: the largest long) only rolls and stops flush.
            let ends_append = partition.config.flush_messages < i64::MAX as u64;
            ctx.record(Fact::Flushed { broker: self.id, tp, offset });
            if ends_append {
                self.maybe_raise_high_watermark(tp, ctx);
            }
        }
        if let Some(at) = self.flushes.next() {
            ctx.set_timer(Timer { kind: timers::FLUSHED, index: 0 }, at);
        } else if self.phase == Phase::Flushing {
            self.finish_shutdown(ctx);
        }
    }

    /// The log's files are cut as the log was.
    pub(super) fn truncated(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        if let Some(partition) = &mut self.partitions[tp.index()] {
            ctx.disk().keep_only(partition.log.directory(), partition.log.files());
            partition.flush_requested = partition.flush_requested.min(partition.log.log_end());
            self.flushes.truncate(tp, partition.log.log_end());
            // Truncation writes the recovery points at once.
            self.storage.checkpoints[tp.index()].recovery_point = partition.log.recovery_point();
        }
    }

    /// Writes the high watermarks of all logs; every
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub(super) fn checkpoint_high_watermarks(&mut self, ctx: &mut Context<'_>) {
        for tp in &self.hosted {
            if let Some(partition) = &self.partitions[tp.index()] {
                self.storage.checkpoints[tp.index()].high_watermark = partition.log.high_watermark();
            }
        }
        ctx.set_timer_in(
            Timer { kind: timers::HIGH_WATERMARK_CHECKPOINT, index: 0 },
            self.config.replica_high_watermark_checkpoint_interval,
        );
    }

    /// Writes the recovery points and log starts of all logs; every
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub(super) fn checkpoint_recovery_points(&mut self, ctx: &mut Context<'_>) {
        for tp in &self.hosted {
            if let Some(partition) = &self.partitions[tp.index()] {
                let checkpoint = &mut self.storage.checkpoints[tp.index()];
                checkpoint.recovery_point = partition.log.recovery_point();
                checkpoint.log_start = partition.log.log_start();
            }
        }
        ctx.set_timer_in(
            Timer { kind: timers::RECOVERY_POINT_CHECKPOINT, index: 0 },
            self.config.log_flush_offset_checkpoint_interval,
        );
    }

    /// Forgets producers that have been silent for `producer.id.expiration.ms`.
    pub(super) fn expire_producers(&mut self, ctx: &mut Context<'_>) {
        for tp in &self.hosted {
            if let Some(partition) = &mut self.partitions[tp.index()] {
                partition.log.remove_expired_producers(ctx.now());
            }
        }
        ctx.set_timer_in(Timer { kind: timers::PRODUCER_EXPIRATION, index: 0 }, PRODUCER_EXPIRATION_CHECK_INTERVAL);
    }

    /// Opens the logs, as the first step of the first publish (`LogManager.startup`), which takes its time for
    /// each. After a crash the segments from the recovery points on have to be read and checked as well.
    pub(super) fn load_logs(&mut self, ctx: &mut Context<'_>) {
        let clean = self.started_clean;
        let (mut scanned, mut opened) = (0, 0);
        for index in 0..self.storage.logs.len() {
            let tp = Tp(index as u32);
            let (topic, _) = self.catalog.topic_of(tp);
            let Some(mut log) = self.storage.take_log(tp) else { continue };
            let Some(config) = self.image.topic(topic).cloned() else {
                self.storage.put_log(tp, log);
                continue;
            };
            let flushed = log.recovery_point();
            let (now, disk) = (ctx.now(), ctx.disk());
            let recovery = log.recover(|file| disk.len(file), self.storage.checkpoints[index], clean, now);
            disk.keep_only(log.directory(), log.files());
            scanned += recovery.scanned_bytes;
            opened += 1;
            ctx.record(Fact::LogRecovered {
                broker: self.id,
                tp,
                log_start: log.log_start(),
                log_end: recovery.log_end,
                written: recovery.written,
                flushed,
                high_watermark: log.high_watermark(),
                clean,
            });
            self.hosted.push(tp);
            self.partitions[index] = Some(Partition::new(tp, log, config));
        }
        let opening = Nanos(OPEN_COST.saturating_mul(opened).0 / RECOVERY_THREADS);
        let cost = opening.saturating_add(span_of(scanned, RECOVERY_BYTES_PER_SECOND * RECOVERY_THREADS));
        if cost == Nanos::ZERO {
            self.first_publish(ctx);
        } else {
            self.phase = Phase::LoadingLogs;
            ctx.set_timer_in(Timer { kind: timers::LOGS_LOADED, index: 0 }, cost);
        }
    }

    /// The last act of a clean stop: everything is flushed, checkpoints and marker follow.
    pub(super) fn begin_flushing(&mut self, ctx: &mut Context<'_>) {
        self.close_everything(ctx);
        let loaded = matches!(self.phase, Phase::Published | Phase::Running);
        if !loaded {
            // The logs were never loaded: what is on the disk is not vouched for.
            self.phase = Phase::Halted;
            ctx.exit();
            return;
        }
        self.phase = Phase::Flushing;
        for place in 0..self.hosted.len() {
            let tp = self.hosted[place];
            let Some(partition) = &self.partitions[tp.index()] else { continue };
            let log_end = partition.log.log_end();
            if partition.log.unflushed_records() > 0 && self.flush(tp, log_end, ctx).is_none() {
                return;
            }
        }
        if self.flushes.next().is_none() {
            self.finish_shutdown(ctx);
        }
    }

    fn finish_shutdown(&mut self, ctx: &mut Context<'_>) {
        for tp in &self.hosted {
            if let Some(partition) = &self.partitions[tp.index()] {
                self.storage.checkpoints[tp.index()] = partition.log.checkpoint();
            }
        }
        self.storage.clean_marker = Some(self.broker_epoch());
        self.phase = Phase::Halted;
        ctx.exit();
    }

    /// An I/O error takes the whole log directory offline, and a broker without a log directory halts
    /// (`LogManager.handleLogDirFailure`, `Exit.halt`): it answers nobody any more, closes what it has
    /// open and tells the controller nothing, whose session with it runs out.
    pub(super) fn log_dir_failed(&mut self, ctx: &mut Context<'_>) {
        if self.phase == Phase::Halted {
            return;
        }
        ctx.record(Fact::LogDirFailed { broker: self.id });
        self.close_everything(ctx);
        self.phase = Phase::Halted;
        ctx.halt(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_does_not_vouch_for_what_is_written_after_a_truncation() {
        let mut flushes = Flushes::default();
        flushes.push(Nanos(10), Tp(0), Offset(100));
        flushes.push(Nanos(10), Tp(1), Offset(100));
        flushes.truncate(Tp(0), Offset(50));
        assert_eq!(flushes.take_done(Nanos(10)), Some((Tp(0), Offset(50))), "the log may be longer again by now");
        assert_eq!(flushes.take_done(Nanos(10)), Some((Tp(1), Offset(100))));
    }
}
