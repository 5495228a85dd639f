//! The ledger of transactions: how many there were, how they ended, and what became of their records.

use std::collections::BTreeSet;

use litemap::LiteMap;

use super::super::ghost::{Ghost, GhostTransaction, RecordFate};
use crate::protocol::batch::TransactionState;
use crate::protocol::ids::*;

/// What became of transactions and of their records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TransactionTotals {
    /// beginTransaction() returned.
    pub begun: u64,
    /// The application was told that it is committed.
    pub committed: u64,
    /// It was told that it is aborted.
    pub aborted: u64,
    /// It was told neither.
    pub unknown: u64,
    /// The coordinator aborted it, since it took too long.
    pub timed_out: u64,
    /// Open in a log in the end, and its coordinator knows of no transaction.
    pub hanging: u64,
    /// Records in the log whose transaction is committed there.
    pub records_committed: u64,
    /// Records in the log whose transaction is aborted there.
    pub records_aborted: u64,
    /// Records in the log whose transaction is open there.
    pub records_undecided: u64,
}

impl TransactionTotals {
    /// The figure of that name, such as `transactions.begun`.
    pub fn figure(&self, name: &str) -> Option<u64> {
        Some(match name {
            "transactions.begun" => self.begun,
            "transactions.committed" => self.committed,
            "transactions.aborted" => self.aborted,
            "transactions.unknown" => self.unknown,
            "transactions.timed.out" => self.timed_out,
            "transactions.hanging" => self.hanging,
            "records.committed" => self.records_committed,
            "records.aborted" => self.records_aborted,
            "records.undecided" => self.records_undecided,
            _ => return None,
        })
    }
    /// Adds another's.
    pub fn add(&mut self, other: &TransactionTotals) {
        self.begun += other.begun;
        self.committed += other.committed;
        self.aborted += other.aborted;
        self.unknown += other.unknown;
        self.timed_out += other.timed_out;
        self.hanging += other.hanging;
        self.records_committed += other.records_committed;
        self.records_aborted += other.records_aborted;
        self.records_undecided += other.records_undecided;
    }
    fn count(&mut self, transaction: &GhostTransaction, hanging: bool) {
        self.begun += 1;
        match transaction.told {
            Some((true, _)) => self.committed += 1,
            Some((false, _)) => self.aborted += 1,
            None => self.unknown += 1,
        }
        self.timed_out += u64::from(transaction.timed_out);
        self.hanging += u64::from(hanging);
    }
    fn count_records(&mut self, fate: RecordFate, count: u64) {
        match fate {
            RecordFate::Plain => {}
            RecordFate::Open => self.records_undecided += count,
            RecordFate::Committed => self.records_committed += count,
            RecordFate::Aborted => self.records_aborted += count,
        }
    }
}

/// The same, for whom.
#[derive(Clone, Debug, Default)]
pub(super) struct TransactionBook {
    /// Over all.
    pub all: TransactionTotals,
    /// By process.
    pub nodes: LiteMap<NodeId, TransactionTotals>,
    /// By topic that it has records in.
    pub topics: LiteMap<TopicId, TransactionTotals>,
    /// By partition that it has records in.
    pub partitions: LiteMap<Tp, TransactionTotals>,
    /// By group that it has offsets of. Records are no group's.
    pub groups: LiteMap<GroupId, TransactionTotals>,
}

/// Adds up.
pub(super) fn close(ghost: &Ghost) -> TransactionBook {
    let mut book = TransactionBook::default();
    if !ghost.has_transactions() {
        return book;
    }
    let hanging = book.records(ghost);
    for (member, transaction) in ghost.transactions.all().iter().enumerate() {
        let hangs = hanging.contains(&(member as u32));
        book.all.count(transaction, hangs);
        book.nodes.entry(transaction.node).or_default().count(transaction, hangs);
        let partitions: BTreeSet<Tp> = transaction.records.iter().map(|(tp, ..)| *tp).collect();
        let topics: BTreeSet<TopicId> = partitions.iter().map(|tp| ghost.setup.catalog.topic_of(*tp).0).collect();
        let groups: BTreeSet<GroupId> = transaction.offsets.iter().map(|offset| offset.group).collect();
        partitions.into_iter().for_each(|tp| book.partitions.entry(tp).or_default().count(transaction, hangs));
        topics.into_iter().for_each(|topic| book.topics.entry(topic).or_default().count(transaction, hangs));
        groups.into_iter().for_each(|group| book.groups.entry(group).or_default().count(transaction, hangs));
    }
    book
}

impl TransactionBook {
    /// Counts records by their fate in the logs that count. Returns the transactions that hang there.
    fn records(&mut self, ghost: &Ghost) -> BTreeSet<u32> {
        let mut hanging = BTreeSet::new();
        for (tp, partition) in ghost.partitions() {
            let (Some(log), Some(settled)) = (ghost.deciding_log(tp), ghost.settled(tp)) else { continue };
            let hangs = settled.open().iter().filter(|open| !is_under_way(ghost, open.producer_id));
            hanging.extend(hangs.flat_map(|open| open.members.iter().copied()));
            if partition.internal {
                continue;
            }
            for batch in log.batches().records() {
                let (fate, count) = (settled.fate(batch.base), u64::from(batch.count));
                self.all.count_records(fate, count);
                self.nodes.entry(batch.node).or_default().count_records(fate, count);
                self.topics.entry(ghost.setup.catalog.topic_of(tp).0).or_default().count_records(fate, count);
                self.partitions.entry(tp).or_default().count_records(fate, count);
            }
        }
        hanging
    }
}

/// Whether the coordinator knows of a transaction of the producer that is not over.
fn is_under_way(ghost: &Ghost, producer: ProducerId) -> bool {
    let is_open = |state: TransactionState| state == TransactionState::Ongoing || state.is_prepared();
    let known = ghost.transactions.owner_of(producer).map(|id| ghost.transactions.id(id));
    known.is_some_and(|id| id.producer_id == producer && id.state.is_some_and(is_open))
}
