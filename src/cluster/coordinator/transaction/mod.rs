//! The transaction coordinator (`core/.../coordinator/transaction/TransactionCoordinator.scala`).
//!
//! A transactional id belongs to a partition of `__transaction_state`, whose leader coordinates it; the partition's leader
//! epoch is the *coordinator epoch*. A change of state is prepared, written, and takes effect once it is replicated. So
//! this coordinator does not live on the runtime that the group coordinator lives on: there memory goes ahead of the log
//! and answers wait for it, here memory waits; there a partition has one timeout for all writes, here each write has that of
//! its transaction; a write needs `min.insync.replicas` here, and a new leader epoch makes a new coordinator.
//!
//! | file | what it holds |
//! |---|---|
//! | `env` | what it may use, and what it wants done |
//! | `metadata` | one id: its states, and what each transition makes of it |
//! | `requests` | what becomes of a request |
//! | `init_producer_id`, `end_txn` | and of the two that have more than one outcome |
//! | `writing` | what is written takes effect, or fails |
//! | `state_manager` | the ids of the partitions led here; what is being written |
//! | `marking` | from the decision to the end: markers and their answers |
//! | `markers` | which markers are to be sent, and where |
//! | `upkeep` | what takes too long is aborted, what is not heard of is forgotten |
//!
//! Appends and answers are [`TransactionCommand`]s, markers are [`MarkersToSend`]; the broker carries out both.
//!
//! Out of here: two-phase commit (KIP-939), authorization, and adding partitions on behalf of producers, which their
//! leaders do.

mod description;
mod end_txn;
mod env;
mod init_producer_id;
mod markers;
mod marking;
mod metadata;
mod request;
mod requests;
mod state_manager;
#[cfg(test)]
mod tests;
mod timers;
mod upkeep;
mod writing;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::coordinator::partition;
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::catalog::{Catalog, TRANSACTION_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::List;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

pub use description::TransactionDescription;
pub use env::{ProducerIds, TransactionCommand, TransactionEnv};
pub use markers::{MarkersToSend, PendingMarker};
pub use request::TransactionRequest;
pub use timers::TransactionCoordinatorTimer;

use end_txn::EndTransaction;
use markers::TransactionMarkerChannelManager;
use state_manager::TransactionStateManager;

/// Who is told of the end of a transaction, once that is decided.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Ender {
    Client(ReplyTo),
    /// Another producer wants the id, and has to ask again.
    NewOwner(ReplyTo),
    /// Nobody: it has taken too long.
    Timeout,
}

/// What is done once something is written, or cannot be.
#[derive(Clone, Debug)]
enum Then {
    Initialized(ReplyTo),
    /// One transaction, by its place, of a request to add partitions.
    Added(u32, usize),
    OffsetsAdded(ReplyTo),
    Decided {
        end: EndTransaction,
        ender: Ender,
        is_epoch_fence: bool,
    },
    Completed,
    Expired,
}

/// A request to add partitions to several transactions is answered when all are done.
#[derive(Clone, Debug)]
struct Adding {
    to: ReplyTo,
    results: List<(TransactionalId, List<(Tp, ErrorCode)>)>,
    open: usize,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct TransactionCoordinator {
    broker: BrokerId,
    config: Rc<BrokerConfig>,
    rules: Rules,
    state: TransactionStateManager<Then>,
    markers: TransactionMarkerChannelManager,
    adding: BTreeMap<u32, Adding>,
    /// The number of the last request to add partitions.
    last_adding: u32,
}

impl TransactionCoordinator {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: Rc<BrokerConfig>, catalog: &Catalog, rules: Rules) -> TransactionCoordinator {
        let ids = 0..catalog.transactional_ids.len() as u16;
        let partitions = ids.filter_map(|id| catalog.transaction_partition(TransactionalId(id)));
        let state = TransactionStateManager::new(partition::of_topic(catalog, TRANSACTION_STATE), partitions.collect());
        TransactionCoordinator {
            broker,
            config,
            rules,
            state,
            markers: TransactionMarkerChannelManager::default(),
            adding: BTreeMap::new(),
            last_adding: 0,
        }
    }
    /// Whether it is a partition of `__transaction_state`.
    pub fn is_its_partition(&self, tp: Tp) -> bool {
        self.state.has(tp)
    }
    /// Begins to look for transactions that take too long, and for ids that expire, after these times.
    pub fn start(&mut self, abort_after: Nanos, expire_after: Nanos, ctx: &mut Context<'_>) {
        ctx.set_timer_in(TransactionCoordinatorTimer::AbortTimedOut, abort_after);
        ctx.set_timer_in(TransactionCoordinatorTimer::RemoveExpired, expire_after);
    }

