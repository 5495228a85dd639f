//! Produce: checks, append, and the wait for the ISR
//! (`KafkaApis.handleProduceRequest`, `ReplicaManager.appendRecords`, `core/.../server/DelayedProduce.scala`).

use super::connections::Activity;
use super::partition::Waiting;
use super::{Broker, Happened, Phase};
use crate::cluster::log::{AppendOrigin, AppendOutcome};
use crate::history::fact::{Fact, ReplicaRole};
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{
    Acks, List, ProducePartition, ProduceRequest, ProduceResponse, ProduceResult, Response,
};
use crate::protocol::rules::ProduceTopic;
use crate::sim::time::Nanos;

/// A produce request with acks=all that is not committed yet.
#[derive(Clone, Debug)]
pub struct ParkedProduce {
    /// The results, in order of the request.
    partitions: List<PartitionStatus>,
    /// The handler was busy with it until then.
    done: Nanos,
}

/// What is known of one partition of a produce request (`ProducePartitionStatus`).
#[derive(Clone, Copy, Debug)]
struct PartitionStatus {
    result: ProduceResult,
    /// Records of the batch.
    count: u32,
    /// The high watermark that it waits for, until it is decided.
    required: Option<Offset>,
    /// Maximal and minimum ISR, and the high watermark, when it was decided.
    isr: u16,
    min_isr: u16,
    high_watermark: Offset,
}

/// A batch that is in the log, now or already.
struct Appended {
    base_offset: Offset,
    last_offset: Offset,
    done: Nanos,
}

impl Broker {
    /// Takes a produce request.
    pub(super) fn produce(&mut self, slot: u32, request: ProduceRequest, ctx: &mut Context<'_>) {
        let ProduceRequest { acks, timeout, partitions } = request;
        let mut statuses: List<PartitionStatus> = List::new();
        let mut done = ctx.now();
        for ProducePartition { tp, batch } in partitions {
            let (origin, count) = (batch.origin, batch.count);
            let appended = self.append_from_client(tp, batch, acks, ctx);
            if self.phase == Phase::Halted {
                return;
            }
            if let Ok(appended) = &appended {
                done = done.max(appended.done);
            }
            let status = match appended {
                Ok(appended) => self.appended_status(tp, count, &appended, acks),
                Err(error) => {
                    ctx.record(Fact::ProduceRefused {
                        broker: self.id,
                        tp,
                        node: origin.node,
                        ordinal: origin.ordinal,
                        count,
                        error,
                    });
                    self.refused_status(tp, count, error)
                }
            };
            statuses.push(status);
        }
        if acks == Acks::Zero {
            self.end_unacknowledged(slot, &statuses, done, ctx);
            return;
        }
        let waits = statuses.iter().any(|status| status.required.is_some());
        let parked = ParkedProduce { partitions: statuses, done };
        if waits {
            self.park_produce(slot, parked, timeout, ctx);
        } else {
            self.answer_produce(slot, &parked, acks, ctx);
        }
    }

    /// acks=0: the only sign of an error that a client ever gets is a closed connection.
    fn end_unacknowledged(&mut self, slot: u32, statuses: &[PartitionStatus], done: Nanos, ctx: &mut Context<'_>) {
        if statuses.iter().any(|status| status.result.error.is_err()) {
            self.close(slot, ctx);
        } else {
            self.finish_silently(slot, done, ctx);
        }
    }

