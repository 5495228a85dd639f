//! Did the run show what its scenario expects?

use super::figures::{crossed, short, thousands};
use super::latencies::Latencies;
use crate::check::Judgement;
use crate::check::alerts::AlertStory;
use crate::check::expect::{Question, QuestionAnswer};
use crate::check::outcome::{Apart, Finding, Outcome};
use crate::history::setup::{Ignored, Setup};
use crate::protocol::rack_traffic::RackTraffic;
use crate::scenario::{Expectation, ExpectedOutcome, LedgerOf};

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

/// Something that the scenario asked for and the run did not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsimulated {
    /// What, in one sentence.
    pub text: String,
    /// Whoever runs it knows and does not mind.
    pub allowed: bool,
}

/// The verdict over all.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Expectations in the scenario's order, then violations that it does not mention.
    pub items: Vec<Item>,
    /// What was not simulated: whatever else is said, it is not said of this.
    pub unsimulated: Vec<Unsimulated>,
}

impl Verdict {
    /// Holds a judgement and the answers to the scenario's questions against the expectations.
    pub fn new(
        expect: &[Expectation],
        judgement: &Judgement,
        answers: &Answers,
        name_tp: &dyn Fn(&Finding) -> String,
    ) -> Verdict {
        let mut asked = answers.questions.iter();
        let mut items: Vec<Item> = expect.iter().map(|e| item(e, judgement, answers, &mut asked, name_tp)).collect();
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
        let unsimulated =
            judgement.unsimulated.iter().map(|text| Unsimulated { text: text.clone(), allowed: false }).collect();
        Verdict { items, unsimulated }
    }
    /// Goes on without the settings that have no effect (`--allow-ignored`). They are still named. A fault
    /// that did not happen is not excused: the scenario is about it.
    pub fn allow_ignored(&mut self, ignored: &[Ignored]) {
        let settings: Vec<String> = ignored.iter().map(ToString::to_string).collect();
        for unsimulated in self.unsimulated.iter_mut().filter(|u| settings.contains(&u.text)) {
            unsimulated.allowed = true;
        }
    }
    /// The worst standing of all: what the exit code says. Where something was not simulated, an expectation that
    /// broke is no more shown than one that was met; a violation that nobody expected is one in any cluster.
    pub fn standing(&self) -> Standing {
        let any = |standing| self.items.iter().any(|item| item.standing == standing);
        let violated = self.items.iter().any(|item| item.standing == Standing::Broken && item.expected.is_none());
        let another_cluster = self.unsimulated.iter().any(|u| !u.allowed);
        if violated || (any(Standing::Broken) && !another_cluster) {
            Standing::Broken
        } else if any(Standing::Inconclusive) || another_cluster {
            Standing::Inconclusive
        } else {
            Standing::Met
        }
    }
}

/// What a run answers beside the judge.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// One for each question of the expectations, in their order.
    pub questions: Vec<QuestionAnswer>,
    /// The latencies that are asked for.
    pub latencies: Latencies,
    /// What became of the scenario's alerts, in their order; nothing where it is not known.
    pub alerts: Vec<AlertStory>,
    /// How much was carried across racks; none: nobody has measured it.
    pub rack_traffic: Option<RackTraffic>,
    /// Whether the run was ended before its time.
    pub cut: bool,
}

/// The questions among expectations, in their order.
pub fn questions(expect: &[Expectation]) -> impl Iterator<Item = Question> + '_ {
    expect.iter().filter_map(|expectation| match expectation {
        Expectation::Question { question, .. } => Some(question.clone()),
        _ => None,
    })
}

/// What an expectation is called in a verdict.
pub fn name_of(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Question { name, .. } | Expectation::Latency { name, .. } | Expectation::Alert { name, .. } => {
            name.clone()
        }
        Expectation::Invariant { id, .. } => (*id).into(),
        Expectation::CrossedRacks { of, .. } => format!("crossed.racks {}", of.name()),
        Expectation::Sometimes(name) => format!("sometimes {name}"),
        Expectation::Ledger { figure, of, .. } => {
            format!("ledger {figure}{}", of.as_ref().map_or(String::new(), |of| format!(" of {}", of.name())))
        }
    }
}

