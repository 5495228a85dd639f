//! Threads that process the records of a poll() side by side.
//!
//! Which records may be at work at the same time is the [`ProcessingOrder`]'s: those of Confluent's Parallel Consumer
//! (`ParallelConsumerOptions.ProcessingOrder`). A thread takes the first record that waits and may be begun, so that a slow key
//! stops nothing but itself.

use std::collections::{BTreeSet, VecDeque};

use super::batch::{Batch, Work};
use super::end::End;
use super::processing::{Processed, done_with, failed_record, record_failed};
use super::progress::FinishedOffsets;
use super::sink::{Sink, SinkOutcome};
use super::spec::{
    AfterFailure, CommitOffsets, GivingUp, LoopSpec, OutletPurpose, PoisonPolicy, PoolSpec, ProcessingOrder,
};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::RecordDetail;
use crate::protocol::ids::{GroupId, Offset, Tp};
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
    /// It waits until the copy of its record is acknowledged, which it has put aside in a topic.
    PutAside,
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

/// How threads work: their application's ways.
#[derive(Clone, Copy, Debug)]
pub struct ThreadManners<'a> {
    /// Time for one record.
    per_record: &'a Sampler,
    /// What they do about a record that they cannot process.
    on_poison: PoisonPolicy,
    /// Whether what they put aside goes to a topic.
    has_topic: bool,
    /// What they do outside of Kafka with each record.
    sink: Option<&'a Sink>,
    group: GroupId,
}

impl<'a> ThreadManners<'a> {
    /// Of the threads of this application.
    pub fn of(spec: &LoopSpec, per_record: &'a Sampler, sink: Option<&'a Sink>) -> ThreadManners<'a> {
        let purpose = spec.outlet.as_ref().map(|outlet| outlet.purpose);
        let has_topic = purpose.is_some_and(OutletPurpose::puts_aside);
        ThreadManners { per_record, on_poison: spec.on_poison, has_topic, sink, group: spec.consumer.group }
    }
}

