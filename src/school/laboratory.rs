//! Where runs are asked what exercises want to know of them. Each run is run once, whoever asks how much of it.

use std::collections::BTreeMap;
use std::ops::Range;

#[cfg(feature = "cli")]
use rayon::prelude::*;

use super::exercise::{Asked, Exercise, FigurePart, RunOf};
use super::library::Library;
use super::text;
use crate::report::Report;
use crate::report::timeline::TimelineLine;
use crate::run::verdict::{Item, Standing};
use crate::run::{Run, SimulatorBug};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Scenario, ScenarioText};

/// Runs, and what they are asked. Nothing has been run yet.
pub struct Laboratory<'l> {
    library: &'l Library,
    benches: Vec<Bench>,
}

struct Bench {
    run: RunOf,
    /// Its expectations are all that is asked of the run.
    scenario: Scenario,
}

/// Where an answer will be.
#[derive(Clone, Debug)]
struct Ticket {
    bench: usize,
    items: Range<usize>,
}

/// An exercise that stands in the laboratory.
#[derive(Clone, Debug)]
pub struct Enrolled {
    runs: Vec<usize>,
    shows: Vec<Ticket>,
    options: Vec<Vec<Ticket>>,
    figures: Vec<(String, FigurePart, Ticket)>,
}

impl<'l> Laboratory<'l> {
    /// An empty one, for the runs of a library.
    pub fn new(library: &'l Library) -> Laboratory<'l> {
        Laboratory { library, benches: Vec::new() }
    }
    /// Adds an exercise, which stands in this text.
    ///
    /// # Errors
    /// All that is wrong with its runs and with what they are asked, at its place.
    pub fn enrol(&mut self, text: &ScenarioText, exercise: &Exercise) -> Result<Enrolled, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let mut benches = Vec::new();
        for (_, run) in &exercise.runs {
            match self.bench(text, run) {
                Ok(bench) => benches.push(bench),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut ask = |asked: &Asked| match self.ask(text, benches[asked.run], asked) {
            Ok(ticket) => Some(ticket),
            Err(found) => {
                faults.extend(found);
                None
            }
        };
        let shows = exercise.shows.iter().filter_map(&mut ask).collect();
        let options = exercise.predict.iter().flat_map(|predict| &predict.options);
        let options = options.map(|option| option.when.iter().filter_map(&mut ask).collect()).collect();
        let figures = exercise.figures.iter();
        let figures =
            figures.filter_map(|figure| Some((figure.name.clone(), figure.part, ask(&figure.asked)?))).collect();
        if faults.is_empty() { Ok(Enrolled { runs: benches, shows, options, figures }) } else { Err(faults) }
    }

    fn bench(&mut self, text: &ScenarioText, run: &RunOf) -> Result<usize, Vec<Diagnostic>> {
        if let Some(bench) = self.benches.iter().position(|bench| bench.run.is_same(run)) {
            return Ok(bench);
        }
        let source = self.library.scenario(&run.scenario).map_err(|unknown| vec![unknown])?;
        let read = scenario::parse_variant(&source, run.variant.as_deref(), &run.changes);
        let (mut scenario, _) =
            read.map_err(|found| found.into_iter().map(|d| within(text, run, d)).collect::<Vec<_>>())?;
        scenario.expect.clear();
        self.benches.push(Bench { run: run.clone(), scenario });
        Ok(self.benches.len() - 1)
    }

    fn ask(&mut self, text: &ScenarioText, bench: usize, asked: &Asked) -> Result<Ticket, Vec<Diagnostic>> {
        let Bench { run, scenario } = &mut self.benches[bench];
        let source = self.library.scenario(&run.scenario).map_err(|unknown| vec![unknown])?;
        let (reading, _) =
            scenario::parse_asking(&source, run.variant.as_deref(), &run.changes, (text, &asked.entries))?;
        let first = scenario.expect.len();
        scenario.expect.extend(reading.expect);
        Ok(Ticket { bench, items: first..scenario.expect.len() })
    }

    /// Runs everything; the program with a command line uses all cores for it.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn perform(self) -> Result<Performed, SimulatorBug> {
        let performed = |bench: &Bench| {
            let seed = bench.run.seed.unwrap_or(bench.scenario.seed);
            Report::of(&Run::new(&bench.scenario, seed).until(bench.run.until)).map(RunOutcome::of)
        };
        #[cfg(feature = "cli")]
        let runs: Result<Vec<RunOutcome>, SimulatorBug> = self.benches.par_iter().map(performed).collect();
        #[cfg(not(feature = "cli"))]
        let runs: Result<Vec<RunOutcome>, SimulatorBug> = self.benches.iter().map(performed).collect();
        Ok(Performed { runs: runs? })
    }
}

/// A finding about a run, told of the text that names it.
fn within(text: &ScenarioText, run: &RunOf, mut found: Diagnostic) -> Diagnostic {
    found.message = format!("{}: `{}`: {}", text.name, run.arguments(), found.message);
    found
}

/// What is kept of a run.
pub struct RunOutcome {
    /// What was found, in the order in which it was asked.
    items: Vec<Item>,
    /// What was asked for and is not simulated.
    pub unsimulated: Vec<String>,
    /// What happened, for people.
    pub timeline: Vec<TimelineLine>,
    /// What became of the records: figures of the ledger with their names.
    pub ledger: Vec<(&'static str, u64)>,
}

impl RunOutcome {
    fn of(report: Report) -> RunOutcome {
        let ledger = &report.judgement.ledger;
        let figures =
            ["sent", "acked", "lost.after.ack", "lost.unacked", "duplicated", "processed.again", "never.processed"];
        let ledger = figures.into_iter().filter_map(|figure| Some((figure, ledger.figure(figure)?)));
        let unsimulated = report.verdict.unsimulated;
        RunOutcome {
            ledger: ledger.collect(),
            timeline: report.timeline.lines().to_vec(),
            unsimulated: unsimulated.into_iter().map(|unsimulated| unsimulated.text).collect(),
            items: report.verdict.items,
        }
    }
}

/// Runs that have been asked.
pub struct Performed {
    runs: Vec<RunOutcome>,
}

impl Performed {
    /// What came of one exercise.
    pub fn trial<'p>(&'p self, enrolled: &'p Enrolled) -> Trial<'p> {
        Trial { performed: self, enrolled }
    }
    fn items(&self, ticket: &Ticket) -> &[Item] {
        &self.runs[ticket.bench].items[ticket.items.clone()]
    }
}

/// What came of one exercise.
#[derive(Clone, Copy)]
pub struct Trial<'p> {
    performed: &'p Performed,
    enrolled: &'p Enrolled,
}

impl<'p> Trial<'p> {
    /// Its runs, in their order.
    pub fn runs(self) -> impl Iterator<Item = &'p RunOutcome> {
        self.enrolled.runs.iter().map(|bench| &self.performed.runs[*bench])
    }
    /// What `shows` asked, and what was found.
    pub fn shown(self) -> impl Iterator<Item = &'p Item> {
        self.enrolled.shows.iter().flat_map(|ticket| self.performed.items(ticket))
    }
    /// Whether the runs show all that they must, and are what the text supposes.
    pub fn shows_all(self) -> bool {
        self.unsimulated().next().is_none() && self.shown().all(|item| item.standing == Standing::Met)
    }
    /// What was asked for in the runs and is not simulated.
    pub fn unsimulated(self) -> impl Iterator<Item = &'p str> {
        self.runs().flat_map(|run| &run.unsimulated).map(String::as_str)
    }
    /// What an option asked, and what was found.
    pub fn of_option(self, option: usize) -> impl Iterator<Item = &'p Item> {
        self.enrolled.options[option].iter().flat_map(|ticket| self.performed.items(ticket))
    }
    /// The numbers of the options that are right.
    pub fn right(self) -> Vec<usize> {
        let right = |option: &usize| {
            let mut items = self.of_option(*option).peekable();
            items.peek().is_some() && items.all(|item| item.standing == Standing::Met)
        };
        (0..self.enrolled.options.len()).filter(right).collect()
    }
    /// All figures, as texts have them.
    pub fn figures(self) -> BTreeMap<&'p str, String> {
        let figure = |(name, part, ticket): &'p (String, FigurePart, Ticket)| {
            let found: Vec<String> = self.performed.items(ticket).iter().map(|item| part.of(&item.found)).collect();
            (name.as_str(), found.join(", "))
        };
        self.enrolled.figures.iter().map(figure).collect()
    }
    /// A text with the figures of the runs in it.
    pub fn fill(self, text: &str) -> String {
        let figures = self.figures();
        text::fill(text, |name| figures.get(name).cloned())
    }
}

