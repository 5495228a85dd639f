//! An application that sends records as they come.
//!
//! What survives the process is here ([`Source`]): the workload belongs to the world outside. While `send()` blocks
//! nothing comes after it: records that fall due are sent, late, once it returns. A call that still blocks when the
//! run ends has sent nothing and is no record of the run's.

pub mod arrivals;
pub mod keys;
mod resends;
mod rows;
#[cfg(test)]
mod tests;
mod transacting;
pub mod workload;

use std::rc::Rc;

use self::resends::Resends;
use self::rows::Rows;
use self::transacting::{Quiet, Step, Transacting};
use self::workload::{Ahead, NewRecord, Workload};
use super::life::ApplicationLife;
use super::sends::SentRecords;
use super::spec::{SourceFailure, SourceSpec};
use super::timers::SourceTimer;
use crate::client::producer::{KafkaProducer, RecordPlace, SendResult, key_partitions};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// How many records are foreseen at most: an event each that many is cheap, a list of all is not.
const LOOK_AHEAD: usize = 128;

/// What the application is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum SourcePhase {
    /// Sends its workload.
    Sending,
    /// Sends no more, but what it has.
    Draining,
    /// As draining; then the process ends.
    Closing,
}

/// An application that sends, through all its lives.
#[derive(Clone, Debug)]
pub struct Source {
    spec: SourceSpec,
    catalog: Rc<Catalog>,
    rules: Rules,
    key_partitions: Rc<[u32]>,
    /// Made at the first start, from the node's random stream.
    workload: Option<Workload>,
    sends: SentRecords,
    /// The database that it writes to as well, if it does.
    rows: Option<Rows>,
    phase: SourcePhase,
    /// The faults are over: whoever starts now has nothing to send.
    drained: bool,
    life: ApplicationLife<Memory>,
    /// When the arrival timer goes off.
    arrival_armed: Nanos,
}

/// What dies with the process.
#[derive(Clone, Debug)]
struct Memory {
    producer: KafkaProducer,
    /// What is sent again, if the application does that.
    resends: Option<Resends>,
    /// Where its thread is, if it sends in transactions.
    transacting: Option<Transacting>,
    /// Records before this time join a batch and do nothing else.
    quiet_until: Nanos,
}

