//! What a fault does: one table of actions, each with whom it hits and how long it lasts.
//!
//! How an action is written in a scenario is `scenario/file/fault.rs`'s matter, what it does to the
//! world that of `faults.rs`. A new one is a row here, a row there, and what it does.

use super::spec::{Moment, Target};
use crate::protocol::api::Api;
use crate::protocol::ids::NodeId;
use crate::sim::time::Nanos;

/// Whether a fault is over as soon as it has struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasting {
    /// It is: a crash, a reset. What follows from it is told by facts of its own.
    Moment,
    /// It lasts for a time, or until the final phase, and is then taken back.
    For(Option<Moment>),
    /// It lasts beyond the end of all faults.
    ForGood,
}

/// Targets of a field, side by side.
trait Sides {
    fn sides(&self) -> Vec<&[Target]>;
}
impl Sides for Vec<Target> {
    fn sides(&self) -> Vec<&[Target]> {
        vec![self]
    }
}
impl Sides for Vec<Vec<Target>> {
    fn sides(&self) -> Vec<&[Target]> {
        self.iter().map(Vec::as_slice).collect()
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident = $key:literal, $lasting:ident, hits $($side:ident)* {
        $($(#[doc = $about:literal])* $field:ident: $ty:ty,)*
    })*) => {
        /// What a fault does.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Action {
            $($(#[doc = $doc])* $name { $($(#[doc = $about])* $field: $ty,)* },)*
        }

        impl Action {
            /// How many times as long as usual something takes; 0 for an action that slows nothing down.
            pub fn factor(&self) -> u32 {
                match self {
                    Action::SlowLink { factor, .. } | Action::DiskSlow { factor, .. } => *factor,
                    _ => 0,
                }
            }
            /// Its name in a scenario.
            pub fn name(&self) -> &'static str {
                match self { $(Action::$name { .. } => $key,)* }
            }
            /// Whom it hits: one side, or those between which something happens.
            pub fn sides(&self) -> Vec<&[Target]> {
                match self {
                    $(Action::$name { $($side,)* .. } => {
                        let sides: Vec<Vec<&[Target]>> = vec![$(Sides::sides($side)),*];
                        sides.concat()
                    })*
                }
            }
            /// How long it lasts.
            pub fn lasting(&self) -> Lasting {
                match self { $(actions!(@bind $lasting $name duration) => actions!(@how $lasting duration),)* }
            }
        }
    };
    (@bind moment $name:ident $duration:ident) => { Action::$name { .. } };
    (@bind $lasting:ident $name:ident $duration:ident) => { Action::$name { $duration, .. } };
    (@how moment $duration:ident) => { Lasting::Moment };
    (@how always $duration:ident) => { Lasting::For(Some(*$duration)) };
    (@how maybe $duration:ident) => { Lasting::For(*$duration) };
    (@how repaired $duration:ident) => { $duration.map_or(Lasting::ForGood, |time| Lasting::For(Some(time))) };
}

actions! {
    /// kill -9: memory is lost, the page cache is not.
    Crash = "crash", moment, hits targets {
        /// Whom.
        targets: Vec<Target>,
        /// Started again after this; none: stays down.
        restart_after: Option<Moment>,
    }
    /// The machine loses power: what was not flushed may be lost, and nobody is told.
    PowerLoss = "power.loss", moment, hits targets {
        /// Whom.
        targets: Vec<Target>,
        /// Started again after this, if it ran.
        restart_after: Option<Moment>,
    }
    /// SIGTERM: a clean stop (controlled shutdown of a broker, close() of a client).
    Stop = "stop", moment, hits targets {
        /// Whom.
        targets: Vec<Target>,
        /// Started again this long after the process has ended.
        restart_after: Option<Moment>,
    }
    /// A process that is down is started.
    Start = "start", moment, hits targets {
        /// Whom.
        targets: Vec<Target>,
    }
    /// SIGSTOP or a long GC pause: nothing runs, then everything is late.
    Pause = "pause", always, hits targets {
        /// Whom.
        targets: Vec<Target>,
        /// For how long.
        duration: Moment,
    }
    /// What the processes call for every record that they work on is down: a database, a service. Each attempt fails.
    ServiceOutage = "service.outage", maybe, hits targets {
        /// Whose.
        targets: Vec<Target>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// No bytes between the groups, in either direction; within a group all is well.
    Partition = "partition", maybe, hits groups {
        /// The groups.
        groups: Vec<Vec<Target>>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// No bytes from the first to the second. What the second sends arrives until it misses the
    /// acknowledgements.
    Cut = "cut", maybe, hits from to {
        /// From.
        from: Vec<Target>,
        /// To.
        to: Vec<Target>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// `from` cannot open new connections to `to`; those that exist live on.
    BlockConnects = "block.connects", maybe, hits from to {
        /// From.
        from: Vec<Target>,
        /// To.
        to: Vec<Target>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// Latency between the two sides is multiplied.
    SlowLink = "slow.link", maybe, hits between and {
        /// One side.
        between: Vec<Target>,
        /// The other.
        and: Vec<Target>,
        /// By what.
        factor: u32,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// What `from` sends to `to` takes longer by a fixed time.
    DelayLink = "delay.link", maybe, hits from to {
        /// From.
        from: Vec<Target>,
        /// To.
        to: Vec<Target>,
        /// By how much.
        by: Nanos,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// What `from` sends to `to` passes a narrow place.
    NarrowLink = "narrow.link", maybe, hits from to {
        /// From.
        from: Vec<Target>,
        /// To.
        to: Vec<Target>,
        /// Bytes per second that pass.
        bandwidth: u64,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// What arrives from one side at the other is held back, then comes all at once.
    Clog = "clog", always, hits from to {
        /// From.
        from: Vec<Target>,
        /// To.
        to: Vec<Target>,
        /// For how long.
        duration: Moment,
    }
    /// All open connections between the two sides are reset; what is in flight on them is lost.
    ResetConnections = "reset.connections", moment, hits between and {
        /// One side.
        between: Vec<Target>,
        /// The other.
        and: Vec<Target>,
    }
    /// Requests of these kinds wait on their way, and what is sent behind them on the same connection.
    HoldRequests = "hold.requests", always, hits from to {
        /// The kinds.
        apis: Vec<Api>,
        /// Who sends them.
        from: Vec<Target>,
        /// To whom.
        to: Vec<Target>,
        /// For how long.
        duration: Moment,
    }
    /// Requests of these kinds are lost on their way: never answered, like all that is sent behind them on
    /// the same connection until it is closed.
    DropRequests = "drop.requests", maybe, hits from to {
        /// The kinds.
        apis: Vec<Api>,
        /// Who sends them.
        from: Vec<Target>,
        /// To whom.
        to: Vec<Target>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// Answers to requests of these kinds wait on their way, and what is sent behind them.
    HoldAnswers = "hold.answers", always, hits from to {
        /// The kinds.
        apis: Vec<Api>,
        /// Who answers.
        from: Vec<Target>,
        /// To whom.
        to: Vec<Target>,
        /// For how long.
        duration: Moment,
    }
    /// Answers to requests of these kinds are lost on their way, though the requests were executed.
    DropAnswers = "drop.answers", maybe, hits from to {
        /// The kinds.
        apis: Vec<Api>,
        /// Who answers.
        from: Vec<Target>,
        /// To whom.
        to: Vec<Target>,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// An administrator's tool is started.
    Administer = "administer", moment, hits {
        /// The process.
        node: NodeId,
    }
    /// Every disk call takes at least until the end of the stall.
    DiskStall = "disk.stall", always, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// For how long.
        duration: Moment,
    }
    /// The disk is slower by a factor.
    DiskSlow = "disk.slow", maybe, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// By what.
        factor: u32,
        /// For how long; none: until the final phase.
        duration: Option<Moment>,
    }
    /// Writes fail for want of space.
    DiskFull = "disk.full", repaired, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// Until somebody makes room; none: nobody does.
        duration: Option<Moment>,
    }
    /// Every call fails.
    DiskFail = "disk.fail", repaired, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// Until it is repaired; none: it is not.
        duration: Option<Moment>,
    }
    /// Reads fail, writes do not.
    DiskReadErrors = "disk.read.errors", repaired, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// Until it is repaired; none: it is not.
        duration: Option<Moment>,
    }
    /// Flushes return, but nothing is on the device for it.
    DiskLyingFlush = "disk.lying.flush", repaired, hits targets {
        /// Whose disk.
        targets: Vec<Target>,
        /// Until it is replaced; none: it is not.
        duration: Option<Moment>,
    }
}

impl Action {
    /// How long after its end a process that it ends is started again; none: it is not.
    pub fn restart_after(&self) -> Option<Moment> {
        match self {
            Action::Crash { restart_after, .. }
            | Action::PowerLoss { restart_after, .. }
            | Action::Stop { restart_after, .. } => *restart_after,
            _ => None,
        }
    }
    /// Whether it lasts for a while and then ends (a crash does not: the restart is its own fact).
    pub fn ends(&self) -> bool {
        matches!(self.lasting(), Lasting::For(_))
    }
}
