//! A broker's side of the quorum: it fetches the metadata log and is never asked (`KafkaRaftClient` without a vote).
//!
//! It finds the leader by asking any controller, which tells whom it follows. What it has of the log beyond what is
//! committed it keeps to itself.

use std::collections::VecDeque;

use super::network_channel::{Inbound, KafkaNetworkChannel};
use super::request_manager::RequestManager;
use super::voters::{RaftConfig, Voter, Voters};
use crate::cluster::log::LeaderEpochCache;
use crate::node::{Context, Input, Owner, Timer};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::RaftHighWatermark;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

use super::metadata_log::records_of;

/// Committed records that have come.
#[derive(Clone, PartialEq, Debug)]
pub struct ObservedRecords {
    /// Offset of the first.
    pub base_offset: i64,
    /// The records.
    pub records: Vec<MetadataRecord>,
    /// Whether they bring the broker to the end of what is committed for the first time.
    pub caught_up: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct RaftObserver {
    me: BrokerId,
    voters: Voters,
    config: RaftConfig,
    epoch: LeaderEpoch,
    /// Whom it fetches from, while it is fetched from.
    leader: Option<ControllerId>,
    /// When it has gone without a successful fetch from the leader for too long: it asks anybody then.
    fetch_deadline: Nanos,
    requests: RequestManager,
    channel: KafkaNetworkChannel,
    /// Goes off when there is something to do though nothing comes.
    poll: Timer,
    /// Offset after the last record that it has.
    log_end: Offset,
    epochs: LeaderEpochCache,
    /// Batches that are not committed as far as it knows.
    uncommitted: VecDeque<SharedBatch>,
    high_watermark: Option<Offset>,
    /// Offset of the next record that is handed on.
    next: Offset,
    caught_up: bool,
}

impl RaftObserver {
    /// A broker that has read nothing yet. `connection` and `endpoint` are those of the connection to the first controller.
    pub fn new(
        me: BrokerId,
        voters: Voters,
        config: RaftConfig,
        connection: impl Into<Timer>,
        endpoint: impl Into<Owner>,
        poll: impl Into<Timer>,
    ) -> RaftObserver {
        RaftObserver {
            me,
            requests: RequestManager::new(&voters, None, &config),
            channel: KafkaNetworkChannel::new(voters.clone(), &config, connection, endpoint),
            voters,
            config,
            epoch: LeaderEpoch(0),
            leader: None,
            fetch_deadline: Nanos::MAX,
            poll: poll.into(),
            log_end: Offset(0),
            epochs: LeaderEpochCache::default(),
            uncommitted: VecDeque::new(),
            high_watermark: None,
            next: Offset(0),
            caught_up: false,
        }
    }
    /// The leader of the quorum, if it is known.
    pub fn leader(&self) -> Option<Voter> {
        self.leader.map(|id| self.voters.get(id))
    }
    /// Something happened to one of its connections. What has come of it.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) -> Option<ObservedRecords> {
        self.channel.accept(input, ctx);
        let mut observed = None;
        while let Some(inbound) = self.channel.next_inbound() {
            observed = self.take_response(inbound, ctx).or(observed);
        }
        self.poll(ctx);
        observed
    }
    /// Does what is to be done now (`pollUnattachedCommon`, `pollFollowerAsObserver`).
    pub fn poll(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        match self.leader {
            Some(leader) if now < self.fetch_deadline => {
                if self.requests.has_request_timed_out(leader, now) {
                    self.requests.reset(leader);
                    self.fetch_from_any(ctx);
                } else if self.requests.is_backing_off(leader, now) {
                    self.fetch_from_any(ctx);
                } else if !self.requests.has_any_in_flight(now) {
                    self.fetch_from(leader, ctx);
                }
            }
            _ => self.fetch_from_any(ctx),
        }
        let deadline =
            if self.leader.is_some() && now < self.fetch_deadline { self.fetch_deadline } else { Nanos::MAX };
        ctx.set_timer(self.poll, deadline.min(self.requests.next_deadline(now)));
    }
    fn fetch_from_any(&mut self, ctx: &mut Context<'_>) {
        if let Some(id) = self.requests.find_ready_bootstrap_server(ctx.now(), ctx.random()) {
            self.fetch_from(id, ctx);
        }
    }
    fn fetch_from(&mut self, id: ControllerId, ctx: &mut Context<'_>) {
        if !self.requests.is_ready(id, ctx.now()) {
            return;
        }
        let last = self.epochs.latest_epoch();
        let request = FetchQuorumRequest {
            replica: QuorumReplica::Observer(self.me),
            current_leader_epoch: self.epoch,
            fetch_offset: self.log_end,
            last_fetched_epoch: if last == LeaderEpoch::UNDEFINED { LeaderEpoch(0) } else { last },
            high_watermark: match self.config.rules.raft_high_watermark {
                RaftHighWatermark::WithNextRecord => None,
                RaftHighWatermark::AtOnce => Some(self.high_watermark.unwrap_or(Offset::INVALID)),
            },
            max_wait: RaftConfig::FETCH_MAX_WAIT,
        };
        let correlation = self.channel.send(id, Request::FetchQuorum(request), ctx.now(), ctx);
        self.requests.on_request_sent(id, correlation, ctx.now());
        // A connection that is known to be lost fails at once.
        while let Some(Inbound { correlation, source, .. }) = self.channel.next_inbound() {
            self.requests.on_response_result(source, correlation, false, ctx.now());
        }
    }

