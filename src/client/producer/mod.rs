//! The producer (`clients/.../producer/KafkaProducer.java`, `internals/{Sender,RecordAccumulator,TransactionManager}.java`).
//!
//! One process: the application's thread, which calls `send()` for each record as it comes and
//! blocks where Kafka blocks, and the sender, which turns what has accumulated into requests. What
//! survives the process is here ([`Producer`]); what dies with it is in `process`.
//!
//! Not modelled: transactions, compression, interceptors, explicit partitions,
//! `partitioner.availability.timeout.ms`. While `send()` blocks nothing comes after it: records that
//! fall due are sent, late, once it returns. A call that still blocks when the run ends has sent
//! nothing and is no record of the run's.

mod accumulator;
mod batch;
mod completion;
mod partitioner;
mod process;
mod requests;
mod sender;
#[cfg(test)]
mod tests;
mod transactions;

use std::rc::Rc;

use crate::client::application::ProducerSpec;
use crate::client::application::workload::Workload;
use crate::history::fact::{Fact, StopKind};
use crate::node::{Context, Input, Timer};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::NodeId;
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

use process::{Process, Sent, key_partitions};

/// The next record comes (or the application starts).
const TIMER_ARRIVAL: u8 = 2;
/// The sender's next deadline: linger, backoff, expiry, metadata, a blocked `send()`.
pub(crate) const TIMER_SENDER: u8 = 3;

/// What the application is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Sends its workload.
    Sending,
    /// Sends no more, but what it has.
    Draining,
    /// As draining; then the process ends.
    Closing,
}

/// A producer and the application that sends through it: one process.
#[derive(Clone, Debug)]
pub struct Producer {
    spec: ProducerSpec,
    catalog: Rc<Catalog>,
    rules: Rules,
    key_partitions: Rc<[u32]>,
    /// Made at the first start, from the node's random stream.
    workload: Option<Workload>,
    /// Next ordinal by partition: no two records of a run share one, whatever dies in between.
    ordinals: Vec<u32>,
    phase: Phase,
    /// The faults are over: whoever starts now has nothing to send.
    drained: bool,
    process: Option<Process>,
    /// When the arrival timer goes off.
    arrival_armed: Nanos,
    /// Records that died with a process, not yet told.
    lost: Vec<Fact>,
}

impl Producer {
    /// Not started.
    pub fn new(spec: ProducerSpec, catalog: Rc<Catalog>, rules: Rules) -> Producer {
        let partitions = catalog.topics[spec.topic.index()].partitions;
        Producer {
            key_partitions: key_partitions(&spec, &catalog),
            workload: None,
            ordinals: vec![0; partitions as usize],
            phase: Phase::Sending,
            drained: false,
            process: None,
            arrival_armed: Nanos::MAX,
            lost: Vec::new(),
            spec,
            catalog,
            rules,
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        self.report_lost(ctx);
        self.catch_up(ctx);
        match input {
            Input::Timer(Timer { kind: TIMER_ARRIVAL, .. }) => self.on_arrival(ctx),
            Input::Timer(Timer { kind: TIMER_SENDER, .. }) => {
                if let Some(process) = &mut self.process {
                    process.armed = Nanos::MAX;
                    self.turn(true, ctx);
                }
            }
            Input::Start => self.start(ctx),
            Input::Drain => {
                self.drained = true;
                self.stop_sending(Phase::Draining, ctx);
            }
            Input::Shutdown => self.stop_sending(Phase::Closing, ctx),
            Input::RunEnd => self.report_pending(ctx),
            Input::Interrupted => {
                if let Some(process) = &mut self.process {
                    process.foresee_nothing();
                    self.arm_arrival_of_each(ctx);
                }
            }
            other => self.on_network(other, ctx),
        }
    }

    /// Whether a send() blocks, or has returned and has no outcome yet.
    pub fn has_open_sends(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.blocked.is_some() || process.accumulator.has_incomplete())
    }

    /// The process is gone; nothing it had in memory survives. Its records are told of as pending
    /// with the next input.
    pub fn process_died(&mut self, _kind: StopKind) {
        let Some(process) = self.process.take() else { return };
        // The node's own number is filled in when the facts are told: only then is it known.
        self.lost.extend(process.pending(NodeId::default()));
        self.arrival_armed = Nanos::MAX;
    }
    fn report_lost(&mut self, ctx: &mut Context<'_>) {
        if self.lost.is_empty() {
            return;
        }
        for mut fact in self.lost.drain(..) {
            if let Fact::RecordsPending { node, .. } = &mut fact {
                *node = ctx.me();
            }
            ctx.record(fact);
        }
    }
    /// Most records join a batch and do nothing else. They have no event of their own; their batch gets
    /// them before anything else happens to the process.
    fn catch_up(&mut self, ctx: &mut Context<'_>) {
        if let (Phase::Sending, Some(process), Some(workload)) = (self.phase, &mut self.process, &mut self.workload) {
            process.catch_up(workload, &mut self.ordinals, ctx);
        }
    }
    fn report_pending(&mut self, ctx: &mut Context<'_>) {
        if let Some(process) = &self.process {
            process.pending(ctx.me()).for_each(|fact| ctx.record(fact));
            let (available, total) = (process.accumulator.available(), process.accumulator.memory());
            let incomplete = process.accumulator.batches.incomplete().count() as u32;
            ctx.record(Fact::BufferMemory { node: ctx.me(), available, total, incomplete });
        }
    }

