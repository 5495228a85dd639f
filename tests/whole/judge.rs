//! The judge finds nothing to object to in runs of the simulator, whatever breaks in them within
//! what Kafka's promises cover: a false alarm is a bug of a check, a true one a bug of the model.

use crate::support;

use kafkasim::check::Judge;
use kafkasim::check::outcome::Outcome;
use kafkasim::protocol::ids::*;
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::*;

const SEEDS: u64 = 20;

fn at(millis: u64, action: Action) -> FaultSpec {
    FaultSpec { trigger: Trigger::At(Nanos::from_millis(millis)), label: action.name().into(), action, may_miss: false }
}

/// Runs one spec over all seeds: nothing may be violated.
fn nothing_violated(fault: impl Fn(u64) -> Vec<FaultSpec>) {
    let mut objections = Vec::new();
    for seed in 0..SEEDS {
        let mut spec = support::small(3, 100, 2, 16);
        for member in spec.loops_mut() {
            // Members that die are missed while the run lasts.
            let config = &mut member.consumer.config;
            config.session_timeout = Nanos::from_secs(6);
            config.heartbeat_interval = Nanos::from_secs(2);
            config.max_poll_interval = Nanos::from_secs(10);
        }
        spec.faults = fault(seed);
        let mut world = World::new(&spec, seed);
        let mut judge = Judge::new(world.setup().clone());
        world.run(&mut judge);
        for finding in judge.finish().findings {
            if let Outcome::Violated { count, first, .. } = &finding.outcome {
                objections.push(format!("seed {seed}: {} x{count}: {first:?}", finding.invariant.id));
            }
        }
    }
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

/// Before the session with the controller is over, or after.
fn restart(seed: u64) -> Option<Moment> {
    Some(Nanos::from_secs(if seed.is_multiple_of(2) { 3 } else { 12 }).into())
}

fn orders(partition: u32) -> Tp {
    Tp(partition)
}

#[test]
fn quiet() {
    nothing_violated(|_| Vec::new());
}

#[test]
fn leader_crash() {
    let targets = vec![Target::LeaderOf(orders(0))];
    nothing_violated(|seed| {
        vec![at(6_000 + 37 * seed, Action::Crash { targets: targets.clone(), restart_after: restart(seed) })]
    });
}

#[test]
fn follower_crash() {
    let targets = vec![Target::FollowerOf(orders(0))];
    nothing_violated(|seed| {
        vec![at(6_000 + 37 * seed, Action::Crash { targets: targets.clone(), restart_after: restart(seed) })]
    });
}

#[test]
fn controlled_stop() {
    let targets = vec![Target::LeaderOf(orders(1))];
    nothing_violated(|seed| {
        vec![at(6_000 + 37 * seed, Action::Stop { targets: targets.clone(), restart_after: restart(seed) })]
    });
}

#[test]
fn power_loss_of_one_broker() {
    let targets = vec![Target::LeaderOf(orders(0))];
    nothing_violated(|seed| {
        vec![at(6_000 + 37 * seed, Action::PowerLoss { targets: targets.clone(), restart_after: restart(seed) })]
    });
}

#[test]
fn partition() {
    let groups = vec![vec![Target::LeaderOf(orders(0))], vec![Target::Others]];
    nothing_violated(|seed| {
        vec![at(
            6_000 + 37 * seed,
            Action::Partition { groups: groups.clone(), duration: Some(Nanos::from_secs(12).into()) },
        )]
    });
}

#[test]
fn member_crash() {
    let targets = vec![Target::MemberOf(GroupId(0))];
    nothing_violated(|seed| {
        vec![at(6_000 + 37 * seed, Action::Crash { targets: targets.clone(), restart_after: restart(seed) })]
    });
}
