//! Runs a swarm: each seed draws, is run and judged, and what it has reached is noted.

use std::ops::ControlFlow;

use rayon::ThreadPoolBuildError;

use super::coverage::probe::CoverageProbe;
use super::pool::{PoolNews, Stop, in_order_until};
use super::result::{SeedResult, SwarmTrace};
use super::shard::Part;
use super::swarm::steering::{GENERATION, Steering};
use super::swarm::{Drawn, Genome, Swarm, SwarmOptions};
use super::sweep::{Plan, one};
use crate::run::Run;

/// Runs the seeds of a swarm and tells the watcher of each, in their order. When `enough` becomes true, no run is begun any
/// more.
///
/// # Errors
/// There are no threads to be had.
pub fn sweep(
    plan: &Plan,
    options: &SwarmOptions,
    part: &Part,
    enough: impl Fn() -> bool + Sync,
    stop: impl Fn() -> bool + Sync,
    mut watcher: impl FnMut(PoolNews<'_, SeedResult>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    let swarm = Swarm::new(&plan.scenario, options);
    if !plan.steer {
        let worker = || {
            |position, stop: Stop<'_>| {
                let seed = part.get(position)?;
                of_drawn(plan, &swarm, seed, swarm.draw(seed), stop)
            }
        };
        return in_order_until(part.count(), plan.jobs, enough, stop, worker, watcher);
    }
    let mut steering = Steering::default();
    let (all, mut begun) = (part.count(), 0_u64);
    while u128::from(begun) < all {
        let size = (all - u128::from(begun)).min(u128::from(GENERATION));
        let mut learnt: Vec<(Genome, SeedResult)> = Vec::new();
        let mut over = false;
        let worker = || {
            |position: u64, stop: Stop<'_>| {
                let seed = part.get(begun + position)?;
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
    plan: &Plan,
    swarm: &Swarm<'_>,
    seed: u64,
    drawn: Result<Drawn, super::swarm::NothingDrawn>,
    stop: Stop<'_>,
) -> Option<SeedResult> {
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(nothing) => return Some(SeedResult::bug(seed, &nothing.bug(&plan.scenario, seed))),
    };
    let run = Run::new(&drawn.scenario, seed).until(plan.until).allowing_ignored(plan.allow_ignored);
    let mut probe = CoverageProbe::new(run.setup().clone());
    let changes = drawn.scenario.changes[swarm.base().changes.len()..].to_vec();
    let (result, judgement) = one(&run, &mut probe, stop)?;
    let reached = judgement.map(|judgement| probe.finish(&judgement)).unwrap_or_default();
    Some(SeedResult { swarm: Some(Box::new(SwarmTrace { drawn: changes, reached })), ..result })
}
