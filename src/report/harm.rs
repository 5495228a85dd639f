//! Which records were lost, doubled or displaced: the first few by name, and when it happened to them.

use crate::check::ledger::{EffectTotals, Ledger, PlacedRecord, Totals};
use crate::history::setup::Setup;
use crate::history::words::words;
use crate::protocol::ids::*;
use crate::run::figures::thousands;

/// Stretches of records that are named before "and n more".
const NAMED: usize = 3;
/// Producers, or topics, that get a line of their own.
const ROWS: usize = 8;

/// A kind of harm, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Harm {
    /// `lost`, `doubled`, `out of order`.
    pub kind: &'static str,
    /// `orders-0@6033..6042 of checkout-0 and 94 more`, and when.
    pub text: String,
}

/// A record by its place in the log, or by its number where it never got one.
#[derive(Clone, Copy)]
struct NamedRecord {
    node: NodeId,
    tp: Tp,
    offset: Option<Offset>,
    ordinal: u32,
}

/// All harm that the ledger can name.
pub fn harm(setup: &Setup, ledger: &Ledger) -> Vec<Harm> {
    [lost(setup, ledger), doubled(setup, ledger), displaced(setup, ledger)].into_iter().flatten().collect()
}

fn lost(setup: &Setup, ledger: &Ledger) -> Option<Harm> {
    let named: Vec<NamedRecord> = ledger
        .lost
        .iter()
        .map(|l| NamedRecord { node: l.record.node, tp: l.record.tp, offset: l.offset, ordinal: l.record.ordinal })
        .collect();
    let first = ledger.lost.first()?;
    let what = first
        .cause
        .and_then(|cause| words(&cause.fact, &setup.catalog, &setup.faults))
        .map_or(String::new(), |(who, what)| format!(": {who} {what}"));
    let when = match first.offset {
        Some(_) => format!("the first at {}{what}", first.lost_at),
        None => format!("never in a log; the first was sent at {}", first.acked_at),
    };
    Some(Harm { kind: "lost", text: format!("{}; {when}", stretches(setup, &named, ledger.lost_after_ack)) })
}

fn doubled(setup: &Setup, ledger: &Ledger) -> Option<Harm> {
    let first = ledger.copies.first()?;
    let named: Vec<NamedRecord> = ledger
        .copies
        .iter()
        .map(|c| NamedRecord { node: c.record.node, tp: c.record.tp, offset: Some(c.first), ordinal: c.record.ordinal })
        .collect();
    let text = stretches(setup, &named, ledger.duplicated);
    Some(Harm { kind: "doubled", text: format!("{text}; the first again at {}, {}", first.copy, first.at) })
}

fn displaced(setup: &Setup, ledger: &Ledger) -> Option<Harm> {
    let first = ledger.displaced.first()?;
    let named: Vec<NamedRecord> = ledger
        .displaced
        .iter()
        .map(|d| NamedRecord {
            node: d.record.node,
            tp: d.record.tp,
            offset: Some(d.offset),
            ordinal: d.record.ordinal,
        })
        .collect();
    let text = stretches(setup, &named, ledger.out_of_order);
    let numbers = format!("number {} after number {}", first.record.ordinal, first.after);
    Some(Harm { kind: "out of order", text: format!("{text}; the first, {numbers}, at {}", first.at) })
}

/// `the first again is record 5 of checkout-0 to orders-0, at 12.000s and at 15.000s: billing-0 process crashes`.
pub fn effect_again(setup: &Setup, effects: &EffectTotals) -> Option<String> {
    let again = effects.first_again?;
    let record = again.record;
    let named = NamedRecord { node: record.node, tp: record.tp, offset: None, ordinal: record.ordinal };
    let cause = again.cause.and_then(|cause| words(&cause.fact, &setup.catalog, &setup.faults));
    let why = cause.map_or(String::new(), |(who, what)| format!(": in between {who} {what}"));
    Some(format!("the first again is {}, at {} and at {}{why}", name(setup, &named, 1), again.first.at, again.again.at))
}

/// `orders-0@760 of checkout-0`.
pub fn place(setup: &Setup, placed: &PlacedRecord) -> String {
    let record = placed.record;
    name(setup, &NamedRecord { node: record.node, tp: record.tp, offset: placed.offset, ordinal: record.ordinal }, 1)
}

