//! What a file says of transactions, databases and e-mails.

use super::{BASE, findings, ok, with};
use crate::app::spec::*;
use crate::protocol::catalog::TRANSACTION_STATE;
use crate::protocol::rules::TransactionVersion;
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

const APP: &str = "\
apps:
  copy:
    count: 2
    consumer: { topics: [orders] }
    producer: { topic: orders, config: { transactional.id: \"copy-{n}\" } }
";

fn messages(text: &str) -> String {
    findings(text, &[]).iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("; ")
}

fn loops(text: &str, set: &[&str]) -> Vec<LoopSpec> {
    let world = ok(text, set).world().clone();
    world.applications.iter().filter_map(|(_, app)| app.poll_loop().cloned()).collect()
}

#[test]
fn a_source_sends_in_transactions() {
    let of = |text: &str| {
        let scenario = ok(&with("rate: 1000/s", &format!("rate: 1000/s, count: 2, {text}")), &[]);
        let names = scenario.world().catalog.transactional_ids.clone();
        let sources: Vec<SourceSpec> =
            scenario.world().applications.iter().filter_map(|(_, app)| app.source().cloned()).collect();
        (names, sources)
    };
    let (names, sources) = of("transaction: { records: 100, abort.every: 3, pause: 2s }, on.fenced: exit, \
                              config: { transactional.id: \"ledger-{n}\" }");
    assert_eq!(names, ["ledger-0", "ledger-1"]);
    let ids: Vec<_> = sources.iter().map(|source| source.producer.transactional_id.map(|id| id.0)).collect();
    assert_eq!(ids, [Some(0), Some(1)]);
    let expected = TransactionSpec {
        extent: TransactionExtent::Records(100),
        abort_every: Some(3),
        pause: Nanos::from_secs(2),
        on_fenced: FencedPolicy::Exit,
    };
    assert_eq!(sources[0].transaction, Some(expected));
    let (names, sources) = of("transaction: { every: 1s }, config: { transactional.id: one }");
    assert_eq!((names.len(), sources[1].producer.transactional_id.map(|id| id.0)), (1, Some(0)), "both have it");
    let extent = sources[1].transaction.as_ref().map(|transaction| transaction.extent);
    assert_eq!(extent, Some(TransactionExtent::Span(Nanos::from_secs(1))));
}

/// Brokers create it when the first id looks for its coordinator; without one it is not there.
#[test]
fn the_topic_of_transactions_is_there_with_the_first_id() {
    let topics = |text: &str| {
        let catalog = ok(text, &["cluster.config.transaction.state.log.num.partitions=7"]).world().catalog.clone();
        catalog.topics.iter().map(|topic| (topic.name.clone(), topic.partitions)).collect::<Vec<_>>()
    };
    assert_eq!(topics(BASE).len(), 2);
    assert_eq!(topics(&format!("{BASE}{APP}"))[2], (TRANSACTION_STATE.to_owned(), 7), "after the offsets'");
    let scenario = ok(&format!("{BASE}{APP}"), &[]);
    let setup = &scenario.world().setup(1).topics[2];
    assert_eq!((setup.replication_factor, setup.min_insync_replicas, setup.unclean_leader_election), (3, 2, false));
}

#[test]
fn a_feature_level_is_a_rule() {
    let level = |set: &[&str]| ok(BASE, set).world().rules.transaction_version;
    assert_eq!(level(&[]), TransactionVersion::V2);
    assert_eq!(level(&["rules.transaction.version=1"]), TransactionVersion::V1);
    assert_eq!(level(&["rules.transaction.version=0", "kafka.version=4.0"]), TransactionVersion::V0);
    assert!(messages(&format!("{BASE}rules: {{ transaction.version: 3 }}\n")).contains("3 is not between 0 and 2"));
}

/// With an id the offsets go with what is sent, unless the file says otherwise.
#[test]
fn the_wiring_is_said_by_commit() {
    let text = format!("{BASE}{APP}");
    let commit =
        |set: &[&str]| loops(&text, set).last().map(|spec| (spec.commit, spec.consumer.config.enable_auto_commit));
    assert_eq!(commit(&[]), Some((CommitMode::InTransaction, false)));
    let in_transaction = commit(&["apps.copy.commit=in-transaction"]);
    assert_eq!(in_transaction, Some((CommitMode::InTransaction, false)));
    assert_eq!(commit(&["apps.copy.commit=sync-after-batch"]), Some((CommitMode::SyncAfterBatch, false)));
    let auto = commit(&["apps.copy.consumer.config.enable.auto.commit=true"]);
    assert_eq!(auto, Some((CommitMode::Auto, true)));
    let policy = |set: &[&str]| loops(&text, set).last().and_then(|spec| Some(spec.outlet.as_ref()?.transactions));
    assert_eq!(policy(&[]), Some(TransactionPolicy::default()));
    let other =
        policy(&["apps.copy.on.abort=continue", "apps.copy.on.fenced=exit", "apps.copy.group.metadata=group-id"]);
    let expected = TransactionPolicy {
        on_abort: AbortPolicy::Continue,
        on_fenced: FencedPolicy::Exit,
        group_metadata: GroupMetadata::GroupId,
    };
    assert_eq!(other, Some(expected));
}

#[test]
fn what_is_done_outside_of_kafka() {
    let sink = |sink: &str| {
        let text = format!("{BASE}apps:\n  mail: {{ consumer: {{ topics: [orders] }}, sink: {sink} }}\n");
        loops(&text, &[]).pop().and_then(|spec| spec.sink).map(|sink| (sink.kind, sink.takes))
    };
    let constant = |ms: u64| Distribution::Constant(Nanos::from_millis(ms));
    let database = |known| SinkKind::Database { database: 0, known };
    let again = database(KnownRecords::WrittenAgain);
    assert_eq!(sink("{ kind: e-mail }"), Some((SinkKind::EMail, constant(50))));
    assert_eq!(sink("{ kind: database }"), Some((again, constant(2))));
    assert_eq!(sink("{ kind: database, unique.keys: false, takes: 5ms }"), Some((again, constant(5))));
    assert_eq!(sink("{ kind: database, unique.keys: true }").map(|s| s.0), Some(database(KnownRecords::Refused)));
    let idempotent = sink("{ kind: database, idempotent.consumer: true }").map(|s| s.0);
    assert_eq!(idempotent, Some(database(KnownRecords::LeftOut)));
}

#[test]
fn a_service_writes_rows_beside_its_records() {
    let order = |word: &str| {
        let scenario = ok(&with("rate: 1000/s", &format!("rate: 100/s, database: {word}")), &[]);
        let resends = scenario.world().setup(1).producers[0].resends;
        let rows = scenario.world().applications[0].1.source().and_then(|source| source.rows.clone());
        (rows.map(|rows| rows.order), resends)
    };
    assert_eq!(order("dual-write"), (Some(RowsOrder::DualWrite), false));
    assert_eq!(order("outbox"), (Some(RowsOrder::Outbox), true), "to Kafka each attempt is another record");
}

/// Two that live at the same time with one id fence each other: that is allowed, and said once. One after the other is
/// what the id is for.
#[test]
fn two_that_share_an_id_are_told() {
    let app = |more: &str| format!("{BASE}{}{more}", APP.replace("copy-{n}", "copy"));
    let said = messages(&app(""));
    assert_eq!(said, "`copy-0` and `copy-1` have one transactional id");
    let next = "  next:\n    consumer: { topics: [orders] }\n    producer: { topic: orders, config: { transactional.id: copy-0 } }\n";
    let text = format!("{BASE}{APP}{next}");
    assert_eq!(messages(&text), "`copy-0` and `next-0` have one transactional id");
    let later = text.replace("count: 2", "stop: 20s").replace("  next:\n", "  next:\n    start: 20s\n");
    assert_eq!(messages(&later), "");
}

#[test]
fn transactions_that_cannot_be() {
    let producer = |text: &str| with("rate: 1000/s", &format!("rate: 1000/s, {text}"));
    let app = |text: &str| format!("{BASE}apps:\n  copy: {{ consumer: {{ topics: [orders] }}, {text} }}\n");
    let id = "config: { transactional.id: one }";
    for (text, expected) in [
        (producer("transaction: { records: 5 }"), "`transaction` without a `transactional.id`"),
        (producer(id), "a `transactional.id` without `transaction`"),
        (producer(&format!("transaction: {{}}, {id}")), "a transaction without an end"),
        (producer(&format!("transaction: {{ records: 1, every: 1s }}, {id}")), "`records` beside `every`"),
        (
            producer(&format!("transaction: {{ records: 1 }}, on.failure: resend, {id}")),
            "`resend` beside `transaction`",
        ),
        (
            producer(&format!("transaction: {{ records: 1 }}, database: outbox, {id}")),
            "`database` beside `transaction`",
        ),
        (producer("on.fenced: exit"), "`on.fenced` without a `transactional.id`"),
        (producer("database: outbox, on.failure: resend"), "`on.failure` beside `database: outbox`"),
        (
            with("members: 3", "members: 3, commit: in-transaction"),
            "`in-transaction` without a producer that has a `transactional.id`",
        ),
        (
            app("commit: in-transaction, producer: { topic: orders }"),
            "`in-transaction` without a producer that has a `transactional.id`",
        ),
        (
            app(&format!("forwards: {{ on.failure: log }}, producer: {{ topic: orders, {id} }}")),
            "`on.failure` beside a `transactional.id`",
        ),
        (app("on.abort: continue, producer: { topic: orders }"), "`on.abort` without a `transactional.id`"),
        (app("on.fenced: exit"), "`on.fenced` without a `producer`"),
        (
            app(&format!("on.poison: {{ dead-letter: {{ topic: letters, {id} }} }}")),
            "unknown topic `letters`; dead letters in a transaction are not modelled",
        ),
        (app("sink: { kind: e-mail, unique.keys: true }"), "`unique.keys` of an e-mail"),
        (app("sink: { unique.keys: true }"), "`kind` is missing"),
        (app("sink: { kind: e-mail }, processing: { thread: worker }"), ""),
        (
            app("sink: { kind: database }, processing: { max.concurrency: 4 }, commit: with-the-sink"),
            "`with-the-sink` beside threads of its own",
        ),
    ] {
        assert_eq!(messages(&text), expected, "{text}");
    }
}

/// `ProducerConfig.postProcessAndValidateIdempotenceConfigs`: without acks=all and retries there is no idempotence, and without
/// idempotence no transaction, whether it is switched off or switches itself off.
#[test]
fn an_id_needs_idempotence() {
    let producer = |config: &str| {
        let id = format!("transaction: {{ records: 5 }}, config: {{ transactional.id: one, {config} }}");
        messages(&with("rate: 1000/s", &format!("rate: 1000/s, {id}")))
    };
    assert_eq!(producer("linger.ms: 5"), "");
    for config in ["enable.idempotence: false", "acks: 1", "retries: 0"] {
        assert!(producer(config).contains("a `transactional.id` without idempotence"), "{config}");
    }
}
