//! Fetch sessions (KIP-227, `core/.../server/FetchSession.scala`), with dirty lists.
//!
//! Kafka reads every partition of a session for every fetch. Here a session knows which partitions
//! may have something to say: those that the request changed, and those to which something happened
//! since they were last found with nothing. All others are at their log's (or its readable part's) end.

use std::collections::VecDeque;

use smallvec::SmallVec;

use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{FetchData, FetchPartition, FetchRequest, Fetcher};
use crate::sim::time::Nanos;

/// A partition of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SessionPartition {
    /// Which.
    pub tp: Tp,
    /// From where to read.
    pub fetch_offset: Offset,
    /// The follower's log start.
    pub log_start: Offset,
    /// The epoch in which the fetcher believes.
    pub current_leader_epoch: LeaderEpoch,
    /// The epoch of its last record.
    pub last_fetched_epoch: LeaderEpoch,
    /// Most bytes to return.
    pub max_bytes: u32,
    /// What the fetcher was told last; -1 for nothing.
    sent_high_watermark: Offset,
    sent_log_start: Offset,
    dirty: bool,
    live: bool,
}

/// One fetcher's session; it lives and dies with its connection.
#[derive(Clone, Debug)]
pub struct FetchSession {
    /// Who fetches.
    pub fetcher: Fetcher,
    /// When it fetched last.
    pub last_fetch: Nanos,
    next_epoch: u32,
    entries: Vec<SessionPartition>,
    free: Vec<u32>,
    /// Entry of each partition, [`NONE`] for none.
    index: Vec<u32>,
    dirty: VecDeque<u32>,
    /// Scratch: what a round kept for later although it returned data.
    rotated: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// What a round of reading has found in one partition.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The entry in the session.
    pub entry: u32,
    /// What was read.
    pub data: FetchData,
    /// To be looked at with every fetch: a follower outside the ISR, which may join with any of them; a
    /// consumer beyond the high watermark, whose fetches never wait; and whoever still has something to read
    /// here, be it that the response was full before it was this partition's turn.
    pub watched: bool,
}

impl Examined {
    /// Nothing read yet.
    pub fn nothing(entry: u32, tp: Tp) -> Examined {
        Examined { entry, data: FetchData::empty(tp), watched: false }
    }
    fn has_news(&self, entry: &SessionPartition) -> bool {
        self.stays_dirty()
            || self.data.high_watermark != entry.sent_high_watermark
            || self.data.log_start != entry.sent_log_start
    }
    /// Errors and divergence are told again with every fetch; after data there may be more.
    fn stays_dirty(&self) -> bool {
        self.data.error.is_err() || self.data.diverging.is_some() || !self.data.batches.is_empty()
    }
}

