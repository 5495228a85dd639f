//! An application that reads: poll, process, commit, for ever
//! (the loop in the documentation of `KafkaConsumer.java`).
//!
//! The thread that polls is the consumer's; a [`Worker`] may process beside it.

mod callbacks;
mod listener;
mod queue;
mod transactions;

use std::rc::Rc;

use litemap::LiteMap;

use super::async_commits::AsyncCommits;
use super::attempts::FailedAttempts;
use super::batch::{Batch, Slice, Stretch, Work};
use super::end::End;
use super::life::{ApplicationLife, Woken};
use super::listening::{Listening, SuspendedCall};
use super::outlet::{Construction, Outlet, Sent};
use super::pool::Pool;
use super::processing::{Processed, failed, finish, given_up, overtakes, record_failed};
use super::sends::SentRecords;
use super::sink::Sink;
use super::spec::{
    AfterFailure, CommitMode, CommitOffsets, DeadLetterFailure, FailurePolicy, FatalPolicy, GivingUp, LoopSpec,
    OutletPurpose, OutletSpec, ProcessingThread, StepCall, StopBy,
};
use super::timers::LoopTimer;
use super::worker::Worker;
use crate::client::alarm::{Alarm, soonest};
use crate::client::consumer::{ConsumerDescription, ConsumerSpec, KafkaConsumer, Returned};
use crate::client::producer::{Operation, key_partitions};
use crate::history::fact::Fact;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Offset, Tp};
use crate::protocol::put_aside::{Aside, FailureReason, PutAside};
use crate::protocol::rules::Rules;
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// An application that goes on after poll() threw logs it, waits this long and polls again.
const ERROR_PAUSE: Nanos = Nanos::from_millis(1_000);

/// What the application goes on with after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    /// Processing (at most once: the commit came first).
    Process,
    /// The next poll().
    Poll,
    /// A pause, then the next poll().
    Pause(Nanos),
}

/// Where the application thread is.
#[derive(Clone, Copy, Debug)]
enum Thread {
    /// In poll().
    Polling,
    /// Working on a slice of what poll() returned.
    Processing {
        /// Which.
        slice: Slice,
        /// When it is done.
        until: Nanos,
    },
    /// Waiting until the pool is done with what poll() returned.
    AwaitingPool,
    /// In `send()`, which blocks, with what came of a slice.
    Sending,
    /// In the producer's flush(), at the end of a batch.
    Flushing {
        /// What comes then.
        next: Next,
    },
    /// Waiting for a dead letter to be acknowledged.
    AwaitingDeadLetter {
        /// The slice that is the record.
        slice: Slice,
    },
    /// In commitSync().
    Committing {
        /// What comes then.
        next: Next,
    },
    /// In initTransactions().
    Initializing,
    /// In sendOffsetsToTransaction(), commitTransaction() or abortTransaction().
    Ending {
        /// Which.
        call: Operation,
        /// What comes when the transaction is ended.
        next: Next,
    },
    /// In the producer's close(), after an error that is for good.
    ClosingProducer,
    /// Waiting to construct another producer.
    WithoutProducer {
        /// Until then.
        until: Nanos,
    },
    /// Waiting to poll again.
    Pausing {
        /// Until then.
        until: Nanos,
    },
    /// Told to stop; the worker finishes what is queued (`ExecutorService.awaitTermination`).
    AwaitingWorker,
    /// In its last commitSync(), a call of its own: an application that commits asynchronously makes its last commit a
    /// synchronous one.
    LastCommit,
    /// In the rebalance listener.
    Listening {
        /// What it does.
        doing: Listening,
        /// Which call waits for it.
        call: SuspendedCall,
    },
    /// In close().
    Closing {
        /// An exception has led there, which nobody catches: the process is started again so much later.
        restart_after: Option<Nanos>,
    },
}

impl Thread {
    /// The consumer's method in which it is, if in any.
    fn call(self) -> Option<&'static str> {
        match self {
            Thread::Polling => Some("poll"),
            Thread::Committing { .. } | Thread::LastCommit | Thread::Listening { doing: Listening::Committing, .. } => {
                Some("commitSync")
            }
            Thread::Closing { .. } => Some("close"),
            _ => None,
        }
    }
}

