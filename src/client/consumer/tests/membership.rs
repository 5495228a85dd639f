//! Joining, rebalancing, falling out, leaving.

use super::cluster::*;
use crate::app::spec::{CommitMode, FatalPolicy, LoopSpec};
use crate::client::consumer::{MemberState, MembershipState};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

#[test]
fn first_join() {
    let mut cluster = Cluster::new(spec());
    cluster.run_until(S(1));
    let description = cluster.consumer.describe_consumer().expect("it runs");
    assert_eq!(description.state, MembershipState::Classic(MemberState::Stable));
    assert_eq!(description.assignment, [(Tp(0), Some(Offset(0))), (Tp(1), Some(Offset(0)))]);
}

/// Heartbeats go out while the application works.
#[test]
fn heartbeats_do_not_wait_for_the_application() {
    let mut spec = spec();
    spec.per_record = crate::sim::random::Distribution::Constant(S(20));
    let mut cluster = Cluster::new(spec);
    cluster.run_until(MS(500));
    cluster.produce(0, 1);
    cluster.forget();
    cluster.heartbeat_error = ErrorCode::RebalanceInProgress; // so that they show in the story
    cluster.run_until(S(10));
    assert_eq!(cluster.story.iter().filter(|line| line.contains("Heartbeat billing")).count(), 3, "{}", cluster.text());
    assert!(!cluster.text().contains("JoinGroup"));
}

/// The member id survives ILLEGAL_GENERATION: no MEMBER_ID_REQUIRED round.
#[test]
fn illegal_generation_keeps_the_member_id() {
    let mut cluster = Cluster::new(spec());
    cluster.run_until(MS(500));
    cluster.forget();
    cluster.generation = 2;
    cluster.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::IllegalGeneration)));
    cluster.run_until(S(4));
    assert!(cluster.text().contains("loses orders-0 (generation 1)"), "{}", cluster.text());
    assert!(cluster.text().contains("JoinGroup billing as billing-0#1"), "{}", cluster.text());
    assert!(!cluster.text().contains("without member id"));
}

/// A coordinator that is not one any more is looked up again; the membership is untouched.
#[test]
fn coordinator_moves() {
    let mut cluster = Cluster::new(spec());
    cluster.run_until(MS(500));
    cluster.forget();
    cluster.coordinator = 2;
    cluster.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::NotCoordinator)));
    cluster.run_until(S(8));
    let text = cluster.text();
    assert!(text.contains("FindCoordinator"), "{text}");
    assert!(!text.contains("JoinGroup"), "{text}");
    assert!(text.contains("is told that 0 of orders-0 is committed"), "{text}");
}

/// While the JoinGroup is parked no heartbeat is sent; the SyncGroup's answer brings the assignment.
#[test]
fn a_parked_join_is_waited_for() {
    let mut cluster = Cluster::new(spec());
    let ask = join_response(ErrorCode::MemberIdRequired, Generation::NONE, member(ME, 1), &[]);
    cluster.script("JoinGroup", Reaction::Say(Response::JoinGroup(ask)));
    cluster.script("JoinGroup", Reaction::Park);
    cluster.run_until(S(10));
    assert!(!cluster.text().contains("Heartbeat billing"), "{}", cluster.text());
    let me = member(ME, 1);
    let follower =
        JoinGroupResponse { leader: member(PRODUCER, 1), ..join_response(ErrorCode::None, Generation(4), me, &[]) };
    let assignment = SyncGroupResponse { error: ErrorCode::None, assignment: [Tp(1)].into() };
    cluster.script("SyncGroup", Reaction::Say(Response::SyncGroup(assignment)));
    cluster.release(Response::JoinGroup(follower));
    cluster.run_until(MS(10_100));
    assert!(cluster.text().contains("SyncGroup billing as billing-0#1 generation 4\n"), "{}", cluster.text());
    assert!(cluster.text().contains("is assigned orders-1 (generation 4)"), "{}", cluster.text());
}

/// A SyncGroup unanswered for request.timeout.ms breaks the connection, and the rebalance starts over.
#[test]
fn a_parked_sync_is_given_up() {
    let mut cluster = Cluster::new(spec());
    cluster.script("SyncGroup", Reaction::Park);
    cluster.run_until(S(32));
    let joins = cluster.story.iter().filter(|line| line.contains("JoinGroup billing as billing-0#1")).count();
    assert_eq!(joins, 2, "{}", cluster.text());
    assert!(cluster.text().contains("is assigned orders-0"), "{}", cluster.text());
}

#[test]
fn a_fatal_join_error_is_thrown() {
    for on_fatal in [FatalPolicy::Continue, FatalPolicy::Exit] {
        let mut cluster = Cluster::new(LoopSpec { on_fatal, ..spec() });
        let refused = join_response(ErrorCode::InconsistentGroupProtocol, Generation::NONE, MemberId::NONE, &[]);
        cluster.script("JoinGroup", Reaction::Say(Response::JoinGroup(refused)));
        cluster.run_until(S(2));
        let text = cluster.text();
        assert!(text.contains("poll() throws InconsistentGroupProtocolException"), "{text}");
        let polls_again = on_fatal == FatalPolicy::Continue;
        assert_eq!((text.contains("is assigned orders-0"), cluster.exited), (polls_again, !polls_again), "{text}");
    }
}

