//! Metadata, to the replicas, fetchers and coordinators
//! (`core/.../server/metadata/BrokerMetadataPublisher.scala`, `ReplicaManager.applyDelta`).

use super::{BrokerServer, ServerPhase};
use crate::cluster::broker::cluster_link::NewFollower;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataDelta;
use crate::cluster::broker::replica_manager::Applied;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::java_hash;
use crate::cluster::metadata::PartitionRegistration;
use crate::node::Context;
use crate::protocol::hashing::java_string_hash;
use crate::protocol::ids::*;
use crate::protocol::messages::MetadataRecord;
use crate::sim::disk::{DirectoryId, FileId};
use crate::sim::time::Nanos;

/// What it takes to apply one partition's state, beside the disk. Measured on Kafka 4.0.0: 0.6 to 1.1 ms a
/// partition at a leader that goes, 2.3 ms in a process that has just started.
const APPLY_COST: Nanos = Nanos::from_millis(1);

impl BrokerServer {
    /// Committed metadata records have arrived. Until the logs are loaded they only go into the image; while
    /// older ones are still being applied they wait (`MetadataLoader` has one thread).
    pub(super) fn metadata_arrived(
        &mut self,
        base_offset: i64,
        records: Vec<MetadataRecord>,
        caught_up: bool,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        match self.phase {
            // `BrokerServer.shutdown` removes the publishers before the logs are closed.
            ServerPhase::Flushing => Ok(()),
            ServerPhase::Published | ServerPhase::Running => {
                self.link.publisher().enqueue(base_offset, records);
                self.publish_on(ctx)
            }
            ServerPhase::CatchingUp | ServerPhase::LoadingLogs => {
                self.apply_to_image(base_offset, &records, ctx);
                self.metadata_applied();
                if caught_up { self.load_logs(ctx) } else { Ok(()) }
            }
        }
    }
    fn apply_to_image(&mut self, base_offset: i64, records: &[MetadataRecord], ctx: &mut Context<'_>) -> MetadataDelta {
        let delta = self.cache.apply(base_offset, records);
        for topic in &delta.topics {
            self.replicas.configure(*topic, &self.cache, ctx);
        }
        delta
    }
    /// What the broker tells the controller in its heartbeats.
    fn metadata_applied(&mut self) {
        self.link.metadata_applied(self.cache.image().offset());
    }

    /// The image is complete: the logs are opened, which takes its time.
    fn load_logs(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let cost = self.replicas.load_logs(self.started_clean, &self.cache, ctx);
        if cost == Nanos::ZERO {
            return self.first_publish(ctx);
        }
        self.phase = ServerPhase::LoadingLogs;
        ctx.set_timer_in(BrokerTimer::LogsLoaded, cost);
        Ok(())
    }
    /// The logs are loaded: the whole image is applied for the first time.
    pub(super) fn first_publish(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.phase = ServerPhase::Published;
        let all = self.cache.image().partitions().map(|(tp, _)| tp).collect();
        self.begin_delta(all, ctx)?;
        self.publish_on(ctx)
    }

    /// Goes on with the delta that is under way, and with the next ones after it.
    fn publish_on(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some((base_offset, records)) = self.link.publisher().next_records() {
            let delta = self.apply_to_image(base_offset, &records, ctx);
            self.begin_delta(delta.partitions, ctx)?;
        }
        Ok(())
    }
    fn begin_delta(&mut self, changed: Vec<Tp>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.delete_replicas(&changed, ctx);
        let registration = |tp: &Tp| self.cache.partition(*tp);
        let hosted = |tp: &Tp| registration(tp).is_some_and(|here| here.replicas.contains(self.me));
        let leads = |tp: &Tp| registration(tp).is_some_and(|here| here.leader == Some(self.me));
        let (mut leaders, mut followers): (Vec<Tp>, Vec<Tp>) = changed.into_iter().filter(hosted).partition(leads);
        self.sort_as_java(&mut leaders);
        self.sort_as_java(&mut followers);
        for tp in &leaders {
            // An answer on its way is discarded.
            if let Some(replica) = self.replicas.followed(*tp) {
                self.fetchers.leave(replica, *tp);
            }
        }
        self.link.publisher().begin(leaders.into_iter().chain(followers));
        self.apply_partitions(ctx)
    }
    /// Before anything else goes what is on other brokers from now on (`ReplicaManager.applyDelta`).
    fn delete_replicas(&mut self, changed: &[Tp], ctx: &mut Context<'_>) {
        for tp in changed {
            let Some(registration) = self.cache.partition(*tp).filter(|here| !here.replicas.contains(self.me)) else {
                continue;
            };
            let registration = *registration;
            if let Some(replica) = self.replicas.delete(*tp, &registration, ctx) {
                self.fetchers.leave(replica, *tp);
                self.share.resigned(*tp);
                if self.replicas.is_internal(*tp) {
                    self.coordinators.resigned(*tp, ctx);
                }
            }
        }
    }
    fn sort_as_java(&self, partitions: &mut [Tp]) {
        let slots = java_hash::slots_for(partitions.len());
        // Partitions of a topic come together.
        let mut hashed: Option<(TopicId, u32)> = None;
        partitions.sort_by_cached_key(|tp| {
            let (topic, partition) = self.catalog.topic_of(*tp);
            let hash = || java_string_hash(&self.catalog.topics[topic.index()].name) as u32;
            let name = hashed.filter(|(of, _)| *of == topic).map_or_else(hash, |(_, name)| name);
            hashed = Some((topic, name));
            java_hash::slot(31_u32.wrapping_mul(31 + partition).wrapping_add(name), slots)
        });
    }

