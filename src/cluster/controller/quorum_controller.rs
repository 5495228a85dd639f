//! A controller's process (`metadata/.../controller/QuorumController.java`).
//!
//! A request is decided upon with the newest state; the records of the decision change that state at
//! once and go to the metadata log; the answer leaves when they are committed. All this is lost with the
//! process, or as another controller becomes the active one, but for the log, from which it is rebuilt: one that is
//! not active follows what is committed, and refuses what only the active one may do.

use std::collections::VecDeque;
use std::rc::Rc;

use super::facts;
use super::heartbeats::{BrokerControlState, BrokerHeartbeatManager};
use super::observers::Observers;
use super::refusals;
use super::replication_control::{MAX_ELECTIONS_PER_BATCH, Reason, View};
use super::timers::ControllerTimer;
use crate::cluster::metadata::MetadataImage;
use crate::cluster::raft::{KafkaRaftClient, RaftConfig, RaftDurable, RaftEndpoint, RaftFault, Voters, records_of};
use crate::history::fact::Fact;
use crate::node::{Context, Input, Owner};
use crate::protocol::batch::RecordBatch;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// The session timeout is this many scan periods long (KAFKA-17793).
const SCANS_PER_SESSION: u64 = 8;
/// Pause before a periodic task goes on with its next batch.
const NEXT_BATCH_DELAY: Nanos = Nanos::from_millis(10);
/// Ids in a block (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
const PRODUCER_ID_BLOCK_SIZE: u32 = 1_000;

/// What outlives the process.
#[derive(Clone, Debug, Default)]
pub(super) struct Durable {
    /// The metadata log, and what is written down about elections. It is fsynced before it counts, so it survives
    /// everything.
    pub raft: RaftDurable,
    /// The fold over the committed records.
    pub committed: MetadataImage,
}

/// What only the active controller has.
#[derive(Clone, Debug)]
struct Active {
    /// The epoch in which it leads the quorum (`curClaimEpoch`).
    epoch: LeaderEpoch,
    /// The fold over all records, committed or not: decisions build upon each other.
    state: MetadataImage,
    heartbeats: BrokerHeartbeatManager,
    /// Answers that wait until the high watermark reaches an offset, ascending.
    deferred: VecDeque<(i64, ConnId, u32, Response)>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct QuorumController {
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    /// Its voter, with the metadata log.
    pub(super) raft: KafkaRaftClient,
    /// The fold over the committed records.
    pub(super) committed: MetadataImage,
    /// None while another controller is the active one, or nobody is.
    active: Option<Box<Active>>,
    /// Of an only controller.
    observers: Observers,
    /// What stands for all of the log below the committed image's end.
    chain: u32,
}

impl QuorumController {
    /// A process that has just been started.
    pub(super) fn new(
        config: &Rc<BrokerConfig>,
        catalog: &Rc<Catalog>,
        rules: Rules,
        disk: Durable,
        ctx: &mut Context<'_>,
    ) -> QuorumController {
        let Durable { raft, committed } = disk;
        let me = catalog.controller_of(ctx.me()).expect("a controller's process has its role");
        QuorumController {
            config: config.clone(),
            catalog: catalog.clone(),
            rules,
            raft: KafkaRaftClient::new(me, Voters::of(catalog), RaftConfig::of(config, rules), raft),
            committed,
            active: None,
            observers: Observers::default(),
            chain: 0,
        }
    }
    /// Reads its log and takes its place in the quorum; an only voter needs no election. `phase`: where its looks for
    /// silent brokers stand, in a life that began long before; in that life the first voter stands for election at once.
    ///
    /// # Errors
    /// It cannot write its log: the process is over.
    pub(super) fn start(&mut self, phase: Option<Stream>, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let is_first = self.catalog.controller_node() == Some(ctx.me());
        self.raft.start(is_first && phase.is_some(), ctx)?;
        if self.raft.committed() <= self.committed.offset() || !self.raft.is_sole() {
            self.committed = MetadataImage::default();
            for (offset, record) in self.raft.records(0, self.raft.committed()) {
                self.committed.apply(offset, record);
            }
        }
        match self.raft.leads() {
            Some(epoch) if self.raft.is_sole() => self.claim(epoch, phase, ctx),
            _ => self.settle(ctx),
        }
        Ok(())
    }
    /// The process is gone; the metadata log stays.
    pub(super) fn into_durable(self) -> Durable {
        let (raft, committed) = (self.raft.into_durable(), self.committed);
        Durable { raft, committed }
    }
    /// Whether it is the active controller.
    pub(super) fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// Takes one input.
    ///
    /// # Errors
    /// It cannot write its log, or has lost its faith in the others: the process is over
    /// (`ProcessTerminatingFaultHandler`).
    pub(super) fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        let result = self.take(input, ctx);
        self.settle(ctx);
        result
    }
    fn take(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        match input {
            Input::Message { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                return self.request(conn, correlation, request, ctx);
            }
            Input::Timer(timer) => return self.timer(timer.into(), input, ctx),
            Input::Connected { owner, .. } | Input::Message { owner, .. } | Input::Written { owner, .. }
                if is_a_voters(owner) =>
            {
                return self.raft.connection(input, ctx);
            }
            Input::Disconnected { conn, .. } => {
                self.observers.disconnected(conn, ctx);
                return self.raft.connection(input, ctx);
            }
            Input::Shutdown => return self.raft.begin_shutdown(ctx),
            _ => {}
        }
        Ok(())
    }

