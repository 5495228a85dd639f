//! Heartbeat, LeaveGroup, session expiry.

use super::joining::states;
use super::play::Play;
use crate::history::fact::GroupState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

fn last_heartbeat(play: &Play) -> ErrorCode {
    match play.replies.last() {
        Some((_, Response::Heartbeat(error))) => *error,
        other => panic!("the last answer was {other:?}"),
    }
}

#[test]
fn heartbeat_tells_where_the_group_is() {
    let mut play = Play::new(|_| {});
    play.heartbeat("a");
    assert_eq!(last_heartbeat(&play), ErrorCode::UnknownMemberId, "no such group");
    play.quietly(|play| {
        play.enter("a");
        play.enter("b");
        play.secs(6);
    });
    play.heartbeat("b");
    assert_eq!(last_heartbeat(&play), ErrorCode::None, "completing");
    play.quietly(|play| {
        play.sync("b", &[]);
        play.sync("a", &[]);
        play.secs(7);
    });
    play.heartbeat("b");
    assert_eq!(last_heartbeat(&play), ErrorCode::None, "stable");
    play.client("b").generation = Generation(0);
    play.heartbeat("b");
    assert_eq!(last_heartbeat(&play), ErrorCode::IllegalGeneration);
    play.client("b").generation = Generation(1);
    play.quietly(|play| play.leave("a"));
    play.heartbeat("b");
    assert_eq!(last_heartbeat(&play), ErrorCode::RebalanceInProgress, "preparing");
    play.heartbeat("a");
    assert_eq!(last_heartbeat(&play), ErrorCode::UnknownMemberId, "gone");
}

/// A pending member may leave; that it was not in the group yet does not spare the others.
#[test]
fn a_pending_member_that_leaves_starts_a_rebalance() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.join("b");
    play.leave("b");
    play.leave("b");
    let answers: Vec<ErrorCode> = play
        .replies
        .iter()
        .filter_map(|(_, r)| if let Response::LeaveGroup(r) = r { Some(r.first_error()) } else { None })
        .collect();
    assert_eq!(answers, [ErrorCode::None, ErrorCode::UnknownMemberId]);
    assert_eq!(states(&play).last(), Some(&(GroupState::PreparingRebalance, 1)));
}

/// All members too slow at once: the group empties (generation 2), and comes back together, after an
/// initial delay, as generation 3.
#[test]
fn members_that_leave_in_step_come_back_in_one_generation() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b", "c"]);
    play.quietly(|play| {
        for _ in 0..8 {
            play.let_pass(Nanos::from_secs(37));
            ["a", "b", "c"].iter().for_each(|name| play.heartbeat(name));
        }
        play.secs(303);
        ["a", "b", "c"].iter().for_each(|name| play.leave(name));
        play.secs(350);
        ["a", "b", "c"].iter().for_each(|name| play.enter(name));
        play.secs(360);
    });
    use GroupState::{CompletingRebalance, Empty, PreparingRebalance};
    let after_stable: Vec<_> =
        states(&play).into_iter().skip_while(|(state, _)| *state != GroupState::Stable).skip(1).collect();
    assert_eq!(after_stable, [(PreparingRebalance, 1), (Empty, 2), (PreparingRebalance, 2), (CompletingRebalance, 3)]);
}

/// Session slots are used again, whatever way members go.
#[test]
fn session_slots_do_not_leak() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b"]);
    for _ in 0..20 {
        play.quietly(|play| {
            play.join("c");
            play.leave("c");
            play.enter("c");
            play.join("a");
            play.join("b");
            play.leave("c");
            play.join("a");
            play.join("b");
            play.client("c").member = MemberId::NONE;
        });
        assert_eq!(play.coordinator.runtime.shared().sessions.in_use(), 2);
    }
    play.let_pass(Nanos::from_secs(60));
    assert_eq!(play.coordinator.runtime.shared().sessions.in_use(), 0);
}
