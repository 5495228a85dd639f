//! Sets of offsets, or of ordinals, as disjoint ascending runs: a log read in order is one run.

/// Where a sorted list stops fulfilling `before`, looked for from its end: what is asked for is
/// nearly always recent.
pub fn index_from_end<T>(items: &[T], before: impl Fn(&T) -> bool) -> usize {
    place_from_end(items.len(), |index| before(&items[index]))
}

/// The same for a list of `len` items of which only the places are known.
#[inline]
pub fn place_from_end(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let mut width = 1;
    while width <= len && !before(len - width) {
        width *= 2;
    }
    let (mut low, mut high) = (len.saturating_sub(width), len - width / 2);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// See the module. Runs are `from .. to`, never empty, never adjacent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Runs(Vec<(i64, i64)>);

impl Runs {
    /// Adds `from .. to`.
    pub fn add(&mut self, from: i64, to: i64) {
        if from >= to {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            Some(last) if last.1 > from => self.merge(from, to),
            _ => self.0.push((from, to)),
        }
    }
    fn merge(&mut self, from: i64, to: i64) {
        let first = self.0.partition_point(|run| run.1 < from);
        let past = self.0.partition_point(|run| run.0 <= to);
        let merged = self.0[first..past].iter().fold((from, to), |all, run| (all.0.min(run.0), all.1.max(run.1)));
        self.0.splice(first..past, [merged]);
    }
    /// How many of `from .. to` are in the set.
    pub fn overlap(&self, from: i64, to: i64) -> u64 {
        let first = index_from_end(&self.0, |run| run.1 <= from);
        self.0[first..]
            .iter()
            .take_while(|run| run.0 < to)
            .map(|run| run.1.min(to) - run.0.max(from))
            .sum::<i64>()
            .max(0) as u64
    }
    /// Whether one is in the set.
    pub fn contains(&self, one: i64) -> bool {
        self.overlap(one, one + 1) > 0
    }
    /// The first of `from .. to` that is in the set.
    pub fn first_in(&self, from: i64, to: i64) -> Option<i64> {
        let run = self.0.iter().find(|run| run.1 > from)?;
        Some(run.0.max(from)).filter(|first| *first < to)
    }
    /// Past the last one; 0 for none.
    pub fn end(&self) -> i64 {
        self.0.last().map_or(0, |run| run.1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Runs count what a plain set counts, and stay disjoint and apart.
        #[test]
        fn runs_are_sets(
            pieces in proptest::collection::vec((0i64..60, 1i64..9), 0..30),
            from in 0i64..70,
            len in 0i64..20,
        ) {
            let mut runs = Runs::default();
            let mut set = BTreeSet::new();
            for (start, len) in pieces {
                runs.add(start, start + len);
                set.extend(start..start + len);
            }
            prop_assert!(runs.0.windows(2).all(|pair| pair[0].1 < pair[1].0));
            prop_assert!(runs.0.iter().all(|run| run.0 < run.1));
            prop_assert_eq!(runs.overlap(from, from + len), set.range(from..from + len).count() as u64);
            prop_assert_eq!(runs.contains(from), set.contains(&from));
            prop_assert_eq!(runs.first_in(from, from + len), set.range(from..from + len).next().copied());
            prop_assert_eq!(runs.end(), set.last().map_or(0, |last| last + 1));
        }

        /// Looking from the end finds what looking from the start finds.
        #[test]
        fn from_the_end_is_from_the_start(mut items in proptest::collection::vec(0u32..50, 0..40), bound in 0u32..55) {
            items.sort();
            prop_assert_eq!(index_from_end(&items, |x| *x < bound), items.partition_point(|x| *x < bound));
        }
    }
}
