//! Swarms: each seed draws a scenario of its own within bounds.
//!
//! What is drawn are changes of a scenario ([`Override`]), as one could type them. So a drawn run is a plain scenario: it can
//! be run, replayed, explained and made smaller without anything of this room.
//!
//! A run has a safety phase, in which faults strike within a budget (or beyond it); then a core of the cluster is healed for
//! good, and it must go on. Who is outside of the core may stay away for ever. Every kind of fault, and every part of the
//! scenario that may be drawn, is on or off for a whole run with one half each, before anything else is drawn of it
//! (Groce et al., *Swarm Testing*, 2012).
//!
//! ```
//! use kafkasim::explore::swarm::{Swarm, SwarmOptions};
//! use kafkasim::scenario::{embedded, parse};
//! let (base, _) = parse(&embedded::find("leader-crash").unwrap(), &[]).unwrap();
//! let drawn = Swarm::new(&base, &SwarmOptions::default()).draw(7).unwrap();
//! assert_eq!(drawn.scenario.changes.len(), base.changes.len() + drawn.values.len());
//! ```

mod demand;
mod dice;
pub mod drawn;
pub mod ending;
mod genome;
mod grounds;
pub mod options;
mod plan;
pub mod steering;
mod surroundings;
pub mod tables;
mod trouble;
mod victim;

use demand::demand;
use dice::Dice;
pub use drawn::{Drawn, DrawnValue, NothingDrawn};
pub(super) use genome::Genome;
use grounds::Grounds;
pub use options::{SwarmOptions, SwarmPart};
use steering::Steering;

use crate::history::setup::Setup;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::outline::Outline;
use crate::scenario::{self, Override, Scenario};

/// A scenario and the bounds within which runs are drawn from it.
#[derive(Clone, Debug)]
pub struct Swarm<'b> {
    base: &'b Scenario,
    options: SwarmOptions,
    outline: Outline,
    setup: Setup,
    grounds: Grounds,
    /// Of the scenario's own faults those that stay.
    own: Vec<String>,
}

impl<'b> Swarm<'b> {
    /// Of this scenario, within these bounds.
    pub fn new(base: &'b Scenario, options: &SwarmOptions) -> Swarm<'b> {
        let (outline, setup) = (Outline::new(base), base.world().setup(0));
        // What administrators do is no fault: topics that are created later, partitions that are added.
        let stays = |kind: &str| options.own_faults || kind == "administer";
        let own = outline.elements(&["faults"]);
        let own = own.into_iter().zip(&setup.faults).filter(|(_, fault)| stays(&fault.kind)).map(|(text, _)| text);
        let (own, grounds) = (own.collect(), Grounds::new(base, &setup));
        Swarm { base, options: options.clone(), outline, setup, grounds, own }
    }

    /// The scenario that runs are drawn from.
    pub fn base(&self) -> &'b Scenario {
        self.base
    }
    /// The run of this seed: the same for the same scenario and options, always.
    ///
    /// # Errors
    /// What was drawn is no scenario; a bug.
    pub fn draw(&self, seed: u64) -> Result<Drawn, NothingDrawn> {
        self.express(&Genome::drawn(&self.options, seed))
    }

    /// The run of this seed after what was learnt.
    pub(super) fn steered(&self, steering: &Steering, seed: u64) -> (Genome, Result<Drawn, NothingDrawn>) {
        let genome = steering.genome(&self.options, seed);
        let drawn = self.express(&genome);
        (genome, drawn)
    }

