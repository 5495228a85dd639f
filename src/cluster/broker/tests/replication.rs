//! Replication: high watermark, ISR, elections, truncation.

use super::world::*;
use crate::history::fact::{Fact, StopKind, TruncationReason};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

fn started(min_insync_replicas: u16) -> (World, ConnId) {
    let mut world =
        World::with_topic(BrokerConfig::default(), TopicConfig { min_insync_replicas, ..TopicConfig::default() });
    let conn = world.connect(1);
    (world, conn)
}

#[test]
fn an_unreplicated_tail_is_truncated_by_divergence() {
    let (mut world, conn) = started(2);
    world.ask(conn, produce(Acks::All, batch(0, 2)));
    world.run_for(ms(1_000));
    world.cut(1, 2);
    world.cut(1, 3);
    world.ask(conn, produce(Acks::One, batch(2, 3)));
    world.stop(1, StopKind::Crash);
    world.heal();
    world.run_for(ms(12_000));
    let successor = world.connect(2);
    world.ask(successor, produce(Acks::All, batch(5, 1)));
    assert_eq!((world.log_end(1), world.log_end(2)), (5, 3));
    world.start(1);
    world.run_for(ms(40_000));
    assert_eq!((world.log_end(1), world.log_end(2), world.high_watermark(1)), (3, 3, 3));
    let cut = world.facts.iter().find_map(|(_, fact)| match *fact {
        Fact::Truncated { broker, from, to, reason, .. } => Some((broker, from.0, to.0, reason)),
        _ => None,
    });
    assert_eq!(cut, Some((b(1), 5, 2, TruncationReason::Diverged)));
}

#[test]
fn a_dead_follower_of_an_idle_partition_only_leaves_by_being_fenced() {
    let (mut world, _) = started(2);
    world.cut(1, 3);
    world.run_for(ms(100_000));
    assert_eq!(world.broker(1).isr(TP), Some(brokers(&[1, 2, 3])), "equal log ends never count as lag");
}

#[test]
fn without_a_controller_the_isr_is_frozen_and_a_dead_member_blocks_commits() {
    let (mut world, conn) = started(1);
    world.stop_controller();
    world.stop(3, StopKind::Crash);
    let all = world.produce(conn, Acks::All, batch(0, 1));
    let other = world.connect(1);
    let one = world.produce(other, Acks::One, batch(1, 1));
    world.run_for(ms(60_000));
    assert_eq!(world.produced(all), Some((ErrorCode::RequestTimedOut, -1)));
    assert_eq!(world.produced(one), Some((ErrorCode::None, 1)));
    assert_eq!(world.high_watermark(1), 0);
    let proposed = world.facts.iter().filter(|(_, fact)| matches!(fact, Fact::IsrProposed { .. })).count();
    assert_eq!(proposed, 1, "one proposal is out, and stays out");
}

#[test]
fn a_leader_cut_off_from_its_followers_only_goes_on_alone_below_the_minimum() {
    let (mut world, conn) = started(2);
    world.cut(1, 2);
    world.cut(1, 3);
    world.ask(conn, produce(Acks::One, batch(0, 1)));
    world.run_for(ms(60_000));
    assert_eq!(world.broker(1).isr(TP), Some(brokers(&[1])), "it still has the controller");
    assert_eq!(world.high_watermark(1), 0);
    let refused = world.ask(conn, produce(Acks::All, batch(1, 1)));
    assert!(
        matches!(&refused, Response::Produce(response) if response.partitions[0].error == ErrorCode::NotEnoughReplicas)
    );
}

#[test]
fn many_records_reach_all_replicas_in_order() {
    let (mut world, conn) = started(2);
    for ordinal in 0..200 {
        world.produce(conn, Acks::All, idempotent(ordinal, 1));
    }
    world.run_for(ms(5_000));
    for id in 1..=3 {
        let log = world.broker(id).replica(TP).expect("a replica");
        let ordinals: Vec<u32> = log.batches(Offset(0)).map(|batch| batch.origin.ordinal).collect();
        assert_eq!(ordinals, (0..200).collect::<Vec<u32>>());
    }
}

