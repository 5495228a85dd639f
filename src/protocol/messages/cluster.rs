//! Metadata, topics, and what brokers and the controller ask each other.

use std::rc::Rc;

use smallvec::SmallVec;

use super::List;
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Metadata.
#[derive(Clone, Debug)]
pub struct MetadataRequest {
    /// All that there are, and not those below (`MetadataRequest.Builder.allTopics`).
    pub all_topics: bool,
    /// The topics of interest.
    pub topics: List<TopicId>,
    /// Create them if they do not exist and the broker's `auto.create.topics.enable` says so.
    pub allow_auto_topic_creation: bool,
}

/// Answer to Metadata.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MetadataResponse {
    /// The brokers alive in the answering broker's image.
    pub brokers: Vec<BrokerId>,
    /// The racks of those brokers that have one.
    pub racks: Vec<(BrokerId, RackId)>,
    /// The topics asked for.
    pub topics: Vec<TopicMetadata>,
}

/// One topic.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicMetadata {
    /// Which.
    pub topic: TopicId,
    /// UNKNOWN_TOPIC_OR_PARTITION if the broker does not know it.
    pub error: ErrorCode,
    /// Its partitions, ascending.
    pub partitions: Vec<PartitionMetadata>,
}

/// One partition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionMetadata {
    /// Which.
    pub tp: Tp,
    /// LEADER_NOT_AVAILABLE if it has no leader, or a dead one.
    pub error: ErrorCode,
    /// The leader.
    pub leader: Option<BrokerId>,
    /// The epoch.
    pub leader_epoch: LeaderEpoch,
    /// The replicas in assignment order.
    pub replicas: BrokerList,
    /// The in-sync replicas.
    pub isr: BrokerList,
}

/// CreateTopics.
#[derive(Clone, Debug)]
pub struct CreateTopicsRequest {
    /// The topics.
    pub topics: Vec<CreatableTopic>,
}

/// One topic to create.
#[derive(Clone, Debug)]
pub struct CreatableTopic {
    /// Which.
    pub topic: TopicId,
    /// How many partitions; the catalogue may have more, which are added later.
    pub partitions: u32,
    /// Replicas per partition.
    pub replication_factor: u16,
    /// Its configs.
    pub config: TopicConfig,
    /// An explicit replica assignment, one list per partition; empty: the controller places.
    pub assignment: Vec<BrokerList>,
}

/// What an administrator asks the controller for, beside new topics.
#[derive(Clone, PartialEq, Debug)]
pub enum AdminRequest {
    /// CreatePartitions, for one topic.
    CreatePartitions {
        /// Which.
        topic: TopicId,
        /// How many it is to have.
        count: u32,
    },
    /// IncrementalAlterConfigs, for one topic.
    AlterTopicConfigs {
        /// Which.
        topic: TopicId,
        /// Names and values.
        changes: Box<[(String, String)]>,
    },
    /// ElectLeaders (KIP-460).
    ElectLeaders {
        /// The partitions.
        partitions: Box<[Tp]>,
        /// Unclean, or preferred.
        unclean: bool,
    },
    /// AlterPartitionReassignments (KIP-455).
    AlterPartitionReassignments {
        /// The replicas that each partition is to have; `None`: what is under way is taken back.
        partitions: Box<[(Tp, Option<BrokerList>)]>,
        /// Whether there may be more replicas or fewer than before (KIP-860, since 4.1).
        allow_replication_factor_change: bool,
    },
}

/// BrokerRegistration (KIP-631).
#[derive(Clone, Copy, Debug)]
pub struct BrokerRegistrationRequest {
    /// Who.
    pub broker: BrokerId,
    /// This process life.
    pub incarnation: u64,
    /// The epoch in the clean shutdown marker, or unknown.
    pub previous_broker_epoch: BrokerEpoch,
    /// `broker.rack`.
    pub rack: Option<RackId>,
}

/// Answer to BrokerRegistration.
#[derive(Clone, Copy, Debug)]
pub struct BrokerRegistrationResponse {
    /// How it went.
    pub error: ErrorCode,
    /// The epoch of this incarnation.
    pub broker_epoch: BrokerEpoch,
}

/// BrokerHeartbeat.
#[derive(Clone, Copy, Debug)]
pub struct BrokerHeartbeatRequest {
    /// Who.
    pub broker: BrokerId,
    /// The incarnation's epoch.
    pub broker_epoch: BrokerEpoch,
    /// Highest metadata offset applied.
    pub current_metadata_offset: i64,
    /// Wants to be (or stay) fenced.
    pub want_fence: bool,
    /// Wants to stop.
    pub want_shutdown: bool,
}

/// Answer to BrokerHeartbeat.
#[derive(Clone, Copy, Debug)]
pub struct BrokerHeartbeatResponse {
    /// How it went.
    pub error: ErrorCode,
    /// Has caught up with the metadata.
    pub is_caught_up: bool,
    /// Is fenced.
    pub is_fenced: bool,
    /// May stop now.
    pub should_shutdown: bool,
}

/// AlterPartition (KIP-497, KIP-903).
#[derive(Clone, Debug)]
pub struct AlterPartitionRequest {
    /// The leader.
    pub broker: BrokerId,
    /// Its epoch.
    pub broker_epoch: BrokerEpoch,
    /// The proposals.
    pub partitions: Vec<AlterPartition>,
}

