//! The stories in `tests/stories/source/`.

use crate::app::spec::*;
use crate::client::consumer::tests::cluster::*;
use crate::node::Input;
use crate::protocol::config::ProducerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::random::Distribution;
use crate::stage::story::{Command, Vocabulary, play_all};

/// What `given` says beside configs of the producer.
const OPTIONS: &[&str] = &["records", "every", "abort.every", "pause", "on.fenced", "database", "gap", "limit"];

/// An application that sends to invoices.
struct Story {
    cluster: Cluster,
    hidden: Vec<String>,
}

fn transaction(command: &Command) -> Option<TransactionSpec> {
    let extent = match (command.numeric("records"), command.spans("every")) {
        (Some(records), None) => TransactionExtent::Records(records),
        (None, Some(span)) => TransactionExtent::Span(span),
        (None, None) => return None,
        _ => command.wrong("a transaction has so many records, or a span"),
    };
    Some(TransactionSpec {
        extent,
        abort_every: command.numeric("abort.every"),
        pause: command.spans("pause").unwrap_or_default(),
        on_fenced: match command.option("on.fenced").unwrap_or("restart") {
            "restart" => FencedPolicy::Restart,
            "exit" => FencedPolicy::Exit,
            _ => command.wrong("when it is fenced: restart, exit"),
        },
    })
}

fn source(command: &Command) -> SourceSpec {
    let order = match command.option("database") {
        None => None,
        Some("dual-write") => Some(RowsOrder::DualWrite),
        Some("outbox") => Some(RowsOrder::Outbox),
        Some(_) => command.wrong("a database: dual-write, outbox"),
    };
    let transaction = transaction(command);
    let mut config = ProducerConfig { linger: MS(0), ..Default::default() };
    for (key, value) in command.configs(OPTIONS) {
        config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
    }
    SourceSpec {
        producer: ProducerSpec {
            transactional_id: transaction.is_some().then_some(TransactionalId(0)),
            ..ProducerSpec::plain(TopicId(1), config)
        },
        records: [].into(),
        arrivals: Arrivals::Constant { records: 1, per: command.spans("gap").unwrap_or(MS(10)) },
        keys: Keys::None,
        value_size: ValueSize::Constant(100),
        tombstones: 0,
        poison_every: None,
        on_failure: SourceFailure::Log,
        transaction,
        rows: order.map(|order| RowsSpec { order, takes: Distribution::Constant(MS(4)) }),
        limit: command.numeric("limit"),
        start: MS(200),
        stop: None,
    }
}

impl Vocabulary for Story {
    /// `given records=3 abort.every=2 pause=50ms gap=10ms limit=9`, or `every=100ms`, or `database=outbox`: an application that
    /// sends to the topic invoices with one partition, from 200 ms on. The cluster answers after a millisecond; a row takes four.
    fn given(command: &Command) -> Story {
        Story { cluster: Cluster::of(AppSpec::Source(source(command))), hidden: Vec::new() }
    }
    fn command(&mut self, command: &Command) {
        let cluster = &mut self.cluster;
        match command.name.as_str() {
            // until 2.5s
            "until" => cluster.run_until(command.time(0)),
            // refused INVALID_RECORD: the next batch is
            "refused" => {
                let (tp, error) = (Tp(2), command.error(command.word(0)));
                let (base_offset, log_start) = (Offset(-1), Offset(0));
                let result = ProduceResult { tp, error, base_offset, log_start, current_leader: None };
                cluster
                    .script("Produce", Reaction::Say(Response::Produce(ProduceResponse { partitions: vec![result] })));
            }
            // stopped: the next batch comes to nothing
            "stopped" => cluster.script("Produce", Reaction::Park),
            // fenced: another producer has taken the transactional id
            "fenced" => cluster.transactions.fence(),
            // refused.at.init: the coordinator refuses the next InitProducerId
            "refused.at.init" => {
                let error = ErrorCode::InvalidTransactionTimeout;
                let response = InitProducerIdResponse { error, producer: ProducerIdAndEpoch::NONE };
                cluster.script("InitProducerId", Reaction::Say(Response::InitProducerId(response)));
            }
            // SIGTERM
            "shutdown" => cluster.give(Input::Shutdown),
            // drain: nothing new comes any more
            "drain" => cluster.give(Input::Drain),
            // kill: the process dies, and is started again
            "kill" => cluster.restart(),
            // hide processes: lines with this word are not told from now on
            "hide" => self.hidden.extend(command.words.iter().cloned()),
            // skip: what was said so far is not told
            "skip" => self.cluster.story.clear(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.cluster.take_said(&self.hidden)
    }
}

#[test]
fn stories() {
    play_all::<Story>("source");
}
