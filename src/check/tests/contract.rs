//! What configurations promise, in words.

use super::story::{BILLING, ORDERS, Story};
use crate::check::contract::{ChainLink, DeliveryClass, RULES, chains, compared, groups, luck, predict, producers};
use crate::history::setup::{
    CommitSetup, CommittedOffsetsSetup, FaultSetup, ProducerSetup, RowsSetup, Setup, SinkSetup,
};
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{AutoOffsetReset, IsolationLevel};
use crate::protocol::ids::{InstanceId, TransactionalId};
use crate::protocol::messages::Acks;
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

fn promise(change: impl Fn(&mut ProducerSetup, &mut Setup)) -> String {
    let mut setup = Story::new().setup;
    let mut producer = setup.producers[0].clone();
    change(&mut producer, &mut setup);
    setup.producers = vec![producer];
    producers(&setup).expect("there is a producer")
}

#[test]
fn defaults_promise_two_brokers_no_copies_and_order() {
    let line = promise(|_, _| {});
    assert_eq!(
        line,
        "an acknowledged record is on at least 2 brokers (acks=all, min ISR 2), but for power losses: no flush is awaited; \
         no copies, order per partition"
    );
}

#[test]
fn min_isr_is_capped_by_the_replicas() {
    let line = promise(|_, s| s.topics[0].replication_factor = 1);
    assert!(
        line.starts_with(
            "an acknowledged record is on every in-sync replica, which may be just one (acks=all, min ISR 1)"
        ),
        "{line}"
    );
}

#[test]
fn an_unclean_election_is_an_exception() {
    let line = promise(|_, s| s.topics[0].unclean_leader_election = true);
    assert!(line.contains("but for unclean elections"), "{line}");
}

#[test]
fn fewer_acks_promise_less() {
    let one = promise(|p, _| (p.acks, p.idempotent) = (Acks::One, false));
    assert_eq!(
        one,
        "an acknowledged record may be lost with its leader (acks=1); retries may leave copies and change the order"
    );
    let zero = promise(|p, _| (p.acks, p.idempotent) = (Acks::Zero, false));
    assert_eq!(zero, "nothing: records may be lost unnoticed (acks=0); no copies, order per connection");
}

#[test]
fn without_idempotence_retries_cost_copies_and_requests_in_flight_cost_order() {
    let one = promise(|p, _| (p.idempotent, p.max_in_flight) = (false, 1));
    assert!(one.ends_with("retries may leave copies, order per partition"), "{one}");
    let five = promise(|p, _| p.idempotent = false);
    assert!(five.ends_with("retries may leave copies and change the order"), "{five}");
    let none = promise(|p, _| (p.idempotent, p.retries) = (false, 0));
    assert!(none.ends_with("no copies, order per partition"), "{none}");
}

/// What every record is flushed for outlives a power loss.
#[test]
fn power_losses_are_an_exception_unless_every_record_is_flushed() {
    assert!(promise(|_, s| s.topics[0].flush_messages = 1).contains("min ISR 2); no copies"));
    assert!(
        promise(|_, s| s.topics[0].min_insync_replicas = 1).contains("(acks=all, min ISR 1), but for power losses")
    );
}

/// KIP-854: who is forgotten before his retries are over is not recognised.
#[test]
fn a_producer_that_is_forgotten_too_soon_may_leave_copies() {
    let line = promise(|_, s| s.broker.producer_id_expiration = Nanos::from_secs(10));
    assert!(line.ends_with("(producer.id.expiration.ms below delivery.timeout.ms)"), "{line}");
}

#[test]
fn producers_with_the_same_promise_share_a_line() {
    let mut setup = Story::new().setup;
    assert!(!producers(&setup).expect("two producers").contains(" / "));
    setup.producers[1].acks = Acks::One;
    setup.catalog.nodes[5].name = "audit-0".into();
    let names = producers(&setup).expect("two producers");
    assert_eq!(names.matches(" / ").count(), 1);
    assert!(names.starts_with("checkout: ") && names.contains(" / audit: "), "each names its producer: {names}");
    setup.producers.clear();
    assert_eq!(producers(&setup), None);
}

