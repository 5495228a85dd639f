//! Registration, heartbeats, fencing and controlled shutdown.

use super::*;
use crate::stage::assert_story;

/// The world of the disk and the linger time: commits come this soon.
const COMMIT: Nanos = Nanos::from_millis(50);

#[test]
fn a_broker_registers_catches_up_and_is_unfenced() {
    let mut play = Play::new();
    let epoch = play.register(1, 7).broker_epoch;
    play.epochs.push((BrokerId(1), epoch));
    play.stage.note("it has not read its own registration yet");
    let behind = BrokerHeartbeatRequest { current_metadata_offset: play.epoch(1).0 - 1, ..play.heartbeat_request(1) };
    play.heartbeat(behind);
    play.stage.note("it has, but its logs are not loaded");
    let loading = BrokerHeartbeatRequest { want_fence: true, ..play.heartbeat_request(1) };
    play.heartbeat(loading);
    play.stage.note("it is ready");
    play.heartbeat(play.heartbeat_request(1));
    play.stage.note("once more");
    play.heartbeat(play.heartbeat_request(1));
    assert_story!("controller_broker_joins", play.stage.story());
}

#[test]
fn the_same_incarnation_may_ask_again_and_keeps_its_epoch() {
    let mut play = Play::with_brokers(1);
    let again = play.register(1, 1);
    assert_eq!((again.error, again.broker_epoch), (ErrorCode::None, play.epoch(1)));
    assert!(play.controller.image().is_alive(BrokerId(1)));
    assert_eq!(play.facts(), "");
}

#[test]
fn a_new_incarnation_is_locked_out_while_the_old_session_lasts() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    // Broker 1 was last heard of when it joined; its session ends in between two scans.
    play.live(ms(8_400), &[2]);
    assert_eq!(play.register(1, 99).error, ErrorCode::DuplicateBrokerRegistration);
    play.live(ms(900), &[2]);
    assert!(play.controller.image().is_alive(BrokerId(1)), "not fenced yet");
    play.stage.story();
    // A stale session no longer locks out, fenced or not. The new life is handled like a fencing.
    assert_eq!(play.register(1, 99).error, ErrorCode::None);
    assert_story!("controller_new_incarnation_leaves_the_isr", play.stage.story());
}

#[test]
fn after_fencing_a_new_incarnation_registers_at_once() {
    let mut play = Play::with_brokers(2);
    play.live(ms(11_000), &[2]);
    let again = play.register(1, 99);
    assert_eq!(again.error, ErrorCode::None);
    assert!(again.broker_epoch > play.epoch(1));
}

#[test]
fn a_silent_broker_is_fenced_by_the_first_scan_after_its_session() {
    let mut play = Play::with_brokers(2);
    play.heartbeat(play.heartbeat_request(1));
    let last_contact = play.stage.now - ms(100);
    play.live(ms(12_000), &[2]);
    let fenced = play.fact_time(Fact::BrokerFenced { broker: BrokerId(1) });
    // Scans are every 1.125 s from activation, which was at zero.
    let scan = Nanos(fenced.0 / 1_125_000_000 * 1_125_000_000);
    assert!(fenced - scan < COMMIT, "fenced at {fenced:?}, scan at {scan:?}");
    assert!(scan > last_contact + ms(9_000) && scan <= last_contact + ms(10_125));
    assert!(play.controller.image().is_alive(BrokerId(2)));
}

#[test]
fn brokers_that_fall_silent_together_are_fenced_one_by_one_and_the_last_isr_member_stays() {
    let mut play = Play::with_brokers(4);
    play.create_a(&[1, 2, 3]);
    play.live(ms(12_000), &[4]);
    assert_story!("controller_all_replicas_fenced", play.facts());
}

#[test]
fn a_broker_fenced_for_lost_heartbeats_comes_back_with_its_next_one() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1]);
    play.live(ms(12_000), &[2]);
    assert_eq!(play.leader_and_isr(), (None, list(&[1])));
    play.stage.story();
    let response = play.heartbeat(play.heartbeat_request(1));
    assert!(!response.is_fenced);
    assert_eq!(play.leader_and_isr(), (Some(1), list(&[1])));
    assert_story!("controller_fenced_broker_returns", play.stage.story());
}

#[test]
fn a_stale_broker_epoch_is_refused() {
    let mut play = Play::with_brokers(1);
    let stale = BrokerEpoch(play.epoch(1).0 - 1);
    let heartbeat = play.heartbeat(BrokerHeartbeatRequest { broker_epoch: stale, ..play.heartbeat_request(1) });
    assert_eq!(heartbeat.error, ErrorCode::StaleBrokerEpoch);
    let stranger = play.heartbeat(BrokerHeartbeatRequest { broker: BrokerId(3), ..play.heartbeat_request(1) });
    assert_eq!(stranger.error, ErrorCode::StaleBrokerEpoch);
    match play.ask(1, Request::AllocateProducerIds(BrokerId(1), stale)) {
        Response::AllocateProducerIds(response) => assert_eq!(response.error, ErrorCode::StaleBrokerEpoch),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_broker_that_leads_nothing_may_stop_at_once() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    let response = play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(2) });
    assert!(response.should_shutdown && response.is_fenced);
    assert_eq!(play.leader_and_isr(), (Some(1), list(&[1])));
}

