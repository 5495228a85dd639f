//! JoinGroup and the join phase (`GroupMetadataManager.classicGroupJoin*`, `prepareRebalance`,
//! `completeClassicGroupJoin`).

use super::group::{ClassicGroup, ClassicGroupState, GroupMetadataWrite, JoinTimer, Member, Parked};
use super::static_members::JoinOutcome;
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::join_error;
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::{Fact, LeaveReason};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// A new member whose JoinGroup is parked this long is expired: its client has gone, and comes
/// back under another id if it lives (`classicGroupNewMemberJoinTimeoutMs`, a constant).
const NEW_MEMBER_JOIN_TIMEOUT: Nanos = Nanos::from_secs(300);

impl ClassicGroup {
    /// Takes a JoinGroup. It is answered now, or parked until the join phase ends.
    pub fn join(&mut self, to: ReplyTo, request: JoinGroupRequest, env: &mut Env<'_, '_>) -> JoinOutcome {
        let member = request.member;
        if let (MemberId::NONE, Some(instance)) = (member, request.instance)
            && self.accepts_joining(member, env.shared.config.group_max_size)
            && self.supports_protocols(&request.protocols)
        {
            return self.join_as_instance(to, request, instance, env);
        }
        JoinOutcome::parked(member, self.join_with_id(to, request, env))
    }

    fn join_with_id(&mut self, to: ReplyTo, request: JoinGroupRequest, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        if !self.accepts_joining(request.member, env.shared.config.group_max_size) {
            self.remove(request.member, LeaveReason::GroupMaxSize, env);
            env.reply(to, join_error(ErrorCode::GroupMaxSizeReached, MemberId::NONE));
            None
        } else if !self.supports_protocols(&request.protocols) {
            env.reply(to, join_error(ErrorCode::InconsistentGroupProtocol, request.member));
            None
        } else if request.member == MemberId::NONE {
            self.hand_out_id(to, &request, env);
            None
        } else if let Some(slot) = self.pending_join.remove(&request.member) {
            self.add_member(to, request.member, request, slot, env)
        } else if let Err(error) = self.validate_member(request.member, request.instance) {
            env.reply(to, join_error(error, request.member));
            None
        } else {
            self.rejoin(to, request, env)
        }
    }

