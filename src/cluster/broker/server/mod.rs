//! The parts of a running broker, and how things pass between them (`core/.../server/BrokerServer.scala`).
//!
//! An input goes to the part that it concerns; what that answers is passed on. Then [`BrokerServer::settle`] works off
//! what has happened to replicas and what coordinators want: it completes what was delayed, like the action
//! queue of Kafka's request handlers. So nothing that completes a request runs in the middle of another one. No part
//! knows another one from inside, and nothing is decided here on Kafka's behalf.
//!
//! | file | what passes through it |
//! |---|---|
//! | `delete_records` | requests to delete records, which wait for followers |
//! | `kafka_apis` | requests to parts, their answers to channels |
//! | `replication` | what leaders answer, to the replicas and back to the fetchers |
//! | `publish` | metadata, to the replicas, fetchers and coordinators |
//! | `share_groups` | requests of share groups, and what their leaders ask of the persister |
//! | `share_state` | states of share-partitions: calls to their coordinators, and answers |
//! | `transactions` | what waits for a transaction coordinator's word; markers |

mod delete_records;
mod kafka_apis;
mod publish;
mod replication;
mod share_groups;
mod share_state;
mod transactions;

use std::rc::Rc;

use super::add_partitions_to_txn::AddPartitionsToTxnManager;
use super::cluster_link::{ClusterLink, LinkEvent};
use super::coordinators::Coordinators;
use super::delayed_deletions::DelayedDeleteRecords;
use super::halt::Halt;
use super::inter_broker_send_thread::InterBrokerSendThread;
use super::metadata_cache::MetadataCache;
use super::persister::PersisterStateManager;
use super::replica_fetchers::ReplicaFetchers;
use super::replica_manager::{InternalPartitions, LogManager, ReplicaManager};
use super::share::SharePartitionManager;
use super::socket_server::SocketServer;
use super::timers::{BrokerEndpoint, BrokerTimer};
use super::verifications::Verifications;
use crate::cluster::coordinator::PendingMarker;
use crate::cluster::group_configs::GroupConfigs;
use crate::node::{Context, Input, Owner};
use crate::protocol::catalog::{Catalog, TRANSACTION_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerEpoch, BrokerId, ConnId};
use crate::protocol::machine::Machine;
use crate::protocol::messages::{Body, Message};
use crate::protocol::rules::{MarkerHandshake, Rules};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// How far the process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ServerPhase {
    /// Reading the metadata log to its end.
    CatchingUp,
    /// Recovering the logs.
    LoadingLogs,
    /// Replicating, not serving yet.
    Published,
    /// Serving: the controller has unfenced this incarnation.
    Running,
    /// Stopping cleanly, until all is on the disk.
    Flushing,
}

/// What a broker is told of its cluster before it starts.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a> {
    /// Configs of single groups.
    pub groups: &'a Rc<GroupConfigs>,
    /// The names.
    pub catalog: &'a Rc<Catalog>,
    /// The rules of Kafka's version.
    pub rules: Rules,
}

/// Kinds of invariants that take turns.
const CHECKS: u64 = 8;

/// See the module.
#[derive(Clone, Debug)]
pub struct BrokerServer {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    /// In the first life: where its periodic work stands.
    phases: Option<Stream>,
    phase: ServerPhase,
    /// This life began after a clean stop.
    started_clean: bool,
    /// It was told to stop. Only the process itself counts: in the image of one that has just started, the
    /// life before may still be stopping.
    in_controlled_shutdown: bool,
    cache: MetadataCache,
    sockets: SocketServer,
    replicas: ReplicaManager,
    fetchers: ReplicaFetchers,
    link: ClusterLink,
    coordinators: Coordinators,
    share: SharePartitionManager,
    add_partitions: AddPartitionsToTxnManager,
    marker_thread: InterBrokerSendThread<Vec<PendingMarker>>,
    verifications: Verifications,
    persister: PersisterStateManager,
    /// Requests to delete records that wait for followers.
    deletions: Vec<DelayedDeleteRecords>,
}

