//! Invariants of consumers: K1-K7.

mod delivered;
mod session;

use self::delivered::{Delivered, Deliveries};
use self::session::{Continuity, Session};
use super::excuse::Excuse;
use super::family::Family;
use super::ghost::{CutOff, Ghost, GhostBatch, is_shown};
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerChecks {
    read_below_hw: Tally,
    repeatable_read: Tally,
    position_no_skip: Tally,
    position_monotonic: Tally,
    truncation_noticed: Tally,
    reset_only_when_allowed: Tally,
    commit_le_position: Tally,
    /// By partition: what was first delivered where.
    delivered: Vec<Deliveries>,
    /// By consumer, in the order of the setup, and partition.
    sessions: Vec<Vec<Session>>,
    /// By group and partition: whether an offset is stored.
    committed: Vec<Vec<bool>>,
}

/// A consumer got records.
#[derive(Clone, Copy)]
struct Polled {
    node: NodeId,
    tp: Tp,
    run: Delivered,
    epoch: LeaderEpoch,
    high_watermark: Offset,
}

/// A position was reset.
#[derive(Clone, Copy)]
struct Reset {
    node: NodeId,
    tp: Tp,
    offset: Offset,
    out_of_range: bool,
}

impl Family for ConsumerChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::RecordsPolled,
        FactKind::OffsetsPassedOver,
        FactKind::PositionFromCommit,
        FactKind::PositionSought,
        FactKind::PositionReset,
        FactKind::PositionTruncated,
        FactKind::PartitionAssigned,
        FactKind::PartitionRevoked,
        FactKind::ProcessStopped,
        FactKind::CommitSent,
        FactKind::OffsetStored,
        FactKind::OffsetFetched,
        FactKind::BecameLeader,
    ]);

    fn new(ghost: &Ghost) -> ConsumerChecks {
        let partitions = ghost.partition_count();
        ConsumerChecks {
            read_below_hw: Tally::new(
                "read-below-hw",
                "K1",
                "a consumer is given only records below the high watermark",
                "no consumer got a record",
            ),
            repeatable_read: Tally::new(
                "repeatable-read",
                "K2",
                "an offset holds the same record for everybody, always: the one that was committed there",
                "no consumer got a committed record",
            ),
            position_no_skip: Tally::new(
                "position-no-skip",
                "K3",
                "a consumer is given every record in turn",
                "no consumer got a record at a known position",
            ),
            position_monotonic: Tally::new(
                "position-monotonic",
                "K4",
                "a consumer's offsets rise within one assignment",
                "no consumer got a record at a known position",
            ),
            truncation_noticed: Tally::new(
                "truncation-noticed",
                "K5",
                "a consumer whose records were cut off goes back before it reads what took their place",
                "no records were cut off that a consumer had read",
            ),
            reset_only_when_allowed: Tally::new(
                "reset-only-when-allowed",
                "K6",
                "a position is reset by policy only without a committed offset, or out of range",
                "no position was reset",
            ),
            commit_le_position: Tally::new(
                "commit-le-position",
                "K7",
                "no commit beyond the consumer's position",
                "nobody committed",
            ),
            delivered: vec![Deliveries::default(); partitions],
            sessions: vec![vec![Session::default(); partitions]; ghost.setup.consumers.len()],
            committed: vec![vec![false; partitions]; ghost.setup.catalog.groups.len()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, leader_epoch, high_watermark, .. } => {
                let mark = ghost.partition(tp).licence_mark();
                let run = Delivered { offset, count, origin, ordinal, mark };
                self.polled(entry, ghost, Polled { node, tp, run, epoch: leader_epoch, high_watermark });
            }
            Fact::OffsetsPassedOver { node, tp, from, to } => self.passed_over(entry, ghost, (node, tp), from, to),
            Fact::PositionFromCommit { node, tp, offset } | Fact::PositionSought { node, tp, offset } => {
                if let Some(session) = self.session(ghost, node, tp) {
                    session.jump(offset);
                }
            }
            Fact::PositionReset { node, tp, offset, out_of_range, .. } => {
                self.reset(entry, ghost, Reset { node, tp, offset, out_of_range });
            }
            Fact::PositionTruncated { node, tp, to, .. } => self.truncated(entry, ghost, node, tp, to),
            Fact::PartitionAssigned { node, tp, .. } => {
                let stored = ghost.consumer(node).is_some_and(|c| self.committed[c.group.index()][tp.index()]);
                if let Some(session) = self.session(ghost, node, tp) {
                    session.assign(!stored);
                }
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                if let Some(session) = self.session(ghost, node, tp) {
                    session.leave();
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(index) = ghost.consumer_index(node) {
                    self.sessions[index].fill(Session::default());
                }
            }
            Fact::CommitSent { node, tp, offset, position, .. } => {
                self.commit(entry, ghost, node, tp, (offset, position))
            }
            Fact::OffsetStored { group, tp, .. } => self.committed[group.index()][tp.index()] = true,
            Fact::OffsetFetched { group, tp, offset: Offset::INVALID, .. } => {
                for (index, _) in ghost.setup.consumers.iter().enumerate().filter(|(_, c)| c.group == group) {
                    self.sessions[index][tp.index()].none_committed = true;
                }
            }
            Fact::BecameLeader { .. } => self.became_leader(entry, ghost),
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.read_below_hw,
            &self.repeatable_read,
            &self.position_no_skip,
            &self.position_monotonic,
            &self.truncation_noticed,
            &self.reset_only_when_allowed,
            &self.commit_le_position,
        ] {
            out.add(tally);
        }
    }
}

