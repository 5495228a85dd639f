//! What an application does outside of Kafka with each record: a row in a database, an e-mail.
//!
//! It comes after the work and before anything is sent or committed for the record, takes its time, and is done when that is
//! over: no crash finds it half done, and none takes it back.

use super::batch::{Batch, Slice, Stretch};
use super::spec::{KnownRecords, SinkKind, SinkSpec};
use crate::history::fact::Fact;
use crate::node::{Context, RecordId};
use crate::sim::random::Sampler;

/// See the module.
#[derive(Clone, Debug)]
pub struct Sink {
    kind: SinkKind,
    takes: Sampler,
}

impl Sink {
    /// With its times drawn from the application's random stream.
    pub fn new(spec: &SinkSpec) -> Sink {
        Sink { kind: spec.kind, takes: spec.takes.compile() }
    }
    /// The next slice, which is one record: the work on it and its effect, or a look at what is done already. None when everything
    /// is done.
    pub fn next_slice(&self, batch: &Batch, per_record: &Sampler, ctx: &mut Context<'_>) -> Option<Slice> {
        let mut slice = batch.next_record()?;
        slice.fails |= ctx.service_is_down();
        let known = !slice.fails && self.leaves_out(batch.current(), ctx);
        if !known {
            slice.takes = per_record.sample(ctx.random());
        }
        if !slice.fails {
            slice.takes = slice.takes.saturating_add(self.takes.sample(ctx.random()));
        }
        Some(slice)
    }
    fn leaves_out(&self, record: Stretch, ctx: &mut Context<'_>) -> bool {
        match self.kind {
            SinkKind::Database { database, known: KnownRecords::LeftOut } => {
                ctx.outside().has_row(database, record.id())
            }
            _ => false,
        }
    }
    /// The effect of one record. Whether the application goes on with it: not, if it leaves out what is done already.
    pub fn take(&self, record: Stretch, ctx: &mut Context<'_>) -> bool {
        let (done, goes_on) = match self.kind {
            SinkKind::EMail | SinkKind::Database { known: KnownRecords::WrittenAgain, .. } => (true, true),
            SinkKind::Database { database, known } => {
                let new = ctx.outside().write_row(database, record.id());
                (new, new || known == KnownRecords::Refused)
            }
        };
        let RecordId { origin, tp, ordinal } = record.id();
        let node = ctx.me();
        ctx.record(Fact::EffectOutside { node, origin, origin_tp: tp, origin_ordinal: ordinal, done });
        goes_on
    }
}
