//! Worlds of one run at regular times, so that one can go back without running all of it again.
//!
//! A clone of a world goes on exactly as the world itself.

use crate::history::Observer;
use crate::sim::time::Nanos;
use crate::world::{RunPhase, World};

/// See the module.
#[derive(Clone)]
pub struct Checkpoints {
    every: Nanos,
    /// At the beginning, then after each span; the last one has ended.
    worlds: Vec<World>,
}

impl Checkpoints {
    /// Runs a world to its end and keeps it now and then.
    pub(super) fn of(world: &mut World, every: Nanos) -> Checkpoints {
        assert!(every > Nanos::ZERO, "time goes on between two checkpoints");
        let mut worlds = vec![world.clone()];
        let mut next = every;
        while world.phase() != RunPhase::Ended {
            world.run_until(next, &mut ());
            worlds.push(world.clone());
            next = next.saturating_add(every);
        }
        Checkpoints { every, worlds }
    }
    /// The worlds, in the order of time.
    pub fn worlds(&self) -> &[World] {
        &self.worlds
    }
    /// The world as it was at a moment (at its end, if it had ended by then). `observer` gets the facts since the
    /// checkpoint before it: they are not those of the whole run.
    pub fn at(&self, at: Nanos, observer: &mut dyn Observer) -> World {
        let index = usize::try_from(at.0 / self.every.0).unwrap_or(usize::MAX).min(self.worlds.len() - 1);
        let mut world = self.worlds[index].clone();
        world.run_until(at, observer);
        world
    }
}