impl BrokerServer {
    /// A process that has just been started over this directory.
    pub fn start(
        me: BrokerId,
        config: &Rc<BrokerConfig>,
        Cluster { groups, catalog, rules }: Cluster<'_>,
        mut log_manager: LogManager,
        mut phases: Option<Stream>,
        ctx: &mut Context<'_>,
    ) -> BrokerServer {
        let marker = log_manager.take_clean_marker();
        let first_heartbeat = phase_of(&mut phases, config.broker_heartbeat_interval);
        let previous = marker.unwrap_or(BrokerEpoch::UNKNOWN);
        let mut link = ClusterLink::kraft(me, config.clone(), catalog.clone(), rules, previous, first_heartbeat);
        link.start(ctx);
        let internal = InternalPartitions::of(catalog);
        let handshake = rules.marker_handshake == MarkerHandshake::ApiVersions;
        let marker_thread = InterBrokerSendThread::new(
            config,
            catalog.clone(),
            handshake,
            BrokerTimer::TxnMarkerConnection(BrokerId(0)),
            BrokerEndpoint::TxnMarkers(BrokerId(0)),
        );
        BrokerServer {
            me,
            phases,
            phase: ServerPhase::CatchingUp,
            started_clean: marker.is_some(),
            in_controlled_shutdown: false,
            cache: MetadataCache::new(),
            sockets: SocketServer::default(),
            replicas: ReplicaManager::new(me, config.clone(), catalog.clone(), rules, internal, log_manager),
            fetchers: ReplicaFetchers::new(me, config.clone(), catalog.clone()),
            link,
            coordinators: Coordinators::new(me, config.clone(), groups.clone(), catalog.clone(), rules),
            persister: PersisterStateManager::new(config, catalog.clone(), rules),
            deletions: Vec::new(),
            share: SharePartitionManager::new(me, config.clone(), groups.clone(), catalog.clone(), rules),
            add_partitions: AddPartitionsToTxnManager::new(config, catalog.clone()),
            marker_thread,
            verifications: Verifications::default(),
            config: config.clone(),
            catalog: catalog.clone(),
        }
    }
    /// The process runs on a machine that has an end, from now on.
    pub fn on_machine(mut self, machine: Option<Machine>, now: Nanos) -> BrokerServer {
        self.sockets = SocketServer::on_machine(machine, now);
        self
    }
    /// The process is gone: what is left lies in the log directory.
    pub fn into_log_manager(self) -> LogManager {
        self.replicas.into_log_manager()
    }
    /// Its view of the cluster.
    pub fn cache(&self) -> &MetadataCache {
        &self.cache
    }
    /// Its replicas.
    pub fn replicas(&self) -> &ReplicaManager {
        &self.replicas
    }
    /// Its share-partitions.
    pub fn share_partitions(&self) -> &SharePartitionManager {
        &self.share
    }
    /// Its coordinators.
    pub fn coordinators(&self) -> &Coordinators {
        &self.coordinators
    }

