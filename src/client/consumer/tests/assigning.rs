//! assign(): a consumer that is no member of a group.

use super::cluster::*;
use crate::app::spec::{CommitMode, LoopSpec, ManualAssignment};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// A consumer that assigns itself partition 0, of both protocols.
fn assigned(has_group_id: bool, commit: CommitMode) -> [LoopSpec; 2] {
    [GroupProtocol::Classic, GroupProtocol::Consumer].map(|protocol| {
        let mut spec = committing(commit);
        spec.consumer.config.group_protocol = protocol;
        spec.consumer.assigned = Some(Box::new(ManualAssignment { partitions: vec![Tp(0)], has_group_id }));
        spec
    })
}

#[test]
fn it_commits_as_nobody_and_joins_nothing() {
    for spec in assigned(true, CommitMode::SyncAfterBatch) {
        let mut cluster = Cluster::new(spec);
        cluster.produce(0, 10);
        cluster.run_until(S(10));
        cluster.give(Input::Shutdown);
        cluster.run_until(S(11));
        let text = cluster.text();
        assert!(text.contains("assigns itself orders-0"), "{text}");
        assert!(text.contains("sends a commit of 10 for orders-0 (position 10, generation -1)"), "{text}");
        assert!(text.contains("OffsetCommit billing as nobody generation -1: orders-0@10"), "{text}");
        for word in ["JoinGroup", "Heartbeat", "LeaveGroup", "gives up", "orders-1"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(cluster.exited, "{text}");
    }
}

/// The classic client looks for a coordinator when it has something to ask it, and its auto-commit waits for that
/// (`maybeAutoCommitOffsetsAsync`).
#[test]
fn auto_commit_goes_on_without_a_membership() {
    for spec in assigned(true, CommitMode::Auto) {
        let mut cluster = Cluster::new(spec);
        cluster.produce(0, 10);
        cluster.run_until(S(6));
        let text = cluster.text();
        assert!(text.contains("is told that 10 of orders-0 is committed"), "{text}");
    }
}

/// A group that has members takes no commits from outside: UNKNOWN_MEMBER_ID, which is a CommitFailedException.
#[test]
fn its_commits_are_refused_while_the_group_has_members() {
    for spec in assigned(true, CommitMode::SyncAfterBatch) {
        let mut cluster = Cluster::new(spec);
        let refused = OffsetCommitResponse { results: [(Tp(0), ErrorCode::UnknownMemberId)].into_iter().collect() };
        cluster.script("OffsetCommit", Reaction::Say(Response::OffsetCommit(refused)));
        cluster.produce(0, 10);
        cluster.run_until(S(2));
        let text = cluster.text();
        assert!(text.contains("CommitFailedException"), "{text}");
        assert!(!text.contains("loses"), "it keeps what it has assigned itself: {text}");
    }
}

#[test]
fn without_a_group_id_nobody_is_asked_for_offsets() {
    for spec in assigned(false, CommitMode::Never) {
        let mut cluster = Cluster::new(spec);
        cluster.produce(0, 10);
        cluster.run_until(S(40));
        let text = cluster.text();
        assert!(text.contains("begins orders-0 at 0: nothing committed"), "{text}");
        assert!(text.contains("processes orders-0@0..9"), "{text}");
        for word in ["FindCoordinator", "OffsetFetch", "OffsetCommit"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}
