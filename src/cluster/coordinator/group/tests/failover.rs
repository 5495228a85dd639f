//! Leadership comes and goes.

use super::joining::states;
use super::play::{BILLING, Log, Play};
use crate::history::fact::GroupState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;

fn errors(play: &Play) -> Vec<ErrorCode> {
    let error = |response: &Response| match response {
        Response::JoinGroup(r) => r.error,
        Response::SyncGroup(r) => r.error,
        Response::Heartbeat(e) => *e,
        Response::LeaveGroup(r) => r.first_error(),
        Response::OffsetCommit(r) => r.results[0].1,
        Response::OffsetFetch(r) => r.error,
        other => panic!("{other:?}"),
    };
    play.replies.iter().map(|(_, response)| error(response)).collect()
}
fn ask_everything(play: &mut Play) {
    play.join("a");
    play.sync("a", &[]);
    play.heartbeat("a");
    play.leave("a");
    play.commit("a", &[(0, 1)]);
    play.fetch("a", &[0]);
}

#[test]
fn a_broker_that_does_not_lead_is_not_the_coordinator() {
    let mut play = Play::without_leadership(|_| {});
    ask_everything(&mut play);
    assert_eq!(errors(&play), [ErrorCode::NotCoordinator; 6]);
}

#[test]
fn a_loading_coordinator_answers_heartbeats_blindly() {
    let mut play = Play::without_leadership(|_| {});
    let tp = play.tp();
    play.coordinator.loading(tp);
    ask_everything(&mut play);
    use ErrorCode::{CoordinatorLoadInProgress as Loading, None};
    assert_eq!(errors(&play), [Loading, Loading, None, Loading, Loading, Loading]);
    play.elect(tp, 0);
    play.commit("a", &[(0, 1)]);
    play.linger();
    assert_eq!(errors(&play).last(), Some(&None));
}

/// A rebalance under way is in no log: members of the unfinished generation are told
/// ILLEGAL_GENERATION, new ones are unknown.
#[test]
fn a_rebalance_under_way_is_lost_in_failover() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b"]);
    play.quietly(|play| {
        play.enter("c");
        play.join("a");
        play.join("b");
    });
    assert_eq!(states(&play).last(), Some(&(GroupState::CompletingRebalance, 2)));
    play.fail_over();
    play.heartbeat("a");
    play.heartbeat("c");
    play.join("a");
    assert_eq!(states(&play).last(), Some(&(GroupState::PreparingRebalance, 1)));
}

/// Parked and waiting requests are sent away; no timer is left.
#[test]
fn resigning_answers_everybody() {
    let mut play = Play::new(|_| {});
    play.stable(&["a", "b"]);
    play.log_mode = Log::UnderMinIsr;
    play.commit("b", &[(1, 5)]);
    play.heartbeat("b");
    play.join("a");
    play.resign();
    assert!(play.stage.next_timer().is_none());
    assert_eq!(play.coordinator.runtime.shared().sessions.in_use(), 0);
    play.heartbeat("b");
}

/// A leader that stays leader in a new epoch goes on as it was.
#[test]
fn a_new_epoch_of_the_same_leader_changes_nothing() {
    let mut play = Play::new(|_| {});
    play.stable(&["a"]);
    play.quietly(|play| play.enter("b"));
    let (tp, before) = (play.tp(), play.coordinator.describe(BILLING));
    play.elect(tp, 5);
    assert_eq!(play.coordinator.describe(BILLING), before);
    assert_eq!(play.facts.iter().filter(|f| f.name() == "CoordinatorLoaded").count(), 2, "one for each partition");
}

/// An append answered after the leadership went and came back belongs to nobody.
#[test]
fn a_late_append_answer_is_ignored() {
    let mut play = Play::new(|_| {});
    play.log_mode = Log::Slow;
    play.commit("a", &[(0, 10)]);
    play.linger();
    play.resign();
    let tp = play.tp();
    play.elect(tp, 2);
    play.log_mode = Log::UnderMinIsr;
    play.commit("a", &[(0, 20)]);
    let answered = play.replies.len();
    play.log_answers(Err(ErrorCode::KafkaStorageError));
    assert_eq!(play.replies.len(), answered);
    play.linger();
    play.replicate();
    assert_eq!(play.coordinator.describe(BILLING).expect("loaded").offsets, [(Tp(0), Offset(20))]);
}
