//! What coordinators do with transactional ids: T1, T7, T12, V7, V13.

use litemap::LiteMap;

use super::weakness::{forgotten, leaderless, unverified};
use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, GhostTransactionalId};
use crate::check::outcome::{Findings, Tally, Witness};
use crate::check::patience::{dead_connection, too_early};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::setup::{ProducerSetup, Setup};
use crate::protocol::batch::TransactionState;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How long a transaction may be open: its timeout, the next look at those that have taken too long, and a moment for
/// the markers.
fn open_bound(setup: &Setup, id: TransactionalId) -> Nanos {
    timeout(setup, id)
        .saturating_add(setup.broker.transaction_abort_timed_out_cleanup_interval)
        .saturating_add(dead_connection(setup))
}
fn timeout(setup: &Setup, id: TransactionalId) -> Nanos {
    let timeouts =
        setup.producers.iter().filter(|p| p.transactional_id == Some(id)).map(|p| p.config.transaction_timeout);
    timeouts.max().unwrap_or_default()
}

/// Whether a transactional id may come from one state into another (`TransactionMetadata.isValidTransition`).
fn leads_to(before: Option<TransactionState>, state: TransactionState, aborts_nothing: bool) -> bool {
    use TransactionState::*;
    match state {
        Empty => matches!(before, None | Some(Empty | CompleteCommit | CompleteAbort | Dead)),
        Ongoing => matches!(before, Some(Ongoing | Empty | CompleteCommit | CompleteAbort)),
        PrepareCommit => before == Some(Ongoing),
        PrepareAbort => {
            before == Some(Ongoing) || aborts_nothing && matches!(before, Some(Empty | CompleteCommit | CompleteAbort))
        }
        CompleteCommit => before == Some(PrepareCommit),
        CompleteAbort => before == Some(PrepareAbort),
        Dead => matches!(before, Some(Empty | CompleteCommit | CompleteAbort)),
        // It is never written.
        PrepareEpochFence => false,
    }
}

