//! From the parts list to nodes and to the header of the history.

use super::blueprint::Blueprint;
use super::process::Node;
use super::spec::{Trigger, WorldSpec};
use std::rc::Rc;

use crate::app::Application;
use crate::app::spec::{
    AbortPolicy, AppSpec, CommitMode, CommitOffsets, CommitRetry, ConsumerSpec, DeadLetterFailure, GivingUp,
    GroupMetadata, KnownRecords, LoopSpec, OutletPurpose, OutletSpec, ProcessingOrder, ProcessingThread, ProducerSpec,
    RowsOrder, ShareLoopSpec, SharePoison, SinkKind, SinkSpec, SourceFailure, SourceSpec, StepCall,
};
use crate::cluster::admin::{Admin, Task};
use crate::cluster::broker::Broker;
use crate::cluster::controller::Controller;
use crate::history::setup::*;
use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole, SHARE_GROUP_STATE, TRANSACTION_STATE, TopicEntry};
use crate::protocol::config::{
    BrokerConfig, CleanupPolicy, ConsumerConfig, Limit, RackName, TimestampType, TopicConfig,
};
use crate::protocol::ids::{NodeId, TopicId};
use crate::protocol::messages::{AdminRequest, CreatableTopic, GroupProtocol};
use crate::protocol::rules::{AutoCommitPositions, Rules};

impl Blueprint {
    /// The nodes, by id.
    pub(super) fn nodes(&self) -> Vec<Node> {
        let (spec, catalog) = (&self.spec, &self.catalog);
        let groups = Rc::new(spec.group_configs());
        let controller_config = self.brokers.first().expect("a cluster has a broker");
        let mut applications = spec.applications.iter();
        let mut tools = spec.operations.iter();
        let mut first = true;
        catalog
            .nodes
            .iter()
            .map(|entry| match entry.role {
                NodeRole::Broker(id) => Node::Broker(Box::new(
                    Broker::new(
                        id,
                        self.brokers[id.index() - 1].clone(),
                        groups.clone(),
                        catalog.clone(),
                        self.spec.rules,
                    )
                    .on_machine(spec.machine),
                )),
                NodeRole::Controller(_) => Node::Controller(Box::new(Controller::new(
                    controller_config.clone(),
                    catalog.clone(),
                    self.spec.rules,
                ))),
                NodeRole::Admin if std::mem::take(&mut first) => {
                    Node::Admin(Admin::new(spec.topics.clone(), catalog.clone()))
                }
                NodeRole::Admin => {
                    let tool = tools.next().expect("every administrator but the first comes for something");
                    Node::Admin(Admin::with_task(tool.task.clone(), catalog.clone()))
                }
                NodeRole::Application(_) => {
                    let (_, spec) = applications.next().expect("every application of the catalogue has a spec");
                    Node::Application(Application::new(spec.clone(), catalog.clone(), self.spec.rules))
                }
            })
            .collect()
    }
}

/// Whether what an aborted transaction was about is skipped.
fn goes_on_after_abort(outlet: &OutletSpec) -> bool {
    outlet.producer.transactional_id.is_some() && outlet.transactions.on_abort == AbortPolicy::Continue
}

/// Whether its producer is for records that cannot be processed.
fn is_for_dead_letters(outlet: &OutletSpec) -> bool {
    !matches!(outlet.purpose, OutletPurpose::Transform(_))
}

/// Whether a dead letter that could not be sent is given up.
fn loses_dead_letters(outlet: &OutletSpec) -> bool {
    outlet.purpose == OutletPurpose::DeadLetters(DeadLetterFailure::Log)
}

/// Whether its offsets in transactions come without generation.
fn hides_generation(outlet: &OutletSpec) -> bool {
    outlet.producer.transactional_id.is_some() && outlet.transactions.group_metadata == GroupMetadata::GroupId
}

fn sink_setup(sink: &SinkSpec) -> SinkSetup {
    match sink.kind {
        SinkKind::EMail => SinkSetup::EMail,
        SinkKind::Database { known: KnownRecords::WrittenAgain, .. } => SinkSetup::Database,
        SinkKind::Database { known: KnownRecords::Refused, .. } => SinkSetup::DatabaseWithUniqueKeys,
        SinkKind::Database { known: KnownRecords::LeftOut, .. } => SinkSetup::IdempotentConsumer,
    }
}

/// Whether it calls send() again for a record whose send() has failed, or whose process died.
fn sends_again(source: &SourceSpec) -> bool {
    let outbox = source.rows.as_ref().is_some_and(|rows| rows.order == RowsOrder::Outbox);
    outbox || source.on_failure == SourceFailure::Resend
}

fn rows_setup(source: &SourceSpec) -> Option<RowsSetup> {
    Some(match source.rows.as_ref()?.order {
        RowsOrder::DualWrite => RowsSetup::DualWrite,
        RowsOrder::Outbox => RowsSetup::Outbox,
    })
}