/// An application that reads, through all its lives.
#[derive(Clone, Debug)]
pub struct PollLoop {
    spec: Rc<LoopSpec>,
    consumer: Rc<ConsumerSpec>,
    outlet: Option<Construction>,
    catalog: Rc<Catalog>,
    rules: Rules,
    life: ApplicationLife<Box<Memory>>,
    /// While the process runs its outlet has it.
    sends: SentRecords,
}

/// What dies with the process.
#[derive(Clone, Debug)]
struct Memory {
    spec: Rc<LoopSpec>,
    per_record: Sampler,
    consumer: KafkaConsumer,
    batch: Batch,
    thread: Thread,
    worker: Worker,
    pool: Option<Pool>,
    outlet: Option<Outlet>,
    sink: Option<Sink>,
    attempts: FailedAttempts,
    /// Partitions of a retry topic that are paused, each until the record is due at which it stands.
    backing_off: LiteMap<Tp, Nanos>,
    /// Commits of which the callback did not run yet.
    async_commits: AsyncCommits,
    /// Whether the queue in front of its threads is full, so that its partitions are paused.
    full: bool,
    /// How many of its steps are behind it.
    steps_done: usize,
    /// Told to stop.
    shutdown: bool,
    application_alarm: Alarm,
    worker_alarm: Alarm,
}

impl PollLoop {
    /// Not started.
    pub fn new(spec: LoopSpec, catalog: Rc<Catalog>, rules: Rules) -> PollLoop {
        let outlet = spec.outlet.as_ref();
        let partitions = outlet.map_or(0, |outlet| catalog.topics[outlet.producer.topic.index()].partitions);
        let construction = |outlet: &OutletSpec| Construction {
            key_partitions: key_partitions(&outlet.producer, outlet.keys, &catalog),
            spec: Rc::new(outlet.clone()),
            catalog: catalog.clone(),
            rules,
        };
        PollLoop {
            consumer: Rc::new((*spec.consumer).clone()),
            rules,
            outlet: outlet.map(construction),
            spec: Rc::new(spec),
            catalog,
            life: ApplicationLife::Down,
            sends: SentRecords::new(partitions),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        self.sends.report_lost(ctx);
        match input {
            Input::Interrupted => return,
            Input::RunEnd => {
                if let Some(outlet) = self.life.up().and_then(|memory| memory.outlet.as_ref()) {
                    outlet.report_pending(ctx);
                }
                return;
            }
            _ => {}
        }
        match self.life.wake(input, self.spec.start, ctx) {
            Woken::Begins => self.begin(ctx),
            Woken::Takes(process, input) => {
                let result = process.handle(input, ctx);
                self.meet(result, ctx);
            }
            Woken::Nothing => {}
        }
    }

    fn begin(&mut self, ctx: &mut Context<'_>) {
        let consumer = KafkaConsumer::new(self.consumer.clone(), self.catalog.clone(), self.rules, ctx);
        let sends = std::mem::take(&mut self.sends);
        let outlet = self.outlet.as_ref().map(|construction| Outlet::new(construction.clone(), sends));
        let mut process = Box::new(Memory::new(self.spec.clone(), consumer, outlet, ctx));
        let result = process.advance(ctx);
        self.life = ApplicationLife::Up(process);
        self.meet(result, ctx);
    }

    fn meet(&mut self, result: Result<(), End>, ctx: &mut Context<'_>) {
        if let Err(end) = result {
            self.process_died();
            end.tell(ctx);
        }
    }

    /// The process is gone; nothing it had in memory survives.
    pub fn process_died(&mut self) {
        if let Some(outlet) = self.life.die().and_then(|memory| memory.outlet) {
            self.sends = outlet.died();
        }
    }
    /// Whether it has sends without an outcome.
    pub fn has_open_sends(&self) -> bool {
        self.life.up().and_then(|memory| memory.outlet.as_ref()).is_some_and(Outlet::has_open_sends)
    }

    /// # Panics
    /// If what it and its clients know contradicts itself. `turn`: what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        let Some(memory) = self.life.up() else { return };
        memory.consumer.check_invariants(turn);
        memory.batch.check_invariants();
        memory.worker.check_invariants();
        if let Some(pool) = &memory.pool {
            pool.check_invariants();
        }
        if let Some(outlet) = &memory.outlet {
            outlet.check_invariants(turn);
        }
        assert_eq!(memory.consumer.called(), memory.thread.call(), "a thread is in the call that it has made");
    }
    /// Membership, assignment and positions of its consumer; `None` if the process does not run.
    pub fn describe(&self) -> Option<ConsumerDescription> {
        Some(self.life.up()?.consumer.describe())
    }
}

