//! What becomes of a request for a producer id with a transactional id
//! (`TransactionCoordinator.prepareInitProducerIdTransit`).

use super::env::ProducerIds;
use super::metadata::{TransactionMetadata, TxnTransitMetadata, is_exhausted};
use crate::node::Context;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::InitProducerIdRequest;
use crate::protocol::rules::Rules;

/// What is to be done about it.
#[derive(Debug)]
pub(super) enum InitTransit {
    /// Write the next epoch, then tell it.
    Initialize(TxnTransitMetadata),
    /// A transaction is under way: abort it with this epoch first. The client asks again.
    Fence(ProducerEpoch),
}

/// See the module. The id is marked with what comes of it.
///
/// # Errors
/// What the client is told.
pub(super) fn prepare(
    metadata: &mut TransactionMetadata,
    request: &InitProducerIdRequest,
    rules: Rules,
    ids: ProducerIds<'_>,
    ctx: &mut Context<'_>,
) -> Result<InitTransit, ErrorCode> {
    let expected = (request.producer != ProducerIdAndEpoch::NONE).then_some(request.producer);
    if metadata.is_pending() {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    if expected.is_some_and(|expected| !is_valid(metadata, expected)) {
        return Err(ErrorCode::ProducerFenced);
    }
    match metadata.now.state {
        TransactionState::PrepareAbort | TransactionState::PrepareCommit => Err(ErrorCode::ConcurrentTransactions),
        TransactionState::CompleteAbort | TransactionState::CompleteCommit | TransactionState::Empty => {
            let (timeout, now) = (request.transaction_timeout, ctx.now());
            let current = metadata.now.producer.epoch;
            let to = if metadata.is_exhausted() && expected.is_none_or(|expected| expected.epoch == current) {
                metadata.prepare_rotation(ids(ctx)?, timeout, expected.is_some(), now)
            } else {
                metadata.prepare_increment_epoch(timeout, expected.map(|expected| expected.epoch), now)?
            };
            Ok(InitTransit::Initialize(to))
        }
        TransactionState::Ongoing => Ok(InitTransit::Fence(metadata.prepare_fence(rules)?)),
        TransactionState::Dead | TransactionState::PrepareEpochFence => unreachable!("no id is in such a state"),
    }
}

/// Whether a producer may ask for another epoch: the id is new, or it has the present producer id, or it may not have
/// heard yet that it got this one in exchange.
fn is_valid(metadata: &TransactionMetadata, expected: ProducerIdAndEpoch) -> bool {
    let now = &metadata.now;
    now.producer.epoch == ProducerEpoch::NONE
        || expected.id == now.producer.id
        || (expected.id == now.previous_id && is_exhausted(expected.epoch))
}
