//! What a producer is constructed with.

use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{TopicId, TransactionalId};

/// The configs of a producer, checked, and where it sends.
#[derive(Clone, PartialEq, Debug)]
pub struct ProducerSpec {
    /// Where to.
    pub topic: TopicId,
    /// Its configs.
    pub config: ProducerConfig,
    /// `transactional.id`.
    pub transactional_id: Option<TransactionalId>,
}
