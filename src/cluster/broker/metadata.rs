//! Metadata and FindCoordinator, from this broker's own image
//! (`core/.../server/metadata/KRaftMetadataCache.scala`, `KafkaApis.handleFindCoordinatorRequest`).

use std::rc::Rc;

use super::Broker;
use crate::cluster::coordinator::GroupCoordinator;
use crate::node::Context;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FindCoordinatorResponse, MetadataRequest, MetadataResponse, PartitionMetadata, TopicMetadata};

impl Broker {
    /// Answers Metadata. Unknown topics are created, if both sides want it: the client asks again.
    pub(super) fn metadata(&mut self, request: &MetadataRequest, ctx: &mut Context<'_>) -> Rc<MetadataResponse> {
        let brokers = self.image.brokers().filter(|(_, registration)| !registration.fenced).map(|(id, _)| id).collect();
        let topics = request.topics.iter().map(|topic| self.topic_metadata(*topic)).collect();
        if request.allow_auto_topic_creation && self.config.auto_create_topics_enable {
            for topic in &request.topics {
                if self.image.topic(*topic).is_none() {
                    self.auto_create(*topic, ctx);
                }
            }
        }
        Rc::new(MetadataResponse { brokers, topics })
    }

    fn topic_metadata(&self, topic: TopicId) -> TopicMetadata {
        if self.image.topic(topic).is_none() {
            return TopicMetadata { topic, error: ErrorCode::UnknownTopicOrPartition, partitions: Vec::new() };
        }
        let partitions = self.catalog.partitions(topic).filter_map(|tp| self.partition_metadata(tp)).collect();
        TopicMetadata { topic, error: ErrorCode::None, partitions }
    }

    fn partition_metadata(&self, tp: Tp) -> Option<PartitionMetadata> {
        let registration = self.image.partition(tp)?;
        let leader = registration.leader.filter(|leader| self.image.is_alive(*leader));
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

    /// The leader that this broker knows, for errors: as its replica has applied it, or else as the
    /// image has it (KIP-951).
    pub(super) fn leader_hint(&self, tp: Tp) -> Option<LeaderAndEpoch> {
        match self.partitions.get(tp.index()) {
            Some(Some(partition)) => partition.leader_hint(),
            _ => {
                let registration = self.image.partition(tp)?;
                registration.leader.map(|leader| LeaderAndEpoch { leader, epoch: registration.leader_epoch })
            }
        }
    }

    /// Answers FindCoordinator: the coordinator of a group is the leader of its partition of
    /// `__consumer_offsets`, which is created when somebody asks for the first time.
    pub(super) fn find_coordinator(&mut self, group: GroupId, ctx: &mut Context<'_>) -> FindCoordinatorResponse {
        if let Some(topic) = self.catalog.topic(CONSUMER_OFFSETS)
            && self.image.topic(topic).is_none()
        {
            self.auto_create(topic, ctx);
        }
        let coordinator = GroupCoordinator::partition_for(&self.catalog, group)
            .and_then(|tp| self.image.partition(tp)?.leader)
            .filter(|leader| self.image.is_alive(*leader));
        let error = if coordinator.is_some() { ErrorCode::None } else { ErrorCode::CoordinatorNotAvailable };
        FindCoordinatorResponse { error, coordinator }
    }
}
