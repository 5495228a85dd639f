//! Where a run that goes on is to stop.

use crate::check::sometimes;
use crate::history::fact::{Entry, FIELDS, Fact};
use crate::protocol::catalog::Catalog;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Scenario};
use crate::world::World;
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

/// A text is no breakpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoBreakpoint {
    /// It is neither the name of a fact nor a condition.
    Neither {
        /// As it was typed.
        text: String,
        /// The name that was meant, perhaps.
        near: Option<&'static str>,
    },
    /// It is a condition with something wrong in it.
    Condition(Vec<Diagnostic>),
}

impl NoBreakpoint {
    /// What is wrong where the text is neither, and what would be right.
    pub fn neither(text: &str, near: Option<&str>) -> (String, String) {
        let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
        let help = format!(
            "{near}write the name of a fact or of a `sometimes`, such as `leader-elected`, or a condition as `when` has \
             it, such as `lag of billing: above 1000`"
        );
        (format!("`{text}` is neither a fact nor a condition"), help)
    }
}

impl Breakpoint {
    /// Reads `leader-elected`, `lag of billing: above 100` or `when: { lag of billing: above 100 }`, about the world of
    /// a scenario.
    ///
    /// # Errors
    /// It is nothing of the kind.
    pub fn parse(text: &str, scenario: &Scenario) -> Result<Breakpoint, NoBreakpoint> {
        let text = text.trim();
        let text = text
            .strip_prefix("when")
            .filter(|rest| rest.starts_with([':', ' ']))
            .map_or(text, |rest| &rest[1..])
            .trim();
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim();
        let awaits = if text.contains(':') {
            BreakWhen::Becomes(scenario::condition(scenario, text).map_err(NoBreakpoint::Condition)?)
        } else {
            let neither = |near| NoBreakpoint::Neither { text: text.to_owned(), near };
            BreakWhen::Told(NamedFact::parse(text).map_err(neither)?)
        };
        Ok(Breakpoint { text: text.to_owned(), awaits })
    }
}

/// Breakpoints over a run that goes on: a condition counts when it becomes true, not while it is.
#[derive(Clone, Debug)]
pub struct Lookout<'b> {
    breakpoints: &'b [Breakpoint],
    /// By breakpoint: whether its condition was true a moment ago.
    was: Vec<bool>,
}

impl<'b> Lookout<'b> {
    /// From this moment on. The world watches conditions.
    pub fn new(breakpoints: &'b [Breakpoint], world: &World) -> Lookout<'b> {
        Lookout { breakpoints, was: breakpoints.iter().map(|point| holds(point, world)).collect() }
    }
    /// The first breakpoint that the last event, which told `fresh`, has reached. It is to be called after every event.
    pub fn look(&mut self, world: &World, fresh: &[Entry]) -> Option<&'b Breakpoint> {
        let mut reached = None;
        for (point, was) in self.breakpoints.iter().zip(&mut self.was) {
            let now = holds(point, world);
            let hit = match &point.awaits {
                BreakWhen::Told(named) => fresh.iter().any(|entry| named.is(&entry.fact, &world.setup().catalog)),
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

fn holds(point: &Breakpoint, world: &World) -> bool {
    matches!(&point.awaits, BreakWhen::Becomes(condition) if world.holds(condition))
}
