//! How a batch ends, and the loop: commits, and close().

use super::Memory;
use super::thread::{Next, Thread};
use crate::app::outlet::Outlet;
use crate::app::spec::{CommitMode, CommitOffsets, FatalPolicy};
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Offset, Tp};
use crate::sim::time::Nanos;

impl Memory {
    pub(super) fn commit_sync(&mut self, next: Next, now: Nanos) {
        self.consumer.commit_sync(now);
        self.thread = Thread::Committing { next };
    }

    /// The batch is over: what was sent for it is flushed, or its transaction ended; then commit as the application does, then
    /// go on.
    pub(super) fn batch_done(&mut self, next: Next, ctx: &mut Context<'_>) {
        if self.outlet.as_ref().is_some_and(Outlet::in_transaction) {
            return self.end_transaction(next, ctx);
        }
        // What threads have sent they wait for themselves.
        if let Some(outlet) = &mut self.outlet
            && self.pool.is_none()
            && !outlet.is_settled()
        {
            outlet.flush();
            self.thread = Thread::Flushing { next };
            return;
        }
        self.batch.clear();
        if self.commits_what_is_done() && next == Next::Poll {
            return self.commit_what_is_done(ctx);
        }
        match self.spec.commit {
            CommitMode::SyncAfterBatch => return self.commit_sync(next, ctx.now()),
            CommitMode::AsyncAfterBatch => self.commit_async(ctx),
            CommitMode::Auto
            | CommitMode::SyncBeforeProcessing
            | CommitMode::InTransaction
            | CommitMode::WithTheSink { .. }
            | CommitMode::Never => {}
        }
        self.go_on(next, ctx);
    }

    /// Whether its commits name offsets.
    pub(super) fn commits_what_is_done(&self) -> bool {
        self.spec.pool.is_some_and(|pool| pool.commit != CommitOffsets::Positions)
    }
    /// Commits what the threads have done, if they have done something since, and polls.
    pub(super) fn commit_what_is_done(&mut self, ctx: &mut Context<'_>) {
        let offsets = self.take_what_is_done();
        match self.spec.commit {
            _ if offsets.is_empty() => self.poll(ctx),
            CommitMode::AsyncAfterBatch => {
                self.consumer.commit_async_of(&offsets, ctx);
                self.poll(ctx);
            }
            _ => {
                self.consumer.commit_sync_of(&offsets, ctx.now());
                self.thread = Thread::Committing { next: Next::Poll };
            }
        }
    }
    pub(super) fn take_what_is_done(&mut self) -> Vec<(Tp, Offset)> {
        let since = |tp| self.consumer.assigned_since(tp);
        self.pool.as_mut().map(|pool| pool.take_commit(since)).unwrap_or_default()
    }

    pub(super) fn go_on(&mut self, next: Next, ctx: &mut Context<'_>) {
        match next {
            Next::Process => self.begin_processing(ctx),
            Next::Poll => self.poll(ctx),
            Next::Pause(until) => self.thread = Thread::Pausing { until },
        }
    }

    /// commitSync() returned or threw. An application that commits first does not process what it
    /// could not commit: it goes back and polls again. A commit that is refused, for the member has been thrown out or the group
    /// rebalances, is logged; poll() then finds out what became of the partitions. What else will not pass leaves the loop.
    pub(super) fn committed(&mut self, result: Result<(), Exception>, next: Next, ctx: &mut Context<'_>) {
        if let Err(error) = result
            && self.spec.on_fatal == FatalPolicy::Exit
            && error.ends_loop()
        {
            return self.threw(error, ctx);
        }
        if next == Next::Process && result.is_err() {
            self.rewind(ctx);
            self.batch.clear();
            return self.go_on(Next::Poll, ctx);
        }
        self.go_on(next, ctx);
    }

    /// Ends the application's use of its consumer. What is committed is everything that poll() returned; that is done by now.
    pub(super) fn begin_end(&mut self, now: Nanos) {
        if self.commits_what_is_done() {
            let offsets = self.take_what_is_done();
            self.consumer.commit_sync_of(&offsets, now);
            self.thread = Thread::LastCommit;
        } else if self.spec.commit == CommitMode::AsyncAfterBatch {
            self.consumer.commit_sync(now);
            self.thread = Thread::LastCommit;
        } else {
            self.close(None, now);
        }
    }
    /// In a `finally`; `restart_after`: behind an exception.
    pub(super) fn close(&mut self, restart_after: Option<Nanos>, now: Nanos) {
        self.consumer.close(now);
        self.thread = Thread::Closing { restart_after };
    }
}
