//! After a run one step that fits what happened: the first rule of a table that fits.

use super::command_line::Again;
use super::command_line::quote;
use super::{Report, why};
use crate::run::verdict::Standing;
use crate::scenario::Override;

/// How runs beside this one are spelled on a command line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spelling {
    /// The scenario: `leader-crash`.
    pub scenario: String,
    /// As it was typed: with a seed if one was named.
    pub typed: String,
    /// With the seed of this run: `leader-crash:7`.
    pub seeded: String,
    /// Its variant and what else was changed, each behind a blank: ` --variant cure`.
    pub changes: String,
    /// Where it was cut: ` --until 30s`.
    pub until: String,
    /// Whether settings without effect are excused: ` --allow-ignored`.
    pub excused: &'static str,
    /// Behind a command: what it needs that it cannot say.
    pub note: &'static str,
}

impl Spelling {
    /// Of a run whose seed was typed like this.
    pub fn of(run: &Again<'_>, typed: Option<u64>) -> Spelling {
        Spelling {
            scenario: Again { seed: None, ..*run }.name(),
            typed: Again { seed: typed, ..*run }.name(),
            seeded: run.name(),
            changes: run.changed(),
            until: run.cut(),
            excused: if run.allow_ignored { " --allow-ignored" } else { "" },
            note: run.note(),
        }
    }
    /// All that this run depends on.
    fn run(&self) -> String {
        format!("{}{}{}", self.seeded, self.changes, self.until)
    }
    /// This run with a hundred seeds.
    fn sweep(&self) -> String {
        format!("sweep {}{}{} --seeds 1..100", self.scenario, self.changes, self.until)
    }
}

/// A step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NextStep {
    /// What to type.
    pub command: String,
    /// Why just this.
    pub why: String,
}

/// When to propose what.
struct Rule {
    /// Told apart by the tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests tell rules apart by it"))]
    name: &'static str,
    fits: fn(&Report) -> bool,
    /// The command after `kafkasim`, and why.
    step: fn(&Report, &Spelling) -> (String, String),
}

/// Variants that help are called this.
const CURE: &str = "cure";

const RULES: &[Rule] = &[
    Rule {
        name: "interrupted",
        fits: |report| report.interrupted,
        step: |_, spelling| (format!("run {}", spelling.run()), "it was interrupted; this is all of it".into()),
    },
    Rule {
        name: "harm",
        // Of a run that was cut nobody knows what is still to come.
        fits: |report| report.cut.is_none() && harm(report).is_some(),
        step: |report, spelling| {
            let question = harm(report).unwrap_or_default();
            let why = match question.split(' ').next() {
                Some("--lost") => "why the first of what was lost was lost",
                Some("--duplicate") => "why the first of what is there or done twice is so",
                Some("--record") => "the story of the first record with which something went wrong",
                _ => "what led to the first invariant that is broken",
            };
            (format!("explain {} {question}", spelling.run()), why.into())
        },
    },
    Rule {
        name: "not as expected",
        fits: |report| report.verdict.standing() == Standing::Broken,
        step: |_, spelling| {
            let why = "one seed is one stroke of luck: whether others are as the scenario expects";
            (spelling.sweep(), why.into())
        },
    },
    Rule {
        name: "cut",
        fits: |report| report.verdict.standing() == Standing::Inconclusive && report.cut.is_some(),
        step: |report, spelling| {
            (
                format!("run {}{}", spelling.seeded, spelling.changes),
                format!("it was cut at {}; what it was to show may come later", report.end),
            )
        },
    },
    Rule {
        name: "not simulated",
        fits: |report| {
            report
                .verdict
                .unsimulated
                .iter()
                .any(|unsimulated| !unsimulated.allowed && is_setting(report, &unsimulated.text))
        },
        step: |_, spelling| {
            (
                format!("run {} --allow-ignored", spelling.run()),
                "judges the cluster without the settings that have no effect here".into(),
            )
        },
    },
    Rule {
        name: "a fault that hit nobody",
        fits: |report| report.verdict.unsimulated.iter().any(|unsimulated| !unsimulated.allowed),
        step: |_, spelling| {
            (format!("step {}", spelling.run()), "how the cluster stands when the fault finds nobody to hit".into())
        },
    },
    Rule {
        name: "never seen",
        fits: |report| inconclusive(report, |name| name.starts_with("sometimes ")),
        step: |report, spelling| {
            let inconclusive = report.verdict.items.iter().filter(|item| item.standing == Standing::Inconclusive);
            let name = inconclusive.filter_map(|item| item.name.strip_prefix("sometimes ")).next().unwrap_or_default();
            (spelling.sweep(), format!("which seeds show {name}, which this one does not"))
        },
    },
    Rule {
        name: "not exercised",
        fits: |report| report.verdict.standing() == Standing::Inconclusive,
        step: |_, spelling| {
            (format!("run {} -v", spelling.run()), "says of every invariant what would have put it to the test".into())
        },
    },
    Rule {
        name: "a cure",
        fits: |report| plain(report) && report.variants.iter().any(|variant| variant.name == CURE),
        step: |report, spelling| variant(report, spelling, CURE),
    },
    Rule {
        name: "a variant",
        fits: |report| plain(report) && !report.variants.is_empty(),
        step: |report, spelling| variant(report, spelling, &report.variants[0].name),
    },
    Rule {
        name: "a change",
        fits: |report| !plain(report) && report.cut.is_none(),
        step: |_, spelling| {
            (
                format!("diff {}{}", spelling.seeded, spelling.changes),
                "where it parts from the run without the change, and what followed".into(),
            )
        },
    },
    Rule {
        name: "all held",
        fits: |_| true,
        step: |_, spelling| (spelling.sweep(), "one seed is one stroke of luck; these are a hundred".into()),
    },
];

