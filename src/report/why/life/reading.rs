//! What groups made of a record: who read it, processed it, and committed past it.

use super::super::steps::{Steps, Weight};
use super::{Scene, Trouble};
use crate::history::fact::{Entry, Fact, GroupState, LeaveReason, RevokeReason, StopKind};
use crate::history::words::left;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;

/// How a reader came to read where it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// At the offset that its group had committed.
    Committed,
    /// Where `auto.offset.reset` says.
    Reset(AutoOffsetReset),
    /// Where the log was cut under its position.
    Cut,
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

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The group of the story; none: all groups, told in passing.
    group: Option<GroupId>,
    /// Who was given it, in order.
    pub polled: Vec<NodeId>,
    /// Who processed it, in order, and where it lay.
    pub processed: Vec<(NodeId, Offset)>,
    /// Attempts that failed.
    pub failed: u32,
    /// The group's committed offset, and the first one past the record.
    pub committed: Option<Offset>,
    /// See there.
    pub passed: Option<Offset>,
    /// Where the last one to begin began, who it was, and why there.
    pub began: Option<(NodeId, Offset, Start)>,
    /// What ended the first reader's time with it.
    pub parted: Option<(NodeId, Parting)>,
    /// A commit of somebody who had it failed.
    pub refused: Option<ErrorCode>,
    /// A reader stands still: since its process was paused.
    pub paused: Option<NodeId>,
}

impl Reading {
    /// Before the first fact.
    pub fn new(scene: &Scene) -> Reading {
        Reading { group: scene.trouble.group(), ..Reading::default() }
    }

    fn done(&self, scene: &Scene) -> bool {
        matches!(scene.trouble, Trouble::ProcessedAgain(_)) && self.processed.len() > 1
    }
    fn concerns(&self, scene: &Scene, node: NodeId) -> bool {
        let group = scene.setup.catalog.nodes[node.index()].role.group();
        group.is_some_and(|group| self.group.is_none_or(|known| known == group))
    }
    /// Whether a process of the group had the record.
    fn had_it(&self, node: NodeId) -> bool {
        self.polled.contains(&node)
    }

