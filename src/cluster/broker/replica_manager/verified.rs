//! What is known of a transaction when its records are appended.

use crate::cluster::log::VerificationGuard;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::Tp;
use crate::protocol::messages::List;

/// What is known of the transaction of a produce request when it is appended.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verified {
    /// A batch needs a guard, unless its transaction is open.
    pub is_required: bool,
    /// With transaction.version 2.
    pub supports_epoch_bump: bool,
    /// Partitions of which the coordinator, or this broker, has said no, and how the producer hears of it.
    pub errors: List<(Tp, ErrorCode)>,
    /// What the other partitions' batches are appended with.
    pub guards: List<(Tp, VerificationGuard)>,
}

impl Verified {
    /// Why nothing is appended to a partition.
    pub(super) fn error(&self, tp: Tp) -> Option<ErrorCode> {
        self.errors.iter().find(|(other, _)| *other == tp).map(|(_, error)| *error)
    }
    /// What the batch of a partition is appended with.
    pub(super) fn guard(&self, tp: Tp) -> Option<VerificationGuard> {
        self.guards.iter().find(|(other, _)| *other == tp).map(|(_, guard)| *guard)
    }
}
