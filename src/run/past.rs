//! One past, several futures: a run goes on to some moment once, and from there more than once, each time with other
//! faults.
//!
//! A world is cloned and gets more faults; nothing is run twice. Whoever watches a future is shown the facts of the past
//! first, so that it is judged as any run is: past and future are one history.

use super::breakpoints::{Breakpoint, Lookout};
use super::judged::{Judged, judge_from};
use super::{Run, RunWatcher, SimulatorBug};
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::record::Kept;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;
use crate::world::spec::Trigger;
use crate::world::{RunPhase, World};

/// Where a run is forked.
#[derive(Clone, PartialEq, Debug)]
pub enum ForkPoint {
    /// When all is over that happens at this time.
    Time(Nanos),
    /// As soon as something is told, or becomes so.
    When(Breakpoint),
}

/// What is common to several futures.
#[derive(Clone)]
pub struct Past {
    world: World,
    entries: Vec<Entry>,
    clock: Nanos,
}

/// Why there is no such past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoPast {
    /// Faults are over then, and so are workloads.
    AfterTheEnd {
        /// When they are.
        over: Nanos,
    },
    /// What is waited for does not happen while there are faults; or never.
    Never {
        /// When the run was over.
        end: Nanos,
        /// When it happened, too late.
        late: Option<Nanos>,
    },
    /// The simulator failed.
    Bug(SimulatorBug),
}

/// Why there is no such future.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoFuture {
    /// One of its faults might strike before the fork.
    InThePast {
        /// What the fault is.
        fault: String,
        /// When it might strike.
        at: Nanos,
    },
    /// It has other processes than the past: an administrator's tool is one.
    OtherProcesses,
}

impl Past {
    /// Runs until there.
    ///
    /// # Errors
    /// The run is not there while workloads and faults go on.
    pub fn of(run: &Run<'_>, point: &ForkPoint) -> Result<Past, NoPast> {
        let mut world = run.start();
        world.watch_conditions();
        let mut told = Kept::default();
        let duration = world.setup().duration;
        let clock = match point {
            ForkPoint::Time(at) => {
                if *at >= duration {
                    return Err(NoPast::AfterTheEnd { over: duration });
                }
                run.guarded(&mut world, |world| world.run_until(*at, &mut told)).map_err(NoPast::Bug)?;
                *at
            }
            ForkPoint::When(breakpoint) => {
                let points = std::slice::from_ref(breakpoint);
                let found = run.guarded(&mut world, |world| find(world, points, &mut told)).map_err(NoPast::Bug)?;
                let now = world.now();
                if !found {
                    return Err(NoPast::Never { end: now, late: None });
                }
                if world.phase() != RunPhase::Running {
                    return Err(NoPast::Never { end: duration, late: Some(now) });
                }
                now
            }
        };
        Ok(Past { world, entries: told.0, clock })
    }
    /// The time that it stands at.
    pub fn clock(&self) -> Nanos {
        self.clock
    }
    /// How many facts there were.
    pub fn facts(&self) -> usize {
        self.entries.len()
    }
    /// How many events there were.
    pub fn events(&self) -> u64 {
        self.world.events()
    }
    /// When something strikes that strikes now: as soon as all has happened that happens now.
    pub fn next_moment(&self) -> Nanos {
        strikes_at(self.clock, &self.world)
    }

    /// Goes on as another run does: that of a scenario that has more faults, and differs in nothing else. The past stays
    /// as it is.
    ///
    /// # Errors
    /// What differs bears on the past.
    pub fn may_go_on_as(&self, base: &Scenario, future: &Scenario) -> Result<(), NoFuture> {
        let (old, new) = (base.world(), future.world());
        if old.catalog != new.catalog {
            return Err(NoFuture::OtherProcesses);
        }
        for fault in &new.faults[old.faults.len().min(new.faults.len())..] {
            let earliest = match &fault.trigger {
                Trigger::At(at) => *at,
                Trigger::Within(moment) | Trigger::Every { first: moment, .. } => moment.earliest,
                Trigger::When { .. } => continue,
            };
            if earliest < self.next_moment() {
                return Err(NoFuture::InThePast { fault: fault.label.clone(), at: earliest });
            }
        }
        Ok(())
    }
    /// Whether a fault that the future has beside those of the base waits for something: then it does so from here on, and
    /// a run of the same scenario from its start may be another one.
    pub fn waits_from_here(base: &Scenario, future: &Scenario) -> bool {
        let added = &future.world().faults[base.world().faults.len()..];
        added.iter().any(|fault| matches!(fault.trigger, Trigger::When { .. }))
    }
    /// Goes on as that run and judges past and future. `others` see the facts of the past, too.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn judge(
        &self,
        run: &Run<'_>,
        others: &mut dyn Observer,
        watcher: RunWatcher<'_>,
    ) -> Result<Judged, SimulatorBug> {
        let mut world = self.world.clone();
        world.add_faults(run.blueprint.clone(), run.setup.clone());
        judge_from(run, (world, &self.entries), others, watcher)
    }
}

/// When something strikes that is to strike at a time that a world has come to.
pub fn strikes_at(clock: Nanos, world: &World) -> Nanos {
    let later = u64::from(clock <= world.now() && world.events() > 0);
    Nanos(clock.0 + later)
}

