//! `simple` (`group-coordinator/.../assignor/SimpleAssignor.java`), the assignor of share groups (KIP-932).
//!
//! A partition may have several readers here: records are what members share, not partitions.

mod even;
mod hashed;
mod sharing;

use std::collections::BTreeSet;

use super::group::{Layout, Subscriptions};
use super::order::Ranked;
use super::{GroupAssignment, MemberInfo, Topics};
pub use sharing::PartitionSharing;

/// The coordinator's `SimpleAssignor`. `owned` is the present target of a member.
pub fn simple(members: &[MemberInfo<'_>], topics: &Topics<'_>, sharing: PartitionSharing) -> GroupAssignment {
    let ranked = Ranked::by_id(members);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let layout = Layout::new(&subscriptions, topics);
    let target = |member: &&MemberInfo<'_>| member.owned.iter().filter_map(|tp| layout.number(*tp)).collect();
    let held: Vec<BTreeSet<usize>> = ranked.members.iter().map(target).collect();
    let assigned = match sharing {
        PartitionSharing::Everything => everything(&subscriptions, &layout),
        PartitionSharing::ByHash => {
            let ids: Vec<&str> = ranked.members.iter().map(|member| member.id).collect();
            hashed::assign(&ids, &held, &subscriptions, &layout)
        }
        PartitionSharing::Evenly => even::assign(held, &subscriptions, &layout),
    };
    ranked.as_given(assigned.into_iter().map(|of| layout.named(&Vec::from_iter(of))).collect())
}

fn everything(subscriptions: &Subscriptions, layout: &Layout) -> Vec<BTreeSet<usize>> {
    let all = |list: &Vec<usize>| list.iter().flat_map(|topic| layout.of_topic(*topic)).collect();
    subscriptions.of_member.iter().map(all).collect()
}
