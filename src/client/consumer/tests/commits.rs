//! What is committed, when, and what comes of it.

use super::cluster::*;
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

/// An idle consumer commits its position all the same.
#[test]
fn auto_commit_of_an_idle_consumer() {
    let mut cluster = Cluster::new(spec());
    cluster.partitions[0].committed = None;
    cluster.run_until(S(6));
    assert_eq!(cluster.partitions[0].committed, Some((0, -1)), "{}", cluster.text());
}

/// In COMPLETING_REBALANCE the coordinator refuses; the member rejoins, keeping its generation.
#[test]
fn commit_during_a_rebalance() {
    let mut cluster = Cluster::new(committing(CommitMode::SyncAfterBatch));
    cluster.produce(0, 3);
    cluster.script("OffsetCommit", refused(ErrorCode::RebalanceInProgress));
    cluster.run_until(S(1));
    let text = cluster.text();
    assert!(text.contains("gives up orders-0 (generation 1)"), "{text}");
    assert!(text.contains("JoinGroup billing as billing-0#1"), "{text}");
}

/// A broken connection or a loading coordinator does not fail commitSync().
#[test]
fn commit_sync_retries() {
    let mut cluster = Cluster::new(committing(CommitMode::SyncAfterBatch));
    cluster.produce(0, 3);
    cluster.script("OffsetCommit", Reaction::Hang);
    cluster.script("OffsetCommit", refused(ErrorCode::CoordinatorLoadInProgress));
    cluster.run_until(S(3));
    let completed: Vec<ErrorCode> = cluster
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
        cluster.text()
    );
}

/// commitSync() gives up after default.api.timeout.ms.
#[test]
fn commit_sync_times_out() {
    let mut spec = committing(CommitMode::SyncAfterBatch);
    spec.consumer.config.default_api_timeout = S(2);
    let mut cluster = Cluster::new(spec);
    cluster.produce(0, 3);
    cluster.script("OffsetCommit", Reaction::Park);
    cluster.run_until(S(3));
    let text = cluster.text();
    assert!(text.contains("its commit throws TimeoutException: offsets not committed in time"), "{text}");
}

/// commitAsync() has one attempt.
#[test]
fn commit_async_does_not_retry() {
    let mut cluster = Cluster::new(committing(CommitMode::AsyncAfterBatch));
    cluster.produce(0, 3);
    cluster.script("OffsetCommit", refused(ErrorCode::CoordinatorLoadInProgress));
    cluster.run_until(S(3));
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains(": OffsetCommit billing")).count(),
        1,
        "{}",
        cluster.text()
    );
    assert_eq!(cluster.partitions[0].committed, None);
}

/// Commit first, process then: what is committed and not processed is lost in a crash.
#[test]
fn at_most_once() {
    let mut cluster = Cluster::new(committing(CommitMode::SyncBeforeProcessing));
    cluster.produce(0, 20);
    cluster.run_until(S(1));
    let text = cluster.text();
    let committed = text.find("is told that 20 of orders-0 is committed").expect("committed");
    let processed = text.find("processes orders-0@0..9").expect("processes");
    assert!(committed < processed, "{text}");
}

/// ... and what could not be committed is not processed, but polled again.
#[test]
fn at_most_once_does_not_process_what_it_could_not_commit() {
    let mut cluster = Cluster::new(committing(CommitMode::SyncBeforeProcessing));
    cluster.produce(0, 3);
    cluster.script("OffsetCommit", refused(ErrorCode::RebalanceInProgress));
    cluster.run_until(S(1));
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains("gets orders-0@0..2 from poll()")).count(),
        2,
        "{}",
        cluster.text()
    );
    assert_eq!(
        cluster.story.iter().filter(|line| line.contains("processes orders-0@0..2")).count(),
        1,
        "{}",
        cluster.text()
    );
}

/// The offset of orders-0 in every OffsetCommit, in the order in which they were sent.
fn sent(cluster: &Cluster) -> Vec<i64> {
    let commits = cluster.story.iter().filter(|line| line.contains(": OffsetCommit billing"));
    let offset = |line: &String| line.split("orders-0@").nth(1)?.split([' ', ',']).next()?.parse().ok();
    commits.filter_map(offset).collect()
}

/// One record per poll, one commitAsync() each, and a coordinator that answers nothing.
fn hundred_in_flight() -> Cluster {
    let mut spec = committing(CommitMode::AsyncAfterBatch);
    spec.consumer.config.max_poll_records = 1;
    let mut cluster = Cluster::new(spec);
    cluster.produce(0, 150);
    cluster.script("OffsetCommit", Reaction::Park);
    cluster.run_until(S(1));
    assert_eq!(sent(&cluster), (1..=100).collect::<Vec<i64>>(), "the connection takes a hundred");
    cluster
}

fn committed() -> Response {
    use crate::protocol::ids::Tp;
    let results = [(Tp(0), ErrorCode::None), (Tp(1), ErrorCode::None)].into_iter().collect();
    Response::OffsetCommit(OffsetCommitResponse { results })
}

/// What the connection does not take yet is sent later, in order: commits never go back.
#[test]
fn commits_queue_in_order() {
    let mut cluster = hundred_in_flight();
    cluster.release(committed());
    cluster.run_until(S(2));
    assert_eq!(sent(&cluster), (1..=150).collect::<Vec<i64>>());
    assert_eq!(cluster.partitions[0].committed, Some((150, 0)));
}

/// The queue fails with its connection: nothing of it comes after what is committed later.
#[test]
fn queued_commits_fail_with_their_connection() {
    let mut cluster = hundred_in_flight();
    cluster.forget();
    cluster.disconnect(1);
    cluster.produce(0, 1);
    cluster.run_until(S(3));
    assert_eq!(sent(&cluster), [151], "{}", cluster.text());
    let failed = cluster.story.iter().filter(|l| l.contains("for orders-0 fails: NETWORK_EXCEPTION"));
    assert_eq!(failed.count(), 150);
}
