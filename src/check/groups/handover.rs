//! How partitions go from one cooperative member to another: G4.
//!
//! Under KIP-429 a member keeps what it has while the group rebalances. So the assignor gives a partition that somebody
//! has to nobody else: its owner gives it up in this generation, and another gets it in the next.

use std::collections::BTreeSet;

use crate::check::ghost::Ghost;
use crate::check::outcome::{Tally, Witness};
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;
use crate::protocol::messages::RebalanceProtocol;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Handover {
    pub(super) tally: Tally,
    /// What members have, as their applications have been told.
    held: BTreeSet<(Tp, NodeId)>,
    /// Which groups have cooperative members only.
    cooperative: Vec<bool>,
}

impl Handover {
    pub(super) fn new(ghost: &Ghost) -> Handover {
        let groups = (0..ghost.setup.catalog.groups.len()).map(|group| GroupId(group as u16));
        Handover {
            tally: Tally::new(
                "cooperative-handover",
                "G4",
                "what a cooperative member has is given to another one only after a generation in which nobody has it",
                "no group of cooperative members was assigned anything that one of them had",
            ),
            held: BTreeSet::new(),
            cooperative: groups.map(|group| is_cooperative(ghost, group)).collect(),
        }
    }
    /// Takes the next fact, of a coordinator that is one.
    pub(super) fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::PartitionAssigned { generation: Generation::NONE, .. } => {}
            Fact::PartitionAssigned { node, tp, .. } => drop(self.held.insert((tp, node))),
            Fact::PartitionRevoked { node, tp, .. } => drop(self.held.remove(&(tp, node))),
            // Whoever is out has nothing that anybody would have to wait for.
            Fact::MemberLeft { node, .. } | Fact::ProcessStopped { node, .. } => {
                self.held.retain(|(_, holder)| *holder != node);
            }
            Fact::MemberAssigned { group, node, tp, generation, .. }
                if self.cooperative[group.index()] && ghost.consumer_groups.group(group).is_none() =>
            {
                self.given(entry, ghost, group, (node, generation), tp);
            }
            _ => {}
        }
    }
    fn given(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, to: (NodeId, Generation), tp: Tp) {
        let (node, generation) = to;
        let holders = self.held.range((tp, NodeId(0))..=(tp, NodeId(u16::MAX))).map(|(_, holder)| *holder);
        let others: Vec<NodeId> =
            holders.filter(|holder| ghost.consumer(*holder).is_some_and(|consumer| consumer.group == group)).collect();
        if others.is_empty() {
            return;
        }
        let other = others.into_iter().find(|holder| *holder != node);
        let excuse = || ghost.coordinator_excuse(group);
        self.tally.check(other.is_none(), excuse, || {
            let other = other.map_or("nobody", |other| ghost.node_name(other));
            let text = format!("generation {generation} gives {} what {other} still has", ghost.node_name(node));
            Witness::at(entry, text).on(tp, Offset::INVALID).by(node)
        });
    }
}

/// Whether all consumers of a group keep what they have in a rebalance.
fn is_cooperative(ghost: &Ghost, group: GroupId) -> bool {
    let strategy =
        |c: &crate::history::setup::ConsumerSetup| c.config.partition_assignment_strategy.rebalance_protocol();
    let mut consumers = ghost.setup.consumers.iter().filter(|consumer| consumer.group == group).peekable();
    consumers.peek().is_some() && consumers.all(|consumer| strategy(consumer) == RebalanceProtocol::Cooperative)
}
