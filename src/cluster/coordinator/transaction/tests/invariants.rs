//! What always holds of writes and markers, broken on purpose.

use super::play::{Log, Play};
use crate::cluster::coordinator::transaction::markers::{PendingCompleteTxn, PendingMarker};
use crate::cluster::coordinator::transaction::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{Rules, TransactionVersion};
use crate::stage::broken::each_is_noticed;

const BILLING: TransactionalId = TransactionalId(0);

/// A transaction with one partition is decided; its marker is on its way.
fn decided() -> TransactionCoordinator {
    let mut play = Play::new(Rules::default(), BrokerConfig::default());
    let asked = |transaction: AddPartitionsToTxnTransaction| AddPartitionsToTxnRequest {
        transactions: [transaction].into_iter().collect(),
    };
    let init = InitProducerIdRequest {
        transactional_id: Some(BILLING),
        transaction_timeout: Nanos::from_secs(60),
        producer: ProducerIdAndEpoch::NONE,
    };
    play.ask("x", TransactionRequest::InitProducerId(init));
    let (producer, version) = (play.clients["x"].producer, TransactionVersion::V2);
    let transaction = AddPartitionsToTxnTransaction {
        transactional_id: BILLING,
        producer,
        verify_only: false,
        version,
        partitions: [Tp(0)].into_iter().collect(),
    };
    play.ask("x", TransactionRequest::AddPartitionsToTxn(asked(transaction), List::new()));
    play.leaders_answer = false;
    let end = EndTxnRequest { transactional_id: BILLING, producer, commit: true, version };
    play.ask("x", TransactionRequest::EndTxn(end));
    // The next write is on its way.
    play.log_mode = Log::Lags;
    play.leader_answers(BrokerId(1), Some(&|_| ErrorCode::None));
    play.coordinator
}

fn marker(coordinator: &TransactionCoordinator) -> PendingMarker {
    let (epoch, metadata) = coordinator.state.get(BILLING).expect("active").expect("known");
    let partitions = [Tp(0)].into_iter().collect();
    let (producer, version) = (metadata.now.producer, TransactionVersion::V2);
    let marker = WritableTxnMarker { producer, coordinator_epoch: epoch, commit: true, version, partitions };
    PendingMarker { id: BILLING, epoch, marker }
}

#[test]
fn writes_and_markers_that_contradict_themselves_are_noticed() {
    each_is_noticed(
        decided,
        |coordinator| coordinator.check_invariants(0),
        &[
            ("a marker that waits is waited for", |c| {
                let marker = marker(c);
                c.markers.enqueue(marker);
            }),
            ("what can be sent is sent", |c| {
                let marker = marker(c);
                let to = c.state.get(BILLING).expect("active").expect("known").1.now.clone();
                c.markers.pending.insert(BILLING, PendingCompleteTxn { epoch: marker.epoch, to });
                c.markers.enqueue(marker);
                c.markers.sleep(Nanos(1));
            }),
            ("the end follows the markers", |c| {
                let (epoch, metadata) = c.state.get(BILLING).expect("active").expect("known");
                let pending = PendingCompleteTxn { epoch, to: metadata.now.clone() };
                c.markers.pending.insert(BILLING, pending.clone());
                c.markers.retry(BILLING, pending);
            }),
            ("a request that is done is answered", |c| {
                let to = ReplyTo { channel: 0, conn: ConnId(1), correlation: 0, client: NodeId(9) };
                c.adding.insert(0, Adding { to, results: List::new(), open: 0 });
            }),
            ("a write is given up in time", |c| c.state.disarm()),
            ("writes are in the order of the log", |c| c.state.double_write()),
        ],
    );
}
