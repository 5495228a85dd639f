//! How holes in a compacted log are told, so that checkers know what a replica has.

use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::ids::*;

/// Offsets that one fact covers.
const SPAN: i64 = 128;

/// Tells which records a replica does not have (any more), ascending. `copied`: its leader had none to send.
pub(super) fn tell_removed(
    broker: BrokerId,
    tp: Tp,
    removed: impl Iterator<Item = Offset>,
    copied: bool,
    ctx: &mut Context<'_>,
) {
    let mut removed = removed.peekable();
    while let Some(first) = removed.next() {
        let mut mask = [1_u64, 0];
        while let Some(offset) = removed.next_if(|offset| offset.0 - first.0 < SPAN) {
            let bit = (offset.0 - first.0) as usize;
            mask[bit / 64] |= 1 << (bit % 64);
        }
        ctx.record(Fact::RecordsCompacted { broker, tp, first, low: mask[0], high: mask[1], copied });
    }
}

/// Offsets from the log end up to the end of a batch that hold no record.
pub(super) fn holes_before(log_end: Offset, batch: &RecordBatch) -> impl Iterator<Item = Offset> {
    let there = batch.offset_deltas().map(|delta| batch.base_offset.plus(delta));
    let mut there = there.skip_while(move |offset| *offset < log_end).peekable();
    (log_end.0..batch.next_offset().0).map(Offset).filter(move |offset| there.next_if_eq(offset).is_none())
}