fn item(
    expectation: &Expectation,
    judgement: &Judgement,
    answers: &Answers,
    asked: &mut std::slice::Iter<'_, QuestionAnswer>,
    name_tp: &dyn Fn(&Finding) -> String,
) -> Item {
    let name = name_of(expectation);
    match expectation {
        Expectation::Question { expected, .. } => {
            let answer = asked.next().expect("every question of a scenario is asked");
            answered(name, answer, expected)
        }
        Expectation::Alert { alert, first, times, expected, .. } => {
            let unknown = QuestionAnswer { fits: None, found: "the history has other names than its scenario".into() };
            let story = answers.alerts.get(*alert);
            let answer = story.map_or(unknown, |story| story.answer(*first, *times, answers.cut));
            answered(name, &answer, expected)
        }
        Expectation::Latency { of, per_mille, bound, .. } => {
            let (standing, found) = match answers.latencies.quantile(*of, *per_mille) {
                Some(value) if bound.admits(value.0) => (Standing::Met, short(value)),
                Some(value) => (Standing::Broken, short(value)),
                None => (Standing::Inconclusive, "nothing arrived".into()),
            };
            let expected = bound.words_of_time();
            Item { standing, name, found, expected: Some(expected) }
        }
        Expectation::CrossedRacks { of, bound } => {
            let (standing, found) = match answers.rack_traffic.map(|traffic| traffic.of(*of)) {
                None => (Standing::Inconclusive, "not measured: no broker stands in a rack".into()),
                Some(carried) => match carried.known_crossed() {
                    None => (Standing::Inconclusive, crossed(&carried)),
                    Some(bytes) if bound.admits(bytes) => (Standing::Met, crossed(&carried)),
                    Some(_) => (Standing::Broken, crossed(&carried)),
                },
            };
            Item { standing, name, found, expected: Some(format!("{} bytes", bound.words(&thousands))) }
        }
        Expectation::Invariant { id, outcome } => {
            let finding = judgement.finding(id).expect("scenarios only name invariants that are checked");
            let standing = match (outcome, &finding.outcome) {
                (ExpectedOutcome::Unbroken, _) if finding.is_broken() => Standing::Broken,
                (ExpectedOutcome::Unbroken, Outcome::NotPromised { exercised: 0, .. }) => Standing::Inconclusive,
                (ExpectedOutcome::Unbroken, Outcome::Holds { .. } | Outcome::NotPromised { .. })
                | (ExpectedOutcome::Holds, Outcome::Holds { .. })
                | (ExpectedOutcome::Violated, Outcome::Violated { .. })
                | (ExpectedOutcome::NotPromised, Outcome::NotPromised { .. })
                | (ExpectedOutcome::NotExercised, Outcome::NotExercised { .. }) => Standing::Met,
                (_, Outcome::NotExercised { .. }) => Standing::Inconclusive,
                _ => Standing::Broken,
            };
            let expected = match outcome {
                ExpectedOutcome::Holds => "holds",
                ExpectedOutcome::Violated => "violated",
                ExpectedOutcome::NotPromised => "not promised",
                ExpectedOutcome::NotExercised => "not exercised",
                ExpectedOutcome::Unbroken => "unbroken",
            };
            Item { standing, name, found: describe(finding, name_tp), expected: Some(expected.into()) }
        }
        Expectation::Sometimes(property) => {
            let seen = judgement
                .sometimes
                .iter()
                .find(|s| s.name == *property)
                .expect("scenarios only name properties that are counted");
            let internal = match seen.internal {
                0 => String::new(),
                n => format!("; {} on internal topics", times(n)),
            };
            let (standing, found) = match seen.first {
                Some(first) if seen.count == 1 => (Standing::Met, format!("once, at {first}{internal}")),
                Some(first) => (Standing::Met, format!("{}, first at {first}{internal}", times(seen.count))),
                None => (Standing::Inconclusive, format!("never seen{internal}")),
            };
            Item { standing, name, found, expected: Some("seen".into()) }
        }
        Expectation::Ledger { figure, of, bound } => {
            let value =
                ledger_figure(judgement, figure, of.as_ref()).expect("scenarios only name figures of the ledger");
            let standing = if bound.admits(value) { Standing::Met } else { Standing::Broken };
            Item { standing, name, found: thousands(value), expected: Some(bound.words(&thousands)) }
        }
    }
}

fn answered(name: String, answer: &QuestionAnswer, expected: &str) -> Item {
    let standing = match answer.fits {
        Some(true) => Standing::Met,
        Some(false) => Standing::Broken,
        None => Standing::Inconclusive,
    };
    Item { standing, name, found: answer.found.clone(), expected: Some(expected.to_owned()) }
}

