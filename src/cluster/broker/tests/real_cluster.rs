//! A real cluster of Kafka 4.0.0 and 4.4.0, with transaction.version 2 and 1, was asked to run a small program of
//! transactions; what the program got, and what lay in the logs afterwards, stands in `tests/real-cluster/`. Here our
//! producers do the same with our brokers, and must get and leave the same.
//!
//! The program has four parts. `plain`: a commit, an abort, a commit with offsets, an empty one, a `send()` outside a
//! transaction, and one more transaction, which the record of that `send()` holds up. `again`: another process with the
//! same id, while the first one waits. `fence`: three producers with one id. `timeout`: transactions that take longer than
//! `transaction.timeout.ms`.

use std::collections::VecDeque;

use super::world::*;
use crate::client::producer::{KafkaProducer, ProducerRecord, ProducerSpec, RecordPlace, SendResult};
use crate::history::fact::Fact;
use crate::protocol::batch::{
    BatchData, ControlRecord, CoordinatorRecord, RecordBatch, RecordDetail, TransactionLogValue,
};
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole, TRANSACTION_STATE};
use crate::protocol::config::{BrokerConfig, ProducerConfig, TopicConfig};
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::{ConsumerGroupMetadata, CreatableTopic};
use crate::protocol::rules::{KafkaVersion, Rules, TransactionVersion};
use crate::sim::time::Nanos;

/// `orders` has 0 to 2.
const OFFSETS: Tp = Tp(3);
const STATE: Tp = Tp(4);
/// The first node of a producer.
const FIRST: u16 = 5;
/// How long the program waits for a record.
const GET: Nanos = Nanos::from_secs(30);

/// What a line of the program does.
#[derive(Clone, Copy)]
enum Call {
    Init,
    Begin,
    /// To a partition, with a value of so many bytes.
    Send(u32, u32),
    Offsets(i64),
    Commit,
    Abort,
    Close,
    Sleep(u64),
    Halt,
}

