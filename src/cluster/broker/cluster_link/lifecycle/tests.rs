//! A broker's life, as the controller sees it: the test plays the controller.

mod with_controller;

use super::*;
use crate::protocol::ids::ConnId;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::stage::{Stage, assert_story};

/// The connection for registration and heartbeats, and the one for metadata.
const RPC: u32 = 0;
const METADATA: u32 = 1;

struct Play {
    stage: Stage,
    life: BrokerLifecycle,
    /// What the broker was told, other than `Handled`.
    events: Vec<String>,
}

fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

fn heartbeat_ok() -> BrokerHeartbeatResponse {
    BrokerHeartbeatResponse { error: ErrorCode::None, is_caught_up: true, is_fenced: false, should_shutdown: false }
}

impl Play {
    fn with(config: &BrokerConfig) -> Play {
        Play::under(KafkaVersion::V4_0, config)
    }
    fn under(version: KafkaVersion, config: &BrokerConfig) -> Play {
        let life = BrokerLifecycle::new(BrokerId(1), NodeId(9), config, Rules::of(version), BrokerEpoch::UNKNOWN);
        let mut play = Play { stage: Stage::new(NodeId(0)), life, events: Vec::new() };
        let life = &mut play.life;
        play.stage.run(|ctx| life.start(ctx));
        play.connected(RPC);
        play.connected(METADATA);
        play
    }
    fn new() -> Play {
        Play::with(&BrokerConfig::default())
    }
    /// Registered under epoch 3, caught up with the metadata, unfenced.
    fn running() -> Play {
        Play::new().unfenced()
    }
    fn unfenced(self) -> Play {
        let mut play = self;
        play.metadata(0, 5);
        play.registered(ErrorCode::None);
        play.heartbeat(heartbeat_ok());
        play.act(|life, ctx| life.ready_to_unfence(ctx));
        play.heartbeat(heartbeat_ok());
        assert!(play.life.is_running());
        play.stage.story();
        play.events.clear();
        play
    }
    fn act(&mut self, act: impl FnOnce(&mut BrokerLifecycle, &mut Context<'_>)) {
        let life = &mut self.life;
        self.stage.run(|ctx| act(life, ctx));
    }
    fn input(&mut self, input: Input) {
        let (life, events) = (&mut self.life, &mut self.events);
        self.stage.run(|ctx| take(life, events, input, ctx));
    }
    fn pass(&mut self, time: Nanos) {
        let (life, events) = (&mut self.life, &mut self.events);
        let to = self.stage.now + time;
        self.stage.advance(to, |timer, ctx| take(life, events, Input::Timer(timer), ctx));
    }
    /// A connection opens, and the controller answers with its API versions.
    fn connected(&mut self, conn: u32) {
        self.input(self.stage.connected(ConnId(conn)));
        self.input(self.stage.api_versions(ConnId(conn)));
    }
    /// Answers the last request of a connection.
    fn answer(&mut self, conn: u32, response: Response) {
        let (_, last) = self.stage.sent.iter().rev().find(|(c, _)| c.0 == conn).expect("a request was sent");
        let message = Message { correlation: last.correlation, body: Body::Response(response) };
        self.input(self.stage.message(ConnId(conn), message));
    }
    fn registered(&mut self, error: ErrorCode) {
        let broker_epoch = if error.is_ok() { BrokerEpoch(3) } else { BrokerEpoch::UNKNOWN };
        self.answer(RPC, Response::BrokerRegistration(BrokerRegistrationResponse { error, broker_epoch }));
    }
    fn heartbeat(&mut self, response: BrokerHeartbeatResponse) {
        self.answer(RPC, Response::BrokerHeartbeat(response));
    }
    /// Answers the metadata fetch with NoOps from `base` to the end of the log.
    fn metadata(&mut self, base_offset: i64, high_watermark: i64) {
        let records = vec![MetadataRecord::NoOp; (high_watermark - base_offset) as usize];
        let response = FetchMetadataResponse { error: ErrorCode::None, base_offset, records, high_watermark };
        self.answer(METADATA, Response::FetchMetadata(response));
        self.act(|life, _| life.metadata_applied(high_watermark - 1));
    }
    /// How often a registration or heartbeat was sent so far.
    fn communications(&self) -> usize {
        self.stage.sent.iter().filter(|(conn, _)| conn.0 != METADATA).count()
    }
    /// Time from now to the next registration or heartbeat, which is sent.
    fn until_next_communication(&mut self) -> Nanos {
        let (start, count) = (self.stage.now, self.communications());
        while self.communications() == count {
            assert!(self.stage.now < start + Nanos::from_secs(60), "nothing is sent any more");
            let (at, _) = self.stage.next_timer().expect("something is planned");
            self.pass(at - self.stage.now);
        }
        self.stage.now - start
    }
    fn story(&mut self) -> String {
        let story = self.stage.story();
        story.lines().filter(|line| !line.contains("FetchMetadata")).collect::<Vec<_>>().join("\n")
    }
}

fn take(life: &mut BrokerLifecycle, events: &mut Vec<String>, input: Input, ctx: &mut Context<'_>) {
    match give(life, input, ctx) {
        LifecycleEvent::Handled => {}
        event => events.push(format!("{event:?}")),
    }
}

/// Gives an input to where it belongs, as the broker does.
fn give(life: &mut BrokerLifecycle, input: Input, ctx: &mut Context<'_>) -> LifecycleEvent {
    match input {
        Input::Timer(timer) => match BrokerTimer::from(timer) {
            BrokerTimer::HeartbeatConnection => life.heartbeat_channel(input, ctx),
            BrokerTimer::HeartbeatExpires => {
                life.heartbeat_expires(ctx);
                LifecycleEvent::Handled
            }
            BrokerTimer::MetadataConnection => life.metadata_channel(input, ctx),
            BrokerTimer::MetadataRetry => {
                life.fetch_metadata(ctx);
                LifecycleEvent::Handled
            }
            BrokerTimer::Communicate => life.time_to_communicate(ctx),
            BrokerTimer::GiveUp => life.give_up(ctx),
            other => panic!("{other:?} is not the lifecycle's"),
        },
        Input::Message { owner, .. } | Input::Connected { owner, .. } | Input::Disconnected { owner, .. } => {
            match BrokerEndpoint::of(owner) {
                Some(BrokerEndpoint::Heartbeats) => life.heartbeat_channel(input, ctx),
                Some(BrokerEndpoint::Metadata) => life.metadata_channel(input, ctx),
                other => panic!("{other:?} is not the lifecycle's"),
            }
        }
        other => panic!("{other:?} is not the lifecycle's"),
    }
}

#[test]
fn from_start_to_running() {
    let mut play = Play::new();
    play.stage.note("registered, before the metadata is read");
    play.registered(ErrorCode::None);
    play.heartbeat(BrokerHeartbeatResponse { is_caught_up: false, is_fenced: true, ..heartbeat_ok() });
    assert_eq!(play.until_next_communication(), ms(10));
    play.stage.note("the metadata is read");
    play.metadata(0, 5);
    play.heartbeat(BrokerHeartbeatResponse { is_fenced: true, ..heartbeat_ok() });
    assert_eq!(play.until_next_communication(), ms(10));
    play.heartbeat(BrokerHeartbeatResponse { is_fenced: true, ..heartbeat_ok() });
    play.stage.note("the logs are loaded");
    play.act(|life, ctx| life.ready_to_unfence(ctx));
    assert!(!play.life.is_running());
    play.heartbeat(heartbeat_ok());
    assert!(play.life.is_running());
    let hide_incarnation =
        |line| if str::contains(line, "incarnation") { "send c0 BrokerRegistration { .. }" } else { line };
    let story = play.stage.story().lines().map(hide_incarnation).collect::<Vec<_>>().join("\n");
    assert_story!("lifecycle_start_to_running", story + "\n" + &play.events.join("\n"));
}

#[test]
fn each_life_has_an_incarnation_of_its_own() {
    let mut play = Play::new();
    let first = play.life.incarnation;
    play.act(|life, ctx| life.start(ctx));
    assert_ne!(play.life.incarnation, first);
}

#[test]
fn registration_is_retried_with_doubling_pauses() {
    let mut play = Play::new();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        play.registered(ErrorCode::DuplicateBrokerRegistration);
        pauses.push(play.until_next_communication().as_millis());
    }
    for (pause, expected) in pauses.iter().zip([100, 200, 400, 800, 1_600, 3_200, 4_500, 4_500, 4_500]) {
        assert!((expected * 98 / 100..=expected * 102 / 100).contains(pause) && *pause <= 4_500, "{pauses:?}");
    }
    assert!(pauses.windows(2).any(|pair| pair[1] != 2 * pair[0]), "there is jitter: {pauses:?}");
    play.registered(ErrorCode::None);
    assert_eq!(play.events.last().map(String::as_str), Some("Registered(be3)"));
}

