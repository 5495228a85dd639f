//! One replica's log, as the facts tell of it.

use std::ops::Deref;

use super::batch::GhostBatch;
use super::compaction::OffsetSet;
use super::store::{BatchId, LogBatches, Store};
use crate::history::fact::Entry;
use crate::protocol::ids::*;
use crate::sim::shared_list::SharedList;
use crate::sim::time::Nanos;

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
    /// All that it ever had and did not cut, also what it has deleted since.
    batches: SharedList<BatchId>,
    /// Where these begin.
    origin: Offset,
    start: Offset,
    end: Offset,
    /// Records that it lacks since it was compacted, or its leader's log was. Its batches are noted as they were appended.
    pub removed: OffsetSet,
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
    /// It took up its part in a life of its broker that was not registered, and has heard of nothing newer.
    pub unregistered: bool,
    /// Its broker is no replica any more, and has deleted it.
    pub deleted: bool,
    /// When something was appended last.
    pub touched: Nanos,
}

impl Default for GhostLog {
    fn default() -> Self {
        GhostLog {
            batches: SharedList::default(),
            origin: Offset(0),
            start: Offset(0),
            end: Offset(0),
            removed: OffsetSet::default(),
            lost_power: None,
            lossy: false,
            high_watermark: Offset(0),
            cut_since_told: false,
            role: GhostRole::None,
            epoch: LeaderEpoch::UNDEFINED,
            unregistered: false,
            deleted: false,
            touched: Nanos::ZERO,
        }
    }
}

impl GhostLog {
    /// Its broker is no replica any more.
    pub(super) fn of_nobody() -> GhostLog {
        GhostLog { deleted: true, ..GhostLog::default() }
    }
    /// Log start offset: what lies before was deleted.
    pub fn start(&self) -> Offset {
        self.start
    }
    pub(super) fn starts_at(&mut self, start: Offset) {
        self.start = start;
    }
    /// Log end offset.
    pub fn end(&self) -> Offset {
        self.end
    }
    /// The numbers of its batches, ascending.
    pub(super) fn ids(&self) -> &SharedList<BatchId> {
        &self.batches
    }
    pub(super) fn push(&mut self, id: BatchId, next: Offset, at: Nanos) {
        (self.end, self.touched) = (next, at);
        self.batches.push(id);
    }
    /// Also drops a batch that reaches beyond `to`, as a segment file cut at a batch does.
    pub(super) fn truncate(&mut self, store: &Store, to: Offset) {
        let keep = LogBatches::new(store, &self.batches).partition_point(|b| b.next() <= to);
        self.batches.truncate(keep);
        self.removed.truncate(to);
        self.end = self.end.min(to);
        self.start = self.start.min(to);
        self.high_watermark = self.high_watermark.min(to);
    }
    /// It starts over, empty, where its leader's log begins. What lies before, the leader had once: it counts as deleted.
    pub(super) fn restart_at(&mut self, offset: Offset, before: SharedList<BatchId>) {
        self.origin = if before.is_empty() { offset } else { Offset(0) };
        self.batches = before;
        self.removed = OffsetSet::default();
        (self.start, self.end, self.high_watermark) = (offset, offset, offset);
    }
}

/// A replica with what is in its log.
#[derive(Clone, Copy, Debug)]
pub struct Replica<'a> {
    log: &'a GhostLog,
    batches: LogBatches<'a>,
}

impl<'a> Replica<'a> {
    pub(super) fn new(store: &'a Store, log: &'a GhostLog) -> Replica<'a> {
        Replica { log, batches: LogBatches::new(store, &log.batches) }
    }
    /// All batches, ascending.
    pub fn batches(self) -> LogBatches<'a> {
        self.batches
    }
    /// The last batch.
    pub fn last(self) -> Option<&'a GhostBatch> {
        self.batches.last()
    }
    /// The batch that holds `offset`.
    pub fn at(self, offset: Offset) -> Option<&'a GhostBatch> {
        self.batches.at(offset)
    }
    /// The chain hash of everything below `offset`, if a batch ends there; 0 where its batches begin.
    pub fn chain_before(self, offset: Offset) -> Option<u64> {
        if offset == self.origin {
            return Some(0);
        }
        let index = self.batches.place_from_end(|b| b.base < offset).checked_sub(1)?;
        self.batches.get(index).filter(|b| b.next() == offset).map(|b| b.chain)
    }
}

impl Deref for Replica<'_> {
    type Target = GhostLog;
    fn deref(&self) -> &GhostLog {
        self.log
    }
}
