//! Which seeds: `1..200`, `5`, `1,3,9`.

use std::fmt;
use std::str::FromStr;

/// A set of seeds, ascending.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Seeds {
    /// Ascending, with gaps between them.
    ranges: Vec<Range>,
}

/// Neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    first: u64,
    last: u64,
    /// How many seeds the ranges before it have.
    before: u128,
}

impl Range {
    fn count(&self) -> u128 {
        u128::from(self.last - self.first) + 1
    }
}

impl Seeds {
    /// All that there are, from this one on.
    pub fn from_on(first: u64) -> Seeds {
        Seeds::of_ranges(vec![(first, u64::MAX)])
    }
    /// This one alone.
    pub fn one(seed: u64) -> Seeds {
        Seeds::between(seed, seed)
    }
    /// From the first to the last, both included.
    ///
    /// # Panics
    /// The last is before the first.
    pub fn between(first: u64, last: u64) -> Seeds {
        assert!(first <= last, "a range has a seed");
        Seeds::of_ranges(vec![(first, last)])
    }
    /// Both ends belong to a range; ranges may come in any order, and may overlap.
    fn of_ranges(mut ranges: Vec<(u64, u64)>) -> Seeds {
        ranges.sort();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        let mut seeds = Seeds::default();
        for (first, last) in merged {
            let before = seeds.count();
            seeds.ranges.push(Range { first, last, before });
        }
        seeds
    }
    /// How many there are.
    pub fn count(&self) -> u128 {
        self.ranges.last().map_or(0, |range| range.before + range.count())
    }
    /// The one at this position, from 0.
    pub fn get(&self, position: u64) -> Option<u64> {
        let position = u128::from(position);
        let at = self.ranges.partition_point(|range| range.before <= position).checked_sub(1)?;
        let range = self.ranges[at];
        let behind = position - range.before;
        (behind < range.count()).then(|| range.first + u64::try_from(behind).expect("within the range"))
    }
    /// How many of them are below this one.
    pub fn rank(&self, seed: u64) -> u128 {
        let at = self.ranges.partition_point(|range| range.first < seed);
        let Some(range) = at.checked_sub(1).map(|at| self.ranges[at]) else { return 0 };
        range.before + range.count().min(u128::from(seed - range.first))
    }
    /// Whether it is one of them.
    pub fn contains(&self, seed: u64) -> bool {
        self.first_from(seed) == Some(seed)
    }
    /// The lowest that is not below this one.
    pub fn first_from(&self, seed: u64) -> Option<u64> {
        let at = self.ranges.partition_point(|range| range.last < seed);
        self.ranges.get(at).map(|range| range.first.max(seed))
    }
    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.ranges.iter().flat_map(|range| range.first..=range.last)
    }
    /// These and those.
    #[must_use]
    pub fn and(&self, other: &Seeds) -> Seeds {
        Seeds::of_ranges(self.ranges.iter().chain(&other.ranges).map(|range| (range.first, range.last)).collect())
    }
    /// These, but none of those.
    #[must_use]
    pub fn without(&self, other: &Seeds) -> Seeds {
        let mut left = Vec::new();
        for range in &self.ranges {
            let mut from = Some(range.first);
            let at = other.ranges.partition_point(|gone| gone.last < range.first);
            for gone in other.ranges[at..].iter().take_while(|gone| gone.first <= range.last) {
                if let Some(first) = from.filter(|first| *first < gone.first) {
                    left.push((first, gone.first - 1));
                }
                from = gone.last.checked_add(1);
            }
            left.extend(from.filter(|first| *first <= range.last).map(|first| (first, range.last)));
        }
        Seeds::of_ranges(left)
    }
}

impl FromIterator<u64> for Seeds {
    fn from_iter<I: IntoIterator<Item = u64>>(seeds: I) -> Seeds {
        Seeds::of_ranges(seeds.into_iter().map(|seed| (seed, seed)).collect())
    }
}

impl FromStr for Seeds {
    type Err = String;
    fn from_str(text: &str) -> Result<Seeds, String> {
        text.split(',').map(range).collect::<Result<Vec<_>, _>>().map(Seeds::of_ranges)
    }
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| -> Result<u64, String> {
        let text = text.trim();
        text.parse().map_err(|_| format!("`{text}` is not a seed: write `1..200`, `5` or `1,3,9`"))
    };
    let Some((first, last)) = text.split_once("..") else {
        return number(text).map(|seed| (seed, seed));
    };
    let (first, last) = (number(first)?, number(last.strip_prefix('=').unwrap_or(last))?);
    if first > last {
        return Err(format!("`{}` is empty: {last} is below {first}", text.trim()));
    }
    Ok((first, last))
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Range { first, last, .. }) in self.ranges.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}..{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<u64> {
        let seeds: Seeds = text.parse().expect("seeds");
        (0..).map_while(|i| seeds.get(i)).take(20).collect()
    }

    #[test]
    fn both_ends_of_a_range_belong_to_it() {
        assert_eq!(all("1..4"), [1, 2, 3, 4]);
        assert_eq!(all("1..=4"), [1, 2, 3, 4]);
        assert_eq!(all("5"), [5]);
        assert_eq!("1..1000".parse::<Seeds>().expect("seeds").count(), 1000);
    }

    #[test]
    fn seeds_are_a_set_in_order() {
        assert_eq!(all("9, 1,3"), [1, 3, 9]);
        assert_eq!(all("3..5,1..4,5,9"), [1, 2, 3, 4, 5, 9]);
        assert_eq!("9,3..5,1..4,6".parse::<Seeds>().expect("seeds").to_string(), "1..6,9");
        let everything: Seeds = "0..18446744073709551615".parse().expect("seeds");
        assert_eq!((everything.count(), everything.get(u64::MAX)), (1 << 64, Some(u64::MAX)));
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let set = |text: &str| text.parse::<Seeds>().expect("seeds");
        assert_eq!(set("1..10").without(&set("1..3,5,9..20")).to_string(), "4,6..8");
        assert_eq!(set("1..10,20..30").without(&set("8..25")).to_string(), "1..7,26..30");
        assert_eq!(set("5..9").without(&set("1..4,10")), set("5..9"));
        assert_eq!(set("5..9").without(&set("1..10")).count(), 0);
        assert_eq!(Seeds::from_on(7).without(&Seeds::from_on(9)), set("7,8"));
        assert_eq!(set("1..3,9").and(&set("4..6,20")), set("1..6,9,20"));
        assert_eq!([3, 1, 2, 2, 9].into_iter().collect::<Seeds>(), set("1..3,9"));
        assert_eq!(set("1..3,9").iter().collect::<Vec<_>>(), [1, 2, 3, 9]);
    }

    #[test]
    fn places_in_a_set_are_found() {
        let set: Seeds = "3..5,8,20..30".parse().expect("seeds");
        assert_eq!([0, 3, 4, 8, 9, 25].map(|seed| set.rank(seed)), [0, 0, 1, 3, 4, 9]);
        assert_eq!([0, 5, 6, 9, 31].map(|seed| set.first_from(seed)), [Some(3), Some(5), Some(8), Some(20), None]);
        assert!(set.contains(8) && !set.contains(9));
        assert_eq!((set.get(3), set.get(4), set.get(15)), (Some(8), Some(20), None));
    }

    #[test]
    fn an_empty_range_and_what_is_no_seed_are_refused() {
        for text in ["", "5..1", "1..", "..", "a", "1,,2", "-1", "1..18446744073709551616"] {
            assert!(text.parse::<Seeds>().is_err(), "{text}");
        }
    }
}
