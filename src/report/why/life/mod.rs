//! The life of one record: from send() through the logs to the applications that read it.
//!
//! Four parts look at the same facts: what its producer did ([`sending`]), how its transaction ended ([`transaction`]),
//! what became of its copies in the logs ([`log`]), and what groups made of it ([`reading`]). Each notes stations for the
//! story and keeps what the cause is found from ([`lost`], [`twice`], [`groups`]).

mod groups;
pub mod log;
mod lost;
pub mod reading;
pub mod sending;
mod share_groups;
pub mod transaction;
mod twice;

use std::rc::Rc;

use super::cause::StoryCause;
use super::graph;
use super::stamps::{PassportStation, Stamps, Weight};
use super::{Story, TroubledRecord};
use crate::check::ledger::RecordRef;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::record::Causes;
use crate::history::setup::{ConsumerSetup, ProducerSetup, Setup};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use log::Copies;
use reading::{Reading, Until};
use sending::Sending;
use transaction::LifeTransaction;

/// What became of a record that ought not to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nothing of the kind that a ledger counts.
    Nothing,
    /// Acknowledged, and in no log at the end.
    LostAfterAck,
    /// Never acknowledged, and in no log at the end.
    LostUnacked,
    /// Its application has written a row for it to a database, and it is in no log at the end.
    RowWithoutRecord,
    /// In the log twice.
    Duplicated,
    /// Behind a later record of the same producer.
    OutOfOrder,
    /// A group processed it more than once.
    ProcessedAgain(GroupId),
    /// Its effect outside of Kafka took place more than once.
    EffectAgain(GroupId),
    /// A group never processed it.
    NeverProcessed(GroupId),
    /// A group gave it up as not processable.
    Skipped(GroupId),
    /// A group was done with a later record of its key, and not with this one.
    Overtaken(GroupId),
}

