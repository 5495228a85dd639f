//! What a consumer is constructed with.

use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{GroupId, InstanceId, PatternId, TopicId, Tp};
use crate::sim::time::Nanos;

/// How the application calls close() (`clients/.../consumer/CloseOptions.java`, KIP-1092; before that close(Duration)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CloseOptions {
    /// How long it may take. At zero it sends what there is to be sent, and waits for no answer.
    pub timeout: Nanos,
    /// What becomes of the membership.
    pub membership: GroupMembershipOperation,
}

impl Default for CloseOptions {
    /// `ConsumerUtils.DEFAULT_CLOSE_TIMEOUT_MS`, and what close() has always done.
    fn default() -> CloseOptions {
        CloseOptions { timeout: Nanos::from_millis(30_000), membership: GroupMembershipOperation::Default }
    }
}

/// Whether close() tells the coordinator that the member leaves (`CloseOptions.GroupMembershipOperation`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupMembershipOperation {
    /// A dynamic member leaves, a static one stays.
    Default,
    /// Either leaves.
    LeaveGroup,
    /// Either stays, until its session is over.
    RemainInGroup,
}

/// What a consumer takes with assign(): it is no member of a group, and takes part in no rebalance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ManualAssignment {
    /// The partitions, ascending.
    pub partitions: Vec<Tp>,
    /// It has a `group.id`, under which it commits and asks for committed offsets. Without one it does neither
    /// (`InvalidGroupIdException`), and `auto.offset.reset` decides where it begins.
    pub has_group_id: bool,
}

/// The configs of a consumer, checked, and what it subscribes to.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerSpec {
    /// Its group.
    pub group: GroupId,
    /// `group.instance.id`: it is a static member (KIP-345).
    pub instance: Option<InstanceId>,
    /// What it subscribes to, ascending; with assign() the topics of its partitions.
    pub topics: Vec<TopicId>,
    /// It subscribes to a pattern, and the topics are all that match it, whether they exist or not: it subscribes to those of them that it
    /// knows of (`subscribe(Pattern)`).
    pub pattern: bool,
    /// It leaves a pattern to the group coordinator, and the topics are all that match it, whether they exist or not
    /// (`subscribe(SubscriptionPattern)`).
    pub regex: Option<PatternId>,
    /// The partitions that it takes with assign() instead of subscribing.
    pub assigned: Option<Box<ManualAssignment>>,
    /// Its configs.
    pub config: ConsumerConfig,
    /// How it is closed.
    pub close: CloseOptions,
    /// Which client it is, if not the Java client of the run's version.
    pub client: Option<ClientPreset>,
    /// Who is told of partitions that come and go.
    pub listener: RebalanceListener,
    /// The listener seeks in onPartitionsAssigned: poll() waits for it, see
    /// [`Returned::PartitionsAssigned`](super::Returned::PartitionsAssigned).
    pub seeks_when_assigned: bool,
}

/// What subscribe() was given beside the topics (`ConsumerRebalanceListener`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RebalanceListener {
    /// Nothing.
    None,
    /// A listener that takes note of what it is told.
    #[default]
    TakesNote,
    /// One that has something to do before partitions go: poll() and close() wait for it, see
    /// [`Returned::CallsBack`](super::Returned::CallsBack).
    Works,
}

impl ConsumerSpec {
    /// A dynamic member of the first group with Kafka's defaults, which subscribes to nothing.
    #[cfg(test)]
    pub(in crate::client) fn plain() -> ConsumerSpec {
        let (group, topics, config) = (GroupId(0), Vec::new(), ConsumerConfig::default());
        ConsumerSpec {
            group,
            instance: None,
            topics,
            pattern: false,
            regex: None,
            assigned: None,
            config,
            close: CloseOptions::default(),
            client: None,
            listener: RebalanceListener::default(),
            seeks_when_assigned: false,
        }
    }
    /// The topics that it names itself: none if it subscribes to a pattern.
    pub fn named_topics(&self) -> &[TopicId] {
        if self.pattern || self.regex.is_some() { &[] } else { &self.topics }
    }
    /// Whether there is a coordinator for it.
    pub fn has_group_id(&self) -> bool {
        self.assigned.as_ref().is_none_or(|assigned| assigned.has_group_id)
    }
    /// Whether heartbeats come from the application's loop, not from a thread of their own.
    pub fn heartbeats_from_loop(&self) -> bool {
        self.client.is_some_and(ClientPreset::heartbeats_from_loop)
    }
    /// Whether auto-commit goes on beside the application, and not in poll().
    pub fn commits_in_background(&self) -> bool {
        self.config.enable_auto_commit && self.client.is_some_and(ClientPreset::commits_in_background)
    }
    /// When auto-commit is due whose interval begins now; never without it.
    pub fn next_auto_commit(&self, now: Nanos) -> Nanos {
        let interval = self.config.auto_commit_interval;
        if self.config.enable_auto_commit { now.saturating_add(interval) } else { Nanos::MAX }
    }
    /// How long close() may take: no longer than an answer may take (`createTimerForRequest`).
    pub fn close_timeout(&self) -> Nanos {
        self.close.timeout.min(self.config.request_timeout)
    }
}
