//! One led partition of a coordinator's topic: its shard, and all that is between the shard's memory and
//! the log (`CoordinatorRuntime.CoordinatorContext`).
//!
//! What an operation writes joins the open batch, and its answer waits until the high watermark has
//! passed the batch. An operation that writes nothing waits too, for what was written before it: its
//! answer may rest on that. When a batch is refused, memory goes back to what it was before the batch
//! (Kafka reverts to a snapshot; here each change remembers what it replaced).
//!
//! A batch takes no more than the log does: an operation whose records do not fit behind those of others begins the next one. The
//! records of one operation stay together (Kafka lets some, such as the removal of expired offsets, spread over several batches);
//! if they are too large by themselves the log refuses them, and nobody else's.
//!
//! What belongs to a transaction, and the marker that ends one, do not linger: the open batch is closed before them,
//! and they have a batch of their own.

use std::collections::VecDeque;

use super::env::{Command, Env};
use super::result::{CoordinatorResult, Position};
use super::shard::CoordinatorShard;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::batch::{BatchData, ControlRecord, CoordinatorRecord, RecordBatch, TransactionMarker};
use crate::protocol::config::AppendLinger;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::record_size::BATCH_OVERHEAD;
use crate::sim::time::Nanos;

/// An answer that waits for the log (`DeferredEvent`).
#[derive(Clone, Debug)]
struct DeferredEvent<A> {
    after: Position,
    deadline: Nanos,
    answer: Deferred<A>,
}

/// Whose answer that is.
#[derive(Clone, Debug)]
enum Deferred<A> {
    /// An operation's.
    Operation(A),
    /// Of whoever wants a marker written, by its number for that.
    Marker(u32),
}

/// The batch that takes records (`CoordinatorBatch`).
#[derive(Clone, Copy, Debug)]
struct CoordinatorBatch {
    write: u32,
    /// Its linger is over; it goes as soon as the batch before it is written.
    due: bool,
}

/// A batch that takes no more records, and waits for its turn to be written.
#[derive(Clone, Debug)]
struct ClosedBatch {
    write: u32,
    content: BatchContent,
}

/// What it holds.
#[derive(Clone, Debug)]
enum BatchContent {
    /// Records, of this producer's transaction or of none.
    Records(Vec<CoordinatorRecord>, ProducerIdAndEpoch),
    /// The end of a transaction.
    Marker(TransactionMarker),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CoordinatorContext<S: CoordinatorShard> {
    tp: Tp,
    /// Of the partition in its topic: the index of its timers.
    number: u32,
    shard: S,
    /// End of what is in the log.
    last_written: Offset,
    /// The high watermark.
    last_committed: Offset,
    current: Option<CoordinatorBatch>,
    /// The records of the open batch.
    records: Vec<CoordinatorRecord>,
    /// Their bytes.
    bytes: usize,
    /// Batches to be written before the open one, in this order.
    closed: VecDeque<ClosedBatch>,
    in_flight: Option<u32>,
    /// In the order of their positions.
    deferred: VecDeque<DeferredEvent<S::Answer>>,
    /// What is not known to be committed, in the order of positions.
    changes: VecDeque<(Position, S::Change)>,
    /// When the timer for the deadlines goes off, if it is set: with the first of them, or earlier.
    timeout_at: Option<Nanos>,
}

impl<S: CoordinatorShard> CoordinatorContext<S> {
    /// The state that the log tells of. It is read up to its end, not only to the high watermark: what lies
    /// above is applied but not committed (`CoordinatorLoaderImpl`).
    pub(super) fn load<'a>(
        tp: Tp,
        number: u32,
        batches: impl Iterator<Item = &'a RecordBatch>,
        high_watermark: Offset,
        shared: &S::Shared,
    ) -> CoordinatorContext<S> {
        let mut context = CoordinatorContext {
            tp,
            number,
            shard: S::default(),
            last_written: Offset(0),
            last_committed: high_watermark,
            current: None,
            records: Vec::new(),
            bytes: 0,
            closed: VecDeque::new(),
            in_flight: None,
            deferred: VecDeque::new(),
            changes: VecDeque::new(),
            timeout_at: None,
        };
        context.shard.opened(shared);
        for batch in batches {
            context.last_written = batch.next_offset();
            match &batch.data {
                BatchData::Coordinator(_) | BatchData::CoordinatorLeft(_) => {
                    let producer = batch.is_transactional.then_some(batch.producer_id);
                    batch.coordinator_records().for_each(|record| {
                        let change = context.shard.replay(record, producer);
                        context.replayed(change);
                    });
                }
                BatchData::Control(ControlRecord::EndTxn { commit, .. }) => {
                    let change = context.shard.replay_end_transaction_marker(batch.producer_id, *commit);
                    context.replayed(change);
                }
                BatchData::Control(ControlRecord::Removed)
                | BatchData::Plain
                | BatchData::Records(_)
                | BatchData::Metadata(_) => {}
            }
        }
        context
    }

