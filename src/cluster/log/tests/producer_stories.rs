//! Stories about the producer state alone: transactions, verification, snapshots.

use super::super::producer_state::{DEFAULT_PRODUCER_ID_EXPIRATION, EndTxnMarker, SequencedBatch};
use super::*;

/// A partition reduced to its producer state and its log end.
struct Partition {
    state: ProducerStateManager,
    end: Offset,
}

impl Partition {
    fn new() -> Partition {
        Partition { state: ProducerStateManager::new(DEFAULT_PRODUCER_ID_EXPIRATION), end: Offset(0) }
    }

    /// One transactional record.
    fn send(&mut self, producer: i64, epoch: i16, sequence: i32) -> Result<(), ErrorCode> {
        let batch = SequencedBatch {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(epoch),
            first_sequence: Sequence(sequence),
            last_sequence: Sequence(sequence),
            first_offset: self.end,
            last_offset: self.end,
            timestamp: NOW,
            transactional: true,
        };
        self.state.append_batch(&batch, AppendOrigin::Client)?;
        self.end = self.end.plus(1);
        Ok(())
    }

    /// A marker; returns the completed transaction's first offset and the last stable offset then.
    fn end(&mut self, producer: i64, epoch: i16, coordinator_epoch: i32) -> Result<Option<(i64, i64)>, ErrorCode> {
        let marker = EndTxnMarker {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(epoch),
            coordinator_epoch: LeaderEpoch(coordinator_epoch),
            commit: true,
            offset: self.end,
            timestamp: NOW,
        };
        let completed = self.state.append_marker(&marker, AppendOrigin::Coordinator)?;
        self.end = self.end.plus(1);
        Ok(completed.map(|txn| (txn.first_offset.0, txn.last_stable_offset.0)))
    }

    fn unstable(&self) -> Option<i64> {
        self.state.first_unstable_offset().map(|offset| offset.0)
    }
}

/// read_committed readers wait for the oldest transaction, even if a younger one is long committed;
/// and for the marker's replication, not for its append.
#[test]
fn the_oldest_transaction_holds_back_all_that_follow() {
    let mut partition = Partition::new();
    partition.send(1, 0, 0).expect("opens at 0");
    partition.send(2, 0, 0).expect("opens at 1");
    assert_eq!(partition.end(2, 0, 0), Ok(Some((1, 0))));
    partition.state.on_high_watermark_updated(Offset(3));
    assert_eq!(partition.unstable(), Some(0));
    assert_eq!(partition.end(1, 0, 0), Ok(Some((0, 4))));
    assert_eq!(partition.unstable(), Some(0), "the marker at 3 is not replicated");
    partition.state.on_high_watermark_updated(Offset(3));
    assert_eq!(partition.unstable(), Some(0), "the high watermark must pass it");
    partition.state.on_high_watermark_updated(Offset(4));
    assert_eq!(partition.unstable(), None);
}

#[test]
fn a_marker_of_a_new_epoch_fences_the_producer() {
    let mut partition = Partition::new();
    partition.send(1, 0, 0).expect("opens");
    partition.end(1, 1, 0).expect("closes");
    assert_eq!(partition.send(1, 0, 1), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(partition.send(1, 1, 1), Err(ErrorCode::OutOfOrderSequenceNumber), "a new epoch starts at 0");
    assert_eq!(partition.send(1, 1, 0), Ok(()));
}

#[test]
fn a_deposed_coordinator_cannot_write_markers() {
    let mut partition = Partition::new();
    partition.send(1, 0, 0).expect("opens");
    partition.end(1, 0, 5).expect("closes");
    assert_eq!(partition.end(1, 0, 4), Err(ErrorCode::TransactionCoordinatorFenced));
    assert_eq!(partition.end(1, 0, 5), Ok(None), "a repeated marker is written and closes nothing");
}

/// KIP-890: a retried first batch is not overtaken by the second while the coordinator is asked.
#[test]
fn during_verification_later_sequences_wait() {
    let mut partition = Partition::new();
    partition.state.start_verification(ProducerId(1), ProducerEpoch(0), Sequence(4), false, NOW);
    partition.state.start_verification(ProducerId(1), ProducerEpoch(0), Sequence(3), false, NOW);
    assert_eq!(partition.send(1, 0, 4), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(partition.send(1, 0, 3), Ok(()));
    assert_eq!(partition.state.verification_guard(ProducerId(1)), None);
    assert_eq!(partition.send(1, 0, 4), Ok(()));
}

#[test]
fn a_snapshot_remembers_an_open_transaction_and_one_batch() {
    let mut partition = Partition::new();
    for sequence in 0..3 {
        partition.send(1, 0, sequence).expect("in order");
    }
    partition.state.take_snapshot();
    partition.end(1, 0, 0).expect("closes");
    partition.state.truncate_and_reload(Offset(0), Offset(3), NOW);
    assert_eq!(partition.unstable(), Some(0), "the marker was cut: the transaction is open again");
    let entry = partition.state.entry(ProducerId(1)).expect("in the snapshot");
    assert_eq!(entry.batches().len(), 1);
    assert_eq!(entry.last_sequence(), Sequence(2));
}

#[test]
fn a_producer_with_an_open_transaction_never_expires() {
    let mut partition = Partition::new();
    partition.send(1, 0, 0).expect("opens");
    let late = NOW.saturating_add(DEFAULT_PRODUCER_ID_EXPIRATION);
    partition.state.remove_expired_producers(late);
    assert!(partition.state.entry(ProducerId(1)).is_some());
    partition.end(1, 0, 0).expect("closes");
    partition.state.remove_expired_producers(late);
    assert!(partition.state.entry(ProducerId(1)).is_none());
}
