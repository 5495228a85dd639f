//! Handing out and processing; records that cannot be processed; crashes.

use super::cluster::*;
use crate::app::spec::{CommitMode, GivingUp, LoopSpec, PoisonPolicy, ProcessingThread, Retries};
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::*;

/// What each poll() returned.
fn polled(cluster: &Cluster) -> Vec<&str> {
    let told = cluster.story.iter().filter_map(|line| line.split_once(" gets ")?.1.split_once(" from poll()"));
    told.map(|(records, _)| records).collect()
}

fn poisoned(on_poison: PoisonPolicy) -> Cluster {
    let mut cluster = Cluster::new(LoopSpec { on_poison, ..committing(CommitMode::SyncAfterBatch) });
    cluster.produce_poison(0, 5, 2);
    cluster
}

#[test]
fn a_dead_letter_is_dealt_with() {
    let mut cluster = poisoned(PoisonPolicy::GiveUp(GivingUp::DeadLetter));
    cluster.run_until(S(1));
    let text = cluster.text();
    assert!(text.contains("cannot process orders-0@2\n") && text.contains("processes orders-0@2"), "{text}");
    assert_eq!(cluster.partitions[0].committed, Some((5, 0)));
}

/// Retrying blocks the partition for ever; the committed offset stays at the record.
#[test]
fn retry_blocks_the_partition() {
    let mut cluster = poisoned(PoisonPolicy::Retry(Retries::without_end(MS(200))));
    cluster.run_until(S(1));
    assert_eq!(cluster.partitions[0].committed, Some((2, -1)));
}

/// The `finally` of a loop: close() leaves the group, and commits if commits are automatic, past the record that threw.
#[test]
fn a_loop_that_ends_in_close_commits_what_it_has_failed_at_if_commits_are_automatic() {
    let on_poison = PoisonPolicy::GiveUp(GivingUp::Close { restart_after: S(30) });
    for (commit, committed) in [(CommitMode::Auto, Some((5, 0))), (CommitMode::SyncAfterBatch, None)] {
        let mut cluster = Cluster::new(LoopSpec { on_poison, ..committing(commit) });
        cluster.produce_poison(0, 5, 2);
        cluster.run_until(S(1));
        let text = cluster.text();
        assert!(text.contains("cannot process orders-0@2\n") && text.contains("LeaveGroup"), "{commit:?}: {text}");
        assert_eq!(cluster.partitions[0].committed, committed, "{commit:?}: {text}");
    }
}

/// At the moment of a crash, what was processed is known up to the last slice.
#[test]
fn work_is_reported_in_slices() {
    let mut cluster = Cluster::new(spec());
    cluster.produce(0, 100);
    cluster.run_until(MS(500));
    let slices: Vec<u32> = cluster
        .facts
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::RecordsProcessed { count, .. } => Some(*count),
            _ => None,
        })
        .collect();
    assert_eq!(slices, [10; 10], "ten milliseconds each");
}

/// max.poll.records limits what poll() returns, not what is fetched; while something is buffered its
/// partition is not fetched.
#[test]
fn max_poll_records() {
    let mut spec = spec();
    spec.consumer.config.max_poll_records = 40;
    let mut cluster = Cluster::new(spec);
    cluster.produce(0, 100);
    cluster.run_until(MS(500));
    assert_eq!(polled(&cluster), ["orders-0@0..39", "orders-0@40..79", "orders-0@80..99"], "{}", cluster.text());
}

/// A dead process says nothing more, and starts anew from the committed offset.
#[test]
fn death_forgets_everything() {
    let mut cluster = Cluster::new(spec());
    cluster.produce(0, 100);
    cluster.run_until(MS(60));
    cluster.forget();
    cluster.die();
    cluster.run_until(MS(100));
    assert_eq!(cluster.text(), "");
    cluster.give(Input::Start);
    cluster.run_until(MS(400));
    let text = cluster.text();
    assert!(text.contains("JoinGroup billing as nobody") && text.contains("gets orders-0@0..99 from poll()"), "{text}");
}

/// The broker forgot the session: everything is listed again, and nothing is lost.
#[test]
fn a_lost_fetch_session_is_opened_again() {
    let mut cluster = Cluster::new(spec());
    let lost = FetchResponse { error: ErrorCode::FetchSessionIdNotFound, partitions: Default::default() };
    cluster.run_until(MS(500));
    cluster.produce(0, 1);
    cluster.script("Fetch", Reaction::Say(Response::Fetch(lost)));
    cluster.run_until(S(1));
    cluster.produce(0, 1);
    cluster.run_until(S(2));
    assert!(cluster.text().contains("gets orders-0@1 from poll()"), "{}", cluster.text());
}

/// A broken connection to a leader delays, and loses nothing.
#[test]
fn a_broken_connection_is_opened_again() {
    let mut cluster = Cluster::new(spec());
    cluster.run_until(MS(500));
    cluster.disconnect(2);
    cluster.run_until(MS(600));
    cluster.produce(1, 3);
    cluster.run_until(S(2));
    assert!(cluster.text().contains("gets orders-1@0..2 from poll()"), "{}", cluster.text());
}

/// The application's batch and the next fetch travel at the same time.
#[test]
fn fetches_are_pipelined() {
    let mut cluster = Cluster::new(spec());
    cluster.produce(0, 50);
    cluster.run_until(MS(300));
    cluster.produce(0, 50);
    cluster.run_until(MS(320));
    cluster.produce(0, 50);
    cluster.run_until(MS(500));
    let text = cluster.text();
    let first = text.find("processes orders-0@90..99").expect("processes");
    let second = text.find("gets orders-0@100..149 from poll()").expect("from poll()");
    assert!(first < second, "{text}");
    let gap: Vec<&str> = text[first..second].lines().collect();
    assert_eq!(gap.len(), 2, "the second batch was there already: {text}");
}

