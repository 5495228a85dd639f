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
}

impl KnownTopics {
    /// There is a new image of the cluster. Only partitions that are new in it matter: who leads what is nothing to a coordinator.
    pub fn follow(&mut self, image: &MetadataImage, catalog: &Catalog) {
        if image.created_partitions() == self.created {
            return;
        }
        self.created = image.created_partitions();
        let exists = |tp: &Tp| image.partition(*tp).is_some();
        let topics = (0..catalog.topics.len() as u16).map(TopicId);
        self.partitions = topics.map(|topic| catalog.partitions(topic).filter(exists).count() as u32).collect();
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
