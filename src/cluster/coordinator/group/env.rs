//! What the shards of one broker's group coordinator share, and may use.

use std::rc::Rc;

use super::timers::{GroupCoordinatorTimer, Sessions};
use crate::cluster::coordinator::runtime;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{MemberId, NodeId, TopicId, Tp};
use crate::protocol::member_ids::MemberIds;
use crate::protocol::rules::Rules;

/// See the module.
#[derive(Clone, Debug)]
pub struct Shared {
    pub config: Rc<BrokerConfig>,
    pub catalog: Rc<Catalog>,
    pub rules: Rules,
    pub topics: KnownTopics,
    pub sessions: Sessions,
    pub ids: MemberIds,
}

/// What the coordinator knows of topics (`CoordinatorMetadataImage`). None is ever removed, and none ever shrinks.
#[derive(Clone, Debug, Default)]
pub struct KnownTopics {
    /// Partitions of all topics.
    created: u32,
    /// Partitions of each.
    partitions: Vec<u32>,
}

impl KnownTopics {
    /// There is a new image of the cluster. Only partitions that are new in it matter: who leads what is nothing to a group.
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

/// What a shard and its groups may use while they handle one input.
pub type Env<'a, 'c> = runtime::Env<'a, 'c, Shared>;

impl Env<'_, '_> {
    pub fn draw_member_id(&mut self, client: NodeId) -> MemberId {
        let now = self.now();
        self.shared.ids.draw(client, now)
    }
    /// Gives a session's slot back; its timer will not go off.
    pub fn end_session(&mut self, slot: u32) {
        self.cancel_timer(GroupCoordinatorTimer::Session(slot));
        self.shared.sessions.release(slot);
    }
}
