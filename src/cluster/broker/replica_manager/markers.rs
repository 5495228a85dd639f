//! Markers that a transaction coordinator has written (`KafkaApis.handleWriteTxnMarkersRequest`).
//!
//! Each is appended by itself, and waits for the ISR; the request is answered when all are done, so that one partition
//! that lags holds up the markers of all transactions that came with it.

use super::ReplicaManager;
use super::delayed::Delayed;
use super::partition::{AwaitedCommit, Partition};
use super::produce::commit_outcome;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::AppendOrigin;
use crate::node::Context;
use crate::protocol::batch::{BatchData, ControlRecord, Origin, RecordBatch};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{List, WritableTxnMarker, WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use crate::protocol::rules::{MarkerEpoch, OffsetsMarkerTimeout};
use crate::sim::time::Nanos;

/// Bytes of a batch with a marker: header, and a record with a key of four bytes and a value of six.
const MARKER_SIZE: u32 = 78;

/// A marker in one partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkerStatus {
    /// Which partition.
    pub tp: Tp,
    error: ErrorCode,
    /// The high watermark that it waits for, until it is decided.
    pub required: Option<Offset>,
    /// It is written again if it takes longer.
    deadline: Nanos,
    /// The group coordinator's log takes it whatever its ISR.
    in_offsets: bool,
}

/// A request to write markers: not replicated yet, or to be answered.
#[derive(Clone, Debug)]
pub struct DelayedMarkers {
    /// In order of the request.
    pub(super) statuses: Vec<MarkerStatus>,
    /// Whose they are, and how many.
    producers: List<(ProducerId, u32)>,
    /// The handler was busy with it until then.
    done: Nanos,
}

/// A transaction has its marker in a partition of `__consumer_offsets`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EndedInOffsets {
    /// Which partition.
    pub tp: Tp,
    /// Whose transaction.
    pub producer: ProducerIdAndEpoch,
    /// How it ended.
    pub committed: bool,
    /// The offset behind the marker.
    pub end: Offset,
}

impl DelayedMarkers {
    /// Whether all of it is decided.
    pub(super) fn is_decided(&self) -> bool {
        self.statuses.iter().all(|status| status.required.is_none())
    }
    /// The answer, and when its handler was done with it.
    pub fn answer(self) -> (WriteTxnMarkersResponse, Nanos) {
        let mut statuses = self.statuses.into_iter();
        let of_producer = |(producer, count): (ProducerId, u32)| {
            let results = statuses.by_ref().take(count as usize).map(|status| (status.tp, status.error)).collect();
            (producer, results)
        };
        (WriteTxnMarkersResponse { results: self.producers.into_iter().map(of_producer).collect() }, self.done)
    }
    /// What waits for this high watermark of a partition is decided.
    pub(super) fn decide(&mut self, tp: Tp, required: Offset, error: ErrorCode) {
        for status in self.statuses.iter_mut().filter(|s| s.tp == tp && s.required == Some(required)) {
            status.decide(error);
        }
    }
}

impl MarkerStatus {
    fn decide(&mut self, error: ErrorCode) {
        self.required = None;
        let written = self.in_offsets && error == ErrorCode::NotEnoughReplicasAfterAppend;
        self.error = if written { ErrorCode::None } else { error };
    }
}

