//! Percentiles of durations, in bounded memory and without floats.

use crate::sim::time::Nanos;

/// Sub-buckets per power of two: a bucket is at most 1/16 wide, about 6 %.
const SUB: u64 = 16;
const BUCKETS: usize = 61 * SUB as usize;

/// Counts durations in buckets that grow with the value.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
    max: Nanos,
}

impl Histogram {
    /// Adds `n` times the same duration.
    pub fn add(&mut self, value: Nanos, n: u32) {
        if self.counts.is_empty() {
            self.counts = vec![0; BUCKETS];
        }
        self.counts[bucket(value.0)] += n;
        self.total += u64::from(n);
        self.max = self.max.max(value);
    }
    /// Adds what another histogram has counted.
    pub fn merge(&mut self, other: &Histogram) {
        if self.counts.is_empty() {
            self.counts = vec![0; BUCKETS];
        }
        for (own, others) in self.counts.iter_mut().zip(&other.counts) {
            *own += others;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }
    /// How many durations.
    pub fn total(&self) -> u64 {
        self.total
    }
    /// The longest.
    pub fn max(&self) -> Nanos {
        self.max
    }
    /// The duration that `per_mille` of a thousand do not exceed (to the bucket's upper end).
    ///
    /// ```
    /// use kafkasim::{run::histogram::Histogram, sim::time::Nanos};
    /// let mut h = Histogram::default();
    /// (1..=1000).for_each(|ms| h.add(Nanos::from_millis(ms), 1));
    /// let p99 = h.quantile(990).unwrap();
    /// assert!(p99 >= Nanos::from_millis(990) && p99 < Nanos::from_millis(1060));
    /// ```
    pub fn quantile(&self, per_mille: u64) -> Option<Nanos> {
        let rank = (self.total * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return Some(Nanos(upper_end(index)).min(self.max));
            }
        }
        None
    }
}

fn bucket(value: u64) -> usize {
    if value < SUB {
        return value as usize;
    }
    let power = 63 - u64::from(value.leading_zeros());
    ((power - 3) * SUB + (value >> (power - 4)) - SUB) as usize
}

fn upper_end(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB {
        return index;
    }
    let (power, sub) = (index / SUB + 3, index % SUB);
    (SUB + sub + 1).checked_mul(1 << (power - 4)).map_or(u64::MAX, |end| end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_holds_its_values(value in any::<u64>()) {
            let end = upper_end(bucket(value));
            prop_assert!(value <= end);
            prop_assert!(end - value <= value / 16 + 1);
        }
    }
}
