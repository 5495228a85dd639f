//! Moments that a reader looks for: a process is back, a broker is fenced, a partition has a new leader.

use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Several of a kind within this time are one mark.
const TOGETHER: Nanos = Nanos::from_millis(100);

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MarkKind {
    /// A process started again.
    Restart,
    /// The controller fenced a broker.
    Fenced,
    /// A partition of the scenario's topics has another leader.
    NewLeader,
}

impl MarkKind {
    /// All, in the order in which one usually leads to the next.
    pub const ALL: [MarkKind; 3] = [MarkKind::Fenced, MarkKind::NewLeader, MarkKind::Restart];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            MarkKind::Restart => "restart",
            MarkKind::Fenced => "fenced",
            MarkKind::NewLeader => "leader",
        }
    }
}

/// One moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// When.
    pub at: Nanos,
    /// What.
    pub kind: MarkKind,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Marks {
    /// In the order in which they happened.
    pub all: Vec<Mark>,
    /// By process: whether it has been started before.
    started: Vec<bool>,
    /// By partition: who led it last; internal partitions are left out.
    leaders: Vec<Option<BrokerId>>,
    internal: Vec<bool>,
    /// Brokers whose fencing has been marked. One that is fenced may be fenced once more.
    fenced: Vec<BrokerId>,
}

impl Marks {
    /// Before the first fact.
    pub fn new(nodes: usize, internal: Vec<bool>) -> Marks {
        Marks {
            all: Vec::new(),
            started: vec![false; nodes],
            leaders: vec![None; internal.len()],
            internal,
            fenced: Vec::new(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::ProcessStarted { node } => {
                if std::mem::replace(&mut self.started[node.index()], true) {
                    self.mark(entry.at, MarkKind::Restart);
                }
            }
            Fact::BrokerFenced { broker } if !self.fenced.contains(&broker) => {
                self.fenced.push(broker);
                self.mark(entry.at, MarkKind::Fenced);
            }
            Fact::BrokerUnfenced { broker } => self.fenced.retain(|fenced| *fenced != broker),
            Fact::PartitionChanged { tp, leader: Some(leader), .. } if !self.internal[tp.index()] => {
                let before = self.leaders[tp.index()].replace(leader);
                if before.is_some_and(|before| before != leader) {
                    self.mark(entry.at, MarkKind::NewLeader);
                }
            }
            _ => {}
        }
    }

    fn mark(&mut self, at: Nanos, kind: MarkKind) {
        let near = |mark: &&Mark| mark.kind == kind && at.saturating_sub(mark.at) < TOGETHER;
        if !self.all.iter().rev().take_while(|mark| at.saturating_sub(mark.at) < TOGETHER).any(|mark| near(&mark)) {
            self.all.push(Mark { at, kind });
        }
    }
}
