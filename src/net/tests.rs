use super::*;
use crate::node::Effect;
use crate::protocol::ids::NodeId;
use crate::protocol::messages::{MetadataRequest, MetadataResponse};
use crate::sim::random::Stream;
use crate::stage::Stage;
use crate::stage::broken::each_is_noticed;
use std::rc::Rc;

const MS: fn(u64) -> Nanos = Nanos::from_millis;
const B1: Dest = Dest(1);
/// The timer of the connection to process 1.
const TIMER_B1: Timer = Timer { kind: 5, index: 41 };

/// A process of that number, whose node id is one less.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Dest(u32);

impl Destination for Dest {
    fn slot(self) -> u32 {
        self.0
    }
    fn node(self) -> NodeId {
        NodeId(self.0 as u16 - 1)
    }
}

/// A network client and the world around it.
struct World {
    client: NetworkClient<Dest, u32>,
    stage: Stage,
    events: Vec<NetworkEvent<Dest, u32>>,
    /// Effects since the last look.
    effects: Vec<Effect>,
}

impl World {
    fn new() -> World {
        let config = NetworkConfig {
            request_timeout: MS(1000),
            reconnect_backoff: MS(50),
            reconnect_backoff_max: MS(1000),
            connection_setup_timeout: MS(10_000),
            connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
            max_in_flight: 2,
            discover_api_versions: true,
        };
        World {
            client: NetworkClient::new(config, Timer { kind: 5, index: 40 }, Owner(100)),
            stage: Stage::drawing(NodeId(9), Stream::new(3, "network")),
            events: Vec::new(),
            effects: Vec::new(),
        }
    }
    fn with<T>(
        &mut self,
        act: impl FnOnce(&mut NetworkClient<Dest, u32>, &mut Vec<NetworkEvent<Dest, u32>>, &mut Context<'_>) -> T,
    ) -> T {
        let (client, events) = (&mut self.client, &mut self.events);
        let (result, said) = self.stage.act(|ctx| act(client, events, ctx));
        self.client.check_invariants();
        self.effects.extend(said.effects);
        result
    }
    fn ready(&mut self, dest: Dest) -> bool {
        self.with(|client, _, ctx| client.ready(dest, ctx))
    }
    fn send(&mut self, dest: Dest, tag: u32) {
        self.with(|client, _, ctx| client.send(dest, tag, request(), None, true, ctx));
    }
    fn input(&mut self, input: Input) {
        let input = self.stage.heard(input);
        assert!(self.with(|client, events, ctx| client.accept(input, events, ctx)), "it is the client's");
    }
    /// The events since the last look, in short.
    fn told(&mut self) -> Vec<String> {
        self.events
            .drain(..)
            .map(|event| match event {
                NetworkEvent::Ready(_) => "ready".into(),
                NetworkEvent::Response { tag, .. } => format!("answer {tag}"),
                NetworkEvent::Written { tag, .. } => format!("written {tag}"),
                NetworkEvent::Failed { tag, error, .. } => format!("{tag} {}", error.name()),
                NetworkEvent::Disconnected(_) => "disconnected".into(),
            })
            .collect()
    }
    /// The effects since the last look: connections, timers and closings.
    fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }
    /// The time at which the last timer set goes off.
    fn timer(&mut self) -> Option<(Timer, Nanos)> {
        self.effects().into_iter().rev().find_map(|effect| match effect {
            Effect::SetTimer { timer, at } => Some((timer, at)),
            _ => None,
        })
    }
    fn connected(&mut self, dest: Dest) -> ConnId {
        self.ready(dest);
        let conn = ConnId(*self.stage.next_conn() - 1);
        self.input(Input::Connected { conn, owner: Owner::NONE });
        self.versions(conn);
        self.told();
        self.effects();
        conn
    }
    /// The process at the other end answers the first request of the connection.
    fn versions(&mut self, conn: ConnId) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Send {
                conn: on,
                message: Message { correlation, body: Body::Request(Request::ApiVersions) },
                ..
            } if *on == conn => Some(*correlation),
            _ => None,
        });
        let correlation = asked.expect("a connection begins with ApiVersions");
        self.input(Input::Message {
            conn,
            owner: Owner::NONE,
            message: Message { correlation, body: Body::Response(Response::ApiVersions) },
        });
    }
    fn answer(&mut self, conn: ConnId, correlation: u32) {
        let body = Body::Response(Response::Metadata(Rc::new(MetadataResponse::default())));
        self.input(Input::Message { conn, owner: Owner::NONE, message: Message { correlation, body } });
    }
}

