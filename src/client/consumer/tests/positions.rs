//! Where reading begins, and where it goes on after trouble.

use super::cluster::*;
use super::tell;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

fn resetting(policy: AutoOffsetReset) -> Stage {
    let mut spec = spec();
    spec.consumer.config.auto_offset_reset = policy;
    let mut stage = Stage::new(spec);
    stage.produce(0, 100);
    stage
}

/// `latest` is the end when the broker serves ListOffsets: what came before is never read.
#[test]
fn latest_skips_what_is_there() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.run_until(S(1));
    stage.produce(0, 5);
    stage.run_until(S(2));
    tell("reset_latest", &stage.text());
}

#[test]
fn earliest_begins_at_the_log_start() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.partitions[0].log_start = 40;
    stage.run_until(MS(500));
    assert!(stage.text().contains("position orders-0 40 reset to Earliest\n"), "{}", stage.text());
    assert!(stage.text().contains("polled orders-0 40..100"), "{}", stage.text());
}

#[test]
fn without_a_policy_the_application_gets_an_error() {
    let mut stage = resetting(AutoOffsetReset::None);
    stage.run_until(MS(2500));
    let errors = stage.story.iter().filter(|line| line.contains("poll() throws NoOffsetForPartitionException")).count();
    assert!((2..=3).contains(&errors), "once a second, not in a busy loop: {}", stage.text());
}

/// A committed offset decides, whatever the policy.
#[test]
fn a_committed_offset_comes_first() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.partitions[0].committed = Some((30, -1));
    stage.run_until(S(1));
    assert!(stage.text().contains("position orders-0 30 from commit"), "{}", stage.text());
    assert!(stage.text().contains("polled orders-0 30..100"), "{}", stage.text());
}

/// A committed offset with an epoch is validated before anything is read.
#[test]
fn a_committed_offset_is_validated() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.partitions[0].committed = Some((120, 3));
    stage.partitions[0].epoch = 5;
    stage.partitions[0].epoch_end = Some((3, 90));
    stage.run_until(S(1));
    let text = stage.text();
    assert!(text.contains("OffsetsForLeaderEpoch orders-0"), "{text}");
    assert!(text.contains("position orders-0 120 truncated to 90"), "{text}");
    assert!(text.contains("polled orders-0 90..100"), "{text}");
}

#[test]
fn out_of_range_resets_by_policy() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.partitions[0].committed = Some((5000, -1));
    stage.run_until(S(1));
    assert!(stage.text().contains("position orders-0 100 reset to Latest, out of range"), "{}", stage.text());
}

/// An unclean election cuts the log below the position; the epoch of the last record gives it away.
#[test]
fn truncation_is_noticed() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.run_until(S(1));
    stage.forget();
    stage.say("unclean election: the new leader has 60 records of epoch 0");
    let log = &mut stage.partitions[0];
    log.leader = 2;
    log.epoch = 1;
    (log.batches[0].count, log.batches[0].last_offset_delta) = (60, 59);
    log.epoch_end = Some((0, 60));
    stage.produce(0, 10);
    stage.run_until(S(2));
    tell("truncation", &stage.text());
}

/// Compaction leaves holes, transactions leave markers: positions pass over both, nobody polls them.
#[test]
fn holes_and_markers_are_passed_over() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.run_until(S(1));
    stage.forget();
    stage.say("of ten records three are left, two of them neighbours, and a marker follows");
    stage.produce_compacted(0, 10, &[1, 2, 5]);
    stage.produce_marker(0);
    stage.run_until(S(2));
    stage.say("ten more records");
    stage.produce(0, 10);
    stage.run_until(S(3));
    tell("holes", &stage.text());
}

/// A clean leader change: validated, and nothing lost or repeated.
#[test]
fn a_leader_change_is_validated() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.run_until(S(1));
    stage.forget();
    stage.partitions[0].leader = 2;
    stage.partitions[0].epoch = 1;
    stage.produce(0, 10);
    stage.run_until(S(2));
    let text = stage.text();
    assert!(text.contains("OffsetsForLeaderEpoch orders-0"), "{text}");
    assert!(text.contains("polled orders-0 100..110"), "{text}");
    assert!(!text.contains("truncated") && !text.contains("reset"), "{text}");
}

