//! What is written, and what comes of it once it is replicated, or cannot be.

use std::rc::Rc;

use super::markers::PendingCompleteTxn;
use super::metadata::TxnTransitMetadata;
use super::requests::answer_init;
use super::state_manager::{PendingAppend, Written};
use super::{Then, TransactionCoordinator, TransactionEnv};
use crate::history::fact::Fact;
use crate::protocol::batch::{CoordinatorRecord, TransactionState};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;

impl TransactionCoordinator {
    /// Writes the next state of an id (`appendTransactionToLog`). It may take as long as its transactions.
    pub(super) fn write(
        &mut self,
        id: TransactionalId,
        epoch: LeaderEpoch,
        transit: TxnTransitMetadata,
        then: Then,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let tp = self.state.partition_of(id).expect("what is prepared has a partition");
        let (timeout, value) = (transit.timeout, transit.to_log(id, self.rules));
        let records = [CoordinatorRecord::Transaction(Rc::new(value))].into();
        self.state.append(tp, epoch, (Written::Transit(id, transit), records), timeout, then, env);
    }
    /// An append was done (the offset after its last record) or refused.
    pub fn appended(
        &mut self,
        tp: Tp,
        write: u32,
        result: Result<Offset, ErrorCode>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        if let (Some(append), Err(error)) = (self.state.appended(tp, write, result), result) {
            self.failed(append, error, env);
        }
    }
    /// The high watermark of a partition of `__transaction_state` rose on this leader. `is_enough`: its ISR is not below
    /// the minimum.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, is_enough: bool, env: &mut TransactionEnv<'_, '_>) {
        while let Some(append) = self.state.next_replicated(tp, offset) {
            match is_enough {
                true => self.replicated(append, env),
                false => self.failed(append, ErrorCode::NotEnoughReplicasAfterAppend, env),
            }
        }
    }

    /// What was written is replicated: it takes effect.
    fn replicated(&mut self, append: PendingAppend<Then>, env: &mut TransactionEnv<'_, '_>) {
        let PendingAppend { epoch, written, then, .. } = append;
        match written {
            Written::Transit(id, transit) => {
                let result = match self.state.get_mut(id) {
                    Err(error) => Err(error),
                    Ok(Some((now, metadata))) if now == epoch => {
                        let before = metadata.now.partitions.clone();
                        metadata.complete(transit);
                        self.tell_added(id, &before, env);
                        self.tell_state(id, env);
                        Ok(())
                    }
                    // The id is another coordinator's by now, be it in this process.
                    Ok(_) => Err(ErrorCode::NotCoordinator),
                };
                self.done(id, then, result, env);
            }
            Written::Expired(ids) => {
                for (id, expired) in ids {
                    self.remove(id, expired, epoch, env);
                }
            }
        }
    }
    /// Something could not be written, or not be replicated in time. Its id stays as it was.
    pub(super) fn failed(&mut self, append: PendingAppend<Then>, error: ErrorCode, env: &mut TransactionEnv<'_, '_>) {
        let PendingAppend { epoch, written, then, .. } = append;
        let error = of_append(error);
        match written {
            Written::Transit(id, transit) => {
                let retries = matches!(then, Then::Completed) && error == ErrorCode::CoordinatorNotAvailable;
                match self.state.in_epoch(id, epoch) {
                    // It remains pending.
                    Some(_) if retries => {
                        self.markers.retry(id, PendingCompleteTxn { epoch, to: transit });
                        self.look_again(env);
                    }
                    Some(metadata) => metadata.pending = None,
                    None => {}
                }
                self.done(id, then, Err(error), env);
            }
            Written::Expired(ids) => {
                for (id, _) in ids {
                    if let Some(metadata) = self.state.in_epoch(id, epoch) {
                        metadata.pending = None;
                    }
                }
            }
        }
    }
    /// The tombstone of an id that has expired in this epoch of its producer is written
    /// (`TransactionStateManager.writeTombstonesForExpiredTransactionalIds`).
    fn remove(
        &mut self,
        id: TransactionalId,
        expired: ProducerEpoch,
        epoch: LeaderEpoch,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let Some(metadata) = self.state.in_epoch(id, epoch) else { return };
        let producer = metadata.now.producer;
        if metadata.pending != Some(TransactionState::Dead) || producer.epoch != expired {
            metadata.pending = None;
            return;
        }
        env.ctx.record(Fact::TransactionStateChanged {
            broker: self.broker,
            transactional_id: id,
            state: TransactionState::Dead,
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            coordinator_epoch: epoch,
            partitions: 0,
        });
        self.state.forget(id);
    }

    /// What was asked for is written, or is not.
    pub(super) fn done(
        &mut self,
        id: TransactionalId,
        then: Then,
        result: Result<(), ErrorCode>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        let error = result.err().unwrap_or(ErrorCode::None);
        match then {
            Then::Initialized(to) => {
                let producer = self.state.get(id).ok().flatten().map(|(_, metadata)| metadata.now.producer);
                let result = result.and(producer.ok_or(ErrorCode::NotCoordinator));
                answer_init(to, result, env);
            }
            Then::Added(number, place) => {
                let Some(adding) = self.adding.get(&number) else { return };
                let outcome = adding.results[place].1.iter().map(|(tp, _)| (*tp, error)).collect();
                self.added(number, place, outcome, env);
            }
            Then::OffsetsAdded(to) => env.reply(to, Response::AddOffsetsToTxn(error)),
            Then::Decided { end, ender, .. } if error.is_ok() => self.decided(&end, ender, env),
            Then::Decided { end, ender, is_epoch_fence } => {
                // What a fence has done to the epoch in memory is not done again.
                if is_epoch_fence
                    && self.rules.fence_counts(end.version)
                    && let Ok(Some((_, metadata))) = self.state.get_mut(id)
                {
                    metadata.has_failed_epoch_fence = true;
                }
                self.answer_end(ender, &end, error, ProducerIdAndEpoch::NONE, env);
            }
            Then::Completed | Then::Expired => {}
        }
    }
}

/// What an append that failed means to clients (`appendTransactionToLog`).
fn of_append(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
}
