//! The ledger, added up.

use crate::history::setup::{ConsumerSetup, ShareConsumerSetup};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use litemap::LiteMap;

use super::super::ghost::{Ghost, RecordFate, Replica, Stability, is_shown};
use super::super::runs::Runs;
use super::super::stretches::Stretches;
use super::effects::EffectTotals;
use super::examples::{self, DisplacedRecord, DuplicatedRecord, LostRecord};
use super::identities::Identities;
use super::record::RecordRef;
use super::rows::RowTotals;
use super::transactions::{self, TransactionBook, TransactionTotals};
use super::{Fate, Handled, LedgerBook};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// What became of a number of records. Counts are records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// send() was called and the record got a place in a batch.
    pub sent: u64,
    /// send() failed at once: no memory, no metadata, too large.
    pub rejected: u64,
    /// Acknowledged to the application (with acks=0: handed to the network).
    pub acked: u64,
    /// Failed to the application.
    pub failed: u64,
    /// Neither, when the run ended.
    pub pending: u64,
    /// Distinct records in the logs that count at the end.
    pub in_the_log: u64,
    /// Records that are not in there any more since the logs were compacted: a later one has their key, or they were tombstones or
    /// aborted. They are not lost.
    pub compacted: u64,
    /// Acknowledged, and in no log at the end.
    pub lost_after_ack: u64,
    /// Deleted from the log since, by retention.
    pub deleted: u64,
    /// Failed or pending, and in no log at the end.
    pub lost_unacked: u64,
    /// Failed or pending, and in the log all the same.
    pub unacked_in_the_log: u64,
    /// Copies in the log beyond the first.
    pub duplicated: u64,
    /// Records whose first copy comes after a later record of the same producer and partition.
    pub out_of_order: u64,
    /// Transactions, and their records.
    pub transactions: TransactionTotals,
    /// Rows of databases, each with a record.
    pub rows: RowTotals,
}

/// The ledger of a run. The totals over all records are its own: `ledger.sent`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Ledger {
    /// Over all records.
    pub totals: Totals,
    /// By producer process, in order of the setup.
    pub producers: Vec<(NodeId, Totals)>,
    /// By topic that a producer sent to, in order of the catalogue.
    pub topics: Vec<(TopicId, Totals)>,
    /// By partition that a record was meant for. What send() refused at once had none yet.
    pub partitions: Vec<(Tp, Totals)>,
    /// The first few acknowledged records that are lost, by the time of their loss.
    pub lost: Vec<LostRecord>,
    /// The first few records that are in a log twice, by the time of the copy.
    pub copies: Vec<DuplicatedRecord>,
    /// The first few records that come after later ones, by the time of their append.
    pub displaced: Vec<DisplacedRecord>,
    /// The first few records that are in no log and were not acknowledged, though a database has a row for each.
    pub rows_without_record: Vec<RecordRef>,
    /// The first failed or pending record that is in no log.
    pub first_lost_unacked: Option<RecordRef>,
    /// By group.
    pub groups: Vec<GroupLedger>,
}

impl Deref for Ledger {
    type Target = Totals;
    fn deref(&self) -> &Totals {
        &self.totals
    }
}

/// Whose figure one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FigureOf {
    /// Of producers, topics and all records.
    Records,
    /// Of groups.
    Groups,
    /// Of both.
    Both,
}

/// One record, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlacedRecord {
    /// Which.
    pub record: RecordRef,
    /// Where it stands first in the log that counts; none if it is not there any more.
    pub offset: Option<Offset>,
}

