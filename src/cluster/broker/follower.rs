//! What a follower makes of its leader's answers: appends, high watermarks, truncation
//! (`core/.../server/{AbstractFetcherThread,ReplicaFetcherThread}.scala`).

use std::rc::Rc;

use super::{Broker, Phase};
use crate::cluster::log::AppendOutcome;
use crate::cluster::log::truncation::offset_truncation_state;
use crate::history::fact::{Fact, ReplicaRole, TruncationReason};
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchData, ListOffsetsResult};
use crate::sim::time::Nanos;

impl Broker {
    /// Takes one partition of an answer, unless it was asked for in another state. Returns when the
    /// disk is done with it.
    pub(super) fn process_partition(&mut self, source: BrokerId, data: FetchData, ctx: &mut Context<'_>) -> Nanos {
        let now = ctx.now();
        let tp = data.tp;
        let Some(partition) = &mut self.partitions[tp.index()] else { return now };
        let expected = (partition.log.log_end(), partition.leader_epoch);
        let follows = partition.leader == Some(source);
        let Some(state) = partition.follower_state_mut() else { return now };
        if !follows || state.listed != Some(expected) || state.failed || state.delayed_until.is_some() {
            return now;
        }
        match data.error {
            ErrorCode::None => match data.diverging {
                Some(leader_end) => {
                    self.truncate_to_divergence(source, tp, leader_end, ctx);
                    now
                }
                None => self.append_fetched(source, data, ctx),
            },
            ErrorCode::OffsetOutOfRange => {
                self.ask_log_end_next(source, tp);
                now
            }
            ErrorCode::FencedLeaderEpoch => {
                self.fail_partition(source, tp);
                now
            }
            _ => {
                self.delay_partition(source, tp, now);
                now
            }
        }
    }

    /// `ReplicaFetcherThread.processPartitionData`: records, high watermark, log start.
    fn append_fetched(&mut self, source: BrokerId, data: FetchData, ctx: &mut Context<'_>) -> Nanos {
        let tp = data.tp;
        let mut done = ctx.now();
        let has_data = !data.batches.is_empty();
        for batch in data.batches {
            match self.append_as_follower(tp, batch, ctx) {
                Ok(written) => done = done.max(written),
                Err(_) => {
                    if self.phase != Phase::Halted {
                        self.fail_partition(source, tp);
                    }
                    return done;
                }
            }
        }
        let Some(partition) = &mut self.partitions[tp.index()] else { return done };
        if partition.log.set_high_watermark(data.high_watermark) {
            let (high_watermark, log_end) = (partition.log.high_watermark(), partition.log.log_end());
            ctx.record(Fact::HighWatermarkLearned { broker: self.id, tp, high_watermark, log_end });
        }
        let log_start_moved = partition.log.set_log_start(data.log_start);
        if has_data || log_start_moved {
            self.relist(source, tp);
        }
        done
    }

    fn append_as_follower(
        &mut self,
        tp: Tp,
        batch: Rc<RecordBatch>,
        ctx: &mut Context<'_>,
    ) -> Result<Nanos, ErrorCode> {
        let partition = self.partitions[tp.index()].as_mut().ok_or(ErrorCode::NotLeaderOrFollower)?;
        let appended = Fact::Appended {
            broker: self.id,
            role: ReplicaRole::Follower,
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
        match partition.log.append_as_follower(batch)? {
            AppendOutcome::Appended { base_offset, rolled, .. } => {
                let done = self.write_batch(tp, base_offset, size, rolled, ctx).ok_or(ErrorCode::KafkaStorageError)?;
                ctx.record(appended);
                Ok(done)
            }
            AppendOutcome::Duplicate { .. } => Ok(ctx.now()),
        }
    }

    /// The logs part somewhere: cuts back to where they may agree. The next fetch tells whether they do.
    fn truncate_to_divergence(
        &mut self,
        source: BrokerId,
        tp: Tp,
        leader_end: (LeaderEpoch, Offset),
        ctx: &mut Context<'_>,
    ) {
        let Some(partition) = &self.partitions[tp.index()] else { return };
        let log = &partition.log;
        let cut = offset_truncation_state(log.epochs(), log.log_end(), log.high_watermark(), leader_end);
        self.truncate(tp, cut.offset, TruncationReason::Diverged, ctx);
        self.relist(source, tp);
    }

    fn truncate(&mut self, tp: Tp, offset: Offset, reason: TruncationReason, ctx: &mut Context<'_>) {
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        let cut = match reason {
            TruncationReason::Reset => partition.log.truncate_fully_and_start_at(offset),
            TruncationReason::Diverged | TruncationReason::OutOfRange => partition.log.truncate_to(offset, ctx.now()),
        };
        if cut.from != cut.to {
            let epoch = partition.leader_epoch;
            ctx.record(Fact::Truncated { broker: self.id, tp, from: cut.from, to: cut.to, epoch, reason });
        }
        self.truncated(tp, ctx);
    }

    /// The offset that the leader has told, if the partition is still followed in the same epoch.
    pub(super) fn told_offset(
        &mut self,
        source: BrokerId,
        tp: Tp,
        epoch: LeaderEpoch,
        results: &[ListOffsetsResult],
        now: Nanos,
    ) -> Option<Offset> {
        let result = results.iter().find(|result| result.tp == tp)?;
        let partition = self.partitions[tp.index()].as_mut()?;
        let current = partition.leader == Some(source) && partition.leader_epoch == epoch;
        if !current || partition.follower_state_mut().is_none() {
            return None;
        }
        match result.error {
            ErrorCode::None => return Some(result.offset),
            ErrorCode::FencedLeaderEpoch => self.fail_partition(source, tp),
            _ => self.delay_partition(source, tp, now),
        }
        None
    }

    /// The leader's log ends there (`AbstractFetcherThread.fetchOffsetAndTruncate`): a shorter log is
    /// followed back; otherwise its start decides.
    pub(super) fn leader_ends_at(&mut self, source: BrokerId, tp: Tp, leader_end: Offset, ctx: &mut Context<'_>) {
        if self.replica(tp).is_some_and(|log| leader_end < log.log_end()) {
            self.truncate(tp, leader_end, TruncationReason::OutOfRange, ctx);
            self.relist(source, tp);
        } else {
            self.ask_log_start(source, tp, ctx);
        }
    }

    /// The leader's log starts there: a log that ends before starts over; any other goes on as it is.
    pub(super) fn leader_starts_at(&mut self, source: BrokerId, tp: Tp, leader_start: Offset, ctx: &mut Context<'_>) {
        if self.replica(tp).is_some_and(|log| leader_start > log.log_end()) {
            self.truncate(tp, leader_start, TruncationReason::Reset, ctx);
        }
        self.relist(source, tp);
    }
}
