//! The delivery ledger: what became of every record that was sent.

mod effects;
mod examples;
mod identities;
mod meanings;
mod record;
mod rows;
mod totals;
mod transactions;

use std::ops::Range;

use litemap::LiteMap;

use super::ghost::Ghost;
use super::outcome::Witness;
use super::runs::Runs;
use super::stretches::Stretches;
use crate::history::fact::{Entry, Fact, ShareArchiveReason};
use crate::protocol::ids::*;
use crate::protocol::put_aside::Aside;
use crate::sim::shared_list::SharedList;
use crate::sim::time::Nanos;
use effects::EffectBook;
pub use effects::{EffectTotals, RepeatedEffect};
pub use examples::{DisplacedRecord, DuplicatedRecord, EXAMPLES, LostRecord};
pub use identities::Identities;
pub use meanings::MEANINGS;
pub use record::RecordRef;
use rows::RowBook;
pub use rows::RowTotals;
pub use totals::{FigureOf, GroupLedger, GroupRecords, Ledger, PlacedRecord, Totals};
pub use transactions::TransactionTotals;

/// What is noted of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Fate {
    /// Not heard of.
    #[default]
    Unknown,
    /// Handed to the network, no outcome yet.
    Sent,
    /// Acknowledged.
    Acked,
    /// Given up by the producer.
    Failed,
    /// Still on its way when the run ended, or in memory when the producer died.
    Pending,
}

/// A batch was acknowledged.
#[derive(Clone, Copy, Debug)]
struct Ack {
    ordinal: u32,
    count: u32,
    /// Where; -1 with acks=0.
    offset: Offset,
    at: Nanos,
}

/// What one group did with the records of one producer in one partition.
#[derive(Clone, Debug)]
struct Handled {
    origin: NodeId,
    /// By ordinal: how often it was processed.
    times: Stretches<u8>,
    /// Given up as not processable.
    skipped: Runs,
    /// Sent to a retry topic.
    retried: Runs,
    /// Sent to a topic, or a list, of dead letters.
    dead: Runs,
    /// A later record of the same key was done before.
    overtaken: Runs,
    /// Given up by a share group.
    archived: Runs,
}

/// Fed with facts; [`LedgerBook::close`] adds it all up. Rows are indexed by dense ids.
#[derive(Clone, Debug)]
pub struct LedgerBook {
    /// By producer and partition, by ordinal; partitions from the first of its topic on.
    fates: Vec<Vec<Stretches<Fate>>>,
    /// By group and partition.
    handled: Vec<Vec<Vec<Handled>>>,
    /// By producer and topic: send() failed at once.
    send_failed: LiteMap<(NodeId, TopicId), u64>,
    /// What was sent again: groups and totals count what the application wanted to send.
    identities: Identities,
    /// By producer and partition: what was acknowledged where, and when.
    acks: Vec<Vec<SharedList<Ack>>>,
    /// Outcomes of records that had another already.
    contradictions: u64,
    first_contradiction: Option<Witness>,
    /// Effects outside of Kafka.
    effects: EffectBook,
    /// Rows of services' databases.
    rows: RowBook,
    /// Of the records of the last `RecordsProcessed`: how many its group had processed before.
    repeated: u64,
    /// How many records of each kind of harm are named.
    examples: usize,
}

/// Records of a stretch that a group did not process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unprocessed {
    /// Given up as not processable.
    pub skipped: u32,
    /// The first of these.
    pub first_skipped: Option<u32>,
    /// Compacted away.
    pub compacted: u32,
    /// Neither.
    pub missed: u32,
    /// The first of these.
    pub first_missed: Option<u32>,
}

impl LedgerBook {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> LedgerBook {
        let partitions = ghost.partition_count();
        LedgerBook {
            fates: vec![Vec::new(); ghost.setup.catalog.nodes.len()],
            handled: vec![vec![Vec::new(); partitions]; ghost.setup.catalog.groups.len()],
            send_failed: LiteMap::new(),
            identities: Identities::default(),
            acks: vec![Vec::new(); ghost.setup.catalog.nodes.len()],
            contradictions: 0,
            first_contradiction: None,
            effects: EffectBook::default(),
            rows: RowBook::default(),
            repeated: 0,
            examples: EXAMPLES,
        }
    }

