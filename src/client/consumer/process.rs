//! The consumer's process: everything that dies with it, and how inputs reach its parts.

use std::rc::Rc;

use super::alarm::Alarm;
use super::application::{Fate, Thread};
use super::batch::Batch;
use super::commit::Commits;
use super::fetcher::Fetcher;
use super::membership::{Join, Lookup, Membership, PrepareCommit};
use super::network::ConsumerNetwork;
use super::positions::Lookups;
use super::subscription::SubscriptionState;
use super::tag::Tag;
use super::worker::Worker;
use crate::client::application::ConsumerSpec;
use crate::client::metadata::Metadata;
use crate::client::network::{self, Dest, NetworkConfig, NetworkEvent};
use crate::net::CONNECTION_SETUP_TIMEOUT_MAX;
use crate::net::backoff::ExponentialBackoff;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::BrokerId;
use crate::protocol::messages::{MetadataRequest, Request, Response};
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// Kinds of timers, beside the network client's.
pub mod timers {
    /// The process starts (again).
    pub const START: u8 = 10;
    /// The application thread: end of a poll(), of a slice of work, of a pause, of a backoff.
    pub const APPLICATION: u8 = 11;
    /// The heartbeat thread.
    pub const HEARTBEAT: u8 = 12;
    /// The next metadata refresh.
    pub const METADATA: u8 = 13;
    /// The worker is done with a slice, if the application has one.
    pub const WORKER: u8 = 14;
}

/// A consumer's `max.in.flight.requests.per.connection`, not configurable in Kafka.
const MAX_IN_FLIGHT: u32 = 100;

/// See the module.
#[derive(Clone, Debug)]
pub struct Process {
    pub(super) spec: Rc<ConsumerSpec>,
    pub(super) catalog: Rc<Catalog>,
    pub(super) per_record: Sampler,
    pub(super) backoff: ExponentialBackoff,
    pub(super) network: ConsumerNetwork,
    pub(super) metadata: Metadata,
    pub(super) events: Vec<NetworkEvent>,
    pub(super) subscriptions: SubscriptionState,
    pub(super) fetcher: Fetcher,
    pub(super) lookups: Lookups,
    pub(super) group: Membership,
    pub(super) commits: Commits,
    pub(super) batch: Batch,
    pub(super) thread: Thread,
    pub(super) worker: Worker,
    pub(super) shutdown: bool,
    application_alarm: Alarm,
    heartbeat_alarm: Alarm,
    metadata_alarm: Alarm,
    worker_alarm: Alarm,
}

