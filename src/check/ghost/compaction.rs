//! What compaction has taken out, as the facts tell of it. The ghost's logs stay as they were appended: what is gone from a replica
//! is noted beside it, so that equal logs stay equal whoever has been compacted first.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::ids::Offset;

/// Some offsets of a log, 64 to a word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OffsetSet(BTreeMap<i64, u64>);

impl OffsetSet {
    /// Adds one.
    pub fn add(&mut self, offset: Offset) {
        *self.0.entry(offset.0.div_euclid(64)).or_default() |= 1 << offset.0.rem_euclid(64);
    }
    /// Whether one is in it.
    pub fn has(&self, offset: Offset) -> bool {
        self.0.get(&offset.0.div_euclid(64)).is_some_and(|word| word >> offset.0.rem_euclid(64) & 1 == 1)
    }
    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// How many of a range are.
    pub fn count_in(&self, from: Offset, to: Offset) -> u64 {
        if self.0.is_empty() {
            return 0;
        }
        (from.0..to.0).filter(|offset| self.has(Offset(*offset))).count() as u64
    }
    /// Those from an offset on are not in it any more.
    pub fn truncate(&mut self, from: Offset) {
        self.0.split_off(&(from.0.div_euclid(64) + 1));
        if let Some(word) = self.0.get_mut(&from.0.div_euclid(64)) {
            *word &= (1 << from.0.rem_euclid(64)) - 1;
        }
    }
}

/// The offsets that a `RecordsCompacted` names, ascending.
pub fn compacted(first: Offset, low: u64, high: u64) -> impl Iterator<Item = Offset> {
    let mask = u128::from(high) << 64 | u128::from(low);
    (0..128u32).filter(move |bit| mask >> bit & 1 == 1).map(move |bit| first.plus(bit))
}

/// A record with a key, in the log of the leader that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyedRecord {
    /// Its key.
    pub key: u32,
    /// Its value is null.
    pub tombstone: bool,
}

/// The keys of a partition's records.
#[derive(Clone, Debug, Default)]
pub struct GhostKeys {
    at: BTreeMap<Offset, KeyedRecord>,
    of: BTreeMap<u32, BTreeSet<Offset>>,
}

impl GhostKeys {
    /// A record was appended.
    pub fn append(&mut self, offset: Offset, record: KeyedRecord) {
        self.truncate(offset);
        self.at.insert(offset, record);
        self.of.entry(record.key).or_default().insert(offset);
    }
    /// Those from an offset on are gone.
    pub fn truncate(&mut self, from: Offset) {
        for (offset, record) in self.at.split_off(&from) {
            if let Some(offsets) = self.of.get_mut(&record.key) {
                offsets.remove(&offset);
            }
        }
    }
    /// What is known of the record at an offset.
    pub fn at(&self, offset: Offset) -> Option<KeyedRecord> {
        self.at.get(&offset).copied()
    }
    /// Every key with the offsets of its records, ascending.
    pub fn all(&self) -> impl Iterator<Item = (u32, &BTreeSet<Offset>)> {
        self.of.iter().map(|(key, offsets)| (*key, offsets))
    }
    /// Offsets of the records of a key.
    pub fn of(&self, key: u32) -> impl DoubleEndedIterator<Item = Offset> + '_ {
        self.of.get(&key).into_iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_offsets_forgets_what_was_cut_off() {
        let mut set = OffsetSet::default();
        compacted(Offset(60), 0b1001_0001, 0b1).for_each(|offset| set.add(offset));
        let has = |set: &OffsetSet| (0..200).filter(|offset| set.has(Offset(*offset))).collect::<Vec<_>>();
        assert_eq!(has(&set), [60, 64, 67, 124]);
        assert_eq!(set.count_in(Offset(61), Offset(124)), 2);
        set.truncate(Offset(64));
        assert_eq!(has(&set), [60]);
    }
}
