//! Static members (KIP-345): an instance keeps its place in the group under ever new member ids
//! (`GroupMetadataManager.classicGroupJoinNewStaticMember`, `ClassicGroup.replaceStaticMember`).

use super::group::{ClassicGroup, ClassicGroupState, GroupMetadataWrite, Parked, Protocols};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::{join_error, sync_error};
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::Fact;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::JoinGroupRequest;
use crate::sim::time::Nanos;

/// A static member that came back to a stable group, with what there was before: it may be taken back until it is written.
#[derive(Clone, Debug)]
pub struct StaticReturn {
    /// The group.
    pub group: GroupId,
    instance: InstanceId,
    before: MemberId,
    now: MemberId,
    protocols: Protocols,
    session_timeout: Nanos,
    rebalance_timeout: Nanos,
}

/// What became of a JoinGroup, beside answers that are given already.
#[derive(Debug)]
pub struct JoinOutcome {
    /// The member under whose name it may be parked.
    pub member: MemberId,
    /// What is to be written.
    pub write: GroupMetadataWrite,
    /// A static member came back, and is answered when that is written.
    pub returned: Option<StaticReturn>,
}

impl JoinOutcome {
    /// It waits for the end of the join phase, if it was not that end.
    pub(super) fn parked(member: MemberId, write: GroupMetadataWrite) -> JoinOutcome {
        JoinOutcome { member, write, returned: None }
    }
}

impl ClassicGroup {
    /// A client without a member id joins as an instance. It needs no id to try again with (KIP-394): the instance says who it
    /// is.
    pub(super) fn join_as_instance(
        &mut self,
        to: ReplyTo,
        request: JoinGroupRequest,
        instance: InstanceId,
        env: &mut Env<'_, '_>,
    ) -> JoinOutcome {
        let member = env.draw_member_id(to.client);
        match self.static_members.get(&instance).copied() {
            Some(before) => {
                self.static_member_returns(to, request, StaticIdentity { instance, before, now: member }, env)
            }
            None => {
                let slot = env.shared.sessions.claim(self.id, member);
                JoinOutcome::parked(member, self.add_member(to, member, request, slot, env))
            }
        }
    }

    /// `updateStaticMemberThenRebalanceOrCompleteJoin`. In a stable group nobody else notices: generation and assignment
    /// stay, the new member id is written, and then the member is answered.
    fn static_member_returns(
        &mut self,
        to: ReplyTo,
        request: JoinGroupRequest,
        StaticIdentity { instance, before, now }: StaticIdentity,
        env: &mut Env<'_, '_>,
    ) -> JoinOutcome {
        self.replace_static_member(instance, before, now, env);
        let member = self.members.get_mut(&now).expect("it has just been put there");
        let protocols = std::mem::replace(&mut member.protocols, request.protocols);
        let session_timeout = std::mem::replace(&mut member.session_timeout, request.session_timeout);
        let rebalance_timeout = std::mem::replace(&mut member.rebalance_timeout, request.rebalance_timeout);
        member.join = Some(Parked::new(to));
        let write = match self.state {
            ClassicGroupState::Stable if self.protocol == self.select_protocol() => {
                let group = self.id;
                let returned =
                    StaticReturn { group, instance, before, now, protocols, session_timeout, rebalance_timeout };
                let write = self.metadata(|member| self.members[&member].assignment.clone());
                return JoinOutcome { member: now, write: Some(write), returned: Some(returned) };
            }
            // The old id may have been told to the leader already: the new one would get nothing.
            ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance => self.prepare_rebalance(env),
            ClassicGroupState::PreparingRebalance => self.maybe_complete_join(env),
            ClassicGroupState::Empty => unreachable!("a group with a static member is not empty"),
        };
        JoinOutcome::parked(now, write)
    }

