//! Handing out and processing; records that cannot be processed; crashes.

use super::cluster::*;
use super::tell;
use crate::app::spec::{CommitMode, LoopSpec, PoisonPolicy, ProcessingThread};
use crate::history::fact::{Fact, StopKind};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::*;

fn poisoned(on_poison: PoisonPolicy) -> Stage {
    let mut stage = Stage::new(LoopSpec { on_poison, ..committing(CommitMode::SyncAfterBatch) });
    stage.produce_poison(0, 5, 2);
    stage
}

#[test]
fn skip_goes_on_without_the_record() {
    let mut stage = poisoned(PoisonPolicy::Skip);
    stage.run_until(S(1));
    tell("poison_skip", &stage.text());
}

#[test]
fn a_dead_letter_is_dealt_with() {
    let mut stage = poisoned(PoisonPolicy::DeadLetter);
    stage.run_until(S(1));
    let text = stage.text();
    assert!(text.contains("failed orders-0 2\n") && text.contains("processed orders-0 2..3"), "{text}");
    assert_eq!(stage.partitions[0].committed, Some((5, 0)));
}

/// Retrying blocks the partition for ever; the committed offset stays at the record.
#[test]
fn retry_blocks_the_partition() {
    let mut stage = poisoned(PoisonPolicy::Retry { pause: MS(200) });
    stage.run_until(S(1));
    tell("poison_retry", &stage.text());
    assert_eq!(stage.partitions[0].committed, Some((2, -1)));
}

/// The crash comes before the commit, so the restarted process meets the record again, and repeats
/// what came before it.
#[test]
fn crash_is_a_crash_loop() {
    let mut stage = poisoned(PoisonPolicy::Crash { restart_after: MS(300) });
    stage.run_until(MS(700));
    tell("poison_crash", &stage.text());
}

/// At the moment of a crash, what was processed is known up to the last slice.
#[test]
fn work_is_reported_in_slices() {
    let mut stage = Stage::new(spec());
    stage.produce(0, 100);
    stage.run_until(MS(500));
    let slices: Vec<u32> = stage
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
    let mut stage = Stage::new(spec);
    stage.produce(0, 100);
    stage.run_until(MS(500));
    let polled: Vec<&String> = stage.story.iter().filter(|line| line.contains("polled")).collect();
    let ranges: Vec<&str> = polled.iter().map(|line| line.split(' ').next_back().expect("words")).collect();
    assert_eq!(ranges, ["0..40", "40..80", "80..100"], "{}", stage.text());
}

/// A dead process says nothing more, and starts anew from the committed offset.
#[test]
fn death_forgets_everything() {
    let mut stage = Stage::new(spec());
    stage.produce(0, 100);
    stage.run_until(MS(60));
    stage.forget();
    stage.consumer.process_died(StopKind::Crash);
    stage.run_until(MS(100));
    assert_eq!(stage.text(), "");
    stage.give(Input::Start);
    stage.run_until(MS(400));
    let text = stage.text();
    assert!(text.contains("JoinGroup without member id") && text.contains("polled orders-0 0..100"), "{text}");
}

/// The broker forgot the session: everything is listed again, and nothing is lost.
#[test]
fn a_lost_fetch_session_is_opened_again() {
    let mut stage = Stage::new(spec());
    let lost = FetchResponse { error: ErrorCode::FetchSessionIdNotFound, partitions: Default::default() };
    stage.run_until(MS(500));
    stage.produce(0, 1);
    stage.script("Fetch", Reaction::Say(Response::Fetch(lost)));
    stage.run_until(S(1));
    stage.produce(0, 1);
    stage.run_until(S(2));
    assert!(stage.text().contains("polled orders-0 1..2"), "{}", stage.text());
}

/// A broken connection to a leader delays, and loses nothing.
#[test]
fn a_broken_connection_is_opened_again() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(500));
    stage.disconnect(2);
    stage.run_until(MS(600));
    stage.produce(1, 3);
    stage.run_until(S(2));
    assert!(stage.text().contains("polled orders-1 0..3"), "{}", stage.text());
}

/// The application's batch and the next fetch travel at the same time.
#[test]
fn fetches_are_pipelined() {
    let mut stage = Stage::new(spec());
    stage.produce(0, 50);
    stage.run_until(MS(300));
    stage.produce(0, 50);
    stage.run_until(MS(320));
    stage.produce(0, 50);
    stage.run_until(MS(500));
    let text = stage.text();
    let first = text.find("processed orders-0 90..100").expect("processed");
    let second = text.find("polled orders-0 100..150").expect("polled");
    assert!(first < second, "{text}");
    let gap: Vec<&str> = text[first..second].lines().collect();
    assert_eq!(gap.len(), 2, "the second batch was there already: {text}");
}

