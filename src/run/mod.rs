//! A run: a scenario and a seed, and all that can be done with the two.
//!
//! A run is a pure function, so it is no thing that must be kept: it is started again whenever somebody wants
//! to know more of it. It goes on to its end ([`Run::run`]), up to a moment ([`Run::replay_to`]), until something
//! is so ([`Run::run_until`]) or in steps from one checkpoint to the next ([`Run::checkpoints`]), and whoever
//! watches gets every fact. Nothing is watched that nobody asked for: a bare run builds no judge
//! ([`judge`](judged::judge) does) and no timeline (`report/` does).
//!
//! ```
//! use kafkasim::run::{Run, condition::Holds};
//! use kafkasim::history::state::Statement;
//! use kafkasim::scenario::{self, ScenarioText};
//! let text = "{name: tiny, duration: 10s, topics: {orders: {}}, producers: {p: {topic: orders, rate: 10/s}}}";
//! let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", text), &[]).unwrap();
//! let run = Run::new(&scenario, 7);
//!
//! let orders = run.setup().catalog.partitions(run.setup().catalog.topic("orders").unwrap()).next().unwrap();
//! let led = Statement::IsrSize(orders, kafkasim::scenario::Bound::AtLeast(1));
//! let halted = run.run_until(Holds::new(run.setup(), led), &mut ()).unwrap();
//! assert!(halted.met && halted.world.now() < scenario.duration());
//! ```

pub mod breakpoints;
pub mod checkpoints;
pub mod condition;
mod cut;
pub mod figures;
pub mod histogram;
pub mod inject;
pub mod judged;
pub mod latencies;
pub mod past;
pub mod recorded;
pub mod verdict;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::history::Observer;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;
use crate::world::blueprint::Blueprint;
use crate::world::spec::WorldSpec;
use crate::world::{RunPhase, World};
use checkpoints::Checkpoints;
use condition::StopCondition;

/// A scenario and a seed, and where it is cut. See the module.
#[derive(Clone, Debug)]
pub struct Run<'s> {
    scenario: &'s Scenario,
    blueprint: Rc<Blueprint>,
    setup: Rc<Setup>,
    until: Option<Nanos>,
    causes: bool,
    allow_ignored: bool,
}

