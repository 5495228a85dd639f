//! ListOffsets and OffsetsForLeaderEpoch (`Partition.fetchOffsetForTimestamp`, `lastOffsetForLeaderEpoch`).

use super::ReplicaManager;
use super::answers::FollowerPosition;
use super::partition::Partition;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::Log;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{
    EpochEndOffset, List, ListOffsetsRequest, ListOffsetsResult, OffsetSpec, OffsetsForLeaderEpochRequest, ReplicaState,
};
use crate::sim::time::Nanos;

impl ReplicaManager {
    /// Where a replica stands.
    #[inline]
    pub fn position(&self, replica: ReplicaId) -> FollowerPosition {
        let partition = self.partition(replica);
        FollowerPosition {
            tp: partition.tp,
            fetch_offset: partition.log.log_end(),
            log_start: partition.log.log_start(),
            leader_epoch: partition.leader_epoch,
            last_fetched_epoch: partition.log.latest_epoch(),
        }
    }
    /// The partition, if there is a replica of it here.
    fn partition_or_error(&self, tp: Tp, cache: &MetadataCache) -> Result<&Partition, ErrorCode> {
        self.partition_of(tp).ok_or_else(|| cache.not_here(tp))
    }

    /// Answers ListOffsets of a client or follower.
    pub fn list_offsets(
        &self,
        node: NodeId,
        request: &ListOffsetsRequest,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> List<ListOffsetsResult> {
        let mut results = List::new();
        for (tp, believed, spec) in &request.partitions {
            let found = self
                .partition_or_error(*tp, cache)
                .and_then(|partition| offset_for(partition, *believed, *spec, request));
            let (error, offset, leader_epoch) = match found {
                Ok((offset, epoch)) => (ErrorCode::None, offset, epoch),
                Err(error) => (error, Offset::INVALID, LeaderEpoch::UNDEFINED),
            };
            if error.is_ok() && *spec == OffsetSpec::Latest && request.replica_state == ReplicaState::Consumer {
                ctx.record(Fact::LatestOffsetServed { broker: self.me, tp: *tp, node, offset });
            }
            results.push(ListOffsetsResult { tp: *tp, error, offset, leader_epoch });
        }
        results
    }

    /// Answers OffsetsForLeaderEpoch.
    pub fn offsets_for_leader_epoch(
        &self,
        request: &OffsetsForLeaderEpochRequest,
        cache: &MetadataCache,
    ) -> List<EpochEndOffset> {
        let answer = |&(tp, believed, asked): &(Tp, LeaderEpoch, LeaderEpoch)| {
            let found = self.partition_or_error(tp, cache).and_then(|partition| {
                partition.check_leader(believed)?;
                Ok(partition.log.end_offset_for_epoch(asked))
            });
            match found {
                Ok((leader_epoch, end_offset)) => {
                    EpochEndOffset { tp, error: ErrorCode::None, leader_epoch, end_offset }
                }
                Err(error) => {
                    EpochEndOffset { tp, error, leader_epoch: LeaderEpoch::UNDEFINED, end_offset: Offset::INVALID }
                }
            }
        };
        request.partitions.iter().map(answer).collect()
    }
}

impl ReplicaManager {
    /// Where a share group begins that has no state of its own (`ShareFetchUtils.offsetForLatestTimestamp` and its like).
    ///
    /// # Errors
    /// What ListOffsets says; OFFSET_NOT_AVAILABLE, if there is no such record.
    pub fn share_start(
        &self,
        tp: Tp,
        leader_epoch: LeaderEpoch,
        spec: OffsetSpec,
        cache: &MetadataCache,
    ) -> Result<Offset, ErrorCode> {
        let (replica_state, isolation_level) = (ReplicaState::Consumer, IsolationLevel::ReadUncommitted);
        let request = ListOffsetsRequest { replica_state, isolation_level, partitions: List::new() };
        let partition = self.partition_or_error(tp, cache)?;
        let (offset, _) = offset_for(partition, leader_epoch, spec, &request)?;
        if offset == Offset::INVALID { Err(ErrorCode::OffsetNotAvailable) } else { Ok(offset) }
    }
}

/// One offset and its epoch.
///
/// A new leader's high watermark may lie below what its predecessor has shown. Until it has caught up
/// with the start of the epoch, a client gets no latest offset, lest it goes backwards (KIP-207).
fn offset_for(
    partition: &Partition,
    believed: LeaderEpoch,
    spec: OffsetSpec,
    request: &ListOffsetsRequest,
) -> Result<(Offset, LeaderEpoch), ErrorCode> {
    let leader = partition.check_leader(believed)?;
    let log = &partition.log;
    match (spec, request.replica_state) {
        (OffsetSpec::Timestamp(at), _) => match first_since(log, at) {
            Some(found) => Ok(found),
            // It may be behind the high watermark, which has not caught up (`Partition.fetchOffsetForTimestamp`).
            None if log.high_watermark() < leader.epoch_start => Err(ErrorCode::OffsetNotAvailable),
            None => Ok((Offset::INVALID, LeaderEpoch::UNDEFINED)),
        },
        (OffsetSpec::Earliest, _) => Ok((log.log_start(), log.epochs().epoch_for_offset(log.log_start()))),
        (OffsetSpec::Latest, ReplicaState::Follower(..)) => Ok((log.log_end(), partition.leader_epoch)),
        (OffsetSpec::Latest, ReplicaState::Consumer) if log.high_watermark() < leader.epoch_start => {
            Err(ErrorCode::OffsetNotAvailable)
        }
        (OffsetSpec::Latest, ReplicaState::Consumer) => match request.isolation_level {
            IsolationLevel::ReadUncommitted => Ok((log.high_watermark(), partition.leader_epoch)),
            IsolationLevel::ReadCommitted => Ok((log.last_stable_offset(), partition.leader_epoch)),
        },
    }
}

/// The first record below the high watermark of this CreateTime or a later one, be it a marker
/// (`UnifiedLog.fetchOffsetByTimestamp`, `FileRecords.searchForTimestamp`).
///
/// Of a batch the times of its first and its last record are known; those between are taken for evenly spread.
fn first_since(log: &Log, at: Nanos) -> Option<(Offset, LeaderEpoch)> {
    let mut readable = log.batches(log.log_start()).take_while(|batch| batch.base_offset < log.high_watermark());
    let batch = readable.find(|batch| batch.max_timestamp >= at)?;
    let late = at.saturating_sub(batch.base_timestamp).0;
    let lasts = batch.max_timestamp.saturating_sub(batch.base_timestamp).0.max(1);
    let delta = (u128::from(late) * u128::from(batch.last_offset_delta)).div_ceil(u128::from(lasts));
    let offset = batch.base_offset.plus(delta as u32).max(log.log_start());
    Some((offset, batch.leader_epoch))
}
