//! A sweep as a table, for people.

use std::fmt::Write;

use super::{SweepStory, may_miss};
use crate::explore::result::{NOT_SIMULATED, SeedEnding};
use crate::explore::summary::{FailingSeed, SeedFailure};
use crate::report::human::wrap;
use crate::run::figures::thousands;
use crate::scenario::properties::SOMETIMES;

/// How runs end, in words, in the order of the table.
const WORDS: [(SeedEnding, &str); 4] = [
    (SeedEnding::Met, "as expected"),
    (SeedEnding::Broken, "broken"),
    (SeedEnding::Inconclusive, "inconclusive"),
    (SeedEnding::Bug, "bug of kafkasim"),
];

impl SweepStory<'_> {
    /// The table, so many columns wide.
    pub fn human(&self, width: usize) -> String {
        let mut out = self.head(width);
        self.verdicts(&mut out);
        self.causes(&mut out);
        self.missing(&mut out);
        self.missed_faults(&mut out);
        self.sometimes(&mut out);
        out
    }

    fn head(&self, width: usize) -> String {
        let mut out = format!("{}   {}\n", self.title(), self.extent());
        let mut paragraph = |text: &str| {
            wrap(text, width.saturating_sub(2).max(38)).iter().for_each(|line| out += &format!("{line}\n"));
        };
        let changes = self
            .swept
            .changes
            .iter()
            .map(|change| change.split_once(' ').map_or(change.as_str(), |(_, text)| text.trim()));
        let changes: Vec<&str> = changes.collect();
        if !changes.is_empty() {
            paragraph(&format!("Changed: {}", changes.join(", ")));
        } else if let Some(sentence) = self.swept.sentence() {
            paragraph(&sentence);
        }
        if let Some(sentence) = self.swept.demanded() {
            paragraph(&sentence);
        }
        if let Some(sentence) = self.unfinished() {
            paragraph(&sentence);
        }
        out + "\n"
    }

    fn verdicts(&self, out: &mut String) {
        for (ending, word) in WORDS {
            let count = self.summary.count(ending);
            if count > 0 || matches!(ending, SeedEnding::Met | SeedEnding::Broken) {
                let _ = writeln!(out, "  {word:<18}{}", self.percent(count));
            }
        }
    }

    /// Faults that may hit nobody, and did: they are part of no verdict.
    fn missed_faults(&self, out: &mut String) {
        let (runs, faults) = self.summary.missed();
        if runs > 0 {
            let _ = writeln!(out, "\n  faults missed     {}  {}", self.percent(runs), may_miss(faults));
        }
    }

    fn causes(&self, out: &mut String) {
        for (ending, word) in WORDS {
            for (number, failure) in self.summary.failures(ending).into_iter().enumerate() {
                let word = if number == 0 { word } else { "" };
                let at =
                    failure.cause.at.map_or(String::new(), |at| format!(", at {at} in seed {}", failure.seeds.first()));
                let cause = &failure.cause;
                let bug = cause.bug.map_or(String::new(), |bug| format!(" ({bug})"));
                let _ = write!(out, "{}", if number == 0 { "\n" } else { "" });
                let count = thousands(failure.seeds.count);
                let _ = writeln!(out, "  {word:<18}{count:>9}  {}: {}{bug}{at}", cause.name, cause.text);
                for command in again(failure) {
                    let _ = writeln!(out, "  {:<18}{:>9}  {command}", "", "");
                }
            }
        }
    }

    /// What was not simulated in runs that broke: with it they are inconclusive, and say so among the causes.
    fn missing(&self, out: &mut String) {
        let told = |text: &str| self.summary.failures(SeedEnding::Inconclusive).iter().any(|f| f.cause.text == text);
        let missing = self.summary.inconclusive().filter_map(|(name, seeds)| {
            let text = name.strip_prefix(NOT_SIMULATED)?.trim_start_matches(": ");
            (!told(text)).then_some((text, seeds))
        });
        for (number, (text, seeds)) in missing.enumerate() {
            let label = if number == 0 { "\n  not simulated     " } else { "                    " };
            let _ = writeln!(out, "{label}{:>9}  {text}", thousands(seeds.count));
        }
    }

    fn sometimes(&self, out: &mut String) {
        let expected = self.swept.sometimes();
        let listed = |name: &&str| self.summary.seen(name).is_some() || expected.contains(name);
        let names = SOMETIMES.iter().map(|(name, _)| *name).filter(listed);
        for (number, name) in names.enumerate() {
            let label = if number == 0 { "\n  sometimes         " } else { "                    " };
            let count = self.summary.seen(name).unwrap_or(0);
            let mark = if expected.contains(&name) { "   expected" } else { "" };
            let _ = writeln!(out, "{label}{}  {name}{mark}", self.percent(count));
        }
    }

    /// `1,234   12.3 %`
    fn percent(&self, count: u64) -> String {
        let runs = self.summary.runs();
        let tenths = (u128::from(count) * 1000 + u128::from(runs) / 2) / u128::from(runs.max(1));
        // Almost all is not all, and almost nothing not nothing.
        let tenths = match tenths {
            1000 if count < runs => 999,
            0 if count > 0 => 1,
            tenths => tenths,
        };
        format!("{:>9}  {:>5} %", thousands(count), format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// The commands that lead on from a failure, by its lowest seed. What a swarm has drawn would be a long command; its token
/// is a short one.
fn again(failure: &SeedFailure) -> Vec<String> {
    /// Longer arguments are no line that one reads.
    const LONGEST: usize = 90;
    let Some(FailingSeed { run, token, .. }) = failure.seeds.lowest.first() else { return Vec::new() };
    let mut commands = Vec::new();
    if token.is_none() || run.len() <= LONGEST {
        commands.push(format!("kafkasim run {run}"));
    }
    if let Some(token) = token {
        commands.push(format!("kafkasim replay {token}"));
        // What could not be shown has nothing that could be made smaller.
        if failure.ending >= SeedEnding::Broken {
            commands.push(format!("kafkasim shrink {token}"));
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::result::{Cause, SeedResult};
    use crate::explore::summary::Summary;
    use crate::explore::swept::SweptScenario;
    use crate::explore::told::SweepEnd;
    use crate::sim::time::Nanos;

    fn result(seed: u64, ending: SeedEnding, cause: Option<(&str, u64)>, seen: &[&'static str]) -> SeedResult {
        let cause = cause.map(|(name, at)| Cause {
            name: name.into(),
            text: "expected: holds, was: violated".into(),
            at: (at > 0).then(|| Nanos::from_secs(at)),
            bug: None,
        });
        SeedResult {
            cause,
            run: (ending != SeedEnding::Met).then(|| format!("x:{seed}")),
            token: (ending == SeedEnding::Broken).then(|| format!("x:{seed}@0.1.0")),
            seen: seen.to_vec(),
            ..SeedResult::ended(seed, ending)
        }
    }

    #[test]
    fn failures_are_grouped_by_cause_with_their_first_seed() {
        let mut summary = Summary::default();
        for seed in 1..=1994 {
            summary.add(&result(seed, SeedEnding::Met, None, &["leader-elected"]));
        }
        summary.add(&result(1996, SeedEnding::Broken, Some(("isr-recovers", 9)), &["leader-elected"]));
        for seed in 1997..=1999 {
            summary.add(&result(seed, SeedEnding::Broken, Some(("acked-all-durable", 12 + seed)), &["truncation"]));
        }
        let missed = SeedResult { missed: vec![1, 2], ..result(1995, SeedEnding::Met, None, &["leader-elected"]) };
        summary.add(&missed);
        summary.add(&result(2000, SeedEnding::Inconclusive, Some(("sometimes truncation", 0)), &[]));
        assert_eq!(summary.worst(), SeedEnding::Broken);
        let swept = SweptScenario {
            name: "x".into(),
            variant: None,
            digest: "xxh3:0".into(),
            version: "0".into(),
            swarm: None,
            changes: vec!["--set a=1".into(), "--with at: 5s, crash: {}".into()],
            expect: vec!["sometimes truncation".into(), "sometimes rebalance".into()],
            asked: Some("1..2000".parse().expect("seeds")),
        };
        let text = SweepStory { swept: &swept, summary: &summary, end: &SweepEnd::Whole }.human(80);
        insta::assert_snapshot!(text.trim_end(), @r"
        x   2,000 seeds, 1..2000
        Changed: a=1, at: 5s, crash: {}

          as expected           1,995   99.8 %
          broken                    4    0.2 %
          inconclusive              1    0.1 %

          broken                    3  acked-all-durable: expected: holds, was: violated, at 2009.000s in seed 1997
                                       kafkasim run x:1997
                                       kafkasim replay x:1997@0.1.0
                                       kafkasim shrink x:1997@0.1.0
                                    1  isr-recovers: expected: holds, was: violated, at 9.000s in seed 1996
                                       kafkasim run x:1996
                                       kafkasim replay x:1996@0.1.0
                                       kafkasim shrink x:1996@0.1.0

          inconclusive              1  sometimes truncation: expected: holds, was: violated
                                       kafkasim run x:2000

          faults missed             1    0.1 %  2 faults hit nobody, and may (may.miss)

          sometimes             1,996   99.8 %  leader-elected
                                    3    0.2 %  truncation   expected
                                    0    0.0 %  rebalance   expected
        ");
    }
}
