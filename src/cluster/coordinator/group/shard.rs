//! The groups and offsets of one partition of `__consumer_offsets` (`GroupCoordinatorShard`).

use super::description::GroupDescription;
use super::env::{Env, Shared};
use super::group_metadata_manager::GroupMetadataManager;
use super::kinds::AnyGroup;
use super::offset_metadata_manager::OffsetMetadataManager;
use super::refusal;
use super::request::GroupRequest;
use super::share::ShareStateThen;
use super::timers::ShardTimer;
use super::write::{CoordinatorResult, GroupAnswer, GroupChange};
use crate::cluster::coordinator::runtime::{CoordinatorShard, ReplyTo};
use crate::cluster::coordinator::share_state_task::{ShareStateTask, ShareStateTaskKind};
use crate::history::fact::GroupState;
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, ProducerId, Tp};
use crate::protocol::messages::{DescribeGroupsResult, LeaveGroupResponse, OffsetDeleteResponse, Response};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupCoordinatorShard {
    pub(super) groups: GroupMetadataManager,
    pub(super) offsets: OffsetMetadataManager,
}

impl GroupCoordinatorShard {
    /// A group and its offsets, for tools.
    pub(super) fn describe(&self, group: GroupId, config: &BrokerConfig) -> Option<GroupDescription> {
        let description = self.groups.group(group)?.describe(config);
        let offsets = self.offsets.committed(group).map(|(tp, value)| (tp, value.offset)).collect();
        let epochs = self.offsets.committed(group).map(|(tp, value)| (tp, value.leader_epoch)).collect();
        Some(GroupDescription { offsets, epochs, ..description })
    }

    /// Offsets that have expired are removed, and groups that have neither members nor offsets any more
    /// (`GroupCoordinatorShard.cleanupGroupMetadata`).
    fn clean_up_group_metadata(&mut self, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        for id in self.groups.ids() {
            let Some(group) = self.groups.group(id) else { continue };
            // A share group stays until somebody deletes it (`shouldExpire`).
            if matches!(group, AnyGroup::Share(_)) {
                continue;
            }
            let all_expired = self.offsets.clean_up_expired_offsets(group, result, env);
            if all_expired && group.state() == GroupState::Empty {
                self.groups.delete(id, result, env);
            }
        }
    }

    /// Takes a DeleteGroups of one group (`GroupCoordinatorShard.deleteGroups`).
    fn delete_group(&mut self, to: ReplyTo, group: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        if let Err(error) = self.groups.validate_delete_group(group) {
            return env.reply(to, Response::DeleteGroups(error));
        }
        let partitions = self.groups.delete_share_states(group, result, env);
        if !partitions.is_empty() {
            let task = ShareStateTask { group, kind: ShareStateTaskKind::Delete(partitions) };
            let then = ShareStateThen::DeleteGroup { to, group };
            return result.answer(GroupAnswer::ShareStates { task: task.into(), then: then.into() });
        }
        self.remove_group(to, group, result, env);
    }
    fn remove_group(&mut self, to: ReplyTo, group: GroupId, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        self.offsets.delete_all_offsets(group, result);
        self.groups.delete(group, result, env);
        result.answer(GroupAnswer::DeleteGroups { to });
    }
    /// The states of a share group's partitions are deleted, so that it may go; or they could not be (`performShareGroupsDeletion`).
    pub(super) fn share_states_deleted(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        results: &[(Tp, ErrorCode)],
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let failed = results.iter().map(|(_, error)| *error).find(|error| error.is_err());
        match failed.map_or_else(|| self.groups.validate_delete_group(group), Err) {
            Ok(()) => self.remove_group(to, group, result, env),
            Err(error) => env.reply(to, Response::DeleteGroups(error)),
        }
    }
}

impl CoordinatorShard for GroupCoordinatorShard {
    type Request = GroupRequest;
    type Answer = GroupAnswer;
    type Change = GroupChange;
    type Timer = ShardTimer;
    type Shared = Shared;

