//! Fetched data that poll() has not handed out yet
//! (`clients/.../consumer/internals/{FetchBuffer,CompletedFetch,FetchCollector}.java`).

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::Range;

use super::subscription::{FetchPosition, Subscriptions};
use crate::protocol::batch::{BatchData, ControlRecord, RecordBatch, RecordDetail};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, ProducerId, Tp};
use crate::protocol::messages::{AbortedTransaction, FetchData};
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
    /// Whose records are to be passed over, if anybody's are.
    aborted: Option<Box<AbortedProducers>>,
}

/// The aborted transactions of a partition's part of a fetch response, as its batches are gone through.
#[derive(Clone, Debug)]
struct AbortedProducers {
    /// Those that begin behind the batches gone through, the first one last (`abortedTransactions`).
    coming: Vec<AbortedTransaction>,
    /// The producers whose records are aborted here (`abortedProducerIds`).
    producers: Vec<ProducerId>,
}

impl AbortedProducers {
    fn new(listed: &[AbortedTransaction]) -> AbortedProducers {
        let mut coming = listed.to_vec();
        coming.sort_by_key(|transaction| Reverse(transaction.first_offset));
        AbortedProducers { coming, producers: Vec::new() }
    }
    /// Whether the records of the next batch are aborted. Of a producer they are so from the first offset of an aborted
    /// transaction to the next ABORT marker; which transaction that closes is of no matter.
    fn covers(&mut self, batch: &RecordBatch) -> bool {
        if !batch.is_idempotent() {
            return false;
        }
        while let Some(begun) = self.coming.pop_if(|transaction| transaction.first_offset <= batch.last_offset()) {
            self.producers.push(begun.producer_id);
        }
        if let BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) = batch.data {
            self.producers.retain(|producer| *producer != batch.producer_id);
        }
        batch.is_transactional && self.producers.contains(&batch.producer_id)
    }
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
    /// The position has moved over offsets that hold nothing for the application.
    PassedOver(PassedOver),
    /// A completed fetch was used up or dropped: its partition may be fetched again.
    Done(Tp),
    /// A completed fetch carries an error. It stays until [`FetchBuffer::drop_failed`].
    Failed(FetchError),
    /// The leader has named another replica to read from.
    Redirected(Tp, BrokerId),
}

/// Offsets with control records, or with records of aborted transactions, or with none any more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PassedOver {
    /// Whose.
    pub tp: Tp,
    /// The first of them.
    pub from: Offset,
    /// The offset after the last.
    pub to: Offset,
}

/// Completed fetches, oldest first; the first one may be handed out in part (`FetchBuffer.nextInLineFetch`). At most one for each
/// partition.
#[derive(Clone, Debug)]
pub struct FetchBuffer {
    completed: VecDeque<CompletedFetch>,
    /// Those of paused partitions that a poll() has come upon: with its end they go to the end of the queue.
    paused: Vec<CompletedFetch>,
    /// Whether data of a partition is buffered, by [`Tp`].
    buffered: Vec<bool>,
}

