//! Transactional batches and the transaction coordinator's word (KIP-890; `ReplicaManager.handleProduceAppend`,
//! `UnifiedLog.analyzeAndValidateProducerState`).
//!
//! A leader takes the first batch of a transaction only once the coordinator knows that the partition is part of it. With
//! transaction.version below 2 the producer has told the coordinator, and the leader asks; from 2 on the leader tells.
//! Whatever ends the wait in between, a marker above all, makes the answer worthless: that is what the guard is for.

use super::ReplicaManager;
use super::partition::Partition;
use super::verified::Verified;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::log::VerificationGuard;
use crate::protocol::batch::RecordBatch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{FirstSequence, StaleEpoch, UnverifiedEpoch};
use crate::sim::time::Nanos;

impl ReplicaManager {
    /// A producer's first batch in a partition: what it is to be appended with, or none if the coordinator was asked
    /// before (`maybeStartTransactionVerificationForPartition`).
    ///
    /// # Errors
    /// UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, and INVALID_PRODUCER_EPOCH where that is found out before the
    /// coordinator is asked.
    pub fn start_verification(
        &mut self,
        tp: Tp,
        producer: ProducerIdAndEpoch,
        sequence: Sequence,
        supports_epoch_bump: bool,
        cache: &MetadataCache,
        now: Nanos,
    ) -> Result<Option<VerificationGuard>, ErrorCode> {
        let replica = self.find(tp).ok_or_else(|| cache.not_here(tp))?;
        let at_once = self.rules.stale_epoch == StaleEpoch::AtOnce;
        let partition = self.partition_mut(replica);
        if !partition.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        if at_once && knows_later_epoch(partition, producer) {
            return Err(ErrorCode::InvalidProducerEpoch);
        }
        Ok(partition.log.start_verification((producer.id, producer.epoch), sequence, supports_epoch_bump, now))
    }
    /// Whether the guard still stands for the wait that it was given for.
    pub fn is_guarded(&self, tp: Tp, producer: ProducerId, guard: Option<VerificationGuard>) -> bool {
        let stands = |partition: &Partition| partition.log.producers().verification_guard(producer) == guard;
        guard.is_none() || self.partition_of(tp).is_some_and(stands)
    }

    /// Whether a transactional batch may be appended with what the coordinator has said.
    pub(super) fn check_verified(
        &self,
        partition: &Partition,
        batch: &RecordBatch,
        verified: &Verified,
    ) -> Result<(), ErrorCode> {
        if !batch.is_transactional || partition.log.is_duplicate(batch) {
            return Ok(());
        }
        let producer = ProducerIdAndEpoch { id: batch.producer_id, epoch: batch.producer_epoch };
        let is_open = partition.log.producers().has_ongoing_transaction(producer.id, producer.epoch);
        if !is_open
            && self.rules.unverified_epoch == UnverifiedEpoch::InvalidProducerEpoch
            && knows_later_epoch(partition, producer)
        {
            return Err(ErrorCode::InvalidProducerEpoch);
        }
        if verified.is_required && !partition.log.is_verified(batch, verified.guard(partition.tp)) {
            return Err(ErrorCode::InvalidTxnState);
        }
        // What it sent before may be on its way still.
        let begins_inside = batch.base_sequence != Sequence(0) && knows_no_batch(partition, producer.id);
        if verified.supports_epoch_bump && self.rules.first_sequence == FirstSequence::Zero && begins_inside {
            return Err(ErrorCode::OutOfOrderSequenceNumber);
        }
        Ok(())
    }
}

fn knows_later_epoch(partition: &Partition, producer: ProducerIdAndEpoch) -> bool {
    let known = partition.log.producers().entry(producer.id);
    known.is_some_and(|entry| producer.epoch < entry.producer_epoch)
}

fn knows_no_batch(partition: &Partition, producer: ProducerId) -> bool {
    partition.log.producers().entry(producer).is_none_or(|entry| entry.batches().is_empty())
}
