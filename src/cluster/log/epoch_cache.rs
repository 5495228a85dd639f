//! Which leader epoch began at which offset.
//!
//! The cache is what makes truncation safe: a follower asks a new leader where its last epoch ended
//! instead of trusting a high watermark (KIP-101, KIP-279).
//! Source: `storage/.../internals/epoch/LeaderEpochFileCache.java`.

use smallvec::SmallVec;

use crate::protocol::ids::{LeaderEpoch, Offset};

/// An epoch and the first offset that its leader gave out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: LeaderEpoch,
    /// Log end offset of the leader when the epoch began.
    pub start_offset: Offset,
}

/// An epoch or a start offset below zero (Kafka throws `IllegalArgumentException`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidEpochEntry(pub EpochEntry);

/// The epochs of one replica's log, oldest first.
///
/// Invariant: epochs and start offsets both rise strictly from entry to entry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LeaderEpochCache {
    /// Most logs know one.
    entries: SmallVec<[EpochEntry; 1]>,
}

impl LeaderEpochCache {
    /// The answer where no epoch is known.
    pub const UNDEFINED: (LeaderEpoch, Offset) = (LeaderEpoch::UNDEFINED, Offset::INVALID);

    /// Notes that `epoch` begins at `start_offset`.
    ///
    /// Does nothing where `epoch` is the latest and began no later already. Otherwise entries at the
    /// end that contradict the new one (epoch or start offset not below it) are dropped first: the
    /// newest word about an offset wins.
    ///
    /// # Errors
    /// A negative epoch or offset.
    pub fn assign(&mut self, epoch: LeaderEpoch, start_offset: Offset) -> Result<(), InvalidEpochEntry> {
        let new = EpochEntry { epoch, start_offset };
        if epoch.0 < 0 || start_offset.0 < 0 {
            return Err(InvalidEpochEntry(new));
        }
        if self.entries.last().is_some_and(|last| last.epoch == epoch && last.start_offset <= start_offset) {
            return Ok(());
        }
        while self.entries.last().is_some_and(|last| last.epoch >= epoch || last.start_offset >= start_offset) {
            self.entries.pop();
        }
        self.entries.push(new);
        Ok(())
    }

    /// Drops the entries that begin at or after `offset`: the log now ends there.
    pub fn truncate_from_end(&mut self, offset: Offset) {
        if offset.0 >= 0 {
            self.entries.truncate(self.entries.partition_point(|entry| entry.start_offset < offset));
        }
    }

    /// Drops the entries that begin at or before `offset`, but lets the last of them begin there:
    /// the log now starts there, in the middle of that epoch.
    pub fn truncate_from_start(&mut self, offset: Offset) {
        let begun = self.entries.partition_point(|entry| entry.start_offset <= offset);
        if let Some(last) = begun.checked_sub(1) {
            self.entries.drain(..last);
            self.entries[0].start_offset = offset;
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Where `epoch` ends in a log that ends at `log_end`: the largest epoch not above it, and the
    /// start of the one after that. [`LeaderEpochCache::UNDEFINED`] if `epoch` is undefined, or above
    /// all that are known. An epoch before all that are known ends where the first known one begins.
    pub fn end_offset_for(&self, epoch: LeaderEpoch, log_end: Offset) -> (LeaderEpoch, Offset) {
        if epoch == LeaderEpoch::UNDEFINED {
            return Self::UNDEFINED;
        }
        let above = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let floor = above.checked_sub(1).map_or(epoch, |index| self.entries[index].epoch);
        match self.entries.get(above) {
            Some(higher) => (floor, higher.start_offset),
            None if self.latest_epoch() == epoch => (epoch, log_end),
            None => Self::UNDEFINED,
        }
    }

    /// The epoch of the record at `offset`; undefined before the first entry.
    pub fn epoch_for_offset(&self, offset: Offset) -> LeaderEpoch {
        self.epoch_before(self.entries.partition_point(|entry| entry.start_offset <= offset))
    }

    /// The latest epoch, or undefined.
    pub fn latest_epoch(&self) -> LeaderEpoch {
        self.epoch_before(self.entries.len())
    }

    /// The largest known epoch below `epoch`, or undefined.
    pub fn previous_epoch(&self, epoch: LeaderEpoch) -> LeaderEpoch {
        self.epoch_before(self.entries.partition_point(|entry| entry.epoch < epoch))
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// # Panics
    /// If the entries are out of order, or one begins behind the log's end.
    pub fn check_invariants(&self, log_end: Offset) {
        let rises = |a: &EpochEntry, b: &EpochEntry| a.epoch < b.epoch && a.start_offset < b.start_offset;
        assert!(self.entries.is_sorted_by(rises), "epochs and start offsets rise strictly");
        assert!(self.entries.last().is_none_or(|last| last.start_offset <= log_end), "an epoch begins within the log");
    }

    fn epoch_before(&self, index: usize) -> LeaderEpoch {
        index.checked_sub(1).map_or(LeaderEpoch::UNDEFINED, |index| self.entries[index].epoch)
    }
}

impl FromIterator<EpochEntry> for LeaderEpochCache {
    /// Assigns the entries one after the other.
    ///
    /// # Panics
    /// On a negative epoch or offset.
    fn from_iter<I: IntoIterator<Item = EpochEntry>>(entries: I) -> Self {
        let mut cache = LeaderEpochCache::default();
        for entry in entries {
            cache.assign(entry.epoch, entry.start_offset).expect("epochs and offsets are not negative");
        }
        cache
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(i32, i64)]) -> LeaderEpochCache {
        entries
            .iter()
            .map(|(epoch, start)| EpochEntry { epoch: LeaderEpoch(*epoch), start_offset: Offset(*start) })
            .collect()
    }

    /// A leader that was elected and deposed without a single append leaves an entry at its log end;
    /// its successor starts at the same offset and replaces it.
    #[test]
    fn an_epoch_without_records_gives_way_to_the_next() {
        assert_eq!(cache(&[(1, 0), (2, 10), (3, 10)]), cache(&[(1, 0), (3, 10)]));
    }

    #[test]
    fn an_epoch_that_the_leader_skipped_ends_where_the_next_begins() {
        let epochs = cache(&[(1, 0), (4, 10), (5, 20)]);
        let end = |epoch| epochs.end_offset_for(LeaderEpoch(epoch), Offset(30));
        assert_eq!(end(3), (LeaderEpoch(1), Offset(10)));
        assert_eq!(end(5), (LeaderEpoch(5), Offset(30)));
        assert_eq!(end(6), LeaderEpochCache::UNDEFINED);
        assert_eq!(end(0), (LeaderEpoch(0), Offset(0)));
    }

    #[test]
    fn epochs_out_of_order_are_noticed() {
        let check = |cache: &LeaderEpochCache| cache.check_invariants(Offset(30));
        crate::stage::broken::each_is_noticed(
            || cache(&[(1, 0), (4, 10)]),
            check,
            &[
                ("epochs and start offsets rise strictly", |c| c.entries.swap(0, 1)),
                ("epochs and start offsets rise strictly", |c| c.entries[1].start_offset = Offset(0)),
                ("an epoch begins within the log", |c| c.entries[1].start_offset = Offset(31)),
            ],
        );
    }
}
