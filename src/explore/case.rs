//! A run with all that it depends on: what can be named, written down, made smaller and made again.

use crate::run::Run;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

use super::swarm::SwarmOptions;

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
    pub swarm: Option<SwarmOptions>,
}

impl Case {
    /// The run.
    pub fn run(&self) -> Run<'_> {
        Run::new(&self.scenario, self.seed).until(self.until)
    }
}
