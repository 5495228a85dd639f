//! close(): commit, give the partitions up, leave the group
//! (`ClassicKafkaConsumer.close`, `ConsumerCoordinator.close`, `onLeavePrepare`, `AbstractCoordinator.close`).

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

/// The end of an application: its last commit, then close().
#[derive(Clone, Debug)]
pub enum Closing {
    /// An application that commits asynchronously makes its last commit a synchronous one, a call of its own.
    LastCommit(SyncCommit),
    /// In close(), until the deadline at most.
    InClose {
        /// All that close() does has to be done by then.
        deadline: Nanos,
        /// What it is doing.
        phase: Phase,
    },
}

/// How far close() is.
#[derive(Clone, Debug)]
pub enum Phase {
    /// Auto-commit's last commit, of all positions.
    Committing(SyncCommit),
    /// Asynchronous commits still wait for a coordinator.
    AwaitingCommits,
    /// LeaveGroup and whatever is before it on the coordinator's connection.
    AwaitingAnswers,
}

impl Closing {
    /// What it waits for.
    pub fn dues(&self) -> [Nanos; 2] {
        match self {
            Closing::LastCommit(commit) => [commit.due(), commit.deadline()],
            Closing::InClose { deadline, phase: Phase::Committing(commit) } => [*deadline, commit.due()],
            Closing::InClose { deadline, .. } => [*deadline, Nanos::MAX],
        }
    }
}

impl Process {
    /// Ends the application's use of its consumer. What is committed is everything that poll() returned.
    pub fn begin_close(&mut self, ctx: &mut Context<'_>) {
        let closing = if self.spec.commit == CommitMode::AsyncAfterBatch {
            Closing::LastCommit(self.begin_sync_commit(self.spec.config.default_api_timeout, ctx))
        } else {
            self.call_close(ctx)
        };
        self.thread = Thread::Closing(closing);
    }

    /// Calls close(). It takes no longer than an answer may take (`createTimerForRequest`).
    fn call_close(&mut self, ctx: &mut Context<'_>) -> Closing {
        let timeout = CLOSE_TIMEOUT.min(self.spec.config.request_timeout);
        let phase = if self.spec.config.enable_auto_commit {
            Phase::Committing(self.begin_close_commit(timeout, ctx))
        } else {
            Phase::AwaitingCommits
        };
        Closing::InClose { deadline: ctx.now().saturating_add(timeout), phase }
    }

    /// Takes it as far as it goes without waiting; true when the consumer is closed.
    pub fn drive_close(&mut self, closing: &mut Closing, ctx: &mut Context<'_>) -> bool {
        loop {
            match closing {
                Closing::LastCommit(commit) => {
                    // Whatever comes of it: close() follows in a `finally`.
                    if self.drive_sync_commit(commit, ctx).is_none() {
                        return false;
                    }
                    *closing = self.call_close(ctx);
                }
                Closing::InClose { deadline, phase } => return self.drive_phases(*deadline, phase, ctx),
            }
        }
    }

    fn drive_phases(&mut self, deadline: Nanos, phase: &mut Phase, ctx: &mut Context<'_>) -> bool {
        let expired = deadline <= ctx.now();
        loop {
            match phase {
                Phase::Committing(commit) => {
                    // Whatever comes of it: close() goes on.
                    if self.drive_sync_commit(commit, ctx).is_none() {
                        return false;
                    }
                    *phase = Phase::AwaitingCommits;
                }
                Phase::AwaitingCommits => {
                    if !self.commits.deferred.is_empty() && !expired && !self.find_coordinator(ctx) {
                        return false;
                    }
                    self.leave_for_good(ctx);
                    *phase = Phase::AwaitingAnswers;
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

    /// Nothing is on its way to the coordinator or from it, or nobody knows it.
    fn coordinator_is_silent(&self) -> bool {
        self.group.coordinator.is_none_or(|broker| self.network.pending(Dest::Coordinator(broker)) == 0)
    }
}
