//! A process: a node, its disk, its random stream, and whether it runs.

use crate::app::Application;
use crate::cluster::admin::Admin;
use crate::cluster::broker::Broker;
use crate::cluster::controller::Controller;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// Any node.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Node {
    Broker(Box<Broker>),
    Controller(Box<Controller>),
    Admin(Admin),
    Application(Application),
}

impl Node {
    /// Gives the node one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match self {
            Node::Broker(node) => node.handle(input, ctx),
            Node::Controller(node) => node.handle(input, ctx),
            Node::Admin(node) => node.handle(input, ctx),
            Node::Application(node) => node.handle(input, ctx),
        }
    }
    /// Takes the node's memory away.
    pub fn process_died(&mut self, kind: StopKind) {
        match self {
            Node::Broker(node) => node.process_died(kind),
            Node::Controller(node) => node.process_died(kind),
            Node::Admin(node) => node.process_died(kind),
            Node::Application(node) => node.process_died(kind),
        }
    }
    /// # Panics
    /// If anything that it knows contradicts itself. `turn`: a number that rises; what there is much of in a node
    /// takes turns.
    pub fn check_invariants(&self, turn: u64) {
        match self {
            Node::Broker(node) => node.check_invariants(turn),
            Node::Controller(node) => node.check_invariants(turn),
            Node::Application(node) => node.check_invariants(turn),
            Node::Admin(_) => {}
        }
    }
    /// Whether it has sends without an outcome.
    pub fn has_open_sends(&self) -> bool {
        matches!(self, Node::Application(node) if node.has_open_sends())
    }
    /// A server has been up for a while when the run begins: its periodic work is at a phase that is drawn.
    pub fn up_for_a_while(self, random: Stream) -> Node {
        match self {
            Node::Broker(node) => Node::Broker(Box::new(node.up_for_a_while(random))),
            Node::Controller(node) => Node::Controller(Box::new(node.up_for_a_while(random))),
            client => client,
        }
    }
    /// Whether it is an application of the scenario.
    pub fn is_application(&self) -> bool {
        matches!(self, Node::Application(_))
    }
}

/// Whether a process runs.
#[derive(Clone, Debug)]
pub enum ProcessState {
    /// Not started yet, or dead.
    Down,
    /// Running.
    Up,
    /// Stopped by SIGSTOP.
    Paused {
        /// When it goes on.
        until: Nanos,
        /// What happens to it meanwhile: the kernel keeps it for the process.
        waiting: Vec<Input>,
    },
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Process {
    /// The state machine.
    pub node: Node,
    /// Its disk; survives the process.
    pub disk: Disk,
    /// Its random stream.
    pub random: Stream,
    /// Whether it runs.
    pub state: ProcessState,
    /// It runs, but has not got to its work yet: the node has not been started.
    pub booting: bool,
    /// Process lives so far.
    pub incarnation: u32,
    /// When it ends, however it ends: start again this much later.
    pub restart_after: Option<Nanos>,
    /// Starts of it that are still to come.
    pub starts_due: u32,
}

impl Process {
    /// Whether there is a process at all (running or paused).
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, ProcessState::Down)
    }
    /// Promises that its end will be followed by a start. The soonest of several promises is kept.
    pub fn promise_restart(&mut self, after: Option<Nanos>) {
        self.restart_after = [self.restart_after, after].into_iter().flatten().min();
    }
}
