//! A broker: leaders and followers, their logs, the group coordinator, and its life under the
//! controller (`core/.../server/{KafkaApis,ReplicaManager,BrokerServer}.scala`).
//!
//! | file | what it holds |
//! |---|---|
//! | `connections`, `requests` | one request per connection at a time; the wait for the disk; answers |
//! | `purgatory` | deadlines of parked requests |
//! | `produce`, `fetch`, `session` | append and commit; reading, long polls, fetch sessions |
//! | `offsets`, `metadata`, `forwarding`, `groups` | the other requests |
//! | `partition`, `replica`, `isr` | a replica, what its leader knows of the others, the ISR |
//! | `alter_partition`, `publish` | ISR proposals; from metadata to roles |
//! | `fetcher`, `follower` | the conversation with a leader; what to make of its answers |
//! | `storage` | writes, flushes, checkpoints, recovery, the end of a log directory |
//! | `lifecycle`, `controller_channel` | registration, heartbeats, shutdown; talking to the controller |
//!
//! An input is handled to its end in two steps. First the request, answer or timer itself; what it
//! does to a partition is queued as [`Happened`]. Then [`Broker::settle`] works off that queue: it
//! completes what was parked and tells the coordinator, like the action queue of Kafka's request
//! handlers. So nothing that completes a request runs in the middle of another one.

mod alter_partition;
mod connections;
pub mod controller_channel;
mod fetch;
mod fetcher;
mod follower;
mod forwarding;
mod groups;
mod isr;
pub mod lifecycle;
mod metadata;
mod offsets;
mod partition;
mod produce;
mod publish;
mod purgatory;
mod replica;
mod requests;
mod session;
mod storage;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use self::alter_partition::AlterPartitionManager;
use self::connections::Connections;
use self::controller_channel::{ChannelEvent, ControllerChannel};
use self::fetch::Concerns;
use self::fetcher::Fetcher;
use self::forwarding::{Forwarding, ProducerIds};
use self::lifecycle::{BrokerLifecycle, LifecycleEvent};
use self::partition::Partition;
use self::publish::Walk;
use self::purgatory::{ParkedRequest, Purgatory};
pub use self::requests::SERVICE_TIME;
use self::session::Examined;
use self::storage::{Flushes, Storage};
use crate::cluster::coordinator::{Command, GroupCoordinator};
use crate::cluster::log::Log;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::StopKind;
use crate::node::{Context, Input, Timer};
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerEpoch, BrokerId, BrokerList, ConnId, Tp};
use crate::protocol::messages::{Body, Message, Response};
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// Timer kinds of a broker, by room.
pub mod timers {
    /// First kind of the lifecycle and the controller channels; kinds up to 0x1f are theirs.
    pub const LIFECYCLE: u8 = 0x10;
    /// The channels for ISR proposals (0) and forwarded requests (1).
    pub const CHANNELS: u8 = 0x11;
    /// First kind of the group coordinator; kinds up to 0x2f are its.
    pub const COORDINATOR: u8 = crate::cluster::coordinator::FIRST_TIMER;
    /// First kind of replication and request handling; kinds up to 0x4f are theirs.
    pub const REPLICATION: u8 = 0x30;
    /// The disk may be ready for the requests that wait for it.
    pub const DISK: u8 = REPLICATION;
    /// A connection's answer is sent; the index is its slot.
    pub const UNMUTE: u8 = REPLICATION + 1;
    /// A parked request expires.
    pub const PURGATORY: u8 = REPLICATION + 2;
    /// Look for followers that are behind.
    pub const ISR_SHRINK: u8 = REPLICATION + 3;
    /// Write high watermarks.
    pub const HIGH_WATERMARK_CHECKPOINT: u8 = REPLICATION + 4;
    /// Write recovery points.
    pub const RECOVERY_POINT_CHECKPOINT: u8 = REPLICATION + 5;
    /// Forget silent producers.
    pub const PRODUCER_EXPIRATION: u8 = REPLICATION + 6;
    /// A flush returns.
    pub const FLUSHED: u8 = REPLICATION + 7;
    /// The logs are recovered.
    pub const LOGS_LOADED: u8 = REPLICATION + 8;
    /// Send ISR proposals again.
    pub const ALTER_PARTITION_RETRY: u8 = REPLICATION + 9;
    /// A fetcher's timeout or backoff; the index is the source broker.
    pub const FETCHER: u8 = REPLICATION + 10;
    /// A coordinator is loaded; the index is its partition.
    pub const COORDINATOR_LOADED: u8 = REPLICATION + 11;
    /// A partition's new state is applied.
    pub const WALK: u8 = REPLICATION + 12;
}

