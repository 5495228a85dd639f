//! Share groups in a file.

use super::*;
use crate::app::spec::{AppSpec, ShareCommit, ShareLoopSpec, SharePoison};
use crate::protocol::config::ShareAcknowledgementMode;
use crate::protocol::messages::ShareAcquireMode;

/// [`BASE`] with a share group in place of its consumer group: what is said of it beside its topics.
fn share(rest: &str) -> String {
    with("billing: { topics: [orders], members: 3 }", &format!("billing: {{ topics: [orders], type: share, {rest} }}"))
}
const EXPLICIT: &str = "config: { share.acknowledgement.mode: explicit }";

fn loops(scenario: &Scenario) -> Vec<ShareLoopSpec> {
    scenario.world().share_loops().map(|(_, spec)| spec.clone()).collect()
}

#[test]
fn a_share_group_is_one_of_the_catalogue_and_has_a_topic_for_its_state() {
    let scenario = ok(&share("members: 10"), &[]);
    let world = scenario.world();
    assert!(world.catalog.is_share_group(GroupId(0)));
    assert_eq!((loops(&scenario).len(), world.loops().count()), (10, 0));
    let state = |catalog: &crate::protocol::catalog::Catalog| {
        catalog.topics.iter().find(|topic| topic.name == "__share_group_state").map(|topic| topic.partitions)
    };
    assert_eq!(state(&world.catalog), Some(50));
    assert_eq!(state(&ok(BASE, &[]).world().catalog), None, "nobody needs it");
    let few = ok(&share("members: 10"), &["cluster.config.share.coordinator.state.topic.num.partitions=3"]);
    assert_eq!(state(&few.world().catalog), Some(3));
    let setup = world.setup(1);
    assert_eq!((setup.share_consumers.len(), setup.consumers.len()), (10, 0));
    let state = setup.topics.last().expect("there are topics");
    assert_eq!((state.replication_factor, state.min_insync_replicas), (3, 2), "share.coordinator.state.topic.*");
}

#[test]
fn members_of_a_share_group_acknowledge_as_they_are_told() {
    let plain = loops(&ok(&share("members: 1"), &[])).remove(0);
    assert_eq!((plain.commit, plain.is_explicit(), plain.renewal), (ShareCommit::WithPoll, false, None));
    assert!(matches!(plain.on_poison, SharePoison::Crash { .. }));
    let text = share(
        "commit: sync-after-batch, on.poison: release, processing: { per.record: 40s, renew.every: 20s }, \
         config: { share.acknowledgement.mode: explicit, share.acquire.mode: record_limit, max.poll.records: 10 }",
    );
    let spec = loops(&ok(&text, &[])).remove(0);
    assert_eq!((spec.commit, spec.on_poison), (ShareCommit::Sync, SharePoison::Release));
    assert_eq!(spec.renewal.map(|renewal| renewal.every), Some(Nanos::from_secs(20)));
    let config = &spec.consumer.config;
    assert_eq!(config.share_acknowledgement_mode, ShareAcknowledgementMode::Explicit);
    assert_eq!((config.share_acquire_mode, config.max_poll_records), (ShareAcquireMode::RecordLimit, 10));
    let async_commit = ok(&share("commit: async-after-batch, on.poison: skip"), &[]);
    assert_eq!(
        (loops(&async_commit)[0].commit, loops(&async_commit)[0].on_poison),
        (ShareCommit::Async, SharePoison::Skip)
    );
}

#[test]
fn an_application_may_be_in_a_share_group_and_has_its_sink() {
    let apps = "apps:\n  mailer:\n    count: 2\n    consumer: { topics: [orders], group: mails, type: share }\n    sink: { kind: e-mail }\n";
    let scenario = ok(&with("expect:", &format!("{apps}expect:")), &[]);
    let found = loops(&scenario);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|spec| spec.sink.is_some()));
    assert!(scenario.world().applications.iter().any(|(_, app)| matches!(app, AppSpec::ShareLoop(_))));
}

/// What is said of each, in one snapshot.
#[test]
fn what_a_share_group_does_not_have_is_refused_with_a_remedy() {
    let app = |rest: &str| {
        let app = format!("apps:\n  mailer:\n    consumer: {{ topics: [orders], group: mails, type: share }}\n{rest}");
        with("expect:", &format!("{app}expect:"))
    };
    let configs = "auto.offset.reset: earliest, enable.auto.commit: false, isolation.level: read_committed, \
                   partition.assignment.strategy: range, session.timeout.ms: 10000, heartbeat.interval.ms: 1000, \
                   group.protocol: consumer, group.remote.assignor: uniform, group.instance.id: billing-1";
    let cases = [
        share(&format!("config: {{ {configs} }}")),
        share("commit: auto"),
        share("commit: in-transaction"),
        share(&format!("on.poison: retry, {EXPLICIT}")),
        share(&format!("on.poison: dead-letter, {EXPLICIT}")),
        share("on.poison: release"),
        share("processing: { thread: worker, max.concurrency: 4, ordering: key }"),
        share("processing: { renew.every: 10s }"),
        share(&format!("processing: {{ renew.every: 10s }}, {EXPLICIT}")).replacen(
            "duration",
            "kafka.version: 4.1\nduration",
            1,
        ),
        share("client: librdkafka-2.x"),
        share("config: { client.rack: a }"),
        share("members: 201"),
        consumer("share.acknowledgement.mode: explicit"),
        with("members: 3", "members: 3, commit: with-next-poll"),
        with("members: 3", "members: 3, on.poison: reject"),
        with("members: 3", "members: 3, processing: { renew.every: 10s }"),
        with("members: 3 }", "members: 3 }\n  again: { topics: [orders], type: share, config: { group.id: billing } }"),
        app("    steps: [ { at: 1s, seek: { partition: orders-0, offset: 5 } } ]\n"),
        app("    producer: { topic: orders }\n"),
        share("members: 1").replacen("replication.factor: 3", "replication.factor: 1", 1).replacen(
            "brokers: 3",
            "brokers: 1",
            1,
        ),
    ];
    let said: Vec<String> = cases.iter().map(|text| render_all(&findings(text, &[]), false)).collect();
    snapshot!("share_groups", said.join("\n"));
}
