//! The log of one replica: its offsets, and the parts it is made of.

use std::rc::Rc;

use super::epoch_cache::LeaderEpochCache;
use super::producer_state::{self, ProducerStateManager};
use super::segments::{Segment, Segments};
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{LeaderEpoch, Offset};
use crate::protocol::shared_batch::BatchBlock;
use crate::sim::disk::DirectoryId;
use crate::sim::time::Nanos;

/// The log of one replica. See the module's documentation.
///
/// ```
/// use std::rc::Rc;
/// use kafkasim::cluster::log::{AppendOrigin, AppendOutcome, Log};
/// use kafkasim::protocol::batch::{BatchData, Origin, RecordBatch};
/// use kafkasim::protocol::config::TopicConfig;
/// use kafkasim::protocol::ids::*;
/// use kafkasim::sim::disk::DirectoryId;
/// use kafkasim::sim::time::Nanos;
///
/// let now = Nanos::from_secs(1);
/// let batch = RecordBatch {
///     base_offset: Offset(0), count: 10, last_offset_delta: 9, size: 1_151, leader_epoch: LeaderEpoch::UNDEFINED,
///     producer_id: ProducerId(7), producer_epoch: ProducerEpoch(0), base_sequence: Sequence(0),
///     base_timestamp: now, max_timestamp: now, is_transactional: false, delete_horizon: None,
///     origin: Origin { node: NodeId(3), ordinal: 0 }, data: BatchData::Plain,
/// };
/// let mut log = Log::new(DirectoryId(0), Rc::new(TopicConfig::default()));
/// log.append_as_leader(batch.clone(), LeaderEpoch(0), AppendOrigin::Client, now)?;
/// assert_eq!(log.log_end(), Offset(10));
/// // The acknowledgement got lost; the producer sends the batch again.
/// let again = log.append_as_leader(batch, LeaderEpoch(0), AppendOrigin::Client, now)?;
/// assert_eq!(again, AppendOutcome::Duplicate { base_offset: Offset(0), last_offset: Offset(9) });
/// assert_eq!(log.log_end(), Offset(10));
/// # Ok::<(), kafkasim::protocol::errors::ErrorCode>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    pub(super) directory: DirectoryId,
    pub(super) config: Rc<TopicConfig>,
    pub(super) segments: Segments,
    pub(super) log_start: Offset,
    pub(super) log_end: Offset,
    pub(super) high_watermark: Offset,
    pub(super) recovery_point: Offset,
    pub(super) epochs: LeaderEpochCache,
    pub(super) producers: ProducerStateManager,
    /// A segment was rolled and nobody was told yet.
    pub(super) roll_unreported: bool,
    /// Where the next batch lies that comes from a client.
    pub(super) fresh: BatchBlock,
}

impl Log {
    /// An empty log at offset 0, whose files go to a directory of their own.
    pub fn new(directory: DirectoryId, config: Rc<TopicConfig>) -> Log {
        Log {
            directory,
            config,
            segments: Segments::new(Offset(0)),
            log_start: Offset(0),
            log_end: Offset(0),
            high_watermark: Offset(0),
            recovery_point: Offset(0),
            epochs: LeaderEpochCache::default(),
            producers: ProducerStateManager::new(producer_state::DEFAULT_PRODUCER_ID_EXPIRATION),
            roll_unreported: false,
            fresh: BatchBlock::default(),
        }
    }
    /// The same log with another `producer.id.expiration.ms`; to be called before any append.
    pub fn with_producer_id_expiration(mut self, expiration: Nanos) -> Log {
        self.producers.expire_after(expiration);
        self
    }

