//! What the cluster and its producers must do in the end, once nothing fails any more: V1-V3, V8, V9.

use std::collections::BTreeSet;

use litemap::LiteMap;

use super::excuse::{Excuse, heartbeats_given_up};
use super::family::Family;
use super::ghost::{Ghost, GhostRole};
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{a_moment, dead_connection, failover_bound, too_early};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::history::setup::{ProducerSetup, Setup};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// From a broker's start to its unfencing: the old session (plus an eighth, the scan), then the
/// next registration attempt, which the backoff may put off by two thirds of the session.
fn unfence_bound(setup: &Setup) -> Nanos {
    let bound = setup.broker_session_timeout.saturating_mul(2).saturating_add(a_moment(setup));
    if !setup.catalog.has_quorum() {
        return bound;
    }
    // Another controller may have to be elected, and begins all sessions anew.
    bound.saturating_add(failover_bound(setup)).saturating_add(setup.broker_session_timeout)
}

/// Without a controller nothing that it decides comes about.
pub fn no_controller(ghost: &Ghost) -> Option<Excuse> {
    let controllers = ghost.view.controllers();
    if controllers.is_quorum() {
        return match () {
            () if !controllers.has_majority() => {
                Some(Excuse::NoQuorum(controllers.running() as u8, controllers.count() as u8))
            }
            () => controllers.active().is_none().then_some(Excuse::NoActiveController),
        };
    }
    let controller = ghost.setup.catalog.controller_node()?;
    let process = ghost.process(controller);
    (process.life > 0 && !process.running).then_some(Excuse::ControllerDown(controller))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct LivenessChecks {
    leader_exists: Tally,
    isr_recovers: Tally,
    produce_resolves: Tally,
    metadata_converges: Tally,
    broker_unfences: Tally,
    /// When each broker was last started and has not been unfenced since.
    starting: LiteMap<BrokerId, Nanos>,
    /// Producers that have a producer id in this life.
    with_id: BTreeSet<NodeId>,
    /// When a record was made that its producer sent in the final phase, the last one: an application that sends what
    /// comes of what it reads goes on as long as it reads, and one that sends again until that is done.
    sent_late: LiteMap<NodeId, Nanos>,
}

impl Family for LivenessChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::ProcessStarted,
        FactKind::ProducerIdAssigned,
        FactKind::BatchSent,
        FactKind::RecordResent,
        FactKind::ProcessStopped,
        FactKind::LogDirFailed,
        FactKind::BrokerUnfenced,
    ]);

    fn new(_: &Ghost) -> LivenessChecks {
        LivenessChecks {
            leader_exists: Tally::new(
                "leader-exists",
                "V1",
                "a partition with a live in-sync replica has a leader",
                "there was no final phase",
            ),
            isr_recovers: Tally::new(
                "isr-recovers",
                "V2",
                "every live replica is back in the ISR",
                "there was no final phase",
            ),
            produce_resolves: Tally::new(
                "produce-resolves",
                "V3",
                "no send is left without an outcome",
                "nothing was sent, or there was no final phase",
            ),
            metadata_converges: Tally::new(
                "metadata-converges",
                "V8",
                "every live replica plays the part that committed metadata gives it",
                "there was no final phase",
            ),
            broker_unfences: Tally::new(
                "broker-unfences",
                "V9",
                "a started broker is unfenced in bounded time",
                "no broker was started",
            ),
            starting: LiteMap::new(),
            with_id: BTreeSet::new(),
            sent_late: LiteMap::new(),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::ProcessStarted { node } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.starting.insert(broker, entry.at);
                }
            }
            Fact::ProducerIdAssigned { node, .. } => drop(self.with_id.insert(node)),
            Fact::BatchSent { node, created, .. } if ghost.final_phase.is_some_and(|began| began < created) => {
                self.sent_late.insert(node, created);
            }
            Fact::RecordResent { node, .. } if ghost.final_phase.is_some() => {
                self.sent_late.insert(node, entry.at);
            }
            Fact::ProcessStopped { node, .. } => {
                self.with_id.remove(&node);
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.starting.remove(&broker);
                }
            }
            Fact::LogDirFailed { broker } => drop(self.starting.remove(&broker)),
            Fact::BrokerUnfenced { broker } => {
                if let Some(since) = self.starting.remove(&broker) {
                    self.unfencing(entry, ghost, broker, since);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook, _: &Ledger) {
        for (broker, since) in std::mem::take(&mut self.starting) {
            if end.at.saturating_sub(since) > unfence_bound(&ghost.setup) {
                self.unfencing(end, ghost, broker, since);
            }
        }
        if ghost.final_phase.is_none() {
            return;
        }
        self.partitions(end, ghost);
        self.producers(end, ghost, ledger);
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.leader_exists,
            &self.isr_recovers,
            &self.produce_resolves,
            &self.metadata_converges,
            &self.broker_unfences,
        ] {
            out.add(tally);
        }
    }
}

impl LivenessChecks {
    fn unfencing(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, since: Nanos) {
        let (took, bound) = (entry.at.saturating_sub(since), unfence_bound(&ghost.setup));
        let undisturbed = entry.at.saturating_sub(since.max(ghost.disturbed));
        let excuse = || {
            let disturbed = ghost.active_faults > 0 || undisturbed <= bound;
            no_controller(ghost)
                .or_else(|| heartbeats_given_up(&ghost.setup))
                .or_else(|| disturbed.then_some(Excuse::FaultsAtStart))
        };
        self.broker_unfences.check(took <= bound, excuse, || {
            let text = format!("broker {broker} was not unfenced for {took} after its start; bound {bound}");
            Witness::at(entry, text).by(ghost.setup.catalog.broker_node(broker))
        });
    }

