//! What commits and fetches of offsets mean to their group (`ConsumerGroup.validateOffsetCommit`, `validateOffsetFetch`).

use super::group::ConsumerGroup;
use super::member::ConsumerGroupMember;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{CommitEpoch, Rules};

impl ConsumerGroup {
    /// Whether a member may commit offsets of these partitions. One that is not in order refuses them all.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH; of a member of the classic protocol ILLEGAL_GENERATION instead.
    pub fn validate_offset_commit(
        &self,
        member: MemberId,
        epoch: Generation,
        mut partitions: impl Iterator<Item = Tp>,
        rules: Rules,
    ) -> Result<(), ErrorCode> {
        if epoch.0 < 0 && self.members.is_empty() {
            return Ok(());
        }
        let member = self.member(member).ok_or(ErrorCode::UnknownMemberId)?;
        let since = |tp: Tp| member.held_since(tp).is_some_and(|since| epoch >= since);
        let valid = epoch == member.epoch()
            || (rules.commit_epoch == CommitEpoch::SinceAssigned && epoch < member.epoch() && partitions.all(since));
        if valid { Ok(()) } else { Err(stale(member)) }
    }

    /// The same of a transaction. Who only names the group is not fenced.
    ///
    /// # Errors
    /// As of [`ConsumerGroup::validate_offset_commit`].
    pub fn validate_transactional_offset_commit(
        &self,
        member: MemberId,
        instance: Option<InstanceId>,
        epoch: Generation,
        partitions: impl Iterator<Item = Tp>,
        rules: Rules,
    ) -> Result<(), ErrorCode> {
        match epoch == Generation::NONE && member == MemberId::NONE && instance.is_none() {
            true => Ok(()),
            false => self.validate_offset_commit(member, epoch, partitions, rules),
        }
    }

    /// Whether a member that says who it is may fetch offsets.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, ILLEGAL_GENERATION.
    pub fn validate_offset_fetch(&self, member: MemberId, epoch: Generation) -> Result<(), ErrorCode> {
        let member = self.member(member).ok_or(ErrorCode::UnknownMemberId)?;
        if epoch == member.epoch() { Ok(()) } else { Err(stale(member)) }
    }
}

fn stale(member: &ConsumerGroupMember) -> ErrorCode {
    match member.uses_classic_protocol() {
        true => ErrorCode::IllegalGeneration,
        false => ErrorCode::StaleMemberEpoch,
    }
}