    /// `acceptJoiningMember`. While a rebalance is prepared the parked joins are counted, not the
    /// members, so that of a group grown too large the last to rejoin are turned away.
    fn accepts_joining(&self, member: MemberId, max_size: u32) -> bool {
        let max_size = max_size as usize;
        match self.state {
            ClassicGroupState::Empty => true,
            ClassicGroupState::PreparingRebalance => {
                self.members.get(&member).is_some_and(|m| m.join.is_some()) || self.awaiting_join() < max_size
            }
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
                self.has_member(member) || self.members.len() < max_size
            }
        }
    }

    /// KIP-394: a client without an id is told one and must join again with it. Nothing else happens
    /// to the group, except that a join phase that is not the initial one now waits for the client.
    fn hand_out_id(&mut self, to: ReplyTo, request: &JoinGroupRequest, env: &mut Env<'_, '_>) {
        let member = env.draw_member_id(to.client);
        let slot = env.shared.sessions.claim(self.id, member);
        self.pending_join.insert(member, slot);
        env.set_timer(GroupCoordinatorTimer::Session(slot), request.session_timeout);
        env.reply(to, join_error(ErrorCode::MemberIdRequired, member));
    }

    /// `addMemberThenRebalanceOrCompleteJoin`, for a pending member that comes with its id, or for a static one.
    pub(super) fn add_member(
        &mut self,
        to: ReplyTo,
        id: MemberId,
        request: JoinGroupRequest,
        slot: u32,
        env: &mut Env<'_, '_>,
    ) -> GroupMetadataWrite {
        if self.state == ClassicGroupState::PreparingRebalance && self.previous == ClassicGroupState::Empty {
            self.new_member_added = true;
        }
        if self.leader == MemberId::NONE {
            self.leader = id;
        }
        let member = Member {
            id,
            instance: request.instance,
            client: to.client,
            session_timeout: request.session_timeout,
            rebalance_timeout: request.rebalance_timeout,
            protocols: request.protocols,
            assignment: [].into(),
            is_new: true,
            join: Some(Parked::new(to)),
            sync: None,
            slot,
        };
        self.members.insert(id, member);
        self.static_members.extend(request.instance.map(|instance| (instance, id)));
        env.record(Fact::MemberJoined { broker: env.broker, group: self.id, member: id, node: to.client });
        env.set_timer(GroupCoordinatorTimer::Session(slot), NEW_MEMBER_JOIN_TIMEOUT);
        self.rebalance_or_complete_join(env)
    }

    /// A known member joins again.
    fn rejoin(&mut self, to: ReplyTo, request: JoinGroupRequest, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        let id = request.member;
        // The bytes of every protocol count: a subscription names its owner's generation (KIP-792),
        // so a Java client's second join of the same generation hardly ever matches.
        let unchanged = self.members[&id].protocols == request.protocols;
        let needs_rebalance = match self.state {
            ClassicGroupState::PreparingRebalance => true,
            // The answer to the first join may have been lost: it is given again.
            ClassicGroupState::CompletingRebalance => !unchanged,
            // The leader joins again when it has seen partitions come or go.
            ClassicGroupState::Stable => self.is_leader(id) || !unchanged,
            ClassicGroupState::Empty => {
                env.reply(to, join_error(ErrorCode::UnknownMemberId, id));
                return None;
            }
        };
        if !needs_rebalance {
            let members =
                if self.state == ClassicGroupState::CompletingRebalance { self.members_for(id) } else { Vec::new() };
            env.reply(to, self.joined(id, members, false));
            return None;
        }
        let member = self.members.get_mut(&id).expect("the caller has looked");
        member.protocols = request.protocols;
        member.rebalance_timeout = request.rebalance_timeout;
        member.session_timeout = request.session_timeout;
        member.join = Some(Parked::new(to));
        self.rebalance_or_complete_join(env)
    }

    /// `maybePrepareRebalanceOrCompleteJoin`.
    pub(super) fn rebalance_or_complete_join(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        if self.can_rebalance() { self.prepare_rebalance(env) } else { self.maybe_complete_join(env) }
    }

    /// Opens a join phase. The first one of an empty group lasts at least
    /// `group.initial.rebalance.delay.ms`, in the hope of more members (KIP-134).
    pub(super) fn prepare_rebalance(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        if self.state == ClassicGroupState::CompletingRebalance {
            self.reset_assignment(ErrorCode::RebalanceInProgress, env);
        }
        self.pending_sync.clear();
        self.cancel_sync_timer(env);

        let initial = self.state == ClassicGroupState::Empty;
        if initial {
            let delay = env.shared.config.group_initial_rebalance_delay;
            let remaining = self.rebalance_timeout().saturating_sub(delay);
            self.set_join_timer(JoinTimer::Initial { delay, remaining }, delay, env);
        }
        self.transition(ClassicGroupState::PreparingRebalance, env);
        if initial {
            None
        } else if self.has_all_members_joined() {
            self.complete_join(env)
        } else {
            let timeout = self.rebalance_timeout();
            self.set_join_timer(JoinTimer::Rebalance, timeout, env);
            None
        }
    }

    fn set_join_timer(&mut self, timer: JoinTimer, delay: Nanos, env: &mut Env<'_, '_>) {
        self.join_timer = timer;
        env.set_timer(GroupCoordinatorTimer::Join(self.id), delay);
    }

    /// Ends the join phase if everybody is here; never an initial one, which ends by its timer.
    pub(super) fn maybe_complete_join(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        let may = self.state == ClassicGroupState::PreparingRebalance && self.previous != ClassicGroupState::Empty;
        if may && self.has_all_members_joined() { self.complete_join(env) } else { None }
    }

    /// The join timer went off: the initial delay is extended if somebody came during it
    /// (`tryCompleteInitialRebalanceElseSchedule`), else the phase ends without those who are late.
    pub fn join_timer_expired(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        match std::mem::replace(&mut self.join_timer, JoinTimer::Off) {
            JoinTimer::Initial { delay, remaining } if self.new_member_added && remaining > Nanos::ZERO => {
                self.new_member_added = false;
                let next = env.shared.config.group_initial_rebalance_delay.min(remaining);
                let timer = JoinTimer::Initial { delay: next, remaining: remaining.saturating_sub(delay) };
                self.set_join_timer(timer, next, env);
                None
            }
            JoinTimer::Initial { .. } | JoinTimer::Rebalance => self.complete_join(env),
            JoinTimer::Off => None,
        }
    }

    /// Ends the join phase: members that did not rejoin are out, the others learn the new
    /// generation. A static member stays, whether it has rejoined or not; where all are like that the phase goes on, until
    /// sessions end. A group without members becomes EMPTY, and that is written.
    pub(super) fn complete_join(&mut self, env: &mut Env<'_, '_>) -> GroupMetadataWrite {
        self.cancel_join_timer(env);
        let late = |m: &&Member| m.join.is_none() && m.instance.is_none();
        let late: Vec<MemberId> = self.members.values().filter(late).map(|m| m.id).collect();
        for member in late {
            self.remove(member, LeaveReason::RebalanceTimeout, env);
        }
        if !self.members.is_empty() && !self.elect_joined_leader() {
            self.set_join_timer(JoinTimer::Rebalance, self.rebalance_timeout(), env);
            return None;
        }

        self.generation = Generation(self.generation.0 + 1);
        self.pending_sync.clear();
        if self.members.is_empty() {
            self.protocol = None;
            self.compute_subscribed_topics();
            self.transition(ClassicGroupState::Empty, env);
            return Some(self.metadata(|_| [].into()));
        }
        self.protocol = self.select_protocol();
        self.compute_subscribed_topics();
        self.transition(ClassicGroupState::CompletingRebalance, env);
        self.answer_joins(env);
        self.sync_timer = true;
        env.set_timer(GroupCoordinatorTimer::Sync(self.id), self.rebalance_timeout());
        None
    }

    /// Everybody learns the generation, the leader also who the members are. Their sessions, which
    /// nobody watched while they were parked, start anew.
    fn answer_joins(&mut self, env: &mut Env<'_, '_>) {
        let ids: Vec<MemberId> = self.members.keys().copied().collect();
        for id in ids {
            let response = self.joined(id, self.members_for(id), false);
            let member = self.members.get_mut(&id).expect("an id of the list");
            if let Some(mut parked) = member.join.take() {
                parked.answer(response, env);
            }
            member.is_new = false;
            self.restart_session(id, env);
            self.pending_sync.insert(id);
        }
    }

    pub(super) fn joined(&self, member: MemberId, members: Vec<JoinGroupMember>, skip_assignment: bool) -> Response {
        Response::JoinGroup(JoinGroupResponse {
            error: ErrorCode::None,
            generation: self.generation,
            protocol: self.protocol,
            leader: self.leader,
            member,
            skip_assignment,
            members,
        })
    }

    /// The members with what they brought, for the leader; nothing for the others.
    pub(super) fn members_for(&self, member: MemberId) -> Vec<JoinGroupMember> {
        let Some(protocol) = self.protocol.filter(|_| self.is_leader(member)) else { return Vec::new() };
        let listed = |m: &Member| {
            let subscription = m.subscription(protocol)?.clone();
            Some(JoinGroupMember { member: m.id, instance: m.instance, subscription })
        };
        self.members.values().filter_map(listed).collect()
    }
}