/// A fetch that fails is repeated at once; it does not wait for the metadata that it asks for.
#[test]
fn a_failed_fetch_is_repeated_without_newer_metadata() {
    let mut stage = Stage::new(spec());
    stage.partitions[1].leader = 1;
    stage.produce(0, 10);
    stage.run_until(MS(500));
    let offline = FetchData {
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
    stage.script("Fetch", Reaction::Say(Response::Fetch(failed)));
    stage.script("Metadata", Reaction::Park);
    stage.produce(0, 10);
    stage.run_until(MS(520));
    assert!(stage.text().contains("polled orders-0 10..20"), "{}", stage.text());
}

/// Right after an election the leader does not know its high watermark: asked again.
#[test]
fn offset_not_available_is_retried() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.partitions[1].committed = Some((0, -1));
    let not_yet = ListOffsetsResult {
        tp: Tp(0),
        error: ErrorCode::OffsetNotAvailable,
        offset: Offset::INVALID,
        leader_epoch: LeaderEpoch::UNDEFINED,
    };
    stage.script("ListOffsets", Reaction::Say(Response::ListOffsets([not_yet].into_iter().collect())));
    stage.run_until(S(1));
    assert_eq!(stage.story.iter().filter(|line| line.contains("ListOffsets orders-0")).count(), 2, "{}", stage.text());
    assert!(stage.text().contains("position orders-0 100 reset to Latest"), "{}", stage.text());
}

/// Offsets that the coordinator is still loading are asked for again.
#[test]
fn committed_offsets_are_waited_for() {
    let mut stage = resetting(AutoOffsetReset::Latest);
    stage.partitions[0].committed = Some((30, -1));
    let loading = OffsetFetchResponse { error: ErrorCode::CoordinatorLoadInProgress, offsets: vec![] };
    stage.script("OffsetFetch", Reaction::Say(Response::OffsetFetch(loading)));
    stage.run_until(S(1));
    assert_eq!(stage.story.iter().filter(|line| line.contains("OffsetFetch")).count(), 2, "{}", stage.text());
    assert!(stage.text().contains("position orders-0 30 from commit"), "{}", stage.text());
}

/// Two requests for positions to one broker: each answer completes what its own request asked about.
#[test]
fn a_second_validation_does_not_replace_the_first() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.partitions[1].leader = 1;
    stage.produce(1, 10);
    stage.run_until(S(1));
    stage.script("OffsetsForLeaderEpoch", Reaction::Park);
    for partition in [0, 1] {
        stage.forget();
        (stage.partitions[partition].leader, stage.partitions[partition].epoch) = (2, 1);
        stage.produce(partition, 1);
        stage.run_until(stage.now + MS(500));
        let asked = stage.story.iter().filter(|line| line.contains("OffsetsForLeaderEpoch")).count();
        assert_eq!(asked, 1, "{}", stage.text());
    }
    let end = |tp| EpochEndOffset { tp, error: ErrorCode::None, leader_epoch: LeaderEpoch(1), end_offset: Offset(101) };
    stage.release(Response::OffsetsForLeaderEpoch([end(Tp(0))].into_iter().collect()));
    stage.run_until(stage.now + MS(100));
    let text = stage.text();
    assert!(text.contains("polled orders-0 100..101") && text.contains("polled orders-1 10..11"), "{text}");
}

/// The same for the resets: an answer that never comes is that of its own request.
#[test]
fn a_reset_without_an_answer_is_tried_again() {
    let mut stage = resetting(AutoOffsetReset::Earliest);
    stage.partitions[1].leader = 1;
    stage.script("ListOffsets", Reaction::Hang);
    stage.run_until(S(1));
    assert_eq!(stage.story.iter().filter(|line| line.contains("ListOffsets orders-0 orders-1")).count(), 2);
    assert!(stage.text().contains("polled orders-0 0..100"), "{}", stage.text());
}
