//! The batches of one segment, in offset order, each with its place in the file
//! (`clients/.../common/record/FileRecords.java`).
//!
//! Batches lie in chunks behind reference counts. A clone of a segment copies the list of chunks; the
//! first append after that copies one chunk, and the older ones stay shared for good. A batch itself
//! is shared by all replicas and by the answers that carry it.

use std::rc::Rc;

use crate::protocol::batch::RecordBatch;
use crate::protocol::ids::Offset;
use crate::protocol::shared_batch::SharedBatch;

/// Batches of a full chunk.
pub(super) const CHUNK: usize = 256;

/// Up to [`CHUNK`] batches, and the position in the file at which each ends.
#[derive(Clone, Debug, Default)]
struct Chunk {
    batches: Vec<SharedBatch>,
    ends: Vec<u64>,
}

/// The batches. A file grows at its end and is cut there, never in the middle, so that all chunks but
/// the last are full, and one number addresses a batch. Of offsets that says nothing: they may have holes.
///
/// Invariant: offsets rise strictly from batch to batch, positions too.
#[derive(Clone, Debug, Default)]
pub(super) struct FileRecords {
    chunks: Vec<Rc<Chunk>>,
}

impl FileRecords {
    /// How many.
    #[inline]
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.batches.len())
    }
    /// Bytes of all batches: the length of the file.
    pub fn bytes(&self) -> u64 {
        self.chunks.last().and_then(|chunk| chunk.ends.last()).copied().unwrap_or(0)
    }
    /// The last batch.
    pub fn last(&self) -> Option<&RecordBatch> {
        self.chunks.last().and_then(|chunk| chunk.batches.last()).map(|batch| &**batch)
    }
    /// Appends a batch; its offsets must lie behind all others.
    pub fn push(&mut self, batch: SharedBatch) {
        debug_assert!(self.last().is_none_or(|last| last.last_offset() < batch.base_offset));
        let end = self.bytes() + u64::from(batch.size);
        if self.chunks.last().is_none_or(|chunk| chunk.batches.len() == CHUNK) {
            // A log that has filled one fills another.
            let capacity = if self.chunks.is_empty() { 0 } else { CHUNK };
            let (batches, ends) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
            self.chunks.push(Rc::new(Chunk { batches, ends }));
        }
        let chunk = Rc::make_mut(self.chunks.last_mut().expect("pushed above"));
        chunk.batches.push(batch);
        chunk.ends.push(end);
    }
    /// Keeps the first `len` batches.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.chunks.truncate(len.div_ceil(CHUNK));
            if let Some(last) = self.chunks.last_mut() {
                let keep = len - (len - 1) / CHUNK * CHUNK;
                if keep < last.batches.len() {
                    let last = Rc::make_mut(last);
                    last.batches.truncate(keep);
                    last.ends.truncate(keep);
                }
            }
        }
    }
    /// The number of the first batch whose last offset is not below `offset`; the number of batches
    /// if there is none. Ends of logs are asked for most, so the last chunk is looked at first.
    pub fn find(&self, offset: Offset) -> usize {
        let Some((last, earlier)) = self.chunks.split_last() else { return 0 };
        let number = if last.batches[0].base_offset <= offset {
            earlier.len()
        } else {
            // The last chunk begins above: the chunk before it, or the start of this one.
            let begun = earlier.partition_point(|chunk| chunk.batches[0].base_offset <= offset);
            begun.saturating_sub(1)
        };
        let batches = &self.chunks[number].batches;
        if let Some(last) = batches.last() {
            if last.last_offset() < offset {
                return number * CHUNK + batches.len();
            }
            if last.base_offset <= offset {
                return number * CHUNK + batches.len() - 1;
            }
        }
        number * CHUNK + batches.partition_point(|batch| batch.last_offset() < offset)
    }
    /// The number of the first batch that ends beyond `position`.
    pub fn find_position(&self, position: u64) -> usize {
        if position >= self.bytes() {
            return self.len();
        }
        let full = self.chunks.partition_point(|chunk| chunk.ends.last().is_some_and(|end| *end <= position));
        full * CHUNK + self.chunks.get(full).map_or(0, |chunk| chunk.ends.partition_point(|end| *end <= position))
    }
    /// Where batch `number` begins in the file; the length of the file for the number of batches.
    pub fn position(&self, number: usize) -> u64 {
        let Some(before) = number.checked_sub(1) else { return 0 };
        self.chunks[before / CHUNK].ends[before % CHUNK]
    }
    /// Batch `number`.
    pub fn get(&self, number: usize) -> Option<&RecordBatch> {
        self.shared(number).map(|batch| &**batch)
    }
    /// The same, to share it.
    pub fn shared(&self, number: usize) -> Option<&SharedBatch> {
        self.chunks.get(number / CHUNK)?.batches.get(number % CHUNK)
    }
}
