//! The ring of buckets: the heads of their lists, and a bitmap of those that are not empty.

use super::slab::NIL;

/// Buckets by number modulo [`Ring::LEN`]. Two levels of bits, so that the next non-empty bucket is
/// found in a few instructions however empty the ring is.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    heads: Box<[u32]>,
    words: [u64; 64],
    /// Bit w: `words[w]` is not zero.
    summary: u64,
}

impl Ring {
    /// Buckets on the ring.
    pub(super) const LEN: u64 = 64 * 64;

    pub(super) fn new() -> Ring {
        Ring { heads: vec![NIL; Self::LEN as usize].into(), words: [0; 64], summary: 0 }
    }

    #[inline]
    fn place(bucket: u64) -> usize {
        (bucket % Self::LEN) as usize
    }

    pub(super) fn head(&self, bucket: u64) -> u32 {
        self.heads[Self::place(bucket)]
    }

    /// Puts a slot at the head of a bucket's list; returns the former head.
    #[inline]
    pub(super) fn replace_head(&mut self, bucket: u64, slot: u32) -> u32 {
        let place = Self::place(bucket);
        self.words[place / 64] |= 1 << (place % 64);
        self.summary |= 1 << (place / 64);
        std::mem::replace(&mut self.heads[place], slot)
    }

    /// Empties a bucket; returns the head of its list.
    pub(super) fn take(&mut self, bucket: u64) -> u32 {
        let place = Self::place(bucket);
        let word = &mut self.words[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.summary &= !(1 << (place / 64));
        }
        std::mem::replace(&mut self.heads[place], NIL)
    }

    /// The first non-empty bucket after `bucket`, once around.
    pub(super) fn next_after(&self, bucket: u64) -> Option<u64> {
        let first = bucket.checked_add(1)?;
        let start = Self::place(first);
        let word = start / 64;
        let here = self.words[word] & (u64::MAX << (start % 64));
        let place = if here != 0 {
            word * 64 + here.trailing_zeros() as usize
        } else {
            let above = self.summary & u64::MAX.checked_shl(word as u32 + 1).unwrap_or(0);
            let word = if above != 0 { above } else { self.summary }.trailing_zeros() as usize;
            word * 64 + self.words.get(word)?.trailing_zeros() as usize
        };
        let ahead = (place + Self::LEN as usize - start) as u64 % Self::LEN;
        Some(first + ahead)
    }
}