#[test]
fn groups_are_promised_what_their_commits_make_of_it() {
    let line = |commit, skips_poison| {
        let mut setup = Story::new().setup;
        setup.consumers.iter_mut().for_each(|c| (c.commit, c.skips_poison) = (commit, skips_poison));
        groups(&setup).expect("there is a group")
    };
    assert_eq!(line(CommitSetup::SyncAfterBatch, false), "billing: at least once (commitSync after processing)");
    assert_eq!(line(CommitSetup::SyncBeforeProcessing, false), "billing: at most once (commit before processing)");
    assert!(line(CommitSetup::Auto, false).starts_with("billing: at least once (auto-commit"));
    assert!(line(CommitSetup::AsyncAfterBatch, false).starts_with("billing: at least once (commitAsync"));
    assert!(line(CommitSetup::Never, false).contains("from the start again after every rebalance"));
    assert!(line(CommitSetup::Auto, true).ends_with(", but for records that it gives up"));
    assert_eq!(groups(&Setup::default()), None);
}

// --- the whole chain -------------------------------------------------------------------------------

/// The safe default: acks=all, two in-sync replicas, idempotence, and offsets in a transaction.
fn exactly_once() -> Setup {
    let mut setup = Story::new().setup;
    setup.producers.truncate(1);
    setup.consumers.truncate(1);
    setup.consumers[0].commit = CommitSetup::InTransaction;
    setup.consumers[0].isolation_level = IsolationLevel::ReadCommitted;
    setup.topics[0].flush_messages = 1;
    setup
}
fn fault(kind: &str) -> FaultSetup {
    FaultSetup { label: kind.into(), kind: kind.into(), ends: false, conditional: false, factor: 0, may_miss: false }
}
fn chain(change: impl Fn(&mut Setup)) -> (DeliveryClass, String) {
    let mut setup = exactly_once();
    change(&mut setup);
    let prediction = predict(&setup, crate::check::tests::story::GROUP, true).expect("there is a group");
    (prediction.class, prediction.words())
}

#[test]
fn a_chain_without_a_weak_link_is_exactly_once() {
    assert_eq!(chain(|_| {}).1, "exactly once from send() to what is committed in Kafka");
}

