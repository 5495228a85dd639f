//! Whom faults hit, by name or by role.

use super::dice::Dice;
use super::grounds::Grounds;
use crate::sim::time::Nanos;

/// What the cluster lacks while somebody is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seat {
    /// A broker.
    Broker,
    /// A voter of a quorum of several.
    Controller,
}

/// A target, as a scenario says it.
#[derive(Clone, Debug)]
pub(super) struct Victim {
    /// `leader of orders-0`.
    pub phrase: String,
    /// What the cluster lacks without it, of what there is a budget.
    pub seat: Option<Seat>,
}

fn broker(phrase: String) -> Victim {
    Victim { phrase, seat: Some(Seat::Broker) }
}

fn beside_the_budget(phrase: String) -> Victim {
    Victim { phrase, seat: None }
}

fn controller(phrase: String) -> Victim {
    Victim { phrase, seat: Some(Seat::Controller) }
}

/// Who can be hit in a run.
#[derive(Clone, Debug)]
pub(super) struct Victims<'g> {
    grounds: &'g Grounds,
    /// The brokers that do not stay away, whatever happens.
    core: Vec<u64>,
    /// The brokers that may lose what they have not flushed.
    lossy: Vec<u64>,
    /// Whether the budget may be exceeded.
    beyond: bool,
}

