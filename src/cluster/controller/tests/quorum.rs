//! The metadata log: what is committed when, who is told, and what survives.

use super::*;
use crate::sim::disk::DiskFault;

impl Play {
    fn fetch(&mut self, broker: u8, fetch_offset: i64) {
        let request = FetchMetadataRequest { broker: BrokerId(broker), fetch_offset, max_wait: ms(500) };
        self.send(broker, Request::FetchMetadata(request));
    }
    /// Base offset, number of records and high watermark of the answer to the last fetch.
    fn fetched(&self) -> Option<(i64, usize, i64)> {
        match self.answer()? {
            Response::FetchMetadata(response) => {
                Some((response.base_offset, response.records.len(), response.high_watermark))
            }
            other => panic!("{other:?}"),
        }
    }
    fn restart(&mut self, kind: StopKind) {
        self.controller.process_died(kind);
        self.stage.forget_timers();
        self.stage.story();
        self.input(Input::Start);
    }
    fn committed(&self) -> i64 {
        self.active().raft.committed()
    }
}

#[test]
fn an_answer_waits_for_linger_and_fsync() {
    let mut play = Play::new();
    let request = BrokerRegistrationRequest {
        rack: None,
        broker: BrokerId(1),
        incarnation: 1,
        previous_broker_epoch: BrokerEpoch::UNKNOWN,
    };
    play.send(1, Request::BrokerRegistration(request));
    play.pass(ms(25));
    assert!(play.answer().is_none() && play.controller.image().broker(BrokerId(1)).is_none());
    play.pass(ms(25));
    assert!(play.answer().is_some() && play.controller.image().broker(BrokerId(1)).is_some());
}

