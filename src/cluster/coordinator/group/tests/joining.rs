//! JoinGroup and the join phase.

use super::play::{Log, Play};
use crate::history::fact::{Fact, GroupState};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{Response, Subscription};
use crate::sim::time::Nanos;
use std::rc::Rc;

pub(super) fn last_join_error(play: &Play) -> ErrorCode {
    match play.replies.last() {
        Some((_, Response::JoinGroup(joined))) => joined.error,
        other => panic!("the last answer was {other:?}"),
    }
}
pub(super) fn states(play: &Play) -> Vec<(GroupState, i32)> {
    let state = |fact: &Fact| match fact {
        Fact::GroupStateChanged { state, generation, .. } => Some((*state, generation.0)),
        _ => None,
    };
    play.facts.iter().filter_map(state).collect()
}

#[test]
fn initial_delay_does_not_end_early_even_if_all_are_here() {
    let mut play = Play::new(|_| {});
    play.enter("a");
    play.until(Nanos::from_millis(2_999));
    assert_eq!(states(&play), [(GroupState::PreparingRebalance, 0)]);
    play.secs(3);
    assert_eq!(states(&play).last(), Some(&(GroupState::CompletingRebalance, 1)));
}

#[test]
fn unknown_ids_must_start_over() {
    let mut play = Play::new(|_| {});
    play.client("a").member = MemberId(77);
    play.join("a");
    assert_eq!(last_join_error(&play), ErrorCode::UnknownMemberId, "the group does not exist");
    play.stable(&["b"]);
    play.join("a");
    assert_eq!(last_join_error(&play), ErrorCode::UnknownMemberId, "the group does not know it");
}

#[test]
fn session_timeout_has_bounds() {
    let mut play = Play::new(|_| {});
    for (timeout, error) in [
        (5_999, ErrorCode::InvalidSessionTimeout),
        (6_000, ErrorCode::MemberIdRequired),
        (1_800_000, ErrorCode::MemberIdRequired),
        (1_800_001, ErrorCode::InvalidSessionTimeout),
    ] {
        play.client("a").member = MemberId::NONE;
        play.client("a").session_timeout = Nanos::from_millis(timeout);
        play.join("a");
        assert_eq!(last_join_error(&play), error, "{timeout} ms");
    }
}

#[test]
fn a_member_without_a_common_assignor_is_refused() {
    let mut play = Play::new(|_| {});
    play.client("b").protocols.clear();
    play.join("b");
    assert_eq!(last_join_error(&play), ErrorCode::InconsistentGroupProtocol);
    play.stable(&["a"]);
    play.join("b");
    assert_eq!(last_join_error(&play), ErrorCode::InconsistentGroupProtocol);
}

/// STABLE: a follower that says what it said before is told the current generation; one that says
/// something new, and the leader in any case, start a rebalance.
#[test]
fn rejoin_of_a_stable_member() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b"]);
    play.join("b");
    assert_eq!(last_join_error(&play), ErrorCode::None);
    assert_eq!(states(&play).last(), Some(&(GroupState::Stable, 1)), "nothing has changed");

    let mut changed = play.clone();
    changed.client("b").subscription = Rc::new(Subscription {
        rack: None,
        topics: vec![TopicId(0)],
        owned: Vec::new(),
        generation: Generation(1),
        user_data: None,
    });
    changed.join("b");
    assert_eq!(states(&changed).last(), Some(&(GroupState::PreparingRebalance, 1)));

    play.join("a");
    assert_eq!(states(&play).last(), Some(&(GroupState::PreparingRebalance, 1)));
}

#[test]
fn a_full_group_refuses_newcomers() {
    let mut play = Play::new(|config| config.group_max_size = 2);
    play.stable(&["a", "b"]);
    play.join("c");
    assert_eq!(last_join_error(&play), ErrorCode::GroupMaxSizeReached);
    // While a rebalance is prepared the parked joins count: here there is one.
    play.quietly(|play| play.join("a"));
    play.join("c");
    assert_eq!(last_join_error(&play), ErrorCode::MemberIdRequired);
    play.quietly(|play| play.join("b"));
    assert_eq!(states(&play).last(), Some(&(GroupState::PreparingRebalance, 1)), "the id of c is waited for");
    play.join("c");
    assert_eq!(last_join_error(&play), ErrorCode::GroupMaxSizeReached);
}

/// The leader is the first that joined; if it goes, the next in order leads.
#[test]
fn leadership_passes_on() {
    let mut play = Play::new(|_| {});
    play.stable(&["c", "a", "b"]);
    play.leave("c");
    play.join("a");
    play.join("b");
    let leader = play.replies.iter().rev().find_map(|(_, response)| match response {
        Response::JoinGroup(joined) if joined.error.is_ok() => Some(joined.leader),
        _ => None,
    });
    assert_eq!(leader, Some(play.clients["a"].member));
}

/// The answer that tells a client its id does not wait for the new group's record.
#[test]
fn an_id_is_handed_out_before_the_group_is_stored() {
    let mut play = Play::new(|_| {});
    play.log_mode = Log::UnderMinIsr;
    play.join("a");
    assert_eq!(last_join_error(&play), ErrorCode::MemberIdRequired);
}

/// A failed first write takes the new group out of memory, and what joined it meanwhile with it.
#[test]
fn a_group_whose_first_record_is_refused_never_was() {
    let mut play = Play::new(|_| {});
    play.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    play.enter("a");
    play.linger();
    play.log_mode = Log::Replicates;
    play.join("a");
    assert_eq!(play.coordinator.runtime.shared().sessions.in_use(), 0);
}
