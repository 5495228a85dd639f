//! One led partition of a coordinator's topic: its shard, and all that is between the shard's memory and
//! the log (`CoordinatorRuntime.CoordinatorContext`).
//!
//! What an operation writes joins the open batch, and its answer waits until the high watermark has
//! passed the batch. An operation that writes nothing waits too, for what was written before it: its
//! answer may rest on that. When a batch is refused, memory goes back to what it was before the batch
//! (Kafka reverts to a snapshot; here each change remembers what it replaced).

use std::collections::VecDeque;

use super::env::{Command, Env};
use super::result::{CoordinatorResult, Position};
use super::shard::CoordinatorShard;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::batch::{BatchData, CoordinatorRecord, RecordBatch};
use crate::protocol::config::AppendLinger;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// An answer that waits for the log (`DeferredEvent`).
#[derive(Clone, Debug)]
struct DeferredEvent<A> {
    after: Position,
    deadline: Nanos,
    answer: A,
}

/// The batch that takes records (`CoordinatorBatch`).
#[derive(Clone, Copy, Debug)]
struct CoordinatorBatch {
    write: u32,
    /// Its linger is over; it goes as soon as the batch before it is written.
    due: bool,
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
    in_flight: Option<u32>,
    /// In the order of their positions and of their deadlines, since all wait equally long.
    deferred: VecDeque<DeferredEvent<S::Answer>>,
    /// What is not known to be committed, in the order of positions.
    changes: VecDeque<(Position, S::Change)>,
    /// The timer for the deadlines is set, for the first of them or an earlier one.
    timeout_armed: bool,
}

impl<S: CoordinatorShard> CoordinatorContext<S> {
    /// The state that the log tells of. It is read up to its end, not only to the high watermark: what lies
    /// above is applied but not committed (`CoordinatorLoaderImpl`).
    pub(super) fn load<'a>(
        tp: Tp,
        number: u32,
        batches: impl Iterator<Item = &'a RecordBatch>,
        high_watermark: Offset,
    ) -> CoordinatorContext<S> {
        let mut context = CoordinatorContext {
            tp,
            number,
            shard: S::default(),
            last_written: Offset(0),
            last_committed: high_watermark,
            current: None,
            records: Vec::new(),
            in_flight: None,
            deferred: VecDeque::new(),
            changes: VecDeque::new(),
            timeout_armed: false,
        };
        for batch in batches {
            context.last_written = batch.next_offset();
            if let BatchData::Coordinator(records) = &batch.data {
                records.iter().for_each(|record| context.replay(record));
            }
        }
        context
    }

    /// A change below the high watermark was committed before this coordinator came: old news.
    fn replay(&mut self, record: &CoordinatorRecord) {
        if let Some(change) = self.shard.replay(record) {
            if self.last_written <= self.last_committed {
                self.shard.commit(&change);
            } else {
                self.changes.push_back((Position::Log(self.last_written), change));
            }
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
        let open = self.current.map(|batch| batch.write);
        assert!(open.is_none_or(|open| self.in_flight.is_none_or(|flying| flying < open)), "batches go in their order");
        let known = |position: &Position| match position {
            Position::Log(end) => *end <= self.last_written,
            Position::Batch(write) => Some(*write) == open || Some(*write) == self.in_flight,
        };
        let answers = || self.deferred.iter().map(|deferred| &deferred.after);
        let changes = || self.changes.iter().map(|(position, _)| position);
        assert!(answers().is_sorted() && changes().is_sorted(), "what waits is in the order of the log");
        assert!(answers().chain(changes()).all(known), "what waits, waits for a batch that is there");
        let committed = Position::Log(self.last_committed);
        assert!(answers().chain(changes()).all(|position| *position > committed), "nobody waits for what is committed");
        assert!(self.deferred.is_empty() || self.timeout_armed, "whoever waits is told when it takes too long");
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
        let mut result = CoordinatorResult {
            records: &mut self.records,
            changes: &mut self.changes,
            position: Position::Batch(write),
            answer: None,
        };
        operation(&mut self.shard, &mut result, env);
        let answer = result.answer;
        self.open_batch(env);
        if let Some(answer) = answer {
            self.defer(answer, env);
        }
        self.flush_without_linger(env);
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

    /// Completes an answer when all that is written by now is replicated, which may be at once.
    fn defer(&mut self, answer: S::Answer, env: &mut Env<'_, '_, S::Shared>) {
        let after = match (self.current, self.in_flight) {
            (Some(batch), _) => Position::Batch(batch.write),
            (None, Some(write)) => Position::Batch(write),
            (None, None) if self.last_committed < self.last_written => Position::Log(self.last_written),
            (None, None) => return self.shard.complete(answer, Ok(()), env),
        };
        let timeout = env.config.default_write_timeout;
        let deadline = env.now().saturating_add(timeout);
        if !self.timeout_armed {
            self.timeout_armed = true;
            env.set_timer(env.write_timeout_timer(self.number), timeout);
        }
        self.deferred.push_back(DeferredEvent { after, deadline, answer });
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

    /// Sends the open batch to the log. One is on its way at a time, so that a refused batch has
    /// nothing written behind it.
    fn flush_if_due(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        if self.in_flight.is_none()
            && let Some(batch) = self.current.take_if(|batch| batch.due)
        {
            self.in_flight = Some(batch.write);
            let records = self.records.drain(..).collect();
            env.commands.push(Command::Append { tp: self.tp, write: batch.write, records });
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

    /// `failCurrentBatch`: the refused batch is out of memory again, and so is the open one, which
    /// may build on it. Answers are given before the state goes that they speak of.
    fn fail_batches(&mut self, error: ErrorCode, env: &mut Env<'_, '_, S::Shared>) {
        if self.current.take().is_some_and(|batch| !batch.due) {
            env.cancel_timer(env.linger_timer(self.number));
        }
        self.records.clear();
        let first = self.deferred.partition_point(|d| !d.after.is_unwritten());
        for deferred in self.deferred.split_off(first) {
            self.shard.complete(deferred.answer, Err(error), env);
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
            self.shard.complete(deferred.answer, Ok(()), env);
        }
    }

    /// The write timeout has passed for the first of those who wait. The records stay in the log and may
    /// yet be committed.
    pub(super) fn expire_writes(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        self.timeout_armed = false;
        let now = env.now();
        while let Some(deferred) = self.deferred.pop_front_if(|d| d.deadline <= now) {
            self.shard.complete(deferred.answer, Err(ErrorCode::RequestTimedOut), env);
        }
        if let Some(first) = self.deferred.front() {
            self.timeout_armed = true;
            env.ctx.set_timer(env.write_timeout_timer(self.number), first.deadline);
        }
    }

    /// Leadership is gone: whoever waits is sent to the new coordinator.
    pub(super) fn unload(&mut self, env: &mut Env<'_, '_, S::Shared>) {
        for deferred in std::mem::take(&mut self.deferred) {
            self.shard.complete(deferred.answer, Err(ErrorCode::NotCoordinator), env);
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
                ("whoever waits is told when it takes too long", |c| c.timeout_armed = false),
            ],
        );
    }
}
