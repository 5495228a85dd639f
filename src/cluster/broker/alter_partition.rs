//! ISR proposals and their way to the controller and back (`core/.../server/AlterPartitionManager.scala`,
//! `Partition.submitAlterPartition`, KIP-497).

use super::controller_channel::ControllerChannel;
use super::isr::IsrState;
use super::{Broker, Happened, timers};
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{
    AlterPartition, AlterPartitionRequest, AlterPartitionResponse, AlterPartitionResult, Request,
};
use crate::sim::time::Nanos;

/// Pause before a request is sent again that was refused as a whole.
const RETRY_INTERVAL: Nanos = Nanos::from_millis(50);

/// Proposals that the controller has not answered: one per partition, one request at a time.
#[derive(Clone, Debug)]
pub struct AlterPartitionManager {
    /// The channel to the controller.
    pub channel: ControllerChannel,
    proposals: Vec<Proposal>,
    in_flight: bool,
}

/// One proposal, until it is answered.
#[derive(Clone, Debug)]
struct Proposal {
    item: AlterPartition,
    state: IsrState,
    /// It is in the request that is in flight.
    sent: bool,
}

impl AlterPartitionManager {
    /// Nothing proposed yet.
    pub fn new(channel: ControllerChannel) -> AlterPartitionManager {
        AlterPartitionManager { channel, proposals: Vec::new(), in_flight: false }
    }
    /// Queues a proposal; false if the partition has one already, of an earlier state.
    fn submit(&mut self, item: AlterPartition, state: IsrState) -> bool {
        let is_new = self.proposals.iter().all(|other| other.item.tp != item.tp);
        if is_new {
            self.proposals.push(Proposal { item, state, sent: false });
        }
        is_new
    }
    /// Sends what is queued, unless a request is in flight.
    fn propagate(&mut self, broker: BrokerId, broker_epoch: BrokerEpoch, ctx: &mut Context<'_>) {
        if self.in_flight || self.proposals.is_empty() {
            return;
        }
        self.in_flight = true;
        self.proposals.iter_mut().for_each(|proposal| proposal.sent = true);
        let partitions = self.proposals.iter().map(|proposal| proposal.item.clone()).collect();
        self.channel.send(Request::AlterPartition(AlterPartitionRequest { broker, broker_epoch, partitions }), ctx);
    }
    /// Takes the answered proposal of a partition out.
    fn take_answered(&mut self, tp: Tp) -> Option<IsrState> {
        let place = self.proposals.iter().position(|proposal| proposal.sent && proposal.item.tp == tp)?;
        Some(self.proposals.remove(place).state)
    }
    /// The request is answered, and all that its answer mentions is dealt with.
    fn end_request(&mut self) {
        self.in_flight = false;
    }
}

impl Broker {
    /// Sends the ISR that a partition has just come to propose. `joining` is the follower to be added.
    pub(super) fn propose_isr(&mut self, tp: Tp, joining: Option<BrokerId>, ctx: &mut Context<'_>) {
        let (me, my_epoch, order) = (self.id, self.broker_epoch(), self.rules.isr_order);
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        let new_isr = partition.proposed_members(order, me, my_epoch);
        let (leader_epoch, partition_epoch) = (partition.leader_epoch, partition.partition_epoch);
        let high_watermark = partition.log.high_watermark();
        let Some(leader) = partition.leader_state_mut() else { return };
        let state = leader.isr;
        let (isr, epoch_start) = (state.proposed(order), leader.epoch_start);
        let joining_end = joining
            .and_then(|id| leader.remotes.iter().find(|remote| remote.broker == id))
            .map(|remote| (remote.broker, remote.log_end));
        let Some(manager) = &mut self.alter_partition else { return };
        if !manager.submit(AlterPartition { tp, leader_epoch, partition_epoch, new_isr }, state) {
            // OPERATION_NOT_ATTEMPTED: an older proposal has to be answered first.
            leader.isr = state.reverted();
            return;
        }
        ctx.record(Fact::IsrProposed { broker: me, tp, leader_epoch, partition_epoch, isr });
        if let Some((joining, log_end)) = joining_end {
            ctx.record(Fact::IsrJoinProposed {
                broker: me,
                tp,
                leader_epoch,
                joining,
                log_end,
                high_watermark,
                epoch_start,
            });
        }
        self.propagate_isr_changes(ctx);
    }

    /// Sends the proposals that wait.
    pub(super) fn propagate_isr_changes(&mut self, ctx: &mut Context<'_>) {
        let (me, my_epoch) = (self.id, self.broker_epoch());
        if let Some(manager) = &mut self.alter_partition {
            manager.propagate(me, my_epoch, ctx);
        }
    }

    /// Looks for followers that have been behind for too long (`ReplicaManager.maybeShrinkIsr`); runs
    /// every half `replica.lag.time.max.ms`.
    pub(super) fn shrink_isrs(&mut self, ctx: &mut Context<'_>) {
        let lag_max = self.config.replica_lag_time_max;
        for place in 0..self.hosted.len() {
            let tp = self.hosted[place];
            if let Some(partition) = &mut self.partitions[tp.index()]
                && partition.maybe_shrink_isr(lag_max, ctx.now())
            {
                self.propose_isr(tp, None, ctx);
            }
        }
        self.look_at_isrs_after(Nanos(lag_max.0 / 2), ctx);
    }