impl<'s> Run<'s> {
    /// This scenario with this seed, from its beginning to its end.
    pub fn new(scenario: &'s Scenario, seed: u64) -> Run<'s> {
        Run::planned(scenario, Blueprint::new(scenario.world().clone()), seed)
    }
    /// It is cut at this time, if it has not ended before.
    pub fn until(self, until: Option<Nanos>) -> Run<'s> {
        let Some(until) = until else { return self };
        let seed = self.seed();
        let cut = Run::planned(self.scenario, Blueprint::new(shortened(self.blueprint.spec(), until)), seed);
        Run { until: Some(until), causes: self.causes, allow_ignored: self.allow_ignored, ..cut }
    }
    /// Whether it is judged although the scenario has settings without effect.
    pub fn allowing_ignored(self, allowed: bool) -> Run<'s> {
        Run { allow_ignored: allowed, ..self }
    }
    /// It keeps which event caused which.
    pub fn with_causes(self) -> Run<'s> {
        Run { causes: true, ..self }
    }
    /// The same with another seed. What does not depend on the seed is not made again.
    pub fn with_seed(&self, seed: u64) -> Run<'s> {
        Run { setup: Rc::new(Setup { seed, ..(*self.setup).clone() }), ..self.clone() }
    }
    fn planned(scenario: &'s Scenario, blueprint: Blueprint, seed: u64) -> Run<'s> {
        let setup = Rc::new(blueprint.spec().setup(seed));
        Run { scenario, blueprint: Rc::new(blueprint), setup, until: None, causes: false, allow_ignored: false }
    }

    /// The scenario.
    pub fn scenario(&self) -> &'s Scenario {
        self.scenario
    }
    /// The seed.
    pub fn seed(&self) -> u64 {
        self.setup.seed
    }
    /// Where it is cut.
    pub fn cut(&self) -> Option<Nanos> {
        self.until
    }
    /// The conditions: what is known before the first fact.
    pub fn setup(&self) -> &Rc<Setup> {
        &self.setup
    }

    /// Its world at time zero.
    pub fn start(&self) -> World {
        let mut world = self.blueprint.world(self.setup.clone());
        if self.causes {
            world.record_causes();
        }
        world
    }
    /// Runs to the end.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn run(&self, observer: &mut dyn Observer) -> Result<Ended, SimulatorBug> {
        self.run_watched(observer, &mut unwatched)
    }
    /// Runs to the end, or to where the watcher ends it.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn run_watched(&self, observer: &mut dyn Observer, watcher: RunWatcher<'_>) -> Result<Ended, SimulatorBug> {
        self.go_on(self.start(), observer, watcher)
    }
    /// Runs one of its worlds from where it is to the end, or to where the watcher ends it.
    fn go_on(
        &self,
        mut world: World,
        observer: &mut dyn Observer,
        watcher: RunWatcher<'_>,
    ) -> Result<Ended, SimulatorBug> {
        let interrupted = self.guarded(&mut world, |world| drive(world, observer, watcher))?;
        Ok(Ended { world, interrupted })
    }
    /// Runs until the end of the first event after which a condition is met, or to the end.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn run_until(
        &self,
        condition: impl StopCondition,
        observer: &mut dyn Observer,
    ) -> Result<Halted, SimulatorBug> {
        let mut world = self.start();
        let mut watched = (condition, observer);
        let met = self.guarded(&mut world, |world| {
            while !watched.0.is_met() {
                if !world.step(&mut watched) {
                    return watched.0.is_met();
                }
            }
            true
        })?;
        Ok(Halted { world, met })
    }
    /// Runs up to and including a moment, or to the end: there is the world as it was then.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn replay_to(&self, at: Nanos, observer: &mut dyn Observer) -> Result<World, SimulatorBug> {
        let mut world = self.start();
        self.guarded(&mut world, |world| world.run_until(at, observer))?;
        Ok(world)
    }
    /// Runs to the end and keeps the world at every so many simulated seconds, so that one can go back.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn checkpoints(&self, every: Nanos) -> Result<Checkpoints, SimulatorBug> {
        let mut world = self.start();
        self.guarded(&mut world, |world| Checkpoints::of(world, every))
    }

    /// Does something with the world. A panic is caught only to say where it happened; nothing of the broken
    /// run is used after it.
    fn guarded<T>(&self, world: &mut World, act: impl FnOnce(&mut World) -> T) -> Result<T, SimulatorBug> {
        catch_unwind(AssertUnwindSafe(|| act(world))).map_err(|panic| {
            let message = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string()));
            SimulatorBug {
                scenario: self.scenario.name.clone(),
                seed: self.seed(),
                event: world.events(),
                at: world.now(),
                message: message.unwrap_or_else(|| "a panic without a message".into()),
            }
        })
    }
}

/// A world that has ended.
#[derive(Clone)]
pub struct Ended {
    /// As it was then.
    pub world: World,
    /// Whether it was ended from outside, before its own end.
    pub interrupted: bool,
}

impl Ended {
    /// Which event caused which, if that was asked for.
    pub fn causes(&self) -> Option<&Causes> {
        self.world.causes()
    }
}

/// A world that was stopped by a condition.
#[derive(Clone)]
pub struct Halted {
    /// As it was then: it can go on.
    pub world: World,
    /// Whether the condition was met; otherwise the run has ended without it.
    pub met: bool,
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

/// How far a run is, for whoever watches it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunProgress {
    /// The simulated time.
    pub now: Nanos,
    /// When workloads and faults end.
    pub duration: Nanos,
    /// Events handled so far.
    pub events: u64,
}

/// Is shown a run now and then while it goes on, and may end it.
pub type RunWatcher<'w> = &'w mut dyn FnMut(RunProgress) -> ControlFlow<()>;