/// Each rule of the table: what it takes, what comes of it, and that the words name it.
#[test]
fn every_link_may_break_a_chain() {
    use DeliveryClass::{AtLeastOnce, AtMostOnce, ExactlyOnce, Nothing};
    type Change = fn(&mut Setup);
    let table: &[(Change, DeliveryClass, &str)] = &[
        (|s| (s.producers[0].acks, s.producers[0].idempotent) = (Acks::Zero, false), AtMostOnce, "acks=0"),
        (
            |s| (s.producers[0].acks, s.producers[0].idempotent, s.producers[0].retries) = (Acks::One, false, 0),
            AtMostOnce,
            "acks=1",
        ),
        (|s| (s.producers[0].acks, s.producers[0].idempotent) = (Acks::One, false), Nothing, "acks=1"),
        (|s| s.producers[0].idempotent = false, AtLeastOnce, "without idempotence a retry"),
        (|s| s.broker.producer_id_expiration = Nanos::from_secs(1), AtLeastOnce, "producer.id.expiration.ms"),
        (|s| s.producers[0].resends = true, AtLeastOnce, "sends again what has failed"),
        (|s| s.producers[0].rows = Some(RowsSetup::DualWrite), AtMostOnce, "two writes"),
        (|s| s.producers[0].rows = Some(RowsSetup::Outbox), AtLeastOnce, "the relay of the outbox"),
        (
            |s| {
                s.producers[0].transactional_id = Some(TransactionalId(0));
                s.rules.transaction_version = TransactionVersion::V1;
            },
            Nothing,
            "KAFKA-17754",
        ),
        (|s| s.producers[0].transactional_id = Some(TransactionalId(0)), ExactlyOnce, "exactly once"),
        (|s| s.topics[0].min_insync_replicas = 1, AtMostOnce, "min.insync.replicas=1"),
        (|s| s.topics[0].unclean_leader_election = true, Nothing, "unclean election"),
        (|s| s.topics[0].flush_messages = u64::MAX, ExactlyOnce, "Kafka, but for power losses"),
        (
            |s| {
                s.topics[0].flush_messages = u64::MAX;
                s.faults = vec![fault("power.loss")];
            },
            Nothing,
            "what no disk has yet",
        ),
        (
            |s| {
                s.producers[0].transactional_id = Some(TransactionalId(0));
                s.consumers[0].isolation_level = IsolationLevel::ReadUncommitted;
            },
            Nothing,
            "read_uncommitted",
        ),
        (|s| s.consumers[0].auto_offset_reset = AutoOffsetReset::Latest, AtMostOnce, "auto.offset.reset=latest"),
        (
            |s| s.consumers[0].auto_offset_reset = AutoOffsetReset::ByDuration(Nanos::from_secs(60)),
            AtMostOnce,
            "auto.offset.reset=by_duration",
        ),
        (|s| s.consumers[0].seeks = true, Nothing, "moves its position itself"),
        (|s| s.consumers[0].hands_off = true, Nothing, "a worker thread"),
        (
            |s| s.consumers[0].commits_offsets = Some(CommittedOffsetsSetup::HighestFinished),
            Nothing,
            "the highest offset is committed",
        ),
        (
            |s| {
                s.consumers[0].hands_off = true;
                s.consumers[0].commits_offsets = Some(CommittedOffsetsSetup::Contiguous);
                s.consumers[0].commit = CommitSetup::SyncAfterBatch;
            },
            AtLeastOnce,
            "the commit comes after processing",
        ),
        (
            |s| (s.consumers[0].commit, s.consumers[0].client) = (CommitSetup::Auto, Some(ClientPreset::Librdkafka2)),
            Nothing,
            "commits in the background",
        ),
        (
            |s| (s.consumers[0].commit, s.consumers[0].commits_ahead) = (CommitSetup::Auto, true),
            Nothing,
            "may have what poll() has only just returned",
        ),
        (|s| s.consumers[0].commit = CommitSetup::SyncBeforeProcessing, AtMostOnce, "commitSync before processing"),
        (|s| s.consumers[0].commit = CommitSetup::Auto, AtLeastOnce, "auto-commit"),
        (|s| s.consumers[0].commit = CommitSetup::SyncAfterBatch, AtLeastOnce, "the commit comes after processing"),
        (|s| s.consumers[0].commit = CommitSetup::AsyncAfterBatch, AtLeastOnce, "the commit comes after processing"),
        (|s| s.consumers[0].commit = CommitSetup::Never, AtLeastOnce, "nothing is committed"),
        (
            |s| (s.consumers[0].commit, s.consumers[0].sink) = (CommitSetup::WithTheSink, Some(SinkSetup::Database)),
            AtLeastOnce,
            "a member that has lost its partitions",
        ),
        (
            |s| {
                (s.consumers[0].commit, s.consumers[0].sink) =
                    (CommitSetup::WithTheSinkFenced, Some(SinkSetup::Database))
            },
            ExactlyOnce,
            "exactly once from send() to the database",
        ),
        (
            |s| {
                (s.consumers[0].commit, s.consumers[0].sink) =
                    (CommitSetup::WithTheSinkFenced, Some(SinkSetup::Database));
                s.consumers[0].instance = Some(InstanceId(0));
            },
            AtLeastOnce,
            "the fence cannot tell the two apart",
        ),
        (|s| s.consumers[0].hides_generation = true, AtLeastOnce, "without the member's generation"),
        (|s| s.consumers[0].continues_after_abort = true, AtMostOnce, "after an aborted transaction"),
        (|s| s.consumers[0].skips_poison = true, AtMostOnce, "gives up records"),
        (|s| s.consumers[0].sink = Some(SinkSetup::Database), AtLeastOnce, "no unique keys"),
        (|s| s.consumers[0].sink = Some(SinkSetup::EMail), AtLeastOnce, "takes an e-mail back"),
        (
            |s| {
                s.consumers[0].commit = CommitSetup::Auto;
                s.consumers[0].closes_on_failure = true;
            },
            Nothing,
            "close() in the finally",
        ),
        (
            |s| {
                s.consumers[0].sink = Some(SinkSetup::IdempotentConsumer);
                let own = ProducerSetup { node: s.consumers[0].node, ..s.producers[0].clone() };
                s.producers.push(own);
            },
            AtMostOnce,
            "leaves out a record whose row is there",
        ),
    ];
    for (change, class, words) in table {
        let (found, text) = chain(change);
        assert_eq!(found, *class, "{text}");
        assert!(text.contains(words), "{words}: {text}");
    }
    for rule in RULES {
        let tried = table.iter().any(|(change, ..)| {
            let mut setup = exactly_once();
            change(&mut setup);
            let prediction = predict(&setup, crate::check::tests::story::GROUP, true).expect("there is a group");
            [prediction.loses, prediction.repeats].into_iter().flatten().any(|(_, words)| words == rule.words)
        });
        assert!(tried, "no chain is broken by: {}", rule.words);
        assert!(rule.loses || rule.repeats, "{}", rule.words);
        assert!(!rule.cure.is_empty(), "{}", rule.words);
    }
    assert!(RULES.windows(2).all(|pair| pair[0].link <= pair[1].link), "along the chain");
}

