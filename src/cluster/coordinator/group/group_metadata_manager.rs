//! The groups of one partition of `__consumer_offsets` (`GroupMetadataManager`).
//!
//! A request goes to its group; what the group wants written becomes a record, and what waits for the write
//! an answer.

use std::rc::Rc;

use litemap::LiteMap;

use super::classic::{ClassicGroup, ClassicProtocolMember, GroupMetadataWrite, JoinOutcome, StaticReturn};
use super::consumer::{
    Before, ClassicJoin, ConsumerChange, ConsumerGroup, Departure, Downgrade, Leaving, StepOutcome, validate,
};
use super::env::Env;
use super::kinds::AnyGroup;
use super::refusal;
use super::regex_tasks::RegexTasks;
use super::share::{ShareChange, ShareGroup};
use super::timers::GroupTimer;
use super::write::{CoordinatorResult, GroupAnswer, GroupChange};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::{Fact, GroupState, LeaveReason};
use crate::protocol::batch::{ConsumerGroupRecord, CoordinatorRecord, GroupMetadataValue, ShareGroupRecord};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupMetadataManager {
    groups: LiteMap<GroupId, AnyGroup>,
    regexes: RegexTasks,
}

/// What a group of the new protocol becomes.
struct Classic {
    generation: Generation,
    members: Vec<ClassicProtocolMember>,
    /// The records that make it go as what it was.
    tombstones: Vec<ConsumerGroupRecord>,
    rebalances: bool,
}

impl GroupMetadataManager {
    pub(super) fn group(&self, group: GroupId) -> Option<&AnyGroup> {
        self.groups.get(&group)
    }
    fn classic(&mut self, group: GroupId) -> Option<&mut ClassicGroup> {
        match self.groups.get_mut(&group) {
            Some(AnyGroup::Classic(group)) => Some(group),
            Some(AnyGroup::Consumer(_) | AnyGroup::Share(_)) | None => None,
        }
    }
    fn consumer(&self, group: GroupId) -> Option<&ConsumerGroup> {
        match self.groups.get(&group) {
            Some(AnyGroup::Consumer(group)) => Some(group),
            Some(AnyGroup::Classic(_) | AnyGroup::Share(_)) | None => None,
        }
    }
    fn consumer_mut(&mut self, group: GroupId) -> Option<&mut ConsumerGroup> {
        match self.groups.get_mut(&group) {
            Some(AnyGroup::Consumer(group)) => Some(group),
            Some(AnyGroup::Classic(_) | AnyGroup::Share(_)) | None => None,
        }
    }
    /// A share group.
    pub(super) fn share(&self, group: GroupId) -> Option<&ShareGroup> {
        match self.groups.get(&group) {
            Some(AnyGroup::Share(group)) => Some(group),
            Some(AnyGroup::Classic(_) | AnyGroup::Consumer(_)) | None => None,
        }
    }
    /// The same, to be changed.
    pub(super) fn share_mut(&mut self, group: GroupId) -> Option<&mut ShareGroup> {
        match self.groups.get_mut(&group) {
            Some(AnyGroup::Share(group)) => Some(group),
            Some(AnyGroup::Classic(_) | AnyGroup::Consumer(_)) | None => None,
        }
    }
    /// There is a group now.
    pub(super) fn insert(&mut self, group: AnyGroup) {
        self.groups.insert(group.id(), group);
    }
    /// A commit from outside a group makes a "simple" group: empty, and with no record of its own.
    /// Returns whether it did.
    pub(super) fn get_or_create(&mut self, group: GroupId) -> bool {
        let is_new = !self.groups.contains_key(&group);
        if is_new {
            self.groups.insert(group, AnyGroup::Classic(ClassicGroup::new(group)));
        }
        is_new
    }
    /// Takes back that a group was made.
    pub(super) fn remove(&mut self, group: GroupId, env: &mut Env<'_, '_>) {
        if let Some(mut group) = self.groups.remove(&group) {
            group.cancel_timers(env);
        }
    }

