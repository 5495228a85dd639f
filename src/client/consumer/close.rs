//! close(): commit, give the partitions up, leave the group
//! (`ClassicKafkaConsumer.close`, `ConsumerCoordinator.close`).
//!
//! At its timeout it ends wherever it is, and the process goes on: what it has sent arrives, but what waits at the coordinator behind
//! another request of its connection is dropped with the connection (`SocketServer` may still read it).

use super::commits::SyncCommit;
use crate::sim::time::Nanos;

/// A close() under way.
#[derive(Clone, Debug)]
pub struct Closing {
    /// All that close() does has to be done by then.
    pub deadline: Nanos,
    /// What it is doing.
    pub phase: ClosePhase,
}

/// How far close() is.
#[derive(Clone, Debug)]
pub enum ClosePhase {
    /// Auto-commit's last commit, of all positions.
    Committing(SyncCommit),
    /// Asynchronous commits still wait for a coordinator.
    AwaitingCommits,
    /// The callbacks are to be run, and the group is to be told.
    Leaving,
    /// The answer to that is waited for (`group.protocol=consumer`).
    AwaitingLeave,
    /// LeaveGroup and whatever is before it on the coordinator's connection.
    AwaitingAnswers,
}

impl Closing {
    /// What it waits for.
    pub fn dues(&self) -> [Nanos; 2] {
        match &self.phase {
            ClosePhase::Committing(commit) => [self.deadline, commit.due()],
            _ => [self.deadline, Nanos::MAX],
        }
    }
}
