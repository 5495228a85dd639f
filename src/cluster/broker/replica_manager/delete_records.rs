//! Records that an administrator wants gone (`Partition.deleteRecordsOnLeader`; KIP-107).
//!
//! The leader's log begins later at once. Followers begin there too with their next fetch, and files go when retention looks
//! at them the next time.

use super::ReplicaManager;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::history::fact::LogStartReason;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Offset, Tp};
use crate::protocol::messages::DeleteRecordsRequest;

impl ReplicaManager {
    /// Moves the log start of a partition that is led here. Where all replicas are to begin.
    ///
    /// # Errors
    /// INVALID_TOPIC_EXCEPTION for Kafka's own topics, NOT_LEADER_OR_FOLLOWER, POLICY_VIOLATION where records are only compacted
    /// away, OFFSET_OUT_OF_RANGE above the high watermark.
    pub fn delete_records(
        &mut self,
        request: &DeleteRecordsRequest,
        ctx: &mut Context<'_>,
    ) -> Result<Offset, ErrorCode> {
        if self.is_internal(request.tp) {
            return Err(ErrorCode::InvalidTopicException);
        }
        let replica = self.find(request.tp).ok_or(ErrorCode::NotLeaderOrFollower)?;
        let partition = self.partition_mut(replica);
        if !partition.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        if !partition.log.config().cleanup_policy.delete {
            return Err(ErrorCode::PolicyViolation);
        }
        let high_watermark = partition.log.high_watermark();
        let offset = request.before.unwrap_or(high_watermark);
        if offset > high_watermark {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        let before = partition.log.log_start();
        if partition.log.set_log_start(offset) {
            self.tell_log_start(replica, before, offset, LogStartReason::ClientRecordDeletion, ctx);
            self.plan_cleanup(ctx);
        }
        Ok(offset)
    }

    /// The lowest log start of the replicas whose brokers are alive; none if the partition is not led here
    /// (`Partition.lowWatermarkIfLeader`).
    pub fn low_watermark(&self, tp: Tp, cache: &MetadataCache) -> Option<Offset> {
        let partition = self.partition_of(tp)?;
        let leader = partition.leader_state()?;
        let is_alive = |broker: BrokerId| cache.image().broker(broker).is_some_and(|registration| !registration.fenced);
        let followers = leader.remotes.iter().filter(|remote| is_alive(remote.broker));
        followers.map(|remote| remote.log_start).chain([partition.log.log_start()]).min()
    }
}
