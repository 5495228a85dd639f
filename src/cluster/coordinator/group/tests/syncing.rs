//! SyncGroup and the wait for the assignment.

use super::joining::states;
use super::play::{Log, Play};
use crate::history::fact::{Fact, GroupState, LeaveReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

fn last_sync_error(play: &Play) -> ErrorCode {
    match play.replies.last() {
        Some((_, Response::SyncGroup(synced))) => synced.error,
        other => panic!("the last answer was {other:?}"),
    }
}
/// a and b are in generation 1 and await the assignment.
fn completing() -> Play {
    let mut play = Play::new(|_| {});
    play.quietly(|play| {
        play.enter("a");
        play.enter("b");
        play.secs(6);
    });
    play
}

#[test]
fn sync_is_judged_by_member_then_generation_then_state() {
    let mut play = completing();
    play.client("b").generation = Generation(0);
    play.sync("b", &[]);
    assert_eq!(last_sync_error(&play), ErrorCode::IllegalGeneration);
    play.client("b").member = MemberId(77);
    play.sync("b", &[]);
    assert_eq!(last_sync_error(&play), ErrorCode::UnknownMemberId);

    let mut play = Play::new(|_| {});
    play.sync("a", &[]);
    assert_eq!(last_sync_error(&play), ErrorCode::UnknownMemberId, "no such group");
    play.stable(&["a", "b"]);
    play.quietly(|play| play.join("a"));
    play.sync("b", &[]);
    assert_eq!(last_sync_error(&play), ErrorCode::RebalanceInProgress);
}

/// The client of a parked SyncGroup may have an error and the member still count as parked.
#[test]
fn a_parked_sync_behind_another_write_times_out_alone() {
    let mut play = completing();
    play.log_mode = Log::UnderMinIsr;
    play.client("c").member = MemberId::NONE;
    // Nobody has synced: this write is a second group's.
    play.ask(
        "c",
        "OffsetCommit",
        crate::cluster::coordinator::GroupRequest::OffsetCommit(crate::protocol::messages::OffsetCommitRequest {
            instance: None,
            group: same_partition_group(&play),
            generation: Generation::NONE,
            member: MemberId::NONE,
            offsets: [(Tp(0), Offset(1), LeaderEpoch(0))].into_iter().collect(),
        }),
    );
    play.sync("b", &[]);
    play.let_pass(Nanos::from_secs(6));
    play.replicate();
    play.log_mode = Log::Replicates;
    play.sync("a", &[("a", &[0]), ("b", &[1])]);
    play.linger();
    assert_eq!(states(&play).last(), Some(&(GroupState::Stable, 1)));
}

/// The stage's second group, which shares the partition of the first.
fn same_partition_group(play: &Play) -> GroupId {
    let payments = GroupId(1);
    let partition = play.catalog.group_partition(payments);
    assert_eq!(partition, Some(play.tp()), "the stage's groups share a partition");
    payments
}

#[test]
fn a_refused_assignment_starts_a_new_rebalance() {
    let mut play = completing();
    play.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    play.sync("b", &[]);
    play.sync("a", &[("a", &[0]), ("b", &[1])]);
    play.linger();
}

/// Who has not synced when the rebalance timeout has passed is removed (KAFKA-13636).
#[test]
fn members_that_never_sync_are_removed() {
    let mut play = Play::new(|_| {});
    ["a", "b"].iter().for_each(|name| play.client(name).rebalance_timeout = Nanos::from_secs(20));
    play.quietly(|play| {
        play.enter("a");
        play.enter("b");
        play.secs(6);
        play.sync("a", &[("a", &[0]), ("b", &[1])]);
        play.let_pass(Nanos::from_secs(19));
    });
    assert_eq!(states(&play).last(), Some(&(GroupState::Stable, 1)));
    play.let_pass(Nanos::from_secs(2));
    let left = play.facts.iter().any(|fact| matches!(fact, Fact::MemberLeft { node, reason: LeaveReason::SyncTimeout, .. } if *node == play.clients["b"].node));
    assert!(left, "{:?}", play.facts);
    assert_eq!(states(&play).last(), Some(&(GroupState::PreparingRebalance, 1)));
}

/// The leader sends its assignment twice (it lost the answer): the group is as after once.
#[test]
fn a_leader_that_syncs_twice() {
    let mut play = completing();
    play.log_mode = Log::UnderMinIsr;
    play.sync("a", &[("a", &[0]), ("b", &[1])]);
    play.linger();
    play.sync("a", &[("a", &[0]), ("b", &[1])]);
    play.linger();
    play.replicate();
    let stable = states(&play).into_iter().filter(|(state, _)| *state == GroupState::Stable).count();
    assert_eq!(stable, 1);
    assert_eq!(play.log.len(), 3);
}
