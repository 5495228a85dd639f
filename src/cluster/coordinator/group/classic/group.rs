//! One classic group: its members and what they wait for (`ClassicGroup`, `ClassicGroupMember`).
//!
//! What its requests do is told in `join`, `sync` and `heartbeat`. A method that must have
//! something written returns the record; the shard writes it. A group in memory is therefore never
//! DEAD: a group that is gone is not in the shard.

use std::collections::BTreeSet;
use std::rc::Rc;

use litemap::LiteMap;

use crate::cluster::coordinator::group::description::{DescribedMember, GroupDescription};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::{join_error, sync_error};
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::{Fact, GroupState, LeaveReason};
use crate::protocol::batch::{GroupMetadataValue, MemberValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// The assignors that a member offers, most wanted first, each with its metadata.
pub type Protocols = Vec<(Assignor, Rc<Subscription>)>;

/// A group's record that wants writing.
pub type GroupMetadataWrite = Option<Rc<GroupMetadataValue>>;

/// State of a group in memory (`ClassicGroupState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClassicGroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl ClassicGroupState {
    /// As tools and facts have it.
    pub(super) fn told(self) -> GroupState {
        match self {
            ClassicGroupState::Empty => GroupState::Empty,
            ClassicGroupState::PreparingRebalance => GroupState::PreparingRebalance,
            ClassicGroupState::CompletingRebalance => GroupState::CompletingRebalance,
            ClassicGroupState::Stable => GroupState::Stable,
        }
    }
}

/// A JoinGroup or SyncGroup held back until its phase ends.
///
/// The write behind it can time out before that. Then the client has its answer, an error, but the
/// member still counts as waiting (`CompletableFuture.complete` on a future that is done already).
#[derive(Clone, Copy, Debug)]
pub(super) struct Parked {
    to: ReplyTo,
    answered: bool,
}

impl Parked {
    pub(super) fn new(to: ReplyTo) -> Parked {
        Parked { to, answered: false }
    }
    pub(super) fn answer(&mut self, response: Response, env: &mut Env<'_, '_>) {
        if !self.answered {
            self.answered = true;
            env.reply(self.to, response);
        }
    }
    /// Whether this request is the one that is parked.
    fn is_for(&self, to: ReplyTo) -> bool {
        self.to == to
    }
}

/// A member of a group. Pending members, which have an id but have not joined, are not among them.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub id: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// The process that was added, for tools: a static member keeps it, whoever takes its place.
    pub client: NodeId,
    pub session_timeout: Nanos,
    pub rebalance_timeout: Nanos,
    pub protocols: Protocols,
    pub assignment: Rc<[Tp]>,
    /// It has not seen a join phase end yet: its parked JoinGroup may expire.
    pub is_new: bool,
    pub join: Option<Parked>,
    pub sync: Option<Parked>,
    /// Of its session timer.
    pub slot: u32,
}

impl Member {
    /// A parked member is alive by definition, unless it is new
    /// (`ClassicGroupMember.hasSatisfiedHeartbeat`).
    pub(super) fn has_satisfied_heartbeat(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }
    fn supports(&self, assignor: Assignor) -> bool {
        self.protocols.iter().any(|(name, _)| *name == assignor)
    }
    pub(super) fn subscription(&self, assignor: Assignor) -> Option<&Rc<Subscription>> {
        self.protocols.iter().find(|(name, _)| *name == assignor).map(|(_, subscription)| subscription)
    }
}

