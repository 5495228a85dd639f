//! Where a run that goes on is to stop.

use super::moment::StepMoment;
use crate::check::sometimes;
use crate::history::fact::{FIELDS, Fact};
use crate::protocol::catalog::Catalog;
use crate::world::spec::Condition;

/// A kind of fact that has a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedFact {
    /// A fact of this name, such as `PartitionChanged`.
    Fact(&'static str),
    /// A `sometimes` property of this number, such as `leader-elected`; not on internal topics.
    Property(usize),
}

impl NamedFact {
    /// Reads a name: `leader-elected`, `PartitionChanged` or `partition-changed`.
    ///
    /// # Errors
    /// There is none of that name: the nearest, if one is near.
    pub fn parse(text: &str) -> Result<NamedFact, Option<&'static str>> {
        if let Some(number) = sometimes::number(text) {
            return Ok(NamedFact::Property(number));
        }
        let plain = |name: &str| name.to_lowercase().replace(['-', '_', ' '], "");
        if let Some((name, _)) = FIELDS.iter().find(|(name, _)| plain(name) == plain(text)) {
            return Ok(NamedFact::Fact(name));
        }
        let properties = sometimes::NAMES.iter().map(|(name, _)| *name);
        let names = properties.chain(FIELDS.iter().map(|(name, _)| *name));
        let distance = |name: &str| strsim::damerau_levenshtein(&plain(name), &plain(text));
        let near = names.min_by_key(|name| distance(name));
        Err(near.filter(|name| distance(name) <= 2 + text.chars().count() / 4))
    }
    /// Whether a fact is one.
    pub fn is(self, fact: &Fact, catalog: &Catalog) -> bool {
        match self {
            NamedFact::Fact(name) => fact.name() == name,
            NamedFact::Property(number) => sometimes::happens(number, fact, |tp| catalog.is_internal(tp)),
        }
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            NamedFact::Fact(name) => name,
            NamedFact::Property(number) => sometimes::NAMES[number].0,
        }
    }
}

/// What a breakpoint waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum BreakWhen {
    /// A fact is told.
    Told(NamedFact),
    /// A condition becomes true.
    Becomes(Condition),
}

/// A breakpoint.
#[derive(Clone, PartialEq, Debug)]
pub struct Breakpoint {
    /// As it was typed.
    pub text: String,
    /// What it waits for.
    pub awaits: BreakWhen,
}

/// Breakpoints over a run that goes on: a condition counts when it becomes true, not while it is.
#[derive(Clone, Debug)]
pub struct Lookout<'b> {
    breakpoints: &'b [Breakpoint],
    /// By breakpoint: whether its condition was true a moment ago.
    was: Vec<bool>,
}

impl<'b> Lookout<'b> {
    /// From this moment on.
    pub fn new(breakpoints: &'b [Breakpoint], moment: &StepMoment) -> Lookout<'b> {
        Lookout { breakpoints, was: breakpoints.iter().map(|point| holds(point, moment)).collect() }
    }
    /// The first breakpoint that the last event has reached. It is to be called after every event.
    pub fn look(&mut self, moment: &StepMoment) -> Option<&'b Breakpoint> {
        let mut reached = None;
        for (point, was) in self.breakpoints.iter().zip(&mut self.was) {
            let now = holds(point, moment);
            let hit = match &point.awaits {
                BreakWhen::Told(named) => moment.told_now(|fact| named.is(fact, moment.catalog())),
                BreakWhen::Becomes(_) => now && !*was,
            };
            *was = now;
            if hit {
                reached = reached.or(Some(point));
            }
        }
        reached
    }
}

fn holds(point: &Breakpoint, moment: &StepMoment) -> bool {
    matches!(&point.awaits, BreakWhen::Becomes(condition) if moment.world().holds(condition))
}