    /// All records of each kind of harm will be named.
    pub fn name_all(&mut self) {
        self.examples = usize::MAX;
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, .. } => {
                self.fate(entry, ghost, (node, tp), (ordinal, count), Fate::Sent)
            }
            Fact::BatchAcked { node, tp, ordinal, count, offset, .. } => {
                self.acked(ghost, (node, tp), Ack { ordinal, count, offset, at: entry.at });
                self.fate(entry, ghost, (node, tp), (ordinal, count), Fate::Acked)
            }
            Fact::BatchFailed { node, tp, ordinal, count, .. } => {
                self.fate(entry, ghost, (node, tp), (ordinal, count), Fate::Failed)
            }
            Fact::RecordsPending { node, tp, ordinal, count, .. } => {
                self.fate(entry, ghost, (node, tp), (ordinal, count), Fate::Pending)
            }
            Fact::SendFailed { node, topic, count, .. } => {
                *self.send_failed.entry((node, topic)).or_default() += u64::from(count);
            }
            Fact::RecordResent { node, tp, ordinal, first_tp, first } => {
                let first = RecordRef { node, tp: first_tp, ordinal: first };
                self.resent(entry, ghost, first, RecordRef { node, tp, ordinal });
            }
            Fact::RecordsProcessed { node, tp, count, origin, ordinal, .. } => {
                if let Some(group) = ghost.group_of(node) {
                    self.repeated = self.processed(group, RecordRef { node: origin, tp, ordinal }, count);
                }
            }
            Fact::RowWritten { node, row } => self.rows.written(node, row),
            Fact::RowSent { node, row, tp, ordinal } => self.rows.sent(row, RecordRef { node, tp, ordinal }),
            Fact::RowForgotten { node, row } => self.rows.forgotten(node, row),
            Fact::EffectOutside { node, origin, origin_tp, origin_ordinal, done } => {
                if let Some(group) = ghost.group_of(node) {
                    let send = RecordRef { node: origin, tp: origin_tp, ordinal: origin_ordinal };
                    self.effects.observe(entry, group, self.identities.identity(send), done);
                }
            }
            Fact::ProcessStopped { node, .. }
            | Fact::PartitionRevoked { node, .. }
            | Fact::TransactionEnded { node, commit: false, .. }
            | Fact::ProducerInError { node, .. }
                if ghost.group_of(node).is_some() =>
            {
                self.effects.setback(entry, node);
            }
            Fact::RecordFailed { node, tp, origin, ordinal, skipped: true, .. } => {
                if let Some(group) = ghost.group_of(node) {
                    let RecordRef { tp, ordinal, .. } =
                        self.identities.identity(RecordRef { node: origin, tp, ordinal });
                    self.handled(group, tp, origin).skipped.add(i64::from(ordinal), i64::from(ordinal) + 1);
                }
            }
            Fact::RecordGivenUp { node, tp, origin, ordinal, to, .. } => {
                let of = |handled: &mut Handled| match to {
                    Aside::RetryTopic => handled.retried.add(i64::from(ordinal), i64::from(ordinal) + 1),
                    Aside::DeadLetterTopic | Aside::DeadLetterList => {
                        handled.dead.add(i64::from(ordinal), i64::from(ordinal) + 1)
                    }
                };
                if let Some(group) = ghost.group_of(node) {
                    of(self.handled(group, tp, origin));
                }
            }
            Fact::ShareArchived {
                broker,
                group,
                tp,
                first,
                last,
                reason: ShareArchiveReason::Rejected | ShareArchiveReason::DeliveryLimit,
            } => self.archived(ghost, broker, (group, tp), first..last.plus(1)),
            Fact::RecordOvertaken { node, tp, origin, ordinal, .. } => {
                if let Some(group) = ghost.group_of(node) {
                    self.handled(group, tp, origin).overtaken.add(i64::from(ordinal), i64::from(ordinal) + 1);
                }
            }
            _ => {}
        }
    }

    /// An application sends a record again: its last send has failed, or died with the process.
    fn resent(&mut self, entry: &Entry, ghost: &Ghost, first: RecordRef, again: RecordRef) {
        let last = self.identities.last(first);
        let known = self.fate_of(last);
        if !matches!(known, Fate::Failed | Fate::Pending) {
            self.contradictions += 1;
            self.first_contradiction.get_or_insert_with(|| {
                let (number, name, word) = (last.ordinal, ghost.node_name(last.node), known.word());
                let text = format!("record {number} of {name} is sent again, and was {word}");
                Witness::at(entry, text).on(last.tp, Offset::INVALID).by(last.node)
            });
        }
        self.identities.note(first, again);
    }
    fn fate_of(&self, send: RecordRef) -> Fate {
        self.fates[send.node.index()].get(send.tp.index()).map_or(Fate::Unknown, |fates| fates.get(send.ordinal))
    }
    /// A share group gave up what lies at these offsets in its leader's log.
    fn archived(&mut self, ghost: &Ghost, leader: BrokerId, (group, tp): (GroupId, Tp), offsets: Range<Offset>) {
        let log = ghost.log(leader, tp);
        let first = log.batches().partition_point(|b| b.next() <= offsets.start);
        for batch in log.batches().from(first).take_while(|b| b.base < offsets.end).filter(|b| b.marker.is_none()) {
            let (from, to) = (batch.base.max(offsets.start), batch.next().min(offsets.end));
            for ordinal in (0..to.0 - from.0).map(|at| batch.ordinal + (from.0 - batch.base.0 + at) as u32) {
                let record = self.identities.identity(RecordRef { node: batch.node, tp, ordinal });
                let number = i64::from(record.ordinal);
                self.handled(group, record.tp, record.node).archived.add(number, number + 1);
            }
        }
    }
    /// A group processed records; how many of them again.
    fn processed(&mut self, group: GroupId, from: RecordRef, count: u32) -> u64 {
        if self.identities.is_empty() {
            return self.handled(group, from.tp, from.node).process(from.ordinal, count);
        }
        let sends = (from.ordinal..from.ordinal + count).map(|ordinal| RecordRef { ordinal, ..from });
        let records: Vec<RecordRef> = sends.map(|send| self.identities.identity(send)).collect();
        records.into_iter().map(|record| self.handled(group, record.tp, record.node).process(record.ordinal, 1)).sum()
    }

    fn acked(&mut self, ghost: &Ghost, (node, tp): (NodeId, Tp), ack: Ack) {
        let row = &mut self.acks[node.index()];
        if row.is_empty() {
            row.resize(ghost.partition_count(), SharedList::default());
        }
        row[tp.index()].push(ack);
    }
    /// The acknowledgement of a record, if it had one.
    fn ack(&self, node: NodeId, tp: Tp, ordinal: u32) -> Option<&Ack> {
        let acks = self.acks[node.index()].get(tp.index())?;
        acks.iter().rev().find(|ack| (ack.ordinal..ack.ordinal + ack.count).contains(&ordinal))
    }

    fn handled(&mut self, group: GroupId, tp: Tp, origin: NodeId) -> &mut Handled {
        let row = &mut self.handled[group.index()][tp.index()];
        let at = row.iter().position(|h| h.origin == origin).unwrap_or_else(|| {
            row.push(Handled::new(origin));
            row.len() - 1
        });
        &mut row[at]
    }

    /// A record has one outcome, and gets it once.
    fn fate(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (node, tp): (NodeId, Tp),
        (ordinal, count): (u32, u32),
        fate: Fate,
    ) {
        let row = &mut self.fates[node.index()];
        if row.is_empty() {
            row.resize(ghost.partition_count(), Stretches::default());
        }
        let (fates, from, to) = (&mut row[tp.index()], ordinal, ordinal + count);
        // What has expired may be sent all the same, in the same pass of the sender: it has failed.
        if fate == Fate::Sent && fates.within(from, to).any(|(.., known)| known == Fate::Failed) {
            return;
        }
        let (mut wrong, mut known_before) = (0, None);
        fates.update(from, to, |known, records| {
            let contradicts = match known {
                Fate::Unknown => fate == Fate::Acked,
                Fate::Sent => false,
                Fate::Acked | Fate::Failed | Fate::Pending => true,
            };
            if contradicts {
                wrong += u64::from(records);
                known_before.get_or_insert(known);
            }
            fate
        });
        let Some(known) = known_before else { return };
        self.contradictions += wrong;
        self.first_contradiction.get_or_insert_with(|| {
            let text =
                format!("record {ordinal} of {} is {}, and was {}", ghost.node_name(node), fate.word(), known.word());
            Witness::at(entry, text).on(tp, Offset::INVALID).by(node)
        });
    }

    // --- for the checks ------------------------------------------------------------------------

    /// How many records of the last `RecordsProcessed` its group had processed before.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }
    /// What was sent again.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }
    /// Of so many records of a producer from this one on, those that a group did not process: how many it has given
    /// up, how many are not there any more (`is_compacted`, by their numbers), how many are, and the first of these.
    pub fn unprocessed(
        &self,
        group: GroupId,
        tp: Tp,
        origin: NodeId,
        (ordinal, count): (u32, u32),
        is_compacted: impl Fn(u32) -> bool,
    ) -> Unprocessed {
        let mut found = Unprocessed::default();
        for ordinal in ordinal..ordinal + count {
            let record = self.identities.identity(RecordRef { node: origin, tp, ordinal });
            let handled = self.handled[group.index()][record.tp.index()].iter().find(|h| h.origin == origin);
            let times = handled.map_or(0, |h| h.times.get(record.ordinal));
            if times > 0 {
                continue;
            }
            if handled.is_some_and(|h| h.skipped.contains(i64::from(record.ordinal))) {
                found.skipped += 1;
                found.first_skipped.get_or_insert(ordinal);
            } else if is_compacted(ordinal) {
                found.compacted += 1;
            } else {
                found.missed += 1;
                found.first_missed.get_or_insert(ordinal);
            }
        }
        found
    }
    /// Outcomes of records that had another already, and the first of them.
    pub fn contradictions(&self) -> (u64, Option<&Witness>) {
        (self.contradictions, self.first_contradiction.as_ref())
    }
    /// Records of a producer that nobody told an outcome of: neither acknowledged nor failed, nor
    /// reported as pending.
    pub fn untold(&self, node: NodeId) -> u64 {
        self.count(node, Fate::Sent)
    }
    /// Records of a producer that were acknowledged, or failed.
    pub fn completed(&self, node: NodeId) -> u64 {
        self.count(node, Fate::Acked) + self.count(node, Fate::Failed)
    }
    /// Records of a producer without an outcome.
    pub fn pending(&self, node: NodeId) -> u64 {
        self.count(node, Fate::Pending) + self.count(node, Fate::Sent)
    }
    fn count(&self, node: NodeId, fate: Fate) -> u64 {
        let stretches = self.fates[node.index()].iter().flat_map(Stretches::iter);
        stretches.filter(|(.., known)| *known == fate).map(|(from, to, _)| u64::from(to - from)).sum()
    }
}

impl Fate {
    /// What became of a record that was sent more than once: the best of its sends.
    fn or(self, other: Fate) -> Fate {
        let open = |fate| matches!(fate, Fate::Sent | Fate::Pending);
        match (self, other) {
            (Fate::Acked, _) | (_, Fate::Acked) => Fate::Acked,
            (fate, _) | (_, fate) if open(fate) => fate,
            (Fate::Unknown, fate) | (fate, _) => fate,
        }
    }
    fn word(self) -> &'static str {
        match self {
            Fate::Unknown => "never sent",
            Fate::Sent => "sent",
            Fate::Acked => "acknowledged",
            Fate::Failed => "failed",
            Fate::Pending => "pending",
        }
    }
}

impl Handled {
    fn new(origin: NodeId) -> Handled {
        let (skipped, retried, dead, overtaken, archived) = Default::default();
        Handled { origin, times: Stretches::default(), skipped, retried, dead, overtaken, archived }
    }
    /// Records were processed; how many of them again.
    fn process(&mut self, from: u32, count: u32) -> u64 {
        let mut again = 0;
        self.times.update(from, from + count, |times, records| {
            again += if times > 0 { u64::from(records) } else { 0 };
            times.saturating_add(1)
        });
        again
    }
}
