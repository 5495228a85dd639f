//! Did the run show what its scenario expects?

use crate::check::Judgement;
use crate::check::outcome::{Finding, Outcome};
use crate::scenario::{self, Bound, Expectation};

/// How one expectation, or one unexpected finding, stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As expected.
    Met,
    /// Not as expected.
    Broken,
    /// The run could not show it: nothing was exercised, or it never happened.
    Inconclusive,
}

/// One line of the verdict.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// How it stands.
    pub standing: Standing,
    /// `acked-all-durable`, `sometimes leader-elected`, `ledger lost.after.ack`.
    pub name: String,
    /// What was found, in words.
    pub found: String,
    /// What was expected, in words; none for a violation that nobody expected.
    pub expected: Option<String>,
}

/// The verdict over all.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Expectations in the scenario's order, then violations that it does not mention.
    pub items: Vec<Item>,
}

impl Verdict {
    /// Holds a judgement against the expectations.
    pub fn new(expect: &[Expectation], judgement: &Judgement, name_tp: &dyn Fn(&Finding) -> String) -> Verdict {
        let mut items: Vec<Item> = expect.iter().map(|e| item(e, judgement, name_tp)).collect();
        let mentioned =
            |id: &str| expect.iter().any(|e| matches!(e, Expectation::Invariant { id: known, .. } if *known == id));
        for finding in &judgement.findings {
            let violated = matches!(finding.outcome, Outcome::Violated { .. });
            if violated && !mentioned(finding.invariant.id) {
                items.push(Item {
                    standing: Standing::Broken,
                    name: finding.invariant.id.into(),
                    found: describe(finding, name_tp),
                    expected: None,
                });
            }
        }
        Verdict { items }
    }
    /// The worst standing of all: what the exit code says.
    pub fn standing(&self) -> Standing {
        let any = |standing| self.items.iter().any(|item| item.standing == standing);
        if any(Standing::Broken) {
            Standing::Broken
        } else if any(Standing::Inconclusive) {
            Standing::Inconclusive
        } else {
            Standing::Met
        }
    }
}

fn item(expectation: &Expectation, judgement: &Judgement, name_tp: &dyn Fn(&Finding) -> String) -> Item {
    match expectation {
        Expectation::Invariant { id, outcome } => {
            let finding = judgement.finding(id).expect("scenarios only name invariants that are checked");
            let standing = match (outcome, &finding.outcome) {
                (scenario::Outcome::Holds, Outcome::Holds { .. })
                | (scenario::Outcome::Violated, Outcome::Violated { .. })
                | (scenario::Outcome::NotPromised, Outcome::NotPromised { .. })
                | (scenario::Outcome::NotExercised, Outcome::NotExercised { .. }) => Standing::Met,
                (_, Outcome::NotExercised { .. }) => Standing::Inconclusive,
                _ => Standing::Broken,
            };
            let expected = match outcome {
                scenario::Outcome::Holds => "holds",
                scenario::Outcome::Violated => "violated",
                scenario::Outcome::NotPromised => "not promised",
                scenario::Outcome::NotExercised => "not exercised",
            };
            Item { standing, name: (*id).into(), found: describe(finding, name_tp), expected: Some(expected.into()) }
        }
        Expectation::Sometimes(name) => {
            let seen = judgement
                .sometimes
                .iter()
                .find(|s| s.name == *name)
                .expect("scenarios only name properties that are counted");
            let (standing, found) = match seen.first {
                Some(first) if seen.count == 1 => (Standing::Met, format!("once, at {first}")),
                Some(first) => (Standing::Met, format!("{}, first at {first}", times(seen.count))),
                None => (Standing::Inconclusive, "never seen".into()),
            };
            Item { standing, name: format!("sometimes {name}"), found, expected: Some("seen".into()) }
        }
        Expectation::Ledger { figure, bound } => {
            let value = judgement.ledger.figure(figure).expect("scenarios only name figures of the ledger");
            let standing = if bound.admits(value) { Standing::Met } else { Standing::Broken };
            Item { standing, name: format!("ledger {figure}"), found: thousands(value), expected: Some(words(bound)) }
        }
    }
}

fn words(bound: &Bound) -> String {
    match bound {
        Bound::Exactly(n) => thousands(*n),
        Bound::AtLeast(n) => format!("at least {}", thousands(*n)),
        Bound::AtMost(n) => format!("at most {}", thousands(*n)),
    }
}

/// A finding's outcome in one sentence.
pub fn describe(finding: &Finding, place: &dyn Fn(&Finding) -> String) -> String {
    match &finding.outcome {
        Outcome::Holds { exercised } => format!("exercised {}", times(*exercised)),
        Outcome::Violated { count, exercised, first } => {
            format!(
                "broken {} of {} times, first at {}{}: {}",
                thousands(*count),
                thousands(*exercised),
                first.at,
                place(finding),
                first.text
            )
        }
        Outcome::NotPromised { reason, broken: 0, .. } => format!("not promised: {reason}"),
        Outcome::NotPromised { reason, broken, first } => {
            let first = first.as_ref().map_or(String::new(), |w| format!(", first at {}{}", w.at, place(finding)));
            format!("not promised: {reason}; broken {}{first}", times(*broken))
        }
        Outcome::NotExercised { reason } => format!("not exercised: {reason}"),
    }
}

/// `once`, `12,345 times`.
fn times(n: u64) -> String {
    if n == 1 { "once".into() } else { format!("{} times", thousands(n)) }
}

/// `12345` as `12,345`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
