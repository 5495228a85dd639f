//! The next step of one member to its target (`CurrentAssignmentBuilder`).
//!
//! A member gives partitions up before it gets others, and gets one only when nobody else has it. There is no barrier: a member that
//! has nothing to give up moves on.

use std::rc::Rc;

use super::member::ConsumerGroupMember;
use crate::protocol::batch::{ConsumerMemberState, CurrentAssignmentValue};
use crate::protocol::ids::{Generation, Tp};
use crate::protocol::rules::{CommitEpoch, OwnRevocation, RevokedEpoch, Rules, Unsubscribed};

/// What a step depends on.
pub(super) struct CurrentAssignmentBuilder<'a> {
    pub member: &'a ConsumerGroupMember,
    pub target_epoch: Generation,
    /// Ascending.
    pub target: &'a [Tp],
    /// What the member says it has, ascending; none: as before.
    pub owned: Option<&'a [Tp]>,
    /// It subscribes to other topics than before.
    pub subscription_changed: bool,
    /// Whether it subscribes to the topic of a partition, and the topic is there.
    pub is_subscribed: &'a dyn Fn(Tp) -> bool,
    /// Whether somebody has a partition (`currentPartitionEpoch`).
    pub is_held: &'a dyn Fn(Tp) -> bool,
    pub rules: Rules,
}

type Partitions = Vec<(Tp, Generation)>;

impl CurrentAssignmentBuilder<'_> {
    /// What the member is to do next; none if that is what it does.
    pub fn build(&self) -> Option<CurrentAssignmentValue> {
        let current = &self.member.current;
        let narrows = self.subscription_changed && self.rules.unsubscribed >= Unsubscribed::AtOnce;
        let next = match current.state {
            ConsumerMemberState::Stable if current.epoch != self.target_epoch => self.next_assignment(current.epoch),
            ConsumerMemberState::UnrevokedPartitions if !self.owns(&current.revoking) => {
                self.next_assignment(self.epoch_after_revocation())
            }
            ConsumerMemberState::UnreleasedPartitions => self.next_assignment(current.epoch),
            ConsumerMemberState::Stable | ConsumerMemberState::UnrevokedPartitions if narrows => {
                self.without_unsubscribed()?
            }
            ConsumerMemberState::Stable | ConsumerMemberState::UnrevokedPartitions => return None,
        };
        (next != **current).then_some(next)
    }

    fn epoch_after_revocation(&self) -> Generation {
        let epoch = self.member.epoch();
        match self.rules.revoked_epoch {
            RevokedEpoch::Next => Generation(epoch.0 + 1),
            RevokedEpoch::Same => epoch,
        }
    }

    /// Whether the member still has some of these partitions; who says nothing still has them (`ownsRevokedPartitions`).
    fn owns(&self, partitions: &[(Tp, Generation)]) -> bool {
        match self.owned {
            None => true,
            Some(owned) => partitions.iter().any(|(tp, _)| owned.binary_search(tp).is_ok()),
        }
    }

    /// `computeNextAssignment`: towards the target, from this epoch.
    fn next_assignment(&self, epoch: Generation) -> CurrentAssignmentValue {
        let filtered = self.rules.unsubscribed >= Unsubscribed::AtOnce;
        let wanted = |tp: Tp| self.target.binary_search(&tp).is_ok() && (!filtered || (self.is_subscribed)(tp));
        let assigned = self.member.current.assigned.iter().copied();
        let (keep, revoke): (Partitions, Partitions) = assigned.partition(|(tp, _)| wanted(*tp));
        if !revoke.is_empty() && self.owns(&revoke) {
            return self.value(ConsumerMemberState::UnrevokedPartitions, epoch, keep, revoke);
        }
        let has = |tp: &Tp| keep.binary_search_by_key(tp, |(kept, _)| *kept).is_ok();
        let missing = self.target.iter().copied().filter(|tp| wanted(*tp) && !has(tp));
        let (blocked, free): (Vec<Tp>, Vec<Tp>) = missing.partition(|tp| self.is_blocked(*tp));
        let state = match blocked.is_empty() {
            true => ConsumerMemberState::Stable,
            false => ConsumerMemberState::UnreleasedPartitions,
        };
        let since = match self.rules.commit_epoch {
            CommitEpoch::Present => Generation::NONE,
            CommitEpoch::SinceAssigned => self.target_epoch,
        };
        let mut assigned = keep;
        assigned.extend(free.into_iter().map(|tp| (tp, since)));
        assigned.sort();
        self.value(state, self.target_epoch, assigned, Vec::new())
    }

    /// Whether somebody else has to release a partition first. What the member itself gives up is, in the end, free for it.
    fn is_blocked(&self, tp: Tp) -> bool {
        let own = || self.member.current.revoking.binary_search_by_key(&tp, |(tp, _)| *tp).is_ok();
        (self.is_held)(tp) && !(self.rules.own_revocation == OwnRevocation::Own && own())
    }

    /// `updateCurrentAssignment`: what the member does not subscribe to any more goes, whatever the target says; none if there is no
    /// such partition.
    fn without_unsubscribed(&self) -> Option<CurrentAssignmentValue> {
        let current = &self.member.current;
        let (keep, gone): (Partitions, Partitions) =
            current.assigned.iter().copied().partition(|(tp, _)| (self.is_subscribed)(*tp));
        if gone.is_empty() {
            return None;
        }
        let mut revoking: Partitions = current.revoking.iter().copied().chain(gone).collect();
        revoking.sort();
        let next = match self.owns(&revoking) {
            true => self.value(ConsumerMemberState::UnrevokedPartitions, current.epoch, keep, revoking),
            false => self.value(current.state, current.epoch, keep, current.revoking.to_vec()),
        };
        let previous_epoch = match self.rules.unsubscribed {
            Unsubscribed::AtOnceAnew => next.previous_epoch,
            Unsubscribed::AtOnce | Unsubscribed::WithTarget => current.previous_epoch,
        };
        Some(CurrentAssignmentValue { previous_epoch, ..next })
    }

    /// The epoch before is the one in which the member was, be it the same (`updateMemberEpoch`).
    fn value(
        &self,
        state: ConsumerMemberState,
        epoch: Generation,
        assigned: Partitions,
        revoking: Partitions,
    ) -> CurrentAssignmentValue {
        CurrentAssignmentValue {
            member: self.member.id(),
            epoch,
            previous_epoch: self.member.epoch(),
            state,
            assigned: Rc::from(assigned),
            revoking: Rc::from(revoking),
        }
    }
}
