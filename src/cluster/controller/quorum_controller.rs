//! A controller while it is active (`metadata/.../controller/QuorumController.java`).
//!
//! A request is decided upon with the newest state; the records of the decision change that state at
//! once and go to the metadata log; the answer leaves when they are committed. All this is lost with the
//! process but for the log, from which it is rebuilt.

use std::collections::VecDeque;
use std::rc::Rc;

use super::facts;
use super::heartbeats::{BrokerControlState, BrokerHeartbeatManager};
use super::metadata_log::MetadataLog;
use super::observers::Observers;
use super::replication_control::{MAX_ELECTIONS_PER_BATCH, Reason, View};
use super::timers::ControllerTimer;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::Fact;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::Rules;
use crate::sim::disk::DiskError;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// `metadata.max.idle.interval.ms`.
const MAX_IDLE_INTERVAL: Nanos = Nanos::from_millis(500);
/// The session timeout is this many scan periods long (KAFKA-17793).
const SCANS_PER_SESSION: u64 = 8;
/// Pause before a periodic task goes on with its next batch.
const NEXT_BATCH_DELAY: Nanos = Nanos::from_millis(10);
/// Ids in a block (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
const PRODUCER_ID_BLOCK_SIZE: u32 = 1_000;

/// What outlives the process.
#[derive(Clone, Debug, Default)]
pub(super) struct Durable {
    /// The metadata log. It is fsynced before it counts, so it survives everything.
    pub log: MetadataLog,
    /// The fold over the committed records.
    pub committed: MetadataImage,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct QuorumController {
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    pub(super) log: MetadataLog,
    /// The fold over the committed records.
    pub(super) committed: MetadataImage,
    /// The fold over all records, committed or not: decisions build upon each other.
    state: MetadataImage,
    heartbeats: BrokerHeartbeatManager,
    /// Answers that wait until the high watermark reaches an offset, ascending.
    deferred: VecDeque<(i64, ConnId, u32, Response)>,
    observers: Observers,
    /// Offset of the first record of this leadership: nothing is shown before it is committed.
    epoch_start: i64,
}

impl QuorumController {
    /// A process that has just been started, and has read its log. Sessions start from now.
    pub(super) fn new(
        config: &Rc<BrokerConfig>,
        catalog: &Rc<Catalog>,
        rules: Rules,
        disk: Durable,
        ctx: &mut Context<'_>,
    ) -> QuorumController {
        let Durable { mut log, mut committed } = disk;
        log.recover(ctx);
        if log.committed() <= committed.offset() {
            committed = MetadataImage::default();
            for (offset, record) in log.records(0, log.committed()) {
                committed.apply(offset, record);
            }
        }
        let mut state = committed.clone();
        let (from, epoch_start) = (log.committed(), log.end());
        for (offset, record) in log.records(from, epoch_start) {
            state.apply(offset, record);
        }
        let heartbeats = BrokerHeartbeatManager::activate(config.broker_session_timeout, &state, ctx.now());
        QuorumController {
            config: config.clone(),
            catalog: catalog.clone(),
            rules,
            log,
            committed,
            state,
            heartbeats,
            deferred: VecDeque::new(),
            observers: Observers::default(),
            epoch_start,
        }
    }
    /// Becomes the leader of the quorum: the only voter needs no election
    /// (`QuorumController.CompleteActivationEvent`). `phase`: where its looks for silent brokers stand.
    ///
    /// # Errors
    /// It cannot write its log: the process is over.
    pub(super) fn activate(&mut self, phase: Option<Stream>, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        // Stands for the LeaderChange control record, which does not wait for the linger time.
        self.append(MetadataRecord::NoOp, ctx);
        self.log.drain(ctx)?;
        let period = self.scan_period();
        let first_scan = phase.map_or(period, |mut random| Nanos(random.below(period.0) + 1));
        ctx.set_timer_in(ControllerTimer::FenceScan, first_scan);
        ctx.set_timer_in(ControllerTimer::NoOp, MAX_IDLE_INTERVAL);
        ctx.set_timer_in(ControllerTimer::Unclean, self.config.unclean_leader_election_interval);
        if self.config.auto_leader_rebalance_enable {
            ctx.set_timer_in(ControllerTimer::Balance, self.balance_period());
        }
        Ok(())
    }
    /// The process is gone; the metadata log stays.
    pub(super) fn into_durable(self) -> Durable {
        let (mut log, committed) = (self.log, self.committed);
        log.process_died();
        Durable { log, committed }
    }

