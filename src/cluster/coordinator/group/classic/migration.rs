//! Classic groups that become groups of the new protocol while they have members, and the other way round (KIP-848;
//! `GroupMetadataManager.convertToConsumerGroup`, `convertToClassicGroup`).

use std::rc::Rc;

use super::group::{ClassicGroup, ClassicGroupState, GroupMetadataWrite, JoinTimer, Member, Protocols};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::refusal::{join_error, sync_error};
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Subscription;
use crate::sim::time::Nanos;

/// A member of the classic protocol, as it is in groups of either.
#[derive(Clone, Debug)]
pub struct ClassicProtocolMember {
    /// Its id.
    pub id: MemberId,
    /// `group.instance.id` of a static member.
    pub instance: Option<InstanceId>,
    /// The client process.
    pub client: NodeId,
    /// `session.timeout.ms`.
    pub session_timeout: Nanos,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout: Nanos,
    /// The assignors that it offers, with their metadata.
    pub protocols: Protocols,
    /// Its partitions.
    pub assignment: Rc<[Tp]>,
}

impl ClassicGroup {
    /// In which generation.
    pub fn generation(&self) -> Generation {
        self.generation
    }
    /// How many members it has.
    pub fn size(&self) -> usize {
        self.members.len()
    }
    /// Its members, each with what it subscribes to by the chosen assignor; none before the first generation.
    pub fn members_with_subscriptions(&self) -> Option<Vec<(ClassicProtocolMember, Rc<Subscription>)>> {
        let protocol = self.protocol?;
        let member = |member: &Member| {
            let former = ClassicProtocolMember {
                id: member.id,
                instance: member.instance,
                client: member.client,
                session_timeout: member.session_timeout,
                rebalance_timeout: member.rebalance_timeout,
                protocols: member.protocols.clone(),
                assignment: member.assignment.clone(),
            };
            let subscription = member.subscription(protocol).or_else(|| member.protocols.first().map(|(_, s)| s));
            Some((former, subscription?.clone()))
        };
        self.members.values().map(member).collect()
    }
    /// Whoever waits for the end of a phase is told to start over: there is another rebalance (`completeAllJoinFutures`,
    /// `completeAllSyncFutures`).
    pub fn interrupt(&mut self, env: &mut Env<'_, '_>) {
        for (_, member) in self.members.iter_mut() {
            let id = member.id;
            if let Some(mut parked) = member.join.take() {
                parked.answer(join_error(ErrorCode::RebalanceInProgress, id), env);
            }
            if let Some(mut parked) = member.sync.take() {
                parked.answer(sync_error(ErrorCode::RebalanceInProgress), env);
            }
        }
    }
    /// It is there after all, having been a group of the new protocol for a moment. Its members' sessions begin anew, and so does the
    /// phase in which it is.
    pub fn resume(&mut self, env: &mut Env<'_, '_>) {
        for (_, member) in self.members.iter_mut() {
            member.slot = env.shared.sessions.claim(self.id, member.id);
            env.set_timer(GroupCoordinatorTimer::Session(member.slot), member.session_timeout);
        }
        self.pending_join.clear();
        let timeout = self.rebalance_timeout();
        match self.state {
            ClassicGroupState::PreparingRebalance => {
                self.join_timer = JoinTimer::Rebalance;
                env.set_timer(GroupCoordinatorTimer::Join(self.id), timeout);
            }
            ClassicGroupState::CompletingRebalance => {
                self.sync_timer = true;
                env.set_timer(GroupCoordinatorTimer::Sync(self.id), timeout);
            }
            ClassicGroupState::Empty | ClassicGroupState::Stable => {}
        }
    }

    /// A group that was one of the new protocol: STABLE, in this generation, with these members (`ClassicGroup.fromConsumerGroup`).
    pub fn of_members(
        id: GroupId,
        generation: Generation,
        members: Vec<ClassicProtocolMember>,
        env: &mut Env<'_, '_>,
    ) -> ClassicGroup {
        let mut group = ClassicGroup::new(id);
        (group.state, group.previous) = (ClassicGroupState::Stable, ClassicGroupState::Stable);
        (group.generation, group.state_timestamp) = (generation, env.now());
        for member in members {
            if group.leader == MemberId::NONE {
                group.leader = member.id;
            }
            let slot = env.shared.sessions.claim(id, member.id);
            env.set_timer(GroupCoordinatorTimer::Session(slot), member.session_timeout);
            group.static_members.extend(member.instance.map(|instance| (instance, member.id)));
            let ClassicProtocolMember {
                id,
                instance,
                client,
                session_timeout,
                rebalance_timeout,
                protocols,
                assignment,
            } = member;
            let (is_new, join, sync) = (false, None, None);
            group.members.insert(
                id,
                Member {
                    id,
                    instance,
                    client,
                    session_timeout,
                    rebalance_timeout,
                    protocols,
                    assignment,
                    is_new,
                    join,
                    sync,
                    slot,
                },
            );
        }
        group.protocol = group.select_protocol();
        group.compute_subscribed_topics();
        group
    }
    /// The record that it is what it is (`createClassicGroupRecords`).
    pub fn as_it_is(&self) -> GroupMetadataWrite {
        Some(self.metadata(|member| self.members[&member].assignment.clone()))
    }
    /// It rebalances, or says that it is STABLE.
    pub fn begin(&mut self, rebalances: bool, env: &mut Env<'_, '_>) {
        self.tell_state(self.state.told(), env);
        if rebalances {
            let record = self.prepare_rebalance(env);
            assert!(record.is_none(), "nobody has joined yet, and the group is not empty");
        }
    }
}
