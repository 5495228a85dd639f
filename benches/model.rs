//! What the whole model costs: events, records, simulated time, and what it adds to be judged and recorded.
//!
//! Every case runs from a warm checkpoint: the cluster is up, the topic made, the group balanced. Run
//! with `cargo bench --bench model`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads a clock")]

#[path = "../tests/support/mod.rs"]
mod support;
mod table;

use std::hint::black_box;

use kafkasim::app::spec::{Arrivals, CommitMode, FencedPolicy, TransactionExtent, TransactionSpec};
use kafkasim::check::Judge;
use kafkasim::history::Observer;
use kafkasim::history::digest::Digest;
use kafkasim::history::fact::{Entry, Fact};
use kafkasim::history::record::Recording;
use kafkasim::protocol::catalog::TRANSACTION_STATE;
use kafkasim::protocol::config::IsolationLevel;
use kafkasim::run::judged::judge;
use kafkasim::run::unwatched;
use kafkasim::scenario::{self, ScenarioText};

use kafkasim::sim::random::Distribution;
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::WorldSpec;
use table::{Case, Row, measure, median, ratio};

const ROUNDS: usize = 7;
/// When the cluster has settled.
const WARM: Nanos = Nanos::from_secs(8);

fn main() {
    let mut rows = Vec::new();
    full_model(&mut rows);
    watched(&mut rows);
    exactly_once(&mut rows);
    record_and_digest(&mut rows);
    idle(&mut rows);
    short_runs(&mut rows);
    checkpoints(&mut rows);
    hundred_brokers(&mut rows);
    table::print("The model: 3 brokers, RF 3, acks=all, 3 partitions, one producer, one consumer, digest on", &rows);
}

/// Events and records per second of CPU time, nobody watching.
fn full_model(rows: &mut Vec<Row>) {
    let runs = [
        Run::new("batch 1", batches_of(1, 2_000), Nanos::from_secs(25)),
        Run::new("batch 100", batches_of(100, 200_000), Nanos::from_secs(2)),
        Run::new("batch 1; 10 brokers, 100 partitions, 20 + 20 clients", large(), Nanos::from_secs(2)),
    ];
    let mut cases: Vec<Case<'_>> = runs.iter().map(|run| run.case(|| ())).collect();
    let times = measure(&mut cases, ROUNDS);
    for (run, times) in runs.iter().zip(&times) {
        let seconds = median(times.iter().copied());
        let row =
            |figure: &str, value: f64, unit| Row { case: format!("{}: {figure}", run.name), value, unit, goal: "" };
        rows.push(row("time per event", seconds * 1e9 / run.events as f64, "ns"));
        rows.push(row("events per record", run.events as f64 / run.records as f64, ""));
        let (mut world, until) = (run.warm.clone(), WARM + run.span);
        let heap = allocation_counter::measure(|| world.run_until(until, &mut ()));
        rows.push(Row {
            goal: "<= 1",
            ..row("heap allocations per record", heap.count_total as f64 / run.records as f64, "")
        });
        rows.push(row("records", run.records as f64 / seconds / 1e6, "million / CPU s"));
    }
    rows.push(Row {
        case: "time per event, large cluster / small cluster".into(),
        value: ratio(&times[2], &times[0]) * runs[0].events as f64 / runs[2].events as f64,
        unit: "ratio",
        goal: "<= 3",
    });
}

/// Simulated time at 10,000 records/s, by batch size, with every check and without.
fn watched(rows: &mut Vec<Row>) {
    let runs = [
        Run::new("10,000 records/s, batches of 10", batches_of(10, 10_000), Nanos::from_secs(20)),
        Run::new("10,000 records/s, Kafka's defaults", defaults(10_000), Nanos::from_secs(60)),
        Run::new("10,000 records/s, batches of 100", batches_of(100, 10_000), Nanos::from_secs(100)),
    ];
    // Without a check, and with every check.
    let goals = [(">= 400", ""), ("", ">= 1,200"), ("", "")];
    for (run, (bare, judged)) in runs.iter().zip(goals) {
        let mut cases = [run.case(|| ()), run.case(|| Judge::new(run.warm.setup().clone()))];
        let times = measure(&mut cases, ROUNDS);
        let speed = |times: &[f64]| run.span.0 as f64 / 1e9 / median(times.iter().copied());
        let row = |figure: &str, value, unit, goal| Row { case: format!("{}: {figure}", run.name), value, unit, goal };
        rows.push(row("events per record", run.events as f64 / run.records as f64, "", ""));
        rows.push(row("unwatched", speed(&times[0]), "simulated s / CPU s", bare));
        rows.push(row("with every check", speed(&times[1]), "simulated s / CPU s", judged));
        rows.push(row("with every check / without", ratio(&times[1], &times[0]), "ratio", "<= 1.15"));
    }
}

