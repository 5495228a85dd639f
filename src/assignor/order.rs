//! In which order assignors look at members.

use std::cmp::Ordering;

use super::{GroupAssignment, MemberInfo};

/// `String.compareTo`: by UTF-16 units, so that `c10` comes before `c2`.
pub(super) fn compare_text(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// Members in an order, and the way back to the order in which they were given.
pub(super) struct Ranked<'m, 'a> {
    /// The members, first to last: what an assignor calls a member is a place in this list.
    pub members: Vec<&'m MemberInfo<'a>>,
    given: Vec<usize>,
}

impl<'m, 'a> Ranked<'m, 'a> {
    /// By member id, as the sticky assignors look at them, and the uniform one here.
    pub fn by_id(members: &'m [MemberInfo<'a>]) -> Ranked<'m, 'a> {
        Ranked::by(members, |a, b| compare_text(a.id, b.id))
    }

    /// Static members by instance id, then dynamic ones by member id (`AbstractPartitionAssignor.MemberInfo`).
    pub fn static_first(members: &'m [MemberInfo<'a>]) -> Ranked<'m, 'a> {
        Ranked::by(members, |a, b| match (a.instance, b.instance) {
            (Some(a), Some(b)) => compare_text(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => compare_text(a.id, b.id),
        })
    }

    fn by(members: &'m [MemberInfo<'a>], compare: impl Fn(&MemberInfo<'a>, &MemberInfo<'a>) -> Ordering) -> Self {
        let mut given: Vec<usize> = (0..members.len()).collect();
        given.sort_by(|a, b| compare(&members[*a], &members[*b]));
        Ranked { members: given.iter().map(|i| &members[*i]).collect(), given }
    }

    /// What the members got, by rank, in the order in which they were given.
    pub fn as_given(&self, mut by_rank: GroupAssignment) -> GroupAssignment {
        let mut assigned = vec![Vec::new(); by_rank.len()];
        for (rank, member) in self.given.iter().enumerate() {
            assigned[*member] = std::mem::take(&mut by_rank[rank]);
            assigned[*member].sort();
        }
        assigned
    }
}
