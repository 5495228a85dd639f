//! What a channel does about answers, silence and broken connections.

use super::*;
use crate::protocol::ids::{BrokerEpoch, BrokerId, ConnId, ProducerId};
use crate::protocol::messages::{AllocateProducerIdsResponse, Body, Message};
use crate::stage::Stage;

const CONTROLLER: NodeId = NodeId(9);
const TIMER: Timer = Timer { kind: 3, index: 0 };
const BUDGET: Timer = Timer { kind: 4, index: 0 };

struct Play {
    stage: Stage,
    channel: ControllerChannel,
    events: Vec<ChannelEvent>,
}

fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}
fn request(broker: u8) -> Request {
    Request::AllocateProducerIds(BrokerId(broker), BrokerEpoch(5))
}

impl Play {
    /// Gives up after 30 s of silence.
    fn patient() -> Play {
        let channel = ControllerChannel::new(CONTROLLER, Nanos::from_secs(30), TIMER, Owner(5));
        Play { stage: Stage::new(NodeId(0)), channel, events: Vec::new() }
    }
    fn send(&mut self, broker: u8) {
        let channel = &mut self.channel;
        self.stage.run(|ctx| channel.send(request(broker), ctx));
    }
    fn input(&mut self, input: Input) {
        let channel = &mut self.channel;
        let event = self.stage.run(|ctx| channel.handle(input, ctx));
        self.events.push(event);
    }
    /// The connection opens, and the controller answers with its API versions.
    fn connected(&mut self, conn: u32) {
        self.input(self.stage.connected(ConnId(conn)));
        self.versions(conn);
    }
    fn versions(&mut self, conn: u32) {
        self.input(self.stage.api_versions(ConnId(conn)));
    }
    fn disconnected(&mut self, conn: u32) {
        self.input(self.stage.disconnected(ConnId(conn)));
    }
    /// Answers the last request of a connection.
    fn answer(&mut self, conn: u32, error: ErrorCode) {
        let (_, last) = self.stage.sent.iter().rev().find(|(c, _)| c.0 == conn).expect("a request was sent");
        let response = AllocateProducerIdsResponse { error, first: ProducerId(0), count: 1_000 };
        let body = Body::Response(Response::AllocateProducerIds(response));
        self.input(self.stage.message(ConnId(conn), Message { correlation: last.correlation, body }));
    }
    /// Lets time pass. How often a request used up its budget.
    fn pass(&mut self, time: Nanos) -> usize {
        let channel = &mut self.channel;
        let to = self.stage.now + time;
        let mut expired = 0;
        self.stage.advance(to, |timer, ctx| {
            if timer == BUDGET {
                expired += usize::from(channel.expire(ctx));
            } else {
                channel.handle(Input::Timer(timer), ctx);
            }
        });
        expired
    }
    fn responses(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, ChannelEvent::Response(_))).count()
    }
    fn story(&mut self) -> String {
        self.stage.story()
    }
}

#[test]
fn one_request_at_a_time_in_order() {
    let mut play = Play::patient();
    play.send(1);
    play.send(2);
    assert_eq!(play.story(), "connect c0 to n9");
    play.connected(0);
    assert_eq!(play.story(), "send c0 AllocateProducerIds(b1, be5)");
    play.answer(0, ErrorCode::None);
    assert_eq!(play.story(), "send c0 AllocateProducerIds(b2, be5)");
    assert!(!play.channel.is_idle());
    play.answer(0, ErrorCode::None);
    assert!(play.channel.is_idle());
    assert_eq!((play.story().as_str(), play.responses()), ("", 2));
}