    fn start(&mut self, ctx: &mut Context<'_>) {
        self.arrival_armed = Nanos::MAX;
        if self.drained {
            return;
        }
        // A closed producer that is started again sends again.
        self.phase = Phase::Sending;
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
            return self.arm_arrival(self.spec.start, ctx);
        }
        self.open(ctx);
    }
    /// The application constructs its producer.
    fn open(&mut self, ctx: &mut Context<'_>) {
        self.process = Some(Process::new(&self.spec, &self.catalog, self.rules, self.key_partitions.clone()));
        self.turn(true, ctx);
    }

    fn on_arrival(&mut self, ctx: &mut Context<'_>) {
        self.arrival_armed = Nanos::MAX;
        match &self.process {
            Some(_) => self.turn(false, ctx),
            None if self.phase == Phase::Sending => self.open(ctx),
            None => {}
        }
    }
    fn stop_sending(&mut self, phase: Phase, ctx: &mut Context<'_>) {
        if self.phase != Phase::Closing {
            self.phase = phase;
        }
        match &mut self.process {
            Some(process) => {
                process.accumulator.flushing = true;
                self.turn(true, ctx);
            }
            None if phase == Phase::Closing => ctx.exit(),
            None => {}
        }
    }
    fn on_network(&mut self, input: Input, ctx: &mut Context<'_>) {
        let Some(process) = &mut self.process else { return };
        let mut events = std::mem::take(&mut process.scratch.events);
        process.network.accept(input, &mut events, ctx);
        let anything = !events.is_empty();
        events.drain(..).for_each(|event| process.on_network_event(event, ctx));
        process.scratch.events = events;
        if anything {
            self.turn(true, ctx);
        }
    }

    /// Lets the application send what is due, then the sender work if `wake` or the application woke
    /// it, and so on while that frees a blocked `send()`.
    fn turn(&mut self, mut wake: bool, ctx: &mut Context<'_>) {
        wake |= self.run_application(ctx);
        while wake {
            let process = self.process.as_mut().expect("a turn is a running process's");
            process.run(ctx);
            wake = process.can_unblock(ctx.now()) && self.run_application(ctx);
        }
        self.arm_next_arrival(ctx);
        self.exit_if_closed(ctx);
    }
    /// Sends the records that are due, until there is none left or `send()` blocks. Returns whether
    /// the sender has something to do.
    fn run_application(&mut self, ctx: &mut Context<'_>) -> bool {
        let Some(process) = &mut self.process else { return false };
        let now = ctx.now();
        let mut wake = false;
        if process.blocked.is_some() && !process.can_unblock(now) {
            return false;
        }
        loop {
            let (record, timestamp, deadline) = match (process.blocked.take(), &mut self.workload) {
                (Some(blocked), _) => (blocked.record, blocked.timestamp, blocked.deadline),
                (None, Some(workload)) if self.phase == Phase::Sending => match workload.take(now) {
                    Some(record) => (record, None, now.saturating_add(self.spec.config.max_block)),
                    None => break,
                },
                _ => break,
            };
            wake |= process.send(record, timestamp, deadline, &mut self.ordinals, ctx) == Sent::Wake;
            if process.blocked.is_some() {
                break;
            }
        }
        wake
    }
    fn arm_next_arrival(&mut self, ctx: &mut Context<'_>) {
        let (Some(process), Some(workload)) = (&mut self.process, &mut self.workload) else { return };
        if self.phase != Phase::Sending || process.blocked.is_some() {
            return process.foresee_nothing();
        }
        let next = process.foresee(workload, ctx.now());
        // The sender's turn comes first, and looks ahead again.
        if next <= process.armed {
            self.arm_arrival(next, ctx);
        }
    }
    /// The next record gets an event, whatever it does.
    fn arm_arrival_of_each(&mut self, ctx: &mut Context<'_>) {
        let blocked = self.process.as_ref().is_some_and(|process| process.blocked.is_some());
        if let (Phase::Sending, false, Some(workload)) = (self.phase, blocked, &self.workload) {
            let next = workload.next_at();
            self.arm_arrival(next, ctx);
        }
    }
    fn arm_arrival(&mut self, at: Nanos, ctx: &mut Context<'_>) {
        if at != self.arrival_armed && at != Nanos::MAX {
            self.arrival_armed = at;
            ctx.set_timer(Timer { kind: TIMER_ARRIVAL, index: 0 }, at);
        }
    }
    fn exit_if_closed(&mut self, ctx: &mut Context<'_>) {
        let Some(process) = &self.process else { return };
        if self.phase == Phase::Closing && process.blocked.is_none() && !process.accumulator.has_incomplete() {
            self.process = None;
            ctx.exit();
        }
    }
}
