//! The requests beside produce and fetch.

use super::world::*;
use crate::history::fact::Fact;
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

const GROUP: GroupId = GroupId(0);

fn ask_metadata(world: &mut World, conn: ConnId, allow_auto_topic_creation: bool) -> TopicMetadata {
    let request =
        MetadataRequest { all_topics: false, topics: [TOPIC].into_iter().collect(), allow_auto_topic_creation };
    let Response::Metadata(response) = world.ask(conn, Request::Metadata(request)) else { unreachable!() };
    assert_eq!(response.brokers, [b(1), b(2), b(3)]);
    response.topics[0].clone()
}

#[test]
fn metadata_creates_an_unknown_topic_if_asked_to() {
    let mut world = World::new(BrokerConfig { default_replication_factor: 2, ..BrokerConfig::default() });
    let conn = world.connect(2);
    assert_eq!(ask_metadata(&mut world, conn, false).error, ErrorCode::UnknownTopicOrPartition);
    world.run_for(ms(1_000));
    assert_eq!(
        ask_metadata(&mut world, conn, true).error,
        ErrorCode::UnknownTopicOrPartition,
        "created, but not known yet"
    );
    world.run_for(ms(1_000));
    let topic = ask_metadata(&mut world, conn, true);
    assert_eq!((topic.error, topic.partitions.len()), (ErrorCode::None, 1));
    assert_eq!(topic.partitions[0].replicas.len(), 2);
    assert_eq!(topic.partitions[0].leader, topic.partitions[0].replicas.first());
}

#[test]
fn a_producer_id_has_to_be_fetched_from_the_controller_first() {
    let mut world = World::new(BrokerConfig::default());
    let (first, second) = (world.connect(1), world.connect(2));
    let ask = |world: &mut World, conn| {
        let Response::InitProducerId(response) =
            world.ask(conn, Request::InitProducerId(InitProducerIdRequest::IDEMPOTENT))
        else {
            unreachable!()
        };
        (response.error, response.producer.id.0, response.producer.epoch.0)
    };
    assert_eq!(ask(&mut world, first), (ErrorCode::CoordinatorLoadInProgress, -1, -1));
    world.run_for(ms(500));
    assert_eq!(ask(&mut world, first), (ErrorCode::None, 0, 0));
    assert_eq!(ask(&mut world, first), (ErrorCode::None, 1, 0));
    ask(&mut world, second);
    world.run_for(ms(500));
    assert_eq!(ask(&mut world, second), (ErrorCode::None, 1000, 0), "each broker has a block of its own");
}

#[test]
fn the_first_question_for_a_coordinator_creates_the_offsets_topic() {
    let mut world = World::new(BrokerConfig::default());
    let conn = world.connect(1);
    let ask = |world: &mut World| {
        let Response::FindCoordinator(response) =
            world.ask(conn, Request::FindCoordinator(CoordinatorKey::Group(GROUP)))
        else {
            unreachable!()
        };
        (response.error, response.coordinator)
    };
    assert_eq!(ask(&mut world), (ErrorCode::CoordinatorNotAvailable, None));
    world.run_for(ms(1_000));
    let tp = world.catalog.group_partition(GROUP).expect("an offsets topic");
    let leader = world.image(1).partition(tp).expect("created").leader;
    assert_eq!(ask(&mut world), (ErrorCode::None, leader));
    let topic = world.catalog.topic(CONSUMER_OFFSETS).expect("in the catalogue");
    assert_eq!(world.image(1).topic(topic).expect("created").segment_bytes, 104_857_600);
}

