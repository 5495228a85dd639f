//! Who has the partitions of a group: for how long nobody may hand out their records, which is what a rebalance costs, and
//! for how long two processes believe that they may.
//!
//! A partition is somebody's from `onPartitionsAssigned` to `onPartitionsRevoked` (or `onPartitionsLost`, or the end of the
//! process). Whether that member works is another question: a paused process, or one that is busy with another record, has
//! its partitions by this count, as it does in the eyes of its group. Counting begins when a partition is somebody's for the
//! first time, so that the start of a group is no pause. Two owners at once are the overlap G5: Kafka promises only that one
//! of them can commit.

use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A stretch of time in which one partition had no owner, or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnerSpan {
    /// Which partition.
    pub tp: Tp,
    /// Since when.
    pub since: Nanos,
    /// For how long.
    pub lasted: Nanos,
}

/// Such stretches, added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OwnerSpans {
    /// Over all partitions: partition-seconds, in nanoseconds.
    pub total: Nanos,
    /// The longest, the first of those that are as long; none: there was none.
    pub longest: Option<OwnerSpan>,
}

/// The partitions of one group.
#[derive(Clone, Debug)]
pub struct OwnedGroup {
    /// Which group.
    pub group: GroupId,
    /// Whether any partition was ever somebody's.
    pub begun: bool,
    /// When partitions had no owner.
    pub unserved: OwnerSpans,
    /// When they had more than one.
    pub overlapping: OwnerSpans,
    partitions: Vec<Owners>,
}

/// Who has one partition.
#[derive(Clone, Debug, Default)]
struct Owners {
    members: Vec<NodeId>,
    /// Since when there are so many.
    since: Nanos,
    /// Whether it was ever somebody's.
    begun: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupOwners {
    /// By group. Share groups, whose members read the same partitions together, have none.
    pub groups: Vec<OwnedGroup>,
    /// By process: the consumer group whose member it is.
    members: Vec<Option<GroupId>>,
}

impl GroupOwners {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> GroupOwners {
        let catalog = &setup.catalog;
        let group = |index: usize| OwnedGroup {
            group: GroupId(index as u16),
            begun: false,
            unserved: OwnerSpans::default(),
            overlapping: OwnerSpans::default(),
            partitions: vec![Owners::default(); catalog.partition_count() as usize],
        };
        GroupOwners {
            groups: (0..catalog.groups.len()).map(group).collect(),
            members: catalog.nodes.iter().map(|node| node.role.group()).collect(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionAssigned { node, tp, .. } => {
                if let Some(group) = self.group(node) {
                    group.begun = true;
                    group.change(entry.at, tp, |members| {
                        members.retain(|member| *member != node);
                        members.push(node);
                    });
                }
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                if let Some(group) = self.group(node) {
                    group.change(entry.at, tp, |members| members.retain(|member| *member != node));
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(group) = self.group(node) {
                    group.change_all(entry.at, |members| members.retain(|member| *member != node));
                }
            }
            Fact::RunEnded {} => self.groups.iter_mut().for_each(|group| group.change_all(entry.at, |_| ())),
            _ => {}
        }
    }

    fn group(&mut self, node: NodeId) -> Option<&mut OwnedGroup> {
        let group = (*self.members.get(node.index())?)?;
        self.groups.get_mut(group.index())
    }
}

impl OwnedGroup {
    fn change_all(&mut self, at: Nanos, change: impl Fn(&mut Vec<NodeId>)) {
        (0..self.partitions.len()).for_each(|tp| self.change(at, Tp(tp as u32), &change));
    }

    /// The owners of a partition change; the time in which they were as before is counted.
    fn change(&mut self, at: Nanos, tp: Tp, change: impl FnOnce(&mut Vec<NodeId>)) {
        let owners = &mut self.partitions[tp.index()];
        let span = OwnerSpan { tp, since: owners.since, lasted: at.saturating_sub(owners.since) };
        match owners.members.len() {
            0 if owners.begun => self.unserved.add(span),
            0 | 1 => {}
            _ => self.overlapping.add(span),
        }
        change(&mut owners.members);
        owners.begun |= !owners.members.is_empty();
        owners.since = at;
    }
}

impl OwnerSpans {
    fn add(&mut self, span: OwnerSpan) {
        self.total = self.total.saturating_add(span.lasted);
        if span.lasted > self.longest.map_or(Nanos::ZERO, |longest| longest.lasted) {
            self.longest = Some(span);
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

    fn observe(facts: &[(u64, Fact)]) -> OwnedGroup {
        let mut catalog = Catalog::default();
        let group = catalog.add_group("billing");
        catalog.add_node("billing-0", NodeRole::consumer(group));
        catalog.add_node("billing-1", NodeRole::consumer(group));
        catalog.add_topic("orders", 2);
        let mut owners = GroupOwners::new(&Setup { catalog, ..Setup::default() });
        for (event, (at, fact)) in facts.iter().enumerate() {
            owners.observe(&Entry { at: Nanos::from_secs(*at), event: event as u64, fact: *fact });
        }
        owners.groups.remove(0)
    }
    fn assigned(node: NodeId, tp: u32) -> Fact {
        Fact::PartitionAssigned { node, tp: Tp(tp), generation: Generation(1) }
    }
    fn revoked(node: NodeId, tp: u32) -> Fact {
        Fact::PartitionRevoked { node, tp: Tp(tp), generation: Generation(1), reason: RevokeReason::Revoked }
    }
    fn span(tp: u32, since: u64, lasted: u64) -> Option<OwnerSpan> {
        Some(OwnerSpan { tp: Tp(tp), since: Nanos::from_secs(since), lasted: Nanos::from_secs(lasted) })
    }

    /// The eager side of the timeline L-3 with two of A's partitions: revoked at 2 s, nobody's until 20 s.
    #[test]
    fn an_eager_rebalance_costs_its_length_times_the_partitions() {
        let group = observe(&[
            (1, assigned(A, 0)),
            (1, assigned(A, 1)),
            (2, revoked(A, 0)),
            (2, revoked(A, 1)),
            (20, assigned(A, 0)),
            (20, assigned(B, 1)),
            (30, Fact::RunEnded {}),
        ]);
        assert_eq!((group.unserved.total, group.unserved.longest), (Nanos::from_secs(36), span(0, 2, 18)));
        assert_eq!(group.overlapping, OwnerSpans::default());
    }

    /// S45: the zombie believes until it hears otherwise that the partition is its own.
    #[test]
    fn a_zombie_and_its_successor_overlap_and_a_dead_process_serves_nobody() {
        let group = observe(&[
            (1, assigned(A, 0)),
            (5, assigned(B, 0)),
            (8, revoked(A, 0)),
            (9, Fact::ProcessStopped { node: B, kind: StopKind::Crash }),
            (12, Fact::RunEnded {}),
        ]);
        assert_eq!((group.overlapping.total, group.overlapping.longest), (Nanos::from_secs(3), span(0, 5, 3)));
        assert_eq!(group.unserved.longest, span(0, 9, 3), "nobody came any more");
    }

    #[test]
    fn the_start_of_a_group_is_no_pause() {
        let group = observe(&[(40, assigned(A, 0)), (50, Fact::RunEnded {})]);
        assert_eq!(group.unserved, OwnerSpans::default());
    }
}
