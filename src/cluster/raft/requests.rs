//! What a voter answers to others (`KafkaRaftClient.handleRequest`).

use super::fault::RaftFault;
use super::fetch_purgatory::Parked;
use super::kafka_raft_client::KafkaRaftClient;
use super::role::Role;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

impl KafkaRaftClient {
    /// Answers a request.
    ///
    /// # Errors
    /// The process is over.
    pub(super) fn answer(
        &mut self,
        to: (ConnId, u32),
        request: Request,
        ctx: &mut Context<'_>,
    ) -> Result<(), RaftFault> {
        let response = match request {
            Request::Vote(request) => Response::Vote(self.vote(&request, ctx)?),
            Request::BeginQuorumEpoch(request) => Response::BeginQuorumEpoch(self.begin_quorum_epoch(&request, ctx)?),
            Request::EndQuorumEpoch(request) => Response::EndQuorumEpoch(self.end_quorum_epoch(&request, ctx)?),
            Request::FetchQuorum(request) => {
                self.handle_fetch(to, request, ctx);
                return Ok(());
            }
            other => unreachable!("the quorum does not serve {other:?}"),
        };
        self.respond(to, response, ctx);
        Ok(())
    }
    /// The answer leaves once what it rests upon is flushed.
    fn respond(&self, (conn, correlation): (ConnId, u32), response: Response, ctx: &mut Context<'_>) {
        let message = Message { correlation, body: Body::Response(response) };
        ctx.send(conn, message, self.busy_until.saturating_sub(ctx.now()), false);
    }
    /// Requests of the past are refused (`validateVoterOnlyRequest`).
    fn validate(&self, epoch: LeaderEpoch) -> ErrorCode {
        if epoch < self.epoch { ErrorCode::FencedLeaderEpoch } else { ErrorCode::None }
    }
    /// `handleVoteRequest`.
    fn vote(&mut self, request: &VoteRequest, ctx: &mut Context<'_>) -> Result<VoteResponse, RaftFault> {
        let VoteRequest { candidate, epoch, last_epoch, last_offset, pre_vote } = *request;
        let error = self.validate(epoch);
        if error.is_err() {
            return Ok(VoteResponse { error, quorum: self.leader_and_epoch(), granted: false });
        }
        if epoch > self.epoch {
            self.become_unattached(epoch, ctx)?;
        }
        let up_to_date = (last_epoch, last_offset) >= (self.log.last_epoch(), self.log.log_end());
        let granted = self.role.can_grant_vote(candidate, up_to_date, pre_vote);
        if granted && !pre_vote {
            self.add_vote(candidate, ctx)?;
        }
        Ok(VoteResponse { error, quorum: self.leader_and_epoch(), granted })
    }
    /// `handleBeginQuorumEpochRequest`.
    fn begin_quorum_epoch(
        &mut self,
        request: &BeginQuorumEpochRequest,
        ctx: &mut Context<'_>,
    ) -> Result<QuorumEpochResponse, RaftFault> {
        let error = self.validate(request.epoch);
        if error.is_ok() {
            let quorum = QuorumLeader { leader: Some(request.leader), epoch: request.epoch };
            self.maybe_transition(quorum, ctx)?;
        }
        Ok(QuorumEpochResponse { error, quorum: self.leader_and_epoch() })
    }
    /// `handleEndQuorumEpochRequest`: the first of the successors stands at once, the others give it some time.
    fn end_quorum_epoch(
        &mut self,
        request: &EndQuorumEpochRequest,
        ctx: &mut Context<'_>,
    ) -> Result<QuorumEpochResponse, RaftFault> {
        let error = self.validate(request.epoch);
        if error.is_ok() {
            let quorum = QuorumLeader { leader: Some(request.leader), epoch: request.epoch };
            self.maybe_transition(quorum, ctx)?;
            let due = ctx.now().saturating_add(self.successor_backoff(&request.preferred_candidates));
            if let Role::Follower { leader, fetch_deadline, .. } = &mut self.role
                && *leader == request.leader
            {
                *fetch_deadline = due;
            }
        }
        Ok(QuorumEpochResponse { error, quorum: self.leader_and_epoch() })
    }
    /// `strictExponentialElectionBackoffMs`.
    fn successor_backoff(&self, successors: &[ControllerId]) -> Nanos {
        let most = self.config.election_backoff_max.as_millis();
        let ms = match successors.iter().position(|id| *id == self.me) {
            Some(0) => 0,
            Some(place) => most.min((most >> (successors.len() - 1)) << (place - 1)),
            None => most,
        };
        Nanos::from_millis(ms)
    }

