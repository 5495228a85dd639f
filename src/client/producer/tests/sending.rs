//! Linger, sibling drain, partitioning, sizes: the road without failures.

use super::harness::*;
use crate::app::spec::{Arrivals, GivenRecord, Keys, ValueSize};
use crate::history::fact::Fact;
use crate::protocol::batch::BatchData;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

#[test]
fn a_batch_that_is_not_full_waits_for_linger() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(1) };
    spec.limit = Some(8);
    let mut h = Harness::started(spec, 1);
    h.until(ms(20));
    assert_eq!(h.waiting.len(), 2);
    h.answer(ErrorCode::None, 0);
    h.answer(ErrorCode::None, 6);
}

#[test]
fn a_full_batch_does_not_wait() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Bursts { size: 200, every: Nanos::from_secs(100) };
    spec.producer.config.linger = ms(1000);
    let mut h = Harness::started(spec, 1);
    // 148 records of 109 or 110 bytes fit 16384 bytes with their header; the second batch waits.
    assert_eq!(h.waiting.len(), 1);
    let batch = &h.waiting[0].request.partitions[0].batch;
    assert!(batch.size <= 16_384 && batch.size + 111 > 16_384, "{} bytes", batch.size);
    assert_eq!(batch.data, BatchData::Plain);
    assert_eq!(h.count("BatchSent"), 1);
    h.until(ms(1000));
    assert_eq!(h.count("BatchSent"), 2);
}

#[test]
fn a_sendable_sibling_takes_the_others_of_its_broker_along() {
    let mut spec = spec();
    spec.producer.config.linger = ms(50);
    spec.keys = Keys::RoundRobin { count: 20 };
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(10) };
    spec.limit = Some(6);
    let mut h = Harness::started(spec, 3);
    h.until(ms(50));
    // The first record's partition has lingered; the records of the other two had not.
    let request = &h.waiting[0].request;
    assert!(request.partitions.len() > 1, "{}", h.log);
    assert_eq!(h.waiting.len(), 1);
}

#[test]
fn a_keyed_record_goes_to_its_partition_even_without_a_leader() {
    let mut spec = spec();
    spec.keys = Keys::RoundRobin { count: 3 };
    spec.arrivals = Arrivals::Bursts { size: 3, every: Nanos::from_secs(100) };
    let mut h = Harness::new(spec, 3);
    // "key-1" hashes to partition 0 of 3 and "key-2" to partition 2.
    h.leaders[0] = None;
    h.input(crate::node::Input::Start);
    h.until(ms(100));
    let tps: Vec<u32> = h.waiting.iter().flat_map(|w| w.request.partitions.iter().map(|p| p.tp.0)).collect();
    assert!(!tps.contains(&0) && tps.contains(&2), "{tps:?}");
    h.leaders[0] = Some((2, 1));
    h.until(ms(3000));
    let late = h.waiting.last().expect("sent once there is a leader");
    assert_eq!((late.broker.0, late.request.partitions[0].tp.0), (2, 0));
}

#[test]
fn where_a_key_goes_is_told_once_and_again_when_there_are_more_partitions() {
    let mut spec = spec();
    spec.keys = Keys::RoundRobin { count: 3 };
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(10) };
    spec.producer.config.metadata_max_age = ms(500);
    let mut h = Harness::new(spec, 3);
    let third = h.leaders.pop().expect("the topic has two partitions at first");
    h.input(crate::node::Input::Start);
    let placed = |h: &Harness| -> Vec<(u32, u32, u32)> {
        let place = |fact: &Fact| match *fact {
            Fact::KeyPlaced { key, tp, partitions, .. } => Some((key, tp.0, partitions)),
            _ => None,
        };
        h.facts.iter().filter_map(place).collect()
    };
    h.until(ms(400));
    let of_two: Vec<u32> = placed(&h).iter().map(|(key, ..)| *key).collect();
    assert_eq!(of_two, [0, 1, 2], "{}", h.log);
    assert!(placed(&h).iter().all(|(_, tp, partitions)| *tp < 2 && *partitions == 2), "{}", h.log);
    h.leaders.push(third);
    h.until(ms(1000));
    let of_three = placed(&h).split_off(3);
    assert_eq!(of_three.len(), 3, "{}", h.log);
    assert!(of_three.contains(&(1, 0, 3)) && of_three.contains(&(2, 2, 3)), "{of_three:?}");
    h.kill();
    h.input(crate::node::Input::Start);
    h.until(ms(1400));
    assert_eq!(placed(&h).len(), 9, "another life tells it anew: {}", h.log);
}

