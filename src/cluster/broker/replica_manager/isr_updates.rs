//! Which ISRs a leader proposes, and what the controller makes of them (`Partition.submitAlterPartition`, KIP-497).

use super::isr::IsrState;
use super::{Happened, ReplicaManager};
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{AlterPartition, AlterPartitionRequest, AlterPartitionResponse, AlterPartitionResult};
use crate::sim::time::Nanos;

/// Pause before a request is sent again that was refused as a whole.
const RETRY_INTERVAL: Nanos = Nanos::from_millis(50);

impl ReplicaManager {
    /// The request with ISR proposals that is to be sent now.
    #[inline]
    pub fn next_alter_partition(&mut self) -> Option<AlterPartitionRequest> {
        self.alter_partition.take_request()
    }

    /// Queues the ISR that a partition has just come to propose. `joining` is the follower to be added.
    pub(super) fn propose_isr(
        &mut self,
        replica: ReplicaId,
        joining: Option<BrokerId>,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) {
        let (broker, broker_epoch) = (self.me, cache.broker_epoch());
        let partition = &mut self.partitions[replica.index()];
        let order = self.rules.isr_order;
        let new_isr = partition.proposed_members(order, broker, broker_epoch);
        let (tp, leader_epoch, partition_epoch) = (partition.tp, partition.leader_epoch, partition.partition_epoch);
        let high_watermark = partition.log.high_watermark();
        let Some(leader) = partition.leader_state_mut() else { return };
        let state = leader.isr;
        if !self.alter_partition.submit(AlterPartition { tp, leader_epoch, partition_epoch, new_isr }, state) {
            // OPERATION_NOT_ATTEMPTED: an older proposal has to be answered first.
            leader.isr = state.reverted();
            return;
        }
        ctx.record(Fact::IsrProposed { broker, tp, leader_epoch, partition_epoch, isr: state.proposed(order) });
        if let Some(remote) = joining.and_then(|id| leader.remotes.iter().find(|remote| remote.broker == id)) {
            ctx.record(Fact::IsrJoinProposed {
                broker,
                tp,
                leader_epoch,
                joining: remote.broker,
                log_end: remote.log_end,
                high_watermark,
                epoch_start: leader.epoch_start,
            });
        }
        self.alter_partition.propagate(broker, broker_epoch);
    }

    /// Has the proposals sent that wait.
    pub fn propagate_isr_changes(&mut self, cache: &MetadataCache) {
        self.alter_partition.propagate(self.me, cache.broker_epoch());
    }

    /// Looks for followers that have been behind for too long (`ReplicaManager.maybeShrinkIsr`); runs
    /// every half `replica.lag.time.max.ms`.
    pub fn shrink_isrs(&mut self, cache: &MetadataCache, ctx: &mut Context<'_>) {
        let lag_max = self.config.replica_lag_time_max;
        for place in 0..self.hosted.len() {
            let replica = self.hosted[place].1;
            if self.partition_mut(replica).maybe_shrink_isr(lag_max, ctx.now()) {
                self.propose_isr(replica, None, cache, ctx);
            }
        }
        ctx.set_timer_in(BrokerTimer::IsrShrink, Nanos(lag_max.0 / 2));
    }

    /// The controller has answered.
    pub fn alter_partition_answered(
        &mut self,
        response: &AlterPartitionResponse,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) {
        if response.error.is_err() {
            self.alter_partition.end_request();
            ctx.set_timer_in(BrokerTimer::AlterPartitionRetry, RETRY_INTERVAL);
            return;
        }
        for result in &response.partitions {
            if let Some(proposed) = self.alter_partition.take_answered(result.tp)
                && let Some(replica) = self.find(result.tp)
            {
                self.proposal_answered(replica, result, proposed, cache, ctx);
            }
        }
        // A partition that the answer leaves out is proposed again.
        self.alter_partition.end_request();
        self.propagate_isr_changes(cache);
    }

    fn proposal_answered(
        &mut self,
        replica: ReplicaId,
        result: &AlterPartitionResult,
        proposed: IsrState,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) {
        let partition = self.partition_mut(replica);
        let (leader_epoch, partition_epoch) = (partition.leader_epoch, partition.partition_epoch);
        let Some(leader) = partition.leader_state_mut() else { return };
        if leader.isr != proposed {
            // The metadata log was faster: what became of this proposal does not matter any more.
            return;
        }
        match result.error {
            ErrorCode::None => {
                if result.leader_epoch != leader_epoch || result.partition_epoch < partition_epoch {
                    return;
                }
                leader.isr = IsrState::Committed(result.isr);
                partition.partition_epoch = result.partition_epoch;
                self.happened.push_back(Happened::IsrChanged(replica));
                self.maybe_raise_high_watermark(replica, cache, ctx);
            }
            ErrorCode::OperationNotAttempted | ErrorCode::IneligibleReplica => leader.isr = proposed.reverted(),
            // Only the metadata log can say how it goes on: the proposal stays pending until then.
            ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::InvalidUpdateVersion
            | ErrorCode::InvalidRequest
            | ErrorCode::NewLeaderElected => {}
            _ => {
                let joining = match proposed {
                    IsrState::PendingExpand { joining, .. } => Some(joining),
                    _ => None,
                };
                self.propose_isr(replica, joining, cache, ctx);
            }
        }
    }
}
