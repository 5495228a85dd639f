//! Which partitions have a batch that waits to be sent. A producer that writes to a thousand partitions has something
//! in a few of their queues: whoever looks for batches to send does not look at the others.

/// A set of partitions, in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct PartitionSet {
    /// A bit each.
    words: Vec<u64>,
}

impl PartitionSet {
    pub(super) fn new(partitions: u32) -> PartitionSet {
        PartitionSet { words: vec![0; partitions.div_ceil(u64::BITS) as usize] }
    }
    #[inline]
    pub(super) fn insert(&mut self, partition: u32) {
        self.words[(partition / u64::BITS) as usize] |= 1 << (partition % u64::BITS);
    }
    #[inline]
    pub(super) fn remove(&mut self, partition: u32) {
        self.words[(partition / u64::BITS) as usize] &= !(1 << (partition % u64::BITS));
    }
    #[inline]
    pub(super) fn contains(&self, partition: u32) -> bool {
        self.words[(partition / u64::BITS) as usize] >> (partition % u64::BITS) & 1 == 1
    }
    /// All of them, ascending.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip(0..).flat_map(|(&word, at)| Bits(word).map(move |bit| at * u64::BITS + bit))
    }
}

/// The bits of a word that are set, lowest first.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        let lowest = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        Some(lowest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set_in_ascending_order(changes in prop::collection::vec((any::<bool>(), 0..200u32), 0..300)) {
            let (mut set, mut model) = (PartitionSet::new(200), BTreeSet::new());
            for (inserts, partition) in changes {
                if inserts {
                    set.insert(partition);
                    model.insert(partition);
                } else {
                    set.remove(partition);
                    model.remove(&partition);
                }
                prop_assert_eq!(set.contains(partition), inserts);
                prop_assert!(set.iter().eq(model.iter().copied()));
            }
        }
    }
}
