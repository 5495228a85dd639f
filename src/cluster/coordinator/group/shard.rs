//! The groups and offsets of one partition of `__consumer_offsets` (`GroupCoordinatorShard`).

use super::description::GroupDescription;
use super::env::{Env, Shared};
use super::group_metadata_manager::GroupMetadataManager;
use super::offset_metadata_manager::OffsetMetadataManager;
use super::refusal;
use super::request::GroupRequest;
use super::timers::GroupTimer;
use super::write::{CoordinatorResult, GroupAnswer, GroupChange};
use crate::cluster::coordinator::runtime::{CoordinatorShard, ReplyTo};
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, ProducerId};
use crate::protocol::messages::{LeaveGroupResponse, Response};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupCoordinatorShard {
    pub(super) groups: GroupMetadataManager,
    pub(super) offsets: OffsetMetadataManager,
}

impl GroupCoordinatorShard {
    /// A group and its offsets, for tools.
    pub(super) fn describe(&self, group: GroupId) -> Option<GroupDescription> {
        let description = self.groups.group(group)?.describe();
        let offsets = self.offsets.committed(group).map(|(tp, value)| (tp, value.offset)).collect();
        let epochs = self.offsets.committed(group).map(|(tp, value)| (tp, value.leader_epoch)).collect();
        Some(GroupDescription { offsets, epochs, ..description })
    }
}

impl CoordinatorShard for GroupCoordinatorShard {
    type Request = GroupRequest;
    type Answer = GroupAnswer;
    type Change = GroupChange;
    type Timer = GroupTimer;
    type Shared = Shared;

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
            GroupRequest::OffsetCommit(request) => {
                self.offsets.commit_offset(&mut self.groups, to, request, result, env)
            }
            GroupRequest::OffsetFetch(request) => self.offsets.fetch_offsets(to, &request, result),
            GroupRequest::TxnOffsetCommit(request) => {
                self.offsets.commit_transactional_offset(&mut self.groups, to, &request, result, env)
            }
        }
    }

    fn timer(&mut self, timer: GroupTimer, result: &mut CoordinatorResult<'_>, env: &mut Env<'_, '_>) {
        self.groups.timer(timer, result, env);
    }

    fn complete(&mut self, answer: GroupAnswer, result: Result<(), ErrorCode>, env: &mut Env<'_, '_>) {
        let written = result.map_err(refusal::of_write);
        match answer {
            GroupAnswer::Heartbeat { to, error } => env.reply(to, Response::Heartbeat(written.err().unwrap_or(error))),
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
            CoordinatorRecord::GroupMetadata(_) | CoordinatorRecord::GroupTombstone { .. } => {
                self.groups.replay(record);
                None
            }
            CoordinatorRecord::Transaction(_) | CoordinatorRecord::TransactionTombstone { .. } => {
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
            GroupChange::PendingOffset(_) | GroupChange::NewGroup(_) => {}
        }
    }

    fn tell_committed(&self, change: &GroupChange, env: &mut Env<'_, '_>) {
        match change {
            GroupChange::Offset(change) => OffsetMetadataManager::tell_committed(change, env),
            GroupChange::PendingOffset(change) => OffsetMetadataManager::tell_pending(change, env),
            GroupChange::TransactionEnd(end) => OffsetMetadataManager::tell_ended(end, env),
            GroupChange::NewGroup(_) => {}
        }
    }

    fn revert(&mut self, change: GroupChange, env: &mut Env<'_, '_>) {
        match change {
            GroupChange::Offset(change) => self.offsets.revert(&change),
            GroupChange::PendingOffset(change) => self.offsets.revert_pending(&change),
            GroupChange::TransactionEnd(end) => self.offsets.revert_end(*end),
            GroupChange::NewGroup(group) => self.groups.remove(group, env),
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
