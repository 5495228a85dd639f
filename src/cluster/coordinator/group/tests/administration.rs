//! What an administrator does to a group, and what time does: DeleteGroups, OffsetDelete, expiration.

use super::play::{BILLING, Log, Play};
use crate::cluster::coordinator::group::GroupRequest;
use crate::history::fact::{Fact, OffsetRemovalReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{OffsetDeleteRequest, Response};
use crate::sim::time::Nanos;

const MINUTE: Nanos = Nanos::from_secs(60);

fn delete_group(play: &mut Play) -> ErrorCode {
    play.ask("d", "DeleteGroups", GroupRequest::DeleteGroups(BILLING));
    play.linger();
    match play.replies.last() {
        Some((_, Response::DeleteGroups(error))) => *error,
        other => panic!("the last answer was {other:?}"),
    }
}
fn delete_offset(play: &mut Play, number: u32) -> ErrorCode {
    let partitions = std::iter::once(Tp(number)).collect();
    play.ask("d", "OffsetDelete", GroupRequest::OffsetDelete(OffsetDeleteRequest { group: BILLING, partitions }));
    play.linger();
    match play.replies.last() {
        Some((_, Response::OffsetDelete(response))) if response.error.is_err() => response.error,
        Some((_, Response::OffsetDelete(response))) => response.results[0].1,
        other => panic!("the last answer was {other:?}"),
    }
}
fn offsets(play: &Play) -> Vec<(u32, i64)> {
    let described = play.coordinator.describe(BILLING);
    described.map_or(Vec::new(), |group| group.offsets.iter().map(|(tp, offset)| (tp.0, offset.0)).collect())
}
fn removals(play: &Play) -> Vec<(u32, OffsetRemovalReason)> {
    let removal = |fact: &Fact| match fact {
        Fact::OffsetRemoved { tp, reason, .. } => Some((tp.0, *reason)),
        _ => None,
    };
    play.facts.iter().filter_map(removal).collect()
}
/// `a` has been in the group, has committed, and is gone.
fn left_behind(play: &mut Play) {
    play.stable(&["a"]);
    play.commit("a", &[(0, 10), (1, 20)]);
    play.linger();
    play.leave("a");
    play.linger();
}

#[test]
fn a_group_without_members_is_deleted_with_its_offsets_and_stays_so() {
    let mut play = Play::new(|_| {});
    assert_eq!(delete_group(&mut play), ErrorCode::GroupIdNotFound);
    play.stable(&["a"]);
    assert_eq!(delete_group(&mut play), ErrorCode::NonEmptyGroup);
    play.commit("a", &[(0, 10)]);
    play.linger();
    play.leave("a");
    play.linger();
    play.commit_in_transaction("b", 7, &[(1, 5)]);
    assert_eq!(delete_group(&mut play), ErrorCode::None);
    let reason = OffsetRemovalReason::GroupDeleted;
    assert_eq!(removals(&play), [(0, reason), (1, reason)]);
    play.end_transaction(7, true);
    assert!(play.coordinator.describe(BILLING).is_none(), "nor does it come back with the transaction");
    play.fail_over();
    assert!(play.coordinator.describe(BILLING).is_none());
    play.stable(&["a"]);
    assert_eq!(play.client("a").generation, Generation(1));
}

#[test]
fn a_group_whose_tombstones_cannot_be_written_is_there_still() {
    let mut play = Play::new(|_| {});
    left_behind(&mut play);
    play.log_mode = Log::Refuses(ErrorCode::NotLeaderOrFollower);
    assert_eq!(delete_group(&mut play), ErrorCode::NotCoordinator);
    assert_eq!(offsets(&play), [(0, 10), (1, 20)]);
    play.log_mode = Log::Replicates;
    assert_eq!(delete_group(&mut play), ErrorCode::None);
    assert_eq!(offsets(&play), []);
}

#[test]
fn offsets_of_topics_to_which_nobody_subscribes_can_be_deleted() {
    let mut play = Play::new(|_| {});
    assert_eq!(delete_offset(&mut play, 0), ErrorCode::GroupIdNotFound);
    play.stable(&["a"]);
    play.commit("a", &[(0, 10), (1, 20)]);
    play.linger();
    assert_eq!(delete_offset(&mut play, 0), ErrorCode::GroupSubscribedToTopic);
    play.leave("a");
    play.linger();
    assert_eq!(delete_offset(&mut play, 0), ErrorCode::None);
    assert_eq!(offsets(&play), [(1, 20)]);
    assert_eq!(delete_offset(&mut play, 5), ErrorCode::None, "there is none, and none afterwards");
    assert_eq!(removals(&play), [(0, OffsetRemovalReason::Deleted)]);
}

/// The clock of a group begins when it becomes empty; the job comes every ten minutes.
#[test]
fn a_group_without_members_keeps_its_offsets_for_a_while() {
    let mut play = Play::new(|config| config.offsets_retention_minutes = 25);
    play.stable(&["a"]);
    play.commit("a", &[(0, 10)]);
    for _ in 0..100 {
        play.let_pass(Nanos::from_secs(30));
        play.heartbeat("a");
    }
    assert_eq!(offsets(&play), [(0, 10)], "50 minutes old, and a member subscribes to the topic");
    play.leave("a");
    play.linger();
    play.let_pass(MINUTE.saturating_mul(24));
    assert_eq!(offsets(&play), [(0, 10)]);
    play.let_pass(MINUTE.saturating_mul(11));
    assert_eq!(removals(&play), [(0, OffsetRemovalReason::Expired)]);
    assert!(play.coordinator.describe(BILLING).is_none(), "a group with neither members nor offsets goes with them");
    play.fail_over();
    assert!(play.coordinator.describe(BILLING).is_none());
}

/// Each offset of a simple group has a clock of its own, which begins with its commit.
#[test]
fn offsets_of_a_simple_group_expire_one_by_one_and_not_under_a_transaction() {
    let mut play = Play::new(|config| config.offsets_retention_minutes = 15);
    play.commit("a", &[(0, 10), (1, 20)]);
    play.let_pass(MINUTE.saturating_mul(8));
    play.commit("a", &[(2, 30)]);
    play.linger();
    play.commit_in_transaction("b", 7, &[(1, 25)]);
    play.let_pass(MINUTE.saturating_mul(14));
    assert_eq!(offsets(&play), [(1, 20), (2, 30)]);
    play.let_pass(MINUTE.saturating_mul(20));
    assert_eq!(offsets(&play), [(1, 20)], "a transaction has an offset of it");
    play.end_transaction(7, false);
    play.let_pass(MINUTE.saturating_mul(20));
    assert!(play.coordinator.describe(BILLING).is_none());
}
