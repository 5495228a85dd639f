//! Produce: checks, append, and the wait for the ISR
//! (`KafkaApis.handleProduceRequest`, `ReplicaManager.appendRecords`).

use super::ReplicaManager;
use super::append::LogAppendResult;
use super::delayed::{Completed, Delayed, DelayedProduce, ProducePartitionStatus, Produced};
use super::delayed_markers::MarkerWait;
use super::partition::{AwaitedCommit, Partition};
use super::verified::Verified;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::AppendOrigin;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::{LeaderAndEpoch, RecordBatch};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{Acks, List, ProducePartition, ProduceRequest};
use crate::protocol::rules::ProduceTopic;

impl ReplicaManager {
    /// Takes a produce request of a channel; without one its client is gone, and waits for no answer. `verified`: what
    /// the coordinator has said, if it is part of a transaction.
    pub fn produce(
        &mut self,
        channel: Option<u32>,
        request: ProduceRequest,
        verified: Option<&Verified>,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Produced, Halt> {
        let ProduceRequest { transactional: _, acks, timeout, mut partitions } = request;
        let mut statuses: List<ProducePartitionStatus> = List::new();
        let mut done = ctx.now();
        for ProducePartition { tp, batch } in partitions.drain(..) {
            let (origin, count) = (batch.origin, batch.count);
            let mut status = ProducePartitionStatus::new(tp, count);
            let replica = self.find(tp);
            let appended = match verified.and_then(|verified| verified.error(tp)) {
                Some(refused) => Err(refused),
                None => self.append_from_client(tp, replica, batch, (acks, verified), cache, ctx)?,
            };
            match appended {
                Ok((replica, appended)) => {
                    done = done.max(appended.done);
                    appended_status(&mut status, self.partition(replica), &appended, acks);
                }
                Err(error) => {
                    let broker = self.me;
                    let (node, ordinal) = (origin.node, origin.ordinal);
                    ctx.record(Fact::ProduceRefused { broker, tp, node, ordinal, count, error });
                    let partition = replica.map(|replica| self.partition(replica));
                    let hint = partition.map_or_else(|| cache.leader_of(tp), Partition::leader_hint);
                    decide(&mut status, error, partition, hint);
                }
            }
            statuses.push(status);
        }
        ctx.give_back(partitions);
        let produce = DelayedProduce::new(acks, statuses, done);
        if acks == Acks::Zero {
            return Ok(if produce.has_failed() { Produced::Disconnect } else { Produced::Silent(done) });
        }
        if produce.is_decided() {
            return Ok(Produced::Answer(produce));
        }
        let Some(channel) = channel else { return Ok(Produced::Unheard) };
        for status in &produce.partitions {
            if let (Some(required), Some(replica)) = (status.required, self.find(status.result.tp)) {
                self.partition_mut(replica).awaited.push(AwaitedCommit { required, channel });
            }
        }
        let deadline = ctx.now().saturating_add(timeout);
        self.delayed.watch(channel, Delayed::Produce(produce), deadline, ctx);
        Ok(Produced::Delayed)
    }

    /// Appends a client's batch to a partition that this broker leads (`Partition.appendRecordsToLeader`).
    fn append_from_client(
        &mut self,
        tp: Tp,
        replica: Option<ReplicaId>,
        batch: RecordBatch,
        (acks, verified): (Acks, Option<&Verified>),
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<(ReplicaId, LogAppendResult), ErrorCode>, Halt> {
        let replica = match self.may_append(tp, replica, acks, cache) {
            Ok(replica) => replica,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(verified) = verified
            && let Err(error) = self.check_verified(self.partition(replica), &batch, verified)
        {
            return Ok(Err(error));
        }
        let appended = self.append_as_leader(replica, batch, AppendOrigin::Client, cache, ctx)?;
        Ok(appended.map(|appended| (replica, appended)))
    }
    #[inline]
    fn may_append(
        &self,
        tp: Tp,
        replica: Option<ReplicaId>,
        acks: Acks,
        cache: &MetadataCache,
    ) -> Result<ReplicaId, ErrorCode> {
        if cache.partition(tp).is_none() {
            let unknown_topic = cache.image().topic(self.catalog.topic_of(tp).0).is_none();
            return Err(match self.rules.produce_topic {
                ProduceTopic::ById if unknown_topic => ErrorCode::UnknownTopicId,
                ProduceTopic::ById | ProduceTopic::ByName => ErrorCode::UnknownTopicOrPartition,
            });
        }
        if self.is_internal(tp) {
            // Only the coordinator writes to an internal topic.
            return Err(ErrorCode::InvalidTopicException);
        }
        let replica = replica.ok_or(ErrorCode::NotLeaderOrFollower)?;
        let partition = self.partition(replica);
        if !partition.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        if acks == Acks::All && partition.is_under_min_isr() {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        Ok(replica)
    }

    /// The high watermark rose, or leadership was lost: decides what waits at a replica from the `next`th on, up to
    /// the first request that is to be answered.
    #[inline]
    pub fn complete_writes(&mut self, replica: ReplicaId, next: &mut usize) -> Option<(u32, Completed)> {
        while let Some(awaited) = self.partition(replica).awaited.get(*next).copied() {
            let Some(error) = commit_outcome(self.partition(replica), awaited.required) else {
                *next += 1;
                continue;
            };
            self.partition_mut(replica).awaited.remove(*next);
            if let Some(decided) = self.decide_delayed(awaited, replica, error) {
                return Some((awaited.channel, decided));
            }
        }
        None
    }

    /// Fixes the results of a delayed request at one replica. Returns it if that was the last.
    fn decide_delayed(&mut self, awaited: AwaitedCommit, replica: ReplicaId, error: ErrorCode) -> Option<Completed> {
        let AwaitedCommit { required, channel } = awaited;
        let partition = &self.partitions[replica.index()];
        match self.delayed.get_mut(channel) {
            Some(Delayed::Produce(produce)) => {
                let here = |status: &&mut ProducePartitionStatus| {
                    status.result.tp == partition.tp && status.required.is_some()
                };
                for status in produce.partitions.iter_mut().filter(here) {
                    decide(status, error, Some(partition), partition.leader_hint());
                }
                if produce.is_decided() { self.take_produce(channel).map(Completed::Produce) } else { None }
            }
            Some(Delayed::Markers(_)) => {
                let (tp, waits) = (partition.tp, MarkerWait::Commit(required));
                self.decide_markers(channel, tp, waits, error).map(Completed::Markers)
            }
            Some(Delayed::Fetch(_)) | None => unreachable!("only what was written waits at replicas"),
        }
    }
    fn take_produce(&mut self, channel: u32) -> Option<DelayedProduce> {
        match self.delayed.take(channel) {
            Some(Delayed::Produce(produce)) => Some(produce),
            _ => None,
        }
    }

    /// The request's timeout has passed: what is undecided is answered REQUEST_TIMED_OUT. It stays in
    /// the log.
    pub(super) fn expire_produce(&mut self, channel: u32) -> Option<DelayedProduce> {
        self.stop_awaiting(channel);
        let mut produce = self.take_produce(channel)?;
        for status in produce.partitions.iter_mut().filter(|status| status.required.is_some()) {
            let partition = self.partition_of(status.result.tp);
            decide(status, ErrorCode::RequestTimedOut, partition, None);
        }
        Some(produce)
    }

    /// Nobody waits any more for what is delayed on a channel.
    pub(super) fn drop_delayed(&mut self, channel: u32) {
        self.stop_awaiting(channel);
        self.delayed.complete(channel);
        if !self.markers_of_groups.is_empty() {
            self.markers_of_groups.retain(|_, other| *other != channel);
        }
    }

    /// The replicas at which a request waits forget it.
    pub(super) fn stop_awaiting(&mut self, channel: u32) {
        let waits: List<Tp> = match self.delayed.get(channel) {
            Some(Delayed::Produce(produce)) => {
                produce.partitions.iter().filter(|s| s.required.is_some()).map(|s| s.result.tp).collect()
            }
            Some(Delayed::Markers(markers)) => {
                markers.statuses.iter().filter(|s| s.waits.is_some()).map(|s| s.tp).collect()
            }
            Some(Delayed::Fetch(_)) | None => return,
        };
        for replica in waits.into_iter().filter_map(|tp| self.find(tp)).collect::<List<ReplicaId>>() {
            self.partition_mut(replica).awaited.retain(|awaited| awaited.channel != channel);
        }
    }
}

#[inline]
fn appended_status(status: &mut ProducePartitionStatus, partition: &Partition, appended: &LogAppendResult, acks: Acks) {
    let required = appended.last_offset.plus(1);
    status.result.base_offset = appended.base_offset;
    status.result.log_start = partition.log.log_start();
    status.required = Some(required);
    let outcome = match acks {
        Acks::All => commit_outcome(partition, required),
        Acks::Zero | Acks::One => Some(ErrorCode::None),
    };
    if let Some(error) = outcome {
        decide(status, error, Some(partition), partition.leader_hint());
    }
}

/// Whether the records below `required` are committed: `None` if not yet
/// (`Partition.checkEnoughReplicasReachOffset`).
#[inline]
pub(super) fn commit_outcome(partition: &Partition, required: Offset) -> Option<ErrorCode> {
    if !partition.is_leader() {
        return Some(ErrorCode::NotLeaderOrFollower);
    }
    if partition.log.high_watermark() < required {
        return None;
    }
    Some(if partition.has_enough_replicas() { ErrorCode::None } else { ErrorCode::NotEnoughReplicasAfterAppend })
}

/// Fixes the result of one partition. `hint`: the leader that this broker knows.
#[inline]
fn decide(
    status: &mut ProducePartitionStatus,
    error: ErrorCode,
    partition: Option<&Partition>,
    hint: Option<LeaderAndEpoch>,
) {
    status.required = None;
    status.result.error = error;
    if error.is_err() {
        status.result.base_offset = Offset::INVALID;
    }
    if error == ErrorCode::NotLeaderOrFollower {
        status.result.current_leader = hint;
    }
    if let Some(partition) = partition {
        status.isr = partition.leader_state().map_or(0, |leader| leader.isr.maximal().len() as u16);
        status.min_isr = partition.effective_min_isr();
        status.high_watermark = partition.log.high_watermark();
    }
}