#[test]
fn the_first_link_that_breaks_it_is_named() {
    let (class, words) = chain(|s| s.consumers[0].sink = Some(SinkSetup::Database));
    assert_eq!(class, DeliveryClass::AtLeastOnce);
    assert_eq!(
        words,
        "exactly once up to the database: it has no unique keys, so a batch that is repeated is written twice"
    );
    let (class, words) = chain(|s| {
        s.producers[0].resends = true;
        s.consumers[0].commit = CommitSetup::SyncBeforeProcessing;
    });
    assert_eq!(class, DeliveryClass::Nothing);
    assert!(words.starts_with("nothing from send() to the application: the application sends again"), "{words}");
    assert!(words.contains("; and commitSync before processing"), "{words}");
}

/// A stage that knows records again takes repetitions out; it does not know one again that was sent as another.
#[test]
fn unique_keys_mend_what_was_repeated_and_not_what_was_sent_as_another_record() {
    let with = |resends| {
        chain(|s| {
            s.consumers[0].commit = CommitSetup::SyncAfterBatch;
            s.consumers[0].sink = Some(SinkSetup::DatabaseWithUniqueKeys);
            s.producers[0].resends = resends;
        })
    };
    assert_eq!(with(false).1, "exactly once from send() to the database");
    assert_eq!(with(true).0, DeliveryClass::AtLeastOnce);
    let idempotent = chain(|s| {
        s.consumers[0].commit = CommitSetup::Auto;
        s.consumers[0].sink = Some(SinkSetup::IdempotentConsumer);
    });
    assert_eq!(idempotent.0, DeliveryClass::ExactlyOnce);
}

/// What is promised holds whatever happens; what is predicted goes by the faults of the run.
#[test]
fn a_prediction_goes_by_the_faults_of_the_run() {
    let mut setup = exactly_once();
    setup.topics[0].flush_messages = u64::MAX;
    let class = |setup: &Setup| predict(setup, crate::check::tests::story::GROUP, false).expect("a group").class;
    setup.faults = vec![fault("crash")];
    assert_eq!(class(&setup), DeliveryClass::ExactlyOnce);
    setup.faults = vec![fault("power.loss")];
    assert_eq!(class(&setup), DeliveryClass::Nothing);
    setup.topics[0].flush_messages = 1;
    setup.topics[0].min_insync_replicas = 1;
    assert_eq!(class(&setup), DeliveryClass::AtMostOnce);
    setup.faults.clear();
    assert_eq!(class(&setup), DeliveryClass::ExactlyOnce);
}

