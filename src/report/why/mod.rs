//! Why something was found: the life of the first record concerned, or what led to the first witness.
//!
//! A run is a pure function of scenario and seed, so it is simply run again, and this time somebody listens
//! for that one record. A story has a dozen lines at most, its title and its moral among them.

mod life;
mod steps;
mod subject;
#[cfg(test)]
mod tests;
mod trail;

use std::fmt::Write;
use std::rc::Rc;

use super::Report;
use super::human::wrap;
use crate::check::Judgement;
use crate::check::outcome::Finding;
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::run::verdict::{Verdict, place};
use crate::run::{Run, SimulatorBug};
pub(super) use life::{RecordLife, Trouble};
pub use steps::LifeStep;
use subject::{Subject, subject};
pub(super) use trail::Trail;

/// Why.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    /// What is told of; the whole answer, where there is nothing to tell.
    pub title: String,
    /// What happened, in order.
    pub steps: Vec<LifeStep>,
    /// The cause, in a sentence.
    pub moral: String,
}

/// The story behind what is not as expected; else behind what went wrong as expected.
///
/// # Errors
/// A bug of the simulator, in the run that listens.
pub fn explain(run: &Run<'_>, report: &Report) -> Result<Story, SimulatorBug> {
    let setup = report.setup.clone();
    Ok(match subject(&setup, &report.verdict, &report.judgement) {
        Subject::Nothing(title) => Story { title, steps: Vec::new(), moral: String::new() },
        Subject::Record { record, trouble, title } => {
            let mut life = RecordLife::new(setup, record, trouble);
            run.run(&mut life)?;
            life.story(&title)
        }
        Subject::Witness { finding, witness } => {
            let mut trail = Trail::new(setup.clone(), witness.clone());
            let world = run.clone().with_causes().replay_to(witness.at, &mut trail)?;
            tell(trail, finding, &setup, world.causes())
        }
    })
}

fn tell(trail: Trail, finding: &Finding, setup: &Setup, causes: Option<&Causes>) -> Story {
    let place = place(setup)(finding);
    let title = format!("{} was broken first{place}", finding.invariant.id);
    trail.story(finding, causes, title)
}

/// The story behind a judgement of a recorded history, told from its facts.
pub fn recall<'h>(
    setup: &Rc<Setup>,
    verdict: &Verdict,
    judgement: &Judgement,
    history: impl Iterator<Item = &'h Entry>,
) -> Story {
    match subject(setup, verdict, judgement) {
        Subject::Nothing(title) => Story { title, steps: Vec::new(), moral: String::new() },
        Subject::Record { record, trouble, title } => {
            let mut life = RecordLife::new(setup.clone(), record, trouble);
            history.for_each(|entry| life.observe(entry));
            life.story(&title)
        }
        Subject::Witness { finding, witness } => {
            let mut trail = Trail::new(setup.clone(), witness.clone());
            history.take_while(|entry| entry.at <= witness.at).for_each(|entry| trail.observe(entry));
            tell(trail, finding, setup, None)
        }
    }
}

impl Story {
    /// As people read it, in lines of that width.
    pub fn print(&self, width: usize) -> String {
        let mut out = String::new();
        wrapped(&mut out, "why: ", "     ", &self.title, width);
        for step in &self.steps {
            let who: String = step.who.chars().take(14).collect();
            wrapped(
                &mut out,
                &format!("  {:>10}  {who:<15}", step.at.to_string()),
                &" ".repeat(29),
                &step.words(),
                width,
            );
        }
        if !self.moral.is_empty() {
            wrapped(&mut out, "  => ", "     ", &self.moral, width);
        }
        out
    }
}

fn wrapped(out: &mut String, first: &str, rest: &str, text: &str, width: usize) {
    let room = width.saturating_sub(rest.len()).max(30);
    for (i, line) in wrap(text, room).into_iter().enumerate() {
        let _ = writeln!(out, "{}{line}", if i == 0 { first } else { rest });
    }
}