/// What idempotence and transactions of 100 records cost per record, beside the same load without: by the record that is
/// acknowledged, with `linger.ms` at its 5.
///
/// Aimed at: at most 1.3 times the CPU. A transaction is messages of its own, however few records it has: the leaders of
/// its partitions tell the coordinator, it is decided, marked in every partition and closed, and all of that is written
/// and replicated. So what it adds to a record depends on how many messages a record is without it: little to batches of
/// six, where the aim is held, and more than the aim by its messages alone to batches of fifty. One producer ends a
/// transaction before it begins the next, so at 10,000 records/s it falls behind.
fn exactly_once(rows: &mut Vec<Row>) {
    let loads = [
        ("10,000 records/s", defaults(10_000), Nanos::from_secs(20)),
        ("1,000 records/s", defaults(1_000), Nanos::from_secs(60)),
    ];
    for (load, spec, span) in loads {
        let name = |with: &str| format!("{load}: {with}");
        let runs = [
            Run::new("without", with_idempotence(spec.clone(), false), span),
            Run::new("idempotent", with_idempotence(spec.clone(), true), span),
            Run::new("in transactions", in_transactions(spec, 100), span),
        ];
        let mut cases: Vec<Case<'_>> = runs.iter().map(|run| run.case(|| ())).collect();
        cases.extend(runs.iter().map(|run| run.case(|| Judge::new(run.warm.setup().clone()))));
        let times = measure(&mut cases, ROUNDS);
        for (at, times) in times.iter().enumerate() {
            let run = &runs[at % runs.len()];
            let judged = if at < runs.len() { "" } else { ", every check" };
            let row = |figure: &str, value, unit, goal| Row {
                case: name(&format!("{}{judged}{figure}", run.name)),
                value,
                unit,
                goal,
            };
            if judged.is_empty() {
                rows.push(row(": events per record", run.events as f64 / run.records as f64, "", ""));
            }
            rows.push(row("", median(times.iter().copied()) * 1e9 / run.records as f64, "ns / record", ""));
        }
        for (first, judged) in [(0, ""), (runs.len(), ", every check")] {
            for with in 1..runs.len() {
                let records = runs[0].records as f64 / runs[with].records as f64;
                rows.push(Row {
                    case: name(&format!("{} / without{judged}", runs[with].name)),
                    value: ratio(&times[first + with], &times[first]) * records,
                    unit: "ratio",
                    goal: if judged.is_empty() { "<= 1.3" } else { "" },
                });
            }
        }
    }
}

fn with_idempotence(mut spec: WorldSpec, enable: bool) -> WorldSpec {
    spec.sources_mut().for_each(|source| source.producer.config.enable_idempotence = enable);
    spec
}

/// The same load in transactions of so many records, and whoever reads reads what is committed.
fn in_transactions(mut spec: WorldSpec, records: u32) -> WorldSpec {
    let id = spec.catalog.add_transactional_id("checkout-0");
    spec.catalog.add_topic(TRANSACTION_STATE, 50);
    for source in spec.sources_mut() {
        source.producer.transactional_id = Some(id);
        source.transaction = Some(TransactionSpec {
            extent: TransactionExtent::Records(records),
            abort_every: None,
            pause: Nanos::ZERO,
            on_fenced: FencedPolicy::Restart,
        });
    }
    spec.loops_mut().for_each(|member| member.consumer.config.isolation_level = IsolationLevel::ReadCommitted);
    spec
}

