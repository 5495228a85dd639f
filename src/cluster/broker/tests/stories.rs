//! The stories in `tests/stories/broker/`.

use std::collections::BTreeMap;

use super::world::*;
use crate::history::fact::StopKind;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::stage::story::{Command, Vocabulary, play_all};

struct Story {
    world: World,
    /// The client's connections, by the names that the story gives them.
    connections: BTreeMap<String, ConnId>,
}

impl Story {
    fn connection(&mut self, command: &Command) -> ConnId {
        let name = command.word(0);
        *self.connections.get(name).unwrap_or_else(|| command.wrong("no such connection: connect it first"))
    }
    fn produce(&mut self, command: &Command) {
        let acks = match command.option("acks").unwrap_or("all") {
            "all" => Acks::All,
            "1" => Acks::One,
            _ => command.wrong("acks: all or 1"),
        };
        let (first, count) = (command.numeric("first").unwrap_or(0), command.numeric("records").unwrap_or(1));
        let batch = match command.option("idempotent") {
            Some("yes") => idempotent(first, count),
            _ => batch(first, count),
        };
        let mut request = produce(acks, batch);
        if let (Request::Produce(request), Some(timeout)) = (&mut request, command.spans("timeout")) {
            request.timeout = timeout;
        }
        let conn = self.connection(command);
        self.world.send(conn, request);
    }
    /// How every replica stands, and what its leader thinks is in sync.
    fn look(&mut self) {
        for id in 1..=3 {
            if self.world.broker(id).replica(TP).is_some() {
                let (end, committed) = (self.world.log_end(id), self.world.high_watermark(id));
                let leads = self.world.broker(id).leads(TP);
                let isr = self.world.broker(id).isr(TP).filter(|_| leads);
                let leads = isr.map_or(String::new(), |isr| format!(", leads, isr {isr}"));
                self.world.told.push(format!("  broker {id}: log end {end}, high watermark {committed}{leads}"));
            } else {
                self.world.told.push(format!("  broker {id}: does not run"));
            }
        }
    }
}

impl Vocabulary for Story {
    /// `given min.insync.replicas=2`: three brokers, a controller, and the topic orders with one partition on brokers
    /// 1, 2 and 3, led by 1. Configs are the topic's, or else the brokers'. `racks=a,b,c`: those in which the brokers stand.
    fn given(command: &Command) -> Story {
        let (mut broker, mut topic) = (BrokerConfig::default(), TopicConfig::default());
        for (key, value) in command.configs(&["racks"]) {
            let known = topic.set(key, value).is_ok() || broker.set(key, value).is_ok();
            if !known {
                command.wrong(&format!("no config `{key}={value}`"));
            }
        }
        let racks: Vec<&str> = command.option("racks").map_or(Vec::new(), |racks| racks.split(',').collect());
        Story { world: World::in_racks(&racks, broker, topic), connections: BTreeMap::new() }
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // connect producer 1: a client's connection to broker 1, under this name
            "connect" => {
                let conn = self.world.connect(command.number(1));
                self.connections.insert(command.word(0).to_owned(), conn);
            }
            // produce producer acks=all records=3 first=0 idempotent=yes timeout=2s: the records are numbered from `first`
            "produce" => self.produce(command),
            // fetch consumer offset=0 session=0 wait=500ms rack=b: `rack` is the client.rack of who asks
            "fetch" => {
                let session = command.numeric("session").unwrap_or(0);
                let mut request = fetch(session, command.numeric("offset"), command.spans("wait").unwrap_or(ms(500)));
                if let Request::Fetch(fetch) = &mut request {
                    fetch.rack = command.option("rack").and_then(|rack| self.world.catalog.rack(rack));
                }
                let conn = self.connection(command);
                self.world.send(conn, request);
            }
            // pass 50ms
            "pass" => self.world.run_for(command.time(0)),
            // cut 1 2: what these two brokers send one another waits; heal: it arrives
            "cut" => self.world.cut(command.number(0), command.number(1)),
            "heal" => self.world.heal(),
            "crash" => self.world.stop(command.number(0), StopKind::Crash),
            "power-loss" => self.world.stop(command.number(0), StopKind::PowerLoss),
            // SIGTERM to a broker
            "shutdown" => self.world.shutdown(command.number(0)),
            "start" => self.world.start(command.number(0)),
            "crash-controller" => self.world.stop_controller(),
            "look" => self.look(),
            // skip: what was said so far is not told
            "skip" => self.world.told.clear(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        std::mem::take(&mut self.world.told).join("\n")
    }
}

#[test]
fn stories() {
    play_all::<Story>("broker");
}
