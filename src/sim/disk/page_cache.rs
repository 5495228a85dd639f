//! What is in a page cache that has a size, in the order in which it came there.
//!
//! One list for all files, by pieces that were written or read together. A piece that is read while it is there stays
//! where it is: Linux, too, keeps what is read once in the order in which it came.

use std::collections::VecDeque;
use std::ops::Range;

use super::FileId;

/// The longest piece: what goes at once.
const LONGEST_PIECE: u64 = 1 << 20;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct PageCache {
    size: u64,
    /// Oldest first.
    pieces: VecDeque<(FileId, Range<u64>)>,
    /// Bytes of all pieces.
    bytes: u64,
}

impl PageCache {
    /// An empty one of this size.
    pub fn new(size: u64) -> PageCache {
        PageCache { size, pieces: VecDeque::new(), bytes: 0 }
    }
    /// A part of a file has come.
    pub fn insert(&mut self, file: FileId, part: Range<u64>) {
        self.bytes += part.end - part.start;
        match self.pieces.back_mut() {
            Some((last, piece))
                if *last == file && piece.end == part.start && part.end - piece.start <= LONGEST_PIECE =>
            {
                piece.end = part.end;
            }
            _ => self.pieces.push_back((file, part)),
        }
    }
    /// The oldest piece, if there is not room for all.
    pub fn evict(&mut self) -> Option<(FileId, Range<u64>)> {
        if self.bytes <= self.size {
            return None;
        }
        let (file, part) = self.pieces.pop_front()?;
        self.bytes -= part.end - part.start;
        Some((file, part))
    }
    /// The file ends there now.
    pub fn truncate(&mut self, file: FileId, len: u64) {
        for (_, piece) in self.pieces.iter_mut().filter(|(other, _)| *other == file) {
            *piece = piece.start.min(len)..piece.end.min(len);
        }
        self.pieces.retain(|(_, piece)| !piece.is_empty());
        self.bytes = self.pieces.iter().map(|(_, piece)| piece.end - piece.start).sum();
    }
    /// The file has another name, and what had that is gone.
    pub fn rename(&mut self, file: FileId, name: u64) {
        let new = FileId { name, ..file };
        self.truncate(new, 0);
        self.pieces.iter_mut().filter(|(other, _)| *other == file).for_each(|(other, _)| *other = new);
    }
}