/// Recording every fact with its cause, and the digest, beside neither.
fn record_and_digest(rows: &mut Vec<Row>) {
    let mut run = Run::new("batch 1", batches_of(1, 2_000), Nanos::from_secs(25));
    let mut history = Recording::default();
    run.warm.clone().run_until(WARM + run.span, &mut history);
    let absorb = || {
        let mut digest = Digest::default();
        history.entries().iter().for_each(|entry| digest.absorb(entry));
        digest.value()
    };
    let plain = run.warm.clone();
    run.warm.record_causes();
    let recorded = &run;
    let unrecorded = Run { warm: plain, ..Run::clone(&run) };
    let mut cases = [unrecorded.case(|| ()), recorded.case(Recording::default), Case::steady(absorb)];
    let times = measure(&mut cases, ROUNDS);
    let bare: Vec<f64> = times[0].iter().zip(&times[2]).map(|(run, digest)| run - digest).collect();
    rows.push(Row {
        case: "batch 1: with record and digest / without".into(),
        value: ratio(&times[1], &bare),
        unit: "ratio",
        goal: "<= 1.1",
    });
    rows.push(Row {
        case: "batch 1: facts per event".into(),
        value: history.entries().len() as f64 / run.events as f64,
        unit: "",
        goal: "",
    });
}

/// Nothing to do but heartbeats and empty fetches.
fn idle(rows: &mut Vec<Row>) {
    let mut spec = support::small(3, 0, 3, 3_600);
    constant_consumers(&mut spec);
    let run = Run::new("idle, 3 consumers", spec, Nanos::from_secs(600));
    let times = measure(&mut [run.case(|| ())], ROUNDS);
    let seconds = median(times[0].iter().copied());
    let simulated = run.span.0 as f64 / 1e9;
    rows.push(Row {
        case: "idle, 3 consumers: events".into(),
        value: run.events as f64 / simulated,
        unit: "per simulated s",
        goal: "",
    });
    rows.push(Row {
        case: "idle, 3 consumers".into(),
        value: simulated / seconds,
        unit: "simulated s / CPU s",
        goal: ">= 30,000",
    });
}

/// What a sweep does again and again: a run of 2 s with 200 records, from nothing to the verdict.
fn short_runs(rows: &mut Vec<Row>) {
    const RUNS: u64 = 200;
    let text = "{name: short, duration: 2s, topics: {orders: {partitions: 3}}, producers: {shop: {topic: orders, rate: \
                100/s}}, groups: {billing: {topics: [orders], members: 1}}}";
    let (scenario, _) = scenario::parse(&ScenarioText::new("short.yaml", text), &[]).expect("it has no errors");
    let run = kafkasim::run::Run::new(&scenario, 0);
    let sweep = || {
        let judged = |seed| judge(&run.with_seed(seed), &mut unwatched).expect("it runs");
        (0..RUNS).fold(0, |sum: u64, seed| sum.wrapping_add(judged(seed).digest.value()))
    };
    let times = measure(&mut [Case::steady(sweep)], ROUNDS);
    rows.push(Row {
        case: "short runs: 3 brokers, 2 s, 200 records, verdict only".into(),
        value: RUNS as f64 / median(times[0].iter().copied()),
        unit: "per CPU s",
        goal: ">= 1,000",
    });
}

/// What a checkpoint of a long judged run costs, beside simulating one second of it.
fn checkpoints(rows: &mut Vec<Row>) {
    const CLONES: usize = 50;
    let second = Nanos::from_secs(1);
    let mut world = World::new(&defaults(10_000), 1);
    let mut judge = Judge::new(world.setup().clone());
    world.run_until(Nanos::from_secs(60), &mut judge);
    let clones = || {
        let copy = || black_box((world.clone(), judge.clone())).0.events();
        (0..CLONES).map(|_| copy()).sum()
    };
    let on = Case {
        prepare: Box::new(|| {
            let (mut world, mut judge) = (world.clone(), judge.clone());
            Box::new(move || {
                world.run_until(Nanos::from_secs(60) + second, &mut judge);
                world.digest().value()
            })
        }),
    };
    let times = measure(&mut [Case::steady(clones), on], ROUNDS);
    rows.push(Row {
        case: "clone of a judged world after 60 s at 10,000 records/s / simulating 1 s of it".into(),
        value: ratio(&times[0], &times[1]) / CLONES as f64,
        unit: "ratio",
        goal: "<= 0.1",
    });
}

