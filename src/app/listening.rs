//! Where a rebalance listener of an application is.

use crate::sim::time::Nanos;

/// What the listener does.
#[derive(Clone, Copy, Debug)]
pub enum Listening {
    /// It waits until what was handed to other threads is done.
    Draining,
    /// It works.
    Working {
        /// Until then.
        until: Nanos,
    },
    /// It is in commitSync().
    Committing,
}

/// Which call waits for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SuspendedCall {
    /// poll().
    Poll,
    /// unsubscribe().
    Unsubscribe,
    /// close().
    Close {
        /// As of the call.
        restart_after: Option<Nanos>,
    },
}
