//! What a broker has the controller do for its clients: topics and producer ids
//! (`core/.../server/{ForwardingManager,AutoTopicCreationManager}.scala`,
//! `transaction-coordinator/.../RPCProducerIdManager.java`).

use std::collections::VecDeque;

use super::controller_channel::{ChannelEvent, ControllerChannel};
use crate::cluster::coordinator::ReplyTo;
use crate::node::{Context, Input};
use crate::protocol::catalog::{CONSUMER_OFFSETS, SHARE_GROUP_STATE, TRANSACTION_STATE};
use crate::protocol::config::{BrokerConfig, CleanupPolicy, Limit, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

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
struct ProducerIds {
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

/// The channel for forwarded requests: answers come in the order of the requests.
#[derive(Clone, Debug)]
pub(super) struct Forwarding {
    channel: ControllerChannel,
    waiting: VecDeque<Forwarded>,
    producer_ids: ProducerIds,
}

impl Forwarding {
    /// Nothing forwarded yet.
    pub(super) fn new(channel: ControllerChannel) -> Forwarding {
        Forwarding { channel, waiting: VecDeque::new(), producer_ids: ProducerIds::default() }
    }
    fn send(&mut self, request: Request, what: Forwarded, ctx: &mut Context<'_>) {
        self.waiting.push_back(what);
        self.channel.send(request, ctx);
    }
    /// Its channel.
    pub(super) fn channel(&mut self) -> &mut ControllerChannel {
        &mut self.channel
    }
    /// Drops everything, and the connection.
    pub(super) fn close(&mut self, ctx: &mut Context<'_>) {
        self.waiting.clear();
        self.channel.close(ctx);
    }

    /// Hands an administrator's request to the controller; the client waits for its answer.
    pub(super) fn forward(&mut self, to: ReplyTo, request: Request, ctx: &mut Context<'_>) {
        self.send(request, Forwarded::Administrator(to), ctx);
    }
    /// Has a topic created, unless that is under way.
    pub(super) fn auto_create(&mut self, topic: TopicId, creatable: CreatableTopic, ctx: &mut Context<'_>) {
        let is_it = |what: &Forwarded| matches!(what, Forwarded::AutoCreation(other) if *other == topic);
        if !self.waiting.iter().any(is_it) {
            let request = Request::CreateTopics(CreateTopicsRequest { topics: vec![creatable] });
            self.send(request, Forwarded::AutoCreation(topic), ctx);
        }
    }
    /// A new producer id.
    ///
    /// # Errors
    /// COORDINATOR_LOAD_IN_PROGRESS while no block is there; clients retry that.
    pub(super) fn generate_producer_id(
        &mut self,
        broker: BrokerId,
        epoch: BrokerEpoch,
        ctx: &mut Context<'_>,
    ) -> Result<ProducerId, ErrorCode> {
        let claimed = self.producer_ids.claim();
        if self.producer_ids.wants_block() {
            self.producer_ids.requested = true;
            self.send(Request::AllocateProducerIds(broker, epoch), Forwarded::ProducerIds, ctx);
        }
        claimed.ok_or(ErrorCode::CoordinatorLoadInProgress)
    }

    /// Something happened to the connection. Returns an administrator's answer.
    pub(super) fn handle(&mut self, input: Input, ctx: &mut Context<'_>) -> Option<(ReplyTo, Response)> {
        let ChannelEvent::Response(response) = self.channel.handle(input, ctx) else { return None };
        match (self.waiting.pop_front()?, response) {
            (Forwarded::Administrator(to), response) => return Some((to, response)),
            (Forwarded::ProducerIds, Response::AllocateProducerIds(block)) => {
                self.producer_ids.requested = false;
                if block.error.is_ok() {
                    self.producer_ids.granted(block.first, block.count);
                }
            }
            (Forwarded::ProducerIds, _) => self.producer_ids.requested = false,
            (Forwarded::AutoCreation(_), _) => {}
        }
        None
    }
}

/// The topic to create of itself, as the broker's configs will have it.
pub(super) fn creatable(topic: TopicId, name: &str, partitions: u32, config: &BrokerConfig) -> CreatableTopic {
    let defaults = config.topic_defaults();
    let (replication_factor, config) = match name {
        CONSUMER_OFFSETS => {
            let (segment_bytes, cleanup_policy) = (config.offsets_topic_segment_bytes, CleanupPolicy::COMPACT);
            (config.offsets_topic_replication_factor, TopicConfig { segment_bytes, cleanup_policy, ..defaults })
        }
        TRANSACTION_STATE => {
            let (segment_bytes, cleanup_policy) = (config.transaction_state_log_segment_bytes, CleanupPolicy::COMPACT);
            let min_insync_replicas = config.transaction_state_log_min_isr;
            let unclean_leader_election_enable = false;
            let topic = TopicConfig {
                segment_bytes,
                cleanup_policy,
                min_insync_replicas,
                unclean_leader_election_enable,
                ..defaults
            };
            (config.transaction_state_log_replication_factor, topic)
        }
        SHARE_GROUP_STATE => {
            // What is superseded there the coordinator itself deletes (`ShareCoordinatorService.pruneRecords`).
            let segment_bytes = config.share_coordinator_state_topic_segment_bytes;
            let cleanup_policy = CleanupPolicy::DELETE;
            let min_insync_replicas = config.share_coordinator_state_topic_min_isr;
            let topic = TopicConfig {
                segment_bytes,
                cleanup_policy,
                min_insync_replicas,
                retention: Limit::Unlimited,
                ..defaults
            };
            (config.share_coordinator_state_topic_replication_factor, topic)
        }
        _ => (config.default_replication_factor, defaults),
    };
    CreatableTopic { topic, partitions, replication_factor, config, assignment: Vec::new() }
}