#[test]
fn better_than_predicted_is_luck_and_worse_is_said() {
    let mut setup = exactly_once();
    setup.consumers[0].commit = CommitSetup::SyncAfterBatch;
    let prediction = predict(&setup, crate::check::tests::story::GROUP, true).expect("there is a group");
    assert_eq!(prediction.repeats.map(|(link, _)| link), Some(ChainLink::Commit));
    assert_eq!(
        compared(&prediction, (0, 0)),
        "predicted at least once, observed exactly once: better than promised (luck)"
    );
    assert_eq!(compared(&prediction, (0, 3)), "predicted at least once, and that was observed");
    assert_eq!(compared(&prediction, (1, 0)), "predicted at least once, observed at most once: worse than predicted");
}

/// What a fault might have broken and did not is told, for whom it is promised nothing.
#[test]
fn luck_is_told_where_a_fault_has_tried_it() {
    let told = |change: fn(&mut Setup), exact: bool| {
        let mut story = Story::new();
        story.setup = exactly_once();
        story.setup.faults = vec![fault("crash")];
        change(&mut story.setup);
        story.boot();
        story.join();
        story.produce(ORDERS, 3);
        story.poll(BILLING, ORDERS);
        story.process(BILLING, ORDERS);
        let setup = story.setup.clone();
        luck(&setup, &story.judge().ledger, exact)
    };
    fn late(setup: &mut Setup) {
        setup.consumers[0].commit = CommitSetup::SyncAfterBatch;
        setup.consumers[0].sink = Some(SinkSetup::Database);
    }
    fn late_and_transactional(setup: &mut Setup) {
        late(setup);
        setup.producers[0].transactional_id = Some(setup.catalog.add_transactional_id("checkout"));
    }
    let words = "billing: predicted at least once, observed exactly once: better than promised (luck)";
    assert_eq!(told(late, false).as_deref(), Some(words));
    assert_eq!(told(|_| {}, true), None, "what is promised is no luck");
    let calm = |setup: &mut Setup| {
        late(setup);
        setup.faults.clear();
    };
    assert_eq!(told(calm, false), None, "nothing has tried it");
    fn plain(setup: &mut Setup) {
        late(setup);
        setup.consumers[0].sink = None;
        setup.producers[0].rows = Some(RowsSetup::Outbox);
        setup.consumers[0].isolation_level = IsolationLevel::ReadCommitted;
    }
    assert_eq!(told(plain, false).as_deref(), Some(words), "the outbox might have sent twice");
    let commits = |setup: &mut Setup| {
        plain(setup);
        setup.producers[0].rows = None;
        setup.producers[0].transactional_id = Some(setup.catalog.add_transactional_id("checkout"));
    };
    assert_eq!(told(commits, false), None, "that a commit is late is said already");
    let uncommitted = |setup: &mut Setup| {
        late_and_transactional(setup);
        setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted;
    };
    assert_eq!(told(uncommitted, false), None, "nobody counts who reads what is aborted");
    let old = |setup: &mut Setup| {
        setup.rules.transaction_version = TransactionVersion::V1;
        setup.producers[0].transactional_id = Some(setup.catalog.add_transactional_id("checkout"));
    };
    assert_eq!(told(old, false), None, "nobody has held the output against the input");
    assert!(told(old, true).is_some());
}

/// Where nothing but the commit decides, the group's own line says it all.
#[test]
fn a_chain_is_told_where_transactions_or_the_world_outside_are_part_of_it() {
    assert_eq!(chains(&Story::new().setup), None);
    assert_eq!(
        chains(&exactly_once()).as_deref(),
        Some("billing: exactly once from send() to what is committed in Kafka")
    );
}
