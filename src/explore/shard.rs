//! A part of a sweep, for one of several machines.

use std::fmt;
use std::str::FromStr;

use super::seeds::Seeds;

/// One of several equal parts: `3/8`. Seeds are dealt out like cards, so that all parts have as many, give or take one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    /// From 0.
    index: u64,
    count: u64,
}

impl Shard {
    /// How many parts there are.
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(number, count)| Some((number.trim().parse::<u64>().ok()?, count.trim().parse::<u64>().ok()?)));
        match numbers {
            None => Err(format!("`{text}` is no shard: write the third of eight as `3/8`")),
            Some((_, 0)) => Err(format!("`{text}`: a sweep has at least one shard")),
            Some((0, count)) => Err(format!("`{text}`: shards are numbered from 1, up to {count}/{count}")),
            Some((number, count)) if number > count => {
                Err(format!("`{text}`: there are {count} shards, and the last of them is {count}/{count}"))
            }
            Some((number, count)) => Ok(Shard { index: number - 1, count }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

/// Seeds that are still to be run: all that were asked for, or those of a shard; without those that are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    seeds: Seeds,
    shard: Shard,
    /// Those that are left, by their place in the shard.
    left: Seeds,
}

impl Part {
    /// All of them.
    pub fn whole(seeds: Seeds) -> Part {
        Part::new(seeds, Shard { index: 0, count: 1 })
    }
    /// Those of a shard: those at the positions I-1, I-1+N, I-1+2N and so on among all.
    pub fn new(seeds: Seeds, shard: Shard) -> Part {
        let mut part = Part { left: Seeds::default(), seeds, shard };
        if let Some(last) = part.place_from(part.seeds.count()).checked_sub(1) {
            part.left = Seeds::from_on(0);
            if let Ok(behind) = u64::try_from(last + 1) {
                part.left = part.left.without(&Seeds::from_on(behind));
            }
        }
        part
    }
    /// How many are left.
    pub fn count(&self) -> u128 {
        self.left.count()
    }
    /// The one at this position, from 0.
    pub fn get(&self, position: u64) -> Option<u64> {
        self.seed_at(self.left.get(position)?)
    }
    /// Whether it is left to be run.
    pub fn contains(&self, seed: u64) -> bool {
        self.first_from(seed) == Some(seed)
    }
    /// The lowest that is not below this one.
    pub fn first_from(&self, seed: u64) -> Option<u64> {
        let place = u64::try_from(self.place_from(self.seeds.rank(seed))).ok()?;
        self.seed_at(self.left.first_from(place)?)
    }
    /// What is left when these are known.
    #[must_use]
    pub fn without(&self, known: impl Iterator<Item = u64>) -> Part {
        let places = known.filter(|seed| self.contains(*seed)).map(|seed| self.place(seed));
        Part { left: self.left.without(&places.collect()), ..self.clone() }
    }
    /// Those below this one.
    #[must_use]
    pub fn below(&self, seed: u64) -> Part {
        match u64::try_from(self.place_from(self.seeds.rank(seed))) {
            Ok(place) => Part { left: self.left.without(&Seeds::from_on(place)), ..self.clone() },
            Err(_) => self.clone(),
        }
    }
    fn seed_at(&self, place: u64) -> Option<u64> {
        self.seeds.get(place.checked_mul(self.shard.count)?.checked_add(self.shard.index)?)
    }
    fn place(&self, seed: u64) -> u64 {
        u64::try_from(self.place_from(self.seeds.rank(seed))).expect("a seed of the shard has a place in it")
    }
    /// How many places of the shard stand for positions below this one.
    fn place_from(&self, position: u128) -> u128 {
        position.saturating_sub(u128::from(self.shard.index)).div_ceil(u128::from(self.shard.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(seeds: &str, shard: &str) -> Part {
        Part::new(seeds.parse().expect("seeds"), shard.parse().expect("a shard"))
    }
    fn all(part: &Part) -> Vec<u64> {
        (0..).map_while(|position| part.get(position)).take(100).collect()
    }

    #[test]
    fn shards_deal_the_seeds_out() {
        assert_eq!(all(&part("11..20", "1/3")), [11, 14, 17, 20]);
        assert_eq!(all(&part("11..20", "3/3")), [13, 16, 19]);
        assert_eq!(all(&part("1,5,9,13", "2/2")), [5, 13]);
        assert_eq!(part("1..3", "4/8").count(), 0);
        let mut seeds: Vec<u64> = (1..=7).flat_map(|n| all(&part("0..40", &format!("{n}/7")))).collect();
        seeds.sort();
        assert_eq!(seeds, (0..=40).collect::<Vec<_>>());
        assert_eq!(all(&part("1..4", "1/1")), all(&Part::whole("1..4".parse().expect("seeds"))));
    }

    #[test]
    fn no_set_is_too_large() {
        let everything = Part::whole(Seeds::from_on(0));
        assert_eq!((everything.count(), everything.get(u64::MAX)), (1 << 64, Some(u64::MAX)));
        let half = Part::new(Seeds::from_on(0), Shard { index: 1, count: 2 });
        assert_eq!((half.count(), half.get((1 << 63) - 1)), (1 << 63, Some(u64::MAX)));
        assert_eq!(everything.without(0..7).get(0), Some(7));
    }

    #[test]
    fn what_is_known_is_left_out() {
        let left = part("11..30", "2/3").without([12, 13, 18, 99].into_iter());
        assert_eq!(all(&left), [15, 21, 24, 27, 30]);
        assert_eq!((left.contains(18), left.contains(21), left.contains(22)), (false, true, false));
        assert_eq!((left.first_from(0), left.first_from(16), left.first_from(31)), (Some(15), Some(21), None));
        assert_eq!(all(&left.below(24)), [15, 21]);
    }

    #[test]
    fn what_is_no_shard_says_why() {
        for (text, said) in [
            ("0/8", "numbered from 1, up to 8/8"),
            ("9/8", "the last of them is 8/8"),
            ("1/0", "at least one shard"),
            ("3", "write the third of eight as `3/8`"),
            ("a/b", "is no shard"),
            ("-1/8", "is no shard"),
        ] {
            let error = text.parse::<Shard>().expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
        assert_eq!("3/8".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/8".into()));
    }
}
