//! The judge: invariants, the delivery ledger, the guarantee contract. Reads the history only.
//!
//! Every invariant says one of four things of a run: it *holds* (and how often it was exercised), it
//! is *violated* (with the first witness), it is *not promised* (and why), or it was *not exercised*.
//! Nothing here may import a node: what is judged may be the history of a real cluster.

mod consumer;
pub mod contract;
mod end_to_end;
mod ghost;
mod groups;
pub mod ledger;
mod log;
pub mod outcome;
mod producer;
mod replication;
pub mod sometimes;

use std::rc::Rc;

use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use ghost::Ghost;
use ledger::{Ledger, LedgerBook};
use outcome::{Finding, Invariant};
use sometimes::{Seen, Sometimes};

/// All checks of one run.
#[derive(Clone, Debug)]
pub struct Judge {
    ghost: Ghost,
    log: log::LogChecks,
    replication: replication::ReplicationChecks,
    producer: producer::ProducerChecks,
    consumer: consumer::ConsumerChecks,
    groups: groups::GroupChecks,
    end_to_end: end_to_end::EndToEndChecks,
    ledger: LedgerBook,
    sometimes: Sometimes,
    last: Option<Entry>,
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
        let ghost = Ghost::new(setup);
        Judge {
            log: log::LogChecks::new(&ghost),
            replication: replication::ReplicationChecks::new(&ghost),
            producer: producer::ProducerChecks::new(&ghost),
            consumer: consumer::ConsumerChecks::new(&ghost),
            groups: groups::GroupChecks::new(&ghost),
            end_to_end: end_to_end::EndToEndChecks::new(&ghost),
            ledger: LedgerBook::default(),
            sometimes: Sometimes::default(),
            last: None,
            ghost,
        }
    }

    /// Closes the books.
    pub fn finish(mut self) -> Judgement {
        let end = self.last.unwrap_or(Entry { at: crate::sim::time::Nanos::ZERO, event: 0, fact: Fact::RunEnded {} });
        let ledger = self.ledger.close(&self.ghost);
        self.replication.finish(&end, &self.ghost);
        self.producer.finish(&end, &self.ghost);
        self.end_to_end.finish(&end, &self.ghost, &ledger);
        Judgement { findings: self.findings(), ledger, sometimes: self.sometimes.seen().to_vec() }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.log.findings(&mut findings);
        self.replication.findings(&mut findings);
        self.producer.findings(&mut findings);
        self.consumer.findings(&mut findings);
        self.groups.findings(&mut findings);
        self.end_to_end.findings(&mut findings);
        findings
    }
}

impl Observer for Judge {
    fn observe(&mut self, entry: &Entry) {
        self.log.observe(entry, &self.ghost);
        self.replication.observe(entry, &self.ghost);
        self.producer.observe(entry, &self.ghost);
        self.consumer.observe(entry, &self.ghost);
        self.groups.observe(entry, &self.ghost);
        self.end_to_end.observe(entry, &self.ghost);
        self.ledger.observe(entry, &self.ghost);
        self.sometimes.observe(entry);
        self.ghost.observe(entry);
        self.last = Some(*entry);
    }
}

/// The name cards of all invariants that are checked, in the order of the list.
pub fn invariants() -> Vec<Invariant> {
    let judge = Judge::new(Rc::new(Setup::default()));
    judge.findings().into_iter().map(|f| f.invariant).collect()
}