    fn size(record: &CoordinatorRecord, shared: &Shared) -> usize {
        record.size(&shared.catalog, shared.rules.offset_record.has_topic_id(false))
    }
    fn handle(
        &mut self,
        to: ReplyTo,
        request: GroupRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        match request {
            GroupRequest::JoinGroup(request) => self.groups.join(to, request, result, env),
            GroupRequest::SyncGroup(request) => self.groups.sync(to, &request, result, env),
            GroupRequest::Heartbeat(request) => self.groups.heartbeat(to, &request, result, env),
            GroupRequest::LeaveGroup(request) => self.groups.leave(to, &request, result, env),
            GroupRequest::ConsumerGroupHeartbeat(request) => {
                self.groups.consumer_group_heartbeat(to, &request, result, env)
            }
            GroupRequest::ShareGroupHeartbeat(request) => self.groups.share_group_heartbeat(to, &request, result, env),
            GroupRequest::OffsetCommit(request) => {
                self.offsets.commit_offset(&mut self.groups, to, request, result, env)
            }
            GroupRequest::OffsetFetch(request) => self.offsets.fetch_offsets(&self.groups, to, &request, result, env),
            GroupRequest::DescribeGroups(group) => {
                let described = DescribeGroupsResult { error: ErrorCode::None, state: self.groups.state(group).name() };
                env.reply(to, Response::DescribeGroups(described));
            }
            GroupRequest::DeleteGroups(group) => self.delete_group(to, group, result, env),
            GroupRequest::OffsetDelete(request) => self.offsets.delete_offsets(&self.groups, to, &request, result, env),
            GroupRequest::AlterShareGroupOffsets(request) => {
                self.groups.alter_share_group_offsets(to, &request, result, env)
            }
            GroupRequest::DeleteShareGroupOffsets(request) => {
                self.groups.delete_share_group_offsets(to, &request, result, env)
            }
            GroupRequest::TxnOffsetCommit(request) => {
                self.offsets.commit_transactional_offset(&mut self.groups, to, &request, result, env)
            }
        }
    }

    fn timer(&mut self, timer: ShardTimer, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        match timer {
            ShardTimer::Group(timer) => self.groups.timer(timer, result, env),
            ShardTimer::Retention => self.clean_up_group_metadata(result, env),
        }
    }

    fn complete(&mut self, answer: GroupAnswer, result: Result<(), ErrorCode>, env: &mut Env<'_, '_>) {
        let written = result.map_err(refusal::of_write);
        match answer {
            GroupAnswer::Heartbeat { to, error } => env.reply(to, Response::Heartbeat(written.err().unwrap_or(error))),
            GroupAnswer::ConsumerGroupHeartbeat { to, group, response } => {
                GroupMetadataManager::heartbeat_written(to, group, response, written, env)
            }
            GroupAnswer::ShareGroupHeartbeat { to, group, response, initialize } => {
                GroupMetadataManager::share_heartbeat_written(to, group, response, initialize, written, env)
            }
            // The timers of a coordinator that goes are gone.
            GroupAnswer::Timer { .. } if result == Err(ErrorCode::NotCoordinator) => {}
            GroupAnswer::Timer { timer, epoch } => self.groups.timer_written(timer, epoch, written, env),
            GroupAnswer::ClassicJoin { to, group, response, timeouts } => match written {
                Ok(()) => self.groups.classic_join_written(to, group, *response, timeouts, env),
                Err(error) => env.reply(to, refusal::join_error(error, MemberId::NONE)),
            },
            GroupAnswer::ClassicSync { to, group, member, assignment } => match written {
                Ok(()) => self.groups.classic_sync_written(to, group, member, assignment, env),
                Err(error) => env.reply(to, refusal::sync_error(error)),
            },
            GroupAnswer::Leave { to, members } => {
                let response = match written {
                    Ok(()) => LeaveGroupResponse { error: ErrorCode::None, members },
                    Err(error) => LeaveGroupResponse::refused(error),
                };
                env.reply(to, Response::LeaveGroup(response));
            }
            GroupAnswer::Commit { to, group, member, generation, results } => {
                OffsetMetadataManager::answer_commit(to, (group, member, generation), results, result, env)
            }
            GroupAnswer::TxnCommit { to, metadata, results } => {
                OffsetMetadataManager::answer_transactional_commit(to, &metadata, results, result, env)
            }
            GroupAnswer::Fetch { to, group, response } => {
                OffsetMetadataManager::answer_fetch(to, group, response, result, env)
            }
            GroupAnswer::Join { to, group, member } => self.groups.join_written(to, group, member, written, env),
            GroupAnswer::StaticReturn { to, returned } => {
                self.groups.static_return_written(to, *returned, written, env)
            }
            GroupAnswer::Sync { to, group, member } => self.groups.sync_written(to, group, member, written, env),
            GroupAnswer::ShareStates { task, then } => match written {
                Ok(()) => GroupMetadataManager::share_task_written(*task, *then, env),
                Err(error) => env.commands.extend(then.refuse(error)),
            },
            GroupAnswer::ShareOffsetsDeleted { to, results } => {
                env.reply(to, refusal::deleted(written.map(|()| results)));
            }
            GroupAnswer::DeleteGroups { to } => {
                env.reply(to, Response::DeleteGroups(written.err().unwrap_or_default()))
            }
            GroupAnswer::OffsetDelete { to, results } => {
                let response = match written {
                    Ok(()) => OffsetDeleteResponse { error: ErrorCode::None, results },
                    Err(error) => OffsetDeleteResponse::refused(error),
                };
                env.reply(to, Response::OffsetDelete(response));
            }
            // No rebalance starts in a coordinator that goes; its parked SyncGroups are refused with it.
            GroupAnswer::Assignment { .. } if result == Err(ErrorCode::NotCoordinator) => {}
            GroupAnswer::Assignment { value } => self.groups.assignment_written(&value, written, env),
        }
    }

