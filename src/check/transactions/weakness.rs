//! Where a transaction's end is not its own: what a configuration licenses, and bugs of Kafka that have a name.
//!
//! A licence excuses what it leads to. A bug excuses nothing: what comes of it is broken, and the witness names it.

use std::collections::BTreeMap;

use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, GhostTransaction};
use crate::check::kafka_bug::KafkaBug;
use crate::check::outcome::Witness;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::ids::*;

/// Why a marker that is none of its own has ended a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stray {
    /// The configuration has it so.
    Licensed(Excuse),
    /// KAFKA-17754: a request to end one transaction has ended the next one of its producer.
    DelayedEnd(NodeId),
    /// KAFKA-17754: a request to add a partition to a transaction has opened it again after its end.
    AddedLate(NodeId),
    /// KAFKA-20734: its own was not sent, since the partition had no leader.
    MarkerSkipped,
}

impl Stray {
    /// What it excuses.
    pub fn excuse(self) -> Option<Excuse> {
        match self {
            Stray::Licensed(excuse) => Some(excuse),
            Stray::DelayedEnd(_) | Stray::AddedLate(_) | Stray::MarkerSkipped => None,
        }
    }
    /// A witness with its words, and the bug that it is, if it is one.
    pub fn blamed(self, witness: Witness, setup: &Setup) -> Witness {
        let (node, what) = match self {
            Stray::Licensed(_) => return witness,
            Stray::MarkerSkipped => return leaderless(witness),
            Stray::DelayedEnd(node) => (node, "to end one transaction has ended the next"),
            Stray::AddedLate(node) => (node, "to add a partition has opened its transaction again"),
        };
        let (level, name) = (setup.rules.transaction_version.level(), setup.catalog.node_name(node));
        let (text, bug) = (&witness.text, KafkaBug::LateRequest);
        let text = format!("{text} ({bug}: with transaction.version {level} a late request of {name} {what})");
        Witness { text, ..witness }.due_to(bug)
    }
}

/// A witness of what comes of a marker that was not sent.
pub fn leaderless(witness: Witness) -> Witness {
    let bug = KafkaBug::LeaderlessPartition;
    let text = format!("{} ({bug}: a partition without a leader is taken for deleted)", witness.text);
    Witness { text, ..witness }.due_to(bug)
}

/// Transactions that a marker has ended which was none of theirs, and why that can be.
#[derive(Clone, Debug, Default)]
pub struct Strays(BTreeMap<u32, Stray>);

impl Strays {
    /// Takes the next fact, before anybody judges it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        let Fact::ControlAppended {
            broker,
            tp,
            role: ReplicaRole::Leader,
            leader_epoch,
            producer_id,
            producer_epoch,
            commit,
            ..
        } = entry.fact
        else {
            return;
        };
        if !ghost.partition(tp).acts_in(broker, leader_epoch) {
            return;
        }
        for (place, member) in ghost.members_of(tp, producer_id).iter().enumerate() {
            // The oldest is that whose marker was not sent.
            let stray = match place == 0 && ghost.was_skipped(producer_id, tp) {
                true => Some(Stray::MarkerSkipped),
                false => strayed(ghost, tp, ghost.transactions.get(*member), producer_epoch, commit),
            };
            if let Some(stray) = stray {
                self.0.entry(*member).or_insert(stray);
            }
        }
    }
    /// Why a transaction was ended by a marker that was none of its own, if it was.
    pub fn of(&self, member: u32) -> Option<Stray> {
        self.0.get(&member).copied()
    }
}

/// Why a marker that ends a transaction need not be its own, if there is a reason.
fn strayed(ghost: &Ghost, tp: Tp, transaction: &GhostTransaction, epoch: ProducerEpoch, commit: bool) -> Option<Stray> {
    delayed_end(ghost, transaction, epoch, commit).or_else(|| late_records(ghost, tp, transaction, commit))
}

/// What excuses that something reached a partition which its transaction's coordinator knew nothing of. With
/// transaction.version 2 the leader always asks (KIP-890); before, it can be told not to, and one that asks can be
/// given a late request to add the partition for an answer.
pub fn unverified(ghost: &Ghost, tp: Tp) -> Option<Excuse> {
    let rules = &ghost.setup.rules;
    let asks =
        rules.transaction_version.supports_epoch_bump() || ghost.setup.broker.transaction_partition_verification_enable;
    (!asks).then_some(Excuse::VerificationOff(tp))
}

/// A marker ends a transaction that nobody wants ended, in the epoch in which the one before was to be ended like that:
/// a request to end that one has come late.
fn delayed_end(ghost: &Ghost, transaction: &GhostTransaction, epoch: ProducerEpoch, commit: bool) -> Option<Stray> {
    let version = ghost.setup.rules.transaction_version;
    let asked = transaction.asked.is_some_and(|(asked, _)| asked == commit);
    let stray = !version.supports_epoch_bump() && epoch == transaction.epoch && !asked;
    (stray && ghost.transactions.twin(transaction, commit).is_some()).then_some(Stray::DelayedEnd(transaction.node))
}

/// Records of a transaction were taken after a marker had ended it there, or after its application was told of its end:
/// the next marker of its producer ends them, whatever it says.
fn late_records(ghost: &Ghost, tp: Tp, transaction: &GhostTransaction, commit: bool) -> Option<Stray> {
    let told = transaction.told.is_some_and(|(told, _)| told != commit) && transaction.over;
    if transaction.fate_on(tp).is_none() && !told {
        return None;
    }
    let late_add = || {
        let bumps = ghost.setup.rules.transaction_version.supports_epoch_bump();
        (!bumps).then_some(Stray::AddedLate(transaction.node))
    };
    unverified(ghost, tp).map(Stray::Licensed).or_else(late_add)
}

/// An application's transaction is not what it was told, with a protocol in which that happens, and why.
pub fn torn<'a>(ghost: &Ghost, mut own: impl Iterator<Item = &'a GhostTransaction>) -> Option<Stray> {
    if ghost.setup.rules.transaction_version.supports_epoch_bump() {
        return None;
    }
    own.find_map(|transaction| {
        let (told, _) = transaction.told?;
        let (tp, ..) = transaction.fates.iter().find(|(_, commit, _)| *commit != told)?;
        Some(unverified(ghost, *tp).map_or(Stray::DelayedEnd(transaction.node), Stray::Licensed))
    })
}

/// What excuses that what a transaction did is not known any more: its id was forgotten, the coordinators' log or the
/// partition's has lost what was committed.
pub fn forgotten(ghost: &Ghost, id: Option<TransactionalId>, tp: Option<Tp>) -> Option<Excuse> {
    let expired = id.filter(|id| ghost.transactions.id(*id).expired).map(Excuse::IdForgotten);
    expired.or_else(|| ghost.transaction_excuse(id?)).or_else(|| ghost.any_excuse(tp?))
}