#[test]
fn a_partition_that_a_record_names_is_not_where_its_key_goes() {
    let mut spec = spec();
    let record =
        |at, partition| GivenRecord { at: ms(at), key: Some(1), value_len: None, partition, timestamp: None, count: 1 };
    spec.records = [record(10, Some(2)), record(20, None), record(30, Some(2)), record(40, None)].into();
    spec.arrivals = Arrivals::Steps(Vec::new());
    let mut h = Harness::started(spec, 3);
    h.until(ms(100));
    let places: Vec<u32> = h
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::KeyPlaced { key: 1, tp, .. } => Some(tp.0),
            _ => None,
        })
        .collect();
    assert_eq!(places, [0], "{}", h.log);
    assert!(h.log.contains("to orders-2"), "{}", h.log);
}

#[test]
fn keys_and_poison_marks_travel_with_the_batch() {
    let mut spec = spec();
    spec.keys = Keys::RoundRobin { count: 2 };
    spec.poison_every = Some(2);
    spec.arrivals = Arrivals::Bursts { size: 4, every: Nanos::from_secs(100) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(10));
    let BatchData::Records(details) = &h.waiting[0].request.partitions[0].batch.data else {
        panic!("keyed records have details")
    };
    let marks: Vec<(u32, bool)> = details.iter().map(|d| (d.key, d.poison)).collect();
    assert_eq!(marks, [(0, false), (1, true), (0, false), (1, true)]);
}

#[test]
fn the_sticky_partition_changes_after_a_batch() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Bursts { size: 2000, every: Nanos::from_secs(100) };
    let mut h = Harness::started(spec, 4);
    h.until(ms(10));
    let full = h.facts.iter().filter(|f| matches!(f, Fact::BatchSent { count, .. } if *count > 140)).count();
    assert!(full >= 5, "a partition keeps its turn until its batch is full, and {full} were");
    let mut used: Vec<u32> = h.waiting.iter().flat_map(|w| w.request.partitions.iter().map(|p| p.tp.0)).collect();
    used.sort();
    used.dedup();
    assert!(used.len() > 1, "one partition got all: {used:?}");
}

#[test]
fn a_record_beyond_max_request_size_fails_in_send() {
    let mut spec = spec();
    spec.value_size = ValueSize::Constant(2_000_000);
    let h = Harness::started(spec, 1);
    assert!(h.log.contains("send() fails: RecordTooLargeException"), "{}", h.log);
    assert_eq!(h.count("BatchSent"), 0);
}

#[test]
fn without_acks_a_batch_is_done_when_it_is_written() {
    let mut spec = plain();
    spec.producer.config.acks = Acks::Zero;
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(10) };
    spec.limit = Some(2);
    let mut h = Harness::started(spec, 1);
    h.until(ms(5));
    h.written();
    h.until(ms(15));
    // Not written yet when the connection breaks: that is noticed, and tried again.
    h.disconnect(1);
    h.until(ms(200));
    h.written();
}

#[test]
fn at_most_five_requests_are_in_flight_and_one_batch_of_a_partition_in_each() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Bursts { size: 2000, every: Nanos::from_secs(100) };
    let mut h = Harness::started(spec, 1);
    assert_eq!(h.waiting.len(), 5);
    assert!(h.waiting.iter().all(|w| w.request.partitions.len() == 1));
    h.answer(ErrorCode::None, 0);
    assert_eq!(h.waiting.len(), 5);
}

#[test]
fn a_request_holds_no_more_than_max_request_size() {
    let mut spec = spec();
    spec.keys = Keys::RoundRobin { count: 40 };
    spec.value_size = ValueSize::Constant(900);
    spec.producer.config.max_request_size = 20_000;
    spec.arrivals = Arrivals::Bursts { size: 40, every: Nanos::from_secs(100) };
    let mut h = Harness::started(spec, 4);
    h.until(ms(5));
    assert!(h.waiting.len() > 1);
    for w in &h.waiting {
        let bytes: u32 = w.request.partitions.iter().map(|p| p.batch.size).sum();
        assert!(bytes <= 20_000, "{bytes}");
    }
    let sent: u32 = h.waiting.iter().flat_map(|w| w.request.partitions.iter()).map(|p| p.batch.count).sum();
    assert_eq!(sent, 40);
}