/// What one group did with the records of its topics.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupLedger {
    /// Which group.
    pub group: GroupId,
    /// Processed exactly once. What is put aside is not among them.
    pub once: u64,
    /// Processed more than once.
    pub repeated: u64,
    /// Processings beyond the first.
    pub extra: u64,
    /// In the log, or deleted from it, and neither processed nor skipped.
    pub never: u64,
    /// Of these: the group has committed past them, so that none of its members will be given them.
    pub passed: u64,
    /// Of these: deleted from the log, so that none of its members will be given them.
    pub deleted_unread: u64,
    /// Given up as not processable, and never processed.
    pub skipped: u64,
    /// Sent to a retry topic instead of being processed.
    pub retried: u64,
    /// Put aside as dead letters instead of being processed.
    pub dead: u64,
    /// Not done when a later record of the same key and partition was.
    pub overtaken: u64,
    /// Given up by a share group, which delivered it too often or heard REJECT, and never processed.
    pub archived: u64,
    /// Compacted away before the group had processed them.
    pub compacted: u64,
    /// Keys that are deleted, and of which the group has a value: their tombstones were gone when it came to them.
    pub stale_keys: u64,
    /// Processed, and not in the log any more.
    pub vanished: u64,
    /// The first that was processed more than once.
    pub first_repeated: Option<PlacedRecord>,
    /// The first that was never processed.
    pub first_never: Option<PlacedRecord>,
    /// The first that was given up.
    pub first_skipped: Option<PlacedRecord>,
    /// The first that was overtaken.
    pub first_overtaken: Option<PlacedRecord>,
    /// Transactions that carried offsets of the group.
    pub transactions: TransactionTotals,
    /// Effects of its records outside of Kafka.
    pub effects: EffectTotals,
    /// The records that are counted above, by name.
    pub records: GroupRecords,
}

/// The first few records of a group of each kind, by producer, partition and number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct GroupRecords {
    /// Processed more than once.
    pub repeated: Vec<RecordRef>,
    /// Never processed, and committed past.
    pub passed: Vec<RecordRef>,
    /// Given up as not processable.
    pub skipped: Vec<RecordRef>,
    /// Not done when a later record of the same key was.
    pub overtaken: Vec<RecordRef>,
    /// Their effects outside of Kafka took place more than once.
    pub again_outside: Vec<RecordRef>,
}

/// The records of one producer in one partition, as the log that counts has them.
#[derive(Clone, Debug, Default)]
struct Stream {
    /// By ordinal: copies.
    copies: Vec<u8>,
    out_of_order: u64,
    /// Ordinals of which a copy was deleted, and of these those that have another one.
    deleted: Runs,
    kept: Runs,
    /// Ordinals whose transaction is aborted there: who reads what is committed is never given them.
    aborted: Runs,
    /// Ordinals of records that were compacted away.
    compacted: Runs,
}

/// Where a record is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whereabouts {
    /// In the log, if it was ever written.
    There,
    /// Compaction took it out.
    Compacted,
    /// It went with its segment.
    Deleted,
}

impl Stream {
    /// A copy of a record was found, the first or another one.
    fn note(&mut self, ordinal: u32, again: bool, is_deleted: bool) {
        let ordinal = i64::from(ordinal);
        if is_deleted {
            self.deleted.add(ordinal, ordinal + 1);
        } else if again {
            self.kept.add(ordinal, ordinal + 1);
        }
    }
    /// Where a record is that was written. What was compacted away was not there any more to be deleted.
    fn whereabouts(&self, ordinal: usize) -> Whereabouts {
        match (self.compacted.contains(ordinal as i64), self.is_deleted(ordinal)) {
            (true, _) => Whereabouts::Compacted,
            (false, true) => Whereabouts::Deleted,
            (false, false) => Whereabouts::There,
        }
    }
    /// Whether all copies of a record were deleted.
    fn is_deleted(&self, ordinal: usize) -> bool {
        let ordinal = ordinal as i64;
        self.deleted.contains(ordinal) && !self.kept.contains(ordinal)
    }
}

/// By producer and partition.
type Streams = LiteMap<(NodeId, Tp), Stream>;

