//! Offsets that go with transactions: T10, T11.

use super::weakness::forgotten;
use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, GhostPendingOffset, GhostTransaction, TransactionOffset};
use crate::check::outcome::{Findings, Tally, Witness};
use crate::check::patience::{dead_connection, too_early};
use crate::history::fact::{Entry, Fact, GroupState};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct OffsetChecks {
    atomic: Tally,
    fenced: Tally,
    /// By group: when each generation began, ascending.
    generations: Vec<Vec<(Generation, Nanos)>>,
    /// Offsets that somebody has committed without a transaction.
    plain: std::collections::BTreeSet<(GroupId, Tp, Offset)>,
}

impl OffsetChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> OffsetChecks {
        OffsetChecks {
            atomic: Tally::new(
                "txn-offsets-atomic",
                "T10",
                "a group has a transaction's offsets when it is committed, and not before, and never if it is aborted",
                "no group had an offset of a transaction",
            ),
            fenced: Tally::new(
                "txn-commit-fenced-by-group",
                "T11",
                "a transaction's offsets are taken only from a member of the generation that is there",
                "no offset was sent to a transaction",
            ),
            generations: vec![Vec::new(); ghost.setup.catalog.groups.len()],
            plain: std::collections::BTreeSet::new(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::GroupStateChanged { broker, group, state, generation, .. }
                if ghost.view.coordinates(broker, group) =>
            {
                let known = &mut self.generations[group.index()];
                // Who is removed begins anew.
                if state == GroupState::Dead {
                    known.clear();
                } else if known.last().is_none_or(|(newest, _)| *newest < generation) {
                    known.push((generation, entry.at));
                }
            }
            // What the coordinator before had only in its memory is no generation any more.
            Fact::GroupLoaded { broker, group, generation, .. } if ghost.view.coordinates(broker, group) => {
                self.generations[group.index()].retain(|(known, _)| *known <= generation);
            }
            Fact::CommitSent { node, tp, offset, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.plain.insert((consumer.group, tp, offset));
                }
            }
            Fact::OffsetResetSent { group, tp, offset, .. } => drop(self.plain.insert((group, tp, offset))),
            Fact::OffsetPending { group, tp, offset, producer_id, member, generation, .. } => {
                self.taken(entry, ghost, (group, tp, offset), producer_id, (member, generation));
            }
            Fact::OffsetStored { group, tp, offset, .. } => self.stored(entry, ghost, (group, tp, offset)),
            Fact::OffsetFetched { group, tp, offset, .. } => self.fetched(entry, ghost, (group, tp, offset)),
            Fact::PendingOffsetDropped { group, tp, offset, producer_id, .. } => {
                let found = waiting(ghost, (group, tp, offset)).find(|p| p.producer_id == producer_id);
                let excuse = || ghost.coordinator_excuse(group);
                self.atomic.check(found.is_none_or(|p| !p.decided.is_some_and(|(commit, _)| commit)), excuse, || {
                    let text =
                        format!("group {} drops an offset of a transaction that is committed", ghost.group_name(group));
                    Witness::at(entry, text).on(tp, offset)
                });
            }
            _ => {}
        }
    }

    /// The coordinator takes an offset of a transaction: what it was sent with must not have been over by then.
    fn taken(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, tp, offset): (GroupId, Tp, Offset),
        producer: ProducerId,
        (member, generation): (MemberId, Generation),
    ) {
        let carries = |t: &GhostTransaction| -> Option<(NodeId, Nanos, Generation)> {
            let has = |o: &&TransactionOffset| (o.group, o.tp, o.offset) == (group, tp, offset);
            let sent = t.offsets.iter().rev().find(has).filter(|_| t.producer_id == producer)?;
            Some((t.node, sent.at, sent.generation))
        };
        let sent = ghost.transactions.all().iter().rev().find_map(carries);
        // Who has found it in the log does not know in which generation it came: that in which it was sent.
        let generation = match sent {
            Some((.., said)) if generation < Generation(0) => said,
            _ => generation,
        };
        let over = match ghost.consumer_groups.group(group) {
            Some(members) => members.member(member).and_then(|member| member.refused_since(tp, generation)),
            None => {
                let known = &self.generations[group.index()];
                known.get(known.partition_point(|(g, _)| *g <= generation)).map(|(_, at)| *at)
            }
        };
        let nameless = generation < Generation(0);
        let fenced = match sent {
            None => true,
            Some((_, at, _)) => over.is_some_and(|over| over < at),
        };
        let late = over.is_some() && sent.is_some();
        let excuse = || match nameless {
            true => Some(Excuse::NoGroupMetadata(group)),
            false => ghost.coordinator_excuse(group),
        };
        if nameless && !late {
            return;
        }
        self.fenced.check(!fenced, excuse, || {
            let text = match (sent, over) {
                (None, _) => {
                    format!("nobody has sent this offset of group {} to a transaction", ghost.group_name(group))
                }
                (Some((_, at, _)), over) => format!(
                    "sent at {at} in generation {generation} of group {}, which was over at {}",
                    ghost.group_name(group),
                    over.unwrap_or_default()
                ),
            };
            let witness = Witness::at(entry, text).on(tp, offset);
            sent.map_or(witness.clone(), |(node, ..)| witness.by(node))
        });
    }

    /// A group has an offset.
    fn stored(&mut self, entry: &Entry, ghost: &Ghost, at: (GroupId, Tp, Offset)) {
        if self.plain.contains(&at) {
            return;
        }
        self.shows(entry, ghost, at, "has");
    }
    /// A group tells an offset.
    fn fetched(&mut self, entry: &Entry, ghost: &Ghost, at: (GroupId, Tp, Offset)) {
        let (group, tp, offset) = at;
        if self.plain.contains(&at) || ghost.view.committed(group, tp) == Some(offset) {
            return;
        }
        self.shows(entry, ghost, at, "tells");
    }
    fn shows(&mut self, entry: &Entry, ghost: &Ghost, at: (GroupId, Tp, Offset), what: &str) {
        let (group, tp, offset) = at;
        // Of several transactions with the same offset, one that is committed is enough.
        let mut best: Option<&GhostPendingOffset> = None;
        for pending in waiting(ghost, at) {
            let better = |p: &GhostPendingOffset| p.decided.is_some_and(|(commit, _)| commit);
            if best.is_none_or(|best| !better(best)) {
                best = Some(pending);
            }
        }
        let Some(pending) = best else { return };
        let decided = pending.decided.map(|(commit, _)| commit);
        let excuse = || ghost.coordinator_excuse(group);
        self.atomic.check(decided == Some(true), excuse, || {
            let state = if decided.is_none() { "undecided" } else { "aborted" };
            let text = format!(
                "group {} {what} {offset} for {}, of a transaction that is {state}",
                ghost.group_name(group),
                ghost.name(tp)
            );
            let witness = Witness::at(entry, text).on(tp, offset);
            pending.member.map_or(witness.clone(), |m| witness.by(ghost.transactions.get(m).node))
        });
    }

    /// In the end a group has the offsets of all transactions that are committed, or newer ones.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        let committed = |p: &&GhostPendingOffset| p.decided.is_some_and(|(commit, _)| commit);
        for pending in ghost.transactions.pending().iter().filter(committed) {
            let GhostPendingOffset { group, tp, offset, decided, .. } = *pending;
            let since = decided.map_or(Nanos::ZERO, |(_, at)| at);
            let newer = ghost.view.committed(group, tp).is_some_and(|known| known >= offset);
            let excuse = || {
                let id = pending.member.and_then(|m| ghost.transactions.get(m).id);
                ghost
                    .no_coordinator(group)
                    .or_else(|| ghost.coordinator_excuse(group))
                    .or_else(|| forgotten(ghost, id, None))
                    .or_else(|| too_early(end.at, since.max(ghost.disturbed), dead_connection(&ghost.setup)))
            };
            self.atomic.check(pending.stored || newer, excuse, || {
                let text = format!(
                    "a transaction is committed, and group {} never had its {offset} for {}",
                    ghost.group_name(group),
                    ghost.name(tp)
                );
                Witness::at(end, text).on(tp, offset)
            });
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.atomic, &self.fenced].into_iter().for_each(|tally| out.add(tally));
    }
}

fn waiting(ghost: &Ghost, (group, tp, offset): (GroupId, Tp, Offset)) -> impl Iterator<Item = &GhostPendingOffset> {
    ghost.transactions.pending().iter().rev().filter(move |p| (p.group, p.tp, p.offset) == (group, tp, offset))
}
