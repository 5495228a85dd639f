//! The ledger, added up.

use std::collections::BTreeMap;

use super::super::ghost::Ghost;
use super::{Fate, Handled, LedgerBook};
use crate::protocol::ids::*;

/// Totals of a run. Counts are records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// send() was called and the record got a place in a batch.
    pub sent: u64,
    /// send() failed at once: no memory, no metadata, too large.
    pub rejected: u64,
    /// Acknowledged to the application (with acks=0: handed to the network).
    pub acked: u64,
    /// Failed to the application.
    pub failed: u64,
    /// Neither, when the run ended.
    pub pending: u64,
    /// Distinct records in the logs that count at the end.
    pub in_the_log: u64,
    /// Acknowledged, and in no log at the end.
    pub lost_after_ack: u64,
    /// Failed or pending, and in no log at the end.
    pub lost_unacked: u64,
    /// Failed or pending, and in the log all the same.
    pub unacked_in_the_log: u64,
    /// Copies in the log beyond the first.
    pub duplicated: u64,
    /// Records whose first copy comes after a later record of the same producer and partition.
    pub out_of_order: u64,
    /// The first acknowledged record that is lost.
    pub first_lost: Option<RecordRef>,
    /// The first failed or pending record that is in no log.
    pub first_lost_unacked: Option<RecordRef>,
    /// The first record that is in the log twice.
    pub first_duplicate: Option<RecordRef>,
    /// The first record that lies behind a later one.
    pub first_out_of_order: Option<RecordRef>,
    /// By group.
    pub groups: Vec<GroupLedger>,
}

/// One record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordRef {
    /// Its producer.
    pub node: NodeId,
    /// Its partition.
    pub tp: Tp,
    /// Its number among those that the producer sent to the partition.
    pub ordinal: u32,
}

/// What one group did with the records of its topics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupLedger {
    /// Which group.
    pub group: GroupId,
    /// Processed exactly once.
    pub once: u64,
    /// Processed more than once.
    pub repeated: u64,
    /// Processings beyond the first.
    pub extra: u64,
    /// In the log, and neither processed nor skipped.
    pub never: u64,
    /// Given up as not processable, and never processed.
    pub skipped: u64,
    /// Processed, and not in the log any more.
    pub vanished: u64,
    /// The first that was processed more than once.
    pub first_repeated: Option<RecordRef>,
    /// The first that was never processed.
    pub first_never: Option<RecordRef>,
    /// The first that was given up.
    pub first_skipped: Option<RecordRef>,
}

/// By producer and partition, by ordinal: copies in the log that counts.
type Copies = BTreeMap<(NodeId, Tp), Vec<u8>>;

impl Ledger {
    /// The figure under its name in `expect:`, such as `lost.after.ack`. Group figures add up over
    /// groups.
    pub fn figure(&self, name: &str) -> Option<u64> {
        let over_groups = |f: fn(&GroupLedger) -> u64| self.groups.iter().map(f).sum();
        Some(match name {
            "sent" => self.sent,
            "rejected" => self.rejected,
            "acked" => self.acked,
            "failed" => self.failed,
            "pending" => self.pending,
            "in.the.log" => self.in_the_log,
            "lost.after.ack" => self.lost_after_ack,
            "lost.unacked" => self.lost_unacked,
            "duplicated" => self.duplicated,
            "out.of.order" => self.out_of_order,
            "processed.once" => over_groups(|g| g.once),
            "processed.again" => over_groups(|g| g.repeated),
            "never.processed" => over_groups(|g| g.never),
            "skipped" => over_groups(|g| g.skipped),
            _ => return None,
        })
    }
    /// The names that [`Ledger::figure`] knows.
    pub const FIGURES: [&'static str; 14] = [
        "sent",
        "rejected",
        "acked",
        "failed",
        "pending",
        "in.the.log",
        "lost.after.ack",
        "lost.unacked",
        "duplicated",
        "out.of.order",
        "processed.once",
        "processed.again",
        "never.processed",
        "skipped",
    ];

    fn add_stream(&mut self, node: NodeId, tp: Tp, fates: &[Fate], copies: &[u8]) {
        for ordinal in 0..fates.len().max(copies.len()) {
            let copies = copies.get(ordinal).copied().unwrap_or(0);
            let fate = fates.get(ordinal).copied().unwrap_or(Fate::Unknown);
            if fate != Fate::Unknown || copies > 0 {
                self.add_record(RecordRef { node, tp, ordinal: ordinal as u32 }, fate, copies);
            }
        }
    }

