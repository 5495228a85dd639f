//! Fetch and the other reads: what a client may see, and when it hears of it.

use super::world::*;
use crate::history::fact::StopKind;
use crate::protocol::config::IsolationLevel;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

fn started() -> (World, ConnId, ConnId) {
    let mut world =
        World::with_topic(BrokerConfig::default(), TopicConfig { min_insync_replicas: 2, ..TopicConfig::default() });
    let (producer, consumer) = (world.connect(1), world.connect(1));
    (world, producer, consumer)
}

/// (error, base offsets of the batches, high watermark) of each partition in the answer.
fn seen(response: &Response) -> Vec<(ErrorCode, Vec<i64>, i64)> {
    let Response::Fetch(response) = response else { panic!("{response:?}") };
    assert_eq!(response.error, ErrorCode::None);
    let batches = |data: &FetchData| data.batches.iter().map(|batch| batch.base_offset.0).collect();
    response.partitions.iter().map(|data| (data.error, batches(data), data.high_watermark.0)).collect()
}

#[test]
fn a_long_poll_that_expires_is_answered_with_what_is_news() {
    let (mut world, _, consumer) = started();
    let start = world.now;
    let poll = world.send(consumer, fetch(0, Some(0), ms(500)));
    world.run_for(ms(600));
    assert_eq!(
        seen(world.answer(poll).expect("answered")),
        [(ErrorCode::None, vec![], 0)],
        "a first high watermark is news"
    );
    assert!(world.answered_at(poll).expect("answered") - start >= ms(500));
    let again = world.ask(consumer, fetch(1, None, ms(500)));
    assert_eq!(seen(&again), [], "the second time it is not");
}

#[test]
fn a_wrong_session_epoch_asks_for_a_new_session() {
    let (mut world, _, consumer) = started();
    let Response::Fetch(none) = world.ask(consumer, fetch(1, Some(0), ms(0))) else { unreachable!() };
    assert_eq!(none.error, ErrorCode::FetchSessionIdNotFound);
    world.ask(consumer, fetch(0, Some(0), ms(0)));
    let Response::Fetch(wrong) = world.ask(consumer, fetch(5, None, ms(0))) else { unreachable!() };
    assert_eq!(wrong.error, ErrorCode::InvalidFetchSessionEpoch);
}

#[test]
fn beyond_the_log_end_is_out_of_range_and_an_error_is_told_again() {
    let (mut world, producer, consumer) = started();
    world.ask(producer, produce(Acks::All, batch(0, 1)));
    assert_eq!(seen(&world.ask(consumer, fetch(0, Some(2), ms(500)))), [(ErrorCode::OffsetOutOfRange, vec![], -1)]);
    assert_eq!(seen(&world.ask(consumer, fetch(1, None, ms(500)))), [(ErrorCode::OffsetOutOfRange, vec![], -1)]);
}

#[test]
fn between_high_watermark_and_log_end_there_is_nothing_and_no_error() {
    let (mut world, producer, consumer) = started();
    world.cut(1, 2);
    world.cut(1, 3);
    world.ask(producer, produce(Acks::One, batch(0, 3)));
    assert_eq!(seen(&world.ask(consumer, fetch(0, Some(1), ms(500)))), [(ErrorCode::None, vec![], 0)]);
}

#[test]
fn a_consumer_beyond_the_high_watermark_asks_again_and_again() {
    let (mut world, producer, consumer) = started();
    world.cut(1, 2);
    world.cut(1, 3);
    world.ask(producer, produce(Acks::One, batch(0, 3)));
    world.ask(consumer, fetch(0, Some(1), ms(500)));
    for epoch in 1..4 {
        let asked = world.now;
        assert_eq!(seen(&world.ask(consumer, fetch(epoch, None, ms(500)))), []);
        assert!(world.now - asked < ms(10), "such a fetch never waits");
    }
    world.heal();
    world.run_for(ms(1_000));
    let waits = world.send(consumer, fetch(4, None, ms(500)));
    world.run_for(ms(10));
    assert_eq!(seen(world.answer(waits).expect("the log was committed meanwhile")), [(ErrorCode::None, vec![0], 3)]);
}

#[test]
fn whoever_stands_in_an_older_segment_does_not_wait_for_min_bytes() {
    let topic = TopicConfig { segment_bytes: 300, ..TopicConfig::default() };
    let mut world = World::with_topic(BrokerConfig::default(), topic);
    let (producer, consumer) = (world.connect(1), world.connect(1));
    let Request::Fetch(mut request) = fetch(0, Some(0), ms(500)) else { unreachable!() };
    request.min_bytes = 1_000;
    let poll = world.send(consumer, Request::Fetch(request));
    world.ask(producer, produce(Acks::All, batch(0, 1)));
    world.run_for(ms(20));
    assert!(world.answer(poll).is_none(), "one segment, and too little in it");
    world.ask(producer, produce(Acks::All, batch(1, 1)));
    world.run_for(ms(20));
    assert_eq!(seen(world.answer(poll).expect("answered")), [(ErrorCode::None, vec![0], 2)]);
}

