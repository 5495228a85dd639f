//! The same seeds in several settings: which one decides, and how sure that is.
//!
//! All settings are run with the same seeds, and a run draws each of its random numbers from a stream that is named by
//! its purpose. So two settings have the same luck wherever they ask for it, and what differs between them is due to
//! them: it is the differences, seed by seed, that are looked at.

pub mod estimate;
pub mod gaps;
pub mod machine;
pub mod measure;
pub mod plot;
pub mod print;
pub mod settings;

use std::ops::ControlFlow;

use rayon::ThreadPoolBuildError;

use self::estimate::{ALPHA, ComparedRows, Estimates};
use self::measure::{Mishap, RunMeasure};
use self::settings::ComparedSetting;
use super::pool::{PoolNews, Stop, in_order};
use super::seeds::Seeds;
use super::statistics::spent;
use crate::run::Run;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct ComparePlan {
    /// The settings; the others are held against the first.
    pub settings: Vec<ComparedSetting>,
    /// The seeds; each is run in every setting.
    pub seeds: Seeds,
    /// Where each run is cut.
    pub until: Option<Nanos>,
    /// Measure the runs although the scenario has settings without effect.
    pub allow_ignored: bool,
    /// Threads; 0: as many as there are cores.
    pub jobs: usize,
    /// Stop as soon as every probability is known as closely as this; none: all seeds are run.
    pub precision: Option<f64>,
}

impl ComparePlan {
    /// What is looked for in every run.
    pub fn mishaps(&self) -> Vec<Mishap> {
        Mishap::all(self.settings.iter().map(|setting| &setting.scenario))
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct ComparedSeeds {
    /// What was looked for.
    pub mishaps: Vec<Mishap>,
    /// By seed and setting.
    pub rows: ComparedRows,
    /// How often somebody looked and might have stopped, the last time included.
    pub looks: u32,
    /// How often intervals and tests may be wrong, so that those of all looks together are no more often than [`ALPHA`].
    pub alpha: f64,
    /// Whether it was ended before its time.
    pub interrupted: bool,
}

impl ComparedSeeds {
    /// What is known of each setting.
    pub fn estimates(&self) -> Estimates {
        Estimates::of(&self.mishaps, &self.rows, self.alpha)
    }
    /// Whether a setting other than the first has a run that was measured where the first one's was, too.
    pub fn is_anything(&self) -> bool {
        self.rows.iter().any(|(_, row)| {
            let measured = |run: &RunMeasure| matches!(run, RunMeasure::Measured { .. });
            measured(&row[0]) && row[1..].iter().any(measured)
        })
    }
}

/// Seeds before the first look at whether it is enough; each later look comes after twice as many.
const FIRST_LOOK: u64 = 25;

/// Runs every seed in every setting, in the order of the seeds; `progress` is told how many runs are over.
///
/// Whether the precision is reached is asked after 25 seeds, after 50, after 100 and so on, of just these seeds: it is the
/// same on any number of threads. Runs beyond the last that counted are thrown away.
///
/// # Errors
/// There are no threads to be had.
pub fn compare(
    plan: &ComparePlan,
    stop: impl Fn() -> bool + Sync,
    mut progress: impl FnMut(u64),
) -> Result<ComparedSeeds, ThreadPoolBuildError> {
    let mishaps = plan.mishaps();
    let width = plan.settings.len() as u64;
    let worker = || {
        // What does not depend on the seed is made once; worlds are not shared between threads.
        let runs: Vec<Run<'_>> = plan.settings.iter().map(|s| settled(&s.scenario, plan)).collect();
        let mishaps = &mishaps;
        move |position: u64, stop: Stop<'_>| {
            let run = runs[(position % width) as usize].with_seed(plan.seeds.get(position / width)?);
            Some((position, RunMeasure::of(&run, mishaps, stop)?))
        }
    };
    let mut gathered = Gathered::new(plan, mishaps.clone());
    let count = plan.seeds.count().saturating_mul(u128::from(width));
    in_order(count, plan.jobs, stop, worker, |news| match news {
        PoolNews::Result((position, measure)) => gathered.take(*position, measure),
        PoolNews::Done(done) => {
            progress(done);
            ControlFlow::Continue(())
        }
    })?;
    Ok(gathered.finish())
}

/// Puts runs into rows and knows when there are enough.
struct Gathered<'p> {
    plan: &'p ComparePlan,
    compared: ComparedSeeds,
    /// The row that is not whole yet.
    row: Vec<RunMeasure>,
    next: u64,
    next_look: u64,
    enough: bool,
}

