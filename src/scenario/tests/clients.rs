//! Producers, groups and applications, with the clients they have.

use super::*;
use crate::protocol::config::AutoOffsetReset;

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
    assert_eq!((h.commit, h.on_poison), (CommitMode::SyncAfterBatch, PoisonPolicy::GiveUp(GivingUp::DeadLetter)));
    assert_eq!(
        (g.on_poison, h.per_record),
        (
            PoisonPolicy::Retry(Retries::without_end(Nanos::from_secs(3))),
            Distribution::Exponential { mean: Nanos::from_millis(2) }
        )
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
        (format!("{{ {consumer}, steps: [ {{ at: 5s, subscribe: [] }} ] }}"), "subscribe() of nothing"),
        (format!("{{ {consumer}, steps: [ {{ at: 5s, unsubscribe: false }} ] }}"), "a step is one call"),
        (
            "{ consumer: { pattern: \"ord.*\" }, steps: [ { at: 5s, unsubscribe: true } ] }".into(),
            "a step that changes the subscription beside a `pattern`",
        ),
        (
            "{ consumer: { assign: [orders-0] }, steps: [ { at: 5s, subscribe: [orders] } ] }".into(),
            "a step that changes the subscription of a consumer that assigns itself its partitions",
        ),
        (
            format!("{{ {consumer}, client: librdkafka-2.x, steps: [ {{ at: 5s, unsubscribe: true }} ] }}"),
            "of librdkafka-2.x the model does not have: records are fetched ahead of poll(); a step that changes the \
             subscription of librdkafka-2.x",
        ),
        (format!("{{ {consumer}, commit: with-the-sink }}"), "`with-the-sink` without a database"),
        (
            format!("{{ {consumer}, {producer}, commit: with-the-sink, sink: {{ kind: database }} }}"),
            "`with-the-sink` beside a `producer`",
        ),
        (
            format!("{{ {consumer}, commit: with-the-sink, sink: {{ kind: database }}, rebalance.listener: none }}"),
            "`with-the-sink` without a rebalance listener",
        ),
        (
            format!("{{ {consumer}, sink: {{ kind: database, generation.fence: true }} }}"),
            "a fence, and no offsets with the rows",
        ),
        (
            "{ consumer: { assign: [orders] }, commit: with-the-sink, sink: { kind: database, generation.fence: true } }"
                .into(),
            "a fence by generation, and no generation",
        ),
        (
            format!("{{ {consumer}, steps: [ {{ at: 50s, pause: {{ partitions: [orders-0], for: 10s }} }} ] }}"),
            "resume() comes after the end",
        ),
        (
            format!("{{ {consumer}, steps: [ {{ at: 50s, seek: {{ partition: orders-9, offset: 0 }} }} ] }}"),
            "there is no partition 9 of `orders`",
        ),
        (
            format!("{{ {consumer}, steps: [ {{ at: 50s, seek: {{ partition: orders-0, offset: 0, to: end }} }} ] }}"),
            "a seek goes to one place",
        ),
        (
            format!("{{ {consumer}, rebalance.listener: {{ on.revoked: {{ drain: true }} }} }}"),
            "a listener that drains, and no thread to wait for",
        ),
        (
            format!("{{ {consumer}, rebalance.listener: {{ on.revoked: {{ commit: sync }} }} }}"),
            "a listener that commits where the application does not",
        ),
        (
            "{ producer: { topic: orders }, sends: { rate: 1/s }, stop.by: flag }".into(),
            "`stop.by` without a `consumer`",
        ),
        (format!("{{ {consumer}, {producer} }}"), ""),
    ] {
        assert_eq!(said(&app(&text)), expected, "{text}");
    }
}

