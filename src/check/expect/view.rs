//! How the cluster stands, as far as the facts so far tell.

use super::{Answer, Bound};
use crate::history::fact::{Entry, Fact, GroupState};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;

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
    /// A group's state.
    Group(GroupId, GroupState),
    /// A group's generation.
    Generation(GroupId, Bound),
    /// How many members a group has.
    Members(GroupId, Bound),
    /// A group's committed offset of a partition.
    Committed(GroupId, Tp, Bound),
    /// Whether a broker is fenced.
    Fenced(BrokerId, bool),
}

#[derive(Clone, Debug, Default)]
struct PartitionView {
    created: bool,
    leader: Option<BrokerId>,
    epoch: LeaderEpoch,
    isr: BrokerList,
    high_watermark: Option<Offset>,
    log_ends: Vec<(BrokerId, Offset)>,
    acked: u64,
}

impl PartitionView {
    fn set_end(&mut self, broker: BrokerId, end: Offset) {
        match self.log_ends.iter_mut().find(|(known, _)| *known == broker) {
            Some(slot) => slot.1 = end,
            None => self.log_ends.push((broker, end)),
        }
    }
    fn leaders_end(&self) -> Option<Offset> {
        self.log_ends.iter().find(|(broker, _)| Some(*broker) == self.leader).map(|(_, end)| *end)
    }
    fn unreplicated(&self) -> Option<u64> {
        let own = self.leaders_end()?;
        let best = self.log_ends.iter().filter(|(b, _)| Some(*b) != self.leader).map(|(_, end)| *end).max()?;
        Some((own.0 - best.0).max(0) as u64)
    }
}

#[derive(Clone, Debug, Default)]
struct GroupView {
    state: Option<GroupState>,
    generation: Generation,
    members: u32,
    committed: Vec<(Tp, Offset)>,
}

/// The fold.
#[derive(Clone, Debug)]
pub struct View {
    partitions: Vec<PartitionView>,
    groups: Vec<GroupView>,
    /// By broker id: none before the first fact about it.
    fenced: Vec<Option<bool>>,
}

