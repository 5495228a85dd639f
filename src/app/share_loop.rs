//! An application that reads as a member of a share group: poll, process, acknowledge, for ever
//! (the loops in the documentation of `KafkaShareConsumer.java`).

use std::rc::Rc;

use super::batch::{Batch, Slice, Stretch};
use super::end::End;
use super::life::{ApplicationLife, Woken};
use super::processing::{finish, record_failed};
use super::sink::{Sink, SinkOutcome};
use super::spec::{FatalPolicy, ShareCommit, ShareLoopSpec, SharePoison};
use super::timers::LoopTimer;
use crate::client::alarm::{Alarm, soonest};
use crate::client::share_consumer::{KafkaShareConsumer, ShareConsumerDescription, ShareReturned};
use crate::history::fact::Fact;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Offset, Tp};
use crate::protocol::messages::AcknowledgeType;
use crate::protocol::rules::Rules;
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// `poll(Duration.ofMillis(100))`: what `KafkaShareConsumer`'s documentation passes.
const POLL_TIMEOUT: Nanos = Nanos::from_millis(100);
/// An application that goes on after poll() threw logs it, waits this long and polls again.
const ERROR_PAUSE: Nanos = Nanos::from_millis(1_000);

/// The record at which work was broken off to renew the locks, and how much of it is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Unfinished {
    tp: Tp,
    offset: Offset,
    rest: Nanos,
}

/// Where the application thread is.
#[derive(Clone, Copy, Debug)]
enum Thread {
    /// In poll().
    Polling,
    /// Working on a slice of what poll() returned.
    Processing {
        /// Which; it fails or not.
        slice: Slice,
        /// When work on it began, or was taken up again.
        until: Nanos,
    },
    /// In commitSync().
    Committing,
    /// Waiting to poll again.
    Pausing {
        /// Until then.
        until: Nanos,
    },
    /// In close().
    Closing,
}

impl Thread {
    /// The consumer's method in which it is, if in any.
    fn call(self) -> Option<&'static str> {
        match self {
            Thread::Polling => Some("poll"),
            Thread::Committing => Some("commitSync"),
            Thread::Closing => Some("close"),
            Thread::Processing { .. } | Thread::Pausing { .. } => None,
        }
    }
}

/// An application that reads as a member of a share group, through all its lives.
#[derive(Clone, Debug)]
pub struct ShareLoop {
    spec: Rc<ShareLoopSpec>,
    catalog: Rc<Catalog>,
    rules: Rules,
    life: ApplicationLife<Box<Memory>>,
}

/// What dies with the process.
#[derive(Clone, Debug)]
struct Memory {
    spec: Rc<ShareLoopSpec>,
    per_record: Sampler,
    consumer: KafkaShareConsumer,
    batch: Batch,
    thread: Thread,
    sink: Option<Sink>,
    /// When the locks of what poll() has returned were given, or renewed.
    locked_since: Nanos,
    unfinished: Option<Unfinished>,
    /// Told to stop.
    shutdown: bool,
    application_alarm: Alarm,
}

impl ShareLoop {
    /// Not started.
    pub fn new(spec: ShareLoopSpec, catalog: Rc<Catalog>, rules: Rules) -> ShareLoop {
        ShareLoop { spec: Rc::new(spec), catalog, rules, life: ApplicationLife::Down }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        if matches!(input, Input::Interrupted | Input::RunEnd) {
            return;
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
        let consumer = Rc::new(self.spec.consumer.clone());
        let consumer = KafkaShareConsumer::new(consumer, self.catalog.clone(), self.rules, ctx);
        let mut process = Box::new(Memory::new(self.spec.clone(), consumer, ctx));
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
        self.life.die();
    }
    /// # Panics
    /// If what it and its consumer know contradicts itself.
    pub fn check_invariants(&self) {
        let Some(memory) = self.life.up() else { return };
        memory.consumer.check_invariants();
        memory.batch.check_invariants();
        assert_eq!(memory.consumer.called(), memory.thread.call(), "a thread is in the call that it has made");
    }
    /// Membership, assignment, and what it holds; `None` if the process does not run.
    pub fn describe(&self) -> Option<ShareConsumerDescription> {
        Some(self.life.up()?.consumer.describe())
    }
}

impl Memory {
    /// A process that has just started: it polls for the first time.
    fn new(spec: Rc<ShareLoopSpec>, mut consumer: KafkaShareConsumer, ctx: &mut Context<'_>) -> Memory {
        consumer.poll(POLL_TIMEOUT, ctx.now());
        Memory {
            per_record: spec.per_record.compile(),
            consumer,
            batch: Batch::default(),
            thread: Thread::Polling,
            sink: spec.sink.as_ref().map(Sink::new),
            locked_since: ctx.now(),
            unfinished: None,
            shutdown: false,
            application_alarm: Alarm::new(LoopTimer::Application),
            spec,
        }
    }

    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Result<(), End> {
        match input {
            Input::Shutdown => self.shutdown = true,
            Input::Timer(timer) => match LoopTimer::from(timer) {
                LoopTimer::Application => self.application_alarm.rang(),
                LoopTimer::Consumer(timer) => self.consumer.on_timer(timer, ctx),
                LoopTimer::Start | LoopTimer::Worker => unreachable!("it has begun, and has no worker"),
            },
            other => self.consumer.accept(other, ctx),
        }
        self.consumer.expire(ctx);
        self.advance(ctx)
    }

