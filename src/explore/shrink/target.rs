//! What has to break again: the same thing for the same reason.

use crate::check::Judgement;
use crate::check::kafka_bug::KafkaBug;
use crate::check::outcome::{Finding, Outcome, Witness};
use crate::explore::result::Cause;
use crate::report::why::cause::StoryCause;
use crate::report::{Report, why};
use crate::run::judged::Judged;
use crate::run::verdict::ledger_figure;
use crate::run::verdict::{Item, Standing, name_of};
use crate::run::{Run, SimulatorBug};
use crate::scenario::{Expectation, Scenario};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShrinkTarget {
    /// An invariant is broken, promised or not.
    Invariant {
        /// Which.
        id: &'static str,
        /// `violated`, `not promised`, or `holds` where it is broken for those only to whom it is not promised.
        word: &'static str,
        /// Why it need not hold, without numbers; none: it is violated.
        excuse: Option<String>,
        /// The bug of Kafka behind it.
        bug: Option<KafkaBug>,
    },
    /// An invariant is not promised at all, so nobody counts how often it is broken; the ledger has what it would forbid.
    Harm {
        /// Which.
        id: &'static str,
        /// The figure of the ledger.
        figure: &'static str,
        /// Why it is not promised, without numbers.
        excuse: Option<String>,
    },
    /// Something else that the scenario expects is not so: a figure, an answer, a latency.
    Expectation {
        /// What.
        cause: Cause,
        /// Whether there is less of it when there is less of everything: then a smaller workload would break it as well,
        /// and for another reason.
        counts: bool,
    },
    /// The simulator fails with this message, without numbers.
    Simulator(String),
}

/// How a target was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// When it was seen first, if it has a moment.
    pub at: Option<Nanos>,
}

