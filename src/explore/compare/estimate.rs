//! From rows of runs to estimates with intervals, and to what may be said of their differences.

use super::measure::{Mishap, RunFigure, RunMeasure};
use crate::explore::result::SeedEnding;
use crate::explore::statistics::{self, Interval, Mean};

/// How often what is said may be wrong.
pub const ALPHA: f64 = 0.05;

/// Runs by seed and setting.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparedRows {
    settings: usize,
    seeds: Vec<u64>,
    rows: Vec<Vec<RunMeasure>>,
}

impl ComparedRows {
    /// None, of so many settings.
    pub fn new(settings: usize) -> ComparedRows {
        ComparedRows { settings, seeds: Vec::new(), rows: Vec::new() }
    }
    /// Adds what became of one seed, by setting.
    pub fn push(&mut self, seed: u64, row: Vec<RunMeasure>) {
        assert_eq!(row.len(), self.settings, "a row has a run for each setting");
        self.seeds.push(seed);
        self.rows.push(row);
    }
    /// How many seeds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Each seed with its runs, by setting.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[RunMeasure])> {
        self.seeds.iter().copied().zip(self.rows.iter().map(Vec::as_slice))
    }
    /// How many of a setting's measured runs ended so.
    pub fn count(&self, setting: usize, ending: SeedEnding) -> u64 {
        let ended =
            |row: &&Vec<RunMeasure>| matches!(row[setting], RunMeasure::Measured { ending: e, .. } if e == ending);
        self.rows.iter().filter(ended).count() as u64
    }
    /// How many runs of a setting were measured.
    pub fn measured(&self, setting: usize) -> u64 {
        self.rows.iter().filter(|row| matches!(row[setting], RunMeasure::Measured { .. })).count() as u64
    }
    /// How many runs of a setting were not simulated as the scenario asks, and what was missing first.
    pub fn not_simulated(&self, setting: usize) -> (u64, Option<&str>) {
        let missing = || {
            self.rows.iter().filter_map(|row| match &row[setting] {
                RunMeasure::NotSimulated { what } => Some(what.as_str()),
                _ => None,
            })
        };
        (missing().count() as u64, missing().next())
    }
    /// In how many measured runs of a setting a fault hit nobody, and may.
    pub fn missed(&self, setting: usize) -> u64 {
        let missed = |row: &&Vec<RunMeasure>| matches!(row[setting], RunMeasure::Measured { missed: 1.., .. });
        self.rows.iter().filter(missed).count() as u64
    }
    /// The first run in which the simulator failed.
    pub fn bug(&self) -> Option<&str> {
        self.rows.iter().flatten().find_map(|measure| match measure {
            RunMeasure::Bug { message } => Some(message.as_str()),
            _ => None,
        })
    }
    /// The first seed in which a setting is not as the first one, in whether something happened.
    pub fn first_difference(&self, mishap: usize) -> Option<(u64, usize)> {
        self.iter().find_map(|(seed, row)| {
            let first = row[0].mishap(mishap)?;
            let other =
                (1..row.len()).find(|setting| row[*setting].mishap(mishap).is_some_and(|other| other != first))?;
            Some((seed, other))
        })
    }
}

/// Something estimated of one setting.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// Of how many runs it is known.
    pub runs: u64,
    /// A probability, or a mean.
    pub value: f64,
    /// Where the true one is; none: of one run nobody knows.
    pub interval: Option<Interval>,
}

/// How a setting differs from the first, over the seeds of which it is known in both.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairedDifference {
    /// How many seeds.
    pub seeds: u64,
    /// This one less the first.
    pub value: f64,
    /// Where the true difference is; none: of one seed nobody knows.
    pub interval: Option<Interval>,
    /// How likely chance alone shows as much.
    pub by_chance: Option<f64>,
    /// Whether it may be said to differ, with all else that is said of this comparison.
    pub differs: bool,
}

/// One line of the table for each setting.
#[derive(Clone, PartialEq, Debug)]
pub struct EstimateBlock {
    /// By setting; none: of no run is it known.
    pub estimates: Vec<Option<Estimate>>,
    /// By setting; none for the first, and where no seed is known in both.
    pub differences: Vec<Option<PairedDifference>>,
}

