//! What is asked about: a record by its place, the n-th that was lost or doubled, the n-th broken invariant; or, where
//! nothing is asked for, the first thing that is not as expected.
//!
//! *Lost* are, in this order: records that were acknowledged and are in no log; those that an application wrote a row
//! for and no log has; and, group by group, those that the group gave up or has committed past without processing them.
//! *Doubled* are: copies in the logs; and, group by group, records that were processed again, and those whose effect
//! outside of Kafka took place again. *Violations* are broken invariants: the promised ones first.

use super::find::{Finder, Found};
use super::life::Trouble;
use crate::check::Judgement;
use crate::check::ledger::{Ledger, RecordRef};
use crate::check::outcome::{Finding, Outcome, Witness};
use crate::history::setup::Setup;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::run::figures::thousands;
use crate::run::verdict::{Standing, Verdict, describe, place};

/// What somebody wants to know. Numbers begin with 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoryQuestion {
    /// The passport of the record at this place.
    Record(Tp, Offset),
    /// Why the n-th lost record was lost.
    Lost(usize),
    /// Why the n-th doubled record is there twice, or was processed twice.
    Duplicate(usize),
    /// Why the n-th broken invariant was broken.
    Violation(usize),
}

impl StoryQuestion {
    /// Reads `orders-3@900`.
    ///
    /// # Errors
    /// It names no place, or none of this catalogue: what is wrong, and what to do.
    pub fn record(catalog: &Catalog, text: &str) -> Result<StoryQuestion, QuestionMistake> {
        let form = "a record is named by its place, TOPIC-PARTITION@OFFSET, such as orders-0@900";
        let read = |text: &str| {
            let (partition, offset) = text.rsplit_once('@')?;
            let (topic, number) = partition.rsplit_once('-')?;
            Some((topic.to_owned(), number.parse::<u32>().ok()?, offset.parse::<i64>().ok()?))
        };
        let (topic, number, offset) = read(text).ok_or_else(|| QuestionMistake::new("it names no record", form))?;
        let Some(id) = catalog.topic(&topic) else {
            let names: Vec<&str> = catalog.topics.iter().map(|topic| topic.name.as_str()).collect();
            return Err(QuestionMistake::new(
                format!("there is no topic `{topic}`"),
                format!("topics are {}", names.join(", ")),
            ));
        };
        let partitions = catalog.partitions(id).len();
        let Some(tp) = catalog.tp(&topic, number) else {
            let text = format!("`{topic}` has no partition {number}");
            return Err(QuestionMistake::new(text, format!("its partitions are 0 to {}", partitions - 1)));
        };
        if offset < 0 {
            return Err(QuestionMistake::new(format!("{offset} is no offset"), "offsets begin with 0"));
        }
        if catalog.is_internal(tp) {
            let text = format!("`{topic}` is internal to Kafka: its records are no producer's");
            return Err(QuestionMistake::new(
                text,
                "ask for a record of a topic of the scenario; `kafkasim show log` shows the others",
            ));
        }
        Ok(StoryQuestion::Record(tp, Offset(offset)))
    }
    /// The option of `kafkasim explain` that asks it; of a record it is known with its names only.
    pub fn option(&self) -> String {
        match self {
            StoryQuestion::Record(..) => "--record".into(),
            StoryQuestion::Lost(number) => format!("--lost {number}"),
            StoryQuestion::Duplicate(number) => format!("--duplicate {number}"),
            StoryQuestion::Violation(number) => format!("--violation {number}"),
        }
    }
    /// The same with the names of a run.
    pub fn option_in(&self, catalog: &Catalog) -> String {
        match self {
            StoryQuestion::Record(tp, offset) => format!("--record {}@{offset}", catalog.tp_name(*tp)),
            _ => self.option(),
        }
    }
    pub(super) fn place(&self) -> Option<(Tp, Offset)> {
        match self {
            StoryQuestion::Record(tp, offset) => Some((*tp, *offset)),
            _ => None,
        }
    }
}

