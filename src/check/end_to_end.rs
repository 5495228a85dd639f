//! Invariants from send() to the effect of a record: X1, X2, X5, X6.

use super::contract;
use super::excuse::{self, Excuse, commits_first, commits_late};
use super::family::Family;
use super::ghost::{Ghost, GhostBatch, is_shown};
use super::ledger::{Ledger, LedgerBook, RecordRef};
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::history::setup::ConsumerSetup;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct EndToEndChecks {
    at_least_once: Tally,
    at_most_once: Tally,
    no_loss_accounting: Tally,
    as_predicted: Tally,
    /// By group: records that its committed offset has passed, and that were neither processed nor given up.
    missed: Vec<u64>,
    /// By group and partition: where the group began to read, and its committed offset.
    read: Vec<Vec<Read>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Read {
    begun: Option<Offset>,
    committed: Option<Offset>,
    /// A position was reset to the latest offset after that: what lies before is not read.
    leapt: bool,
}

impl Family for EndToEndChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::OffsetStored,
        FactKind::PositionReset,
        FactKind::PositionFromCommit,
        FactKind::RecordsProcessed,
    ]);

    fn new(ghost: &Ghost) -> EndToEndChecks {
        let mut checks = EndToEndChecks {
            at_least_once: Tally::new(
                "at-least-once",
                "X1",
                "every record that a group's committed offset has passed was processed",
                "no group committed anything",
            ),
            at_most_once: Tally::new("at-most-once", "X2", "no record is processed twice", "nothing was processed"),
            no_loss_accounting: Tally::new(
                "no-loss-accounting",
                "X5",
                "every record sent is acknowledged, failed or pending, and none is two of these",
                "nothing was sent",
            ),
            as_predicted: Tally::new(
                "no-worse-than-predicted",
                "X6",
                "no group loses or repeats more than its chain from send() to the effect lets expect, with the faults of this run",
                "no group committed anything",
            ),
            missed: vec![0; ghost.setup.catalog.groups.len()],
            read: vec![vec![Read::default(); ghost.partition_count()]; ghost.setup.catalog.groups.len()],
        };
        checks.what_is_promised(ghost);
        checks
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        match entry.fact {
            Fact::OffsetStored { group, tp, offset, generation, .. } => {
                let committed = &mut self.read[group.index()][tp.index()].committed;
                // What a new coordinator finds in the log may have been overtaken there.
                let overtaken = generation == Generation::NONE && committed.is_some_and(|known| known > offset);
                *committed = if overtaken { *committed } else { Some(offset) };
            }
            Fact::PositionReset { node, tp, offset, policy, .. } => {
                self.begins(ghost, node, tp, offset, policy.leaps());
            }
            Fact::PositionFromCommit { node, tp, offset } => self.begins(ghost, node, tp, offset, false),
            Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal } => {
                if let Some(consumer) = ghost.consumer(node) {
                    let again = ledger.repeated();
                    self.at_most_once.ok_times(u64::from(count) - again);
                    if again > 0 {
                        self.at_most_once.broken_times(
                            again,
                            why_again(ghost, ledger, consumer, RecordRef { node: origin, tp, ordinal }, count)
                                .or_else(|| ghost.moved_back(consumer.group, tp, offset)),
                            || {
                                let text =
                                    format!("group {} processed records again", ghost.group_name(consumer.group));
                                Witness::at(entry, text).on(tp, offset).by(node)
                            },
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook, totals: &Ledger) {
        self.accounts(end, ghost, ledger, totals);
        for group in (0..self.read.len()).map(|g| GroupId(g as u16)) {
            for (tp, _) in ghost.partitions() {
                let Read { begun, committed, .. } = self.read[group.index()][tp.index()];
                if let (Some(begun), Some(committed)) = (begun, committed) {
                    self.processed(end, ghost, ledger, group, tp, begun..committed);
                }
            }
            self.predicted(end, ghost, totals, group);
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [&self.at_least_once, &self.at_most_once, &self.no_loss_accounting, &self.as_predicted] {
            out.add(tally);
        }
    }
}

impl EndToEndChecks {
    /// What no consumer of the run is promised.
    fn what_is_promised(&mut self, ghost: &Ghost) {
        let consumers = &ghost.setup.consumers;
        if consumers.is_empty() {
            return;
        }
        if let Some(consumer) = consumers.iter().find(|c| c.commits_ahead) {
            self.at_least_once.not_promised(Excuse::CommitsAhead(consumer.node));
        }
        if let Some(Some(first)) = all(&mut consumers.iter().map(commits_first)) {
            self.at_least_once.not_promised(first);
        }
        if let Some(consumer) = consumers.iter().find(|c| c.seeks) {
            self.at_least_once.not_promised(Excuse::Seeks(consumer.node));
            self.at_most_once.not_promised(Excuse::Seeks(consumer.node));
        }
        if let Some(consumer) = consumers.iter().find(|c| c.commits_what_waits()) {
            self.at_least_once.not_promised(Excuse::HandsOff(consumer.node));
        }
        if let Some(consumer) = consumers.iter().find(|c| c.commits_what_failed()) {
            self.at_least_once.not_promised(Excuse::CommitsWhatFailed(consumer.node));
        }
        if let Some(consumer) = consumers.iter().find(|c| c.commits_the_highest()) {
            self.at_least_once.not_promised(Excuse::CommitsHighest(consumer.node));
        }
        if let Some(forsaken) = consumers.iter().find_map(|c| contract::forsakes(&ghost.setup, c)) {
            self.at_least_once.not_promised(forsaken);
        }
        if let Some(consumer) = consumers.iter().find(|c| c.commits_in_background()) {
            self.at_least_once.not_promised(Excuse::InBackground(consumer.node));
        }
        if let Some(Some(first)) = all(&mut consumers.iter().map(commits_late)) {
            self.at_most_once.not_promised(first);
        }
    }

    fn begins(&mut self, ghost: &Ghost, node: NodeId, tp: Tp, offset: Offset, leaps: bool) {
        let Some(consumer) = ghost.consumer(node) else { return };
        let read = &mut self.read[consumer.group.index()][tp.index()];
        read.leapt |= leaps && read.begun.is_some_and(|begun| begun < offset);
        read.begun = Some(read.begun.map_or(offset, |known| known.min(offset)));
    }

    /// Every record has one outcome. A run that was stopped half-way owes none to what is on its way;
    /// one that has ended has asked every producer.
    fn accounts(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook, totals: &Ledger) {
        let (contradictions, first) = ledger.contradictions();
        self.no_loss_accounting.ok_times(totals.sent.saturating_sub(contradictions));
        if let Some(first) = first {
            self.no_loss_accounting.broken_times(contradictions, None, || first.clone());
        }
        for producer in ghost.setup.producers.iter().filter(|_| ghost.ended) {
            let untold = ledger.untold(producer.node);
            if untold > 0 {
                self.no_loss_accounting.broken_times(untold, None, || {
                    Witness::at(end, format!("{untold} records of {} have no outcome", ghost.node_name(producer.node)))
                        .by(producer.node)
                });
            }
        }
    }

    /// What was lost and repeated, against what the chain lets expect.
    fn predicted(&mut self, end: &Entry, ghost: &Ghost, totals: &Ledger, group: GroupId) {
        let outside = ghost.setup.consumers.iter().any(|c| c.group == group && c.keeps_offsets_outside());
        if !outside && self.read[group.index()].iter().all(|read| read.committed.is_none()) {
            return;
        }
        let Some(prediction) = contract::predict(&ghost.setup, group, false) else { return };
        let Some(own) = totals.groups.iter().find(|known| known.group == group) else { return };
        let (lost, repeated) = contract::observed(&ghost.setup, &prediction, totals, own, self.missed[group.index()]);
        let topics = ghost.setup.consumers.iter().filter(|c| c.group == group).flat_map(|c| &c.topics);
        let mut partitions = topics.flat_map(|topic| ghost.setup.catalog.partitions(*topic));
        let leapt = self.read[group.index()].iter().any(|read| read.leapt);
        let moved = |how| Excuse::OffsetsMoved(group, how);
        let moved_over = ghost.offsets.moved_over_any(group, leapt).map(moved);
        let moved_back = ghost.offsets.moved_back_any(group).map(moved);
        let otherwise = partitions.find_map(|tp| ghost.any_excuse(tp)).or_else(|| ghost.coordinator_excuse(group));
        let deleted = ghost.any_deleted_unread(group);
        let late = totals.copies.first().map(|copy| Excuse::LateRetry(copy.record.node));
        let what = format!("group {}: {}", ghost.group_name(group), contract::compared(&prediction, (lost, repeated)));
        let may_lose = prediction.loses.map(|(_, words)| Excuse::MayLose(group, words));
        let may_repeat = prediction.repeats.map(|(_, words)| Excuse::MayRepeat(group, words));
        self.as_predicted.check(
            lost == 0,
            || may_lose.or(deleted).or(moved_over).or(otherwise),
            || Witness::at(end, what.clone()),
        );
        self.as_predicted.check(
            repeated == 0,
            || may_repeat.or(moved_back).or(late).or(otherwise),
            || Witness::at(end, what.clone()),
        );
    }

    /// The records that a group's committed offset has passed, in the log that counts.
    fn processed(
        &mut self,
        end: &Entry,
        ghost: &Ghost,
        ledger: &LedgerBook,
        group: GroupId,
        tp: Tp,
        passed: std::ops::Range<Offset>,
    ) {
        let Some(log) = ghost.deciding_log(tp) else { return };
        let first = log.batches().partition_point(|b| b.next() <= passed.start);
        let reader = ghost.setup.consumers.iter().find(|c| c.group == group);
        let settled = ghost.settled(tp);
        let shown = |b: &&GhostBatch| reader.is_none_or(|reader| is_shown(settled.as_ref(), b, reader.isolation_level));
        for batch in log.batches().from(first).take_while(|b| b.base < passed.end).filter(shown) {
            let (ordinal, count) = within(batch, &passed);
            let gone = |ordinal: u32| ghost.is_compacted(tp, batch.base.plus(ordinal - batch.ordinal));
            let found = ledger.unprocessed(group, tp, batch.node, (ordinal, count), gone);
            let place = |ordinal: Option<u32>| batch.base.plus(ordinal.unwrap_or(batch.ordinal) - batch.ordinal);
            let witness = |what: &str, ordinal: Option<u32>| {
                let text =
                    format!("group {} committed {} and {what} {}", ghost.group_name(group), passed.end, place(ordinal));
                Witness::at(end, text).on(tp, place(ordinal))
            };
            self.at_least_once.ok_times(u64::from(count - found.skipped - found.missed - found.compacted));
            if found.skipped > 0 {
                let excuse = Excuse::Skips(group);
                self.at_least_once
                    .broken_times(u64::from(found.skipped), Some(excuse), || witness("gave up", found.first_skipped));
            }
            if found.missed > 0 {
                self.missed[group.index()] += u64::from(found.missed);
                let leapt = self.read[group.index()][tp.index()].leapt;
                let first = place(found.first_missed);
                let excuse = why_missed(ghost, group)
                    .or_else(|| ghost.deleted_unread(group, tp, first))
                    .or_else(|| ghost.moved_over(group, tp, first, leapt))
                    .or_else(|| ghost.any_excuse(tp))
                    .or_else(|| leapt.then_some(Excuse::Leapt(group)));
                self.at_least_once
                    .broken_times(u64::from(found.missed), excuse, || witness("never processed", found.first_missed));
            }
        }
    }
}

/// The first of many excuses, if nobody lacks one.
fn all(excuses: &mut dyn Iterator<Item = Option<Excuse>>) -> Option<Option<Excuse>> {
    excuses.collect::<Option<Vec<_>>>().map(|all| all.first().copied())
}

/// The records of a batch that lie in a range of offsets: first ordinal and count.
fn within(batch: &GhostBatch, range: &std::ops::Range<Offset>) -> (u32, u32) {
    let (from, to) = (batch.base.max(range.start), batch.next().min(range.end));
    (batch.ordinal + (from.0 - batch.base.0) as u32, (to.0 - from.0) as u32)
}

fn why_missed(ghost: &Ghost, group: GroupId) -> Option<Excuse> {
    ghost.setup.consumers.iter().filter(|c| c.group == group).find_map(commits_first)
}

/// What excuses that a record is processed again.
fn why_again(
    ghost: &Ghost,
    ledger: &LedgerBook,
    consumer: &ConsumerSetup,
    RecordRef { node: origin, tp, ordinal }: RecordRef,
    count: u32,
) -> Option<Excuse> {
    let group = consumer.group;
    if let Some(late) = ghost.setup.consumers.iter().filter(|c| c.group == group).find_map(commits_late) {
        return Some(late);
    }
    let mut sends = (ordinal..ordinal + count).map(|ordinal| RecordRef { node: origin, tp, ordinal });
    if sends.any(|send| ledger.identities().is_resent(ledger.identities().identity(send))) {
        return Some(Excuse::SendsAgain(origin));
    }
    if ghost.copies(tp, origin, ordinal) > 1 {
        return Some(ghost.producer(origin).and_then(excuse::copies).unwrap_or(Excuse::LateRetry(origin)));
    }
    ghost.any_excuse(tp).or_else(|| ghost.coordinator_excuse(group))
}
