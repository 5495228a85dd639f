//! A member of a group of the new protocol: what it makes of errors, and where versions differ.

use std::fmt::Write as _;
use std::rc::Rc;

use super::cluster::*;
use crate::app::spec::{AppSpec, CommitMode};
use crate::client::consumer::{ConsumerProtocolState, MembershipState};
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::time::Nanos;

fn state(cluster: &Cluster) -> &'static str {
    cluster.consumer.describe_consumer().map_or("-", |description| description.state.name())
}

fn refused(api: &str, error: ErrorCode) -> Reaction {
    Reaction::Say(match api {
        "OffsetCommit" => Response::OffsetCommit(OffsetCommitResponse {
            results: [(Tp(0), error), (Tp(1), error)].into_iter().collect(),
        }),
        "OffsetFetch" => {
            Response::OffsetFetch(OffsetFetchResponse { error, offsets: Vec::new(), unstable: Vec::new() })
        }
        "FindCoordinator" => Response::FindCoordinator(FindCoordinatorResponse { error, coordinator: None }),
        _ => Response::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse::refused(error, MemberId::NONE)),
    })
}

/// What was said with these words, without the time and the process.
fn told(cluster: &Cluster, words: &[&str]) -> Vec<String> {
    let lines = cluster.story.iter().filter(|line| words.iter().any(|word| line.contains(word)));
    lines.map(|line| line.split_once("billing-0 ").map_or(line.as_str(), |(_, what)| what).to_owned()).collect()
}

/// The errors that a coordinator may answer with, and some that it never does.
const ERRORS: &[ErrorCode] = &[
    ErrorCode::CoordinatorLoadInProgress,
    ErrorCode::CoordinatorNotAvailable,
    ErrorCode::NotCoordinator,
    ErrorCode::RequestTimedOut,
    ErrorCode::UnknownTopicOrPartition,
    ErrorCode::UnknownTopicId,
    ErrorCode::IllegalGeneration,
    ErrorCode::InconsistentGroupProtocol,
    ErrorCode::UnknownMemberId,
    ErrorCode::RebalanceInProgress,
    ErrorCode::InvalidRequest,
    ErrorCode::GroupIdNotFound,
    ErrorCode::GroupMaxSizeReached,
    ErrorCode::FencedInstanceId,
    ErrorCode::UnstableOffsetCommit,
    ErrorCode::FencedMemberEpoch,
    ErrorCode::UnreleasedInstanceId,
    ErrorCode::UnsupportedAssignor,
    ErrorCode::StaleMemberEpoch,
    ErrorCode::UnknownServerError,
];

/// A table of what comes of each error.
fn table(reaction: impl Fn(ErrorCode) -> String) -> String {
    let mut table = String::new();
    for error in ERRORS {
        writeln!(table, "{:32}{}", error.name(), reaction(*error)).expect("a string takes all");
    }
    table
}

/// The heartbeat at 5.004 s is refused.
#[test]
fn what_a_refused_heartbeat_comes_to() {
    let table = table(|error| {
        let mut cluster = Cluster::new(of_new_protocol(CommitMode::Never));
        cluster.run_until(MS(5_003));
        cluster.forget();
        cluster.heartbeats.clear();
        cluster.script("ConsumerGroupHeartbeat", refused("", error));
        cluster.run_until(MS(5_004));
        let sent = cluster.heartbeats.len();
        cluster.run_until(MS(5_300));
        let next = cluster.heartbeats.get(sent).map_or("no heartbeat".into(), |heartbeat| {
            let everything = if heartbeat.request.topics.is_some() { "says everything" } else { "says news" };
            format!("epoch {} {everything}", heartbeat.request.member_epoch)
        });
        let mut what = vec![next, state(&cluster).to_owned()];
        what.extend(told(&cluster, &["FindCoordinator billing"]).first().map(|_| "looks up".to_owned()));
        what.extend(told(&cluster, &["throws", "loses orders-0"]));
        what.join(", ")
    });
    insta::assert_snapshot!(table);
}

/// The first heartbeat is refused, again and again for a while.
#[test]
fn what_a_refused_join_comes_to() {
    let table = table(|error| {
        let mut cluster = Cluster::new(of_new_protocol(CommitMode::Never));
        (0..20).for_each(|_| cluster.script("ConsumerGroupHeartbeat", refused("", error)));
        cluster.run_until(MS(100));
        let joins = format!("{} heartbeats in 0.1 s", cluster.heartbeats.len());
        let mut what = vec![joins, state(&cluster).to_owned()];
        what.extend(told(&cluster, &["throws"]));
        what.join(", ")
    });
    insta::assert_snapshot!(table);
}