fn request() -> Request {
    Request::Metadata(MetadataRequest {
        all_topics: false,
        topics: Default::default(),
        allow_auto_topic_creation: false,
    })
}

#[test]
fn ready_opens_one_connection_and_says_when_it_can_be_used() {
    let mut w = World::new();
    assert!(!w.ready(B1));
    assert!(!w.ready(B1));
    let connects = w.effects().iter().filter(|e| matches!(e, Effect::Connect { peer: NodeId(0), .. })).count();
    assert_eq!(connects, 1);
    w.input(Input::Connected { conn: ConnId(0), owner: Owner::NONE });
    assert!(w.told().is_empty() && !w.ready(B1), "the process has not said a word yet");
    w.versions(ConnId(0));
    assert_eq!(w.told(), ["ready"]);
    assert!(w.ready(B1));
}

/// The kernel of a paused process takes connections; the process does not answer, and gets no request.
#[test]
fn a_process_that_does_not_answer_gets_nothing_but_api_versions() {
    let mut w = World::new();
    w.ready(B1);
    w.stage.now = MS(100);
    w.input(Input::Connected { conn: ConnId(0), owner: Owner::NONE });
    let sends = w.effects().into_iter().filter(|effect| matches!(effect, Effect::Send { .. })).count();
    assert_eq!(sends, 1);
    w.stage.now = MS(1099);
    w.input(Input::Timer(TIMER_B1));
    assert!(w.told().is_empty() && !w.ready(B1));
    w.stage.now = MS(1100);
    w.input(Input::Timer(TIMER_B1));
    assert_eq!(w.told(), ["disconnected"], "request.timeout.ms after it was asked");
}

#[test]
fn a_full_connection_is_not_ready_until_an_answer_makes_room() {
    let mut w = World::new();
    let conn = w.connected(B1);
    w.send(B1, 70);
    w.send(B1, 71);
    assert!(!w.ready(B1));
    assert_eq!(w.client.in_flight(B1), 2);
    w.answer(conn, 1);
    assert_eq!(w.told(), ["answer 70"]);
    assert!(w.ready(B1));
}

#[test]
fn one_timeout_closes_the_connection_and_fails_all_oldest_first() {
    let mut w = World::new();
    w.connected(B1);
    w.send(B1, 70);
    w.stage.now = MS(900);
    w.send(B1, 71);
    assert!(w.timer().is_none(), "one timer for all requests of a connection, also for the first one of all");
    w.stage.now = MS(1000);
    w.input(Input::Timer(TIMER_B1));
    assert_eq!(w.told(), ["70 REQUEST_TIMED_OUT", "71 REQUEST_TIMED_OUT", "disconnected"]);
    assert!(matches!(w.effects()[0], Effect::Close { conn: ConnId(0) }));
}

#[test]
fn the_timer_moves_on_when_the_request_it_was_set_for_is_answered() {
    let mut w = World::new();
    let conn = w.connected(B1);
    w.send(B1, 70);
    w.stage.now = MS(900);
    w.send(B1, 71);
    w.answer(conn, 1);
    w.told();
    w.stage.now = MS(1000);
    w.input(Input::Timer(TIMER_B1));
    assert!(w.told().is_empty());
    assert_eq!(w.timer(), Some((TIMER_B1, MS(1900))));
}

#[test]
fn a_broken_connection_fails_what_was_in_flight() {
    let mut w = World::new();
    let conn = w.connected(B1);
    w.send(B1, 70);
    w.send(B1, 71);
    w.input(Input::Disconnected { conn, owner: Owner::NONE });
    assert_eq!(w.told(), ["70 NETWORK_EXCEPTION", "71 NETWORK_EXCEPTION", "disconnected"]);
    assert!(!w.client.is_connected(B1));
}