#[test]
fn the_first_batch_passes_whatever_its_size_and_the_limit_holds_for_the_rest() {
    let (mut world, producer, consumer) = started();
    for ordinal in 0..3 {
        world.ask(producer, produce(Acks::All, batch(ordinal, 1)));
    }
    let limited = |epoch, offset, bytes| {
        let Request::Fetch(mut request) = fetch(epoch, Some(offset), ms(500)) else { unreachable!() };
        request.partitions[0].max_bytes = bytes;
        Request::Fetch(request)
    };
    assert_eq!(seen(&world.ask(consumer, limited(0, 0, 10))), [(ErrorCode::None, vec![0], 3)]);
    assert_eq!(seen(&world.ask(consumer, limited(1, 1, 400))), [(ErrorCode::None, vec![1, 2], 3)]);
}

#[test]
fn min_bytes_waits_for_enough() {
    let (mut world, producer, consumer) = started();
    let Request::Fetch(mut request) = fetch(0, Some(0), ms(500)) else { unreachable!() };
    request.min_bytes = 300;
    let poll = world.send(consumer, Request::Fetch(request));
    world.ask(producer, produce(Acks::All, batch(0, 1)));
    world.run_for(ms(20));
    assert!(world.answer(poll).is_none(), "161 bytes are not enough");
    world.ask(producer, produce(Acks::All, batch(1, 1)));
    world.run_for(ms(20));
    assert_eq!(seen(world.answer(poll).expect("answered")), [(ErrorCode::None, vec![0, 1], 2)]);
}

#[test]
fn epochs_are_compared_at_leaders_and_followers() {
    let (mut world, _, consumer) = started();
    let follower = world.connect(2);
    let believing = |epoch| {
        let Request::Fetch(mut request) = fetch(0, Some(0), ms(0)) else { unreachable!() };
        request.partitions[0].current_leader_epoch = LeaderEpoch(epoch);
        Request::Fetch(request)
    };
    assert_eq!(seen(&world.ask(consumer, believing(1)))[0].0, ErrorCode::UnknownLeaderEpoch);
    assert_eq!(seen(&world.ask(follower, believing(1)))[0].0, ErrorCode::UnknownLeaderEpoch);
    // A follower serves consumers (KIP-392), whether it is their read replica or not.
    assert_eq!(seen(&world.ask(follower, believing(0)))[0].0, ErrorCode::None);
}

fn list_offsets(spec: OffsetSpec) -> Request {
    let partitions = std::iter::once((TP, LeaderEpoch::UNDEFINED, spec)).collect();
    Request::ListOffsets(ListOffsetsRequest {
        replica_state: ReplicaState::Consumer,
        isolation_level: IsolationLevel::ReadUncommitted,
        partitions,
    })
}
fn listed(response: &Response) -> (ErrorCode, i64) {
    let Response::ListOffsets(results) = response else { panic!("{response:?}") };
    (results[0].error, results[0].offset.0)
}

#[test]
fn the_latest_offset_is_the_high_watermark() {
    let (mut world, producer, consumer) = started();
    world.ask(producer, produce(Acks::All, batch(0, 4)));
    world.cut(1, 2);
    world.cut(1, 3);
    world.ask(producer, produce(Acks::One, batch(4, 1)));
    assert_eq!(listed(&world.ask(consumer, list_offsets(OffsetSpec::Latest))), (ErrorCode::None, 4));
    assert_eq!(listed(&world.ask(consumer, list_offsets(OffsetSpec::Earliest))), (ErrorCode::None, 0));
}

#[test]
fn a_new_leader_has_no_latest_offset_until_it_has_caught_up_with_its_epoch() {
    let (mut world, producer, _) = started();
    // Broker 3 hears no more of anybody, so the high watermark cannot rise beyond 1.
    world.ask(producer, produce(Acks::All, batch(0, 1)));
    world.run_for(ms(1_000));
    world.cut(1, 3);
    world.cut(2, 3);
    world.ask(producer, produce(Acks::One, batch(1, 1)));
    world.run_for(ms(100));
    world.stop(1, StopKind::Crash);
    world.run_for(ms(12_000));
    assert!(world.broker(2).leads(TP));
    assert_eq!((world.high_watermark(2), world.log_end(2)), (1, 2));
    let conn = world.connect(2);
    assert_eq!(listed(&world.ask(conn, list_offsets(OffsetSpec::Latest))), (ErrorCode::OffsetNotAvailable, -1));
    world.heal();
    world.run_for(ms(40_000));
    assert_eq!(listed(&world.ask(conn, list_offsets(OffsetSpec::Latest))), (ErrorCode::None, 2));
}

#[test]
fn an_epoch_ends_where_the_next_begins() {
    let (mut world, producer, _) = started();
    world.ask(producer, produce(Acks::All, batch(0, 3)));
    world.stop(1, StopKind::Crash);
    world.run_for(ms(12_000));
    let conn = world.connect(2);
    world.ask(conn, produce(Acks::All, batch(3, 1)));
    let partitions = [
        (TP, LeaderEpoch(1), LeaderEpoch(0)),
        (TP, LeaderEpoch(1), LeaderEpoch(1)),
        (TP, LeaderEpoch(0), LeaderEpoch(0)),
    ];
    let request = OffsetsForLeaderEpochRequest { partitions: partitions.into_iter().collect() };
    let Response::OffsetsForLeaderEpoch(ends) = world.ask(conn, Request::OffsetsForLeaderEpoch(request)) else {
        unreachable!()
    };
    let ends: Vec<_> = ends.iter().map(|end| (end.error, end.leader_epoch.0, end.end_offset.0)).collect();
    assert_eq!(ends, [(ErrorCode::None, 0, 3), (ErrorCode::None, 1, 4), (ErrorCode::FencedLeaderEpoch, -1, -1)]);
}
