//! `kafkasim show`: what Kafka's own tools would print at some moment of a run.

use std::io;
use std::rc::Rc;

use serde::Serialize;
use serde_json::json;

use super::Exit;
use super::input::{self, ChangeArgs, RunName, parse_duration};
use super::output::{Output, complain, complain_of_bug};
use crate::history::Observer;
use crate::history::setup::Setup;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, Offset, Tp};
use crate::run::Run;
use crate::sim::time::Nanos;
use crate::tools::group::DescribeOption;
use crate::tools::lag::LagBoard;
use crate::tools::log::{DumpRequest, Missing};
use crate::tools::print::{self, ToolOutput};
use crate::tools::{any_broker, group, log, offsets_topic, producers, quorum, topics, transactions};
use crate::world::{RunPhase, World};

/// Print what Kafka's own tools would, at some moment of a run; or the text of a scenario.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: Shown,
}

#[derive(clap::Subcommand, Debug)]
enum Shown {
    /// The text of a scenario; with a variant or changes, the text of what is run then.
    Scenario {
        /// A scenario of the library (`kafkasim list` names them), or a file; `-` is standard input.
        #[arg(value_name = "SCENARIO")]
        scenario: String,
        #[command(flatten)]
        changes: ChangeArgs,
    },
    /// How far groups are behind: in records, in time, by Burrow's status, and by their consumers' own metrics.
    Lag {
        #[command(flatten)]
        moment: MomentArgs,
        /// Only this group.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
    },
    #[command(flatten)]
    Tool(What),
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// As `kafka-topics --describe`.
    Topics {
        #[command(flatten)]
        moment: MomentArgs,
        /// Only this topic.
        #[arg(long, value_name = "NAME")]
        topic: Option<String>,
    },
    /// As `kafka-consumer-groups --describe`.
    Group {
        #[command(flatten)]
        moment: MomentArgs,
        /// Which group; needed if there are several.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
        /// A line per member.
        #[arg(long, conflicts_with = "state")]
        members: bool,
        /// One line for the group.
        #[arg(long)]
        state: bool,
        /// More columns: leader epochs, assignments, epochs of the group.
        #[arg(long)]
        verbose: bool,
    },
    /// What `__consumer_offsets` holds: as `kafka-console-consumer` with the formatters for it, the latest of each key.
    OffsetsTopic {
        #[command(flatten)]
        moment: MomentArgs,
        /// Only what is about this group.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
        /// Also records that a later one of the same key supersedes.
        #[arg(long)]
        all: bool,
    },
    /// As `kafka-transactions list`, `describe` and `find-hanging`.
    Transactions {
        #[command(flatten)]
        moment: MomentArgs,
        /// Describe this id.
        #[arg(long, value_name = "ID", conflicts_with = "hanging")]
        transactional_id: Option<String>,
        /// Those that are open in a partition and that no coordinator knows of.
        #[arg(long)]
        hanging: bool,
        /// Of those only the ones of this topic.
        #[arg(long, value_name = "NAME", requires = "hanging")]
        topic: Option<String>,
        /// How long, in minutes, a transaction may last before it may hang.
        #[arg(long, value_name = "MINUTES", default_value_t = 15, requires = "hanging")]
        max_transaction_timeout: u32,
    },
    /// As `kafka-transactions describe-producers`.
    Producers {
        #[command(flatten)]
        moment: MomentArgs,
        /// Which partition, such as `orders-0`.
        #[arg(long, value_name = "TOPIC-PARTITION")]
        partition: String,
        /// Whose replica, instead of the leader's.
        #[arg(long, value_name = "ID", allow_negative_numbers = true)]
        broker: Option<u8>,
    },
    /// As `kafka-metadata-quorum describe`: who leads the controllers, and how far the others are.
    Quorum {
        #[command(flatten)]
        moment: MomentArgs,
        /// A line per figure (the default).
        #[arg(long, conflicts_with = "replication")]
        status: bool,
        /// A row per node.
        #[arg(long)]
        replication: bool,
    },
    /// As `kafka-dump-log`.
    Log {
        #[command(flatten)]
        moment: MomentArgs,
        /// Which partition, such as `orders-0`.
        #[arg(long, value_name = "TOPIC-PARTITION")]
        partition: String,
        /// Whose replica, instead of the leader's.
        #[arg(long, value_name = "ID", allow_negative_numbers = true)]
        broker: Option<u8>,
        /// From the batch that holds this offset.
        #[arg(long, value_name = "OFFSET", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..))]
        from: i64,
        /// Most batches.
        #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true, value_parser = parse_limit)]
        limit: usize,
    },
}

