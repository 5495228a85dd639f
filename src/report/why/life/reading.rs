//! What a group made of a record: who read it, processed it, and committed past it.

use litemap::LiteMap;

use super::super::stamps::{PassportStation, Stamps, Weight};
use super::Scene;
use super::share_groups::ShareDeliveries;
use crate::check::excuse::OffsetsMoved;
use crate::history::fact::{Entry, Fact, GroupState, LeaveReason, LogStartReason, RevokeReason, StopKind};
use crate::history::words::{left, removed};
use crate::protocol::config::{AutoOffsetReset, ConfigValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::put_aside::Aside;
use crate::sim::time::Nanos;

/// How a reader came to read where it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// At the offset that its group had committed.
    Committed,
    /// Where `auto.offset.reset` says.
    Reset(AutoOffsetReset),
    /// Where the log was cut under its position.
    Cut,
    /// Where the application said: seek().
    Sought,
}

/// What took the record, or its partition, from the one who had it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parting {
    /// Its process ended.
    Died(StopKind),
    /// The coordinator removed it, or it left.
    Left(LeaveReason),
    /// A rebalance.
    Revoked(RevokeReason),
}

/// When a group's part of a story is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// With the run.
    TheEnd,
    /// When it has processed the record again.
    ProcessedAgain,
    /// When the record's effect outside of Kafka took place again.
    EffectAgain,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whose.
    pub group: GroupId,
    /// It is what the story is about; else it is told in passing.
    main: bool,
    until: Until,
    /// Who was given it, in order.
    pub polled: Vec<NodeId>,
    /// Whose transaction, open or to come, has the record among what it read.
    holders: Vec<NodeId>,
    /// The producer id under which each process of the group began its last transaction.
    producer_ids: LiteMap<NodeId, ProducerId>,
    /// An offset past the record waits for the end of a transaction.
    pending: bool,
    /// Who processed it, in order, and where it lay.
    pub processed: Vec<(NodeId, Offset)>,
    /// Attempts that failed.
    pub failed: u32,
    /// The application went on without it.
    pub skipped: bool,
    /// Who was first done with a later record of its key, and with which.
    pub overtaken: Option<(NodeId, Offset)>,
    /// Where the application put it, if it did.
    pub aside: Option<Aside>,
    /// Its effect outside of Kafka, in order; `false`: it was there already.
    pub effects: Vec<bool>,
    /// The group's committed offset, and the first one past the record.
    pub committed: Option<Offset>,
    /// See there.
    pub passed: Option<Offset>,
    /// It had committed past the record's offset before the record was there: another one stood there.
    pub early: Option<bool>,
    /// What it committed later, once it had committed past the record: an offset that is not.
    pub set_back: Option<Offset>,
    /// What it had committed, and the older offset, or none, that a coordinator knew later.
    pub forgotten: Option<(Offset, Offset)>,
    /// What moved the group's offset, past the record or back behind it, beside its members' commits.
    pub moved: Option<OffsetsMoved>,
    /// An offset past the record went with an aborted transaction.
    pub dropped: bool,
    /// A consumer that had it ended its transaction without committing, or was fenced.
    pub aborted: bool,
    /// Where the last one to begin began, who it was, and why there.
    pub began: Option<(NodeId, Offset, Start)>,
    /// The first one to begin past the record, where, and why there.
    pub leapt: Option<(NodeId, Offset, Start)>,
    /// When it was deleted by retention, if nobody of the group had come to it, and the group's committed offset then.
    pub deleted: Option<(Nanos, Option<Offset>)>,
    /// What ended the first reader's time with it.
    pub parted: Option<(NodeId, Parting)>,
    /// Who was taken for dead and removed, and has not joined again since.
    removed: Vec<NodeId>,
    /// Who was the last to process it, and was removed by then.
    pub zombie: Option<NodeId>,
    /// A commit of somebody who had it failed.
    pub refused: Option<ErrorCode>,
    /// Where the group was last given a record that could not be processed.
    pub poison: Option<Offset>,
    /// Consumers of the group passed over it: it is aborted.
    pub passed_over: bool,
    /// What became of it in a share group.
    pub(super) share: ShareDeliveries,
}

