//! Whether what is taught is so: every run is run, and what a text says of it must be what it shows.

use std::collections::{BTreeMap, BTreeSet};

use super::exercise::Exercise;
use super::laboratory::{Enrolled, Laboratory, Performed, Trial};
use super::library::Library;
use super::text;
use crate::run::SimulatorBug;
use crate::run::verdict::{Item, Standing};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::scenario::{ScenarioText, codes};

/// What came of it.
pub struct Linted {
    /// What is wrong, sorted by text and place.
    pub findings: Vec<Diagnostic>,
    /// What was found where nothing is wrong: an entry's id, and its answers and figures.
    pub notes: Vec<(String, Vec<String>)>,
}

/// An exercise and the texts that have its figures.
struct Part<'a> {
    id: &'a str,
    span: Span,
    exercise: &'a Exercise,
    texts: Vec<&'a str>,
}

/// Runs all that `library` has to be run, and holds its texts against what comes of it. What it refers to is in `known`.
///
/// # Errors
/// A bug of the simulator.
pub fn lint(library: &Library, known: &Library) -> Result<Linted, SimulatorBug> {
    let mut linter = Linter { library, findings: BTreeMap::new(), broken: Vec::new() };
    linter.references(known);
    let mut laboratory = Laboratory::new(library);
    let mut enrolled = Vec::new();
    for part in parts(library) {
        linter.figures(&part);
        linter.options(&part);
        match laboratory.enrol(library.source_of(part.id), part.exercise) {
            Ok(seat) => enrolled.push((part, seat)),
            Err(found) => linter.broken.extend(found),
        }
    }
    let performed = laboratory.perform()?;
    let notes = enrolled.iter().map(|(part, seat)| linter.hold(part, seat, &performed)).collect();
    Ok(Linted { findings: linter.finish(), notes })
}

/// Everything that can be run, with its texts.
fn parts(library: &Library) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for lesson in &library.lessons {
        if let Some(exercise) = lesson.body.open() {
            let texts = lesson.watch.iter().chain([&lesson.explain]).map(String::as_str).collect();
            parts.push(Part { id: &lesson.id, span: lesson.span(), exercise, texts });
        }
        if let Some(vary) = &lesson.vary {
            parts.push(Part { id: &lesson.id, span: lesson.span(), exercise: &vary.exercise, texts: vec![&vary.says] });
        }
    }
    for claim in &library.claims {
        if let Some(exercise) = claim.body.open() {
            let texts = claim.finding.iter().chain(&claim.correction).map(String::as_str).collect();
            parts.push(Part { id: &claim.id, span: claim.span(), exercise, texts });
        }
    }
    for question in &library.questions {
        if let Some(exercise) = question.body.open() {
            let texts = question.watch.iter().chain(&question.explain).map(String::as_str).collect();
            parts.push(Part { id: &question.id, span: question.span(), exercise, texts });
        }
    }
    parts
}

struct Linter<'a> {
    library: &'a Library,
    /// By text.
    findings: BTreeMap<String, Findings>,
    broken: Vec<Diagnostic>,
}