    fn replay(&mut self, record: &CoordinatorRecord, producer: Option<ProducerId>) -> Option<GroupChange> {
        match record {
            CoordinatorRecord::OffsetCommit { group, .. } => {
                self.groups.get_or_create(*group);
                self.offsets.replay(record, producer)
            }
            CoordinatorRecord::OffsetTombstone { .. } => self.offsets.replay(record, producer),
            CoordinatorRecord::GroupMetadata(_)
            | CoordinatorRecord::GroupTombstone { .. }
            | CoordinatorRecord::ConsumerGroup { .. }
            | CoordinatorRecord::ShareGroup { .. } => {
                self.groups.replay(record);
                None
            }
            CoordinatorRecord::Transaction(_)
            | CoordinatorRecord::TransactionTombstone { .. }
            | CoordinatorRecord::ShareSnapshot(_)
            | CoordinatorRecord::ShareUpdate(_)
            | CoordinatorRecord::ShareTombstone { .. } => {
                unreachable!("a record of another coordinator")
            }
        }
    }

    fn replay_end_transaction_marker(&mut self, producer: ProducerId, commit: bool) -> Option<GroupChange> {
        self.offsets.end_transaction(producer, commit)
    }

    fn commit(&mut self, change: &GroupChange) {
        match change {
            GroupChange::Offset(change) => self.offsets.commit(change),
            GroupChange::TransactionEnd(end) => end.committed.iter().for_each(|change| self.offsets.commit(change)),
            GroupChange::OffsetRemoval(removal) => self.offsets.commit(&removal.change),
            GroupChange::PendingOffset(_)
            | GroupChange::NewGroup(_)
            | GroupChange::GroupRemoval(_)
            | GroupChange::Consumer(..)
            | GroupChange::Share(..)
            | GroupChange::Told(..) => {}
        }
    }

    fn tell_committed(&self, change: &GroupChange, env: &mut Env<'_, '_>) {
        match change {
            GroupChange::Offset(change) => OffsetMetadataManager::tell_committed(change, env),
            GroupChange::PendingOffset(change) => OffsetMetadataManager::tell_pending(change, env),
            GroupChange::TransactionEnd(end) => OffsetMetadataManager::tell_ended(end, env),
            GroupChange::OffsetRemoval(removal) => OffsetMetadataManager::tell_removed(removal, env),
            GroupChange::Told(_, facts) => facts.iter().for_each(|fact| env.record(*fact)),
            GroupChange::NewGroup(_)
            | GroupChange::GroupRemoval(_)
            | GroupChange::Consumer(..)
            | GroupChange::Share(..) => {}
        }
    }

    fn revert(&mut self, change: GroupChange, env: &mut Env<'_, '_>) {
        match change {
            GroupChange::Offset(change) => self.offsets.revert(&change),
            GroupChange::PendingOffset(change) => self.offsets.revert_pending(&change),
            GroupChange::TransactionEnd(end) => self.offsets.revert_end(*end),
            GroupChange::NewGroup(group) => self.groups.remove(group, env),
            GroupChange::OffsetRemoval(removal) => self.offsets.revert_removal(*removal),
            GroupChange::GroupRemoval(group) => self.groups.restore(*group, env),
            GroupChange::Consumer(group, change) => self.groups.revert_consumer(group, change),
            GroupChange::Share(group, change) => self.groups.revert_share(group, change),
            GroupChange::Told(..) => {}
        }
    }

    fn loaded(&mut self, env: &mut Env<'_, '_>) {
        self.groups.loaded(env);
    }

    fn check_invariants(&self) {
        self.groups.check_invariants();
        self.offsets.check_invariants();
    }

    fn unloaded(&mut self, env: &mut Env<'_, '_>) {
        self.groups.unloaded(env);
    }
}