    /// The member goes on under another id, and whatever the old one waits for is answered FENCED_INSTANCE_ID. Its session
    /// begins anew. A SyncGroup that the old id owes is still waited for, and nobody will send it
    /// (`ClassicGroup.replaceStaticMember` leaves `pendingSyncMembers` as they are).
    fn replace_static_member(&mut self, instance: InstanceId, before: MemberId, now: MemberId, env: &mut Env<'_, '_>) {
        let mut member = self.members.remove(&before).expect("an instance names a member");
        if let Some(mut parked) = member.join.take() {
            parked.answer(join_error(ErrorCode::FencedInstanceId, before), env);
        }
        if let Some(mut parked) = member.sync.take() {
            parked.answer(sync_error(ErrorCode::FencedInstanceId), env);
        }
        env.end_session(member.slot);
        (member.id, member.is_new) = (now, false);
        member.slot = env.shared.sessions.claim(self.id, now);
        env.set_timer(GroupCoordinatorTimer::Session(member.slot), member.session_timeout);
        self.members.insert(now, member);
        if self.is_leader(before) {
            self.leader = now;
        }
        self.static_members.insert(instance, now);
        let node = env.shared.ids.client(now);
        env.record(Fact::MemberReplaced { broker: env.broker, group: self.id, member: before, by: now, node });
    }

    /// The new id of a static member that came back is written: it is told that it has joined. A leader keeps the assignment,
    /// which it cannot know to be its own (KIP-814).
    pub fn static_member_stored(&mut self, to: ReplyTo, returned: &StaticReturn, env: &mut Env<'_, '_>) {
        let id = returned.now;
        let leads = self.is_leader(id);
        // A leader is not told of members while they join: it is answered when they have.
        if !self.parks_join(id, to) || (leads && self.state == ClassicGroupState::PreparingRebalance) {
            return;
        }
        let response = self.joined(id, self.members_for(id), leads);
        let parked = self.members.get_mut(&id).and_then(|member| member.join.take());
        parked.expect("its JoinGroup is parked").answer(response, env);
    }

    /// It could not be written: the old id is back, and the client may try again.
    pub fn static_member_not_stored(
        &mut self,
        to: ReplyTo,
        returned: StaticReturn,
        error: ErrorCode,
        env: &mut Env<'_, '_>,
    ) {
        let StaticReturn { instance, before, now, protocols, session_timeout, rebalance_timeout, .. } = returned;
        self.fail_join(now, to, error, env);
        let Some(member) = self.members.get_mut(&now) else { return };
        member.join = None;
        (member.protocols, member.session_timeout, member.rebalance_timeout) =
            (protocols, session_timeout, rebalance_timeout);
        self.replace_static_member(instance, now, before, env);
    }

    /// Whoever has joined leads if the leader has not (`maybeElectNewJoinedLeader`). False if nobody has.
    pub(super) fn elect_joined_leader(&mut self) -> bool {
        let has_joined = |id: &MemberId| self.members.get(id).is_some_and(|member| member.join.is_some());
        if has_joined(&self.leader) {
            return true;
        }
        let Some(joined) = self.members.keys().copied().find(has_joined) else { return false };
        self.leader = joined;
        true
    }

    /// # Panics
    /// If instances and members contradict each other.
    pub fn check_invariants(&self) {
        let names = |(instance, id): (&InstanceId, &MemberId)| {
            self.members.get(id).is_some_and(|member| member.instance == Some(*instance))
        };
        let listed = self.members.values().filter(|member| member.instance.is_some()).count();
        let all = self.static_members.iter().all(names) && listed == self.static_members.len();
        assert!(all, "an instance names its member, and every static member is named");
    }
}

/// An instance, the member id that it has, and the one that it gets.
#[derive(Clone, Copy, Debug)]
struct StaticIdentity {
    instance: InstanceId,
    before: MemberId,
    now: MemberId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    #[test]
    fn an_instance_without_its_member_is_noticed() {
        each_is_noticed(
            || ClassicGroup::new(GroupId(0)),
            ClassicGroup::check_invariants,
            &[("an instance names its member", |group| {
                group.static_members.insert(InstanceId(0), MemberId(1));
            })],
        );
    }
}
