//! Which seeds: `1..200`, `5`, `1,3,9`.

use std::fmt;
use std::str::FromStr;

/// A set of seeds, ascending.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seeds {
    /// First and last of each run of neighbours; ascending, with gaps between them.
    ranges: Vec<(u64, u64)>,
}

impl Seeds {
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
        Seeds { ranges: vec![(first, last)] }
    }
    /// How many there are.
    pub fn count(&self) -> u128 {
        self.ranges.iter().map(|(first, last)| u128::from(last - first) + 1).sum()
    }
    /// The one at this position, from 0.
    pub fn get(&self, mut position: u64) -> Option<u64> {
        for (first, last) in &self.ranges {
            match first.checked_add(position).filter(|seed| seed <= last) {
                Some(seed) => return Some(seed),
                None => position -= last - first + 1,
            }
        }
        None
    }
}

impl FromStr for Seeds {
    type Err = String;
    fn from_str(text: &str) -> Result<Seeds, String> {
        let mut ranges = text.split(',').map(range).collect::<Result<Vec<_>, _>>()?;
        ranges.sort();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Ok(Seeds { ranges: merged })
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
        for (i, (first, last)) in self.ranges.iter().enumerate() {
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
    fn an_empty_range_and_what_is_no_seed_are_refused() {
        for text in ["", "5..1", "1..", "..", "a", "1,,2", "-1", "1..18446744073709551616"] {
            assert!(text.parse::<Seeds>().is_err(), "{text}");
        }
    }
}
