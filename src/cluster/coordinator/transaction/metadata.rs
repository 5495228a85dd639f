//! What is known of one transactional id, and the ways from one state to the next
//! (`transaction-coordinator/.../{TransactionMetadata,TxnTransitMetadata,TransactionState}.java`).
//!
//! A transition is *prepared*: the id is marked with the state it is to get, and nothing else may happen to it. It is
//! written to the log, and *completed* once that is replicated. So memory is never ahead of the log here, unlike that
//! of groups.

use crate::protocol::batch::{TransactionLogValue, TransactionState};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{FenceExhausted, Rules, TransactionLogMemory, TransactionVersion};
use crate::sim::time::Nanos;

/// The largest epoch. Only the coordinator uses it, to fence the owner of the one before.
const LARGEST_EPOCH: ProducerEpoch = ProducerEpoch(i16::MAX);

/// Whether a producer that has this epoch gets no other with its id (`TransactionMetadata.isEpochExhausted`).
pub(super) fn is_exhausted(epoch: ProducerEpoch) -> bool {
    epoch.0 >= LARGEST_EPOCH.0 - 1
}

/// What is, or is to be, known of a transactional id (`TxnTransitMetadata`).
#[derive(Clone, PartialEq, Debug)]
pub(super) struct TxnTransitMetadata {
    pub producer: ProducerIdAndEpoch,
    /// The producer id before the last transition; mostly the same.
    pub previous_id: ProducerId,
    /// The one that takes over with the end of the transaction, if the epochs of this one are used up.
    pub next_id: ProducerId,
    /// The epoch before the last; none if the last was not asked for by who had it.
    pub last_epoch: ProducerEpoch,
    pub timeout: Nanos,
    pub state: TransactionState,
    /// Ascending.
    pub partitions: Vec<Tp>,
    pub start: Option<Nanos>,
    pub last_update: Nanos,
    pub client_version: TransactionVersion,
}

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct TransactionMetadata {
    pub id: TransactionalId,
    pub now: TxnTransitMetadata,
    /// The state that it is about to get.
    pub pending: Option<TransactionState>,
    /// A fence could not be written. Its epoch was told to nobody, so it will do for the next attempt.
    pub has_failed_epoch_fence: bool,
}

impl TransactionMetadata {
    /// An id that nobody has asked for before.
    pub fn new(id: TransactionalId, producer_id: ProducerId, timeout: Nanos, now: Nanos) -> TransactionMetadata {
        let data = TxnTransitMetadata {
            producer: ProducerIdAndEpoch { id: producer_id, epoch: ProducerEpoch::NONE },
            previous_id: ProducerId::NONE,
            next_id: ProducerId::NONE,
            last_epoch: ProducerEpoch::NONE,
            timeout,
            state: TransactionState::Empty,
            partitions: Vec::new(),
            start: None,
            last_update: now,
            client_version: TransactionVersion::V0,
        };
        TransactionMetadata { id, now: data, pending: None, has_failed_epoch_fence: false }
    }
    /// As the log has it (`TransactionLog.read`).
    pub fn of_log(value: &TransactionLogValue) -> TransactionMetadata {
        let data = TxnTransitMetadata {
            producer: value.producer,
            previous_id: value.previous_producer_id,
            next_id: value.next_producer_id,
            // Which epoch was before it is not written (it is after 4.4: KAFKA-20357).
            last_epoch: ProducerEpoch::NONE,
            timeout: value.timeout,
            state: value.state,
            partitions: value.partitions.clone(),
            start: value.start,
            last_update: value.last_update,
            client_version: value.client_version,
        };
        TransactionMetadata { id: value.transactional_id, now: data, pending: None, has_failed_epoch_fence: false }
    }

    /// Whether something is being written about it, or its markers are being written.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }
    /// Whether the coordinator is about to fence its producer.
    pub fn is_being_fenced(&self) -> bool {
        self.pending == Some(TransactionState::PrepareEpochFence)
    }
    /// Whether the producer may get no other epoch with its id.
    pub fn is_exhausted(&self) -> bool {
        is_exhausted(self.now.producer.epoch)
    }

    /// Marks the id with the state it is to get (`prepareTransitionTo`).
    fn prepare(&mut self, to: TxnTransitMetadata) -> TxnTransitMetadata {
        assert!(self.pending.is_none(), "one transition at a time");
        assert!(may_follow(to.state, self.now.state), "{:?} does not follow {:?}", to.state, self.now.state);
        assert!(to.producer.id.0 >= 0, "a transactional id has a producer id");
        assert!(to.state == TransactionState::Dead || to.producer.epoch.0 >= 0, "a producer has an epoch");
        self.pending = Some(to.state);
        TxnTransitMetadata { previous_id: self.now.producer.id, ..to }
    }
    fn with_epoch(&self, epoch: i16) -> ProducerIdAndEpoch {
        ProducerIdAndEpoch { epoch: ProducerEpoch(epoch), ..self.now.producer }
    }

