//! What has moved a group's offsets beside the commits of its members: an administrator, or time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
    /// What was deleted before groups had come to it.
    overtaken: BTreeMap<(GroupId, Tp), Vec<Range<Offset>>>,
}

impl GhostOffsets {
    /// Takes the next fact, of which the view knows nothing yet.
    #[inline]
    pub fn observe(&mut self, entry: &Entry, view: &ClusterView) {
        match entry.fact {
            Fact::OffsetResetSent { group, tp, offset, .. } => {
                self.asked.insert((group, tp, offset));
            }
            Fact::OffsetStored { group, tp, offset, member: MemberId::NONE, .. }
                if self.asked.remove(&(group, tp, offset)) =>
            {
                let (from, to) = (view.committed(group, tp), Some(offset));
                self.moves.entry((group, tp)).or_default().push(Move { from, to, how: OffsetsMoved::Reset });
            }
            Fact::OffsetRemoved { broker, group, tp, reason } if view.coordinates(broker, group) => {
                let (from, how) = (view.committed(group, tp), OffsetsMoved::Removed(reason));
                self.moves.entry((group, tp)).or_default().push(Move { from, to: None, how });
            }
            _ => {}
        }
    }
    /// A member found that a part of the log was not there any more.
    pub fn overtaken(&mut self, group: GroupId, tp: Tp, gone: Range<Offset>) {
        if !gone.is_empty() {
            self.overtaken.entry((group, tp)).or_default().push(gone);
        }
    }
    /// Whether such a part holds an offset.
    pub fn was_overtaken(&self, group: GroupId, tp: Tp, offset: Offset) -> bool {
        self.overtaken.get(&(group, tp)).into_iter().flatten().any(|gone| gone.contains(&offset))
    }
    /// The first partition of a group that has such a part.
    pub fn first_overtaken(&self, group: GroupId) -> Option<Tp> {
        self.overtaken.range((group, Tp(0))..=(group, Tp(u32::MAX))).next().map(|((_, tp), _)| *tp)
    }
    fn of(&self, group: GroupId, tp: Tp) -> impl Iterator<Item = &Move> {
        self.moves.get(&(group, tp)).into_iter().flatten()
    }
    /// What has moved a group over an offset that it had not come to. Where its offset was removed it may begin behind that:
    /// if it leapt, as auto.offset.reset says.
    pub fn moved_over(&self, group: GroupId, tp: Tp, offset: Offset, leapt: bool) -> Option<OffsetsMoved> {
        let over = |m: &&Move| {
            let came_so_far = m.from.is_none_or(|from| from <= offset);
            came_so_far && m.to.map_or(leapt, |to| offset < to)
        };
        self.of(group, tp).find(over).map(|m| m.how)
    }
    /// What has moved a group back to an offset that it had passed, or before it.
    pub fn moved_back(&self, group: GroupId, tp: Tp, offset: Offset) -> Option<OffsetsMoved> {
        let back = |m: &&Move| m.from.is_none_or(|from| offset < from) && m.to.is_none_or(|to| to <= offset);
        self.of(group, tp).find(back).map(|m| m.how)
    }
    /// What has moved a group over something.
    pub fn moved_over_any(&self, group: GroupId, leapt: bool) -> Option<OffsetsMoved> {
        self.any(group, |m| m.to.map_or(leapt, |to| m.from.is_none_or(|from| from < to)))
    }
    /// What has moved a group back over something.
    pub fn moved_back_any(&self, group: GroupId) -> Option<OffsetsMoved> {
        self.any(group, |m| m.to.is_none_or(|to| m.from.is_none_or(|from| to < from)))
    }
    fn any(&self, group: GroupId, moves: impl Fn(&Move) -> bool) -> Option<OffsetsMoved> {
        let own = self.moves.range((group, Tp(0))..=(group, Tp(u32::MAX)));
        own.flat_map(|(_, list)| list).find(|m| moves(m)).map(|m| m.how)
    }
}
