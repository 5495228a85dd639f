//! Which facts belong to a scene.

use std::collections::BTreeSet;

use super::{Noted, concerns, holds};
use crate::check::ledger::RecordRef;
use crate::check::outcome::Witness;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::ids::*;

/// Facts before a witness that are looked at.
const BEFORE: usize = 26;
/// And after it.
const AFTER: usize = 8;
/// The most that a record's life is made of before it is lightened.
const LIFE: usize = 400;

/// See the module.
pub enum Around {
    Record(RecordScene),
    Witness { witness: Witness, after: usize },
}

/// What is known of a record so far.
pub struct RecordScene {
    record: RecordRef,
    /// Where it lies: other brokers may have another record there.
    copies: Vec<(BrokerId, Offset)>,
    /// Where it lay at first.
    first: Option<Offset>,
    /// Brokers that have appended another record in its place.
    replaced: BTreeSet<BrokerId>,
    /// Brokers that were told that it is committed.
    committed: BTreeSet<BrokerId>,
    /// Processes that have read it.
    readers: BTreeSet<NodeId>,
    /// Groups whose commit is past it.
    past: BTreeSet<GroupId>,
    /// The same, as part of a transaction.
    pending: BTreeSet<GroupId>,
    /// Readers that have sent a commit past it.
    sent: BTreeSet<NodeId>,
    begun: bool,
}

impl Around {
    pub fn record(record: RecordRef) -> Around {
        Around::Record(RecordScene {
            record,
            copies: Vec::new(),
            first: None,
            replaced: BTreeSet::new(),
            committed: BTreeSet::new(),
            readers: BTreeSet::new(),
            past: BTreeSet::new(),
            pending: BTreeSet::new(),
            sent: BTreeSet::new(),
            begun: false,
        })
    }
    pub fn witness(witness: Witness) -> Around {
        Around::Witness { witness, after: 0 }
    }
    /// Whether everything that became of what was sent is in the scene.
    pub fn sees_whole_lives(&self) -> bool {
        matches!(self, Around::Record(_))
    }
    /// The event that the scene is about.
    pub fn event(&self) -> Option<u64> {
        match self {
            Around::Record(_) => None,
            Around::Witness { witness, .. } => Some(witness.event),
        }
    }
    /// How much a fact says here; none: nothing.
    pub fn wants(&mut self, entry: &Entry, setup: &Setup) -> Option<u8> {
        match self {
            Around::Record(scene) => scene.wants(&entry.fact, setup),
            Around::Witness { witness, after } => {
                if *after >= AFTER || !(concerns(witness, &entry.fact) || shakes(&entry.fact)) {
                    return None;
                }
                *after += usize::from(entry.event > witness.event);
                Some(if entry.event == witness.event { 8 } else { 5 })
            }
        }
    }
    /// Keeps what is noted short.
    pub fn trim(&self, noted: &mut Vec<Noted>) {
        match self {
            Around::Record(_) if noted.len() > LIFE => {
                noted.remove(LIFE / 2);
            }
            Around::Witness { after: 0, .. } if noted.len() > BEFORE => {
                noted.remove(0);
            }
            _ => {}
        }
    }
    /// What is left when the run is over: of what shook the cluster, that which happened in the record's life.
    pub fn settle(self, noted: Vec<Noted>) -> Vec<Noted> {
        let Around::Record(_) = self else { return noted };
        let last = noted.iter().rposition(|noted| noted.weight > 2).map_or(0, |last| last + 1);
        noted.into_iter().take(last).collect()
    }
}

/// What concerns everybody.
fn shakes(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ProcessStarted { .. }
            | Fact::ProcessStopped { .. }
            | Fact::ProcessPaused { .. }
            | Fact::BrokerFenced { .. }
            | Fact::BrokerUnfenced { .. }
    )
}

impl RecordScene {
    fn lies_in(&self, broker: BrokerId, tp: Tp, base: Offset, count: u32) -> bool {
        tp == self.record.tp
            && self.copies.iter().any(|(by, offset)| *by == broker && base <= *offset && *offset < base.plus(count))
    }
    /// Whether a broker's copy lies below an offset.
    fn is_below(&self, broker: BrokerId, tp: Tp, end: Offset) -> bool {
        tp == self.record.tp && self.copies.iter().any(|(by, offset)| *by == broker && *offset < end)
    }
    /// A broker's log ends here now. Whether a copy is gone with what was behind.
    fn is_cut_off(&mut self, broker: BrokerId, tp: Tp, end: Offset) -> bool {
        let before = self.copies.len();
        if tp == self.record.tp {
            self.copies.retain(|(by, offset)| *by != broker || *offset < end);
        }
        self.copies.len() < before
    }
    /// Whether an offset of its partition is past it, for who has read it.
    fn is_past(&self, tp: Tp, end: Offset) -> bool {
        tp == self.record.tp && self.first.is_some_and(|offset| offset < end)
    }

    fn wants(&mut self, fact: &Fact, setup: &Setup) -> Option<u8> {
        let own = self.own(fact).or_else(|| self.log(fact)).or_else(|| self.reading(fact, setup));
        self.begun |= own.is_some();
        own.or_else(|| self.cluster(fact, setup).filter(|_| self.begun))
    }

