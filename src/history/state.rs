//! What can be said of a cluster at one instant, and whether it is so, as far as the facts so far tell.

use super::bound::Bound;
use super::ends::Ends;
use super::fact::{Entry, Fact, GroupState};
use super::lag::{LagMonitor, StatusWord};
use super::view::{ClusterView, GroupView, PartitionView};
use crate::protocol::batch::TransactionState;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Something that can be said of a cluster at one instant.
#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    /// Who leads a partition in committed metadata; none: nobody.
    Leader(Tp, Option<BrokerId>),
    /// Who is in a partition's committed ISR, in any order.
    Isr(Tp, BrokerList),
    /// How many are in a partition's committed ISR.
    IsrSize(Tp, Bound),
    /// The leader epoch of a partition.
    Epoch(Tp, Bound),
    /// The high watermark of a partition, at its leader.
    HighWatermark(Tp, Bound),
    /// Where the leader's log ends.
    LogEnd(Tp, Bound),
    /// Records of a partition that producers have got acknowledged.
    Acked(Tp, Bound),
    /// Records that the leader has and no other replica.
    Unreplicated(Tp, Bound),
    /// A group's lag: high watermarks less committed offsets.
    Lag(GroupId, Bound),
    /// A group's lag in time: how long the first record that is not committed has been in the log, in nanoseconds; where
    /// that is longest.
    LagTime(GroupId, Bound),
    /// A group's status, as Burrow has it.
    Status(GroupId, StatusWord),
    /// A group's state.
    Group(GroupId, GroupState),
    /// The state of a transactional id.
    Transaction(TransactionalId, TransactionState),
    /// A group's generation.
    Generation(GroupId, Bound),
    /// How many members a group has.
    Members(GroupId, Bound),
    /// A group's committed offset of a partition.
    Committed(GroupId, Tp, Bound),
    /// Whether a broker is fenced.
    Fenced(BrokerId, bool),
}

impl Statement {
    /// Whether it takes a monitor of lag to know.
    pub fn is_monitored(&self) -> bool {
        matches!(self, Statement::LagTime(..) | Statement::Status(..))
    }
}

/// The fold.
#[derive(Clone, Debug)]
pub struct StateView {
    cluster: ClusterView,
    ends: Ends,
    /// Whether the group has shown itself.
    groups: Vec<bool>,
    /// Where somebody asks for more of lag than how many records it is.
    monitor: Option<Box<LagMonitor>>,
}

impl StateView {
    /// Nothing has happened yet.
    pub fn new(catalog: &Catalog) -> StateView {
        StateView {
            cluster: ClusterView::new(catalog),
            ends: Ends::new(catalog.partition_count()),
            groups: vec![false; catalog.groups.len()],
            monitor: None,
        }
    }
    /// The same with a monitor of lag, if one is wanted: before the first fact.
    pub fn monitoring(self, wanted: bool) -> StateView {
        let partitions = self.cluster.partition_count();
        StateView { monitor: wanted.then(|| Box::new(LagMonitor::new(partitions))), ..self }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        if let Some(monitor) = &mut self.monitor {
            monitor.advance_before(entry.at, &self.cluster);
        }
        self.observe_cluster(entry);
        self.ends.observe(entry);
        if let Some(monitor) = &mut self.monitor {
            monitor.observe(entry, &self.cluster);
        }
    }
    /// Goes on to a time at which nothing is told: what is asked then is how it is then.
    pub fn advance_to(&mut self, at: Nanos) {
        if let Some(monitor) = &mut self.monitor {
            monitor.advance_to(at, &self.cluster);
        }
    }
    /// The same where nobody asks for ends of logs and what is acknowledged, of which there is something in most facts.
    #[inline]
    pub fn observe_cluster(&mut self, entry: &Entry) {
        self.cluster.observe(entry);
        if let Fact::GroupStateChanged { group, .. } | Fact::GroupLoaded { group, .. } = entry.fact {
            self.groups[group.index()] = true;
        }
    }