/// A line: what it is called in the output, who, and what.
type Line = (&'static str, usize, Call);

/// Producers, by who: id and transaction.timeout.ms.
const WHO: [(&str, u64); 11] = [
    ("billing", 60_000),
    ("billing", 60_000),
    ("zombie", 60_000),
    ("zombie", 60_000),
    ("zombie", 60_000),
    ("slow", 3_000),
    ("slow", 3_000),
    ("bad", 1_000_000),
    // Whoever was there before, in the cluster of 4.0 with version 2.
    ("zombie", 60_000),
    ("slow", 3_000),
    ("billing", 60_000),
];

const PLAIN: &[Line] = &[
    ("init", 0, Call::Init),
    ("begin 1", 0, Call::Begin),
    ("send 0", 0, Call::Send(0, 1)),
    ("send 0", 0, Call::Send(0, 1)),
    ("send 1", 0, Call::Send(1, 1)),
    ("commit 1", 0, Call::Commit),
    ("begin 2", 0, Call::Begin),
    ("send 0", 0, Call::Send(0, 1)),
    ("abort 2", 0, Call::Abort),
    ("begin 3", 0, Call::Begin),
    ("send 0", 0, Call::Send(0, 1)),
    ("offsets", 0, Call::Offsets(7)),
    ("commit 3", 0, Call::Commit),
    ("empty begin", 0, Call::Begin),
    ("empty commit", 0, Call::Commit),
    ("send outside", 0, Call::Send(0, 1)),
    ("begin 4", 0, Call::Begin),
    ("send 0", 0, Call::Send(0, 1)),
    ("send 2", 0, Call::Send(2, 1)),
    ("offsets", 0, Call::Offsets(9)),
    ("", 0, Call::Halt),
];

const AGAIN: &[Line] = &[
    ("init", 1, Call::Init),
    ("begin", 1, Call::Begin),
    ("send 0", 1, Call::Send(0, 1)),
    ("commit", 1, Call::Commit),
    ("close", 1, Call::Close),
];

const FENCE: &[Line] = &[
    ("x init", 2, Call::Init),
    ("x begin", 2, Call::Begin),
    ("x send 0", 2, Call::Send(0, 2)),
    ("y init", 3, Call::Init),
    ("x send 0", 2, Call::Send(0, 2)),
    ("x send 1", 2, Call::Send(1, 2)),
    ("x commit", 2, Call::Commit),
    ("x abort", 2, Call::Abort),
    ("x begin", 2, Call::Begin),
    ("y begin", 3, Call::Begin),
    ("y send 0", 3, Call::Send(0, 2)),
    ("y commit", 3, Call::Commit),
    ("z init", 4, Call::Init),
    ("y begin", 3, Call::Begin),
    ("y commit (empty)", 3, Call::Commit),
    ("y begin", 3, Call::Begin),
    ("y offsets", 3, Call::Offsets(9)),
    ("y commit", 3, Call::Commit),
    ("y abort", 3, Call::Abort),
    ("", 2, Call::Halt),
    ("", 3, Call::Halt),
    ("", 4, Call::Halt),
];

const TIMEOUT: &[Line] = &[
    ("init", 5, Call::Init),
    ("begin", 5, Call::Begin),
    ("send 0", 5, Call::Send(0, 2)),
    ("", 5, Call::Sleep(15_000)),
    ("send 0", 5, Call::Send(0, 2)),
    ("commit", 5, Call::Commit),
    ("abort", 5, Call::Abort),
    ("begin", 5, Call::Begin),
    ("q init", 6, Call::Init),
    ("q begin", 6, Call::Begin),
    ("q send 0", 6, Call::Send(0, 2)),
    ("", 6, Call::Sleep(15_000)),
    ("q commit", 6, Call::Commit),
    ("q abort", 6, Call::Abort),
    ("r bad timeout", 7, Call::Init),
];

/// What had been done in the cluster of 4.0 with version 2 before: ids that begin higher, and a transaction of `slow` that
/// runs out.
const BEFORE: &[Line] = &[
    ("", 8, Call::Init),
    ("", 9, Call::Init),
    ("", 10, Call::Init),
    ("", 8, Call::Halt),
    ("", 9, Call::Halt),
    ("", 10, Call::Halt),
    ("", 8, Call::Init),
    ("", 8, Call::Begin),
    ("", 8, Call::Send(0, 2)),
    ("", 8, Call::Commit),
    ("", 8, Call::Halt),
    ("", 8, Call::Init),
    ("", 8, Call::Halt),
];
const SLOW_BEFORE: &[Line] =
    &[("", 9, Call::Init), ("", 9, Call::Begin), ("", 9, Call::Send(0, 2)), ("", 9, Call::Halt)];

/// What a call waits for.
enum Waits {
    /// Its return.
    Return,
    /// A record of the partition, to its end.
    Record(u32, Nanos),
    Sleep(Nanos),
}

struct Program {
    name: &'static str,
    starts: Nanos,
    lines: VecDeque<Line>,
    waits: Option<(Line, Waits)>,
    said: Vec<String>,
}

struct Play {
    world: World,
    rules: Rules,
    /// By producer and partition.
    ordinals: Vec<Vec<u32>>,
    constructed: [bool; WHO.len()],
    transactions: u32,
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    (1..=3).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(b(id))));
    catalog.add_node("controller 100", NodeRole::Controller(100));
    catalog.add_node("client", NodeRole::Admin);
    WHO.iter().for_each(|(id, _)| _ = catalog.add_node(*id, NodeRole::producer()));
    catalog.add_topic("orders", 3);
    catalog.add_topic(CONSUMER_OFFSETS, 1);
    catalog.add_topic(TRANSACTION_STATE, 1);
    catalog.add_group("g");
    ["billing", "zombie", "slow", "bad"].into_iter().for_each(|id| _ = catalog.add_transactional_id(id));
    catalog
}

