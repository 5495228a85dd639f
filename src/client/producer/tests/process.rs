//! Drain, close, death and restart.

use super::harness::*;
use crate::app::spec::Arrivals;
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::ProducerId;
use crate::sim::time::Nanos;

#[test]
fn drain_sends_what_is_left_and_nothing_new() {
    let mut spec = spec();
    spec.producer.config.linger = Nanos::from_secs(1);
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(10) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(25));
    h.input(Input::Drain);
    assert_eq!(h.in_flight(), [0]);
    h.answer(ErrorCode::NotEnoughReplicas, 0);
    h.until(ms(300));
    h.answer(ErrorCode::None, 0);
    h.until(Nanos::from_secs(5));
}

#[test]
fn close_flushes_and_then_ends() {
    let mut spec = spec();
    spec.producer.config.linger = Nanos::from_secs(1);
    let mut h = Harness::started(spec, 1);
    h.input(Input::Shutdown);
    assert!(!h.exited);
    h.answer(ErrorCode::None, 0);
    assert!(h.exited);
}

#[test]
fn what_dies_with_the_process_is_told_and_the_next_life_is_another_producer() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(10) };
    let mut h = Harness::started(spec, 1);
    h.until(ms(12));
    h.kill();
    h.until(ms(58));
    h.input(Input::Start);
    h.until(ms(66));
    h.answer(ErrorCode::None, 1);
    h.input(Input::RunEnd);
    // Records 0 and 1 are lost, those of 20 to 50 ms never were; 60 ms is the next one.
    assert!(h.facts.iter().any(|f| matches!(f, Fact::ProducerIdAssigned { producer_id: ProducerId(4001), .. })));
}

#[test]
fn the_application_begins_at_its_start() {
    let mut spec = spec();
    spec.start = Nanos::from_secs(3);
    let mut h = Harness::started(spec, 1);
    h.until(ms(2999));
    assert_eq!(h.log, "");
    h.until(ms(3005));
    assert_eq!(h.count("BatchSent"), 1);
}

#[test]
fn death_before_the_end_of_the_run_is_accounted_for_at_the_end() {
    let mut h = Harness::started(spec(), 1);
    h.kill();
    h.input(Input::RunEnd);
    h.input(Input::RunEnd);
    assert_eq!(h.count("RecordsPending"), 1);
}