    /// The producer is about to be fenced: whoever has its epoch is heard no more (`prepareFenceProducerEpoch`).
    ///
    /// # Errors
    /// UNKNOWN_SERVER_ERROR where a release throws because there is no epoch left.
    pub fn prepare_fence(&mut self, rules: Rules) -> Result<ProducerEpoch, ErrorCode> {
        let ProducerIdAndEpoch { epoch, .. } = self.now.producer;
        let epoch = match (self.has_failed_epoch_fence, epoch == LARGEST_EPOCH) {
            (_, true) if rules.fence_exhausted == FenceExhausted::Kept => return Err(ErrorCode::UnknownServerError),
            (true, _) | (_, true) => epoch.0,
            (false, false) => epoch.0 + 1,
        };
        let producer = self.with_epoch(epoch);
        let to = TxnTransitMetadata { state: TransactionState::PrepareEpochFence, producer, ..self.now.clone() };
        Ok(self.prepare(to).producer.epoch)
    }

    /// A producer gets the next epoch (`prepareIncrementProducerEpoch`). `expected`: the epoch that it has.
    ///
    /// # Errors
    /// PRODUCER_FENCED if it has an older one; UNKNOWN_SERVER_ERROR if there is none left.
    pub fn prepare_increment_epoch(
        &mut self,
        timeout: Nanos,
        expected: Option<ProducerEpoch>,
        now: Nanos,
    ) -> Result<TxnTransitMetadata, ErrorCode> {
        if self.is_exhausted() {
            return Err(ErrorCode::UnknownServerError);
        }
        let ProducerIdAndEpoch { epoch, .. } = self.now.producer;
        let (next, last) = match expected {
            None => (epoch.0 + 1, ProducerEpoch::NONE),
            Some(expected) if epoch == ProducerEpoch::NONE || expected == epoch => (epoch.0 + 1, epoch),
            // It has not heard the answer to its last request.
            Some(expected) if expected == self.now.last_epoch => (epoch.0, self.now.last_epoch),
            Some(_) => return Err(ErrorCode::ProducerFenced),
        };
        Ok(self.prepare(TxnTransitMetadata {
            producer: self.with_epoch(next),
            last_epoch: last,
            ..self.emptied(timeout, now)
        }))
    }
    /// A producer whose epochs are used up gets another id (`prepareProducerIdRotation`). `keep_last`: it said which
    /// epoch it has.
    pub fn prepare_rotation(
        &mut self,
        id: ProducerId,
        timeout: Nanos,
        keep_last: bool,
        now: Nanos,
    ) -> TxnTransitMetadata {
        let last_epoch = if keep_last { self.now.producer.epoch } else { ProducerEpoch::NONE };
        let producer = ProducerIdAndEpoch { id, epoch: ProducerEpoch(0) };
        self.prepare(TxnTransitMetadata { producer, last_epoch, ..self.emptied(timeout, now) })
    }
    fn emptied(&self, timeout: Nanos, now: Nanos) -> TxnTransitMetadata {
        TxnTransitMetadata {
            state: TransactionState::Empty,
            timeout,
            partitions: Vec::new(),
            start: None,
            last_update: now,
            ..self.now.clone()
        }
    }

    /// Partitions become part of the transaction, which begins with the first of them (`prepareAddPartitions`).
    pub fn prepare_add_partitions(
        &mut self,
        added: &[Tp],
        client_version: TransactionVersion,
        now: Nanos,
    ) -> TxnTransitMetadata {
        let mut partitions = self.now.partitions.clone();
        partitions.extend(added);
        partitions.sort();
        partitions.dedup();
        let start = if self.now.state == TransactionState::Ongoing { self.now.start } else { Some(now) };
        self.prepare(TxnTransitMetadata {
            state: TransactionState::Ongoing,
            partitions,
            start,
            last_update: now,
            client_version,
            ..self.now.clone()
        })
    }

