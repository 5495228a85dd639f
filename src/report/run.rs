//! Runs a scenario and gathers all that is said of it.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::cut;
use super::latencies::Latencies;
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
use crate::scenario::{Override, Scenario, VariantName};
use crate::sim::time::Nanos;
use crate::world::spec::WorldSpec;
use crate::world::{Phase, World};

/// A finished run. What is printed is a function of this and nothing else.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// What it shows.
    pub summary: String,
    /// What a learner takes home.
    pub teaches: String,
    /// Which variant of the scenario was run.
    pub variant: Option<String>,
    /// What variants the scenario has.
    pub variants: Vec<VariantName>,
    /// What was changed beside the variant. What the scenario says of itself it says without these.
    pub changes: Vec<Override>,
    /// Whether the run was ended from outside, before its own end.
    pub interrupted: bool,
    /// The conditions.
    pub setup: Rc<Setup>,
    /// When the run ended.
    pub end: Nanos,
    /// Where it was cut, before its own end.
    pub cut: Option<Nanos>,
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
    /// Stop here, if the run has not ended before.
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

/// How far a run is, for whoever watches it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The simulated time.
    pub now: Nanos,
    /// When workloads and faults end.
    pub duration: Nanos,
    /// Events handled so far.
    pub events: u64,
}

/// Is shown a run now and then while it goes on, and may end it.
pub type Watcher<'w> = &'w mut dyn FnMut(Moment) -> ControlFlow<()>;

/// Watches nothing.
pub fn unwatched(_: Moment) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Events between two looks of a [`Watcher`]: some milliseconds.
const SLICE: u32 = 1 << 13;

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
    run_watched(scenario, options, extra, &mut unwatched)
}

/// Runs a scenario under the eyes of somebody.
///
/// # Errors
/// A bug of the simulator.
pub fn run_watched<O: Observer>(
    scenario: &Scenario,
    options: RunOptions,
    extra: impl FnOnce(&Rc<Setup>) -> O,
    watcher: Watcher<'_>,
) -> Result<Finished<O>, SimulatorBug> {
    let people = |setup: &Rc<Setup>| ((Timeline::new(setup.clone()), Series::new(setup.clone())), extra(setup));
    let (judged, ((timeline, series), extra), causes) = simulate(scenario, options, people, watcher)?;
    let report = Report {
        scenario: scenario.name.clone(),
        summary: scenario.summary.clone(),
        teaches: scenario.teaches.clone(),
        variant: scenario.variant.clone(),
        variants: scenario.variants.clone(),
        changes: scenario.changes.clone(),
        interrupted: judged.interrupted,
        end: judged.end,
        cut: judged.cut,
        events: judged.events,
        digest: judged.digest,
        warnings: judged.warnings,
        setup: judged.setup,
        timeline,
        series,
        judgement: judged.judgement,
        verdict: judged.verdict,
    };
    Ok((report, extra, causes))
}

/// A run of which only the judge took notice: all that a sweep keeps.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The conditions.
    pub setup: Rc<Setup>,
    /// When the run ended.
    pub end: Nanos,
    /// Where it was cut, before its own end.
    pub cut: Option<Nanos>,
    /// Events handled.
    pub events: u64,
    /// The digest of its history.
    pub digest: Digest,
    /// What the checks found.
    pub judgement: Judgement,
    /// Whether that is what the scenario expects.
    pub verdict: Verdict,
    /// What else the user should know.
    pub warnings: Vec<String>,
    /// Whether the run was ended from outside.
    pub interrupted: bool,
}

/// Runs a scenario and judges it, and does nothing else.
///
/// # Errors
/// A bug of the simulator.
pub fn judge(scenario: &Scenario, options: RunOptions, watcher: Watcher<'_>) -> Result<Judged, SimulatorBug> {
    simulate(scenario, options, |_| (), watcher).map(|(judged, ..)| judged)
}

fn simulate<O: Observer>(
    scenario: &Scenario,
    options: RunOptions,
    extra: impl FnOnce(&Rc<Setup>) -> O,
    watcher: Watcher<'_>,
) -> Result<(Judged, O, Option<Causes>), SimulatorBug> {
    let mut world = World::new(Rc::new(world_of(scenario, options)), options.seed);
    if options.causes {
        world.record_causes();
    }
    let setup = world.setup().clone();
    let asked = (Questions::new(&setup, questions(&scenario.expect)), Latencies::new(&setup, &scenario.expect));
    let mut observers = ((Judge::new(setup.clone()), asked), extra(&setup));
    // A panic is caught only to say where it happened; nothing of the broken run is used after it.
    let outcome = catch_unwind(AssertUnwindSafe(|| drive(&mut world, &mut observers, watcher)));
    let interrupted = outcome.map_err(|panic| {
        let message =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string()));
        SimulatorBug {
            scenario: scenario.name.clone(),
            seed: options.seed,
            event: world.events(),
            at: world.now(),
            message: message.unwrap_or_else(|| "a panic without a message".into()),
        }
    })?;
    let ((judge, (questions, latencies)), extra) = observers;
    let judgement = judge.finish();
    let cut = options.until.filter(|until| world.now() >= *until);
    let answers = Answers { questions: questions.finish(cut.is_some() || interrupted), latencies };
    let mut verdict = Verdict::new(&scenario.expect, &judgement, &answers, &place(&setup));
    let mut warnings = world.warnings().to_vec();
    if cut.is_some() || interrupted {
        cut::excuse(&scenario.expect, &mut verdict.items, &judgement, world.now());
    } else if let Some(until) = options.until {
        warnings.push(format!("nothing was cut: the run ended by itself at {}, before {until}", world.now()));
    }
    let judged = Judged {
        end: world.now(),
        events: world.events(),
        digest: world.digest().clone(),
        cut,
        warnings,
        setup: setup.clone(),
        judgement,
        verdict,
        interrupted,
    };
    Ok((judged, extra, world.causes().cloned()))
}

/// Runs to the end, or to where the watcher ends it; then the answer is `true`.
fn drive(world: &mut World, observers: &mut impl Observer, watcher: Watcher<'_>) -> bool {
    while world.phase() != Phase::Ended {
        for _ in 0..SLICE {
            if !world.step(observers) {
                return false;
            }
        }
        let moment = Moment { now: world.now(), duration: world.setup().duration, events: world.events() };
        if watcher(moment).is_break() {
            world.end(observers);
            return true;
        }
    }
    false
}

/// The world that is run: the scenario's, or the part of it that was asked for.
fn world_of(scenario: &Scenario, options: RunOptions) -> WorldSpec {
    let mut spec: WorldSpec = scenario.world();
    if let Some(until) = options.until {
        let rest = until.saturating_sub(spec.duration);
        (spec.duration, spec.final_phase) = (spec.duration.min(until), spec.final_phase.min(rest));
    }
    spec
}

/// Runs a scenario again, up to some moment, for an observer that knows by now what it listens for: a run is a
/// pure function of scenario and seed. Returns which event caused which, if that was asked for.
pub fn replay(
    scenario: &Scenario,
    options: RunOptions,
    to: Option<Nanos>,
    observer: &mut impl Observer,
) -> Option<Causes> {
    let mut world = World::new(Rc::new(world_of(scenario, options)), options.seed);
    if options.causes {
        world.record_causes();
    }
    match to {
        Some(to) => world.run_until(to, observer),
        None => world.run(observer),
    }
    world.causes().cloned()
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