/// The same, where one state between the two may never have been told: a coordinator died with it.
fn leads_to_untold(before: Option<TransactionState>, state: TransactionState, aborts_nothing: bool) -> bool {
    use TransactionState::*;
    let between = [Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort, Dead];
    let leads = |from, to| leads_to(from, to, aborts_nothing);
    before == Some(state)
        || leads(before, state)
        || between.into_iter().any(|between| leads(before, between) && leads(Some(between), state))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CoordinatorChecks {
    state_legal: Tally,
    no_orphan_open: Tally,
    timeout: Tally,
    no_hanging: Tally,
    calls_return: Tally,
    /// By transactional id: since when it has a transaction, and in which epoch.
    ongoing: Vec<Option<(Nanos, ProducerEpoch)>>,
    /// By transactional id: the epoch that was fenced since its transaction took too long, and by whom. One that cannot write
    /// that down has fenced nothing for those who coordinate after it.
    timed_out: Vec<LiteMap<BrokerId, ProducerEpoch>>,
    /// By transactional id: its coordinator has read the log since it last told of it. A broker that starts again does
    /// so in the epoch in which it has led before.
    loaded: Vec<bool>,
}

impl CoordinatorChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> CoordinatorChecks {
        let ids = ghost.setup.catalog.transactional_ids.len();
        CoordinatorChecks {
            state_legal: Tally::new(
                "txn-state-legal",
                "T1",
                "a transactional id changes state as Kafka's table has it: a decision is never reversed, and its epoch never goes back",
                "no transactional id had a state",
            ),
            no_orphan_open: Tally::new(
                "no-orphan-open",
                "T7",
                "a transaction that is open in a partition is known to its coordinator, with that partition",
                "no record of a transaction was appended",
            ),
            timeout: Tally::new(
                "txn-timeout",
                "T12",
                "a transaction that takes longer than transaction.timeout.ms is aborted at the next look, in a new epoch, and none is before",
                "no transaction took too long, and none was open for long",
            ),
            no_hanging: Tally::new(
                "no-hanging-txn",
                "V7",
                "in the end no transaction is open in a log for longer than its timeout and what follows it take",
                "no transaction began in a run with a final phase",
            ),
            calls_return: Tally::new(
                "txn-calls-return",
                "V13",
                "undisturbed, no call of a transactional producer runs into max.block.ms",
                "no call of a transactional producer returned",
            ),
            ongoing: vec![None; ids],
            timed_out: vec![LiteMap::new(); ids],
            loaded: vec![false; ids],
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            _ if ghost.is_hearsay(&entry.fact) => {}
            Fact::TransactionStateChanged {
                broker,
                transactional_id: id,
                state,
                producer_id,
                producer_epoch,
                coordinator_epoch,
                ..
            } if coordinator_epoch >= ghost.transactions.id(id).coordinator_epoch => {
                self.state(entry, ghost, id, state, (producer_id, producer_epoch), coordinator_epoch);
                self.took(entry, ghost, id, (broker, state), producer_epoch);
            }
            Fact::CoordinatorLoaded { broker, tp, .. } => {
                let at_home = |id: usize| ghost.transactions.id(TransactionalId(id as u16)).home == Some(tp);
                for id in (0..self.loaded.len()).filter(|id| at_home(*id)) {
                    self.loaded[id] = true;
                    self.timed_out[id].remove(&broker);
                }
            }
            Fact::TransactionFenced {
                broker,
                transactional_id: id,
                producer_id,
                producer_epoch,
                timed_out: true,
                ..
            } => self.fenced(entry, ghost, (broker, id), (producer_id, producer_epoch)),
            Fact::TransactionsInitialized { node, error, .. }
            | Fact::TransactionEnded { node, error, .. }
            | Fact::OffsetsInTransaction { node, error, .. } => self.returned(entry, ghost, node, error),
            Fact::Appended { broker, tp, role: ReplicaRole::Leader, leader_epoch, .. }
                if ghost.partition(tp).acts_in(broker, leader_epoch) =>
            {
                self.appended(entry, ghost, tp);
            }
            _ => {}
        }
    }

    fn state(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        id: TransactionalId,
        state: TransactionState,
        (producer, epoch): (ProducerId, ProducerEpoch),
        coordinator_epoch: LeaderEpoch,
    ) {
        let known = ghost.transactions.id(id);
        let bumps = ghost.setup.rules.transaction_version.supports_epoch_bump();
        let loaded = std::mem::take(&mut self.loaded[id.index()]) || known.coordinator_epoch < coordinator_epoch;
        let leads = match loaded && known.state.is_some() {
            true => leads_to_untold(known.state, state, bumps),
            false => leads_to(known.state, state, bumps),
        };
        let grows =
            known.producer_id != producer || known.epoch <= epoch || known.state == Some(TransactionState::Dead);
        let home = known.home.unwrap_or_default();
        self.state_legal.check(
            leads && grows,
            || ghost.transaction_excuse(id),
            || {
                let (name, before) =
                    (ghost.setup.catalog.transactional_id_name(id), known.state.map_or("nothing", |s| s.name()));
                let text = match leads {
                    true => format!("{name} goes from epoch {} back to {epoch}", known.epoch),
                    false => format!("{name} goes from {before} to {}", state.name()),
                };
                Witness::at(entry, text).on(home, Offset::INVALID)
            },
        );
    }

    // --- how long it takes -------------------------------------------------------------------------

    fn took(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        id: TransactionalId,
        (broker, state): (BrokerId, TransactionState),
        epoch: ProducerEpoch,
    ) {
        let place = id.index();
        if state == TransactionState::Ongoing {
            self.ongoing[place].get_or_insert((entry.at, epoch));
            return;
        }
        let timed_out = std::mem::take(&mut self.timed_out[place]).remove(&broker);
        if let Some(fenced) = timed_out.filter(|_| state == TransactionState::PrepareAbort) {
            self.timeout.must(epoch > fenced, || {
                let name = ghost.setup.catalog.transactional_id_name(id);
                Witness::at(entry, format!("{name} took too long, and is aborted in its own epoch {epoch}"))
            });
        }
        if let Some((since, _)) = self.ongoing[place].take() {
            self.was_open(entry, ghost, id, since);
        }
    }

    fn was_open(&mut self, entry: &Entry, ghost: &Ghost, id: TransactionalId, since: Nanos) {
        let (took, bound) = (entry.at.saturating_sub(since), open_bound(&ghost.setup, id));
        if took <= timeout(&ghost.setup, id) {
            return;
        }
        self.timeout.check(
            took <= bound,
            || disturbed(ghost, id, since, entry.at, bound),
            || {
                let name = ghost.setup.catalog.transactional_id_name(id);
                Witness::at(entry, format!("a transaction of {name} is open for {took}"))
            },
        );
    }

    /// The coordinator says that a transaction has taken too long.
    fn fenced(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (broker, id): (BrokerId, TransactionalId),
        producer: (ProducerId, ProducerEpoch),
    ) {
        if let Some(open) = ghost.transactions.of_producer(id, producer) {
            let (took, timeout) = (entry.at.saturating_sub(open.begun.at), timeout(&ghost.setup, id));
            self.timeout.check(
                took >= timeout,
                || forgotten(ghost, Some(id), None),
                || {
                    let text = format!(
                        "transaction {} of {} is ended for its time after {took}; it may take {timeout}",
                        open.number,
                        ghost.node_name(open.node)
                    );
                    Witness::at(entry, text).by(open.node)
                },
            );
        }
        if let Some((_, epoch)) = self.ongoing[id.index()] {
            self.timed_out[id.index()].insert(broker, epoch);
        }
    }

    /// A call that blocks has returned or thrown: it gives up after `max.block.ms` only if nobody answers.
    fn returned(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, error: Option<Exception>) {
        let Some(producer) = ghost.producer(node) else { return };
        let bound = producer.config.max_block.saturating_add(dead_connection(&ghost.setup));
        let excuse = || {
            let disturbed = ghost.active_faults > 0 || entry.at.saturating_sub(ghost.disturbed) < bound;
            let group = ghost.consumer(node).map(|consumer| consumer.group);
            let id = producer.transactional_id;
            no_coordinator(ghost, id)
                .or_else(|| unwritable(ghost, producer))
                .or_else(|| ghost.no_coordinator(group?))
                .or_else(|| takes_nothing(ghost, ghost.coordinator_partition(group?)?))
                .or_else(|| gives_up_writing(ghost, producer))
                .or_else(|| id.filter(|_| disturbed).map(Excuse::FaultsInTransaction))
        };
        self.calls_return.check(error != Some(Exception::TransactionTimedOut), excuse, || {
            let text = format!("a call of {} was given up after max.block.ms", ghost.node_name(node));
            Witness::at(entry, text).by(node)
        });
    }

    // --- what is open ------------------------------------------------------------------------------

    /// The first batch of a transaction in a partition.
    fn appended(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp) {
        let batch = ghost.incoming;
        let opens = ghost.stability(tp).is_some_and(|stability| stability.opened_by(batch.producer_id).is_none());
        if !opens || !ghost.is_transactional(tp, &batch) {
            return;
        }
        let id = ghost.transactions.owner_of(batch.producer_id);
        let knows = id.is_some_and(|id| knows(ghost.transactions.id(id), tp, batch.producer_id, batch.producer_epoch));
        let excuse = || unverified(ghost, tp).or_else(|| forgotten(ghost, id, Some(tp)));
        self.no_orphan_open.check(knows, excuse, || {
            let text = format!(
                "producer {} opens a transaction in epoch {} that its coordinator does not know with {}",
                batch.producer_id,
                batch.producer_epoch,
                ghost.name(tp)
            );
            Witness::at(entry, text).on(tp, batch.base)
        });
    }

    /// What is open in the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        for (id, place) in ghost.transactions.ids().map(|(id, _)| (id, id.index())).collect::<Vec<_>>() {
            if let Some((since, _)) = self.ongoing[place] {
                self.was_open(end, ghost, id, since);
            }
        }
        if ghost.final_phase.is_none() {
            return;
        }
        for (tp, _) in ghost.partitions() {
            let Some(stability) = ghost.stability(tp).filter(|stability| stability.is_used()) else { continue };
            self.no_hanging.ok_times(stability.ended() as u64);
            for open in stability.open() {
                let id = ghost.transactions.owner_of(open.producer_id);
                let bound = id.map_or_else(|| dead_connection(&ghost.setup), |id| open_bound(&ghost.setup, id));
                let late = end.at.saturating_sub(open.since) > bound;
                let excuse =
                    || why_open(ghost, tp, id).or_else(|| too_early(end.at, ghost.disturbed.max(open.since), bound));
                if late {
                    self.no_hanging.broken(excuse(), || {
                        let text = format!(
                            "a transaction of producer {} is open since {}, and nothing after {} is stable",
                            open.producer_id, open.since, open.first
                        );
                        let witness = Witness::at(end, text).on(tp, open.first);
                        if ghost.was_skipped(open.producer_id, tp) { leaderless(witness) } else { witness }
                    });
                }
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.state_legal, &self.no_orphan_open, &self.timeout, &self.no_hanging, &self.calls_return]
            .into_iter()
            .for_each(|t| out.add(t));
    }
}

