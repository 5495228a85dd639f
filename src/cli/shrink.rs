//! `kafkasim shrink`: from a run that fails to the smallest scenario that fails in the same way.
#![expect(
    clippy::disallowed_types,
    reason = "neighbouring seeds are run on all cores, and one line tells how far they are"
)]

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use super::case::{MoreArgs, named};
use super::history::same_file;
use super::output::{Output, complain};
use super::progress::{Budget, Progress};
use super::{Exit, input, interrupt};
use crate::explore::case::Case;
use crate::explore::recorded::RecordedRun;
use crate::explore::shrink::{NEIGHBOURS, NoFailure, ShrinkWish, Shrunk, shrink};
use crate::report::command_line::quote;
use crate::run::figures::thousands;
use crate::run::unwatched;
use crate::scenario::diagnostic::printable;
use crate::scenario::findings::{list, nearest};
use crate::scenario::properties::INVARIANTS;
use crate::scenario::{self, ScenarioText};
use crate::sim::time::Nanos;

/// Make a run that fails smaller: the smallest scenario that is found which still fails in the same way for the same
/// reason, as YAML on standard output. Exit code 0: there it is; 4: the run does not fail.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A token, a capsule, or a run such as `leader-crash:7`.
    #[arg(value_name = "TOKEN|CAPSULE|SCENARIO:SEED")]
    run: String,
    #[command(flatten)]
    more: MoreArgs,
    /// Which invariant has to stay broken, promised or not. Default: what is not as the scenario expects.
    #[arg(long, value_name = "ID")]
    invariant: Option<String>,
    /// Write the scenario to this file, and what was left out to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Write the run of the small scenario, and what came of it, to this file.
    #[arg(long, value_name = "FILE")]
    capsule: Option<String>,
    /// Write scenarios that broke something else on the way to this folder.
    #[arg(long, value_name = "DIR")]
    others: Option<String>,
    /// The most runs.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    most_runs: u64,
    /// Stop after this time, with the smallest scenario by then. Where that ends it, another machine may find another one.
    #[arg(long, value_name = "T", value_parser = super::sweep::parse_budget)]
    time_budget: Option<Nanos>,
    /// How many runs at a time, where several are independent of each other. Default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if let Some(unknown) = args.invariant.as_deref().filter(|id| INVARIANTS.iter().all(|(known, _)| known != id)) {
        let help = match nearest(unknown, INVARIANTS.iter().map(|(id, _)| *id)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`kafkasim run SCENARIO -v` lists all of them".into(),
        };
        complain(&format!("error: there is no invariant `{}`\nhelp: {help}\n", printable(unknown)));
        return Ok(Exit::Usage);
    }
    let case = match named(&args.run, &args.more) {
        Ok(named) => named.case,
        Err(findings) => {
            input::report(&findings);
            return Ok(Exit::Usage);
        }
    };
    if let Err(message) = args.others.as_ref().map_or(Ok(()), |folder| folder_for(folder)) {
        complain(&message);
        return Ok(Exit::Usage);
    }
    // A capsule may be written anew.
    if let Some(file) = args.out.as_ref().filter(|file| same_file(file, &case.typed)) {
        complain(&format!(
            "error: `{}` is the scenario itself, and would be overwritten\nhelp: name another file\n",
            printable(file)
        ));
        return Ok(Exit::Usage);
    }
    interrupt::listen();
    let progress = Mutex::new(Progress::of_things(Some(args.most_runs)));
    // No result depends on the machine's clock unless this runs out, and then that is said.
    let budget = args.time_budget.map(Budget::start);
    let stop = |runs: u64| {
        if let Ok(mut progress) = progress.lock() {
            progress.tell(runs, |_| "runs at most".into());
        }
        interrupt::asked() || budget.is_some_and(|budget| budget.is_over())
    };
    let wish = ShrinkWish {
        invariant: args.invariant.as_deref(),
        most_runs: args.most_runs,
        stop: &stop,
        jobs: args.jobs.map_or(0, usize::from),
    };
    let shrunk = shrink(&case, &wish);
    if let Ok(mut progress) = progress.lock() {
        progress.clear();
    }
    let shrunk = match shrunk {
        Ok(shrunk) => shrunk,
        Err(none) => {
            complain(&refusal(&none, &case, args));
            return Ok(Exit::Nothing);
        }
    };
    // What was found is printed whatever cannot be written beside it.
    let beside = capsule(args, &shrunk).and(others(args, &shrunk));
    let table = table(&shrunk, &case, args);
    match args.out.as_deref().filter(|file| *file != "-") {
        None => {
            complain(&table);
            out.print(&shrunk.text)?;
        }
        Some(file) => {
            if let Err(error) = fs::write(file, &shrunk.text) {
                complain(&format!(
                    "error: cannot write `{}`: {error}\nhelp: name a file in a folder that exists and may be written; here is what \
                     was found\n\n{}",
                    printable(file),
                    shrunk.text
                ));
                return Ok(Exit::Usage);
            }
            out.print(&table)?;
        }
    }
    Ok(match beside {
        Err(exit) => exit,
        Ok(()) if interrupt::asked() => Exit::Interrupted,
        Ok(()) => Exit::Ok,
    })
}