    fn take_response(&mut self, inbound: Inbound, ctx: &mut Context<'_>) -> Option<ObservedRecords> {
        let Inbound { correlation, source, response } = inbound;
        if !self.requests.is_response_expected(source, correlation) {
            return None;
        }
        let Some(Response::FetchQuorum(response)) = response else {
            self.requests.on_response_result(source, correlation, false, ctx.now());
            return None;
        };
        let (success, observed) = self.fetched(*response, ctx);
        self.requests.on_response_result(source, correlation, success, ctx.now());
        observed
    }
    /// `handleFetchResponse`. Whether it counts as an answer. A controller that knows nothing new is left alone for
    /// `controller.quorum.retry.backoff.ms`; Kafka asks once more at once.
    fn fetched(&mut self, response: FetchQuorumResponse, ctx: &mut Context<'_>) -> (bool, Option<ObservedRecords>) {
        let FetchQuorumResponse { error, quorum, records, high_watermark } = response;
        if quorum.epoch < self.epoch || error == ErrorCode::UnknownLeaderEpoch {
            return (false, None);
        }
        let news = quorum.epoch > self.epoch || (self.leader.is_none() && quorum.leader.is_some());
        if news {
            (self.epoch, self.leader) = (quorum.epoch, quorum.leader);
            self.fetch_deadline = ctx.now().saturating_add(self.config.fetch_timeout);
            self.requests.reset_all();
        }
        if error.is_err() {
            return (news, None);
        }
        match records {
            // What it has handed on was committed: voters have forgotten it, for their disks lied. Kafka's broker halts
            // here; this one waits for a leader that has it.
            QuorumRecords::Diverging { end_offset, .. } if end_offset < self.next => return (false, None),
            QuorumRecords::Diverging { epoch, end_offset } => self.truncate(epoch, end_offset),
            QuorumRecords::Batches(batches) => batches.into_iter().for_each(|batch| self.append(batch)),
        }
        self.fetch_deadline = ctx.now().saturating_add(self.config.fetch_timeout);
        (true, self.committed(high_watermark))
    }
    fn append(&mut self, batch: SharedBatch) {
        if batch.base_offset == self.log_end && self.epochs.assign(batch.leader_epoch, batch.base_offset).is_ok() {
            self.log_end = batch.last_offset().plus(1);
            self.uncommitted.push_back(batch);
        }
    }
    /// Its log is no prefix of the leader's, in which `epoch` ends at `end_offset` (`truncateToEndOffset`). What it has handed
    /// on is committed, and stays.
    fn truncate(&mut self, epoch: LeaderEpoch, end_offset: Offset) {
        let (own_epoch, own_end) = self.epochs.end_offset_for(epoch, self.log_end);
        let cut = match () {
            () if own_end == Offset::INVALID => end_offset,
            () if own_epoch == epoch || epoch.0 == 0 => own_end.min(end_offset),
            () => own_end,
        };
        let cut = cut.min(self.log_end).max(self.next);
        self.uncommitted.retain(|batch| batch.last_offset() < cut);
        self.epochs.truncate_from_end(cut);
        self.log_end = cut;
    }
    /// Hands on what is committed by now.
    fn committed(&mut self, told: Offset) -> Option<ObservedRecords> {
        if told == Offset::INVALID {
            return None;
        }
        let committed = told.min(self.log_end);
        self.high_watermark = self.high_watermark.max(Some(committed));
        let base_offset = self.next.0;
        let mut records = Vec::new();
        while let Some(batch) = self.uncommitted.pop_front_if(|batch| batch.last_offset() < committed) {
            records.extend(records_of(&batch).map(|(_, record)| record.clone()));
            self.next = batch.last_offset().plus(1);
        }
        let caught_up = !self.caught_up && self.next >= told;
        self.caught_up |= caught_up;
        (!records.is_empty() || caught_up).then_some(ObservedRecords { base_offset, records, caught_up })
    }
}