/// A large cluster, busy as the small one is by the event.
fn hundred_brokers(rows: &mut Vec<Row>) {
    let mut spec = support::sized(100, 10_000, 20, 500, 20, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, 1, 500);
    let runs = [
        Run::new("3 brokers", batches_of(1, 2_000), Nanos::from_secs(10)),
        Run::new("100 brokers, 10,000 partitions", spec, Nanos::from_millis(500)),
    ];
    let mut cases: Vec<Case<'_>> = runs.iter().map(|run| run.case(|| ())).collect();
    let times = measure(&mut cases, ROUNDS);
    rows.push(Row {
        case: "time per event, 100 brokers and 10,000 partitions / 3 brokers".into(),
        value: ratio(&times[1], &times[0]) * runs[0].events as f64 / runs[1].events as f64,
        unit: "ratio",
        goal: "<= 2.5",
    });
}

/// A run from a warm checkpoint over a span of simulated time.
#[derive(Clone)]
struct Run {
    name: &'static str,
    warm: World,
    span: Nanos,
    events: u64,
    records: u64,
}

impl Run {
    fn new(name: &'static str, spec: WorldSpec, span: Nanos) -> Run {
        let mut warm = World::new(&spec, 1);
        warm.run_until(WARM, &mut ());
        let mut once = warm.clone();
        let mut acked = Acked(0);
        once.run_until(WARM + span, &mut acked);
        Run { name, events: once.events() - warm.events(), records: acked.0, warm, span }
    }
    fn case<'a, O: Observer + 'a>(&'a self, observer: impl Fn() -> O + 'a) -> Case<'a> {
        Case {
            prepare: Box::new(move || {
                let (mut world, mut observer) = (self.warm.clone(), observer());
                Box::new(move || {
                    world.run_until(WARM + self.span, &mut observer);
                    world.digest().value()
                })
            }),
        }
    }
}

/// Counts acknowledged records.
struct Acked(u64);

impl Observer for Acked {
    fn observe(&mut self, entry: &Entry) {
        if let Fact::BatchAcked { count, .. } = entry.fact {
            self.0 += u64::from(count);
        }
    }
}

/// The small cluster, with a producer that sends `rate` records/s of 100 bytes in batches of `batch`.
fn batches_of(batch: u32, rate: u64) -> WorldSpec {
    let mut spec = support::small(3, rate, 1, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, batch, rate);
    spec
}

fn batch_by(spec: &mut WorldSpec, batch: u32, rate: u64) {
    for source in spec.sources_mut() {
        source.arrivals = Arrivals::Constant { records: rate, per: Nanos::from_secs(1) };
        // As many bytes as the batch has, or a little more than the linger time that it takes to fill.
        source.producer.config.batch_size = if batch == 1 { 0 } else { batch * RECORD_BYTES };
        source.producer.config.linger =
            if batch == 1 { Nanos::ZERO } else { Nanos(u64::from(batch) * 1_000_000_000 / rate) };
    }
}

/// The same load with `linger.ms` and `batch.size` as they are.
fn defaults(rate: u64) -> WorldSpec {
    let mut spec = support::small(3, rate, 1, 3_600);
    constant_consumers(&mut spec);
    for source in spec.sources_mut() {
        source.arrivals = Arrivals::Constant { records: rate, per: Nanos::from_secs(1) };
    }
    spec
}

/// A record with its overhead, in a batch of some.
const RECORD_BYTES: u32 = 108;

/// Ten brokers, a hundred partitions, twenty producers and twenty consumers.
fn large() -> WorldSpec {
    let mut spec = support::sized(10, 100, 20, 500, 20, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, 1, 500);
    spec
}

/// Consumers that take no time worth mentioning and commit by themselves.
fn constant_consumers(spec: &mut WorldSpec) {
    for member in spec.loops_mut() {
        member.per_record = Distribution::Constant(Nanos(100));
        member.commit = CommitMode::Auto;
        member.consumer.config.enable_auto_commit = true;
    }
}
