//! What was first delivered at each offset of a partition.

use super::super::ghost::GhostBatch;
use super::super::runs::index_from_end;
use crate::protocol::ids::*;

/// A run of records of one producer.
#[derive(Clone, Copy, Debug)]
pub struct Delivered {
    /// First offset.
    pub offset: Offset,
    /// Records.
    pub count: u32,
    /// Whose.
    pub origin: NodeId,
    /// The first record's number.
    pub ordinal: u32,
    /// The licences for losses that were known by then.
    pub mark: u32,
}

impl Delivered {
    /// The records of a batch.
    pub fn of_batch(batch: &GhostBatch, mark: u32) -> Delivered {
        Delivered { offset: batch.base, count: batch.count, origin: batch.node, ordinal: batch.ordinal, mark }
    }
    /// Offset after the last record.
    pub fn next(&self) -> Offset {
        self.offset.plus(self.count)
    }
    /// Whether both say the same of the offsets that both cover.
    pub fn agrees(&self, other: &Delivered) -> bool {
        self.origin == other.origin && self.shift() == other.shift()
    }
    /// The number of the record at an offset, for people.
    pub fn name_at(&self, offset: Offset) -> String {
        format!("record {}", offset.0 + self.shift())
    }
    fn shift(&self) -> i64 {
        i64::from(self.ordinal) - self.offset.0
    }
    fn from(&self, offset: Offset) -> Delivered {
        let skip = (offset.0 - self.offset.0) as u32;
        Delivered { offset, count: self.count - skip, ordinal: self.ordinal + skip, ..*self }
    }
}

/// Runs, ascending, without overlap.
#[derive(Clone, Debug, Default)]
pub struct Deliveries(Vec<Delivered>);

impl Deliveries {
    /// Whether the first record of a batch was delivered, and nothing else at its offset since.
    pub fn holds(&self, batch: &GhostBatch) -> bool {
        let at = index_from_end(&self.0, |d| d.next() <= batch.base);
        self.0.get(at).is_some_and(|d| d.offset <= batch.base && d.agrees(&Delivered::of_batch(batch, d.mark)))
    }
    /// Notes a delivery. Returns an earlier one that says something else of the same offsets; the
    /// new one takes the place of it and of all that follows.
    pub fn note(&mut self, run: Delivered) -> Option<Delivered> {
        let first = index_from_end(&self.0, |d| d.next() <= run.offset);
        let other = self.0[first..].iter().take_while(|d| d.offset < run.next()).position(|d| !d.agrees(&run));
        let found = other.map(|at| self.0[first + at]);
        if let Some(at) = other {
            self.0.truncate(first + at);
        }
        let end = self.0.last().map_or(Offset(0), Delivered::next);
        match self.0.last_mut() {
            _ if run.next() <= end => {}
            Some(last) if end >= run.offset && last.mark == run.mark && last.agrees(&run) => {
                last.count += (run.next().0 - end.0) as u32
            }
            _ => self.0.push(run.from(end.max(run.offset))),
        }
        found
    }
}
