//! Where Kafka's promises about transactions end: weaknesses that have a name, and what they leave behind in a history.

use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, GhostTransaction};
use crate::protocol::ids::*;

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
/// a request to end that one has come late (KAFKA-17754).
pub fn delayed_end(
    ghost: &Ghost,
    transaction: &GhostTransaction,
    epoch: ProducerEpoch,
    commit: bool,
) -> Option<Excuse> {
    let version = ghost.setup.rules.transaction_version;
    let asked = transaction.asked.is_some_and(|(asked, _)| asked == commit);
    let stray = !version.supports_epoch_bump() && epoch == transaction.epoch && !asked;
    (stray && ghost.transactions.twin(transaction, commit).is_some()).then_some(Excuse::DelayedEnd(transaction.node))
}

/// Records of a transaction were taken after a marker had ended it there: the next marker of its producer ends them,
/// whatever it says.
pub fn late_records(ghost: &Ghost, tp: Tp, transaction: &GhostTransaction) -> Option<Excuse> {
    transaction.fate_on(tp)?;
    let late_add = || {
        let bumps = ghost.setup.rules.transaction_version.supports_epoch_bump();
        (!bumps).then_some(Excuse::AddedLate(transaction.node))
    };
    unverified(ghost, tp).or_else(late_add)
}

/// What excuses that what a transaction did is not known any more: its id was forgotten, the coordinators' log or the
/// partition's has lost what was committed.
pub fn forgotten(ghost: &Ghost, id: Option<TransactionalId>, tp: Option<Tp>) -> Option<Excuse> {
    let expired = id.filter(|id| ghost.transactions.id(*id).expired).map(Excuse::IdForgotten);
    expired.or_else(|| ghost.transaction_excuse(id?)).or_else(|| ghost.any_excuse(tp?))
}
