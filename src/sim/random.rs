//! Random streams by label, and integer samplers.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// One stream of random numbers, for one purpose.
///
/// Derived from the run's seed and a stable label, so that a new draw in one place shifts nothing in
/// another.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream called `label` of the run with this seed.
    pub fn new(seed: u64, label: &str) -> Stream {
        let hash = xxhash_rust::xxh3::xxh3_128_with_seed(label.as_bytes(), seed);
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..24].copy_from_slice(&hash.to_le_bytes());
        Stream(ChaCha8Rng::from_seed(key))
    }
    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Uniform in `0 .. n` (0 for `n` = 0).
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }
    /// Uniform in `low ..= high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low).saturating_add(1))
    }
}