impl Play {
    fn new(rules: Rules) -> Play {
        let mut world = World::of(catalog(), rules, BrokerConfig::default());
        let topic = |topic, min_insync_replicas, assignment: &[&[u8]]| CreatableTopic {
            topic: TopicId(topic),
            partitions: assignment.len() as u32,
            replication_factor: 3,
            config: TopicConfig { min_insync_replicas, ..TopicConfig::default() },
            assignment: assignment.iter().map(|ids| brokers(ids)).collect(),
        };
        world.create(vec![
            topic(0, 2, &[&[1, 2, 3], &[2, 3, 1], &[3, 1, 2]]),
            topic(1, 1, &[&[1, 2, 3]]),
            topic(2, 2, &[&[1, 2, 3]]),
        ]);
        let ordinals = vec![vec![0; 3]; WHO.len()];
        Play { world, rules, ordinals, constructed: [false; WHO.len()], transactions: 0 }
    }
    fn node(who: usize) -> NodeId {
        NodeId(FIRST + who as u16)
    }
    fn construct(&mut self, who: usize) {
        let (id, timeout) = WHO[who];
        let catalog = self.world.catalog.clone();
        let spec = ProducerSpec {
            transactional_id: catalog.transactional_id(id),
            ..ProducerSpec::plain(
                TopicId(0),
                ProducerConfig { transaction_timeout: ms(timeout), ..ProducerConfig::default() },
            )
        };
        let keys = crate::client::producer::key_partitions(&spec, 0, &catalog);
        let producer = KafkaProducer::new(&spec, &catalog, self.rules, keys);
        self.world.construct(Play::node(who), producer);
        self.constructed[who] = true;
    }
    /// Runs programs side by side until all are through.
    fn run(&mut self, programs: &mut [Program]) {
        while programs.iter().any(|program| !program.lines.is_empty() || program.waits.is_some()) {
            programs.iter_mut().for_each(|program| while self.goes_on(program) {});
            self.world.run_for(ms(1));
        }
    }
    /// Whether the program has got a step further.
    fn goes_on(&mut self, program: &mut Program) -> bool {
        if self.world.now < program.starts {
            return false;
        }
        if let Some((line, waits)) = &program.waits {
            let Some(outcome) = self.outcome(line.1, waits) else { return false };
            program.tell(*line, &outcome);
            program.waits = None;
        }
        let Some(line) = program.lines.pop_front() else { return false };
        match self.call(line) {
            Ok(waits) => program.waits = Some((line, waits)),
            Err(outcome) => program.tell(line, &outcome),
        }
        true
    }
    /// What the line waits for, or what came of it at once.
    fn call(&mut self, (_, who, call): Line) -> Result<Waits, String> {
        if !self.constructed[who] {
            self.construct(who);
        }
        let (node, ordinals) = (Play::node(who), &mut self.ordinals[who]);
        self.transactions += 1;
        let transaction = self.transactions;
        let world = &mut self.world;
        match call {
            Call::Init => world.act(node, |producer, ctx| producer.init_transactions(ctx)),
            Call::Begin => {
                let begun = world.act(node, |producer, ctx| producer.begin_transaction(transaction, ctx));
                return Err(told(begun));
            }
            Call::Send(partition, value_len) => {
                let ordinal = ordinals[partition as usize];
                let record =
                    ProducerRecord { key: RecordDetail::NULL_KEY, value_len, headers: 0, poison: false, cookie: 0 };
                let place = RecordPlace { partition: Some(partition), timestamp: None };
                let sent = world.act(node, |producer, ctx| {
                    let sent = producer.send(record, place, ordinals, ctx);
                    if sent == SendResult::Wake {
                        producer.run(ctx);
                    }
                    sent
                });
                return match sent {
                    // `send()` of the real program hands the error to the future that it returns.
                    SendResult::Threw(error) => Err(told(Err(error))),
                    _ => Ok(Waits::Record(partition << 16 | ordinal, world.now + GET)),
                };
            }
            Call::Offsets(offset) => {
                let offsets = [(Tp(2), Offset(offset), LeaderEpoch::UNDEFINED)].into_iter().collect();
                let group = ConsumerGroupMetadata::of_group(GroupId(0));
                world.act(node, |producer, ctx| producer.send_offsets_to_transaction(offsets, group, ctx));
            }
            Call::Commit => world.act(node, |producer, ctx| producer.commit_transaction(ctx)),
            Call::Abort => world.act(node, |producer, ctx| producer.abort_transaction(ctx)),
            Call::Sleep(time) => return Ok(Waits::Sleep(world.now + ms(time))),
            Call::Close => {
                world.act(node, |producer, ctx| producer.close(ctx));
                return Err("ok".into());
            }
            Call::Halt => {
                world.halt(node);
                self.constructed[who] = false;
                return Err(String::new());
            }
        }
        Ok(Waits::Return)
    }
    /// What came of a line, if anything.
    fn outcome(&mut self, who: usize, waits: &Waits) -> Option<String> {
        let node = Play::node(who);
        match waits {
            Waits::Return => self.world.act(node, |producer, ctx| producer.transaction_returned(ctx)).map(told),
            Waits::Sleep(end) => (self.world.now >= *end).then(String::new),
            Waits::Record(number, end) => {
                let blocked = self.world.act(node, |producer, ctx| {
                    let blocked = producer.is_blocked() && producer.can_unblock(ctx.now());
                    if blocked && producer.unblock(&mut self.ordinals[who], ctx) == SendResult::Wake {
                        producer.run(ctx);
                    }
                    blocked
                });
                let (partition, ordinal) = (number >> 16, number & 0xffff);
                let of_it = |from: NodeId, tp: Tp, first: u32, count: u32| {
                    from == node && tp == Tp(partition) && (first..first + count).contains(&ordinal)
                };
                let done = self.world.facts.iter().rev().find_map(|(_, fact)| match *fact {
                    Fact::BatchAcked { node, tp, ordinal, count, offset, .. } if of_it(node, tp, ordinal, count) => {
                        Some(format!("ok orders-{partition}@{offset}"))
                    }
                    Fact::BatchFailed { node, tp, ordinal, count, error, .. } if of_it(node, tp, ordinal, count) => {
                        Some(told(Err(error)))
                    }
                    _ => None,
                });
                let late = self.world.now >= *end && !blocked;
                done.or_else(|| late.then(|| "throws TimeoutException".into()))
            }
        }
    }
    /// The log of a partition, as its leader has it.
    fn batches(&self, tp: Tp) -> Vec<RecordBatch> {
        let log = self.world.broker(1).replica(tp).expect("broker 1 leads all that is looked at");
        log.batches(Offset(0)).cloned().collect()
    }
    fn transaction_log(&self) -> Vec<String> {
        let record = |batch: &RecordBatch| {
            let BatchData::Coordinator(records) = &batch.data else { panic!("{batch:?}") };
            let [CoordinatorRecord::Transaction(value)] = &records[..] else { panic!("{records:?}") };
            format!("{} of {} seq {}", self.value(value), batch.size, batch.base_sequence)
        };
        self.batches(STATE).iter().map(record).collect()
    }
    fn value(&self, value: &TransactionLogValue) -> String {
        let catalog = &self.world.catalog;
        let mut partitions: Vec<String> = value.partitions.iter().map(|tp| catalog.tp_name(*tp)).collect();
        partitions.sort();
        let tags = [
            (0, value.previous_producer_id.0, -1),
            (1, value.next_producer_id.0, -1),
            (2, i64::from(value.client_version.level()), 0),
        ];
        let tags = tags.iter().filter(|(_, tagged, without)| tagged != without);
        let mut tags: Vec<String> = tags.map(|(tag, tagged, _)| format!("{tag}={tagged}")).collect();
        if tags.is_empty() {
            tags.push("-".into());
        }
        format!(
            "{} {}/{} {} [{}] timeout {} tags {}",
            catalog.transactional_id_name(value.transactional_id),
            value.producer.id,
            value.producer.epoch,
            value.state.name(),
            partitions.join(","),
            value.timeout.as_millis(),
            tags.join(" "),
        )
    }
    fn log(&self, tp: Tp) -> Vec<String> {
        self.batches(tp).iter().map(line).collect()
    }
    fn index(&self) -> Vec<String> {
        let log = self.world.broker(1).replica(Tp(0)).expect("it leads the partition");
        let aborted = log.segments().flat_map(|segment| segment.aborted().to_vec());
        let line = |aborted: crate::cluster::log::AbortedTxn| {
            format!(
                "version: 0 producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
                aborted.producer_id, aborted.first_offset, aborted.marker_offset, aborted.last_stable_offset
            )
        };
        aborted.map(line).collect()
    }
}

