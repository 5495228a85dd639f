//! What a consumer is constructed with.

use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{GroupId, InstanceId, TopicId};
use crate::sim::time::Nanos;

/// `ConsumerUtils.DEFAULT_CLOSE_TIMEOUT_MS`.
const CLOSE_TIMEOUT: Nanos = Nanos::from_millis(30_000);

/// The configs of a consumer, checked, and what it subscribes to.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerSpec {
    /// Its group.
    pub group: GroupId,
    /// `group.instance.id`: it is a static member (KIP-345).
    pub instance: Option<InstanceId>,
    /// What it subscribes to, ascending.
    pub topics: Vec<TopicId>,
    /// Its configs.
    pub config: ConsumerConfig,
    /// Which client it is, if not the Java client of the run's version.
    pub client: Option<ClientPreset>,
}

impl ConsumerSpec {
    /// A dynamic member of the first group with Kafka's defaults, which subscribes to nothing.
    #[cfg(test)]
    pub(in crate::client) fn plain() -> ConsumerSpec {
        let (group, topics, config) = (GroupId(0), Vec::new(), ConsumerConfig::default());
        ConsumerSpec { group, instance: None, topics, config, client: None }
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
        CLOSE_TIMEOUT.min(self.config.request_timeout)
    }
}