/// What a commit that is refused once comes to.
fn commit(mode: CommitMode, error: ErrorCode) -> String {
    let mut cluster = Cluster::new(of_new_protocol(mode));
    cluster.run_until(MS(500));
    cluster.script("OffsetCommit", refused("OffsetCommit", error));
    cluster.produce(0, 3);
    cluster.run_until(S(4));
    let sent = cluster.facts.iter().filter(|(_, fact)| matches!(fact, Fact::CommitSent { tp: Tp(0), .. })).count();
    let mut what = vec![format!("sent {sent}"), state(&cluster).to_owned()];
    what.extend(told(&cluster, &["throws"]));
    what.join(", ")
}

#[test]
fn what_a_refused_commit_sync_comes_to() {
    let table = table(|error| commit(CommitMode::SyncAfterBatch, error));
    insta::assert_snapshot!(table);
}

#[test]
fn what_a_refused_commit_async_comes_to() {
    let table = table(|error| commit(CommitMode::AsyncAfterBatch, error));
    insta::assert_snapshot!(table);
}

/// The commit before a reconciliation is refused: whatever comes of it, the partition goes in the end.
#[test]
fn what_a_refused_commit_before_a_reconciliation_comes_to() {
    let table = table(|error| {
        let mut spec = of_new_protocol(CommitMode::Auto);
        spec.consumer.config.auto_commit_interval = S(100);
        let mut cluster = Cluster::new(spec);
        cluster.run_until(S(5));
        cluster.forget();
        cluster.group.assign([Tp(0)], 2);
        cluster.script("OffsetCommit", refused("OffsetCommit", error));
        cluster.run_until(S(9));
        let sent = cluster.facts.iter().filter(|(_, fact)| matches!(fact, Fact::CommitSent { tp: Tp(0), .. })).count();
        let gone = told(&cluster, &["gives up orders-1"]).len();
        let mut what = vec![format!("sent {sent}, gone {gone}"), state(&cluster).to_owned()];
        what.extend(told(&cluster, &["throws"]));
        what.join(", ")
    });
    insta::assert_snapshot!(table);
}

#[test]
fn what_a_refused_offset_fetch_comes_to() {
    let table = table(|error| {
        let mut cluster = Cluster::new(of_new_protocol(CommitMode::Never));
        cluster.script("OffsetFetch", refused("OffsetFetch", error));
        cluster.run_until(S(2));
        let asked = told(&cluster, &[": OffsetFetch billing"]).len();
        let mut what = vec![format!("asked {asked}"), state(&cluster).to_owned()];
        what.extend(told(&cluster, &["throws"]));
        what.join(", ")
    });
    insta::assert_snapshot!(table);
}

/// What the topic's metadata does not know yet is waited for, with heartbeats that go round and round; what is known is taken.
#[test]
fn an_assignment_waits_for_metadata() {
    let mut cluster = Cluster::new(of_new_protocol(CommitMode::Never));
    let nothing = MetadataResponse { topics: Vec::new(), ..cluster.metadata() };
    cluster.script("Metadata", Reaction::Say(Response::Metadata(Rc::new(nothing))));
    cluster.run_until(S(1));
    let assigned = told(&cluster, &["is assigned"]);
    assert_eq!(assigned, ["is assigned orders-0 (generation 1)", "is assigned orders-1 (generation 1)"]);
    let first = cluster.facts.iter().find(|(_, fact)| matches!(fact, Fact::PartitionAssigned { .. }));
    let at = first.map_or(Nanos::ZERO, |(at, _)| *at);
    assert!(MS(50) < at && at < MS(500), "with the next metadata: {at}\n{}", cluster.text());
}

/// `commitSync()` without a coordinator ends after its time; what it was to commit is committed when there is one.
#[test]
fn a_commit_sync_that_timed_out_may_still_be_made() {
    let mut spec = of_new_protocol(CommitMode::SyncAfterBatch);
    spec.consumer.config.default_api_timeout = S(2);
    let mut cluster = Cluster::new(spec);
    cluster.run_until(MS(4_900));
    cluster.script("ConsumerGroupHeartbeat", refused("", ErrorCode::NotCoordinator));
    (0..10).for_each(|_| {
        cluster.script("FindCoordinator", refused("FindCoordinator", ErrorCode::CoordinatorNotAvailable));
    });
    cluster.run_until(MS(5_050));
    cluster.produce(0, 3);
    cluster.run_until(S(8));
    let text = cluster.text();
    assert!(text.contains("throws TimeoutException: offsets not committed in time"), "{text}");
    assert_eq!(cluster.partitions[0].committed, None, "{text}");
    cluster.run_until(S(20));
    assert_eq!(cluster.partitions[0].committed, Some((3, 0)), "{}", cluster.text());
}

