//! What wakes the loop: the calls that come back, the steps whose time has come, and the next poll().

use super::thread::Next;
use super::thread::Thread;
use super::{ERROR_PAUSE, Memory};
use crate::app::end::End;
use crate::app::listening::SuspendedCall;
use crate::app::spec::{FatalPolicy, StepCall, StopBy};
use crate::client::consumer::Returned;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::Tp;
use crate::sim::time::Nanos;

impl Memory {
    /// Whether it leaves its loop now. Who has no other means than to call wakeup(), or to look at a flag, comes to that when poll()
    /// has returned or thrown.
    pub(super) fn stops_now(&self) -> bool {
        self.shutdown && !(matches!(self.thread, Thread::Polling) && self.spec.stop_by != StopBy::WakeupInPoll)
    }

    pub(super) fn call_returned(&mut self, returned: Returned, ctx: &mut Context<'_>) -> Result<(), End> {
        match (self.thread, returned) {
            (Thread::Polling, Returned::Records) => {
                self.consumer.take_records(self.batch.records());
                self.back_off(ctx);
                match self.batch.is_done() {
                    true => self.poll(ctx),
                    false => self.begin_batch(ctx),
                }
            }
            (Thread::Polling, Returned::NoRecords) => self.commit_what_is_done(ctx),
            (Thread::Polling, Returned::Threw(Exception::Wakeup)) => self.thread = Thread::Pausing { until: ctx.now() },
            (Thread::Polling, Returned::Threw(error)) => self.threw(error, ctx),
            (Thread::Polling, Returned::CallsBack) => self.called_by(SuspendedCall::Poll),
            (Thread::Polling, Returned::PartitionsAssigned) => self.seek_to_what_is_kept(ctx),
            (Thread::Closing { restart_after }, Returned::CallsBack) => {
                self.called_by(SuspendedCall::Close { restart_after });
            }
            (Thread::Unsubscribing, Returned::CallsBack) => self.called_by(SuspendedCall::Unsubscribe),
            (Thread::Unsubscribing, Returned::Unsubscribed(Ok(()))) => self.poll(ctx),
            (Thread::Unsubscribing, Returned::Unsubscribed(Err(error))) => self.threw(error, ctx),
            (Thread::Committing { next }, Returned::Committed(result)) => self.committed(result, next, ctx),
            // Whatever comes of it: close() follows in a `finally`.
            (Thread::LastCommit, Returned::Committed(_)) => self.close(None, ctx.now()),
            // Whoever was told to stop meanwhile is not started again.
            (Thread::Closing { restart_after: Some(restart_after) }, Returned::Closed) if !self.shutdown => {
                return Err(End::Crashed { restart_after });
            }
            (Thread::Closing { .. }, Returned::Closed) => return Err(End::Exited),
            (thread, returned) => unreachable!("{returned:?} while {thread:?}"),
        }
        Ok(())
    }

    /// Makes the calls whose time has come, and polls if none of them waits. Who looks at a flag first, and is to stop, does not
    /// (`while (!closed.get())`).
    pub(super) fn poll(&mut self, ctx: &mut Context<'_>) {
        if self.shutdown && self.spec.stop_by != StopBy::WakeupInPoll {
            self.thread = Thread::Pausing { until: ctx.now() };
            return;
        }
        self.run_callbacks(ctx);
        let steps = self.spec.steps.clone();
        while let Some(step) = steps.get(self.steps_done).filter(|step| step.at <= ctx.now()) {
            self.steps_done += 1;
            match &step.call {
                StepCall::Seek(tp, offset) => self.consumer.seek(*tp, *offset, ctx),
                StepCall::SeekTo(partitions, to) => partitions.iter().for_each(|tp| self.consumer.seek_to(*tp, *to)),
                StepCall::Pause(partitions) => {
                    partitions.iter().for_each(|tp| self.consumer.set_paused(*tp, true, ctx))
                }
                StepCall::Resume(partitions) => {
                    partitions.iter().for_each(|tp| self.consumer.set_paused(*tp, false, ctx));
                }
                StepCall::CommitAsync => self.consumer.commit_async(ctx),
                StepCall::CommitSync => return self.commit_sync(Next::Poll, ctx.now()),
                StepCall::Subscribe(topics) => self.consumer.subscribe(topics, ctx),
                StepCall::Unsubscribe => {
                    self.consumer.unsubscribe(ctx);
                    self.thread = Thread::Unsubscribing;
                    return;
                }
            }
        }
        if !self.consumer.may_poll() {
            let until = steps.get(self.steps_done).map_or(Nanos::MAX, |step| step.at);
            self.thread = Thread::Pausing { until };
            return;
        }
        self.hold_back(ctx);
        let due = self.resume_what_is_due(ctx);
        self.consumer.poll(self.spec.poll_timeout.min(due.saturating_sub(ctx.now())), ctx.now());
        self.thread = Thread::Polling;
    }

    /// Who reads a retry topic pauses a partition whose next record is not due, and goes back to that record
    /// (`KafkaBackoffException` of Spring for Apache Kafka). The member stays in its group: it goes on polling.
    pub(super) fn back_off(&mut self, ctx: &mut Context<'_>) {
        if !self.spec.backs_off {
            return;
        }
        let now = ctx.now();
        let mut until: Vec<Nanos> = Vec::new();
        let held = self.batch.hold_back(|work| {
            let due = ctx.outside().headers(work.id()).and_then(|headers| headers.backoff_until);
            until.extend(due.filter(|due| *due > now));
            due.is_some_and(|due| due > now)
        });
        for ((tp, offset), due) in held.into_iter().zip(until) {
            self.consumer.seek(tp, offset, ctx);
            self.consumer.set_paused(tp, true, ctx);
            self.backing_off.insert(tp, due);
        }
    }
    /// Resumes the partitions whose next record is due; when the next one is.
    pub(super) fn resume_what_is_due(&mut self, ctx: &mut Context<'_>) -> Nanos {
        let now = ctx.now();
        let due: Vec<Tp> = self.backing_off.iter().filter(|(_, due)| **due <= now).map(|(tp, _)| *tp).collect();
        for tp in due {
            self.backing_off.remove(&tp);
            self.consumer.set_paused(tp, false, ctx);
        }
        self.backing_off.values().copied().min().unwrap_or(Nanos::MAX)
    }

    /// poll() or commitSync() threw. Most programs catch nothing there but what may pass: the exception leaves the loop, and
    /// the `finally` behind it closes the consumer.
    pub(super) fn threw(&mut self, error: Exception, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let fatal = self.spec.on_fatal == FatalPolicy::Exit && !error.is_retriable();
        ctx.record(Fact::ClientError { node, error, fatal });
        self.shutdown |= fatal;
        self.thread = Thread::Pausing { until: ctx.now().saturating_add(ERROR_PAUSE) };
    }
}
