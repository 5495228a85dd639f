//! A client's metadata: who leads what, as far as this client knows (`clients/.../Metadata.java`).

use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::ids::{BrokerId, Tp, TopicId};
use crate::protocol::messages::MetadataResponse;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct Metadata {}

#[allow(unused_variables)]
impl Metadata {
    /// Knows only the bootstrap brokers.
    pub fn new(bootstrap: Vec<BrokerId>, topics: Vec<TopicId>, max_age: Nanos, backoff: Nanos, backoff_max: Nanos) -> Metadata {
        todo!()
    }
    /// Asks for a refresh at the next chance.
    pub fn request_update(&mut self) {
        todo!()
    }
    /// When the next request is due: now (if asked for and the backoff allows), or later (age).
    pub fn next_update(&self, now: Nanos) -> Nanos {
        todo!()
    }
    /// A request was sent; no other until it is answered or failed.
    pub fn sent(&mut self, now: Nanos) {
        todo!()
    }
    /// The request failed (disconnect, timeout): backoff, then again.
    pub fn failed(&mut self, now: Nanos) {
        todo!()
    }
    /// Takes an answer; a partition's leader is only replaced by one of an epoch not lower.
    pub fn update(&mut self, response: &MetadataResponse, now: Nanos) {
        todo!()
    }
    /// Takes a leader named by an error (KIP-951). Returns whether it was news.
    pub fn update_leader(&mut self, tp: Tp, current: LeaderAndEpoch) -> bool {
        todo!()
    }
    /// The leader of a partition and its epoch, if known and alive.
    pub fn leader(&self, tp: Tp) -> Option<LeaderAndEpoch> {
        todo!()
    }
    /// Whether the topic is known.
    pub fn knows(&self, topic: TopicId) -> bool {
        todo!()
    }
    /// Brokers to ask: those alive in the last answer, or the bootstrap brokers.
    pub fn brokers(&self) -> &[BrokerId] {
        todo!()
    }
    /// Rises with every answer taken.
    pub fn version(&self) -> u32 {
        todo!()
    }
}
