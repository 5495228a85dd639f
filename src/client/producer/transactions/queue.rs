//! The control requests of a transactional producer (`TxnRequestHandler`, `pendingRequests`): which there are, and in
//! which order they go out, one at a time.

use std::collections::VecDeque;

use crate::protocol::ids::{LeaderEpoch, Offset, ProducerIdAndEpoch, Tp, TransactionalId};
use crate::protocol::messages::{
    AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, AddPartitionsToTxnTransaction, ConsumerGroupMetadata,
    CoordinatorKey, EndTxnRequest, InitProducerIdRequest, List, Request, TxnOffsetCommitRequest,
};
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

/// Offsets that are sent to a transaction.
pub type TxnOffsets = List<(Tp, Offset, LeaderEpoch)>;

/// What every request of a producer says of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TxnIdentity {
    /// `transactional.id`.
    pub transactional_id: TransactionalId,
    /// `transaction.timeout.ms`.
    pub timeout: Nanos,
    /// The protocol.
    pub version: TransactionVersion,
}

/// The result of a request that somebody waits for, or did (`TransactionalRequestResult`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResultId(pub u32);

/// Kinds of requests.
#[derive(Clone, PartialEq, Debug)]
pub enum TxnRequestKind {
    /// Who coordinates the transaction, or the group.
    FindCoordinator(CoordinatorKey),
    /// A producer id and epoch. `epoch_bump`: another epoch for the same id, after the transaction's end.
    InitProducerId {
        /// See above.
        epoch_bump: bool,
    },
    /// Partitions become part of the transaction.
    AddPartitions(List<Tp>),
    /// A group's partition of `__consumer_offsets` does, for these offsets that come next.
    AddOffsets(ConsumerGroupMetadata, TxnOffsets),
    /// These offsets do.
    TxnOffsetCommit(ConsumerGroupMetadata, TxnOffsets),
    /// Commit, or abort.
    EndTxn {
        /// Commit.
        commit: bool,
    },
}

/// A request, however often it is sent.
#[derive(Clone, PartialEq, Debug)]
pub struct TxnRequest {
    /// What it asks for.
    pub kind: TxnRequestKind,
    /// As it was when the request was made: it says the same each time.
    pub producer: ProducerIdAndEpoch,
    /// What its answer completes.
    pub result: Option<ResultId>,
    /// It was sent, or kept from being sent, before: it is not sent again without a pause.
    pub is_retry: bool,
    /// The pause, if it is not `retry.backoff.ms`.
    pub backoff: Option<Nanos>,
}

impl TxnRequest {
    /// A new one.
    pub fn new(kind: TxnRequestKind, producer: ProducerIdAndEpoch, result: Option<ResultId>) -> TxnRequest {
        TxnRequest { kind, producer, result, is_retry: false, backoff: None }
    }
    /// Whose coordinator it goes to; none: any broker will do.
    pub fn coordinator(&self, identity: TxnIdentity) -> Option<CoordinatorKey> {
        match &self.kind {
            TxnRequestKind::FindCoordinator(_) => None,
            TxnRequestKind::TxnOffsetCommit(group, _) => Some(CoordinatorKey::Group(group.group)),
            _ => Some(CoordinatorKey::Transaction(identity.transactional_id)),
        }
    }
    /// As it goes out.
    pub fn message(&self, identity: TxnIdentity) -> Request {
        let TxnIdentity { transactional_id, timeout, version } = identity;
        let producer = self.producer;
        match &self.kind {
            TxnRequestKind::FindCoordinator(key) => Request::FindCoordinator(*key),
            TxnRequestKind::InitProducerId { .. } => Request::InitProducerId(InitProducerIdRequest {
                transactional_id: Some(transactional_id),
                transaction_timeout: timeout,
                producer,
            }),
            TxnRequestKind::AddPartitions(partitions) => Request::AddPartitionsToTxn(AddPartitionsToTxnRequest {
                transactions: List::from_elem(
                    AddPartitionsToTxnTransaction {
                        transactional_id,
                        producer,
                        verify_only: false,
                        version,
                        partitions: partitions.clone(),
                    },
                    1,
                ),
            }),
            TxnRequestKind::AddOffsets(group, _) => {
                Request::AddOffsetsToTxn(AddOffsetsToTxnRequest { transactional_id, producer, group: group.group })
            }
            TxnRequestKind::TxnOffsetCommit(group, offsets) => Request::TxnOffsetCommit(TxnOffsetCommitRequest {
                transactional_id,
                producer,
                version,
                group: *group,
                offsets: offsets.clone(),
            }),
            TxnRequestKind::EndTxn { commit } => {
                Request::EndTxn(EndTxnRequest { transactional_id, producer, commit: *commit, version })
            }
        }
    }
    /// The end of a transaction waits until no batch is left.
    pub fn is_end_txn(&self) -> bool {
        matches!(self.kind, TxnRequestKind::EndTxn { .. })
    }
    /// Lower comes first (`TransactionManager.Priority`).
    fn priority(&self) -> u8 {
        match self.kind {
            TxnRequestKind::FindCoordinator(_) => 0,
            TxnRequestKind::InitProducerId { epoch_bump: false } => 1,
            TxnRequestKind::AddPartitions(_) | TxnRequestKind::AddOffsets(..) | TxnRequestKind::TxnOffsetCommit(..) => {
                2
            }
            TxnRequestKind::EndTxn { .. } => 3,
            TxnRequestKind::InitProducerId { epoch_bump: true } => 4,
        }
    }
}

