//! The write path: what hangs, what fails, what is taken back.

use super::play::{BILLING, Log, Play};
use super::tells;
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

/// Under min ISR a commit is not refused, it hangs: the record is in the log. After
/// `offsets.commit.timeout.ms` the client is told COORDINATOR_NOT_AVAILABLE; later the commit takes
/// effect all the same.
#[test]
fn a_commit_under_min_isr_hangs_and_takes_effect_later() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.log_mode = Log::UnderMinIsr;
    play.commit("a", &[(0, 10)]);
    play.let_pass(Nanos::from_secs(2));
    play.heartbeat("a");
    play.fetch("a", &[0]);
    play.let_pass(Nanos::from_secs(6));
    play.replicate();
    play.fetch("a", &[0]);
    tells!(play, "a_commit_under_min_isr_hangs_and_takes_effect_later");
}

/// A refused append takes back what it wrote: the offset is again what the log says.
#[test]
fn a_refused_append_is_undone() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.quietly(|play| {
        play.commit("a", &[(0, 10)]);
        play.linger();
    });
    play.log_mode = Log::Refuses(ErrorCode::KafkaStorageError);
    play.commit("a", &[(0, 20), (1, 5)]);
    play.commit("a", &[(0, 30)]);
    play.heartbeat("a");
    play.linger();
    play.fetch("a", &[0, 1]);
    tells!(play, "a_refused_append_is_undone");
}

/// `CoordinatorOperationExceptionHelper`.
#[test]
fn write_errors_are_mapped() {
    for (write, client, fetch) in [
        (ErrorCode::UnknownTopicOrPartition, ErrorCode::CoordinatorNotAvailable, ErrorCode::NotCoordinator),
        (ErrorCode::NotEnoughReplicas, ErrorCode::CoordinatorNotAvailable, ErrorCode::NotCoordinator),
        (ErrorCode::NotLeaderOrFollower, ErrorCode::NotCoordinator, ErrorCode::NotCoordinator),
        (ErrorCode::KafkaStorageError, ErrorCode::NotCoordinator, ErrorCode::NotCoordinator),
        (ErrorCode::MessageTooLarge, ErrorCode::UnknownServerError, ErrorCode::UnknownServerError),
        (ErrorCode::RecordListTooLarge, ErrorCode::UnknownServerError, ErrorCode::UnknownServerError),
        (ErrorCode::CorruptMessage, ErrorCode::CorruptMessage, ErrorCode::CorruptMessage),
    ] {
        let mut play = Play::new(|_| {});
        play.log_mode = Log::Refuses(write);
        play.commit("a", &[(0, 1)]);
        play.fetch("a", &[0]);
        play.linger();
        let answers: Vec<ErrorCode> = play
            .replies
            .iter()
            .map(|(_, response)| match response {
                Response::OffsetCommit(r) => r.results[0].1,
                Response::OffsetFetch(r) => r.error,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(answers, [client, fetch], "{write:?}");
        assert!(play.coordinator.describe(BILLING).is_none(), "the simple group is gone too");
    }
}

/// While an append is on its way the next batch waits, and falls with it.
#[test]
fn a_batch_behind_a_refused_one_falls_with_it() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.log_mode = Log::Slow;
    play.commit("a", &[(0, 10)]);
    play.linger();
    play.commit("a", &[(0, 20)]);
    play.let_pass(Nanos::from_millis(50));
    play.log_answers(Err(ErrorCode::NotLeaderOrFollower));
    play.fetch("a", &[0]);
    tells!(play, "a_batch_behind_a_refused_one_falls_with_it");
}

#[test]
fn a_batch_behind_a_slow_one_follows_it() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.log_mode = Log::Slow;
    play.commit("a", &[(0, 10)]);
    play.linger();
    play.commit("a", &[(0, 20)]);
    play.let_pass(Nanos::from_millis(50));
    play.log_mode = Log::Replicates;
    play.log_answers(Ok(()));
    let stored: Vec<Offset> = play
        .facts
        .iter()
        .filter_map(|f| if let Fact::OffsetStored { offset, .. } = f { Some(*offset) } else { None })
        .collect();
    assert_eq!(stored, [Offset(10), Offset(20)]);
}

/// A parked JoinGroup of an established group is not touched by writes, unless one is pending when
/// it arrives: then its client gets the write's timeout, but the member counts as joined.
#[test]
fn a_join_behind_a_pending_write_times_out_but_counts() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b"]);
    play.log_mode = Log::UnderMinIsr;
    play.commit("a", &[(0, 10)]);
    play.join("a");
    play.let_pass(Nanos::from_secs(6));
    play.join("b");
    tells!(play, "a_join_behind_a_pending_write_times_out_but_counts");
}

/// One timer serves all writes of a partition, however many wait.
#[test]
fn writes_share_a_timer() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.let_pass(Nanos::from_secs(6));
    play.log_mode = Log::UnderMinIsr;
    let before = play.timers.len();
    for n in 0..100 {
        play.commit("a", &[(0, n)]);
        play.linger();
    }
    assert_eq!(play.timers.len(), before + 1);
}
