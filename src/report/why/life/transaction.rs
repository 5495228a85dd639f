//! A record's transaction: begun, asked to end, decided by a marker in the record's partition.

use super::super::stamps::{PassportStation, Stamps, Weight};
use super::Scene;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LifeTransaction {
    /// The newest transaction of the record's process: its number, whose producer id, and since when.
    newest: Option<(u32, ProducerId, Nanos)>,
    /// The record's.
    own: Option<(u32, ProducerId)>,
    /// How its application wanted it to end.
    pub asked: Option<bool>,
    /// How a marker ended it.
    pub fate: Option<bool>,
}

impl LifeTransaction {
    /// Takes the next fact. `place`: where the record stands, if it is in the log.
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps, place: Option<Offset>) {
        match entry.fact {
            Fact::TransactionBegun { node, transaction, producer_id, .. } if node == scene.record.node => {
                self.newest = Some((transaction, producer_id, entry.at));
            }
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, .. }
                if scene.holds(node, tp, ordinal, count) && self.own.is_none() =>
            {
                if let Some((number, producer, since)) = self.newest {
                    self.own = Some((number, producer));
                    let text = format!("it belongs to transaction {number}, begun at {since}");
                    stamps.note(entry, PassportStation::Transaction, Weight::Turn, scene.producer(), text);
                }
            }
            Fact::TransactionEnding { node, transaction, commit } if self.is_own(scene, node, transaction) => {
                self.asked = Some(commit);
                let call = if commit { "commitTransaction()" } else { "abortTransaction()" };
                stamps.note(
                    entry,
                    PassportStation::Transaction,
                    Weight::Turn,
                    scene.producer(),
                    format!("calls {call}"),
                );
            }
            Fact::TransactionEnded { node, transaction, commit, error } if self.is_own(scene, node, transaction) => {
                let call = if commit { "commitTransaction()" } else { "abortTransaction()" };
                let text = match error {
                    Some(error) => format!("{call} throws {error}"),
                    None => format!("is told that its transaction is {}", if commit { "committed" } else { "aborted" }),
                };
                stamps.note(entry, PassportStation::Transaction, Weight::Point, scene.producer(), text);
            }
            Fact::TransactionFenced { broker, transactional_id, producer_id, timed_out, .. }
                if self.own.is_some_and(|(_, own)| own == producer_id) && self.fate.is_none() =>
            {
                let why = if timed_out { "transaction.timeout.ms is over" } else { "there is a newer instance" };
                let id = scene.setup.catalog.transactional_id_name(transactional_id);
                let text = format!("as coordinator aborts the transaction of {id}: {why}");
                stamps.note(entry, PassportStation::Transaction, Weight::Point, format!("broker {broker}"), text);
            }
            Fact::ControlAppended { broker, role: ReplicaRole::Leader, tp, offset, producer_id, commit, .. }
                if tp == scene.record.tp
                    && self.own.is_some_and(|(_, own)| own == producer_id)
                    && self.fate.is_none()
                    && place.is_some_and(|place| place < offset) =>
            {
                self.fate = Some(commit);
                let marker = if commit { "COMMIT" } else { "ABORT" };
                let text = format!("writes {marker} at {}: the record is {}", scene.place(offset), ended(commit));
                stamps.note(entry, PassportStation::Marker, Weight::Point, format!("broker {broker}"), text);
            }
            _ => {}
        }
    }
    fn is_own(&self, scene: &Scene, node: NodeId, transaction: u32) -> bool {
        node == scene.record.node && self.own.is_some_and(|(own, _)| own == transaction)
    }

    /// What its fate adds to the sentence; nothing for a record of no transaction.
    pub fn sentence(&self) -> Option<String> {
        let (number, _) = self.own?;
        Some(match self.fate {
            Some(commit) => format!("Its transaction {number} was {}.", ended(commit)),
            None => format!("Its transaction {number} was never decided in its partition."),
        })
    }
}

fn ended(commit: bool) -> &'static str {
    if commit { "committed" } else { "aborted" }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::{RecordLife, Trouble};
    use super::*;
    use crate::check::ledger::RecordRef;
    use crate::history::Observer;
    use crate::history::setup::Setup;
    use crate::protocol::catalog::NodeRole;

    /// The life of a record that is sent in a transaction, which ends like that.
    fn life(commit: bool) -> String {
        let mut setup = Setup::default();
        setup.catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        let node = setup.catalog.add_node("checkout-0", NodeRole::producer());
        setup.catalog.add_topic("orders", 1);
        setup.catalog.add_transactional_id("checkout");
        setup.catalog.groups.push("billing".into());
        let (tp, producer_id, epoch) = (Tp(0), ProducerId(7), ProducerEpoch(0));
        let record = RecordRef { node, tp, ordinal: 1 };
        let mut life = RecordLife::new(Rc::new(setup), record, Trouble::NeverProcessed(GroupId(0)));
        let (ordinal, count, base) = (0, 2, Offset(0));
        let (broker, role, leader_epoch) = (BrokerId(1), ReplicaRole::Leader, LeaderEpoch(0));
        let facts = [
            Fact::TransactionBegun { node, transaction: 4, producer_id, epoch },
            Fact::BatchSent {
                node,
                tp,
                ordinal,
                count,
                attempt: 0,
                created: Nanos::ZERO,
                producer_epoch: epoch,
                sequence: Sequence(0),
            },
            Fact::Appended {
                broker,
                role,
                tp,
                base_offset: base,
                count,
                leader_epoch,
                node,
                ordinal,
                producer_id,
                producer_epoch: epoch,
                sequence: Sequence(0),
            },
            Fact::TransactionEnding { node, transaction: 4, commit },
            Fact::TransactionEnded { node, transaction: 4, commit, error: None },
            Fact::ControlAppended {
                broker,
                role,
                tp,
                offset: Offset(2),
                leader_epoch,
                producer_id,
                producer_epoch: ProducerEpoch(1),
                coordinator_epoch: LeaderEpoch(0),
                commit,
                first_offset: base,
            },
        ];
        for (at, fact) in facts.into_iter().enumerate() {
            life.observe(&Entry { at: Nanos::from_millis(at as u64), event: at as u64, fact });
        }
        // Its lines are as wide as a terminal.
        life.story(&str::to_owned, None).print(100).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_life_of_a_record_tells_its_transaction() {
        let told = life(true);
        for words in [
            "it belongs to transaction 4, begun at",
            "calls commitTransaction()",
            "is told that its transaction is committed",
            "writes COMMIT at orders-0@2: the record is committed",
            "group billing had not come to it when the run ended: nothing is committed. Its transaction 4 was committed.",
        ] {
            assert!(told.contains(words), "{words}:\n{told}");
        }
        assert!(!told.contains("again"), "it was sent once:\n{told}");
        assert!(life(false).contains("writes ABORT at orders-0@2: the record is aborted"));
    }
}
