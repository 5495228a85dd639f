//! `kafkasim run`: run a scenario, judge it, show it.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use super::fork::{self, ForkFormat};
use super::history::{self, HistoryForm, Recorder};
use super::input::{self, RunName, SimulatedRunArgs};
use super::metrics::MetricsArgs;
use super::output::{Format, Output, complain, complain_of_bug};
use super::progress::{self, Progress};
use super::{Exit, choose, interrupt, pictures};
use crate::explore::case::Case;
use crate::explore::recorded::RecordedRun;
use crate::history::jsonl::RunOrigin;
use crate::history::record::Causes;
use crate::report::Report;
use crate::report::command_line::Again;
use crate::report::metrics::Metrics;
use crate::report::next::{self, Spelling};
use crate::report::page::film::Film;
use crate::report::page::{self, Page};
use crate::report::{human, junit, machine, why};
use crate::run::Run;
use crate::run::verdict::Standing;
use crate::scenario;

/// Run a scenario and judge it.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A scenario of the library, or a file; `-` is standard input. With a seed: `leader-crash:8`.
    #[arg(value_name = "SCENARIO[:SEED]")]
    scenario: Option<String>,
    #[command(flatten)]
    run: SimulatedRunArgs,
    /// Where plots go. Otherwise: `target/kafkasim/SCENARIO-SEED` if there is a `Cargo.toml` here, else nowhere.
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
    #[arg(long, value_enum, default_value_t = HistoryForm::Facts, requires = "history")]
    history_form: HistoryForm,
    /// Write the run, and what came of it, to this file: `kafkasim replay FILE` makes it again.
    #[arg(long, value_name = "FILE")]
    capsule: Option<String>,
    /// Most lines of the timeline, or `all`.
    #[arg(long, value_name = "N", default_value = "40", allow_negative_numbers = true, value_parser = parse_timeline)]
    timeline: Lines,
    /// Judge the run although the scenario has settings without effect here; otherwise the result is
    /// inconclusive.
    #[arg(long)]
    allow_ignored: bool,
    /// Tell why: in short the passport of the first record that was lost, doubled or out of order, or what led to the
    /// first invariant that was broken. `kafkasim explain` has it at length.
    #[arg(long)]
    why: bool,
    /// List every invariant.
    #[arg(short, long)]
    verbose: bool,
    /// Fork the run there, and let each `--with` be a future of its own beside the undisturbed one; `kafkasim fork` says
    /// more.
    #[arg(
        long,
        value_name = "WHERE",
        requires = "with",
        conflicts_with_all = ["out", "no_plots", "history", "history_form", "timeline", "why", "verbose", "capsule"]
    )]
    fork_at: Option<String>,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// How many lines of the timeline; none: all.
#[derive(Clone, Copy, Debug)]
struct Lines(Option<usize>);

fn parse_timeline(text: &str) -> Result<Lines, String> {
    if text == "all" {
        return Ok(Lines(None));
    }
    text.parse().map(|n| Lines(Some(n))).map_err(|_| "a number of lines, or `all`".into())
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if args.format != Format::Openmetrics && args.metrics.in_vain() {
        return Ok(Exit::Usage);
    }
    let chosen = match choose::scenario(args.scenario.as_deref(), "run", out.width())? {
        Ok(chosen) => chosen,
        Err(exit) => return Ok(exit),
    };
    let name = match RunName::parse(&chosen).and_then(|name| name.with_seed(args.run.seed)) {
        Ok(name) => name,
        Err(diagnostic) => {
            input::report(&[diagnostic]);
            return Ok(Exit::Usage);
        }
    };
    if let Some(at) = &args.fork_at {
        return forked(args, chosen, at, out);
    }
    let Some(scenario) = input::load(&name.scenario, &args.run.changes) else { return Ok(Exit::Usage) };
    let seed = name.seed.unwrap_or(scenario.seed);
    let run = Run::new(&scenario, seed).until(args.run.until).allowing_ignored(args.allow_ignored);
    let Finished { report, took, causes, recorder, film, metrics } = match simulate(args, &name, &run) {
        Ok(finished) => finished,
        Err(exit) => return Ok(exit),
    };
    match recorder.map_or(Ok(()), |recorder| recorder.finish(causes.as_ref())) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            complain(&format!("error: cannot write the history: {error}\n"));
            return Ok(Exit::Usage);
        }
    }
    if let Some(file) = &args.capsule
        && let Err(exit) = encapsulate(file, args, &name, &run)
    {
        return Ok(exit);
    }
    // The page has its own.
    let plots =
        if args.no_plots || args.format == Format::Html { None } else { pictures::draw(args.out.as_deref(), &report) };
    let why = match args.why.then(|| why::explain(&run, &report)).transpose() {
        Ok(why) => why,
        Err(bug) => return Ok(complain_of_bug(&bug)),
    };
    let mut text = match (film, metrics) {
        (Some(film), _) => match paged(args, &name, &run, &report, &film) {
            Ok(page) => page,
            Err(bug) => return Ok(complain_of_bug(&bug)),
        },
        (None, Some(metrics)) => args.metrics.text(&metrics.finish()),
        (None, None) => render(args, &name, &report, why.as_ref(), took, plots, out),
    };
    if let Some(why) = why.filter(|_| args.format == Format::Human) {
        text += &why.brief(out.width());
    }
    report.warnings.iter().for_each(|warning| complain(&format!("warning: {warning}\n")));
    if args.history.as_deref() == Some("-") {
        complain(&text)
    } else {
        out.print(&text)?
    }
    Ok(match report.verdict.standing() {
        _ if report.interrupted => Exit::Interrupted,
        Standing::Met => Exit::Ok,
        Standing::Broken => Exit::Broken,
        Standing::Inconclusive => Exit::Inconclusive,
    })
}

