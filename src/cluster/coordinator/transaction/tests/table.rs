//! The table of EndTxn with transaction.version 2, cell by cell (`TransactionCoordinator.endTransaction`).

use crate::cluster::coordinator::transaction::end_txn::{EndTransaction, prepare};
use crate::cluster::coordinator::transaction::metadata::TransactionMetadata;
use crate::node::Context;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::{Rules, TransactionVersion};
use crate::sim::time::Nanos;
use crate::stage::Stage;

/// An id in a state, with epoch 5 of producer 7.
fn metadata(state: TransactionState) -> TransactionMetadata {
    let mut metadata = TransactionMetadata::new(TransactionalId(0), ProducerId(7), Nanos::from_secs(60), Nanos(1));
    metadata.now.producer.epoch = ProducerEpoch(5);
    metadata.now.state = state;
    metadata.now.start = Some(Nanos(1));
    if state == TransactionState::Ongoing {
        metadata.now.partitions = vec![Tp(0)];
    }
    metadata
}

fn end(state: TransactionState, commit: bool, epoch: i16) -> Result<(TransactionState, i16), ErrorCode> {
    let producer = ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(epoch) };
    let (id, version) = (TransactionalId(0), TransactionVersion::V2);
    let end = EndTransaction { id, producer, commit, from_client: true, version };
    let mut metadata = metadata(state);
    let mut ids = |_: &mut Context<'_>| Ok(ProducerId(8));
    let transit = Stage::new(NodeId(0)).run(|ctx| prepare(&mut metadata, &end, Rules::default(), &mut ids, ctx));
    transit.map(|transit| (transit.to.state, transit.to.producer.epoch.0))
}

/// Rows: a stored state; columns: abort as a retry (one epoch behind), abort, commit as a retry, commit. The rows of the
/// prepared states are reached only without their pending state, which real ones have.
#[test]
fn every_cell_is_as_in_kafka() {
    use ErrorCode::{ConcurrentTransactions as Concurrent, InvalidTxnState as Invalid, None, ProducerFenced as Fenced};
    use TransactionState::*;
    let (abort, commit) = (Ok((PrepareAbort, 6)), Ok((PrepareCommit, 6)));
    let rows = [
        (Empty, [Err(Fenced), abort, Err(Fenced), Err(Invalid)]),
        (CompleteAbort, [Err(None), abort, Err(Invalid), Err(Invalid)]),
        (CompleteCommit, [Err(Invalid), abort, Err(None), Err(Invalid)]),
        (Ongoing, [Err(Fenced), abort, Err(Fenced), commit]),
        (PrepareAbort, [Err(Concurrent), Err(Fenced), Err(Invalid), Err(Fenced)]),
        (PrepareCommit, [Err(Invalid), Err(Fenced), Err(Concurrent), Err(Fenced)]),
    ];
    for (state, expected) in rows {
        let told = [end(state, false, 4), end(state, false, 5), end(state, true, 4), end(state, true, 5)];
        assert_eq!(told, expected, "{state:?}");
        assert_eq!([end(state, false, 3), end(state, true, 6)], [Err(Fenced); 2], "{state:?}: neither column");
    }
}