/// How far the process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// No process.
    Down,
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
    /// It does nothing any more.
    Halted,
}

/// What an input did to a partition, and others have to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Happened {
    /// The leader appended.
    Appended(Tp),
    /// The leader's high watermark rose.
    Raised(Tp),
    /// Another ISR was committed.
    IsrChanged(Tp),
    /// Leadership came, went, or has a new epoch.
    RoleChanged(Tp),
}

/// The broker process and what is on its disk.
#[derive(Clone, Debug)]
pub struct Broker {
    id: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    /// The partitions of `__consumer_offsets`.
    offsets_partitions: Range<u32>,
    /// What outlives the process.
    storage: Storage,

    // All that follows is the process's memory.
    /// In the first life: where its periodic work stands.
    phases: Option<Stream>,
    phase: Phase,
    /// This life began after a clean stop.
    started_clean: bool,
    /// It was told to stop. Only the process itself counts: in the image of one that has just started, the
    /// life before may still be stopping.
    in_controlled_shutdown: bool,
    image: MetadataImage,
    /// The part of the image that is not applied yet.
    walk: Walk,
    lifecycle: Option<BrokerLifecycle>,
    alter_partition: Option<AlterPartitionManager>,
    forwarding: Option<Forwarding>,
    producer_ids: ProducerIds,
    coordinator: GroupCoordinator,
    /// The hosted replicas, by partition.
    partitions: Vec<Option<Partition>>,
    /// Which these are, ascending.
    hosted: Vec<Tp>,
    /// By source broker.
    fetchers: Vec<Fetcher>,
    connections: Connections,
    purgatory: Purgatory,
    /// Requests that wait for the disk, oldest first.
    blocked: VecDeque<ParkedRequest>,
    flushes: Flushes,
    happened: VecDeque<Happened>,
    commands: Vec<Command>,
    /// Scratch of a fetch.
    examined: Vec<Examined>,
}

impl Broker {
    /// Not started, with an empty disk.
    pub fn new(id: BrokerId, config: Rc<BrokerConfig>, catalog: Rc<Catalog>, rules: Rules) -> Broker {
        let storage = Storage::new(catalog.partition_count());
        Broker::with_storage(id, config, catalog, rules, storage)
    }

    /// The first life goes on as if it had begun long before: its heartbeats and its looks at the ISRs come at
    /// drawn phases of their intervals.
    pub fn up_for_a_while(self, random: Stream) -> Broker {
        Broker { phases: Some(random), ..self }
    }

    /// Until the next time of something periodic.
    fn phase_of(&mut self, interval: Nanos) -> Nanos {
        match &mut self.phases {
            Some(random) => Nanos(random.below(interval.0.max(1)) + 1),
            None => interval,
        }
    }

