//! A group on film: its state, who owns what, and what is committed.

use super::track::Track;
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;

/// A partition that a group reads.
#[derive(Clone, Debug)]
pub struct FilmedClaim {
    pub tp: Tp,
    /// The processes that take it for theirs: more than one only while one does not know yet that it is not.
    pub owners: Track<Vec<NodeId>>,
    pub committed: Track<Option<Offset>>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct FilmedGroup {
    pub group: GroupId,
    pub state: Track<&'static str>,
    pub generation: Track<Generation>,
    /// What that number is called: a group may go over to the other protocol.
    pub epoch: Track<&'static str>,
    pub members: Track<u32>,
    /// The broker that leads the partition of `__consumer_offsets` that the group belongs to.
    pub coordinator: Track<Option<BrokerId>>,
    pub claims: Vec<FilmedClaim>,
}

impl FilmedGroup {
    pub fn new(setup: &Setup, group: GroupId) -> FilmedGroup {
        let all = (0..setup.catalog.partition_count()).map(Tp);
        let claim = |tp| FilmedClaim { tp, owners: Track::new(Vec::new()), committed: Track::new(None) };
        FilmedGroup {
            group,
            state: Track::new("Empty"),
            generation: Track::new(Generation(0)),
            epoch: Track::new(GroupProtocol::Classic.group_epoch()),
            members: Track::new(0),
            coordinator: Track::new(None),
            claims: all.filter(|tp| setup.is_read(group, *tp)).map(claim).collect(),
        }
    }
    /// A process takes a partition for its own, or no longer.
    pub fn owns(&mut self, node: NodeId, tp: Tp, owns: bool) {
        for claim in self.claims.iter_mut().filter(|claim| claim.tp == tp) {
            claim.owners.now.retain(|owner| *owner != node);
            if owns {
                claim.owners.now.push(node);
                claim.owners.now.sort();
            }
        }
    }
    /// A process has ended.
    pub fn stopped(&mut self, node: NodeId) {
        self.claims.iter_mut().for_each(|claim| claim.owners.now.retain(|owner| *owner != node));
    }

    pub fn expose(&mut self, frame: u32, view: &ClusterView) {
        let now = view.group(self.group);
        self.state.now = now.state.name();
        self.generation.now = now.generation;
        self.epoch.now = now.protocol.group_epoch();
        self.members.now = now.members;
        self.coordinator.now = now.home.and_then(|home| view.reigning(home));
        self.state.expose(frame);
        self.generation.expose(frame);
        self.epoch.expose(frame);
        self.members.expose(frame);
        self.coordinator.expose(frame);
        for claim in &mut self.claims {
            claim.committed.now = view.committed(self.group, claim.tp);
            claim.owners.expose(frame);
            claim.committed.expose(frame);
        }
    }
}
