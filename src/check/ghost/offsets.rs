//! What has moved a group's offsets beside the commits of its members: an administrator, or time.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::excuse::OffsetsMoved;
use crate::history::fact::{Entry, Fact};
use crate::history::view::ClusterView;
use crate::protocol::ids::*;

#[derive(Clone, Copy, Debug)]
struct Move {
    /// Where the group was; none: nowhere.
    from: Option<Offset>,
    /// Where it is now.
    to: Option<Offset>,
    how: OffsetsMoved,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct GhostOffsets {
    /// What administrators have asked for.
    asked: BTreeSet<(GroupId, Tp, Offset)>,
    moves: BTreeMap<(GroupId, Tp), Vec<Move>>,
}

impl GhostOffsets {
    /// Takes the next fact, of which the view knows nothing yet.
    pub fn observe(&mut self, entry: &Entry, view: &ClusterView) {
        match entry.fact {
            Fact::OffsetResetSent { group, tp, offset, .. } => {
                self.asked.insert((group, tp, offset));
            }
            Fact::OffsetStored { group, tp, offset, member: MemberId::NONE, .. }
                if self.asked.contains(&(group, tp, offset)) =>
            {
                let (from, to) = (view.committed(group, tp), Some(offset));
                self.moves.entry((group, tp)).or_default().push(Move { from, to, how: OffsetsMoved::Reset });
            }
            Fact::OffsetRemoved { group, tp, reason, .. } => {
                let (from, how) = (view.committed(group, tp), OffsetsMoved::Removed(reason));
                self.moves.entry((group, tp)).or_default().push(Move { from, to: None, how });
            }
            _ => {}
        }
    }
    fn of(&self, group: GroupId, tp: Tp) -> impl Iterator<Item = &Move> {
        self.moves.get(&(group, tp)).into_iter().flatten()
    }
    /// What has moved a group over an offset that it had not come to.
    pub fn moved_over(&self, group: GroupId, tp: Tp, offset: Offset) -> Option<OffsetsMoved> {
        let over = |m: &&Move| m.from.is_none_or(|from| from <= offset) && m.to.is_none_or(|to| offset < to);
        self.of(group, tp).find(over).map(|m| m.how)
    }
    /// What has moved a group back to an offset, or before it.
    pub fn moved_back(&self, group: GroupId, tp: Tp, offset: Offset) -> Option<OffsetsMoved> {
        self.of(group, tp).find(|m| m.to.is_none_or(|to| to <= offset)).map(|m| m.how)
    }
    /// What has moved any offset of a group.
    pub fn moved(&self, group: GroupId) -> Option<OffsetsMoved> {
        let mut all = self.moves.iter().filter(|((of, _), _)| *of == group);
        all.find_map(|(_, moves)| moves.first()).map(|m| m.how)
    }
}