    fn with_storage(
        id: BrokerId,
        config: Rc<BrokerConfig>,
        catalog: Rc<Catalog>,
        rules: Rules,
        storage: Storage,
    ) -> Broker {
        let partition_count = catalog.partition_count() as usize;
        let sources = catalog.brokers().map(|broker| broker.index() + 1).max().unwrap_or(0);
        let offsets_partitions = catalog.topic(CONSUMER_OFFSETS).map_or(0..0, |topic| {
            let entry = &catalog.topics[topic.index()];
            entry.first.0..entry.first.0 + entry.partitions
        });
        Broker {
            id,
            coordinator: GroupCoordinator::new(id, config.clone(), catalog.clone()),
            config,
            catalog,
            rules,
            offsets_partitions,
            storage,
            phases: None,
            phase: Phase::Down,
            started_clean: false,
            in_controlled_shutdown: false,
            image: MetadataImage::default(),
            walk: Walk::default(),
            lifecycle: None,
            alter_partition: None,
            forwarding: None,
            producer_ids: ProducerIds::default(),
            partitions: vec![None; partition_count],
            hosted: Vec::new(),
            fetchers: vec![Fetcher::default(); sources],
            connections: Connections::default(),
            purgatory: Purgatory::default(),
            blocked: VecDeque::new(),
            flushes: Flushes::default(),
            happened: VecDeque::new(),
            commands: Vec::new(),
            examined: Vec::new(),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match (self.phase, &input) {
            (Phase::Down, Input::Start) => self.start(ctx),
            (Phase::Down, _) => {}
            (Phase::Halted, Input::Accepted { conn, .. }) => ctx.close(*conn),
            (Phase::Halted, _) => {}
            _ => {
                self.dispatch(input, ctx);
                self.settle(ctx);
            }
        }
    }

    /// The process is gone; what is on the disk stays. (After a power loss the world has told the
    /// disk before; the next start compares.)
    pub fn process_died(&mut self, _kind: StopKind) {
        let mut storage = std::mem::take(&mut self.storage);
        for partition in self.partitions.drain(..).flatten() {
            storage.put_log(partition.tp, partition.log);
        }
        *self = Broker::with_storage(self.id, self.config.clone(), self.catalog.clone(), self.rules, storage);
    }

    /// This broker's view of the cluster, for tools.
    pub fn image(&self) -> &MetadataImage {
        &self.image
    }
    /// The log of a replica, in memory or on the disk of a process that is down.
    pub fn replica(&self, tp: Tp) -> Option<&Log> {
        match self.partitions.get(tp.index()) {
            Some(Some(partition)) => Some(&partition.log),
            _ => self.storage.log(tp),
        }
    }
    /// Whether this broker believes that it leads the partition.
    pub fn leads(&self, tp: Tp) -> bool {
        matches!(self.partitions.get(tp.index()), Some(Some(partition)) if partition.is_leader())
    }
    /// The committed ISR, as the leader knows it; `None` on any other broker.
    pub fn isr(&self, tp: Tp) -> Option<BrokerList> {
        let partition = self.partitions.get(tp.index())?.as_ref()?;
        Some(partition.leader_state()?.isr.committed())
    }
    /// The group coordinator, for tools.
    pub fn coordinator(&self) -> &GroupCoordinator {
        &self.coordinator
    }

    fn start(&mut self, ctx: &mut Context<'_>) {
        let controller = self.catalog.controller_node().expect("a world with brokers has a controller");
        let marker = self.storage.take_clean_marker();
        self.started_clean = marker.is_some();
        self.phase = Phase::CatchingUp;
        let channel = |index| {
            ControllerChannel::new(
                controller,
                Timer { kind: timers::CHANNELS, index },
                self.config.controller_socket_timeout,
            )
        };
        self.alter_partition = Some(AlterPartitionManager::new(channel(0)));
        self.forwarding = Some(Forwarding::new(channel(1)));
        let mut lifecycle =
            BrokerLifecycle::new(self.id, controller, &self.config, self.rules, marker.unwrap_or(BrokerEpoch::UNKNOWN));
        lifecycle.first_heartbeat_after(self.phase_of(self.config.broker_heartbeat_interval));
        lifecycle.start(ctx);
        self.lifecycle = Some(lifecycle);
    }

    fn broker_epoch(&self) -> BrokerEpoch {
        self.lifecycle.as_ref().map_or(BrokerEpoch::UNKNOWN, BrokerLifecycle::epoch)
    }

    fn is_offsets_partition(&self, tp: Tp) -> bool {
        self.offsets_partitions.contains(&tp.0)
    }

    #[inline]
    fn dispatch(&mut self, input: Input, ctx: &mut Context<'_>) {
        match input {
            Input::Message { conn, message } => self.message(conn, message, ctx),
            Input::Accepted { conn, peer } => self.accepted(conn, peer, ctx),
            Input::Connected { conn } => match self.fetcher_of(conn) {
                Some(source) => self.fetcher_connected(source, ctx),
                None => self.controller_side(&input, ctx),
            },
            Input::Disconnected { conn } => {
                if let Some(source) = self.fetcher_of(conn) {
                    self.fetcher_disconnected(source, ctx);
                } else if let Some(slot) = self.connections.find(conn) {
                    self.peer_disconnected(slot, ctx);
                } else {
                    self.controller_side(&input, ctx);
                }
            }
            Input::Timer(timer) => self.timer(timer, ctx),
            Input::Shutdown => {
                self.in_controlled_shutdown = true;
                if let Some(lifecycle) = &mut self.lifecycle {
                    lifecycle.begin_shutdown(ctx);
                }
            }
            // Brokers have no workload, and nothing that is pending at the end of a run.
            Input::Start | Input::Written { .. } | Input::Drain | Input::Interrupted | Input::RunEnd => {}
        }
    }

    #[inline]
    fn message(&mut self, conn: ConnId, message: Message, ctx: &mut Context<'_>) {
        match message.body {
            Body::Request(_) => self.request(conn, message, ctx),
            Body::Response(_) => match self.fetcher_of(conn) {
                Some(source) => self.leader_answered(source, message, ctx),
                None => self.controller_side(&Input::Message { conn, message }, ctx),
            },
        }
    }

    fn timer(&mut self, timer: Timer, ctx: &mut Context<'_>) {
        if (timers::COORDINATOR..timers::REPLICATION).contains(&timer.kind) {
            // A broker that stops has no coordinator any more.
            if self.phase != Phase::Flushing {
                self.coordinator_timer(timer, ctx);
            }
            return;
        }
        match timer.kind {
            timers::DISK => self.run_blocked(ctx),
            timers::UNMUTE => self.run_queue(timer.index, ctx),
            timers::PURGATORY => self.expire_parked(ctx),
            timers::ISR_SHRINK => self.shrink_isrs(ctx),
            timers::HIGH_WATERMARK_CHECKPOINT => self.checkpoint_high_watermarks(ctx),
            timers::RECOVERY_POINT_CHECKPOINT => self.checkpoint_recovery_points(ctx),
            timers::PRODUCER_EXPIRATION => self.expire_producers(ctx),
            timers::FLUSHED => self.note_flushed(ctx),
            timers::LOGS_LOADED => self.first_publish(ctx),
            timers::ALTER_PARTITION_RETRY => self.propagate_isr_changes(ctx),
            timers::FETCHER => self.fetcher_timer(BrokerId(timer.index as u8), ctx),
            timers::COORDINATOR_LOADED => self.coordinator_loaded(Tp(timer.index), ctx),
            timers::WALK => self.walked(ctx),
            _ => self.controller_side(&Input::Timer(timer), ctx),
        }
    }

    /// Offers an input to the controller's channels and the lifecycle, in turn.
    fn controller_side(&mut self, input: &Input, ctx: &mut Context<'_>) {
        if let Some(manager) = &mut self.alter_partition {
            match manager.channel.handle(input, ctx) {
                ChannelEvent::NotMine => {}
                ChannelEvent::Response(Response::AlterPartition(response)) => {
                    return self.alter_partition_answered(&response, ctx);
                }
                ChannelEvent::Handled | ChannelEvent::Response(_) => return,
            }
        }
        if let Some(forwarding) = &mut self.forwarding {
            match forwarding.channel.handle(input, ctx) {
                ChannelEvent::NotMine => {}
                ChannelEvent::Response(response) => return self.forwarded_answered(response, ctx),
                ChannelEvent::Handled => return,
            }
        }
        let Some(lifecycle) = &mut self.lifecycle else { return };
        match lifecycle.handle(input, ctx) {
            LifecycleEvent::NotMine | LifecycleEvent::Handled | LifecycleEvent::Registered(_) => {}
            LifecycleEvent::Metadata { base_offset, records, caught_up } => {
                self.metadata_arrived(base_offset, records, caught_up, ctx)
            }
            LifecycleEvent::Unfenced => {
                if self.phase == Phase::Published {
                    self.phase = Phase::Running;
                    ctx.listen(true);
                }
            }
            LifecycleEvent::MayShutDown if self.phase == Phase::Flushing => {}
            LifecycleEvent::MayShutDown => self.begin_flushing(ctx),
        }
    }

    /// Tells everybody who has to know what the input did, until nothing new comes of it.
    fn settle(&mut self, ctx: &mut Context<'_>) {
        while self.phase != Phase::Halted {
            if let Some(happened) = self.happened.pop_front() {
                self.tell(happened, ctx);
            } else if !self.commands.is_empty() {
                let command = self.commands.remove(0);
                self.carry_out(command, ctx);
            } else {
                return;
            }
        }
    }

    fn tell(&mut self, happened: Happened, ctx: &mut Context<'_>) {
        match happened {
            Happened::Appended(tp) | Happened::IsrChanged(tp) => self.wake_fetches(tp, Concerns::Followers, ctx),
            Happened::Raised(tp) => {
                self.complete_produces(tp, ctx);
                self.wake_fetches(tp, Concerns::Everybody, ctx);
                if self.is_offsets_partition(tp) {
                    self.coordinator_high_watermark(tp, ctx);
                }
            }
            Happened::RoleChanged(tp) => {
                self.complete_produces(tp, ctx);
                self.wake_fetches(tp, Concerns::Everybody, ctx);
            }
        }
    }

    /// Closes the port and all connections except the lifecycle's.
    fn close_everything(&mut self, ctx: &mut Context<'_>) {
        ctx.listen(false);
        let open: Vec<ConnId> = self.connections.open_connections().collect();
        for conn in open {
            if let Some(slot) = self.connections.find(conn) {
                self.close(slot, ctx);
            }
        }
        self.blocked.clear();
        self.close_fetchers(ctx);
        if let Some(mut manager) = self.alter_partition.take() {
            manager.channel.close(ctx);
        }
        if let Some(mut forwarding) = self.forwarding.take() {
            forwarding.channel.close(ctx);
        }
    }
}
