//! The life of one record: from send() through the logs to the applications that read it.
//!
//! Four parts look at the same facts: what its producer did ([`sending`]), how its transaction ended ([`transaction`]),
//! what became of its copies in the logs ([`log`]), and what groups made of it ([`reading`]). Each notes steps for the story and keeps
//! what the moral is drawn from.

pub mod log;
pub mod moral;
pub mod reading;
pub mod sending;
pub mod transaction;

use std::rc::Rc;

use super::Story;
use super::steps::{Steps, Weight};
use crate::check::ledger::RecordRef;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use log::Copies;
use reading::Reading;
use sending::Sending;
use transaction::LifeTransaction;

/// What became of a record that ought not to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Acknowledged, and in no log at the end.
    LostAfterAck,
    /// Never acknowledged, and in no log at the end.
    LostUnacked,
    /// In the log twice.
    Duplicated,
    /// Behind a later record of the same producer.
    OutOfOrder,
    /// A group processed it more than once.
    ProcessedAgain(GroupId),
    /// A group never processed it.
    NeverProcessed(GroupId),
    /// A group gave it up as not processable.
    Skipped(GroupId),
}

impl Trouble {
    fn group(self) -> Option<GroupId> {
        match self {
            Trouble::ProcessedAgain(group) | Trouble::NeverProcessed(group) | Trouble::Skipped(group) => Some(group),
            _ => None,
        }
    }
}

/// Whose life it is, and the names for it.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The conditions.
    pub setup: Rc<Setup>,
    /// The record.
    pub record: RecordRef,
    /// What became of it.
    pub trouble: Trouble,
    /// Under which numbers the application has sent it again.
    pub again: Vec<(Tp, u32)>,
}

impl Scene {
    /// Whether the record is among these.
    fn holds(&self, node: NodeId, tp: Tp, ordinal: u32, count: u32) -> bool {
        (node, tp) == (self.record.node, self.record.tp) && (ordinal..ordinal + count).contains(&self.record.ordinal)
    }
    /// Where the record is in a batch that begins at `base` with number `ordinal`.
    fn offset(&self, base: Offset, ordinal: u32) -> Offset {
        base.plus(self.record.ordinal - ordinal)
    }
    fn node(&self, node: NodeId) -> &str {
        self.setup.catalog.node_name(node)
    }
    fn place(&self, offset: Offset) -> String {
        format!("{}@{offset}", self.partition())
    }
    fn partition(&self) -> String {
        self.setup.catalog.tp_name(self.record.tp)
    }
    fn producer(&self) -> &str {
        self.node(self.record.node)
    }
    fn group_name(&self, group: GroupId) -> String {
        format!("group {}", self.setup.catalog.groups[group.index()])
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct RecordLife {
    scene: Scene,
    steps: Steps,
    sending: Sending,
    transaction: LifeTransaction,
    copies: Copies,
    reading: Reading,
    /// Faults that go on: number, occurrence, since when.
    faults: Vec<(u16, u16, Nanos)>,
}

impl RecordLife {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>, record: RecordRef, trouble: Trouble) -> RecordLife {
        let scene = Scene { setup, record, trouble, again: Vec::new() };
        let reading = Reading::new(&scene);
        RecordLife {
            scene,
            steps: Steps::default(),
            sending: Sending::default(),
            transaction: LifeTransaction::default(),
            copies: Copies::default(),
            reading,
            faults: Vec::new(),
        }
    }

    /// The story, under a title that ends with the record's name.
    pub fn story(self, title: &str) -> Story {
        let name = match self.copies.first() {
            Some(offset) => format!("{} of {}", self.scene.place(offset), self.scene.producer()),
            None => format!(
                "record {} of {} to {}",
                self.scene.record.ordinal,
                self.scene.producer(),
                self.scene.partition()
            ),
        };
        let mut moral = moral::moral(&self.scene, &self.sending, &self.copies, &self.reading);
        if let Some(fate) = self.transaction.moral() {
            moral = format!("{moral} {fate}");
        }
        Story { title: format!("{title} {name}"), steps: self.steps.told(), moral }
    }

    fn begun(&self) -> bool {
        self.sending.sent > 0 || self.copies.first().is_some()
    }

    /// Whether what happens around the record may still decide what becomes of it.
    fn matters(&self) -> bool {
        let told = self.sending.acked.is_some() || self.sending.failed.is_some();
        let settled = match self.scene.trouble {
            Trouble::LostAfterAck | Trouble::LostUnacked => {
                self.copies.places.is_empty() && told && self.copies.overtaken.is_some()
            }
            Trouble::Duplicated => told && self.copies.places.len() > 1,
            Trouble::OutOfOrder => told,
            // From here on it is up to the group.
            Trouble::ProcessedAgain(_) | Trouble::NeverProcessed(_) | Trouble::Skipped(_) => {
                told && self.copies.committed()
            }
        };
        self.begun() && !settled && !self.copies.over()
    }

    /// What is wrong when the record sets out, or while it lives, is part of its story.
    fn fault(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::FaultStarted { fault, occurrence, .. } => {
                self.faults.push((fault, occurrence, entry.at));
                // What a crash does is told of the process that it hits.
                let felt = self
                    .scene
                    .setup
                    .faults
                    .get(usize::from(fault))
                    .is_some_and(|f| f.ends || f.kind == "reset.connections");
                if felt && self.matters() {
                    self.tell_fault(fault, entry.at);
                }
            }
            Fact::FaultEnded { fault, occurrence } => {
                self.faults.retain(|known| (known.0, known.1) != (fault, occurrence));
                if self.matters() {
                    let label = self.label(fault);
                    self.steps.note(entry.at, Weight::Aside, "fault", format!("over: {label}"));
                }
            }
            _ => {}
        }
    }
    /// The application sends the record again. Kafka's part of the story of that is another record's.
    fn resent(&mut self, entry: &Entry) {
        let Fact::RecordResent { node, tp, ordinal, first_tp, first } = entry.fact else { return };
        if (RecordRef { node, tp: first_tp, ordinal: first }) == self.scene.record {
            self.scene.again.push((tp, ordinal));
            let text = format!("send() again, as record {ordinal} to {}", self.scene.setup.catalog.tp_name(tp));
            self.steps.note(entry.at, Weight::Detail, self.scene.producer(), text);
        }
    }
    fn label(&self, fault: u16) -> String {
        self.scene.setup.faults.get(usize::from(fault)).map_or(String::new(), |f| f.label.clone())
    }
    fn tell_fault(&mut self, fault: u16, at: Nanos) {
        let label = self.label(fault);
        self.steps.note(at, Weight::Detail, "fault", label);
    }
}

impl Observer for RecordLife {
    fn observe(&mut self, entry: &Entry) {
        let (begun, matters) = (self.begun(), self.matters());
        self.fault(entry);
        self.resent(entry);
        self.sending.observe(entry, &self.scene, &mut self.steps);
        self.transaction.observe(entry, &self.scene, &mut self.steps, self.copies.latest());
        self.copies.observe(entry, &self.scene, &mut self.steps, matters);
        self.reading.observe(entry, &self.scene, &mut self.steps, self.copies.latest());
        if !begun && self.begun() {
            // A crash is over when it has struck; what lasts is still to be felt.
            for (fault, _, at) in self.faults.clone() {
                if self.scene.setup.faults.get(usize::from(fault)).is_some_and(|f| f.ends) {
                    self.tell_fault(fault, at);
                }
            }
        }
    }
}
