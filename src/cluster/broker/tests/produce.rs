//! Produce: what is acknowledged when, and what is not.

use super::world::*;
use crate::history::fact::{Fact, StopKind};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::KafkaVersion;
use crate::sim::disk::DiskFault;
use crate::sim::time::Nanos;

fn min_isr(min_insync_replicas: u16) -> TopicConfig {
    TopicConfig { min_insync_replicas, ..TopicConfig::default() }
}
fn started(min: u16) -> (World, ConnId) {
    let mut world = World::with_topic(BrokerConfig::default(), min_isr(min));
    let conn = world.connect(1);
    (world, conn)
}

/// KIP-516: a request names a topic by the id that the metadata gave it.
#[test]
fn since_4_1_a_topic_that_a_broker_does_not_know_is_refused_by_its_id() {
    for (version, error) in
        [(KafkaVersion::V4_0, ErrorCode::UnknownTopicOrPartition), (KafkaVersion::V4_1, ErrorCode::UnknownTopicId)]
    {
        let mut world = World::under(version, BrokerConfig::default());
        let conn = world.connect(1);
        let asked = world.produce(conn, Acks::One, batch(0, 1));
        world.run_for(ms(50));
        assert_eq!(world.produced(asked).map(|(error, _)| error), Some(error), "{version:?}");
    }
}

/// The followers are dead and fenced: the ISR is the leader alone.
fn alone(min: u16) -> (World, ConnId) {
    let (mut world, conn) = started(min);
    world.stop(2, StopKind::Crash);
    world.stop(3, StopKind::Crash);
    world.run_for(ms(12_000));
    assert_eq!(world.broker(1).isr(TP), Some(brokers(&[1])));
    (world, conn)
}

#[test]
fn an_isr_of_one_commits_alone_if_the_minimum_is_one() {
    let (mut world, conn) = alone(1);
    let all = world.produce(conn, Acks::All, batch(0, 1));
    world.run_for(ms(20));
    assert_eq!(world.produced(all), Some((ErrorCode::None, 0)));
    let answered = world.facts.iter().find_map(|(_, fact)| match fact {
        Fact::ProduceAnswered { isr, min_isr, .. } => Some((*isr, *min_isr)),
        _ => None,
    });
    assert_eq!(answered, Some((1, 1)));
}

#[test]
fn acks_zero_is_never_answered_and_an_error_closes_the_connection() {
    let (mut world, conn) = started(1);
    let zero = world.produce(conn, Acks::Zero, batch(0, 1));
    world.run_for(ms(20));
    assert_eq!((world.answer(zero).is_none(), world.log_end(1)), (true, 1));
    let other = world.connect(2);
    world.produce(other, Acks::Zero, batch(1, 1));
    world.run_for(ms(20));
    assert_eq!(world.disconnected, [other], "broker 2 does not lead");
}

#[test]
fn another_broker_names_the_leader() {
    let (mut world, _) = started(1);
    let conn = world.connect(3);
    let Response::Produce(response) = world.ask(conn, produce(Acks::All, batch(0, 1))) else { unreachable!() };
    assert_eq!(response.partitions[0].error, ErrorCode::NotLeaderOrFollower);
    let hint = response.partitions[0].current_leader.expect("a hint");
    assert_eq!((hint.leader, hint.epoch), (b(1), LeaderEpoch(0)));
}

#[test]
fn a_parked_request_holds_up_the_next_one_on_its_connection() {
    let (mut world, conn) = started(2);
    world.cut(1, 2);
    world.cut(1, 3);
    world.produce(conn, Acks::All, batch(0, 1));
    let behind = world.produce(conn, Acks::One, batch(1, 1));
    let other = world.connect(1);
    let beside = world.produce(other, Acks::One, batch(2, 1));
    world.run_for(ms(100));
    assert_eq!(world.produced(beside), Some((ErrorCode::None, 1)));
    assert_eq!(world.produced(behind), None);
    world.heal();
    world.run_for(ms(1_000));
    assert_eq!(world.produced(behind), Some((ErrorCode::None, 2)), "executed once the first one was answered");
}