/// Whether a coordinator knows that a producer's transaction has a partition. What one that is gone has known was
/// perhaps never told.
fn knows(id: &GhostTransactionalId, tp: Tp, producer: ProducerId, epoch: ProducerEpoch) -> bool {
    use TransactionState::*;
    let under_way = match id.state {
        Some(Ongoing) => id.epoch == epoch,
        Some(PrepareCommit | PrepareAbort) => id.epoch >= epoch,
        _ => false,
    };
    id.untold || under_way && id.producer_id == producer && id.partitions.contains(&tp)
}

/// What keeps a transaction open beyond its time.
fn why_open(ghost: &Ghost, tp: Tp, id: Option<TransactionalId>) -> Option<Excuse> {
    takes_nothing(ghost, tp)
        .or_else(|| no_coordinator(ghost, id))
        .or_else(|| forgotten(ghost, id, Some(tp)))
        .or_else(|| unverified(ghost, tp))
}

/// Why nothing can be written to a partition with `acks=all`, if nothing can.
fn takes_nothing(ghost: &Ghost, tp: Tp) -> Option<Excuse> {
    let few = ghost.view.partition(tp).isr.len() < usize::from(ghost.partition(tp).min_isr);
    let led = ghost.view.reigning(tp).is_some();
    if led { few.then_some(Excuse::TooFewReplicas(tp)) } else { Some(Excuse::NoLeader(tp)) }
}

