//! Exponential backoff with jitter (`clients/.../common/utils/ExponentialBackoff.java`, KIP-580).

use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// A pause that doubles with every failure, up to a limit, and is spread by ±20 %.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExponentialBackoff {
    initial: Nanos,
    max: Nanos,
}

impl ExponentialBackoff {
    /// First pause and longest pause. A limit below the first pause makes every pause the limit.
    pub fn new(initial: Nanos, max: Nanos) -> ExponentialBackoff {
        ExponentialBackoff { initial: initial.min(max), max }
    }
    /// Whether a later pause is longer than the first.
    pub fn grows(&self) -> bool {
        self.initial < self.max
    }
    /// No pause is longer than this.
    #[inline]
    pub fn longest(&self) -> Nanos {
        self.max
    }
    /// The pause after `failures` failures (0: the first pause), before jitter.
    pub fn term(&self, failures: u32) -> Nanos {
        let factor = 1u64.checked_shl(failures.min(62)).unwrap_or(u64::MAX);
        self.initial.saturating_mul(factor).min(self.max)
    }
    /// The pause after `failures` failures. The limit also cuts the jitter off, so that the longest
    /// pauses are spread downwards only; a pause that cannot grow has no jitter at all.
    pub fn draw(&self, failures: u32, random: &mut Stream) -> Nanos {
        if self.initial == self.max {
            return self.max;
        }
        let term = u128::from(self.term(failures).0);
        let millionths = u128::from(random.between(800_000, 1_200_000));
        Nanos(u64::try_from(term * millionths / 1_000_000).unwrap_or(u64::MAX)).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Nanos = Nanos::from_millis;

    #[test]
    fn doubles_up_to_the_limit() {
        let backoff = ExponentialBackoff::new(MS(100), MS(1000));
        let terms: Vec<u64> = (0..7).map(|k| backoff.term(k).as_millis()).collect();
        assert_eq!(terms, [100, 200, 400, 800, 1000, 1000, 1000]);
        assert_eq!(backoff.term(u32::MAX), MS(1000));
    }

    #[test]
    fn jitter_is_a_fifth_and_never_beyond_the_limit() {
        let backoff = ExponentialBackoff::new(MS(100), MS(1000));
        let mut random = Stream::new(1, "jitter");
        for _ in 0..1000 {
            let first = backoff.draw(0, &mut random);
            assert!(MS(80) <= first && first <= MS(120), "{first:?}");
            let last = backoff.draw(9, &mut random);
            assert!(MS(800) <= last && last <= MS(1000), "{last:?}");
        }
    }

    #[test]
    fn a_limit_below_the_first_pause_is_every_pause() {
        let backoff = ExponentialBackoff::new(MS(100), MS(40));
        let mut random = Stream::new(1, "constant");
        assert_eq!(backoff.draw(0, &mut random), MS(40));
        assert_eq!(backoff.draw(8, &mut random), MS(40));
    }
}
