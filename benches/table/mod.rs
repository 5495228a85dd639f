//! CPU time, interleaved rounds and the one form of table that all benchmarks print.
//!
//! Every figure is a median over rounds, and what is compared was measured in alternation in the same
//! run: ratios then hold on another machine and beside other programs, where bare times do not.

use std::hint::black_box;

use cpu_time::ProcessTime;

/// One thing to be measured. It prepares itself outside the clock, then runs under it.
pub struct Case<'a> {
    /// Makes a fresh run; its time does not count.
    pub prepare: Box<dyn FnMut() -> Box<dyn FnOnce() -> u64 + 'a> + 'a>,
}

impl<'a> Case<'a> {
    /// A case that needs no preparation.
    #[allow(dead_code, reason = "each benchmark uses its own half of this file")]
    pub fn steady(run: impl FnMut() -> u64 + 'a) -> Case<'a> {
        let run = std::rc::Rc::new(std::cell::RefCell::new(run));
        Case {
            prepare: Box::new(move || {
                let run = run.clone();
                Box::new(move || (run.borrow_mut())())
            }),
        }
    }
}

/// Seconds of CPU time of each case in each round: `[case][round]`. The cases take turns.
pub fn measure(cases: &mut [Case<'_>], rounds: usize) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::with_capacity(rounds); cases.len()];
    for _ in 0..rounds {
        for (case, times) in cases.iter_mut().zip(&mut times) {
            let run = (case.prepare)();
            let start = ProcessTime::now();
            black_box(run());
            times.push(start.elapsed().as_secs_f64());
        }
    }
    times
}

/// The value in the middle.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The median over rounds of the ratio of two cases.
#[allow(dead_code, reason = "each benchmark uses its own half of this file")]
pub fn ratio(of: &[f64], to: &[f64]) -> f64 {
    median(of.iter().zip(to).map(|(of, to)| of / to))
}

/// One line of the table: what was measured, the figures, and what they are held against.
pub struct Row {
    /// What.
    pub case: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What was aimed at, in words, or nothing.
    pub goal: &'static str,
}

/// Prints a table under a heading.
pub fn print(heading: &str, rows: &[Row]) {
    println!("\n{heading}");
    println!("{:<64} {:>12}  {:<24} goal", "case", "figure", "unit");
    for row in rows {
        let places = if row.value < 100.0 { 2 } else { 0 };
        println!("{:<64} {:>12.places$}  {:<24} {}", row.case, row.value, row.unit, row.goal);
    }
}
