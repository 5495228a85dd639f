//! What becomes of a record that cannot be processed, and of what is sent for records.

use super::thread::{Next, Thread};
use super::{ERROR_PAUSE, Memory};
use crate::app::batch::{Slice, Stretch, Work};
use crate::app::end::End;
use crate::app::processing::{Processed, failed, given_up, overtakes, record_failed};
use crate::app::spec::{AfterFailure, DeadLetterFailure, FailurePolicy, GivingUp, OutletPurpose};
use crate::node::Context;
use crate::protocol::put_aside::{Aside, FailureReason, PutAside};

impl Memory {
    /// The record at hand could not be processed.
    pub(super) fn record_failed(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        let attempts = self.attempts.failed(self.batch.current());
        let what_next = self.spec.on_poison.after_failure(attempts);
        let to_a_topic = self.purpose().is_some_and(OutletPurpose::puts_aside);
        if to_a_topic && matches!(what_next, AfterFailure::GiveUp(GivingUp::DeadLetter | GivingUp::RetryTopic)) {
            self.put_aside(slice, attempts, ctx);
            return Ok(());
        }
        failed(&self.batch, what_next, ctx);
        match what_next {
            AfterFailure::GiveUp(GivingUp::Crash { restart_after }) => return Err(End::Crashed { restart_after }),
            AfterFailure::GiveUp(GivingUp::Close { restart_after }) => {
                self.close(Some(restart_after), ctx.now());
                return Ok(());
            }
            AfterFailure::Again { pause } => {
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(pause)), ctx);
                return Ok(());
            }
            AfterFailure::GiveUp(GivingUp::Skip | GivingUp::DeadLetter | GivingUp::RetryTopic) => {}
        }
        self.done_with(slice, ctx);
        self.batch.finish(slice, |_| {});
        self.next_slice(ctx);
        Ok(())
    }

    /// Sends the record at hand where those go that cannot be processed.
    fn put_aside(&mut self, slice: Slice, attempts: u32, ctx: &mut Context<'_>) {
        let work = self.batch.current_work();
        record_failed(work.record, false, ctx);
        self.send_aside(work, attempts, ctx);
        self.thread = Thread::AwaitingDeadLetter { slice };
    }
    /// Sends a copy of a record there.
    pub(super) fn send_aside(&mut self, work: Work, attempts: u32, ctx: &mut Context<'_>) {
        let headers = self.headers(work, attempts, ctx);
        let outlet = self.outlet();
        outlet.put_aside(work, headers);
        outlet.flush();
        outlet.send(ctx);
    }

    /// What the copy of a record says of it. Where the record comes from a retry topic, it says what that one said, and what is new.
    pub(super) fn headers(&self, work: Work, attempts: u32, ctx: &mut Context<'_>) -> PutAside {
        let own = PutAside {
            original: work.record.tp,
            offset: work.record.offset,
            timestamp: work.timestamp,
            group: self.spec.consumer.group,
            attempts: 0,
            reason: if work.poison { FailureReason::Unprocessable } else { FailureReason::ServiceDown },
            backoff_until: None,
        };
        let known = ctx.outside().headers(work.id()).copied();
        let before = known.filter(|_| self.spec.backs_off).unwrap_or(own);
        let backoff_until = match self.purpose() {
            Some(OutletPurpose::RetryTopic { delay }) => Some(ctx.now().saturating_add(delay)),
            _ => before.backoff_until.map(|_| ctx.now()),
        };
        PutAside { attempts: before.attempts.saturating_add(attempts), reason: own.reason, backoff_until, ..before }
    }
    /// A record was put aside, and that is acknowledged.
    pub(super) fn is_aside(&self, work: Work, ctx: &mut Context<'_>) {
        let to = match self.purpose() {
            Some(OutletPurpose::RetryTopic { .. }) => Aside::RetryTopic,
            _ => Aside::DeadLetterTopic,
        };
        given_up(work.record, to, ctx);
        match to {
            Aside::RetryTopic if self.spec.backs_off => {}
            Aside::RetryTopic => {
                let Stretch { tp, offset, .. } = work.record;
                ctx.outside().waits((self.spec.consumer.group, tp, work.key), work.id(), offset);
            }
            _ => {
                ctx.outside().waits_no_longer(work.id());
                overtakes(work, self.spec.consumer.group, ctx);
            }
        }
    }

    /// What came of records that were sent, if anything did.
    pub(super) fn sent(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        if self.pool.is_some() {
            return self.heard_of_threads(ctx);
        }
        let Some(outlet) = &mut self.outlet else { return Ok(()) };
        let mut processed = Processed::default();
        let mut failed: Vec<Work> = Vec::new();
        outlet.results(|work, result| match result {
            Ok(()) => processed.add(work.record, ctx),
            Err(_) => failed.push(work),
        });
        let any = !processed.is_empty();
        if any && matches!(self.thread, Thread::AwaitingDeadLetter { .. }) {
            self.is_aside(self.batch.current_work(), ctx);
        }
        processed.tell(ctx);
        match (self.thread, self.purpose()) {
            (Thread::AwaitingDeadLetter { slice }, Some(OutletPurpose::DeadLetters(DeadLetterFailure::Log)))
                if !failed.is_empty() =>
            {
                failed.iter().for_each(|work| record_failed(work.record, true, ctx));
                self.batch.finish(slice, |_| {});
                self.next_slice(ctx);
            }
            (
                Thread::AwaitingDeadLetter { .. },
                Some(OutletPurpose::DeadLetters(DeadLetterFailure::Crash { restart_after })),
            ) if !failed.is_empty() => return Err(End::Crashed { restart_after }),
            (Thread::AwaitingDeadLetter { .. }, _) if !failed.is_empty() => {
                // The record is tried again, as if it had not been polled.
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(ERROR_PAUSE)), ctx);
            }
            (Thread::AwaitingDeadLetter { slice }, _) if any => {
                self.batch.finish(slice, |_| {});
                self.next_slice(ctx);
            }
            // An acknowledgement may make room for a dead letter that waits in send().
            (Thread::AwaitingDeadLetter { .. }, _) => {
                self.outlet().send(ctx);
            }
            // What fails in a transaction fails the transaction, of which the next call tells.
            (_, Some(OutletPurpose::Transform(_))) if self.outlet().is_transactional() => {}
            (_, Some(OutletPurpose::Transform(FailurePolicy::Crash { restart_after }))) if !failed.is_empty() => {
                return Err(End::Crashed { restart_after });
            }
            _ => failed.iter().for_each(|work| record_failed(work.record, true, ctx)),
        }
        Ok(())
    }
}
