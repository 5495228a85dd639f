//! A run in forms for machines: JSON and GitHub annotations.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Report;
use super::why::Story;
use crate::check::alerts::{AlertStory, Firing};
use crate::check::contract;
use crate::check::jepsen::jepsen;
use crate::check::ledger::{EffectTotals, LostRecord, PlacedRecord, RecordRef, RowTotals, Totals, TransactionTotals};
use crate::check::outcome::{Outcome, Witness};
use crate::history::owners::{OwnedGroup, OwnerSpan, OwnerSpans};
use crate::history::setup::Setup;
use crate::history::words::words;
use crate::protocol::rack_traffic::{Carriage, CarriedBytes, RackTraffic};
use crate::run::histogram::Histogram;
use crate::run::verdict::place;
use crate::run::verdict::{Standing, describe};

/// The report as one JSON document: everything that the human form says, and the series. `why`: the story that
/// was asked for. `cure`: the command that holds it against a cure.
pub fn json(report: &Report, why: Option<&Story>, cure: Option<&str>) -> Value {
    let setup = &report.setup;
    json!({
        "format": "kafkasim-run", "version": 1, "source": concat!("kafkasim ", env!("CARGO_PKG_VERSION")),
        "scenario": report.scenario, "summary": report.summary, "teaches": report.teaches, "seed": setup.seed, "kafka": setup.rules,
        "variant": report.variant, "changes": report.changes.iter().map(|c| format!("{} {}", c.option().0, c.option().1)).collect::<Vec<_>>(),
        "interrupted": report.interrupted,
        "brokers": setup.catalog.brokers().count(), "duration_ns": setup.duration, "end_ns": report.end, "cut_ns": report.cut,
        "verdict": report.verdict.standing(),
        "expectations": report.verdict.items.iter().map(|item| json!({
            "name": item.name, "standing": item.standing, "expected": item.expected, "found": item.found,
        })).collect::<Vec<_>>(),
        "unsimulated": report.verdict.unsimulated.iter().map(|u| json!({ "text": u.text, "allowed": u.allowed })).collect::<Vec<_>>(),
        "invariants": invariants(report),
        "sometimes": report.judgement.sometimes.iter().map(|s| json!({ "name": s.name, "count": s.count, "first_ns": s.first, "internal": s.internal })).collect::<Vec<_>>(),
        "promised": { "producers": contract::producers(setup), "groups": contract::groups(setup), "end_to_end": contract::chains(setup), "luck": report.luck() },
        "ledger": ledger(report),
        "latency": { "produce": histogram(&report.series.produce_latency()), "end_to_end": histogram(&report.series.end_to_end_latency()) },
        "owners": owners(report),
        "rack_traffic": report.rack_traffic.as_ref().map(rack_traffic),
        "alerts": report.alerts.iter().map(|story| alert(setup, story)).collect::<Vec<_>>(),
        "timeline": report.timeline.lines().iter().map(|l| json!({ "t_ns": l.at, "who": l.who, "text": l.text })).collect::<Vec<_>>(),
        "series": series(report),
        "why": why.map(super::why::machine::json),
        "cure": cure,
        "warnings": report.warnings,
        "events": report.events, "facts": report.digest.facts(), "digest": report.digest.to_string(),
        "digest_chain": report.digest.chain().iter().map(|link| format!("{link:016x}")).collect::<Vec<_>>(),
    })
}

/// For how long partitions had no owner, and two, by group; of groups to whom a partition was assigned.
fn owners(report: &Report) -> Vec<Value> {
    let catalog = &report.setup.catalog;
    let longest = |span: &OwnerSpan| json!({ "partition": catalog.tp_name(span.tp), "since_ns": span.since, "lasted_ns": span.lasted });
    let spans = |spans: &OwnerSpans| json!({ "total_ns": spans.total, "longest": spans.longest.as_ref().map(longest) });
    let one = |group: &OwnedGroup| {
        json!({
            "group": catalog.groups[group.group.index()],
            "rebalances": report.series.rebalances[group.group.index()].len(),
            "unserved": spans(&group.unserved), "overlapping": spans(&group.overlapping),
        })
    };
    report.series.owners.groups.iter().filter(|group| group.begun).map(one).collect()
}

/// Bytes of record batches by what they travelled for; `unplaced`: from or to a process whose rack nobody knows.
fn rack_traffic(traffic: &RackTraffic) -> Value {
    let of = |carriage| {
        let CarriedBytes { crossed, within, unplaced } = traffic.of(carriage);
        json!({ "crossed_bytes": crossed, "within_bytes": within, "unplaced_bytes": unplaced })
    };
    Value::Object(Carriage::ALL.into_iter().map(|carriage| (carriage.name().to_owned(), of(carriage))).collect())
}

