//! What a swarm has drawn.

use std::fmt;

use super::options::SwarmPart;
use crate::run::SimulatorBug;
use crate::scenario::diagnostic::{Diagnostic, render_all};
use crate::scenario::{Override, Scenario};
use crate::sim::time::Nanos;

/// One drawn value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawnValue {
    /// What part of the scenario it belongs to.
    pub part: SwarmPart,
    /// The value, as a change of the scenario.
    pub change: Override,
}

impl fmt::Display for DrawnValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9} {}", self.part.name(), self.change.option().1)
    }
}

/// A drawn run.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The scenario: the swarm's, with what was drawn among its changes, behind its own.
    pub scenario: Scenario,
    /// What was drawn, in the order of the changes.
    pub values: Vec<DrawnValue>,
}

/// Nothing can be drawn from a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NothingDrawn {
    /// What is wrong with what was drawn.
    pub findings: Vec<Diagnostic>,
}

impl NothingDrawn {
    /// As the bug that it is.
    pub fn bug(&self, base: &Scenario, seed: u64) -> SimulatorBug {
        let message = format!("a swarm has drawn what is no scenario: {self}");
        SimulatorBug { scenario: base.name.clone(), seed, event: 0, at: Nanos::ZERO, message }
    }
}

impl fmt::Display for NothingDrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_all(&self.findings, false))
    }
}
impl std::error::Error for NothingDrawn {}