    /// What those who reign say.
    pub fn cluster(&self) -> &ClusterView {
        &self.cluster
    }
    /// What a monitor of lag says, if there is one.
    pub fn monitor(&self) -> Option<&LagMonitor> {
        self.monitor.as_deref()
    }
    /// What the logs say.
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// Whether a statement is true; none: it cannot be known.
    pub fn holds(&self, statement: &Statement) -> Option<bool> {
        match statement {
            Statement::Leader(tp, broker) => self.partition(*tp).map(|view| view.leader == *broker),
            Statement::Isr(tp, isr) => self.partition(*tp).map(|view| same(&view.isr, isr)),
            Statement::Group(group, state) => self.group(*group).map(|view| view.state == *state),
            Statement::Transaction(id, state) => self.cluster.transaction(*id).map(|now| now == *state),
            Statement::Fenced(broker, fenced) => self.fenced(*broker).map(|now| now == *fenced),
            Statement::Status(group, word) => self.monitor.as_ref().map(|monitor| monitor.stands(*group, *word)),
            Statement::IsrSize(_, bound)
            | Statement::Epoch(_, bound)
            | Statement::HighWatermark(_, bound)
            | Statement::LogEnd(_, bound)
            | Statement::Acked(_, bound)
            | Statement::Unreplicated(_, bound)
            | Statement::Lag(_, bound)
            | Statement::LagTime(_, bound)
            | Statement::Generation(_, bound)
            | Statement::Members(_, bound)
            | Statement::Committed(_, _, bound) => self.number(statement).map(|n| bound.admits(n)),
        }
    }

    fn partition(&self, tp: Tp) -> Option<&PartitionView> {
        Some(self.cluster.partition(tp)).filter(|view| !view.replicas.is_empty())
    }
    fn group(&self, group: GroupId) -> Option<&GroupView> {
        self.groups[group.index()].then(|| self.cluster.group(group))
    }
    fn fenced(&self, broker: BrokerId) -> Option<bool> {
        let view = self.cluster.broker(broker);
        (view.registered > 0).then_some(!view.unfenced)
    }

    fn number(&self, statement: &Statement) -> Option<u64> {
        let offset = |offset: Offset| offset.0.max(0) as u64;
        match statement {
            Statement::IsrSize(tp, _) => self.partition(*tp).map(|view| view.isr.len() as u64),
            Statement::Epoch(tp, _) => self.partition(*tp).map(|view| view.leader_epoch.0.max(0) as u64),
            Statement::HighWatermark(tp, _) => self.partition(*tp).map(|view| offset(view.high_watermark)),
            Statement::LogEnd(tp, _) => {
                let leader = self.partition(*tp)?.leader?;
                self.ends.of(leader, *tp).map(offset)
            }
            Statement::Acked(tp, _) => self.partition(*tp).map(|_| self.ends.acked(*tp)),
            Statement::Unreplicated(tp, _) => self.ends.ahead(self.cluster.reigning(*tp)?, *tp),
            Statement::Lag(group, _) => self.cluster.total_lag(*group),
            Statement::LagTime(group, _) => self.monitor.as_ref()?.time(*group, &self.cluster).map(|time| time.0),
            Statement::Generation(group, _) => self.group(*group).map(|view| view.generation.0.max(0) as u64),
            Statement::Members(group, _) => self.group(*group).map(|view| u64::from(view.members)),
            Statement::Committed(group, tp, _) => self.cluster.committed(*group, *tp).map(offset),
            Statement::Leader(..)
            | Statement::Isr(..)
            | Statement::Group(..)
            | Statement::Transaction(..)
            | Statement::Status(..)
            | Statement::Fenced(..) => None,
        }
    }

    /// How it is, in words.
    pub fn found(&self, statement: &Statement) -> String {
        let found = match statement {
            Statement::Leader(tp, _) => self.partition(*tp).map(|view| leader(view.leader)),
            Statement::Isr(tp, _) => self.partition(*tp).map(|view| view.isr.to_string()),
            Statement::IsrSize(tp, _) => self.partition(*tp).map(|view| format!("{} {}", view.isr.len(), view.isr)),
            Statement::Group(group, _) => self.group(*group).map(|view| view.state.name().to_owned()),
            Statement::Transaction(id, _) => self.cluster.transaction(*id).map(|state| state.name().to_owned()),
            Statement::Fenced(broker, _) => {
                self.fenced(*broker).map(|fenced| if fenced { "fenced" } else { "unfenced" }.to_owned())
            }
            Statement::Status(group, _) => self.monitor.as_ref().map(|monitor| monitor.words(*group)),
            Statement::LagTime(..) => self.number(statement).map(|n| Nanos(n).to_string()),
            number => self.number(number).map(|n| n.to_string()),
        };
        found.unwrap_or_else(|| "unknown".into())
    }
}

/// A leader in words.
pub fn leader(leader: Option<BrokerId>) -> String {
    leader.map_or_else(|| "none".into(), |broker| format!("broker {broker}"))
}

/// Whether two lists have the same brokers.
pub fn same(a: &BrokerList, b: &BrokerList) -> bool {
    a.len() == b.len() && a.iter().all(|broker| b.contains(broker))
}
