//! What lessons, claims and questions have in common: runs, a prediction, and figures for the texts.

use crate::report::command_line::Again;
use crate::scenario::Override;
use crate::scenario::node::{Span, YamlNode};
use crate::sim::time::Nanos;

/// Runs and what they are asked.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// By the names that the rest calls them by; at least one. A single run may have no name.
    pub runs: Vec<(String, RunOf)>,
    /// What the reader predicts, if anything.
    pub predict: Option<PredictionPrompt>,
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
        let again = Again {
            scenario: &self.scenario,
            seed: self.seed,
            variant: self.variant.as_deref(),
            changes: &self.changes,
            until: self.until,
            allow_ignored: false,
        };
        again.arguments()
    }
}

/// A question before the run, with the answers to choose from.
#[derive(Clone, Debug)]
pub struct PredictionPrompt {
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
    /// What of the answer is the figure.
    pub(super) part: FigurePart,
}

/// What of an answer is the figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FigurePart {
    /// All of it.
    Whole,
    /// How often something happened: of `3 times, first at 20.239s` it is `3`.
    Count,
    /// When it happened first: `20.239s`.
    Time,
    /// How long something took: of `8.614s, from 11.997s on` it is `8.614s`.
    Length,
}

impl FigurePart {
    /// The figure in an answer.
    pub fn of(self, found: &str) -> String {
        let words = || found.split([' ', ',', ';']).filter(|word| !word.is_empty());
        match self {
            FigurePart::Whole => found.to_owned(),
            FigurePart::Length => words().next().unwrap_or_default().to_owned(),
            FigurePart::Time => words().skip_while(|word| *word != "at").nth(1).unwrap_or("never").to_owned(),
            FigurePart::Count => match words().next() {
                Some("once") => "1".into(),
                Some("never") | None => "0".into(),
                // Thousands have commas, at which the first word would end.
                Some(_) => found.split(' ').next().unwrap_or_default().to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_part_of_an_answer() {
        let said = |found: &str| (FigurePart::Count.of(found), FigurePart::Time.of(found));
        assert_eq!(said("once, at 20.239s; 16 times on internal topics"), ("1".into(), "20.239s".into()));
        assert_eq!(said("1,024 times, first at 3.5s"), ("1,024".into(), "3.5s".into()));
        assert_eq!(said("never seen"), ("0".into(), "never".into()));
        assert_eq!(FigurePart::Whole.of("broker 2"), "broker 2");
        assert_eq!(FigurePart::Length.of("8.614s, from 11.997s on"), "8.614s");
    }

    #[test]
    fn a_command_can_be_pasted() {
        let run = RunOf {
            span: Span::default(),
            scenario: "leader-crash".into(),
            seed: Some(3),
            variant: Some("cure".into()),
            changes: vec![Override::new("a.b=1"), Override::fault("at: 5s, stop: { broker: it's }")],
            until: Some(Nanos::from_secs(2)),
        };
        let pasted = r"leader-crash:3 --variant cure --set a.b=1 --with 'at: 5s, stop: { broker: it'\''s }' --until 2s";
        assert_eq!(run.arguments(), pasted);
    }
}