fn parse_limit(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "a number of batches".into())
}

#[derive(clap::Args, Debug)]
struct MomentArgs {
    /// A scenario and a seed: `leader-crash:7`. Without a seed, the scenario's own.
    #[arg(value_name = "SCENARIO[:SEED]")]
    run: String,
    /// When, such as `12s`; otherwise at the end of the run.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    at: Option<Nanos>,
    /// In which form.
    #[arg(long, value_enum, default_value = "human", value_name = "FORM")]
    format: ToolFormat,
    #[command(flatten)]
    changes: ChangeArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum ToolFormat {
    /// As Kafka's tool prints it.
    Human,
    /// What the tool learnt, as one document.
    Json,
}

impl MomentArgs {
    fn world(&self) -> Result<World, Exit> {
        self.world_seen_by(|_| ()).map(|(world, ())| world)
    }
    /// The world at that moment, and who has seen all that led to it.
    fn world_seen_by<O: Observer>(&self, observer: impl FnOnce(&Rc<Setup>) -> O) -> Result<(World, O), Exit> {
        let name = RunName::parse(&self.run).map_err(|diagnostic| {
            input::report(&[diagnostic]);
            Exit::Usage
        })?;
        let scenario = input::load(&name.scenario, &self.changes).ok_or(Exit::Usage)?;
        let run = Run::new(&scenario, name.seed.unwrap_or(scenario.seed));
        let mut observer = observer(run.setup());
        let world = run.replay_to(self.at.unwrap_or(Nanos::MAX), &mut observer);
        let world = world.map_err(|bug| complain_of_bug(&bug))?;
        // Between two events time stands still, and nothing is over.
        if let Some(at) = self.at.filter(|at| world.phase() == RunPhase::Ended && world.now() < *at) {
            complain(&format!("note: the run is over at {}, before {at}: this is its end\n", world.now()));
        }
        Ok((world, observer))
    }
    /// The moment itself: when the run is over, its end.
    fn time(&self, world: &World) -> Nanos {
        match self.at {
            Some(at) if world.phase() != RunPhase::Ended => at,
            _ => world.now(),
        }
    }
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let what = match &args.what {
        Shown::Scenario { scenario, changes } => return text(scenario, changes, out),
        Shown::Lag { moment, group } => return lag(moment, group.as_deref(), out),
        Shown::Tool(what) => what,
    };
    let moment = match what {
        What::Topics { moment, .. }
        | What::OffsetsTopic { moment, .. }
        | What::Group { moment, .. }
        | What::Transactions { moment, .. }
        | What::Producers { moment, .. }
        | What::Quorum { moment, .. }
        | What::Log { moment, .. } => moment,
    };
    let world = match moment.world() {
        Ok(world) => world,
        Err(exit) => return Ok(exit),
    };
    tell(shown(what, moment.format, &world), out)
}

fn tell(answer: Result<ToolOutput, String>, out: &mut Output) -> io::Result<Exit> {
    match answer {
        Ok(answer) => {
            out.print(&answer.out)?;
            out.flush()?;
            complain(&answer.err);
            Ok(if answer.failed { Exit::Broken } else { Exit::Ok })
        }
        Err(message) => {
            complain(&format!("error: {message}\n"));
            Ok(Exit::Usage)
        }
    }
}

/// It needs to have seen what led to the moment.
fn lag(moment: &MomentArgs, group: Option<&str>, out: &mut Output) -> io::Result<Exit> {
    let (world, board) = match moment.world_seen_by(|setup| LagBoard::new(Rc::clone(setup))) {
        Ok(seen) => seen,
        Err(exit) => return Ok(exit),
    };
    let groups = &world.setup().catalog.groups;
    if let Some(name) = group.filter(|name| !groups.iter().any(|known| known == name)) {
        return tell(Err(unknown("group", name, groups)), out);
    }
    let mut lags = board.groups(moment.time(&world));
    lags.retain(|lag| group.is_none_or(|name| name == lag.group));
    let mut said = plain(match moment.format {
        ToolFormat::Human => print::lag(&lags),
        ToolFormat::Json => document::<_, ()>(&world, "lag", Ok(&lags)),
    });
    if groups.is_empty() {
        said.err += "note: the scenario has no group at all\n";
    }
    tell(Ok(said), out)
}

/// A text as it was written, comments and all; a changed one as it is written anew.
fn text(scenario: &str, changes: &ChangeArgs, out: &mut Output) -> io::Result<Exit> {
    let Some(source) = input::source(scenario) else { return Ok(Exit::Usage) };
    if changes.variant.is_none() && changes.overrides().is_empty() {
        return out.print(&source.text).map(|()| Exit::Ok);
    }
    let Some(scenario) = input::parse(&source, changes) else { return Ok(Exit::Usage) };
    out.print(&scenario.to_yaml()).map(|()| Exit::Ok)
}

fn shown(what: &What, format: ToolFormat, world: &World) -> Result<ToolOutput, String> {
    match what {
        What::Topics { topic, .. } => Ok(shown_topics(topic.as_deref(), format, world)),
        What::Group { group: name, members, state, verbose, .. } => {
            let option = match (members, state) {
                (true, _) => DescribeOption::Members,
                (_, true) => DescribeOption::State,
                _ => DescribeOption::Offsets,
            };
            shown_group(name.as_deref(), option, *verbose, format, world)
        }
        What::OffsetsTopic { group, all, .. } => shown_offsets_topic(group.as_deref(), *all, format, world),
        What::Transactions { transactional_id: Some(id), .. } => Ok(shown_transaction(id, format, world)),
        What::Transactions { hanging: true, topic, max_transaction_timeout, .. } => {
            let most = Nanos::from_secs(60 * u64::from(*max_transaction_timeout));
            shown_hanging(topic.as_deref(), most, format, world)
        }
        What::Transactions { .. } => Ok(shown_transactions(format, world)),
        What::Producers { partition, broker, .. } => shown_producers(partition, *broker, format, world),
        What::Quorum { replication, .. } => Ok(shown_quorum(*replication, format, world)),
        What::Log { partition, broker, from, limit, .. } => {
            let (tp, broker) = replica_asked_for(&world.setup().catalog, partition, *broker)?;
            let request = DumpRequest { broker, tp, from: Offset(*from), limit: *limit };
            let dump = log::dump(world, request).map_err(|missing| no_log(&missing, partition, world.now()))?;
            Ok(match format {
                ToolFormat::Human => print::log(&dump),
                ToolFormat::Json => plain(document::<_, ()>(world, "log", Ok(&dump))),
            })
        }
    }
}

fn shown_quorum(replication: bool, format: ToolFormat, world: &World) -> ToolOutput {
    let table = if replication { print::quorum_replication } else { print::quorum_status };
    let mut said = answered(world, format, "quorum", &quorum::describe(world), table, print::quorum_failed);
    if !world.setup().catalog.has_quorum() {
        said.err += "note: who reads the log of an only controller is not told\n";
    }
    said
}

fn shown_topics(topic: Option<&str>, format: ToolFormat, world: &World) -> ToolOutput {
    let catalog = &world.setup().catalog;
    let described = topics::describe(world, topic);
    let mut said = print::topics(&described);
    if format == ToolFormat::Json {
        said.out = document(world, "topics", described.as_ref());
    }
    if described.is_ok_and(|topics| topics.is_empty()) || said.failed {
        let known = topic.is_none_or(|name| catalog.topic(name).is_some());
        said.err += &match topic {
            _ if !any_broker(world) => format!("note: at {} no broker is up\n", world.now()),
            Some(name) if !known => hint("topic", name, &topic_names(catalog)),
            _ => format!("note: at {}; topics are made once the brokers are up\n", world.now()),
        };
    }
    said
}

fn shown_group(
    name: Option<&str>,
    option: DescribeOption,
    verbose: bool,
    format: ToolFormat,
    world: &World,
) -> Result<ToolOutput, String> {
    let groups = world.setup().catalog.groups.as_slice();
    let name = match (name, groups) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, []) => return Err("the scenario has no group".into()),
        (None, many) => return Err(format!("which group? --group takes one of {}", many.join(", "))),
    };
    let described = group::describe(world, name, option);
    let mut said = match format {
        ToolFormat::Human => print::group(&described, verbose),
        ToolFormat::Json => plain(document(world, "group", described.as_ref())),
    };
    if !groups.iter().any(|known| known == name) {
        said.err += &hint("group", name, groups);
    }
    Ok(said)
}

