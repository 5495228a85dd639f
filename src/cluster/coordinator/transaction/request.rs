//! What the transaction coordinator is asked.

use crate::protocol::ids::Tp;
use crate::protocol::messages::*;

/// A request that belongs to the coordinator.
#[derive(Clone, Debug)]
pub enum TransactionRequest {
    /// Of a producer with a transactional id.
    InitProducerId(InitProducerIdRequest),
    /// Of a client or of a leader; with those of its partitions that do not exist.
    AddPartitionsToTxn(AddPartitionsToTxnRequest, List<Tp>),
    /// Of a client; the partition is the group's of `__consumer_offsets`.
    AddOffsetsToTxn(AddOffsetsToTxnRequest, Tp),
    /// Of a client.
    EndTxn(EndTxnRequest),
}