    /// Runs everything that can run now, and sets the timers for the rest.
    fn advance(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        loop {
            self.consumer.work(ctx);
            self.run(ctx)?;
            if !self.consumer.has_work() {
                break;
            }
        }
        let now = ctx.now();
        let own = match self.thread {
            Thread::Processing { until, .. } | Thread::Pausing { until } => soonest(now, &[until]),
            Thread::Polling | Thread::Committing | Thread::Closing => Nanos::MAX,
        };
        self.application_alarm.by(own.min(self.consumer.due(now)), ctx);
        self.consumer.rest(ctx);
        Ok(())
    }

    /// Runs the thread until it waits for something.
    fn run(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        loop {
            match self.thread {
                Thread::Polling | Thread::Pausing { .. } if self.shutdown => {
                    self.consumer.wakeup();
                    self.consumer.close(ctx.now());
                    self.thread = Thread::Closing;
                }
                Thread::Processing { until, .. } | Thread::Pausing { until } if ctx.now() < until => return Ok(()),
                Thread::Processing { slice, .. } => self.worked(slice, ctx)?,
                Thread::Pausing { .. } => self.poll(ctx),
                Thread::Polling | Thread::Committing | Thread::Closing => {
                    let Some(returned) = self.consumer.returned(ctx) else { return Ok(()) };
                    self.call_returned(returned, ctx)?;
                }
            }
        }
    }
    fn call_returned(&mut self, returned: ShareReturned, ctx: &mut Context<'_>) -> Result<(), End> {
        match (self.thread, returned) {
            (Thread::Polling, ShareReturned::Records) => {
                self.consumer.take_records(self.batch.records(), ctx);
                self.locked_since = ctx.now();
                self.next_slice(ctx);
            }
            (Thread::Polling, ShareReturned::NoRecords) => self.poll(ctx),
            (Thread::Polling, ShareReturned::Threw(error)) => self.poll_threw(error, ctx),
            // What came of each partition was told; records whose acknowledgement has failed come again, to whomever.
            (Thread::Committing, ShareReturned::Committed(_)) => self.poll(ctx),
            (Thread::Closing, ShareReturned::Closed) => return Err(End::Exited),
            (thread, returned) => unreachable!("{returned:?} while {thread:?}"),
        }
        Ok(())
    }
    fn poll(&mut self, ctx: &mut Context<'_>) {
        self.consumer.poll(POLL_TIMEOUT, ctx.now());
        self.thread = Thread::Polling;
    }
    /// poll() threw. Most programs catch nothing there but what may pass.
    fn poll_threw(&mut self, error: Exception, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let fatal = self.spec.on_fatal == FatalPolicy::Exit && !error.is_retriable();
        ctx.record(Fact::ClientError { node, error, fatal });
        self.shutdown |= fatal;
        self.thread = Thread::Pausing { until: ctx.now().saturating_add(ERROR_PAUSE) };
    }

    // --- processing --------------------------------------------------------------------------------

