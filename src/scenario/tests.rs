//! One snapshot per kind of diagnostic, and what files and overrides become.

mod transactions;

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, render_all};
use super::{
    Expectation, ExpectedOutcome, Override, Scenario, ScenarioText, codes, embedded, lint, parse, parse_variant,
    starter,
};
use crate::app::spec::{Arrivals, CommitMode, Keys, PoisonPolicy, ValueSize};
use crate::protocol::ids::{BrokerId, GroupId, NodeId, Tp};
use crate::protocol::messages::Acks;
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::world::spec::{Action, Condition, Target, Trigger};

/// A scenario to break in many ways.
const BASE: &str = "\
name: base
duration: 60s
cluster:
  brokers: 3
topics:
  orders: { partitions: 6, replication.factor: 3 }
producers:
  checkout: { topic: orders, rate: 1000/s }
groups:
  billing: { topics: [orders], members: 3 }
faults:
  - at: 12s
    crash: { broker: leader of orders-0, restart.after: 8s }
expect:
  - acked-all-durable: holds
";

fn parsed(text: &str, set: &[&str]) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    let overrides: Vec<Override> = set.iter().map(|text| Override::new(*text)).collect();
    parse(&ScenarioText::new("scenarios/base.yaml", text), &overrides)
}

fn findings(text: &str, set: &[&str]) -> Vec<Diagnostic> {
    parsed(text, set).map_or_else(|findings| findings, |(_, warnings)| warnings)
}

fn ok(text: &str, set: &[&str]) -> Scenario {
    parsed(text, set).unwrap_or_else(|findings| panic!("{}", render_all(&findings, false))).0
}

/// [`BASE`] with one text in place of another.
fn with(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    BASE.replacen(from, to, 1)
}

/// [`BASE`] with a producer config, a consumer config, a broker config.
fn producer(config: &str) -> String {
    with("rate: 1000/s", &format!("rate: 1000/s, config: {{ {config} }}"))
}
fn consumer(config: &str) -> String {
    with("members: 3", &format!("members: 3, config: {{ {config} }}"))
}
fn broker(config: &str) -> String {
    with("brokers: 3", &format!("brokers: 3\n  config: {{ {config} }}"))
}
/// [`BASE`], and its producer sends in transactions.
fn transaction(config: &str) -> String {
    let source = format!("transaction: {{ records: 100 }}, config: {{ {config}transactional.id: ledger }}");
    with("rate: 1000/s", &format!("rate: 1000/s, {source}"))
}
fn fault(text: &str) -> String {
    with("  - at: 12s\n    crash: { broker: leader of orders-0, restart.after: 8s }\n", text)
}

