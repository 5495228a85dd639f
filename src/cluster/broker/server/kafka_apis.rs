//! Requests to parts, and their answers to channels (`core/.../server/KafkaApis.scala`).

use std::rc::Rc;

use super::BrokerServer;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::replica_manager::{Completed, Concerns, DelayedProduce, Expired, Fetched, Happened};
use crate::cluster::broker::request_channel::Used;
use crate::cluster::broker::socket_server::PeerGone;
use crate::cluster::coordinator::{Command, GroupRequest, ReplyTo, TransactionRequest};
use crate::history::fact::Fact;
use crate::node::{Context, Owner};
use crate::protocol::catalog::{CONSUMER_OFFSETS, SHARE_GROUP_STATE, TRANSACTION_STATE};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

impl BrokerServer {
    /// Executes a request of a channel (`KafkaApis.handle`).
    #[inline]
    pub(super) fn execute(&mut self, slot: u32, request: Request, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let now = ctx.now();
        match request {
            Request::Produce(request) => return self.produce(slot, request, ctx),
            Request::Fetch(request) => {
                let (conn, _) = self.sockets.peer(slot);
                let fetched = self.replicas.fetch((slot, conn), &request, &self.cache, ctx)?;
                ctx.give_back(request.partitions);
                self.send_proposals(ctx);
                if !self.deletions.is_empty() {
                    self.complete_deletions(ctx);
                }
                if let Some(fetched) = fetched {
                    self.answer_fetch(fetched, ctx);
                }
            }
            Request::ApiVersions => self.respond(slot, Response::ApiVersions, now, ctx),
            Request::ListOffsets(request) => {
                let (_, client) = self.sockets.peer(slot);
                let response = self.replicas.list_offsets(client, &request, &self.cache, ctx);
                self.respond(slot, Response::ListOffsets(response), now, ctx);
            }
            Request::OffsetsForLeaderEpoch(request) => {
                let response = self.replicas.offsets_for_leader_epoch(&request, &self.cache);
                self.respond(slot, Response::OffsetsForLeaderEpoch(response), now, ctx);
            }
            Request::Metadata(request) => {
                let response = Response::Metadata(self.metadata(&request, ctx));
                self.respond(slot, response, now, ctx);
            }
            Request::InitProducerId(request) if request.transactional_id.is_none() => {
                let response = Response::InitProducerId(self.init_producer_id(ctx));
                self.respond(slot, response, now, ctx);
            }
            Request::InitProducerId(request) => {
                self.transaction(slot, TransactionRequest::InitProducerId(request), ctx);
            }
            Request::AddPartitionsToTxn(request) => self.add_partitions_to_txn(slot, request, ctx),
            Request::AddOffsetsToTxn(request) => self.add_offsets_to_txn(slot, request, ctx),
            Request::EndTxn(request) => self.transaction(slot, TransactionRequest::EndTxn(request), ctx),
            Request::WriteTxnMarkers(request) => return self.write_txn_markers(slot, &request, ctx),
            Request::DescribeProducers(tp) => {
                let response = Response::DescribeProducers(self.describe_producers(tp));
                self.respond(slot, response, now, ctx);
            }
            Request::DeleteRecords(request) => self.delete_records(slot, request, ctx),
            Request::TxnOffsetCommit(request) => return self.txn_offset_commit(slot, request, ctx),
            Request::FindCoordinator(key) => {
                let response = Response::FindCoordinator(self.find_coordinator(key, ctx));
                self.respond(slot, response, now, ctx);
            }
            request @ (Request::CreateTopics(_) | Request::Admin(_)) => {
                self.link.forward(self.sockets.reply_to(slot), request, ctx);
            }
            Request::JoinGroup(request) => self.group(slot, GroupRequest::JoinGroup(request), ctx),
            Request::SyncGroup(request) => self.group(slot, GroupRequest::SyncGroup(request), ctx),
            Request::Heartbeat(request) => self.group(slot, GroupRequest::Heartbeat(request), ctx),
            Request::LeaveGroup(request) => self.group(slot, GroupRequest::LeaveGroup(request), ctx),
            Request::ConsumerGroupHeartbeat(request) => {
                self.group(slot, GroupRequest::ConsumerGroupHeartbeat(request), ctx)
            }
            Request::ShareGroupHeartbeat(request) => self.group(slot, GroupRequest::ShareGroupHeartbeat(request), ctx),
            Request::ShareGroupState(request) => {
                self.coordinators.share_state_request(self.sockets.reply_to(slot), request, ctx);
            }
            Request::OffsetCommit(request) => self.group(slot, GroupRequest::OffsetCommit(request), ctx),
            Request::OffsetFetch(request) => self.group(slot, GroupRequest::OffsetFetch(request), ctx),
            Request::DescribeGroups(group) => self.group(slot, GroupRequest::DescribeGroups(group), ctx),
            Request::DeleteGroups(group) => self.group(slot, GroupRequest::DeleteGroups(group), ctx),
            Request::OffsetDelete(request) => self.group(slot, GroupRequest::OffsetDelete(request), ctx),
            Request::ShareFetch(request) => return self.share_fetch(slot, &request, ctx),
            Request::ShareAcknowledge(request) => return self.share_acknowledge(slot, &request, ctx),
            Request::AlterShareGroupOffsets(request) => {
                self.group(slot, GroupRequest::AlterShareGroupOffsets(request), ctx)
            }
            Request::DeleteShareGroupOffsets(request) => {
                self.group(slot, GroupRequest::DeleteShareGroupOffsets(request), ctx)
            }
            // Controller APIs are not served on a broker's port: the connection is closed.
            Request::BrokerRegistration(_)
            | Request::BrokerHeartbeat(_)
            | Request::AlterPartition(_)
            | Request::AllocateProducerIds(..)
            | Request::FetchMetadata(_)
            | Request::FetchQuorum(_)
            | Request::Vote(_)
            | Request::BeginQuorumEpoch(_)
            | Request::EndQuorumEpoch(_) => self.close(slot, ctx),
        }
        Ok(())
    }
    fn group(&mut self, slot: u32, request: GroupRequest, ctx: &mut Context<'_>) {
        self.coordinators.group_request(self.sockets.reply_to(slot), request, ctx);
    }