    /// What the quorum has come to: whether this controller is the active one, and what is committed
    /// (`QuorumMetaLogListener`).
    fn settle(&mut self, ctx: &mut Context<'_>) {
        let leader = self.raft.leader_and_epoch();
        if let Some(active) = &self.active
            && leader.epoch != active.epoch
        {
            self.renounce(ctx);
        }
        self.replay(ctx);
        if self.raft.is_sole() || self.is_active() {
            return;
        }
        // The leader is told once it has a record of its own epoch committed, and all before it.
        if let (Some(epoch), Some(start)) = (self.raft.leads(), self.raft.epoch_start())
            && self.raft.committed() > start.0
        {
            self.claim(epoch, None, ctx);
        }
    }
    /// Becomes the active controller (`claim`, `CompleteActivationEvent`). Sessions start from now.
    fn claim(&mut self, epoch: LeaderEpoch, phase: Option<Stream>, ctx: &mut Context<'_>) {
        let mut state = self.committed.clone();
        for (offset, record) in self.raft.records(self.raft.committed(), self.raft.end()) {
            state.apply(offset, record);
        }
        let heartbeats = BrokerHeartbeatManager::activate(self.config.broker_session_timeout, &state, ctx.now());
        self.active = Some(Box::new(Active { epoch, state, heartbeats, deferred: VecDeque::new() }));
        self.tell(|controller| Fact::ControllerActivated { controller, epoch }, ctx);
        let period = self.scan_period();
        let first_scan = phase.map_or(period, |mut random| Nanos(random.below(period.0) + 1));
        ctx.set_timer_in(ControllerTimer::FenceScan, first_scan);
        if let Some(interval) = self.idle_interval() {
            ctx.set_timer_in(ControllerTimer::NoOp, interval);
        }
        ctx.set_timer_in(ControllerTimer::Unclean, self.config.unclean_leader_election_interval);
        if self.config.auto_leader_rebalance_enable {
            ctx.set_timer_in(ControllerTimer::Balance, self.balance_period());
        }
    }
    /// It is the active controller no longer: what is not committed is forgotten, and who waits for it is told
    /// NOT_CONTROLLER (`renounce`).
    fn renounce(&mut self, ctx: &mut Context<'_>) {
        let Some(active) = self.active.take() else { return };
        let epoch = active.epoch;
        self.tell(|controller| Fact::ControllerResigned { controller, epoch }, ctx);
        for (_, conn, correlation, response) in active.deferred {
            ctx.respond(conn, correlation, refusals::withdrawn(response));
        }
        for timer in
            [ControllerTimer::FenceScan, ControllerTimer::NoOp, ControllerTimer::Unclean, ControllerTimer::Balance]
        {
            ctx.cancel_timer(timer);
        }
    }
    /// It is still the active one, but its voter has resigned already: a write would fail, and ends it
    /// (`NotLeaderException`).
    fn cannot_write(&self) -> bool {
        self.is_active() && self.raft.leads().is_none()
    }
    /// What is committed that was not before: facts, answers and waiting observers.
    fn replay(&mut self, ctx: &mut Context<'_>) {
        let (from, to) = (self.committed.offset() + 1, self.raft.committed());
        if from >= to {
            return;
        }
        let (sole, mut last) = (self.raft.is_sole(), LeaderEpoch(0));
        for batch in self.raft.batches(from).take_while(|batch| batch.base_offset.0 < to) {
            // Of several controllers the first that knows tells it.
            let told = sole || ctx.is_first_to_commit(batch.base_offset, batch.leader_epoch);
            for (offset, record) in records_of(batch).filter(|(offset, _)| (from..to).contains(offset)) {
                if told {
                    facts::committed(&self.committed, record, ctx);
                }
                self.committed.apply(offset, record);
            }
            self.chain = chained(self.chain, batch);
            last = batch.leader_epoch;
        }
        let (chain, end) = (self.chain, Offset(to));
        self.tell(|controller| Fact::MetadataCommitted { controller, epoch: last, end, chain }, ctx);
        if let Some(active) = &mut self.active {
            while let Some((_, conn, correlation, response)) = active.deferred.pop_front_if(|(end, ..)| *end <= to) {
                ctx.respond(conn, correlation, response);
            }
        }
        self.observers.complete(&self.raft, ctx);
    }
    /// Records a fact about a quorum of several.
    fn tell(&self, fact: impl FnOnce(ControllerId) -> Fact, ctx: &mut Context<'_>) {
        if !self.raft.is_sole()
            && let Some(me) = self.catalog.controller_of(ctx.me())
        {
            ctx.record(fact(me));
        }
    }