/// What is wrong with a question, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuestionMistake {
    /// What.
    pub message: String,
    /// The remedy.
    pub help: String,
}

impl QuestionMistake {
    fn new(message: impl Into<String>, help: impl Into<String>) -> QuestionMistake {
        QuestionMistake { message: message.into(), help: help.into() }
    }
}

/// What comes of a question.
#[derive(Clone, PartialEq, Debug)]
pub enum StoryAnswer {
    /// There is a story.
    Story(Box<super::Story>),
    /// There is nothing of the kind in this run.
    Nothing(String),
    /// The question makes no sense here.
    QuestionMistake(QuestionMistake),
}

/// What a story is about.
pub(super) enum Subject {
    /// A record.
    Record {
        /// Which.
        record: RecordRef,
        /// How it fared.
        trouble: Trouble,
        /// Completes its name to a title.
        title: Box<dyn Fn(&str) -> String>,
    },
    /// An invariant that was broken, promised or not.
    Witness {
        /// Its place among the findings.
        finding: usize,
        /// The title.
        title: String,
    },
    /// There is no story, and why not.
    Nothing(String),
}

/// Finds what a question is about. `judgement` names all harm, `finder` has listened for the question's place.
pub(super) fn subject(
    setup: &Setup,
    judgement: &Judgement,
    finder: &Finder,
    question: &StoryQuestion,
) -> Result<Subject, StoryAnswer> {
    let names = Names(&setup.catalog);
    match *question {
        StoryQuestion::Record(tp, offset) => at_place(setup, &judgement.ledger, finder, tp, offset),
        StoryQuestion::Lost(number) => {
            let lost = lost(&judgement.ledger);
            let total = lost_total(&judgement.ledger);
            let nothing = || nothing_lost(setup, &judgement.ledger);
            nth(number, &lost, total, ("--lost", "record was lost", "records were lost"), nothing)
                .map(|(record, trouble)| names.numbered(record, trouble, number, total))
        }
        StoryQuestion::Duplicate(number) => {
            let (doubled, total) = (doubled(&judgement.ledger), doubled_total(&judgement.ledger));
            let nothing = || "no record is in a log twice, and no group processed one twice".into();
            nth(number, &doubled, total, ("--duplicate", "record was doubled", "records were doubled"), nothing)
                .map(|(record, trouble)| names.numbered(record, trouble, number, total))
        }
        StoryQuestion::Violation(number) => {
            let broken = broken(judgement);
            let nothing = || "no invariant was broken, promised or not".into();
            let total = broken.len() as u64;
            nth(number, &broken, total, ("--violation", "invariant was broken", "invariants were broken"), nothing)
                .map(|finding| Subject::Witness { finding, title: violation_title(judgement, finding, number, total) })
        }
    }
}

/// The n-th of a list.
fn nth<T: Copy>(
    number: usize,
    all: &[T],
    total: u64,
    (option, one, many): (&str, &str, &str),
    nothing: impl Fn() -> String,
) -> Result<T, StoryAnswer> {
    if all.is_empty() {
        return Err(StoryAnswer::Nothing(nothing()));
    }
    let missing = || {
        let (were, range) = if total == 1 { (one, "1".into()) } else { (many, format!("1 to {total}")) };
        let message = format!("{option} {number}: only {} {were}", thousands(total));
        StoryAnswer::QuestionMistake(QuestionMistake::new(message, format!("ask for {range}")))
    };
    number.checked_sub(1).and_then(|at| all.get(at)).copied().ok_or_else(missing)
}