/// Runs one exercise of the lesson, claim or question of that id, and says what came of it.
///
/// # Errors
/// What is wrong with the exercise, or a bug of the simulator.
pub fn perform(library: &Library, id: &str, exercise: &Exercise) -> Result<PerformedExercise, Failure> {
    perform_in(library, library.source_of(id), exercise)
}

/// The same of one that stands in no text.
pub(super) fn perform_of(library: &Library, exercise: &Exercise) -> Result<PerformedExercise, Failure> {
    perform_in(library, &ScenarioText::new("<made>", ""), exercise)
}

fn perform_in(library: &Library, text: &ScenarioText, exercise: &Exercise) -> Result<PerformedExercise, Failure> {
    let mut laboratory = Laboratory::new(library);
    let enrolled = laboratory.enrol(text, exercise).map_err(Failure::Unsound)?;
    let performed = laboratory.perform().map_err(Failure::Bug)?;
    Ok(PerformedExercise { performed, enrolled })
}

/// One exercise that was run.
pub struct PerformedExercise {
    performed: Performed,
    enrolled: Enrolled,
}

impl PerformedExercise {
    /// What came of it.
    pub fn trial(&self) -> Trial<'_> {
        self.performed.trial(&self.enrolled)
    }
}

/// Why an exercise has no result.
#[derive(Debug)]
pub enum Failure {
    /// It is not sound.
    Unsound(Vec<Diagnostic>),
    /// The simulator has a bug.
    Bug(SimulatorBug),
}