/// A stretch of `count` records that begins with this one.
fn name(setup: &Setup, first: &NamedRecord, count: u32) -> String {
    let catalog = &setup.catalog;
    let (producer, partition) = (catalog.node_name(first.node), catalog.tp_name(first.tp));
    match (first.offset, count) {
        (Some(offset), 1) => format!("{partition}@{offset} of {producer}"),
        (Some(offset), n) => format!("{partition}@{offset}..{} of {producer}", offset.plus(n - 1)),
        (None, 1) => format!("record {} of {producer} to {partition}", first.ordinal),
        (None, n) => format!("records {}..{} of {producer} to {partition}", first.ordinal, first.ordinal + n - 1),
    }
}

/// Records that follow each other as one, and how many there are beyond those that are named.
fn stretches(setup: &Setup, records: &[NamedRecord], all: u64) -> String {
    let follows = |last: &NamedRecord, count: u32, next: &NamedRecord| {
        let by_offset = match (last.offset, next.offset) {
            (Some(last), Some(next)) => last.plus(count) == next,
            (None, None) => true,
            _ => false,
        };
        (last.node, last.tp, last.ordinal + count) == (next.node, next.tp, next.ordinal) && by_offset
    };
    let mut runs: Vec<(NamedRecord, u32)> = Vec::new();
    for record in records {
        match runs.last_mut() {
            Some((first, count)) if follows(first, *count, record) => *count += 1,
            _ => runs.push((*record, 1)),
        }
    }
    runs.truncate(NAMED);
    let named: u32 = runs.iter().map(|(_, count)| count).sum();
    let names: Vec<String> = runs.iter().map(|(first, count)| name(setup, first, *count)).collect();
    let more = all.saturating_sub(named.into());
    let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
    format!("{}{more}", names.join(", "))
}

/// One row of a ledger that is broken up: whose, and its figures.
#[derive(Clone, PartialEq, Debug)]
pub struct HarmRow {
    /// `checkout-0`, `orders`.
    pub whose: String,
    /// `sent 100   acked 98   lost after ack 2`.
    pub figures: String,
}

/// The ledger by producer, where there are several.
pub fn by_producer(setup: &Setup, ledger: &Ledger) -> Vec<HarmRow> {
    rows(ledger.producers.iter().map(|(node, totals)| (setup.catalog.node_name(*node).to_string(), *totals)).collect())
}

/// The ledger by topic, where there are several.
pub fn by_topic(setup: &Setup, ledger: &Ledger) -> Vec<HarmRow> {
    rows(ledger.topics.iter().map(|(t, totals)| (setup.catalog.topics[t.index()].name.clone(), *totals)).collect())
}

/// The ledger by partition, where there are several: those in which something was harmed.
pub fn by_partition(setup: &Setup, ledger: &Ledger) -> Vec<HarmRow> {
    let harmed = |t: &Totals| t.lost_after_ack + t.lost_unacked + t.duplicated + t.out_of_order > 0;
    if ledger.partitions.len() < 2 {
        return Vec::new();
    }
    let all = ledger.partitions.iter().filter(|(_, totals)| harmed(totals));
    shown(all.map(|(tp, totals)| (setup.catalog.tp_name(*tp), *totals)).collect())
}

fn rows(all: Vec<(String, Totals)>) -> Vec<HarmRow> {
    if all.len() < 2 { Vec::new() } else { shown(all) }
}

fn shown(all: Vec<(String, Totals)>) -> Vec<HarmRow> {
    let more = all.len().saturating_sub(ROWS);
    let mut rows: Vec<HarmRow> = all
        .iter()
        .take(ROWS)
        .map(|(whose, totals)| HarmRow { whose: whose.clone(), figures: figures(totals) })
        .collect();
    if more > 0 {
        rows.push(HarmRow { whose: format!("and {more} more"), figures: String::new() });
    }
    rows
}

/// What is nought goes without saying, but for what was sent and acknowledged.
fn figures(totals: &Totals) -> String {
    let all = [
        ("sent", totals.sent, true),
        ("acked", totals.acked, true),
        ("failed", totals.failed, false),
        ("pending", totals.pending, false),
        ("rejected by send()", totals.rejected, false),
        ("lost after ack", totals.lost_after_ack, false),
        ("lost unacked", totals.lost_unacked, false),
        ("duplicated", totals.duplicated, false),
        ("out of order", totals.out_of_order, false),
        ("transactions committed", totals.transactions.committed, false),
        ("transactions aborted", totals.transactions.aborted, false),
        ("transactions unknown", totals.transactions.unknown, false),
        ("records aborted", totals.transactions.records_aborted, false),
    ];
    let told = all.iter().filter(|(_, n, always)| *always || *n > 0);
    told.map(|(name, n, _)| format!("{name} {}", thousands(*n))).collect::<Vec<_>>().join("   ")
}
