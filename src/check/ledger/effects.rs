//! Effects outside of Kafka: for each record of a group, how often its effect took place, and what made it take place
//! again. No transaction takes one back.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::record::RecordRef;
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;

/// A record whose effect took place more than once.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RepeatedEffect {
    /// Which.
    pub record: RecordRef,
    /// The first time.
    pub first: Entry,
    /// The second time.
    pub again: Entry,
    /// What came between, and made the application take the record for undone: the end of a process, a rebalance, an
    /// aborted transaction. None where nothing of the kind is known.
    pub cause: Option<Entry>,
}

/// What became of the effects of a group's records.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct EffectTotals {
    /// Records whose effect took place once.
    pub once: u64,
    /// More than once.
    pub again: u64,
    /// Never, though the group's committed offset has passed them.
    pub lost: u64,
    /// Effects that the other side saw to be there already.
    pub recognised: u64,
    /// The first record whose effect took place again.
    pub first_again: Option<RepeatedEffect>,
    /// The first record whose effect is lost.
    pub first_lost: Option<RecordRef>,
}

#[derive(Clone, Copy, Debug)]
struct Effect {
    times: u32,
    first: Entry,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct EffectBook {
    /// By group: by record, how often.
    groups: BTreeMap<GroupId, BTreeMap<RecordRef, Effect>>,
    recognised: BTreeMap<GroupId, u64>,
    first_again: BTreeMap<GroupId, RepeatedEffect>,
    /// By process: what last made it, or whoever comes after it, begin again somewhere.
    setbacks: LiteMap<NodeId, Entry>,
}

impl EffectBook {
    /// Whether a group has effects at all.
    pub fn has(&self, group: GroupId) -> bool {
        self.groups.contains_key(&group)
    }
    /// A record's effect.
    pub fn observe(&mut self, entry: &Entry, group: GroupId, record: RecordRef, done: bool) {
        if !done {
            *self.recognised.entry(group).or_default() += 1;
            self.groups.entry(group).or_default();
            return;
        }
        let effects = self.groups.entry(group).or_default();
        let effect = effects.entry(record).or_insert(Effect { times: 0, first: *entry });
        effect.times += 1;
        if effect.times == 2 {
            let (first, again) = (effect.first, *entry);
            let of = |fact: &Fact| match *fact {
                Fact::EffectOutside { node, .. } => Some(node),
                _ => None,
            };
            let since = |cause: &&Entry| (cause.at, cause.event) >= (first.at, first.event);
            let causes = [of(&first.fact), of(&again.fact)].into_iter().flatten();
            let cause = causes.filter_map(|node| self.setbacks.get(&node)).filter(since).max_by_key(|cause| cause.at);
            let cause = cause.copied();
            self.first_again.entry(group).or_insert(RepeatedEffect { record, first, again, cause });
        }
    }
    /// Something that may make a process begin again.
    pub fn setback(&mut self, entry: &Entry, node: NodeId) {
        self.setbacks.insert(node, *entry);
    }
    /// How often a record's effect took place.
    pub fn times(&self, group: GroupId, record: RecordRef) -> u32 {
        self.groups.get(&group).and_then(|effects| effects.get(&record)).map_or(0, |effect| effect.times)
    }
    /// Records whose effect took place more than once.
    pub fn again(&self, group: GroupId) -> Vec<RecordRef> {
        let all = self.groups.get(&group).into_iter().flatten();
        all.filter(|(_, effect)| effect.times > 1).map(|(record, _)| *record).collect()
    }
    /// Adds up, but for what is lost.
    pub fn totals(&self, group: GroupId) -> EffectTotals {
        let all = || self.groups.get(&group).into_iter().flat_map(BTreeMap::values);
        EffectTotals {
            once: all().filter(|effect| effect.times == 1).count() as u64,
            again: all().filter(|effect| effect.times > 1).count() as u64,
            lost: 0,
            recognised: self.recognised.get(&group).copied().unwrap_or(0),
            first_again: self.first_again.get(&group).copied(),
            first_lost: None,
        }
    }
}

impl EffectTotals {
    /// The figure of that name, such as `effects.again`.
    pub fn figure(&self, name: &str) -> Option<u64> {
        Some(match name {
            "effects.once" => self.once,
            "effects.again" => self.again,
            "effects.lost" => self.lost,
            "effects.recognised" => self.recognised,
            _ => return None,
        })
    }
    /// Whether there was none.
    pub fn is_none(&self) -> bool {
        self.once + self.again + self.lost + self.recognised == 0
    }
}
