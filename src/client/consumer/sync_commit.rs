//! commitSync(): the application waits (`ConsumerCoordinator.commitOffsetsSync`).

use super::commit::{Offsets, Outcome, Purpose, commit_returned};
use super::process::Process;
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::sim::time::Nanos;

/// The attempt under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Attempt {
    /// Not sent; not before.
    Unsent(Nanos),
    /// Sent.
    InFlight,
}

/// A commitSync() under way. It commits the positions at the time of the call, whatever happens
/// while it retries.
#[derive(Clone, Debug)]
pub struct SyncCommit {
    purpose: Purpose,
    offsets: Offsets,
    deadline: Nanos,
    attempt: Attempt,
    failures: u32,
}

impl SyncCommit {
    /// When to look again.
    pub fn due(&self) -> Nanos {
        match self.attempt {
            Attempt::Unsent(at) => at,
            Attempt::InFlight => self.deadline,
        }
    }
    /// When it is given up.
    pub fn deadline(&self) -> Nanos {
        self.deadline
    }
}

impl Process {
    /// Begins a commitSync() of all positions.
    pub fn begin_sync_commit(&mut self, timeout: Nanos, ctx: &mut Context<'_>) -> SyncCommit {
        self.begin(Purpose::Sync, timeout, ctx)
    }

    /// Begins the commit that is part of close().
    pub fn begin_close_commit(&mut self, timeout: Nanos, ctx: &mut Context<'_>) -> SyncCommit {
        self.begin(Purpose::Close, timeout, ctx)
    }

    fn begin(&mut self, purpose: fn(u32) -> Purpose, timeout: Nanos, ctx: &mut Context<'_>) -> SyncCommit {
        self.commits.sync_number = self.commits.next_call();
        self.commits.sync_outcome = None;
        let now = ctx.now();
        SyncCommit {
            purpose: purpose(self.commits.sync_number),
            offsets: self.all_consumed(),
            deadline: now.saturating_add(timeout),
            attempt: Attempt::Unsent(now),
            failures: 0,
        }
    }

    /// Takes it as far as it goes without waiting. `None`: wait. Otherwise it returned, or threw.
    pub fn drive_sync_commit(
        &mut self,
        commit: &mut SyncCommit,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        let result = self.try_sync_commit(commit, ctx)?;
        commit_returned(commit.purpose.call(), result.err(), ctx);
        Some(result)
    }

    fn try_sync_commit(&mut self, commit: &mut SyncCommit, ctx: &mut Context<'_>) -> Option<Result<(), Exception>> {
        loop {
            match self.commits.sync_outcome.take() {
                Some(Outcome::Retriable(_)) => {
                    let pause = self.backoff.draw(commit.failures, ctx.random());
                    commit.failures += 1;
                    commit.attempt = Attempt::Unsent(ctx.now().saturating_add(pause));
                }
                Some(outcome) => return Some(outcome.exception().map_or(Ok(()), Err)),
                None => {}
            }
            if commit.deadline <= ctx.now() {
                return Some(Err(Exception::CommitTimedOut));
            }
            let Attempt::Unsent(at) = commit.attempt else { return None };
            if ctx.now() < at || !self.find_coordinator(ctx) {
                return None;
            }
            commit.attempt = Attempt::InFlight;
            self.send_commit(commit.offsets.clone(), commit.purpose, ctx);
        }
    }
}
