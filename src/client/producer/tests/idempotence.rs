//! Sequences: order kept through retries, new epochs, unresolved partitions.

use super::harness::*;
use crate::app::spec::{Arrivals, SourceSpec};
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ProducerEpoch, Sequence};
use crate::sim::time::Nanos;

/// Batches of one record.
fn singles(size: u32) -> SourceSpec {
    let mut spec = spec();
    spec.producer.config.batch_size = 1;
    spec.producer.config.linger = Nanos::ZERO;
    spec.arrivals = Arrivals::Bursts { size, every: Nanos::from_secs(1000) };
    spec
}

#[test]
fn a_retry_carries_the_sequence_of_the_first_attempt() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Bursts { size: 3, every: Nanos::from_secs(1000) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(5));
    let first = h.waiting[0].request.partitions[0].batch.clone();
    h.disconnect(1);
    h.until(ms(200));
    assert_eq!(h.waiting[0].request.partitions[0].batch, first, "the broker can tell it is the same");
    h.answer(ErrorCode::None, 10);
}

#[test]
fn failed_batches_go_out_again_in_order_and_one_by_one() {
    let mut h = Harness::started(singles(3), 1);
    assert_eq!(h.in_flight(), [0, 1, 2]);
    h.answer(ErrorCode::None, 0);
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    // The broker wants sequence 1 first.
    h.answer(ErrorCode::OutOfOrderSequenceNumber, 0);
    h.until(ms(500));
    assert_eq!(h.in_flight(), [1], "only the oldest may go");
    h.answer(ErrorCode::None, 1);
    assert_eq!(h.in_flight(), [2]);
    h.answer(ErrorCode::None, 2);
    assert_eq!(h.count("ProducerIdAssigned"), 1, "no new epoch was needed");
}

#[test]
fn after_an_expiry_the_gap_is_closed_by_a_new_epoch() {
    let mut spec = singles(1);
    spec.producer.config.delivery_timeout = ms(2000);
    spec.producer.config.request_timeout = ms(1000);
    spec.producer.config.retry_backoff_max = ms(100);
    spec.arrivals = Arrivals::Bursts { size: 1, every: ms(700) };
    spec.limit = Some(3);
    let mut h = Harness::started(spec, 1);
    h.answer(ErrorCode::None, 0);
    // The second record is refused until it expires at 2700; the third, of 1400, follows it.
    h.until(ms(1400));
    while h.count("BatchFailed") == 0 {
        while let Some(w) = h.waiting.first().cloned() {
            let error = match w.request.partitions[0].batch.origin.ordinal {
                1 => ErrorCode::NotEnoughReplicas,
                _ => ErrorCode::OutOfOrderSequenceNumber,
            };
            h.answer(error, 0);
        }
        h.until(h.now() + ms(20));
    }
    // The broker still wants the sequence of the batch that is gone.
    while h.waiting.first().is_none_or(|w| w.request.partitions[0].batch.producer_epoch == ProducerEpoch(0)) {
        if !h.waiting.is_empty() {
            h.answer(ErrorCode::OutOfOrderSequenceNumber, 0);
        }
        h.until(h.now() + ms(20));
    }
    let batch = h.waiting[0].request.partitions[0].batch.clone();
    assert_eq!(
        (batch.origin.ordinal, batch.producer_epoch, batch.base_sequence),
        (2, ProducerEpoch(1), Sequence(0)),
        "{}",
        h.log
    );
    h.answer(ErrorCode::None, 1);
    assert_eq!(h.count("BatchAcked"), 2);
}

#[test]
fn if_the_expired_batch_was_written_after_all_the_epoch_stays() {
    let mut spec = singles(2);
    spec.producer.config.delivery_timeout = ms(2000);
    spec.producer.config.request_timeout = ms(1000);
    spec.arrivals = Arrivals::Bursts { size: 1, every: ms(1000) };
    spec.limit = Some(2);
    let mut h = Harness::started(spec, 1);
    // Written, but no answer ever comes: the first batch is retried and expires at 2000.
    h.until(ms(2050));
    assert_eq!(h.count("BatchFailed"), 1, "{}", h.log);
    while h.count("BatchAcked") == 0 {
        match h.waiting.first().map(|w| w.request.partitions[0].batch.origin.ordinal) {
            Some(1) => h.answer(ErrorCode::None, 1),
            Some(_) => h.answer(ErrorCode::NotEnoughReplicas, 0),
            None => h.until(h.now() + ms(10)),
        }
    }
    h.until(h.now() + ms(100));
    assert_eq!(h.count("ProducerIdAssigned"), 1, "{}", h.log);
}

#[test]
fn a_batch_that_was_next_and_is_out_of_order_starts_a_new_epoch() {
    let mut h = Harness::started(singles(2), 1);
    h.answer(ErrorCode::None, 0);
    // The broker lost what it had acknowledged.
    h.answer(ErrorCode::OutOfOrderSequenceNumber, 0);
    h.until(ms(200));
    h.answer(ErrorCode::None, 0);
    assert!(h.facts.iter().any(|f| matches!(f, Fact::ProducerIdAssigned { epoch: ProducerEpoch(1), .. })));
}

#[test]
fn a_batch_the_broker_refuses_for_good_starts_a_new_epoch() {
    let mut h = Harness::started(singles(2), 1);
    h.answer(ErrorCode::InvalidRecord, 0);
    h.answer(ErrorCode::OutOfOrderSequenceNumber, 0);
    h.until(ms(300));
    let batch = h.waiting[0].request.partitions[0].batch.clone();
    assert_eq!((batch.producer_epoch, batch.base_sequence), (ProducerEpoch(1), Sequence(0)));
}

#[test]
fn no_data_before_there_is_a_producer_id() {
    let mut h = Harness::new(singles(1), 1);
    h.has_producer_ids = false;
    h.input(crate::node::Input::Start);
    h.until(ms(1000));
    assert_eq!(h.count("BatchSent"), 0);
    h.has_producer_ids = true;
    h.until(ms(1200));
    assert_eq!(h.count("BatchSent"), 1);
}

/// A leader that knows nothing of a producer takes any first sequence (KIP-360). So if the very first
/// batch is refused, the second gets in before it; the first is then out of order for ever, and as it
/// is not the next one either, no new epoch comes to its help: it is tried until it expires.
#[test]
fn the_very_first_batch_can_be_overtaken() {
    let mut spec = singles(2);
    spec.producer.config.delivery_timeout = ms(1500);
    spec.producer.config.request_timeout = ms(1000);
    let mut h = Harness::started(spec, 1);
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    h.answer(ErrorCode::None, 0);
    while h.count("BatchFailed") == 0 {
        h.until(h.now() + ms(10));
        if !h.waiting.is_empty() {
            h.answer(ErrorCode::OutOfOrderSequenceNumber, 0);
        }
    }
    assert_eq!(h.count("ProducerIdAssigned"), 1);
    assert_eq!(h.count("BatchAcked"), 1);
}