impl Linter<'_> {
    fn of(&mut self, id: &str) -> &mut Findings {
        let source: &ScenarioText = self.library.source_of(id);
        self.findings.entry(source.name.clone()).or_insert_with(|| Findings::new([source.clone()]))
    }

    /// Whatever is named must be there.
    fn references(&mut self, known: &Library) {
        let library = self.library;
        for lesson in &library.lessons {
            let unknown = |at: &&At<String>| known.ids().chain(library.ids()).all(|id| id != at.value);
            for at in lesson.claims.iter().chain(&lesson.questions).filter(unknown) {
                let help = known
                    .suggest(&at.value, at.value.chars().next().unwrap_or('C'))
                    .map(|near| format!("did you mean `{near}`?"));
                self.of(&lesson.id)
                    .error(codes::UNKNOWN_ENTRY, at.span, format!("there is no `{}`", at.value))
                    .label("neither a claim nor a question")
                    .maybe_help(help);
            }
        }
        let mut seen = Vec::new();
        for id in library.ids() {
            if seen.contains(&id) {
                let span = Span::default();
                self.of(id).error(codes::DUPLICATE_NAME, span, format!("`{id}` is there twice")).label("the same id");
            }
            seen.push(id);
        }
    }

    /// No two options say the same.
    fn options(&mut self, part: &Part<'_>) {
        let mut said = BTreeSet::new();
        for option in part.exercise.predict.iter().flat_map(|predict| &predict.options) {
            if !said.insert(option.says.trim()) {
                let message = format!("{}: two options say `{}`", part.id, option.says);
                self.of(part.id).error(codes::RIGHT_ANSWERS, part.span, message).label("of this one");
            }
        }
    }

    /// Every figure that a text names is read off a run.
    fn figures(&mut self, part: &Part<'_>) {
        let options = part.exercise.predict.iter().flat_map(|predict| &predict.options);
        let because = options.filter_map(|option| option.because.as_deref());
        let there = |name: &str| part.exercise.figures.iter().any(|figure| figure.name == name);
        let names = part.texts.iter().copied().chain(because).flat_map(text::figures);
        let unknown: BTreeSet<&str> = names.filter(|name| !there(name)).collect();
        for name in unknown {
            let message = format!("{}: a text names `{{{name}}}`, and `figures` does not have it", part.id);
            self.of(part.id).error(codes::UNKNOWN_FIGURE, part.span, message).label("of this one");
        }
    }

    /// Holds a part against its runs.
    fn hold(&mut self, part: &Part<'_>, seat: &Enrolled, performed: &Performed) -> (String, Vec<String>) {
        let trial = performed.trial(seat);
        for item in trial.shown().filter(|item| item.standing != Standing::Met) {
            let message = format!("{}: the run does not show that {}", part.id, expected(item));
            self.of(part.id).error(codes::NOT_SHOWN, part.span, message).label(format!("found: {}", item.found));
        }
        for unsimulated in trial.unsimulated() {
            let message = format!("{}: the run is not what the text supposes", part.id);
            self.of(part.id).error(codes::NOT_SHOWN, part.span, message).label(format!("not simulated: {unsimulated}"));
        }
        let right = trial.right();
        if part.exercise.predict.is_some() && right.len() != 1 {
            let message = format!("{}: {} of its options are right", part.id, right.len());
            let found = options(part, trial).join(" / ");
            self.of(part.id).error(codes::RIGHT_ANSWERS, part.span, message).label("not exactly one").help(found);
        }
        (part.id.to_owned(), notes(part, trial, &right))
    }

    fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.broken;
        all.extend(self.findings.into_values().flat_map(Findings::finish));
        all
    }
}

fn expected(item: &Item) -> String {
    format!("{} is {}", item.name, item.expected.as_deref().unwrap_or("as expected"))
}

/// What each option asked, and what was found.
fn options(part: &Part<'_>, trial: Trial<'_>) -> Vec<String> {
    let options = part.exercise.predict.iter().flat_map(|predict| &predict.options);
    let line = |(number, option): (usize, &super::exercise::Choice)| {
        let items = trial.of_option(number).map(|item| {
            let mark = if item.standing == Standing::Met { "so" } else { "not so" };
            format!("{}: {mark}, found {}", expected(item), item.found)
        });
        format!("option {} `{}`: {}", number + 1, option.says, items.collect::<Vec<_>>().join("; "))
    };
    options.enumerate().map(line).collect()
}

/// What an author wants to read: the answer, and the texts as they will be.
fn notes(part: &Part<'_>, trial: Trial<'_>, right: &[usize]) -> Vec<String> {
    let mut notes: Vec<String> =
        trial.shown().map(|item| format!("{} (found {})", expected(item), item.found)).collect();
    if let (Some(predict), [right]) = (&part.exercise.predict, right) {
        notes.push(format!("answer {}: {}", right + 1, predict.options[*right].says));
    }
    notes.extend(trial.figures().into_iter().map(|(name, found)| format!("{{{name}}} = {found}")));
    notes.extend(part.texts.iter().filter(|text| !text::figures(text).is_empty()).map(|text| trial.fill(text)));
    notes
}
