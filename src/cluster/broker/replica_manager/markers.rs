//! Markers that a transaction coordinator has sent (`KafkaApis.handleWriteTxnMarkersRequest`).
//!
//! Each is appended by itself, and waits for the ISR; the request is answered when all are done, so that one partition
//! that lags holds up the markers of all transactions that came with it. In `__consumer_offsets` the group coordinator
//! writes them, since they decide about what it knows.

use super::ReplicaManager;
use super::delayed::Delayed;
use super::delayed_markers::{DelayedMarkers, MarkerStatus, MarkerWait, OffsetsMarker};
use super::partition::{AwaitedCommit, Partition};
use super::produce::commit_outcome;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::AppendOrigin;
use crate::node::Context;
use crate::protocol::batch::TransactionMarker;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{List, WritableTxnMarker, WriteTxnMarkersRequest};
use crate::protocol::rules::{MarkerEpoch, OffsetsMarkerTimeout};
use crate::sim::time::Nanos;

impl ReplicaManager {
    /// Writes the markers of a request, but for those that the group coordinator is to write. Comes back: the request,
    /// if it can be answered at once.
    pub fn write_markers(
        &mut self,
        channel: u32,
        request: &WriteTxnMarkersRequest,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<(Option<DelayedMarkers>, List<OffsetsMarker>), Halt> {
        let (mut statuses, mut for_groups, mut done) = (Vec::new(), List::new(), ctx.now());
        for marker in &request.markers {
            for tp in &marker.partitions {
                let timeout = self.marker_timeout(*tp);
                let deadline = ctx.now().saturating_add(timeout);
                let mut status = MarkerStatus { tp: *tp, error: ErrorCode::None, waits: None, deadline };
                match self.may_mark(*tp, marker) {
                    Err(error) => status.decide(error),
                    Ok(_) if self.is_offsets_partition(*tp) => {
                        self.last_marker = self.last_marker.wrapping_add(1);
                        let number = self.last_marker;
                        self.markers_of_groups.insert(number, channel);
                        status.waits = Some(MarkerWait::Group(number));
                        for_groups.push(OffsetsMarker { tp: *tp, marker: to_write(marker), number, timeout });
                    }
                    Ok(replica) => match self.append_marker(replica, marker, cache, ctx)? {
                        Err(error) => status.decide(error),
                        Ok((end, busy)) => {
                            done = done.max(busy);
                            status.waits = Some(MarkerWait::Commit(end));
                            if let Some(outcome) = commit_outcome(self.partition(replica), end) {
                                status.decide(outcome);
                            }
                        }
                    },
                }
                statuses.push(status);
            }
        }
        let producers = request.markers.iter().map(|m| (m.producer.id, m.partitions.len() as u32)).collect();
        let markers = DelayedMarkers { statuses, producers, done };
        Ok((self.delay_markers(channel, markers, ctx), for_groups))
    }
    fn marker_timeout(&self, tp: Tp) -> Nanos {
        let as_commit = self.rules.offsets_marker_timeout == OffsetsMarkerTimeout::CommitTimeout;
        match as_commit && self.is_offsets_partition(tp) {
            true => self.config.offsets_commit_timeout,
            false => self.config.request_timeout,
        }
    }
    /// The replica that takes the marker. The group coordinator's log takes it whatever its ISR.
    fn may_mark(&self, tp: Tp, marker: &WritableTxnMarker) -> Result<ReplicaId, ErrorCode> {
        let replica = self.find(tp).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let partition = self.partition(replica);
        if !partition.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        if partition.is_under_min_isr() && !self.is_offsets_partition(tp) {
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
        let batch = to_write(marker).batch(ctx.me(), ctx.now());
        let appended = self.append_as_leader(replica, batch, AppendOrigin::Coordinator, cache, ctx)?;
        Ok(appended.map(|appended| (appended.last_offset.plus(1), appended.done)))
    }

    /// The channel's request waits for what it has written; it comes back if that is nothing (any more).
    fn delay_markers(
        &mut self,
        channel: u32,
        markers: DelayedMarkers,
        ctx: &mut Context<'_>,
    ) -> Option<DelayedMarkers> {
        let waiting = || markers.statuses.iter().filter(|status| status.waits.is_some());
        let Some(deadline) = waiting().map(|status| status.deadline).min() else { return Some(markers) };
        for status in waiting() {
            if let (Some(MarkerWait::Commit(required)), Some(replica)) = (status.waits, self.find(status.tp)) {
                self.partition_mut(replica).awaited.push(AwaitedCommit { required, channel });
            }
        }
        self.delayed.watch(channel, Delayed::Markers(markers), deadline, ctx);
        None
    }
    /// Fixes the results of a delayed request at one replica. Returns it if that was the last.
    pub(super) fn decide_markers(
        &mut self,
        channel: u32,
        tp: Tp,
        waits: MarkerWait,
        error: ErrorCode,
    ) -> Option<DelayedMarkers> {
        let Some(Delayed::Markers(markers)) = self.delayed.get_mut(channel) else { return None };
        markers.decide(tp, waits, error);
        if !markers.is_decided() {
            return None;
        }
        match self.delayed.take(channel) {
            Some(Delayed::Markers(markers)) => Some(markers),
            _ => None,
        }
    }
    /// The group coordinator has written a marker, or has not. The request that waited for it comes back with its channel
    /// if that was the last.
    pub fn offsets_marker_written(
        &mut self,
        tp: Tp,
        number: u32,
        result: Result<(), ErrorCode>,
    ) -> Option<(u32, DelayedMarkers)> {
        let channel = self.markers_of_groups.remove(&number)?;
        let error = result.err().map_or(ErrorCode::None, of_group_coordinator);
        self.decide_markers(channel, tp, MarkerWait::Group(number), error).map(|markers| (channel, markers))
    }
    /// Some have waited for long enough: REQUEST_TIMED_OUT. They stay in the log. The others go on waiting.
    pub(super) fn expire_markers(&mut self, channel: u32, ctx: &mut Context<'_>) -> Option<DelayedMarkers> {
        self.stop_awaiting(channel);
        let Some(Delayed::Markers(mut markers)) = self.delayed.take(channel) else { return None };
        let now = ctx.now();
        for status in markers.statuses.iter_mut().filter(|s| s.waits.is_some() && s.deadline <= now) {
            if let Some(MarkerWait::Group(number)) = status.waits {
                self.markers_of_groups.remove(&number);
            }
            status.decide(ErrorCode::RequestTimedOut);
        }
        self.delay_markers(channel, markers, ctx)
    }
}

fn to_write(marker: &WritableTxnMarker) -> TransactionMarker {
    let WritableTxnMarker { producer, coordinator_epoch, commit, .. } = *marker;
    TransactionMarker { producer, coordinator_epoch, commit }
}

/// A transaction coordinator does not expect what a group coordinator tells its clients.
fn of_group_coordinator(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::CoordinatorNotAvailable | ErrorCode::CoordinatorLoadInProgress | ErrorCode::NotCoordinator => {
            ErrorCode::NotLeaderOrFollower
        }
        other => other,
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