    /// Looks at the ISRs for the first time; at the start of a process that is at once, and nothing to see.
    pub(super) fn begin_to_look_at_isrs(&mut self, ctx: &mut Context<'_>) {
        let first = self.phase_of(Nanos(self.config.replica_lag_time_max.0 / 2));
        self.look_at_isrs_after(first, ctx);
    }

    fn look_at_isrs_after(&self, time: Nanos, ctx: &mut Context<'_>) {
        ctx.set_timer_in(Timer { kind: timers::ISR_SHRINK, index: 0 }, time);
    }

    /// The controller has answered.
    pub(super) fn alter_partition_answered(&mut self, response: &AlterPartitionResponse, ctx: &mut Context<'_>) {
        let Some(manager) = &mut self.alter_partition else { return };
        if response.error.is_err() {
            manager.end_request();
            ctx.set_timer_in(Timer { kind: timers::ALTER_PARTITION_RETRY, index: 0 }, RETRY_INTERVAL);
            return;
        }
        for result in &response.partitions {
            let proposed = self.alter_partition.as_mut().and_then(|manager| manager.take_answered(result.tp));
            if let Some(proposed) = proposed {
                self.proposal_answered(result, proposed, ctx);
            }
        }
        if let Some(manager) = &mut self.alter_partition {
            // A partition that the answer leaves out is proposed again.
            manager.end_request();
        }
        self.propagate_isr_changes(ctx);
    }

    fn proposal_answered(&mut self, result: &AlterPartitionResult, proposed: IsrState, ctx: &mut Context<'_>) {
        let Some(partition) = &mut self.partitions[result.tp.index()] else { return };
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
                self.happened.push_back(Happened::IsrChanged(result.tp));
                self.maybe_raise_high_watermark(result.tp, ctx);
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
                self.propose_isr(result.tp, joining, ctx);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::testing::Stage;
    use crate::node::Input;
    use crate::protocol::messages::Body;

    const ME: BrokerId = BrokerId(1);

    fn proposal(tp: u32) -> AlterPartition {
        let new_isr = std::iter::once((ME, BrokerEpoch(1))).collect();
        AlterPartition { tp: Tp(tp), leader_epoch: LeaderEpoch(0), partition_epoch: PartitionEpoch(0), new_isr }
    }

    /// The partitions of each request sent, so far.
    fn sent(stage: &Stage) -> Vec<Vec<u32>> {
        let partitions = |body: &Body| match body {
            Body::Request(Request::AlterPartition(request)) => {
                request.partitions.iter().map(|item| item.tp.0).collect()
            }
            other => panic!("{other:?}"),
        };
        stage.sent.iter().map(|(_, message)| partitions(&message.body)).collect()
    }

    #[test]
    fn what_is_proposed_while_a_request_is_dealt_with_goes_out_once_and_after_it() {
        let mut stage = Stage::new(NodeId(0));
        let timer = Timer { kind: timers::CHANNELS, index: 0 };
        let mut manager = AlterPartitionManager::new(ControllerChannel::new(NodeId(9), timer, Nanos::from_secs(30)));
        let state = IsrState::Committed(BrokerList::EMPTY.with(ME));
        assert!(manager.submit(proposal(0), state));
        stage.run(|ctx| manager.propagate(ME, BrokerEpoch(1), ctx));
        let conn = stage.opened[0];
        stage.run(|ctx| _ = manager.channel.handle(&Input::Connected { conn }, ctx));
        let versions = crate::protocol::messages::Message {
            correlation: 0,
            body: Body::Response(crate::protocol::messages::Response::ApiVersions),
        };
        stage.run(|ctx| _ = manager.channel.handle(&Input::Message { conn, message: versions }, ctx));
        assert!(!manager.submit(proposal(0), state), "one proposal per partition");
        // The answer asks for the same proposal again, and the partition proposes it at once.
        assert_eq!(manager.take_answered(Tp(0)), Some(state));
        assert!(manager.submit(proposal(0), state));
        assert!(manager.submit(proposal(1), state));
        stage.run(|ctx| manager.propagate(ME, BrokerEpoch(1), ctx));
        assert_eq!(manager.take_answered(Tp(1)), None, "not sent yet");
        manager.end_request();
        stage.run(|ctx| manager.propagate(ME, BrokerEpoch(1), ctx));
        let answer = AlterPartitionResponse { error: ErrorCode::None, partitions: smallvec::SmallVec::new() };
        let message = crate::protocol::messages::Message {
            correlation: stage.sent[0].1.correlation,
            body: Body::Response(crate::protocol::messages::Response::AlterPartition(answer)),
        };
        stage.run(|ctx| _ = manager.channel.handle(&Input::Message { conn, message }, ctx));
        assert_eq!(sent(&stage), [vec![0], vec![0, 1]]);
    }
}