    /// `handleFetchRequest`: what there is, or a place to wait.
    fn handle_fetch(&mut self, to: (ConnId, u32), request: FetchQuorumRequest, ctx: &mut Context<'_>) {
        let response = self.try_complete_fetch(&request, ctx);
        let news = request.high_watermark.is_some_and(|known| known < response.high_watermark);
        let is_empty = matches!(&response.records, QuorumRecords::Batches(batches) if batches.is_empty());
        if response.error.is_err() || !is_empty || news || request.max_wait == Nanos::ZERO {
            return self.respond(to, Response::FetchQuorum(Box::new(response)), ctx);
        }
        self.purgatory.park(Parked {
            conn: to.0,
            correlation: to.1,
            request,
            response: Box::new(response),
            expires: ctx.now().saturating_add(request.max_wait),
        });
    }
    /// Only the leader of the present epoch serves (`validateLeaderOnlyRequest`).
    fn validate_fetch(&self, epoch: LeaderEpoch) -> ErrorCode {
        match () {
            () if epoch < self.epoch => ErrorCode::FencedLeaderEpoch,
            () if epoch > self.epoch => ErrorCode::UnknownLeaderEpoch,
            () if self.role.as_leader().is_none() => ErrorCode::NotLeaderOrFollower,
            () if self.shutdown.is_some() => ErrorCode::BrokerNotAvailable,
            () => ErrorCode::None,
        }
    }
    /// `tryCompleteFetchRequest`. A fetch says that the follower has what is below its offset.
    fn try_complete_fetch(&mut self, request: &FetchQuorumRequest, ctx: &mut Context<'_>) -> FetchQuorumResponse {
        let error = self.validate_fetch(request.current_leader_epoch);
        if error.is_err() {
            return FetchQuorumResponse::failed(error, self.leader_and_epoch());
        }
        let records = match self.diverging(request) {
            Some((epoch, end_offset)) => QuorumRecords::Diverging { epoch, end_offset },
            None => {
                let log_end = self.log.log_end();
                if let Some(state) = self.role.as_leader_mut() {
                    state.update_replica(request.replica, ctx.now(), request.fetch_offset, log_end);
                }
                QuorumRecords::Batches(self.log.read(request.fetch_offset))
            }
        };
        self.leader_advances(ctx);
        FetchQuorumResponse {
            error,
            quorum: self.leader_and_epoch(),
            records,
            high_watermark: self.high_watermark.unwrap_or(Offset::INVALID),
        }
    }
    /// Where the follower's log parts from this one, if it does (`ReplicatedLog.validateOffsetAndEpoch`).
    fn diverging(&self, request: &FetchQuorumRequest) -> Option<(LeaderEpoch, Offset)> {
        let (offset, epoch) = (request.fetch_offset, request.last_fetched_epoch);
        if offset == Offset(0) && epoch == LeaderEpoch(0) {
            return None;
        }
        let (own_epoch, own_end) = self.log.end_offset_for_epoch(epoch);
        (own_epoch != epoch || own_end < offset).then_some((own_epoch, own_end))
    }
    /// There is something for those that wait (`maybeComplete`, `completeAll`).
    pub(super) fn complete_fetches(&mut self, ctx: &mut Context<'_>) {
        for fetch in self.purgatory.take_all() {
            let response = self.try_complete_fetch(&fetch.request, ctx);
            self.respond((fetch.conn, fetch.correlation), Response::FetchQuorum(Box::new(response)), ctx);
        }
    }
    /// Whoever waits here has come to the wrong one (`completeAllExceptionally`).
    pub(super) fn refuse_fetches(&mut self, ctx: &mut Context<'_>) {
        for fetch in self.purgatory.take_all() {
            let response = FetchQuorumResponse::failed(ErrorCode::NotLeaderOrFollower, self.leader_and_epoch());
            self.respond((fetch.conn, fetch.correlation), Response::FetchQuorum(Box::new(response)), ctx);
        }
    }
    /// Some have waited long enough: they are told what there was when they came.
    pub(super) fn fetches_expire(&mut self, ctx: &mut Context<'_>) {
        for fetch in self.purgatory.take_expired(ctx.now()) {
            ctx.respond(fetch.conn, fetch.correlation, Response::FetchQuorum(fetch.response));
        }
    }
}
