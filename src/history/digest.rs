//! The digest: one number that two runs share exactly when they had the same history.

use super::fact::{Encoder, Entry};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Facts between two links of the chain.
pub const LINK: u64 = 65_536;

/// Words that are hashed at a time: hashing much at once costs less than hashing each fact.
const BLOCK: usize = 512;

/// A running digest over facts, with a chain of intermediate values so that two runs can be bisected
/// to the first block of facts in which they differ.
///
/// The digest covers the time and the words of every fact in order. It leaves out event numbers, so
/// that a faster kernel which needs fewer events for the same history keeps the digest.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Over all words before those in `block`.
    state: u64,
    block: Box<[[u8; 8]; BLOCK]>,
    /// Words in `block`; what lies behind them has no meaning.
    len: usize,
    facts: u64,
    chain: Vec<u64>,
}

impl Default for Digest {
    fn default() -> Digest {
        Digest { state: 0, block: Box::new([[0; 8]; BLOCK]), len: 0, facts: 0, chain: Vec::new() }
    }
}

impl Digest {
    /// Takes in one fact.
    #[inline]
    pub fn absorb(&mut self, entry: &Entry) {
        if self.len + Encoder::MOST > BLOCK {
            self.hash_block();
        }
        let room = self.block[self.len..].first_chunk_mut().expect("a fact fits behind what is in the block");
        self.len += entry.fact.encode(entry.at, room);
        self.facts += 1;
        if self.facts.is_multiple_of(LINK) {
            self.hash_block();
            self.chain.push(self.state);
        }
    }
    fn hash_block(&mut self) {
        self.state = self.value();
        self.len = 0;
    }
    /// The digest so far.
    pub fn value(&self) -> u64 {
        match &self.block[..self.len] {
            [] => self.state,
            words => xxh3_64_with_seed(words.as_flattened(), self.state),
        }
    }
    /// How many facts were taken in.
    pub fn facts(&self) -> u64 {
        self.facts
    }
    /// The digest after each full [`LINK`] of facts.
    pub fn chain(&self) -> &[u64] {
        &self.chain
    }
    /// The first block of [`LINK`] facts in which two runs differ, if they do.
    ///
    /// ```
    /// use kafkasim::history::digest::Digest;
    /// assert_eq!(Digest::default().first_difference(&Digest::default()), None);
    /// ```
    pub fn first_difference(&self, other: &Digest) -> Option<u64> {
        if self == other {
            return None;
        }
        // Links agree up to some point and differ from there on: a digest never heals.
        let agreeing = self.chain.iter().zip(&other.chain).take_while(|(own, others)| own == others).count();
        Some(agreeing as u64)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        (self.facts, self.value(), &self.chain) == (other.facts, other.value(), &other.chain)
    }
}

impl std::fmt::Display for Digest {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.value())
    }
}
