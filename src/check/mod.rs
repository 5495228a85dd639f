//! The judge: invariants, the delivery ledger, the guarantee contract. Reads the history only.
//!
//! Every invariant says one of four things of a run: it *holds* (and how often it was exercised), it
//! is *violated* (with the first witness), it is *not promised* (and why), or it was *not exercised*.
//! Nothing here may import a node: what is judged may be the history of a real cluster.

mod consumer;
pub mod contract;
mod durability;
mod end_to_end;
pub mod exchange;
pub mod expect;
mod ghost;
mod groups;
mod high_watermark;
mod isr;
mod leadership;
pub mod ledger;
mod liveness;
mod log;
pub mod outcome;
mod patience;
mod producer;
mod reading;
mod runs;
pub mod sometimes;
mod stalls;
#[cfg(test)]
mod tests;
mod unsimulated;

use std::rc::Rc;

use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::sim::time::Nanos;
use ghost::Ghost;
use ledger::{Ledger, LedgerBook};
use outcome::{Finding, Invariant};
use sometimes::{Seen, Sometimes};
use unsimulated::Unsimulated;

/// All checks of one run.
#[derive(Clone, Debug)]
pub struct Judge {
    ghost: Ghost,
    log: log::LogChecks,
    leadership: leadership::LeadershipChecks,
    high_watermark: high_watermark::HighWatermarkChecks,
    isr: isr::IsrChecks,
    durability: durability::DurabilityChecks,
    producer: producer::ProducerChecks,
    consumer: consumer::ConsumerChecks,
    groups: groups::GroupChecks,
    end_to_end: end_to_end::EndToEndChecks,
    liveness: liveness::LivenessChecks,
    reading: reading::ReadingChecks,
    stalls: stalls::StallChecks,
    ledger: LedgerBook,
    sometimes: Sometimes,
    unsimulated: Unsimulated,
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
    /// What the scenario asked for and the run did not have, a sentence each: ignored settings first,
    /// then faults whose condition never came true or that hit nobody alive. Of these nothing is judged.
    pub unsimulated: Vec<String>,
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
            log: log::LogChecks::new(&ghost),
            leadership: leadership::LeadershipChecks::new(),
            high_watermark: high_watermark::HighWatermarkChecks::new(&ghost),
            isr: isr::IsrChecks::new(&ghost),
            durability: durability::DurabilityChecks::new(&ghost),
            producer: producer::ProducerChecks::new(&ghost),
            consumer: consumer::ConsumerChecks::new(&ghost),
            groups: groups::GroupChecks::new(&ghost),
            end_to_end: end_to_end::EndToEndChecks::new(&ghost),
            liveness: liveness::LivenessChecks::new(),
            reading: reading::ReadingChecks::new(&ghost),
            stalls: stalls::StallChecks::new(&ghost),
            ledger: LedgerBook::new(&ghost),
            sometimes,
            unsimulated: Unsimulated::new(&ghost.setup),
            last: None,
            ghost,
        }
    }

    /// Closes the books.
    pub fn finish(mut self) -> Judgement {
        let end = self.last.unwrap_or(Entry { at: Nanos::ZERO, event: 0, fact: Fact::RunEnded {} });
        let ledger = self.ledger.close(&self.ghost);
        self.durability.finish(&end, &self.ghost);
        self.groups.finish(&end, &self.ghost);
        self.end_to_end.finish(&end, &self.ghost, &self.ledger, &ledger);
        self.liveness.finish(&end, &self.ghost, &self.ledger);
        self.reading.finish(&end, &self.ghost);
        self.stalls.finish(&end, &self.ghost);
        Judgement {
            findings: self.findings(),
            ledger,
            sometimes: self.sometimes.seen().to_vec(),
            unsimulated: self.unsimulated.list(&self.ghost.setup),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.log.findings(&mut findings);
        self.leadership.findings(&mut findings);
        self.high_watermark.findings(&mut findings);
        self.isr.findings(&mut findings);
        self.durability.findings(&mut findings);
        self.producer.findings(&mut findings);
        self.consumer.findings(&mut findings);
        self.groups.findings(&mut findings);
        self.end_to_end.findings(&mut findings);
        self.liveness.findings(&mut findings);
        self.reading.findings(&mut findings);
        self.stalls.findings(&mut findings);
        findings.sort_by_key(|finding| place(finding.invariant.code));
        findings
    }
}

/// Where an invariant stands in the list: by family, from the log outwards, then by number.
fn place(code: &str) -> (usize, u32) {
    let (family, number) = code.split_at(1);
    ("LRCPKGXV".find(family).unwrap_or(usize::MAX), number.parse().unwrap_or(u32::MAX))
}

impl Observer for Judge {
    fn observe(&mut self, entry: &Entry) {
        self.ghost.announce(entry);
        self.log.observe(entry, &self.ghost);
        self.leadership.observe(entry, &self.ghost);
        self.high_watermark.observe(entry, &self.ghost);
        self.isr.observe(entry, &self.ghost);
        self.durability.observe(entry, &self.ghost);
        self.producer.observe(entry, &self.ghost);
        self.consumer.observe(entry, &self.ghost);
        self.groups.observe(entry, &self.ghost);
        self.ledger.observe(entry, &self.ghost);
        self.end_to_end.observe(entry, &self.ghost, &self.ledger);
        self.liveness.observe(entry, &self.ghost);
        self.reading.observe(entry, &self.ghost);
        self.stalls.observe(entry, &self.ghost);
        self.sometimes.observe(entry);
        self.unsimulated.observe(entry);
        self.ghost.observe(entry);
        self.last = Some(*entry);
    }
}

/// The name cards of all invariants that are checked, in the order of the list.
pub fn invariants() -> Vec<Invariant> {
    let judge = Judge::new(Rc::new(Setup::default()));
    judge.findings().into_iter().map(|f| f.invariant).collect()
}