    /// All groups.
    pub(super) fn ids(&self) -> Vec<GroupId> {
        self.groups.keys().copied().collect()
    }
    /// The group's state, for DescribeGroups: one that does not exist is said to be dead.
    pub(super) fn state(&self, group: GroupId) -> GroupState {
        self.groups.get(&group).map_or(GroupState::Dead, AnyGroup::state)
    }
    /// Whether a group may be removed.
    ///
    /// # Errors
    /// GROUP_ID_NOT_FOUND, or NON_EMPTY_GROUP while it is not EMPTY (`ClassicGroup.validateDeleteGroup`).
    pub(super) fn validate_delete_group(&self, group: GroupId) -> Result<(), ErrorCode> {
        match self.state(group) {
            GroupState::Empty => Ok(()),
            GroupState::Dead => Err(ErrorCode::GroupIdNotFound),
            GroupState::PreparingRebalance
            | GroupState::CompletingRebalance
            | GroupState::Stable
            | GroupState::Assigning
            | GroupState::Reconciling => Err(ErrorCode::NonEmptyGroup),
        }
    }
    /// Removes an empty group (`createGroupTombstoneRecords`).
    pub(super) fn delete(&mut self, id: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        match self.groups.get_mut(&id) {
            Some(AnyGroup::Classic(_)) => self.delete_classic(id, result, env),
            Some(AnyGroup::Consumer(group)) => {
                let dead = group.tell_state(GroupState::Dead, env.broker, env.shared);
                let records = group.tombstones();
                tell_now(id, result, env);
                env.record(dead);
                self.remove_consumer(id, records, result, env);
            }
            Some(AnyGroup::Share(group)) => {
                let (dead, records) =
                    (group.tell_state(GroupState::Dead, env.broker), group.tombstones(env.shared.rules));
                tell_now(id, result, env);
                env.record(dead);
                let whole = |record| CoordinatorRecord::ShareGroup { group: id, record };
                records.into_iter().for_each(|record| result.append(whole(record)));
                self.forget(id, result, env);
            }
            None => {}
        }
    }
    /// A group of the new protocol goes, with whatever members it has.
    fn remove_consumer(
        &mut self,
        id: GroupId,
        tombstones: Vec<ConsumerGroupRecord>,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        for record in tombstones {
            result.append(CoordinatorRecord::ConsumerGroup { group: id, record });
        }
        self.forget(id, result, env);
    }
    fn forget(&mut self, id: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        if let Some(mut group) = self.groups.remove(&id) {
            group.cancel_timers(env);
            result.change(GroupChange::GroupRemoval(Box::new(group)));
        }
    }
    fn delete_classic(&mut self, id: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        let Some(AnyGroup::Classic(mut group)) = self.groups.remove(&id) else { return };
        group.removed(env);
        result.append(CoordinatorRecord::GroupTombstone { group: id });
        result.change(GroupChange::GroupRemoval(Box::new(AnyGroup::Classic(group))));
    }
    /// The removal of a group could not be written.
    pub(super) fn restore(&mut self, mut group: AnyGroup, env: &mut Env<'_, '_>) {
        match &mut group {
            AnyGroup::Classic(group) => group.restored(env),
            AnyGroup::Consumer(group) => group.restored(env),
            AnyGroup::Share(group) => group.restored(env),
        }
        self.groups.insert(group.id(), group);
    }
    /// A change of a group of the new protocol could not be written.
    pub(super) fn revert_consumer(&mut self, id: GroupId, change: ConsumerChange) {
        self.consumer_mut(id).expect("what is taken back last has been there").revert(change);
    }

    /// The same of a share group.
    pub(super) fn revert_share(&mut self, id: GroupId, change: ShareChange) {
        self.share_mut(id).expect("what is taken back last has been there").revert(change);
    }

    pub(super) fn check_invariants(&self) {
        self.groups.values().for_each(AnyGroup::check_invariants);
    }

