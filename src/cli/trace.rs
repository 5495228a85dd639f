//! `kafkasim trace`: what happened, in a form for which others have viewers.

use std::io;
use std::ops::ControlFlow;

use super::check::{self, History, is_history};
use super::history::same_file;
use super::input::{self, RunName, SimulatedRunArgs};
use super::metrics::MetricsArgs;
use super::output::{Output, complain, complain_of_bug};
use super::progress::{self, Progress};
use super::{Exit, interrupt};
use crate::run::Run;
use crate::scenario::diagnostic::printable;

/// Write what happened in a run, or in a recorded history, in a form for which others have viewers. Nothing is judged.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Exit codes: 0 written, 2 bad usage or input, 130 interrupted: then it is told up to there.\n\n\
                        `kafkasim run SCENARIO --format openmetrics` writes the same, and its exit code is the verdict."
)]
pub struct Args {
    /// A scenario of the library or a file, with a seed if you like: `leader-crash:8`. Or a history that `run --history` has
    /// written; `-` is one on standard input.
    #[arg(value_name = "SCENARIO[:SEED]|HISTORY")]
    what: String,
    /// In which form.
    #[arg(long, value_enum)]
    to: TraceForm,
    /// Where it goes; otherwise to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    #[command(flatten)]
    run: SimulatedRunArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// The forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum TraceForm {
    /// Metrics under Kafka's names, sampled over the run's time, for Prometheus.
    Openmetrics,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let TraceForm::Openmetrics = args.to;
    if let Some(file) = args.out.as_deref().filter(|file| same_file(file, &args.what)) {
        complain(&format!("error: `{}` is what is read\nhelp: name another file\n", printable(file)));
        return Ok(Exit::Usage);
    }
    let traced = if args.what == "-" || is_history(&args.what) { recorded(args) } else { simulated(args) };
    let (text, exit) = match traced {
        Ok(traced) => traced,
        Err(exit) => return Ok(exit),
    };
    let Some(file) = &args.out else { return out.print(&text).map(|()| exit) };
    match std::fs::write(file, text) {
        Ok(()) => Ok(exit),
        Err(error) => {
            complain(&format!(
                "error: cannot write `{}`: {error}\nhelp: name a file in a folder that exists and may be written\n",
                printable(file)
            ));
            Ok(Exit::Usage)
        }
    }
}

fn recorded(args: &Args) -> Result<(String, Exit), Exit> {
    let name = printable(&args.what);
    let SimulatedRunArgs { seed, changes, until } = &args.run;
    if seed.is_some() || until.is_some() || changes.variant.is_some() || !changes.overrides().is_empty() {
        complain(&format!(
            "error: `{name}` is a history: nothing can be changed in it\n\
             help: leave --seed, --variant, --set, --with and --until out, or name a run, such as `leader-crash:7`\n"
        ));
        return Err(Exit::Usage);
    }
    match check::load(&args.what).ok_or(Exit::Usage)? {
        History::Facts(history) => Ok((args.metrics.recorded(&history), Exit::Ok)),
        History::Exchange(_) => {
            complain(&format!(
                "error: `{name}` has only what clients and administrators saw, and metrics are made of all facts\n\
                 help: write it with `kafkasim run SCENARIO --history FILE` (--history-form facts, the default)\n"
            ));
            Err(Exit::Usage)
        }
    }
}

fn simulated(args: &Args) -> Result<(String, Exit), Exit> {
    let name = RunName::parse(&args.what).and_then(|name| name.with_seed(args.run.seed)).map_err(|diagnostic| {
        input::report(&[diagnostic]);
        Exit::Usage
    })?;
    let scenario = input::load(&name.scenario, &args.run.changes).ok_or(Exit::Usage)?;
    let run = Run::new(&scenario, name.seed.unwrap_or(scenario.seed)).until(args.run.until);
    let mut metrics = args.metrics.begin(run.setup());
    interrupt::listen();
    let mut progress = Progress::of_words();
    let ended = run.run_watched(&mut metrics, &mut |moment| {
        progress.tell(moment.now.0, |elapsed| progress::of_run(moment, elapsed));
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.clear();
    let ended = ended.map_err(|bug| complain_of_bug(&bug))?;
    let exit = if ended.interrupted { Exit::Interrupted } else { Exit::Ok };
    Ok((args.metrics.text(&metrics.finish()), exit))
}
