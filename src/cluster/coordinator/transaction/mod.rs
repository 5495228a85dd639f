//! The transaction coordinator (`core/.../coordinator/transaction/TransactionCoordinator.scala`).
//!
//! A transactional id belongs to a partition of `__transaction_state`, whose leader coordinates it; the partition's leader
//! epoch is the *coordinator epoch*. A change of state is prepared, written, and takes effect once it is replicated. So
//! this coordinator does not live on the runtime that the group coordinator lives on: there memory goes ahead of the log
//! and answers wait for it, here memory waits; there a partition has one timeout for all writes, here each write has that of
//! its transaction; a write needs `min.insync.replicas` here, and a new leader epoch makes a new coordinator.
//!
//! | file | what it holds |
//! |---|---|
//! | `env` | what it may use, and what it wants done |
//! | `metadata` | one id: its states, and what each transition makes of it |
//! | `init_producer_id`, `end_txn` | what becomes of the two requests that have more than one outcome |
//! | `state_manager` | the ids of the partitions led here; what is being written |
//! | `markers` | which markers are to be sent, and where |
//!
//! Appends and answers are [`TransactionCommand`]s, markers are [`MarkersToSend`]; the broker carries out both.
//!
//! Out of here: two-phase commit (KIP-939), authorization, and adding partitions on behalf of producers, which their
//! leaders do.

mod description;
mod end_txn;
mod env;
mod init_producer_id;
mod markers;
mod metadata;
mod request;
mod state_manager;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::coordinator::partition;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::{CoordinatorRecord, RecordBatch, TransactionState};
use crate::protocol::catalog::{Catalog, TRANSACTION_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{FenceEpoch, Rules, TransactionVersion};
use crate::sim::time::Nanos;

pub use description::TransactionDescription;
pub use env::{ProducerIds, TransactionCommand, TransactionEnv};
pub use markers::{MarkersToSend, PendingMarker};
pub use request::TransactionRequest;
pub use timers::TransactionCoordinatorTimer;

use end_txn::{EndTransaction, EndTransit};
use init_producer_id::InitTransit;
use markers::{PendingCompleteTxn, TransactionMarkerChannelManager};
use metadata::{TransactionMetadata, TxnTransitMetadata};
use state_manager::{PendingAppend, TransactionStateManager, Written};

/// Who is told of the end of a transaction, once that is decided.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Ender {
    Client(ReplyTo),
    /// Another producer wants the id, and has to ask again.
    NewOwner(ReplyTo),
    /// Nobody: it has taken too long.
    Timeout,
}

/// What is done once something is written, or cannot be.
#[derive(Clone, Debug)]
enum Then {
    Initialized(ReplyTo),
    /// One transaction, by its place, of a request to add partitions.
    Added(u32, usize),
    OffsetsAdded(ReplyTo),
    Decided {
        end: EndTransaction,
        ender: Ender,
        is_epoch_fence: bool,
    },
    Completed,
    Expired,
}

/// A request to add partitions to several transactions is answered when all are done.
#[derive(Clone, Debug)]
struct Adding {
    to: ReplyTo,
    results: List<(TransactionalId, List<(Tp, ErrorCode)>)>,
    open: usize,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct TransactionCoordinator {
    broker: BrokerId,
    config: Rc<BrokerConfig>,
    rules: Rules,
    state: TransactionStateManager<Then>,
    markers: TransactionMarkerChannelManager,
    adding: BTreeMap<u32, Adding>,
    /// The number of the last request to add partitions.
    last_adding: u32,
}

impl TransactionCoordinator {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: Rc<BrokerConfig>, catalog: &Catalog, rules: Rules) -> TransactionCoordinator {
        let ids = 0..catalog.transactional_ids.len() as u16;
        let partitions = ids.filter_map(|id| catalog.transaction_partition(TransactionalId(id)));
        let state = TransactionStateManager::new(partition::of_topic(catalog, TRANSACTION_STATE), partitions.collect());
        TransactionCoordinator {
            broker,
            config,
            rules,
            state,
            markers: TransactionMarkerChannelManager::default(),
            adding: BTreeMap::new(),
            last_adding: 0,
        }
    }
    /// Whether it is a partition of `__transaction_state`.
    pub fn is_its_partition(&self, tp: Tp) -> bool {
        self.state.has(tp)
    }
    /// Begins to look for transactions that take too long, and for ids that expire, after these times.
    pub fn start(&mut self, abort_after: Nanos, expire_after: Nanos, ctx: &mut Context<'_>) {
        ctx.set_timer_in(TransactionCoordinatorTimer::AbortTimedOut, abort_after);
        ctx.set_timer_in(TransactionCoordinatorTimer::RemoveExpired, expire_after);
    }