#[test]
fn losing_leadership_answers_what_is_parked_with_an_unknown_outcome() {
    let (mut world, conn) = started(2);
    world.cut(1, 2);
    world.cut(1, 3);
    let parked = world.produce(conn, Acks::All, batch(0, 1));
    world.run_for(ms(100));
    world.shutdown(1);
    world.run_for(ms(100));
    let Some(Response::Produce(response)) = world.answer(parked) else { panic!("not answered") };
    assert_eq!(response.partitions[0].error, ErrorCode::NotLeaderOrFollower);
    assert_eq!(response.partitions[0].current_leader.map(|hint| hint.leader), Some(b(2)));
}

#[test]
fn a_request_that_was_received_outlives_its_connection() {
    let (mut world, conn) = started(1);
    let until = world.now + ms(500);
    world.disk(1).begin(DiskFault::Stalled(until));
    world.produce(conn, Acks::One, batch(0, 1));
    world.run_for(ms(10));
    world.disconnect(conn);
    world.run_for(ms(10));
    assert_eq!(world.log_end(1), 0, "the disk is stalled");
    world.run_for(ms(1_000));
    assert_eq!(world.log_end(1), 1);
}

#[test]
fn requests_wait_for_a_stalled_disk_in_order_and_others_pass() {
    let (mut world, first) = started(1);
    let (second, third) = (world.connect(1), world.connect(1));
    let until = world.now + ms(500);
    world.disk(1).begin(DiskFault::Stalled(until));
    let a = world.produce(first, Acks::One, batch(0, 1));
    world.run_for(Nanos::from_micros(10));
    let c = world.produce(second, Acks::One, batch(1, 1));
    let metadata = world.send(
        third,
        Request::Metadata(MetadataRequest {
            all_topics: false,
            topics: [TOPIC].into_iter().collect(),
            allow_auto_topic_creation: false,
        }),
    );
    world.run_for(ms(100));
    assert_eq!((world.produced(a), world.produced(c)), (None, None));
    assert!(world.answer(metadata).is_some());
    world.run_for(ms(500));
    assert_eq!((world.produced(a), world.produced(c)), (Some((ErrorCode::None, 0)), Some((ErrorCode::None, 1))));
    assert!(world.answered_at(a).expect("answered") > until);
}

#[test]
fn what_is_in_the_page_cache_is_served_while_the_disk_stalls() {
    let (mut world, first) = started(1);
    world.ask(first, produce(Acks::All, batch(0, 1)));
    let (second, asked) = (world.connect(1), world.now);
    world.disk(1).begin(DiskFault::Stalled(asked + ms(500)));
    let waits = world.produce(first, Acks::One, batch(1, 1));
    world.run_for(ms(5));
    let Response::Fetch(fetched) = world.ask(second, fetch(0, Some(0), ms(500))) else { unreachable!() };
    assert_eq!(fetched.partitions[0].batches.len(), 1);
    assert!(world.now < asked + ms(50) && world.produced(waits).is_none());
}

#[test]
fn a_failed_log_directory_ends_the_broker() {
    let (mut world, conn) = started(2);
    world.disk(1).begin(DiskFault::Broken);
    let lost = world.produce(conn, Acks::All, batch(0, 1));
    world.run_for(ms(100));
    assert!(world.facts.iter().any(|(_, fact)| matches!(fact, Fact::LogDirFailed { broker } if *broker == b(1))));
    assert!(world.answer(lost).is_none());
    assert!(world.disconnected.contains(&conn));
    world.run_for(ms(12_000));
    assert!(world.broker(2).leads(TP), "its session runs out, as that of any dead broker");
}

#[test]
fn no_client_writes_to_an_internal_topic() {
    let mut world = World::with_topic(BrokerConfig::default(), TopicConfig::default());
    let conn = world.connect(1);
    world.ask(conn, Request::FindCoordinator(CoordinatorKey::Group(GroupId(0))));
    world.run_for(ms(1_000));
    let partitions = std::iter::once(ProducePartition { tp: Tp(1), batch: batch(0, 1) }).collect();
    let request = ProduceRequest { transactional: None, acks: Acks::One, timeout: ms(30_000), partitions };
    let Response::Produce(response) = world.ask(conn, Request::Produce(request)) else { unreachable!() };
    assert_eq!(response.partitions[0].error, ErrorCode::InvalidTopicException);
}
