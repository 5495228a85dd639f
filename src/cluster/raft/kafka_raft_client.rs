//! A voter of the quorum (`raft/.../KafkaRaftClient.java`): messages one after the other, and in between what time has
//! made of its role.
//!
//! One thread does all this, and does nothing else while it flushes: what comes meanwhile waits.

use std::collections::VecDeque;

use super::fault::RaftFault;
use super::fetch_purgatory::FetchPurgatory;
use super::leader_state::LeaderState;
use super::metadata_log::MetadataLog;
use super::network_channel::{Inbound, KafkaNetworkChannel};
use super::quorum_state::QuorumStateStore;
use super::request_manager::RequestManager;
use super::role::Role;
use super::timers::{RaftEndpoint, RaftTimer};
use super::voters::{RaftConfig, Voters};
use crate::history::fact::Fact;
use crate::node::{Context, Input};
use crate::protocol::batch::RecordBatch;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::RaftHighWatermark;
use crate::sim::time::Nanos;

/// How long a voter that is told to stop waits until another leads (`KafkaRaftClientDriver`).
const SHUTDOWN_TIMEOUT: Nanos = Nanos::from_secs(5);

/// What outlives the process: the log and `quorum-state`.
#[derive(Clone, Debug, Default)]
pub struct RaftDurable {
    log: MetadataLog,
    store: QuorumStateStore,
}

/// A message that waits for its turn.
#[derive(Clone, Debug)]
enum RaftMessage {
    Request(ConnId, u32, Request),
    Response(Inbound),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct KafkaRaftClient {
    pub(super) me: ControllerId,
    pub(super) voters: Voters,
    pub(super) config: RaftConfig,
    pub(super) log: MetadataLog,
    pub(super) store: QuorumStateStore,
    pub(super) epoch: LeaderEpoch,
    pub(super) role: Role,
    /// Everything below is committed; none before a leader has said so, or before this leader knows.
    pub(super) high_watermark: Option<Offset>,
    pub(super) requests: RequestManager,
    pub(super) channel: KafkaNetworkChannel,
    pub(super) purgatory: FetchPurgatory,
    messages: VecDeque<RaftMessage>,
    /// Until then it flushes.
    pub(super) busy_until: Nanos,
    /// Told to stop: when it does so at the latest.
    pub(super) shutdown: Option<Nanos>,
}

impl KafkaRaftClient {
    /// The voter of a process that has just been started, before [`KafkaRaftClient::start`].
    pub fn new(me: ControllerId, voters: Voters, config: RaftConfig, disk: RaftDurable) -> KafkaRaftClient {
        let RaftDurable { log, store } = disk;
        let channel =
            KafkaNetworkChannel::new(voters.clone(), &config, RaftTimer::Connection(0), RaftEndpoint::Voter(0));
        KafkaRaftClient {
            me,
            requests: RequestManager::new(&voters, Some(me), &config),
            channel,
            voters,
            config,
            log,
            store,
            epoch: LeaderEpoch(0),
            role: Role::Unattached { voted: None, election_deadline: Nanos::MAX },
            high_watermark: None,
            purgatory: FetchPurgatory::default(),
            messages: VecDeque::new(),
            busy_until: Nanos::ZERO,
            shutdown: None,
        }
    }
    /// The process is gone; what is on the disk stays.
    pub fn into_durable(self) -> RaftDurable {
        let KafkaRaftClient { mut log, store, .. } = self;
        log.discard_waiting();
        RaftDurable { log, store }
    }
    /// Reads its log and what it has written down about elections, and takes its place in the quorum
    /// (`QuorumState.initialize`). `stands_at_once`: it has been up for a while, as has everybody else, and is the one that
    /// noticed first that nobody leads. An only voter leads at once.
    ///
    /// # Errors
    /// The process is over.
    pub fn start(&mut self, stands_at_once: bool, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        self.log.recover(ctx);
        if self.is_sole() {
            self.epoch = LeaderEpoch(self.log.epoch().0 + 1);
            return self.begin_epoch(ctx);
        }
        self.log.set_high_watermark(Offset(0));
        self.initialize(stands_at_once, ctx)?;
        self.poll(ctx)
    }