    /// Takes one input.
    ///
    /// # Errors
    /// It cannot write its log: the process is over (`ProcessTerminatingFaultHandler`).
    pub(super) fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        match input {
            Input::Message { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                self.request(conn, correlation, request, ctx);
            }
            Input::Timer(timer) => return self.timer(timer.into(), ctx),
            Input::Disconnected { conn, .. } => self.observers.disconnected(conn, ctx),
            Input::Shutdown => ctx.exit(),
            _ => {}
        }
        Ok(())
    }

    /// The state on which decisions are based.
    pub(super) fn view(&self) -> View<'_> {
        View { image: &self.state, heartbeats: &self.heartbeats, catalog: &self.catalog, rules: self.rules }
    }
    fn scan_period(&self) -> Nanos {
        Nanos(self.config.broker_session_timeout.0 / SCANS_PER_SESSION).max(Nanos::from_millis(1))
    }
    fn balance_period(&self) -> Nanos {
        Nanos::from_secs(1).saturating_mul(self.config.leader_imbalance_check_interval_seconds)
    }

    /// A record of a decision: in memory at once, committed later.
    fn append(&mut self, record: MetadataRecord, ctx: &mut Context<'_>) {
        let offset = self.log.end();
        self.state.apply(offset, &record);
        self.log.append(record, self.config.controller_quorum_append_linger, ctx);
    }
    fn append_all(&mut self, records: Vec<MetadataRecord>, ctx: &mut Context<'_>) {
        records.into_iter().for_each(|record| self.append(record, ctx));
    }
    /// Answers once everything is committed that the answer may rest upon: a decision without records
    /// waits too, for it has seen state that is not committed yet (`ControllerWriteEvent`).
    fn reply(&mut self, conn: ConnId, correlation: u32, response: Response, ctx: &mut Context<'_>) {
        let end = self.log.end();
        if end == self.log.committed() {
            ctx.respond(conn, correlation, response);
        } else {
            self.deferred.push_back((end, conn, correlation, response));
        }
    }
    /// The flush has returned: facts, answers and waiting observers, whatever becomes of newer records.
    fn flushed(&mut self, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        let from = self.log.committed();
        let result = self.log.flushed(ctx);
        let to = self.log.committed();
        for (offset, record) in self.log.records(from, to) {
            facts::committed(&self.committed, record, ctx);
            self.committed.apply(offset, record);
        }
        while self.deferred.front().is_some_and(|(end, ..)| *end <= to) {
            let (_, conn, correlation, response) = self.deferred.pop_front().expect("there is a first");
            ctx.respond(conn, correlation, response);
        }
        self.observers.complete(&self.log, ctx);
        result
    }

    fn timer(&mut self, timer: ControllerTimer, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        match timer {
            ControllerTimer::Linger => return self.log.drain(ctx),
            ControllerTimer::Flushed => return self.flushed(ctx),
            ControllerTimer::FenceScan => {
                let delay = if self.fence_one_stale_broker(ctx) { NEXT_BATCH_DELAY } else { self.scan_period() };
                ctx.set_timer_in(timer, delay);
            }
            ControllerTimer::NoOp => {
                self.append(MetadataRecord::NoOp, ctx);
                ctx.set_timer_in(timer, MAX_IDLE_INTERVAL);
            }
            ControllerTimer::Balance => {
                let records = self.view().balance_partition_leaders();
                self.elections(records, timer, self.balance_period(), ctx);
            }
            ControllerTimer::Unclean => {
                let records = self.view().elect_unclean_leaders();
                self.elections(records, timer, self.config.unclean_leader_election_interval, ctx);
            }
            ControllerTimer::Fetch(broker) => self.observers.expire(broker, &self.log, ctx),
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
        let Some((broker, epoch)) = self.heartbeats.remove_one_expired(ctx.now()) else { return false };
        // Of an earlier life, or of one that was never registered, nothing is left to fence.
        if self.check_epoch(broker, epoch).is_ok() {
            self.fence(broker, ctx);
        }
        true
    }

    fn request(&mut self, conn: ConnId, correlation: u32, request: Request, ctx: &mut Context<'_>) {
        let response = match request {
            Request::ApiVersions => Response::ApiVersions,
            Request::BrokerRegistration(request) => Response::BrokerRegistration(self.register_broker(&request, ctx)),
            Request::BrokerHeartbeat(request) => Response::BrokerHeartbeat(self.broker_heartbeat(&request, ctx)),
            Request::AlterPartition(request) => Response::AlterPartition(self.alter_partition(&request, ctx)),
            Request::CreateTopics(request) => Response::CreateTopics(self.create_topics(&request, ctx)),
            Request::Admin(request) => Response::Admin(self.administer(&request, ctx)),
            Request::AllocateProducerIds(broker, epoch) => {
                Response::AllocateProducerIds(self.allocate_producer_ids(broker, epoch, ctx))
            }
            Request::FetchMetadata(request) => {
                let exposed = self.log.committed() > self.epoch_start;
                return self.observers.fetch((conn, correlation), &request, &self.log, exposed, ctx);
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
                BrokerEpoch(self.log.end() + records.len() as i64)
            }
        };
        records.push(MetadataRecord::RegisterBroker { broker, incarnation, epoch, rack: request.rack });
        self.append_all(records, ctx);
        self.heartbeats.register(broker);
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
        self.heartbeats.track(request.broker, request.broker_epoch, now);
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
        self.heartbeats.touch(request.broker, next.fenced(), request.current_metadata_offset);
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
        self.heartbeats.fence(broker);
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
        let last = self.log.end() - 1;
        self.heartbeats.set_controlled_shutdown_offset(broker, last);
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
        self.log.check_invariants();
        assert_eq!(self.committed.offset() + 1, self.log.committed(), "the committed image ends at the high watermark");
        assert_eq!(self.state.offset() + 1, self.log.end(), "decisions are based on all records");
        let ends = self.deferred.iter().map(|(end, ..)| *end);
        assert!(ends.clone().is_sorted(), "answers leave in the order of the log");
        assert!(ends.clone().all(|end| end > self.log.committed()), "an answer whose records are committed has left");
        assert!(ends.max().is_none_or(|end| end <= self.log.end()), "an answer waits for records that are there");
        self.observers.check_invariants(self.log.committed(), self.log.committed() > self.epoch_start);
        self.state.check_invariants(turn);
    }
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
        let (mut stage, catalog) = (Stage::new(NodeId(1)), Rc::new(catalog));
        let config = Rc::new(BrokerConfig::default());
        let mut controller =
            stage.run(|ctx| QuorumController::new(&config, &catalog, Rules::default(), Durable::default(), ctx));
        stage.run(|ctx| controller.activate(None, ctx)).expect("a healthy disk");
        stage.advance(Nanos::from_millis(100), |timer, ctx| {
            controller.handle(Input::Timer(timer), ctx).expect("a healthy disk");
        });
        assert!(controller.log.committed() > 0);
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
                ("decisions are based on all records", |c| c.state = MetadataImage::default()),
                ("answers leave in the order of the log", |c| {
                    let end = c.log.end();
                    c.deferred.extend([answer(end + 1), answer(end)]);
                }),
                ("an answer whose records are committed has left", |c| {
                    let committed = c.log.committed();
                    c.deferred.push_back(answer(committed));
                }),
                ("an answer waits for records that are there", |c| {
                    let end = c.log.end();
                    c.deferred.push_back(answer(end + 1));
                }),
            ],
        );
    }
}
