//! Members of groups of the new protocol (KIP-848), and what they have, as the coordinator that reigns has it.

use litemap::LiteMap;

use crate::history::fact::{Entry, Fact, GroupState};
use crate::history::view::ClusterView;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;
use crate::sim::time::Nanos;

/// A member, also one that is gone.
#[derive(Clone, Debug)]
pub struct GhostConsumerMember {
    /// Its process.
    pub node: NodeId,
    /// Its epochs, ascending, and since when.
    epochs: Vec<(Generation, Nanos)>,
    /// The epoch in which it was given each partition that it has, or has to give up.
    given: LiteMap<Tp, Generation>,
    /// Since when it is no member any more.
    left: Option<Nanos>,
    /// The last epoch in which it was thrown out or left: what it hears of that or an earlier one comes too late.
    out_in: Option<Generation>,
}

impl GhostConsumerMember {
    fn new(node: NodeId) -> GhostConsumerMember {
        GhostConsumerMember { node, epochs: Vec::new(), given: LiteMap::new(), left: None, out_in: None }
    }
    /// Its epoch; none before its first.
    pub fn epoch(&self) -> Option<Generation> {
        self.epochs.last().map(|(epoch, _)| *epoch)
    }
    /// Since when a commit of this epoch is refused: it is in another one, and has not had the partition since the one that
    /// it names, or it is no member any more.
    pub fn refused_since(&self, tp: Tp, epoch: Generation) -> Option<Nanos> {
        let next = self.epochs.get(self.epochs.partition_point(|(known, _)| *known <= epoch)).map(|(_, at)| *at);
        let has_it_since = self.given.get(&tp).is_some_and(|given| *given <= epoch);
        match (next.filter(|_| !has_it_since), self.left) {
            (Some(next), Some(left)) => Some(next.min(left)),
            (next, left) => next.or(left),
        }
    }
}

/// A group, if it is one of the new protocol.
#[derive(Clone, Debug, Default)]
pub struct GhostConsumerGroup {
    is_one: bool,
    members: LiteMap<MemberId, GhostConsumerMember>,
    /// Who has a partition, or has to give it up.
    owners: LiteMap<Tp, MemberId>,
}

impl GhostConsumerGroup {
    /// A member, also one that is gone.
    pub fn member(&self, member: MemberId) -> Option<&GhostConsumerMember> {
        self.members.get(&member)
    }
    /// Who has a partition, or has to give it up.
    pub fn owner(&self, tp: Tp) -> Option<MemberId> {
        self.owners.get(&tp).copied()
    }
    /// Whether a process is a member.
    pub fn is_member(&self, node: NodeId) -> bool {
        self.members.values().any(|member| member.node == node && member.left.is_none())
    }
    /// Whether a process is a member, and has been since this epoch of it: what it is told of an earlier life comes too late.
    pub fn is_member_since(&self, node: NodeId, epoch: Generation) -> bool {
        let present =
            |member: &GhostConsumerMember| member.left.is_none() && member.out_in.is_none_or(|out| out < epoch);
        self.members.values().any(|member| member.node == node && present(member))
    }
    fn member_mut(&mut self, member: MemberId, node: NodeId) -> &mut GhostConsumerMember {
        self.members.entry(member).or_insert_with(|| GhostConsumerMember::new(node))
    }
    fn release(&mut self, member: MemberId, tp: Tp) {
        if self.owner(tp) == Some(member) {
            self.owners.remove(&tp);
        }
        if let Some(member) = self.members.get_mut(&member) {
            member.given.remove(&tp);
        }
    }
    fn leave(&mut self, member: MemberId, at: Nanos) {
        self.owners.retain(|_, owner| *owner != member);
        if let Some(member) = self.members.get_mut(&member) {
            (member.left, member.given) = (Some(at), LiteMap::new());
            member.out_in = member.epoch();
        }
    }
    /// A static member goes on under another id, and keeps what it has.
    fn replace(&mut self, member: MemberId, by: MemberId, node: NodeId, at: Nanos) {
        let given = self.members.get(&member).map(|old| old.given.clone()).unwrap_or_default();
        self.leave(member, at);
        self.owners.extend(given.keys().map(|tp| (*tp, by)));
        self.member_mut(by, node).given = given;
    }
    /// Another coordinator has read the log, and tells of all members that it has found.
    fn load(&mut self, at: Nanos) {
        self.owners = LiteMap::new();
        for (_, member) in self.members.iter_mut() {
            member.given = LiteMap::new();
            member.left.get_or_insert(at);
        }
    }
}

/// See the module. By [`GroupId`].
#[derive(Clone, Debug)]
pub struct GhostConsumerGroups {
    groups: Vec<GhostConsumerGroup>,
    /// Those that are share groups: a partition has no owner there.
    share: Vec<GroupId>,
}

impl GhostConsumerGroups {
    /// None is one yet.
    pub fn new(catalog: &Catalog) -> GhostConsumerGroups {
        let groups = vec![GhostConsumerGroup::default(); catalog.groups.len()];
        GhostConsumerGroups { groups, share: catalog.share_groups.clone() }
    }
    /// The group, if it is one of the new protocol.
    pub fn group(&self, group: GroupId) -> Option<&GhostConsumerGroup> {
        Some(&self.groups[group.index()]).filter(|group| group.is_one)
    }

    /// Takes the next fact. What a deposed coordinator has in its memory is no state of the group.
    #[inline]
    pub fn observe(&mut self, entry: &Entry, view: &ClusterView) {
        match entry.fact {
            Fact::MemberEpochChanged { broker, group, member, node, epoch, .. }
                if view.coordinates(broker, group) && !self.share.contains(&group) =>
            {
                let known = &mut self.groups[group.index()];
                known.is_one = true;
                let member = known.member_mut(member, node);
                member.left = None;
                // A static member that has left and may come back has none.
                if epoch >= Generation(0) && member.epoch() != Some(epoch) {
                    member.epochs.retain(|(known, _)| *known < epoch);
                    member.epochs.push((epoch, entry.at));
                }
            }
            Fact::MemberAssigned { broker, group, member, node, generation, tp }
                if view.coordinates(broker, group) && self.group(group).is_some() =>
            {
                let known = &mut self.groups[group.index()];
                known.owners.insert(tp, member);
                known.member_mut(member, node).given.insert(tp, generation);
            }
            Fact::PartitionReleased { broker, group, member, tp, .. } if view.coordinates(broker, group) => {
                self.groups[group.index()].release(member, tp);
            }
            Fact::MemberLeft { broker, group, member, .. } if view.coordinates(broker, group) => {
                self.groups[group.index()].leave(member, entry.at);
            }
            Fact::MemberReplaced { broker, group, member, by, node } if view.coordinates(broker, group) => {
                self.groups[group.index()].replace(member, by, node, entry.at);
            }
            Fact::GroupProtocolChanged { broker, group, protocol, .. } if view.coordinates(broker, group) => {
                let known = &mut self.groups[group.index()];
                known.is_one = protocol == GroupProtocol::Consumer;
                known.load(entry.at);
            }
            Fact::GroupLoaded { broker, group, .. } if view.coordinates(broker, group) => {
                self.groups[group.index()].load(entry.at)
            }
            Fact::GroupStateChanged { broker, group, state: GroupState::Dead, .. }
                if view.coordinates(broker, group) =>
            {
                self.groups[group.index()] = GhostConsumerGroup::default();
            }
            _ => {}
        }
    }
}
