//! What a voter makes of answers (`KafkaRaftClient.handleResponse`).

use super::fault::RaftFault;
use super::kafka_raft_client::KafkaRaftClient;
use super::network_channel::Inbound;
use super::role::Role;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// What every answer says of the quorum.
enum Common {
    /// That was all there was in it. Whether it counts as an answer; if not, the voter is left alone for a while.
    Handled(bool),
    /// It is an answer to the question.
    GoOn,
}

impl KafkaRaftClient {
    /// Takes an answer, unless nobody waits for it any more.
    ///
    /// # Errors
    /// The process is over.
    pub(super) fn take_response(&mut self, inbound: Inbound, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let Inbound { correlation, source, response } = inbound;
        if !self.requests.is_response_expected(source, correlation) {
            return Ok(());
        }
        let success = match response {
            Some(Response::Vote(response)) => self.voted(source, &response, ctx)?,
            Some(Response::FetchQuorum(response)) => self.fetched(*response, ctx)?,
            Some(Response::BeginQuorumEpoch(response)) => {
                self.common(response.error, response.quorum, ctx)?.is_success()
            }
            Some(Response::EndQuorumEpoch(response)) => self.resignation_known(source, &response, ctx)?,
            _ => false,
        };
        self.requests.on_response_result(source, correlation, success, ctx.now());
        Ok(())
    }
    /// `maybeHandleCommonResponse`. Kafka asks a voter that knows nothing new once more at once; here it is left alone
    /// for `controller.quorum.retry.backoff.ms` first.
    fn common(&mut self, error: ErrorCode, quorum: QuorumLeader, ctx: &mut Context<'_>) -> Result<Common, RaftFault> {
        let QuorumLeader { leader, epoch } = quorum;
        if epoch < self.epoch || error == ErrorCode::UnknownLeaderEpoch {
            return Ok(Common::Handled(false));
        }
        let wrong = matches!(error, ErrorCode::FencedLeaderEpoch | ErrorCode::NotLeaderOrFollower);
        if epoch > self.epoch || wrong {
            let before = self.leader_and_epoch();
            self.maybe_transition(quorum, ctx)?;
            return Ok(Common::Handled(self.leader_and_epoch() != before));
        }
        if leader.is_some() && self.role.leader(self.me).is_none() {
            self.maybe_transition(quorum, ctx)?;
        }
        Ok(if error.is_ok() { Common::GoOn } else { Common::Handled(false) })
    }
    /// Somebody says who leads (`maybeTransition`).
    pub(super) fn maybe_transition(&mut self, quorum: QuorumLeader, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let QuorumLeader { leader, epoch } = quorum;
        let known = self.role.leader(self.me);
        match leader {
            Some(leader) if epoch == self.epoch && known.is_some_and(|known| known != leader) => {
                Err(RaftFault::InconsistentLeader)
            }
            // It has led in an epoch of which it knows nothing: it has forgotten that it did.
            Some(leader) if leader == self.me && known.is_none() && epoch >= self.epoch => {
                Err(RaftFault::InconsistentLeader)
            }
            Some(leader) if epoch > self.epoch => self.become_follower(epoch, leader, ctx),
            None if epoch > self.epoch => self.become_unattached(epoch, ctx),
            Some(leader) if epoch == self.epoch && known.is_none() => self.become_follower(epoch, leader, ctx),
            _ => Ok(()),
        }
    }
    /// `handleVoteResponse`.
    fn voted(
        &mut self,
        source: ControllerId,
        response: &VoteResponse,
        ctx: &mut Context<'_>,
    ) -> Result<bool, RaftFault> {
        let common = self.common(response.error, response.quorum, ctx)?;
        let Common::GoOn = common else { return Ok(common.is_success()) };
        let (granted, rejected) = match &mut self.role {
            Role::Prospective { election, .. } | Role::Candidate { election, .. } => {
                election.record(source, response.granted);
                (election.is_granted(), election.is_rejected())
            }
            _ => (false, false),
        };
        match self.role {
            Role::Prospective { .. } if granted => self.become_candidate(ctx)?,
            Role::Prospective { .. } if rejected => self.lose_pre_vote(ctx)?,
            Role::Candidate { .. } if granted => self.become_leader(ctx)?,
            Role::Candidate { .. } if rejected => self.lose_election(ctx),
            _ => {}
        }
        Ok(true)
    }
    /// `handleEndQuorumEpochResponse`.
    fn resignation_known(
        &mut self,
        source: ControllerId,
        response: &QuorumEpochResponse,
        ctx: &mut Context<'_>,
    ) -> Result<bool, RaftFault> {
        let common = self.common(response.error, response.quorum, ctx)?;
        if let (Common::GoOn, Role::Resigned { unacknowledged, .. }) = (&common, &mut self.role) {
            unacknowledged.retain(|id| *id != source);
        }
        Ok(common.is_success())
    }
    /// `handleFetchResponse`.
    fn fetched(&mut self, response: FetchQuorumResponse, ctx: &mut Context<'_>) -> Result<bool, RaftFault> {
        let common = self.common(response.error, response.quorum, ctx)?;
        let (Common::GoOn, Role::Follower { .. }) = (&common, &self.role) else { return Ok(common.is_success()) };
        match response.records {
            QuorumRecords::Diverging { epoch, end_offset } => {
                if self.high_watermark.is_some_and(|committed| end_offset < committed) {
                    return Err(RaftFault::TruncationBelowHighWatermark);
                }
                let cut = self.log.truncate_to_end_offset((epoch, end_offset), ctx);
                let (controller, from, to) = (self.me, cut.from, cut.to);
                self.tell(Fact::MetadataLogTruncated { controller, from, to }, ctx);
            }
            QuorumRecords::Batches(batches) => {
                if !batches.is_empty() {
                    let durable = self.log.append_as_follower(batches, ctx)?;
                    self.busy_until = self.busy_until.max(durable);
                }
                self.follower_advances(response.high_watermark)?;
            }
        }
        let (now, timeout) = (ctx.now(), self.config.fetch_timeout);
        if let Role::Follower { fetch_deadline, has_fetched, .. } = &mut self.role {
            (*fetch_deadline, *has_fetched) = (now.saturating_add(timeout), true);
        }
        Ok(true)
    }
    /// `updateFollowerHighWatermark`.
    fn follower_advances(&mut self, told: Offset) -> Result<(), RaftFault> {
        if told == Offset::INVALID {
            return Ok(());
        }
        let committed = told.min(self.log.log_end());
        if self.high_watermark.is_some_and(|known| committed < known) {
            return Err(RaftFault::HighWatermarkGoesBack);
        }
        self.high_watermark = Some(committed);
        self.log.set_high_watermark(committed);
        Ok(())
    }
}

impl Common {
    fn is_success(&self) -> bool {
        match self {
            Common::Handled(success) => *success,
            Common::GoOn => true,
        }
    }
}
