//! Random streams by label, and integer samplers.
//!
//! Floating point appears where a table is built (with `libm`, whose version is pinned) and nowhere
//! else: a draw is integer arithmetic, so a run is the same on every machine.

mod distribution;
#[cfg(test)]
mod tests;
mod zipf;

pub use distribution::{Distribution, Sampler};
pub use zipf::Zipf;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// One stream of random numbers, for one purpose.
///
/// Derived from the run's seed and a stable label, so that a new draw in one place shifts nothing in
/// another.
///
/// ```
/// use kafkasim::sim::random::Stream;
/// let mut arrivals = Stream::new(7, "arrivals");
/// let mut again = Stream::new(7, "arrivals");
/// assert_eq!(arrivals.next_u64(), again.next_u64());
/// assert!(arrivals.below(6) < 6);
/// ```
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
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Uniform in `0 .. n` (0 for `n` = 0).
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }
    /// Puts a list into any order, each as likely as the others.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
    /// Uniform in `low ..= high`.
    #[inline]
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low).saturating_add(1))
    }
}
