//! What came of a run, as somebody may write it down: enough to say whether it comes again.

use super::case::Case;
use super::result::{Cause, SeedEnding, SeedResult};
use crate::history::Observer;
use crate::history::digest::Digest;
use crate::history::fact::Entry;
use crate::run::RunWatcher;
use crate::run::judged::judge_with;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What came of a run. See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordedRun {
    /// Which version ran it.
    pub version: String,
    /// [`Case::text_digest`] of what was run.
    pub text: u32,
    /// How it ended.
    pub ending: SeedEnding,
    /// Why, unless it was as expected or nobody wrote it down.
    pub cause: Option<Cause>,
    /// Its history; none where the simulator failed.
    pub history: Option<RecordedHistory>,
}

/// A history, in few numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordedHistory {
    /// The digest of all facts.
    pub digest: u64,
    /// More of it, if there was room.
    pub marks: Option<HistoryMarks>,
}

/// Digests along a history, so that the stretch can be found in which another one begins to differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryMarks {
    /// How many facts the history has.
    pub facts: u64,
    /// How many facts lie between two marks; a power of two.
    pub every: u64,
    /// The upper half of the digest after each so many facts.
    pub values: Vec<u32>,
}

impl HistoryMarks {
    /// The fewest facts between two marks.
    pub const LEAST: u64 = 64;
    /// The most marks.
    pub const MOST: usize = 64;

    /// The facts, numbered from 0, among which the first one is that differs: from the first number up to before the
    /// second. Both histories differ somewhere.
    pub fn parting(&self, other: &HistoryMarks) -> (u64, u64) {
        let every = self.every.max(other.every);
        let thin = |marks: &HistoryMarks| {
            let step = usize::try_from(every / marks.every).unwrap_or(usize::MAX);
            marks.values.iter().skip(step - 1).step_by(step).copied().collect::<Vec<_>>()
        };
        let (own, others) = (thin(self), thin(other));
        let alike = own.iter().zip(&others).take_while(|(a, b)| a == b).count() as u64;
        let first = alike.saturating_mul(every);
        (first, first.saturating_add(every).min(self.facts.max(other.facts)).max(first.saturating_add(1)))
    }
}

impl RecordedRun {
    /// Runs it and writes down what comes of it; none if the watcher has ended it.
    pub fn of(case: &Case, watcher: RunWatcher<'_>) -> Option<RecordedRun> {
        let mut marking = Marking::default();
        let judged = judge_with(&case.run(), &mut marking, watcher);
        let (result, history) = match judged {
            Ok(judged) if judged.interrupted => return None,
            Ok(judged) => {
                let marks = Some(marking.finish());
                let history = RecordedHistory { digest: judged.digest.value(), marks };
                (SeedResult::judged(case.seed, &judged), Some(history))
            }
            Err(bug) => (SeedResult::bug(case.seed, &bug), None),
        };
        Some(RecordedRun {
            version: VERSION.into(),
            text: case.text_digest(),
            ending: result.ending,
            cause: result.cause,
            history,
        })
    }
    /// The same in so few words as a token has.
    pub fn brief(&self) -> RecordedRun {
        let history = self.history.as_ref().map(|history| RecordedHistory { digest: history.digest, marks: None });
        RecordedRun { cause: None, history, ..self.clone() }
    }
}

/// Makes marks while a run goes on.
#[derive(Default)]
struct Marking {
    digest: Digest,
    /// Between two marks, in units of the least.
    stride: u64,
    values: Vec<u32>,
}

impl Marking {
    fn every(&self) -> u64 {
        HistoryMarks::LEAST << self.stride
    }
    fn finish(self) -> HistoryMarks {
        HistoryMarks { facts: self.digest.facts(), every: self.every(), values: self.values }
    }
}

impl Observer for Marking {
    fn observe(&mut self, entry: &Entry) {
        self.digest.absorb(entry);
        if !self.digest.facts().is_multiple_of(self.every()) {
            return;
        }
        self.values.push((self.digest.value() >> 32) as u32);
        if self.values.len() == HistoryMarks::MOST {
            // Every other one stands for a stretch of twice the length.
            self.values = self.values.iter().skip(1).step_by(2).copied().collect();
            self.stride += 1;
        }
    }
}

impl SeedEnding {
    /// All, the best first.
    pub const ALL: [SeedEnding; 4] = [SeedEnding::Met, SeedEnding::Inconclusive, SeedEnding::Broken, SeedEnding::Bug];

    /// `met`, `inconclusive`, `broken`, `bug`.
    pub fn word(self) -> &'static str {
        match self {
            SeedEnding::Met => "met",
            SeedEnding::Inconclusive => "inconclusive",
            SeedEnding::Broken => "broken",
            SeedEnding::Bug => "bug",
        }
    }
    /// What is called like this.
    pub fn of_word(word: &str) -> Option<SeedEnding> {
        SeedEnding::ALL.into_iter().find(|ending| ending.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::Fact;
    use crate::protocol::ids::BrokerId;
    use crate::sim::time::Nanos;

    fn marks(facts: u64, odd: Option<u64>) -> HistoryMarks {
        let mut marking = Marking::default();
        for number in 0..facts {
            let broker = BrokerId(if odd == Some(number) { 2 } else { 1 });
            marking.observe(&Entry { at: Nanos(number), event: number, fact: Fact::BrokerFenced { broker } });
        }
        marking.finish()
    }

    #[test]
    fn there_are_few_marks_however_long_a_history_is() {
        for facts in [0, 63, 64, 4_095, 4_096, 100_000] {
            let marks = marks(facts, None);
            assert!(marks.values.len() < HistoryMarks::MOST, "{facts}");
            assert_eq!(marks.values.len() as u64, facts / marks.every, "{facts}");
        }
    }

    #[test]
    fn the_stretch_is_found_in_which_two_histories_part() {
        for (facts, others, odd) in
            [(100, 100, 70), (50_000, 50_000, 33_333), (50_000, 700, 100), (10, 10, 3), (5, 9, 5)]
        {
            let (first, end) = marks(facts, None).parting(&marks(others, Some(odd)));
            assert!((first..end).contains(&odd), "{first}..{end} has no {odd}");
            assert!(end - first <= (facts.max(others) / 16).max(HistoryMarks::LEAST), "{first}..{end}");
        }
        // One that is over while the other goes on.
        let (first, end) = marks(5_000, None).parting(&marks(4_000, None));
        assert!((first..end).contains(&4_000), "{first}..{end}");
    }
}
