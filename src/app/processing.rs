//! What is said of records that an application has worked on, or could not.

use super::batch::{Batch, Slice, Stretch, Work};
use super::spec::{AfterFailure, GivingUp};
use crate::history::fact::Fact;
use crate::node::{Context, RecordId};
use crate::protocol::ids::GroupId;
use crate::protocol::put_aside::Aside;

/// Says which records a slice of work was about.
pub fn finish(batch: &mut Batch, slice: Slice, ctx: &mut Context<'_>) {
    batch.finish(slice, |stretch| tell(stretch, ctx));
}

/// Says that the record at hand could not be processed, and what follows. A dead letter is the record's effect: it is dealt with,
/// and not lost.
pub fn failed(batch: &Batch, what_next: AfterFailure, ctx: &mut Context<'_>) {
    failed_record(batch.current(), what_next, ctx);
}

/// The same of any record.
pub fn failed_record(record: Stretch, what_next: AfterFailure, ctx: &mut Context<'_>) {
    record_failed(record, what_next == AfterFailure::GiveUp(GivingUp::Skip), ctx);
    if what_next == AfterFailure::GiveUp(GivingUp::DeadLetter) {
        given_up(record, Aside::DeadLetterList, ctx);
        tell(record, ctx);
    }
}

/// Says that a record is put aside, for good or for a while. That it is dealt with is said apart.
pub fn given_up(record: Stretch, to: Aside, ctx: &mut Context<'_>) {
    let node = ctx.me();
    let Stretch { tp, offset, origin, ordinal, .. } = record;
    ctx.record(Fact::RecordGivenUp { node, tp, offset, origin, ordinal, to });
}

/// Nobody waits for a record any more, and what waits in a retry topic is overtaken by it.
pub fn done_with(work: Work, group: GroupId, ctx: &mut Context<'_>) {
    if ctx.outside().anything_waits() {
        ctx.outside().waits_no_longer(work.id());
        overtakes(work, group, ctx);
    }
}

/// Says which earlier records of its key the application overtakes, now that it is done with this one.
pub fn overtakes(work: Work, group: GroupId, ctx: &mut Context<'_>) {
    let Stretch { tp, offset: by, .. } = work.record;
    let node = ctx.me();
    for (record, offset) in ctx.outside().overtakes((group, tp, work.key), by) {
        let RecordId { origin, ordinal, .. } = record;
        ctx.record(Fact::RecordOvertaken { node, tp, offset, origin, ordinal, by });
    }
}

/// Says that the application could not deal with a record, and whether it goes on without it.
pub fn record_failed(record: Stretch, skipped: bool, ctx: &mut Context<'_>) {
    let node = ctx.me();
    let Stretch { tp, offset, origin, ordinal, .. } = record;
    ctx.record(Fact::RecordFailed { node, tp, offset, origin, ordinal, skipped });
}

/// Records that are dealt with, told as runs.
#[derive(Default)]
pub struct Processed {
    run: Option<Stretch>,
}

impl Processed {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.run.is_none()
    }
    /// One more; tells of those before it that it does not continue.
    pub fn add(&mut self, record: Stretch, ctx: &mut Context<'_>) {
        if let Some(run) = &mut self.run
            && (run.tp, run.offset.plus(run.count), run.origin, run.ordinal + run.count)
                == (record.tp, record.offset, record.origin, record.ordinal)
        {
            run.count += record.count;
            return;
        }
        if let Some(run) = self.run.replace(record) {
            tell(run, ctx);
        }
    }
    /// Tells of the last run.
    pub fn tell(self, ctx: &mut Context<'_>) {
        if let Some(run) = self.run {
            tell(run, ctx);
        }
    }
}

fn tell(Stretch { tp, offset, count, origin, ordinal }: Stretch, ctx: &mut Context<'_>) {
    let node = ctx.me();
    ctx.record(Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal });
}
