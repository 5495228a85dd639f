//! The delivery ledger of an exchange history.

use std::collections::BTreeSet;

use litemap::LiteMap;

use super::effects;
use super::observed::{Observed, SendFate};
use crate::history::exchange::read::Id;

/// How many records a list names.
const NAMED: usize = 5;

/// A few records by name, and how many there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NamedRecords {
    /// How many.
    pub count: u64,
    /// The first of them: what it is and where.
    pub first: Vec<String>,
    /// The value of the very first.
    pub value: Option<Id>,
}

impl NamedRecords {
    fn add(&mut self, value: Id, name: impl FnOnce() -> String) {
        self.count += 1;
        self.value.get_or_insert(value);
        if self.first.len() < NAMED {
            self.first.push(name());
        }
    }
}

/// Totals. Counts are records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObservedLedger {
    /// Their send began.
    pub sent: u64,
    /// Acknowledged to the application (with acks=0: handed to the network).
    pub acked: u64,
    /// Failed for certain.
    pub failed: u64,
    /// Neither: nobody knows, or the history ends.
    pub unknown: u64,
    /// Distinct records in the logs in the end.
    pub in_the_log: u64,
    /// Acknowledged, and in no log in the end.
    pub lost_after_ack: NamedRecords,
    /// Acknowledged, and behind what anybody read.
    pub unread: u64,
    /// Not acknowledged, and in no log.
    pub lost_unacked: u64,
    /// Not acknowledged, and in the log all the same.
    pub unacked_in_the_log: u64,
    /// Copies in the log beyond the first.
    pub duplicated: NamedRecords,
    /// Records whose first copy comes after a later one of the same client and partition.
    pub out_of_order: NamedRecords,
    /// By group.
    pub groups: Vec<ObservedGroupLedger>,
}

/// What one group did with the records of the partitions that it read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObservedGroupLedger {
    /// Which group.
    pub group: String,
    /// Whether effects were counted; otherwise polls.
    pub effects: bool,
    /// Dealt with once.
    pub once: u64,
    /// Dealt with more than once.
    pub repeated: u64,
    /// In the log, and never dealt with, where no transaction may be the reason.
    pub never: u64,
    /// Dealt with, and not in the log any more.
    pub vanished: u64,
}

pub(super) fn of(observed: &Observed) -> ObservedLedger {
    let copies = observed.copies();
    let mut ledger = ObservedLedger { in_the_log: copies.len() as u64, ..ObservedLedger::default() };
    for (value, sent) in observed.sent.iter().enumerate().filter_map(|(v, s)| Some((v as Id, s.as_ref()?))) {
        let present = copies.contains_key(&value);
        ledger.sent += 1;
        match sent.fate {
            SendFate::Acked { tp, offset } => {
                ledger.acked += 1;
                if !present && is_judged(observed, tp, offset) {
                    let place = format!("{}@{offset}", observed.tp(tp));
                    ledger.lost_after_ack.add(value, || format!("{} ({place})", observed.value(value)));
                } else if !present {
                    ledger.unread += 1;
                }
                continue;
            }
            SendFate::Failed => ledger.failed += 1,
            SendFate::Unknown => ledger.unknown += 1,
        }
        if present { ledger.unacked_in_the_log += 1 } else { ledger.lost_unacked += 1 }
    }
    for (value, places) in &copies {
        for (tp, offset) in &places[1..] {
            let (first_tp, first) = places[0];
            let name = || {
                format!("{} ({}@{first}, {}@{offset})", observed.value(*value), observed.tp(first_tp), observed.tp(*tp))
            };
            ledger.duplicated.add(*value, name);
        }
    }
    for partition in &observed.partitions {
        let mut furthest: LiteMap<Id, u32> = LiteMap::new();
        let mut passed: BTreeSet<Id> = BTreeSet::new();
        for (offset, read) in &partition.log {
            let Some(sent) = observed.sent(read.value).filter(|_| passed.insert(read.value)) else { continue };
            let furthest = furthest.entry(sent.client).or_insert(sent.order);
            if sent.order < *furthest {
                ledger.out_of_order.add(read.value, || {
                    format!("{} ({}@{offset})", observed.value(read.value), observed.tp(partition.tp))
                });
            }
            *furthest = (*furthest).max(sent.order);
        }
    }
    ledger.groups = groups(observed, &copies);
    ledger
}

/// Whether anybody read far enough to say that a record is lost.
fn is_judged(observed: &Observed, tp: Id, offset: i64) -> bool {
    let partition = &observed.partitions[tp as usize];
    if offset < 0 {
        return partition.end == super::observed::KnownBy::Read;
    }
    super::log::is_missing(partition, offset)
}

fn groups(observed: &Observed, copies: &LiteMap<Id, Vec<(Id, i64)>>) -> Vec<ObservedGroupLedger> {
    let one = |(group, handled): (Id, effects::Handled)| {
        let mut ledger = ObservedGroupLedger {
            group: observed.recorded.groups.name(group).to_owned(),
            effects: !handled.effects.is_empty(),
            ..ObservedGroupLedger::default()
        };
        for (value, times) in handled.values() {
            if times == 1 {
                ledger.once += 1
            } else {
                ledger.repeated += 1
            }
            ledger.vanished += u64::from(!copies.contains_key(&value));
        }
        let read: BTreeSet<Id> = handled.partitions().collect();
        let of_its = |places: &Vec<(Id, i64)>| places.iter().any(|(tp, _)| read.contains(tp));
        let is_owed = |value: Id| !observed.transactions.is_uncommitted(value);
        let never = copies.iter().filter(|(value, places)| of_its(places) && handled.times(**value) == 0);
        ledger.never = never.filter(|(value, _)| is_owed(**value)).count() as u64;
        ledger
    };
    effects::handled(observed).into_iter().map(one).collect()
}
