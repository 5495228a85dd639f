//! Runs a scenario with many seeds, on all cores.

use std::ops::ControlFlow;

use rayon::ThreadPoolBuildError;
use xxhash_rust::xxh3::xxh3_128;

use super::pool::{PoolNews, Stop, in_order};
use super::result::{SeedResult, SweptScenario};
use super::seeds::Seeds;
use super::swarm::SwarmOptions;
use super::swarming::{self, SwarmPlan};
use crate::run::Run;
use crate::run::judged::judge;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

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
        let scenario = &self.scenario;
        let mut text = scenario.source.text.clone();
        let variant = scenario.variant.iter().map(|variant| ("--variant", variant.clone()));
        let changes = scenario.changes.iter().map(|change| (change.option().0, change.option().1.to_owned()));
        let until = self.until.iter().map(|until| ("--until", until.0.to_string()));
        let swarm = self
            .swarm
            .iter()
            .map(|options| (if self.steer { "--steer --swarm" } else { "--swarm" }, options.to_string()));
        for (option, value) in variant.chain(changes).chain(until).chain(swarm) {
            text += &format!("\0{option} {value}");
        }
        let digest = format!("xxh3:{:032x}", xxh3_128(text.as_bytes()));
        SweptScenario { name: scenario.name.clone(), variant: scenario.variant.clone(), digest }
    }
}

/// Runs all seeds and tells the watcher of each; see [`in_order`].
///
/// # Errors
/// There are no threads to be had.
pub fn sweep(
    plan: &Plan,
    stop: impl Fn() -> bool + Sync,
    watcher: impl FnMut(PoolNews<'_, SeedResult>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    if let Some(options) = &plan.swarm {
        let swarm = SwarmPlan {
            scenario: &plan.scenario,
            options,
            steer: plan.steer,
            until: plan.until,
            allow_ignored: plan.allow_ignored,
            seeds: &plan.seeds,
            jobs: plan.jobs,
        };
        return swarming::sweep(&swarm, stop, watcher);
    }
    let worker = || {
        // What does not depend on the seed is made once; worlds are not shared between threads.
        let run = Run::new(&plan.scenario, 0).until(plan.until);
        move |position, stop: Stop<'_>| one(plan, &run.with_seed(plan.seeds.get(position)?), stop)
    };
    in_order(plan.seeds.count(), plan.jobs, stop, worker, watcher)
}

/// One run; none if it was given up.
fn one(plan: &Plan, run: &Run<'_>, stop: Stop<'_>) -> Option<SeedResult> {
    let seed = run.seed();
    let mut watcher = |_| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    match judge(run, &mut watcher) {
        Ok(judged) if judged.interrupted => None,
        Ok(mut judged) => {
            if plan.allow_ignored {
                judged.verdict.allow_ignored(&judged.setup.ignored);
            }
            Some(SeedResult::judged(seed, &judged))
        }
        Err(bug) => Some(SeedResult::bug(seed, &bug)),
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