    pub(super) fn join(
        &mut self,
        to: ReplyTo,
        request: JoinGroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        if self.share(id).is_some() {
            return env.reply(to, refusal::join_error(ErrorCode::InconsistentGroupProtocol, MemberId::NONE));
        }
        let members = self.consumer(id).map(ConsumerGroup::size);
        if members.is_some_and(|members| members > 0) {
            return self.classic_joins(to, &request, result, env);
        }
        let is_new = members.is_some() || !self.groups.contains_key(&id);
        if is_new && request.member != MemberId::NONE {
            return env.reply(to, refusal::join_error(ErrorCode::UnknownMemberId, request.member));
        }
        if members.is_some() {
            // Without members a group changes its protocol without more ado (`maybeDeleteEmptyConsumerGroup`).
            self.delete(id, result, env);
        }
        self.get_or_create(id);
        let group = self.classic(id).expect("it is there");
        let JoinOutcome { member, write, returned } = group.join(to, request, env);
        // Creating a group is a write, though its answer (MEMBER_ID_REQUIRED) does not wait for it.
        let write = write.or_else(|| is_new.then(|| group.empty_metadata()));
        let parked = group.parks_join(member, to);
        append(write, result);
        if is_new {
            result.change(GroupChange::NewGroup(id));
        }
        if let Some(returned) = returned {
            result.answer(GroupAnswer::StaticReturn { to, returned: Box::new(returned) });
        } else if parked {
            result.answer(GroupAnswer::Join { to, group: id, member });
        }
    }

    pub(super) fn sync(
        &mut self,
        to: ReplyTo,
        request: &SyncGroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let SyncGroupRequest { group: id, member, .. } = *request;
        if let Some(group) = self.consumer_mut(id) {
            match group.classic_sync(request, env) {
                Ok(assignment) => {
                    result.answer(GroupAnswer::ClassicSync { to, group: id, member: request.member, assignment });
                }
                Err(error) => env.reply(to, refusal::sync_error(error)),
            }
            return;
        }
        let Some(group) = self.classic(id) else {
            return env.reply(to, refusal::sync_error(ErrorCode::UnknownMemberId));
        };
        if let Some(value) = group.sync(to, request, env) {
            append(Some(value.clone()), result);
            result.answer(GroupAnswer::Assignment { value });
        } else if group.parks_sync(member, to) {
            result.answer(GroupAnswer::Sync { to, group: id, member });
        }
    }

    pub(super) fn heartbeat(
        &mut self,
        to: ReplyTo,
        request: &HeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let answer = match self.groups.get_mut(&request.group) {
            Some(AnyGroup::Classic(group)) => {
                let answer = group.heartbeat(request, env);
                group.tell_heartbeat(request, answer, env);
                answer
            }
            Some(AnyGroup::Consumer(group)) => {
                let answer = group.classic_heartbeat(request, env);
                tell_refusal(request, answer, env);
                answer
            }
            Some(AnyGroup::Share(_)) | None => Err(ErrorCode::UnknownMemberId),
        };
        match answer {
            Ok(error) => result.answer(GroupAnswer::Heartbeat { to, error }),
            Err(error) => env.reply(to, Response::Heartbeat(error)),
        }
    }

    pub(super) fn leave(
        &mut self,
        to: ReplyTo,
        request: &LeaveGroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        if let Some(group) = self.consumer(request.group) {
            let (members, gone) = group.classic_leave(&request.members);
            let reason = request.members.first().map_or(LeaveGroupReason::Closed, |identity| identity.reason);
            self.fence(request.group, &gone, reason.into(), result, env);
            return result.answer(GroupAnswer::Leave { to, members });
        }
        let Some(group) = self.classic(request.group) else {
            let unknown = |identity: &MemberIdentity| identity.answered(ErrorCode::UnknownMemberId);
            let members = request.members.iter().map(unknown).collect();
            return env.reply(to, Response::LeaveGroup(LeaveGroupResponse { error: ErrorCode::None, members }));
        };
        let (members, record) = group.leave(&request.members, env);
        append(record, result);
        result.answer(GroupAnswer::Leave { to, members });
    }

    /// Takes a ConsumerGroupHeartbeat (KIP-848).
    pub(super) fn consumer_group_heartbeat(
        &mut self,
        to: ReplyTo,
        request: &ConsumerGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let leaves = request.member_epoch < ConsumerGroupHeartbeatRequest::JOIN;
        let taken = validate(request, env.shared).and_then(|()| match leaves {
            true => self.consumer_leaves(request, result, env),
            false => self.consumer_stays(to, request, result, env),
        });
        match taken {
            Ok(response) => {
                result.answer(GroupAnswer::ConsumerGroupHeartbeat { to, group: request.group, response });
            }
            Err(error) => self.refuse_heartbeat(to, request, error, env),
        }
    }
    fn refuse_heartbeat(
        &self,
        to: ReplyTo,
        request: &ConsumerGroupHeartbeatRequest,
        error: ErrorCode,
        env: &mut Env<'_, '_>,
    ) {
        let ConsumerGroupHeartbeatRequest { group, member, member_epoch: generation, .. } = *request;
        env.record(Fact::HeartbeatAnswered { broker: env.broker, group, member, generation, error });
        let refused = ConsumerGroupHeartbeatResponse::refused(error, member);
        env.reply(to, Response::ConsumerGroupHeartbeat(refused));
    }

