//! Runs a swarm: each seed draws, is run and judged, and what it has reached is noted.

use std::ops::ControlFlow;

use rayon::ThreadPoolBuildError;

use super::coverage::probe::CoverageProbe;
use super::pool::{PoolNews, Stop, in_order_until};
use super::result::{SeedResult, SwarmTrace};
use super::shard::Part;
use super::swarm::steering::{GENERATION, Steering};
use super::swarm::{Drawn, Genome, Swarm, SwarmOptions};
use crate::run::Run;
use crate::run::judged::judge_with;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

/// A swarm that is to be run.
#[derive(Clone, Copy, Debug)]
pub struct SwarmPlan<'p> {
    /// What runs are drawn from.
    pub scenario: &'p Scenario,
    /// Within which bounds.
    pub options: &'p SwarmOptions,
    /// Whether it is steered by what its runs reach.
    pub steer: bool,
    /// Where each run is cut.
    pub until: Option<Nanos>,
    /// Judge the runs although the scenario has settings without effect.
    pub allow_ignored: bool,
    /// The seeds that are to be run.
    pub part: &'p Part,
    /// Threads; 0: as many as there are cores.
    pub jobs: usize,
}

/// Runs the seeds of a swarm and tells the watcher of each, in their order. When `enough` becomes true, no run is begun any
/// more.
///
/// # Errors
/// There are no threads to be had.
pub fn sweep(
    plan: &SwarmPlan<'_>,
    enough: impl Fn() -> bool + Sync,
    stop: impl Fn() -> bool + Sync,
    mut watcher: impl FnMut(PoolNews<'_, SeedResult>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    let swarm = Swarm::new(plan.scenario, plan.options);
    if !plan.steer {
        let worker = || {
            |position, stop: Stop<'_>| {
                let seed = plan.part.get(position)?;
                of_drawn(plan, &swarm, seed, swarm.draw(seed), stop)
            }
        };
        return in_order_until(plan.part.count(), plan.jobs, enough, stop, worker, watcher);
    }
    let mut steering = Steering::default();
    let (all, mut begun) = (plan.part.count(), 0_u64);
    while u128::from(begun) < all {
        let size = (all - u128::from(begun)).min(u128::from(GENERATION));
        let mut learnt: Vec<(Genome, SeedResult)> = Vec::new();
        let mut over = false;
        let worker = || {
            |position: u64, stop: Stop<'_>| {
                let seed = plan.part.get(begun + position)?;
                let (genome, drawn) = swarm.steered(&steering, seed);
                Some((genome, of_drawn(plan, &swarm, seed, drawn, stop)?))
            }
        };
        in_order_until(size, plan.jobs, &enough, &stop, worker, |news: PoolNews<'_, (Genome, SeedResult)>| {
            let flow = match news {
                PoolNews::Result((genome, result)) => {
                    learnt.push((genome.clone(), result.clone()));
                    watcher(PoolNews::Result(result))
                }
                PoolNews::Done(done) => watcher(PoolNews::Done(begun + done)),
            };
            over |= flow.is_break();
            flow
        })?;
        if over || u128::from(learnt.len() as u64) < size || stop() {
            break;
        }
        for (genome, result) in &learnt {
            steering.learn(genome, result.swarm.as_ref().map_or(&[], |swarm| &swarm.reached));
        }
        begun += size as u64;
    }
    Ok(())
}

/// One run; none if it was given up.
fn of_drawn(
    plan: &SwarmPlan<'_>,
    swarm: &Swarm<'_>,
    seed: u64,
    drawn: Result<Drawn, super::swarm::NothingDrawn>,
    stop: Stop<'_>,
) -> Option<SeedResult> {
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(nothing) => return Some(SeedResult::bug(seed, &nothing.bug(plan.scenario, seed))),
    };
    let run = Run::new(&drawn.scenario, seed).until(plan.until);
    let mut watcher = |_| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let mut probe = CoverageProbe::new(run.setup().clone());
    let changes = drawn.scenario.changes[swarm.base().changes.len()..].to_vec();
    let (result, reached) = match judge_with(&run, &mut probe, &mut watcher) {
        Ok(judged) if judged.interrupted => return None,
        Ok(mut judged) => {
            if plan.allow_ignored {
                judged.verdict.allow_ignored(&judged.setup.ignored);
            }
            (SeedResult::judged(seed, &judged), probe.finish(&judged.judgement))
        }
        Err(bug) => (SeedResult::bug(seed, &bug), Vec::new()),
    };
    Some(SeedResult { swarm: Some(Box::new(SwarmTrace { drawn: changes, reached })), ..result })
}