/// A workload that begins later is silent until then, and can be told to stop before.
#[test]
fn the_start_can_be_late() {
    let mut cluster = Cluster::new(LoopSpec { start: S(5), ..spec() });
    cluster.run_until(MS(4999));
    assert_eq!(cluster.text(), "");
    cluster.run_until(S(6));
    assert!(cluster.text().starts_with("5.001s   -> broker 2: FindCoordinator"), "{}", cluster.text());

    let mut cluster = Cluster::new(LoopSpec { start: S(5), ..spec() });
    cluster.run_until(S(1));
    cluster.give(Input::Shutdown);
    cluster.run_until(S(10));
    assert_eq!(cluster.text(), "1.000s exits");
}

/// Records of one poll may come from several partitions; the position of each moves on its own.
#[test]
fn a_poll_spans_partitions() {
    let mut spec = spec();
    spec.consumer.config.max_poll_records = 8;
    let mut cluster = Cluster::new(spec);
    cluster.run_until(MS(500));
    // Busy, so that both responses are buffered when the next poll comes.
    cluster.produce(0, 5);
    cluster.run_until(MS(502));
    cluster.produce(0, 5);
    cluster.produce(1, 5);
    cluster.run_until(MS(600));
    let expected = ["orders-0@0..4", "orders-0@5..9", "orders-1@0..2", "orders-1@3..4"];
    assert_eq!(polled(&cluster), expected, "{}", cluster.text());
}

/// Auto-commit takes what poll() has returned for processed. The worker has only begun with it when
/// the process dies, and the next process goes on behind all of it.
#[test]
fn a_worker_loses_what_was_committed_and_queued() {
    let mut cluster = with_worker(PoisonPolicy::GiveUp(GivingUp::Skip));
    cluster.run_until(MS(900));
    cluster.produce(0, 100);
    cluster.run_until(MS(1100));
    cluster.die();
    cluster.say("the process dies");
    cluster.give(Input::Start);
    cluster.run_until(S(3));
    cluster.story.retain(|line| !line.contains("processes") || line.ends_with("18..19"));
}

/// 10 ms per record, done by a worker; auto-commit every second.
fn with_worker(on_poison: PoisonPolicy) -> Cluster {
    let mut spec = LoopSpec { thread: ProcessingThread::Worker, on_poison, ..spec() };
    spec.per_record = crate::sim::random::Distribution::Constant(MS(10));
    spec.consumer.config.auto_commit_interval = S(1);
    Cluster::new(spec)
}

/// The worker does not keep poll() waiting, nor poll() the worker.
#[test]
fn polls_go_on_while_the_worker_works() {
    let mut cluster = with_worker(PoisonPolicy::GiveUp(GivingUp::Skip));
    cluster.run_until(MS(500));
    for _ in 0..3 {
        cluster.produce(0, 10);
        cluster.run_until(cluster.now() + MS(20));
    }
    let polled = |cluster: &Cluster| cluster.story.iter().filter(|line| line.contains(" from poll()")).count();
    let processed = |cluster: &Cluster| cluster.story.iter().filter(|line| line.contains("processes orders-0")).count();
    assert_eq!((polled(&cluster), processed(&cluster)), (3, 5), "{}", cluster.text());
    cluster.run_until(S(1));
    assert_eq!((polled(&cluster), processed(&cluster)), (3, 30), "{}", cluster.text());
}

/// Told to stop, the application lets its worker finish before it closes the consumer.
#[test]
fn a_clean_stop_waits_for_the_worker() {
    let mut cluster = with_worker(PoisonPolicy::GiveUp(GivingUp::Skip));
    cluster.run_until(MS(500));
    cluster.produce(0, 50);
    cluster.run_until(MS(600));
    cluster.give(Input::Shutdown);
    cluster.run_until(MS(900));
    assert!(!cluster.exited, "{}", cluster.text());
    cluster.run_until(S(2));
    let text = cluster.text();
    assert!(cluster.exited && text.contains("processes orders-0@49"), "{text}");
    assert_eq!(cluster.partitions[0].committed, Some((50, 0)));
}

/// A worker that tries a record again and again does not seek: poll() goes on, and so do commits.
#[test]
fn a_worker_retries_in_place() {
    let mut cluster = with_worker(PoisonPolicy::Retry(Retries::without_end(MS(100))));
    cluster.produce_poison(0, 5, 2);
    cluster.run_until(S(3));
    let text = cluster.text();
    assert!(text.contains("processes orders-0@1") && !text.contains("processes orders-0@3"), "{text}");
    assert_eq!(cluster.partitions[0].committed, Some((5, 0)), "{text}");
}

/// The record that fails is in one partition; what is not done in the others is sought back too, or
/// it would be lost.
#[test]
fn retry_seeks_back_in_every_partition_of_the_batch() {
    let mut cluster = Cluster::new(LoopSpec {
        on_poison: PoisonPolicy::Retry(Retries::without_end(MS(200))),
        ..committing(CommitMode::SyncAfterBatch)
    });
    cluster.run_until(MS(500));
    cluster.produce(0, 20);
    cluster.run_until(MS(502));
    cluster.produce_poison(0, 5, 2);
    cluster.produce(1, 5);
    cluster.run_until(MS(600));
    let sought: Vec<&str> =
        cluster.story.iter().filter_map(|line| line.split_once(" seeks ").map(|(_, what)| what)).collect();
    assert_eq!(sought[..2], ["orders-0 to 22", "orders-1 to 0"], "{}", cluster.text());
}