    fn add_record(&mut self, record: RecordRef, fate: Fate, copies: u8) {
        self.sent += 1;
        self.in_the_log += u64::from(copies > 0);
        if copies > 1 {
            self.duplicated += u64::from(copies) - 1;
            self.first_duplicate.get_or_insert(record);
        }
        match fate {
            Fate::Acked => {
                self.acked += 1;
                if copies == 0 {
                    self.lost_after_ack += 1;
                    self.first_lost.get_or_insert(record);
                }
            }
            Fate::Failed | Fate::Pending | Fate::Sent | Fate::Unknown => {
                if fate == Fate::Failed {
                    self.failed += 1
                } else {
                    self.pending += 1
                }
                if copies == 0 {
                    self.lost_unacked += 1;
                    self.first_lost_unacked.get_or_insert(record);
                } else {
                    self.unacked_in_the_log += 1
                }
            }
        }
    }
}

impl LedgerBook {
    /// Adds up.
    pub fn close(&self, ghost: &Ghost) -> Ledger {
        let mut ledger = Ledger { rejected: self.send_failed, ..Ledger::default() };
        let mut copies = Copies::new();
        for (tp, _) in ghost.partitions().filter(|(_, p)| !p.internal) {
            count_copies(ghost, tp, &mut copies, &mut ledger);
        }
        // What was sent and is in no log has a place too.
        for (node, row) in self.fates.iter().enumerate() {
            for tp in (0..row.len()).filter(|tp| !row[*tp].is_empty()) {
                copies.entry((NodeId(node as u16), Tp(tp as u32))).or_default();
            }
        }
        for (&(node, tp), copies) in &copies {
            let fates = self.fates[node.index()].get(tp.index()).map_or(&[][..], Vec::as_slice);
            ledger.add_stream(node, tp, fates, copies);
        }
        ledger.groups =
            (0..ghost.setup.catalog.groups.len()).map(|g| self.group(ghost, GroupId(g as u16), &copies)).collect();
        ledger
    }

    fn group(&self, ghost: &Ghost, group: GroupId, copies: &Copies) -> GroupLedger {
        let mut totals = GroupLedger {
            group,
            once: 0,
            repeated: 0,
            extra: 0,
            never: 0,
            skipped: 0,
            vanished: 0,
            first_repeated: None,
            first_never: None,
            first_skipped: None,
        };
        let consumers = ghost.setup.consumers.iter().filter(|c| c.group == group);
        let topics: Vec<TopicId> = consumers.flat_map(|c| c.topics.iter().copied()).collect();
        for (&(node, tp), copies) in
            copies.iter().filter(|((_, tp), _)| topics.contains(&ghost.setup.catalog.topic_of(*tp).0))
        {
            let handled = self.handled[group.index()][tp.index()].iter().find(|h| h.origin == node);
            totals.add_stream((node, tp), copies, handled);
        }
        totals
    }
}

impl GroupLedger {
    fn add_stream(&mut self, (node, tp): (NodeId, Tp), copies: &[u8], handled: Option<&Handled>) {
        let times = handled.map_or(&[][..], |h| h.times.as_slice());
        let skipped_up_to = handled.map_or(0, |h| h.skipped.end() as usize);
        for ordinal in 0..copies.len().max(times.len()).max(skipped_up_to) {
            let present = copies.get(ordinal).is_some_and(|n| *n > 0);
            let record = RecordRef { node, tp, ordinal: ordinal as u32 };
            match times.get(ordinal).copied().unwrap_or(0) {
                0 if handled.is_some_and(|h| h.skipped.contains(ordinal as i64)) => {
                    self.skipped += 1;
                    self.first_skipped.get_or_insert(record);
                }
                0 if present => {
                    self.never += 1;
                    self.first_never.get_or_insert(record);
                }
                0 => {}
                n => {
                    if n > 1 {
                        self.first_repeated.get_or_insert(record);
                    }
                    self.once += u64::from(n == 1);
                    self.repeated += u64::from(n > 1);
                    self.extra += u64::from(n) - 1;
                    self.vanished += u64::from(!present);
                }
            }
        }
    }
}

/// Copies of each record in the log that counts, and steps back in its order.
fn count_copies(ghost: &Ghost, tp: Tp, copies: &mut Copies, ledger: &mut Ledger) {
    let Some(log) = ghost.deciding_log(tp) else { return };
    let mut furthest: BTreeMap<NodeId, u32> = BTreeMap::new();
    for batch in log.batches() {
        let seen = copies.entry((batch.node, tp)).or_default();
        let end = batch.ordinal + batch.count;
        if seen.len() < end as usize {
            seen.resize(end as usize, 0);
        }
        let furthest = furthest.entry(batch.node).or_default();
        for ordinal in batch.ordinal..end {
            let times = &mut seen[ordinal as usize];
            if *times == 0 && ordinal < *furthest {
                ledger.out_of_order += 1;
                ledger.first_out_of_order.get_or_insert(RecordRef { node: batch.node, tp, ordinal });
            }
            *times = times.saturating_add(1);
        }
        *furthest = (*furthest).max(end);
    }
}
