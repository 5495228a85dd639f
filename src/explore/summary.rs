//! What many seeds came to, added up. The order in which they are added does not matter.

use litemap::LiteMap;

use super::result::{Cause, SeedEnding, SeedResult};
use super::seeds::Seeds;

/// The results of a sweep, added up.
#[derive(Clone, Default, Debug)]
pub struct Summary {
    seeds: Vec<u64>,
    endings: LiteMap<SeedEnding, u64>,
    failures: Vec<SeedFailure>,
    seen: LiteMap<&'static str, u64>,
    /// What broke, by name.
    broken: LiteMap<String, Firsts>,
    /// What could not be shown, by name.
    inconclusive: LiteMap<String, Firsts>,
    /// In how many runs a fault hit nobody that may, and how many such faults there were.
    missed: (u64, u64),
}

/// Runs that ended in the same way for the same reason.
#[derive(Clone, Debug)]
pub struct SeedFailure {
    /// How they ended.
    pub ending: SeedEnding,
    /// Why, as it was in the lowest seed.
    pub cause: Cause,
    /// Which.
    pub seeds: Firsts,
}

/// How many seeds, and the lowest of them.
#[derive(Clone, Default, Debug)]
pub struct Firsts {
    /// How many.
    pub count: u64,
    /// The lowest, ascending.
    pub lowest: Vec<FailingSeed>,
}

/// A seed, and how it is shown again.
#[derive(Clone, Debug)]
pub struct FailingSeed {
    /// Which.
    pub seed: u64,
    /// The arguments of `kafkasim run`.
    pub run: String,
    /// Its token, if it has one.
    pub token: Option<String>,
}

impl FailingSeed {
    /// What to type to see it again.
    pub fn command(&self) -> String {
        match &self.token {
            // Its own arguments say what was drawn, at length.
            Some(token) if self.run.contains(" --with ") => format!("kafkasim replay {token}"),
            _ => format!("kafkasim run {}", self.run),
        }
    }
}

impl Firsts {
    /// So many are kept.
    const KEPT: usize = 5;

    fn add(&mut self, result: &SeedResult) {
        self.count += 1;
        let at = self.lowest.partition_point(|known| known.seed < result.seed);
        if at < Firsts::KEPT {
            let run = result.run.clone().unwrap_or_default();
            self.lowest.insert(at, FailingSeed { seed: result.seed, run, token: result.token.clone() });
            self.lowest.truncate(Firsts::KEPT);
        }
    }
    /// The lowest seed; there is one.
    pub fn first(&self) -> u64 {
        self.lowest.first().map_or(0, |known| known.seed)
    }
    /// `17, 38, 99 and 12 more`.
    pub fn listed(&self) -> String {
        let seeds: Vec<String> = self.lowest.iter().map(|known| known.seed.to_string()).collect();
        match self.count - seeds.len() as u64 {
            0 => seeds.join(", "),
            more => format!("{} and {more} more", seeds.join(", ")),
        }
    }
}

impl Summary {
    /// Adds one.
    pub fn add(&mut self, result: &SeedResult) {
        self.seeds.push(result.seed);
        *self.endings.entry(result.ending).or_default() += 1;
        result.seen.iter().for_each(|name| *self.seen.entry(name).or_default() += 1);
        result.broken.iter().for_each(|name| self.broken.entry(name.clone()).or_default().add(result));
        result.inconclusive.iter().for_each(|name| self.inconclusive.entry(name.clone()).or_default().add(result));
        self.missed.0 += u64::from(!result.missed.is_empty());
        self.missed.1 += result.missed.len() as u64;
        let Some(cause) = &result.cause else { return };
        let same = |f: &&mut SeedFailure| f.ending == result.ending && f.cause.is_same(cause);
        if let Some(failure) = self.failures.iter_mut().find(same) {
            if result.seed < failure.seeds.first() {
                failure.cause = cause.clone();
            }
            failure.seeds.add(result);
        } else {
            let mut seeds = Firsts::default();
            seeds.add(result);
            self.failures.push(SeedFailure { ending: result.ending, cause: cause.clone(), seeds });
        }
    }
    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.seeds.len() as u64
    }
    /// With which seeds.
    pub fn seeds(&self) -> Seeds {
        self.seeds.iter().copied().collect()
    }
    /// How many ended like this.
    pub fn count(&self, ending: SeedEnding) -> u64 {
        self.endings.get(&ending).copied().unwrap_or(0)
    }
    /// How the sweep ended: as the worst of its runs.
    pub fn worst(&self) -> SeedEnding {
        self.endings.keys().next_back().copied().unwrap_or(SeedEnding::Met)
    }
    /// The failures that ended like this, the most frequent first; among those the one with the lowest seed.
    pub fn failures(&self, ending: SeedEnding) -> Vec<&SeedFailure> {
        let mut failures: Vec<&SeedFailure> = self.failures.iter().filter(|f| f.ending == ending).collect();
        failures.sort_by_key(|failure| (std::cmp::Reverse(failure.seeds.count), failure.seeds.first()));
        failures
    }
    /// In how many runs this `sometimes` property was seen; none: in none of them.
    pub fn seen(&self, name: &str) -> Option<u64> {
        self.seen.get(name).copied()
    }
    /// In how many runs faults hit nobody that may (`may.miss`), and how many faults in all.
    pub fn missed(&self) -> (u64, u64) {
        self.missed
    }
    /// What broke, by name.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &Firsts)> {
        self.broken.iter().map(|(name, firsts)| (name.as_str(), firsts))
    }
    /// What could not be shown, by name.
    pub fn inconclusive(&self) -> impl Iterator<Item = (&str, &Firsts)> {
        self.inconclusive.iter().map(|(name, firsts)| (name.as_str(), firsts))
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::{broken, met};
    use super::*;

    #[test]
    fn the_order_of_the_results_does_not_matter() {
        let results: Vec<SeedResult> = (1..=20).map(|n| if n % 3 == 0 { broken(n) } else { met(n) }).collect();
        let sum = |results: &mut dyn Iterator<Item = &SeedResult>| {
            let mut summary = Summary::default();
            results.for_each(|result| summary.add(result));
            let failures = summary.failures(SeedEnding::Broken).into_iter().cloned().collect::<Vec<_>>();
            format!("{:?} {:?} {:?}", failures, summary.seeds(), summary.broken().collect::<Vec<_>>())
        };
        let forward = sum(&mut results.iter());
        assert_eq!(forward, sum(&mut results.iter().rev()));
        let lowest = ["3", "6", "9"].map(|seed| forward.find(&format!("run: \"x:{seed}\"")));
        assert!(lowest.is_sorted() && lowest[0].is_some(), "{forward}");
    }

    #[test]
    fn a_few_seeds_stand_for_many() {
        let mut firsts = Firsts::default();
        [9, 3, 5].into_iter().for_each(|seed| firsts.add(&met(seed)));
        assert_eq!(firsts.listed(), "3, 5, 9");
        [1, 7, 2, 8].into_iter().for_each(|seed| firsts.add(&met(seed)));
        assert_eq!(firsts.listed(), "1, 2, 3, 5, 7 and 2 more");
    }
}
