//! The stories in `tests/stories/transaction-coordinator/`.

use super::play::{BILLING, Log, Play};
use crate::cluster::coordinator::transaction::TransactionRequest;
use crate::protocol::catalog::CONSUMER_OFFSETS;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules, TransactionVersion};
use crate::sim::time::Nanos;
use crate::stage::story::{Command, Vocabulary, play_all};

impl Play {
    fn partitions(&self, command: &Command) -> List<Tp> {
        let known = |name: &String| self.tp(name).unwrap_or_else(|| command.wrong("no such partition"));
        command.words[1..].iter().map(known).collect()
    }
    /// A producer as it knows itself; with `epoch=3` or `id=1000` as it once was.
    fn producer(&self, command: &Command) -> ProducerIdAndEpoch {
        let known = self.clients.get(command.word(0)).unwrap_or_else(|| command.wrong("no such producer"));
        let epoch = command.numeric("epoch").map_or(known.producer.epoch, ProducerEpoch);
        let id = command.numeric("id").map_or(known.producer.id, ProducerId);
        ProducerIdAndEpoch { id, epoch }
    }
    fn version(&self, command: &Command) -> TransactionVersion {
        let version = command.option("version").map(TransactionVersion::find);
        version.map_or(self.rules.transaction_version, |version| version.unwrap_or_else(|| command.wrong("0, 1 or 2")))
    }
    fn init(&mut self, command: &Command) {
        let keeps = command.option("keeps") == Some("yes");
        let request = InitProducerIdRequest {
            transactional_id: Some(BILLING),
            transaction_timeout: command.spans("timeout").unwrap_or(Nanos::from_secs(60)),
            producer: if keeps { self.producer(command) } else { ProducerIdAndEpoch::NONE },
        };
        self.ask(command.word(0), TransactionRequest::InitProducerId(request));
    }
    fn add(&mut self, command: &Command, verify_only: bool) {
        let transaction = AddPartitionsToTxnTransaction {
            transactional_id: BILLING,
            producer: self.producer(command),
            verify_only,
            version: self.version(command),
            partitions: self.partitions(command),
        };
        let unknown = transaction.partitions.iter().filter(|tp| self.image.partition(**tp).is_none());
        let unknown = unknown.copied().collect();
        let request = AddPartitionsToTxnRequest { transactions: [transaction].into_iter().collect() };
        self.ask(command.word(0), TransactionRequest::AddPartitionsToTxn(request, unknown));
    }
    fn end(&mut self, command: &Command, commit: bool) {
        let (producer, version) = (self.producer(command), self.version(command));
        let request = EndTxnRequest { transactional_id: BILLING, producer, commit, version };
        self.ask(command.word(0), TransactionRequest::EndTxn(request));
    }
    fn answer(&mut self, command: &Command) {
        let (broker, word) = (BrokerId(command.number(0)), command.word(1));
        if word == "gone" {
            return self.leader_answers(broker, None);
        }
        let error = command.error(word);
        let only = command.words.get(2).and_then(|name| self.tp(name));
        let answer = move |tp: Tp| if only.is_none_or(|only| only == tp) { error } else { ErrorCode::None };
        self.leader_answers(broker, Some(&answer));
    }
}

fn log(command: &Command) -> Log {
    match command.word(0) {
        "replicates" => Log::Replicates,
        "lags" => Log::Lags,
        "refuses" => Log::Refuses(command.error(command.word(1))),
        _ => command.wrong("a log replicates, lags or refuses"),
    }
}

impl Vocabulary for Play {
    /// `given kafka=4.0 level=1 transaction.max.timeout.ms=1000`: broker 1 coordinates the id billing, in epoch 7;
    /// partition n of orders is led by broker n + 1.
    fn given(command: &Command) -> Play {
        let version = command.option("kafka").map_or(Some(KafkaVersion::default()), KafkaVersion::find);
        let mut rules = Rules::of(version.unwrap_or_else(|| command.wrong("no such version of Kafka")));
        if let Some(level) = command.option("level") {
            rules.transaction_version =
                TransactionVersion::find(level).unwrap_or_else(|| command.wrong("no such transaction.version"));
        }
        let mut config = BrokerConfig::default();
        for (key, value) in command.configs(&["kafka", "level", "ids"]) {
            config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
        }
        Play::new(rules, config)
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // init x timeout=60s keeps=yes: with the producer id and epoch that it has
            "init" => self.init(command),
            // add x orders-0 orders-1 epoch=0 version=1: of a client, or with version 2 of a leader
            "add" => self.add(command, false),
            // verify x orders-0: a leader asks
            "verify" => self.add(command, true),
            // offsets x: AddOffsetsToTxn
            "offsets" => {
                let (producer, tp) = (self.producer(command), self.catalog.tp(CONSUMER_OFFSETS, 0));
                let request = AddOffsetsToTxnRequest { transactional_id: BILLING, producer, group: GroupId(0) };
                let tp = tp.expect("a partition of the catalogue");
                self.ask(command.word(0), TransactionRequest::AddOffsetsToTxn(request, tp));
            }
            // commit x epoch=0: as if it still had that epoch
            "commit" => self.end(command, true),
            "abort" => self.end(command, false),
            // log replicates: at once; lags: it is written and no more; refuses ERROR
            "log" => self.log_mode = log(command),
            "replicate" => self.replicate(),
            // isr small: below min.insync.replicas; isr whole
            "isr" => self.is_enough = command.word(0) == "whole",
            // leaders wait: markers are answered when told; leaders answer: at once, with success
            "leaders" => self.leaders_answer = command.word(0) == "answer",
            // answer 2 ok; answer 2 ERROR orders-1; answer 2 gone
            "answer" => self.answer(command),
            // leader orders-1 3; leader orders-1 none
            "leader" => {
                let tp = self.tp(command.word(0)).unwrap_or_else(|| command.wrong("no such partition"));
                let leader = (command.word(1) != "none").then(|| BrokerId(command.number(1)));
                self.set_leader(tp, leader);
            }
            // bump x 32766: with so many aborts of nothing
            "bump" => {
                let epoch = ProducerEpoch(command.number(1));
                self.bump(command.word(0), epoch);
            }
            // ids none: the broker waits for a block of producer ids; ids 5000: it has one
            "ids" => self.next_producer_id = (command.word(0) != "none").then(|| command.number(0)),
            // until 7s; pass 5ms
            "until" => self.until(command.time(0)),
            "pass" => self.until(self.stage.now + command.time(0)),
            // broker 2 takes over with what the log holds; failover committed: with what is replicated
            "failover" => self.fail_over(command.words.is_empty()),
            "reelect" => self.reelect(),
            "resign" => self.resign(),
            // load: elected again, and not through with reading
            "load" => self.load_slowly(),
            "elect" => self.elect(),
            "look" => self.look(),
            // quietly add x orders-0: this one is not told
            "quietly" => {
                self.mute(true);
                Vocabulary::command(self, &command.rest());
                self.mute(false);
            }
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.told()
    }
}

#[test]
fn stories() {
    play_all::<Play>("transaction-coordinator");
}