    /// A change below the high watermark was committed before this coordinator came: old news.
    fn replayed(&mut self, change: Option<S::Change>) {
        let Some(change) = change else { return };
        if self.last_written <= self.last_committed {
            self.shard.commit(&change);
        } else {
            self.changes.push_back((Position::Log(self.last_written), change));
        }
    }

    /// The log is read.
    pub(super) fn loaded(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        self.shard.loaded(env);
    }

    /// The broker has applied a new metadata image.
    pub(super) fn image_changed(&mut self, image: &MetadataImage, env: &mut Env<'_, '_, S::Shared>) {
        self.shard.image_changed(image, env);
    }

    /// # Panics
    /// If what is between memory and log is out of order.
    pub(super) fn check_invariants(&self) {
        assert_eq!(
            self.current.is_some(),
            !self.records.is_empty(),
            "records are in an open batch, of which there is one"
        );
        let closed = self.closed.iter().map(|batch| batch.write);
        let open = self.current.map(|batch| batch.write);
        let unwritten = || self.in_flight.into_iter().chain(closed.clone()).chain(open);
        assert!(unwritten().is_sorted_by(|a, b| a < b), "batches go in their order");
        assert!(self.closed.is_empty() || self.in_flight.is_some(), "a closed batch waits for the one before it");
        let known = |position: &Position| match position {
            Position::Log(end) => *end <= self.last_written,
            Position::Batch(write) => unwritten().any(|batch| batch == *write),
        };
        let answers = || self.deferred.iter().map(|deferred| &deferred.after);
        let changes = || self.changes.iter().map(|(position, _)| position);
        assert!(answers().is_sorted() && changes().is_sorted(), "what waits is in the order of the log");
        assert!(answers().chain(changes()).all(known), "what waits, waits for a batch that is there");
        let committed = Position::Log(self.last_committed);
        assert!(answers().chain(changes()).all(|position| *position > committed), "nobody waits for what is committed");
        let first = self.deferred.iter().map(|deferred| deferred.deadline).min();
        let timely = first.is_none_or(|first| self.timeout_at.is_some_and(|at| at <= first));
        assert!(timely, "whoever waits is told when it takes too long");
        self.shard.check_invariants();
    }
    /// The shard, for those who only look.
    pub fn shard(&self) -> &S {
        &self.shard
    }

    /// Lets the shard take a request or a timer, and takes over what it leaves.
    pub(super) fn operate<'c>(
        &mut self,
        env: &mut Env<'_, 'c, S::Shared>,
        operation: impl FnOnce(&mut S, &mut CoordinatorResult<'_, S::Change, S::Answer>, &mut Env<'_, 'c, S::Shared>),
    ) {
        let write = self.current.map_or(*env.last_write + 1, |batch| batch.write);
        let before = (self.records.len(), self.changes.len());
        let mut result = CoordinatorResult {
            records: &mut self.records,
            changes: &mut self.changes,
            position: Position::Batch(write),
            answer: None,
        };
        operation(&mut self.shard, &mut result, env);
        let answer = result.answer;
        self.make_room(before, env);
        self.open_batch(env);
        self.defer_operation(answer, env);
        self.flush_without_linger(env);
    }

