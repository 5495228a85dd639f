//! Requests of transactions: what waits for a transaction coordinator's word, and markers on their way
//! (`KafkaApis.handleProduceRequest`, `ReplicaManager.handleProduceAppend`, `CoordinatorPartitionWriter`).

use super::{BrokerServer, ServerPhase};
use crate::cluster::broker::add_partitions_to_txn::{CoordinatorsWord, retries_until};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::inter_broker_send_thread::Completion;
use crate::cluster::broker::replica_manager::{DelayedMarkers, Produced, Verified};
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::broker::verifications::{Verification, Waiting};
use crate::cluster::coordinator::CoordinatorTimer;
use crate::cluster::coordinator::{
    GroupRequest, PendingMarker, ProducerIds, ReplyTo, TransactionCommand, TransactionRequest,
};
use crate::cluster::log::producer_state::ProducerStateEntry;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::TransactionVersion;

impl BrokerServer {
    // --- verification ----------------------------------------------------------------------

    /// Appends what a client has sent, once it is known that it may.
    #[inline]
    pub(super) fn produce(&mut self, slot: u32, request: ProduceRequest, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match request.transactional {
            None => self.append_produced(Some(slot), request, None, ctx),
            Some(transactional) => self.produce_in_transaction(slot, request, transactional, ctx),
        }
    }
    fn append_produced(
        &mut self,
        slot: Option<u32>,
        request: ProduceRequest,
        verified: Option<&Verified>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let produced = self.replicas.produce(slot, request, verified, &self.cache, ctx)?;
        let Some(slot) = slot else { return Ok(()) };
        match produced {
            Produced::Answer(produce) => self.answer_produce(slot, produce, ctx),
            Produced::Delayed | Produced::Unheard => {}
            Produced::Silent(done) => self.sockets.finish_silently(slot, done, ctx),
            Produced::Disconnect => self.close(slot, ctx),
        }
        Ok(())
    }
    fn produce_in_transaction(
        &mut self,
        slot: u32,
        request: ProduceRequest,
        transactional: TransactionalProduce,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let first = request.partitions.iter().map(|p| &p.batch).find(|batch| batch.is_transactional);
        let Some(first) = first else { return self.append_produced(Some(slot), request, None, ctx) };
        let producer = ProducerIdAndEpoch { id: first.producer_id, epoch: first.producer_epoch };
        let TransactionalProduce { transactional_id: id, version } = transactional;
        let verified = self.unverified(version);
        if !self.asks_coordinators(version) {
            return self.append_produced(Some(slot), request, Some(&verified), ctx);
        }
        let (to, started, waiting) = (self.sockets.reply_to(slot), ctx.now(), Waiting::Produce(request));
        self.verify(Box::new(Verification { to, id, producer, version, started, waiting, verified }), ctx)
    }
    /// Takes the offsets of a transaction (`KafkaApis.handleTxnOffsetCommitRequest`).
    pub(super) fn txn_offset_commit(
        &mut self,
        slot: u32,
        request: TxnOffsetCommitRequest,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let TxnOffsetCommitRequest { transactional_id: id, producer, version, .. } = request;
        let to = self.sockets.reply_to(slot);
        let tp = self.catalog.group_partition(request.group.group);
        let Some(tp) = tp.filter(|_| self.asks_coordinators(version)) else {
            self.commit_offsets(to, request, ctx);
            return Ok(());
        };
        let (verified, started, waiting) = (self.unverified(version), ctx.now(), Waiting::Offsets(request, tp));
        self.verify(Box::new(Verification { to, id, producer, version, started, waiting, verified }), ctx)
    }
    /// Whether coordinators are asked about the first record of a transaction in a partition.
    fn asks_coordinators(&self, version: TransactionVersion) -> bool {
        version.supports_epoch_bump() || self.config.transaction_partition_verification_enable
    }
    fn unverified(&self, version: TransactionVersion) -> Verified {
        Verified {
            is_required: self.config.transaction_partition_verification_enable,
            supports_epoch_bump: version.supports_epoch_bump(),
            ..Verified::default()
        }
    }

