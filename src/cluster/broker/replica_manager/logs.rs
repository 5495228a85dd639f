//! The logs of the hosted replicas: loading, truncating, checkpoints, the last flush
//! (`core/.../log/LogManager.scala`).

use super::ReplicaManager;
use super::partition::Partition;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::log::truncation::offset_truncation_state;
use crate::history::fact::{Fact, TruncationReason};
use crate::node::Context;
use crate::protocol::ids::*;
use crate::sim::time::{Nanos, span_of};

/// How often idempotence state is looked through (`producer.id.expiration.check.interval.ms`).
const PRODUCER_EXPIRATION_CHECK_INTERVAL: Nanos = Nanos::from_secs(600);

/// Until the first recovery point checkpoint (`log.initial.task.delay.ms`).
const INITIAL_TASK_DELAY: Nanos = Nanos::from_secs(30);

/// Bytes per second that one thread reads and checks during recovery.
const RECOVERY_BYTES_PER_SECOND: u64 = 100_000_000;

/// `num.recovery.threads.per.data.dir` (KIP-1030).
const RECOVERY_THREADS: u64 = 2;

/// What it takes one thread to open a log: segment, indexes, producer snapshot. Measured on Kafka 4.0.0: 64 small
/// logs in 0.83 to 0.99 s with two threads, after a clean stop or not.
const OPEN_COST: Nanos = Nanos::from_millis(25);

impl ReplicaManager {
    /// Opens the logs of the topics that exist (`LogManager.startup`). After a crash the segments from the recovery
    /// points on have to be read and checked as well. Returns how long all that takes.
    pub fn load_logs(&mut self, clean: bool, cache: &MetadataCache, ctx: &mut Context<'_>) -> Nanos {
        let (mut scanned, mut opened) = (0, 0);
        for tp in self.log_manager.partitions() {
            let (topic, _) = self.catalog.topic_of(tp);
            let Some(config) = cache.image().topic(topic).cloned() else { continue };
            if cache.partition(tp).is_some_and(|registration| !registration.replicas.contains(self.me)) {
                self.delete_stray(tp, ctx);
                continue;
            }
            let Some(mut log) = self.log_manager.take_log(tp) else { continue };
            let flushed = log.recovery_point();
            let (now, disk) = (ctx.now(), ctx.disk());
            let recovery = log.recover(|file| disk.len(file), self.log_manager.checkpoint(tp), clean, now);
            disk.keep_only(log.directory(), log.files());
            log.set_config(config.clone());
            scanned += recovery.scanned_bytes;
            opened += 1;
            ctx.record(Fact::LogRecovered {
                broker: self.me,
                tp,
                log_start: log.log_start(),
                log_end: recovery.log_end,
                written: recovery.written,
                flushed,
                high_watermark: log.high_watermark(),
                clean,
            });
            self.add(Partition::new(tp, log, config));
        }
        let opening = Nanos(OPEN_COST.saturating_mul(opened).0 / RECOVERY_THREADS);
        opening.saturating_add(span_of(scanned, RECOVERY_BYTES_PER_SECOND * RECOVERY_THREADS))
    }

    /// The broker has become no replica of a partition while its process did not run (`LogManager.isStrayReplica`).
    fn delete_stray(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(log) = self.log_manager.take_log(tp) else { return };
        ctx.disk().keep_only(log.directory(), std::iter::empty());
        self.log_manager.delete(tp);
        ctx.record(Fact::ReplicaDeleted { broker: self.me, tp, log_end: log.log_end() });
    }

    /// The timers that run while the broker has logs. `first_look`: when the ISRs are looked at for the first time; at
    /// the start of a process there is nothing to see. `cleaner_looks`: when the cleaner looks for the first time.
    pub fn start_periodic_work(&mut self, first_look: Nanos, cleaner_looks: Nanos, ctx: &mut Context<'_>) {
        self.checkpoint_high_watermarks(ctx);
        ctx.set_timer_in(BrokerTimer::IsrShrink, first_look);
        ctx.set_timer_in(BrokerTimer::RecoveryPointCheckpoint, INITIAL_TASK_DELAY);
        ctx.set_timer_in(BrokerTimer::ProducerExpiration, PRODUCER_EXPIRATION_CHECK_INTERVAL);
        self.start_cleaner(cleaner_looks, ctx);
        self.start_cleanup(ctx.now().saturating_add(INITIAL_TASK_DELAY), ctx);
    }

