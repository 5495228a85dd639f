//! Joining, rebalancing, falling out, leaving.

use super::cluster::*;
use super::tell;
use crate::app::spec::{CommitMode, FatalPolicy, LoopSpec};
use crate::client::consumer::MemberState;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

#[test]
fn first_join() {
    let mut stage = Stage::new(spec());
    stage.run_until(S(1));
    tell("first_join", &stage.text());
    let description = stage.consumer.describe_consumer().expect("it runs");
    assert_eq!(description.state, MemberState::Stable);
    assert_eq!(description.assignment, [(Tp(0), Some(Offset(0))), (Tp(1), Some(Offset(0)))]);
}

/// The heartbeat announces the rebalance; the member goes on with its batch, and acts at its next
/// poll(): commit, revoke, join.
#[test]
fn rebalance_while_processing() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(2500));
    stage.produce(0, 2000);
    stage.run_until(S(3));
    stage.forget();
    stage.heartbeat_error = ErrorCode::RebalanceInProgress;
    stage.generation = 2;
    stage.run_until(MS(3500));
    stage.heartbeat_error = ErrorCode::None;
    stage.say("the batch ends before 4 s");
    stage.story.retain(|line| !line.contains("processed"));
    stage.run_until(MS(4000));
    stage.story.retain(|line| !line.contains("processed"));
    tell("rebalance_while_processing", &stage.text());
}

/// Processing longer than max.poll.interval.ms: the heartbeat thread leaves; the next poll() finds
/// the partitions lost and joins with a new member id.
#[test]
fn poll_timeout() {
    let mut spec = committing(CommitMode::SyncAfterBatch);
    spec.consumer.config.max_poll_interval = S(4);
    spec.consumer.config.max_poll_records = 5;
    spec.per_record = crate::sim::random::Distribution::Constant(S(1));
    let mut stage = Stage::new(spec);
    stage.run_until(MS(500));
    stage.produce(0, 5);
    stage.generation = 2;
    stage.run_until(S(6));
    tell("poll_timeout", &stage.text());
}

/// Heartbeats go out while the application works.
#[test]
fn heartbeats_do_not_wait_for_the_application() {
    let mut spec = spec();
    spec.per_record = crate::sim::random::Distribution::Constant(S(20));
    let mut stage = Stage::new(spec);
    stage.run_until(MS(500));
    stage.produce(0, 1);
    stage.forget();
    stage.heartbeat_error = ErrorCode::RebalanceInProgress; // so that they show in the story
    stage.run_until(S(10));
    assert_eq!(stage.story.iter().filter(|line| line.contains("Heartbeat")).count(), 3, "{}", stage.text());
    assert!(!stage.text().contains("JoinGroup"));
}

#[test]
fn unknown_member_id_loses_everything() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(500));
    stage.forget();
    stage.generation = 2;
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::UnknownMemberId)));
    stage.run_until(S(4));
    tell("unknown_member_id", &stage.text());
}

/// The member id survives ILLEGAL_GENERATION: no MEMBER_ID_REQUIRED round.
#[test]
fn illegal_generation_keeps_the_member_id() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(500));
    stage.forget();
    stage.generation = 2;
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::IllegalGeneration)));
    stage.run_until(S(4));
    assert!(stage.text().contains("lost orders-0 generation 1"), "{}", stage.text());
    assert!(stage.text().contains("JoinGroup as m1"), "{}", stage.text());
    assert!(!stage.text().contains("without member id"));
}

/// A coordinator that is not one any more is looked up again; the membership is untouched.
#[test]
fn coordinator_moves() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(500));
    stage.forget();
    stage.coordinator = 2;
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::NotCoordinator)));
    stage.run_until(S(8));
    let text = stage.text();
    assert!(text.contains("FindCoordinator"), "{text}");
    assert!(!text.contains("JoinGroup"), "{text}");
    assert!(text.contains("commit completed orders-0 0 NONE"), "{text}");
}

