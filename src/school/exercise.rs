//! What lessons, claims and questions have in common: runs, a prediction, and figures for the texts.

use crate::scenario::Override;
use crate::scenario::node::{Span, YamlNode};
use crate::sim::time::Nanos;

/// Runs and what they are asked.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// By the names that the rest calls them by; at least one. A single run may have no name.
    pub runs: Vec<(String, RunOf)>,
    /// What the reader predicts, if anything.
    pub predict: Option<Prediction>,
    /// What must be so in the runs, or the text is wrong.
    pub shows: Vec<Asked>,
    /// What texts call `{name}`.
    pub figures: Vec<Figure>,
}

/// A run of a scenario, as a command line would name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunOf {
    /// Where it stands.
    pub(crate) span: Span,
    /// A scenario of the library.
    pub scenario: String,
    /// The seed; none: the scenario's own.
    pub seed: Option<u64>,
    /// The variant.
    pub variant: Option<String>,
    /// What else is changed.
    pub changes: Vec<Override>,
    /// Where it is cut.
    pub until: Option<Nanos>,
}

impl RunOf {
    /// Whether it is the same run, wherever it stands.
    pub fn is_same(&self, other: &RunOf) -> bool {
        RunOf { span: other.span, ..self.clone() } == *other
    }
    /// What follows `kafkasim run` on a command line.
    pub fn arguments(&self) -> String {
        let mut words = vec![match self.seed {
            Some(seed) => format!("{}:{seed}", self.scenario),
            None => self.scenario.clone(),
        }];
        words.extend(self.variant.iter().map(|variant| format!("--variant {variant}")));
        words.extend(self.changes.iter().map(|change| {
            let (option, text) = change.option();
            format!("{option} {}", quoted(text))
        }));
        words.extend(self.until.map(|until| format!("--until {}ms", until.0 / 1_000_000)));
        words.join(" ")
    }
}

/// A text as a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '=' | '-' | '_' | '/' | ':' | ',' | '%' | '+');
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A question before the run, with the answers to choose from.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The question.
    pub ask: String,
    /// At least two; exactly one is right.
    pub options: Vec<Choice>,
    /// What helps without giving it away.
    pub hint: Option<String>,
}

/// An answer to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its words.
    pub says: String,
    /// What somebody has in mind who chooses it, and what is wrong with that; of the right one: why it is right.
    pub because: Option<String>,
    /// It is right if the runs meet all of these.
    pub when: Vec<Asked>,
}

/// Entries as under `expect:`, asked of one run.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Number of the run in [`Exercise::runs`].
    pub run: usize,
    /// A list of entries.
    pub(crate) entries: YamlNode,
}

/// Something that is read off a run for a text.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What texts call it.
    pub name: String,
    /// Where it comes from: one entry.
    pub asked: Asked,
}
