//! Runs a scenario with many seeds, on all cores.

use std::ops::ControlFlow;

use super::case::Case;
use super::pool::{PoolNews, Stop, in_order_until};
use super::result::SeedResult;
use super::seeds::Seeds;
use super::shard::Part;
use super::swarm::{Swarm, SwarmOptions};
use super::swarming;
use super::swept::SweptScenario;
use crate::check::Judgement;
use crate::history::Observer;
use crate::run::Run;
use crate::run::judged::judge_with;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;
use rayon::ThreadPoolBuildError;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario.
    pub scenario: Scenario,
    /// Where each run is cut.
    pub until: Option<Nanos>,
    /// Judge the runs although the scenario has settings without effect.
    pub allow_ignored: bool,
    /// The seeds.
    pub seeds: Seeds,
    /// What each seed draws; none: nothing, all run the same scenario.
    pub swarm: Option<SwarmOptions>,
    /// Whether a swarm is steered by what its runs reach.
    pub steer: bool,
    /// Threads; 0: as many as there are cores.
    pub jobs: usize,
}

impl Plan {
    /// Which scenario the results are of.
    pub fn origin(&self) -> SweptScenario {
        let steered = if self.steer { " --steer" } else { "" };
        let demanded = |options| Swarm::new(&self.scenario, options).demanded();
        let swarm = self.swarm.as_ref().map(|options| (format!("{options}{steered}"), demanded(options)));
        SweptScenario::new(&self.scenario, &self.seeds, self.until, self.allow_ignored, swarm)
    }
    /// The run of a result, whole; none if there is none, because what was drawn is no scenario.
    pub fn case(&self, typed: &str, result: &SeedResult) -> Option<Case> {
        let case = Case {
            typed: typed.to_owned(),
            scenario: self.scenario.clone(),
            seed: result.seed,
            until: self.until,
            allow_ignored: self.allow_ignored,
            swarm: None,
        };
        match (&self.swarm, &result.swarm) {
            (None, _) => Some(case),
            (Some(options), _) if !self.steer => case.drawn(options).ok(),
            (Some(_), Some(trace)) => case.changed(&trace.drawn),
            (Some(_), None) => None,
        }
    }
}

/// Runs all seeds and tells the watcher of each; see [`in_order`](super::pool::in_order).
///
/// # Errors
/// There are no threads to be had.
pub fn sweep(
    plan: &Plan,
    stop: impl Fn() -> bool + Sync,
    watcher: impl FnMut(PoolNews<'_, SeedResult>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    sweep_part(plan, &Part::whole(plan.seeds.clone()), || false, stop, watcher)
}

/// Runs a part of the seeds. When `enough` becomes true, no run is begun any more, and those under way are finished: what
/// was run are then the first seeds of the part, without a gap.
///
/// # Errors
/// There are no threads to be had.
pub fn sweep_part(
    plan: &Plan,
    part: &Part,
    enough: impl Fn() -> bool + Sync,
    stop: impl Fn() -> bool + Sync,
    watcher: impl FnMut(PoolNews<'_, SeedResult>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    if let Some(options) = &plan.swarm {
        return swarming::sweep(plan, options, part, enough, stop, watcher);
    }
    let worker = || {
        // What does not depend on the seed is made once; worlds are not shared between threads.
        let run = Run::new(&plan.scenario, 0).until(plan.until).allowing_ignored(plan.allow_ignored);
        move |position, stop: Stop<'_>| {
            let run = run.with_seed(part.get(position)?);
            Some(one(&run, &mut (), stop)?.0)
        }
    };
    in_order_until(part.count(), plan.jobs, enough, stop, worker, watcher)
}

