//! From the metadata log to roles: which partitions to lead, which to follow
//! (`core/.../server/metadata/BrokerMetadataPublisher.scala`, `ReplicaManager.applyDelta`).

use std::collections::VecDeque;

use super::partition::{Partition, Role};
use super::storage::directory;
use super::{Broker, Happened, Phase, timers};
use crate::cluster::java_hash;
use crate::cluster::log::Log;
use crate::cluster::metadata::{PartitionRegistration, Touched};
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::ids::*;
use crate::protocol::messages::MetadataRecord;
use crate::sim::disk::{DirectoryId, FileId};
use crate::sim::time::Nanos;

/// What it takes to apply one partition's state, beside the disk. Measured on Kafka 4.0.0: 0.6 to 1.1 ms a
/// partition at a leader that goes, 2.3 ms in a process that has just started.
const APPLY_COST: Nanos = Nanos::from_millis(1);

/// A walk through the partitions that a delta of the metadata changes here.
///
/// The image is what clients and other partitions are told of, at once. The roles follow one after the
/// other in a single thread: leaders first, whose fetchers are all stopped to begin with, then
/// followers, whose fetchers are all started over in the end. So for a while a leader that is deposed
/// in the image goes on accepting records, which nobody fetches any more: with acks=1 they are
/// acknowledged, and lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    under_way: bool,
    /// It is the one that follows the loading of the logs.
    is_first: bool,
    /// Partitions still to be applied.
    left: VecDeque<Tp>,
    /// Followers that have been applied, and need another fetcher or none.
    followers: Vec<NewFollower>,
    /// Partitions of which a coordinator here is to hear in the end: whether it is elected.
    coordinators: Vec<(Tp, bool)>,
    /// Records that have arrived meanwhile, oldest first, with the offset of the first.
    waiting: VecDeque<(i64, Vec<MetadataRecord>)>,
}

/// A partition that is followed in another epoch than before, or not at all any more.
#[derive(Clone, Copy, Debug)]
struct NewFollower {
    tp: Tp,
    /// Whom it was fetched from.
    before: Option<BrokerId>,
    /// Whom it is to be fetched from.
    from: Option<BrokerId>,
    /// Whether this broker led it.
    led: bool,
}

impl Broker {
    /// Committed metadata records have arrived. Until the logs are loaded they only go into the image; while
    /// older ones are still being applied they wait (`MetadataLoader` has one thread).
    pub(super) fn metadata_arrived(
        &mut self,
        base_offset: i64,
        records: Vec<MetadataRecord>,
        caught_up: bool,
        ctx: &mut Context<'_>,
    ) {
        if self.phase == Phase::Flushing {
            // `BrokerServer.shutdown` removes the publishers before the logs are closed.
            return;
        }
        if caught_up {
            self.apply_to_image(base_offset, &records);
            self.metadata_applied();
            return self.load_logs(ctx);
        }
        match self.phase {
            Phase::Published | Phase::Running => {
                self.walk.waiting.push_back((base_offset, records));
                self.walk_on(ctx);
            }
            _ => {
                self.apply_to_image(base_offset, &records);
                self.metadata_applied();
            }
        }
    }

    /// Returns the partitions that were touched, ascending.
    fn apply_to_image(&mut self, base_offset: i64, records: &[MetadataRecord]) -> Vec<Tp> {
        let mut changed: Vec<Tp> = Vec::new();
        for (record, offset) in records.iter().zip(base_offset..) {
            match self.image.apply(offset, record) {
                Touched::Partition(tp) => changed.push(tp),
                Touched::Topic(topic) => self.configure(topic),
                Touched::Broker(_) | Touched::Nothing => {}
            }
        }
        changed.sort();
        changed.dedup();
        changed
    }

    /// What the broker tells the controller in its heartbeats.
    fn metadata_applied(&mut self) {
        if let Some(lifecycle) = &mut self.lifecycle {
            lifecycle.metadata_applied(self.image.offset());
        }
    }

    /// The replicas of a topic that are here take its configs (`DynamicConfigPublisher`).
    fn configure(&mut self, topic: TopicId) {
        let Some(config) = self.image.topic(topic) else { return };
        for tp in self.catalog.partitions(topic) {
            if let Some(partition) = &mut self.partitions[tp.index()] {
                partition.config = config.clone();
            }
        }
    }

    /// The logs are loaded: the whole image is applied for the first time.
    pub(super) fn first_publish(&mut self, ctx: &mut Context<'_>) {
        self.phase = Phase::Published;
        let all: Vec<Tp> = self.image.partitions().map(|(tp, _)| tp).collect();
        self.walk.is_first = true;
        self.begin_walk(all, ctx);
        self.walk_on(ctx);
    }

    /// Goes on with the walk that is under way, and with the next ones after it.
    fn walk_on(&mut self, ctx: &mut Context<'_>) {
        if self.walk.under_way {
            return;
        }
        while let Some((base_offset, records)) = self.walk.waiting.pop_front() {
            let changed = self.apply_to_image(base_offset, &records);
            self.begin_walk(changed, ctx);
            if self.walk.under_way || self.phase == Phase::Halted {
                return;
            }
        }
    }