impl ConsumerChecks {
    fn session(&mut self, ghost: &Ghost, node: NodeId, tp: Tp) -> Option<&mut Session> {
        Some(&mut self.sessions[ghost.consumer_index(node)?][tp.index()])
    }

    fn polled(&mut self, entry: &Entry, ghost: &Ghost, polled: Polled) {
        let Polled { node, tp, run, high_watermark, .. } = polled;
        let shown = high_watermark.min(ghost.partition(tp).highest);
        self.read_below_hw.must(run.next() <= shown, || {
            Witness::at(entry, format!("read up to {}, high watermark {shown}", run.next())).on(tp, run.offset).by(node)
        });
        self.position(entry, ghost, polled);
        self.repeatable(entry, ghost, tp, run);
    }

    fn position(&mut self, entry: &Entry, ghost: &Ghost, polled: Polled) {
        let Polled { node, tp, run, epoch, .. } = polled;
        let Some(session) = self.session(ghost, node, tp) else { return };
        let cut = session.cut.take_if(|_| is_truth(ghost, tp, &run, epoch));
        let expected = session.expected;
        let consumed = session.consumed;
        let was_read = |batch: &GhostBatch| !consumed || self.delivered[tp.index()].holds(batch);
        let unnoticed = cut.zip(expected).and_then(|(cut, expected)| ghost.first_replaced(tp, cut, expected, was_read));
        let Some(session) = self.session(ghost, node, tp) else { return };
        let step = session.take(run.offset, run.next());
        let witness = |text: String| Witness::at(entry, text).on(tp, run.offset).by(node);
        match step {
            Continuity::Unknown => {}
            Continuity::Next => {
                self.position_monotonic.ok();
                self.position_no_skip.ok();
            }
            Continuity::Back { expected } => {
                self.position_monotonic.must(false, || witness(format!("got {} after {}", run.offset, expected.0 - 1)))
            }
            Continuity::Over { expected } => {
                self.position_monotonic.ok();
                let skipped = holds_any(ghost, tp, node, expected, run.offset);
                self.position_no_skip.must(!skipped, || witness(format!("got {} with {expected} next", run.offset)));
            }
        }
        if let Some(cut) = unnoticed {
            let excuse = || (!consumed).then_some(Excuse::NeverValidated);
            self.truncation_noticed
                .check(false, excuse, || witness(format!("reads on at {}; the log was cut at {cut}", run.offset)));
        }
    }

    /// A consumer moves on over what holds nothing for it: then there is no record that it should have been given.
    fn passed_over(&mut self, entry: &Entry, ghost: &Ghost, (node, tp): (NodeId, Tp), from: Offset, to: Offset) {
        let Some(session) = self.session(ghost, node, tp) else { return };
        if session.take(from, to) == Continuity::Unknown {
            return;
        }
        let missed = holds_any(ghost, tp, node, from, to);
        self.position_no_skip.check(
            !missed,
            || ghost.any_excuse(tp),
            || {
                let text = format!("passed over {from} to {}, where there is a record for it", to.0 - 1);
                Witness::at(entry, text).on(tp, from).by(node)
            },
        );
    }

    /// What was committed at an offset, or delivered there before, is what everybody gets.
    fn repeatable(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, run: Delivered) {
        let truth = ghost.partition(tp).truth().at(run.offset).map(|b| Delivered::of_batch(b, run.mark));
        let other = self.delivered[tp.index()].note(run);
        match (other, truth) {
            (Some(before), _) => self.repeatable_read.broken(excuse_of_change(ghost, tp, &before, run.offset), || {
                let text = format!(
                    "{} of {} was read there before",
                    before.name_at(run.offset),
                    ghost.node_name(before.origin)
                );
                Witness::at(entry, text).on(tp, run.offset)
            }),
            (None, Some(truth)) => self.repeatable_read.check(
                truth.agrees(&run),
                || ghost.any_excuse(tp),
                || {
                    let text = format!(
                        "{} of {} was committed there",
                        truth.name_at(run.offset),
                        ghost.node_name(truth.origin)
                    );
                    Witness::at(entry, text).on(tp, run.offset)
                },
            ),
            (None, None) => {}
        }
    }

