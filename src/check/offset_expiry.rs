//! When a group's offsets may go: G10.
//!
//! A coordinator removes an offset when it has been of no use for `offsets.retention.minutes` (KIP-211): of a classic group
//! counted from when the group lost its last member, of one that never had members, or has the new protocol, from the commit. It
//! removes none of a topic that a member subscribes to, and none of which a transaction has a pending one
//! (`group-coordinator/.../OffsetMetadataManager.java` `cleanupExpiredOffsets`). What an administrator removes he may.

use std::collections::{BTreeMap, BTreeSet};

use super::excuse::Excuse;
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use super::patience::a_moment;
use crate::history::fact::{Entry, Fact, FactKind, FactSet, GroupState, OffsetRemovalReason};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct OffsetExpiryChecks {
    expiry_rule: Tally,
    /// When an offset was stored last.
    stored: BTreeMap<(GroupId, Tp), Nanos>,
    /// Offsets that wait for the end of a transaction.
    pending: BTreeSet<(GroupId, Tp, ProducerId)>,
    groups: Vec<Members>,
}

/// What a coordinator has said of a group's members.
#[derive(Clone, Copy, Debug, Default)]
struct Members {
    /// It has some.
    any: bool,
    /// Since when it has none, if it had some.
    empty_since: Option<Nanos>,
    /// It has had some of the new protocol.
    new_protocol: bool,
}

impl Family for OffsetExpiryChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::GroupStateChanged,
        FactKind::MemberEpochChanged,
        FactKind::OffsetStored,
        FactKind::OffsetPending,
        FactKind::PendingOffsetDropped,
        FactKind::OffsetRemoved,
    ]);

    fn is_asked(ghost: &Ghost) -> bool {
        !ghost.setup.catalog.groups.is_empty()
    }

    fn new(ghost: &Ghost) -> OffsetExpiryChecks {
        OffsetExpiryChecks {
            expiry_rule: Tally::new(
                "expiry-rule",
                "G10",
                "an offset expires only after offsets.retention.minutes without use, and never while a member subscribes to its topic \
                 or a transaction has one pending",
                "no offset expired",
            ),
            stored: BTreeMap::new(),
            pending: BTreeSet::new(),
            groups: vec![Members::default(); ghost.setup.catalog.groups.len()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::GroupStateChanged { broker, group, state, .. } if ghost.view.coordinates(broker, group) => {
                self.groups[group.index()].are(state, entry.at);
            }
            Fact::MemberEpochChanged { group, .. } => self.groups[group.index()].new_protocol = true,
            Fact::OffsetStored { group, tp, .. } => {
                self.stored.insert((group, tp), entry.at);
                // Of the transaction that has ended, if it was one.
                self.pending.retain(|(of, at, _)| (*of, *at) != (group, tp));
            }
            Fact::OffsetPending { group, tp, producer_id, .. } => {
                self.pending.insert((group, tp, producer_id));
            }
            Fact::PendingOffsetDropped { group, tp, producer_id, .. } => {
                self.pending.remove(&(group, tp, producer_id));
            }
            Fact::OffsetRemoved { broker, group, tp, reason: OffsetRemovalReason::Expired }
                if ghost.view.coordinates(broker, group) =>
            {
                self.expired(entry, ghost, group, tp);
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        out.add(&self.expiry_rule);
    }
}

impl OffsetExpiryChecks {
    fn expired(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, tp: Tp) {
        let (members, retention) = (self.groups[group.index()], ghost.setup.broker.offsets_retention());
        let since = members.expires_from(self.stored.get(&(group, tp)).copied());
        // What is told here is replicated by then, which takes its time.
        let unused = since.map(|since| entry.at.saturating_add(a_moment(&ghost.setup)).saturating_sub(since));
        let too_soon = unused.is_some_and(|unused| unused < retention);
        let topic = ghost.setup.catalog.topic_of(tp).0;
        let mut consumers = ghost.setup.consumers.iter().filter(|consumer| consumer.group == group).peekable();
        let subscribed = members.any && consumers.peek().is_some() && consumers.all(|c| c.always_subscribes(topic));
        let pending = self.pending.range((group, tp, ProducerId(i64::MIN))..=(group, tp, ProducerId(i64::MAX))).next();
        let wrong = match () {
            () if pending.is_some() => Some("a transaction has another one pending".to_owned()),
            () if subscribed => Some("members subscribe to the topic".to_owned()),
            () if too_soon => unused.map(|unused| format!("after {unused} without use, of {retention}")),
            () => None,
        };
        let excuse = || -> Option<Excuse> { ghost.coordinator_excuse(group) };
        self.expiry_rule.check(wrong.is_none(), excuse, || {
            let text = format!("{}: the offset expired, and {}", ghost.group_name(group), wrong.unwrap_or_default());
            Witness::at(entry, text).on(tp, Offset::INVALID)
        });
    }
}

impl Members {
    fn are(&mut self, state: GroupState, now: Nanos) {
        match state {
            GroupState::Empty if self.any => (self.any, self.empty_since) = (false, Some(now)),
            GroupState::Empty => {}
            GroupState::Dead => *self = Members::default(),
            _ => (self.any, self.empty_since) = (true, None),
        }
    }
    /// From when on an offset of no use is counted, as far as that is known; `stored`: when it was.
    fn expires_from(self, stored: Option<Nanos>) -> Option<Nanos> {
        match self.empty_since {
            Some(empty) if !self.new_protocol => Some(empty),
            // A group that changes over has both kinds of members, one after the other.
            Some(empty) => Some(stored.map_or(empty, |stored| stored.min(empty))),
            None => stored,
        }
    }
}