impl<'p> Gathered<'p> {
    fn new(plan: &'p ComparePlan, mishaps: Vec<Mishap>) -> Gathered<'p> {
        let rows = ComparedRows::new(plan.settings.len());
        let compared = ComparedSeeds { mishaps, rows, looks: 0, alpha: ALPHA, interrupted: false };
        Gathered { plan, compared, row: Vec::new(), next: 0, next_look: FIRST_LOOK, enough: false }
    }

    /// Runs come in order; behind one that was given up, or when there are enough, they do not count.
    fn take(&mut self, position: u64, measure: &RunMeasure) -> ControlFlow<()> {
        if self.enough || position != self.next {
            return ControlFlow::Break(());
        }
        self.next += 1;
        self.row.push(measure.clone());
        if self.row.len() < self.plan.settings.len() {
            return ControlFlow::Continue(());
        }
        let seed = self.plan.seeds.get(self.compared.rows.len() as u64).expect("a run has a seed");
        self.compared.rows.push(seed, std::mem::take(&mut self.row));
        self.enough = self.is_enough();
        if self.enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_enough(&mut self) -> bool {
        let count = self.compared.rows.len() as u64;
        if u128::from(count) == self.plan.seeds.count() {
            return true;
        }
        let Some(precision) = self.plan.precision.filter(|_| count == self.next_look) else { return false };
        self.next_look = count.saturating_mul(2);
        let alpha = spent(ALPHA, self.compared.looks + 1);
        let estimates = Estimates::of(&self.compared.mishaps, &self.compared.rows, alpha);
        let enough = estimates.are_within(precision);
        // The last look is counted when all is over.
        self.compared.looks += u32::from(!enough);
        enough
    }

    fn finish(mut self) -> ComparedSeeds {
        self.compared.looks += 1;
        // Who runs all seeds looks once.
        let stops = self.plan.precision.is_some();
        self.compared.alpha = if stops { spent(ALPHA, self.compared.looks) } else { ALPHA };
        self.compared.interrupted = !self.enough;
        self.compared
    }
}

/// The run of a setting, whatever its seed.
fn settled<'s>(scenario: &'s Scenario, plan: &ComparePlan) -> Run<'s> {
    Run::new(scenario, 0).until(plan.until).allowing_ignored(plan.allow_ignored)
}

#[cfg(test)]
mod tests {
    use super::settings::{ScanArgs, read_settings};
    use super::*;
    use crate::scenario::ScenarioText;

    const TEXT: &str = "{name: tiny, duration: 4s, final.phase: 2s, topics: {orders: {}}, producers: {p: {topic: orders, \
                        rate: {poisson: 5/s}}}, expect: [acked-all-durable: holds]}";

    pub(super) fn plan(seeds: &str, jobs: usize, precision: Option<f64>) -> ComparePlan {
        let scan = ScanArgs { sets: vec!["producers.*.config.acks=1,all".into()], ..ScanArgs::default() };
        let words = scan.settings().expect("two");
        let (settings, _) = read_settings(&ScenarioText::new("tiny.yaml", TEXT), &words).expect("valid");
        ComparePlan {
            settings,
            seeds: seeds.parse().expect("seeds"),
            until: None,
            allow_ignored: false,
            jobs,
            precision,
        }
    }
    fn compared(seeds: &str, jobs: usize, precision: Option<f64>) -> ComparedSeeds {
        compare(&plan(seeds, jobs, precision), || false, |_| {}).expect("threads")
    }

    #[test]
    fn threads_decide_nothing() {
        let (one, five) = (compared("1..12", 1, None), compared("1..12", 5, None));
        assert_eq!((one.rows.len(), one.looks, one.interrupted), (12, 1, false));
        assert_eq!(one.rows, five.rows);
    }

    /// With nothing lost in 25 runs the interval reaches to 16 points at the first look, and to 10 after 50 at the
    /// second.
    #[test]
    fn it_stops_when_it_is_precise_enough_whatever_the_threads() {
        for (precision, seeds, looks) in [(0.2, 25, 1), (0.13, 50, 2)] {
            let (one, five) = (compared("1..1000", 1, Some(precision)), compared("1..1000", 5, Some(precision)));
            assert_eq!((one.rows.len(), one.looks, one.interrupted), (seeds, looks, false), "{precision}");
            assert_eq!((&one.rows, one.looks), (&five.rows, five.looks));
        }
        let all = compared("1..30", 2, Some(0.001));
        assert_eq!((all.rows.len(), all.looks), (30, 2), "the seeds were used up");
    }

    #[test]
    fn who_stops_it_keeps_whole_rows() {
        let stopped = std::sync::atomic::AtomicU64::new(0);
        let stop = || stopped.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 60;
        let compared = compare(&plan("1..1000000", 2, None), stop, |_| {}).expect("threads");
        assert!(compared.interrupted && compared.rows.len() < 1000);
    }
}