    /// Somebody joins or stays. A group without members changes its protocol without more ado
    /// (`getOrMaybeCreateConsumerGroup`).
    fn consumer_stays(
        &mut self,
        to: ReplyTo,
        request: &ConsumerGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> Result<ConsumerGroupHeartbeatResponse, ErrorCode> {
        let id = request.group;
        let joins = request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN;
        let made = match self.groups.get_mut(&id) {
            Some(AnyGroup::Consumer(_)) => None,
            Some(AnyGroup::Classic(group)) if joins && group.state() != GroupState::Empty => {
                Some(ConsumerGroup::of_classic(group, env)?)
            }
            Some(AnyGroup::Classic(_)) | None if joins => {
                let mut made = ConsumerGroup::new(id);
                made.begin(env.shared.rules);
                Some(made)
            }
            Some(AnyGroup::Classic(_) | AnyGroup::Share(_)) | None => return Err(ErrorCode::GroupIdNotFound),
        };
        let group = made.as_ref().or_else(|| self.consumer(id)).expect("there is one, or it is made");
        let new_topics = self.regexes.new_topics(env.shared);
        let heartbeat = group.heartbeat(request, to.client, (env.shared, new_topics), env.now())?;
        if let Some(made) = made {
            self.replace_classic(made, result, env);
        }
        self.write(id, &heartbeat.outcome, Departure::Nobody, result, env);
        let group = self.consumer_mut(id).expect("a member has written something of it");
        group.heard(heartbeat.response.member, &heartbeat.outcome, env);
        group.restart_session(heartbeat.response.member, env);
        Ok(heartbeat.response)
    }

    /// A group of the new protocol takes the place of a classic one: of an empty one with nothing of its own.
    fn replace_classic(&mut self, made: ConsumerGroup, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        let (id, records) = (made.id(), made.as_it_is(env.shared));
        if made.size() == 0 {
            return self.delete_classic(id, result, env);
        }
        if let Some(AnyGroup::Classic(mut group)) = self.groups.remove(&id) {
            group.cancel_timers(env);
            result.append(CoordinatorRecord::GroupTombstone { group: id });
            result.change(GroupChange::GroupRemoval(Box::new(AnyGroup::Classic(group))));
        }
        for record in records {
            self.apply(id, record, result, env);
        }
        result.change(GroupChange::Told(id, made.tell_upgrade(env.broker, env.shared)));
        self.consumer_mut(id).expect("it has just been made").start_classic_sessions(env);
    }

    /// Somebody joins a group of the new protocol by the classic one.
    fn classic_joins(
        &mut self,
        to: ReplyTo,
        request: &JoinGroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        let member = match request.member {
            MemberId::NONE => env.draw_member_id(to.client),
            member => member,
        };
        let needs_id = request.member == MemberId::NONE && request.instance.is_none();
        let group = self.consumer(id).expect("the caller has looked");
        let joined = match group.accepts_classic(request, member, env.shared) {
            Ok(()) if needs_id => return env.reply(to, refusal::join_error(ErrorCode::MemberIdRequired, member)),
            Ok(()) => {
                let new_topics = self.regexes.new_topics(env.shared);
                group.classic_join(request, member, to.client, (env.shared, new_topics), env.now())
            }
            Err(error) => Err(error),
        };
        let ClassicJoin { outcome, response, downgrade } = match joined {
            Ok(joined) => joined,
            Err(error) => return env.reply(to, refusal::join_error(error, MemberId::NONE)),
        };
        let is_classic = downgrade.is_some();
        match downgrade {
            Some(Downgrade { joining, rebalances }) => {
                let members = group.as_classic_members(&[], Some(&joining));
                let (generation, tombstones) = (group.epoch(), group.tombstones_with(&joining));
                let classic = Classic { generation, members, tombstones, rebalances };
                self.write(id, &outcome, Departure::Nobody, result, env);
                self.replace_consumer(id, classic, result, env);
            }
            None => {
                self.write(id, &outcome, Departure::Nobody, result, env);
                self.consumer_mut(id).expect("it is there").heard(response.member, &outcome, env);
            }
        }
        let JoinGroupRequest { session_timeout, rebalance_timeout, .. } = *request;
        let timeouts = (!is_classic).then_some((session_timeout, rebalance_timeout));
        result.answer(GroupAnswer::ClassicJoin { to, group: id, response: Box::new(response), timeouts });
    }
    /// The JoinGroup of somebody who speaks the classic protocol with a group of the new one is written, or could not be.
    pub(super) fn classic_join_written(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        response: JoinGroupResponse,
        timeouts: Option<(Nanos, Nanos)>,
        env: &mut Env<'_, '_>,
    ) {
        if let (Some((session, rebalance)), Some(group)) = (timeouts, self.consumer_mut(group)) {
            group.classic_joined(response.member, session, rebalance, env);
        }
        env.reply(to, Response::JoinGroup(response));
    }
    /// A SyncGroup of such a member may be answered.
    pub(super) fn classic_sync_written(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        assignment: Rc<[Tp]>,
        env: &mut Env<'_, '_>,
    ) {
        if let Some(group) = self.consumer_mut(group) {
            group.classic_synced(member, env);
        }
        env.reply(to, Response::SyncGroup(SyncGroupResponse { error: ErrorCode::None, assignment }));
    }

    /// A classic group takes the place of one of the new protocol (`convertToClassicGroup`). That is told at once, as all is that
    /// a classic group does.
    fn replace_consumer(
        &mut self,
        id: GroupId,
        Classic { generation, members, tombstones, rebalances }: Classic,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        self.remove_consumer(id, tombstones, result, env);
        tell_now(id, result, env);
        let (broker, protocol, epoch) = (env.broker, GroupProtocol::Classic, generation);
        env.record(Fact::GroupProtocolChanged { broker, group: id, protocol, epoch });
        let mut group = ClassicGroup::of_members(id, generation, members, env);
        append(group.as_it_is(), result);
        result.change(GroupChange::NewGroup(id));
        group.begin(rebalances, env);
        self.groups.insert(id, AnyGroup::Classic(group));
    }

    /// Somebody leaves (`consumerGroupLeave`).
    fn consumer_leaves(
        &mut self,
        request: &ConsumerGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> Result<ConsumerGroupHeartbeatResponse, ErrorCode> {
        let id = request.group;
        let group = self.consumer(id).ok_or(ErrorCode::GroupIdNotFound)?;
        match group.leave(request, env.shared)? {
            Leaving::Away(outcome) => self.write(id, &outcome, Departure::Nobody, result, env),
            Leaving::Gone(member) => {
                let reason = request.reason.unwrap_or(LeaveGroupReason::Closed);
                self.fence(id, &[member], reason.into(), result, env);
            }
        }
        Ok(ConsumerGroupHeartbeatResponse {
            member_epoch: request.member_epoch,
            ..ConsumerGroupHeartbeatResponse::refused(ErrorCode::None, request.member)
        })
    }

    /// Members of a group of the new protocol are removed (`consumerGroupFenceMembers`).
    fn fence(
        &mut self,
        id: GroupId,
        gone: &[MemberId],
        reason: LeaveReason,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let Some(group) = self.consumer(id).filter(|_| !gone.is_empty()) else { return };
        if group.downgrades_without(gone, env.shared) {
            tell_now(id, result, env);
            for member in gone {
                let (broker, node) = (env.broker, env.shared.ids.client(*member));
                env.record(Fact::MemberLeft { broker, group: id, member: *member, node, reason });
            }
            let (generation, members) = (group.epoch(), group.as_classic_members(gone, None));
            let classic = Classic { generation, members, tombstones: group.tombstones(), rebalances: true };
            return self.replace_consumer(id, classic, result, env);
        }
        let outcome = group.fence(gone, env.shared, env.now());
        self.write(id, &outcome, Departure::For(reason), result, env);
        if let Some(group) = self.consumer_mut(id) {
            group.fenced(gone, env);
        }
    }

    /// Writes what an operation of a group of the new protocol has come to, and applies it.
    fn write(
        &mut self,
        id: GroupId,
        outcome: &StepOutcome,
        departure: Departure,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let mut before = Before::of(self.consumer(id));
        for record in &outcome.records {
            self.apply_noting(id, record.clone(), &mut before, result, env);
        }
        self.regexes.schedule(id, &outcome.resolves, env);
        let facts = match self.consumer(id) {
            Some(group) => before.tell(group, outcome, departure, env.broker, env.shared),
            None => Vec::new(),
        };
        if !facts.is_empty() {
            result.change(GroupChange::Told(id, facts));
        }
    }
    fn apply(
        &mut self,
        id: GroupId,
        record: ConsumerGroupRecord,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        self.apply_noting(id, record, &mut Before::default(), result, env);
    }
    /// Writes a record and applies it, as whoever takes over will (`replay`).
    fn apply_noting(
        &mut self,
        id: GroupId,
        record: ConsumerGroupRecord,
        before: &mut Before,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        result.append(CoordinatorRecord::ConsumerGroup { group: id, record: record.clone() });
        if self.consumer(id).is_none() {
            let mut group = ConsumerGroup::new(id);
            group.begin(env.shared.rules);
            self.groups.insert(id, AnyGroup::Consumer(group));
            result.change(GroupChange::NewGroup(id));
        }
        let group = self.consumer_mut(id).expect("it is there");
        let change = group.replay(&record);
        before.note(&change);
        result.change(GroupChange::Consumer(id, change));
    }

    /// The task that matches the patterns of a group is over (`handleRegularExpressionsResult`).
    fn regexes_resolved(&mut self, id: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        let Some(found) = self.regexes.over(id) else { return };
        let Some(group) = self.consumer(id) else { return };
        let outcome = group.resolved(&found, env.shared, env.now());
        self.write(id, &outcome, Departure::Nobody, result, env);
        if let Some(group) = self.consumer_mut(id) {
            group.looked(&outcome);
        }
    }

    pub(super) fn timer(&mut self, timer: GroupTimer, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        if let GroupTimer::Regexes(id) = timer {
            return self.regexes_resolved(id, result, env);
        }
        match self.groups.get_mut(&timer.group()) {
            Some(AnyGroup::Classic(group)) => append(group.timer_expired(timer, env), result),
            Some(AnyGroup::Consumer(group)) => {
                let Some((member, epoch)) = group.timer_expired(timer, env) else { return };
                let reason = match timer {
                    GroupTimer::Session(..) => LeaveReason::SessionTimeout,
                    GroupTimer::MemberSync(..) => LeaveReason::SyncTimeout,
                    GroupTimer::Revocation(..) => LeaveReason::RevocationTimeout,
                    GroupTimer::Rejoin(..) | GroupTimer::Join(_) | GroupTimer::Sync(_) | GroupTimer::Regexes(_) => {
                        LeaveReason::RebalanceTimeout
                    }
                };
                self.fence(timer.group(), &[member], reason, result, env);
                result.answer(GroupAnswer::Timer { timer, epoch });
            }
            Some(AnyGroup::Share(_)) => self.share_timer(timer, result, env),
            None => {}
        }
    }
    /// What a timer of a group of the new protocol wanted is written, or could not be.
    pub(super) fn timer_written(
        &mut self,
        timer: GroupTimer,
        epoch: Generation,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        if let (Err(_), Some(group)) = (written, self.consumer_mut(timer.group())) {
            group.retry_timer(timer, epoch, env);
        }
        if let (Err(_), Some(group)) = (written, self.share_mut(timer.group())) {
            group.retry_timer(timer, env);
        }
    }
    /// A heartbeat is answered: what it wrote is committed, or could not be.
    pub(super) fn heartbeat_written(
        to: ReplyTo,
        group: GroupId,
        response: ConsumerGroupHeartbeatResponse,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let ConsumerGroupHeartbeatResponse { member, member_epoch: generation, .. } = response;
        let response = match written {
            Ok(()) => response,
            Err(error) => {
                env.record(Fact::HeartbeatAnswered { broker: env.broker, group, member, generation, error });
                ConsumerGroupHeartbeatResponse::refused(error, member)
            }
        };
        env.reply(to, Response::ConsumerGroupHeartbeat(response));
    }

    /// The write that a parked JoinGroup waited for is over. If it failed the client is told so.
    pub(super) fn join_written(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        if let (Err(error), Some(group)) = (written, self.classic(group)) {
            group.fail_join(member, to, error, env);
        }
    }

    /// The new id of a static member that came back is written, or could not be.
    pub(super) fn static_return_written(
        &mut self,
        to: ReplyTo,
        returned: StaticReturn,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let Some(group) = self.classic(returned.group) else { return };
        match written {
            Ok(()) => group.static_member_stored(to, &returned, env),
            Err(error) => group.static_member_not_stored(to, returned, error, env),
        }
    }

    /// The same for a parked SyncGroup that is not the leader's.
    pub(super) fn sync_written(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        if let (Err(error), Some(group)) = (written, self.classic(group)) {
            group.fail_sync(member, to, error, env);
        }
    }

    /// The leader's assignment is committed, or could not be written.
    pub(super) fn assignment_written(
        &mut self,
        value: &GroupMetadataValue,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        if let Some(group) = self.classic(value.group) {
            match written {
                Ok(()) => group.assignment_stored(value, env),
                Err(error) => group.assignment_failed(value, error, env),
            }
        }
    }

    /// Applies a record about a group.
    pub(super) fn replay(&mut self, record: &CoordinatorRecord) {
        match record {
            CoordinatorRecord::GroupMetadata(value) => {
                self.groups.insert(value.group, AnyGroup::Classic(ClassicGroup::replay(value)));
            }
            CoordinatorRecord::ConsumerGroup { group, record: ConsumerGroupRecord::EpochTombstone } => {
                self.groups.remove(group);
            }
            CoordinatorRecord::ConsumerGroup { group: id, record } => {
                if self.consumer(*id).is_none() {
                    self.groups.insert(*id, AnyGroup::Consumer(ConsumerGroup::new(*id)));
                }
                self.consumer_mut(*id).expect("it is there").replay(record);
            }
            CoordinatorRecord::ShareGroup { group, record: ShareGroupRecord::EpochTombstone } => {
                self.groups.remove(group);
            }
            CoordinatorRecord::ShareGroup { group: id, record } => {
                if self.share(*id).is_none() {
                    self.groups.insert(*id, AnyGroup::Share(ShareGroup::new(*id)));
                }
                self.share_mut(*id).expect("it is there").replay(record, None);
            }
            CoordinatorRecord::GroupTombstone { group } => drop(self.groups.remove(group)),
            CoordinatorRecord::OffsetCommit { .. } | CoordinatorRecord::OffsetTombstone { .. } => {}
            CoordinatorRecord::Transaction(_)
            | CoordinatorRecord::TransactionTombstone { .. }
            | CoordinatorRecord::ShareSnapshot(_)
            | CoordinatorRecord::ShareUpdate(_)
            | CoordinatorRecord::ShareTombstone { .. } => {
                unreachable!("a record of another coordinator")
            }
        }
    }

    /// The log is read: the members' sessions begin (`onLoaded`).
    pub(super) fn loaded(&mut self, env: &mut Env<'_, '_>) {
        self.regexes.loaded(env.shared);
        self.groups.iter_mut().for_each(|(_, group)| group.loaded(env));
    }

    /// Leadership is gone (`onUnloaded`).
    pub(super) fn unloaded(&mut self, env: &mut Env<'_, '_>) {
        self.regexes.cancel_all(env);
        self.groups.iter_mut().for_each(|(_, group)| group.unloaded(env));
    }
}

/// What the history was to be told of a group once it is committed it is told now: what follows is told at once.
fn tell_now(id: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
    for change in result.pending_changes() {
        if let GroupChange::Told(group, facts) = change
            && *group == id
        {
            std::mem::take(facts).into_iter().for_each(|fact| env.record(fact));
        }
    }
}

/// Tells what a member that speaks the classic protocol with a group of the new one is answered, if that is news.
fn tell_refusal(request: &HeartbeatRequest, answer: Result<ErrorCode, ErrorCode>, env: &mut Env<'_, '_>) {
    let HeartbeatRequest { group, member, generation, .. } = *request;
    if let Ok(error) = answer
        && error.is_err()
    {
        env.record(Fact::HeartbeatAnswered { broker: env.broker, group, member, generation, error });
    }
}

fn append(record: GroupMetadataWrite, result: &mut CoordinatorResult<'_>) {
    if let Some(value) = record {
        result.append(CoordinatorRecord::GroupMetadata(value));
    }
}
