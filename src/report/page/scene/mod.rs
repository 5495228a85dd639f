//! Scenes: what became of one record, or what happened around one violation, as a story and as a space-time diagram.
//!
//! Which ones is known when the run is over. A run is a pure function, so it is gone through again, and this time
//! every scene listens.

mod diagram;
mod messages;
mod play;
mod subjects;

use super::film::Film;
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::report::Report;
use crate::run::{Run, SimulatorBug};
use crate::sim::time::Nanos;
pub use diagram::draw;
pub use messages::{Diagram, Move, Row};
use play::Player;
pub use subjects::{MOST_OF_A_KIND, SceneKind};

/// See the module.
#[derive(Clone, Debug)]
pub struct PageScene {
    /// What it is about.
    pub kind: SceneKind,
    /// `orders-0@5120 of checkout-0`.
    pub name: String,
    /// What happened, in order, and why; none where nothing was harmed.
    pub told: Option<Told>,
    /// Who told whom.
    pub diagram: Diagram,
}

/// A story, as the page shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The cause, in a sentence.
    pub sentence: String,
    /// What happened, in order.
    pub steps: Vec<ToldStep>,
}

/// A step of a story.
#[derive(Clone, PartialEq, Debug)]
pub struct ToldStep {
    /// When.
    pub at: Nanos,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
}

/// The scenes of a run, which is gone through once more.
///
/// # Errors
/// A bug of the simulator.
pub fn of_run(run: &Run<'_>, report: &Report, film: &Film) -> Result<Vec<PageScene>, SimulatorBug> {
    let mut player = Player::new(report, film);
    let world = run.clone().with_causes().replay_to(report.end, &mut player)?;
    Ok(player.scenes(world.causes()))
}

/// The scenes of a history that was read from a file.
pub fn of_history<'h>(report: &Report, film: &Film, history: impl Iterator<Item = &'h Entry>) -> Vec<PageScene> {
    let mut player = Player::new(report, film);
    history.for_each(|entry| player.observe(entry));
    player.scenes(None)
}

#[cfg(test)]
mod tests;