fn cases() -> Vec<(&'static str, String)> {
    let bomb = (1..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, i| {
        let p = i - 1;
        text + &format!("a{i}: &a{i} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n")
    });
    vec![
        ("ks001_unknown_key", with("duration", "durration")),
        ("ks001_unknown_config", producer("linger.msec: 5")),
        ("ks001_config_of_another_scope", producer("session.timeout.ms: 10000")),
        ("ks002_wrong_type", with("rate: 1000/s", "rate: [1000/s]")),
        ("ks002_list_for_config", broker("min.insync.replicas: { a: b }")),
        ("ks003_missing_key", with("topic: orders, ", "")),
        ("ks004_duplicate_key", with("duration: 60s", "duration: 60s\nduration: 50s")),
        ("ks004_duplicate_number", with("cluster:", "1: a\n1: b\ncluster:")),
        ("ks005_no_unit", with("60s", "60")),
        ("ks005_unit_of_old", with("60s", "60sec")),
        ("ks005_overflow", with("60s", "99999999999999999999h")),
        ("ks005_target", fault("  - at: 1s\n    crash: leeder of orders-0\n")),
        ("ks005_condition", fault("  - when: { lag of billing: over 1000 }\n    crash: broker 1\n")),
        ("ks006_not_yaml", with("cluster:", "cluster: [")),
        ("ks006_tab", with("  brokers: 3", "\tbrokers: 3")),
        ("ks006_unknown_anchor", with("3\n", "*three\n")),
        ("ks002_merge_key", with("  brokers: 3", "  <<: 3")),
        ("ks006_tag", with("brokers: 3", "brokers: !three 3")),
        ("ks007_two_documents", format!("{BASE}---\n{BASE}")),
        ("ks008_bomb", bomb + BASE),
        ("ks008_too_deep", format!("{}{}", "[".repeat(100), "]".repeat(100))),
        ("ks009_empty", "# nothing\n".into()),
        ("ks015_ignored_config", producer("compression.lz4.level: 3")),
        ("ks101_unknown_broker", fault("  - at: 1s\n    crash: { broker: broker 4 }\n")),
        ("ks102_unknown_topic", with("topic: orders", "topic: order")),
        ("ks103_unknown_partition", fault("  - at: 1s\n    crash: leader of orders-6\n")),
        ("ks103_no_partition", fault("  - at: 1s\n    crash: leader of orders\n")),
        ("ks104_unknown_group", fault("  - when: { lag of biling: above 5 }\n    crash: broker 1\n")),
        ("ks105_unknown_process", fault("  - at: 1s\n    pause: { process: checkout-1, for: 1s }\n")),
        ("ks105_group_alone", fault("  - at: 1s\n    pause: { process: billing, for: 1s }\n")),
        ("ks129_transactional_id", fault("  - at: 1s\n    crash: coordinator of transaction billing-0\n")),
        ("ks106_too_few_brokers", with("replication.factor: 3", "replication.factor: 5")),
        ("ks107_partitions", with("partitions: 6", "partitions: 20000")),
        ("ks107_brokers", with("brokers: 3", "brokers: 101")),
        ("ks107_records", with("rate: 1000/s", "rate: 1000/us")),
        ("ks107_occurrences", fault("  - every: 1us\n    crash: broker 1\n")),
        ("ks107_duration", with("60s", "5000h")),
        ("ks108_after_the_end", with("at: 12s", "at: 60s")),
        ("ks109_empty_group", with("topics: [orders]", "topics: []")),
        ("ks110_percentiles", with("members: 3", "members: 3, processing: { per.record: { p50: 2ms, p99: 1ms } }")),
        ("ks110_sides", fault("  - at: 1s\n    partition: { between: [[broker 1]] }\n")),
        ("ks111_same_process", with("billing:", "checkout:")),
        ("ks111_internal_topic", with("  orders:", "  __consumer_offsets: {}\n  orders:")),
        ("ks112_quorum", with("brokers: 3", "brokers: 3\n  metadata: { kraft: { controllers: 3 } }")),
        ("ks112_zookeeper", with("brokers: 3", "brokers: 3\n  metadata: { zookeeper: {} }")),
        ("ks113_commit", consumer("enable.auto.commit: true}, commit: never, on.poison: { retry: {}")),
        ("ks113_replicas", with("partitions: 6, replication.factor: 3", "partitions: 6, replicas: [[1, 2], [2, 3]]")),
        ("ks114_bad_name", with("  orders:", "  \"my orders\": {}\n  orders:")),
        ("ks115_others", fault("  - at: 1s\n    crash: others\n")),
        ("ks115_not_a_broker", fault("  - at: 1s\n    disk.full: checkout-0\n")),
        ("ks116_unknown_invariant", with("acked-all-durable", "acked-durable")),
        ("ks116_unknown_property", with("acked-all-durable: holds", "sometimes: leaders-elected")),
        ("ks117_no_trigger", fault("  - crash: broker 1\n")),
        ("ks117_no_action", fault("  - at: 5s\n")),
        ("ks117_two_actions", fault("  - at: 5s\n    crash: broker 1\n    stop: broker 2\n")),
        ("ks005_between", fault("  - at: between 20s and 10s\n    crash: broker 1\n")),
        ("ks005_api", fault("  - at: 1s\n    drop.requests: { api: Heartbeats, from: group billing, to: broker 1 }\n")),
        ("ks005_broker_number", fault("  - at: 1s\n    crash: { broker: 1 }\n")),
        (
            "ks108_circle",
            fault(
                "  - name: a\n    when: { fault b: started }\n    crash: broker 1\n  - name: b\n    when: { fault a: started }\n    stop: broker 2\n",
            ),
        ),
        (
            "ks108_no_end",
            fault("  - name: a\n    at: 1s\n    crash: broker 1\n  - when: { fault a: ended }\n    stop: broker 2\n"),
        ),
        (
            "ks111_same_fault",
            fault("  - name: a\n    at: 1s\n    crash: broker 1\n  - name: a\n    at: 2s\n    stop: broker 2\n"),
        ),
        ("ks117_unknown_fault", fault("  - when: { fault outage: ended }\n    crash: broker 1\n")),
        ("ks117_at_and_when", fault("  - at: 5s\n    when: { broker 1: fenced }\n    crash: broker 2\n")),
        (
            "ks118_offsets_topic",
            with("brokers: 3", "brokers: 1").replace("replication.factor: 3", "replication.factor: 1"),
        ),
        ("ks119_unknown_version", with("duration: 60s", "kafka.version: 4.5\nduration: 60s")),
        ("ks119_patch", with("duration: 60s", "kafka.version: 4.1.2\nduration: 60s")),
        ("ks119_before", with("duration: 60s", "kafka.version: 3.9\nduration: 60s")),
        (
            "ks001_of_a_later_version",
            broker("group.coordinator.background.threads: 4").replace("duration:", "kafka.version: 4.2\nduration:"),
        ),
        ("ks001_of_an_earlier_version", broker("group.share.max.groups: 20")),
        (
            "ks120_transaction_topic",
            transaction("").replace("brokers: 3", "brokers: 1").replace("factor: 3", "factor: 1"),
        ),
        ("ks120_min_isr", transaction("").replace("brokers: 3", "config: { transaction.state.log.min.isr: 4 }")),
        ("ks111_topic_of_transactions", with("  orders:", "  __transaction_state: {}\n  orders:")),
        ("ks201_out_of_range", broker("min.insync.replicas: 0")),
        (
            "ks201_of_a_later_version",
            broker("group.coordinator.append.linger.ms: -1").replace("duration:", "kafka.version: 4.1\nduration:"),
        ),
        (
            "ks201_of_an_earlier_version",
            with("partitions: 6", "segment.bytes: 1000").replace("duration:", "kafka.version: 4.1\nduration:"),
        ),
        ("ks201_with_a_unit", producer("linger.ms: 5ms")),
        ("ks201_not_a_word", producer("acks: al")),
        ("ks202_idempotence", producer("acks: 1, enable.idempotence: true")),
        ("ks202_transactions", transaction("enable.idempotence: false, ")),
        ("ks202_transactions_switched_off", transaction("acks: 1, ")),
        ("ks203_in_flight", producer("max.in.flight.requests.per.connection: 6")),
        ("ks204_delivery_timeout", producer("delivery.timeout.ms: 10000")),
        ("ks204_raised", producer("request.timeout.ms: 200000")),
        ("ks205_heartbeat", consumer("heartbeat.interval.ms: 45000")),
        ("ks206_session_timeout", consumer("session.timeout.ms: 5000")),
        ("ks207_fetch_sizes", consumer("fetch.min.bytes: 100, fetch.max.bytes: 50")),
        ("ks208_idempotence_off", producer("acks: 1")),
        ("ks209_collision", with("  orders:", "  my.orders: {}\n  my_orders: {}\n  orders:")),
        ("ks210_broker_timeouts", broker("replica.lag.time.max.ms: 400")),
        ("ks210_heartbeats", broker("broker.heartbeat.interval.ms: 9000")),
        ("ks206_default_session", broker("group.min.session.timeout.ms: 60000")),
        ("ks220_buffer", producer("buffer.memory: 1000")),
        ("ks221_record_too_large", producer("max.request.size: 20")),
        ("ks201_partitioner_of_another_client", producer("partitioner.class: consistent_random")),
        ("ks227_acks_as_text", client(&producer("acks: all"), "kafkajs-2.2")),
        ("ks228_not_of_the_client", client(&producer("linger.ms: 5"), "kafkajs-2.2")),
        ("ks005_no_client", client(&producer("acks: all"), "kafkajs")),
        ("ks222_forgotten", broker("producer.id.expiration.ms: 10000")),
        ("ks223_group_size", broker("group.max.size: 2")),
        ("ks224_no_id", with("rate: 1000/s", "rate: 1000/s, transaction: { records: 10 }")),
        ("ks224_no_transaction", producer("transactional.id: ledger")),
        ("ks224_commit", with("members: 3", "members: 3, commit: in-transaction")),
        ("ks225_timeout", transaction("transaction.timeout.ms: 900001, ")),
        (
            "ks225_default_timeout",
            transaction("").replace("brokers: 3", "config: { transaction.max.timeout.ms: 10000 }"),
        ),
        ("ks226_shared", transaction("").replace("rate: 1000/s", "count: 2, rate: 1000/s")),
        ("ks201_isolation", consumer("isolation.level: read_commited")),
        ("ks201_isolation_of_java", consumer("isolation.level: READ_COMMITTED")),
        ("ks005_transactional_id", transaction("").replace("ledger", "\"my {n}\"")),
        (
            "ks107_memory",
            with("partitions: 6, replication.factor: 3", "partitions: 19900")
                .replace("brokers: 3", "brokers: 100")
                .replace("members: 3", "members: 1000"),
        ),
        (
            "ks107_events",
            with("duration: 60s", "duration: 168h")
                .replace("1000/s", "1/s")
                .replace("brokers: 3", "brokers: 100\n  config: { replica.fetch.wait.max.ms: 1 }"),
        ),
        ("ks005_span", fault("  - at: 3s\n    clog: { from: broker 1, to: others, for: 9223372036854775807ns }\n")),
        ("ks112_delete_topic", fault("  - at: 1s\n    delete.topic: orders\n")),
        ("ks112_static_config", fault("  - at: 1s\n    set.config: { topic: orders, segment.ms: 1000 }\n")),
        ("ks110_partitions", fault("  - at: 1s\n    add.partitions: { topic: orders, to: 6 }\n")),
        ("ks113_created_twice", fault("  - at: 1s\n    create.topic: orders\n")),
        ("ks110_member_stops", with("members: 3", "members: [ { start: 5s, stop: 4s }, { topics: [order] } ]")),
        // What people write who come from elsewhere.
        (
            "ks001_image_names",
            broker("KAFKA_MIN_INSYNC_REPLICAS: 2, KAFKA_CFG_NUM_PARTITIONS: 3, minInsyncReplicas: 2"),
        ),
        (
            "ks001_other_clients",
            producer("request.required.acks: 1, queue.buffering.max.ms: 5, maxInFlightRequests: 1, linger_ms: 3"),
        ),
        ("ks001_nested", with("partitions: 6,", "partitions: 6, min: { insync: { replicas: 2 } }, ")),
        (
            "ks001_one_level_too_high",
            with("rate: 1000/s", "rate: 1000/s, acks: all")
                .replace("members: 3", "members: 3, auto.offset.reset: earliest")
                .replace("brokers: 3", "brokers: 3\n  min.insync.replicas: 2")
                .replace("partitions: 6,", "partitions: 6, config: { min.insync.replicas: 2 },"),
        ),
        ("ks001_scenario_keys", with("groups:", "consumers:").replace("expect:", "expectations:")),
        ("ks001_no_such_action", fault("  - at: 1s\n    explode: broker 1\n")),
        ("ks002_list_of_topics", with("  orders: { partitions: 6, replication.factor: 3 }", "  - orders")),
        ("ks002_processing", with("members: 3", "members: 3, processing: 5ms")),
        ("ks002_bare_invariant", with("acked-all-durable: holds", "acked-all-durable")),
        ("ks005_milliseconds", with("60s", "60000")),
        ("ks005_broker_number", fault("  - at: 1s\n    crash: { broker: 1 }\n")),
        ("ks006_no_break_space", with("  orders: {", "\u{a0}\u{a0}orders: {")),
        ("ks006_colon", with("name: base", "name: base\nsummary: The leader dies: nothing is lost")),
        ("ks201_typographic_quotes", producer("acks: “all”")),
        ("ks201_offset_reset", consumer("auto.offset.reset: smallest")),
        ("ks201_boolean", consumer("enable.auto.commit: yes")),
    ]
}