    /// Asks the coordinator about those partitions in which the transaction begins
    /// (`maybeSendPartitionsToTransactionCoordinator`).
    fn verify(&mut self, mut verification: Box<Verification>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let Verification { id, producer, version, ref waiting, ref mut verified, .. } = *verification;
        let partitions: List<(Tp, Sequence)> = match waiting {
            Waiting::Produce(request) => {
                let transactional = request.partitions.iter().filter(|p| p.batch.is_transactional);
                transactional.map(|p| (p.tp, p.batch.base_sequence)).collect()
            }
            Waiting::Offsets(_, tp) => [(*tp, Sequence::NONE)].into_iter().collect(),
        };
        (verified.errors, verified.guards) = (List::new(), List::new());
        // What does not exist is refused when it is to be appended to.
        for (tp, sequence) in partitions.into_iter().filter(|(tp, _)| self.cache.partition(*tp).is_some()) {
            let bumps = version.supports_epoch_bump();
            match self.replicas.start_verification(tp, producer, sequence, bumps, &self.cache, ctx.now()) {
                Ok(Some(guard)) => verified.guards.push((tp, guard)),
                Ok(None) => {}
                Err(error) => verified.errors.push((tp, error)),
            }
        }
        let asked: List<Tp> = verified.guards.iter().map(|(tp, _)| *tp).collect();
        if asked.is_empty() {
            return self.carry_on(*verification, ctx);
        }
        let transaction = AddPartitionsToTxnTransaction {
            transactional_id: id,
            producer,
            verify_only: !version.supports_epoch_bump(),
            version,
            partitions: asked,
        };
        let tp = self.catalog.transaction_partition(id);
        let coordinator = tp.and_then(|tp| self.cache.alive_leader_of(tp));
        let asker = self.verifications.park(verification);
        self.add_partitions.ask(coordinator, transaction, asker, ctx);
        Ok(())
    }
    /// A coordinator has said its word. If the transaction before is not over yet, that will not take long: it is asked
    /// again, for the producer of records at least (`maybeRetryOnConcurrentTransactions`).
    pub(super) fn coordinator_said(&mut self, word: CoordinatorsWord, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let CoordinatorsWord { asker, errors } = word;
        let Some(mut verification) = self.verifications.take(asker) else { return Ok(()) };
        let is_busy = errors.iter().any(|(_, error)| *error == ErrorCode::ConcurrentTransactions);
        let may_wait = ctx.now() < retries_until(&self.config, verification.started);
        let is_produce = matches!(verification.waiting, Waiting::Produce(_));
        if is_produce && verification.version.supports_epoch_bump() && is_busy && may_wait {
            let slot = self.verifications.park(verification);
            let backoff = self.config.add_partitions_to_txn_retry_backoff;
            ctx.set_timer_in(BrokerTimer::RetryAddPartitions(slot), backoff);
            return Ok(());
        }
        verification.verified.errors.extend(errors);
        self.carry_on(*verification, ctx)
    }
    /// Asks again.
    pub(super) fn retry_add_partitions(&mut self, slot: u32, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match self.verifications.take(slot) {
            Some(verification) => self.verify(verification, ctx),
            None => Ok(()),
        }
    }
    /// All is known that there is to be known.
    fn carry_on(&mut self, verification: Verification, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let Verification { to, producer, version, waiting, mut verified, .. } = verification;
        match waiting {
            Waiting::Produce(request) => {
                verified.errors.iter_mut().for_each(|(_, error)| *error = in_produce(*error, version));
                let slot = self.sockets.waits_for(to);
                self.append_produced(slot, request, Some(&verified), ctx)
            }
            Waiting::Offsets(request, tp) => {
                let guard = verified.guards.first().map(|(_, guard)| *guard);
                let stands = !verified.is_required || self.replicas.is_guarded(tp, producer.id, guard);
                let refused = verified.errors.first().map(|(_, error)| in_offset_commit(*error));
                match refused.or((!stands).then_some(ErrorCode::InvalidTxnState)) {
                    Some(error) => self.refuse_offsets(to, &request, error, ctx),
                    None => self.commit_offsets(to, request, ctx),
                }
                Ok(())
            }
        }
    }
    fn commit_offsets(&mut self, to: ReplyTo, request: TxnOffsetCommitRequest, ctx: &mut Context<'_>) {
        self.coordinators.group_request(to, GroupRequest::TxnOffsetCommit(request), ctx);
    }
    fn refuse_offsets(
        &mut self,
        to: ReplyTo,
        request: &TxnOffsetCommitRequest,
        error: ErrorCode,
        ctx: &mut Context<'_>,
    ) {
        let results = request.offsets.iter().map(|(tp, ..)| (*tp, error)).collect();
        self.reply(to, Response::TxnOffsetCommit(TxnOffsetCommitResponse { results }), ctx);
    }

