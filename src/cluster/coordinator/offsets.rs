//! OffsetCommit and OffsetFetch (`OffsetMetadataManager`).

use std::collections::BTreeMap;

use super::ReplyTo;
use super::env::Env;
use super::group::Group;
use super::refusal;
use super::shard::{Change, Shard, Waiting};
use crate::history::fact::GroupState;
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// An offset and what is kept beside it (`OffsetAndMetadata`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Committed {
    pub(super) offset: Offset,
    pub(super) leader_epoch: LeaderEpoch,
    pub(super) commit_timestamp: Nanos,
}

/// A stored offset as last written, and as last replicated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Stored {
    latest: Option<Committed>,
    committed: Option<Committed>,
}

/// The offsets of a shard's groups.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Offsets(BTreeMap<(GroupId, Tp), Stored>);

impl Offsets {
    /// As last written.
    pub(super) fn get(&self, group: GroupId, tp: Tp) -> Option<Committed> {
        self.0.get(&(group, tp))?.latest
    }
    /// Writes one, or removes it.
    pub(super) fn set(&mut self, group: GroupId, tp: Tp, value: Option<Committed>) {
        self.update(group, tp, |stored| stored.latest = value);
    }
    /// One that was written is replicated.
    pub(super) fn set_committed(&mut self, group: GroupId, tp: Tp, value: Option<Committed>) {
        self.update(group, tp, |stored| stored.committed = value);
    }
    fn update(&mut self, group: GroupId, tp: Tp, change: impl FnOnce(&mut Stored)) {
        let stored = self.0.entry((group, tp)).or_default();
        change(stored);
        if *stored == Stored::default() {
            self.0.remove(&(group, tp));
        }
    }
    /// A group's offsets as last replicated, or as last written.
    pub(super) fn committed(&self, group: GroupId, replicated: bool) -> Vec<(Tp, Offset)> {
        self.of_group(group, replicated).map(|(tp, value)| (tp, value.offset)).collect()
    }
    /// The leader epochs that were committed with them.
    pub(super) fn committed_epochs(&self, group: GroupId, replicated: bool) -> Vec<(Tp, LeaderEpoch)> {
        self.of_group(group, replicated).map(|(tp, value)| (tp, value.leader_epoch)).collect()
    }
    fn of_group(&self, group: GroupId, replicated: bool) -> impl Iterator<Item = (Tp, Committed)> + '_ {
        let range = self.0.range((group, Tp(0))..=(group, Tp(u32::MAX)));
        let view = move |stored: &Stored| if replicated { stored.committed } else { stored.latest };
        range.filter_map(move |((_, tp), stored)| Some((*tp, view(stored)?)))
    }
    /// All offsets as last written, for tests.
    #[cfg(test)]
    pub(super) fn latest(&self) -> Vec<(GroupId, Tp, Committed)> {
        self.0.iter().filter_map(|((group, tp), stored)| Some((*group, *tp, stored.latest?))).collect()
    }
}

impl Group {
    /// Whether a member may commit (`ClassicGroup.validateOffsetCommit`). While a rebalance is being
    /// prepared it may: that is its last chance before it gives its partitions up.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, or REBALANCE_IN_PROGRESS between the end of the join
    /// phase and the assignment.
    pub(super) fn validate_commit(&self, member: MemberId, generation: Generation) -> Result<(), ErrorCode> {
        if generation.0 < 0 && self.state == GroupState::Empty {
            return Ok(());
        }
        if generation.0 < 0 && member == MemberId::NONE {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.validate_member(member)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        match self.state {
            GroupState::CompletingRebalance => Err(ErrorCode::RebalanceInProgress),
            _ => Ok(()),
        }
    }
}

impl Shard {
    /// Takes an OffsetCommit. Offsets are not compared with anything: the last one written counts.
    pub(super) fn commit(&mut self, to: ReplyTo, request: OffsetCommitRequest, env: &mut Env<'_, '_>) {
        let OffsetCommitRequest { group: id, member, generation, .. } = request;
        let result = match self.groups.get(&id) {
            Some(group) => group.validate_commit(member, generation),
            None if generation.0 < 0 => Ok(()),
            None => Err(ErrorCode::GroupIdNotFound),
        };
        if let Err(error) = result {
            refusal::record_refused_commit(env.broker, &request, error, env.ctx);
            return env.reply(to, refusal::commit_error(error, request.offsets.iter().map(|o| o.0)));
        }
        match self.groups.get(&id) {
            // A commit is as good as a heartbeat.
            Some(group) if matches!(group.state, GroupState::Stable | GroupState::PreparingRebalance) => {
                group.restart_session(member, env);
            }
            _ => {}
        }
        for (tp, offset, leader_epoch) in &request.offsets {
            let value = Committed { offset: *offset, leader_epoch: *leader_epoch, commit_timestamp: env.now() };
            self.store(id, *tp, value, member, generation, env);
        }
        let results = request.offsets.iter().map(|o| (o.0, ErrorCode::None)).collect();
        self.defer(Waiting::Commit { to, group: id, member, generation, results }, env);
    }

    fn store(
        &mut self,
        group: GroupId,
        tp: Tp,
        value: Committed,
        member: MemberId,
        generation: Generation,
        env: &mut Env<'_, '_>,
    ) {
        let Committed { offset, leader_epoch, commit_timestamp } = value;
        self.write(CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp }, env);
        if self.ensure_group(group) {
            self.note_change(Change::NewGroup(group));
        }
        let before = self.offsets.get(group, tp);
        self.offsets.set(group, tp, Some(value));
        self.note_change(Change::Offset { group, tp, value: Some(value), before, member, generation });
    }

    /// A commit from outside a group makes a "simple" group: empty, and with no record of its own.
    /// Returns whether it did.
    pub(super) fn ensure_group(&mut self, group: GroupId) -> bool {
        let is_new = !self.groups.contains_key(&group);
        if is_new {
            self.groups.insert(group, Group::new(group));
        }
        is_new
    }

    /// Takes an OffsetFetch with `require_stable`: it sees what was written before it, and is
    /// answered when that is replicated.
    pub(super) fn fetch(&mut self, to: ReplyTo, request: &OffsetFetchRequest, env: &mut Env<'_, '_>) {
        let group = request.group;
        let stored = |tp: &Tp| match self.offsets.get(group, *tp) {
            Some(value) => (*tp, value.offset, value.leader_epoch),
            None => (*tp, Offset::INVALID, LeaderEpoch::UNDEFINED),
        };
        let offsets = request.partitions.iter().map(stored).collect();
        self.defer(Waiting::Fetch { to, group, offsets }, env);
    }
}