/// KAFKA-19294: as often as a heartbeat, and not waited for any longer than that.
#[test]
fn since_4_1_what_fails_is_repeated_at_the_interval() {
    let mut play = Play::under(KafkaVersion::V4_1, &BrokerConfig::default());
    for _ in 0..3 {
        play.registered(ErrorCode::DuplicateBrokerRegistration);
        assert_eq!(play.until_next_communication(), ms(2_000));
    }
    let mut play = Play::under(KafkaVersion::V4_1, &BrokerConfig::default()).unfenced();
    play.until_next_communication();
    play.heartbeat(BrokerHeartbeatResponse { error: ErrorCode::StaleBrokerEpoch, ..heartbeat_ok() });
    assert_eq!(play.until_next_communication(), ms(2_000));
    play.stage.story();
    play.pass(ms(1_999));
    assert!(!play.story().contains("close c0"));
    play.pass(ms(1));
    assert_eq!(play.story(), "close c0", "an unanswered one is given up after 2 s, not after 4.5");
}

#[test]
fn logs_loaded_during_a_lock_out_are_told_once_caught_up() {
    let mut play = Play::new();
    play.metadata(0, 5);
    play.registered(ErrorCode::DuplicateBrokerRegistration);
    let before = play.communications();
    play.act(|life, ctx| life.ready_to_unfence(ctx));
    assert_eq!(play.communications(), before, "it does not jump the queue");
    play.until_next_communication();
    play.registered(ErrorCode::None);
    play.stage.story();
    play.heartbeat(BrokerHeartbeatResponse { is_fenced: true, ..heartbeat_ok() });
    assert!(play.story().contains("want_fence: false"), "asked at once, not 10 ms later");
}