macro_rules! snapshot {
    ($name:expr, $text:expr) => {
        insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("diagnostic_{}", $name), $text);
        })
    };
}

#[test]
fn each_kind_of_diagnostic() {
    let mut seen = BTreeSet::new();
    for (name, text) in cases() {
        let list = findings(&text, &[]);
        seen.extend(list.iter().map(|d| d.code));
        assert!(list.iter().any(|d| d.code.eq_ignore_ascii_case(&name[..5])), "{name}: {list:?}");
        assert!(list.iter().all(|d| d.place.is_some() || d.code == codes::EMPTY), "{name} has no place");
        snapshot!(name, render_all(&list, false));
    }
    // Those of files as a whole and of `--set` have tests of their own, and so have those of lessons (`tests/school.rs`).
    let elsewhere = ["KS010", "KS011", "KS012", "KS013", "KS014", "KS016", "KS017", "KS018", "KS019"];
    let elsewhere = |code: &&str| elsewhere.contains(code) || code.starts_with("KS3");
    let missing: Vec<&str> = codes::ALL.iter().map(|c| c.code).filter(|c| !seen.contains(c) && !elsewhere(c)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

#[test]
fn all_mistakes_at_once() {
    let text = BASE
        .replace("60s", "60")
        .replace("topic: orders", "topic: order")
        .replace("at: 12s", "at: 12m")
        .replace("orders-0", "orders-9");
    let codes: Vec<&str> = findings(&text, &[]).iter().map(|d| d.code).collect();
    assert_eq!(codes, [codes::MALFORMED, codes::UNKNOWN_TOPIC, codes::UNKNOWN_PARTITION]);
    snapshot!("all_at_once", render_all(&findings(&text, &[]), false));
}

#[test]
fn files_that_are_no_text() {
    let code = |bytes: &[u8]| ScenarioText::from_bytes("x.yaml", bytes).unwrap_err().code;
    assert_eq!(code(b"name: \xff"), codes::NOT_UTF8);
    assert_eq!(code(&vec![b' '; super::MAX_BYTES + 1]), codes::TOO_LARGE);
    assert_eq!(ScenarioText::from_bytes("x.yaml", "\u{feff}name: x".as_bytes()).unwrap().text, "name: x");
}

#[test]
fn overrides_change_what_they_name() {
    let acks = |set: &[&str]| ok(BASE, set).world().producers().next().expect("one").1.config.acks;
    assert_eq!(acks(&["producers.checkout.config.acks=1"]), Acks::One);
    assert_eq!(acks(&["producers.*.config.acks=0"]), Acks::Zero);
    assert_eq!(acks(&["producers.checkout.config={acks: 1}"]), Acks::One);
    let world = ok(
        BASE,
        &[
            "cluster.config.min.insync.replicas=2",
            "topics.orders.replication.factor=2",
            "topics.orders.unclean.leader.election.enable=true",
        ],
    )
    .world()
    .clone();
    assert_eq!(world.brokers[0].min_insync_replicas, 2);
    assert_eq!(world.topics[0].replication_factor, 2);
    assert_eq!(
        (world.topics[0].config.min_insync_replicas, world.topics[0].config.unclean_leader_election_enable),
        (2, true)
    );
    let scenario = ok(
        BASE,
        &[
            "seed=9",
            "faults.0.at=20s",
            "faults.0.crash.restart.after=1s",
            "groups.billing.members=5",
            "network.latency.p50=1ms",
            "network.latency.p99=2ms",
        ],
    );
    assert_eq!((scenario.seed, scenario.world().consumers().count()), (9, 5));
    assert_eq!(scenario.world().faults[0].trigger, Trigger::At(Nanos::from_secs(20)));
    assert_eq!(
        ok(BASE, &["producers.checkout.rate.poisson=5/s"]).world().sources().next().expect("one").1.arrivals.clone(),
        Arrivals::Poisson { records: 5, per: Nanos::from_secs(1) }
    );
    assert_eq!(ok(BASE, &["groups.billing.topics.0=orders", "expect=null"]).expect, []);
}

#[test]
fn overrides_that_fit_nothing() {
    let sets = [
        "seed",
        "producers.chekout.config.acks=1",
        "producers.checkout.config.ackss=1",
        "faults.3.at=1s",
        "duration.x=1",
        "seed=[",
        "=5",
        "cluster.broker=5",
        "topics.orders.partitions=many",
        "producers.checkout.rate=",
        "tags.*=x",
    ];
    let list = findings(BASE, &sets);
    assert!(list.iter().all(|d| d.place.as_ref().is_some_and(|place| place.file == "--set")));
    assert!(list.iter().any(|d| d.code == codes::BAD_OVERRIDE));
    snapshot!("ks010_overrides", render_all(&list, false));
}

#[test]
fn a_long_line_is_cut_and_its_column_is_right() {
    let text = with("rate: 1000/s", &format!("value.size: 100 B,{}rate: 1000", " ".repeat(500)));
    let list = findings(&text, &[]);
    let place = list[0].place.as_ref().unwrap();
    assert_eq!((place.line, place.column), (8, 554));
    assert!(list[0].render(false).contains("scenarios/base.yaml:8:554"), "{}", list[0].render(false));
}

#[test]
fn faults_become_actions() {
    let text = fault(
        "  - { at: 1s, crash: { broker: [broker 1, leader of orders-2], restart.after: 2s } }
  - { every: 5s, times: 3, stop: coordinator of billing }
  - { at: 2s, every: 5s, pause: { process: [producer checkout, group billing], for: 1s } }
  - { when: { lag of billing: above 1000 }, after: 3s, delay: 1s, power.loss: all brokers }
  - { at: 3s, partition: { between: [[broker 1], [broker 2, member of billing], others] } }
  - { at: 3s, cut: { from: random broker, to: active controller, for: 2s } }
  - { at: 3s, block.connects: { from: checkout-0, to: others } }
  - { at: 3s, slow.link: { between: [follower of orders-0, others], factor: 10, for: 9s } }
  - { at: 3s, clog: { from: broker 1, to: broker 2, for: 9s } }
  - { at: 3s, reset.connections: { between: [broker 1, others] } }
  - { at: 3s, disk.stall: { broker: broker 1, for: 1s } }
  - { at: 3s, disk.slow: { broker: broker 1, factor: 3 } }
  - { at: 3s, disk.full: broker 2 }
  - { when: { leader of orders-0: none }, disk.fail: broker 3 }
  - { at: between 3s and 5s, start: billing-0 }
  - { at: 3s, delay.link: { from: broker 1, to: others, by: 200ms } }
  - { at: 3s, narrow.link: { from: broker 1, to: others, bandwidth: 1 MiB/s, for: 2s } }
  - { at: 3s, hold.requests: { api: [Produce, Fetch], from: others, to: broker 1, for: 2s } }
  - { at: 3s, drop.requests: { api: Heartbeat, from: group billing, to: all brokers } }
  - { at: 3s, hold.answers: { api: Metadata, from: all brokers, to: checkout-0, for: 2s } }
  - { at: 3s, drop.answers: { api: Produce, from: broker 1, to: producer checkout } }
  - { at: 3s, disk.read.errors: broker 1 }
  - { at: 3s, disk.lying.flush: { broker: broker 1, for: 9s } }
",
    );
    let faults = ok(&text, &[]).world().faults.clone();
    let secs = Nanos::from_secs;
    assert_eq!(
        faults[0].action,
        Action::Crash {
            targets: vec![Target::Node(NodeId(0)), Target::LeaderOf(Tp(2))],
            restart_after: Some(secs(2).into())
        }
    );
    assert_eq!(faults[1].trigger, Trigger::Every { first: secs(5).into(), every: secs(5).into(), times: Some(3) });
    assert_eq!(
        faults[1].action,
        Action::Stop { targets: vec![Target::CoordinatorOf(GroupId(0))], restart_after: None }
    );
    assert_eq!(faults[2].trigger, Trigger::Every { first: secs(2).into(), every: secs(5).into(), times: None });
    let clients = (5..9).map(|node| Target::Node(NodeId(node))).collect();
    assert_eq!(faults[2].action, Action::Pause { targets: clients, duration: secs(1).into() });
    assert_eq!(
        faults[3].trigger,
        Trigger::When { condition: Condition::LagAbove(GroupId(0), 1000), after: secs(3), delay: secs(1).into() }
    );
    assert_eq!(
        faults[13].trigger,
        Trigger::When { condition: Condition::Leaderless(Tp(0)), after: Nanos::ZERO, delay: Nanos::ZERO.into() }
    );
    let actions: Vec<String> = faults.iter().map(|f| format!("{:40} {:?}", f.label, f.action)).collect();
    snapshot!("faults", actions.join("\n"));
}

#[test]
fn conditions_are_read() {
    let condition = |text: &str| match &ok(&fault(&format!("  - {{ when: {{ {text} }}, crash: broker 1 }}\n")), &[])
        .world()
        .faults[0]
        .trigger
    {
        Trigger::When { condition, .. } => condition.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(condition("lag of billing: below 10"), Condition::LagBelow(GroupId(0), 10));
    assert_eq!(condition("isr of orders-1: at most 1"), Condition::IsrAtMost(Tp(1), 1));
    assert_eq!(condition("isr of orders-1: at least 2"), Condition::IsrAtLeast(Tp(1), 2));
    assert_eq!(condition("leader of orders-1: broker 2"), Condition::LeaderIs(Tp(1), BrokerId(2)));
    assert_eq!(condition("group billing: stable"), Condition::GroupStable(GroupId(0)));
    assert_eq!(condition("acked of orders-1: at least 7"), Condition::AckedAtLeast(Tp(1), 7));
    assert_eq!(condition("unreplicated of orders-1: at least 7"), Condition::UnreplicatedAtLeast(Tp(1), 7));
    assert_eq!(condition("broker 2: fenced"), Condition::Fenced(BrokerId(2)));
    assert_eq!(condition("broker 2: unfenced"), Condition::Unfenced(BrokerId(2)));
}

#[test]
fn clients_become_specs() {
    let text = "
name: clients
duration: 60s
topics: { orders: { partitions: 2 }, audit: {} }
producers:
  a: { topic: audit, count: 2, rate: { bursts: { size: 10, every: 1s } }, keys: { round.robin: { count: 3 } }, value.size: { uniform: { min: 1 KiB, max: 2 KiB } }, poison.every: 5, limit: 7, start: 1s, stop: 2s }
  b: { topic: orders, rate: { steps: [{ at: 0s, rate: 1/s }, { at: 5s, rate: 9/m }] }, keys: { zipf: { count: 5, exponent: 1.5 } } }
groups:
  g: { topics: [audit, orders], commit: async-after-batch, on.poison: { retry: { pause: 3s } }, processing: { per.record: { uniform: { min: 1us, max: 2us } } }, start: 4s }
  h: { topics: orders, config: { enable.auto.commit: false }, on.poison: dead-letter, processing: { per.record: { exponential: { mean: 2ms } } } }
";
    let world = ok(text, &[]).world().clone();
    let sources: Vec<_> = world.sources().collect();
    let (node, a) = sources[0];
    assert_eq!(world.catalog.node_name(node), "a-0");
    assert_eq!(
        (a.arrivals.clone(), a.keys.clone()),
        (Arrivals::Bursts { size: 10, every: Nanos::from_secs(1) }, Keys::RoundRobin { count: 3 })
    );
    assert_eq!((a.value_size, a.poison_every, a.limit), (ValueSize::Uniform(1024, 2048), Some(5), Some(7)));
    assert_eq!((a.start, a.stop), (Nanos::from_secs(1), Some(Nanos::from_secs(2))));
    let b = sources[2].1;
    assert_eq!(
        b.arrivals,
        Arrivals::Steps(vec![(Nanos::ZERO, 1, Nanos::from_secs(1)), (Nanos::from_secs(5), 9, Nanos::from_secs(60))])
    );
    let loops: Vec<_> = world.loops().collect();
    let (g, h) = (loops[0].1, loops[1].1);
    assert_eq!(
        (g.commit, g.consumer.config.enable_auto_commit, g.consumer.topics.len()),
        (CommitMode::AsyncAfterBatch, false, 2)
    );
    assert_eq!((h.commit, h.on_poison), (CommitMode::SyncAfterBatch, PoisonPolicy::DeadLetter));
    assert_eq!(
        (g.on_poison, h.per_record),
        (PoisonPolicy::Retry { pause: Nanos::from_secs(3) }, Distribution::Exponential { mean: Nanos::from_millis(2) })
    );
    let names: Vec<&str> = world.catalog.nodes.iter().map(|n| n.name.as_str()).collect();
    assert_eq!(
        names,
        ["broker 1", "broker 2", "broker 3", "controller 100", "admin", "a-0", "a-1", "b-0", "g-0", "h-0"]
    );
    assert_eq!(world.catalog.tp_name(Tp(3)), "__consumer_offsets-0");
}

#[test]
fn kafka_switches_defaults() {
    let config = |text: &str| ok(&producer(text), &[]).world().producers().next().expect("one").1.config.clone();
    assert!(config("acks: all").enable_idempotence);
    assert!(!config("acks: 1").enable_idempotence);
    assert!(!config("retries: 0").enable_idempotence);
    assert!(!config("enable.idempotence: false, max.in.flight.requests.per.connection: 10").enable_idempotence);
    assert_eq!(config("request.timeout.ms: 200000").delivery_timeout, Nanos::from_millis(200_005));
    // More than five in flight is an error since 4.0, even where acks would have switched idempotence off.
    assert!(
        findings(&producer("acks: 1, max.in.flight.requests.per.connection: 6"), &[])
            .iter()
            .any(|d| d.code == codes::TOO_MANY_IN_FLIGHT)
    );
}

#[test]
fn explicit_replicas() {
    let world = ok(&with("partitions: 6, replication.factor: 3", "replicas: [[1, 2], [3, 1]]"), &[]).world().clone();
    assert_eq!(world.topics[0].replication_factor, 2);
    assert_eq!(world.topics[0].assignment[1].to_string(), "[3,1]");
    assert_eq!(world.catalog.topics[0].partitions, 2);
}

#[test]
fn expectations() {
    let scenario =
        ok(&with("acked-all-durable: holds", "acked-all-durable: not-promised\n  - sometimes: truncation"), &[]);
    let invariant = Expectation::Invariant { id: "acked-all-durable", outcome: ExpectedOutcome::NotPromised };
    assert_eq!(scenario.expect, [invariant, Expectation::Sometimes("truncation")]);
}

#[test]
fn the_library_and_the_starter_are_sound() {
    for (name, _) in embedded::all() {
        let source = embedded::find(name).unwrap();
        let (scenario, warnings) =
            parse(&source, &[]).unwrap_or_else(|findings| panic!("{}", render_all(&findings, false)));
        assert_eq!(scenario.name, name, "a file is named after its scenario");
        assert!(!scenario.summary.is_empty(), "{name} has no summary");
        // Two show what one is warned of.
        let meant = |code| match name {
            "zombie-fenced" => code == codes::SHARED_TRANSACTIONAL_ID,
            "producer-state-expiry" => code == codes::PRODUCER_FORGOTTEN,
            _ => false,
        };
        let usual = |code| [codes::IDEMPOTENCE_OFF, codes::UNLIKE_CLIENT].contains(&code);
        let unexpected: Vec<_> = warnings.iter().filter(|d| !usual(d.code) && !meant(d.code)).collect();
        assert!(unexpected.is_empty(), "{name}: {unexpected:?}");
    }
    let (scenario, warnings) = parsed(&starter::starter("mine").unwrap(), &[]).unwrap();
    assert_eq!((scenario.name.as_str(), warnings.len()), ("mine", 0));
    assert_eq!(starter::starter("../x").unwrap_err().code, codes::BAD_NAME);
    assert_eq!(embedded::suggest("leadercrash"), Some("leader-crash"));
}

#[test]
fn merge_keys_are_taken() {
    let text = with(
        "  orders: { partitions: 6, replication.factor: 3 }",
        "  orders: &topic { partitions: 6, replication.factor: 3 }
  audit: { <<: *topic, min.insync.replicas: 2 }
  small: { <<: [{ partitions: 1 }, *topic] }",
    );
    let world = ok(&text, &[]).world().clone();
    let partitions: Vec<u32> = world.catalog.topics.iter().take(3).map(|t| t.partitions).collect();
    assert_eq!(partitions, [6, 6, 1]);
    assert_eq!((world.topics[1].config.min_insync_replicas, world.topics[2].replication_factor), (2, 3));
}

#[test]
fn booleans_in_any_case() {
    let world = ok(&producer("enable.idempotence: False"), &["topics.orders.unclean.leader.election.enable=TRUE"])
        .world()
        .clone();
    assert!(!world.producers().next().expect("one").1.config.enable_idempotence);
    assert!(world.topics[0].config.unclean_leader_election_enable);
}

#[test]
fn json_has_what_the_text_has() {
    snapshot!("as_json", super::diagnostic::to_json(&findings(&with("brokers: 3", "brokers: 101"), &[])));
}

/// [`BASE`] with other expectations.
fn expecting(text: &str) -> String {
    with("  - acked-all-durable: holds\n", text)
}

#[test]
fn questions_are_read() {
    let text = expecting(
        "  - { at: 70s, leader of orders-0: broker 2, isr of orders-1: [1, 3], high watermark of orders-0: at least 5 }
  - { at: end, group billing: stable, offset of billing on orders-2: between 5 and 9, broker 3: unfenced }
  - never: unclean-election
  - leader-elected: once
  - rebalance: { times: at most 3 times, between: 40s and 45s }
  - fact: { name: PartitionChanged, tp: orders-3, leader: broker 2, election: Clean, isr: [2, 3], times: twice, after: 5s }
  - fact: { name: BatchFailed, node: checkout-0, error: request_timed_out, count: at least 2, created: below 5s }
  - leaders of orders-0: [1, none, broker 2]
  - isr of orders-0: [[1, 2], [2]]
  - stall: below 2s
  - stall: { of: orders-4, longest: at most 5s }
  - latency: { p99: below 50ms, max: at most 2s }
  - end.to.end: { p50: below 1s }
  - errors: { of: checkout, REQUEST_TIMED_OUT: at least 1, others: 0 }
  - ledger: { of: producer checkout, lost.after.ack: 0 }
  - ledger: { of: group billing, processed.again: at most 7 }
",
    );
    let scenario = ok(&text, &[]);
    let lines: Vec<String> = scenario.expect.iter().map(|expectation| format!("{expectation:?}")).collect();
    snapshot!("expectations", lines.join("\n"));
}

#[test]
fn questions_that_cannot_be_asked() {
    let list = findings(
        &expecting(
            "  - { at: 70, leader of orders-0: brokr 2, isr of orders-9: 5, lag of billing: low, colour of orders-0: red }
  - at: 5s
  - leader of orders-0: broker 2
  - never: no-such-thing
  - leader-elected: sometimes
  - rebalance: { times: once, between: 45s and 40s, befor: 5s }
  - fact: { name: PartitionChangd }
  - fact: { name: PartitionChanged, tp: orders, election: Dirty, colour: red }
  - leaders of orders-0: [1, 1]
  - isr of orders-0: [1, 2]
  - stall: { of: biling, longest: 5 }
  - latency: { p98: below 50ms }
  - errors: { TIMED_OUT: 1 }
  - ledger: { of: group billing, sent: 5 }
  - ledger: { of: orders-0, sent: \">= 5\" }
  - no-loss: true
",
        ),
        &[],
    );
    snapshot!("ks116_questions", render_all(&list, false));
}

#[test]
fn administrators_come_last_and_topics_grow() {
    let text = fault(
        "  - { at: 1s, add.partitions: { topic: orders, to: 9 } }
  - { at: 2s, create.topic: audit }
  - { at: 3s, set.config: { topic: orders, min.insync.replicas: 2 } }
  - { at: 4s, elect.leaders: { election: unclean, partition: orders-8 } }
  - { at: 5s, abort.transaction: orders-0 }
",
    )
    .replace("  orders:", "  audit: { create: later, replication.factor: 2 }\n  orders:");
    let world = ok(&text, &[]).world().clone();
    let names: Vec<&str> = world.catalog.nodes.iter().rev().take(5).map(|n| n.name.as_str()).collect();
    assert_eq!(names, ["admin 6", "admin 5", "admin 4", "admin 3", "admin 2"]);
    assert_eq!(world.topics.len(), 1, "audit is not made at the start");
    assert_eq!((world.topics[0].partitions, world.catalog.topics[1].partitions), (6, 9));
    let faults: Vec<String> = world.faults.iter().map(|f| format!("{} {:?}", f.label, f.action)).collect();
    let tasks: Vec<String> = world.operations.iter().map(|operation| format!("{:?}", operation.task)).collect();
    snapshot!("administration", [faults, tasks].concat().join("\n"));
}

#[test]
fn members_that_differ() {
    let text = with(
        "billing: { topics: [orders], members: 3 }",
        "billing: { topics: [orders], config: { max.poll.records: 10 }, \
         members: [ { count: 2 }, { start: 20s, stop: 30s, config: { session.timeout.ms: 10000 } } ] }",
    );
    let world = ok(&text, &[]).world().clone();
    let members: Vec<_> = world
        .loops()
        .map(|(_, spec)| (spec.start, &spec.consumer.config))
        .map(|(start, config)| (start, config.max_poll_records, config.session_timeout))
        .collect();
    let (plain, late) = ((Nanos::ZERO, 10, Nanos::from_secs(45)), (Nanos::from_secs(20), 10, Nanos::from_secs(10)));
    assert_eq!(members, [plain, plain, late]);
    let stop = world.faults.last().expect("the stop of the third");
    assert_eq!((stop.label.as_str(), &stop.trigger), ("stop billing-2", &Trigger::At(Nanos::from_secs(30))));
}

/// A scenario with two variants.
fn varied() -> String {
    BASE.to_owned()
        + "variants:
  acks1:
    summary: One answer.
    teaches: Not safe.
    set: { producers.*.config.acks: 1, 'groups.billing.members': 2, faults.0.at: 20s }
    expect:
      - acked-all-durable: not promised
  longer: { set: { duration: 90s } }
"
}

fn variant(text: &str, name: &str, set: &[&str]) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    let overrides: Vec<Override> = set.iter().map(|text| Override::new(*text)).collect();
    parse_variant(&ScenarioText::new("scenarios/base.yaml", text), Some(name), &overrides)
}

#[test]
fn a_variant_sets_values_and_brings_its_own_words_and_expectations() {
    let plain = ok(&varied(), &[]);
    assert_eq!((plain.variant.as_deref(), plain.world().consumers().count()), (None, 3));
    let names: Vec<&str> = plain.variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["acks1", "longer"]);
    assert_eq!(plain.variants[1].sets, ["duration=90s"]);

    let (acks1, _) = variant(&varied(), "acks1", &[]).expect("valid");
    assert_eq!((acks1.summary.as_str(), acks1.teaches.as_str()), ("One answer.", "Not safe."));
    assert_eq!(acks1.variant.as_deref(), Some("acks1"));
    assert_eq!(acks1.world().consumers().count(), 2);
    assert_eq!(acks1.world().producers().next().expect("one").1.config.acks, Acks::One);
    assert_eq!(acks1.world().faults[0].trigger, Trigger::At(Nanos::from_secs(20)));
    assert_eq!(
        acks1.expect,
        [Expectation::Invariant { id: "acked-all-durable", outcome: ExpectedOutcome::NotPromised }]
    );

    // What it does not say it has from the scenario.
    let (longer, _) = variant(&varied(), "longer", &[]).expect("valid");
    assert_eq!((longer.duration(), &longer.expect), (Nanos::from_secs(90), &plain.expect));
}

#[test]
fn what_the_user_sets_comes_after_the_variant() {
    let (changed, _) = variant(&varied(), "longer", &["duration=70s"]).expect("valid");
    assert_eq!(changed.duration(), Nanos::from_secs(70));
    assert_eq!(changed.changes, [Override::new("duration=70s")]);
}

#[test]
fn mistakes_in_a_variant_are_shown_where_they_stand() {
    let text = |findings: Vec<Diagnostic>| render_all(&findings, false);
    let mut shown = text(variant(&varied(), "ack1", &[]).expect_err("unknown"));
    shown += &text(variant(BASE, "cure", &[]).expect_err("none"));
    let broken = varied().replace("producers.*.config.acks: 1", "producers.*.config.ackss: 1");
    shown += &text(variant(&broken, "acks1", &[]).expect_err("no such config"));
    let lost = varied().replace("'groups.billing.members': 2", "'groups.biling.members': 2");
    shown += &text(variant(&lost, "acks1", &[]).expect_err("no such group"));
    // Whoever lints the scenario hears of its variants as well; whoever runs it does not.
    assert!(parsed(&broken, &[]).is_ok());
    shown += &text(lint(&ScenarioText::new("scenarios/base.yaml", broken), &[]));
    shown += &text(findings(&varied().replace("set: { duration: 90s }", "set: {}, exspect: []"), &[]));
    snapshot!("mistakes_in_a_variant", shown);
}

#[test]
fn a_whole_entry_can_be_added() {
    let scenario = ok(BASE, &["groups.audit={topics: [orders]}"]);
    assert_eq!(scenario.world().catalog.groups, ["billing", "audit"]);
    // A part of an entry that is not there is a slip.
    snapshot!(
        "a_slip_is_no_new_entry",
        render_all(&findings(BASE, &["groups.biling.members=2", "producers.chekout.config={}"]), false)
    );
}

#[test]
fn a_fault_can_be_added() {
    let with =
        |text: &str, fault: &str| parse(&ScenarioText::new("scenarios/base.yaml", text), &[Override::fault(fault)]);
    let (scenario, _) = with(BASE, "at: 5s, crash: { broker: broker 1 }").expect("valid");
    let triggers: Vec<Trigger> = scenario.world().faults.iter().map(|f| f.trigger.clone()).collect();
    assert_eq!(triggers, [Trigger::At(Nanos::from_secs(12)), Trigger::At(Nanos::from_secs(5))]);
    let calm = fault("").replace("faults:\n", "");
    assert_eq!(with(&calm, "{ at: 5s, crash: { broker: broker 1 } }").expect("valid").0.world().faults.len(), 1);
    snapshot!(
        "a_bad_fault_on_the_command_line",
        render_all(&with(BASE, "at: 5s, crush: { broker: broker 1 }").expect_err("no such action"), false)
    );
}

#[test]
fn control_characters_of_a_text_reach_nobody() {
    let scenario = ok(&BASE.replace("duration", "summary: \"a\\e[31mred\\x07\\u202etext\"\nduration"), &[]);
    assert_eq!(scenario.summary, "a\u{fffd}[31mred\u{fffd}\u{fffd}text");
}

/// `producers` and `groups` are short forms: what `apps` says at length is the same world.
#[test]
fn apps_say_at_length_what_producers_and_groups_say() {
    let short = "\
producers:
  checkout: { topic: orders, count: 2, rate: 1000/s, keys: { uniform: { count: 9 } }, limit: 50, start: 1s, stop: 9s, config: { acks: 1 } }
groups:
  billing: { topics: [orders], members: 3, commit: never, on.poison: skip, processing: { per.record: 1ms }, stop: 40s, config: { max.poll.records: 7 } }
";
    let long = "\
apps:
  checkout:
    count: 2
    producer: { topic: orders, config: { acks: 1 } }
    sends: { rate: 1000/s, keys: { uniform: { count: 9 } }, limit: 50 }
    start: 1s
    stop: 9s
  billing:
    count: 3
    consumer: { topics: [orders], config: { max.poll.records: 7 } }
    commit: never
    on.poison: skip
    processing: { per.record: 1ms }
    stop: 40s
";
    let (head, tail) = BASE.split_once("producers:").expect("the base has producers");
    let (_, tail) = tail.split_once("faults:").expect("and faults");
    let world = |clients: &str| {
        let world = ok(&format!("{head}{clients}faults:{tail}"), &[]).world().clone();
        format!("{:?} {:?} {:?}", world.applications, world.catalog, world.faults)
    };
    assert_eq!(world(short), world(long));
}

/// Keys that the clients of an application have no use for, and calls that could never be made.
#[test]
fn applications_that_cannot_be() {
    let app = |app: &str| format!("{BASE}apps:\n  copy: {app}\n");
    let said = |app: &str| findings(app, &[]).iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("; ");
    let (consumer, producer) = ("consumer: { topics: [orders] }", "producer: { topic: orders }");
    for (text, expected) in [
        ("{ count: 2 }".into(), "an application without clients"),
        (format!("{{ {producer} }}"), "`rate` is missing"),
        (format!("{{ {producer}, sends: {{ rate: 1/s }}, commit: never }}"), "`commit` without a `consumer`"),
        (
            format!("{{ {consumer}, sends: {{ rate: 1/s }} }}"),
            "`sends` beside a `consumer`: such an application sends for what it reads",
        ),
        (
            format!("{{ {consumer}, forwards: {{ on.failure: log }} }}"),
            "`forwards` without both a `consumer` and a `producer`",
        ),
        (
            format!("{{ {consumer}, {producer}, on.poison: {{ dead-letter: {{ topic: orders }} }} }}"),
            "`dead-letter` beside a `producer`: a process has one producer yet",
        ),
        (
            format!("{{ {consumer}, {producer}, processing: {{ thread: worker }} }}"),
            "an application with both clients works on the thread that polls",
        ),
        (format!("{{ {consumer}, steps: [ {{ at: 5s }} ] }}"), "a step is one call"),
        (
            format!("{{ {consumer}, steps: [ {{ at: 50s, pause: {{ partitions: [orders-0], for: 10s }} }} ] }}"),
            "resume() comes after the end",
        ),
        (
            format!("{{ {consumer}, steps: [ {{ at: 50s, seek: {{ partition: orders-9, offset: 0 }} }} ] }}"),
            "there is no partition 9 of `orders`",
        ),
        (format!("{{ {consumer}, {producer} }}"), ""),
    ] {
        assert_eq!(said(&app(&text)), expected, "{text}");
    }
}

/// Whoever names the same group.id is in the same group, as a section of `groups` or as an application.
#[test]
fn a_group_id_is_the_name_of_the_group() {
    let text = with("members: 3", "config: { group.id: shared }");
    let text = format!("{text}apps:\n  audit: {{ consumer: {{ topics: [orders], group: shared }} }}\n");
    let world = ok(&text, &[]).world().clone();
    assert_eq!(world.catalog.groups, ["shared"]);
    assert!(world.consumers().all(|(_, consumer)| consumer.group.index() == 0), "{:?}", world.applications);
}

/// The base scenario, with a client for its producer.
fn client(text: &str, client: &str) -> String {
    let line = text.lines().find(|line| line.contains("topic: orders")).expect("a producer").to_owned();
    let with = line.replacen("topic: orders", &format!("client: {client}, topic: orders"), 1);
    text.replacen(&line, &with, 1)
}

#[test]
fn every_row_of_every_preset_is_what_its_client_runs_with() {
    use crate::protocol::client_preset::ClientPreset;
    use crate::protocol::config::ConfigScope;
    for preset in ClientPreset::ALL {
        let text = format!(
            "{{name: c, duration: 10s, topics: {{orders: {{}}, invoices: {{}}}}, \
             producers: {{p: {{topic: orders, rate: 10/s, client: {preset}}}}}, \
             groups: {{g: {{topics: [orders], client: {preset}}}}}, \
             apps: {{a: {{consumer: {{topics: [orders]}}, producer: {{topic: invoices}}, client: {preset}}}}}}}"
        );
        let (scenario, warnings) = parsed(&text, &[]).unwrap();
        assert!(warnings.iter().all(|d| d.code == codes::UNLIKE_CLIENT), "{preset}: {warnings:?}");
        let said = |scope| preset.unlike().iter().filter(|unlike| unlike.scope == scope).count();
        let once = said(ConfigScope::Producer) + said(ConfigScope::Consumer);
        assert_eq!(warnings.len(), 2 * once, "{preset}: what the model does not have is said of each client");
        let setup = scenario.world().setup(1);
        assert_eq!((setup.producers.len(), setup.consumers.len()), (2, 2));
        for row in preset.rows() {
            // What is written otherwise and means the same.
            let value = if row.value == "-1" { "all" } else { row.value };
            let found: Vec<Option<String>> = match row.scope {
                ConfigScope::Producer => setup.producers.iter().map(|p| p.config.get(row.name)).collect(),
                _ => setup.consumers.iter().map(|c| c.config.get(row.name)).collect(),
            };
            assert!(found.iter().all(|found| found.as_deref() == Some(value)), "{preset}: {row:?} is {found:?}");
        }
        let named = setup.producers.iter().map(|p| p.client).chain(setup.consumers.iter().map(|c| c.client));
        assert_eq!(named.collect::<Vec<_>>(), [Some(preset); 4], "the header names the client of each");
    }
}

#[test]
fn what_the_file_says_lies_on_top_of_a_preset() {
    let producer_of = |config: &str, preset: &str| {
        let world = ok(&client(&producer(config), preset), &[]).world().clone();
        world.producers().next().expect("one").1.clone()
    };
    let java = producer_of("retry.backoff.ms: 250, retry.backoff.max.ms: 9000", "java-2.8").config;
    assert_eq!((java.retry_backoff, java.retry_backoff_max), (Nanos::from_millis(250), Nanos::from_millis(250)));
    assert_eq!((java.acks, java.linger), (Acks::One, Nanos::ZERO));
    let idempotent = producer_of("enable.idempotence: true", "java-2.8").config;
    assert_eq!((idempotent.enable_idempotence, idempotent.acks), (true, Acks::All), "acks were raised in silence");
    assert_eq!(producer_of("enable.idempotence: true", "librdkafka-2.x").config.max_in_flight, 5);
    assert_eq!(producer_of("enable.idempotence: true", "kafkajs-2.2").config.max_in_flight, 1);
    let unlimited = producer_of("linger.ms: 5", "kafkajs-2.2").config;
    assert_eq!(unlimited.linger, Nanos::ZERO, "it has no such config");
}

#[test]
fn acks_as_a_text() {
    let spec = |acks: &str, preset: &str| {
        let world = ok(&client(&producer(&format!("acks: {acks}")), preset), &[]).world().clone();
        let spec = world.producers().next().expect("one").1.clone();
        (spec.config.acks, spec.waits_in_vain)
    };
    assert_eq!(spec("all", "kafkajs-2.2"), (Acks::Zero, true));
    assert_eq!(spec("-1", "kafkajs-2.2"), (Acks::All, false));
    assert_eq!(spec("0", "kafkajs-2.2"), (Acks::Zero, false));
    assert_eq!(spec("all", "librdkafka-2.x"), (Acks::All, false));
}

#[test]
fn members_of_a_group_may_have_different_clients() {
    let text = "{name: c, duration: 10s, topics: {orders: {}}, groups: {g: {topics: [orders], client: java-2.8, \
                members: [{}, {client: kafkajs-2.2}]}}}";
    let (scenario, _) = parsed(text, &[]).unwrap();
    let setup = scenario.world().setup(1);
    let of: Vec<_> = setup.consumers.iter().map(|c| (c.session_timeout.as_millis(), c.commit)).collect();
    use crate::history::setup::CommitSetup;
    assert_eq!(of, [(10_000, CommitSetup::Auto), (30_000, CommitSetup::SyncAfterBatch)]);
}
