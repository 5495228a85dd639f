//! `buffer.memory` and `max.block.ms`.

use super::harness::*;
use crate::app::spec::Arrivals;
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::rules::KafkaVersion;
use crate::sim::time::Nanos;

#[test]
fn send_blocks_while_the_buffers_are_taken_and_goes_on_when_one_is_free() {
    let mut spec = spec();
    spec.producer.config.batch_size = 1000;
    spec.producer.config.buffer_memory = 2000;
    spec.producer.config.linger = Nanos::from_secs(1);
    spec.arrivals = Arrivals::Bursts { size: 20, every: Nanos::from_secs(1000) };
    let mut h = Harness::started(spec, 1);
    // Two buffers of eight records; the seventeenth waits, and so nobody lingers.
    assert_eq!(h.in_flight(), [0, 8]);
    h.until(ms(300));
    h.answer(ErrorCode::None, 0);
    h.answer(ErrorCode::None, 8);
    h.until(ms(1300));
    let Some(Fact::BatchSent { ordinal, count, created, .. }) = h.facts.last() else { panic!("{}", h.log) };
    assert_eq!((*ordinal, *count, *created), (16, 4, ms(300)), "sent when there was room, not when it was due");
    let batch = h.take().request.partitions[0].batch.clone();
    let times = (batch.base_timestamp, batch.max_timestamp);
    assert_eq!(times, (ms(0), ms(300)), "CreateTime of the one that waited is when send() was called");
}

/// KAFKA-19012: the network may still read from the buffer of a batch that expires in flight.
#[test]
fn since_4_2_the_memory_of_an_expired_batch_is_free_once_its_request_is_answered() {
    for (version, sent_at_expiry) in [(KafkaVersion::V4_0, 2), (KafkaVersion::V4_2, 1)] {
        let mut spec = plain();
        spec.producer.config.batch_size = 1000;
        spec.producer.config.buffer_memory = 1000;
        spec.producer.config.linger = Nanos::ZERO;
        spec.producer.config.delivery_timeout = ms(1000);
        spec.producer.config.request_timeout = ms(1000);
        spec.arrivals = Arrivals::Bursts { size: 9, every: Nanos::from_secs(1000) };
        spec.limit = Some(9);
        let mut h = Harness::under(version, spec, 1);
        h.leaders[0] = None;
        h.input(Input::Start);
        h.until(ms(590));
        h.leaders[0] = Some((1, 1));
        h.until(ms(1300));
        assert_eq!((h.count("BatchFailed"), h.count("BatchSent")), (1, sent_at_expiry), "{version:?}: {}", h.log);
        h.answer(ErrorCode::None, 0);
        h.until(ms(1350));
        assert_eq!(h.count("BatchSent"), 2, "{version:?}: {}", h.log);
    }
}

#[test]
fn send_fails_after_max_block() {
    let mut spec = spec();
    spec.producer.config.batch_size = 1000;
    spec.producer.config.buffer_memory = 1000;
    spec.producer.config.max_block = ms(500);
    spec.arrivals = Arrivals::Bursts { size: 10, every: Nanos::from_secs(1000) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(1600));
    assert_eq!(h.count("SendFailed"), 2, "the ninth at 500 ms, the tenth at 1000 ms: {}", h.log);
}

#[test]
fn send_waits_for_the_topic_and_asks_less_and_less_often() {
    let mut h = Harness::new(spec(), 1);
    h.topic_exists = false;
    h.input(Input::Start);
    h.until(ms(950));
    assert_eq!(h.count("SendFailed") + h.count("BatchSent"), 0);
    assert_eq!(h.metadata_requests, 4, "at once, then after 100, 200 and 400 ms");
    h.topic_exists = true;
    h.until(ms(1499));
    assert_eq!(h.count("BatchSent"), 0);
    h.until(ms(1600));
    assert_eq!(h.count("BatchSent"), 1);
}

#[test]
fn without_a_topic_send_fails_after_max_block() {
    let mut spec = spec();
    spec.producer.config.max_block = ms(800);
    let mut h = Harness::new(spec, 1);
    h.topic_exists = false;
    h.input(Input::Start);
    h.until(ms(800));
    assert!(h.log.ends_with("send() fails: TimeoutException: topic not in metadata after max.block.ms\n"), "{}", h.log);
}

#[test]
fn without_brokers_the_producer_keeps_trying() {
    let mut h = Harness::new(spec(), 1);
    h.reachable = false;
    h.input(Input::Start);
    h.until(Nanos::from_secs(10));
    h.reachable = true;
    h.until(Nanos::from_secs(13));
    assert_eq!(h.count("BatchSent"), 1);
}
