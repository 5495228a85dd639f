//! The transactional side of the scripted cluster: one transaction coordinator, and what was sent in transactions.

use std::collections::BTreeMap;

use super::cluster::Partition;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// What became of a record that was sent in a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Open,
    Committed,
    Aborted,
}

/// Transactions under transaction.version 2: every one has an epoch of its own.
pub struct Transactions {
    producer: ProducerIdAndEpoch,
    /// Offsets of the open transaction.
    pending: Vec<(Tp, Offset, LeaderEpoch)>,
    /// The producer and kind of the last EndTxn: who asks again gets the same answer.
    ended: Option<(ProducerIdAndEpoch, bool)>,
    /// Records by partition and number, in the order in which they came.
    pub records: Vec<((Tp, u32), Fate)>,
    ends: BTreeMap<Tp, i64>,
}

impl Default for Transactions {
    fn default() -> Transactions {
        let producer = ProducerIdAndEpoch { id: ProducerId(1000), epoch: ProducerEpoch(-1) };
        Transactions { producer, pending: Vec::new(), ended: None, records: Vec::new(), ends: BTreeMap::new() }
    }
}

impl Transactions {
    /// Whoever has the id from now on has the next epoch; what was open is aborted.
    fn next_epoch(&mut self, fate: Fate) -> ProducerIdAndEpoch {
        self.producer.epoch.0 += 1;
        self.pending.clear();
        self.records.iter_mut().filter(|(_, known)| *known == Fate::Open).for_each(|(_, known)| *known = fate);
        self.producer
    }
    /// Another producer has taken the id.
    pub fn fence(&mut self) {
        self.ended = None;
        self.next_epoch(Fate::Aborted);
    }
    /// The answer to a request of a transactional producer.
    pub fn react(&mut self, request: &Request, partitions: &mut [Partition]) -> Option<Response> {
        let fenced = |producer: ProducerIdAndEpoch| producer != self.producer;
        Some(match request {
            Request::InitProducerId(_) => {
                let ProducerIdAndEpoch { id, epoch } = self.next_epoch(Fate::Aborted);
                let error = ErrorCode::None;
                Response::InitProducerId(InitProducerIdResponse { error, producer: ProducerIdAndEpoch { id, epoch } })
            }
            Request::Produce(r) => {
                let partitions = r.partitions.iter().map(|partition| self.append(partition)).collect();
                Response::Produce(ProduceResponse { partitions })
            }
            Request::TxnOffsetCommit(r) => {
                let error = if fenced(r.producer) { ErrorCode::InvalidProducerEpoch } else { ErrorCode::None };
                if error.is_ok() {
                    self.pending.extend(r.offsets.iter().copied());
                }
                let results = r.offsets.iter().map(|(tp, ..)| (*tp, error)).collect();
                Response::TxnOffsetCommit(TxnOffsetCommitResponse { results })
            }
            Request::EndTxn(r) if self.ended == Some((r.producer, r.commit)) => {
                Response::EndTxn(EndTxnResponse { error: ErrorCode::None, producer: self.producer })
            }
            Request::EndTxn(r) if fenced(r.producer) => {
                let (error, producer) = (ErrorCode::ProducerFenced, ProducerIdAndEpoch::NONE);
                Response::EndTxn(EndTxnResponse { error, producer })
            }
            Request::EndTxn(r) => {
                for (tp, offset, epoch) in self.pending.drain(..).filter(|_| r.commit) {
                    partitions[tp.index()].committed = Some((offset.0, epoch.0));
                }
                self.ended = Some((r.producer, r.commit));
                let producer = self.next_epoch(if r.commit { Fate::Committed } else { Fate::Aborted });
                Response::EndTxn(EndTxnResponse { error: ErrorCode::None, producer })
            }
            _ => return None,
        })
    }
    fn append(&mut self, partition: &ProducePartition) -> ProduceResult {
        let (tp, batch) = (partition.tp, &partition.batch);
        let fenced = batch.is_transactional && batch.producer_epoch != self.producer.epoch;
        let end = self.ends.entry(tp).or_default();
        let mut result = ProduceResult {
            tp,
            error: ErrorCode::InvalidProducerEpoch,
            base_offset: Offset(-1),
            log_start: Offset(0),
            current_leader: None,
        };
        if !fenced {
            (result.error, result.base_offset) = (ErrorCode::None, Offset(*end));
            *end += i64::from(batch.count);
            let fate = if batch.is_transactional { Fate::Open } else { Fate::Committed };
            let numbers = batch.origin.ordinal..batch.origin.ordinal + batch.count;
            self.records.extend(numbers.map(|number| ((tp, number), fate)));
        }
        result
    }
}
