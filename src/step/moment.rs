//! A run at one event: its world, and what was told until then. A clone goes on as the original.

use std::collections::VecDeque;

use super::follow::{Followed, FollowedLife};
use super::positions::Positions;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::view::ClusterView;
use crate::protocol::catalog::Catalog;
use crate::sim::time::Nanos;
use crate::world::{RunPhase, World};

/// Facts that are remembered to be shown.
const REMEMBERED: usize = 256;

/// See the module.
#[derive(Clone)]
pub struct StepMoment {
    world: World,
    told: FactsTold,
}

/// What was told.
#[derive(Clone)]
pub struct FactsTold {
    /// How many facts.
    pub facts: u64,
    /// Those of the last event.
    pub fresh: Vec<Entry>,
    /// The last ones, those of the last event among them.
    pub recent: VecDeque<Entry>,
    /// The cluster as those who reign have it.
    pub view: ClusterView,
    /// What consumers own, and where they are.
    pub positions: Positions,
    /// The life of the record that is followed.
    pub life: Option<FollowedLife>,
}

impl StepMoment {
    /// Before the first event.
    pub fn new(mut world: World, followed: Option<Followed>) -> StepMoment {
        world.watch_conditions();
        let catalog = &world.setup().catalog;
        let told = FactsTold {
            facts: 0,
            fresh: Vec::new(),
            recent: VecDeque::new(),
            view: ClusterView::new(catalog),
            positions: Positions::new(catalog),
            life: followed.map(FollowedLife::new),
        };
        StepMoment { world, told }
    }
    /// Handles one event. Returns whether there was one.
    pub fn step(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        self.told.fresh.clear();
        self.world.step(&mut self.told);
        true
    }
    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }
    /// What was told.
    pub fn told(&self) -> &FactsTold {
        &self.told
    }
    /// The names.
    pub fn catalog(&self) -> &Catalog {
        &self.world.setup().catalog
    }
    /// How many events were handled.
    pub fn event(&self) -> u64 {
        self.world.events()
    }
    /// When the last of them was.
    pub fn now(&self) -> Nanos {
        self.world.now()
    }
    /// When the next one is; none: the run is over.
    pub fn next_at(&self) -> Option<Nanos> {
        if self.is_over() { None } else { self.world.next_at() }
    }
    /// Whether the run is over.
    pub fn is_over(&self) -> bool {
        self.world.phase() == RunPhase::Ended
    }
    /// Whether the last event told something of which this is true.
    pub fn told_now(&self, test: impl Fn(&Fact) -> bool) -> bool {
        self.told.fresh.iter().any(|entry| test(&entry.fact))
    }
}

impl Observer for FactsTold {
    fn observe(&mut self, entry: &Entry) {
        self.facts += 1;
        self.fresh.push(*entry);
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(*entry);
        self.view.observe(entry);
        self.positions.observe(entry);
        if let Some(life) = &mut self.life {
            life.observe(entry, &self.view);
        }
    }
}