/// It closes its consumer on the way out.
#[test]
fn a_member_that_was_admitted_and_then_refused_leaves_the_group() {
    let mut cluster = Cluster::new(LoopSpec { on_fatal: FatalPolicy::Exit, ..committing(CommitMode::Never) });
    cluster.run_until(MS(2900));
    cluster.forget();
    cluster.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::RebalanceInProgress)));
    let refused = join_response(ErrorCode::GroupMaxSizeReached, Generation::NONE, MemberId::NONE, &[]);
    cluster.script("JoinGroup", Reaction::Say(Response::JoinGroup(refused)));
    cluster.run_until(S(5));
    let text = cluster.text();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part}:\n{text}"));
    assert!(
        at("poll() throws GroupMaxSizeReachedException") < at("LeaveGroup billing as billing-0#1") && cluster.exited,
        "{text}"
    );
}

#[test]
fn close_commits_revokes_and_leaves() {
    let mut cluster = Cluster::new(spec());
    cluster.produce(0, 10);
    cluster.run_until(MS(500));
    cluster.forget();
    cluster.give(Input::Shutdown);
    cluster.run_until(S(1));
    assert!(cluster.exited);
}

/// SIGTERM while a batch is processed: it is finished first.
#[test]
fn close_waits_for_the_batch() {
    let mut cluster = Cluster::new(committing(CommitMode::SyncAfterBatch));
    cluster.produce(0, 100);
    cluster.run_until(MS(60));
    cluster.give(Input::Shutdown);
    cluster.run_until(S(1));
    let text = cluster.text();
    let order = [
        "processes orders-0@90..99",
        "is told that 100 of orders-0 is committed",
        "gives up orders-0",
        "LeaveGroup",
        "exits",
    ];
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
    let mut cluster = Cluster::new(spec);
    cluster.run_until(MS(2900));
    cluster.forget();
    let nobody = FindCoordinatorResponse { error: ErrorCode::CoordinatorNotAvailable, coordinator: None };
    for _ in 0..100 {
        cluster.script("FindCoordinator", Reaction::Say(Response::FindCoordinator(nobody)));
    }
    cluster.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::CoordinatorNotAvailable)));
    cluster.run_until(MS(3100));
    cluster.produce(0, 100);
    cluster.run_until(S(4));
    let polled = cluster.story.iter().filter(|line| line.contains("from poll()")).count();
    // 110 ms each: the poll, and ten records.
    assert!((6..=9).contains(&polled), "{}", cluster.text());
    assert!(!cluster.text().contains("JoinGroup"), "{}", cluster.text());
}

/// A leader whose metadata is stale waits for the refresh before it assigns.
#[test]
fn the_leader_assigns_with_fresh_metadata() {
    let mut cluster = Cluster::new(spec());
    cluster.run_until(MS(2900));
    cluster.forget();
    cluster.say("a lost connection asks for a refresh; a rebalance begins");
    cluster.script("Metadata", Reaction::Park);
    cluster.script("Heartbeat", Reaction::Say(Response::Heartbeat(ErrorCode::RebalanceInProgress)));
    cluster.generation = 2;
    cluster.disconnect(2);
    cluster.run_until(S(4));
    assert!(
        cluster.text().contains("JoinGroup billing as billing-0#1") && !cluster.text().contains("SyncGroup"),
        "{}",
        cluster.text()
    );
    let metadata = Response::Metadata(std::rc::Rc::new(cluster.metadata()));
    cluster.release(metadata);
    cluster.run_until(MS(4100));
    assert!(
        cluster.text().contains("SyncGroup billing as billing-0#1 generation 2: billing-0#1 gets"),
        "{}",
        cluster.text()
    );
    assert!(cluster.text().contains("is assigned orders-1 (generation 2)"), "{}", cluster.text());
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
        let mut cluster = Cluster::new(spec);
        cluster.produce(0, 10);
        cluster.run_until(MS(500));
        (0..4).for_each(|_| cluster.script("OffsetCommit", Reaction::Park));
        cluster.script("LeaveGroup", Reaction::Park);
        let start = cluster.now();
        cluster.give(Input::Shutdown);
        cluster.run_until(start + least - MS(1));
        assert!(!cluster.exited, "{}", cluster.text());
        cluster.run_until(start + most);
        assert!(cluster.exited, "{}", cluster.text());
    }
}

/// A coordinator whose connection is being set up is told of the leave all the same.
#[test]
fn leaving_waits_for_the_connection() {
    let mut cluster = Cluster::new(committing(CommitMode::Never));
    cluster.run_until(S(1));
    cluster.forget();
    cluster.script("ApiVersions", Reaction::Park);
    cluster.script("ApiVersions", Reaction::Park);
    cluster.disconnect(1);
    cluster.run_until(S(2));
    cluster.give(Input::Shutdown);
    cluster.run_until(S(3));
    assert!(!cluster.exited && !cluster.text().contains("LeaveGroup"), "{}", cluster.text());
    cluster.release(Response::ApiVersions);
    cluster.release(Response::ApiVersions);
    cluster.run_until(S(4));
    assert!(cluster.exited && cluster.text().contains("LeaveGroup"), "{}", cluster.text());
}
