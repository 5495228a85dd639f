//! What one seed came to.

use super::coverage::feature::Feature;
use crate::check::Judgement;
use crate::check::kafka_bug::KafkaBug;
use crate::check::outcome::Outcome;
use crate::run::SimulatorBug;
use crate::run::judged::Judged;
use crate::run::verdict::{Item, Standing, Unsimulated, Verdict};
use crate::scenario::Override;
use crate::sim::time::Nanos;

/// How a run ended, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedEnding {
    /// As expected.
    Met,
    /// The run could not show what was expected.
    Inconclusive,
    /// Not as expected.
    Broken,
    /// The simulator failed.
    Bug,
}

/// Why a run was not as expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    /// The invariant, property or figure: `acked-all-durable`.
    pub name: String,
    /// What is wrong with it, without figures that differ from seed to seed.
    pub text: String,
    /// When it was seen first, if it has a moment.
    pub at: Option<Nanos>,
    /// The bug of Kafka that it comes of, if it is one that has a name.
    pub bug: Option<KafkaBug>,
}

impl Cause {
    /// Whether two runs went wrong in the same way, be it at other times.
    pub fn is_same(&self, other: &Cause) -> bool {
        (&self.name, &self.text, self.bug) == (&other.name, &other.text, other.bug)
    }
}

/// What one seed came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeedResult {
    /// The seed.
    pub seed: u64,
    /// How the run ended.
    pub ending: SeedEnding,
    /// Why, unless it was as expected.
    pub cause: Option<Cause>,
    /// What was not as expected, the cause among it: expectations, and violations that nobody expected.
    pub broken: Vec<String>,
    /// What the run could not show.
    pub inconclusive: Vec<String>,
    /// Faults that hit nobody, and may (`may.miss`): their places in the scenario's list, from 1 on.
    pub missed: Vec<u16>,
    /// The arguments of `kafkasim run` that show it again; none: nobody has asked for them.
    pub run: Option<String>,
    /// The token of the run; none: nobody has asked for it, or it has none.
    pub token: Option<String>,
    /// What was seen of the `sometimes` properties.
    pub seen: Vec<&'static str>,
    /// The digest of the history; none if there is none.
    pub digest: Option<String>,
    /// What only a run of a swarm has.
    pub swarm: Option<Box<SwarmTrace>>,
}

/// What a run of a swarm has beside its result.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SwarmTrace {
    /// What was drawn, as changes behind the scenario's own.
    pub drawn: Vec<Override>,
    /// What the run has reached.
    pub reached: Vec<Feature>,
}

impl SeedResult {
    /// Of a run that was judged.
    pub fn judged(seed: u64, judged: &Judged) -> SeedResult {
        let verdict = &judged.verdict;
        let worst = verdict.standing();
        let ending = match worst {
            Standing::Met => SeedEnding::Met,
            Standing::Broken => SeedEnding::Broken,
            Standing::Inconclusive => SeedEnding::Inconclusive,
        };
        // The earliest; what has no moment of its own is told only if there is nothing else.
        let first = causes(judged, worst).into_iter().next();
        let seen = judged.judgement.sometimes.iter().filter(|s| s.count > 0).map(|s| s.name).collect();
        let (broken, inconclusive) = unmet(verdict);
        let digest = Some(judged.digest.to_string());
        SeedResult {
            seed,
            ending,
            cause: first,
            broken,
            inconclusive,
            missed: judged.judgement.missed.iter().map(|fault| fault.number).collect(),
            run: None,
            token: None,
            seen,
            digest,
            swarm: None,
        }
    }
    /// Of a run in which the simulator failed.
    pub fn bug(seed: u64, bug: &SimulatorBug) -> SeedResult {
        let cause = Cause { name: "bug".into(), text: bug.message.clone(), at: Some(bug.at), bug: None };
        SeedResult { cause: Some(cause), ..SeedResult::ended(seed, SeedEnding::Bug) }
    }
    /// That it ended so, and nothing else.
    pub fn ended(seed: u64, ending: SeedEnding) -> SeedResult {
        SeedResult {
            seed,
            ending,
            cause: None,
            broken: Vec::new(),
            inconclusive: Vec::new(),
            missed: Vec::new(),
            run: None,
            token: None,
            seen: Vec::new(),
            digest: None,
            swarm: None,
        }
    }
    /// Whether two runs of one seed came to the same; how they can be shown again is another matter.
    pub fn is_same(&self, other: &SeedResult) -> bool {
        let came = |result: &SeedResult| SeedResult { run: None, token: None, swarm: None, ..result.clone() };
        came(self) == came(other)
    }
}