    /// The channel is not muted any more: goes on with what has arrived meanwhile.
    pub(super) fn run_queue(&mut self, slot: u32, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some(request) = self.sockets.next_request(slot, ctx) {
            self.execute(slot, request, ctx)?;
        }
        Ok(())
    }
    /// The disk may be ready: executes what waited for it, in order.
    pub(super) fn run_blocked(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some((slot, request)) = self.sockets.next_unblocked(ctx) {
            self.execute(slot, request, ctx)?;
            self.sockets.executed(slot, ctx);
            self.run_queue(slot, ctx)?;
        }
        self.run_handlers(ctx)
    }
    /// Request handlers that are free execute what is in the queue (`KafkaRequestHandler.run`).
    pub(super) fn run_handlers(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some((slot, request)) = self.sockets.next_queued(ctx) {
            self.execute(slot, request, ctx)?;
            self.sockets.executed(slot, ctx);
            self.run_queue(slot, ctx)?;
        }
        Ok(())
    }
    /// Tells what threads and queue of its machine were used.
    pub(super) fn tell_use(&self, ctx: &mut Context<'_>) {
        if let Some(Used { requests, handlers_busy, network_busy, longest_queue, queued }) =
            self.sockets.used(ctx.now())
        {
            let broker = self.me;
            ctx.record(Fact::MachineUsed { broker, requests, handlers_busy, network_busy, longest_queue, queued });
        }
    }
    /// Answers the delayed requests whose time has come.
    pub(super) fn expire_delayed(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some(expired) = self.replicas.next_expired(&self.cache, ctx)? {
            match expired {
                Expired::Written(slot, completed) => self.answer_written(slot, completed, ctx),
                Expired::Fetch(fetched) => self.answer_fetch(fetched, ctx),
            }
        }
        Ok(())
    }
    /// The peer is gone. What it sent before is still executed, up to the first answer that cannot be sent.
    pub(super) fn peer_gone(&mut self, conn: ConnId, owner: Owner, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(slot) = self.sockets.slot_of(conn, owner) else { return Ok(()) };
        self.share_disconnected(conn, ctx)?;
        match self.sockets.peer_gone(slot) {
            PeerGone::MayGoOn => {
                self.replicas.reader_gone(slot);
                self.run_queue(slot, ctx)
            }
            PeerGone::Released => {
                self.replicas.channel_closed(slot);
                Ok(())
            }
        }
    }
    pub(super) fn close(&mut self, slot: u32, ctx: &mut Context<'_>) {
        self.sockets.close(slot, ctx);
        self.replicas.channel_closed(slot);
    }

