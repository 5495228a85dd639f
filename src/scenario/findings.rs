//! Collects what is wrong, with places, until everything has been looked at.

use super::ScenarioText;
use super::diagnostic::{Diagnostic, InputPlace, Severity};
use super::node::Span;
use crate::protocol::rules::KafkaVersion;
use crate::world::spec::Ignored;

/// After this many findings one more says nothing new.
const LIMIT: usize = 500;

/// The findings so far, and the inputs that their places are in.
pub(crate) struct Findings {
    sources: Vec<(ScenarioText, Vec<usize>)>,
    list: Vec<Diagnostic>,
    /// Stands in for a finding over the limit.
    spare: Diagnostic,
    /// Settings that are read and have no effect, though they might have one in a cluster.
    ignored: Vec<Ignored>,
    /// The version of Kafka by whose ranges and defaults configs are read: the default, or what the input says.
    pub(super) version: KafkaVersion,
}

impl Findings {
    /// None yet. `sources`: the file, then one per override.
    pub(crate) fn new(sources: impl IntoIterator<Item = ScenarioText>) -> Findings {
        let sources = sources
            .into_iter()
            .map(|source| (line_starts(&source.text), source))
            .map(|(starts, source)| (source, starts))
            .collect();
        let spare = Diagnostic::error("", "");
        Findings { sources, list: Vec::new(), spare, ignored: Vec::new(), version: KafkaVersion::default() }
    }
    /// The text of an input.
    pub(super) fn text(&self, source: u16) -> &str {
        &self.sources[usize::from(source)].0.text
    }
    /// Adds an error.
    pub(crate) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, code, span, message.into())
    }
    /// Adds a warning.
    pub(crate) fn warning(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Warning, code, span, message.into())
    }
    /// Adds a finding about an input as a whole.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }
    /// Notes that a setting has no effect. (An alias repeats what stands at its anchor.)
    pub(super) fn ignore(&mut self, span: Span, what: String, reason: &str) {
        let place = self.place(span);
        let place = format!("{}:{}:{}", place.file, place.line, place.column);
        let ignored = Ignored { place, what, reason: reason.into() };
        if !self.ignored.contains(&ignored) {
            self.ignored.push(ignored);
        }
    }
    /// The settings without effect, in the order in which they were read.
    pub(super) fn take_ignored(&mut self) -> Vec<Ignored> {
        std::mem::take(&mut self.ignored)
    }
    /// `file:12`, of a place that a finding speaks of beside its own.
    pub(super) fn line(&self, span: Span) -> String {
        let place = self.place(span);
        format!("{}:{}", place.file, place.line)
    }
    /// Whether something of this kind was found.
    pub(super) fn any(&self, code: &str) -> bool {
        self.list.iter().any(|d| d.code == code)
    }
    /// Everything, sorted by place, without repetitions (an alias repeats what is wrong with its anchor).
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        // What only looks right is named, whatever it was taken for.
        for error in self.list.iter_mut().filter(|d| d.severity == Severity::Error) {
            let here = error.place.as_ref().filter(|place| place.length <= 80).map(|place| place.marked());
            if let Some(help) = here.and_then(super::habits::disguised) {
                error.help = Some(help);
            }
        }
        self.list.sort_by(|a, b| a.order().cmp(&b.order()));
        self.list.dedup();
        self.list
    }
    /// Whether more findings would be dropped; then their suggestions need not be looked for.
    pub(super) fn full(&self) -> bool {
        self.list.len() >= LIMIT && self.has_errors()
    }
    /// Whether there is an error among them.
    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    fn add(&mut self, severity: Severity, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        let errors = severity == Severity::Error;
        if self.list.len() >= LIMIT && (!errors || self.has_errors()) {
            return &mut self.spare;
        }
        let place = Some(Box::new(self.place(span)));
        self.list.push(Diagnostic { code, severity, message, place, label: String::new(), help: None });
        self.list.last_mut().expect("just pushed")
    }

    fn place(&self, span: Span) -> InputPlace {
        let (source, starts) = &self.sources[usize::from(span.source)];
        let (start, end) = (span.start as usize, span.end as usize);
        let line = starts.partition_point(|first| *first <= start).max(1);
        let first = starts[line - 1];
        let rest = &source.text[first..];
        let text = rest.split('\n').next().unwrap_or(rest).trim_end_matches('\r');
        InputPlace::in_line(span.source, &source.name, line, text, start - first, end.saturating_sub(first))
    }
}

/// Where each line begins.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)).collect()
}

/// The candidate nearest to `word`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 200 {
        return None;
    }
    let lower = word.to_lowercase();
    // A third of the letters may be wrong, but never all of them.
    let letters = word.chars().count();
    let limit = (letters / 3).clamp(1, 4).min(letters.saturating_sub(1));
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|c| (distance(c), c))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// "did you mean", or what there is.
pub(crate) fn suggestion(word: &str, candidates: &[&str], noun: &str) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match candidates.len() {
        0 => Some(format!("there is no {noun}")),
        1..=12 => Some(format!("there is {}", list(candidates))),
        _ => None,
    }
}

/// `1 broker`, `2 brokers`.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// `a`, `b` and `c`.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
