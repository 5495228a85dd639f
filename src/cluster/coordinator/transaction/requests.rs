//! What becomes of a request, until something is to be written.

use super::end_txn::{self, EndTransaction, EndTransit};
use super::init_producer_id::{self, InitTransit};
use super::metadata::{TransactionMetadata, TxnTransitMetadata};
use super::{Adding, Ender, Then, TransactionCoordinator, TransactionEnv, TransactionRequest};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::Fact;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

impl TransactionCoordinator {
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
                let EndTxnRequest { transactional_id: id, producer, commit, version } = request;
                let end = EndTransaction { id, producer, commit, from_client: true, version };
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
    pub(super) fn fence(
        &mut self,
        id: TransactionalId,
        epoch: ProducerEpoch,
        ender: Ender,
        env: &mut TransactionEnv<'_, '_>,
    ) {
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
        let end = EndTransaction { id, producer, commit: false, from_client: false, version };
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
    pub(super) fn added(
        &mut self,
        number: u32,
        place: usize,
        outcome: List<(Tp, ErrorCode)>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
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
    pub(super) fn answer_end(
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
}

/// Answers InitProducerId.
pub(super) fn answer_init(
    to: ReplyTo,
    result: Result<ProducerIdAndEpoch, ErrorCode>,
    env: &mut TransactionEnv<'_, '_>,
) {
    let producer = result.unwrap_or(ProducerIdAndEpoch::NONE);
    let error = result.err().unwrap_or(ErrorCode::None);
    env.reply(to, Response::InitProducerId(InitProducerIdResponse { error, producer }));
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