    // --- leadership ------------------------------------------------------------------------

    /// This broker leads a partition of `__transaction_state` now, maybe in a new epoch, and will call
    /// [`TransactionCoordinator::elected`] once it has read it.
    pub fn loading(&mut self, tp: Tp) {
        self.remove_markers(tp);
        self.state.loading(tp);
    }
    /// It has read it (`onElection`). `batches` is the whole log, up to its end and not only to the high watermark.
    /// Transactions that are decided are seen to their end.
    pub fn elected<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        self.remove_markers(tp);
        let decided = self.state.load(tp, epoch, batches);
        env.ctx.record(Fact::CoordinatorLoaded { broker: self.broker, tp, epoch });
        for id in decided {
            self.tell_state(id, env);
            self.send_markers(id, env);
        }
    }
    /// It does not lead it any more (`onResignation`).
    pub fn resigned(&mut self, tp: Tp, env: &mut TransactionEnv<'_, '_>) {
        self.remove_markers(tp);
        let (was_active, appends) = self.state.unload(tp, env);
        for append in appends {
            self.failed(append, ErrorCode::NotLeaderOrFollower, env);
        }
        if was_active {
            env.ctx.record(Fact::CoordinatorUnloaded { broker: self.broker, tp });
        }
    }
    fn remove_markers(&mut self, tp: Tp) {
        let state = &self.state;
        self.markers.remove_partition(|id| state.partition_of(id) == Some(tp));
    }

    // --- requests --------------------------------------------------------------------------

    /// Takes a request.
    pub fn handle(&mut self, to: ReplyTo, request: TransactionRequest, env: &mut TransactionEnv<'_, '_>) {
        match request {
            TransactionRequest::InitProducerId(request) => self.init_producer_id(to, request, env),
            TransactionRequest::AddPartitionsToTxn(request, unknown) => {
                self.add_partitions_to_txn(to, request, &unknown, env);
            }
            TransactionRequest::AddOffsetsToTxn(request, tp) => {
                let AddOffsetsToTxnRequest { transactional_id, producer, .. } = request;
                let (version, then) = (TransactionVersion::V0, Then::OffsetsAdded(to));
                self.add_partitions(transactional_id, producer, &[tp], version, then, env);
            }
            TransactionRequest::EndTxn(request) => {
                let EndTxnRequest { transactional_id: id, producer, committed, version } = request;
                let end = EndTransaction { id, producer, committed, from_client: true, version };
                self.end_transaction(end, Ender::Client(to), env);
            }
        }
    }

    /// A producer wants a producer id, or another epoch (`handleInitProducerId`).
    fn init_producer_id(&mut self, to: ReplyTo, request: InitProducerIdRequest, env: &mut TransactionEnv<'_, '_>) {
        let id = request.transactional_id.expect("any broker gives ids to producers without one");
        let (timeout, longest) = (request.transaction_timeout, self.config.transaction_max_timeout);
        if timeout == Nanos::ZERO || timeout > longest {
            return self.refuse_init(to, &request, ErrorCode::InvalidTransactionTimeout, env);
        }
        match self.prepare_init(id, &request, env) {
            Err(error) => self.refuse_init(to, &request, error, env),
            Ok((epoch, InitTransit::Initialize(transit))) => {
                self.write(id, epoch, transit, Then::Initialized(to), env);
            }
            Ok((_, InitTransit::Fence(epoch))) => self.fence(id, epoch, Ender::NewOwner(to), env),
        }
    }
    fn prepare_init(
        &mut self,
        id: TransactionalId,
        request: &InitProducerIdRequest,
        env: &mut TransactionEnv<'_, '_>,
    ) -> Result<(LeaderEpoch, InitTransit), ErrorCode> {
        if self.state.get(id)?.is_none() {
            let producer_id = (env.ids)(env.ctx)?;
            self.state.put(TransactionMetadata::new(id, producer_id, request.transaction_timeout, env.ctx.now()));
        }
        let (epoch, metadata) = self.state.get_mut(id)?.expect("just put");
        let transit = init_producer_id::prepare(metadata, request, self.rules, env.ids, env.ctx)?;
        Ok((epoch, transit))
    }
    fn refuse_init(
        &self,
        to: ReplyTo,
        request: &InitProducerIdRequest,
        error: ErrorCode,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        if let Some(id) = request.transactional_id {
            self.tell_refused(id, request.producer, error, env);
        }
        answer_init(to, Err(error), env);
    }

    /// The transaction of an id is aborted with the epoch of a fence: its producer is heard no more.
    fn fence(&mut self, id: TransactionalId, epoch: ProducerEpoch, ender: Ender, env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((_, metadata))) = self.state.get(id) else { return };
        let ProducerIdAndEpoch { id: producer_id, epoch: fenced } = metadata.now.producer;
        env.ctx.record(Fact::TransactionFenced {
            broker: self.broker,
            transactional_id: id,
            producer_id,
            producer_epoch: fenced,
            timed_out: ender == Ender::Timeout,
        });
        // Not the client asks for this, so the cluster's protocol decides, whatever the client speaks.
        let (version, producer) = (self.rules.transaction_version, ProducerIdAndEpoch { id: producer_id, epoch });
        let end = EndTransaction { id, producer, committed: false, from_client: false, version };
        self.end_transaction(end, ender, env);
    }

    /// Clients ask for one transaction, leaders for several (`KafkaApis.handleAddPartitionsToTxnRequest`).
    fn add_partitions_to_txn(
        &mut self,
        to: ReplyTo,
        request: AddPartitionsToTxnRequest,
        unknown: &[Tp],
        env: &mut TransactionEnv<'_, '_>,
    ) {
        self.last_adding = self.last_adding.wrapping_add(1);
        let number = self.last_adding;
        let results = request.transactions.iter().map(|t| (t.transactional_id, List::new())).collect();
        self.adding.insert(number, Adding { to, results, open: request.transactions.len() });
        for (place, transaction) in request.transactions.into_iter().enumerate() {
            let AddPartitionsToTxnTransaction { transactional_id: id, producer, verify_only, version, partitions } =
                transaction;
            // One that does not exist has the whole transaction refused.
            if partitions.iter().any(|tp| unknown.contains(tp)) {
                let outcome = |tp: &Tp| match unknown.contains(tp) {
                    true => ErrorCode::UnknownTopicOrPartition,
                    false => ErrorCode::OperationNotAttempted,
                };
                let outcome = partitions.iter().map(|tp| (*tp, outcome(tp))).collect();
                self.added(number, place, outcome, env);
                continue;
            }
            if verify_only {
                let outcome = self.verify(id, producer, &partitions, env);
                self.added(number, place, outcome, env);
                continue;
            }
            if let Some(adding) = self.adding.get_mut(&number) {
                adding.results[place].1 = partitions.iter().map(|tp| (*tp, ErrorCode::None)).collect();
            }
            // Old clients are not told apart (`TransactionVersion.transactionVersionForAddPartitionsToTxn`).
            let version = if version.supports_epoch_bump() { version } else { TransactionVersion::V0 };
            self.add_partitions(id, producer, &partitions, version, Then::Added(number, place), env);
        }
    }
    /// One transaction of such a request is done.
    fn added(&mut self, number: u32, place: usize, outcome: List<(Tp, ErrorCode)>, env: &mut TransactionEnv<'_, '_>) {
        let Some(adding) = self.adding.get_mut(&number) else { return };
        adding.results[place].1 = outcome;
        adding.open -= 1;
        if adding.open == 0
            && let Some(Adding { to, results, .. }) = self.adding.remove(&number)
        {
            env.reply(to, Response::AddPartitionsToTxn(AddPartitionsToTxnResponse { results }));
        }
    }
    /// Whether partitions are part of a transaction (`handleVerifyPartitionsInTransaction`). What is being written does
    /// not matter: the leader looks again when it appends.
    fn verify(
        &self,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        partitions: &[Tp],
        env: &mut TransactionEnv<'_, '_>,
    ) -> List<(Tp, ErrorCode)> {
        let known = self.state.get(id).and_then(|known| {
            let (_, metadata) = known.ok_or(ErrorCode::InvalidProducerIdMapping)?;
            may_add(metadata, producer)?;
            Ok(metadata)
        });
        let outcome = |tp: &Tp| match known {
            Err(error) => error,
            Ok(metadata) if metadata.now.partitions.contains(tp) => ErrorCode::None,
            Ok(_) => ErrorCode::TransactionAbortable,
        };
        let outcomes: List<(Tp, ErrorCode)> = partitions.iter().map(|tp| (*tp, outcome(tp))).collect();
        if let Some((_, error)) = outcomes.iter().find(|(_, error)| error.is_err()) {
            self.tell_refused(id, producer, *error, env);
        }
        outcomes
    }
    /// Partitions become part of a transaction (`handleAddPartitionsToTransaction`).
    fn add_partitions(
        &mut self,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        partitions: &[Tp],
        version: TransactionVersion,
        then: Then,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        match self.prepare_add(id, producer, partitions, version, env.ctx.now()) {
            Ok((epoch, transit)) => self.write(id, epoch, transit, then, env),
            Err(error) => {
                self.tell_refused(id, producer, error, env);
                self.done(id, then, if error.is_ok() { Ok(()) } else { Err(error) }, env);
            }
        }
    }
    fn prepare_add(
        &mut self,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        partitions: &[Tp],
        version: TransactionVersion,
        now: Nanos,
    ) -> Result<(LeaderEpoch, TxnTransitMetadata), ErrorCode> {
        let (epoch, metadata) = self.state.get_mut(id)?.ok_or(ErrorCode::InvalidProducerIdMapping)?;
        // First, so that what is under way is seen to its end: the producer may be about to get its next producer id.
        if metadata.is_pending() {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        may_add(metadata, producer)?;
        let are_known = partitions.iter().all(|tp| metadata.now.partitions.contains(tp));
        if metadata.now.state == TransactionState::Ongoing && are_known {
            return Err(ErrorCode::None);
        }
        Ok((epoch, metadata.prepare_add_partitions(partitions, version, now)))
    }

    /// Commits or aborts a transaction (`endTransaction`): that is decided once it is replicated, and told then; markers
    /// follow.
    fn end_transaction(&mut self, end: EndTransaction, ender: Ender, env: &mut TransactionEnv<'_, '_>) {
        match self.prepare_end(&end, env) {
            Ok((epoch, EndTransit { to, is_epoch_fence })) => {
                self.write(end.id, epoch, to, Then::Decided { end, ender, is_epoch_fence }, env);
            }
            Err((error, producer)) => {
                self.tell_refused(end.id, end.producer, error, env);
                self.answer_end(ender, &end, error, producer, env);
            }
        }
    }
    /// With an error comes the producer id and epoch that the id has.
    fn prepare_end(
        &mut self,
        end: &EndTransaction,
        env: &mut TransactionEnv<'_, '_>,
    ) -> Result<(LeaderEpoch, EndTransit), (ErrorCode, ProducerIdAndEpoch)> {
        let unknown = |error| (error, ProducerIdAndEpoch::NONE);
        let known = self.state.get_mut(end.id).map_err(unknown)?;
        let (epoch, metadata) = known.ok_or(unknown(ErrorCode::InvalidProducerIdMapping))?;
        let producer = metadata.now.producer;
        let transit = end_txn::prepare(metadata, end, self.rules, env.ids, env.ctx);
        transit.map(|transit| (epoch, transit)).map_err(|error| (error, producer))
    }
    fn answer_end(
        &mut self,
        ender: Ender,
        end: &EndTransaction,
        error: ErrorCode,
        next: ProducerIdAndEpoch,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        match ender {
            Ender::Client(to) => {
                let tells_next = error.is_ok() && end.version.supports_epoch_bump();
                let producer = if tells_next { next } else { ProducerIdAndEpoch::NONE };
                env.reply(to, Response::EndTxn(EndTxnResponse { error, producer }));
            }
            Ender::NewOwner(to) => {
                let error = if error.is_ok() { ErrorCode::ConcurrentTransactions } else { error };
                answer_init(to, Err(error), env);
            }
            Ender::Timeout => {}
        }
    }

    // --- writing ---------------------------------------------------------------------------

    /// Writes the next state of an id (`appendTransactionToLog`). It may take as long as its transactions.
    fn write(
        &mut self,
        id: TransactionalId,
        epoch: LeaderEpoch,
        transit: TxnTransitMetadata,
        then: Then,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let tp = self.state.partition_of(id).expect("what is prepared has a partition");
        let (timeout, value) = (transit.timeout, transit.to_log(id, self.rules));
        let records = [CoordinatorRecord::Transaction(Rc::new(value))].into();
        self.state.append(tp, epoch, (Written::Transit(id, transit), records), timeout, then, env);
    }
    /// An append was done (the offset after its last record) or refused.
    pub fn appended(
        &mut self,
        tp: Tp,
        write: u32,
        result: Result<Offset, ErrorCode>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        if let (Some(append), Err(error)) = (self.state.appended(tp, write, result), result) {
            self.failed(append, error, env);
        }
    }
    /// The high watermark of a partition of `__transaction_state` rose on this leader. `is_enough`: its ISR is not below
    /// the minimum.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, is_enough: bool, env: &mut TransactionEnv<'_, '_>) {
        while let Some(append) = self.state.next_replicated(tp, offset) {
            match is_enough {
                true => self.replicated(append, env),
                false => self.failed(append, ErrorCode::NotEnoughReplicasAfterAppend, env),
            }
        }
    }

    /// What was written is replicated: it takes effect.
    fn replicated(&mut self, append: PendingAppend<Then>, env: &mut TransactionEnv<'_, '_>) {
        let PendingAppend { epoch, written, then, .. } = append;
        match written {
            Written::Transit(id, transit) => {
                let result = match self.state.get_mut(id) {
                    Err(error) => Err(error),
                    Ok(Some((now, metadata))) if now == epoch => {
                        let before = metadata.now.partitions.clone();
                        metadata.complete(transit);
                        self.tell_added(id, &before, env);
                        self.tell_state(id, env);
                        Ok(())
                    }
                    // The id is another coordinator's by now, be it in this process.
                    Ok(_) => Err(ErrorCode::NotCoordinator),
                };
                self.done(id, then, result, env);
            }
            Written::Expired(ids) => {
                for (id, expired) in ids {
                    self.remove(id, expired, epoch, env);
                }
            }
        }
    }
    /// Something could not be written, or not be replicated in time. Its id stays as it was.
    fn failed(&mut self, append: PendingAppend<Then>, error: ErrorCode, env: &mut TransactionEnv<'_, '_>) {
        let PendingAppend { epoch, written, then, .. } = append;
        let error = of_append(error);
        match written {
            Written::Transit(id, transit) => {
                let retries = matches!(then, Then::Completed) && error == ErrorCode::CoordinatorNotAvailable;
                match self.state.in_epoch(id, epoch) {
                    // It remains pending.
                    Some(_) if retries => {
                        self.markers.retry(id, PendingCompleteTxn { epoch, to: transit });
                        self.look_again(env);
                    }
                    Some(metadata) => metadata.pending = None,
                    None => {}
                }
                self.done(id, then, Err(error), env);
            }
            Written::Expired(ids) => {
                for (id, _) in ids {
                    if let Some(metadata) = self.state.in_epoch(id, epoch) {
                        metadata.pending = None;
                    }
                }
            }
        }
    }
    /// The tombstone of an id that has expired in this epoch of its producer is written
    /// (`TransactionStateManager.writeTombstonesForExpiredTransactionalIds`).
    fn remove(
        &mut self,
        id: TransactionalId,
        expired: ProducerEpoch,
        epoch: LeaderEpoch,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let Some(metadata) = self.state.in_epoch(id, epoch) else { return };
        let producer = metadata.now.producer;
        if metadata.pending != Some(TransactionState::Dead) || producer.epoch != expired {
            metadata.pending = None;
            return;
        }
        env.ctx.record(Fact::TransactionStateChanged {
            broker: self.broker,
            transactional_id: id,
            state: TransactionState::Dead,
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            coordinator_epoch: epoch,
            partitions: 0,
        });
        self.state.forget(id);
    }

    /// What was asked for is written, or is not.
    fn done(
        &mut self,
        id: TransactionalId,
        then: Then,
        result: Result<(), ErrorCode>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let error = result.err().unwrap_or(ErrorCode::None);
        match then {
            Then::Initialized(to) => {
                let producer = self.state.get(id).ok().flatten().map(|(_, metadata)| metadata.now.producer);
                let result = result.and(producer.ok_or(ErrorCode::NotCoordinator));
                answer_init(to, result, env);
            }
            Then::Added(number, place) => {
                let Some(adding) = self.adding.get(&number) else { return };
                let outcome = adding.results[place].1.iter().map(|(tp, _)| (*tp, error)).collect();
                self.added(number, place, outcome, env);
            }
            Then::OffsetsAdded(to) => env.reply(to, Response::AddOffsetsToTxn(error)),
            Then::Decided { end, ender, .. } if error.is_ok() => self.decided(&end, ender, env),
            Then::Decided { end, ender, is_epoch_fence } => {
                // What a fence has done to the epoch in memory is not done again.
                let bumps = !end.version.supports_epoch_bump() || self.rules.fence_epoch == FenceEpoch::Twice;
                if is_epoch_fence
                    && bumps
                    && let Ok(Some((_, metadata))) = self.state.get_mut(id)
                {
                    metadata.has_failed_epoch_fence = true;
                }
                self.answer_end(ender, &end, error, ProducerIdAndEpoch::NONE, env);
            }
            Then::Completed | Then::Expired => {}
        }
    }

    // --- markers ---------------------------------------------------------------------------

    /// The outcome is decided: whoever asked is told, and the markers go.
    fn decided(&mut self, end: &EndTransaction, ender: Ender, env: &mut TransactionEnv<'_, '_>) {
        self.send_markers(end.id, env);
        let next = self.markers.pending.get(&end.id).map(|pending| pending.to.producer);
        let written = || self.state.get(end.id).ok().flatten().map(|(_, metadata)| metadata.now.producer);
        let next = next.or_else(written).unwrap_or(ProducerIdAndEpoch::NONE);
        self.answer_end(ender, end, ErrorCode::None, next, env);
    }
    /// The markers of a decided transaction are to be sent (`addTxnMarkersToSend`).
    fn send_markers(&mut self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((epoch, metadata))) = self.state.get_mut(id) else { return };
        let committed = metadata.now.state == TransactionState::PrepareCommit;
        let marker = WritableTxnMarker {
            producer: metadata.now.producer,
            coordinator_epoch: epoch.0,
            committed,
            version: metadata.now.client_version,
            partitions: metadata.now.partitions.iter().copied().collect(),
        };
        let to = metadata.prepare_complete(env.ctx.now());
        self.markers.pending.insert(id, PendingCompleteTxn { epoch, to });
        self.markers.wake();
        if !marker.partitions.is_empty() {
            self.markers.enqueue(PendingMarker { id, epoch, marker });
        }
    }
    /// Whether the thread that sends markers has something to do.
    #[inline]
    pub fn has_markers(&self) -> bool {
        self.markers.is_awake()
    }
    /// The thread that sends markers does a round: the ends of transactions that have all theirs are written, and what is
    /// to be sent comes out.
    pub fn generate_markers(&mut self, image: &MetadataImage, env: &mut TransactionEnv<'_, '_>) -> Vec<MarkersToSend> {
        for (id, pending) in self.markers.take_retries() {
            self.write_completion(id, pending, env);
        }
        let (to_send, nowhere) = self.markers.resolve(image, self.rules);
        for PendingMarker { id, epoch, marker } in nowhere {
            self.skip_markers(id, epoch, &marker, env);
        }
        let finished: Vec<TransactionalId> = self.markers.pending.keys().copied().collect();
        finished.into_iter().for_each(|id| self.maybe_write_completion(id, env));
        if self.markers.sleep(env.ctx.now()) {
            self.look_again(env);
        }
        to_send
    }
    /// The thread wakes when its network client has waited for something to happen for as long as it does.
    fn look_again(&self, env: &mut TransactionEnv<'_, '_>) {
        let at = self.markers.wakes_at(self.config.request_timeout, env.ctx.now());
        env.ctx.set_timer(TransactionCoordinatorTimer::MarkerPoll, at);
    }
    /// Partitions that do not exist, or so it looks, get no marker.
    fn skip_markers(
        &mut self,
        id: TransactionalId,
        epoch: LeaderEpoch,
        marker: &WritableTxnMarker,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let Some(metadata) = self.state.in_epoch(id, epoch) else { return self.markers.remove(id, epoch) };
        for tp in &marker.partitions {
            metadata.remove_partition(*tp);
            env.ctx.record(Fact::MarkerSkipped {
                broker: self.broker,
                transactional_id: id,
                producer_id: marker.producer.id,
                producer_epoch: marker.producer.epoch,
                tp: *tp,
            });
        }
    }
    /// The end of a transaction is written once every partition has its marker (`maybeWriteTxnCompletion`).
    fn maybe_write_completion(&mut self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Some(epoch) = self.markers.pending.get(&id).map(|pending| pending.epoch) else { return };
        let waits = self.state.in_epoch(id, epoch).is_some_and(|metadata| !metadata.now.partitions.is_empty());
        if !waits && let Some(pending) = self.markers.pending.remove(&id) {
            self.write_completion(id, pending, env);
        }
    }
    fn write_completion(&mut self, id: TransactionalId, pending: PendingCompleteTxn, env: &mut TransactionEnv<'_, '_>) {
        let PendingCompleteTxn { epoch, to } = pending;
        // Where another coordinator has taken over, that is its business.
        if self.state.in_epoch(id, epoch).is_some() {
            self.write(id, epoch, to, Then::Completed, env);
        }
    }
    /// A leader has answered, or its connection is gone (`TransactionMarkerRequestCompletionHandler`).
    pub fn markers_answered(&mut self, sent: Vec<PendingMarker>, response: Option<WriteTxnMarkersResponse>) {
        self.markers.wake();
        let mut results = response.map(|response| response.results.into_iter());
        for entry in sent {
            let answer = results.as_mut().map(|results| results.next().map_or_else(List::new, |(_, result)| result));
            self.marker_answered(entry, answer);
        }
    }
    /// Without an answer all of it is sent again, maybe to another leader.
    fn marker_answered(&mut self, entry: PendingMarker, answer: Option<List<(Tp, ErrorCode)>>) {
        let Some(metadata) = self.state.in_epoch(entry.id, entry.epoch) else {
            return self.markers.remove(entry.id, entry.epoch);
        };
        let mut again = List::new();
        let mut gives_up = false;
        match answer {
            None => again = entry.marker.partitions.clone(),
            Some(results) => {
                for (tp, error) in results {
                    match error {
                        ErrorCode::None => metadata.remove_partition(tp),
                        // Somebody else knows better.
                        ErrorCode::InvalidProducerEpoch | ErrorCode::TransactionCoordinatorFenced => gives_up = true,
                        _ => again.push(tp),
                    }
                }
            }
        }
        if gives_up {
            self.markers.remove(entry.id, entry.epoch);
        } else if !again.is_empty() {
            let marker = WritableTxnMarker { partitions: again, ..entry.marker };
            self.markers.enqueue(PendingMarker { marker, ..entry });
        }
    }

    // --- timers ----------------------------------------------------------------------------

    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: TransactionCoordinatorTimer, env: &mut TransactionEnv<'_, '_>) {
        match timer {
            TransactionCoordinatorTimer::AbortTimedOut => {
                self.abort_timed_out(env);
                env.ctx.set_timer_in(timer, self.config.transaction_abort_timed_out_cleanup_interval);
            }
            TransactionCoordinatorTimer::RemoveExpired => {
                self.remove_expired(env);
                env.ctx.set_timer_in(timer, self.config.transaction_remove_expired_cleanup_interval);
            }
            TransactionCoordinatorTimer::AppendTimeout(number) => {
                while let Some(append) = self.state.next_expired(number, env) {
                    self.failed(append, ErrorCode::RequestTimedOut, env);
                }
            }
            TransactionCoordinatorTimer::MarkerPoll => self.markers.wake(),
        }
    }
    /// Transactions that are open for longer than their producers wanted are aborted (`abortTimedOutTransactions`).
    fn abort_timed_out(&mut self, env: &mut TransactionEnv<'_, '_>) {
        let now = env.ctx.now();
        let takes_too_long = |metadata: &TransactionMetadata| {
            let start = metadata.now.start.unwrap_or(now);
            let is_open = metadata.now.state == TransactionState::Ongoing && !metadata.is_pending();
            is_open && start.saturating_add(metadata.now.timeout) < now
        };
        let ids = self.state.ids().filter(|(_, metadata)| takes_too_long(metadata));
        let ids: Vec<TransactionalId> = ids.map(|(_, metadata)| metadata.id).collect();
        for id in ids {
            let rules = self.rules;
            let Ok(Some((_, metadata))) = self.state.get_mut(id) else { continue };
            if let Ok(epoch) = metadata.prepare_fence(rules) {
                self.fence(id, epoch, Ender::Timeout, env);
            }
        }
    }
    /// Ids of which nothing was heard for long are forgotten (`removeExpiredTransactionalIds`).
    fn remove_expired(&mut self, env: &mut TransactionEnv<'_, '_>) {
        let (now, limit) = (env.ctx.now(), self.config.transactional_id_expiration);
        let mut expired = BTreeMap::<(Tp, LeaderEpoch), Vec<TransactionalId>>::new();
        for (epoch, metadata) in self.state.ids() {
            let may_go = !metadata.is_pending() && is_at_rest(metadata.now.state);
            if may_go && now >= metadata.now.last_update.saturating_add(limit) {
                let tp = self.state.partition_of(metadata.id).expect("it is known where it belongs");
                expired.entry((tp, epoch)).or_default().push(metadata.id);
            }
        }
        for ((tp, epoch), ids) in expired {
            let tombstone = |id: &TransactionalId| CoordinatorRecord::TransactionTombstone { transactional_id: *id };
            let records = ids.iter().map(tombstone).collect();
            let dead = ids.into_iter().filter_map(|id| {
                let metadata = self.state.in_epoch(id, epoch)?;
                Some((id, metadata.prepare_dead().producer.epoch))
            });
            let written = Written::Expired(dead.collect());
            self.state.append(tp, epoch, (written, records), self.config.request_timeout, Then::Expired, env);
        }
    }

    // --- telling ---------------------------------------------------------------------------

    /// An id is in the state that it is in.
    fn tell_state(&self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((coordinator_epoch, metadata))) = self.state.get(id) else { return };
        env.ctx.record(Fact::TransactionStateChanged {
            broker: self.broker,
            transactional_id: id,
            state: metadata.now.state,
            producer_id: metadata.now.producer.id,
            producer_epoch: metadata.now.producer.epoch,
            coordinator_epoch,
            partitions: metadata.now.partitions.len() as u32,
        });
    }
    fn tell_added(&self, id: TransactionalId, before: &[Tp], env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((_, metadata))) = self.state.get(id) else { return };
        let ProducerIdAndEpoch { id: producer_id, epoch: producer_epoch } = metadata.now.producer;
        for tp in metadata.now.partitions.iter().filter(|tp| !before.contains(tp)) {
            let (broker, transactional_id, tp) = (self.broker, id, *tp);
            env.ctx.record(Fact::PartitionAddedToTransaction {
                broker,
                transactional_id,
                producer_id,
                producer_epoch,
                tp,
            });
        }
    }
    /// A producer was refused with an error that will not pass.
    fn tell_refused(
        &self,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        error: ErrorCode,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        if error.is_err() && !error.is_retriable() {
            env.ctx.record(Fact::TransactionRefused {
                broker: self.broker,
                transactional_id: id,
                producer_id: producer.id,
                producer_epoch: producer.epoch,
                error,
            });
        }
    }
    /// The ids that are coordinated here, for tools.
    pub fn describe(&self) -> impl Iterator<Item = TransactionDescription> + '_ {
        self.state.ids().map(|(_, metadata)| TransactionDescription {
            id: metadata.id,
            coordinator: self.broker,
            producer: metadata.now.producer,
            state: metadata.now.state,
            timeout: metadata.now.timeout,
            start: metadata.now.start,
            partitions: metadata.now.partitions.clone(),
        })
    }
    /// # Panics
    /// If ids, writes or markers contradict themselves. `turn`: partitions take turns.
    pub fn check_invariants(&self, turn: u64) {
        self.state.check_invariants(turn);
        self.markers.check_invariants();
        assert!(self.adding.values().all(|adding| adding.open > 0), "a request that is done is answered");
    }
}

fn answer_init(to: ReplyTo, result: Result<ProducerIdAndEpoch, ErrorCode>, env: &mut TransactionEnv<'_, '_>) {
    let ProducerIdAndEpoch { id: producer_id, epoch: producer_epoch } = result.unwrap_or(ProducerIdAndEpoch::NONE);
    let error = result.err().unwrap_or(ErrorCode::None);
    env.reply(to, Response::InitProducerId(InitProducerIdResponse { error, producer_id, producer_epoch }));
}

/// Whether a producer may add partitions to the transaction of an id, or begin one.
fn may_add(metadata: &TransactionMetadata, producer: ProducerIdAndEpoch) -> Result<(), ErrorCode> {
    if metadata.now.producer.id != producer.id {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    if metadata.now.producer.epoch != producer.epoch {
        return Err(ErrorCode::ProducerFenced);
    }
    if metadata.is_decided() { Err(ErrorCode::ConcurrentTransactions) } else { Ok(()) }
}

/// Whether an id in this state may expire (`TransactionState.isExpirationAllowed`).
fn is_at_rest(state: TransactionState) -> bool {
    matches!(state, TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort)
}

/// What an append that failed means to clients (`appendTransactionToLog`).
fn of_append(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
}
