//! Retries without idempotence: duplicates, inversion, expiry, backoff.

use super::harness::*;
use crate::app::spec::Arrivals;
use crate::history::fact::{Certainty, Fact};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, LeaderEpoch};
use crate::sim::time::Nanos;

/// Batches of one record, as many at once as `size`.
fn singles(size: u32) -> crate::app::spec::SourceSpec {
    let mut spec = plain();
    spec.producer.config.batch_size = 1;
    spec.producer.config.linger = Nanos::ZERO;
    spec.arrivals = Arrivals::Bursts { size, every: Nanos::from_secs(1000) };
    spec
}

#[test]
fn a_lost_ack_makes_the_producer_send_twice() {
    let mut spec = plain();
    spec.arrivals = Arrivals::Bursts { size: 3, every: Nanos::from_secs(1000) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(10));
    // The leader has appended at 10; its answer is lost with the connection.
    h.disconnect(1);
    assert_eq!(h.count("BatchRetried"), 1);
    h.until(ms(200));
    h.answer(ErrorCode::None, 13);
}

#[test]
fn two_failed_batches_come_back_inverted() {
    let mut spec = singles(3);
    spec.producer.config.max_in_flight = 2;
    let mut h = Harness::started(spec, 1);
    assert_eq!(h.in_flight(), [0, 1]);
    h.disconnect(1);
    h.until(ms(500));
    assert_eq!(h.in_flight(), [1, 0], "the one that failed last is at the head");
    h.answer(ErrorCode::None, 10);
    h.answer(ErrorCode::None, 11);
    h.answer(ErrorCode::None, 12);
}

#[test]
fn with_one_request_in_flight_nothing_changes_places() {
    let mut spec = singles(3);
    spec.producer.config.max_in_flight = 1;
    let mut h = Harness::started(spec, 1);
    assert_eq!(h.in_flight(), [0]);
    h.disconnect(1);
    h.until(ms(500));
    for expected in 0..3 {
        assert_eq!(h.in_flight(), [expected]);
        h.answer(ErrorCode::None, i64::from(expected));
    }
}

/// A partition is muted until the request is answered or lost, however long its batch has expired.
#[test]
fn with_one_request_in_flight_an_expired_batch_still_holds_back_the_next() {
    let mut spec = singles(2);
    spec.producer.config.max_in_flight = 1;
    spec.producer.config.delivery_timeout = ms(900);
    spec.producer.config.request_timeout = ms(1000);
    spec.arrivals = Arrivals::Bursts { size: 1, every: ms(500) };
    spec.limit = Some(2);
    let mut h = Harness::new(spec, 1);
    h.brokers = vec![BrokerId(1), BrokerId(2)];
    h.input(crate::node::Input::Start);
    assert_eq!(h.in_flight(), [0]);
    h.until(ms(950));
    assert_eq!((h.count("BatchFailed"), h.in_flight()), (1, vec![0]));
    h.answer(ErrorCode::None, 0);
    assert_eq!((h.count("BatchAcked"), h.in_flight()), (0, vec![1]), "too late for the first, in time for the second");
}

#[test]
fn a_refused_batch_is_overtaken_by_those_behind_it() {
    let mut h = Harness::started(singles(3), 1);
    assert_eq!(h.in_flight(), [0, 1, 2]);
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    h.answer(ErrorCode::None, 10);
    h.answer(ErrorCode::None, 11);
    h.until(ms(130));
    h.answer(ErrorCode::None, 12);
}

#[test]
fn the_pauses_double_up_to_a_second() {
    let mut h = Harness::started(singles(1), 1);
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let refused_at = h.now();
        h.answer(ErrorCode::NotEnoughReplicas, 0);
        while h.waiting.is_empty() {
            h.until(h.now() + ms(1));
        }
        pauses.push((h.now() - refused_at).as_millis());
    }
    for (pause, term) in pauses.iter().zip([100, 200, 400, 800, 1000, 1000]) {
        assert!(term * 8 / 10 <= *pause && *pause <= term * 12 / 10 + 2, "{pauses:?}");
    }
}

#[test]
fn a_new_leader_named_by_the_error_ends_the_backoff() {
    let mut h = Harness::started(singles(1), 1);
    let waiting = h.take();
    let leader = LeaderAndEpoch { leader: BrokerId(2), epoch: LeaderEpoch(1) };
    h.leaders[0] = Some((2, 1));
    h.answer_to(&waiting, |_| (ErrorCode::NotLeaderOrFollower, 0), Some(leader));
    assert_eq!(h.waiting.len(), 1, "{}", h.log);
    assert_eq!(h.waiting[0].broker, BrokerId(2));
}

