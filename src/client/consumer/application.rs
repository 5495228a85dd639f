//! The application thread: poll, process, commit, for ever
//! (the loop in the documentation of `KafkaConsumer.java`).

use super::batch::{Batch, Slice, Stretch};
use super::close::Closing;
use super::membership::Lookup;
use super::poll::Pass;
use super::process::Process;
use super::subscription::Position;
use super::sync_commit::SyncCommit;
use crate::client::application::{CommitMode, FatalPolicy, PoisonPolicy, ProcessingThread};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::sim::time::Nanos;

/// `poll(Duration.ofMillis(100))`: what `KafkaConsumer`'s documentation passes.
pub const POLL_TIMEOUT: Nanos = Nanos::from_millis(100);
/// An application that goes on after poll() threw logs it, waits this long and polls again.
const ERROR_PAUSE: Nanos = Nanos::from_millis(1_000);

/// What becomes of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It goes on.
    Running,
    /// An exception left the poll loop; started again after this.
    Crashed(Nanos),
    /// It closed its consumer and ended.
    Exited,
}

/// What the application goes on with after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Processing (at most once: the commit came first).
    Process,
    /// The next poll().
    Poll,
    /// A pause, then the next poll().
    Pause(Nanos),
}

/// Where the application thread is.
#[derive(Clone, Debug)]
pub enum Thread {
    /// In poll(), until the deadline at most.
    Polling {
        /// End of poll()'s time.
        deadline: Nanos,
    },
    /// Working on a slice of what poll() returned.
    Processing {
        /// Which.
        slice: Slice,
        /// When it is done.
        until: Nanos,
    },
    /// In commitSync().
    Committing {
        /// The commit.
        commit: SyncCommit,
        /// What comes then.
        next: Next,
    },
    /// Waiting to poll again.
    Pausing {
        /// Until then.
        until: Nanos,
    },
    /// Told to stop; the worker finishes what is queued (`ExecutorService.awaitTermination`).
    AwaitingWorker,
    /// In close().
    Closing(Closing),
    /// In a call that is being taken a step further; never seen from outside.
    Moving,
}

impl Thread {
    /// In a poll() that begins now.
    pub fn polling(now: Nanos) -> Thread {
        Thread::Polling { deadline: now.saturating_add(POLL_TIMEOUT) }
    }
    /// Whether it is in a call that drives the client.
    pub fn is_in_client(&self) -> bool {
        matches!(self, Thread::Polling { .. } | Thread::Committing { .. } | Thread::Closing(_))
    }
    /// What it waits for itself.
    pub fn dues(&self) -> [Nanos; 2] {
        match self {
            Thread::Polling { deadline } => [*deadline, Nanos::MAX],
            Thread::Processing { until, .. } | Thread::Pausing { until } => [*until, Nanos::MAX],
            Thread::Committing { commit, .. } => [commit.due(), commit.deadline()],
            Thread::Closing(closing) => closing.dues(),
            Thread::AwaitingWorker | Thread::Moving => [Nanos::MAX; 2],
        }
    }
}

impl Process {
    /// Runs the thread until it waits for something.
    pub fn run(&mut self, ctx: &mut Context<'_>) -> Fate {
        loop {
            let now = ctx.now();
            match self.thread {
                Thread::Polling { .. } | Thread::Pausing { .. } | Thread::AwaitingWorker if self.shutdown => {
                    if !self.worker.is_idle() {
                        self.thread = Thread::AwaitingWorker;
                        return Fate::Running;
                    }
                    self.begin_close(ctx);
                }
                Thread::Polling { deadline } => {
                    let last = deadline <= now;
                    match self.poll_pass(last, ctx) {
                        Ok(Pass::Records) => self.begin_batch(ctx),
                        Ok(Pass::Empty) if last => self.begin_poll(now),
                        Ok(Pass::Empty) => return Fate::Running,
                        Err(error) => self.poll_threw(error, ctx),
                    }
                }
                Thread::Processing { until, .. } | Thread::Pausing { until } if now < until => return Fate::Running,
                Thread::Processing { slice, .. } => {
                    if let Some(restart_after) = self.slice_done(slice, ctx) {
                        return Fate::Crashed(restart_after);
                    }
                }
                Thread::Pausing { .. } => self.begin_poll(now),
                Thread::Committing { .. } | Thread::Closing(_) => {
                    if let Some(fate) = self.drive_call(ctx) {
                        return fate;
                    }
                }
                Thread::AwaitingWorker | Thread::Moving => unreachable!("every state names its successor"),
            }
        }
    }

    /// Takes commitSync() or close() a step further; `None` if it returned and the application goes on.
    fn drive_call(&mut self, ctx: &mut Context<'_>) -> Option<Fate> {
        match std::mem::replace(&mut self.thread, Thread::Moving) {
            Thread::Committing { mut commit, next } => match self.drive_sync_commit(&mut commit, ctx) {
                Some(result) => {
                    self.sync_commit_done(result, next, ctx);
                    return None;
                }
                None => self.thread = Thread::Committing { commit, next },
            },
            Thread::Closing(mut closing) => {
                if self.drive_close(&mut closing, ctx) {
                    return Some(Fate::Exited);
                }
                self.thread = Thread::Closing(closing);
            }
            other => unreachable!("{other:?} is no call of the client's"),
        }
        Some(Fate::Running)
    }

    /// Calls poll(). A search for the coordinator starts over with every call.
    fn begin_poll(&mut self, now: Nanos) {
        if matches!(self.group.lookup, Lookup::Backoff { .. }) {
            self.group.lookup = Lookup::Idle;
            self.group.lookup_failures = 0;
        }
        self.thread = Thread::polling(now);
    }

