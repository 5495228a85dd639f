//! A thread of the application's own, which processes what poll() returned while poll() goes on.
//!
//! A common design, and a trap: auto-commit takes every record that an earlier poll() returned for
//! processed (`ConsumerCoordinator.maybeAutoCommitOffsetsAsync` commits `allConsumed()`, the
//! positions). With a worker they may be queued. A crash then loses what was committed and not done.
//!
//! The worker knows nothing of the group: it goes on with records of partitions that have been
//! revoked. Its queue has no limit, unless whoever polls stops polling for more.

use super::attempts::FailedAttempts;
use super::batch::{Batch, Slice};
use super::end::End;
use super::processing::{failed, finish};
use super::spec::{AfterFailure, GivingUp, PoisonPolicy};
use crate::node::Context;
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// The worker and its queue.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    queue: Batch,
    task: Task,
    attempts: FailedAttempts,
}

#[derive(Clone, Copy, Debug, Default)]
enum Task {
    /// Waits for records.
    #[default]
    None,
    /// Works on a slice, until then.
    Slice(Slice, Nanos),
    /// Waits before it tries the same record again, until then.
    Pause(Nanos),
}

impl Worker {
    /// Nothing queued, nothing at work.
    pub fn is_idle(&self) -> bool {
        matches!(self.task, Task::None)
    }
    /// Records that wait or are at work.
    pub fn queued(&self) -> u64 {
        self.queue.left()
    }
    /// # Panics
    /// If it waits though there is something to do.
    pub fn check_invariants(&self) {
        self.queue.check_invariants();
        assert_eq!(self.is_idle(), self.queue.is_done(), "a worker works while something is queued");
    }
    /// When the task is over.
    pub fn due(&self) -> Nanos {
        match self.task {
            Task::None => Nanos::MAX,
            Task::Slice(_, until) | Task::Pause(until) => until,
        }
    }
    /// Queues what poll() returned.
    pub fn hand_over(&mut self, batch: &mut Batch, per_record: &Sampler, ctx: &mut Context<'_>) {
        self.queue.append(batch);
        if self.is_idle() {
            self.next_task(per_record, ctx);
        }
    }

    /// Runs the worker until it waits for something.
    ///
    /// # Errors
    /// The process ends.
    pub fn work(&mut self, per_record: &Sampler, on_poison: PoisonPolicy, ctx: &mut Context<'_>) -> Result<(), End> {
        while self.due() <= ctx.now() {
            match self.task {
                Task::Slice(slice, _) if slice.fails => {
                    let what_next = on_poison.after_failure(self.attempts.failed(self.queue.current()));
                    failed(&self.queue, what_next, ctx);
                    match what_next {
                        AfterFailure::GiveUp(GivingUp::Crash { restart_after } | GivingUp::Close { restart_after }) => {
                            return Err(End::Crashed { restart_after });
                        }
                        AfterFailure::Again { pause } => {
                            self.task = Task::Pause(ctx.now().saturating_add(pause));
                            continue;
                        }
                        AfterFailure::GiveUp(GivingUp::Skip | GivingUp::DeadLetter | GivingUp::RetryTopic) => {
                            self.queue.finish(slice, |_| {});
                        }
                    }
                }
                Task::Slice(slice, _) => finish(&mut self.queue, slice, ctx),
                Task::None | Task::Pause(_) => {}
            }
            self.next_task(per_record, ctx);
        }
        Ok(())
    }

    fn next_task(&mut self, per_record: &Sampler, ctx: &mut Context<'_>) {
        self.queue.forget_done();
        self.task = match self.queue.next_slice(per_record, ctx) {
            Some(slice) => Task::Slice(slice, ctx.now().saturating_add(slice.takes)),
            None => Task::None,
        };
    }
}
