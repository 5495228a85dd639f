//! The groups of one partition of `__consumer_offsets` (`GroupMetadataManager`).
//!
//! A request goes to its group; what the group wants written becomes a record, and what waits for the write
//! an answer.

use litemap::LiteMap;

use super::classic::{ClassicGroup, GroupMetadataWrite, JoinOutcome, StaticReturn};
use super::env::Env;
use super::refusal;
use super::timers::GroupTimer;
use super::write::{CoordinatorResult, GroupAnswer, GroupChange};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::GroupState;
use crate::protocol::batch::{CoordinatorRecord, GroupMetadataValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupMetadataManager {
    groups: LiteMap<GroupId, ClassicGroup>,
}

impl GroupMetadataManager {
    pub(super) fn group(&self, group: GroupId) -> Option<&ClassicGroup> {
        self.groups.get(&group)
    }
    /// A commit from outside a group makes a "simple" group: empty, and with no record of its own.
    /// Returns whether it did.
    pub(super) fn get_or_create(&mut self, group: GroupId) -> bool {
        let is_new = !self.groups.contains_key(&group);
        if is_new {
            self.groups.insert(group, ClassicGroup::new(group));
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
        self.groups.get(&group).map_or(GroupState::Dead, ClassicGroup::state)
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
        let Some(mut group) = self.groups.remove(&id) else { return };
        group.removed(env);
        result.append(CoordinatorRecord::GroupTombstone { group: id });
        result.change(GroupChange::GroupRemoval(Box::new(group)));
    }
    /// The removal of a group could not be written.
    pub(super) fn restore(&mut self, group: ClassicGroup, env: &mut Env<'_, '_>) {
        group.restored(env);
        self.groups.insert(group.id(), group);
    }

    pub(super) fn check_invariants(&self) {
        self.groups.values().for_each(ClassicGroup::check_invariants);
    }

    pub(super) fn join(
        &mut self,
        to: ReplyTo,
        request: JoinGroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        let is_new = !self.groups.contains_key(&id);
        if is_new && request.member != MemberId::NONE {
            return env.reply(to, refusal::join_error(ErrorCode::UnknownMemberId, request.member));
        }
        let group = self.groups.entry(id).or_insert_with(|| ClassicGroup::new(id));
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
        let Some(group) = self.groups.get_mut(&id) else {
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
            Some(group) => {
                let answer = group.heartbeat(request, env);
                group.tell_heartbeat(request, answer, env);
                answer
            }
            None => Err(ErrorCode::UnknownMemberId),
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
        let Some(group) = self.groups.get_mut(&request.group) else {
            let unknown = |identity: &MemberIdentity| identity.answered(ErrorCode::UnknownMemberId);
            let members = request.members.iter().map(unknown).collect();
            return env.reply(to, Response::LeaveGroup(LeaveGroupResponse { error: ErrorCode::None, members }));
        };
        let (members, record) = group.leave(&request.members, env);
        append(record, result);
        result.answer(GroupAnswer::Leave { to, members });
    }

    pub(super) fn timer(&mut self, timer: GroupTimer, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        let Some(group) = self.groups.get_mut(&timer.group()) else { return };
        let record = match timer {
            GroupTimer::Join(_) => group.join_timer_expired(env),
            GroupTimer::Sync(_) => group.sync_timer_expired(env),
            GroupTimer::Session(_, member) => group.session_expired(member, env),
        };
        append(record, result);
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
        if let (Err(error), Some(group)) = (written, self.groups.get_mut(&group)) {
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
        let Some(group) = self.groups.get_mut(&returned.group) else { return };
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
        if let (Err(error), Some(group)) = (written, self.groups.get_mut(&group)) {
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
        if let Some(group) = self.groups.get_mut(&value.group) {
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
                self.groups.insert(value.group, ClassicGroup::replay(value));
            }
            CoordinatorRecord::ConsumerGroup { .. } => unimplemented!("consumer groups"),
            CoordinatorRecord::GroupTombstone { group } => drop(self.groups.remove(group)),
            CoordinatorRecord::OffsetCommit { .. } | CoordinatorRecord::OffsetTombstone { .. } => {}
            CoordinatorRecord::Transaction(_) | CoordinatorRecord::TransactionTombstone { .. } => {
                unreachable!("a record of another coordinator")
            }
        }
    }

    /// The log is read: the members' sessions begin (`onLoaded`).
    pub(super) fn loaded(&mut self, env: &mut Env<'_, '_>) {
        self.groups.iter_mut().for_each(|(_, group)| group.loaded(env));
    }

    /// Leadership is gone (`onUnloaded`).
    pub(super) fn unloaded(&mut self, env: &mut Env<'_, '_>) {
        for (_, group) in self.groups.iter_mut() {
            group.refuse_parked(ErrorCode::NotCoordinator, env);
            group.cancel_timers(env);
        }
    }
}

fn append(record: GroupMetadataWrite, result: &mut CoordinatorResult<'_>) {
    if let Some(value) = record {
        result.append(CoordinatorRecord::GroupMetadata(value));
    }
}