    /// The outcome is decided (`prepareAbortOrCommit`). `next_id`: who takes over when it is over. `is_empty`: no
    /// partition was added, so it begins and ends now.
    ///
    /// # Errors
    /// UNKNOWN_SERVER_ERROR where a release throws because there is no epoch left.
    pub fn prepare_abort_or_commit(
        &mut self,
        state: TransactionState,
        client_version: TransactionVersion,
        next_id: ProducerId,
        is_empty: bool,
        rules: Rules,
        now: Nanos,
    ) -> Result<TxnTransitMetadata, ErrorCode> {
        let ProducerIdAndEpoch { epoch, .. } = self.now.producer;
        let (producer, last_epoch) = match (client_version.supports_epoch_bump(), epoch == LARGEST_EPOCH) {
            (false, _) => (self.now.producer, self.now.last_epoch),
            (true, false) => (self.with_epoch(epoch.0 + 1), epoch),
            (true, true) if rules.fence_exhausted == FenceExhausted::Kept => return Err(ErrorCode::UnknownServerError),
            (true, true) => (self.now.producer, epoch),
        };
        let start = if is_empty { Some(now) } else { self.now.start };
        Ok(self.prepare(TxnTransitMetadata {
            state,
            producer,
            next_id,
            last_epoch,
            start,
            last_update: now,
            client_version,
            ..self.now.clone()
        }))
    }
    /// All partitions have their markers, or will have (`prepareComplete`).
    pub fn prepare_complete(&mut self, now: Nanos) -> TxnTransitMetadata {
        self.has_failed_epoch_fence = false;
        let state = match self.now.state {
            TransactionState::PrepareCommit => TransactionState::CompleteCommit,
            _ => TransactionState::CompleteAbort,
        };
        let rotates = self.now.client_version.supports_epoch_bump() && self.now.next_id != ProducerId::NONE;
        let producer = match rotates {
            true => ProducerIdAndEpoch { id: self.now.next_id, epoch: ProducerEpoch(0) },
            false => self.now.producer,
        };
        self.prepare(TxnTransitMetadata {
            state,
            producer,
            next_id: ProducerId::NONE,
            partitions: Vec::new(),
            last_update: now,
            ..self.now.clone()
        })
    }
    /// It has expired (`prepareDead`).
    pub fn prepare_dead(&mut self) -> TxnTransitMetadata {
        self.prepare(TxnTransitMetadata { state: TransactionState::Dead, partitions: Vec::new(), ..self.now.clone() })
    }

    /// The fence gives way to the abort that it is for. What a fence is worth in epochs differs between releases.
    pub fn fence_becomes_abort(&mut self, epoch: ProducerEpoch, version: TransactionVersion, rules: Rules) {
        assert!(self.is_being_fenced(), "a fence precedes its abort");
        self.pending = None;
        if rules.fence_counts(version) {
            self.now.producer.epoch = epoch;
            self.now.last_epoch = ProducerEpoch::NONE;
        }
    }
    /// What was prepared is written and replicated (`completeTransitionTo`).
    pub fn complete(&mut self, to: TxnTransitMetadata) {
        assert_eq!(self.pending, Some(to.state), "what is completed was prepared");
        assert!(may_follow(to.state, self.now.state), "{:?} does not follow {:?}", to.state, self.now.state);
        if to.state == TransactionState::Ongoing {
            let kept = self.now.partitions.iter().all(|tp| to.partitions.binary_search(tp).is_ok());
            assert!(kept && self.now.timeout == to.timeout, "a transaction only grows");
        }
        self.pending = None;
        self.now = to;
    }
    /// A partition has its marker (`removePartition`).
    pub fn remove_partition(&mut self, tp: Tp) {
        assert!(self.is_decided(), "markers follow the decision");
        self.now.partitions.retain(|other| *other != tp);
    }
    /// Whether the outcome is decided, and not everybody knows it.
    pub fn is_decided(&self) -> bool {
        self.now.state.is_prepared()
    }

    /// # Panics
    /// If what is known of the id contradicts itself.
    pub fn check_invariants(&self) {
        let TxnTransitMetadata { partitions, state, start, producer, .. } = &self.now;
        assert!(partitions.is_sorted_by(|a, b| a < b), "partitions are sorted, each once");
        let has_partitions = match state {
            TransactionState::Ongoing => !partitions.is_empty(),
            TransactionState::PrepareCommit | TransactionState::PrepareAbort => true,
            _ => partitions.is_empty(),
        };
        assert!(has_partitions, "only a transaction has partitions, and it has one");
        assert!(*state == TransactionState::Empty || start.is_some(), "a transaction has begun");
        assert!(producer.epoch.0 >= 0 || *state == TransactionState::Empty, "only a new id is without an epoch");
        assert!(!is_momentary(*state), "no id is in a state that is only passed through");
        assert!(self.pending.is_none_or(|to| may_follow(to, *state)), "what is pending may follow");
        assert!(!self.is_decided() || self.is_pending(), "the markers of a decided transaction are on their way");
    }
}