/// Broker 2's fetch of a log with five records waits for an answer that the test will give.
fn intercepted() -> (World, ConnId, u32) {
    let (mut world, conn) = started(2);
    world.ask(conn, produce(Acks::All, batch(0, 5)));
    world.run_for(ms(1_000));
    world.cut(1, 2);
    world.run_for(ms(600));
    let (fetcher, correlation, body) = world.take_held(1, 2);
    assert!(matches!(body, Body::Response(Response::Fetch(_))));
    (world, fetcher, correlation)
}
fn fetch_answer(error: ErrorCode) -> Response {
    let data = FetchData {
        preferred_read_replica: None,
        aborted_transactions: None,
        tp: TP,
        error,
        high_watermark: Offset::INVALID,
        last_stable_offset: Offset::INVALID,
        log_start: Offset::INVALID,
        diverging: None,
        current_leader: None,
        batches: Default::default(),
    };
    Response::Fetch(FetchResponse { error: ErrorCode::None, partitions: std::iter::once(data).collect() })
}
fn offset_answer(offset: i64) -> Response {
    let result =
        ListOffsetsResult { tp: TP, error: ErrorCode::None, offset: Offset(offset), leader_epoch: LeaderEpoch(0) };
    Response::ListOffsets(std::iter::once(result).collect())
}
/// What broker 2 asks of broker 1 now.
fn asked(world: &mut World) -> (u32, Request) {
    match world.take_held(2, 1) {
        (_, correlation, Body::Request(request)) => (correlation, request),
        (_, _, body) => panic!("{body:?}"),
    }
}
fn spec(request: &Request) -> OffsetSpec {
    let Request::ListOffsets(request) = request else { panic!("{request:?}") };
    assert!(matches!(request.replica_state, ReplicaState::Follower(..)));
    request.partitions[0].2
}
fn fetch_offset(request: &Request) -> Offset {
    let Request::Fetch(request) = request else { panic!("{request:?}") };
    request.partitions[0].fetch_offset
}

#[test]
fn out_of_range_behind_a_shorter_leader_cuts_to_its_log_end() {
    let (mut world, conn, correlation) = intercepted();
    world.inject(2, conn, correlation, fetch_answer(ErrorCode::OffsetOutOfRange));
    let (correlation, request) = asked(&mut world);
    assert_eq!(spec(&request), OffsetSpec::Latest);
    world.inject(2, conn, correlation, offset_answer(0));
    assert_eq!(world.log_end(2), 0);
    assert!(
        world
            .facts
            .iter()
            .any(|(_, fact)| matches!(fact, Fact::Truncated { reason: TruncationReason::OutOfRange, .. }))
    );
    assert_eq!(fetch_offset(&asked(&mut world).1), Offset(0));
}

#[test]
fn out_of_range_before_the_leaders_log_start_starts_over_there() {
    let (mut world, conn, correlation) = intercepted();
    world.inject(2, conn, correlation, fetch_answer(ErrorCode::OffsetOutOfRange));
    let (correlation, _) = asked(&mut world);
    world.inject(2, conn, correlation, offset_answer(100));
    let (correlation, request) = asked(&mut world);
    assert_eq!(spec(&request), OffsetSpec::Earliest);
    world.inject(2, conn, correlation, offset_answer(80));
    let log = world.broker(2).replica(TP).expect("a replica");
    assert_eq!((log.log_start(), log.log_end()), (Offset(80), Offset(80)));
    assert_eq!(fetch_offset(&asked(&mut world).1), Offset(80));
}

#[test]
fn out_of_range_within_the_leaders_log_goes_on_as_before() {
    let (mut world, conn, correlation) = intercepted();
    world.inject(2, conn, correlation, fetch_answer(ErrorCode::OffsetOutOfRange));
    let (correlation, _) = asked(&mut world);
    world.inject(2, conn, correlation, offset_answer(100));
    let (correlation, _) = asked(&mut world);
    world.inject(2, conn, correlation, offset_answer(0));
    assert_eq!(world.log_end(2), 5);
    assert_eq!(fetch_offset(&asked(&mut world).1), Offset(5));
}