    /// Appends a client's batch to a partition that this broker leads (`Partition.appendRecordsToLeader`).
    fn append_from_client(
        &mut self,
        tp: Tp,
        batch: RecordBatch,
        acks: Acks,
        ctx: &mut Context<'_>,
    ) -> Result<Appended, ErrorCode> {
        if self.image.partition(tp).is_none() {
            let unknown_topic = self.image.topic(self.catalog.topic_of(tp).0).is_none();
            return Err(match self.rules.produce_topic {
                ProduceTopic::ById if unknown_topic => ErrorCode::UnknownTopicId,
                ProduceTopic::ById | ProduceTopic::ByName => ErrorCode::UnknownTopicOrPartition,
            });
        }
        if self.is_offsets_partition(tp) {
            // Only the coordinator writes to an internal topic.
            return Err(ErrorCode::InvalidTopicException);
        }
        let partition = self.partitions[tp.index()].as_ref().ok_or(ErrorCode::NotLeaderOrFollower)?;
        let leader = partition.leader_state().ok_or(ErrorCode::NotLeaderOrFollower)?;
        if acks == Acks::All && leader.isr.committed().len() < usize::from(partition.effective_min_isr()) {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        self.append_as_leader(tp, batch, AppendOrigin::Client, ctx)
    }

    /// Appends a batch as leader: log, disk, high watermark. Fails with KAFKA_STORAGE_ERROR when the
    /// disk does, after which there is nobody left to answer.
    fn append_as_leader(
        &mut self,
        tp: Tp,
        batch: RecordBatch,
        origin: AppendOrigin,
        ctx: &mut Context<'_>,
    ) -> Result<Appended, ErrorCode> {
        let now = ctx.now();
        let partition = self.partitions[tp.index()].as_mut().ok_or(ErrorCode::NotLeaderOrFollower)?;
        let epoch = partition.leader_epoch;
        let (batch_origin, count, size) = (batch.origin, batch.count, batch.size);
        let (producer_id, producer_epoch, sequence) = (batch.producer_id, batch.producer_epoch, batch.base_sequence);
        match partition.log.append_as_leader(batch, epoch, origin, now)? {
            AppendOutcome::Duplicate { base_offset, last_offset } => {
                let crate::protocol::batch::Origin { node, ordinal } = batch_origin;
                ctx.record(Fact::DuplicateDropped { broker: self.id, tp, base_offset, node, ordinal, count });
                Ok(Appended { base_offset, last_offset, done: now })
            }
            AppendOutcome::Appended { base_offset, last_offset, rolled } => {
                let done = self.write_batch(tp, base_offset, size, rolled, ctx).ok_or(ErrorCode::KafkaStorageError)?;
                ctx.record(Fact::Appended {
                    broker: self.id,
                    role: ReplicaRole::Leader,
                    tp,
                    base_offset,
                    count,
                    leader_epoch: epoch,
                    node: batch_origin.node,
                    ordinal: batch_origin.ordinal,
                    producer_id,
                    producer_epoch,
                    sequence,
                });
                self.happened.push_back(Happened::Appended(tp));
                if !self.awaits_flush(tp) {
                    self.maybe_raise_high_watermark(tp, ctx);
                }
                Ok(Appended { base_offset, last_offset, done })
            }
        }
    }

    /// Appends a batch of the group coordinator, as with acks=1. Returns the offset after it.
    pub(super) fn append_from_coordinator(
        &mut self,
        tp: Tp,
        batch: RecordBatch,
        ctx: &mut Context<'_>,
    ) -> Result<Offset, ErrorCode> {
        let is_leader = self.partitions[tp.index()].as_ref().is_some_and(|partition| partition.is_leader());
        if !is_leader {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let appended = self.append_as_leader(tp, batch, AppendOrigin::Coordinator, ctx)?;
        Ok(appended.last_offset.plus(1))
    }

    fn appended_status(&self, tp: Tp, count: u32, appended: &Appended, acks: Acks) -> PartitionStatus {
        let log_start = self.replica(tp).map_or(Offset::INVALID, |log| log.log_start());
        let result = ProduceResult {
            tp,
            error: ErrorCode::None,
            base_offset: appended.base_offset,
            log_start,
            current_leader: None,
        };
        let required = appended.last_offset.plus(1);
        let mut status = PartitionStatus {
            result,
            count,
            required: Some(required),
            isr: 0,
            min_isr: 0,
            high_watermark: Offset::INVALID,
        };
        let outcome = match acks {
            Acks::All => self.commit_outcome(tp, required),
            Acks::Zero | Acks::One => Some(ErrorCode::None),
        };
        if let Some(error) = outcome {
            self.decide(&mut status, error);
        }
        status
    }

    fn refused_status(&self, tp: Tp, count: u32, error: ErrorCode) -> PartitionStatus {
        let result = ProduceResult {
            tp,
            error: ErrorCode::None,
            base_offset: Offset::INVALID,
            log_start: Offset::INVALID,
            current_leader: None,
        };
        let mut status =
            PartitionStatus { result, count, required: None, isr: 0, min_isr: 0, high_watermark: Offset::INVALID };
        self.decide(&mut status, error);
        status
    }

    /// Whether the records below `required` are committed: `None` if not yet
    /// (`Partition.checkEnoughReplicasReachOffset`).
    fn commit_outcome(&self, tp: Tp, required: Offset) -> Option<ErrorCode> {
        let partition = self.partitions[tp.index()].as_ref()?;
        let Some(leader) = partition.leader_state() else { return Some(ErrorCode::NotLeaderOrFollower) };
        if partition.log.high_watermark() < required {
            return None;
        }
        let enough = leader.isr.maximal().len() >= usize::from(partition.effective_min_isr());
        Some(if enough { ErrorCode::None } else { ErrorCode::NotEnoughReplicasAfterAppend })
    }

    /// Fixes the result of one partition.
    fn decide(&self, status: &mut PartitionStatus, error: ErrorCode) {
        status.required = None;
        status.result.error = error;
        let tp = status.result.tp;
        if error.is_err() {
            status.result.base_offset = Offset::INVALID;
        }
        if error == ErrorCode::NotLeaderOrFollower {
            status.result.current_leader = self.leader_hint(tp);
        }
        if let Some(partition) = &self.partitions[tp.index()] {
            status.isr = partition.leader_state().map_or(0, |leader| leader.isr.maximal().len() as u16);
            status.min_isr = partition.effective_min_isr();
            status.high_watermark = partition.log.high_watermark();
        }
    }

    fn park_produce(&mut self, slot: u32, parked: ParkedProduce, timeout: Nanos, ctx: &mut Context<'_>) {
        for status in &parked.partitions {
            if let Some(required) = status.required
                && let Some(partition) = &mut self.partitions[status.result.tp.index()]
            {
                partition.waiting.push(Waiting { required, slot });
            }
        }
        let deadline = ctx.now().saturating_add(timeout);
        self.park(slot, Activity::Produce(parked), deadline, ctx);
    }

    /// The high watermark rose, or leadership was lost: decides what waits at a partition.
    pub(super) fn complete_produces(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let mut next = 0;
        while let Some(waiting) =
            self.partitions[tp.index()].as_ref().and_then(|partition| partition.waiting.get(next).copied())
        {
            let Some(error) = self.commit_outcome(tp, waiting.required) else {
                next += 1;
                continue;
            };
            if let Some(partition) = &mut self.partitions[tp.index()] {
                partition.waiting.remove(next);
            }
            self.decide_parked(waiting.slot, tp, error, ctx);
        }
    }

    fn decide_parked(&mut self, slot: u32, tp: Tp, error: ErrorCode, ctx: &mut Context<'_>) {
        let connection = self.connections.get_mut(slot);
        let Activity::Produce(mut parked) = std::mem::take(&mut connection.activity) else {
            unreachable!("only parked produce requests wait at partitions");
        };
        for status in parked.partitions.iter_mut().filter(|status| status.result.tp == tp && status.required.is_some())
        {
            self.decide(status, error);
        }
        if parked.partitions.iter().any(|status| status.required.is_some()) {
            self.connections.get_mut(slot).activity = Activity::Produce(parked);
        } else {
            self.answer_produce(slot, &parked, Acks::All, ctx);
            self.unparked();
        }
    }

    /// The request's timeout has passed: what is undecided is answered REQUEST_TIMED_OUT. It stays in
    /// the log.
    pub(super) fn expire_produce(&mut self, slot: u32, ctx: &mut Context<'_>) {
        self.unwatch_produce(slot);
        let Activity::Produce(mut parked) = std::mem::take(&mut self.connections.get_mut(slot).activity) else {
            return;
        };
        for status in parked.partitions.iter_mut().filter(|status| status.required.is_some()) {
            self.decide(status, ErrorCode::RequestTimedOut);
        }
        self.answer_produce(slot, &parked, Acks::All, ctx);
    }

    /// Nobody waits for a parked produce request any more.
    pub(super) fn unpark_produce(&mut self, slot: u32) {
        if matches!(self.connections.get(slot).activity, Activity::Produce(_)) {
            self.unwatch_produce(slot);
            self.connections.get_mut(slot).activity = Activity::Idle;
        }
    }

    fn unwatch_produce(&mut self, slot: u32) {
        let Activity::Produce(parked) = &self.connections.get(slot).activity else { return };
        for status in parked.partitions.iter().filter(|status| status.required.is_some()) {
            if let Some(partition) = &mut self.partitions[status.result.tp.index()] {
                partition.waiting.retain(|waiting| waiting.slot != slot);
            }
        }
    }

    fn answer_produce(&mut self, slot: u32, parked: &ParkedProduce, acks: Acks, ctx: &mut Context<'_>) {
        // Of a connection that is gone nobody is answered.
        let heard = self.connections.get(slot).is_open;
        for status in parked.partitions.iter().filter(|status| heard && status.result.error.is_ok()) {
            ctx.record(Fact::ProduceAnswered {
                broker: self.id,
                tp: status.result.tp,
                base_offset: status.result.base_offset,
                count: status.count,
                acks,
                high_watermark: status.high_watermark,
                isr: status.isr,
                min_isr: status.min_isr,
            });
        }
        let partitions = parked.partitions.iter().map(|status| status.result).collect();
        self.respond(slot, Response::Produce(ProduceResponse { partitions }), parked.done, ctx);
    }
}