    /// Makes a scenario of what was drawn.
    fn express(&self, genome: &Genome) -> Result<Drawn, NothingDrawn> {
        let around = surroundings::draw(&self.grounds, &self.outline, &self.options, genome.surroundings);
        let around = if around.is_empty() {
            Drawn { scenario: self.base.clone(), values: Vec::new() }
        } else {
            self.settle(around)?
        };
        if !self.options.draws(SwarmPart::Faults) {
            let values = self.expectations(&self.grounds, genome, &plan::FaultPlan::default());
            return self.with(around, values);
        }
        // Who can be hit, and beside which timeouts, is known when the rest is.
        let own;
        let grounds = if around.values.is_empty() {
            &self.grounds
        } else {
            own = Grounds::new(&around.scenario, &around.scenario.world().setup(0));
            &own
        };
        let plan = plan::plan(grounds, &self.options, genome);
        let mut values = self.expectations(grounds, genome, &plan);
        let faults = |change| DrawnValue { part: SwarmPart::Faults, change };
        if self.outline.elements(&["faults"]).len() != self.own.len() {
            values.push(faults(Override::new(format!("faults=[{}]", self.own.join(", ")))));
        }
        values.extend(plan.faults.into_iter().map(|fault| faults(Override::fault(fault))));
        self.with(around, values)
    }

    /// What the run must show, and the duration that it takes.
    fn expectations(&self, grounds: &Grounds, genome: &Genome, plan: &plan::FaultPlan) -> Vec<DrawnValue> {
        let progress = Dice::new(genome.healing, "progress").once_in(4);
        let demand = demand(self.base, (grounds, &self.setup), !self.is_within_budget(), plan, progress);
        let drawn = |change: String| DrawnValue { part: SwarmPart::Faults, change: Override::new(change) };
        let mut values = vec![drawn(format!("expect={}", demand.expect))];
        if self.outline.has(&["sometimes"]) {
            values.push(drawn("sometimes=".into()));
        }
        values.extend(demand.duration.map(|needed| drawn(format!("duration={}ms", needed.as_millis()))));
        values
    }

    /// What is demanded of every run beside what is promised, by the names of expectations.
    pub fn demanded(&self) -> Vec<String> {
        if self.is_within_budget() { demand::names(self.base, &self.setup) } else { Vec::new() }
    }

    /// Whether all that goes wrong was drawn within the budget: of the scenario's own faults nobody knows what they take.
    fn is_within_budget(&self) -> bool {
        let own_stay = self.options.own_faults || !self.options.draws(SwarmPart::Faults);
        let troubled = self.setup.faults.iter().any(|fault| fault.kind != "administer");
        let over = self.options.over_budget || (own_stay && troubled);
        !over
    }

    fn with(&self, drawn: Drawn, more: Vec<DrawnValue>) -> Result<Drawn, NothingDrawn> {
        let values = [drawn.values, more].concat();
        let scenario = self.parse(&values).map_err(|findings| NothingDrawn { findings })?;
        Ok(Drawn { scenario, values })
    }

    fn parse(&self, values: &[DrawnValue]) -> Result<Scenario, Vec<Diagnostic>> {
        let drawn = values.iter().map(|value| value.change.clone());
        let changes: Vec<Override> = self.base.changes.iter().cloned().chain(drawn).collect();
        let read = scenario::parse_variant(&self.base.source, self.base.variant.as_deref(), &changes);
        read.map(|(scenario, _)| scenario)
    }

    /// Takes the bundles that a scenario of this kind can have: Kafka refuses some configs beside others, and a client that
    /// is not Java's has others. What has no effect here is not drawn either.
    fn settle(&self, bundles: Vec<Vec<DrawnValue>>) -> Result<Drawn, NothingDrawn> {
        let as_good = |scenario: &Scenario| scenario.world().ignored.len() <= self.base.world().ignored.len();
        let all = bundles.concat();
        if let Ok(scenario) = self.parse(&all)
            && as_good(&scenario)
        {
            return Ok(Drawn { scenario, values: all });
        }
        let mut settled = Drawn { scenario: self.base.clone(), values: Vec::new() };
        for bundle in bundles {
            let values = [&settled.values[..], &bundle[..]].concat();
            if let Ok(scenario) = self.parse(&values)
                && as_good(&scenario)
            {
                settled = Drawn { scenario, values };
            }
        }
        Ok(settled)
    }
}

/// The run of this seed in a swarm of this scenario.
///
/// # Errors
/// As of [`Swarm::draw`].
pub fn draw(base: &Scenario, options: &SwarmOptions, seed: u64) -> Result<Drawn, NothingDrawn> {
    Swarm::new(base, options).draw(seed)
}
