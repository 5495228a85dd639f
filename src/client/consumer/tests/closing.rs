//! close(): how long it takes, and what becomes of the membership (`CloseOptions`, KIP-1092).

use super::cluster::*;
use crate::app::spec::{CommitMode, GroupMembershipOperation, LoopSpec};
use crate::node::Input;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

use GroupMembershipOperation::*;

/// A member with auto-commit, static or not, that is closed in this way.
fn closing(static_member: bool, timeout: Nanos, membership: GroupMembershipOperation) -> LoopSpec {
    let mut spec = spec();
    spec.consumer.instance = static_member.then_some(InstanceId(0));
    (spec.consumer.close.timeout, spec.consumer.close.membership) = (timeout, membership);
    spec
}
/// Its story from the moment on in which it is told to stop; the coordinator answers no commit.
fn stopped(spec: LoopSpec, until: Nanos) -> Cluster {
    let mut cluster = Cluster::new(spec);
    cluster.produce(0, 10);
    cluster.run_until(S(2));
    cluster.script("OffsetCommit", Reaction::Park);
    cluster.forget();
    cluster.give(Input::Shutdown);
    cluster.run_until(S(2) + until);
    cluster
}

/// `createTimerForRequest`: no longer than request.timeout.ms, either.
#[test]
fn close_waits_for_its_commit_as_long_as_it_may() {
    for (timeout, request_timeout, takes) in [(S(5), S(30), S(5)), (S(30), S(7), S(7))] {
        let mut spec = closing(false, timeout, Default);
        spec.consumer.config.request_timeout = request_timeout;
        let early = stopped(spec.clone(), takes - MS(1));
        assert!(!early.exited, "{}", early.text());
        let late = stopped(spec, takes);
        assert!(late.exited, "{}", late.text());
    }
}

/// `ConsumerCoordinator.commitOffsetsSync` makes an attempt before it looks at the clock.
#[test]
fn without_time_close_sends_and_does_not_wait() {
    for protocol in [GroupProtocol::Classic, GroupProtocol::Consumer] {
        let mut spec = closing(false, Nanos::ZERO, Default);
        spec.consumer.config.group_protocol = protocol;
        let cluster = stopped(spec, Nanos::ZERO);
        let text = cluster.text();
        let leave = if protocol == GroupProtocol::Classic { "LeaveGroup" } else { "epoch -1" };
        let order = ["gives up orders-0", "OffsetCommit billing", leave, "exits"];
        let at: Vec<usize> =
            order.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("no {part}:\n{text}"))).collect();
        assert!(at.is_sorted(), "{text}");
    }
}

/// `AbstractCoordinator.shouldSendLeaveGroupRequest`.
#[test]
fn who_leaves_a_classic_group() {
    let leaves = |static_member, membership| {
        let mut spec = committing(CommitMode::Never);
        spec.consumer.close = closing(static_member, S(1), membership).consumer.close;
        spec.consumer.instance = static_member.then_some(InstanceId(0));
        stopped(spec, S(1)).text().contains("LeaveGroup")
    };
    assert_eq!([Default, LeaveGroup, RemainInGroup].map(|membership| leaves(false, membership)), [true, true, false]);
    assert_eq!([Default, LeaveGroup, RemainInGroup].map(|membership| leaves(true, membership)), [false, true, false]);
}

/// `ConsumerMembershipManager.leaveGroupEpoch`. A dynamic member that is to remain leaves all the same: its next heartbeat is due at
/// once (`shouldHeartbeatNow`), and says so.
#[test]
fn with_which_epoch_a_member_of_the_new_protocol_is_closed() {
    let last = |static_member, membership| {
        let mut spec = of_new_protocol(CommitMode::Never);
        spec.consumer.close = closing(static_member, S(1), membership).consumer.close;
        spec.consumer.instance = static_member.then_some(InstanceId(0));
        let cluster = stopped(spec, S(1));
        assert!(cluster.exited, "{}", cluster.text());
        cluster.heartbeats.last().expect("it has joined").request.member_epoch.0
    };
    assert_eq!([Default, LeaveGroup, RemainInGroup].map(|membership| last(false, membership)), [-1, -1, -1]);
    assert_eq!([Default, LeaveGroup, RemainInGroup].map(|membership| last(true, membership)), [-2, -1, -2]);
}
