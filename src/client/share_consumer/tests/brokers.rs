//! The leaders of share-partitions, as far as one member sees them: who has acquired what, and how often it was delivered
//! (`core/.../server/share/SharePartition.java`, much simplified; nothing is written down).

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::batch::RecordBatch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ConnId, Offset, Tp};
use crate::protocol::messages::*;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// `group.share.delivery.count.limit`.
const DELIVERY_LIMIT: u16 = 5;
/// `group.share.record.lock.duration.ms`.
const LOCK: Nanos = Nanos::from_secs(30);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Available,
    Acquired(ConnId),
    Done,
}

/// A share session: of a connection, as in Kafka since 4.1.
#[derive(Default)]
struct Session {
    epoch: i32,
    partitions: BTreeSet<Tp>,
    /// What a ShareFetch that waits for records has acknowledged.
    acknowledged: Option<BTreeMap<Tp, ErrorCode>>,
}

/// What a leader knows of a partition's log.
pub struct Log<'a> {
    pub batches: &'a [RecordBatch],
    /// Who leads it, if not the broker that is asked.
    pub elsewhere: Option<LeaderAndEpoch>,
}

/// See the module.
#[derive(Default)]
pub struct ShareBrokers {
    sessions: BTreeMap<ConnId, Session>,
    records: BTreeMap<(Tp, i64), (State, u16)>,
}