/// A heartbeat goes out while the application works, and none while it is not a member.
#[test]
fn who_does_not_poll_is_stale_until_it_does() {
    let mut spec = of_new_protocol(CommitMode::Never);
    spec.per_record = crate::sim::random::Distribution::Constant(S(20));
    spec.consumer.config.max_poll_interval = S(12);
    let mut cluster = Cluster::new(spec);
    cluster.run_until(MS(500));
    cluster.produce(0, 1);
    cluster.run_until(S(11));
    assert_eq!((state(&cluster), cluster.heartbeats.len()), ("STABLE", 4), "{}", cluster.text());
    cluster.run_until(S(20));
    assert_eq!((state(&cluster), cluster.heartbeats.len()), ("STALE", 5), "{}", cluster.text());
    let description = cluster.consumer.describe_consumer().expect("it runs");
    assert_eq!(description.state, MembershipState::Consumer(ConsumerProtocolState::Stale));
    assert_eq!((description.generation, description.assignment.len()), (Generation::NONE, 2), "it still has them");
    cluster.run_until(S(21));
    assert_eq!(state(&cluster), "STABLE", "{}", cluster.text());
    let ids: std::collections::BTreeSet<MemberId> =
        cluster.heartbeats.iter().map(|heartbeat| heartbeat.request.member).collect();
    assert_eq!(ids.len(), 1, "a member keeps its id");
}

/// The pauses after heartbeats that were refused with COORDINATOR_LOAD_IN_PROGRESS.
fn pauses(version: KafkaVersion) -> Vec<u64> {
    let spec = AppSpec::PollLoop(of_new_protocol(CommitMode::Never));
    let mut cluster = Cluster::with_rules(spec, Rules::of(version));
    cluster.run_until(S(4));
    (0..8).for_each(|_| cluster.script("ConsumerGroupHeartbeat", refused("", ErrorCode::CoordinatorLoadInProgress)));
    cluster.forget();
    cluster.run_until(S(20));
    let answers = cluster.story.iter().filter(|line| line.contains("COORDINATOR_LOAD_IN_PROGRESS"));
    let at = |line: &String| line.split_once('s').and_then(|(at, _)| at.parse::<f64>().ok()).expect("a time");
    let times: Vec<f64> = answers.map(at).collect();
    times.windows(2).map(|pair| ((pair[1] - pair[0]) * 1000.0).round() as u64).collect()
}

/// KAFKA-19813: until 4.2 the jitter is max.poll.interval.ms.
#[test]
fn the_pause_after_a_failed_heartbeat_depends_on_the_version() {
    for version in [KafkaVersion::V4_0, KafkaVersion::V4_1] {
        let pauses = pauses(version);
        assert!(pauses.iter().all(|pause| *pause <= 2 || *pause >= 999), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause <= 2) && pauses.iter().any(|pause| *pause >= 999), "{pauses:?}");
    }
    let pauses = pauses(KafkaVersion::V4_2);
    assert!(80 <= pauses[0] && pauses[0] <= 122 && pauses[6] >= 800, "{pauses:?}");
    assert!(pauses.windows(2).all(|pair| pair[0] < pair[1] || pair[1] >= 800), "{pauses:?}");
}

/// A consumer is closed while its commitAsync() waits for a coordinator.
fn closed_without_coordinator(version: KafkaVersion) -> Cluster {
    let spec = AppSpec::PollLoop(of_new_protocol(CommitMode::AsyncAfterBatch));
    let mut cluster = Cluster::with_rules(spec, Rules::of(version));
    cluster.run_until(MS(4_900));
    cluster.script("ConsumerGroupHeartbeat", refused("", ErrorCode::NotCoordinator));
    (0..100).for_each(|_| {
        cluster.script("FindCoordinator", refused("FindCoordinator", ErrorCode::CoordinatorNotAvailable));
    });
    cluster.run_until(MS(5_050));
    cluster.produce(0, 3);
    cluster.run_until(MS(5_100));
    cluster.give(Input::Shutdown);
    cluster
}