/// While the JoinGroup is parked no heartbeat is sent; the SyncGroup's answer brings the assignment.
#[test]
fn a_parked_join_is_waited_for() {
    let mut stage = Stage::new(spec());
    let ask = join_response(ErrorCode::MemberIdRequired, Generation::NONE, member(ME, 1), &[]);
    stage.script("JoinGroup", Reaction::Say(Response::JoinGroup(ask)));
    stage.script("JoinGroup", Reaction::Park);
    stage.run_until(S(10));
    assert!(!stage.text().contains("Heartbeat"), "{}", stage.text());
    let me = member(ME, 1);
    let follower =
        JoinGroupResponse { leader: member(PRODUCER, 1), ..join_response(ErrorCode::None, Generation(4), me, &[]) };
    let assignment = SyncGroupResponse { error: ErrorCode::None, assignment: [Tp(1)].into() };
    stage.script("SyncGroup", Reaction::Say(Response::SyncGroup(assignment)));
    stage.release(Response::JoinGroup(follower));
    stage.run_until(MS(10_100));
    assert!(stage.text().contains("SyncGroup generation 4, 0 assignments"), "{}", stage.text());
    assert!(stage.text().contains("assigned orders-1 generation 4"), "{}", stage.text());
}

/// A SyncGroup unanswered for request.timeout.ms breaks the connection, and the rebalance starts over.
#[test]
fn a_parked_sync_is_given_up() {
    let mut stage = Stage::new(spec());
    stage.script("SyncGroup", Reaction::Park);
    stage.run_until(S(32));
    let joins = stage.story.iter().filter(|line| line.contains("JoinGroup as")).count();
    assert_eq!(joins, 2, "{}", stage.text());
    assert!(stage.text().contains("assigned orders-0"), "{}", stage.text());
}

#[test]
fn a_fatal_join_error_is_thrown() {
    for on_fatal in [FatalPolicy::Continue, FatalPolicy::Exit] {
        let mut stage = Stage::new(LoopSpec { on_fatal, ..spec() });
        let refused = join_response(ErrorCode::InconsistentGroupProtocol, Generation::NONE, MemberId::NONE, &[]);
        stage.script("JoinGroup", Reaction::Say(Response::JoinGroup(refused)));
        stage.run_until(S(2));
        let text = stage.text();
        assert!(text.contains("poll() throws InconsistentGroupProtocolException"), "{text}");
        let polls_again = on_fatal == FatalPolicy::Continue;
        assert_eq!((text.contains("assigned orders-0"), stage.exited), (polls_again, !polls_again), "{text}");
    }
}

/// It closes its consumer on the way out.
#[test]
fn a_member_that_was_admitted_and_then_refused_leaves_the_group() {
    let mut stage = Stage::new(LoopSpec { on_fatal: FatalPolicy::Exit, ..committing(CommitMode::Never) });
    stage.run_until(MS(2900));
    stage.forget();
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::RebalanceInProgress)));
    let refused = join_response(ErrorCode::GroupMaxSizeReached, Generation::NONE, MemberId::NONE, &[]);
    stage.script("JoinGroup", Reaction::Say(Response::JoinGroup(refused)));
    stage.run_until(S(5));
    let text = stage.text();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part}:\n{text}"));
    assert!(at("poll() throws GroupMaxSizeReachedException") < at("LeaveGroup m1") && stage.exited, "{text}");
}

#[test]
fn close_commits_revokes_and_leaves() {
    let mut stage = Stage::new(spec());
    stage.produce(0, 10);
    stage.run_until(MS(500));
    stage.forget();
    stage.give(Input::Shutdown);
    stage.run_until(S(1));
    tell("close", &stage.text());
    assert!(stage.exited);
}

/// SIGTERM while a batch is processed: it is finished first.
#[test]
fn close_waits_for_the_batch() {
    let mut stage = Stage::new(committing(CommitMode::SyncAfterBatch));
    stage.produce(0, 100);
    stage.run_until(MS(60));
    stage.give(Input::Shutdown);
    stage.run_until(S(1));
    let text = stage.text();
    let order =
        ["processed orders-0 90..100", "commit completed orders-0 100 NONE", "revoked orders-0", "LeaveGroup", "exit"];
    let at: Vec<usize> =
        order.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("no {part}:\n{text}"))).collect();
    assert!(at.is_sorted(), "{text}");
}

