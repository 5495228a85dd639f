//! Produce: what is acknowledged when, and what is not.

use super::world::*;
use crate::history::fact::{Fact, StopKind};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

fn min_isr(min_insync_replicas: u16) -> TopicConfig {
    TopicConfig { min_insync_replicas, ..TopicConfig::default() }
}
fn started(min: u16) -> (World, ConnId) {
    let mut world = World::with_topic(BrokerConfig::default(), min_isr(min));
    let conn = world.connect(1);
    (world, conn)
}

#[test]
fn acks_one_is_answered_after_the_append_and_acks_all_after_the_commit() {
    let (mut world, conn) = started(2);
    let start = world.now;
    let one = world.produce(conn, Acks::One, batch(0, 1));
    world.run_for(ms(50));
    let trip = world.answered_at(one).expect("answered") - start;
    assert!(trip < ms(3), "{trip:?}");
    assert_eq!(world.produced(one), Some((ErrorCode::None, 0)));
    let start = world.now;
    let all = world.produce(conn, Acks::All, batch(1, 3));
    world.run_for(ms(50));
    let trip = world.answered_at(all).expect("answered") - start;
    assert!(trip > ms(4) && trip < ms(5), "request, fetch answer, next fetch, answer: {trip:?}");
    assert_eq!(world.produced(all), Some((ErrorCode::None, 1)));
    assert_eq!((world.high_watermark(1), world.log_end(2), world.log_end(3)), (4, 4, 4));
}
