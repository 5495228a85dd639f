//! A thread of the application's own, which processes what poll() returned while poll() goes on.
//!
//! A common design, and a trap: auto-commit takes every record that an earlier poll() returned for
//! processed (`ConsumerCoordinator.maybeAutoCommitOffsetsAsync` commits `allConsumed()`, the
//! positions). With a worker they may be queued. A crash then loses what was committed and not done.
//!
//! The worker knows nothing of the group: it goes on with records of partitions that have been
//! revoked. Its queue has no limit.

use super::application::{Fate, finish, give_up_or_not};
use super::batch::{Batch, Slice};
use super::process::Process;
use crate::client::application::PoisonPolicy;
use crate::node::Context;
use crate::sim::time::Nanos;

/// The worker and its queue.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    queue: Batch,
    task: Task,
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
    /// When the task is over.
    pub fn due(&self) -> Nanos {
        match self.task {
            Task::None => Nanos::MAX,
            Task::Slice(_, until) | Task::Pause(until) => until,
        }
    }
}

impl Process {
    /// Queues what poll() returned.
    pub fn hand_over(&mut self, ctx: &mut Context<'_>) {
        self.worker.queue.append(&mut self.batch);
        if self.worker.is_idle() {
            self.next_task(ctx);
        }
    }

    /// Runs the worker until it waits for something.
    pub fn work(&mut self, ctx: &mut Context<'_>) -> Fate {
        while self.worker.due() <= ctx.now() {
            match self.worker.task {
                Task::Slice(slice, _) if slice.poison => {
                    match give_up_or_not(&self.worker.queue, self.spec.on_poison, ctx) {
                        PoisonPolicy::Crash { restart_after } => return Fate::Crashed(restart_after),
                        PoisonPolicy::Retry { pause } => {
                            self.worker.task = Task::Pause(ctx.now().saturating_add(pause));
                            continue;
                        }
                        PoisonPolicy::Skip | PoisonPolicy::DeadLetter => self.worker.queue.finish(slice, |_| {}),
                    }
                }
                Task::Slice(slice, _) => finish(&mut self.worker.queue, slice, ctx),
                Task::None | Task::Pause(_) => {}
            }
            self.next_task(ctx);
        }
        Fate::Running
    }

    fn next_task(&mut self, ctx: &mut Context<'_>) {
        self.worker.queue.forget_done();
        self.worker.task = match self.worker.queue.next_slice(&self.per_record, ctx.random()) {
            Some(slice) => Task::Slice(slice, ctx.now().saturating_add(slice.takes)),
            None => Task::None,
        };
    }
}
