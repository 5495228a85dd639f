//! `kafka-transactions describe-producers` (`tools/.../TransactionsCommand.java`).

use serde::Serialize;

use super::java::{DEFAULT_CAPACITY, map_order};
use super::log::{Missing, replica};
use crate::cluster::log::producer_state::ProducerStateEntry;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Tp};
use crate::world::World;

/// What a replica knows of a producer (`org.apache.kafka.clients.admin.ProducerState`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ProducerState {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its latest epoch.
    pub producer_epoch: ProducerEpoch,
    /// The coordinator epoch of its latest marker, -1 before the first.
    pub coordinator_epoch: LeaderEpoch,
    /// Sequence of its last record, -1 if none of this epoch is known.
    pub last_sequence: Sequence,
    /// Largest timestamp of its last batch, or the time of a later marker.
    pub last_timestamp_ms: u64,
    /// Where its open transaction begins.
    pub current_transaction_start_offset: Option<Offset>,
}

/// The producers that a replica remembers, in the order in which `describe-producers` tells of them.
///
/// `id`: whose replica; none: the leader's.
///
/// # Errors
/// There is no such replica to be asked.
pub fn describe(world: &World, tp: Tp, id: Option<BrokerId>) -> Result<Vec<ProducerState>, Missing> {
    let (_, log) = replica(world, tp, id)?;
    let states = log.producers().producers().iter().map(state).collect();
    Ok(map_order(states, DEFAULT_CAPACITY, |state: &ProducerState| long_hash(state.producer_id.0)))
}

fn state(entry: &ProducerStateEntry) -> ProducerState {
    ProducerState {
        producer_id: entry.producer_id,
        producer_epoch: entry.producer_epoch,
        coordinator_epoch: entry.coordinator_epoch,
        last_sequence: entry.last_sequence(),
        last_timestamp_ms: entry.last_timestamp.as_millis(),
        current_transaction_start_offset: entry.current_txn_first_offset,
    }
}

/// `Long.hashCode()`.
fn long_hash(value: i64) -> i32 {
    (value ^ (value >> 32)) as i32
}