impl FetchBuffer {
    /// An empty buffer for so many partitions.
    pub fn new(partitions: u32) -> FetchBuffer {
        FetchBuffer { completed: VecDeque::new(), paused: Vec::new(), buffered: vec![false; partitions as usize] }
    }
    /// Whether something of this partition is buffered.
    pub fn holds(&self, tp: Tp) -> bool {
        self.buffered[tp.index()]
    }
    /// The partitions of which something is buffered, oldest first.
    pub fn partitions(&self) -> impl Iterator<Item = Tp> + '_ {
        self.completed.iter().map(|fetch| fetch.data.tp)
    }
    /// Drops what is buffered of other partitions than these (`clearBufferedDataForUnassignedPartitions`, `FetchBuffer.retainAll`).
    pub fn retain(&mut self, mut stays: impl FnMut(Tp) -> bool) {
        let FetchBuffer { completed, buffered, .. } = self;
        completed.retain(|fetch| {
            buffered[fetch.data.tp.index()] = stays(fetch.data.tp);
            buffered[fetch.data.tp.index()]
        });
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
        assert!(self.paused.is_empty(), "what is paused is in the queue again after poll()");
        assert!(self.partitions().all(|tp| self.holds(tp)), "a partition knows that something of it is buffered");
    }
    /// Adds a partition's part of a response to a fetch from `fetch_offset`. A second part for a
    /// partition whose first is still there answers an obsolete request and is dropped.
    pub fn add(&mut self, data: FetchData, fetch_offset: Offset) {
        if !std::mem::replace(&mut self.buffered[data.tp.index()], true) {
            let listed = data.aborted_transactions.as_deref();
            let aborted = listed.map(|listed| Box::new(AbortedProducers::new(listed)));
            let (next_offset, batch, initialized) = (fetch_offset, 0, false);
            self.completed.push_back(CompletedFetch { data, next_offset, batch, initialized, aborted });
        }
    }
    /// Hands out at most `limit` records of one batch of the oldest completed fetch whose partition is not paused, and moves the
    /// position behind them; or finishes with that fetch (`FetchCollector.collectFetch`). Those of paused partitions are looked at
    /// in their turn, and then put aside until [`FetchBuffer::end_poll`].
    #[inline]
    pub fn drain(&mut self, limit: u32, subscriptions: &mut Subscriptions, out: &mut Vec<Polled>) -> Drained {
        while let Some(fetch) = self.completed.front_mut() {
            let tp = fetch.data.tp;
            if !fetch.initialized {
                match fetch.initialize(subscriptions) {
                    Initialized::Ready => {}
                    Initialized::Dropped => return self.finish(tp),
                    Initialized::Failed(error) => return Drained::Failed(error),
                    Initialized::Redirected(broker) => {
                        self.finish(tp);
                        return Drained::Redirected(tp, broker);
                    }
                }
            }
            if !subscriptions.is_paused(tp) {
                return self.drain_oldest(limit, subscriptions, out);
            }
            self.paused.extend(self.completed.pop_front());
        }
        Drained::Nothing
    }
    /// poll() has looked at all that it wanted to: what is paused waits behind the others.
    #[inline]
    pub fn end_poll(&mut self) {
        self.completed.extend(self.paused.drain(..));
    }
    /// The fetch that has failed is dealt with. One whose error is to be thrown, but comes behind records, is not: the next poll()
    /// comes upon it again.
    pub fn drop_failed(&mut self) {
        if let Some(fetch) = self.completed.front() {
            self.finish(fetch.data.tp);
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
        let Some(position) = position.filter(|position| position.offset == fetch.next_offset) else {
            return self.finish(tp);
        };
        match fetch.next_step(limit) {
            Step::Records(run) => {
                let count = run.count;
                let next =
                    FetchPosition { offset: run.offset(count), offset_epoch: run.batch.leader_epoch, ..position };
                fetch.next_offset = next.offset;
                subscriptions.seek(tp, next);
                out.push(run);
                Drained::Records(count)
            }
            Step::Over(offset_epoch) => {
                let (from, to) = (position.offset, fetch.next_offset);
                subscriptions.seek(tp, FetchPosition { offset: to, offset_epoch, ..position });
                Drained::PassedOver(PassedOver { tp, from, to })
            }
            Step::End => self.finish(tp),
        }
    }
    /// Drops the oldest completed fetch.
    fn finish(&mut self, tp: Tp) -> Drained {
        self.completed.pop_front();
        self.buffered[tp.index()] = false;
        Drained::Done(tp)
    }
}

/// What comes next in a completed fetch.
enum Step {
    /// Records of one batch.
    Records(Polled),
    /// Nothing for the application up to the next offset; the last batch of that was of this leader epoch.
    Over(LeaderEpoch),
    /// Nothing more.
    End,
}