/// A workload that begins later is silent until then, and can be told to stop before.
#[test]
fn the_start_can_be_late() {
    let mut stage = Stage::new(LoopSpec { start: S(5), ..spec() });
    stage.run_until(MS(4999));
    assert_eq!(stage.text(), "");
    stage.run_until(S(6));
    assert!(stage.text().starts_with("5.001s -> FindCoordinator"), "{}", stage.text());

    let mut stage = Stage::new(LoopSpec { start: S(5), ..spec() });
    stage.run_until(S(1));
    stage.give(Input::Shutdown);
    stage.run_until(S(10));
    assert_eq!(stage.text(), "1.000s exit");
}

/// Records of one poll may come from several partitions; the position of each moves on its own.
#[test]
fn a_poll_spans_partitions() {
    let mut spec = spec();
    spec.consumer.config.max_poll_records = 8;
    let mut stage = Stage::new(spec);
    stage.run_until(MS(500));
    // Busy, so that both responses are buffered when the next poll comes.
    stage.produce(0, 5);
    stage.run_until(MS(502));
    stage.produce(0, 5);
    stage.produce(1, 5);
    stage.run_until(MS(600));
    let polled: Vec<&str> =
        stage.story.iter().filter_map(|line| line.split_once("polled ").map(|(_, what)| what)).collect();
    assert_eq!(polled, ["orders-0 0..5", "orders-0 5..10", "orders-1 0..3", "orders-1 3..5"], "{}", stage.text());
}

/// 10 ms per record, done by a worker; auto-commit every second.
fn with_worker(on_poison: PoisonPolicy) -> Stage {
    let mut spec = LoopSpec { thread: ProcessingThread::Worker, on_poison, ..spec() };
    spec.per_record = crate::sim::random::Distribution::Constant(MS(10));
    spec.consumer.config.auto_commit_interval = S(1);
    Stage::new(spec)
}

/// Auto-commit takes what poll() has returned for processed. The worker has only begun with it when
/// the process dies, and the next process goes on behind all of it.
#[test]
fn a_worker_loses_what_was_committed_and_queued() {
    let mut stage = with_worker(PoisonPolicy::Skip);
    stage.run_until(MS(900));
    stage.produce(0, 100);
    stage.run_until(MS(1100));
    stage.consumer.process_died(StopKind::Crash);
    stage.say("the process dies");
    stage.give(Input::Start);
    stage.run_until(S(3));
    stage.story.retain(|line| !line.contains("processed") || line.ends_with("18..19"));
    tell("worker_loses_its_queue", &stage.text());
}

/// The worker does not keep poll() waiting, nor poll() the worker.
#[test]
fn polls_go_on_while_the_worker_works() {
    let mut stage = with_worker(PoisonPolicy::Skip);
    stage.run_until(MS(500));
    for _ in 0..3 {
        stage.produce(0, 10);
        stage.run_until(stage.now + MS(20));
    }
    let polled = |stage: &Stage| stage.story.iter().filter(|line| line.contains("polled orders-0")).count();
    let processed = |stage: &Stage| stage.story.iter().filter(|line| line.contains("processed orders-0")).count();
    assert_eq!((polled(&stage), processed(&stage)), (3, 5), "{}", stage.text());
    stage.run_until(S(1));
    assert_eq!((polled(&stage), processed(&stage)), (3, 30), "{}", stage.text());
}

/// Told to stop, the application lets its worker finish before it closes the consumer.
#[test]
fn a_clean_stop_waits_for_the_worker() {
    let mut stage = with_worker(PoisonPolicy::Skip);
    stage.run_until(MS(500));
    stage.produce(0, 50);
    stage.run_until(MS(600));
    stage.give(Input::Shutdown);
    stage.run_until(MS(900));
    assert!(!stage.exited, "{}", stage.text());
    stage.run_until(S(2));
    let text = stage.text();
    assert!(stage.exited && text.contains("processed orders-0 49..50"), "{text}");
    assert_eq!(stage.partitions[0].committed, Some((50, 0)));
}

/// A worker that tries a record again and again does not seek: poll() goes on, and so do commits.
#[test]
fn a_worker_retries_in_place() {
    let mut stage = with_worker(PoisonPolicy::Retry { pause: MS(100) });
    stage.produce_poison(0, 5, 2);
    stage.run_until(S(3));
    let text = stage.text();
    assert!(text.contains("processed orders-0 1..2") && !text.contains("processed orders-0 3..4"), "{text}");
    assert_eq!(stage.partitions[0].committed, Some((5, 0)), "{text}");
}

/// The record that fails is in one partition; what is not done in the others is sought back too, or
/// it would be lost.
#[test]
fn retry_seeks_back_in_every_partition_of_the_batch() {
    let mut stage = Stage::new(LoopSpec {
        on_poison: PoisonPolicy::Retry { pause: MS(200) },
        ..committing(CommitMode::SyncAfterBatch)
    });
    stage.run_until(MS(500));
    stage.produce(0, 20);
    stage.run_until(MS(502));
    stage.produce_poison(0, 5, 2);
    stage.produce(1, 5);
    stage.run_until(MS(600));
    let sought: Vec<&str> =
        stage.story.iter().filter_map(|line| line.split_once("position ").map(|(_, what)| what)).collect();
    assert_eq!(sought[2..4], ["orders-0 22 sought", "orders-1 0 sought"], "{}", stage.text());
}
