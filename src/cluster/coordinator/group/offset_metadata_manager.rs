//! The committed offsets of one partition of `__consumer_offsets`: OffsetCommit and OffsetFetch
//! (`OffsetMetadataManager`).

use std::collections::BTreeMap;

use super::env::Env;
use super::group_metadata_manager::GroupMetadataManager;
use super::offset_and_metadata::OffsetAndMetadata;
use super::refusal;
use super::write::{CoordinatorResult, GroupAnswer, GroupChange, OffsetChange};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::Fact;
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// A stored offset as last written, and as last committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Stored {
    latest: Option<OffsetAndMetadata>,
    committed: Option<OffsetAndMetadata>,
}

/// See the module.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct OffsetMetadataManager(BTreeMap<(GroupId, Tp), Stored>);

impl OffsetMetadataManager {
    /// Takes an OffsetCommit. Offsets are not compared with anything: the last one written counts.
    pub(super) fn commit_offset(
        &mut self,
        groups: &mut GroupMetadataManager,
        to: ReplyTo,
        request: OffsetCommitRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let OffsetCommitRequest { group: id, member, generation, .. } = request;
        let valid = match groups.group(id) {
            Some(group) => group.validate_offset_commit(member, generation),
            None if generation.0 < 0 => Ok(()),
            None => Err(ErrorCode::GroupIdNotFound),
        };
        if let Err(error) = valid {
            refusal::record_refused_commit(env.broker, &request, error, env.ctx);
            return env.reply(to, refusal::commit_error(error, request.offsets.iter().map(|o| o.0)));
        }
        if let Some(group) = groups.group(id) {
            group.committing(member, env);
        }
        for (tp, offset, leader_epoch) in &request.offsets {
            let commit_timestamp = env.now();
            let value = OffsetAndMetadata { offset: *offset, leader_epoch: *leader_epoch, commit_timestamp };
            result.append(offset_commit(id, *tp, value));
            if groups.get_or_create(id) {
                result.change(GroupChange::NewGroup(id));
            }
            let change = self.set(id, *tp, Some(value));
            result.change(GroupChange::Offset(OffsetChange { member, generation, ..change }));
        }
        let results = request.offsets.iter().map(|o| (o.0, ErrorCode::None)).collect();
        result.answer(GroupAnswer::Commit { to, group: id, member, generation, results });
    }

    /// Answers an OffsetCommit whose write is over.
    pub(super) fn answer_commit(
        to: ReplyTo,
        (group, member, generation): (GroupId, MemberId, Generation),
        results: List<(Tp, ErrorCode)>,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let Err(failure) = written else {
            return env.reply(to, Response::OffsetCommit(OffsetCommitResponse { results }));
        };
        let error = refusal::of_write(failure);
        let partitions = results.iter().map(|(tp, _)| *tp);
        // What merely takes too long, or is left to another coordinator, is not refused.
        if !matches!(failure, ErrorCode::RequestTimedOut | ErrorCode::NotCoordinator) {
            partitions.clone().for_each(|tp| {
                env.record(Fact::CommitRefused { broker: env.broker, group, tp, member, generation, error })
            });
        }
        env.reply(to, refusal::commit_error(error, partitions));
    }

    /// Takes an OffsetFetch with `require_stable`: it sees what was written before it, and is
    /// answered when that is committed.
    pub(super) fn fetch_offsets(&self, to: ReplyTo, request: &OffsetFetchRequest, result: &mut CoordinatorResult<'_>) {
        let group = request.group;
        let stored = |tp: &Tp| match self.latest(group, *tp) {
            Some(value) => (*tp, value.offset, value.leader_epoch),
            None => (*tp, Offset::INVALID, LeaderEpoch::UNDEFINED),
        };
        let offsets = request.partitions.iter().map(stored).collect();
        result.answer(GroupAnswer::Fetch { to, group, offsets });
    }

    /// Answers an OffsetFetch: what it saw is committed, or is not to be.
    pub(super) fn answer_fetch(
        to: ReplyTo,
        group: GroupId,
        offsets: Vec<(Tp, Offset, LeaderEpoch)>,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        match written {
            Ok(()) => {
                offsets.iter().for_each(|(tp, offset, _)| {
                    env.record(Fact::OffsetFetched { broker: env.broker, group, tp: *tp, offset: *offset })
                });
                env.reply(to, Response::OffsetFetch(OffsetFetchResponse { error: ErrorCode::None, offsets }));
            }
            Err(failure) => env.reply(to, refusal::fetch_error(refusal::of_fetch(failure))),
        }
    }

    /// Applies a record about an offset; none about anything else.
    pub(super) fn replay(&mut self, record: &CoordinatorRecord) -> Option<GroupChange> {
        match *record {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                let value = OffsetAndMetadata { offset, leader_epoch, commit_timestamp };
                Some(GroupChange::Offset(self.set(group, tp, Some(value))))
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => Some(GroupChange::Offset(self.set(group, tp, None))),
            CoordinatorRecord::GroupMetadata(_) | CoordinatorRecord::GroupTombstone { .. } => None,
            CoordinatorRecord::Transaction(_) | CoordinatorRecord::TransactionTombstone { .. } => {
                unreachable!("a record of another coordinator")
            }
        }
    }

    /// Writes an offset or removes it. Who did so is for the caller to add.
    fn set(&mut self, group: GroupId, tp: Tp, value: Option<OffsetAndMetadata>) -> OffsetChange {
        let before = self.latest(group, tp);
        self.update(group, tp, |stored| stored.latest = value);
        OffsetChange { group, tp, value, before, member: MemberId::NONE, generation: Generation::NONE }
    }
    /// An offset that was written is committed.
    pub(super) fn commit(&mut self, change: &OffsetChange) {
        self.update(change.group, change.tp, |stored| stored.committed = change.value);
    }
    /// An offset could not be written.
    pub(super) fn revert(&mut self, change: &OffsetChange) {
        self.update(change.group, change.tp, |stored| stored.latest = change.before);
    }
    /// Tells the history of a commit.
    pub(super) fn tell_committed(change: &OffsetChange, env: &mut Env<'_, '_>) {
        let OffsetChange { group, tp, value, member, generation, .. } = *change;
        if let Some(value) = value {
            let (broker, offset) = (env.broker, value.offset);
            env.record(Fact::OffsetStored { broker, group, tp, offset, member, generation });
        }
    }

    fn latest(&self, group: GroupId, tp: Tp) -> Option<OffsetAndMetadata> {
        self.0.get(&(group, tp))?.latest
    }
    fn update(&mut self, group: GroupId, tp: Tp, change: impl FnOnce(&mut Stored)) {
        let stored = self.0.entry((group, tp)).or_default();
        change(stored);
        if *stored == Stored::default() {
            self.0.remove(&(group, tp));
        }
    }

    /// A group's offsets as last committed.
    pub(super) fn committed(&self, group: GroupId) -> impl Iterator<Item = (Tp, OffsetAndMetadata)> + '_ {
        let range = self.0.range((group, Tp(0))..=(group, Tp(u32::MAX)));
        range.filter_map(|((_, tp), stored)| Some((*tp, stored.committed?)))
    }
    /// All offsets as last written, for tests.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<(GroupId, Tp, OffsetAndMetadata)> {
        self.0.iter().filter_map(|((group, tp), stored)| Some((*group, *tp, stored.latest?))).collect()
    }
}

fn offset_commit(group: GroupId, tp: Tp, value: OffsetAndMetadata) -> CoordinatorRecord {
    let OffsetAndMetadata { offset, leader_epoch, commit_timestamp } = value;
    CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp }
}