/// One proposal.
#[derive(Clone, Debug)]
pub struct AlterPartition {
    /// Which.
    pub tp: Tp,
    /// The leader's epoch.
    pub leader_epoch: LeaderEpoch,
    /// The partition epoch it builds on.
    pub partition_epoch: PartitionEpoch,
    /// The whole new ISR, each member with its broker epoch (-1: not checked).
    pub new_isr: SmallVec<[(BrokerId, BrokerEpoch); 3]>,
}

/// Answer to AlterPartition.
#[derive(Clone, Debug)]
pub struct AlterPartitionResponse {
    /// STALE_BROKER_EPOCH or NOT_CONTROLLER for the whole request.
    pub error: ErrorCode,
    /// One result per partition.
    pub partitions: List<AlterPartitionResult>,
}

/// Result of one proposal.
#[derive(Clone, Copy, Debug)]
pub struct AlterPartitionResult {
    /// Which.
    pub tp: Tp,
    /// How it went.
    pub error: ErrorCode,
    /// The leader now.
    pub leader: Option<BrokerId>,
    /// Its epoch.
    pub leader_epoch: LeaderEpoch,
    /// The ISR now.
    pub isr: BrokerList,
    /// The partition epoch now.
    pub partition_epoch: PartitionEpoch,
}

/// Answer to AllocateProducerIds: `first .. first + 1000`.
#[derive(Clone, Copy, Debug)]
pub struct AllocateProducerIdsResponse {
    /// How it went.
    pub error: ErrorCode,
    /// First id of the block.
    pub first: ProducerId,
    /// How many.
    pub count: u32,
}

/// An observer's fetch of the metadata log.
#[derive(Clone, Copy, Debug)]
pub struct FetchMetadataRequest {
    /// Who.
    pub broker: BrokerId,
    /// Next offset wanted.
    pub fetch_offset: i64,
    /// How long to wait for a committed record (500 ms in Kafka).
    pub max_wait: Nanos,
}

/// Committed metadata records from the offset asked for.
#[derive(Clone, Debug)]
pub struct FetchMetadataResponse {
    /// How it went.
    pub error: ErrorCode,
    /// Offset of the first record given.
    pub base_offset: i64,
    /// The records.
    pub records: Vec<MetadataRecord>,
    /// The quorum's high watermark.
    pub high_watermark: i64,
}

/// A record of `__cluster_metadata` (`metadata/src/main/resources/common/metadata/*.json`).
#[derive(Clone, PartialEq, Debug)]
pub enum MetadataRecord {
    /// A broker incarnation; its epoch is this record's offset. Starts fenced.
    RegisterBroker {
        /// Who.
        broker: BrokerId,
        /// This process life.
        incarnation: u64,
        /// The epoch.
        epoch: BrokerEpoch,
        /// `broker.rack`.
        rack: Option<RackId>,
    },
    /// A change of a broker's registration; `None`: unchanged.
    BrokerRegistrationChange {
        /// Who.
        broker: BrokerId,
        /// The incarnation.
        epoch: BrokerEpoch,
        /// Fenced or not.
        fenced: Option<bool>,
        /// In controlled shutdown.
        in_controlled_shutdown: Option<bool>,
    },
    /// A topic and its configs.
    Topic {
        /// Which.
        topic: TopicId,
        /// How many partitions it begins with.
        partitions: u32,
        /// Its configs.
        config: Rc<TopicConfig>,
    },
    /// Other configs of a topic.
    TopicConfig {
        /// Which.
        topic: TopicId,
        /// All of them, the unchanged as well.
        config: Rc<TopicConfig>,
    },
    /// A new partition.
    Partition {
        /// Which.
        tp: Tp,
        /// Replicas in assignment order.
        replicas: BrokerList,
        /// In-sync replicas.
        isr: BrokerList,
        /// The leader.
        leader: Option<BrokerId>,
    },
    /// A changed partition; `None`: unchanged. A leader field raises the leader epoch.
    PartitionChange {
        /// Which.
        tp: Tp,
        /// `Some(None)`: no leader.
        leader: Option<Option<BrokerId>>,
        /// The new ISR.
        isr: Option<BrokerList>,
        /// The leader recovery state after the change: set by an unclean election, cleared by the
        /// leader's next AlterPartition (KIP-704).
        recovering: bool,
        /// The new eligible leader replicas (KIP-966).
        elr: Option<BrokerList>,
        /// The new last known leader.
        last_known_elr: Option<LastKnownLeader>,
        /// What changes of the replicas.
        assignment: AssignmentChange,
    },
    /// Producer ids up to here are handed out.
    ProducerIds {
        /// The next block's first id.
        next: ProducerId,
    },
    /// Keeps an idle log moving.
    NoOp,
    /// The first record of a leader's epoch: a control record, which means nothing to the metadata (KIP-595).
    LeaderChange {
        /// The leader.
        leader: ControllerId,
    },
}

/// What a record changes of a partition's replicas and of how they move (KIP-455); `None`: unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AssignmentChange {
    /// All replicas, those that come and go among them.
    pub replicas: Option<BrokerList>,
    /// Those that come.
    pub adding: Option<BrokerList>,
    /// Those that go.
    pub removing: Option<BrokerList>,
}

impl AssignmentChange {
    /// Nothing changes.
    pub const NONE: AssignmentChange = AssignmentChange { replicas: None, adding: None, removing: None };
}

/// The last known leader of a partition without ISR (the field `LastKnownElr`, KIP-966).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LastKnownLeader {
    /// None is recorded.
    #[default]
    Unset,
    /// The leader at that moment; Kafka also records that there was none, as broker -1.
    Was(Option<BrokerId>),
}
