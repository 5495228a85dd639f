//! Fetch sessions (KIP-227, `core/.../server/FetchSession.scala`), with dirty lists.
//!
//! Kafka reads every partition of a session for every fetch. Here a session knows which partitions
//! may have something to say: those that the request changed, and those to which something happened
//! since they were last found with nothing. All others are at their log's (or its readable part's) end.

use std::collections::VecDeque;

use smallvec::SmallVec;

use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::{ConnId, LeaderEpoch, Offset, RackId, Tp};
use crate::protocol::messages::{FetchData, FetchPartition, FetchRequest, ReplicaState};
use crate::sim::time::Nanos;

/// A partition of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct SessionPartition {
    /// Which.
    pub tp: Tp,
    /// The replica of it here, if there is one.
    pub replica: Option<ReplicaId>,
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

/// Where reading ends (`FetchIsolation`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FetchIsolation {
    /// At the log end: followers.
    LogEnd,
    /// At the high watermark: consumers.
    HighWatermark,
    /// At the last stable offset: consumers that read what is committed.
    TxnCommitted,
}

/// What is the same for all partitions of a fetch (`FetchParams`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct FetchParams {
    /// Who fetches.
    pub replica_state: ReplicaState,
    /// How far it reads.
    pub isolation: FetchIsolation,
    /// The rack of a consumer (`ClientMetadata.rackId`).
    pub rack: Option<RackId>,
}

impl FetchParams {
    /// Those of a request.
    pub(super) fn of(request: &FetchRequest) -> FetchParams {
        let isolation = match (request.replica_state, request.isolation_level) {
            (ReplicaState::Follower(..), _) => FetchIsolation::LogEnd,
            (ReplicaState::Consumer, IsolationLevel::ReadUncommitted) => FetchIsolation::HighWatermark,
            (ReplicaState::Consumer, IsolationLevel::ReadCommitted) => FetchIsolation::TxnCommitted,
        };
        FetchParams { replica_state: request.replica_state, isolation, rack: request.rack }
    }
    /// Those of a consumer that reads everything.
    #[cfg(test)]
    pub(super) const CONSUMER: FetchParams =
        FetchParams { replica_state: ReplicaState::Consumer, isolation: FetchIsolation::HighWatermark, rack: None };
}

/// One fetcher's session; it lives and dies with its connection.
#[derive(Clone, Debug)]
pub(super) struct FetchSession {
    /// The connection it lives on: sessions are as old as that.
    pub conn: ConnId,
    /// Who fetches, and how far it reads.
    pub params: FetchParams,
    /// When it fetched last.
    pub last_fetch: Nanos,
    next_epoch: u32,
    entries: Vec<SessionPartition>,
    free: Vec<u32>,
    /// The entry of each of its partitions, by partition.
    index: Vec<(Tp, u32)>,
    dirty: VecDeque<u32>,
    /// Scratch: what a round kept for later although it returned data.
    rotated: Vec<u32>,
}

/// What a round of reading has found in one partition.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    /// The entry in the session.
    pub entry: u32,
    /// What was read.
    pub data: FetchData,
    /// To be looked at with every fetch: a follower outside the ISR, which may join with any of them; a
    /// consumer beyond the high watermark, whose fetches never wait; one that might read from a replica in its rack
    /// as soon as there is one; and whoever still has something to read here, be it that the response was full before it was this partition's turn.
    pub watched: bool,
}

impl Examined {
    /// Nothing read yet.
    pub(super) fn nothing(entry: u32, tp: Tp) -> Examined {
        Examined { entry, data: FetchData::empty(tp), watched: false }
    }
    fn has_news(&self, entry: &SessionPartition) -> bool {
        self.stays_dirty()
            || self.data.high_watermark != entry.sent_high_watermark
            || self.data.log_start != entry.sent_log_start
    }
    /// What is to be told at once, and again with every fetch: an error, a divergence, another replica to read from.
    pub(super) fn is_urgent(&self) -> bool {
        self.data.error.is_err() || self.data.diverging.is_some() || self.data.preferred_read_replica.is_some()
    }
    /// After data there may be more.
    fn stays_dirty(&self) -> bool {
        self.is_urgent() || !self.data.batches.is_empty()
    }
}