impl Ledger {
    /// The figure under its name in `expect:`, such as `lost.after.ack`. Group figures add up over
    /// groups.
    pub fn figure(&self, name: &str) -> Option<u64> {
        let of_groups: Option<u64> = self.groups.iter().map(|group| group.figure(name)).sum();
        self.totals.figure(name).or(of_groups.filter(|_| Ledger::FIGURES.contains(&name)))
    }
    /// The names that [`Ledger::figure`] knows.
    pub const FIGURES: [&'static str; 38] = [
        "sent",
        "rejected",
        "acked",
        "failed",
        "pending",
        "in.the.log",
        "deleted",
        "lost.after.ack",
        "lost.unacked",
        "duplicated",
        "out.of.order",
        "processed.once",
        "processed.again",
        "never.processed",
        "deleted.unread",
        "skipped",
        "to.retry.topic",
        "dead.letters",
        "overtaken",
        "archived",
        "compacted",
        "stale.keys",
        "transactions.begun",
        "transactions.committed",
        "transactions.aborted",
        "transactions.unknown",
        "transactions.timed.out",
        "transactions.hanging",
        "records.committed",
        "records.aborted",
        "records.undecided",
        "rows.written",
        "rows.forgotten",
        "rows.without.record",
        "effects.once",
        "effects.again",
        "effects.lost",
        "effects.recognised",
    ];
    /// Whose figure it is.
    pub fn figure_of(name: &str) -> FigureOf {
        match (name.split('.').next(), name) {
            (Some("effects"), _)
            | (
                _,
                "processed.once" | "processed.again" | "never.processed" | "deleted.unread" | "skipped"
                | "to.retry.topic" | "dead.letters" | "overtaken" | "archived" | "stale.keys",
            ) => FigureOf::Groups,
            (Some("transactions"), _) | (_, "compacted") => FigureOf::Both,
            _ => FigureOf::Records,
        }
    }
}

impl GroupLedger {
    /// The group's figure of that name; none for another's.
    pub fn figure(&self, name: &str) -> Option<u64> {
        Some(match name {
            "processed.once" => self.once,
            "processed.again" => self.repeated,
            "never.processed" => self.never,
            "deleted.unread" => self.deleted_unread,
            "skipped" => self.skipped,
            "to.retry.topic" => self.retried,
            "dead.letters" => self.dead,
            "overtaken" => self.overtaken,
            "archived" => self.archived,
            "compacted" => self.compacted,
            "stale.keys" => self.stale_keys,
            _ if name.starts_with("transactions.") => return self.transactions.figure(name),
            _ => return self.effects.figure(name),
        })
    }
}

impl Totals {
    /// The figure of that name; none for those of groups.
    pub fn figure(&self, name: &str) -> Option<u64> {
        Some(match name {
            "sent" => self.sent,
            "rejected" => self.rejected,
            "acked" => self.acked,
            "failed" => self.failed,
            "pending" => self.pending,
            "in.the.log" => self.in_the_log,
            "deleted" => self.deleted,
            "lost.after.ack" => self.lost_after_ack,
            "lost.unacked" => self.lost_unacked,
            "duplicated" => self.duplicated,
            "out.of.order" => self.out_of_order,
            "compacted" => self.compacted,
            _ => return self.transactions.figure(name).or_else(|| self.rows.figure(name)),
        })
    }
    fn add(&mut self, other: &Totals) {
        self.sent += other.sent;
        self.rejected += other.rejected;
        self.acked += other.acked;
        self.failed += other.failed;
        self.pending += other.pending;
        self.in_the_log += other.in_the_log;
        self.deleted += other.deleted;
        self.compacted += other.compacted;
        self.lost_after_ack += other.lost_after_ack;
        self.lost_unacked += other.lost_unacked;
        self.unacked_in_the_log += other.unacked_in_the_log;
        self.duplicated += other.duplicated;
        self.out_of_order += other.out_of_order;
        self.transactions.add(&other.transactions);
        self.rows.add(&other.rows);
    }

    /// The records of one stream. `lost` is told the number of each that is lost, and whether it
    /// was acknowledged.
    fn of_stream(fates: Option<&Stretches<Fate>>, stream: &Stream, mut lost: impl FnMut(u32, bool)) -> Totals {
        let mut totals = Totals { out_of_order: stream.out_of_order, ..Totals::default() };
        for ordinal in 0..fates.map_or(0, |fates| fates.end() as usize).max(stream.copies.len()) {
            let copies = stream.copies.get(ordinal).copied().unwrap_or(0);
            let fate = fates.map_or(Fate::Unknown, |fates| fates.get(ordinal as u32));
            if fate != Fate::Unknown || copies > 0 {
                totals.add_record(fate, copies, stream.whereabouts(ordinal));
            }
            if fate != Fate::Unknown && copies == 0 {
                lost(ordinal as u32, fate == Fate::Acked);
            }
        }
        totals
    }