/// Goes on until the end of the first event that reaches a breakpoint. Returns whether there is one.
fn find(world: &mut World, points: &[Breakpoint], told: &mut Kept) -> bool {
    let mut lookout = Lookout::new(points, world);
    while world.phase() != RunPhase::Ended {
        let before = told.0.len();
        world.step(told);
        if lookout.look(world, &told.0[before..]).is_some() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::judged::judge;
    use crate::run::unwatched;
    use crate::scenario::{self, Override, ScenarioText};

    const TEXT: &str = "{name: tiny, duration: 20s, final.phase: 4s, topics: {orders: {replication.factor: 3}}, producers: {p: {topic: orders, \
                        rate: {poisson: 20/s}}}, groups: {g: {topics: [orders]}}, faults: [{at: between 2s and 3s, pause: {process: g-0, for: 1s}}]}";

    fn read(faults: &[&str]) -> Scenario {
        let faults: Vec<Override> = faults.iter().map(|fault| Override::fault(*fault)).collect();
        scenario::parse(&ScenarioText::new("tiny.yaml", TEXT), &faults).expect("valid").0
    }
    fn past(base: &Scenario, seed: u64, at: u64) -> Past {
        Past::of(&Run::new(base, seed), &ForkPoint::Time(Nanos::from_secs(at))).expect("it is there")
    }
    fn digest(judged: &Judged) -> String {
        judged.digest.to_string()
    }

    #[test]
    fn the_undisturbed_future_is_the_plain_run() {
        let base = read(&[]);
        for (seed, at) in [(1, 0), (1, 7), (3, 19)] {
            let run = Run::new(&base, seed);
            let (forked, straight) = (
                past(&base, seed, at).judge(&run, &mut (), &mut unwatched).expect("it runs"),
                judge(&run, &mut unwatched).expect("it runs"),
            );
            assert_eq!(digest(&forked), digest(&straight), "seed {seed}, at {at} s");
            assert_eq!((forked.judgement, forked.events), (straight.judgement, straight.events));
        }
    }

    /// Each fault draws from streams of its own, and an event that nobody else's time is that of changes no order: so it
    /// is the same to the last fact whether the fault was there from the beginning.
    #[test]
    fn a_forked_future_is_the_run_that_had_the_fault_from_the_start() {
        let base = read(&[]);
        for faults in [
            &["at: 8500ms, crash: {broker: leader of orders-0, restart.after: between 1s and 4s}"][..],
            &[
                "at: between 8s and 12s, pause: {process: random broker, for: 2s}",
                "every: between 8s and 9s, crash: {process: g-0, restart.after: 1s}",
            ],
            &["at: 9s, partition: {between: [[broker 1], [others]], for: 3s}"],
        ] {
            let future = read(faults);
            let past = past(&base, 5, 7);
            past.may_go_on_as(&base, &future).expect("nothing of it is past");
            let run = Run::new(&future, 5);
            let forked = past.judge(&run, &mut (), &mut unwatched).expect("it runs");
            let straight = judge(&run, &mut unwatched).expect("it runs");
            assert_eq!(digest(&forked), digest(&straight), "{faults:?}");
            assert_eq!(forked.judgement, straight.judgement, "{faults:?}");
            let plain = judge(&Run::new(&base, 5), &mut unwatched).expect("it runs");
            assert_ne!(digest(&forked), digest(&plain), "the fault does something");
        }
    }

    #[test]
    fn a_fault_may_wait_for_something_from_the_fork_on() {
        let base = read(&[]);
        let future = read(&["when: {broker 1: unfenced}, crash: {broker: broker 1}"]);
        let past = past(&base, 5, 7);
        past.may_go_on_as(&base, &future).expect("it waits");
        let mut told = Kept::default();
        past.judge(&Run::new(&future, 5), &mut told, &mut unwatched).expect("it runs");
        let crash = |entry: &&Entry| matches!(entry.fact, crate::history::fact::Fact::FaultStarted { fault: 1, .. });
        let at = told.0.iter().find(crash).expect("broker 1 is up").at;
        assert!(at >= Nanos::from_secs(7) && at < Nanos::from_millis(7_500), "{at}: it waits from now on");
    }

    #[test]
    fn a_fact_is_a_moment_too() {
        let base = read(&["at: 8s, crash: {broker: leader of orders-0}"]);
        let run = Run::new(&base, 5);
        let fork = |text: &str| Past::of(&run, &ForkPoint::When(Breakpoint::parse(text, &base).expect("one")));
        let past = fork("broker-fenced").expect("it is fenced");
        assert!(past.clock() > Nanos::from_secs(8) && past.next_moment() == Nanos(past.clock().0 + 1));
        assert!(matches!(fork("unclean-election"), Err(NoPast::Never { late: None, .. })));
        assert!(matches!(fork("FinalPhaseStarted"), Err(NoPast::Never { late: Some(_), .. })));
        let late = Past::of(&run, &ForkPoint::Time(Nanos::from_secs(20)));
        assert!(matches!(late, Err(NoPast::AfterTheEnd { over }) if over == Nanos::from_secs(20)));
    }

    #[test]
    fn what_bears_on_the_past_is_no_future() {
        let base = read(&[]);
        let past = past(&base, 5, 7);
        for fault in ["at: 6s, crash: {broker: broker 1}", "at: between 6s and 9s, crash: {broker: broker 1}"] {
            let refused = past.may_go_on_as(&base, &read(&[fault]));
            assert!(matches!(refused, Err(NoFuture::InThePast { at, .. }) if at == Nanos::from_secs(6)), "{refused:?}");
        }
    }
}