    fn partitions(&mut self, end: &Entry, ghost: &Ghost) {
        let setup = &ghost.setup;
        let election = unfence_bound(setup);
        let rejoin = setup.replica_lag_time_max.saturating_add(election).saturating_add(dead_connection(setup));
        for (tp, partition) in ghost.partitions() {
            let committed = ghost.view.partition(tp);
            let nowhere = |text: String| Witness::at(end, text).on(tp, Offset::INVALID);
            if let Some(able) = committed.heirs().iter().find(|b| ghost.view.is_live(*b)) {
                let since = ghost.disturbed.max(ghost.broker(able).since);
                let leads = ghost.view.reigning(tp).is_some();
                self.leader_exists.check(
                    leads,
                    || no_controller(ghost).or_else(|| too_early(end.at, since, election)),
                    || nowhere(format!("no live leader; isr {}, broker {able} lives", committed.isr)),
                );
            }
            let missing = committed.replicas.iter().find(|b| ghost.view.is_live(*b) && !committed.isr.contains(*b));
            let excuse = || {
                let missing = missing?;
                let since = ghost.disturbed.max(ghost.broker(missing).since).max(partition.changed);
                if let Some(reason) = no_controller(ghost) {
                    return Some(reason);
                }
                match ghost.view.reigning(tp).is_some() {
                    false => Some(Excuse::NoLeader(tp)),
                    true if end.at.saturating_sub(ghost.log(missing, tp).touched) < a_moment(setup) => {
                        Some(Excuse::CatchingUp(missing))
                    }
                    true => too_early(end.at, since, rejoin),
                }
            };
            let text = || format!("broker {} is out of isr {}", missing.unwrap_or_default(), committed.isr);
            self.isr_recovers.check(missing.is_none(), excuse, || nowhere(text()));
            for replica in committed.replicas.iter().filter(|b| ghost.view.is_live(*b)) {
                self.part(end, ghost, tp, replica);
            }
        }
    }

    /// Whether a live replica plays its part.
    fn part(&mut self, end: &Entry, ghost: &Ghost, tp: Tp, replica: BrokerId) {
        let (committed, log) = (ghost.view.partition(tp), ghost.log(replica, tp));
        let role = match committed.leader {
            Some(leader) if leader == replica => GhostRole::Leader,
            leader => GhostRole::Follower(leader),
        };
        let since = ghost.disturbed.max(ghost.broker(replica).since).max(ghost.partition(tp).changed);
        let plays = log.epoch == committed.leader_epoch && log.role == role;
        self.metadata_converges.check(
            plays,
            || no_controller(ghost).or_else(|| too_early(end.at, since, a_moment(&ghost.setup))),
            || {
                let text = format!(
                    "broker {replica} is {:?} in epoch {}; it is to be {role:?} in epoch {}",
                    log.role, log.epoch, committed.leader_epoch
                );
                Witness::at(end, text).on(tp, Offset::INVALID)
            },
        );
    }

    fn producers(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        for producer in &ghost.setup.producers {
            let pending = ledger.pending(producer.node);
            // A record that was sent last fails no earlier than this, and when the sender looks at its deadline.
            let patience =
                producer.delivery_timeout.max(producer.config.max_block).saturating_add(a_moment(&ghost.setup));
            let asked_since = ghost.final_phase.map_or(ghost.disturbed, |began| began.max(ghost.disturbed));
            self.produce_resolves.ok_times(ledger.completed(producer.node));
            if pending > 0 {
                let process = ghost.process(producer.node);
                let name = ghost.node_name(producer.node);
                let excuse = (process.died || !process.running)
                    .then_some(Excuse::DiedWithRecords(producer.node))
                    .or_else(|| self.waits_for_an_id(ghost, producer))
                    .or_else(|| self.goes_on_sending(end.at, producer, patience))
                    .or_else(|| too_early(end.at, asked_since, patience));
                self.produce_resolves.broken_times(pending, excuse, || {
                    Witness::at(end, format!("{pending} records of {name} without an outcome")).by(producer.node)
                });
            }
        }
    }

    /// What was sent a moment ago has no outcome yet.
    fn goes_on_sending(&self, end: Nanos, producer: &ProducerSetup, patience: Nanos) -> Option<Excuse> {
        let sent = self.sent_late.get(&producer.node)?;
        (end.saturating_sub(*sent) < patience).then_some(Excuse::StillSending(producer.node))
    }

    /// An idempotent producer looks at none of its batches, not at the expired ones either, before it has its id
    /// (`Sender.runOnce` returns from `maybeSendAndPollTransactionalRequest`), which takes a broker and the controller.
    fn waits_for_an_id(&self, ghost: &Ghost, producer: &ProducerSetup) -> Option<Excuse> {
        let nobody_gives_one =
            || no_controller(ghost).is_some() || !ghost.setup.catalog.brokers().any(|broker| ghost.view.stands(broker));
        (producer.idempotent && !self.with_id.contains(&producer.node) && nobody_gives_one())
            .then_some(Excuse::NobodyGivesId(producer.node))
    }
}
