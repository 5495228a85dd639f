//! What poll() returned, and how far the application is with it.
//!
//! Work is done in slices: consecutive records whose processing takes [`SLICE`] or a little more,
//! with one timer and one fact per run of records. So a crash loses sight of at most one slice of
//! work that was done, and a fast application costs no more than a hundred events per second. A
//! record that cannot be processed is a slice of its own.

use std::ops::Range;

use litemap::LiteMap;

use crate::client::consumer::Polled;
use crate::node::{Context, RecordId};
use crate::protocol::ids::{NodeId, Offset, Tp};
use crate::sim::random::{Sampler, Stream};
use crate::sim::time::Nanos;

/// The span of processing that is reported as a whole.
const SLICE: Nanos = Nanos::from_millis(10);

/// A place in the batch: a run, and a record in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Cursor {
    run: usize,
    place: u32,
}

/// Records in a row, of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Which partition.
    pub tp: Tp,
    /// Offset of the first.
    pub offset: Offset,
    /// How many.
    pub count: u32,
    /// Who made them.
    pub origin: NodeId,
    /// Ordinal of the first.
    pub ordinal: u32,
}

/// One record, and its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// The record.
    pub record: Stretch,
    /// Its key's number, or [`RecordDetail::NULL_KEY`](crate::protocol::batch::RecordDetail::NULL_KEY).
    pub key: u32,
    /// It cannot be processed, ever.
    pub poison: bool,
    /// Its timestamp, or the first one of its batch.
    pub timestamp: Nanos,
}

impl Work {
    fn of(run: &Polled, place: u32) -> Work {
        Work {
            record: stretch(run, place, 1),
            key: run.key(place),
            poison: run.is_poison(place),
            timestamp: run.batch.base_timestamp,
        }
    }
    /// What the record is known by.
    pub fn id(&self) -> RecordId {
        self.record.id()
    }
}

impl Stretch {
    /// What its first record is known by.
    pub fn id(&self) -> RecordId {
        RecordId { origin: self.origin, tp: self.tp, ordinal: self.ordinal }
    }
}

/// A slice of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    end: Cursor,
    /// How long it takes.
    pub takes: Nanos,
    /// It is one record, and that cannot be processed, or not now.
    pub fails: bool,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What poll() returned.
    runs: Vec<Polled>,
    done: Cursor,
}

/// So many records of a run, from a place on.
fn stretch(run: &Polled, first: u32, count: u32) -> Stretch {
    Stretch { tp: run.tp, offset: run.offset(first), count, origin: run.batch.origin.node, ordinal: run.ordinal(first) }
}