/// What the timer of the join phase is set for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JoinTimer {
    /// It is not set.
    Off,
    /// `group.initial.rebalance.delay.ms`: the delay running, and what is left for more of them.
    Initial { delay: Nanos, remaining: Nanos },
    /// The rebalance timeout.
    Rebalance,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ClassicGroup {
    pub(super) id: GroupId,
    pub(super) state: ClassicGroupState,
    /// The state before: EMPTY makes a rebalance an initial one.
    pub(super) previous: ClassicGroupState,
    pub(super) generation: Generation,
    pub(super) protocol: Option<Assignor>,
    /// The topics to which the members of this generation subscribe; unknown before the first one
    /// (`computeSubscribedTopics`).
    pub(super) subscribed: Option<BTreeSet<TopicId>>,
    /// [`MemberId::NONE`] where there is none.
    pub(super) leader: MemberId,
    /// When the state was entered; zero for a group that never left the one it was made in.
    pub(super) state_timestamp: Nanos,
    pub(super) members: LiteMap<MemberId, Member>,
    /// The member ids of static members.
    pub(super) static_members: LiteMap<InstanceId, MemberId>,
    /// Ids handed out with MEMBER_ID_REQUIRED (KIP-394), with the slots of their session timers.
    pub(super) pending_join: LiteMap<MemberId, u32>,
    /// Members of this generation that have not sent SyncGroup yet.
    pub(super) pending_sync: BTreeSet<MemberId>,
    /// Somebody joined during the initial delay: it may be extended.
    pub(super) new_member_added: bool,
    pub(super) join_timer: JoinTimer,
    pub(super) sync_timer: bool,
}

impl ClassicGroup {
    /// An empty group in generation 0.
    pub fn new(id: GroupId) -> ClassicGroup {
        ClassicGroup {
            id,
            state: ClassicGroupState::Empty,
            previous: ClassicGroupState::Empty,
            generation: Generation(0),
            protocol: None,
            subscribed: None,
            leader: MemberId::NONE,
            state_timestamp: Nanos::ZERO,
            members: LiteMap::new(),
            static_members: LiteMap::new(),
            pending_join: LiteMap::new(),
            pending_sync: BTreeSet::new(),
            new_member_added: false,
            join_timer: JoinTimer::Off,
            sync_timer: false,
        }
    }