/// While no coordinator is to be had, each poll() lasts its whole time and then returns what is
/// buffered; fetching goes on.
#[test]
fn without_a_coordinator_each_poll_lasts_its_time() {
    let mut spec = committing(CommitMode::Never);
    spec.consumer.config.max_poll_records = 10;
    let mut stage = Stage::new(spec);
    stage.run_until(MS(2900));
    stage.forget();
    let nobody = FindCoordinatorResponse { error: ErrorCode::CoordinatorNotAvailable, coordinator: None };
    for _ in 0..100 {
        stage.script("FindCoordinator", Reaction::Say(Response::FindCoordinator(nobody)));
    }
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::CoordinatorNotAvailable)));
    stage.run_until(MS(3100));
    stage.produce(0, 100);
    stage.run_until(S(4));
    let polled = stage.story.iter().filter(|line| line.contains("polled")).count();
    // 110 ms each: the poll, and ten records.
    assert!((6..=9).contains(&polled), "{}", stage.text());
    assert!(!stage.text().contains("JoinGroup"), "{}", stage.text());
}

/// A leader whose metadata is stale waits for the refresh before it assigns.
#[test]
fn the_leader_assigns_with_fresh_metadata() {
    let mut stage = Stage::new(spec());
    stage.run_until(MS(2900));
    stage.forget();
    stage.say("a lost connection asks for a refresh; a rebalance begins");
    stage.script("Metadata", Reaction::Park);
    stage.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::RebalanceInProgress)));
    stage.generation = 2;
    stage.disconnect(2);
    stage.run_until(S(4));
    assert!(stage.text().contains("JoinGroup as m1") && !stage.text().contains("SyncGroup"), "{}", stage.text());
    let metadata = Response::Metadata(std::rc::Rc::new(stage.metadata()));
    stage.release(metadata);
    stage.run_until(MS(4100));
    assert!(stage.text().contains("SyncGroup generation 2, 1 assignments"), "{}", stage.text());
    assert!(stage.text().contains("assigned orders-1 generation 2"), "{}", stage.text());
}

/// Commit, waiting and leave together take no longer than one answer may take.
#[test]
fn close_takes_no_longer_than_the_request_timeout() {
    for (commit, least, most) in [(CommitMode::Auto, S(6), S(6)), (CommitMode::AsyncAfterBatch, S(10), S(16))] {
        let mut spec = committing(commit);
        spec.consumer.config.request_timeout = S(6);
        // An application's own commitSync() before close() is another call, with a time of its own.
        spec.consumer.config.default_api_timeout = S(10);
        spec.consumer.config.auto_commit_interval = S(100);
        let mut stage = Stage::new(spec);
        stage.produce(0, 10);
        stage.run_until(MS(500));
        (0..4).for_each(|_| stage.script("OffsetCommit", Reaction::Park));
        stage.script("LeaveGroup", Reaction::Park);
        let start = stage.now;
        stage.give(Input::Shutdown);
        stage.run_until(start + least - MS(1));
        assert!(!stage.exited, "{}", stage.text());
        stage.run_until(start + most);
        assert!(stage.exited, "{}", stage.text());
    }
}

/// A coordinator whose connection is being set up is told of the leave all the same.
#[test]
fn leaving_waits_for_the_connection() {
    let mut stage = Stage::new(committing(CommitMode::Never));
    stage.run_until(S(1));
    stage.forget();
    stage.script("ApiVersions", Reaction::Park);
    stage.script("ApiVersions", Reaction::Park);
    stage.disconnect(1);
    stage.run_until(S(2));
    stage.give(Input::Shutdown);
    stage.run_until(S(3));
    assert!(!stage.exited && !stage.text().contains("LeaveGroup"), "{}", stage.text());
    stage.release(Response::ApiVersions);
    stage.release(Response::ApiVersions);
    stage.run_until(S(4));
    assert!(stage.exited && stage.text().contains("LeaveGroup"), "{}", stage.text());
}