#[test]
fn a_committed_offset_is_replicated_before_it_is_answered_and_survives_its_coordinator() {
    let mut world = World::with_topic(BrokerConfig::default(), TopicConfig::default());
    let any = world.connect(1);
    world.ask(any, Request::FindCoordinator(CoordinatorKey::Group(GROUP)));
    world.run_for(ms(1_000));
    let find = |world: &mut World, conn| match world.ask(conn, Request::FindCoordinator(CoordinatorKey::Group(GROUP))) {
        Response::FindCoordinator(response) => response.coordinator.expect("a coordinator"),
        other => panic!("{other:?}"),
    };
    let coordinator = find(&mut world, any);
    let conn = world.connect(coordinator.0);
    let commit = OffsetCommitRequest {
        instance: None,
        group: GROUP,
        generation: Generation::NONE,
        member: MemberId::NONE,
        offsets: std::iter::once((TP, Offset(42), LeaderEpoch(0))).collect(),
    };
    let Response::OffsetCommit(answer) = world.ask(conn, Request::OffsetCommit(commit)) else { unreachable!() };
    assert_eq!(answer.results[0], (TP, ErrorCode::None));
    let tp = world.catalog.group_partition(GROUP).expect("an offsets topic");
    assert!((1..=3).all(|id| world.broker(id).replica(tp).expect("a replica").log_end() == Offset(1)));
    assert!(world.facts.iter().any(|(_, fact)| matches!(fact, Fact::OffsetStored { offset: Offset(42), .. })));

    world.stop(coordinator.0, crate::history::fact::StopKind::Crash);
    world.run_for(ms(12_000));
    let other = world.connect(if coordinator == b(1) { 2 } else { 1 });
    let successor = find(&mut world, other);
    assert_ne!(successor, coordinator);
    let conn = world.connect(successor.0);
    let fetch = OffsetFetchRequest {
        group: GROUP,
        member: MemberId::NONE,
        generation: Generation::NONE,
        partitions: vec![TP],
        require_stable: true,
    };
    let Response::OffsetFetch(answer) = world.ask(conn, Request::OffsetFetch(fetch)) else { unreachable!() };
    assert_eq!((answer.error, answer.offsets[0].1), (ErrorCode::None, Offset(42)));
}

#[test]
fn a_group_request_to_another_broker_is_refused() {
    let mut world = World::with_topic(BrokerConfig::default(), TopicConfig::default());
    let any = world.connect(1);
    world.ask(any, Request::FindCoordinator(CoordinatorKey::Group(GROUP)));
    world.run_for(ms(1_000));
    let tp = world.catalog.group_partition(GROUP).expect("an offsets topic");
    let stranger = (1..=3).find(|id| !world.broker(*id).leads(tp)).expect("a broker that does not lead");
    let conn = world.connect(stranger);
    let heartbeat = HeartbeatRequest { group: GROUP, generation: Generation(1), member: MemberId(1), instance: None };
    assert!(matches!(world.ask(conn, Request::Heartbeat(heartbeat)), Response::Heartbeat(ErrorCode::NotCoordinator)));
}

#[test]
fn a_new_coordinator_reads_its_partition_before_it_answers_anything_but_heartbeats() {
    let mut world = World::with_topic(BrokerConfig::default(), TopicConfig::default());
    let conns: Vec<ConnId> = (1..=3).map(|id| world.connect(id)).collect();
    world.ask(conns[0], Request::FindCoordinator(CoordinatorKey::Group(GROUP)));
    world.run_for(ms(1_000));
    let tp = world.catalog.group_partition(GROUP).expect("an offsets topic");
    let leader = |world: &World| (1..=3u8).find(|id| world.broker(*id).leads(tp));
    let first = leader(&world).expect("a coordinator");
    for offset in 0..3 {
        let offsets = (0..10_000).map(|_| (TP, Offset(offset), LeaderEpoch(0))).collect();
        let (generation, member) = (Generation::NONE, MemberId::NONE);
        let commit = OffsetCommitRequest { group: GROUP, generation, member, instance: None, offsets };
        world.ask(conns[usize::from(first) - 1], Request::OffsetCommit(commit));
    }
    world.stop(first, crate::history::fact::StopKind::Crash);
    world.run_for(ms(1_000));
    while leader(&world).is_none() {
        world.run_for(ms(1));
    }
    let conn = conns[usize::from(leader(&world).expect("elected")) - 1];
    let fetch = || {
        Request::OffsetFetch(OffsetFetchRequest {
            group: GROUP,
            member: MemberId::NONE,
            generation: Generation::NONE,
            partitions: vec![TP],
            require_stable: true,
        })
    };
    let Response::OffsetFetch(early) = world.ask(conn, fetch()) else { unreachable!() };
    assert_eq!(early.error, ErrorCode::CoordinatorLoadInProgress);
    let heartbeat = HeartbeatRequest { group: GROUP, generation: Generation(1), member: MemberId(1), instance: None };
    assert!(matches!(world.ask(conn, Request::Heartbeat(heartbeat)), Response::Heartbeat(ErrorCode::None)));
    world.run_for(ms(100));
    let Response::OffsetFetch(loaded) = world.ask(conn, fetch()) else { unreachable!() };
    assert_eq!((loaded.error, loaded.offsets[0].1), (ErrorCode::None, Offset(2)));
}