fn alert(setup: &Setup, story: &AlertStory) -> Value {
    let firing = |firing: &Firing| {
        json!({
            "seen_ns": firing.seen, "fired_ns": firing.fired, "resolved_ns": firing.resolved,
            "fault": firing.fault_label(setup), "fault_ns": firing.fault.map(|(_, began)| began),
        })
    };
    let rule = &story.rule;
    json!({
        "name": rule.name, "when": rule.words, "for_ns": rule.lasting, "every_ns": rule.every,
        "longest_pending_ns": story.longest_pending, "firings": story.firings.iter().map(firing).collect::<Vec<_>>(),
    })
}

fn witness(setup: &Setup, witness: &Witness) -> Value {
    json!({
        "t_ns": witness.at, "event": witness.event, "partition": witness.tp.map(|tp| setup.catalog.tp_name(tp)),
        "offset": witness.offset, "node": witness.node.map(|n| setup.catalog.node_name(n)), "text": witness.text,
    })
}

fn invariants(report: &Report) -> Vec<Value> {
    let place = place(&report.setup);
    let one = |finding: &crate::check::outcome::Finding| {
        let detail = match &finding.outcome {
            Outcome::Holds { exercised, apart: None } => json!({ "exercised": exercised }),
            Outcome::Holds { exercised, apart: Some(apart) } => {
                let first = apart.first.as_ref().map(|w| witness(&report.setup, w));
                let apart = json!({ "reason": apart.reason, "broken": apart.broken, "first": first });
                json!({ "exercised": exercised, "apart": apart })
            }
            Outcome::Violated { count, exercised, first, .. } => {
                json!({ "count": count, "exercised": exercised, "first": witness(&report.setup, first) })
            }
            Outcome::NotPromised { reason, broken, first, .. } => {
                json!({ "reason": reason, "broken": broken, "first": first.as_ref().map(|w| witness(&report.setup, w)) })
            }
            Outcome::NotExercised { reason } => json!({ "reason": reason }),
        };
        json!({
            "id": finding.invariant.id, "code": finding.invariant.code, "statement": finding.invariant.statement,
            "jepsen": jepsen(finding.invariant.id), "outcome": finding.outcome.word(), "text": describe(finding, &place), "detail": detail,
        })
    };
    report.judgement.findings.iter().map(one).collect()
}

