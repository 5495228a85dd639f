//! A quorum of several controllers: C1, C3, C4, C9, V15.
//!
//! What is judged is told by the controllers themselves: who was elected in an epoch and by whose votes, and what each
//! of them knows to be committed of the metadata log. Voters flush before they count, so that no crash and no power loss
//! excuses anything, unless a device lied about flushes.

use std::collections::BTreeMap;

use super::excuse::Excuse;
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{a_moment, failover_bound, too_early};
use crate::history::fact::{Entry, Fact, FactKind, FactSet, StopKind};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct QuorumChecks {
    one_per_epoch: Tally,
    prefix: Tally,
    durable: Tally,
    majority: Tally,
    exists: Tally,
    /// Who was elected, by epoch.
    leaders: BTreeMap<LeaderEpoch, ControllerId>,
    /// For whom a voter voted in an epoch.
    votes: BTreeMap<(ControllerId, LeaderEpoch), ControllerId>,
    /// What stands for the committed log that ends there, and who said so first.
    chains: BTreeMap<Offset, (u32, ControllerId)>,
    /// Since when no majority of the controllers runs.
    minority_since: Option<Nanos>,
    /// Since when none is the active one.
    none_since: Nanos,
    /// A disk has lied about flushes.
    lied: bool,
    /// A controller has lost its power since.
    lost_power: bool,
}