/// What came of the first look at a completed fetch.
enum Initialized {
    /// It may be handed out.
    Ready,
    /// It is of no use: its partition has no valid position, or another one than was asked for.
    Dropped,
    /// It carries an error.
    Failed(FetchError),
    /// The leader has named another replica to read from.
    Redirected(BrokerId),
}

impl CompletedFetch {
    /// The first look at it, whether or not its partition is paused or about to be taken (`FetchCollector.initialize`).
    fn initialize(&mut self, subscriptions: &mut Subscriptions) -> Initialized {
        let tp = self.data.tp;
        let Some(position) = subscriptions.position(tp) else { return Initialized::Dropped };
        if self.data.error.is_err() {
            return Initialized::Failed(FetchError { tp, error: self.data.error, fetch_offset: self.next_offset });
        }
        if position.offset != self.next_offset {
            return Initialized::Dropped;
        }
        self.initialized = true;
        subscriptions.set_extent(&self.data);
        self.data.preferred_read_replica.map_or(Initialized::Ready, Initialized::Redirected)
    }
    /// The next records of one batch, up to a hole; or where they begin, if there is something before them that is
    /// passed over (`CompletedFetch.nextFetchedRecord`). The first batch may begin below the fetch offset.
    fn next_step(&mut self, limit: u32) -> Step {
        let mut over = None;
        while let Some(batch) = self.data.batches.get(self.batch) {
            let aborted = self.aborted.as_mut().is_some_and(|aborted| aborted.covers(batch));
            if batch.next_offset() > self.next_offset {
                let Range { start: first, end } = if aborted { 0..0 } else { batch.run_from(self.next_offset) };
                if first < end {
                    if let Some(epoch) = over {
                        return Step::Over(epoch);
                    }
                    let count = limit.min(end - first);
                    let high_watermark = self.data.high_watermark;
                    return Step::Records(Polled {
                        tp: self.data.tp,
                        batch: batch.clone(),
                        first,
                        count,
                        high_watermark,
                    });
                }
                self.next_offset = batch.next_offset();
                over = Some(batch.leader_epoch);
            }
            self.batch += 1;
        }
        over.map_or(Step::End, Step::Over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::batch::TransactionMarker;
    use crate::protocol::ids::{Generation, NodeId, ProducerEpoch, ProducerIdAndEpoch};
    use crate::sim::time::Nanos;

    fn data(base: i64, count: u32, producer: i64) -> RecordBatch {
        let producer_id = if producer == 0 { ProducerId::NONE } else { ProducerId(producer) };
        let is_transactional = producer != 0;
        RecordBatch { producer_id, is_transactional, ..RecordBatch::example(base, count, BatchData::Plain) }
    }
    fn marker(base: i64, producer: i64, commit: bool) -> RecordBatch {
        let producer = ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(0) };
        let batch =
            TransactionMarker { producer, coordinator_epoch: LeaderEpoch(0), commit }.batch(NodeId(1), Nanos::ZERO);
        RecordBatch { base_offset: Offset(base), leader_epoch: LeaderEpoch(4), ..batch }
    }
    fn aborted(listed: &[(i64, i64)]) -> Option<std::rc::Rc<[AbortedTransaction]>> {
        let transaction = |&(producer, first): &(i64, i64)| AbortedTransaction {
            producer_id: ProducerId(producer),
            first_offset: Offset(first),
        };
        Some(listed.iter().map(transaction).collect())
    }

    /// What comes of draining a fetch from `from`, at most `limit` records in a step.
    fn drained(
        from: i64,
        limit: u32,
        batches: Vec<RecordBatch>,
        aborted: Option<std::rc::Rc<[AbortedTransaction]>>,
    ) -> (Vec<String>, FetchPosition) {
        let tp = Tp(0);
        let (mut buffer, mut subscriptions) = (FetchBuffer::new(1), Subscriptions::new(1));
        subscriptions.assign(&[tp], Generation(1));
        subscriptions
            .seek(tp, FetchPosition { offset: Offset(from), offset_epoch: LeaderEpoch::UNDEFINED, leader: None });
        let batches = batches.into_iter().map(SharedBatch::from).collect();
        let data = FetchData { aborted_transactions: aborted, batches, ..FetchData::empty(tp) };
        buffer.add(data, Offset(from));
        let (mut said, mut out) = (Vec::new(), Vec::new());
        loop {
            match buffer.drain(limit, &mut subscriptions, &mut out) {
                Drained::Records(count) => {
                    let run: &Polled = out.last().expect("they are the last");
                    said.push(format!("{}x{count}", run.offset(0).0));
                }
                Drained::PassedOver(PassedOver { from, to, .. }) => said.push(format!("over {}..{}", from.0, to.0)),
                Drained::Done(_) => break,
                other => panic!("{other:?}"),
            }
        }
        (said, subscriptions.position(tp).expect("it has one"))
    }

    /// Two partitions at offset 0, each with a fetch of two records, the first one's first.
    fn two_fetches() -> (FetchBuffer, Subscriptions) {
        let (mut buffer, mut subscriptions) = (FetchBuffer::new(2), Subscriptions::new(2));
        subscriptions.assign(&[Tp(0), Tp(1)], Generation(1));
        for tp in [Tp(0), Tp(1)] {
            let position = FetchPosition { offset: Offset(0), offset_epoch: LeaderEpoch::UNDEFINED, leader: None };
            subscriptions.seek(tp, position);
            let batches = [data(0, 2, 0).into()].into_iter().collect();
            buffer.add(FetchData { batches, ..FetchData::empty(tp) }, Offset(0));
        }
        (buffer, subscriptions)
    }
    /// Of which partition the next step hands out a record, or what it came to.
    fn step(buffer: &mut FetchBuffer, subscriptions: &mut Subscriptions) -> String {
        let mut out = Vec::new();
        match buffer.drain(1, subscriptions, &mut out) {
            Drained::Records(_) => format!("{}@{}", out[0].tp.0, out[0].offset(0).0),
            Drained::Failed(failure) => format!("{} {}", failure.tp.0, failure.error.name()),
            Drained::Nothing => "nothing".into(),
            other => format!("{other:?}"),
        }
    }

    /// `FetchCollector.collectFetch`: what a paused partition has waits behind the others from then on.
    #[test]
    fn a_paused_partition_goes_to_the_end_of_the_queue() {
        let (mut buffer, mut subscriptions) = two_fetches();
        assert_eq!(step(&mut buffer, &mut subscriptions), "0@0");
        subscriptions.set_paused(Tp(0), true);
        assert_eq!(step(&mut buffer, &mut subscriptions), "1@0");
        buffer.end_poll();
        buffer.check_invariants();
        subscriptions.set_paused(Tp(0), false);
        assert_eq!(step(&mut buffer, &mut subscriptions), "1@1");
        assert_eq!(step(&mut buffer, &mut subscriptions), "Done(tp1)");
        assert_eq!(step(&mut buffer, &mut subscriptions), "0@1");
    }

    /// `FetchCollector.initialize` comes before the look whether its partition is paused.
    #[test]
    fn an_error_of_a_paused_partition_is_dealt_with() {
        let (mut buffer, mut subscriptions) = two_fetches();
        buffer.completed[0].data.error = ErrorCode::OffsetOutOfRange;
        subscriptions.set_paused(Tp(0), true);
        assert_eq!(step(&mut buffer, &mut subscriptions), "0 OFFSET_OUT_OF_RANGE");
        buffer.drop_failed();
        assert!(!buffer.holds(Tp(0)), "it may be fetched again");
        assert_eq!(step(&mut buffer, &mut subscriptions), "1@0");
    }

    /// An error that comes behind records stays for the next poll(), without another fetch.
    #[test]
    fn an_error_behind_records_is_there_in_the_next_poll() {
        let (mut buffer, mut subscriptions) = two_fetches();
        buffer.completed[1].data.error = ErrorCode::InvalidRecord;
        assert_eq!(step(&mut buffer, &mut subscriptions), "0@0");
        assert_eq!(step(&mut buffer, &mut subscriptions), "0@1");
        assert_eq!(step(&mut buffer, &mut subscriptions), "Done(tp0)");
        assert_eq!(step(&mut buffer, &mut subscriptions), "1 INVALID_RECORD");
        buffer.end_poll();
        assert!(buffer.holds(Tp(1)), "nobody fetches it anew");
        assert_eq!(step(&mut buffer, &mut subscriptions), "1 INVALID_RECORD");
        buffer.drop_failed();
        assert_eq!(step(&mut buffer, &mut subscriptions), "nothing");
    }

    /// The timeline of two producers of which one aborts: 0 a0, 1 b0, 2 a1, 3 ABORT a, 4 b1, 5 COMMIT b, 6 none's.
    fn interleaved() -> Vec<RecordBatch> {
        vec![
            data(0, 1, 1),
            data(1, 1, 2),
            data(2, 1, 1),
            marker(3, 1, false),
            data(4, 1, 2),
            marker(5, 2, true),
            data(6, 1, 0),
        ]
    }

    #[test]
    fn aborted_records_are_passed_over_and_markers_always() {
        let (said, position) = drained(0, 500, interleaved(), aborted(&[(1, 0)]));
        assert_eq!(said, ["over 0..1", "1x1", "over 2..4", "4x1", "over 5..6", "6x1"]);
        assert_eq!(position.offset, Offset(7));
        // With read_uncommitted the broker lists nothing.
        let (said, _) = drained(0, 500, interleaved(), None);
        assert_eq!(said, ["0x1", "1x1", "2x1", "over 3..4", "4x1", "over 5..6", "6x1"]);
    }

    /// After its ABORT marker a producer's next transaction counts again; so it does behind a marker below the fetch
    /// offset.
    #[test]
    fn an_abort_ends_with_its_marker() {
        let batches = || vec![data(0, 2, 1), marker(2, 1, false), data(3, 2, 1), marker(5, 1, true)];
        let (said, _) = drained(0, 500, batches(), aborted(&[(1, 0)]));
        assert_eq!(said, ["over 0..3", "3x2", "over 5..6"]);
        let (said, _) = drained(1, 500, batches(), aborted(&[(1, 0)]));
        assert_eq!(said, ["over 1..3", "3x2", "over 5..6"]);
        let twice = aborted(&[(1, 3), (1, 0)]);
        let (said, _) = drained(0, 500, vec![data(0, 2, 1), marker(2, 1, false), data(3, 2, 1)], twice);
        assert_eq!(said, ["over 0..5"]);
    }

    /// What was not part of a transaction is not aborted with it.
    #[test]
    fn only_records_of_transactions_are_aborted() {
        let plain = RecordBatch { is_transactional: false, ..data(0, 1, 1) };
        let (said, _) = drained(0, 500, vec![plain, data(1, 1, 1), marker(2, 1, false)], aborted(&[(1, 0)]));
        assert_eq!(said, ["0x1", "over 1..3"]);
    }

    /// A step hands out so many records, and control records are none; the position behind a marker carries its epoch.
    #[test]
    fn control_records_do_not_count() {
        let batches = vec![data(0, 2, 1), marker(2, 1, true), data(3, 2, 1), marker(5, 1, true)];
        let (said, position) = drained(0, 2, batches, aborted(&[]));
        assert_eq!(said, ["0x2", "over 2..3", "3x2", "over 5..6"]);
        assert_eq!((position.offset, position.offset_epoch), (Offset(6), LeaderEpoch(4)));
    }
}
