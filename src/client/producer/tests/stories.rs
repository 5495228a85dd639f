//! The stories in `tests/stories/producer/`.

use super::harness::*;
use crate::app::spec::{Arrivals, Keys, SourceSpec};
use crate::node::Input;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConfigScope;
use crate::protocol::errors::ErrorCode;
use crate::sim::time::Nanos;
use crate::stage::story::{Command, Vocabulary, play_all};

/// What `given` says beside configs of the producer.
const OPTIONS: &[&str] = &["partitions", "burst", "every", "limit", "keys", "leader", "client", "in.vain"];

struct Story {
    harness: Harness,
    told: usize,
}

fn source(command: &Command) -> SourceSpec {
    let mut spec = spec();
    let every = command.spans("every").unwrap_or(Nanos::from_secs(1000));
    spec.arrivals = Arrivals::Bursts { size: command.numeric("burst").unwrap_or(1), every };
    spec.limit = command.numeric("limit");
    if let Some(count) = command.numeric("keys") {
        spec.keys = Keys::RoundRobin { count };
    }
    if let Some(preset) = command.option("client").and_then(ClientPreset::find) {
        spec.producer.client = Some(preset);
        for row in preset.rows().iter().filter(|row| row.scope == ConfigScope::Producer) {
            spec.producer.config.set(row.name, row.value).expect("a preset is legal");
        }
    }
    spec.producer.waits_in_vain = command.option("in.vain") == Some("yes");
    for (key, value) in command.configs(OPTIONS) {
        spec.producer.config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
    }
    spec
}

impl Vocabulary for Story {
    /// `given burst=3 every=1s limit=8 partitions=1 keys=20 linger.ms=5`: records in bursts, and configs.
    /// `client=kafkajs-2.2`: those of a client, and its ways; `in.vain=yes`: it waits for answers to acks=0.
    fn given(command: &Command) -> Story {
        let mut harness = Harness::new(source(command), command.numeric("partitions").unwrap_or(1));
        if command.option("leader") == Some("nobody") {
            harness.leaders.fill(None);
        }
        harness.input(Input::Start);
        Story { harness, told: 0 }
    }
    fn command(&mut self, command: &Command) {
        let h = &mut self.harness;
        match command.name.as_str() {
            // until 20ms
            "until" => h.until(command.time(0)),
            // answer ok 13: the oldest request, with the base offset
            // answer NOT_ENOUGH_REPLICAS
            // answer NOT_LEADER_OR_FOLLOWER leader 2 7: the error names broker 2 as leader in epoch 7, which it is
            "answer" if command.words.len() == 4 => {
                let (leader, epoch) = (command.number(2), command.number(3));
                h.leaders.fill(Some((leader, epoch)));
                h.answer_naming(command.error(command.word(0)), (leader, epoch));
            }
            "answer" => {
                let offset = if command.words.len() > 1 { command.number(1) } else { 0 };
                h.answer(command.error(command.word(0)), offset);
            }
            // refuse 1: record 1 for want of replicas, and what follows it as out of order, until a new epoch waits
            "refuse" => {
                let refused: u32 = command.number(0);
                while h.waiting.first().is_none_or(|w| w.request.partitions[0].batch.producer_epoch.0 == 0) {
                    let ordinal = h.waiting.first().map(|w| w.request.partitions[0].batch.origin.ordinal);
                    match ordinal {
                        Some(ordinal) if ordinal == refused => h.answer(ErrorCode::NotEnoughReplicas, 0),
                        Some(_) => h.answer(ErrorCode::OutOfOrderSequenceNumber, 0),
                        None => h.until(h.now() + ms(20)),
                    }
                }
            }
            // acks=0: the oldest request leaves
            "written" => h.written(),
            // the connection to broker 1 breaks
            "disconnect" => h.disconnect(command.number(0)),
            // leader 2 7: broker 2 leads every partition in epoch 7
            "leader" => h.leaders.fill(Some((command.number(0), command.number(1)))),
            // no broker takes a connection, or each does again
            "unreachable" => h.reachable = false,
            "reachable" => h.reachable = true,
            // the faults are over: nothing new is sent
            "drain" => h.input(Input::Drain),
            // SIGTERM
            "shutdown" => h.input(Input::Shutdown),
            "kill" => h.kill(),
            "start" => h.input(Input::Start),
            // the run ends
            "end" => h.input(Input::RunEnd),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        let said = self.harness.log[self.told..].to_owned();
        self.told = self.harness.log.len();
        said
    }
}

#[test]
fn stories() {
    play_all::<Story>("producer");
}
