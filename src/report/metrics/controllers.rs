//! What a controller counts (`ControllerMetadataMetrics`). Its view of the cluster is what is committed, and so the history's.

use std::rc::Rc;

use crate::history::fact::{Election, Entry, Fact};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;

/// What it has counted in this life.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ElectionMeters {
    pub unclean: u64,
    /// Elections of a replica that was eligible without being in sync (KIP-966).
    pub eligible: u64,
}

/// All controllers.
#[derive(Clone, Debug)]
pub(super) struct Controllers {
    /// By process.
    meters: Vec<ElectionMeters>,
    /// By process: whether it is the active one; an only controller is, as long as it runs.
    active: Vec<bool>,
    setup: Rc<Setup>,
    /// By partition: who is eligible beside the ISR, and who leads.
    eligible: Vec<BrokerList>,
    leaders: Vec<Option<BrokerId>>,
}

impl Controllers {
    /// Before the first fact.
    pub fn new(setup: &Rc<Setup>) -> Controllers {
        let catalog = &setup.catalog;
        let partitions = catalog.partition_count() as usize;
        Controllers {
            meters: vec![ElectionMeters::default(); catalog.nodes.len()],
            active: vec![!catalog.has_quorum(); catalog.nodes.len()],
            setup: setup.clone(),
            eligible: vec![BrokerList::EMPTY; partitions],
            leaders: vec![None; partitions],
        }
    }
    /// What a controller has counted.
    pub fn of(&self, node: NodeId) -> ElectionMeters {
        self.meters[node.index()]
    }
    /// Whether a controller that runs takes itself for the active one.
    pub fn is_active(&self, node: NodeId) -> bool {
        self.active[node.index()]
    }
    fn set_active(&mut self, controller: ControllerId, active: bool) {
        if let Some(node) = self.setup.catalog.process_of_controller(controller) {
            self.active[node.index()] = active;
        }
    }
    /// Takes the next fact. Every controller that runs replays every record, and counts.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::ProcessStarted { node } => {
                self.meters[node.index()] = ElectionMeters::default();
                self.active[node.index()] = !self.setup.catalog.has_quorum();
            }
            Fact::ControllerActivated { controller, .. } => self.set_active(controller, true),
            Fact::ControllerResigned { controller, .. } => self.set_active(controller, false),
            Fact::PartitionChanged { tp, leader, election, .. } => {
                let changed = std::mem::replace(&mut self.leaders[tp.index()], leader) != leader;
                let from_eligible = changed && leader.is_some_and(|leader| self.eligible[tp.index()].contains(leader));
                for meters in &mut self.meters {
                    meters.unclean += u64::from(election == Election::Unclean);
                    meters.eligible += u64::from(from_eligible);
                }
            }
            Fact::EligibleReplicasChanged { tp, elr, .. } => self.eligible[tp.index()] = elr,
            _ => {}
        }
    }
}

/// The partitions that are there.
fn existing(cluster: &ClusterView) -> impl Iterator<Item = Tp> + '_ {
    (0..cluster.partition_count()).map(Tp).filter(|tp| cluster.partition(*tp).exists())
}
/// Partitions without a leader.
pub(super) fn offline_partitions(cluster: &ClusterView) -> usize {
    existing(cluster).filter(|tp| cluster.partition(*tp).leader.is_none()).count()
}
/// Partitions that their first replica does not lead; those without a leader among them.
pub(super) fn without_preferred_leader(cluster: &ClusterView) -> usize {
    let preferred = |tp: &Tp| {
        let partition = cluster.partition(*tp);
        partition.leader.is_some() && partition.leader == partition.replicas.first()
    };
    existing(cluster).filter(|tp| !preferred(tp)).count()
}
/// Partitions that are there.
pub(super) fn partitions(cluster: &ClusterView) -> usize {
    existing(cluster).count()
}
/// Whether a topic is there.
pub(super) fn topic_exists(catalog: &Catalog, cluster: &ClusterView, topic: TopicId) -> bool {
    catalog.partitions(topic).any(|tp| cluster.partition(tp).exists())
}
/// Registered brokers: those that are fenced, or those that are not.
pub(super) fn registered(catalog: &Catalog, cluster: &ClusterView, fenced: bool) -> usize {
    let registered = |broker: &BrokerId| cluster.broker(*broker).registered > 0;
    catalog.brokers().filter(registered).filter(|broker| cluster.broker(*broker).unfenced != fenced).count()
}