/// Why there is nothing to make smaller, and what to do.
fn refusal(none: &NoFailure, case: &Case, args: &Args) -> String {
    let run = format!("kafkasim run {}", case.again().arguments());
    let by_hand = |broken: &[&str], else_: &str| match broken.first() {
        Some(id) => format!("broken, as may be, is {}: --invariant {id}", list(broken)),
        None => else_.to_owned(),
    };
    match none {
        NoFailure::AsExpected(broken) => {
            let help = by_hand(broken, "`kafkasim sweep SCENARIO --seeds 1..1000` looks for a seed that fails");
            format!("error: nothing to make smaller: {run} ends as its scenario expects\nhelp: {help}\n")
        }
        NoFailure::Inconclusive => format!(
            "error: nothing to make smaller: {run} is inconclusive, which is no failure\nhelp: the run itself says what it could \
             not show; --invariant ID names what is broken in it\n"
        ),
        NoFailure::NotBroken(broken) => {
            let id = args.invariant.as_deref().unwrap_or_default();
            let help = by_hand(broken, "no invariant is broken in this run; try another seed");
            format!("error: nothing to make smaller: {id} is not broken in {run}\nhelp: {help}\n")
        }
        NoFailure::NotByItself => format!(
            "error: {run} fails, and its text does not when it stands alone\nhelp: a bug of kafkasim; please report it with the \
             command\n"
        ),
    }
}

fn table(shrunk: &Shrunk, case: &Case, args: &Args) -> String {
    let mut out = format!("kafkasim run {}\n  {}\n\n", case.again().arguments(), shrunk.target.words());
    out += &format!("  {:<12}{:>10}{:>10}\n", "", "before", "after");
    for (name, before, after) in shrunk.before.beside(&shrunk.after) {
        out += &format!("  {name:<12}{before:>10}{after:>10}\n");
    }
    let word =
        if shrunk.finished { "nothing smaller was found" } else { "stopped there: something smaller may be left" };
    out += &format!("\n  {} runs; {word}\n", thousands(shrunk.runs));
    if let Some(fail) = shrunk.robust {
        out += &format!("  of the {NEIGHBOURS} seeds after {}, {fail} fail in the same way\n", shrunk.seed);
    }
    if shrunk.seed != case.seed {
        out += &format!("  it fails with seed {}, and no more with {}\n", shrunk.seed, case.seed);
    }
    for other in &shrunk.others {
        let hint = if args.others.is_some() { "" } else { " (--others DIR keeps the scenario)" };
        out += &format!("  on the way something else broke: {}: {}{hint}\n", other.invariant, other.text);
    }
    if let Some(file) = args.out.as_deref().filter(|file| *file != "-") {
        let options = shrunk.conditions.options();
        let ends = if shrunk.expected { "ends well, for it expects what it shows" } else { "shows it" };
        out += &format!("\n  kafkasim run {}{options}   {ends}\n", quote(file));
    }
    out
}

fn folder_for(folder: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| {
        format!("error: cannot make the folder `{}`: {error}\nhelp: name one that may be written\n", printable(folder))
    })
}

fn capsule(args: &Args, shrunk: &Shrunk) -> Result<(), Exit> {
    let Some(file) = &args.capsule else { return Ok(()) };
    let source = ScenarioText::new("shrunk.yaml", &shrunk.text);
    let (scenario, _) = scenario::parse(&source, &[]).expect("what was made smaller is a scenario");
    let case = Case {
        typed: "shrunk.yaml".into(),
        seed: scenario.seed,
        scenario,
        until: shrunk.conditions.until,
        allow_ignored: shrunk.conditions.allow_ignored,
        swarm: None,
    };
    let recorded = RecordedRun::of(&case, &mut unwatched).expect("nobody ends it");
    super::replay::write_capsule(file, &case, &recorded)
}

fn others(args: &Args, shrunk: &Shrunk) -> Result<(), Exit> {
    let Some(folder) = &args.others else { return Ok(()) };
    for other in &shrunk.others {
        let text =
            format!("# Breaks {}: {}\n# With seed {}.\n{}", other.invariant, other.text, other.seed, other.scenario);
        let file = Path::new(folder).join(format!("{}-{}.yaml", other.invariant, other.seed));
        if let Err(error) = fs::write(&file, text) {
            complain(&format!("error: cannot write `{}`: {error}\nhelp: name another folder\n", file.display()));
            return Err(Exit::Usage);
        }
    }
    Ok(())
}