/// What threads came to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Worked {
    /// One was done with something.
    pub any: bool,
    /// Records to put aside in a topic, each with its attempts in vain. The threads wait until that is acknowledged.
    pub aside: Vec<(Work, u32)>,
}

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
        manners: ThreadManners<'_>,
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
        self.begin_what_may(manners, ctx);
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
    fn begin_what_may(&mut self, manners: ThreadManners<'_>, ctx: &mut Context<'_>) {
        while self.tasks.len() < self.spec.threads as usize {
            let Some(work) = self.next().and_then(|place| self.waiting.remove(place)) else { return };
            self.tasks.push(Task::attempt(work, 0, manners, ctx));
        }
    }

    /// Lets the threads work until all wait for something.
    ///
    /// # Errors
    /// The process ends.
    pub fn work(&mut self, manners: ThreadManners<'_>, ctx: &mut Context<'_>) -> Result<Worked, End> {
        let mut worked = Worked::default();
        while let Some(place) = self.tasks.iter().position(|task| task.until <= ctx.now()) {
            let task = self.tasks.remove(place);
            match task.doing {
                Doing::Pause => {
                    let attempt = Task::attempt(task.work, task.failed, manners, ctx);
                    self.tasks.push(Task { is_stray: task.is_stray, ..attempt });
                }
                Doing::Attempt { fails: true } => worked.aside.extend(self.attempt_failed(task, manners, ctx)?),
                Doing::Attempt { fails: false } => self.succeeded(task, manners, ctx),
                Doing::PutAside => unreachable!("it waits for the acknowledgement, not for a time"),
            }
            worked.any = true;
            self.begin_what_may(manners, ctx);
        }
        Ok(worked)
    }
    fn succeeded(&mut self, Task { work, is_stray, .. }: Task, manners: ThreadManners<'_>, ctx: &mut Context<'_>) {
        let outcome = manners.sink.map_or(SinkOutcome::Done, |sink| sink.take(work.record, ctx));
        if outcome == SinkOutcome::Done {
            let mut processed = Processed::default();
            processed.add(work.record, ctx);
            processed.tell(ctx);
        }
        done_with(work, manners.group, ctx);
        self.done(work, is_stray, ctx);
    }
    /// A record to put aside in a topic, if that comes of it.
    fn attempt_failed(
        &mut self,
        task: Task,
        manners: ThreadManners<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<Option<(Work, u32)>, End> {
        let (work, failed) = (task.work, task.failed.saturating_add(1));
        let what_next = manners.on_poison.after_failure(failed);
        if manners.has_topic && matches!(what_next, AfterFailure::GiveUp(GivingUp::DeadLetter | GivingUp::RetryTopic)) {
            record_failed(work.record, false, ctx);
            self.tasks.push(Task { until: Nanos::MAX, doing: Doing::PutAside, failed, ..task });
            return Ok(Some((work, failed)));
        }
        failed_record(work.record, what_next, ctx);
        match what_next {
            AfterFailure::GiveUp(GivingUp::Crash { restart_after } | GivingUp::Close { restart_after }) => {
                return Err(End::Crashed { restart_after });
            }
            AfterFailure::Again { pause } => {
                let until = ctx.now().saturating_add(pause);
                self.tasks.push(Task { until, doing: Doing::Pause, failed, ..task });
            }
            AfterFailure::GiveUp(GivingUp::Skip | GivingUp::DeadLetter | GivingUp::RetryTopic) => {
                done_with(work, manners.group, ctx);
                self.done(work, task.is_stray, ctx);
            }
        }
        Ok(None)
    }
    /// The copy of a record that was put aside is acknowledged, or the application does without: the thread is done with the record.
    pub fn put_aside(&mut self, work: Work, manners: ThreadManners<'_>, ctx: &mut Context<'_>) {
        if let Some(task) = self.take_put_aside(work) {
            self.done(work, task.is_stray, ctx);
            self.begin_what_may(manners, ctx);
        }
    }
    /// It could not be sent: the thread waits, and tries the record again.
    pub fn not_put_aside(&mut self, work: Work, pause: Nanos, ctx: &mut Context<'_>) {
        if let Some(task) = self.take_put_aside(work) {
            self.tasks.push(Task { until: ctx.now().saturating_add(pause), doing: Doing::Pause, ..task });
        }
    }
    fn take_put_aside(&mut self, work: Work) -> Option<Task> {
        let is_it = |task: &Task| task.doing == Doing::PutAside && task.work.record == work.record;
        self.tasks.iter().position(is_it).map(|place| self.tasks.remove(place))
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
    fn attempt(work: Work, failed: u32, manners: ThreadManners<'_>, ctx: &mut Context<'_>) -> Task {
        let fails = work.poison || ctx.service_is_down();
        let takes = match manners.sink {
            Some(sink) => sink.takes(work.record, fails, manners.per_record, ctx),
            None => manners.per_record.sample(ctx.random()),
        };
        let until = ctx.now().saturating_add(takes);
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
        let on_poison = PoisonPolicy::GiveUp(GivingUp::Skip);
        let manners =
            ThreadManners { per_record: &sampler, on_poison, has_topic: false, sink: None, group: GroupId(0) };
        Stage::new(NodeId(1)).act(|ctx| pool.begin_what_may(manners, ctx));
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

    /// A pool of one thread for records that all fail, and what it has put aside, on a stage.
    #[test]
    fn a_thread_waits_until_its_record_is_put_aside() {
        let sampler = crate::sim::random::Distribution::Constant(Nanos::ZERO).compile();
        let on_poison = PoisonPolicy::GiveUp(GivingUp::DeadLetter);
        let manners = ThreadManners { per_record: &sampler, on_poison, has_topic: true, sink: None, group: GroupId(0) };
        let mut pool = Pool::new(PoolSpec::ONE_THREAD);
        pool.waiting = (0..2).map(|at| Work { poison: true, ..work(at, 7) }).collect();
        Stage::new(NodeId(1)).act(|ctx| {
            pool.begin_what_may(manners, ctx);
            let aside = |pool: &mut Pool, ctx: &mut Context<'_>| {
                let worked = pool.work(manners, ctx).expect("nothing ends the process");
                pool.check_invariants();
                worked.aside.iter().map(|(work, attempts)| (work.record.offset.0, *attempts)).collect::<Vec<_>>()
            };
            let first = Work { poison: true, ..work(0, 7) };
            assert_eq!(aside(&mut pool, ctx), [(0, 1)]);
            assert_eq!(aside(&mut pool, ctx), [], "it waits, and so does what is behind it");
            assert_eq!((pool.queued(), pool.due()), (2, Nanos::MAX));
            pool.not_put_aside(first, Nanos::ZERO, ctx);
            assert_eq!(aside(&mut pool, ctx), [(0, 2)], "it tries the record again, and gives it up again");
            pool.put_aside(first, manners, ctx);
            assert_eq!(aside(&mut pool, ctx), [(1, 1)]);
        });
    }
}