/// Lost records, in the order of the module.
fn lost(ledger: &Ledger) -> Vec<(RecordRef, Trouble)> {
    let mut all: Vec<_> = ledger.lost.iter().map(|lost| (lost.record, Trouble::LostAfterAck)).collect();
    all.extend(ledger.rows_without_record.iter().map(|record| (*record, Trouble::RowWithoutRecord)));
    for group in &ledger.groups {
        all.extend(group.records.skipped.iter().map(|record| (*record, Trouble::Skipped(group.group))));
        all.extend(group.records.passed.iter().map(|record| (*record, Trouble::NeverProcessed(group.group))));
    }
    all
}
fn lost_total(ledger: &Ledger) -> u64 {
    ledger.lost_after_ack
        + ledger.rows.sent_and_missing
        + ledger.groups.iter().map(|g| g.skipped + g.passed).sum::<u64>()
}

/// Every record that a story can be told of, by a ledger that names all.
#[cfg(test)]
pub(super) fn harmed(ledger: &Ledger) -> Vec<(RecordRef, Trouble)> {
    lost(ledger).into_iter().chain(doubled(ledger)).collect()
}

/// Doubled records, in the order of the module.
fn doubled(ledger: &Ledger) -> Vec<(RecordRef, Trouble)> {
    let mut all: Vec<_> = ledger.copies.iter().map(|copy| (copy.record, Trouble::Duplicated)).collect();
    for group in &ledger.groups {
        all.extend(group.records.repeated.iter().map(|record| (*record, Trouble::ProcessedAgain(group.group))));
        all.extend(group.records.again_outside.iter().map(|record| (*record, Trouble::EffectAgain(group.group))));
    }
    all
}
fn doubled_total(ledger: &Ledger) -> u64 {
    ledger.duplicated + ledger.groups.iter().map(|g| g.repeated + g.effects.again).sum::<u64>()
}

/// Broken invariants by their places among the findings: those that were promised first.
pub(super) fn broken(judgement: &Judgement) -> Vec<usize> {
    let all = judgement.findings.iter().enumerate().filter(|(_, finding)| finding.is_broken());
    let mut broken: Vec<usize> = all.map(|(at, _)| at).collect();
    broken.sort_by_key(|at| !matches!(judgement.findings[*at].outcome, Outcome::Violated { .. }));
    broken
}

fn violation_title(judgement: &Judgement, finding: usize, number: usize, total: u64) -> String {
    let finding = &judgement.findings[finding];
    let promised =
        if matches!(finding.outcome, Outcome::Violated { .. }) { "" } else { ", which is not promised here" };
    format!("{} was broken{promised} ({number} of {total} invariants)", finding.invariant.id)
}

/// What stands, or stood, at a place: what was lost there goes before what stands there now.
fn at_place(setup: &Setup, ledger: &Ledger, finder: &Finder, tp: Tp, offset: Offset) -> Result<Subject, StoryAnswer> {
    let name = format!("{}@{offset}", setup.catalog.tp_name(tp));
    let mistake = |message: String, help: String| Err(StoryAnswer::QuestionMistake(QuestionMistake { message, help }));
    let Some(last) = finder.found().last() else {
        let (partition, end) = (setup.catalog.tp_name(tp), finder.end());
        let help = match end.0 {
            0 => format!("nothing was ever written to {partition}; ask for another partition"),
            end => format!("{partition} has offsets 0 to {}", end - 1),
        };
        return mistake(format!("there is no record {name}: {partition} ended at {end} at its longest"), help);
    };
    let troubles: Vec<(RecordRef, Trouble)> =
        finder.records().filter_map(|record| Some((record, trouble_of(ledger, record)?))).collect();
    let gone = troubles.iter().find(|(_, trouble)| *trouble == Trouble::LostAfterAck);
    if let (None, Found::Marker { commit, at }) = (gone, last) {
        let marker = if *commit { "COMMIT" } else { "ABORT" };
        return mistake(
            format!("{name} is a control record: the {marker} marker of a transaction, written at {at}"),
            "ask for a record before it; the marker is a station of each record of its transaction".into(),
        );
    }
    let newest = finder.records().next().expect("the last one is a record, or one was lost");
    let (record, trouble) = gone
        .or_else(|| troubles.iter().find(|(record, _)| *record == newest))
        .copied()
        .unwrap_or((newest, Trouble::Nothing));
    let names = Names(&setup.catalog);
    let said = names.fate(trouble);
    let since = match gone.filter(|_| record != newest) {
        Some(_) => {
            format!("; since then record {} of {} stands there", newest.ordinal, setup.catalog.node_name(newest.node))
        }
        None => String::new(),
    };
    let title = move |name: &str| format!("{name} {said}{since}").trim_end().to_owned();
    Ok(Subject::Record { record, trouble, title: Box::new(title) })
}