    /// An operation has written: what was in the open batch before it, as many records and changes, goes to the log by itself if
    /// there is no room for both (`append`, `MemoryRecordsBuilder.hasRoomFor`).
    fn make_room(&mut self, (records, changes): (usize, usize), env: &mut Env<'_, '_, S::Shared>) {
        let written = &self.records[records..];
        if written.is_empty() {
            return;
        }
        let bytes: usize = written.iter().map(|record| S::size(record, env.shared)).sum();
        let is_full = records > 0 && BATCH_OVERHEAD as usize + self.bytes + bytes > env.config.max_batch_size;
        if !is_full {
            self.bytes += bytes;
            return;
        }
        let written = self.records.split_off(records);
        self.close_batch(env);
        (self.records, self.bytes) = (written, bytes);
        let next = Position::Batch(*env.last_write + 1);
        self.changes.iter_mut().skip(changes).for_each(|(position, _)| *position = next);
        self.open_batch(env);
        self.flush_if_due(env);
    }

    /// The same for an operation whose records belong to a producer's transaction. They are not mixed with others.
    pub(super) fn operate_in_transaction<'c>(
        &mut self,
        producer: ProducerIdAndEpoch,
        env: &mut Env<'_, 'c, S::Shared>,
        operation: impl FnOnce(&mut S, &mut CoordinatorResult<'_, S::Change, S::Answer>, &mut Env<'_, 'c, S::Shared>),
    ) {
        let before = self.records.len();
        let mut result = CoordinatorResult {
            records: &mut self.records,
            changes: &mut self.changes,
            position: Position::Batch(*env.last_write + 1),
            answer: None,
        };
        operation(&mut self.shard, &mut result, env);
        let answer = result.answer;
        let records = self.records.split_off(before);
        if !records.is_empty() {
            self.close_batch(env);
            self.enqueue(BatchContent::Records(records, producer), env);
        }
        self.defer_operation(answer, env);
        self.flush_if_due(env);
    }

    /// Ends a transaction: its marker is applied to memory, and written behind all that is written by now
    /// (`completeTransaction`). `request` is for whoever wants to know what becomes of it, within `timeout`.
    pub(super) fn complete_transaction(
        &mut self,
        marker: TransactionMarker,
        request: u32,
        timeout: Nanos,
        env: &mut Env<'_, '_, S::Shared>,
    ) {
        self.close_batch(env);
        let write = self.enqueue(BatchContent::Marker(marker), env);
        if let Some(change) = self.shard.replay_end_transaction_marker(marker.producer.id, marker.commit) {
            self.changes.push_back((Position::Batch(write), change));
        }
        self.defer(Deferred::Marker(request), timeout, env);
        self.flush_if_due(env);
    }

    /// The first records of a batch open it (`maybeAllocateNewBatch`).
    fn open_batch(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        if self.current.is_none() && !self.records.is_empty() {
            let due = env.config.append_linger == AppendLinger::Fixed(Nanos::ZERO);
            self.current = Some(CoordinatorBatch { write: env.take_write(), due });
            if !due {
                env.set_timer(env.linger_timer(self.number), open_for(env.config.append_linger));
            }
        }
    }

    /// The open batch takes no more records (`flushCurrentBatch`).
    fn close_batch(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        let Some(batch) = self.current.take() else { return };
        if !batch.due {
            env.cancel_timer(env.linger_timer(self.number));
        }
        let content = BatchContent::Records(std::mem::take(&mut self.records), ProducerIdAndEpoch::NONE);
        self.bytes = 0;
        self.closed.push_back(ClosedBatch { write: batch.write, content });
    }
    /// A batch of its own, behind all others. Returns the number of its write.
    fn enqueue(&mut self, content: BatchContent, env: &mut Env<'_, '_, S::Shared>) -> u32 {
        let write = env.take_write();
        self.closed.push_back(ClosedBatch { write, content });
        write
    }

