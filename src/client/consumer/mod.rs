//! The consumer of the classic group protocol
//! (`clients/.../consumer/internals/ClassicKafkaConsumer.java`), and the application that polls it.
//!
//! One process with two threads. The *application thread* polls, processes and commits
//! (`application.rs`); everything that Kafka does inside poll(), commitSync() and close() happens
//! while it is there: finding the coordinator (`coordinator.rs`), joining (`join.rs`), positions
//! (`positions.rs`), fetching (`fetcher.rs`, `fetch_buffer.rs`), committing (`commit.rs`). The
//! *heartbeat thread* (`heartbeat.rs`) works beside it, so that slow processing shows as slow
//! processing and not as death.
//!
//! What is simpler than in Kafka: answers are read as they arrive, also while the application
//! processes (the heartbeat thread of the real client does that, within `retry.backoff.ms`); what
//! they set off, callbacks above all, still waits for poll(). A fetch is built when its connection is
//! ready, not queued before. close() does not close the fetch sessions, and does not wait for that.
//!
//! Not modelled yet: static membership, cooperative rebalancing, pattern subscriptions,
//! pause()/resume(), read_committed's filter, fetching from followers.

mod alarm;
mod application;
mod batch;
mod close;
mod commit;
mod coordinator;
mod fetch_buffer;
mod fetcher;
mod heartbeat;
mod join;
mod membership;
mod network;
mod poll;
mod positions;
mod process;
pub mod range_assignor;
mod subscription;
mod sync_commit;
mod tag;
#[cfg(test)]
mod tests;
mod worker;

use std::rc::Rc;

use crate::client::application::ConsumerSpec;
use crate::history::fact::StopKind;
use crate::node::{Context, Input, Timer};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{Generation, MemberId, Offset, Tp};

use application::Fate;
pub use membership::MemberState;
use process::{Process, timers};

/// Whether the process runs.
#[derive(Clone, Debug)]
enum Life {
    /// Not started, or dead.
    Down,
    /// Waits for the start of its workload.
    Waiting,
    /// It runs.
    Up(Box<Process>),
}

/// A consumer and the application that polls it: one process.
#[derive(Clone, Debug)]
pub struct Consumer {
    spec: Rc<ConsumerSpec>,
    catalog: Rc<Catalog>,
    life: Life,
}

/// What a tool may want to know of a running consumer.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerDescription {
    /// Its member id, or none.
    pub member: MemberId,
    /// Its generation, or none.
    pub generation: Generation,
    /// Its state.
    pub state: MemberState,
    /// Its partitions, in the order of the assignment, with their positions if they have one.
    pub assignment: Vec<(Tp, Option<Offset>)>,
}

const START: Timer = Timer { kind: timers::START, index: 0 };

impl Consumer {
    /// Not started.
    pub fn new(spec: ConsumerSpec, catalog: Rc<Catalog>) -> Consumer {
        Consumer { spec: Rc::new(spec), catalog, life: Life::Down }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match (&mut self.life, input) {
            (_, Input::RunEnd | Input::Interrupted) => {}
            (Life::Down, Input::Start) if ctx.now() < self.spec.start => {
                ctx.set_timer(START, self.spec.start);
                self.life = Life::Waiting;
            }
            (Life::Down, Input::Start) | (Life::Waiting, Input::Timer(START)) => self.start(ctx),
            (Life::Waiting, Input::Shutdown) => {
                ctx.cancel_timer(START);
                ctx.exit();
                self.life = Life::Down;
            }
            (Life::Up(process), input) => {
                let fate = process.handle(input, ctx);
                self.meet(fate, ctx);
            }
            // Echoes of a former life.
            (Life::Down | Life::Waiting, _) => {}
        }
    }

    fn start(&mut self, ctx: &mut Context<'_>) {
        let mut process = Box::new(Process::new(self.spec.clone(), self.catalog.clone(), ctx));
        let fate = process.advance(ctx);
        self.life = Life::Up(process);
        self.meet(fate, ctx);
    }

    fn meet(&mut self, fate: Fate, ctx: &mut Context<'_>) {
        match fate {
            Fate::Running => {}
            Fate::Exited => {
                self.life = Life::Down;
                ctx.exit();
            }
            Fate::Crashed(restart_after) => {
                self.life = Life::Down;
                ctx.halt(Some(restart_after));
            }
        }
    }

    /// The process is gone; nothing it had in memory survives.
    pub fn process_died(&mut self, _kind: StopKind) {
        self.life = Life::Down;
    }

    /// Membership, assignment and positions; `None` if the process does not run.
    pub fn describe(&self) -> Option<ConsumerDescription> {
        let Life::Up(process) = &self.life else { return None };
        let assignment = process.subscriptions.partitions().iter();
        Some(ConsumerDescription {
            member: process.group.member(),
            generation: process.group.generation(),
            state: process.group.state,
            assignment: assignment.map(|p| (p.tp, p.position().map(|position| position.offset))).collect(),
        })
    }
}
