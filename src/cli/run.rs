//! `kafkasim run`: run a scenario, judge it, show it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::output::{Output, complain};
use super::{Exit, input};
use crate::history::Observer;
use crate::history::exchange::Exchange;
use crate::history::fact::Entry;
use crate::history::jsonl::Export;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::report::run::{Report, RunOptions, run as simulate};
use crate::report::verdict::Standing;
use crate::report::{human, machine, plots, why};
use crate::scenario::{self, Scenario};
use crate::sim::time::Nanos;

/// Run a scenario and judge it.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A scenario of the library, or a file; `-` is standard input.
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// The seed, instead of the scenario's own.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_seed)]
    seed: Option<u64>,
    /// Change a value of the scenario: `producers.*.config.acks=1`. Can be given again and again.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Stop at this time, such as `30s`, without the final read phase.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    until: Option<Nanos>,
    /// Where plots go, instead of `target/kafkasim/SCENARIO-SEED`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw no plots.
    #[arg(long, conflicts_with = "out")]
    no_plots: bool,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the history to this file; `-` is standard output, and the result goes to stderr.
    #[arg(long, value_name = "FILE")]
    history: Option<String>,
    /// Which history: every fact, or what clients and administrators can see.
    #[arg(long, value_enum, default_value_t = Form::Facts, requires = "history")]
    history_form: Form,
    /// Most lines of the timeline, or `all`.
    #[arg(long, value_name = "N", default_value = "40", allow_negative_numbers = true, value_parser = parse_timeline)]
    timeline: Lines,
    /// Judge the run although the scenario has settings without effect here; otherwise the result is
    /// inconclusive.
    #[arg(long)]
    allow_ignored: bool,
    /// Tell what led to the first invariant that was broken.
    #[arg(long)]
    why: bool,
    /// List every invariant.
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One document with everything.
    Json,
    /// JUnit XML.
    Junit,
    /// GitHub workflow annotations.
    Github,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Form {
    /// Every fact, with its cause: for `kafkasim check` and for bisection.
    Facts,
    /// The form in which a real cluster can be recorded too.
    Exchange,
}

/// How many lines of the timeline; none: all.
#[derive(Clone, Copy, Debug)]
struct Lines(Option<usize>);

fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a seed is a whole number from 0 to 2^64-1".into())
}

pub(super) fn parse_duration(text: &str) -> Result<Nanos, String> {
    scenario::duration(text)
}

fn parse_timeline(text: &str) -> Result<Lines, String> {
    if text == "all" {
        return Ok(Lines(None));
    }
    text.parse().map(|n| Lines(Some(n))).map_err(|_| "a number of lines, or `all`".into())
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let scenario = match input::load(&args.scenario, &args.set, out)? {
        Some(scenario) => scenario,
        None => return Ok(Exit::Usage),
    };
    let sink = match history_sink(args) {
        Ok(sink) => sink,
        Err(message) => {
            complain(&message);
            return Ok(Exit::Usage);
        }
    };
    let options = RunOptions {
        seed: args.seed.unwrap_or(scenario.seed),
        until: args.until,
        causes: args.history_form == Form::Facts && sink.is_some(),
    };
    #[expect(clippy::disallowed_types, reason = "how long a run takes is told to people, and reaches no history")]
    let start = std::time::Instant::now();
    let finished = simulate(&scenario, options, |setup| sink.map(|sink| Recorder::new(sink, args.history_form, setup)));
    let took = start.elapsed();
    let (mut report, recorder, causes) = match finished {
        Ok(finished) => finished,
        Err(bug) => {
            complain(&format!(
                "kafkasim has a bug: {bug}\nThe same command shows it again; please report it with the scenario.\n"
            ));
            return Ok(Exit::Bug);
        }
    };
    if args.allow_ignored {
        report.verdict.allow_ignored(&report.setup.ignored);
    }
    if let Some(recorder) = recorder {
        match recorder.finish(causes.as_ref()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                complain(&format!("error: cannot write the history: {error}\n"));
                return Ok(Exit::Usage);
            }
        }
    }
    let plots = if args.no_plots { None } else { draw(args, &report) };
    let mut text = render(args, &scenario, &report, took, plots, out);
    if args.why && args.format == Format::Human {
        text += &why::explain(&scenario, options.seed, &report.verdict, &report.judgement);
    }
    report.warnings.iter().for_each(|warning| complain(&format!("warning: {warning}\n")));
    if args.history.as_deref() == Some("-") {
        complain(&text)
    } else {
        out.print(&text)?
    }
    Ok(match report.verdict.standing() {
        Standing::Met => Exit::Ok,
        Standing::Broken => Exit::Broken,
        Standing::Inconclusive => Exit::Inconclusive,
    })
}

