//! The stories in `tests/stories/share-coordinator/`.

use super::play::{Log, Play, WORKERS};
use crate::protocol::ids::*;
use crate::protocol::messages::{DeliveryState, PersisterStateBatch, ShareGroupStateRequest, WriteShareGroupState};
use crate::protocol::rules::KafkaVersion;
use crate::stage::story::{Command, Vocabulary, play_all};

/// Partitions of orders: `0,1`.
fn tps(command: &Command) -> Vec<Tp> {
    let number = |n: &str| n.parse().map_or_else(|_| command.wrong(&format!("`{n}` is no partition")), Tp);
    command.word(0).split(',').map(number).collect()
}

/// `0-4:ACKNOWLEDGED:1`.
fn batch(command: &Command, text: &str) -> PersisterStateBatch {
    let wrong = || command.wrong("a batch is 0-4:ACKNOWLEDGED:1");
    let parts: Vec<&str> = text.split(':').collect();
    let [run, state, count] = parts[..] else { wrong() };
    let (first, last) = run.split_once('-').unwrap_or_else(|| wrong());
    let number = |text: &str| Offset(text.parse().unwrap_or_else(|_| wrong()));
    let states = [DeliveryState::Available, DeliveryState::Acknowledged, DeliveryState::Archived];
    let state = states.into_iter().find(|known| known.name() == state).unwrap_or_else(|| wrong());
    let delivery_count = count.parse().unwrap_or_else(|_| wrong());
    PersisterStateBatch { first: number(first), last: number(last), state, delivery_count }
}

fn write(command: &Command) -> WriteShareGroupState {
    WriteShareGroupState {
        tp: tps(command)[0],
        state_epoch: command.numeric("state").unwrap_or(0),
        leader_epoch: LeaderEpoch(command.numeric("leader").unwrap_or(0)),
        start_offset: command.numeric("start").map_or(Offset::INVALID, Offset),
        delivery_complete_count: command.numeric("done").unwrap_or(-1),
        batches: command.words[1..].iter().map(|text| batch(command, text)).collect(),
    }
}

impl Vocabulary for Play {
    /// `given version=4.2 share.coordinator.snapshot.update.records.per.snapshot=2`: a share coordinator, with the rules of that version,
    /// else of the newest; the share group workers, and orders-0 and orders-1.
    fn given(command: &Command) -> Play {
        let version = command.option("version").map_or(Some(KafkaVersion::default()), KafkaVersion::find);
        Play::new(version.unwrap_or_else(|| command.wrong("no such version of Kafka")), |config| {
            for (key, value) in command.configs(&["version"]) {
                config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
            }
        })
    }
    fn command(&mut self, command: &Command) {
        let leader = LeaderEpoch(command.numeric("leader").unwrap_or(0));
        match command.name.as_str() {
            // init 0,1 state=3 start=5: these partitions get a state of this epoch, from there
            "init" => {
                let state = command.numeric("state").unwrap_or(0);
                let start = command.numeric("start").map_or(Offset::INVALID, Offset);
                let list = tps(command).into_iter().map(|tp| (tp, state, start)).collect();
                self.ask(ShareGroupStateRequest::Initialize(WORKERS, list));
            }
            // read 0 leader=3: by the leader of this epoch
            "read" => {
                let list = tps(command).into_iter().map(|tp| (tp, leader)).collect();
                self.ask(ShareGroupStateRequest::Read(WORKERS, list));
            }
            // summary 0
            "summary" => {
                let list = tps(command).into_iter().map(|tp| (tp, leader)).collect();
                self.ask(ShareGroupStateRequest::ReadSummary(WORKERS, list));
            }
            // write 0 leader=3 state=0 start=5 done=2 5-9:ACKNOWLEDGED:1
            "write" => {
                let write = write(command);
                self.ask(ShareGroupStateRequest::Write(WORKERS, [write].into_iter().collect()));
            }
            // delete 0,1
            "delete" => self.ask(ShareGroupStateRequest::Delete(WORKERS, tps(command).into_iter().collect())),
            // until 7s; pass 5ms
            "until" => self.until(command.time(0)),
            "pass" => self.let_pass(command.time(0)),
            // log replicates: at once; lags: it is written and no more; refuses ERROR
            "log" => {
                self.log_mode = match command.word(0) {
                    "replicates" => Log::Replicates,
                    "lags" => Log::Lags,
                    "refuses" => Log::Refuses(command.error(command.word(1))),
                    _ => command.wrong("a log replicates, lags or refuses"),
                }
            }
            // the high watermark reaches the log end
            "replicate" => self.replicate(),
            // broker 2 takes over, with what the log holds
            "failover" => self.fail_over(),
            "resign" => self.resign(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.told()
    }
}

#[test]
fn stories() {
    play_all::<Play>("share-coordinator");
}