    /// poll() threw. Most programs catch nothing there but what may pass: the exception leaves the loop, and
    /// the `finally` behind it closes the consumer.
    fn poll_threw(&mut self, error: Exception, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let fatal = self.spec.on_fatal == FatalPolicy::Exit && !error.is_retriable();
        ctx.record(Fact::ClientError { node, error, fatal });
        self.shutdown |= fatal;
        self.thread = Thread::Pausing { until: ctx.now().saturating_add(ERROR_PAUSE) };
    }

    fn begin_batch(&mut self, ctx: &mut Context<'_>) {
        if self.spec.commit == CommitMode::SyncBeforeProcessing {
            self.commit_sync(Next::Process, ctx);
        } else {
            self.next_slice(ctx);
        }
    }

    fn commit_sync(&mut self, next: Next, ctx: &mut Context<'_>) {
        let commit = self.begin_sync_commit(self.spec.config.default_api_timeout, ctx);
        self.thread = Thread::Committing { commit, next };
    }

    /// Begins the next slice, or ends the batch: by handing it over, if the application has a worker.
    fn next_slice(&mut self, ctx: &mut Context<'_>) {
        if self.spec.thread == ProcessingThread::Worker {
            self.hand_over(ctx);
            return self.batch_done(Next::Poll, ctx);
        }
        match self.batch.next_slice(&self.per_record, ctx.random()) {
            Some(slice) => self.thread = Thread::Processing { slice, until: ctx.now().saturating_add(slice.takes) },
            None => self.batch_done(Next::Poll, ctx),
        }
    }

    /// A slice is done, or its record cannot be processed. Returns the delay of the restart if that
    /// ends the process.
    fn slice_done(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Option<Nanos> {
        if slice.poison {
            return self.poison(slice, ctx);
        }
        finish(&mut self.batch, slice, ctx);
        self.next_slice(ctx);
        None
    }

    fn poison(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Option<Nanos> {
        match give_up_or_not(&self.batch, self.spec.on_poison, ctx) {
            PoisonPolicy::Crash { restart_after } => return Some(restart_after),
            PoisonPolicy::Retry { pause } => {
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(pause)), ctx);
                return None;
            }
            PoisonPolicy::Skip | PoisonPolicy::DeadLetter => {}
        }
        self.batch.finish(slice, |_| {});
        self.next_slice(ctx);
        None
    }

    /// seek() to the first record that is not done, in every partition that has one.
    fn rewind(&mut self, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let back: Vec<(Tp, Offset)> = self.batch.unprocessed().collect();
        for (tp, offset) in back {
            // seek() with a bare offset: the position carries no epoch.
            if let Some(position) = self.subscriptions.position(tp) {
                self.subscriptions.seek(tp, Position { offset, offset_epoch: LeaderEpoch::UNDEFINED, ..position });
                self.fetcher.touch(tp);
                ctx.record(Fact::PositionSought { node, tp, offset });
            }
        }
    }

    /// The batch is over: commit as the application does, then go on.
    fn batch_done(&mut self, next: Next, ctx: &mut Context<'_>) {
        self.batch.clear();
        match self.spec.commit {
            CommitMode::SyncAfterBatch => return self.commit_sync(next, ctx),
            CommitMode::AsyncAfterBatch => self.commit_async(ctx),
            CommitMode::Auto | CommitMode::SyncBeforeProcessing | CommitMode::Never => {}
        }
        self.go_on(next, ctx);
    }

    fn go_on(&mut self, next: Next, ctx: &mut Context<'_>) {
        match next {
            Next::Process => self.next_slice(ctx),
            Next::Poll => self.begin_poll(ctx.now()),
            Next::Pause(until) => self.thread = Thread::Pausing { until },
        }
    }

    /// commitSync() returned or threw. An application that commits first does not process what it
    /// could not commit: it goes back and polls again. A refused commit is logged; poll() then finds
    /// out what became of the partitions.
    fn sync_commit_done(&mut self, result: Result<(), Exception>, next: Next, ctx: &mut Context<'_>) {
        if next == Next::Process && result.is_err() {
            self.rewind(ctx);
            self.batch.clear();
            return self.go_on(Next::Poll, ctx);
        }
        self.go_on(next, ctx);
    }
}

/// Says which records a slice of work was about.
pub(super) fn finish(batch: &mut Batch, slice: Slice, ctx: &mut Context<'_>) {
    let node = ctx.me();
    batch.finish(slice, |s| {
        ctx.record(Fact::RecordsProcessed {
            node,
            tp: s.tp,
            offset: s.offset,
            count: s.count,
            origin: s.origin,
            ordinal: s.ordinal,
        });
    });
}

/// Says that the record at hand cannot be processed, and what becomes of it under a policy, which it
/// returns. A dead letter is the record's effect: it is dealt with, and not lost.
pub(super) fn give_up_or_not(batch: &Batch, policy: PoisonPolicy, ctx: &mut Context<'_>) -> PoisonPolicy {
    let node = ctx.me();
    let Stretch { tp, offset, origin, ordinal, .. } = batch.current();
    ctx.record(Fact::RecordFailed { node, tp, offset, origin, ordinal, skipped: policy == PoisonPolicy::Skip });
    if policy == PoisonPolicy::DeadLetter {
        ctx.record(Fact::RecordsProcessed { node, tp, offset, count: 1, origin, ordinal });
    }
    policy
}
