//! commitSync(): the application waits (`ConsumerCoordinator.commitOffsetsSync`).

use super::commit::{Offsets, Outcome, Purpose};
use super::process::Process;
use crate::node::Context;
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
    offsets: Offsets,
    deadline: Nanos,
    attempt: Attempt,
    failures: u32,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyncResult {
    /// Stored.
    Committed,
    /// An error that is not to be retried.
    Refused(Outcome),
    /// `TimeoutException`: stored or not.
    TimedOut,
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
        self.commits.sync_number = self.commits.sync_number.wrapping_add(1);
        self.commits.sync_outcome = None;
        let now = ctx.now();
        SyncCommit {
            offsets: self.all_consumed(),
            deadline: now.saturating_add(timeout),
            attempt: Attempt::Unsent(now),
            failures: 0,
        }
    }

    /// Takes it as far as it goes without waiting. `None`: wait.
    pub fn drive_sync_commit(&mut self, commit: &mut SyncCommit, ctx: &mut Context<'_>) -> Option<SyncResult> {
        loop {
            match self.commits.sync_outcome.take() {
                Some(Outcome::Committed) => return Some(SyncResult::Committed),
                Some(Outcome::Retriable) => {
                    let pause = self.backoff.draw(commit.failures, ctx.random());
                    commit.failures += 1;
                    commit.attempt = Attempt::Unsent(ctx.now().saturating_add(pause));
                }
                Some(refused) => return Some(SyncResult::Refused(refused)),
                None => {}
            }
            if commit.deadline <= ctx.now() {
                return Some(SyncResult::TimedOut);
            }
            let Attempt::Unsent(at) = commit.attempt else { return None };
            let purpose = Purpose::Sync(self.commits.sync_number);
            if ctx.now() < at || !self.find_coordinator(ctx) {
                return None;
            }
            commit.attempt = Attempt::InFlight;
            self.send_commit(commit.offsets.clone(), purpose, ctx);
        }
    }
}