/// How a loop ends, what a listener does, and where a step seeks to.
#[test]
fn an_application_says_how_it_uses_its_consumer() {
    use crate::app::spec::{OnRevoked, RebalanceListener, SeekTo, StepCall, StopBy};
    use crate::protocol::ids::TopicId;
    let app = |app: &str| format!("{BASE}apps:\n  copy: {app}\n");
    let text = "{ consumer: { topics: [orders], config: { enable.auto.commit: false } }, processing: { thread: worker }, stop.by: wakeup, \
                rebalance.listener: { on.revoked: { drain: true, takes: 2s, commit: sync } }, \
                steps: [ { at: 3s, seek: { partition: [orders-0], time: 2s } }, { at: 4s, seek: { partition: orders-0, to: beginning } } ] }";
    let world = ok(&app(text), &[]).world().clone();
    let billing = world.loops().last().expect("one").1;
    assert_eq!((billing.stop_by, billing.consumer.listener), (StopBy::Wakeup, RebalanceListener::Works));
    assert_eq!(billing.on_revoked, Some(OnRevoked { drains: true, takes: Nanos::from_secs(2), commits: true }));
    let calls: Vec<&StepCall> = billing.steps.iter().map(|step| &step.call).collect();
    let to = |to: SeekTo| StepCall::SeekTo(vec![world.catalog.partitions(TopicId(0)).next().expect("one")], to);
    assert_eq!(calls, [&to(SeekTo::Time(Nanos::from_secs(2))), &to(SeekTo::Beginning)]);
    let without = ok(&app("{ consumer: { topics: [orders] }, rebalance.listener: none }"), &[]).world().clone();
    assert_eq!(without.loops().last().expect("one").1.consumer.listener, RebalanceListener::None);
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

#[test]
fn retry_topics_are_read_by_groups_of_their_own() {
    let text = "{name: tiny, duration: 10s, topics: {orders: {}, r0: {}, r1: {}, dlt: {}}, groups: {billing: {topics: [orders], members: 2, \
                commit: never, on.poison: {retry.topics: {topics: [{topic: r0, delay: 5s}, {topic: r1}], then: {dead-letter: {topic: dlt}}}}, \
                config: {group.id: money, auto.offset.reset: earliest}}}}";
    let scenario = ok(text, &[]);
    let world = scenario.world();
    assert_eq!(world.catalog.groups, ["money", "money-retry-0", "money-retry-1"]);
    let told: Vec<String> = world
        .loops()
        .map(|(node, spec)| {
            let topic = |topic: crate::protocol::ids::TopicId| world.catalog.topics[topic.index()].name.as_str();
            let outlet = spec.outlet.as_ref().expect("each sends on");
            let name = world.catalog.node_name(node);
            let (reads, sends) = (topic(spec.consumer.topics[0]), topic(outlet.producer.topic));
            format!("{name}: {reads} > {sends}, {:?}, {}", outlet.purpose, spec.backs_off)
        })
        .collect();
    let each = [
        "billing-0: orders > r0, RetryTopic { delay: 5.000s }, false",
        "billing-1: orders > r0, RetryTopic { delay: 5.000s }, false",
        "billing-retry-0-0: r0 > r1, RetryTopic { delay: 1.000s }, true",
        "billing-retry-0-1: r0 > r1, RetryTopic { delay: 1.000s }, true",
        "billing-retry-1-0: r1 > dlt, DeadLetters(TryAgain), true",
        "billing-retry-1-1: r1 > dlt, DeadLetters(TryAgain), true",
    ];
    assert_eq!(told, each);
}

#[test]
fn groups_have_configs_of_their_own() {
    let text = "
name: groups
duration: 60s
cluster: { config: { group.consumer.heartbeat.interval.ms: 6000 } }
topics: { orders: {} }
producers: { a: { topic: orders, rate: 1/s } }
groups:
  plain: { topics: orders }
  own: { topics: orders, group_config: { consumer.session.timeout.ms: 50000, share.auto.offset.reset: earliest } }
apps:
  relay: { consumer: { topics: orders, group: billing, group_config: { consumer.session.timeout.ms: 60000 } } }
";
    let world = ok(text, &[]).world().clone();
    let group = |name: &str| world.catalog.group(name).expect("a group of the file");
    let configs = world.group_configs();
    let session = |name: &str| configs.of(group(name)).consumer_session_timeout.as_millis();
    assert_eq!((session("plain"), session("own"), session("billing")), (45_000, 50_000, 60_000));
    let own = configs.of(group("own"));
    assert_eq!(own.consumer_heartbeat_interval, Nanos::from_secs(6), "what it does not set it takes from the brokers");
    assert_eq!(own.share_auto_offset_reset, AutoOffsetReset::Earliest);
    let setup = world.setup(1);
    assert_eq!(setup.groups.len(), 2, "checks know them, too");
    assert_eq!(setup.group_config(group("own")), *own);
    assert_eq!(setup.group_config(group("plain")), *configs.of(group("plain")));
}