impl Trouble {
    fn group(self) -> Option<GroupId> {
        match self {
            Trouble::ProcessedAgain(group)
            | Trouble::EffectAgain(group)
            | Trouble::NeverProcessed(group)
            | Trouble::Skipped(group)
            | Trouble::Overtaken(group) => Some(group),
            _ => None,
        }
    }
    fn until(self) -> Until {
        match self {
            Trouble::ProcessedAgain(_) => Until::ProcessedAgain,
            Trouble::EffectAgain(_) => Until::EffectAgain,
            _ => Until::TheEnd,
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
    /// What an application has last sent for it: who, to which partition, under which number.
    pub aside: Option<(NodeId, Tp, u32)>,
}

impl Scene {
    /// What numbers the assignments of a process, by the protocol that it is a member of its group by.
    fn member_epoch(&self, node: NodeId) -> &'static str {
        let own = self.setup.consumers.iter().find(|consumer| consumer.node == node);
        own.map(|consumer| consumer.config.group_protocol).unwrap_or_default().member_epoch()
    }
    /// Whether the record is among these, as it was sent first.
    fn holds(&self, node: NodeId, tp: Tp, ordinal: u32, count: u32) -> bool {
        (node, tp) == (self.record.node, self.record.tp) && (ordinal..ordinal + count).contains(&self.record.ordinal)
    }
    /// Where one of its further sends is among these records, of which the first lies at `base`.
    fn resend_at(&self, node: NodeId, tp: Tp, ordinal: u32, count: u32, base: Offset) -> Option<Offset> {
        let among = |(on, number): &&(Tp, u32)| *on == tp && (ordinal..ordinal + count).contains(number);
        let (_, number) = self.again.iter().find(among).filter(|_| node == self.record.node)?;
        Some(base.plus(number - ordinal))
    }
    /// Where the record is among these, by any of its sends.
    fn offset_of(&self, node: NodeId, tp: Tp, ordinal: u32, count: u32, base: Offset) -> Option<Offset> {
        let first = self.holds(node, tp, ordinal, count).then(|| self.offset(base, ordinal));
        first.or_else(|| self.resend_at(node, tp, ordinal, count, base))
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
    fn producer_setup(&self) -> Option<&ProducerSetup> {
        self.setup.producers.iter().find(|p| p.node == self.record.node)
    }
    fn consumer_setup(&self, group: GroupId) -> Option<&ConsumerSetup> {
        self.setup.consumers.iter().find(|c| c.group == group)
    }
    fn group_name(&self, group: GroupId) -> String {
        format!("group {}", self.setup.catalog.groups[group.index()])
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct RecordLife {
    scene: Scene,
    stamps: Stamps,
    sending: Sending,
    transaction: LifeTransaction,
    copies: Copies,
    readings: Vec<Reading>,
    /// Up to where the partition can be read by who reads what is committed.
    last_stable: Option<Offset>,
    /// Faults that go on: number, occurrence, and the fact of their beginning.
    faults: Vec<(u16, u16, Entry)>,
}

impl RecordLife {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>, record: RecordRef, trouble: Trouble) -> RecordLife {
        let topic = setup.catalog.topic_of(record.tp).0;
        let mut groups: Vec<GroupId> =
            setup.consumers.iter().filter(|c| c.topics.contains(&topic)).map(|c| c.group).collect();
        groups.extend(setup.share_consumers.iter().filter(|c| c.topics.contains(&topic)).map(|c| c.group));
        groups.extend(trouble.group());
        groups.sort();
        groups.dedup();
        let is_main = |group| trouble == Trouble::Nothing || trouble.group() == Some(group);
        let reading = |group: &GroupId| {
            let until = if trouble.group() == Some(*group) { trouble.until() } else { Until::TheEnd };
            Reading::new(*group, is_main(*group), until)
        };
        RecordLife {
            readings: groups.iter().map(reading).collect(),
            scene: Scene { setup, record, trouble, again: Vec::new(), aside: None },
            stamps: Stamps::default(),
            sending: Sending::default(),
            transaction: LifeTransaction::default(),
            copies: Copies::default(),
            last_stable: None,
            faults: Vec::new(),
        }
    }

    /// `orders-0@900 of checkout-0`, or its number where it never got an offset.
    pub fn name(&self) -> String {
        let scene = &self.scene;
        match self.copies.first() {
            Some(offset) => format!("{} of {}", scene.place(offset), scene.producer()),
            None => format!("record {} of {} to {}", scene.record.ordinal, scene.producer(), scene.partition()),
        }
    }

    /// The story. `title` says of a record's name what became of it; `causes`: which event led to which, if that is known.
    pub fn story(self, title: &dyn Fn(&str) -> String, causes: Option<&Causes>) -> Story {
        let (cause, mut sentence) = self.verdict();
        if let Some(fate) = self.transaction.sentence() {
            sentence = format!("{sentence} {fate}");
        }
        let record = self.scene.record;
        let record = TroubledRecord {
            producer: self.scene.producer().to_owned(),
            partition: self.scene.partition(),
            number: record.ordinal,
            offset: self.copies.first(),
        };
        let title = title(&self.name());
        let stamps = self.stamps.of_a_life();
        let bonds = graph::bonds(&stamps, causes);
        Story { title, record: Some(record), cause, sentence, stamps, bonds, ..Story::default() }
    }

    /// What it came to, and why.
    fn verdict(&self) -> (Option<StoryCause>, String) {
        let named = |(cause, text): (StoryCause, String)| (Some(cause), text);
        match self.scene.trouble {
            Trouble::Nothing => self.untroubled(),
            Trouble::LostAfterAck => named(self.lost_after_ack()),
            Trouble::LostUnacked => named(self.lost_unacked()),
            Trouble::RowWithoutRecord => {
                let (cause, text) = self.lost_unacked();
                (Some(cause), format!("{text} The row is in the database all the same: nobody will hear of it."))
            }
            Trouble::Duplicated => named(self.duplicated()),
            Trouble::OutOfOrder => named(self.out_of_order()),
            Trouble::ProcessedAgain(group) => named(self.processed_again(group)),
            Trouble::EffectAgain(group) => named(self.effect_again(group)),
            Trouble::NeverProcessed(group) | Trouble::Skipped(group) => named(self.never_processed(group)),
            Trouble::Overtaken(group) => named(self.overtaken(group)),
        }
    }

    /// Of a record that no ledger complains of.
    fn untroubled(&self) -> (Option<StoryCause>, String) {
        if self.copies.over() || self.copies.places.is_empty() {
            let (cause, text) = self.lost_unacked();
            return (Some(cause), text);
        }
        if self.transaction.asked == Some(false) && self.transaction.fate == Some(true) {
            let text = "Its application called abortTransaction(), and it was committed: a late copy of the EndTxn request \
                        of the transaction before has ended this one (KAFKA-17754).";
            return (Some(StoryCause::LateEndTxn), text.into());
        }
        if self.transaction.fate == Some(false) {
            let text = "It is in the log, and its transaction was aborted: who reads with isolation.level=read_committed is \
                        never given it.";
            return (Some(StoryCause::TransactionAborted), text.into());
        }
        if let Some((error, _)) = self.sending.failed {
            let text = format!("{} gave it up ({error}), and it is in the log all the same.", self.scene.producer());
            return (Some(StoryCause::GivenUpButWritten), text);
        }
        let missed = self.readings.iter().find(|reading| reading.processed.is_empty() && !reading.passed_over);
        if let Some(reading) = missed {
            let (cause, text) = self.never_processed(reading.group);
            return (Some(cause), text);
        }
        (None, self.summary())
    }

    /// The whole life in a sentence, where nothing happened to it.
    fn summary(&self) -> String {
        let place = self.copies.places.last().expect("it is in the log");
        let written = if self.sending.acked.is_some() { "Acknowledged" } else { "Never acknowledged" };
        let committed = match place.committed {
            Some(isr) => format!("committed on isr {isr}"),
            None => "not committed when the run ended".into(),
        };
        let readers: Vec<String> = self.readings.iter().map(|reading| self.read_by(reading)).collect();
        let read = if readers.is_empty() { "no group reads its topic".into() } else { readers.join("; ") };
        format!("{written}, on brokers {}, {committed}; {read}.", place.holders)
    }
    fn read_by(&self, reading: &Reading) -> String {
        let name = self.scene.group_name(reading.group);
        match (reading.processed.len(), reading.polled.is_empty(), reading.passed.is_some()) {
            (0, true, false) => format!("{name} had not come to it when the run ended"),
            (0, true, true) => format!("{name} was never given it, and has committed past it"),
            (0, false, _) => format!("{name} was given it and has not processed it"),
            (1, _, true) => format!("{name} processed it once and has committed past it"),
            (1, _, false) => format!("{name} processed it once and has not committed past it"),
            (n, ..) => format!("{name} processed it {n} times"),
        }
    }

    fn reading(&self, group: GroupId) -> Option<&Reading> {
        self.readings.iter().find(|reading| reading.group == group)
    }
    fn begun(&self) -> bool {
        self.sending.sent > 0 || self.copies.first().is_some()
    }

    /// Whether what happens around the record may still decide what becomes of it.
    fn matters(&self) -> bool {
        let told = self.sending.acked.is_some() || self.sending.failed.is_some();
        let settled = match self.scene.trouble {
            Trouble::LostAfterAck | Trouble::LostUnacked | Trouble::RowWithoutRecord => {
                self.copies.places.is_empty() && told && self.copies.overtaken.is_some()
            }
            Trouble::Duplicated => told && self.copies.places.len() > 1,
            Trouble::OutOfOrder => told,
            // From here on it is up to the groups.
            Trouble::Nothing
            | Trouble::ProcessedAgain(_)
            | Trouble::EffectAgain(_)
            | Trouble::NeverProcessed(_)
            | Trouble::Skipped(_)
            | Trouble::Overtaken(_) => told && self.copies.committed(),
        };
        self.begun() && !settled && !self.copies.over()
    }

    /// What is wrong when the record sets out, or while it lives, is part of its story.
    fn fault(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::FaultStarted { fault, occurrence, .. } => {
                self.faults.push((fault, occurrence, *entry));
                // What a crash does is told of the process that it hits.
                let felt = self
                    .scene
                    .setup
                    .faults
                    .get(usize::from(fault))
                    .is_some_and(|f| f.ends || f.kind == "reset.connections");
                if felt && self.matters() {
                    self.tell_fault(fault, entry);
                }
            }
            Fact::FaultEnded { fault, occurrence } => {
                self.faults.retain(|known| (known.0, known.1) != (fault, occurrence));
                if self.matters() {
                    let text = format!("over: {}", self.label(fault));
                    self.stamps.note(entry, PassportStation::Fault, Weight::Aside, "fault", text);
                }
            }
            _ => {}
        }
    }
    fn label(&self, fault: u16) -> String {
        self.scene.setup.faults.get(usize::from(fault)).map_or(String::new(), |f| f.label.clone())
    }
    fn tell_fault(&mut self, fault: u16, entry: &Entry) {
        let label = self.label(fault);
        self.stamps.note(entry, PassportStation::Fault, Weight::Detail, "fault", label);
    }

    /// What its application does beside send(): sends it again, writes a row for it, sends what comes of it.
    fn application(&mut self, entry: &Entry) {
        let scene = &mut self.scene;
        let own = |node: NodeId, tp: Tp, ordinal: u32| RecordRef { node, tp, ordinal } == scene.record;
        let (station, weight, place, text) = match entry.fact {
            Fact::RecordResent { node, tp, ordinal, first_tp, first } if own(node, first_tp, first) => {
                scene.again.push((tp, ordinal));
                let to = scene.setup.catalog.tp_name(tp);
                (
                    PassportStation::Buffered,
                    Weight::Turn,
                    node,
                    format!("the application calls send() again: record {ordinal} to {to}"),
                )
            }
            Fact::RowSent { node, row, tp, ordinal } if own(node, tp, ordinal) => (
                PassportStation::Buffered,
                Weight::Detail,
                node,
                format!("has row {row} in its database, and calls send() for it"),
            ),
            Fact::RecordDerived { node, tp, ordinal, origin, origin_tp, origin_ordinal }
                if own(origin, origin_tp, origin_ordinal) =>
            {
                scene.aside = Some((node, tp, ordinal));
                let to = scene.setup.catalog.tp_name(tp);
                (
                    PassportStation::Processed,
                    Weight::Aside,
                    node,
                    format!("sends what comes of it: record {ordinal} to {to}"),
                )
            }
            Fact::RecordPutAside { node, tp, ordinal, original, original_offset, attempts, reason, .. }
                if own(node, tp, ordinal) || scene.aside == Some((node, tp, ordinal)) =>
            {
                let from = format!("{}@{original_offset}", scene.setup.catalog.tp_name(original));
                let tried = if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
                let whose = if own(node, tp, ordinal) { "its" } else { "the copy's" };
                let text = format!("{whose} headers say: from {from}, {tried}, {}", reason.exception());
                (PassportStation::Buffered, Weight::Turn, node, text)
            }
            Fact::BatchSent { node, tp, ordinal, count, .. }
                if scene.resend_at(node, tp, ordinal, count, Offset(0)).is_some() =>
            {
                (PassportStation::Sent, Weight::Turn, node, "sends what is to be sent again".into())
            }
            Fact::BatchAcked { node, tp, ordinal, count, .. }
                if scene.resend_at(node, tp, ordinal, count, Offset(0)).is_some() =>
            {
                (
                    PassportStation::Acknowledged,
                    Weight::Detail,
                    node,
                    "is told that what it sent again is written".into(),
                )
            }
            _ => return,
        };
        let place = self.scene.node(place).to_owned();
        self.stamps.note(entry, station, weight, place, text);
    }
}

impl Observer for RecordLife {
    fn observe(&mut self, entry: &Entry) {
        let (begun, matters) = (self.begun(), self.matters());
        self.fault(entry);
        self.application(entry);
        self.sending.observe(entry, &self.scene, &mut self.stamps);
        self.transaction.observe(entry, &self.scene, &mut self.stamps, self.copies.latest());
        self.copies.sent = self.sending.sent > 0;
        self.copies.observe(entry, &self.scene, &mut self.stamps, matters);
        if let Fact::LastStableOffsetMoved { tp, last_stable_offset, .. } = entry.fact
            && tp == self.scene.record.tp
        {
            self.last_stable = Some(last_stable_offset);
        }
        // Once a leader reigns that does not have it, what is read there is another record.
        let place = self.copies.standing();
        for reading in &mut self.readings {
            reading.observe(entry, &self.scene, &mut self.stamps, place);
        }
        if !begun && self.begun() {
            // A crash is over when it has struck; what lasts is still to be felt.
            for (fault, _, since) in self.faults.clone() {
                if self.scene.setup.faults.get(usize::from(fault)).is_some_and(|f| f.ends) {
                    self.tell_fault(fault, &since);
                }
            }
        }
    }
}

impl RecordLife {
    /// Whether a group is kept from it by a transaction that is not decided.
    fn is_behind_open_transaction(&self, group: GroupId) -> bool {
        let careful = |c: &ConsumerSetup| c.isolation_level == IsolationLevel::ReadCommitted;
        let held = |place: Offset| self.last_stable.is_some_and(|stable| stable <= place);
        self.scene.consumer_setup(group).is_some_and(careful) && self.copies.latest().is_some_and(held)
    }
    /// When something of the past was, in words.
    fn after(&self, from: Option<Nanos>, to: Nanos) -> String {
        from.map_or(String::new(), |from| format!(" {} later", crate::run::figures::short(to.saturating_sub(from))))
    }
}