/// How a record fared, if the ledger names it.
fn trouble_of(ledger: &Ledger, record: RecordRef) -> Option<Trouble> {
    let known = lost(ledger).into_iter().chain(doubled(ledger));
    let displaced = ledger.displaced.iter().map(|displaced| (displaced.record, Trouble::OutOfOrder));
    let overtaken = ledger
        .groups
        .iter()
        .flat_map(|group| group.records.overtaken.iter().map(|record| (*record, Trouble::Overtaken(group.group))));
    known.chain(displaced).chain(overtaken).find(|(known, _)| *known == record).map(|(_, trouble)| trouble)
}

/// What is said when nothing was lost: that what was not delivered is not lost.
fn nothing_lost(setup: &Setup, ledger: &Ledger) -> String {
    let mut text =
        "nothing was lost: every acknowledged record is in a log, and no group has committed past one that it \
                    did not process"
            .to_owned();
    if ledger.lost_unacked > 0 {
        let n = ledger.lost_unacked;
        text += &format!(
            "; {} never acknowledged, and nobody was promised {}",
            count(n, "record was", "records were"),
            if n == 1 { "it" } else { "them" }
        );
    }
    for group in ledger.groups.iter().filter(|group| group.never > 0) {
        let name = &setup.catalog.groups[group.group.index()];
        text += &format!(
            "; {} still before group {name} when the run ended",
            count(group.never, "record was", "records were")
        );
    }
    text
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// Words with the names of a run.
struct Names<'c>(&'c Catalog);

impl Names<'_> {
    /// What became of a record: completes its name to a sentence.
    fn fate(&self, trouble: Trouble) -> String {
        let group = |group: GroupId| format!("group {}", self.0.groups[group.index()]);
        match trouble {
            Trouble::Nothing => String::new(),
            Trouble::LostAfterAck => "was acknowledged and lost".into(),
            Trouble::LostUnacked => "was lost without an acknowledgement".into(),
            Trouble::RowWithoutRecord => "has a row in the database and is in no log".into(),
            Trouble::Duplicated => "is in the log more than once".into(),
            Trouble::OutOfOrder => "lies behind later ones".into(),
            Trouble::ProcessedAgain(g) => format!("was processed more than once by {}", group(g)),
            Trouble::EffectAgain(g) => format!("had its effect outside of Kafka more than once, by {}", group(g)),
            Trouble::NeverProcessed(g) => format!("was never processed by {}", group(g)),
            Trouble::Skipped(g) => format!("was given up by {}", group(g)),
            Trouble::Overtaken(g) => format!("was overtaken in {} by a later record of its key", group(g)),
        }
    }
    fn numbered(&self, record: RecordRef, trouble: Trouble, number: usize, total: u64) -> Subject {
        let said = self.fate(trouble);
        let title = move |name: &str| format!("{name} {said} ({number} of {})", thousands(total));
        Subject::Record { record, trouble, title: Box::new(title) }
    }
}

// --- where nothing is asked for --------------------------------------------------------------------

/// The first harm of a run, and the option of `kafkasim explain` that asks for it, if one does.
struct Harm {
    subject: Subject,
    option: Option<String>,
}

