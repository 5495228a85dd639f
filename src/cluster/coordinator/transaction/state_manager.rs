//! The ids of the partitions of `__transaction_state` that are led here, and what is being written about them
//! (`core/.../coordinator/transaction/TransactionStateManager.scala`).
//!
//! One record is written per change of state, as with acks=all, and memory follows once it is replicated. A write that
//! fails leaves memory as it was, although the record may be in the log, and be replicated later.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::env::{TransactionCommand, TransactionEnv};
use super::metadata::{TransactionMetadata, TxnTransitMetadata};
use super::timers::TransactionCoordinatorTimer;
use crate::cluster::coordinator::runtime::CoordinatorTopic;
use crate::protocol::batch::{CoordinatorRecord, RecordBatch};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What this broker is to a partition of the topic.
#[derive(Clone, Debug)]
pub(super) enum TxnPartitionState {
    /// It does not lead it.
    Closed,
    /// It leads it and is reading the log.
    Loading,
    /// It leads it in this epoch and has read it (`TxnMetadataCacheEntry`).
    Active(LeaderEpoch, BTreeMap<TransactionalId, TransactionMetadata>),
}

/// What a record, or several, say.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// An id gets another state.
    Transit(TransactionalId, TxnTransitMetadata),
    /// Ids have expired, with the epochs in which they have: an id that has another one by then stays.
    Expired(Vec<(TransactionalId, ProducerEpoch)>),
}

/// Records on their way, and who is told (`A`).
#[derive(Clone, Debug)]
pub(super) struct PendingAppend<A> {
    write: u32,
    /// Its epoch when it asked for them.
    pub epoch: LeaderEpoch,
    pub written: Written,
    pub then: A,
    deadline: Nanos,
    /// The offset behind them, once they are in the log.
    end: Option<Offset>,
}

#[derive(Clone, Debug)]
struct TxnPartition<A> {
    state: TxnPartitionState,
    /// In the order of the log.
    appends: VecDeque<PendingAppend<A>>,
    /// When the timer for the deadlines goes off: for the earliest, or before it.
    armed: Option<Nanos>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct TransactionStateManager<A> {
    topic: CoordinatorTopic,
    /// Where each id belongs, by [`TransactionalId`].
    partitions_of_ids: Vec<Tp>,
    /// By partition number.
    partitions: Vec<TxnPartition<A>>,
    last_write: u32,
}

impl<A> TransactionStateManager<A> {
    /// Leads nothing yet.
    pub fn new(topic: CoordinatorTopic, partitions_of_ids: Vec<Tp>) -> TransactionStateManager<A> {
        let closed = || TxnPartition { state: TxnPartitionState::Closed, appends: VecDeque::new(), armed: None };
        let partitions = (0..topic.count).map(|_| closed()).collect();
        TransactionStateManager { topic, partitions_of_ids, partitions, last_write: 0 }
    }
    /// The partition to which an id belongs; none without the topic.
    pub fn partition_of(&self, id: TransactionalId) -> Option<Tp> {
        self.partitions_of_ids.get(id.index()).copied()
    }
    /// Whether a partition is one of the topic's.
    pub fn has(&self, tp: Tp) -> bool {
        self.topic.number(tp).is_some()
    }
    fn partition(&mut self, tp: Tp) -> Option<&mut TxnPartition<A>> {
        let number = self.topic.number(tp)?;
        Some(&mut self.partitions[number])
    }
    fn state_of(&self, id: TransactionalId) -> &TxnPartitionState {
        let number = self.partition_of(id).and_then(|tp| self.topic.number(tp));
        number.map_or(&TxnPartitionState::Closed, |number| &self.partitions[number].state)
    }

