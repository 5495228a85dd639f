//! `uniform` (`group-coordinator/.../assignor/UniformAssignor.java`; KIP-848): what a coordinator uses unless a member asks
//! for another.

mod different;
mod equal;
mod extra;

use super::group::{Layout, Subscriptions};
use super::order::Ranked;
use super::{GroupAssignment, MemberInfo, Topics};
pub use extra::ExtraPartition;

/// The coordinator's `UniformAssignor`. `owned` is the present target of a member, and no two members have the same in
/// it: it is what is kept as far as balance allows.
///
/// Kafka's members come in the order of a hash map; here they come by member id.
pub fn uniform(members: &[MemberInfo<'_>], topics: &Topics<'_>, extra: ExtraPartition) -> GroupAssignment {
    let ranked = Ranked::by_id(members);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let layout = Layout::new(&subscriptions, topics);
    let targets: Vec<Vec<usize>> = ranked.members.iter().map(|member| target(member, &layout)).collect();
    let assigned = if subscriptions.alike {
        equal::assign(targets, layout.len(), extra)
    } else {
        different::assign(&targets, &subscriptions, &layout)
    };
    ranked.as_given(assigned.iter().map(|numbers| layout.named(numbers)).collect())
}

/// The member's present target as far as its partitions exist, ascending.
fn target(member: &MemberInfo<'_>, layout: &Layout) -> Vec<usize> {
    let mut target: Vec<usize> = member.owned.iter().filter_map(|tp| layout.number(*tp)).collect();
    target.sort();
    target.dedup();
    target
}
