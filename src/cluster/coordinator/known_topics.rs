//! What coordinators know of topics (`CoordinatorMetadataImage`).

use crate::cluster::metadata::MetadataImage;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{TopicId, Tp};

/// See the module. None is ever removed, and none ever shrinks.
#[derive(Clone, Debug, Default)]
pub struct KnownTopics {
    /// Partitions of all topics.
    created: u32,
    /// Partitions of each.
    partitions: Vec<u32>,
    /// The image's version: the offset of its last record.
    version: i64,
    /// The version of the last image with topics that were new.
    new_topics: i64,
}

impl KnownTopics {
    /// There is a new image of the cluster. Only partitions that are new in it matter: who leads what is nothing to a coordinator.
    pub fn follow(&mut self, image: &MetadataImage, catalog: &Catalog) {
        self.version = image.offset();
        if image.created_partitions() == self.created {
            return;
        }
        let known = self.count();
        self.created = image.created_partitions();
        let exists = |tp: &Tp| image.partition(*tp).is_some();
        let topics = (0..catalog.topics.len() as u16).map(TopicId);
        self.partitions = topics.map(|topic| catalog.partitions(topic).filter(exists).count() as u32).collect();
        if self.count() > known {
            self.new_topics = self.version;
        }
    }
    fn count(&self) -> usize {
        self.partitions.iter().filter(|partitions| **partitions > 0).count()
    }
    /// The version of the image.
    pub fn version(&self) -> i64 {
        self.version
    }
    /// The version of the last image with topics that were new (`lastMetadataImageWithNewTopics`).
    pub fn new_topics(&self) -> i64 {
        self.new_topics
    }
    /// Rises with every partition that is created.
    pub fn created(&self) -> u32 {
        self.created
    }
    /// How many partitions a topic has; 0: there is no such topic.
    pub fn partitions(&self, topic: TopicId) -> u32 {
        self.partitions.get(topic.index()).copied().unwrap_or(0)
    }
}