    /// What is known of an id, and in which epoch its partition is led here (`getTransactionState`).
    ///
    /// # Errors
    /// NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS.
    pub fn get(&self, id: TransactionalId) -> Result<Option<(LeaderEpoch, &TransactionMetadata)>, ErrorCode> {
        match self.state_of(id) {
            TxnPartitionState::Closed => Err(ErrorCode::NotCoordinator),
            TxnPartitionState::Loading => Err(ErrorCode::CoordinatorLoadInProgress),
            TxnPartitionState::Active(epoch, ids) => Ok(ids.get(&id).map(|metadata| (*epoch, metadata))),
        }
    }
    /// The same, to change it.
    ///
    /// # Errors
    /// As [`TransactionStateManager::get`].
    pub fn get_mut(
        &mut self,
        id: TransactionalId,
    ) -> Result<Option<(LeaderEpoch, &mut TransactionMetadata)>, ErrorCode> {
        let number = self.partition_of(id).and_then(|tp| self.topic.number(tp));
        let state = number.map(|number| &mut self.partitions[number].state);
        match state {
            None | Some(TxnPartitionState::Closed) => Err(ErrorCode::NotCoordinator),
            Some(TxnPartitionState::Loading) => Err(ErrorCode::CoordinatorLoadInProgress),
            Some(TxnPartitionState::Active(epoch, ids)) => Ok(ids.get_mut(&id).map(|metadata| (*epoch, metadata))),
        }
    }
    /// The same of an id that is known, in this epoch; none if another leads by now, or leads anew.
    pub fn in_epoch(&mut self, id: TransactionalId, epoch: LeaderEpoch) -> Option<&mut TransactionMetadata> {
        let (now, metadata) = self.get_mut(id).ok().flatten()?;
        (now == epoch).then_some(metadata)
    }
    /// An id that is new here (`putTransactionStateIfNotExists`).
    ///
    /// # Panics
    /// If its partition is not active.
    pub fn put(&mut self, metadata: TransactionMetadata) {
        let tp = self.partition_of(metadata.id).expect("its partition is known");
        match self.partition(tp).map(|partition| &mut partition.state) {
            Some(TxnPartitionState::Active(_, ids)) => _ = ids.insert(metadata.id, metadata),
            _ => panic!("an id is added to a partition that is led here"),
        }
    }
    /// An id has expired.
    pub fn forget(&mut self, id: TransactionalId) {
        let Some(tp) = self.partition_of(id) else { return };
        if let Some(TxnPartitionState::Active(_, ids)) = self.partition(tp).map(|partition| &mut partition.state) {
            ids.remove(&id);
        }
    }
    /// All ids that are known here, by partition.
    pub fn ids(&self) -> impl Iterator<Item = (LeaderEpoch, &TransactionMetadata)> {
        self.partitions
            .iter()
            .filter_map(|partition| partition.ids())
            .flat_map(|(epoch, ids)| ids.values().map(move |metadata| (epoch, metadata)))
    }

    /// This broker leads a partition now, and reads it.
    pub fn loading(&mut self, tp: Tp) {
        if let Some(partition) = self.partition(tp) {
            partition.state = TxnPartitionState::Loading;
        }
    }
    /// It has read it up to its end (`loadTransactionMetadata`): the last record of an id counts. Returns the ids whose
    /// transactions are decided, and not over.
    pub fn load<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
    ) -> Vec<TransactionalId> {
        let mut ids = BTreeMap::new();
        for batch in batches {
            batch.coordinator_records().for_each(|record| replay(&mut ids, record));
        }
        let decided = ids.values().filter(|metadata| metadata.is_decided()).map(|metadata| metadata.id).collect();
        if let Some(partition) = self.partition(tp) {
            partition.state = TxnPartitionState::Active(epoch, ids);
        }
        decided
    }
    /// This broker does not lead a partition any more. Whether it had read it. What was being written comes back.
    pub fn unload(&mut self, tp: Tp, env: &mut TransactionEnv<'_, '_>) -> (bool, VecDeque<PendingAppend<A>>) {
        let Some(number) = self.topic.number(tp) else { return (false, VecDeque::new()) };
        let partition = &mut self.partitions[number];
        let was = std::mem::replace(&mut partition.state, TxnPartitionState::Closed);
        if partition.armed.take().is_some() {
            env.ctx.cancel_timer(TransactionCoordinatorTimer::AppendTimeout(number as u32));
        }
        (matches!(was, TxnPartitionState::Active(..)), std::mem::take(&mut partition.appends))
    }