impl Program {
    fn new(name: &'static str, starts: u64, lines: &[Line]) -> Program {
        Program {
            name,
            starts: Nanos::from_secs(starts),
            lines: lines.iter().copied().collect(),
            waits: None,
            said: Vec::new(),
        }
    }
    fn tell(&mut self, (name, ..): Line, outcome: &str) {
        if !name.is_empty() {
            self.said.push(format!("{name} {outcome}"));
        }
    }
}

fn told(returned: Result<(), Exception>) -> String {
    match returned {
        Ok(()) => "ok".into(),
        Err(error) => format!("throws {}", error.name()),
    }
}

fn line(batch: &RecordBatch) -> String {
    let marker = match batch.data {
        BatchData::Control(ControlRecord::EndTxn { commit: true, .. }) => " COMMIT",
        BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) => " ABORT",
        _ => "",
    };
    format!(
        "{}..{} seq {} producer {}/{}{} size {}{marker}",
        batch.base_offset,
        batch.last_offset(),
        batch.base_sequence,
        batch.producer_id,
        batch.producer_epoch,
        if batch.is_transactional { " transactional" } else { "" },
        batch.size,
    )
}

/// A section of a recording.
fn section<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let heading = format!("# {name}\n");
    let (_, rest) = text.split_once(&heading).unwrap_or_else(|| panic!("no {name}"));
    rest.lines().take_while(|line| !line.starts_with("# ")).collect()
}

