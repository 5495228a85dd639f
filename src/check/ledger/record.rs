//! A record's name in the ledger.

use crate::protocol::ids::{NodeId, Tp};

/// One record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RecordRef {
    /// Its producer.
    pub node: NodeId,
    /// Its partition.
    pub tp: Tp,
    /// Its number among those that the producer sent to the partition.
    pub ordinal: u32,
}
