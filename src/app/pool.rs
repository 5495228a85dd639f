//! Threads that process the records of a poll() side by side.
//!
//! Which records may be at work at the same time is the [`ProcessingOrder`]'s: those of Confluent's Parallel Consumer
//! (`ParallelConsumerOptions.ProcessingOrder`). A thread takes the first record that waits and may be begun, so that a slow key
//! stops nothing but itself.

use std::collections::{BTreeSet, VecDeque};

use super::batch::{Batch, Work};
use super::end::End;
use super::processing::{Processed, failed_record};
use super::progress::FinishedOffsets;
use super::spec::{AfterFailure, CommitOffsets, GivingUp, PoisonPolicy, PoolSpec, ProcessingOrder};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::RecordDetail;
use crate::protocol::ids::{Offset, Tp};
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct Pool {
    spec: PoolSpec,
    /// Records that no thread has begun, as they were polled.
    waiting: VecDeque<Work>,
    /// What threads are at, as they began.
    tasks: Vec<Task>,
    /// Records that wait or are at work, and were overtaken by a later one of their key: each is told once.
    overtaken: BTreeSet<(Tp, Offset)>,
    /// How far they are in each partition, where the application commits that.
    progress: Option<FinishedOffsets>,
}

/// What a thread is at.
#[derive(Clone, Copy, Debug)]
struct Task {
    work: Work,
    until: Nanos,
    doing: Doing,
    /// Attempts in vain so far: several records of a partition may fail in turns.
    failed: u32,
    /// Its partition went to somebody else after it was begun.
    is_stray: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    /// An attempt.
    Attempt {
        /// It is in vain.
        fails: bool,
    },
    /// It waits before it tries again.
    Pause,
}

/// What records have in common that are done one after the other.
type Lane = (Tp, Option<u32>);

