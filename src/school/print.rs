//! Lessons, claims and questions as people read them in a terminal.

use std::fmt::Write;

use super::exercise::{Choice, Exercise};
use super::generators::MadeQuestion;
use super::laboratory::{RunOutcome, Trial};
use super::library::{Availability, Claim, InterviewQuestion, Lesson, Library, commands};
use crate::report::human::{self, paragraphs};
use crate::run::figures::thousands;

/// Lines of a run's timeline in a lesson.
const TIMELINE: usize = 14;

/// Name and text, side by side.
fn labelled(out: &mut String, label: &str, text: &str, width: usize) {
    for (i, line) in paragraphs(text, width.saturating_sub(14)).into_iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        let _ = writeln!(out, "{}", format!("  {label:<12}{line}").trim_end());
    }
}

/// Text on its own.
fn flowing(out: &mut String, text: &str, width: usize) {
    for line in paragraphs(text, width.saturating_sub(2)) {
        let _ = writeln!(out, "{}", if line.is_empty() { String::new() } else { format!("  {line}") });
    }
}

/// What a lesson is about, before anything is run.
pub fn opening(lesson: &Lesson, width: usize) -> String {
    let mut out = format!("{}  {}\n{}\n\n", lesson.id, lesson.title, lesson.part);
    flowing(&mut out, &lesson.opening, width);
    out
}

/// The runs of an exercise and what is to be predicted.
pub fn prediction(exercise: &Exercise, width: usize) -> String {
    let mut out = String::new();
    for command in commands(exercise) {
        labelled(&mut out, "run", &command, usize::MAX);
    }
    if let Some(predict) = &exercise.predict {
        out.push('\n');
        labelled(&mut out, "predict", &predict.ask, width);
        for (number, option) in predict.options.iter().enumerate() {
            labelled(&mut out, "", &format!("{}) {}", number + 1, option.says), width);
        }
    }
    out
}

/// What happened, in short: each run's timeline, and what became of the records.
pub fn happened(trial: Trial<'_>, exercise: &Exercise, width: usize) -> String {
    let mut out = String::new();
    for (run, (name, _)) in trial.runs().zip(&exercise.runs) {
        if !name.is_empty() {
            let _ = writeln!(out, "  {name}:");
        }
        out += &human::timeline_alone(&run.timeline, TIMELINE, width);
        labelled(&mut out, "ledger", &ledger(run), width);
        for unsimulated in &run.unsimulated {
            labelled(&mut out, "?", &format!("not simulated: {unsimulated}"), width);
        }
        out.push('\n');
    }
    out
}

fn ledger(run: &RunOutcome) -> String {
    let figure = |(name, n): &(&str, u64)| format!("{} {}", name.replace('.', " "), thousands(*n));
    run.ledger.iter().map(figure).collect::<Vec<_>>().join(", ")
}

/// What was predicted against what the runs say.
pub fn answer(trial: Trial<'_>, exercise: &Exercise, chosen: Option<usize>, width: usize) -> String {
    let mut out = String::new();
    let (Some(predict), &[right]) = (&exercise.predict, trial.right().as_slice()) else { return out };
    let option = |number: usize| -> &Choice { &predict.options[number] };
    let says = |number: usize| format!("{}) {}", number + 1, option(number).says);
    match chosen {
        Some(chosen) if chosen == right => labelled(&mut out, "right", &says(right), width),
        Some(chosen) => {
            labelled(&mut out, "you said", &says(chosen), width);
            if let Some(because) = &option(chosen).because {
                labelled(&mut out, "", &trial.fill(because), width);
            }
            labelled(&mut out, "in the run", &says(right), width);
        }
        None => labelled(&mut out, "answer", &says(right), width),
    }
    if let Some(because) = &option(right).because {
        labelled(&mut out, "", &trial.fill(because), width);
    }
    out
}

/// What a lesson says after its run.
pub fn explanation(lesson: &Lesson, trial: Trial<'_>, width: usize) -> String {
    let mut out = String::new();
    flowing(&mut out, &trial.fill(&lesson.explain), width);
    out.push('\n');
    for (i, watch) in lesson.watch.iter().enumerate() {
        labelled(&mut out, if i == 0 { "look at" } else { "" }, &trial.fill(watch), width);
    }
    out
}

/// What to try after a lesson, and what comes next.
pub fn afterwards(
    lesson: &Lesson,
    vary: Option<Trial<'_>>,
    next: Option<&Lesson>,
    library: &Library,
    width: usize,
) -> String {
    let mut out = String::new();
    if let (Some(variation), Some(trial)) = (&lesson.vary, vary) {
        labelled(&mut out, "try", &trial.fill(&variation.says), width);
        for command in commands(&variation.exercise) {
            labelled(&mut out, "", &command, usize::MAX);
        }
    }
    for (i, question) in lesson.next.iter().enumerate() {
        labelled(&mut out, if i == 0 { "interviewer" } else { "" }, question, width);
    }
    let claims = lesson.claims.iter().filter_map(|id| library.claim(id));
    for (i, claim) in claims.filter(|claim| claim.body.open().is_some()).enumerate() {
        let text = format!("kafkasim claim {}: {}", claim.id, claim.says);
        labelled(&mut out, if i == 0 { "claims" } else { "" }, &text, width);
    }
    if let Some(next) = next {
        labelled(&mut out, "next lesson", &format!("kafkasim learn {}: {}", next.id, next.title), width);
    }
    out
}