impl Family for QuorumChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::ProcessStarted,
        FactKind::ProcessStopped,
        FactKind::PowerLost,
        FactKind::FaultStarted,
        FactKind::RaftVoteGranted,
        FactKind::RaftLeaderElected,
        FactKind::ControllerActivated,
        FactKind::ControllerResigned,
        FactKind::MetadataCommitted,
    ]);

    fn is_asked(ghost: &Ghost) -> bool {
        ghost.setup.catalog.has_quorum()
    }

    fn new(_: &Ghost) -> QuorumChecks {
        let none = "there are not several controllers, or none was elected";
        QuorumChecks {
            one_per_epoch: Tally::new(
                "one-controller-per-epoch",
                "C1",
                "at most one controller is elected in an epoch of the quorum, and no voter votes for two in it",
                none,
            ),
            prefix: Tally::new(
                "metadata-prefix",
                "C3",
                "what controllers know to be committed of the metadata log is the same everywhere",
                "there are not several controllers, or nothing was committed",
            ),
            durable: Tally::new(
                "metadata-commit-durable",
                "C4",
                "a controller that is elected has everything that was committed before, whatever has crashed or lost its power",
                none,
            ),
            majority: Tally::new(
                "metadata-needs-majority",
                "C9",
                "nothing is committed to the metadata log while no majority of the controllers runs",
                "there are not several controllers, or nothing was committed",
            ),
            exists: Tally::new(
                "controller-exists",
                "V15",
                "while a majority of the controllers runs undisturbed, one of them is the active one",
                "there are not several controllers",
            ),
            leaders: BTreeMap::new(),
            votes: BTreeMap::new(),
            chains: BTreeMap::new(),
            minority_since: None,
            none_since: Nanos::ZERO,
            lied: false,
            lost_power: false,
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::ProcessStarted { node } => self.process(entry, ghost, node, true),
            Fact::ProcessStopped { node, kind } => {
                self.lost_power |= kind == StopKind::PowerLoss && ghost.setup.catalog.controller_of(node).is_some();
                self.process(entry, ghost, node, false);
            }
            Fact::PowerLost { node } => self.lost_power |= ghost.setup.catalog.controller_of(node).is_some(),
            Fact::FaultStarted { fault, .. } => {
                let fault = ghost.setup.faults.get(usize::from(fault));
                self.lied |= fault.is_some_and(|fault| fault.kind == "disk.lying.flush");
            }
            Fact::RaftVoteGranted { controller, candidate, epoch } => self.voted(entry, controller, candidate, epoch),
            Fact::RaftLeaderElected { controller, epoch, start } => self.elected(entry, controller, epoch, start),
            Fact::ControllerActivated { .. } => self.activated(entry, ghost),
            Fact::ControllerResigned { controller, epoch } => {
                let active = ghost.view.controllers();
                if active.epoch() == epoch && active.active() == ghost.setup.catalog.process_of_controller(controller) {
                    self.none_since = entry.at;
                }
            }
            Fact::MetadataCommitted { controller, end, chain, .. } => {
                self.committed(entry, ghost, controller, end, chain);
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        let controllers = ghost.view.controllers();
        if ghost.final_phase.is_none() || !controllers.is_quorum() {
            return;
        }
        let since = self.none_since.max(ghost.disturbed);
        let (forgot, none_since) = (self.forgot(), self.none_since);
        let excuse = || {
            let (running, count) = (controllers.running() as u8, controllers.count() as u8);
            let minority = (!controllers.has_majority()).then_some(Excuse::NoQuorum(running, count));
            minority.or(forgot).or_else(|| too_early(end.at, since, failover_bound(&ghost.setup)))
        };
        let text = || format!("no controller is the active one in the end, since {none_since}");
        self.exists.check(controllers.active().is_some(), excuse, || Witness::at(end, text()));
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [&self.one_per_epoch, &self.prefix, &self.durable, &self.majority, &self.exists] {
            out.add(tally);
        }
    }
}

impl QuorumChecks {
    fn forgot(&self) -> Option<Excuse> {
        (self.lied && self.lost_power).then_some(Excuse::VotersForgot)
    }
    /// A controller's process begins or ends; the ghost does not know yet.
    fn process(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, runs: bool) {
        if ghost.setup.catalog.controller_of(node).is_none() {
            return;
        }
        let controllers = ghost.view.controllers();
        let running = if runs { controllers.running() + 1 } else { controllers.running().saturating_sub(1) };
        let minority = running <= controllers.count() / 2;
        self.minority_since = minority.then(|| self.minority_since.unwrap_or(entry.at));
        if controllers.active() == Some(node) {
            self.none_since = entry.at;
        }
    }
    fn voted(&mut self, entry: &Entry, voter: ControllerId, candidate: ControllerId, epoch: LeaderEpoch) {
        let other = self.votes.insert((voter, epoch), candidate).filter(|other| *other != candidate);
        let excuse = self.forgot();
        self.one_per_epoch.check(
            other.is_none(),
            || excuse,
            || {
                let other = other.unwrap_or_default();
                Witness::at(
                    entry,
                    format!("controller {voter} votes for {candidate} in epoch {epoch}, and voted for {other}"),
                )
            },
        );
    }
    fn elected(&mut self, entry: &Entry, controller: ControllerId, epoch: LeaderEpoch, start: Offset) {
        let other = self.leaders.insert(epoch, controller).filter(|other| *other != controller);
        let excuse = self.forgot();
        self.one_per_epoch.check(
            other.is_none(),
            || excuse,
            || {
                let other = other.unwrap_or_default();
                Witness::at(entry, format!("controllers {other} and {controller} are both elected in epoch {epoch}"))
            },
        );
        let committed = self.chains.last_key_value().map_or(Offset(0), |(end, _)| *end);
        self.durable.check(
            start >= committed,
            || excuse,
            || {
                Witness::at(
                    entry,
                    format!("controller {controller} is elected with a log up to {start}; {committed} was committed"),
                )
            },
        );
    }
    /// Another one is the active one: it did not take too long, if nothing was in its way.
    fn activated(&mut self, entry: &Entry, ghost: &Ghost) {
        let since = self.none_since.max(ghost.disturbed).max(self.minority_since.map_or(Nanos::ZERO, |_| entry.at));
        let (took, bound) = (entry.at.saturating_sub(since), failover_bound(&ghost.setup));
        let disturbed = ghost.active_faults > 0;
        self.exists.check(
            took <= bound,
            || disturbed.then_some(Excuse::FaultsAtStart),
            || Witness::at(entry, format!("no controller was the active one for {took}; bound {bound}")),
        );
    }
    fn committed(&mut self, entry: &Entry, ghost: &Ghost, controller: ControllerId, end: Offset, chain: u32) {
        let excuse = self.forgot();
        let known = self.chains.get(&end).copied();
        if known.is_none() && self.chains.last_key_value().is_none_or(|(last, _)| *last < end) {
            // What a majority had before it was none may be counted a moment later.
            let moment = a_moment(&ghost.setup);
            let alone = self.minority_since.filter(|since| entry.at.saturating_sub(*since) > moment);
            self.majority.check(
                alone.is_none(),
                || excuse,
                || {
                    let (running, count) = (ghost.view.controllers().running(), ghost.view.controllers().count());
                    let text = format!("controller {controller} commits up to {end}, while {running} of {count} run");
                    Witness::at(entry, text)
                },
            );
        }
        let (expected, first) = known.unwrap_or((chain, controller));
        self.chains.entry(end).or_insert((chain, controller));
        self.prefix.check(
            expected == chain,
            || excuse,
            || {
                let text =
                    format!("controllers {first} and {controller} have different logs below {end}, both committed");
                Witness::at(entry, text)
            },
        );
    }
}