impl Pool {
    /// Threads without work.
    pub fn new(spec: PoolSpec) -> Pool {
        let progress = (spec.commit != CommitOffsets::Positions).then(FinishedOffsets::default);
        Pool { spec, waiting: VecDeque::new(), tasks: Vec::new(), overtaken: BTreeSet::new(), progress }
    }
    /// What the application commits of it now: nothing if it commits positions. `since`: which assignment of its partition is in force.
    pub fn take_commit(&mut self, since: impl Fn(Tp) -> Option<u32>) -> Vec<(Tp, Offset)> {
        let Some(progress) = &mut self.progress else { return Vec::new() };
        let at_work = || self.tasks.iter().filter(|task| !task.is_stray).map(|task| task.work);
        let open = |tp| {
            let open = at_work().chain(self.waiting.iter().copied()).filter(|work| work.record.tp == tp);
            open.map(|work| work.record.offset).min()
        };
        progress.take_commit(self.spec.commit, since, open)
    }
    /// Nothing waits, nothing is at work.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.tasks.is_empty()
    }
    /// Records that wait or are at work.
    pub fn queued(&self) -> u64 {
        (self.waiting.len() + self.tasks.len()) as u64
    }
    /// When the first thread is done.
    pub fn due(&self) -> Nanos {
        self.tasks.iter().map(|task| task.until).min().unwrap_or(Nanos::MAX)
    }
    /// # Panics
    /// If a thread waits though there is a record that it may begin, or two work side by side that must not.
    pub fn check_invariants(&self) {
        assert!(self.tasks.len() <= self.spec.threads as usize, "each thread is at one record");
        let lanes: Vec<Lane> = self.tasks.iter().filter_map(|task| self.lane(task.work)).collect();
        let different: BTreeSet<Lane> = lanes.iter().copied().collect();
        assert_eq!(lanes.len(), different.len(), "what has an order is done in it");
        let idle = self.tasks.len() < self.spec.threads as usize;
        assert!(!(idle && self.next().is_some()), "a thread works while there is something that it may begin");
    }
    /// Takes what poll() returned. `since`: which assignment of its partition is in force. Who commits what is done lets go of what waits of
    /// a partition that was gone meanwhile, as a rebalance listener does.
    pub fn hand_over(
        &mut self,
        batch: &mut Batch,
        since: impl Fn(Tp) -> Option<u32>,
        per_record: &Sampler,
        ctx: &mut Context<'_>,
    ) {
        if let Some(progress) = &mut self.progress {
            for (tp, end) in batch.next_offsets() {
                if progress.handed_over(tp, since(tp).unwrap_or_default(), end) {
                    self.waiting.retain(|work| work.record.tp != tp);
                    self.tasks
                        .iter_mut()
                        .filter(|task| task.work.record.tp == tp)
                        .for_each(|task| task.is_stray = true);
                }
            }
        }
        self.waiting.extend(batch.take_all());
        self.begin_what_may(per_record, ctx);
    }

    fn lane(&self, work: Work) -> Option<Lane> {
        match self.spec.order {
            ProcessingOrder::Unordered => None,
            ProcessingOrder::Partition => Some((work.record.tp, None)),
            ProcessingOrder::Key => Some((work.record.tp, Some(work.key))),
        }
    }
    /// The place of the first record that may be begun.
    fn next(&self) -> Option<usize> {
        let mut taken: BTreeSet<Lane> = self.tasks.iter().filter_map(|task| self.lane(task.work)).collect();
        self.waiting.iter().position(|work| self.lane(*work).is_none_or(|lane| taken.insert(lane)))
    }
    fn begin_what_may(&mut self, per_record: &Sampler, ctx: &mut Context<'_>) {
        while self.tasks.len() < self.spec.threads as usize {
            let Some(work) = self.next().and_then(|place| self.waiting.remove(place)) else { return };
            self.tasks.push(Task::attempt(work, 0, per_record, ctx));
        }
    }

    /// Lets the threads work until all wait for something. Whether one was done with a record.
    ///
    /// # Errors
    /// The process ends.
    pub fn work(&mut self, per_record: &Sampler, on_poison: PoisonPolicy, ctx: &mut Context<'_>) -> Result<bool, End> {
        let mut any = false;
        while let Some(place) = self.tasks.iter().position(|task| task.until <= ctx.now()) {
            let task = self.tasks.remove(place);
            match task.doing {
                Doing::Pause => self
                    .tasks
                    .push(Task { is_stray: task.is_stray, ..Task::attempt(task.work, task.failed, per_record, ctx) }),
                Doing::Attempt { fails: true } => self.attempt_failed(task, on_poison, ctx)?,
                Doing::Attempt { fails: false } => {
                    let mut processed = Processed::default();
                    processed.add(task.work.record, ctx);
                    processed.tell(ctx);
                    self.done(task.work, task.is_stray, ctx);
                }
            }
            any = true;
            self.begin_what_may(per_record, ctx);
        }
        Ok(any)
    }
    fn attempt_failed(&mut self, task: Task, on_poison: PoisonPolicy, ctx: &mut Context<'_>) -> Result<(), End> {
        let (work, failed) = (task.work, task.failed.saturating_add(1));
        let what_next = on_poison.after_failure(failed);
        failed_record(work.record, what_next, ctx);
        match what_next {
            AfterFailure::GiveUp(GivingUp::Crash { restart_after } | GivingUp::Close { restart_after }) => {
                return Err(End::Crashed { restart_after });
            }
            AfterFailure::Again { pause } => {
                let until = ctx.now().saturating_add(pause);
                self.tasks.push(Task { work, until, doing: Doing::Pause, failed, is_stray: task.is_stray });
            }
            AfterFailure::GiveUp(GivingUp::Skip | GivingUp::DeadLetter | GivingUp::RetryTopic) => {
                self.done(work, task.is_stray, ctx);
            }
        }
        Ok(())
    }

    /// A thread is done with a record, perhaps before an earlier one of its key.
    fn done(&mut self, work: Work, is_stray: bool, ctx: &mut Context<'_>) {
        if let Some(progress) = self.progress.as_mut().filter(|_| !is_stray) {
            progress.finished(work.record);
        }
        let (tp, by) = (work.record.tp, work.record.offset);
        self.overtaken.remove(&(tp, by));
        if work.key == RecordDetail::NULL_KEY {
            return;
        }
        let node = ctx.me();
        let open = self.tasks.iter().map(|task| task.work).chain(self.waiting.iter().copied());
        let same_key = |other: &Work| (other.record.tp, other.key) == (tp, work.key) && other.record.offset < by;
        for earlier in open.filter(same_key).map(|earlier| earlier.record) {
            if self.overtaken.insert((tp, earlier.offset)) {
                let (offset, origin, ordinal) = (earlier.offset, earlier.origin, earlier.ordinal);
                ctx.record(Fact::RecordOvertaken { node, tp, offset, origin, ordinal, by });
            }
        }
    }
}

