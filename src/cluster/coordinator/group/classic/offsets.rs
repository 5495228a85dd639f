//! What an OffsetCommit means to its group.

use super::group::{ClassicGroup, ClassicGroupState};
use crate::cluster::coordinator::group::env::Env;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Generation, InstanceId, MemberId};
use crate::sim::time::Nanos;

impl ClassicGroup {
    /// Whether a member may commit (`ClassicGroup.validateOffsetCommit`). While a rebalance is being
    /// prepared it may: that is its last chance before it gives its partitions up.
    ///
    /// # Errors
    /// FENCED_INSTANCE_ID, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, or REBALANCE_IN_PROGRESS between the end of the join
    /// phase and the assignment.
    pub fn validate_offset_commit(
        &self,
        member: MemberId,
        instance: Option<InstanceId>,
        generation: Generation,
    ) -> Result<(), ErrorCode> {
        if generation.0 < 0 && self.state == ClassicGroupState::Empty {
            return Ok(());
        }
        if generation.0 < 0 && member == MemberId::NONE && instance.is_none() {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.validate_member(member, instance)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        match self.state {
            ClassicGroupState::CompletingRebalance => Err(ErrorCode::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    /// Whether offsets may become part of a transaction (KIP-447). Who only names the group is not fenced, and the
    /// group's state does not matter.
    ///
    /// # Errors
    /// FENCED_INSTANCE_ID, UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, in this order.
    pub fn validate_transactional_offset_commit(
        &self,
        member: MemberId,
        instance: Option<InstanceId>,
        generation: Generation,
    ) -> Result<(), ErrorCode> {
        let names_nobody = member == MemberId::NONE && instance.is_none();
        if generation.0 < 0 && (self.state == ClassicGroupState::Empty || names_nobody) {
            return Ok(());
        }
        self.validate_member(member, instance)?;
        if generation == self.generation { Ok(()) } else { Err(ErrorCode::IllegalGeneration) }
    }

    /// Since when an offset waits for its end (`offsetExpirationCondition`, KIP-211): a group without members keeps all of
    /// them for a while after it has become empty, a stable one those of topics that it has given up after their commit, like
    /// one that never had members. None: nothing expires now.
    pub fn offset_expires_from(&self, commit_timestamp: Nanos) -> Option<Nanos> {
        match self.state {
            _ if !self.uses_consumer_group_protocol() => Some(commit_timestamp),
            ClassicGroupState::Empty => Some(self.state_timestamp),
            ClassicGroupState::Stable if self.subscribed.is_some() => Some(commit_timestamp),
            ClassicGroupState::Stable
            | ClassicGroupState::PreparingRebalance
            | ClassicGroupState::CompletingRebalance => None,
        }
    }

    /// A commit is as good as a heartbeat.
    pub fn committing(&self, member: MemberId, env: &mut Env<'_, '_>) {
        if matches!(self.state, ClassicGroupState::Stable | ClassicGroupState::PreparingRebalance) {
            self.restart_session(member, env);
        }
    }
}
