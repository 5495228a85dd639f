//! A timer that is re-armed lazily.

use crate::node::{Context, Timer};
use crate::sim::time::Nanos;

/// One timer of the node, moved only to make it go off sooner.
///
/// What a client waits for mostly moves away (the end of a poll, the next heartbeat), so a timer
/// that goes off early and finds nothing due is cheaper than one moved with every input.
#[derive(Clone, Copy, Debug)]
pub struct Alarm {
    timer: Timer,
    armed: Nanos,
}

impl Alarm {
    /// Not set.
    pub fn new(timer: impl Into<Timer>) -> Alarm {
        Alarm { timer: timer.into(), armed: Nanos::MAX }
    }
    /// Goes off at `at` or sooner; never for [`Nanos::MAX`].
    pub fn by(&mut self, at: Nanos, ctx: &mut Context<'_>) {
        if at < self.armed {
            self.armed = at;
            ctx.set_timer(self.timer, at);
        }
    }
    /// It went off: it is no longer set.
    pub fn rang(&mut self) {
        self.armed = Nanos::MAX;
    }
}

/// The first of these times that is not over; [`Nanos::MAX`] if all are.
pub fn soonest(now: Nanos, dues: &[Nanos]) -> Nanos {
    dues.iter().copied().filter(|at| now < *at).fold(Nanos::MAX, Nanos::min)
}
