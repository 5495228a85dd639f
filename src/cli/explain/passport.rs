//! `kafkasim explain RUN --lost 1`: the passport of a record, as text, as a diagram, or for machines.

use std::io;

use serde_json::json;

use super::super::input::{self, RunName};
use super::super::input::{parse_duration, parse_seed};
use super::super::output::{Output, complain, complain_of_bug};
use super::{Args, Exit};
use crate::report::command_line::Again;
use crate::report::why::asked::{QuestionMistake, StoryAnswer, StoryQuestion};
use crate::report::why::{self, Story, dot::dot, machine, mermaid::mermaid};
use crate::run::Run;
use crate::scenario::diagnostic::printable;
use crate::sim::time::Nanos;

/// What is asked of a run: one of these.
#[derive(clap::Args, Debug)]
#[group(multiple = false)]
pub struct QuestionArgs {
    /// The passport of the record at this place: `orders-3@900`.
    #[arg(long, value_name = "TOPIC-PARTITION@OFFSET")]
    record: Option<String>,
    /// Why the N-th lost record was lost: acknowledged and in no log, or committed past and not processed.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_number)]
    lost: Option<usize>,
    /// Why the N-th doubled record is in a log twice, or was processed twice.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_number)]
    duplicate: Option<usize>,
    /// Why the N-th broken invariant was broken, promised or not.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_number)]
    violation: Option<usize>,
}

/// Which run, and how its story is printed.
#[derive(clap::Args, Debug)]
pub struct RunArgs {
    /// The seed of the run, instead of the scenario's own.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_seed)]
    seed: Option<u64>,
    /// Stop the run at this time, such as `30s`.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    until: Option<Nanos>,
    /// In which form.
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Form>,
}

/// The form of a story.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// A sequence diagram for Mermaid.
    Mermaid,
    /// A happens-before graph for Graphviz.
    Dot,
    /// One document.
    Json,
}

fn parse_number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "a number from 1 on".into())
}

/// Whether a run is asked about, and not a word.
pub(super) fn is_asked(args: &Args) -> bool {
    let (question, run, changes) = (&args.question, &args.run, &args.changes);
    let asked = question.record.is_some() || question.number().is_some();
    let told = run.seed.is_some() || run.until.is_some() || run.format.is_some();
    asked || told || changes.variant.is_some() || !changes.set.is_empty() || !changes.with.is_empty()
}

impl QuestionArgs {
    /// The question that needs no names of the run.
    fn number(&self) -> Option<StoryQuestion> {
        let lost = self.lost.map(StoryQuestion::Lost);
        lost.or(self.duplicate.map(StoryQuestion::Duplicate)).or(self.violation.map(StoryQuestion::Violation))
    }
}

/// Tells a mistake in the question: where, what, and the remedy.
fn refuse(place: &str, mistake: &QuestionMistake) -> Exit {
    complain(&format!("error: {}\n --> {}\nhelp: {}\n", mistake.message, printable(place), mistake.help));
    Exit::Usage
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let name = match RunName::parse(&args.word.join(" ")).and_then(|name| name.with_seed(args.run.seed)) {
        Ok(name) => name,
        Err(diagnostic) => {
            input::report(&[diagnostic]);
            return Ok(Exit::Usage);
        }
    };
    let Some(scenario) = input::load(&name.scenario, &args.changes) else { return Ok(Exit::Usage) };
    let run = Run::new(&scenario, name.seed.unwrap_or(scenario.seed)).until(args.run.until);
    let (question, place) = match (&args.question.record, args.question.number()) {
        (Some(text), _) => {
            let place = format!("--record {text}");
            match StoryQuestion::record(&run.setup().catalog, text) {
                Ok(question) => (question, place),
                Err(mistake) => return Ok(refuse(&place, &mistake)),
            }
        }
        (None, Some(question)) => (question, question.option()),
        (None, None) => {
            let message = format!("nothing is asked of {}", name.scenario);
            let help = "ask with --lost 1, --duplicate 1, --violation 1 or --record TOPIC-PARTITION@OFFSET";
            return Ok(refuse("kafkasim explain", &QuestionMistake { message, help: help.into() }));
        }
    };
    let answer = match why::ask(&run, &question) {
        Ok(answer) => answer,
        Err(bug) => return Ok(complain_of_bug(&bug)),
    };
    let again = Again {
        scenario: &name.scenario,
        seed: Some(run.seed()),
        variant: scenario.variant.as_deref(),
        changes: &scenario.changes,
        until: args.run.until,
        allow_ignored: false,
    };
    match answer {
        StoryAnswer::Story(story) => {
            out.print(&print(&story, &run, &again, &question, args.run.format, out)).map(|()| Exit::Ok)
        }
        StoryAnswer::Nothing(text) => {
            complain(&format!("{text}\n"));
            Ok(Exit::Nothing)
        }
        StoryAnswer::QuestionMistake(mistake) => Ok(refuse(&place, &mistake)),
    }
}

fn print(
    story: &Story,
    run: &Run<'_>,
    again: &Again<'_>,
    question: &StoryQuestion,
    form: Option<Form>,
    out: &Output,
) -> String {
    match form.unwrap_or(Form::Text) {
        Form::Mermaid => mermaid(story),
        Form::Dot => dot(story),
        Form::Json => {
            let mut document = json!({
                "format": "kafkasim-passport", "version": 1, "source": concat!("kafkasim ", env!("CARGO_PKG_VERSION")),
                "scenario": run.scenario().name, "seed": run.seed(), "variant": run.scenario().variant,
            });
            if let (Some(all), Some(told)) = (document.as_object_mut(), machine::json(story).as_object()) {
                all.extend(told.clone());
            }
            format!("{document:#}\n")
        }
        Form::Text => {
            let command = again.explain(&question.option_in(&run.setup().catalog));
            format!(
                "{}\n  {:<11} kafkasim explain {command} --format mermaid\n  {:<11} kafkasim run {}\n",
                story.print(out.width()),
                "picture",
                "run",
                again.arguments()
            )
        }
    }
}