/// KAFKA-19357: until 4.2 close() waits for it.
#[test]
fn close_without_a_coordinator_depends_on_the_version() {
    let mut cluster = closed_without_coordinator(KafkaVersion::V4_1);
    cluster.run_until(S(64));
    assert!(!cluster.exited, "{}", cluster.text());
    cluster.run_until(S(96));
    assert!(cluster.exited && !cluster.text().contains("CommitFailedException"), "{}", cluster.text());
    let mut cluster = closed_without_coordinator(KafkaVersion::V4_2);
    cluster.run_until(S(66));
    let text = cluster.text();
    assert!(cluster.exited && text.contains("throws CommitFailedException"), "{text}");
}

/// What is consumed of both partitions is committed with the epoch of the member, and a producer is told of it.
#[test]
fn a_rebalance_does_not_stop_what_stays() {
    let mut cluster = Cluster::new(of_new_protocol(CommitMode::Auto));
    cluster.run_until(S(5));
    cluster.group.assign([Tp(0)], 2);
    cluster.script("OffsetCommit", Reaction::Park);
    cluster.run_until(MS(5_010));
    cluster.forget();
    cluster.produce(0, 3);
    cluster.produce(1, 3);
    cluster.run_until(S(6));
    let polled = told(&cluster, &["from poll()"]);
    assert_eq!(polled.len(), 1, "while the commit is not answered:\n{}", cluster.text());
    assert!(polled[0].contains("orders-0@0..2"), "{polled:?}");
    assert_eq!(state(&cluster), "RECONCILING");
}

/// A member is thrown out while the commit before a reconciliation is still being tried: that reconciliation comes to nothing, and the
/// next one begins when it has come to its end.
#[test]
fn who_joins_anew_does_not_finish_what_was_begun_before() {
    let mut spec = of_new_protocol(CommitMode::Auto);
    spec.consumer.config.auto_commit_interval = S(100);
    let mut cluster = Cluster::new(spec);
    cluster.run_until(S(5));
    cluster.forget();
    cluster.group.assign([Tp(0)], 2);
    (0..9).for_each(|_| {
        cluster.script("OffsetCommit", refused("OffsetCommit", ErrorCode::CoordinatorLoadInProgress));
    });
    cluster.run_until(MS(10_003));
    cluster.group.assign([Tp(1)], 3);
    cluster.script("ConsumerGroupHeartbeat", refused("", ErrorCode::FencedMemberEpoch));
    cluster.run_until(S(15));
    let changes = told(&cluster, &["is assigned", "gives up", "loses"]);
    let expected =
        ["loses orders-0 (generation 1)", "loses orders-1 (generation 1)", "is assigned orders-1 (generation 3)"];
    assert_eq!(changes, expected, "{}", cluster.text());
    assert_eq!(state(&cluster), "STABLE");
}

/// Automatic commits of a member that polls a full buffer, ten records at a time, with 200 ms of work each: how many there
/// were, and how many took what their poll() had only just handed out.
fn commits_ahead(version: KafkaVersion) -> (usize, usize) {
    let mut spec = of_new_protocol(CommitMode::Auto);
    spec.consumer.config.auto_commit_interval = MS(100);
    spec.consumer.config.max_poll_records = 10;
    spec.per_record = crate::sim::random::Distribution::Constant(MS(20));
    let mut cluster = Cluster::with_rules(AppSpec::PollLoop(spec), Rules::of(version));
    (0..40).for_each(|_| cluster.produce(0, 10));
    cluster.run_until(S(12));
    let (mut done, mut all, mut ahead) = (0, 0, 0);
    for (_, fact) in &cluster.facts {
        match *fact {
            Fact::RecordsProcessed { tp: Tp(0), offset, count, .. } => done = offset.0 + i64::from(count),
            Fact::CommitSent { tp: Tp(0), offset, .. } => {
                all += 1;
                ahead += usize::from(offset.0 > done);
            }
            _ => {}
        }
    }
    (all, ahead)
}

/// As a real cluster 4.2.0 was seen to take them from clients of 4.0.0 and 4.1.2 (0 of 60), and of 4.2.0, 4.3.1 and 4.4.0 (36, 42
/// and 27 of 60; KAFKA-18641, KAFKA-18376).
#[test]
fn an_auto_commit_may_have_what_poll_hands_out_since_4_2() {
    for version in [KafkaVersion::V4_0, KafkaVersion::V4_1] {
        let (all, ahead) = commits_ahead(version);
        assert!(all >= 20 && ahead == 0, "{version:?}: {ahead} of {all}");
    }
    for version in [KafkaVersion::V4_2, KafkaVersion::V4_3, KafkaVersion::V4_4] {
        let (all, ahead) = commits_ahead(version);
        assert!(all >= 20 && all / 4 < ahead && ahead < all * 3 / 4, "{version:?}: {ahead} of {all}");
    }
}
