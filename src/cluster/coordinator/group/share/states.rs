//! How far the states of a group's share-partitions are (`ShareGroupStatePartitionMetadataInfo`).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::cluster::coordinator::runtime::{Command, ReplyTo};
use crate::protocol::batch::ShareStatePartitionsValue;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{AlterShareGroupOffsetsResponse, DeleteShareGroupOffsetsResponse, List, Response};
use crate::sim::time::Nanos;

/// What is done when the persister has done what it was asked for.
#[derive(Clone, Debug)]
pub enum ShareStateThen {
    /// A heartbeat has asked for states: the partitions may be assigned.
    Initialized {
        /// The group.
        group: GroupId,
    },
    /// The group is to be deleted: its states are gone, so it may be.
    DeleteGroup {
        /// Who has asked.
        to: ReplyTo,
        /// The group.
        group: GroupId,
    },
    /// The group begins elsewhere.
    Altered {
        /// Who has asked.
        to: ReplyTo,
        /// The group.
        group: GroupId,
        /// What is known of each partition.
        results: List<(Tp, ErrorCode)>,
    },
    /// The group forgets topics.
    OffsetsDeleted {
        /// Who has asked.
        to: ReplyTo,
        /// The group.
        group: GroupId,
        /// What is known of each topic.
        results: List<(TopicId, ErrorCode)>,
    },
}

impl ShareStateThen {
    /// The group.
    pub fn group(&self) -> GroupId {
        match self {
            ShareStateThen::Initialized { group }
            | ShareStateThen::DeleteGroup { group, .. }
            | ShareStateThen::Altered { group, .. }
            | ShareStateThen::OffsetsDeleted { group, .. } => *group,
        }
    }
    /// Nothing comes of it: whoever has asked is told.
    pub fn refuse(self, error: ErrorCode) -> Option<Command> {
        let (to, response) = match self {
            ShareStateThen::Initialized { .. } => return None,
            ShareStateThen::DeleteGroup { to, .. } => (to, Response::DeleteGroups(error)),
            ShareStateThen::Altered { to, .. } => {
                let response = AlterShareGroupOffsetsResponse { error, results: List::new() };
                (to, Response::AlterShareGroupOffsets(response))
            }
            ShareStateThen::OffsetsDeleted { to, .. } => {
                let response = DeleteShareGroupOffsetsResponse { error, results: List::new() };
                (to, Response::DeleteShareGroupOffsets(response))
            }
        };
        Some(Command::Reply { to, response })
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
    /// All partitions that may have a state: those whose states were to be deleted before, too. `partitions`: how many a topic has.
    pub fn known(&self, catalog: &Catalog, partitions: impl Fn(TopicId) -> u32) -> Vec<Tp> {
        let deleting = self.value.deleting.iter();
        let deleting = deleting.flat_map(|topic| catalog.partitions(*topic).take(partitions(*topic) as usize));
        let named = self.value.initialized.iter().chain(&self.value.initializing).copied();
        let all: BTreeSet<Tp> = named.chain(deleting).collect();
        all.into_iter().collect()
    }
    /// The states of these partitions are being deleted, and there are no others.
    pub fn deleting(partitions: &[Tp], catalog: &Catalog) -> ShareStatePartitionsValue {
        let mut deleting: Vec<TopicId> = partitions.iter().map(|tp| catalog.topic_of(*tp).0).collect();
        deleting.dedup();
        ShareStatePartitionsValue { deleting, ..ShareStatePartitionsValue::default() }
    }
    /// The partitions of a topic that have a state, or all of one whose states were to be deleted before.
    pub fn of_topic(&self, topic: TopicId, catalog: &Catalog, partitions: impl Fn(TopicId) -> u32) -> Vec<Tp> {
        let initialized = self.value.initialized.iter().copied();
        let own: Vec<Tp> = initialized.filter(|tp| catalog.topic_of(*tp).0 == topic).collect();
        match own.is_empty() && self.value.deleting.contains(&topic) {
            true => catalog.partitions(topic).take(partitions(topic) as usize).collect(),
            false => own,
        }
    }
    /// The states of these partitions, and so of their topics, are being deleted.
    pub fn forgetting(&self, partitions: &[Tp], catalog: &Catalog) -> ShareStatePartitionsValue {
        let topics = partitions.iter().map(|tp| catalog.topic_of(*tp).0);
        let deleting: BTreeSet<TopicId> = self.value.deleting.iter().copied().chain(topics).collect();
        let initialized = self.value.initialized.iter().copied().filter(|tp| !partitions.contains(tp)).collect();
        ShareStatePartitionsValue { initialized, deleting: deleting.into_iter().collect(), ..(*self.value).clone() }
    }
    /// The states of these topics' partitions are gone.
    pub fn forgotten(&self, topics: &[TopicId]) -> ShareStatePartitionsValue {
        let deleting = self.value.deleting.iter().copied().filter(|topic| !topics.contains(topic)).collect();
        ShareStatePartitionsValue { deleting, ..(*self.value).clone() }
    }
    /// These partitions are getting none after all (`uninitializeShareGroupState`).
    pub fn uninitialized(&self, partitions: &[Tp]) -> ShareStatePartitionsValue {
        let initializing = self.value.initializing.iter().copied().filter(|tp| !partitions.contains(tp)).collect();
        ShareStatePartitionsValue { initializing, ..(*self.value).clone() }
    }
}
