//! The judge: invariants, the delivery ledger, the guarantee contract. Reads the history only.
//!
//! Every invariant says one of four things of a run: it *holds* (and how often it was exercised), it
//! is *violated* (with the first witness), it is *not promised* (and why), or it was *not exercised*.
//! Nothing here may import a node: what is judged may be the history of a real cluster.

pub mod alerts;
mod compaction;
mod consumer;
pub mod contract;
mod derived;
mod durability;
mod end_to_end;
pub mod exchange;
pub mod excuse;
pub mod expect;
mod families;
mod family;
mod ghost;
mod groups;
mod high_watermark;
mod isr;
pub mod jepsen;
pub mod kafka_bug;
mod leadership;
pub mod ledger;
mod liveness;
mod log;
mod offset_expiry;
pub mod outcome;
mod patience;
mod producer;
mod quorum;
mod reading;
mod runs;
mod share;
pub mod sometimes;
mod stalls;
mod stretches;
#[cfg(test)]
mod tests;
mod transactions;
pub mod unsimulated;
pub mod write_wait;

use std::rc::Rc;

use crate::history::Observer;
use crate::history::fact::{Entry, Fact, FactKind};
use crate::history::setup::Setup;
use crate::sim::time::Nanos;
use families::Families;
use ghost::Ghost;
use ledger::{Ledger, LedgerBook};
use outcome::{Finding, Invariant};
use sometimes::{Seen, Sometimes};
use unsimulated::{MissedFault, UnsimulatedFaults};

/// All checks of one run.
#[derive(Clone, Debug)]
pub struct Judge {
    ghost: Ghost,
    /// Large, and a judge is moved.
    families: Box<Families>,
    ledger: LedgerBook,
    sometimes: Sometimes,
    unsimulated: UnsimulatedFaults,
    /// When the last fact happened, and in which event.
    last: (Nanos, u64),
}

/// What the judge says in the end.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    /// One finding per invariant, in the order of the list.
    pub findings: Vec<Finding>,
    /// What became of the records.
    pub ledger: Ledger,
    /// What happened at least once.
    pub sometimes: Vec<Seen>,
    /// What the scenario asked for and the run did not have, a sentence each: ignored settings first,
    /// then faults whose condition never came true or that hit nobody alive. Of these nothing is judged.
    pub unsimulated: Vec<String>,
    /// The faults whose condition never came true, and that may miss (`may.miss`): told, and not held against the run.
    pub in_vain: Vec<String>,
    /// All faults that hit nobody and may, these among them.
    pub missed: Vec<MissedFault>,
}

impl Judgement {
    /// The finding of one invariant.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|f| f.invariant.id == id)
    }
}

impl Judge {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Judge {
        let sometimes = Sometimes::new(&setup);
        let ghost = Ghost::new(setup);
        Judge {
            families: Box::new(Families::new(&ghost)),
            ledger: LedgerBook::new(&ghost),
            sometimes,
            unsimulated: UnsimulatedFaults::new(&ghost.setup),
            last: (Nanos::ZERO, 0),
            ghost,
        }
    }
    /// Its ledger names every record that was lost, doubled, displaced, or not processed once, and not the first few only.
    pub fn naming_all(mut self) -> Judge {
        self.ledger.name_all();
        self
    }

    /// Closes the books.
    pub fn finish(mut self) -> Judgement {
        let (at, event) = self.last;
        let end = Entry { at, event, fact: Fact::RunEnded {} };
        let ledger = self.ledger.close(&self.ghost);
        self.families.finish(&end, &self.ghost, &self.ledger, &ledger);
        Judgement {
            findings: self.findings(),
            ledger,
            sometimes: self.sometimes.seen().to_vec(),
            unsimulated: self.unsimulated.list(&self.ghost.setup),
            in_vain: self.unsimulated.in_vain(&self.ghost.setup),
            missed: self.unsimulated.missed(&self.ghost.setup),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = self.families.findings(&self.ghost.setup);
        findings.sort_by_cached_key(|finding| place(finding.invariant.code));
        findings
    }
}

/// Where an invariant stands in the list: by family, from the log outwards, then by number.
fn place(code: &str) -> (usize, u32) {
    let (family, number) = code.split_at(1);
    ("LRCPTKGSXV".find(family).unwrap_or(usize::MAX), number.parse().unwrap_or(u32::MAX))
}

impl Judge {
    #[inline(always)]
    fn take(&mut self, entry: &Entry, show: impl FnOnce(&mut Families, FactKind, &Ghost, &LedgerBook)) {
        let kind = entry.fact.kind();
        self.ghost.announce(entry);
        self.ledger.observe(entry, &self.ghost);
        show(&mut self.families, kind, &self.ghost, &self.ledger);
        if sometimes::WANTS.has(kind) {
            self.sometimes.observe(entry);
        }
        self.unsimulated.observe(entry, &self.ghost.setup);
        self.ghost.observe(entry);
        self.last = (entry.at, entry.event);
    }
    /// As [`Judge::observe`], with every fact shown to every family.
    #[cfg(test)]
    fn observe_all(&mut self, entry: &Entry) {
        self.take(entry, |families, _, ghost, ledger| families.observe_all(entry, ghost, ledger));
    }
}

impl Observer for Judge {
    fn observe(&mut self, entry: &Entry) {
        self.take(entry, |families, kind, ghost, ledger| families.observe(kind, entry, ghost, ledger));
    }
}

/// The name cards of all invariants that are checked, in the order of the list.
pub fn invariants() -> Vec<Invariant> {
    let judge = Judge::new(Rc::new(Setup::default()));
    judge.findings().into_iter().map(|f| f.invariant).collect()
}