/// A line of the real program's output, with what it threw: the class that an application can act on. `send()` hands it
/// out as the cause of the future's exception; what a producer in a state of error throws is a `KafkaException` with the
/// cause that we name.
fn thrown(line: &str) -> String {
    let Some((what, thrown)) = line.split_once(" THROWS ") else { return line.into() };
    let thrown = thrown.strip_prefix("Exception: send future <- ").unwrap_or(thrown);
    format!("{what} throws {}", thrown.split(':').next().unwrap_or_default())
}

#[track_caller]
fn same(what: &str, ours: &[String], theirs: &[String]) {
    let (ours, theirs) = (ours.join("\n"), theirs.join("\n"));
    assert!(ours == theirs, "{what}\n--- ours:\n{ours}\n--- Kafka's:\n{theirs}");
}

/// When the parts begin, in seconds; `before`: see [`BEFORE`].
fn hold(text: &str, version: KafkaVersion, level: TransactionVersion, starts: [u64; 4], before: bool) {
    let rules = Rules { transaction_version: level, ..Rules::of(version) };
    let mut play = Play::new(rules);
    let [plain, again, fence, timeout] = starts;
    let mut programs = vec![
        Program::new("plain", plain, PLAIN),
        Program::new("again", again, AGAIN),
        Program::new("fence", fence, FENCE),
        Program::new("timeout", timeout, TIMEOUT),
    ];
    if before {
        programs.insert(0, Program::new("", 5, BEFORE));
        programs.push(Program::new("", 10, SLOW_BEFORE));
    }
    play.run(&mut programs);
    play.world.run_for(ms(1_000));
    for program in programs.iter().filter(|program| !program.name.is_empty()) {
        let theirs: Vec<String> = section(text, program.name).into_iter().map(thrown).collect();
        same(program.name, &program.said, &theirs);
    }
    let theirs = |name: &str| -> Vec<String> { section(text, name).into_iter().map(str::to_owned).collect() };
    // Theirs say how long the value is, too: the size of the batch tells.
    let without_value = |line: String| match (line.find(" size "), line.find(" of ")) {
        (Some(from), Some(to)) => format!("{}{}", &line[..from], &line[to..]),
        _ => line,
    };
    let mut state: Vec<String> = theirs("__transaction_state-0").into_iter().map(without_value).collect();
    let mut ours = play.transaction_log();
    if again == fence + 1 {
        // The two ran at once: each id by itself.
        let id = |line: &String| line.split(' ').next().map(str::to_owned);
        state.sort_by_key(id);
        ours.sort_by_key(id);
    }
    same("__transaction_state-0", &ours, &state);
    same("orders-0", &play.log(Tp(0)), &theirs("orders-0"));
    // A group that their warming up had made was there first.
    let offsets = theirs("__consumer_offsets-0").into_iter().skip(1).enumerate().map(|(n, line)| {
        let (_, rest) = line.split_once(' ').expect("offsets, and the rest");
        format!("{n}..{n} {rest}")
    });
    same("__consumer_offsets-0", &play.log(OFFSETS), &offsets.collect::<Vec<_>>());
    same("txnindex", &play.index(), &theirs("txnindex"));
}

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real-cluster/", $name, ".txt"))
    };
}

#[test]
fn kafka_4_4_with_version_2() {
    hold(recorded!("4.4-2"), KafkaVersion::V4_4, TransactionVersion::V2, [8, 26, 32, 45], false);
}
#[test]
fn kafka_4_4_with_version_1() {
    hold(recorded!("4.4-1"), KafkaVersion::V4_4, TransactionVersion::V1, [8, 26, 32, 45], false);
}
#[test]
fn kafka_4_0_with_version_2() {
    hold(recorded!("4.0-2"), KafkaVersion::V4_0, TransactionVersion::V2, [8, 26, 32, 45], true);
}
#[test]
fn kafka_4_0_with_version_1() {
    hold(recorded!("4.0-1"), KafkaVersion::V4_0, TransactionVersion::V1, [8, 33, 32, 45], false);
}