impl Reading {
    /// Before the first fact. `main`: the story is about this group.
    pub fn new(group: GroupId, main: bool, until: Until) -> Reading {
        Reading {
            group,
            main,
            until,
            polled: Vec::new(),
            holders: Vec::new(),
            pending: false,
            producer_ids: LiteMap::new(),
            processed: Vec::new(),
            failed: 0,
            skipped: false,
            overtaken: None,
            aside: None,
            effects: Vec::new(),
            committed: None,
            passed: None,
            early: None,
            set_back: None,
            forgotten: None,
            dropped: false,
            aborted: false,
            began: None,
            leapt: None,
            deleted: None,
            moved: None,
            parted: None,
            removed: Vec::new(),
            zombie: None,
            refused: None,
            poison: None,
            passed_over: false,
            share: ShareDeliveries::default(),
        }
    }

    fn done(&self) -> bool {
        match self.until {
            Until::TheEnd => false,
            Until::ProcessedAgain => self.processed.len() > 1,
            Until::EffectAgain => self.effects.iter().filter(|done| **done).count() > 1,
        }
    }
    pub(super) fn concerns(&self, scene: &Scene, node: NodeId) -> bool {
        scene.setup.catalog.nodes[node.index()].role.group() == Some(self.group)
    }
    /// Whether a process of the group had the record.
    fn had_it(&self, node: NodeId) -> bool {
        self.polled.contains(&node)
    }
    pub(super) fn weight(&self, weight: Weight) -> Weight {
        if self.main { weight } else { Weight::Aside }
    }

