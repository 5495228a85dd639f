//! What the faults and the end of a run need to know: a small fold over the facts.

use std::rc::Rc;

use super::spec::Condition;
use crate::history::fact::{Entry, Fact, GroupState, ReplicaRole};
use crate::protocol::catalog::{Catalog, Role};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// The cluster as the facts so far show it.
#[derive(Clone, Debug)]
pub struct Watch {
    catalog: Rc<Catalog>,
    partitions: Vec<PartitionView>,
    groups: Vec<GroupView>,
    unfenced: Vec<bool>,
    /// By process.
    up: Vec<bool>,
    /// By fault: how often it has begun, and ended.
    faults: Vec<(u32, u32)>,
    last_user_append: Nanos,
}

#[derive(Clone, Debug, Default)]
struct PartitionView {
    leader: Option<BrokerId>,
    isr: BrokerList,
    high_watermark: i64,
    log_ends: Vec<(BrokerId, i64)>,
    acked: u64,
}

#[derive(Clone, Debug)]
struct GroupView {
    state: GroupState,
    members: u32,
    wanted: u32,
    topics: Vec<TopicId>,
    /// By partition: the committed offset.
    committed: Vec<(Tp, i64)>,
    /// By partition: the offset after the last record that a member has dealt with. A member that has
    /// polled the last record is not through with it.
    reached: Vec<(Tp, i64)>,
}

impl Watch {
    /// Nothing has happened yet. `subscriptions`: the topics of each group, by group.
    pub fn new(catalog: Rc<Catalog>, subscriptions: Vec<Vec<TopicId>>) -> Watch {
        let groups = subscriptions
            .into_iter()
            .enumerate()
            .map(|(id, topics)| GroupView {
                state: GroupState::Empty,
                members: 0,
                wanted: catalog.nodes.iter().filter(|n| n.role == Role::Consumer(GroupId(id as u16))).count() as u32,
                topics,
                committed: Vec::new(),
                reached: Vec::new(),
            })
            .collect();
        let brokers = catalog.brokers().map(|b| b.index()).max().unwrap_or(0);
        Watch {
            partitions: vec![PartitionView::default(); catalog.partition_count() as usize],
            groups,
            unfenced: vec![false; brokers + 1],
            up: vec![false; catalog.nodes.len()],
            faults: Vec::new(),
            last_user_append: Nanos::ZERO,
            catalog,
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionChanged { tp, leader, isr, .. } => {
                let view = &mut self.partitions[tp.index()];
                view.leader = leader;
                view.isr = isr;
            }
            Fact::BecameLeader { broker, tp, start, .. } => {
                self.partitions[tp.index()].set_log_end(broker, start);
            }
            Fact::Appended { broker, role, tp, base_offset, count, .. } => {
                self.partitions[tp.index()].set_log_end(broker, base_offset.plus(count));
                if role == ReplicaRole::Leader && !self.catalog.is_internal(tp) {
                    self.last_user_append = entry.at;
                }
            }
            Fact::Truncated { broker, tp, to, .. } => self.partitions[tp.index()].set_log_end(broker, to),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.partitions[tp.index()].set_log_end(broker, log_end),
            Fact::HighWatermarkAdvanced { tp, high_watermark, .. } => {
                self.partitions[tp.index()].high_watermark = high_watermark.0;
            }
            Fact::BatchAcked { tp, count, .. } => self.partitions[tp.index()].acked += u64::from(count),
            Fact::OffsetStored { group, tp, offset, .. } => {
                let view = &mut self.groups[group.index()];
                put(&mut view.committed, tp, offset.0);
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => self.reached(node, tp, offset.plus(count)),
            Fact::RecordFailed { node, tp, offset, skipped: true, .. } => self.reached(node, tp, offset.plus(1)),
            Fact::PositionReset { node, tp, offset, .. } | Fact::PositionFromCommit { node, tp, offset } => {
                self.reached(node, tp, offset);
            }
            Fact::GroupStateChanged { group, state, members, .. } => {
                let view = &mut self.groups[group.index()];
                view.state = state;
                view.members = members;
            }
            Fact::ProcessStarted { node } => self.up[node.index()] = true,
            Fact::ProcessStopped { node, .. } => self.up[node.index()] = false,
            Fact::FaultStarted { fault, .. } => self.fault(fault).0 += 1,
            Fact::FaultEnded { fault, .. } => self.fault(fault).1 += 1,
            Fact::BrokerFenced { broker } => self.unfenced[broker.index()] = false,
            Fact::BrokerUnfenced { broker } => self.unfenced[broker.index()] = true,
            _ => {}
        }
    }

    fn fault(&mut self, fault: u16) -> &mut (u32, u32) {
        let index = usize::from(fault);
        if self.faults.len() <= index {
            self.faults.resize(index + 1, (0, 0));
        }
        &mut self.faults[index]
    }

    fn reached(&mut self, node: NodeId, tp: Tp, offset: Offset) {
        if let Role::Consumer(group) = self.catalog.nodes[node.index()].role {
            put(&mut self.groups[group.index()].reached, tp, offset.0);
        }
    }

    /// The leader of a partition in committed metadata.
    pub fn leader(&self, tp: Tp) -> Option<BrokerId> {
        self.partitions[tp.index()].leader
    }
    /// The first follower of a partition, in the order of its ISR.
    pub fn first_follower(&self, tp: Tp) -> Option<BrokerId> {
        let view = &self.partitions[tp.index()];
        view.isr.iter().find(|b| Some(*b) != view.leader)
    }
    /// When a record of an application was last appended by a leader.
    pub fn last_user_append(&self) -> Nanos {
        self.last_user_append
    }
    /// High watermarks less committed offsets over the partitions with a committed offset.
    pub fn lag(&self, group: GroupId) -> u64 {
        self.behind(&self.groups[group.index()].committed)
    }
    /// Whether every group with members has dealt with all that is readable.
    pub fn groups_caught_up(&self) -> bool {
        self.groups.iter().filter(|g| g.members > 0).all(|g| {
            let all_reached = g.topics.iter().flat_map(|t| self.catalog.partitions(*t)).all(|tp| {
                self.partitions[tp.index()].high_watermark == 0 || g.reached.iter().any(|(known, _)| *known == tp)
            });
            all_reached && self.behind(&g.reached) == 0
        })
    }
    fn behind(&self, offsets: &[(Tp, i64)]) -> u64 {
        offsets.iter().map(|(tp, offset)| (self.partitions[tp.index()].high_watermark - offset).max(0) as u64).sum()
    }

    /// Whether a condition holds now.
    pub fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::LagAbove(group, lag) => self.lag(*group) > *lag,
            Condition::LagBelow(group, lag) => self.lag(*group) < *lag,
            Condition::IsrAtMost(tp, size) => {
                let isr = self.partitions[tp.index()].isr.len();
                isr > 0 && isr <= usize::from(*size)
            }
            Condition::IsrAtLeast(tp, size) => self.partitions[tp.index()].isr.len() >= usize::from(*size),
            Condition::LeaderIs(tp, broker) => self.leader(*tp) == Some(*broker),
            Condition::Leaderless(tp) => {
                let view = &self.partitions[tp.index()];
                view.leader.is_none() && !view.isr.is_empty()
            }
            Condition::GroupStable(group) => {
                let view = &self.groups[group.index()];
                view.state == GroupState::Stable && view.members >= view.wanted
            }
            Condition::AckedAtLeast(tp, count) => self.partitions[tp.index()].acked >= *count,
            Condition::UnreplicatedAtLeast(tp, count) => self.partitions[tp.index()].unreplicated() >= *count,
            Condition::Fenced(broker) => !self.unfenced[broker.index()],
            Condition::Unfenced(broker) => self.unfenced[broker.index()],
            Condition::Up(node) => self.up[node.index()],
            Condition::Down(node) => !self.up[node.index()],
            Condition::FaultStarted(fault) => self.faults.get(usize::from(*fault)).is_some_and(|(begun, _)| *begun > 0),
            Condition::FaultEnded(fault) => {
                self.faults.get(usize::from(*fault)).is_some_and(|(begun, ended)| *begun > 0 && begun == ended)
            }
        }
    }
}

