//! `sticky` and `cooperative-sticky` (`clients/.../consumer/internals/AbstractStickyAssignor.java`; KIP-54, KIP-341,
//! KIP-429): balance first, then as few moves as possible.

mod claims;
mod equal;
mod general;
mod ladder;
mod movements;
mod target;

use super::group::{Layout, Subscriptions};
use super::order::Ranked;
use super::racks::Racks;
use super::{GroupAssignment, MemberInfo, TopicPartition, Topics};
use claims::Claims;
use target::Target;

/// The `StickyAssignor`: `owned` and `generation` are what a member remembers of its last assignment and sends as user
/// data, for it has revoked all before it joins.
pub fn sticky(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::by_id(members);
    ranked.as_given(target_of(&ranked.members, topics).assigned)
}

/// The `CooperativeStickyAssignor`: what the leader sends. A partition that somebody must give up first is left out: its
/// owner misses it, revokes it and joins again, and the next round hands it out.
pub fn cooperative_sticky(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::by_id(members);
    let target = target_of(&ranked.members, topics);
    let mut assigned = target.assigned;
    match target.transferring {
        Some(transferring) => assigned.iter_mut().for_each(|of| of.retain(|tp| !sorted_has(&transferring, tp))),
        None => leave_out_what_is_owned(&ranked.members, &mut assigned),
    }
    ranked.as_given(assigned)
}

fn target_of(members: &[&MemberInfo<'_>], topics: &Topics<'_>) -> Target {
    let subscriptions = Subscriptions::read(members, topics);
    let layout = Layout::new(&subscriptions, topics);
    let claims = Claims::read(members, &layout);
    let racks = Racks::read(members, topics);
    let racks = racks.matter(0..members.len(), layout.partitions.iter().copied()).then_some(&racks);
    if subscriptions.alike {
        equal::assign(&layout, claims, racks)
    } else {
        let assigned = general::assign(&subscriptions, &layout, claims, racks);
        Target { assigned, transferring: None }
    }
}

/// Takes from each member what it would get anew and what somebody says it owns and would lose
/// (`CooperativeStickyAssignor.computePartitionsTransferringOwnership`): here old claims count as well.
fn leave_out_what_is_owned(members: &[&MemberInfo<'_>], assigned: &mut GroupAssignment) {
    assigned.iter_mut().for_each(|of| of.sort());
    let lost = |(member, of): (&&MemberInfo<'_>, &Vec<TopicPartition>)| {
        member.owned.iter().copied().filter(|tp| !sorted_has(of, tp)).collect::<Vec<_>>()
    };
    let revoked = sorted(members.iter().zip(assigned.iter()).flat_map(lost).collect());
    for (member, of) in members.iter().zip(assigned) {
        let owned = sorted(member.owned.to_vec());
        of.retain(|tp| sorted_has(&owned, tp) || !sorted_has(&revoked, tp));
    }
}

fn sorted(mut list: Vec<TopicPartition>) -> Vec<TopicPartition> {
    list.sort();
    list
}

fn sorted_has(list: &[TopicPartition], tp: &TopicPartition) -> bool {
    list.binary_search(tp).is_ok()
}