/// Watches nothing.
pub fn unwatched(_: RunProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Events between two looks of a [`RunWatcher`]: some milliseconds.
const SLICE: u32 = 1 << 13;

/// Runs to the end, or to where the watcher ends it; then the answer is `true`.
fn drive(world: &mut World, observer: &mut dyn Observer, watcher: RunWatcher<'_>) -> bool {
    while world.phase() != RunPhase::Ended {
        for _ in 0..SLICE {
            if !world.step(observer) {
                return false;
            }
        }
        let moment = RunProgress { now: world.now(), duration: world.setup().duration, events: world.events() };
        if watcher(moment).is_break() {
            world.end(observer);
            return true;
        }
    }
    false
}

/// The part of a world that ends at this time at the latest.
fn shortened(spec: &WorldSpec, until: Nanos) -> WorldSpec {
    let rest = until.saturating_sub(spec.duration);
    WorldSpec { duration: spec.duration.min(until), final_phase: spec.final_phase.min(rest), ..spec.clone() }
}

#[cfg(test)]
mod tests {
    use super::condition::{Happens, Holds};
    use super::judged::judge;
    use super::*;
    use crate::history::bound::Bound;
    use crate::history::fact::{Fact, StopKind};
    use crate::history::record::Recording;
    use crate::history::state::Statement;
    use crate::protocol::ids::Tp;
    use crate::scenario::{self, ScenarioText};

    const TEXT: &str = "{name: tiny, duration: 20s, final.phase: 4s, topics: {orders: {replication.factor: 3}}, producers: {p: {topic: orders, \
                        rate: 10/s}}, faults: [{at: 8s, crash: {broker: leader of orders-0}}]}";

    fn tiny() -> Scenario {
        scenario::parse(&ScenarioText::new("tiny.yaml", TEXT), &[]).expect("valid").0
    }
    fn digest(world: &World) -> String {
        world.digest().to_string()
    }

    /// What many threads share must be shareable: a sweep reads its scenario once.
    #[test]
    fn scenarios_and_worlds_to_be_are_plain_values() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<WorldSpec>();
        shared::<Scenario>();
    }

    #[test]
    fn however_it_is_run_it_is_the_same_run() {
        let scenario = tiny();
        let run = Run::new(&scenario, 3);
        let ended = run.run(&mut ()).expect("it runs");
        let judged = judge(&run, &mut unwatched).expect("it runs");
        assert_eq!(judged.digest.to_string(), digest(&ended.world), "whoever watches changes nothing");
        let again = Run::new(&scenario, 1).with_seed(3).replay_to(Nanos::MAX, &mut ()).expect("it runs");
        assert_eq!(digest(&again), digest(&ended.world), "what is shared with another seed decides nothing");
        assert_ne!(digest(&run.with_seed(4).run(&mut ()).expect("it runs").world), digest(&ended.world));
    }

    #[test]
    fn a_checkpoint_is_the_run_at_that_time() {
        let scenario = tiny();
        let run = Run::new(&scenario, 3);
        let checkpoints = run.checkpoints(Nanos::from_secs(5)).expect("it runs");
        assert!(checkpoints.worlds().len() >= 3);
        for at in [0, 4_999, 5_000, 9_200, 60_000].map(Nanos::from_millis) {
            let straight = run.replay_to(at, &mut ()).expect("it runs");
            assert_eq!(digest(&checkpoints.at(at, &mut ())), digest(&straight), "{at}");
        }
    }

    #[test]
    fn a_condition_stops_it_and_it_can_go_on() {
        let scenario = tiny();
        let run = Run::new(&scenario, 3);
        let crashes = |fact: &Fact| matches!(fact, Fact::ProcessStopped { kind: StopKind::Crash, .. });
        let mut seen = Recording::default();
        let halted = run.run_until(Happens::new(crashes), &mut seen).expect("it runs");
        assert!(halted.met && halted.world.now() == Nanos::from_secs(8));
        assert!(seen.entries().iter().last().is_some_and(|entry| entry.at == Nanos::from_secs(8)));

        let shrunk = Statement::IsrSize(Tp(0), Bound::Exactly(2));
        let halted = run.run_until(Holds::new(run.setup(), shrunk), &mut ()).expect("it runs");
        assert!(halted.met && halted.world.now() > Nanos::from_secs(8));
        let mut world = halted.world;
        world.run(&mut ());
        assert_eq!(digest(&world), digest(&run.run(&mut ()).expect("it runs").world));

        let never = run.run_until(Happens::new(|_| false), &mut ()).expect("it runs");
        assert!(!never.met && never.world.phase() == RunPhase::Ended);
    }
}
