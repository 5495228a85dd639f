//! From the decision to the end of a transaction: its markers go out, and their answers come.

use super::end_txn::EndTransaction;
use super::markers::{MarkersToSend, PendingCompleteTxn, PendingMarker};
use super::{Ender, Then, TransactionCoordinator, TransactionCoordinatorTimer, TransactionEnv};
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::Fact;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{List, WritableTxnMarker, WriteTxnMarkersResponse};

impl TransactionCoordinator {
    /// The outcome is decided: whoever asked is told, and the markers go.
    pub(super) fn decided(&mut self, end: &EndTransaction, ender: Ender, env: &mut TransactionEnv<'_, '_>) {
        self.send_markers(end.id, env);
        let next = self.markers.pending.get(&end.id).map(|pending| pending.to.producer);
        let written = || self.state.get(end.id).ok().flatten().map(|(_, metadata)| metadata.now.producer);
        let next = next.or_else(written).unwrap_or(ProducerIdAndEpoch::NONE);
        self.answer_end(ender, end, ErrorCode::None, next, env);
    }
    /// The markers of a decided transaction are to be sent (`addTxnMarkersToSend`).
    pub(super) fn send_markers(&mut self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((epoch, metadata))) = self.state.get_mut(id) else { return };
        let commit = metadata.now.state == TransactionState::PrepareCommit;
        let marker = WritableTxnMarker {
            producer: metadata.now.producer,
            coordinator_epoch: epoch,
            commit,
            version: metadata.now.client_version,
            partitions: metadata.now.partitions.iter().copied().collect(),
        };
        let to = metadata.prepare_complete(env.ctx.now());
        self.markers.pending.insert(id, PendingCompleteTxn { epoch, to });
        self.markers.wake();
        if !marker.partitions.is_empty() {
            self.markers.enqueue(PendingMarker { id, epoch, marker });
        }
    }
    /// Whether the thread that sends markers has something to do.
    #[inline]
    pub fn has_markers(&self) -> bool {
        self.markers.is_awake()
    }
    /// The thread that sends markers does a round: the ends of transactions that have all theirs are written, and what is
    /// to be sent comes out.
    pub fn generate_markers(&mut self, image: &MetadataImage, env: &mut TransactionEnv<'_, '_>) -> Vec<MarkersToSend> {
        for (id, pending) in self.markers.take_retries() {
            self.write_completion(id, pending, env);
        }
        let (to_send, nowhere) = self.markers.resolve(image, self.rules);
        for PendingMarker { id, epoch, marker } in nowhere {
            self.skip_markers(id, epoch, &marker, env);
        }
        let finished: Vec<TransactionalId> = self.markers.pending.keys().copied().collect();
        finished.into_iter().for_each(|id| self.maybe_write_completion(id, env));
        if self.markers.sleep(env.ctx.now()) {
            self.look_again(env);
        }
        to_send
    }
    /// The thread wakes when its network client has waited for something to happen for as long as it does.
    pub(super) fn look_again(&self, env: &mut TransactionEnv<'_, '_>) {
        let at = self.markers.wakes_at(self.config.request_timeout, env.ctx.now());
        env.ctx.set_timer(TransactionCoordinatorTimer::MarkerPoll, at);
    }
    /// Partitions that do not exist, or so it looks, get no marker.
    fn skip_markers(
        &mut self,
        id: TransactionalId,
        epoch: LeaderEpoch,
        marker: &WritableTxnMarker,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let Some(metadata) = self.state.in_epoch(id, epoch) else { return self.markers.remove(id, epoch) };
        for tp in &marker.partitions {
            metadata.remove_partition(*tp);
            env.ctx.record(Fact::MarkerSkipped {
                broker: self.broker,
                transactional_id: id,
                producer_id: marker.producer.id,
                producer_epoch: marker.producer.epoch,
                tp: *tp,
            });
        }
    }
    /// The end of a transaction is written once every partition has its marker (`maybeWriteTxnCompletion`).
    fn maybe_write_completion(&mut self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Some(epoch) = self.markers.pending.get(&id).map(|pending| pending.epoch) else { return };
        let waits = self.state.in_epoch(id, epoch).is_some_and(|metadata| !metadata.now.partitions.is_empty());
        if !waits && let Some(pending) = self.markers.pending.remove(&id) {
            self.write_completion(id, pending, env);
        }
    }
    fn write_completion(&mut self, id: TransactionalId, pending: PendingCompleteTxn, env: &mut TransactionEnv<'_, '_>) {
        let PendingCompleteTxn { epoch, to } = pending;
        // Where another coordinator has taken over, that is its business.
        if self.state.in_epoch(id, epoch).is_some() {
            self.write(id, epoch, to, Then::Completed, env);
        }
    }
    /// A leader has answered, or its connection is gone (`TransactionMarkerRequestCompletionHandler`).
    ///
    /// An error that nobody foresees is thrown out of the handler, in the middle of the answer: what was done is done, the
    /// rest of it is never looked at, and the thread goes on (`NetworkClient.completeResponses` logs it).
    pub fn markers_answered(
        &mut self,
        sent: Vec<PendingMarker>,
        response: Option<WriteTxnMarkersResponse>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        self.markers.wake();
        let mut results = response.map(|response| response.results.into_iter());
        for entry in sent {
            let answer = results.as_mut().map(|results| results.next().map_or_else(List::new, |(_, result)| result));
            let (id, producer) = (entry.id, entry.marker.producer);
            if let Err((tp, error)) = self.marker_answered(entry, answer) {
                return env.ctx.record(Fact::MarkerRefused {
                    broker: self.broker,
                    transactional_id: id,
                    producer_id: producer.id,
                    producer_epoch: producer.epoch,
                    tp,
                    error,
                });
            }
        }
    }
    /// Without an answer all of it is sent again, maybe to another leader.
    fn marker_answered(
        &mut self,
        entry: PendingMarker,
        answer: Option<List<(Tp, ErrorCode)>>,
    ) -> Result<(), (Tp, ErrorCode)> {
        let Some(metadata) = self.state.in_epoch(entry.id, entry.epoch) else {
            self.markers.remove(entry.id, entry.epoch);
            return Ok(());
        };
        let mut again = List::new();
        let mut gives_up = false;
        match answer {
            None => again = entry.marker.partitions.clone(),
            Some(results) => {
                for (tp, error) in results {
                    match error {
                        ErrorCode::None => metadata.remove_partition(tp),
                        ErrorCode::CorruptMessage
                        | ErrorCode::MessageTooLarge
                        | ErrorCode::RecordListTooLarge
                        | ErrorCode::InvalidRequiredAcks => return Err((tp, error)),
                        // Somebody else knows better.
                        ErrorCode::InvalidProducerEpoch | ErrorCode::TransactionCoordinatorFenced => gives_up = true,
                        _ => again.push(tp),
                    }
                }
            }
        }
        if gives_up {
            self.markers.remove(entry.id, entry.epoch);
        } else if !again.is_empty() {
            let marker = WritableTxnMarker { partitions: again, ..entry.marker };
            self.markers.enqueue(PendingMarker { marker, ..entry });
        }
        Ok(())
    }
}