    fn add_record(&mut self, fate: Fate, copies: u8, whereabouts: Whereabouts) {
        self.sent += 1;
        match whereabouts {
            Whereabouts::Compacted => self.compacted += 1,
            Whereabouts::Deleted => self.deleted += 1,
            Whereabouts::There => self.in_the_log += u64::from(copies > 0),
        }
        self.duplicated += u64::from(copies.saturating_sub(1));
        match fate {
            Fate::Acked => {
                self.acked += 1;
                self.lost_after_ack += u64::from(copies == 0);
            }
            Fate::Failed | Fate::Pending | Fate::Sent | Fate::Unknown => {
                if fate == Fate::Failed {
                    self.failed += 1
                } else {
                    self.pending += 1
                }
                self.lost_unacked += u64::from(copies == 0);
                self.unacked_in_the_log += u64::from(copies > 0 && whereabouts == Whereabouts::There);
            }
        }
    }
}

impl LedgerBook {
    /// What became of each record that an application wanted to send: a record that was sent again has the best fate of
    /// its sends, under the number of the first.
    fn fates_of_records(&self) -> Cow<'_, [Vec<Stretches<Fate>>]> {
        if self.identities.is_empty() {
            return Cow::Borrowed(&self.fates);
        }
        let mut fates = self.fates.clone();
        let mut update = |send: RecordRef, becomes: &dyn Fn(Fate) -> Fate| {
            if let Some(fates) = fates[send.node.index()].get_mut(send.tp.index()) {
                fates.update(send.ordinal, send.ordinal.saturating_add(1), |known, _| becomes(known));
            }
        };
        for (again, first) in self.identities.iter() {
            let carried = self.fate_of(again);
            update(again, &|_| Fate::Unknown);
            update(first, &|known| known.or(carried));
        }
        Cow::Owned(fates)
    }
    /// Adds up.
    pub fn close(&self, ghost: &Ghost) -> Ledger {
        let mut ledger = Ledger::default();
        let mut streams = Streams::new();
        for (tp, _) in ghost.partitions().filter(|(_, p)| !p.internal) {
            read_log(ghost, tp, self, &mut streams, &mut ledger);
        }
        let fates = self.fates_of_records();
        // What was sent and is in no log has a place too.
        for (node, row) in fates.iter().enumerate() {
            for tp in (0..row.len()).filter(|tp| row[*tp].end() > 0) {
                streams.entry((NodeId(node as u16), Tp(tp as u32))).or_default();
            }
        }
        let book = transactions::close(ghost);
        self.add_up(ghost, &fates, &streams, &book, &mut ledger);
        ledger.lost.sort_by_key(|lost| (lost.lost_at, lost.acked_at));
        ledger.copies.sort_by_key(|copy| copy.at);
        ledger.displaced.sort_by_key(|displaced| displaced.at);
        ledger.lost.truncate(self.examples);
        ledger.copies.truncate(self.examples);
        ledger.displaced.truncate(self.examples);
        ledger.groups = (0..ghost.setup.catalog.groups.len())
            .map(|g| self.group(ghost, GroupId(g as u16), &streams, &book))
            .collect();
        ledger
    }

    fn add_up(
        &self,
        ghost: &Ghost,
        fates: &[Vec<Stretches<Fate>>],
        streams: &Streams,
        book: &TransactionBook,
        ledger: &mut Ledger,
    ) {
        let (mut producers, mut topics) = (LiteMap::<NodeId, Totals>::new(), LiteMap::<TopicId, Totals>::new());
        let mut add = |node: NodeId, topic: TopicId, totals: &Totals| {
            ledger.totals.add(totals);
            producers.entry(node).or_default().add(totals);
            topics.entry(topic).or_default().add(totals);
        };
        for (&(node, topic), &rejected) in &self.send_failed {
            add(node, topic, &Totals { rejected, ..Totals::default() });
        }
        let copies =
            |record: RecordRef| streams.get(&(record.node, record.tp))?.copies.get(record.ordinal as usize).copied();
        let is_there = |record: RecordRef| copies(self.identities.identity(record)).is_some_and(|copies| copies > 0);
        let is_acked =
            |record: RecordRef| self.identities.sends(record).any(|send| matches!(self.fate_of(send), Fate::Acked));
        ledger.rows_without_record = self.rows.without_record(is_there, is_acked);
        ledger.rows_without_record.truncate(self.examples);
        for (node, rows) in self.rows.totals(is_there, is_acked) {
            if let Some(producer) = ghost.producer(node) {
                add(node, producer.topic, &Totals { rows, ..Totals::default() });
            }
        }
        let mut partitions = LiteMap::<Tp, Totals>::new();
        let mut unacked = None;
        for (&(node, tp), stream) in streams {
            let fates = fates[node.index()].get(tp.index());
            let mut lost = Vec::new();
            let mut first_unacked = None;
            let totals = Totals::of_stream(fates, stream, |ordinal, acked| match acked {
                true if lost.len() < self.examples => lost.push(ordinal),
                true => {}
                false => _ = first_unacked.get_or_insert(RecordRef { node, tp, ordinal }),
            });
            unacked = unacked.or(first_unacked);
            add(node, ghost.setup.catalog.topic_of(tp).0, &totals);
            partitions.entry(tp).or_default().add(&totals);
            let lost = lost.into_iter().map(|ordinal| {
                let record = RecordRef { node, tp, ordinal };
                let acked = |send: &RecordRef| self.ack(send.node, send.tp, send.ordinal).is_some();
                examples::lost(ghost, self, self.identities.sends(record).find(acked).unwrap_or(record))
            });
            ledger.lost.extend(lost);
        }
        // A transaction may be in several topics: each has it, and the whole once.
        ledger.totals.transactions = book.all;
        book.nodes.iter().for_each(|(node, of)| producers.entry(*node).or_default().transactions = *of);
        book.topics.iter().for_each(|(topic, of)| topics.entry(*topic).or_default().transactions = *of);
        book.partitions.iter().for_each(|(tp, of)| partitions.entry(*tp).or_default().transactions = *of);
        ledger.first_lost_unacked = unacked;
        ledger.producers = producers.into_iter().collect();
        ledger.topics = topics.into_iter().collect();
        ledger.partitions = partitions.into_iter().collect();
    }

    fn group(&self, ghost: &Ghost, group: GroupId, streams: &Streams, book: &TransactionBook) -> GroupLedger {
        let mut totals = GroupLedger {
            group,
            once: 0,
            repeated: 0,
            extra: 0,
            never: 0,
            deleted_unread: 0,
            passed: 0,
            skipped: 0,
            retried: 0,
            dead: 0,
            overtaken: 0,
            archived: 0,
            compacted: 0,
            stale_keys: self.stale_keys(ghost, group),
            vanished: 0,
            first_repeated: None,
            first_never: None,
            first_skipped: None,
            first_overtaken: None,
            transactions: book.groups.get(&group).copied().unwrap_or_default(),
            effects: self.effects.totals(group),
            records: GroupRecords::default(),
        };
        let consumers = ghost.setup.consumers.iter().filter(|c| c.group == group);
        let mut members = ghost.setup.consumers.iter().filter(|c| c.group == group);
        let share_members: Vec<&ShareConsumerSetup> =
            ghost.setup.share_consumers.iter().filter(|c| c.group == group).collect();
        let hidden = match ghost.setup.catalog.is_share_group(group) {
            true => ghost.setup.group_config(group).share_isolation_level == IsolationLevel::ReadCommitted,
            false => members.any(|c| c.isolation_level == IsolationLevel::ReadCommitted),
        };
        let readers: Vec<&ConsumerSetup> = consumers.collect();
        let topics: BTreeSet<TopicId> = readers
            .iter()
            .flat_map(|c| &c.topics)
            .chain(share_members.iter().flat_map(|c| &c.topics))
            .copied()
            .collect();
        let topics: Vec<TopicId> = topics.into_iter().collect();
        let is_shared = |topic: TopicId| share_members.iter().any(|c| c.topics.contains(&topic));
        let is_read = |tp| {
            readers.iter().any(|c| c.reads(&ghost.setup.catalog, tp)) || is_shared(ghost.setup.catalog.topic_of(tp).0)
        };
        for (&(node, tp), stream) in streams.iter().filter(|((_, tp), _)| is_read(*tp)) {
            let handled = self.handled[group.index()][tp.index()].iter().find(|h| h.origin == node);
            totals.add_stream((node, tp), stream, hidden.then_some(&stream.aborted), handled);
        }
        if totals.never > 0 {
            self.passed(ghost, group, &topics, &mut totals);
        }
        totals.records.again_outside = self.effects.again(group);
        totals.records.truncate(self.examples);
        self.lost_effects(ghost, group, &topics, &mut totals.effects);
        let firsts = [
            &mut totals.first_repeated,
            &mut totals.first_never,
            &mut totals.first_skipped,
            &mut totals.first_overtaken,
        ];
        for placed in firsts.into_iter().flatten() {
            let here = self.identities.sends(placed.record).filter(|send| send.tp == placed.record.tp);
            placed.offset = here.filter_map(|send| place(ghost, send)).min();
        }
        totals
    }
}