impl WorldSpec {
    /// The header of a history with this seed.
    pub fn setup(&self, seed: u64) -> Setup {
        let config = self.brokers.first().expect("a cluster has a broker");
        Setup {
            scenario: self.name.clone(),
            seed,
            rules: self.rules,
            duration: self.duration,
            final_phase: self.final_phase,
            catalog: self.catalog.clone(),
            topics: self.catalog.topics.iter().map(|t| self.topic_setup(t)).collect(),
            producers: self.producer_setups(),
            consumers: self.consumer_setups(),
            share_consumers: self.share_consumer_setups(),
            faults: self
                .faults
                .iter()
                .map(|f| FaultSetup {
                    label: f.label.clone(),
                    kind: f.action.name().into(),
                    ends: f.action.ends(),
                    conditional: matches!(f.trigger, Trigger::When { .. }),
                    factor: f.action.factor(),
                    may_miss: f.may_miss,
                })
                .collect(),
            broker_session_timeout: config.broker_session_timeout,
            replica_lag_time_max: config.replica_lag_time_max,
            slow_round_trip: self.slow_round_trip(config.replica_fetch_response_max_bytes.max(config.fetch_max_bytes)),
            // Each has a rack of its own, in the catalogue.
            broker: BrokerConfig { broker_rack: RackName::default(), ..config.clone() },
            groups: self.groups.clone(),
            ignored: self.ignored.clone(),
        }
    }

    fn topic_setup(&self, entry: &TopicEntry) -> TopicSetup {
        let broker = self.brokers.first().expect("a cluster has a broker");
        let later = self.operations.iter().flat_map(|operation| match &operation.task {
            Task::Create(topics) => topics.as_slice(),
            Task::Ask(_) | Task::AbortTransaction(_) | Task::DeleteRecords(..) | Task::Group(..) => &[],
        });
        let of_entry = |t: &&CreatableTopic| self.catalog.topics[t.topic.index()].name == entry.name;
        let created = self.topics.iter().chain(later).find(of_entry);
        let mut config = match created {
            Some(topic) => topic.config.clone(),
            // `TransactionStateManager.transactionTopicConfigs`.
            None if entry.name == TRANSACTION_STATE => TopicConfig {
                min_insync_replicas: broker.transaction_state_log_min_isr,
                unclean_leader_election_enable: false,
                cleanup_policy: CleanupPolicy::COMPACT,
                ..broker.topic_defaults()
            },
            // `ShareCoordinatorService.shareGroupStateTopicConfigs`.
            None if entry.name == SHARE_GROUP_STATE => TopicConfig {
                min_insync_replicas: broker.share_coordinator_state_topic_min_isr,
                cleanup_policy: CleanupPolicy::DELETE,
                retention: Limit::Unlimited,
                ..broker.topic_defaults()
            },
            // `GroupCoordinatorService.groupMetadataTopicConfigs`.
            None if entry.name == CONSUMER_OFFSETS => {
                TopicConfig { cleanup_policy: CleanupPolicy::COMPACT, ..broker.topic_defaults() }
            }
            None => broker.topic_defaults(),
        };
        let replication_factor = match created {
            Some(topic) => topic.replication_factor,
            None if entry.name == CONSUMER_OFFSETS => broker.offsets_topic_replication_factor,
            None if entry.name == TRANSACTION_STATE => broker.transaction_state_log_replication_factor,
            None if entry.name == SHARE_GROUP_STATE => broker.share_coordinator_state_topic_replication_factor,
            None => broker.default_replication_factor,
        };
        // What is promised is what is promised all the time: the weakest configs that the topic has in turn.
        let (mut least, mut unclean) = (config.min_insync_replicas, config.unclean_leader_election_enable);
        for operation in &self.operations {
            if let Task::Ask(AdminRequest::AlterTopicConfigs { topic, changes }) = &operation.task
                && self.catalog.topics[topic.index()].name == entry.name
            {
                let mut altered = config.clone();
                changes.iter().for_each(|(name, value)| drop(altered.set(name, value)));
                least = least.min(altered.min_insync_replicas);
                config.retention = config.retention.least(altered.retention);
                config.retention_bytes = config.retention_bytes.least(altered.retention_bytes);
                unclean |= altered.unclean_leader_election_enable;
            }
        }
        TopicSetup {
            replication_factor,
            min_insync_replicas: least,
            unclean_leader_election: unclean,
            flush_messages: config.flush_messages,
            config,
        }
    }

    /// Whether a topic's records have the times of their leaders' clocks.
    fn is_stamped_by_leaders(&self, topic: TopicId) -> bool {
        let config = self.topics.iter().find(|known| known.topic == topic).map(|known| &known.config);
        config.is_some_and(|config| config.message_timestamp_type == TimestampType::LogAppendTime)
    }

    fn producer_setups(&self) -> Vec<ProducerSetup> {
        let setup = |(node, spec): &(NodeId, AppSpec)| {
            let ProducerSpec { topic, config, transactional_id, client, waits_in_vain, .. } = spec.producer()?;
            Some(ProducerSetup {
                node: *node,
                topic: *topic,
                acks: config.acks,
                idempotent: config.enable_idempotence,
                retries: config.retries,
                max_in_flight: config.max_in_flight,
                delivery_timeout: config.delivery_timeout,
                keyed: spec.key_count() > 0 && config.keys_decide(),
                own_timestamps: spec.has_own_timestamps() || self.is_stamped_by_leaders(*topic),
                resends: spec.source().is_some_and(sends_again),
                transactional_id: *transactional_id,
                rows: spec.source().and_then(rows_setup),
                client: *client,
                waits_in_vain: *waits_in_vain,
                config: config.clone(),
            })
        };
        self.applications.iter().filter_map(setup).collect()
    }