#[test]
fn a_fenced_partition_is_not_fetched_until_there_is_a_new_epoch() {
    let (mut world, conn, correlation) = intercepted();
    world.inject(2, conn, correlation, fetch_answer(ErrorCode::FencedLeaderEpoch));
    world.heal();
    world.run_for(ms(60_000));
    let appended = world.connect(1);
    world.ask(appended, produce(Acks::One, batch(5, 1)));
    world.run_for(ms(2_000));
    assert_eq!(world.log_end(2), 5);
    world.shutdown(1);
    world.run_for(ms(5_000));
    assert_eq!(world.log_end(2), world.log_end(3));
}

#[test]
fn an_erroneous_partition_is_fetched_again_after_the_backoff() {
    let (mut world, conn, correlation) = intercepted();
    let start = world.now;
    world.inject(2, conn, correlation, fetch_answer(ErrorCode::UnknownLeaderEpoch));
    world.heal();
    let producer = world.connect(1);
    world.ask(producer, produce(Acks::One, batch(5, 1)));
    world.run_until(start + ms(999));
    assert_eq!(world.log_end(2), 5);
    world.run_until(start + ms(1_010));
    assert_eq!(world.log_end(2), 6);
}

#[test]
fn a_silent_link_is_given_up_after_the_socket_timeout() {
    let (mut world, conn) = started(2);
    world.cut(1, 2);
    let cut = world.now;
    world.ask(conn, produce(Acks::One, batch(0, 1)));
    world.run_until(cut + ms(31_500));
    world.heal();
    world.run_for(ms(2_000));
    assert_eq!(world.log_end(2), 1, "over a new connection");
}

#[test]
fn the_last_replica_standing_may_come_back_with_less_and_the_others_follow_it() {
    let (mut world, conn) = started(1);
    for ordinal in 0..50 {
        world.ask(conn, produce(Acks::All, batch(ordinal, 1)));
    }
    world.run_for(ms(1_000));
    world.stop(2, StopKind::Crash);
    world.stop(3, StopKind::Crash);
    world.run_for(ms(12_000));
    assert_eq!(world.broker(1).isr(TP), Some(brokers(&[1])));
    world.stop(1, StopKind::PowerLoss);
    world.run_for(ms(12_000));
    world.start(2);
    world.start(3);
    world.run_for(ms(15_000));
    assert!(!world.broker(2).leads(TP), "only a member of the ISR may lead");
    world.start(1);
    world.run_for(ms(40_000));
    assert!(world.broker(1).leads(TP));
    let left = world.log_end(1);
    assert!(left < 50);
    assert_eq!((world.log_end(2), world.log_end(3)), (left, left), "committed records are gone");
    assert!(world.facts.iter().any(|(_, fact)| matches!(fact, Fact::Truncated { from: Offset(50), .. })));
}

#[test]
fn a_broker_outside_the_isr_leads_if_unclean_election_is_enabled() {
    let topic = TopicConfig { unclean_leader_election_enable: true, ..TopicConfig::default() };
    let mut world = World::with_topic(BrokerConfig::default(), topic);
    world.stop(2, StopKind::Crash);
    world.stop(3, StopKind::Crash);
    world.run_for(ms(12_000));
    let conn = world.connect(1);
    world.ask(conn, produce(Acks::All, batch(0, 4)));
    world.stop(1, StopKind::Crash);
    world.run_for(ms(12_000));
    world.start(2);
    world.run_for(ms(15_000));
    assert!(world.broker(2).leads(TP));
    let successor = world.connect(2);
    world.ask(successor, produce(Acks::All, batch(4, 1)));
    world.start(1);
    world.run_for(ms(40_000));
    assert_eq!((world.log_end(1), world.log_end(2)), (1, 1), "four acknowledged records are lost");
}
