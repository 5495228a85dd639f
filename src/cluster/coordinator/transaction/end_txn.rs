//! What becomes of the wish to commit or abort (`TransactionCoordinator.endTransaction`, `endTransactionWithTV1`).
//!
//! With transaction.version below 2 the transactions of a producer share an epoch, so that a request which comes late
//! may end another transaction than it was meant for (KAFKA-17754). From 2 on each has its own, and a request is known
//! by it for what it is: the first (*current*), or a repetition (*retry*) of one that was carried out.

use super::env::ProducerIds;
use super::metadata::{TransactionMetadata, TxnTransitMetadata};
use crate::node::Context;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{FenceExhausted, Rules, TransactionVersion};

/// Who wants a transaction ended, and how.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct EndTransaction {
    pub id: TransactionalId,
    pub producer: ProducerIdAndEpoch,
    pub commit: bool,
    pub from_client: bool,
    pub version: TransactionVersion,
}

/// What is to be written.
#[derive(Debug)]
pub(super) struct EndTransit {
    pub to: TxnTransitMetadata,
    /// It is the abort that a fence is for.
    pub is_epoch_fence: bool,
}

/// See the module. The id is marked with what comes of it.
///
/// # Errors
/// What the client is told; NONE if the transaction is over as it wished.
pub(super) fn prepare(
    metadata: &mut TransactionMetadata,
    end: &EndTransaction,
    rules: Rules,
    ids: ProducerIds<'_>,
    ctx: &mut Context<'_>,
) -> Result<EndTransit, ErrorCode> {
    match end.version.supports_epoch_bump() {
        false => prepare_v1(metadata, end, rules, ctx),
        true => prepare_v2(metadata, end, rules, ids, ctx),
    }
}

/// Of producers whose transactions share an epoch.
fn prepare_v1(
    metadata: &mut TransactionMetadata,
    end: &EndTransaction,
    rules: Rules,
    ctx: &mut Context<'_>,
) -> Result<EndTransit, ErrorCode> {
    let (stored, asked) = (metadata.now.producer, end.producer);
    if stored.id != asked.id {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    if (end.from_client && asked.epoch != stored.epoch) || asked.epoch < stored.epoch {
        return Err(ErrorCode::ProducerFenced);
    }
    let is_epoch_fence = metadata.is_being_fenced();
    if metadata.is_pending() && !is_epoch_fence {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    match metadata.now.state {
        TransactionState::Ongoing => {
            if is_epoch_fence {
                metadata.fence_becomes_abort(asked.epoch, end.version, rules);
            }
            let version = TransactionVersion::V0;
            let (state, none) = (end.prepared(), ProducerId::NONE);
            let to = metadata.prepare_abort_or_commit(state, version, none, false, rules, ctx.now())?;
            Ok(EndTransit { to, is_epoch_fence })
        }
        state if state == end.completed() => Err(ErrorCode::None),
        state if state == end.prepared() => Err(ErrorCode::ConcurrentTransactions),
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

/// Of producers with an epoch for each transaction.
fn prepare_v2(
    metadata: &mut TransactionMetadata,
    end: &EndTransaction,
    rules: Rules,
    ids: ProducerIds<'_>,
    ctx: &mut Context<'_>,
) -> Result<EndTransit, ErrorCode> {
    let is_epoch_fence = metadata.is_being_fenced();
    let (retry, retry_on_overflow) = retries(metadata, end.producer, is_epoch_fence);
    // First, so that what is under way is seen to its end: the producer may have got its next producer id with it.
    if metadata.is_pending() && !is_epoch_fence {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    if metadata.now.producer.id != end.producer.id && !retry_on_overflow {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    if !is_valid_epoch(metadata, end, is_epoch_fence) {
        return Err(ErrorCode::ProducerFenced);
    }
    let is_retry = retry || retry_on_overflow;
    let (next, is_empty) = match (metadata.now.state, end.commit, is_retry) {
        (TransactionState::Ongoing, ..) => (end.prepared(), false),
        (state, ..) if state == end.prepared() => return Err(ErrorCode::ConcurrentTransactions),
        (state, _, true) if state == end.completed() => return Err(ErrorCode::None),
        // A producer that does not know whether anything of its transaction has arrived aborts in any case.
        (TransactionState::Empty, false, _) => (TransactionState::PrepareAbort, true),
        (TransactionState::CompleteAbort | TransactionState::CompleteCommit, false, false) => {
            (TransactionState::PrepareAbort, true)
        }
        _ => return Err(ErrorCode::InvalidTxnState),
    };
    let rotates = !is_epoch_fence || rules.fence_exhausted == FenceExhausted::Rotated;
    let next_id = if metadata.is_exhausted() && rotates { ids(ctx) } else { Ok(ProducerId::NONE) };
    if is_epoch_fence {
        metadata.fence_becomes_abort(end.producer.epoch, end.version, rules);
    }
    let to = metadata.prepare_abort_or_commit(next, end.version, next_id?, is_empty, rules, ctx.now())?;
    Ok(EndTransit { to, is_epoch_fence })
}

/// Whether a request of this producer repeats one that was carried out: its epoch is one behind, or, as its producer id
/// was used up with it, it has the last epoch of the id before.
fn retries(metadata: &TransactionMetadata, asked: ProducerIdAndEpoch, is_epoch_fence: bool) -> (bool, bool) {
    let stored = &metadata.now;
    let on_bump = i32::from(stored.producer.epoch.0) == i32::from(asked.epoch.0) + 1;
    let on_overflow =
        stored.previous_id == asked.id && asked.epoch.0 == i16::MAX - 1 && stored.producer.epoch == ProducerEpoch(0);
    (!is_epoch_fence && on_bump, !is_epoch_fence && on_overflow)
}

/// Whether the epoch is one with which this may be asked for in the state that the id is in.
fn is_valid_epoch(metadata: &TransactionMetadata, end: &EndTransaction, is_epoch_fence: bool) -> bool {
    let (stored, asked) = (metadata.now.producer.epoch, end.producer.epoch);
    if is_epoch_fence {
        return (!end.from_client || asked == stored) && asked >= stored;
    }
    let (retry, retry_on_overflow) = retries(metadata, end.producer, false);
    match metadata.now.state {
        TransactionState::PrepareCommit | TransactionState::PrepareAbort => retry,
        TransactionState::CompleteCommit | TransactionState::CompleteAbort => {
            retry || retry_on_overflow || asked == stored
        }
        _ => asked == stored,
    }
}

impl EndTransaction {
    fn prepared(&self) -> TransactionState {
        if self.commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort }
    }
    fn completed(&self) -> TransactionState {
        if self.commit { TransactionState::CompleteCommit } else { TransactionState::CompleteAbort }
    }
}
