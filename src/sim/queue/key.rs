//! What the queue orders: time, id and slot of an event in one integer.

use crate::sim::time::Nanos;

const SLOT_BITS: u32 = 24;
const ID_BITS: u32 = 40;

/// Time (64 bits), id (40), slot (24), so that one comparison orders by (time, id).
///
/// One wide integer is compared without a branch on equal times, which two would need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key(u128);

impl Key {
    #[inline]
    pub(super) fn new(at: Nanos, id: u64, slot: u32) -> Key {
        assert!(id >> ID_BITS == 0, "a run has at most 2^40 events");
        assert!(slot >> SLOT_BITS == 0, "a queue holds at most 2^24 events");
        Key(u128::from(at.0) << 64 | u128::from(id << SLOT_BITS | u64::from(slot)))
    }
    #[inline]
    pub(super) fn time(self) -> Nanos {
        Nanos((self.0 >> 64) as u64)
    }
    #[inline]
    pub(super) fn id(self) -> u64 {
        self.0 as u64 >> SLOT_BITS
    }
    #[inline]
    pub(super) fn slot(self) -> u32 {
        self.0 as u32 & ((1 << SLOT_BITS) - 1)
    }
    #[inline]
    pub(super) fn bucket(self, shift: u32) -> u64 {
        self.time().0 >> shift
    }
}