#[test]
fn no_registration_within_a_minute_ends_the_broker() {
    let mut play = Play::new();
    play.metadata(0, 5);
    play.registered(ErrorCode::DuplicateBrokerRegistration);
    play.events.clear();
    play.pass(ms(59_999));
    assert!(play.events.is_empty());
    play.pass(ms(1));
    assert_eq!(play.events, ["MayShutDown"]);
}

#[test]
fn heartbeats_follow_answers_by_the_interval() {
    let mut play = Play::running();
    assert_eq!(play.until_next_communication(), ms(2_000));
    play.pass(ms(300));
    play.heartbeat(heartbeat_ok());
    assert_eq!(play.until_next_communication(), ms(2_000));
}

#[test]
fn a_heartbeat_on_a_silent_link_is_given_up_after_half_a_session() {
    let mut play = Play::running();
    play.until_next_communication();
    play.stage.story();
    play.pass(ms(4_499));
    assert!(!play.story().contains("close c0"));
    play.pass(ms(1));
    assert_eq!(play.story(), "close c0");
    play.pass(ms(110));
    let conn = play.story().strip_prefix("connect c").and_then(|rest| rest.strip_suffix(" to n9")?.parse().ok());
    play.connected(conn.expect("a new connection, and nothing else"));
    assert!(play.story().contains("BrokerHeartbeat { broker: b1, broker_epoch: be3"));
}

#[test]
fn a_refused_heartbeat_is_repeated_with_backoff() {
    let mut play = Play::running();
    play.until_next_communication();
    let stale = BrokerHeartbeatResponse { error: ErrorCode::StaleBrokerEpoch, ..heartbeat_ok() };
    play.heartbeat(stale);
    let pause = play.until_next_communication();
    assert!((ms(98)..=ms(102)).contains(&pause), "{pause:?}");
    play.heartbeat(heartbeat_ok());
    assert_eq!(play.until_next_communication(), ms(2_000));
}

#[test]
fn the_backoff_of_refusals_grows_to_half_the_session() {
    let mut play = Play::running();
    play.until_next_communication();
    let mut longest = Nanos::ZERO;
    for _ in 0..10 {
        play.heartbeat(BrokerHeartbeatResponse { error: ErrorCode::StaleBrokerEpoch, ..heartbeat_ok() });
        longest = longest.max(play.until_next_communication());
    }
    assert!((ms(4_410)..=ms(4_500)).contains(&longest), "{longest:?}");
}