    /// Which.
    pub fn id(&self) -> GroupId {
        self.id
    }
    /// In which state.
    pub fn state(&self) -> GroupState {
        self.state.told()
    }
    /// Whether members have ever been in it: a simple group, which has offsets and no more, has no protocol type
    /// (`usesConsumerGroupProtocol`). The first generation gives it one for good.
    pub fn uses_consumer_group_protocol(&self) -> bool {
        self.generation > Generation(0) || !self.members.is_empty()
    }
    /// Whether a member subscribes to a topic, as far as is known: of members of whom nothing is known yet that is assumed
    /// (`isSubscribedToTopic`).
    pub fn is_subscribed_to(&self, topic: TopicId) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(&topic),
            None => self.uses_consumer_group_protocol(),
        }
    }
    /// What the members of a new generation subscribe to.
    pub(super) fn compute_subscribed_topics(&mut self) {
        let of = |member: &Member| Some(member.subscription(self.protocol?)?.topics.clone());
        self.subscribed = Some(self.members.values().filter_map(of).flatten().collect());
    }
    /// An administrator has removed it, or it has neither members nor offsets any more. Whoever had an id and was about to
    /// join has to begin anew.
    pub fn removed(&mut self, env: &mut Env<'_, '_>) {
        self.cancel_timers(env);
        self.pending_join.clear();
        self.tell_state(GroupState::Dead, env);
    }
    /// It is there after all.
    pub fn restored(&mut self, env: &mut Env<'_, '_>) {
        self.resume(env);
        self.tell_state(self.state(), env);
    }

    pub(super) fn has_member(&self, member: MemberId) -> bool {
        self.members.contains_key(&member)
    }
    /// Whether there is such a member; an instance must not have got another id (`ClassicGroup.validateMember`).
    pub(super) fn validate_member(&self, member: MemberId, instance: Option<InstanceId>) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            match self.static_members.get(&instance) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(current) if *current != member => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.has_member(member) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }
    pub(super) fn is_leader(&self, member: MemberId) -> bool {
        self.leader == member && member != MemberId::NONE
    }
    /// Members whose JoinGroup is parked.
    pub(super) fn awaiting_join(&self) -> usize {
        self.members.values().filter(|m| m.join.is_some()).count()
    }
    pub(super) fn has_all_members_joined(&self) -> bool {
        self.pending_join.is_empty() && self.members.values().all(|m| m.join.is_some())
    }
    /// The largest rebalance timeout of the members.
    pub(super) fn rebalance_timeout(&self) -> Nanos {
        self.members.values().map(|m| m.rebalance_timeout).max().unwrap_or(Nanos::ZERO)
    }
    /// PREPARING_REBALANCE can be entered from here.
    pub(super) fn can_rebalance(&self) -> bool {
        matches!(
            self.state,
            ClassicGroupState::Empty | ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance
        )
    }

    /// Whether a joining member could agree with all the others on an assignor.
    pub(super) fn supports_protocols(&self, protocols: &Protocols) -> bool {
        match self.state {
            ClassicGroupState::Empty => !protocols.is_empty(),
            _ => protocols.iter().any(|(name, _)| self.supported_by_all(*name)),
        }
    }
    fn supported_by_all(&self, assignor: Assignor) -> bool {
        self.members.values().all(|m| m.supports(assignor))
    }
    /// Every member votes for the first of its assignors that all support. Of several with as many votes the one counts that
    /// comes first in Java's hash map of their names (`ClassicGroup.selectProtocol`).
    pub(super) fn select_protocol(&self) -> Option<Assignor> {
        const IN_MAP_ORDER: [Assignor; 5] = [
            Assignor::Overlapping,
            Assignor::Sticky,
            Assignor::Range,
            Assignor::RoundRobin,
            Assignor::CooperativeSticky,
        ];
        let candidates: Vec<Assignor> = IN_MAP_ORDER.into_iter().filter(|name| self.supported_by_all(*name)).collect();
        let vote = |m: &Member| m.protocols.iter().map(|(name, _)| *name).find(|name| candidates.contains(name));
        let mut votes: LiteMap<Assignor, u32> = LiteMap::new();
        for name in self.members.values().filter_map(vote) {
            *votes.entry(name).or_default() += 1;
        }
        let count = |name: &Assignor| votes.get(name).copied().unwrap_or(0);
        candidates.iter().copied().rev().filter(|name| count(name) > 0).max_by_key(count)
    }

    pub fn parks_join(&self, member: MemberId, to: ReplyTo) -> bool {
        self.members.get(&member).and_then(|m| m.join).is_some_and(|parked| parked.is_for(to))
    }
    pub fn parks_sync(&self, member: MemberId, to: ReplyTo) -> bool {
        self.members.get(&member).and_then(|m| m.sync).is_some_and(|parked| parked.is_for(to))
    }
    /// A write on which this JoinGroup waited failed: its client is told so, if it still waits.
    pub fn fail_join(&mut self, member: MemberId, to: ReplyTo, error: ErrorCode, env: &mut Env<'_, '_>) {
        let parked = self.members.get_mut(&member).and_then(|m| m.join.as_mut());
        if let Some(parked) = parked.filter(|parked| parked.is_for(to)) {
            parked.answer(join_error(error, MemberId::NONE), env);
        }
    }
    /// The same for a SyncGroup.
    pub fn fail_sync(&mut self, member: MemberId, to: ReplyTo, error: ErrorCode, env: &mut Env<'_, '_>) {
        let parked = self.members.get_mut(&member).and_then(|m| m.sync.as_mut());
        if let Some(parked) = parked.filter(|parked| parked.is_for(to)) {
            parked.answer(sync_error(error), env);
        }
    }
    /// Answers every parked request with an error, for a group that goes out of memory.
    pub fn refuse_parked(&mut self, error: ErrorCode, env: &mut Env<'_, '_>) {
        for (_, member) in self.members.iter_mut() {
            if let Some(mut parked) = member.join.take() {
                parked.answer(join_error(error, member.id), env);
            }
            if let Some(mut parked) = member.sync.take() {
                parked.answer(sync_error(error), env);
            }
        }
    }

    /// Removes a member or a pending one, with its timer. Its parked requests are not answered here.
    /// If it led, the next in order leads (`ClassicGroup.remove`).
    pub(super) fn remove(&mut self, member: MemberId, reason: LeaveReason, env: &mut Env<'_, '_>) -> Option<Member> {
        if let Some(slot) = self.pending_join.remove(&member) {
            env.end_session(slot);
        }
        self.pending_sync.remove(&member);
        let removed = self.members.remove(&member)?;
        if let Some(instance) = removed.instance {
            self.static_members.remove(&instance);
        }
        env.end_session(removed.slot);
        let node = env.shared.ids.client(member);
        env.record(Fact::MemberLeft { broker: env.broker, group: self.id, member, node, reason });
        if self.is_leader(member) {
            self.leader = self.members.keys().next().copied().unwrap_or(MemberId::NONE);
        }
        Some(removed)
    }

    pub(super) fn transition(&mut self, state: ClassicGroupState, env: &mut Env<'_, '_>) {
        self.previous = self.state;
        self.state = state;
        self.state_timestamp = env.now();
        self.tell_state(state.told(), env);
    }
    pub(super) fn tell_state(&self, state: GroupState, env: &mut Env<'_, '_>) {
        env.record(Fact::GroupStateChanged {
            broker: env.broker,
            group: self.id,
            state,
            generation: self.generation,
            members: self.members.len() as u32,
        });
    }

    /// Starts a member's session anew.
    pub(super) fn restart_session(&self, member: MemberId, env: &mut Env<'_, '_>) {
        if let Some(member) = self.members.get(&member) {
            env.set_timer(GroupCoordinatorTimer::Session(member.slot), member.session_timeout);
        }
    }
    /// Cancels every timer and gives back every slot, for a group that goes out of memory.
    pub fn cancel_timers(&mut self, env: &mut Env<'_, '_>) {
        self.cancel_join_timer(env);
        self.cancel_sync_timer(env);
        let slots = self.members.values().map(|m| m.slot).chain(self.pending_join.values().copied());
        slots.for_each(|slot| env.end_session(slot));
    }
    pub(super) fn cancel_join_timer(&mut self, env: &mut Env<'_, '_>) {
        if self.join_timer != JoinTimer::Off {
            self.join_timer = JoinTimer::Off;
            env.cancel_timer(GroupCoordinatorTimer::Join(self.id));
        }
    }
    pub(super) fn cancel_sync_timer(&mut self, env: &mut Env<'_, '_>) {
        if self.sync_timer {
            self.sync_timer = false;
            env.cancel_timer(GroupCoordinatorTimer::Sync(self.id));
        }
    }

    /// The group without its offsets, for tools.
    pub fn describe(&self) -> GroupDescription {
        let member = |m: &Member| DescribedMember {
            member: m.id,
            instance: m.instance,
            client: m.client,
            partitions: m.assignment.to_vec(),
            consumer: None,
            share: None,
        };
        GroupDescription {
            group: self.id,
            state: self.state(),
            generation: self.generation,
            protocol: self.protocol,
            members: self.members.values().map(member).collect(),
            offsets: Vec::new(),
            epochs: Vec::new(),
            consumer: None,
            share: None,
        }
    }

    /// The record of a group that is made, whoever is about to join it
    /// (`GroupCoordinatorRecordHelpers.newEmptyGroupMetadataRecord`).
    pub fn empty_metadata(&self) -> Rc<GroupMetadataValue> {
        Rc::new(GroupMetadataValue {
            group: self.id,
            generation: Generation(0),
            protocol: None,
            leader: MemberId::NONE,
            state_timestamp: self.state_timestamp,
            members: Vec::new(),
        })
    }
    /// The record that makes the group durable as it is, with these assignments
    /// (`GroupCoordinatorRecordHelpers.newGroupMetadataRecord`).
    pub fn metadata(&self, assignment: impl Fn(MemberId) -> Rc<[Tp]>) -> Rc<GroupMetadataValue> {
        let member = |m: &Member| MemberValue {
            member: m.id,
            instance: m.instance,
            client: m.client,
            session_timeout: m.session_timeout,
            rebalance_timeout: m.rebalance_timeout,
            subscription: self
                .protocol
                .and_then(|name| m.subscription(name))
                .expect("the chosen assignor is every member's")
                .clone(),
            assignment: assignment(m.id),
        };
        Rc::new(GroupMetadataValue {
            group: self.id,
            generation: self.generation,
            protocol: self.protocol,
            leader: self.leader,
            state_timestamp: self.state_timestamp,
            members: self.members.values().map(member).collect(),
        })
    }
}
