//! How far groups are behind at some moment: in records, in time, and as Burrow has it; and what their consumers say of
//! themselves.
//!
//! No tool of Kafka's has this table. Offsets, ends and lag are those of `kafka-consumer-groups`; time and status are what a
//! monitoring system knows that has seen every commit ([`LagMonitor`]). `records-lag` and `records-lag-max` are the client's own
//! metrics ([`RecordsLags`]).

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReadReplicaCause, TruncationReason};
use crate::history::lag::{GroupStatus, LagMonitor, PartitionStatus, RecordsLags};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What was seen until a moment.
#[derive(Clone, Debug)]
pub struct LagBoard {
    setup: Rc<Setup>,
    cluster: ClusterView,
    monitor: LagMonitor,
    owners: BTreeMap<(GroupId, Tp), NodeId>,
    records_lags: RecordsLags,
    /// From which follower a process reads a partition, if not from the leader.
    followers: BTreeMap<(NodeId, Tp), BrokerId>,
    /// Where logs begin, by partition and broker.
    log_starts: BTreeMap<(Tp, BrokerId), Offset>,
}

/// A group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LagOfGroup {
    /// Its name.
    pub group: String,
    /// Burrow's status of the group.
    pub status: GroupStatus,
    /// The same in words, with how many partitions stand how.
    pub words: String,
    /// Over all partitions where it is known, in records.
    pub lag: Option<u64>,
    /// The longest over all partitions where it is known, in nanoseconds.
    pub lag_time_ns: Option<Nanos>,
    /// The partitions of its topics, and those in which it has an offset.
    pub partitions: Vec<LagOfPartition>,
    /// Its consumers that have ever got a record.
    pub clients: Vec<ClientLag>,
}

/// A group in a partition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LagOfPartition {
    /// The partition's topic.
    pub topic: String,
    /// Its number.
    pub partition: u32,
    /// The committed offset; none: the group has none.
    pub current_offset: Option<Offset>,
    /// The high watermark.
    pub log_end_offset: Offset,
    /// Records between the two.
    pub lag: Option<u64>,
    /// Where its leader's log begins: what lay before was deleted.
    pub log_start_offset: Offset,
    /// The same, if that is behind the committed offset: what lies between was deleted, and the group will not be given it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_up_to: Option<Offset>,
    /// How long the first record that is not committed has been in the log, in nanoseconds.
    pub lag_time_ns: Option<Nanos>,
    /// When the group last committed, in nanoseconds.
    pub committed_at_ns: Option<Nanos>,
    /// Burrow's status.
    pub status: Option<PartitionStatus>,
    /// Who has it.
    pub client_id: Option<String>,
    /// The follower that its consumer reads from (KIP-392); none: the leader, or nobody has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_replica: Option<BrokerId>,
    /// Where the last stable offset is, if it is below the high watermark: an open transaction holds it back, and nobody who reads
    /// what is committed is given what lies above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_stable_offset: Option<Offset>,
    /// The metric `records-lag` of its consumer; none: it has got no record of it.
    pub records_lag: Option<u64>,
    /// The metric `records-lead` of its consumer: how many records its position is ahead of the start of the log. None likewise.
    pub records_lead: Option<u64>,
}

/// A consumer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClientLag {
    /// Its `client.id`.
    pub client_id: String,
    /// The metric `records-lag-max`: the largest `records-lag` of its partitions in the last 60 s; none: none was recorded.
    pub records_lag_max: Option<u64>,
    /// The metric `records-lead-min`: the smallest `records-lead` of its partitions in the last 60 s; none likewise.
    pub records_lead_min: Option<u64>,
}

impl LagBoard {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> LagBoard {
        LagBoard {
            cluster: ClusterView::new(&setup.catalog),
            monitor: LagMonitor::new(setup.catalog.partition_count()),
            owners: BTreeMap::new(),
            records_lags: RecordsLags::default(),
            followers: BTreeMap::new(),
            log_starts: BTreeMap::new(),
            setup,
        }
    }
    fn group_of(&self, node: NodeId) -> Option<GroupId> {
        self.setup.catalog.nodes[node.index()].role.group()
    }

