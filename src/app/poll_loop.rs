//! An application that reads: poll, process, commit, for ever
//! (the loop in the documentation of `KafkaConsumer.java`).
//!
//! The thread that polls is the consumer's; a [`Worker`] may process beside it. Here is how that thread goes on; what wakes it is in
//! `polling`, what it does with a batch in `batches` and, where records cannot be processed, in `failures`; how a batch and the loop
//! end is in `ending`.

mod batches;
mod callbacks;
mod ending;
mod failures;
mod listener;
mod polling;
mod queue;
mod thread;
mod threads;
mod transactions;

use std::rc::Rc;

use litemap::LiteMap;

use self::thread::{Next, Thread};
use super::async_commits::AsyncCommits;
use super::attempts::FailedAttempts;
use super::batch::Batch;
use super::end::End;
use super::life::{ApplicationLife, Woken};
use super::listening::Listening;
use super::outlet::{Construction, Outlet, Sent};
use super::pool::Pool;

use super::sends::SentRecords;
use super::sink::Sink;
use super::spec::{LoopSpec, OutletPurpose, OutletSpec, StopBy};
use super::timers::LoopTimer;
use super::worker::Worker;
use crate::client::alarm::{Alarm, soonest};
use crate::client::consumer::{ConsumerDescription, ConsumerSpec, KafkaConsumer};
use crate::client::producer::{Operation, key_partitions};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::Tp;
use crate::protocol::rules::Rules;
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// An application that goes on after poll() threw logs it, waits this long and polls again.
const ERROR_PAUSE: Nanos = Nanos::from_millis(1_000);

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
            sink: spec.sink.as_ref().map(|sink| Sink::new(sink).committing(spec.commit, spec.consumer.group)),
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
            self.threads_work(ctx)?;
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
                Thread::Polling
                | Thread::Committing { .. }
                | Thread::LastCommit
                | Thread::Unsubscribing
                | Thread::Closing { .. } => {
                    let Some(returned) = self.consumer.returned(ctx) else { return Ok(()) };
                    self.call_returned(returned, ctx)?;
                }
                Thread::AwaitingWorker => unreachable!("only who is told to stop waits for the worker"),
            }
        }
    }

    fn purpose(&self) -> Option<OutletPurpose> {
        self.spec.outlet.as_ref().map(|outlet| outlet.purpose)
    }
    /// # Panics
    /// If it sends nothing.
    fn outlet(&mut self) -> &mut Outlet {
        self.outlet.as_mut().expect("only who has a producer sends")
    }
}
