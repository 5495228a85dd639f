//! What a consumer is constructed with.

use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{GroupId, TopicId};

/// The configs of a consumer, checked, and what it subscribes to.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerSpec {
    /// Its group.
    pub group: GroupId,
    /// What it subscribes to, ascending.
    pub topics: Vec<TopicId>,
    /// Its configs.
    pub config: ConsumerConfig,
}
