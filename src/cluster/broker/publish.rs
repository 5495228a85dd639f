//! From the metadata log to roles: which partitions to lead, which to follow
//! (`core/.../server/metadata/BrokerMetadataPublisher.scala`, `ReplicaManager.applyDelta`).

use super::partition::{Partition, Role};
use super::{Broker, Happened, Phase, timers};
use crate::cluster::log::Log;
use crate::cluster::metadata::{PartitionRegistration, Touched};
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::ids::*;
use crate::protocol::messages::MetadataRecord;

impl Broker {
    /// Committed metadata records have arrived. Until the logs are loaded they only go into the image.
    pub(super) fn metadata_arrived(
        &mut self,
        base_offset: i64,
        records: &[MetadataRecord],
        caught_up: bool,
        ctx: &mut Context<'_>,
    ) {
        let mut changed: Vec<Tp> = Vec::new();
        for (record, offset) in records.iter().zip(base_offset..) {
            match self.image.apply(offset, record) {
                Touched::Partition(tp) => changed.push(tp),
                Touched::Topic(topic) => self.configure(topic),
                Touched::Broker(_) | Touched::Nothing => {}
            }
        }
        if let Some(lifecycle) = &mut self.lifecycle {
            lifecycle.metadata_applied(self.image.offset());
        }
        if caught_up {
            self.load_logs(ctx);
        } else if matches!(self.phase, Phase::Published | Phase::Running) {
            changed.sort();
            changed.dedup();
            for tp in changed {
                self.publish(tp, ctx);
            }
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
        for tp in all {
            self.publish(tp, ctx);
        }
        self.start_periodic_work(ctx);
        self.shrink_isrs(ctx);
        if let Some(lifecycle) = &mut self.lifecycle {
            lifecycle.ready_to_unfence(ctx);
        }
    }

    /// Applies one partition's state.
    fn publish(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(registration) = self.image.partition(tp).copied() else { return };
        if !registration.replicas.contains(self.id) || !self.host(tp) {
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
            Log::new(tp, config.clone()).with_producer_id_expiration(self.config.producer_id_expiration)
        });
        self.partitions[tp.index()] = Some(Partition::new(log, config));
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
        self.stop_fetching(tp);
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
            self.coordinator_elected(tp, ctx);
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
        if is_new_epoch || stops {
            self.leave_fetcher(tp, before);
        }
        if is_new_epoch {
            ctx.record(Fact::BecameFollower {
                broker: self.id,
                tp,
                epoch: registration.leader_epoch,
                leader: registration.leader,
            });
            if let Some(leader) = registration.leader
                && self.image.broker(leader).is_some()
                && !stops
            {
                self.follow(tp, leader, ctx);
            }
        }
        if led {
            self.happened.push_back(Happened::RoleChanged(tp));
        }
        if self.is_offsets_partition(tp) && is_new_epoch {
            self.coordinator_resigned(tp, ctx);
        }
    }

    /// Takes a partition that this broker is about to lead away from its fetcher.
    fn stop_fetching(&mut self, tp: Tp) {
        if let Some(partition) = &self.partitions[tp.index()]
            && matches!(partition.role, Role::Follower(_))
        {
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
