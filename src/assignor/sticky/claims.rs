//! Who says that it owns what, and who is believed.

use crate::assignor::MemberInfo;
use crate::assignor::group::Layout;

/// The members' claims, judged by generation. Members by rank, partitions by number.
pub(super) struct Claims {
    /// What each member owns: its claim has the highest generation, and it alone.
    pub owned: Vec<Vec<usize>>,
    /// The highest generation that claims the partition is that of several members, so nobody is believed.
    pub contested: Vec<bool>,
    /// The claim with the highest generation among those older than the newest of the group.
    pub previous: Vec<Option<usize>>,
}

#[derive(Clone, Copy)]
struct Claim {
    member: usize,
    generation: i32,
}

impl Claims {
    pub fn read(members: &[&MemberInfo<'_>], layout: &Layout) -> Claims {
        let newest = members.iter().map(|member| member.generation).max().unwrap_or(-1);
        let mut best: Vec<Option<Claim>> = vec![None; layout.len()];
        let mut contested = vec![false; layout.len()];
        let mut previous: Vec<Option<Claim>> = vec![None; layout.len()];
        let claimed: Vec<Vec<usize>> = members.iter().map(|member| claimed(member, layout)).collect();
        for (member, claimed) in claimed.iter().enumerate() {
            let claim = Claim { member, generation: members[member].generation };
            for partition in claimed {
                let rival = best[*partition].map(|best| best.generation);
                contested[*partition] = match rival {
                    Some(rival) if rival >= claim.generation => contested[*partition] || rival == claim.generation,
                    _ => {
                        best[*partition] = Some(claim);
                        false
                    }
                };
                let known = &mut previous[*partition];
                if claim.generation < newest && known.is_none_or(|known| claim.generation > known.generation) {
                    *known = Some(claim);
                }
            }
        }
        let wins = |member: usize, partition: usize| {
            !contested[partition] && best[partition].is_some_and(|best| best.member == member)
        };
        let won = |(member, list): (usize, Vec<usize>)| list.into_iter().filter(|p| wins(member, *p)).collect();
        let owned = claimed.into_iter().enumerate().map(won).collect();
        let previous = previous.into_iter().map(|claim| claim.map(|claim| claim.member)).collect();
        Claims { owned, contested, previous }
    }
}

/// What a member claims of what there is, each once.
fn claimed(member: &MemberInfo<'_>, layout: &Layout) -> Vec<usize> {
    let mut claimed: Vec<usize> = member.owned.iter().filter_map(|tp| layout.number(*tp)).collect();
    claimed.sort();
    claimed.dedup();
    claimed
}
