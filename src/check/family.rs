//! What a family of checks is.

use super::ghost::Ghost;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::Findings;
use crate::history::fact::{Entry, FactSet};

/// Checks that share what they remember.
pub trait Family: Sized {
    /// The facts that it wants to see. It is not shown others.
    const WANTS: FactSet;

    /// Whether a run of this setup has anything for it to judge. If not, it is shown no fact at all.
    fn is_asked(_ghost: &Ghost) -> bool {
        true
    }
    /// Before the first fact.
    fn new(ghost: &Ghost) -> Self;
    /// Takes the next fact that it wants; `ghost` shows the state before it, `ledger` the one after.
    fn observe(&mut self, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook);
    /// What can only be judged at the end; `totals` is what the ledger came to.
    fn finish(&mut self, _end: &Entry, _ghost: &Ghost, _ledger: &LedgerBook, _totals: &Ledger) {}
    /// The outcomes.
    fn findings(&self, out: &mut Findings<'_>);
}