/// No record and no id has such a state.
fn is_momentary(state: TransactionState) -> bool {
    matches!(state, TransactionState::Dead | TransactionState::PrepareEpochFence)
}

/// Whether an id may get from one state to another (`TransactionState.VALID_PREVIOUS_STATES`).
fn may_follow(to: TransactionState, from: TransactionState) -> bool {
    use TransactionState::*;
    match to {
        Empty | Dead => matches!(from, Empty | CompleteCommit | CompleteAbort),
        Ongoing => matches!(from, Ongoing | Empty | CompleteCommit | CompleteAbort),
        PrepareCommit | PrepareEpochFence => from == Ongoing,
        PrepareAbort => matches!(from, Ongoing | PrepareEpochFence | Empty | CompleteCommit | CompleteAbort),
        CompleteCommit => from == PrepareCommit,
        CompleteAbort => from == PrepareAbort,
    }
}

impl TxnTransitMetadata {
    /// As the log is to have it (`TransactionLog.valueToBytes`).
    pub fn to_log(&self, transactional_id: TransactionalId, rules: Rules) -> TransactionLogValue {
        let flexible = rules.transaction_version >= TransactionVersion::V1;
        let keeps_ids = flexible && rules.transaction_log_memory >= TransactionLogMemory::Ids;
        TransactionLogValue {
            transactional_id,
            producer: self.producer,
            timeout: self.timeout,
            state: self.state,
            partitions: self.partitions.clone(),
            last_update: self.last_update,
            start: self.start,
            // A tagged field, which only the flexible format has.
            client_version: if flexible { self.client_version } else { TransactionVersion::V0 },
            previous_producer_id: if keeps_ids { self.previous_id } else { ProducerId::NONE },
            next_producer_id: if keeps_ids { self.next_id } else { ProducerId::NONE },
            flexible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    fn ongoing() -> TransactionMetadata {
        let mut metadata = TransactionMetadata::new(TransactionalId(0), ProducerId(7), Nanos::from_secs(60), Nanos(1));
        let to = metadata.prepare_increment_epoch(Nanos::from_secs(60), None, Nanos(2)).expect("an epoch is left");
        metadata.complete(to);
        let to = metadata.prepare_add_partitions(&[Tp(1), Tp(0)], TransactionVersion::V2, Nanos(3));
        metadata.complete(to);
        metadata
    }

    #[test]
    fn contradictions_are_noticed() {
        each_is_noticed(
            ongoing,
            TransactionMetadata::check_invariants,
            &[
                ("partitions are sorted, each once", |m| m.now.partitions.swap(0, 1)),
                ("only a transaction has partitions, and it has one", |m| m.now.partitions.clear()),
                ("only a transaction has partitions, and it has one", |m| m.now.state = TransactionState::Empty),
                ("a transaction has begun", |m| m.now.start = None),
                ("only a new id is without an epoch", |m| m.now.producer.epoch = ProducerEpoch::NONE),
                ("no id is in a state that is only passed through", |m| {
                    m.now.partitions.clear();
                    m.now.state = TransactionState::Dead;
                }),
                ("what is pending may follow", |m| m.pending = Some(TransactionState::CompleteAbort)),
                ("the markers of a decided transaction are on their way", |m| {
                    m.now.state = TransactionState::PrepareCommit;
                }),
            ],
        );
    }

    /// (`TransactionState.java`)
    #[test]
    fn states_follow_each_other_as_in_kafka() {
        use TransactionState::*;
        let all = [Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort, Dead, PrepareEpochFence];
        let before = |to| all.into_iter().filter(|from| may_follow(to, *from)).collect::<Vec<_>>();
        assert_eq!(before(Empty), [Empty, CompleteCommit, CompleteAbort]);
        assert_eq!(before(Ongoing), [Empty, Ongoing, CompleteCommit, CompleteAbort]);
        assert_eq!(before(PrepareCommit), [Ongoing]);
        assert_eq!(before(PrepareAbort), [Empty, Ongoing, CompleteCommit, CompleteAbort, PrepareEpochFence]);
        assert_eq!(before(CompleteCommit), [PrepareCommit]);
        assert_eq!(before(CompleteAbort), [PrepareAbort]);
        assert_eq!(before(Dead), [Empty, CompleteCommit, CompleteAbort]);
        assert_eq!(before(PrepareEpochFence), [Ongoing]);
    }
}