    /// Takes the next fact; `place` is where the record lies.
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        if self.done() {
            return;
        }
        if let (Some(place), None) = (place, self.early) {
            self.early = Some(self.committed.is_some_and(|committed| committed > place));
        }
        self.records(entry, scene, stamps);
        self.share_group(entry, scene, stamps, place);
        self.positions(entry, scene, stamps, place);
        self.transactions(entry, scene, stamps, place);
        if self.main {
            self.starts(entry, scene, stamps, place);
            self.membership(entry, scene, stamps);
        }
    }

    /// The record itself, in the hands of an application.
    fn records(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. }
                if let Some(at) = scene.offset_of(origin, tp, ordinal, count, offset)
                    && self.concerns(scene, node) =>
            {
                self.polled.push(node);
                self.holders.push(node);
                let text = format!("gets it from poll(), at {}@{at}", scene.setup.catalog.tp_name(tp));
                stamps.note(entry, PassportStation::Fetched, self.weight(Weight::Turn), scene.node(node), text);
            }
            Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal }
                if let Some(at) = scene.offset_of(origin, tp, ordinal, count, offset)
                    && self.concerns(scene, node) =>
            {
                let again = !self.processed.is_empty();
                self.processed.push((node, at));
                self.zombie = self.removed.contains(&node).then_some(node);
                let text = match (again, self.aside) {
                    (_, Some(_)) => "is done with it, and goes on",
                    (true, None) => "processes it again",
                    (false, None) => "processes it",
                };
                stamps.note(entry, PassportStation::Processed, self.weight(Weight::Point), scene.node(node), text);
            }
            Fact::RecordFailed { node, tp, origin, ordinal, skipped, .. }
                if scene.holds(origin, tp, ordinal, 1) && self.concerns(scene, node) =>
            {
                self.failed += 1;
                self.skipped |= skipped;
                let text = if skipped { "cannot process it, and goes on without" } else { "cannot process it" };
                stamps.note(entry, PassportStation::PassedOver, self.weight(Weight::Point), scene.node(node), text);
            }
            Fact::RecordGivenUp { node, tp, origin, ordinal, to, .. }
                if scene.holds(origin, tp, ordinal, 1) && self.concerns(scene, node) =>
            {
                self.aside = Some(to);
                let text = match to {
                    Aside::RetryTopic => "is told that it is in the retry topic",
                    Aside::DeadLetterTopic => "is told that it is in the dead letter topic",
                    Aside::DeadLetterList => "puts it on its list of dead letters",
                };
                stamps.note(entry, PassportStation::PassedOver, self.weight(Weight::Point), scene.node(node), text);
            }
            Fact::RecordOvertaken { node, tp, origin, ordinal, by, .. }
                if scene.holds(origin, tp, ordinal, 1) && self.concerns(scene, node) =>
            {
                self.overtaken.get_or_insert((node, by));
                let by = format!("{}@{by}", scene.setup.catalog.tp_name(tp));
                let text = format!("is done with {by}, a later record of the same key, and with this one it is not");
                stamps.note(entry, PassportStation::PassedOver, self.weight(Weight::Turn), scene.node(node), text);
            }
            Fact::RecordFailed { node, tp, offset, .. } if tp == scene.record.tp && self.concerns(scene, node) => {
                self.poison = Some(offset);
            }
            Fact::EffectOutside { node, origin, origin_tp, origin_ordinal, done }
                if scene.holds(origin, origin_tp, origin_ordinal, 1) && self.concerns(scene, node) =>
            {
                let again = self.effects.contains(&true);
                self.effects.push(done);
                let text = match (done, again) {
                    (true, false) => "its effect outside of Kafka takes place",
                    (true, true) => "its effect outside of Kafka takes place again",
                    (false, _) => "its effect outside of Kafka is there already",
                };
                stamps.note(entry, PassportStation::Processed, self.weight(Weight::Turn), scene.node(node), text);
            }
            _ => {}
        }
    }

    /// Committed offsets.
    fn positions(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        match entry.fact {
            Fact::OffsetStored { broker, group, tp, offset, .. } if group == self.group && tp == scene.record.tp => {
                self.committed = Some(offset);
                if self.passed.is_some() && place.is_some_and(|place| offset <= place) {
                    self.set_back = Some(offset);
                }
                if place.is_some_and(|place| offset > place) && self.passed.is_none() {
                    self.passed = Some(offset);
                    let text = format!(
                        "as coordinator has {offset} committed for {} in {}, past the record",
                        scene.group_name(group),
                        scene.partition()
                    );
                    let weight = self.weight(Weight::Point);
                    stamps.note(entry, PassportStation::OffsetCommitted, weight, format!("broker {broker}"), text);
                }
            }
            Fact::OffsetRemoved { broker, group, tp, reason } if group == self.group && tp == scene.record.tp => {
                self.committed = None;
                self.moved = Some(OffsetsMoved::Removed(reason));
                let text = format!(
                    "as coordinator has no offset of {} for {} any more: {}",
                    scene.group_name(group),
                    scene.partition(),
                    removed(reason)
                );
                let weight = self.weight(Weight::Turn);
                stamps.note(entry, PassportStation::OffsetCommitted, weight, format!("broker {broker}"), text);
            }
            Fact::OffsetResetAnswered { node, group, tp, offset, error: ErrorCode::None }
                if group == self.group
                    && tp == scene.record.tp
                    && place.is_some_and(|place| (offset > place) == self.processed.is_empty()) =>
            {
                self.moved = Some(OffsetsMoved::Reset);
                let text =
                    format!("has set the offset of {} for {} to {offset}", scene.group_name(group), scene.partition());
                stamps.note(entry, PassportStation::OffsetCommitted, self.weight(Weight::Turn), scene.node(node), text);
            }
            Fact::OffsetFetched { broker, group, tp, offset }
                if group == self.group
                    && tp == scene.record.tp
                    && self.forgotten.is_none()
                    && let Some(had) = self.committed.filter(|had| offset < *had)
                    && place.is_some_and(|place| offset <= place) =>
            {
                self.forgotten = Some((had, offset));
                let found = if offset == Offset::INVALID { "no offset".into() } else { format!("offset {offset}") };
                let text =
                    format!("as coordinator knows {found} for {}: {had} was committed, and is gone", scene.partition());
                stamps.note(
                    entry,
                    PassportStation::OffsetCommitted,
                    self.weight(Weight::Point),
                    format!("broker {broker}"),
                    text,
                );
            }
            Fact::CommitCompleted { node, tp, error, .. }
                if tp == scene.record.tp
                    && error.is_err()
                    && self.concerns(scene, node)
                    && self.had_it(node)
                    && self.passed.is_none() =>
            {
                self.refused = Some(error);
                let text = format!("its commit fails: {}", error.name());
                stamps.note(entry, PassportStation::CommitFailed, self.weight(Weight::Turn), scene.node(node), text);
            }
            Fact::OffsetsPassedOver { node, tp, from, to }
                if tp == scene.record.tp
                    && self.concerns(scene, node)
                    && place.is_some_and(|place| from <= place && place < to) =>
            {
                self.passed_over = true;
                let text = "passes over it: it reads what is committed, and this is aborted";
                stamps.note(entry, PassportStation::PassedOver, self.weight(Weight::Point), scene.node(node), text);
            }
            _ => {}
        }
    }

    /// Offsets that are committed with a transaction, and how that ends.
    fn transactions(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        let past = |offset: Offset| place.is_some_and(|place| offset > place);
        match entry.fact {
            Fact::OffsetPending { broker, group, tp, offset, .. }
                if group == self.group && tp == scene.record.tp && past(offset) && self.passed.is_none() =>
            {
                self.pending = true;
                let text = format!("as coordinator has offset {offset} pending, to be committed with a transaction");
                let place = format!("broker {broker}");
                stamps.note(entry, PassportStation::OffsetCommitted, self.weight(Weight::Detail), place, text);
            }
            Fact::PendingOffsetDropped { broker, group, tp, offset, .. }
                if group == self.group && tp == scene.record.tp && past(offset) && self.passed.is_none() =>
            {
                (self.dropped, self.pending) = (true, false);
                let text = format!("as coordinator drops offset {offset} with the aborted transaction");
                let place = format!("broker {broker}");
                stamps.note(entry, PassportStation::OffsetCommitted, self.weight(Weight::Point), place, text);
            }
            Fact::TransactionBegun { node, producer_id, .. } if self.concerns(scene, node) => {
                self.producer_ids.insert(node, producer_id);
            }
            Fact::TransactionFenced { broker, transactional_id, producer_id, timed_out, .. }
                if self.passed.is_none()
                    && self.holders.iter().any(|node| self.producer_ids.get(node) == Some(&producer_id)) =>
            {
                let ids = &self.producer_ids;
                self.holders.retain(|node| ids.get(node) != Some(&producer_id));
                let why = if timed_out { "transaction.timeout.ms is over" } else { "there is a newer instance" };
                let id = scene.setup.catalog.transactional_id_name(transactional_id);
                let text = format!("as coordinator aborts the transaction of {id}: {why}");
                let place = format!("broker {broker}");
                stamps.note(entry, PassportStation::Transaction, self.weight(Weight::Point), place, text);
            }
            Fact::TransactionEnded { node, commit, error, transaction }
                if (self.holders.contains(&node) || self.pending && self.had_it(node)) && self.passed.is_none() =>
            {
                // A commit that fails is still to be aborted.
                if error.is_none() {
                    self.holders.retain(|holder| *holder != node);
                }
                let aborted = !commit || error.is_some();
                self.aborted |= aborted;
                let text = match (commit, error) {
                    (true, None) => format!("its transaction {transaction}, with what it read, is committed"),
                    (false, None) => format!("its transaction {transaction}, with what it read, is aborted"),
                    (_, Some(error)) => format!("its transaction {transaction} fails: {error}"),
                };
                let weight = if aborted { Weight::Point } else { Weight::Detail };
                stamps.note(entry, PassportStation::Transaction, self.weight(weight), scene.node(node), text);
            }
            Fact::ProducerInError { node, error, .. }
                if self.concerns(scene, node) && self.had_it(node) && self.passed.is_none() =>
            {
                self.aborted = true;
                let text = format!("its transaction cannot go on: {error}");
                stamps.note(entry, PassportStation::Transaction, self.weight(Weight::Turn), scene.node(node), text);
            }
            _ => {}
        }
    }

    /// Where readers begin.
    fn starts(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        let partition = scene.record.tp;
        let side = |offset: Offset| match place {
            Some(place) if offset <= place => ", before the record",
            Some(_) => ", past the record",
            None => "",
        };
        match entry.fact {
            Fact::PositionFromCommit { node, tp, offset } if tp == partition && self.concerns(scene, node) => {
                self.began = Some((node, offset, Start::Committed));
                let text = format!("begins at the committed offset {offset}{}", side(offset));
                stamps.note(entry, PassportStation::Position, self.weight_of_start(), scene.node(node), text);
            }
            Fact::PositionReset { node, tp, offset, policy, out_of_range }
                if tp == partition && self.concerns(scene, node) =>
            {
                self.began = Some((node, offset, Start::Reset(policy)));
                self.leap(place);
                let why = if out_of_range { "its position is out of range" } else { "nothing is committed" };
                let policy = policy.show();
                let text = format!("begins at {offset}{}: {why}, auto.offset.reset={policy}", side(offset));
                stamps.note(entry, PassportStation::Position, self.weight_of_start(), scene.node(node), text);
            }
            Fact::PositionTruncated { node, tp, from, to } if tp == partition && self.concerns(scene, node) => {
                self.began = Some((node, to, Start::Cut));
                let text = format!("goes back {from} -> {to}: the log was truncated");
                stamps.note(entry, PassportStation::Position, Weight::Turn, scene.node(node), text);
            }
            Fact::LogStartMoved {
                tp,
                from,
                to,
                reason: LogStartReason::SegmentDeletion | LogStartReason::ClientRecordDeletion,
                ..
            } if tp == partition && place.is_some_and(|place| (from..to).contains(&place)) => {
                let comes = self.polled.is_empty() && self.passed.is_none() && self.leapt.is_none();
                self.deleted = self.deleted.or(comes.then_some((entry.at, self.committed)));
            }
            Fact::PositionSought { node, tp, offset } if tp == partition && self.concerns(scene, node) => {
                self.began = Some((node, offset, Start::Sought));
                self.leap(place);
                let text = format!("seek() to {offset}{}", side(offset));
                stamps.note(entry, PassportStation::Position, self.weight_of_start(), scene.node(node), text);
            }
            _ => {}
        }
    }
    /// Nobody had it, and somebody begins behind it.
    fn leap(&mut self, place: Option<Offset>) {
        let past = self.began.filter(|(_, offset, _)| place.is_some_and(|place| *offset > place));
        if self.polled.is_empty() {
            self.leapt = self.leapt.or(past);
        }
    }
    /// Where somebody began matters most when the record has been read before, or was never.
    fn weight_of_start(&self) -> Weight {
        if self.polled.is_empty() { Weight::Turn } else { Weight::Point }
    }

    /// Who is in the group, and whose the partition is.
    fn membership(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps) {
        let partition = scene.record.tp;
        match entry.fact {
            Fact::ProcessStopped { node, kind } if self.concerns(scene, node) && self.had_it(node) => {
                let what = match kind {
                    StopKind::Clean => "is closed",
                    StopKind::Crash => "crashes",
                    StopKind::PowerLoss => "loses power",
                };
                let done = match (self.processed.is_empty(), self.passed.is_some()) {
                    (true, true) => ", with the record committed but not processed",
                    (true, false) => ", with the record neither processed nor committed",
                    (false, true) => "",
                    (false, false) => ", with the record processed but not committed",
                };
                self.part(node, Parting::Died(kind));
                stamps.note(entry, PassportStation::Stopped, Weight::Point, scene.node(node), format!("{what}{done}"));
            }
            Fact::ProcessStarted { node } if self.concerns(scene, node) && self.had_it(node) => {
                stamps.note(entry, PassportStation::Started, Weight::Aside, scene.node(node), "process starts again");
            }
            Fact::ProcessPaused { node, paused } if self.concerns(scene, node) => {
                let (station, text) = if paused {
                    (PassportStation::Stopped, "stands still")
                } else {
                    (PassportStation::Started, "goes on")
                };
                stamps.note(entry, station, Weight::Detail, scene.node(node), text);
            }
            Fact::MemberLeft { broker, group, node, reason, .. } if group == self.group => {
                let weight = if self.had_it(node) { Weight::Turn } else { Weight::Aside };
                if self.had_it(node) {
                    self.part(node, Parting::Left(reason));
                }
                if reason == LeaveReason::SessionTimeout {
                    self.removed.push(node);
                }
                let text = format!("{}: {} {}", scene.group_name(group), scene.node(node), left(reason));
                stamps.note(entry, PassportStation::Membership, weight, format!("broker {broker}"), text);
            }
            Fact::MemberJoined { group, node, .. } if group == self.group => {
                self.removed.retain(|other| *other != node)
            }
            Fact::PartitionRevoked { node, tp, reason, .. } if tp == partition && self.concerns(scene, node) => {
                if self.had_it(node) {
                    self.part(node, Parting::Revoked(reason));
                }
                let what = match reason {
                    RevokeReason::Revoked => "gives up",
                    RevokeReason::Lost => "loses",
                };
                let text = format!("{what} {}", scene.partition());
                stamps.note(entry, PassportStation::Membership, Weight::Detail, scene.node(node), text);
            }
            Fact::PartitionAssigned { node, tp, generation } if tp == partition && self.concerns(scene, node) => {
                let text = format!("is assigned {} ({} {generation})", scene.partition(), scene.member_epoch(node));
                stamps.note(entry, PassportStation::Membership, Weight::Detail, scene.node(node), text);
            }
            Fact::GroupStateChanged { broker, group, state: GroupState::PreparingRebalance, generation, .. }
                if group == self.group && generation.0 > 0 =>
            {
                let text = format!("{}: rebalance begins (generation {generation})", scene.group_name(group));
                stamps.note(entry, PassportStation::Membership, Weight::Aside, format!("broker {broker}"), text);
            }
            _ => {}
        }
    }
    fn part(&mut self, node: NodeId, how: Parting) {
        self.parted.get_or_insert((node, how));
    }
}