impl Batch {
    /// What poll() returned, to be filled.
    ///
    /// # Panics
    /// If something is left of the last.
    pub fn records(&mut self) -> &mut Vec<Polled> {
        assert!(self.runs.is_empty(), "a batch is dealt with before the next one comes");
        &mut self.runs
    }
    /// # Panics
    /// If it is farther than it can be.
    pub fn check_invariants(&self) {
        let Cursor { run, place } = self.done;
        let within = self.runs.get(run).map_or(run == self.runs.len() && place == 0, |run| place < run.count);
        assert!(within, "what is done was polled");
    }
    /// Claims to be at that record of that run.
    #[cfg(test)]
    pub fn skip_to(&mut self, run: usize, place: u32) {
        self.done = Cursor { run, place };
    }
    /// Whether everything is done.
    pub fn is_done(&self) -> bool {
        self.done.run == self.runs.len()
    }
    /// Records that are not done.
    pub fn left(&self) -> u64 {
        let open = self.runs[self.done.run..].iter().map(|run| u64::from(run.count)).sum::<u64>();
        open.saturating_sub(u64::from(self.done.place))
    }
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.done = Cursor::default();
    }
    /// Queues what is in `other`, of which nothing is done, and leaves it empty.
    pub fn append(&mut self, other: &mut Batch) {
        self.runs.append(&mut other.runs);
    }
    /// Forgets the runs that are done. Slices that are under way lose their meaning.
    pub fn forget_done(&mut self) {
        self.runs.drain(..self.done.run);
        self.done.run = 0;
    }
    /// The next slice; `None` when everything is done. While the service that it calls for every record is down, that is one record, in
    /// vain.
    pub fn next_slice(&self, per_record: &Sampler, ctx: &mut Context<'_>) -> Option<Slice> {
        if ctx.service_is_down() {
            let slice = self.next_record()?;
            return Some(Slice { takes: per_record.sample(ctx.random()), fails: true, ..slice });
        }
        self.whole_slice(per_record, ctx.random())
    }
    /// The same while it is up.
    pub(super) fn whole_slice(&self, per_record: &Sampler, random: &mut Stream) -> Option<Slice> {
        let mut slice = Slice { end: self.done, takes: Nanos::ZERO, fails: false };
        'runs: while let Some(run) = self.runs.get(slice.end.run) {
            while slice.end.place < run.count {
                let poison = run.is_poison(slice.end.place);
                if poison && slice.end != self.done {
                    break 'runs;
                }
                slice.takes = slice.takes.saturating_add(per_record.sample(random));
                slice.end.place += 1;
                if poison || slice.takes >= SLICE {
                    slice.fails = poison;
                    break;
                }
            }
            if slice.end.place == run.count {
                slice.end = Cursor { run: slice.end.run + 1, place: 0 };
            }
            if slice.fails || slice.takes >= SLICE {
                break;
            }
        }
        (slice.end != self.done).then_some(slice)
    }
    /// The next record as a slice of its own that takes no time; `None` when everything is done.
    pub fn next_record(&self) -> Option<Slice> {
        let run = self.runs.get(self.done.run)?;
        let last = self.done.place + 1 == run.count;
        let end = if last {
            Cursor { run: self.done.run + 1, place: 0 }
        } else {
            Cursor { place: self.done.place + 1, ..self.done }
        };
        Some(Slice { end, takes: Nanos::ZERO, fails: run.is_poison(self.done.place) })
    }
    /// The partitions of its records, each once, with the offset after the last record.
    pub fn next_offsets(&self) -> Vec<(Tp, Offset)> {
        let mut offsets: LiteMap<Tp, Offset> = LiteMap::new();
        for run in self.runs.iter().filter(|run| run.count > 0) {
            offsets.insert(run.tp, run.offset(run.count - 1).plus(1));
        }
        offsets.into_iter().collect()
    }
    /// The first record that is not done.
    ///
    /// # Panics
    /// If everything is done.
    pub fn current(&self) -> Stretch {
        stretch(&self.runs[self.done.run], self.done.place, 1)
    }
    /// Moves past a slice, and says of which records it consisted.
    pub fn finish(&mut self, slice: Slice, mut each: impl FnMut(Stretch)) {
        self.parts(slice).for_each(|(run, part)| each(stretch(run, part.start, part.end - part.start)));
        self.done = slice.end;
    }
    /// The same, record by record.
    pub fn finish_each(&mut self, slice: Slice, mut each: impl FnMut(Work)) {
        for (run, part) in self.parts(slice) {
            part.for_each(|place| each(Work::of(run, place)));
        }
        self.done = slice.end;
    }
    /// The runs that a slice consists of, each with its part of it.
    fn parts(&self, slice: Slice) -> impl Iterator<Item = (&Polled, Range<u32>)> {
        let (from, to) = (self.done, slice.end);
        (from.run..=to.run).filter_map(move |at| {
            let first = if at == from.run { from.place } else { 0 };
            let whole = at < to.run;
            // A slice that ends with a run ends at the beginning of the next, if there is one or not.
            (whole || first < to.place).then(|| {
                let run = &self.runs[at];
                (run, first..if whole { run.count } else { to.place })
            })
        })
    }
    /// The first record that is not done, and its key.
    ///
    /// # Panics
    /// If everything is done.
    pub fn current_work(&self) -> Work {
        Work::of(&self.runs[self.done.run], self.done.place)
    }
    /// All that is not done, which is given away.
    pub fn take_all(&mut self) -> Vec<Work> {
        let end = Cursor { run: self.runs.len(), place: 0 };
        let works = self.works(Slice { end, takes: Nanos::ZERO, fails: false }).collect();
        self.clear();
        works
    }
    /// The records of a slice.
    pub fn works(&self, slice: Slice) -> impl Iterator<Item = Work> + '_ {
        self.parts(slice).flat_map(|(run, part)| part.map(move |place| Work::of(run, place)))
    }
    /// Lets go of the first record of each partition of which that is wanted, and of what comes behind it in its partition. Nothing
    /// is done yet. Where each partition ends then.
    pub fn hold_back(&mut self, mut wanted: impl FnMut(Work) -> bool) -> Vec<(Tp, Offset)> {
        let mut held: Vec<(Tp, Offset)> = Vec::new();
        for run in &mut self.runs {
            if held.iter().any(|(tp, _)| *tp == run.tp) {
                run.count = 0;
            } else if let Some(place) = (0..run.count).find(|place| wanted(Work::of(run, *place))) {
                held.push((run.tp, run.offset(place)));
                run.count = place;
            }
        }
        self.runs.retain(|run| run.count > 0);
        held
    }
    /// For every partition with records not done, the offset of the first of them.
    pub fn unprocessed(&self) -> impl Iterator<Item = (Tp, Offset)> + '_ {
        let rest = self.runs.iter().enumerate().skip(self.done.run);
        rest.filter_map(|(at, run)| {
            let earlier = self.runs[self.done.run..at].iter().any(|other| other.tp == run.tp);
            let place = if at == self.done.run { self.done.place } else { 0 };
            (!earlier).then(|| (run.tp, run.offset(place)))
        })
    }
}
