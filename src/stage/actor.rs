//! A node, as a stage sees it.

use crate::app::Application;
use crate::cluster::admin::Admin;
use crate::cluster::broker::Broker;
use crate::cluster::controller::Controller;
use crate::node::{Context, Input};

/// What the world does with every node (`world/process.rs`).
pub(crate) trait Actor {
    /// Gives it one input.
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>);
    /// Has it check what always holds of it; in turns.
    fn check_invariants(&self, turn: u64);
}

impl Actor for Broker {
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        Broker::handle(self, input, ctx);
    }
    fn check_invariants(&self, turn: u64) {
        Broker::check_invariants(self, turn);
    }
}
impl Actor for Controller {
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        Controller::handle(self, input, ctx);
    }
    fn check_invariants(&self, turn: u64) {
        Controller::check_invariants(self, turn);
    }
}
impl Actor for Application {
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        Application::handle(self, input, ctx);
    }
    fn check_invariants(&self, turn: u64) {
        Application::check_invariants(self, turn);
    }
}
impl Actor for Admin {
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        Admin::handle(self, input, ctx);
    }
    fn check_invariants(&self, _turn: u64) {}
}