impl FetchSession {
    /// A session without partitions, for a world of `partitions` partitions.
    pub fn new(fetcher: Fetcher, partitions: u32) -> FetchSession {
        FetchSession {
            fetcher,
            last_fetch: Nanos::ZERO,
            next_epoch: 1,
            entries: Vec::new(),
            free: Vec::new(),
            index: vec![NONE; partitions as usize],
            dirty: VecDeque::new(),
            rotated: Vec::new(),
        }
    }
    /// Takes an incremental request's epoch; false: it is not the next one.
    pub fn advance(&mut self, epoch: u32) -> bool {
        let fits = epoch == self.next_epoch;
        self.next_epoch += u32::from(fits);
        fits
    }
    /// How many partitions it holds.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }
    /// Its partitions.
    pub fn partitions(&self) -> impl Iterator<Item = Tp> + '_ {
        self.entries.iter().filter(|entry| entry.live).map(|entry| entry.tp)
    }
    /// The partition's entry.
    pub fn get(&self, tp: Tp) -> Option<&SessionPartition> {
        let entry = *self.index.get(tp.index())?;
        (entry != NONE).then(|| &self.entries[entry as usize])
    }
    /// Takes the request's new and changed partitions. Returns those that were not in the session.
    pub fn update(&mut self, request: &FetchRequest) -> SmallVec<[Tp; 2]> {
        let mut added = SmallVec::new();
        for partition in &request.partitions {
            match self.index.get(partition.tp.index()) {
                None => {}
                Some(&NONE) => {
                    self.add(partition);
                    added.push(partition.tp);
                }
                Some(&entry) => {
                    let entry = &mut self.entries[entry as usize];
                    let (sent_high_watermark, sent_log_start, dirty) =
                        (entry.sent_high_watermark, entry.sent_log_start, entry.dirty);
                    *entry = SessionPartition {
                        sent_high_watermark,
                        sent_log_start,
                        dirty,
                        ..SessionPartition::from(partition)
                    };
                }
            }
            self.mark_dirty(partition.tp);
        }
        added
    }
    fn add(&mut self, partition: &FetchPartition) {
        let entry = self.free.pop().unwrap_or_else(|| {
            self.entries.push(SessionPartition::from(partition));
            (self.entries.len() - 1) as u32
        });
        self.entries[entry as usize] = SessionPartition::from(partition);
        self.index[partition.tp.index()] = entry;
    }
    /// Drops a partition; whether it was there.
    pub fn forget(&mut self, tp: Tp) -> bool {
        let Some(slot) = self.index.get_mut(tp.index()) else { return false };
        let entry = std::mem::replace(slot, NONE);
        if entry == NONE {
            return false;
        }
        let partition = &mut self.entries[entry as usize];
        partition.live = false;
        // An entry on the dirty list is freed when the list comes to it.
        if !partition.dirty {
            self.free.push(entry);
        }
        true
    }
    /// Something happened to the partition. Returns whether nothing had since it was last looked at.
    pub fn mark_dirty(&mut self, tp: Tp) -> bool {
        let entry = self.index.get(tp.index()).copied().unwrap_or(NONE);
        if entry == NONE || self.entries[entry as usize].dirty {
            return false;
        }
        self.entries[entry as usize].dirty = true;
        self.dirty.push_back(entry);
        true
    }
    /// The partitions that may have something to say.
    pub fn dirty(&self) -> impl Iterator<Item = &SessionPartition> {
        self.dirty.iter().map(|entry| &self.entries[*entry as usize]).filter(|entry| entry.live)
    }
    /// Takes the next partition off the dirty list.
    pub fn next_dirty(&mut self) -> Option<(u32, SessionPartition)> {
        while let Some(entry) = self.dirty.pop_front() {
            let partition = &mut self.entries[entry as usize];
            partition.dirty = false;
            if partition.live {
                return Some((entry, *partition));
            }
            self.free.push(entry);
        }
        None
    }
    /// Whether a finding makes a difference, be it to an answer or to the next round.
    pub fn matters(&self, found: &Examined) -> bool {
        found.watched || found.has_news(&self.entries[found.entry as usize])
    }
    /// Ends a round whose findings go into an answer: keeps what is news, and notes that it was told.
    /// Partitions that returned data are read last next time, so that others get their share.
    pub fn answered(&mut self, examined: &mut Vec<Examined>, answer: &mut Vec<FetchData>) {
        for found in examined.drain(..) {
            let entry = &mut self.entries[found.entry as usize];
            let news = found.has_news(entry);
            let keep = found.stays_dirty() || found.watched;
            if news {
                let failed = found.data.error.is_err();
                entry.sent_high_watermark = if failed { Offset::INVALID } else { found.data.high_watermark };
                entry.sent_log_start = if failed { Offset::INVALID } else { found.data.log_start };
            }
            self.put_back(found.entry, keep, !found.data.batches.is_empty());
            if news {
                answer.push(found.data);
            }
        }
        self.end_round();
    }
    /// Ends a round whose findings do not suffice for an answer.
    pub fn parked(&mut self, examined: &mut Vec<Examined>) {
        for found in examined.drain(..) {
            let keep = found.watched || found.has_news(&self.entries[found.entry as usize]);
            self.put_back(found.entry, keep, false);
        }
        self.end_round();
    }
    fn put_back(&mut self, entry: u32, keep: bool, returned_data: bool) {
        // A round may have marked it dirty again by its own consequences.
        if keep && !self.entries[entry as usize].dirty {
            self.entries[entry as usize].dirty = true;
            if returned_data { self.rotated.push(entry) } else { self.dirty.push_back(entry) }
        }
    }
    fn end_round(&mut self) {
        if !self.rotated.is_empty() {
            self.dirty.extend(self.rotated.drain(..));
        }
    }
}