#[test]
fn the_reconnect_backoff_doubles_and_is_forgotten_once_connected() {
    let mut w = World::new();
    for term in [50, 100, 200, 400, 800, 1000, 1000] {
        w.ready(B1);
        let conn = ConnId(*w.stage.next_conn() - 1);
        w.input(Input::Disconnected { conn, owner: Owner::NONE });
        w.effects();
        assert!(!w.ready(B1));
        let (timer, at) = w.timer().expect("the end of the backoff");
        let pause = (at - w.stage.now).as_millis();
        assert!(term * 8 / 10 <= pause && pause <= (term * 12 / 10).min(1000), "{pause} for {term}");
        w.stage.now = at;
        w.input(Input::Timer(timer));
        assert!(w.client.is_connected(B1), "wanted, so opened when the backoff ends");
    }
    let conn = ConnId(*w.stage.next_conn() - 1);
    w.input(Input::Connected { conn, owner: Owner::NONE });
    w.versions(conn);
    w.input(Input::Disconnected { conn, owner: Owner::NONE });
    w.effects();
    w.ready(B1);
    assert!(w.timer().expect("backoff").1 - w.stage.now <= MS(60));
}

#[test]
fn a_connection_that_never_comes_is_given_up() {
    let mut w = World::new();
    w.ready(B1);
    let (timer, at) = w.timer().expect("the setup timeout");
    assert!(MS(8_000) <= at && at <= MS(12_000), "{at:?}");
    w.stage.now = at;
    w.input(Input::Timer(timer));
    assert_eq!(w.told(), ["disconnected"]);
}

#[test]
fn a_request_without_an_answer_is_done_when_written_and_none_follows_before() {
    let mut w = World::new();
    let conn = w.connected(B1);
    w.with(|client, _, ctx| client.send(B1, 70, request(), None, false, ctx));
    assert!(!w.ready(B1));
    w.input(Input::Written { conn, owner: Owner::NONE, correlation: 1 });
    assert_eq!(w.told(), ["written 70"]);
    assert!(w.ready(B1));
}

#[test]
fn what_comes_from_a_connection_of_the_past_is_ignored() {
    let mut w = World::new();
    let conn = w.connected(B1);
    w.send(B1, 70);
    w.with(|client, events, ctx| client.close(B1, events, ctx));
    assert_eq!(w.told(), ["70 NETWORK_EXCEPTION"]);
    w.answer(conn, 1);
    w.input(Input::Disconnected { conn, owner: Owner::NONE });
    assert!(w.told().is_empty());
}

#[test]
fn the_coordinator_has_a_connection_of_its_own() {
    let mut w = World::new();
    w.connected(B1);
    w.send(B1, 70);
    w.send(B1, 71);
    w.connected(Dest(2));
    assert!(w.ready(Dest(2)) && !w.ready(B1));
}

#[test]
fn the_least_loaded_broker_is_the_open_one_with_the_fewest_requests() {
    let mut w = World::new();
    let brokers = [1, 2, 3].map(Dest);
    w.connected(B1);
    w.send(B1, 70);
    let least = |w: &mut World| w.with(|client, _, ctx| client.least_loaded(brokers.into_iter(), ctx));
    assert_eq!(least(&mut w), Some(B1), "an open connection before a new one");
    w.connected(Dest(2));
    assert_eq!(least(&mut w), Some(Dest(2)));
    w.send(B1, 71);
    w.send(Dest(2), 72);
    w.send(Dest(2), 73);
    assert_eq!(least(&mut w), Some(Dest(3)), "the others are full");
    w.ready(Dest(3));
    let conn = ConnId(*w.stage.next_conn() - 1);
    w.input(Input::Disconnected { conn, owner: Owner::NONE });
    assert_eq!(least(&mut w), None, "in backoff");
}

#[test]
fn connections_that_contradict_themselves_are_noticed() {
    let whole = || {
        let mut w = World::new();
        w.connected(B1);
        w.send(B1, 70);
        w.send(B1, 71);
        w.client
    };
    each_is_noticed(
        whole,
        NetworkClient::check_invariants,
        &[
            ("a connection is found by its destination", |c| c.connections.swap(0, 1)),
            ("no more is in flight than max.in.flight", |c| c.config.max_in_flight = 1),
            ("nothing is in flight on a connection that is not open", |c| {
                let closed = ConnectionState::Closed { until: Nanos::ZERO, wanted: false };
                c.connections[1].as_mut().expect("open").state = closed;
            }),
            ("answers come in the order of the requests", |c| {
                c.connections[1].as_mut().expect("open").in_flight.swap(0, 1);
            }),
            ("nothing is sent before what has no answer is written", |c| {
                c.connections[1].as_mut().expect("open").in_flight[0].expect_response = false;
            }),
            ("no request waits beyond its timeout", |c| c.connections[1].as_mut().expect("open").armed = Nanos::MAX),
        ],
    );
}
