//! What each consumer owns, and where it reads on: a fold over what consumers tell.

use litemap::LiteMap;

use crate::history::fact::{Entry, Fact};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{NodeId, Offset, Tp};

/// See the module.
#[derive(Clone, Debug)]
pub struct Positions {
    /// By process: what it owns, and the offset of the next record that poll() returns; none: it has none yet.
    owned: Vec<LiteMap<Tp, Option<Offset>>>,
}

impl Positions {
    /// Nobody owns anything.
    pub fn new(catalog: &Catalog) -> Positions {
        Positions { owned: vec![LiteMap::new(); catalog.nodes.len()] }
    }
    /// What a process owns, with its positions.
    pub fn owned(&self, node: NodeId) -> impl Iterator<Item = (Tp, Option<Offset>)> + '_ {
        self.owned[node.index()].iter().map(|(tp, position)| (*tp, *position))
    }
    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionAssigned { node, tp, .. } => drop(self.owned[node.index()].insert(tp, None)),
            Fact::PartitionRevoked { node, tp, .. } => drop(self.owned[node.index()].remove(&tp)),
            Fact::ProcessStopped { node, .. } => self.owned[node.index()].clear(),
            Fact::RecordsPolled { node, tp, offset, count, .. } => self.reaches(node, tp, offset.plus(count)),
            Fact::OffsetsPassedOver { node, tp, to, .. } | Fact::PositionTruncated { node, tp, to, .. } => {
                self.reaches(node, tp, to);
            }
            Fact::PositionFromCommit { node, tp, offset }
            | Fact::PositionReset { node, tp, offset, .. }
            | Fact::PositionSought { node, tp, offset } => self.reaches(node, tp, offset),
            _ => {}
        }
    }
    fn reaches(&mut self, node: NodeId, tp: Tp, offset: Offset) {
        if let Some(position) = self.owned[node.index()].get_mut(&tp) {
            *position = Some(offset);
        }
    }
}
