//! Records that come into a log, and what that does to high watermark and disk
//! (`Partition.appendRecordsToLeader`, `appendRecordsToFollowerOrFutureReplica`, `UnifiedLog.append`).

use std::rc::Rc;

use super::answers::FollowerAppend;
use super::partition::Partition;
use super::removed_records::{holes_before, tell_removed};
use super::{Happened, ReplicaManager};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::log::{AppendOrigin, AppendOutcome};
use crate::history::fact::{Fact, LogStartReason, ReplicaRole};
use crate::node::Context;
use crate::protocol::batch::{BatchData, ControlRecord, Origin, RecordBatch, RecordDetail, TransactionMarker};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::FetchData;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// A batch that is in the log, now or already.
pub(super) struct LogAppendResult {
    pub base_offset: Offset,
    pub last_offset: Offset,
    /// When its writer gets on.
    pub done: Nanos,
}

impl ReplicaManager {
    /// Appends a batch as leader: log, disk, high watermark.
    pub(super) fn append_as_leader(
        &mut self,
        replica: ReplicaId,
        batch: RecordBatch,
        origin: AppendOrigin,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<LogAppendResult, ErrorCode>, Halt> {
        let (now, broker) = (ctx.now(), self.me);
        let partition = self.partition_mut(replica);
        let (tp, leader_epoch) = (partition.tp, partition.leader_epoch);
        let (Origin { node, ordinal }, count, size) = (batch.origin, batch.count, batch.size);
        let (producer_id, producer_epoch, sequence) = (batch.producer_id, batch.producer_epoch, batch.base_sequence);
        let marker = marker_of(&batch);
        let keyed = keys_to_tell(partition, &batch);
        match partition.log.append_as_leader(batch, leader_epoch, origin, now) {
            Err(error) => Ok(Err(error)),
            Ok(AppendOutcome::Duplicate { base_offset, last_offset }) => {
                ctx.record(Fact::DuplicateDropped { broker, tp, base_offset, node, ordinal, count });
                Ok(Ok(LogAppendResult { base_offset, last_offset, done: now }))
            }
            Ok(AppendOutcome::Appended { base_offset, last_offset, rolled, closed }) => {
                let done = self.write_batch(replica, base_offset, size, rolled, ctx)?;
                let role = ReplicaRole::Leader;
                ctx.record(match marker {
                    Some(marker) => control_appended(marker, (broker, role, tp), base_offset, leader_epoch, closed),
                    None => Fact::Appended {
                        broker,
                        role,
                        tp,
                        base_offset,
                        count,
                        leader_epoch,
                        node,
                        ordinal,
                        producer_id,
                        producer_epoch,
                        sequence,
                    },
                });
                for detail in keyed.iter().flat_map(|details| details.iter()) {
                    let offset = base_offset.plus(detail.offset_delta);
                    ctx.record(Fact::KeyAppended {
                        broker,
                        tp,
                        offset,
                        key: detail.key,
                        tombstone: detail.is_tombstone(),
                    });
                }
                self.happened.push_back(Happened::Appended(replica));
                if !self.awaits_flush(replica) {
                    self.maybe_raise_high_watermark(replica, cache, ctx);
                }
                Ok(Ok(LogAppendResult { base_offset, last_offset, done }))
            }
        }
    }

    /// Appends a batch of a coordinator, as with acks=1. Returns the offset after it.
    pub fn append_from_coordinator(
        &mut self,
        tp: Tp,
        batch: RecordBatch,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<Offset, ErrorCode>, Halt> {
        let Some(replica) = self.find(tp).filter(|replica| self.partition(*replica).is_leader()) else {
            return Ok(Err(ErrorCode::NotLeaderOrFollower));
        };
        let appended = self.append_as_leader(replica, batch, AppendOrigin::Coordinator, cache, ctx)?;
        Ok(appended.map(|appended| appended.last_offset.plus(1)))
    }
    /// The same as with acks=all: refused while the ISR is below the minimum.
    pub fn append_replicated_from_coordinator(
        &mut self,
        tp: Tp,
        batch: RecordBatch,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<Offset, ErrorCode>, Halt> {
        if self.partition_of(tp).is_some_and(Partition::is_under_min_isr) {
            return Ok(Err(ErrorCode::NotEnoughReplicas));
        }
        self.append_from_coordinator(tp, batch, cache, ctx)
    }
    /// The next ordinal of the coordinators' own records in a partition, for `count` of them.
    pub fn take_ordinals(&mut self, tp: Tp, count: u32) -> u32 {
        self.log_manager.take_ordinals(tp, count)
    }

    /// Where a replica stands if it follows that leader in its present epoch.
    #[inline]
    pub fn follows(&self, replica: ReplicaId, leader: BrokerId) -> Option<(Offset, LeaderEpoch)> {
        self.partition(replica).follows(leader)
    }

    /// Appends what was fetched, and learns high watermark and log start
    /// (`ReplicaFetcherThread.processPartitionData`).
    pub fn append_fetched(
        &mut self,
        replica: ReplicaId,
        data: FetchData,
        ctx: &mut Context<'_>,
    ) -> Result<FollowerAppend, Halt> {
        let mut done = ctx.now();
        let has_data = !data.batches.is_empty();
        for batch in data.batches {
            match self.append_as_follower(replica, batch, ctx)? {
                Ok(written) => done = done.max(written),
                Err(_) => return Ok(FollowerAppend { done, moved: None }),
            }
        }
        let broker = self.me;
        let partition = self.partition_mut(replica);
        if partition.log.set_high_watermark(data.high_watermark) {
            let (high_watermark, log_end) = (partition.log.high_watermark(), partition.log.log_end());
            ctx.record(Fact::HighWatermarkLearned { broker, tp: partition.tp, high_watermark, log_end });
            if !partition.watchers.is_empty() {
                self.happened.push_back(Happened::Learned(replica));
            }
        }
        let log = &mut self.partition_mut(replica).log;
        let before = log.log_start();
        let log_start_moved = log.set_log_start(data.log_start);
        if log_start_moved {
            let start = log.log_start();
            self.tell_log_start(replica, before, start, LogStartReason::LeaderOffsetIncremented, ctx);
            self.plan_cleanup(ctx);
        }
        Ok(FollowerAppend { done, moved: Some(has_data || log_start_moved) })
    }

    fn append_as_follower(
        &mut self,
        replica: ReplicaId,
        batch: SharedBatch,
        ctx: &mut Context<'_>,
    ) -> Result<Result<Nanos, ErrorCode>, Halt> {
        let broker = self.me;
        let partition = self.partition_mut(replica);
        let (role, tp) = (ReplicaRole::Follower, partition.tp);
        let (marker, leader_epoch) = (marker_of(&batch), batch.leader_epoch);
        let appended = Fact::Appended {
            broker,
            role,
            tp,
            base_offset: batch.base_offset,
            count: batch.count,
            leader_epoch: batch.leader_epoch,
            node: batch.origin.node,
            ordinal: batch.origin.ordinal,
            producer_id: batch.producer_id,
            producer_epoch: batch.producer_epoch,
            sequence: batch.base_sequence,
        };
        let size = batch.size;
        // In a compacted log there may be holes, before the batch and inside of it.
        let (log_end, has_holes) = (partition.log.log_end(), batch.has_holes());
        let tells = partition.log.config().cleanup_policy.compact && (has_holes || batch.base_offset > log_end);
        let holes = tells.then(|| batch.clone());
        match partition.log.append_as_follower(batch) {
            Err(error) => Ok(Err(error)),
            Ok(AppendOutcome::Duplicate { .. }) => Ok(Ok(ctx.now())),
            Ok(AppendOutcome::Appended { base_offset, rolled, closed, .. }) => {
                let done = self.write_batch(replica, base_offset, size, rolled, ctx)?;
                if let Some(batch) = holes {
                    tell_removed(broker, tp, holes_before(log_end, &batch), true, ctx);
                }
                ctx.record(match marker {
                    Some(marker) => control_appended(marker, (broker, role, tp), base_offset, leader_epoch, closed),
                    None => appended,
                });
                Ok(Ok(done))
            }
        }
    }

    /// Writes a batch that the log has just taken. Returns when the writer gets on: after the write, or after
    /// the flush that `flush.messages` asks for.
    ///
    /// `rolled`: the batch begins a segment, and what lies before is flushed in the background.
    #[inline]
    fn write_batch(
        &mut self,
        replica: ReplicaId,
        base_offset: Offset,
        size: u32,
        rolled: bool,
        ctx: &mut Context<'_>,
    ) -> Result<Nanos, Halt> {
        if rolled {
            self.flush(replica, base_offset, ctx)?;
            if self.partition(replica).log.config().cleanup_policy.compact {
                self.plan_cleaning(ctx);
            }
        }
        let now = ctx.now();
        let partition = self.partition(replica);
        let written = ctx.disk().write(now, partition.log.active_file(), u64::from(size));
        let written = written.map_err(|_| Halt::LogDirFailed)?;
        let (log_end, requested) = (partition.log.log_end(), partition.flush_requested);
        let unflushed = (log_end.0 - requested.0).max(0) as u64;
        if unflushed < partition.config.flush_messages {
            return Ok(written);
        }
        Ok(self.flush(replica, log_end, ctx)?.max(written))
    }

    /// Whether the append just made is one that `flush.messages` has flushed: the append ends with the
    /// flush, and only then may the leader alone commit it (`UnifiedLog.append`). Followers need not wait.
    #[inline]
    fn awaits_flush(&self, replica: ReplicaId) -> bool {
        let partition = self.partition(replica);
        partition.flush_requested == partition.log.log_end()
    }

    /// Flushes a log of which everything below `offset` is written. Returns when the call returns.
    pub(super) fn flush(&mut self, replica: ReplicaId, offset: Offset, ctx: &mut Context<'_>) -> Result<Nanos, Halt> {
        let now = ctx.now();
        let partition = self.partition_mut(replica);
        let flushed = partition.log.files_to_flush(offset).try_fold(now, |_, file| ctx.disk().flush(now, file));
        let done = flushed.map_err(|_| Halt::LogDirFailed)?;
        partition.flush_requested = partition.flush_requested.max(offset);
        let earliest = self.flushes.next();
        self.flushes.push(done, replica, offset);
        if earliest.is_none_or(|earliest| done < earliest) {
            ctx.set_timer(BrokerTimer::Flushed, done);
        }
        Ok(done)
    }

    /// Flushes have returned. Whether none is under way any more.
    pub fn note_flushed(&mut self, cache: &MetadataCache, ctx: &mut Context<'_>) -> bool {
        while let Some((replica, offset)) = self.flushes.take_done(ctx.now()) {
            let broker = self.me;
            let partition = self.partition_mut(replica);
            partition.log.flushed_to(offset);
            // Without a limit (Kafka: the largest long) only rolls and stops flush.
            let ends_append = partition.config.flush_messages < i64::MAX as u64;
            ctx.record(Fact::Flushed { broker, tp: partition.tp, offset });
            if ends_append {
                self.maybe_raise_high_watermark(replica, cache, ctx);
            }
        }
        match self.flushes.next() {
            Some(at) => ctx.set_timer(BrokerTimer::Flushed, at),
            None => return true,
        }
        false
    }

    /// The high watermark of a led partition may have to rise.
    pub(super) fn maybe_raise_high_watermark(
        &mut self,
        replica: ReplicaId,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) {
        let (broker, lag_max) = (self.me, self.config.replica_lag_time_max);
        let partition = self.partition_mut(replica);
        let (was, stable) = (partition.log.high_watermark(), partition.log.last_stable_offset());
        if !partition.maybe_raise_high_watermark(cache.image(), lag_max, ctx.now()) {
            return;
        }
        ctx.record(Fact::HighWatermarkAdvanced {
            broker,
            tp: partition.tp,
            epoch: partition.leader_epoch,
            high_watermark: partition.log.high_watermark(),
            log_end: partition.log.log_end(),
            isr: partition.leader_state().map_or(BrokerList::EMPTY, |leader| leader.isr.maximal()),
            min_isr: partition.effective_min_isr(),
        });
        // Who hears of nothing else takes it that what was at the high watermark goes with it, and what was not stays.
        let raised = partition.log.high_watermark();
        tell_last_stable_offset(broker, partition, if stable == was { raised } else { stable }, ctx);
        self.happened.push_back(Happened::Raised(replica));
    }
}

/// Tells where the last stable offset is, if that is not where everybody takes it to be.
pub(super) fn tell_last_stable_offset(
    broker: BrokerId,
    partition: &Partition,
    expected: Offset,
    ctx: &mut Context<'_>,
) {
    let last_stable_offset = partition.log.last_stable_offset();
    if last_stable_offset != expected {
        let (tp, epoch, high_watermark) = (partition.tp, partition.leader_epoch, partition.log.high_watermark());
        ctx.record(Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark });
    }
}

/// What checkers have to know of the records of an application that come into a compacted log: each one's key.
fn keys_to_tell(partition: &Partition, batch: &RecordBatch) -> Option<Rc<[RecordDetail]>> {
    match &batch.data {
        BatchData::Records(details) if partition.log.config().cleanup_policy.compact => Some(details.clone()),
        _ => None,
    }
}

/// The marker in a batch, if it holds one.
#[inline]
fn marker_of(batch: &RecordBatch) -> Option<TransactionMarker> {
    let BatchData::Control(ControlRecord::EndTxn { commit, coordinator_epoch }) = batch.data else { return None };
    let producer = ProducerIdAndEpoch { id: batch.producer_id, epoch: batch.producer_epoch };
    Some(TransactionMarker { producer, coordinator_epoch, commit })
}

fn control_appended(
    marker: TransactionMarker,
    (broker, role, tp): (BrokerId, ReplicaRole, Tp),
    offset: Offset,
    leader_epoch: LeaderEpoch,
    closed: Option<Offset>,
) -> Fact {
    Fact::ControlAppended {
        broker,
        role,
        tp,
        offset,
        leader_epoch,
        producer_id: marker.producer.id,
        producer_epoch: marker.producer.epoch,
        coordinator_epoch: marker.coordinator_epoch,
        commit: marker.commit,
        first_offset: closed.unwrap_or(Offset::INVALID),
    }
}
