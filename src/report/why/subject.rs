//! What is asked about: the first thing that is not as expected; else what went wrong as expected.

use super::life::Trouble;
use crate::check::Judgement;
use crate::check::ledger::{PlacedRecord, RecordRef};
use crate::check::outcome::{Finding, Witness};
use crate::history::setup::Setup;
use crate::run::figures::thousands;
use crate::run::verdict::place;
use crate::run::verdict::{Standing, Verdict, describe};

/// What a story is about.
#[derive(Clone, Debug)]
pub enum Subject<'j> {
    /// A record that fared as it ought not to.
    Record {
        /// Which.
        record: RecordRef,
        /// How.
        trouble: Trouble,
        /// A sentence that its name completes.
        title: String,
    },
    /// An invariant that was broken, promised or not.
    Witness {
        /// Which.
        finding: &'j Finding,
        /// Where it was seen first.
        witness: &'j Witness,
    },
    /// There is no story, and why not.
    Nothing(String),
}

/// Chooses.
pub fn subject<'j>(setup: &Setup, verdict: &Verdict, judgement: &'j Judgement) -> Subject<'j> {
    let broken: Vec<&str> =
        verdict.items.iter().filter(|item| item.standing == Standing::Broken).map(|item| item.name.as_str()).collect();
    if let Some(subject) = broken.iter().find_map(|name| of_item(setup, judgement, name)) {
        return subject;
    }
    if !broken.is_empty() {
        return Subject::Nothing(without_story(setup, verdict, judgement, &broken));
    }
    let expected = verdict.items.iter().find_map(|item| of_item(setup, judgement, &item.name));
    expected.or_else(|| any(setup, judgement)).unwrap_or_else(|| {
        Subject::Nothing(
            "nothing broke: no record was lost, doubled, out of order or left unread, and no invariant was broken"
                .into(),
        )
    })
}

/// Why nothing can be told of what is not as expected.
fn without_story(setup: &Setup, verdict: &Verdict, judgement: &Judgement, broken: &[&str]) -> String {
    let place = place(setup);
    let reasons: Vec<String> = broken
        .iter()
        .map(|name| {
            let found = judgement.finding(name).map(|finding| describe(finding, &place)).or_else(|| {
                let item = verdict.items.iter().find(|item| item.name == *name)?;
                Some(format!("{} where {} was expected", item.found, item.expected.as_deref().unwrap_or("nothing")))
            });
            format!("{name}: {}", found.unwrap_or_default())
        })
        .collect();
    format!("no record and no fact is behind it: {}", reasons.join("; "))
}

/// The story behind an expectation, by its name in the verdict.
fn of_item<'j>(setup: &Setup, judgement: &'j Judgement, name: &str) -> Option<Subject<'j>> {
    if let Some(figure) = name.strip_prefix("ledger ") {
        return of_figure(setup, judgement, figure);
    }
    let finding = judgement.finding(name)?;
    let witness = finding.outcome.first()?;
    let figure = match name {
        "acked-all-durable" | "committed-durable" | "leader-complete" => "lost.after.ack",
        "per-key-order" | "idempotent-order" => "out.of.order",
        "idempotent-no-dup" => "duplicated",
        "at-least-once" => "never.processed",
        "at-most-once" => "processed.again",
        _ => "",
    };
    of_figure(setup, judgement, figure).or(Some(Subject::Witness { finding, witness }))
}

/// The first record that a figure of the ledger counts.
fn of_figure(setup: &Setup, judgement: &Judgement, figure: &str) -> Option<Subject<'static>> {
    let ledger = &judgement.ledger;
    let plural = |n: u64, one: &str, many: &str| format!("{} {}", thousands(n), if n == 1 { one } else { many });
    let record = |record: Option<RecordRef>, trouble: Trouble, title: String| {
        Some(Subject::Record { record: record?, trouble, title: format!("{title}; the first is") })
    };
    let (were, lie) = (|n| plural(n, "record was", "records were"), |n| plural(n, "record lies", "records lie"));
    let of_groups = |first: fn(&crate::check::ledger::GroupLedger) -> Option<PlacedRecord>| {
        ledger.groups.iter().find_map(|g| first(g).map(|placed| (g, placed.record)))
    };
    let name = |group: crate::protocol::ids::GroupId| setup.catalog.groups[group.index()].as_str();
    match figure {
        "lost.after.ack" => record(
            ledger.lost.first().map(|lost| lost.record),
            Trouble::LostAfterAck,
            format!("{} acknowledged and lost", were(ledger.lost_after_ack)),
        ),
        "lost.unacked" => record(
            ledger.first_lost_unacked,
            Trouble::LostUnacked,
            format!("{} lost without an acknowledgement", were(ledger.lost_unacked)),
        ),
        "duplicated" => record(
            ledger.copies.first().map(|copy| copy.record),
            Trouble::Duplicated,
            format!("{} in the log more than once", plural(ledger.duplicated, "record is", "records are")),
        ),
        "out.of.order" => record(
            ledger.displaced.first().map(|displaced| displaced.record),
            Trouble::OutOfOrder,
            format!("{} behind later ones", lie(ledger.out_of_order)),
        ),
        "processed.again" => of_groups(|g| g.first_repeated).and_then(|(g, first)| {
            let title =
                format!("group {} processed {} more than once", name(g.group), plural(g.repeated, "record", "records"));
            record(Some(first), Trouble::ProcessedAgain(g.group), title)
        }),
        "never.processed" => of_groups(|g| g.first_never).and_then(|(g, first)| {
            let title = format!("group {} never processed {}", name(g.group), plural(g.never, "record", "records"));
            record(Some(first), Trouble::NeverProcessed(g.group), title)
        }),
        "skipped" => of_groups(|g| g.first_skipped).and_then(|(g, first)| {
            let title = format!("group {} gave up {}", name(g.group), plural(g.skipped, "record", "records"));
            record(Some(first), Trouble::Skipped(g.group), title)
        }),
        _ => None,
    }
}

/// What went wrong though no expectation names it.
fn any<'j>(setup: &Setup, judgement: &'j Judgement) -> Option<Subject<'j>> {
    const WORST_FIRST: [&str; 7] = [
        "lost.after.ack",
        "duplicated",
        "out.of.order",
        "never.processed",
        "processed.again",
        "skipped",
        "lost.unacked",
    ];
    // What was still on its way when the run ended is nobody's loss.
    let harmless = |figure: &str| match figure {
        "never.processed" => judgement.finding("at-least-once").is_none_or(|finding| finding.outcome.first().is_none()),
        "lost.unacked" => judgement.ledger.failed == 0,
        _ => false,
    };
    let told = WORST_FIRST.iter().filter(|figure| !harmless(figure));
    let record = told.into_iter().find_map(|figure| of_figure(setup, judgement, figure));
    record.or_else(|| {
        // Liveness that was not promised is a run that ended early.
        let safety = judgement.findings.iter().filter(|finding| !finding.invariant.code.starts_with('V'));
        safety.into_iter().find_map(|finding| Some(Subject::Witness { finding, witness: finding.outcome.first()? }))
    })
}