    // --- leadership ------------------------------------------------------------------------

    /// This broker leads a partition of `__transaction_state` now, maybe in a new epoch, and will call
    /// [`TransactionCoordinator::elected`] once it has read it.
    pub fn loading(&mut self, tp: Tp) {
        self.remove_markers(tp);
        self.state.loading(tp);
    }
    /// It has read it (`onElection`). `batches` is the whole log, up to its end and not only to the high watermark.
    /// Transactions that are decided are seen to their end.
    pub fn elected<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        self.remove_markers(tp);
        let decided = self.state.load(tp, epoch, batches);
        env.ctx.record(Fact::CoordinatorLoaded { broker: self.broker, tp, epoch });
        for id in decided {
            self.tell_state(id, env);
            self.send_markers(id, env);
        }
    }
    /// It does not lead it any more (`onResignation`).
    pub fn resigned(&mut self, tp: Tp, env: &mut TransactionEnv<'_, '_>) {
        self.remove_markers(tp);
        let (was_active, appends) = self.state.unload(tp, env);
        for append in appends {
            self.failed(append, ErrorCode::NotLeaderOrFollower, env);
        }
        if was_active {
            env.ctx.record(Fact::CoordinatorUnloaded { broker: self.broker, tp });
        }
    }
    fn remove_markers(&mut self, tp: Tp) {
        let state = &self.state;
        self.markers.remove_partition(|id| state.partition_of(id) == Some(tp));
    }

    // --- telling ---------------------------------------------------------------------------

    /// An id is in the state that it is in.
    fn tell_state(&self, id: TransactionalId, env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((coordinator_epoch, metadata))) = self.state.get(id) else { return };
        env.ctx.record(Fact::TransactionStateChanged {
            broker: self.broker,
            transactional_id: id,
            state: metadata.now.state,
            producer_id: metadata.now.producer.id,
            producer_epoch: metadata.now.producer.epoch,
            coordinator_epoch,
            partitions: metadata.now.partitions.len() as u32,
        });
    }
    fn tell_added(&self, id: TransactionalId, before: &[Tp], env: &mut TransactionEnv<'_, '_>) {
        let Ok(Some((_, metadata))) = self.state.get(id) else { return };
        let ProducerIdAndEpoch { id: producer_id, epoch: producer_epoch } = metadata.now.producer;
        for tp in metadata.now.partitions.iter().filter(|tp| !before.contains(tp)) {
            let (broker, transactional_id, tp) = (self.broker, id, *tp);
            env.ctx.record(Fact::PartitionAddedToTransaction {
                broker,
                transactional_id,
                producer_id,
                producer_epoch,
                tp,
            });
        }
    }
    /// A producer was refused with an error that will not pass.
    fn tell_refused(
        &self,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        error: ErrorCode,
        env: &mut TransactionEnv<'_, '_>,
    ) {
        if error.is_err() && !error.is_retriable() {
            env.ctx.record(Fact::TransactionRefused {
                broker: self.broker,
                transactional_id: id,
                producer_id: producer.id,
                producer_epoch: producer.epoch,
                error,
            });
        }
    }
    /// The ids that are coordinated here, for tools.
    pub fn describe(&self) -> impl Iterator<Item = TransactionDescription> + '_ {
        self.state.ids().map(|(_, metadata)| TransactionDescription {
            id: metadata.id,
            coordinator: self.broker,
            producer: metadata.now.producer,
            state: metadata.now.state,
            timeout: metadata.now.timeout,
            start: metadata.now.start,
            partitions: metadata.now.partitions.clone(),
        })
    }
    /// # Panics
    /// If ids, writes or markers contradict themselves. `turn`: partitions take turns.
    pub fn check_invariants(&self, turn: u64) {
        self.state.check_invariants(turn);
        self.markers.check_invariants();
        assert!(self.adding.values().all(|adding| adding.open > 0), "a request that is done is answered");
    }
}