/// The arguments of `kafkasim explain` that tell of the first harm of a run: `--lost 1`.
pub fn hint(setup: &Setup, verdict: &Verdict, judgement: &Judgement) -> Option<String> {
    harm(setup, verdict, judgement)?.option
}

/// The first harm of a run.
pub(super) fn first(setup: &Setup, verdict: &Verdict, judgement: &Judgement) -> Subject {
    let broken: Vec<&str> = broken_items(verdict);
    match harm(setup, verdict, judgement) {
        Some(harm) => harm.subject,
        None if !broken.is_empty() => Subject::Nothing(without_story(setup, verdict, judgement, &broken)),
        None => Subject::Nothing(
            "nothing broke: no record was lost, doubled, out of order or left unread, and no invariant was broken"
                .into(),
        ),
    }
}

fn broken_items(verdict: &Verdict) -> Vec<&str> {
    let broken = verdict.items.iter().filter(|item| item.standing == Standing::Broken);
    broken.map(|item| item.name.as_str()).collect()
}

/// What is not as expected comes first; then what went wrong as expected; then what no expectation names.
fn harm(setup: &Setup, verdict: &Verdict, judgement: &Judgement) -> Option<Harm> {
    let broken = broken_items(verdict);
    if let Some(harm) = broken.iter().find_map(|name| of_item(setup, judgement, name)) {
        return Some(harm);
    }
    if !broken.is_empty() {
        return None;
    }
    // Of what is as expected, what one can ask for goes before what one cannot.
    let expected = || verdict.items.iter().filter_map(|item| of_item(setup, judgement, &item.name));
    let asked = expected().find(|harm| harm.option.is_some());
    asked.or_else(|| any(setup, judgement).filter(|harm| harm.option.is_some())).or_else(|| expected().next())
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

/// The figure of the ledger that counts what an invariant is about.
pub fn figure_of(invariant: &str) -> &'static str {
    match invariant {
        "acked-all-durable" | "committed-durable" | "leader-complete" => "lost.after.ack",
        "per-key-order" | "idempotent-order" => "out.of.order",
        "idempotent-no-dup" => "duplicated",
        "at-least-once" => "never.processed",
        "at-most-once" => "processed.again",
        _ => "",
    }
}

/// The harm behind an expectation, by its name in the verdict.
fn of_item(setup: &Setup, judgement: &Judgement, name: &str) -> Option<Harm> {
    if let Some(figure) = name.strip_prefix("ledger ") {
        return of_figure(setup, judgement, figure);
    }
    judgement.finding(name).filter(|finding| finding.is_broken())?;
    of_figure(setup, judgement, figure_of(name)).or_else(|| of_invariant(judgement, name))
}

/// The n-th broken invariant is that of this name.
fn of_invariant(judgement: &Judgement, name: &str) -> Option<Harm> {
    let broken = broken(judgement);
    let at = broken.iter().position(|at| judgement.findings[*at].invariant.id == name)?;
    let (finding, number) = (broken[at], at + 1);
    let title = violation_title(judgement, finding, number, broken.len() as u64);
    Some(Harm { subject: Subject::Witness { finding, title }, option: Some(format!("--violation {number}")) })
}

