//! What a producer with a `transactional.id` knows beside sequences: its state, what is in the transaction, what it
//! has to ask for, and who waits for that.

use std::collections::{BTreeMap, BTreeSet};

use super::queue::{ResultId, TxnIdentity, TxnOffsets, TxnQueue};
use super::state::State;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::CoordinatorKey;

/// A call of the application that waits for the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// initTransactions()
    Init,
    /// sendOffsetsToTransaction()
    SendOffsets,
    /// commitTransaction()
    Commit,
    /// abortTransaction()
    Abort,
}

/// A result that somebody waits for (`TransactionalRequestResult`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Awaited {
    /// Which.
    pub id: ResultId,
    /// What came of it, once it is there.
    pub outcome: Option<Result<(), Exception>>,
}

/// A call that changes the state and has not returned with its result: it may have timed out, and then nothing else may
/// be called (`PendingStateTransition`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PendingTransition {
    /// The call.
    pub operation: Operation,
    /// What it waits for.
    pub awaited: Awaited,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// What its requests say of it.
    pub identity: TxnIdentity,
    /// Partition 0 of the topic that it sends to.
    pub first: Tp,
    /// The state.
    pub state: State,
    /// The coordinator may know of the transaction: only then it has to be told of the end (`transactionStarted`).
    pub started: bool,
    /// Partitions to be added, by number.
    pub new_partitions: BTreeSet<u32>,
    /// Those of which it was asked.
    pub pending_partitions: BTreeSet<u32>,
    /// Those that are part of it: their batches may be sent.
    pub partitions: BTreeSet<u32>,
    /// Offsets that the group's coordinator has not taken.
    pub pending_offsets: BTreeMap<Tp, (Offset, LeaderEpoch)>,
    /// Requests to come.
    pub queue: TxnQueue,
    /// Who coordinates transactions of this id, as far as known.
    pub transaction_coordinator: Option<BrokerId>,
    /// Who coordinates the group to which offsets were sent last.
    pub group_coordinator: Option<BrokerId>,
    /// See [`PendingTransition`].
    pub pending: Option<PendingTransition>,
    /// The sendOffsetsToTransaction() that waits.
    pub offsets_sent: Option<Awaited>,
    /// Number of the next result.
    pub next_result: u32,
}

impl Transaction {
    /// Not initialized.
    pub fn new(identity: TxnIdentity, first: Tp) -> Transaction {
        Transaction {
            identity,
            first,
            state: State::Uninitialized,
            started: false,
            new_partitions: BTreeSet::new(),
            pending_partitions: BTreeSet::new(),
            partitions: BTreeSet::new(),
            pending_offsets: BTreeMap::new(),
            queue: TxnQueue::default(),
            transaction_coordinator: None,
            group_coordinator: None,
            pending: None,
            offsets_sent: None,
            next_result: 0,
        }
    }
    /// A result of which nothing is known.
    pub fn new_result(&mut self) -> Awaited {
        let id = ResultId(self.next_result);
        self.next_result = self.next_result.wrapping_add(1);
        Awaited { id, outcome: None }
    }
    /// A request is done, or has failed. Who has given up waiting hears nothing of it.
    pub fn complete(&mut self, id: Option<ResultId>, outcome: Result<(), Exception>) {
        let pending = self.pending.as_mut().map(|pending| &mut pending.awaited);
        for awaited in pending.into_iter().chain(&mut self.offsets_sent) {
            // A failure is the last word.
            if Some(awaited.id) == id && (awaited.outcome.is_none() || outcome.is_err()) {
                awaited.outcome = Some(outcome);
            }
        }
    }
    /// Who coordinates.
    pub fn coordinator_mut(&mut self, key: CoordinatorKey) -> &mut Option<BrokerId> {
        match key {
            CoordinatorKey::Group(_) => &mut self.group_coordinator,
            CoordinatorKey::Transaction(_) => &mut self.transaction_coordinator,
            CoordinatorKey::Share(..) => unreachable!("only brokers look for share coordinators"),
        }
    }
    /// The offsets that the coordinator has not taken, as they go into a request.
    pub fn offsets(&self) -> TxnOffsets {
        self.pending_offsets.iter().map(|(tp, (offset, epoch))| (*tp, *offset, *epoch)).collect()
    }
    /// Whether another record of the partition changes nothing: it is a part of the transaction, which the coordinator may
    /// know of.
    pub fn has_partition(&self, partition: u32) -> bool {
        self.started && self.partitions.contains(&partition)
    }
    /// Whether partitions are to be added, or being added (`hasPartitionsToAdd`).
    pub fn awaits_partition(&self, partition: u32) -> bool {
        self.new_partitions.contains(&partition) || self.pending_partitions.contains(&partition)
    }
}
