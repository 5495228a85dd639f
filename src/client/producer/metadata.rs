//! What a producer knows of the cluster (`clients/.../producer/internals/ProducerMetadata.java`).

use std::ops::{Deref, DerefMut};

use super::record::RecordPlace;
use super::spec::ProducerSpec;
use crate::client::metadata::Metadata;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{TopicId, Tp};
use crate::protocol::messages::MetadataResponse;
use crate::sim::time::Nanos;

/// A client's metadata, and the topic that the producer sends to. As in Kafka it is metadata like any other client's.
#[derive(Clone, Debug)]
pub(super) struct ProducerMetadata {
    metadata: Metadata,
    topic: TopicId,
    /// Partition 0 of the topic.
    first: Tp,
    /// `metadata.max.idle.ms`.
    max_idle: Nanos,
    /// When something was last sent to the topic, or was to be.
    used: Nanos,
}

impl ProducerMetadata {
    /// Knows only the bootstrap brokers.
    pub fn new(spec: &ProducerSpec, catalog: &Catalog) -> ProducerMetadata {
        let config = &spec.config;
        ProducerMetadata {
            metadata: Metadata::new(
                catalog.brokers().collect(),
                vec![spec.topic],
                config.metadata_max_age,
                config.retry_backoff,
                config.retry_backoff_max,
            )
            .recovering((config.metadata_recovery_strategy, config.metadata_rebootstrap_trigger), spec.client)
            .of_client(spec.client),
            topic: spec.topic,
            first: catalog.topics[spec.topic.index()].first,
            max_idle: config.metadata_max_idle,
            used: Nanos::ZERO,
        }
    }
    /// Something is to be sent to the topic (`add`).
    #[inline]
    pub fn use_topic(&mut self, now: Nanos) {
        self.used = now;
    }
    /// The topic is not in the metadata as somebody wants to know it (`requestUpdateForTopic`).
    pub fn request_topic(&mut self) {
        let topic = self.topic;
        self.metadata.watch(&[topic]);
        self.metadata.request_update();
    }
    /// Takes an answer. A topic that nobody has used for `metadata.max.idle.ms` is left out (`retainTopic`).
    pub fn update(&mut self, response: &MetadataResponse, now: Nanos) {
        self.metadata.update(response, now);
        if self.knows_topic() && self.used.saturating_add(self.max_idle) <= now {
            self.metadata.forget(self.topic, self.first);
        }
    }
    /// The topic.
    pub fn topic(&self) -> TopicId {
        self.topic
    }
    /// A partition of the topic, by its number there.
    #[inline]
    pub fn tp(&self, number: u32) -> Tp {
        Tp(self.first.0 + number)
    }
    /// A partition's number in the topic.
    pub fn number_of(&self, tp: Tp) -> u32 {
        tp.0 - self.first.0
    }
    /// Whether it has the topic.
    #[inline]
    pub fn knows_topic(&self) -> bool {
        self.metadata.knows(self.topic)
    }
    /// Whether it has the topic, and the partition that the record names (`waitOnMetadata`).
    pub fn knows_partition(&self, named: RecordPlace) -> bool {
        match named.partition {
            Some(partition) => partition < self.topic_partitions(),
            None => self.knows_topic(),
        }
    }
    /// How many partitions the topic has, as far as heard of.
    pub fn topic_partitions(&self) -> u32 {
        self.metadata.partition_count(self.topic)
    }
}

impl Deref for ProducerMetadata {
    type Target = Metadata;
    fn deref(&self) -> &Metadata {
        &self.metadata
    }
}
impl DerefMut for ProducerMetadata {
    fn deref_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }
}
