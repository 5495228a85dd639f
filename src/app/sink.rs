//! What an application does outside of Kafka with each record: a row in a database, an e-mail.
//!
//! It comes after the work and before anything is sent or committed for the record, takes its time, and is done when that is
//! over: no crash finds it half done, and none takes it back.

use litemap::LiteMap;

use super::batch::{Batch, Slice, Stretch};
use super::spec::{CommitMode, KnownRecords, SinkKind, SinkSpec};
use crate::history::fact::Fact;
use crate::node::{Context, RecordId};
use crate::protocol::ids::{Generation, GroupId, Offset, Tp};
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct Sink {
    kind: SinkKind,
    takes: Sampler,
    /// Where the offset of the next record is in the transaction of each row.
    offsets: Option<SinkOffsets>,
}

/// Offsets that are kept with the rows.
#[derive(Clone, Debug)]
struct SinkOffsets {
    group: GroupId,
    /// A later generation refuses what comes from an earlier one.
    fence: bool,
    /// In which generation each partition was given to this process: what it has in its memory.
    claims: LiteMap<Tp, Generation>,
}

/// What came of a record's effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SinkOutcome {
    /// The application goes on with the record.
    Done,
    /// It was done already, and the application leaves it out.
    LeftOut,
    /// The transaction was refused: the partition is somebody else's. Neither row nor offset are written.
    Fenced,
}

impl Sink {
    /// With its times drawn from the application's random stream.
    pub fn new(spec: &SinkSpec) -> Sink {
        Sink { kind: spec.kind, takes: spec.takes.compile(), offsets: None }
    }
    /// The same of a group that keeps its offsets with the rows, if that is how it commits.
    #[must_use]
    pub fn committing(self, mode: CommitMode, group: GroupId) -> Sink {
        let offsets = match mode {
            CommitMode::WithTheSink { fence } => Some(SinkOffsets { group, fence, claims: LiteMap::new() }),
            _ => None,
        };
        Sink { offsets, ..self }
    }
    /// The partition was given to this process in that generation. Where it goes on, if anything is kept of it.
    pub fn claim(&mut self, tp: Tp, generation: Generation, ctx: &mut Context<'_>) -> Option<Offset> {
        let SinkKind::Database { database, .. } = self.kind else { return None };
        let offsets = self.offsets.as_mut()?;
        offsets.claims.insert(tp, generation);
        ctx.outside().claim_partition((database, offsets.group, tp), generation)
    }
    /// The next slice, which is one record: the work on it and its effect, or a look at what is done already. None when everything
    /// is done.
    pub fn next_slice(&self, batch: &Batch, per_record: &Sampler, ctx: &mut Context<'_>) -> Option<Slice> {
        let mut slice = batch.next_record()?;
        slice.fails |= ctx.service_is_down();
        slice.takes = self.takes(batch.current(), slice.fails, per_record, ctx);
        Some(slice)
    }
    /// How long a record takes: the work on it and its effect, or a look at what is done already. What fails comes to no effect.
    pub fn takes(&self, record: Stretch, fails: bool, per_record: &Sampler, ctx: &mut Context<'_>) -> Nanos {
        let known = !fails && self.leaves_out(record, ctx);
        let work = if known { Nanos::ZERO } else { per_record.sample(ctx.random()) };
        let effect = if fails { Nanos::ZERO } else { self.takes.sample(ctx.random()) };
        work.saturating_add(effect)
    }
    fn leaves_out(&self, record: Stretch, ctx: &mut Context<'_>) -> bool {
        match self.kind {
            SinkKind::Database { database, known: KnownRecords::LeftOut } => {
                ctx.outside().has_row(database, record.id())
            }
            _ => false,
        }
    }
    /// The effect of one record, and the offset behind it where that is kept with the row.
    pub fn take(&self, record: Stretch, ctx: &mut Context<'_>) -> SinkOutcome {
        let (done, goes_on) = match self.kind {
            SinkKind::EMail => (true, true),
            SinkKind::Database { database, known } => {
                if !self.keep_offset(database, record, ctx) {
                    return SinkOutcome::Fenced;
                }
                match known {
                    KnownRecords::WrittenAgain => (true, true),
                    KnownRecords::Refused | KnownRecords::LeftOut => {
                        let new = ctx.outside().write_row(database, record.id());
                        (new, new || known == KnownRecords::Refused)
                    }
                }
            }
        };
        let RecordId { origin, tp, ordinal } = record.id();
        let node = ctx.me();
        ctx.record(Fact::EffectOutside { node, origin, origin_tp: tp, origin_ordinal: ordinal, done });
        if goes_on { SinkOutcome::Done } else { SinkOutcome::LeftOut }
    }
    /// Whether the transaction goes through.
    fn keep_offset(&self, database: u16, record: Stretch, ctx: &mut Context<'_>) -> bool {
        let Some(offsets) = &self.offsets else { return true };
        let Stretch { tp, offset, .. } = record;
        let place = (database, offsets.group, tp);
        let generation = offsets.claims.get(&tp).copied().unwrap_or(Generation::NONE);
        let by = ctx.outside().claimed_in(place);
        if offsets.fence && by != generation {
            let node = ctx.me();
            ctx.record(Fact::RowFenced { node, tp, offset, generation, by });
            return false;
        }
        ctx.outside().keep_offset(place, offset.plus(1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::NodeId;
    use crate::sim::random::Distribution;
    use crate::stage::Stage;

    fn sink(fence: bool) -> Sink {
        let kind = SinkKind::Database { database: 0, known: KnownRecords::WrittenAgain };
        let spec = SinkSpec { kind, takes: Distribution::Constant(Nanos::ZERO) };
        Sink::new(&spec).committing(CommitMode::WithTheSink { fence }, GroupId(0))
    }
    fn record(offset: i64) -> Stretch {
        Stretch { tp: Tp(0), offset: Offset(offset), count: 1, origin: NodeId(0), ordinal: offset as u32 }
    }

    /// What two processes come to that one after the other have a partition, where the first goes on.
    fn went_on(fence: bool) -> (SinkOutcome, Option<Offset>, usize) {
        let (mut old, mut new, mut next) = (sink(fence), sink(fence), sink(fence));
        let (mut outcome, mut kept) = (SinkOutcome::Done, None);
        let mut stage = Stage::new(NodeId(1));
        stage.act(|ctx| {
            assert_eq!(old.claim(Tp(0), Generation(1), ctx), None);
            assert_eq!(old.take(record(0), ctx), SinkOutcome::Done);
            assert_eq!(new.claim(Tp(0), Generation(2), ctx), Some(Offset(1)), "it goes on behind the last row");
            assert_eq!(new.take(record(1), ctx), SinkOutcome::Done);
            assert_eq!(new.take(record(2), ctx), SinkOutcome::Done);
            outcome = old.take(record(1), ctx);
            kept = next.claim(Tp(0), Generation(3), ctx);
        });
        let rows =
            stage.facts.iter().filter(|(_, fact)| matches!(fact, Fact::EffectOutside { done: true, .. })).count();
        (outcome, kept, rows)
    }

    #[test]
    fn an_old_member_writes_unless_there_is_a_fence() {
        assert_eq!(went_on(false), (SinkOutcome::Done, Some(Offset(2)), 4), "the offset goes back with it");
        assert_eq!(went_on(true), (SinkOutcome::Fenced, Some(Offset(3)), 3));
    }
}