    /// Sends the answer to the request in progress of a channel, which occupied its handler until `done`.
    #[inline]
    pub(super) fn respond(&mut self, slot: u32, response: Response, done: Nanos, ctx: &mut Context<'_>) {
        if !self.sockets.respond(slot, response, done, ctx) {
            self.replicas.channel_closed(slot);
        }
    }
    #[inline]
    fn answer_written(&mut self, slot: u32, completed: Completed, ctx: &mut Context<'_>) {
        match completed {
            Completed::Produce(produce) => self.answer_produce(slot, produce, ctx),
            Completed::Markers(markers) => self.answer_markers(slot, markers, ctx),
        }
    }
    #[inline]
    pub(super) fn answer_produce(&mut self, slot: u32, produce: DelayedProduce, ctx: &mut Context<'_>) {
        // Of a connection that is gone nobody is answered.
        let (response, done) = produce.answer(self.me, self.sockets.is_open(slot), ctx);
        self.respond(slot, Response::Produce(response), done, ctx);
    }
    #[inline]
    fn answer_fetch(&mut self, fetched: Fetched, ctx: &mut Context<'_>) {
        self.respond(fetched.channel, Response::Fetch(fetched.response), fetched.done, ctx);
    }
    /// Sends an answer that was waited for elsewhere, if the connection is still there.
    pub(super) fn reply(&mut self, to: ReplyTo, response: Response, ctx: &mut Context<'_>) {
        if let Some(slot) = self.sockets.waits_for(to) {
            self.respond(slot, response, ctx.now(), ctx);
        }
    }

    /// What happened to a replica, to all whom it concerns.
    #[inline]
    pub(super) fn tell(&mut self, happened: Happened, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match happened {
            Happened::Appended(replica) | Happened::IsrChanged(replica) => {
                self.wake_fetches(replica, Concerns::Followers, ctx)
            }
            Happened::Learned(replica) => self.wake_fetches(replica, Concerns::Everybody, ctx),
            Happened::Raised(replica) => {
                self.complete_writes(replica, ctx);
                self.wake_fetches(replica, Concerns::Everybody, ctx)?;
                let tp = self.replicas.tp(replica);
                self.wake_share_fetches(tp, ctx)?;
                if self.replicas.is_internal(tp)
                    && let Some(log) = self.replicas.log(tp)
                {
                    let is_enough = self.replicas.has_enough_replicas(tp);
                    self.coordinators.high_watermark(tp, log.high_watermark(), is_enough, ctx);
                }
                Ok(())
            }
            Happened::LeadershipChanged(replica) => {
                self.complete_writes(replica, ctx);
                self.wake_fetches(replica, Concerns::Everybody, ctx)
            }
        }
    }
    #[inline]
    fn complete_writes(&mut self, replica: ReplicaId, ctx: &mut Context<'_>) {
        let mut next = 0;
        while let Some((slot, completed)) = self.replicas.complete_writes(replica, &mut next) {
            self.answer_written(slot, completed, ctx);
        }
    }
    #[inline]
    fn wake_fetches(&mut self, replica: ReplicaId, concerns: Concerns, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let mut next = 0;
        while let Some(fetched) = self.replicas.wake_fetch(replica, concerns, &mut next, &self.cache, ctx)? {
            self.answer_fetch(fetched, ctx);
        }
        Ok(())
    }

