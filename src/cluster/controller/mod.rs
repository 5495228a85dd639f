//! The KRaft controller (`metadata/.../controller/QuorumController.java`): what it decides while it is active. Which of
//! several controllers is, and what of their log is committed, the quorum below decides ([`crate::cluster::raft`]).
//!
//! | file | what it holds |
//! |---|---|
//! | `quorum_controller` | requests, decisions, records, answers |
//! | `replication_control`, [`partition_change`], [`reassignment`], `alter_reassignments`, `placement` | what is decided about partitions |
//! | `heartbeats` | when brokers were last heard of |
//! | `refusals` | what a controller says that is not the active one |
//! | `observers` | the brokers that read the log of an only controller |
//! | `facts` | what a committed record means |

mod alter_reassignments;
mod facts;
mod heartbeats;
mod observers;
pub mod partition_change;
mod placement;
mod quorum_controller;
pub mod reassignment;
mod refusals;
mod replication_control;
#[cfg(test)]
mod tests;
mod timers;

use std::rc::Rc;

use self::quorum_controller::{Durable, QuorumController};
use crate::cluster::life::ServerLife;
use crate::cluster::metadata::MetadataImage;
use crate::cluster::raft::KafkaRaftClient;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;

/// A controller, whether its process runs or not.
#[derive(Clone, Debug)]
pub struct Controller {
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    /// For the first life: where its looks for silent brokers stand. It is also the life in which the first voter is the
    /// first to notice that nobody leads yet.
    phase: Option<Stream>,
    life: ServerLife<Durable, Box<QuorumController>>,
}

impl Controller {
    /// Not started, with an empty metadata log.
    pub fn new(config: Rc<BrokerConfig>, catalog: Rc<Catalog>, rules: Rules) -> Controller {
        Controller { config, catalog, rules, phase: None, life: ServerLife::Down(Durable::default()) }
    }
    /// The first life goes on as if it had begun long before: it looks for silent brokers at a drawn phase of
    /// the period.
    pub fn up_for_a_while(self, random: Stream) -> Controller {
        Controller { phase: Some(random), ..self }
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        if let Input::Start = input {
            self.life.start(|disk| Box::new(QuorumController::new(&self.config, &self.catalog, self.rules, disk, ctx)));
        }
        let ServerLife::Up(active) = &mut self.life else { return };
        let result = match input {
            Input::Start => active.start(self.phase.take(), ctx),
            input => active.handle(input, ctx),
        };
        if result.is_err() {
            ctx.halt(None);
            self.life.end(|active| active.into_durable());
        }
    }
    /// The process is gone; the metadata log stays.
    pub fn process_died(&mut self, _kind: StopKind) {
        self.life.end(|active| active.into_durable());
    }
    /// The voter of its process, if it runs, for tools.
    pub fn voter(&self) -> Option<&KafkaRaftClient> {
        self.life.up().map(|active| &active.raft)
    }
    /// Whether it is the active one, for tools.
    pub fn is_active(&self) -> bool {
        self.life.up().is_some_and(|active| active.is_active())
    }
    /// The committed state as it knows it, for tools.
    pub fn image(&self) -> &MetadataImage {
        match &self.life {
            ServerLife::Up(active) => &active.committed,
            ServerLife::Down(disk) => &disk.committed,
        }
    }
    /// # Panics
    /// If anything that it knows contradicts itself. `turn`: a number that rises; what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        if let ServerLife::Up(active) = &self.life {
            active.check_invariants(turn);
        }
    }
}