    /// Where its files are.
    pub fn directory(&self) -> DirectoryId {
        self.directory
    }
    /// The topic's configs.
    pub fn config(&self) -> &TopicConfig {
        &self.config
    }
    /// The topic has other configs from now on (`UnifiedLog.updateConfig`).
    pub fn set_config(&mut self, config: Rc<TopicConfig>) {
        self.config = config;
    }
    /// The first offset that may be read.
    pub fn log_start(&self) -> Offset {
        self.log_start
    }
    /// The offset that the next record gets (LEO).
    pub fn log_end(&self) -> Offset {
        self.log_end
    }
    /// Everything below is committed, as far as this replica knows.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }
    /// Everything below is committed and of a decided transaction, or of none: the first record of the
    /// oldest undecided transaction, but at most the high watermark (`UnifiedLog.lastStableOffset`).
    pub fn last_stable_offset(&self) -> Offset {
        let unstable = self.producers.first_unstable_offset().map(|offset| offset.max(self.log_start));
        unstable.map_or(self.high_watermark, |offset| offset.min(self.high_watermark))
    }
    /// Length of all its files together, in bytes.
    pub fn size(&self) -> u64 {
        self.segments.bytes()
    }
    /// Everything below has been flushed.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }
    /// Records that are not flushed, for `flush.messages`.
    pub fn unflushed_records(&self) -> u64 {
        (self.log_end.0 - self.recovery_point.max(self.log_start).0).max(0) as u64
    }
    /// The epoch of the last leader that this log knows of; undefined if none.
    pub fn latest_epoch(&self) -> LeaderEpoch {
        self.epochs.latest_epoch()
    }
    /// Where each leader's records begin.
    pub fn epochs(&self) -> &LeaderEpochCache {
        &self.epochs
    }
    /// Where `epoch` ends in this log ([`LeaderEpochCache::end_offset_for`]).
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> (LeaderEpoch, Offset) {
        self.epochs.end_offset_for(epoch, self.log_end)
    }
    /// What is known of producers.
    pub fn producers(&self) -> &ProducerStateManager {
        &self.producers
    }
    /// The segments, oldest first; the last one is active.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> + Clone {
        self.segments.iter()
    }
    /// The active segment. Everything below its base offset is to be flushed after a roll.
    pub fn active_segment(&self) -> &Segment {
        self.segments.active()
    }

    /// A new leader's epoch begins at `start`, its log end, even if it never appends
    /// (`Partition.makeLeader`).
    ///
    /// # Panics
    /// On a negative epoch or offset: elections and logs count from 0.
    pub fn assign_epoch(&mut self, epoch: LeaderEpoch, start: Offset) {
        self.epochs.assign(epoch, start).expect("elections and logs count from 0");
    }
    /// Moves the high watermark, up or down, but within the log. Whether it moved.
    ///
    /// For followers, whose high watermark is what the leader said last (`UnifiedLog.updateHighWatermark`).
    pub fn set_high_watermark(&mut self, high_watermark: Offset) -> bool {
        let clamped = high_watermark.clamp(self.log_start, self.log_end);
        // Also where it stands still: after a truncation, markers below it are met again.
        self.producers.on_high_watermark_updated(clamped);
        let moves = clamped != self.high_watermark;
        self.high_watermark = clamped;
        moves
    }
    /// Moves the high watermark up, but within the log. Whether it moved. For leaders
    /// (`UnifiedLog.maybeIncrementHighWatermark`).
    pub fn maybe_raise_high_watermark(&mut self, high_watermark: Offset) -> bool {
        high_watermark > self.high_watermark && self.set_high_watermark(high_watermark)
    }
    /// Moves the log start up, at most to the high watermark; records below can no longer be read.
    /// Whether it moved. Their bytes stay until retention deletes whole segments
    /// (`UnifiedLog.maybeIncrementLogStartOffset`).
    pub fn set_log_start(&mut self, offset: Offset) -> bool {
        let offset = offset.min(self.high_watermark);
        if offset <= self.log_start {
            return false;
        }
        self.log_start = offset;
        self.recovery_point = self.recovery_point.max(offset);
        self.epochs.truncate_from_start(offset);
        self.producers.on_log_start_offset_incremented(offset);
        true
    }
    /// A flush has ended: everything below `offset` is durable. The recovery point never goes down.
    pub fn flushed_to(&mut self, offset: Offset) {
        self.recovery_point = self.recovery_point.max(offset.min(self.log_end));
    }
    /// # Panics
    /// If offsets, segments, epochs or producers contradict each other.
    pub fn check_invariants(&self) {
        assert!(self.log_start <= self.last_stable_offset(), "the last stable offset lies behind the log start");
        assert!(self.last_stable_offset() <= self.high_watermark, "what is stable is committed");
        assert!(self.high_watermark <= self.log_end, "the high watermark lies within the log");
        assert!(self.recovery_point <= self.log_end, "what is flushed is in the log");
        assert!(self.segments.next_offset() <= self.log_end, "no record lies behind the log end");
        self.segments.check_invariants();
        self.segments.check_aborted(self.log_end);
        self.epochs.check_invariants(self.log_end);
        self.producers.check_invariants(self.log_end);
    }
    /// Forgets producers not heard from for `producer.id.expiration.ms`.
    pub fn remove_expired_producers(&mut self, now: Nanos) {
        self.producers.remove_expired_producers(now);
    }
}
