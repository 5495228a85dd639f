//! What a broker has the controller do for its clients: topics and producer ids
//! (`core/.../server/{ForwardingManager,AutoTopicCreationManager}.scala`,
//! `transaction-coordinator/.../RPCProducerIdManager.java`).

use std::collections::VecDeque;

use super::Broker;
use super::controller_channel::ControllerChannel;
use crate::cluster::coordinator::ReplyTo;
use crate::node::Context;
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// `offsets.topic.segment.bytes`.
const OFFSETS_TOPIC_SEGMENT_BYTES: u64 = 104_857_600;

/// Another block of producer ids is asked for once this share of the present one is used
/// (`PID_PREFETCH_THRESHOLD`), in percent.
const PREFETCH_PERCENT: i64 = 90;

/// Who waits for an answer of the controller.
#[derive(Clone, Debug)]
enum Forwarded {
    /// An administrator.
    Administrator(ReplyTo),
    /// Nobody: clients ask again.
    AutoCreation(TopicId),
    /// The producer id manager.
    ProducerIds,
}

/// The channel for forwarded requests: answers come in the order of the requests.
#[derive(Clone, Debug)]
pub struct Forwarding {
    /// The channel.
    pub channel: ControllerChannel,
    waiting: VecDeque<Forwarded>,
}

impl Forwarding {
    /// Nothing forwarded yet.
    pub fn new(channel: ControllerChannel) -> Forwarding {
        Forwarding { channel, waiting: VecDeque::new() }
    }
    fn send(&mut self, request: Request, what: Forwarded, ctx: &mut Context<'_>) {
        self.waiting.push_back(what);
        self.channel.send(request, ctx);
    }
    fn is_creating(&self, topic: TopicId) -> bool {
        self.waiting.iter().any(|what| matches!(what, Forwarded::AutoCreation(other) if *other == topic))
    }
}

/// A block of producer ids.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Block {
    next: i64,
    end: i64,
    size: i64,
}

/// Producer ids to hand out. The controller gives them in blocks of 1000; the rest of a block is lost
/// with the process.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct ProducerIds {
    current: Block,
    prefetched: Option<Block>,
    requested: bool,
}

impl ProducerIds {
    fn claim(&mut self) -> Option<ProducerId> {
        if self.current.next >= self.current.end {
            self.current = self.prefetched.take()?;
        }
        self.current.next += 1;
        Some(ProducerId(self.current.next - 1))
    }
    fn wants_block(&self) -> bool {
        let used = self.current.size - (self.current.end - self.current.next);
        !self.requested && self.prefetched.is_none() && used * 100 >= self.current.size * PREFETCH_PERCENT
    }
    fn granted(&mut self, first: ProducerId, count: u32) {
        let size = i64::from(count);
        self.prefetched = Some(Block { next: first.0, end: first.0 + size, size });
    }
}

impl Broker {
    /// Hands an administrator's request to the controller; the client waits for its answer.
    pub(super) fn forward(&mut self, slot: u32, request: Request, ctx: &mut Context<'_>) {
        let to = self.reply_to(slot);
        if let Some(forwarding) = &mut self.forwarding {
            forwarding.send(request, Forwarded::Administrator(to), ctx);
        }
    }

    /// Has a topic created, unless that is under way.
    pub(super) fn auto_create(&mut self, topic: TopicId, ctx: &mut Context<'_>) {
        let is_offsets = self.catalog.partitions(topic).next().is_some_and(|tp| self.is_offsets_partition(tp));
        let defaults = self.config.topic_defaults();
        let (replication_factor, config) = if is_offsets {
            (
                self.config.offsets_topic_replication_factor,
                TopicConfig { segment_bytes: OFFSETS_TOPIC_SEGMENT_BYTES, ..defaults },
            )
        } else {
            (self.config.default_replication_factor, defaults)
        };
        let Some(forwarding) = &mut self.forwarding else { return };
        if forwarding.is_creating(topic) {
            return;
        }
        let partitions = self.catalog.topics[topic.index()].partitions;
        let creatable = CreatableTopic { topic, partitions, replication_factor, config, assignment: Vec::new() };
        let request = Request::CreateTopics(CreateTopicsRequest { topics: vec![creatable] });
        forwarding.send(request, Forwarded::AutoCreation(topic), ctx);
    }

    /// Answers InitProducerId of an idempotent producer. While no block is there the client is told
    /// COORDINATOR_LOAD_IN_PROGRESS, which it retries.
    pub(super) fn init_producer_id(&mut self, ctx: &mut Context<'_>) -> InitProducerIdResponse {
        let claimed = self.producer_ids.claim();
        if self.producer_ids.wants_block() {
            let request = Request::AllocateProducerIds(self.id, self.broker_epoch());
            if let Some(forwarding) = &mut self.forwarding {
                self.producer_ids.requested = true;
                forwarding.send(request, Forwarded::ProducerIds, ctx);
            }
        }
        match claimed {
            Some(producer_id) => {
                InitProducerIdResponse { error: ErrorCode::None, producer_id, producer_epoch: ProducerEpoch(0) }
            }
            None => InitProducerIdResponse {
                error: ErrorCode::CoordinatorLoadInProgress,
                producer_id: ProducerId::NONE,
                producer_epoch: ProducerEpoch::NONE,
            },
        }
    }

    /// The controller has answered a forwarded request.
    pub(super) fn forwarded_answered(&mut self, response: Response, ctx: &mut Context<'_>) {
        let Some(what) = self.forwarding.as_mut().and_then(|forwarding| forwarding.waiting.pop_front()) else { return };
        match (what, response) {
            (Forwarded::Administrator(to), response) => self.reply(to, response, ctx),
            (Forwarded::ProducerIds, Response::AllocateProducerIds(block)) => {
                self.producer_ids.requested = false;
                if block.error.is_ok() {
                    self.producer_ids.granted(block.first, block.count);
                }
            }
            (Forwarded::ProducerIds, _) => self.producer_ids.requested = false,
            (Forwarded::AutoCreation(_), _) => {}
        }
    }
}