    /// Whether there is nobody else.
    pub fn is_sole(&self) -> bool {
        self.voters.is_sole()
    }
    /// The newest epoch that it knows of.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }
    /// Its role.
    pub fn role(&self) -> &Role {
        &self.role
    }
    /// The newest epoch, and who leads it as far as it knows.
    pub fn leader_and_epoch(&self) -> QuorumLeader {
        QuorumLeader { leader: self.role.leader(self.me), epoch: self.epoch }
    }
    /// The epoch in which it leads, if it does.
    pub fn leads(&self) -> Option<LeaderEpoch> {
        self.role.as_leader().map(|_| self.epoch)
    }
    /// Where the epoch in which it leads begins in its log.
    pub fn epoch_start(&self) -> Option<Offset> {
        self.role.as_leader().map(|state| state.epoch_start)
    }
    /// Offset of the next record of a leader.
    pub fn end(&self) -> i64 {
        self.log.end()
    }
    /// Offset after the last record in the log itself.
    pub fn log_end(&self) -> Offset {
        self.log.log_end()
    }
    /// Everything below is committed.
    pub fn committed(&self) -> i64 {
        self.log.committed()
    }
    /// Everything below is committed; none before a leader has said so, or before this leader knows.
    pub fn high_watermark(&self) -> Option<Offset> {
        self.high_watermark
    }
    /// The records of `from .. to` with their offsets, as far as they are in the log.
    pub fn records(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, &MetadataRecord)> {
        self.log.records(from, to)
    }
    /// The batches from `from` on.
    pub fn batches(&self, from: i64) -> impl Iterator<Item = &RecordBatch> {
        self.log.batches(from)
    }
    /// Adds a record of a leader; it is written after the linger time, and committed later.
    pub fn append(&mut self, record: MetadataRecord, ctx: &mut Context<'_>) {
        self.log.append(record, self.config.append_linger, ctx);
    }
    /// A clean stop: others are to lead first. Whether the process may end at once.
    ///
    /// # Errors
    /// The process is over.
    pub fn begin_shutdown(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        if self.is_sole() {
            ctx.exit();
            return Ok(());
        }
        self.shutdown = Some(ctx.now().saturating_add(SHUTDOWN_TIMEOUT));
        self.poll(ctx)
    }

    /// A request of another voter, or of an observer.
    ///
    /// # Errors
    /// The process is over.
    pub fn request(
        &mut self,
        (conn, correlation): (ConnId, u32),
        request: Request,
        ctx: &mut Context<'_>,
    ) -> Result<(), RaftFault> {
        self.messages.push_back(RaftMessage::Request(conn, correlation, request));
        self.poll(ctx)
    }
    /// Something happened to a connection.
    ///
    /// # Errors
    /// The process is over.
    pub fn connection(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        if let Input::Disconnected { conn, .. } = input {
            self.purgatory.disconnected(conn);
        }
        self.channel.accept(input, ctx);
        self.poll(ctx)
    }
    /// One of its timers has gone off.
    ///
    /// # Errors
    /// The process is over.
    pub fn timer(&mut self, timer: RaftTimer, input: Input, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        match timer {
            RaftTimer::Linger => self.drain(ctx)?,
            RaftTimer::Flushed => self.flushed(ctx)?,
            RaftTimer::FetchExpires => self.fetches_expire(ctx),
            RaftTimer::Connection(_) => self.channel.accept(input, ctx),
            RaftTimer::Poll => {}
        }
        self.poll(ctx)
    }
    /// Writes and flushes what a leader has gathered. Whoever waits for records gets them before the flush.
    pub(super) fn drain(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let durable = self.log.drain(ctx)?;
        if !self.is_sole() {
            self.complete_fetches(ctx);
            self.busy_until = self.busy_until.max(durable);
        }
        Ok(())
    }
    /// A flush of the leader's log has returned: the leader counts as one that has it.
    fn flushed(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let goes_on = self.log.flushed(ctx);
        let flushed = self.log.flushed_end();
        if let Some(state) = self.role.as_leader_mut() {
            state.update_local(flushed);
        }
        self.leader_advances(ctx);
        match goes_on? {
            Some(durable) if !self.is_sole() => {
                self.complete_fetches(ctx);
                self.busy_until = self.busy_until.max(durable);
            }
            _ => {}
        }
        Ok(())
    }
    /// More may be committed (`onUpdateLeaderHighWatermark`).
    pub(super) fn leader_advances(&mut self, ctx: &mut Context<'_>) {
        let Some(committed) = self.role.as_leader().and_then(LeaderState::high_watermark) else { return };
        if self.high_watermark.is_some_and(|known| known >= committed) {
            return;
        }
        self.high_watermark = Some(committed);
        self.log.set_high_watermark(committed);
        if !self.is_sole() && self.config.rules.raft_high_watermark == RaftHighWatermark::AtOnce {
            self.complete_fetches(ctx);
        }
    }