/// The first record that a figure of the ledger counts.
fn of_figure(setup: &Setup, judgement: &Judgement, figure: &str) -> Option<Harm> {
    let (ledger, names) = (&judgement.ledger, Names(&setup.catalog));
    let number_of =
        |list: &[(RecordRef, Trouble)], before: &dyn Fn(Trouble) -> u64, wanted: &dyn Fn(Trouble) -> bool| {
            let (record, trouble) = *list.iter().find(|(_, trouble)| wanted(*trouble))?;
            Some((record, trouble, before(trouble) as usize + 1))
        };
    let numbered = |found: Option<(RecordRef, Trouble, usize)>, total: u64, option: &str| {
        let (record, trouble, number) = found?;
        let subject = names.numbered(record, trouble, number, total);
        Some(Harm { subject, option: Some(format!("{option} {number}")) })
    };
    let lost = |wanted: &dyn Fn(Trouble) -> bool| {
        let found = number_of(&lost(ledger), &|trouble| lost_before(ledger, trouble), wanted);
        numbered(found, lost_total(ledger), "--lost")
    };
    let doubled = |wanted: &dyn Fn(Trouble) -> bool| {
        let found = number_of(&doubled(ledger), &|trouble| doubled_before(ledger, trouble), wanted);
        numbered(found, doubled_total(ledger), "--duplicate")
    };
    let alone = |record: Option<RecordRef>, trouble: Trouble, option: Option<String>| {
        let said = names.fate(trouble);
        let subject =
            Subject::Record { record: record?, trouble, title: Box::new(move |name| format!("{name} {said}")) };
        Some(Harm { subject, option })
    };
    match figure {
        "lost.after.ack" => lost(&|trouble| trouble == Trouble::LostAfterAck),
        "rows.without.record" => lost(&|trouble| trouble == Trouble::RowWithoutRecord),
        "skipped" => lost(&|trouble| matches!(trouble, Trouble::Skipped(_))),
        "duplicated" => doubled(&|trouble| trouble == Trouble::Duplicated),
        "processed.again" => doubled(&|trouble| matches!(trouble, Trouble::ProcessedAgain(_))),
        "effects.again" => doubled(&|trouble| matches!(trouble, Trouble::EffectAgain(_))),
        "lost.unacked" => alone(ledger.first_lost_unacked, Trouble::LostUnacked, None),
        "out.of.order" => {
            let first = ledger.displaced.first()?;
            let option = format!("--record {}@{}", setup.catalog.tp_name(first.record.tp), first.offset);
            alone(Some(first.record), Trouble::OutOfOrder, Some(option))
        }
        "overtaken" => {
            let (group, first) = ledger.groups.iter().find_map(|g| Some((g.group, g.first_overtaken?)))?;
            let place =
                first.offset.map(|offset| format!("--record {}@{offset}", setup.catalog.tp_name(first.record.tp)));
            alone(Some(first.record), Trouble::Overtaken(group), place)
        }
        // Those that are still to come are nobody's loss, but one may ask why.
        "never.processed" => lost(&|trouble| matches!(trouble, Trouble::NeverProcessed(_))).or_else(|| {
            let (group, first) = ledger.groups.iter().find_map(|g| Some((g.group, g.first_never?)))?;
            let place =
                first.offset.map(|offset| format!("--record {}@{offset}", setup.catalog.tp_name(first.record.tp)));
            alone(Some(first.record), Trouble::NeverProcessed(group), place)
        }),
        _ => None,
    }
}

/// How many lost records are listed before those of this kind.
fn lost_before(ledger: &Ledger, trouble: Trouble) -> u64 {
    let rows = ledger.lost_after_ack + ledger.rows.sent_and_missing;
    let groups = |of: GroupId| ledger.groups.iter().take_while(move |g| g.group != of);
    let up_to = |of: GroupId| rows + groups(of).map(|g| g.skipped + g.passed).sum::<u64>();
    match trouble {
        Trouble::RowWithoutRecord => ledger.lost_after_ack,
        Trouble::Skipped(group) => up_to(group),
        Trouble::NeverProcessed(group) => {
            let own = ledger.groups.iter().find(|g| g.group == group).map_or(0, |g| g.skipped);
            up_to(group) + own
        }
        _ => 0,
    }
}
/// How many doubled records are listed before those of this kind.
fn doubled_before(ledger: &Ledger, trouble: Trouble) -> u64 {
    let groups = |of: GroupId| ledger.groups.iter().take_while(move |g| g.group != of);
    let up_to = |of: GroupId| ledger.duplicated + groups(of).map(|g| g.repeated + g.effects.again).sum::<u64>();
    match trouble {
        Trouble::ProcessedAgain(group) => up_to(group),
        Trouble::EffectAgain(group) => {
            let own = ledger.groups.iter().find(|g| g.group == group).map_or(0, |g| g.repeated);
            up_to(group) + own
        }
        _ => 0,
    }
}

