//! A run again, held against what was written down of it.

use super::case::Case;
use super::recorded::{RecordedRun, VERSION};
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::words::fields;
use crate::run::SimulatorBug;
use crate::sim::time::Nanos;

/// What was written down of a run, and what came of it now.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Then.
    pub then: RecordedRun,
    /// Now.
    pub now: RecordedRun,
}

/// How the two compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sameness {
    /// The same, fact by fact, and the same verdict.
    Same,
    /// The same facts, and another verdict: whoever judges has changed.
    OtherVerdict,
    /// Another history, and another version made it.
    OtherVersion,
    /// Another history, and the scenario says something else than it did.
    OtherScenario,
    /// Another history of the same scenario by the same version.
    Broken,
}

impl Sameness {
    /// One word, for programs.
    pub fn word(self) -> &'static str {
        match self {
            Sameness::Same => "same",
            Sameness::OtherVerdict => "other-verdict",
            Sameness::OtherVersion => "other-version",
            Sameness::OtherScenario => "other-scenario",
            Sameness::Broken => "not-deterministic",
        }
    }
}

/// A stretch of a history in which it begins to differ from another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DifferingStretch {
    /// So many facts are alike before it.
    pub alike: u64,
    /// The first one that differs is among so many.
    pub among: u64,
    /// The first of them and the last, with their times, as they are now; none where the history is over by then.
    pub ends: Option<[(Nanos, String); 2]>,
}

impl Replay {
    /// See [`Sameness`].
    pub fn sameness(&self) -> Sameness {
        let digest = |recorded: &RecordedRun| recorded.history.as_ref().map(|history| history.digest);
        let (then, now) = (&self.then, &self.now);
        let verdict =
            then.ending == now.ending && then.cause.as_ref().is_none_or(|cause| now.cause.as_ref() == Some(cause));
        match digest(then) == digest(now) {
            true if verdict => Sameness::Same,
            true if digest(now).is_some() => Sameness::OtherVerdict,
            _ if then.version != VERSION => Sameness::OtherVersion,
            _ if then.text != now.text => Sameness::OtherScenario,
            _ => Sameness::Broken,
        }
    }
    /// Where the two histories part, as far as that was written down.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn stretch(&self, case: &Case) -> Result<Option<DifferingStretch>, SimulatorBug> {
        let marks = |recorded: &RecordedRun| recorded.history.as_ref().and_then(|history| history.marks.clone());
        let digests = |recorded: &RecordedRun| recorded.history.as_ref().map(|history| history.digest);
        let (Some(then), Some(now)) = (marks(&self.then), marks(&self.now)) else { return Ok(None) };
        if digests(&self.then) == digests(&self.now) {
            return Ok(None);
        }
        let (first, end) = then.parting(&now);
        let mut ends = Ends { first, end, seen: 0, found: Vec::new() };
        case.run().run(&mut ends)?;
        let run = case.run();
        let said = |entry: &Entry| (entry.at, fields(&entry.fact, &run.setup().catalog));
        let ends = match ends.found.as_slice() {
            [] => None,
            [first, .., last] => Some([said(first), said(last)]),
            [only] => Some([said(only), said(only)]),
        };
        Ok(Some(DifferingStretch { alike: first, among: end - first, ends }))
    }
}

/// Keeps the first and the last fact of a stretch.
struct Ends {
    first: u64,
    end: u64,
    seen: u64,
    found: Vec<Entry>,
}

impl Observer for Ends {
    fn observe(&mut self, entry: &Entry) {
        if (self.first..self.end).contains(&self.seen) {
            self.found.truncate(1);
            self.found.push(*entry);
        }
        self.seen += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::recorded::RecordedHistory;
    use crate::explore::result::SeedEnding;
    use crate::explore::token::Token;
    use crate::run::unwatched;

    fn case(text: &str) -> Case {
        Token::parse(text).expect("a token").case().expect("it is in the library")
    }
    fn recorded(case: &Case) -> RecordedRun {
        RecordedRun::of(case, &mut unwatched).expect("nobody ends it")
    }

    #[test]
    fn a_run_comes_again_and_what_differs_is_told_apart() {
        let now = recorded(&case("leader-crash:7,until=14s"));
        let sameness = |then: RecordedRun| Replay { then, now: now.clone() }.sameness();
        assert_eq!(sameness(now.clone()), Sameness::Same);
        assert_eq!(sameness(now.brief()), Sameness::Same, "a token says less");
        assert_eq!(sameness(RecordedRun { ending: SeedEnding::Broken, ..now.brief() }), Sameness::OtherVerdict);
        let other = RecordedRun { history: Some(RecordedHistory { digest: 1, marks: None }), ..now.brief() };
        assert_eq!(sameness(RecordedRun { version: "0.0.1".into(), ..other.clone() }), Sameness::OtherVersion);
        assert_eq!(sameness(RecordedRun { text: 1, ..other.clone() }), Sameness::OtherScenario);
        assert_eq!(sameness(other), Sameness::Broken);
        assert_eq!(sameness(RecordedRun { version: "0.0.1".into(), text: 1, ..now.clone() }), Sameness::Same);
    }

    #[test]
    fn the_stretch_in_which_two_histories_part_is_shown() {
        let (a, b) =
            (case("leader-crash:7,until=14s"), case("leader-crash:7,until=14s,with=at:+13s%2C+crash:+broker+2"));
        let replay = Replay { then: recorded(&a), now: recorded(&b) };
        let stretch = replay.stretch(&b).expect("it runs").expect("they part");
        let [(from, _), (to, _)] = stretch.ends.expect("both go on");
        assert!(from <= Nanos::from_secs(13) && to >= Nanos::from_secs(13), "{from} {to}");
        assert_eq!(Replay { then: recorded(&a), now: recorded(&a) }.stretch(&a), Ok(None));
    }
}