    /// When the locks are to be renewed, if they are.
    fn renewal_due(&self) -> Nanos {
        self.spec.renewal.map_or(Nanos::MAX, |renewal| self.locked_since.saturating_add(renewal.every))
    }
    /// Begins the next slice, or ends the batch.
    fn next_slice(&mut self, ctx: &mut Context<'_>) {
        if self.batch.is_done() {
            self.unfinished = None;
            return self.batch_done(ctx);
        }
        if self.renewal_due() <= ctx.now() {
            return self.renew(None, ctx);
        }
        let mut slice = match &self.sink {
            Some(sink) => sink.next_slice(&self.batch, &self.per_record, ctx),
            None if self.spec.renewal.is_some() => self.next_record(ctx),
            None => self.batch.next_slice(&self.per_record, ctx),
        }
        .expect("something is left to do");
        let Stretch { tp, offset, .. } = self.batch.current();
        // A record on which work was broken off, if it is still this member's.
        if let Some(unfinished) = self.unfinished.take()
            && (unfinished.tp, unfinished.offset) == (tp, offset)
        {
            slice.takes = unfinished.rest;
        }
        let until = ctx.now().saturating_add(slice.takes);
        self.thread = Thread::Processing { slice, until: until.min(self.renewal_due()) };
        if self.renewal_due() < until {
            let rest = until.saturating_sub(self.renewal_due());
            self.unfinished = Some(Unfinished { tp, offset, rest });
        }
    }
    /// One record.
    fn next_record(&self, ctx: &mut Context<'_>) -> Option<Slice> {
        let mut slice = self.batch.next_record()?;
        slice.fails |= ctx.service_is_down();
        slice.takes = self.per_record.sample(ctx.random());
        Some(slice)
    }
    /// The time of a slice is over: it is done, or its record cannot be processed, or the locks are to be renewed first.
    fn worked(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        if let Some(unfinished) = self.unfinished {
            self.renew(Some(unfinished), ctx);
            return Ok(());
        }
        if slice.fails {
            return self.record_failed(slice, ctx);
        }
        self.acknowledge(slice, AcknowledgeType::Accept);
        match &self.sink {
            Some(sink) if sink.take(self.batch.current(), ctx) != SinkOutcome::Done => self.batch.finish(slice, |_| {}),
            _ => finish(&mut self.batch, slice, ctx),
        }
        self.next_slice(ctx);
        Ok(())
    }
    fn acknowledge(&mut self, slice: Slice, kind: AcknowledgeType) {
        if self.spec.is_explicit() {
            for record in self.batch.works(slice).map(|work| work.record) {
                self.consumer.acknowledge(record.tp, record.offset, kind);
            }
        }
    }
    /// The record at hand could not be processed.
    fn record_failed(&mut self, slice: Slice, ctx: &mut Context<'_>) -> Result<(), End> {
        let policy = self.spec.on_poison;
        record_failed(self.batch.current(), matches!(policy, SharePoison::Reject | SharePoison::Skip), ctx);
        let kind = match policy {
            SharePoison::Crash { restart_after } => return Err(End::Crashed { restart_after }),
            SharePoison::Release => AcknowledgeType::Release,
            SharePoison::Reject => AcknowledgeType::Reject,
            SharePoison::Skip => AcknowledgeType::Accept,
        };
        self.acknowledge(slice, kind);
        self.batch.finish(slice, |_| {});
        self.next_slice(ctx);
        Ok(())
    }
    /// RENEW of everything that is not done; the next poll() returns what is renewed, and nothing else.
    fn renew(&mut self, unfinished: Option<Unfinished>, ctx: &mut Context<'_>) {
        self.unfinished = unfinished;
        for record in self.batch.take_all().into_iter().map(|work| work.record) {
            self.consumer.acknowledge(record.tp, record.offset, AcknowledgeType::Renew);
        }
        self.consumer.commit_sync(ctx.now());
        self.thread = Thread::Committing;
    }
    /// The batch is over: commit as the application does, then go on.
    fn batch_done(&mut self, ctx: &mut Context<'_>) {
        self.batch.clear();
        match self.spec.commit {
            ShareCommit::Sync => {
                self.consumer.commit_sync(ctx.now());
                self.thread = Thread::Committing;
            }
            ShareCommit::Async => {
                self.consumer.commit_async(ctx);
                self.poll(ctx);
            }
            ShareCommit::WithPoll => self.poll(ctx),
        }
    }
}