#[test]
fn decisions_build_on_state_that_is_not_committed_yet_and_their_answers_wait_too() {
    let mut play = Play::with_brokers(1);
    let topic = play.topic("a", &[&[1]], TopicConfig::default());
    let request = Request::CreateTopics(CreateTopicsRequest { topics: vec![topic] });
    play.send(1, request.clone());
    play.send(1, request);
    assert!(play.answer().is_none(), "TOPIC_ALREADY_EXISTS may not be said before it is certain");
    play.pass(ms(100));
    match play.answer() {
        Some(Response::CreateTopics(results)) => assert_eq!(results[0].1, ErrorCode::TopicAlreadyExists),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fetch_is_answered_by_the_next_commit() {
    let mut play = Play::new();
    let end = play.committed();
    play.fetch(1, 0);
    assert_eq!(play.fetched(), Some((0, end as usize, end)), "there is something to read");
    play.fetch(1, end);
    assert_eq!(play.fetched(), None, "there is not");
    play.register(2, 2);
    assert_eq!(play.active().raft.committed(), end + 1);
    let answers = play.stage.sent.iter().filter(|(conn, _)| *conn == ConnId(1));
    assert_eq!(answers.count(), 2);
}

#[test]
fn an_idle_log_moves_every_half_second() {
    let mut play = Play::new();
    let end = play.committed();
    play.fetch(1, end);
    play.pass(ms(450));
    assert_eq!(play.fetched(), Some((end, 1, end + 1)), "a NoOp at 500 ms");
    play.pass(ms(10_000));
    assert_eq!(play.committed(), end + 21);
}

#[test]
fn a_fetch_that_waits_in_vain_is_answered_with_nothing() {
    let mut play = Play::new();
    play.pass(ms(450));
    let end = play.committed();
    let request = FetchMetadataRequest { broker: BrokerId(1), fetch_offset: end, max_wait: ms(100) };
    play.send(1, Request::FetchMetadata(request));
    play.pass(ms(99));
    assert_eq!(play.fetched(), None);
    play.pass(ms(1));
    assert_eq!(play.fetched(), Some((end, 0, end)));
}

#[test]
fn a_broken_connection_waits_for_nothing() {
    let mut play = Play::new();
    play.fetch(1, play.committed());
    play.input(play.stage.disconnected(ConnId(1)));
    play.pass(ms(2_000));
    assert_eq!(play.fetched(), None);
}

#[test]
fn an_observer_from_the_future_is_told_so() {
    let mut play = Play::new();
    play.fetch(1, play.committed() + 1);
    match play.answer() {
        Some(Response::FetchMetadata(response)) => assert_eq!(response.error, ErrorCode::OffsetOutOfRange),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_committed_survives_a_power_loss_and_what_is_not_told_may_go() {
    let mut play = Play::with_brokers(1);
    play.create_a(&[1]);
    let (image, committed) = (play.controller.image().clone(), play.committed());
    let topic = CreatableTopic { replication_factor: 1, ..play.topic("b", &[], TopicConfig::default()) };
    play.send(1, Request::CreateTopics(CreateTopicsRequest { topics: vec![topic] }));
    let (now, mut random) = (play.stage.now, Stream::new(1, "power"));
    play.stage.disk.power_loss(now, &mut random);
    play.restart(StopKind::PowerLoss);
    assert!(play.committed() >= committed);
    assert_eq!(*play.controller.image(), image);
    play.pass(ms(100));
    assert_eq!(play.a(), *image.partition(Tp(0)).expect("created"));
    assert!(play.controller.image().topic(TopicId(1)).is_none(), "it was still waiting for the linger time");
    assert_eq!(play.stage.story(), "", "nothing is told twice");
}

#[test]
fn records_that_reached_the_file_before_a_crash_are_committed_by_the_next_life() {
    let mut play = Play::with_brokers(1);
    let topic = play.topic("a", &[&[1]], TopicConfig::default());
    play.send(1, Request::CreateTopics(CreateTopicsRequest { topics: vec![topic] }));
    // The linger time passes; the fsync has begun but not returned.
    let controller = &mut play.controller;
    let due = play.stage.now + ms(25);
    play.stage.advance(due, |timer, ctx| controller.handle(Input::Timer(timer), ctx));
    assert!(play.answer().is_none());
    play.restart(StopKind::Crash);
    assert!(play.controller.image().topic(TopicId(0)).is_none());
    play.pass(ms(100));
    assert!(play.controller.image().topic(TopicId(0)).is_some());
    assert!(play.answer().is_none(), "who asked is never told");
    assert!(play.stage.story().contains("TopicCreated"));
}

#[test]
fn sessions_start_afresh_with_the_controller() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    play.live(ms(8_000), &[2]);
    play.restart(StopKind::Crash);
    let restart = play.stage.now;
    play.live(ms(8_900), &[2]);
    assert!(play.controller.image().is_alive(BrokerId(1)), "its session is 8.9 s old again");
    play.live(ms(3_000), &[2]);
    let fenced = play.fact_time(Fact::BrokerFenced { broker: BrokerId(1) });
    assert!(fenced > restart + ms(9_000) && fenced < restart + ms(10_200), "fenced at {fenced:?}");
}

#[test]
fn a_new_leadership_shows_nothing_before_its_first_commit() {
    let mut play = Play::with_brokers(1);
    play.restart(StopKind::Crash);
    play.fetch(1, 0);
    assert_eq!(play.fetched(), None);
    play.pass(ms(20));
    assert_eq!(play.fetched(), Some((0, play.committed() as usize, play.committed())));
}

#[test]
fn a_controller_that_cannot_write_its_log_stops() {
    let mut play = Play::new();
    play.stage.story();
    play.stage.disk.begin(DiskFault::Full);
    play.pass(ms(600));
    assert!(play.stage.story().contains("halt"), "it is no clean stop");
}

#[test]
fn a_dead_controller_is_silent() {
    let mut play = Play::new();
    play.controller.process_died(StopKind::Crash);
    play.stage.forget_timers();
    play.stage.story();
    play.fetch(1, 0);
    play.pass(ms(10_000));
    assert_eq!(play.stage.story(), "");
}