    fn defer_operation(&mut self, answer: Option<S::Answer>, env: &mut Env<'_, '_, S::Shared>) {
        if let Some(answer) = answer {
            self.defer(Deferred::Operation(answer), env.config.default_write_timeout, env);
        }
    }
    /// Completes an answer when all that is written by now is replicated, which may be at once.
    fn defer(&mut self, answer: Deferred<S::Answer>, timeout: Nanos, env: &mut Env<'_, '_, S::Shared>) {
        let open = self.current.map(|batch| batch.write);
        let unwritten = open.or_else(|| self.closed.back().map(|batch| batch.write)).or(self.in_flight);
        let after = match unwritten {
            Some(write) => Position::Batch(write),
            None if self.last_committed < self.last_written => Position::Log(self.last_written),
            None => return self.complete(answer, Ok(()), env),
        };
        let deadline = env.now().saturating_add(timeout);
        self.deferred.push_back(DeferredEvent { after, deadline, answer });
        if self.timeout_at.is_none_or(|at| deadline < at) {
            self.timeout_at = Some(deadline);
            env.set_timer(env.write_timeout_timer(self.number), timeout);
        }
    }
    fn complete(
        &mut self,
        answer: Deferred<S::Answer>,
        result: Result<(), ErrorCode>,
        env: &mut Env<'_, '_, S::Shared>,
    ) {
        match answer {
            Deferred::Operation(answer) => self.shard.complete(answer, result, env),
            Deferred::Marker(request) => env.commands.push(Command::MarkerWritten { tp: self.tp, request, result }),
        }
    }

    /// The open batch has lingered long enough.
    pub(super) fn linger_over(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        if let Some(batch) = &mut self.current {
            batch.due = true;
        }
        self.flush_if_due(env);
    }

    fn flush_without_linger(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        if env.config.append_linger == AppendLinger::Fixed(Nanos::ZERO) {
            self.flush_if_due(env);
        }
    }

    /// Sends the next batch to the log. One is on its way at a time, so that a refused batch has
    /// nothing written behind it.
    fn flush_if_due(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        if self.in_flight.is_some() {
            return;
        }
        let tp = self.tp;
        if let Some(ClosedBatch { write, content }) = self.closed.pop_front() {
            self.in_flight = Some(write);
            env.commands.push(match content {
                BatchContent::Records(records, producer) => {
                    Command::Append { tp, write, producer, records: records.into() }
                }
                BatchContent::Marker(marker) => Command::AppendMarker { tp, write, marker },
            });
        } else if let Some(batch) = self.current.take_if(|batch| batch.due) {
            self.in_flight = Some(batch.write);
            let (write, records) = (batch.write, self.records.drain(..).collect());
            self.bytes = 0;
            env.commands.push(Command::Append { tp, write, producer: ProducerIdAndEpoch::NONE, records });
        }
    }

    /// The log took the batch on its way, or did not.
    pub(super) fn appended(&mut self, write: u32, result: Result<Offset, ErrorCode>, env: &mut Env<'_, '_, S::Shared>) {
        if self.in_flight != Some(write) {
            return;
        }
        self.in_flight = None;
        match result {
            Ok(end) => {
                self.locate(write, end);
                self.settle(env);
            }
            Err(error) => self.fail_batches(error, env),
        }
        self.flush_if_due(env);
    }

    /// What waited for the batch now waits for an offset (`updateLastWrittenOffset`).
    fn locate(&mut self, write: u32, end: Offset) {
        self.last_written = end;
        // From the back: behind a high watermark that stands still lies ever more that is written.
        let deferred = self.deferred.iter_mut().rev().map(|d| &mut d.after).take_while(|p| p.is_unwritten());
        let changes = self.changes.iter_mut().rev().map(|c| &mut c.0).take_while(|p| p.is_unwritten());
        for position in deferred.chain(changes).filter(|p| **p == Position::Batch(write)) {
            *position = Position::Log(end);
        }
    }