impl Process {
    /// A process that has just started: its application is about to poll for the first time.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, ctx: &mut Context<'_>) -> Process {
        let config = &spec.config;
        let partitions = catalog.partition_count();
        let network = ConsumerNetwork::new(NetworkConfig {
            request_timeout: config.request_timeout,
            reconnect_backoff: config.reconnect_backoff,
            reconnect_backoff_max: config.reconnect_backoff_max,
            connection_setup_timeout: config.socket_connection_setup_timeout,
            connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
            max_in_flight: MAX_IN_FLIGHT,
            discover_api_versions: true,
        });
        let bootstrap = catalog.brokers().collect();
        let metadata = Metadata::new(
            bootstrap,
            spec.topics.clone(),
            config.metadata_max_age,
            config.retry_backoff,
            config.retry_backoff_max,
        );
        let now = ctx.now();
        let auto_at =
            if config.enable_auto_commit { now.saturating_add(config.auto_commit_interval) } else { Nanos::MAX };
        Process {
            per_record: spec.per_record.compile(),
            backoff: ExponentialBackoff::new(config.retry_backoff, config.retry_backoff_max),
            network,
            metadata,
            events: Vec::new(),
            subscriptions: SubscriptionState::new(partitions),
            fetcher: Fetcher::new(partitions),
            lookups: Lookups::new(),
            group: Membership::new(),
            commits: Commits::new(auto_at),
            batch: Batch::default(),
            thread: Thread::polling(now),
            worker: Worker::default(),
            shutdown: false,
            application_alarm: Alarm::new(timers::APPLICATION),
            heartbeat_alarm: Alarm::new(timers::HEARTBEAT),
            metadata_alarm: Alarm::new(timers::METADATA),
            worker_alarm: Alarm::new(timers::WORKER),
            spec,
            catalog,
        }
    }

    /// Takes one input: first the network, then the heartbeat thread, then the application's threads
    /// as far as they go.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Fate {
        match input {
            Input::Shutdown => self.shutdown = true,
            Input::Timer(timer) if timer.kind != network::TIMER => {
                let _ = self.application_alarm.rings(timer)
                    || self.heartbeat_alarm.rings(timer)
                    || self.metadata_alarm.rings(timer)
                    || self.worker_alarm.rings(timer);
            }
            other => self.network.accept(other, &mut self.events, ctx),
        }
        self.network.expire(&mut self.events, ctx);
        self.advance(ctx)
    }

    /// Runs everything that can run now, and sets the timers for the rest.
    pub fn advance(&mut self, ctx: &mut Context<'_>) -> Fate {
        loop {
            self.dispatch(ctx);
            self.refresh_metadata(ctx);
            self.heartbeat_turn(ctx);
            let mut fate = self.work(ctx);
            if fate == Fate::Running {
                fate = self.run(ctx);
            }
            if fate != Fate::Running {
                return fate;
            }
            if self.events.is_empty() {
                break;
            }
        }
        self.refresh_metadata(ctx);
        self.set_alarms(ctx);
        Fate::Running
    }

    /// Hands the network's events to their owners; handling them may bring more.
    fn dispatch(&mut self, ctx: &mut Context<'_>) {
        if self.events.is_empty() {
            return;
        }
        let mut batch = Vec::new();
        while !self.events.is_empty() {
            std::mem::swap(&mut batch, &mut self.events);
            for event in batch.drain(..) {
                self.on_network(event, ctx);
            }
        }
        if batch.capacity() > self.events.capacity() {
            self.events = batch;
        }
    }

    fn on_network(&mut self, event: NetworkEvent, ctx: &mut Context<'_>) {
        match event {
            NetworkEvent::Response { dest, tag, response } => {
                self.on_response(dest.broker(), Tag::decode(tag), response, ctx)
            }
            NetworkEvent::Failed { dest, tag, error } => self.on_failure(dest.broker(), Tag::decode(tag), error, ctx),
            NetworkEvent::Disconnected(dest) => {
                match dest {
                    Dest::Coordinator(broker) => self.coordinator_disconnected(broker),
                    Dest::Broker(broker) => self.fetcher.on_failure(broker),
                }
                self.metadata.disconnected(ctx.now());
            }
            NetworkEvent::Ready(_) | NetworkEvent::Written { .. } => {}
        }
    }

    fn on_response(&mut self, broker: BrokerId, tag: Tag, response: Response, ctx: &mut Context<'_>) {
        match (tag, response) {
            (Tag::Metadata, Response::Metadata(r)) => {
                self.metadata.update(&r, ctx.now());
                // A leader that waited for it may assign.
                self.assign_with_fresh_metadata(ctx);
            }
            (Tag::FindCoordinator { number }, Response::FindCoordinator(r)) => {
                self.on_find_coordinator_response(number, r, ctx)
            }
            (Tag::JoinGroup { version }, Response::JoinGroup(r)) => self.on_join_response(version, r, ctx),
            (Tag::SyncGroup { version }, Response::SyncGroup(r)) => self.on_sync_response(version, r, ctx),
            (Tag::Heartbeat { version }, Response::Heartbeat(error)) => self.on_heartbeat_response(version, error, ctx),
            (Tag::LeaveGroup, Response::LeaveGroup(_)) => {}
            (Tag::OffsetCommit { slot }, Response::OffsetCommit(r)) => self.on_commit_response(slot, &r, ctx),
            (Tag::OffsetFetch { number }, Response::OffsetFetch(r)) => self.on_offset_fetch_response(number, &r, ctx),
            (Tag::Fetch, Response::Fetch(r)) => {
                self.fetcher.on_response(broker, r, &mut self.subscriptions, &mut self.metadata)
            }
            (Tag::ListOffsets { number }, Response::ListOffsets(r)) => self.on_list_offsets_response(number, &r, ctx),
            (Tag::OffsetsForLeaderEpoch { number }, Response::OffsetsForLeaderEpoch(r)) => {
                self.on_epoch_end_offsets(number, &r, ctx)
            }
            (tag, response) => unreachable!("{response:?} answers {tag:?}"),
        }
    }

    /// A request got no answer. For the coordinator's requests [`NetworkEvent::Disconnected`] follows.
    #[cold]
    fn on_failure(&mut self, broker: BrokerId, tag: Tag, error: ErrorCode, ctx: &mut Context<'_>) {
        match tag {
            Tag::Metadata => self.metadata.failed(ctx.now()),
            Tag::FindCoordinator { number } => self.lookup_failed(number, error, ctx),
            Tag::JoinGroup { .. } | Tag::SyncGroup { .. } => self.group.join = Join::Failed(error),
            Tag::Heartbeat { .. } => self.heartbeat_failed(ctx),
            Tag::LeaveGroup => {}
            Tag::OffsetCommit { slot } => self.on_commit_failure(slot, error, ctx),
            Tag::OffsetFetch { number } => self.on_offset_fetch_failure(number, ctx),
            Tag::Fetch => self.fetcher.on_failure(broker),
            Tag::ListOffsets { number } => self.on_list_offsets_failure(number, ctx),
            Tag::OffsetsForLeaderEpoch { number } => self.on_epoch_end_offsets_failure(number, ctx),
        }
    }

    /// Sends a request now, or when its connection takes it.
    pub(super) fn send(
        &mut self,
        dest: Dest,
        tag: Tag,
        request: Request,
        timeout: Option<Nanos>,
        ctx: &mut Context<'_>,
    ) {
        self.network.send(dest, tag.encode(), request, timeout, &mut self.events, ctx);
    }

    /// `NetworkClient.DefaultMetadataUpdater.maybeUpdate`.
    #[inline]
    fn refresh_metadata(&mut self, ctx: &mut Context<'_>) {
        if self.metadata.next_update(ctx.now()) <= ctx.now() {
            self.request_metadata(ctx);
        }
    }
    #[cold]
    fn request_metadata(&mut self, ctx: &mut Context<'_>) {
        let Some(broker) = self.network.least_loaded(self.metadata.brokers(), ctx) else {
            return self.metadata.rebootstrap();
        };
        let dest = Dest::Broker(broker);
        if self.network.ready(dest, ctx) {
            let topics = self.metadata.topics().iter().copied().collect();
            let request = Request::Metadata(MetadataRequest { topics, allow_auto_topic_creation: true });
            self.send(dest, Tag::Metadata, request, None, ctx);
            self.metadata.sent();
        }
    }

    /// Something about every assigned partition may have changed for the fetcher.
    pub(super) fn touch_all(&mut self) {
        self.subscriptions.partitions().iter().for_each(|partition| self.fetcher.touch(partition.tp));
    }

    fn set_alarms(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        self.application_alarm.by(self.application_due(now), ctx);
        self.heartbeat_alarm.by(self.heartbeat_due(now), ctx);
        self.worker_alarm.by(self.worker.due(), ctx);
        self.application_alarm.by(self.network.next_expiry(), ctx);
        let refresh = self.metadata.next_update(now);
        if now < refresh {
            self.metadata_alarm.by(refresh, ctx);
        }
    }

    /// When the application thread has something to do. What is overdue waits for an event of the
    /// network, not for time.
    fn application_due(&self, now: Nanos) -> Nanos {
        let due = soonest(now, &self.thread.dues());
        if !self.thread.is_in_client() {
            return due;
        }
        due.min(soonest(now, &[self.commits.auto_at, self.lookups_due(), self.lookup_due(), self.prepare_due()]))
    }
    fn lookup_due(&self) -> Nanos {
        match self.group.lookup {
            Lookup::Backoff { until, .. } => until,
            Lookup::Idle | Lookup::InFlight(_) => Nanos::MAX,
        }
    }
    fn prepare_due(&self) -> Nanos {
        match self.group.prepare {
            Some(prepare) => match prepare.commit {
                PrepareCommit::Unsent(at) => at,
                PrepareCommit::InFlight | PrepareCommit::Done => prepare.deadline,
            },
            None => Nanos::MAX,
        }
    }
}

/// The first of these times that is not over; [`Nanos::MAX`] if all are.
pub(super) fn soonest(now: Nanos, dues: &[Nanos]) -> Nanos {
    dues.iter().copied().filter(|at| now < *at).fold(Nanos::MAX, Nanos::min)
}
