//! Batches that wait until the transaction coordinator knows of their partition (KIP-890).

use super::producer_state::VerificationGuard;
use super::unified_log::Log;
use crate::protocol::batch::RecordBatch;
use crate::protocol::ids::{ProducerEpoch, ProducerId, Sequence};
use crate::sim::time::Nanos;

impl Log {
    /// A producer's batch is the first of its transaction here: what it must be appended with. None if the transaction
    /// is open here: the coordinator was asked then (`UnifiedLog.maybeStartTransactionVerification`).
    pub fn start_verification(
        &mut self,
        (producer, epoch): (ProducerId, ProducerEpoch),
        sequence: Sequence,
        supports_epoch_bump: bool,
        now: Nanos,
    ) -> Option<VerificationGuard> {
        let is_open = self.producers.has_ongoing_transaction(producer, epoch);
        (!is_open).then(|| self.producers.start_verification(producer, epoch, sequence, supports_epoch_bump, now))
    }
    /// Whether the batch may be appended with this guard: its transaction is open here, or the guard is that of a wait
    /// that nothing has ended, no marker above all (`UnifiedLog.batchMissingRequiredVerification`).
    pub fn is_verified(&self, batch: &RecordBatch, guard: Option<VerificationGuard>) -> bool {
        self.producers.has_ongoing_transaction(batch.producer_id, batch.producer_epoch)
            || guard.is_some() && self.producers.verification_guard(batch.producer_id) == guard
    }
    /// Whether a client's batch is one of its producer's last five.
    pub fn is_duplicate(&self, batch: &RecordBatch) -> bool {
        let (first, last) = (batch.base_sequence, batch.last_sequence());
        self.producers.find_duplicate(batch.producer_id, batch.producer_epoch, first, last).is_some()
    }
}