    /// Has records written, and replicated within `timeout`.
    pub fn append(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        (written, records): (Written, Rc<[CoordinatorRecord]>),
        timeout: Nanos,
        then: A,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        self.last_write += 1;
        let (write, deadline) = (self.last_write, env.ctx.now().saturating_add(timeout));
        let Some(number) = self.topic.number(tp) else { unreachable!("an id belongs to a partition of the topic") };
        let partition = &mut self.partitions[number];
        partition.appends.push_back(PendingAppend { write, epoch, written, then, deadline, end: None });
        partition.arm(number as u32, env);
        env.commands.push(TransactionCommand::Append { tp, write, records });
    }
    /// Records are in the log, or were refused: then they come back.
    pub fn appended(&mut self, tp: Tp, write: u32, result: Result<Offset, ErrorCode>) -> Option<PendingAppend<A>> {
        let partition = self.partition(tp)?;
        let place = partition.appends.iter().position(|append| append.write == write)?;
        match result {
            Ok(end) => {
                partition.appends[place].end = Some(end);
                None
            }
            Err(_) => partition.appends.remove(place),
        }
    }
    /// The next of what is replicated with this high watermark.
    pub fn next_replicated(&mut self, tp: Tp, high_watermark: Offset) -> Option<PendingAppend<A>> {
        let partition = self.partition(tp)?;
        partition.appends.pop_front_if(|append| append.end.is_some_and(|end| end <= high_watermark))
    }
    /// The next of what was not replicated in time.
    pub fn next_expired(&mut self, number: u32, env: &mut TransactionEnv<'_, '_>) -> Option<PendingAppend<A>> {
        let partition = &mut self.partitions[number as usize];
        let now = env.ctx.now();
        if let Some(place) = partition.appends.iter().position(|append| append.deadline <= now) {
            return partition.appends.remove(place);
        }
        partition.armed = None;
        partition.arm(number, env);
        None
    }

    /// # Panics
    /// If ids or writes of a partition contradict themselves. `turn`: partitions take turns.
    pub fn check_invariants(&self, turn: u64) {
        let Some(partition) = self.partitions.get(turn as usize % self.partitions.len().max(1)) else { return };
        if let TxnPartitionState::Active(_, ids) = &partition.state {
            ids.values().for_each(TransactionMetadata::check_invariants);
            let here = |id: &TransactionalId| {
                self.partition_of(*id) == Some(self.topic.partition(turn as u32 % self.topic.count))
            };
            assert!(ids.keys().all(here), "an id is known where it belongs");
        }
        let ends = || partition.appends.iter().map(|append| append.end);
        assert!(ends().is_sorted_by_key(|end| end.map_or(i64::MAX, |end| end.0)), "writes are in the order of the log");
        let first = partition.appends.iter().map(|append| append.deadline).min();
        let armed = partition.armed;
        assert!(first.is_none_or(|first| armed.is_some_and(|armed| armed <= first)), "a write is given up in time");
    }
}

#[cfg(test)]
impl<A: Clone> TransactionStateManager<A> {
    /// The timer is forgotten.
    pub fn disarm(&mut self) {
        self.partitions[0].armed = None;
    }
    /// A write that is not in the log comes before one that is.
    pub fn double_write(&mut self) {
        let appends = &mut self.partitions[0].appends;
        let unwritten = PendingAppend { end: None, ..appends[0].clone() };
        appends.push_front(unwritten);
    }
}

impl<A> TxnPartition<A> {
    fn ids(&self) -> Option<(LeaderEpoch, &BTreeMap<TransactionalId, TransactionMetadata>)> {
        match &self.state {
            TxnPartitionState::Active(epoch, ids) => Some((*epoch, ids)),
            TxnPartitionState::Closed | TxnPartitionState::Loading => None,
        }
    }
    fn arm(&mut self, number: u32, env: &mut TransactionEnv<'_, '_>) {
        let first = self.appends.iter().map(|append| append.deadline).min();
        if let Some(first) = first
            && self.armed.is_none_or(|armed| armed > first)
        {
            self.armed = Some(first);
            env.ctx.set_timer(TransactionCoordinatorTimer::AppendTimeout(number), first);
        }
    }
}

/// Applies a record that was read from the log.
fn replay(ids: &mut BTreeMap<TransactionalId, TransactionMetadata>, record: &CoordinatorRecord) {
    match record {
        CoordinatorRecord::Transaction(value) => {
            ids.insert(value.transactional_id, TransactionMetadata::of_log(value));
        }
        CoordinatorRecord::TransactionTombstone { transactional_id } => _ = ids.remove(transactional_id),
        CoordinatorRecord::OffsetCommit { .. }
        | CoordinatorRecord::OffsetTombstone { .. }
        | CoordinatorRecord::GroupMetadata(_)
        | CoordinatorRecord::ConsumerGroup { .. }
        | CoordinatorRecord::ShareGroup { .. }
        | CoordinatorRecord::ShareSnapshot(_)
        | CoordinatorRecord::ShareUpdate(_)
        | CoordinatorRecord::ShareTombstone { .. }
        | CoordinatorRecord::GroupTombstone { .. } => unreachable!("a record of another coordinator"),
    }
}
