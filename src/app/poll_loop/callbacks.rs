//! What an application does in the callback of commitAsync(), which runs in a later poll().
//!
//! The consumer does not try such a commit again: by the time at which it has failed a newer one may have been made. An
//! application that does puts the older offset over the newer one, and the broker takes what comes last.

use super::Memory;
use crate::app::spec::CommitRetry;
use crate::node::Context;
use crate::protocol::ids::{Offset, Tp};

impl Memory {
    /// commitAsync() of where it is.
    pub(super) fn commit_async(&mut self, ctx: &mut Context<'_>) {
        match self.spec.commit_retry {
            None => self.consumer.commit_async(ctx),
            Some(_) => self.commit_with_callback(self.consumer.consumed(), ctx),
        }
    }
    fn commit_with_callback(&mut self, offsets: Vec<(Tp, Offset)>, ctx: &mut Context<'_>) {
        let call = self.consumer.commit_async_of(&offsets, ctx);
        self.async_commits.sent(call, offsets);
    }
    /// Runs the callbacks of those that are over.
    pub(super) fn run_callbacks(&mut self, ctx: &mut Context<'_>) {
        for finished in self.consumer.take_finished_commits() {
            let Some(offsets) = self.async_commits.over(finished.call) else { continue };
            let again = match self.spec.commit_retry {
                Some(CommitRetry::Blindly) => finished.may_pass,
                Some(CommitRetry::UnlessNewer) => {
                    finished.may_pass && self.consumer.last_commit_call() == finished.call
                }
                None => false,
            };
            if again {
                self.commit_with_callback(offsets, ctx);
            }
        }
    }
}
