//! Which partitions to lead, which to follow (`ReplicaManager.applyDelta`, `Partition.makeLeader`, `makeFollower`).

use std::rc::Rc;

use super::answers::Applied;
use super::append::tell_last_stable_offset;
use super::log_manager::directory;
use super::partition::{Leadership, Partition};
use super::{Happened, ReplicaManager};
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::Log;
use crate::cluster::metadata::PartitionRegistration;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::*;

impl ReplicaManager {
    /// Applies the state of a partition that is to be hosted here. `None`: there is nothing new, or its topic is not
    /// known.
    pub fn apply(
        &mut self,
        tp: Tp,
        registration: &PartitionRegistration,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Option<Applied> {
        let replica = self.host(tp, cache, ctx)?;
        let broker = self.me;
        let partition = &mut self.partitions[replica.index()];
        // Epochs only rise in the log; the answer to an own proposal may have been faster.
        if registration.partition_epoch < partition.partition_epoch {
            return None;
        }
        let led = partition.is_leader();
        let (epoch, leader) = (registration.leader_epoch, registration.leader);
        let leads = leader == Some(broker);
        let is_new_epoch = if leads {
            let is_new_epoch = partition.make_leader(broker, registration, ctx.now());
            if is_new_epoch {
                let (start, high_watermark) = (partition.log.log_end(), partition.log.high_watermark());
                ctx.record(Fact::BecameLeader { broker, tp, epoch, start, high_watermark });
                tell_last_stable_offset(broker, partition, high_watermark, ctx);
            }
            self.happened.push_back(match is_new_epoch {
                true => Happened::LeadershipChanged(replica),
                false => Happened::IsrChanged(replica),
            });
            self.maybe_raise_high_watermark(replica, cache, ctx);
            is_new_epoch
        } else {
            let is_new_epoch = partition.make_follower(registration);
            if is_new_epoch {
                ctx.record(Fact::BecameFollower { broker, tp, epoch, leader });
            }
            is_new_epoch
        };
        Some(Applied { replica, is_new_epoch, leads, led })
    }

    /// This broker is no replica of a partition any more, whose state that is: its log is deleted (`stopPartitions`). Returns the
    /// replica that it was.
    pub fn delete(&mut self, tp: Tp, registration: &PartitionRegistration, ctx: &mut Context<'_>) -> Option<ReplicaId> {
        let replica = self.find(tp).filter(|replica| self.partition(*replica).has_log())?;
        self.abort_cleaning(replica, ctx);
        let partition = &mut self.partitions[replica.index()];
        let log_end = partition.log.log_end();
        ctx.disk().keep_only(partition.log.directory(), std::iter::empty());
        let empty = new_log(tp, &partition.config, &self.config);
        partition.delete(empty, registration);
        self.flushes.truncate(replica, Offset(0));
        self.log_manager.delete(tp);
        ctx.record(Fact::ReplicaDeleted { broker: self.me, tp, log_end });
        self.resigned(replica);
        Some(replica)
    }

    /// The replica of a partition; there is one from now on. `None` if its topic is unknown.
    fn host(&mut self, tp: Tp, cache: &MetadataCache, ctx: &mut Context<'_>) -> Option<ReplicaId> {
        if let Some(replica) = self.find(tp) {
            return Some(replica);
        }
        let (topic, _) = self.catalog.topic_of(tp);
        let config = cache.image().topic(topic).cloned()?;
        let log = self.log_manager.take_log(tp).unwrap_or_else(|| new_log(tp, &config, &self.config));
        let replica = self.add(Partition::new(tp, log, config));
        self.plan_cleanup(ctx);
        self.watch_again(tp, replica);
        Some(replica)
    }
    pub(super) fn add(&mut self, partition: Partition) -> ReplicaId {
        let (replica, tp) = (ReplicaId(self.partitions.len() as u32), partition.tp);
        let place = self.hosted.partition_point(|(other, _)| *other < tp);
        self.hosted.insert(place, (tp, replica));
        self.partitions.push(partition);
        replica
    }

    /// The leader epoch that a replica has applied, if the partition is hosted.
    pub fn leader_epoch(&self, tp: Tp) -> Option<LeaderEpoch> {
        self.partition_of(tp).map(|partition| partition.leader_epoch)
    }
    /// The replica of a partition, if it follows.
    pub fn followed(&self, tp: Tp) -> Option<ReplicaId> {
        self.find(tp).filter(|replica| matches!(self.partition(*replica).leadership, Leadership::Follower))
    }
    /// Whether somebody reads from a replica, be it a follower or a consumer.
    pub fn is_read(&self, replica: ReplicaId) -> bool {
        !self.partition(replica).watchers.is_empty()
    }
    /// A replica lost its leadership, or follows in another epoch, and all that are concerned by it are to be told.
    pub fn resigned(&mut self, replica: ReplicaId) {
        self.happened.push_back(Happened::LeadershipChanged(replica));
    }

    /// The replicas of a topic that are here take its configs (`DynamicConfigPublisher`).
    pub fn configure(&mut self, topic: TopicId, cache: &MetadataCache, ctx: &mut Context<'_>) {
        let Some(config) = cache.image().topic(topic) else { return };
        for tp in self.catalog.partitions(topic) {
            if let Some(replica) = self.find(tp) {
                let partition = self.partition_mut(replica);
                partition.config = config.clone();
                partition.log.set_config(config.clone());
                if !config.cleanup_policy.compact {
                    self.abort_cleaning(replica, ctx);
                }
            }
        }
        self.plan_cleanup(ctx);
        self.plan_cleaning(ctx);
    }
}

fn new_log(tp: Tp, config: &Rc<TopicConfig>, broker: &BrokerConfig) -> Log {
    Log::new(directory(tp), config.clone()).with_producer_id_expiration(broker.producer_id_expiration)
}