    fn share_consumer_setups(&self) -> Vec<ShareConsumerSetup> {
        let setup = |(node, spec): (NodeId, &ShareLoopSpec)| ShareConsumerSetup {
            node,
            group: spec.consumer.group,
            topics: spec.consumer.topics.clone(),
            skips_poison: spec.on_poison == SharePoison::Skip,
            rejects_poison: spec.on_poison == SharePoison::Reject,
            renews_every: spec.renewal.map(|renewal| renewal.every),
            sink: spec.sink.as_ref().map(sink_setup),
            config: spec.consumer.config.clone(),
        };
        self.share_loops().map(setup).collect()
    }

    fn consumer_setups(&self) -> Vec<ConsumerSetup> {
        let groups = self.group_configs();
        let setup = |(node, spec): (NodeId, &LoopSpec)| {
            let ConsumerSpec {
                group,
                instance,
                topics: first,
                pattern,
                regex,
                assigned,
                config,
                close: _,
                client,
                listener: _,
                seeks_when_assigned: _,
            } = &*spec.consumer;
            ConsumerSetup {
                node,
                group: *group,
                instance: *instance,
                topics: spec.topics(),
                subscriptions: match spec.later_subscriptions().next() {
                    Some(_) => {
                        std::iter::once(first.as_slice()).chain(spec.later_subscriptions()).map(<[_]>::to_vec).collect()
                    }
                    None => Vec::new(),
                },
                pattern: *pattern,
                regex: *regex,
                assigned: assigned.as_ref().map_or(Vec::new(), |assigned| assigned.partitions.clone()),
                without_group_id: assigned.as_ref().is_some_and(|assigned| !assigned.has_group_id),
                commit: match spec.commit {
                    CommitMode::Auto => CommitSetup::Auto,
                    CommitMode::SyncAfterBatch => CommitSetup::SyncAfterBatch,
                    CommitMode::SyncBeforeProcessing => CommitSetup::SyncBeforeProcessing,
                    CommitMode::AsyncAfterBatch => CommitSetup::AsyncAfterBatch,
                    CommitMode::InTransaction => CommitSetup::InTransaction,
                    CommitMode::WithTheSink { fence: false } => CommitSetup::WithTheSink,
                    CommitMode::WithTheSink { fence: true } => CommitSetup::WithTheSinkFenced,
                    CommitMode::Never => CommitSetup::Never,
                },
                auto_offset_reset: config.auto_offset_reset,
                isolation_level: config.isolation_level,
                max_poll_interval: config.max_poll_interval,
                session_timeout: match config.group_protocol {
                    GroupProtocol::Classic => config.session_timeout,
                    GroupProtocol::Consumer => groups.of(*group).consumer_session_timeout,
                },
                puts_aside: spec.on_poison.aside(spec.outlet.as_ref().is_some_and(is_for_dead_letters)),
                backs_off: spec.backs_off,
                skips_poison: spec.on_poison.gives_up() == Some(GivingUp::Skip)
                    || spec.outlet.as_ref().is_some_and(loses_dead_letters),
                retries_commits: spec.commit_retry == Some(CommitRetry::Blindly),
                commits_ahead: commits_ahead(config, spec.commit, self.rules),
                closes_on_failure: matches!(spec.on_poison.gives_up(), Some(GivingUp::Close { .. })),
                commits_offsets: match spec.pool.map_or(CommitOffsets::Positions, |pool| pool.commit) {
                    CommitOffsets::Positions => None,
                    CommitOffsets::Contiguous => Some(CommittedOffsetsSetup::Contiguous),
                    CommitOffsets::HighestFinished => Some(CommittedOffsetsSetup::HighestFinished),
                },
                hands_off: spec.thread == ProcessingThread::Worker,
                unordered: spec.pool.is_some_and(|pool| pool.threads > 1 && pool.order == ProcessingOrder::Unordered),
                seeks: spec.steps.iter().any(|step| matches!(step.call, StepCall::Seek(..) | StepCall::SeekTo(..))),
                continues_after_abort: spec.outlet.as_ref().is_some_and(goes_on_after_abort),
                hides_generation: spec.outlet.as_ref().is_some_and(hides_generation),
                sink: spec.sink.as_ref().map(sink_setup),
                client: *client,
                config: config.clone(),
            }
        };
        self.loops().map(setup).collect()
    }
}

/// Whether an automatic commit may have what the poll() in which it is due hands out: the two threads of the new consumer race.
fn commits_ahead(config: &ConsumerConfig, commit: CommitMode, rules: Rules) -> bool {
    config.group_protocol == GroupProtocol::Consumer
        && commit == CommitMode::Auto
        && rules.auto_commit_positions == AutoCommitPositions::Raced
}