/// Requests that wait: by priority, and the older first. (Kafka leaves it to a heap which of two of one priority
/// goes first.)
#[derive(Clone, Debug, Default)]
pub struct TxnQueue {
    requests: VecDeque<TxnRequest>,
}

impl TxnQueue {
    /// It waits.
    pub fn push(&mut self, request: TxnRequest) {
        let at = self.requests.partition_point(|other| other.priority() <= request.priority());
        self.requests.insert(at, request);
    }
    /// The next one.
    pub fn peek(&self) -> Option<&TxnRequest> {
        self.requests.front()
    }
    /// The same, taken out.
    pub fn pop(&mut self) -> Option<TxnRequest> {
        self.requests.pop_front()
    }
    /// All that wait.
    pub fn iter(&self) -> impl Iterator<Item = &TxnRequest> {
        self.requests.iter()
    }
    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }
    /// # Panics
    /// If they wait in another order than they go out.
    pub fn check_invariants(&self) {
        let order = self.requests.iter().map(TxnRequest::priority);
        assert!(order.is_sorted(), "control requests wait in the order of their priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::GroupId;
    use crate::stage::broken::each_is_noticed;

    fn request(kind: TxnRequestKind) -> TxnRequest {
        TxnRequest::new(kind, ProducerIdAndEpoch::NONE, None)
    }
    fn ends_and_search() -> TxnQueue {
        let mut queue = TxnQueue::default();
        let tps = |tp: u32| TxnRequestKind::AddPartitions(List::from_elem(Tp(tp), 1));
        queue.push(request(TxnRequestKind::InitProducerId { epoch_bump: true }));
        queue.push(request(TxnRequestKind::EndTxn { commit: true }));
        queue.push(request(tps(1)));
        queue.push(request(TxnRequestKind::InitProducerId { epoch_bump: false }));
        queue.push(request(tps(2)));
        queue.push(request(TxnRequestKind::FindCoordinator(CoordinatorKey::Group(GroupId(0)))));
        queue
    }

    #[test]
    fn the_search_comes_first_and_the_next_epoch_last() {
        let mut queue = ends_and_search();
        let order = std::iter::from_fn(|| queue.pop()).map(|request| match request.kind {
            TxnRequestKind::AddPartitions(tps) => 20 + tps[0].0,
            _ => u32::from(request.priority()),
        });
        assert_eq!(order.collect::<Vec<_>>(), [0, 1, 21, 22, 3, 4]);
    }

    #[test]
    fn requests_that_wait_in_another_order_are_noticed() {
        each_is_noticed(
            ends_and_search,
            TxnQueue::check_invariants,
            &[("in the order of their priority", |queue| queue.requests.make_contiguous().reverse())],
        );
    }
}