#[test]
fn a_batch_expires_after_delivery_timeout_though_nobody_leads() {
    let mut spec = singles(1);
    spec.producer.config.delivery_timeout = ms(3000);
    spec.producer.config.request_timeout = ms(1000);
    let mut h = Harness::new(spec, 1);
    h.leaders[0] = None;
    h.input(crate::node::Input::Start);
    h.until(ms(2999));
    assert_eq!(h.count("BatchFailed"), 0);
    h.until(ms(3000));
    let Some(Fact::BatchFailed { certainty, error, .. }) = h.facts.last() else { panic!("{}", h.log) };
    assert_eq!((*certainty, *error), (Certainty::Definite, Exception::Expired));
}

#[test]
fn refused_to_the_end_is_certainly_absent_and_one_timeout_spoils_that() {
    for (spoil, expected) in [(false, Certainty::Definite), (true, Certainty::Unknown)] {
        let mut spec = singles(1);
        spec.producer.config.delivery_timeout = ms(3000);
        spec.producer.config.request_timeout = ms(1000);
        let mut h = Harness::started(spec, 1);
        if spoil {
            h.until(ms(1000));
            assert_eq!(h.count("BatchRetried"), 1, "request.timeout.ms closes the connection");
        }
        while h.count("BatchFailed") == 0 {
            if h.waiting.is_empty() {
                h.until(h.now() + ms(10));
            } else {
                h.answer(ErrorCode::NotEnoughReplicas, 0);
            }
        }
        assert!(
            matches!(h.facts.last(), Some(Fact::BatchFailed { certainty, .. }) if *certainty == expected),
            "{}",
            h.log
        );
    }
}

#[test]
fn one_request_timeout_fails_all_requests_of_the_connection() {
    let mut spec = singles(1);
    spec.producer.config.request_timeout = ms(1000);
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(400) };
    spec.limit = Some(3);
    let mut h = Harness::started(spec, 1);
    h.until(ms(1000));
    assert_eq!(h.count("BatchRetried"), 3, "{}", h.log);
}

#[test]
fn retries_bound_the_attempts() {
    let mut spec = singles(1);
    spec.producer.config.retries = 1;
    let mut h = Harness::started(spec, 1);
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    h.until(ms(200));
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    assert!(
        matches!(
            h.facts.last(),
            Some(Fact::BatchFailed { error: Exception::Answered(ErrorCode::NotEnoughReplicas), .. })
        ),
        "{}",
        h.log
    );
}

#[test]
fn a_fatal_error_fails_the_batch_at_once() {
    let mut h = Harness::started(singles(1), 1);
    h.answer(ErrorCode::InvalidRecord, 0);
    assert!(matches!(
        h.facts.last(),
        Some(Fact::BatchFailed {
            error: Exception::Answered(ErrorCode::InvalidRecord),
            certainty: Certainty::Definite,
            ..
        })
    ));
}

#[test]
fn an_answer_after_the_expiry_changes_nothing_for_the_application() {
    let mut spec = singles(1);
    spec.producer.config.delivery_timeout = ms(1000);
    spec.producer.config.request_timeout = ms(1000);
    spec.arrivals = Arrivals::Bursts { size: 1, every: ms(600) };
    spec.limit = Some(2);
    let mut h = Harness::new(spec, 1);
    h.leaders[0] = None;
    h.input(crate::node::Input::Start);
    h.until(ms(590));
    h.leaders[0] = Some((1, 1));
    h.until(ms(1100));
    assert_eq!(h.count("BatchFailed"), 1, "{}", h.log);
    let acked = h.count("BatchAcked");
    h.answer(ErrorCode::None, 0);
    assert_eq!(h.count("BatchAcked"), acked, "{}", h.log);
}

/// Without compression the parts of a batch are the batch itself: it goes out again at once, as if
/// never tried, until it expires (KAFKA-8350). One record alone is given up.
#[test]
fn a_batch_too_large_for_the_broker_goes_out_again() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Bursts { size: 3, every: ms(1000) };
    spec.limit = Some(4);
    let mut h = Harness::started(spec, 1);
    h.until(ms(5));
    let first = h.waiting[0].request.partitions[0].batch.clone();
    h.answer(ErrorCode::MessageTooLarge, 0);
    assert_eq!(h.waiting[0].request.partitions[0].batch, first);
    h.answer(ErrorCode::None, 0);
    h.until(ms(1005));
    h.answer(ErrorCode::MessageTooLarge, 0);
}
