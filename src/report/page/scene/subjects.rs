//! What scenes are about: records that were harmed, invariants that were broken, records that were on their way when a
//! fault struck.

use crate::check::ledger::{Ledger, RecordRef};
use crate::check::outcome::{Finding, Outcome, Witness};
use crate::protocol::ids::*;
use crate::report::Report;
use crate::report::page::film::Film;
use crate::report::why::Trouble;
use crate::run::figures::thousands;
use crate::run::verdict::place;

/// Scenes of one kind of harm. Records that share a batch share a scene.
pub const MOST_OF_A_KIND: usize = 4;
/// Scenes about broken invariants.
const MOST_WITNESSES: usize = 6;

/// Why there is a scene.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SceneKind {
    /// A record fared as it ought not to.
    Harm,
    /// An invariant was broken.
    Violation,
    /// Nothing need be wrong with it.
    Ordinary,
}

/// A scene to be.
#[derive(Clone, Debug)]
pub struct SceneSubject {
    pub kind: SceneKind,
    pub name: String,
    pub focus: Focus,
}

/// Where to look.
#[derive(Clone, Debug)]
pub enum Focus {
    /// At a record, which is in trouble, or not.
    Record(RecordRef, Option<Trouble>),
    /// At the first time that an invariant was broken.
    Witness(Box<Finding>, Witness),
}

/// All of them, the worst first.
pub fn subjects(report: &Report, film: &Film) -> Vec<SceneSubject> {
    let mut all = harmed(report);
    let harm = !all.is_empty();
    all.extend(broken(report, harm));
    for marked in film.marked() {
        let known =
            |subject: &SceneSubject| matches!(subject.focus, Focus::Record(record, _) if record == marked.record);
        if !all.iter().any(known) {
            let name = format!("{}: {}", record_name(report, marked.record, 1), marked.why);
            all.push(SceneSubject { kind: SceneKind::Ordinary, name, focus: Focus::Record(marked.record, None) });
        }
    }
    all
}

fn harmed(report: &Report) -> Vec<SceneSubject> {
    let ledger = &report.judgement.ledger;
    let mut all = Vec::new();
    let mut kind = |records: Vec<RecordRef>, total: u64, trouble: Trouble, what: &str| {
        for (record, count) in stretches(&records).into_iter().take(MOST_OF_A_KIND) {
            let of = if total > u64::from(count) { format!(" ({} in all)", thousands(total)) } else { String::new() };
            let name = format!("{} {what}{of}", record_name(report, record, count));
            all.push(SceneSubject { kind: SceneKind::Harm, name, focus: Focus::Record(record, Some(trouble)) });
        }
    };
    kind(
        ledger.lost.iter().map(|l| l.record).collect(),
        ledger.lost_after_ack,
        Trouble::LostAfterAck,
        "acknowledged and lost",
    );
    kind(
        ledger.copies.iter().map(|c| c.record).collect(),
        ledger.duplicated,
        Trouble::Duplicated,
        "in the log more than once",
    );
    kind(
        ledger.displaced.iter().map(|d| d.record).collect(),
        ledger.out_of_order,
        Trouble::OutOfOrder,
        "behind a later record",
    );
    for group in &ledger.groups {
        let name = &report.setup.catalog.groups[group.group.index()];
        let one = |first: &Option<crate::check::ledger::PlacedRecord>| first.iter().map(|p| p.record).collect();
        kind(
            one(&group.first_never),
            group.never,
            Trouble::NeverProcessed(group.group),
            &format!("never processed by group {name}"),
        );
        kind(
            one(&group.first_repeated),
            group.repeated,
            Trouble::ProcessedAgain(group.group),
            &format!("processed more than once by group {name}"),
        );
        kind(
            one(&group.first_skipped),
            group.skipped,
            Trouble::Skipped(group.group),
            &format!("given up by group {name}"),
        );
        kind(
            one(&group.first_overtaken),
            group.overtaken,
            Trouble::Overtaken(group.group),
            &format!("overtaken in group {name} by a later record of its key"),
        );
    }
    // What was still on its way when the run ended is nobody's loss.
    if ledger.failed > 0 {
        kind(
            ledger.first_lost_unacked.into_iter().collect(),
            ledger.lost_unacked,
            Trouble::LostUnacked,
            "lost without an acknowledgement",
        );
    }
    all
}

