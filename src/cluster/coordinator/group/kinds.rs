//! A group of any kind (`Group`).

use super::classic::ClassicGroup;
use super::consumer::ConsumerGroup;
use super::description::GroupDescription;
use super::env::Env;
use super::share::ShareGroup;
use crate::history::fact::GroupState;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{Rules, TransactionStale};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub enum AnyGroup {
    /// Of the classic protocol.
    Classic(ClassicGroup),
    /// Of the new one (KIP-848).
    Consumer(ConsumerGroup),
    /// A share group (KIP-932).
    Share(ShareGroup),
}

/// Who commits offsets, as a request says it.
#[derive(Clone, Copy, Debug)]
pub struct Committer {
    /// The member.
    pub member: MemberId,
    /// Its instance id.
    pub instance: Option<InstanceId>,
    /// Its generation, or its epoch.
    pub generation: Generation,
}

impl AnyGroup {
    /// Which.
    pub fn id(&self) -> GroupId {
        match self {
            AnyGroup::Classic(group) => group.id(),
            AnyGroup::Consumer(group) => group.id(),
            AnyGroup::Share(group) => group.id(),
        }
    }
    /// In which state.
    pub fn state(&self) -> GroupState {
        match self {
            AnyGroup::Classic(group) => group.state(),
            AnyGroup::Consumer(group) => group.state(),
            AnyGroup::Share(group) => group.state(),
        }
    }
    /// The group without its offsets, for tools.
    pub fn describe(&self, config: &BrokerConfig) -> GroupDescription {
        match self {
            AnyGroup::Classic(group) => group.describe(),
            AnyGroup::Consumer(group) => group.describe(config.group_consumer_assignors.default_assignor()),
            AnyGroup::Share(group) => group.describe(),
        }
    }
    /// Whether a member subscribes to a topic, as far as is known.
    pub fn is_subscribed_to(&self, topic: TopicId) -> bool {
        match self {
            AnyGroup::Classic(group) => group.is_subscribed_to(topic),
            AnyGroup::Consumer(group) => group.is_subscribed_to(topic),
            // Nobody commits offsets of a share group, so nobody asks.
            AnyGroup::Share(_) => false,
        }
    }
    /// Since when an offset waits for its end; none: nothing expires now. In a group of the new protocol that is always since its
    /// commit, even if the group has only now become empty (`offsetExpirationCondition`).
    pub fn offset_expires_from(&self, commit_timestamp: Nanos) -> Option<Nanos> {
        match self {
            AnyGroup::Classic(group) => group.offset_expires_from(commit_timestamp),
            AnyGroup::Consumer(_) => Some(commit_timestamp),
            AnyGroup::Share(_) => None,
        }
    }
    /// Whether a member may commit offsets of these partitions.
    ///
    /// # Errors
    /// As the group of either kind refuses.
    pub fn validate_offset_commit(
        &self,
        who: Committer,
        partitions: impl Iterator<Item = Tp>,
        rules: Rules,
    ) -> Result<(), ErrorCode> {
        let Committer { member, instance, generation } = who;
        match self {
            AnyGroup::Classic(group) => group.validate_offset_commit(member, instance, generation),
            AnyGroup::Consumer(group) => group.validate_offset_commit(member, generation, partitions, rules),
            AnyGroup::Share(_) => Err(ErrorCode::GroupIdNotFound),
        }
    }
    /// The same of a transaction.
    ///
    /// # Errors
    /// As the group of either kind refuses.
    pub fn validate_transactional_offset_commit(
        &self,
        who: Committer,
        partitions: impl Iterator<Item = Tp>,
        rules: Rules,
    ) -> Result<(), ErrorCode> {
        let Committer { member, instance, generation } = who;
        let valid = match self {
            AnyGroup::Classic(group) => group.validate_transactional_offset_commit(member, instance, generation),
            AnyGroup::Consumer(group) => {
                group.validate_transactional_offset_commit(member, instance, generation, partitions, rules)
            }
            AnyGroup::Share(_) => Err(ErrorCode::GroupIdNotFound),
        };
        let keeps = rules.transaction_stale == TransactionStale::StaleMemberEpoch;
        valid.map_err(|error| match error {
            ErrorCode::StaleMemberEpoch if !keeps => ErrorCode::IllegalGeneration,
            error => error,
        })
    }
    /// Whether a member that says who it is may fetch offsets; a classic group does not ask.
    ///
    /// # Errors
    /// As a group of the new protocol refuses.
    pub fn validate_offset_fetch(&self, member: MemberId, epoch: Generation) -> Result<(), ErrorCode> {
        match self {
            AnyGroup::Classic(_) => Ok(()),
            AnyGroup::Consumer(group) => group.validate_offset_fetch(member, epoch),
            AnyGroup::Share(_) => Err(ErrorCode::GroupIdNotFound),
        }
    }
    /// A member commits. In a classic group that is as good as a heartbeat.
    pub fn committing(&self, member: MemberId, env: &mut Env<'_, '_>) {
        if let AnyGroup::Classic(group) = self {
            group.committing(member, env);
        }
    }
    /// Cancels every timer, for a group that goes out of memory.
    pub fn cancel_timers(&mut self, env: &mut Env<'_, '_>) {
        match self {
            AnyGroup::Classic(group) => group.cancel_timers(env),
            AnyGroup::Consumer(group) => group.cancel_timers(env),
            AnyGroup::Share(group) => group.cancel_timers(env),
        }
    }
    /// The log is read.
    pub fn loaded(&mut self, env: &mut Env<'_, '_>) {
        match self {
            AnyGroup::Classic(group) => group.loaded(env),
            AnyGroup::Consumer(group) => group.loaded(env),
            AnyGroup::Share(group) => group.loaded(env),
        }
    }
    /// Leadership is gone.
    pub fn unloaded(&mut self, env: &mut Env<'_, '_>) {
        if let AnyGroup::Classic(group) = self {
            group.refuse_parked(ErrorCode::NotCoordinator, env);
        }
        self.cancel_timers(env);
    }
    /// # Panics
    /// If the group contradicts itself.
    pub fn check_invariants(&self) {
        match self {
            AnyGroup::Classic(group) => group.check_invariants(),
            AnyGroup::Consumer(group) => group.check_invariants(),
            AnyGroup::Share(group) => group.check_invariants(),
        }
    }
}
