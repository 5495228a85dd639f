//! How a family of metrics is read off what has been seen, and by what its series are told apart.

use super::Observed;
use super::brokers::{BrokerMeters, Replica, TopicMeters};
use super::samples::{Labels, Value};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How a family is read, and by what its series are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fold {
    /// Whether each process answers.
    Up,
    Broker(fn(&Observed, &BrokerMeters) -> i64),
    /// Of each broker: over all topics, and for each topic of which it has counted anything.
    Topics(fn(&TopicMeters) -> Option<u64>),
    /// Of each partition that a broker knows it has.
    Replica(fn(&Observed, Tp, &Replica) -> Option<i64>),
    /// Of each log that a broker has.
    Log(fn(&Replica) -> Option<i64>),
    Controller(fn(&Observed, NodeId) -> Option<i64>),
    Client(fn(&Observed, NodeId) -> Option<u64>),
    ClientPartition(fn(&Observed, NodeId, Tp) -> Option<u64>),
    Cluster(fn(&Observed) -> Option<i64>),
    Topic(fn(&Observed, TopicId) -> Option<i64>),
    Partition(fn(&Observed, Tp) -> Option<i64>),
    Group(fn(&Observed, GroupId) -> Option<i64>),
    GroupTime(fn(&Observed, GroupId) -> Option<Nanos>),
    GroupTopic(fn(&Observed, GroupId, TopicId) -> Option<i64>),
    GroupPartition(fn(&Observed, GroupId, Tp) -> Option<i64>),
    GroupPartitionTime(fn(&Observed, GroupId, Tp) -> Option<Nanos>),
}

impl Fold {
    /// The labels that tell series apart, beside those of every sample.
    pub fn labels(&self) -> &'static str {
        match self {
            Fold::Up | Fold::Broker(_) | Fold::Controller(_) | Fold::Cluster(_) => "",
            Fold::Topics(_) | Fold::Topic(_) => "topic",
            Fold::Replica(_) | Fold::Log(_) | Fold::Partition(_) => "topic, partition",
            Fold::Client(_) => "clientid",
            Fold::ClientPartition(_) => "clientid, topic, partition",
            Fold::Group(_) | Fold::GroupTime(_) => "group",
            Fold::GroupTopic(_) => "group, topic",
            Fold::GroupPartition(_) | Fold::GroupPartitionTime(_) => "group, topic, partition",
        }
    }

    /// Gives each sample that there is now.
    pub(super) fn read(&self, o: &Observed, internal: bool, give: &mut dyn FnMut(Labels, Value)) {
        let catalog = &o.setup.catalog;
        let topics = || (0..catalog.topics.len()).map(|topic| TopicId(topic as u16));
        let single = || (0..catalog.partition_count()).map(Tp).filter(|tp| internal || !catalog.is_internal(*tp));
        let groups = || (0..catalog.groups.len()).map(|group| GroupId(group as u16));
        let nodes = || (0..catalog.nodes.len()).map(|node| NodeId(node as u16));
        let answering = || nodes().filter(|node| o.answers(*node));
        let brokers = || answering().filter_map(|node| Some((node, o.brokers.of(catalog.broker_of(node)?))));
        let at = |node: NodeId| Labels { node: Some(node), ..Labels::default() };
        let of = |group: GroupId| Labels { group: Some(group), ..Labels::default() };
        let on = |labels: Labels, tp: Tp| {
            let (topic, partition) = catalog.topic_of(tp);
            Labels { topic: Some(topic), partition: Some(partition), ..labels }
        };
        let mut count = |labels: Labels, value: Option<i64>| {
            if let Some(value) = value {
                give(labels, Value::Count(value));
            }
        };
        match self {
            Fold::Up => {
                for node in nodes().filter(|node| super::job(catalog.nodes[node.index()].role).is_some()) {
                    count(at(node), Some(i64::from(o.answers(node))));
                }
            }
            Fold::Broker(read) => brokers().for_each(|(node, meters)| count(at(node), Some(read(o, meters)))),
            Fold::Topics(read) => {
                for (node, meters) in brokers() {
                    count(at(node), read(&meters.all_topics).map(|n| n as i64));
                    for (topic, meters) in &meters.topics {
                        count(Labels { topic: Some(*topic), ..at(node) }, read(meters).map(|n| n as i64));
                    }
                }
            }
            Fold::Replica(read) => {
                for (node, meters) in brokers() {
                    for (tp, replica) in single().filter_map(|tp| Some((tp, meters.replicas.get(&tp)?))) {
                        count(on(at(node), tp), read(o, tp, replica).filter(|_| replica.hosted));
                    }
                }
            }
            Fold::Log(read) => {
                for (node, meters) in brokers() {
                    single().for_each(|tp| count(on(at(node), tp), meters.replicas.get(&tp).and_then(read)));
                }
            }
            Fold::Controller(read) => answering().for_each(|node| count(at(node), read(o, node))),
            Fold::Client(read) => answering().for_each(|node| count(at(node), read(o, node).map(|n| n as i64))),
            Fold::ClientPartition(read) => {
                for node in answering() {
                    single().for_each(|tp| count(on(at(node), tp), read(o, node, tp).map(|n| n as i64)));
                }
            }
            Fold::Cluster(read) => count(Labels::default(), read(o)),
            Fold::Topic(read) => {
                topics().for_each(|topic| count(Labels { topic: Some(topic), ..Labels::default() }, read(o, topic)));
            }
            Fold::Partition(read) => single().for_each(|tp| count(on(Labels::default(), tp), read(o, tp))),
            Fold::Group(read) => groups().for_each(|group| count(of(group), read(o, group))),
            Fold::GroupTopic(read) => {
                for group in groups() {
                    let labels = |topic| Labels { topic: Some(topic), ..of(group) };
                    topics().for_each(|topic| count(labels(topic), read(o, group, topic)));
                }
            }
            Fold::GroupPartition(read) => {
                groups().for_each(|group| single().for_each(|tp| count(on(of(group), tp), read(o, group, tp))));
            }
            Fold::GroupTime(read) => {
                groups().for_each(|group| {
                    if let Some(time) = read(o, group) {
                        give(of(group), Value::Time(time));
                    }
                });
            }
            Fold::GroupPartitionTime(read) => {
                for (group, tp) in groups().flat_map(|group| single().map(move |tp| (group, tp))) {
                    if let Some(time) = read(o, group, tp) {
                        give(on(of(group), tp), Value::Time(time));
                    }
                }
            }
        }
    }
}