#[test]
fn a_broker_that_was_fenced_for_a_while_hears_nothing_of_it() {
    let mut play = Play::running();
    play.until_next_communication();
    play.heartbeat(BrokerHeartbeatResponse { is_fenced: true, ..heartbeat_ok() });
    assert!(play.life.is_running());
    play.until_next_communication();
    play.heartbeat(heartbeat_ok());
    assert!(play.life.is_running() && play.events.is_empty());
}

#[test]
fn metadata_is_fetched_without_end_and_caught_up_is_said_once() {
    let mut play = Play::new();
    let records = vec![MetadataRecord::NoOp; 2];
    let part = FetchMetadataResponse { error: ErrorCode::None, base_offset: 0, records, high_watermark: 3 };
    play.answer(METADATA, Response::FetchMetadata(part));
    play.metadata(2, 3);
    play.stage.story();
    play.metadata(3, 3);
    play.metadata(3, 4);
    assert_eq!(
        play.events,
        [
            "Metadata { base_offset: 0, records: [NoOp, NoOp], caught_up: false }",
            "Metadata { base_offset: 2, records: [NoOp], caught_up: true }",
            "Metadata { base_offset: 3, records: [NoOp], caught_up: false }",
        ]
    );
    assert_eq!(
        play.stage.story(),
        "send c1 FetchMetadata { broker: b1, fetch_offset: 3, max_wait: 0.500s }\n\
         send c1 FetchMetadata { broker: b1, fetch_offset: 4, max_wait: 0.500s }"
    );
}

#[test]
fn the_observer_survives_a_controller_that_goes_away() {
    let mut play = Play::running();
    play.input(play.stage.disconnected(ConnId(METADATA)));
    play.pass(ms(50));
    play.connected(2);
    let wanted = "connect c2 to n9\nsend c2 FetchMetadata { broker: b1, fetch_offset: 5, max_wait: 0.500s }";
    assert_eq!(play.stage.story(), wanted);
}

#[test]
fn controlled_shutdown_asks_at_once_then_after_50_ms_then_at_the_interval() {
    let mut play = Play::running();
    play.act(|life, ctx| life.begin_shutdown(ctx));
    assert!(play.story().contains("want_shutdown: true"));
    play.heartbeat(heartbeat_ok());
    assert_eq!(play.until_next_communication(), ms(50));
    play.heartbeat(heartbeat_ok());
    assert_eq!(play.until_next_communication(), ms(2_000));
    assert!(play.life.is_running(), "it serves until it is let go");
    play.heartbeat(BrokerHeartbeatResponse { is_fenced: true, should_shutdown: true, ..heartbeat_ok() });
    assert_eq!(play.events, ["MayShutDown"]);
    assert!(!play.life.is_running());
    let told = play.communications();
    play.pass(Nanos::from_secs(10));
    assert_eq!(play.communications(), told, "no more heartbeats");
}

#[test]
fn a_wish_that_comes_up_during_a_heartbeat_is_told_right_after_it() {
    let mut play = Play::running();
    play.until_next_communication();
    play.act(|life, ctx| life.begin_shutdown(ctx));
    play.stage.story();
    play.heartbeat(heartbeat_ok());
    assert!(play.story().contains("want_shutdown: true"));
}

#[test]
fn without_an_answer_a_broker_stops_after_five_minutes() {
    let mut play = Play::running();
    play.act(|life, ctx| life.begin_shutdown(ctx));
    play.pass(ms(299_999));
    assert!(play.events.is_empty());
    play.pass(ms(1));
    assert_eq!(play.events, ["MayShutDown"]);
}

#[test]
fn a_broker_that_does_not_serve_yet_asks_nobody() {
    let mut play = Play::new();
    play.act(|life, ctx| life.begin_shutdown(ctx));
    play.pass(Nanos::ZERO);
    assert_eq!(play.events, ["MayShutDown"]);
}

#[test]
fn without_controlled_shutdown_nobody_is_asked() {
    let mut play = Play::running();
    play.life.controlled_shutdown_enable = false;
    play.act(|life, ctx| life.begin_shutdown(ctx));
    play.pass(Nanos::ZERO);
    assert_eq!(play.events, ["MayShutDown"]);
}