/// The step that fits.
pub fn next_step(report: &Report, spelling: &Spelling) -> NextStep {
    let rule = rule(report);
    let (command, why) = (rule.step)(report, spelling);
    NextStep { command: format!("kafkasim {command}{}", spelling.note), why }
}

/// The command that holds a run which shows harm against what its scenario has for a cure; where it has none, against
/// its other variants. None: it shows no harm, is all there is, or what was changed cannot be said in a comparison.
///
/// What it is called goes with it: `cure`, or `compare`.
pub fn cure(report: &Report, spelling: &Spelling) -> Option<(&'static str, String)> {
    let own = report.variant.as_deref().unwrap_or("base");
    let cure = report.variants.iter().any(|variant| variant.name == CURE);
    let others = report.variants.iter().map(|variant| variant.name.as_str()).filter(|name| !cure || *name == CURE);
    let others: Vec<&str> = others.filter(|name| *name != own).collect();
    let over = report.cut.is_none() && !report.interrupted;
    // Behind `--set` a comma parts values.
    let sayable = !report.changes.iter().any(|change| matches!(change, Override::Set(text) if text.contains(',')));
    if own == CURE || others.is_empty() || !over || !sayable || !shows_harm(report) {
        return None;
    }
    let variant = report.variant.as_ref().map_or(String::new(), |name| format!(" --variant {}", quote(name)));
    let changes = spelling.changes.strip_prefix(&variant).unwrap_or(&spelling.changes);
    let variants = quote(&format!("{own},{}", others.join(",")));
    let Spelling { scenario, until, excused, note, .. } = spelling;
    let command =
        format!("kafkasim compare {scenario}{changes}{until}{excused} --variant {variants} --seeds 1..100{note}");
    Some((if cure { CURE } else { "compare" }, command))
}

fn rule(report: &Report) -> &'static Rule {
    RULES.iter().find(|rule| (rule.fits)(report)).expect("the last one always fits")
}

/// What `kafkasim explain` is asked about the first harm.
fn harm(report: &Report) -> Option<String> {
    why::hint(&report.setup, &report.verdict, &report.judgement)
}

/// Whether records were lost, doubled or displaced, or something broke, asked for or not.
fn shows_harm(report: &Report) -> bool {
    let ledger = &report.judgement.ledger;
    harm(report).is_some()
        || ledger.lost_after_ack + ledger.duplicated + ledger.out_of_order > 0
        || report.verdict.standing() == Standing::Broken
}

