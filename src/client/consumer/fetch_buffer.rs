//! Fetched data that poll() has not handed out yet
//! (`clients/.../consumer/internals/{FetchBuffer,CompletedFetch,FetchCollector}.java`).

use std::collections::VecDeque;
use std::ops::Range;

use super::subscription::{FetchPosition, Subscriptions};
use crate::protocol::batch::{BatchData, RecordDetail};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Offset, Tp};
use crate::protocol::messages::FetchData;
use crate::protocol::shared_batch::SharedBatch;

/// One partition's part of a fetch response.
#[derive(Clone, Debug)]
struct CompletedFetch {
    data: FetchData,
    /// Offset of the next record to hand out; at first the offset that was asked for.
    next_offset: Offset,
    /// Batch that holds it.
    batch: usize,
    /// The hand-out has begun.
    initialized: bool,
}

/// Records that poll() returned: a part of one batch without a hole.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Which partition.
    pub tp: Tp,
    /// The batch.
    pub batch: SharedBatch,
    /// Place in the batch of the first record returned.
    pub first: u32,
    /// Records returned.
    pub count: u32,
    /// The high watermark in the response that brought them.
    pub high_watermark: Offset,
}

impl Polled {
    /// Offset of the record at `place` among those returned.
    pub fn offset(&self, place: u32) -> Offset {
        self.batch.base_offset.plus(self.batch.offset_delta(self.first) + place)
    }
    /// Its ordinal in its producer's queue.
    pub fn ordinal(&self, place: u32) -> u32 {
        self.batch.origin.ordinal + self.batch.offset_delta(self.first) + place
    }
    /// Its key's number, or [`RecordDetail::NULL_KEY`].
    pub fn key(&self, place: u32) -> u32 {
        match &self.batch.data {
            BatchData::Records(details) => details[(self.first + place) as usize].key,
            _ => RecordDetail::NULL_KEY,
        }
    }
    /// Whether it cannot be processed.
    pub fn is_poison(&self, place: u32) -> bool {
        match &self.batch.data {
            BatchData::Records(details) => details[(self.first + place) as usize].poison,
            _ => false,
        }
    }
}

/// An error in a fetch response, met while draining.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FetchError {
    /// Whose.
    pub tp: Tp,
    /// The error.
    pub error: ErrorCode,
    /// The offset that was asked for.
    pub fetch_offset: Offset,
}

/// What one step of draining came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Drained {
    /// Nothing is buffered.
    Nothing,
    /// Records were handed out; they are the last of the output.
    Records(u32),
    /// A completed fetch was used up or dropped: its partition may be fetched again.
    Done(Tp),
    /// A completed fetch carried an error.
    Failed(FetchError),
}

/// Completed fetches, oldest first. At most one for each partition.
#[derive(Clone, Debug)]
pub struct FetchBuffer {
    completed: VecDeque<CompletedFetch>,
    /// Whether data of a partition is buffered, by [`Tp`].
    buffered: Vec<bool>,
}

