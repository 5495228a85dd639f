//! Which batches of a log belong to aborted transactions, and which markers are needed no more
//! (`storage/.../internals/log/CleanedTransactionMetadata.java`).

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::log::transaction_index::AbortedTxn;
use crate::cluster::log::unified_log::Log;
use crate::protocol::batch::{BatchData, ControlRecord, RecordBatch};
use crate::protocol::ids::{Offset, ProducerId};

/// Fed with the batches of a log in their order.
#[derive(Clone, Debug)]
pub(super) struct CleanedTransactions {
    /// Aborted transactions that are still to come, the one that begins last first.
    aborted: Vec<AbortedTxn>,
    /// Those that are open at this place, and whether a batch of theirs was met.
    ongoing_aborted: BTreeMap<ProducerId, (AbortedTxn, bool)>,
    /// Producers with batches of a transaction that will be committed.
    ongoing_committed: BTreeSet<ProducerId>,
}

impl CleanedTransactions {
    /// For the batches of `from..end`, both of them where a segment begins or ends.
    pub fn new(log: &Log, from: Offset, end: Offset) -> CleanedTransactions {
        let listed = log.segments.iter().flat_map(|segment| segment.aborted());
        let concerned = listed.filter(|txn| txn.marker_offset >= from && txn.first_offset < end);
        let mut aborted: Vec<AbortedTxn> = concerned.copied().collect();
        aborted.sort_by_key(|txn| std::cmp::Reverse(txn.first_offset));
        CleanedTransactions { aborted, ongoing_aborted: BTreeMap::new(), ongoing_committed: BTreeSet::new() }
    }

    /// Takes the next batch: whether it may be discarded, records of an aborted transaction or a marker of a transaction of which
    /// nothing is left. With a marker that stays, the aborted transaction that it ends.
    pub fn read(&mut self, batch: &RecordBatch) -> (bool, Option<AbortedTxn>) {
        while let Some(txn) = self.aborted.pop_if(|txn| txn.first_offset <= batch.last_offset()) {
            self.ongoing_aborted.entry(txn.producer_id).or_insert((txn, false));
        }
        match &batch.data {
            BatchData::Control(ControlRecord::Removed) => (true, None),
            BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) => {
                match self.ongoing_aborted.remove(&batch.producer_id) {
                    Some((txn, true)) => (false, Some(txn)),
                    Some((_, false)) | None => (true, None),
                }
            }
            BatchData::Control(ControlRecord::EndTxn { commit: true, .. }) => {
                (!self.ongoing_committed.remove(&batch.producer_id), None)
            }
            _ if !batch.is_transactional => (false, None),
            _ => match self.ongoing_aborted.get_mut(&batch.producer_id) {
                Some((_, met)) => {
                    *met = true;
                    (true, None)
                }
                None => {
                    self.ongoing_committed.insert(batch.producer_id);
                    (false, None)
                }
            },
        }
    }
}