/// The kernel of a paused controller takes connections; nothing is sent to it before it answers itself.
#[test]
fn a_controller_that_does_not_answer_gets_no_request() {
    let mut play = Play::patient();
    play.send(1);
    play.input(play.stage.connected(ConnId(0)));
    assert_eq!((play.story().as_str(), &play.stage.checked[..]), ("connect c0 to n9", &[(ConnId(0), 0)][..]));
    play.pass(Nanos::from_secs(29));
    assert_eq!(play.story(), "");
    play.versions(0);
    assert_eq!(play.story(), "send c0 AllocateProducerIds(b1, be5)");
    play.answer(0, ErrorCode::None);
    play.disconnected(0);
    play.pass(ms(50));
    play.send(2);
    play.input(play.stage.connected(ConnId(1)));
    play.pass(Nanos::from_secs(30));
    assert!(play.story().ends_with("connect c1 to n9\nclose c1"), "given up like a request");
}

#[test]
fn an_error_is_an_answer_unless_it_is_not_controller() {
    let mut play = Play::patient();
    play.send(1);
    play.connected(0);
    play.answer(0, ErrorCode::NotController);
    assert_eq!(play.responses(), 0);
    play.pass(ms(50));
    play.connected(1);
    play.answer(1, ErrorCode::StaleBrokerEpoch);
    assert_eq!(play.responses(), 1);
    assert_eq!(
        play.story(),
        "connect c0 to n9\nsend c0 AllocateProducerIds(b1, be5)\nclose c0\nconnect c1 to n9\nsend c1 AllocateProducerIds(b1, be5)"
    );
}

#[test]
fn after_a_disconnect_the_request_is_sent_again() {
    let mut play = Play::patient();
    play.send(1);
    play.disconnected(0);
    play.pass(ms(49));
    assert_eq!(play.story(), "connect c0 to n9", "refused: no hurry");
    play.pass(ms(1));
    play.connected(1);
    play.disconnected(1);
    play.pass(ms(50));
    play.connected(2);
    assert_eq!(
        play.story(),
        "connect c1 to n9\nsend c1 AllocateProducerIds(b1, be5)\nconnect c2 to n9\nsend c2 AllocateProducerIds(b1, be5)"
    );
}

#[test]
fn a_silent_link_is_given_up_after_the_timeout() {
    let mut play = Play::patient();
    play.send(1);
    play.connected(0);
    play.story();
    play.pass(ms(29_999));
    assert_eq!(play.story(), "");
    play.pass(ms(51));
    assert_eq!(play.story(), "close c0\nconnect c1 to n9");
    // The old link's late answer is nobody's business.
    play.answer(0, ErrorCode::None);
    assert_eq!(play.responses(), 0);
    // Nor does a link that never opens hold for ever.
    play.pass(ms(10_050));
    assert_eq!(play.story(), "close c1\nconnect c2 to n9");
}

#[test]
fn a_budget_ends_the_tries_whatever_the_network_does() {
    for connects in [true, false] {
        let mut play = Play::patient();
        play.channel = play.channel.clone().with_budget(ms(4_500), BUDGET);
        play.send(1);
        if connects {
            play.connected(0);
        }
        assert_eq!((play.pass(ms(4_499)), play.pass(ms(1))), (0, 1));
        assert!(play.channel.is_idle());
        play.send(2);
        assert!(play.story().ends_with("close c0\nconnect c1 to n9"));
        assert_eq!(play.pass(ms(4_499)), 0);
    }
}

#[test]
fn an_idle_channel_connects_only_when_there_is_something_to_send() {
    let mut play = Play::patient();
    play.send(1);
    play.connected(0);
    play.answer(0, ErrorCode::None);
    play.disconnected(0);
    play.pass(Nanos::from_secs(60));
    play.story();
    play.send(2);
    assert_eq!(play.story(), "connect c1 to n9");
}

/// `reconnect.backoff.ms` counts for a channel that had nothing to do, too.
#[test]
fn a_link_that_broke_idle_is_opened_after_the_backoff() {
    let mut play = Play::patient();
    play.send(1);
    play.connected(0);
    play.answer(0, ErrorCode::None);
    play.disconnected(0);
    play.story();
    play.pass(ms(20));
    play.send(2);
    assert_eq!(play.story(), "");
    play.pass(ms(30));
    assert_eq!(play.story(), "connect c1 to n9");
}
