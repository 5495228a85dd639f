//! The aborted transactions of a segment (`storage/.../internals/log/TransactionIndex.java`, the file `.txnindex`).
//!
//! A transaction is listed in the segment of its ABORT marker. Aborted records stay in the log; whoever reads what is
//! committed is told which they are, and passes over them.

use super::producer_state::CompletedTxn;
use crate::protocol::ids::{Offset, ProducerId};
use crate::protocol::messages::AbortedTransaction;

/// An aborted transaction (`AbortedTxn`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbortedTxn {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its first record here.
    pub first_offset: Offset,
    /// The marker.
    pub marker_offset: Offset,
    /// Where the last stable offset stood with the marker: the first record of the oldest transaction that was open
    /// still, or the offset after the marker.
    pub last_stable_offset: Offset,
}

/// See the module. In the order of the markers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TransactionIndex(Vec<AbortedTxn>);

impl From<Vec<AbortedTxn>> for TransactionIndex {
    /// In the order of their markers.
    fn from(aborted: Vec<AbortedTxn>) -> TransactionIndex {
        TransactionIndex(aborted)
    }
}

impl TransactionIndex {
    /// A marker was appended: of what it aborted, note is taken.
    pub fn append(&mut self, closed: &CompletedTxn) {
        if closed.aborted {
            let CompletedTxn { producer_id, first_offset, marker_offset, last_stable_offset, aborted: _ } = *closed;
            self.0.push(AbortedTxn { producer_id, first_offset, marker_offset, last_stable_offset });
        }
    }
    /// The markers from `offset` on are cut off.
    pub fn truncate_to(&mut self, offset: Offset) {
        self.0.truncate(self.0.partition_point(|aborted| aborted.marker_offset < offset));
    }
    /// Adds the transactions of which records may lie in `from..upper`. Whether those behind them need not be looked
    /// at: the rest of the log up to `upper` was decided when this marker came.
    pub fn collect(&self, from: Offset, upper: Offset, out: &mut Vec<AbortedTransaction>) -> bool {
        let first = self.0.partition_point(|aborted| aborted.marker_offset < from);
        for AbortedTxn { producer_id, first_offset, last_stable_offset, .. } in self.0[first..].iter().copied() {
            if first_offset < upper {
                out.push(AbortedTransaction { producer_id, first_offset });
            }
            if last_stable_offset >= upper {
                return true;
            }
        }
        false
    }
    /// All of them.
    pub fn entries(&self) -> &[AbortedTxn] {
        &self.0
    }
    /// # Panics
    /// If the markers are out of order, or do not lie in the segment, which is `base..end`.
    pub fn check_invariants(&self, base: Offset, end: Offset) {
        assert!(self.0.is_sorted_by(|a, b| a.marker_offset < b.marker_offset), "aborted transactions are in order");
        let inside = |aborted: &AbortedTxn| base <= aborted.marker_offset && aborted.marker_offset < end;
        assert!(self.0.iter().all(inside), "an aborted transaction is listed where its marker is");
        let whole = |aborted: &AbortedTxn| aborted.first_offset < aborted.marker_offset;
        assert!(self.0.iter().all(whole), "an aborted transaction has records");
    }
}