    /// A leader lacks committed records: whoever has read them has to notice.
    fn became_leader(&mut self, entry: &Entry, ghost: &Ghost) {
        let Some((tp, kept)) = ghost.loses_at(&entry.fact) else { return };
        let partition = ghost.partition(tp);
        let Some(first) = partition.truth().get(kept) else { return };
        let cut = CutOff { from: first.base, before: partition.lost.len() };
        for session in self.sessions.iter_mut().map(|sessions| &mut sessions[tp.index()]) {
            if session.expected.is_some_and(|expected| expected > cut.from) {
                let earlier = session.cut.unwrap_or(cut);
                session.cut = Some(CutOff { from: earlier.from.min(cut.from), ..earlier });
            }
        }
    }

    fn truncated(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, tp: Tp, to: Offset) {
        let Some(session) = self.session(ghost, node, tp) else { return };
        let cut = session.cut.zip(session.expected);
        session.jump(to);
        let was_read = |batch: &GhostBatch| self.delivered[tp.index()].holds(batch);
        let cut = cut.and_then(|(cut, expected)| ghost.first_replaced(tp, cut, expected, was_read));
        if let Some(cut) = cut {
            // A consumer asks once: what its leader's log has of an older epoch it takes for its own.
            let once = || is_end_of_epoch(ghost, tp, to).then_some(Excuse::AsksOnce);
            self.truncation_noticed.check(to <= cut, once, || {
                Witness::at(entry, format!("went back to {to}; the log was cut at {cut}")).on(tp, to).by(node)
            });
        }
    }

    fn reset(&mut self, entry: &Entry, ghost: &Ghost, reset: Reset) {
        let Reset { node, tp, offset, out_of_range } = reset;
        let Some(session) = self.session(ghost, node, tp) else { return };
        let allowed = out_of_range || session.none_committed;
        let noticed = session.cut.is_some();
        session.jump(offset);
        if noticed {
            self.truncation_noticed.ok();
        }
        self.reset_only_when_allowed.must(allowed, || {
            Witness::at(entry, format!("reset to {offset} although an offset is committed")).on(tp, offset).by(node)
        });
    }

    fn commit(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, tp: Tp, (offset, position): (Offset, Offset)) {
        let Some(session) = self.session(ghost, node, tp) else { return };
        let reach = session.reach;
        self.commit_le_position.must(offset <= reach && position <= reach, || {
            Witness::at(
                entry,
                format!("committed {offset} with the position at {position}, having got as far as {reach}"),
            )
            .on(tp, offset)
            .by(node)
        });
    }
}

/// What excuses that an offset holds another record than the one that was delivered there: a loss that was not
/// known by then, or the one that took that record. (A slow reader is given what it fetched long ago.)
fn excuse_of_change(ghost: &Ghost, tp: Tp, before: &Delivered, offset: Offset) -> Option<Excuse> {
    let taken = || {
        let lost = &ghost.partition(tp).lost;
        let held = |b: &GhostBatch| b.node == before.origin && b.base <= offset && offset < b.next();
        lost.iter().find(|lost| held(&lost.batch)).and_then(|lost| lost.loss)
    };
    ghost.excuse_since(tp, before.mark).or_else(|| taken().map(|loss| Excuse::Lost(tp, loss)))
}

/// Whether the records are part of what is committed now: an answer of a deposed leader is not.
fn is_truth(ghost: &Ghost, tp: Tp, run: &Delivered, epoch: LeaderEpoch) -> bool {
    ghost.partition(tp).truth().at(run.offset).is_some_and(|b| b.epoch == epoch && b.node == run.origin)
}

/// Whether an epoch ends at this offset in the log of the acting leader.
/// `SubscriptionState.maybeCompleteValidation` goes to the end of the newest epoch that is not above its own, and
/// does not ask whether that epoch's records are those that it has read.
fn is_end_of_epoch(ghost: &Ghost, tp: Tp, offset: Offset) -> bool {
    let partition = ghost.partition(tp);
    let Some((leader, acting)) = partition.acting else { return false };
    let log = ghost.log(leader, tp);
    let epoch_at = |offset| log.at(offset).map(|batch| batch.epoch);
    partition.reign(acting).is_some_and(|reign| reign.start == offset)
        || epoch_at(Offset(offset.0 - 1)) != epoch_at(offset)
}

/// Whether there is a committed record in `from .. to` that the consumer may be given. A log may have holes: a cut in the middle of
/// a batch leaves one, and compaction does.
fn holds_any(ghost: &Ghost, tp: Tp, node: NodeId, from: Offset, to: Offset) -> bool {
    let truth = ghost.partition(tp).truth();
    let first = truth.partition_point(|b| b.next() <= from);
    let isolation = ghost.consumer(node).map_or(IsolationLevel::ReadUncommitted, |c| c.isolation_level);
    let shown = |b: &&GhostBatch| is_shown(ghost.stability(tp), b, isolation);
    let is_there =
        |b: &GhostBatch| (b.base.max(from).0..b.next().min(to).0).any(|offset| !ghost.is_compacted(tp, Offset(offset)));
    truth.from(first).take_while(|b| b.base < to).any(|b| shown(&b) && is_there(b))
}
