//! The stories in `tests/stories/exactly-once/`.

use std::collections::BTreeMap;

use crate::app::spec::*;
use crate::client::consumer::tests::cluster::*;
use crate::client::consumer::tests::transactions::Fate;
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::random::Distribution;
use crate::stage::story::{Command, Vocabulary, play_all};

/// What `given` says beside configs of the consumer.
const OPTIONS: &[&str] = &["commit", "id", "sink", "per.record", "on.abort", "on.fenced", "poison"];

/// A billing application that reads orders and writes invoices.
struct Story {
    cluster: Cluster,
    hidden: Vec<String>,
    /// The invoices: which order each was written for.
    orders: BTreeMap<(Tp, u32), (Tp, u32)>,
}

fn outlet(command: &Command) -> OutletSpec {
    let id = (command.option("id") != Some("none")).then_some(TransactionalId(0));
    let on_abort = match command.option("on.abort").unwrap_or("seek-back") {
        "seek-back" => AbortPolicy::SeekBack,
        "continue" => AbortPolicy::Continue,
        _ => command.wrong("after an abort: seek-back, continue"),
    };
    let on_fenced = match command.option("on.fenced").unwrap_or("restart") {
        "restart" => FencedPolicy::Restart,
        "exit" => FencedPolicy::Exit,
        _ => command.wrong("when it is fenced: restart, exit"),
    };
    let config = ProducerConfig { linger: MS(0), ..Default::default() };
    OutletSpec {
        producer: ProducerSpec { transactional_id: id, ..ProducerSpec::plain(TopicId(1), config) },
        purpose: OutletPurpose::Transform(FailurePolicy::Crash { restart_after: S(1) }),
        keys: 1,
        value_size: ValueSize::Constant(100),
        transactions: TransactionPolicy { on_abort, on_fenced, group_metadata: GroupMetadata::Full },
    }
}

fn poll_loop(command: &Command) -> LoopSpec {
    let commit = match command.option("commit").unwrap_or("in-transaction") {
        "in-transaction" => CommitMode::InTransaction,
        "sync-after-batch" => CommitMode::SyncAfterBatch,
        "sync-before-processing" => CommitMode::SyncBeforeProcessing,
        _ => command.wrong("an application commits: in-transaction, sync-after-batch, sync-before-processing"),
    };
    let database = |known| Some(SinkKind::Database { database: 0, known });
    let sink = match command.option("sink").unwrap_or("none") {
        "none" => None,
        "e-mail" => Some(SinkKind::EMail),
        "database" => database(KnownRecords::WrittenAgain),
        "unique" => database(KnownRecords::Refused),
        "idempotent" => database(KnownRecords::LeftOut),
        _ => command.wrong("a sink: e-mail, database, unique, idempotent"),
    };
    let on_poison = match command.option("poison").unwrap_or("skip") {
        "skip" => PoisonPolicy::GiveUp(GivingUp::Skip),
        "retry" => PoisonPolicy::Retry(Retries::without_end(MS(200))),
        _ => command.wrong("what cannot be processed: skip, retry"),
    };
    let mut spec = LoopSpec { on_poison, outlet: Some(outlet(command)), ..committing(commit) };
    spec.sink = sink.map(|kind| SinkSpec { kind, takes: Distribution::Constant(MS(2)) });
    spec.per_record = Distribution::Constant(command.spans("per.record").unwrap_or(MS(1)));
    for (key, value) in command.configs(OPTIONS) {
        spec.consumer.config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
    }
    spec
}

/// The name of a kind of request that a story may do something to.
fn api(command: &Command) -> &'static str {
    const APIS: [&str; 6] = ["InitProducerId", "Produce", "TxnOffsetCommit", "EndTxn", "OffsetCommit", "Fetch"];
    let named = APIS.into_iter().find(|api| *api == command.word(0));
    named.unwrap_or_else(|| {
        command.wrong("a request: InitProducerId, Produce, TxnOffsetCommit, EndTxn, OffsetCommit, Fetch")
    })
}

