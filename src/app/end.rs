//! How a process ends by itself.

use crate::node::Context;
use crate::sim::time::Nanos;

/// The process goes no further: the error with which everything that it was doing is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It closed its clients and ended.
    Exited,
    /// An exception that nobody catches.
    Crashed {
        /// Whoever watches over it starts it again this much later.
        restart_after: Nanos,
    },
}

impl End {
    /// Tells the world, which ends the process: every life ends once, whatever else befalls it.
    pub fn tell(self, ctx: &mut Context<'_>) {
        match self {
            End::Exited => ctx.exit(),
            End::Crashed { restart_after } => ctx.halt(Some(restart_after)),
        }
    }
}