fn shown_offsets_topic(
    group: Option<&str>,
    all: bool,
    format: ToolFormat,
    world: &World,
) -> Result<ToolOutput, String> {
    let groups = &world.setup().catalog.groups;
    if let Some(name) = group.filter(|name| !groups.iter().any(|known| known == name)) {
        return Err(unknown("group", name, groups));
    }
    let mut topic = offsets_topic::read(world, group);
    let mut said = print::offsets_topic(&topic, all);
    if format == ToolFormat::Json {
        topic.records.retain(|record| all || !record.superseded);
        said.out = document::<_, ()>(world, "offsets_topic", Ok(&topic));
    }
    Ok(said)
}

fn shown_transaction(id: &str, format: ToolFormat, world: &World) -> ToolOutput {
    let described = transactions::describe(world, id);
    let mut said = answered(world, format, "transaction", &described, print::transaction, |error| {
        let what = format!("describe transaction state of transactional-id `{id}`");
        print::transactions_failed(&what, print::DESCRIBE_TRANSACTIONS, error)
    });
    let ids = &world.setup().catalog.transactional_ids;
    if !ids.iter().any(|known| known == id) {
        said.err += &hint("transactional id", id, ids);
    }
    said
}

fn shown_hanging(topic: Option<&str>, most: Nanos, format: ToolFormat, world: &World) -> Result<ToolOutput, String> {
    let catalog = &world.setup().catalog;
    let topic = topic.map(|name| catalog.topic(name).ok_or_else(|| unknown("topic", name, &topic_names(catalog))));
    let found = transactions::find_hanging(world, topic.transpose()?, most);
    Ok(answered(
        world,
        format,
        "hanging_transactions",
        &found,
        |found| print::hanging_transactions(found),
        |error| print::transactions_failed("describe producers", print::DESCRIBE_PRODUCERS, error),
    ))
}

