//! The small scenario as a text for people: what fails, why, what was kept, and how to run it.

use std::fmt::Write as _;

use super::shrinker::with_list;
use super::target::{HARM, ShrinkTarget};
use super::tree::{self, leaf, path};
use super::trial::{RunConditions, ShrinkTrial};
use crate::check::outcome::Outcome;
use crate::explore::case::Case;
use crate::report::human::wrap;
use crate::report::{Report, why};
use crate::run::figures::thousands;
use crate::run::verdict::{Standing, ledger_figure, name_of};
use crate::scenario::node::{YamlNode, YamlValue};
use crate::scenario::properties::INVARIANTS;
use crate::scenario::{Bound, Expectation, Scenario};

/// The width of a comment.
const WIDTH: usize = 110;

/// See the module.
pub struct ShrunkStory {
    /// The text.
    pub text: String,
    /// What it says.
    pub scenario: Scenario,
    /// Whether it expects what it shows.
    pub expected: bool,
}

/// Tells of the smallest scenario. `is_least`: each of its faults was left out in turn, and then it did not fail.
pub fn tell(case: &Case, tree: &YamlNode, seed: u64, trial: &ShrinkTrial<'_>, is_least: bool) -> ShrunkStory {
    let target = trial.target();
    let name = name(&case.scenario.name, target);
    let mut named = tree::with(tree, &path(["name"]), leaf(&name));
    named = tree::with(&named, &path(["seed"]), leaf(seed.to_string()));
    let plain = tree::scenario(&named, &name).expect("another name makes no other scenario");
    let report = Report::of(&trial.conditions().run(&plain, seed)).ok();
    named = tree::with(&named, &path(["summary"]), leaf(summary(target, report.as_ref())));
    let expecting = report.as_ref().and_then(|report| expectations(&named, &plain, target, report));
    let expecting = expecting.and_then(|entries| {
        let tree = with_list(&named, "expect", &entries);
        let scenario = tree::scenario(&tree, &name)?;
        let report = Report::of(&trial.conditions().run(&scenario, seed)).ok()?;
        (report.verdict.standing() == Standing::Met).then_some((tree, scenario, report))
    });
    let expected = expecting.is_some();
    let (tree, scenario, report) = match expecting {
        Some((tree, scenario, report)) => (tree, scenario, Some(report)),
        None => (named, plain, report),
    };
    let conditions = trial.conditions();
    let told = Told { case, seed, target, report: report.as_ref(), scenario: &scenario, expected, conditions };
    let text = told.head(trial) + &told.body(&tree, is_least);
    ShrunkStory { text, scenario, expected }
}

fn name(base: &str, target: &ShrinkTarget) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let words: String = target.name().chars().map(plain).collect();
    format!("{base}-{words}").chars().take(120).collect()
}

