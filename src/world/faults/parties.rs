//! Whom a fault is aimed at: roles are looked up when it strikes.

use std::collections::BTreeSet;

use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::NodeId;
use crate::world::World;
use crate::world::spec::{Action, Target};

impl World {
    /// The processes on each side of an action, each once. `Others` is what no other side names.
    pub(super) fn parties(&mut self, fault: u16, action: &Action) -> Vec<Vec<NodeId>> {
        let sides = action.sides();
        let mut parties: Vec<Vec<NodeId>> =
            sides.iter().map(|side| side.iter().flat_map(|target| self.resolve(fault, *target)).collect()).collect();
        for side in 0..sides.len() {
            if sides[side].contains(&Target::Others) {
                let named: Vec<NodeId> = parties.iter().flatten().copied().collect();
                let others = (0..self.processes.len()).map(|i| NodeId(i as u16)).filter(|n| !named.contains(n));
                parties[side].extend(others);
            }
        }
        parties.iter_mut().for_each(once);
        parties
    }

    fn resolve(&mut self, fault: u16, target: Target) -> Vec<NodeId> {
        let catalog = self.blueprint.catalog.clone();
        let broker = |b| catalog.broker_node(b);
        match target {
            Target::Node(node) => vec![node],
            Target::LeaderOf(tp) => self.watch.leader(tp).map(broker).into_iter().collect(),
            Target::FollowerOf(tp) => self.watch.first_follower(tp).map(broker).into_iter().collect(),
            Target::CoordinatorOf(group) => {
                catalog.group_partition(group).and_then(|tp| self.watch.leader(tp)).map(broker).into_iter().collect()
            }
            Target::TransactionCoordinatorOf(id) => {
                catalog.transaction_partition(id).and_then(|tp| self.watch.leader(tp)).map(broker).into_iter().collect()
            }
            Target::ActiveController => self.watch.active_controller().into_iter().collect(),
            Target::StandbyControllers => self.watch.standby_controllers(),
            Target::AllControllers => catalog.controllers().map(|(_, node)| node).collect(),
            Target::RandomBroker => self.draw(fault, |role| matches!(role, NodeRole::Broker(_))),
            Target::MemberOf(group) => self.draw(fault, |role| role.group() == Some(group)),
            Target::AllBrokers => catalog.brokers().map(broker).collect(),
            Target::Others => Vec::new(),
        }
    }

    /// One of the living processes of a role, at random.
    fn draw(&mut self, fault: u16, wanted: impl Fn(NodeRole) -> bool) -> Vec<NodeId> {
        let nodes = &self.blueprint.catalog.nodes;
        let alive: Vec<NodeId> = (0..nodes.len())
            .filter(|i| wanted(nodes[*i].role) && self.processes[*i].is_alive())
            .map(|i| NodeId(i as u16))
            .collect();
        let draw = self.faults.list[usize::from(fault)].random.below(alive.len() as u64) as usize;
        alive.get(draw).copied().into_iter().collect()
    }
}

/// Keeps the first of equals: who is named twice is hit once.
fn once<T: Ord + Copy>(list: &mut Vec<T>) {
    let mut seen = BTreeSet::new();
    list.retain(|item| seen.insert(*item));
}

/// The links from one side to the other.
pub(super) fn pairs(a: &[NodeId], b: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    a.iter().flat_map(|x| b.iter().map(|y| (*x, *y))).filter(|(x, y)| x != y).collect()
}

/// The links between two sides.
pub(super) fn both_ways(a: &[NodeId], b: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let mut links = pairs(a, b).into_iter().flat_map(|(x, y)| [(x, y), (y, x)]).collect();
    once(&mut links);
    links
}

/// The links between all groups.
pub(super) fn between_all(groups: &[Vec<NodeId>]) -> Vec<(NodeId, NodeId)> {
    let mut links = (0..groups.len())
        .flat_map(|i| (0..groups.len()).filter(move |j| *j != i).map(move |j| (i, j)))
        .flat_map(|(i, j)| pairs(&groups[i], &groups[j]))
        .collect();
    once(&mut links);
    links
}
