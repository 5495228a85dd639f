//! What many seeds came to, for people.

use std::fmt::Write;

use litemap::LiteMap;

use super::result::{Cause, SeedEnding, SeedResult};
use crate::run::figures::thousands;
use crate::scenario::properties::SOMETIMES;

/// The results of a sweep, added up.
#[derive(Clone, Default, Debug)]
pub struct Summary {
    runs: u64,
    endings: LiteMap<SeedEnding, u64>,
    /// By ending and cause, in the order in which they were met.
    failures: Vec<Failure>,
    seen: LiteMap<&'static str, u64>,
}

#[derive(Clone, Debug)]
struct Failure {
    ending: SeedEnding,
    cause: Cause,
    count: u64,
    first_seed: u64,
}

impl Summary {
    /// Adds one; they come in the order of their seeds.
    pub fn add(&mut self, result: &SeedResult) {
        self.runs += 1;
        *self.endings.entry(result.ending).or_default() += 1;
        result.seen.iter().for_each(|name| *self.seen.entry(name).or_default() += 1);
        let Some(cause) = &result.cause else { return };
        let same = |f: &&mut Failure| f.ending == result.ending && f.cause.is_same(cause);
        match self.failures.iter_mut().find(same) {
            Some(failure) => failure.count += 1,
            None => self.failures.push(Failure {
                ending: result.ending,
                cause: cause.clone(),
                count: 1,
                first_seed: result.seed,
            }),
        }
    }
    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.runs
    }
    /// How many ended like this.
    pub fn count(&self, ending: SeedEnding) -> u64 {
        self.endings.get(&ending).copied().unwrap_or(0)
    }
    /// How the sweep ended: as the worst of its runs.
    pub fn worst(&self) -> SeedEnding {
        self.endings.keys().next_back().copied().unwrap_or(SeedEnding::Met)
    }
    /// The table. `command` gives the command that shows a seed; `expected` are the `sometimes` properties that the
    /// scenario asks for, which are listed even if they were never seen.
    pub fn print(&self, expected: &[&str], command: impl Fn(u64) -> String) -> String {
        let mut out = String::new();
        let words = [
            (SeedEnding::Met, "as expected"),
            (SeedEnding::Broken, "broken"),
            (SeedEnding::Inconclusive, "inconclusive"),
            (SeedEnding::Bug, "bug of kafkasim"),
        ];
        for (ending, word) in words {
            let count = self.count(ending);
            if count > 0 || matches!(ending, SeedEnding::Met | SeedEnding::Broken) {
                let _ = writeln!(out, "  {word:<18}{}", self.share(count));
            }
        }
        for (ending, word) in words {
            // The most frequent first; a stable sort keeps those that were met earlier before the others.
            let mut failures: Vec<&Failure> = self.failures.iter().filter(|f| f.ending == ending).collect();
            failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
            for (number, failure) in failures.into_iter().enumerate() {
                let word = if number == 0 { word } else { "" };
                let at =
                    failure.cause.at.map_or(String::new(), |at| format!(", at {at} in seed {}", failure.first_seed));
                let _ = write!(out, "{}", if number == 0 { "\n" } else { "" });
                let cause = &failure.cause;
                let _ =
                    writeln!(out, "  {word:<18}{:>9}  {}: {}{at}", thousands(failure.count), cause.name, cause.text);
                let _ = writeln!(out, "  {:<18}{:>9}  {}", "", "", command(failure.first_seed));
            }
        }
        self.print_seen(&mut out, expected);
        out
    }

    fn print_seen(&self, out: &mut String, expected: &[&str]) {
        let listed = |name: &&str| self.seen.contains_key(*name) || expected.contains(name);
        let names = SOMETIMES.iter().map(|(name, _)| *name).filter(listed);
        for (number, name) in names.enumerate() {
            let label = if number == 0 { "\n  sometimes         " } else { "                    " };
            let count = self.seen.get(name).copied().unwrap_or(0);
            let mark = if expected.contains(&name) { "   expected" } else { "" };
            let _ = writeln!(out, "{label}{}  {name}{mark}", self.share(count));
        }
    }

    /// `1,234   12.3 %`
    fn share(&self, count: u64) -> String {
        let tenths = (u128::from(count) * 1000 + u128::from(self.runs) / 2) / u128::from(self.runs.max(1));
        // Almost all is not all, and almost nothing not nothing.
        let tenths = match tenths {
            1000 if count < self.runs => 999,
            0 if count > 0 => 1,
            tenths => tenths,
        };
        format!("{:>9}  {:>5} %", thousands(count), format!("{}.{}", tenths / 10, tenths % 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::time::Nanos;

    fn result(seed: u64, ending: SeedEnding, cause: Option<(&str, u64)>, seen: &[&'static str]) -> SeedResult {
        let cause = cause.map(|(name, at)| Cause {
            name: name.into(),
            text: "expected: holds, was: violated".into(),
            at: (at > 0).then(|| Nanos::from_secs(at)),
            bug: None,
        });
        SeedResult { seed, ending, cause, seen: seen.to_vec(), digest: None, swarm: None }
    }

    #[test]
    fn failures_are_grouped_by_cause_with_their_first_seed() {
        let mut summary = Summary::default();
        for seed in 1..=1995 {
            summary.add(&result(seed, SeedEnding::Met, None, &["leader-elected"]));
        }
        summary.add(&result(1996, SeedEnding::Broken, Some(("isr-recovers", 9)), &["leader-elected"]));
        for seed in 1997..=1999 {
            summary.add(&result(seed, SeedEnding::Broken, Some(("acked-all-durable", 12 + seed)), &["truncation"]));
        }
        summary.add(&result(2000, SeedEnding::Inconclusive, Some(("sometimes truncation", 0)), &[]));
        assert_eq!(summary.worst(), SeedEnding::Broken);
        let text = summary.print(&["truncation", "rebalance"], |seed| format!("kafkasim run x:{seed}"));
        insta::assert_snapshot!(text.trim_end(), @r"
          as expected           1,995   99.8 %
          broken                    4    0.2 %
          inconclusive              1    0.1 %

          broken                    3  acked-all-durable: expected: holds, was: violated, at 2009.000s in seed 1997
                                       kafkasim run x:1997
                                    1  isr-recovers: expected: holds, was: violated, at 9.000s in seed 1996
                                       kafkasim run x:1996

          inconclusive              1  sometimes truncation: expected: holds, was: violated
                                       kafkasim run x:2000

          sometimes             1,996   99.8 %  leader-elected
                                    3    0.2 %  truncation   expected
                                    0    0.0 %  rebalance   expected
        ");
    }
}