fn render(
    args: &Args,
    scenario: &Scenario,
    report: &Report,
    took: Duration,
    plots: Option<String>,
    out: &Output,
) -> String {
    match args.format {
        Format::Json => format!("{:#}\n", machine::json(report)),
        Format::Junit => machine::junit(report),
        Format::Github => machine::github(report),
        Format::Human => human::print(
            report,
            &human::Style {
                width: out.width(),
                colour: out.colour(),
                timeline: args.timeline.0,
                verbose: args.verbose,
                took: Some(took),
                again: again(args, scenario, report.setup.seed),
                plots,
            },
        ),
    }
}

/// The arguments that give the same run.
fn again(args: &Args, scenario: &Scenario, seed: u64) -> String {
    let name = if args.scenario == "-" { &scenario.name } else { &args.scenario };
    let mut text = format!("{name} --seed {seed}");
    for change in &args.set {
        let quoted = change.contains([' ', '*', '\'', '"', '$', '{', '[']);
        text += &if quoted { format!(" --set '{change}'") } else { format!(" --set {change}") };
    }
    text
}

/// Draws the plots. A folder that cannot be written is no reason to lose the result.
fn draw(args: &Args, report: &Report) -> Option<String> {
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| Path::new("target/kafkasim").join(format!("{}-{}", report.scenario, report.setup.seed)));
    let pictures = plots::draw_all(&report.series);
    let written = fs::create_dir_all(&folder)
        .and_then(|()| pictures.iter().try_for_each(|(stem, svg)| fs::write(folder.join(format!("{stem}.svg")), svg)));
    match written {
        Ok(()) => {
            let stems: Vec<&str> = pictures.iter().map(|(stem, _)| *stem).collect();
            (!stems.is_empty()).then(|| format!("{}/{{{}}}.svg", folder.display(), stems.join(",")))
        }
        Err(error) => {
            complain(&format!("warning: no plots: cannot write to {}: {error}\n", folder.display()));
            None
        }
    }
}

fn history_sink(args: &Args) -> Result<Option<Box<dyn Write>>, String> {
    match args.history.as_deref() {
        None => Ok(None),
        Some("-") => Ok(Some(Box::new(BufWriter::new(io::stdout())))),
        Some(path) => match File::create(path) {
            Ok(file) => Ok(Some(Box::new(BufWriter::new(file)))),
            Err(error) => Err(format!(
                "error: cannot write the history to `{path}`: {error}\nhelp: name a file in a folder that exists and may be \
                 written, or `-` for standard output\n"
            )),
        },
    }
}

/// Writes one of the two forms of a history.
enum Recorder {
    Facts(Box<Export<Box<dyn Write>>>),
    Exchange(Box<Exchange<Box<dyn Write>>>),
}

impl Recorder {
    fn new(sink: Box<dyn Write>, form: Form, setup: &Rc<Setup>) -> Recorder {
        match form {
            Form::Facts => Recorder::Facts(Box::new(Export::new(sink, setup))),
            Form::Exchange => Recorder::Exchange(Box::new(Exchange::new(sink, setup.clone()))),
        }
    }
    fn finish(self, causes: Option<&Causes>) -> io::Result<()> {
        match self {
            Recorder::Facts(export) => export.finish(causes),
            Recorder::Exchange(exchange) => exchange.finish(),
        }
    }
}

impl Observer for Recorder {
    fn observe(&mut self, entry: &Entry) {
        match self {
            Recorder::Facts(export) => export.observe(entry),
            Recorder::Exchange(exchange) => exchange.observe(entry),
        }
    }
}