    /// Takes the next fact; `place` is where the record lies.
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps, place: Option<Offset>) {
        if self.done(scene) {
            return;
        }
        self.records(entry, scene, steps);
        if self.group.is_some() {
            self.positions(entry, scene, steps, place);
            self.membership(entry, scene, steps);
        }
    }

    /// The record itself, in the hands of an application.
    fn records(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps) {
        let (at, told) = (entry.at, self.group.is_some());
        let weight = |weight: Weight| if told { weight } else { Weight::Aside };
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. }
                if scene.holds(origin, tp, ordinal, count) && self.concerns(scene, node) =>
            {
                self.polled.push(node);
                let text = format!("gets it from poll(), at {}", scene.place(scene.offset(offset, ordinal)));
                steps.note(at, weight(Weight::Turn), scene.node(node), text);
            }
            Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal }
                if scene.holds(origin, tp, ordinal, count) && self.concerns(scene, node) =>
            {
                let again = !self.processed.is_empty() && told;
                self.processed.push((node, scene.offset(offset, ordinal)));
                let text = if again { "processes it again" } else { "processes it" };
                steps.note(at, weight(Weight::Point), scene.node(node), text);
            }
            Fact::RecordFailed { node, tp, origin, ordinal, skipped, .. }
                if scene.holds(origin, tp, ordinal, 1) && self.concerns(scene, node) =>
            {
                self.failed += 1;
                let text = if skipped { "cannot process it, and goes on without" } else { "cannot process it" };
                steps.note(at, weight(Weight::Point), scene.node(node), text);
            }
            _ => {}
        }
    }

    /// Committed offsets, and where readers begin.
    fn positions(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps, place: Option<Offset>) {
        let (at, partition) = (entry.at, scene.record.tp);
        let side = |offset: Offset| match place {
            Some(place) if offset <= place => ", before the record",
            Some(_) => ", past the record",
            None => "",
        };
        match entry.fact {
            Fact::OffsetStored { group, tp, offset, .. } if Some(group) == self.group && tp == partition => {
                self.committed = Some(offset);
                if place.is_some_and(|place| offset > place) && self.passed.is_none() {
                    self.passed = Some(offset);
                    let text = format!("has {} committed up to {offset}{}", scene.partition(), side(offset));
                    steps.note(at, Weight::Point, scene.group_name(group), text);
                }
            }
            Fact::CommitCompleted { node, tp, error, .. }
                if tp == partition
                    && error.is_err()
                    && self.concerns(scene, node)
                    && self.had_it(node)
                    && self.passed.is_none() =>
            {
                self.refused = Some(error);
                steps.note(at, Weight::Turn, scene.node(node), format!("its commit fails: {}", error.name()));
            }
            Fact::PositionFromCommit { node, tp, offset } if tp == partition && self.concerns(scene, node) => {
                self.began = Some((node, offset, Start::Committed));
                let text = format!("begins at the committed offset {offset}{}", side(offset));
                steps.note(at, self.weight_of_start(), scene.node(node), text);
            }
            Fact::PositionReset { node, tp, offset, policy, out_of_range }
                if tp == partition && self.concerns(scene, node) =>
            {
                self.began = Some((node, offset, Start::Reset(policy)));
                let why = if out_of_range { "its position is out of range" } else { "nothing is committed" };
                let policy = match policy {
                    AutoOffsetReset::Earliest => "earliest",
                    AutoOffsetReset::Latest => "latest",
                    AutoOffsetReset::None => "none",
                };
                let text = format!("begins at {offset}{}: {why}, auto.offset.reset={policy}", side(offset));
                steps.note(at, self.weight_of_start(), scene.node(node), text);
            }
            Fact::OffsetsPassedOver { node, tp, from, to }
                if tp == partition
                    && self.concerns(scene, node)
                    && place.is_some_and(|place| from <= place && place < to) =>
            {
                let text = "passes over it: it reads what is committed, and this is aborted";
                steps.note(at, Weight::Point, scene.node(node), text);
            }
            Fact::PositionTruncated { node, tp, from, to } if tp == partition && self.concerns(scene, node) => {
                self.began = Some((node, to, Start::Cut));
                steps.note(
                    at,
                    Weight::Turn,
                    scene.node(node),
                    format!("goes back {from} -> {to}: the log was truncated"),
                );
            }
            _ => {}
        }
    }
    /// Where somebody began matters most when the record has been read before, or was never.
    fn weight_of_start(&self) -> Weight {
        if self.polled.is_empty() { Weight::Turn } else { Weight::Point }
    }

    /// Who is in the group, and whose the partition is.
    fn membership(&mut self, entry: &Entry, scene: &Scene, steps: &mut Steps) {
        let (at, partition) = (entry.at, scene.record.tp);
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
                steps.note(at, Weight::Point, scene.node(node), format!("{what}{done}"));
            }
            Fact::ProcessStarted { node } if self.concerns(scene, node) && self.had_it(node) => {
                steps.note(at, Weight::Aside, scene.node(node), "process starts again");
            }
            Fact::ProcessPaused { node, paused } if self.concerns(scene, node) => {
                self.paused = paused.then_some(node);
                let text = if paused { "stands still" } else { "goes on" };
                steps.note(at, Weight::Detail, scene.node(node), text);
            }
            Fact::MemberLeft { group, node, reason, .. } if Some(group) == self.group => {
                let weight = if self.had_it(node) { Weight::Turn } else { Weight::Aside };
                if self.had_it(node) {
                    self.part(node, Parting::Left(reason));
                }
                steps.note(at, weight, scene.group_name(group), format!("{} {}", scene.node(node), left(reason)));
            }
            Fact::PartitionRevoked { node, tp, reason, .. } if tp == partition && self.concerns(scene, node) => {
                if self.had_it(node) {
                    self.part(node, Parting::Revoked(reason));
                }
                let what = match reason {
                    RevokeReason::Revoked => "gives up",
                    RevokeReason::Lost => "loses",
                };
                steps.note(at, Weight::Detail, scene.node(node), format!("{what} {}", scene.partition()));
            }
            Fact::PartitionAssigned { node, tp, generation } if tp == partition && self.concerns(scene, node) => {
                let text = format!("is assigned {} (generation {generation})", scene.partition());
                steps.note(at, Weight::Detail, scene.node(node), text);
            }
            Fact::GroupStateChanged { group, state: GroupState::PreparingRebalance, generation, .. }
                if Some(group) == self.group && generation.0 > 0 =>
            {
                steps.note(
                    at,
                    Weight::Aside,
                    scene.group_name(group),
                    format!("rebalance begins (generation {generation})"),
                );
            }
            _ => {}
        }
    }
    fn part(&mut self, node: NodeId, how: Parting) {
        self.parted.get_or_insert((node, how));
    }
}
