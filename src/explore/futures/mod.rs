//! One past and several futures of it, each with faults of its own, side by side.

pub mod machine;
pub mod print;

use crate::history::record::Kept;
use crate::report::Report;
use crate::report::compare::{Compared, RunParting};
use crate::run::inject;
use crate::run::past::{NoFuture, Past};
use crate::run::{Run, SimulatorBug};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Override, Scenario};
use crate::sim::time::Nanos;

/// More futures are no table that a person reads.
pub const MOST_FUTURES: usize = 8;

/// What is to happen in one of the futures, before it is run.
#[derive(Clone, Debug)]
pub struct PlannedFuture {
    /// Its faults, as they were typed; empty: nothing more happens than would have.
    pub typed: String,
    /// The scenario with these faults, as from the start.
    pub scenario: Scenario,
    /// Whether a run of the scenario from its start is the same run: its faults do not wait for anything.
    pub is_a_plain_run: bool,
}

/// One of the futures.
#[derive(Clone, Debug)]
pub struct Future {
    /// What was to happen.
    pub planned: PlannedFuture,
    /// What came of it: past and future, as of any run.
    pub run: Compared,
}

/// Why a future cannot be.
#[derive(Clone, PartialEq, Debug)]
pub enum FutureRefused {
    /// Its faults cannot be read.
    Findings(Vec<Diagnostic>),
    /// It bears on the past.
    Past(NoFuture),
    /// A fault is missing between two semicolons, or there is none at all.
    Empty,
}

impl PlannedFuture {
    /// The future in which nothing more happens.
    pub fn undisturbed(base: &Scenario) -> PlannedFuture {
        PlannedFuture { typed: String::new(), scenario: base.clone(), is_a_plain_run: true }
    }
    /// Reads the faults of one future, parted by semicolons. One that does not say when it strikes does so at once.
    ///
    /// # Errors
    /// There is no such future of this past.
    pub fn read(base: &Scenario, past: &Past, text: &str) -> Result<PlannedFuture, FutureRefused> {
        let faults: Vec<&str> = text.split(';').map(str::trim).collect();
        if faults.iter().any(|fault| fault.is_empty()) {
            return Err(FutureRefused::Empty);
        }
        let mut changes = base.changes.clone();
        changes.extend(faults.iter().map(|fault| Override::fault(inject::whole(fault, past.next_moment()))));
        let read = scenario::parse_variant(&base.source, base.variant.as_deref(), &changes);
        let (scenario, _) = read.map_err(FutureRefused::Findings)?;
        past.may_go_on_as(base, &scenario).map_err(FutureRefused::Past)?;
        let is_a_plain_run = !Past::waits_from_here(base, &scenario);
        Ok(PlannedFuture { typed: faults.join("; "), scenario, is_a_plain_run })
    }

    /// Goes on from the past. `name`: what the user calls it.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn run(self, past: &Past, name: String, seed: u64, until: Option<Nanos>) -> Result<Future, SimulatorBug> {
        let run = Run::new(&self.scenario, seed).until(until);
        let (report, kept) = Report::of_future(past, &run, Kept::default())?;
        Ok(Future { run: Compared { name, report, entries: kept.0 }, planned: self })
    }
}

impl Future {
    /// Where it parts from another; none: they are the same, fact by fact.
    pub fn parting(&self, from: &Future) -> Option<RunParting> {
        RunParting::of(&from.run, &self.run)
    }
    /// What it was to have and did not, such as a fault that hit nobody.
    pub fn not_simulated(&self) -> impl Iterator<Item = &str> {
        self.run.report.verdict.unsimulated.iter().filter(|u| !u.allowed).map(|u| u.text.as_str())
    }
    /// Faults that hit nobody, and may.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        self.run.report.judgement.missed.iter().map(|fault| fault.text.as_str())
    }
}

/// What futures are called in a table: A, B, C.
pub fn letter(number: usize) -> char {
    char::from(b'A' + (number % 26) as u8)
}