impl From<&FetchPartition> for SessionPartition {
    fn from(partition: &FetchPartition) -> SessionPartition {
        SessionPartition {
            tp: partition.tp,
            fetch_offset: partition.fetch_offset,
            log_start: partition.log_start,
            current_leader_epoch: partition.current_leader_epoch,
            last_fetched_epoch: partition.last_fetched_epoch,
            max_bytes: partition.max_bytes,
            sent_high_watermark: Offset::INVALID,
            sent_log_start: Offset::INVALID,
            dirty: false,
            live: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::broker::tests::batch;
    use crate::protocol::errors::ErrorCode;

    const PARTITIONS: usize = 4;

    #[derive(Clone, Debug)]
    enum Step {
        /// A partition's log grows.
        Grow(usize),
        /// The fetcher fetches; `bool`: the first round finds nothing and is parked, then it expires.
        Fetch(bool),
        /// The fetcher fetches, and the response is full after this many partitions with data.
        FetchLimited(usize),
        /// The fetcher drops a partition.
        Forget(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..PARTITIONS).prop_map(Step::Grow),
            3 => any::<bool>().prop_map(Step::Fetch),
            2 => (1..3_usize).prop_map(Step::FetchLimited),
            1 => (0..PARTITIONS).prop_map(Step::Forget),
        ]
    }

    /// A session, and beside it what Kafka does: look at every partition with every fetch.
    struct Both {
        session: FetchSession,
        log_ends: [i64; PARTITIONS],
        /// Of each partition in the session: fetch offset, high watermark told last.
        naive: [Option<(i64, i64)>; PARTITIONS],
        epoch: u32,
    }

    impl Both {
        fn request(&mut self) -> FetchRequest {
            let mut request = FetchRequest {
                fetcher: Fetcher::Consumer,
                max_wait: Nanos::ZERO,
                min_bytes: 1,
                max_bytes: 1 << 20,
                session_epoch: self.epoch,
                partitions: Vec::new(),
                forgotten: Vec::new(),
            };
            self.epoch += 1;
            for (tp, known) in self.naive.iter_mut().enumerate() {
                let listed = self.session.get(Tp(tp as u32)).map(|entry| entry.fetch_offset.0);
                let (offset, _) = known.get_or_insert((self.log_ends[tp], -1));
                if listed != Some(*offset) {
                    request.partitions.push(FetchPartition {
                        tp: Tp(tp as u32),
                        fetch_offset: Offset(*offset),
                        log_start: Offset::INVALID,
                        current_leader_epoch: LeaderEpoch::UNDEFINED,
                        last_fetched_epoch: LeaderEpoch::UNDEFINED,
                        max_bytes: 1 << 20,
                    });
                }
            }
            request
        }
        fn round(&mut self, mut room: usize) -> Vec<Examined> {
            let mut examined = Vec::new();
            while let Some((entry, from)) = self.session.next_dirty() {
                let end = self.log_ends[from.tp.index()];
                let due = end > from.fetch_offset.0;
                let batches: smallvec::SmallVec<_> =
                    (due && room > 0).then(|| batch(0, 1).into()).into_iter().collect();
                room -= batches.len();
                let (high_watermark, last_stable_offset) = (Offset(end), Offset(end));
                let (error, log_start) = (ErrorCode::None, Offset(0));
                let (diverging, current_leader) = (None, None);
                let data = FetchData {
                    tp: from.tp,
                    error,
                    high_watermark,
                    last_stable_offset,
                    log_start,
                    diverging,
                    current_leader,
                    batches,
                };
                examined.push(Examined { entry, data, watched: due });
            }
            examined
        }
        /// The fetcher fetches, and the response has room for the data of so many partitions.
        fn fetch(&mut self, park: bool, room: usize) -> Result<Vec<(u32, bool)>, TestCaseError> {
            let request = self.request();
            prop_assert!(self.session.advance(request.session_epoch));
            self.session.update(&request);
            if park {
                let mut examined = self.round(room);
                self.session.parked(&mut examined);
            }
            let mut examined = self.round(room);
            let mut answer = Vec::new();
            self.session.answered(&mut examined, &mut answer);
            let mut told: Vec<_> = answer.iter().map(|data| (data.tp.0, !data.batches.is_empty())).collect();
            told.sort();
            Ok(told)
        }
        /// Takes what a response told. Where there is something to read and it told nothing of it, the
        /// partition was passed over: it is due first the next time.
        fn take(&mut self, told: &[(u32, bool)]) {
            for (tp, has_data) in told {
                let end = self.log_ends[*tp as usize];
                if let Some(known) = &mut self.naive[*tp as usize] {
                    *known = (if *has_data { end } else { known.0 }, end);
                }
            }
        }
        /// Partitions with something to read.
        fn due(&self) -> usize {
            self.naive.iter().zip(&self.log_ends).filter(|(known, end)| known.is_some_and(|(at, _)| at < **end)).count()
        }
        /// The partitions of which a full walk finds something to tell; the fetcher takes the data.
        fn walk(&mut self) -> Vec<(u32, bool)> {
            let mut found = Vec::new();
            for (tp, known) in self.naive.iter_mut().enumerate() {
                let Some((offset, told)) = known else { continue };
                let end = self.log_ends[tp];
                if end > *offset || end != *told {
                    found.push((tp as u32, end > *offset));
                    (*offset, *told) = (end, end);
                }
            }
            found
        }
    }

    proptest! {
        #[test]
        fn dirty_lists_find_what_a_walk_over_all_partitions_finds(steps in proptest::collection::vec(step(), 1..60)) {
            let session = FetchSession::new(Fetcher::Consumer, PARTITIONS as u32);
            let mut both = Both { session, log_ends: [0; PARTITIONS], naive: [None; PARTITIONS], epoch: 1 };
            for step in steps {
                match step {
                    Step::Grow(tp) => {
                        both.log_ends[tp] += 1;
                        both.session.mark_dirty(Tp(tp as u32));
                    }
                    Step::Forget(tp) => {
                        both.naive[tp] = None;
                        both.session.forget(Tp(tp as u32));
                    }
                    Step::Fetch(park) => {
                        let told = both.fetch(park, PARTITIONS)?;
                        prop_assert_eq!(told, both.walk());
                        prop_assert_eq!(both.session.len(), both.naive.iter().flatten().count());
                    }
                    Step::FetchLimited(room) => {
                        let told = both.fetch(false, room)?;
                        let with_data = told.iter().filter(|(_, has_data)| *has_data).count();
                        prop_assert_eq!(with_data, room.min(both.due()));
                        both.take(&told);
                    }
                }
            }
        }
    }
}
