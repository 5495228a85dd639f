//! Stories of one share consumer and a scripted cluster.

pub mod brokers;
mod properties;
mod stories;

use crate::protocol::batch::{BatchData, ControlRecord, RecordBatch};
use crate::protocol::ids::LeaderEpoch;

/// The end of a transaction, as one record.
pub fn marker(base: i64) -> RecordBatch {
    let end = ControlRecord::EndTxn { commit: true, coordinator_epoch: LeaderEpoch(0) };
    RecordBatch::example(base, 1, BatchData::Control(end))
}
