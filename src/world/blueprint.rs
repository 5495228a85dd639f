//! What all runs of one world have in common, whatever their seed: made once, shared by every node.

use std::rc::Rc;

use super::World;
use super::spec::WorldSpec;
use super::watch::GroupSubscription;
use crate::app::spec::LoopSpec;
use crate::history::setup::Setup;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::{BrokerConfig, IsolationLevel};
use crate::protocol::ids::GroupId;

/// See the module.
#[derive(Clone, Debug)]
pub struct Blueprint {
    pub(super) spec: WorldSpec,
    pub(super) catalog: Rc<Catalog>,
    /// By broker id - 1. Brokers that are alike have one between them.
    pub(super) brokers: Vec<Rc<BrokerConfig>>,
    /// What each group reads, by group.
    pub(super) subscriptions: Vec<GroupSubscription>,
}

impl Blueprint {
    /// Of this world.
    pub fn new(spec: WorldSpec) -> Blueprint {
        let mut brokers: Vec<Rc<BrokerConfig>> = Vec::with_capacity(spec.brokers.len());
        for config in &spec.brokers {
            let known = brokers.last().filter(|last| ***last == *config).cloned();
            brokers.push(known.unwrap_or_else(|| Rc::new(config.clone())));
        }
        let subscriptions =
            (0..spec.catalog.groups.len()).map(|group| subscription(&spec, GroupId(group as u16))).collect();
        Blueprint { catalog: Rc::new(spec.catalog.clone()), brokers, subscriptions, spec }
    }
    /// What it is made of.
    pub fn spec(&self) -> &WorldSpec {
        &self.spec
    }
    /// A world at time zero, of a setup that [`WorldSpec::setup`] has made; the setup has the seed.
    pub fn world(self: &Rc<Self>, setup: Rc<Setup>) -> World {
        World::build(self.clone(), setup)
    }
}

/// Members may differ in what they read.
fn subscription(spec: &WorldSpec, group: GroupId) -> GroupSubscription {
    if spec.catalog.is_share_group(group) {
        return share_subscription(spec, group);
    }
    let members = || spec.consumers().filter(|(_, c)| c.group == group);
    let loops = spec.loops().filter(|(_, reader)| reader.consumer.group == group);
    let partitions = |reader: &LoopSpec| match &reader.consumer.assigned {
        Some(assigned) => assigned.partitions.clone(),
        None => reader.topics().iter().flat_map(|topic| spec.catalog.partitions(*topic)).collect(),
    };
    let partitions: std::collections::BTreeSet<_> = loops.flat_map(|(_, reader)| partitions(reader)).collect();
    let committed = members().any(|(_, c)| c.config.isolation_level == IsolationLevel::ReadCommitted);
    let isolation = if committed { IsolationLevel::ReadCommitted } else { IsolationLevel::ReadUncommitted };
    GroupSubscription { partitions: partitions.into_iter().collect(), isolation }
}

fn share_subscription(spec: &WorldSpec, group: GroupId) -> GroupSubscription {
    let members = spec.share_loops().filter(|(_, member)| member.consumer.group == group);
    let topics = members.flat_map(|(_, member)| &member.consumer.topics);
    let partitions: std::collections::BTreeSet<_> = topics.flat_map(|topic| spec.catalog.partitions(*topic)).collect();
    let isolation = spec.group_configs().of(group).share_isolation_level;
    GroupSubscription { partitions: partitions.into_iter().collect(), isolation }
}