/// A partition that a producer sends to takes nothing: what is open cannot be ended there.
fn unwritable(ghost: &Ghost, producer: &ProducerSetup) -> Option<Excuse> {
    let mut partitions = ghost.setup.catalog.partitions(producer.topic);
    partitions.find_map(|tp| takes_nothing(ghost, tp).filter(|_| ghost.view.partition(tp).exists()))
}

/// What the coordinator appends has as long to be replicated as the transaction may take; the answer is
/// COORDINATOR_NOT_AVAILABLE then, and the client asks again (`TransactionStateManager.appendTransactionToLog`).
fn gives_up_writing(ghost: &Ghost, producer: &ProducerSetup) -> Option<Excuse> {
    let timeout = producer.config.transaction_timeout;
    (timeout < ghost.setup.slow_round_trip).then_some(Excuse::WritesGivenUp(timeout))
}

/// Why a transactional id has nobody to coordinate it, if it has nobody.
fn no_coordinator(ghost: &Ghost, id: Option<TransactionalId>) -> Option<Excuse> {
    let home = ghost.transactions.id(id?).home?;
    let gone = ghost.view.reigning(home).is_none().then_some(Excuse::NoTransactionCoordinator(id?, home));
    gone.or_else(|| takes_nothing(ghost, home))
}

/// What excuses that a transaction was open for longer than it may take.
fn disturbed(ghost: &Ghost, id: TransactionalId, since: Nanos, now: Nanos, bound: Nanos) -> Option<Excuse> {
    no_coordinator(ghost, Some(id)).or_else(|| forgotten(ghost, Some(id), None)).or_else(|| {
        let calm = since.max(ghost.disturbed);
        let faults = ghost.active_faults > 0 || now.saturating_sub(calm) <= bound;
        faults.then_some(Excuse::FaultsInTransaction(id))
    })
}