impl ShareBrokers {
    /// A connection is gone, and the session with it.
    pub fn closed(&mut self, conn: ConnId) {
        self.sessions.remove(&conn);
        self.free(|holder| holder == conn);
    }
    /// The locks of all records run out.
    pub fn locks_run_out(&mut self) {
        self.free(|_| true);
    }
    /// A request was heard, and answered in another way.
    pub fn heard(&mut self, conn: ConnId) {
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.epoch += 1;
        }
    }
    /// Another broker leads a partition, and its records are free.
    pub fn moved(&mut self, tp: Tp) {
        for ((of, _), (state, _)) in &mut self.records {
            if *of == tp && matches!(state, State::Acquired(_)) {
                *state = State::Available;
            }
        }
    }
    /// Whether nobody will see a record again.
    pub fn is_done(&self, tp: Tp, offset: i64) -> bool {
        matches!(self.records.get(&(tp, offset)), Some((State::Done, _)))
    }
    fn free(&mut self, of: impl Fn(ConnId) -> bool) {
        for (state, count) in self.records.values_mut() {
            if matches!(*state, State::Acquired(holder) if of(holder)) {
                *state = if *count >= DELIVERY_LIMIT { State::Done } else { State::Available };
            }
        }
    }
    /// Whether the epoch of a request is that of its session; a session begins or goes on.
    fn take_epoch(&mut self, conn: ConnId, epoch: i32) -> ErrorCode {
        if epoch == share_session_epoch::INITIAL {
            self.sessions.insert(conn, Session { epoch: 1, ..Session::default() });
            return ErrorCode::None;
        }
        let Some(session) = self.sessions.get_mut(&conn) else { return ErrorCode::ShareSessionNotFound };
        if epoch != share_session_epoch::FINAL && epoch != session.epoch {
            return ErrorCode::InvalidShareSessionEpoch;
        }
        session.epoch += 1;
        ErrorCode::None
    }
    /// All of a partition is taken, or nothing.
    fn acknowledge(&mut self, conn: ConnId, partition: &SharePartitionAcknowledgements, log: &Log<'_>) -> ErrorCode {
        if log.elsewhere.is_some() {
            return ErrorCode::NotLeaderOrFollower;
        }
        let mut said: Vec<(i64, AcknowledgeType)> = Vec::new();
        for batch in &partition.acknowledgements {
            for (at, offset) in (batch.first.0..=batch.last.0).enumerate() {
                said.push((offset, batch.types[if batch.types.len() == 1 { 0 } else { at }]));
            }
        }
        let holds = |offset: i64| matches!(self.records.get(&(partition.tp, offset)), Some((State::Acquired(holder), _)) if *holder == conn);
        if !said.iter().all(|(offset, _)| holds(*offset)) {
            return ErrorCode::InvalidRecordState;
        }
        for (offset, kind) in said {
            let (state, count) = self.records.get_mut(&(partition.tp, offset)).expect("just seen");
            match kind {
                AcknowledgeType::Renew => {}
                AcknowledgeType::Release if *count < DELIVERY_LIMIT => *state = State::Available,
                _ => *state = State::Done,
            }
        }
        ErrorCode::None
    }
    /// Answer to a ShareAcknowledge.
    pub fn on_acknowledge<'a>(
        &mut self,
        conn: ConnId,
        request: &ShareAcknowledgeRequest,
        log: impl Fn(Tp) -> Log<'a>,
    ) -> ShareAcknowledgeResponse {
        let mut response = ShareAcknowledgeResponse {
            error: self.take_epoch(conn, request.session_epoch),
            acquisition_lock_timeout: LOCK,
            partitions: List::new(),
        };
        if response.error.is_ok() {
            for partition in &request.partitions {
                let log = log(partition.tp);
                let error = self.acknowledge(conn, partition, &log);
                response.partitions.push((partition.tp, error, log.elsewhere));
            }
        }
        if request.session_epoch == share_session_epoch::FINAL {
            self.closed(conn);
        }
        response
    }
    /// Answer to a ShareFetch; none while there is nothing to acquire. `last`: it has waited long enough.
    pub fn on_fetch<'a>(
        &mut self,
        conn: ConnId,
        request: &ShareFetchRequest,
        log: impl Fn(Tp) -> Log<'a>,
        last: bool,
    ) -> Option<ShareFetchResponse> {
        let mut answer =
            ShareFetchResponse { error: ErrorCode::None, acquisition_lock_timeout: LOCK, partitions: Vec::new() };
        let waited = self.sessions.get_mut(&conn).and_then(|session| session.acknowledged.take());
        let acknowledged = match waited {
            Some(acknowledged) => acknowledged,
            None => {
                answer.error = self.take_epoch(conn, request.session_epoch);
                if answer.error.is_err() {
                    return Some(answer);
                }
                let session = self.sessions.get_mut(&conn).expect("just seen");
                session.partitions.extend(request.partitions.iter().map(|partition| partition.tp));
                session.partitions.retain(|tp| !request.forgotten.contains(tp));
                let said = request.partitions.iter().filter(|partition| !partition.acknowledgements.is_empty());
                said.map(|partition| (partition.tp, self.acknowledge(conn, partition, &log(partition.tp)))).collect()
            }
        };
        let mut room = request.max_records;
        let tps = self.sessions[&conn].partitions.clone();
        for tp in tps.union(&acknowledged.keys().copied().collect()).copied() {
            let is_wanted = self.sessions[&conn].partitions.contains(&tp);
            let log = log(tp);
            let acknowledge_error = acknowledged.get(&tp).copied().unwrap_or(ErrorCode::None);
            let mut data = ShareFetchData {
                tp,
                error: ErrorCode::None,
                acknowledge_error,
                current_leader: log.elsewhere,
                batches: Batches::new(),
                acquired: Vec::new(),
            };
            if log.elsewhere.is_some() && is_wanted {
                data.error = ErrorCode::NotLeaderOrFollower;
            } else if is_wanted {
                let whole = request.acquire_mode == ShareAcquireMode::BatchOptimized;
                self.acquire(conn, &mut data, &mut room, whole, log.batches);
            }
            if acknowledged.contains_key(&tp) || data.error.is_err() || !data.acquired.is_empty() {
                answer.partitions.push(data);
            }
        }
        let news = answer.partitions.iter().any(|data| data.error.is_err() || !data.acquired.is_empty());
        if news || last || request.is_renew {
            return Some(answer);
        }
        self.sessions.get_mut(&conn).expect("just seen").acknowledged = Some(acknowledged);
        None
    }
    fn acquire(
        &mut self,
        conn: ConnId,
        data: &mut ShareFetchData,
        room: &mut u32,
        whole: bool,
        batches: &[RecordBatch],
    ) {
        for batch in batches {
            if *room == 0 {
                break;
            }
            let before = data.acquired.len();
            for offset in batch.base_offset.0..batch.next_offset().0 {
                let (state, count) = self.records.entry((data.tp, offset)).or_insert((State::Available, 0));
                if *state != State::Available || (*room == 0 && !whole) {
                    continue;
                }
                *state = State::Acquired(conn);
                *count += 1;
                *room = room.saturating_sub(1);
                let (offset, delivery_count) = (Offset(offset), *count);
                let begun = before < data.acquired.len();
                match data.acquired.last_mut().filter(|run| run.last.plus(1) == offset) {
                    Some(run) if run.delivery_count == delivery_count && begun => {
                        run.last = offset;
                    }
                    _ => data.acquired.push(AcquiredRecords { first: offset, last: offset, delivery_count }),
                }
            }
            if before < data.acquired.len() {
                data.batches.push(SharedBatch::from(batch.clone()));
            }
        }
    }
}
