//! The stories in `tests/stories/broker-transactions/`: what brokers do for transactions, among themselves as well.

use std::collections::BTreeMap;

use super::world::*;
use crate::history::fact::StopKind;
use crate::protocol::batch::RecordBatch;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules, TransactionVersion};
use crate::stage::story::{Command, Vocabulary, play_all};

const ID: TransactionalId = TransactionalId(0);
const OFFSETS: Tp = Tp(1);
const STATE: Tp = Tp(2);

struct Story {
    world: World,
    rules: Rules,
    /// The client's connections, by the names that the story gives them.
    connections: BTreeMap<String, ConnId>,
}

impl Story {
    fn send(&mut self, command: &Command, request: Request) {
        let conn = *self.connections.get(command.word(0)).unwrap_or_else(|| command.wrong("connect it first"));
        self.world.send(conn, request);
    }
    /// As the client was told last; or as it once was, with `epoch=0`.
    fn producer(&self, command: &Command) -> ProducerIdAndEpoch {
        let told = |response: &Response| match response {
            Response::InitProducerId(r) if r.error.is_ok() => Some(r.producer),
            Response::EndTxn(r) if r.producer != ProducerIdAndEpoch::NONE => Some(r.producer),
            _ => None,
        };
        let known = self.world.answers.iter().rev().find_map(|(_, _, response, _)| told(response));
        let known = known.unwrap_or_else(|| command.wrong("no producer id yet"));
        let epoch = command.numeric("epoch").map_or(known.epoch, ProducerEpoch);
        ProducerIdAndEpoch { id: known.id, epoch }
    }
    fn produce(&mut self, command: &Command) {
        let producer = self.producer(command);
        let (first, count) = (command.numeric("first").unwrap_or(0), command.numeric("records").unwrap_or(1));
        let sequence = Sequence(command.numeric("seq").unwrap_or(0));
        let batch = RecordBatch {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            base_sequence: sequence,
            is_transactional: true,
            ..batch(first, count)
        };
        let mut request = produce(Acks::All, batch);
        if let Request::Produce(request) = &mut request {
            let version = self.rules.transaction_version;
            request.transactional = Some(TransactionalProduce { transactional_id: ID, version });
        }
        self.send(command, request);
    }
    fn commit_offset(&mut self, command: &Command) {
        let (producer, version) = (self.producer(command), self.rules.transaction_version);
        let offset = Offset(command.number(1));
        let group = ConsumerGroupMetadata::of_group(GroupId(0));
        let request = TxnOffsetCommitRequest {
            transactional_id: ID,
            producer,
            version,
            group,
            offsets: [(TP, offset, LeaderEpoch(0))].into_iter().collect(),
        };
        self.send(command, Request::TxnOffsetCommit(request));
    }
    fn end(&mut self, command: &Command, commit: bool) {
        let (producer, version) = (self.producer(command), self.rules.transaction_version);
        let request = EndTxnRequest { transactional_id: ID, producer, commit, version };
        self.send(command, Request::EndTxn(request));
    }
    /// How the partitions stand at their leaders.
    fn look(&mut self) {
        for (name, tp) in [("orders", TP), ("offsets", OFFSETS), ("transactions", STATE)] {
            let leader = (1..=3).find(|id| self.world.broker(*id).leads(tp));
            let Some(log) = leader.and_then(|id| self.world.broker(id).replica(tp)) else { continue };
            let (end, committed, stable) = (log.log_end(), log.high_watermark(), log.last_stable_offset());
            let leader = leader.unwrap_or_default();
            self.world.told.push(format!(
                "  {name}: led by {leader}, end {end}, high watermark {committed}, last stable offset {stable}"
            ));
        }
    }
}