impl FetchSession {
    /// A session without partitions.
    pub(super) fn new(conn: ConnId, params: FetchParams) -> FetchSession {
        FetchSession {
            conn,
            params,
            last_fetch: Nanos::ZERO,
            next_epoch: 1,
            entries: Vec::new(),
            free: Vec::new(),
            index: Vec::new(),
            dirty: VecDeque::new(),
            rotated: Vec::new(),
        }
    }
    /// Takes an incremental request's epoch; false: it is not the next one.
    pub(super) fn advance(&mut self, epoch: u32) -> bool {
        let fits = epoch == self.next_epoch;
        self.next_epoch += u32::from(fits);
        fits
    }
    /// Whether it holds no partition.
    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
    /// Its partitions that have a replica here.
    pub(super) fn replicas(&self) -> impl Iterator<Item = ReplicaId> + '_ {
        self.index.iter().filter_map(|(_, entry)| self.entries[*entry as usize].replica)
    }
    fn place(&self, tp: Tp) -> Result<usize, usize> {
        self.index.binary_search_by_key(&tp, |(other, _)| *other)
    }
    /// The entry of a partition.
    pub(super) fn entry_of(&self, tp: Tp) -> Option<u32> {
        self.place(tp).ok().map(|place| self.index[place].1)
    }
    /// What an entry holds.
    #[inline]
    pub(super) fn entry(&self, entry: u32) -> &SessionPartition {
        &self.entries[entry as usize]
    }
    /// There is a replica of the entry's partition here now.
    pub(super) fn is_hosted(&mut self, entry: u32, replica: ReplicaId) {
        self.entries[entry as usize].replica = Some(replica);
    }
    /// Takes the request's new and changed partitions. Returns the entries of those that were not in the session.
    pub(super) fn update(
        &mut self,
        request: &FetchRequest,
        replica_of: impl Fn(Tp) -> Option<ReplicaId>,
    ) -> SmallVec<[u32; 2]> {
        let mut added = SmallVec::new();
        for partition in &request.partitions {
            let entry = match self.place(partition.tp) {
                Err(place) => {
                    let entry = self.add(partition, replica_of(partition.tp));
                    self.index.insert(place, (partition.tp, entry));
                    added.push(entry);
                    entry
                }
                Ok(place) => {
                    let number = self.index[place].1;
                    let entry = &mut self.entries[number as usize];
                    let (sent_high_watermark, sent_log_start, dirty) =
                        (entry.sent_high_watermark, entry.sent_log_start, entry.dirty);
                    *entry = SessionPartition {
                        sent_high_watermark,
                        sent_log_start,
                        dirty,
                        ..SessionPartition::new(partition, entry.replica)
                    };
                    number
                }
            };
            self.mark_dirty(entry);
        }
        added
    }
    fn add(&mut self, partition: &FetchPartition, replica: Option<ReplicaId>) -> u32 {
        let added = SessionPartition::new(partition, replica);
        match self.free.pop() {
            Some(entry) => {
                self.entries[entry as usize] = added;
                entry
            }
            None => {
                self.entries.push(added);
                (self.entries.len() - 1) as u32
            }
        }
    }
    /// Drops a partition. Returns its replica here, if it was in the session and there is one.
    pub(super) fn forget(&mut self, tp: Tp) -> Option<ReplicaId> {
        let place = self.place(tp).ok()?;
        let (_, entry) = self.index.remove(place);
        let partition = &mut self.entries[entry as usize];
        partition.live = false;
        // An entry on the dirty list is freed when the list comes to it.
        if !partition.dirty {
            self.free.push(entry);
        }
        partition.replica
    }
    /// Something happened to an entry's partition. Returns whether nothing had since it was last looked at.
    #[inline]
    pub(super) fn mark_dirty(&mut self, entry: u32) -> bool {
        let partition = &mut self.entries[entry as usize];
        if partition.dirty {
            return false;
        }
        partition.dirty = true;
        self.dirty.push_back(entry);
        true
    }
    /// Whether an entry's partition may have something to say.
    pub(super) fn is_dirty(&self, entry: u32) -> bool {
        self.entry(entry).dirty
    }
    /// The partitions that may have something to say.
    pub(super) fn dirty(&self) -> impl Iterator<Item = &SessionPartition> {
        self.dirty.iter().map(|entry| &self.entries[*entry as usize]).filter(|entry| entry.live)
    }
    /// Takes the next partition off the dirty list.
    pub(super) fn next_dirty(&mut self) -> Option<(u32, SessionPartition)> {
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
    pub(super) fn matters(&self, found: &Examined) -> bool {
        found.watched || found.has_news(&self.entries[found.entry as usize])
    }
    /// Ends a round whose findings go into an answer: keeps what is news, and notes that it was told.
    /// Partitions that returned data are read last next time, so that others get their share.
    pub(super) fn answered(&mut self, examined: &mut Vec<Examined>, answer: &mut Vec<FetchData>) {
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
    pub(super) fn parked(&mut self, examined: &mut Vec<Examined>) {
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
    /// # Panics
    /// If its lists contradict each other.
    pub(super) fn check_invariants(&self) {
        assert!(self.index.is_sorted_by(|a, b| a.0 < b.0), "a session's partitions are sorted, each once");
        for (tp, entry) in &self.index {
            let partition = self.entry(*entry);
            assert!(partition.live && partition.tp == *tp, "the index of a session leads to the partition's entry");
        }
        assert!(self.rotated.is_empty(), "a round of reading has ended");
        for entry in &self.dirty {
            assert!(self.entry(*entry).dirty, "what is on the dirty list knows it");
        }
        let dirty = self.entries.iter().filter(|entry| entry.dirty).count();
        assert_eq!(dirty, self.dirty.len(), "whatever may have something to say is on the dirty list once");
    }
}

impl SessionPartition {
    pub(super) fn new(partition: &FetchPartition, replica: Option<ReplicaId>) -> SessionPartition {
        SessionPartition {
            tp: partition.tp,
            replica,
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
                rack: None,
                isolation_level: IsolationLevel::ReadUncommitted,
                replica_state: ReplicaState::Consumer,
                max_wait: Nanos::ZERO,
                min_bytes: 1,
                max_bytes: 1 << 20,
                session_epoch: self.epoch,
                partitions: Vec::new(),
                forgotten: Vec::new(),
            };
            self.epoch += 1;
            for (tp, known) in self.naive.iter_mut().enumerate() {
                let listed = self.session.entry_of(Tp(tp as u32)).map(|entry| self.session.entry(entry).fetch_offset.0);
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
                    preferred_read_replica: None,
                    aborted_transactions: None,
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
            self.session.update(&request, |_| None);
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

    fn session_of_two() -> FetchSession {
        let mut session = FetchSession::new(ConnId(0), FetchParams::CONSUMER);
        let mut both =
            Both { session: session.clone(), log_ends: [0; PARTITIONS], naive: [None; PARTITIONS], epoch: 1 };
        session.update(&both.request(), |_| None);
        session.check_invariants();
        session
    }

    #[test]
    #[should_panic(expected = "sorted")]
    fn an_index_out_of_order_is_noticed() {
        let mut session = session_of_two();
        session.index.swap(0, 1);
        session.check_invariants();
    }

    #[test]
    #[should_panic(expected = "leads to the partition's entry")]
    fn an_index_that_leads_elsewhere_is_noticed() {
        let mut session = session_of_two();
        session.index[0].1 = 1;
        session.check_invariants();
    }

    #[test]
    #[should_panic(expected = "on the dirty list once")]
    fn a_dirty_partition_that_is_not_listed_is_noticed() {
        let mut session = session_of_two();
        session.dirty.pop_front();
        session.check_invariants();
    }

    proptest! {
        #[test]
        fn dirty_lists_find_what_a_walk_over_all_partitions_finds(steps in proptest::collection::vec(step(), 1..60)) {
            let session = FetchSession::new(ConnId(0), FetchParams::CONSUMER);
            let mut both = Both { session, log_ends: [0; PARTITIONS], naive: [None; PARTITIONS], epoch: 1 };
            for step in steps {
                match step {
                    Step::Grow(tp) => {
                        both.log_ends[tp] += 1;
                        if let Some(entry) = both.session.entry_of(Tp(tp as u32)) {
                            both.session.mark_dirty(entry);
                        }
                    }
                    Step::Forget(tp) => {
                        both.naive[tp] = None;
                        both.session.forget(Tp(tp as u32));
                    }
                    Step::Fetch(park) => {
                        let told = both.fetch(park, PARTITIONS)?;
                        prop_assert_eq!(told, both.walk());
                        prop_assert_eq!(both.session.index.len(), both.naive.iter().flatten().count());
                    }
                    Step::FetchLimited(room) => {
                        let told = both.fetch(false, room)?;
                        let with_data = told.iter().filter(|(_, has_data)| *has_data).count();
                        prop_assert_eq!(with_data, room.min(both.due()));
                        both.take(&told);
                    }
                }
                both.session.check_invariants();
            }
        }
    }
}
