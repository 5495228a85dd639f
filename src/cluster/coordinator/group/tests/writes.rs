//! The write path: what hangs, what fails, what is taken back.

use super::play::{BILLING, Log, Play};
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

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

/// One timer serves all writes of a partition, however many wait.
#[test]
fn writes_share_a_timer() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.let_pass(Nanos::from_secs(6));
    play.log_mode = Log::UnderMinIsr;
    let before = play.stage.timers();
    for n in 0..100 {
        play.commit("a", &[(0, n)]);
        play.linger();
    }
    assert_eq!(play.stage.timers(), before + 1);
}
