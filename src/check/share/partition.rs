//! What the judge remembers of a share-partition.

use std::ops::Range;

use super::delivery::Delivery;
use crate::check::stretches::Stretches;
use crate::protocol::ids::{MemberId, Offset};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct SharePartition {
    /// By offset.
    deliveries: Stretches<Delivery>,
    /// By offset: who held it as the share-partition was loaded last. What that member has said may be on its way to the share coordinator
    /// then, and is told later.
    held_before: Stretches<Option<MemberId>>,
    start: Option<Offset>,
    /// The highest start that was told.
    farthest: i64,
    state_epoch: u32,
    /// Past the last offset that was acquired, with this leader.
    end: i64,
    /// The event in which something new was acquired last: one fetch may overshoot the bound.
    new_in: Option<u64>,
    /// The event in which something was acquired again last.
    again_in: Option<u64>,
    /// When something was acquired or processed last.
    moved: Option<Nanos>,
}

/// An offset as the place in a list; runs are short.
fn place(offset: i64) -> u32 {
    u32::try_from(offset.max(0)).unwrap_or(u32::MAX)
}

impl SharePartition {
    /// The start offset, if the leader has told one.
    pub(super) fn start(&self) -> Option<Offset> {
        self.start
    }
    pub(super) fn set_start(&mut self, start: Offset) {
        let before = self.start.replace(start).unwrap_or(start);
        self.end = self.end.max(start.0);
        self.farthest = self.farthest.max(start.0);
        self.becomes(before.0..start.0, Delivery::passed);
    }
    /// Whether the start was behind this offset once.
    pub(super) fn was_passed(&self, offset: i64) -> bool {
        offset < self.farthest
    }
    /// When a member acquired or processed something last.
    pub(super) fn moved(&self) -> Option<Nanos> {
        self.moved
    }
    pub(super) fn set_moved(&mut self, at: Nanos) {
        self.moved = Some(at);
    }
    /// Whether the fetch that this event belongs to has acquired something that was in flight before.
    pub(super) fn acquired_again_in(&self, event: u64) -> bool {
        self.again_in == Some(event)
    }
    /// The stretches of these offsets: where each begins, how many offsets it has, and what is known.
    pub(super) fn within(&self, offsets: &Range<i64>) -> Vec<(i64, u32, Delivery)> {
        let stretches = self.deliveries.within(place(offsets.start), place(offsets.end));
        stretches.map(|(from, to, known)| (i64::from(from), to - from, known)).collect()
    }
    /// The first of these offsets with which the group is not done for certain.
    pub(super) fn first_open(&self, offsets: Range<i64>) -> Option<i64> {
        self.within(&offsets).into_iter().find(|(.., known)| known.is_open()).map(|(from, ..)| from)
    }
    /// How many offsets were in flight before a fetch that acquires these, if some are new; none, if the fetch has acquired new ones before.
    pub(super) fn in_flight_before(&mut self, offsets: &Range<i64>, event: u64) -> Option<i64> {
        let is_new = offsets.end > self.end;
        let first = is_new && self.new_in != Some(event);
        let in_flight = self.end - self.start.map_or(self.end, |start| start.0.min(self.end));
        if is_new {
            (self.end, self.new_in) = (offsets.end, Some(event));
        } else {
            self.again_in = Some(event);
        }
        first.then_some(in_flight)
    }
    /// Whether a member has held the offset with an earlier load of the share-partition.
    pub(super) fn was_held(&self, offset: i64, member: MemberId) -> bool {
        self.held_before.get(place(offset)) == Some(member)
    }
    pub(super) fn becomes(&mut self, offsets: Range<i64>, becomes: impl Fn(Delivery) -> Delivery) {
        self.deliveries.update(place(offsets.start), place(offsets.end), |known, _| becomes(known));
    }
    /// The state was begun, or begun anew.
    pub(super) fn initialized(&mut self, state_epoch: u32) {
        if state_epoch > self.state_epoch {
            *self = SharePartition { state_epoch, ..SharePartition::default() };
        }
    }
    /// A leader has read what is written down. Where it begins is set next.
    pub(super) fn reloaded(&mut self) {
        let end = self.deliveries.end();
        let held: Vec<_> = self.deliveries.iter().map(|(from, to, known)| (from, to, known.holder())).collect();
        for (from, to, holder) in held.into_iter().filter(|(.., holder)| holder.is_some()) {
            self.held_before.update(from, to, |_, _| holder);
        }
        self.deliveries.update(0, end, |known, _| known.reloaded());
        (self.end, self.new_in) = (0, None);
    }
}
