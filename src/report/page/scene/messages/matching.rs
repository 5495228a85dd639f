//! Which two facts are the two ends of one message.

use super::{Move, Noted};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::protocol::ids::*;

/// See the module.
pub struct Matching<'a> {
    noted: &'a [Noted],
    setup: &'a Setup,
    causes: Option<&'a Causes>,
    /// Everything that became of what was sent is here: what nobody took is lost.
    whole: bool,
    taken: Vec<bool>,
    /// It may have arrived, or another like it.
    doubtful: Vec<bool>,
}

impl<'a> Matching<'a> {
    pub fn new(noted: &'a [Noted], setup: &'a Setup, causes: Option<&'a Causes>, whole: bool) -> Matching<'a> {
        Matching { noted, setup, causes, whole, taken: vec![false; noted.len()], doubtful: vec![false; noted.len()] }
    }

    /// What each fact has to do with another.
    pub fn moves(mut self) -> Vec<Move> {
        let mut moves: Vec<Move> = (0..self.noted.len()).map(|at| self.arrival(at)).collect();
        for (at, moved) in moves.iter_mut().enumerate() {
            let fact = &self.noted[at].entry.fact;
            let untaken = self.whole && !self.taken[at] && !self.doubtful[at];
            if untaken && (is_sent(fact) && *moved == Move::None || is_answer(fact)) {
                *moved = Move::Lost;
            }
        }
        moves
    }

    /// Where a fact came from.
    fn arrival(&mut self, at: usize) -> Move {
        let noted = self.noted[at];
        if let Some(source) = noted.source {
            return Move::FromProcess(source);
        }
        match self.sending_of(at, &noted.entry) {
            Some(sent) => {
                self.taken[sent] = true;
                Move::From(sent)
            }
            None => Move::None,
        }
    }

    /// The fact that sent what arrives with this one. Of several it is the one that led to it; without causes, the last.
    /// Where none led to it, something lay on its way until somebody else let it go (a link that was clogged, a process
    /// that stood still): then the first, and of the others it is not known which came through.
    fn sending_of(&mut self, at: usize, arrival: &Entry) -> Option<usize> {
        let fits = |sent: &usize| !self.taken[*sent] && self.fits(&self.noted[*sent].entry.fact, &arrival.fact);
        let candidates: Vec<usize> = (0..at).filter(fits).collect();
        let Some(causes) = self.causes else { return candidates.last().copied() };
        let led = |sent: &usize| {
            let event = self.noted[*sent].entry.event;
            causes.chain(arrival.event).take_while(|cause| *cause >= event).any(|cause| cause == event)
        };
        if let Some(sent) = candidates.iter().rfind(|sent| led(sent)) {
            return Some(*sent);
        }
        candidates.iter().for_each(|sent| self.doubtful[*sent] = true);
        candidates.first().copied()
    }

    fn fits(&self, sent: &Fact, arrived: &Fact) -> bool {
        match (*sent, *arrived) {
            (
                Fact::BatchSent { node, tp, ordinal, count, .. },
                Fact::Appended { role: ReplicaRole::Leader, node: by, tp: on, ordinal: first, count: n, .. }
                | Fact::DuplicateDropped { node: by, tp: on, ordinal: first, count: n, .. }
                | Fact::ProduceRefused { node: by, tp: on, ordinal: first, count: n, .. },
            ) => (node, tp) == (by, on) && ordinal < first + n && first < ordinal + count,
            (Fact::ProduceAnswered { tp, base_offset, .. }, Fact::BatchAcked { tp: on, offset, .. }) => {
                (tp, base_offset) == (on, offset)
            }
            (
                Fact::ProduceRefused { node, tp, ordinal, .. },
                Fact::BatchRetried { node: by, tp: on, ordinal: first, .. }
                | Fact::BatchFailed { node: by, tp: on, ordinal: first, .. },
            ) => (node, tp, ordinal) == (by, on, first),
            (Fact::CommitSent { node, tp, offset, .. }, Fact::OffsetStored { group, tp: on, offset: stored, .. }) => {
                (tp, offset) == (on, stored) && self.group_of(node) == Some(group)
            }
            (
                Fact::OffsetsSentToTransaction { group, tp, offset, .. },
                Fact::OffsetPending { group: of, tp: on, offset: pending, .. },
            ) => (group, tp, offset) == (of, on, pending),
            (Fact::CommitSent { node, tp, .. }, Fact::CommitRefused { group, tp: on, .. }) => {
                tp == on && self.group_of(node) == Some(group)
            }
            (
                Fact::OffsetStored { group, tp, offset, .. },
                Fact::CommitCompleted { node, tp: on, offset: done, .. },
            ) => (tp, offset) == (on, done) && self.group_of(node) == Some(group),
            (Fact::PartitionChanged { tp, leader_epoch, .. }, Fact::BecameLeader { tp: on, epoch, .. }) => {
                (tp, leader_epoch) == (on, epoch)
            }
            (Fact::IsrProposed { tp, isr, .. }, Fact::PartitionChanged { tp: on, isr: now, .. }) => {
                tp == on && isr.same_members(&now)
            }
            _ => false,
        }
    }
    fn group_of(&self, node: NodeId) -> Option<GroupId> {
        self.setup.catalog.nodes.get(node.index())?.role.group()
    }
}

/// What somebody must take, or it is lost.
fn is_sent(fact: &Fact) -> bool {
    matches!(fact, Fact::BatchSent { .. })
}

/// An answer that a producer must take, or it is lost.
fn is_answer(fact: &Fact) -> bool {
    matches!(fact, Fact::ProduceAnswered { .. })
}
