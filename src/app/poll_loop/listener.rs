//! What the application does in onPartitionsRevoked and onPartitionsLost, where its listener has something to do: the second
//! calls the first, as `ConsumerRebalanceListener.onPartitionsLost` does. poll() or close() waits for it.
//!
//! What the listener's commit throws it catches: the partitions go in any case.

use super::Memory;
use super::thread::Thread;
use crate::app::listening::{Listening, SuspendedCall};
use crate::client::consumer::Returned;
use crate::node::Context;
use crate::sim::time::Nanos;

impl Memory {
    /// The listener is called.
    pub(super) fn called_by(&mut self, call: SuspendedCall) {
        self.thread = Thread::Listening { doing: Listening::Draining, call };
    }
    /// Takes the listener a step further. Whether there was one to take.
    pub(super) fn listen(&mut self, doing: Listening, call: SuspendedCall, ctx: &mut Context<'_>) -> bool {
        let on_revoked = self.spec.on_revoked.unwrap_or_default();
        let doing = match doing {
            Listening::Draining if on_revoked.drains && !self.others_are_idle() => return false,
            Listening::Draining => Listening::Working { until: ctx.now().saturating_add(on_revoked.takes) },
            Listening::Working { until } if ctx.now() < until => return false,
            Listening::Working { .. } if on_revoked.commits => {
                if !self.commit_in_listener(ctx.now()) {
                    return self.come_back(call);
                }
                Listening::Committing
            }
            Listening::Working { .. } => return self.come_back(call),
            Listening::Committing => match self.consumer.returned(ctx) {
                Some(Returned::Committed(_)) => return self.come_back(call),
                _ => return false,
            },
        };
        self.thread = Thread::Listening { doing, call };
        true
    }
    /// onPartitionsAssigned, where the offsets are kept with the rows: it writes down that the partitions are its own, reads where to go on,
    /// and seeks there. The database answers at once.
    pub(super) fn seek_to_what_is_kept(&mut self, ctx: &mut Context<'_>) {
        let generation = self.consumer.group_metadata().generation;
        for tp in self.consumer.take_assigned() {
            let kept = self.sink.as_mut().and_then(|sink| sink.claim(tp, generation, ctx));
            if let Some(offset) = kept {
                self.consumer.seek(tp, offset, ctx);
            }
        }
        self.consumer.has_sought();
    }
    /// Whether no thread beside the one that polls has anything to do.
    pub(super) fn others_are_idle(&self) -> bool {
        self.worker.is_idle() && self.pool.as_ref().is_none_or(super::Pool::is_idle)
    }
    /// commitSync() of what the application commits otherwise, too. Whether there is anything.
    fn commit_in_listener(&mut self, now: Nanos) -> bool {
        if !self.commits_what_is_done() {
            self.consumer.commit_sync(now);
            return true;
        }
        let offsets = self.take_what_is_done();
        if !offsets.is_empty() {
            self.consumer.commit_sync_of(&offsets, now);
        }
        !offsets.is_empty()
    }
    fn come_back(&mut self, call: SuspendedCall) -> bool {
        self.consumer.called_back();
        self.thread = match call {
            SuspendedCall::Poll => Thread::Polling,
            SuspendedCall::Unsubscribe => Thread::Unsubscribing,
            SuspendedCall::Close { restart_after } => Thread::Closing { restart_after },
        };
        true
    }
}