/// All that is estimated.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimates {
    /// By [`Mishap`]: its probability.
    pub mishaps: Vec<EstimateBlock>,
    /// By [`RunFigure`]: its mean.
    pub figures: Vec<EstimateBlock>,
}

impl Estimates {
    /// Of these rows, with intervals that miss with this probability at most.
    pub fn of(mishaps: &[Mishap], rows: &ComparedRows, alpha: f64) -> Estimates {
        let mishaps = (0..mishaps.len()).map(|number| share_block(rows, number, alpha)).collect();
        let figures = (0..RunFigure::ALL.len()).map(|number| mean_block(rows, number, alpha)).collect();
        let mut estimates = Estimates { mishaps, figures };
        estimates.say_which_differ(alpha);
        estimates
    }

    /// Whether every probability that is known of any run is known as closely as this, in every setting.
    pub fn are_within(&self, precision: f64) -> bool {
        let known = self.mishaps.iter().flat_map(|block| block.estimates.iter().flatten());
        known.filter_map(|e| Some(e.interval?.reach(e.value))).all(|reach| reach <= precision)
    }

    fn say_which_differ(&mut self, alpha: f64) {
        let blocks = || self.mishaps.iter().chain(&self.figures);
        let tests: Vec<f64> =
            blocks().flat_map(|block| block.differences.iter().flatten()).filter_map(|d| d.by_chance).collect();
        let mut found = statistics::holm(&tests, alpha).into_iter();
        let blocks = self.mishaps.iter_mut().chain(&mut self.figures);
        let tested = blocks.flat_map(|block| block.differences.iter_mut().flatten()).filter(|d| d.by_chance.is_some());
        tested.for_each(|difference| difference.differs = found.next().expect("one for each test"));
    }
}

fn share_block(rows: &ComparedRows, number: usize, alpha: f64) -> EstimateBlock {
    let estimate = |setting: usize| {
        let known = || rows.rows.iter().filter_map(|row| row[setting].mishap(number));
        let (runs, hits) = (known().count() as u64, known().filter(|hit| *hit).count() as u64);
        (runs > 0).then(|| Estimate {
            runs,
            value: hits as f64 / runs as f64,
            interval: Some(statistics::share(hits, runs, alpha)),
        })
    };
    let difference = |setting: usize| {
        let pairs = || rows.rows.iter().filter_map(|row| row[0].mishap(number).zip(row[setting].mishap(number)));
        let seeds = pairs().count() as u64;
        let gone = pairs().filter(|(first, other)| *first && !other).count() as u64;
        let gained = pairs().filter(|(first, other)| !first && *other).count() as u64;
        (setting > 0 && seeds > 0).then(|| PairedDifference {
            seeds,
            value: (gained as f64 - gone as f64) / seeds as f64,
            interval: Some(statistics::paired_share(gone, gained, seeds, alpha)),
            by_chance: Some(statistics::mcnemar(gone, gained)),
            differs: false,
        })
    };
    EstimateBlock {
        estimates: (0..rows.settings).map(estimate).collect(),
        differences: (0..rows.settings).map(difference).collect(),
    }
}

fn mean_block(rows: &ComparedRows, number: usize, alpha: f64) -> EstimateBlock {
    let estimate = |setting: usize| {
        let mean = Mean::of(rows.rows.iter().filter_map(|row| row[setting].figure(number)).map(|value| value as f64))?;
        // No time and no number is below zero.
        let interval = mean.interval(alpha).map(|interval| Interval { low: interval.low.max(0.0), ..interval });
        Some(Estimate { runs: mean.count, value: mean.mean, interval })
    };
    let difference = |setting: usize| {
        let pairs = rows.rows.iter().filter_map(|row| row[0].figure(number).zip(row[setting].figure(number)));
        let mean = Mean::of(pairs.map(|(first, other)| other as f64 - first as f64)).filter(|_| setting > 0)?;
        Some(PairedDifference {
            seeds: mean.count,
            value: mean.mean,
            interval: mean.interval(alpha),
            by_chance: mean.is_zero(),
            differs: false,
        })
    };
    EstimateBlock {
        estimates: (0..rows.settings).map(estimate).collect(),
        differences: (0..rows.settings).map(difference).collect(),
    }
}
