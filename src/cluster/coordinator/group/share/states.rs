//! How far the states of a group's share-partitions are (`ShareGroupStatePartitionMetadataInfo`).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::protocol::batch::ShareStatePartitionsValue;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What is done when the persister has done what it was asked for.
#[derive(Clone, Debug)]
pub enum ShareStateThen {
    /// A heartbeat has asked for states: the partitions may be assigned.
    Initialized {
        /// The group.
        group: GroupId,
    },
}

impl ShareStateThen {
    /// The group.
    pub fn group(&self) -> GroupId {
        match self {
            ShareStateThen::Initialized { group } => *group,
        }
    }
}

/// See the module.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ShareStates {
    pub value: Rc<ShareStatePartitionsValue>,
    /// When that was written, or read after a failover; none: it has just been read.
    pub since: Option<Nanos>,
}

impl ShareStates {
    /// The partitions of these topics that neither have a state nor are getting one; what has been on its way for `retry` counts as
    /// if it were not (`subscribedTopicsChangeMap`).
    pub fn without_state(&self, topics: &[(TopicId, u32)], catalog: &Catalog, now: Nanos, retry: Nanos) -> Vec<Tp> {
        let fresh = self.since.is_none_or(|since| now.as_millis() - since.as_millis() < retry.as_millis());
        let known = |tp: &Tp| {
            let initializing = fresh && self.value.initializing.binary_search(tp).is_ok();
            initializing || self.value.initialized.binary_search(tp).is_ok()
        };
        let partitions = topics.iter().flat_map(|(topic, count)| catalog.partitions(*topic).take(*count as usize));
        let mut missing: Vec<Tp> = partitions.filter(|tp| !known(tp)).collect();
        missing.sort();
        missing
    }

    /// These partitions are getting a state (`addInitializingTopicsRecords`). Whose states were being deleted is not any more.
    pub fn initializing(&self, more: &[Tp], catalog: &Catalog) -> ShareStatePartitionsValue {
        let all: BTreeSet<Tp> = self.value.initializing.iter().chain(more).copied().collect();
        let is_among = |topic: &TopicId| all.iter().any(|tp| catalog.topic_of(*tp).0 == *topic);
        ShareStatePartitionsValue {
            initializing: all.iter().copied().collect(),
            initialized: self.value.initialized.clone(),
            deleting: self.value.deleting.iter().copied().filter(|topic| !is_among(topic)).collect(),
        }
    }
    /// These partitions have a state (`initializeShareGroupState`).
    pub fn initialized(&self, partitions: &[Tp]) -> ShareStatePartitionsValue {
        let all: BTreeSet<Tp> = self.value.initialized.iter().chain(partitions).copied().collect();
        ShareStatePartitionsValue { initialized: all.into_iter().collect(), ..self.uninitialized(partitions) }
    }
    /// These partitions are getting none after all (`uninitializeShareGroupState`).
    pub fn uninitialized(&self, partitions: &[Tp]) -> ShareStatePartitionsValue {
        let initializing = self.value.initializing.iter().copied().filter(|tp| !partitions.contains(tp)).collect();
        ShareStatePartitionsValue { initializing, ..(*self.value).clone() }
    }
}
