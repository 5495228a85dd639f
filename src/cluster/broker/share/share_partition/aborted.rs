//! Records of aborted transactions, which a group that reads what is committed does not get
//! (`SharePartition.maybeFilterAbortedTransactionalAcquiredRecords`).

use std::collections::BTreeSet;

use super::acquire::last_offset;
use super::start_offset::Stale;
use super::{FetchedRecords, ShareAcquiredRecords, SharePartition};
use crate::cluster::broker::share::in_flight::RecordState;
use crate::cluster::broker::share::runs::{before, length};
use crate::history::fact::ShareArchiveReason;
use crate::node::Context;
use crate::protocol::batch::{BatchData, ControlRecord};
use crate::protocol::ids::{Offset, ProducerId};
use crate::protocol::messages::AcquiredRecords;

impl SharePartition {
    /// Archives what was acquired of aborted transactions, and takes it out of the answer.
    pub(super) fn filter_aborted(
        &mut self,
        fetched: &FetchedRecords<'_>,
        acquired: &mut ShareAcquiredRecords,
        ctx: &mut Context<'_>,
    ) {
        for (first, last) in aborted_batches(fetched) {
            let (state, reason) = (RecordState::Acquired, ShareArchiveReason::Gap);
            let end = last.plus(1);
            self.archive(Stale { first, end, state, reason, counts: true }, ctx);
            acquired.records = without(&acquired.records, first, last);
        }
        acquired.count = acquired.records.iter().map(|records| length(records.first, records.last)).sum();
    }
}

/// Batches of transactions that were aborted (`fetchAbortedTransactionRecordBatches`).
fn aborted_batches(fetched: &FetchedRecords<'_>) -> Vec<(Offset, Offset)> {
    let mut transactions = fetched.aborted.to_vec();
    transactions.sort_by_key(|transaction| transaction.first_offset);
    let mut transactions = transactions.into_iter().peekable();
    let mut aborted: BTreeSet<ProducerId> = BTreeSet::new();
    let mut found = Vec::new();
    for batch in fetched.batches.iter().filter(|batch| batch.producer_id != ProducerId::NONE) {
        let last = last_offset(batch);
        while let Some(begun) = transactions.next_if(|transaction| transaction.first_offset <= last) {
            aborted.insert(begun.producer_id);
        }
        match batch.data {
            BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) => {
                aborted.remove(&batch.producer_id);
            }
            _ if batch.is_transactional && aborted.contains(&batch.producer_id) => {
                found.push((batch.base_offset, last));
            }
            _ => {}
        }
    }
    found
}

/// What is left of these records.
fn without(records: &[AcquiredRecords], first: Offset, last: Offset) -> Vec<AcquiredRecords> {
    let mut left = Vec::with_capacity(records.len());
    for run in records {
        let (below, behind) = (run.last.min(before(first)), run.first.max(last.plus(1)));
        if run.first <= below {
            left.push(AcquiredRecords { last: below, ..*run });
        }
        if behind <= run.last {
            left.push(AcquiredRecords { first: behind, ..*run });
        }
    }
    left
}
