//! The delivery ledger: what became of every record that was sent.

use std::collections::BTreeMap;

use super::ghost::Ghost;
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;

/// What is noted of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Fate {
    /// Not heard of.
    #[default]
    Unknown,
    /// Handed to the network, no outcome yet.
    Sent,
    /// Acknowledged.
    Acked,
    /// Given up by the producer.
    Failed,
    /// Still on its way when the run ended, or in memory when the producer died.
    Pending,
}

/// The records of one producer in one partition, by ordinal.
#[derive(Clone, Debug, Default)]
struct Stream {
    fates: Vec<Fate>,
}

/// Times that one group processed each record of a stream.
type Processed = BTreeMap<(GroupId, NodeId, Tp), Vec<u8>>;

/// See the module. Fed with facts; [`LedgerBook::close`] adds it all up.
#[derive(Clone, Debug, Default)]
pub struct LedgerBook {
    streams: BTreeMap<(NodeId, Tp), Stream>,
    processed: Processed,
    skipped: BTreeMap<GroupId, u64>,
    send_failed: u64,
}

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
    /// The first record that is in the log twice.
    pub first_duplicate: Option<RecordRef>,
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
    /// In the log, and never processed.
    pub never: u64,
    /// Given up as not processable.
    pub skipped: u64,
    /// Processed, and not in the log any more.
    pub vanished: u64,
}

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
        "sent", "rejected", "acked", "failed", "pending", "in.the.log", "lost.after.ack", "lost.unacked", "duplicated",
        "out.of.order", "processed.once", "processed.again", "never.processed", "skipped",
    ];
}

impl LedgerBook {
    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, .. } => self.fate(node, tp, ordinal, count, Fate::Sent),
            Fact::BatchAcked { node, tp, ordinal, count, .. } => self.fate(node, tp, ordinal, count, Fate::Acked),
            Fact::BatchFailed { node, tp, ordinal, count, .. } => self.fate(node, tp, ordinal, count, Fate::Failed),
            Fact::RecordsPending { node, tp, ordinal, count, .. } => self.fate(node, tp, ordinal, count, Fate::Pending),
            Fact::SendFailed { count, .. } => self.send_failed += u64::from(count),
            Fact::RecordsProcessed { node, tp, count, origin, ordinal, .. } => {
                if let Some(group) = ghost.setup.consumers.iter().find(|c| c.node == node).map(|c| c.group) {
                    let times = self.processed.entry((group, origin, tp)).or_default();
                    let end = (ordinal + count) as usize;
                    if times.len() < end {
                        times.resize(end, 0);
                    }
                    times[ordinal as usize..end].iter_mut().for_each(|n| *n = n.saturating_add(1));
                }
            }
            Fact::RecordFailed { node, skipped: true, .. } => {
                if let Some(group) = ghost.setup.consumers.iter().find(|c| c.node == node).map(|c| c.group) {
                    *self.skipped.entry(group).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    fn fate(&mut self, node: NodeId, tp: Tp, ordinal: u32, count: u32, fate: Fate) {
        let fates = &mut self.streams.entry((node, tp)).or_default().fates;
        let end = (ordinal + count) as usize;
        if fates.len() < end {
            fates.resize(end, Fate::Unknown);
        }
        fates[ordinal as usize..end].fill(fate);
    }

    /// Adds up.
    pub fn close(&self, ghost: &Ghost) -> Ledger {
        let mut ledger = Ledger { rejected: self.send_failed, ..Ledger::default() };
        let mut copies: BTreeMap<(NodeId, Tp), Vec<u8>> = BTreeMap::new();
        for (tp, _) in ghost.partitions().filter(|(tp, _)| !ghost.setup.catalog.is_internal(*tp)) {
            self.count_copies(ghost, tp, &mut copies, &mut ledger);
        }
        for (&(node, tp), stream) in &self.streams {
            let copies = copies.get(&(node, tp)).map_or(&[][..], Vec::as_slice);
            ledger.add_stream(RecordRef { node, tp, ordinal: 0 }, &stream.fates, copies);
        }
        ledger.groups = (0..ghost.setup.catalog.groups.len()).map(|g| self.group(ghost, GroupId(g as u16), &copies)).collect();
        ledger
    }

    /// Copies of each record in the log that counts, and steps back in its order.
    fn count_copies(&self, ghost: &Ghost, tp: Tp, copies: &mut BTreeMap<(NodeId, Tp), Vec<u8>>, ledger: &mut Ledger) {
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
                ledger.out_of_order += u64::from(*times == 0 && ordinal < *furthest);
                *times = times.saturating_add(1);
            }
            *furthest = (*furthest).max(end);
        }
    }

    fn group(&self, ghost: &Ghost, group: GroupId, copies: &BTreeMap<(NodeId, Tp), Vec<u8>>) -> GroupLedger {
        let mut totals = GroupLedger { group, once: 0, repeated: 0, extra: 0, never: 0, skipped: self.skipped.get(&group).copied().unwrap_or(0), vanished: 0 };
        let consumers = ghost.setup.consumers.iter().filter(|c| c.group == group);
        let topics: Vec<TopicId> = consumers.flat_map(|c| c.topics.clone()).collect();
        let subscribed = |tp: Tp| topics.contains(&ghost.setup.catalog.topic_of(tp).0);
        for (&(node, tp), copies) in copies.iter().filter(|((_, tp), _)| subscribed(*tp)) {
            let times = self.processed.get(&(group, node, tp)).map_or(&[][..], Vec::as_slice);
            for ordinal in 0..copies.len().max(times.len()) {
                let present = copies.get(ordinal).is_some_and(|n| *n > 0);
                match times.get(ordinal).copied().unwrap_or(0) {
                    0 => totals.never += u64::from(present),
                    1 => totals.once += 1,
                    n => {
                        totals.repeated += 1;
                        totals.extra += u64::from(n) - 1;
                    }
                }
                totals.vanished += u64::from(!present && times.get(ordinal).is_some_and(|n| *n > 0));
            }
        }
        totals.never = totals.never.saturating_sub(totals.skipped);
        totals
    }
}

impl Ledger {
    fn add_stream(&mut self, first: RecordRef, fates: &[Fate], copies: &[u8]) {
        for ordinal in 0..fates.len().max(copies.len()) {
            let copies = copies.get(ordinal).copied().unwrap_or(0);
            let fate = fates.get(ordinal).copied().unwrap_or(Fate::Unknown);
            let record = RecordRef { ordinal: ordinal as u32, ..first };
            if fate == Fate::Unknown && copies == 0 {
                continue;
            }
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
                    if fate == Fate::Failed { self.failed += 1 } else { self.pending += 1 }
                    if copies == 0 { self.lost_unacked += 1 } else { self.unacked_in_the_log += 1 }
                }
            }
        }
    }
}
