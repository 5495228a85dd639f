//! A report of a history that was read from a file: the same folds as over a run.

use std::rc::Rc;

use super::run::{Report, place};
use super::series::Series;
use super::timeline::Timeline;
use super::verdict::Verdict;
use crate::check::Judge;
use crate::history::Observer;
use crate::history::jsonl::Imported;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

/// Judges the facts of a file, against the expectations of its scenario if that is known.
pub fn report(history: Imported, scenario: Option<&Scenario>) -> Report {
    let setup = Rc::new(history.setup);
    let mut observers = (Judge::new(setup.clone()), (Timeline::new(setup.clone()), Series::new(setup.clone())));
    history.entries.iter().for_each(|entry| observers.observe(entry));
    let (judge, (timeline, series)) = observers;
    let judgement = judge.finish();
    let place = place(&setup);
    let verdict = Verdict::new(scenario.map_or(&[], |s| s.expect.as_slice()), &judgement, &place);
    Report {
        scenario: setup.scenario.clone(),
        summary: scenario.map_or(String::new(), |s| s.summary.clone()),
        teaches: scenario.map_or(String::new(), |s| s.teaches.clone()),
        variant: scenario.and_then(|s| s.variant.clone()),
        variants: scenario.map_or(Vec::new(), |s| s.variants.clone()),
        changes: scenario.map_or(Vec::new(), |s| s.changes.clone()),
        interrupted: false,
        cut: None,
        end: history.entries.last().map_or(Nanos::ZERO, |entry| entry.at),
        events: history.entries.last().map_or(0, |entry| entry.event + 1),
        digest: history.digest,
        warnings: Vec::new(),
        setup: setup.clone(),
        timeline,
        series,
        judgement,
        verdict,
    }
}