    /// `failCurrentBatch`: the refused batch is out of memory again, and so are those behind it, which
    /// may build on it. Answers are given before the state goes that they speak of.
    fn fail_batches(&mut self, error: ErrorCode, env: &mut Env<'_, '_, S::Shared>) {
        if self.current.take().is_some_and(|batch| !batch.due) {
            env.cancel_timer(env.linger_timer(self.number));
        }
        self.records.clear();
        self.bytes = 0;
        self.closed.clear();
        let first = self.deferred.partition_point(|d| !d.after.is_unwritten());
        for deferred in self.deferred.split_off(first) {
            self.complete(deferred.answer, Err(error), env);
        }
        while let Some((_, change)) = self.changes.pop_back_if(|(position, _)| position.is_unwritten()) {
            self.shard.revert(change, env);
        }
    }

    /// The high watermark is here now (`HighWatermarkListener`).
    pub(super) fn high_watermark(&mut self, offset: Offset, env: &mut Env<'_, '_, S::Shared>) {
        self.last_committed = self.last_committed.max(offset);
        self.settle(env);
    }

    /// Completes all that waits for no more than the high watermark.
    fn settle(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        let committed = Position::Log(self.last_committed);
        while let Some((_, change)) = self.changes.pop_front_if(|(position, _)| *position <= committed) {
            self.shard.commit(&change);
            self.shard.tell_committed(&change, env);
        }
        while let Some(deferred) = self.deferred.pop_front_if(|d| d.after <= committed) {
            self.complete(deferred.answer, Ok(()), env);
        }
    }

    /// The write timeout has passed for the first of those who wait. The records stay in the log and may
    /// yet be committed.
    pub(super) fn expire_writes(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        let now = env.now();
        while let Some(place) = self.deferred.iter().position(|deferred| deferred.deadline <= now) {
            let deferred = self.deferred.remove(place).expect("it was just found");
            self.complete(deferred.answer, Err(ErrorCode::RequestTimedOut), env);
        }
        self.timeout_at = self.deferred.iter().map(|deferred| deferred.deadline).min();
        if let Some(first) = self.timeout_at {
            env.ctx.set_timer(env.write_timeout_timer(self.number), first);
        }
    }

    /// Leadership is gone: whoever waits is sent to the new coordinator.
    pub(super) fn unload(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        for deferred in std::mem::take(&mut self.deferred) {
            self.complete(deferred.answer, Err(ErrorCode::NotCoordinator), env);
        }
        self.shard.unloaded(env);
        env.cancel_timer(env.linger_timer(self.number));
        env.cancel_timer(env.write_timeout_timer(self.number));
    }
}

/// How long a batch stays open. An adaptive linger puts the flush behind all that is queued already
/// (`enqueueAdaptiveFlush`): here that is what happens at the same time.
fn open_for(linger: AppendLinger) -> Nanos {
    match linger {
        AppendLinger::Fixed(linger) => linger,
        AppendLinger::Adaptive => Nanos::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Counter, waiting};
    use super::*;
    use crate::stage::broken::each_is_noticed;

    #[test]
    fn what_is_between_memory_and_log_out_of_order_is_noticed() {
        each_is_noticed(
            waiting,
            CoordinatorContext::<Counter>::check_invariants,
            &[
                ("records are in an open batch", |c| c.current = None),
                ("batches go in their order", |c| c.in_flight = c.current.map(|batch| batch.write)),
                ("what waits is in the order of the log", |c| c.deferred[0].after = Position::Batch(9)),
                ("waits for a batch that is there", |c| {
                    c.deferred.iter_mut().for_each(|deferred| deferred.after = Position::Batch(9));
                }),
                ("nobody waits for what is committed", |c| c.deferred[0].after = Position::Log(Offset(0))),
                ("a closed batch waits for the one before it", |c| {
                    let content = BatchContent::Records(Vec::new(), ProducerIdAndEpoch::NONE);
                    c.closed.push_back(ClosedBatch { write: 0, content });
                }),
                ("whoever waits is told when it takes too long", |c| c.timeout_at = None),
            ],
        );
    }
}
