//! Share groups among the groups of a partition (`GroupMetadataManager`).

use super::facts::Before;
use super::group::ShareGroup;
use super::heartbeat::{ShareHeartbeat, validate};
use super::states::{ShareStateThen, ShareStates};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::group_metadata_manager::GroupMetadataManager;
use crate::cluster::coordinator::group::kinds::AnyGroup;
use crate::cluster::coordinator::group::refusal;
use crate::cluster::coordinator::group::timers::GroupTimer;
use crate::cluster::coordinator::group::write::{CoordinatorResult, GroupAnswer, GroupChange};
use crate::cluster::coordinator::runtime::{Command, ReplyTo};
use crate::cluster::coordinator::share_state_task::{ShareStateTask, ShareStateTaskKind};
use crate::history::fact::{Fact, LeaveReason};
use crate::protocol::batch::{CoordinatorRecord, ShareGroupRecord, ShareStatePartitionsValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{LeaveGroupReason, Response, ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse};

impl GroupMetadataManager {
    /// Takes a ShareGroupHeartbeat.
    pub fn share_group_heartbeat(
        &mut self,
        to: ReplyTo,
        request: &ShareGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let leaves = request.member_epoch == ShareGroupHeartbeatRequest::LEAVE;
        let taken = validate(request).and_then(|()| match leaves {
            true => self.share_leaves(request, result, env).map(|response| (response, Vec::new())),
            false => self.share_stays(to.client, request, result, env),
        });
        let group = request.group;
        match taken {
            Ok((response, initialize)) => {
                result.answer(GroupAnswer::ShareGroupHeartbeat { to, group, response, initialize });
            }
            Err(error) => {
                let ShareGroupHeartbeatRequest { member, member_epoch: generation, .. } = *request;
                env.record(Fact::HeartbeatAnswered { broker: env.broker, group, member, generation, error });
                env.reply(to, refusal::share_error(error, member));
            }
        }
    }

    /// The group, or a new one for who joins. A group of another kind is left as it is, whether it has members or not
    /// (`getOrMaybeCreateShareGroup`).
    fn share_stays(
        &mut self,
        client: NodeId,
        request: &ShareGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> Result<(ShareGroupHeartbeatResponse, Vec<(Tp, i32)>), ErrorCode> {
        let id = request.group;
        let joins = request.member_epoch == ShareGroupHeartbeatRequest::JOIN;
        let made = match self.group(id) {
            Some(AnyGroup::Share(_)) => None,
            None if joins => {
                let mut made = ShareGroup::new(id);
                made.begin(env.shared.rules);
                Some(made)
            }
            Some(AnyGroup::Classic(_) | AnyGroup::Consumer(_)) | None => return Err(ErrorCode::GroupIdNotFound),
        };
        let group = made.as_ref().or_else(|| self.share(id)).expect("there is one, or it is made");
        let heartbeat = group.heartbeat(request, client, env.shared, env.now())?;
        self.write_share(id, &heartbeat.records, None, result, env);
        self.share_mut(id).expect("a member has written something of it").heard(&heartbeat, env);
        let ShareHeartbeat { response, initialize, .. } = heartbeat;
        Ok((response, initialize))
    }

    fn share_leaves(
        &mut self,
        request: &ShareGroupHeartbeatRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> Result<ShareGroupHeartbeatResponse, ErrorCode> {
        let group = self.share(request.group).ok_or(ErrorCode::GroupIdNotFound)?;
        let member = group.member(request.member).ok_or(ErrorCode::UnknownMemberId)?.id();
        let reason = request.reason.unwrap_or(LeaveGroupReason::Closed);
        self.fence_share(request.group, member, reason.into(), result, env);
        Ok(ShareGroupHeartbeatResponse {
            error: ErrorCode::None,
            member,
            member_epoch: request.member_epoch,
            heartbeat_interval: crate::sim::time::Nanos::ZERO,
            assignment: None,
        })
    }

    fn fence_share(
        &mut self,
        id: GroupId,
        gone: MemberId,
        reason: LeaveReason,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let Some(group) = self.share(id) else { return };
        let records = group.fence(gone, env.shared, env.now());
        self.write_share(id, &records, Some(reason), result, env);
        self.share_mut(id).into_iter().for_each(|group| group.fenced(gone, env));
    }

    /// A member's session is over (`shareGroupFenceMemberOperation`).
    pub fn share_timer(&mut self, timer: GroupTimer, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        let id = timer.group();
        let Some(member) = self.share_mut(id).and_then(|group| group.timer_expired(timer, env)) else { return };
        self.fence_share(id, member, LeaveReason::SessionTimeout, result, env);
        result.answer(GroupAnswer::Timer { timer, epoch: Generation::NONE });
    }

    /// Writes what an operation of a share group has come to, and applies it, as whoever takes over will.
    pub(super) fn write_share(
        &mut self,
        id: GroupId,
        records: &[ShareGroupRecord],
        reason: Option<LeaveReason>,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let mut before = Before::of(self.share(id));
        for record in records {
            result.append(CoordinatorRecord::ShareGroup { group: id, record: record.clone() });
            if self.share(id).is_none() {
                let mut group = ShareGroup::new(id);
                group.begin(env.shared.rules);
                self.insert(AnyGroup::Share(group));
                result.change(GroupChange::NewGroup(id));
            }
            let now = env.now();
            let change = self.share_mut(id).expect("it is there").replay(record, Some(now));
            before.note(&change);
            result.change(GroupChange::Share(id, change));
        }
        let facts = self.share(id).map_or(Vec::new(), |group| before.tell(group, reason, env.broker, env.shared));
        if !facts.is_empty() {
            result.change(GroupChange::Told(id, facts));
        }
    }

    /// A heartbeat is answered: what it wrote is committed, or could not be. Then the persister is asked for states.
    pub fn share_heartbeat_written(
        to: ReplyTo,
        group: GroupId,
        response: ShareGroupHeartbeatResponse,
        initialize: Vec<(Tp, i32)>,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let ShareGroupHeartbeatResponse { member, member_epoch: generation, .. } = response;
        match written {
            Ok(()) => {
                env.reply(to, Response::ShareGroupHeartbeat(response));
                if !initialize.is_empty() {
                    let fresh = |(tp, epoch)| (tp, epoch, Offset::INVALID);
                    let kind = ShareStateTaskKind::Initialize(initialize.into_iter().map(fresh).collect());
                    let number = env.shared.calls.open(ShareStateThen::Initialized { group });
                    env.commands.push(Command::ShareState { number, task: ShareStateTask { group, kind } });
                }
            }
            Err(error) => {
                env.record(Fact::HeartbeatAnswered { broker: env.broker, group, member, generation, error });
                env.reply(to, refusal::share_error(error, member));
            }
        }
    }

    /// An empty share group is to be deleted: the partitions whose states go first; none if there are no states
    /// (`shareGroupBuildPartitionDeleteRequest`).
    pub fn delete_share_states(
        &mut self,
        id: GroupId,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> Vec<Tp> {
        let states = self.share(id).and_then(|group| group.states.as_ref());
        let Some(states) = states else { return Vec::new() };
        let partitions = states.known(&env.shared.catalog, |topic| env.shared.topics.partitions(topic));
        let value = ShareStates::deleting(&partitions, &env.shared.catalog);
        self.write_share(id, &[ShareGroupRecord::StatePartitions(value.into())], None, result, env);
        partitions
    }
    /// What was to be written before the persister is asked is written.
    pub fn share_task_written(task: ShareStateTask, then: ShareStateThen, env: &mut Env<'_, '_>) {
        let number = env.shared.calls.open(then);
        env.commands.push(Command::ShareState { number, task });
    }

    /// The persister has initialized partitions, or has not: if one of them could not be, none of them counts
    /// (`handlePersisterInitializeResponse`).
    pub fn share_states_initialized(
        &mut self,
        id: GroupId,
        results: &[(Tp, ErrorCode)],
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let Some(group) = self.share(id) else { return };
        let partitions: Vec<Tp> = results.iter().map(|(tp, _)| *tp).collect();
        let none = ShareStates::default();
        let states = group.states.as_ref().unwrap_or(&none);
        let value: ShareStatePartitionsValue = match results.iter().all(|(_, error)| error.is_ok()) {
            true => states.initialized(&partitions),
            false if states.value.initializing.is_empty() => return,
            false => states.uninitialized(&partitions),
        };
        self.write_share(id, &[ShareGroupRecord::StatePartitions(value.into())], None, result, env);
    }
}
