//! What is wrong with an input, where, and what to do about it.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// It can, but something in it has no effect, or another one than it seems.
    Warning,
}

/// Where in an input.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub struct InputPlace {
    /// Order of the input among those of one call: the file, then the overrides.
    #[serde(skip)]
    pub(crate) source: u16,
    /// The name of the input: a path, or `--set`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters; at least 1.
    pub length: usize,
    /// The line itself, cut around the place if it is very long.
    pub text: String,
    /// How many characters of the line come before `text`.
    #[serde(skip)]
    skipped: usize,
    /// First byte of the place in `text`.
    #[serde(skip)]
    start: usize,
    /// First byte after it.
    #[serde(skip)]
    end: usize,
}

/// The longest part of a line that is shown, in characters, on each side of a place's start.
const SHOWN: usize = 120;

impl InputPlace {
    /// The place of the bytes `start..end` of `text`, which is line `line` of an input.
    pub(crate) fn in_line(source: u16, file: &str, line: usize, text: &str, start: usize, end: usize) -> InputPlace {
        let start = floor_char(text, start.min(text.len()));
        let end = floor_char(text, end.clamp(start, text.len()));
        let column = text[..start].chars().count() + 1;
        let length = text[start..end].chars().count().max(1);
        let from = text[..start].char_indices().rev().nth(SHOWN).map_or(0, |(i, _)| i);
        let to = text[start..].char_indices().nth(SHOWN).map_or(text.len(), |(i, _)| start + i);
        InputPlace {
            source,
            file: file.into(),
            line,
            column,
            length,
            text: text[from..to].to_owned(),
            skipped: text[..from].chars().count(),
            start: start - from,
            end: end.min(to) - from,
        }
    }
}

impl InputPlace {
    /// The text at the place.
    pub(crate) fn marked(&self) -> &str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The last character boundary at or before `index`.
fn floor_char(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Diagnostic {
    /// Which kind, such as `KS001`. See [`super::codes`].
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// One line: what.
    pub message: String,
    /// Where; none where the input as a whole is meant.
    #[serde(flatten)]
    pub place: Option<Box<InputPlace>>,
    /// A few words under the place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error about an input as a whole, such as a file that cannot be opened.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            label: String::new(),
            help: None,
        }
    }
    /// The same, with a remedy.
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }
    /// Words under the place.
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Diagnostic {
        self.label = label.into();
        self
    }
    /// A remedy.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Diagnostic {
        self.help = Some(help.into());
        self
    }
    /// A remedy, if there is one.
    pub(crate) fn maybe_help(&mut self, help: Option<String>) -> &mut Diagnostic {
        self.help = help;
        self
    }
    /// By place, errors before warnings at one place.
    pub(crate) fn order(&self) -> (Option<(u16, usize, usize)>, Severity, &'static str, &str) {
        (self.place.as_ref().map(|p| (p.source, p.line, p.column)), self.severity, self.code, &self.message)
    }

    /// The finding for a person, as a compiler would print it; ends with a newline.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(printable(&self.message)).id(self.code);
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let Some(place) = &self.place else {
            let mut text = renderer.render(&[Group::with_title(title)]);
            if let Some(help) = &self.help {
                let _ = write!(text, "\nhelp: {}", printable(help));
            }
            return text + "\n";
        };
        // The renderer counts columns in what it is given: blanks stand for what was cut off.
        let text = " ".repeat(place.skipped) + &printable(&place.text);
        let byte = |end: usize| place.skipped + printable(&place.text[..end]).len();
        let (start, end) = (byte(place.start), byte(place.end));
        let annotation = AnnotationKind::Primary.span(start..end.max(start));
        let annotation = if self.label.is_empty() { annotation } else { annotation.label(printable(&self.label)) };
        let snippet = Snippet::source(text).line_start(place.line).path(printable(&place.file)).annotation(annotation);
        let mut report = vec![title.element(snippet)];
        if let Some(help) = &self.help {
            report.push(Group::with_title(Level::HELP.secondary_title(printable(help))));
        }
        renderer.term_width(2 * SHOWN + 40).render(&report) + "\n"
    }
}

/// One finding is all of them.
impl From<Diagnostic> for Vec<Diagnostic> {
    fn from(found: Diagnostic) -> Vec<Diagnostic> {
        vec![found]
    }
}

/// Control characters and tabs as single visible characters, so that columns stay right and no terminal is
/// told anything.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\t' {
                ' '
            } else if c.is_control() {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// All findings for a person, with a blank line between.
pub fn render_all(diagnostics: &[Diagnostic], colour: bool) -> String {
    diagnostics.iter().map(|d| d.render(colour)).collect::<Vec<_>>().join("\n")
}

/// All findings for a program: one JSON array.
pub fn to_json(diagnostics: &[Diagnostic]) -> String {
    serde_json::to_string_pretty(diagnostics).expect("diagnostics are plain values")
}
