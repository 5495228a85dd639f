//! `kafkasim diff`: where two runs or histories part, and what followed.

use std::io;

use super::Exit;
use super::check::{self, History, is_history};
use super::input::{self, ChangeArgs, RunName};
use super::output::{Output, complain, complain_of_bug};
use crate::history::record::Kept;
use crate::report::Report;
use crate::report::compare::{Compared, compare};
use crate::run::{Run, unwatched};

/// Show the first difference of two runs or histories, and what followed from it. Exit code 0: there is none,
/// 1: there is one.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A run, such as `leader-crash:7`, or a history that `run --history` has written.
    #[arg(value_name = "A")]
    first: String,
    /// Another one; without it, A with the changes below.
    #[arg(value_name = "B")]
    second: Option<String>,
    /// What is changed in B's scenario before it is run.
    #[command(flatten)]
    changes: ChangeArgs,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let changed = !args.changes.overrides().is_empty() || args.changes.variant.is_some();
    if args.second.is_none() && !changed {
        complain(
            "error: nothing to compare with\nhelp: name a second run, such as `leader-crash:8`, or a change: --set, --variant\n",
        );
        return Ok(Exit::Usage);
    }
    let second = args.second.as_deref().unwrap_or(&args.first);
    let a = match compared(&args.first, &ChangeArgs::default()) {
        Ok(compared) => compared,
        Err(exit) => return Ok(exit),
    };
    let b = match compared(second, &args.changes) {
        Ok(compared) => compared,
        Err(exit) => return Ok(exit),
    };
    match compare(&a, &b) {
        None => {
            out.print(&format!("{} and {}: the same, fact by fact   digest {}\n", a.name, b.name, a.report.digest))?;
            Ok(Exit::Ok)
        }
        Some(text) => {
            out.print(&text)?;
            Ok(Exit::Broken)
        }
    }
}

fn compared(name: &str, changes: &ChangeArgs) -> Result<Compared, Exit> {
    let changed = !changes.overrides().is_empty() || changes.variant.is_some();
    if !is_history(name) {
        return simulated(name, changes);
    }
    if changed {
        complain(&format!(
            "error: `{name}` is a history: nothing can be changed in it\nhelp: name a run instead, such as `leader-crash:7`\n"
        ));
        return Err(Exit::Usage);
    }
    match check::load(name) {
        None => Err(Exit::Usage),
        Some(History::Exchange(_)) => {
            complain(&format!(
                "error: `{name}` has only what clients and administrators saw, and two of these are compared in every fact\n\
                 help: write it with `kafkasim run SCENARIO --history FILE` (--history-form facts, the default)\n"
            ));
            Err(Exit::Usage)
        }
        Some(History::Facts(history)) => {
            let scenario = history.origin.as_ref().and_then(check::expectations);
            let report = Report::recorded(&history, scenario.as_ref());
            let name = format!("{name} ({}:{})", report.scenario, report.setup.seed);
            Ok(Compared { name, report, entries: history.entries })
        }
    }
}

fn simulated(name: &str, changes: &ChangeArgs) -> Result<Compared, Exit> {
    let run = RunName::parse(name).map_err(|diagnostic| {
        input::report(&[diagnostic]);
        Exit::Usage
    })?;
    let scenario = input::load(&run.scenario, changes).ok_or(Exit::Usage)?;
    let seed = run.seed.unwrap_or(scenario.seed);
    let watched = Report::watched(&Run::new(&scenario, seed), |_| Kept::default(), &mut unwatched);
    let (report, kept, _) = watched.map_err(|bug| complain_of_bug(&bug))?;
    let again = crate::report::command_line::Again {
        scenario: &run.scenario,
        seed: Some(seed),
        variant: changes.variant.as_deref(),
        changes: &report.changes,
        allow_ignored: false,
        until: None,
    };
    Ok(Compared { name: again.arguments(), report, entries: kept.0 })
}
