//! A run with all that it depends on: what can be named, written down, made smaller and made again.

use xxhash_rust::xxh3::xxh3_64;

use crate::report::command_line::Again;
use crate::run::Run;
use crate::scenario::{self, Override, Scenario, ScenarioText, embedded};
use crate::sim::time::Nanos;

use super::recorded::{RecordedHistory, RecordedRun, VERSION};
use super::result::SeedResult;
use super::swarm::{NothingDrawn, SwarmOptions, draw};

/// See the module. The scenario knows its text, its variant and its changes; what a swarm has drawn stands among the
/// changes, so that a case needs no swarm to be run again.
#[derive(Clone, Debug)]
pub struct Case {
    /// What one types for the scenario: a name of the library, a path, or `-`.
    pub typed: String,
    /// The scenario, with its variant and all changes.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// Where the run is cut.
    pub until: Option<Nanos>,
    /// Whether settings without effect are excused.
    pub allow_ignored: bool,
    /// The swarm that has drawn it from the scenario of that name; none: nobody has.
    pub swarm: Option<DrawnFrom>,
}

/// Of what a swarm has drawn a scenario. With the seed of the run it is drawn again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawnFrom {
    /// The bounds.
    pub options: SwarmOptions,
    /// How many of the scenario's changes were there before; all behind them are drawn.
    pub own: usize,
}

impl Case {
    /// The run.
    pub fn run(&self) -> Run<'_> {
        Run::new(&self.scenario, self.seed).until(self.until).allowing_ignored(self.allow_ignored)
    }
    /// The same, as a swarm draws it with its seed.
    ///
    /// # Errors
    /// What was drawn is no scenario; a bug.
    pub fn drawn(self, options: &SwarmOptions) -> Result<Case, NothingDrawn> {
        let from = DrawnFrom { options: options.clone(), own: self.scenario.changes.len() };
        let drawn = draw(&self.scenario, options, self.seed)?;
        Ok(Case { scenario: drawn.scenario, swarm: Some(from), ..self })
    }
    /// The same with more changes; none: then it is no scenario any more.
    pub fn changed(self, more: &[Override]) -> Option<Case> {
        let changes: Vec<Override> = self.scenario.changes.iter().chain(more).cloned().collect();
        let (source, variant) = (&self.scenario.source, self.scenario.variant.as_deref());
        let (scenario, _) = scenario::parse_variant(source, variant, &changes).ok()?;
        Some(Case { scenario, ..self })
    }
    /// What is known of the run after a sweep.
    pub fn recorded(&self, result: &SeedResult) -> RecordedRun {
        let digest = result.digest.as_ref().and_then(|digest| u64::from_str_radix(digest, 16).ok());
        RecordedRun {
            version: VERSION.into(),
            text: self.text_digest(),
            ending: result.ending,
            cause: result.cause.clone(),
            history: digest.map(|digest| RecordedHistory { digest, marks: None }),
        }
    }
    /// The run as it stands on a command line.
    pub fn again(&self) -> Again<'_> {
        Again {
            scenario: &self.typed,
            seed: Some(self.seed),
            variant: self.scenario.variant.as_deref(),
            changes: &self.scenario.changes,
            until: self.until,
            allow_ignored: self.allow_ignored,
        }
    }
    /// A digest of what the scenario says with its variant, all changes and the seed; comments do not count.
    pub fn text_digest(&self) -> u32 {
        (xxh3_64(self.standalone().text.as_bytes()) >> 32) as u32
    }
    /// Whether the scenario is one of the library, as the library has it.
    pub fn is_of_library(&self) -> bool {
        embedded::find(&self.typed).is_some_and(|text| text.text == self.scenario.source.text)
    }
    /// The scenario as a text that has the variant, all changes and the seed in it.
    pub fn standalone(&self) -> ScenarioText {
        let seed = Override::new(format!("seed={}", self.seed));
        let changes: Vec<Override> = self.scenario.changes.iter().cloned().chain([seed]).collect();
        let source = &self.scenario.source;
        let seeded = scenario::parse_variant(source, self.scenario.variant.as_deref(), &changes);
        let (seeded, _) = seeded.expect("a scenario can have any seed");
        ScenarioText::new(&source.name, seeded.to_yaml())
    }
}