    /// `ReplicaManager.applyDelta`.
    fn begin_walk(&mut self, changed: Vec<Tp>, ctx: &mut Context<'_>) {
        let hosted = |tp: &Tp| self.image.partition(*tp).is_some_and(|here| here.replicas.contains(self.id));
        let leads = |tp: &Tp| self.image.partition(*tp).is_some_and(|here| here.leader == Some(self.id));
        let (mut leaders, mut followers): (Vec<Tp>, Vec<Tp>) = changed.into_iter().filter(hosted).partition(leads);
        self.sort_as_java(&mut leaders);
        self.sort_as_java(&mut followers);
        for tp in &leaders {
            self.stop_fetching(*tp);
        }
        self.walk.left = leaders.into_iter().chain(followers).collect();
        self.walk.under_way = true;
        self.walk_to_next(ctx);
    }

    fn sort_as_java(&self, partitions: &mut [Tp]) {
        let slots = java_hash::slots_for(partitions.len());
        partitions.sort_by_cached_key(|tp| {
            let (topic, partition) = self.catalog.topic_of(*tp);
            let name = java_hash::string(&self.catalog.topics[topic.index()].name);
            java_hash::slot(31_u32.wrapping_mul(31 + partition).wrapping_add(name), slots)
        });
    }

    /// Applies what costs nothing, and waits for the time that the next partition takes.
    fn walk_to_next(&mut self, ctx: &mut Context<'_>) {
        while let Some(tp) = self.walk.left.front().copied() {
            match self.cost_to_apply(tp, ctx) {
                None => return,
                Some(done) if done <= ctx.now() => self.apply_next(ctx),
                Some(done) => return ctx.set_timer(Timer { kind: timers::WALK, index: 0 }, done),
            }
        }
        self.end_walk(ctx);
    }

    /// The partition under way is done.
    pub(super) fn walked(&mut self, ctx: &mut Context<'_>) {
        if matches!(self.phase, Phase::Published | Phase::Running) {
            self.apply_next(ctx);
            self.walk_to_next(ctx);
            self.walk_on(ctx);
        }
    }

    /// When a partition is applied. A leader's new epoch goes to the `leader-epoch-checkpoint` first, a new
    /// file and its place in the directory, both flushed (`CheckpointFile.write`). Partitions that are
    /// created cost nothing: a scenario's time begins with its topics. `None`: the disk failed.
    fn cost_to_apply(&mut self, tp: Tp, ctx: &mut Context<'_>) -> Option<Nanos> {
        let now = ctx.now();
        let Some(partition) = &self.partitions[tp.index()] else { return Some(now) };
        let registration = self.image.partition(tp)?;
        let done = now.saturating_add(APPLY_COST);
        if registration.leader != Some(self.id) || registration.leader_epoch <= partition.leader_epoch {
            return Some(done);
        }
        let checkpoints = FileId { directory: DirectoryId(self.catalog.partition_count()), name: 0 };
        let disk = ctx.disk();
        match disk.flush(done, checkpoints).and_then(|file| disk.flush(file, checkpoints)) {
            Ok(done) => Some(done),
            Err(_) => {
                self.log_dir_failed(ctx);
                None
            }
        }
    }

    fn apply_next(&mut self, ctx: &mut Context<'_>) {
        if let Some(tp) = self.walk.left.pop_front() {
            self.publish(tp, ctx);
        }
    }

    /// Fetchers of followers start over, parked requests hear of it, coordinators come and go.
    fn end_walk(&mut self, ctx: &mut Context<'_>) {
        let followers = std::mem::take(&mut self.walk.followers);
        for NewFollower { tp, before, .. } in &followers {
            self.leave_fetcher(*tp, *before);
        }
        for NewFollower { tp, from, led, .. } in followers {
            if let Some(leader) = from {
                self.follow(tp, leader, ctx);
            }
            if led {
                self.happened.push_back(Happened::RoleChanged(tp));
            }
        }
        for (tp, elected) in std::mem::take(&mut self.walk.coordinators) {
            if elected { self.coordinator_elected(tp, ctx) } else { self.coordinator_resigned(tp, ctx) }
        }
        self.coordinator.image_changed(&self.image, &mut self.commands, ctx);
        self.walk.under_way = false;
        self.metadata_applied();
        if std::mem::take(&mut self.walk.is_first) {
            self.start_periodic_work(ctx);
            if let Some(lifecycle) = &mut self.lifecycle {
                lifecycle.ready_to_unfence(ctx);
            }
        }
    }

    /// Applies one partition's state.
    fn publish(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(registration) = self.image.partition(tp).copied() else { return };
        if !self.host(tp) {
            return;
        }
        let Some(partition) = &self.partitions[tp.index()] else { return };
        // Epochs only rise in the log; the answer to an own proposal may have been faster.
        if registration.partition_epoch < partition.partition_epoch {
            return;
        }
        if registration.leader == Some(self.id) {
            self.become_leader(tp, &registration, ctx);
        } else {
            self.become_follower(tp, &registration, ctx);
        }
    }

