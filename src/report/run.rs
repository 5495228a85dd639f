//! Runs a scenario and gathers all that is said of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::series::Series;
use super::timeline::Timeline;
use super::verdict::{Answers, Verdict, questions};
use crate::check::expect::Questions;
use crate::check::outcome::{Finding, Outcome};
use crate::check::{Judge, Judgement};
use crate::history::Observer;
use crate::history::digest::Digest;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;
use crate::world::World;
use crate::world::spec::WorldSpec;

/// A finished run. What is printed is a function of this and nothing else.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// What it shows.
    pub summary: String,
    /// What a learner takes home.
    pub teaches: String,
    /// The conditions.
    pub setup: Rc<Setup>,
    /// When the run ended.
    pub end: Nanos,
    /// Events handled.
    pub events: u64,
    /// The digest of its history.
    pub digest: Digest,
    /// What happened, for people.
    pub timeline: Timeline,
    /// What happened, for plots.
    pub series: Series,
    /// What the checks found.
    pub judgement: Judgement,
    /// Whether that is what the scenario expects.
    pub verdict: Verdict,
    /// What else the user should know.
    pub warnings: Vec<String>,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// The seed.
    pub seed: u64,
    /// Stop here instead of at the scenario's end.
    pub until: Option<Nanos>,
    /// Keep which event caused which.
    pub causes: bool,
}

/// The simulator failed: an assertion of its own broke. Never the user's fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SimulatorBug {
    /// What was run.
    pub scenario: String,
    /// With which seed.
    pub seed: u64,
    /// In the handling of which event (they are counted from 1).
    pub event: u64,
    /// At which time.
    pub at: Nanos,
    /// What the assertion said.
    pub message: String,
}

impl std::fmt::Display for SimulatorBug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "scenario {}, seed {}, event {} at {}: {}",
            self.scenario, self.seed, self.event, self.at, self.message
        )
    }
}
impl std::error::Error for SimulatorBug {}

/// A finished run: the report, the extra observer, and the causes if they were asked for.
pub type Finished<O> = (Report, O, Option<Causes>);

/// Runs a scenario. `extra` sees every fact too: a file, for instance; it is made when the setup is
/// known.
///
/// # Errors
/// A bug of the simulator.
pub fn run<O: Observer>(
    scenario: &Scenario,
    options: RunOptions,
    extra: impl FnOnce(&Rc<Setup>) -> O,
) -> Result<Finished<O>, SimulatorBug> {
    let mut spec: WorldSpec = scenario.world();
    let cut = options.until.is_some_and(|until| until < spec.duration);
    if let Some(until) = options.until.filter(|_| cut) {
        (spec.duration, spec.final_phase) = (until, Nanos::ZERO);
    }
    let mut world = World::new(Rc::new(spec), options.seed);
    if options.causes {
        world.record_causes();
    }
    let setup = world.setup().clone();
    let judge = Judge::new(setup.clone());
    let people = (Timeline::new(setup.clone()), Series::new(setup.clone()));
    let questions = Questions::new(&setup, questions(&scenario.expect));
    let mut observers = (((judge, questions), people), extra(&setup));
    // A panic is caught only to say where it happened; nothing of the broken run is used after it.
    let outcome = catch_unwind(AssertUnwindSafe(|| world.run(&mut observers)));
    if let Err(panic) = outcome {
        let message =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string()));
        return Err(SimulatorBug {
            scenario: scenario.name.clone(),
            seed: options.seed,
            event: world.events(),
            at: world.now(),
            message: message.unwrap_or_else(|| "a panic without a message".into()),
        });
    }
    let (((judge, questions), (timeline, series)), extra) = observers;
    let judgement = judge.finish();
    let place = place(&setup);
    let answers = Answers {
        questions: questions.finish(cut),
        produce: series.produce_latency(),
        end_to_end: series.end_to_end_latency(),
    };
    let verdict = Verdict::new(&scenario.expect, &judgement, &answers, &place);
    let report = Report {
        scenario: scenario.name.clone(),
        summary: scenario.summary.clone(),
        teaches: scenario.teaches.clone(),
        end: world.now(),
        events: world.events(),
        digest: world.digest().clone(),
        warnings: world.warnings().to_vec(),
        setup: setup.clone(),
        timeline,
        series,
        judgement,
        verdict,
    };
    Ok((report, extra, world.causes().cloned()))
}

/// Names the place of a finding's first witness: ` on orders-3@900`.
pub fn place(setup: &Setup) -> impl Fn(&Finding) -> String + '_ {
    |finding| {
        let first = match &finding.outcome {
            Outcome::Violated { first, .. } => Some(first),
            Outcome::NotPromised { first, .. } => first.as_ref(),
            _ => None,
        };
        first.and_then(|w| Some((w.tp?, w.offset))).map_or(String::new(), |(tp, offset)| {
            let offset = offset.filter(|o| o.0 >= 0).map_or(String::new(), |o| format!("@{o}"));
            format!(" on {}{offset}", setup.catalog.tp_name(tp))
        })
    }
}
