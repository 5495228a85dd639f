//! What survives: clean stops, crashes, power losses.

use super::world::*;
use crate::history::fact::{Fact, StopKind};
use crate::protocol::config::{BrokerConfig, Limit, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::disk::{DirectoryId, DiskFault, FileId};
use crate::sim::time::Nanos;

fn started(topic: TopicConfig) -> (World, ConnId) {
    let mut world = World::with_topic(BrokerConfig::default(), topic);
    let conn = world.connect(1);
    (world, conn)
}

/// (clean, log end, written, high watermark) of broker 1's log after its restart.
fn recovered(world: &World) -> (bool, i64, i64, i64) {
    world
        .facts
        .iter()
        .rev()
        .find_map(|(_, fact)| match *fact {
            Fact::LogRecovered { broker, tp: TP, log_end, written, high_watermark, clean, .. } if broker == b(1) => {
                Some((clean, log_end.0, written.0, high_watermark.0))
            }
            _ => None,
        })
        .expect("recovered")
}

#[test]
fn after_a_clean_stop_everything_is_there() {
    let (mut world, conn) = started(TopicConfig::default());
    world.ask(conn, produce(Acks::All, batch(0, 3)));
    world.shutdown(1);
    world.run_for(ms(5_000));
    world.start(1);
    world.run_for(ms(20_000));
    assert_eq!(recovered(&world), (true, 3, 3, 3));
    assert_eq!(world.broker(2).isr(TP), Some(brokers(&[2, 3, 1])));
}

#[test]
fn a_crash_keeps_the_page_cache_and_the_high_watermark_of_the_last_checkpoint() {
    let (mut world, conn) = started(TopicConfig::default());
    world.ask(conn, produce(Acks::All, batch(0, 3)));
    world.run_for(ms(6_000));
    world.ask(conn, produce(Acks::All, batch(3, 2)));
    world.stop(1, StopKind::Crash);
    world.run_for(ms(12_000));
    world.start(1);
    world.run_for(ms(20_000));
    assert_eq!(recovered(&world), (false, 5, 5, 3));
}

#[test]
fn a_power_loss_takes_what_was_not_flushed() {
    let (mut world, conn) = started(TopicConfig::default());
    for ordinal in 0..100 {
        world.ask(conn, produce(Acks::All, batch(ordinal, 1)));
    }
    world.stop(1, StopKind::PowerLoss);
    let kept = world.disk(1).len(FileId { directory: DirectoryId(TP.0), name: 0 });
    world.run_for(ms(12_000));
    world.start(1);
    world.run_for(ms(3_000));
    let (clean, log_end, written, _) = recovered(&world);
    assert_eq!((clean, written), (false, 100));
    assert_eq!(log_end, (kept / 161) as i64, "whole batches only");
    assert!(log_end < 100);
    world.run_for(ms(40_000));
    assert_eq!(world.log_end(1), 100, "fetched again from the new leader");
}

#[test]
fn flush_messages_one_makes_every_acknowledged_record_durable() {
    let (mut world, conn) = started(TopicConfig { flush_messages: 1, ..TopicConfig::default() });
    let start = world.now;
    let one = world.produce(conn, Acks::One, batch(0, 1));
    world.run_for(ms(100));
    assert!(world.answered_at(one).expect("answered") - start > ms(3), "the answer waits for the flush");
    for ordinal in 1..20 {
        world.ask(conn, produce(Acks::All, batch(ordinal, 1)));
    }
    world.stop(1, StopKind::PowerLoss);
    world.run_for(ms(12_000));
    world.start(1);
    world.run_for(ms(20_000));
    let (_, log_end, written, _) = recovered(&world);
    assert_eq!((log_end, written), (20, 20));
}

#[test]
fn recovery_takes_as_long_as_there_is_to_scan() {
    let (mut world, conn) = started(TopicConfig { max_message_bytes: 100_000_000, ..TopicConfig::default() });
    let mut large = batch(0, 1);
    large.size = 90_000_000;
    for ordinal in 0..10 {
        large.origin.ordinal = ordinal;
        world.ask(conn, produce(Acks::One, large.clone()));
        world.run_for(ms(1_000));
    }
    world.stop(1, StopKind::Crash);
    world.run_for(ms(20_000));
    world.start(1);
    let start = world.now;
    world.run_for(ms(60_000));
    let follows = world
        .facts
        .iter()
        .rev()
        .find(|(_, fact)| matches!(fact, Fact::BecameFollower { broker, tp: TP, .. } if *broker == b(1)))
        .expect("published")
        .0;
    let took = follows - start;
    assert!(
        took >= Nanos::from_millis(4_500) && took < Nanos::from_millis(5_000),
        "900 MB at 100 MB/s over two threads: {took:?}"
    );
}

#[test]
fn before_it_is_unfenced_a_broker_refuses_connections() {
    let (mut world, _) = started(TopicConfig::default());
    world.stop(3, StopKind::Crash);
    world.start(3);
    let early = world.connect(3);
    assert_eq!(world.disconnected, [early]);
    world.run_for(ms(20_000));
    let late = world.connect(3);
    assert!(!world.disconnected.contains(&late));
}

#[test]
fn with_flush_messages_1_a_lone_leader_commits_what_is_on_the_disk() {
    let (mut world, conn) = started(TopicConfig { flush_messages: 1, ..TopicConfig::default() });
    world.stop(2, StopKind::Crash);
    world.stop(3, StopKind::Crash);
    world.run_for(ms(15_000));
    assert_eq!(world.broker(1).isr(TP), Some(brokers(&[1])));
    let slow = 100;
    world.disk(1).begin(DiskFault::Slow(slow));
    let produced = world.produce(conn, Acks::All, batch(0, 1));
    world.run_for(ms(50));
    assert_eq!((world.log_end(1), world.high_watermark(1)), (1, 0), "written, and being flushed");
    assert!(world.produced(produced).is_none());
    world.run_for(ms(100));
    assert_eq!(world.high_watermark(1), 1);
    assert_eq!(world.produced(produced), Some((ErrorCode::None, 0)));
}

/// Records may be a minute old, segments take two batches, and brokers look every ten seconds.
fn short_retention() -> World {
    let topic = TopicConfig { retention: Limit::UpTo(ms(60_000)), segment_bytes: 400, ..TopicConfig::default() };
    let config = BrokerConfig { log_retention_check_interval: ms(10_000), ..BrokerConfig::default() };
    World::with_topic(config, topic)
}

/// Followers ask nobody: each broker deletes of its own replica. The files take up room until `file.delete.delay.ms` is over.
#[test]
fn old_segments_go_on_each_replica_and_their_files_a_minute_later() {
    let mut world = short_retention();
    let conn = world.connect(1);
    for ordinal in 0..5 {
        world.ask(conn, produce(Acks::All, batch(ordinal, 1)));
    }
    world.run_for(ms(100_000));
    for id in 1..=3 {
        let log = world.broker(id).replica(TP).expect("a replica");
        assert_eq!((log.log_start(), log.log_end(), log.size()), (Offset(5), Offset(5), 0), "broker {id}");
    }
    let deleted = world.facts.iter().filter(|(_, fact)| matches!(fact, Fact::SegmentsDeleted { segments: 3, .. }));
    assert_eq!(deleted.count(), 3);
    let renamed = FileId { directory: DirectoryId(TP.0), name: 1 << 63 };
    assert_eq!(world.disk(1).len(renamed), 322);
    world.run_for(ms(40_000));
    assert_eq!(world.disk(1).len(renamed), 0);
}

#[test]
fn a_fetch_of_what_was_deleted_is_out_of_range() {
    let mut world = short_retention();
    let conn = world.connect(1);
    world.ask(conn, produce(Acks::All, batch(0, 3)));
    world.run_for(ms(100_000));
    let Response::Fetch(answer) = world.ask(conn, fetch(0, Some(0), ms(0))) else { panic!("an answer to a fetch") };
    assert_eq!(answer.partitions[0].error, ErrorCode::OffsetOutOfRange);
}