    // --- the transaction coordinator -------------------------------------------------------

    /// Hands a request to the transaction coordinator.
    pub(super) fn transaction(&mut self, slot: u32, request: TransactionRequest, ctx: &mut Context<'_>) {
        let (to, epoch, link) = (self.sockets.reply_to(slot), self.cache.broker_epoch(), &mut self.link);
        let ids: ProducerIds<'_> = &mut |ctx: &mut Context<'_>| link.generate_producer_id(epoch, ctx);
        self.coordinators.transaction_request(to, request, ids, ctx);
    }
    /// Partitions that do not exist are told apart here (`KafkaApis.handleAddPartitionsToTxnRequest`).
    pub(super) fn add_partitions_to_txn(
        &mut self,
        slot: u32,
        request: AddPartitionsToTxnRequest,
        ctx: &mut Context<'_>,
    ) {
        let partitions = request.transactions.iter().flat_map(|transaction| &transaction.partitions).copied();
        let unknown = partitions.filter(|tp| self.cache.partition(*tp).is_none()).collect();
        self.transaction(slot, TransactionRequest::AddPartitionsToTxn(request, unknown), ctx);
    }
    pub(super) fn add_offsets_to_txn(&mut self, slot: u32, request: AddOffsetsToTxnRequest, ctx: &mut Context<'_>) {
        match self.catalog.group_partition(request.group) {
            Some(tp) => self.transaction(slot, TransactionRequest::AddOffsetsToTxn(request, tp), ctx),
            None => {
                let refused = Response::AddOffsetsToTxn(ErrorCode::CoordinatorNotAvailable);
                self.respond(slot, refused, ctx.now(), ctx);
            }
        }
    }
    pub(super) fn coordinator_timer(&mut self, timer: CoordinatorTimer, ctx: &mut Context<'_>) {
        let (epoch, link) = (self.cache.broker_epoch(), &mut self.link);
        let ids: ProducerIds<'_> = &mut |ctx: &mut Context<'_>| link.generate_producer_id(epoch, ctx);
        self.coordinators.timer(timer, ids, ctx);
    }
    /// Carries out one command of the transaction coordinator.
    pub(super) fn carry_out_transaction(
        &mut self,
        command: TransactionCommand,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        match command {
            TransactionCommand::Reply { to, response } => self.reply(to, response, ctx),
            TransactionCommand::Append { tp, write, records } => {
                let ordinal = self.replicas.take_ordinals(tp, records.len() as u32);
                let batch = self.coordinators.batch(&self.catalog, records, ProducerIdAndEpoch::NONE, ordinal, ctx);
                let result = self.replicas.append_replicated_from_coordinator(tp, batch, &self.cache, ctx)?;
                self.coordinators.transaction_appended(tp, write, result, ctx);
            }
        }
        Ok(())
    }