impl<'g> Victims<'g> {
    /// `away`: who stays away, and is hit by nothing else by its number; who has a role is hit wherever it is.
    pub(super) fn new(grounds: &'g Grounds, dice: &mut Dice, away: &[u64], over_budget: bool) -> Victims<'g> {
        let core: Vec<u64> = (1..=grounds.brokers).filter(|number| !away.contains(number)).collect();
        let mut lossy = core.clone();
        if !over_budget {
            while lossy.len() > grounds.budget.lossy {
                lossy.remove(dice.between(0, lossy.len() as u64 - 1) as usize);
            }
        }
        Victims { grounds, core, lossy, beyond: over_budget }
    }

    /// A broker, by its number or by its part.
    pub(super) fn broker(&self, dice: &mut Dice) -> String {
        let grounds = self.grounds;
        let role = match dice.between(0, 7) {
            0 | 1 => dice.any(&grounds.partitions).map(|tp| format!("leader of {tp}")),
            2 => dice.any(&grounds.partitions).map(|tp| format!("follower of {tp}")),
            3 => dice.any(&grounds.groups).map(|group| format!("coordinator of {group}")),
            4 => dice.any(&grounds.transactional_ids).map(|id| format!("coordinator of transaction {id}")),
            5 => Some("random broker".to_owned()),
            _ => None,
        };
        role.unwrap_or_else(|| format!("broker {}", dice.of(&self.core)))
    }
    /// A controller now and then: one of a quorum that can do without it, or, beyond the budget, the only one, without which
    /// nothing goes on.
    fn controller(&self, dice: &mut Dice) -> Option<Victim> {
        let ids = &self.grounds.controllers;
        match ids.len() {
            0 => None,
            1 => (self.beyond && dice.once_in(8)).then(|| beside_the_budget("active controller".into())),
            _ if dice.once_in(4) => Some(controller(match dice.coin() {
                true => "active controller".into(),
                false => format!("controller {}", dice.of(ids)),
            })),
            _ => None,
        }
    }
    /// A broker, or a controller.
    pub(super) fn server(&self, dice: &mut Dice) -> Victim {
        self.controller(dice).unwrap_or_else(|| broker(self.broker(dice)))
    }
    /// A broker that may lose something.
    pub(super) fn lossy(&self, dice: &mut Dice) -> Option<u64> {
        dice.any(&self.lossy).copied()
    }
    /// How long who has lost something stays away. A replica that is back before anybody has noticed may be elected without
    /// what it has lost, and nothing is promised then: within the budget it stays away
    /// until it is fenced. None: there is not so much time.
    pub(super) fn noticed(&self, span: Nanos, limit: Nanos) -> Option<Nanos> {
        if self.beyond {
            return Some(span);
        }
        Some(span.max(self.grounds.noticed)).filter(|span| *span <= limit)
    }
    /// A process of an application.
    pub(super) fn client(&self, dice: &mut Dice) -> Option<String> {
        let member = if dice.once_in(4) { dice.any(&self.grounds.groups) } else { None };
        member.map(|group| format!("member of {group}")).or_else(|| dice.any(&self.grounds.clients).cloned())
    }
    /// Any process.
    pub(super) fn anybody(&self, dice: &mut Dice) -> Victim {
        match dice.between(0, 7) {
            0 if self.beyond => beside_the_budget("active controller".into()),
            1 | 2 => self.client(dice).map_or_else(|| broker(self.broker(dice)), beside_the_budget),
            _ if self.grounds.controllers.len() > 1 => self.server(dice),
            _ => broker(self.broker(dice)),
        }
    }
    /// The other side of a link.
    pub(super) fn other_side(&self, dice: &mut Dice, side: &Victim) -> String {
        if dice.coin() {
            return "others".into();
        }
        let other = self.anybody(dice).phrase;
        if other == side.phrase { "others".into() } else { other }
    }
    /// Who asks whom for what.
    pub(super) fn conversation(&self, dice: &mut Dice) -> Option<(&'static str, String, String)> {
        const OF_CLIENTS: &[&str] = &[
            "Produce",
            "Produce",
            "Fetch",
            "Metadata",
            "ListOffsets",
            "OffsetForLeaderEpoch",
            "FindCoordinator",
            "JoinGroup",
            "SyncGroup",
            "Heartbeat",
            "OffsetCommit",
            "OffsetFetch",
            "InitProducerId",
        ];
        const OF_TRANSACTIONS: &[&str] =
            &["InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "TxnOffsetCommit", "EndTxn", "Produce"];
        const OF_BROKERS: &[&str] = &["Fetch", "Fetch", "OffsetForLeaderEpoch"];
        const OF_COORDINATORS: &[&str] = &["WriteTxnMarkers", "AddPartitionsToTxn"];
        const TO_CONTROLLER: &[&str] =
            &["BrokerHeartbeat", "AlterPartition", "BrokerRegistration", "AllocateProducerIds", "Fetch"];
        let transactions = !self.grounds.transactional_ids.is_empty();
        Some(match dice.between(0, 7) {
            0 | 1 => (*dice.of(OF_BROKERS), self.broker(dice), self.broker(dice)),
            2 => (*dice.of(TO_CONTROLLER), self.broker(dice), "active controller".into()),
            3 | 4 if transactions => (*dice.of(OF_TRANSACTIONS), self.client(dice)?, self.broker(dice)),
            5 if transactions => (*dice.of(OF_COORDINATORS), "all brokers".into(), self.broker(dice)),
            _ => (*dice.of(OF_CLIENTS), self.client(dice)?, self.broker(dice)),
        })
    }
    /// Whether an administrator elects whoever is there.
    pub(super) fn unclean(&self, dice: &mut Dice) -> bool {
        self.beyond && dice.once_in(4)
    }
    /// Something to wait for: what stands behind `when`.
    pub(super) fn condition(&self, dice: &mut Dice) -> Option<String> {
        let grounds = self.grounds;
        let tp = |dice: &mut Dice| dice.any(&grounds.partitions).cloned();
        Some(match dice.between(0, 8) {
            0 | 1 => format!("unreplicated of {}: at least {}", tp(dice)?, dice.of(&[1, 3, 10, 50])),
            2 => format!("isr of {}: at most {}", tp(dice)?, grounds.replicas.saturating_sub(1).max(1)),
            3 => format!("leader of {}: none", tp(dice)?),
            4 => format!("leader of {}: broker {}", tp(dice)?, dice.between(1, grounds.brokers)),
            5 => format!("broker {}: {}", dice.between(1, grounds.brokers), dice.of(&["fenced", "unfenced"])),
            6 => format!("epoch of {}: at least {}", tp(dice)?, dice.between(1, 4)),
            7 => {
                let states = ["preparing rebalance", "completing rebalance", "stable"];
                format!("group {}: {}", dice.any(&grounds.groups)?, dice.of(&states))
            }
            _ => {
                let states = ["ongoing", "prepare commit", "prepare abort", "complete commit", "complete abort"];
                format!("transaction {}: {}", dice.any(&grounds.transactional_ids)?, dice.of(&states))
            }
        })
    }
}