fn shown_transactions(format: ToolFormat, world: &World) -> ToolOutput {
    let listed = transactions::list(world);
    let mut said = answered(
        world,
        format,
        "transactions",
        &listed,
        |listings| print::transactions(listings),
        |error| print::transactions_failed("list transactions", print::LIST_TRANSACTIONS, error),
    );
    if world.setup().catalog.transactional_ids.is_empty() {
        said.err += "note: no producer of the scenario has a transactional.id\n";
    }
    said
}

fn shown_producers(
    partition: &str,
    broker: Option<u8>,
    format: ToolFormat,
    world: &World,
) -> Result<ToolOutput, String> {
    let (tp, broker) = replica_asked_for(&world.setup().catalog, partition, broker)?;
    let states = producers::describe(world, tp, broker);
    let states = states.map_err(|missing| transactions::not_described(&missing, tp, world));
    Ok(answered(
        world,
        format,
        "producers",
        &states,
        |states| print::producers(states),
        |error| {
            let whose = broker.map_or("leader".into(), |id| format!("broker {id}"));
            let what = format!("describe producers for partition {partition} on {whose}");
            print::transactions_failed(&what, print::DESCRIBE_PRODUCERS, error)
        },
    ))
}

/// What a tool has found, as a table or as a document, or how it says that it has not.
fn answered<T: Serialize, E: Serialize>(
    world: &World,
    format: ToolFormat,
    name: &str,
    found: &Result<T, E>,
    table: impl FnOnce(&T) -> String,
    complaint: impl FnOnce(&E) -> ToolOutput,
) -> ToolOutput {
    match (format, found) {
        (ToolFormat::Json, _) => ToolOutput { failed: found.is_err(), ..plain(document(world, name, found.as_ref())) },
        (ToolFormat::Human, Ok(found)) => plain(table(found)),
        (ToolFormat::Human, Err(error)) => complaint(error),
    }
}

