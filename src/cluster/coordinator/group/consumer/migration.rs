//! Groups that change their protocol while they have members (KIP-848, `group.consumer.migration.policy`;
//! `GroupMetadataManager.convertToConsumerGroup`, `convertToClassicGroup`).

use std::rc::Rc;

use super::group::{ConsumerGroup, TargetEpoch};
use super::member::ConsumerGroupMember;
use crate::cluster::coordinator::group::classic::{ClassicGroup, ClassicProtocolMember};
use crate::cluster::coordinator::group::env::{Env, Shared};
use crate::history::fact::Fact;
use crate::protocol::batch::{
    ClassicMemberMetadata, ConsumerGroupRecord, ConsumerMemberState, ConsumerMemberValue, CurrentAssignmentValue,
};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{GroupProtocol, Subscription};
use crate::protocol::rules::{CommitEpoch, TopicsRecord};

impl ConsumerGroup {
    /// The group that a classic one becomes: its generation is the epoch, and each member has what it was given last. Members of a
    /// rebalance under way are to join again, whatever comes of this.
    ///
    /// # Errors
    /// GROUP_ID_NOT_FOUND if the policy or the size does not allow it, UNKNOWN_SERVER_ERROR of a group before its first generation
    /// (`ConsumerGroup.fromClassicGroup` asks it for its assignor, and it has none).
    pub fn of_classic(group: &mut ClassicGroup, env: &mut Env<'_, '_>) -> Result<ConsumerGroup, ErrorCode> {
        let config = &env.shared.config;
        let fits = group.size() <= config.group_consumer_max_size as usize;
        if !config.group_consumer_migration_policy.upgrades() || !fits {
            return Err(ErrorCode::GroupIdNotFound);
        }
        group.interrupt(env);
        let members = group.members_with_subscriptions().ok_or(ErrorCode::UnknownServerError)?;
        let generation = group.generation();
        let mut made = ConsumerGroup::new(group.id());
        made.epoch = generation;
        made.target_epoch = TargetEpoch { epoch: generation, timestamp: None };
        for (member, subscription) in members {
            let member = of_classic_member(member, &subscription, generation, env.shared);
            made.targets.insert(member.id(), member.assignment());
            made.derived.learn(&member);
            made.members.insert(member.id(), member);
        }
        if env.shared.rules.topics_record == TopicsRecord::Hash {
            let topics = made.derived.subscribed.keys();
            let sized = topics.map(|topic| (*topic, env.shared.topics.partitions(*topic)));
            made.topics = sized.filter(|(_, partitions)| *partitions > 0).collect();
        }
        Ok(made)
    }
    /// The records that it is what it is (`createConsumerGroupRecords`).
    pub fn as_it_is(&self, shared: &Shared) -> Vec<ConsumerGroupRecord> {
        let mut records = Vec::new();
        let members = || self.members.values();
        records.extend(members().map(|member| ConsumerGroupRecord::Member(member.metadata.clone())));
        let hashed = (shared.rules.topics_record == TopicsRecord::Hash).then(|| self.topics.clone());
        records.push(ConsumerGroupRecord::Epoch { epoch: self.epoch, hashed });
        records.extend(members().map(|member| ConsumerGroupRecord::Target {
            member: member.id(),
            partitions: self.target(member.id(), None),
        }));
        records.push(ConsumerGroupRecord::TargetEpoch { epoch: self.target_epoch.epoch, timestamp: None });
        records.extend(members().map(|member| ConsumerGroupRecord::Current(member.current.clone())));
        records
    }
    /// What the history is told of that.
    pub fn tell_upgrade(&self, broker: BrokerId, shared: &Shared) -> Vec<Fact> {
        let (group, protocol, epoch) = (self.id, GroupProtocol::Consumer, self.epoch);
        let mut facts = vec![Fact::GroupProtocolChanged { broker, group, protocol, epoch }];
        facts.extend(self.tell_members(broker, shared));
        facts
    }
    /// Sessions of members that speak the classic protocol, of which there are only such.
    pub fn start_classic_sessions(&mut self, env: &mut Env<'_, '_>) {
        let members: Vec<MemberId> = self.members.keys().copied().collect();
        members.into_iter().for_each(|member| self.restart_classic_session(member, env));
    }

