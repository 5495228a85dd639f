//! What the loop does with what poll() returned, slice by slice.

use super::thread::{Next, Thread};
use super::{ERROR_PAUSE, Memory};
use crate::app::batch::Slice;
use crate::app::end::End;
use crate::app::pool::ThreadManners;
use crate::app::processing::{done_with, finish};
use crate::app::sink::SinkOutcome;
use crate::app::spec::{CommitMode, OutletPurpose, ProcessingThread};
use crate::node::Context;
use crate::protocol::ids::{Offset, Tp};

impl Memory {
    pub(super) fn begin_batch(&mut self, ctx: &mut Context<'_>) {
        if self.spec.commit == CommitMode::SyncBeforeProcessing {
            self.commit_sync(Next::Process, ctx.now());
        } else {
            self.begin_processing(ctx);
        }
    }
    /// What is sent for the records of one poll() is one transaction, if the producer makes transactions.
    pub(super) fn begin_processing(&mut self, ctx: &mut Context<'_>) {
        if let Some(outlet) = self.outlet.as_mut().filter(|outlet| outlet.is_transactional())
            && !outlet.begin(ctx)
        {
            return self.transaction_failed(ctx);
        }
        self.next_slice(ctx);
    }

    /// Begins the next slice, or ends the batch: by handing it over, if the application has a worker.
    pub(super) fn next_slice(&mut self, ctx: &mut Context<'_>) {
        if let Some(pool) = &mut self.pool {
            let since = |tp| self.consumer.assigned_since(tp);
            let manners = ThreadManners::of(&self.spec, &self.per_record, self.sink.as_ref());
            pool.hand_over(&mut self.batch, since, manners, ctx);
            return match self.spec.thread {
                ProcessingThread::Worker => self.batch_done(Next::Poll, ctx),
                ProcessingThread::Poll => self.thread = Thread::AwaitingPool,
            };
        }
        if self.spec.thread == ProcessingThread::Worker {
            self.worker.hand_over(&mut self.batch, &self.per_record, ctx);
            return self.batch_done(Next::Poll, ctx);
        }
        let slice = match &self.sink {
            Some(sink) => sink.next_slice(&self.batch, &self.per_record, ctx),
            None => self.batch.next_slice(&self.per_record, ctx),
        };
        match slice {
            Some(slice) => self.thread = Thread::Processing { slice, until: ctx.now().saturating_add(slice.takes) },
            None => self.batch_done(Next::Poll, ctx),
        }
    }

    /// A slice is done, or its record cannot be processed.
    pub(super) fn slice_done(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        self.consumer.between_records(ctx);
        if slice.fails {
            return self.record_failed(slice, ctx);
        }
        self.done_with(slice, ctx);
        match self.sink.as_ref().map(|sink| sink.take(self.batch.current(), ctx)) {
            Some(SinkOutcome::LeftOut) => {
                self.batch.finish(slice, |_| {});
                self.next_slice(ctx);
                return Ok(());
            }
            // It logs that, and goes back: poll() tells what has become of its partitions.
            Some(SinkOutcome::Fenced) => {
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(ERROR_PAUSE)), ctx);
                return Ok(());
            }
            Some(SinkOutcome::Done) | None => {}
        }
        if let Some(OutletPurpose::Transform(_)) = self.purpose()
            && let Some(outlet) = &mut self.outlet
        {
            self.batch.finish_each(slice, |work| outlet.offer(work));
            self.thread = Thread::Sending;
        } else {
            finish(&mut self.batch, slice, ctx);
            self.next_slice(ctx);
        }
        Ok(())
    }

    /// Nothing waits for the records of a slice any more, and what waits in a retry topic is overtaken by them.
    pub(super) fn done_with(&self, slice: Slice, ctx: &mut Context<'_>) {
        if ctx.outside().anything_waits() {
            self.batch.works(slice).for_each(|work| done_with(work, self.spec.consumer.group, ctx));
        }
    }

    /// seek() to the first record that is not done, in every partition that has one.
    pub(super) fn rewind(&mut self, ctx: &mut Context<'_>) {
        let back: Vec<(Tp, Offset)> = self.batch.unprocessed().collect();
        back.into_iter().for_each(|(tp, offset)| self.consumer.seek(tp, offset, ctx));
    }
}