impl Vocabulary for Story {
    /// `given kafka=4.4 level=2 min.insync.replicas=2`: three brokers and a controller; orders-0 is led by 1, the group
    /// billing coordinated by 3, the transactional id billing by 2.
    fn given(command: &Command) -> Story {
        let version = command.option("kafka").map_or(Some(KafkaVersion::default()), KafkaVersion::find);
        let mut rules = Rules::of(version.unwrap_or_else(|| command.wrong("no such version of Kafka")));
        if let Some(level) = command.option("level") {
            rules.transaction_version =
                TransactionVersion::find(level).unwrap_or_else(|| command.wrong("no such transaction.version"));
        }
        let (mut broker, mut topic) = (BrokerConfig::default(), TopicConfig::default());
        for (key, value) in command.configs(&["kafka", "level"]) {
            let known = topic.set(key, value).is_ok() || broker.set(key, value).is_ok();
            if !known {
                command.wrong(&format!("no config `{key}={value}`"));
            }
        }
        let world = World::with_transactions(rules, broker, topic);
        Story { world, rules, connections: BTreeMap::new() }
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // connect a 1: a client's connection to broker 1, under this name
            "connect" => {
                let conn = self.world.connect(command.number(1));
                self.connections.insert(command.word(0).to_owned(), conn);
            }
            "disconnect" => {
                let conn =
                    self.connections.remove(command.word(0)).unwrap_or_else(|| command.wrong("connect it first"));
                self.world.disconnect(conn);
            }
            // find a: the coordinator of the transactional id
            "find" => self.send(command, Request::FindCoordinator(CoordinatorKey::Transaction(ID))),
            // init b timeout=60s
            "init" => {
                let timeout = command.spans("timeout").unwrap_or(ms(60_000));
                let request = InitProducerIdRequest {
                    transactional_id: Some(ID),
                    transaction_timeout: timeout,
                    producer: ProducerIdAndEpoch::NONE,
                };
                self.send(command, Request::InitProducerId(request));
            }
            // add b: orders-0, as a client below transaction.version 2 does
            "add" => {
                let transaction = AddPartitionsToTxnTransaction {
                    transactional_id: ID,
                    producer: self.producer(command),
                    verify_only: false,
                    version: TransactionVersion::V0,
                    partitions: [TP].into_iter().collect(),
                };
                let transactions = [transaction].into_iter().collect();
                self.send(command, Request::AddPartitionsToTxn(AddPartitionsToTxnRequest { transactions }));
            }
            // offsets b: AddOffsetsToTxn
            "offsets" => {
                let producer = self.producer(command);
                let request = AddOffsetsToTxnRequest { transactional_id: ID, producer, group: GroupId(0) };
                self.send(command, Request::AddOffsetsToTxn(request));
            }
            // produce a first=0 records=2 seq=0 epoch=0
            "produce" => self.produce(command),
            // commit-offset c 10: TxnOffsetCommit of orders-0
            "commit-offset" => self.commit_offset(command),
            "commit" => self.end(command, true),
            "abort" => self.end(command, false),
            // marker a COMMIT epoch=1 coordinator=0: a copy of a coordinator's WriteTxnMarkers for orders-0
            "marker" => {
                let marker = WritableTxnMarker {
                    producer: self.producer(command),
                    coordinator_epoch: LeaderEpoch(command.numeric("coordinator").unwrap_or(0)),
                    commit: command.word(1) == "COMMIT",
                    version: self.rules.transaction_version,
                    partitions: [TP].into_iter().collect(),
                };
                let markers = [marker].into_iter().collect();
                self.send(command, Request::WriteTxnMarkers(WriteTxnMarkersRequest { markers }));
            }
            // pass 50ms
            "pass" => self.world.run_for(command.time(0)),
            // cut 1 2: what these two brokers send one another waits; heal: it arrives
            "cut" => self.world.cut(command.number(0), command.number(1)),
            "heal" => self.world.heal(),
            "crash" => self.world.stop(command.number(0), StopKind::Crash),
            "start" => self.world.start(command.number(0)),
            "look" => self.look(),
            // skip: what was said so far is not told
            "skip" => self.world.told.clear(),
            _ => command.unknown(),
        }
    }
    /// How records get to followers is told elsewhere.
    fn said(&mut self) -> String {
        let (mut told, replication) = (std::mem::take(&mut self.world.told), [" copies ", " learns ", "isr ["]);
        told.retain(|line| !replication.iter().any(|word| line.contains(word)));
        told.join("\n")
    }
}

#[test]
fn stories() {
    play_all::<Story>("broker-transactions");
}
