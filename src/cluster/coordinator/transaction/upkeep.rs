//! What a coordinator does by itself: it aborts what takes too long, and forgets ids of which nothing is heard.

use std::collections::BTreeMap;

use super::metadata::TransactionMetadata;
use super::state_manager::Written;
use super::{Ender, Then, TransactionCoordinator, TransactionCoordinatorTimer, TransactionEnv};
use crate::protocol::batch::{CoordinatorRecord, TransactionState};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;

impl TransactionCoordinator {
    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: TransactionCoordinatorTimer, env: &mut TransactionEnv<'_, '_>) {
        match timer {
            TransactionCoordinatorTimer::AbortTimedOut => {
                self.abort_timed_out(env);
                env.ctx.set_timer_in(timer, self.config.transaction_abort_timed_out_cleanup_interval);
            }
            TransactionCoordinatorTimer::RemoveExpired => {
                self.remove_expired(env);
                env.ctx.set_timer_in(timer, self.config.transaction_remove_expired_cleanup_interval);
            }
            TransactionCoordinatorTimer::AppendTimeout(number) => {
                while let Some(append) = self.state.next_expired(number, env) {
                    self.failed(append, ErrorCode::RequestTimedOut, env);
                }
            }
            TransactionCoordinatorTimer::MarkerPoll => self.markers.wake(),
        }
    }
    /// Transactions that are open for longer than their producers wanted are aborted (`abortTimedOutTransactions`).
    fn abort_timed_out(&mut self, env: &mut TransactionEnv<'_, '_>) {
        let now = env.ctx.now();
        let takes_too_long = |metadata: &TransactionMetadata| {
            let start = metadata.now.start.unwrap_or(now);
            let is_open = metadata.now.state == TransactionState::Ongoing && !metadata.is_pending();
            is_open && start.saturating_add(metadata.now.timeout) < now
        };
        let ids = self.state.ids().filter(|(_, metadata)| takes_too_long(metadata));
        let ids: Vec<TransactionalId> = ids.map(|(_, metadata)| metadata.id).collect();
        for id in ids {
            let rules = self.rules;
            let Ok(Some((_, metadata))) = self.state.get_mut(id) else { continue };
            if let Ok(epoch) = metadata.prepare_fence(rules) {
                self.fence(id, epoch, Ender::Timeout, env);
            }
        }
    }
    /// Ids of which nothing was heard for long are forgotten (`removeExpiredTransactionalIds`).
    fn remove_expired(&mut self, env: &mut TransactionEnv<'_, '_>) {
        let (now, limit) = (env.ctx.now(), self.config.transactional_id_expiration);
        let mut expired = BTreeMap::<(Tp, LeaderEpoch), Vec<TransactionalId>>::new();
        for (epoch, metadata) in self.state.ids() {
            let may_go = !metadata.is_pending() && is_at_rest(metadata.now.state);
            if may_go && now >= metadata.now.last_update.saturating_add(limit) {
                let tp = self.state.partition_of(metadata.id).expect("it is known where it belongs");
                expired.entry((tp, epoch)).or_default().push(metadata.id);
            }
        }
        for ((tp, epoch), ids) in expired {
            let tombstone = |id: &TransactionalId| CoordinatorRecord::TransactionTombstone { transactional_id: *id };
            let records = ids.iter().map(tombstone).collect();
            let dead = ids.into_iter().filter_map(|id| {
                let metadata = self.state.in_epoch(id, epoch)?;
                Some((id, metadata.prepare_dead().producer.epoch))
            });
            let written = Written::Expired(dead.collect());
            self.state.append(tp, epoch, (written, records), self.config.request_timeout, Then::Expired, env);
        }
    }
}

/// Whether an id in this state may expire (`TransactionState.isExpirationAllowed`).
fn is_at_rest(state: TransactionState) -> bool {
    matches!(state, TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort)
}