impl ReplicaManager {
    /// Writes the markers of a request. What is decided at once comes back, to be answered; what ended in
    /// `__consumer_offsets`, to be told to the group coordinator. `coordinates`: whether that is active here for a
    /// partition.
    pub fn write_markers(
        &mut self,
        channel: u32,
        request: &WriteTxnMarkersRequest,
        coordinates: impl Fn(Tp) -> bool,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<(Option<DelayedMarkers>, Vec<EndedInOffsets>), Halt> {
        let (mut ended, mut statuses, mut done) = (Vec::new(), Vec::new(), ctx.now());
        for marker in &request.markers {
            for tp in &marker.partitions {
                let mut status = self.new_status(*tp, ctx.now());
                let appended = match self.may_mark(*tp, marker, &coordinates) {
                    Ok(replica) => self.append_marker(replica, marker, cache, ctx)?.map(|end| (replica, end)),
                    Err(error) => Err(error),
                };
                match appended {
                    Err(error) => status.decide(error),
                    Ok((replica, (end, busy))) => {
                        done = done.max(busy);
                        status.required = Some(end);
                        if status.in_offsets {
                            let WritableTxnMarker { producer, committed, .. } = *marker;
                            ended.push(EndedInOffsets { tp: *tp, producer, committed, end });
                        }
                        if let Some(outcome) = commit_outcome(self.partition(replica), end) {
                            status.decide(outcome);
                        }
                    }
                }
                statuses.push(status);
            }
        }
        let producers = request.markers.iter().map(|m| (m.producer.id, m.partitions.len() as u32)).collect();
        let markers = DelayedMarkers { statuses, producers, done };
        let delayed = if markers.is_decided() { Some(markers) } else { self.delay_markers(channel, markers, ctx) };
        Ok((delayed, ended))
    }
    fn new_status(&self, tp: Tp, now: Nanos) -> MarkerStatus {
        let in_offsets = self.is_offsets_partition(tp);
        let as_commit = in_offsets && self.rules.offsets_marker_timeout == OffsetsMarkerTimeout::CommitTimeout;
        let timeout = if as_commit { self.config.offsets_commit_timeout } else { self.config.request_timeout };
        MarkerStatus { tp, error: ErrorCode::None, required: None, deadline: now.saturating_add(timeout), in_offsets }
    }
    /// The replica that takes the marker.
    fn may_mark(
        &self,
        tp: Tp,
        marker: &WritableTxnMarker,
        coordinates: impl Fn(Tp) -> bool,
    ) -> Result<ReplicaId, ErrorCode> {
        let replica = self.find(tp).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let partition = self.partition(replica);
        let leader = partition.leader_state().ok_or(ErrorCode::NotLeaderOrFollower)?;
        if self.is_offsets_partition(tp) {
            if !coordinates(tp) {
                return Err(ErrorCode::NotLeaderOrFollower);
            }
        } else if leader.isr.committed().len() < usize::from(partition.effective_min_isr()) {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        if self.rules.marker_epoch == MarkerEpoch::Higher && is_late(partition, marker) {
            return Err(ErrorCode::InvalidProducerEpoch);
        }
        Ok(replica)
    }
    /// Appends a marker. Returns the offset behind it, and when its handler gets on.
    fn append_marker(
        &mut self,
        replica: ReplicaId,
        marker: &WritableTxnMarker,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<(Offset, Nanos), ErrorCode>, Halt> {
        let ordinal = self.take_ordinals(self.tp(replica), 1);
        let batch = marker_batch(marker, ordinal, ctx);
        let appended = self.append_as_leader(replica, batch, AppendOrigin::Coordinator, cache, ctx)?;
        Ok(appended.map(|appended| (appended.last_offset.plus(1), appended.done)))
    }

    /// The channel's request waits for what it has appended.
    fn delay_markers(
        &mut self,
        channel: u32,
        markers: DelayedMarkers,
        ctx: &mut Context<'_>,
    ) -> Option<DelayedMarkers> {
        let waiting = || markers.statuses.iter().filter(|status| status.required.is_some());
        let deadline = waiting().map(|status| status.deadline).min()?;
        for status in waiting() {
            if let (Some(required), Some(replica)) = (status.required, self.find(status.tp)) {
                self.partition_mut(replica).awaited.push(AwaitedCommit { required, channel });
            }
        }
        self.delayed.watch(channel, Delayed::Markers(markers), deadline, ctx);
        None
    }
    /// Some have waited for long enough: REQUEST_TIMED_OUT. They stay in the log. The others go on waiting.
    pub(super) fn expire_markers(&mut self, channel: u32, ctx: &mut Context<'_>) -> Option<DelayedMarkers> {
        self.stop_awaiting(channel);
        let Some(Delayed::Markers(mut markers)) = self.delayed.take(channel) else { return None };
        let now = ctx.now();
        for status in markers.statuses.iter_mut().filter(|s| s.required.is_some() && s.deadline <= now) {
            status.decide(ErrorCode::RequestTimedOut);
        }
        if markers.is_decided() { Some(markers) } else { self.delay_markers(channel, markers, ctx) }
    }
}

/// Whether the marker of a transaction with an epoch of its own is a late copy, which would end the next one
/// (`ProducerAppendInfo.checkProducerEpoch`). A copy that ends nothing does no harm, and is written again.
fn is_late(partition: &Partition, marker: &WritableTxnMarker) -> bool {
    let known = partition.log.producers().entry(marker.producer.id);
    marker.version.supports_epoch_bump()
        && marker.producer.epoch.0 != i16::MAX
        && known.is_some_and(|entry| {
            entry.producer_epoch == marker.producer.epoch && entry.current_txn_first_offset.is_some()
        })
}

fn marker_batch(marker: &WritableTxnMarker, ordinal: u32, ctx: &Context<'_>) -> RecordBatch {
    RecordBatch {
        base_offset: Offset(0),
        count: 1,
        last_offset_delta: 0,
        size: MARKER_SIZE,
        leader_epoch: LeaderEpoch::UNDEFINED,
        producer_id: marker.producer.id,
        producer_epoch: marker.producer.epoch,
        base_sequence: Sequence::NONE,
        base_timestamp: ctx.now(),
        max_timestamp: ctx.now(),
        is_transactional: true,
        origin: Origin { node: ctx.me(), ordinal },
        data: BatchData::Control(ControlRecord::EndTxn {
            commit: marker.committed,
            coordinator_epoch: marker.coordinator_epoch,
        }),
    }
}
