//! What a sweep came to, in the forms in which people and build servers read it.
//!
//! It is told from what the lines of a sweep have, and from nothing else: a sweep on one machine and lines that were
//! merged of many say the same.

mod github;
mod human;
mod junit;

use super::result::SeedEnding;
use super::seeds::Seeds;
use super::summary::{Firsts, Summary};
use super::swarm::ending::ending;
use super::swept::SweptScenario;
use crate::run::figures::{exact, thousands};
use crate::sim::time::Nanos;

/// Why there are no more results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SweepEnd {
    /// Every seed that was asked for was run.
    Whole,
    /// This seed is the lowest that broke, and that was enough.
    FirstFailure(u64),
    /// This time was used up.
    Budget(Nanos),
    /// Somebody interrupted it.
    Interrupted,
    /// These seeds were asked for, and nobody has their results.
    Missing(Seeds),
    /// Nobody knows which seeds were asked for.
    Unknown,
}

/// What is told.
#[derive(Clone, Copy, Debug)]
pub struct SweepStory<'a> {
    /// What was swept.
    pub swept: &'a SweptScenario,
    /// What it came to.
    pub summary: &'a Summary,
    /// Why it ended.
    pub end: &'a SweepEnd,
}

impl SweepStory<'_> {
    /// How it ended on the whole: as the worst of the runs. Runs that are missing, or may be, cannot be as expected.
    pub fn worst(&self) -> SeedEnding {
        let incomplete = matches!(self.end, SweepEnd::Missing(_) | SweepEnd::Unknown) || self.summary.runs() == 0;
        self.of_runs().max(if incomplete { SeedEnding::Inconclusive } else { SeedEnding::Met })
    }
    /// How the runs that are known ended on the whole.
    fn of_runs(&self) -> SeedEnding {
        match self.swept.swarm {
            Some(_) => ending(|ending| self.summary.count(ending)),
            None => self.summary.worst(),
        }
    }
    /// What of the faults that may hit nobody did, in a sentence; none: nothing.
    fn missed(&self) -> Option<String> {
        let (runs, faults) = self.summary.missed();
        (runs > 0).then(|| format!("In {} of {}: {}.", thousands(runs), counted(self.summary.runs()), may_miss(faults)))
    }
    /// Why not everything that was asked for was run, in a sentence; none: everything was.
    pub fn unfinished(&self) -> Option<String> {
        let ran = counted(self.summary.runs());
        Some(match self.end {
            SweepEnd::Whole => return None,
            SweepEnd::FirstFailure(_) if self.is_whole() => return None,
            SweepEnd::FirstFailure(seed) => {
                format!("Stopped at seed {seed}, the lowest that broke, after {ran}; what comes after it was not run.")
            }
            SweepEnd::Budget(budget) => {
                let last = self.summary.seeds().iter().last().map_or("any seed".into(), |seed| format!("seed {seed}"));
                let budget = time(*budget);
                format!("The time budget of {budget} ended it after {ran}; what comes after {last} was not run.")
            }
            SweepEnd::Interrupted => format!("Interrupted after {ran}; the rest was not run."),
            SweepEnd::Missing(seeds) => {
                format!("Missing: {}. What they come to is not known.", named(seeds))
            }
            SweepEnd::Unknown => {
                "No line says which seeds were asked for, so that nobody knows whether some are missing; \
                                  --seeds A..B says it."
                    .into()
            }
        })
    }
    /// Whether every seed that was asked for was run.
    fn is_whole(&self) -> bool {
        self.swept.asked.as_ref().is_some_and(|asked| asked.count() <= u128::from(self.summary.runs()))
    }
    /// `leader-crash, variant cure`.
    fn title(&self) -> String {
        let variant = self.swept.variant.as_ref().map_or(String::new(), |name| format!(", variant {name}"));
        let swarm = self.swept.swarm.as_ref().map_or(String::new(), |options| format!(", swarm of {options}"));
        format!("{}{variant}{swarm}", self.swept.name)
    }
    /// `400 seeds, 1..400`, or `388 of 400 seeds`.
    fn extent(&self) -> String {
        let (ran, runs) = (self.summary.seeds(), self.summary.runs());
        let all = self.swept.asked.as_ref().map_or(0, Seeds::count).max(u128::from(runs));
        match self.end {
            _ if u128::from(runs) < all => format!("{} of {all} seeds", thousands(runs)),
            _ => format!("{}, {}", counted(runs), shortened(&ran)),
        }
    }
    /// The table, for one who has a hundred columns.
    fn table(&self) -> String {
        self.human(100)
    }
}