impl GroupRecords {
    fn truncate(&mut self, most: usize) {
        let GroupRecords { repeated, passed, skipped, overtaken, again_outside } = self;
        for records in [repeated, passed, skipped, overtaken, again_outside] {
            records.truncate(most);
        }
    }
}

impl LedgerBook {
    /// Records that the group has committed past, and has neither processed nor given up.
    fn passed(&self, ghost: &Ghost, group: GroupId, topics: &[TopicId], totals: &mut GroupLedger) {
        let Some(reader) = ghost.setup.consumers.iter().find(|c| c.group == group) else { return };
        for tp in topics.iter().flat_map(|topic| ghost.setup.catalog.partitions(*topic)) {
            let (Some(log), Some(committed)) = (ghost.deciding_log(tp), ghost.view.committed(group, tp)) else {
                continue;
            };
            let settled = ghost.settled(tp);
            let before = log.batches().records().take_while(|b| b.base < committed);
            let mut known = BTreeSet::new();
            for batch in before.filter(|b| is_shown(settled.as_ref(), b, reader.isolation_level)) {
                let records = (0..batch.count).filter(|at| batch.base.plus(*at) < committed);
                for ordinal in records.map(|at| batch.ordinal + at) {
                    let gone = |ordinal: u32| ghost.is_compacted(tp, batch.base.plus(ordinal - batch.ordinal));
                    let missed = self.unprocessed(group, tp, batch.node, (ordinal, 1), gone).missed > 0;
                    let record = self.identities.identity(RecordRef { node: batch.node, tp, ordinal });
                    if missed && known.insert(record) {
                        totals.passed += 1;
                        totals.records.passed.push(record);
                    }
                }
            }
        }
    }
    /// Keys whose last committed record is a tombstone that the group never processed and cannot be given any more, and of which
    /// it has processed a value: what it has built from the log still has them.
    fn stale_keys(&self, ghost: &Ghost, group: GroupId) -> u64 {
        let readers = || ghost.setup.consumers.iter().filter(|c| c.group == group);
        let is_read = |tp| readers().any(|c| c.reads(&ghost.setup.catalog, tp));
        let partitions = ghost.partitions().filter(|(tp, partition)| !partition.internal && is_read(*tp));
        let mut stale = 0;
        for (tp, partition) in partitions {
            let Some(log) = ghost.deciding_log(tp) else { continue };
            let settled = ghost.settled(tp);
            let aborted = |at: Offset| settled.as_ref().is_some_and(|s| s.fate(at) == RecordFate::Aborted);
            let has = |at: Offset| {
                let batch = log.at(at)?;
                let sent = RecordRef { node: batch.node, tp, ordinal: batch.ordinal + (at.0 - batch.base.0) as u32 };
                let record = self.identities.identity(sent);
                let handled =
                    self.handled[group.index()][record.tp.index()].iter().find(|h| h.origin == record.node)?;
                Some(handled.times.get(record.ordinal) > 0)
            };
            for (_, offsets) in partition.keys.all() {
                let mut committed = offsets.iter().rev().filter(|at| **at < log.high_watermark && !aborted(**at));
                let Some(last) = committed.next() else { continue };
                let is_gone = partition.keys.at(*last).is_some_and(|r| r.tombstone) && log.removed.has(*last);
                if is_gone && has(*last) != Some(true) && committed.any(|at| has(*at) == Some(true)) {
                    stale += 1;
                }
            }
        }
        stale
    }
    /// Records that the group has committed as done, and whose effect never took place. Those that it has put aside are not lost:
    /// they are where somebody looks for them.
    fn lost_effects(&self, ghost: &Ghost, group: GroupId, topics: &[TopicId], totals: &mut EffectTotals) {
        let reader = ghost.setup.consumers.iter().find(|c| c.group == group).filter(|_| self.effects.has(group));
        let Some(reader) = reader else { return };
        for tp in topics.iter().flat_map(|topic| ghost.setup.catalog.partitions(*topic)) {
            let (Some(log), Some(committed)) = (ghost.deciding_log(tp), ghost.view.committed(group, tp)) else {
                continue;
            };
            let settled = ghost.settled(tp);
            let passed = log.batches().records().take_while(|b| b.base < committed);
            for batch in passed.filter(|b| is_shown(settled.as_ref(), b, reader.isolation_level)) {
                let records = (0..batch.count).filter(|at| batch.base.plus(*at) < committed);
                for ordinal in records.map(|at| batch.ordinal + at) {
                    let record = self.identities.identity(RecordRef { node: batch.node, tp, ordinal });
                    let aside = self.handled[group.index()][record.tp.index()].iter().any(|handled| {
                        let ordinal = i64::from(record.ordinal);
                        handled.origin == record.node
                            && (handled.retried.contains(ordinal) || handled.dead.contains(ordinal))
                    });
                    if self.effects.times(group, record) == 0 && !aside {
                        totals.lost += 1;
                        totals.first_lost.get_or_insert(record);
                    }
                }
            }
        }
    }
}