    /// Sees to it that there is a replica of the partition here; false if its topic is unknown.
    fn host(&mut self, tp: Tp) -> bool {
        if self.partitions[tp.index()].is_some() {
            return true;
        }
        let (topic, _) = self.catalog.topic_of(tp);
        let Some(config) = self.image.topic(topic).cloned() else { return false };
        let log = self.storage.take_log(tp).unwrap_or_else(|| {
            Log::new(directory(tp), config.clone()).with_producer_id_expiration(self.config.producer_id_expiration)
        });
        self.partitions[tp.index()] = Some(Partition::new(tp, log, config));
        let place = self.hosted.partition_point(|other| *other < tp);
        self.hosted.insert(place, tp);
        self.watch_again(tp);
        true
    }

    /// Sessions may have asked for the partition before there was one.
    fn watch_again(&mut self, tp: Tp) {
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        let open: Vec<ConnId> = self.connections.open_connections().collect();
        for slot in open.into_iter().filter_map(|conn| self.connections.find(conn)) {
            if self.connections.get(slot).session.as_ref().is_some_and(|session| session.get(tp).is_some()) {
                partition.watchers.push(slot);
            }
        }
    }

    fn become_leader(&mut self, tp: Tp, registration: &PartitionRegistration, ctx: &mut Context<'_>) {
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        let is_new_epoch = partition.make_leader(self.id, registration, ctx.now());
        if is_new_epoch {
            ctx.record(Fact::BecameLeader {
                broker: self.id,
                tp,
                epoch: registration.leader_epoch,
                start: partition.log.log_end(),
                high_watermark: partition.log.high_watermark(),
            });
        }
        self.happened.push_back(if is_new_epoch { Happened::RoleChanged(tp) } else { Happened::IsrChanged(tp) });
        self.maybe_raise_high_watermark(tp, ctx);
        if is_new_epoch && self.is_offsets_partition(tp) {
            self.walk.coordinators.push((tp, true));
        }
    }

    /// During its controlled shutdown a broker does not fetch what it has left, or what has no leader.
    fn become_follower(&mut self, tp: Tp, registration: &PartitionRegistration, ctx: &mut Context<'_>) {
        let stops =
            self.in_controlled_shutdown && (registration.leader.is_none() || !registration.isr.contains(self.id));
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        let led = partition.is_leader();
        let before = partition.leader;
        let is_new_epoch = partition.make_follower(registration);
        if is_new_epoch {
            ctx.record(Fact::BecameFollower {
                broker: self.id,
                tp,
                epoch: registration.leader_epoch,
                leader: registration.leader,
            });
        }
        if is_new_epoch || stops || led {
            let is_known = |leader: &BrokerId| self.image.broker(*leader).is_some();
            let from = registration.leader.filter(|leader| is_new_epoch && !stops && is_known(leader));
            self.walk.followers.push(NewFollower { tp, before, from, led });
        }
        if self.is_offsets_partition(tp) && is_new_epoch {
            self.walk.coordinators.push((tp, false));
        }
    }

    /// Takes a partition that this broker is about to lead away from its fetcher.
    fn stop_fetching(&mut self, tp: Tp) {
        if let Some(partition) = &mut self.partitions[tp.index()]
            && let Role::Follower(state) = &mut partition.role
        {
            // An answer on its way is discarded.
            state.listed = None;
            let leader = partition.leader;
            self.leave_fetcher(tp, leader);
        }
    }

    /// The high watermark of a led partition may have to rise.
    pub(super) fn maybe_raise_high_watermark(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(partition) = &mut self.partitions[tp.index()] else { return };
        if !partition.maybe_raise_high_watermark(&self.image, self.config.replica_lag_time_max, ctx.now()) {
            return;
        }
        ctx.record(Fact::HighWatermarkAdvanced {
            broker: self.id,
            tp,
            epoch: partition.leader_epoch,
            high_watermark: partition.log.high_watermark(),
            log_end: partition.log.log_end(),
            isr: partition.leader_state().map_or(BrokerList::EMPTY, |leader| leader.isr.maximal()),
            min_isr: partition.effective_min_isr(),
        });
        self.happened.push_back(Happened::Raised(tp));
    }

    /// The timers that run while the broker has logs.
    fn start_periodic_work(&mut self, ctx: &mut Context<'_>) {
        self.checkpoint_high_watermarks(ctx);
        self.begin_to_look_at_isrs(ctx);
        ctx.set_timer_in(
            Timer { kind: timers::RECOVERY_POINT_CHECKPOINT, index: 0 },
            super::storage::INITIAL_TASK_DELAY,
        );
        ctx.set_timer_in(
            Timer { kind: timers::PRODUCER_EXPIRATION, index: 0 },
            super::storage::PRODUCER_EXPIRATION_CHECK_INTERVAL,
        );
    }
}
