//! Runs a scenario with many seeds, on all cores.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use litemap::LiteMap;
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use xxhash_rust::xxh3::xxh3_128;

use super::result::{SeedResult, SweptScenario};
use super::seeds::Seeds;
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
        for (option, value) in variant.chain(changes).chain(until) {
            text += &format!("\0{option} {value}");
        }
        let digest = format!("xxh3:{:032x}", xxh3_128(text.as_bytes()));
        SweptScenario { name: scenario.name.clone(), variant: scenario.variant.clone(), digest }
    }
}

/// What somebody who watches a sweep is told.
#[derive(Clone, Debug)]
pub enum News<'r> {
    /// A seed's result; they come in the order of the seeds.
    Result(&'r SeedResult),
    /// So many runs are over; some of their results may have to wait for one before them.
    Done(u64),
}

/// How often the watcher is asked when nothing else happens.
const HEARTBEAT: Duration = Duration::from_millis(100);

/// Runs all seeds and tells the watcher of each. When it breaks, or `stop` becomes true, the runs under way
/// are given up; what is known by then is told, still in order.
///
/// # Errors
/// There are no threads to be had.
pub fn sweep(
    plan: &Plan,
    stop: impl Fn() -> bool + Sync,
    mut watcher: impl FnMut(News<'_>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    let pool = ThreadPoolBuilder::new().num_threads(plan.jobs).build()?;
    let (given_up, next) = (AtomicBool::new(false), AtomicU64::new(0));
    let stop = || given_up.load(Ordering::Relaxed) || stop();
    let (sender, results) = channel();
    let (next, stop) = (&next, &stop);
    pool.in_place_scope(|scope| {
        // The channel ends with the last thread: the threads own it.
        scope.spawn_broadcast(move |_, _| work(plan, next, stop, &sender));
        let mut line = Line::default();
        loop {
            let news = match results.recv_timeout(HEARTBEAT) {
                Ok((position, result)) => line.arrive(position, result, &mut watcher),
                Err(RecvTimeoutError::Timeout) => watcher(News::Done(line.arrived)),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let all = u128::from(line.arrived) == plan.seeds.count();
            if news.is_break() {
                given_up.store(true, Ordering::Relaxed);
            }
            if news.is_break() || all || stop() {
                break;
            }
        }
        // Runs that are given up send nothing any more; those that were just over have.
        if stop() {
            given_up.store(true, Ordering::Relaxed);
        }
        results.try_iter().for_each(|(position, result)| line.keep(position, result));
        line.rest(&mut watcher);
    });
    Ok(())
}

/// One thread: takes the next seed until there is none.
fn work(plan: &Plan, next: &AtomicU64, stop: &(impl Fn() -> bool + Sync), results: &Sender<(u64, SeedResult)>) {
    // What does not depend on the seed is made once; worlds are not shared between threads.
    let run = Run::new(&plan.scenario, 0).until(plan.until);
    while !stop() {
        let position = next.fetch_add(1, Ordering::Relaxed);
        let Some(seed) = plan.seeds.get(position) else { return };
        let Some(result) = one(plan, &run.with_seed(seed), stop) else { return };
        // Nobody listens any more: then nobody wants another.
        if results.send((position, result)).is_err() {
            return;
        }
    }
}

/// One run; none if it was given up.
fn one(plan: &Plan, run: &Run<'_>, stop: &impl Fn() -> bool) -> Option<SeedResult> {
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

/// Brings results into the order of their seeds.
#[derive(Default)]
struct Line {
    arrived: u64,
    next: u64,
    waiting: LiteMap<u64, SeedResult>,
}

impl Line {
    fn keep(&mut self, position: u64, result: SeedResult) {
        self.arrived += 1;
        self.waiting.insert(position, result);
    }
    fn arrive(
        &mut self,
        position: u64,
        result: SeedResult,
        watcher: &mut impl FnMut(News<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.keep(position, result);
        while let Some(result) = self.waiting.remove(&self.next) {
            self.next += 1;
            watcher(News::Result(&result))?;
        }
        watcher(News::Done(self.arrived))
    }
    /// What is left after the end: results behind one that will not come.
    fn rest(&mut self, watcher: &mut impl FnMut(News<'_>) -> ControlFlow<()>) {
        for (_, result) in std::mem::take(&mut self.waiting) {
            if watcher(News::Result(&result)).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
            jobs,
        }
    }

    fn results(plan: &Plan) -> Vec<SeedResult> {
        let mut results = Vec::new();
        let watcher = |news: News<'_>| {
            if let News::Result(result) = news {
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
    fn who_stops_keeps_what_is_known() {
        let mut told = 0;
        let watcher = |news: News<'_>| {
            told += usize::from(matches!(news, News::Result(_)));
            if told < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        sweep(&plan(TEXT, "1..1000000", 2), || false, watcher).expect("threads");
        assert!((3..20).contains(&told), "{told}");
        let stopped = AtomicU64::new(0);
        let watcher = |_: News<'_>| ControlFlow::Continue(());
        sweep(&plan(TEXT, "1..1000000", 2), || stopped.fetch_add(1, Ordering::Relaxed) > 20, watcher).expect("threads");
    }

    #[test]
    fn lines_are_joined_in_order() {
        let result = |seed| SeedResult {
            seed,
            ending: super::super::result::SeedEnding::Met,
            cause: None,
            seen: Vec::new(),
            digest: None,
        };
        let (mut line, mut told) = (Line::default(), Vec::new());
        let mut watcher = |news: News<'_>| {
            if let News::Result(result) = news {
                told.push(result.seed);
            }
            ControlFlow::Continue(())
        };
        for position in [2, 0, 1, 5, 4] {
            let _ = line.arrive(position, result(position), &mut watcher);
        }
        line.rest(&mut watcher);
        assert_eq!(told, [0, 1, 2, 4, 5]);
    }
}
