//! The lifecycle and the real controller, over a network without delay.

use std::rc::Rc;

use super::*;
use crate::cluster::controller::Controller;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::rules::{KafkaVersion, Rules};

struct World {
    broker: Stage,
    life: BrokerLifecycle,
    image: MetadataImage,
    control: Stage,
    controller: Controller,
    /// What happened to the broker, and when.
    events: Vec<(Nanos, LifecycleEvent)>,
}

fn new_life() -> BrokerLifecycle {
    BrokerLifecycle::new(
        BrokerId(1),
        NodeId(1),
        &BrokerConfig::default(),
        Rules::of(KafkaVersion::V4_0),
        BrokerEpoch::UNKNOWN,
    )
}

impl World {
    fn new() -> World {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        catalog.add_node("controller 100", NodeRole::Controller(100));
        let mut controller =
            Controller::new(Rc::new(BrokerConfig::default()), Rc::new(catalog), Rules::of(KafkaVersion::V4_0));
        let mut control = Stage::new(NodeId(1));
        control.run(|ctx| controller.handle(Input::Start, ctx));
        let (broker, image) = (Stage::new(NodeId(0)), MetadataImage::default());
        let mut world = World { broker, life: new_life(), image, control, controller, events: Vec::new() };
        world.start();
        world
    }
    fn start(&mut self) {
        let life = &mut self.life;
        self.broker.run(|ctx| life.start(ctx));
    }
    /// The process dies, and the next one starts at once.
    fn crash(&mut self) {
        self.broker.forget_timers();
        self.life = new_life();
        self.image = MetadataImage::default();
        self.start();
    }
    fn tell_broker(&mut self, input: Input) {
        let life = &mut self.life;
        let event = self.broker.run(|ctx| give(life, input, ctx));
        if let LifecycleEvent::Metadata { base_offset, records, caught_up } = &event {
            for (record, offset) in records.iter().zip(*base_offset..) {
                self.image.apply(offset, record);
            }
            let (life, applied) = (&mut self.life, self.image.offset());
            life.metadata_applied(applied);
            if *caught_up {
                self.broker.run(|ctx| life.ready_to_unfence(ctx));
            }
        }
        self.events.push((self.broker.now, event));
    }
    fn tell_controller(&mut self, conn: ConnId, message: Message) {
        let (controller, input) = (&mut self.controller, self.control.message(conn, message));
        self.control.run(|ctx| controller.handle(input, ctx));
    }
    /// Carries everything that was said to where it belongs.
    fn deliver(&mut self) {
        loop {
            let opened = std::mem::take(&mut self.broker.opened);
            let checked = std::mem::take(&mut self.broker.checked);
            let requests = std::mem::take(&mut self.broker.sent);
            let responses = std::mem::take(&mut self.control.sent);
            if opened.is_empty() && checked.is_empty() && requests.is_empty() && responses.is_empty() {
                return;
            }
            for conn in opened {
                self.tell_broker(self.broker.connected(conn));
            }
            for (conn, correlation) in checked {
                self.tell_controller(conn, Message { correlation, body: Body::Request(Request::ApiVersions) });
            }
            for (conn, message) in requests {
                self.tell_controller(conn, message);
            }
            for (conn, message) in responses {
                self.tell_broker(self.broker.message(conn, message));
            }
        }
    }
    fn pass(&mut self, time: Nanos) {
        let end = self.broker.now + time;
        loop {
            self.deliver();
            let next =
                [self.broker.next_timer(), self.control.next_timer()].into_iter().flatten().map(|(at, _)| at).min();
            let Some(at) = next.filter(|at| *at <= end) else { break };
            let (controller, mut fired) = (&mut self.controller, Vec::new());
            self.control.advance(at, |timer, ctx| controller.handle(Input::Timer(timer), ctx));
            self.broker.advance(at, |timer, _| fired.push(timer));
            fired.into_iter().for_each(|timer| self.tell_broker(Input::Timer(timer)));
        }
        self.broker.now = end;
        self.control.now = end;
    }
    /// When the last event of a kind came.
    fn when(&self, wanted: impl Fn(&LifecycleEvent) -> bool) -> Option<Nanos> {
        self.events.iter().rev().find(|(_, event)| wanted(event)).map(|(at, _)| *at)
    }
}

#[test]
fn a_broker_is_up_within_a_second_and_stays_up() {
    let mut world = World::new();
    world.pass(ms(1_000));
    assert!(world.when(|event| matches!(event, LifecycleEvent::Unfenced)).is_some());
    world.pass(Nanos::from_secs(60));
    assert!(world.controller.image().is_alive(BrokerId(1)));
    assert_eq!(world.image, *world.controller.image(), "both read the same log");
}

#[test]
fn a_broker_that_crashes_and_returns_at_once_is_locked_out_until_its_session_ends() {
    let mut world = World::new();
    world.pass(ms(30_000));
    world.crash();
    let crash = world.broker.now;
    world.pass(Nanos::from_secs(30));
    let registered = world.when(|event| matches!(event, LifecycleEvent::Registered(_))).expect("it gets in");
    // The session outlives the last heartbeat by 9 s; the next try is up to 4.5 s later.
    assert!(registered > crash + ms(7_000) && registered < crash + ms(13_600), "{crash:?} {registered:?}");
    assert!(world.controller.image().is_alive(BrokerId(1)));
}

#[test]
fn a_clean_stop_is_granted_and_the_next_life_waits_for_the_session_to_end() {
    let mut world = World::new();
    world.pass(ms(30_000));
    let life = &mut world.life;
    world.broker.run(|ctx| life.begin_shutdown(ctx));
    world.pass(ms(100));
    assert!(world.when(|event| matches!(event, LifecycleEvent::MayShutDown)).is_some());
    assert!(!world.controller.image().is_alive(BrokerId(1)));
    let stop = world.broker.now;
    world.crash();
    world.pass(ms(8_000));
    assert!(world.when(|event| matches!(event, LifecycleEvent::Registered(_))).is_none_or(|at| at < stop));
    world.pass(ms(7_000));
    let registered = world.when(|event| matches!(event, LifecycleEvent::Registered(_)));
    assert!(registered.is_some_and(|at| at >= stop + ms(8_000)), "{registered:?}");
    assert!(world.controller.image().is_alive(BrokerId(1)));
}
