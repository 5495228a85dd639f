//! What one seed came to.

use serde_json::json;

use super::coverage::feature::Feature;
use crate::check::Judgement;
use crate::check::kafka_bug::KafkaBug;
use crate::check::outcome::Outcome;
use crate::run::SimulatorBug;
use crate::run::judged::Judged;
use crate::run::verdict::{Item, Standing, Unsimulated};
use crate::scenario::Override;
use crate::sim::time::Nanos;

/// How a run ended, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
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
        let ending = match judged.verdict.standing() {
            Standing::Met => SeedEnding::Met,
            Standing::Broken => SeedEnding::Broken,
            Standing::Inconclusive => SeedEnding::Inconclusive,
        };
        let worst = judged.verdict.standing();
        let candidates = judged.verdict.items.iter().filter(|item| item.standing == worst && worst != Standing::Met);
        let missing = judged.verdict.unsimulated.iter().filter(|u| !u.allowed && worst == Standing::Inconclusive);
        let causes = candidates.map(|item| cause(item, &judged.judgement)).chain(missing.map(not_simulated));
        // The earliest; what has no moment of its own is told only if there is nothing else.
        let first = causes.min_by_key(|cause| cause.at.unwrap_or(Nanos::MAX));
        let seen = judged.judgement.sometimes.iter().filter(|s| s.count > 0).map(|s| s.name).collect();
        SeedResult { seed, ending, cause: first, seen, digest: Some(judged.digest.to_string()), swarm: None }
    }
    /// Of a run in which the simulator failed.
    pub fn bug(seed: u64, bug: &SimulatorBug) -> SeedResult {
        let cause = Cause { name: "bug".into(), text: bug.message.clone(), at: Some(bug.at), bug: None };
        SeedResult { seed, ending: SeedEnding::Bug, cause: Some(cause), seen: Vec::new(), digest: None, swarm: None }
    }
    /// One line of JSON, without its end: what a sweep writes for programs.
    pub fn json_line(&self, origin: &SweptScenario) -> String {
        json!({
            "v": 1, "scenario": origin.digest, "kafkasim": env!("CARGO_PKG_VERSION"), "name": origin.name, "variant": origin.variant,
            "seed": self.seed, "verdict": self.ending, "invariant": self.cause.as_ref().map(|cause| &cause.name),
            "t_ns": self.cause.as_ref().and_then(|cause| cause.at), "digest": self.digest,
        })
        .to_string()
    }
}

/// Which scenario the results are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SweptScenario {
    /// Its name.
    pub name: String,
    /// The variant.
    pub variant: Option<String>,
    /// A digest of its text, its variant and all changes: results of one digest belong together.
    pub digest: String,
}

fn not_simulated(unsimulated: &Unsimulated) -> Cause {
    Cause { name: "not simulated".into(), text: unsimulated.text.clone(), at: None, bug: None }
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
