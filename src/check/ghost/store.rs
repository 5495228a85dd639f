//! Every batch that was ever appended to some replica of a partition, once. Logs, and what is committed,
//! are lists of numbers of these.

use super::super::runs::place_from_end;
use super::batch::GhostBatch;
use crate::protocol::ids::Offset;
use crate::sim::shared_list::SharedList;

/// A batch's number in its partition's store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchId(u32);

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Store(SharedList<GhostBatch>);

impl Store {
    /// One more.
    pub fn add(&mut self, batch: GhostBatch) -> BatchId {
        let id = BatchId(self.0.len() as u32);
        self.0.push(batch);
        id
    }
    #[inline]
    fn get(&self, id: BatchId) -> &GhostBatch {
        &self.0[id.0 as usize]
    }
}

/// Batches of a partition in the order of a list.
#[derive(Clone, Copy, Debug)]
pub struct LogBatches<'a> {
    store: &'a Store,
    ids: &'a SharedList<BatchId>,
}

impl<'a> LogBatches<'a> {
    /// Those of a list.
    pub fn new(store: &'a Store, ids: &'a SharedList<BatchId>) -> LogBatches<'a> {
        LogBatches { store, ids }
    }
    /// How many.
    pub fn len(self) -> usize {
        self.ids.len()
    }
    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.ids.is_empty()
    }
    /// The number in the store of that at `index`.
    pub fn id(self, index: usize) -> Option<BatchId> {
        self.ids.get(index).copied()
    }
    /// That at `index`.
    #[inline]
    pub fn get(self, index: usize) -> Option<&'a GhostBatch> {
        Some(self.store.get(*self.ids.get(index)?))
    }
    /// The last one.
    pub fn last(self) -> Option<&'a GhostBatch> {
        Some(self.store.get(*self.ids.last()?))
    }
    /// All, in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = &'a GhostBatch> {
        self.ids.iter().map(move |id| self.store.get(*id))
    }
    /// Those from `first` on.
    pub fn from(self, first: usize) -> impl Iterator<Item = &'a GhostBatch> {
        (first..self.len()).map(move |index| self.store.get(self.ids[index]))
    }
    /// How many fulfil `before`, all of which come before the rest.
    pub fn partition_point(self, before: impl Fn(&GhostBatch) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.store.get(self.ids[middle])) { low = middle + 1 } else { high = middle }
        }
        low
    }
    /// The same, looked for from the end.
    #[inline]
    pub fn place_from_end(self, before: impl Fn(&GhostBatch) -> bool) -> usize {
        place_from_end(self.len(), |index| before(self.store.get(self.ids[index])))
    }
    /// Those that hold records of applications, in order.
    pub fn records(self) -> impl DoubleEndedIterator<Item = &'a GhostBatch> {
        self.iter().filter(|batch| !batch.is_control())
    }
    /// The batch that holds `offset`.
    pub fn at(self, offset: Offset) -> Option<&'a GhostBatch> {
        let index = self.place_from_end(|b| b.base <= offset).checked_sub(1)?;
        self.get(index).filter(|b| offset < b.next())
    }
    /// The same for offsets that mostly ascend: `next` is where the batch after the last one that was found lies.
    pub fn at_next(self, offset: Offset, next: &mut usize) -> Option<&'a GhostBatch> {
        let holds = |batch: &&GhostBatch| (batch.base..batch.next()).contains(&offset);
        if let Some(batch) = self.get(*next).filter(holds) {
            *next += 1;
            return Some(batch);
        }
        *next = self.place_from_end(|b| b.base <= offset);
        self.get(next.checked_sub(1)?).filter(holds)
    }
    /// How many batches two logs share from the start: chain hashes agree up to some batch and differ from there on.
    pub fn common(self, other: LogBatches<'_>) -> usize {
        let most = self.len().min(other.len());
        let equal = |index: &usize| self.get(*index).map(|b| b.chain) == other.get(*index).map(|b| b.chain);
        (0..most).rev().find(equal).map_or(0, |last| last + 1)
    }
    /// The offset up to which two logs are equal.
    pub fn common_end(self, other: LogBatches<'_>) -> Offset {
        self.common(other).checked_sub(1).and_then(|last| self.get(last)).map_or(Offset(0), GhostBatch::next)
    }
}
