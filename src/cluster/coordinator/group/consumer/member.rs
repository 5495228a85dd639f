//! A member of a consumer group (`ConsumerGroupMember`): what it says of itself, and how far it is on its way to its target. Each is
//! a record, shared with the log.

use std::rc::Rc;

use crate::protocol::batch::{ConsumerMemberState, ConsumerMemberValue, CurrentAssignmentValue};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerGroupMember {
    pub(super) metadata: Rc<ConsumerMemberValue>,
    pub(super) current: Rc<CurrentAssignmentValue>,
}

impl ConsumerGroupMember {
    /// A member of which nothing is known but its id and its process (`ConsumerGroupMember.Builder`).
    pub(super) fn new(member: MemberId, client: NodeId) -> ConsumerGroupMember {
        let metadata = ConsumerMemberValue {
            member,
            instance: None,
            rack: None,
            client,
            topics: [].into(),
            regex: None,
            rebalance_timeout: Nanos::ZERO,
            assignor: None,
            classic: None,
        };
        let current = CurrentAssignmentValue {
            member,
            epoch: Generation(0),
            previous_epoch: Generation::NONE,
            state: ConsumerMemberState::Stable,
            assigned: [].into(),
            revoking: [].into(),
        };
        ConsumerGroupMember { metadata: metadata.into(), current: current.into() }
    }
    pub(super) fn id(&self) -> MemberId {
        self.metadata.member
    }
    pub(super) fn epoch(&self) -> Generation {
        self.current.epoch
    }
    pub(super) fn state(&self) -> ConsumerMemberState {
        self.current.state
    }
    pub(super) fn uses_classic_protocol(&self) -> bool {
        self.metadata.classic.is_some()
    }
    /// Whether it has all that the targets of an epoch give to it (`isReconciledTo`).
    pub(super) fn is_reconciled_to(&self, epoch: Generation) -> bool {
        self.state() == ConsumerMemberState::Stable && self.epoch() == epoch
    }
    /// The partitions that nobody else may have.
    pub(super) fn held(&self) -> impl Iterator<Item = Tp> + '_ {
        self.current.assigned.iter().chain(self.current.revoking.iter()).map(|(tp, _)| *tp)
    }
    /// Since which epoch it has had a partition (`assignmentEpoch`, `pendingRevocationEpoch`).
    pub(super) fn held_since(&self, tp: Tp) -> Option<Generation> {
        let of = |list: &[(Tp, Generation)]| list.binary_search_by_key(&tp, |(tp, _)| *tp).ok().map(|at| list[at].1);
        of(&self.current.assigned).or_else(|| of(&self.current.revoking))
    }
    /// What it may read, as it is told.
    pub(super) fn assignment(&self) -> Rc<[Tp]> {
        self.current.assigned.iter().map(|(tp, _)| *tp).collect()
    }
    /// The same, on its way further.
    pub(super) fn moved(&self, current: CurrentAssignmentValue) -> ConsumerGroupMember {
        ConsumerGroupMember { metadata: self.metadata.clone(), current: current.into() }
    }
    /// The same, and what it says of itself now.
    pub(super) fn updated(&self, metadata: ConsumerMemberValue) -> ConsumerGroupMember {
        ConsumerGroupMember { metadata: metadata.into(), current: self.current.clone() }
    }
}
