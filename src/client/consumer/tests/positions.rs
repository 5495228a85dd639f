//! Where reading begins, and where it goes on after trouble.

use super::cluster::*;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

fn resetting(policy: AutoOffsetReset) -> Cluster {
    let mut spec = spec();
    spec.consumer.config.auto_offset_reset = policy;
    let mut cluster = Cluster::new(spec);
    cluster.produce(0, 100);
    cluster
}

#[test]
fn earliest_begins_at_the_log_start() {
    let mut cluster = resetting(AutoOffsetReset::Earliest);
    cluster.partitions[0].log_start = 40;
    cluster.run_until(MS(500));
    assert!(
        cluster.text().contains("begins orders-0 at 40: nothing committed, reset by policy [Earliest]\n"),
        "{}",
        cluster.text()
    );
    assert!(cluster.text().contains("gets orders-0@40..99 from poll()"), "{}", cluster.text());
}

/// So far back from now that all that is there is young enough.
#[test]
fn a_duration_begins_with_what_is_young_enough() {
    let mut cluster = resetting(AutoOffsetReset::ByDuration(S(3600)));
    cluster.run_until(MS(500));
    assert!(cluster.text().contains("gets orders-0@0..99 from poll()"), "{}", cluster.text());
}

/// Where nothing is, there is no position: it is looked up again when the request could have timed out.
#[test]
fn without_a_young_record_the_position_stays_open() {
    let mut cluster = resetting(AutoOffsetReset::ByDuration(MS(1)));
    cluster.run_until(S(29));
    let asked = |cluster: &Cluster| cluster.story.iter().filter(|line| line.contains("ListOffsets orders-0")).count();
    assert_eq!(asked(&cluster), 1, "{}", cluster.text());
    cluster.run_until(S(32));
    assert_eq!(asked(&cluster), 2, "{}", cluster.text());
    assert!(!cluster.text().contains("begins orders-0"), "{}", cluster.text());
}

#[test]
fn without_a_policy_the_application_gets_an_error() {
    let mut cluster = resetting(AutoOffsetReset::None);
    cluster.run_until(MS(2500));
    let errors =
        cluster.story.iter().filter(|line| line.contains("poll() throws NoOffsetForPartitionException")).count();
    assert!((2..=3).contains(&errors), "once a second, not in a busy loop: {}", cluster.text());
}

/// A committed offset decides, whatever the policy.
#[test]
fn a_committed_offset_comes_first() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[0].committed = Some((30, -1));
    cluster.run_until(S(1));
    assert!(cluster.text().contains("begins orders-0 at the committed offset 30"), "{}", cluster.text());
    assert!(cluster.text().contains("gets orders-0@30..99 from poll()"), "{}", cluster.text());
}

/// A committed offset with an epoch is validated before anything is read.
#[test]
fn a_committed_offset_is_validated() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[0].committed = Some((120, 3));
    cluster.partitions[0].epoch = 5;
    cluster.partitions[0].epoch_end = Some((3, 90));
    cluster.run_until(S(1));
    let text = cluster.text();
    assert!(text.contains("OffsetForLeaderEpoch orders-0"), "{text}");
    assert!(text.contains("goes back on orders-0, 120 -> 90: the log was truncated"), "{text}");
    assert!(text.contains("gets orders-0@90..99 from poll()"), "{text}");
}

#[test]
fn out_of_range_resets_by_policy() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[0].committed = Some((5000, -1));
    cluster.run_until(S(1));
    assert!(
        cluster.text().contains("begins orders-0 at 100: out of range, reset by policy [Latest]"),
        "{}",
        cluster.text()
    );
}

/// A clean leader change: validated, and nothing lost or repeated.
#[test]
fn a_leader_change_is_validated() {
    let mut cluster = resetting(AutoOffsetReset::Earliest);
    cluster.run_until(S(1));
    cluster.forget();
    cluster.partitions[0].leader = 2;
    cluster.partitions[0].epoch = 1;
    cluster.produce(0, 10);
    cluster.run_until(S(2));
    let text = cluster.text();
    assert!(text.contains("OffsetForLeaderEpoch orders-0"), "{text}");
    assert!(text.contains("gets orders-0@100..109 from poll()"), "{text}");
    assert!(!text.contains("truncated") && !text.contains("reset"), "{text}");
}

/// A fetch that fails is repeated at once; it does not wait for the metadata that it asks for.
#[test]
fn a_failed_fetch_is_repeated_without_newer_metadata() {
    let mut cluster = Cluster::new(spec());
    cluster.partitions[1].leader = 1;
    cluster.produce(0, 10);
    cluster.run_until(MS(500));
    let offline = FetchData {
        preferred_read_replica: None,
        aborted_transactions: None,
        tp: Tp(0),
        error: ErrorCode::KafkaStorageError,
        high_watermark: Offset::INVALID,
        last_stable_offset: Offset::INVALID,
        log_start: Offset::INVALID,
        diverging: None,
        current_leader: None,
        batches: Default::default(),
    };
    let failed = FetchResponse { error: ErrorCode::None, partitions: [offline].into_iter().collect() };
    cluster.script("Fetch", Reaction::Say(Response::Fetch(failed)));
    cluster.script("Metadata", Reaction::Park);
    cluster.produce(0, 10);
    cluster.run_until(MS(520));
    assert!(cluster.text().contains("gets orders-0@10..19 from poll()"), "{}", cluster.text());
}

