//! What generators draw, and how they look at runs.

use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::setup::Setup;
use crate::run::Run;
pub(super) use crate::scenario::findings::counted;
use crate::scenario::node::Span;
use crate::scenario::{self, Override};
use crate::school::exercise::{Asked, Exercise, Figure, RunOf};
use crate::school::figure;
use crate::school::laboratory::{Failure, perform_of};
use crate::school::library::Library;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use crate::world::World;

/// Random choices, and runs to look at.
pub(super) struct Draw<'l> {
    library: &'l Library,
    random: Stream,
}

impl<'l> Draw<'l> {
    pub fn new(library: &'l Library, seed: u64, generator: &str) -> Draw<'l> {
        Draw { library, random: Stream::new(seed, generator) }
    }
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.below(all.len() as u64) as usize]
    }
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.random.between(low, high)
    }
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        self.random.shuffle(list);
    }

    /// Figures of a run, each in short, as texts of lessons have them.
    pub fn look(&self, run: &RunOf, figures: &[&str]) -> Result<Vec<String>, Failure> {
        let figure = |(number, text): (usize, &&str)| {
            let (entry, part) = figure::in_short(text, Span::default()).expect("generators ask what there is");
            Figure { name: number.to_string(), asked: Asked { run: 0, entries: figure::list_of(entry) }, part }
        };
        let exercise = Exercise {
            runs: vec![(String::new(), run.clone())],
            predict: None,
            shows: Vec::new(),
            figures: figures.iter().enumerate().map(figure).collect(),
        };
        let session = perform_of(self.library, &exercise)?;
        let mut found = session.trial().figures();
        Ok((0..figures.len()).map(|number| found.remove(number.to_string().as_str()).unwrap_or_default()).collect())
    }

    /// The world of a run at some time.
    pub fn world(&self, run: &RunOf, at: Nanos) -> Result<World, Failure> {
        self.watch(run, at, &mut |_, _| {})
    }
    /// The same, and every fact on the way.
    pub fn watch(&self, run: &RunOf, at: Nanos, watch: &mut dyn FnMut(&Setup, &Entry)) -> Result<World, Failure> {
        let source = self.library.scenario(&run.scenario).map_err(|unknown| Failure::Unsound(vec![unknown]))?;
        let (scenario, _) =
            scenario::parse_variant(&source, run.variant.as_deref(), &run.changes).map_err(Failure::Unsound)?;
        let run = Run::new(&scenario, run.seed.unwrap_or(scenario.seed));
        let setup = run.setup().clone();
        run.replay_to(at, &mut Watch(|entry: &Entry| watch(&setup, entry))).map_err(Failure::Bug)
    }
}

struct Watch<F>(F);

impl<F: FnMut(&Entry)> Observer for Watch<F> {
    fn observe(&mut self, entry: &Entry) {
        (self.0)(entry);
    }
}

/// A run of the library with a seed and changes.
pub(super) fn run(scenario: &str, seed: u64, changes: &[String]) -> RunOf {
    RunOf {
        span: Span::default(),
        scenario: scenario.to_owned(),
        seed: Some(seed),
        variant: None,
        changes: changes.iter().map(Override::new).collect(),
        until: None,
    }
}

/// A number as reports print it; none where something else is said.
pub(super) fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

/// The time in `once, at 20.239s` or `8 times, first at 25.138s`.
pub(super) fn first_at(text: &str) -> Option<f64> {
    let at = text.split("at ").nth(1)?;
    at.split('s').next()?.trim().parse().ok()
}

/// Text and text.
pub(super) fn option(says: impl Into<String>, because: impl Into<String>) -> (String, String) {
    (says.into(), because.into())
}