impl ShrinkTarget {
    /// How an invariant is broken in a run, if it is.
    pub fn of_finding(finding: &Finding) -> Option<ShrinkTarget> {
        let witness = finding.outcome.first()?;
        Some(ShrinkTarget::Invariant {
            id: finding.invariant.id,
            word: finding.outcome.word(),
            excuse: excuse_of(finding),
            bug: witness.bug,
        })
    }
    /// How an invariant fares in a run, promised or not, if it does not hold.
    pub fn of_invariant(judgement: &Judgement, id: &str) -> Option<ShrinkTarget> {
        let finding = judgement.finding(id)?;
        ShrinkTarget::of_finding(finding).or_else(|| {
            let (id, figure) = (finding.invariant.id, why::figure_of(id));
            let harm = judgement.ledger.figure(figure).is_some_and(|value| value > 0);
            let excuse = excuse_of(finding);
            let not_promised = matches!(finding.outcome, Outcome::NotPromised { .. });
            (harm && not_promised).then_some(ShrinkTarget::Harm { id, figure, excuse })
        })
    }
    /// Of the causes of a run the one that says most: an invariant, then what there is too much of.
    pub fn choose(causes: &[Cause], judgement: &Judgement, scenario: &Scenario) -> Option<ShrinkTarget> {
        let of_invariant = |cause: &Cause| judgement.finding(&cause.name).and_then(ShrinkTarget::of_finding);
        let expectation = |cause: &Cause| ShrinkTarget::Expectation {
            cause: cause.clone(),
            counts: counts(&cause.name, judgement, scenario),
        };
        let mut others: Vec<ShrinkTarget> = causes.iter().map(expectation).collect();
        others.sort_by_key(ShrinkTarget::counts);
        causes.iter().find_map(of_invariant).or_else(|| others.into_iter().next())
    }
    /// A bug of the simulator.
    pub fn of_bug(bug: &SimulatorBug) -> ShrinkTarget {
        ShrinkTarget::Simulator(without_numbers(&bug.message))
    }
    /// What it is called: the invariant's id.
    pub fn name(&self) -> &str {
        match self {
            ShrinkTarget::Invariant { id, .. } | ShrinkTarget::Harm { id, .. } => id,
            ShrinkTarget::Expectation { cause, .. } => &cause.name,
            ShrinkTarget::Simulator(_) => "bug of kafkasim",
        }
    }
    /// In words.
    pub fn words(&self) -> String {
        match self {
            ShrinkTarget::Invariant { id, word, bug, .. } => {
                let bug = bug.map_or(String::new(), |bug| format!(" ({bug})"));
                match *word {
                    "violated" => format!("{id} is violated{bug}"),
                    "not promised" => format!("{id} is broken, and not promised{bug}"),
                    _ => format!("{id} is broken for those to whom it is not promised{bug}"),
                }
            }
            ShrinkTarget::Harm { id, figure, .. } => format!("{id} is not promised, and the ledger has {figure}"),
            ShrinkTarget::Expectation { cause, .. } => format!("{}: {}", cause.name, cause.text),
            ShrinkTarget::Simulator(message) => format!("kafkasim fails: {message}"),
        }
    }
    /// Whether a smaller workload breaks it by itself.
    pub fn counts(&self) -> bool {
        matches!(self, ShrinkTarget::Expectation { counts: true, .. })
    }
    /// Whether a run meets it, and when.
    pub fn met(&self, judged: &Judged, causes: impl FnOnce() -> Vec<Cause>) -> Option<Met> {
        match self {
            ShrinkTarget::Invariant { id, .. } => {
                let finding = judged.judgement.finding(id)?;
                (ShrinkTarget::of_finding(finding).as_ref() == Some(self))
                    .then(|| Met { at: finding.outcome.first().map(|witness| witness.at) })
            }
            ShrinkTarget::Expectation { cause, .. } => {
                causes().iter().find(|found| found.is_same(cause)).map(|found| Met { at: found.at })
            }
            ShrinkTarget::Harm { id, .. } => {
                (ShrinkTarget::of_invariant(&judged.judgement, id).as_ref() == Some(self)).then_some(Met { at: None })
            }
            ShrinkTarget::Simulator(_) => None,
        }
    }
    /// Why it is so, by the name of the cause; none where no story is told of it.
    pub fn cause(&self, run: &Run<'_>) -> Option<StoryCause> {
        let mut report = Report::of(run).ok()?;
        let found = String::new();
        // What is told is what is not as expected.
        report.verdict.items =
            vec![Item { standing: Standing::Broken, name: self.name().to_owned(), found, expected: None }];
        why::explain(run, &report).ok()?.cause
    }
    /// The first witness, if there is one.
    pub fn witness<'j>(&self, judgement: &'j Judgement) -> Option<&'j Witness> {
        judgement.finding(self.name()).and_then(|finding| finding.outcome.first())
    }
}

/// What a run violates that is neither this nor among `known`: another find.
pub fn others<'j>(target: &ShrinkTarget, known: &[&str], judged: &'j Judged) -> Option<&'j Finding> {
    let new = |finding: &&Finding| {
        matches!(finding.outcome, Outcome::Violated { unexplained: 1.., .. })
            && finding.invariant.id != target.name()
            && !known.contains(&finding.invariant.id)
    };
    judged.judgement.findings.iter().find(new)
}

/// Figures of the ledger that only grow while a run goes on and its workload does.
pub(super) const HARM: [&str; 7] = [
    "lost.after.ack",
    "duplicated",
    "out.of.order",
    "processed.again",
    "effects.again",
    "rows.without.record",
    "skipped",
];

/// See [`ShrinkTarget::Expectation`].
fn counts(name: &str, judgement: &Judgement, scenario: &Scenario) -> bool {
    let exceeded = scenario.expect.iter().any(|expectation| match expectation {
        Expectation::Ledger { figure, of, bound } if HARM.contains(figure) || *figure == "failed" => {
            name_of(expectation) == name
                && ledger_figure(judgement, figure, of.as_ref()).is_some_and(|value| bound.passed(value))
        }
        _ => false,
    });
    !exceeded
}

fn excuse_of(finding: &Finding) -> Option<String> {
    finding.excuse.map(|excuse| without_numbers(&format!("{excuse:?}")))
}

fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