/// Records that follow each other as one.
fn stretches(records: &[RecordRef]) -> Vec<(RecordRef, u32)> {
    let mut runs: Vec<(RecordRef, u32)> = Vec::new();
    for record in records {
        match runs.last_mut() {
            Some((first, count))
                if (first.node, first.tp, first.ordinal + *count) == (record.node, record.tp, record.ordinal) =>
            {
                *count += 1;
            }
            _ => runs.push((*record, 1)),
        }
    }
    runs
}

/// `orders-0@5120 of checkout-0`, or by its number where no offset is known.
fn record_name(report: &Report, record: RecordRef, count: u32) -> String {
    let catalog = &report.setup.catalog;
    let (producer, partition) = (catalog.node_name(record.node), catalog.tp_name(record.tp));
    let span = |first: String, last: String| if count > 1 { format!("{first}..{last}") } else { first };
    match offset_of(&report.judgement.ledger, record) {
        Some(offset) => {
            let span = span(offset.to_string(), offset.plus(count - 1).to_string());
            format!("{partition}@{span} of {producer}")
        }
        None => {
            let (word, last) = (if count > 1 { "records" } else { "record" }, record.ordinal + count - 1);
            format!("{word} {} of {producer} to {partition}", span(record.ordinal.to_string(), last.to_string()))
        }
    }
}

fn offset_of(ledger: &Ledger, record: RecordRef) -> Option<Offset> {
    let lost = ledger.lost.iter().find(|l| l.record == record).and_then(|l| l.offset);
    let copy = ledger.copies.iter().find(|c| c.record == record).map(|c| c.first);
    let displaced = ledger.displaced.iter().find(|d| d.record == record).map(|d| d.offset);
    let firsts = ledger.groups.iter().flat_map(|g| [g.first_never, g.first_repeated, g.first_skipped]).flatten();
    let placed = firsts.into_iter().find(|placed| placed.record == record).and_then(|placed| placed.offset);
    lost.or(copy).or(displaced).or(placed)
}

/// Invariants that a scene about a harmed record shows already.
const SHOWN_BY_RECORDS: [&str; 8] = [
    "acked-all-durable",
    "committed-durable",
    "leader-complete",
    "per-key-order",
    "idempotent-order",
    "idempotent-no-dup",
    "at-least-once",
    "at-most-once",
];

fn broken(report: &Report, harm: bool) -> impl Iterator<Item = SceneSubject> {
    let place = place(&report.setup);
    let harmless = |finding: &Finding| {
        // Liveness that was not promised is a run that ended early.
        matches!(finding.outcome, Outcome::NotPromised { .. }) && finding.invariant.code.starts_with('V')
    };
    let shown = move |finding: &Finding| harm && SHOWN_BY_RECORDS.contains(&finding.invariant.id);
    let findings = report.judgement.findings.iter().filter(move |finding| !harmless(finding) && !shown(finding));
    let mut subjects: Vec<(bool, SceneSubject)> = findings
        .filter_map(|finding| {
            let witness = finding.outcome.first()?.clone();
            let promised = matches!(finding.outcome, Outcome::Violated { .. });
            let how = if promised { "was broken" } else { "was not promised, and broken" };
            let name = format!("{} {how} first{} at {}", finding.invariant.id, place(finding), witness.at);
            let focus = Focus::Witness(Box::new(finding.clone()), witness);
            Some((promised, SceneSubject { kind: SceneKind::Violation, name, focus }))
        })
        .collect();
    subjects.sort_by_key(|(promised, _)| !promised);
    subjects.into_iter().take(MOST_WITNESSES).map(|(_, subject)| subject)
}
