//! What dies with a process.

use super::timers::LoopTimer;
use crate::node::{Context, Input};
use crate::sim::time::Nanos;

/// Whether the process of an application runs, and what it has in memory.
#[derive(Clone, Debug, Default)]
pub enum ApplicationLife<P> {
    /// Not started, or dead.
    #[default]
    Down,
    /// Started; it waits for the time at which it is to begin.
    Waiting,
    /// It runs.
    Up(P),
}

/// What an input comes to for an application that reads.
pub(super) enum Woken<'p, P> {
    /// It is to begin now.
    Begins,
    /// The process that runs is to take it.
    Takes(&'p mut P, Input),
    /// Nothing: it waits, it has gone while it did, or this is an echo of a former life.
    Nothing,
}

impl<P> ApplicationLife<P> {
    /// An application that reads, and that begins at `start` at the earliest, is given an input.
    pub(super) fn wake(&mut self, input: Input, start: Nanos, ctx: &mut Context<'_>) -> Woken<'_, P> {
        match (self, input) {
            (life @ ApplicationLife::Down, Input::Start) if ctx.now() < start => {
                ctx.set_timer(LoopTimer::Start, start);
                *life = ApplicationLife::Waiting;
                Woken::Nothing
            }
            (ApplicationLife::Down, Input::Start) => Woken::Begins,
            (ApplicationLife::Waiting, Input::Timer(timer)) if LoopTimer::from(timer) == LoopTimer::Start => {
                Woken::Begins
            }
            (life @ ApplicationLife::Waiting, Input::Shutdown) => {
                ctx.cancel_timer(LoopTimer::Start);
                ctx.exit();
                *life = ApplicationLife::Down;
                Woken::Nothing
            }
            (ApplicationLife::Up(process), input) => Woken::Takes(process, input),
            (ApplicationLife::Down | ApplicationLife::Waiting, _) => Woken::Nothing,
        }
    }
    /// What the running process has in memory.
    #[inline]
    pub fn up(&self) -> Option<&P> {
        match self {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
    /// The same, to go on with.
    #[inline]
    pub fn up_mut(&mut self) -> Option<&mut P> {
        match self {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
    /// The process is gone, and with it its memory, which is returned for the post-mortem.
    pub fn die(&mut self) -> Option<P> {
        match std::mem::replace(self, ApplicationLife::Down) {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
}