    // --- markers ---------------------------------------------------------------------------

    /// Whether markers are to be sent. A broker that stops sends none.
    #[inline]
    pub(super) fn has_markers(&self) -> bool {
        self.phase != ServerPhase::Flushing && self.coordinators.has_markers()
    }
    /// Sends markers to the leaders of partitions.
    pub(super) fn send_markers(&mut self, ctx: &mut Context<'_>) {
        for markers in self.coordinators.generate_markers(self.cache.image(), ctx) {
            let request = Request::WriteTxnMarkers(markers.request());
            self.marker_thread.send(markers.to, request, markers.entries, ctx);
        }
    }
    /// A leader has answered, or its connection is gone.
    pub(super) fn markers_answered(&mut self, completion: Completion<Vec<PendingMarker>>, ctx: &mut Context<'_>) {
        let response = match completion.response {
            Some(Response::WriteTxnMarkers(response)) => Some(response),
            _ => None,
        };
        self.coordinators.markers_answered(completion.tag, response, ctx);
    }
    /// What waits for the connection to a leader to come back may find another leader by now. (The thread that sends
    /// markers looks at all times.)
    pub(super) fn reroute_markers(&mut self, ctx: &mut Context<'_>) {
        for broker in self.marker_thread.waits_for() {
            if self.marker_thread.is_backing_off(broker, ctx.now()) {
                self.marker_thread.fail_unsent(broker);
            }
        }
    }
    /// Writes markers that a coordinator has sent.
    pub(super) fn write_txn_markers(
        &mut self,
        slot: u32,
        request: &WriteTxnMarkersRequest,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let (decided, for_groups) = self.replicas.write_markers(slot, request, &self.cache, ctx)?;
        for marker in for_groups {
            self.coordinators.write_offsets_marker(marker, ctx);
        }
        if let Some(markers) = decided {
            self.answer_markers(slot, markers, ctx);
        }
        Ok(())
    }
    /// The producers that a replica remembers (`ReplicaManager.activeProducerState`): a follower's, too.
    pub(super) fn describe_producers(&self, tp: Tp) -> Result<List<DescribedProducer>, ErrorCode> {
        let log = self.replicas.log(tp).ok_or(ErrorCode::NotLeaderOrFollower)?;
        let described = |entry: &ProducerStateEntry| DescribedProducer {
            producer: ProducerIdAndEpoch { id: entry.producer_id, epoch: entry.producer_epoch },
            coordinator_epoch: entry.coordinator_epoch,
            txn_start_offset: entry.current_txn_first_offset,
        };
        Ok(log.producers().producers().iter().map(described).collect())
    }
    pub(super) fn answer_markers(&mut self, slot: u32, markers: DelayedMarkers, ctx: &mut Context<'_>) {
        let (response, done) = markers.answer();
        self.respond(slot, Response::WriteTxnMarkers(response), done, ctx);
    }
}

/// How a producer hears of what a coordinator has said. Where it may send again, NOT_ENOUGH_REPLICAS has every client do
/// so, without looking for another leader.
fn in_produce(error: ErrorCode, version: TransactionVersion) -> ErrorCode {
    match error {
        ErrorCode::NetworkException
        | ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::NotCoordinator => ErrorCode::NotEnoughReplicas,
        ErrorCode::ConcurrentTransactions if !version.supports_epoch_bump() => ErrorCode::NotEnoughReplicas,
        other => other,
    }
}

/// The same of a producer that commits offsets (`CoordinatorOperationExceptionHelper.handleOperationException`). What is
/// meant for the transaction coordinator is passed on as if it were the group coordinator's.
fn in_offset_commit(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NetworkException => ErrorCode::CoordinatorLoadInProgress,
        ErrorCode::UnknownTopicOrPartition => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower => ErrorCode::NotCoordinator,
        other => other,
    }
}
