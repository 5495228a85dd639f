//! The digest: one number that two runs share exactly when they had the same history.

use super::fact::Entry;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Facts between two links of the chain.
pub const LINK: u64 = 65_536;

/// A running digest over facts, with a chain of intermediate values so that two runs can be bisected
/// to the first block of facts in which they differ.
///
/// The digest covers the time and the words of every fact in order. It leaves out event numbers, so
/// that a faster kernel which needs fewer events for the same history keeps the digest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Digest {
    state: u64,
    facts: u64,
    chain: Vec<u64>,
}

impl Digest {
    /// Takes in one fact.
    pub fn absorb(&mut self, entry: &Entry) {
        let (bytes, len) = entry.fact.encode().bytes(entry.at.0);
        self.state = xxh3_64_with_seed(&bytes.as_flattened()[..len], self.state);
        self.facts += 1;
        if self.facts.is_multiple_of(LINK) {
            self.chain.push(self.state);
        }
    }
    /// The digest so far.
    pub fn value(&self) -> u64 {
        self.state
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

impl std::fmt::Display for Digest {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.state)
    }
}
