//! What tools are told of transactions (`DescribeTransactionsResponse`).

use crate::protocol::batch::TransactionState;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A transactional id as its coordinator knows it.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionDescription {
    /// The id.
    pub id: TransactionalId,
    /// Who coordinates it.
    pub coordinator: BrokerId,
    /// Producer id and epoch.
    pub producer: ProducerIdAndEpoch,
    /// The state.
    pub state: TransactionState,
    /// `transaction.timeout.ms` of its producer.
    pub timeout: Nanos,
    /// When the transaction began; none if there was none.
    pub start: Option<Nanos>,
    /// Its partitions, ascending.
    pub partitions: Vec<Tp>,
}
