//! Invariants of transactions: T1-T12, V7, V13.
//!
//! Where nobody has a transactional id there is nothing to judge, and no fact is shown to them. What comes of records
//! in transactions (T13, X3, X4) is another family's.

mod coordinator;
mod offsets;
mod outcome;
mod reading;
mod stable;
mod weakness;

pub(super) use self::weakness::{Stray, leaderless, torn, unverified};

use self::coordinator::CoordinatorChecks;
use self::offsets::OffsetChecks;
use self::outcome::OutcomeChecks;
use self::reading::ReadChecks;
use self::stable::StableChecks;
use self::weakness::Strays;
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::Findings;
use crate::history::fact::{Entry, FactKind, FactSet};

/// See the module.
#[derive(Clone, Debug)]
pub struct TransactionChecks {
    strays: Strays,
    coordinator: CoordinatorChecks,
    outcome: OutcomeChecks,
    reading: ReadChecks,
    stable: StableChecks,
    offsets: OffsetChecks,
}

impl Family for TransactionChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::LastStableOffsetMoved,
        FactKind::LogRecovered,
        FactKind::TransactionEnding,
        FactKind::TransactionEnded,
        FactKind::TransactionsInitialized,
        FactKind::OffsetsInTransaction,
        FactKind::RecordsPolled,
        FactKind::CommitSent,
        FactKind::OffsetStored,
        FactKind::OffsetFetched,
        FactKind::OffsetPending,
        FactKind::PendingOffsetDropped,
        FactKind::GroupStateChanged,
        FactKind::GroupLoaded,
        FactKind::TransactionStateChanged,
        FactKind::TransactionFenced,
        FactKind::CoordinatorLoaded,
    ]);

    fn is_asked(ghost: &Ghost) -> bool {
        ghost.has_transactions()
    }

    fn new(ghost: &Ghost) -> TransactionChecks {
        TransactionChecks {
            strays: Strays::default(),
            coordinator: CoordinatorChecks::new(ghost),
            outcome: OutcomeChecks::new(),
            reading: ReadChecks::new(),
            stable: StableChecks::new(),
            offsets: OffsetChecks::new(ghost),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        self.strays.observe(entry, ghost);
        self.coordinator.observe(entry, ghost);
        self.outcome.observe(entry, ghost, &self.strays);
        self.reading.observe(entry, ghost, &self.strays);
        self.stable.observe(entry, ghost);
        self.offsets.observe(entry, ghost);
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        self.coordinator.finish(end, ghost);
        self.offsets.finish(end, ghost);
    }

    fn findings(&self, out: &mut Findings<'_>) {
        self.coordinator.findings(out);
        self.outcome.findings(out);
        self.reading.findings(out);
        self.stable.findings(out);
        self.offsets.findings(out);
    }
}
