//! What a producer is constructed with.

use crate::protocol::client_preset::ClientPreset;
use crate::protocol::compression::DEFAULT_RATIO;
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{TopicId, TransactionalId};

/// The configs of a producer, checked, and where it sends.
#[derive(Clone, PartialEq, Debug)]
pub struct ProducerSpec {
    /// Where to.
    pub topic: TopicId,
    /// Its configs.
    pub config: ProducerConfig,
    /// To which part of their size its records compress, if `compression.type` says that they do.
    pub compression_ratio: f32,
    /// `transactional.id`.
    pub transactional_id: Option<TransactionalId>,
    /// Which client it is, if not the Java client of the run's version.
    pub client: Option<ClientPreset>,
    /// It waits for an answer though it sends acks=0, which nobody answers.
    pub waits_in_vain: bool,
}

impl ProducerSpec {
    /// The Java client of the run's version, without transactions.
    pub fn plain(topic: TopicId, config: ProducerConfig) -> ProducerSpec {
        ProducerSpec {
            topic,
            config,
            compression_ratio: DEFAULT_RATIO,
            transactional_id: None,
            client: None,
            waits_in_vain: false,
        }
    }
}