impl GroupLedger {
    /// `hidden`: what is there and is shown to none of the group.
    fn add_stream(
        &mut self,
        (node, tp): (NodeId, Tp),
        stream: &Stream,
        hidden: Option<&Runs>,
        handled: Option<&Handled>,
    ) {
        let copies = &stream.copies;
        let processed_up_to = handled.map_or(0, |h| h.times.end() as usize);
        let skipped_up_to = handled.map_or(0, |h| h.skipped.end() as usize);
        for ordinal in 0..copies.len().max(processed_up_to).max(skipped_up_to) {
            let shown = hidden.is_none_or(|hidden| !hidden.contains(ordinal as i64));
            let present = copies.get(ordinal).is_some_and(|n| *n > 0);
            let placed = PlacedRecord { record: RecordRef { node, tp, ordinal: ordinal as u32 }, offset: None };
            if handled.is_some_and(|h| h.overtaken.contains(ordinal as i64)) {
                self.overtaken += 1;
                self.first_overtaken.get_or_insert(placed);
                self.records.overtaken.push(placed.record);
            }
            match handled.map_or(0, |h| h.times.get(ordinal as u32)) {
                0 if handled.is_some_and(|h| h.skipped.contains(ordinal as i64)) => {
                    self.skipped += 1;
                    self.first_skipped.get_or_insert(placed);
                    self.records.skipped.push(placed.record);
                }
                0 if handled.is_some_and(|h| h.archived.contains(ordinal as i64)) => self.archived += 1,
                0 if stream.compacted.contains(ordinal as i64) => self.compacted += u64::from(shown),
                0 if present && shown => {
                    self.never += 1;
                    self.deleted_unread += u64::from(stream.is_deleted(ordinal));
                    self.first_never.get_or_insert(placed);
                }
                0 => {}
                n => {
                    if n > 1 {
                        self.first_repeated.get_or_insert(placed);
                        self.records.repeated.push(placed.record);
                    }
                    let is_in = |runs: fn(&Handled) -> &Runs| {
                        handled.is_some_and(|handled| runs(handled).contains(ordinal as i64))
                    };
                    let (retried, dead) = (is_in(|handled| &handled.retried), is_in(|handled| &handled.dead));
                    self.retried += u64::from(retried);
                    self.dead += u64::from(dead);
                    self.once += u64::from(n == 1 && !retried && !dead);
                    self.repeated += u64::from(n > 1);
                    self.extra += u64::from(n) - 1;
                    self.vanished += u64::from(!present);
                }
            }
        }
    }
}