    /// Applies what costs nothing, and waits for the time that the next partition takes.
    fn apply_partitions(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some(tp) = self.link.publisher().next_partition() {
            let done = self.applied_at(tp, ctx)?;
            if done > ctx.now() {
                ctx.set_timer(BrokerTimer::Applied, done);
                return Ok(());
            }
            self.apply_next(ctx);
        }
        self.end_delta(ctx)
    }
    /// The partition under way is done.
    pub(super) fn partition_applied(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        if matches!(self.phase, ServerPhase::Published | ServerPhase::Running) {
            self.apply_next(ctx);
            self.apply_partitions(ctx)?;
            self.publish_on(ctx)?;
        }
        Ok(())
    }
    /// When a partition is applied. A leader's new epoch goes to the `leader-epoch-checkpoint` first, a new
    /// file and its place in the directory, both flushed (`CheckpointFile.write`). Partitions that are
    /// created cost nothing: a scenario's time begins with its topics.
    fn applied_at(&mut self, tp: Tp, ctx: &mut Context<'_>) -> Result<Nanos, Halt> {
        let now = ctx.now();
        let (Some(epoch), Some(registration)) = (self.replicas.leader_epoch(tp), self.cache.partition(tp)) else {
            return Ok(now);
        };
        let done = now.saturating_add(APPLY_COST);
        if registration.leader != Some(self.me) || registration.leader_epoch <= epoch {
            return Ok(done);
        }
        let checkpoints = FileId { directory: DirectoryId(self.catalog.partition_count()), name: 0 };
        let disk = ctx.disk();
        let flushed = disk.flush(done, checkpoints).and_then(|file| disk.flush(file, checkpoints));
        flushed.map_err(|_| Halt::LogDirFailed)
    }
    fn apply_next(&mut self, ctx: &mut Context<'_>) {
        let Some(tp) = self.link.publisher().take_partition() else { return };
        let Some(registration) = self.cache.partition(tp).copied() else { return };
        if let Some(applied) = self.replicas.apply(tp, &registration, &self.cache, ctx) {
            if !applied.leads {
                self.share.resigned(tp);
            }
            self.note_applied(tp, &registration, applied);
        }
    }
    /// Fetcher and coordinator of a partition hear of its new state at the end of the delta. During its controlled
    /// shutdown a broker does not fetch what it has left, or what has no leader.
    fn note_applied(&mut self, tp: Tp, registration: &PartitionRegistration, applied: Applied) {
        let Applied { replica, is_new_epoch, leads, led } = applied;
        let leaves = registration.leader.is_none() || !registration.isr.contains(self.me);
        let stops = self.in_controlled_shutdown && leaves;
        let is_known = |leader: &BrokerId| self.cache.image().broker(*leader).is_some();
        let from = registration.leader.filter(|leader| is_new_epoch && !stops && is_known(leader));
        let concerns_coordinator = is_new_epoch && self.replicas.is_internal(tp);
        let Some(consequences) = self.link.publisher().consequences() else { return };
        if !leads && (is_new_epoch || stops || led) {
            consequences.followers.push(NewFollower { tp, replica, from, led });
        }
        if concerns_coordinator {
            consequences.coordinators.push((tp, leads));
        }
    }

    /// Fetchers of followers start over, delayed requests hear of it, coordinators come and go.
    fn end_delta(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let consequences = self.link.publisher().take_consequences();
        for NewFollower { tp, replica, .. } in &consequences.followers {
            self.fetchers.leave(*replica, *tp);
        }
        for NewFollower { replica, from, led, .. } in consequences.followers {
            if let Some(leader) = from {
                self.fetchers.follow(replica, leader);
                self.run_fetcher(leader, ctx.now(), ctx);
            }
            if led || self.replicas.is_read(replica) {
                self.replicas.resigned(replica);
            }
        }
        self.fetchers.shut_down_idle(ctx);
        for (tp, elected) in consequences.coordinators {
            if elected { self.coordinator_elected(tp, ctx)? } else { self.coordinators.resigned(tp, ctx) }
        }
        self.coordinators.image_changed(self.cache.image(), ctx);
        self.reroute_markers(ctx);
        self.complete_deletions(ctx);
        self.link.publisher().end();
        self.metadata_applied();
        if consequences.is_first {
            let first_look = self.phase_of(Nanos(self.config.replica_lag_time_max.0 / 2));
            let cleaner_looks = self.cleaner_looks(ctx.now());
            self.replicas.start_periodic_work(first_look, cleaner_looks, ctx);
            self.start_transactions(ctx);
            self.link.ready_to_unfence(ctx);
        }
        Ok(())
    }

    /// This broker leads a partition of `__consumer_offsets` or of `__transaction_state`.
    fn coordinator_elected(&mut self, tp: Tp, ctx: &mut Context<'_>) -> Result<(), Halt> {
        if let Some(log) = self.replicas.log(tp)
            && self.coordinators.elected(tp, log, ctx)?
        {
            self.coordinator_loaded(tp, ctx);
        }
        Ok(())
    }
    /// The coordinator has read the partition, if this broker still leads it.
    pub(super) fn coordinator_loaded(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        if let Some((log, epoch)) = self.replicas.find(tp).and_then(|replica| self.replicas.led_log(replica)) {
            self.coordinators.loaded(tp, log, epoch, ctx);
        }
    }
}
