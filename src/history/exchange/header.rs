//! The header of an exchange history: who recorded what, and what was configured.
//!
//! A recorder that does not know a config leaves it out, and then nothing is promised on its account:
//! what follows from it is told as a fact.

use litemap::LiteMap;

use super::{FORMAT, VERSION};
use crate::history::setup::{CommitSetup, Setup};
use crate::protocol::config::{ConfigValue, IsolationLevel};
use crate::protocol::messages::Acks;

/// The first line. A reader ignores fields that it does not know.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u64,
    /// What wrote it.
    pub source: String,
    /// Kafka's version.
    pub kafka: String,
    /// What was run.
    pub scenario: String,
    /// With which seed; 0 for a real cluster.
    pub seed: u64,
    /// How clients were set up.
    pub options: Options,
    /// Producers, by client; empty: not known.
    #[serde(skip_serializing_if = "LiteMap::is_empty")]
    pub producers: LiteMap<String, Producer>,
    /// Groups; empty: not known.
    #[serde(skip_serializing_if = "LiteMap::is_empty")]
    pub groups: LiteMap<String, Group>,
    /// Topics; empty: not known.
    #[serde(skip_serializing_if = "LiteMap::is_empty")]
    pub topics: LiteMap<String, Topic>,
}

/// How clients were set up.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Options {
    /// `isolation.level` of the consumers.
    pub isolation: Option<IsolationLevel>,
    /// Consumers subscribe; otherwise they are assigned partitions by hand.
    pub subscribe: bool,
}

/// A producer's configuration, as far as it decides what is promised.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Producer {
    /// `0`, `1` or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acks: Option<String>,
    /// `enable.idempotence`, as it is in effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
}

/// A group.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Group {
    /// Its clients.
    pub members: Vec<String>,
    /// When its applications commit: `auto`, `sync-after-batch`, `sync-before-processing`,
    /// `async-after-batch`, `never`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitSetup>,
}

/// A topic.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Topic {
    /// Replicas per partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_factor: Option<u16>,
    /// `min.insync.replicas`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_insync_replicas: Option<u16>,
    /// `unclean.leader.election.enable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unclean_leader_election: Option<bool>,
    /// `cleanup.policy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleanup_policy: Option<String>,
}

impl Header {
    /// Of a simulated run.
    pub fn of(setup: &Setup) -> Header {
        let catalog = &setup.catalog;
        let mut groups: LiteMap<String, Group> = LiteMap::new();
        for consumer in &setup.consumers {
            let group = groups.entry(catalog.groups[consumer.group.index()].clone()).or_default();
            group.members.push(catalog.node_name(consumer.node).to_string());
            // Members that commit in different ways have no way of their group's.
            let same = group.members.len() == 1 || group.commit == Some(consumer.commit);
            group.commit = same.then_some(consumer.commit);
        }
        let producer = |p: &crate::history::setup::ProducerSetup| {
            let acks = match p.acks {
                Acks::Zero => "0",
                Acks::One => "1",
                Acks::All => "all",
            };
            let config = Producer { acks: Some(acks.to_string()), idempotent: Some(p.idempotent) };
            (catalog.node_name(p.node).to_string(), config)
        };
        let topic = |(entry, topic): (&crate::protocol::catalog::TopicEntry, &crate::history::setup::TopicSetup)| {
            let config = Topic {
                replication_factor: Some(topic.replication_factor),
                min_insync_replicas: Some(topic.min_insync_replicas),
                unclean_leader_election: Some(topic.unclean_leader_election),
                cleanup_policy: topic.config.cleanup_policy.compact.then(|| topic.config.cleanup_policy.show()),
            };
            (entry.name.clone(), config)
        };
        Header {
            format: FORMAT.into(),
            version: VERSION.into(),
            source: concat!("kafkasim ", env!("CARGO_PKG_VERSION")).into(),
            kafka: setup.rules.to_string(),
            scenario: setup.scenario.clone(),
            seed: setup.seed,
            options: Options { isolation: setup.consumers.first().map(|c| c.isolation_level), subscribe: true },
            producers: setup.producers.iter().map(producer).collect(),
            groups,
            topics: catalog.topics.iter().zip(&setup.topics).map(topic).collect(),
        }
    }
}
