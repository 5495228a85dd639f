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

macro_rules! actors {
    ($($node:ident),+) => {
        $(impl Actor for $node {
            fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
                $node::handle(self, input, ctx);
            }
            fn check_invariants(&self, turn: u64) {
                $node::check_invariants(self, turn);
            }
        })+
    };
}
actors!(Broker, Controller, Application);

impl Actor for Admin {
    fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        Admin::handle(self, input, ctx);
    }
    /// It has none.
    fn check_invariants(&self, _turn: u64) {}
}