fn inconclusive(report: &Report, named: impl Fn(&str) -> bool) -> bool {
    report.verdict.standing() == Standing::Inconclusive
        && report.verdict.items.iter().any(|item| item.standing == Standing::Inconclusive && named(&item.name))
}

fn is_setting(report: &Report, text: &str) -> bool {
    report.setup.ignored.iter().any(|ignored| ignored.to_string() == text)
}

/// Run as its scenario stands.
fn plain(report: &Report) -> bool {
    report.variant.is_none() && report.changes.is_empty()
}

fn variant(report: &Report, spelling: &Spelling, name: &str) -> (String, String) {
    let summary = report.variants.iter().find(|variant| variant.name == name).map(|variant| variant.summary.clone());
    // A variant may have a seed of its own.
    (format!("run {}{} --variant {name}", spelling.typed, spelling.until), summary.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::outcome::{Outcome, Witness};
    use crate::run::Run;
    use crate::scenario::{self, ScenarioText, embedded};
    use crate::sim::time::Nanos;

    fn spelling() -> Spelling {
        let [scenario, typed, seeded, changes] = ["x", "x", "x:7", " --set a=b"].map(String::from);
        Spelling { scenario, typed, seeded, changes, until: String::new(), excused: "", note: "" }
    }
    fn library(name: &str, variant: Option<&str>, changes: &[&str], until: Option<u64>) -> Report {
        let source = embedded::find(name).expect("it is in the library");
        let changes: Vec<Override> = changes.iter().map(|change| Override::new(*change)).collect();
        let (scenario, _) = scenario::parse_variant(&source, variant, &changes).expect("valid");
        Report::of(&Run::new(&scenario, scenario.seed).until(until.map(Nanos::from_secs))).expect("it runs")
    }
    fn own(expect: &str, more: &str) -> Report {
        let text = format!(
            "{{name: own, duration: 9s, final.phase: 4s, topics: {{orders: {{}}}}, producers: {{p: {{topic: orders, rate: \
             10/s}}}}, expect: [{expect}]{more}}}"
        );
        let (scenario, _) = scenario::parse(&ScenarioText::new("own.yaml", text), &[]).expect("valid");
        Report::of(&Run::new(&scenario, 1)).expect("it runs")
    }
    /// The rule that fits, and what is typed.
    fn said(report: &Report) -> (&'static str, String) {
        (rule(report).name, next_step(report, &spelling()).command)
    }

    #[test]
    fn what_was_lost_is_explained() {
        let report = library("acks1-leader-crash", None, &[], None);
        assert_eq!(said(&report), ("harm", "kafkasim explain x:7 --set a=b --lost 1".into()));
    }

    /// Only where there is harm, and something else to be had.
    #[test]
    fn a_cure_is_a_comparison_away() {
        let cured = |report: &Report| cure(report, &spelling()).map(|(_, command)| command);
        let harmed = library("acks1-leader-crash", None, &[], None);
        let command = "kafkasim compare x --set a=b --variant base,cure --seeds 1..100";
        assert_eq!(cured(&harmed).as_deref(), Some(command));
        assert_eq!(cured(&library("acks1-leader-crash", Some("cure"), &[], None)), None);
        assert_eq!(cured(&library("acks1-leader-crash", None, &["tags=[a, b]"], None)), None, "a comma parts values");
        assert_eq!(cured(&library("acks1-leader-crash", None, &[], Some(5))), None, "it was cut");
        assert_eq!(cured(&library("leader-crash", None, &[], None)), None, "nothing is wrong with it");
        let worse = library("leader-crash", Some("acks1"), &[], None);
        let plain = Spelling { changes: " --variant acks1".into(), ..spelling() };
        let command = "kafkasim compare x --variant acks1,cure --seeds 1..100".to_owned();
        assert_eq!(cure(&worse, &plain), Some(("cure", command)));
    }

    #[test]
    fn what_is_broken_is_told_why() {
        let mut report = own("acked-all-durable: holds", "");
        let finding =
            report.judgement.findings.iter_mut().find(|f| f.invariant.id == "acked-all-durable").expect("checked");
        let (at, text) = (Nanos::ZERO, String::from("gone"));
        let first = Witness { at, event: 0, tp: None, offset: None, node: None, text, bug: None };
        finding.outcome = Outcome::Violated { count: 1, exercised: 1, unexplained: 1, first };
        report.verdict.items[0].standing = Standing::Broken;
        assert_eq!(said(&report), ("harm", "kafkasim explain x:7 --set a=b --violation 1".into()));
    }

    #[test]
    fn what_is_doubled_is_explained() {
        let report = library("retry-duplicates", None, &[], None);
        assert_eq!(report.judgement.ledger.lost_after_ack, 0);
        assert_eq!(said(&report), ("harm", "kafkasim explain x:7 --set a=b --duplicate 1".into()));
    }

    #[test]
    fn another_seed_may_be_as_expected() {
        let report = own("ledger: {failed: at least 1}", "");
        assert_eq!(said(&report), ("not as expected", "kafkasim sweep x --set a=b --seeds 1..100".into()));
    }

    #[test]
    fn what_is_not_simulated_is_allowed_by_hand() {
        let mut report = own("", "");
        let ignored = crate::history::setup::Ignored { place: "a:1:1".into(), what: "w".into(), reason: "r".into() };
        let unsimulated = crate::run::verdict::Unsimulated { text: ignored.to_string(), allowed: false };
        let mut setup = (*report.setup).clone();
        setup.ignored.push(ignored);
        report.setup = std::rc::Rc::new(setup);
        report.verdict.unsimulated.push(unsimulated);
        assert_eq!(said(&report), ("not simulated", "kafkasim run x:7 --set a=b --allow-ignored".into()));
        report.verdict.unsimulated[0].allowed = true;
        assert_eq!(said(&report).0, "all held");
    }

    #[test]
    fn a_fault_that_hits_nobody_is_looked_at() {
        let crashes = "faults: [{at: 3s, crash: {broker: broker 1}}, {at: 4s, crash: {broker: broker 1}}]";
        let report = own("", &format!(", {crashes}"));
        assert_eq!(said(&report), ("a fault that hit nobody", "kafkasim step x:7 --set a=b".into()));
    }

    #[test]
    fn what_was_cut_is_run_to_its_end() {
        let report = library("leader-crash", None, &[], Some(5));
        let spelling = Spelling { until: " --until 5s".into(), ..spelling() };
        let command = next_step(&report, &spelling).command;
        assert_eq!((rule(&report).name, command.as_str()), ("cut", "kafkasim run x:7 --set a=b"));
    }

    #[test]
    fn what_was_never_seen_is_looked_for() {
        let report = own("{sometimes: leader-elected}", "");
        let step = next_step(&report, &spelling());
        assert_eq!(rule(&report).name, "never seen");
        assert_eq!(step.why, "which seeds show leader-elected, which this one does not");
    }

    #[test]
    fn what_was_not_exercised_is_listed() {
        let report = own("at-least-once: holds", "");
        assert_eq!(said(&report), ("not exercised", "kafkasim run x:7 --set a=b -v".into()));
    }

    #[test]
    fn all_is_well_and_there_is_more_to_see() {
        let cure = library("leader-crash", None, &[], None);
        let step = next_step(&cure, &spelling());
        assert_eq!((rule(&cure).name, step.command.as_str()), ("a cure", "kafkasim run x --variant cure"));
        assert!(step.why.starts_with("With a session of 3 s"), "{}", step.why);
        let mut other = cure.clone();
        other.variants.retain(|variant| variant.name == "acks1");
        assert_eq!(said(&other), ("a variant", "kafkasim run x --variant acks1".into()));
        assert_eq!(
            said(&library("leader-crash", Some("cure"), &[], None)),
            ("a change", "kafkasim diff x:7 --set a=b".into())
        );
        assert_eq!(said(&own("", "")), ("all held", "kafkasim sweep x --set a=b --seeds 1..100".into()));
        let mut interrupted = cure;
        interrupted.interrupted = true;
        assert_eq!(said(&interrupted), ("interrupted", "kafkasim run x:7 --set a=b".into()));
    }

    #[test]
    fn every_rule_is_told_apart() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
