//! The node of an application.

use std::rc::Rc;

use super::poll_loop::PollLoop;
use super::share_loop::ShareLoop;
use super::source::Source;
use super::spec::AppSpec;
use crate::client::consumer::ConsumerDescription;
use crate::client::share_consumer::ShareConsumerDescription;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::rules::Rules;

/// An application: one process, and through all its lives.
#[derive(Clone, Debug)]
pub struct Application {
    program: Program,
}

/// What it runs.
#[derive(Clone, Debug)]
enum Program {
    Source(Box<Source>),
    PollLoop(Box<PollLoop>),
    ShareLoop(Box<ShareLoop>),
}

impl Application {
    /// Not started.
    pub fn new(spec: AppSpec, catalog: Rc<Catalog>, rules: Rules) -> Application {
        let program = match spec {
            AppSpec::Source(spec) => Program::Source(Box::new(Source::new(spec, catalog, rules))),
            AppSpec::PollLoop(spec) => Program::PollLoop(Box::new(PollLoop::new(spec, catalog, rules))),
            AppSpec::ShareLoop(spec) => Program::ShareLoop(Box::new(ShareLoop::new(spec, catalog, rules))),
        };
        Application { program }
    }
    /// Takes one input.
    #[inline]
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match &mut self.program {
            Program::Source(source) => source.handle(input, ctx),
            Program::PollLoop(poll_loop) => poll_loop.handle(input, ctx),
            Program::ShareLoop(share_loop) => share_loop.handle(input, ctx),
        }
    }
    /// The process is gone; nothing it had in memory survives.
    pub fn process_died(&mut self, _kind: StopKind) {
        match &mut self.program {
            Program::Source(source) => source.process_died(),
            Program::PollLoop(poll_loop) => poll_loop.process_died(),
            Program::ShareLoop(share_loop) => share_loop.process_died(),
        }
    }
    /// # Panics
    /// If anything that it knows contradicts itself. `turn`: a number that rises; what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        match &self.program {
            Program::Source(source) => source.check_invariants(turn),
            Program::PollLoop(poll_loop) => poll_loop.check_invariants(turn),
            Program::ShareLoop(share_loop) => share_loop.check_invariants(),
        }
    }
    /// Whether it has sends without an outcome.
    pub fn has_open_sends(&self) -> bool {
        match &self.program {
            Program::Source(source) => source.has_open_sends(),
            Program::PollLoop(poll_loop) => poll_loop.has_open_sends(),
            Program::ShareLoop(_) => false,
        }
    }
    /// Membership, assignment and positions of its consumer, if it has one and runs.
    pub fn describe_consumer(&self) -> Option<ConsumerDescription> {
        match &self.program {
            Program::Source(_) | Program::ShareLoop(_) => None,
            Program::PollLoop(poll_loop) => poll_loop.describe(),
        }
    }
    /// The same of a member of a share group, and what it holds.
    pub fn describe_share_consumer(&self) -> Option<ShareConsumerDescription> {
        match &self.program {
            Program::Source(_) | Program::PollLoop(_) => None,
            Program::ShareLoop(share_loop) => share_loop.describe(),
        }
    }
}