/// What the cluster says to a request of this kind in case of an error.
fn refusal(command: &Command) -> Response {
    let error = command.error(command.word(1));
    match command.word(0) {
        "InitProducerId" => {
            Response::InitProducerId(InitProducerIdResponse { error, producer: ProducerIdAndEpoch::NONE })
        }
        "Produce" => {
            let (tp, base_offset, log_start) = (Tp(2), Offset(-1), Offset(0));
            let result = ProduceResult { tp, error, base_offset, log_start, current_leader: None };
            Response::Produce(ProduceResponse { partitions: vec![result] })
        }
        "TxnOffsetCommit" => {
            let results = [(Tp(0), error)].into_iter().collect();
            Response::TxnOffsetCommit(TxnOffsetCommitResponse { results })
        }
        "EndTxn" => Response::EndTxn(EndTxnResponse { error, producer: ProducerIdAndEpoch::NONE }),
        _ => command.wrong("refused can be: InitProducerId, Produce, TxnOffsetCommit, EndTxn"),
    }
}

impl Story {
    /// How often each order was invoiced, for who reads what is committed.
    fn invoices(&mut self) {
        let derived = self.cluster.facts.iter().filter_map(|(_, fact)| match *fact {
            Fact::RecordDerived { tp, ordinal, origin_tp, origin_ordinal, .. } => {
                Some(((tp, ordinal), (origin_tp, origin_ordinal)))
            }
            _ => None,
        });
        self.orders.extend(derived);
        let sent = &self.cluster.transactions.records;
        let count = |fate: Fate| sent.iter().filter(|(_, known)| *known == fate).count();
        let committed: Vec<_> =
            sent.iter().filter(|(_, fate)| *fate == Fate::Committed).map(|(at, _)| self.orders[at]).collect();
        let (mut never, mut once, mut more) = (0, 0, 0);
        for (tp, log) in [Tp(0), Tp(1)].into_iter().zip(&self.cluster.partitions) {
            for ordinal in log.batches.iter().flat_map(|b| b.origin.ordinal..b.origin.ordinal + b.count) {
                match committed.iter().filter(|order| **order == (tp, ordinal)).count() {
                    0 => never += 1,
                    1 => once += 1,
                    _ => more += 1,
                }
            }
        }
        let offset = self.cluster.partitions[0].committed.map_or("none".into(), |(offset, _)| offset.to_string());
        let text = format!(
            "orders without an invoice {never}, with one {once}, with more {more}; invoices open {}, aborted {}; committed offset {offset}",
            count(Fate::Open),
            count(Fate::Aborted)
        );
        self.cluster.say(&text);
    }
}

impl Vocabulary for Story {
    /// `given commit=in-transaction id=none sink=database on.abort=continue on.fenced=exit per.record=1ms max.poll.records=5`: an
    /// application of the group billing, which reads the topic orders with two partitions and writes to invoices with one, as
    /// transactional id billing-0 under transaction.version 2. The cluster answers after a millisecond.
    fn given(command: &Command) -> Story {
        Story { cluster: Cluster::new(poll_loop(command)), hidden: Vec::new(), orders: BTreeMap::new() }
    }
    fn command(&mut self, command: &Command) {
        let cluster = &mut self.cluster;
        match command.name.as_str() {
            // until 2.5s
            "until" => cluster.run_until(command.time(0)),
            // orders 10: so many come; poison=2: the third of them cannot be processed
            "orders" => match command.numeric("poison") {
                Some(poison) => cluster.produce_poison(0, command.number(0), poison),
                None => cluster.produce(0, command.number(0)),
            },
            // refused EndTxn PRODUCER_FENCED: the next one is
            "refused" => cluster.script(api(command), Reaction::Say(refusal(command))),
            // stopped EndTxn: the next one comes to nothing
            "stopped" => cluster.script(api(command), Reaction::Park),
            // done EndTxn: what the next one asks for is done, and nobody says so
            "done" => cluster.script(api(command), Reaction::Keep),
            // fenced: another producer has taken the transactional id
            "fenced" => cluster.transactions.fence(),
            // SIGTERM
            "shutdown" => cluster.give(Input::Shutdown),
            // kill: the process dies, and is started again
            "kill" => cluster.restart(),
            // invoices: how often each order was invoiced
            "invoices" => self.invoices(),
            // hide processes: lines with this word are not told from now on
            "hide" => self.hidden.extend(command.words.iter().cloned()),
            // skip: what was said so far is not told
            "skip" => {
                self.cluster.story.clear();
            }
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.cluster.take_said(&self.hidden)
    }
}

#[test]
fn stories() {
    play_all::<Story>("exactly-once");
}
