//! What a leader reads for share groups: as for a consumer, from an offset that the group's state decides
//! (`core/.../server/share/DelayedShareFetch.java`, `ReplicaManager.readFromLog`).

use std::rc::Rc;

use super::ReplicaManager;
use super::fetch::read_from_disk;
use super::partition::Partition;
use super::session::FetchIsolation;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::node::Context;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{AbortedTransaction, Batches};
use crate::sim::time::Nanos;

/// What was read of a partition.
#[derive(Debug)]
pub struct ShareRead {
    /// Whole batches.
    pub batches: Batches,
    /// Their size.
    pub bytes: u32,
    /// Transactions that were aborted, if only what is committed is read.
    pub aborted: Option<Rc<[AbortedTransaction]>>,
    /// When the disk is done with it.
    pub done: Nanos,
}

fn isolation_of(level: IsolationLevel) -> FetchIsolation {
    match level {
        IsolationLevel::ReadUncommitted => FetchIsolation::HighWatermark,
        IsolationLevel::ReadCommitted => FetchIsolation::TxnCommitted,
    }
}

impl ReplicaManager {
    fn led(&self, tp: Tp, cache: &MetadataCache) -> Result<&Partition, ErrorCode> {
        let partition = self.partition_of(tp).ok_or_else(|| cache.not_here(tp))?;
        partition.check_leader(LeaderEpoch::UNDEFINED)?;
        Ok(partition)
    }
    /// The epoch in which this broker leads a partition (`ShareFetchUtils.leaderEpoch`).
    ///
    /// # Errors
    /// NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_OR_PARTITION.
    pub fn led_epoch(&self, tp: Tp, cache: &MetadataCache) -> Result<LeaderEpoch, ErrorCode> {
        Ok(self.led(tp, cache)?.leader_epoch)
    }
    /// How many bytes a share fetch could read; `None`, if it is not to wait whatever there is: something is wrong, which reading
    /// tells, or there is a younger segment (`DelayedShareFetch.isMinBytesSatisfied`).
    pub fn share_readable(&self, tp: Tp, from: Offset, level: IsolationLevel, cache: &MetadataCache) -> Option<u64> {
        let partition = self.led(tp, cache).ok()?;
        let log = &partition.log;
        let limit = partition.read_limit(isolation_of(level));
        if from < log.log_start() || from > limit || log.rolls_between(from, limit) {
            return None;
        }
        Some(log.readable_bytes(from, limit))
    }
    /// Reads for a share fetch.
    ///
    /// # Errors
    /// NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_OR_PARTITION; OFFSET_OUT_OF_RANGE below the start or beyond the end of the log.
    pub fn share_read(
        &self,
        tp: Tp,
        from: Offset,
        level: IsolationLevel,
        (max_bytes, min_one): (u32, bool),
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Result<ShareRead, ErrorCode>, Halt> {
        let partition = match self.led(tp, cache) {
            Ok(partition) => partition,
            Err(error) => return Ok(Err(error)),
        };
        let log = &partition.log;
        if from < log.log_start() || from > log.log_end() {
            return Ok(Err(ErrorCode::OffsetOutOfRange));
        }
        let mut read = ShareRead { batches: Batches::new(), bytes: 0, aborted: None, done: ctx.now() };
        let limit = partition.read_limit(isolation_of(level));
        read.bytes = log.read(from, limit, max_bytes, min_one, &mut read.batches);
        if let Some(last) = read.batches.last() {
            if level == IsolationLevel::ReadCommitted {
                read.aborted = log.aborted_transactions(from, last.next_offset());
            }
            read.done = read_from_disk(log, from, read.bytes, ctx).map_err(|_| Halt::LogDirFailed)?;
        }
        Ok(Ok(read))
    }
}

#[cfg(test)]
impl ReplicaManager {
    /// The log of a replica, to be changed by a test.
    pub fn log_mut(&mut self, tp: Tp) -> &mut crate::cluster::log::Log {
        let replica = self.find(tp).expect("a replica of it is hosted");
        &mut self.partition_mut(replica).log
    }
}