/// Right after an election the leader does not know its high watermark: asked again.
#[test]
fn offset_not_available_is_retried() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[1].committed = Some((0, -1));
    let not_yet = ListOffsetsResult {
        tp: Tp(0),
        error: ErrorCode::OffsetNotAvailable,
        offset: Offset::INVALID,
        leader_epoch: LeaderEpoch::UNDEFINED,
    };
    cluster.script("ListOffsets", Reaction::Say(Response::ListOffsets([not_yet].into_iter().collect())));
    cluster.run_until(S(1));
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains("ListOffsets orders-0")).count(),
        2,
        "{}",
        cluster.text()
    );
    assert!(
        cluster.text().contains("begins orders-0 at 100: nothing committed, reset by policy [Latest]"),
        "{}",
        cluster.text()
    );
}

/// Offsets that the coordinator is still loading are asked for again.
#[test]
fn committed_offsets_are_waited_for() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[0].committed = Some((30, -1));
    let loading =
        OffsetFetchResponse { error: ErrorCode::CoordinatorLoadInProgress, offsets: vec![], unstable: vec![] };
    cluster.script("OffsetFetch", Reaction::Say(Response::OffsetFetch(loading)));
    cluster.run_until(S(1));
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains("OffsetFetch billing")).count(),
        2,
        "{}",
        cluster.text()
    );
    assert!(cluster.text().contains("begins orders-0 at the committed offset 30"), "{}", cluster.text());
}

/// With one partition in doubt none of the others is begun either: the whole question is asked again (KIP-447).
#[test]
fn offsets_of_an_undecided_transaction_are_waited_for() {
    let mut cluster = resetting(AutoOffsetReset::Latest);
    cluster.partitions[0].committed = Some((30, -1));
    let undecided = OffsetFetchResponse {
        error: ErrorCode::None,
        offsets: vec![(Tp(1), Offset(7), LeaderEpoch::UNDEFINED)],
        unstable: vec![Tp(0)],
    };
    cluster.script("OffsetFetch", Reaction::Say(Response::OffsetFetch(undecided)));
    cluster.run_until(S(1));
    let text = cluster.text();
    let asked = cluster.story.iter().filter(|line| line.contains("-> broker 1: OffsetFetch billing")).count();
    assert_eq!(asked, 2, "{text}");
    assert!(text.contains("begins orders-0 at the committed offset 30"), "{text}");
    assert!(!text.contains("at the committed offset 7"), "{text}");
}

/// Two requests for positions to one broker: each answer completes what its own request asked about.
#[test]
fn a_second_validation_does_not_replace_the_first() {
    let mut cluster = resetting(AutoOffsetReset::Earliest);
    cluster.partitions[1].leader = 1;
    cluster.produce(1, 10);
    cluster.run_until(S(1));
    cluster.script("OffsetForLeaderEpoch", Reaction::Park);
    for partition in [0, 1] {
        cluster.forget();
        (cluster.partitions[partition].leader, cluster.partitions[partition].epoch) = (2, 1);
        cluster.produce(partition, 1);
        cluster.run_until(cluster.now() + MS(500));
        let asked = cluster.story.iter().filter(|line| line.contains("OffsetForLeaderEpoch orders")).count();
        assert_eq!(asked, 1, "{}", cluster.text());
    }
    let end = |tp| EpochEndOffset { tp, error: ErrorCode::None, leader_epoch: LeaderEpoch(1), end_offset: Offset(101) };
    cluster.release(Response::OffsetsForLeaderEpoch([end(Tp(0))].into_iter().collect()));
    cluster.run_until(cluster.now() + MS(100));
    let text = cluster.text();
    assert!(text.contains("gets orders-0@100 from poll()") && text.contains("gets orders-1@10 from poll()"), "{text}");
}

/// The same for the resets: an answer that never comes is that of its own request.
#[test]
fn a_reset_without_an_answer_is_tried_again() {
    let mut cluster = resetting(AutoOffsetReset::Earliest);
    cluster.partitions[1].leader = 1;
    cluster.script("ListOffsets", Reaction::Hang);
    cluster.run_until(S(1));
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains("ListOffsets orders-0 earliest epoch 0, orders-1")).count(),
        2
    );
    assert!(cluster.text().contains("gets orders-0@0..99 from poll()"), "{}", cluster.text());
}

/// What the application asks for: an end of the log, or the first record of a time. `KafkaConsumer.seekToBeginning`, `seekToEnd`,
/// `offsetsForTimes`.
#[test]
fn an_application_seeks_to_what_the_broker_is_to_find() {
    use crate::app::spec::{CommitMode, ScriptStep, SeekTo, StepCall};
    let sought = |to: SeekTo| {
        let mut spec = committing(CommitMode::SyncAfterBatch);
        spec.steps = [ScriptStep { at: S(3), call: StepCall::SeekTo(vec![Tp(0)], to) }].into();
        let mut cluster = Cluster::new(spec);
        cluster.run_until(S(1));
        cluster.produce(0, 10);
        cluster.run_until(S(2));
        cluster.produce(0, 10);
        cluster.run_until(S(3));
        cluster.forget();
        cluster.run_until(S(4));
        let told = |line: &&String| line.contains("seeks") || line.contains("gets") || line.contains("ListOffsets");
        cluster.story.iter().filter(told).map(|line| line[7..].to_owned()).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(
        [SeekTo::Beginning, SeekTo::End, SeekTo::Time(S(2)), SeekTo::Time(S(9))].map(sought).join("\n--\n")
    );
}