/// A figure of the ledger, or of a part of it.
pub fn ledger_figure(judgement: &Judgement, figure: &str, of: Option<&LedgerOf>) -> Option<u64> {
    let ledger = &judgement.ledger;
    match of {
        None => ledger.figure(figure),
        Some(LedgerOf::Producers { nodes, .. }) => {
            let of = ledger.producers.iter().filter(|(node, _)| nodes.contains(node));
            of.map(|(_, totals)| totals.figure(figure)).sum()
        }
        Some(LedgerOf::Topic { topic, .. }) => {
            let of = ledger.topics.iter().filter(|(known, _)| known == topic);
            of.map(|(_, totals)| totals.figure(figure)).sum()
        }
        Some(LedgerOf::Group { group, .. }) => {
            let of = ledger.groups.iter().filter(|known| known.group == *group);
            of.map(|group| group.figure(figure)).sum()
        }
    }
}

/// A finding's outcome in one sentence.
pub fn describe(finding: &Finding, place: &dyn Fn(&Finding) -> String) -> String {
    match &finding.outcome {
        Outcome::Holds { exercised, apart: None } => format!("exercised {}", times(*exercised)),
        Outcome::Holds { exercised, apart: Some(Apart { reason, broken, .. }) } => {
            format!("exercised {}; not promised to all: {reason}; broken there {}", times(*exercised), times(*broken))
        }
        Outcome::Violated { count, exercised, first, .. } => {
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
        Outcome::NotPromised { reason, broken, first, .. } => {
            let first = first.as_ref().map_or(String::new(), |w| format!(", first at {}{}", w.at, place(finding)));
            format!("not promised: {reason}; broken {}{first}", times(*broken))
        }
        Outcome::NotExercised { reason } => format!("not exercised: {reason}"),
    }
}

/// `once`, `12,345 times`.
fn times(n: u64) -> String {
    match n {
        0 => "never".into(),
        1 => "once".into(),
        n => format!("{} times", thousands(n)),
    }
}

/// Names the place of a finding's first witness: ` on orders-3@900`.
pub fn place(setup: &Setup) -> impl Fn(&Finding) -> String + '_ {
    |finding| {
        finding.outcome.first().and_then(|w| Some((w.tp?, w.offset))).map_or(String::new(), |(tp, offset)| {
            let offset = offset.filter(|o| o.0 >= 0).map_or(String::new(), |o| format!("@{o}"));
            format!(" on {}{offset}", setup.catalog.tp_name(tp))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Judge;
    use std::rc::Rc;

    /// A judgement of nothing, but for what was not simulated.
    fn verdict(unsimulated: &[String]) -> Verdict {
        let judgement =
            Judgement { unsimulated: unsimulated.to_vec(), ..Judge::new(Rc::new(Setup::default())).finish() };
        Verdict::new(&[], &judgement, &Answers::default(), &|_| String::new())
    }

    #[test]
    fn what_was_not_simulated_is_not_green() {
        let setting = Ignored { place: "a.yaml:3:5".into(), what: "transactional.id".into(), reason: "not yet".into() };
        let fault = "fault 1 (crash broker 1) hit nobody that was alive".to_owned();
        assert_eq!(verdict(&[]).standing(), Standing::Met);

        let mut settings = verdict(&[setting.to_string()]);
        assert_eq!(settings.standing(), Standing::Inconclusive);
        settings.allow_ignored(std::slice::from_ref(&setting));
        assert_eq!(settings.standing(), Standing::Met, "whoever runs it knows");
        assert_eq!(settings.unsimulated.len(), 1, "it is named all the same");

        let item = |expected: Option<&str>| Item {
            standing: Standing::Broken,
            name: "ledger duplicated".into(),
            found: "5".into(),
            expected: expected.map(String::from),
        };
        let mut broken = verdict(&[setting.to_string()]);
        broken.items.push(item(Some("0")));
        assert_eq!(broken.standing(), Standing::Inconclusive, "the setting may have made the difference");
        broken.items.push(item(None));
        assert_eq!(broken.standing(), Standing::Broken, "what nobody expects breaks in any cluster");

        let mut both = verdict(&[setting.to_string(), fault]);
        both.allow_ignored(&[setting]);
        assert_eq!(both.standing(), Standing::Inconclusive, "a fault that did not happen is not excused");
    }
}
