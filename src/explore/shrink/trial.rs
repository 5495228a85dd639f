//! Tries candidates: each is a tree that is written, read and run. What has errors is no candidate.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_128;

use super::target::{Met, ShrinkTarget, others};
use super::tree;
use crate::check::outcome::Outcome;
use crate::explore::result::causes;
use crate::report::why::cause::StoryCause;
use crate::run::Run;
use crate::run::figures::exact;
use crate::run::judged::judge;
use crate::run::verdict::Standing;
use crate::scenario::node::YamlNode;
use crate::scenario::{self, Scenario, ScenarioText};
use crate::sim::time::Nanos;

/// Something else that broke on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtherFind {
    /// The invariant.
    pub invariant: String,
    /// What was seen.
    pub text: String,
    /// The scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
}

/// How a run is cut and judged, whatever is run.
#[derive(Clone, Copy, Debug)]
pub struct RunConditions {
    /// Where it is cut.
    pub until: Option<Nanos>,
    /// Whether settings without effect are excused.
    pub allow_ignored: bool,
}

impl RunConditions {
    /// The run of a scenario under them.
    pub fn run(self, scenario: &Scenario, seed: u64) -> Run<'_> {
        Run::new(scenario, seed).until(self.until).allowing_ignored(self.allow_ignored)
    }
    /// The options that they stand for, each behind a blank.
    pub fn options(self) -> String {
        let until = self.until.map_or(String::new(), |until| format!(" --until {}", exact(until)));
        until + if self.allow_ignored { " --allow-ignored" } else { "" }
    }
}

/// See the module.
pub struct ShrinkTrial<'a> {
    target: ShrinkTarget,
    conditions: RunConditions,
    /// The most runs.
    most: u64,
    stop: &'a dyn Fn(u64) -> bool,
    runs: u64,
    tried: BTreeMap<(u128, u64), Option<Met>>,
    /// Why the run fails that is being made smaller.
    cause: Option<StoryCause>,
    /// How many records the run sends that is being made smaller: one that sends more is not smaller.
    records: u64,
    /// What it violates.
    known: Vec<&'static str>,
    /// Other failures, one for each invariant.
    pub others: Vec<OtherFind>,
}

impl<'a> ShrinkTrial<'a> {
    /// `stop` is asked before each run, and told how many there were.
    pub fn new(
        target: ShrinkTarget,
        conditions: RunConditions,
        most: u64,
        stop: &'a dyn Fn(u64) -> bool,
    ) -> ShrinkTrial<'a> {
        ShrinkTrial {
            target,
            conditions,
            most,
            stop,
            runs: 0,
            tried: BTreeMap::new(),
            cause: None,
            records: u64::MAX,
            known: Vec::new(),
            others: Vec::new(),
        }
    }
    /// How candidates are run.
    pub fn conditions(&self) -> RunConditions {
        self.conditions
    }
    /// Why the run fails that is being made smaller.
    pub fn cause(&self) -> Option<StoryCause> {
        self.cause
    }
    /// What has to be met.
    pub fn target(&self) -> &ShrinkTarget {
        &self.target
    }
    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.runs
    }
    /// Whether there may be no more runs.
    pub fn is_over(&self) -> bool {
        self.runs >= self.most || (self.stop)(self.runs)
    }
    /// Whether a candidate meets the target with that seed.
    pub fn fails(&mut self, candidate: &YamlNode, seed: u64) -> Option<Met> {
        let text = tree::text_of(candidate);
        let key = (xxh3_128(text.as_bytes()), seed);
        if let Some(met) = self.tried.get(&key) {
            return *met;
        }
        if self.is_over() {
            return None;
        }
        let met = self.run(text, seed);
        self.tried.insert(key, met);
        met
    }

    fn run(&mut self, text: String, seed: u64) -> Option<Met> {
        let (scenario, _) = scenario::parse(&ScenarioText::new("candidate", text), &[]).ok()?;
        self.runs += 1;
        let run = self.conditions.run(&scenario, seed);
        match judge(&run, &mut |_| ControlFlow::Continue(())) {
            Ok(judged) => {
                let met = self.target.met(&judged, || causes(&judged, Standing::Broken));
                // The same invariant may break for another reason: only a story tells, and it takes some runs.
                let cause = met.and_then(|_| self.target.cause(&run));
                let sent = judged.judgement.ledger.sent;
                if self.runs == 1 {
                    (self.cause, self.records) = (cause, sent);
                }
                let met = met.filter(|_| sent <= self.records);
                let slipped = met.is_some() && cause != self.cause;
                let met = met.filter(|_| !slipped);
                if slipped {
                    let (name, text) =
                        (self.target.name().to_owned(), cause.map_or("", StoryCause::meaning).to_owned());
                    self.note(name, text, &scenario, seed);
                }
                if self.runs == 1 {
                    let violated = judged.judgement.findings.iter();
                    let violated = violated.filter(|f| matches!(f.outcome, Outcome::Violated { .. }));
                    self.known = violated.map(|finding| finding.invariant.id).collect();
                }
                if met.is_none()
                    && let Some(other) = others(&self.target, &self.known, &judged)
                {
                    let text = other.outcome.first().map_or(String::new(), |witness| witness.text.clone());
                    self.note(other.invariant.id.to_owned(), text, &scenario, seed);
                }
                met
            }
            Err(bug) if ShrinkTarget::of_bug(&bug) == self.target => Some(Met { at: Some(bug.at) }),
            Err(bug) => {
                self.note("bug-of-kafkasim".into(), bug.message, &scenario, seed);
                None
            }
        }
    }

    /// Something else broke. Of each the first is kept.
    fn note(&mut self, invariant: String, text: String, scenario: &Scenario, seed: u64) {
        let known = self.others.iter().any(|known| known.invariant == invariant);
        if !known {
            self.others.push(OtherFind { invariant, text, scenario: scenario.source.text.clone(), seed });
        }
    }
}
