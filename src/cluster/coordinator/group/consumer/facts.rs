//! What the history is told of a group. Unlike a classic one it tells of changes when they are committed: until then they may be taken
//! back.

use std::collections::BTreeMap;

use super::group::{ConsumerChange, ConsumerGroup};
use super::member::ConsumerGroupMember;
use super::step::StepOutcome;
use crate::cluster::coordinator::group::env::Shared;
use crate::history::fact::{Fact, GroupState, LeaveReason};
use crate::protocol::ids::*;

/// Why members are gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Departure {
    /// None is.
    Nobody,
    /// For this reason.
    For(LeaveReason),
}

/// What of a group has changed in an operation, as it was before.
#[derive(Clone, Debug, Default)]
pub struct Before {
    state: Option<(GroupState, Generation)>,
    members: BTreeMap<MemberId, Option<ConsumerGroupMember>>,
    /// Patterns that were resolved, or that nobody subscribes to any more.
    regexes: Vec<PatternId>,
}

impl Before {
    /// The state of a group, if it is there.
    pub fn of(group: Option<&ConsumerGroup>) -> Before {
        Before { state: group.map(ConsumerGroup::told_state), ..Before::default() }
    }
    /// A record has changed this.
    pub fn note(&mut self, change: &ConsumerChange) {
        match change {
            ConsumerChange::Member(id, before) => _ = self.members.entry(*id).or_insert_with(|| before.clone()),
            ConsumerChange::Resolved(pattern, _) => self.regexes.push(*pattern),
            ConsumerChange::Epoch(..)
            | ConsumerChange::Topics(_)
            | ConsumerChange::TargetEpoch(..)
            | ConsumerChange::Target(..) => {}
        }
    }
    /// What is to be told, once it is committed.
    pub fn tell(
        &self,
        group: &ConsumerGroup,
        outcome: &StepOutcome,
        departure: Departure,
        broker: BrokerId,
        shared: &Shared,
    ) -> Vec<Fact> {
        let teller = Teller { group: group.id, broker, shared };
        let mut facts = Vec::new();
        let gone = self.members.iter().filter(|(id, _)| group.member(**id).is_none());
        for (_, before) in gone {
            let Some(before) = before else { continue };
            teller.released(before, None, &mut facts);
            teller.left(before, outcome, departure, &mut facts);
        }
        let changed = || self.members.iter().filter_map(|(id, before)| Some((before.as_ref(), group.member(*id)?)));
        for (before, after) in changed() {
            if before.is_none() && outcome.replaced.is_none_or(|(_, now)| now != after.id()) {
                facts.push(Fact::MemberJoined {
                    broker,
                    group: group.id,
                    member: after.id(),
                    node: teller.node(after),
                });
            }
        }
        facts.extend(self.regexes.iter().map(|pattern| teller.regex(*pattern, group)));
        if let Some((epoch, assignor)) = outcome.computed {
            facts.push(Fact::TargetAssignmentComputed { broker, group: group.id, epoch, assignor });
        }
        for (before, after) in changed() {
            teller.moved(before, after, &mut facts);
        }
        let state = group.told_state();
        if self.state != Some(state) {
            facts.push(teller.state(state, group.size()));
        }
        facts
    }
}

impl ConsumerGroup {
    /// Everything of the members, for who knows nothing.
    pub(super) fn tell_members(&self, broker: BrokerId, shared: &Shared) -> Vec<Fact> {
        let teller = Teller { group: self.id, broker, shared };
        let mut facts = Vec::new();
        self.members.values().for_each(|member| teller.moved(None, member, &mut facts));
        facts
    }
    /// That it is in a state.
    pub fn tell_state(&self, state: GroupState, broker: BrokerId, shared: &Shared) -> Fact {
        Teller { group: self.id, broker, shared }.state((state, self.epoch), self.size())
    }
}

struct Teller<'a> {
    group: GroupId,
    broker: BrokerId,
    shared: &'a Shared,
}

impl Teller<'_> {
    fn node(&self, member: &ConsumerGroupMember) -> NodeId {
        self.shared.ids.client(member.id())
    }
    fn state(&self, (state, generation): (GroupState, Generation), members: usize) -> Fact {
        let (broker, group) = (self.broker, self.group);
        Fact::GroupStateChanged { broker, group, state, generation, members: members as u32 }
    }
    fn regex(&self, pattern: PatternId, group: &ConsumerGroup) -> Fact {
        let broker = self.broker;
        match group.resolved.get(&pattern) {
            Some(value) => {
                let topics = value.topics.len() as u32;
                Fact::RegularExpressionResolved { broker, group: group.id, pattern, topics }
            }
            None => Fact::RegularExpressionDropped { broker, group: group.id, pattern },
        }
    }
    fn left(&self, member: &ConsumerGroupMember, outcome: &StepOutcome, departure: Departure, facts: &mut Vec<Fact>) {
        let (broker, group, id) = (self.broker, self.group, member.id());
        match (outcome.replaced, departure) {
            (Some((before, by)), _) if before == id => {
                let node = self.shared.ids.client(by);
                facts.push(Fact::MemberReplaced { broker, group, member: id, by, node });
            }
            (_, Departure::For(reason)) => {
                facts.push(Fact::MemberLeft { broker, group, member: id, node: self.node(member), reason });
            }
            (_, Departure::Nobody) => {}
        }
    }
    /// Partitions that a member had, and has no more.
    fn released(&self, before: &ConsumerGroupMember, after: Option<&ConsumerGroupMember>, facts: &mut Vec<Fact>) {
        let (broker, group, member, node) = (self.broker, self.group, before.id(), self.node(before));
        let has = |tp: Tp| after.is_some_and(|after| after.held_since(tp).is_some());
        let mut gone: Vec<Tp> = before.held().filter(|tp| !has(*tp)).collect();
        gone.sort();
        facts.extend(gone.into_iter().map(|tp| Fact::PartitionReleased { broker, group, member, node, tp }));
    }
    /// A member has taken a step.
    fn moved(&self, before: Option<&ConsumerGroupMember>, after: &ConsumerGroupMember, facts: &mut Vec<Fact>) {
        if before.is_some_and(|before| before.current == after.current) {
            return;
        }
        let (broker, group, member, node) = (self.broker, self.group, after.id(), self.node(after));
        let had = |tp: &Tp, revoking: bool| {
            before.is_some_and(|before| {
                let list = if revoking { &before.current.revoking } else { &before.current.assigned };
                list.binary_search_by_key(tp, |(tp, _)| *tp).is_ok()
            })
        };
        before.into_iter().for_each(|before| self.released(before, Some(after), facts));
        let asked = after.current.revoking.iter().map(|(tp, _)| *tp).filter(|tp| !had(tp, true));
        facts.extend(asked.map(|tp| Fact::RevocationAsked { broker, group, member, node, tp }));
        let (epoch, state) = (after.epoch(), after.state());
        let (assigned, revoking) = (after.current.assigned.len() as u32, after.current.revoking.len() as u32);
        let is_new = |before: &ConsumerGroupMember| {
            (before.epoch(), before.state()) != (epoch, state)
                || before.current.assigned.len() as u32 != assigned
                || before.current.revoking.len() as u32 != revoking
        };
        if before.is_none_or(is_new) {
            facts.push(Fact::MemberEpochChanged { broker, group, member, node, epoch, state, assigned, revoking });
        }
        let given = after.current.assigned.iter().map(|(tp, _)| *tp).filter(|tp| !had(tp, false));
        facts.extend(given.map(|tp| Fact::MemberAssigned { broker, group, generation: epoch, member, node, tp }));
    }
}
