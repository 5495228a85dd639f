//! What the history is told of a share group, once it is committed.

use std::collections::BTreeMap;

use super::group::{ShareChange, ShareGroup};
use super::member::ShareGroupMember;
use crate::cluster::coordinator::group::env::Shared;
use crate::history::fact::{Fact, GroupState, LeaveReason};
use crate::protocol::batch::ConsumerMemberState;
use crate::protocol::ids::*;

/// What of a group has changed in an operation, as it was before.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    state: Option<(GroupState, Generation)>,
    members: BTreeMap<MemberId, Option<ShareGroupMember>>,
}

impl Before {
    /// The state of a group, if it is there.
    pub fn of(group: Option<&ShareGroup>) -> Before {
        Before { state: group.map(ShareGroup::told_state), members: BTreeMap::new() }
    }
    /// A record has changed this.
    pub fn note(&mut self, change: &ShareChange) {
        if let ShareChange::Member(id, before) = change {
            self.members.entry(*id).or_insert_with(|| before.clone());
        }
    }
    /// What is to be told, once it is committed. `reason`: why members are gone, if they are.
    pub fn tell(
        &self,
        group: &ShareGroup,
        reason: Option<LeaveReason>,
        broker: BrokerId,
        shared: &Shared,
    ) -> Vec<Fact> {
        let teller = Teller { group: group.id, broker, shared };
        let mut facts = Vec::new();
        for (id, before) in &self.members {
            match (before, group.member(*id)) {
                (Some(before), None) => {
                    teller.released(before, None, &mut facts);
                    let node = shared.ids.client(*id);
                    let left = |reason| Fact::MemberLeft { broker, group: group.id, member: *id, node, reason };
                    facts.extend(reason.map(left));
                }
                (None, Some(_)) => {
                    let node = shared.ids.client(*id);
                    facts.push(Fact::MemberJoined { broker, group: group.id, member: *id, node });
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        for (id, before) in &self.members {
            group.member(*id).into_iter().for_each(|after| teller.moved(before.as_ref(), after, &mut facts));
        }
        if self.state != Some(group.told_state()) {
            facts.push(group.tell_state(group.state(), broker));
        }
        facts
    }
}

impl ShareGroup {
    /// Everything of the members, for who knows nothing.
    pub(super) fn tell_members(&self, broker: BrokerId, shared: &Shared) -> Vec<Fact> {
        let teller = Teller { group: self.id, broker, shared };
        let mut facts = Vec::new();
        self.members.values().for_each(|member| teller.moved(None, member, &mut facts));
        facts
    }
    /// That it is in a state.
    pub fn tell_state(&self, state: GroupState, broker: BrokerId) -> Fact {
        let members = self.members.len() as u32;
        Fact::GroupStateChanged { broker, group: self.id, state, generation: self.epoch, members }
    }
}

struct Teller<'a> {
    group: GroupId,
    broker: BrokerId,
    shared: &'a Shared,
}

impl Teller<'_> {
    /// Partitions that a member had, and has no more.
    fn released(&self, before: &ShareGroupMember, after: Option<&ShareGroupMember>, facts: &mut Vec<Fact>) {
        let (broker, group, member) = (self.broker, self.group, before.id());
        let node = self.shared.ids.client(member);
        let has = |tp: &Tp| after.is_some_and(|after| after.current.assigned.binary_search(tp).is_ok());
        let gone = before.current.assigned.iter().copied().filter(|tp| !has(tp));
        facts.extend(gone.map(|tp| Fact::PartitionReleased { broker, group, member, node, tp }));
    }
    /// A member has something else, or another epoch.
    fn moved(&self, before: Option<&ShareGroupMember>, after: &ShareGroupMember, facts: &mut Vec<Fact>) {
        if before.is_some_and(|before| before.current == after.current) {
            return;
        }
        before.into_iter().for_each(|before| self.released(before, Some(after), facts));
        let (broker, group, member, epoch) = (self.broker, self.group, after.id(), after.epoch());
        let (node, state) = (self.shared.ids.client(member), ConsumerMemberState::Stable);
        let assigned = after.current.assigned.len() as u32;
        facts.push(Fact::MemberEpochChanged { broker, group, member, node, epoch, state, assigned, revoking: 0 });
        let had = |tp: &Tp| before.is_some_and(|before| before.current.assigned.binary_search(tp).is_ok());
        let given = after.current.assigned.iter().copied().filter(|tp| !had(tp));
        facts.extend(given.map(|tp| Fact::MemberAssigned { broker, group, generation: epoch, member, node, tp }));
    }
}