/// Where a record stands first in the log that counts.
fn place(ghost: &Ghost, record: RecordRef) -> Option<Offset> {
    let batch = ghost.deciding_log(record.tp)?.batches().iter().find(|b| b.holds(record.node, record.ordinal))?;
    Some(batch.base.plus(record.ordinal - batch.ordinal))
}

/// Copies of each record in the log that counts, and steps back in its order.
fn read_log(ghost: &Ghost, tp: Tp, book: &LedgerBook, streams: &mut Streams, ledger: &mut Ledger) {
    let Some(log) = ghost.deciding_log(tp) else { return };
    if let Some(settled) = ghost.settled(tp).filter(Stability::is_used) {
        note_aborted(log, tp, &settled, streams);
    }
    if !log.removed.is_empty() {
        note_compacted(log, tp, &book.identities, streams);
    }
    if !book.identities.is_empty() {
        return read_resent(log, tp, &book.identities, streams, ledger);
    }
    let mut furthest: LiteMap<NodeId, u32> = LiteMap::new();
    let (mut copies, mut displaced) = (0, 0);
    for batch in log.batches().records() {
        let stream = streams.entry((batch.node, tp)).or_default();
        let end = batch.ordinal + batch.count;
        if stream.copies.len() < end as usize {
            stream.copies.resize(end as usize, 0);
        }
        let furthest = furthest.entry(batch.node).or_default();
        for ordinal in batch.ordinal..end {
            let times = &mut stream.copies[ordinal as usize];
            let record = RecordRef { node: batch.node, tp, ordinal };
            if *times == 0 && ordinal < *furthest {
                stream.out_of_order += 1;
                displaced += 1;
                if displaced <= book.examples {
                    ledger.displaced.push(examples::displaced(record, batch, *furthest - 1));
                }
            }
            if *times > 0 {
                copies += 1;
                if copies <= book.examples {
                    ledger.copies.push(examples::duplicated(log, record, batch));
                }
            }
            *times = times.saturating_add(1);
            let again = *times > 1;
            stream.note(ordinal, again, batch.base.plus(ordinal - batch.ordinal) < log.start());
        }
        *furthest = (*furthest).max(end);
    }
}