    /// What names the record itself.
    fn own(&mut self, fact: &Fact) -> Option<u8> {
        let record = self.record;
        match *fact {
            Fact::BatchSent { node, tp, ordinal, count, .. } => holds(record, node, tp, ordinal, count).then_some(8),
            Fact::BatchAcked { node, tp, ordinal, count, .. }
            | Fact::BatchFailed { node, tp, ordinal, count, .. }
            | Fact::BatchRetried { node, tp, ordinal, count, .. }
            | Fact::DuplicateDropped { node, tp, ordinal, count, .. }
            | Fact::ProduceRefused { node, tp, ordinal, count, .. }
            | Fact::RecordsPending { node, tp, ordinal, count, .. } => {
                holds(record, node, tp, ordinal, count).then_some(8)
            }
            Fact::Appended { role, node, tp, ordinal, count, base_offset, broker, .. } => {
                if holds(record, node, tp, ordinal, count) {
                    let offset = base_offset.plus(record.ordinal - ordinal);
                    self.first.get_or_insert(offset);
                    self.copies.push((broker, offset));
                    self.committed.remove(&broker);
                    return Some(if role == ReplicaRole::Leader { 8 } else { 6 });
                }
                // Where it lay lies another one.
                let place = self.first.filter(|_| tp == record.tp && role == ReplicaRole::Leader)?;
                let here = base_offset <= place && place < base_offset.plus(count);
                (here && self.replaced.insert(broker)).then_some(7)
            }
            Fact::RecordsPolled { node, tp, origin, ordinal, count, .. }
            | Fact::ShareRecordsPolled { node, tp, origin, ordinal, count, .. } => {
                holds(record, origin, tp, ordinal, count).then(|| {
                    self.readers.insert(node);
                    self.sent.remove(&node);
                    6
                })
            }
            Fact::RecordsProcessed { tp, origin, ordinal, count, .. } => {
                holds(record, origin, tp, ordinal, count).then_some(7)
            }
            Fact::RecordFailed { tp, origin, ordinal, .. } => holds(record, origin, tp, ordinal, 1).then_some(7),
            Fact::SendThrew { node, tp, ordinal, .. } => holds(record, node, tp, ordinal, 1).then_some(8),
            Fact::RecordResent { node, first_tp, first, .. } => holds(record, node, first_tp, first, 1).then_some(7),
            _ => None,
        }
    }

    /// What happens to the place where it lies.
    fn log(&mut self, fact: &Fact) -> Option<u8> {
        match *fact {
            Fact::ProduceAnswered { broker, tp, base_offset, count, .. } => {
                self.lies_in(broker, tp, base_offset, count).then_some(7)
            }
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, .. } => {
                (self.is_below(broker, tp, high_watermark) && self.committed.insert(broker)).then_some(5)
            }
            Fact::HighWatermarkLearned { broker, tp, high_watermark, .. } => {
                (self.is_below(broker, tp, high_watermark) && self.committed.insert(broker)).then_some(3)
            }
            Fact::Truncated { broker, tp, to, .. } => self.is_cut_off(broker, tp, to).then_some(8),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.is_cut_off(broker, tp, log_end).then_some(8),
            Fact::ControlAppended { broker, role: ReplicaRole::Leader, tp, offset, first_offset, .. } => {
                let count = u32::try_from(offset.0 - first_offset.0).unwrap_or(u32::MAX);
                (first_offset.0 >= 0 && self.lies_in(broker, tp, first_offset, count)).then_some(6)
            }
            _ => None,
        }
    }

    /// The first commit past it.
    fn reading(&mut self, fact: &Fact, setup: &Setup) -> Option<u8> {
        match *fact {
            Fact::CommitSent { node, tp, offset, .. } | Fact::OffsetsSentToTransaction { node, tp, offset, .. } => {
                (self.is_past(tp, offset) && self.readers.contains(&node) && self.sent.insert(node)).then_some(5)
            }
            Fact::OffsetStored { group, tp, offset, .. } => {
                let reads = |node: &NodeId| setup.catalog.nodes[node.index()].role.group() == Some(group);
                let read = self.readers.iter().any(reads);
                (read && self.is_past(tp, offset) && self.past.insert(group)).then_some(5)
            }
            Fact::OffsetPending { group, tp, offset, .. } => {
                let reads = |node: &NodeId| setup.catalog.nodes[node.index()].role.group() == Some(group);
                let read = self.readers.iter().any(reads);
                (read && self.is_past(tp, offset) && self.pending.insert(group)).then_some(5)
            }
            Fact::CommitRefused { group, tp, .. } => {
                let reads = |node: &NodeId| setup.catalog.nodes[node.index()].role.group() == Some(group);
                (tp == self.record.tp && self.readers.iter().any(reads)).then_some(5)
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                (tp == self.record.tp && self.readers.contains(&node)).then_some(4)
            }
            _ => None,
        }
    }

    /// What happens around it while it lives.
    fn cluster(&mut self, fact: &Fact, setup: &Setup) -> Option<u8> {
        let concerned = |node: NodeId| {
            let role = setup.catalog.nodes[node.index()].role;
            node == self.record.node
                || self.readers.contains(&node)
                || setup.catalog.broker_of(node).is_some()
                || role.is_server()
        };
        match *fact {
            Fact::PartitionChanged { tp, .. } | Fact::BecameLeader { tp, .. } => (tp == self.record.tp).then_some(2),
            Fact::ProcessStopped { node, .. } | Fact::ProcessPaused { node, .. } => concerned(node).then_some(2),
            Fact::ProcessStarted { node } => concerned(node).then_some(1),
            Fact::BrokerFenced { .. } => Some(1),
            _ => None,
        }
    }
}