impl Source {
    /// Not started.
    pub fn new(spec: SourceSpec, catalog: Rc<Catalog>, rules: Rules) -> Source {
        let partitions = catalog.topics[spec.producer.topic.index()].partitions;
        Source {
            key_partitions: key_partitions(&spec.producer, spec.key_count(), &catalog),
            workload: None,
            sends: SentRecords::new(partitions),
            rows: spec.rows.as_ref().map(Rows::new),
            phase: SourcePhase::Sending,
            drained: false,
            life: ApplicationLife::Down,
            arrival_armed: Nanos::MAX,
            spec,
            catalog,
            rules,
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        self.sends.report_lost(ctx);
        if let Some(rows) = &mut self.rows {
            rows.report_forgotten(ctx);
        }
        self.catch_up(ctx);
        match input {
            Input::Timer(timer) => match SourceTimer::from(timer) {
                SourceTimer::Arrival => self.on_arrival(ctx),
                SourceTimer::Producer(timer) => {
                    if let ApplicationLife::Up(memory) = &mut self.life
                        && memory.producer.on_timer(timer, ctx)
                    {
                        self.turn(true, ctx);
                    }
                }
            },
            Input::Start => self.start(ctx),
            Input::Drain => {
                self.drained = true;
                self.stop_sending(SourcePhase::Draining, ctx);
            }
            Input::Shutdown => self.stop_sending(SourcePhase::Closing, ctx),
            Input::RunEnd => {
                if let ApplicationLife::Up(memory) = &self.life {
                    memory.producer.report_pending(ctx);
                }
            }
            Input::Interrupted => {
                if let ApplicationLife::Up(memory) = &mut self.life {
                    memory.foresee_nothing();
                    self.arm_arrival_of_each(ctx);
                }
            }
            other => {
                if let ApplicationLife::Up(memory) = &mut self.life
                    && memory.producer.accept(other, ctx)
                {
                    self.turn(true, ctx);
                }
            }
        }
    }

    /// Whether a send() blocks, or has returned and has no outcome yet.
    pub fn has_open_sends(&self) -> bool {
        let resends = |memory: &Memory| memory.resends.as_ref().is_some_and(Resends::has_some);
        let transacting = |memory: &Memory| memory.transacting.as_ref().is_some_and(Transacting::is_busy);
        let rows = self.rows.as_ref().is_some_and(Rows::has_open);
        self.life
            .up()
            .is_some_and(|memory| memory.producer.has_open_sends() || resends(memory) || transacting(memory) || rows)
    }

    /// # Panics
    /// If what it and its producer know contradicts itself. `turn`: what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        if let ApplicationLife::Up(memory) = &self.life {
            memory.producer.check_invariants(turn);
            self.sends.check_invariants(&memory.producer, turn);
            if let Some(transacting) = &memory.transacting {
                transacting.check_invariants(&memory.producer);
            }
            if let Some(rows) = &self.rows {
                rows.check_invariants(&memory.producer);
            }
        }
    }
    /// The process is gone; nothing it had in memory survives. Its records are told of as pending
    /// with the next input.
    pub fn process_died(&mut self) {
        let Some(Memory { producer, .. }) = self.life.die() else { return };
        self.sends.producer_died(&producer);
        if let Some(rows) = &mut self.rows {
            rows.process_died(&producer);
        }
        self.arrival_armed = Nanos::MAX;
    }
    /// Most records join a batch and do nothing else. They have no event of their own; their batch gets
    /// them before anything else happens to the process.
    #[inline]
    fn catch_up(&mut self, ctx: &mut Context<'_>) {
        if let (SourcePhase::Sending, ApplicationLife::Up(memory), Some(workload)) =
            (self.phase, &mut self.life, &mut self.workload)
        {
            memory.catch_up(workload, self.sends.ordinals(), ctx.now());
        }
    }

    fn start(&mut self, ctx: &mut Context<'_>) {
        self.arrival_armed = Nanos::MAX;
        if self.drained {
            return;
        }
        // A closed producer that is started again sends again.
        self.phase = SourcePhase::Sending;
        let now = ctx.now();
        match &mut self.workload {
            Some(workload) => workload.skip_to(now),
            // The application may be there before the cluster: it sends what has come since, late.
            None => {
                let random = Stream::new(ctx.random().next_u64(), "workload");
                self.workload = Some(Workload::new(&self.spec, random));
            }
        }
        if now < self.spec.start {
            self.life = ApplicationLife::Waiting;
            return self.arm_arrival(self.spec.start, ctx);
        }
        self.open(ctx);
    }
    /// The application constructs its producer.
    fn open(&mut self, ctx: &mut Context<'_>) {
        let mut producer = self.new_producer();
        let resends = (self.spec.on_failure == SourceFailure::Resend).then(Resends::default);
        let transaction = self.spec.transaction.as_ref();
        let transacting = transaction.map(|spec| Transacting::begin(spec, &mut producer, ctx));
        self.life = ApplicationLife::Up(Memory { producer, resends, transacting, quiet_until: Nanos::ZERO });
        self.turn(true, ctx);
    }
    fn new_producer(&self) -> KafkaProducer {
        let producer = KafkaProducer::new(&self.spec.producer, &self.catalog, self.rules, self.key_partitions.clone());
        let callbacks = self.rows.is_some() || self.spec.on_failure == SourceFailure::Resend;
        if callbacks { producer.with_callbacks() } else { producer }
    }
    /// The application constructs another producer in place of one that has failed for good.
    fn construct_again(&mut self, ctx: &mut Context<'_>) {
        let mut producer = self.new_producer();
        let (Some(spec), Some(memory)) = (&self.spec.transaction, self.life.up_mut()) else { return };
        self.sends.producer_died(&memory.producer);
        memory.transacting = Some(Transacting::begin(spec, &mut producer, ctx));
        memory.producer = producer;
        self.sends.report_lost(ctx);
    }

    fn on_arrival(&mut self, ctx: &mut Context<'_>) {
        self.arrival_armed = Nanos::MAX;
        match &self.life {
            ApplicationLife::Up(_) => self.turn(false, ctx),
            ApplicationLife::Waiting if self.phase == SourcePhase::Sending => self.open(ctx),
            ApplicationLife::Waiting | ApplicationLife::Down => {}
        }
    }
    fn stop_sending(&mut self, phase: SourcePhase, ctx: &mut Context<'_>) {
        if self.phase != SourcePhase::Closing {
            self.phase = phase;
        }
        match &mut self.life {
            ApplicationLife::Up(memory) => {
                if !memory.producer.is_transactional() {
                    memory.producer.flush();
                }
                // A producer that is being closed takes no more records.
                if let (SourcePhase::Closing, Some(resends)) = (self.phase, &mut memory.resends) {
                    resends.give_up();
                }
                self.turn(true, ctx);
            }
            ApplicationLife::Waiting | ApplicationLife::Down if phase == SourcePhase::Closing => ctx.exit(),
            ApplicationLife::Waiting | ApplicationLife::Down => {}
        }
    }

    /// Lets the application send what is due, then the sender work if `wake` or the application woke
    /// it, and so on while that frees a blocked `send()`.
    fn turn(&mut self, mut wake: bool, ctx: &mut Context<'_>) {
        wake |= self.run(ctx);
        while wake {
            let memory = self.life.up_mut().expect("a turn is a running process's");
            memory.producer.run(ctx);
            let goes_on = memory.producer.can_unblock(ctx.now()) || memory.transacting.is_some();
            wake = goes_on && self.run(ctx);
        }
        self.hear_callbacks(ctx);
        self.arm_next_arrival(ctx);
        self.exit_if_closed(ctx);
    }
    /// What has failed is to be sent again, unless the application is closing its producer.
    fn hear_callbacks(&mut self, ctx: &mut Context<'_>) {
        if let (ApplicationLife::Up(Memory { producer, .. }), Some(rows)) = (&mut self.life, &mut self.rows) {
            rows.hear(producer, ctx);
        }
        if let ApplicationLife::Up(Memory { producer, resends: Some(resends), .. }) = &mut self.life {
            resends.hear(producer, ctx.now());
            if self.phase == SourcePhase::Closing {
                resends.give_up();
            }
        }
    }
    /// Sends the records that are due, until there is none left or `send()` blocks. Returns whether
    /// the sender has something to do.
    fn run(&mut self, ctx: &mut Context<'_>) -> bool {
        if self.rows.is_some() {
            return self.run_rows(ctx);
        }
        if self.spec.transaction.is_some() {
            return self.run_transactions(ctx);
        }
        let ApplicationLife::Up(Memory { producer, resends, .. }) = &mut self.life else { return false };
        let now = ctx.now();
        let mut wake = false;
        if producer.is_blocked() && !producer.can_unblock(now) {
            return false;
        }
        loop {
            let sends = &mut self.sends;
            let sent = if producer.is_blocked() {
                match resends {
                    Some(resends) => resends.unblock(producer, sends, ctx),
                    None => producer.unblock(sends.ordinals(), ctx),
                }
            } else if let Some(sent) = resends.as_mut().and_then(|resends| resends.send(producer, sends, ctx)) {
                sent
            } else {
                let Some(workload) = self.workload.as_mut().filter(|_| self.phase == SourcePhase::Sending) else {
                    break;
                };
                let Some(mut next) = workload.take(now) else { break };
                let named = named(&self.spec, next);
                if let Some(resends) = resends {
                    resends.note(&mut next.record, named);
                }
                producer.send(next.record, named, sends.ordinals(), ctx)
            };
            wake |= sent == SendResult::Wake;
            if producer.is_blocked() {
                break;
            }
        }
        wake
    }
    /// The same of an application that writes rows as well.
    fn run_rows(&mut self, ctx: &mut Context<'_>) -> bool {
        let (Some(memory), Some(rows)) = (self.life.up_mut(), &mut self.rows) else { return false };
        let workload = self.workload.as_mut().filter(|_| self.phase == SourcePhase::Sending);
        let (spec, closing) = (&self.spec, self.phase == SourcePhase::Closing);
        rows.run(workload, |next| named(spec, next), closing, &mut memory.producer, &mut self.sends, ctx)
    }
    /// The same of an application that sends in transactions.
    fn run_transactions(&mut self, ctx: &mut Context<'_>) -> bool {
        let mut wake = false;
        loop {
            let Some(Memory { producer, transacting: Some(transacting), .. }) = self.life.up_mut() else { return wake };
            let sent = if producer.is_blocked() {
                if !producer.can_unblock(ctx.now()) {
                    return wake;
                }
                producer.unblock(self.sends.ordinals(), ctx)
            } else {
                let workload = self.workload.as_mut().filter(|_| self.phase == SourcePhase::Sending);
                let next_at = workload.as_ref().map_or(Nanos::MAX, |workload| workload.next_at());
                match transacting.drive(next_at == Nanos::MAX, self.phase == SourcePhase::Closing, producer, ctx) {
                    Step::Send => {}
                    Step::Wait => return wake,
                    Step::Construct => {
                        self.construct_again(ctx);
                        continue;
                    }
                    Step::Exit => {
                        self.phase = SourcePhase::Closing;
                        return wake;
                    }
                }
                let Some(workload) = workload.filter(|_| next_at <= ctx.now()) else { return wake };
                if !transacting.before_send(|| self.sends.next_transaction(), producer, ctx) {
                    continue;
                }
                let Some(next) = workload.take(ctx.now()) else { return wake };
                transacting.sent();
                producer.send(next.record, named(&self.spec, next), self.sends.ordinals(), ctx)
            };
            wake |= sent == SendResult::Wake;
            if let SendResult::Threw(_) = sent {
                transacting.failed(producer, ctx);
            }
        }
    }
    fn arm_next_arrival(&mut self, ctx: &mut Context<'_>) {
        let (ApplicationLife::Up(memory), Some(workload)) = (&mut self.life, &mut self.workload) else { return };
        let next = if self.phase == SourcePhase::Sending { workload.next_at() } else { Nanos::MAX };
        if let Some(rows) = &self.rows {
            memory.foresee_nothing();
            let due = rows.due(next);
            return self.arm_arrival(due, ctx);
        }
        // The thread is in send().
        if memory.producer.is_blocked() {
            return memory.foresee_nothing();
        }
        if let Some(transacting) = &memory.transacting {
            let due = if self.phase == SourcePhase::Sending && transacting.quiet().is_some() {
                // Armed also where the sender's turn comes first, and not put off: of two processes that do something at
                // the same time the one goes first that has said so first.
                let due = transacting.due();
                memory.foresee(workload, ctx.now()).min(due).min(self.arrival_armed)
            } else {
                let due = transacting.due_with(next);
                memory.foresee_nothing();
                due
            };
            return self.arm_arrival(due, ctx);
        }
        let again = memory.resends.as_ref().map_or(Nanos::MAX, Resends::next_at);
        if self.phase != SourcePhase::Sending {
            memory.foresee_nothing();
            return self.arm_arrival(again, ctx);
        }
        // What is sent again joins the same batches, at times that nobody foresees.
        if memory.resends.is_some() {
            let next = workload.next_at();
            memory.foresee_nothing();
            return self.arm_arrival(next.min(again), ctx);
        }
        let next = memory.foresee(workload, ctx.now());
        // The sender's turn comes first, and looks ahead again.
        let next = if next <= memory.producer.sender_due() { next } else { Nanos::MAX };
        self.arm_arrival(next, ctx);
    }
    /// The next record gets an event, whatever it does. In a call for transactions, or before one, none is sent.
    fn arm_arrival_of_each(&mut self, ctx: &mut Context<'_>) {
        let Some(memory) = self.life.up().filter(|memory| !memory.producer.is_blocked()) else { return };
        if let (SourcePhase::Sending, Some(workload)) = (self.phase, &self.workload) {
            let next = workload.next_at();
            let at = memory.transacting.as_ref().map_or(next, |transacting| transacting.due_with(next));
            self.arm_arrival(at, ctx);
        }
    }
    fn arm_arrival(&mut self, at: Nanos, ctx: &mut Context<'_>) {
        if at != self.arrival_armed && at != Nanos::MAX {
            self.arrival_armed = at;
            ctx.set_timer(SourceTimer::Arrival, at);
        }
    }
    fn exit_if_closed(&mut self, ctx: &mut Context<'_>) {
        let ApplicationLife::Up(Memory { producer, transacting, .. }) = &self.life else { return };
        let busy =
            transacting.as_ref().is_some_and(Transacting::is_busy) || self.rows.as_ref().is_some_and(Rows::is_writing);
        if self.phase == SourcePhase::Closing && !producer.has_open_sends() && !busy {
            self.life.die();
            ctx.exit();
        }
    }
}

