//! What a broker knows of the cluster, from the metadata log
//! (`core/.../server/metadata/KRaftMetadataCache.scala`).

use super::persister::ShareCoordinatorFinder;
use crate::cluster::metadata::{MetadataImage, PartitionRegistration, Touched};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{MetadataRecord, MetadataRequest, MetadataResponse, PartitionMetadata, TopicMetadata};

/// The image, and the epoch of the broker's own registration.
#[derive(Clone, Debug)]
pub struct MetadataCache {
    image: MetadataImage,
    broker_epoch: BrokerEpoch,
}

/// What a stretch of the metadata log has changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct MetadataDelta {
    /// Ascending.
    pub partitions: Vec<Tp>,
    /// In the order of the log.
    pub topics: Vec<TopicId>,
}

impl MetadataCache {
    /// Nothing is known, and the broker is not registered.
    pub(super) fn new() -> MetadataCache {
        MetadataCache { image: MetadataImage::default(), broker_epoch: BrokerEpoch::UNKNOWN }
    }
    /// The image.
    #[inline]
    pub fn image(&self) -> &MetadataImage {
        &self.image
    }
    /// The epoch of this incarnation, or unknown.
    pub(super) fn broker_epoch(&self) -> BrokerEpoch {
        self.broker_epoch
    }
    /// The controller has registered this incarnation.
    pub(super) fn registered(&mut self, epoch: BrokerEpoch) {
        self.broker_epoch = epoch;
    }
    /// Applies the records from an offset on.
    pub(super) fn apply(&mut self, base_offset: i64, records: &[MetadataRecord]) -> MetadataDelta {
        let mut delta = MetadataDelta::default();
        for (record, offset) in records.iter().zip(base_offset..) {
            match self.image.apply(offset, record) {
                Touched::Partition(tp) => delta.partitions.push(tp),
                Touched::Topic(topic) => delta.topics.push(topic),
                Touched::Broker(_) | Touched::Nothing => {}
            }
        }
        delta.partitions.sort();
        delta.partitions.dedup();
        delta
    }

    /// A partition's state, if it exists.
    #[inline]
    pub(super) fn partition(&self, tp: Tp) -> Option<&PartitionRegistration> {
        self.image.partition(tp)
    }
    /// Why a partition without a replica here cannot be served.
    pub(super) fn not_here(&self, tp: Tp) -> ErrorCode {
        match self.image.partition(tp) {
            Some(_) => ErrorCode::NotLeaderOrFollower,
            None => ErrorCode::UnknownTopicOrPartition,
        }
    }
    /// The leader of a partition as the image has it.
    pub(super) fn leader_of(&self, tp: Tp) -> Option<LeaderAndEpoch> {
        let registration = self.image.partition(tp)?;
        registration.leader.map(|leader| LeaderAndEpoch { leader, epoch: registration.leader_epoch })
    }
    /// The same, if that leader is alive.
    pub(super) fn alive_leader_of(&self, tp: Tp) -> Option<BrokerId> {
        self.image.partition(tp)?.leader.filter(|leader| self.image.is_alive(*leader))
    }

    /// The brokers that are alive, ascending.
    pub(super) fn alive_brokers(&self) -> Vec<BrokerId> {
        self.image.brokers().filter(|(_, registration)| !registration.fenced).map(|(id, _)| id).collect()
    }
    /// The rack of a broker that is alive (`getPartitionReplicaEndpoints`).
    pub(super) fn rack_of(&self, broker: BrokerId) -> Option<RackId> {
        self.image.broker(broker).filter(|registration| !registration.fenced)?.rack
    }

    /// Answers Metadata.
    pub(super) fn describe(&self, request: &MetadataRequest, catalog: &Catalog) -> MetadataResponse {
        let brokers = self.alive_brokers();
        let there = |topic: &TopicId| self.image.topic(*topic).is_some();
        let all = (0..catalog.topics.len()).map(|topic| TopicId(topic as u16)).filter(there);
        let topics = match request.all_topics {
            true => all.map(|topic| self.describe_topic(topic, catalog)).collect(),
            false => request.topics.iter().map(|topic| self.describe_topic(*topic, catalog)).collect(),
        };
        let alive = self.image.brokers().filter(|(_, registration)| !registration.fenced);
        let racks = alive.filter_map(|(id, registration)| Some((id, registration.rack?))).collect();
        MetadataResponse { brokers, racks, topics }
    }
    fn describe_topic(&self, topic: TopicId, catalog: &Catalog) -> TopicMetadata {
        if self.image.topic(topic).is_none() {
            return TopicMetadata { topic, error: ErrorCode::UnknownTopicOrPartition, partitions: Vec::new() };
        }
        let partitions = catalog.partitions(topic).filter_map(|tp| self.describe_partition(tp)).collect();
        TopicMetadata { topic, error: ErrorCode::None, partitions }
    }
    fn describe_partition(&self, tp: Tp) -> Option<PartitionMetadata> {
        let registration = self.image.partition(tp)?;
        let leader = self.alive_leader_of(tp);
        let error = if leader.is_some() { ErrorCode::None } else { ErrorCode::LeaderNotAvailable };
        Some(PartitionMetadata {
            tp,
            error,
            leader,
            leader_epoch: registration.leader_epoch,
            replicas: registration.replicas,
            isr: registration.isr,
        })
    }
}

impl ShareCoordinatorFinder for MetadataCache {
    fn leader(&self, tp: Tp) -> Option<BrokerId> {
        self.alive_leader_of(tp)
    }
    fn brokers(&self) -> Vec<BrokerId> {
        self.alive_brokers()
    }
}
