//! The metadata image: the fold over `__cluster_metadata` (`metadata/.../image/MetadataImage.java`).

use std::rc::Rc;

use crate::protocol::config::TopicConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::MetadataRecord;

/// A broker's registration (`BrokerRegistration`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BrokerRegistration {
    /// This process life.
    pub incarnation: u64,
    /// Its epoch.
    pub epoch: BrokerEpoch,
    /// Not serving.
    pub fenced: bool,
    /// About to stop.
    pub in_controlled_shutdown: bool,
}

/// A partition's state (`PartitionRegistration`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionRegistration {
    /// Assignment order.
    pub replicas: BrokerList,
    /// In-sync replicas.
    pub isr: BrokerList,
    /// The leader.
    pub leader: Option<BrokerId>,
    /// Rises with every record that carries a leader field.
    pub leader_epoch: LeaderEpoch,
    /// Rises with every record.
    pub partition_epoch: PartitionEpoch,
    /// The last election was unclean and not yet acknowledged.
    pub recovering: bool,
}

/// What a record touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Touched {
    /// A broker's registration.
    Broker(BrokerId),
    /// A topic.
    Topic(TopicId),
    /// A partition.
    Partition(Tp),
    /// Nothing that a broker acts upon.
    Nothing,
}

/// One process's view of the cluster: everything up to one metadata offset.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MetadataImage {}

#[allow(unused_variables)]
impl MetadataImage {
    /// Applies the record at `offset`.
    pub fn apply(&mut self, offset: i64, record: &MetadataRecord) -> Touched {
        todo!()
    }
    /// Offset of the last record applied, -1 for none.
    pub fn offset(&self) -> i64 {
        todo!()
    }
    /// A broker's registration.
    pub fn broker(&self, id: BrokerId) -> Option<&BrokerRegistration> {
        todo!()
    }
    /// Registered brokers, ascending.
    pub fn brokers(&self) -> impl Iterator<Item = (BrokerId, &BrokerRegistration)> {
        std::iter::empty()
    }
    /// Whether a broker is registered and not fenced.
    pub fn is_alive(&self, id: BrokerId) -> bool {
        todo!()
    }
    /// A topic's configs, if it exists.
    pub fn topic(&self, topic: TopicId) -> Option<&Rc<TopicConfig>> {
        todo!()
    }
    /// A partition's state, if it exists.
    pub fn partition(&self, tp: Tp) -> Option<&PartitionRegistration> {
        todo!()
    }
    /// All partitions, ascending.
    pub fn partitions(&self) -> impl Iterator<Item = (Tp, &PartitionRegistration)> {
        std::iter::empty()
    }
}
