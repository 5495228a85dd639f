//! The controllers as a history tells of them: who runs, and who is the active one.

use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{ControllerId, LeaderEpoch, NodeId};

/// A controller's process.
#[derive(Clone, Copy, Debug)]
struct ControllerView {
    id: ControllerId,
    node: NodeId,
    running: bool,
}

/// See the module. An only controller is the active one whenever it runs.
#[derive(Clone, Debug)]
pub struct ControllersView {
    /// By id.
    controllers: Vec<ControllerView>,
    /// Of several: the one that became the active one in the newest epoch, while it is and runs. One of an older
    /// epoch may take itself for it still.
    active: Option<(ControllerId, LeaderEpoch)>,
    /// The newest epoch in which one became the active one.
    epoch: LeaderEpoch,
}

impl ControllersView {
    pub(super) fn new(catalog: &Catalog) -> ControllersView {
        let controllers = catalog.controllers().map(|(id, node)| ControllerView { id, node, running: false }).collect();
        ControllersView { controllers, active: None, epoch: LeaderEpoch::UNDEFINED }
    }
    /// Whether there are several.
    pub fn is_quorum(&self) -> bool {
        self.controllers.len() > 1
    }
    /// How many there are.
    pub fn count(&self) -> usize {
        self.controllers.len()
    }
    /// How many run.
    pub fn running(&self) -> usize {
        self.controllers.iter().filter(|controller| controller.running).count()
    }
    /// Whether more than half of them run.
    pub fn has_majority(&self) -> bool {
        self.running() > self.count() / 2
    }
    /// The process of the active one. An only controller is named whether it runs or not.
    pub fn active(&self) -> Option<NodeId> {
        match &self.controllers[..] {
            [only] => Some(only.node),
            several => {
                let (active, _) = self.active?;
                several.iter().find(|controller| controller.id == active).map(|controller| controller.node)
            }
        }
    }
    /// The processes of those that are not the active one.
    pub fn standby(&self) -> impl Iterator<Item = NodeId> + '_ {
        let active = self.active();
        self.controllers.iter().map(|controller| controller.node).filter(move |node| Some(*node) != active)
    }
    /// The newest epoch in which one of several became the active one; undefined before.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    pub(super) fn runs(&mut self, node: NodeId, running: bool) {
        let Some(controller) = self.controllers.iter_mut().find(|controller| controller.node == node) else { return };
        controller.running = running;
        let id = controller.id;
        self.active = self.active.filter(|(active, _)| *active != id);
    }
    pub(super) fn activated(&mut self, controller: ControllerId, epoch: LeaderEpoch) {
        if epoch >= self.epoch {
            (self.active, self.epoch) = (Some((controller, epoch)), epoch);
        }
    }
    pub(super) fn resigned(&mut self, controller: ControllerId, epoch: LeaderEpoch) {
        self.active = self.active.filter(|active| *active != (controller, epoch));
    }
}