/// Writes the run to a capsule: it is run once more, for what a capsule keeps of a history nobody else needs.
fn encapsulate(file: &str, args: &Args, name: &RunName, run: &Run<'_>) -> Result<(), Exit> {
    let case = Case {
        typed: name.scenario.clone(),
        scenario: run.scenario().clone(),
        seed: run.seed(),
        until: args.run.until,
        allow_ignored: args.allow_ignored,
        swarm: None,
    };
    let recorded = RecordedRun::of(&case, &mut |_| {
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match recorded {
        Some(recorded) => super::replay::write_capsule(file, &case, &recorded),
        // A part of a run is no run.
        None => Ok(()),
    }
}

/// The same as `kafkasim fork`.
fn forked(args: &Args, scenario: String, at: &str, out: &mut Output) -> io::Result<Exit> {
    let format = match args.format {
        Format::Human => ForkFormat::Human,
        Format::Json => ForkFormat::Json,
        Format::Junit | Format::Github | Format::Html | Format::Openmetrics => {
            complain(
                "error: futures are printed for people, or as JSON\nhelp: write `--format json`, or leave it out\n",
            );
            return Ok(Exit::Usage);
        }
    };
    let SimulatedRunArgs { seed, changes, until } = args.run.clone();
    let fork = fork::Args {
        scenario,
        fork_at: at.to_owned(),
        with: changes.with,
        variant: changes.variant,
        set: changes.set,
        seed,
        until,
        allow_ignored: args.allow_ignored,
        format,
    };
    fork::run(&fork, out)
}

struct Finished {
    report: Report,
    took: Duration,
    causes: Option<Causes>,
    recorder: Option<Recorder>,
    /// For a page.
    film: Option<Film>,
    metrics: Option<Metrics>,
}

/// Runs it, with progress on a terminal, until it is over or Ctrl-C ends it.
fn simulate(args: &Args, name: &RunName, run: &Run<'_>) -> Result<Finished, Exit> {
    let scenario = run.scenario();
    let sink = args.history.as_deref().map(|path| history::sink(path, &name.scenario));
    let sink = sink.transpose().map_err(|message| {
        complain(&message);
        Exit::Usage
    })?;
    let causes = args.history_form == HistoryForm::Facts && sink.is_some();
    let run = if causes { run.clone().with_causes() } else { run.clone() };
    let change = |change: &scenario::Override| {
        let (option, text) = change.option();
        (option.to_owned(), text.to_owned())
    };
    let origin = RunOrigin {
        name: name.scenario.clone(),
        text: scenario.source.text.clone(),
        changes: scenario.changes.iter().map(change).collect(),
        variant: scenario.variant.clone(),
        until: args.run.until,
    };
    interrupt::listen();
    let mut progress = Progress::of_words();
    let finished = Report::watched(
        &run,
        |setup| {
            let film = (args.format == Format::Html).then(|| Film::new(setup.clone()));
            let metrics = (args.format == Format::Openmetrics).then(|| args.metrics.begin(setup));
            (sink.map(|sink| Recorder::new(sink, args.history_form, setup, origin)), (film, metrics))
        },
        &mut |moment| {
            progress.tell(moment.now.0, |elapsed| progress::of_run(moment, elapsed));
            if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    progress.clear();
    let took = progress.elapsed();
    let (report, (recorder, (film, metrics)), causes) = finished.map_err(|bug| complain_of_bug(&bug))?;
    Ok(Finished { report, took, causes, recorder, film, metrics })
}

/// The run as a page: it is run once more, for what is looked at closely is known only now.
fn paged(
    args: &Args,
    name: &RunName,
    run: &Run<'_>,
    report: &Report,
    film: &Film,
) -> Result<String, crate::run::SimulatorBug> {
    let scenes = page::scene::of_run(run, report, film)?;
    let again = again(args, name, report);
    let (command, explain) = (format!("kafkasim run {}", again.arguments()), again.explaining());
    Ok(page::page(&Page { report, film, scenes: &scenes, command: &command, explain: explain.as_deref() }))
}

fn render(
    args: &Args,
    name: &RunName,
    report: &Report,
    why: Option<&why::Story>,
    took: Duration,
    plots: Option<String>,
    out: &Output,
) -> String {
    let style = human::Style {
        width: out.width(),
        colour: out.colour(),
        timeline: args.timeline.0,
        verbose: args.verbose,
        took: Some(took),
        spelling: Spelling::of(&again(args, name, report), name.seed),
        again: again(args, name, report).arguments(),
        plots,
        page: (args.format == Format::Human).then(|| again(args, name, report).page(&report.scenario)),
    };
    match args.format {
        Format::Json => {
            let cure = next::cure(report, &style.spelling);
            format!("{:#}\n", machine::json(report, why, cure.as_ref().map(|(_, command)| command.as_str())))
        }
        Format::Junit => {
            junit::junit(report, took, &human::print(report, &human::Style { colour: false, width: 100, ..style }))
        }
        Format::Github => machine::github(report),
        Format::Human => human::print(report, &style),
        Format::Html | Format::Openmetrics => unreachable!("made of what was seen of the run"),
    }
}

/// The command that gives the same run.
fn again<'a>(args: &Args, name: &'a RunName, report: &'a Report) -> Again<'a> {
    Again {
        scenario: &name.scenario,
        seed: Some(report.setup.seed),
        variant: report.variant.as_deref(),
        changes: &report.changes,
        until: args.run.until,
        allow_ignored: args.allow_ignored,
    }
}