/// One sentence: what it shows.
fn summary(target: &ShrinkTarget, report: Option<&Report>) -> String {
    let found = report.and_then(|report| report.verdict.items.iter().find(|item| item.name == target.name()));
    if let (Some(item), ShrinkTarget::Expectation { .. }) = (found, target) {
        let expected = item.expected.as_deref().unwrap_or("nothing of the kind");
        return format!("{} is {}, and should be {expected}.", capital(&item.name), item.found);
    }
    if let (Some(report), ShrinkTarget::Harm { id, figure, .. }) = (report, target) {
        let value = report.judgement.ledger.figure(figure).unwrap_or(0);
        return format!("Ledger {figure} is {}, and {id} is not promised here.", thousands(value));
    }
    let statement = INVARIANTS.iter().find(|(id, _)| *id == target.name()).map(|(_, text)| text.trim_end_matches('.'));
    match statement {
        Some(statement) => format!("Not so here: {statement} ({}).", target.words()),
        None => format!("{}.", capital(&target.words())),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// What the small scenario expects: that it fails.
fn expectations(tree: &YamlNode, scenario: &Scenario, target: &ShrinkTarget, report: &Report) -> Option<Vec<YamlNode>> {
    let entry = |key: &str, value: YamlNode| {
        let key = crate::scenario::node::At { value: key.to_owned(), span: Default::default() };
        tree::node(YamlValue::Map(vec![(key, value)]))
    };
    match target {
        ShrinkTarget::Invariant { id, word, .. } => {
            let mut entries = vec![entry(id, leaf(*word))];
            // What is not promised may still hold: a figure says that it did not.
            let harm = |figure: &&str| report.judgement.ledger.figure(figure).is_some_and(|value| value > 0);
            let own = why::figure_of(id);
            let figure = [own].into_iter().chain(HARM).find(harm).filter(|_| *word != "violated");
            entries.extend(figure.map(|figure| entry("ledger", entry(figure, leaf("at least 1")))));
            // What else is violated by the same is expected, too: an unexpected violation is never as it should be.
            let others = report.judgement.findings.iter();
            let others = others.filter(|f| matches!(f.outcome, Outcome::Violated { .. }) && f.invariant.id != *id);
            entries.extend(others.map(|finding| entry(finding.invariant.id, leaf("violated"))));
            Some(entries)
        }
        ShrinkTarget::Harm { id, figure, .. } => {
            Some(vec![entry(id, leaf("not promised")), entry("ledger", entry(figure, leaf("at least 1")))])
        }
        ShrinkTarget::Expectation { cause, .. } => {
            let (figure, of, bound) = scenario.expect.iter().find_map(|asked| match asked {
                Expectation::Ledger { figure, of, bound } if name_of(asked) == cause.name => Some((*figure, of, bound)),
                _ => None,
            })?;
            let found = ledger_figure(&report.judgement, figure, of.as_ref())?;
            let most = match bound {
                Bound::AtMost(n) | Bound::Exactly(n) => *n,
                _ => return None,
            };
            let said = if found > most { format!("above {most}") } else { format!("below {most}") };
            let mut entries = entry(figure, leaf(said));
            // Whose it is stands in the text in other words than in its name.
            let whose = |ledger: &YamlNode| tree::at(ledger, &path(["of"])).cloned();
            let asked = tree::items(tree::at(tree, &path(["expect"]))).iter();
            let own = asked.filter_map(|entry| tree::at(entry, &path(["ledger"]))).find(|ledger| {
                let of_text = whose(ledger).as_ref().and_then(tree::text).map(str::to_owned);
                let last = of_text.as_ref().and_then(|text| text.split_whitespace().next_back());
                tree::at(ledger, &path([figure])).is_some() && last == of.as_ref().map(|of| of.name())
            });
            if let (Some(of), YamlValue::Map(keys)) = (own.and_then(whose), &mut entries.value) {
                let key = crate::scenario::node::At { value: "of".to_owned(), span: Default::default() };
                keys.insert(0, (key, of));
            }
            Some(vec![entry("ledger", entries)])
        }
        ShrinkTarget::Simulator(_) => None,
    }
}

struct Told<'t> {
    case: &'t Case,
    seed: u64,
    target: &'t ShrinkTarget,
    report: Option<&'t Report>,
    scenario: &'t Scenario,
    expected: bool,
    conditions: RunConditions,
}

impl Told<'_> {
    fn head(&self, trial: &ShrinkTrial<'_>) -> String {
        let mut out = String::new();
        comment(&mut out, &format!("Made smaller, in {} runs, from", trial.runs()), "");
        comment(&mut out, &format!("kafkasim run {}", self.case.again().arguments()), "    ");
        out += "#\n";
        comment(&mut out, &format!("What fails: {}.", self.target.words()), "");
        if let Some(witness) = self.report.and_then(|report| self.target.witness(&report.judgement)) {
            comment(&mut out, &format!("{}  {}", witness.at, witness.text), "    ");
        }
        self.why(&mut out);
        out += "#\n";
        let options = self.conditions.options();
        let ends = match self.expected {
            true => "ends well, for that is what it expects below",
            false => "shows it",
        };
        comment(&mut out, &format!("`kafkasim run FILE{options}` {ends}; its seed is {}.", self.seed), "");
        out
    }

    /// The deciding events.
    fn why(&self, out: &mut String) {
        let Some(report) = self.report else { return };
        let run = self.conditions.run(self.scenario, self.seed);
        let Ok(story) = why::explain(&run, report) else { return };
        if story.cause.is_none() {
            return;
        }
        *out += "#\n";
        let brief = story.brief(WIDTH - 2);
        for line in brief.lines() {
            *out += format!("# {line}").trim_end();
            out.push('\n');
        }
    }

    /// The scenario, with a word on what was kept.
    fn body(&self, tree: &YamlNode, is_least: bool) -> String {
        let mut out = String::new();
        for line in tree::text_of(tree).lines() {
            if line == "faults:" && is_least {
                out += "# Each of these faults is needed: without any one of them it does not fail with this seed.\n";
            }
            if line == "expect:" && self.expected {
                out += "# What it shows.\n";
            }
            let _ = writeln!(out, "{line}");
        }
        out
    }
}

fn comment(out: &mut String, text: &str, indent: &str) {
    for line in wrap(text, WIDTH - 2 - indent.len()) {
        let _ = writeln!(out, "# {indent}{line}");
    }
}
