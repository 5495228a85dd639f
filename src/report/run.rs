//! Runs a scenario and gathers all that is said of it.

use std::rc::Rc;

use super::series::Series;
use super::timeline::Timeline;
use super::verdict::Verdict;
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

/// Runs a scenario. `extra` sees every fact too: a file, for instance; it is made when the setup is
/// known. The causes are there if they were asked for.
pub fn run<O: Observer>(scenario: &Scenario, options: RunOptions, extra: impl FnOnce(&Rc<Setup>) -> O) -> (Report, O, Option<Causes>) {
    let mut spec: WorldSpec = scenario.world();
    if let Some(until) = options.until.filter(|until| *until < spec.duration) {
        (spec.duration, spec.final_phase) = (until, Nanos::ZERO);
    }
    let mut world = World::new(Rc::new(spec), options.seed);
    if options.causes {
        world.record_causes();
    }
    let setup = world.setup().clone();
    let judge = Judge::new(setup.clone());
    let people = (Timeline::new(setup.clone()), Series::new(setup.clone()));
    let mut observers = ((judge, people), extra(&setup));
    world.run(&mut observers);
    let ((judge, (timeline, series)), extra) = observers;
    let judgement = judge.finish();
    let place = place(&setup);
    let verdict = Verdict::new(&scenario.expect, &judgement, &place);
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
    (report, extra, world.causes().cloned())
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