impl PartitionView {
    fn set_log_end(&mut self, broker: BrokerId, end: Offset) {
        match self.log_ends.iter_mut().find(|(b, _)| *b == broker) {
            Some(slot) => slot.1 = end.0,
            None => self.log_ends.push((broker, end.0)),
        }
    }
    /// Records that only the leader has.
    fn unreplicated(&self) -> u64 {
        let Some(leader) = self.leader else { return 0 };
        let end = |of: &dyn Fn(BrokerId) -> bool| self.log_ends.iter().filter(|(b, _)| of(*b)).map(|(_, e)| *e).max();
        match (end(&|b| b == leader), end(&|b| b != leader)) {
            (Some(own), Some(best)) => (own - best).max(0) as u64,
            _ => 0,
        }
    }
}

fn put(list: &mut Vec<(Tp, i64)>, tp: Tp, value: i64) {
    match list.iter_mut().find(|(known, _)| *known == tp) {
        Some(slot) => slot.1 = value,
        None => list.push((tp, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group whose members have polled everything may have hours of work before it.
    #[test]
    fn a_group_has_caught_up_when_it_is_through_with_its_work() {
        let mut catalog = Catalog::default();
        let group = catalog.add_group("billing");
        let producer = catalog.add_node("checkout-0", Role::Producer);
        let node = catalog.add_node("billing-0", Role::Consumer(group));
        let topic = catalog.add_topic("orders", 1);
        let tp = catalog.partitions(topic).next().expect("one partition");
        let mut watch = Watch::new(Rc::new(catalog), vec![vec![topic]]);
        let mut tell = |fact: Fact| {
            watch.observe(&Entry { at: Nanos::ZERO, event: 0, fact });
            watch.groups_caught_up()
        };
        let (broker, count, ordinal) = (BrokerId(1), 10, 0);
        assert!(tell(Fact::GroupStateChanged {
            broker,
            group,
            state: GroupState::Stable,
            generation: Generation(1),
            members: 1
        }));
        let high_watermark = Offset(10);
        let (epoch, isr, min_isr) = (LeaderEpoch(0), BrokerList::default(), 1);
        assert!(!tell(Fact::HighWatermarkAdvanced {
            broker,
            tp,
            epoch,
            high_watermark,
            log_end: high_watermark,
            isr,
            min_isr
        }));
        let (offset, origin) = (Offset(0), producer);
        assert!(!tell(Fact::RecordsPolled {
            node,
            tp,
            offset,
            count,
            origin,
            ordinal,
            leader_epoch: epoch,
            high_watermark,
            timestamp: Nanos::ZERO
        }));
        assert!(!tell(Fact::RecordsProcessed { node, tp, offset, count: 9, origin, ordinal }));
        // The last one cannot be processed: retried it is not dealt with, given up it is.
        let last = |skipped| Fact::RecordFailed { node, tp, offset: Offset(9), origin, ordinal: 9, skipped };
        assert!(!tell(last(false)));
        assert!(tell(last(true)));
    }
}