impl Memory {
    /// A process that has just started: it is about to poll for the first time, or to call initTransactions().
    fn new(spec: Rc<LoopSpec>, consumer: KafkaConsumer, outlet: Option<Outlet>, ctx: &mut Context<'_>) -> Memory {
        let mut memory = Memory {
            per_record: spec.per_record.compile(),
            consumer,
            batch: Batch::default(),
            thread: Thread::Polling,
            worker: Worker::default(),
            pool: spec.pool.map(Pool::new),
            outlet,
            sink: spec.sink.as_ref().map(Sink::new),
            attempts: FailedAttempts::default(),
            backing_off: LiteMap::new(),
            async_commits: AsyncCommits::default(),
            full: false,
            steps_done: spec.steps.iter().take_while(|step| step.at < ctx.now()).count(),
            shutdown: false,
            application_alarm: Alarm::new(LoopTimer::Application),
            worker_alarm: Alarm::new(LoopTimer::Worker),
            spec,
        };
        match &mut memory.outlet {
            Some(outlet) if outlet.is_transactional() => {
                outlet.call(Operation::Init, ctx);
                memory.thread = Thread::Initializing;
            }
            _ => memory.consumer.poll(memory.spec.poll_timeout, ctx.now()),
        }
        memory
    }

    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), End> {
        match input {
            Input::Shutdown => {
                self.shutdown = true;
                if self.spec.stop_by == StopBy::Wakeup {
                    self.consumer.wakeup();
                }
            }
            other => match &mut self.outlet {
                Some(outlet) if outlet.owns(&other) => outlet.accept(other, ctx),
                _ => self.accept(other, ctx),
            },
        }
        self.consumer.expire(ctx);
        self.advance(ctx)
    }

    /// An input that is not the outlet's.
    fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        let Input::Timer(timer) = input else { return self.consumer.accept(input, ctx) };
        match LoopTimer::from(timer) {
            LoopTimer::Start => unreachable!("it has begun"),
            LoopTimer::Application => self.application_alarm.rang(),
            LoopTimer::Worker => self.worker_alarm.rang(),
            LoopTimer::Consumer(timer) => self.consumer.on_timer(timer, ctx),
        }
    }

    /// Runs everything that can run now, and sets the timers for the rest: first the consumer, then the
    /// application's threads as far as they go, then the producer's sender.
    fn advance(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        loop {
            self.consumer.work(ctx);
            self.worker.work(&self.per_record, self.spec.on_poison, ctx)?;
            if let Some(pool) = &mut self.pool
                && pool.work(&self.per_record, self.spec.on_poison, ctx)?
            {
                self.consumer.between_records(ctx);
            }
            self.sent(ctx)?;
            self.run(ctx)?;
            let results = self.outlet.as_mut().is_some_and(|outlet| outlet.work(ctx));
            if !results && !self.consumer.has_work() {
                break;
            }
        }
        let now = ctx.now();
        self.application_alarm.by(self.due(now).min(self.consumer.due(now)), ctx);
        let pool = self.pool.as_ref().map_or(Nanos::MAX, Pool::due);
        self.worker_alarm.by(self.worker.due().min(pool), ctx);
        self.consumer.rest(ctx);
        Ok(())
    }
    /// When the thread has something to do, if it is in no call.
    fn due(&self, now: Nanos) -> Nanos {
        match self.thread {
            Thread::Processing { until, .. }
            | Thread::Pausing { until }
            | Thread::WithoutProducer { until }
            | Thread::Listening { doing: Listening::Working { until }, .. } => soonest(now, &[until]),
            _ => Nanos::MAX,
        }
    }

    /// Runs the thread until it waits for something.
    fn run(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        loop {
            let now = ctx.now();
            match self.thread {
                Thread::Polling | Thread::Pausing { .. } | Thread::WithoutProducer { .. } | Thread::AwaitingWorker
                    if self.stops_now() =>
                {
                    self.consumer.leave_poll();
                    if !self.others_are_idle() {
                        self.thread = Thread::AwaitingWorker;
                        return Ok(());
                    }
                    self.begin_end(now);
                }
                Thread::Processing { until, .. } | Thread::Pausing { until } | Thread::WithoutProducer { until }
                    if now < until =>
                {
                    return Ok(());
                }
                Thread::Processing { slice, .. } => self.slice_done(slice, ctx)?,
                Thread::Pausing { .. } => self.poll(ctx),
                Thread::Sending => match self.outlet().send(ctx) {
                    Sent::All => self.next_slice(ctx),
                    Sent::Blocks => return Ok(()),
                    Sent::Threw => self.transaction_failed(ctx),
                },
                Thread::Initializing | Thread::Ending { .. } => {
                    let Some(remedy) = self.outlet().take_remedy() else { return Ok(()) };
                    self.transaction_call_returned(remedy, ctx);
                }
                Thread::ClosingProducer => {
                    if !self.outlet().is_closed() {
                        return Ok(());
                    }
                    self.producer_closed(now);
                }
                Thread::WithoutProducer { .. } => self.construct_producer(ctx),
                Thread::Flushing { next } => {
                    if !self.outlet().is_settled() {
                        return Ok(());
                    }
                    self.batch_done(next, ctx);
                }
                Thread::AwaitingPool => match self.pool.as_ref().is_none_or(Pool::is_idle) {
                    true => self.batch_done(Next::Poll, ctx),
                    false => return Ok(()),
                },
                Thread::AwaitingDeadLetter { .. } => return Ok(()),
                Thread::Listening { doing, call } => {
                    if !self.listen(doing, call, ctx) {
                        return Ok(());
                    }
                }
                Thread::Polling | Thread::Committing { .. } | Thread::LastCommit | Thread::Closing { .. } => {
                    let Some(returned) = self.consumer.returned(ctx) else { return Ok(()) };
                    self.call_returned(returned, ctx)?;
                }
                Thread::AwaitingWorker => unreachable!("only who is told to stop waits for the worker"),
            }
        }
    }

    /// Whether it leaves its loop now. Who has no other means than to call wakeup(), or to look at a flag, comes to that when poll()
    /// has returned or thrown.
    fn stops_now(&self) -> bool {
        self.shutdown && !(matches!(self.thread, Thread::Polling) && self.spec.stop_by != StopBy::WakeupInPoll)
    }

    fn call_returned(&mut self, returned: Returned, ctx: &mut Context<'_>) -> Result<(), End> {
        match (self.thread, returned) {
            (Thread::Polling, Returned::Records) => {
                self.consumer.take_records(self.batch.records());
                self.back_off(ctx);
                match self.batch.is_done() {
                    true => self.poll(ctx),
                    false => self.begin_batch(ctx),
                }
            }
            (Thread::Polling, Returned::NoRecords) => self.commit_what_is_done(ctx),
            (Thread::Polling, Returned::Threw(Exception::Wakeup)) => self.thread = Thread::Pausing { until: ctx.now() },
            (Thread::Polling, Returned::Threw(error)) => self.threw(error, ctx),
            (Thread::Polling, Returned::CallsBack) => self.called_by(SuspendedCall::Poll),
            (Thread::Closing { restart_after }, Returned::CallsBack) => {
                self.called_by(SuspendedCall::Close { restart_after });
            }
            (Thread::Committing { next }, Returned::Committed(result)) => self.committed(result, next, ctx),
            // Whatever comes of it: close() follows in a `finally`.
            (Thread::LastCommit, Returned::Committed(_)) => self.close(None, ctx.now()),
            // Whoever was told to stop meanwhile is not started again.
            (Thread::Closing { restart_after: Some(restart_after) }, Returned::Closed) if !self.shutdown => {
                return Err(End::Crashed { restart_after });
            }
            (Thread::Closing { .. }, Returned::Closed) => return Err(End::Exited),
            (thread, returned) => unreachable!("{returned:?} while {thread:?}"),
        }
        Ok(())
    }

    /// Makes the calls whose time has come, and polls if none of them waits. Who looks at a flag first, and is to stop, does not
    /// (`while (!closed.get())`).
    fn poll(&mut self, ctx: &mut Context<'_>) {
        if self.shutdown && self.spec.stop_by != StopBy::WakeupInPoll {
            self.thread = Thread::Pausing { until: ctx.now() };
            return;
        }
        self.run_callbacks(ctx);
        let steps = self.spec.steps.clone();
        while let Some(step) = steps.get(self.steps_done).filter(|step| step.at <= ctx.now()) {
            self.steps_done += 1;
            match &step.call {
                StepCall::Seek(tp, offset) => self.consumer.seek(*tp, *offset, ctx),
                StepCall::SeekTo(partitions, to) => partitions.iter().for_each(|tp| self.consumer.seek_to(*tp, *to)),
                StepCall::Pause(partitions) => {
                    partitions.iter().for_each(|tp| self.consumer.set_paused(*tp, true, ctx))
                }
                StepCall::Resume(partitions) => {
                    partitions.iter().for_each(|tp| self.consumer.set_paused(*tp, false, ctx));
                }
                StepCall::CommitAsync => self.consumer.commit_async(ctx),
                StepCall::CommitSync => return self.commit_sync(Next::Poll, ctx.now()),
            }
        }
        self.hold_back(ctx);
        let due = self.resume_what_is_due(ctx);
        self.consumer.poll(self.spec.poll_timeout.min(due.saturating_sub(ctx.now())), ctx.now());
        self.thread = Thread::Polling;
    }

    /// Who reads a retry topic pauses a partition whose next record is not due, and goes back to that record
    /// (`KafkaBackoffException` of Spring for Apache Kafka). The member stays in its group: it goes on polling.
    fn back_off(&mut self, ctx: &mut Context<'_>) {
        if !self.spec.backs_off {
            return;
        }
        let now = ctx.now();
        let mut until: Vec<Nanos> = Vec::new();
        let held = self.batch.hold_back(|work| {
            let due = ctx.outside().headers(work.id()).and_then(|headers| headers.backoff_until);
            until.extend(due.filter(|due| *due > now));
            due.is_some_and(|due| due > now)
        });
        for ((tp, offset), due) in held.into_iter().zip(until) {
            self.consumer.seek(tp, offset, ctx);
            self.consumer.set_paused(tp, true, ctx);
            self.backing_off.insert(tp, due);
        }
    }
    /// Resumes the partitions whose next record is due; when the next one is.
    fn resume_what_is_due(&mut self, ctx: &mut Context<'_>) -> Nanos {
        let now = ctx.now();
        let due: Vec<Tp> = self.backing_off.iter().filter(|(_, due)| **due <= now).map(|(tp, _)| *tp).collect();
        for tp in due {
            self.backing_off.remove(&tp);
            self.consumer.set_paused(tp, false, ctx);
        }
        self.backing_off.values().copied().min().unwrap_or(Nanos::MAX)
    }

    /// poll() or commitSync() threw. Most programs catch nothing there but what may pass: the exception leaves the loop, and
    /// the `finally` behind it closes the consumer.
    fn threw(&mut self, error: Exception, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let fatal = self.spec.on_fatal == FatalPolicy::Exit && !error.is_retriable();
        ctx.record(Fact::ClientError { node, error, fatal });
        self.shutdown |= fatal;
        self.thread = Thread::Pausing { until: ctx.now().saturating_add(ERROR_PAUSE) };
    }

    fn begin_batch(&mut self, ctx: &mut Context<'_>) {
        if self.spec.commit == CommitMode::SyncBeforeProcessing {
            self.commit_sync(Next::Process, ctx.now());
        } else {
            self.begin_processing(ctx);
        }
    }
    /// What is sent for the records of one poll() is one transaction, if the producer makes transactions.
    fn begin_processing(&mut self, ctx: &mut Context<'_>) {
        if let Some(outlet) = self.outlet.as_mut().filter(|outlet| outlet.is_transactional())
            && !outlet.begin(ctx)
        {
            return self.transaction_failed(ctx);
        }
        self.next_slice(ctx);
    }

    fn commit_sync(&mut self, next: Next, now: Nanos) {
        self.consumer.commit_sync(now);
        self.thread = Thread::Committing { next };
    }

    /// Begins the next slice, or ends the batch: by handing it over, if the application has a worker.
    fn next_slice(&mut self, ctx: &mut Context<'_>) {
        if let Some(pool) = &mut self.pool {
            let since = |tp| self.consumer.assigned_since(tp);
            pool.hand_over(&mut self.batch, since, &self.per_record, ctx);
            return match self.spec.thread {
                ProcessingThread::Worker => self.batch_done(Next::Poll, ctx),
                ProcessingThread::Poll => self.thread = Thread::AwaitingPool,
            };
        }
        if self.spec.thread == ProcessingThread::Worker {
            self.worker.hand_over(&mut self.batch, &self.per_record, ctx);
            return self.batch_done(Next::Poll, ctx);
        }
        let slice = match &self.sink {
            Some(sink) => sink.next_slice(&self.batch, &self.per_record, ctx),
            None => self.batch.next_slice(&self.per_record, ctx),
        };
        match slice {
            Some(slice) => self.thread = Thread::Processing { slice, until: ctx.now().saturating_add(slice.takes) },
            None => self.batch_done(Next::Poll, ctx),
        }
    }

    /// A slice is done, or its record cannot be processed.
    fn slice_done(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        self.consumer.between_records(ctx);
        if slice.fails {
            return self.record_failed(slice, ctx);
        }
        self.done_with(slice, ctx);
        if let Some(sink) = &self.sink
            && !sink.take(self.batch.current(), ctx)
        {
            self.batch.finish(slice, |_| {});
            self.next_slice(ctx);
            return Ok(());
        }
        if let Some(OutletPurpose::Transform(_)) = self.purpose()
            && let Some(outlet) = &mut self.outlet
        {
            self.batch.finish_each(slice, |work| outlet.offer(work));
            self.thread = Thread::Sending;
        } else {
            finish(&mut self.batch, slice, ctx);
            self.next_slice(ctx);
        }
        Ok(())
    }

    /// Nothing waits for the records of a slice any more, and what waits in a retry topic is overtaken by them.
    fn done_with(&self, slice: Slice, ctx: &mut Context<'_>) {
        if ctx.outside().anything_waits() {
            let group = self.spec.consumer.group;
            self.batch.works(slice).for_each(|work| {
                ctx.outside().waits_no_longer(work.id());
                overtakes(work, group, ctx);
            });
        }
    }

    /// The record at hand could not be processed.
    fn record_failed(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        let attempts = self.attempts.failed(self.batch.current());
        let what_next = self.spec.on_poison.after_failure(attempts);
        let to_a_topic =
            matches!(self.purpose(), Some(OutletPurpose::DeadLetters(_) | OutletPurpose::RetryTopic { .. }));
        if to_a_topic && matches!(what_next, AfterFailure::GiveUp(GivingUp::DeadLetter | GivingUp::RetryTopic)) {
            self.put_aside(slice, attempts, ctx);
            return Ok(());
        }
        failed(&self.batch, what_next, ctx);
        match what_next {
            AfterFailure::GiveUp(GivingUp::Crash { restart_after }) => return Err(End::Crashed { restart_after }),
            AfterFailure::GiveUp(GivingUp::Close { restart_after }) => {
                self.close(Some(restart_after), ctx.now());
                return Ok(());
            }
            AfterFailure::Again { pause } => {
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(pause)), ctx);
                return Ok(());
            }
            AfterFailure::GiveUp(GivingUp::Skip | GivingUp::DeadLetter | GivingUp::RetryTopic) => {}
        }
        self.done_with(slice, ctx);
        self.batch.finish(slice, |_| {});
        self.next_slice(ctx);
        Ok(())
    }

    /// Sends the record at hand where those go that cannot be processed.
    fn put_aside(&mut self, slice: Slice, attempts: u32, ctx: &mut Context<'_>) {
        let work = self.batch.current_work();
        record_failed(work.record, false, ctx);
        let headers = self.headers(work, attempts, ctx);
        let outlet = self.outlet();
        outlet.put_aside(work, headers);
        outlet.flush();
        outlet.send(ctx);
        self.thread = Thread::AwaitingDeadLetter { slice };
    }

    /// What the copy of a record says of it. Where the record comes from a retry topic, it says what that one said, and what is new.
    fn headers(&self, work: Work, attempts: u32, ctx: &mut Context<'_>) -> PutAside {
        let own = PutAside {
            original: work.record.tp,
            offset: work.record.offset,
            timestamp: work.timestamp,
            group: self.spec.consumer.group,
            attempts: 0,
            reason: if work.poison { FailureReason::Unprocessable } else { FailureReason::ServiceDown },
            backoff_until: None,
        };
        let known = ctx.outside().headers(work.id()).copied();
        let before = known.filter(|_| self.spec.backs_off).unwrap_or(own);
        let backoff_until = match self.purpose() {
            Some(OutletPurpose::RetryTopic { delay }) => Some(ctx.now().saturating_add(delay)),
            _ => before.backoff_until.map(|_| ctx.now()),
        };
        PutAside { attempts: before.attempts.saturating_add(attempts), reason: own.reason, backoff_until, ..before }
    }
    /// A record was put aside, and that is acknowledged.
    fn is_aside(&self, ctx: &mut Context<'_>) {
        let work = self.batch.current_work();
        let to = match self.purpose() {
            Some(OutletPurpose::RetryTopic { .. }) => Aside::RetryTopic,
            _ => Aside::DeadLetterTopic,
        };
        given_up(work.record, to, ctx);
        match to {
            Aside::RetryTopic if self.spec.backs_off => {}
            Aside::RetryTopic => {
                let Stretch { tp, offset, .. } = work.record;
                ctx.outside().waits((self.spec.consumer.group, tp, work.key), work.id(), offset);
            }
            _ => {
                ctx.outside().waits_no_longer(work.id());
                overtakes(work, self.spec.consumer.group, ctx);
            }
        }
    }

    /// What came of records that were sent, if anything did.
    fn sent(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        let Some(outlet) = &mut self.outlet else { return Ok(()) };
        let mut processed = Processed::default();
        let mut failed: Vec<Work> = Vec::new();
        outlet.results(|work, result| match result {
            Ok(()) => processed.add(work.record, ctx),
            Err(_) => failed.push(work),
        });
        let any = !processed.is_empty();
        if any && matches!(self.thread, Thread::AwaitingDeadLetter { .. }) {
            self.is_aside(ctx);
        }
        processed.tell(ctx);
        match (self.thread, self.purpose()) {
            (Thread::AwaitingDeadLetter { slice }, Some(OutletPurpose::DeadLetters(DeadLetterFailure::Log)))
                if !failed.is_empty() =>
            {
                failed.iter().for_each(|work| record_failed(work.record, true, ctx));
                self.batch.finish(slice, |_| {});
                self.next_slice(ctx);
            }
            (
                Thread::AwaitingDeadLetter { .. },
                Some(OutletPurpose::DeadLetters(DeadLetterFailure::Crash { restart_after })),
            ) if !failed.is_empty() => return Err(End::Crashed { restart_after }),
            (Thread::AwaitingDeadLetter { .. }, _) if !failed.is_empty() => {
                // The record is tried again, as if it had not been polled.
                self.rewind(ctx);
                self.batch_done(Next::Pause(ctx.now().saturating_add(ERROR_PAUSE)), ctx);
            }
            (Thread::AwaitingDeadLetter { slice }, _) if any => {
                self.batch.finish(slice, |_| {});
                self.next_slice(ctx);
            }
            // An acknowledgement may make room for a dead letter that waits in send().
            (Thread::AwaitingDeadLetter { .. }, _) => {
                self.outlet().send(ctx);
            }
            // What fails in a transaction fails the transaction, of which the next call tells.
            (_, Some(OutletPurpose::Transform(_))) if self.outlet().is_transactional() => {}
            (_, Some(OutletPurpose::Transform(FailurePolicy::Crash { restart_after }))) if !failed.is_empty() => {
                return Err(End::Crashed { restart_after });
            }
            _ => failed.iter().for_each(|work| record_failed(work.record, true, ctx)),
        }
        Ok(())
    }
    fn purpose(&self) -> Option<OutletPurpose> {
        self.spec.outlet.as_ref().map(|outlet| outlet.purpose)
    }
    /// # Panics
    /// If it sends nothing.
    fn outlet(&mut self) -> &mut Outlet {
        self.outlet.as_mut().expect("only who has a producer sends")
    }

    /// seek() to the first record that is not done, in every partition that has one.
    fn rewind(&mut self, ctx: &mut Context<'_>) {
        let back: Vec<(Tp, Offset)> = self.batch.unprocessed().collect();
        back.into_iter().for_each(|(tp, offset)| self.consumer.seek(tp, offset, ctx));
    }

    /// The batch is over: what was sent for it is flushed, or its transaction ended; then commit as the application does, then
    /// go on.
    fn batch_done(&mut self, next: Next, ctx: &mut Context<'_>) {
        if self.outlet.as_ref().is_some_and(Outlet::in_transaction) {
            return self.end_transaction(next, ctx);
        }
        if let Some(outlet) = &mut self.outlet
            && !outlet.is_settled()
        {
            outlet.flush();
            self.thread = Thread::Flushing { next };
            return;
        }
        self.batch.clear();
        if self.commits_what_is_done() && next == Next::Poll {
            return self.commit_what_is_done(ctx);
        }
        match self.spec.commit {
            CommitMode::SyncAfterBatch => return self.commit_sync(next, ctx.now()),
            CommitMode::AsyncAfterBatch => self.commit_async(ctx),
            CommitMode::Auto | CommitMode::SyncBeforeProcessing | CommitMode::InTransaction | CommitMode::Never => {}
        }
        self.go_on(next, ctx);
    }

    /// Whether its commits name offsets.
    fn commits_what_is_done(&self) -> bool {
        self.spec.pool.is_some_and(|pool| pool.commit != CommitOffsets::Positions)
    }
    /// Commits what the threads have done, if they have done something since, and polls.
    fn commit_what_is_done(&mut self, ctx: &mut Context<'_>) {
        let offsets = self.take_what_is_done();
        match self.spec.commit {
            _ if offsets.is_empty() => self.poll(ctx),
            CommitMode::AsyncAfterBatch => {
                self.consumer.commit_async_of(&offsets, ctx);
                self.poll(ctx);
            }
            _ => {
                self.consumer.commit_sync_of(&offsets, ctx.now());
                self.thread = Thread::Committing { next: Next::Poll };
            }
        }
    }
    fn take_what_is_done(&mut self) -> Vec<(Tp, Offset)> {
        let since = |tp| self.consumer.assigned_since(tp);
        self.pool.as_mut().map(|pool| pool.take_commit(since)).unwrap_or_default()
    }

    fn go_on(&mut self, next: Next, ctx: &mut Context<'_>) {
        match next {
            Next::Process => self.begin_processing(ctx),
            Next::Poll => self.poll(ctx),
            Next::Pause(until) => self.thread = Thread::Pausing { until },
        }
    }

    /// commitSync() returned or threw. An application that commits first does not process what it
    /// could not commit: it goes back and polls again. A commit that is refused, for the member has been thrown out or the group
    /// rebalances, is logged; poll() then finds out what became of the partitions. What else will not pass leaves the loop.
    fn committed(&mut self, result: Result<(), Exception>, next: Next, ctx: &mut Context<'_>) {
        if let Err(error) = result
            && self.spec.on_fatal == FatalPolicy::Exit
            && error.ends_loop()
        {
            return self.threw(error, ctx);
        }
        if next == Next::Process && result.is_err() {
            self.rewind(ctx);
            self.batch.clear();
            return self.go_on(Next::Poll, ctx);
        }
        self.go_on(next, ctx);
    }

    /// Ends the application's use of its consumer. What is committed is everything that poll() returned; that is done by now.
    fn begin_end(&mut self, now: Nanos) {
        if self.commits_what_is_done() {
            let offsets = self.take_what_is_done();
            self.consumer.commit_sync_of(&offsets, now);
            self.thread = Thread::LastCommit;
        } else if self.spec.commit == CommitMode::AsyncAfterBatch {
            self.consumer.commit_sync(now);
            self.thread = Thread::LastCommit;
        } else {
            self.close(None, now);
        }
    }
    /// In a `finally`; `restart_after`: behind an exception.
    fn close(&mut self, restart_after: Option<Nanos>, now: Nanos) {
        self.consumer.close(now);
        self.thread = Thread::Closing { restart_after };
    }
}
