//! One replica's log, as the facts tell of it.

use super::super::runs::index_from_end;
use crate::history::fact::Entry;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A batch as a replica holds it.
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
    };
    /// Offset after the last record.
    pub fn next(&self) -> Offset {
        self.base.plus(self.count)
    }
    /// Whether it holds that record of its maker.
    pub fn holds(&self, node: NodeId, ordinal: u32) -> bool {
        self.node == node && (self.ordinal..self.ordinal + self.count).contains(&ordinal)
    }
    /// Its chain hash in a log whose chain hash before it is `before`.
    pub fn chained_to(&self, before: u64) -> u64 {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.base.0.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[16..18].copy_from_slice(&self.node.0.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.ordinal.to_le_bytes());
        xxhash_rust::xxh3::xxh3_64_with_seed(&bytes, before)
    }
}

/// What a broker does with a replica at present.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GhostRole {
    /// Nothing: its process is down, or has not applied the partition's metadata yet.
    None,
    /// It acts as leader.
    Leader,
    /// It follows, if there is somebody to follow.
    Follower(Option<BrokerId>),
}

/// One replica: its log and its part.
#[derive(Clone, Debug)]
pub struct GhostLog {
    batches: Vec<GhostBatch>,
    start: Offset,
    end: Offset,
    /// Its broker lost power then, and the log has not been opened since.
    pub lost_power: Option<Entry>,
    /// Lost records in a power loss, and has neither been back in the ISR nor led since.
    pub lossy: bool,
    /// The last high watermark seen on it.
    pub high_watermark: Offset,
    /// Cut back, and not told a high watermark since.
    pub cut_since_told: bool,
    /// What it does.
    pub role: GhostRole,
    /// The leader epoch that it applied last, in whatever life.
    pub epoch: LeaderEpoch,
    /// When something was appended last.
    pub touched: Nanos,
}

impl Default for GhostLog {
    fn default() -> Self {
        GhostLog {
            batches: Vec::new(),
            start: Offset(0),
            end: Offset(0),
            lost_power: None,
            lossy: false,
            high_watermark: Offset(0),
            cut_since_told: false,
            role: GhostRole::None,
            epoch: LeaderEpoch::UNDEFINED,
            touched: Nanos::ZERO,
        }
    }
}

impl GhostLog {
    /// Log end offset.
    pub fn end(&self) -> Offset {
        self.end
    }
    /// All batches, ascending.
    pub fn batches(&self) -> &[GhostBatch] {
        &self.batches
    }
    /// The last batch.
    pub fn last(&self) -> Option<&GhostBatch> {
        self.batches.last()
    }
    /// The batch that holds `offset`.
    pub fn at(&self, offset: Offset) -> Option<&GhostBatch> {
        batch_at(&self.batches, offset)
    }
    /// The chain hash of everything below `offset`, if a batch ends there; 0 at the log start.
    pub fn chain_before(&self, offset: Offset) -> Option<u64> {
        if offset == self.start {
            return Some(0);
        }
        let index = index_from_end(&self.batches, |b| b.base < offset).checked_sub(1)?;
        self.batches.get(index).filter(|b| b.next() == offset).map(|b| b.chain)
    }
    pub(super) fn push(&mut self, batch: GhostBatch, at: Nanos) {
        self.end = batch.next();
        self.touched = at;
        self.batches.push(batch);
    }
    /// Also drops a batch that reaches beyond `to`, as a segment file cut at a batch does.
    pub(super) fn truncate(&mut self, to: Offset) {
        let keep = self.batches.partition_point(|b| b.next() <= to);
        self.batches.truncate(keep);
        self.end = self.end.min(to);
        self.high_watermark = self.high_watermark.min(to);
    }
    pub(super) fn restart_at(&mut self, offset: Offset) {
        self.batches.clear();
        (self.start, self.end, self.high_watermark) = (offset, offset, offset);
    }
}

/// The batch of a log that holds `offset`.
pub fn batch_at(batches: &[GhostBatch], offset: Offset) -> Option<&GhostBatch> {
    let index = index_from_end(batches, |b| b.base <= offset).checked_sub(1)?;
    batches.get(index).filter(|b| offset < b.next())
}

/// How many batches two logs share from the start.
pub fn common_batches(a: &[GhostBatch], b: &[GhostBatch]) -> usize {
    let most = a.len().min(b.len());
    // Chain hashes agree up to some batch and differ from there on.
    a[..most].iter().zip(&b[..most]).rposition(|(a, b)| a.chain == b.chain).map_or(0, |last| last + 1)
}

/// The offset up to which two logs are equal.
pub fn common_prefix(a: &[GhostBatch], b: &[GhostBatch]) -> Offset {
    common_batches(a, b).checked_sub(1).map_or(Offset(0), |last| a[last].next())
}
