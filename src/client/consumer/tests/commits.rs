//! What is committed, when, and what comes of it.

use super::cluster::*;
use super::tell;
use crate::app::spec::CommitMode;
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::*;

fn refused(error: ErrorCode) -> Reaction {
    use crate::protocol::ids::Tp;
    Reaction::Say(Response::OffsetCommit(OffsetCommitResponse {
        results: [(Tp(0), error), (Tp(1), error)].into_iter().collect(),
    }))
}

/// Auto-commit inside poll() commits what earlier polls returned, not what this one returns.
#[test]
fn auto_commit_commits_earlier_polls() {
    let mut spec = spec();
    spec.consumer.config.max_poll_records = 100;
    spec.consumer.config.auto_commit_interval = MS(150);
    let mut stage = Stage::new(spec);
    stage.produce(0, 400);
    stage.run_until(MS(450));
    stage.story.retain(|line| !line.contains("processed"));
    tell("auto_commit", &stage.text());
}

/// An idle consumer commits its position all the same.
#[test]
fn auto_commit_of_an_idle_consumer() {
    let mut stage = Stage::new(spec());
    stage.partitions[0].committed = None;
    stage.run_until(S(6));
    assert_eq!(stage.partitions[0].committed, Some((0, -1)), "{}", stage.text());
}

/// The coordinator does not know the member any more: the work is done, the commit is refused, the
/// partitions are lost at the next poll().
#[test]
fn commit_refused_after_fencing() {
    let mut stage = Stage::new(committing(CommitMode::SyncAfterBatch));
    stage.produce(0, 3);
    stage.generation = 1;
    stage.script("OffsetCommit", refused(ErrorCode::UnknownMemberId));
    stage.run_until(MS(12));
    stage.generation = 2;
    stage.run_until(MS(60));
    tell("commit_refused", &stage.text());
}

/// In COMPLETING_REBALANCE the coordinator refuses; the member rejoins, keeping its generation.
#[test]
fn commit_during_a_rebalance() {
    let mut stage = Stage::new(committing(CommitMode::SyncAfterBatch));
    stage.produce(0, 3);
    stage.script("OffsetCommit", refused(ErrorCode::RebalanceInProgress));
    stage.run_until(S(1));
    let text = stage.text();
    assert!(text.contains("revoked orders-0 generation 1"), "{text}");
    assert!(text.contains("JoinGroup as m1"), "{text}");
}

/// A broken connection or a loading coordinator does not fail commitSync().
#[test]
fn commit_sync_retries() {
    let mut stage = Stage::new(committing(CommitMode::SyncAfterBatch));
    stage.produce(0, 3);
    stage.script("OffsetCommit", Reaction::Hang);
    stage.script("OffsetCommit", refused(ErrorCode::CoordinatorLoadInProgress));
    stage.run_until(S(3));
    let completed: Vec<ErrorCode> = stage
        .facts
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::CommitCompleted { tp, error, .. } if tp.0 == 0 => Some(*error),
            _ => None,
        })
        .collect();
    assert_eq!(
        completed,
        [ErrorCode::NetworkException, ErrorCode::CoordinatorLoadInProgress, ErrorCode::None],
        "{}",
        stage.text()
    );
}

/// commitSync() gives up after default.api.timeout.ms.
#[test]
fn commit_sync_times_out() {
    let mut spec = committing(CommitMode::SyncAfterBatch);
    spec.consumer.config.default_api_timeout = S(2);
    let mut stage = Stage::new(spec);
    stage.produce(0, 3);
    stage.script("OffsetCommit", Reaction::Park);
    stage.run_until(S(3));
    let text = stage.text();
    assert!(text.contains("commit failed: TimeoutException: offsets not committed in time"), "{text}");
}

/// commitAsync() has one attempt.
#[test]
fn commit_async_does_not_retry() {
    let mut stage = Stage::new(committing(CommitMode::AsyncAfterBatch));
    stage.produce(0, 3);
    stage.script("OffsetCommit", refused(ErrorCode::CoordinatorLoadInProgress));
    stage.run_until(S(3));
    assert_eq!(stage.story.iter().filter(|line| line.contains("-> OffsetCommit")).count(), 1, "{}", stage.text());
    assert_eq!(stage.partitions[0].committed, None);
}

/// Commit first, process then: what is committed and not processed is lost in a crash.
#[test]
fn at_most_once() {
    let mut stage = Stage::new(committing(CommitMode::SyncBeforeProcessing));
    stage.produce(0, 20);
    stage.run_until(S(1));
    let text = stage.text();
    let committed = text.find("commit completed orders-0 20 NONE").expect("committed");
    let processed = text.find("processed orders-0 0..10").expect("processed");
    assert!(committed < processed, "{text}");
}

/// ... and what could not be committed is not processed, but polled again.
#[test]
fn at_most_once_does_not_process_what_it_could_not_commit() {
    let mut stage = Stage::new(committing(CommitMode::SyncBeforeProcessing));
    stage.produce(0, 3);
    stage.script("OffsetCommit", refused(ErrorCode::RebalanceInProgress));
    stage.run_until(S(1));
    assert_eq!(stage.story.iter().filter(|line| line.contains("polled orders-0 0..3")).count(), 2, "{}", stage.text());
    assert_eq!(
        stage.story.iter().filter(|line| line.contains("processed orders-0 0..3")).count(),
        1,
        "{}",
        stage.text()
    );
}

/// The offset of orders-0 in every OffsetCommit, in the order in which they were sent.
fn sent(stage: &Stage) -> Vec<i64> {
    let commits = stage.story.iter().filter(|line| line.contains("-> OffsetCommit"));
    let offset = |line: &String| line.split("orders-0@").nth(1)?.split(' ').next()?.parse().ok();
    commits.filter_map(offset).collect()
}

/// One record per poll, one commitAsync() each, and a coordinator that answers nothing.
fn hundred_in_flight() -> Stage {
    let mut spec = committing(CommitMode::AsyncAfterBatch);
    spec.consumer.config.max_poll_records = 1;
    let mut stage = Stage::new(spec);
    stage.produce(0, 150);
    stage.script("OffsetCommit", Reaction::Park);
    stage.run_until(S(1));
    assert_eq!(sent(&stage), (1..=100).collect::<Vec<i64>>(), "the connection takes a hundred");
    stage
}

fn committed() -> Response {
    use crate::protocol::ids::Tp;
    let results = [(Tp(0), ErrorCode::None), (Tp(1), ErrorCode::None)].into_iter().collect();
    Response::OffsetCommit(OffsetCommitResponse { results })
}

/// What the connection does not take yet is sent later, in order: commits never go back.
#[test]
fn commits_queue_in_order() {
    let mut stage = hundred_in_flight();
    stage.release(committed());
    stage.run_until(S(2));
    assert_eq!(sent(&stage), (1..=150).collect::<Vec<i64>>());
    assert_eq!(stage.partitions[0].committed, Some((150, 0)));
}

/// The queue fails with its connection: nothing of it comes after what is committed later.
#[test]
fn queued_commits_fail_with_their_connection() {
    let mut stage = hundred_in_flight();
    stage.forget();
    stage.disconnect(1);
    stage.produce(0, 1);
    stage.run_until(S(3));
    assert_eq!(sent(&stage), [151], "{}", stage.text());
    let failed =
        stage.story.iter().filter(|l| l.contains("commit completed orders-0") && l.contains("NETWORK_EXCEPTION"));
    assert_eq!(failed.count(), 150);
}
