//! A batch that many hold: the logs of all replicas, and the answers that carry it.
//!
//! Nothing in a batch changes once a leader has appended it. The batches of one partition are made by one log, one
//! after the other, and most are read in that order; so they lie in blocks, which live as long as somebody holds one
//! of theirs.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use super::batch::RecordBatch;

/// Batches of a block.
const BLOCK: usize = 8;

type Block = [OnceCell<RecordBatch>; BLOCK];

/// A batch, shared.
#[derive(Clone)]
pub struct SharedBatch {
    block: Rc<Block>,
    place: u32,
}

impl Deref for SharedBatch {
    type Target = RecordBatch;
    #[inline]
    fn deref(&self) -> &RecordBatch {
        self.block[self.place as usize].get().expect("a batch was there before it was shared")
    }
}

impl PartialEq for SharedBatch {
    fn eq(&self, other: &SharedBatch) -> bool {
        **self == **other
    }
}

impl fmt::Debug for SharedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RecordBatch::fmt(self, f)
    }
}

impl From<RecordBatch> for SharedBatch {
    fn from(batch: RecordBatch) -> SharedBatch {
        BatchBlock::default().share(batch)
    }
}

/// Where a log puts the batches that nobody else has yet.
///
/// ```
/// # use kafkasim::protocol::shared_batch::BatchBlock;
/// # use kafkasim::protocol::batch::*;
/// # use kafkasim::protocol::ids::*;
/// # use kafkasim::sim::time::Nanos;
/// # fn batch(base: i64) -> RecordBatch {
/// #     RecordBatch {
/// #         base_offset: Offset(base), count: 1, last_offset_delta: 0, size: 70, leader_epoch: LeaderEpoch(0),
/// #         producer_id: ProducerId::NONE, producer_epoch: ProducerEpoch::NONE, base_sequence: Sequence::NONE,
/// #         base_timestamp: Nanos::ZERO, max_timestamp: Nanos::ZERO, is_transactional: false, delete_horizon: None,
/// #         origin: Origin { node: NodeId(0), ordinal: 0 }, data: BatchData::Plain,
/// #     }
/// # }
/// let mut block = BatchBlock::default();
/// let mut copy = block.clone(); // as a checkpoint of the log has it
/// let first = block.share(batch(0));
/// let other = copy.share(batch(7)); // the copy goes its own way
/// assert_eq!((first.base_offset, other.base_offset), (Offset(0), Offset(7)));
/// ```
#[derive(Clone, Default)]
pub struct BatchBlock {
    /// None: full, or never used.
    open: Option<Rc<Block>>,
    used: u32,
}

impl fmt::Debug for BatchBlock {
    /// Where a batch lies is of no meaning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BatchBlock")
    }
}

impl BatchBlock {
    /// Puts a batch where all may have it.
    #[inline]
    pub fn share(&mut self, batch: RecordBatch) -> SharedBatch {
        let block = self.open.get_or_insert_default();
        let place = self.used;
        match block[place as usize].set(batch) {
            Ok(()) => {
                let block = block.clone();
                self.used += 1;
                if self.used as usize == BLOCK {
                    *self = BatchBlock::default();
                }
                SharedBatch { block, place }
            }
            // A checkpoint shares the block, and was faster.
            Err(batch) => {
                *self = BatchBlock::default();
                self.share(batch)
            }
        }
    }
}