/// One run, and its judgement unless the simulator failed; none if it was given up.
pub(super) fn one(
    run: &Run<'_>,
    observer: &mut dyn Observer,
    stop: Stop<'_>,
) -> Option<(SeedResult, Option<Judgement>)> {
    let seed = run.seed();
    let mut watcher = |_| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    match judge_with(run, observer, &mut watcher) {
        Ok(judged) if judged.interrupted => None,
        Ok(judged) => Some((SeedResult::judged(seed, &judged), Some(judged.judgement))),
        Err(bug) => Some((SeedResult::bug(seed, &bug), None)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::scenario::{self, ScenarioText};

    const TEXT: &str = "{name: tiny, duration: 8s, final.phase: 0s, topics: {orders: {}}, producers: {p: {topic: orders, \
                        rate: 10/s}}, expect: [ledger: {sent: at most 78}]}";

    fn plan(text: &str, seeds: &str, jobs: usize) -> Plan {
        Plan {
            scenario: scenario::parse(&ScenarioText::new("tiny.yaml", text), &[]).expect("valid").0,
            until: None,
            allow_ignored: false,
            seeds: seeds.parse().expect("seeds"),
            swarm: None,
            steer: false,
            jobs,
        }
    }

    fn results(plan: &Plan) -> Vec<SeedResult> {
        let mut results = Vec::new();
        let watcher = |news: PoolNews<'_, SeedResult>| {
            if let PoolNews::Result(result) = news {
                results.push(result.clone());
            }
            ControlFlow::Continue(())
        };
        sweep(plan, || false, watcher).expect("threads");
        results
    }

    #[test]
    fn results_come_in_the_order_of_the_seeds_whatever_the_number_of_threads() {
        let alone = results(&plan(TEXT, "1..12", 1));
        assert_eq!(alone.iter().map(|r| r.seed).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        assert_eq!(alone, results(&plan(TEXT, "1..12", 5)));
    }

    #[test]
    fn a_part_is_run_and_nothing_else() {
        let plan = plan(TEXT, "1..12", 2);
        let part = Part::new(plan.seeds.clone(), "2/5".parse().expect("a shard"));
        let mut seeds = Vec::new();
        let watcher = |news: PoolNews<'_, SeedResult>| {
            if let PoolNews::Result(result) = news {
                seeds.push(result.seed);
            }
            ControlFlow::Continue(())
        };
        sweep_part(&plan, &part, || false, || false, watcher).expect("threads");
        assert_eq!(seeds, [2, 7, 12]);
    }

    #[test]
    fn when_it_is_enough_what_was_begun_is_finished() {
        let plan = plan(TEXT, "1..1000000", 3);
        let (asked, mut seeds) = (AtomicU64::new(0), Vec::new());
        let watcher = |news: PoolNews<'_, SeedResult>| {
            if let PoolNews::Result(result) = news {
                seeds.push(result.seed);
            }
            ControlFlow::Continue(())
        };
        let enough = || asked.fetch_add(1, Ordering::Relaxed) >= 7;
        sweep_part(&plan, &Part::whole(plan.seeds.clone()), enough, || false, watcher).expect("threads");
        assert_eq!(seeds, [1, 2, 3, 4, 5, 6, 7], "seven were begun, and none is missing");
    }

    #[test]
    fn what_a_seed_draws_does_not_depend_on_who_runs_it() {
        let plan = |jobs, options: Option<&str>| Plan {
            swarm: options.map(|text| text.parse().expect("options")),
            ..plan(TEXT, "1..12", jobs)
        };
        let alone = results(&plan(1, Some("all")));
        assert_eq!(alone, results(&plan(5, Some("all"))));
        let steered = |jobs| Plan { steer: true, seeds: "1..70".parse().expect("seeds"), ..plan(jobs, Some("all")) };
        let alone = results(&steered(1));
        assert_eq!(alone.len(), 70);
        assert_eq!(alone, results(&steered(3)));
        let origins = [None, Some("faults"), Some("all")].map(|options| plan(1, options).origin().digest);
        assert!(origins[0] != origins[1] && origins[1] != origins[2], "{origins:?}");
    }

    #[test]
    fn who_stops_keeps_what_is_known() {
        let mut told = 0;
        let watcher = |news: PoolNews<'_, SeedResult>| {
            told += usize::from(matches!(news, PoolNews::Result(_)));
            if told < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        sweep(&plan(TEXT, "1..1000000", 2), || false, watcher).expect("threads");
        assert!((3..20).contains(&told), "{told}");
        let stopped = AtomicU64::new(0);
        let watcher = |_: PoolNews<'_, SeedResult>| ControlFlow::Continue(());
        sweep(&plan(TEXT, "1..1000000", 2), || stopped.fetch_add(1, Ordering::Relaxed) > 20, watcher).expect("threads");
    }
}