    /// The state on which decisions are based.
    ///
    /// # Panics
    /// If it is not the active controller.
    pub(super) fn view(&self) -> View<'_> {
        let active = self.active.as_ref().expect("only the active controller decides");
        View { image: &active.state, heartbeats: &active.heartbeats, catalog: &self.catalog, rules: self.rules }
    }
    fn active_mut(&mut self) -> &mut Active {
        self.active.as_mut().expect("only the active controller decides")
    }
    /// How often an idle log is moved; none: never.
    fn idle_interval(&self) -> Option<Nanos> {
        Some(self.config.metadata_max_idle_interval).filter(|interval| *interval > Nanos::ZERO)
    }
    fn scan_period(&self) -> Nanos {
        Nanos(self.config.broker_session_timeout.0 / SCANS_PER_SESSION).max(Nanos::from_millis(1))
    }
    fn balance_period(&self) -> Nanos {
        Nanos::from_secs(1).saturating_mul(self.config.leader_imbalance_check_interval_seconds)
    }

    /// A record of a decision: in memory at once, committed later.
    fn append(&mut self, record: MetadataRecord, ctx: &mut Context<'_>) {
        let offset = self.raft.end();
        self.active_mut().state.apply(offset, &record);
        self.raft.append(record, ctx);
    }
    fn append_all(&mut self, records: Vec<MetadataRecord>, ctx: &mut Context<'_>) {
        records.into_iter().for_each(|record| self.append(record, ctx));
    }
    /// Answers once everything is committed that the answer may rest upon: a decision without records
    /// waits too, for it has seen state that is not committed yet (`ControllerWriteEvent`).
    fn reply(&mut self, conn: ConnId, correlation: u32, response: Response, ctx: &mut Context<'_>) {
        let end = self.raft.end();
        if end == self.raft.committed() {
            ctx.respond(conn, correlation, response);
        } else {
            self.active_mut().deferred.push_back((end, conn, correlation, response));
        }
    }

    fn timer(&mut self, timer: ControllerTimer, input: Input, ctx: &mut Context<'_>) -> Result<(), RaftFault> {
        match timer {
            ControllerTimer::Raft(timer) => return self.raft.timer(timer, input, ctx),
            ControllerTimer::Fetch(broker) => self.observers.expire(broker, &self.raft, ctx),
            _ if self.cannot_write() => self.renounce(ctx),
            ControllerTimer::FenceScan => {
                let delay = if self.fence_one_stale_broker(ctx) { NEXT_BATCH_DELAY } else { self.scan_period() };
                ctx.set_timer_in(timer, delay);
            }
            ControllerTimer::NoOp => {
                self.append(MetadataRecord::NoOp, ctx);
                if let Some(interval) = self.idle_interval() {
                    ctx.set_timer_in(timer, interval);
                }
            }
            ControllerTimer::Balance => {
                let records = self.view().balance_partition_leaders();
                self.elections(records, timer, self.balance_period(), ctx);
            }
            ControllerTimer::Unclean => {
                let records = self.view().elect_unclean_leaders();
                self.elections(records, timer, self.config.unclean_leader_election_interval, ctx);
            }
        }
        Ok(())
    }
    /// A batch of a periodic task; a full one is followed by the next almost at once.
    fn elections(
        &mut self,
        records: Vec<MetadataRecord>,
        timer: ControllerTimer,
        period: Nanos,
        ctx: &mut Context<'_>,
    ) {
        let delay = if records.len() >= MAX_ELECTIONS_PER_BATCH { NEXT_BATCH_DELAY } else { period };
        self.append_all(records, ctx);
        ctx.set_timer_in(timer, delay);
    }
    /// Ends one session that is over, and looks for the next almost at once: each fencing sees the effect
    /// of the one before, and what has waited meanwhile is read in between, so that heartbeats that
    /// piled up before a controller that was paused save their senders. Returns whether there was one
    /// (`maybeFenceOneStaleBroker`).
    fn fence_one_stale_broker(&mut self, ctx: &mut Context<'_>) -> bool {
        let expired = self.active_mut().heartbeats.remove_one_expired(ctx.now());
        let Some((broker, epoch)) = expired else { return false };
        // Of an earlier life, or of one that was never registered, nothing is left to fence.
        if self.check_epoch(broker, epoch).is_ok() {
            self.fence(broker, ctx);
        }
        true
    }

    fn request(
        &mut self,
        conn: ConnId,
        correlation: u32,
        request: Request,
        ctx: &mut Context<'_>,
    ) -> Result<(), RaftFault> {
        match request {
            Request::ApiVersions if self.is_active() => self.reply(conn, correlation, Response::ApiVersions, ctx),
            Request::ApiVersions => ctx.respond(conn, correlation, Response::ApiVersions),
            Request::FetchMetadata(request) => {
                let exposed = self.exposes();
                self.observers.fetch((conn, correlation), &request, &self.raft, exposed, ctx);
            }
            Request::Vote(_) | Request::BeginQuorumEpoch(_) | Request::EndQuorumEpoch(_) | Request::FetchQuorum(_) => {
                return self.raft.request((conn, correlation), request, ctx);
            }
            request => self.decide(conn, correlation, &request, ctx),
        }
        Ok(())
    }
    /// Whether an only controller has committed a record of its leadership: it shows nothing before.
    fn exposes(&self) -> bool {
        self.raft.epoch_start().is_some_and(|start| self.raft.committed() > start.0)
    }
    /// What only the active controller does.
    fn decide(&mut self, conn: ConnId, correlation: u32, request: &Request, ctx: &mut Context<'_>) {
        if self.cannot_write() {
            self.renounce(ctx);
        }
        if !self.is_active() {
            return ctx.respond(conn, correlation, refusals::refuse(request));
        }
        let response = match request {
            Request::BrokerRegistration(request) => Response::BrokerRegistration(self.register_broker(request, ctx)),
            Request::BrokerHeartbeat(request) => Response::BrokerHeartbeat(self.broker_heartbeat(request, ctx)),
            Request::AlterPartition(request) => Response::AlterPartition(self.alter_partition(request, ctx)),
            Request::CreateTopics(request) => Response::CreateTopics(self.create_topics(request, ctx)),
            Request::Admin(request) => Response::Admin(self.administer(request, ctx)),
            Request::AllocateProducerIds(broker, epoch) => {
                Response::AllocateProducerIds(self.allocate_producer_ids(*broker, *epoch, ctx))
            }
            other => unreachable!("a controller does not serve {other:?}"),
        };
        self.reply(conn, correlation, response, ctx);
    }

    /// BrokerRegistration (`ClusterControlManager.registerBroker`).
    fn register_broker(
        &mut self,
        request: &BrokerRegistrationRequest,
        ctx: &mut Context<'_>,
    ) -> BrokerRegistrationResponse {
        let (broker, incarnation) = (request.broker, request.incarnation);
        let view = self.view();
        let existing = view.image.broker(broker).copied();
        let mut records = Vec::new();
        let epoch = match existing {
            // The broker has not heard the answer to its last try.
            Some(existing) if existing.incarnation == incarnation => existing.epoch,
            Some(existing) if view.heartbeats.has_valid_session(broker, existing.epoch, ctx.now()) => {
                let error = ErrorCode::DuplicateBrokerRegistration;
                ctx.record(Fact::RegistrationRefused { broker, error });
                return BrokerRegistrationResponse { error, broker_epoch: BrokerEpoch::UNKNOWN };
            }
            // A new life of a broker that was not fenced in between: it leaves its ISRs (KAFKA-18106).
            _ => {
                let clean = existing.is_some_and(|existing| existing.epoch == request.previous_broker_epoch);
                view.leader_and_isr_updates(view.reason_of_return(broker, clean), &mut records);
                BrokerEpoch(self.raft.end() + records.len() as i64)
            }
        };
        records.push(MetadataRecord::RegisterBroker { broker, incarnation, epoch, rack: request.rack });
        self.append_all(records, ctx);
        self.active_mut().heartbeats.register(broker);
        BrokerRegistrationResponse { error: ErrorCode::None, broker_epoch: epoch }
    }
    /// Whether a broker is registered under this epoch (`checkBrokerEpoch`).
    fn check_epoch(&self, broker: BrokerId, epoch: BrokerEpoch) -> ErrorCode {
        let known = self.view().image.broker(broker).is_some_and(|registration| registration.epoch == epoch);
        if known { ErrorCode::None } else { ErrorCode::StaleBrokerEpoch }
    }

    /// BrokerHeartbeat (`ReplicationControlManager.processBrokerHeartbeat`).
    fn broker_heartbeat(&mut self, request: &BrokerHeartbeatRequest, ctx: &mut Context<'_>) -> BrokerHeartbeatResponse {
        // Before anything else, and by a thread of its own: the controller may be busy.
        let now = ctx.now();
        self.active_mut().heartbeats.track(request.broker, request.broker_epoch, now);
        let error = self.check_epoch(request.broker, request.broker_epoch);
        if error.is_err() {
            return BrokerHeartbeatResponse { error, is_caught_up: false, is_fenced: false, should_shutdown: false };
        }
        let view = self.view();
        let (current, next) = view.heartbeats.next_state(request, view.image);
        if current != next {
            match next {
                BrokerControlState::Fenced | BrokerControlState::ShutdownNow => self.fence(request.broker, ctx),
                BrokerControlState::Unfenced => self.unfence(request.broker, ctx),
                BrokerControlState::ControlledShutdown => self.begin_controlled_shutdown(request.broker, ctx),
            }
        }
        let fenced = next.fenced();
        self.active_mut().heartbeats.touch(request.broker, fenced, request.current_metadata_offset);
        BrokerHeartbeatResponse {
            error: ErrorCode::None,
            is_caught_up: request.current_metadata_offset >= request.broker_epoch.0,
            is_fenced: next.fenced(),
            should_shutdown: next == BrokerControlState::ShutdownNow,
        }
    }
    /// The broker leaves every ISR, and its leaderships go to others.
    fn take_away_partitions(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        let mut records = Vec::new();
        self.view().leader_and_isr_updates(Reason::Removed(broker), &mut records);
        self.append_all(records, ctx);
    }
    /// `handleBrokerFenced`.
    fn fence(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        self.take_away_partitions(broker, ctx);
        self.change_registration(broker, Some(true), None, ctx);
        self.active_mut().heartbeats.fence(broker);
    }
    /// `handleBrokerUnfenced`: leaderless partitions may get a leader.
    fn unfence(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        let mut records = Vec::new();
        self.view().leader_and_isr_updates(Reason::Added(broker), &mut records);
        self.change_registration(broker, Some(false), None, ctx);
        self.append_all(records, ctx);
    }
    /// `handleBrokerInControlledShutdown`; the broker may go when everybody has read these records.
    fn begin_controlled_shutdown(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        let mut records = Vec::new();
        self.view().leader_and_isr_updates(Reason::Removed(broker), &mut records);
        self.change_registration(broker, None, Some(true), ctx);
        self.append_all(records, ctx);
        let last = self.raft.end() - 1;
        self.active_mut().heartbeats.set_controlled_shutdown_offset(broker, last);
    }
    fn change_registration(
        &mut self,
        broker: BrokerId,
        fenced: Option<bool>,
        in_controlled_shutdown: Option<bool>,
        ctx: &mut Context<'_>,
    ) {
        let epoch = self.view().image.broker(broker).expect("only registered brokers change").epoch;
        self.append(MetadataRecord::BrokerRegistrationChange { broker, epoch, fenced, in_controlled_shutdown }, ctx);
    }

    /// AlterPartition: each proposal is judged by the state before the request.
    fn alter_partition(&mut self, request: &AlterPartitionRequest, ctx: &mut Context<'_>) -> AlterPartitionResponse {
        let error = self.check_epoch(request.broker, request.broker_epoch);
        if error.is_err() {
            return AlterPartitionResponse { error, partitions: List::new() };
        }
        let mut partitions = List::new();
        for proposal in &request.partitions {
            let (result, record) = self.view().alter_partition(request.broker, proposal);
            if result.error.is_err() && record.is_none() {
                ctx.record(Fact::AlterPartitionRefused {
                    tp: proposal.tp,
                    broker: request.broker,
                    error: result.error,
                });
            }
            record.into_iter().for_each(|record| self.append(record, ctx));
            partitions.push(result);
        }
        AlterPartitionResponse { error, partitions }
    }
    fn create_topics(&mut self, request: &CreateTopicsRequest, ctx: &mut Context<'_>) -> Vec<(TopicId, ErrorCode)> {
        let create = |topic: &CreatableTopic| {
            let error = match self.view().create_topic(topic, ctx.random()) {
                Ok(records) => {
                    self.append_all(records, ctx);
                    ErrorCode::None
                }
                Err(error) => error,
            };
            (topic.topic, error)
        };
        request.topics.iter().map(create).collect()
    }
    /// CreatePartitions, IncrementalAlterConfigs, ElectLeaders, AlterPartitionReassignments.
    fn administer(&mut self, request: &AdminRequest, ctx: &mut Context<'_>) -> ErrorCode {
        let (records, error) = self.view().administer(request, ctx.random());
        self.append_all(records, ctx);
        error
    }
    /// A block of producer ids (`ProducerIdControlManager.generateNextProducerId`).
    fn allocate_producer_ids(
        &mut self,
        broker: BrokerId,
        epoch: BrokerEpoch,
        ctx: &mut Context<'_>,
    ) -> AllocateProducerIdsResponse {
        let error = self.check_epoch(broker, epoch);
        if error.is_err() {
            return AllocateProducerIdsResponse { error, first: ProducerId::NONE, count: 0 };
        }
        let first = self.view().image.next_producer_id();
        let next = ProducerId(first.0 + i64::from(PRODUCER_ID_BLOCK_SIZE));
        self.append(MetadataRecord::ProducerIds { next }, ctx);
        AllocateProducerIdsResponse { error, first, count: PRODUCER_ID_BLOCK_SIZE }
    }

    /// # Panics
    /// If anything that it knows contradicts itself. `turn`: partitions, of which there may be many, take turns.
    pub(super) fn check_invariants(&self, turn: u64) {
        self.raft.check_invariants();
        let committed = self.raft.committed();
        assert_eq!(self.committed.offset() + 1, committed, "the committed image ends at the high watermark");
        self.observers.check_invariants(committed, self.exposes());
        let Some(active) = &self.active else { return };
        assert!(self.raft.epoch() == active.epoch, "the active controller led the quorum last");
        if self.raft.leads().is_some() {
            assert_eq!(active.state.offset() + 1, self.raft.end(), "decisions are based on all records");
        }
        let ends = active.deferred.iter().map(|(end, ..)| *end);
        assert!(ends.clone().is_sorted(), "answers leave in the order of the log");
        assert!(ends.clone().all(|end| end > committed), "an answer whose records are committed has left");
        let last = active.state.offset() + 1;
        assert!(ends.max().is_none_or(|end| end <= last), "an answer waits for records that are there");
        active.state.check_invariants(turn);
    }
}