#[test]
fn after_a_clean_stop_the_next_life_waits_for_the_session_to_end_and_there_is_a_second_fencing() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(2) });
    play.stage.story();
    play.live(ms(8_500), &[1]);
    play.stage.note("8.5 s after its last heartbeat");
    assert_eq!(play.register(2, 99).error, ErrorCode::DuplicateBrokerRegistration);
    play.live(ms(2_000), &[1]);
    play.stage.note("10.5 s after it");
    assert_eq!(play.register(2, 99).error, ErrorCode::None);
    assert_story!("controller_clean_stop_bars_the_next_life", play.stage.story());
}

#[test]
fn a_session_that_ends_after_the_next_life_has_registered_fences_nobody() {
    let mut play = Play::with_brokers(2);
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(2) });
    // The session is over, the scan is still to come.
    play.live(ms(9_010), &[1]);
    let epoch = play.register(2, 99).broker_epoch;
    play.epochs.retain(|(broker, _)| *broker != BrokerId(2));
    play.epochs.push((BrokerId(2), epoch));
    assert!(!play.heartbeat(play.heartbeat_request(2)).is_fenced);
    play.facts();
    play.live(ms(3_000), &[1, 2]);
    assert_eq!(play.facts(), "");
}

#[test]
fn heartbeats_that_piled_up_before_a_paused_controller_save_all_but_one() {
    let mut play = Play::with_brokers(3);
    play.live(ms(1_000), &[1, 2, 3]);
    // Nothing runs for 12 s; then the scan that was due goes off first, and after it what has arrived.
    play.stage.now += ms(12_000);
    play.stage.story();
    play.pass(Nanos::ZERO);
    for broker in 1..=3 {
        play.send(broker, Request::BrokerHeartbeat(play.heartbeat_request(broker)));
    }
    play.live(ms(3_000), &[1, 2, 3]);
    let fenced = play.stage.facts.iter().filter(|(_, fact)| matches!(fact, Fact::BrokerFenced { .. })).count();
    assert_eq!(fenced, 1);
    assert!((1..=3).all(|broker| play.controller.image().is_alive(BrokerId(broker))), "it is back at once");
}

#[test]
fn a_leader_may_stop_when_everybody_knows_its_successors() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    let before = play.controller.image().offset();
    let stop = |play: &Play| BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) };
    play.stage.note("broker 1 asks to stop");
    assert!(!play.heartbeat(stop(&play)).should_shutdown);
    assert_eq!(play.leader_and_isr(), (Some(2), list(&[2, 3])));
    play.stage.note("broker 2 has read on, broker 3 has not");
    play.heartbeat(play.heartbeat_request(2));
    play.heartbeat(BrokerHeartbeatRequest { current_metadata_offset: before, ..play.heartbeat_request(3) });
    assert!(!play.heartbeat(stop(&play)).should_shutdown);
    play.stage.note("broker 3 has, too");
    play.heartbeat(play.heartbeat_request(3));
    assert!(play.heartbeat(stop(&play)).should_shutdown);
    assert_story!("controller_controlled_shutdown", play.stage.story());
}

#[test]
fn a_broker_in_controlled_shutdown_gets_no_new_replicas_and_joins_no_isr() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2]);
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) });
    let topic = CreatableTopic { replication_factor: 2, ..play.topic("b", &[], TopicConfig::default()) };
    assert_eq!(play.create(topic), ErrorCode::None);
    assert!(play.controller.image().partitions().skip(1).all(|(_, p)| !p.replicas.contains(BrokerId(1))));
}

#[test]
fn a_broker_that_is_fenced_while_it_stops_may_stop_at_once() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    let before = play.controller.image().offset();
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) });
    play.live(Nanos::from_secs(12), &[2]);
    assert!(!play.controller.image().is_alive(BrokerId(1)));
    // Broker 2 has not read of the successors: that does not matter any more.
    play.heartbeat(BrokerHeartbeatRequest { current_metadata_offset: before, ..play.heartbeat_request(2) });
    let response = play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) });
    assert!(response.should_shutdown);
}

#[test]
fn the_sole_isr_member_leaves_its_partition_leaderless_when_it_stops() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1]);
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) });
    assert_eq!(play.leader_and_isr(), (None, list(&[1])));
    // It leads nothing now, and may go once the other broker has read that.
    play.heartbeat(play.heartbeat_request(2));
    assert!(
        play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) }).should_shutdown
    );
}