    /// Whether it becomes a classic group without these members (`validateOnlineDowngradeWithFencedMembers`).
    pub fn downgrades_without(&self, gone: &[MemberId], shared: &Shared) -> bool {
        let left = self.members.len() - gone.len();
        let classic =
            gone.iter().filter_map(|id| self.member(*id)).filter(|member| member.uses_classic_protocol()).count();
        left > 0 && self.derived.classic as usize - classic == left && self.may_be_classic(left, shared)
    }
    /// The same, if somebody who speaks the classic protocol takes a member's place
    /// (`validateOnlineDowngradeWithReplacedMember`).
    pub(super) fn downgrades_with(&self, replaced: &ConsumerGroupMember, shared: &Shared) -> bool {
        let others_are_classic = self.derived.classic as usize == self.members.len() - 1;
        others_are_classic && !replaced.uses_classic_protocol() && self.may_be_classic(self.members.len(), shared)
    }
    fn may_be_classic(&self, members: usize, shared: &Shared) -> bool {
        shared.config.group_consumer_migration_policy.downgrades() && members <= shared.config.group_max_size as usize
    }
    /// Its members as those of a classic group: without those that are gone, and with the one that has taken the place of an instance.
    /// Each has its target, whatever it has really.
    pub fn as_classic_members(
        &self,
        gone: &[MemberId],
        joining: Option<&ConsumerGroupMember>,
    ) -> Vec<ClassicProtocolMember> {
        let instance = joining.and_then(|joining| joining.metadata.instance);
        let replaced = instance.and_then(|instance| self.static_member(instance)).map(ConsumerGroupMember::id);
        let stays = |member: &&ConsumerGroupMember| !gone.contains(&member.id()) && Some(member.id()) != replaced;
        let members = self.members.values().filter(stays).filter_map(|member| self.as_classic(member, member.id()));
        let joining = joining.and_then(|joining| self.as_classic(joining, replaced.unwrap_or(joining.id())));
        let mut members: Vec<ClassicProtocolMember> = members.chain(joining).collect();
        members.sort_by_key(|member| member.id);
        members
    }
    fn as_classic(&self, member: &ConsumerGroupMember, target_of: MemberId) -> Option<ClassicProtocolMember> {
        let (metadata, classic) = (&member.metadata, member.metadata.classic.as_ref()?);
        Some(ClassicProtocolMember {
            id: member.id(),
            instance: metadata.instance,
            client: metadata.client,
            session_timeout: classic.session_timeout,
            rebalance_timeout: metadata.rebalance_timeout,
            protocols: classic.protocols.clone(),
            assignment: self.target(target_of, None),
        })
    }
    /// The records that make it go, if this member has taken the place of an instance (`createGroupTombstoneRecordsWithReplacedMember`).
    pub fn tombstones_with(&self, joining: &ConsumerGroupMember) -> Vec<ConsumerGroupRecord> {
        let replaced = joining.metadata.instance.and_then(|instance| self.static_member(instance));
        let replaced = replaced.map(ConsumerGroupMember::id);
        let named = |id: &MemberId| if Some(*id) == replaced { joining.id() } else { *id };
        self.tombstones_of(self.members.keys().map(named).collect())
    }
}

fn of_classic_member(
    member: ClassicProtocolMember,
    subscription: &Subscription,
    generation: Generation,
    shared: &Shared,
) -> ConsumerGroupMember {
    let mut topics = subscription.topics.clone();
    topics.sort();
    topics.dedup();
    let since = match shared.rules.commit_epoch {
        CommitEpoch::Present => Generation::NONE,
        CommitEpoch::SinceAssigned => generation,
    };
    let mut assigned: Vec<(Tp, Generation)> = member.assignment.iter().map(|tp| (*tp, since)).collect();
    assigned.sort();
    let metadata = ConsumerMemberValue {
        member: member.id,
        instance: member.instance,
        rack: subscription.rack,
        client: member.client,
        topics: topics.into(),
        regex: None,
        rebalance_timeout: member.rebalance_timeout,
        assignor: None,
        classic: Some(ClassicMemberMetadata { session_timeout: member.session_timeout, protocols: member.protocols }),
    };
    let current = CurrentAssignmentValue {
        member: member.id,
        epoch: generation,
        previous_epoch: generation,
        state: ConsumerMemberState::Stable,
        assigned: Rc::from(assigned),
        revoking: [].into(),
    };
    ConsumerGroupMember { metadata: metadata.into(), current: current.into() }
}