    /// Writes the high watermarks of all logs; every
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub fn checkpoint_high_watermarks(&mut self, ctx: &mut Context<'_>) {
        for partition in self.partitions.iter().filter(|partition| partition.has_log()) {
            self.log_manager.checkpoint_mut(partition.tp).high_watermark = partition.log.high_watermark();
        }
        ctx.set_timer_in(BrokerTimer::HighWatermarkCheckpoint, self.config.replica_high_watermark_checkpoint_interval);
    }
    /// Writes the recovery points and log starts of all logs; every
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub fn checkpoint_recovery_points(&mut self, ctx: &mut Context<'_>) {
        for partition in self.partitions.iter().filter(|partition| partition.has_log()) {
            let checkpoint = self.log_manager.checkpoint_mut(partition.tp);
            checkpoint.recovery_point = partition.log.recovery_point();
            checkpoint.log_start = partition.log.log_start();
        }
        ctx.set_timer_in(BrokerTimer::RecoveryPointCheckpoint, self.config.log_flush_offset_checkpoint_interval);
    }
    /// Forgets producers that have been silent for `producer.id.expiration.ms`.
    pub fn expire_producers(&mut self, ctx: &mut Context<'_>) {
        for partition in &mut self.partitions {
            partition.log.remove_expired_producers(ctx.now());
        }
        ctx.set_timer_in(BrokerTimer::ProducerExpiration, PRODUCER_EXPIRATION_CHECK_INTERVAL);
    }

    /// The log of a follower parts from its leader's somewhere: cuts back to where they may agree. The next fetch
    /// tells whether they do.
    pub fn truncate_to_divergence(
        &mut self,
        replica: ReplicaId,
        leader_end: (LeaderEpoch, Offset),
        ctx: &mut Context<'_>,
    ) {
        let log = &self.partition(replica).log;
        let cut = offset_truncation_state(log.epochs(), log.log_end(), log.high_watermark(), leader_end);
        self.truncate(replica, cut.offset, TruncationReason::Diverged, ctx);
    }
    /// A shorter log of the leader is followed back. Whether it was shorter (`fetchOffsetAndTruncate`).
    pub fn truncate_to_leader_end(&mut self, replica: ReplicaId, leader_end: Offset, ctx: &mut Context<'_>) -> bool {
        let is_shorter = leader_end < self.partition(replica).log.log_end();
        if is_shorter {
            self.truncate(replica, leader_end, TruncationReason::OutOfRange, ctx);
        }
        is_shorter
    }
    /// A log that ends before the leader's starts over; any other goes on as it is.
    pub fn start_over_at_leader_start(&mut self, replica: ReplicaId, leader_start: Offset, ctx: &mut Context<'_>) {
        if leader_start > self.partition(replica).log.log_end() {
            self.truncate(replica, leader_start, TruncationReason::Reset, ctx);
        }
    }
    fn truncate(&mut self, replica: ReplicaId, offset: Offset, reason: TruncationReason, ctx: &mut Context<'_>) {
        let broker = self.me;
        // What lies before the active segment is what a cleaner may have in hand.
        let log = &self.partition(replica).log;
        let cuts_older = reason == TruncationReason::Reset || offset < log.active_segment().base_offset;
        if cuts_older {
            self.abort_cleaning(replica, ctx);
        }
        let cleaned = self.cleaned_file(replica);
        let partition = &mut self.partitions[replica.index()];
        let cut = match reason {
            TruncationReason::Reset => partition.log.truncate_fully_and_start_at(offset),
            TruncationReason::Diverged | TruncationReason::OutOfRange => partition.log.truncate_to(offset, ctx.now()),
        };
        let (tp, epoch) = (partition.tp, partition.leader_epoch);
        if cut.from != cut.to {
            ctx.record(Fact::Truncated { broker, tp, from: cut.from, to: cut.to, epoch, reason });
        }
        // The files are cut as the log was.
        let directory = partition.log.directory();
        let deleted = self.file_deletions.of(directory);
        ctx.disk().keep_only(directory, partition.log.files().chain(cleaned).chain(deleted));
        let log_end = partition.log.log_end();
        partition.flush_requested = partition.flush_requested.min(log_end);
        self.flushes.truncate(replica, log_end);
        if cuts_older {
            let active = partition.log.active_segment().base_offset;
            self.log_manager.truncate_cleaner_checkpoint(tp, active);
        }
        // Truncation writes the recovery points at once.
        self.log_manager.checkpoint_mut(tp).recovery_point = partition.log.recovery_point();
    }

    /// Flushes everything, as the last act but one of a clean stop. Whether nothing is under way.
    pub fn flush_all(&mut self, ctx: &mut Context<'_>) -> Result<bool, Halt> {
        for place in 0..self.hosted.len() {
            let replica = self.hosted[place].1;
            let log = &self.partition(replica).log;
            let log_end = log.log_end();
            if log.unflushed_records() > 0 {
                self.flush(replica, log_end, ctx)?;
            }
        }
        Ok(self.flushes.next().is_none())
    }
    /// The last act of a clean stop: checkpoints and marker.
    pub fn close_cleanly(&mut self, epoch: BrokerEpoch) {
        for partition in self.partitions.iter().filter(|partition| partition.has_log()) {
            *self.log_manager.checkpoint_mut(partition.tp) = partition.log.checkpoint();
        }
        self.log_manager.put_clean_marker(epoch);
    }
}