/// `4 faults hit nobody, and may (may.miss)`.
fn may_miss(faults: u64) -> String {
    let counted = if faults == 1 { "1 fault".into() } else { format!("{} faults", thousands(faults)) };
    format!("{counted} hit nobody, and may (may.miss)")
}

/// `3 of 400 seeds: 17, 38, 99`.
fn share(firsts: &Firsts, runs: u64) -> String {
    format!("{} of {}: {}", thousands(firsts.count), counted(runs), firsts.listed())
}

/// `2m`, as it was typed most likely.
fn time(t: Nanos) -> String {
    match t.0 / 1_000_000_000 {
        s if s > 0 && t.0.is_multiple_of(3_600_000_000_000) => format!("{}h", s / 3600),
        s if s > 0 && t.0.is_multiple_of(60_000_000_000) => format!("{}m", s / 60),
        _ => exact(t),
    }
}

/// `1 seed`, `12 seeds`.
fn counted(seeds: u64) -> String {
    format!("{} {}", thousands(seeds), if seeds == 1 { "seed" } else { "seeds" })
}

/// `seed 7`, `12 seeds, 3,9..19`.
fn named(seeds: &Seeds) -> String {
    match seeds.count() {
        1 => format!("seed {seeds}"),
        count => format!("{count} seeds, {}", shortened(seeds)),
    }
}

/// Seeds as they are written, or the first and the last of them if that takes too much room.
fn shortened(seeds: &Seeds) -> String {
    /// Characters that fit behind the number of the seeds.
    const ROOM: usize = 60;
    let text = seeds.to_string();
    if text.len() <= ROOM {
        return text;
    }
    let first = text[..ROOM - 22].rsplit_once(',').map_or("", |(first, _)| first);
    format!("{first},...,{}", text.rsplit_once(',').map_or("", |(_, last)| last))
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::{broken, met, swept};
    use super::super::result::SeedResult;
    use super::*;

    pub fn summary(results: &[SeedResult]) -> Summary {
        let mut summary = Summary::default();
        results.iter().for_each(|result| summary.add(result));
        summary
    }

    #[test]
    fn what_is_missing_or_may_be_is_not_as_expected() {
        let (swept, good, bad) = (swept(), summary(&[met(1)]), summary(&[met(1), broken(2)]));
        let worst = |summary, end| SweepStory { swept: &swept, summary, end }.worst();
        let missing = SweepEnd::Missing("3".parse().expect("a seed"));
        assert_eq!(worst(&good, &SweepEnd::Whole), SeedEnding::Met);
        assert_eq!(worst(&good, &missing), SeedEnding::Inconclusive);
        assert_eq!(worst(&good, &SweepEnd::Unknown), SeedEnding::Inconclusive);
        assert_eq!(worst(&bad, &missing), SeedEnding::Broken);
        assert_eq!(worst(&Summary::default(), &SweepEnd::Whole), SeedEnding::Inconclusive, "nothing was shown");
    }

    #[test]
    fn why_it_ended_is_a_sentence() {
        let (swept, summary) = (swept(), summary(&[met(1), met(2), broken(3)]));
        let said = |end| SweepStory { swept: &swept, summary: &summary, end: &end }.unfinished().unwrap_or_default();
        assert_eq!(said(SweepEnd::Whole), "");
        assert!(said(SweepEnd::FirstFailure(3)).starts_with("Stopped at seed 3, the lowest that broke, after 3 seeds"));
        assert_eq!(
            said(SweepEnd::Budget(Nanos::from_secs(120))),
            "The time budget of 2m ended it after 3 seeds; what comes after seed 3 was not run."
        );
        let missing = SweepEnd::Missing("4,9..19".parse().expect("seeds"));
        assert_eq!(said(missing), "Missing: 12 seeds, 4,9..19. What they come to is not known.");
    }

    #[test]
    fn many_seeds_are_shortened() {
        let odd: Seeds = (0..1000).map(|n| n * 2).collect();
        assert_eq!(shortened(&odd), "0,2,4,6,8,10,12,14,16,18,20,22,24,26,...,1998");
        assert_eq!(shortened(&"1..3,7".parse().expect("seeds")), "1..3,7");
    }
}