impl View {
    /// Nothing has happened yet.
    pub fn new(catalog: &Catalog) -> View {
        let brokers = catalog.brokers().map(|b| b.index()).max().unwrap_or(0);
        View {
            partitions: vec![PartitionView::default(); catalog.partition_count() as usize],
            groups: vec![GroupView::default(); catalog.groups.len()],
            fenced: vec![None; brokers + 1],
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionChanged { tp, leader, leader_epoch, isr, .. } => {
                let view = &mut self.partitions[tp.index()];
                (view.created, view.leader, view.epoch, view.isr) = (true, leader, leader_epoch, isr);
            }
            Fact::BecameLeader { broker, tp, epoch, start, high_watermark } => {
                let view = &mut self.partitions[tp.index()];
                view.set_end(broker, start);
                if epoch >= view.epoch {
                    view.high_watermark = Some(high_watermark);
                }
            }
            Fact::Appended { broker, tp, base_offset, count, .. } => {
                self.partitions[tp.index()].set_end(broker, base_offset.plus(count));
            }
            Fact::Truncated { broker, tp, to, .. } => self.partitions[tp.index()].set_end(broker, to),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.partitions[tp.index()].set_end(broker, log_end),
            // A leader that is one no longer decides nothing.
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, .. } => {
                let view = &mut self.partitions[tp.index()];
                if view.leader == Some(broker) && view.epoch == epoch {
                    view.high_watermark = Some(high_watermark);
                }
            }
            Fact::BatchAcked { tp, count, .. } => self.partitions[tp.index()].acked += u64::from(count),
            Fact::OffsetStored { group, tp, offset, .. } => {
                let committed = &mut self.groups[group.index()].committed;
                match committed.iter_mut().find(|(known, _)| *known == tp) {
                    Some(slot) => slot.1 = offset,
                    None => committed.push((tp, offset)),
                }
            }
            Fact::GroupStateChanged { group, state, generation, members, .. } => {
                let view = &mut self.groups[group.index()];
                (view.state, view.generation, view.members) = (Some(state), generation, members);
            }
            Fact::BrokerFenced { broker } => self.fenced[broker.index()] = Some(true),
            Fact::BrokerUnfenced { broker } => self.fenced[broker.index()] = Some(false),
            _ => {}
        }
    }

    /// Whether a statement is true; none: it cannot be known.
    pub fn holds(&self, statement: &Statement) -> Option<bool> {
        match statement {
            Statement::Leader(tp, broker) => self.partition(*tp).map(|view| view.leader == *broker),
            Statement::Isr(tp, isr) => self.partition(*tp).map(|view| same(&view.isr, isr)),
            Statement::Group(group, state) => self.groups[group.index()].state.map(|now| now == *state),
            Statement::Fenced(broker, fenced) => self.fenced[broker.index()].map(|now| now == *fenced),
            Statement::IsrSize(_, bound)
            | Statement::Epoch(_, bound)
            | Statement::HighWatermark(_, bound)
            | Statement::LogEnd(_, bound)
            | Statement::Acked(_, bound)
            | Statement::Unreplicated(_, bound)
            | Statement::Lag(_, bound)
            | Statement::Generation(_, bound)
            | Statement::Members(_, bound)
            | Statement::Committed(_, _, bound) => self.number(statement).map(|n| bound.admits(n)),
        }
    }

    pub(super) fn answer(&self, statement: &Statement) -> Answer {
        Answer { fits: self.holds(statement), found: self.found(statement) }
    }

    fn partition(&self, tp: Tp) -> Option<&PartitionView> {
        Some(&self.partitions[tp.index()]).filter(|view| view.created)
    }

    fn number(&self, statement: &Statement) -> Option<u64> {
        let offset = |offset: Offset| offset.0.max(0) as u64;
        match statement {
            Statement::IsrSize(tp, _) => self.partition(*tp).map(|view| view.isr.len() as u64),
            Statement::Epoch(tp, _) => self.partition(*tp).map(|view| view.epoch.0.max(0) as u64),
            Statement::HighWatermark(tp, _) => self.partition(*tp)?.high_watermark.map(offset),
            Statement::LogEnd(tp, _) => self.partition(*tp)?.leaders_end().map(offset),
            Statement::Acked(tp, _) => self.partition(*tp).map(|view| view.acked),
            Statement::Unreplicated(tp, _) => self.partition(*tp)?.unreplicated(),
            Statement::Lag(group, _) => self.lag(*group),
            Statement::Generation(group, _) => self.group(*group).map(|view| view.generation.0.max(0) as u64),
            Statement::Members(group, _) => self.group(*group).map(|view| u64::from(view.members)),
            Statement::Committed(group, tp, _) => {
                let committed = &self.groups[group.index()].committed;
                committed.iter().find(|(known, _)| known == tp).map(|(_, at)| offset(*at))
            }
            Statement::Leader(..) | Statement::Isr(..) | Statement::Group(..) | Statement::Fenced(..) => None,
        }
    }

    fn group(&self, group: GroupId) -> Option<&GroupView> {
        Some(&self.groups[group.index()]).filter(|view| view.state.is_some())
    }

    /// Unknown as long as nothing is committed.
    fn lag(&self, group: GroupId) -> Option<u64> {
        let committed = &self.groups[group.index()].committed;
        let behind = |(tp, offset): &(Tp, Offset)| {
            let end = self.partitions[tp.index()].high_watermark.map_or(0, |high| high.0);
            (end - offset.0).max(0) as u64
        };
        (!committed.is_empty()).then(|| committed.iter().map(behind).sum())
    }

    /// How it is, in words.
    fn found(&self, statement: &Statement) -> String {
        let found = match statement {
            Statement::Leader(tp, _) => self.partition(*tp).map(|view| leader(view.leader)),
            Statement::Isr(tp, _) => self.partition(*tp).map(|view| view.isr.to_string()),
            Statement::IsrSize(tp, _) => self.partition(*tp).map(|view| format!("{} {}", view.isr.len(), view.isr)),
            Statement::Group(group, _) => self.groups[group.index()].state.map(|state| state.name().to_owned()),
            Statement::Fenced(broker, _) => {
                self.fenced[broker.index()].map(|fenced| if fenced { "fenced" } else { "unfenced" }.to_owned())
            }
            number => self.number(number).map(|n| n.to_string()),
        };
        found.unwrap_or_else(|| "unknown: there is none yet".into())
    }
}

/// A leader in words.
pub(super) fn leader(leader: Option<BrokerId>) -> String {
    leader.map_or_else(|| "none".into(), |broker| format!("broker {broker}"))
}

/// Whether two lists have the same brokers.
pub(super) fn same(a: &BrokerList, b: &BrokerList) -> bool {
    a.len() == b.len() && a.iter().all(|broker| b.contains(broker))
}