fn ledger(report: &Report) -> Value {
    let (ledger, catalog) = (&report.judgement.ledger, &report.setup.catalog);
    let record = |r: RecordRef| json!({ "producer": catalog.node_name(r.node), "partition": catalog.tp_name(r.tp), "number": r.ordinal });
    let placed = |p: PlacedRecord| json!({ "record": record(p.record), "offset": p.offset });
    let lost = |l: &LostRecord| {
        let cause = l.cause.and_then(|cause| words(&cause.fact, &report.setup.catalog, &report.setup.faults));
        json!({
            "record": record(l.record), "offset": l.offset, "acked_ns": l.acked_at, "lost_ns": l.lost_at,
            "cause": cause.map(|(who, what)| format!("{who} {what}")),
        })
    };
    let mut all = totals(&ledger.totals);
    let blocked = &report.series.blocked;
    let more = json!({
        "send_blocked": {
            "times": blocked.times, "for_memory": blocked.for_memory, "total_ns": blocked.total, "longest_ns": blocked.longest,
        },
        "first_lost": ledger.lost.iter().map(lost).collect::<Vec<_>>(),
        "first_lost_unacked": ledger.first_lost_unacked.map(record),
        "first_duplicates": ledger.copies.iter().map(|c| json!({
            "record": record(c.record), "offset": c.first, "copy": c.copy, "t_ns": c.at,
        })).collect::<Vec<_>>(),
        "first_out_of_order": ledger.displaced.iter().map(|d| json!({
            "record": record(d.record), "offset": d.offset, "after_number": d.after, "t_ns": d.at,
        })).collect::<Vec<_>>(),
        "producers": ledger.producers.iter().map(|(node, t)| json!({ "producer": catalog.node_name(*node), "totals": totals(t) })).collect::<Vec<_>>(),
        "topics": ledger.topics.iter().map(|(topic, t)| json!({ "topic": catalog.topics[topic.index()].name, "totals": totals(t) })).collect::<Vec<_>>(),
        "partitions": ledger.partitions.iter().map(|(tp, t)| json!({ "partition": catalog.tp_name(*tp), "totals": totals(t) })).collect::<Vec<_>>(),
        "groups": ledger.groups.iter().map(|g| json!({
            "group": catalog.groups[g.group.index()], "once": g.once, "repeated": g.repeated, "extra": g.extra,
            "never": g.never, "skipped": g.skipped, "to_retry_topic": g.retried, "dead_letters": g.dead, "overtaken": g.overtaken,
            "archived": g.archived, "deleted_unread": g.deleted_unread, "compacted": g.compacted, "stale_keys": g.stale_keys,
            "vanished": g.vanished,
            "transactions": transactions(&g.transactions), "effects": effects(&report.setup, &g.effects),
            "first_repeated": g.first_repeated.map(placed), "first_never": g.first_never.map(placed), "first_skipped": g.first_skipped.map(placed),
            "first_overtaken": g.first_overtaken.map(placed),
        })).collect::<Vec<_>>(),
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

fn totals(totals: &Totals) -> Value {
    json!({
        "sent": totals.sent, "rejected": totals.rejected, "acked": totals.acked, "failed": totals.failed, "pending": totals.pending,
        "in_the_log": totals.in_the_log, "compacted": totals.compacted, "deleted": totals.deleted,
        "lost_after_ack": totals.lost_after_ack, "lost_unacked": totals.lost_unacked,
        "unacked_in_the_log": totals.unacked_in_the_log, "duplicated": totals.duplicated, "out_of_order": totals.out_of_order,
        "transactions": transactions(&totals.transactions), "rows": rows(&totals.rows),
    })
}

/// Nothing where there were none.
fn rows(totals: &RowTotals) -> Option<Value> {
    let told =
        json!({ "written": totals.written, "forgotten": totals.forgotten, "without_record": totals.without_record });
    (totals.written > 0).then_some(told)
}

/// Nothing where there were none.
fn transactions(totals: &TransactionTotals) -> Option<Value> {
    let told = *totals != TransactionTotals::default();
    told.then(|| {
        json!({
            "begun": totals.begun, "committed": totals.committed, "aborted": totals.aborted, "unknown": totals.unknown,
            "timed_out": totals.timed_out, "hanging": totals.hanging, "records_committed": totals.records_committed,
            "records_aborted": totals.records_aborted, "records_undecided": totals.records_undecided,
        })
    })
}

/// Nothing where there were none.
fn effects(setup: &Setup, totals: &EffectTotals) -> Option<Value> {
    let catalog = &setup.catalog;
    let record = |r: RecordRef| json!({ "producer": catalog.node_name(r.node), "partition": catalog.tp_name(r.tp), "number": r.ordinal });
    (!totals.is_none()).then(|| {
        json!({
            "once": totals.once, "again": totals.again, "lost": totals.lost, "recognised": totals.recognised,
            "first_again": totals.first_again.map(|again| json!({
                "record": record(again.record), "first_ns": again.first.at, "again_ns": again.again.at,
                "cause": again.cause.and_then(|cause| words(&cause.fact, catalog, &setup.faults)).map(|(who, what)| format!("{who} {what}")),
            })),
            "first_lost": totals.first_lost.map(record),
        })
    })
}

fn histogram(histogram: &Histogram) -> Value {
    json!({
        "records": histogram.total(), "p50_ns": histogram.quantile(500), "p95_ns": histogram.quantile(950),
        "p99_ns": histogram.quantile(990), "max_ns": histogram.max(),
    })
}

fn series(report: &Report) -> Value {
    let (series, catalog) = (&report.series, &report.setup.catalog);
    let bins = |of: fn(&super::series::Bin) -> u64| series.bins.iter().map(of).collect::<Vec<_>>();
    json!({
        "bin_ns": series.width,
        "sent": bins(|b| b.sent), "acked": bins(|b| b.acked), "failed": bins(|b| b.failed), "consumed": bins(|b| b.consumed),
        "undecided": series.undecided,
        "send_blocked": series.blocked.spans.iter().map(|(from, to)| json!({ "start_ns": from, "end_ns": to })).collect::<Vec<_>>(),
        "lag": series.lags.iter().map(|l| json!({ "group": catalog.groups[l.group.index()], "total": l.total })).collect::<Vec<_>>(),
        "marks": series.marks.all.iter().map(|m| json!({ "t_ns": m.at, "kind": m.kind.name() })).collect::<Vec<_>>(),
        "faults": series.faults.iter().map(|f| json!({ "label": f.label, "start_ns": f.start, "end_ns": f.end })).collect::<Vec<_>>(),
    })
}

/// The report as GitHub workflow commands: one annotation per line that a reader must see.
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    let name = format!("{}:{}", report.scenario, report.setup.seed);
    for item in &report.verdict.items {
        let level = match item.standing {
            Standing::Met => continue,
            Standing::Broken => "error",
            Standing::Inconclusive => "warning",
        };
        let expected = item.expected.as_deref().unwrap_or("not violated");
        let _ = writeln!(
            out,
            "::{level} title={}::{}",
            data(&format!("{name} {}", item.name), true),
            data(&format!("expected: {expected}; {}", item.found), false)
        );
    }
    for unsimulated in &report.verdict.unsimulated {
        let level = if unsimulated.allowed { "notice" } else { "warning" };
        let _ = writeln!(
            out,
            "::{level} title={}::{}",
            data(&format!("{name} not simulated"), true),
            data(&unsimulated.text, false)
        );
    }
    let word = match report.verdict.standing() {
        Standing::Met => "as expected",
        Standing::Broken => "an expectation broke",
        Standing::Inconclusive => "inconclusive",
    };
    let _ = writeln!(out, "::notice title={}::{word}, digest {}", data(&name, true), report.digest);
    out
}

/// Escapes the data (or a property) of a workflow command.
pub fn data(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