impl FetchBuffer {
    /// An empty buffer for so many partitions.
    pub fn new(partitions: u32) -> FetchBuffer {
        FetchBuffer { completed: VecDeque::new(), buffered: vec![false; partitions as usize] }
    }
    /// Whether something of this partition is buffered.
    pub fn holds(&self, tp: Tp) -> bool {
        self.buffered[tp.index()]
    }
    /// The partitions of which something is buffered, oldest first.
    pub fn partitions(&self) -> impl Iterator<Item = Tp> + '_ {
        self.completed.iter().map(|fetch| fetch.data.tp)
    }
    /// Forgets that something is buffered.
    #[cfg(test)]
    pub fn forget(&mut self, tp: Tp) {
        self.buffered[tp.index()] = false;
    }
    /// # Panics
    /// If a partition is buffered twice, or what is buffered is not known.
    pub fn check_invariants(&self) {
        let buffered = self.buffered.iter().filter(|buffered| **buffered).count();
        assert_eq!(buffered, self.completed.len(), "a partition has one fetch in the buffer");
        assert!(self.partitions().all(|tp| self.holds(tp)), "a partition knows that something of it is buffered");
    }
    /// Adds a partition's part of a response to a fetch from `fetch_offset`. A second part for a
    /// partition whose first is still there answers an obsolete request and is dropped.
    pub fn add(&mut self, data: FetchData, fetch_offset: Offset) {
        if !std::mem::replace(&mut self.buffered[data.tp.index()], true) {
            self.completed.push_back(CompletedFetch { data, next_offset: fetch_offset, batch: 0, initialized: false });
        }
    }
    /// Hands out at most `limit` records of one batch of the oldest completed fetch, and moves the
    /// position behind them; or finishes with that fetch (`FetchCollector.collectFetch`).
    #[inline]
    pub fn drain(&mut self, limit: u32, subscriptions: &mut Subscriptions, out: &mut Vec<Polled>) -> Drained {
        if self.completed.is_empty() || !self.brings_forward(subscriptions) {
            return Drained::Nothing;
        }
        self.drain_oldest(limit, subscriptions, out)
    }
    /// Moves the oldest completed fetch whose partition is not paused to the front: the others wait until it is
    /// resumed. Whether there is one.
    #[inline]
    fn brings_forward(&mut self, subscriptions: &Subscriptions) -> bool {
        let goes = |fetch: &CompletedFetch| !subscriptions.is_paused(fetch.data.tp);
        match self.completed.iter().position(goes) {
            Some(0) => true,
            Some(at) => {
                let fetch = self.completed.remove(at).expect("it was just found");
                self.completed.push_front(fetch);
                true
            }
            None => false,
        }
    }
    fn drain_oldest(&mut self, limit: u32, subscriptions: &mut Subscriptions, out: &mut Vec<Polled>) -> Drained {
        let fetch = self.completed.front_mut().expect("something is buffered");
        let tp = fetch.data.tp;
        let position = match subscriptions.get(tp) {
            Some(partition) if partition.is_fetchable() => partition.position(),
            _ => None,
        };
        // Dropped: no longer assigned, no longer fetchable, or the answer to an obsolete request.
        let Some(position) = position else { return self.finish(tp) };
        if fetch.data.error.is_err() {
            let error = FetchError { tp, error: fetch.data.error, fetch_offset: fetch.next_offset };
            self.finish(tp);
            return Drained::Failed(error);
        }
        if position.offset != fetch.next_offset {
            return self.finish(tp);
        }
        if !fetch.initialized {
            fetch.initialized = true;
            subscriptions.set_high_watermark(tp, fetch.data.high_watermark);
        }
        match fetch.next_run(limit) {
            Some(run) => {
                let count = run.count;
                let next =
                    FetchPosition { offset: run.offset(count), offset_epoch: run.batch.leader_epoch, ..position };
                fetch.next_offset = next.offset;
                subscriptions.seek(tp, next);
                out.push(run);
                Drained::Records(count)
            }
            None => {
                // Behind the last record there may be none left, or only control records.
                let end = fetch.data.batches.last().map_or(fetch.next_offset, |last| last.next_offset());
                if end > fetch.next_offset {
                    subscriptions.seek(tp, FetchPosition { offset: end, ..position });
                }
                self.finish(tp)
            }
        }
    }
    /// Drops the oldest completed fetch.
    fn finish(&mut self, tp: Tp) -> Drained {
        self.completed.pop_front();
        self.buffered[tp.index()] = false;
        Drained::Done(tp)
    }
}

impl CompletedFetch {
    /// The next records of one batch, up to a hole. The first batch may begin below the fetch offset.
    fn next_run(&mut self, limit: u32) -> Option<Polled> {
        while let Some(batch) = self.data.batches.get(self.batch) {
            if batch.next_offset() > self.next_offset {
                let Range { start: first, end } = batch.run_from(self.next_offset);
                if first < end {
                    let count = limit.min(end - first);
                    let high_watermark = self.data.high_watermark;
                    return Some(Polled { tp: self.data.tp, batch: batch.clone(), first, count, high_watermark });
                }
            }
            self.batch += 1;
        }
        None
    }
}
