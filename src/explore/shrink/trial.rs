//! Tries candidates: each is a tree that is written, read and run. What has errors is no candidate.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_128;

use super::target::{Met, Target, others};
use super::tree;
use crate::check::outcome::Outcome;
use crate::explore::result::causes;
use crate::run::Run;
use crate::run::judged::judge;
use crate::run::verdict::Standing;
use crate::scenario::node::YamlNode;
use crate::scenario::{self, ScenarioText};
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

/// See the module.
pub struct Trial<'a> {
    target: Target,
    until: Option<Nanos>,
    /// The most runs.
    most: u64,
    stop: &'a dyn Fn(u64) -> bool,
    runs: u64,
    tried: BTreeMap<(u128, u64), Option<Met>>,
    /// What the run violates that is being made smaller.
    known: Vec<&'static str>,
    /// Other failures, one for each invariant.
    pub others: Vec<OtherFind>,
}

impl<'a> Trial<'a> {
    /// `stop` is asked before each run, and told how many there were.
    pub fn new(target: Target, until: Option<Nanos>, most: u64, stop: &'a dyn Fn(u64) -> bool) -> Trial<'a> {
        Trial { target, until, most, stop, runs: 0, tried: BTreeMap::new(), known: Vec::new(), others: Vec::new() }
    }
    /// What has to be met.
    pub fn target(&self) -> &Target {
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
        let run = Run::new(&scenario, seed).until(self.until);
        match judge(&run, &mut |_| ControlFlow::Continue(())) {
            Ok(judged) => {
                let met = self.target.met(&judged, || causes(&judged, Standing::Broken));
                if self.runs == 1 {
                    let violated = judged.judgement.findings.iter();
                    let violated = violated.filter(|f| matches!(f.outcome, Outcome::Violated { .. }));
                    self.known = violated.map(|finding| finding.invariant.id).collect();
                }
                if met.is_none()
                    && let Some(other) = others(&self.target, &self.known, &judged)
                {
                    let invariant = other.invariant.id.to_owned();
                    if !self.others.iter().any(|known| known.invariant == invariant) {
                        let text = other.outcome.first().map_or(String::new(), |witness| witness.text.clone());
                        let scenario = scenario.source.text.clone();
                        self.others.push(OtherFind { invariant, text, scenario, seed });
                    }
                }
                met
            }
            Err(bug) => (Target::of_bug(&bug) == self.target).then_some(Met { at: Some(bug.at) }),
        }
    }
}
