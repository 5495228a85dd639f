//! OffsetCommit and OffsetFetch.

use super::play::{BILLING, Play};
use crate::protocol::config::AppendLinger;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

fn last_commit(play: &Play) -> ErrorCode {
    match play.replies.last() {
        Some((_, Response::OffsetCommit(response))) => response.results[0].1,
        other => panic!("the last answer was {other:?}"),
    }
}
fn commit(play: &mut Play, name: &str) -> ErrorCode {
    play.commit(name, &[(0, 10)]);
    play.linger();
    last_commit(play)
}

#[test]
fn commits_are_judged_by_group_then_member_then_generation_then_state() {
    let mut play = Play::new(|_| {});
    play.client("a").generation = Generation(3);
    assert_eq!(commit(&mut play, "a"), ErrorCode::GroupIdNotFound, "a generation of no group");
    play.client("a").generation = Generation::NONE;
    assert_eq!(commit(&mut play, "a"), ErrorCode::None, "from outside a group that does not exist");
    assert_eq!(commit(&mut play, "a"), ErrorCode::None, "from outside an empty group");

    play.quietly(|play| {
        play.enter("a");
        play.enter("b");
        play.let_pass(Nanos::from_secs(6));
    });
    assert_eq!(commit(&mut play, "b"), ErrorCode::RebalanceInProgress, "completing");
    play.quietly(|play| {
        play.sync("b", &[]);
        play.sync("a", &[]);
        play.linger();
    });
    assert_eq!(commit(&mut play, "b"), ErrorCode::None, "stable");
    assert_eq!(commit(&mut play, "c"), ErrorCode::UnknownMemberId, "from outside a group with members");
    play.client("b").generation = Generation(0);
    assert_eq!(commit(&mut play, "b"), ErrorCode::IllegalGeneration, "an old generation");
    play.client("b").generation = Generation(1);
    play.quietly(|play| play.join("a"));
    assert_eq!(commit(&mut play, "b"), ErrorCode::None, "preparing: the last chance before rejoining");
    play.client("b").member = MemberId(77);
    assert_eq!(commit(&mut play, "b"), ErrorCode::UnknownMemberId);
}

#[test]
fn without_linger_a_commit_is_written_at_once() {
    let mut play = Play::new(|config| config.group_coordinator_append_linger = AppendLinger::Fixed(Nanos::ZERO));
    play.commit("a", &[(0, 10)]);
    assert_eq!(last_commit(&play), ErrorCode::None);
}

#[test]
fn offsets_nobody_committed_are_unknown_and_backward_commits_are_taken() {
    let mut play = Play::new(|_| {});
    play.fetch("a", &[0]);
    let fetched = |play: &Play| match play.replies.last() {
        Some((_, Response::OffsetFetch(response))) => (response.error, response.offsets[0].1, response.offsets[0].2),
        other => panic!("the last answer was {other:?}"),
    };
    assert_eq!(fetched(&play), (ErrorCode::None, Offset::INVALID, LeaderEpoch::UNDEFINED));
    play.commit("a", &[(0, 900)]);
    play.commit("a", &[(0, 100)]);
    play.linger();
    play.fetch("a", &[0]);
    assert_eq!(fetched(&play), (ErrorCode::None, Offset(100), LeaderEpoch(0)));
    let described = play.coordinator.describe(BILLING).expect("the group exists");
    assert_eq!(described.offsets, [(Tp(0), Offset(100))]);
}

/// A commit restarts the session, in the states in which it is accepted from a member.
#[test]
fn a_commit_is_as_good_as_a_heartbeat() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    let start = play.stage.now;
    for _ in 0..5 {
        play.let_pass(Nanos::from_secs(40));
        assert_eq!(commit(&mut play, "a"), ErrorCode::None);
    }
    assert!(play.stage.now > start + Nanos::from_secs(200));
}
