//! The order in which Java's hash maps have their entries. Kafka walks such maps where order shows: which
//! partition a broker applies first, which of several expired sessions the controller ends first.

use crate::protocol::ids::{BrokerId, BrokerList};
use smallvec::SmallVec;

/// `Objects.hash(int, long)`.
pub(super) fn int_and_long(int: u32, long: i64) -> u32 {
    let folded = (long ^ (long >> 32)) as u32;
    31_u32.wrapping_mul(31_u32.wrapping_add(int)).wrapping_add(folded)
}

/// The slot of a hash in a table of so many slots, a power of two (`HashMap.hash`).
pub(super) fn slot(hash: u32, slots: u32) -> u32 {
    (hash ^ (hash >> 16)) & (slots - 1)
}

/// Brokers, as a hash set gives back what was put into it in this order: an id is its own hash, and there are 16
/// slots until twelve are in it.
pub(super) fn set_of_brokers(ids: BrokerList) -> BrokerList {
    let slots = if ids.len() > 12 { 32 } else { 16 };
    let mut ids: SmallVec<[BrokerId; 15]> = ids.iter().collect();
    ids.sort_by_key(|id| slot(u32::from(id.0), slots));
    ids.into_iter().collect()
}

/// Slots of a map that was filled with `entries` at once (`HashMap.putMapEntries`).
pub(super) fn slots_for(entries: usize) -> u32 {
    (entries as u32 * 4 / 3 + 1).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_the_order_of_their_slots() {
        let list = |ids: [u8; 4]| ids.map(BrokerId).into_iter().collect::<BrokerList>();
        assert_eq!(set_of_brokers(list([3, 17, 2, 1])), list([17, 1, 2, 3]));
    }

    #[test]
    fn hashes_are_those_of_java() {
        // As jshell prints Objects.hash(1, 188L).
        assert_eq!((int_and_long(1, 188), int_and_long(3, 5_000_000_000)), (1_180, 705_033_759));
        assert_eq!(slots_for(1), 2);
        assert_eq!(slots_for(51), 128);
    }
}