/// A claim before and after its trial.
pub fn claim(claim: &Claim, trial: Option<Trial<'_>>, width: usize) -> String {
    let folklore = if claim.folklore { ", and often repeated" } else { "" };
    let mut out = String::new();
    for (i, line) in paragraphs(&format!("\"{}\"", claim.says), width.saturating_sub(6)).into_iter().enumerate() {
        let _ = writeln!(out, "{:<4}  {line}", if i == 0 { &claim.id } else { "" });
    }
    out.push('\n');
    match (&claim.body, trial) {
        (Availability::Open(exercise), Some(trial)) => {
            for command in commands(exercise) {
                labelled(&mut out, "experiment", &command, usize::MAX);
            }
            for item in trial.shown() {
                labelled(&mut out, "found", &format!("{}: {}", item.name, item.found), width);
            }
            for unsimulated in trial.unsimulated() {
                labelled(&mut out, "?", &format!("not simulated: {unsimulated}"), width);
            }
            out.push('\n');
            labelled(&mut out, "verdict", &format!("{}{folklore}", claim.verdict.word().to_uppercase()), width);
            if let Some(finding) = &claim.finding {
                labelled(&mut out, "the run", &trial.fill(finding), width);
            }
        }
        (body, _) => {
            labelled(&mut out, "verdict", &format!("{}{folklore}", claim.verdict.word().to_uppercase()), width);
            labelled(&mut out, "no run", &why_closed(body), width);
        }
    }
    if let Some(correction) = &claim.correction {
        labelled(
            &mut out,
            "correct is",
            &trial.map_or_else(|| correction.clone(), |trial| trial.fill(correction)),
            width,
        );
    }
    if let Some(source) = &claim.source {
        labelled(&mut out, "source", source, width);
    }
    out
}

/// Why something cannot be run; nothing if it can.
pub fn why_closed<T>(body: &Availability<T>) -> String {
    match body {
        Availability::Open(_) => String::new(),
        Availability::Locked(reason) => format!("locked: {reason}"),
        Availability::TextOnly(reason) => reason.clone(),
    }
}

/// The question as it is asked.
pub fn question(question: &InterviewQuestion, width: usize) -> String {
    let mut out = format!("{}  {}, {}\n\n", question.id, question.level.word(), question.topic);
    flowing(&mut out, &question.asks, width);
    out
}

/// What a good answer has, and what the run shows.
pub fn good_answer(question: &InterviewQuestion, trial: Option<Trial<'_>>, width: usize) -> String {
    let mut out = String::new();
    labelled(&mut out, "good answer", &question.answer, width);
    if let (Some(explain), Some(trial)) = (&question.explain, trial) {
        labelled(&mut out, "the run", &trial.fill(explain), width);
    }
    if question.body.open().is_none() {
        labelled(&mut out, "no run", &why_closed(&question.body), width);
    }
    for (i, next) in question.next.iter().enumerate() {
        labelled(&mut out, if i == 0 { "asked next" } else { "" }, next, width);
    }
    out
}

/// A made question, with what there is to choose from.
pub fn made_question(question: &MadeQuestion, width: usize) -> String {
    let mut out = String::new();
    flowing(&mut out, &question.asks, width);
    out.push('\n');
    for (number, option) in question.options.iter().enumerate() {
        labelled(&mut out, "", &format!("{}) {}", number + 1, option.says), width);
    }
    out
}

/// Its answer, with what was found in the run.
pub fn made_answer(question: &MadeQuestion, chosen: Option<usize>, width: usize) -> String {
    let mut out = String::new();
    let says = |number: usize| format!("{}) {}", number + 1, question.options[number].says);
    match chosen {
        Some(chosen) if chosen == question.right => labelled(&mut out, "right", &says(chosen), width),
        Some(chosen) => {
            labelled(&mut out, "you said", &says(chosen), width);
            labelled(&mut out, "", &question.options[chosen].because, width);
            labelled(&mut out, "right is", &says(question.right), width);
        }
        None => labelled(&mut out, "answer", &says(question.right), width),
    }
    labelled(&mut out, "", &question.options[question.right].because, width);
    for (i, (name, found)) in question.evidence.iter().enumerate() {
        labelled(&mut out, if i == 0 { "found" } else { "" }, &format!("{name}: {found}"), width);
    }
    if let Some(run) = &question.run {
        labelled(&mut out, "the run", &format!("kafkasim run {}", run.arguments()), usize::MAX);
    }
    labelled(&mut out, "asked next", question.next, width);
    out
}
