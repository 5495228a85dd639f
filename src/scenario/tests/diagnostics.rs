//! What is wrong with a file, and how that is said: one snapshot for each kind.

use super::*;

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
        ("ks250_unknown_controller", fault("  - at: 1s\n    crash: { process: controller 101 }\n")),
        (
            "ks250_unknown_of_three",
            fault("  - at: 1s\n    crash: { process: controller 4 }\n").replacen(
                "brokers: 3",
                "brokers: 3\n  metadata: { kraft: { controllers: 3 } }",
                1,
            ),
        ),
        ("ks251_even_quorum", with("brokers: 3", "brokers: 3\n  metadata: { kraft: { controllers: 4 } }")),
        ("ks112_zookeeper", with("brokers: 3", "brokers: 3\n  metadata: { zookeeper: {} }")),
        ("ks113_commit", consumer("enable.auto.commit: true}, commit: never, on.poison: { retry: {}")),
        ("ks233_group_config", with("members: 3", "members: 3, group_config: { consumer.session.timeout.ms: 1000 }")),
        (
            "ks233_session_and_heartbeat",
            with(
                "members: 3",
                "members: 3, group_config: { share.session.timeout.ms: 45000, share.heartbeat.interval.ms: 45000 }",
            ),
        ),
        ("ks001_group_config", with("members: 3", "members: 3, group_config: { consumer.sesion.timeout.ms: 1000 }")),
        ("ks015_group_config", with("members: 3", "members: 3, group_config: { streams.session.timeout.ms: 1000 }")),
        (
            "ks235_preview",
            with("members: 3", "members: 3, type: share").replace("name: base", "name: base\nkafka.version: 4.1"),
        ),
        (
            "ks238_rack",
            producer("partitioner.rack.aware: true").replace("name: base", "name: base\nkafka.version: 4.4"),
        ),
        (
            "ks001_producers_rack_before_4_4",
            producer("client.rack: a").replace("name: base", "name: base\nkafka.version: 4.3"),
        ),
        (
            "ks105_rack",
            fault("  - at: 1s\n    crash: rack d\n").replace("brokers: 3", "brokers: 3\n  racks: [a, b, c]"),
        ),
        ("ks116_crossed_racks", with("acked-all-durable: holds", "crossed.racks: { consumers: 0 }")),
        ("ks240_retention", with("partitions: 6", "partitions: 6, retention.ms: 600000")),
        ("ks201_broker_retention", broker("log.retention.hours: 0")),
        ("ks113_replicas", with("partitions: 6, replication.factor: 3", "partitions: 6, replicas: [[1, 2], [2, 3]]")),
        ("ks114_bad_name", with("  orders:", "  \"my orders\": {}\n  orders:")),
        ("ks115_others", fault("  - at: 1s\n    crash: others\n")),
        ("ks115_not_a_broker", fault("  - at: 1s\n    disk.full: checkout-0\n")),
        ("ks116_unknown_invariant", with("acked-all-durable", "acked-durable")),
        ("ks116_unknown_property", with("acked-all-durable: holds", "sometimes: leaders-elected")),
        ("ks115_outage_of_a_broker", fault("  - at: 1s\n    service.outage: { broker: broker 1, for: 1s }\n")),
        ("ks115_outage_of_a_producer", fault("  - at: 1s\n    service.outage: { process: checkout-0, for: 1s }\n")),
        (
            "ks113_dead_letters_to_itself",
            with("members: 3", "on.poison: { retry: { attempts: 3, then: { dead-letter: { topic: orders } } } }"),
        ),
        (
            "ks113_retry_topics",
            with(
                "members: 3",
                "on.poison: { retry.topics: { topics: [{ topic: orders }, { topic: orders }], then: { dead-letter: { topic: orders } } } }",
            ),
        ),
        ("ks107_attempts_once", with("members: 3", "on.poison: { retry: { attempts: 0, then: skip } }")),
        ("ks113_ordering", with("members: 3", "processing: { ordering: key }")),
        (
            "ks005_offset_once",
            fault("  - at: 1s\n    reset.offsets: { group: billing, topics: orders, to.offset: -1 }\n"),
        ),
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
        ("ks210_consumer_session", broker("group.consumer.session.timeout.ms: 10000")),
        ("ks210_consumer_heartbeat", broker("group.consumer.heartbeat.interval.ms: 20000")),
        ("ks231_of_the_classic_protocol", consumer("group.protocol: consumer, session.timeout.ms: 45000")),
        ("ks231_assignor_of_clients", consumer("group.protocol: consumer, partition.assignment.strategy: sticky")),
        ("ks231_of_the_new_protocol", consumer("group.remote.assignor: range")),
        (
            "ks232_server_assignor",
            consumer("group.protocol: consumer, group.remote.assignor: range")
                .replace("brokers: 3", "brokers: 3\n  config: { group.consumer.assignors: uniform }"),
        ),
        ("ks201_server_assignor", consumer("group.protocol: consumer, group.remote.assignor: sticky")),
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
        ("ks228_no_new_protocol", with("members: 3", "client: kafkajs-2.2, config: { group.protocol: consumer }")),
        ("ks229_no_new_protocol", with("members: 3", "client: librdkafka-2.x, config: { group.protocol: consumer }")),
        (
            "ks223_consumer_group_size",
            consumer("group.protocol: consumer")
                .replace("brokers: 3", "brokers: 3\n  config: { group.consumer.max.size: 2 }"),
        ),
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
        ("ks205_above_a_third", consumer("heartbeat.interval.ms: 16000")),
        ("ks230_one_for_all", consumer("group.instance.id: billing")),
        (
            "ks230_the_same_twice",
            with(
                "members: 3",
                "members: [ { config: { group.instance.id: a } }, {}, { config: { group.instance.id: a } } ]",
            ),
        ),
        (
            "ks230_a_later_one",
            with(
                "members: 3",
                "members: [ { config: { group.instance.id: a } }, { start: 9s, config: { group.instance.id: a } } ]",
            ),
        ),
        (
            "ks201_close_before_4_1",
            with("members: 3", "members: 3, close: { group.membership: leave-group }")
                .replace("name: base", "name: base\nkafka.version: 4.0"),
        ),
        (
            "ks113_remain_all_the_same",
            with(
                "members: 3",
                "members: 3, close: { group.membership: remain-in-group }, config: { group.protocol: consumer }",
            ),
        ),
        (
            "ks229_close_of_others",
            with("members: 3", "members: 3, client: kafkajs-2.2, close: { timeout: 5s, group.membership: default }"),
        ),
        ("ks001_close_keys", with("members: 3", "members: 3, close.timeout: 5s, close: { membership: leave-group }")),
        (
            "ks113_offsets_of_one_thread",
            with(
                "members: 3",
                "members: 3, commit: sync-after-batch, commit.offsets: contiguous, config: { enable.auto.commit: false }",
            ),
        ),
        (
            "ks113_offsets_when_all_is_done",
            with("members: 3", "members: 3, processing: { max.concurrency: 4 }, commit.offsets: highest-finished"),
        ),
        (
            "ks113_topics_and_assign",
            with(
                "groups:",
                "apps:\n  audit: { consumer: { topics: [orders], assign: [orders-0, orders-99] } }\ngroups:",
            ),
        ),
        ("ks003_reads_nothing", with("groups:", "apps:\n  audit: { consumer: { group: audit } }\ngroups:")),
        (
            "ks201_no_group_id",
            with(
                "groups:",
                "apps:\n  audit: { consumer: { assign: orders, config: { enable.auto.commit: true, group.instance.id: a } }, commit: auto }\ngroups:",
            ),
        ),
        ("ks005_no_pattern", with("topics: [orders], members: 3", "pattern: \"orders-(\", members: 3")),
        (
            "ks108_pattern_of_nothing",
            with("topics: [orders], members: 3", "pattern: order, topics: [orders], members: 3"),
        ),
        ("ks260_classic", with("topics: [orders], members: 3", "pattern: { re2j: orders }, members: 3")),
        ("ks003_group_without_topics", with("topics: [orders], members: 3", "members: 3, client: kafkajs-2.2")),
        (
            "ks228_no_static_members",
            with("members: 3", "client: kafkajs-2.2, config: { group.instance.id: \"a-{n}\" }"),
        ),
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
        ("ks201_duration", consumer("auto.offset.reset: \"by_duration:-PT1H\"")),
        ("ks201_boolean", consumer("enable.auto.commit: yes")),
        ("ks234_share_group", with("members: 3", "members: 3, on.poison: reject")),
        (
            "ks261_unknown_instance",
            fault("  - at: 1s\n    remove.members: { group: billing, instances: [billing-0] }\n"),
        ),
        ("ks262_fetch_wait", consumer("fetch.max.wait.ms: 30000")),
        ("ks262_api_timeout", consumer("default.api.timeout.ms: 10000")),
        (
            "ks263_no_auto_commit",
            with(
                "members: 3",
                "members: 3, commit: sync-after-batch, config: { enable.auto.commit: false, auto.commit.interval.ms: 100 }",
            ),
        ),
        (
            "ks264_pattern",
            format!(
                "{BASE}apps:\n  audit:\n    consumer: {{ pattern: \"ord.*\" }}\n    steps: [{{ at: 5s, unsubscribe: true }}]\n"
            ),
        ),
        ("ks265_no_database", with("members: 3", "members: 3, commit: with-the-sink")),
        ("ks107_poll_timeout", with("members: 3", "members: 3, poll.timeout: 10us")),
        ("ks003_delete_records_up_to_where", fault("  - at: 1s\n    delete.records: { partition: orders-0 }\n")),
        (
            "ks113_delete_records_twice",
            fault("  - at: 1s\n    delete.records: { partition: orders-0, before: 5, all: true }\n"),
        ),
        ("ks109_nobody_to_remove", fault("  - at: 1s\n    remove.members: { group: billing, instances: [] }\n")),
        ("ks113_no_callback", with("members: 3", "members: 3, commit: sync-after-batch, commit.retry: blindly")),
        (
            "ks113_queue_without_worker",
            with("members: 3", "members: 3, processing: { per.record: 1ms, queue: { limit: 100 } }"),
        ),
        (
            "ks110_resume_at",
            with(
                "members: 3",
                "members: 3, processing: { per.record: 1ms, thread: worker, queue: { limit: 100, resume.at: 100 } }",
            ),
        ),
        (
            "ks113_close_beside_threads",
            with("members: 3", "members: 3, on.poison: close, processing: { per.record: 1ms, thread: worker }"),
        ),
        (
            "ks245_null_keys",
            with("partitions: 6,", "partitions: 6, cleanup.policy: compact,")
                .replace("rate: 1000/s", "rate: 1000/s, keys: none"),
        ),
        (
            "ks246_compaction_lags",
            with("partitions: 6,", "partitions: 6, min.compaction.lag.ms: 2000, max.compaction.lag.ms: 1000,"),
        ),
    ]
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
    // Those of files as a whole and of `--set` have tests of their own, and so have those of tokens and capsules (beside
    // them) and of lessons (`tests/school.rs`).
    let elsewhere = ["KS010", "KS011", "KS012", "KS013", "KS014", "KS016", "KS017", "KS018", "KS019", "KS020", "KS021"];
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
    assert_eq!(code(&vec![b' '; crate::scenario::MAX_BYTES + 1]), codes::TOO_LARGE);
    assert_eq!(ScenarioText::from_bytes("x.yaml", "\u{feff}name: x".as_bytes()).unwrap().text, "name: x");
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
fn the_library_and_the_starter_are_sound() {
    for (name, _) in embedded::all() {
        let source = embedded::find(name).unwrap();
        let (scenario, warnings) =
            parse(&source, &[]).unwrap_or_else(|findings| panic!("{}", render_all(&findings, false)));
        assert_eq!(scenario.name, name, "a file is named after its scenario");
        assert!(!scenario.summary.is_empty(), "{name} has no summary");
        // Some show what one is warned of.
        let meant = |code| match name {
            "zombie-fenced" => code == codes::SHARED_TRANSACTIONAL_ID,
            "two-with-one-id" => code == codes::SHARED_INSTANCE_ID,
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
    snapshot!("as_json", crate::scenario::diagnostic::to_json(&findings(&with("brokers: 3", "brokers: 101"), &[])));
}

#[test]
fn control_characters_of_a_text_reach_nobody() {
    let scenario = ok(&BASE.replace("duration", "summary: \"a\\e[31mred\\x07\\u202etext\"\nduration"), &[]);
    assert_eq!(scenario.summary, "a\u{fffd}[31mred\u{fffd}\u{fffd}text");
}