/// Whether the end of a connection is its voter's, who opened it.
fn is_a_voters(owner: Owner) -> bool {
    owner != Owner::NONE && RaftEndpoint::of(owner).is_some()
}

/// What stands for a log that ends with this batch; `before`: for all before it (FNV-1a).
fn chained(before: u32, batch: &RecordBatch) -> u32 {
    let words = [
        batch.base_offset.0 as u64,
        batch.leader_epoch.0 as u64,
        u64::from(batch.count),
        u64::from(batch.origin.node.0),
        batch.base_timestamp.0,
    ];
    let bytes = words.into_iter().flat_map(u64::to_le_bytes);
    bytes.fold(before ^ 0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::NodeRole;
    use crate::stage::Stage;
    use crate::stage::broken::each_is_noticed;

    /// Active, with a first record committed.
    fn active() -> QuorumController {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        let me = catalog.add_node("controller 100", NodeRole::Controller(100));
        let (mut stage, catalog) = (Stage::new(me), Rc::new(catalog));
        let config = Rc::new(BrokerConfig::default());
        let mut controller =
            stage.run(|ctx| QuorumController::new(&config, &catalog, Rules::default(), Durable::default(), ctx));
        stage.run(|ctx| controller.start(None, ctx)).expect("a healthy disk");
        stage.advance(Nanos::from_millis(100), |timer, ctx| {
            controller.handle(Input::Timer(timer), ctx).expect("a healthy disk");
        });
        assert!(controller.raft.committed() > 0);
        controller
    }
    fn answer(at: i64) -> (i64, ConnId, u32, Response) {
        (at, ConnId(1), 0, Response::ApiVersions)
    }

    #[test]
    fn a_controller_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            active,
            |controller| controller.check_invariants(0),
            &[
                ("the committed image ends at the high watermark", |c| c.committed = MetadataImage::default()),
                ("decisions are based on all records", |c| c.active_mut().state = MetadataImage::default()),
                ("answers leave in the order of the log", |c| {
                    let end = c.raft.end();
                    c.active_mut().deferred.extend([answer(end + 1), answer(end)]);
                }),
                ("an answer whose records are committed has left", |c| {
                    let committed = c.raft.committed();
                    c.active_mut().deferred.push_back(answer(committed));
                }),
                ("an answer waits for records that are there", |c| {
                    let end = c.raft.end();
                    c.active_mut().deferred.push_back(answer(end + 1));
                }),
            ],
        );
    }
}
