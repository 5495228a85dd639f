//! How long partitions of a group had nobody who may hand out their records.

use super::question::QuestionAnswer;
use crate::history::bound::Bound;
use crate::history::fact::Entry;
use crate::history::owners::GroupOwners;
use crate::protocol::ids::GroupId;
use crate::sim::time::Nanos;

/// See [`GroupOwners`].
#[derive(Clone, Debug)]
pub(super) struct UnservedWatch {
    group: GroupId,
    total: Option<Bound>,
    longest: Option<Bound>,
    owners: GroupOwners,
}

impl UnservedWatch {
    pub(super) fn new(
        group: GroupId,
        total: Option<Bound>,
        longest: Option<Bound>,
        owners: GroupOwners,
    ) -> UnservedWatch {
        UnservedWatch { group, total, longest, owners }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        self.owners.observe(entry);
    }
    pub(super) fn answer(self, cut: bool) -> QuestionAnswer {
        let Some(group) = self.owners.groups.get(self.group.index()).filter(|group| group.begun) else {
            return QuestionAnswer::unknown("no partition was anybody's");
        };
        let (total, longest) = (group.unserved.total, group.unserved.longest.map_or(Nanos::ZERO, |span| span.lasted));
        let found = format!("{total} in all, longest {longest}");
        let bounds = [(self.total, total), (self.longest, longest)];
        let admits = |(bound, time): &(Option<Bound>, Nanos)| bound.is_none_or(|bound| bound.admits(time.0));
        let open = |(bound, time): &(Option<Bound>, Nanos)| {
            bound.is_some_and(|bound| !bound.passed(time.0) && !bound.reached(time.0))
        };
        if cut && bounds.iter().any(open) {
            return QuestionAnswer::unknown(format!("{found}, when the run was ended"));
        }
        QuestionAnswer::new(bounds.iter().all(admits), found)
    }
}