    /// The groups at a moment, in the order of the catalogue.
    pub fn groups(mut self, at: Nanos) -> Vec<LagOfGroup> {
        self.monitor.advance_to(at, &self.cluster);
        (0..self.setup.catalog.groups.len()).map(|group| self.group(GroupId(group as u16), at)).collect()
    }
    fn group(&self, group: GroupId, at: Nanos) -> LagOfGroup {
        let catalog = &self.setup.catalog;
        let members = || self.setup.consumers.iter().filter(|consumer| consumer.group == group);
        let known = (0..catalog.partition_count()).map(Tp).filter(|tp| {
            self.setup.is_read(group, *tp) && self.cluster.partition(*tp).exists()
                || self.cluster.committed(group, *tp).is_some()
        });
        let partitions: Vec<LagOfPartition> = known.map(|tp| self.partition(group, tp)).collect();
        let clients = members().filter_map(|consumer| self.client(consumer.node, at)).collect();
        LagOfGroup {
            group: catalog.groups[group.index()].clone(),
            status: self.monitor.status(group),
            words: self.monitor.words(group),
            lag: self.cluster.total_lag(group),
            lag_time_ns: self.monitor.time(group, &self.cluster),
            partitions,
            clients,
        }
    }
    fn partition(&self, group: GroupId, tp: Tp) -> LagOfPartition {
        let catalog = &self.setup.catalog;
        let (topic, partition) = catalog.topic_of(tp);
        let monitored = self.monitor.partition(group, tp, &self.cluster);
        let owner = self.owners.get(&(group, tp)).copied();
        LagOfPartition {
            topic: catalog.topics[topic.index()].name.clone(),
            partition,
            current_offset: self.cluster.committed(group, tp),
            log_end_offset: self.cluster.partition(tp).high_watermark,
            lag: self.cluster.lag(group, tp),
            log_start_offset: self.log_start(tp),
            deleted_up_to: self.deleted_up_to(group, tp),
            lag_time_ns: monitored.map(|lag| lag.time),
            committed_at_ns: monitored.map(|lag| lag.committed_at),
            status: monitored.and_then(|lag| lag.status),
            client_id: owner.map(|node| catalog.node_name(node).to_owned()),
            read_replica: owner.and_then(|node| self.followers.get(&(node, tp)).copied()),
            last_stable_offset: self.held_back_at(tp),
            records_lag: owner.and_then(|node| self.records_lags.lag(node, tp)),
            records_lead: owner.and_then(|node| self.records_lags.lead(node, tp)),
        }
    }
    fn held_back_at(&self, tp: Tp) -> Option<Offset> {
        let partition = self.cluster.partition(tp);
        let stable = partition.raised_to(partition.high_watermark);
        (stable < partition.high_watermark).then_some(stable)
    }
    fn log_start(&self, tp: Tp) -> Offset {
        let of_leader = self.cluster.reigning(tp).and_then(|leader| self.log_starts.get(&(tp, leader)).copied());
        of_leader.unwrap_or(Offset(0))
    }
    fn deleted_up_to(&self, group: GroupId, tp: Tp) -> Option<Offset> {
        let committed = self.cluster.committed(group, tp)?;
        Some(self.log_start(tp)).filter(|start| *start > committed)
    }
    fn client(&self, node: NodeId, at: Nanos) -> Option<ClientLag> {
        self.records_lags.is_known(node).then(|| ClientLag {
            client_id: self.setup.catalog.node_name(node).to_owned(),
            records_lag_max: self.records_lags.max(node, at),
            records_lead_min: self.records_lags.least_lead(node, at),
        })
    }
}

impl Observer for LagBoard {
    fn observe(&mut self, entry: &Entry) {
        self.monitor.advance_before(entry.at, &self.cluster);
        self.cluster.observe(entry);
        self.monitor.observe(entry, &self.cluster);
        self.records_lags.observe(entry);
        match entry.fact {
            Fact::LogStartMoved { broker, tp, to, .. }
            | Fact::LogRecovered { broker, tp, log_start: to, .. }
            | Fact::Truncated { broker, tp, to, reason: TruncationReason::Reset, .. } => {
                self.log_starts.insert((tp, broker), to);
            }
            Fact::PartitionAssigned { node, tp, .. } => {
                if let Some(group) = self.group_of(node) {
                    self.owners.insert((group, tp), node);
                }
            }
            Fact::ReadReplicaChanged { node, tp, broker, cause: ReadReplicaCause::Named, .. } => {
                self.followers.insert((node, tp), broker);
            }
            Fact::ReadReplicaChanged { node, tp, .. } => _ = self.followers.remove(&(node, tp)),
            Fact::PartitionRevoked { node, tp, .. } => self.let_go(node, |of| of == tp),
            Fact::ProcessStopped { node, .. } => self.let_go(node, |_| true),
            _ => {}
        }
    }
}

impl LagBoard {
    fn let_go(&mut self, node: NodeId, which: impl Fn(Tp) -> bool) {
        self.owners.retain(|(_, tp), owner| !(*owner == node && which(*tp)));
        self.followers.retain(|(of, tp), _| !(*of == node && which(*tp)));
    }
}