    /// Takes one input.
    #[inline]
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.dispatch(input, ctx)?;
        self.settle(ctx)
    }
    #[inline]
    fn dispatch(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match input {
            Input::Message { conn, owner, message: Message { correlation, body: Body::Request(request) } } => {
                // A message on a connection that was closed here was on its way.
                let Some(slot) = self.sockets.slot_of(conn, owner) else { return Ok(()) };
                match self.sockets.receive(slot, correlation, request, ctx) {
                    Some(request) => self.execute(slot, request, ctx),
                    None => Ok(()),
                }
            }
            Input::Message { conn, owner, .. }
            | Input::Connected { conn, owner }
            | Input::Disconnected { conn, owner } => self.connection(conn, owner, input, ctx),
            Input::Accepted { conn, peer } => {
                // Before request processing is enabled the port is closed; a handshake may have been under way when
                // it was.
                if self.phase == ServerPhase::Running {
                    self.sockets.accept(conn, peer, ctx);
                } else {
                    ctx.close(conn);
                }
                Ok(())
            }
            Input::Timer(timer) => self.timer(timer.into(), input, ctx),
            Input::Shutdown => {
                self.in_controlled_shutdown = true;
                self.link.begin_shutdown(ctx);
                Ok(())
            }
            Input::RunEnd => {
                self.tell_use(ctx);
                Ok(())
            }
            // Brokers have no workload.
            Input::Start | Input::Written { .. } | Input::Drain | Input::Interrupted => Ok(()),
        }
    }

    /// What happens to a connection, but for requests.
    #[inline]
    fn connection(&mut self, conn: ConnId, owner: Owner, input: Input, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match BrokerEndpoint::of(owner) {
            Some(BrokerEndpoint::Fetcher(_)) => match self.fetchers.accept(input, ctx) {
                Some(answered) => self.leader_answered(answered, ctx),
                None => Ok(()),
            },
            Some(BrokerEndpoint::Channel(_)) | None => self.peer_gone(conn, owner, ctx),
            Some(BrokerEndpoint::AddPartitionsToTxn(_)) => {
                self.add_partitions.accept(input, ctx);
                Ok(())
            }
            Some(BrokerEndpoint::TxnMarkers(_)) => {
                self.marker_thread.accept(input, ctx);
                Ok(())
            }
            Some(BrokerEndpoint::Persister(_)) => {
                self.persister.accept(input, &self.cache, ctx);
                Ok(())
            }
            Some(endpoint) => {
                let event = self.link.accept(endpoint, input, ctx);
                self.link_event(event, ctx)
            }
        }
    }

    fn timer(&mut self, timer: BrokerTimer, input: Input, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match timer {
            BrokerTimer::Disk => return self.run_blocked(ctx),
            BrokerTimer::RequestHandlers => return self.run_handlers(ctx),
            BrokerTimer::Unmute(slot) => return self.run_queue(slot, ctx),
            BrokerTimer::Purgatory => return self.expire_delayed(ctx),
            // A broker that stops proposes nothing any more.
            BrokerTimer::IsrShrink | BrokerTimer::AlterPartitionRetry if self.phase == ServerPhase::Flushing => {}
            BrokerTimer::IsrShrink => {
                self.replicas.shrink_isrs(&self.cache, ctx);
                self.send_proposals(ctx);
            }
            BrokerTimer::AlterPartitionRetry => {
                self.replicas.propagate_isr_changes(&self.cache);
                self.send_proposals(ctx);
            }
            BrokerTimer::HighWatermarkCheckpoint => self.replicas.checkpoint_high_watermarks(ctx),
            BrokerTimer::RecoveryPointCheckpoint => self.replicas.checkpoint_recovery_points(ctx),
            BrokerTimer::LogCleanup | BrokerTimer::LogCleaner if self.phase == ServerPhase::Flushing => {}
            BrokerTimer::LogCleanup => self.replicas.clean_up_logs(ctx),
            BrokerTimer::LogCleaner => return self.replicas.run_cleaner(ctx),
            BrokerTimer::FileDeletion => self.replicas.delete_files(ctx),
            BrokerTimer::ProducerExpiration => self.replicas.expire_producers(ctx),
            BrokerTimer::Flushed => {
                let through = self.replicas.note_flushed(&self.cache, ctx);
                if through && self.phase == ServerPhase::Flushing {
                    return self.finish_shutdown();
                }
            }
            BrokerTimer::LogsLoaded => return self.first_publish(ctx),
            BrokerTimer::Applied => return self.partition_applied(ctx),
            BrokerTimer::CoordinatorLoaded(tp) => self.coordinator_loaded(tp, ctx),
            BrokerTimer::Fetcher(source) => {
                if let Some(answered) = self.fetchers.timer(source, ctx) {
                    return self.leader_answered(answered, ctx);
                }
            }
            BrokerTimer::FetcherConnection(_) => {
                if let Some(answered) = self.fetchers.accept(input, ctx) {
                    return self.leader_answered(answered, ctx);
                }
            }
            BrokerTimer::AlterPartitionConnection => {
                let event = self.link.accept(BrokerEndpoint::AlterPartition, input, ctx);
                return self.link_event(event, ctx);
            }
            BrokerTimer::ForwardingConnection => {
                let event = self.link.accept(BrokerEndpoint::Forwarding, input, ctx);
                return self.link_event(event, ctx);
            }
            BrokerTimer::HeartbeatConnection => {
                let event = self.link.accept(BrokerEndpoint::Heartbeats, input, ctx);
                return self.link_event(event, ctx);
            }
            BrokerTimer::HeartbeatExpires => self.link.heartbeat_expires(ctx),
            BrokerTimer::MetadataConnection => {
                let event = self.link.accept(BrokerEndpoint::Metadata, input, ctx);
                return self.link_event(event, ctx);
            }
            BrokerTimer::MetadataRetry => self.link.retry_metadata(ctx),
            BrokerTimer::ControllerLook(purpose) => self.link.look_for_controller(purpose, ctx),
            BrokerTimer::Communicate => {
                let event = self.link.communicate(ctx);
                return self.link_event(event, ctx);
            }
            BrokerTimer::GiveUp => {
                let event = self.link.give_up(ctx);
                return self.link_event(event, ctx);
            }
            // A broker that stops has no coordinator any more.
            BrokerTimer::Coordinator(_) if self.phase == ServerPhase::Flushing => {}
            BrokerTimer::Coordinator(timer) => self.coordinator_timer(timer, ctx),
            BrokerTimer::AddPartitionsConnection(_) => self.add_partitions.accept(input, ctx),
            BrokerTimer::TxnMarkerConnection(_) => self.marker_thread.accept(input, ctx),
            BrokerTimer::PersisterConnection(_) => self.persister.accept(input, &self.cache, ctx),
            BrokerTimer::DeleteRecords => self.complete_deletions(ctx),
            BrokerTimer::PersisterRetry => self.persister.retry(&self.cache, ctx),
            BrokerTimer::RetryAddPartitions(request) => return self.retry_add_partitions(request, ctx),
            BrokerTimer::ShareAcquisitionLock => return self.expire_share_locks(ctx),
            BrokerTimer::ShareFetch => return self.expire_share_fetches(ctx),
        }
        Ok(())
    }

    fn link_event(&mut self, event: Option<LinkEvent>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match event {
            None => {}
            Some(LinkEvent::Registered(epoch)) => self.cache.registered(epoch),
            Some(LinkEvent::Metadata { base_offset, records, caught_up }) => {
                return self.metadata_arrived(base_offset, records, caught_up, ctx);
            }
            Some(LinkEvent::Unfenced) if self.phase == ServerPhase::Published => {
                self.phase = ServerPhase::Running;
                ctx.listen(true);
            }
            Some(LinkEvent::Unfenced) => {}
            Some(LinkEvent::MayShutDown) if self.phase == ServerPhase::Flushing => {}
            Some(LinkEvent::MayShutDown) => return self.begin_flushing(ctx),
            Some(LinkEvent::IsrsAltered(response)) => {
                self.replicas.alter_partition_answered(&response, &self.cache, ctx);
                self.send_proposals(ctx);
            }
            Some(LinkEvent::Forwarded(to, response)) => self.reply(to, response, ctx),
        }
        Ok(())
    }
    /// Sends the ISRs that have come to be proposed.
    #[inline]
    fn send_proposals(&mut self, ctx: &mut Context<'_>) {
        if let Some(request) = self.replicas.next_alter_partition() {
            self.link.alter_partition(request, ctx);
        }
    }

    /// Tells everybody who has to know what the input did, until nothing new comes of it.
    #[inline]
    fn settle(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        loop {
            if let Some(happened) = self.replicas.next_happened() {
                self.tell(happened, ctx)?;
            } else if let Some(command) = self.coordinators.next_command() {
                self.carry_out(command, ctx)?;
            } else if let Some(command) = self.coordinators.next_transaction_command() {
                self.carry_out_transaction(command, ctx)?;
            } else if let Some(completion) = self.marker_thread.next_completion() {
                self.markers_answered(completion, ctx);
            } else if self.has_markers() {
                self.send_markers(ctx);
            } else if let Some(word) = self.add_partitions.next_word() {
                self.coordinator_said(word, ctx)?;
            } else if let Some((id, call)) = self.share.next_persister_call() {
                self.persister.call(id, call, &self.cache, ctx);
            } else if let Some(answer) = self.share.next_answer() {
                self.answer_share(answer, ctx);
            } else if let Some(done) = self.persister.next_done() {
                self.persisted(done, ctx)?;
            } else {
                return Ok(());
            }
        }
    }

    /// The transaction coordinator begins its periodic work, if there may be transactions.
    fn start_transactions(&mut self, ctx: &mut Context<'_>) {
        if self.catalog.topic(TRANSACTION_STATE).is_some() {
            let abort_after = self.phase_of(self.config.transaction_abort_timed_out_cleanup_interval);
            let expire_after = self.phase_of(self.config.transaction_remove_expired_cleanup_interval);
            self.coordinators.start(abort_after, expire_after, ctx);
        }
    }
    /// When the log cleaner looks for the first time.
    fn cleaner_looks(&self, now: Nanos) -> Nanos {
        now.saturating_add(cleaner_phase(&self.phases, self.config.log_cleaner_backoff))
    }
    /// Until the next time of something periodic.
    fn phase_of(&mut self, interval: Nanos) -> Nanos {
        phase_of(&mut self.phases, interval)
    }

    /// The last act of a clean stop: everything is flushed, checkpoints and marker follow.
    fn begin_flushing(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.close_everything(ctx);
        if !matches!(self.phase, ServerPhase::Published | ServerPhase::Running) {
            // The logs were never loaded: what is on the disk is not vouched for.
            return Err(Halt::Stopped);
        }
        self.phase = ServerPhase::Flushing;
        if self.replicas.flush_all(ctx)? { self.finish_shutdown() } else { Ok(()) }
    }
    fn finish_shutdown(&mut self) -> Result<(), Halt> {
        self.replicas.close_cleanly(self.cache.broker_epoch());
        Err(Halt::Stopped)
    }
    /// Closes the port and all connections except the lifecycle's.
    pub fn close_everything(&mut self, ctx: &mut Context<'_>) {
        self.sockets.close_all(ctx);
        self.replicas.all_channels_closed();
        self.share.close();
        self.fetchers.close(ctx);
        self.add_partitions.close(ctx);
        self.marker_thread.close(ctx);
        self.verifications.clear();
        self.persister.close(ctx);
        self.link.close(ctx);
    }

    /// An input leaves nothing half done. The rest is looked at in turns, lest looking costs more than doing.
    ///
    /// # Panics
    /// If anything that a part knows contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        self.replicas.check_nothing_is_left();
        let nth = turn / CHECKS;
        match turn % CHECKS {
            0 => self.replicas.check_replica(nth),
            1 => self.replicas.check_delayed(),
            2 => self.replicas.check_session(nth),
            3 => self.fetchers.check_invariants(),
            4 => self.sockets.check_invariants(),
            6 => self.share.check_invariants(),
            5 => {
                self.add_partitions.check_invariants();
                self.marker_thread.check_invariants();
                self.verifications.check_invariants();
                self.persister.check_invariants();
            }
            _ => self.coordinators.check_invariants(nth),
        }
    }
}

/// Until the first look of the log cleaner, which in a process that has just started looks at once. It has a stream of its own:
/// nobody else's phase depends on it.
fn cleaner_phase(phases: &Option<Stream>, backoff: Nanos) -> Nanos {
    let stream = |random: &Stream| Stream::new(random.clone().next_u64(), "log cleaner");
    phases.as_ref().map(stream).map_or(Nanos::ZERO, |mut random| Nanos(random.below(backoff.0.max(1))))
}

fn phase_of(phases: &mut Option<Stream>, interval: Nanos) -> Nanos {
    match phases {
        Some(random) => Nanos(random.below(interval.0.max(1)) + 1),
        None => interval,
    }
}