/// Which records are there, and belong to aborted transactions.
fn note_aborted(log: Replica<'_>, tp: Tp, settled: &Stability, streams: &mut Streams) {
    for batch in log.batches().records().filter(|batch| settled.fate(batch.base) == RecordFate::Aborted) {
        let stream = streams.entry((batch.node, tp)).or_default();
        stream.aborted.add(i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
    }
}

/// Which records were there, and were compacted away.
fn note_compacted(log: Replica<'_>, tp: Tp, identities: &Identities, streams: &mut Streams) {
    for batch in log.batches().records().filter(|batch| log.removed.count_in(batch.base, batch.next()) > 0) {
        for ordinal in (0..batch.count).filter(|at| log.removed.has(batch.base.plus(*at))).map(|at| batch.ordinal + at)
        {
            let record = identities.identity(RecordRef { node: batch.node, tp, ordinal });
            let number = i64::from(record.ordinal);
            streams.entry((record.node, record.tp)).or_default().compacted.add(number, number + 1);
        }
    }
}

/// The same where applications have sent records again: a copy is one of what they wanted to send. What went to another
/// partition that time has no order to keep there.
fn read_resent(log: Replica<'_>, tp: Tp, identities: &Identities, streams: &mut Streams, ledger: &mut Ledger) {
    let mut furthest: LiteMap<NodeId, u32> = LiteMap::new();
    let mut places: BTreeMap<RecordRef, Offset> = BTreeMap::new();
    for batch in log.batches().records() {
        for ordinal in batch.ordinal..batch.ordinal + batch.count {
            let record = identities.identity(RecordRef { node: batch.node, tp, ordinal });
            let offset = batch.base.plus(ordinal - batch.ordinal);
            let stream = streams.entry((record.node, record.tp)).or_default();
            if stream.copies.len() <= record.ordinal as usize {
                stream.copies.resize(record.ordinal as usize + 1, 0);
            }
            let times = &mut stream.copies[record.ordinal as usize];
            let first = *times == 0;
            *times = times.saturating_add(1);
            stream.note(record.ordinal, !first, offset < log.start());
            if let Some(known) = places.get(&record) {
                ledger.copies.push(DuplicatedRecord { record, first: *known, copy: offset, at: batch.at });
            }
            places.entry(record).or_insert(offset);
            if record.tp != tp {
                continue;
            }
            let furthest = furthest.entry(record.node).or_default();
            if first && record.ordinal < *furthest {
                stream.out_of_order += 1;
                ledger.displaced.push(DisplacedRecord { record, offset, after: *furthest - 1, at: batch.at });
            }
            *furthest = (*furthest).max(record.ordinal + 1);
        }
    }
}