/// What the application itself has said of the record.
#[inline]
fn named(spec: &SourceSpec, next: NewRecord) -> RecordPlace {
    let given = next.given.and_then(|number| spec.records.get(number.get() as usize - 1));
    given.map_or_else(RecordPlace::default, |given| RecordPlace {
        partition: given.partition,
        timestamp: given.timestamp,
    })
}

impl Memory {
    /// Looks how far records will join batches quietly; returns when the first comes that may not.
    /// `now`: everything up to here was sent.
    fn foresee(&mut self, workload: &mut Workload, now: Nanos) -> Nanos {
        if self.quiet_until > now && self.producer.is_forecast_valid() {
            return self.quiet_until;
        }
        self.producer.begin_forecast();
        let transaction = self.transacting.as_ref().and_then(Transacting::quiet);
        let most = transaction.map_or(LOOK_AHEAD, |quiet| LOOK_AHEAD.min(quiet.records));
        let mut n = 0;
        let mut last = Nanos::MAX;
        self.quiet_until = loop {
            let Some(next) = workload.look_ahead(n) else {
                // The last record of all ends the transaction.
                break if transaction.is_some() { last } else { Nanos::MAX };
            };
            let foreseen = if n < most && next.new.given.is_none() {
                self.producer.foresee(next.at, next.new.record)
            } else {
                None
            };
            let Some(bytes) = foreseen else { break next.at };
            next.bytes = bytes;
            last = next.at;
            n += 1;
        };
        if let Some(Quiet { until, .. }) = transaction {
            self.quiet_until = self.quiet_until.min(until);
        }
        self.quiet_until
    }
    /// Nothing is foreseen any more: every record needs an event of its own.
    fn foresee_nothing(&mut self) {
        self.quiet_until = Nanos::ZERO;
        self.producer.forget_forecast();
    }
    /// Sends the records before `now` that were foreseen to join batches quietly.
    #[inline]
    fn catch_up(&mut self, workload: &mut Workload, ordinals: &mut [u32], now: Nanos) {
        let until = self.quiet_until.min(now);
        while let Some(Ahead { at, new, bytes }) = workload.take_foreseen(until) {
            self.producer.send_foreseen(at, new.record, bytes, ordinals);
            if let Some(transacting) = &mut self.transacting {
                transacting.sent();
            }
        }
    }
}
