//! What becomes of a transaction: T2, T3, T9.

use super::weakness::{Stray, Strays, forgotten, leaderless, unverified};
use crate::check::ghost::{Ghost, GhostTransaction};
use crate::check::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::batch::TransactionState;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct OutcomeChecks {
    atomic: Tally,
    fidelity: Tally,
    zombie_fenced: Tally,
}

/// COMMIT or ABORT, in words.
pub fn ended(commit: bool) -> &'static str {
    if commit { "committed" } else { "aborted" }
}

/// `transaction 5 of checkout-0`.
pub fn name(ghost: &Ghost, transaction: &GhostTransaction) -> String {
    format!("transaction {} of {}", transaction.number, ghost.node_name(transaction.node))
}

/// A witness that says why the marker that ended a transaction was none of its own, if it was not.
pub fn blamed(witness: Witness, stray: Option<Stray>, ghost: &Ghost) -> Witness {
    match stray {
        Some(stray) => stray.blamed(witness, &ghost.setup),
        None => witness,
    }
}

impl OutcomeChecks {
    /// Before the first fact.
    pub fn new() -> OutcomeChecks {
        OutcomeChecks {
            atomic: Tally::new(
                "atomic-outcome",
                "T2",
                "all records and offsets of a transaction are committed, or all are aborted",
                "no transaction was ended in two partitions",
            ),
            fidelity: Tally::new(
                "outcome-fidelity",
                "T3",
                "a transaction ends as its application was told, and is committed only if that was asked for",
                "no transaction was ended",
            ),
            zombie_fenced: Tally::new(
                "zombie-txn-fenced",
                "T9",
                "once a new instance has its transactional id, nothing of an older one takes effect",
                "no transactional id had a second instance",
            ),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost, strays: &Strays) {
        match entry.fact {
            Fact::ControlAppended {
                broker, tp, role: ReplicaRole::Leader, leader_epoch, producer_id, commit, ..
            } if ghost.partition(tp).acts_in(broker, leader_epoch) => {
                for member in ghost.members_of(tp, producer_id) {
                    self.ends(entry, ghost, tp, (*member, strays.of(*member)), commit);
                }
            }
            Fact::TransactionStateChanged { transactional_id, state, producer_id, coordinator_epoch, .. }
                if matches!(state, TransactionState::CompleteCommit | TransactionState::CompleteAbort)
                    && !ghost.is_hearsay(&entry.fact)
                    && coordinator_epoch >= ghost.transactions.id(transactional_id).coordinator_epoch =>
            {
                self.completes(entry, ghost, transactional_id, producer_id);
            }
            Fact::TransactionEnded { node, transaction, commit, error: None } => {
                self.told(entry, ghost, strays, (node, transaction), commit);
            }
            Fact::Appended { broker, tp, role: ReplicaRole::Leader, leader_epoch, .. }
                if ghost.partition(tp).acts_in(broker, leader_epoch) && ghost.is_transactional(tp, &ghost.incoming) =>
            {
                let batch = &ghost.incoming;
                if let Some(member) = ghost.transactions.of_batch(tp, batch, ghost.partition(tp).internal) {
                    let transaction = ghost.transactions.get(member);
                    self.acts(entry, ghost, transaction, Some((tp, batch.base)), ("appends", None));
                }
            }
            // What a broker that coordinates no longer takes, such as one that wakes up, is in its memory and its log only.
            Fact::OffsetPending { broker, group, tp, offset, producer_id, .. }
                if ghost.coordinator_partition(group).is_some_and(|home| ghost.view.reigns(broker, home)) =>
            {
                let carries = |t: &&GhostTransaction| {
                    t.producer_id == producer_id && t.offsets.iter().any(|o| o.tp == tp && o.offset == offset)
                };
                if let Some(transaction) = ghost.transactions.all().iter().rev().find(carries) {
                    self.acts(entry, ghost, transaction, None, ("commits an offset", None));
                }
            }
            _ => {}
        }
    }

    /// A marker ends a transaction in a partition.
    fn ends(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, (member, stray): (u32, Option<Stray>), commit: bool) {
        let transaction = ghost.transactions.get(member);
        let excuse = || stray.and_then(Stray::excuse).or_else(|| forgotten(ghost, transaction.id, Some(tp)));
        let witness = |text: String| {
            let witness = Witness::at(entry, text).on(tp, ghost.incoming.base).by(transaction.node);
            blamed(witness, stray, ghost)
        };
        if let Some((other, first, _)) = transaction.fates.first() {
            self.atomic.check(*first == commit, excuse, || {
                witness(format!(
                    "{} is {} here, and {} in {}",
                    name(ghost, transaction),
                    ended(commit),
                    ended(*first),
                    ghost.name(*other)
                ))
            });
        }
        match transaction.told {
            Some((told, at)) => self.fidelity.check(told == commit, excuse, || {
                witness(format!(
                    "{} is {}; its application was told at {} that it is {}",
                    name(ghost, transaction),
                    ended(commit),
                    at.at,
                    ended(told)
                ))
            }),
            None => self.fidelity.check(!commit || transaction.commit_asked, excuse, || {
                witness(format!("{} is committed, and nobody has asked for it", name(ghost, transaction)))
            }),
        }
        if commit {
            self.acts(entry, ghost, transaction, Some((tp, ghost.incoming.base)), ("is committed", stray));
        }
    }

    /// A coordinator has all markers: then no partition is without.
    fn completes(&mut self, entry: &Entry, ghost: &Ghost, id: TransactionalId, producer: ProducerId) {
        for tp in &ghost.transactions.id(id).partitions {
            let open = ghost.stability(*tp).and_then(|stability| stability.opened_by(producer));
            let was_skipped = ghost.was_skipped(producer, *tp);
            self.atomic.check(
                open.is_none(),
                || forgotten(ghost, Some(id), Some(*tp)),
                || {
                    let text = format!(
                        "the transaction of {} is complete, and {} has no marker of it",
                        ghost.setup.catalog.transactional_id_name(id),
                        ghost.name(*tp)
                    );
                    let first = open.map_or(Offset::INVALID, |open| open.first);
                    let witness = Witness::at(entry, text).on(*tp, first);
                    if was_skipped { leaderless(witness) } else { witness }
                },
            );
        }
    }

    /// An application is told how its transaction ended.
    fn told(&mut self, entry: &Entry, ghost: &Ghost, strays: &Strays, (node, number): (NodeId, u32), commit: bool) {
        let found =
            ghost.transactions.all().iter().enumerate().rev().find(|(_, t)| t.node == node && t.number == number);
        let Some((member, transaction)) = found else { return };
        let stray = strays.of(member as u32);
        for (tp, fate, _) in &transaction.fates {
            let excuse = || stray.and_then(Stray::excuse).or_else(|| forgotten(ghost, transaction.id, Some(*tp)));
            self.fidelity.check(*fate == commit, excuse, || {
                let text = format!(
                    "the application is told that {} is {}; it is {} in {}",
                    name(ghost, transaction),
                    ended(commit),
                    ended(*fate),
                    ghost.name(*tp)
                );
                blamed(Witness::at(entry, text).on(*tp, Offset::INVALID).by(node), stray, ghost)
            });
        }
    }

    /// Something of a transaction takes effect.
    fn acts(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        transaction: &GhostTransaction,
        place: Option<(Tp, Offset)>,
        (what, stray): (&str, Option<Stray>),
    ) {
        let Some(id) = transaction.id.filter(|id| ghost.transactions.id(*id).instances > 1) else { return };
        let excuse = || {
            let unverified = place.and_then(|(tp, _)| unverified(ghost, tp));
            unverified.or_else(|| forgotten(ghost, Some(id), place.map(|(tp, _)| tp)))
        };
        self.zombie_fenced.check(!ghost.transactions.is_superseded(transaction), excuse, || {
            let text = format!(
                "{} {what}, and {} has a newer instance",
                name(ghost, transaction),
                ghost.setup.catalog.transactional_id_name(id)
            );
            let witness = blamed(Witness::at(entry, text).by(transaction.node), stray, ghost);
            place.map_or(witness.clone(), |(tp, offset)| witness.on(tp, offset))
        });
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.atomic, &self.fidelity, &self.zombie_fenced].into_iter().for_each(|tally| out.add(tally));
    }
}
