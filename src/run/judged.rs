//! A run of which only the judge takes notice: all that a sweep keeps.

use std::rc::Rc;

use super::latencies::Latencies;
use super::verdict::{Answers, Verdict, place, questions};
use super::{Run, RunWatcher, SimulatorBug, cut};
use crate::check::alerts::{AlertStory, Alerts};
use crate::check::expect::Questions;
use crate::check::{Judge, Judgement};
use crate::history::Observer;
use crate::history::digest::Digest;
use crate::history::fact::Entry;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::protocol::rack_traffic::RackTraffic;
use crate::sim::time::Nanos;
use crate::world::World;

/// A run that was judged.
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
    /// What became of the scenario's alerts, in their order.
    pub alerts: Vec<AlertStory>,
    /// How much was carried across racks; none: nobody has measured it.
    pub rack_traffic: Option<RackTraffic>,
    /// Whether that is what the scenario expects.
    pub verdict: Verdict,
    /// What else the user should know.
    pub warnings: Vec<String>,
    /// Whether the run was ended from outside.
    pub interrupted: bool,
    /// Which event caused which, if that was asked for.
    pub causes: Option<Causes>,
}

/// Runs it and judges it, and does nothing else.
///
/// # Errors
/// A bug of the simulator.
pub fn judge(run: &Run<'_>, watcher: RunWatcher<'_>) -> Result<Judged, SimulatorBug> {
    judge_with(run, &mut (), watcher)
}

/// Runs it and judges it; somebody else sees every fact, too.
///
/// # Errors
/// A bug of the simulator.
pub fn judge_with(run: &Run<'_>, others: &mut dyn Observer, watcher: RunWatcher<'_>) -> Result<Judged, SimulatorBug> {
    judge_from(run, (run.start(), &[]), others, watcher)
}

/// Judges a run of which a part is over: its world as it is then, and the facts until then.
pub(super) fn judge_from(
    run: &Run<'_>,
    (world, past): (World, &[Entry]),
    others: &mut dyn Observer,
    watcher: RunWatcher<'_>,
) -> Result<Judged, SimulatorBug> {
    let (setup, expect) = (run.setup(), &run.scenario().expect);
    let asked = (Questions::new(setup, questions(expect)), Latencies::new(setup, expect));
    let alerts = Alerts::new(setup, &run.scenario().alerts);
    let mut observers = ((Judge::new(setup.clone()), (asked, alerts)), others);
    past.iter().for_each(|entry| observers.observe(entry));
    let ended = run.go_on(world, &mut observers, watcher)?;
    let ((judge, ((questions, latencies), alerts)), _) = observers;
    let (world, interrupted) = (&ended.world, ended.interrupted);
    let judgement = judge.finish();
    let cut = run.cut().filter(|until| world.now() >= *until);
    let ended_early = cut.is_some() || interrupted;
    let alerts = alerts.finish();
    let rack_traffic = world.rack_traffic();
    let questions = questions.finish(ended_early);
    let answers = Answers { questions, latencies, alerts, rack_traffic, cut: ended_early };
    let mut verdict = Verdict::new(expect, &judgement, &answers, &place(setup));
    if run.allow_ignored {
        verdict.allow_ignored(&setup.ignored);
    }
    let mut warnings = world.warnings().to_vec();
    // Those that found nobody the world has told of.
    warnings.extend(judgement.in_vain.iter().cloned());
    if cut.is_some() || interrupted {
        cut::excuse(expect, &mut verdict.items, &judgement, world.now());
    } else if let Some(until) = run.cut() {
        warnings.push(format!("nothing was cut: the run ended by itself at {}, before {until}", world.now()));
    }
    Ok(Judged {
        end: world.now(),
        events: world.events(),
        digest: world.digest().clone(),
        causes: ended.causes().cloned(),
        cut,
        warnings,
        setup: setup.clone(),
        judgement,
        alerts: answers.alerts,
        rack_traffic,
        verdict,
        interrupted,
    })
}
