//! close(): commit, give the partitions up, leave the group
//! (`ConsumerCoordinator.close`, `onLeavePrepare`, `AbstractCoordinator.close`).

use super::application::Thread;
use super::process::Process;
use super::sync_commit::SyncCommit;
use crate::client::application::CommitMode;
use crate::client::network::Dest;
use crate::history::fact::RevokeReason;
use crate::node::Context;
use crate::protocol::messages::LeaveGroupReason;
use crate::sim::time::Nanos;

/// `ConsumerUtils.DEFAULT_CLOSE_TIMEOUT_MS`.
const CLOSE_TIMEOUT: Nanos = Nanos::from_millis(30_000);

/// A close() under way.
#[derive(Clone, Debug)]
pub struct Closing {
    deadline: Nanos,
    phase: Phase,
}

#[derive(Clone, Debug)]
enum Phase {
    /// The last commit, of all positions.
    Committing(SyncCommit),
    /// Earlier asynchronous commits are still on their way.
    AwaitingCommits,
    /// LeaveGroup and whatever is before it on the coordinator's connection.
    AwaitingAnswers,
}

impl Closing {
    /// What it waits for.
    pub fn dues(&self) -> [Nanos; 2] {
        let commit = match &self.phase {
            Phase::Committing(commit) => commit.due(),
            Phase::AwaitingCommits | Phase::AwaitingAnswers => Nanos::MAX,
        };
        [self.deadline, commit]
    }
}

impl Process {
    /// Calls close(). With auto-commit the client commits; an application that commits
    /// asynchronously makes its last commit a synchronous one. Both commit everything that poll()
    /// returned.
    pub fn begin_close(&mut self, ctx: &mut Context<'_>) {
        let commits = matches!(self.spec.commit, CommitMode::Auto | CommitMode::AsyncAfterBatch);
        let phase = if commits {
            Phase::Committing(self.begin_sync_commit(CLOSE_TIMEOUT, ctx))
        } else {
            Phase::AwaitingCommits
        };
        self.thread = Thread::Closing(Closing { deadline: ctx.now().saturating_add(CLOSE_TIMEOUT), phase });
    }

    /// Takes it as far as it goes without waiting; true when the consumer is closed.
    pub fn drive_close(&mut self, closing: &mut Closing, ctx: &mut Context<'_>) -> bool {
        let expired = closing.deadline <= ctx.now();
        loop {
            match &mut closing.phase {
                Phase::Committing(commit) => {
                    // Whatever comes of it: close() goes on.
                    if self.drive_sync_commit(commit, ctx).is_none() {
                        return false;
                    }
                    closing.phase = Phase::AwaitingCommits;
                }
                Phase::AwaitingCommits => {
                    if self.commits.pending_async() > 0 && !expired {
                        self.find_coordinator(ctx);
                        return false;
                    }
                    self.leave_for_good(ctx);
                    closing.phase = Phase::AwaitingAnswers;
                }
                Phase::AwaitingAnswers => return expired || self.coordinator_is_silent(),
            }
        }
    }

    /// The partitions are revoked, or lost if membership is gone or in doubt; then LeaveGroup.
    fn leave_for_good(&mut self, ctx: &mut Context<'_>) {
        self.group.heartbeat.enabled = false;
        let lost = self.group.is_lost() || self.group.rebalance_in_progress();
        self.give_up_partitions(if lost { RevokeReason::Lost } else { RevokeReason::Revoked }, ctx);
        self.leave_group(LeaveGroupReason::Closed, ctx);
    }

    /// Nothing is on its way from the coordinator, or nobody knows it.
    fn coordinator_is_silent(&self) -> bool {
        self.group.coordinator.is_none_or(|broker| self.network.in_flight(Dest::Coordinator(broker)) == 0)
    }
}