/// How what was not simulated begins, as it stands among the names of expectations.
pub const NOT_SIMULATED: &str = "not simulated";

/// The names of what broke, and of what the run could not show. Where something was not simulated, an expectation that
/// broke was not shown to.
fn unmet(verdict: &Verdict) -> (Vec<String>, Vec<String>) {
    let another_cluster = verdict.unsimulated.iter().any(|u| !u.allowed);
    let unmet = verdict.items.iter().filter(|item| item.standing != Standing::Met);
    let (broken, open): (Vec<&Item>, Vec<&Item>) =
        unmet.partition(|item| item.standing == Standing::Broken && (!another_cluster || item.expected.is_none()));
    let names = |items: Vec<&Item>| items.into_iter().map(|item| item.name.clone()).collect::<Vec<_>>();
    let mut open = names(open);
    let missing = verdict.unsimulated.iter().filter(|unsimulated| !unsimulated.allowed);
    open.extend(missing.map(|unsimulated| format!("{NOT_SIMULATED}: {}", unsimulated.text)));
    (names(broken), open)
}

/// Why a run is no better than this, the earliest first; what has no moment of its own comes last.
pub fn causes(judged: &Judged, standing: Standing) -> Vec<Cause> {
    let of_standing = |item: &&Item| item.standing == standing && standing != Standing::Met;
    let candidates = judged.verdict.items.iter().filter(of_standing);
    let missing = judged.verdict.unsimulated.iter().filter(|u| !u.allowed && standing == Standing::Inconclusive);
    let mut causes: Vec<Cause> =
        candidates.map(|item| cause(item, &judged.judgement)).chain(missing.map(not_simulated)).collect();
    causes.sort_by_key(|cause| cause.at.unwrap_or(Nanos::MAX));
    causes
}

fn not_simulated(unsimulated: &Unsimulated) -> Cause {
    Cause { name: NOT_SIMULATED.into(), text: unsimulated.text.clone(), at: None, bug: None }
}

fn cause(item: &Item, judgement: &Judgement) -> Cause {
    let outcome = judgement.finding(&item.name).map(|finding| &finding.outcome);
    let at = outcome.and_then(Outcome::first).map(|witness| witness.at);
    let bug = outcome.and_then(Outcome::first).and_then(|witness| witness.bug);
    let text = match (outcome, &item.expected) {
        // Whose promise it was, if nobody's, is told of a violation alone.
        (Some(outcome), Some(expected)) if expected == "unbroken" && outcome.first().is_some() => {
            let promised = matches!(outcome, Outcome::Violated { .. });
            format!("expected: unbroken, was: broken{}", if promised { "" } else { ", and not promised" })
        }
        (Some(outcome), Some(expected)) => format!("expected: {expected}, was: {}", outcome.word()),
        (Some(outcome), None) => format!("{}, and nobody expected that", outcome.word()),
        (None, Some(expected)) if item.name.starts_with("sometimes ") => format!("expected: {expected}, was never"),
        (None, Some(expected)) => format!("expected: {expected}"),
        (None, None) => item.found.clone(),
    };
    Cause { name: item.name.clone(), text, at, bug }
}