/// What went wrong though no expectation names it.
fn any(setup: &Setup, judgement: &Judgement) -> Option<Harm> {
    const WORST_FIRST: [&str; 10] = [
        "lost.after.ack",
        "duplicated",
        "out.of.order",
        "rows.without.record",
        "never.processed",
        "processed.again",
        "effects.again",
        "skipped",
        "overtaken",
        "lost.unacked",
    ];
    // What was still on its way when the run ended is nobody's loss.
    let harmless = |figure: &str| match figure {
        "never.processed" => judgement.ledger.groups.iter().all(|group| group.passed == 0),
        "lost.unacked" => judgement.ledger.failed == 0,
        _ => false,
    };
    let told = WORST_FIRST.iter().filter(|figure| !harmless(figure));
    let record = told.into_iter().find_map(|figure| of_figure(setup, judgement, figure));
    record.or_else(|| {
        // Liveness that was not promised is a run that ended early.
        let mut safety = judgement.findings.iter().filter(|finding| !finding.invariant.code.starts_with('V'));
        safety.find(|finding| finding.is_broken()).and_then(|finding| of_invariant(judgement, finding.invariant.id))
    })
}

// --- records behind witnesses ----------------------------------------------------------------------

/// The place that a witness names, if a producer's record can stand there.
pub(super) fn place_of(setup: &Setup, witness: &Witness) -> Option<(Tp, Offset)> {
    let (tp, offset) = (witness.tp?, witness.offset?);
    (offset.0 >= 0 && !setup.catalog.is_internal(tp)).then_some((tp, offset))
}

/// Whether the witness of a broken invariant names the record that was read, or ended otherwise, than it ought to.
pub(super) fn is_of_a_record(finding: &Finding) -> bool {
    matches!(finding.invariant.id, "no-aborted-read" | "no-undecided-read" | "outcome-fidelity" | "no-orphan-open")
}

/// The record that a broken invariant is about, and how it fared, where it is about one that the ledger names.
pub(super) fn concerned(
    setup: &Setup,
    judgement: &Judgement,
    finder: &Finder,
    finding: &Finding,
) -> Option<(RecordRef, Trouble)> {
    let fits = |trouble: Trouble| match finding.invariant.id {
        "acked-all-durable" | "committed-durable" | "repeatable-read" => trouble == Trouble::LostAfterAck,
        "per-key-order" | "idempotent-order" => matches!(trouble, Trouble::OutOfOrder | Trouble::Duplicated),
        "idempotent-no-dup" => trouble == Trouble::Duplicated,
        "at-least-once" => matches!(trouble, Trouble::NeverProcessed(_) | Trouble::Skipped(_)),
        "at-most-once" => matches!(trouble, Trouble::ProcessedAgain(_)),
        "eos-count" | "eos-deterministic-prefix" => {
            matches!(trouble, Trouble::ProcessedAgain(_) | Trouble::NeverProcessed(_))
        }
        // What is derived from other harm has its story.
        "no-worse-than-predicted" => true,
        _ => false,
    };
    let ledger = &judgement.ledger;
    let all = || {
        let displaced = ledger.displaced.iter().map(|displaced| (displaced.record, Trouble::OutOfOrder));
        lost(ledger).into_iter().chain(doubled(ledger)).chain(displaced).filter(|(_, trouble)| fits(*trouble))
    };
    let at_place = finder.records().find_map(|record| all().find(|(known, _)| *known == record));
    at_place.or_else(|| {
        // What a witness names may be the end of a log, or a record's first neighbour.
        let internal = finding.outcome.first()?.tp.is_some_and(|tp| setup.catalog.is_internal(tp));
        all().next().filter(|_| !internal)
    })
}
