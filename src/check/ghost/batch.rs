//! A batch, as the facts tell of it.

use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What a control record says of the transaction that it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GhostMarker {
    /// COMMIT or ABORT.
    pub commit: bool,
    /// The leader epoch of the coordinator's partition.
    pub coordinator_epoch: LeaderEpoch,
}

/// A batch as replicas hold it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GhostBatch {
    /// First offset.
    pub base: Offset,
    /// Records.
    pub count: u32,
    /// The epoch stamped on it.
    pub epoch: LeaderEpoch,
    /// Its maker.
    pub node: NodeId,
    /// Its first record among those that `node` sent to the partition.
    pub ordinal: u32,
    /// Producer id, -1 without idempotence.
    pub producer_id: ProducerId,
    /// Producer epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub sequence: Sequence,
    /// Chain hash up to and including this batch.
    pub chain: u64,
    /// When it was appended for the first time: by its leader, if it has one.
    pub at: Nanos,
    /// What it says, if it is a control record: then it has an offset, and no application's record.
    pub marker: Option<GhostMarker>,
}

impl GhostBatch {
    /// No batch at all: a place to fill in.
    pub const NONE: GhostBatch = GhostBatch {
        base: Offset(0),
        count: 0,
        epoch: LeaderEpoch(-1),
        node: NodeId(0),
        ordinal: 0,
        producer_id: ProducerId(-1),
        producer_epoch: ProducerEpoch(-1),
        sequence: Sequence(-1),
        chain: 0,
        at: Nanos::ZERO,
        marker: None,
    };
    /// Whether it holds a control record.
    pub fn is_control(&self) -> bool {
        self.marker.is_some()
    }
    /// Offset after the last record.
    pub fn next(&self) -> Offset {
        self.base.plus(self.count)
    }
    /// Whether it holds that record of its maker.
    pub fn holds(&self, node: NodeId, ordinal: u32) -> bool {
        self.node == node && !self.is_control() && (self.ordinal..self.ordinal + self.count).contains(&ordinal)
    }
    /// Its chain hash in a log whose chain hash before it is `before`.
    pub fn chained_to(&self, before: u64) -> u64 {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.base.0.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[16..18].copy_from_slice(&self.node.0.to_le_bytes());
        bytes[18] = self.marker.map_or(0, |marker| 1 + u8::from(marker.commit));
        bytes[20..24].copy_from_slice(&self.ordinal.to_le_bytes());
        xxhash_rust::xxh3::xxh3_64_with_seed(&bytes, before)
    }
}
