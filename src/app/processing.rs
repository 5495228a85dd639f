//! What is said of records that an application has worked on, or could not.

use super::batch::{Batch, Slice, Stretch};
use super::spec::PoisonPolicy;
use crate::history::fact::Fact;
use crate::node::Context;

/// Says which records a slice of work was about.
pub fn finish(batch: &mut Batch, slice: Slice, ctx: &mut Context<'_>) {
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
pub fn give_up_or_not(batch: &Batch, policy: PoisonPolicy, ctx: &mut Context<'_>) -> PoisonPolicy {
    let node = ctx.me();
    let Stretch { tp, offset, origin, ordinal, .. } = batch.current();
    ctx.record(Fact::RecordFailed { node, tp, offset, origin, ordinal, skipped: policy == PoisonPolicy::Skip });
    if policy == PoisonPolicy::DeadLetter {
        ctx.record(Fact::RecordsProcessed { node, tp, offset, count: 1, origin, ordinal });
    }
    policy
}