/// A table or a document, and no complaint.
fn plain(out: String) -> ToolOutput {
    ToolOutput { out, ..ToolOutput::default() }
}

/// The partition of that name, and the broker of that number.
fn replica_asked_for(catalog: &Catalog, partition: &str, broker: Option<u8>) -> Result<(Tp, Option<BrokerId>), String> {
    let names: Vec<String> = (0..catalog.partition_count()).map(|tp| catalog.tp_name(Tp(tp))).collect();
    let found = names.iter().position(|name| name == partition);
    let tp = found.ok_or_else(|| unknown("partition", partition, &names))?;
    let brokers: Vec<String> = catalog.brokers().map(|b| b.to_string()).collect();
    if let Some(id) = broker.filter(|id| !brokers.contains(&id.to_string())) {
        return Err(format!("there is no broker {id}; there is {}", brokers.join(", ")));
    }
    Ok((Tp(tp as u32), broker.map(BrokerId)))
}

/// What a tool learnt, or why it learnt nothing, as one JSON document.
fn document<T: Serialize, E: Serialize>(world: &World, what: &str, learnt: Result<&T, &E>) -> String {
    let mut document = json!({
        "format": "kafkasim-show", "version": 1, "source": concat!("kafkasim ", env!("CARGO_PKG_VERSION")),
        "scenario": world.setup().scenario, "seed": world.setup().seed, "kafka": world.setup().rules,
        "at_ns": world.now(),
    });
    let (key, value) = match learnt {
        Ok(value) => (what, json!(value)),
        Err(error) => ("error", json!(error)),
    };
    document[key] = value;
    format!("{document:#}\n")
}

fn topic_names(catalog: &Catalog) -> Vec<String> {
    catalog.topics.iter().map(|t| t.name.clone()).collect()
}

fn unknown(noun: &str, name: &str, known: &[String]) -> String {
    match near(name, known) {
        Some(near) => format!("there is no {noun} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {noun} `{name}`"),
    }
}

/// What the tool does not say and the scenario knows.
fn hint(noun: &str, name: &str, known: &[String]) -> String {
    match near(name, known) {
        Some(near) => format!("note: the scenario has no {noun} `{name}`; did you mean `{near}`?\n"),
        None if known.is_empty() => format!("note: the scenario has no {noun} at all\n"),
        None => format!("note: the scenario has no {noun} `{name}`; it has {}\n", known.join(", ")),
    }
}

fn near<'k>(name: &str, known: &'k [String]) -> Option<&'k String> {
    let distance = |k: &&String| strsim::damerau_levenshtein(k, name);
    known.iter().min_by_key(distance).filter(|k| distance(k) <= 3)
}

fn no_log(missing: &Missing, partition: &str, now: Nanos) -> String {
    match missing {
        Missing::Partition => format!("{partition} does not exist at {now}"),
        Missing::Leader => format!("{partition} has no leader at {now}; --broker names a replica"),
        Missing::Down(broker) => format!("broker {broker} is down at {now}; --broker names another replica"),
        Missing::Replica(broker) => format!("broker {broker} has no replica of {partition}"),
    }
}
