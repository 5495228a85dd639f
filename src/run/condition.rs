//! When to stop: something that becomes so while a run goes on.

use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::history::state::{StateView, Statement};

/// An observer that knows when it has seen enough.
pub trait StopCondition: Observer {
    /// Whether it is so.
    fn is_met(&self) -> bool;
}

/// Something can be said of the cluster.
#[derive(Clone, Debug)]
pub struct Holds {
    view: StateView,
    statement: Statement,
    met: bool,
}

impl Holds {
    /// Until this is true. What cannot be known yet is not.
    pub fn new(setup: &Setup, statement: Statement) -> Holds {
        let view = StateView::new(&setup.catalog).monitoring(statement.is_monitored());
        Holds { view, statement, met: false }
    }
}

impl Observer for Holds {
    fn observe(&mut self, entry: &Entry) {
        self.view.observe(entry);
        self.met = self.view.holds(&self.statement) == Some(true);
    }
}
impl StopCondition for Holds {
    fn is_met(&self) -> bool {
        self.met
    }
}

/// A fact is recorded.
#[derive(Clone, Debug)]
pub struct Happens<F> {
    wanted: F,
    met: bool,
}

impl<F: FnMut(&Fact) -> bool> Happens<F> {
    /// Until a fact is recorded that this is true of.
    pub fn new(wanted: F) -> Happens<F> {
        Happens { wanted, met: false }
    }
}

impl<F: FnMut(&Fact) -> bool> Observer for Happens<F> {
    fn observe(&mut self, entry: &Entry) {
        self.met = self.met || (self.wanted)(&entry.fact);
    }
}
impl<F: FnMut(&Fact) -> bool> StopCondition for Happens<F> {
    fn is_met(&self) -> bool {
        self.met
    }
}
