//! The follower that a consumer reads from instead of the leader (KIP-392;
//! `SubscriptionState.TopicPartitionState.preferredReadReplica`).

use crate::history::fact::ReadReplicaCause;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Tp};
use crate::sim::time::Nanos;

/// A follower that the leader has named, and until when the consumer takes its word for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadLease {
    /// The follower.
    pub broker: BrokerId,
    /// `metadata.max.age.ms` after it was named.
    pub until: Nanos,
}

impl ReadLease {
    /// Whether it is over. Kafka's clock goes by milliseconds, and the last one still counts.
    pub fn is_over(&self, now: Nanos) -> bool {
        now.as_millis() > self.until.as_millis()
    }
}

/// A consumer begins to read from a follower, or reads from the leader again: still to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadReplicaChange {
    /// Of which partition.
    pub tp: Tp,
    /// The follower.
    pub broker: BrokerId,
    /// Why.
    pub cause: ReadReplicaCause,
    /// The error, if one was the cause.
    pub error: ErrorCode,
}