    /// Carries out one command of a coordinator.
    pub(super) fn carry_out(&mut self, command: Command, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match command {
            Command::Reply { to, response } => self.reply(to, response, ctx),
            Command::Append { tp, write, producer, records } => {
                let ordinal = self.replicas.take_ordinals(tp, records.len() as u32);
                let batch = self.coordinators.batch(&self.catalog, records, producer, ordinal, ctx);
                let result = self.replicas.append_from_coordinator(tp, batch, &self.cache, ctx)?;
                self.coordinators.appended(tp, write, result, ctx);
            }
            Command::AppendMarker { tp, write, marker } => {
                let batch = marker.batch(ctx.me(), ctx.now());
                let result = self.replicas.append_from_coordinator(tp, batch, &self.cache, ctx)?;
                self.coordinators.appended(tp, write, result, ctx);
            }
            Command::ShareState { number, task } => self.persist(number, task, ctx),
            Command::MarkerWritten { tp, request, result } => {
                if let Some((slot, markers)) = self.replicas.offsets_marker_written(tp, request, result) {
                    self.answer_markers(slot, markers, ctx);
                }
            }
        }
        Ok(())
    }

    /// Answers Metadata. Unknown topics are created, if both sides want it: the client asks again.
    fn metadata(&mut self, request: &MetadataRequest, ctx: &mut Context<'_>) -> Rc<MetadataResponse> {
        let response = self.cache.describe(request, &self.catalog);
        if request.allow_auto_topic_creation && self.config.auto_create_topics_enable {
            for topic in &request.topics {
                self.create_if_missing(*topic, ctx);
            }
        }
        Rc::new(response)
    }
    /// Answers InitProducerId of a producer that is idempotent and no more.
    fn init_producer_id(&mut self, ctx: &mut Context<'_>) -> InitProducerIdResponse {
        match self.link.generate_producer_id(self.cache.broker_epoch(), ctx) {
            Ok(id) => {
                let producer = ProducerIdAndEpoch { id, epoch: ProducerEpoch(0) };
                InitProducerIdResponse { error: ErrorCode::None, producer }
            }
            Err(error) => InitProducerIdResponse { error, producer: ProducerIdAndEpoch::NONE },
        }
    }
    /// Answers FindCoordinator: the coordinator of a group is the leader of its partition of
    /// `__consumer_offsets`, that of a transactional id the leader of its partition of `__transaction_state`, that of a
    /// share-partition the leader of its partition of `__share_group_state`. The topic is
    /// created when somebody asks for the first time.
    fn find_coordinator(&mut self, key: CoordinatorKey, ctx: &mut Context<'_>) -> FindCoordinatorResponse {
        let (topic, tp) = match key {
            CoordinatorKey::Group(group) => (CONSUMER_OFFSETS, self.catalog.group_partition(group)),
            CoordinatorKey::Transaction(id) => (TRANSACTION_STATE, self.catalog.transaction_partition(id)),
            CoordinatorKey::Share(group, tp) => (SHARE_GROUP_STATE, self.catalog.share_state_partition(group, tp)),
        };
        if let Some(topic) = self.catalog.topic(topic) {
            self.create_if_missing(topic, ctx);
        }
        let coordinator = tp.and_then(|tp| self.cache.alive_leader_of(tp));
        let error = if coordinator.is_some() { ErrorCode::None } else { ErrorCode::CoordinatorNotAvailable };
        FindCoordinatorResponse { error, coordinator }
    }
    fn create_if_missing(&mut self, topic: TopicId, ctx: &mut Context<'_>) {
        if self.cache.image().topic(topic).is_none() {
            self.link.auto_create(topic, ctx);
        }
    }
}