impl Task {
    /// While the service is down that the application calls for every record, attempts are in vain.
    fn attempt(work: Work, failed: u32, per_record: &Sampler, ctx: &mut Context<'_>) -> Task {
        let fails = work.poison || ctx.service_is_down();
        let until = ctx.now().saturating_add(per_record.sample(ctx.random()));
        Task { work, until, doing: Doing::Attempt { fails }, failed, is_stray: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::batch::Stretch;
    use crate::protocol::ids::NodeId;
    use crate::stage::Stage;

    /// A pool with records of these keys, each of which takes a millisecond, on a stage.
    fn pool(threads: u32, order: ProcessingOrder, keys: &[u32]) -> Pool {
        let mut pool = Pool::new(PoolSpec { threads, order, commit: CommitOffsets::Positions });
        pool.waiting = (0..).zip(keys).map(|(at, key)| work(at, *key)).collect();
        pool
    }
    fn work(at: u32, key: u32) -> Work {
        let record = Stretch { tp: Tp(0), offset: Offset(at.into()), count: 1, origin: NodeId(0), ordinal: at };
        Work { record, key, poison: false, timestamp: Nanos::ZERO }
    }
    fn begun(mut pool: Pool) -> Vec<i64> {
        let sampler = crate::sim::random::Distribution::Constant(Nanos::from_millis(1)).compile();
        Stage::new(NodeId(1)).act(|ctx| pool.begin_what_may(&sampler, ctx));
        pool.check_invariants();
        pool.tasks.iter().map(|task| task.work.record.offset.0).collect()
    }

    #[test]
    fn which_records_are_at_work_side_by_side_is_the_orders() {
        let keys = [7, 7, 8, 7, 9, 8];
        assert_eq!(begun(pool(3, ProcessingOrder::Unordered, &keys)), [0, 1, 2]);
        assert_eq!(begun(pool(3, ProcessingOrder::Key, &keys)), [0, 2, 4], "the first of each key");
        assert_eq!(begun(pool(2, ProcessingOrder::Key, &keys)), [0, 2], "no more than there are threads");
        assert_eq!(begun(pool(3, ProcessingOrder::Partition, &keys)), [0], "one after the other");
    }

    #[test]
    fn a_record_that_is_overtaken_by_its_key_is_told_once() {
        let mut pool = pool(3, ProcessingOrder::Unordered, &[7, 7, 7, 8]);
        pool.tasks.push(Task {
            work: work(9, 7),
            until: Nanos::ZERO,
            doing: Doing::Attempt { fails: false },
            failed: 0,
            is_stray: false,
        });
        let mut stage = Stage::new(NodeId(1));
        stage.act(|ctx| {
            pool.done(work(10, 7), false, ctx);
            pool.done(work(11, 7), false, ctx);
        });
        assert_eq!(pool.overtaken.iter().map(|(_, offset)| offset.0).collect::<Vec<_>>(), [0, 1, 2, 9]);
        assert_eq!(stage.facts.len(), 4);
    }
}
