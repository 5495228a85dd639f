//! Draws, each purpose from a stream of its own.

use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// The random numbers of one purpose.
pub(super) struct Dice(Stream);

impl Dice {
    /// Those of this purpose, with this seed.
    pub(super) fn new(seed: u64, purpose: &str) -> Dice {
        Dice(Stream::new(seed, &format!("swarm: {purpose}")))
    }
    /// A seed for something else.
    pub(super) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Heads or tails.
    pub(super) fn coin(&mut self) -> bool {
        self.0.below(2) == 0
    }
    /// True once in `n`.
    pub(super) fn once_in(&mut self, n: u64) -> bool {
        self.0.below(n) == 0
    }
    /// Any whole number of `low ..= high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.between(low, high.max(low))
    }
    /// One of a list that is not empty.
    pub(super) fn of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.0.below(list.len() as u64) as usize]
    }
    /// One of a list, if it has any.
    pub(super) fn any<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.0.below(list.len() as u64) as usize)
    }
    /// A moment of `low ..= high`, in whole milliseconds.
    pub(super) fn moment(&mut self, low: Nanos, high: Nanos) -> Nanos {
        Nanos::from_millis(self.between(low.as_millis(), high.as_millis()))
    }
    /// A span of `low ..= high`, each power of two as likely as the next, in whole milliseconds.
    pub(super) fn span(&mut self, low: Nanos, high: Nanos) -> Nanos {
        let (low, high) = (low.as_millis().max(1), high.as_millis().max(2));
        let part = self.0.below(1 << 20) as f64 / f64::from(1 << 20);
        let (from, to) = (libm::log(low as f64), libm::log(high as f64));
        Nanos::from_millis((libm::exp(from + part * (to - from)) as u64).max(1))
    }
}