    /// What time and messages have made of its role, as far as it is not busy (`poll`).
    fn poll(&mut self, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        if self.is_sole() {
            return Ok(());
        }
        while self.busy_until <= ctx.now() {
            if self.may_stop(ctx.now()) {
                ctx.exit();
                return Ok(());
            }
            if self.poll_current_state(ctx)? {
                continue;
            }
            while let Some(inbound) = self.channel.next_inbound() {
                self.messages.push_back(RaftMessage::Response(inbound));
            }
            match self.messages.pop_front() {
                Some(RaftMessage::Request(conn, correlation, request)) => {
                    self.answer((conn, correlation), request, ctx)?;
                }
                Some(RaftMessage::Response(inbound)) => self.take_response(inbound, ctx)?,
                None => break,
            }
        }
        ctx.set_timer(RaftTimer::Poll, self.next_poll(ctx.now()));
        self.arm_purgatory(ctx);
        Ok(())
    }
    /// Told to stop, and another leads or it has taken too long (`maybeCompleteShutdown`).
    fn may_stop(&self, now: Nanos) -> bool {
        let leader = self.role.leader(self.me);
        self.shutdown.is_some_and(|latest| latest <= now || leader.is_some_and(|leader| leader != self.me))
    }
    /// When there is something to do though nothing comes.
    fn next_poll(&self, now: Nanos) -> Nanos {
        if self.busy_until > now {
            return self.busy_until;
        }
        let role = match &self.role {
            Role::Unattached { election_deadline, .. }
            | Role::Prospective { election_deadline, .. }
            | Role::Resigned { election_deadline, .. } => *election_deadline,
            Role::Candidate { election_deadline, backing_off_until, .. } => {
                backing_off_until.unwrap_or(*election_deadline)
            }
            Role::Follower { fetch_deadline, .. } => *fetch_deadline,
            Role::Leader(state) => state.check_quorum_deadline.min(state.begin_quorum_epoch_at),
        };
        // A voter that is to stop lets its deadlines pass.
        let role = if self.shutdown.is_some() { Nanos::MAX } else { role };
        role.min(self.requests.next_deadline(now)).min(self.shutdown.unwrap_or(Nanos::MAX))
    }
    /// Does what its role wants done now (`pollCurrentState`). Whether it has another role then.
    fn poll_current_state(&mut self, ctx: &mut Context<'_>) -> Result<bool, RaftFault> {
        let (now, stops) = (ctx.now(), self.shutdown.is_some());
        match &self.role {
            Role::Leader(state) if stops || state.check_quorum_deadline <= now => self.resign(ctx),
            Role::Leader(state) => {
                if state.begin_quorum_epoch_at <= now {
                    self.send_begin_quorum_epoch(ctx);
                }
                return Ok(false);
            }
            Role::Resigned { election_deadline, .. } if !stops && *election_deadline <= now => {
                self.become_unattached(LeaderEpoch(self.epoch.0 + 1), ctx)?;
            }
            Role::Resigned { unacknowledged, preferred_successors, .. } => {
                let (voters, preferred_candidates) = (unacknowledged.clone(), preferred_successors.clone());
                let request = EndQuorumEpochRequest { leader: self.me, epoch: self.epoch, preferred_candidates };
                voters.into_iter().for_each(|id| self.send(id, Request::EndQuorumEpoch(request.clone()), ctx));
                return Ok(false);
            }
            Role::Candidate { backing_off_until: Some(until), .. } if !stops => match *until <= now {
                true => self.become_prospective(ctx)?,
                false => return Ok(false),
            },
            Role::Candidate { election_deadline, .. } if !stops && *election_deadline <= now => {
                self.become_prospective(ctx)?;
            }
            Role::Prospective { election_deadline, .. } if !stops && *election_deadline <= now => {
                self.lose_pre_vote(ctx)?;
            }
            Role::Candidate { election, .. } | Role::Prospective { election, .. } => {
                if !election.is_rejected() {
                    let unrecorded = election.unrecorded();
                    self.send_votes(&unrecorded, ctx);
                }
                return Ok(false);
            }
            Role::Follower { .. } if stops => return Ok(false),
            Role::Follower { fetch_deadline, .. } if *fetch_deadline <= now => self.become_prospective(ctx)?,
            Role::Follower { leader, .. } => {
                let leader = *leader;
                self.send_fetch_to_best_node(leader, ctx);
                return Ok(false);
            }
            Role::Unattached { .. } if stops => return Ok(false),
            Role::Unattached { election_deadline, .. } if *election_deadline <= now => self.become_prospective(ctx)?,
            Role::Unattached { .. } => {
                self.send_fetch_to_any(ctx);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends a request unless this voter is waited for, or left alone (`maybeSendRequest`).
    fn send(&mut self, to: ControllerId, request: Request, ctx: &mut Context<'_>) {
        if self.requests.is_ready(to, ctx.now()) {
            let correlation = self.channel.send(to, request, ctx.now(), ctx);
            self.requests.on_request_sent(to, correlation, ctx.now());
        }
    }
    fn send_begin_quorum_epoch(&mut self, ctx: &mut Context<'_>) {
        let (now, next) = (ctx.now(), self.config.begin_quorum_epoch_timeout());
        let Some(state) = self.role.as_leader_mut() else { return };
        let voters = state.to_be_told(now);
        state.begin_quorum_epoch_at = now.saturating_add(next);
        let request = BeginQuorumEpochRequest { leader: self.me, epoch: self.epoch };
        voters.into_iter().for_each(|id| self.send(id, Request::BeginQuorumEpoch(request), ctx));
    }
    fn send_votes(&mut self, voters: &[ControllerId], ctx: &mut Context<'_>) {
        let request = VoteRequest {
            candidate: self.me,
            epoch: self.epoch,
            last_epoch: self.log.last_epoch(),
            last_offset: self.log.log_end(),
            pre_vote: matches!(self.role, Role::Prospective { .. }),
        };
        voters.iter().for_each(|id| self.send(*id, Request::Vote(request), ctx));
    }
    fn fetch(&self) -> Request {
        let known = || Some(self.high_watermark.unwrap_or(Offset::INVALID));
        Request::FetchQuorum(FetchQuorumRequest {
            replica: QuorumReplica::Voter(self.me),
            current_leader_epoch: self.epoch,
            fetch_offset: self.log.log_end(),
            last_fetched_epoch: self.log.last_epoch(),
            high_watermark: match self.config.rules.raft_high_watermark {
                RaftHighWatermark::WithNextRecord => None,
                RaftHighWatermark::AtOnce => known(),
            },
            max_wait: RaftConfig::FETCH_MAX_WAIT,
        })
    }
    /// From the leader, or from anybody while it does not answer (`maybeSendFetchToBestNode`).
    fn send_fetch_to_best_node(&mut self, leader: ControllerId, ctx: &mut Context<'_>) {
        let now = ctx.now();
        if self.requests.has_request_timed_out(leader, now) {
            self.requests.reset(leader);
            self.send_fetch_to_any(ctx);
        } else if self.requests.is_backing_off(leader, now) {
            self.send_fetch_to_any(ctx);
        } else if !self.requests.has_any_in_flight(now) {
            self.send(leader, self.fetch(), ctx);
        }
    }
    /// From some voter: it knows the leader, if it is not the leader itself.
    fn send_fetch_to_any(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        if let Some(id) = self.requests.find_ready_bootstrap_server(now, ctx.random()) {
            self.send(id, self.fetch(), ctx);
        }
    }
    fn arm_purgatory(&mut self, ctx: &mut Context<'_>) {
        match self.purgatory.next_expiry() {
            Some(at) => ctx.set_timer(RaftTimer::FetchExpires, at),
            None => ctx.cancel_timer(RaftTimer::FetchExpires),
        }
    }
    /// Records a fact; a quorum of one has nothing to tell.
    pub(super) fn tell(&self, fact: Fact, ctx: &mut Context<'_>) {
        if !self.is_sole() {
            ctx.record(fact);
        }
    }
    /// # Panics
    /// If the log, or what is known of it, contradicts itself.
    pub fn check_invariants(&self) {
        self.log.check_invariants();
        let high_watermark = self.high_watermark.unwrap_or(Offset(0));
        assert!(high_watermark <= self.log.log_end(), "what is committed is in the log");
        if let Some(state) = self.role.as_leader() {
            assert!(state.epoch_start < self.log.log_end(), "a leader has written that it leads");
        } else {
            assert!(self.log.end() == self.log.log_end().0, "only a leader gathers records");
        }
    }
}
