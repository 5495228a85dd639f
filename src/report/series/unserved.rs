//! How long partitions of a group had nobody who may hand out their records: what a rebalance costs.
//!
//! A partition is served while some live member believes that it is its own, from `onPartitionsAssigned` to
//! `onPartitionsRevoked` (or `onPartitionsLost`, or its end). Whether that member works is another question: a paused
//! process, or one that is busy with another record, serves by this count, as it does in the eyes of its group. Counting
//! begins when a partition is somebody's for the first time, so that the start of a group is no pause.

use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// The time in which one partition had no consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnservedPause {
    /// Which partition.
    pub tp: Tp,
    /// Since when.
    pub since: Nanos,
    /// For how long.
    pub lasted: Nanos,
}

/// What one group left unserved.
#[derive(Clone, Debug)]
pub struct UnservedGroup {
    /// Which group.
    pub group: GroupId,
    /// Over its partitions, added up: partition-seconds, in nanoseconds.
    pub total: Nanos,
    /// The longest pause of a partition, the first of those that are as long; none: there was no pause.
    pub longest: Option<UnservedPause>,
    /// Whether any partition was ever somebody's.
    pub begun: bool,
    partitions: Vec<Owners>,
}

/// Who has one partition.
#[derive(Clone, Debug, Default)]
struct Owners {
    members: Vec<NodeId>,
    /// Since when it is nobody's; none: it is somebody's, or never was.
    nobody_since: Option<Nanos>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Unserved {
    /// By group. Share groups, whose members read the same partitions together, and what is read without a group are not
    /// counted.
    pub groups: Vec<UnservedGroup>,
    /// By process: the consumer group whose member it is.
    members: Vec<Option<GroupId>>,
}

impl Unserved {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> Unserved {
        let catalog = &setup.catalog;
        let group = |index: usize| UnservedGroup {
            group: GroupId(index as u16),
            total: Nanos::ZERO,
            longest: None,
            begun: false,
            partitions: vec![Owners::default(); catalog.partition_count() as usize],
        };
        Unserved {
            groups: (0..catalog.groups.len()).map(group).collect(),
            members: catalog.nodes.iter().map(|node| node.role.group()).collect(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionAssigned { node, tp, .. } => {
                if let Some(group) = self.group(node) {
                    group.assigned(entry.at, tp, node);
                }
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                if let Some(group) = self.group(node) {
                    group.partitions[tp.index()].left_by(node, entry.at);
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(group) = self.group(node) {
                    group.partitions.iter_mut().for_each(|owners| owners.left_by(node, entry.at));
                }
            }
            Fact::RunEnded {} => self.groups.iter_mut().for_each(|group| group.close(entry.at)),
            _ => {}
        }
    }

    fn group(&mut self, node: NodeId) -> Option<&mut UnservedGroup> {
        let group = (*self.members.get(node.index())?)?;
        self.groups.get_mut(group.index())
    }
}

impl UnservedGroup {
    fn assigned(&mut self, at: Nanos, tp: Tp, node: NodeId) {
        self.begun = true;
        let owners = &mut self.partitions[tp.index()];
        if !owners.members.contains(&node) {
            owners.members.push(node);
        }
        if let Some(since) = owners.nobody_since.take() {
            self.pause(UnservedPause { tp, since, lasted: at.saturating_sub(since) });
        }
    }

    fn close(&mut self, at: Nanos) {
        for tp in 0..self.partitions.len() {
            if let Some(since) = self.partitions[tp].nobody_since.take() {
                self.pause(UnservedPause { tp: Tp(tp as u32), since, lasted: at.saturating_sub(since) });
            }
        }
    }

    fn pause(&mut self, pause: UnservedPause) {
        self.total = self.total.saturating_add(pause.lasted);
        if pause.lasted > self.longest.map_or(Nanos::ZERO, |longest| longest.lasted) {
            self.longest = Some(pause);
        }
    }
}

impl Owners {
    fn left_by(&mut self, node: NodeId, at: Nanos) {
        let had = self.members.len();
        self.members.retain(|member| *member != node);
        if had > 0 && self.members.is_empty() {
            self.nobody_since = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::{RevokeReason, StopKind};
    use crate::protocol::catalog::{Catalog, NodeRole};

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);

    fn observe(facts: &[(u64, Fact)]) -> Unserved {
        let mut catalog = Catalog::default();
        let group = catalog.add_group("billing");
        catalog.add_node("billing-0", NodeRole::consumer(group));
        catalog.add_node("billing-1", NodeRole::consumer(group));
        catalog.add_topic("orders", 2);
        let mut unserved = Unserved::new(&Setup { catalog, ..Setup::default() });
        for (event, (at, fact)) in facts.iter().enumerate() {
            unserved.observe(&Entry { at: Nanos::from_secs(*at), event: event as u64, fact: fact.clone() });
        }
        unserved
    }
    fn assigned(node: NodeId, tp: u32) -> Fact {
        Fact::PartitionAssigned { node, tp: Tp(tp), generation: Generation(1) }
    }
    fn revoked(node: NodeId, tp: u32) -> Fact {
        Fact::PartitionRevoked { node, tp: Tp(tp), generation: Generation(1), reason: RevokeReason::Revoked }
    }

    /// The eager side of the timeline L-3 with two of A's partitions: revoked at 2 s, nobody's until 20 s.
    #[test]
    fn an_eager_rebalance_costs_its_length_times_the_partitions() {
        let unserved = observe(&[
            (1, assigned(A, 0)),
            (1, assigned(A, 1)),
            (2, revoked(A, 0)),
            (2, revoked(A, 1)),
            (20, assigned(A, 0)),
            (20, assigned(B, 1)),
            (30, Fact::RunEnded {}),
        ]);
        let group = &unserved.groups[0];
        assert_eq!(group.total, Nanos::from_secs(36));
        let longest = UnservedPause { tp: Tp(0), since: Nanos::from_secs(2), lasted: Nanos::from_secs(18) };
        assert_eq!(group.longest, Some(longest));
    }

    #[test]
    fn a_zombie_serves_until_it_knows_better_and_a_dead_process_does_not() {
        let unserved = observe(&[
            (1, assigned(A, 0)),
            (5, assigned(B, 0)),
            (6, revoked(A, 0)),
            (9, Fact::ProcessStopped { node: B, kind: StopKind::Crash }),
            (12, Fact::RunEnded {}),
        ]);
        let group = &unserved.groups[0];
        assert_eq!(group.total, Nanos::from_secs(3), "nobody came any more");
        assert_eq!(group.longest.map(|longest| longest.since), Some(Nanos::from_secs(9)));
    }

    #[test]
    fn the_start_of_a_group_is_no_pause() {
        let unserved = observe(&[(40, assigned(A, 0)), (50, Fact::RunEnded {})]);
        assert_eq!((unserved.groups[0].total, unserved.groups[0].longest), (Nanos::ZERO, None));
    }
}
